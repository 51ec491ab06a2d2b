//! README says what is so: every command in it is run here, and its output compared.
