//! Money: it moves no stock, and changes no status.

use super::super::command::{Cents, PaidRow, Payment};
use super::super::shop::{Order, Paid, Shop};
use super::{CONFLICT, INVALID, NOT_FOUND, Reasons};

impl Shop {
    /// Returns the payment that has this receipt of this method, with its order. A voided one has it no more.
    pub(super) fn with_receipt(&self, method: &str, receipt: &str) -> Option<(&Order, &Paid)> {
        self.orders.iter().find_map(|order| {
            let is_it = |(index, paid): &(usize, &Paid)| {
                paid.voids.is_none()
                    && !order.payments.iter().any(|other| other.voids == Some(index + 1))
                    && paid.method == method
                    && paid.receipt.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(receipt))
            };
            order.payments.iter().enumerate().find(is_it).map(|(_, paid)| (order, paid))
        })
    }

    /// Records a row of a list, unless it is on record, or was and is voided: `before` is the shop before the list.
    pub(super) fn pay_listed(&mut self, before: &Shop, method: &str, row: &PaidRow) -> Reasons {
        let PaidRow { reference, amount, receipt } = row;
        let Some(order) = self.order(reference) else { return Reasons::of(INVALID) };
        let is_like = |paid: &Paid| paid.voids.is_none() && paid.method == method && paid.amount == *amount;
        let is_voided = |index: usize| order.payments.iter().any(|other| other.voids == Some(index + 1));
        let alike = || order.payments.iter().enumerate().filter(|(_, paid)| is_like(paid));
        if receipt.as_deref().and_then(|receipt| self.with_receipt(method, receipt)).is_none() {
            let before = before.order(reference).map_or(0, |order| order.payments.len());
            let first = alike().find(|(index, _)| receipt.is_none() && !is_voided(*index));
            let has_receipt = |paid: &Paid| match (&paid.receipt, receipt) {
                (Some(known), Some(receipt)) => known.eq_ignore_ascii_case(receipt),
                (known, receipt) => known.is_none() && receipt.is_none(),
            };
            let was_voided = || alike().any(|(index, paid)| has_receipt(paid) && is_voided(index));
            match first {
                Some((index, _)) if index < before => return Reasons::none(),
                None if was_voided() => return Reasons::none(),
                _ => {}
            }
        }
        self.record(reference, *amount, method, receipt.as_deref())
    }

    pub(super) fn record(&mut self, reference: &str, amount: Cents, method: &str, receipt: Option<&str>) -> Reasons {
        if let Some((order, paid)) = receipt.and_then(|receipt| self.with_receipt(method, receipt)) {
            let is_same = order.reference == reference && paid.amount == amount;
            let is_missing = self.order(reference).is_none();
            return Reasons::none().add(CONFLICT, !is_same).add(NOT_FOUND, is_missing);
        }
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let (method, receipt) = (method.to_owned(), receipt.map(str::to_owned));
        order.payments.push(Paid { amount, method, receipt, voids: None });
        Reasons::none()
    }

    /// Gives money back: an amount, or what is owed; never more than was paid.
    pub(super) fn refund(&mut self, reference: &str, payment: &Payment) -> Reasons {
        let Some(order) = self.order(reference) else { return Reasons::of(NOT_FOUND) };
        let receipt = payment.receipt.as_deref();
        let known = receipt.and_then(|receipt| self.with_receipt(&payment.method, receipt));
        let paid = order.paid().unwrap_or(0);
        let owed = paid - order.grand_total();
        let amount = match (payment.amount, known) {
            (Some(amount), _) => amount,
            // The same receipt again: it was for what was owed then.
            (None, Some((_, paid))) if paid.amount < 0 => -paid.amount,
            (None, _) => owed,
        };
        if known.is_none() && (amount <= 0 || amount > paid) {
            return Reasons::of(CONFLICT);
        }
        self.record(reference, -amount, &payment.method, receipt)
    }

    pub(super) fn void(&mut self, reference: &str, number: usize) -> Reasons {
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let Some(wrong) = order.payments.get(number - 1).cloned() else { return Reasons::of(NOT_FOUND) };
        let is_voided = order.payments.iter().any(|paid| paid.voids == Some(number));
        let left = order.paid().unwrap_or(0) - wrong.amount;
        order.payments.push(Paid {
            amount: -wrong.amount,
            method: wrong.method,
            receipt: wrong.receipt,
            voids: Some(number),
        });
        Reasons::none().add(CONFLICT, wrong.voids.is_some() || is_voided || left < 0)
    }
}
