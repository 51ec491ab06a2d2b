//! Finding the orders that others may repeat.

use std::collections::HashSet;

use crate::domain::content::Content;
use crate::domain::duplicate::nearest_duplicate;
use crate::domain::order::{Order, OrderPk};
use crate::domain::status::Status;
use crate::store::{Read, StoreError};

/// Finds for each of these orders another one with the same phone and items that was not cancelled. Orders that are among these
/// are not loaded again.
pub fn likely_duplicates(read: &Read<'_>, orders: &[Order]) -> Result<Vec<Option<Order>>, StoreError> {
    let contents: Vec<Content> = orders.iter().map(Content::of_order).collect();
    let find = |(order, content): (&Order, &Content)| {
        let summary = &order.summary;
        read.likely_duplicates(content, &summary.number, summary.order_date, Some(summary.pk))
    };
    let likely: Vec<Vec<OrderPk>> = orders.iter().zip(&contents).map(find).collect::<Result<_, _>>()?;
    let mut known: HashSet<OrderPk> = orders.iter().map(|order| order.summary.pk).collect();
    let missing: Vec<OrderPk> = likely.iter().flatten().copied().filter(|pk| known.insert(*pk)).collect();
    let others = read.orders(&missing)?;
    let nearest = |((order, content), likely): ((&Order, &Content), &Vec<OrderPk>)| {
        let candidates = orders.iter().chain(&others).filter(|other| likely.contains(&other.summary.pk));
        let counts = candidates.filter(|other| other.summary.status != Status::Cancelled);
        nearest_duplicate(content, order.summary.order_date, counts).cloned()
    };
    Ok(orders.iter().zip(&contents).zip(&likely).map(nearest).collect())
}

/// Finds another order with the same phone and items that was not cancelled.
pub fn likely_duplicate(read: &Read<'_>, order: &Order) -> Result<Option<Order>, StoreError> {
    Ok(likely_duplicates(read, std::slice::from_ref(order))?.pop().flatten())
}
