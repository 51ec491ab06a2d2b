//! The shop's order message: the text that the web page puts into WhatsApp.
//!
//! | file | what it reads |
//! |---|---|
//! | `labels` | a line: its label or heading, and the value after it |
//! | `marks` | traces of an order in text that may have lost its line breaks |
//! | `date` | the date, as a browser writes it in any language |
//! | `draft` | all lines: what stands under which label, and in which item |
//! | `reader` | the order |

pub(crate) mod date;
mod draft;
pub mod labels;
pub mod marks;
pub mod reader;
