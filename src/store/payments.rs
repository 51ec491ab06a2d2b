//! What was paid for orders.

use std::collections::HashMap;

use rusqlite::{Row, named_params};

use super::error::StoreError;
use super::transaction::{Audit, Read, Write};
use crate::domain::history::EventKind;
use crate::domain::order::OrderPk;
use crate::domain::payment::{Method, Payment, PaymentEntry, PaymentPk};
use crate::domain::record_payment::{Alike, NewPayment, SameReceipt};

/// A row is compared with at most this many payments of its order, method and amount: a list that repeats one takes no longer.
const ALIKE_COMPARED: u32 = 1000;

impl Read<'_> {
    /// Loads the payments of orders, whose keys are a JSON array, oldest first.
    pub(super) fn payments_of(&self, orders: &str) -> Result<HashMap<OrderPk, Vec<Payment>>, StoreError> {
        let sql = "SELECT pk, order_pk, at, paid_at, actor, amount, method, receipt, note, voids FROM payments
             WHERE order_pk IN (SELECT value FROM json_each(:orders)) ORDER BY pk";
        let mut payments: HashMap<OrderPk, Vec<Payment>> = HashMap::new();
        self.each(sql, named_params! {":orders": orders}, |row| {
            let of_order = payments.entry(row.get("order_pk")?).or_default();
            let payment = payment(row, of_order)?;
            of_order.push(payment);
            Ok::<_, StoreError>(())
        })?;
        Ok(payments)
    }

    /// Finds the payment of this method and receipt, in any case, that is not voided; without a receipt, none.
    pub fn same_receipt(&self, method: &Method, receipt: Option<&str>) -> Result<Option<SameReceipt>, StoreError> {
        let Some(receipt) = receipt else { return Ok(None) };
        let sql =
            "SELECT pay.order_pk, o.reference, pay.amount FROM payments AS pay JOIN orders AS o ON o.pk = pay.order_pk
             WHERE pay.method = :method AND pay.receipt = :receipt
               AND NOT EXISTS (SELECT 1 FROM payments AS v WHERE v.voids = pay.pk)
             ORDER BY pay.pk LIMIT 1";
        self.first(sql, named_params! {":method": method, ":receipt": receipt}, |row| {
            Ok(SameReceipt {
                order: row.get("order_pk")?,
                reference: row.get("reference")?,
                amount: row.get("amount")?,
            })
        })
    }

    /// Returns the newest payment; `None` if there is none.
    pub fn newest_payment(&self) -> Result<Option<PaymentPk>, StoreError> {
        self.row("SELECT MAX(pk) FROM payments", [], |row| row.get(0))
    }

    /// Finds the oldest payment of an order that may be this one, entered before; `newest` was the newest before the list.
    pub fn alike(
        &self,
        order: OrderPk,
        entry: &PaymentEntry,
        newest: Option<PaymentPk>,
    ) -> Result<Option<Alike>, StoreError> {
        let sql = "SELECT pay.pk
             FROM (SELECT pk, paid_at, voids FROM payments
                   WHERE order_pk = :order AND method = :method AND amount = :amount ORDER BY pk LIMIT :most) AS pay
             WHERE pay.voids IS NULL AND (:paid_at IS NULL OR pay.paid_at = :paid_at)
               AND NOT EXISTS (SELECT 1 FROM payments AS v WHERE v.voids = pay.pk)
             ORDER BY pay.pk LIMIT 1";
        let values = named_params! {
            ":order": order,
            ":method": entry.method,
            ":amount": entry.amount,
            ":paid_at": entry.paid_at,
            ":most": ALIKE_COMPARED,
        };
        let found: Option<PaymentPk> = self.first(sql, values, |row| row.get(0))?;
        Ok(found.map(|found| if Some(found) <= newest { Alike::OnRecord } else { Alike::InList }))
    }

    /// Returns whether this payment of an order was recorded and taken back: by its receipt, or without one by its time if it has one.
    pub fn was_taken_back(&self, order: OrderPk, entry: &PaymentEntry) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (
                 SELECT 1 FROM (SELECT pk, paid_at, voids FROM payments
                                WHERE order_pk = :order AND method = :method AND amount = :amount AND receipt IS :receipt
                                ORDER BY pk LIMIT :most) AS pay
                 WHERE pay.voids IS NULL AND (:receipt IS NOT NULL OR :paid_at IS NULL OR pay.paid_at = :paid_at)
                   AND EXISTS (SELECT 1 FROM payments AS v WHERE v.voids = pay.pk))";
        let values = named_params! {
            ":order": order,
            ":method": entry.method,
            ":amount": entry.amount,
            ":receipt": entry.receipt,
            ":paid_at": entry.paid_at,
            ":most": ALIKE_COMPARED,
        };
        self.row(sql, values, |row| row.get(0))
    }

    /// Counts the payments of an order.
    pub fn payment_count(&self, order: OrderPk) -> Result<usize, StoreError> {
        let sql = "SELECT COUNT(*) FROM payments WHERE order_pk = :order";
        let count: i64 = self.row(sql, named_params! {":order": order}, |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Returns whether a payment was made by this method before.
    pub fn knows_method(&self, method: &Method) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM payments WHERE method = :method)";
        self.row(sql, named_params! {":method": method}, |row| row.get(0))
    }

    /// Returns the method of the payment that was recorded last.
    pub fn last_method(&self) -> Result<Option<Method>, StoreError> {
        self.first("SELECT method FROM payments ORDER BY pk DESC LIMIT 1", [], |row| row.get(0))
    }

    /// Returns the methods of all payments, by name.
    pub fn methods(&self) -> Result<Vec<Method>, StoreError> {
        // Each step finds the next one in the index, however many payments there are.
        self.rows(
            "SELECT method FROM (WITH RECURSIVE known (method) AS (SELECT MIN(method) FROM payments UNION ALL
                 SELECT (SELECT MIN(method) FROM payments WHERE method > known.method) FROM known WHERE known.method NOT NULL)
                 SELECT method FROM known WHERE method NOT NULL)",
            [],
            |row| row.get(0),
        )
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
        self.execute(
            "INSERT INTO payments (order_pk, event_pk, at, paid_at, actor, amount, method, receipt, note, voids)
                 VALUES (:order, :event, :at, :paid_at, :actor, :amount, :method, :receipt, :note, :voids)",
            named_params! {
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
            },
        )?;
        let sql = "UPDATE orders SET paid = coalesce(paid, 0) + :amount, updated_at = :at
                 WHERE pk = :order AND paid IS :before";
        let values = named_params! {
            ":amount": entry.amount,
            ":at": time,
            ":order": new.order,
            ":before": new.before,
        };
        self.change_one("the order", sql, values)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Balance;
    use crate::domain::order_samples::{incoming, resolved_order};
    use crate::domain::product::tests::product;
    use crate::domain::record_payment::decide_void;
    use crate::domain::time::{Clock, Timestamp};
    use crate::store::commit::tests::{audit, store};
    use crate::store::transaction::Outcome;
    use crate::store::values::ContentHash;

    /// Returns a payment of the first order, entered after `before`.
    fn payment(amount: i64, method: &str, receipt: Option<&str>, before: Option<i64>) -> NewPayment {
        NewPayment {
            order: OrderPk(1),
            before: before.map(Balance::from_hundredths),
            entry: PaymentEntry {
                amount: Balance::from_hundredths(amount),
                method: Method::parse(method).unwrap(),
                receipt: receipt.map(str::to_owned),
                paid_at: Timestamp::parse("2026-02-04T10:30:00Z"),
            },
            voids: None,
            change: (None, Some("paid".to_owned())),
        }
    }

    #[test]
    fn payments_are_found_by_receipt_and_by_their_content() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let new = resolved_order(&incoming(&[(&shirt, 2, None)]), &[shirt.clone()].into_iter().collect());
        let clock = Clock::Fixed(Timestamp::parse("2026-02-07T09:00:00Z").unwrap());
        let outdated = store
            .write::<_, StoreError>(Outcome::Commit, clock, |write| {
                write.insert_product(&shirt, &audit())?;
                let hash = ContentHash::of(&new.content);
                write.with_order_batch(|batch| batch.insert_order(&new, hash, None, &audit()))?;
                assert_eq!((write.newest_payment()?, write.methods()?), (None, vec![]));
                write.record_payment(&payment(5000, "instapay", Some("R-7"), None), &audit())?;
                write.record_payment(&payment(1, "cash", None, None), &audit())
            })
            .unwrap_err();
        assert!(matches!(outdated, StoreError::Changed("the order")), "{outdated:?}");
        store
            .write::<_, StoreError>(Outcome::Commit, clock, |write| {
                write.insert_product(&shirt, &audit())?;
                let hash = ContentHash::of(&new.content);
                write.with_order_batch(|batch| batch.insert_order(&new, hash, None, &audit()))?;
                write.record_payment(&payment(5000, "instapay", Some("R-7"), None), &audit())?;
                write.record_payment(&payment(2000, "cash", None, Some(5000)), &audit())
            })
            .unwrap();
        let read = |write: &Write<'_>, receipt| write.same_receipt(&Method::parse("instapay").unwrap(), Some(receipt));
        let alike = |write: &Write<'_>, amount, method, newest: i64| {
            write.alike(OrderPk(1), &payment(amount, method, None, None).entry, Some(PaymentPk(newest)))
        };
        store
            .write::<_, StoreError>(Outcome::Commit, clock, |write| {
                let methods: Vec<_> = write.methods()?.iter().map(ToString::to_string).collect();
                assert_eq!(
                    (methods, write.newest_payment()?),
                    (vec!["cash".into(), "instapay".into()], Some(PaymentPk(2)))
                );
                for (receipt, amount) in [("R-7", Some(5000)), ("r-7", Some(5000)), ("R-8", None)] {
                    let found = read(write, receipt)?.map(|same| same.amount.hundredths());
                    assert_eq!(found, amount, "{receipt}");
                }
                assert_eq!(alike(write, 2000, "cash", 2)?, Some(Alike::OnRecord));
                assert_eq!(alike(write, 2000, "cash", 1)?, Some(Alike::InList));
                assert_eq!((alike(write, 2001, "cash", 2)?, alike(write, 2000, "visa", 2)?), (None, None));
                let mut dated = payment(2000, "cash", None, None).entry;
                for (paid_at, found) in [(None, Some(Alike::OnRecord)), (Some(write.time()), None)] {
                    dated.paid_at = paid_at;
                    assert_eq!(write.alike(OrderPk(1), &dated, Some(PaymentPk(2)))?, found, "{paid_at:?}");
                }
                let taken_back = |amount, method, receipt| {
                    write.was_taken_back(OrderPk(1), &payment(amount, method, receipt, None).entry)
                };
                assert!(!taken_back(5000, "instapay", Some("R-7"))? && !taken_back(2000, "cash", None)?);
                // What was voided may be entered anew.
                for number in [1, 2] {
                    let order = write.orders(&[OrderPk(1)])?.remove(0);
                    write.record_payment(&decide_void(&order, number).unwrap(), &audit())?;
                }
                assert_eq!((read(write, "R-7")?, alike(write, 2000, "cash", 9)?), (None, None));
                assert!(taken_back(5000, "instapay", Some("r-7"))? && taken_back(2000, "cash", None)?);
                for (amount, method, receipt) in [
                    (5000, "instapay", Some("R-8")),
                    (5001, "instapay", Some("R-7")),
                    (2000, "bosta", None),
                    (-2000, "cash", None),
                ] {
                    assert!(!taken_back(amount, method, receipt)?, "{amount} {method} {receipt:?}");
                }
                Ok(())
            })
            .unwrap();
    }
}
