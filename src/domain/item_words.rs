//! A change of an order in words, for its history; finding an item by its number.

use super::movement::Movement;
use super::order::OrderItem;
use super::reference::Reference;
use super::refusal::Refusal;
use super::remedy::Remedy;

/// One change, in words, with the stock that moves with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The old value; `None` if there was none.
    pub from: Option<String>,
    /// The new value; `None` if it was removed.
    pub to: Option<String>,
    /// The stock that moves.
    pub movements: Vec<Movement>,
}

impl Change {
    /// Returns the change from one value to another; `None` if they are the same.
    pub fn between(from: Option<String>, to: Option<String>) -> Option<Change> {
        (from != to).then(|| Change { from, to, movements: Vec::new() })
    }
}

/// Finds an item by its number.
pub fn index_of(items: &[OrderItem], number: usize, reference: &Reference) -> Result<usize, Refusal> {
    match number.checked_sub(1).filter(|index| *index < items.len()) {
        Some(index) => Ok(index),
        None => Err(Refusal::not_found(format!("order {reference} has no item {number}"))
            .error(format!("Item {number} not found"))
            .remedy(Remedy::NumberItems(reference.clone()))),
    }
}

/// Describes an item: `item 1: 2 × Classic T-Shirt (size L, color Blue) at 29.99`, and ` (not agreed)` after a price that only a
/// guest claims.
pub fn describe_item(number: usize, item: &OrderItem) -> String {
    describe_pieces(number, item, item.quantity)
}

/// Describes some pieces of an item.
pub fn describe_pieces(number: usize, item: &OrderItem, pieces: u32) -> String {
    let size = item.selected_size.iter().map(|size| format!("size {size}"));
    let chosen: Vec<String> = size.chain(item.selected_color.iter().map(|color| format!("color {color}"))).collect();
    let chosen = if chosen.is_empty() { String::new() } else { format!(" ({})", chosen.join(", ")) };
    let claimed = if item.is_below_list_price() { " (not agreed)" } else { "" };
    format!("item {number}: {pieces} × {}{chosen} at {}{claimed}", item.shop_name(), item.unit_price)
}

pub fn too_much(reference: &Reference) -> Refusal {
    Refusal::invalid(format!("the total or the number of pieces of {reference} would be more than an order can have"))
}
