//! What lies on the shelf.
//!
//! The shelf has the stock on hand, and the pieces of confirmed and processing orders, which have not left the shop.
//! Confirming an order moves nothing there; shipping, returns, deliveries and adjustments do. A count moves nothing
//! either: it corrects what is known of the shelf, now and at any time before.

use super::reference::Reference;
use super::status::Status;
use super::time::Timestamp;

/// The shelf of one product and size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    /// The stock on hand now.
    pub on_hand: i64,
    /// What is reserved there for orders.
    pub reserved: Vec<Reserved>,
    /// How the shelf has changed since some time, in any order.
    pub changes: Vec<ShelfChange>,
    /// When the stock on hand was last moved.
    pub last_moved: Option<Timestamp>,
    /// When the first stock was recorded, if there was some. It is no delivery: the pieces lay there before.
    pub began: Option<Timestamp>,
}

/// Pieces on the shelf that an order holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The order, which is confirmed or processing.
    pub reference: Reference,
    /// How many pieces it holds.
    pub pieces: i64,
}

/// Names the orders that pieces are reserved for, the first of very many.
pub fn names(reserved: &[Reserved]) -> String {
    const NAMED: usize = 5;
    let names: Vec<_> = reserved.iter().take(NAMED).map(|reserved| reserved.reference.as_str()).collect();
    match reserved.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// One change of the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShelfChange {
    /// When it happened.
    pub at: Timestamp,
    /// How many pieces came; below zero, went.
    pub delta: i64,
    /// For a count, which moves nothing: the time that it is of.
    pub count_of: Option<Timestamp>,
}

impl ShelfChange {
    pub(super) fn is_count(&self) -> bool {
        self.count_of.is_some()
    }
}

/// What happened to the pieces of one product and size that an order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderStep {
    /// When it happened.
    pub at: Timestamp,
    /// The new status, if it has one.
    pub status: Option<Status>,
    /// The change of the stock on hand.
    pub delta: i64,
}

/// Returns how an order has changed the shelf, by all its steps so far.
pub fn changes_of_order(steps: &[OrderStep]) -> Vec<ShelfChange> {
    let (mut changes, mut status, mut moved, mut gone) = (Vec::new(), Status::Pending, 0, 0);
    for step in steps {
        status = step.status.unwrap_or(status);
        moved += step.delta;
        // The pieces that it took are still there, as long as it has not left the shop.
        let gone_now = if status.is_in_shop() { 0 } else { moved };
        if gone_now != gone {
            changes.push(ShelfChange { at: step.at, delta: gone_now - gone, count_of: None });
        }
        gone = gone_now;
    }
    changes
}

impl Shelf {
    /// Returns how many pieces are reserved for orders.
    pub fn reserved_pieces(&self) -> i64 {
        self.reserved.iter().map(|reserved| reserved.pieces).sum()
    }

    /// Names the orders that pieces are reserved for, the first of very many.
    pub fn names(&self) -> String {
        names(&self.reserved)
    }

    /// Returns how many pieces lie there now.
    pub fn pieces(&self) -> i64 {
        self.on_hand + self.reserved_pieces()
    }

    /// Adds up the changes that fit.
    pub(super) fn sum(&self, fits: impl Fn(&ShelfChange) -> bool) -> i64 {
        self.changes.iter().filter(|change| fits(change)).map(|change| change.delta).sum()
    }

    /// Returns what came and went after a time.
    pub(super) fn moved_after(&self, time: Timestamp) -> i64 {
        let time = self.began.map_or(time, |began| began.max(time));
        self.sum(|change| !change.is_count() && change.at > time)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn at(minute: i64) -> Timestamp {
        Timestamp::from_millis(1_770_000_000_000 + minute * 60_000).unwrap()
    }

    pub fn reserved(reference: &str, pieces: i64) -> Reserved {
        Reserved { reference: Reference::parse(reference).unwrap(), pieces }
    }

    pub fn moved(minute: i64, delta: i64) -> ShelfChange {
        ShelfChange { at: at(minute), delta, count_of: None }
    }

    #[test]
    fn an_order_moves_the_shelf_when_its_pieces_leave_the_shop_and_when_they_come_back() {
        use Status::{Cancelled, Confirmed, Delivered, Pending, Processing, Shipped};
        let step = |minute, status, delta| OrderStep { at: at(minute), status, delta };
        for (steps, changes) in [
            (vec![step(0, Some(Pending), 0), step(1, Some(Confirmed), -2)], vec![]),
            (vec![step(1, Some(Confirmed), -2), step(2, Some(Processing), 0), step(3, None, -1)], vec![]),
            (vec![step(1, Some(Confirmed), -2), step(2, Some(Cancelled), 2)], vec![]),
            (vec![step(1, Some(Confirmed), -2), step(2, Some(Shipped), 0)], vec![moved(2, -2)]),
            (
                vec![step(1, Some(Confirmed), -2), step(2, Some(Shipped), 0), step(3, Some(Processing), 0)],
                vec![moved(2, -2), moved(3, 2)],
            ),
            // A piece comes back, then the rest.
            (
                vec![
                    step(1, Some(Confirmed), -2),
                    step(2, Some(Shipped), 0),
                    step(3, Some(Delivered), 0),
                    step(4, None, 1),
                    step(5, Some(Cancelled), 1),
                ],
                vec![moved(2, -2), moved(4, 1), moved(5, 1)],
            ),
            // Confirmed, edited to one less, shipped; taken back to pending.
            (
                vec![
                    step(1, Some(Confirmed), -2),
                    step(2, None, 1),
                    step(3, Some(Shipped), 0),
                    step(4, Some(Pending), 1),
                ],
                vec![moved(3, -1), moved(4, 1)],
            ),
        ] {
            assert_eq!(changes_of_order(&steps), changes, "{steps:?}");
        }
    }

    #[test]
    fn of_many_orders_the_first_are_named() {
        let many: Vec<_> = (1..=7).map(|number| reserved(&format!("LEG-{number}"), 1)).collect();
        assert_eq!(names(&many), "LEG-1, LEG-2, LEG-3, LEG-4, LEG-5 and 2 more");
        assert_eq!(names(&many[..2]), "LEG-1, LEG-2");
    }
}
