//! The shelf.

use super::super::command::{Cents, Named};
use super::super::shop::{Pieces, Product, Shop, size_key};
use super::{CONFLICT, INVALID, NO_STOCK, NOT_FOUND, Reasons};

impl Shop {
    pub(super) fn adjust(&mut self, named: Named, size: Option<&str>, difference: i64) -> Reasons {
        let Some(product) = self.product(named) else { return Reasons::of(NOT_FOUND) };
        let key = size.map(size_key).unwrap_or_default();
        // Pieces that came back without a size lie beside those with one, and can be corrected.
        let is_loose =
            size.is_none() && self.on_hand.get(&(named.barcode, String::new())).is_some_and(|left| *left > 0);
        let is_wrong = match product.sizes.is_empty() {
            true => size.is_some(),
            false => !product.has_size(&key) && !is_loose,
        };
        if is_wrong {
            return Reasons::of(INVALID);
        }
        let left = self.on_hand.entry((named.barcode, key)).or_default();
        *left += difference;
        Reasons::none().add(NO_STOCK, *left < 0)
    }

    pub(super) fn count(&mut self, named: Named, size: Option<&str>, pieces: i64) -> Reasons {
        let Some(product) = self.products.iter_mut().find(|product| product.named == named) else {
            return Reasons::of(NOT_FOUND);
        };
        let loose = self.on_hand.get(&(named.barcode, String::new())).copied().unwrap_or(0);
        let key = size.map(size_key).unwrap_or_default();
        let mut reasons = Reasons::none();
        if size.is_some() {
            // The first size of a product cannot be started while it lies there without sizes.
            reasons = reasons.add(CONFLICT, product.sizes.is_empty() && loose > 0);
            if !product.has_size(&key) {
                product.sizes.extend(size.map(str::to_owned));
            }
        } else {
            reasons = reasons.add(INVALID, !product.sizes.is_empty() && loose == 0);
        }
        self.on_hand.insert((named.barcode, key), pieces);
        reasons
    }

    pub(super) fn set_price(&mut self, named: Named, price: Cents) -> Reasons {
        match self.products.iter_mut().find(|product| product.named == named) {
            Some(product) => product.price = price,
            None => return Reasons::of(NOT_FOUND),
        }
        Reasons::none()
    }

    /// Takes a product that no order has out of the catalogue, and what is left of it off the shelf.
    pub(super) fn remove_product(&mut self, named: Named) -> Reasons {
        let Some(place) = self.products.iter().position(|product| product.named == named) else {
            return Reasons::of(NOT_FOUND);
        };
        self.removed.push(self.products.remove(place));
        self.on_hand.retain(|(product, _), _| *product != named.barcode);
        Reasons::none().add(CONFLICT, self.orders.iter().any(|order| order.has_product(named.barcode)))
    }

    /// A product that was removed comes back with its sizes, and nothing on hand.
    pub(super) fn import_price(&mut self, named: Named, price: Cents) -> Reasons {
        if let Some(place) = self.removed.iter().position(|product| product.named == named) {
            let product = self.removed.remove(place);
            self.products.push(Product { discounted: None, ..product });
        }
        self.set_price(named, price)
    }

    pub(super) fn set_discounted(&mut self, named: Named, price: Option<Cents>) -> Reasons {
        match self.products.iter_mut().find(|product| product.named == named) {
            // Nothing is no price that is reduced.
            Some(product) => product.discounted = price.filter(|price| *price > 0),
            None => return Reasons::of(NOT_FOUND),
        }
        Reasons::none()
    }

    /// Puts on the shelf what a supplier sent. The same delivery again is known by its reference.
    pub(super) fn deliver(&mut self, delivery: &str, named: Named, pieces: &[(Option<String>, i64)]) -> Reasons {
        let Some(product) = self.product(named) else { return Reasons::of(NOT_FOUND) };
        let line = |size: &Option<String>| (named.barcode, size.as_deref().map(size_key).unwrap_or_default());
        let lines: Pieces = pieces.iter().map(|(size, count)| (line(size), *count)).collect();
        if let Some(known) = self.deliveries.get(delivery) {
            return Reasons::none().add(CONFLICT, *known != lines);
        }
        let is_wrong = |size: &Option<String>| match product.sizes.is_empty() {
            true => size.is_some(),
            false => product.lacks_size(size.as_deref()),
        };
        let reasons = Reasons::none().add(INVALID, pieces.iter().any(|(size, _)| is_wrong(size)));
        for (line, count) in &lines {
            *self.on_hand.entry(line.clone()).or_default() += count;
        }
        self.deliveries.insert(delivery.to_owned(), lines);
        reasons
    }

    /// Takes a size out of the catalogue, of which there is nothing, nor can anything come back.
    pub(super) fn remove_size(&mut self, named: Named, size: &str) -> Reasons {
        let line = (named.barcode, size_key(size));
        let is_held = self.orders.iter().any(|order| order.holding().contains_key(&line));
        let left = self.on_hand.get(&line).copied().unwrap_or(0);
        let Some(product) = self.products.iter_mut().find(|product| product.named == named) else {
            return Reasons::of(NOT_FOUND);
        };
        if product.sizes.is_empty() {
            return Reasons::of(INVALID);
        }
        if !product.has_size(&line.1) {
            return Reasons::of(NOT_FOUND);
        }
        product.sizes.retain(|known| size_key(known) != line.1);
        Reasons::none().add(CONFLICT, left > 0 || is_held || product.sizes.is_empty())
    }
}
