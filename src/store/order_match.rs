//! Finding the orders that fit what was typed for one.

use std::collections::HashSet;

use rusqlite::{Row, ToSql};

use super::error::StoreError;
use super::fold::fold;
use super::owned::{IS_OWNED, OWNED, OwnerKeys};
use super::status_sets::open_statuses;
use super::transaction::Read;
use super::values::Id;
use crate::domain::order::OrderPk;
use crate::domain::phone::{is_callable_number, is_phone_shaped};
use crate::domain::reference::{Reference, SHORTEST_NAME, SHORTEST_PART, is_name_shaped};
use crate::domain::text::is_edge;
use crate::domain::user::Owner;

/// An order that fits what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderMatch {
    /// The order.
    pub pk: OrderPk,
    /// Its id.
    pub id: uuid::Uuid,
    /// Its reference.
    pub reference: Reference,
    /// Who ordered.
    pub customer_name: String,
    /// Whether only its tracking number fits.
    pub by_tracking: bool,
}

/// How many matches are loaded: one more than are named.
const MATCHES_NAMED: u32 = 11;

fn order_match(row: &Row<'_>) -> rusqlite::Result<OrderMatch> {
    Ok(OrderMatch {
        pk: row.get("pk")?,
        id: row.get::<_, Id>("id")?.0,
        reference: row.get("reference")?,
        customer_name: row.get("customer_name")?,
        by_tracking: false,
    })
}

impl Read<'_> {
    /// Finds the orders whose whole reference (in any case), id or tracking number is `text`, by indexes. A guest may have
    /// chosen a reference that is also another order's id, phone or customer's name: those orders are found too, so that none is
    /// taken for another. With an `owner`, only theirs.
    pub fn match_whole(&self, text: &str, owner: Option<&Owner>) -> Result<Vec<OrderMatch>, StoreError> {
        let mut found = self.matches(owner, "reference = :text", &[(":text", &text)])?;
        found.extend(self.matches(owner, "id = lower(:text)", &[(":text", &text)])?);
        if found.iter().any(|order| order.reference.as_str().eq_ignore_ascii_case(text)) {
            if is_callable_number(text) {
                found.extend(self.open_orders_of_phone(text, owner)?);
            } else if is_name_shaped(text) {
                found.extend(self.open_orders_named(text, owner)?);
            }
        }
        let tracked = self.matches(owner, "tracking = :text", &[(":text", &text)])?;
        found.extend(tracked.into_iter().map(|order| OrderMatch { by_tracking: true, ..order }));
        let mut seen = HashSet::new();
        found.retain(|order| seen.insert(order.pk));
        Ok(found)
    }

    /// Finds the orders that `text` fits if it is no whole reference or id: open orders by their phone; else any order
    /// by a part of its reference, and open ones by a part of the name. Returns none, one, or the first of several.
    /// With an `owner`, only theirs.
    pub fn match_parts(&self, text: &str, owner: Option<&Owner>) -> Result<Vec<OrderMatch>, StoreError> {
        let of_phone = self.open_orders_of_phone(text, owner)?;
        if !of_phone.is_empty() {
            return Ok(of_phone);
        }
        let length = text.chars().count();
        let folded = fold(text);
        if length < SHORTEST_NAME || folded.trim().is_empty() {
            return Ok(Vec::new());
        }
        // All references are read, from an index of their own. Names are read of open orders only.
        self.matches(
            owner,
            concat!(
                "pk IN (SELECT pk FROM orders WHERE :is_part AND is_found_in(:folded, reference)
                        UNION
                        SELECT pk FROM orders WHERE status IN ",
                open_statuses!(),
                " AND is_found_in(:folded, customer_name))
                 ORDER BY pk DESC LIMIT :most"
            ),
            &[(":folded", &folded), (":is_part", &(length >= SHORTEST_PART)), (":most", &MATCHES_NAMED)],
        )
    }

    /// Finds the newest open orders of a customer whose name is this one, in any spelling.
    fn open_orders_named(&self, name: &str, owner: Option<&Owner>) -> Result<Vec<OrderMatch>, StoreError> {
        let mut open = self.connection.prepare_cached(&matching(concat!(
            "status IN ",
            open_statuses!(),
            " AND is_found_in(:folded, customer_name) ORDER BY pk DESC"
        )))?;
        let (folded, keys) = (fold(name), OwnerKeys::of(owner));
        let found = open.query_map(keys.and(&[(":folded", &folded)]).as_slice(), order_match)?;
        let is_whole = |order: &rusqlite::Result<OrderMatch>| {
            order.as_ref().map_or(true, |order| fold(order.customer_name.trim_matches(is_edge)) == folded)
        };
        Ok(found.filter(is_whole).take(MATCHES_NAMED as usize).collect::<Result<_, _>>()?)
    }

    /// Finds the newest open orders of a phone, typed in any spelling.
    fn open_orders_of_phone(&self, text: &str, owner: Option<&Owner>) -> Result<Vec<OrderMatch>, StoreError> {
        if !is_phone_shaped(text) {
            return Ok(Vec::new());
        }
        let number = self.full_number(text)?;
        self.matches(
            owner,
            concat!(
                "customer_phone_digits = :number AND status IN ",
                open_statuses!(),
                " ORDER BY pk DESC LIMIT :most"
            ),
            &[(":number", &number), (":most", &MATCHES_NAMED)],
        )
    }

    /// Returns the newest references, for naming one that is close to a mistyped one. With an `owner`, only theirs.
    pub fn newest_references(&self, owner: Option<&Owner>, most: u32) -> Result<Vec<String>, StoreError> {
        let newest = match owner {
            Some(_) => &format!("pk IN ({OWNED}) ORDER BY pk DESC LIMIT :most"),
            None => "TRUE ORDER BY pk DESC LIMIT :most",
        };
        let found = self.matches(owner, newest, &[(":most", &most)])?;
        Ok(found.into_iter().map(|order| order.reference.to_string()).collect())
    }

    /// Returns the orders that meet a condition, with its values; it may end with their order and number. With an `owner`,
    /// only theirs.
    pub(super) fn matches(
        &self,
        owner: Option<&Owner>,
        condition: &str,
        values: &[(&'static str, &dyn ToSql)],
    ) -> Result<Vec<OrderMatch>, StoreError> {
        let keys = OwnerKeys::of(owner);
        self.rows(&matching(condition), keys.and(values).as_slice(), order_match)
    }
}

/// Returns the query for the owner's orders that meet a condition.
fn matching(condition: &str) -> String {
    format!("SELECT pk, id, reference, customer_name FROM orders WHERE {IS_OWNED} AND {condition}")
}
