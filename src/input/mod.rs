//! Untrusted bytes → domain values, with every problem and its place, and without I/O beyond the reader given.
//!
//! | file | what it knows |
//! |---|---|
//! | [`records`] | where one record ends and the next begins, in a stream of any length |
//! | [`json`] | reading one JSON object key by key, numbers as text |
//! | [`order_json`] | an order as the web page posts it |
//! | [`order_message`] | the shop's order message, as WhatsApp carries it |
//! | [`product_json`] | a product of the catalogue |
//! | [`setting`] | the value of a setting |

pub mod json;
pub mod order_json;
pub mod order_message;
pub mod product_json;
pub mod records;
pub mod setting;
