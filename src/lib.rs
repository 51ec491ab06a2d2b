//! The order desk.
pub mod domain;
pub mod input;
