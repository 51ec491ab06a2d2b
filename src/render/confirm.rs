//! What a person is shown before an order is confirmed, and after.

use std::fmt::Write as _;

use super::order::{items, pieces};
use super::table::{Column, render};
use super::zone::minute;
use super::{Look, paint};
use crate::domain::confirm::Confirmation;
use crate::domain::order::{Order, OrderItem};
use crate::domain::text::visible;

/// Renders what a person decides by: what is in the order and what it costs, prices below the list price, an order that
/// looks like the same one, and the stock before and after.
pub fn preview(order: &Order, confirmation: &Confirmation, duplicate: Option<&Order>, look: Look<'_>) -> String {
    let summary = &order.summary;
    let mut text = format!(
        "{}  {}\n{}, {}\n",
        summary.reference,
        visible(&summary.customer.name),
        visible(&summary.customer.phone),
        minute(summary.order_date, look.zone)
    );
    text.push_str(&items(order, look));
    let currency = summary.currency.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
    let _ = writeln!(text, "Total {}{currency} for {}", summary.total, pieces(summary.item_count));
    text.push_str(&takings(confirmation));
    let mut mark = |line: String| {
        let _ = writeln!(text, "{}", paint::paint(&format!("! {line}"), paint::warning(), look.color));
    };
    for item in below_list_price(order) {
        let (name, price, list_price) = (visible(&item.product_name), item.unit_price, item.list_price);
        mark(format!("{name}: price {price} is below the list price {list_price}"));
    }
    if let Some(other) = duplicate.map(|order| &order.summary) {
        let when = minute(other.order_date, look.zone);
        mark(format!("same phone and items as {} ({}, {when}): ordered twice?", other.reference, other.status));
    }
    text
}

/// Renders a confirmation: the order, and the stock before and after.
pub fn confirmed(order: &Order, confirmation: &Confirmation, is_dry_run: bool) -> String {
    let summary = &order.summary;
    let did = if is_dry_run { "would confirm" } else { "confirmed" };
    let mut text = format!(
        "{did} {}: {}, {}, {}\n",
        summary.reference,
        visible(&summary.customer.name),
        pieces(summary.item_count),
        summary.total
    );
    text.push_str(&takings(confirmation));
    for item in below_list_price(order) {
        let (name, price, list_price) = (visible(&item.product_name), item.unit_price, item.list_price);
        let _ = writeln!(text, "  ! {name}: price {price} accepted, list price {list_price}");
    }
    text
}

fn takings(confirmation: &Confirmation) -> String {
    let line = |taking: &crate::domain::confirm::Taking| {
        format!("  {}: stock {} → {}\n", visible(&taking.label), taking.before, taking.after)
    };
    confirmation.takings.iter().map(line).collect()
}

fn below_list_price(order: &Order) -> impl Iterator<Item = &OrderItem> {
    order.items.iter().filter(|item| item.is_below_list_price())
}

/// Renders the orders that one can be picked from, one line each.
pub fn choices(orders: &[Order], look: Look<'_>) -> Vec<String> {
    let columns = [Column::new(""), Column::new("").shrinks_to(6), Column::new("").number(), Column::new("").rank(1)];
    let rows: Vec<_> = orders
        .iter()
        .map(|Order { summary, .. }| {
            vec![
                summary.reference.to_string(),
                summary.customer.name.clone(),
                summary.total.to_string(),
                minute(summary.order_date, look.zone),
            ]
        })
        .collect();
    // The first line is that of the titles.
    render(&columns, &rows, look).lines().skip(1).map(str::to_owned).collect()
}
