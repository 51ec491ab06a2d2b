//! Decides what is recorded when money moves: a payment, a refund, a row of a list, or a void.

use chrono::Datelike as _;

use super::calendar::FIRST_YEAR;
use super::money::{Balance, Money};
use super::order::{Order, OrderPk, OrderSummary};
use super::payment::{MOST_PAYMENTS, PaymentEntry, PaymentPk, describe, is_voided};
use super::reference::Reference;
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::row_order::RowOrder;
use super::status::Status;
use super::time::Timestamp;

/// Where a payment was found that a row without a receipt may repeat: it has the row's order, amount and method, and
/// its time if the row has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alike {
    /// It was on record before the list.
    OnRecord,
    /// It is an earlier row of the list.
    InList,
    /// It was recorded, and taken back: somebody said that it was wrong.
    TakenBack,
}

/// A row of the courier's or the bank's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPayment {
    /// Its order.
    pub order: RowOrder,
    /// The money.
    pub entry: PaymentEntry,
    /// A note, if there is one.
    pub note: Option<String>,
}

impl ListedPayment {
    /// Returns about how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let texts = self.order.text().len() + self.entry.receipt.as_ref().map_or(0, String::len);
        size_of::<ListedPayment>() + texts + self.note.as_ref().map_or(0, String::len)
    }
}

/// What a row of a list means.
#[derive(Debug, PartialEq, Eq)]
pub enum Listed {
    /// It is on record already; the text is a warning.
    Unchanged(Option<String>),
    /// It is new; the text is a warning.
    New(NewPayment, Option<String>),
}

/// A payment that is not voided, with the same method and receipt as one that is entered.
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
    /// The texts for the history: the payment that is voided, and the one that is made.
    pub change: (Option<String>, Option<String>),
}

/// Decides a payment of an order, or a refund; `None`: the same receipt was recorded before. `count` payments of the order are
/// on record; `now` is the time of recording.
///
/// # Errors
/// Another order or amount has the receipt; money moved after `now`, or before [`FIRST_YEAR`]; it is more than one payment may
/// be, or one payment more than [`MOST_PAYMENTS`]; more is refunded than was paid.
pub fn decide(
    summary: &OrderSummary,
    entry: PaymentEntry,
    same: Option<&SameReceipt>,
    count: usize,
    now: Timestamp,
) -> Result<Option<NewPayment>, Refusal> {
    let reference = &summary.reference;
    if let Some(same) = same {
        if same.order == summary.pk && same.amount == entry.amount {
            return Ok(None);
        }
        let receipt = entry.receipt.as_deref().unwrap_or_default();
        let (method, amount, other) = (&entry.method, same.amount, &same.reference);
        let message = format!("receipt {receipt} of {method} is on record already: {amount} for {other}");
        return Err(Refusal::conflict(Conflict::Content, message)
            .error("Receipt was entered before")
            .remedy(Remedy::ShowOrder(other.clone())));
    }
    if entry.paid_at.is_some_and(|paid_at| paid_at > now) {
        let message = format!("the payment is dated in the future: record it for {reference} once the money has moved");
        return Err(Refusal::invalid(message).error("The time of a payment must not be in the future"));
    }
    if entry.paid_at.is_some_and(|paid_at| paid_at.utc().year() < FIRST_YEAR) {
        let message = format!("the time of a payment of {reference} is before {FIRST_YEAR}: check its year");
        return Err(Refusal::invalid(message).error(format!("The time of a payment must not be before {FIRST_YEAR}")));
    }
    if entry.amount.size() > Money::LIMIT {
        let message = format!("{} is too much for one payment of {reference}: enter it in parts", entry.amount.size());
        return Err(Refusal::invalid(message).error(format!("A payment is {} at most", Money::LIMIT)));
    }
    if count >= MOST_PAYMENTS {
        let message = format!("{reference} has {count} payments: an order has at most {MOST_PAYMENTS}");
        return Err(Refusal::invalid(message).error(format!("An order has at most {MOST_PAYMENTS} payments")));
    }
    let before = summary.payments_sum;
    if entry.amount.is_negative() && before.unwrap_or_default().plus(entry.amount).is_negative() {
        let (back, paid) = (entry.amount.size(), before.unwrap_or_default());
        let message = format!("{back} cannot be refunded for {reference}: {paid} was paid");
        return Err(Refusal::conflict(Conflict::Step, message)
            .error("More than was paid cannot be refunded")
            .remedy(Remedy::ShowOrder(reference.clone())));
    }
    let said = describe(entry.amount, &entry.method, entry.receipt.as_deref());
    Ok(Some(NewPayment { order: summary.pk, before, entry, voids: None, change: (None, Some(said)) }))
}

/// Decides a row of a list. A row of zero records nothing: couriers list prepaid parcels too.
///
/// A list that is entered twice changes nothing: a row is known by its receipt; without one by its order, amount, method and time;
/// without a time too by the other three.
///
/// # Errors
/// Those of [`decide`].
pub fn decide_listed(
    summary: &OrderSummary,
    entry: PaymentEntry,
    same: Option<&SameReceipt>,
    alike: Option<Alike>,
    count: usize,
    now: Timestamp,
) -> Result<Listed, Refusal> {
    if entry.amount == Balance::ZERO {
        return Ok(Listed::Unchanged(None));
    }
    let (reference, said) = (&summary.reference, describe(entry.amount, &entry.method, entry.receipt.as_deref()));
    if alike == Some(Alike::TakenBack) && same.is_none() {
        return Ok(Listed::Unchanged(Some(format!(
            "{reference}: {said} was recorded before and taken back: left out; if it was paid after all, record it with pay"
        ))));
    }
    let alike = alike.filter(|_| entry.receipt.is_none());
    if alike == Some(Alike::OnRecord) {
        let is_sure = entry.paid_at.is_some();
        return Ok(Listed::Unchanged((!is_sure).then(|| {
            format!("{reference}: {said} is on record already; if this is another payment, give it a receipt or paidAt")
        })));
    }
    let warning = alike.map(|_| format!("{reference}: {said} is in the list twice, as two payments"));
    Ok(match decide(summary, entry, same, count, now)? {
        Some(payment) => Listed::New(payment, warning),
        None => Listed::Unchanged(None),
    })
}

/// Decides to void the payment of this number; both stay to be seen.
///
/// # Errors
/// There is no such payment; it voids another, or is voided; less than nothing would be left as paid.
pub fn decide_void(order: &Order, number: usize) -> Result<NewPayment, Refusal> {
    let reference = &order.summary.reference;
    let show = |refusal: Refusal| refusal.remedy(Remedy::ShowOrder(reference.clone()));
    let refuse = |conflict, message: String, error: String| show(Refusal::conflict(conflict, message).error(error));
    let Some(payment) = order.payments.iter().find(|payment| payment.number == number) else {
        let message = format!("order {reference} has no payment {number}");
        return Err(show(Refusal::not_found(message).error(format!("Payment {number} not found"))));
    };
    if let Some(taken_back) = payment.voids {
        let message = format!(
            "payment {number} of {reference} voids payment {taken_back} and cannot be voided itself: record payment {taken_back} again"
        );
        return Err(refuse(Conflict::Step, message, format!("Payment {number} voids another")));
    }
    if is_voided(&order.payments, number) {
        let message = format!("payment {number} of {reference} is voided already");
        return Err(refuse(Conflict::Already, message, format!("Payment {number} is voided already")));
    }
    let before = order.summary.payments_sum;
    if before.unwrap_or_default().minus(payment.amount).is_negative() {
        let message = format!(
            "payment {number} of {reference} cannot be voided: more would be refunded than paid; void the refund first"
        );
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
/// No amount was given, and nothing is due.
pub fn amount_to_pay(order: &Order, amount: Option<Money>) -> Result<Balance, Refusal> {
    let summary = &order.summary;
    let paid = summary.payments_sum.unwrap_or_default();
    let due = summary.left_to_pay();
    match amount {
        Some(amount) => Ok(amount.into()),
        None if due > Balance::ZERO => Ok(due),
        None => {
            let message = format!("nothing is due for {}: {paid} was paid", summary.reference);
            let conflict = if summary.status == Status::Cancelled { Conflict::Step } else { Conflict::Already };
            Err(Refusal::conflict(conflict, message)
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
            Err(Refusal::conflict(Conflict::Step, message)
                .error("Nothing is owed to the customer")
                .remedy(Remedy::ShowOrder(summary.reference.clone())))
        }
    }
}

/// Says that more was paid than was due; `None` otherwise.
pub fn overpaid(summary: &OrderSummary) -> Option<String> {
    let owed = summary.due().filter(|due| due.is_negative())?.size();
    let reference = &summary.reference;
    Some(match summary.status {
        Status::Cancelled => format!("{reference} is cancelled: {owed} is owed to the customer"),
        _ => format!("{reference} is paid {owed} more than is due"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, now, order as received};
    use crate::domain::payment::{Method, Payment, sum};
    use crate::domain::product::tests::product;
    use crate::domain::refusal::RefusalKind;

    fn balance(hundredths: i64) -> Balance {
        Balance::from_hundredths(hundredths)
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn entry(amount: i64, receipt: Option<&str>) -> PaymentEntry {
        let (method, receipt) = (Method::parse("cash").unwrap(), receipt.map(str::to_owned));
        PaymentEntry { amount: balance(amount), method, receipt, paid_at: None }
    }

    /// An order of 100.00 with these payments, each with the number of the one that it takes back.
    fn order(status: Status, payments: &[(i64, Option<usize>)]) -> Order {
        let mut shirt = product("Shirt", &[("", 1)]);
        shirt.price = Money::from_hundredths(10_000);
        let mut order = received(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect(), 7, status);
        let payment = |(index, (amount, voids)): (usize, &(i64, Option<usize>))| Payment {
            pk: PaymentPk(i64::try_from(index).unwrap() + 40),
            number: index + 1,
            at: now(),
            paid_at: now(),
            actor: "mona".to_owned(),
            amount: balance(*amount),
            method: Method::parse("cash").unwrap(),
            receipt: None,
            note: None,
            voids: *voids,
        };
        order.payments = payments.iter().enumerate().map(payment).collect();
        order.summary.payments_sum = sum(&order.payments);
        order
    }

    #[test]
    fn a_payment_or_refund_is_decided() {
        let same = |order: i64, amount: i64| SameReceipt {
            order: OrderPk(order),
            reference: Reference::parse("LEG-OTHER").unwrap(),
            amount: balance(amount),
        };
        let lies_ahead = "the payment is dated in the future: record it for LEG-LXYZ1234-AB5C once the money has moved";
        for (payments, amount, receipt, same, paid_at, expected) in [
            (&[][..], 5000, None, None, None, Ok(Some("50.00 cash"))),
            (&[], 5000, Some("R-1"), None, Some("2026-02-07T09:00:00Z"), Ok(Some("50.00 cash R-1"))),
            // More than is due is recorded: the money is there.
            (&[(10_000, None)], 5000, None, None, None, Ok(Some("50.00 cash"))),
            (&[(5000, None)], -5000, None, None, None, Ok(Some("-50.00 cash"))),
            (&[(5000, None)], 5000, Some("R-1"), Some(same(7, 5000)), None, Ok(None)),
            // A receipt that was entered is known, whenever the money is said to have moved.
            (&[(5000, None)], 5000, Some("R-1"), Some(same(7, 5000)), Some("2026-02-08T09:00:00Z"), Ok(None)),
            (
                &[(5000, None)],
                4000,
                Some("R-1"),
                Some(same(7, 5000)),
                None,
                Err((Conflict::Content, "receipt R-1 of cash is on record already: 50.00 for LEG-OTHER")),
            ),
            (
                &[],
                5000,
                Some("R-1"),
                Some(same(8, 5000)),
                None,
                Err((Conflict::Content, "receipt R-1 of cash is on record already: 50.00 for LEG-OTHER")),
            ),
            (
                &[(5000, None)],
                -5001,
                None,
                None,
                None,
                Err((Conflict::Step, "50.01 cannot be refunded for LEG-LXYZ1234-AB5C: 50.00 was paid")),
            ),
            (
                &[(5000, None), (-5000, Some(1))],
                -1,
                None,
                None,
                None,
                Err((Conflict::Step, "0.01 cannot be refunded for LEG-LXYZ1234-AB5C: 0.00 was paid")),
            ),
            (
                &[],
                -1,
                None,
                None,
                None,
                Err((Conflict::Step, "0.01 cannot be refunded for LEG-LXYZ1234-AB5C: 0.00 was paid")),
            ),
        ] {
            let order = order(Status::Pending, payments);
            let entry = PaymentEntry { paid_at: paid_at.map(at), ..entry(amount, receipt) };
            let decided = decide(&order.summary, entry.clone(), same.as_ref(), 0, now());
            let told = decided.as_ref().map(|new| new.as_ref().and_then(|new| new.change.1.as_deref()));
            let expected =
                expected.map_err(|(conflict, message): (_, &str)| (RefusalKind::Conflict(conflict), message));
            assert_eq!(
                told.map_err(|refusal| (refusal.kind, refusal.message.as_str())),
                expected,
                "{payments:?} {amount}"
            );
            if let Ok(Some(new)) = decided {
                assert_eq!(
                    (new.order, new.before, new.entry, new.voids),
                    (OrderPk(7), sum(&order.payments), entry, None)
                );
            }
        }
        for (amount, paid_at, message) in [
            (100, "2026-02-07T09:00:00.001Z", lies_ahead),
            (100, "0226-02-07T09:00:00Z", "the time of a payment of LEG-LXYZ1234-AB5C is before 2009: check its year"),
            (
                10_000_000_000,
                "2026-02-07T09:00:00Z",
                "100000000.00 is too much for one payment of LEG-LXYZ1234-AB5C: enter it in parts",
            ),
        ] {
            let entry = PaymentEntry { paid_at: Some(at(paid_at)), ..entry(amount, None) };
            let refusal = decide(&order(Status::Pending, &[]).summary, entry, None, 0, now()).unwrap_err();
            assert_eq!((refusal.kind, refusal.message.as_str()), (RefusalKind::InvalidInput, message));
        }
    }

    #[test]
    fn an_order_can_be_paid_in_any_status() {
        for status in Status::ALL {
            assert!(
                decide(&order(status, &[]).summary, entry(5000, None), None, 0, now()).unwrap().is_some(),
                "{status}"
            );
        }
    }

    #[test]
    fn a_payment_is_taken_back_once() {
        let show = "LEG-LXYZ1234-AB5C";
        for (payments, number, expected) in [
            (&[(5000, None)][..], 1, Ok((-5000, 40))),
            (&[(5000, None), (-2000, None)], 2, Ok((2000, 41))),
            (&[(5000, None)], 2, Err(format!("order {show} has no payment 2"))),
            (&[(5000, None)], 0, Err(format!("order {show} has no payment 0"))),
            (&[(5000, None), (-5000, Some(1))], 1, Err(format!("payment 1 of {show} is voided already"))),
            (
                &[(5000, None), (-5000, Some(1))],
                2,
                Err(format!("payment 2 of {show} voids payment 1 and cannot be voided itself: record payment 1 again")),
            ),
            (
                &[(5000, None), (-2000, None)],
                1,
                Err(format!(
                    "payment 1 of {show} cannot be voided: more would be refunded than paid; void the refund first"
                )),
            ),
        ] {
            let order = order(Status::Pending, payments);
            let decided = decide_void(&order, number);
            let told =
                decided.as_ref().map(|new| (new.entry.amount, new.voids)).map_err(|refusal| refusal.message.clone());
            let expected = expected.map(|(amount, pk)| (balance(amount), Some(PaymentPk(pk))));
            assert_eq!(told, expected, "{payments:?} {number}");
            if let Ok(new) = decided {
                let taken_back = Some(order.payments[number - 1].describe());
                assert_eq!(
                    (new.before, new.change, new.entry.paid_at),
                    (sum(&order.payments), (taken_back, None), None)
                );
            }
        }
    }

    #[test]
    fn without_an_amount_a_payment_is_what_is_due_and_a_refund_what_is_owed() {
        let conflict = |kind| Err(RefusalKind::Conflict(kind));
        for (status, payments, to_pay, to_refund) in [
            (Status::Pending, &[][..], Ok(10_000), conflict(Conflict::Step)),
            (Status::Shipped, &[(4000, None)], Ok(6000), conflict(Conflict::Step)),
            (Status::Shipped, &[(10_000, None)], conflict(Conflict::Already), conflict(Conflict::Step)),
            (Status::Shipped, &[(12_000, None)], conflict(Conflict::Already), Ok(-2000)),
            (Status::Cancelled, &[(4000, None)], conflict(Conflict::Step), Ok(-4000)),
            (Status::Cancelled, &[], conflict(Conflict::Step), conflict(Conflict::Step)),
        ] {
            let order = order(status, payments);
            let what = format!("{status} {payments:?}");
            assert_eq!(amount_to_pay(&order, None).map_err(|refusal| refusal.kind), to_pay.map(balance), "{what}");
            assert_eq!(
                amount_to_refund(&order, None, None).map_err(|refusal| refusal.kind),
                to_refund.map(balance),
                "{what}"
            );
            let five = Some(Money::from_hundredths(500));
            assert_eq!(
                (amount_to_pay(&order, five), amount_to_refund(&order, five, None)),
                (Ok(balance(500)), Ok(balance(-500)))
            );
        }
    }

    #[test]
    fn a_refund_that_is_entered_again_has_the_amount_of_its_receipt() {
        let order = order(Status::Cancelled, &[(4000, None), (-4000, None)]);
        let same = |pk, amount: i64| {
            let reference = order.summary.reference.clone();
            Some(SameReceipt { order: OrderPk(pk), reference, amount: balance(amount) })
        };
        assert_eq!(amount_to_refund(&order, None, same(7, -4000).as_ref()), Ok(balance(-4000)));
        for other in [same(8, -4000), same(7, 4000)] {
            assert!(amount_to_refund(&order, None, other.as_ref()).is_err());
        }
    }

    #[test]
    fn a_row_of_a_list_that_comes_again_is_recognised() {
        let summary = order(Status::Shipped, &[(5000, None)]).summary;
        let same = SameReceipt { order: summary.pk, reference: summary.reference.clone(), amount: balance(5000) };
        let maybe = "LEG-LXYZ1234-AB5C: 50.00 cash is on record already; if this is another payment, give it a receipt or paidAt";
        let twice = "LEG-LXYZ1234-AB5C: 50.00 cash is in the list twice, as two payments";
        let wrong = "LEG-LXYZ1234-AB5C: 50.00 cash R-2 was recorded before and taken back: left out; if it was paid after all, record it with pay";
        for (receipt, paid_at, same, alike, is_new, warning) in [
            (Some("R-1"), None, Some(&same), None, false, None),
            (Some("R-2"), None, None, Some(Alike::OnRecord), true, None),
            (None, None, None, None, true, None),
            (None, None, None, Some(Alike::OnRecord), false, Some(maybe)),
            (None, Some("2026-02-05T00:00:00Z"), None, Some(Alike::OnRecord), false, None),
            (None, None, None, Some(Alike::InList), true, Some(twice)),
            (Some("R-2"), None, None, Some(Alike::TakenBack), false, Some(wrong)),
            (Some("R-1"), None, Some(&same), Some(Alike::TakenBack), false, None),
        ] {
            let entry = PaymentEntry { paid_at: paid_at.map(at), ..entry(5000, receipt) };
            let what = format!("{receipt:?} {paid_at:?} {alike:?}");
            let (was_new, said) = match decide_listed(&summary, entry, same, alike, 1, now()).unwrap() {
                Listed::New(_, warning) => (true, warning),
                Listed::Unchanged(warning) => (false, warning),
            };
            assert_eq!((was_new, said.as_deref()), (is_new, warning), "{what}");
        }
    }

    #[test]
    fn an_overpaid_order_is_warned_of() {
        for (status, payments, said) in [
            (Status::Pending, &[(10_000, None)][..], None),
            (Status::Pending, &[(10_001, None)], Some("LEG-LXYZ1234-AB5C is paid 0.01 more than is due")),
            (Status::Cancelled, &[(100, None)], Some("LEG-LXYZ1234-AB5C is cancelled: 1.00 is owed to the customer")),
            (Status::Cancelled, &[], None),
        ] {
            assert_eq!(overpaid(&order(status, payments).summary).as_deref(), said, "{status} {payments:?}");
        }
    }

    #[test]
    fn a_payment_is_described_with_its_method_and_receipt() {
        let mut paid = order(Status::Pending, &[(5998, None)]).payments.remove(0);
        assert_eq!(paid.describe(), "59.98 cash");
        paid.receipt = Some("R-7".to_owned());
        assert_eq!(paid.describe(), "59.98 cash R-7");
    }

    /// An import bounds the memory of the rows that wait.
    #[test]
    fn the_size_of_a_listed_payment_grows_with_its_texts() {
        let size = |order: &str, receipt: Option<&str>, note: Option<&str>| {
            let note = note.map(str::to_owned);
            ListedPayment { order: RowOrder::Reference(order.to_owned()), entry: entry(1, receipt), note }.size()
        };
        let least = size("", None, None);
        assert!(least > 100);
        let sizes = [size("12345", None, None), size("", Some("123"), None), size("", None, Some("12"))];
        assert_eq!(sizes, [least + 5, least + 3, least + 2]);
        assert_eq!(size("12345", Some("123"), Some("12")), least + 10);
    }

    #[test]
    fn the_first_year_and_the_largest_amount_are_accepted() {
        let limit = Money::LIMIT.hundredths();
        let decided = |amount: i64, paid_at: &str| {
            let entry = PaymentEntry { paid_at: Some(at(paid_at)), ..entry(amount, None) };
            decide(&order(Status::Pending, &[]).summary, entry, None, 0, now()).is_ok()
        };
        assert!(decided(1, &format!("{FIRST_YEAR}-01-01T00:00:00Z")));
        assert!(!decided(1, &format!("{}-12-31T23:59:59Z", FIRST_YEAR - 1)));
        assert!(decided(limit, "2026-02-01T00:00:00Z"));
        assert!(!decided(limit + 1, "2026-02-01T00:00:00Z"));
    }

    #[test]
    fn an_order_has_a_limited_number_of_payments() {
        let order = order(Status::Shipped, &[(5000, None)]);
        let decide =
            |count| decide(&order.summary, entry(100, None), None, count, now()).map_err(|refusal| refusal.kind);
        assert!(decide(MOST_PAYMENTS - 1).unwrap().is_some());
        assert_eq!(decide(MOST_PAYMENTS), Err(RefusalKind::InvalidInput));
    }
}
