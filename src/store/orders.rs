//! Loading orders with their items.

use std::collections::HashMap;

use rusqlite::{Params, Row, named_params};

use super::error::StoreError;
use super::returns::Returns;
use super::transaction::Read;
use super::values::{Id, InOrder, json_array, limit};
use crate::domain::content::Content;
use crate::domain::duplicate::DUPLICATE_WINDOW_MILLIS;
use crate::domain::order::{Customer, Misnomer, Order, OrderItem, OrderPk, OrderSummary};
use crate::domain::reference::Reference;
use crate::domain::row_order::RowOrder;
use crate::domain::shipping::Shipping;
use crate::domain::status::Status;
use crate::domain::terms::{Claimed, Terms};
use crate::domain::time::Timestamp;

/// An order is compared with at most this many of the same number and items before it, and as many after it: receiving one takes
/// the same time however many there are.
const DUPLICATES_COMPARED: u32 = 5;

/// How many orders are loaded at once: their parts come from several queries, and memory holds them until they are joined.
const LOADED_AT_ONCE: usize = 32;

/// The columns of an order, for a query over `orders AS o LEFT JOIN users AS u`.
pub(super) const SUMMARY_COLUMNS: &str = "o.pk, o.id, o.reference, o.order_date, o.customer_name, o.customer_phone,
    o.customer_address, o.customer_phone_digits, u.username, o.status, o.total, o.item_count, o.currency, o.created_at, o.updated_at,
    o.delivery_fee, o.discount, o.cod, o.delivery_fee_agreed, o.discount_agreed, o.cod_agreed, o.kept, o.returned, o.paid,
    o.courier, o.tracking";

/// Reads an order in the order of `SUMMARY_COLUMNS`.
pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<OrderSummary> {
    let mut row = InOrder::of(row);
    Ok(OrderSummary {
        pk: row.take()?,
        id: row.take::<Id>()?.0,
        reference: row.take()?,
        order_date: row.take()?,
        customer: Customer { name: row.take()?, phone: row.take()?, address: row.take()? },
        number: row.take()?,
        user: row.take()?,
        status: row.take()?,
        total: row.take()?,
        item_count: row.take()?,
        currency: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
        terms: terms(&mut row)?,
        kept: row.take()?,
        returned: row.take()?,
        payments_sum: row.take()?,
        shipping: Shipping { courier: row.take()?, tracking: row.take()? },
    })
}

fn terms(row: &mut InOrder<'_>) -> rusqlite::Result<Terms> {
    let (delivery_fee, discount, is_cod) = (row.take()?, row.take()?, row.take()?);
    let claimed =
        Claimed { delivery_fee: !row.take::<bool>()?, discount: !row.take::<bool>()?, cod: !row.take::<bool>()? };
    Ok(Terms { delivery_fee, discount, is_cod, claimed })
}

/// The columns of an item, with the key of its order first and what the catalogue says now last.
const ITEM_COLUMNS: &str =
    "i.order_pk, i.id, i.product_id, i.product_name, i.product_barcode, i.product_image, i.quantity, i.unit_price,
    i.selected_size, i.selected_color, i.subtotal, i.list_price, i.price_agreed, p.name, p.barcode";

/// Reads an item in the order of `ITEM_COLUMNS`, with the key of its order.
fn item(row: &Row<'_>) -> rusqlite::Result<(OrderPk, OrderItem)> {
    let mut row = InOrder::of(row);
    let order = row.take()?;
    let mut item = OrderItem {
        id: row.take::<Id>()?.0,
        product_id: row.take()?,
        product_name: row.take()?,
        product_barcode: row.take()?,
        product_image: row.take()?,
        quantity: row.take()?,
        unit_price: row.take()?,
        selected_size: row.take()?,
        selected_color: row.take()?,
        subtotal: row.take()?,
        list_price: row.take()?,
        is_price_agreed: row.take()?,
        returned: 0,
        misnomer: None,
    };
    let (name, barcode) = (row.take_text()?, row.take_text()?);
    // Only in a damaged file has an item no product.
    if let Some(name) = name {
        item.misnomer = Misnomer::find(&item.product_name, item.product_barcode.as_deref(), name, barcode);
    }
    Ok((order, item))
}

impl Read<'_> {
    /// Loads orders with their items, in the order of `pks`.
    pub fn orders(&self, pks: &[OrderPk]) -> Result<Vec<Order>, StoreError> {
        let mut orders = Vec::with_capacity(pks.len());
        for pks in pks.chunks(LOADED_AT_ONCE) {
            orders.extend(self.with_items(self.summaries(pks)?)?);
        }
        Ok(orders)
    }

    /// Loads orders again after a change, in batches, so that memory does not hold all of them twice.
    pub fn reload<'o>(&self, orders: impl Iterator<Item = &'o mut Order>) -> Result<(), StoreError> {
        let mut orders: Vec<&mut Order> = orders.collect();
        for some in orders.chunks_mut(LOADED_AT_ONCE) {
            let mut changed = self.orders(&some.iter().map(|order| order.summary.pk).collect::<Vec<_>>())?.into_iter();
            for order in some {
                **order = changed.next().ok_or(StoreError::Changed("the order"))?;
            }
        }
        Ok(())
    }

    /// Loads orders without their items, in the order of `pks`.
    pub fn summaries(&self, pks: &[OrderPk]) -> Result<Vec<OrderSummary>, StoreError> {
        if pks.is_empty() {
            return Ok(Vec::new());
        }
        let keys = json_array(pks.iter().map(|pk| pk.0));
        let condition = "o.pk IN (SELECT value FROM json_each(:keys))";
        let found = self.summaries_where(condition, named_params! {":keys": keys})?;
        let mut found: HashMap<_, _> = found.into_iter().map(|summary| (summary.pk, summary)).collect();
        Ok(pks.iter().filter_map(|pk| found.remove(pk)).collect())
    }

    /// Finds the orders that a row of a list may mean: the one of this reference or id, or the first few of this number, in any case.
    pub fn orders_of_row(&self, row: &RowOrder) -> Result<Vec<OrderSummary>, StoreError> {
        let condition = match row {
            RowOrder::Reference(_) => {
                "o.pk = coalesce((SELECT pk FROM orders WHERE reference = :text),
                                 (SELECT pk FROM orders WHERE id = lower(:text)))"
            }
            RowOrder::Tracking(_) => "o.tracking = :text ORDER BY o.pk LIMIT 3",
        };
        self.summaries_where(condition, named_params! {":text": row.text()})
    }

    /// Finds the first few orders other than this one that have a courier's number, in any case.
    pub fn others_with_tracking(&self, order: OrderPk, number: &str) -> Result<Vec<Reference>, StoreError> {
        self.rows(
            "SELECT reference FROM orders WHERE tracking = :number AND pk <> :order ORDER BY pk LIMIT 3",
            named_params! {":number": number, ":order": order},
            |row| row.get("reference"),
        )
    }

    /// Finds the orders that are to be packed, the oldest first, `most` at the most.
    pub fn orders_to_pack(&self, most: usize) -> Result<Vec<OrderPk>, StoreError> {
        // Each status by itself, so that the index on status and time gives them without sorting.
        self.rows(
            "SELECT created_at, pk FROM orders WHERE status = 'confirmed'
             UNION ALL
             SELECT created_at, pk FROM orders WHERE status = 'processing'
             ORDER BY created_at, pk LIMIT :most",
            named_params! {":most": limit(Some(most))},
            |row| row.get("pk"),
        )
    }

    /// Finds the order of a number, in any spelling, that came in last.
    pub fn last_order_of(&self, phone: &str) -> Result<Option<OrderSummary>, StoreError> {
        let number = self.full_number(phone)?;
        let condition = "o.customer_phone_digits = :number ORDER BY o.pk DESC LIMIT 1";
        Ok(self.summaries_where(condition, named_params! {":number": number})?.pop())
    }

    /// Loads the orders `o` that meet a condition, which may end with their order and number.
    fn summaries_where(&self, condition: &str, values: impl Params) -> Result<Vec<OrderSummary>, StoreError> {
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id WHERE {condition}"
        );
        self.rows(&sql, values, summary)
    }

    /// Adds to orders their items, payments, notes and returns, each in one query.
    pub(super) fn with_items(&self, summaries: Vec<OrderSummary>) -> Result<Vec<Order>, StoreError> {
        let keys = json_array(summaries.iter().map(|summary| summary.pk.0));
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM order_items AS i LEFT JOIN products AS p ON p.id = i.product_id
             WHERE i.order_pk IN (SELECT value FROM json_each(:keys)) ORDER BY i.order_pk, i.position"
        );
        let mut items: HashMap<OrderPk, Vec<OrderItem>> = HashMap::with_capacity(summaries.len());
        self.each(&sql, named_params! {":keys": keys}, |row| {
            let (order, item) = item(row)?;
            items.entry(order).or_default().push(item);
            Ok::<_, StoreError>(())
        })?;
        let has_payments = summaries.iter().any(|summary| summary.payments_sum.is_some());
        let mut payments = if has_payments { self.payments_of(&keys)? } else { HashMap::new() };
        let mut notes = self.notes_of(&keys)?;
        let remarks = self.remarks_of(&summaries)?;
        // A pending order has no returns.
        let may_have_returns = summaries.iter().any(|summary| summary.status != Status::Pending);
        let mut returns = if may_have_returns { self.returns_of(&keys)? } else { Returns::default() };
        let with_items = |summary: OrderSummary| {
            let mut items = fitted(items.remove(&summary.pk));
            let (returns, exchanges) = returns.take(summary.pk, &mut items);
            let payments = fitted(payments.remove(&summary.pk));
            let notes = fitted(notes.remove(&summary.pk));
            let remarks = remarks.get(&summary.number).cloned().unwrap_or_default();
            Order { summary, items, payments, notes, remarks, returns, exchanges }
        };
        Ok(summaries.into_iter().map(with_items).collect())
    }

    /// Counts all orders.
    pub fn order_count(&self) -> Result<i64, StoreError> {
        self.row("SELECT COUNT(*) FROM orders", [], |row| row.get(0))
    }

    /// Returns the key of the newest order, which is about the number of orders; 0 without orders.
    pub(super) fn newest_order(&self) -> Result<i64, StoreError> {
        self.row("SELECT coalesce(MAX(pk), 0) FROM orders", [], |row| row.get(0))
    }

    /// Returns whether an order has this reference.
    pub fn has_reference(&self, reference: &Reference) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM orders WHERE reference = :reference)";
        self.row(sql, named_params! {":reference": reference}, |row| row.get(0))
    }

    /// Finds the likely duplicates of an order with this content, number in full and date: the orders of the same
    /// number and items that are nearest in time, within hours, a few before and a few after. The order `except` is
    /// none.
    pub fn likely_duplicates(
        &self,
        content: &Content,
        number: &str,
        date: Timestamp,
        except: Option<OrderPk>,
    ) -> Result<Vec<OrderPk>, StoreError> {
        let (first, last) = duplicate_window(date);
        self.rows(
            "SELECT pk FROM (SELECT pk FROM orders
                 WHERE customer_phone_digits = :digits AND items_hash = :items AND order_date BETWEEN :first AND :date
                     AND pk IS NOT :except
                 ORDER BY order_date DESC LIMIT :most)
             UNION ALL
             SELECT pk FROM (SELECT pk FROM orders
                 WHERE customer_phone_digits = :digits AND items_hash = :items AND order_date > :date AND order_date <= :last
                     AND pk IS NOT :except
                 ORDER BY order_date LIMIT :most)",
            named_params! {
                ":digits": number,
                ":items": content.items_hash(),
                ":first": first,
                ":date": date,
                ":last": last,
                ":except": except,
                ":most": DUPLICATES_COMPARED,
            },
            |row| row.get("pk"),
        )
    }
}

/// Returns the parts of one order without the room that `push` made: it makes it for four, and most orders have fewer.
fn fitted<T>(parts: Option<Vec<T>>) -> Vec<T> {
    let mut parts = parts.unwrap_or_default();
    parts.shrink_to_fit();
    parts
}

/// Returns the instants between which duplicates of an order of this date lie.
pub(super) fn duplicate_window(date: Timestamp) -> (Timestamp, Timestamp) {
    let around = |millis| Timestamp::from_millis(date.millis().saturating_add(millis));
    let (first, last) = (around(-DUPLICATE_WINDOW_MILLIS), around(DUPLICATE_WINDOW_MILLIS));
    (first.unwrap_or(Timestamp::FIRST), last.unwrap_or(Timestamp::LAST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, resolved_order};
    use crate::domain::product::tests::product;
    use crate::domain::shipping::ShippingEdit;
    use crate::domain::time::Clock;
    use crate::store::commit::tests::{audit, store};
    use crate::store::transaction::Outcome;
    use crate::store::values::ContentHash;

    #[test]
    fn a_row_finds_its_order_by_reference_id_or_the_couriers_number() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let first = resolved_order(&incoming(&[(&shirt, 2, None)]), &[shirt.clone()].into_iter().collect());
        let clock = Clock::Fixed(Timestamp::parse("2026-02-07T09:00:00Z").unwrap());
        let rows = store.write::<_, StoreError>(Outcome::Commit, clock, |write| {
            write.insert_product(&shirt, &audit())?;
            for name in ["LEG-1", "LEG-2"] {
                let mut new = resolved_order(&incoming(&[(&shirt, 2, None)]), &[shirt.clone()].into_iter().collect());
                (new.id, new.reference) = (
                    uuid::Uuid::from_u128(new.id.as_u128() + u128::from(name.as_bytes()[4])),
                    Reference::parse(name).unwrap(),
                );
                let hash = ContentHash::of(&new.content);
                write.with_order_batch(|batch| batch.insert_order(&new, hash, None, &audit()))?;
            }
            for (pk, number) in [(1, "bs-1"), (2, "bs-2")] {
                let edit = ShippingEdit { courier: None, tracking: Some(Some(number.to_owned())) };
                let order = write.orders(&[OrderPk(pk)])?.remove(0);
                write.set_shipping(&order.summary, &edit, &audit())?;
            }
            let others = |pk, number| write.others_with_tracking(OrderPk(pk), number);
            assert_eq!((others(1, "BS-1")?.len(), others(2, "BS-1")?.len(), others(2, "bs")?.len()), (0, 1, 0));
            let id = uuid::Uuid::from_u128(first.id.as_u128() + u128::from(b'2')).to_string().to_uppercase();
            let rows = [
                (RowOrder::Reference("leg-1".to_owned()), Some(1)),
                (RowOrder::Reference(id), Some(2)),
                (RowOrder::Reference("LEG".to_owned()), None),
                (RowOrder::Reference("bs-1".to_owned()), None),
                (RowOrder::Tracking("BS-2".to_owned()), Some(2)),
                (RowOrder::Tracking("LEG-1".to_owned()), None),
                (RowOrder::Tracking("bs-".to_owned()), None),
            ];
            rows.into_iter()
                .map(|(row, expected)| Ok((write.orders_of_row(&row)?, row, expected)))
                .collect::<Result<Vec<_>, _>>()
        });
        for (found, row, expected) in rows.unwrap() {
            assert_eq!(found.iter().map(|order| order.pk.0).collect::<Vec<_>>(), Vec::from_iter(expected), "{row:?}");
        }
    }
}
