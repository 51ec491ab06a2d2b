//! After any commands in any order, stock is the sum of its movements and never below zero, and an order holds exactly its
//! items while it is confirmed, processing, shipped or delivered (rule 2).

use proptest::prelude::*;

use super::confirm;
use super::edit::{self, Edit, ItemEdit};
use super::money::Money;
use super::order::{Order, sums};
use super::product::tests::product;
use super::product::{Catalogue, Product};
use super::receive::tests::{incoming, order};
use super::reference::Reference;
use super::status::Status;
use super::stock::{Correction, Movement, correct};
use super::transition::{self, Request, StatusChange};

/// A shop in memory that applies decisions as the store does.
struct Shop {
    products: Vec<Product>,
    catalogue: Catalogue,
    orders: Vec<Order>,
    /// Every movement with its order.
    movements: Vec<(Option<usize>, Movement)>,
}

#[derive(Debug, Clone)]
enum Action {
    Confirm(Vec<usize>),
    ConfirmEach(Vec<usize>),
    Change(usize, Status, bool, bool),
    Edit(usize, ItemEdit),
    Adjust(usize, i64),
    Count(usize, i64),
}

/// The stock lines of the shop: the cap, and the shirt in S and L.
const LINES: [(usize, &str); 3] = [(0, ""), (1, "s"), (1, "l")];

impl Shop {
    fn new(quantities: &[[u32; 3]]) -> Shop {
        let products = vec![product("Cap", &[("", 4)]), product("Shirt", &[("S", 3), ("L", 5)])];
        let catalogue: Catalogue = products.iter().cloned().collect();
        let orders = quantities
            .iter()
            .zip(0_i64..)
            .map(|(quantities, pk)| {
                let lines = [(0, None), (1, Some(" s")), (1, Some("L"))];
                let items: Vec<_> = lines
                    .iter()
                    .zip(quantities)
                    .filter(|(_, quantity)| **quantity > 0)
                    .map(|((product, size), quantity)| (&products[*product], *quantity, *size))
                    .collect();
                let mut incoming = incoming(&items);
                incoming.reference = Reference::parse(&format!("LEG-{pk}"));
                order(&incoming, &catalogue, pk, Status::Pending)
            })
            .collect();
        Shop { products, catalogue, orders, movements: Vec::new() }
    }

    fn take(&mut self, step: &Action) {
        match step {
            Action::Confirm(orders) => {
                let chosen = self.chosen(orders);
                if let Ok(confirmations) = confirm::decide(&chosen, &self.catalogue, false) {
                    for confirmation in &confirmations {
                        self.apply(&confirmation.change);
                    }
                }
            }
            Action::ConfirmEach(orders) => {
                let chosen = self.chosen(orders);
                let decided = confirm::decide_each(
                    &chosen,
                    self.catalogue.clone(),
                    &confirm::Consent::Named { accept_prices: false },
                );
                for confirmation in decided.into_iter().flatten() {
                    self.apply(&confirmation.change);
                }
            }
            Action::Change(order, to, force, restock) => {
                let held = self.held(*order);
                let request = Request { to: *to, force: *force, restock: *restock, keep: Money::ZERO };
                if let Ok(change) = transition::decide(&self.orders[*order], &held, request) {
                    self.apply(&change);
                }
            }
            Action::Edit(order, items) => {
                let edit = Edit { items: Some(items.clone()), ..Edit::default() };
                if let Ok(edited) = edit::decide(&self.orders[*order], &self.catalogue, &edit, &mut uuid::Uuid::nil) {
                    let order = &mut self.orders[*order];
                    assert_eq!(edited.changes.is_empty(), edited.items.is_none());
                    order.items = edited.items.unwrap_or_else(|| order.items.clone());
                    (order.summary.total, order.summary.item_count) = (edited.total, edited.item_count);
                }
            }
            Action::Adjust(line, difference) => self.correct(*line, Correction::Adjust(*difference)),
            Action::Count(line, counted) => self.correct(*line, Correction::Count(*counted)),
        }
    }

    /// The chosen orders, each once, as a call names them.
    fn chosen(&self, orders: &[usize]) -> Vec<Order> {
        let once = orders.iter().enumerate().filter(|(at, order)| !orders[..*at].contains(order));
        once.map(|(_, order)| self.orders[*order].clone()).collect()
    }

    fn correct(&mut self, line: usize, correction: Correction) {
        let (product, size) = LINES[line];
        let id = self.products[product].id;
        let known = self.catalogue.get(id).unwrap();
        if let Ok(change) = correct(known, Some(size).filter(|size| !size.is_empty()), correction, true) {
            self.shift(None, change.movement);
        }
    }

    fn apply(&mut self, change: &StatusChange) {
        let order = usize::try_from(change.order.0).unwrap();
        assert_eq!(self.orders[order].summary.status, change.from);
        self.orders[order].summary.status = change.to;
        for movement in &change.movements {
            self.shift(Some(order).filter(|_| movement.reason.is_of_order()), movement.clone());
        }
    }

    fn shift(&mut self, order: Option<usize>, movement: Movement) {
        self.catalogue.shift(movement.product_id, &movement.size_key, movement.delta);
        self.movements.push((order, movement));
    }

    fn held(&self, order: usize) -> Vec<Movement> {
        let mut held: Vec<Movement> = Vec::new();
        for (_, movement) in self.movements.iter().filter(|(of, _)| *of == Some(order)) {
            let same =
                |line: &&mut Movement| line.product_id == movement.product_id && line.size_key == movement.size_key;
            match held.iter_mut().find(same) {
                Some(line) => line.delta += movement.delta,
                None => held.push(movement.clone()),
            }
        }
        held.retain(|line| line.delta != 0);
        held
    }

    fn check(&self) {
        for (product, key) in LINES {
            let product = &self.products[product];
            let on_hand = |p: &Product| p.stock.iter().find(|line| line.size_key == key).unwrap().on_hand;
            let moved = self.movements.iter().map(|(_, movement)| movement);
            let sum: i64 = moved
                .filter(|movement| movement.product_id == product.id && movement.size_key == key)
                .map(|movement| movement.delta)
                .sum();
            let now = on_hand(self.catalogue.get(product.id).unwrap());
            assert!(now >= 0 && now == on_hand(product) + sum, "{} {key}: {now}", product.name);
        }
        for (index, order) in self.orders.iter().enumerate() {
            let sums = sums(order.items.iter().map(|item| (item.subtotal, item.quantity)));
            assert_eq!(sums, Some((order.summary.total, order.summary.item_count)));
            let taken: i64 = self.held(index).iter().map(|movement| -movement.delta).sum();
            let expected = if order.summary.status.holds_stock() { order.summary.item_count } else { 0 };
            assert_eq!(taken, expected, "{} is {}", order.summary.reference, order.summary.status);
        }
    }
}

fn an_edit() -> impl Strategy<Value = ItemEdit> {
    let size = || proptest::option::of(proptest::sample::select(&["s", " L ", "XL"][..]).prop_map(str::to_owned));
    let cap = product("Cap", &[("", 4)]);
    prop_oneof![
        (0_usize..5).prop_map(|number| ItemEdit::Remove { number }),
        (1_u32..4, size()).prop_map(move |(quantity, size)| ItemEdit::Add {
            price: None,
            product: Box::new(cap.clone()),
            quantity,
            size,
            color: None
        }),
        (0_usize..5, proptest::option::of(1_u32..4), proptest::option::of(size()))
            .prop_map(|(number, quantity, size)| ItemEdit::Change { number, quantity, size, color: None, price: None }),
    ]
}

fn an_action() -> impl Strategy<Value = Action> {
    let orders = || proptest::collection::vec(0_usize..4, 1..4);
    prop_oneof![
        orders().prop_map(Action::Confirm),
        orders().prop_map(Action::ConfirmEach),
        (0_usize..4, proptest::sample::select(&Status::ALL[..]), any::<bool>(), any::<bool>())
            .prop_map(|(order, to, force, restock)| Action::Change(order, to, force, restock)),
        (0_usize..4, an_edit()).prop_map(|(order, edit)| Action::Edit(order, edit)),
        (0_usize..3, -4_i64..5).prop_map(|(line, difference)| Action::Adjust(line, difference)),
        (0_usize..3, 0_i64..6).prop_map(|(line, counted)| Action::Count(line, counted)),
    ]
}

proptest! {
    #[test]
    fn stock_and_orders_always_agree(
        quantities in proptest::array::uniform4([1_u32..4, 0..4, 0..4]),
        steps in proptest::collection::vec(an_action(), 0..40),
    ) {
        let mut shop = Shop::new(&quantities);
        for step in &steps {
            shop.take(step);
            shop.check();
        }
    }
}
