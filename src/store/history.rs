//! What happened to an order, and to a product's stock.

use std::collections::HashMap;

use rusqlite::named_params;

use super::error::StoreError;
use super::transaction::Read;
use crate::domain::history::{Event, EventMovement, PriceEntry, ProductEntry, StockEntry, merge};
use crate::domain::order::{Note, OrderPk};
use crate::domain::product::ProductId;

/// Whether the note of an event `e` is the customer's own: a guest created the order, or it came as a cart.
const IS_CUSTOMERS: &str = "e.kind = 'created' AND (e.actor = 'guest' OR EXISTS (SELECT 1 FROM order_sources AS s
    WHERE s.order_pk = e.order_pk AND s.kind = 'whatsapp_order'))";

impl Read<'_> {
    /// Loads the notes of orders, whose keys are a JSON array, oldest first.
    pub(super) fn notes_of(&self, orders: &str) -> Result<HashMap<OrderPk, Vec<Note>>, StoreError> {
        let sql = format!(
            "SELECT e.order_pk, e.at, e.actor, e.note, {IS_CUSTOMERS} AS is_customers FROM order_events AS e
             WHERE e.order_pk IN (SELECT value FROM json_each(:orders)) AND e.note IS NOT NULL ORDER BY e.pk",
        );
        let mut notes: HashMap<OrderPk, Vec<Note>> = HashMap::new();
        self.each(&sql, named_params! {":orders": orders}, |row| {
            notes.entry(row.get("order_pk")?).or_default().push(Note {
                at: row.get("at")?,
                actor: row.get("actor")?,
                text: row.get("note")?,
                is_customers: row.get("is_customers")?,
            });
            Ok::<_, StoreError>(())
        })?;
        Ok(notes)
    }

    /// Loads everything that happened to an order, with the stock that moved.
    pub fn events(&self, order: OrderPk) -> Result<Vec<Event>, StoreError> {
        let moved =
            "SELECT m.event_pk, p.name, NULLIF(s.size, '') AS size, m.delta, m.order_pk IS NULL AS is_written_off
             FROM stock_movements AS m
             JOIN products AS p ON p.id = m.product_id
             JOIN stock AS s ON s.product_id = m.product_id AND s.size_key = m.size_key
             WHERE m.order_pk = :order
                OR m.order_pk IS NULL AND m.event_pk IN (SELECT pk FROM order_events WHERE order_pk = :order)
             ORDER BY m.pk";
        let mut movements: HashMap<i64, Vec<EventMovement>> = HashMap::new();
        self.each(moved, named_params! {":order": order}, |row| {
            movements.entry(row.get("event_pk")?).or_default().push(EventMovement {
                product_name: row.get("name")?,
                size: row.get("size")?,
                delta: row.get("delta")?,
                is_written_off: row.get("is_written_off")?,
            });
            Ok::<_, StoreError>(())
        })?;
        self.rows(
            &format!(
                r#"SELECT e.pk, e.at, e.actor, e.kind, e."from", e."to", e.note, {IS_CUSTOMERS} AS is_customers
                   FROM order_events AS e WHERE e.order_pk = :order ORDER BY e.pk"#,
            ),
            named_params! {":order": order},
            |row| {
                Ok(Event {
                    at: row.get("at")?,
                    actor: row.get("actor")?,
                    kind: row.get("kind")?,
                    from: row.get("from")?,
                    to: row.get("to")?,
                    note: row.get("note")?,
                    is_customers: row.get("is_customers")?,
                    movements: movements.remove(&row.get("pk")?).unwrap_or_default(),
                })
            },
        )
    }

    /// Loads every movement of a product's stock, with the stock on hand of that size after it.
    fn stock_entries(&self, product: ProductId) -> Result<Vec<StockEntry>, StoreError> {
        self.rows(
            "SELECT m.at, m.actor, m.reason, o.reference, d.reference AS delivery, NULLIF(s.size, '') AS size, m.delta, m.note,
                    SUM(m.delta) OVER (PARTITION BY m.size_key ORDER BY m.pk) AS balance
             FROM stock_movements AS m
             JOIN stock AS s ON s.product_id = m.product_id AND s.size_key = m.size_key
             LEFT JOIN orders AS o ON o.pk = m.order_pk LEFT JOIN deliveries AS d ON d.pk = m.delivery_pk
             WHERE m.product_id = :product ORDER BY m.pk",
            named_params! {":product": product},
            |row| {
                Ok(StockEntry {
                    at: row.get("at")?,
                    actor: row.get("actor")?,
                    reason: row.get("reason")?,
                    reference: row.get("reference")?,
                    delivery: row.get("delivery")?,
                    size: row.get("size")?,
                    delta: row.get("delta")?,
                    balance: row.get("balance")?,
                    note: row.get("note")?,
                })
            },
        )
    }

    /// Loads everything that happened to a product: each movement of its stock, and each change of its prices.
    pub fn product_entries(&self, product: ProductId) -> Result<Vec<ProductEntry>, StoreError> {
        let prices = self.rows(
            r#"SELECT at, actor, field, "from", "to", note FROM price_changes WHERE product_id = :product ORDER BY pk"#,
            named_params! {":product": product},
            |row| {
                Ok(PriceEntry {
                    at: row.get("at")?,
                    actor: row.get("actor")?,
                    field: row.get("field")?,
                    from: row.get("from")?,
                    to: row.get("to")?,
                    note: row.get("note")?,
                })
            },
        )?;
        Ok(merge(self.stock_entries(product)?, prices))
    }
}
