//! The account on an invoice: lines that add up.

use super::money::{Balance, Money};
use super::order::OrderSummary;
use super::status::Status;

/// What a line of the account is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceLine {
    /// The sum of the items.
    Items,
    /// The discount, below zero.
    Discount,
    /// What came back, below zero.
    Returned,
    /// The fee for delivery.
    Delivery,
    /// What the shop keeps of a cancelled order's price.
    Kept,
    /// What the customer pays in all.
    Total,
    /// What was paid.
    Paid,
    /// What is left to pay.
    Due,
    /// What the courier collects, or has collected: what they bring is recorded later.
    CashOnDelivery,
    /// What the customer gets back.
    Owed,
}

/// Returns the account of an order, line by line: the total alone if it is just the sum of the items.
pub fn invoice_lines(summary: &OrderSummary) -> Vec<(InvoiceLine, Balance)> {
    // The shop itself recorded the payments, whatever a guest claims.
    let paid = summary.paid().filter(|paid| *paid != Balance::ZERO).map(|paid| (InvoiceLine::Paid, paid));
    if !summary.are_terms_agreed() {
        return [(InvoiceLine::Total, summary.total.into())].into_iter().chain(paid).collect();
    }
    let (terms, mut lines) = (&summary.terms, Vec::new());
    if summary.status == Status::Cancelled {
        lines.push((InvoiceLine::Kept, summary.kept.into()));
    } else {
        let less = |entry, amount: Money| (amount != Money::ZERO).then(|| (entry, Balance::from(amount).negated()));
        lines.extend(less(InvoiceLine::Discount, terms.discount));
        lines.extend(less(InvoiceLine::Returned, summary.returned));
        lines.extend(terms.delivery_fee.map(|fee| (InvoiceLine::Delivery, fee.into())));
        if !lines.is_empty() {
            lines.insert(0, (InvoiceLine::Items, summary.total.into()));
        }
        lines.push((InvoiceLine::Total, summary.grand_total()));
    }
    lines.extend(paid);
    lines.extend(summary.due().map(|due| match due.is_negative() {
        true => (InvoiceLine::Owed, due.negated()),
        false if terms.is_cod && due != Balance::ZERO => (InvoiceLine::CashOnDelivery, due),
        false => (InvoiceLine::Due, due),
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::tests::product;

    #[derive(Default)]
    struct Case {
        fee: Option<i64>,
        discount: i64,
        returned: i64,
        paid: Option<i64>,
        kept: i64,
        is_cod: bool,
    }

    #[test]
    fn the_lines_of_an_account_add_up() {
        use InvoiceLine::{CashOnDelivery, Delivery, Discount, Due, Items, Kept, Owed, Paid, Returned, Total};
        let shirt = product("Shirt", &[("", 9)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        for (status, case, expected) in [
            (Status::Confirmed, Case::default(), &[(Total, 5998)][..]),
            (Status::Confirmed, Case { paid: Some(5998), ..Case::default() }, &[(Total, 5998), (Paid, 5998), (Due, 0)]),
            (
                Status::Confirmed,
                Case { paid: Some(1000), ..Case::default() },
                &[(Total, 5998), (Paid, 1000), (Due, 4998)],
            ),
            (
                Status::Shipped,
                Case { paid: Some(5998), is_cod: true, ..Case::default() },
                &[(Total, 5998), (Paid, 5998), (Due, 0)],
            ),
            (
                Status::Shipped,
                Case { fee: Some(0), is_cod: true, ..Case::default() },
                &[(Items, 5998), (Delivery, 0), (Total, 5998), (CashOnDelivery, 5998)],
            ),
            (
                Status::Delivered,
                Case { fee: Some(5000), discount: 998, returned: 2500, paid: Some(10000), ..Case::default() },
                &[
                    (Items, 5998),
                    (Discount, -998),
                    (Returned, -2500),
                    (Delivery, 5000),
                    (Total, 7500),
                    (Paid, 10000),
                    (Owed, 2500),
                ],
            ),
            (
                Status::Cancelled,
                Case { discount: 998, paid: Some(2000), kept: 500, ..Case::default() },
                &[(Kept, 500), (Paid, 2000), (Owed, 1500)],
            ),
        ] {
            let mut summary = order(&incoming(&[(&shirt, 2, None)]), &catalogue, 1, status).summary;
            let money = Money::from_hundredths;
            summary.terms.delivery_fee = case.fee.map(money);
            summary.terms.discount = money(case.discount);
            summary.terms.is_cod = case.is_cod;
            (summary.returned, summary.kept) = (money(case.returned), money(case.kept));
            summary.payments_sum = case.paid.map(Balance::from_hundredths);
            let lines: Vec<_> =
                invoice_lines(&summary).into_iter().map(|(entry, amount)| (entry, amount.hundredths())).collect();
            assert_eq!(lines, expected, "{status}");
        }
    }

    #[test]
    fn a_guests_claims_are_not_on_the_invoice_of_a_pending_order() {
        let shirt = product("Shirt", &[("", 9)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        for (status, lines) in [(Status::Pending, 1), (Status::Confirmed, 3)] {
            let mut summary = order(&incoming(&[(&shirt, 2, None)]), &catalogue, 1, status).summary;
            summary.terms.discount = Money::from_hundredths(998);
            assert_eq!(invoice_lines(&summary).len(), 3, "{status}");
            summary.terms = summary.terms.claimed_by_guest();
            assert_eq!(invoice_lines(&summary).len(), lines, "{status}");
            // What was paid is the shop's own record.
            let paid = Balance::from_hundredths(2000);
            summary.payments_sum = Some(paid);
            assert!(invoice_lines(&summary).contains(&(InvoiceLine::Paid, paid)), "{status}");
        }
    }
}
