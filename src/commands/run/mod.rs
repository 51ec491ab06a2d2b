//! What every run of a command works with.
//!
//! | file | what it does |
//! |---|---|
//! | `context` | the context of a run, and how commands change the file |
//! | `caller` | who runs it, and whether they may |
//! | `facts`, `imported` | what a command declares about itself; the kinds of things that an import takes in |
//! | `orders_file`, `address`, `shop` | opening the orders file; what names it; a shop in a cluster |
//! | `printer`, `measured_rows` | printing results; long tables |
//! | `order_outcomes` | what became of each of several orders, and how it is printed |
//! | `failure`, `shop_failure` | explaining a failure; one of a shop in a cluster |

pub mod address;
pub mod caller;
pub mod context;
pub mod facts;
pub mod failure;
pub mod imported;
pub mod measured_rows;
pub mod order_outcomes;
mod orders_file;
pub mod printer;
#[cfg(feature = "cluster")]
pub mod shop;
#[cfg(feature = "cluster")]
mod shop_failure;
