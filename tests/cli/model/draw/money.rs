//! Payments.

use super::super::command::{Cents, Payment};
use super::Draw;

impl Draw<'_> {
    pub(super) fn method(&mut self) -> String {
        self.one_of(&["cash", "cash", "instapay"]).to_owned()
    }

    /// Draws a receipt out of a few, so that some come again.
    pub(super) fn receipt(&mut self) -> Option<String> {
        self.in_100(30).then(|| format!("{}-{}", if self.in_100(80) { "R" } else { "r" }, self.random.u32(0..8)))
    }

    /// Draws an amount near what is due or owed of an order.
    pub(super) fn amount(&mut self, reference: &str) -> Cents {
        let due = self.shop.order(reference).map_or(0, |order| order.grand_total() - order.paid().unwrap_or(0)).abs();
        match self.random.u32(0..4) {
            0 if due > 0 => due,
            1 if due > 1 => due / 2,
            2 => due + 1,
            _ => self.random.i64(1..40_00),
        }
    }

    /// Draws a payment, in so many of a hundred cases with its amount.
    pub(super) fn payment(&mut self, reference: &str, with_amount: u32) -> Payment {
        let amount = self.in_100(with_amount).then(|| self.amount(reference));
        Payment { method: self.method(), amount, receipt: self.receipt() }
    }
}
