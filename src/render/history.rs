//! The history of an order, and of a product, for people.

use std::fmt::Write as _;

use super::prose::{field, sentence, width_of};
use super::table::{Column, render};
use super::zone::minute;
use super::{RenderStyle, paint};
use crate::domain::bidi::shown;
use crate::domain::history::{Event, EventKind, PriceEntry, ProductEntry, StockEntry, newest_notes};
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderSummary};
use crate::domain::product::{PriceField, Product};
use crate::domain::time::Timestamp;

/// Renders the events of an order, oldest first.
pub fn of_order(order: &OrderSummary, events: &[Event], style: RenderStyle<'_>) -> String {
    let status = order.status.to_string();
    let mut text = format!("{}  {}\n", order.reference, paint::paint(&status, paint::status(&status), style.color));
    for event in events {
        let who = format!("{}  {}", minute(event.at, style.zone), shown(&event.actor));
        let gap = if width_of(&who) + 2 + width_of(&what(event)) <= style.width { "  " } else { "\n  " };
        let _ = writeln!(text, "{who}{gap}{}", what(event));
        if event.kind == EventKind::Payment {
            text.push_str(&money(event, style));
        }
        if matches!(event.kind, EventKind::Edited | EventKind::Returned) {
            for (mark, side) in [('-', &event.from), ('+', &event.to)] {
                if let Some(side) = side {
                    text.push_str(&sentence(&format!("  {mark} {side}"), style.width));
                }
            }
        }
        for movement in &event.movements {
            let size = movement.size.as_ref().map(|size| format!(" ({size})")).unwrap_or_default();
            let label = format!("{}{size}", movement.product_name);
            let written_off = if movement.is_written_off { ", written off" } else { "" };
            let stock = format!("  stock of {label} {:+}{written_off}", movement.delta);
            text.push_str(&sentence(&stock, style.width));
        }
        if let Some(note) = &event.note {
            text.push_str(&field("  note:", 7, note, style.width));
        }
    }
    text
}

/// Renders a payment, with a sign for the way that the money went: `+ 59.98 instapay 4711`.
fn money(event: &Event, style: RenderStyle<'_>) -> String {
    let (is_back, said) = match (&event.from, &event.to) {
        (Some(from), _) => (true, from),
        (None, Some(to)) => (false, to),
        (None, None) => return String::new(),
    };
    let (is_refund, said) = said.strip_prefix('-').map_or((false, said.as_str()), |said| (true, said));
    let mark = if is_back == is_refund { '+' } else { '-' };
    field(&format!("  {mark}"), 3, said, style.width)
}

/// Renders the shop's note on the customer, the customer's newest words, and the newest note with its author and time.
pub fn last_said(order: &Order, style: RenderStyle<'_>) -> String {
    let (words, note) = newest_notes(&order.notes);
    let mut said = String::new();
    if let Some(note) = &order.remarks.note {
        said.push_str(&field("About the customer:", 19, note, style.width));
    }
    if let Some(words) = words {
        said.push_str(&field("Customer's words:", 17, &words.text, style.width));
    }
    if let Some(note) = note {
        let note = format!("{} ({}, {})", note.text, note.actor, minute(note.at, style.zone));
        said.push_str(&field("Note:", 5, &note, style.width));
    }
    said
}

fn what(event: &Event) -> String {
    match (event.kind, &event.from, &event.to) {
        (EventKind::Created, ..) => "created".to_owned(),
        (EventKind::Edited, ..) => "edited".to_owned(),
        (EventKind::Note, ..) => "note".to_owned(),
        (EventKind::Returned, _, None) => "returned".to_owned(),
        (EventKind::Returned, ..) => "exchanged".to_owned(),
        (EventKind::Payment, from, to) => {
            let said = from.as_deref().or(to.as_deref()).unwrap_or_default();
            let what = if said.starts_with('-') { "refund" } else { "payment" };
            if from.is_some() { format!("{what} voided") } else { what.to_owned() }
        }
        (EventKind::Status, from, to) => {
            let word = |side: &Option<String>| shown(side.as_deref().unwrap_or("?")).into_owned();
            format!("{} → {}", word(from), word(to))
        }
    }
}

/// Renders what happened to a product, oldest first: every movement of its stock, with the stock of that size after it, and every
/// change of a price.
pub fn of_product(
    product: &Product,
    removed_at: Option<Timestamp>,
    entries: &[ProductEntry],
    style: RenderStyle<'_>,
) -> String {
    let columns = [
        Column::new("WHEN"),
        Column::new("SIZE").shrinks_to(4).rank(1).field("size"),
        Column::new("CHANGE").number().wraps_at(8),
        Column::new("STOCK").number(),
        Column::new("WHY"),
        Column::reference("ORDER").rank(3).field("orderReference"),
        Column::new("DELIVERY").shrinks_to(8).rank(3).field("delivery"),
        Column::new("BY").shrinks_to(6).rank(4).field("actor"),
        Column::new("NOTE").wraps_at(12).rank(2).field("note"),
    ];
    let stock = |entry: &StockEntry| {
        vec![
            minute(entry.at, style.zone),
            entry.size.clone().unwrap_or_default(),
            format!("{:+}", entry.delta),
            entry.balance.to_string(),
            entry.reason.as_str().to_owned(),
            entry.reference.as_ref().map(ToString::to_string).unwrap_or_default(),
            entry.delivery.clone().unwrap_or_default(),
            entry.actor.clone(),
            entry.note.clone().unwrap_or_default(),
        ]
    };
    let price = |entry: &PriceEntry| {
        let said = |price: Option<Money>| price.map_or_else(|| "none".to_owned(), |price| price.to_string());
        vec![
            minute(entry.at, style.zone),
            String::new(),
            format!("{} → {}", said(entry.from), said(entry.to)),
            String::new(),
            match entry.field {
                PriceField::Price => "price".to_owned(),
                PriceField::DiscountedPrice => "discount".to_owned(),
            },
            String::new(),
            String::new(),
            entry.actor.clone(),
            entry.note.clone().unwrap_or_default(),
        ]
    };
    let row = |entry: &ProductEntry| match entry {
        ProductEntry::Stock(entry) => stock(entry),
        ProductEntry::Price(entry) => price(entry),
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    let removed = removed_at.map(|at| format!(" (removed {})", minute(at, style.zone))).unwrap_or_default();
    format!("{}{removed}\n{}", shown(&product.name), render(&columns, &rows, style))
}
