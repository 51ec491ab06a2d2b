//! Changing the items of an order.

use uuid::Uuid;

use super::holding::{Holding, ItemLines};
use super::item_words::{Change, describe_item, index_of, too_much};
use super::money::Money;
use super::movement::{Movement, Reason};
use super::obstacle::needs_sizes;
use super::order::{ITEMS_LIMIT, Order, OrderItem};
use super::product::{Product, ProductId};
use super::products::Products;
use super::reference::Reference;
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::shortage::insufficient;

/// A change to an order's items, which are numbered from 1 as in `show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemEdit {
    /// Changes one item.
    Change {
        /// Its number.
        number: usize,
        /// Its new quantity.
        quantity: Option<u32>,
        /// Its new size; `Some(None)` removes it.
        size: Option<Option<String>>,
        /// Its new color; `Some(None)` removes it.
        color: Option<Option<String>>,
        /// Its new price, which is agreed.
        price: Option<Money>,
    },
    /// Adds one item.
    Add {
        /// The product.
        product: Box<Product>,
        /// The quantity.
        quantity: u32,
        /// The size.
        size: Option<String>,
        /// The color.
        color: Option<String>,
        /// The price agreed; `None`: today's list price.
        price: Option<Money>,
    },
    /// Removes one item.
    Remove {
        /// Its number.
        number: usize,
    },
}

impl ItemEdit {
    /// Returns the product that it adds.
    pub fn product(&self) -> Option<ProductId> {
        match self {
            ItemEdit::Add { product, .. } => Some(product.id),
            ItemEdit::Change { .. } | ItemEdit::Remove { .. } => None,
        }
    }

    pub fn changes_price(&self) -> bool {
        matches!(self, ItemEdit::Change { price: Some(_), .. })
    }
}

/// Returns the stock that moves when an order gets these items.
pub fn stock_moves(
    order: &Order,
    items: &[OrderItem],
    held: &Holding,
    products: &Products,
) -> Result<Vec<Movement>, Refusal> {
    let reference = &order.summary.reference;
    let lines = ItemLines::of(&order.items, held);
    let wanted =
        Holding::of(order.summary.status, items, &lines, products).map_err(|problems| needs_sizes(order, problems))?;
    if order.summary.status.holds_stock() && wanted.is_empty() {
        let message = format!("order {reference} would have nothing left");
        return Err(Refusal::conflict(Conflict::Step, message)
            .error("The order would have nothing left")
            .remedy(Remedy::Cancel(reference.clone(), None)));
    }
    let movements = held.movements_to(&wanted, Reason::Edit);
    match insufficient(reference, &movements, products) {
        Some(refusal) => Err(refusal),
        None => Ok(movements),
    }
}

pub fn edit_items(
    items: &mut Vec<OrderItem>,
    reference: &Reference,
    products: &Products,
    edit: &ItemEdit,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Option<Change>, Refusal> {
    match edit {
        ItemEdit::Change { number, quantity, size, color, price } => {
            let index = index_of(items, *number, reference)?;
            let was = items[index].clone();
            let item = &mut items[index];
            // A price that is there already and not marked needs no agreement.
            if let Some(price) = price.filter(|price| *price != item.unit_price || item.is_below_list_price()) {
                (item.unit_price, item.is_price_agreed) = (price, true);
            }
            item.quantity = quantity.unwrap_or(item.quantity);
            item.subtotal = item.unit_price.times(item.quantity).ok_or_else(|| too_much(reference))?;
            if let Some(size) = size {
                item.selected_size = match products.get(item.product_id) {
                    Some(product) => product.spelled_size(size.as_deref()).map_err(Refusal::invalid)?,
                    None => size.clone(),
                };
            }
            if let Some(color) = color {
                item.selected_color.clone_from(color);
            }
            let words = |item| Some(describe_item(*number, item));
            let looks = |item: &OrderItem| (item.selected_size.clone(), item.selected_color.clone(), item.unit_price);
            if item.returned > 0 && looks(&was) != looks(item) {
                return Err(refuse_after_return(*number, item, reference, "its size, color and price cannot change"));
            }
            if item.quantity < item.returned {
                return Err(refuse_after_return(
                    *number,
                    item,
                    reference,
                    &format!("its quantity cannot be less than {}", item.returned),
                ));
            }
            Ok(Change::between(words(&was), words(item)).filter(|_| was != *item))
        }
        ItemEdit::Add { product, quantity, size, color, price } => {
            if items.len() >= ITEMS_LIMIT {
                let message = format!("order {reference} has {ITEMS_LIMIT} items, the most that an order can have");
                return Err(Refusal::invalid(message));
            }
            let unit_price = price.unwrap_or(product.list_price());
            let item = OrderItem::agreed(new_id(), product, size.as_deref(), color.clone(), *quantity, unit_price);
            let item = item.map_err(|problem| match (size, product.is_sized()) {
                (None, true) => Refusal::invalid(problem).remedy(Remedy::NameSize),
                _ => Refusal::invalid(problem),
            })?;
            let change = Change::between(None, Some(describe_item(items.len() + 1, &item)));
            items.push(item);
            Ok(change)
        }
        ItemEdit::Remove { number } => {
            let index = index_of(items, *number, reference)?;
            if items.len() == 1 {
                let message = format!("item 1 is the only item of {reference}");
                return Err(Refusal::conflict(Conflict::Step, message)
                    .error("An order needs at least one item")
                    .remedy(Remedy::Cancel(reference.clone(), None)));
            }
            if items[index].returned > 0 {
                return Err(refuse_after_return(*number, &items[index], reference, "it cannot be removed"));
            }
            let removed = items.remove(index);
            Ok(Change::between(Some(describe_item(*number, &removed)), None))
        }
    }
}

/// Refuses a change of an item that contradicts its returns.
fn refuse_after_return(number: usize, item: &OrderItem, reference: &Reference, so: &str) -> Refusal {
    let pieces = if item.returned == 1 { "piece" } else { "pieces" };
    let message = format!("{} {pieces} of item {number} of {reference} came back, so {so}", item.returned);
    let error = format!("Some of item {number} came back");
    Refusal::conflict(Conflict::Step, message).error(error).remedy(Remedy::NumberItems(reference.clone()))
}
