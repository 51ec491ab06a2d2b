//! The closed orders of a phone or a name, as these find open orders only.

use crate::domain::order::OrderSummary;
use crate::domain::phone::is_phone_shaped;
use crate::domain::reference::{Reference, SHORTEST_NAME};
use crate::domain::status::Status;
use crate::domain::user::Owner;
use crate::store::{OrderFilter, Read, StoreError, fold};

/// How many closed orders are named, the newest.
const CLOSED_NAMED: usize = 3;
/// How many closed orders that have the text anywhere are looked at, the newest first.
const CLOSED_SEARCHED: u64 = 50;

/// Finds the newest delivered and cancelled orders of a phone or a name, which name only open orders.
pub fn closed_orders(read: &Read<'_>, text: &str, owner: Option<&Owner>) -> Result<Vec<OrderSummary>, StoreError> {
    let is_phone = is_phone_shaped(text);
    if !is_phone && text.chars().count() < SHORTEST_NAME {
        return Ok(Vec::new());
    }
    let filter = OrderFilter {
        statuses: vec![Status::Delivered, Status::Cancelled],
        owner: owner.cloned(),
        phone_digits: if is_phone { Some(read.full_number(text)?) } else { None },
        search: (!is_phone).then(|| text.to_owned()),
        limit: Some(CLOSED_SEARCHED),
        ..OrderFilter::default()
    };
    let name = fold(text);
    let found = read.listed_orders(&filter, false)?.into_iter().map(|order| order.summary);
    let is_theirs = |order: &OrderSummary| is_phone || fold(&order.customer.name).contains(&name);
    Ok(found.filter(is_theirs).take(CLOSED_NAMED).collect())
}

/// Finds the orders that a text names, whole or in part; if there are none, closed ones of this phone or name.
pub fn orders_meant(read: &Read<'_>, text: &str) -> Result<Vec<Reference>, StoreError> {
    let whole = read.match_whole(text, None)?;
    let found = if whole.is_empty() { read.match_parts(text, None)? } else { whole };
    if !found.is_empty() {
        return Ok(found.into_iter().map(|order| order.reference).collect());
    }
    Ok(closed_orders(read, text, None)?.into_iter().map(|order| order.reference).collect())
}
