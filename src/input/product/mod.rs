//! The products of a catalogue.
//!
//! | file | what it reads |
//! |---|---|
//! | `json` | a product as JSON |
//! | `rows` | the products of a table: a row each, or a row for each size |

pub mod json;
pub mod rows;
