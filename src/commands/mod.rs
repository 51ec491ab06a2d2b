//! The commands, one file or folder each: its arguments on top, then what it does.
//!
//! Four folders hold no commands, but what commands share:
//!
//! | folder | what is in it |
//! |---|---|
//! | `run` | what a run works with: the file, the caller, the output, failures |
//! | `arguments` | arguments that several commands share |
//! | `naming` | which orders, products, customers and accounts are meant |
//! | `intake` | what comes from outside: sources, records, lists, and what became of them |
//!
//! What only a few commands share is with the command that it is about: recording payments in `pay`, listing orders in `list`.
//! `run` uses none of the others; `naming` and `intake` use `run`.

mod arguments;
pub mod backup;
pub mod cancel;
pub mod check;
pub mod completions;
pub mod config;
pub mod confirm;
pub mod create;
pub mod customer;
pub mod edit;
pub mod help;
pub mod history;
pub mod import;
pub mod intake;
pub mod invoice;
pub mod list;
pub mod man;
pub mod message;
pub mod my_orders;
pub mod naming;
pub mod note;
pub mod pay;
pub mod product;
pub mod refund;
pub mod report;
pub mod returns;
pub mod run;
pub mod set_status;
pub mod show;
pub mod slip;
pub mod today;
pub mod user;

pub use run::context::Context;
