//! Any order that is right: read, decided, printed, and read again, it is the same order; without a file or a process.

use std::sync::Arc;

use orders::domain::incoming::IncomingOrder;
use orders::domain::intake::{Known, decide_new, decide_repeat};
use orders::domain::money::Money;
use orders::domain::order::{Order, OrderPk, OrderSummary};
use orders::domain::permission::Caller;
use orders::domain::product::{Product, ProductId, StockLine};
use orders::domain::products::Products;
use orders::domain::resolve::{ResolvedOrder, resolve};
use orders::domain::settings::Settings;
use orders::domain::shipping::Shipping;
use orders::domain::status::Status;
use orders::domain::time::Timestamp;
use orders::domain::zone::Zone;
use orders::input::order::record::read_record;
use orders::render::json;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::BELT;

fn catalogue() -> Products {
    let belt = Product {
        id: ProductId(BELT.parse().unwrap()),
        name: "Leather Belt".to_owned(),
        barcode: Some("BLT-01".to_owned()),
        price: orders::domain::money::Money::from_hundredths(1875),
        discounted_price: None,
        image_paths: Vec::new(),
        low_stock_at: None,
        stock: vec![StockLine { size_key: String::new(), size: String::new(), on_hand: 3 }],
    };
    [belt].into_iter().collect()
}

/// Returns a decided order as the file holds it.
fn kept(new: ResolvedOrder) -> Order {
    let at = Timestamp::parse(crate::harness::NOW).unwrap();
    let summary = OrderSummary {
        pk: OrderPk(1),
        id: new.id,
        reference: new.reference,
        order_date: new.order_date,
        customer: new.customer,
        number: String::new(),
        user: None,
        status: Status::Pending,
        total: new.total,
        item_count: new.item_count,
        currency: new.currency,
        created_at: at,
        updated_at: at,
        terms: new.terms,
        kept: Money::ZERO,
        returned: Money::ZERO,
        payments_sum: None,
        shipping: Shipping::default(),
    };
    Order { items: new.items, ..Order::from(summary) }
}

/// Any text but NUL, with something to see in it.
fn a_text(longest: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>().prop_filter("NUL is refused", |c| *c != '\0'), 1..longest)
        .prop_map(|chars| chars.into_iter().collect::<String>())
        .prop_filter("it says something", |text| text.chars().any(char::is_alphanumeric))
}

fn an_item() -> impl Strategy<Value = Value> {
    let option = || proptest::option::of(a_text(50));
    (1_u32..100, 0_i64..1_000_000, option(), option(), option(), any::<bool>()).prop_map(
        |(quantity, price, name, size, color, as_text)| {
            let price = format!("{}.{:02}", price / 100, price % 100);
            let price = if as_text { json!(price) } else { serde_json::from_str(&price).unwrap() };
            json!({"productId": BELT, "quantity": quantity, "unitPrice": price, "productName": name,
                "selectedSize": size, "selectedColor": color})
        },
    )
}

fn an_order() -> impl Strategy<Value = Value> {
    let customer = (a_text(255), a_text(20), proptest::option::of(a_text(300)));
    (
        "[!-,.-~][!-~]{0,49}",
        1_230_768_000_000_i64..4_000_000_000_000,
        customer,
        proptest::collection::vec(an_item(), 1..6),
    )
        .prop_map(|(reference, millis, (name, phone, address), items)| {
            let date = Timestamp::from_millis(millis).unwrap().to_string();
            json!({"orderReference": reference, "orderDate": date, "customerName": name, "customerPhone": phone,
                "customerAddress": address, "items": items})
        })
}

proptest! {
    #[test]
    fn an_order_that_was_taken_is_the_same_when_it_is_printed_and_taken_again(sent in an_order()) {
        let (catalogue, settings) = (catalogue(), Settings::default());
        let now = Timestamp::LAST;
        let read = |json: &Value| {
            let mut orders = Vec::new();
            let record = Arc::new(json.to_string().into_bytes());
            read_record(&record, Zone::UTC, &mut |order, _| orders.push(order)).unwrap();
            orders.remove(0).order
        };
        let first = read(&sent).map_err(|problems| TestCaseError::fail(problems.into_first().join("; ")))?;
        let reference = first.reference.clone().unwrap();
        let resolve =
            |order: &IncomingOrder| resolve(order.clone(), reference.clone(), now, &catalogue, &mut Uuid::nil).unwrap();
        let new = resolve(&first);
        prop_assert!(decide_new(&new, &[], &settings).is_ok(), "a new order is new");
        let order = kept(new);
        let printed = Value::Object(json::order(&order));
        let again = read(&printed).map_err(|problems| TestCaseError::fail(problems.into_first().join("; ")))?;
        prop_assert_eq!((&again.reference, again.order_date), (&first.reference, first.order_date));
        prop_assert_eq!((&again.customer, again.total), (&first.customer, first.total));
        let known = Known { order, came_before: false };
        prop_assert_eq!(decide_repeat(&resolve(&again), &known, &Caller::Operator), Ok(()));
    }
}
