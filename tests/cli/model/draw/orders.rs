//! Orders that come in, and what they are made of.

use super::super::command::{Cents, Command, Customer, Draft, DraftItem, Named, Shape, Terms, Typed, TypedItem};
use super::super::shop::{Content, Order};
use super::{BELT, CATALOGUE, Draw, JACKET, MOST_ORDERS, PIN, STICKER, TEE, UNKNOWN};

impl Draw<'_> {
    /// Draws the reference of an order that suits, if there is one; sometimes of any, or of none that is there.
    pub(super) fn reference(&mut self, suits: impl Fn(&Order) -> bool) -> String {
        if self.in_100(2) || self.shop.orders.is_empty() {
            return "M-404".to_owned();
        }
        let meeting = self.meeting.as_ref().and_then(|reference| self.shop.order(reference));
        if let Some(order) = meeting.filter(|order| suits(order))
            && self.in_100(50)
        {
            return order.reference.clone();
        }
        let suiting: Vec<&Order> = self.shop.orders.iter().filter(|order| suits(order)).collect();
        let is_any = suiting.is_empty() || self.in_100(6);
        let order = if is_any { self.random.choice(&self.shop.orders) } else { self.random.choice(suiting) };
        order.unwrap().reference.clone()
    }

    pub(super) fn any_reference(&mut self) -> String {
        self.reference(|_| true)
    }

    /// Draws a number of so many; rarely one above.
    pub(super) fn number(&mut self, last: usize) -> usize {
        self.random.usize(1..=last.max(1)) + usize::from(self.in_100(4))
    }

    pub(super) fn product(&mut self) -> Named {
        match self.random.u32(0..100) {
            0..40 => TEE,
            40..55 => JACKET,
            55..75 => BELT,
            75..86 => PIN,
            86..98 => STICKER,
            _ => UNKNOWN,
        }
    }

    /// Draws a size for an item of a product, nearly always one that it has.
    pub(super) fn size(&mut self, product: Named) -> Option<String> {
        let sizes = self.shop.product(product).map_or(&[][..], |product| &product.sizes);
        if sizes.is_empty() {
            return self.in_100(3).then(|| "M".to_owned());
        }
        match self.random.u32(0..100) {
            0..2 => None,
            2..4 => Some("XXL".to_owned()),
            _ => {
                let size = self.one_of(sizes);
                Some(if self.in_100(80) { size } else { size.to_lowercase() })
            }
        }
    }

    pub(super) fn color(&mut self) -> Option<String> {
        self.in_100(10).then(|| "Blue".to_owned())
    }

    /// Draws a size for the shelf. Rarely a product gets its first size, or another one.
    pub(super) fn stock_size(&mut self, product: Named) -> Option<String> {
        let has_sizes = self.shop.product(product).is_some_and(|product| !product.sizes.is_empty());
        match has_sizes {
            true if self.in_100(5) => Some("XL".to_owned()),
            true => self.size(product),
            // A belt gets its first size when none is left without.
            false if product == BELT => {
                let left = self.shop.on_hand.get(&(BELT.barcode, String::new())).copied().unwrap_or(0);
                self.in_100(if left == 0 { 60 } else { 5 }).then(|| "M".to_owned())
            }
            false => None,
        }
    }

    pub(super) fn quantity(&mut self) -> i64 {
        self.one_of(&[1, 1, 1, 2, 2, 3])
    }

    /// Draws a price. Some give halves of a cent when a discount is divided.
    pub(super) fn price(&mut self) -> Cents {
        self.one_of(&[0, 1, 3, 7, 9_99, 12_50, 18_75, 20_00, 33_33, 45_00])
    }

    pub(super) fn customer(&mut self) -> Customer {
        let address = self.one_of(&[None, Some("5 Corniche"), Some("12 Tahrir St")]);
        Customer {
            name: self.one_of(&["Mona", "Omar", "ليلى"]).to_owned(),
            phone: self.one_of(&["201001", "201002", "201003"]).to_owned(),
            address: address.map(str::to_owned),
        }
    }

    pub(super) fn new_reference(&mut self) -> String {
        let orders = &self.shop.orders;
        let known = self.random.choice(orders).filter(|_| orders.len() >= MOST_ORDERS || self.random.u32(0..100) < 6);
        if let Some(order) = known {
            return order.reference.clone();
        }
        let offset = self.random.usize(0..self.at_once.min(3));
        self.fresh_reference(offset)
    }

    /// Returns a reference after the last one.
    pub(super) fn fresh_reference(&self, offset: usize) -> String {
        let numbers = self.shop.orders.iter().map(|order| order.reference["M-".len()..].parse::<usize>().unwrap());
        format!("M-{}", numbers.max().unwrap_or(0) + 1 + offset)
    }

    /// Draws an order from outside: a new one, or now and then one that is there, as it came or as it is.
    pub(super) fn draft(&mut self) -> Draft {
        let reference = self.new_reference();
        if let Some(order) = self.shop.order(&reference).filter(|order| !order.is_forgotten())
            && self.in_100(70)
        {
            let content = if self.in_100(50) { order.received.clone() } else { order.content() };
            return self.again(reference, &content);
        }
        let count = self.one_of(&[1, 1, 2, 2, 3]);
        let items = (0..count).map(|_| {
            let product = self.product();
            let price = self.shop.product(product).map_or(5_00, |product| product.asks());
            let price = if self.in_100(88) { price } else { self.price() };
            DraftItem { product, quantity: self.quantity(), price, size: self.size(product), color: self.color() }
        });
        let items: Vec<DraftItem> = items.collect();
        let total: Cents = items.iter().map(|item| item.quantity * item.price).sum();
        let discount = if self.in_100(95) { self.random.i64(0..=total) } else { total + 1 };
        Draft {
            reference,
            customer: self.customer(),
            items,
            delivery: self.in_100(10).then(|| self.random.i64(0..60_00)),
            discount: self.in_100(10).then_some(discount),
            cod: self.in_100(10),
        }
    }

    pub(super) fn again(&mut self, reference: String, content: &Content) -> Draft {
        let named = |barcode| CATALOGUE.into_iter().find(|(named, ..)| named.barcode == barcode);
        let items = content.items.iter().map(|item| DraftItem {
            product: named(item.product).unwrap().0,
            quantity: item.quantity,
            price: item.price,
            size: item.size.clone(),
            color: item.color.clone(),
        });
        let mut draft = Draft {
            reference,
            customer: content.customer.clone(),
            items: items.collect(),
            delivery: None,
            discount: None,
            cod: false,
        };
        if self.in_100(20) {
            draft.items[0].quantity += 1;
        }
        draft
    }

    pub(super) fn typed(&mut self) -> Command {
        let reference = self.new_reference();
        let count = self.one_of(&[1, 2, 2, 3]);
        let items = (0..count).map(|_| {
            let product = self.product();
            TypedItem {
                product,
                quantity: self.quantity(),
                price: self.in_100(15).then(|| self.price()),
                size: self.size(product),
                color: self.color(),
            }
        });
        let items = items.collect();
        let customer = self.customer();
        let is_known = self.shop.orders.iter().any(|order| order.customer.phone == customer.phone);
        let confirm = self.in_100(50);
        let mut terms = if self.in_100(40) { self.terms() } else { Terms::default() };
        terms.cod = self.in_100(15).then_some(true);
        let is_paid = confirm && terms.cod.is_none() && self.in_100(50);
        Command::CreateTyped(Typed {
            payment: is_paid.then(|| self.payment(&reference, 25)),
            reference,
            phone: customer.phone,
            name: (!is_known || self.in_100(70)).then_some(customer.name),
            address: customer.address,
            items,
            terms,
            confirm,
            delivered: confirm && self.in_100(40),
        })
    }

    pub(super) fn import(&mut self) -> Command {
        let count = self.one_of(&[1, 1, 2, 3]);
        let mut drafts: Vec<Draft> = (0..count).map(|_| self.draft()).collect();
        // New orders of one call have references of their own, but for some.
        for (index, draft) in drafts.iter_mut().enumerate() {
            if self.shop.order(&draft.reference).is_none() && self.in_100(90) {
                draft.reference = self.fresh_reference(index);
            }
        }
        let shape = self.one_of(&[Shape::Lines, Shape::Lines, Shape::Array, Shape::Wrapped, Shape::Messages]);
        if shape == Shape::Messages {
            for draft in &mut drafts {
                (draft.delivery, draft.discount, draft.cod) = (None, None, false);
            }
        }
        Command::Import { drafts, shape, keep_going: self.in_100(40) }
    }
}
