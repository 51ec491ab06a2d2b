//! After any commands in any order, stock is the sum of its movements and never below zero, an order holds exactly its items
//! less what came back while it is confirmed, processing, shipped or delivered (rule 2), and what came back is worth what it
//! cost.

use proptest::prelude::*;
use uuid::Uuid;

use super::edit::{self, Edit};
use super::holding::{Holding, contradictions};
use super::item_edit::ItemEdit;
use super::money::{Balance, Money};
use super::movement::Movement;
use super::order::{Order, OrderItem, sums};
use super::order_samples::{incoming, order};
use super::product::tests::product;
use super::product::{Product, StockLine};
use super::products::Products;
use super::reference::Reference;
use super::replacement::Replacement;
use super::return_lines::ItemPieces;
use super::returns::tests::apply;
use super::status::Status;
use super::stock_correction::{Correction, correct};
use super::terms::{Discount, TermsEdit};
use super::transition::{self, StatusChange, StatusRequest};
use super::{confirm, returns};

/// A shop in memory that applies decisions as the store does.
struct Shop {
    products: Vec<Product>,
    catalogue: Products,
    orders: Vec<Order>,
    /// Every movement with its order.
    movements: Vec<(Option<usize>, Movement)>,
    /// How many ids were given to items.
    ids: u128,
}

#[derive(Debug, Clone)]
enum Action {
    Confirm(Vec<usize>),
    ConfirmEach(Vec<usize>),
    Change(usize, Status, bool, bool),
    Edit(usize, ItemEdit),
    Discount(usize, Discount),
    Return(usize, returns::ReturnRequest),
    Adjust(usize, i64),
    Count(usize, i64),
}

/// The stock lines of the shop: the cap, and the shirt in S and L.
const LINES: [(usize, &str); 3] = [(0, ""), (1, "s"), (1, "l")];

impl Shop {
    fn new(quantities: &[[u32; 3]]) -> Shop {
        let products = products();
        let mut ids = 0;
        let catalogue: Products = products.iter().cloned().collect();
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
                let mut order = order(&incoming, &catalogue, pk, Status::Pending);
                order.items.iter_mut().for_each(|item| item.id = next(&mut ids));
                order
            })
            .collect();
        Shop { products, catalogue, orders, movements: Vec::new(), ids }
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
            Action::Change(order, to, force, is_sellable) => {
                let held = self.held(*order);
                let request = StatusRequest { to: *to, force: *force, is_sellable: *is_sellable, keep: Money::ZERO };
                if let Ok(change) = transition::decide(&self.orders[*order], &held, request) {
                    self.apply(&change);
                }
            }
            Action::Edit(order, items) => self.edit(*order, &Edit { items: Some(items.clone()), ..Edit::default() }),
            Action::Discount(order, discount) => {
                let terms = TermsEdit { discount: Some(*discount), ..TermsEdit::default() };
                self.edit(*order, &Edit { terms, ..Edit::default() });
            }
            Action::Return(order, request) => self.take_back(*order, request),
            Action::Adjust(line, difference) => self.correct(*line, Correction::Adjust(*difference)),
            Action::Count(line, counted) => self.correct(*line, Correction::Count(*counted)),
        }
    }

    fn edit(&mut self, order: usize, edit: &Edit) {
        let (is, held) = (&self.orders[order], self.held(order));
        let Ok(edited) = edit::decide(is, &held, &self.catalogue, edit, &mut || next(&mut self.ids)) else { return };
        let is = &mut self.orders[order];
        assert!(edited.items.is_none() || !edited.changes.is_empty());
        is.items = edited.items.unwrap_or_else(|| is.items.clone());
        (is.summary.total, is.summary.item_count, is.summary.terms) = (edited.total, edited.item_count, edited.terms);
        for movement in edited.changes.into_iter().flat_map(|change| change.movements) {
            self.shift(Some(order), movement);
        }
    }

    /// Applies a return: a replacement is taken before the piece that it replaces comes back.
    fn take_back(&mut self, order: usize, request: &returns::ReturnRequest) {
        let (is, held) = (&self.orders[order], self.held(order));
        let decided = returns::decide(is, &held, &self.catalogue, request, &mut || next(&mut self.ids));
        let Ok(returned) = decided else { return };
        let (was, total) = (is.summary.grand_total(), is.summary.total);
        apply(&mut self.orders[order], &returned);
        for movement in returned.lines.iter().flat_map(|line| &line.change.movements) {
            self.shift(Some(order).filter(|_| movement.reason.is_of_order()), movement.clone());
        }
        let summary = &self.orders[order].summary;
        let worth = returned.lines.iter().map(|line| line.value).fold(Balance::ZERO, Balance::plus);
        if summary.status != Status::Cancelled {
            let should = was.minus(worth).plus(summary.total).minus(total);
            assert_eq!(summary.grand_total(), should, "it costs less by what came back, and more by what replaces it");
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
        self.catalogue.apply([&movement]);
        let line = |stock: &StockLine| stock.size_key == movement.size_key && stock.on_hand < 0;
        assert!(
            !self.catalogue.get(movement.product_id).unwrap().stock.iter().any(line),
            "{movement:?} takes too much"
        );
        self.movements.push((order, movement));
    }

    fn held(&self, order: usize) -> Holding {
        let mut held = Holding::default();
        for (_, movement) in self.movements.iter().filter(|(of, _)| *of == Some(order)) {
            held.add(movement.key(), -movement.delta);
        }
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
            let (summary, held) = (&order.summary, self.held(index));
            let wrong = contradictions(order, &held, &self.catalogue);
            assert!(wrong.is_empty(), "{} is {}: {wrong:?}", summary.reference, summary.status);
            let left: u32 = order.items.iter().map(OrderItem::pieces_left).sum();
            assert_eq!(held.is_empty(), !summary.status.holds_stock() || left == 0);
            check_returns(order, left);
        }
    }
}

/// The sums of what came back agree with the order, whatever came before.
fn check_returns(order: &Order, left: u32) {
    let (summary, discount) = (&order.summary, Balance::from(order.summary.terms.discount));
    let sum = |of: fn(&super::order::Return) -> Money| order.returns.iter().map(of).fold(Balance::ZERO, Balance::plus);
    let (subtotals, values) = (sum(|one| one.subtotal), sum(|one| one.value));
    assert_eq!(Balance::from(summary.returned), values);
    let (items_left, discount_left) =
        (Balance::from(summary.total).minus(subtotals), discount.minus(subtotals).plus(values));
    assert!(!discount_left.is_negative() && discount_left <= items_left, "{discount_left} of {items_left}");
    assert_eq!((order.items_left(), discount.minus(order.discount_given_up())), (items_left, discount_left));
    assert!(order.items.iter().all(|item| item.returned <= item.quantity));
    if !order.returns.is_empty() {
        assert_ne!(summary.status, Status::Pending, "it was confirmed once, and what came back is counted");
    }
    if left == 0 {
        assert_eq!(summary.status, Status::Cancelled, "nothing is left of it");
        assert_eq!(values, Balance::from(summary.total).minus(discount), "all that it cost");
    }
}

/// The products of the shop.
fn products() -> Vec<Product> {
    vec![product("Cap", &[("", 7)]), product("Shirt", &[("S", 6), ("L", 8)])]
}

fn next(ids: &mut u128) -> Uuid {
    *ids += 1;
    Uuid::from_u128(*ids)
}

fn a_discount() -> impl Strategy<Value = Discount> {
    let amount = |hundredths| Discount::Amount(Money::from_hundredths(hundredths));
    prop_oneof![
        (0_i64..12_000).prop_map(amount),
        (0_i64..=10_000).prop_map(|percent| Discount::Percent(Money::from_hundredths(percent))),
    ]
}

fn a_return() -> impl Strategy<Value = returns::ReturnRequest> {
    let size = || proptest::option::of(proptest::sample::select(&["S", " l "][..]).prop_map(str::to_owned));
    let price = proptest::option::of((0_i64..5000).prop_map(Money::from_hundredths));
    let product = (proptest::sample::select(products()), size(), price).prop_map(|(product, size, price)| {
        Replacement::Product { product: Box::new(product), size, color: None, price }
    });
    let replacement = prop_oneof![
        4 => Just(None),
        2 => proptest::sample::select(&["s", "L"][..]).prop_map(|size| Some(Replacement::Size(size.to_owned()))),
        2 => product.prop_map(Some),
    ];
    let keep = proptest::option::weighted(0.1, (0_i64..9000).prop_map(Money::from_hundredths));
    let pieces = (prop_oneof![4 => Just(1), 4 => Just(2), 2 => Just(3), 1 => 4_usize..6], 1_u32..3)
        .prop_map(|(number, quantity)| ItemPieces { number, quantity });
    let pieces =
        prop_oneof![3 => pieces.clone().prop_map(|one| vec![one]), 1 => proptest::collection::vec(pieces, 2..4)];
    (pieces, any::<bool>(), replacement, keep).prop_map(|(pieces, is_damaged, replacement, keep)| {
        returns::ReturnRequest { pieces, is_damaged, replacement, keep }
    })
}

fn an_edit() -> impl Strategy<Value = ItemEdit> {
    let size = || proptest::option::of(proptest::sample::select(&["s", " L ", "XL"][..]).prop_map(str::to_owned));
    prop_oneof![
        (0_usize..5).prop_map(|number| ItemEdit::Remove { number }),
        (proptest::sample::select(products()), 1_u32..4, size()).prop_map(|(product, quantity, size)| ItemEdit::Add {
            price: None,
            product: Box::new(product),
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
        2 => orders().prop_map(Action::Confirm),
        2 => orders().prop_map(Action::ConfirmEach),
        3 => (0_usize..4, proptest::sample::select(&Status::ALL[..]), any::<bool>(), any::<bool>())
            .prop_map(|(order, to, force, is_sellable)| Action::Change(order, to, force, is_sellable)),
        2 => (0_usize..4, an_edit()).prop_map(|(order, edit)| Action::Edit(order, edit)),
        1 => (0_usize..4, a_discount()).prop_map(|(order, discount)| Action::Discount(order, discount)),
        4 => (0_usize..4, a_return()).prop_map(|(order, request)| Action::Return(order, request)),
        1 => (0_usize..3, -4_i64..5).prop_map(|(line, difference)| Action::Adjust(line, difference)),
        1 => (0_usize..3, 0_i64..6).prop_map(|(line, counted)| Action::Count(line, counted)),
    ]
}

proptest! {
    #[test]
    fn stock_and_orders_always_agree(
        quantities in proptest::array::uniform4([1_u32..4, 0..4, 0..4]),
        are_delivered in 0_usize..4,
        steps in proptest::collection::vec(an_action(), 0..40),
    ) {
        let mut shop = Shop::new(&quantities);
        // Some customers have their orders already.
        let delivered = (0..are_delivered).map(|order| Action::Change(order, Status::Delivered, false, true));
        let confirmed = (0..are_delivered).map(|order| Action::Confirm(vec![order]));
        for step in confirmed.chain(delivered).chain(steps) {
            shop.take(&step);
            shop.check();
        }
    }
}
