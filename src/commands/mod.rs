//! The commands, one file each: its arguments on top, then what it does.
//!
//! What they share:
//!
//! | file | what it does |
//! |---|---|
//! | `facts`, `arguments` | what a command declares about itself; values of arguments |
//! | `context`, `caller` | what a run works with; who runs it, and whether they may |
//! | `orders_file`, `printer`, `measured_rows` | finding and opening the orders file; printing results, and long tables |
//! | `find`, `pick` | naming orders, products and accounts; picking orders at a terminal |
//! | `listing`, `keep_going` | which orders a list has, and how it is shown; commands that take several orders |
//! | `source`, `rejects` | reading files and stdin; the file of `--rejects` |
//! | `record_reader`, `record_queue` | the thread that reads records; those on their way to the transaction |
//! | `row_list` | taking the rows of a list in one transaction: payments, counts, statuses |
//! | `payment`, `shipping` | recording a payment, and who carries an order: what several commands share |
//! | `receive`, `import_summary` | taking in one order; what became of all records |
//! | `failure` | explaining a failure |

pub mod arguments;
pub mod backup;
mod caller;
pub mod cancel;
pub mod check;
pub mod completions;
pub mod config;
pub mod confirm;
pub mod context;
pub mod create;
pub mod customer;
pub mod edit;
pub mod facts;
pub mod failure;
pub mod find;
pub mod help;
pub mod history;
pub mod import;
pub mod import_summary;
pub mod invoice;
pub mod keep_going;
pub mod list;
pub mod listing;
pub mod man;
mod measured_rows;
pub mod message;
pub mod my_orders;
pub mod note;
mod orders_file;
pub mod pay;
pub mod payment;
pub mod pick;
pub mod printer;
pub mod product;
pub mod receive;
pub mod record_queue;
pub mod record_reader;
pub mod refund;
pub mod rejects;
pub mod report;
pub mod returns;
pub mod row_list;
pub mod set_status;
pub mod shipping;
#[cfg(feature = "cluster")]
mod shop;
pub mod show;
pub mod slip;
pub mod source;
pub mod today;
pub mod user;

pub use context::Context;
