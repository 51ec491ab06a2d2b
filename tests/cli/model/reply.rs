//! What a command prints, beside what the model says of the shop after it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::command::{Cents, Command, Named, money};
use super::compare::{differences_of, differs, reference_of};
use super::rules::Outcome;
use super::shop::Shop;

/// Returns the bodies of orders that stand in what a command printed.
pub fn bodies(printed: &Value) -> Vec<&Value> {
    match printed {
        Value::Array(all) => all.iter().flat_map(bodies).collect(),
        Value::Object(body) if body.contains_key("items") => vec![printed],
        Value::Object(body) => body.get("order").into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Returns in what a reply differs: that of a command which came to this outcome in a shop that was so before it.
pub fn differences(command: &Command, before: &Shop, outcome: &Outcome, printed: &str) -> Vec<String> {
    let shop = &outcome.after;
    let Ok(printed) = serde_json::from_str::<Value>(printed) else { return vec![format!("prints {printed:?}")] };
    let found = match command {
        Command::Import { drafts, .. } => {
            let (imported, rejected) = (shop.orders.len() - before.orders.len(), outcome.refused.len());
            let counts = json!([imported, drafts.len() - imported - rejected, rejected]);
            let is = json!([printed["imported"], printed["unchanged"], printed["rejected"]]);
            differs("imported, unchanged, rejected", &counts, &is)
        }
        Command::Adjust { product, .. } | Command::Count { product, .. } | Command::SetPrice { product, .. } => {
            differs("product", &row(shop, *product), &told(&printed))
        }
        Command::Products => {
            let mut rows: Vec<Value> = shop.products.iter().map(|product| row(shop, product.named)).collect();
            rows.sort_by_key(|row| row[0].as_str().map(str::to_owned));
            let mut is: Vec<Value> = printed.as_array().unwrap().iter().map(told).collect();
            is.sort_by_key(|row| row[0].as_str().map(str::to_owned));
            differs("products", &rows, &is)
        }
        Command::Sales => sales(shop, &printed),
        Command::Customers => customers(shop, &printed),
        _ => return of_orders(command, outcome, &printed),
    };
    found.into_iter().collect()
}

/// Returns in what the orders differ that a command printed.
fn of_orders(command: &Command, outcome: &Outcome, printed: &Value) -> Vec<String> {
    let shop = &outcome.after;
    let all: Vec<&str> = match command {
        Command::List => shop.orders.iter().rev().map(|order| order.reference.as_str()).collect(),
        _ => command.references().into_iter().map(String::as_str).collect(),
    };
    let is_refused = |place: usize| outcome.refused.contains(&place);
    let done: Vec<&str> =
        all.iter().enumerate().filter(|(place, _)| !is_refused(*place)).map(|(_, reference)| *reference).collect();
    let bodies = bodies(printed);
    let mut found: Vec<String> =
        differs("orders printed", &done, &bodies.iter().map(|body| reference_of(body)).collect()).into_iter().collect();
    for body in bodies {
        found.extend(shop.order(reference_of(body)).map(|order| differences_of(order, body)).unwrap_or_default());
    }
    found
}

/// Returns what the row of a product says of it.
fn row(shop: &Shop, named: Named) -> Value {
    let lines = shop.on_hand.iter().filter(|((product, _), _)| *product == named.barcode);
    let price = shop.product(named).map(|product| money(product.price));
    json!([named.barcode, price, lines.map(|(_, count)| count).sum::<i64>()])
}

/// Returns the part of a product's body that is compared.
fn told(body: &Value) -> Value {
    json!([body["barcode"], body["price"], body["stockQuantity"]])
}

/// Returns where the report of sales tells something else than what customers kept.
fn sales(shop: &Shop, report: &Value) -> Option<String> {
    let mut kept: BTreeMap<&str, (i64, Cents)> = BTreeMap::new();
    for order in shop.orders.iter().filter(|order| order.status.holds_stock()) {
        for item in order.items.iter().filter(|item| item.with_customer() > 0) {
            let (pieces, total) = kept.entry(item.product).or_default();
            *pieces += item.with_customer();
            *total += item.with_customer() * item.price;
        }
    }
    let told = report["rows"].as_array().unwrap().iter().map(|row| {
        let product = row["productBarcode"].as_str().unwrap().to_owned();
        (product, json!([row["itemCount"], row["total"]]))
    });
    let kept = kept.iter().map(|(product, (pieces, total))| ((*product).to_owned(), json!([pieces, money(*total)])));
    differs("report sales", &kept.collect::<BTreeMap<_, _>>(), &told.collect())
}

/// Returns where the list of customers tells something else than what they kept.
fn customers(shop: &Shop, listed: &Value) -> Option<String> {
    let mut kept: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for order in &shop.orders {
        let (orders, pieces) = kept.entry(&order.customer.phone).or_default();
        *orders += 1;
        *pieces += order.holding().values().sum::<i64>();
    }
    let told = listed.as_array().unwrap().iter().map(|row| {
        let phone = row["phone"].as_str().unwrap().to_owned();
        (phone, json!([row["orderCount"], row["keptPieces"]]))
    });
    let kept = kept.iter().map(|(phone, counts)| ((*phone).to_owned(), json!(counts)));
    differs("customer list", &kept.collect::<BTreeMap<_, _>>(), &told.collect())
}
