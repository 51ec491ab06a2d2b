//! Customers: a number in full with its orders, and what the shop says of it.

use super::money::Balance;
use super::order::OrderSummary;
use super::time::Timestamp;

/// What stands in place of everything that tells who a customer was, once they are forgotten.
pub const FORGOTTEN: &str = "forgotten";

/// Who is to be blocked: since when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub note: Option<String>,
}

impl Block {
    /// Says it, for marks and warnings.
    pub fn warning(&self) -> String {
        match &self.note {
            Some(note) => format!("the customer is blocked: {note}"),
            None => "the customer is blocked".to_owned(),
        }
    }
}

/// What the shop says of a number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// A note on the customer.
    pub note: Option<String>,
    /// Whether the customer is blocked.
    pub block: Option<Block>,
}

impl Said {
    /// Returns whether there is nothing to keep.
    pub fn is_nothing(&self) -> bool {
        *self == Said::default()
    }

    /// Says of one number what was said of two that became one: both notes, and the earlier block.
    #[must_use]
    pub fn merged(self, other: Said) -> Said {
        let block = match (self.block, other.block) {
            (Some(one), Some(other)) => {
                Some(Block { since: one.since.min(other.since), note: both(one.note, other.note) })
            }
            (one, other) => one.or(other),
        };
        Said { note: both(self.note, other.note), block }
    }
}

/// Joins two notes; of equal ones one is enough.
fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(format!("{one}; {other}")),
        (one, other) => one.or(other),
    }
}

/// A customer as a list shows them. A number without orders is one where the shop says something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerSummary {
    /// The digits of the number in full, at least one.
    pub number: String,
    /// The phone as typed for the last order.
    pub phone: String,
    /// The name of the last order.
    pub name: Option<String>,
    /// How many orders there are, whatever became of them.
    pub order_count: i64,
    /// The pieces of the orders that hold stock.
    pub kept_pieces: i64,
    /// What these orders cost.
    pub kept_total: Balance,
    /// The date of the last order.
    pub last_order: Option<Timestamp>,
    /// What is due of all orders, below zero if it is owed to the customer; `None` where no money was recorded.
    pub due: Option<Balance>,
    /// What the shop says.
    pub said: Said,
}

impl CustomerSummary {
    /// Returns a number that has no orders, and of which the shop says nothing.
    pub fn unknown(number: String, phone: String) -> CustomerSummary {
        CustomerSummary {
            number,
            phone,
            name: None,
            order_count: 0,
            kept_pieces: 0,
            kept_total: Balance::ZERO,
            last_order: None,
            due: None,
            said: Said::default(),
        }
    }
}

/// A customer with what their orders say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRecord {
    /// The customer.
    pub summary: CustomerSummary,
    /// The names used, those of the last orders first.
    pub names: Vec<String>,
    /// The addresses used, those of the last orders first.
    pub addresses: Vec<String>,
    /// The orders, the newest received first.
    pub orders: Vec<OrderSummary>,
}

/// What was done to forget a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// How many orders lost their customer.
    pub orders: u64,
    /// The accounts that lost their phone, by name.
    pub accounts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_of_two_numbers_that_become_one_is_kept() {
        let said = |note: &str, blocked: Option<(i64, &str)>| Said {
            note: Some(note.to_owned()).filter(|note| !note.is_empty()),
            block: blocked.map(|(at, why)| Block {
                since: Timestamp::from_millis(at).unwrap(),
                note: Some(why.to_owned()).filter(|note| !note.is_empty()),
            }),
        };
        for (one, other, both) in [
            (said("", None), said("", None), said("", None)),
            (said("pays late", None), said("", Some((5, "fraud"))), said("pays late", Some((5, "fraud")))),
            (said("pays late", None), said("pays late", None), said("pays late", None)),
            (said("a", Some((9, "x"))), said("b", Some((5, "y"))), said("a; b", Some((5, "x; y")))),
            (said("", Some((9, "x"))), said("", Some((5, ""))), said("", Some((5, "x")))),
        ] {
            assert_eq!(one.merged(other), both);
        }
        assert!(said("", None).is_nothing() && !said("", Some((1, ""))).is_nothing());
    }

    #[test]
    fn a_blocked_customer_is_a_warning_with_its_reason() {
        let warning = |note: Option<&str>| Block { since: Timestamp::FIRST, note: note.map(str::to_owned) }.warning();
        assert_eq!(warning(None), "the customer is blocked");
        assert_eq!(warning(Some("fraud")), "the customer is blocked: fraud");
    }
}
