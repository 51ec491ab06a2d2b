//! Orders with their items, events and sources.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Row, named_params};

use super::error::StoreError;
use super::item_buffer::{ItemRow, rows_of};
use super::search::fold;
use super::transaction::{Audit, Read, Write};
use super::values::{Id, InOrder, execute_in_order, json_array};
use crate::domain::content::{Content, ItemContent, items_hash};
use crate::domain::duplicate::DUPLICATE_WINDOW_MILLIS;
use crate::domain::edit::Edited;
use crate::domain::history::EventKind;
use crate::domain::order::{Customer, Misnomer, Order, OrderItem, OrderPk, OrderSummary};
use crate::domain::phone::{full_number, is_callable_number, is_phone_shaped};
use crate::domain::product::ProductId;
use crate::domain::reference::{Reference, SHORTEST_PART, is_name_shaped};
use crate::domain::stock::{Movement, Reason};
use crate::domain::text::is_edge;
use crate::domain::time::Timestamp;
use crate::domain::transition::StatusChange;
use crate::domain::user::UserId;

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
    /// When.
    pub order_date: Timestamp,
}

/// How many characters of a name are enough to look for it: Ali has three.
const SHORTEST_NAME: usize = 3;

/// How many orders are named at the most where a part of a reference fits several.
const MATCHES_NAMED: u32 = 11;

/// With how many orders of the same number and items before it, and as many after it, one is compared: however many one
/// phone sends, receiving the next one takes no longer.
const DUPLICATES_COMPARED: u32 = 5;

/// The columns of an order, for a query over `orders AS o LEFT JOIN users AS u`.
pub(super) const SUMMARY_COLUMNS: &str = "o.pk, o.id, o.reference, o.order_date, o.customer_name, o.customer_phone,
    o.customer_address, u.username, o.status, o.total, o.item_count, o.currency, o.created_at, o.updated_at";

/// Reads an order in the order of `SUMMARY_COLUMNS`.
pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<OrderSummary> {
    let mut row = InOrder::of(row);
    Ok(OrderSummary {
        pk: row.take()?,
        id: row.take::<Id>()?.0,
        reference: row.take()?,
        order_date: row.take()?,
        customer: Customer { name: row.take()?, phone: row.take()?, address: row.take()? },
        user: row.take()?,
        status: row.take()?,
        total: row.take()?,
        item_count: row.take()?,
        currency: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

/// The columns of an item, after the key of its order.
const ITEM_COLUMNS: &str =
    "order_pk, id, product_id, product_name, product_barcode, product_image, quantity, unit_price,
    selected_size, selected_color, subtotal, list_price";

/// Reads an item in the order of `ITEM_COLUMNS`, with the key of its order.
fn item(row: &Row<'_>) -> rusqlite::Result<(OrderPk, OrderItem)> {
    let mut row = InOrder::of(row);
    let order = row.take()?;
    let item = OrderItem {
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
        misnomer: None,
    };
    Ok((order, item))
}

pub(super) fn order_match(row: &Row<'_>) -> rusqlite::Result<OrderMatch> {
    Ok(OrderMatch {
        pk: row.get("pk")?,
        id: row.get::<_, Id>("id")?.0,
        reference: row.get("reference")?,
        customer_name: row.get("customer_name")?,
        order_date: row.get("order_date")?,
    })
}

impl Read<'_> {
    /// Finds the orders that `text` names whole, by indexes: the one with this reference, in any case, or id. Guests choose
    /// references: where it is also the id, the phone or the name of others, these are found too, so that nobody's order
    /// is taken for another's. With a `user`, only their own.
    pub fn match_whole(&self, text: &str, user: Option<UserId>) -> Result<Vec<OrderMatch>, StoreError> {
        let mut exact = self.connection.prepare_cached(
            "SELECT pk, id, reference, customer_name, order_date FROM orders
             WHERE reference = :text AND (:user IS NULL OR user_id = :user)
             UNION ALL
             SELECT pk, id, reference, customer_name, order_date FROM orders
             WHERE id = lower(:text) AND (:user IS NULL OR user_id = :user)",
        )?;
        let found = exact.query_map(named_params! {":text": text, ":user": user}, order_match)?;
        let mut found: Vec<OrderMatch> = found.collect::<Result<_, _>>()?;
        if found.iter().any(|order| order.reference.as_str().eq_ignore_ascii_case(text)) {
            if is_callable_number(text) {
                found.extend(self.open_orders_of_phone(text, user)?);
            } else if is_name_shaped(text) {
                found.extend(self.open_orders_named(text, user)?);
            }
        }
        let mut seen = HashSet::new();
        found.retain(|order| seen.insert(order.pk));
        Ok(found)
    }

    /// Finds the orders that `text` fits, where it is no whole reference or id: by the phone of open ones; else by a part
    /// of the reference, or of the name of open ones. None, one, or the first of several. With a `user`, only their own.
    pub fn match_parts(&self, text: &str, user: Option<UserId>) -> Result<Vec<OrderMatch>, StoreError> {
        let of_phone = self.open_orders_of_phone(text, user)?;
        if !of_phone.is_empty() {
            return Ok(of_phone);
        }
        let length = text.chars().count();
        let folded = fold(text);
        if length < SHORTEST_NAME || folded.trim().is_empty() {
            return Ok(Vec::new());
        }
        // All references are looked at, but nothing else of their orders: they stand in an index of their own. Of open
        // orders the names are looked at too.
        let mut part = self.connection.prepare_cached(
            "SELECT pk, id, reference, customer_name, order_date FROM orders
             WHERE pk IN (SELECT pk FROM orders WHERE :is_part AND is_found_in(:folded, reference)
                          UNION
                          SELECT pk FROM orders WHERE status IN ('pending', 'confirmed', 'processing', 'shipped')
                                                  AND is_found_in(:folded, customer_name))
               AND (:user IS NULL OR user_id = :user)
             ORDER BY pk DESC LIMIT :most",
        )?;
        let is_part = length >= SHORTEST_PART;
        let named = named_params! {":folded": folded, ":is_part": is_part, ":user": user, ":most": MATCHES_NAMED};
        let found = part.query_map(named, order_match)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Finds the newest open orders of a customer whose name is this one, in any spelling.
    fn open_orders_named(&self, name: &str, user: Option<UserId>) -> Result<Vec<OrderMatch>, StoreError> {
        let mut open = self.connection.prepare_cached(
            "SELECT pk, id, reference, customer_name, order_date FROM orders
             WHERE status IN ('pending', 'confirmed', 'processing', 'shipped') AND is_found_in(:folded, customer_name)
               AND (:user IS NULL OR user_id = :user)
             ORDER BY pk DESC",
        )?;
        let folded = fold(name);
        let found = open.query_map(named_params! {":folded": folded, ":user": user}, order_match)?;
        let is_whole = |order: &rusqlite::Result<OrderMatch>| {
            order.as_ref().map_or(true, |order| fold(order.customer_name.trim_matches(is_edge)) == folded)
        };
        Ok(found.filter(is_whole).take(MATCHES_NAMED as usize).collect::<Result<_, _>>()?)
    }

    /// Finds the newest open orders of a phone, typed in any spelling.
    fn open_orders_of_phone(&self, text: &str, user: Option<UserId>) -> Result<Vec<OrderMatch>, StoreError> {
        if !is_phone_shaped(text) {
            return Ok(Vec::new());
        }
        let number = full_number(text, self.country_code()?.as_deref());
        let mut open = self.connection.prepare_cached(
            "SELECT pk, id, reference, customer_name, order_date FROM orders
             WHERE customer_phone_digits = :number AND status IN ('pending', 'confirmed', 'processing', 'shipped')
               AND (:user IS NULL OR user_id = :user)
             ORDER BY pk DESC LIMIT :most",
        )?;
        let found = open
            .query_map(named_params! {":number": number, ":user": user, ":most": MATCHES_NAMED}, order_match)?
            .collect::<Result<_, _>>()?;
        Ok(found)
    }

    /// Returns the newest references, for naming one that is close to a mistyped one. With a `user`, only their own.
    pub fn newest_references(&self, user: Option<UserId>, most: u32) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT reference FROM orders WHERE :user IS NULL OR user_id = :user ORDER BY pk DESC LIMIT :most",
        )?;
        let references =
            statement.query_map(named_params! {":user": user, ":most": most}, |row| row.get("reference"))?;
        Ok(references.collect::<Result<_, _>>()?)
    }

    /// Loads orders with their items, in the order of `pks`.
    pub fn orders(&self, pks: &[OrderPk]) -> Result<Vec<Order>, StoreError> {
        let keys = json_array(pks.iter().map(|pk| pk.0));
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id
             WHERE o.pk IN (SELECT value FROM json_each(:keys))"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut found: HashMap<OrderPk, OrderSummary> = statement
            .query_map(named_params! {":keys": keys}, |row| summary(row).map(|summary| (summary.pk, summary)))?
            .collect::<Result<_, _>>()?;
        let summaries = pks.iter().filter_map(|pk| found.remove(pk)).collect();
        self.with_items(summaries)
    }

    /// Adds the items to orders, in one query.
    pub(super) fn with_items(&self, summaries: Vec<OrderSummary>) -> Result<Vec<Order>, StoreError> {
        let keys = json_array(summaries.iter().map(|summary| summary.pk.0));
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM order_items
             WHERE order_pk IN (SELECT value FROM json_each(:keys)) ORDER BY order_pk, position"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut items: HashMap<OrderPk, Vec<OrderItem>> = HashMap::with_capacity(summaries.len());
        let mut rows = statement.query(named_params! {":keys": keys})?;
        while let Some(row) = rows.next()? {
            let (order, item) = item(row)?;
            items.entry(order).or_default().push(item);
        }
        self.compare_with_catalogue(items.values_mut().flatten())?;
        let with_items = |summary: OrderSummary| {
            let items = items.remove(&summary.pk).unwrap_or_default();
            Order { summary, items }
        };
        Ok(summaries.into_iter().map(with_items).collect())
    }

    /// Notes of items what the catalogue says now, where they say otherwise.
    fn compare_with_catalogue<'i>(&self, items: impl Iterator<Item = &'i mut OrderItem>) -> Result<(), StoreError> {
        let mut by_product: HashMap<ProductId, Vec<&mut OrderItem>> = HashMap::new();
        for item in items {
            by_product.entry(item.product_id).or_default().push(item);
        }
        let mut statement = self.connection.prepare_cached("SELECT name, barcode FROM products WHERE id = :id")?;
        for (id, items) in by_product {
            let named = named_params! {":id": id};
            let found = statement.query_row(named, |row| Ok((row.get("name")?, row.get("barcode")?))).optional()?;
            let Some((name, barcode)): Option<(String, Option<String>)> = found else { continue };
            for item in items {
                let (said, sku) = (&item.product_name, item.product_barcode.as_deref());
                item.misnomer = Misnomer::find(said, sku, &name, barcode.as_deref());
            }
        }
        Ok(())
    }

    /// Counts all orders.
    pub fn order_count(&self) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT COUNT(*) FROM orders")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Returns the key of the newest order, about as many as there are; 0 where there is none.
    pub(super) fn newest_order(&self) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT coalesce(MAX(pk), 0) FROM orders")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Returns whether an order has this reference.
    pub fn has_reference(&self, reference: &Reference) -> Result<bool, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM orders WHERE reference = :reference)")?;
        Ok(statement.query_row(named_params! {":reference": reference}, |row| row.get(0))?)
    }

    /// Loads the orders that one with this content, phone and date may be a duplicate of: those of the same number and items
    /// that are nearest in time, within hours, a few before and a few after. A duplicate is never the order `but` itself.
    pub fn likely_duplicates(
        &self,
        content: &Content,
        phone: &str,
        date: Timestamp,
        but: Option<OrderPk>,
    ) -> Result<Vec<Order>, StoreError> {
        let (first, last) = duplicate_window(date);
        let mut statement = self.connection.prepare_cached(
            "SELECT pk FROM (SELECT pk FROM orders
                 WHERE customer_phone_digits = :digits AND items_hash = :items AND order_date BETWEEN :first AND :date
                     AND pk IS NOT :but
                 ORDER BY order_date DESC LIMIT :most)
             UNION ALL
             SELECT pk FROM (SELECT pk FROM orders
                 WHERE customer_phone_digits = :digits AND items_hash = :items AND order_date > :date AND order_date <= :last
                     AND pk IS NOT :but
                 ORDER BY order_date LIMIT :most)",
        )?;
        let pks = statement
            .query_map(
                named_params! {
                    ":digits": self.full_number(phone)?,
                    ":items": content.items_hash(),
                    ":first": first,
                    ":date": date,
                    ":last": last,
                    ":but": but,
                    ":most": DUPLICATES_COMPARED,
                },
                |row| row.get("pk"),
            )?
            .collect::<Result<Vec<_>, _>>()?;
        self.orders(&pks)
    }

    /// Loads the stock that an order holds: for each product and size what its movements took.
    pub fn held_stock(&self, order: OrderPk) -> Result<Vec<Movement>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT product_id, size_key, SUM(delta) AS delta FROM stock_movements
             WHERE order_pk = :order GROUP BY product_id, size_key HAVING SUM(delta) <> 0 ORDER BY MIN(pk)",
        )?;
        let held = statement.query_map(named_params! {":order": order}, |row| {
            Ok(Movement {
                product_id: row.get("product_id")?,
                size_key: row.get("size_key")?,
                delta: row.get("delta")?,
                reason: Reason::Confirm,
                note: None,
            })
        })?;
        Ok(held.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Gives an order its decided status, moves its stock and writes the event.
    ///
    /// # Errors
    /// The order is no longer in the status that the decision was made for, or the stock is no longer there.
    pub fn change_status(&self, change: &StatusChange, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(change.order)?;
        let changed = self
            .connection
            .prepare_cached("UPDATE orders SET status = :to, updated_at = :at WHERE pk = :order AND status = :from")?
            .execute(named_params! {
                ":to": change.to,
                ":at": time,
                ":order": change.order,
                ":from": change.from,
            })?;
        if changed != 1 {
            return Err(StoreError::Changed("the order"));
        }
        let (from, to) = (Some(change.from.as_str()), Some(change.to.as_str()));
        let event = self.insert_event(change.order, EventKind::Status, from, to, time, audit)?;
        for movement in &change.movements {
            self.apply_movement(movement, Some((change.order, event)), time, audit)?;
        }
        Ok(())
    }

    /// Writes a decided edit of an order, with an event for each thing that it changes.
    ///
    /// # Errors
    /// The order is no longer in the status that the decision was made for.
    pub fn edit_order(&self, edited: &Edited, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(edited.order)?;
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE orders SET customer_name = :name, customer_phone = :phone, customer_phone_digits = :digits,
                     customer_address = :address, total = :total, item_count = :item_count, updated_at = :at,
                     items_hash = coalesce(:items, items_hash)
                 WHERE pk = :order AND status = :status",
            )?
            .execute(named_params! {
                ":name": edited.customer.name,
                ":phone": edited.customer.phone,
                ":digits": self.full_number(&edited.customer.phone)?,
                ":address": edited.customer.address,
                ":total": edited.total,
                ":item_count": edited.item_count,
                ":items": edited.items.as_ref().map(|items| items_hash(items.iter().map(ItemContent::of).collect())),
                ":at": time,
                ":order": edited.order,
                ":status": edited.status,
            })?;
        if changed != 1 {
            return Err(StoreError::Changed("the order"));
        }
        self.index_again(edited.order)?;
        if let Some(items) = &edited.items {
            // All of them anew, as their positions move up when one is removed. They keep their ids.
            self.connection
                .prepare_cached("DELETE FROM order_items WHERE order_pk = :order")?
                .execute(named_params! {":order": edited.order})?;
            let mut insert = self.connection.prepare_cached(ItemRow::INSERT)?;
            rows_of(edited.order, items).try_for_each(|item| item.insert(&mut insert))?;
        }
        for change in &edited.changes {
            let (from, to) = (change.from.as_deref(), change.to.as_deref());
            self.insert_event(edited.order, EventKind::Edited, from, to, time, audit)?;
        }
        Ok(())
    }

    /// Keeps a note with an order, whatever its status.
    ///
    /// # Errors
    /// The order is no longer there.
    pub fn insert_note(&self, order: OrderPk, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(order)?;
        let changed = self
            .connection
            .prepare_cached("UPDATE orders SET updated_at = :at WHERE pk = :order")?
            .execute(named_params! {":at": time, ":order": order})?;
        if changed != 1 {
            return Err(StoreError::Changed("the order"));
        }
        self.insert_event(order, EventKind::Note, None, None, time, audit)?;
        Ok(())
    }

    /// Returns the time of a change of an order: that of the transaction, unless the order has a later one, from before
    /// the clock stepped back.
    fn time_to_change(&self, order: OrderPk) -> Result<Timestamp, StoreError> {
        let sql = "SELECT max(o.created_at, o.updated_at, coalesce(
                       (SELECT e.at FROM order_events AS e WHERE e.order_pk = o.pk ORDER BY e.pk DESC LIMIT 1), ''))
                   FROM orders AS o WHERE o.pk = ?1";
        let last: Option<Timestamp> =
            self.connection.prepare_cached(sql)?.query_row([order], |row| row.get(0)).optional()?;
        Ok(last.map_or(self.time, |last| last.max(self.time)))
    }

    pub(super) fn insert_event(
        &self,
        order: OrderPk,
        kind: EventKind,
        from: Option<&str>,
        to: Option<&str>,
        time: Timestamp,
        audit: &Audit,
    ) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached(
            r#"INSERT INTO order_events (order_pk, at, actor, kind, "from", "to", note)
               VALUES (:order, :at, :actor, :kind, :from, :to, :note)"#,
        )?;
        execute_in_order!(
            statement,
            ":order": order,
            ":at": time,
            ":actor": audit.actor,
            ":kind": kind,
            ":from": from,
            ":to": to,
            ":note": audit.note,
        )?;
        Ok(self.connection.last_insert_rowid())
    }
}

/// Returns between which instants the duplicates are of an order of this date.
pub(super) fn duplicate_window(date: Timestamp) -> (Timestamp, Timestamp) {
    let around = |millis| Timestamp::from_millis(date.millis().saturating_add(millis));
    let (first, last) = (around(-DUPLICATE_WINDOW_MILLIS), around(DUPLICATE_WINDOW_MILLIS));
    (first.unwrap_or(Timestamp::FIRST), last.unwrap_or(Timestamp::LAST))
}
