//! Chats as JSON: what the Cloud API sends, and what libraries and export programs write.
//!
//! | file | what it reads |
//! |---|---|
//! | `webhook` | webhooks of the Cloud API |
//! | `dump` | chats of export programs |
//! | `message` | one message, in any of these shapes |
//! | `cart` | a cart of WhatsApp's catalogue |
//! | `conversation` | the two ends of a conversation: the customer, and the shop |
//! | `timestamp` | times: seconds or milliseconds since 1970 |

mod cart;
pub(crate) mod conversation;
pub(crate) mod dump;
pub(crate) mod message;
mod timestamp;
pub(crate) mod webhook;
