//! Invoices: what a customer has, and what it costs.

use std::fmt::Write as _;

use maud::{Markup, html};
use serde_json::{Value, json};

use super::html::{item_titles, page, top, value};
use super::{Amounts, WORDS_LINES, address_beside_code, lines_of, shop_lines, wrapped};
use crate::domain::invoice::{InvoiceLine, invoice_lines};
use crate::domain::money::{Balance, Money};
use crate::domain::order::{Order, OrderItem, Return};
use crate::domain::settings::Settings;
use crate::domain::status::Status;
use crate::domain::visible::visible;
use crate::render::json::{self, Body};
use crate::render::order::mark;
use crate::render::table::{Column, render};
use crate::render::zone::day;
use crate::render::{RenderStyle, prose};

/// The keys of an invoice, in order.
pub const KEYS: &[&str] = &["shopName", "shopAddress", "shopPhone", "invoiceNote", "order"];

/// Returns an invoice.
pub fn body(order: &Order, settings: &Settings) -> Body {
    json::body([
        ("shopName", json!(settings.shop_name)),
        ("shopAddress", json!(settings.shop_address)),
        ("shopPhone", json!(settings.shop_phone)),
        ("invoiceNote", json!(settings.invoice_note)),
        ("order", Value::Object(json::order(order))),
    ])
}

/// Returns the notice on an invoice of an order that is pending or cancelled.
fn standing(status: Status) -> Option<&'static str> {
    match status {
        Status::Pending => Some("not confirmed yet"),
        Status::Cancelled => Some("cancelled"),
        Status::Confirmed | Status::Processing | Status::Shipped | Status::Delivered => None,
    }
}

/// Returns the lines of the account, in words.
fn account_lines(order: &Order, amounts: Amounts<'_>) -> Vec<(InvoiceLine, &'static str, String)> {
    let line = |(entry, amount): (InvoiceLine, Balance)| {
        let said = match entry {
            InvoiceLine::Delivery if amount == Balance::ZERO => "free".to_owned(),
            _ => amounts.show(amount),
        };
        let name = match entry {
            InvoiceLine::Items => "Items",
            InvoiceLine::Discount => "Discount",
            InvoiceLine::Returned => "Returned",
            InvoiceLine::Delivery => "Delivery",
            InvoiceLine::Kept => "Kept from the cancelled order",
            InvoiceLine::Total => "Total",
            InvoiceLine::Paid => "Paid",
            InvoiceLine::Due => "Due",
            InvoiceLine::CashOnDelivery => "Cash on delivery",
            InvoiceLine::Owed => "To be paid back",
        };
        (entry, name, said)
    };
    invoice_lines(&order.summary).into_iter().map(line).collect()
}

/// Describes what came back: `1 × Classic T-Shirt (L)`.
fn returned_words(order: &Order, back: &Return) -> String {
    let item = back.item.checked_sub(1).and_then(|place| order.items.get(place));
    let choice = item.and_then(|item| item.selected_size.as_ref()).map(|size| format!(" ({size})")).unwrap_or_default();
    format!("{} × {}{choice}", back.quantity, item.map_or("?", OrderItem::shop_name))
}

fn less(amount: Money) -> String {
    Balance::from(amount).negated().to_string()
}

/// Renders an invoice as text.
pub fn text(order: &Order, settings: &Settings, style: RenderStyle<'_>) -> String {
    let summary = &order.summary;
    let name: Vec<String> = settings.shop_name.iter().map(|name| visible(name).into_owned()).collect();
    let mut text = String::new();
    let mut put = |lines: &[String]| text.extend(wrapped(lines, style.width).map(|line| line + "\n"));
    put(&name);
    put(&shop_lines(settings));
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "Invoice {}, {}\n", summary.reference, day(summary.order_date, style.zone));
    text.push_str(&address_beside_code(summary, style, |_| String::new()));
    text.extend(standing(summary.status).map(|standing| format!("\n{}", mark(standing, style))));
    text.push('\n');
    text.push_str(&items(order, style));
    if !order.returns.is_empty() {
        text.push('\n');
        text.push_str(&returns_table(order, style));
    }
    let lines = account_lines(order, Amounts::of(summary, settings));
    let names = lines.iter().map(|(_, name, _)| name.len()).max().unwrap_or_default();
    let sums = lines.iter().map(|(_, _, sum)| sum.len()).max().unwrap_or_default();
    text.push('\n');
    for (_, name, sum) in &lines {
        let _ = writeln!(text, "{name:names$}  {sum:>sums$}");
    }
    if let Some(note) = &settings.invoice_note {
        text.push('\n');
        text.extend(lines_of(note, WORDS_LINES).iter().map(|line| prose::sentence(line, style.width)));
    }
    text
}

fn items(order: &Order, style: RenderStyle<'_>) -> String {
    let columns = [
        Column::new("#").number(),
        Column::new("PRODUCT").wraps_at(10),
        Column::new("SKU").shrinks_to(8).rank(2),
        Column::where_filled("SIZE").wraps_at(6),
        Column::where_filled("COLOR").wraps_at(6),
        Column::new("QTY").number(),
        Column::new("PRICE").number().rank(1),
        Column::new("SUBTOTAL").number(),
    ];
    let row = |(number, item): (usize, &OrderItem)| {
        vec![
            number.to_string(),
            item.shop_name().to_owned(),
            item.shop_barcode().map(str::to_owned).unwrap_or_default(),
            item.selected_size.clone().unwrap_or_default(),
            item.selected_color.clone().unwrap_or_default(),
            item.quantity.to_string(),
            item.unit_price.to_string(),
            item.subtotal.to_string(),
        ]
    };
    let rows: Vec<_> = (1..).zip(&order.items).map(row).collect();
    render(&columns, &rows, style)
}

fn returns_table(order: &Order, style: RenderStyle<'_>) -> String {
    let columns = [Column::new("CAME BACK"), Column::new("WHAT").wraps_at(10), Column::new("WORTH").number()];
    let row = |back: &Return| vec![day(back.at, style.zone), returned_words(order, back), less(back.value)];
    let rows: Vec<_> = order.returns.iter().map(row).collect();
    render(&columns, &rows, style)
}

/// Renders an invoice as a page.
pub fn html(order: &Order, settings: &Settings) -> String {
    let summary = &order.summary;
    let title = format!("Invoice {}", summary.reference);
    let (before, after) = page(&title);
    let columns = [("number", "#"), ("", "PRODUCT"), ("number", "QTY"), ("number", "PRICE"), ("number", "SUBTOTAL")];
    let paper = html! {
        article.paper {
            (top(summary, settings))
            h1 { (title) }
            p { (day(summary.order_date, settings.zone())) }
            @if let Some(standing) = standing(summary.status) { p.mark { (standing) } }
            table {
                (item_titles(summary, &columns))
                tbody { @for (number, item) in (1_usize..).zip(&order.items) { (item_row(number, item)) } }
                // In the same table, so that the titles with the reference stand above them on a further page.
                @if !order.returns.is_empty() {
                    tbody { @for back in &order.returns { (return_row(order, back, settings)) } }
                }
                tbody.account {
                    @for (entry, name, sum) in account_lines(order, Amounts::of(summary, settings)) {
                        tr.total[entry == InvoiceLine::Total || entry == InvoiceLine::Kept] {
                            td.number colspan="3" { (name) }
                            td.number colspan="2" { (sum) }
                        }
                    }
                }
            }
            @if let Some(note) = &settings.invoice_note {
                @for line in lines_of(note, WORDS_LINES) { p dir="auto" { (line) } }
            }
        }
    };
    before + &paper.into_string() + &after
}

fn return_row(order: &Order, back: &Return, settings: &Settings) -> Markup {
    html! {
        tr {
            td {}
            td colspan="3" { "Came back " (day(back.at, settings.zone())) ": " (value(&returned_words(order, back))) }
            td.number { (less(back.value)) }
        }
    }
}

fn item_row(number: usize, item: &OrderItem) -> Markup {
    let choices: Vec<&String> = [&item.selected_size, &item.selected_color].into_iter().flatten().collect();
    html! {
        tr {
            td.number { (number) }
            td {
                (value(item.shop_name()))
                @for choice in &choices { ", " (value(choice)) }
                @if let Some(barcode) = item.shop_barcode() { " " small { (value(barcode)) } }
            }
            td.number { (item.quantity) }
            td.number { (item.unit_price) }
            td.number { (item.subtotal) }
        }
    }
}
