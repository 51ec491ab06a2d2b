//! The orders in a record of JSON, or in a stretch of a chat. None is skipped silently: what was not read is searched for
//! orders.
//!
//! | file | what it reads |
//! |---|---|
//! | `record` | a record, recognised by its content |
//! | `web_order` | an order as the web page posts it |
//! | `chat` | chats as JSON: webhooks, messages, carts of the catalogue |
//! | `search` | orders anywhere in JSON, under any key |
//! | `sink` | passes on what was read, and refuses the orders that nothing read |
//! | `stranger` | names for objects that are not accepted |

pub(crate) mod chat;
pub mod record;
pub(crate) mod search;
pub(crate) mod sink;
pub(crate) mod stranger;
pub(crate) mod web_order;
