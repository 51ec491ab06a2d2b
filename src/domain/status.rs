//! The life of an order: its statuses and the steps between them (rules 2 and 3).

use std::fmt;

/// The status of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It was received; nothing is paid yet, and no stock is taken.
    Pending,
    /// It is paid; its stock is taken.
    Confirmed,
    /// It is being packed.
    Processing,
    /// It has left the shop.
    Shipped,
    /// The customer has it.
    Delivered,
    /// It was cancelled or returned.
    Cancelled,
}

use Status::{Cancelled, Confirmed, Delivered, Pending, Processing, Shipped};

impl Status {
    /// All statuses, in the order of an order's life.
    pub const ALL: [Status; 6] = [Pending, Confirmed, Processing, Shipped, Delivered, Cancelled];

    /// The statuses of orders that are neither delivered nor cancelled.
    pub const OPEN: [Status; 4] = [Pending, Confirmed, Processing, Shipped];

    /// The statuses in which the pieces that an order holds are still in the shop, to be packed.
    pub const IN_SHOP: &[Status] = &[Confirmed, Processing];

    /// Returns its word, as in JSON, SQL and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Pending => "pending",
            Confirmed => "confirmed",
            Processing => "processing",
            Shipped => "shipped",
            Delivered => "delivered",
            Cancelled => "cancelled",
        }
    }

    /// Reads the word; `None` if it names no status.
    pub fn parse(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Reads the word as people type it: in any case, and either spelling of cancelled.
    pub fn read(word: &str) -> Option<Status> {
        Status::parse(&word.to_lowercase().replace("canceled", "cancelled"))
    }

    /// Returns whether couriers use the word for an order that comes back: it is no status, as a part may come back.
    pub fn is_return(word: &str) -> bool {
        ["return", "returned", "refused", "rto"].contains(&word.to_lowercase().as_str())
    }

    /// Returns whether an order in this status holds stock.
    pub fn holds_stock(self) -> bool {
        matches!(self, Confirmed | Processing | Shipped | Delivered)
    }

    /// Returns whether the pieces that an order in this status holds are still in the shop.
    pub fn is_in_shop(self) -> bool {
        Status::IN_SHOP.contains(&self)
    }

    /// Returns whether an order in this status is with a courier, or was.
    pub fn is_carried(self) -> bool {
        matches!(self, Shipped | Delivered)
    }

    /// Returns the statuses that `set-status` allows without `--force`.
    pub fn allowed(self) -> &'static [Status] {
        match self {
            Pending => &[Cancelled],
            Confirmed => &[Processing, Shipped, Delivered, Cancelled],
            Processing => &[Shipped, Delivered, Cancelled],
            Shipped => &[Delivered, Cancelled],
            Delivered => &[Cancelled],
            Cancelled => &[],
        }
    }

    /// Returns whether `--force` allows the step: one step back among the states that hold stock (never to confirmed), or
    /// to pending from any other.
    pub fn may_be_forced_to(self, to: Status) -> bool {
        match to {
            Pending => self != Pending,
            Processing => matches!(self, Shipped | Delivered),
            Shipped => self == Delivered,
            Confirmed | Delivered | Cancelled => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of statuses: `.` refused, `s` by set-status, `f` with --force. Confirming is not a step of set-status.
    #[test]
    fn the_table_of_steps() {
        let table = [
            //  to: pend conf proc ship deli canc
            (Pending, ". . . . . s"),
            (Confirmed, "f . s s s s"),
            (Processing, "f . . s s s"),
            (Shipped, "f . f . s s"),
            (Delivered, "f . f f . s"),
            (Cancelled, "f . . . . ."),
        ];
        for (from, row) in table {
            for (to, expected) in Status::ALL.into_iter().zip(row.split(' ')) {
                let step = match (from.allowed().contains(&to), from.may_be_forced_to(to)) {
                    (true, false) => "s",
                    (false, true) => "f",
                    (false, false) => ".",
                    (true, true) => "both",
                };
                assert_eq!(step, expected, "{from} to {to}");
            }
        }
    }

    #[test]
    fn stock_is_held_from_confirmed_to_delivered() {
        let holding: Vec<_> = Status::ALL.into_iter().filter(|s| s.holds_stock()).collect();
        assert_eq!(holding, [Confirmed, Processing, Shipped, Delivered]);
        let in_shop: Vec<_> = Status::ALL.into_iter().filter(|s| s.is_in_shop()).collect();
        assert_eq!(in_shop, [Confirmed, Processing]);
    }

    #[test]
    fn every_status_reads_back_its_word() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("Pending"), None);
    }
}
