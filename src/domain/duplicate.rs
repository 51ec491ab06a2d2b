//! Likely duplicates: another order of the same phone and items within six hours.

use super::content::Content;
use super::order::Order;
use super::resolve::ResolvedOrder;
use super::time::Timestamp;

/// How many milliseconds may lie between likely duplicates (six hours).
pub const DUPLICATE_WINDOW_MILLIS: i64 = 6 * 60 * 60 * 1000;

/// Finds the nearest earlier order with the same items among orders of the same number, else the nearest later one.
pub fn nearest_duplicate<'o>(
    content: &Content,
    date: Timestamp,
    others: impl IntoIterator<Item = &'o Order>,
) -> Option<&'o Order> {
    let distance = |order: &Order| order.summary.order_date.millis() - date.millis();
    others
        .into_iter()
        .filter(|order| content.has_phone() && content.has_items_of(order))
        .min_by_key(|order| (distance(order) > 0, distance(order).abs()))
}

/// Warns of a likely duplicate among these orders of the same number.
pub fn duplicate_warning(order: &ResolvedOrder, likely_duplicates: &[Order]) -> Option<String> {
    let is_near = |other: &&Order| {
        (other.summary.order_date.millis() - order.order_date.millis()).abs() <= DUPLICATE_WINDOW_MILLIS
    };
    let nearest = nearest_duplicate(&order.content, order.order_date, likely_duplicates.iter().filter(is_near))?;
    Some(format!("same phone and items as {}: ordered twice?", nearest.summary.reference))
}
