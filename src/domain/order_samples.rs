//! Sample orders for unit tests.

use uuid::Uuid;

use super::incoming::{IncomingItem, IncomingOrder, Source, SourceKind};
use super::order::{Customer, Order, OrderPk, sums};
use super::product::Product;
use super::product_name::{NamedProduct, ProductKey};
use super::products::Products;
use super::reference::Reference;
use super::resolve::{ResolvedOrder, resolve};
use super::status::Status;
use super::terms::Terms;
use super::time::Timestamp;

/// An incoming order of these products, quantities and sizes, at the products' prices.
pub fn incoming(items: &[(&Product, u32, Option<&str>)]) -> IncomingOrder {
    let items: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(index, (product, quantity, size))| IncomingItem {
            product: NamedProduct { place: format!("items[{index}].productId"), key: ProductKey::Id(product.id) },
            name: None,
            barcode: None,
            image: None,
            quantity: *quantity,
            unit_price: product.price,
            is_price_agreed: false,
            subtotal: product.price.times(*quantity).unwrap(),
            size: size.map(str::to_owned),
            color: None,
        })
        .collect();
    let (total, item_count) = sums(items.iter().map(|item| (item.subtotal, item.quantity))).unwrap();
    IncomingOrder {
        reference: Reference::parse("LEG-LXYZ1234-AB5C"),
        longer_reference: None,
        order_date: Timestamp::parse("2026-02-04T10:30:00Z").unwrap(),
        customer: Customer { name: "John Doe".into(), phone: "+1 234".into(), address: None },
        currency: None,
        note: None,
        items,
        total,
        item_count,
        terms: Terms::default(),
        warnings: Vec::new(),
        source: Source { kind: SourceKind::Json, message_id: None },
    }
}

/// When these orders come in.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-02-07T09:00:00Z").unwrap()
}

/// An incoming order, resolved.
pub fn resolved_order(incoming: &IncomingOrder, products: &Products) -> ResolvedOrder {
    let reference = incoming.reference.clone().unwrap();
    let mut ids = 1..;
    let new_id = &mut || Uuid::from_u128(ids.next().expect("there are many"));
    resolve(incoming.clone(), reference, now(), products, new_id).unwrap()
}

/// The order that an incoming one becomes.
pub fn order(incoming: &IncomingOrder, products: &Products, pk: i64, status: Status) -> Order {
    let mut order = resolved_order(incoming, products).draft();
    (order.summary.pk, order.summary.status) = (OrderPk(pk), status);
    order
}
