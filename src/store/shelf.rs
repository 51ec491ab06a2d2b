//! What lies on the shelf: the stock on hand, and what orders hold that have not left the shop.

use std::collections::HashMap;

use rusqlite::named_params;

use super::error::StoreError;
use super::status_sets::shop_statuses;
use super::stock::stock_key;
use super::transaction::Read;
use crate::domain::movement::Reason;
use crate::domain::order::OrderPk;
use crate::domain::product::{ProductId, StockKey};
use crate::domain::reference::Reference;
use crate::domain::shelf::{OrderStep, Reserved, Shelf, ShelfChange, changes_of_order};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

/// The condition for orders `o` whose pieces are still in the shop.
const IN_SHOP: &str = concat!("o.status IN ", shop_statuses!());

impl Read<'_> {
    /// Loads how many pieces are reserved for orders on the shelf, of each product and size.
    pub fn reserved_pieces(&self) -> Result<HashMap<StockKey, i64>, StoreError> {
        let sql = format!(
            "SELECT m.product_id, m.size_key, -SUM(m.delta) AS pieces
             FROM orders AS o CROSS JOIN stock_movements AS m ON m.order_pk = o.pk
             WHERE {IN_SHOP} GROUP BY m.product_id, m.size_key HAVING SUM(m.delta) <> 0"
        );
        let reserved = self.rows(&sql, [], |row| Ok((stock_key(row)?, row.get("pieces")?)))?;
        Ok(reserved.into_iter().collect())
    }

    /// Loads the shelf of one product and size, with its changes since a time, or without any.
    pub fn shelf(&self, product: ProductId, size_key: &str, since: Option<Timestamp>) -> Result<Shelf, StoreError> {
        let key = named_params! {":product": product, ":size_key": size_key};
        let on_hand = "SELECT on_hand FROM stock WHERE product_id = :product AND size_key = :size_key";
        let on_hand = self.first(on_hand, key, |row| row.get(0))?.unwrap_or_default();
        let last_moved = "SELECT at FROM stock_movements WHERE product_id = :product AND size_key = :size_key ORDER BY pk DESC LIMIT 1";
        let last_moved = self.first(last_moved, key, |row| row.get(0))?;
        let first = "SELECT at, reason FROM stock_movements WHERE product_id = :product AND size_key = :size_key ORDER BY pk LIMIT 1";
        let first = self.first(first, key, |row| Ok((row.get("at")?, row.get::<_, Reason>("reason")?)))?;
        let began = first.and_then(|(at, reason)| (reason == Reason::Initial).then_some(at));
        let mut found = Shelf { on_hand, last_moved, began, ..Shelf::default() };
        // Every step of an order moves `updated_at`.
        let sql = format!(
            "SELECT o.pk, o.reference, {IN_SHOP} AS is_in_shop, -SUM(m.delta) AS pieces
             FROM stock_movements AS m CROSS JOIN orders AS o ON o.pk = m.order_pk
             WHERE m.product_id = :product AND m.size_key = :size_key AND ({IN_SHOP} OR o.updated_at >= :since)
             GROUP BY o.pk ORDER BY o.pk"
        );
        let key = named_params! {":product": product, ":size_key": size_key, ":since": since};
        let orders: Vec<(OrderPk, Reference, bool, i64)> = self.rows(&sql, key, |row| {
            Ok((row.get("pk")?, row.get("reference")?, row.get("is_in_shop")?, row.get("pieces")?))
        })?;
        for (order, reference, is_in_shop, pieces) in orders {
            if is_in_shop && pieces != 0 {
                found.reserved.push(Reserved { reference, pieces });
            }
            if since.is_some() {
                found.changes.extend(changes_of_order(&self.order_steps(order, product, size_key)?));
            }
        }
        let others = "SELECT at, delta, reason, as_of FROM stock_movements
             WHERE product_id = :product AND size_key = :size_key AND order_pk IS NULL AND at >= :since";
        found.changes.extend(self.rows(others, key, |row| {
            let (at, as_of): (Timestamp, Option<Timestamp>) = (row.get("at")?, row.get("as_of")?);
            let is_count = row.get::<_, Reason>("reason")? == Reason::Count;
            Ok(ShelfChange { at, delta: row.get("delta")?, count_of: is_count.then_some(as_of.unwrap_or(at)) })
        })?);
        found.changes.retain(|change| since.is_some_and(|since| change.at >= since));
        Ok(found)
    }

    /// Loads what happened to an order, with what moved of a product and size.
    fn order_steps(&self, order: OrderPk, product: ProductId, size_key: &str) -> Result<Vec<OrderStep>, StoreError> {
        self.rows(
            "SELECT e.at, e.kind IN ('created', 'status') AS has_status, e.\"to\",
                    (SELECT coalesce(SUM(m.delta), 0) FROM stock_movements AS m
                     WHERE m.order_pk = e.order_pk AND m.event_pk = e.pk
                       AND m.product_id = :product AND m.size_key = :size_key) AS delta
             FROM order_events AS e WHERE e.order_pk = :order ORDER BY e.pk",
            named_params! {":order": order, ":product": product, ":size_key": size_key},
            |row| {
                let status: Option<Status> = if row.get("has_status")? { row.get("to")? } else { None };
                Ok(OrderStep { at: row.get("at")?, status, delta: row.get("delta")? })
            },
        )
    }

    /// Returns when stock was last moved, for each product and size that moved later than `time`, as happens when a
    /// clock steps back.
    pub fn moves_after(&self, time: Timestamp) -> Result<HashMap<StockKey, Timestamp>, StoreError> {
        let moves = self.rows(
            "SELECT product_id, size_key, at FROM (
                 SELECT s.product_id, s.size_key, (SELECT m.at FROM stock_movements AS m
                     WHERE m.product_id = s.product_id AND m.size_key = s.size_key ORDER BY m.pk DESC LIMIT 1) AS at
                 FROM stock AS s)
             WHERE at > :time",
            named_params! {":time": time},
            |row| Ok((stock_key(row)?, row.get("at")?)),
        )?;
        Ok(moves.into_iter().collect())
    }
}
