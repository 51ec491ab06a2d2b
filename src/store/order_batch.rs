//! New orders on their way into the file, many of them in one transaction.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, PrepFlags, Statement, named_params};

use super::error::StoreError;
use super::item_buffer::{ItemBuffer, ItemRow, rows_of};
use super::orders::duplicate_window;
use super::transaction::{Audit, Write};
use super::values::{ContentHash, Id, execute_in_order};
use crate::domain::customer_remarks::Block;
use crate::domain::history::EventKind;
use crate::domain::incoming::Source;
use crate::domain::intake::Known;
use crate::domain::order::{Order, OrderPk};
use crate::domain::phone::full_number;
use crate::domain::reference::Reference;
use crate::domain::resolve::ResolvedOrder;
use crate::domain::status::Status;
use crate::domain::user::UserId;

/// New orders of one transaction. Their items are written after the orders, unless an order is loaded before.
///
/// It has the transaction to itself: nobody else can look for items that are not written yet. The statements that run for each
/// order are prepared once: taking one out of the connection's cache takes as long as a short step of it.
#[derive(Debug)]
pub struct OrderBatch<'w, 'c> {
    write: &'w mut Write<'c>,
    /// The country code that completes numbers.
    country_code: Option<String>,
    folder: &'c Path,
    items: ItemBuffer,
    like_another: Statement<'c>,
    /// Finds out whether a number is blocked; `None`: no number is.
    block: Option<Statement<'c>>,
    insert_order: Statement<'c>,
    insert_item: Statement<'c>,
    insert_source: Statement<'c>,
}

impl<'c> Write<'c> {
    /// Runs `take`, which takes in new orders, and then writes the items that are left. If it fails, the transaction
    /// must not be committed.
    ///
    /// # Errors
    /// Those of `take`; the file is full or broken; items cannot be read back.
    pub fn with_order_batch<T, E: From<StoreError>>(
        &mut self,
        take: impl FnOnce(&mut OrderBatch<'_, 'c>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut batch = OrderBatch::begin(self)?;
        let value = take(&mut batch)?;
        batch.write_items()?;
        Ok(value)
    }
}

impl<'w, 'c> OrderBatch<'w, 'c> {
    fn begin(write: &'w mut Write<'c>) -> Result<OrderBatch<'w, 'c>, StoreError> {
        let connection: &'c Connection = write.connection;
        // PERSISTENT keeps these long-lived statements out of SQLite's lookaside memory.
        let prepare = |sql| connection.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT);
        Ok(OrderBatch {
            country_code: write.country_code()?,
            folder: write.folder,
            items: ItemBuffer::default(),
            like_another: prepare(
                "SELECT EXISTS (SELECT 1 FROM orders WHERE customer_phone_digits = :digits AND items_hash = :items
                     AND order_date BETWEEN :first AND :last)",
            )?,
            block: if write.blocks_anybody()? {
                Some(prepare(
                    "SELECT blocked_at, blocked_note FROM customers
                     WHERE phone_digits = :number AND blocked_at IS NOT NULL",
                )?)
            } else {
                None
            },
            insert_order: prepare(
                "INSERT INTO orders (id, reference, order_date, customer_name, customer_phone, customer_phone_digits,
                     customer_address, user_id, status, total, item_count, currency, created_at, updated_at, items_hash,
                     delivery_fee, discount, cod, delivery_fee_agreed, discount_agreed, cod_agreed)
                 VALUES (:id, :reference, :order_date, :name, :phone, :digits,
                     :address, :user, :status, :total, :item_count, :currency, :at, :at, :items,
                     :delivery_fee, :discount, :cod, :delivery_fee_agreed, :discount_agreed, :cod_agreed)
                 ON CONFLICT (reference) DO NOTHING",
            )?,
            insert_item: prepare(ItemRow::INSERT)?,
            insert_source: prepare(
                "INSERT INTO order_sources (order_pk, kind, message_id, content_hash, received_at)
                 VALUES (:order, :kind, :message, :hash, :at)",
            )?,
            write,
        })
    }

    /// Finds the order that has this reference in any case, and returns the reference as that order spells it.
    pub fn reference_like(&self, reference: &Reference) -> Result<Option<Reference>, StoreError> {
        let sql = "SELECT reference FROM orders WHERE reference = :reference";
        self.write.first(sql, named_params! {":reference": reference}, |row| row.get(0))
    }

    /// Finds the order that a WhatsApp message brought.
    pub fn order_of_message(&self, message_id: &str) -> Result<Option<(OrderPk, Reference)>, StoreError> {
        let sql = "SELECT o.pk, o.reference FROM order_sources AS s JOIN orders AS o ON o.pk = s.order_pk
             WHERE s.message_id = :message";
        self.write.first(sql, named_params! {":message": message_id}, |row| Ok((row.get("pk")?, row.get("reference")?)))
    }

    /// Returns whether a WhatsApp message brought the order with this reference.
    pub fn is_of_a_message(&self, reference: &Reference) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM orders AS o JOIN order_sources AS s ON s.order_pk = o.pk
             WHERE o.reference = :reference AND s.message_id IS NOT NULL)";
        self.write.row(sql, named_params! {":reference": reference}, |row| row.get(0))
    }

    /// Returns whether an order that came in may be a duplicate: an order, perhaps the same one, has its number and
    /// items within hours. Almost none has.
    pub fn may_be_duplicate(&mut self, order: &ResolvedOrder) -> Result<bool, StoreError> {
        let (first, last) = duplicate_window(order.order_date);
        let named = named_params! {
            ":digits": full_number(&order.customer.phone, self.country_code.as_deref()),
            ":items": order.content.items_hash(),
            ":first": first,
            ":last": last,
        };
        Ok(self.like_another.query_row(named, |row| row.get(0))?)
    }

    /// Returns whether and why the customer of an order that came in is blocked.
    pub fn block_of(&mut self, order: &ResolvedOrder) -> Result<Option<Block>, StoreError> {
        let Some(block) = &mut self.block else { return Ok(None) };
        let number = full_number(&order.customer.phone, self.country_code.as_deref());
        let found = block.query_row(named_params! {":number": number}, |row| {
            Ok(Block { since: row.get("blocked_at")?, note: row.get("blocked_note")? })
        });
        Ok(found.optional()?)
    }

    /// Loads what is known of a reference under which a content of this hash came in.
    pub fn known_order(&mut self, reference: &Reference, hash: ContentHash) -> Result<Option<Known>, StoreError> {
        let sql = "SELECT o.pk, EXISTS (SELECT 1 FROM order_sources AS s
                 WHERE s.order_pk = o.pk AND s.content_hash = :hash) AS came_before
             FROM orders AS o WHERE o.reference = :reference";
        let named = named_params! {":reference": reference, ":hash": hash};
        let found = self.write.first(sql, named, |row| Ok((row.get("pk")?, row.get("came_before")?)))?;
        let Some((pk, came_before)) = found else { return Ok(None) };
        self.write_items()?;
        Ok(self.write.orders(&[pk])?.pop().map(|order| Known { order, came_before }))
    }

    /// Loads the orders that one that came in may be a duplicate of.
    pub fn likely_duplicates(&mut self, order: &ResolvedOrder) -> Result<Vec<Order>, StoreError> {
        self.write_items()?;
        let number = self.write.full_number(&order.customer.phone)?;
        self.write.orders(&self.write.likely_duplicates(&order.content, &number, order.order_date, None)?)
    }

    /// Takes in a new order, whose content has this hash and which belongs to `user`, with its items, its source and its first
    /// event; `None`: nothing is written, as its reference is another order's.
    pub fn insert_order(
        &mut self,
        new: &ResolvedOrder,
        hash: ContentHash,
        user: Option<UserId>,
        audit: &Audit,
    ) -> Result<Option<OrderPk>, StoreError> {
        let inserted = execute_in_order!(
            self.insert_order,
            ":id": Id(new.id),
            ":reference": new.reference,
            ":order_date": new.order_date,
            ":name": new.customer.name,
            ":phone": new.customer.phone,
            ":digits": full_number(&new.customer.phone, self.country_code.as_deref()),
            ":address": new.customer.address,
            ":user": user,
            ":status": Status::Pending,
            ":total": new.total,
            ":item_count": new.item_count,
            ":currency": new.currency,
            ":at": self.write.time,
            ":items": new.content.items_hash(),
            ":delivery_fee": new.terms.delivery_fee,
            ":discount": new.terms.discount,
            ":cod": new.terms.is_cod,
            ":delivery_fee_agreed": !new.terms.claimed.delivery_fee,
            ":discount_agreed": !new.terms.claimed.discount,
            ":cod_agreed": !new.terms.claimed.cod,
        )?;
        if inserted == 0 {
            return Ok(None);
        }
        let order = OrderPk(self.write.connection.last_insert_rowid());
        for item in rows_of(order, &new.items) {
            let is_full = !self.items.add(&item, self.folder);
            if is_full {
                self.write_items()?;
            }
        }
        for name in &new.other_names {
            self.write.insert_item_name(name)?;
        }
        self.insert_source(order, &new.source, hash)?;
        let (time, pending) = (self.write.time, Some(Status::Pending.as_str()));
        self.write.insert_event(order, EventKind::Created, None, pending, time, audit)?;
        self.write.index_new(order)?;
        Ok(Some(order))
    }

    /// Remembers where an order came from.
    pub fn insert_source(&mut self, order: OrderPk, source: &Source, hash: ContentHash) -> Result<(), StoreError> {
        execute_in_order!(
            self.insert_source,
            ":order": order,
            ":kind": source.kind.as_str(),
            ":message": source.message_id,
            ":hash": hash,
            ":at": self.write.time,
        )?;
        Ok(())
    }

    /// Keeps a note with an order.
    ///
    /// # Errors
    /// The order is no longer there.
    pub fn insert_note(&self, order: OrderPk, audit: &Audit) -> Result<(), StoreError> {
        self.write.insert_note(order, audit)
    }

    /// Writes the items of the orders that were taken in.
    fn write_items(&mut self) -> Result<(), StoreError> {
        std::mem::take(&mut self.items).write_each(|item| item.insert(&mut self.insert_item))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::order_samples::{incoming, resolved_order};
    use crate::domain::product::tests::product;
    use crate::store::commit::tests::{CLOCK, audit, store};
    use crate::store::transaction::Outcome;

    #[test]
    fn an_order_has_its_items_in_the_batch_and_after_it() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let new =
            resolved_order(&incoming(&[(&shirt, 1, None), (&shirt, 2, None)]), &[shirt.clone()].into_iter().collect());
        let hash = ContentHash::of(&new.content);
        let orders = ["LEG-0001", "LEG-0002", "LEG-0003"].map(|reference| {
            let mut order = ResolvedOrder { reference: Reference::parse(reference).unwrap(), ..new.clone() };
            order.items.iter_mut().map(|item| &mut item.id).chain([&mut order.id]).for_each(|id| *id = Uuid::now_v7());
            order
        });
        let pks = store
            .write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
                write.insert_product(&shirt, &audit())?;
                write.with_order_batch(|batch| {
                    let [first, second, third] = &orders;
                    let insert = |batch: &mut OrderBatch<'_, '_>, order| {
                        batch.insert_order(order, hash, None, &audit()).map(Option::unwrap)
                    };
                    let mut pks = vec![insert(batch, first)?];
                    assert_eq!(batch.insert_order(first, hash, None, &audit())?, None, "its reference is not free");
                    let known = batch.known_order(&first.reference, hash)?.unwrap();
                    assert_eq!((known.order.items, known.came_before), (first.items.clone(), true));
                    pks.push(insert(batch, second)?);
                    let duplicates = batch.likely_duplicates(third)?;
                    assert!(duplicates.iter().map(|order| order.items.len()).eq([2, 2]), "{duplicates:?}");
                    pks.push(insert(batch, third)?);
                    Ok(pks)
                })
            })
            .unwrap();
        let written = store.read::<_, StoreError>(|read| read.orders(&pks)).unwrap();
        assert!(written.iter().map(|order| &order.items).eq(orders.iter().map(|order| &order.items)), "{written:?}");
    }
}
