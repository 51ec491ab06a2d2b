//! What comes from outside, on its way into the file: orders, products and the rows of lists.
//!
//! | file | what it does |
//! |---|---|
//! | `source` | reading files and stdin |
//! | `record_reader`, `record_queue` | the thread that reads records; those on their way to the transaction |
//! | `import_run` | one import: what is read is entered in one transaction, all or nothing |
//! | `order_intake` | taking in one order: load the facts, decide, apply |
//! | `row_list` | lists of rows: payments, counts, statuses |
//! | `import_summary`, `rejects` | what became of all records; the file of `--rejects` |

pub mod import_run;
pub mod import_summary;
pub mod order_intake;
pub mod record_queue;
pub mod record_reader;
pub mod rejects;
pub mod row_list;
pub mod source;
