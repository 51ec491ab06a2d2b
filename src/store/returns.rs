//! What came back from customers.

use std::collections::{HashMap, HashSet};

use rusqlite::named_params;

use super::error::StoreError;
use super::status_sets::{carried_statuses, shop_statuses};
use super::transaction::{Audit, Read, Write};
use super::values::{Id, limit};
use crate::domain::content::{ItemContent, items_hash};
use crate::domain::customer::CustomerReturn;
use crate::domain::history::EventKind;
use crate::domain::money::Money;
use crate::domain::order::{Exchange, OrderItem, OrderPk, Return};
use crate::domain::returns::Returned;
use crate::domain::time::Timestamp;

/// The returns of orders, oldest first.
#[derive(Debug, Default)]
pub(super) struct Returns(HashMap<OrderPk, Vec<Row>>);

/// Whether the event `e` exchanged pieces of an order that a courier brought: its replacement goes out as a parcel of its own,
/// unless the whole order came back to the shop later.
const IS_EXCHANGE: &str = concat!(
    r#"(e."to" IS NOT NULL AND e.kind = 'returned'
    AND EXISTS (SELECT 1 FROM order_events AS s
                WHERE s.order_pk = e.order_pk AND s.pk < e.pk AND s.kind = 'status' AND s."to" = 'shipped')
    AND NOT EXISTS (SELECT 1 FROM order_events AS s
                    WHERE s.order_pk = e.order_pk AND s.pk > e.pk AND s.kind = 'status' AND s."to" IN "#,
    shop_statuses!(),
    "))"
);

/// Whether something was sent after the event `e`: the order was shipped once more, or got another courier or number.
///
/// A step to delivered tells of a parcel that went out before. So does the first courier or number of an order where it comes with
/// that step: it is the first parcel's.
const IS_SENT: &str = r#"EXISTS (
    SELECT 1 FROM order_events AS s
    WHERE s.order_pk = e.order_pk AND s.pk > e.pk
      AND (s.kind = 'status' AND s."to" = 'shipped'
           OR s.kind = 'edited' AND (s."to" GLOB 'courier: *' OR s."to" GLOB 'tracking: *')
              AND (s."from" IS NOT NULL
                   OR NOT EXISTS (SELECT 1 FROM order_events AS d
                                  WHERE d.order_pk = s.order_pk AND d.at = s.at AND d.pk > e.pk
                                    AND d.kind = 'status' AND d."to" = 'delivered'))))"#;

#[derive(Debug)]
struct Row {
    item: Id,
    quantity: u32,
    subtotal: Money,
    value: Money,
    at: Timestamp,
    is_exchange: bool,
    is_sent: bool,
}

impl Returns {
    /// Takes the returns and exchanges of an order, and notes the returns at its items.
    pub fn take(&mut self, order: OrderPk, items: &mut [OrderItem]) -> (Vec<Return>, Vec<Exchange>) {
        let rows = self.0.remove(&order).unwrap_or_default();
        let of_exchange = |row: &Row| row.is_exchange.then_some(Exchange { value: row.value, is_sent: row.is_sent });
        let exchanges = rows.iter().filter_map(of_exchange).collect();
        let to_item = |Row { item, quantity, subtotal, value, at, .. }| {
            // `check` finds a row whose item does not exist.
            let index = items.iter().position(|known| known.id == item.0)?;
            items[index].returned = items[index].returned.saturating_add(quantity);
            Some(Return { item: index + 1, quantity, subtotal, value, at })
        };
        (rows.into_iter().filter_map(to_item).collect(), exchanges)
    }
}

impl Read<'_> {
    /// Loads the returns of orders, whose keys are a JSON array.
    pub(super) fn returns_of(&self, orders: &str) -> Result<Returns, StoreError> {
        let sql = format!(
            "SELECT r.order_pk, r.item_id, r.quantity, r.subtotal, r.value, e.at, {IS_EXCHANGE} AS is_exchange, {IS_SENT} AS is_sent
             FROM order_returns AS r JOIN order_events AS e ON e.pk = r.event_pk
             WHERE r.order_pk IN (SELECT value FROM json_each(:orders)) ORDER BY r.pk"
        );
        let mut returns = Returns::default();
        self.each(&sql, named_params! {":orders": orders}, |row| {
            returns.0.entry(row.get("order_pk")?).or_default().push(Row {
                item: row.get("item_id")?,
                quantity: row.get("quantity")?,
                subtotal: row.get("subtotal")?,
                value: row.get("value")?,
                at: row.get("at")?,
                is_exchange: row.get("is_exchange")?,
                is_sent: row.get("is_sent")?,
            });
            Ok::<_, StoreError>(())
        })?;
        Ok(returns)
    }

    /// Finds the orders with a replacement that is still to be sent, the oldest exchange first, among the `most` newest
    /// returns.
    pub fn unsent_exchanges(&self, most: u32) -> Result<Vec<OrderPk>, StoreError> {
        // Preparing the query takes longer than to see that nothing ever came back.
        if !self.row("SELECT EXISTS (SELECT 1 FROM order_returns LIMIT 1)", [], |row| row.get(0))? {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT o.pk FROM (SELECT pk, order_pk, event_pk FROM order_returns ORDER BY pk DESC LIMIT :most) AS r
             CROSS JOIN orders AS o ON o.pk = r.order_pk CROSS JOIN order_events AS e ON e.pk = r.event_pk
             WHERE o.status IN {} AND {IS_EXCHANGE} AND NOT {IS_SENT}",
            carried_statuses!()
        );
        let newest_first = self.rows(&sql, named_params! {":most": most}, |row| row.get("pk"))?;
        let mut orders: Vec<OrderPk> = newest_first.into_iter().rev().collect();
        let mut seen = HashSet::new();
        orders.retain(|order| seen.insert(*order));
        Ok(orders)
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
            named_params! {":number": number, ":most": limit(Some(most))},
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
    /// Writes a decided return: an event for each item with returned pieces, the stock that moves, and the cancellation
    /// if nothing is left of the order.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::holding::Holding;
    use crate::domain::item_words::Change;
    use crate::domain::movement::{Movement, Reason};
    use crate::domain::order_samples::{incoming, resolved_order};
    use crate::domain::product::Product;
    use crate::domain::product::tests::product;
    use crate::domain::resolve::ResolvedOrder;
    use crate::domain::return_lines::ReturnedLine;
    use crate::domain::status::Status;
    use crate::domain::transition::StatusChange;
    use crate::store::commit::tests::{CLOCK, audit, store};
    use crate::store::open::Store;
    use crate::store::transaction::Outcome;
    use crate::store::values::ContentHash;

    fn movement(product: &Product, delta: i64, reason: Reason) -> Movement {
        Movement { product_id: product.id, size_key: String::new(), delta, reason, note: None }
    }

    fn change(order: OrderPk, new: &ResolvedOrder, from: Status, to: Status, movements: Vec<Movement>) -> StatusChange {
        let (reference, kept) = (new.reference.clone(), Money::ZERO);
        StatusChange { order, reference, from, to, kept_before: kept, kept, movements }
    }

    /// Stores an order of two of three shirts, and ships it.
    fn shipped(store: &mut Store, shirt: &Product) -> (OrderPk, ResolvedOrder) {
        let new = resolved_order(&incoming(&[(shirt, 2, None)]), &[shirt.clone()].into_iter().collect());
        let written = store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
            write.insert_product(shirt, &audit())?;
            let order = write.with_order_batch(|batch| {
                Ok::<_, StoreError>(batch.insert_order(&new, ContentHash::of(&new.content), None, &audit())?.unwrap())
            })?;
            let taken = vec![movement(shirt, -2, Reason::Confirm)];
            write.change_status(&change(order, &new, Status::Pending, Status::Confirmed, taken), &audit())?;
            write.change_status(&change(order, &new, Status::Confirmed, Status::Shipped, Vec::new()), &audit())?;
            Ok(order)
        });
        (written.unwrap(), new)
    }

    #[test]
    fn a_return_is_written_whole_while_its_decision_holds() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let (order, new) = shipped(&mut store, &shirt);
        let price = Money::from_hundredths(2999);
        // One piece comes back after others were taken for it.
        let returned = |status, taken: i64, cancellation| Returned {
            order,
            status,
            lines: vec![ReturnedLine {
                item: new.items[0].id,
                quantity: 1,
                subtotal: price,
                value: price,
                change: Change {
                    from: Some("item 1".to_owned()),
                    to: Some("another".to_owned()).filter(|_| taken > 0),
                    movements: [movement(&shirt, -taken, Reason::Edit), movement(&shirt, 1, Reason::Return)]
                        .into_iter()
                        .filter(|movement| movement.delta != 0)
                        .collect(),
                },
            }],
            items: None,
            total: new.total,
            item_count: new.item_count,
            value: price,
            cancellation,
        };
        let write = |store: &mut Store, returned: &Returned| {
            store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| write.return_items(returned, &audit()))
        };
        let read = |store: &Store| {
            let read = store.read::<_, StoreError>(|read| {
                let held = read.held_stock(order)?;
                Ok((read.orders(&[order])?.remove(0), held.movements_to(&Holding::default(), Reason::Cancel)))
            });
            let (order, held) = read.unwrap();
            (order, held.iter().map(|movement| movement.delta).collect::<Vec<_>>())
        };
        let before = read(&store);
        let outdated = write(&mut store, &returned(Status::Delivered, 1, None));
        assert!(matches!(outdated, Err(StoreError::Changed("the order"))));
        // It was sold before.
        let sold = write(&mut store, &returned(Status::Shipped, 2, None));
        assert!(matches!(sold, Err(StoreError::Changed("the stock"))));
        assert_eq!(read(&store), before);

        write(&mut store, &returned(Status::Shipped, 1, None)).unwrap();
        let (found, held) = read(&store);
        let back = Return { item: 1, quantity: 1, subtotal: price, value: price, at: found.summary.updated_at };
        assert_eq!((found.returns.as_slice(), found.items[0].returned, held), (&[back][..], 1, vec![2]));
        assert_eq!((found.summary.returned, found.summary.status), (price, Status::Shipped));

        let end = change(order, &new, Status::Shipped, Status::Cancelled, Vec::new());
        write(&mut store, &returned(Status::Shipped, 0, Some(end))).unwrap();
        let (found, held) = read(&store);
        assert_eq!((found.returns.len(), found.items[0].returned, held), (2, 2, vec![1]));
        assert_eq!(found.summary.status, Status::Cancelled);
    }
}
