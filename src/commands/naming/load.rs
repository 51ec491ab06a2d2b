//! Loading the orders that were named.

use super::order::Named;
use crate::commands::run::order_outcomes::{OrderFailure, OrderOutcome};
use crate::domain::order::{Order, OrderPk};
use crate::error::{Failure, FailureKind};
use crate::store::{Read, StoreError};

/// The most bytes that the orders of one call may take in memory, with all their items: guests decide how many these are.
const ORDERS_LIMIT: usize = 18 << 20;

/// Loads the orders that were found, all at once.
///
/// # Errors
/// Memory would have to hold too much.
pub fn load_together(read: &Read<'_>, named: &[Named<'_>]) -> anyhow::Result<Vec<Order>> {
    let pks = found_among(named);
    let (mut orders, mut size) = (Vec::with_capacity(pks.len()), 0);
    for some in pks.chunks(AT_ONCE) {
        for order in read.orders(some)? {
            size += order.size();
            if size > ORDERS_LIMIT {
                let problem = format!(
                    "one call takes the first {} of these {} orders, as they are long",
                    orders.len(),
                    pks.len()
                );
                return Err(Failure::new(FailureKind::InvalidInput, problem)
                    .hint("split the list into several")
                    .into());
            }
            orders.push(order);
        }
    }
    Ok(orders)
}

/// Loads the orders that were found, as [`load_together`] does; failures keep their places.
pub fn load_named(read: &Read<'_>, named: &[Named<'_>]) -> anyhow::Result<Vec<OrderOutcome<Order>>> {
    Ok(in_place(named, load_together(read, named)?)?)
}

fn found_among(named: &[Named<'_>]) -> Vec<OrderPk> {
    named.iter().filter_map(|(_, found)| Some(found.as_ref().ok()?.pk)).collect()
}

/// Returns for each name its order, of those that were found, or why there is none.
fn in_place(named: &[Named<'_>], orders: Vec<Order>) -> Result<Vec<OrderOutcome<Order>>, StoreError> {
    let mut orders = orders.into_iter();
    let outcome = |(text, found): &Named<'_>| match found {
        Ok(_) => Ok(Ok(orders.next().ok_or(StoreError::Changed("the order"))?)),
        Err(failure) => Ok(Err(OrderFailure { reference: (*text).to_owned(), failure: failure.clone() })),
    };
    named.iter().map(outcome).collect()
}

/// How many orders are in memory at once if only their output is kept.
pub const AT_ONCE: usize = 16;

/// Loads the orders a few at a time, and passes on each, or why it was not found.
pub fn load_each_named(
    read: &Read<'_>,
    named: Vec<Named<'_>>,
    mut take: impl FnMut(OrderOutcome<Order>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut named = named.into_iter();
    loop {
        let some: Vec<_> = named.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        let orders = read.orders(&found_among(&some))?;
        in_place(&some, orders)?.into_iter().try_for_each(&mut take)?;
    }
}
