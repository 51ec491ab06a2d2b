//! Compares what the program keeps with the model.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::command::{Command, money};
use super::history;
use super::reply;
use super::shop::{Order, Pieces, Shop, size_key};
use crate::harness;

/// Returns what an order's body says of it, by keys.
fn expected(order: &Order) -> [(&'static str, Value); 19] {
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
    [
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
        ("courier", json!(order.courier)),
        ("tracking", json!(order.tracking)),
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

/// Says that something differs, if it does.
pub fn differs<T: PartialEq + Debug>(what: &str, expected: &T, is: &T) -> Option<String> {
    (expected != is).then(|| format!("{what}\n    expected {expected:?}\n    but is   {is:?}"))
}

/// Returns in what a body of an order differs from the model.
pub fn differences_of(order: &Order, body: &Value) -> Vec<String> {
    let difference =
        |(key, expected): (&str, Value)| differs(&format!("{} {key}", order.reference), &expected, &said(body, key));
    expected(order).into_iter().filter_map(difference).collect()
}

/// Returns the reference that a body is of.
pub fn reference_of(body: &Value) -> &str {
    body["orderReference"].as_str().unwrap()
}

type NamedPieces = BTreeMap<(String, String), i64>;

/// Returns pieces by product and size, as SQL gives them.
fn pieces(connection: &Connection, sql: &str) -> NamedPieces {
    let mut statement = connection.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?));
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

fn named(pieces: &Pieces, prefix: &str) -> NamedPieces {
    let named = pieces.iter().filter(|(_, count)| **count != 0);
    named.map(|((product, size), count)| ((format!("{prefix}{product}"), size.clone()), *count)).collect()
}

/// Returns rows of text, as SQL gives them.
fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

const ON_HAND: &str =
    "SELECT barcode, size_key, on_hand FROM stock JOIN products ON products.id = product_id WHERE on_hand <> 0";

const HELD: &str = "SELECT reference || ' ' || barcode, size_key, -SUM(delta) FROM stock_movements
                    JOIN products ON products.id = product_id JOIN orders ON orders.pk = order_pk
                    GROUP BY reference, barcode, size_key HAVING SUM(delta) <> 0";

const AGREED: &str =
    "SELECT reference || ' ' || delivery_fee_agreed || discount_agreed || cod_agreed FROM orders ORDER BY pk";

const MARKED: &str =
    "SELECT reference || ' ' || position || ' ' || list_price || ' ' || (unit_price < list_price AND NOT price_agreed)
                      FROM order_items JOIN orders ON pk = order_pk ORDER BY order_pk, position";

const NOTES: &str =
    "SELECT reference || ' ' || (SELECT COUNT(*) FROM order_events WHERE order_pk = o.pk AND kind = 'note')
                     FROM orders AS o ORDER BY pk";

const REMARKS: &str = "SELECT phone || ' ' || coalesce(note, '') || '; ' || coalesce(blocked_note, '') FROM customers
                       WHERE note IS NOT NULL OR blocked_at IS NOT NULL ORDER BY phone";

const PRODUCTS: &str =
    "SELECT barcode || ' ' || price || ' ' || coalesce(discounted_price, '') FROM products WHERE removed_at IS NULL
     ORDER BY barcode";

const SIZES: &str = "SELECT barcode || ' ' || size_key FROM stock JOIN products ON products.id = product_id
                     WHERE size_key <> '' AND coalesce(stock.removed_at, products.removed_at) IS NULL
                     ORDER BY barcode, size_key";

const DELIVERIES: &str =
    "SELECT reference || ' ' || coalesce(barcode, removed_barcode) AS barcode, size_key, SUM(delta)
                          FROM stock_movements
                          JOIN products ON products.id = product_id JOIN deliveries ON deliveries.pk = delivery_pk
                          GROUP BY reference, barcode, size_key";

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    texts
}

/// What the program keeps.
#[derive(Debug)]
pub struct Found {
    /// The bodies of all orders, in the order in which they came.
    pub orders: Vec<Value>,
    on_hand: NamedPieces,
    held: NamedPieces,
    agreed: Vec<String>,
    marked: Vec<String>,
    notes: Vec<String>,
    remarks: Vec<String>,
    products: Vec<String>,
    sizes: Vec<String>,
    deliveries: NamedPieces,
}

impl Found {
    pub fn of(shop: &harness::Shop) -> Found {
        Found::in_file(shop, &shop.db(), &shop.file())
    }

    /// Returns what a backup holds.
    pub fn of_copy(shop: &harness::Shop, name: &str) -> Found {
        Found::in_file(shop, name, &shop.path(name))
    }

    fn in_file(shop: &harness::Shop, db: &str, file: &Path) -> Found {
        let Value::Array(mut orders) = shop.orders(["list", "--items", "--json", "--db", db]).json() else {
            panic!("list prints no array")
        };
        orders.reverse();
        let connection = Connection::open(file).unwrap();
        Found {
            orders,
            on_hand: pieces(&connection, ON_HAND),
            held: pieces(&connection, HELD),
            agreed: rows(&connection, AGREED),
            marked: rows(&connection, MARKED),
            notes: rows(&connection, NOTES),
            remarks: rows(&connection, REMARKS),
            products: rows(&connection, PRODUCTS),
            sizes: rows(&connection, SIZES),
            deliveries: pieces(&connection, DELIVERIES),
        }
    }

    pub fn order(&self, reference: &str) -> Option<&Value> {
        self.orders.iter().find(|body| reference_of(body) == reference)
    }

    /// Returns in what it differs from the model.
    pub fn differences(&self, model: &Shop) -> Vec<String> {
        let references: Vec<&str> = model.orders.iter().map(|order| order.reference.as_str()).collect();
        let is_there = self.orders.iter().map(reference_of).collect();
        let mut found: Vec<String> = differs("orders", &references, &is_there).into_iter().collect();
        for order in &model.orders {
            found.extend(self.order(&order.reference).map(|body| differences_of(order, body)).unwrap_or_default());
        }
        let orders = || model.orders.iter();
        let held = orders().flat_map(|order| named(&order.holding(), &format!("{} ", order.reference)));
        let agreed = orders().map(|order| {
            let is_agreed = [order.delivery.is_claimed, order.discount.is_claimed, order.cod.is_claimed].map(|is| !is);
            let [delivery, discount, cod] = is_agreed.map(u8::from);
            format!("{} {delivery}{discount}{cod}", order.reference)
        });
        let marked = orders().flat_map(|order| {
            let items = order.items.iter().enumerate();
            items.map(|(index, item)| {
                let is_marked = u8::from(item.is_marked());
                format!("{} {} {} {is_marked}", order.reference, index + 1, item.list_price)
            })
        });
        let notes = orders().map(|order| format!("{} {}", order.reference, order.notes));
        let remarks = model.remarks.iter().map(|(phone, remarks)| {
            format!("{phone} {}; {}", remarks.note.unwrap_or_default(), remarks.block.unwrap_or_default())
        });
        let products = model.products.iter().map(|product| {
            let discounted = product.discounted.map(|price| price.to_string()).unwrap_or_default();
            format!("{} {} {discounted}", product.named.barcode, product.price)
        });
        let sizes = model.products.iter().flat_map(|product| {
            product.sizes.iter().map(|size| format!("{} {}", product.named.barcode, size_key(size)))
        });
        let deliveries = model.deliveries.iter().flat_map(|(delivery, came)| named(came, &format!("{delivery} ")));
        found.extend(differs("on hand", &named(&model.on_hand, ""), &self.on_hand));
        found.extend(differs("held", &held.collect(), &self.held));
        found.extend(differs("agreed", &agreed.collect(), &self.agreed));
        found.extend(differs("marked", &marked.collect(), &self.marked));
        found.extend(differs("notes", &notes.collect(), &self.notes));
        found.extend(differs("remarks", &sorted(remarks), &self.remarks));
        found.extend(differs("products", &sorted(products), &self.products));
        found.extend(differs("sizes", &sorted(sizes), &self.sizes));
        found.extend(differs("deliveries", &deliveries.collect(), &self.deliveries));
        found
    }
}

/// Returns what is wrong with the shop as a whole: what `check` finds, where a history
/// or report tells something else, and where commands that show the same disagree.
pub fn faults(shop: &harness::Shop, model: &Shop) -> Vec<String> {
    let mut found = Vec::new();
    let check = shop.orders(["check"]).ends();
    if check.code != 0 || !check.stdout.is_empty() {
        found.push(format!("check: {}{}", check.stdout, check.stderr));
    }
    for command in [Command::Products, Command::Sales, Command::Customers, Command::Money] {
        let printed = super::run(shop, &command).succeeds();
        found.extend(reply::differences(&command, model, &model.outcome(&command), &printed));
    }
    for order in &model.orders {
        let history = shop.orders(["history", &order.reference, "--json"]).json();
        found.extend(history::difference(order, &history));
    }
    for body in shop.orders(["list", "--items", "--json"]).json().as_array().unwrap() {
        let shown = shop.orders(["show", reference_of(body), "--json"]).json();
        if shown != *body {
            found.push(format!("show and list --items disagree: {shown} {body}"));
        }
    }
    found
}
