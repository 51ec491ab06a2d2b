//! What came back from customers.

use std::collections::HashMap;

use rusqlite::named_params;

use super::error::StoreError;
use super::transaction::{Audit, Read, Write};
use super::values::Id;
use crate::domain::content::{ItemContent, items_hash};
use crate::domain::customer::CustomerReturn;
use crate::domain::history::EventKind;
use crate::domain::money::Money;
use crate::domain::order::{OrderItem, OrderPk, Return};
use crate::domain::returns::Returned;
use crate::domain::time::Timestamp;

/// What came back of orders, oldest first.
#[derive(Debug, Default)]
pub(super) struct Returns(HashMap<OrderPk, Vec<Row>>);

#[derive(Debug)]
struct Row {
    item: Id,
    quantity: u32,
    subtotal: Money,
    value: Money,
    at: Timestamp,
}

impl Returns {
    /// Takes out what came back of an order, and notes it at its items.
    pub fn take(&mut self, order: OrderPk, items: &mut [OrderItem]) -> Vec<Return> {
        let rows = self.0.remove(&order).unwrap_or_default();
        let to_item = |Row { item, quantity, subtotal, value, at }| {
            // A row of an item that is not there is found by check.
            let index = items.iter().position(|known| known.id == item.0)?;
            items[index].returned = items[index].returned.saturating_add(quantity);
            Some(Return { item: index + 1, quantity, subtotal, value, at })
        };
        rows.into_iter().filter_map(to_item).collect()
    }
}

impl Read<'_> {
    /// Loads what came back of orders, whose keys are a JSON array.
    pub(super) fn returns_of(&self, orders: &str) -> Result<Returns, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT r.order_pk, r.item_id, r.quantity, r.subtotal, r.value, e.at
             FROM order_returns AS r JOIN order_events AS e ON e.pk = r.event_pk
             WHERE r.order_pk IN (SELECT value FROM json_each(:orders)) ORDER BY r.pk",
        )?;
        let mut returns = Returns::default();
        let mut rows = statement.query(named_params! {":orders": orders})?;
        while let Some(row) = rows.next()? {
            returns.0.entry(row.get("order_pk")?).or_default().push(Row {
                item: row.get("item_id")?,
                quantity: row.get("quantity")?,
                subtotal: row.get("subtotal")?,
                value: row.get("value")?,
                at: row.get("at")?,
            });
        }
        Ok(returns)
    }

    /// Loads what came back of the orders of a number in full, up to `most` of the newest.
    pub(super) fn returns_of_customer(&self, number: &str, most: u64) -> Result<Vec<CustomerReturn>, StoreError> {
        self.rows(
            "SELECT o.reference, p.name, i.selected_size, r.quantity, r.subtotal, r.value, e.at,
                    (SELECT COUNT(*) FROM order_items AS i2
                     WHERE i2.order_pk = i.order_pk AND i2.position <= i.position) AS number
             FROM orders AS o CROSS JOIN order_returns AS r ON r.order_pk = o.pk
             JOIN order_events AS e ON e.pk = r.event_pk
             JOIN order_items AS i ON i.order_pk = o.pk AND i.id = r.item_id
             JOIN products AS p ON p.id = i.product_id
             WHERE o.customer_phone_digits = :number ORDER BY e.at DESC, r.pk DESC LIMIT :most",
            named_params! {":number": number, ":most": i64::try_from(most).unwrap_or(i64::MAX)},
            |row| {
                Ok(CustomerReturn {
                    reference: row.get("reference")?,
                    product_name: row.get("name")?,
                    size: row.get("selected_size")?,
                    returned: Return {
                        item: row.get::<_, u32>("number")?.try_into().unwrap_or(usize::MAX),
                        quantity: row.get("quantity")?,
                        subtotal: row.get("subtotal")?,
                        value: row.get("value")?,
                        at: row.get("at")?,
                    },
                })
            },
        )
    }
}

impl Write<'_> {
    /// Writes a decided return: an event for each item of which something comes back, the stock that moves, and the
    /// cancellation of an order of which nothing is left.
    ///
    /// # Errors
    /// The order is no longer in the status that the decision was made for, or the stock is no longer there.
    pub fn return_items(&self, returned: &Returned, audit: &Audit) -> Result<(), StoreError> {
        let order = returned.order;
        let time = self.time_to_change(order)?;
        let sql = "UPDATE orders SET total = :total, item_count = :item_count, returned = :value, updated_at = :at,
                       items_hash = coalesce(:items, items_hash)
                   WHERE pk = :order AND status = :status";
        let values = named_params! {
            ":total": returned.total,
            ":item_count": returned.item_count,
            ":value": returned.value,
            ":at": time,
            ":items": returned.items.as_ref().map(|items| items_hash(items.iter().map(ItemContent::of).collect())),
            ":order": order,
            ":status": returned.status,
        };
        self.change_one("the order", sql, values)?;
        if let Some(items) = &returned.items {
            self.replace_items(order, items)?;
        }
        for line in &returned.lines {
            let event = self.insert_change(order, EventKind::Returned, &line.change, time, audit)?;
            self.execute(
                "INSERT INTO order_returns (order_pk, event_pk, item_id, quantity, subtotal, value)
                 VALUES (:order, :event, :item, :quantity, :subtotal, :value)",
                named_params! {
                    ":order": order,
                    ":event": event,
                    ":item": Id(line.item),
                    ":quantity": line.quantity,
                    ":subtotal": line.subtotal,
                    ":value": line.value,
                },
            )?;
        }
        match &returned.cancellation {
            Some(cancellation) => self.change_status(cancellation, &Audit { note: None, ..audit.clone() }),
            None => Ok(()),
        }
    }
}
