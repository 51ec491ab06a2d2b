//! Resolves an incoming order: finds its products in the catalogue, fills in what it leaves out, and warns.

use chrono::Datelike as _;
use uuid::Uuid;

use super::calendar::FIRST_YEAR;
use super::content::Content;
use super::incoming::{IncomingItem, IncomingOrder, Source};
use super::money::Money;
use super::order::{Customer, Misnomer, Order, OrderItem, OrderPk, OrderSummary};
use super::phone::{full_number, phone_digits};
use super::problems::Problems;
use super::product::{Product, ProductId, SizeProblem};
use super::product_name::NamedProduct;
use super::products::Products;
use super::reference::Reference;
use super::refusal::RefusalKind;
use super::shipping::Shipping;
use super::status::Status;
use super::terms::Terms;
use super::text::shorten;
use super::time::Timestamp;

/// An incoming order whose products exist, as it will be written if it is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOrder {
    /// The public id.
    pub id: Uuid,
    /// The reference.
    pub reference: Reference,
    /// The reference to use if another message's order has that one.
    pub longer_reference: Option<Reference>,
    /// When the customer ordered.
    pub order_date: Timestamp,
    /// Who ordered.
    pub customer: Customer,
    /// The currency it names.
    pub currency: Option<String>,
    /// The items, snapshots filled in from the catalogue.
    pub items: Vec<OrderItem>,
    /// Names and barcodes that items give their products, other than the catalogue's.
    pub other_names: Vec<ItemName>,
    /// The sum of the subtotals.
    pub total: Money,
    /// The sum of the quantities.
    pub item_count: i64,
    /// Delivery, discount and cash on delivery.
    pub terms: Terms,
    /// The customer's note.
    pub note: Option<String>,
    /// Its origin.
    pub source: Source,
    /// The content by which repeated orders are compared.
    pub content: Content,
    /// What a person should look at before confirming it, regardless of other orders.
    pub warnings: Vec<String>,
}

impl ResolvedOrder {
    /// Returns the order as it would be, for display: pending, and without a key.
    pub fn draft(self) -> Order {
        let summary = OrderSummary {
            pk: OrderPk(0),
            id: self.id,
            reference: self.reference,
            order_date: self.order_date,
            number: full_number(&self.customer.phone, None),
            customer: self.customer,
            user: None,
            status: Status::Pending,
            total: self.total,
            item_count: self.item_count,
            currency: self.currency,
            created_at: self.order_date,
            updated_at: self.order_date,
            terms: self.terms,
            kept: Money::ZERO,
            returned: Money::ZERO,
            payments_sum: None,
            shipping: Shipping::default(),
        };
        Order { items: self.items, ..Order::from(summary) }
    }
}

/// A name and barcode that an item gives its product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemName {
    /// The product.
    pub product_id: ProductId,
    /// The name.
    pub name: String,
    /// The barcode, if any.
    pub barcode: Option<String>,
}

impl ItemName {
    /// Returns the name and barcode of an item if they differ from the product's.
    fn other_than(product: &Product, item: &OrderItem) -> Option<ItemName> {
        let is_other = item.product_name != product.name || item.product_barcode != product.barcode;
        let named = || (item.product_name.clone(), item.product_barcode.clone());
        is_other.then(named).map(|(name, barcode)| ItemName { product_id: product.id, name, barcode })
    }
}

/// Why an incoming order was rejected: every problem with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Invalid input, or a conflict with what exists.
    pub kind: RefusalKind,
    /// The problems, one line each.
    pub problems: Problems,
}

/// Finds the products of an incoming order, or names every one that the catalogue lacks. The order gets this `reference`;
/// `new_id` makes the ids of what is new. `now` is when it was received: an order date before 2009 or days ahead is wrong.
pub fn resolve(
    incoming: IncomingOrder,
    reference: Reference,
    now: Timestamp,
    catalogue: &Products,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<ResolvedOrder, Rejected> {
    let too_long = incoming.excesses();
    if !too_long.is_empty() {
        return Err(Rejected { kind: RefusalKind::InvalidInput, problems: too_long });
    }
    let found = incoming.items.iter().map(|item| catalogue.find(&item.product.key));
    let Some(products) = found.collect::<Option<Vec<&Product>>>() else {
        let unknown = incoming.items.iter().filter(|item| catalogue.find(&item.product.key).is_none());
        let problems = unknown.map(|item| product_not_found(&item.product, item.name.as_deref()));
        return Err(Rejected { kind: RefusalKind::InvalidInput, problems: problems.collect() });
    };
    let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
    let content = Content::of_incoming(&incoming, &ids);
    let pairs = || incoming.items.iter().zip(&products);
    let mut warnings = incoming.warnings;
    warnings.extend(pairs().filter_map(|(item, product)| size_warning(product, item.size.as_deref())));
    let id = new_id();
    let items: Vec<OrderItem> =
        incoming.items.into_iter().zip(&products).map(|(item, product)| snapshot(item, product, new_id())).collect();
    let other_names = items.iter().zip(products).filter_map(|(item, product)| ItemName::other_than(product, item));
    warnings.extend(items.iter().enumerate().flat_map(|(index, item)| item.name_marks(index + 1)));
    let phone = &incoming.customer.phone;
    if phone_digits(phone).is_empty() {
        warnings.push(format!("customerPhone {phone} has no digit: ask for the number"));
    }
    let wrong_clock = wrong_clock(incoming.order_date, now);
    let order_date = if wrong_clock.is_some() { now } else { incoming.order_date };
    warnings.extend(wrong_clock);
    Ok(ResolvedOrder {
        id,
        reference,
        longer_reference: incoming.longer_reference,
        order_date,
        customer: incoming.customer,
        currency: incoming.currency,
        other_names: other_names.collect(),
        items,
        total: incoming.total,
        item_count: incoming.item_count,
        terms: incoming.terms,
        note: incoming.note,
        source: incoming.source,
        content,
        warnings,
    })
}

/// Names the products among `named` that the catalogue lacks, each with its place.
pub fn unknown_products<'a>(named: impl IntoIterator<Item = &'a NamedProduct>, catalogue: &Products) -> Vec<String> {
    let unknown = named.into_iter().filter(|product| catalogue.find(&product.key).is_none());
    unknown.map(|product| product_not_found(product, None)).collect()
}

/// Says that the catalogue lacks a product, in the guide's words, and what the order calls it.
fn product_not_found(product: &NamedProduct, name: Option<&str>) -> String {
    let name = name.map(|name| format!(" ({})", shorten(name))).unwrap_or_default();
    format!("{}: Product {} not found{name}", product.place, product.key)
}

fn snapshot(item: IncomingItem, product: &Product, id: Uuid) -> OrderItem {
    let (name, barcode) =
        (item.name.unwrap_or_else(|| product.name.clone()), item.barcode.or_else(|| product.barcode.clone()));
    OrderItem {
        id,
        product_id: product.id,
        misnomer: Misnomer::find(&name, barcode.as_deref(), &product.name, product.barcode.as_deref()),
        product_name: name,
        product_barcode: barcode,
        product_image: item.image.or_else(|| product.web_image().map(str::to_owned)),
        quantity: item.quantity,
        unit_price: item.unit_price,
        selected_size: item.size,
        selected_color: item.color,
        subtotal: item.subtotal,
        list_price: product.list_price(),
        is_price_agreed: item.is_price_agreed,
        returned: 0,
    }
}

/// Says that the time of an order comes from a wrong clock (rule 10).
fn wrong_clock(order_date: Timestamp, now: Timestamp) -> Option<String> {
    const AHEAD_MILLIS: i64 = 2 * 24 * 60 * 60 * 1000;
    let problem = if order_date.utc().year() < FIRST_YEAR {
        format!("is before {FIRST_YEAR}")
    } else if order_date.millis() > now.millis().saturating_add(AHEAD_MILLIS) {
        "is more than two days ahead of the clock".to_owned()
    } else {
        return None;
    };
    Some(format!("orderDate {} {problem}, so the time of receipt is used instead", order_date.brief()))
}

fn size_warning(product: &Product, size: Option<&str>) -> Option<String> {
    let problem = match (product.line_for(size).err()?, size) {
        (SizeProblem::Unknown, Some(size)) => format!("has no size {size}"),
        _ => "was ordered without a size".to_owned(),
    };
    Some(format!("{} {problem}; sizes: {}", product.name, product.size_names()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, now, resolved_order};
    use crate::domain::product::tests::product;
    use crate::domain::product_name::ProductKey;

    #[test]
    fn an_order_from_a_wrong_clock_gets_the_time_of_receipt() {
        let shirt = product("Shirt", &[("", 5)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        for (date, problem) in [
            ("2009-01-01T00:00:00Z", None),
            ("2026-02-09T09:00:00Z", None),
            ("2008-12-31T23:59:59.999Z", Some("is before 2009")),
            ("1970-01-01T00:00:00Z", Some("is before 2009")),
            ("2026-02-09T09:00:00.001Z", Some("is more than two days ahead of the clock")),
            ("9999-12-31T00:00:00Z", Some("is more than two days ahead of the clock")),
        ] {
            let mut order = incoming(&[(&shirt, 1, None)]);
            order.order_date = Timestamp::parse(date).unwrap();
            let new = resolved_order(&order, &catalogue);
            let expected =
                problem.map(|problem| format!("orderDate {date} {problem}, so the time of receipt is used instead"));
            assert_eq!(new.warnings, Vec::from_iter(expected), "{date}");
            assert_eq!(new.order_date, if problem.is_some() { now() } else { order.order_date }, "{date}");
        }
    }

    #[test]
    fn absent_snapshots_come_from_the_catalogue_and_sent_ones_stay() {
        let mut shirt = product("Shirt", &[("", 5)]);
        shirt.discounted_price = Some(Money::from_hundredths(1999));
        shirt.image_paths = vec!["media/a.jpg".into(), "https://shop.example/a.jpg".into()];
        let catalogue = [shirt.clone()].into_iter().collect();
        let mut order = incoming(&[(&shirt, 1, None), (&shirt, 1, None)]);
        order.items[1].name = Some("T-Shirt".into());
        order.items[1].barcode = Some("OLD-1".into());
        order.items[1].image = Some("https://shop.example/old.jpg".into());
        let new = resolved_order(&order, &catalogue);
        let snapshots: Vec<_> = new
            .items
            .iter()
            .map(|i| (i.product_name.as_str(), i.product_barcode.as_deref(), i.product_image.as_deref()))
            .collect();
        assert_eq!(snapshots[0], ("Shirt", Some("SKU-Shirt"), Some("https://shop.example/a.jpg")));
        assert_eq!(snapshots[1], ("T-Shirt", Some("OLD-1"), Some("https://shop.example/old.jpg")));
        assert_eq!(new.items[0].list_price, Money::from_hundredths(1999));
    }

    #[test]
    fn an_incoming_order_warns_of_a_size_that_cannot_be_sold() {
        let shirt = product("Shirt", &[("S", 1), ("L", 2)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        for (size, expected) in [
            (Some(" l "), None),
            (None, Some("Shirt was ordered without a size; sizes: S, L")),
            (Some("XL"), Some("Shirt has no size XL; sizes: S, L")),
        ] {
            let new = resolved_order(&incoming(&[(&shirt, 1, size)]), &catalogue);
            assert_eq!(new.warnings.first().map(String::as_str), expected, "{size:?}");
        }
    }

    #[test]
    fn names_other_than_the_catalogues_are_noted() {
        let shirt = product("Shirt", &[("", 5)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        let noted = |name: Option<&str>, barcode: Option<&str>| {
            let mut order = incoming(&[(&shirt, 1, None)]);
            order.items[0].name = name.map(str::to_owned);
            order.items[0].barcode = barcode.map(str::to_owned);
            resolved_order(&order, &catalogue).other_names.pop()
        };
        let named = |name: &str, barcode: &str| {
            Some(ItemName { product_id: shirt.id, name: name.to_owned(), barcode: Some(barcode.to_owned()) })
        };
        assert_eq!(noted(None, None), None);
        assert_eq!(noted(Some("Shirt"), Some("SKU-Shirt")), None);
        assert_eq!(noted(Some("Tee"), None), named("Tee", "SKU-Shirt"));
        assert_eq!(noted(None, Some("OLD-1")), named("Shirt", "OLD-1"));
    }

    #[test]
    fn each_product_that_the_catalogue_lacks_is_named_with_its_place() {
        let shirt = product("Shirt", &[("", 5)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        let named = |place: &str, key: ProductKey| NamedProduct { place: place.to_owned(), key };
        let products = [
            named("items[0].productId", ProductKey::Id(shirt.id)),
            named("items[1].productBarcode", ProductKey::Barcode("CAP".to_owned())),
        ];
        assert_eq!(unknown_products(&products, &catalogue), ["items[1].productBarcode: Product CAP not found"]);
    }
}
