//! Changes of an order, before and after it is confirmed.

use super::super::command::{Cents, ItemEdit, Terms};
use super::super::shop::{Item, Order, Product, Shop, Status, size_key};
use super::{CONFLICT, INVALID, NOT_FOUND, Reasons, put_back, take};

impl Shop {
    pub(super) fn edit(
        &mut self,
        reference: &str,
        edit_customer: impl Fn(&mut Order) -> Reasons,
        terms: &Terms,
        items: Option<&ItemEdit>,
    ) -> Reasons {
        let products = self.products.clone();
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let is_open = order.is_before_shipping();
        let is_over = matches!(order.status, Status::Delivered | Status::Cancelled);
        let has_terms = terms.delivery.is_some() || terms.discount.is_some() || terms.cod.is_some();
        let mut reasons =
            edit_customer(order).add(CONFLICT, has_terms && is_over).add(CONFLICT, items.is_some() && !is_open);
        let held = order.holding();
        let of_items = items.map(|edit| order.edit_items(&products, edit)).unwrap_or_default();
        let of_terms = order.agree(terms);
        // A discount is compared with items that the order may have.
        let may_be = of_items.is_empty() && (items.is_none() || is_open);
        reasons = if may_be { reasons.and(of_terms) } else { reasons.and(of_items) };
        order.note_unsized(&products);
        // What is new is taken, what is given up comes back: of each line the difference.
        let holds = order.holding();
        put_back(&mut self.on_hand, &held, false);
        reasons.and(take(&mut self.on_hand, &holds))
    }
}

impl Order {
    fn is_before_shipping(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Confirmed | Status::Processing)
    }

    pub(super) fn edit_customer(
        &mut self,
        name: Option<&String>,
        phone: Option<&String>,
        address: Option<&String>,
    ) -> Reasons {
        let is_given = name.is_some() || phone.is_some() || address.is_some();
        if let Some(name) = name {
            self.customer.name.clone_from(name);
        }
        if let Some(phone) = phone {
            self.customer.phone.clone_from(phone);
        }
        if let Some(address) = address {
            self.customer.address = Some(address.clone());
        }
        Reasons::none().add(CONFLICT, is_given && !self.is_before_shipping())
    }

    pub(super) fn edit_items(&mut self, products: &[Product], edit: &ItemEdit) -> Reasons {
        let is_pending = self.status == Status::Pending;
        let product = |barcode: &str| products.iter().find(|product| product.named.barcode == barcode);
        let mut reasons = Reasons::none();
        match edit {
            ItemEdit::Change { number, quantity, size, color, price } => {
                let Some(item) = self.items.get_mut(number - 1) else { return Reasons::of(NOT_FOUND) };
                let lacks = |size: &str| product(item.product).is_some_and(|product| product.lacks_size(Some(size)));
                let is_other_size =
                    |size: &str| item.size.as_deref().map(size_key).unwrap_or_default() != size_key(size);
                let is_other_color = |color: &str| item.color.as_deref().unwrap_or_default() != color;
                // Of an item of which pieces came back, the rest is still what it was.
                reasons = reasons
                    .add(INVALID, size.as_deref().is_some_and(lacks))
                    .add(CONFLICT, item.returned > 0 && size.as_deref().is_some_and(is_other_size))
                    .add(CONFLICT, item.returned > 0 && color.as_deref().is_some_and(is_other_color))
                    .add(CONFLICT, quantity.is_some_and(|quantity| quantity < item.returned))
                    .add(CONFLICT, price.is_some() && !is_pending);
                item.quantity = quantity.unwrap_or(item.quantity);
                if let Some(size) = size {
                    let spelled = product(item.product).map(|product| product.spelled(size));
                    item.size = spelled.filter(|size| !size.is_empty());
                }
                if let Some(color) = color {
                    item.color = (!color.is_empty()).then(|| color.clone());
                }
                if let Some(price) = price {
                    (item.price, item.is_agreed) = (*price, true);
                }
            }
            ItemEdit::Add { product, quantity, size, color, price } => {
                let Some(product) = products.iter().find(|one| one.named == *product) else {
                    return Reasons::of(NOT_FOUND);
                };
                reasons = reasons.add(INVALID, product.lacks_size(size.as_deref()));
                self.add(product, *quantity, size.as_ref(), color.as_ref(), price.unwrap_or(product.asks()));
            }
            ItemEdit::Remove(number) => {
                let Some(item) = self.items.get(number - 1) else { return Reasons::of(NOT_FOUND) };
                reasons = reasons.add(CONFLICT, item.returned > 0 || self.items.len() == 1);
                self.items.remove(number - 1);
            }
        }
        if self.status.holds_stock() {
            // Pieces that are taken have a size where there are sizes. Nothing left is a matter for cancel.
            let lacks_size = |(item, is_unsized): (&Item, bool)| {
                let product = product(item.product).filter(|_| item.with_customer() > 0 && !is_unsized);
                product.is_some_and(|product| product.lacks_size(item.size.as_deref()))
            };
            reasons = reasons
                .add(INVALID, self.items.iter().zip(self.unsized_items()).any(lacks_size))
                .add(CONFLICT, self.holding().is_empty());
        }
        reasons
    }

    /// Adds an item of whose price the shop is sure.
    pub(super) fn add(
        &mut self,
        product: &Product,
        quantity: i64,
        size: Option<&String>,
        color: Option<&String>,
        price: Cents,
    ) {
        self.items.push(Item {
            product: product.named.barcode,
            quantity,
            price,
            size: size.map(|size| product.spelled(size)),
            color: color.cloned(),
            list_price: product.asks(),
            is_agreed: true,
            returned: 0,
            id: self.items.iter().map(|item| item.id + 1).max().unwrap_or(0),
        });
    }
}
