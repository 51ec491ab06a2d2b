//! Shortages: what orders need beyond the stock on hand.

use std::collections::HashMap;

use super::movement::Movement;
use super::product::{Product, StockKey, StockLine};
use super::products::Products;
use super::reference::Reference;
use super::refusal::{Refusal, RefusalKind};
use super::remedy::Remedy;

/// One product and size without enough stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// `Classic T-Shirt`, or with its size `Classic T-Shirt (L)`.
    pub label: String,
    /// What people type to name the product.
    pub handle: String,
    /// The size as the catalogue spells it; empty if size is not tracked.
    pub size: String,
    /// The number available.
    pub available: i64,
    /// The number required.
    pub required: i64,
    /// The orders that do not get what they need, if any, each with whether it would be short by itself too.
    pub orders: Vec<(Reference, bool)>,
}

impl Shortage {
    /// Makes the shortage of a stock line of which `required` pieces are needed, for no order in particular.
    pub fn of(product: &Product, line: &StockLine, required: i64) -> Shortage {
        Shortage {
            label: product.label(line),
            handle: product.handle(),
            size: line.size.clone(),
            available: line.on_hand,
            required,
            orders: Vec::new(),
        }
    }

    /// Describes it in the guide's words.
    pub fn describe(&self) -> String {
        format!("{}: Insufficient stock (available: {}, required: {})", self.label, self.available, self.required)
    }

    /// Returns the remedy: adding pieces that turn out to exist.
    pub fn remedy(&self) -> Remedy {
        let missing = self.required - self.available;
        Remedy::AddStock { product: self.handle.clone(), size: self.size.clone(), missing }
    }
}

/// What orders need of one stock line.
#[derive(Debug)]
struct TotalNeeded {
    key: StockKey,
    quantity: i64,
    /// The quantity of each order, by its index in the call.
    by_order: Vec<(usize, i64)>,
}

/// Finds the stock lines from which these orders take more than is on hand. Each order comes with its movements; pieces
/// that they give back are not counted.
pub fn shortages(orders: &[(&Reference, &[Movement])], products: &Products) -> Vec<Shortage> {
    let mut needs: Vec<TotalNeeded> = Vec::new();
    let mut indexes: HashMap<StockKey, usize> = HashMap::new();
    for (order, (_, movements)) in orders.iter().enumerate() {
        for movement in movements.iter().filter(|movement| movement.delta < 0) {
            let key = movement.key();
            let index = *indexes.entry(key.clone()).or_insert(needs.len());
            if index == needs.len() {
                needs.push(TotalNeeded { key, quantity: 0, by_order: Vec::new() });
            }
            needs[index].quantity -= movement.delta;
            needs[index].by_order.push((order, -movement.delta));
        }
    }
    needs.iter().filter_map(|need| need.shortage(orders, products)).collect()
}

/// Refuses movements of an order that take more than there is.
pub fn insufficient(reference: &Reference, movements: &[Movement], products: &Products) -> Option<Refusal> {
    let short = shortages(&[(reference, movements)], products);
    let first = short.first()?;
    Some(refuse(format!("insufficient stock for {reference}"), &short).remedy(first.remedy()))
}

/// The guide's words for missing stock.
pub const INSUFFICIENT: &str = "Insufficient stock for some items";

/// Makes the refusal for missing stock.
pub fn refuse(message: String, short: &[Shortage]) -> Refusal {
    let details = short.iter().map(Shortage::describe).collect();
    Refusal::new(RefusalKind::InsufficientStock, message).error(INSUFFICIENT).details(details)
}

impl TotalNeeded {
    fn shortage(&self, orders: &[(&Reference, &[Movement])], products: &Products) -> Option<Shortage> {
        let product = products.get(self.key.product_id)?;
        let line = product.stock_line(&self.key.size_key)?;
        if line.on_hand >= self.quantity {
            return None;
        }
        let mut left = line.on_hand;
        let mut short = Vec::new();
        for (index, quantity) in &self.by_order {
            if *quantity <= left {
                left -= quantity;
            } else {
                short.push((orders[*index].0.clone(), *quantity > line.on_hand));
            }
        }
        Some(Shortage { orders: short, ..Shortage::of(product, line, self.quantity) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::movement::Reason;
    use crate::domain::product::tests::product;

    #[test]
    fn a_shortage_knows_its_remedy() {
        let shortage = Shortage {
            label: "Classic T-Shirt (X L)".into(),
            handle: "SKU-12345".into(),
            size: "X L".into(),
            available: 1,
            required: 2,
            orders: Vec::new(),
        };
        assert_eq!(shortage.describe(), "Classic T-Shirt (X L): Insufficient stock (available: 1, required: 2)");
        let remedy = Remedy::AddStock { product: "SKU-12345".into(), size: "X L".into(), missing: 1 };
        assert_eq!(shortage.remedy(), remedy);
    }

    /// A movement of a product's stock line.
    fn movement(product: &Product, size_key: &str, delta: i64) -> Movement {
        let (product_id, size_key) = (product.id, size_key.to_owned());
        Movement { product_id, size_key, delta, reason: Reason::Edit, note: None }
    }

    #[test]
    fn the_needs_of_all_orders_together_are_compared_with_the_stock() {
        let (shirt, cap) = (product("Shirt", &[("S", 3), ("L", 0)]), product("Cap", &[("", 2)]));
        let products: Products = [shirt.clone(), cap.clone()].into_iter().collect();
        let references = ["LEG-0", "LEG-1", "LEG-2"].map(|text| Reference::parse(text).unwrap());
        let (small, large, caps) = (
            |delta| movement(&shirt, "s", delta),
            |delta| movement(&shirt, "l", delta),
            |delta| movement(&cap, "", delta),
        );
        let unknown = movement(&product("Belt", &[]), "", -9);
        // What each order takes, and for each short line: the pieces available, those required, and the short orders.
        type Short<'a> = (&'a str, i64, i64, &'a [(usize, bool)]);
        let cases: [(&[&[Movement]], &[Short<'_>]); 10] = [
            (&[], &[]),
            (&[&[small(-3), caps(-2)]], &[]),
            (&[&[small(-4)]], &[("Shirt (S)", 3, 4, &[(0, true)])]),
            // Two movements of one order are one need.
            (&[&[caps(-1), small(-2), small(-2)]], &[("Shirt (S)", 3, 4, &[(0, false)])]),
            // In the order in which they are taken.
            (&[&[caps(-3), small(-4)]], &[("Cap", 2, 3, &[(0, true)]), ("Shirt (S)", 3, 4, &[(0, true)])]),
            (&[&[caps(0), small(-4), caps(-3)]], &[("Shirt (S)", 3, 4, &[(0, true)]), ("Cap", 2, 3, &[(0, true)])]),
            // The first orders get the last pieces; a later order that needs few may get them.
            (&[&[small(-2)], &[small(-2)], &[small(-1)]], &[("Shirt (S)", 3, 5, &[(1, false)])]),
            (&[&[small(-2)], &[small(-4)], &[small(-2)]], &[("Shirt (S)", 3, 8, &[(1, true), (2, false)])]),
            // Pieces that are given back are not there yet.
            (
                &[&[small(5), small(-4), large(1), large(-1)]],
                &[("Shirt (S)", 3, 4, &[(0, true)]), ("Shirt (L)", 0, 1, &[(0, true)])],
            ),
            (&[&[unknown, movement(&cap, "s", -9)]], &[]),
        ];
        for (orders, expected) in cases {
            let named: Vec<_> = references.iter().zip(orders.iter().copied()).collect();
            let found = shortages(&named, &products);
            assert_eq!(found.len(), expected.len(), "{orders:?}");
            for (found, (label, available, required, lacking)) in found.iter().zip(expected) {
                assert_eq!((found.label.as_str(), found.available, found.required), (*label, *available, *required));
                let lacking: Vec<_> =
                    lacking.iter().map(|(order, alone)| (references[*order].clone(), *alone)).collect();
                assert_eq!(found.orders, lacking, "{orders:?}");
            }
            if let [only] = orders {
                let refusal = insufficient(&references[0], only, &products);
                assert_eq!(refusal.is_some(), !expected.is_empty(), "{orders:?}");
                let Some(refusal) = refusal else { continue };
                assert_eq!(
                    (refusal.kind, refusal.message.as_str()),
                    (RefusalKind::InsufficientStock, "insufficient stock for LEG-0")
                );
                let said: Vec<_> = found.iter().map(Shortage::describe).collect();
                assert_eq!((refusal.details, refusal.remedies), (said, vec![found[0].remedy()]));
            }
        }
    }
}
