//! What orders hold of the stock: the one rule that every movement of an order follows from.
//!
//! While an order is confirmed, processing, shipped or delivered, it holds its items less what came back; otherwise it holds
//! nothing (rule 2). Whatever changes an order moves the stock from what it held to what it then holds.

use std::collections::HashMap;

use super::order::{Order, OrderItem};
use super::product::{Catalogue, Product, ProductId, SizeProblem};
use super::status::Status;
use super::stock::{Movement, Reason};
use super::text::size_key;

/// What stock is counted by: a product in one size.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StockKey {
    /// The product.
    pub product_id: ProductId,
    /// The size key, `""` where size is not tracked.
    pub size_key: String,
}

/// The pieces that an order holds of each stock line, in the order in which the lines were added.
#[derive(Debug, Clone, Default)]
pub struct Holding {
    lines: Vec<(StockKey, i64)>,
    /// The index of each line in `lines`.
    indexes: HashMap<StockKey, usize>,
}

/// An item of a product tracked by size that names no size, or one that the product lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchSize {
    /// The item's number in the order, from 1.
    pub number: usize,
    /// The product's name.
    pub product: String,
    /// The size asked for, if any.
    pub size: Option<String>,
    /// The sizes that there are: `S, M, L`.
    pub sizes: String,
}

impl Holding {
    /// Returns what an order with these items holds in this status. `held` is what it holds until then.
    ///
    /// # Errors
    /// Items need a size that there is; each is named.
    pub fn of(
        status: Status,
        items: &[OrderItem],
        held: &Holding,
        catalogue: &Catalogue,
    ) -> Result<Holding, Vec<NoSuchSize>> {
        let (mut holding, mut problems) = (Holding::default(), Vec::new());
        if !status.holds_stock() {
            return Ok(holding);
        }
        let mut lines = Lines::of(held, catalogue);
        for (index, item) in items.iter().enumerate() {
            match lines.find(index + 1, item) {
                Ok(key) => holding.add(key, item.pieces_left().into()),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(holding) } else { Err(problems) }
    }

    /// Adds pieces of a stock line; below zero takes away.
    pub fn add(&mut self, key: StockKey, pieces: i64) {
        match self.indexes.get(&key) {
            Some(index) => self.lines[*index].1 += pieces,
            None => {
                self.indexes.insert(key.clone(), self.lines.len());
                self.lines.push((key, pieces));
            }
        }
    }

    /// Returns how many pieces of a stock line are held.
    pub fn pieces_of(&self, key: &StockKey) -> i64 {
        self.indexes.get(key).map_or(0, |index| self.lines[*index].1)
    }

    /// Returns whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|(_, pieces)| *pieces == 0)
    }

    /// Returns the lines in which two holdings differ: the line, the pieces here and the pieces there.
    pub fn differences<'h>(&'h self, other: &'h Holding) -> impl Iterator<Item = (&'h StockKey, i64, i64)> {
        let only_here = self.lines.iter().filter(|(key, _)| !other.indexes.contains_key(key));
        let keys = other.lines.iter().chain(only_here).map(|(key, _)| key);
        keys.map(|key| (key, self.pieces_of(key), other.pieces_of(key))).filter(|(_, here, there)| here != there)
    }

    /// Returns the movements of stock that turn this holding into another.
    pub fn movements_to(&self, other: &Holding, reason: Reason) -> Vec<Movement> {
        let movement = |(key, here, there): (&StockKey, i64, i64)| Movement {
            product_id: key.product_id,
            size_key: key.size_key.clone(),
            delta: here - there,
            reason,
            note: None,
        };
        self.differences(other).map(movement).collect()
    }
}

/// Finds the stock lines of an order's items, one after the other.
///
/// What an order took of a product that was not tracked by size then has no size, and is that of its first items.
pub struct Lines<'a> {
    held: &'a Holding,
    catalogue: &'a Catalogue,
    /// The pieces without a size that the items before have, by product.
    sizeless: HashMap<ProductId, i64>,
}

impl<'a> Lines<'a> {
    /// Begins with the first item of an order that holds the stock `held` until now.
    pub fn of(held: &'a Holding, catalogue: &'a Catalogue) -> Lines<'a> {
        Lines { held, catalogue, sizeless: HashMap::new() }
    }

    /// Finds the stock line of the next item, whose number in the order is `number`.
    pub fn find(&mut self, number: usize, item: &OrderItem) -> Result<StockKey, NoSuchSize> {
        let product_id = item.product_id;
        let sizeless = StockKey { product_id, size_key: String::new() };
        let without_size = self.held.pieces_of(&sizeless);
        if without_size > 0 {
            let before = self.sizeless.entry(product_id).or_default();
            if *before + i64::from(item.pieces_left()) <= without_size {
                *before += i64::from(item.pieces_left());
                return Ok(sizeless);
            }
        }
        let no_such_size = |product: Option<&Product>| NoSuchSize {
            number,
            product: item.shop_name().to_owned(),
            size: item.selected_size.clone(),
            sizes: product.map(Product::size_names).unwrap_or_default(),
        };
        let product = self.catalogue.get(product_id).ok_or_else(|| no_such_size(None))?;
        match product.line_for(item.selected_size.as_deref()) {
            Ok(line) => Ok(StockKey { product_id, size_key: line.size_key.clone() }),
            Err(SizeProblem::Missing | SizeProblem::Unknown) => Err(no_such_size(Some(product))),
        }
    }
}

/// Finds where an order holds other pieces than its items and returns say: the stock line, the pieces that it holds, and
/// those that it should.
pub fn contradictions(order: &Order, held: &Holding, catalogue: &Catalogue) -> Vec<(StockKey, i64, i64)> {
    let mut should = Holding::default();
    if order.summary.status.holds_stock() {
        let mut lines = Lines::of(held, catalogue);
        for (index, item) in order.items.iter().enumerate() {
            // An item of a size that there is not should hold that all the same.
            let size_key = || item.selected_size.as_deref().map(size_key).unwrap_or_default();
            let key = lines.find(index + 1, item);
            let key = key.unwrap_or_else(|_| StockKey { product_id: item.product_id, size_key: size_key() });
            should.add(key, item.pieces_left().into());
        }
    }
    held.differences(&should).map(|(key, holds, should)| (key.clone(), holds, should)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::{incoming, order};

    /// Returns what an order holds whose items are in the catalogue.
    pub fn held(order: &Order, catalogue: &Catalogue) -> Holding {
        Holding::of(order.summary.status, &order.items, &Holding::default(), catalogue).unwrap()
    }

    fn key(product: &Product, size_key: &str) -> StockKey {
        StockKey { product_id: product.id, size_key: size_key.to_owned() }
    }

    #[test]
    fn an_order_holds_its_items_less_what_came_back_in_the_states_that_hold_stock() {
        let (shirt, cap) = (product("Shirt", &[("S", 5), ("L", 5)]), product("Cap", &[("", 9)]));
        let sent = incoming(&[(&shirt, 2, Some(" s")), (&cap, 3, Some("any")), (&shirt, 1, Some("S"))]);
        let catalogue: Catalogue = [shirt.clone(), cap.clone()].into_iter().collect();
        for status in Status::ALL {
            let mut order = order(&sent, &catalogue, 1, status);
            (order.items[0].returned, order.items[2].returned) = (1, 1);
            let held = held(&order, &catalogue);
            let expected = if status.holds_stock() { (1, 3) } else { (0, 0) };
            assert_eq!((held.pieces_of(&key(&shirt, "s")), held.pieces_of(&key(&cap, ""))), expected, "{status}");
            assert_eq!(held.is_empty(), !status.holds_stock());
            assert!(contradictions(&order, &held, &catalogue).is_empty());
        }
    }

    #[test]
    fn stock_moves_from_what_was_held_to_what_is_held_then() {
        let (shirt, cap) = (product("Shirt", &[("S", 5), ("L", 5)]), product("Cap", &[("", 9)]));
        let holding = |lines: &[(StockKey, i64)]| {
            let mut holding = Holding::default();
            for (key, pieces) in lines {
                holding.add(key.clone(), *pieces);
            }
            holding
        };
        let before = holding(&[(key(&shirt, "s"), 2), (key(&cap, ""), 1), (key(&shirt, "l"), 1)]);
        let after = holding(&[(key(&shirt, "l"), 1), (key(&shirt, "s"), 1), (key(&cap, ""), 1), (key(&shirt, "l"), 2)]);
        let moved: Vec<_> =
            before.movements_to(&after, Reason::Edit).into_iter().map(|one| (one.size_key, one.delta)).collect();
        assert_eq!(moved, [("l".to_owned(), -2), ("s".to_owned(), 1)]);
        let all: Vec<_> =
            before.movements_to(&Holding::default(), Reason::Cancel).iter().map(|one| one.delta).collect();
        assert_eq!(all, [2, 1, 1]);
        assert!(before.movements_to(&before, Reason::Edit).is_empty());
    }

    /// It was confirmed while the shirt had no sizes.
    #[test]
    fn what_an_order_took_without_a_size_is_that_of_its_first_items() {
        let shirt = product("Shirt", &[("", 0), ("S", 5)]);
        let plain = product("Shirt", &[("", 9)]);
        let sent = incoming(&[(&plain, 2, None), (&plain, 1, Some("S")), (&plain, 1, Some("S"))]);
        let order = order(&sent, &[plain].into_iter().collect(), 1, Status::Confirmed);
        let catalogue: Catalogue = [shirt.clone()].into_iter().collect();
        for (sizeless, expected) in [(4, Ok((4, 0))), (3, Ok((3, 1))), (2, Ok((2, 2))), (1, Err(1))] {
            let mut held = Holding::default();
            held.add(key(&shirt, ""), sizeless);
            let should = Holding::of(Status::Confirmed, &order.items, &held, &catalogue);
            let should = should.map(|should| (should.pieces_of(&key(&shirt, "")), should.pieces_of(&key(&shirt, "s"))));
            assert_eq!(should.map_err(|problems| problems[0].number), expected, "{sizeless}");
        }
    }

    #[test]
    fn an_item_needs_a_size_that_there_is() {
        let shirt = product("Shirt", &[("S", 5), ("L", 5)]);
        let sent = incoming(&[(&shirt, 1, Some("XL")), (&shirt, 1, Some("S")), (&shirt, 1, None)]);
        let catalogue: Catalogue = [shirt.clone()].into_iter().collect();
        let order = order(&sent, &catalogue, 1, Status::Confirmed);
        let problems = Holding::of(Status::Confirmed, &order.items, &Holding::default(), &catalogue).unwrap_err();
        let said: Vec<_> = problems.iter().map(|one| (one.number, one.size.as_deref(), one.sizes.as_str())).collect();
        assert_eq!(said, [(1, Some("XL"), "S, L"), (3, None, "S, L")]);
        let mut held = Holding::default();
        held.add(key(&shirt, "s"), 1);
        assert_eq!(
            contradictions(&order, &held, &catalogue),
            [(key(&shirt, "xl"), 0, 1), (key(&shirt, ""), 0, 1)],
            "it holds what there is"
        );
    }
}
