//! An order and its items.

use uuid::Uuid;

use super::money::Money;
use super::product::ProductId;
use super::reference::Reference;
use super::status::Status;
use super::time::Timestamp;

/// An order's integer key: its place in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderPk(pub i64);

/// Who ordered, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The name, 1 to 255 characters.
    pub name: String,
    /// The phone as typed, 1 to 20 characters.
    pub phone: String,
    /// The address, where one was given.
    pub address: Option<String>,
}

/// An order without its items, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSummary {
    /// The key, in order of arrival.
    pub pk: OrderPk,
    /// The public id.
    pub id: Uuid,
    /// The reference that people use.
    pub reference: Reference,
    /// When the customer ordered.
    pub order_date: Timestamp,
    /// Who ordered.
    pub customer: Customer,
    /// The username of the account that it is linked to.
    pub user: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// The sum of the items' subtotals.
    pub total: Money,
    /// The sum of the items' quantities.
    pub item_count: i64,
    /// The currency that the order named, three capital letters.
    pub currency: Option<String>,
    /// When the program received it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An order with its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Everything but the items.
    pub summary: OrderSummary,
    /// The items in the order in which they were sent, one at least.
    pub items: Vec<OrderItem>,
}

/// One line of an order. Name, barcode, image and list price are snapshots of the day of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// The public id.
    pub id: Uuid,
    /// The product.
    pub product_id: ProductId,
    /// Its name as ordered, 1 to 255 characters.
    pub product_name: String,
    /// Its barcode as ordered, up to 100 characters.
    pub product_barcode: Option<String>,
    /// A picture of it, http or https.
    pub product_image: Option<String>,
    /// How many, 1 to 2147483647.
    pub quantity: u32,
    /// The price of one, as sent.
    pub unit_price: Money,
    /// The size chosen, up to 50 characters.
    pub selected_size: Option<String>,
    /// The color chosen, up to 50 characters.
    pub selected_color: Option<String>,
    /// Quantity × unit price.
    pub subtotal: Money,
    /// The catalogue's price at the time of the order.
    pub list_price: Money,
}

impl OrderItem {
    /// Tells whether the item was sent with a price below the catalogue's (rule 5).
    pub fn is_below_list_price(&self) -> bool {
        self.unit_price < self.list_price
    }
}

/// The largest quantity of one item, and the largest sum of quantities of one order.
pub const QUANTITY_LIMIT: u32 = 2_147_483_647;
/// The most items that one order may have.
pub const ITEMS_LIMIT: usize = 1000;

/// Adds up subtotals and quantities; `None` where the order's total or count goes over its limit.
pub fn sums(items: impl IntoIterator<Item = (Money, u32)>) -> Option<(Money, i64)> {
    let (total, count) = items.into_iter().try_fold((Money::ZERO, 0_u32), |(total, count), (subtotal, quantity)| {
        Some((total.plus(subtotal)?, count.checked_add(quantity)?))
    })?;
    (count <= QUANTITY_LIMIT).then_some((total, i64::from(count)))
}
