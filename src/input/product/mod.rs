//! The products of a catalogue.
//!
//! | file | what it reads |
//! |---|---|
//! | `json` | a product as JSON |
//! | `rows` | the products of a table, of which a row may be a product or one of its sizes |

pub(crate) mod json;
pub(crate) mod rows;
