//! Loading the orders that were named.

use super::order::Named;
use crate::commands::run::order_outcomes::{OrderFailure, OrderOutcome};
use crate::domain::order::Order;
use crate::store::{Read, StoreError};

/// Loads the orders that were found; failures keep their places.
pub fn load_named(read: &Read<'_>, named: &[Named<'_>]) -> Result<Vec<OrderOutcome<Order>>, StoreError> {
    let pks: Vec<_> = named.iter().filter_map(|(_, found)| Some(found.as_ref().ok()?.pk)).collect();
    let mut orders = read.orders(&pks)?.into_iter();
    let load = |(text, found): &Named<'_>| match found {
        Ok(_) => Ok(Ok(orders.next().ok_or(StoreError::Changed("the order"))?)),
        Err(failure) => Ok(Err(OrderFailure { reference: (*text).to_owned(), failure: failure.clone() })),
    };
    named.iter().map(load).collect()
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
        load_named(read, &some)?.into_iter().try_for_each(&mut take)?;
    }
}
