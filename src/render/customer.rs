//! Customers for people.

use std::fmt::Write as _;

use super::RenderStyle;
use super::order::{mark, pieces};
use super::prose::field;
use super::table::{Column, render};
use super::whatsapp_link::chat_link;
use super::zone::{day, minute};
use crate::domain::bidi::shown;
use crate::domain::customer::{CustomerRecord, CustomerReturn, CustomerSummary};
use crate::domain::customer_remarks::Block;
use crate::domain::money::Balance;
use crate::domain::order::OrderSummary;
use crate::domain::phone::{callable_number, written_number};
use crate::render::paint;

/// Returns the columns of a list of customers.
pub fn list_columns() -> Vec<Column> {
    vec![
        Column::new("PHONE"),
        Column::new("NAME").shrinks_to(6).rank(1).field("name"),
        Column::new("ORDERS").number(),
        Column::new("PIECES").number().rank(4).field("keptPieces"),
        Column::new("TOTAL").number().rank(3).field("keptTotal"),
        Column::new("LAST ORDER").rank(5).field("lastOrder"),
        Column::new("DUE").number().rank(2).field("due"),
        Column::new("NOTE").shrinks_to(6).painted(paint::marked).rank(6).field("note"),
    ]
}

/// Returns the row of a customer in a list.
pub fn list_row(customer: &CustomerSummary, style: RenderStyle<'_>) -> Vec<String> {
    let note = customer.remarks.note.clone();
    let block = customer.remarks.block.as_ref().map(|block| match &block.note {
        Some(why) => format!("!blocked: {why}"),
        None => "!blocked".to_owned(),
    });
    vec![
        customer.phone.clone(),
        customer.name.clone().unwrap_or_default(),
        customer.order_count.to_string(),
        customer.bought_pieces.to_string(),
        customer.bought_total.to_string(),
        customer.last_order.map(|last| day(last, style.zone)).unwrap_or_default(),
        customer.due.filter(|due| *due != Balance::ZERO).map(|due| due.to_string()).unwrap_or_default(),
        block.into_iter().chain(note).collect::<Vec<_>>().join("; "),
    ]
}

/// Renders the number in a line of its own, as commands take it.
pub fn line(customer: &CustomerSummary) -> String {
    format!("{}\n", written_number(&customer.number))
}

/// Renders what is known of a customer, without their orders.
pub fn about(customer: &CustomerSummary, style: RenderStyle<'_>) -> String {
    let mut text = match &customer.name {
        Some(name) => format!("{}  {}\n", shown(&customer.phone), shown(name)),
        None => format!("{}\n", shown(&customer.phone)),
    };
    let mut put = |name: &str, value: &str| text.push_str(&field(name, 9, value, style.width));
    put("Number", &customer.number);
    if let Ok(digits) = callable_number(&customer.phone, style.country_code) {
        put("WhatsApp", &chat_link(&digits));
    }
    put("Orders", &customer.order_count.to_string());
    if customer.bought_pieces > 0 {
        put("Bought", &format!("{} for {}", pieces(customer.bought_pieces), customer.bought_total));
    }
    match customer.due {
        Some(due) if due.is_negative() => put("Owed", &format!("{} to the customer", due.size())),
        Some(due) => put("Due", &due.to_string()),
        None => {}
    }
    if let Some(note) = &customer.remarks.note {
        put("Note", note);
    }
    if let Some(block) = &customer.remarks.block {
        text.push_str(&mark(&format!("blocked since {}: {}", minute(block.since, style.zone), why(block)), style));
    }
    text
}

fn why(block: &Block) -> &str {
    block.note.as_deref().unwrap_or("no reason given")
}

/// Renders a customer with their names, addresses and orders.
pub fn show(record: &CustomerRecord, style: RenderStyle<'_>) -> String {
    let mut text = about(&record.summary, style);
    let mut put_all = |name: &str, values: &[String]| {
        for (number, value) in values.iter().enumerate() {
            text.push_str(&field(if number == 0 { name } else { "" }, 9, value, style.width));
        }
    };
    // The name of the last order stands on top.
    put_all("Names", if record.names.len() > 1 { &record.names } else { &[] });
    put_all("Address", &record.addresses);
    if !record.orders.is_empty() {
        let columns = [
            Column::reference("REFERENCE"),
            Column::new("ORDERED").rank(2),
            Column::new("STATUS").painted(paint::status),
            Column::new("ITEMS").number().rank(3),
            Column::new("TO PAY").number(),
            Column::new("DUE").number().rank(1),
        ];
        let row = |order: &OrderSummary| {
            vec![
                order.reference.to_string(),
                minute(order.order_date, style.zone),
                order.status.to_string(),
                order.item_count.to_string(),
                order.grand_total().to_string(),
                order.due().filter(|due| *due != Balance::ZERO).map(|due| due.to_string()).unwrap_or_default(),
            ]
        };
        let rows: Vec<_> = record.orders.iter().map(row).collect();
        let _ = write!(text, "\n{}", render(&columns, &rows, style));
    }
    text + &returns(&record.returns, style)
}

/// Renders what a customer sent back; empty if they sent nothing back.
fn returns(returns: &[CustomerReturn], style: RenderStyle<'_>) -> String {
    if returns.is_empty() {
        return String::new();
    }
    let columns = [
        Column::reference("REFERENCE"),
        Column::new("CAME BACK").rank(2),
        Column::new("PRODUCT").shrinks_to(8),
        Column::new("SIZE").shrinks_to(4).rank(1),
        Column::new("BACK").number(),
        Column::new("WORTH").number(),
    ];
    let row = |one: &CustomerReturn| {
        vec![
            one.reference.to_string(),
            minute(one.returned.at, style.zone),
            one.product_name.clone(),
            one.size.clone().unwrap_or_default(),
            one.returned.quantity.to_string(),
            one.returned.value.to_string(),
        ]
    };
    let rows: Vec<_> = returns.iter().map(row).collect();
    format!("\n{}", render(&columns, &rows, style))
}
