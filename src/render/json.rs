//! The bodies of the program's JSON: the guide's keys in the guide's order, absent values null.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use crate::domain::customer::{CustomerRecord, CustomerReturn, CustomerSummary};
use crate::domain::delivery::{Delivery, ReceivedItem};
use crate::domain::finding::Finding;
use crate::domain::history::{Event, PriceEntry, ProductEntry, StockEntry};
use crate::domain::occasion::Occasion;
use crate::domain::order::{Note, Order, OrderItem, OrderSummary, Return};
use crate::domain::payment::Payment;
use crate::domain::product::Product;
use crate::domain::product_change::{ProductChange, ProductDecision};
use crate::domain::reference::Reference;
use crate::domain::settings::{SettingKey, Settings};
use crate::domain::time::Timestamp;
use crate::domain::user::User;

/// One JSON object; its keys keep their order.
pub type Body = Map<String, Value>;

/// Returns a value of a body for a cell: texts unquoted, null as an empty text, nested values as JSON.
pub fn bare(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

/// The keys of an order in a list, in order: the guide's, then ours.
pub const SUMMARY_KEYS: &[&str] = &[
    "id",
    "orderReference",
    "orderDate",
    "customerName",
    "customerPhone",
    "status",
    "total",
    "itemCount",
    "createdAt",
    "customerAddress",
    "user",
    "updatedAt",
    "currency",
    "deliveryFee",
    "discount",
    "returned",
    "grandTotal",
    "paid",
    "due",
    "cod",
    "courier",
    "tracking",
    "kept",
];

/// The keys of an order with items, in order: the guide's, then ours.
pub const ORDER_KEYS: &[&str] = &[
    "id",
    "orderReference",
    "orderDate",
    "customerName",
    "customerPhone",
    "customerAddress",
    "user",
    "status",
    "items",
    "total",
    "itemCount",
    "createdAt",
    "updatedAt",
    "currency",
    "deliveryFee",
    "discount",
    "returned",
    "grandTotal",
    "paid",
    "due",
    "cod",
    "courier",
    "tracking",
    "kept",
    "payments",
    "returns",
    "notes",
];

/// The keys of an item of an order, in order.
pub const ITEM_KEYS: &[&str] = &[
    "id",
    "productId",
    "productName",
    "productBarcode",
    "productImage",
    "quantity",
    "unitPrice",
    "selectedSize",
    "selectedColor",
    "subtotal",
];

/// The keys of a row per item: those of the order and those of the item.
pub const ITEM_ROW_KEYS: &[&str] = &[
    "id",
    "orderReference",
    "orderDate",
    "customerName",
    "customerPhone",
    "customerAddress",
    "user",
    "status",
    "productId",
    "productName",
    "productBarcode",
    "productImage",
    "quantity",
    "unitPrice",
    "selectedSize",
    "selectedColor",
    "subtotal",
    "total",
    "itemCount",
    "createdAt",
    "updatedAt",
    "currency",
    "deliveryFee",
    "discount",
    "returned",
    "grandTotal",
    "paid",
    "due",
    "cod",
    "courier",
    "tracking",
    "kept",
    "returnedQuantity",
];

/// The keys of a product, in order.
pub const PRODUCT_KEYS: &[&str] = &[
    "id",
    "name",
    "barcode",
    "price",
    "discountedPrice",
    "imagePaths",
    "stockQuantity",
    "inStock",
    "sizeQuantities",
    "lowStockAt",
];

/// A thing whose values are looked up by key.
pub trait Keyed {
    /// Adds a key with its value, or null if it has none.
    fn put<M: SerializeMap>(&self, key: &str, map: &mut M) -> Result<(), M::Error>;
}

/// The chosen keys of a thing. It is written as JSON without a body in between, which would nearly double the time of a long
/// list.
#[derive(Debug, Clone, Copy)]
pub struct Chosen<'k, T> {
    of: T,
    keys: &'k [&'k str],
}

impl<'k, T: Keyed> Chosen<'k, T> {
    /// Chooses keys.
    pub fn of(of: T, keys: &'k [&'k str]) -> Chosen<'k, T> {
        Chosen { of, keys }
    }

    /// Makes a body of it.
    pub fn body(&self) -> Body {
        match serde_json::to_value(self) {
            Ok(Value::Object(body)) => body,
            // A map with text keys is always an object.
            _ => Body::new(),
        }
    }
}

impl<T: Keyed> Serialize for Chosen<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.keys.len()))?;
        self.keys.iter().try_for_each(|key| self.of.put(key, &mut map))?;
        map.end()
    }
}

/// A text that is made while it is written.
struct Shown<T>(T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Keyed for &OrderSummary {
    fn put<M: SerializeMap>(&self, key: &str, map: &mut M) -> Result<(), M::Error> {
        match key {
            "id" => map.serialize_entry(key, &Shown(self.id)),
            "orderReference" => map.serialize_entry(key, self.reference.as_str()),
            "orderDate" => map.serialize_entry(key, &self.order_date.brief()),
            "customerName" => map.serialize_entry(key, &self.customer.name),
            "customerPhone" => map.serialize_entry(key, &self.customer.phone),
            "customerAddress" => map.serialize_entry(key, &self.customer.address),
            "user" => map.serialize_entry(key, &self.user),
            "status" => map.serialize_entry(key, self.status.as_str()),
            "total" => map.serialize_entry(key, &Shown(self.total)),
            "itemCount" => map.serialize_entry(key, &self.item_count),
            "currency" => map.serialize_entry(key, &self.currency),
            "createdAt" => map.serialize_entry(key, &Shown(self.created_at)),
            "updatedAt" => map.serialize_entry(key, &Shown(self.updated_at)),
            "deliveryFee" => map.serialize_entry(key, &self.terms.delivery_fee.map(Shown)),
            "discount" => map.serialize_entry(key, &Shown(self.terms.discount)),
            "returned" => map.serialize_entry(key, &Shown(self.returned)),
            "grandTotal" => map.serialize_entry(key, &Shown(self.grand_total())),
            "paid" => map.serialize_entry(key, &self.paid().map(Shown)),
            "due" => map.serialize_entry(key, &self.due().map(Shown)),
            "cod" => map.serialize_entry(key, &self.terms.is_cod),
            "courier" => map.serialize_entry(key, &self.shipping.courier),
            "tracking" => map.serialize_entry(key, &self.shipping.tracking),
            "kept" => map.serialize_entry(key, &Shown(self.kept)),
            _ => map.serialize_entry(key, &()),
        }
    }
}

/// Returns the body for a caller who may not see the order: only that it exists.
pub fn unchanged(reference: &Reference) -> Body {
    body([("orderReference", json!(reference.as_str())), ("unchanged", json!(true))])
}

impl Keyed for &OrderItem {
    fn put<M: SerializeMap>(&self, key: &str, map: &mut M) -> Result<(), M::Error> {
        match key {
            "id" => map.serialize_entry(key, &Shown(self.id)),
            "productId" => map.serialize_entry(key, &Shown(self.product_id)),
            "productName" => map.serialize_entry(key, &self.product_name),
            "productBarcode" => map.serialize_entry(key, &self.product_barcode),
            "productImage" => map.serialize_entry(key, &self.product_image),
            "quantity" => map.serialize_entry(key, &self.quantity),
            "unitPrice" => map.serialize_entry(key, &Shown(self.unit_price)),
            "selectedSize" => map.serialize_entry(key, &self.selected_size),
            "selectedColor" => map.serialize_entry(key, &self.selected_color),
            "subtotal" => map.serialize_entry(key, &Shown(self.subtotal)),
            "returnedQuantity" => map.serialize_entry(key, &self.returned),
            _ => map.serialize_entry(key, &()),
        }
    }
}

/// The items of an order.
struct Items<'o>(&'o [OrderItem]);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|item| Chosen::of(item, ITEM_KEYS)))
    }
}

/// The keys of a payment, in order.
pub const PAYMENT_KEYS: &[&str] = &["number", "at", "paidAt", "actor", "amount", "method", "receipt", "note", "voids"];

fn payment(payment: &Payment) -> Body {
    body([
        ("number", json!(payment.number)),
        ("at", json!(payment.at.to_string())),
        ("paidAt", json!(payment.paid_at.brief())),
        ("actor", json!(payment.actor)),
        ("amount", json!(payment.amount.to_string())),
        ("method", json!(payment.method.as_str())),
        ("receipt", json!(payment.receipt)),
        ("note", json!(payment.note)),
        ("voids", json!(payment.voids)),
    ])
}

/// The keys of what came back of an order, in order.
pub const RETURN_KEYS: &[&str] = &["item", "quantity", "value", "at"];

fn returned(returned: &Return) -> Body {
    body([
        ("item", json!(returned.item)),
        ("quantity", json!(returned.quantity)),
        ("value", json!(returned.value.to_string())),
        ("at", json!(returned.at.to_string())),
    ])
}

/// The keys of a note on an order, in order.
pub const NOTE_KEYS: &[&str] = &["at", "actor", "note"];

fn note(note: &Note) -> Body {
    body([("at", json!(note.at.to_string())), ("actor", json!(note.actor)), ("note", json!(note.text))])
}

impl Keyed for &Order {
    fn put<M: SerializeMap>(&self, key: &str, map: &mut M) -> Result<(), M::Error> {
        match key {
            "items" => map.serialize_entry(key, &Items(&self.items)),
            "payments" => map.serialize_entry(key, &self.payments.iter().map(payment).collect::<Vec<_>>()),
            "returns" => map.serialize_entry(key, &self.returns.iter().map(returned).collect::<Vec<_>>()),
            "notes" => map.serialize_entry(key, &self.notes.iter().map(note).collect::<Vec<_>>()),
            key => (&self.summary).put(key, map),
        }
    }
}

/// Returns an order with its items.
pub fn order(order: &Order) -> Body {
    Chosen::of(order, ORDER_KEYS).body()
}

/// An item and its order.
impl Keyed for (&OrderSummary, &OrderItem) {
    fn put<M: SerializeMap>(&self, key: &str, map: &mut M) -> Result<(), M::Error> {
        let (order, item) = self;
        // `id` is the order's.
        let is_of_item = key == "returnedQuantity" || key != "id" && ITEM_KEYS.contains(&key);
        if is_of_item { item.put(key, map) } else { order.put(key, map) }
    }
}

/// Returns the chosen keys of a product.
pub fn product_fields(product: &Product, keys: &[&str]) -> Body {
    let value = |key: &str| match key {
        "id" => json!(product.id.to_string()),
        "name" => json!(product.name),
        "barcode" => json!(product.barcode),
        "price" => json!(product.price.to_string()),
        "discountedPrice" => json!(product.discounted_price.map(|price| price.to_string())),
        "imagePaths" => json!(product.image_paths),
        "stockQuantity" => json!(product.stock_quantity()),
        "inStock" => json!(product.stock_quantity() > 0),
        "sizeQuantities" => product.is_sized().then(|| sizes(product)).into(),
        "lowStockAt" => json!(product.low_stock_at),
        _ => Value::Null,
    };
    of_keys(keys, value)
}

/// Returns a product.
pub fn product(product: &Product) -> Body {
    product_fields(product, PRODUCT_KEYS)
}

fn sizes(product: &Product) -> Value {
    Value::Object(
        product.sizes().chain(product.leftover()).map(|line| (line.size.clone(), json!(line.on_hand))).collect(),
    )
}

/// The keys of an event of an order, in order.
pub const EVENT_KEYS: &[&str] = &["at", "actor", "kind", "from", "to", "note", "movements"];

/// Returns an event of an order.
pub fn event(event: &Event) -> Body {
    let movements = event
        .movements
        .iter()
        .map(|movement| json!({"productName": movement.product_name, "size": movement.size, "delta": movement.delta}));
    body([
        ("at", json!(event.at.to_string())),
        ("actor", json!(event.actor)),
        ("kind", json!(event.kind.as_str())),
        ("from", json!(event.from)),
        ("to", json!(event.to)),
        ("note", json!(event.note)),
        ("movements", movements.collect()),
    ])
}

/// The keys of what happened to a product, in order.
pub const PRODUCT_ENTRY_KEYS: &[&str] = &[
    "at",
    "actor",
    "reason",
    "orderReference",
    "size",
    "delta",
    "balance",
    "note",
    "delivery",
    "priceFrom",
    "priceTo",
];

/// Returns what happened to a product: a movement of its stock, or a change of a price, whose name is the reason.
pub fn product_entry(entry: &ProductEntry) -> Body {
    let of_stock = |entry: &StockEntry, key: &str| match key {
        "at" => json!(entry.at.to_string()),
        "actor" => json!(entry.actor),
        "reason" => json!(entry.reason.as_str()),
        "orderReference" => json!(entry.reference.as_ref().map(|reference| reference.as_str())),
        "size" => json!(entry.size),
        "delta" => json!(entry.delta),
        "balance" => json!(entry.balance),
        "note" => json!(entry.note),
        "delivery" => json!(entry.delivery),
        _ => Value::Null,
    };
    let of_price = |entry: &PriceEntry, key: &str| match key {
        "at" => json!(entry.at.to_string()),
        "actor" => json!(entry.actor),
        "reason" => json!(entry.field.as_str()),
        "note" => json!(entry.note),
        "priceFrom" => json!(entry.from.map(|price| price.to_string())),
        "priceTo" => json!(entry.to.map(|price| price.to_string())),
        _ => Value::Null,
    };
    let value = |key: &str| match entry {
        ProductEntry::Stock(entry) => of_stock(entry, key),
        ProductEntry::Price(entry) => of_price(entry, key),
    };
    of_keys(PRODUCT_ENTRY_KEYS, value)
}

/// The keys of a change of a product, in order.
pub const PRODUCT_CHANGE_KEYS: &[&str] = &["productId", "productName", "productBarcode", "field", "from", "to"];

/// Returns what an import would change of one product. A new one has a single change, from nothing to its name.
pub fn product_changes(decision: &ProductDecision) -> Vec<Body> {
    let product = decision.change.product();
    let change = |field: &str, from: Option<&String>, to: Option<&String>| {
        body([
            ("productId", json!(product.id.to_string())),
            ("productName", json!(product.name)),
            ("productBarcode", json!(product.barcode)),
            ("field", json!(field)),
            ("from", json!(from)),
            ("to", json!(to)),
        ])
    };
    match decision.change {
        ProductChange::New(_) => vec![change("product", None, Some(&product.name))],
        _ => decision.differences.iter().map(|one| change(one.field, one.from.as_ref(), one.to.as_ref())).collect(),
    }
}

/// The keys of a delivery, in order.
pub const DELIVERY_KEYS: &[&str] = &["reference", "at", "actor", "note", "unchanged", "pieces", "items"];

/// The keys of what came of a product and size, in order.
pub const RECEIVED_KEYS: &[&str] =
    &["productId", "productName", "productBarcode", "size", "quantity", "stockBefore", "stockAfter"];

/// Returns a delivery, with the stock before and after.
pub fn delivery(delivery: &Delivery, items: &[ReceivedItem], is_new: bool) -> Body {
    let item = |item: &ReceivedItem| {
        Value::Object(body([
            ("productId", json!(item.product.id.to_string())),
            ("productName", json!(item.product.name)),
            ("productBarcode", json!(item.product.barcode)),
            ("size", json!(Some(&item.line.size).filter(|size| !size.is_empty()))),
            ("quantity", json!(item.quantity)),
            ("stockBefore", json!(item.line.on_hand)),
            ("stockAfter", json!(item.line.on_hand + if is_new { item.quantity } else { 0 })),
        ]))
    };
    body([
        ("reference", json!(delivery.reference)),
        ("at", json!(delivery.at.to_string())),
        ("actor", json!(delivery.actor)),
        ("note", json!(delivery.note)),
        ("unchanged", json!(!is_new)),
        ("pieces", json!(items.iter().map(|item| item.quantity).sum::<i64>())),
        ("items", items.iter().map(item).collect()),
    ])
}

/// The keys of an account, in order.
pub const USER_KEYS: &[&str] = &["id", "username", "role", "phone"];

/// Returns an account.
pub fn user(user: &User) -> Body {
    body([
        ("id", json!(user.id.0.to_string())),
        ("username", json!(user.username)),
        ("role", json!(user.role.as_str())),
        ("phone", json!(user.phone)),
    ])
}

/// The keys of a finding, in order.
pub const FINDING_KEYS: &[&str] = &["code", "subject", "problem"];

/// Returns a finding of `check`.
pub fn finding(finding: &Finding) -> Body {
    body([("code", json!(finding.code)), ("subject", json!(finding.subject)), ("problem", json!(finding.problem))])
}

/// Makes a body of keys and values.
pub fn body<const N: usize>(pairs: [(&str, Value); N]) -> Body {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Makes a body of keys, each with its value.
fn of_keys(keys: &[&str], value: impl Fn(&str) -> Value) -> Body {
    keys.iter().map(|key| ((*key).to_owned(), value(key))).collect()
}

/// Keeps the chosen keys of a body.
pub fn choose(body: &Body, keys: &[&str]) -> Body {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), body.get(*key)?.clone()))).collect()
}

/// The keys of a customer, in order.
pub const CUSTOMER_KEYS: &[&str] = &[
    "phone",
    "digits",
    "name",
    "orderCount",
    "keptPieces",
    "keptTotal",
    "lastOrder",
    "due",
    "note",
    "blocked",
    "blockedAt",
    "blockedNote",
];

/// The keys of a customer with their orders, in order.
pub const CUSTOMER_RECORD_KEYS: &[&str] = &[
    "phone",
    "digits",
    "name",
    "orderCount",
    "keptPieces",
    "keptTotal",
    "lastOrder",
    "due",
    "note",
    "blocked",
    "blockedAt",
    "blockedNote",
    "names",
    "addresses",
    "orders",
    "returns",
];

/// Returns the chosen keys of a customer.
pub fn customer_fields(customer: &CustomerSummary, keys: &[&str]) -> Body {
    let block = customer.remarks.block.as_ref();
    let value = |key: &str| match key {
        "phone" => json!(customer.phone),
        "digits" => json!(customer.number),
        "name" => json!(customer.name),
        "orderCount" => json!(customer.order_count),
        "keptPieces" => json!(customer.bought_pieces),
        "keptTotal" => json!(customer.bought_total.to_string()),
        "lastOrder" => json!(customer.last_order.map(Timestamp::brief)),
        "due" => json!(customer.due.map(|due| due.to_string())),
        "note" => json!(customer.remarks.note),
        "blocked" => json!(block.is_some()),
        "blockedAt" => json!(block.map(|block| block.since.to_string())),
        "blockedNote" => json!(block.and_then(|block| block.note.as_deref())),
        _ => Value::Null,
    };
    of_keys(keys, value)
}

/// Returns a customer.
pub fn customer(customer: &CustomerSummary) -> Body {
    customer_fields(customer, CUSTOMER_KEYS)
}

/// Returns a customer with their orders.
pub fn customer_record(record: &CustomerRecord) -> Body {
    let mut body = customer(&record.summary);
    let order = |order: &OrderSummary| Value::Object(Chosen::of(order, SUMMARY_KEYS).body());
    body.insert("names".to_owned(), json!(record.names));
    body.insert("addresses".to_owned(), json!(record.addresses));
    body.insert("orders".to_owned(), record.orders.iter().map(order).collect());
    body.insert("returns".to_owned(), record.returns.iter().map(|one| Value::Object(customer_return(one))).collect());
    body
}

/// The keys of what a customer sent back, in order.
pub const CUSTOMER_RETURN_KEYS: &[&str] = &["orderReference", "item", "quantity", "value", "at", "productName", "size"];

fn customer_return(one: &CustomerReturn) -> Body {
    let mut body = body([("orderReference", json!(one.reference.as_str()))]);
    body.extend(returned(&one.returned));
    body.insert("productName".to_owned(), json!(one.product_name));
    body.insert("size".to_owned(), json!(one.size));
    body
}

/// The keys of what was done to forget a customer, in order.
pub const FORGOTTEN_KEYS: &[&str] = &["orders", "accounts", "overwritten", "copies"];

/// Returns the settings.
pub fn settings(settings: &Settings) -> Body {
    body([
        ("shopName", json!(settings.shop_name)),
        ("currency", json!(settings.currency)),
        ("countryCode", json!(settings.country_code)),
        ("timeZone", json!(settings.time_zone)),
        ("lowStock", json!(settings.low_stock)),
        ("shopPhone", json!(settings.shop_phone)),
        ("shopAddress", json!(settings.shop_address)),
        ("invoiceNote", json!(settings.invoice_note)),
        ("referencePrefix", json!(settings.reference_prefix)),
    ])
    .into_iter()
    .chain(
        Occasion::ALL.map(|occasion| {
            (SettingKey::OwnWords(occasion).as_str().to_owned(), json!(settings.own_words.of(occasion)))
        }),
    )
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, order as an_order};
    use crate::domain::product::tests::product as a_product;
    use crate::domain::status::Status;

    #[test]
    fn an_order_has_the_keys_of_the_guide_in_its_order() {
        let shirt = a_product("Shirt", &[("L", 5)]);
        let shown =
            an_order(&incoming(&[(&shirt, 2, Some("L"))]), &[shirt.clone()].into_iter().collect(), 1, Status::Pending);
        let id = shirt.id.to_string();
        let expected = r#"{"id":"00000000-0000-0000-0000-000000000001","orderReference":"LEG-LXYZ1234-AB5C","#
            .to_string()
            + r#""orderDate":"2026-02-04T10:30:00Z","customerName":"John Doe","customerPhone":"+1 234","#
            + r#""customerAddress":null,"user":null,"status":"pending","#
            + r#""items":[{"id":"00000000-0000-0000-0000-000000000002","productId":""#
            + &id
            + r#"","productName":"Shirt","productBarcode":"SKU-Shirt","productImage":null,"quantity":2,"#
            + r#""unitPrice":"29.99","selectedSize":"L","selectedColor":null,"subtotal":"59.98"}],"#
            + r#""total":"59.98","itemCount":2,"createdAt":"2026-02-04T10:30:00.000Z","#
            + r#""updatedAt":"2026-02-04T10:30:00.000Z","currency":null,"deliveryFee":null,"discount":"0.00","#
            + r#""returned":"0.00","grandTotal":"59.98","paid":null,"due":null,"cod":false,"courier":null,"tracking":null,"#
            + r#""kept":"0.00","payments":[],"returns":[],"notes":[]}"#;
        assert_eq!(Value::Object(order(&shown)).to_string(), expected);
    }

    #[test]
    fn a_product_maps_its_sizes_or_has_null() {
        let sized = product(&a_product("Shirt", &[("S", 1), ("L", 0)]));
        assert_eq!(sized["sizeQuantities"].to_string(), r#"{"S":1,"L":0}"#);
        let plain = product(&a_product("Cap", &[("", 0)]));
        assert_eq!((&plain["sizeQuantities"], &plain["inStock"]), (&Value::Null, &json!(false)));
    }
}
