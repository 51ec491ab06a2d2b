//! Returns and exchanges: what customers send back of an order that they have.

use uuid::Uuid;

use super::holding::Holding;
use super::item_words::{index_of, too_much};
use super::money::Money;
use super::movement::Reason;
use super::order::{Order, OrderItem, OrderPk, sums};
use super::product::StockKey;
use super::products::Products;
use super::reference::Reference;
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::replacement::{Replacement, replacements};
use super::return_lines::{AfterReturn, ItemPieces, ReturnedLine};
use super::status::Status;
use super::transition::{StatusChange, refuse_keeping_more};

/// A requested return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRequest {
    /// What comes back, at least one line.
    pub pieces: Vec<ItemPieces>,
    /// Whether the pieces cannot be sold again.
    pub is_damaged: bool,
    /// What the customer gets in their place.
    pub replacement: Option<Replacement>,
    /// What the shop keeps of the price if nothing is left of the order.
    pub keep: Option<Money>,
}

/// A decided return. It may be written while the order is still in `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The order.
    pub order: OrderPk,
    /// The status that it must still have.
    pub status: Status,
    /// What comes back, item by item.
    pub lines: Vec<ReturnedLine>,
    /// All items, replacements last; `None` if nothing was replaced.
    pub items: Option<Vec<OrderItem>>,
    /// The sum of the items' subtotals.
    pub total: Money,
    /// The sum of the items' quantities.
    pub item_count: i64,
    /// The worth of all returns so far, this one included.
    pub value: Money,
    /// The cancellation of the order, if nothing is left of it.
    pub cancellation: Option<StatusChange>,
}

/// What a return does to one stock line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockEffect {
    /// The line's label, `Classic T-Shirt (L)`.
    pub label: String,
    /// The stock on hand before.
    pub before: i64,
    /// The stock on hand after.
    pub after: i64,
    /// How many pieces came back and were written off.
    pub written_off: i64,
}

impl Returned {
    /// Returns the order with its money and status after the return.
    #[must_use]
    pub fn applied_to(&self, order: &Order) -> Order {
        let mut order = order.clone();
        let summary = &mut order.summary;
        (summary.total, summary.item_count, summary.returned) = (self.total, self.item_count, self.value);
        if let Some(cancellation) = &self.cancellation {
            (summary.status, summary.kept) = (cancellation.to, cancellation.kept);
        }
        order
    }

    /// Returns what it does to the stock, line by line.
    pub fn stock_effects(&self, products: &Products) -> Vec<StockEffect> {
        let mut effects: Vec<(StockKey, StockEffect)> = Vec::new();
        for movement in self.lines.iter().flat_map(|line| &line.change.movements) {
            let key = movement.key();
            let index = effects.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                let product = products.get(key.product_id);
                let line = product.and_then(|one| one.stock_line(&key.size_key));
                let label = product.map(|product| product.label_of(&key.size_key)).unwrap_or_default();
                let before = line.map_or(0, |line| line.on_hand);
                effects.push((key.clone(), StockEffect { label, before, after: before, written_off: 0 }));
                effects.len() - 1
            });
            let effect = &mut effects[index].1;
            effect.after += movement.delta;
            if movement.reason == Reason::Adjust {
                effect.written_off -= movement.delta;
            }
        }
        effects.into_iter().map(|(_, effect)| effect).collect()
    }
}

/// Decides a return of an order that holds the stock `held`; `products` are those of its items and of the
/// replacement, `new_id` makes the ids of new items.
///
/// Line by line: a replacement is taken first, then the old pieces come back. Pieces that are not replaced give up their share
/// of the discount, half to even; so all returns together are worth the total less the discount.
pub fn decide(
    order: &Order,
    held: &Holding,
    products: &Products,
    request: &ReturnRequest,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Returned, Refusal> {
    let summary = &order.summary;
    let pieces = merged(&request.pieces);
    let replacements = replacements(order, products, &pieces, request.replacement.as_ref(), new_id)?;
    refuse_status(order)?;
    for ItemPieces { number, quantity } in &pieces {
        let item = &order.items[index_of(&order.items, *number, &summary.reference)?];
        if *quantity > item.pieces_left() {
            return Err(more_than_left(*number, item, *quantity, &summary.reference));
        }
    }
    if request.replacement.is_some() {
        // An exchange leaves the customer with something, so nothing can be kept, whatever the stock.
        cancellation(order, false, request.keep)?;
    }
    let mut after = AfterReturn::of(order, held, products);
    for (pieces, replacement) in pieces.iter().zip(replacements) {
        after.take_back(pieces, replacement, request.is_damaged)?;
    }
    let AfterReturn { held, items, lines, left, discount, .. } = after;
    let Some((total, item_count)) = sums(items.iter().map(|item| (item.subtotal, item.quantity))) else {
        return Err(too_much(&summary.reference));
    };
    if left < discount {
        let message = format!(
            "the discount of {}, {discount}, would be more than the items that are left cost: {left}",
            summary.reference
        );
        return Err(Refusal::invalid(message).error("The discount would be more than the items"));
    }
    let value = lines.iter().fold(summary.returned, |sum, line| sum.plus_unlimited(line.value));
    Ok(Returned {
        order: summary.pk,
        status: summary.status,
        cancellation: cancellation(order, held.is_empty(), request.keep)?,
        items: (items.len() > order.items.len()).then_some(items),
        lines,
        total,
        item_count,
        value,
    })
}

/// Adds up the pieces of an item that is named more than once.
fn merged(pieces: &[ItemPieces]) -> Vec<ItemPieces> {
    let mut merged: Vec<ItemPieces> = Vec::with_capacity(pieces.len());
    for one in pieces {
        match merged.iter_mut().find(|known| known.number == one.number) {
            Some(known) => known.quantity = known.quantity.saturating_add(one.quantity),
            None => merged.push(*one),
        }
    }
    merged
}

/// Refuses an order that the customer does not have: nothing of it can come back.
///
/// # Errors
/// It is not shipped.
pub fn refuse_status(order: &Order) -> Result<(), Refusal> {
    let (reference, status) = (&order.summary.reference, order.summary.status);
    let refusal = || {
        let message = format!("only items of a shipped or delivered order can come back; {reference} is {status}");
        Refusal::conflict(Conflict::Step, message).error(format!("Order is {status}"))
    };
    let reference = || reference.clone();
    match status {
        Status::Shipped | Status::Delivered => Ok(()),
        Status::Cancelled => Err(refusal().remedy(Remedy::ShowOrder(reference()))),
        Status::Pending | Status::Confirmed | Status::Processing => {
            Err(refusal().remedy(Remedy::EditItem(reference())).remedy(Remedy::Cancel(reference(), None)))
        }
    }
}

fn more_than_left(number: usize, item: &OrderItem, quantity: u32, reference: &Reference) -> Refusal {
    let problem = match item.pieces_left() {
        0 => "all pieces came back already".to_owned(),
        left => format!("the customer has {left}, not {quantity}"),
    };
    Refusal::conflict(Conflict::Step, format!("item {number} of {reference}: {problem}"))
        .error("More than the customer has cannot come back")
        .remedy(Remedy::NumberItems(reference.clone()))
}

/// Cancels the order if nothing is left of it.
fn cancellation(order: &Order, is_empty: bool, keep: Option<Money>) -> Result<Option<StatusChange>, Refusal> {
    let summary = &order.summary;
    let reference = || summary.reference.clone();
    if !is_empty {
        return match keep {
            None => Ok(None),
            Some(keep) => Err(Refusal::conflict(
                Conflict::Step,
                format!("a part of the price of {} can be kept only once all its pieces are back", summary.reference),
            )
            .error("A part of the price can be kept once everything is back")
            .remedy(Remedy::LeaveOutKeep)
            .remedy(Remedy::Cancel(reference(), Some(keep)))),
        };
    }
    let kept = keep.unwrap_or_default();
    refuse_keeping_more(summary, kept)?;
    Ok(Some(StatusChange::of(summary, Status::Cancelled, kept, Vec::new())))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::holding::tests::held;
    use crate::domain::money::Balance;
    use crate::domain::movement::Movement;
    use crate::domain::order::{ITEMS_LIMIT, Return};
    use crate::domain::order_samples::{incoming, now, order};
    use crate::domain::product::Product;
    use crate::domain::product::tests::product;
    use crate::domain::refusal::RefusalKind;

    /// Makes an order what a decision makes of it, as the store does.
    pub fn apply(order: &mut Order, returned: &Returned) {
        let summary = &mut order.summary;
        assert_eq!(summary.status, returned.status);
        (summary.total, summary.item_count, summary.returned) = (returned.total, returned.item_count, returned.value);
        if let Some(StatusChange { to, kept, .. }) = returned.cancellation {
            (summary.status, summary.kept) = (to, kept);
        }
        order.items = returned.items.clone().unwrap_or(std::mem::take(&mut order.items));
        for line in &returned.lines {
            let ReturnedLine { item, quantity, subtotal, value, .. } = *line;
            let index = order.items.iter().position(|known| known.id == item).unwrap();
            order.returns.push(Return { item: index + 1, quantity, subtotal, value, at: now() });
        }
        for (item, number) in order.items.iter_mut().zip(1..) {
            item.returned = order.returns.iter().filter(|one| one.item == number).map(|one| one.quantity).sum();
        }
    }

    fn money(hundredths: i64) -> Money {
        Money::from_hundredths(hundredths)
    }

    fn uuids() -> impl FnMut() -> Uuid {
        let mut last = 1000;
        move || {
            last += 1;
            Uuid::from_u128(last)
        }
    }

    /// The shop of these tests, and a delivered order.
    struct Desk {
        products: Products,
        order: Order,
    }

    /// Items are a product, a quantity, a size and a price in hundredths.
    type Items<'a> = &'a [(&'a Product, u32, Option<&'a str>, i64)];

    impl Desk {
        fn new(on_sale: &[&Product], items: Items<'_>, discount: i64) -> Desk {
            let products: Products = on_sale.iter().map(|product| (*product).clone()).collect();
            let sent: Vec<_> = items.iter().map(|(product, quantity, size, _)| (*product, *quantity, *size)).collect();
            let mut order = order(&incoming(&sent), &products, 1, Status::Delivered);
            for ((item, (.., price)), id) in order.items.iter_mut().zip(items).zip(1..) {
                (item.id, item.unit_price, item.list_price) = (Uuid::from_u128(id), money(*price), money(*price));
                item.subtotal = item.unit_price.times(item.quantity).unwrap();
            }
            order.summary.total = sums(order.items.iter().map(|item| (item.subtotal, item.quantity))).unwrap().0;
            order.summary.terms.discount = money(discount);
            Desk { products, order }
        }

        /// Two shirts in L at 29.99 and a cap at 10.00, less 10.00, of a shop with these shirts in S and L.
        fn of_shirts(small: i64, large: i64) -> (Desk, Product, Product) {
            let (shirt, cap) = (product("Shirt", &[("S", small), ("L", large)]), product("Cap", &[("", 4)]));
            let items = &[(&shirt, 2, Some("L"), 2999), (&cap, 1, None, 1000)];
            (Desk::new(&[&shirt, &cap], items, 1000), shirt, cap)
        }

        fn decide(&self, request: &ReturnRequest) -> Result<Returned, Refusal> {
            let held = held(&self.order, &self.products);
            decide(&self.order, &held, &self.products, request, &mut uuids())
        }

        fn refusal(&self, request: &ReturnRequest) -> Refusal {
            self.decide(request).expect_err("it is refused")
        }

        /// Takes pieces back, and returns what each line is worth.
        fn take(&mut self, request: &ReturnRequest) -> Vec<i64> {
            let returned = self.decide(request).unwrap();
            self.products.apply(returned.lines.iter().flat_map(|line| &line.change.movements));
            apply(&mut self.order, &returned);
            returned.lines.iter().map(|line| line.value.hundredths()).collect()
        }
    }

    /// A return of these items, each with its quantity.
    fn of(pieces: &[(usize, u32)]) -> ReturnRequest {
        let pieces =
            pieces.iter().map(|(number, quantity)| ItemPieces { number: *number, quantity: *quantity }).collect();
        ReturnRequest { pieces, is_damaged: false, replacement: None, keep: None }
    }

    fn exchange(pieces: &[(usize, u32)], size: &str) -> ReturnRequest {
        ReturnRequest { replacement: Some(Replacement::Size(size.to_owned())), ..of(pieces) }
    }

    fn exchange_for(
        pieces: &[(usize, u32)],
        product: &Product,
        size: Option<&str>,
        price: Option<i64>,
    ) -> ReturnRequest {
        let replacement = Replacement::Product {
            product: Box::new(product.clone()),
            size: size.map(str::to_owned),
            color: None,
            price: price.map(money),
        };
        ReturnRequest { replacement: Some(replacement), ..of(pieces) }
    }

    fn moved(returned: &Returned) -> Vec<(String, i64, Reason)> {
        let movements = returned.lines.iter().flat_map(|line| &line.change.movements);
        movements.map(|movement| (movement.size_key.clone(), movement.delta, movement.reason)).collect()
    }

    /// It is what a person is shown before they say yes.
    #[test]
    fn a_return_says_what_it_does_to_the_order_and_the_stock() {
        let effects = |desk: &Desk, returned: &Returned| -> Vec<(String, i64, i64, i64)> {
            let effects = returned.stock_effects(&desk.products).into_iter();
            effects.map(|one| (one.label, one.before, one.after, one.written_off)).collect()
        };
        let (desk, ..) = Desk::of_shirts(5, 3);
        let returned = desk.decide(&ReturnRequest { is_damaged: true, ..exchange(&[(1, 2)], "S") }).unwrap();
        assert_eq!(effects(&desk, &returned), [("Shirt (S)".into(), 5, 3, 0), ("Shirt (L)".into(), 3, 3, 2)]);
        let after = returned.applied_to(&desk.order).summary;
        assert_eq!((after.total, after.item_count, after.returned), (money(12_996), 5, money(5998)));
        assert_eq!((after.status, after.kept, after.grand_total()), (Status::Delivered, money(0), money(5998).into()));
        let all = ReturnRequest { keep: Some(money(500)), ..of(&[(1, 2), (2, 1)]) };
        let returned = desk.decide(&all).unwrap();
        assert_eq!(effects(&desk, &returned), [("Shirt (L)".into(), 3, 5, 0), ("Cap".into(), 4, 5, 0)]);
        let after = returned.applied_to(&desk.order).summary;
        assert_eq!((after.status, after.kept, after.grand_total()), (Status::Cancelled, money(500), money(500).into()));
        assert_eq!(after.returned, money(5998));
    }

    #[test]
    fn a_returned_piece_gives_up_its_share_of_the_discount() {
        let cap = product("Cap", &[("", 0)]);
        // Quantities and prices, the discount, then the returns one after the other with the worth of each line.
        type Case<'a> = (&'a [(u32, i64)], i64, &'a [(&'a [(usize, u32)], &'a [i64])]);
        let cases: &[Case<'_>] = &[
            (&[(3, 2999)], 0, &[(&[(1, 1)], &[2999]), (&[(1, 2)], &[5998])]),
            // 10.00 × 29.99 / 99.97 is 2.9999, then 7.00 × 10.00 / 69.98 is 1.0003.
            (&[(3, 2999), (1, 1000)], 1000, &[(&[(1, 1)], &[2699]), (&[(2, 1)], &[900]), (&[(1, 2)], &[5398])]),
            // In one call, line by line, it is the same.
            (&[(3, 2999), (1, 1000)], 1000, &[(&[(1, 1), (2, 1)], &[2699, 900]), (&[(1, 2)], &[5398])]),
            // Half a hundredth goes to the even one: 0.5 to 0, 1.5 to 2, 2.5 to 2, 7.5 to 8.
            (&[(2, 500)], 1, &[(&[(1, 1)], &[500]), (&[(1, 1)], &[499])]),
            (&[(2, 500)], 3, &[(&[(1, 1)], &[498]), (&[(1, 1)], &[499])]),
            (&[(2, 500)], 5, &[(&[(1, 1)], &[498]), (&[(1, 1)], &[497])]),
            (&[(2, 500)], 15, &[(&[(1, 1)], &[492]), (&[(1, 1)], &[493])]),
            // A third: 0.33, 0.34 of what is left, and the rest.
            (&[(3, 100)], 100, &[(&[(1, 1)], &[67]), (&[(1, 1)], &[66]), (&[(1, 1)], &[67])]),
            // The discount is all of the price.
            (&[(2, 500)], 1000, &[(&[(1, 1)], &[0]), (&[(1, 1)], &[0])]),
            // A gift takes nothing of the discount.
            (&[(1, 0), (1, 500)], 100, &[(&[(1, 1)], &[0]), (&[(2, 1)], &[400])]),
            (&[(1, 0)], 0, &[(&[(1, 1)], &[0])]),
            // The largest amounts.
            (&[(1, 9_999_999_998), (1, 1)], 9_999_999_998, &[(&[(2, 1)], &[0]), (&[(1, 1)], &[1])]),
        ];
        for (items, discount, returns) in cases {
            let items: Vec<_> = items.iter().map(|(quantity, price)| (&cap, *quantity, None, *price)).collect();
            let mut desk = Desk::new(&[&cap], &items, *discount);
            for (pieces, expected) in *returns {
                assert_eq!(desk.take(&of(pieces)), *expected, "{items:?} less {discount}: {pieces:?}");
            }
            let summary = &desk.order.summary;
            assert_eq!(summary.returned.hundredths(), summary.total.hundredths() - discount, "all that it cost");
            assert_eq!(summary.status, Status::Cancelled);
        }
    }

    proptest! {
        /// The rule in whole numbers: the share is the nearest hundredth, and of two the even one.
        #[test]
        fn all_returns_together_are_worth_the_total_less_the_discount(
            items in proptest::collection::vec((1_u32..5, 0_i64..20_000), 1..5),
            millionths in 0_i64..=1_000_000,
            order_of_pieces in proptest::collection::vec((0_usize..5, 1_u32..4), 0..40),
        ) {
            let cap = product("Cap", &[("", 0)]);
            let rows: Vec<_> = items.iter().map(|(quantity, price)| (&cap, *quantity, None, *price)).collect();
            let total: i64 = items.iter().map(|(quantity, price)| i64::from(*quantity) * price).sum();
            let discount = total * millionths / 1_000_000;
            let mut desk = Desk::new(&[&cap], &rows, discount);
            let (mut left, mut of_discount, mut worth) = (total, discount, 0);
            let rest = (0..items.len()).map(|index| (index, u32::MAX));
            for (index, pieces) in order_of_pieces.into_iter().chain(rest) {
                let Some(item) = desk.order.items.get(index) else { continue };
                let (pieces, price) = (pieces.min(item.pieces_left()), items[index].1);
                if pieces == 0 {
                    continue;
                }
                let value = desk.take(&of(&[(index + 1, pieces)]))[0];
                let subtotal = i64::from(pieces) * price;
                let given_up = subtotal - value;
                // |given_up − of_discount × subtotal / left| ≤ ½, in whole numbers.
                let off_twice = 2 * (given_up * left - of_discount * subtotal).abs();
                prop_assert!(off_twice < left || off_twice == left && given_up % 2 == 0);
                (left, of_discount, worth) = (left - subtotal, of_discount - given_up, worth + value);
                prop_assert!(0 <= of_discount && of_discount <= left && 0 <= value);
            }
            prop_assert_eq!((left, of_discount, worth), (0, 0, total - discount));
            prop_assert_eq!(desk.order.summary.returned.hundredths(), worth);
            prop_assert_eq!(desk.order.summary.status, Status::Cancelled);
        }
    }

    #[test]
    fn returned_pieces_are_on_the_shelf_again_unless_damaged() {
        let (desk, ..) = Desk::of_shirts(1, 0);
        let returned = desk.decide(&of(&[(1, 1), (2, 1), (1, 1)])).unwrap();
        // The same item twice is one line.
        assert_eq!(moved(&returned), [("l".into(), 2, Reason::Return), (String::new(), 1, Reason::Return)]);
        let said: Vec<_> =
            returned.lines.iter().map(|line| (line.change.from.as_deref(), line.change.to.clone())).collect();
        let from = ["item 1: 2 × Shirt (size L) at 29.99, worth 51.41", "item 2: 1 × Cap at 10.00, worth 8.57"];
        assert_eq!(said, from.map(|from| (Some(from), None)));
        assert_eq!((returned.items.clone(), returned.total, returned.item_count), (None, money(6998), 3));

        let damaged = desk.decide(&ReturnRequest { is_damaged: true, ..of(&[(1, 2)]) }).unwrap();
        assert_eq!(moved(&damaged), [("l".into(), 2, Reason::Return), ("l".into(), -2, Reason::Adjust)]);
        let notes: Vec<_> = damaged.lines[0].change.movements.iter().map(|one| one.note.as_deref()).collect();
        assert_eq!(notes, [None, Some("LEG-LXYZ1234-AB5C came back unsaleable")]);
    }

    #[test]
    fn an_exchange_takes_the_new_pieces_first_and_costs_nothing() {
        let (mut desk, ..) = Desk::of_shirts(2, 0);
        let request = exchange(&[(1, 2)], " s");
        let returned = desk.decide(&request).unwrap();
        assert_eq!(moved(&returned), [("s".into(), -2, Reason::Edit), ("l".into(), 2, Reason::Return)]);
        let change = &returned.lines[0].change;
        assert_eq!(
            (change.from.as_deref(), change.to.as_deref()),
            (Some("item 1: 2 × Shirt (size L) at 29.99, worth 59.98"), Some("item 3: 2 × Shirt (size S) at 29.99"))
        );
        let before = desk.order.summary.grand_total();
        assert_eq!(desk.take(&request), [5998], "the full price: the discount stays");
        let Order { summary, items, .. } = &desk.order;
        assert_eq!((summary.total, summary.item_count, summary.status), (money(12_996), 5, Status::Delivered));
        assert_eq!((summary.grand_total(), summary.terms.discount), (before, money(1000)));
        let new = &items[2];
        assert_eq!((new.unit_price, new.list_price, new.is_price_agreed), (money(2999), money(2999), true));
        assert_eq!((new.id, new.selected_size.as_deref(), new.pieces_left()), (Uuid::from_u128(1001), Some("S"), 2));
        assert_eq!(items.iter().map(OrderItem::pieces_left).collect::<Vec<_>>(), [0, 1, 2]);
        // A replacement can come back too, and the last piece ends the order.
        assert_eq!(desk.take(&of(&[(3, 2)])), [5998 - 857]);
        assert_eq!(desk.take(&of(&[(2, 1)])), [1000 - 143]);
        assert_eq!(desk.order.summary.status, Status::Cancelled);
        assert_eq!(desk.order.summary.returned, money(12_996 - 1000));
    }

    /// The product got sizes after the order was confirmed.
    #[test]
    fn a_piece_taken_without_a_size_comes_back_without_one() {
        let (plain, shirt) = (product("Shirt", &[("", 9)]), product("Shirt", &[("", 0), ("S", 1)]));
        let desk = Desk::new(&[&plain], &[(&plain, 1, None, 2999), (&plain, 1, None, 2999)], 0);
        let mut holds = held(&desk.order, &desk.products);
        let mut desk = Desk { products: [shirt].into_iter().collect(), ..desk };
        for (request, expected) in [
            (exchange(&[(1, 1)], "S"), vec![("s", -1), ("", 1)]),
            (of(&[(2, 1)]), vec![("", 1)]),
            (of(&[(3, 1)]), vec![("s", 1)]),
        ] {
            let returned = decide(&desk.order, &holds, &desk.products, &request, &mut uuids()).unwrap();
            let movements: Vec<_> = returned.lines.iter().flat_map(|line| &line.change.movements).collect();
            let deltas: Vec<_> = movements.iter().map(|one| (one.size_key.as_str(), one.delta)).collect();
            assert_eq!(deltas, expected, "{request:?}");
            for Movement { product_id, size_key, delta, .. } in movements {
                holds.add(StockKey { product_id: *product_id, size_key: size_key.clone() }, -delta);
            }
            apply(&mut desk.order, &returned);
        }
        assert_eq!(desk.order.summary.status, Status::Cancelled);
    }

    #[test]
    fn an_exchange_never_ends_an_order() {
        let cap = product("Cap", &[("", 1)]);
        let mut desk = Desk::new(&[&cap], &[(&cap, 1, None, 1000)], 0);
        desk.take(&exchange_for(&[(1, 1)], &cap, None, None));
        assert_eq!((desk.order.summary.status, desk.order.items.len()), (Status::Delivered, 2));
    }

    /// The old piece is not on the shelf before the new one is taken.
    #[test]
    fn an_exchange_needs_the_new_piece_in_stock_beforehand() {
        for (large, is_enough) in [(0, false), (1, true)] {
            let (desk, ..) = Desk::of_shirts(9, large);
            match desk.decide(&exchange(&[(1, 1)], "L")) {
                Ok(returned) => {
                    let expected = [("l".into(), -1, Reason::Edit), ("l".into(), 1, Reason::Return)];
                    assert_eq!((is_enough, moved(&returned)), (true, expected.into()));
                }
                Err(refusal) => {
                    assert_eq!((is_enough, refusal.kind), (false, RefusalKind::InsufficientStock));
                    assert_eq!(refusal.details, ["Shirt (L): Insufficient stock (available: 0, required: 1)"]);
                }
            }
        }
        // Line by line: the second line cannot have what the first took, but can have what the first gave back.
        let shirt = product("Shirt", &[("S", 0), ("L", 1)]);
        for (sizes, is_enough) in [(["S", "S"], false), (["L", "S"], true), (["S", "L"], false)] {
            let items = sizes.map(|size| (&shirt, 1, Some(size), 2999));
            let decided = Desk::new(&[&shirt], &items, 0).decide(&exchange(&[(1, 1), (2, 1)], "L"));
            assert_eq!(decided.is_ok(), is_enough, "{sizes:?}");
            if let Err(refusal) = decided {
                assert_eq!(refusal.details, ["Shirt (L): Insufficient stock (available: 0, required: 1)"]);
            }
        }
    }

    #[test]
    fn a_replacement_costs_todays_price_and_the_same_product_the_price_paid() {
        let (mut desk, mut shirt, cap) = Desk::of_shirts(9, 9);
        let mut belt = product("Belt", &[("", 9)]);
        (shirt.price, belt.discounted_price) = (money(9999), Some(money(1500)));
        desk.products = [shirt.clone(), cap, belt.clone()].into_iter().collect();
        desk.order.summary.terms.discount = Money::ZERO;
        desk.order.items[0].selected_color = Some("Blue".into());
        let in_red = Replacement::Product {
            product: Box::new(shirt.clone()),
            size: Some("L".into()),
            color: Some("Red".into()),
            price: None,
        };
        for (request, described, list_price) in [
            (exchange(&[(1, 1)], "S"), "item 3: 1 × Shirt (size S, color Blue) at 29.99", 9999),
            (exchange_for(&[(1, 1)], &shirt, Some("s"), None), "item 3: 1 × Shirt (size S, color Blue) at 29.99", 9999),
            (
                ReturnRequest { replacement: Some(in_red), ..of(&[(1, 1)]) },
                "item 3: 1 × Shirt (size L, color Red) at 29.99",
                9999,
            ),
            (
                exchange_for(&[(1, 1)], &shirt, Some("S"), Some(0)),
                "item 3: 1 × Shirt (size S, color Blue) at 0.00",
                9999,
            ),
            (exchange_for(&[(1, 1)], &belt, None, None), "item 3: 1 × Belt at 15.00", 1500),
            (exchange_for(&[(1, 2)], &belt, None, Some(1)), "item 3: 2 × Belt at 0.01", 1500),
        ] {
            let returned = desk.decide(&request).unwrap();
            assert_eq!(returned.lines[0].change.to.as_deref(), Some(described));
            let new = returned.items.unwrap().pop().unwrap();
            assert_eq!((new.list_price, new.is_price_agreed), (money(list_price), true), "{described}");
            assert_eq!(returned.total, money(6998).plus(new.subtotal).unwrap(), "{described}");
        }
        // Each line has a replacement of its own.
        let returned = desk.decide(&exchange_for(&[(2, 1), (1, 2)], &belt, None, None)).unwrap();
        let to: Vec<_> = returned.lines.iter().filter_map(|line| line.change.to.as_deref()).collect();
        assert_eq!(to, ["item 3: 1 × Belt at 15.00", "item 4: 2 × Belt at 15.00"]);
        assert_eq!((returned.total, returned.item_count), (money(6998 + 4500), 6));
    }

    /// Errors in the request come first, then the status, then what the order and the stock allow.
    #[test]
    fn an_impossible_return_is_refused_with_what_to_do() {
        use RefusalKind::{InsufficientStock, InvalidInput, NotFound};
        let step = RefusalKind::Conflict(Conflict::Step);
        let (mut desk, shirt, _) = Desk::of_shirts(0, 5);
        let mut pending = Desk { products: desk.products.clone(), order: desk.order.clone() };
        pending.order.summary.status = Status::Pending;
        desk.take(&of(&[(1, 1)]));
        let keep = |keep, request| ReturnRequest { keep: Some(money(keep)), ..request };
        let after_taking_all = {
            let mut all = Desk { products: desk.products.clone(), order: desk.order.clone() };
            all.take(&of(&[(1, 1)]));
            all
        };
        for (desk, request, kind, message) in [
            (&pending, of(&[(3, 1)]), NotFound, "order LEG-LXYZ1234-AB5C has no item 3"),
            (&desk, of(&[(0, 1)]), NotFound, "order LEG-LXYZ1234-AB5C has no item 0"),
            (&desk, of(&[(1, 9), (4, 1)]), NotFound, "order LEG-LXYZ1234-AB5C has no item 4"),
            (&pending, exchange(&[(1, 1)], "XL"), InvalidInput, "Shirt: has no size XL (sizes: S, L)"),
            (&pending, exchange(&[(2, 1)], "L"), InvalidInput, "Cap has no sizes: name the product that replaces it"),
            (&desk, exchange_for(&[(2, 1)], &shirt, None, None), InvalidInput, "Shirt: needs a size (sizes: S, L)"),
            (
                &pending,
                of(&[(1, 1)]),
                step,
                "only items of a shipped or delivered order can come back; LEG-LXYZ1234-AB5C is pending",
            ),
            (&desk, of(&[(1, 2)]), step, "item 1 of LEG-LXYZ1234-AB5C: the customer has 1, not 2"),
            (
                &desk,
                of(&[(1, u32::MAX), (1, 1)]),
                step,
                "item 1 of LEG-LXYZ1234-AB5C: the customer has 1, not 4294967295",
            ),
            (&after_taking_all, of(&[(1, 1)]), step, "item 1 of LEG-LXYZ1234-AB5C: all pieces came back already"),
            (&desk, exchange(&[(1, 2)], "S"), step, "the customer has 1, not 2"),
            (&desk, exchange(&[(1, 1)], "S"), InsufficientStock, "insufficient stock for LEG-LXYZ1234-AB5C"),
            (&desk, keep(0, of(&[(1, 1)])), step, "can be kept only once all its pieces are back"),
            (&desk, keep(1, exchange(&[(1, 1)], "L")), step, "can be kept only once all its pieces are back"),
            (
                &desk,
                keep(3429, of(&[(1, 1), (2, 1)])),
                step,
                "the shop cannot keep 34.29: LEG-LXYZ1234-AB5C costs 34.28",
            ),
        ] {
            let refusal = desk.refusal(&request);
            assert!(refusal.message.contains(message) && refusal.kind == kind, "{request:?}: {refusal:?}");
        }
    }

    #[test]
    fn items_come_back_of_orders_that_are_shipped_or_delivered() {
        use Remedy::{Cancel, EditItem, ShowOrder};
        let (mut desk, ..) = Desk::of_shirts(0, 5);
        let reference = || desk.order.summary.reference.clone();
        let before = vec![EditItem(reference()), Cancel(reference(), None)];
        for (status, remedies) in [
            (Status::Pending, Some(before.clone())),
            (Status::Confirmed, Some(before.clone())),
            (Status::Processing, Some(before)),
            (Status::Shipped, None),
            (Status::Delivered, None),
            (Status::Cancelled, Some(vec![ShowOrder(reference())])),
        ] {
            desk.order.summary.status = status;
            match desk.decide(&of(&[(1, 1)])) {
                Ok(returned) => assert_eq!((remedies, returned.status), (None, status)),
                Err(refusal) => {
                    assert_eq!(Some(refusal.remedies), remedies, "{status}");
                    assert_eq!(refusal.error, format!("Order is {status}"));
                }
            }
        }
    }

    #[test]
    fn the_last_piece_back_cancels_the_order_and_the_shop_may_keep_a_part() {
        // It costs 59.98, and 20.00 for delivery.
        for (keep, is_legal) in [(None, true), (Some(7998), true), (Some(7999), false)] {
            let (mut desk, ..) = Desk::of_shirts(0, 0);
            desk.order.summary.terms.delivery_fee = Some(money(2000));
            let request = ReturnRequest { keep: keep.map(money), ..of(&[(1, 2), (2, 1)]) };
            let Ok(returned) = desk.decide(&request) else {
                assert!(!is_legal);
                continue;
            };
            let cancellation = returned.cancellation.clone().expect("nothing is left of it");
            let kept = keep.map(money).unwrap_or_default();
            assert_eq!((is_legal, cancellation.from, cancellation.to), (true, Status::Delivered, Status::Cancelled));
            assert_eq!((cancellation.kept_before, cancellation.kept), (Money::ZERO, kept));
            assert_eq!(cancellation.movements, [], "the pieces came back by their lines");
            apply(&mut desk.order, &returned);
            assert_eq!(desk.order.summary.grand_total(), Balance::from(kept));
        }
    }

    #[test]
    fn the_discount_is_at_most_what_the_items_left_cost() {
        let (desk, shirt, _) = Desk::of_shirts(9, 9);
        // 59.98 go, 10.00 of the cap and the replacement stay; the discount is 10.00.
        for (price, is_legal) in [(0, true), (1, true)] {
            assert_eq!(desk.decide(&exchange_for(&[(1, 2)], &shirt, Some("S"), Some(price))).is_ok(), is_legal);
        }
        let mut desk = desk;
        desk.order.summary.terms.discount = money(1001);
        let refusal = desk.refusal(&exchange_for(&[(1, 2)], &shirt, Some("S"), Some(0)));
        assert_eq!(refusal.kind, RefusalKind::InvalidInput);
        assert_eq!(
            (refusal.message.as_str(), refusal.error.as_str()),
            (
                "the discount of LEG-LXYZ1234-AB5C, 10.01, would be more than the items that are left cost: 10.00",
                "The discount would be more than the items"
            )
        );
        assert!(desk.decide(&exchange_for(&[(1, 2)], &shirt, Some("S"), Some(1))).is_ok(), "0.02 more");
    }

    #[test]
    fn replacements_count_towards_the_limits_of_an_order() {
        let cap = product("Cap", &[("", 5000)]);
        let rows = vec![(&cap, 2, None, 1); ITEMS_LIMIT - 1];
        let mut desk = Desk::new(&[&cap], &rows, 0);
        assert!(desk.decide(&exchange_for(&[(1, 1)], &cap, None, None)).is_ok());
        let refusal = desk.refusal(&exchange_for(&[(1, 1), (2, 1)], &cap, None, None));
        let message = "order LEG-LXYZ1234-AB5C would have more than 1000 items, the most that an order can have";
        assert_eq!((refusal.kind, refusal.message.as_str()), (RefusalKind::InvalidInput, message));
        desk.take(&exchange_for(&[(1, 1)], &cap, None, None));
        assert!(desk.decide(&exchange_for(&[(1, 1)], &cap, None, None)).is_err());
        assert!(desk.decide(&of(&[(1, 1)])).is_ok(), "it gets no further item");

        let most = Money::LIMIT.hundredths();
        let dear = Desk::new(&[&cap], &[(&cap, 1, None, most)], 0);
        for (price, is_legal) in [(None, false), (Some(1), false), (Some(0), true)] {
            let decided = dear.decide(&exchange_for(&[(1, 1)], &cap, None, price));
            assert_eq!(decided.is_ok(), is_legal, "{price:?}");
            if let Err(refusal) = decided {
                assert!(refusal.message.contains("more than an order can have"), "{refusal:?}");
            }
        }
        assert!(dear.decide(&of(&[(1, 1)])).is_ok());
    }

    #[test]
    fn a_replacement_by_another_size_is_of_the_same_product() {
        let cap = product("Cap", &[("", 1)]);
        let of = |request: ReturnRequest| request.replacement.unwrap().product();
        assert_eq!((of(exchange(&[], "L")), of(exchange_for(&[], &cap, None, None))), (None, Some(cap.id)));
    }
}
