//! Money that moved, by the time at which it did, and orders whose money is outstanding.

use chrono::Duration;

use crate::domain::money::Balance;
use crate::domain::order::OrderSummary;
use crate::domain::payment::Method;
use crate::domain::reference::Reference;
use crate::domain::time::Timestamp;

/// How money that moved is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyGrouping {
    /// By the method.
    Method,
    /// By days of the shop's calendar.
    Day,
    /// One by one.
    Payment,
}

impl MoneyGrouping {
    /// All groupings, the usual one first.
    pub const ALL: [MoneyGrouping; 3] = [MoneyGrouping::Method, MoneyGrouping::Day, MoneyGrouping::Payment];

    /// Returns its word, as on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            MoneyGrouping::Method => "method",
            MoneyGrouping::Day => "day",
            MoneyGrouping::Payment => "payment",
        }
    }
}

/// Sums of money that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flow {
    /// What customers paid.
    pub paid_in: Balance,
    /// What went back to them.
    pub paid_out: Balance,
    /// How many payments and refunds; voids are not counted.
    pub payments: i64,
}

impl Flow {
    /// Makes the sums of one payment or refund. A void counts against it: less in, or less out.
    pub fn of(amount: Balance, takes_back: bool) -> Flow {
        let payments = i64::from(!takes_back);
        if amount.is_negative() == takes_back {
            Flow { paid_in: amount, payments, ..Flow::default() }
        } else {
            Flow { paid_out: amount.negated(), payments, ..Flow::default() }
        }
    }

    /// Adds other sums.
    pub fn add(&mut self, other: Flow) {
        self.paid_in = self.paid_in.plus(other.paid_in);
        self.paid_out = self.paid_out.plus(other.paid_out);
        self.payments += other.payments;
    }

    /// Returns what came in less what went out.
    pub fn net(self) -> Balance {
        self.paid_in.minus(self.paid_out)
    }
}

/// A payment or refund, or the void of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedPayment {
    /// The order.
    pub reference: Reference,
    /// Its number among the payments of the order.
    pub number: i64,
    /// When the money moved.
    pub paid_at: Timestamp,
    /// How.
    pub method: Method,
    /// The receipt, if there is one.
    pub receipt: Option<String>,
    /// How much moved.
    pub flow: Flow,
}

/// Orders whose money is outstanding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outstanding {
    /// Couriers have it: cash on delivery of orders that are shipped or delivered.
    WithCouriers,
    /// It is owed to the customer.
    Owed,
    /// The order holds stock, and less is paid than it costs.
    Unpaid,
}

impl Outstanding {
    /// All lists, in the order of the report.
    pub const ALL: [Outstanding; 3] = [Outstanding::WithCouriers, Outstanding::Owed, Outstanding::Unpaid];

    /// Returns its key in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Outstanding::WithCouriers => "withCouriers",
            Outstanding::Owed => "owed",
            Outstanding::Unpaid => "unpaid",
        }
    }
}

/// An order in one of these lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutstandingOrder {
    /// The order.
    pub order: OrderSummary,
    /// Since when: it left the shop, was cancelled or last paid, or was confirmed.
    pub since: Timestamp,
}

impl OutstandingOrder {
    /// Returns what was paid: zero if no payment was recorded.
    pub fn paid(&self) -> Balance {
        self.order.payments_sum.unwrap_or_default()
    }

    /// Returns what is due, below zero if it is owed to the customer.
    pub fn due(&self) -> Balance {
        self.order.left_to_pay()
    }

    /// Returns how long it has waited.
    pub fn waited(&self, now: Timestamp) -> Duration {
        now.since(self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_void_counts_against_what_it_voids() {
        let flow = |paid_in, paid_out, payments| Flow {
            paid_in: Balance::from_hundredths(paid_in),
            paid_out: Balance::from_hundredths(paid_out),
            payments,
        };
        let mut all = Flow::default();
        for (amount, takes_back, expected) in [
            (5998, false, flow(5998, 0, 1)),
            (-998, false, flow(0, 998, 1)),
            // The void of a payment, and that of a refund.
            (-5998, true, flow(-5998, 0, 0)),
            (998, true, flow(0, -998, 0)),
            (2000, false, flow(2000, 0, 1)),
        ] {
            let one = Flow::of(Balance::from_hundredths(amount), takes_back);
            assert_eq!(one, expected, "{amount} {takes_back}");
            assert_eq!(one.net(), Balance::from_hundredths(amount));
            all.add(one);
        }
        assert_eq!(all, flow(2000, 0, 3));
    }

    /// The words are typed on the command line, and in the JSON that scripts read.
    #[test]
    fn the_words_of_the_report_never_change() {
        assert_eq!(MoneyGrouping::ALL.map(MoneyGrouping::as_str), ["method", "day", "payment"]);
        assert_eq!(Outstanding::ALL.map(Outstanding::key), ["withCouriers", "owed", "unpaid"]);
    }

    #[test]
    fn an_outstanding_order_says_how_much_and_how_long() {
        use crate::domain::order_samples::{incoming, order};
        use crate::domain::product::tests::product;
        use crate::domain::status::Status;
        let shirt = product("Shirt", &[("", 1)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        let mut order = order(&incoming(&[(&shirt, 1, None)]), &catalogue, 1, Status::Confirmed).summary;
        let since = Timestamp::from_millis(5000).unwrap();
        let balance = Balance::from_hundredths;
        for (recorded, paid, due) in
            [(None, 0, 2999), (Some(balance(1000)), 1000, 1999), (Some(balance(4000)), 4000, -1001)]
        {
            order.payments_sum = recorded;
            let waiting = OutstandingOrder { order: order.clone(), since };
            assert_eq!((waiting.paid(), waiting.due()), (balance(paid), balance(due)));
        }
        let waiting = OutstandingOrder { order, since };
        let waited = |millis| waiting.waited(Timestamp::from_millis(millis).unwrap());
        assert_eq!([waited(7000), waited(4000)], [Duration::seconds(2), Duration::zero()]);
    }
}
