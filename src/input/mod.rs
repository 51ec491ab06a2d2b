//! Untrusted bytes → domain values, with every problem and its place, and without I/O beyond the reader given.
//!
//! | file | what it knows |
//! |---|---|
//! | [`records`] | where one record ends and the next begins, in a stream of any length |
//! | [`json`] | reading one JSON object key by key, numbers as text |
//! | [`order_record`] | what a record is by its content, and the orders in it |
//! | [`order_json`] | an order as the web page posts it |
//! | [`order_message`], [`order_lines`], [`order_date`] | the shop's order message, as WhatsApp carries it; its lines; its date |
//! | [`webhook`] | WhatsApp Cloud API webhooks |
//! | [`chat_dump`], [`chat_text`] | chats as JSON, and as the text that WhatsApp exports |
//! | [`product_json`] | a product of the catalogue |
//! | [`reject`] | what is kept of a record or message that was not taken |
//! | [`setting`] | the value of a setting |

pub mod chat_dump;
pub mod chat_text;
pub mod json;
pub mod order_date;
pub mod order_json;
pub mod order_lines;
pub mod order_message;
pub mod order_record;
pub mod product_json;
pub mod records;
pub mod reject;
pub mod setting;
pub mod username;
pub mod webhook;
