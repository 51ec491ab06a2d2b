//! What two deliveries of one order are compared by (rule 6).

use super::money::Money;
use super::order::{Customer, Order};
use super::product::ProductId;
use super::receive::IncomingOrder;
use super::text::{phone_digits, plain};

/// What two deliveries of one order are compared by (rule 6): never dates, status, image or user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    name: String,
    phone_digits: String,
    address: Option<String>,
    /// In a fixed order, since another program may list the same items in another one.
    items: Vec<ItemContent>,
    total: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ItemContent {
    product_id: ProductId,
    quantity: u32,
    unit_price: Money,
    size: Option<String>,
    color: Option<String>,
}

impl Content {
    fn new(customer: &Customer, total: Money, items: impl Iterator<Item = ItemContent>) -> Content {
        let mut items: Vec<_> = items.collect();
        items.sort();
        Content {
            name: plain(&customer.name),
            phone_digits: phone_digits(&customer.phone),
            address: customer.address.as_deref().map(plain),
            items,
            total,
        }
    }

    /// Returns the content of an order as it came in; `products` are those of its items, one each.
    pub fn of_incoming(order: &IncomingOrder, products: &[ProductId]) -> Content {
        let items = order.items.iter().zip(products).map(|(item, product_id)| ItemContent {
            product_id: *product_id,
            quantity: item.quantity,
            unit_price: item.unit_price,
            size: item.size.as_deref().map(plain),
            color: item.color.as_deref().map(plain),
        });
        Content::new(&order.customer, order.total, items)
    }

    /// Returns the content of an order as it is now.
    pub fn of_order(order: &Order) -> Content {
        let items = order.items.iter().map(|item| ItemContent {
            product_id: item.product_id,
            quantity: item.quantity,
            unit_price: item.unit_price,
            size: item.selected_size.as_deref().map(plain),
            color: item.selected_color.as_deref().map(plain),
        });
        Content::new(&order.summary.customer, order.summary.total, items)
    }

    /// Returns the bytes that a hash of the content is taken over. Files keep such hashes: the form must not change.
    pub fn bytes(&self) -> Vec<u8> {
        fn put(bytes: &mut Vec<u8>, text: Option<&str>) {
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            bytes.extend(length.to_le_bytes());
            bytes.extend(text.unwrap_or_default().bytes());
        }
        let mut bytes = Vec::with_capacity(64 + 64 * self.items.len());
        put(&mut bytes, Some(&self.name));
        put(&mut bytes, Some(&self.phone_digits));
        put(&mut bytes, self.address.as_deref());
        for item in &self.items {
            bytes.extend(item.product_id.0.as_bytes());
            bytes.extend(item.quantity.to_le_bytes());
            bytes.extend(item.unit_price.hundredths().to_le_bytes());
            put(&mut bytes, item.size.as_deref());
            put(&mut bytes, item.color.as_deref());
        }
        bytes.extend(self.total.hundredths().to_le_bytes());
        bytes
    }

    /// Tells whether phone and items are the same.
    pub fn is_same_sale(&self, other: &Content) -> bool {
        self.phone_digits == other.phone_digits && self.items == other.items
    }

    /// Returns the digits of the phone, for finding other orders of the same person.
    pub fn phone_digits(&self) -> &str {
        &self.phone_digits
    }

    /// Returns the total, for finding other orders of the same items.
    pub fn total(&self) -> Money {
        self.total
    }

    /// Returns the JSON keys of the fields in which two contents differ.
    pub fn differing_fields(&self, other: &Content) -> Vec<&'static str> {
        [
            ("customerName", self.name != other.name),
            ("customerPhone", self.phone_digits != other.phone_digits),
            ("customerAddress", self.address != other.address),
            ("items", self.items != other.items),
            ("total", self.total != other.total),
        ]
        .into_iter()
        .filter_map(|(key, differs)| differs.then_some(key))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::incoming;

    #[test]
    fn contents_that_differ_have_other_bytes() {
        let shirt = product("Shirt", &[("", 5)]);
        let base = incoming(&[(&shirt, 2, None)]);
        let mut moved = base.clone();
        moved.customer.address = Some(String::new());
        let mut sized = base.clone();
        sized.items[0].size = Some("L".into());
        let mut colored = base.clone();
        colored.items[0].color = Some("L".into());
        let bytes: Vec<_> =
            [&base, &moved, &sized, &colored].map(|o| Content::of_incoming(o, &[shirt.id]).bytes()).into();
        for (i, one) in bytes.iter().enumerate() {
            assert!(!bytes[i + 1..].contains(one));
        }
    }

    /// Files keep hashes of these bytes: what they were yesterday, they are tomorrow.
    #[test]
    fn the_form_of_the_bytes_does_not_change() {
        let shirt = product("Shirt", &[("", 5)]);
        let order = incoming(&[(&shirt, 2, Some("L"))]);
        let expected = [
            &8_u64.to_le_bytes()[..],
            b"John Doe",
            &4_u64.to_le_bytes(),
            b"1234",
            &u64::MAX.to_le_bytes(),
            shirt.id.0.as_bytes(),
            &2_u32.to_le_bytes(),
            &2999_i64.to_le_bytes(),
            &1_u64.to_le_bytes(),
            b"L",
            &u64::MAX.to_le_bytes(),
            &5998_i64.to_le_bytes(),
        ]
        .concat();
        assert_eq!(Content::of_incoming(&order, &[shirt.id]).bytes(), expected);
    }
}
