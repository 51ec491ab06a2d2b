//! The file: the only place that knows SQLite.
//!
//! A command opens a [`Store`]. In a transaction it loads facts through [`Read`] and applies decisions through [`Write`]:
//! both speak in domain types and whole actions. Each file below adds its methods to these.
//!
//! | file | what it knows |
//! |---|---|
//! | `commit` | how transactions end, and what a file holds after a failed commit |
//! | `cluster/` | a shop on several machines (feature `cluster`) |
//! | `transaction` | how a transaction begins, and what it gives: [`Read`], [`Write`], [`Audit`] |
//! | `open`, `file` | opening a [`Store`]; which files are accepted, and how one is created |
//! | `identity`, `connection` | what makes a file ours; how a connection is set up |
//! | `migrate`, `copy` | bringing an older file to the current schema; copies of the file |
//! | `locked`, `side_files` | opening files without losing SQLite's locks; what may stand beside a file |
//! | `orders_files` | the files that no argument of a command may name |
//! | `error`, `diagnose` | what SQLite's errors mean to a person; finding the cause if they do not say |
//! | `integrity`, `check`, `check_rules`, `schema` | damage; contradictions in a file; the rules over tables; differences from `schema.sql` |
//! | `last_write` | which transaction wrote last |
//! | `values` | domain values in columns |
//! | `orders`, `order_changes` | loading orders with their items; changing them, with the events |
//! | `order_match`, `owned` | the orders that fit what was typed; limiting a query to an owner's orders |
//! | `order_batch`, `item_buffer` | new orders, any number in one transaction; their items until they are written |
//! | `customers`, `forget` | the orders of each number, and the remarks on it; forgetting one |
//! | `order_filter`, `listing` | which orders a list has; reading it, however long |
//! | `completion` | the few orders that a shell offers |
//! | `search`, `fold`, `search_index` | searching; all spellings of a text become one; the texts that a search reads |
//! | `due`, `status_sets` | what is due of an order, and sets of statuses, as SQL |
//! | `sql_functions` | the SQL functions that the program provides |
//! | `products`, `stock`, `deliveries` | the catalogue; stock and its movements; goods that come in |
//! | `shelf` | what lies on the shelf |
//! | `payments`, `returns` | what was paid for orders; what came back |
//! | `history` | what happened to an order or a product |
//! | `settings`, `users`, `reports`, `money` | the shop's settings; accounts; sums for reports; money that moved or is outstanding |
//! | `today` | the first rows of what needs somebody now |
//! | `derived` | columns that follow from others: full phone numbers, hashes of items |
//! | `plans_tests` | for unit tests only: which indexes the queries use |

mod check;
mod check_rules;
#[cfg(feature = "cluster")]
mod cluster;
mod commit;
mod completion;
mod connection;
mod copy;
mod customers;
mod deliveries;
mod derived;
mod diagnose;
mod due;
mod error;
mod file;
mod fold;
mod forget;
mod history;
mod identity;
mod integrity;
mod item_buffer;
mod last_write;
mod listing;
mod locked;
mod migrate;
mod money;
mod open;
mod order_batch;
mod order_changes;
mod order_filter;
mod order_match;
mod orders;
mod orders_files;
mod owned;
mod payments;
#[cfg(test)]
mod plans_tests;
mod products;
mod reports;
mod returns;
mod schema;
mod search;
mod search_index;
mod settings;
mod shelf;
mod side_files;
mod sql_functions;
mod status_sets;
mod stock;
mod today;
mod transaction;
mod users;
mod values;

#[cfg(feature = "cluster")]
pub(crate) use cluster::{Address, Shop};
pub(crate) use connection::sqlite_version;
pub use connection::{Access, CACHE_KIB};
pub(crate) use customers::{CustomerFilter, CustomerSort};
pub(crate) use diagnose::as_finding;
pub use error::StoreError;
pub(crate) use fold::fold;
pub(crate) use identity::SCHEMA_VERSION;
pub(crate) use locked::PlainFile;
pub(crate) use open::ExposedTo;
pub use open::Store;
pub(crate) use order_batch::OrderBatch;
pub(crate) use order_filter::{OrderFilter, Payable, Sort, SortField};
pub(crate) use order_match::OrderMatch;
pub(crate) use orders_files::{NotOpened, OrdersFiles};
pub(crate) use search::{SearchedOrder, search_among};
pub(crate) use side_files::refuse_leftovers;
pub(crate) use transaction::{Audit, Outcome, Read, Write};
pub(crate) use values::ContentHash;
