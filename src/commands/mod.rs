//! The commands, one file each: its arguments on top, then what it does.
//!
//! What they share is in `arguments` (values of arguments), `context` (the file, the caller, printing), `find` (naming
//! orders, products and accounts), `pick` (picking orders at a terminal), `listing` (which orders, and how they are
//! shown), `source` (reading files and stdin), `keep_going` (commands that take several orders), `receive` (taking one
//! order in), `record_reader` and `record_queue` (reading many records), `import_summary` (the outcomes) and `failure` (explaining a failure).

pub mod arguments;
pub mod backup;
pub mod cancel;
pub mod check;
pub mod completions;
pub mod config;
pub mod confirm;
pub mod context;
pub mod create;
pub mod edit;
pub mod facts;
pub mod failure;
pub mod find;
pub mod help;
pub mod history;
pub mod import;
pub mod import_summary;
pub mod keep_going;
pub mod list;
pub mod listing;
pub mod man;
pub mod message;
pub mod my_orders;
pub mod note;
pub mod pick;
pub mod printer;
pub mod product;
pub mod receive;
pub mod record_queue;
pub mod record_reader;
pub mod rejects;
pub mod report;
pub mod set_status;
pub mod show;
pub mod source;
pub mod user;

pub use context::Context;
