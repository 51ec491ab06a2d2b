//! Sample messages for the tests of this folder, and what is read of them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::parsed_order::ParsedOrder;
use super::reject::Reject;
use crate::domain::incoming::Revision;
use crate::domain::zone::Zone;
use crate::input::order::record::read_record;

/// When the messages were sent: 2026-02-11T08:53:20Z.
pub const SENT: i64 = 1_770_800_000;
pub const REFERENCE: &str = "LEG-MLHSLL0H-Q1ZX";

/// The shop's order message: one Leather Belt for 18.75.
pub const MESSAGE: &str = "╔════╗\n   📦 NEW ORDER REQUEST\n╚════╝\n\n*Order Ref:* LEG-MLHSLL0H-Q1ZX\n*Date:* Feb 11, 2026, 08:53 AM\n\n\
    │ Name:    Youssef Adel\n│ Phone:   01011112222\n\n│ 1. *Leather Belt*\n│    📌 SKU: *BLT-01*\n\
    │    🔑 ID: 9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10\n│    💰 Price: $18.75 × 1\n│    💵 Subtotal: $18.75\n\n\
    │ Total Items:  1\n│ Subtotal:     $18.75\n│ *TOTAL:       $18.75*\n";

/// An order as the web page posts it.
pub fn order() -> Value {
    json!({"orderReference": "LEG-9", "orderDate": "2026-02-11T08:00:00Z", "customerName": "Mona", "customerPhone": "0100",
        "items": [{"productId": "9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10", "quantity": 1, "unitPrice": 18.75}]})
}

/// A text message of the Cloud API.
pub fn text_message(text: &str) -> Value {
    json!({"from": "201011112222", "id": "wamid.T", "timestamp": SENT.to_string(), "type": "text", "text": {"body": text}})
}

/// A cart of the Cloud API with one belt.
pub fn cart() -> Value {
    json!({"from": "201055556666", "id": "wamid.C", "timestamp": SENT.to_string(), "type": "order",
        "order": {"catalog_id": "77", "product_items": [belt()]}})
}

pub fn belt() -> Value {
    json!({"product_retailer_id": "BLT-01", "quantity": 1, "item_price": 18.75, "currency": "EGP"})
}

/// A webhook around messages.
pub fn hook(messages: &Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": {}, "messages": messages}}]}]})
}

/// Changes one value of an object.
pub fn with(mut object: Value, key: &str, value: impl Into<Value>) -> Value {
    object[key] = value.into();
    object
}

/// Reads a record: its orders with what is kept of them if they are rejected, and how many messages were skipped.
pub fn read(record: &str) -> (Vec<(ParsedOrder, Arc<Reject>)>, u64) {
    let mut orders = Vec::new();
    let mut take = |order, reject: &Arc<Reject>| orders.push((order, Arc::clone(reject)));
    let skipped = read_record(&Arc::new(record.as_bytes().to_vec()), Zone::UTC, &mut take).expect("it is JSON");
    (orders, skipped)
}

/// Reads a record that holds one order.
#[track_caller]
pub fn read_one(record: &Value) -> ParsedOrder {
    let (mut orders, skipped) = read(&record.to_string());
    assert_eq!((orders.len(), skipped), (1, 0), "{record}");
    orders.remove(0).0
}

/// Says what an order is by its label, and how it came; or what its problems are.
pub fn outcome(order: &ParsedOrder) -> String {
    let revision = match order.revision {
        None => "",
        Some(Revision::Edited) => "edited: ",
        Some(Revision::Withdrawn) => "withdrawn: ",
        Some(Revision::Quoted) => "quoted: ",
    };
    let label = order.label.as_deref().unwrap_or("no order");
    let id = order.source.message_id.as_deref().unwrap_or("no id");
    match &order.order {
        Ok(_) => format!("{revision}{label}, {}, {id}", order.source.kind.as_str()),
        Err(problems) if problems.is_empty() => format!("{revision}{label}, {id}"),
        Err(problems) => format!("{revision}{label}: {}", problems.clone().into_first().join("; ")),
    }
}

/// Reads a record, and says what its orders are and how many messages were skipped.
pub fn outcomes(record: &Value) -> Vec<String> {
    outcomes_of_text(&record.to_string())
}

/// As [`outcomes`], of a record as it is spelled.
pub fn outcomes_of_text(record: &str) -> Vec<String> {
    let (orders, skipped) = read(record);
    let mut outcomes: Vec<String> = orders.iter().map(|(order, _)| outcome(order)).collect();
    outcomes.extend((skipped > 0).then(|| format!("skipped {skipped}")));
    outcomes
}

/// Returns what is kept of the orders of a record if they are rejected.
pub fn kept(record: &Value) -> Vec<String> {
    let (orders, _) = read(&record.to_string());
    let line = |reject: &Reject| {
        let mut line = Vec::new();
        reject.write_line(&mut line).expect("memory takes it");
        String::from_utf8(line).expect("the record was UTF-8").trim_end().to_owned()
    };
    orders.iter().map(|(_, reject)| line(reject)).collect()
}
