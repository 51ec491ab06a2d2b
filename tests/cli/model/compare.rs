//! Compares a shop that the program keeps with the model.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::command::{Cents, money};
use super::history;
use super::shop::{Order, Pieces, Shop};
use crate::harness;

/// Returns what an order's body says of it, by keys.
fn expected(order: &Order) -> Vec<(&'static str, Value)> {
    let items =
        order.items.iter().map(|item| json!([item.product, item.quantity, money(item.price), item.size, item.color]));
    let payments = order.payments.iter().map(|paid| {
        let receipt = paid.receipt.as_ref().filter(|_| paid.voids.is_none());
        json!([money(paid.amount), paid.method, receipt.map(|receipt| receipt.to_lowercase()), paid.voids])
    });
    let returns = order.returns.iter().map(|one| {
        let number = 1 + order.items.iter().position(|item| item.id == one.item_id).unwrap();
        json!([number, one.quantity, money(one.value)])
    });
    vec![
        ("status", json!(order.status.name())),
        ("customerName", json!(order.customer.name)),
        ("customerPhone", json!(order.customer.phone)),
        ("customerAddress", json!(order.customer.address)),
        ("items", items.collect()),
        ("returns", returns.collect()),
        ("payments", payments.collect()),
        ("total", json!(money(order.total()))),
        ("itemCount", json!(order.item_count())),
        ("deliveryFee", json!(order.delivery.value.map(money))),
        ("discount", json!(money(order.discount.value))),
        ("returned", json!(money(order.returned()))),
        ("grandTotal", json!(money(order.grand_total()))),
        ("paid", json!(order.paid().map(money))),
        ("due", json!(order.due().map(money))),
        ("cod", json!(order.cod.value)),
        ("kept", json!(money(order.kept))),
    ]
}

/// Returns the part of a body's key that is compared.
fn said(body: &Value, key: &str) -> Value {
    let each = |part: &dyn Fn(&Value) -> Value| body[key].as_array().unwrap().iter().map(part).collect();
    let lower = |text: &Value| text.as_str().map(str::to_lowercase);
    match key {
        "items" => each(&|item| {
            json!([
                item["productBarcode"],
                item["quantity"],
                item["unitPrice"],
                item["selectedSize"],
                item["selectedColor"]
            ])
        }),
        "payments" => each(&|paid| {
            let receipt = if paid["voids"].is_null() { lower(&paid["receipt"]) } else { None };
            json!([paid["amount"], paid["method"], receipt, paid["voids"]])
        }),
        "returns" => each(&|one| json!([one["item"], one["quantity"], one["value"]])),
        _ => body[key].clone(),
    }
}

/// Returns the bodies of orders that stand in what a command printed.
fn bodies(printed: &Value) -> Vec<&Value> {
    match printed {
        Value::Array(all) => all.iter().flat_map(bodies).collect(),
        Value::Object(body) if body.contains_key("items") => vec![printed],
        Value::Object(body) => body.get("order").into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Returns pieces by product and size, as SQL gives them.
fn pieces(shop: &harness::Shop, sql: &str) -> BTreeMap<(String, String), i64> {
    let connection = shop.connection();
    let mut statement = connection.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?));
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

fn named(pieces: &Pieces, prefix: &str) -> BTreeMap<(String, String), i64> {
    let named = pieces.iter().filter(|(_, count)| **count != 0);
    named.map(|((product, size), count)| ((format!("{prefix}{product}"), size.clone()), *count)).collect()
}

/// Returns in what the program's shop differs from the model, after a command that printed something.
pub fn differences(shop: &harness::Shop, model: &Shop, printed: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: String, expected: &dyn std::fmt::Debug, is: &dyn std::fmt::Debug| {
        let (expected, is) = (format!("{expected:?}"), format!("{is:?}"));
        if expected != is {
            found.push(format!("{what}\n    expected {expected}\n    but is   {is}"));
        }
    };
    let listed = shop.orders(["list", "--items", "--json"]).json();
    let listed: BTreeMap<&str, &Value> =
        listed.as_array().unwrap().iter().map(|body| (body["orderReference"].as_str().unwrap(), body)).collect();
    let mut references: Vec<&str> = model.orders.iter().map(|order| order.reference.as_str()).collect();
    references.sort_unstable();
    differ("orders".to_owned(), &references, &listed.keys().collect::<Vec<_>>());
    for order in &model.orders {
        let Some(body) = listed.get(order.reference.as_str()) else { continue };
        for (key, expected) in expected(order) {
            differ(format!("{} {key}", order.reference), &expected, &said(body, key));
        }
    }
    // What the command printed is what is there.
    for body in bodies(&serde_json::from_str(printed).unwrap_or_default()) {
        let reference = body["orderReference"].as_str().unwrap();
        differ(format!("printed body of {reference}"), &listed.get(reference).copied(), &Some(body));
    }
    let on_hand =
        "SELECT barcode, size_key, on_hand FROM stock JOIN products ON products.id = product_id WHERE on_hand <> 0";
    differ("on hand".to_owned(), &named(&model.on_hand, ""), &pieces(shop, on_hand));
    let held = "SELECT reference || ' ' || barcode, size_key, -SUM(delta) FROM stock_movements
                JOIN products ON products.id = product_id JOIN orders ON orders.pk = order_pk
                GROUP BY reference, barcode, size_key HAVING SUM(delta) <> 0";
    let holding = model.orders.iter().flat_map(|order| named(&order.holding(), &format!("{} ", order.reference)));
    differ("held".to_owned(), &holding.collect::<BTreeMap<_, _>>(), &pieces(shop, held));
    found
}

/// Returns what is wrong with the shop as a whole: what `check` finds, where a history
/// or report tells something else, and where commands that show the same disagree.
pub fn faults(shop: &harness::Shop, model: &Shop) -> Vec<String> {
    let mut found = Vec::new();
    let check = shop.orders(["check"]).ends();
    if check.code != 0 || !check.stdout.is_empty() {
        found.push(format!("check: {}{}", check.stdout, check.stderr));
    }
    for body in shop.orders(["product", "list", "--json"]).json().as_array().unwrap() {
        let barcode = body["barcode"].as_str().unwrap();
        let lines = model.on_hand.iter().filter(|((product, _), _)| *product == barcode);
        let sum: i64 = lines.map(|(_, count)| count).sum();
        if body["stockQuantity"] != sum {
            found.push(format!("product list: {barcode} is {}, not {sum}", body["stockQuantity"]));
        }
    }
    for order in &model.orders {
        let history = shop.orders(["history", &order.reference, "--json"]).json();
        found.extend(history::difference(order, &history));
    }
    found.extend(sales(shop, model));
    found.extend(customers(shop, model));
    for body in shop.orders(["list", "--items", "--json"]).json().as_array().unwrap() {
        let reference = body["orderReference"].as_str().unwrap();
        let shown = shop.orders(["show", reference, "--json"]).json();
        if shown != *body {
            found.push(format!("show and list --items disagree: {shown} {body}"));
        }
    }
    found
}

/// Returns where the report of sales tells something else than what customers kept.
fn sales(shop: &harness::Shop, model: &Shop) -> Option<String> {
    let mut kept: BTreeMap<&str, (i64, Cents)> = BTreeMap::new();
    for order in model.orders.iter().filter(|order| order.status.holds_stock()) {
        for item in order.items.iter().filter(|item| item.with_customer() > 0) {
            let (pieces, total) = kept.entry(item.product).or_default();
            *pieces += item.with_customer();
            *total += item.with_customer() * item.price;
        }
    }
    let report = shop.orders(["report", "sales", "--by", "product", "--json"]).json();
    let told = report["rows"].as_array().unwrap().iter().map(|row| {
        let product = row["productBarcode"].as_str().unwrap().to_owned();
        (product, json!([row["itemCount"], row["total"]]))
    });
    let kept = kept.iter().map(|(product, (pieces, total))| ((*product).to_owned(), json!([pieces, money(*total)])));
    differs("report sales", &kept.collect(), &told.collect())
}

/// Returns where the list of customers tells something else than what they kept.
fn customers(shop: &harness::Shop, model: &Shop) -> Option<String> {
    let mut kept: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for order in &model.orders {
        let (orders, pieces) = kept.entry(&order.customer.phone).or_default();
        *orders += 1;
        *pieces += order.holding().values().sum::<i64>();
    }
    let listed = shop.orders(["customer", "list", "--json"]).json();
    let told = listed.as_array().unwrap().iter().map(|row| {
        let phone = row["phone"].as_str().unwrap().to_owned();
        (phone, json!([row["orderCount"], row["keptPieces"]]))
    });
    let kept = kept.iter().map(|(phone, counts)| ((*phone).to_owned(), json!(counts)));
    differs("customer list", &kept.collect(), &told.collect())
}

fn differs(what: &str, is: &BTreeMap<String, Value>, told: &BTreeMap<String, Value>) -> Option<String> {
    (is != told).then(|| format!("{what}: expected {is:?}, told {told:?}"))
}
