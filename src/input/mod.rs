//! Untrusted bytes → domain values, with every problem and its place, and without I/O beyond the reader given.
//!
//! | file | what it knows |
//! |---|---|
//! | [`records`] | where one record ends and the next begins, in a stream of any length |
//! | [`format`] | what a stream is, by its first bytes |
//! | [`zip`] | the chat in the zip file that a phone makes of it |
//! | [`json`] | reading one JSON object key by key, numbers as text |
//! | [`order_record`] | what a record is by its content, and the orders in it |
//! | `found` | what is found in a record |
//! | [`order_json`] | an order as the web page posts it |
//! | [`order_message`], [`order_lines`], [`order_date`] | the shop's order message, as WhatsApp carries it; its lines; its date |
//! | [`order_marks`] | what shows that text holds an order, whatever became of its lines |
//! | [`order_texts`] | order messages among the strings of a JSON text, whatever their keys |
//! | [`order_signs`] | carts and orders in a JSON text, whatever they stand in |
//! | [`webhook`] | WhatsApp Cloud API webhooks |
//! | [`message`], [`cart`], [`conversation`] | one message in any shape; a cart of the catalogue; who is at its two ends |
//! | [`chat_dump`], [`chat_text`] | chats as JSON; what holds an order in the text that WhatsApp exports, or in a log |
//! | [`stranger`] | what is not taken, by its name |
//! | [`product_json`] | a product of the catalogue |
//! | [`reject`] | what is kept of a record or message that was not taken |
//! | [`setting`] | the value of a setting |

pub(crate) mod cart;
pub(crate) mod chat_dump;
pub mod chat_text;
pub(crate) mod conversation;
pub mod format;
pub mod found;
pub mod json;
pub(crate) mod message;
pub(crate) mod order_date;
pub(crate) mod order_json;
pub mod order_lines;
pub mod order_marks;
pub mod order_message;
pub mod order_record;
pub(crate) mod order_signs;
pub(crate) mod order_texts;
pub(crate) mod product_json;
pub mod records;
pub mod reject;
pub(crate) mod setting;
pub(crate) mod stranger;
pub(crate) mod timestamp;
pub(crate) mod username;
pub(crate) mod webhook;
pub mod zip;
