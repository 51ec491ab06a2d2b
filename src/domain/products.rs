//! The products that a decision needs.

use std::collections::HashMap;

use uuid::Uuid;

use super::movement::Movement;
use super::product::{Product, ProductId};
use super::product_name::ProductKey;

/// The products that a decision needs.
#[derive(Debug, Clone, Default)]
pub struct Products {
    products: HashMap<ProductId, Product>,
    by_barcode: HashMap<String, ProductId>,
}

impl Products {
    /// Looks a product up by its id.
    pub fn get(&self, id: ProductId) -> Option<&Product> {
        self.products.get(&id)
    }

    /// Looks a product up by the way an order names it.
    pub fn find(&self, key: &ProductKey) -> Option<&Product> {
        let by_barcode = |barcode: &str| self.by_barcode.get(barcode).and_then(|id| self.get(*id));
        match key {
            ProductKey::Id(id) => self.get(*id),
            ProductKey::Barcode(barcode) => by_barcode(barcode),
            ProductKey::CutId { barcode, start } => {
                by_barcode(barcode).filter(|product| product.id.to_string().starts_with(start.as_str()))
            }
            ProductKey::BarcodeOrId(text) => {
                by_barcode(text).or_else(|| self.get(ProductId(Uuid::try_parse(text).ok()?)))
            }
        }
    }

    /// Adds a product.
    pub fn insert(&mut self, product: Product) {
        self.by_barcode.extend(product.barcode.clone().map(|barcode| (barcode, product.id)));
        self.products.insert(product.id, product);
    }

    /// Changes the stock on hand as these movements do. An unknown line is ignored.
    pub fn apply<'m>(&mut self, movements: impl IntoIterator<Item = &'m Movement>) {
        for Movement { product_id, size_key, delta, .. } in movements {
            let product = self.products.get_mut(product_id);
            let line = product.and_then(|product| product.stock.iter_mut().find(|line| line.size_key == *size_key));
            if let Some(line) = line {
                line.on_hand += delta;
            }
        }
    }
}

impl FromIterator<Product> for Products {
    fn from_iter<I: IntoIterator<Item = Product>>(found: I) -> Products {
        let mut products = Products::default();
        found.into_iter().for_each(|product| products.insert(product));
        products
    }
}
