//! Slips: what to fetch; and for each order where it goes, what is in it, and what to collect.

use std::fmt::Write as _;

use maud::{Markup, html};
use serde_json::json;

use super::html::{item_titles, top, value};
use super::{Amounts, WORDS_LINES, address_beside_code, lines_of};
use crate::domain::history::customers_words;
use crate::domain::money::Balance;
use crate::domain::order::{Order, OrderItem};
use crate::domain::settings::Settings;
use crate::domain::slip::{Collection, PickLine, PickList, collection, is_exchange, not_to_pack, to_pack};
use crate::domain::time::Timestamp;
use crate::render::json::{Body, body};
use crate::render::order::{mark, pieces};
use crate::render::report::put_list;
use crate::render::table::{Column, render};
use crate::render::zone::minute_with_zone;
use crate::render::{RenderStyle, paint, prose};
use crate::spool::{Spool, SpoolError};

/// The keys of slips, in order.
pub const KEYS: &[&str] = &["pickList", "orders"];

/// The keys of a line of the pick list, in order.
pub const PICK_LINE_KEYS: &[&str] =
    &["productId", "productName", "productBarcode", "size", "color", "quantity", "orders"];

/// Begins a new sheet where text is printed; a terminal takes it for the end of a line.
pub const NEW_SHEET: &str = "\n\u{c}";

/// What is printed if there is no order to pack.
pub const NOTHING: &str = "nothing to pack";

/// Returns a line of the pick list.
pub fn pick_line(line: &PickLine) -> Body {
    body([
        ("productId", json!(line.product_id.to_string())),
        ("productName", json!(line.name)),
        ("productBarcode", json!(line.barcode)),
        ("size", json!(line.size)),
        ("color", json!(line.color)),
        ("quantity", json!(line.quantity)),
        ("orders", json!(line.orders)),
    ])
}

/// Writes the pick list and the orders as one body, piece by piece.
pub fn put_json<E: From<SpoolError>>(
    pick_list: &PickList,
    orders: &mut Spool<Body>,
    put: &mut impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut lines = Spool::of(pick_list.lines().into_iter().map(pick_line))?;
    put("{\"pickList\":")?;
    put_list(&mut lines, put)?;
    put(",\"orders\":")?;
    put_list(orders, put)?;
    put("}\n")
}

/// Renders the paper for no order to pack.
pub fn nothing_html() -> Markup {
    html! { section.paper { h1 { (NOTHING) } } }
}

/// Says how much is to be fetched: `3 pieces for 2 orders`.
fn amount_to_fetch(pick_list: &PickList) -> String {
    format!("{} for {}", pieces(pick_list.pieces()), prose::counted(pick_list.orders(), "order"))
}

/// Renders the pick list as text.
pub fn pick_list_text(pick_list: &PickList, now: Timestamp, style: RenderStyle<'_>) -> String {
    let columns = [
        Column::new(""),
        Column::new("QTY").number(),
        Column::new("PRODUCT").wraps_at(10),
        Column::new("SKU").shrinks_to(8).rank(2),
        Column::where_filled("SIZE").wraps_at(6),
        Column::where_filled("COLOR").wraps_at(6),
        Column::new("ORDERS").number().rank(3),
    ];
    let row = |line: &PickLine| {
        vec![
            BOX.to_owned(),
            line.quantity.to_string(),
            line.name.clone(),
            line.barcode.clone().unwrap_or_default(),
            line.size.clone().unwrap_or_default(),
            line.color.clone().unwrap_or_default(),
            line.orders.to_string(),
        ]
    };
    let rows: Vec<_> = pick_list.lines().into_iter().map(row).collect();
    let title = format!("To fetch: {}, {}", amount_to_fetch(pick_list), minute_with_zone(now, style.zone));
    format!("{}\n{}", prose::sentence(&title, style.width), render(&columns, &rows, style))
}

/// Renders the pick list as a paper.
pub fn pick_list_html(pick_list: &PickList, now: Timestamp, settings: &Settings) -> Markup {
    html! {
        section.paper {
            h1 { "To fetch" }
            p {
                (amount_to_fetch(pick_list)) ", " (minute_with_zone(now, settings.zone()))
                @if let Some(name) = &settings.shop_name { ", " (value(name)) }
            }
            table {
                thead {
                    tr {
                        th.box {}
                        th.number { "QTY" }
                        @for title in ["PRODUCT", "SIZE", "COLOR"] { th { (title) } }
                        th.number { "ORDERS" }
                    }
                }
                tbody {
                    @for line in pick_list.lines() {
                        tr {
                            td.box {}
                            td.number.quantity { (line.quantity) }
                            (product_cell(&line.name, line.barcode.as_ref()))
                            (choice_cell(line.size.as_ref()))
                            (choice_cell(line.color.as_ref()))
                            td.number { (line.orders) }
                        }
                    }
                }
            }
        }
    }
}

/// A box to tick.
const BOX: &str = "[ ]";

/// Says what the courier collects.
fn to_collect(order: &Order, amounts: Amounts<'_>) -> Option<String> {
    Some(match collection(order)? {
        Collection::Cash(due) => {
            let paid = order.summary.paid().filter(|paid| *paid > Balance::ZERO);
            let paid = paid.map(|paid| format!("; {} is paid", amounts.show(paid))).unwrap_or_default();
            format!("{}, cash on delivery{paid}", amounts.show(due))
        }
        Collection::NothingButDue(due) => {
            format!("nothing: it is not cash on delivery; {} is still due", amounts.show(due))
        }
        Collection::Nothing => "nothing".to_owned(),
    })
}

/// Says who carries an order, and its tracking number.
fn carrier(order: &Order) -> Option<String> {
    let shipping = &order.summary.shipping;
    let words: Vec<&str> = [&shipping.courier, &shipping.tracking].into_iter().flatten().map(String::as_str).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Says what is special about the slip of an order, if anything.
fn notice(order: &Order) -> Option<&'static str> {
    not_to_pack(order).or_else(|| is_exchange(order).then_some("exchange: the customer has the rest"))
}

fn pieces_to_pack(order: &Order) -> i64 {
    to_pack(order).map(|(_, item)| i64::from(item.pieces_left())).sum()
}

/// Renders the slip of an order as text.
pub fn text(order: &Order, settings: &Settings, style: RenderStyle<'_>) -> String {
    let summary = &order.summary;
    let status = summary.status.to_string();
    let mut text = format!("{}  {}\n\n", summary.reference, paint::paint(&status, paint::status(&status), style.color));
    let ordered = Some(minute_with_zone(summary.order_date, style.zone));
    let collect = to_collect(order, Amounts::of(summary, settings));
    let fields = [("Ordered", ordered), ("Courier", carrier(order)), ("Collect", collect)];
    text.push_str(&address_beside_code(summary, style, |width| {
        let field = |(label, value): (&str, Option<String>)| Some(prose::field(label, 7, &value?, width));
        format!("\n{}", fields.into_iter().filter_map(field).collect::<String>())
    }));
    text.extend(notice(order).map(|why| format!("\n{}", mark(why, style))));
    let columns = [
        Column::new(""),
        Column::new("#").number(),
        Column::new("QTY").number(),
        Column::new("PRODUCT").wraps_at(10),
        Column::new("SKU").shrinks_to(8).rank(2),
        Column::where_filled("SIZE").wraps_at(6),
        Column::where_filled("COLOR").wraps_at(6),
    ];
    let row = |(number, item): (usize, &OrderItem)| {
        vec![
            BOX.to_owned(),
            number.to_string(),
            item.pieces_left().to_string(),
            item.shop_name().to_owned(),
            item.shop_barcode().map(str::to_owned).unwrap_or_default(),
            item.selected_size.clone().unwrap_or_default(),
            item.selected_color.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = to_pack(order).map(row).collect();
    let _ = writeln!(text, "\n{}\n{}", render(&columns, &rows, style), pieces(pieces_to_pack(order)));
    for words in customers_words(&order.notes) {
        let lines = lines_of(&words.text, WORDS_LINES);
        let labels = std::iter::once("Customer's words:").chain(std::iter::repeat(""));
        text.extend(labels.zip(&lines).map(|(label, line)| prose::field(label, 17, line, style.width)));
    }
    text
}

/// Renders the slip of an order as a paper.
pub fn html(order: &Order, settings: &Settings) -> Markup {
    let summary = &order.summary;
    let columns = [("box", ""), ("number", "#"), ("number", "QTY"), ("", "PRODUCT"), ("", "SIZE"), ("", "COLOR")];
    html! {
        article.paper {
            (top(summary, settings))
            @if let Some(collect) = to_collect(order, Amounts::of(summary, settings)) {
                p.collect { "Collect: " (collect) }
            }
            @if let Some(why) = notice(order) { p.mark { (why) } }
            @if let Some(carrier) = carrier(order) { p { "Courier: " (value(&carrier)) } }
            p { "Ordered: " (minute_with_zone(summary.order_date, settings.zone())) ", " (pieces(pieces_to_pack(order))) }
            @for words in customers_words(&order.notes) {
                @for (place, line) in lines_of(&words.text, WORDS_LINES).iter().enumerate() {
                    p { @if place == 0 { "Customer's words: " } (value(line)) }
                }
            }
            table {
                (item_titles(summary, &columns))
                tbody {
                    @for (number, item) in to_pack(order) {
                        tr {
                            td.box {}
                            td.number { (number) }
                            td.number.quantity { (item.pieces_left()) }
                            (product_cell(item.shop_name(), item.shop_barcode()))
                            (choice_cell(item.selected_size.as_ref()))
                            (choice_cell(item.selected_color.as_ref()))
                        }
                    }
                }
            }
        }
    }
}

fn product_cell(name: &str, barcode: Option<impl AsRef<str>>) -> Markup {
    html! {
        td {
            (value(name))
            @if let Some(barcode) = barcode { " " small { (value(barcode.as_ref())) } }
        }
    }
}

fn choice_cell(choice: Option<&String>) -> Markup {
    html! { td.choice { @if let Some(choice) = choice { (value(choice)) } } }
}
