//! The content of an order: it decides whether a repeated order is unchanged or a conflict (rule 6), and finds likely
//! duplicates.

use super::incoming::IncomingOrder;
use super::money::Money;
use super::order::{Customer, Order, OrderItem};
use super::phone::phone_digits;
use super::product::ProductId;
use super::text::plain;

/// The fields by which a repeated order is compared with the stored one (rule 6): never dates, status, images or the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    name: String,
    phone_digits: String,
    address: Option<String>,
    /// Sorted, as another program may list the same items in another order.
    items: Vec<ItemContent>,
    total: Money,
}

/// The fields by which items are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemContent {
    product_id: ProductId,
    quantity: u32,
    unit_price: Money,
    size: Option<String>,
    color: Option<String>,
}

impl ItemContent {
    pub fn new(
        product_id: ProductId,
        quantity: u32,
        unit_price: Money,
        size: Option<&str>,
        color: Option<&str>,
    ) -> ItemContent {
        ItemContent { product_id, quantity, unit_price, size: size.map(plain), color: color.map(plain) }
    }

    /// Returns the content of an item of an order.
    pub fn of(item: &OrderItem) -> ItemContent {
        let (size, color) = (item.selected_size.as_deref(), item.selected_color.as_deref());
        ItemContent::new(item.product_id, item.quantity, item.unit_price, size, color)
    }

    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.product_id.0.as_bytes());
        bytes.extend(self.quantity.to_le_bytes());
        bytes.extend(self.unit_price.hundredths().to_le_bytes());
        put(bytes, self.size.as_deref());
        put(bytes, self.color.as_deref());
    }
}

fn put(bytes: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(u64::MAX, |text| text.len() as u64);
    bytes.extend(length.to_le_bytes());
    bytes.extend(text.unwrap_or_default().bytes());
}

/// Returns a hash (FNV-1a) that finds other orders of the same items, in any order.
///
/// Files store these hashes, so they must never change.
pub fn items_hash(mut items: Vec<ItemContent>) -> i64 {
    items.sort();
    hash_sorted(&items)
}

fn hash_sorted(items: &[ItemContent]) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut bytes = Vec::with_capacity(64 * items.len());
    for item in items {
        item.put(&mut bytes);
    }
    let hash = bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    hash.cast_signed()
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

    /// Returns the content of an incoming order; `products` has the product of each item.
    pub fn of_incoming(order: &IncomingOrder, products: &[ProductId]) -> Content {
        let items = order.items.iter().zip(products).map(|(item, product_id)| {
            let (size, color) = (item.size.as_deref(), item.color.as_deref());
            ItemContent::new(*product_id, item.quantity, item.unit_price, size, color)
        });
        Content::new(&order.customer, order.total, items)
    }

    /// Returns the content of a stored order.
    pub fn of_order(order: &Order) -> Content {
        let items = order.items.iter().map(ItemContent::of);
        Content::new(&order.summary.customer, order.summary.total, items)
    }

    /// Returns the bytes to hash. Files store such hashes, so the format must never change.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + 64 * self.items.len());
        put(&mut bytes, Some(&self.name));
        put(&mut bytes, Some(&self.phone_digits));
        put(&mut bytes, self.address.as_deref());
        for item in &self.items {
            item.put(&mut bytes);
        }
        bytes.extend(self.total.hundredths().to_le_bytes());
        bytes
    }

    pub fn has_items_of(&self, order: &Order) -> bool {
        let mut items: Vec<_> = order.items.iter().map(ItemContent::of).collect();
        items.sort();
        self.items == items
    }

    /// Returns whether the phone has a digit. Without one it identifies nobody.
    pub fn has_phone(&self) -> bool {
        !self.phone_digits.is_empty()
    }

    /// Returns the [`items_hash`] of the items.
    pub fn items_hash(&self) -> i64 {
        hash_sorted(&self.items)
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
    use crate::domain::order_samples::incoming;
    use crate::domain::product::Product;
    use crate::domain::product::tests::product;
    use uuid::Uuid;

    #[test]
    fn different_contents_have_different_bytes() {
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

    /// Files store these hashes too.
    #[test]
    fn the_hash_of_items_ignores_their_order_and_never_changes() {
        let (shirt, cap) = (product("Shirt", &[("", 5)]), product("Cap", &[("", 5)]));
        let hash = |items: &[(&Product, u32, Option<&str>)]| {
            let ids: Vec<_> = items.iter().map(|(product, ..)| product.id).collect();
            Content::of_incoming(&incoming(items), &ids).items_hash()
        };
        assert_eq!(hash(&[(&shirt, 2, None), (&cap, 1, None)]), hash(&[(&cap, 1, None), (&shirt, 2, None)]));
        assert_ne!(hash(&[(&shirt, 2, None)]), hash(&[(&shirt, 2, Some("L"))]));
        assert_ne!(hash(&[(&shirt, 2, None)]), hash(&[(&shirt, 1, None)]));
        let fixed = ItemContent::new(ProductId(Uuid::nil()), 2, Money::from_hundredths(2999), Some("L"), None);
        assert_eq!(items_hash(vec![fixed]), 2_778_852_651_542_099_908);
    }

    /// Files store hashes of these bytes.
    #[test]
    fn the_format_of_the_bytes_never_changes() {
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
