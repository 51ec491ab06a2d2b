//! Orders for completion in a shell. The search is bounded, however many orders there are.

use std::collections::BTreeMap;

use rusqlite::ToSql;

use super::error::StoreError;
use super::fold::fold;
use super::order_match::OrderMatch;
use super::owned::OWNED;
use super::transaction::Read;
use super::values::json_array;
use crate::domain::reference::SHORTEST_PART;
use crate::domain::status::Status;
use crate::domain::user::Owner;

/// The most rows that one query reads from an index.
const ROWS_READ: u32 = 2000;

/// The condition for the orders of an inner query whose reference begins like `:text`, in one of the `:statuses`. A reference is
/// printable ASCII: what sorts below the text followed by DEL begins with it.
fn beginning_among(inner: &str) -> String {
    format!(
        "pk IN (SELECT pk FROM orders {inner} LIMIT :rows)
         AND +reference >= :text AND +reference < :text || char(127)
         AND status IN (SELECT value FROM json_each(:statuses))"
    )
}

impl Read<'_> {
    /// Finds up to `most` orders in one of these statuses whose reference begins with `text`, the newest first. If
    /// there are none, finds the only one that contains the text. With an `owner`, only theirs.
    ///
    /// Of very many that begin alike, only the newest and the first ones in the index are found.
    pub fn orders_like(
        &self,
        text: &str,
        owner: Option<&Owner>,
        statuses: &[Status],
        most: usize,
    ) -> Result<Vec<OrderMatch>, StoreError> {
        let words = json_array(statuses.iter().map(|status| status.as_str()));
        let named: [(&'static str, &dyn ToSql); 3] = [(":text", &text), (":statuses", &words), (":rows", &ROWS_READ)];
        let mut found = BTreeMap::new();
        let mut add = |inner: &str, values: &[(&'static str, &dyn ToSql)]| {
            let orders = self.matches(owner, &beginning_among(inner), values);
            orders.map(|orders| found.extend(orders.into_iter().map(|order| (order.pk, order))))
        };
        match owner {
            Some(_) => add(&format!("WHERE pk IN ({OWNED}) ORDER BY pk DESC"), &named)?,
            None if statuses.len() == Status::ALL.len() => add("ORDER BY pk DESC", &named)?,
            None => {
                for status in statuses {
                    let status: [(&'static str, &dyn ToSql); 1] = [(":status", &status.as_str())];
                    add("WHERE status = :status ORDER BY created_at DESC", &[&named[..], &status].concat())?;
                }
            }
        }
        add("WHERE reference >= :text AND reference < :text || char(127)", &named)?;
        if !found.is_empty() || text.chars().count() < SHORTEST_PART {
            return Ok(found.into_values().rev().take(most).collect());
        }
        let inside = self.matches(
            owner,
            "pk IN (SELECT pk FROM orders WHERE is_found_in(:folded, reference))
             AND status IN (SELECT value FROM json_each(:statuses)) LIMIT 2",
            &[(":folded", &fold(text)), (":statuses", &words)],
        )?;
        Ok(if inside.len() == 1 { inside } else { Vec::new() })
    }
}
