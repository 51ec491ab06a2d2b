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
        Value::Object(body) if body.contains_key("itemCount") => vec![printed],
        Value::Object(body) => body.get("order").into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Returns in what a reply differs: that of a command which came to this outcome in a shop that was so before it.
pub fn differences(command: &Command, before: &Shop, outcome: &Outcome, text: &str) -> Vec<String> {
    let shop = &outcome.after;
    let Ok(printed) = serde_json::from_str::<Value>(text) else { return vec![format!("prints {text:?}")] };
    let counts = |keys: [&str; 3], counts: [usize; 3]| {
        differs(&format!("{keys:?}"), &json!(counts), &keys.map(|key| &printed[key]).into_iter().cloned().collect())
    };
    let found = match command {
        Command::DryRun(command) => return differences(command, before, outcome, text),
        Command::Import { drafts, .. } => {
            let (imported, rejected) = (shop.orders.len() - before.orders.len(), outcome.refused.len());
            counts(["imported", "unchanged", "rejected"], [imported, drafts.len() - imported - rejected, rejected])
        }
        Command::SetListed { rows, .. } => {
            let pairs = shop.orders.iter().zip(&before.orders);
            let changed = pairs.filter(|(order, before)| order.status != before.status).count();
            let rejected = outcome.refused.len();
            counts(["changed", "unchanged", "rejected"], [changed, rows.len() - changed - rejected, rejected])
        }
        Command::PayListed { rows, .. } => {
            let payments = |shop: &Shop| shop.orders.iter().map(|order| order.payments.len()).sum::<usize>();
            let (recorded, rejected) = (payments(shop) - payments(before), outcome.refused.len());
            counts(["recorded", "unchanged", "rejected"], [recorded, rows.len() - recorded - rejected, rejected])
        }
        Command::ImportPrices { prices } => {
            let price = |shop: &Shop, named: Named| shop.product(named).map(|product| product.price);
            let imported = prices.iter().filter(|(named, _)| before.product(*named).is_none()).count();
            let changed = prices.iter().filter(|(named, _)| price(before, *named) != price(shop, *named)).count();
            let counted = [imported, changed - imported, prices.len() - changed];
            counts(["imported", "updated", "unchanged"], counted)
        }
        Command::Adjust { product, .. }
        | Command::Count { product, .. }
        | Command::SetPrice { product, .. }
        | Command::SetDiscounted { product, .. }
        | Command::RemoveSize { product, .. } => differs("product", &row(shop, *product), &told(&printed)),
        Command::RemoveProduct { product } => differs("product", &row(before, *product), &told(&printed)),
        Command::Receive { delivery, pieces, .. } => {
            let told = json!([printed["reference"], printed["unchanged"], printed["pieces"]]);
            let is_known = before.deliveries.contains_key(delivery);
            let sum: i64 = pieces.iter().map(|(_, count)| count).sum();
            differs("delivery", &json!([delivery, is_known, sum]), &told)
        }
        Command::Remark { phone, .. } => {
            let remarks = shop.remarks.get(phone).cloned().unwrap_or_default();
            let orders = shop.orders.iter().filter(|order| order.customer.phone == *phone).count();
            let told = json!([printed["phone"], printed["note"], printed["blockedNote"], printed["orderCount"]]);
            differs("customer", &json!([phone, remarks.note, remarks.block, orders]), &told)
        }
        Command::Forget { phone } => {
            let orders = before.orders.iter().filter(|order| order.customer.phone == *phone).count();
            differs("orders forgotten", &json!(orders), &printed["orders"])
        }
        Command::Money => {
            let payments = shop.orders.iter().flat_map(|order| &order.payments);
            let net: Cents = payments.map(|paid| paid.amount).sum();
            differs("report money", &json!(money(net)), &printed["totals"]["net"])
        }
        Command::Check => differs("check", &json!([]), &printed),
        Command::Backup(_) => differs("backup", &json!(shop.orders.len()), &printed["orders"]),
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
    let product = shop.product(named).unwrap();
    let (price, discounted) = (money(product.price), product.discounted.map(money));
    json!([named.barcode, price, discounted, lines.map(|(_, count)| count).sum::<i64>()])
}

/// Returns the part of a product's body that is compared.
fn told(body: &Value) -> Value {
    json!([body["barcode"], body["price"], body["discountedPrice"], body["stockQuantity"]])
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
    // A customer with a note or a block is listed even without orders.
    let mut kept: BTreeMap<&str, (i64, i64)> = shop.remarks.keys().map(|phone| (phone.as_str(), (0, 0))).collect();
    for order in shop.orders.iter().filter(|order| !order.is_forgotten()) {
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
