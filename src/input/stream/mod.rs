//! Streams of any length, in constant memory: where one record or order ends, and the next begins.
//!
//! | file | what it reads |
//! |---|---|
//! | `format` | the format of a stream, by its first bytes |
//! | `records`, `rewind` | the records of a stream of JSON; a reader that takes bytes back |
//! | `chat_text`, `chat_lines` | the orders in an exported chat or a log; its lines, and where its messages begin |

mod chat_lines;
pub mod chat_text;
pub mod format;
pub mod records;
mod rewind;
