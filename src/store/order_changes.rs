//! Changing orders: status, edits and notes, each with its events.

use rusqlite::named_params;

use super::error::StoreError;
use super::item_buffer::{ItemRow, rows_of};
use super::stock::Origin;
use super::transaction::{Audit, Write};
use super::values::execute_in_order;
use crate::domain::content::{ItemContent, items_hash};
use crate::domain::edit::Edited;
use crate::domain::history::EventKind;
use crate::domain::item_words::Change;
use crate::domain::money::Money;
use crate::domain::order::{OrderItem, OrderPk, OrderSummary};
use crate::domain::shipping::ShippingEdit;
use crate::domain::terms::{Claimed, Terms};
use crate::domain::time::Timestamp;
use crate::domain::transition::StatusChange;

impl Write<'_> {
    /// Gives an order its decided status, moves its stock and writes the event.
    ///
    /// # Errors
    /// The order is no longer in the status that the decision was made for, or the stock is no longer there.
    pub fn change_status(&self, change: &StatusChange, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(change.order)?;
        // Confirming agrees to what only the guest claimed: without consent it is refused.
        let sql = "UPDATE orders SET status = :to, kept = :kept, updated_at = :at,
                       delivery_fee_agreed = delivery_fee_agreed OR :to = 'confirmed',
                       discount_agreed = discount_agreed OR :to = 'confirmed', cod_agreed = cod_agreed OR :to = 'confirmed'
                   WHERE pk = :order AND status = :from";
        let values = named_params! {
            ":to": change.to,
            ":kept": change.kept,
            ":at": time,
            ":order": change.order,
            ":from": change.from,
        };
        self.change_one("the order", sql, values)?;
        let (from, to) = (Some(change.from.as_str()), Some(change.to.as_str()));
        let event = self.insert_event(change.order, EventKind::Status, from, to, time, audit)?;
        let kept = |kept: Money| (kept != Money::ZERO).then(|| format!("kept: {kept}"));
        let without_note = Audit { note: None, ..audit.clone() };
        self.insert_edits(change.order, [kept(change.kept_before)], [kept(change.kept)], time, &without_note)?;
        for movement in &change.movements {
            self.move_stock(movement, Origin::Order { order: change.order, event }, time, audit)?;
        }
        Ok(())
    }

    /// Marks an order as cash on delivery, which the shop agrees to, with an event unless it is marked already.
    pub fn mark_cod(&self, order: OrderPk, audit: &Audit) -> Result<(), StoreError> {
        let was = self.summaries(&[order])?.pop().ok_or(StoreError::Changed("the order"))?.terms;
        let is = Terms { is_cod: true, claimed: Claimed { cod: false, ..was.claimed }, ..was };
        if was == is {
            return Ok(());
        }
        let time = self.time_to_change(order)?;
        let sql = "UPDATE orders SET cod = 1, cod_agreed = 1, updated_at = :at WHERE pk = :order";
        self.change_one("the order", sql, named_params! {":at": time, ":order": order})?;
        self.insert_edits(order, was.words(), is.words(), time, audit)
    }

    /// Notes who carries an order, with an event for each thing that changes.
    pub fn set_shipping(&self, order: &OrderSummary, edit: &ShippingEdit, audit: &Audit) -> Result<(), StoreError> {
        let shipping = order.shipping.edited(edit);
        if shipping == order.shipping {
            return Ok(());
        }
        let time = self.time_to_change(order.pk)?;
        let sql = "UPDATE orders SET courier = :courier, tracking = :tracking, updated_at = :at WHERE pk = :order";
        let values = named_params! {
            ":courier": shipping.courier,
            ":tracking": shipping.tracking,
            ":at": time,
            ":order": order.pk,
        };
        self.change_one("the order", sql, values)?;
        self.insert_edits(order.pk, order.shipping.words(), shipping.words(), time, audit)
    }

    /// Writes a decided edit of an order, with an event for each thing that it changes.
    ///
    /// # Errors
    /// The order is no longer in the status that the decision was made for.
    pub fn edit_order(&self, edited: &Edited, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(edited.order)?;
        let sql = "UPDATE orders SET customer_name = :name, customer_phone = :phone, customer_phone_digits = :digits,
                     customer_address = :address, total = :total, item_count = :item_count, updated_at = :at,
                     items_hash = coalesce(:items, items_hash),
                     user_id = CASE WHEN :has_user THEN :user ELSE user_id END,
                     delivery_fee = :delivery_fee, discount = :discount, cod = :cod,
                     delivery_fee_agreed = :delivery_fee_agreed, discount_agreed = :discount_agreed, cod_agreed = :cod_agreed,
                     courier = :courier, tracking = :tracking
                 WHERE pk = :order AND status = :status";
        let values = named_params! {
            ":name": edited.customer.name,
            ":phone": edited.customer.phone,
            ":digits": self.full_number(&edited.customer.phone)?,
            ":address": edited.customer.address,
            ":total": edited.total,
            ":item_count": edited.item_count,
            ":items": edited.items.as_ref().map(|items| items_hash(items.iter().map(ItemContent::of).collect())),
            ":has_user": edited.user.is_some(),
            ":user": edited.user.flatten(),
            ":delivery_fee": edited.terms.delivery_fee,
            ":discount": edited.terms.discount,
            ":cod": edited.terms.is_cod,
            ":delivery_fee_agreed": !edited.terms.claimed.delivery_fee,
            ":discount_agreed": !edited.terms.claimed.discount,
            ":cod_agreed": !edited.terms.claimed.cod,
            ":courier": edited.shipping.courier,
            ":tracking": edited.shipping.tracking,
            ":at": time,
            ":order": edited.order,
            ":status": edited.status,
        };
        self.change_one("the order", sql, values)?;
        self.index_again(edited.order)?;
        if let Some(items) = &edited.items {
            self.replace_items(edited.order, items)?;
        }
        for change in &edited.changes {
            self.insert_change(edited.order, EventKind::Edited, change, time, audit)?;
        }
        Ok(())
    }

    /// Writes all items of an order anew, as their positions move up when one is removed. They keep their ids.
    pub(super) fn replace_items(&self, order: OrderPk, items: &[OrderItem]) -> Result<(), StoreError> {
        self.execute("DELETE FROM order_items WHERE order_pk = :order", named_params! {":order": order})?;
        let mut insert = self.connection.prepare_cached(ItemRow::INSERT)?;
        Ok(rows_of(order, items).try_for_each(|item| item.insert(&mut insert))?)
    }

    /// Writes an event for each of these words of the history that has changed.
    fn insert_edits<const N: usize>(
        &self,
        order: OrderPk,
        was: [Option<String>; N],
        is: [Option<String>; N],
        time: Timestamp,
        audit: &Audit,
    ) -> Result<(), StoreError> {
        for (was, is) in was.into_iter().zip(is).filter(|(was, is)| was != is) {
            self.insert_event(order, EventKind::Edited, was.as_deref(), is.as_deref(), time, audit)?;
        }
        Ok(())
    }

    /// Writes the event of a change, and moves its stock. Returns the event's key.
    pub(super) fn insert_change(
        &self,
        order: OrderPk,
        kind: EventKind,
        change: &Change,
        time: Timestamp,
        audit: &Audit,
    ) -> Result<i64, StoreError> {
        let event = self.insert_event(order, kind, change.from.as_deref(), change.to.as_deref(), time, audit)?;
        for movement in &change.movements {
            self.move_stock(movement, Origin::Order { order, event }, time, audit)?;
        }
        Ok(event)
    }

    /// Keeps a note with an order, whatever its status.
    ///
    /// # Errors
    /// The order is no longer there.
    pub fn insert_note(&self, order: OrderPk, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(order)?;
        let sql = "UPDATE orders SET updated_at = :at WHERE pk = :order";
        self.change_one("the order", sql, named_params! {":at": time, ":order": order})?;
        self.insert_event(order, EventKind::Note, None, None, time, audit)?;
        Ok(())
    }

    /// Returns the time of a change of an order: that of the transaction, unless the order has a later one, from before
    /// the clock stepped back.
    pub(super) fn time_to_change(&self, order: OrderPk) -> Result<Timestamp, StoreError> {
        let sql = "SELECT max(o.created_at, o.updated_at, coalesce(
                       (SELECT e.at FROM order_events AS e WHERE e.order_pk = o.pk ORDER BY e.pk DESC LIMIT 1), ''))
                   FROM orders AS o WHERE o.pk = ?1";
        let last: Option<Timestamp> = self.first(sql, [order], |row| row.get(0))?;
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
