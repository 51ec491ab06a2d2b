//! An order as JSON: what the web page posts, and what this program prints.

use crate::domain::incoming::{IncomingItem, IncomingOrder, Source, SourceKind, sums_of};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::{Customer, ITEMS_LIMIT, QUANTITY_LIMIT, subtotal_of};
use crate::domain::problems::Problems;
use crate::domain::product::image_problem;
use crate::domain::product_name::{NamedProduct, ProductKey};
use crate::domain::reference::Reference;
use crate::domain::status::Status;
use crate::domain::terms::Terms;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::input::json::fields::Fields;
use crate::input::json::value::Value;
use crate::input::parsed_order::ParsedOrder;

/// What a record names, even if the rest of it is wrong.
#[derive(Debug, Default)]
struct Named {
    reference: Option<String>,
    products: Vec<NamedProduct>,
    warnings: Vec<String>,
}

/// Returns whether an object is meant as an order: it has a key that only orders have.
pub fn is_order(fields: &Fields<'_>) -> bool {
    ["orderReference", "orderDate", "customerName", "customerPhone", "items"].iter().any(|key| fields.has(key))
}

/// Reads an object as an order and checks its shape, values and sums, but not its products.
pub fn read_order_fields(fields: Fields<'_>) -> ParsedOrder {
    let mut problems = Problems::default();
    let mut named = Named::default();
    let source = Source { kind: SourceKind::Json, message_id: None };
    let order = order(fields, &source, &mut named, &mut problems);
    let order = problems.refuse_or(order);
    ParsedOrder { label: named.reference, products: named.products, source, revision: None, order }
}

fn order(mut fields: Fields<'_>, source: &Source, named: &mut Named, problems: &mut Problems) -> Option<IncomingOrder> {
    let reference = fields.take("orderReference", problems).and_then(|value| {
        let text = value.whole_text(problems)?;
        named.reference = Some(shorten(&text).into_owned());
        Reference::read(&text).map_err(|problem| problems.add(&value.place, problem)).ok()
    });
    let order_date = fields.require(&["orderDate"], problems).and_then(|value| {
        value.parse("must be a time with a zone, such as 2026-02-04T10:30:00Z", Timestamp::parse, problems)
    });
    let name = fields.require_text("customerName", limits::NAME, problems);
    let phone = fields.require_text("customerPhone", limits::PHONE, problems);
    let address = fields.take_text("customerAddress", limits::ADDRESS, problems);
    check_pending(&mut fields, problems);
    let currency = fields.take("currency", problems).and_then(|value| value.currency(problems));
    // Only responses have these: never trust a guest's.
    let ignored =
        ["id", "user", "createdAt", "updatedAt", "dryRun", "returned", "grandTotal", "paid", "due", "courier"];
    for ignored in ignored.into_iter().chain(["tracking", "kept", "payments", "returns", "notes"]) {
        fields.take(ignored, problems);
    }
    let items = read_items(&mut fields, named, problems);
    let terms = read_terms(&mut fields, problems);
    let total_sent = fields.take("total", problems);
    let count_sent = fields.take("itemCount", problems);
    fields.finish(problems);
    let sent = SentSums { total: total_sent, count: count_sent };
    let (total, item_count) = check_sums(items.as_deref(), &sent, problems)?;
    if terms.discount > total {
        let problem = format_args!("is {}, more than the items, which sum to {total}", terms.discount);
        problems.add("discount", problem);
    }
    Some(IncomingOrder {
        longer_reference: None,
        reference,
        order_date: order_date?,
        customer: Customer { name: name?, phone: phone?, address },
        currency,
        note: None,
        items: items?,
        total,
        item_count,
        terms: terms.claimed_by_guest(),
        warnings: std::mem::take(&mut named.warnings),
        source: source.clone(),
    })
}

fn check_pending(fields: &mut Fields<'_>, problems: &mut Problems) {
    let Some(value) = fields.take("status", problems) else {
        return;
    };
    let Some(status) = value.whole_text(problems) else {
        return;
    };
    if status != Status::Pending.as_str() {
        let status = shorten(&status);
        problems.add(&value.place, format_args!("must be pending, is {status:?}: an order starts pending"));
    }
}

/// Reads what a guest says of delivery, discount and cash on delivery.
fn read_terms(fields: &mut Fields<'_>, problems: &mut Problems) -> Terms {
    let mut money = |name| fields.take(name, problems).and_then(|value| value.money(problems));
    let (delivery_fee, discount) = (money("deliveryFee"), money("discount").unwrap_or(Money::ZERO));
    let is_cod = fields.take("cod", problems).and_then(|value| value.truth(problems)).unwrap_or(false);
    Terms { delivery_fee, discount, is_cod, ..Terms::default() }
}

fn read_items(fields: &mut Fields<'_>, named: &mut Named, problems: &mut Problems) -> Option<Vec<IncomingItem>> {
    let is_list_body = fields.has("createdAt") && !fields.has("items");
    if is_list_body {
        problems.add("", "has no items: export each order with `show`");
        return None;
    }
    let value = fields.require(&["items"], problems)?;
    let elements = value.array(ITEMS_LIMIT, "items", problems)?;
    if elements.is_empty() {
        problems.add(&value.place, "must have at least one item");
        return None;
    }
    let items: Vec<_> = elements.iter().map(|element| read_item(element, named, problems)).collect();
    items.into_iter().collect()
}

fn read_item(element: &Value<'_>, named: &mut Named, problems: &mut Problems) -> Option<IncomingItem> {
    let mut fields = element.object(problems)?;
    let product = read_product(&mut fields, problems);
    named.products.extend(product.clone());
    let name = fields.take_text("productName", limits::NAME, problems);
    let barcode = fields.take_text("productBarcode", limits::BARCODE, problems);
    let image = read_image(&mut fields, &mut named.warnings, problems);
    let quantity = fields.require(&["quantity"], problems).and_then(|value| value.quantity(problems));
    let unit_price = fields.require(&["unitPrice"], problems).and_then(|value| value.money(problems));
    let size = fields.take_text("selectedSize", limits::CHOICE, problems);
    let color = fields.take_text("selectedColor", limits::CHOICE, problems);
    let subtotal_sent = fields.take("subtotal", problems);
    fields.take("id", problems);
    fields.finish(problems);
    let (quantity, unit_price) = (quantity?, unit_price?);
    let subtotal = subtotal_of(quantity, unit_price).map_err(|problem| problems.add(&element.place, problem)).ok()?;
    if let Some(value) = subtotal_sent
        && let Some(sent) = value.money(problems)
        && sent != subtotal
    {
        problems.add(&value.place, format_args!("is {sent}, but {quantity} × {unit_price} is {subtotal}"));
    }
    Some(IncomingItem {
        product: product?,
        name,
        barcode,
        image,
        quantity,
        unit_price,
        is_price_agreed: false,
        subtotal,
        size,
        color,
    })
}

/// Reads which product an item is of: its id, or in place of it a barcode.
fn read_product(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<NamedProduct> {
    let Some(barcode) = fields.take("barcode", problems) else {
        let value = fields.require(&["productId", "product"], problems)?;
        let id = value.product_id(problems)?;
        return Some(NamedProduct { place: value.place.to_string(), key: ProductKey::Id(id) });
    };
    if let Some(id) = fields.take_any(&["productId", "product"], problems).filter(|value| !value.is_null()) {
        problems.add(&barcode.place, format_args!("and {} are both given: keep one", id.place));
        return None;
    }
    let text = barcode.required_text(limits::BARCODE, problems)?;
    Some(NamedProduct { place: barcode.place.to_string(), key: ProductKey::Barcode(text) })
}

/// Reads a picture. An invalid one is left out with a warning, for it must not cost anybody an order.
fn read_image(fields: &mut Fields<'_>, warnings: &mut Vec<String>, problems: &mut Problems) -> Option<String> {
    let value = fields.take("productImage", problems)?;
    let url = if value.is_string() { value.text(None, problems)? } else { String::new() };
    if let Some(problem) = image_problem(&url) {
        warnings.push(format!("{}: {problem}", value.place));
        return None;
    }
    Some(url)
}

struct SentSums<'a> {
    total: Option<Value<'a>>,
    count: Option<Value<'a>>,
}

/// Computes total and count, and compares them with those sent.
fn check_sums(items: Option<&[IncomingItem]>, sent: &SentSums<'_>, problems: &mut Problems) -> Option<(Money, i64)> {
    let total_sent = sent.total.as_ref().and_then(|value| Some((value, value.number_text(problems)?)));
    let count_sent = sent
        .count
        .as_ref()
        .and_then(|value| Some((value, value.whole_number(0, i64::from(QUANTITY_LIMIT), problems)?)));
    let items = items?;
    let (total, count) = sums_of(items).map_err(|problem| problems.add("items", problem)).ok()?;
    if let Some((value, text)) = total_sent {
        match total.is_float_sum(&text) {
            Ok(true) => {}
            Ok(false) => {
                problems.add(&value.place, format_args!("is {}, but the items sum to {total}", shorten(&text)));
            }
            Err(error) => problems.add(&value.place, error),
        }
    }
    if let Some((value, sent)) = count_sent
        && sent != count
    {
        problems.add(&value.place, format_args!("is {sent}, but the items' quantities sum to {count}"));
    }
    Some((total, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::Zone;
    use crate::input::json::value::NotJson;
    use crate::input::order::record::read_record;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn read_one(record: &[u8]) -> Result<ParsedOrder, NotJson> {
        let mut found = None;
        read_record(&Arc::new(record.to_vec()), Zone::UTC, &mut |order, _| found = Some(order))?;
        Ok(found.unwrap_or_else(|| ParsedOrder::refused(Problems::default())))
    }

    const PRODUCT: &str = "550e8400-e29b-41d4-a716-446655440000";

    fn read(json: &str) -> Result<IncomingOrder, Vec<String>> {
        read_one(json.as_bytes()).expect("it is JSON").order.map_err(Problems::into_first)
    }

    fn item(change: &str) -> String {
        format!(r#"{{"productId":"{PRODUCT}","quantity":2,"unitPrice":29.99{change}}}"#)
    }

    fn an_order(items: &str, change: &str) -> String {
        format!(
            r#"{{"orderReference":"LEG-1","orderDate":"2026-02-04T10:30:00Z","customerName":"John Doe",
                "customerPhone":"+1234567890","items":[{items}]{change}}}"#
        )
    }

    #[test]
    fn the_request_in_the_guide_is_read() {
        let guide = format!(
            r#"{{"orderReference":"LEG-LXYZ1234-AB5C","orderDate":"2026-02-04T10:30:00Z","customerName":"John Doe",
            "customerPhone":"+1234567890","customerAddress":"123 Main St, City, Country","items":[{{"productId":"{PRODUCT}",
            "productName":"Classic T-Shirt","productBarcode":"SKU-12345",
            "productImage":"https://res.cloudinary.com/.../image.jpg","quantity":2,"unitPrice":29.99,"selectedSize":"L",
            "selectedColor":"Blue"}}],"total":59.98}}"#
        );
        let order = read(&guide).unwrap();
        assert_eq!((order.total.hundredths(), order.item_count), (5998, 2));
        assert_eq!(order.items[0].size.as_deref(), Some("L"));
    }

    #[test]
    fn the_shop_page_request_and_a_response_are_read() {
        let page = format!(
            r#"{{"order_reference":"LEG-1","order_date":"2026-02-04T10:30:00.123Z","customer_name":"John Doe",
            "customer_phone":"0123","items":[{{"product":"{PRODUCT}","product_name":"Classic T-Shirt","quantity":2,
            "unit_price":"29.99"}}],"total":"59.98","item_count":2}}"#
        );
        assert_eq!(read(&page).unwrap().items[0].product.place, "items[0].product");
        let extra = r#","subtotal":"59.98","id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","productImage":null"#;
        let response = an_order(
            &item(extra),
            r#","id":"x","user":null,"status":"pending","total":"59.98","itemCount":2,"createdAt":"y","updatedAt":"z""#,
        );
        assert_eq!(read(&response).unwrap().total.hundredths(), 5998);
        let paid = read(&an_order(&item(r#","subtotal":59.98"#), r#","currency":"EGP","status":"pending""#)).unwrap();
        assert_eq!(paid.currency.as_deref(), Some("EGP"));
    }

    #[test]
    fn an_item_may_name_a_barcode_in_place_of_the_product_id() {
        let id = format!(r#""productId":"{PRODUCT}""#);
        let with = |keys: &str| an_order(&item("").replace(&id, keys), "");
        let order = read(&with(r#""barcode":" SKU/1 * @ ","productBarcode":"OLD""#)).unwrap();
        let item = &order.items[0];
        assert_eq!(item.product.place, "items[0].barcode");
        assert_eq!(item.product.key, ProductKey::Barcode("SKU/1 * @".into()));
        assert_eq!(item.barcode.as_deref(), Some("OLD"), "the snapshot is another key");
        let order = read(&with(&format!(r#"{id},"barcode":null"#))).unwrap();
        assert!(matches!(order.items[0].product.key, ProductKey::Id(_)));
        for (keys, problem) in [
            (format!(r#"{id},"barcode":"x""#), "items[0].barcode: and items[0].productId are both given: keep one"),
            (
                r#""product":"x","barcode":"x""#.into(),
                "items[0].barcode: and items[0].product are both given: keep one",
            ),
            (r#""barcode":" ""#.into(), "items[0].barcode: must not be blank"),
            (r#""barcode":17"#.into(), "items[0].barcode: must be a string, is a number"),
            (
                format!(r#""barcode":"{}""#, "x".repeat(101)),
                "items[0].barcode: must have at most 100 characters, has 101",
            ),
            (r#""barcode":null"#.into(), "items[0].productId: is required"),
        ] {
            assert_eq!(read(&with(&keys)).unwrap_err(), [problem], "{keys}");
        }
    }

    /// Every kind of bad input, each with the place to name.
    #[test]
    fn bad_orders_are_refused_with_their_places() {
        let long = "x".repeat(256);
        let cases: Vec<(String, Vec<String>)> = vec![
            (an_order(&item(""), r#","total":60"#), vec!["total: is 60, but the items sum to 59.98".into()]),
            (an_order(&item(""), r#","total":1e2"#), vec!["total: must be written without an exponent".into()]),
            (an_order(&item(""), r#","total":"NaN""#), vec!["total: must be a number such as 29.99".into()]),
            (an_order(&item(""), r#","itemCount":3"#), vec!["itemCount: is 3, but the items' quantities sum to 2".into()]),
            (an_order(&item(r#","subtotal":1"#), ""), vec!["items[0].subtotal: is 1.00, but 2 × 29.99 is 59.98".into()]),
            (an_order("", ""), vec!["items: must have at least one item".into()]),
            (an_order("[]", ""), vec!["items[0]: must be an object, is an array".into()]),
            (an_order(&item(r#","quantity":2"#), ""), vec!["items[0].quantity: is given twice".into()]),
            (an_order(&item(r#","unit_price":2"#), ""), vec!["items[0].unit_price: is given twice, as unitPrice too".into()]),
            (an_order(&item(r#","colour":"red""#), ""), vec!["items[0].colour: unknown key".into()]),
            (an_order(&item(&format!(r#","productName":"{long}""#)), ""), vec!["items[0].productName: must have at most 255 characters, has 256".into()]),
            (an_order(&item(""), r#","status":"confirmed""#), vec!["status: must be pending, is \"confirmed\": an order starts pending".into()]),
            (an_order(&item(""), r#","currency":"EGPS""#), vec!["currency: must be three capital letters, such as EGP".into()]),
            (an_order(&item(""), "").replace("2026-02-04T10:30:00Z", "2026-02-04"),
                vec!["orderDate: must be a time with a zone, such as 2026-02-04T10:30:00Z".into()]),
            (an_order(&item(""), "").replace("\"2026-02-04T10:30:00Z\"", "5"), vec!["orderDate: must be a string, is a number".into()]),
            (an_order(&item("").replace(PRODUCT, "x"), ""), vec!["items[0].productId: must be a product id (a UUID)".into()]),
            (an_order(&item("").replace(&format!("\"{PRODUCT}\""), "5"), ""), vec!["items[0].productId: must be a string, is a number".into()]),
            (an_order(&item(""), r#","currency":"usd""#), vec!["currency: must be three capital letters, such as EGP".into()]),
            (an_order(&item(""), r#","customerAddress":{}"#), vec!["customerAddress: must be a string, is an object".into()]),
            (an_order(&item("").replace(":2,", ":0,"), ""), vec!["items[0].quantity: must be at least 1".into()]),
            (an_order(&item("").replace("29.99", "99999999"), "").replace(":2,", ":2147483647,"),
                vec!["items[0]: 2147483647 × 99999999.00 is more than 99999999.99".into()]),
            (an_order(&[item("").as_str(); 2].join(",").replace("29.99", "49999999"), ""),
                vec!["items: sum to more than 99999999.99 or 2147483647 pieces".into()]),
            (r#"{"id":"x","orderReference":"LEG-1","orderDate":"2026-02-04T10:30:00Z","customerName":"J","customerPhone":"1","status":"pending","total":"1.00","itemCount":1,"createdAt":"x"}"#.into(),
                vec!["has no items: export each order with `show`".into()]),
            ("[]".into(), vec!["must be an object, is an array".into()]),
            ("17".into(), vec!["must be an object, is a number".into()]),
            (r#"{"items":[{}],"orderReference":"a b","customerName":" ","customerPhone":"123456789012345678901"}"#.into(), vec![
                "orderReference: must be 1 to 50 printable ASCII characters without spaces".into(),
                "orderDate: is required".into(),
                "customerName: must not be blank".into(),
                "customerPhone: must have at most 20 characters, has 21".into(),
                "items[0].productId: is required".into(),
                "items[0].quantity: is required".into(),
                "items[0].unitPrice: is required".into(),
            ]),
        ];
        for (json, expected) in cases {
            assert_eq!(read(&json).expect_err(&json), expected, "{json}");
        }
    }

    #[test]
    fn an_invalid_image_url_is_left_out_with_a_warning() {
        for image in [r#""javascript:x""#, r#""/media/shirt.jpg""#, "17", "{}", r#"["https://a.example/b"]"#, "true"] {
            let order = read(&an_order(&item(&format!(r#","productImage":{image}"#)), "")).unwrap();
            assert_eq!(order.items[0].image, None, "{image}");
            assert_eq!(
                order.warnings,
                ["items[0].productImage: is not an http or https URL and was left out"],
                "{image}"
            );
        }
        for image in ["null", r#""""#, r#"" ""#] {
            assert_eq!(read(&an_order(&item(&format!(r#","productImage":{image}"#)), "")).unwrap().warnings.len(), 0);
        }
    }

    #[test]
    fn terms_beside_the_items_are_read() {
        let terms = |change: &str| read(&an_order(&item(""), change)).map(|order| order.terms);
        let money = Money::from_hundredths;
        for (change, expected) in [
            ("", Terms::default()),
            (r#","deliveryFee":0"#, Terms { delivery_fee: Some(money(0)), ..Terms::default() }),
            (
                r#","deliveryFee":"50","discount":59.98,"cod":true"#,
                Terms { delivery_fee: Some(money(5000)), discount: money(5998), is_cod: true, ..Terms::default() },
            ),
        ] {
            let read = terms(change).unwrap();
            let said = |terms: &Terms| (terms.delivery_fee, terms.discount, terms.is_cod);
            assert_eq!(said(&read), said(&expected), "{change}");
        }
        let too_much = "discount: is 59.99, more than the items, which sum to 59.98".to_owned();
        assert_eq!(terms(r#","discount":59.99"#).unwrap_err(), [too_much]);
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_one(&bytes);
        }

        #[test]
        fn no_mutation_of_an_order_causes_a_panic(at in 0_usize..400, byte in any::<u8>()) {
            let mut bytes = an_order(&item(""), r#","total":59.98"#).into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(ParsedOrder { order: Ok(order), .. }) = read_one(&bytes) {
                prop_assert_eq!(sums_of(&order.items), Ok((order.total, order.item_count)));
            }
        }
    }
}
