//! What waits to be confirmed, for how long, and whether the stock would do.

use std::collections::BTreeMap;

use chrono::Duration;

use super::Sums;
use crate::domain::confirm::{Obstacle, decide};
use crate::domain::order::Order;
use crate::domain::product::Catalogue;
use crate::domain::time::Timestamp;

/// Whether there is stock for a pending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Availability {
    /// There is, after all orders that have waited longer.
    Enough,
    /// There is, but not once those that have waited longer are confirmed.
    Contested,
    /// There is not.
    Short,
    /// An item names no size that there is.
    Unclear,
}

impl Availability {
    /// Returns the word for it, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Availability::Enough => "enough",
            Availability::Contested => "contested",
            Availability::Short => "short",
            Availability::Unclear => "unclear",
        }
    }
}

/// A pending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<'o> {
    /// The order.
    pub order: &'o Order,
    /// Since the customer ordered, until now.
    pub waited: Duration,
    /// Whether there is stock for it.
    pub prospect: Availability,
    /// What is in the way.
    pub problems: Vec<Obstacle>,
}

/// What waits. It grows order by order, and holds none of them.
#[derive(Debug, Clone)]
pub struct Pending<'c> {
    /// As of when.
    pub now: Timestamp,
    /// What all pending orders add up to.
    pub totals: Sums,
    counts: BTreeMap<Availability, u64>,
    catalogue: &'c Catalogue,
    /// What the orders so far would leave of it.
    left: Catalogue,
}

impl<'c> Pending<'c> {
    /// Starts with none.
    pub fn new(catalogue: &'c Catalogue, now: Timestamp) -> Pending<'c> {
        Pending { now, totals: Sums::default(), counts: BTreeMap::new(), catalogue, left: catalogue.clone() }
    }

    /// Looks at the next pending order, after those that have waited longer: on the stock that they would leave.
    pub fn add<'o>(&mut self, order: &'o Order) -> Waiting<'o> {
        let summary = &order.summary;
        self.totals.add(&Sums {
            orders: 1,
            pieces: summary.item_count,
            total: summary.total,
            currencies: summary.currency.iter().cloned().collect(),
        });
        let waited = Duration::milliseconds((self.now.millis() - summary.waits_since().millis()).max(0));
        let (prospect, problems) = prospect(order, self.catalogue, &mut self.left);
        *self.counts.entry(prospect).or_default() += 1;
        Waiting { order, waited, prospect, problems }
    }

    /// Counts the orders with a prospect.
    pub fn count(&self, prospect: Availability) -> u64 {
        self.counts.get(&prospect).copied().unwrap_or_default()
    }
}

fn prospect(order: &Order, catalogue: &Catalogue, left: &mut Catalogue) -> (Availability, Vec<Obstacle>) {
    let alone = std::slice::from_ref(order);
    let contested = match decide(alone, left, true) {
        Ok(confirmations) => {
            for movement in confirmations.iter().flat_map(|confirmation| &confirmation.change.movements) {
                left.shift(movement.product_id, &movement.size_key, movement.delta);
            }
            return (Availability::Enough, Vec::new());
        }
        Err(problems) => problems,
    };
    match decide(alone, catalogue, true) {
        Ok(_) => (Availability::Contested, contested),
        Err(problems) if problems.iter().any(|problem| matches!(problem, Obstacle::Short(_))) => {
            (Availability::Short, problems)
        }
        Err(problems) => (Availability::Unclear, problems),
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
        let mut pending = Pending::new(&catalogue, now);
        let rows: Vec<Waiting<'_>> = orders.iter().map(|order| pending.add(order)).collect();
        let prospects: Vec<_> = rows.iter().map(|row| row.prospect).collect();
        use Availability::{Contested, Enough, Short, Unclear};
        assert_eq!(prospects, [Enough, Short, Enough, Contested, Unclear]);
        let described: Vec<_> = rows.iter().flat_map(|row| &row.problems).map(Obstacle::describe).collect();
        assert_eq!(
            described,
            [
                "Shirt (L): Insufficient stock (available: 3, required: 4)",
                "Shirt (L): Insufficient stock (available: 0, required: 1)",
                "Shirt: needs a size (sizes: S, L)",
            ]
        );
        assert_eq!((pending.totals.orders, pending.totals.pieces, pending.count(Enough)), (5, 9, 2));
        assert_eq!(rows[0].waited, Duration::minutes(69 * 60 + 30));
    }
}
