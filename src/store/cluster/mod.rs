//! A shop on several machines: its file is the sum of a log of changes in a cluster, and every machine has a replica of it.
//!
//! | file | what it knows |
//! |---|---|
//! | `address` | what `--db http://…/SHOP` names |
//! | `change`, `log` | a change; what a log of changes has to do |
//! | `rqlite`, `http` | the log in rqlite; requests to its nodes |
//! | `recorder` | what a transaction does, as SQLite runs it |
//! | `replica` | the mark of a replica, the version that it is of, and playing changes in |
//! | `shop` | opening a shop, and how its writes get into the log |

mod address;
mod change;
mod http;
mod log;
mod recorder;
mod replica;
mod rqlite;
mod shop;

pub use address::Address;
pub use shop::{Cluster, Ending, Shop, make_ordinary};
