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
mod check;
#[cfg(feature = "cluster")]
mod cluster;
#[path = "../common/mod.rs"]
mod common;
mod completions;
mod concurrency;
mod config;
mod confirm;
mod contract;
mod create;
mod create_typed;
mod customer;
mod dry_run;
mod edit;
mod failures;
mod file_permissions;
mod fuzz_seeds;
mod harness;
mod help;
mod hints;
mod history;
#[path = "../fuzz/src/hold/mod.rs"]
mod hold;
mod hostile_text;
mod import;
mod import_chats;
mod input_limits;
mod invoice;
mod json_keys;
mod list;
mod list_search;
mod long_lists;
mod memory;
mod message;
mod migration;
mod model;
mod note;
mod orders_files;
mod output_streams;
mod pay;
mod product;
mod product_count;
mod product_import;
mod product_receive;
mod readme;
mod references;
mod refund;
mod report;
mod r#return;
mod round_trip;
mod set_status;
mod shipping;
mod show;
mod slip;
mod terminal;
mod today;
mod user;
mod whatsapp;
mod whatsapp_shapes;
mod workbook;
