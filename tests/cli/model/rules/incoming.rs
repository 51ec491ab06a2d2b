//! Orders that come in.

use std::collections::BTreeMap;

use super::super::command::{Customer, Discount, Draft, Terms, Typed};
use super::super::shop::{Agreement, Content, FORGOTTEN, Item, Order, Shop, Status};
use super::{CONFLICT, INVALID, NO_STOCK, NOT_FOUND, Reasons, USAGE, part_of};

impl Shop {
    /// What comes again is the same order if it is what was received, or what the order is now. What a customer sent who was
    /// forgotten is not known any more.
    pub(super) fn compare(existing: &Order, content: &Content) -> Reasons {
        let was_received = *content == existing.received && existing.received.customer.phone != FORGOTTEN;
        Reasons::none().add(CONFLICT, !was_received && *content != existing.content())
    }

    /// Takes an order from outside. Its prices, fees and discounts are claims.
    pub(super) fn receive(&mut self, draft: &Draft) -> Reasons {
        let mut reasons = Reasons::none();
        let mut items = Vec::new();
        for (id, item) in draft.items.iter().enumerate() {
            // A size that is missing or unknown is a matter for confirm.
            let product = self.product(item.product);
            reasons = reasons.add(INVALID, product.is_none());
            items.push(Item {
                product: item.product.barcode,
                quantity: item.quantity,
                price: item.price,
                size: item.size.clone(),
                color: item.color.clone(),
                list_price: product.map_or(0, |product| product.asks()),
                is_agreed: false,
                returned: 0,
                id,
            });
        }
        let mut order = Order::new(&draft.reference, draft.customer.clone(), items);
        order.delivery = Agreement { value: draft.delivery, is_claimed: draft.delivery.is_some() };
        let discount = draft.discount.unwrap_or(0);
        order.discount = Agreement { value: discount, is_claimed: discount > 0 };
        order.cod = Agreement { value: draft.cod, is_claimed: draft.cod };
        order.first_terms = (draft.delivery, discount, draft.cod);
        reasons = reasons.add(INVALID, discount > order.total());
        match self.order(&draft.reference) {
            Some(existing) => reasons.and(Shop::compare(existing, &order.received)),
            None => {
                self.orders.push(order);
                reasons
            }
        }
    }

    /// Takes an order that the shop types, and with it agrees to.
    pub(super) fn create(&mut self, typed: &Typed) -> Reasons {
        let last = self.orders.iter().rev().find(|order| order.customer.phone == typed.phone);
        let name = typed.name.clone().or_else(|| last.map(|order| order.customer.name.clone()));
        let last_address = last.and_then(|order| order.customer.address.clone());
        let address = typed.address.clone().or(last_address);
        // Whether a missing name is told before a product that is not there is left open.
        let Some(name) = name else { return Reasons { or: vec![NOT_FOUND, INVALID], ..Reasons::of(USAGE) } };
        let mut reasons = Reasons::none();
        let mut items = Vec::new();
        for (id, item) in typed.items.iter().enumerate() {
            let product = self.product(item.product);
            reasons = reasons
                .add(NOT_FOUND, product.is_none())
                .add(INVALID, product.is_some_and(|product| product.lacks_size(item.size.as_deref())));
            let list_price = product.map_or(0, |product| product.asks());
            items.push(Item {
                product: item.product.barcode,
                quantity: item.quantity,
                price: item.price.unwrap_or(list_price),
                size: item
                    .size
                    .as_ref()
                    .map(|size| product.map_or_else(|| size.clone(), |product| product.spelled(size))),
                color: item.color.clone(),
                list_price,
                is_agreed: true,
                returned: 0,
                id,
            });
        }
        let customer = Customer { name, phone: typed.phone.clone(), address };
        let mut order = Order::new(&typed.reference, customer, items);
        reasons = reasons.and(order.agree(&typed.terms));
        order.first_terms = (order.delivery.value, order.discount.value, order.cod.value);
        if let Some(existing) = self.order(&typed.reference) {
            let mut reasons = reasons.and(Shop::compare(existing, &order.received));
            // Whether a sale that is typed again was done wholly is told by the tests of `create`.
            reasons.or.extend((reasons.is_empty() && typed.confirm).then_some(CONFLICT));
            return reasons;
        }
        self.orders.push(order);
        if typed.confirm {
            reasons = reasons.and(self.confirm(&typed.reference, false, false, typed.payment.as_ref()));
            // Whether a shortage is told before a payment that is refused is left open.
            let is_open = reasons.codes.contains(&NO_STOCK) && reasons.codes.first() == Some(&CONFLICT);
            reasons.or.extend(is_open.then_some(NO_STOCK));
            if let Some(order) = self.orders.last_mut().filter(|_| typed.delivered && reasons.is_empty()) {
                order.status = Status::Delivered;
            }
        }
        reasons
    }
}

impl Order {
    pub(super) fn new(reference: &str, customer: Customer, items: Vec<Item>) -> Order {
        let mut order = Order {
            reference: reference.to_owned(),
            received: Content { customer: customer.clone(), items: Vec::new() },
            customer,
            status: Status::Pending,
            items,
            delivery: Agreement::default(),
            discount: Agreement::default(),
            cod: Agreement::default(),
            first_terms: (None, 0, false),
            kept: 0,
            payments: Vec::new(),
            returns: Vec::new(),
            notes: 0,
            courier: None,
            tracking: None,
            took_unsized: BTreeMap::new(),
        };
        order.received = order.content();
        order
    }

    /// Takes down terms that the shop typed. A percentage is one of the items that did not come back, and becomes an amount.
    pub(super) fn agree(&mut self, terms: &Terms) -> Reasons {
        let agreed = |value| Agreement { value, is_claimed: false };
        if let Some(delivery) = terms.delivery {
            self.delivery = agreed(delivery);
        }
        if let Some(discount) = &terms.discount {
            let value = match discount {
                Discount::Amount(amount) => *amount,
                Discount::Permille(permille) => self.given_up() + part_of(self.items_left(), *permille, 1000),
                Discount::None => 0,
            };
            self.discount = Agreement { value, is_claimed: false };
        }
        if let Some(cod) = terms.cod {
            self.cod = Agreement { value: cod, is_claimed: false };
        }
        // What returns gave up of the discount is given up, and no more can be taken off than there is.
        Reasons::none().add(CONFLICT, self.discount_left() < 0).add(INVALID, self.discount_left() > self.items_left())
    }

    /// Whether something of it was only claimed, and nobody in the shop agreed.
    pub(super) fn is_marked(&self) -> bool {
        self.items.iter().any(Item::is_marked)
            || self.delivery.is_claimed
            || self.discount.is_claimed
            || self.cod.is_claimed
    }
}
