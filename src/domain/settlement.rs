//! How an order is paid, as said when it is confirmed, and what is recorded of that.

use super::money::Money;
use super::order::Order;
use super::payment::{Method, PaymentEntry};
use super::record_payment::{NewPayment, amount_to_pay};
use super::reference::Reference;
use super::refusal::Refusal;
use super::remedy::Remedy;
use super::terms::Terms;

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Settlement {
    /// Nothing is said about the payment.
    #[default]
    Unsaid,
    /// The customer paid.
    Paid {
        /// How.
        method: Method,
        /// How much; `None`: what is due.
        amount: Option<Money>,
        /// The receipt, if there is one.
        receipt: Option<String>,
    },
    /// The courier collects what is due.
    CashOnDelivery,
}

/// A decided settlement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// The payment to record; most orders of a long list have none, and it is large.
    pub payment: Option<Box<NewPayment>>,
    /// Whether the payment was recorded before, by its receipt.
    pub is_recorded_before: bool,
    /// Whether the order is marked as cash on delivery.
    pub is_cod: bool,
}

impl Settlement {
    /// Returns the terms of an order with this settlement: the shop agrees to cash on delivery by saying it.
    #[must_use]
    pub fn agree(&self, mut terms: Terms) -> Terms {
        if *self == Settlement::CashOnDelivery {
            terms.is_cod = true;
            terms.claimed.cod = false;
        }
        terms
    }

    /// Returns the remedy that records the same for an order that is confirmed already.
    pub fn remedy(&self, reference: &Reference) -> Option<Remedy> {
        let reference = reference.clone();
        match self {
            Settlement::Unsaid => None,
            Settlement::Paid { method, amount, .. } => {
                Some(Remedy::RecordPayment { reference, amount: *amount, method: method.clone() })
            }
            Settlement::CashOnDelivery => Some(Remedy::MarkCod(reference)),
        }
    }

    /// Returns the payment of an order, if it has one.
    ///
    /// # Errors
    /// No amount was given, and nothing is due.
    pub fn entry(&self, order: &Order) -> Result<Option<PaymentEntry>, Refusal> {
        let Settlement::Paid { method, amount, receipt } = self else { return Ok(None) };
        let amount = amount_to_pay(order, *amount)
            .map_err(|refusal| refusal.remedy(Remedy::Confirm(order.summary.reference.clone())))?;
        Ok(Some(PaymentEntry { amount, method: method.clone(), receipt: receipt.clone(), paid_at: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Balance;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::tests::product;
    use crate::domain::refusal::{Conflict, RefusalKind};
    use crate::domain::status::Status;

    #[test]
    fn a_payment_is_what_is_due_unless_an_amount_was_said() {
        let shirt = product("Shirt", &[("S", 9)]);
        let order =
            order(&incoming(&[(&shirt, 2, Some("S"))]), &[shirt.clone()].into_iter().collect(), 1, Status::Pending);
        for (fee, discount, paid, amount, expected) in [
            (None, 0, None, None, Some(5998)),
            (Some(5000), 998, None, None, Some(10_000)),
            (Some(0), 0, Some(2000), None, Some(3998)),
            (None, 0, Some(2000), Some(100), Some(100)),
            // More than is due is recorded, with a warning.
            (None, 0, Some(5998), Some(100), Some(100)),
            (None, 0, Some(5998), None, None),
            (None, 0, Some(7000), None, None),
            (None, 5998, None, None, None),
        ] {
            let mut order = order.clone();
            order.summary.terms.delivery_fee = fee.map(Money::from_hundredths);
            order.summary.terms.discount = Money::from_hundredths(discount);
            order.summary.payments_sum = paid.map(Balance::from_hundredths);
            let method = Method::parse("cash").unwrap();
            let settlement = Settlement::Paid { method, amount: amount.map(Money::from_hundredths), receipt: None };
            match (settlement.entry(&order), expected) {
                (Ok(entry), Some(expected)) => assert_eq!(entry.unwrap().amount.hundredths(), expected),
                (Err(refusal), None) => assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Already)),
                (entry, expected) => panic!("{entry:?} and not {expected:?}"),
            }
            assert_eq!(Settlement::Unsaid.entry(&order), Ok(None));
            assert_eq!(Settlement::CashOnDelivery.entry(&order), Ok(None));
        }
    }

    #[test]
    fn saying_cash_on_delivery_agrees_to_it_and_to_nothing_else() {
        let claimed =
            Terms { discount: Money::from_hundredths(100), is_cod: true, ..Terms::default() }.claimed_by_guest();
        let agreed = Settlement::CashOnDelivery.agree(claimed);
        assert!(agreed.is_cod && !agreed.claimed.cod && agreed.claimed.discount);
        assert!(Settlement::CashOnDelivery.agree(Terms::default()).is_cod);
        assert_eq!(Settlement::Unsaid.agree(claimed), claimed);
    }
}
