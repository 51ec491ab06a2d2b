//! Orders for completion in a shell. The search is bounded, however many orders there are.

use std::collections::BTreeMap;

use rusqlite::named_params;

use super::error::StoreError;
use super::order_match::OrderMatch;
use super::search::fold;
use super::transaction::Read;
use super::values::json_array;
use crate::domain::reference::SHORTEST_PART;
use crate::domain::status::Status;
use crate::domain::user::UserId;

/// The most rows that one query reads from an index.
const ROWS_READ: u32 = 2000;

/// Selects the orders of an inner query whose reference begins like `:text`, in one of the `:statuses`, of the `:user`.
/// A reference is printable ASCII: what sorts below the text followed by DEL begins with it.
macro_rules! beginning_among {
    ($inner:literal) => {
        concat!(
            "SELECT pk, id, reference, customer_name, order_date FROM (
                SELECT pk, id, reference, customer_name, order_date, status, user_id FROM orders ",
            $inner,
            " LIMIT :rows)
             WHERE reference >= :text AND reference < :text || char(127) AND (:user IS NULL OR user_id = :user)
               AND status IN (SELECT value FROM json_each(:statuses))"
        )
    };
}

impl Read<'_> {
    /// Finds up to `most` orders in one of these statuses whose reference begins with `text`, the newest first. Where there
    /// are none, finds the only one that contains the text. With a `user`, only their own.
    ///
    /// Of very many that begin alike, only the newest and the first ones in the index are found.
    pub fn orders_like(
        &self,
        text: &str,
        user: Option<UserId>,
        statuses: &[Status],
        most: usize,
    ) -> Result<Vec<OrderMatch>, StoreError> {
        let words = json_array(statuses.iter().map(|status| status.as_str()));
        let named = named_params! {":text": text, ":user": user, ":statuses": words, ":rows": ROWS_READ};
        let mut found = BTreeMap::new();
        let mut add = |sql: &str, params: &[(&str, &dyn rusqlite::ToSql)]| {
            self.matches(sql, params).map(|orders| found.extend(orders.into_iter().map(|order| (order.pk, order))))
        };
        match user {
            Some(_) => add(beginning_among!("WHERE user_id = :user ORDER BY created_at DESC"), named)?,
            None if statuses.len() == Status::ALL.len() => add(beginning_among!("ORDER BY pk DESC"), named)?,
            None => {
                for status in statuses {
                    let status = status.as_str();
                    let named = [named, named_params! {":status": status}].concat();
                    add(beginning_among!("WHERE status = :status ORDER BY created_at DESC"), &named)?;
                }
            }
        }
        add(beginning_among!("WHERE reference >= :text AND reference < :text || char(127)"), named)?;
        if !found.is_empty() || text.chars().count() < SHORTEST_PART {
            return Ok(found.into_values().rev().take(most).collect());
        }
        let inside = self.matches(
            "SELECT pk, id, reference, customer_name, order_date FROM orders
             WHERE pk IN (SELECT pk FROM orders WHERE is_found_in(:folded, reference))
               AND (:user IS NULL OR user_id = :user) AND status IN (SELECT value FROM json_each(:statuses)) LIMIT 2",
            named_params! {":folded": fold(text), ":user": user, ":statuses": words},
        )?;
        Ok(if inside.len() == 1 { inside } else { Vec::new() })
    }
}
