//! The file: the only place that knows SQLite.
//!
//! A command opens a [`Store`], loads facts and applies decisions through [`Read`] and [`Write`], which speak in domain
//! types and whole actions. The store opens the transactions; what happens in them is handed in. Each file adds what it
//! knows to these three.
//!
//! | file | what it knows |
//! |---|---|
//! | `commit` | how transactions begin and end; what a file holds after a failed commit |
//! | `transaction` | what a transaction is given: [`Read`], [`Write`], [`Audit`] |
//! | `open` | opening a file: [`Store`], and what is done before anything is read |
//! | `file` | which files are taken, and how one is made |
//! | `identity` | what makes a file ours: its mark, version and schema |
//! | `connection` | how a connection is set up |
//! | `locked` | the files that SQLite locks, and opening other files past it |
//! | `migrate`, `copy` | how an older file becomes a current one; copies of the file |
//! | `side_files` | what may stand beside a file |
//! | `error`, `diagnose` | what SQLite's errors mean to a person; what was the matter where they do not say |
//! | `values`, `pinned_statements` | how domain values stand in columns; statements that run by the hundred thousand |
//! | `orders`, `listing` | orders, items, events and sources; lists, however long |
//! | `item_buffer` | items of new orders until they are written |
//! | `history` | what happened to an order, and to a product's stock |
//! | `search`, `search_index` | text in any script, without regard to case; what a search looks through |
//! | `products`, `stock` | the catalogue; stock on hand and its movements |
//! | `reports` | what reports add up |
//! | `integrity` | whether a file is damaged |
//! | `check`, `schema` | every way in which a file can disagree with itself, and with `schema.sql` |
//! | `settings`, `users` | the shop's settings; accounts |
//! | `derived` | the digits of phone numbers in full, and what duplicates are found by |
//! | `last_write` | which transaction wrote last |

mod check;
mod commit;
mod completion;
mod connection;
mod copy;
mod derived;
mod diagnose;
mod error;
mod file;
mod history;
mod identity;
mod integrity;
mod item_buffer;
mod last_write;
mod listing;
mod locked;
mod migrate;
mod open;
mod orders;
mod pinned_statements;
#[cfg(test)]
mod plans;
mod products;
mod reports;
mod schema;
mod search;
mod search_index;
mod settings;
mod side_files;
mod stock;
mod transaction;
mod users;
mod values;

pub use connection::{Access, CACHE_KIB, sqlite_version};
pub use copy::{Copy, keep, sync_folder};
pub use diagnose::{as_finding, is_disk_full, read_again};
pub use error::StoreError;
pub use listing::{OrderFilter, Sort, SortField};
pub use locked::{NotOpened, OrdersFiles, PlainFile};
pub use open::{ExposedTo, Store};
pub use orders::{Match, OrderMatch};
pub use search::fold;
pub use side_files::refuse_leftovers;
pub use transaction::{Audit, Outcome, Read, Write};
pub use values::ContentHash;
