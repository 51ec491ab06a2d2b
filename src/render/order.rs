//! Orders for people.

use std::fmt::Write as _;

use super::prose;
use super::table::{Column, render};
use super::whatsapp_link::chat_link;
use super::zone::{day, minute, minute_with_zone};
use super::{RenderStyle, paint};
use crate::domain::bidi::shown;
use crate::domain::customer_remarks::Block;
use crate::domain::money::{Balance, Money};
use crate::domain::order::{Customer, Order, OrderItem, OrderSummary, Return};
use crate::domain::payment::Payment;
use crate::domain::phone::callable_number;
use crate::domain::status::Status;
use crate::domain::transition::StatusChange;
use crate::domain::typed_order::TypedItem;
use crate::domain::visible::visible;
use crate::domain::zone::Zone;

/// Renders orders as a list, one line each.
pub fn list(orders: &[Order], style: RenderStyle<'_>) -> String {
    let rows: Vec<_> = orders.iter().map(|order| list_row(order, style)).collect();
    render(&list_columns(), &rows, style)
}

/// Returns the columns of a list of orders.
pub fn list_columns() -> Vec<Column> {
    vec![
        Column::reference("REFERENCE"),
        Column::new("ORDERED").rank(3).field("orderDate"),
        Column::new("CUSTOMER").shrinks_to(6).rank(1).field("customerName"),
        Column::new("STATUS").painted(paint::status),
        Column::new("ITEMS").number().rank(4).field("itemCount"),
        Column::new("TOTAL").number().rank(2).field("total"),
    ]
}

/// Returns the row of an order in a list.
pub fn list_row(Order { summary, .. }: &Order, style: RenderStyle<'_>) -> Vec<String> {
    vec![
        summary.reference.to_string(),
        minute(summary.order_date, style.zone),
        summary.customer.name.clone(),
        summary.status.to_string(),
        summary.item_count.to_string(),
        summary.total.to_string(),
    ]
}

/// Returns the columns of a list of orders with money due.
pub fn due_columns() -> Vec<Column> {
    vec![
        Column::reference("REFERENCE"),
        Column::new("ORDERED").rank(3).field("orderDate"),
        Column::new("CUSTOMER").shrinks_to(6).rank(1).field("customerName"),
        Column::new("STATUS").painted(paint::status),
        Column::new("COD").rank(4).field("cod"),
        Column::new("PAID").number().rank(5).field("paid"),
        Column::new("DUE").number(),
    ]
}

/// Returns the row of an order in a list of orders with money due.
pub fn due_row(Order { summary, .. }: &Order, style: RenderStyle<'_>) -> Vec<String> {
    let amount = |amount: Option<Balance>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    vec![
        summary.reference.to_string(),
        minute(summary.order_date, style.zone),
        summary.customer.name.clone(),
        summary.status.to_string(),
        if summary.terms.is_cod { "cod".to_owned() } else { String::new() },
        amount(summary.paid()),
        amount(summary.due()),
    ]
}

/// Returns the columns of a list of items.
pub fn list_item_columns() -> Vec<Column> {
    vec![
        Column::reference("REFERENCE"),
        Column::new("STATUS").painted(paint::status).rank(3).field("status"),
        Column::new("PRODUCT").shrinks_to(6).painted(paint::marked),
        Column::new("SIZE").shrinks_to(4),
        Column::new("COLOR").shrinks_to(5).rank(2).field("selectedColor"),
        Column::new("QTY").number(),
        Column::where_filled("BACK").number(),
        Column::new("PRICE").number().rank(4).field("unitPrice"),
        Column::new("SUBTOTAL").number().rank(1).field("subtotal"),
    ]
}

/// Returns the rows of an order in a list of items.
pub fn list_item_rows(Order { summary, items, .. }: &Order) -> impl Iterator<Item = Vec<String>> {
    items.iter().map(|item| {
        vec![
            summary.reference.to_string(),
            summary.status.to_string(),
            named(item),
            item.selected_size.clone().unwrap_or_default(),
            item.selected_color.clone().unwrap_or_default(),
            item.quantity.to_string(),
            returned_pieces(item),
            item.unit_price.to_string(),
            item.subtotal.to_string(),
        ]
    })
}

/// Renders one order with everything in it.
pub fn show(order: &Order, style: RenderStyle<'_>) -> String {
    let summary = &order.summary;
    let status = summary.status.to_string();
    let mut text = format!("{}  {}\n", summary.reference, paint::paint(&status, paint::status(&status), style.color));
    let mut field = |name: &str, value: &str| text.push_str(&prose::field(name, 9, value, style.width));
    field("Customer", &summary.customer.name);
    field("Phone", &summary.customer.phone);
    if let Some(address) = &summary.customer.address {
        field("Address", address);
    }
    if let Some(user) = &summary.user {
        field("Account", user);
    }
    if let Ok(digits) = callable_number(&summary.customer.phone, style.country_code) {
        field("WhatsApp", &chat_link(&digits));
    }
    field("Ordered", &minute_with_zone(summary.order_date, style.zone));
    field("Received", &minute_with_zone(summary.created_at, style.zone));
    if let Some(courier) = &summary.shipping.courier {
        field("Courier", courier);
    }
    if let Some(tracking) = &summary.shipping.tracking {
        field("Tracking", tracking);
    }
    text.push('\n');
    text.push_str(&items(order, style));
    let currency = summary.currency.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
    let back: i64 = order.returns.iter().map(|one| i64::from(one.quantity)).sum();
    let back = if back == 0 { String::new() } else { format!(", {back} came back") };
    let _ = writeln!(text, "\nTotal {}{currency} for {}{back}", summary.total, pieces(summary.item_count));
    text.push_str(&money(summary));
    text.push_str(&payments(order, style));
    text.push_str(&returns(order, style));
    text.extend(marks(order).map(|said| mark(&said, style)));
    text
}

/// Renders the order of a question and its customer, in two lines. A long name is cut.
pub fn who(summary: &OrderSummary, about: &str, width: usize) -> String {
    let reference = summary.reference.as_str();
    let name = prose::fit(&visible(&summary.customer.name), width.saturating_sub(reference.len() + 2));
    format!("{reference}  {}\n{}, {about}\n", shown(&name), shown(&summary.customer.phone))
}

/// Says what a cancellation does: to the stock, and to the money of the customer.
pub fn cancellation(order: &Order, change: &StatusChange, style: RenderStyle<'_>) -> String {
    let is_written_off = change.movements.iter().any(|movement| movement.delta < 0);
    let to = if is_written_off { "written off" } else { "back in stock" };
    let back = order.items.iter().filter(|item| !change.movements.is_empty() && item.pieces_left() > 0).map(|item| {
        let size = item.selected_size.as_ref().map(|size| format!(" ({size})")).unwrap_or_default();
        format!("{to}: {} × {}{size}", item.pieces_left(), item.shop_name())
    });
    let owed = order.summary.paid().unwrap_or(Balance::ZERO).minus(change.kept);
    let money = match owed.is_negative() {
        true => Some(format!("{} is then still due", owed.size())),
        false if owed == Balance::ZERO => None,
        false if change.kept == Money::ZERO => {
            Some(format!("{owed} is then owed to the customer; --keep AMOUNT would keep a part of it"))
        }
        false => Some(format!("{owed} is then owed to the customer")),
    };
    back.chain(money).map(|said| prose::sentence(&format!("  {said}"), style.width)).collect()
}

/// Renders an order before it is taken.
pub fn draft(order: &Order, style: RenderStyle<'_>) -> String {
    let Customer { name, phone, address } = &order.summary.customer;
    let mut text = String::from("\n");
    for (label, value) in [("Customer", Some(name)), ("Phone", Some(phone)), ("Address", address.as_ref())] {
        text.extend(value.map(|value| prose::field(label, 9, value, style.width)));
    }
    text.push_str(&items(order, style));
    let _ = writeln!(text, "Total {} for {}", order.summary.total, pieces(order.summary.item_count));
    text + &money(&order.summary)
}

/// Renders an item that was just typed, and warns if fewer pieces are in stock.
pub fn typed_item(item: &TypedItem, number: usize, in_stock: i64, style: RenderStyle<'_>) -> String {
    let TypedItem { product, quantity, size, .. } = item;
    let size = size.as_ref().map(|size| format!(" ({size})")).unwrap_or_default();
    let price = item.price.unwrap_or(product.list_price());
    let line = prose::sentence(&format!("Item {number}: {quantity} × {}{size} at {price}", product.name), style.width);
    let is_short = i64::from(*quantity) > in_stock;
    line + &if is_short { mark(&format!("only {in_stock} in stock"), style) } else { String::new() }
}

/// Renders the customer of the last order of a phone.
pub fn customer_of(order: &OrderSummary, style: RenderStyle<'_>) -> String {
    let Customer { name, address, .. } = &order.customer;
    let address = address.as_ref().map(|address| format!(", {address}")).unwrap_or_default();
    let when = day(order.order_date, style.zone);
    prose::sentence(&format!("  {name}{address} ({}, {when})", order.reference), style.width)
}

/// Describes an order to somebody who has to choose one: who ordered it and when, its status, and what is left to pay.
pub fn candidate(order: &OrderSummary, zone: Zone) -> String {
    let money = match order.due() {
        Some(due) if due.is_negative() => format!(", {} owed", due.size()),
        Some(due) if due > Balance::ZERO => format!(", {due} due"),
        None if order.status == Status::Pending => format!(", {} to pay", order.left_to_pay()),
        _ => String::new(),
    };
    format!("{}, {}, {}{money}", order.customer.name, minute(order.order_date, zone), order.status)
}

/// Renders what an order costs beside its items and what is due, a line each; empty if the order costs the items alone.
pub fn money(summary: &OrderSummary) -> String {
    let (terms, paid) = (&summary.terms, summary.paid());
    let amount = |name: &str, amount: Balance| format!("{name} {amount}\n");
    let mut lines = Vec::new();
    if terms.discount != Money::ZERO {
        lines.push(amount("Discount", Balance::from(terms.discount).negated()));
    }
    if summary.returned != Money::ZERO {
        lines.push(amount("Returned", Balance::from(summary.returned).negated()));
    }
    lines.extend(terms.delivery_fee.map(|fee| amount("Delivery", fee.into())));
    if summary.kept != Money::ZERO {
        lines.push(amount("Kept from the cancelled order", summary.kept.into()));
    }
    if !lines.is_empty() || paid.is_some() {
        lines.push(amount("To pay", summary.grand_total()));
    }
    lines.extend(paid.map(|paid| amount("Paid", paid)));
    lines.extend(summary.due().map(|due| match due.is_negative() {
        true => amount("Owed to the customer", due.size().into()),
        false => amount(if terms.is_cod { "Due on delivery" } else { "Due" }, due),
    }));
    lines.concat()
}

/// Renders the payments of an order with their numbers; empty without payments.
fn payments(order: &Order, style: RenderStyle<'_>) -> String {
    if order.payments.is_empty() {
        return String::new();
    }
    let columns = [
        Column::new("#").number(),
        Column::new("PAID AT"),
        Column::new("AMOUNT").number(),
        Column::new("METHOD").shrinks_to(8),
        Column::new("RECEIPT").shrinks_to(7).rank(1),
        Column::new("BY").shrinks_to(6).rank(2),
    ];
    let row = |payment: &Payment| {
        let method = match payment.voids {
            Some(number) => format!("voids {number}"),
            None => payment.method.to_string(),
        };
        vec![
            payment.number.to_string(),
            minute(payment.paid_at, style.zone),
            payment.amount.to_string(),
            method,
            payment.receipt.clone().unwrap_or_default(),
            payment.actor.clone(),
        ]
    };
    let rows: Vec<_> = order.payments.iter().map(row).collect();
    format!("\n{}", render(&columns, &rows, style))
}

/// Renders what came back of an order, with the numbers of its items; empty if nothing did.
fn returns(order: &Order, style: RenderStyle<'_>) -> String {
    if order.returns.is_empty() {
        return String::new();
    }
    let columns = [
        Column::new("ITEM").number(),
        Column::new("CAME BACK"),
        Column::new("QTY").number(),
        Column::new("WORTH").number(),
    ];
    let row = |one: &Return| {
        vec![one.item.to_string(), minute(one.at, style.zone), one.quantity.to_string(), one.value.to_string()]
    };
    let rows: Vec<_> = order.returns.iter().map(row).collect();
    format!("\n{}", render(&columns, &rows, style))
}

/// Renders a sentence that a person should look at first.
pub fn mark(sentence: &str, style: RenderStyle<'_>) -> String {
    let lines = prose::sentence(&format!("! {sentence}"), style.width);
    lines.lines().map(|line| paint::paint(line, paint::warning(), style.color) + "\n").collect()
}

/// Lists what a person should look at in an order: a blocked customer, prices below the list price, and names other than the
/// catalogue's.
pub fn marks(order: &Order) -> impl Iterator<Item = String> {
    let block = order.remarks.block.iter().map(Block::warning);
    let prices = order.items.iter().filter(|item| item.is_below_list_price()).map(|item| {
        let (name, price, list_price) = (item.shop_name(), item.unit_price, item.list_price);
        format!("{name}: price {price} is below the list price {list_price}")
    });
    block.chain(prices).chain(order.summary.terms.marks()).chain(name_marks(order))
}

/// Lists the items whose name or barcode differs from the catalogue's.
pub fn name_marks(order: &Order) -> impl Iterator<Item = String> {
    let numbered = order.items.iter().enumerate();
    numbered.flat_map(|(index, item)| item.name_marks(index + 1))
}

/// Returns the name of an item's product, marked with `!` if the catalogue has another.
fn named(item: &OrderItem) -> String {
    let Some(misnomer) = &item.misnomer else { return item.product_name.clone() };
    match misnomer.name {
        Some(_) => format!("!{} (order: {})", item.shop_name(), item.product_name),
        None => format!("!{}", item.product_name),
    }
}

fn has_other_sku(item: &OrderItem) -> bool {
    item.misnomer.as_ref().is_some_and(|misnomer| misnomer.barcode.is_some())
}

/// Renders how many pieces of an item came back; empty if none did.
fn returned_pieces(item: &OrderItem) -> String {
    if item.returned == 0 { String::new() } else { item.returned.to_string() }
}

/// Renders the items of an order, one line each.
pub fn items(order: &Order, style: RenderStyle<'_>) -> String {
    let columns = [
        Column::new("#").number(),
        Column::new("PRODUCT").wraps_at(10).painted(paint::marked),
        Column::new("SKU").shrinks_to(8).rank(3).painted(paint::marked),
        Column::new("SIZE").shrinks_to(4),
        Column::new("COLOR").shrinks_to(5).rank(1),
        Column::new("QTY").number(),
        Column::where_filled("BACK").number(),
        Column::new("PRICE").number().painted(paint::marked).rank(2),
        Column::new("SUBTOTAL").number(),
    ];
    let rows: Vec<_> = order
        .items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            vec![
                (index + 1).to_string(),
                named(item),
                format!(
                    "{}{}",
                    if has_other_sku(item) { "!" } else { "" },
                    item.product_barcode.as_deref().unwrap_or_default()
                ),
                item.selected_size.clone().unwrap_or_default(),
                item.selected_color.clone().unwrap_or_default(),
                item.quantity.to_string(),
                returned_pieces(item),
                format!("{}{}", if item.is_below_list_price() { "!" } else { "" }, item.unit_price),
                item.subtotal.to_string(),
            ]
        })
        .collect();
    render(&columns, &rows, style)
}

/// Renders a status change in one line.
pub fn changed(change: &StatusChange, is_dry_run: bool) -> String {
    let would = if is_dry_run { "would change: " } else { "" };
    let returned: i64 = change.movements.iter().map(|movement| movement.delta).filter(|delta| *delta > 0).sum();
    let damaged: i64 = -change.movements.iter().map(|movement| movement.delta).filter(|delta| *delta < 0).sum::<i64>();
    let stock = match (returned, damaged) {
        (0, _) => String::new(),
        (returned, 0) => format!("; {} back in stock", pieces(returned)),
        (returned, _) => format!("; {} back, written off as unsaleable", pieces(returned)),
    };
    let kept = if change.kept == Money::ZERO { String::new() } else { format!("; {} kept", change.kept) };
    format!("{would}{}: {} → {}{stock}{kept}\n", change.reference, change.from, change.to)
}

/// Renders a number of pieces: `1 piece`, `2 pieces`.
pub fn pieces(count: i64) -> String {
    prose::counted(count, "piece")
}
