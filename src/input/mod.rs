//! Untrusted bytes → domain values, with every problem and its place. The only I/O is on the given reader.
//!
//! | module | what it reads |
//! |---|---|
//! | `json` | JSON values: numbers as text, no field ignored silently |
//! | `order_message` | the shop's order message, as WhatsApp carries it |
//! | `stream` | the records of a stream of JSON, and the orders in a chat as text |
//! | `order` | the orders in a record of JSON, or in a stretch of a chat |
//! | `parsed_order` | one order as it was read, or its problems |
//! | `table` | tables: rows of cells under named columns, of CSV or a spreadsheet |
//! | `list` | what a row of a list says: a payment, a status, a delivery, a count |
//! | `product` | the products of a catalogue, as JSON or as a table |
//! | `zip` | the chat in the zip file that a phone exports; the parts of a spreadsheet |
//! | `reject` | what is kept of a rejected record or message |
//! | `setting`, `username` | the value of a setting, and the name of an account, as typed |
//! | `samples` | for tests alone: messages and orders to read |

pub mod json;
pub mod list;
pub mod order;
pub mod order_message;
pub mod parsed_order;
pub mod product;
pub mod reject;
#[cfg(test)]
mod samples;
pub mod setting;
pub mod stream;
pub mod table;
pub mod username;
pub mod zip;
