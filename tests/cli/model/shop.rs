//! The model of a shop: what is on hand, and its orders with their sums.

use std::collections::BTreeMap;

use super::command::{Cents, Customer, Named};

/// Where pieces lie: a product's barcode and the key of a size, empty where they have none.
pub type Line = (&'static str, String);

/// How many pieces of each line.
pub type Pieces = BTreeMap<Line, i64>;

/// Returns a size as it is compared.
pub fn size_key(size: &str) -> String {
    size.trim().to_lowercase()
}

/// A product of a new shop, with its price and what is on hand of each size.
pub type Stocked = (Named, Cents, &'static [(&'static str, i64)]);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub named: Named,
    pub price: Cents,
    pub discounted: Option<Cents>,
    /// Its sizes as they are spelled; none where it is not tracked by size.
    pub sizes: Vec<String>,
}

impl Product {
    /// Returns what it costs today.
    pub fn asks(&self) -> Cents {
        self.discounted.unwrap_or(self.price)
    }

    /// Returns a size as the catalogue spells it.
    pub fn spelled(&self, size: &str) -> String {
        let known = self.sizes.iter().find(|known| size_key(known) == size_key(size));
        known.cloned().unwrap_or_else(|| size.to_owned())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Pending,
    Confirmed,
    Processing,
    Shipped,
    Delivered,
    Cancelled,
}

impl Status {
    pub fn named(name: &str) -> Status {
        let all = [
            Status::Pending,
            Status::Confirmed,
            Status::Processing,
            Status::Shipped,
            Status::Delivered,
            Status::Cancelled,
        ];
        all.into_iter().find(|status| status.name() == name).unwrap()
    }

    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Confirmed => "confirmed",
            Status::Processing => "processing",
            Status::Shipped => "shipped",
            Status::Delivered => "delivered",
            Status::Cancelled => "cancelled",
        }
    }

    pub fn holds_stock(self) -> bool {
        !matches!(self, Status::Pending | Status::Cancelled)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub product: &'static str,
    pub quantity: i64,
    pub price: Cents,
    pub size: Option<String>,
    pub color: Option<String>,
    /// The catalogue's price when it was ordered.
    pub list_price: Cents,
    /// The shop typed the price.
    pub is_agreed: bool,
    /// How many pieces of it came back.
    pub returned: i64,
    /// Tells it from the other items of the order, whatever its number.
    pub id: usize,
}

impl Item {
    pub fn subtotal(&self) -> Cents {
        self.quantity * self.price
    }

    /// Whether it is cheaper than its list price, and nobody in the shop agreed.
    pub fn is_marked(&self) -> bool {
        self.price < self.list_price && !self.is_agreed
    }

    pub fn with_customer(&self) -> i64 {
        self.quantity - self.returned
    }
}

/// Pieces of an item that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameBack {
    pub item_id: usize,
    pub quantity: i64,
    /// At the item's price.
    pub gross: Cents,
    /// Less what the discount gave up.
    pub value: Cents,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    pub amount: Cents,
    pub method: String,
    pub receipt: Option<String>,
    /// The number of the payment that it voids.
    pub voids: Option<usize>,
}

/// What is agreed beside the items, or only claimed by whoever sent the order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement<T> {
    pub value: T,
    pub is_claimed: bool,
}

/// The content of an order as it came, which makes it the same order when it comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub customer: Customer,
    pub items: Vec<ContentItem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentItem {
    pub product: &'static str,
    pub quantity: i64,
    pub price: Cents,
    pub size: Option<String>,
    pub color: Option<String>,
}

/// What stands in place of a customer that was forgotten.
pub const FORGOTTEN: &str = "forgotten";

/// What the shop says of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    pub note: Option<&'static str>,
    /// Why the customer is blocked.
    pub block: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub reference: String,
    pub received: Content,
    pub customer: Customer,
    pub status: Status,
    pub items: Vec<Item>,
    pub delivery: Agreement<Option<Cents>>,
    pub discount: Agreement<Cents>,
    pub cod: Agreement<bool>,
    /// Delivery, discount and cash on delivery when it came.
    pub first_terms: (Option<Cents>, Cents, bool),
    pub kept: Cents,
    pub payments: Vec<Paid>,
    pub returns: Vec<CameBack>,
    pub notes: usize,
    pub courier: Option<String>,
    pub tracking: Option<String>,
    /// How many pieces of a product it took without a size, which it did not have then.
    pub took_unsized: BTreeMap<&'static str, i64>,
}

impl Order {
    pub fn content(&self) -> Content {
        let items = self.items.iter().map(|item| ContentItem {
            product: item.product,
            quantity: item.quantity,
            price: item.price,
            size: item.size.clone(),
            color: item.color.clone(),
        });
        Content { customer: self.customer.clone(), items: items.collect() }
    }

    pub fn has_product(&self, barcode: &str) -> bool {
        self.items.iter().any(|item| item.product == barcode)
    }

    /// Whether its customer was forgotten.
    pub fn is_forgotten(&self) -> bool {
        self.customer.phone == FORGOTTEN
    }

    pub fn total(&self) -> Cents {
        self.items.iter().map(Item::subtotal).sum()
    }

    pub fn item_count(&self) -> i64 {
        self.items.iter().map(|item| item.quantity).sum()
    }

    /// What the returns were worth.
    pub fn returned(&self) -> Cents {
        self.returns.iter().map(|one| one.value).sum()
    }

    /// What is left of the items' sum.
    pub fn items_left(&self) -> Cents {
        self.total() - self.returns.iter().map(|one| one.gross).sum::<Cents>()
    }

    /// What the returns gave up of the discount.
    pub fn given_up(&self) -> Cents {
        self.returns.iter().map(|one| one.gross - one.value).sum()
    }

    pub fn discount_left(&self) -> Cents {
        self.discount.value - self.given_up()
    }

    pub fn grand_total(&self) -> Cents {
        match self.status {
            Status::Cancelled => self.kept,
            _ => self.total() - self.discount.value - self.returned() + self.delivery.value.unwrap_or(0),
        }
    }

    /// None where the shop records no money of it.
    pub fn paid(&self) -> Option<Cents> {
        let is_recorded = !self.payments.is_empty() || self.cod.value;
        is_recorded.then(|| self.payments.iter().map(|paid| paid.amount).sum())
    }

    pub fn due(&self) -> Option<Cents> {
        self.paid().map(|paid| self.grand_total() - paid)
    }

    /// Returns of which items the pieces were taken without a size.
    ///
    /// Those pieces are the ones of the first items. An item that is more than is left of them is wholly of its size.
    pub fn unsized_items(&self) -> Vec<bool> {
        let mut took_unsized = self.took_unsized.clone();
        let is_unsized = |item: &Item| {
            let left = took_unsized.entry(item.product).or_default();
            let is_unsized = item.with_customer() <= *left;
            *left -= if is_unsized { item.with_customer() } else { 0 };
            is_unsized
        };
        self.items.iter().map(is_unsized).collect()
    }

    /// Returns where the pieces of each item lie, or lay.
    pub fn lines(&self) -> Vec<Line> {
        let line = |(item, is_unsized): (&Item, bool)| {
            let key = item.size.as_deref().filter(|_| !is_unsized).map(size_key);
            (item.product, key.unwrap_or_default())
        };
        self.items.iter().zip(self.unsized_items()).map(line).collect()
    }

    /// Notes which pieces have no size: all of a product without sizes; of one with sizes, those that had none before.
    pub fn note_unsized(&mut self, products: &[Product]) {
        let unsized_items = self.unsized_items();
        self.took_unsized.clear();
        let items = self.items.iter().zip(unsized_items).filter(|_| self.status.holds_stock());
        for (item, is_unsized) in items {
            let has_no_sizes = products.iter().any(|one| one.named.barcode == item.product && one.sizes.is_empty());
            if has_no_sizes || is_unsized {
                *self.took_unsized.entry(item.product).or_default() += item.with_customer();
            }
        }
    }

    /// What it holds: its items, less what came back.
    pub fn holding(&self) -> Pieces {
        let mut holding = Pieces::new();
        if self.status.holds_stock() {
            for (item, line) in self.items.iter().zip(self.lines()).filter(|(item, _)| item.with_customer() > 0) {
                *holding.entry(line).or_default() += item.with_customer();
            }
        }
        holding
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shop {
    pub products: Vec<Product>,
    /// Those that are no longer in the catalogue.
    pub removed: Vec<Product>,
    pub on_hand: Pieces,
    /// In the order in which they came.
    pub orders: Vec<Order>,
    /// What suppliers sent, by the references of their deliveries.
    pub deliveries: BTreeMap<String, Pieces>,
    /// By phone, of whom anything was said.
    pub remarks: BTreeMap<String, Remarks>,
}

impl Shop {
    /// Starts a shop with a catalogue.
    pub fn new(catalogue: &[Stocked]) -> Shop {
        let mut shop = Shop::default();
        for (named, price, stock) in catalogue {
            let sizes = stock.iter().map(|(size, _)| (*size).to_owned()).filter(|size| !size.is_empty());
            shop.products.push(Product { named: *named, price: *price, discounted: None, sizes: sizes.collect() });
            for (size, pieces) in *stock {
                shop.on_hand.insert((named.barcode, size_key(size)), *pieces);
            }
        }
        shop
    }

    pub fn product(&self, named: Named) -> Option<&Product> {
        self.products.iter().find(|product| product.named == named)
    }

    pub fn order(&self, reference: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.reference == reference)
    }

    pub fn order_mut(&mut self, reference: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.reference == reference)
    }
}
