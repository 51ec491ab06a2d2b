//! What was paid for orders.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Row, named_params};

use super::error::StoreError;
use super::orders::{SUMMARY_COLUMNS, summary};
use super::transaction::{Audit, Read, Write};
use crate::domain::history::EventKind;
use crate::domain::order::{OrderPk, OrderSummary};
use crate::domain::payment::{Alike, Method, NewPayment, Payment, PaymentEntry, PaymentPk, SameReceipt};

impl Read<'_> {
    /// Loads the payments of orders, whose keys are a JSON array, oldest first.
    pub(super) fn payments_of(&self, orders: &str) -> Result<HashMap<OrderPk, Vec<Payment>>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT pk, order_pk, at, paid_at, actor, amount, method, receipt, note, voids FROM payments
             WHERE order_pk IN (SELECT value FROM json_each(:orders)) ORDER BY pk",
        )?;
        let mut payments: HashMap<OrderPk, Vec<Payment>> = HashMap::new();
        let mut rows = statement.query(named_params! {":orders": orders})?;
        while let Some(row) = rows.next()? {
            let of_order = payments.entry(row.get("order_pk")?).or_default();
            let payment = payment(row, of_order)?;
            of_order.push(payment);
        }
        Ok(payments)
    }
}

impl Read<'_> {
    /// Finds the payment of this method and receipt that is not taken back; without a receipt there is none.
    pub fn same_receipt(&self, method: &Method, receipt: Option<&str>) -> Result<Option<SameReceipt>, StoreError> {
        let Some(receipt) = receipt else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(
            "SELECT p.order_pk, o.reference, p.amount FROM payments AS p JOIN orders AS o ON o.pk = p.order_pk
             WHERE p.method = :method AND p.receipt = :receipt
               AND NOT EXISTS (SELECT 1 FROM payments AS v WHERE v.voids = p.pk)
             ORDER BY p.pk LIMIT 1",
        )?;
        let same = statement.query_row(named_params! {":method": method, ":receipt": receipt}, |row| {
            Ok(SameReceipt {
                order: row.get("order_pk")?,
                reference: row.get("reference")?,
                amount: row.get("amount")?,
            })
        });
        Ok(same.optional()?)
    }

    /// Loads the order of this reference or id, in any case, for a row of a list.
    pub fn order_of_row(&self, text: &str) -> Result<Option<OrderSummary>, StoreError> {
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id
             WHERE o.pk = coalesce((SELECT pk FROM orders WHERE reference = :text),
                                   (SELECT pk FROM orders WHERE id = lower(:text)))"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row(named_params! {":text": text}, summary).optional()?)
    }

    /// Returns the newest payment; `None` where there is none.
    pub fn newest_payment(&self) -> Result<Option<PaymentPk>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT MAX(pk) FROM payments")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Finds the oldest payment of an order that may be this one, entered before; `newest` was the newest before the list.
    pub fn alike(
        &self,
        order: OrderPk,
        entry: &PaymentEntry,
        newest: Option<PaymentPk>,
    ) -> Result<Option<Alike>, StoreError> {
        // With a +, SQLite does not take the index of methods, in which one may have most of all payments.
        let mut statement = self.connection.prepare_cached(
            "SELECT p.pk FROM payments AS p
             WHERE p.order_pk = :order AND +p.method = :method AND p.amount = :amount AND p.voids IS NULL
               AND (:paid_at IS NULL OR p.paid_at = :paid_at)
               AND NOT EXISTS (SELECT 1 FROM payments AS v WHERE v.voids = p.pk)
             ORDER BY p.pk LIMIT 1",
        )?;
        let found: Option<PaymentPk> = statement
            .query_row(
                named_params! {
                    ":order": order,
                    ":method": entry.method,
                    ":amount": entry.amount,
                    ":paid_at": entry.paid_at,
                },
                |row| row.get(0),
            )
            .optional()?;
        Ok(found.map(|found| if Some(found) <= newest { Alike::OnRecord } else { Alike::InList }))
    }

    /// Returns whether a payment was made by this method before.
    pub fn knows_method(&self, method: &Method) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM payments WHERE method = :method)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(named_params! {":method": method}, |row| row.get(0))?)
    }

    /// Returns the method of the payment that was recorded last.
    pub fn last_method(&self) -> Result<Option<Method>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT method FROM payments ORDER BY pk DESC LIMIT 1")?;
        Ok(statement.query_row([], |row| row.get(0)).optional()?)
    }

    /// Returns the methods of all payments, by name.
    pub fn methods(&self) -> Result<Vec<Method>, StoreError> {
        // Each step finds the next one in the index, however many payments there are.
        let mut statement = self.connection.prepare_cached(
            "WITH RECURSIVE known (method) AS (SELECT MIN(method) FROM payments UNION ALL
                 SELECT (SELECT MIN(method) FROM payments WHERE method > known.method) FROM known WHERE known.method NOT NULL)
             SELECT method FROM known WHERE method NOT NULL",
        )?;
        let methods = statement.query_map([], |row| row.get(0))?;
        Ok(methods.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Records a decided payment, with its event.
    ///
    /// # Errors
    /// The order's payments no longer sum to what the decision was made for.
    pub fn record_payment(&self, new: &NewPayment, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(new.order)?;
        let (from, to) = (new.change.0.as_deref(), new.change.1.as_deref());
        let event = self.insert_event(new.order, EventKind::Payment, from, to, time, audit)?;
        let entry = &new.entry;
        self.connection
            .prepare_cached(
                "INSERT INTO payments (order_pk, event_pk, at, paid_at, actor, amount, method, receipt, note, voids)
                 VALUES (:order, :event, :at, :paid_at, :actor, :amount, :method, :receipt, :note, :voids)",
            )?
            .execute(named_params! {
                ":order": new.order,
                ":event": event,
                ":at": time,
                ":paid_at": entry.paid_at.unwrap_or(time),
                ":actor": audit.actor,
                ":amount": entry.amount,
                ":method": entry.method,
                ":receipt": entry.receipt,
                ":note": audit.note,
                ":voids": new.voids,
            })?;
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE orders SET paid = coalesce(paid, 0) + :amount, updated_at = :at
                 WHERE pk = :order AND paid IS :before",
            )?
            .execute(named_params! {
                ":amount": entry.amount,
                ":at": time,
                ":order": new.order,
                ":before": new.before,
            })?;
        if changed == 1 { Ok(()) } else { Err(StoreError::Changed("the order")) }
    }
}

/// Reads a payment that comes after those `before` it of the same order.
fn payment(row: &Row<'_>, before: &[Payment]) -> rusqlite::Result<Payment> {
    let voids: Option<i64> = row.get("voids")?;
    let number_of = |pk: i64| before.iter().find(|payment| payment.pk.0 == pk).map(|payment| payment.number);
    Ok(Payment {
        pk: row.get("pk")?,
        number: before.len() + 1,
        at: row.get("at")?,
        paid_at: row.get("paid_at")?,
        actor: row.get("actor")?,
        amount: row.get("amount")?,
        method: row.get("method")?,
        receipt: row.get("receipt")?,
        note: row.get("note")?,
        voids: voids.and_then(number_of),
    })
}
