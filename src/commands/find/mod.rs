//! Naming orders, products and accounts on the command line.

mod customer;
mod duplicate;
mod nearest;
mod order;
mod product;
mod references;

use crate::domain::text::shorten;
use crate::domain::user::User;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::store::Read;

pub use customer::{CUSTOMER, NamedCustomer, customer_not_found, find_customer};
pub use duplicate::{likely_duplicate, likely_duplicates};
pub use nearest::nearest;
pub use order::{Found, Named, Naming, find_order, name_orders_or_none};
pub use product::{find_items, find_ordered_product, find_product, find_product_or_removed, find_product_to_remove};
pub use references::{
    Given, REF_TO_READ, REF_TO_WRITE, REFERENCES_LIMIT, REFS_TO_READ, REFS_TO_WRITE, References, expand_references,
    list_orders, none_named,
};

/// Finds the account with this name.
pub fn find_user(read: &Read<'_>, username: &str) -> anyhow::Result<User> {
    Ok(read.user(username.trim())?.ok_or_else(|| user_not_found(username))?)
}

/// Makes the failure for an unknown account.
pub fn user_not_found(username: &str) -> Failure {
    let username = shorten(username.trim());
    Failure::new(FailureKind::NotFound, format!("account {username} not found"))
        .error(format!("User {username} not found"))
        .hint(Hint::run("to see which there are", CommandLine::of("user list")))
}
