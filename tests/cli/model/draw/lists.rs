//! Lists of couriers and banks, and what suppliers send.

use super::super::command::{Command, PaidRow};
use super::super::shop::size_key;
use super::Draw;
use super::mix::Kind;

impl Draw<'_> {
    pub(super) fn set_listed(&mut self) -> Command {
        let count = self.one_of(&[1, 2, 3, 4]);
        let rows = (0..count).map(|_| {
            let status = self.one_of(&["processing", "shipped", "shipped", "delivered", "delivered", "cancelled"]);
            (self.reference(|order| Kind::SetListed.suits(order)), status)
        });
        Command::SetListed { rows: rows.collect(), keep_going: self.in_100(50) }
    }

    pub(super) fn pay_listed(&mut self) -> Command {
        let count = self.one_of(&[1, 2, 3]);
        let rows = (0..count).map(|_| {
            let reference = self.any_reference();
            // Some are on record already.
            let payments = self.shop.order(&reference).map_or(&[][..], |order| &order.payments);
            let known = self.random.choice(payments).map_or(0, |paid| paid.amount);
            let amount = if known > 0 && self.in_100(40) { known } else { self.amount(&reference) };
            PaidRow { reference, amount, receipt: self.receipt() }
        });
        Command::PayListed { rows: rows.collect(), method: self.method(), keep_going: self.in_100(50) }
    }

    pub(super) fn receive(&mut self) -> Command {
        let product = self.product();
        let count = self.one_of(&[1, 1, 2]);
        let mut pieces: Vec<(Option<String>, i64)> =
            (0..count).map(|_| (self.size(product), self.quantity())).collect();
        let key = |(size, _): &(Option<String>, i64)| size.as_deref().map(size_key);
        pieces.dedup_by_key(|piece| key(piece));
        if pieces.len() > 1 && pieces.iter().any(|(size, _)| size.is_none()) {
            pieces.truncate(1);
        }
        Command::Receive { delivery: format!("INV-{}", self.random.u32(0..12)), product, pieces }
    }

    /// Draws a size to remove, mostly one of which there is nothing.
    pub(super) fn remove_size(&mut self) -> Command {
        let product = self.product();
        let is_empty = |size: &&String| self.shop.on_hand.get(&(product.barcode, size_key(size))) == Some(&0);
        let empty = self.shop.product(product).and_then(|product| product.sizes.iter().find(is_empty)).cloned();
        let size = if self.in_100(80) { empty } else { self.size(product) };
        Command::RemoveSize { product, size: size.unwrap_or("M".to_owned()) }
    }
}
