//! What the packer needs: which orders are to be packed, what to fetch for them, and what the courier collects.

use std::collections::HashMap;

use super::money::{Balance, Money};
use super::order::{Order, OrderItem, OrderPk};
use super::product::{Product, ProductId};
use super::products::Products;
use super::status::Status;
use super::text::size_key;

/// The most lines of a pick list, which is in memory. Guests choose colors, so the catalogue bounds nothing.
pub const LINES_LIMIT: usize = 20_000;

/// What to fetch for orders that are to be packed: their items less what came back, added up by product, size and color.
#[derive(Debug, Default)]
pub struct PickList {
    lines: HashMap<PickKey, PickLine>,
    orders: u64,
}

/// What is added up: a product in one size and color, in any spelling.
type PickKey = (ProductId, String, String);

/// The pieces to fetch of one product in one size and color.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickLine {
    /// The product.
    pub product_id: ProductId,
    /// Its name in the catalogue.
    pub name: String,
    /// Its barcode in the catalogue.
    pub barcode: Option<String>,
    /// The size, as the catalogue spells it, or as ordered where size is not tracked.
    pub size: Option<String>,
    /// The color, as the first order spells it.
    pub color: Option<String>,
    /// How many pieces.
    pub quantity: i64,
    /// How many orders need it.
    pub orders: i64,
    /// The place of the size among those of the product.
    size_place: usize,
    /// The order that was added last, if any was.
    last_order: Option<OrderPk>,
}

/// The orders need more kinds of things than a pick list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyLines;

impl PickList {
    /// Adds an order, if it is to be packed. `products` are those of its items.
    ///
    /// # Errors
    /// The list would have more than [`LINES_LIMIT`] lines.
    pub fn add(&mut self, order: &Order, products: &Products) -> Result<(), TooManyLines> {
        if !is_to_pack(order) {
            return Ok(());
        }
        self.orders += 1;
        for (_, item) in to_pack(order) {
            let folded = |choice: Option<&String>| choice.map(|choice| size_key(choice)).unwrap_or_default();
            let key = (item.product_id, folded(item.selected_size.as_ref()), folded(item.selected_color.as_ref()));
            if self.lines.len() >= LINES_LIMIT && !self.lines.contains_key(&key) {
                return Err(TooManyLines);
            }
            let line = || PickLine::of(item, products.get(item.product_id));
            let line = self.lines.entry(key).or_insert_with(line);
            line.quantity += i64::from(item.pieces_left());
            line.orders += i64::from(line.last_order != Some(order.summary.pk));
            line.last_order = Some(order.summary.pk);
        }
        Ok(())
    }

    /// Returns how many orders are to be packed.
    pub fn orders(&self) -> u64 {
        self.orders
    }

    /// Returns how many pieces are to be fetched.
    pub fn pieces(&self) -> i64 {
        self.lines.values().map(|line| line.quantity).sum()
    }

    /// Returns its lines by product and size, in the order of the catalogue's sizes.
    pub fn lines(&self) -> Vec<&PickLine> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_by_cached_key(|((product, size, color), line)| {
            (line.name.to_lowercase(), *product, line.size_place, size.clone(), color.clone())
        });
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

impl PickLine {
    fn of(item: &OrderItem, product: Option<&Product>) -> PickLine {
        let size = item.selected_size.as_deref();
        let place = product.and_then(|product| {
            let key = size_key(size.unwrap_or_default());
            product.sizes().position(|line| line.size_key == key)
        });
        let spelled = product.zip(place).and_then(|(product, place)| product.sizes().nth(place));
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        PickLine {
            product_id: item.product_id,
            name: product.map_or(item.shop_name(), |product| &product.name).to_owned(),
            barcode: product.map_or(&item.product_barcode, |product| &product.barcode).clone(),
            size: spelled.map(|line| line.size.clone()).or_else(|| text(size?)),
            color: item.selected_color.as_deref().and_then(text),
            quantity: 0,
            orders: 0,
            size_place: place.unwrap_or(usize::MAX),
            last_order: None,
        }
    }
}

/// Returns whether an order is to be packed: all of it, or its replacements.
pub fn is_to_pack(order: &Order) -> bool {
    order.summary.status.is_in_shop() || is_exchange(order)
}

/// Returns whether only replacements are to be packed: the customer has the rest.
pub fn is_exchange(order: &Order) -> bool {
    order.summary.status.is_carried() && replacements(order).iter().any(|item| item.pieces_left() > 0)
}

/// Returns the replacements that are not sent yet.
fn replacements(order: &Order) -> &[OrderItem] {
    last_items(order, order.exchanges.iter().filter(|exchange| !exchange.is_sent).count())
}

fn last_items(order: &Order, count: usize) -> &[OrderItem] {
    &order.items[order.items.len().saturating_sub(count)..]
}

/// Returns the items that are to be packed, or were, with their numbers.
pub fn to_pack(order: &Order) -> impl Iterator<Item = (usize, &OrderItem)> {
    let before = if is_exchange(order) { order.items.len() - replacements(order).len() } else { 0 };
    (1..).zip(&order.items).skip(before).filter(|(_, item)| item.pieces_left() > 0)
}

/// Says why an order is not to be packed.
pub fn not_to_pack(order: &Order) -> Option<&'static str> {
    match order.summary.status {
        Status::Pending => Some("pending: not to be packed before it is confirmed"),
        Status::Confirmed | Status::Processing => None,
        _ if is_exchange(order) => None,
        Status::Shipped => Some("shipped already"),
        Status::Delivered => Some("delivered already"),
        Status::Cancelled => Some("cancelled: not to be packed"),
    }
}

/// What the courier collects for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// What is due: it is cash on delivery.
    Cash(Money),
    /// Nothing, though this much is still due: the customer pays it in another way.
    NothingButDue(Money),
    /// Nothing.
    Nothing,
}

/// Returns what is to be collected for an order that is on its way, or will be; `None` for any other.
pub fn collection(order: &Order) -> Option<Collection> {
    let summary = &order.summary;
    match summary.status {
        Status::Confirmed | Status::Processing | Status::Shipped => {}
        Status::Delivered if is_exchange(order) => {}
        Status::Pending | Status::Delivered | Status::Cancelled => return None,
    }
    let due = summary.due().filter(|due| *due > Balance::ZERO);
    Some(match (cash_to_collect(order), due) {
        (Some(cash), _) => Collection::Cash(cash),
        (None, Some(due)) if !summary.terms.is_cod => Collection::NothingButDue(due.size()),
        (None, _) => Collection::Nothing,
    })
}

/// Returns the cash that the courier of the next parcel collects; `None` if there is none. Slips and messages share
/// this rule.
///
/// The courier of the first parcel of a cash-on-delivery order has collected what was due then. The shop records that
/// money only when the courier brings it. So the parcel of an exchange collects the extra cost of the replacement
/// alone, and never more than is due.
pub fn cash_to_collect(order: &Order) -> Option<Money> {
    let summary = &order.summary;
    if !summary.terms.is_cod {
        return None;
    }
    let due = summary.due()?;
    let cash = match summary.status {
        Status::Pending | Status::Confirmed | Status::Processing => due,
        Status::Shipped if order.exchanges.is_empty() => due,
        Status::Delivered if !is_exchange(order) => return None,
        Status::Shipped | Status::Delivered => due.min(added_by_exchange(order)),
        Status::Cancelled => return None,
    };
    (cash > Balance::ZERO).then(|| cash.size())
}

/// Returns how much more the replacements cost than the pieces that they replace: those still to be sent, or else all.
fn added_by_exchange(order: &Order) -> Balance {
    let is_any_unsent = is_exchange(order);
    let counted: Vec<_> = order.exchanges.iter().filter(|exchange| !(is_any_unsent && exchange.is_sent)).collect();
    let price = last_items(order, counted.len()).iter().fold(Balance::ZERO, |sum, item| sum.plus(item.subtotal));
    counted.iter().fold(price, |left, exchange| left.minus(exchange.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::Exchange;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::tests::product;

    #[test]
    fn a_pick_list_adds_up_what_is_to_be_packed_by_product_size_and_color() {
        let (shirt, cap) = (product("shirt", &[("S", 9), ("L", 9), ("XL", 9)]), product("Cap", &[("", 9)]));
        let products: Products = [shirt.clone(), cap.clone()].into_iter().collect();
        let mut list = PickList::default();
        let sent = incoming(&[
            (&shirt, 2, Some("xl")),
            (&shirt, 1, Some("l")),
            (&cap, 3, Some("Kids")),
            (&shirt, 4, Some("S")),
        ]);
        for (pk, status) in Status::ALL.into_iter().enumerate() {
            let mut order = order(&sent, &products, i64::try_from(pk).unwrap() + 1, status);
            order.items[0].selected_color = Some(if pk % 2 == 0 { " blue" } else { "Blue" }.to_owned());
            order.items[1].selected_color = (pk % 2 == 0).then(|| "Black".to_owned());
            // One of the four came back in an exchange, and all of the caps of one order.
            order.items[3].returned = 1;
            order.items[2].returned = if status == Status::Confirmed { 3 } else { 0 };
            list.add(&order, &products).unwrap();
        }
        let lines = list.lines().into_iter().map(|line| {
            let choice = |choice: &Option<String>| choice.clone().unwrap_or_default();
            format!(
                "{} {} {}: {} in {}",
                line.name,
                choice(&line.size),
                choice(&line.color),
                line.quantity,
                line.orders
            )
        });
        // In the order of the catalogue's sizes, spelled as there; Cap is not tracked by size.
        let expected = [
            "Cap Kids : 3 in 1",
            "shirt S : 6 in 2",
            "shirt L : 1 in 1",
            "shirt L Black: 1 in 1",
            "shirt XL Blue: 4 in 2",
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
        assert_eq!((list.orders(), list.pieces()), (2, 15));
    }

    #[test]
    fn an_order_with_the_same_item_twice_counts_once() {
        let cap = product("Cap", &[("", 9)]);
        let products: Products = [cap.clone()].into_iter().collect();
        let mut list = PickList::default();
        for pk in 1..=2 {
            list.add(
                &order(&incoming(&[(&cap, 2, None), (&cap, 1, None)]), &products, pk, Status::Confirmed),
                &products,
            )
            .unwrap();
        }
        let lines: Vec<_> = list.lines().into_iter().map(|line| (line.quantity, line.orders)).collect();
        assert_eq!(lines, [(6, 2)]);
    }

    #[test]
    fn a_pick_list_has_a_limit_that_guests_colors_cannot_exceed() {
        let cap = product("Cap", &[("", 9)]);
        let products: Products = [cap.clone()].into_iter().collect();
        let mut list = PickList::default();
        let mut order = order(&incoming(&[(&cap, 1, None)]), &products, 1, Status::Confirmed);
        for color in 0..LINES_LIMIT {
            order.items[0].selected_color = Some(format!("color {color}"));
            list.add(&order, &products).unwrap();
        }
        assert_eq!(list.add(&order, &products), Ok(()));
        order.items[0].selected_color = Some("another".to_owned());
        assert_eq!(list.add(&order, &products), Err(TooManyLines));
    }

    #[test]
    fn the_courier_collects_what_is_due_if_it_is_cash_on_delivery() {
        let cap = product("Cap", &[("", 9)]);
        let money = Money::from_hundredths;
        let products: Products = [cap.clone()].into_iter().collect();
        for (status, is_cod, paid, expected) in [
            (Status::Confirmed, true, None, Some(Collection::Cash(money(2999)))),
            (Status::Processing, true, Some(999), Some(Collection::Cash(money(2000)))),
            (Status::Shipped, true, Some(2999), Some(Collection::Nothing)),
            (Status::Shipped, true, Some(3999), Some(Collection::Nothing)),
            (Status::Confirmed, false, Some(999), Some(Collection::NothingButDue(money(2000)))),
            (Status::Confirmed, false, None, Some(Collection::Nothing)),
            (Status::Confirmed, false, Some(2999), Some(Collection::Nothing)),
            (Status::Pending, true, None, None),
            (Status::Delivered, true, None, None),
            (Status::Cancelled, true, None, None),
        ] {
            let mut order = order(&incoming(&[(&cap, 1, None)]), &products, 1, status);
            order.summary.terms.is_cod = is_cod;
            order.summary.payments_sum = paid.map(Balance::from_hundredths);
            assert_eq!(collection(&order), expected, "{status} {is_cod} {paid:?}");
            assert_eq!(is_to_pack(&order), not_to_pack(&order).is_none());
        }
    }

    /// A cap of 29.99 went out first, paid on delivery. Each exchange gives the value of what came back for another
    /// cap.
    #[test]
    fn an_exchange_collects_only_what_it_adds() {
        use Status::{Delivered, Shipped};
        let cap = product("Cap", &[("", 9)]);
        let money = Money::from_hundredths;
        let products: Products = [cap.clone()].into_iter().collect();
        for (status, exchanges, paid, expected) in [
            (Delivered, &[(2999, false)][..], 0, None),
            (Delivered, &[(2499, false)], 0, Some(500)),
            (Shipped, &[(2999, false)], 0, None),
            (Shipped, &[(2499, false)], 0, Some(500)),
            // The first courier has settled, and more was paid.
            (Delivered, &[(2499, false)], 2999, Some(500)),
            (Delivered, &[(2499, false)], 3299, Some(200)),
            (Delivered, &[(2499, false)], 3499, None),
            // The replacement is cheaper.
            (Delivered, &[(3999, false)], 0, None),
            // The replacement is on its way, or has arrived.
            (Shipped, &[(2499, true)], 0, Some(500)),
            (Shipped, &[(2999, true)], 0, None),
            (Delivered, &[(2499, true)], 0, None),
            // Only the last replacement is still to be sent.
            (Delivered, &[(2499, true), (2899, false)], 0, Some(100)),
            (Shipped, &[(2499, true), (2899, true)], 0, Some(600)),
        ] {
            let sent = incoming(&vec![(&cap, 1, None); exchanges.len() + 1]);
            let mut order = order(&sent, &products, 1, status);
            let to_exchange = |(value, is_sent): &(i64, bool)| Exchange { value: money(*value), is_sent: *is_sent };
            order.exchanges = exchanges.iter().map(to_exchange).collect();
            let back = exchanges.iter().fold(Money::ZERO, |sum, (value, _)| sum.plus(money(*value)).unwrap());
            order.summary.returned = back;
            order.summary.terms.is_cod = true;
            order.summary.payments_sum = (paid > 0).then(|| Balance::from_hundredths(paid));
            let cash = expected.map(money);
            assert_eq!(cash_to_collect(&order), cash, "{status} {exchanges:?} {paid}");
            if is_to_pack(&order) {
                assert_eq!(collection(&order), Some(cash.map_or(Collection::Nothing, Collection::Cash)));
            }
        }
    }

    #[test]
    fn only_the_replacement_of_an_exchange_is_packed() {
        let (shirt, cap) = (product("Shirt", &[("S", 9), ("L", 9)]), product("Cap", &[("", 9)]));
        let products: Products = [shirt.clone(), cap.clone()].into_iter().collect();
        let sent = incoming(&[(&cap, 3, None), (&shirt, 1, Some("L")), (&shirt, 1, Some("S"))]);
        for (status, unsent, back, expected) in [
            (Status::Delivered, 1, 0, Some(&[3][..])),
            (Status::Shipped, 1, 0, Some(&[3])),
            (Status::Shipped, 2, 0, Some(&[2, 3])),
            // The replacement came back too.
            (Status::Delivered, 1, 1, None),
            (Status::Delivered, 0, 0, None),
            (Status::Cancelled, 1, 0, None),
            (Status::Processing, 1, 0, Some(&[1, 2, 3])),
        ] {
            let mut order = order(&sent, &products, 1, status);
            order.exchanges = vec![Exchange { value: Money::ZERO, is_sent: false }; unsent];
            order.items[2].returned = back;
            order.summary.payments_sum = Some(Balance::ZERO);
            let packed: Vec<usize> = to_pack(&order).map(|(number, _)| number).collect();
            let mut list = PickList::default();
            list.add(&order, &products).unwrap();
            assert_eq!((is_to_pack(&order), not_to_pack(&order).is_none()), (expected.is_some(), expected.is_some()));
            assert_eq!(list.pieces() > 0, expected.is_some());
            if let Some(expected) = expected {
                assert_eq!(packed, expected, "{status} {unsent}");
                assert!(collection(&order).is_some());
            }
        }
    }
}
