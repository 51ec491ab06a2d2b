//! Naming orders, products, customers and accounts on the command line.
//!
//! | file | what it does |
//! |---|---|
//! | `closed` | the closed orders of a phone or a name |
//! | `order`, `references` | which order is meant; the references on a command line and on stdin |
//! | `pick` | picking orders, and sizes, at a terminal |
//! | `load` | loading the orders that were named |
//! | `product`, `customer` | which product and which customer are meant |
//! | `nearest`, `duplicate` | what was probably meant by a mistyped text; which order another one may repeat |

mod closed;
mod customer;
mod duplicate;
mod load;
mod nearest;
mod order;
pub mod pick;
mod product;
mod references;

use crate::commands::run::caller::user_not_found;
use crate::domain::user::User;
use crate::store::Read;

pub use closed::orders_meant;
pub use customer::{CUSTOMER, NamedCustomer, customer_not_found, find_customer};
pub use duplicate::{likely_duplicate, likely_duplicates};
pub use load::{AT_ONCE, load_each_named, load_named, load_together};
pub use nearest::nearest;
pub use order::{Named, Naming, find_order, name_orders};
pub use product::{find_items, find_ordered_product, find_product, find_product_or_removed, find_product_to_remove};
pub use references::{
    Given, REF_TO_READ, REF_TO_WRITE, REFERENCES_LIMIT, REFS_TO_READ, REFS_TO_WRITE, References, expand_references,
    list_orders, none_named,
};

/// Finds the account with this name.
pub fn find_user(read: &Read<'_>, username: &str) -> anyhow::Result<User> {
    Ok(read.user(username.trim())?.ok_or_else(|| user_not_found(username))?)
}
