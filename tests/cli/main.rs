//! What users can rely on, through the built binary. One file a command, and one for each promise that spans them.

#![expect(
    clippy::disallowed_methods,
    reason = "POSIX locks belong to a process: closing a file here drops none that the program under test holds"
)]
#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test may panic when its setup fails, and build its text plainly"
)]

mod backup;
mod bad_input;
mod bounds;
mod catalogue;
mod chats;
mod check;
#[cfg(feature = "cluster")]
mod cluster;
#[path = "../common/mod.rs"]
mod common;
mod completions;
mod config;
mod confirm;
mod contract;
mod count;
mod create;
mod crowd;
mod customer;
mod dry_run;
mod edit;
mod failures;
mod find;
mod fuzz_seeds;
mod harness;
mod help;
mod hints;
mod history;
#[path = "../fuzz/src/hold/mod.rs"]
mod hold;
mod hostile;
mod import;
mod invoice;
mod keys;
mod list;
mod long;
mod memory;
mod message;
mod migration;
mod model;
mod modes;
mod note;
mod own_files;
mod pay;
mod product;
mod readme;
mod receive;
mod refs;
mod refund;
mod report;
mod r#return;
mod round_trip;
mod set_status;
mod shapes;
mod shipping;
mod show;
mod slip;
mod streams;
mod terminal;
mod today;
mod typed;
mod user;
mod whatsapp;
mod workbook;
