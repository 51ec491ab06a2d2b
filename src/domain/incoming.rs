//! An order as received, before it is looked up in the catalogue.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

use super::limits;
use super::money::Money;
use super::order::{Customer, QUANTITY_LIMIT, sums};
use super::phone::phone_problem;
use super::problems::Problems;
use super::product_name::NamedProduct;
use super::reference::Reference;
use super::terms::Terms;
use super::time::Timestamp;

/// An order as received: its shape and sums are checked, its products are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingOrder {
    /// The reference, if sent.
    pub reference: Option<Reference>,
    /// The reference to use if the order of another message has `reference` already; only for references made from
    /// messages.
    pub longer_reference: Option<Reference>,
    /// When the customer ordered.
    pub order_date: Timestamp,
    /// Who ordered.
    pub customer: Customer,
    /// The currency, three capital letters.
    pub currency: Option<String>,
    /// The customer's note.
    pub note: Option<String>,
    /// The items as sent, at least one.
    pub items: Vec<IncomingItem>,
    /// The sum of the items' subtotals.
    pub total: Money,
    /// The sum of the items' quantities.
    pub item_count: i64,
    /// Delivery, discount and cash on delivery.
    pub terms: Terms,
    /// What a person should look at, as far as reading can tell.
    pub warnings: Vec<String>,
    /// Its origin.
    pub source: Source,
}

impl IncomingOrder {
    /// Names the texts that are too long, whatever the format, and a phone that no order can have.
    pub fn excesses(&self) -> Problems {
        let mut problems = Problems::default();
        let mut check = |place: &dyn fmt::Display, text: Option<&str>, longest: usize| {
            if let Some(problem) = text.and_then(|text| limits::excess(text, longest)) {
                problems.add(place, problem);
            }
        };
        let customer = &self.customer;
        check(&"customerName", Some(&customer.name), limits::NAME);
        check(&"customerAddress", customer.address.as_deref(), limits::ADDRESS);
        check(&"note", self.note.as_deref(), limits::NOTE);
        check(&"message id", self.source.message_id.as_deref(), limits::MESSAGE_ID);
        for (index, item) in self.items.iter().enumerate() {
            let texts = [
                ("productName", &item.name, limits::NAME),
                ("productBarcode", &item.barcode, limits::BARCODE),
                ("productImage", &item.image, limits::IMAGE),
                ("selectedSize", &item.size, limits::CHOICE),
                ("selectedColor", &item.color, limits::CHOICE),
            ];
            for (key, text, longest) in texts {
                check(&format_args!("items[{index}].{key}"), text.as_deref(), longest);
            }
        }
        if let Some(problem) = phone_problem(&customer.phone) {
            problems.add("customerPhone", problem);
        }
        problems
    }
}

/// One item as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingItem {
    /// The product.
    pub product: NamedProduct,
    /// The product's name, if sent.
    pub name: Option<String>,
    /// Its barcode, if sent.
    pub barcode: Option<String>,
    /// Its picture, if sent.
    pub image: Option<String>,
    /// The quantity.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
    /// Whether the shop itself typed the price.
    pub is_price_agreed: bool,
    /// Quantity × unit price.
    pub subtotal: Money,
    /// The size chosen.
    pub size: Option<String>,
    /// The color chosen.
    pub color: Option<String>,
}

/// Adds up subtotals and quantities.
///
/// # Errors
/// They are more than an order can have; the error says what the items do: `sum to more than …`.
pub fn sums_of(items: &[IncomingItem]) -> Result<(Money, i64), String> {
    let sums = sums(items.iter().map(|item| (item.subtotal, item.quantity)));
    sums.ok_or_else(|| format!("sum to more than {} or {QUANTITY_LIMIT} pieces", Money::LIMIT))
}

/// The origin of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The kind of document or message.
    pub kind: SourceKind,
    /// WhatsApp's id of the message: the same id means the same order, whatever its text.
    pub message_id: Option<String>,
}

/// The kind of document or message that brought an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Order JSON, as the web page posts it.
    Json,
    /// A cart of WhatsApp's catalogue.
    WhatsappOrder,
    /// The shop's order message, as WhatsApp delivered it.
    WhatsappText,
    /// The shop's order message, out of an export of a chat.
    Chat,
    /// Somebody typed it.
    Typed,
}

impl SourceKind {
    /// Returns its word, as in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            SourceKind::Json => "json",
            SourceKind::WhatsappOrder => "whatsapp_order",
            SourceKind::WhatsappText => "whatsapp_text",
            SourceKind::Chat => "chat",
            SourceKind::Typed => "typed",
        }
    }
}

/// How a message refers to an earlier one, which may have brought an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision {
    /// Its sender edited it.
    Edited,
    /// Its sender withdrew it.
    Withdrawn,
    /// Somebody replied to it.
    Quoted,
}

impl Revision {
    /// Returns the warning about the order of the earlier message, if it brought one.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Revision::Edited => Some("the customer edited the message of this order later: compare it with the chat"),
            Revision::Withdrawn => Some("the customer withdrew the message of this order: ask before confirming it"),
            Revision::Quoted => None,
        }
    }
}

/// Revisions of messages that have not brought an order yet, within one input.
#[derive(Debug, Default)]
pub struct EarlyRevisions {
    /// By the hash of WhatsApp's id of the other message: a hash is small, however long the id.
    revisions: HashMap<u64, Revision>,
    hasher: RandomState,
}

impl EarlyRevisions {
    /// The most revisions that are remembered.
    const LIMIT: usize = 100_000;

    /// Remembers a revision of the message with this id.
    pub fn remember(&mut self, message_id: &str, revision: Revision) {
        let hash = self.hasher.hash_one(message_id);
        // A withdrawal stays, whatever else was said.
        let is_withdrawn = self.revisions.get(&hash) == Some(&Revision::Withdrawn);
        if !is_withdrawn && self.revisions.len() < Self::LIMIT {
            self.revisions.insert(hash, revision);
        }
    }

    /// Returns the warning about an order that the message with this id brings later.
    pub fn warning(&self, message_id: &str) -> Option<&'static str> {
        self.revisions.get(&self.hasher.hash_one(message_id))?.warning()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::{ADDRESS, BARCODE, CHOICE, IMAGE, MESSAGE_ID, NAME, NOTE, PHONE};
    use crate::domain::order_samples::incoming;
    use crate::domain::product::tests::product;

    #[test]
    fn every_text_of_an_order_has_a_limit_in_characters() {
        let shirt = product("Shirt", &[("", 1)]);
        let long = |longest: usize| "م".repeat(longest);
        type Put = fn(&mut IncomingOrder, String);
        let cases: [(&str, usize, Put); 10] = [
            ("customerName", NAME, |order, text| order.customer.name = text),
            ("customerPhone", PHONE, |order, text| order.customer.phone = text),
            ("customerAddress", ADDRESS, |order, text| order.customer.address = Some(text)),
            ("note", NOTE, |order, text| order.note = Some(text)),
            ("message id", MESSAGE_ID, |order, text| order.source.message_id = Some(text)),
            ("items[0].productName", NAME, |order, text| order.items[0].name = Some(text)),
            ("items[0].productBarcode", BARCODE, |order, text| order.items[0].barcode = Some(text)),
            ("items[0].productImage", IMAGE, |order, text| order.items[0].image = Some(text)),
            ("items[0].selectedSize", CHOICE, |order, text| order.items[0].size = Some(text)),
            ("items[0].selectedColor", CHOICE, |order, text| order.items[0].color = Some(text)),
        ];
        for (place, longest, put) in cases {
            let mut order = incoming(&[(&shirt, 1, None)]);
            put(&mut order, long(longest));
            assert!(order.excesses().is_empty(), "{place}");
            put(&mut order, long(longest + 1));
            let problem = format!("{place}: must have at most {longest} characters, has {}", longest + 1);
            assert_eq!(order.excesses().first(), [problem]);
        }
    }

    #[test]
    fn a_withdrawal_stays_whatever_else_is_said_of_the_message() {
        let edited = Revision::Edited.warning();
        let withdrawn = Revision::Withdrawn.warning();
        assert_eq!(edited, Some("the customer edited the message of this order later: compare it with the chat"));
        assert_eq!(withdrawn, Some("the customer withdrew the message of this order: ask before confirming it"));
        assert_eq!(Revision::Quoted.warning(), None);
        for (revisions, expected) in [
            (&[][..], None),
            (&[Revision::Edited], edited),
            (&[Revision::Edited, Revision::Withdrawn], withdrawn),
            (&[Revision::Withdrawn, Revision::Edited], withdrawn),
            (&[Revision::Edited, Revision::Quoted], None),
        ] {
            let mut early = EarlyRevisions::default();
            for revision in revisions {
                early.remember("wamid.A", *revision);
            }
            assert_eq!(early.warning("wamid.A"), expected, "{revisions:?}");
            assert_eq!(early.warning("wamid.B"), None);
        }
    }

    #[test]
    fn a_bounded_number_of_revisions_is_remembered() {
        let mut early = EarlyRevisions::default();
        for number in 0..=EarlyRevisions::LIMIT {
            early.remember(&number.to_string(), Revision::Withdrawn);
        }
        assert!(early.warning(&(EarlyRevisions::LIMIT - 1).to_string()).is_some());
        assert!(early.warning(&EarlyRevisions::LIMIT.to_string()).is_none());
    }

    /// The words are in files.
    #[test]
    fn the_words_for_sources_never_change() {
        let kinds = [SourceKind::Json, SourceKind::WhatsappOrder, SourceKind::WhatsappText, SourceKind::Chat];
        assert_eq!(kinds.map(SourceKind::as_str), ["json", "whatsapp_order", "whatsapp_text", "chat"]);
    }
}
