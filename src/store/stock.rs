//! Stock on hand and its movements.

use std::collections::HashMap;

use rusqlite::{Row, named_params, params};

use super::error::StoreError;
use super::transaction::{Audit, Read, Write};
use super::values::json_array;
use crate::domain::holding::Holding;
use crate::domain::movement::Movement;
use crate::domain::order::OrderPk;
use crate::domain::product::{ProductId, StockKey, StockLine};
use crate::domain::stock_correction::StockChange;
use crate::domain::stock_count::CountedLine;
use crate::domain::time::Timestamp;

/// Returns the stock line of a row.
pub(super) fn stock_key(row: &Row<'_>) -> rusqlite::Result<StockKey> {
    Ok(StockKey { product_id: row.get("product_id")?, size_key: row.get("size_key")? })
}

impl Read<'_> {
    /// Loads the stock that an order holds: for each product and size, the pieces that its movements took.
    pub fn held_stock(&self, order: OrderPk) -> Result<Holding, StoreError> {
        Ok(self.held_by(&[order])?.remove(&order).unwrap_or_default())
    }

    /// Loads how many pieces orders hold of a product, by stock line.
    pub fn held_of_product(&self, product: ProductId) -> Result<HashMap<StockKey, i64>, StoreError> {
        let held = self.rows(
            "SELECT size_key, -SUM(delta) AS pieces FROM stock_movements
             WHERE product_id = :product AND order_pk IS NOT NULL GROUP BY size_key HAVING SUM(delta) <> 0",
            named_params! {":product": product},
            |row| Ok((StockKey::of(product, row.get::<_, String>("size_key")?), row.get("pieces")?)),
        )?;
        Ok(held.into_iter().collect())
    }

    /// Loads the stock that orders hold. An order that holds nothing may be left out.
    pub(super) fn held_by(&self, orders: &[OrderPk]) -> Result<HashMap<OrderPk, Holding>, StoreError> {
        let sql = "SELECT order_pk, product_id, size_key, -SUM(delta) AS pieces FROM stock_movements
             WHERE order_pk IN (SELECT value FROM json_each(:orders))
             GROUP BY order_pk, product_id, size_key HAVING SUM(delta) <> 0 ORDER BY MIN(pk)";
        let mut held: HashMap<OrderPk, Holding> = HashMap::new();
        let keys = json_array(orders.iter().map(|pk| pk.0));
        self.each(sql, named_params! {":orders": keys}, |row| {
            let key = stock_key(row)?;
            held.entry(row.get("order_pk")?).or_default().add(key, row.get("pieces")?);
            Ok::<_, StoreError>(())
        })?;
        Ok(held)
    }
}

/// What a movement belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    /// Nothing else.
    Itself,
    /// An order, with the event that it belongs to.
    Order {
        /// The order.
        order: OrderPk,
        /// The event's key.
        event: i64,
    },
    /// A delivery.
    Delivery(i64),
    /// A count sheet of this time.
    Sheet(Timestamp),
}

impl Write<'_> {
    /// Writes a decided correction of stock.
    ///
    /// # Errors
    /// There is no longer as much on hand as when it was decided.
    pub fn correct_stock(&self, change: &StockChange, audit: &Audit) -> Result<(), StoreError> {
        self.correct_stock_at(change, self.time, Origin::Itself, audit)
    }

    /// Writes a decided count.
    ///
    /// # Errors
    /// There is no longer as much on hand as when it was decided.
    pub fn count_stock(&self, line: &CountedLine, audit: &Audit) -> Result<(), StoreError> {
        let origin = line.counted.basis.time().map_or(Origin::Itself, Origin::Sheet);
        self.correct_stock_at(&line.change, line.dated(self.time), origin, audit)
    }

    fn correct_stock_at(
        &self,
        change: &StockChange,
        time: Timestamp,
        origin: Origin,
        audit: &Audit,
    ) -> Result<(), StoreError> {
        let movement = &change.movement;
        if let Some(line) = &change.new_line {
            self.insert_stock_line(movement.product_id, line)?;
        }
        self.move_stock(movement, origin, time, audit)?;
        let on_hand = "SELECT on_hand FROM stock WHERE product_id = :product AND size_key = :size_key";
        let key = named_params! {":product": movement.product_id, ":size_key": movement.size_key};
        let after: i64 = self.row(on_hand, key, |row| row.get(0))?;
        if after == change.after { Ok(()) } else { Err(StoreError::Changed("the stock")) }
    }

    /// Adds a stock line with nothing on hand, as only movements bring stock. A removed product still has its lines, and a removed
    /// size its own.
    pub(super) fn insert_stock_line(&self, product_id: ProductId, line: &StockLine) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO stock (product_id, size_key, size, on_hand) VALUES (:product, :size_key, :size, 0)
             ON CONFLICT (product_id, size_key) DO UPDATE SET size = excluded.size, removed_at = NULL",
            named_params! {":product": product_id, ":size_key": line.size_key, ":size": line.size},
        )
    }

    /// Takes a size out of the catalogue, with the movement that records it.
    ///
    /// # Errors
    /// It is no longer there, or has pieces on hand.
    pub fn remove_size(&self, movement: &Movement, audit: &Audit) -> Result<(), StoreError> {
        self.move_stock(movement, Origin::Itself, self.time, audit)?;
        self.change_one(
            "the size",
            "UPDATE stock SET removed_at = :at
             WHERE product_id = :product AND size_key = :size_key AND on_hand = 0 AND removed_at IS NULL",
            named_params! {":at": self.time, ":product": movement.product_id, ":size_key": movement.size_key},
        )
    }

    /// Moves stock and writes the movement, dated `time` or later.
    ///
    /// # Errors
    /// There is less on hand than is taken.
    pub(super) fn move_stock(
        &self,
        movement: &Movement,
        origin: Origin,
        time: Timestamp,
        audit: &Audit,
    ) -> Result<(), StoreError> {
        self.change_one(
            "the stock",
            // Pieces of a removed size that come back bring it back.
            "UPDATE stock SET on_hand = on_hand + :delta, removed_at = iif(on_hand + :delta > 0, NULL, removed_at)
             WHERE product_id = :product AND size_key = :size_key AND on_hand + :delta >= 0",
            named_params! {
                ":delta": movement.delta,
                ":product": movement.product_id,
                ":size_key": movement.size_key,
            },
        )?;
        let last = self.last_moved_at(movement.product_id, &movement.size_key)?;
        // A write-off names the event but not the order: the order holds nothing of it.
        let (order, event, delivery, as_of) = match origin {
            Origin::Itself => (None, None, None, None),
            Origin::Order { order, event } => {
                (Some(order).filter(|_| movement.reason.is_of_order()), Some(event), None, None)
            }
            Origin::Delivery(delivery) => (None, None, Some(delivery), None),
            Origin::Sheet(as_of) => (None, None, None, Some(as_of)),
        };
        self.execute(
            "INSERT INTO stock_movements
                 (product_id, size_key, delta, reason, order_pk, event_pk, delivery_pk, as_of, actor, note, at)
             VALUES (:product, :size_key, :delta, :reason, :order, :event, :delivery, :as_of, :actor, :note, :at)",
            named_params! {
                ":product": movement.product_id,
                ":size_key": movement.size_key,
                ":delta": movement.delta,
                ":reason": movement.reason,
                ":order": order,
                ":event": event,
                ":delivery": delivery,
                ":as_of": as_of,
                ":actor": audit.actor,
                ":note": movement.note.as_deref().or(audit.note.as_deref()),
                ":at": last.max(Some(time)),
            },
        )
    }

    /// Returns when the stock of a product and size was last moved.
    fn last_moved_at(&self, product: ProductId, size_key: &str) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT at FROM stock_movements WHERE product_id = ?1 AND size_key = ?2 ORDER BY pk DESC LIMIT 1";
        self.first(sql, params![product, size_key], |row| row.get(0))
    }
}
