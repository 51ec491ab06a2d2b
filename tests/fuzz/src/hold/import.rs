//! What must hold for any input of an import, whatever its bytes.
//!
//! Nothing panics; every problem has its place and can be shown; what is accepted can be shown and is the same order when
//! it is printed and imported again; what is rejected can be imported again as it was kept.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use orders::domain::incoming::{IncomingItem, IncomingOrder};
use orders::domain::intake::{Known, decide_new, decide_repeat};
use orders::domain::money::Money;
use orders::domain::order::{Order, OrderPk, OrderSummary, sums};
use orders::domain::permission::Caller;
use orders::domain::product::{Product, ProductId, StockLine};
use orders::domain::product_name::ProductKey;
use orders::domain::products::Products;
use orders::domain::reference::Reference;
use orders::domain::resolve::{ResolvedOrder, resolve};
use orders::domain::settings::Settings;
use orders::domain::shipping::Shipping;
use orders::domain::status::Status;
use orders::domain::time::Timestamp;
use orders::input::json::envelope::read_envelope;
use orders::input::json::value::NotJson;
use orders::input::order::record::{read_record, read_stretch};
use orders::input::parsed_order::ParsedOrder;
use orders::input::reject::Reject;
use orders::input::stream::chat_text::OrderStretches;
use orders::input::stream::format::Format;
use orders::input::stream::records::Records;
use orders::input::zip::open_chat;
use orders::render::json;
use orders::render::table::render;
use orders::render::{RenderStyle, order};
use uuid::Uuid;

use super::{ZONE, hold_harmless, hold_problem, hold_shown};

/// Reads bytes as an import does, and holds everything that must hold for them.
///
/// # Panics
/// Something does not hold.
pub fn import(bytes: &[u8]) {
    match Format::of(bytes) {
        Ok(Format::Json) => hold_json(bytes),
        Ok(Format::Text) => hold_text(bytes),
        Ok(Format::Zip) => hold_zip(bytes),
        Err(what) => hold_problem(&what),
    }
}

fn hold_zip(bytes: &[u8]) {
    let mut text = Vec::new();
    match open_chat(Cursor::new(bytes)) {
        Ok(mut chat) => {
            if chat.text.read_to_end(&mut text).is_ok() {
                hold_text(&text);
            }
        }
        Err(error) => hold_problem(&error.to_string()),
    }
}

fn hold_json(bytes: &[u8]) {
    let mut records = Records::new(bytes);
    let mut count = 0;
    loop {
        let record = match records.next_record() {
            Ok(Some(record)) => record,
            Ok(None) => return,
            Err(error) => return hold_problem(&error.to_string()),
        };
        if record.is_envelope {
            match read_envelope(&record.bytes) {
                Ok(envelope) => envelope.problems.first().iter().for_each(|problem| hold_problem(problem)),
                Err(error) => return hold_shown(&error.problem),
            }
            continue;
        }
        count += 1;
        assert_eq!(record.number, count, "records are numbered in a row");
        if let Some(excess) = record.excess {
            hold_problem(&excess);
            continue;
        }
        let is_line = record.is_line;
        match read(record.bytes) {
            Ok(orders) => orders.iter().for_each(|(order, reject)| {
                hold_read(order);
                hold_kept(order, reject);
            }),
            Err(error) if is_line => hold_shown(&error.problem),
            Err(error) => return hold_shown(&error.problem),
        }
    }
}

fn hold_text(bytes: &[u8]) {
    let mut stretches = OrderStretches::new(bytes);
    let mut count = 0;
    loop {
        let stretch = match stretches.next_stretch() {
            Ok(Some(stretch)) => stretch,
            Ok(None) => break,
            Err(error) => return hold_problem(&error.to_string()),
        };
        count += 1;
        assert_eq!(stretch.number, count, "stretches are numbered in a row");
        read_stretch(stretch, *ZONE, &mut |order, reject| {
            hold_read(&order);
            hold_kept(&order, reject);
        });
    }
    if let Some(start) = stretches.stranger() {
        hold_shown(start);
    }
}

fn hold_read(read: &ParsedOrder) {
    if let Some(label) = &read.label {
        hold_shown(label);
    }
    match &read.order {
        Ok(incoming) => hold_accepted(incoming),
        Err(problems) => {
            assert!(!problems.is_empty(), "what is refused has a reason");
            for problem in problems.first() {
                hold_problem(problem);
            }
        }
    }
}

/// What is kept of an order that cannot be taken is one record that is read as it was.
fn hold_kept(order: &ParsedOrder, reject: &Reject) {
    let mut kept = Vec::new();
    reject.write_line(&mut kept).expect("memory takes every byte");
    if kept.is_empty() {
        // There was too much of it.
        return;
    }
    let text = String::from_utf8_lossy(&kept).into_owned();
    assert_eq!(text.find('\n'), Some(text.len() - 1), "it is one line: {text}");
    let again = match read(kept) {
        Ok(again) => again,
        Err(error) => {
            assert!(order.order.is_err() && error.problem == "is not UTF-8", "what is kept is JSON: {}", error.problem);
            return;
        }
    };
    // A text may hold what no JSON text may: then it is refused as a whole.
    let is_text = reject.record().is_none();
    let is_called = |other: &ParsedOrder| order.order.is_ok() || is_text || order.label == other.label;
    let same = |other: &ParsedOrder| same_reading(order, other) && is_called(other);
    assert!(again.iter().any(|(other, _)| same(other)), "what is kept is read as it was: {text}");
}

/// Reads the orders of one record, each with what is kept of it where it cannot be taken.
fn read(record: Vec<u8>) -> Result<Vec<(ParsedOrder, Arc<Reject>)>, NotJson> {
    let mut orders = Vec::new();
    read_record(&Arc::new(record), *ZONE, &mut |order, reject| orders.push((order, Arc::clone(reject))))?;
    Ok(orders)
}

/// Returns whether an order was taken as the same twice, or refused twice.
fn same_reading(one: &ParsedOrder, other: &ParsedOrder) -> bool {
    match (&one.order, &other.order) {
        (Ok(one), Ok(other)) => same_order(one, other),
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

/// Returns whether two readings are the same but for the places of their items.
fn same_order(one: &IncomingOrder, other: &IncomingOrder) -> bool {
    let without_places = |order: &IncomingOrder| {
        let mut order = order.clone();
        order.items.iter_mut().for_each(|item| item.product.place.clear());
        order
    };
    without_places(one) == without_places(other)
}

/// What is accepted keeps the rules, can be shown, and is the same order when it is printed and imported again.
fn hold_accepted(incoming: &IncomingOrder) {
    let items = incoming.items.iter().map(|item| (item.subtotal, item.quantity));
    assert_eq!(sums(items), Some((incoming.total, incoming.item_count)), "the sums are those of the items");
    let customer = &incoming.customer;
    for (text, longest) in [(&customer.name, 255), (&customer.phone, 20)] {
        assert!(!text.trim().is_empty() && text.chars().count() <= longest, "{text:?}");
    }
    let catalogue = catalogue_for(incoming);
    let reference = incoming.reference.clone().unwrap_or_else(|| Reference::parse("LEG-FUZZ").expect("it is one"));
    let resolve = |incoming: &IncomingOrder| {
        resolve(incoming.clone(), reference.clone(), Timestamp::LAST, &catalogue, &mut Uuid::nil)
    };
    let new = match resolve(incoming) {
        Ok(new) => new,
        Err(rejected) => {
            let missing = || incoming.items.iter().filter(|item| catalogue.find(&item.product.key).is_none());
            assert_eq!(
                rejected.problems.len(),
                missing().count(),
                "each product that is missing is named: {rejected:?}"
            );
            for problem in rejected.problems.first() {
                hold_problem(problem);
            }
            let had = missing().find(|item| may_be_had(item, incoming));
            return assert_eq!(had, None, "a product that is there is found: {rejected:?}");
        }
    };
    let warnings = match decide_new(&new, &[], &Settings::default()) {
        Ok(warnings) => warnings,
        _ if reference.as_str().starts_with('-') => return,
        other => panic!("a new order is new: {other:?}"),
    };
    let order_date = new.order_date;
    let kept = kept(&new);
    let style = RenderStyle { width: 80, color: false, zone: *ZONE, country_code: Some("20"), left_out: None };
    for text in [
        order::show(&kept, style),
        render(&order::list_columns(), &[order::list_row(&kept, style)], style),
        render(&order::list_item_columns(), &order::list_item_rows(&kept).collect::<Vec<_>>(), style),
    ] {
        hold_harmless(&text, true);
    }
    for warning in &warnings {
        hold_shown(warning);
    }
    let printed = serde_json::Value::Object(json::order(&kept)).to_string();
    let again = read(printed.clone().into_bytes()).expect("what is printed is JSON");
    let [(ParsedOrder { order: Ok(again), .. }, _)] = &again[..] else {
        panic!("what is printed is one order: {printed}\n{again:?}");
    };
    assert_eq!(again.order_date, order_date, "{printed}");
    let again = resolve(again).expect("its products are there");
    let known = Known { order: kept, came_before: false };
    let judged = decide_repeat(&again, &known, &Caller::Operator);
    assert_eq!(judged, Ok(()), "what is printed is unchanged: {printed}");
}

/// Returns the barcode that names a product.
fn barcode(key: &ProductKey) -> Option<&String> {
    match key {
        ProductKey::Id(_) => None,
        ProductKey::Barcode(barcode) | ProductKey::BarcodeOrId(barcode) | ProductKey::CutId { barcode, .. } => {
            Some(barcode)
        }
    }
}

/// Returns whether there can be the product of an item beside those of the others: its barcode is one, the beginning of its id
/// is one, and no other item has that barcode with another, or leaves no room for its id.
fn may_be_had(item: &IncomingItem, incoming: &IncomingOrder) -> bool {
    const ROOM: usize = 30;
    let key = &item.product.key;
    let is_id = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => at < 36 && byte.is_ascii_hexdigit(),
    };
    let start = if let ProductKey::CutId { start, .. } = key { start } else { "" };
    let mut others = incoming.items.iter().map(|other| &other.product.key).filter(|other| *other != key);
    let is_against = |other: &ProductKey| {
        matches!(other, ProductKey::CutId { .. }) && (barcode(other) == barcode(key) || start.len() > ROOM)
    };
    barcode(key).is_none_or(|text| is_barcode(text)) && start.bytes().enumerate().all(is_id) && !others.any(is_against)
}

fn is_barcode(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && text.len() <= 100 && !text.contains('\0')
}

/// Returns a catalogue that has every product that an order names, as far as one may have it.
fn catalogue_for(incoming: &IncomingOrder) -> Products {
    let mut items: Vec<&IncomingItem> = incoming.items.iter().collect();
    // Those first of which the id is not free to choose.
    items.sort_by_key(|item| match &item.product.key {
        ProductKey::CutId { .. } => 0,
        ProductKey::Id(_) => 1,
        ProductKey::Barcode(_) | ProductKey::BarcodeOrId(_) => 2,
    });
    let mut products: Vec<Product> = Vec::new();
    for item in items {
        let key = &item.product.key;
        let id = match key {
            ProductKey::Id(id) => Some(*id),
            ProductKey::Barcode(_) | ProductKey::BarcodeOrId(_) => free_id("", &products),
            ProductKey::CutId { start, .. } => free_id(start, &products),
        };
        let barcode = barcode(key).cloned();
        let is_taken = |product: &Product| Some(product.id) == id || (barcode.is_some() && product.barcode == barcode);
        let Some(id) = id.filter(|_| !products.iter().any(is_taken)) else { continue };
        if !barcode.iter().all(|text| is_barcode(text)) {
            continue;
        }
        products.push(Product {
            id,
            name: "Classic T-Shirt".to_owned(),
            barcode,
            price: item.unit_price,
            discounted_price: None,
            image_paths: Vec::new(),
            low_stock_at: None,
            stock: vec![StockLine { size_key: "l".to_owned(), size: "L".to_owned(), on_hand: 3 }],
        });
    }
    products.into_iter().collect()
}

/// Returns an id with this beginning that none of the products has.
fn free_id(start: &str, products: &[Product]) -> Option<ProductId> {
    const LENGTH: usize = 32;
    let digits: String = start.chars().filter(char::is_ascii_hexdigit).take(LENGTH).collect();
    let room = LENGTH - digits.len();
    let ids = (0..=products.len()).filter_map(|number| {
        let whole: String = format!("{digits}{number:0room$x}").chars().take(LENGTH).collect();
        Uuid::parse_str(&whole).ok().map(ProductId)
    });
    ids.into_iter().find(|id| products.iter().all(|product| product.id != *id))
}

/// Returns a decided order as the file holds it.
fn kept(new: &ResolvedOrder) -> Order {
    let at = Timestamp::parse("2026-02-07T08:00:00Z").expect("it is a time");
    let summary = OrderSummary {
        pk: OrderPk(1),
        id: new.id,
        reference: new.reference.clone(),
        order_date: new.order_date,
        customer: new.customer.clone(),
        number: String::new(),
        user: None,
        status: Status::Pending,
        total: new.total,
        item_count: new.item_count,
        currency: new.currency.clone(),
        created_at: at,
        updated_at: at,
        terms: new.terms,
        kept: Money::ZERO,
        returned: Money::ZERO,
        payments_sum: None,
        shipping: Shipping::default(),
    };
    Order { items: new.items.clone(), ..Order::from(summary) }
}
