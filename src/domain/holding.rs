//! What orders hold of the stock: the one rule that every movement of an order follows from.
//!
//! While an order is confirmed, processing, shipped or delivered, it holds its items less what came back; otherwise it holds
//! nothing (rule 2). Whatever changes an order moves the stock from what it held to what it then holds.

use std::collections::HashMap;

use uuid::Uuid;

use super::movement::{Movement, Reason};
use super::order::{Order, OrderItem};
use super::product::{Product, ProductId, StockKey};
use super::products::Products;
use super::status::Status;
use super::text::size_key;

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
    /// The available sizes: `S, M, L`.
    pub sizes: String,
}

impl Holding {
    /// Returns what an order with these items holds in this status.
    ///
    /// # Errors
    /// An item with pieces left lacks an available size; each such item is named.
    pub fn of(
        status: Status,
        items: &[OrderItem],
        lines: &ItemLines,
        products: &Products,
    ) -> Result<Holding, Vec<NoSuchSize>> {
        if !status.holds_stock() {
            return Ok(Holding::default());
        }
        let (holding, problems) = Holding::wanted(items, lines, products);
        if problems.is_empty() { Ok(holding) } else { Err(problems) }
    }

    /// Returns what an order with these items holds once it holds stock, and the items that need an available size.
    pub fn wanted(items: &[OrderItem], lines: &ItemLines, products: &Products) -> (Holding, Vec<NoSuchSize>) {
        let (mut holding, mut problems) = (Holding::default(), Vec::new());
        for (index, item) in items.iter().enumerate().filter(|(_, item)| item.pieces_left() > 0) {
            match lines.find(item, products) {
                Some(key) => holding.add(key, item.pieces_left().into()),
                None => problems.push(NoSuchSize::of(index + 1, item, products)),
            }
        }
        (holding, problems)
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

/// The stock lines of an order's items: an item takes from the line of its size, and gives back to it.
///
/// Pieces that were taken while the product had no sizes have none. They belong to the first items that they cover, and go back
/// without a size. An item that grows beyond them takes all its pieces by its size.
#[derive(Debug, Default)]
pub struct ItemLines {
    /// The items that took pieces without a size, and how many.
    sizeless: HashMap<Uuid, i64>,
}

impl ItemLines {
    /// Finds the lines of an order with these items, which holds the stock `held`.
    pub fn of(items: &[OrderItem], held: &Holding) -> ItemLines {
        let mut left: HashMap<ProductId, i64> = HashMap::new();
        for (key, pieces) in held.lines.iter().filter(|(key, _)| key.size_key.is_empty()) {
            left.insert(key.product_id, *pieces);
        }
        let mut sizeless = HashMap::new();
        for item in items {
            let pieces = i64::from(item.pieces_left());
            if let Some(left) = left.get_mut(&item.product_id).filter(|left| **left >= pieces) {
                *left -= pieces;
                sizeless.insert(item.id, pieces);
            }
        }
        ItemLines { sizeless }
    }

    /// Finds the stock line of an item; `None` if it needs an available size.
    pub fn find(&self, item: &OrderItem, products: &Products) -> Option<StockKey> {
        let product_id = item.product_id;
        if self.sizeless.get(&item.id).is_some_and(|took| i64::from(item.pieces_left()) <= *took) {
            return Some(StockKey { product_id, size_key: String::new() });
        }
        let line = products.get(product_id)?.line_for(item.selected_size.as_deref()).ok()?;
        Some(StockKey { product_id, size_key: line.size_key.clone() })
    }
}

impl NoSuchSize {
    /// Makes the problem of an item, whose number in the order is `number`.
    pub fn of(number: usize, item: &OrderItem, products: &Products) -> NoSuchSize {
        NoSuchSize {
            number,
            product: item.shop_name().to_owned(),
            size: item.selected_size.clone(),
            sizes: products.get(item.product_id).map(Product::size_names).unwrap_or_default(),
        }
    }
}

/// Finds where the stock that an order holds contradicts its items and returns: the stock line, the pieces that it
/// holds, and those that it should hold.
pub fn contradictions(order: &Order, held: &Holding, products: &Products) -> Vec<(StockKey, i64, i64)> {
    let mut should = Holding::default();
    if order.summary.status.holds_stock() {
        let lines = ItemLines::of(&order.items, held);
        for item in &order.items {
            // An item of an unknown size should hold that size all the same.
            let size_key = || item.selected_size.as_deref().map(size_key).unwrap_or_default();
            let key = lines.find(item, products);
            let key = key.unwrap_or_else(|| StockKey { product_id: item.product_id, size_key: size_key() });
            should.add(key, item.pieces_left().into());
        }
    }
    held.differences(&should).map(|(key, holds, should)| (key.clone(), holds, should)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::tests::product;

    /// Returns the stock that an order holds; its items are in the catalogue.
    pub fn held(order: &Order, products: &Products) -> Holding {
        Holding::of(order.summary.status, &order.items, &ItemLines::default(), products).unwrap()
    }

    fn key(product: &Product, size_key: &str) -> StockKey {
        StockKey { product_id: product.id, size_key: size_key.to_owned() }
    }

    #[test]
    fn an_order_holds_its_items_less_what_came_back_in_the_states_that_hold_stock() {
        let (shirt, cap) = (product("Shirt", &[("S", 5), ("L", 5)]), product("Cap", &[("", 9)]));
        let sent = incoming(&[(&shirt, 2, Some(" s")), (&cap, 3, Some("any")), (&shirt, 1, Some("S"))]);
        let products: Products = [shirt.clone(), cap.clone()].into_iter().collect();
        for status in Status::ALL {
            let mut order = order(&sent, &products, 1, status);
            (order.items[0].returned, order.items[2].returned) = (1, 1);
            let held = held(&order, &products);
            let expected = if status.holds_stock() { (1, 3) } else { (0, 0) };
            assert_eq!((held.pieces_of(&key(&shirt, "s")), held.pieces_of(&key(&cap, ""))), expected, "{status}");
            assert_eq!(held.is_empty(), !status.holds_stock());
            assert!(contradictions(&order, &held, &products).is_empty());
        }
    }

    #[test]
    fn stock_moves_by_the_difference_of_two_holdings() {
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

    /// The order was confirmed while the shirt had no sizes.
    #[test]
    fn pieces_taken_without_a_size_belong_to_the_first_items() {
        let (plain, shirt) = (product("Shirt", &[("", 9)]), product("Shirt", &[("", 0), ("S", 5)]));
        let sent = incoming(&[(&plain, 2, None), (&plain, 1, Some("S")), (&plain, 1, Some("S"))]);
        let order = order(&sent, &[plain].into_iter().collect(), 1, Status::Confirmed);
        let products: Products = [shirt.clone()].into_iter().collect();
        for (sizeless, expected) in [(4, Ok((4, 0))), (3, Ok((3, 1))), (2, Ok((2, 2))), (1, Err(1)), (0, Err(1))] {
            let mut held = Holding::default();
            held.add(key(&shirt, ""), sizeless);
            let lines = ItemLines::of(&order.items, &held);
            let should = Holding::of(Status::Confirmed, &order.items, &lines, &products);
            let should = should.map(|should| (should.pieces_of(&key(&shirt, "")), should.pieces_of(&key(&shirt, "s"))));
            assert_eq!(should.map_err(|problems| problems[0].number), expected, "{sizeless}");
        }
    }

    /// Otherwise a returned piece would be counted in a size that it may not have.
    #[test]
    fn pieces_taken_without_a_size_go_back_without_one() {
        let (plain, shirt) = (product("Shirt", &[("", 9)]), product("Shirt", &[("", 0), ("S", 5)]));
        let sent = incoming(&[(&plain, 1, None), (&plain, 2, None), (&plain, 1, Some("S"))]);
        let before = order(&sent, &[plain].into_iter().collect(), 1, Status::Delivered);
        let products: Products = [shirt.clone()].into_iter().collect();
        let mut held = Holding::default();
        held.add(key(&shirt, ""), 3);
        held.add(key(&shirt, "s"), 1);
        let lines = ItemLines::of(&before.items, &held);
        type Change = fn(&mut Vec<OrderItem>);
        let cases: [(&str, Change, Result<(i64, i64), usize>); 7] = [
            ("nothing", |_| (), Ok((3, 1))),
            ("the first comes back", |items| items[0].returned = 1, Ok((2, 1))),
            ("one of the second comes back", |items| items[1].returned = 1, Ok((2, 1))),
            ("the first is removed", |items| drop(items.remove(0)), Ok((2, 1))),
            ("the last comes back", |items| items[2].returned = 1, Ok((3, 0))),
            (
                "the second gets more, and a size",
                |items| {
                    (items[1].quantity, items[1].selected_size) = (3, Some("S".to_owned()));
                },
                Ok((1, 4)),
            ),
            ("the second gets more without a size", |items| items[1].quantity = 3, Err(2)),
        ];
        for (what, change, expected) in cases {
            let mut items = before.items.clone();
            change(&mut items);
            let found = Holding::of(Status::Delivered, &items, &lines, &products);
            let pieces =
                found.as_ref().map(|held| (held.pieces_of(&key(&shirt, "")), held.pieces_of(&key(&shirt, "s"))));
            assert_eq!(pieces.map_err(|problems| problems[0].number), expected, "{what}");
            if let Ok(held) = found {
                let order = Order { items, ..before.clone() };
                assert_eq!(contradictions(&order, &held, &products), [], "{what}");
            }
        }
    }

    #[test]
    fn a_fully_returned_item_needs_no_size() {
        let (shirt, cap) = (product("Shirt", &[("", 0), ("S", 5)]), product("Cap", &[("", 5)]));
        let plain = product("Shirt", &[("", 9)]);
        let sent = incoming(&[(&plain, 1, None), (&cap, 1, None)]);
        let mut order = order(&sent, &[plain, cap.clone()].into_iter().collect(), 1, Status::Delivered);
        order.items[0].returned = 1;
        let products: Products = [shirt, cap.clone()].into_iter().collect();
        let held = held(&order, &products);
        assert_eq!(held.pieces_of(&key(&cap, "")), 1);
        assert_eq!(contradictions(&order, &held, &products), []);
    }

    #[test]
    fn an_item_needs_an_available_size() {
        let shirt = product("Shirt", &[("S", 5), ("L", 5)]);
        let sent = incoming(&[(&shirt, 1, Some("XL")), (&shirt, 1, Some("S")), (&shirt, 1, None)]);
        let products: Products = [shirt.clone()].into_iter().collect();
        let order = order(&sent, &products, 1, Status::Confirmed);
        let problems = Holding::of(Status::Confirmed, &order.items, &ItemLines::default(), &products).unwrap_err();
        let said: Vec<_> = problems.iter().map(|one| (one.number, one.size.as_deref(), one.sizes.as_str())).collect();
        assert_eq!(said, [(1, Some("XL"), "S, L"), (3, None, "S, L")]);
        let mut held = Holding::default();
        held.add(key(&shirt, "s"), 1);
        assert_eq!(
            contradictions(&order, &held, &products),
            [(key(&shirt, "xl"), 0, 1), (key(&shirt, ""), 0, 1)],
            "it holds what there is"
        );
    }
}
