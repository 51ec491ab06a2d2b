//! What waits to be confirmed, for how long, and whether the stock would do.

use chrono::Duration;

use super::Sums;
use crate::domain::confirm::{Obstacle, decide};
use crate::domain::order::Order;
use crate::domain::product::Catalogue;
use crate::domain::time::Timestamp;

/// Whether there is stock for a pending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prospect {
    /// There is, after all orders that have waited longer.
    Enough,
    /// There is, but not once those that have waited longer are confirmed.
    Contested,
    /// There is not.
    Short,
    /// An item names no size that there is.
    Unclear,
}

impl Prospect {
    /// Returns the word for it, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Prospect::Enough => "enough",
            Prospect::Contested => "contested",
            Prospect::Short => "short",
            Prospect::Unclear => "unclear",
        }
    }
}

/// A pending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The order.
    pub order: Order,
    /// Since the customer ordered, until now.
    pub waited: Duration,
    /// Whether there is stock for it.
    pub prospect: Prospect,
    /// What is in the way.
    pub problems: Vec<Obstacle>,
}

/// What waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// As of when.
    pub now: Timestamp,
    /// The pending orders, the one that has waited longest first.
    pub rows: Vec<Waiting>,
    /// What all of them add up to.
    pub totals: Sums,
}

impl Pending {
    /// Looks at the pending orders one after the other, the one that has waited longest first, each on the stock that
    /// those before it would leave.
    pub fn new(orders: Vec<Order>, catalogue: &Catalogue, now: Timestamp) -> Pending {
        let mut left = catalogue.clone();
        let mut totals = Sums::default();
        let mut rows = Vec::with_capacity(orders.len());
        for order in orders {
            let summary = &order.summary;
            totals.add(&Sums {
                orders: 1,
                pieces: summary.item_count,
                total: summary.total,
                currencies: summary.currency.iter().cloned().collect(),
            });
            let waited = Duration::milliseconds((now.millis() - summary.waits_since().millis()).max(0));
            let (prospect, problems) = prospect(&order, catalogue, &mut left);
            rows.push(Waiting { order, waited, prospect, problems });
        }
        Pending { now, rows, totals }
    }

    /// Counts the orders with a prospect.
    pub fn count(&self, prospect: Prospect) -> usize {
        self.rows.iter().filter(|row| row.prospect == prospect).count()
    }
}

fn prospect(order: &Order, catalogue: &Catalogue, left: &mut Catalogue) -> (Prospect, Vec<Obstacle>) {
    let alone = std::slice::from_ref(order);
    let contested = match decide(alone, left, true) {
        Ok(confirmations) => {
            for movement in confirmations.iter().flat_map(|confirmation| &confirmation.change.movements) {
                left.shift(movement.product_id, &movement.size_key, movement.delta);
            }
            return (Prospect::Enough, Vec::new());
        }
        Err(problems) => problems,
    };
    match decide(alone, catalogue, true) {
        Ok(_) => (Prospect::Contested, contested),
        Err(problems) if problems.iter().any(|problem| matches!(problem, Obstacle::Short(_))) => {
            (Prospect::Short, problems)
        }
        Err(problems) => (Prospect::Unclear, problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::{incoming, order};
    use crate::domain::status::Status;

    #[test]
    fn stock_goes_to_those_who_waited_longest() {
        let shirt = product("Shirt", &[("S", 1), ("L", 3)]);
        let catalogue: Catalogue = [shirt.clone()].into_iter().collect();
        let now = Timestamp::parse("2026-02-07T08:00:00Z").unwrap();
        let orders: Vec<Order> = [(2, Some("L")), (4, Some("L")), (1, Some("L")), (1, Some("L")), (1, None)]
            .into_iter()
            .zip(1..)
            .map(|((quantity, size), pk)| {
                order(&incoming(&[(&shirt, quantity, size)]), &catalogue, pk, Status::Pending)
            })
            .collect();
        let pending = Pending::new(orders, &catalogue, now);
        let prospects: Vec<_> = pending.rows.iter().map(|row| row.prospect).collect();
        use Prospect::{Contested, Enough, Short, Unclear};
        assert_eq!(prospects, [Enough, Short, Enough, Contested, Unclear]);
        let described: Vec<_> = pending.rows.iter().flat_map(|row| &row.problems).map(Obstacle::describe).collect();
        assert_eq!(
            described,
            [
                "Shirt (L): Insufficient stock (available: 3, required: 4)",
                "Shirt (L): Insufficient stock (available: 0, required: 1)",
                "Shirt: needs a size (sizes: S, L)",
            ]
        );
        assert_eq!((pending.totals.orders, pending.totals.pieces, pending.count(Enough)), (5, 9, 2));
        assert_eq!(pending.rows[0].waited, Duration::minutes(69 * 60 + 30));
    }
}
