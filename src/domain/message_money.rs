//! What messages to customers say about money.

use super::money::{Balance, Money};
use super::occasion::Occasion;
use super::order::Order;
use super::payment::refunded;
use super::slip::cash_to_collect;
use super::status::Status;

/// The money of an order, in words for its customer.
pub struct OrderMoney<'o> {
    pub order: &'o Order,
    pub currency: Option<&'o String>,
}

impl OrderMoney<'_> {
    pub fn amount(&self, amount: impl Into<Balance>) -> String {
        let currency = self.currency.map(|currency| format!(" {currency}")).unwrap_or_default();
        format!("{}{currency}", amount.into())
    }

    /// Returns what is due, if the shop records it and has agreed to the terms: a guest's claim is no promise of the shop.
    pub fn due(&self) -> Option<Balance> {
        self.order.summary.due().filter(|_| self.order.summary.are_terms_agreed())
    }

    /// Returns what the customer is asked to pay: what is due, or the cash that the courier of the next parcel collects.
    pub fn asked(&self) -> Option<Money> {
        let due = self.due().filter(|due| *due > Balance::ZERO)?;
        match self.is_cod() && self.order.summary.status != Status::Cancelled {
            true => cash_to_collect(self.order),
            false => Some(due.size()),
        }
    }

    fn is_cod(&self) -> bool {
        self.order.summary.terms.is_cod && self.order.summary.are_terms_agreed()
    }

    /// Returns whether the customer pays nothing more before the goods come, as far as the shop can say.
    pub fn pays_nothing_now(&self) -> bool {
        let summary = &self.order.summary;
        let are_items_paid = summary.payments_sum.is_some_and(|paid| paid >= Balance::from(summary.total));
        self.is_cod()
            || !summary.are_terms_agreed() && are_items_paid
            || self.due().is_some_and(|due| due <= Balance::ZERO)
    }

    /// Returns whether money has arrived. Without any record of money, a confirmation means that it has.
    pub fn is_anything_paid(&self) -> bool {
        self.order.summary.paid().is_none_or(|paid| paid > Balance::ZERO)
    }

    /// Lists what the order costs beside its items, and what was paid.
    pub fn lines(&self) -> Vec<String> {
        let summary = &self.order.summary;
        // The shop itself recorded the payments, whatever a guest claims.
        let paid = summary.paid().filter(|paid| *paid > Balance::ZERO);
        let paid = paid.map(|paid| format!("Paid: {}", self.amount(paid)));
        if !summary.are_terms_agreed() {
            return paid.into_iter().collect();
        }
        let (terms, returned) = (&summary.terms, summary.returned);
        let less = |name: &str, amount: Money| {
            (amount != Money::ZERO).then(|| format!("{name}: {}", Balance::from(amount).negated()))
        };
        let fee = terms.delivery_fee.map(|fee| match fee == Money::ZERO {
            true => "Delivery: free".to_owned(),
            false => format!("Delivery: {fee}"),
        });
        let mut lines: Vec<String> =
            less("Discount", terms.discount).into_iter().chain(less("Returned", returned)).chain(fee).collect();
        if !lines.is_empty() {
            lines.push(format!("To pay: {}", self.amount(summary.grand_total())));
        }
        lines.extend(paid);
        lines
    }

    /// Says what is due, with a blank line after it; empty if the shop records no money.
    pub fn due_sentences(&self, occasion: Occasion) -> String {
        let summary = &self.order.summary;
        let due = self.due();
        let asked = self.asked().map(|asked| self.amount(asked));
        let mut said = Vec::new();
        match (occasion, asked) {
            (Occasion::Cancelled, asked) => {
                let refunded = refunded(&self.order.payments);
                if refunded != Money::ZERO {
                    said.push(format!("We have sent {} back.", self.amount(refunded)));
                }
                if summary.kept != Money::ZERO {
                    said.push(format!("We keep {}.", self.amount(summary.kept)));
                }
                said.extend(asked.map(|asked| format!("{asked} is still due.")));
            }
            (_, Some(asked)) if self.is_cod() => said.push(format!("The courier collects {asked}.")),
            (_, Some(asked)) => said.push(format!("{asked} is still due.")),
            (_, None) => {}
        }
        let owed = due.filter(|due| due.is_negative());
        said.extend(owed.map(|due| format!("You get {} back.", self.amount(due.size()))));
        if said.is_empty() { String::new() } else { said.join("\n") + "\n\n" }
    }
}
