//! How an order names a product.

use std::fmt;

use super::product::ProductId;
use super::text::shorten;

/// A product as an order names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedProduct {
    /// The place that names it: `items[0].productId`.
    pub place: String,
    /// How it is named.
    pub key: ProductKey,
}

impl NamedProduct {
    /// Returns how many bytes its texts take.
    pub fn text_size(&self) -> usize {
        self.place.len()
            + match &self.key {
                ProductKey::Id(_) => 0,
                ProductKey::Barcode(text) | ProductKey::BarcodeOrId(text) => text.len(),
                ProductKey::CutId { barcode, start } => barcode.len() + start.len(),
            }
    }
}

/// The way in which an order names a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductKey {
    /// Its id.
    Id(ProductId),
    /// Its barcode.
    Barcode(String),
    /// Its barcode, with the beginning of its id.
    CutId {
        /// The barcode.
        barcode: String,
        /// The beginning of the id.
        start: String,
    },
    /// Its barcode, else its id: what WhatsApp calls the retailer id.
    BarcodeOrId(String),
}

impl fmt::Display for ProductKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProductKey::Id(id) => id.fmt(f),
            ProductKey::CutId { barcode, start } => write!(f, "{} ({}…)", shorten(barcode), shorten(start)),
            ProductKey::Barcode(text) | ProductKey::BarcodeOrId(text) => f.write_str(&shorten(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;

    #[test]
    fn the_size_of_a_named_product_is_that_of_its_texts() {
        let text_size = |key| NamedProduct { place: "1234".to_owned(), key }.text_size();
        let text = |text: &str| text.to_owned();
        for (key, size) in [
            (ProductKey::Id(product("Cap", &[]).id), 4),
            (ProductKey::Barcode(text("123")), 7),
            (ProductKey::BarcodeOrId(text("12")), 6),
            (ProductKey::CutId { barcode: text("123"), start: text("12") }, 9),
        ] {
            assert_eq!(text_size(key.clone()), size, "{key:?}");
        }
    }
}
