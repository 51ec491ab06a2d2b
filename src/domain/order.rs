//! An order and its items.

use uuid::Uuid;

use super::customer_remarks::Remarks;
use super::money::{Balance, Money};
use super::payment::Payment;
use super::product::{Product, ProductId};
use super::reference::Reference;
use super::shipping::Shipping;
use super::status::Status;
use super::terms::{Claimed, Terms};
use super::text::{is_other_name, shorten};
use super::time::Timestamp;

/// An order's integer key, in order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderPk(pub i64);

/// Replaces everything that identified a customer, once they are forgotten.
pub const FORGOTTEN: &str = "forgotten";

/// Who ordered, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The name, 1 to [`NAME`](super::limits::NAME) characters.
    pub name: String,
    /// The phone as typed, 1 to [`PHONE`](super::limits::PHONE) characters.
    pub phone: String,
    /// The address, if given, up to [`ADDRESS`](super::limits::ADDRESS) characters; from earlier versions any length.
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
    /// The digits of the customer's number in full; empty where the phone has none.
    pub number: String,
    /// The username of the linked account.
    pub user: Option<String>,
    /// Its status.
    pub status: Status,
    /// The sum of the items' subtotals.
    pub total: Money,
    /// The sum of the items' quantities.
    pub item_count: i64,
    /// The currency that the order names, three capital letters.
    pub currency: Option<String>,
    /// When the program received it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What was agreed beside the items.
    pub terms: Terms,
    /// What the shop keeps of a cancelled order's price; zero otherwise.
    pub kept: Money,
    /// The value of what came back.
    pub returned: Money,
    /// The sum of its payments; `None`: none was recorded.
    pub payments_sum: Option<Balance>,
    /// Who carries it.
    pub shipping: Shipping,
}

impl OrderSummary {
    /// Returns whether its customer was forgotten.
    pub fn is_forgotten(&self) -> bool {
        self.number.is_empty() && self.customer.name == FORGOTTEN && self.customer.phone == FORGOTTEN
    }

    /// Returns when the customer began to wait: at the order date, if the order lay in a chat before it was received.
    pub fn waits_since(&self) -> Timestamp {
        self.order_date.min(self.created_at)
    }

    /// Returns whether the shop has agreed to the terms: confirming an order agrees to what only a guest claims (rule
    /// 5).
    pub fn are_terms_agreed(&self) -> bool {
        self.status != Status::Pending || self.terms.claimed == Claimed::default()
    }

    /// Returns what the customer pays in all: the items less discount and returns, and the delivery; of a cancelled order, what
    /// the shop keeps.
    pub fn grand_total(&self) -> Balance {
        if self.status == Status::Cancelled {
            return self.kept.into();
        }
        let items = Balance::from(self.total).minus(self.terms.discount).minus(self.returned);
        items.plus(self.terms.delivery_fee.unwrap_or(Money::ZERO))
    }

    /// Returns what was paid; `None` if no payment was recorded, and no courier collects one.
    pub fn paid(&self) -> Option<Balance> {
        self.payments_sum.or(self.terms.is_cod.then_some(Balance::ZERO))
    }

    /// Returns what is due, below zero if it is owed to the customer; `None` if [`paid`](Self::paid) is.
    pub fn due(&self) -> Option<Balance> {
        Some(self.grand_total().minus(self.paid()?))
    }

    /// Returns what is left to pay, whether money was recorded or not; below zero if it is owed to the customer.
    pub fn left_to_pay(&self) -> Balance {
        self.grand_total().minus(self.payments_sum.unwrap_or_default())
    }
}

/// An order with its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order without its items.
    pub summary: OrderSummary,
    /// The items in the order sent, at least one.
    pub items: Vec<OrderItem>,
    /// Its payments, oldest first.
    pub payments: Vec<Payment>,
    /// The notes of the customer and the shop, oldest first.
    pub notes: Vec<Note>,
    /// What the shop keeps on its customer.
    pub remarks: Remarks,
    /// What came back, oldest first.
    pub returns: Vec<Return>,
    /// The exchanges after a courier had brought the order, oldest first. The last items are their replacements, one
    /// for each.
    pub exchanges: Vec<Exchange>,
}

impl Order {
    /// Returns about how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let customer = &self.summary.customer;
        let texts = [Some(&customer.name), Some(&customer.phone), customer.address.as_ref()];
        let item = |item: &OrderItem| {
            let texts = [&item.product_barcode, &item.product_image, &item.selected_size, &item.selected_color];
            size_of::<OrderItem>() + item.product_name.len() + length(texts.map(Option::as_ref))
        };
        size_of::<Order>()
            + length(texts)
            + self.items.iter().map(item).sum::<usize>()
            + self.notes.iter().map(|note| size_of::<Note>() + note.text.len()).sum::<usize>()
            + size_of_val(self.payments.as_slice())
            + size_of_val(self.returns.as_slice())
    }
}

fn length<const N: usize>(texts: [Option<&String>; N]) -> usize {
    texts.into_iter().flatten().map(String::len).sum()
}

/// Pieces that came back for a replacement, which goes out as a parcel of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// What the pieces that came back are worth.
    pub value: Money,
    /// Whether the replacement was sent.
    pub is_sent: bool,
}

/// Pieces of an item that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The item's number in the order, from 1.
    pub item: usize,
    /// How many pieces.
    pub quantity: u32,
    /// Quantity × the item's unit price.
    pub subtotal: Money,
    /// What they are worth: the subtotal less its share of the discount.
    pub value: Money,
    /// When.
    pub at: Timestamp,
}

impl Order {
    /// Returns the sum of the subtotals of what did not come back.
    pub fn items_left(&self) -> Balance {
        self.returns.iter().fold(self.summary.total.into(), |left: Balance, one| left.minus(one.subtotal))
    }

    /// Returns whether every piece of it came back.
    pub fn is_all_back(&self) -> bool {
        !self.returns.is_empty() && self.items.iter().all(|item| item.pieces_left() == 0)
    }

    /// Returns what is left of the discount.
    pub fn discount_left(&self) -> Balance {
        Balance::from(self.summary.terms.discount).minus(self.discount_given_up())
    }

    /// Returns how much of the discount has gone with what came back.
    pub fn discount_given_up(&self) -> Balance {
        self.returns.iter().fold(Balance::ZERO, |sum, one| sum.plus(one.subtotal).minus(one.value))
    }
}

impl From<OrderSummary> for Order {
    /// Makes an order without items, payments, notes and returns, for a list.
    fn from(summary: OrderSummary) -> Order {
        Order {
            summary,
            items: Vec::new(),
            payments: Vec::new(),
            notes: Vec::new(),
            remarks: Remarks::default(),
            returns: Vec::new(),
            exchanges: Vec::new(),
        }
    }
}

/// A note on an order, with its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// The words.
    pub text: String,
    /// Whether they are the customer's own, sent with the order.
    pub is_customers: bool,
}

/// One line of an order. Name, barcode, image and list price are snapshots of the day of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// The public id.
    pub id: Uuid,
    /// The product.
    pub product_id: ProductId,
    /// Its name as ordered, 1 to [`NAME`](super::limits::NAME) characters.
    pub product_name: String,
    /// Its barcode as ordered, up to [`BARCODE`](super::limits::BARCODE) characters.
    pub product_barcode: Option<String>,
    /// A picture of it, http or https, up to [`IMAGE`](super::limits::IMAGE) characters; from earlier versions any length.
    pub product_image: Option<String>,
    /// The quantity, 1 to 2147483647.
    pub quantity: u32,
    /// The price of one, as sent.
    pub unit_price: Money,
    /// The size chosen, up to [`CHOICE`](super::limits::CHOICE) characters.
    pub selected_size: Option<String>,
    /// The color chosen, up to [`CHOICE`](super::limits::CHOICE) characters.
    pub selected_color: Option<String>,
    /// Quantity × unit price.
    pub subtotal: Money,
    /// The catalogue's price at the time of the order.
    pub list_price: Money,
    /// Whether the shop itself typed the price.
    pub is_price_agreed: bool,
    /// How many of them came back, up to the quantity.
    pub returned: u32,
    /// The catalogue's current name and barcode, if the order has others.
    pub misnomer: Option<Box<Misnomer>>,
}

/// The catalogue's name and barcode of a product to which an order gives others (rule 10): guests choose these words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misnomer {
    /// The catalogue's name, if the order has another.
    pub name: Option<String>,
    /// The catalogue's barcode, if any, if the order has another.
    pub barcode: Option<Option<String>>,
}

impl Misnomer {
    /// Compares the name and barcode in an order with those in the catalogue. An order without a barcode is no mismatch.
    pub fn find(
        name: &str,
        barcode: Option<&str>,
        catalogue_name: &str,
        catalogue_barcode: Option<&str>,
    ) -> Option<Box<Misnomer>> {
        let name = is_other_name(name, catalogue_name).then(|| catalogue_name.to_owned());
        let is_other_barcode = barcode.is_some_and(|sent| is_other_name(sent, catalogue_barcode.unwrap_or_default()));
        let barcode = is_other_barcode.then(|| catalogue_barcode.map(str::to_owned));
        (name.is_some() || barcode.is_some()).then(|| Box::new(Misnomer { name, barcode }))
    }
}

impl OrderItem {
    /// Makes an item of a product that somebody in the shop adds to an order, at an agreed price.
    ///
    /// # Errors
    /// The product has no such size, or needs one; or the subtotal is more than an order can have.
    pub fn agreed(
        id: Uuid,
        product: &Product,
        size: Option<&str>,
        color: Option<String>,
        quantity: u32,
        unit_price: Money,
    ) -> Result<OrderItem, String> {
        Ok(OrderItem {
            id,
            product_id: product.id,
            product_name: product.name.clone(),
            product_barcode: product.barcode.clone(),
            product_image: product.web_image().map(str::to_owned),
            quantity,
            unit_price,
            selected_size: product.spelled_size(size)?,
            selected_color: color,
            subtotal: subtotal_of(quantity, unit_price)?,
            list_price: product.list_price(),
            is_price_agreed: true,
            returned: 0,
            misnomer: None,
        })
    }

    /// Returns how many of the pieces did not come back.
    pub fn pieces_left(&self) -> u32 {
        self.quantity.saturating_sub(self.returned)
    }

    /// Returns whether a guest sent a price below the list price (rule 5).
    pub fn is_below_list_price(&self) -> bool {
        self.unit_price < self.list_price && !self.is_price_agreed
    }

    /// Returns the product's name in the catalogue, for the shop's own texts.
    pub fn shop_name(&self) -> &str {
        let catalogue = self.misnomer.as_ref().and_then(|misnomer| misnomer.name.as_ref());
        catalogue.unwrap_or(&self.product_name)
    }

    /// Returns the product's barcode in the catalogue, for the shop's own texts.
    pub fn shop_barcode(&self) -> Option<&str> {
        let catalogue = self.misnomer.as_ref().and_then(|misnomer| misnomer.barcode.as_ref());
        catalogue.unwrap_or(&self.product_barcode).as_deref()
    }

    /// Says where the name or barcode differs from the catalogue's; `number` counts the items from 1.
    ///
    /// The catalogue's words come first, as a guest decides where their own words end.
    pub fn name_marks(&self, number: usize) -> Vec<String> {
        let Some(misnomer) = &self.misnomer else { return Vec::new() };
        let mark = |what: &str, ours: &str, theirs: &str| {
            format!("item {number}: the catalogue {what} {ours}, the order says {}", shorten(theirs))
        };
        let name = misnomer.name.as_ref().map(|ours| mark("says", ours, &self.product_name));
        let barcode = misnomer.barcode.as_ref().map(|ours| {
            let theirs = self.product_barcode.as_deref().unwrap_or_default();
            match ours {
                Some(ours) => mark("says SKU", ours, theirs),
                None => mark("has no SKU for", self.shop_name(), theirs),
            }
        });
        name.into_iter().chain(barcode).collect()
    }
}

/// The largest quantity of one item, and the largest sum of quantities of one order.
pub const QUANTITY_LIMIT: u32 = 2_147_483_647;
/// The most items that one order may have.
pub const ITEMS_LIMIT: usize = 1000;

/// Multiplies the price of one by a quantity.
///
/// # Errors
/// It is more than [`Money::LIMIT`].
pub fn subtotal_of(quantity: u32, unit_price: Money) -> Result<Money, String> {
    let too_much = || format!("{quantity} × {unit_price} is more than {}", Money::LIMIT);
    unit_price.times(quantity).ok_or_else(too_much)
}

/// Adds up subtotals and quantities; `None` if the order's total or count exceeds its limit.
pub fn sums(items: impl IntoIterator<Item = (Money, u32)>) -> Option<(Money, i64)> {
    let (total, count) = items.into_iter().try_fold((Money::ZERO, 0_u32), |(total, count), (subtotal, quantity)| {
        Some((total.plus(subtotal)?, count.checked_add(quantity)?))
    })?;
    (count <= QUANTITY_LIMIT).then_some((total, i64::from(count)))
}

#[cfg(test)]
mod tests {
    use super::{FORGOTTEN, Money, Order, Return};
    use crate::domain::order_samples::{incoming, resolved_order};
    use crate::domain::product::tests::product;

    #[test]
    fn an_item_that_differs_from_the_catalogue_in_name_or_barcode_is_marked() {
        let shirt = product("Shirt", &[("", 1)]);
        let mut nameless = product("Cap", &[("", 1)]);
        nameless.barcode = None;
        for (product, name, barcode, shop_name, marks) in [
            (&shirt, None, None, "Shirt", &[][..]),
            (&shirt, Some(" sHIRT\u{200f} "), Some("sku-shirt"), "shirt", &[]),
            (&shirt, Some("Coat"), None, "Shirt", &["item 1: the catalogue says Shirt, the order says Coat"]),
            (&shirt, None, Some("SKU-9"), "Shirt", &["item 1: the catalogue says SKU SKU-Shirt, the order says SKU-9"]),
            (
                &nameless,
                None,
                Some("SKU-9"),
                "Cap",
                &["item 1: the catalogue has no SKU for Cap, the order says SKU-9"],
            ),
            (
                &shirt,
                Some("Coat, the catalogue says Coat"),
                Some("x"),
                "Shirt",
                &[
                    "item 1: the catalogue says Shirt, the order says Coat, the catalogue says Coat",
                    "item 1: the catalogue says SKU SKU-Shirt, the order says x",
                ],
            ),
        ] {
            let mut incoming = incoming(&[(product, 1, None)]);
            incoming.items[0].name = name.map(str::to_owned);
            incoming.items[0].barcode = barcode.map(str::to_owned);
            let order = resolved_order(&incoming, &[product.clone()].into_iter().collect());
            let item = &order.items[0];
            assert_eq!(item.name_marks(1), marks, "{name:?} {barcode:?}");
            assert_eq!(order.warnings, marks, "taking the order in warns too");
            assert_eq!(
                item.shop_name().trim_matches(crate::domain::text::is_edge).to_lowercase(),
                shop_name.to_lowercase()
            );
        }
    }

    #[test]
    fn an_order_is_forgotten_if_nothing_names_its_customer() {
        use crate::domain::order_samples::order;
        use crate::domain::status::Status;
        let shirt = product("Shirt", &[("", 1)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        for (name, phone, number, expected) in [
            (FORGOTTEN, FORGOTTEN, "", true),
            (FORGOTTEN, FORGOTTEN, "2010", false),
            (FORGOTTEN, "010", "", false),
            ("Mona", FORGOTTEN, "", false),
        ] {
            let mut summary = order(&incoming(&[(&shirt, 1, None)]), &catalogue, 1, Status::Pending).summary;
            (summary.customer.name, summary.customer.phone) = (name.to_owned(), phone.to_owned());
            summary.number = number.to_owned();
            assert_eq!(summary.is_forgotten(), expected, "{name} {phone} {number}");
        }
    }

    #[test]
    fn all_of_an_order_is_back_once_no_item_has_a_piece_left() {
        use crate::domain::order_samples::order;
        use crate::domain::status::Status;
        let (shirt, cap) = (product("Shirt", &[("", 9)]), product("Cap", &[("", 9)]));
        let catalogue = [shirt.clone(), cap.clone()].into_iter().collect();
        let sent = order(&incoming(&[(&shirt, 2, None), (&cap, 1, None)]), &catalogue, 1, Status::Delivered);
        for (returned, expected) in
            [([0, 0], false), ([1, 0], false), ([2, 0], false), ([0, 1], false), ([1, 1], false), ([2, 1], true)]
        {
            let mut order = sent.clone();
            for ((item, quantity), number) in order.items.iter_mut().zip(returned).zip(1..) {
                item.returned = quantity;
                let (subtotal, value, at) = (Money::ZERO, Money::ZERO, order.summary.created_at);
                order.returns.extend((quantity > 0).then_some(Return { item: number, quantity, subtotal, value, at }));
            }
            assert_eq!(order.is_all_back(), expected, "{returned:?}");
        }
        let without_items = Order { items: Vec::new(), ..sent };
        assert!(!without_items.is_all_back(), "a list does not load them");
    }
}
