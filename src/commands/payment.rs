//! Recording a payment: what `pay`, `refund`, `confirm --paid` and `create --paid` share.

use super::Context;
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::payment::{Method, PaymentEntry, decide, overpaid};
use crate::error::Failure;
use crate::store::{Audit, Write};

/// Reads an amount of money that moved.
pub fn amount(text: &str) -> Result<Money, String> {
    let amount = Money::parse_typed(text)?;
    if amount == Money::ZERO { Err("must be more than zero".to_owned()) } else { Ok(amount) }
}

/// What came of entering a payment.
#[derive(Debug, Default)]
pub struct Entered {
    /// Whether the same receipt was recorded before, so that nothing changed.
    pub is_unchanged: bool,
    /// The method, if it is the first payment by it.
    pub new_method: Option<Method>,
}

/// Records a payment or refund of an order, unless the same receipt was recorded before.
pub fn enter(write: &Write<'_>, order: &Order, entry: PaymentEntry, audit: &Audit) -> anyhow::Result<Entered> {
    let same = write.same_receipt(&entry)?;
    let method = entry.method.clone();
    let Some(payment) = decide(order, entry, same.as_ref(), write.time()).map_err(Failure::from)? else {
        return Ok(Entered { is_unchanged: true, new_method: None });
    };
    let is_new = !write.knows_method(&method)?;
    write.record_payment(&payment, audit)?;
    Ok(Entered { is_unchanged: false, new_method: is_new.then_some(method) })
}

impl Entered {
    /// Says after the commit what a person should look at; `order` is as it is now.
    pub fn say(&self, order: &Order, context: &Context) {
        let reference = &order.summary.reference;
        if self.is_unchanged {
            context.ui.note(&format!("{reference} has this payment already; nothing changed"));
            return;
        }
        if let Some(method) = &self.new_method {
            context.ui.note(&format!("{method} is a new method: no payment was made by it before"));
        }
        if let Some(warning) = overpaid(order) {
            context.ui.warn(&warning);
        }
    }
}
