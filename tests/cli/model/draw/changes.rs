//! Changes of orders, and what comes back.

use super::super::command::{Command, Discount, ItemEdit, Named, Replacement, Terms};
use super::super::shop::{Item, Order};
use super::mix::Kind;
use super::{Draw, TEE};

impl Draw<'_> {
    pub(super) fn terms(&mut self) -> Terms {
        let mut terms = Terms::default();
        while terms.delivery.is_none() && terms.discount.is_none() && terms.cod.is_none() {
            if self.in_100(35) {
                terms.delivery = Some(self.one_of(&[None, Some(0), Some(50_00), Some(12_50)]));
            }
            if self.in_100(50) {
                terms.discount = Some(match self.random.u32(0..8) {
                    0 => Discount::None,
                    1..4 => Discount::Amount(self.one_of(&[0, 1, 5_00, 7_77, 20_00])),
                    _ => Discount::Permille(self.one_of(&[5, 33, 60, 100, 125, 333, 500, 1000])),
                });
            }
            if self.in_100(20) {
                terms.cod = Some(self.in_100(60));
            }
        }
        terms
    }

    pub(super) fn edit(&mut self, kind: Kind) -> Command {
        // Few orders of which something came back are open: they are chosen as often as all others.
        let is_rare = |order: &Order| kind.suits(order) && !order.returns.is_empty();
        let is_rare_wanted = self.in_100(50) && self.shop.orders.iter().any(is_rare);
        let reference = self.reference(|order| if is_rare_wanted { is_rare(order) } else { kind.suits(order) });
        let customer = self.customer();
        let has_customer = kind == Kind::EditCustomer || self.in_100(8);
        let items = (kind == Kind::EditItems || self.in_100(8)).then(|| self.item_edit(&reference));
        Command::Edit {
            name: has_customer.then_some(customer.name),
            phone: (has_customer && self.in_100(30)).then_some(customer.phone),
            address: customer.address.filter(|_| has_customer),
            terms: if kind == Kind::EditTerms || self.in_100(8) { self.terms() } else { Terms::default() },
            items,
            reference,
        }
    }

    pub(super) fn item_edit(&mut self, reference: &str) -> ItemEdit {
        let items = self.shop.order(reference).map_or(&[][..], |order| &order.items);
        let number = self.number(items.len());
        match self.random.u32(0..10) {
            0..6 => {
                let item = items.get(number - 1);
                let product = item.and_then(|item| self.named(item)).unwrap_or(TEE);
                let (mut quantity, mut size, mut color, mut price) = (None, None, None, None);
                while quantity.is_none() && size.is_none() && color.is_none() && price.is_none() {
                    quantity = self.in_100(55).then(|| self.one_of(&[1, 1, 2, 2, 3, 4]));
                    let is_blank = self.in_100(3);
                    let drawn = if is_blank { Some(String::new()) } else { self.size(product) };
                    size = if self.in_100(45) { drawn } else { None };
                    color = self.in_100(10).then(|| self.one_of(&["", "Blue"]).to_owned());
                    price = self.in_100(12).then(|| self.price());
                }
                ItemEdit::Change { number, quantity, size, color, price }
            }
            6..9 => {
                let product = self.product();
                let price = self.in_100(15).then(|| self.price());
                ItemEdit::Add {
                    product,
                    quantity: self.quantity(),
                    size: self.size(product),
                    color: self.color(),
                    price,
                }
            }
            _ => ItemEdit::Remove(number),
        }
    }

    pub(super) fn named(&self, item: &Item) -> Option<Named> {
        let products = &self.shop.products;
        products.iter().map(|product| product.named).find(|named| named.barcode == item.product)
    }

    pub(super) fn take_back(&mut self, is_exchange: bool) -> Command {
        let reference = self.reference(|order| Kind::Return.suits(order));
        let items = self.shop.order(&reference).map_or(&[][..], |order| &order.items);
        let mut lines = Vec::new();
        let mut replacement = None;
        for _ in 0..self.one_of(&[1, 1, 1, 2, 3]) {
            let mut number = self.number(items.len());
            // Nearly always an item of which pieces are still with the customer.
            let is_with_customer = |number: usize| items.get(number - 1).is_some_and(|item| item.with_customer() > 0);
            if !is_with_customer(number) && self.in_100(85) {
                number = (1..=items.len()).find(|&number| is_with_customer(number)).unwrap_or(number);
            }
            let left = items.get(number - 1).map_or(1, Item::with_customer).max(1);
            let pieces = self.random.i64(1..=left) + i64::from(self.in_100(5));
            lines.push((number, pieces));
            let product = items.get(number - 1).and_then(|item| self.named(item)).unwrap_or(TEE);
            if is_exchange && replacement.is_none() {
                replacement = Some(self.replacement(product));
            }
        }
        let is_all = items.iter().map(Item::with_customer).sum::<i64>() == lines.iter().map(|line| line.1).sum::<i64>();
        let is_paid = self.shop.order(&reference).is_some_and(|order| order.paid() > Some(0));
        let refund = self.in_100(if is_paid { 50 } else { 3 }).then(|| self.payment(&reference, 15));
        let keep = self.in_100(if is_all { 40 } else { 3 }).then(|| self.one_of(&[0, 5_00, 10_00, 30_00]));
        Command::Return { reference, lines, damaged: self.in_100(20), replacement, refund, keep }
    }

    pub(super) fn replacement(&mut self, product: Named) -> Replacement {
        if self.in_100(50)
            && let Some(size) = self.size(product)
        {
            return Replacement::Size(size);
        }
        let product = if self.in_100(30) { product } else { self.product() };
        let price = self.in_100(30).then(|| self.price());
        Replacement::For { product, size: self.size(product), color: self.color(), price }
    }
}
