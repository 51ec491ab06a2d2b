//! What users can rely on, through the built binary. One file a command, and one for each promise that spans them.

#![allow(clippy::disallowed_methods, reason = "only the program itself has locks to lose")]
#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test may end where its ground is missing, and build its text plainly"
)]

mod backup;
mod bad_input;
mod bounds;
mod chats;
mod check;
#[path = "../common/mod.rs"]
mod common;
mod completions;
mod config;
mod confirm;
mod contract;
mod create;
mod crowd;
mod dry_run;
mod edit;
mod failures;
mod find;
mod fuzz_seeds;
mod harness;
mod help;
mod history;
#[path = "../fuzz/src/hold.rs"]
mod hold;
mod hostile;
mod import;
mod keys;
mod list;
mod long;
mod memory;
mod message;
mod migration;
mod modes;
mod note;
mod own_files;
mod product;
mod readme;
mod refs;
mod report;
mod round_trip;
mod set_status;
mod shapes;
mod show;
mod streams;
mod terminal;
mod user;
mod whatsapp;
