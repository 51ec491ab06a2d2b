//! The screen before a confirmation, and the lines after it.

use std::fmt::Write as _;

use super::history::last_said;
use super::order::{items, mark, marks, money, name_marks, pieces, who};
use super::prose::{fit, sentence};
use super::table::{self, Column};
use super::zone::{day, minute};
use super::{RenderStyle, paint};
use crate::domain::confirm::{Confirmation, Deduction};
use crate::domain::money::Balance;
use crate::domain::order::Order;
use crate::domain::settlement::Settled;
use crate::domain::terms::CASH_ON_DELIVERY;
use crate::domain::visible::visible;

/// Renders the order for the question: items, total, money, the stock before and after, what would be recorded, marks, a
/// likely duplicate, and what was said last.
pub fn preview(
    order: &Order,
    confirmation: &Confirmation,
    settled: &Settled,
    duplicate: Option<&Order>,
    style: RenderStyle<'_>,
) -> String {
    let summary = &order.summary;
    let mut text = who(summary, &minute(summary.order_date, style.zone), style.width);
    text.push_str(&items(order, style));
    let currency = summary.currency.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
    let _ = writeln!(text, "Total {}{currency} for {}", summary.total, pieces(summary.item_count));
    text.push_str(&money(summary));
    text.push_str(&deductions(confirmation, style.width));
    text.extend(recorded(settled).map(|said| sentence(&format!("  to record: {said}"), style.width)));
    text.extend(marks(order).map(|said| mark(&said, style)));
    if let Some(other) = duplicate.map(|order| &order.summary) {
        let when = minute(other.order_date, style.zone);
        let same = format!("same phone and items as {} ({}, {when}): ordered twice?", other.reference, other.status);
        text.push_str(&mark(&same, style));
    }
    text.push_str(&last_said(order, style));
    text
}

/// The most characters of a name in a question, which stays on one line.
const NAME: usize = 16;

/// Asks how one of several orders is paid.
pub fn question(order: &Order) -> String {
    let summary = &order.summary;
    let due = summary.left_to_pay();
    format!("{}, {}, {due} due: confirm?", summary.reference, fit(&visible(&summary.customer.name), NAME))
}

/// Says which payment is recorded.
fn recorded(settled: &Settled) -> impl Iterator<Item = String> {
    let payment = settled.payment.iter().filter_map(|payment| payment.change.1.clone());
    payment.map(|payment| format!("paid {payment}")).chain(settled.is_cod.then(|| CASH_ON_DELIVERY.to_owned()))
}

/// Renders a confirmation: the order, the stock before and after, and the payment that was recorded.
pub fn confirmed(
    order: &Order,
    confirmation: &Confirmation,
    settled: &Settled,
    is_dry_run: bool,
    width: usize,
) -> String {
    let summary = &order.summary;
    let did = if is_dry_run { "would confirm" } else { "confirmed" };
    let (name, pieces) = (&summary.customer.name, pieces(summary.item_count));
    let mut text = sentence(&format!("{did} {}: {name}, {pieces}, {}", summary.reference, summary.total), width);
    text.push_str(&deductions(confirmation, width));
    text.extend(recorded(settled).map(|said| sentence(&format!("  {said}"), width)));
    text.extend(summary.due().filter(|due| *due > Balance::ZERO).map(|due| format!("  due {due}\n")));
    for item in order.items.iter().filter(|item| item.is_below_list_price()) {
        let (name, price, list_price) = (item.shop_name(), item.unit_price, item.list_price);
        let accepted = format!("  ! {name}: price {price} accepted, list price {list_price}");
        text.push_str(&sentence(&accepted, width));
    }
    text.extend(confirmation.agreed.iter().map(|term| sentence(&format!("  ! {term} accepted"), width)));
    text.extend(name_marks(order).map(|said| sentence(&format!("  ! {said}"), width)));
    text
}

fn deductions(confirmation: &Confirmation, width: usize) -> String {
    let line = |deduction: &Deduction| {
        sentence(&format!("  {}: stock {} → {}", deduction.label, deduction.before, deduction.after), width)
    };
    confirmation.deductions.iter().map(line).collect()
}

/// Renders orders to pick from, one line each, with the status if it varies, and with what is due or the total. A long name is
/// cut.
pub fn choices(orders: &[Order], is_about_money: bool, style: RenderStyle<'_>) -> Vec<String> {
    let are_alike = orders.iter().all(|order| order.summary.status == orders[0].summary.status);
    let columns = [
        Column::picked_reference(),
        Column::new("").painted(paint::status).rank(2),
        Column::new("").number(),
        Column::new("").rank(1),
        Column::new("").shrinks_to(6),
    ];
    let rows: Vec<_> = orders
        .iter()
        .map(|Order { summary, .. }| {
            vec![
                summary.reference.to_string(),
                if are_alike { String::new() } else { summary.status.to_string() },
                match (is_about_money, summary.left_to_pay()) {
                    (false, _) => summary.total.to_string(),
                    (true, owed) if owed.is_negative() => format!("owed {}", owed.size()),
                    (true, due) => format!("due {due}"),
                },
                day(summary.order_date, style.zone),
                summary.customer.name.clone(),
            ]
        })
        .collect();
    table::choices(&columns, &rows, style)
}
