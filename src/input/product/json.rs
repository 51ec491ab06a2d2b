//! A product as JSON: what `product list` prints, or a row of the shop's catalogue with keys of its own.

use std::collections::HashSet;

use crate::domain::limits;
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::problems::Problems;
use crate::domain::product_change::{IncomingProduct, IncomingStock};
use crate::domain::text::size_key;
use crate::domain::typed_text::{or_none, read_text};
use crate::input::json::fields::Fields;
use crate::input::json::value::{NotJson, Value, parse};
use crate::input::list::product_cells::RowPlaces;

/// The most bytes that a product as JSON may have (1 MiB).
const PRODUCT_LIMIT: usize = 1 << 20;

/// A record that was read as a product.
#[derive(Debug)]
pub struct ReadProduct {
    /// The barcode, name or id as sent, for messages.
    pub label: Option<String>,
    /// The product, or every problem with its place.
    pub product: Result<IncomingProduct, Problems>,
    /// Where its cells stand, if it came in rows of a table. Such rows may name a product by its name alone.
    pub row: Option<RowPlaces>,
}

/// Reads one record as a product. Unknown keys are the shop's own and are ignored.
///
/// # Errors
/// The record is not JSON at all.
pub fn read_product(record: &[u8]) -> Result<ReadProduct, NotJson> {
    let raw = parse(record)?;
    if record.len() > PRODUCT_LIMIT {
        let problem = format!("has {} bytes, the most for a product is {PRODUCT_LIMIT}", record.len());
        return Ok(ReadProduct { label: None, product: Err(problem.into()), row: None });
    }
    let mut problems = Problems::default();
    let product = product(&Value::record(raw), &mut problems);
    let label = product.as_ref().and_then(|product| {
        product
            .barcode
            .clone()
            .flatten()
            .or_else(|| product.name.clone())
            .or_else(|| product.id.map(|id| id.to_string()))
    });
    let product = match product {
        Some(product) if problems.is_empty() => Ok(product),
        _ => Err(problems),
    };
    Ok(ReadProduct { label, product, row: None })
}

fn product(record: &Value<'_>, problems: &mut Problems) -> Option<IncomingProduct> {
    let mut fields = record.object(problems)?;
    if fields.has("orderReference") {
        problems.add("", "is an order; use: orders import");
        return None;
    }
    let id = fields.take("id", problems).and_then(|value| value.product_id(problems));
    let name = fields.has("name").then(|| fields.require_text("name", limits::NAME, problems)).flatten();
    let barcode = read_barcode(&mut fields, problems);
    let price = fields.take("price", problems).and_then(|value| value.money(problems));
    let discounted_price = fields
        .take_any(&["discountedPrice"], problems)
        .map(|value| if value.is_null() { None } else { value.money(problems) });
    let image_paths = fields.take("imagePaths", problems).and_then(|value| read_texts(&value, problems));
    let low_stock_at = fields
        .take_any(&["lowStockAt"], problems)
        .map(|value| if value.is_null() { None } else { value.whole_number(0, i64::from(QUANTITY_LIMIT), problems) });
    let stock = read_stock(&mut fields, problems);
    fields.finish_open(problems);
    Some(IncomingProduct { id, name, barcode, price, discounted_price, image_paths, low_stock_at, stock })
}

/// Reads the barcode, or `sku` if it is blank. Beside a barcode, `sku` is a key of the shop's own.
fn read_barcode(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Option<String>> {
    let mut text =
        |name: &str| fields.take_any(&[name], problems).map(|value| nullable_text(&value, limits::BARCODE, problems));
    let barcode = text("barcode");
    if matches!(barcode, Some(Some(_))) { barcode } else { text("sku").or(barcode) }
}

fn nullable_text(value: &Value<'_>, longest: usize, problems: &mut Problems) -> Option<String> {
    if value.is_null() { None } else { value.text(Some(longest), problems) }
}

fn read_texts(value: &Value<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let elements = value.array(limits::IMAGES, "images", problems)?;
    Some(elements.iter().filter_map(|element| element.text(Some(limits::IMAGE), problems)).collect())
}

fn read_stock(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<IncomingStock> {
    let limit = i64::from(QUANTITY_LIMIT);
    // Beside one of the others, `stock` is a key of the shop's own.
    let names = if fields.has("stockQuantity") || fields.has("quantity") {
        &["stockQuantity", "quantity"][..]
    } else {
        &["stock"]
    };
    let total = fields
        .take_any(names, problems)
        .filter(|value| !value.is_null())
        .and_then(|value| Some((value.whole_number(0, limit, problems)?, value.place)));
    let sizes = fields.take("sizeQuantities", problems).and_then(|value| read_sizes(&value, problems));
    match sizes {
        Some(sizes) if !sizes.is_empty() => {
            if let Some((total, place)) = total
                && let Err(problem) = check_sum(total, &sizes)
            {
                problems.add(&place, problem);
            }
            Some(IncomingStock::BySize(sizes))
        }
        _ => total.map(|(total, _)| IncomingStock::Total(total)),
    }
}

fn check_sum(total: i64, sizes: &[(String, i64)]) -> Result<(), String> {
    let sum: i64 = sizes.iter().map(|(_, on_hand)| on_hand).sum();
    if total == sum { Ok(()) } else { Err(format!("is {total}, but sizeQuantities sum to {sum}")) }
}

/// Reads the value of a cell that holds JSON, as `product list --format csv` prints it.
fn read_cell<T>(text: &str, read: impl FnOnce(&Value<'_>, &mut Problems) -> Option<T>) -> Result<T, String> {
    let raw = parse(text.as_bytes()).map_err(|_| "must be JSON, as product list --format csv prints it".to_owned())?;
    let mut problems = Problems::default();
    let value = read(&Value::record(raw), &mut problems);
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(match problems.into_first().into_iter().next() {
            None => "must not be null".to_owned(),
            Some(problem) if problem.starts_with("must ") => problem,
            Some(inside) => format!("has a problem: {inside}"),
        }),
    }
}

/// Reads the pictures of a product from a cell.
pub(super) fn read_images(text: &str) -> Result<Vec<String>, String> {
    read_cell(text, read_texts)
}

/// Reads the stock of each size from a cell; `total` is the sum that stands beside it.
pub(super) fn read_size_quantities(text: &str, total: Option<i64>) -> Result<IncomingStock, String> {
    let sizes = read_cell(text, read_sizes)?;
    total
        .map_or(Ok(()), |total| check_sum(total, &sizes))
        .map_err(|problem| format!("does not fit the stock: {problem}"))?;
    Ok(IncomingStock::BySize(sizes))
}

fn read_sizes(value: &Value<'_>, problems: &mut Problems) -> Option<Vec<(String, i64)>> {
    let mut read: Vec<(String, i64)> = Vec::new();
    let mut known = HashSet::new();
    let sizes = value.object(problems)?;
    sizes.each(problems, |size, value, problems| {
        // An empty size is what this program prints for pieces without a size, beside others.
        let size = match or_none(size, |size| read_text(size, limits::CHOICE)) {
            Ok(size) => size.unwrap_or_default(),
            Err(problem) => return problems.add(&value.place, format_args!("a size {problem}")),
        };
        if !known.insert(size_key(&size)) {
            problems.add(&value.place, "is given twice");
        } else if let Some(on_hand) = value.whole_number(0, i64::from(QUANTITY_LIMIT), problems) {
            read.push((size, on_hand));
        }
    });
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<IncomingProduct, Vec<String>> {
        read_product(json.as_bytes()).expect("it is JSON").product.map_err(Problems::into_first)
    }

    #[test]
    fn a_catalogue_product_is_read_and_the_shop_keys_ignored() {
        let product = read(
            r#"{"id":"550e8400-e29b-41d4-a716-446655440000","name":"Classic T-Shirt","barcode":"","price":"29.99",
            "discounted_price":null,"image_paths":["a.jpg"],"size_quantities":{"S":1,"L":2},"stock_quantity":3,
            "inStock":true,"description":"…","rating":{"stars":5}}"#,
        )
        .unwrap();
        assert_eq!((product.barcode, product.discounted_price), (Some(None), Some(None)));
        assert_eq!(product.stock, Some(IncomingStock::BySize(vec![("S".into(), 1), ("L".into(), 2)])));
        assert_eq!(product.low_stock_at, None);
    }

    #[test]
    fn bad_products_are_refused_with_their_places() {
        for (json, problems) in [
            (r#"{"name":" ","price":-1}"#, vec!["name: must not be blank", "price: must not be negative"]),
            (r#"{"id":"17"}"#, vec!["id: must be a product id (a UUID)"]),
            (r#"{"quantity":-1}"#, vec!["quantity: must be at least 0"]),
            (r#"{"quantity":1,"stockQuantity":1}"#, vec!["stockQuantity: is given twice, as quantity too"]),
            (
                r#"{"stockQuantity":2,"sizeQuantities":{"S":1}}"#,
                vec!["stockQuantity: is 2, but sizeQuantities sum to 1"],
            ),
            (
                r#"{"sizeQuantities":{"S":1," s":1,"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx":3,"\u200b":1}}"#,
                vec![
                    "sizeQuantities. s: is given twice",
                    "sizeQuantities.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: a size must have at most 50 characters, has 51",
                    "sizeQuantities.\u{200b}: a size must not be blank",
                ],
            ),
            (r#"{"color":1,"color":2}"#, vec!["color: is given twice"]),
            (r#"{"orderReference":"LEG-1"}"#, vec!["is an order; use: orders import"]),
            ("[]", vec!["must be an object, is an array"]),
        ] {
            assert_eq!(read(json).expect_err(json), problems, "{json}");
        }
    }

    #[test]
    fn sku_and_stock_are_taken_where_there_is_no_other_word() {
        let taken = |json: &str| {
            let product = read(json).unwrap();
            (product.barcode.flatten(), product.stock)
        };
        let text = |text: &str| Some(text.to_owned());
        for (json, barcode, stock) in [
            (r#"{"sku":"C1","stock":4}"#, text("C1"), Some(4)),
            (r#"{"barcode":"","sku":"C1"}"#, text("C1"), None),
            (r#"{"barcode":"B1","sku":"C1","quantity":3,"stock":{"warehouse":4}}"#, text("B1"), Some(3)),
            (r#"{"sku":null,"stock":null}"#, None, None),
        ] {
            assert_eq!(taken(json), (barcode, stock.map(IncomingStock::Total)), "{json}");
        }
        assert_eq!(read(r#"{"stock":"many"}"#).unwrap_err(), ["stock: must be a whole number"]);
    }

    #[test]
    fn absent_keys_null_and_values_differ() {
        let product = read(r#"{"name":"Cap"}"#).unwrap();
        assert_eq!(
            (product.barcode, product.discounted_price, product.low_stock_at, product.stock),
            (None, None, None, None)
        );
        let null = r#"{"barcode":null,"discountedPrice":null,"lowStockAt":null,"quantity":null,"price":null}"#;
        let product = read(null).unwrap();
        assert_eq!(
            (product.barcode, product.discounted_price, product.low_stock_at),
            (Some(None), Some(None), Some(None))
        );
        assert_eq!((product.stock, product.price), (None, None));
        let product = read(r#"{"barcode":"C1","discountedPrice":2,"lowStockAt":0,"quantity":4}"#).unwrap();
        assert_eq!(product.barcode, Some(Some("C1".to_owned())));
        assert_eq!(product.discounted_price.flatten().map(|price| price.hundredths()), Some(200));
        assert_eq!((product.low_stock_at, product.stock), (Some(Some(0)), Some(IncomingStock::Total(4))));
        // No sizes is no answer to how many there are.
        assert_eq!(read(r#"{"quantity":4,"sizeQuantities":{}}"#).unwrap().stock, Some(IncomingStock::Total(4)));
        let images = r#"{"imagePaths":["a.jpg"," ","b.jpg"]}"#;
        assert_eq!(read(images).unwrap().image_paths, Some(vec!["a.jpg".to_owned(), "b.jpg".to_owned()]));
    }

    #[test]
    fn a_product_is_named_by_its_barcode_else_its_name_else_its_id() {
        let id = "550e8400-e29b-41d4-a716-446655440000";
        for (json, expected) in [
            (format!(r#"{{"id":"{id}","name":"Cap","barcode":"C1"}}"#), Some("C1")),
            (format!(r#"{{"id":"{id}","name":"Cap","barcode":""}}"#), Some("Cap")),
            (format!(r#"{{"id":"{id}","price":-1}}"#), Some(id)),
            ("{}".to_owned(), None),
        ] {
            assert_eq!(read_product(json.as_bytes()).unwrap().label.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_product_has_limits() {
        let padded = |length: usize| {
            read(&format!(r#"{{"name":"Cap"{}}}"#, " ".repeat(length - 14))).map(|product| product.name)
        };
        assert_eq!(padded(PRODUCT_LIMIT), Ok(Some("Cap".to_owned())));
        let excess = format!("has {} bytes, the most for a product is {PRODUCT_LIMIT}", PRODUCT_LIMIT + 1);
        assert_eq!(padded(PRODUCT_LIMIT + 1), Err(vec![excess]));
        let longest = "x".repeat(limits::CHOICE);
        let sized = read(&format!(r#"{{"sizeQuantities":{{"{longest}":1}}}}"#)).unwrap();
        assert_eq!(sized.stock, Some(IncomingStock::BySize(vec![(longest, 1)])));
        let images = |count: usize| {
            let paths = vec!["\"a.jpg\""; count].join(",");
            read(&format!(r#"{{"imagePaths":[{paths}]}}"#))
                .map(|product| product.image_paths.map_or(0, |paths| paths.len()))
        };
        assert_eq!(images(limits::IMAGES), Ok(limits::IMAGES));
        assert_eq!(
            images(limits::IMAGES + 1),
            Err(vec!["imagePaths: must have at most 100 images, has 101".to_owned()])
        );
    }
}
