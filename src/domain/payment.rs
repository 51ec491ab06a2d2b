//! What was paid of an order, and what is due of it. A payment moves no stock and no status.

use std::fmt;

use chrono::Datelike as _;

use super::calendar::FIRST_YEAR;
use super::limits;
use super::money::{Balance, Money};
use super::order::{Order, OrderPk, OrderSummary};
use super::reference::Reference;
use super::refusal::{Conflict, Refusal, RefusalKind, Remedy};
use super::status::Status;
use super::time::Timestamp;

/// A payment's key, in order of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentPk(pub i64);

/// Money that moved for an order: paid, refunded, or an entry that takes another back. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The key.
    pub pk: PaymentPk,
    /// Its number among the payments of its order, from 1.
    pub number: usize,
    /// When it was recorded.
    pub at: Timestamp,
    /// When the money moved.
    pub paid_at: Timestamp,
    /// Who recorded it.
    pub actor: String,
    /// How much; below zero it is a refund.
    pub amount: Balance,
    /// How it was paid.
    pub method: Method,
    /// The receipt, up to [`RECEIPT`](super::limits::RECEIPT) characters.
    pub receipt: Option<String>,
    /// The note, if any.
    pub note: Option<String>,
    /// The number of the payment that it takes back.
    pub voids: Option<usize>,
}

/// How somebody paid: a lower-case word such as `cash`, `instapay` or `bosta`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Method(String);

impl Method {
    /// The most characters.
    pub const LIMIT: usize = 20;

    /// Reads a word: a letter, then letters, digits, `-` or `_`; capital ones become small.
    ///
    /// # Errors
    /// It is no such word; the error says what to type.
    pub fn parse(text: &str) -> Result<Method, String> {
        let word = text.trim().to_ascii_lowercase();
        let is_word = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        if is_word && word.len() <= Method::LIMIT {
            return Ok(Method(word));
        }
        Err(format!("must be a word of up to {} letters, such as cash or instapay", Method::LIMIT))
    }

    /// The method that everybody knows.
    pub fn cash() -> Method {
        Method("cash".to_owned())
    }

    /// Returns the word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Payment {
    /// Describes it for the history: `59.98 instapay R-7`.
    pub fn describe(&self) -> String {
        describe(self.amount, &self.method, self.receipt.as_deref())
    }
}

/// Describes a payment for the history: `59.98 instapay R-7`.
pub fn describe(amount: Balance, method: &Method, receipt: Option<&str>) -> String {
    let receipt = receipt.map(|receipt| format!(" {receipt}")).unwrap_or_default();
    format!("{amount} {method}{receipt}")
}

/// Returns the sum of payments; `None` where there is none.
pub fn sum<'p>(payments: impl IntoIterator<Item = &'p Payment>) -> Option<Balance> {
    payments.into_iter().map(|payment| payment.amount).reduce(Balance::plus)
}

/// Money that somebody says has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEntry {
    /// How much; below zero it is a refund.
    pub amount: Balance,
    /// How.
    pub method: Method,
    /// The receipt, if there is one.
    pub receipt: Option<String>,
    /// When the money moved; `None`: when it is recorded.
    pub paid_at: Option<Timestamp>,
}

/// A payment that is not taken back, with the same method and receipt as one that is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameReceipt {
    /// The order that has it.
    pub order: OrderPk,
    /// Its reference.
    pub reference: Reference,
    /// How much it was.
    pub amount: Balance,
}

/// A decided payment. It may be recorded while the order's payments still sum to `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    /// The order.
    pub order: OrderPk,
    /// The sum of its payments before.
    pub before: Option<Balance>,
    /// The money.
    pub entry: PaymentEntry,
    /// The payment that it takes back.
    pub voids: Option<PaymentPk>,
    /// What the history tells of it: what was taken back, and what was paid.
    pub change: (Option<String>, Option<String>),
}

/// Decides a payment of an order, or a refund; `None`: the same receipt was recorded before. `now` is the time of recording.
///
/// # Errors
/// Another order or amount has the receipt; money moved after `now`, or before [`FIRST_YEAR`]; it is more than one payment may
/// be; more is refunded than was paid.
pub fn decide(
    summary: &OrderSummary,
    entry: PaymentEntry,
    same: Option<&SameReceipt>,
    now: Timestamp,
) -> Result<Option<NewPayment>, Refusal> {
    let reference = &summary.reference;
    if let Some(same) = same {
        if same.order == summary.pk && same.amount == entry.amount {
            return Ok(None);
        }
        let receipt = entry.receipt.as_deref().unwrap_or_default();
        let (method, amount, other) = (&entry.method, same.amount, &same.reference);
        let message = format!("receipt {receipt} of {method} was entered for {other}, {amount}");
        return Err(Refusal::new(RefusalKind::Conflict(Conflict::Content), message)
            .error("Receipt was entered before")
            .remedy(Remedy::ShowOrder(other.clone())));
    }
    if let Some(paid_at) = entry.paid_at.filter(|paid_at| *paid_at > now) {
        let message = format!("{paid_at} lies ahead: money that has not moved yet is no payment of {reference}");
        return Err(Refusal::new(RefusalKind::InvalidInput, message).error("The time of a payment must not lie ahead"));
    }
    if entry.paid_at.is_some_and(|paid_at| paid_at.utc().year() < FIRST_YEAR) {
        let message = format!("the time of a payment of {reference} lies before {FIRST_YEAR}: look at its year");
        return Err(Refusal::invalid(message).error(format!("The time of a payment must not lie before {FIRST_YEAR}")));
    }
    if entry.amount.size() > Money::LIMIT {
        let message = format!("{} is too much for one payment of {reference}: enter it in parts", entry.amount.size());
        return Err(Refusal::invalid(message).error(format!("A payment is {} at most", Money::LIMIT)));
    }
    let before = summary.recorded;
    if entry.amount.is_negative() && before.unwrap_or_default().plus(entry.amount).is_negative() {
        let (back, paid) = (entry.amount.size(), before.unwrap_or_default());
        let message = format!("{back} cannot go back for {reference}: {paid} was paid");
        return Err(Refusal::new(RefusalKind::Conflict(Conflict::Step), message)
            .error("More than was paid cannot be refunded")
            .remedy(Remedy::ShowOrder(reference.clone())));
    }
    let said = describe(entry.amount, &entry.method, entry.receipt.as_deref());
    Ok(Some(NewPayment { order: summary.pk, before, entry, voids: None, change: (None, Some(said)) }))
}

/// Decides to take back the payment of this number; both stay to be seen.
///
/// # Errors
/// There is no such payment; it takes another back, or was taken back; less than nothing would be left as paid.
pub fn decide_void(order: &Order, number: usize) -> Result<NewPayment, Refusal> {
    let reference = &order.summary.reference;
    let show = |refusal: Refusal| refusal.remedy(Remedy::ShowOrder(reference.clone()));
    let refuse = |conflict, message: String, error: String| {
        show(Refusal::new(RefusalKind::Conflict(conflict), message).error(error))
    };
    let Some(payment) = order.payments.iter().find(|payment| payment.number == number) else {
        let message = format!("order {reference} has no payment {number}");
        return Err(show(Refusal::new(RefusalKind::NotFound, message).error(format!("Payment {number} not found"))));
    };
    if let Some(taken_back) = payment.voids {
        let message = format!("payment {number} of {reference} takes payment {taken_back} back: enter it anew instead");
        return Err(refuse(Conflict::Step, message, format!("Payment {number} takes another back")));
    }
    if order.payments.iter().any(|other| other.voids == Some(number)) {
        let message = format!("payment {number} of {reference} was taken back already");
        return Err(refuse(Conflict::Already, message, format!("Payment {number} was taken back already")));
    }
    let before = order.summary.recorded;
    if before.unwrap_or_default().minus(payment.amount).is_negative() {
        let message =
            format!("without payment {number}, more was refunded of {reference} than paid: take the refund back first");
        return Err(refuse(Conflict::Step, message, "More would be refunded than was paid".to_owned()));
    }
    let entry =
        PaymentEntry { amount: payment.amount.negated(), method: payment.method.clone(), receipt: None, paid_at: None };
    let change = (Some(payment.describe()), None);
    Ok(NewPayment { order: order.summary.pk, before, entry, voids: Some(payment.pk), change })
}

/// Returns the payment of what is due, or of `amount`.
///
/// # Errors
/// Nothing is due; or the order is cancelled and no amount was given.
pub fn amount_to_pay(order: &Order, amount: Option<Money>) -> Result<Balance, Refusal> {
    let summary = &order.summary;
    let paid = summary.recorded.unwrap_or_default();
    let due = summary.grand_total().minus(paid);
    match amount {
        Some(amount) => Ok(amount.into()),
        None if due > Balance::ZERO => Ok(due),
        None => {
            let message = format!("nothing is due of {}: {paid} was paid", summary.reference);
            let conflict = if summary.status == Status::Cancelled { Conflict::Step } else { Conflict::Already };
            Err(Refusal::new(RefusalKind::Conflict(conflict), message)
                .error("Nothing is due")
                .remedy(Remedy::ShowOrder(summary.reference.clone())))
        }
    }
}

/// Returns the refund of what is owed, or of `amount`: below zero. A receipt that was entered before says how much it was.
///
/// # Errors
/// Nothing is owed, and no amount was given.
pub fn amount_to_refund(order: &Order, amount: Option<Money>, same: Option<&SameReceipt>) -> Result<Balance, Refusal> {
    let summary = &order.summary;
    let same = same.filter(|same| same.order == summary.pk && same.amount.is_negative()).map(|same| same.amount);
    let owed = summary.due().filter(|due| due.is_negative());
    match (amount, same.or(owed)) {
        (Some(amount), _) => Ok(Balance::from(amount).negated()),
        (None, Some(back)) => Ok(back),
        (None, None) => {
            let message = format!("nothing is owed to the customer of {}", summary.reference);
            Err(Refusal::new(RefusalKind::Conflict(Conflict::Step), message)
                .error("Nothing is owed to the customer")
                .remedy(Remedy::ShowOrder(summary.reference.clone())))
        }
    }
}

/// Says that more was paid than was due; `None` where it was not.
pub fn overpaid(summary: &OrderSummary) -> Option<String> {
    let owed = summary.due().filter(|due| due.is_negative())?.size();
    let reference = &summary.reference;
    Some(match summary.status {
        Status::Cancelled => format!("{reference} is cancelled: {owed} is owed to the customer"),
        _ => format!("{reference} is paid {owed} more than is due"),
    })
}

/// Reads a receipt.
///
/// # Errors
/// It is blank or too long.
pub fn read_receipt(text: &str) -> Result<String, String> {
    let text = text.trim();
    match limits::excess(text, limits::RECEIPT) {
        _ if text.is_empty() || text.contains('\0') => Err("must not be blank".to_owned()),
        Some(excess) => Err(excess),
        None => Ok(text.to_owned()),
    }
}
