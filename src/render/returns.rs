//! The screens before a return.

use super::RenderStyle;
use super::order::{mark, money, who};
use super::prose::{fit, sentence};
use super::table::{self, Column};
use crate::domain::bidi::shown;
use crate::domain::order::{Order, OrderItem};
use crate::domain::returns::{Returned, StockEffect};
use crate::domain::visible::visible;

/// Renders items to pick from, one line each, with how many the customer has. A long name is cut.
pub fn choices<'o>(items: impl Iterator<Item = (usize, &'o OrderItem)>, style: RenderStyle<'_>) -> Vec<String> {
    let columns = [
        Column::new("").number(),
        Column::new("").number(),
        Column::new("").shrinks_to(8),
        Column::new("").shrinks_to(4),
        Column::new("").shrinks_to(5).rank(1),
        Column::new("").number().rank(2),
    ];
    let row = |(number, item): (usize, &OrderItem)| {
        let left = format!("{} ×", item.pieces_left());
        let choice = |choice: &Option<String>| choice.clone().unwrap_or_default();
        let name = item.shop_name().to_owned();
        let (size, color) = (choice(&item.selected_size), choice(&item.selected_color));
        vec![number.to_string(), left, name, size, color, item.unit_price.to_string()]
    };
    table::choices(&columns, &items.map(row).collect::<Vec<_>>(), style)
}

/// Asks what comes back of an order, on one line.
pub fn question(order: &Order, width: usize) -> String {
    let summary = &order.summary;
    let head = format!("What comes back of {}, ", summary.reference);
    let name = fit(&visible(&summary.customer.name), width.saturating_sub(head.chars().count() + 1));
    format!("{head}{}?", shown(&name))
}

/// Names an item of which the customer has several pieces, before the question how many come back.
pub fn several(number: usize, item: &OrderItem, width: usize) -> String {
    let size = item.selected_size.as_ref().map(|size| format!(" ({size})")).unwrap_or_default();
    let left = item.pieces_left();
    sentence(&format!("Item {number}: {}{size}, the customer has {left}", item.shop_name()), width)
}

/// Renders a return for the question: what comes back and what replaces it, the stock before and after, the money, and what would
/// be recorded. `after` is the order as it then is.
pub fn preview(
    returned: &Returned,
    after: &Order,
    stock: &[StockEffect],
    refund: Option<&str>,
    style: RenderStyle<'_>,
) -> String {
    let (summary, width) = (&after.summary, style.width);
    let mut text = who(summary, returned.status.as_str(), width);
    for line in &returned.lines {
        text.extend(line.change.from.iter().map(|back| sentence(&format!("  back: {back}"), width)));
        text.extend(line.change.to.iter().map(|other| sentence(&format!("  instead: {other}"), width)));
    }
    for StockEffect { label, before, after, written_off } in stock {
        let moved = if before == after { format!("stays {before}") } else { format!("{before} → {after}") };
        let written_off = if *written_off > 0 { format!(", {written_off} written off") } else { String::new() };
        text.push_str(&sentence(&format!("  {label}: stock {moved}{written_off}"), width));
    }
    text.push_str(&money(summary));
    text.extend(refund.map(|refund| sentence(&format!("  to record: refund {refund}"), width)));
    if returned.cancellation.is_some() {
        text.push_str(&mark("this returns everything: the order becomes cancelled", style));
    }
    text
}
