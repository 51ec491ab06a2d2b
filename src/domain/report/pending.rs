//! Pending orders: how long they have waited, and whether there is stock for them.

use std::collections::{BTreeMap, HashSet};

use chrono::Duration;

use super::Sums;
use crate::domain::confirm::{Confirmation, decide};
use crate::domain::obstacle::Obstacle;
use crate::domain::order::Order;
use crate::domain::product::{Product, ProductId};
use crate::domain::products::Products;
use crate::domain::time::Timestamp;

/// Whether there is stock for a pending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Availability {
    /// There is enough, even after all orders that have waited longer.
    Enough,
    /// There is enough, but not once the orders that have waited longer are confirmed.
    Contested,
    /// There is not enough.
    Short,
    /// An item needs an available size.
    Unclear,
}

impl Availability {
    /// Returns its word, as in JSON.
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
pub struct WaitingOrder<'o> {
    /// The order.
    pub order: &'o Order,
    /// How long the customer has waited.
    pub waited: Duration,
    /// Whether there is stock for it.
    pub availability: Availability,
    /// Why it cannot be confirmed now: what `confirm` would say; for a contested order, what it would say
    /// once the older ones are confirmed.
    pub problems: Vec<Obstacle>,
}

/// The report, built order by order without holding the orders.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The time of the report.
    pub now: Timestamp,
    /// Sums over all pending orders.
    pub totals: Sums,
    counts: BTreeMap<Availability, u64>,
    products: Products,
    /// The stock left if the orders so far were confirmed.
    left: Products,
    /// The products that orders so far named, those too that the catalogue no longer has.
    named: HashSet<ProductId>,
}

impl Pending {
    /// Starts without orders.
    pub fn new(now: Timestamp) -> Pending {
        Pending {
            now,
            totals: Sums::default(),
            counts: BTreeMap::new(),
            products: Products::default(),
            left: Products::default(),
            named: HashSet::new(),
        }
    }

    /// Returns the products of an order that no order so far named: `learn` must have them before the order is added.
    pub fn unknown_products(&mut self, order: &Order) -> Vec<ProductId> {
        order.items.iter().map(|item| item.product_id).filter(|id| self.named.insert(*id)).collect()
    }

    /// Takes the products of further orders, with their stock.
    pub fn learn(&mut self, products: impl IntoIterator<Item = Product>) {
        for product in products {
            self.left.insert(product.clone());
            self.products.insert(product);
        }
    }

    /// Adds the next pending order. Call it in order of waiting: each order gets the stock that the ones before it leave.
    pub fn add<'o>(&mut self, order: &'o Order) -> WaitingOrder<'o> {
        let summary = &order.summary;
        self.totals.add(&Sums {
            orders: 1,
            pieces: summary.item_count,
            total: summary.total,
            currencies: summary.currency.iter().cloned().collect(),
        });
        let waited = self.now.since(summary.waits_since());
        let (availability, problems) = availability(order, &self.products, &mut self.left);
        *self.counts.entry(availability).or_default() += 1;
        WaitingOrder { order, waited, availability, problems }
    }

    /// Counts the orders with this availability.
    pub fn count(&self, availability: Availability) -> u64 {
        self.counts.get(&availability).copied().unwrap_or_default()
    }
}

fn availability(order: &Order, products: &Products, left: &mut Products) -> (Availability, Vec<Obstacle>) {
    let alone = std::slice::from_ref(order);
    let take = |left: &mut Products, confirmations: Vec<Confirmation>| {
        left.apply(confirmations.iter().flat_map(|confirmation| &confirmation.change.movements));
    };
    if let Ok(confirmations) = decide(alone, left, false) {
        take(left, confirmations);
        return (Availability::Enough, Vec::new());
    }
    // Prices say nothing about the stock.
    let availability = match decide(alone, left, true) {
        Ok(confirmations) => {
            take(left, confirmations);
            Availability::Enough
        }
        Err(_) => match decide(alone, products, true) {
            Ok(_) => Availability::Contested,
            Err(problems) if problems.iter().any(|problem| matches!(problem, Obstacle::Short(_))) => {
                Availability::Short
            }
            Err(_) => Availability::Unclear,
        },
    };
    let stock = if availability == Availability::Contested { left } else { products };
    (availability, decide(alone, stock, false).err().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::tests::product;
    use crate::domain::status::Status;

    #[test]
    fn the_longest_waiting_order_gets_the_stock_first() {
        let shirt = product("Shirt", &[("S", 1), ("L", 3)]);
        let products: Products = [shirt.clone()].into_iter().collect();
        let now = Timestamp::parse("2026-02-07T08:00:00Z").unwrap();
        let orders: Vec<Order> = [(2, Some("L")), (4, Some("L")), (1, Some("L")), (1, Some("L")), (1, None)]
            .into_iter()
            .zip(1..)
            .map(|((quantity, size), pk)| order(&incoming(&[(&shirt, quantity, size)]), &products, pk, Status::Pending))
            .collect();
        let mut pending = Pending::new(now);
        pending.learn([shirt]);
        let rows: Vec<WaitingOrder<'_>> = orders.iter().map(|order| pending.add(order)).collect();
        let availabilities: Vec<_> = rows.iter().map(|row| row.availability).collect();
        use Availability::{Contested, Enough, Short, Unclear};
        assert_eq!(availabilities, [Enough, Short, Enough, Contested, Unclear]);
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

    /// `confirm` refuses it too, however much stock there is.
    #[test]
    fn an_order_below_the_list_price_has_a_problem_but_gets_its_stock() {
        let shirt = product("Shirt", &[("", 1)]);
        let products: Products = [shirt.clone()].into_iter().collect();
        let mut cheap = order(&incoming(&[(&shirt, 1, None)]), &products, 1, Status::Pending);
        cheap.items[0].unit_price = cheap.items[0].list_price.share(Money::from_hundredths(50), Money::HUNDRED);
        let later = order(&incoming(&[(&shirt, 1, None)]), &products, 2, Status::Pending);
        let mut pending = Pending::new(Timestamp::FIRST);
        pending.learn([shirt]);
        let rows = [pending.add(&cheap), pending.add(&later)];
        assert_eq!(rows.each_ref().map(|row| row.availability), [Availability::Enough, Availability::Contested]);
        assert_eq!(rows[0].problems, decide(&[cheap.clone()], &products, false).unwrap_err());
        assert!(matches!(rows[0].problems[..], [Obstacle::BelowListPrice { .. }]), "{:?}", rows[0].problems);
    }

    /// The words are in the JSON that scripts read.
    #[test]
    fn the_words_for_availabilities_never_change() {
        use Availability::{Contested, Enough, Short, Unclear};
        let words = ["enough", "contested", "short", "unclear"];
        assert_eq!([Enough, Contested, Short, Unclear].map(Availability::as_str), words);
    }
}
