//! A shop on several machines: its file is the sum of a log of changes in a cluster, and every machine has a replica of it.
//!
//! | file | what it knows |
//! |---|---|
//! | `address` | what `--db http://…/SHOP` names |
//! | `change`, `log` | a change; what a log of changes has to do |
//! | `rqlite`, `http` | the log in rqlite; requests to its nodes |
//! | `lookup`, `connect` | the addresses of nodes; connecting to them |
//! | `recorder`, `statement` | recording what a transaction changes; statements apart from their values |
//! | `replica` | the mark of a replica, the version that it is of, and playing changes in |
//! | `machine` | keeping the replica up to date, appending writes, and waiting for a turn after a lost race |
//! | `whole_file` | versions that are whole files: the first one, a migration, a packed log |
//! | `difference`, `compare` | whether the replica is what the log says; what two files have that differs |
//! | `shop` | a shop, as a command line names it; opening it |

mod address;
mod change;
mod compare;
mod connect;
mod difference;
mod http;
mod log;
mod lookup;
mod machine;
mod recorder;
mod replica;
mod rqlite;
mod shop;
mod statement;
mod whole_file;

pub use address::Address;
pub use log::Appended;
pub use machine::Cluster;
pub use shop::Shop;
pub use whole_file::make_ordinary;
