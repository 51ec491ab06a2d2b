//! Finding the order that another one may repeat.

use crate::domain::content::Content;
use crate::domain::duplicate::nearest_duplicate;
use crate::domain::order::Order;
use crate::domain::status::Status;
use crate::store::{Read, StoreError};

/// Finds another order with the same phone and items that was not cancelled.
pub fn likely_duplicate(read: &Read<'_>, order: &Order) -> Result<Option<Order>, StoreError> {
    let content = Content::of_order(order);
    let date = order.summary.order_date;
    let others = read.likely_duplicates(&content, &order.summary.customer.phone, date, Some(order.summary.pk))?;
    let counts = |other: &&Order| other.summary.status != Status::Cancelled;
    Ok(nearest_duplicate(&content, date, others.iter().filter(counts)).cloned())
}
