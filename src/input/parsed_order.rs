//! An order as parsed from a record, before anybody looks it up in the catalogue.

use crate::domain::incoming::{IncomingItem, IncomingOrder, Revision, Source, SourceKind};
use crate::domain::problems::Problems;
use crate::domain::product_name::NamedProduct;

/// An order of a record, or why it is refused.
#[derive(Debug, Clone)]
pub struct ParsedOrder {
    /// Its name in messages: its reference, or the id of its message.
    pub label: Option<String>,
    /// The products that it names, even if the rest is wrong.
    pub products: Vec<NamedProduct>,
    /// How it came.
    pub source: Source,
    /// What happened to the message that brought it, if another message says so.
    pub revision: Option<Revision>,
    /// The order, or every problem with its place; an empty list reports only that its message changed.
    pub order: Result<IncomingOrder, Problems>,
}

impl ParsedOrder {
    /// Makes a refused order that is known only by its problems.
    pub fn refused(problems: Problems) -> ParsedOrder {
        ParsedOrder {
            label: None,
            products: Vec::new(),
            source: Source { kind: SourceKind::Json, message_id: None },
            revision: None,
            order: Err(problems),
        }
    }

    /// Returns about how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let content = match &self.order {
            Err(problems) => problems.size(),
            Ok(order) => {
                let items = order.items.iter().map(|item| {
                    let names = text(&item.name) + text(&item.barcode) + text(&item.image);
                    let chosen = text(&item.size) + text(&item.color);
                    size_of::<IncomingItem>() + item.product.text_size() + names + chosen
                });
                let customer = order.customer.name.len() + text(&order.customer.address);
                customer + text(&order.note) + items.sum::<usize>()
            }
        };
        let products = self.products.iter().map(|product| size_of::<NamedProduct>() + product.text_size());
        size_of::<ParsedOrder>() + content + products.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::input::samples::{cart, order, read_one};

    /// An import bounds the memory of the orders that wait to be stored.
    #[test]
    fn the_size_of_an_order_grows_with_its_texts() {
        let size = |key: &str, value: &str| {
            let mut order = order();
            match order["items"][0].get(key) {
                Some(_) => order["items"][0][key] = json!(value),
                None => order[key] = json!(value),
            }
            read_one(&order).size()
        };
        for key in ["customerName", "customerAddress"] {
            assert_eq!(size(key, "12345") - size(key, "1"), 4, "{key}");
        }
        let sized = |key: &str, value: &str| {
            let mut order = order();
            order["items"][0][key] = json!(value);
            read_one(&order).size()
        };
        for key in ["productName", "productBarcode", "selectedSize", "selectedColor"] {
            assert_eq!(sized(key, "12345") - sized(key, "1"), 4, "{key}");
        }
        let note = |text: &str| {
            let mut cart = cart();
            cart["order"]["text"] = json!(text);
            read_one(&json!({"messages": [cart]})).size()
        };
        assert_eq!(note("12345") - note("1"), 4);
        let image = |path: &str| sized("productImage", &format!("https://a.example/{path}"));
        assert_eq!(image("12345") - image("1"), 4);
        let mut two = order();
        two["items"] = json!([two["items"][0], two["items"][0]]);
        let item = size_of::<IncomingItem>() + size_of::<NamedProduct>() + 2 * "items[0].productId".len();
        assert_eq!(read_one(&two).size() - read_one(&order()).size(), item);
        let refused = |problem: &str| ParsedOrder::refused(problem.to_owned().into()).size();
        assert_eq!(refused("12345") - refused("1"), 4);
        assert!(refused("") > size_of::<ParsedOrder>());
    }
}
