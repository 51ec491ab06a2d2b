//! The shelf.

use super::super::command::{Cents, Named};
use super::super::shop::{Shop, size_key};
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
}
