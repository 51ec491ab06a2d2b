//! An order that comes in: new, unchanged, or refused (rules 1, 4 and 6).

use uuid::Uuid;

use super::content::Content;
use super::incoming::{IncomingItem, IncomingOrder, Source};
use super::money::Money;
use super::order::{Customer, Misnomer, Order, OrderItem, OrderPk};
use super::problems::Problems;
use super::product::{Catalogue, NamedProduct, Product, ProductId, SizeProblem};
use super::reference::Reference;
use super::refusal::{Conflict, Kind};
use super::settings::Settings;
use super::time::Timestamp;
use super::user::Caller;

/// Orders of one phone with the same items are likely duplicates within this many milliseconds (six hours).
pub const DUPLICATE_WINDOW_MILLIS: i64 = 6 * 60 * 60 * 1000;

/// What is known of a reference that comes in again.
#[derive(Debug, Clone)]
pub struct Known {
    /// The order as it is now.
    pub order: Order,
    /// Whether the very same content was received for it before.
    pub received_before: bool,
}

/// An incoming order whose products the catalogue has, as it is written if it is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOrder {
    /// The public id.
    pub id: Uuid,
    /// The reference.
    pub reference: Reference,
    /// Which one it gets where that one is the order of another message.
    pub longer_reference: Option<Reference>,
    /// When the customer ordered.
    pub order_date: Timestamp,
    /// Who ordered.
    pub customer: Customer,
    /// The currency it names.
    pub currency: Option<String>,
    /// The items, snapshots filled in from the catalogue.
    pub items: Vec<OrderItem>,
    /// Under which names and barcodes they are, other than those of the catalogue.
    pub other_names: Vec<ItemName>,
    /// The sum of the subtotals.
    pub total: Money,
    /// The sum of the quantities.
    pub item_count: i64,
    /// What the customer wrote beside it.
    pub note: Option<String>,
    /// How it came.
    pub source: Source,
    /// What deliveries are compared by.
    pub content: Content,
    /// What a person should look at before confirming it, whatever other orders there are.
    pub warnings: Vec<String>,
}

/// A name and barcode under which an item may have a product.
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
    /// Returns how an item names its product, where that is another name or barcode than the product's.
    fn other_than(product: &Product, item: &OrderItem) -> Option<ItemName> {
        let is_other = item.product_name != product.name || item.product_barcode != product.barcode;
        let named = || (item.product_name.clone(), item.product_barcode.clone());
        is_other.then(named).map(|(name, barcode)| ItemName { product_id: product.id, name, barcode })
    }
}

/// The facts that an incoming order is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The order that has its reference already; `None`: none has, or it was not looked up, and a new one is written only if
    /// the reference is free.
    pub known: Option<&'a Known>,
    /// Other orders of the same number and items, nearest in time.
    pub likely_duplicates: &'a [Order],
    /// The shop's settings.
    pub settings: &'a Settings,
    /// Who sends it: of an order that they may not see they are told nothing but that it is there.
    pub sender: &'a Caller,
}

/// What to do with an order that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Write it, while its reference is free.
    New {
        /// What a person should look at before confirming it.
        warnings: Vec<String>,
    },
    /// It is there already: nothing to do but to remember the message that brought it again.
    Unchanged(OrderPk),
}

/// Why an incoming order was not taken: every problem with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Invalid input, or a conflict with what is there.
    pub kind: Kind,
    /// One line a problem.
    pub problems: Problems,
}

/// Finds the products of an incoming order, or names every one that the catalogue does not have. The order gets its
/// `reference`; `new_id` gives the ids of what is new. It comes `now`: no order is from years ago, or from tomorrow's morrow.
pub fn resolve(
    incoming: IncomingOrder,
    reference: Reference,
    now: Timestamp,
    catalogue: &Catalogue,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<ResolvedOrder, Rejected> {
    let too_long = incoming.excesses();
    if !too_long.is_empty() {
        return Err(Rejected { kind: Kind::InvalidInput, problems: too_long });
    }
    let found = incoming.items.iter().map(|item| catalogue.find(&item.product.key));
    let Some(products) = found.collect::<Option<Vec<&Product>>>() else {
        let problems = unknown_products(incoming.items.iter().map(|item| &item.product), catalogue);
        return Err(Rejected { kind: Kind::InvalidInput, problems: problems.into_iter().collect() });
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
        note: incoming.note,
        source: incoming.source,
        content,
        warnings,
    })
}

/// Names the products among `named` that the catalogue does not have, each with its place.
pub fn unknown_products<'a>(named: impl IntoIterator<Item = &'a NamedProduct>, catalogue: &Catalogue) -> Vec<String> {
    let unknown = named.into_iter().filter(|product| catalogue.find(&product.key).is_none());
    unknown.map(|product| format!("{}: Product {} not found", product.place, product.key)).collect()
}

/// Decides what to do with an order that came in.
pub fn decide(order: &ResolvedOrder, facts: Facts<'_>) -> Result<Received, Rejected> {
    if let Some(known) = facts.known {
        return judge_repeat(order, known, facts.sender);
    }
    let mut problems = Problems::default();
    if let Some(problem) = order.reference.mistaken_for() {
        problems.push(format!("orderReference: {problem}"));
    }
    if let (Some(sent), Some(ours)) = (&order.currency, &facts.settings.currency)
        && sent != ours
    {
        problems.push(format!("currency: is {sent}, but this shop sells in {ours}"));
    }
    if !problems.is_empty() {
        return Err(Rejected { kind: Kind::InvalidInput, problems });
    }
    let warnings = order.warnings.iter().cloned().chain(duplicate_warning(order, facts.likely_duplicates)).collect();
    Ok(Received::New { warnings })
}

fn judge_repeat(order: &ResolvedOrder, known: &Known, sender: &Caller) -> Result<Received, Rejected> {
    let summary = &known.order.summary;
    if known.received_before {
        return Ok(Received::Unchanged(summary.pk));
    }
    let conflict =
        |problem: String| Err(Rejected { kind: Kind::Conflict(Conflict::Content), problems: problem.into() });
    if !sender.sees(summary) {
        // Comparing with the order as it is now would let them guess what it has become.
        return conflict(format!("order {} is there already with other content", order.reference));
    }
    match order.content.differing_fields(&Content::of_order(&known.order)).as_slice() {
        [] => Ok(Received::Unchanged(summary.pk)),
        differing => {
            let fields = differing.join(", ");
            conflict(format!("order {} is there already with other content: {fields}", summary.reference))
        }
    }
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
    }
}

/// Says of the time of an order that no phone with a right clock sends it (rule 10).
fn wrong_clock(order_date: Timestamp, now: Timestamp) -> Option<String> {
    /// The year in which the first message was sent through WhatsApp, in milliseconds.
    const FIRST_MILLIS: i64 = 1_230_768_000_000;
    const AHEAD_MILLIS: i64 = 2 * 24 * 60 * 60 * 1000;
    let problem = match order_date.millis() {
        millis if millis < FIRST_MILLIS => "is before 2009",
        millis if millis > now.millis().saturating_add(AHEAD_MILLIS) => "is more than two days ahead of the clock",
        _ => return None,
    };
    Some(format!("orderDate {} {problem}: the time at which the order came is taken", order_date.brief()))
}

fn size_warning(product: &Product, size: Option<&str>) -> Option<String> {
    let problem = match (product.line_for(size).err()?, size) {
        (SizeProblem::Unknown, Some(size)) => format!("has no size {size}"),
        _ => "was ordered without a size".to_owned(),
    };
    Some(format!("{} {problem}; sizes: {}", product.name, product.size_names()))
}

/// Finds among orders of the same number the nearest earlier one with the same items, or else the nearest later one.
pub fn nearest_duplicate<'o>(
    content: &Content,
    date: Timestamp,
    others: impl IntoIterator<Item = &'o Order>,
) -> Option<&'o Order> {
    let distance = |order: &Order| order.summary.order_date.millis() - date.millis();
    others
        .into_iter()
        .filter(|order| content.has_phone() && content.has_same_items(&Content::of_order(order)))
        .min_by_key(|order| (distance(order) > 0, distance(order).abs()))
}

fn duplicate_warning(order: &ResolvedOrder, likely_duplicates: &[Order]) -> Option<String> {
    let is_near = |other: &&Order| {
        (other.summary.order_date.millis() - order.order_date.millis()).abs() <= DUPLICATE_WINDOW_MILLIS
    };
    let nearest = nearest_duplicate(&order.content, order.order_date, likely_duplicates.iter().filter(is_near))?;
    Some(format!("same phone and items as {}: ordered twice?", nearest.summary.reference))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::incoming::SourceKind;
    use crate::domain::order::OrderSummary;
    use crate::domain::product::ProductKey;
    use crate::domain::product::tests::product;
    use crate::domain::status::Status;

    /// An order of the given products, quantities and sizes, at the products' prices, as it comes in.
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
                subtotal: product.price.times(*quantity).unwrap(),
                size: size.map(str::to_owned),
                color: None,
            })
            .collect();
        let (total, item_count) =
            crate::domain::order::sums(items.iter().map(|item| (item.subtotal, item.quantity))).unwrap();
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
            warnings: Vec::new(),
            source: Source { kind: SourceKind::Json, message_id: None },
        }
    }

    /// When orders come in here.
    fn now() -> Timestamp {
        Timestamp::parse("2026-02-07T09:00:00Z").unwrap()
    }

    /// An incoming order of products that are there, as it is written.
    pub fn resolved_order(incoming: &IncomingOrder, catalogue: &Catalogue) -> ResolvedOrder {
        let reference = incoming.reference.clone().unwrap();
        resolve(incoming.clone(), reference, now(), catalogue, &mut Uuid::nil).unwrap()
    }

    /// The order that an incoming one becomes.
    pub fn order(incoming: &IncomingOrder, catalogue: &Catalogue, pk: i64, status: Status) -> Order {
        let new = resolved_order(incoming, catalogue);
        Order {
            summary: OrderSummary {
                pk: OrderPk(pk),
                id: new.id,
                reference: new.reference,
                order_date: new.order_date,
                customer: new.customer,
                user: None,
                status,
                total: new.total,
                item_count: new.item_count,
                currency: None,
                created_at: new.order_date,
                updated_at: new.order_date,
            },
            items: new.items,
        }
    }

    struct Shop {
        catalogue: Catalogue,
        settings: Settings,
    }

    impl Shop {
        fn receive(
            &self,
            incoming: &IncomingOrder,
            known: Option<&Known>,
            others: &[Order],
        ) -> Result<Received, Rejected> {
            let facts = Facts { known, likely_duplicates: others, settings: &self.settings, sender: &Caller::Operator };
            let reference = incoming.reference.clone().unwrap();
            decide(&resolve(incoming.clone(), reference, now(), &self.catalogue, &mut Uuid::nil)?, facts)
        }
    }

    fn shop(products: &[&Product]) -> Shop {
        Shop { catalogue: products.iter().map(|p| (*p).clone()).collect(), settings: Settings::default() }
    }

    #[test]
    fn a_repeated_order_is_unchanged_or_a_conflict_that_names_its_fields() {
        let shirt = product("Shirt", &[("", 5)]);
        let cap = product("Cap", &[("", 5)]);
        let shop = shop(&[&shirt, &cap]);
        let first = incoming(&[(&shirt, 2, None), (&cap, 1, Some("M"))]);
        let order = order(&first, &shop.catalogue, 1, Status::Shipped);
        type Change = fn(&mut IncomingOrder);
        let cases: &[(&str, Change, &str)] = &[
            ("nothing", |_| (), ""),
            ("the date", |o| o.order_date = Timestamp::parse("2020-01-01T00:00:00Z").unwrap(), ""),
            ("an image", |o| o.items[0].image = Some("https://a.example/b".into()), ""),
            ("the order of items", |o| o.items.reverse(), ""),
            ("the phone's spelling", |o| o.customer.phone = "(1) 23-4".into(), ""),
            ("the name", |o| o.customer.name = "Jane".into(), "customerName"),
            ("the phone", |o| o.customer.phone = "1235".into(), "customerPhone"),
            ("the address", |o| o.customer.address = Some("x".into()), "customerAddress"),
            ("a size", |o| o.items[0].size = Some("L".into()), "items"),
            ("a color", |o| o.items[0].color = Some("Red".into()), "items"),
            (
                "name and a quantity",
                |o| {
                    o.customer.name = "Jane".into();
                    o.items[0].quantity = 1;
                    o.total = Money::from_hundredths(5998);
                },
                "customerName, items, total",
            ),
        ];
        for (what, change, fields) in cases {
            let mut again = first.clone();
            change(&mut again);
            let known = Known { order: order.clone(), received_before: false };
            let expected = if fields.is_empty() {
                Ok(Received::Unchanged(OrderPk(1)))
            } else {
                let problem = format!("order LEG-LXYZ1234-AB5C is there already with other content: {fields}");
                Err(Rejected { kind: Kind::Conflict(Conflict::Content), problems: problem.into() })
            };
            assert_eq!(shop.receive(&again, Some(&known), &[]), expected, "{what}");
            let known = Known { received_before: true, ..known };
            let unchanged = Ok(Received::Unchanged(OrderPk(1)));
            assert_eq!(shop.receive(&again, Some(&known), &[]), unchanged, "{what}, as it once came");
        }
    }

    #[test]
    fn every_unknown_product_and_a_foreign_currency_are_refused_with_their_places() {
        let shirt = product("Shirt", &[("", 5)]);
        let cap = product("Cap", &[("", 5)]);
        let belt = product("Belt", &[("", 5)]);
        let mut shop = shop(&[&shirt]);
        shop.settings.currency = Some("EGP".into());
        let mut order = incoming(&[(&cap, 1, None), (&shirt, 1, None), (&belt, 1, None)]);
        order.currency = Some("USD".into());
        let problems: Vec<String> = vec![
            format!("items[0].productId: Product {} not found", cap.id),
            format!("items[2].productId: Product {} not found", belt.id),
        ];
        assert_eq!(
            shop.receive(&order, None, &[]),
            Err(Rejected { kind: Kind::InvalidInput, problems: problems.into_iter().collect() })
        );
        shop.catalogue = [&shirt, &cap, &belt].into_iter().cloned().collect();
        let problems: Vec<String> = vec!["currency: is USD, but this shop sells in EGP".to_owned()];
        let foreign = Err(Rejected { kind: Kind::InvalidInput, problems: problems.into_iter().collect() });
        assert_eq!(shop.receive(&order, None, &[]), foreign);
    }

    #[test]
    fn an_order_of_a_wrong_clock_has_the_time_at_which_it_came() {
        let shirt = product("Shirt", &[("", 5)]);
        let shop = shop(&[&shirt]);
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
            let new = resolved_order(&order, &shop.catalogue);
            let expected =
                problem.map(|problem| format!("orderDate {date} {problem}: the time at which the order came is taken"));
            assert_eq!(new.warnings, Vec::from_iter(expected), "{date}");
            assert_eq!(new.order_date, if problem.is_some() { now() } else { order.order_date }, "{date}");
        }
    }

    #[test]
    fn a_new_reference_is_none_that_a_command_takes_for_something_else() {
        let shirt = product("Shirt", &[("", 5)]);
        let shop = shop(&[&shirt]);
        for (reference, problem) in [
            ("--yes", "must not begin with -"),
            ("550E8400-e29b-41d4-a716-446655440000", "a reference cannot be an order's id"),
            ("550e8400e29b41d4a716446655440000", "a reference cannot be an order's id"),
        ] {
            let mut sent = incoming(&[(&shirt, 1, None)]);
            sent.reference = Reference::parse(reference);
            let problems: Vec<String> = vec![format!("orderReference: {problem}")];
            assert_eq!(
                shop.receive(&sent, None, &[]),
                Err(Rejected { kind: Kind::InvalidInput, problems: problems.into_iter().collect() })
            );
            let known = Known { order: order(&sent, &shop.catalogue, 1, Status::Pending), received_before: false };
            assert_eq!(shop.receive(&sent, Some(&known), &[]), Ok(Received::Unchanged(OrderPk(1))), "an old one stays");
        }
    }

    #[test]
    fn absent_snapshots_come_from_the_catalogue_and_sent_ones_stay() {
        let mut shirt = product("Shirt", &[("", 5)]);
        shirt.discounted_price = Some(Money::from_hundredths(1999));
        shirt.image_paths = vec!["media/a.jpg".into(), "https://shop.example/a.jpg".into()];
        let shop = shop(&[&shirt]);
        let mut order = incoming(&[(&shirt, 1, None), (&shirt, 1, None)]);
        order.items[1].name = Some("T-Shirt".into());
        order.items[1].barcode = Some("OLD-1".into());
        order.items[1].image = Some("https://shop.example/old.jpg".into());
        let new = resolved_order(&order, &shop.catalogue);
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
    fn a_size_that_cannot_be_sold_is_a_warning_when_the_order_comes_in() {
        let shirt = product("Shirt", &[("S", 1), ("L", 2)]);
        let shop = shop(&[&shirt]);
        for (size, expected) in [
            (Some(" l "), None),
            (None, Some("Shirt was ordered without a size; sizes: S, L")),
            (Some("XL"), Some("Shirt has no size XL; sizes: S, L")),
        ] {
            let Ok(Received::New { warnings }) = shop.receive(&incoming(&[(&shirt, 1, size)]), None, &[]) else {
                panic!("the order is new")
            };
            assert_eq!(warnings.first().map(String::as_str), expected, "{size:?}");
        }
    }

    #[test]
    fn the_same_phone_and_items_within_six_hours_are_a_warning() {
        let shirt = product("Shirt", &[("", 5)]);
        let cap = product("Cap", &[("", 5)]);
        let shop = shop(&[&shirt, &cap]);
        let other = |reference: &str, date: &str, item: &Product| {
            let mut earlier = incoming(&[(item, 1, None)]);
            earlier.reference = Reference::parse(reference);
            earlier.order_date = Timestamp::parse(date).unwrap();
            order(&earlier, &shop.catalogue, 1, Status::Pending)
        };
        let cases = [
            (vec![], None),
            (vec![other("LEG-A", "2026-02-04T04:30:00Z", &shirt)], Some("LEG-A")),
            (vec![other("LEG-A", "2026-02-04T04:29:59Z", &shirt)], None),
            (vec![other("LEG-A", "2026-02-04T10:00:00Z", &cap)], None),
            (
                vec![
                    other("LEG-A", "2026-02-04T08:00:00Z", &shirt),
                    other("LEG-B", "2026-02-04T10:00:00Z", &shirt),
                    other("LEG-C", "2026-02-04T10:31:00Z", &shirt),
                ],
                Some("LEG-B"),
            ),
            (vec![other("LEG-C", "2026-02-04T10:31:00Z", &shirt)], Some("LEG-C")),
        ];
        for (others, expected) in cases {
            let Ok(Received::New { warnings }) = shop.receive(&incoming(&[(&shirt, 1, None)]), None, &others) else {
                panic!("the order is new")
            };
            let expected: Vec<_> =
                expected.iter().map(|r| format!("same phone and items as {r}: ordered twice?")).collect();
            assert_eq!(warnings, expected);
        }
    }
}
