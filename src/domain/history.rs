//! The history of an order and of a product's stock, oldest first.

use std::borrow::Cow;

use super::customer_remarks::Remarks;
use super::money::Money;
use super::movement::Reason;
use super::order::{Note, Order};
use super::permission::{Caller, GUEST, OPERATOR};
use super::product::PriceField;
use super::reference::Reference;
use super::time::Timestamp;

/// An event of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// The kind.
    pub kind: EventKind,
    /// The status, or what was edited, before; what came back.
    pub from: Option<String>,
    /// The status, or what was edited, after; what replaced what came back.
    pub to: Option<String>,
    /// The note, if any.
    pub note: Option<String>,
    /// Whether the note is the customer's own, sent with the order.
    pub is_customers: bool,
    /// The stock that moved with it.
    pub movements: Vec<EventMovement>,
}

/// Returns the events that an order's buyer may see: every change, but no notes of the shop, no account names but their own, and
/// no write-offs of returned goods.
pub fn for_buyer(events: Vec<Event>, buyer: &str) -> Vec<Event> {
    let is_own = |event: &Event| event.actor == buyer || event.is_customers;
    let seen = events.into_iter().filter(|event| event.kind != EventKind::Note || is_own(event));
    seen.map(|mut event| {
        if !is_own(&event) {
            event.note = None;
        }
        if ![buyer, OPERATOR, GUEST].contains(&event.actor.as_str()) {
            SHOP.clone_into(&mut event.actor);
        }
        let own = format!("{USER_PREFIX}{buyer}");
        for account in [&mut event.from, &mut event.to] {
            account.take_if(|words| event.kind == EventKind::Edited && words.starts_with(USER_PREFIX) && *words != own);
        }
        event.movements.retain(|movement| !movement.is_written_off);
        event
    })
    .collect()
}

/// Removes from an order what the caller may not see: for buyers and guests, the shop's notes and other accounts'
/// names.
pub fn seen_by<'o>(caller: &Caller, order: &'o Order) -> Cow<'o, Order> {
    if caller.sees_only().is_none() && *caller != Caller::Guest {
        return Cow::Borrowed(order);
    }
    let mut order = order.clone();
    order.summary.user = order.summary.user.filter(|user| user == caller.name());
    order.remarks = Remarks::default();
    order.notes.retain(|note| note.is_customers || note.actor == caller.name());
    for payment in &mut order.payments {
        payment.note = None;
        if payment.actor != OPERATOR {
            SHOP.clone_into(&mut payment.actor);
        }
    }
    Cow::Owned(order)
}

/// Returns the words that came with an order, oldest first.
pub fn customers_words(notes: &[Note]) -> impl Iterator<Item = &Note> {
    notes.iter().filter(|note| note.is_customers)
}

/// Returns the customer's newest words and the shop's newest note.
pub fn newest_notes(notes: &[Note]) -> (Option<&Note>, Option<&Note>) {
    let last = |is_customers| notes.iter().rfind(move |note| note.is_customers == is_customers);
    (last(true), last(false))
}

/// Precedes the account's name in an event that links an order to it.
pub const USER_PREFIX: &str = "user: ";

/// The actor that a buyer sees instead of the shop's accounts.
const SHOP: &str = "shop";

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It was received.
    Created,
    /// Its status changed.
    Status,
    /// Its customer or items changed.
    Edited,
    /// Somebody added a note.
    Note,
    /// A payment or refund was recorded, or voided.
    Payment,
    /// Something came back from the customer.
    Returned,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [EventKind; 6] = [
        EventKind::Created,
        EventKind::Status,
        EventKind::Edited,
        EventKind::Note,
        EventKind::Payment,
        EventKind::Returned,
    ];

    /// Returns its word, as in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Created => "created",
            EventKind::Status => "status",
            EventKind::Edited => "edited",
            EventKind::Note => "note",
            EventKind::Payment => "payment",
            EventKind::Returned => "returned",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Stock that moved with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMovement {
    /// The product's name in the catalogue.
    pub product_name: String,
    /// The size as the catalogue spells it; `None` if size is not tracked.
    pub size: Option<String>,
    /// The change of the stock on hand.
    pub delta: i64,
    /// Whether it wrote off returned goods, which the order does not hold.
    pub is_written_off: bool,
}

/// A movement of one product's stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockEntry {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// Why.
    pub reason: Reason,
    /// The order that took it or gave it back.
    pub reference: Option<Reference>,
    /// The delivery with which it came.
    pub delivery: Option<String>,
    /// The size as the catalogue spells it; `None` if size is not tracked.
    pub size: Option<String>,
    /// The change of the stock on hand.
    pub delta: i64,
    /// The stock on hand of that size afterwards.
    pub balance: i64,
    /// The note, if any.
    pub note: Option<String>,
}

/// A change of a product's price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceEntry {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// Which of its prices.
    pub field: PriceField,
    /// The price before; `None` if there was none.
    pub from: Option<Money>,
    /// The price after; `None` if there is none any more.
    pub to: Option<Money>,
    /// The note, if any.
    pub note: Option<String>,
}

/// Something that happened to a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductEntry {
    /// Its stock moved.
    Stock(StockEntry),
    /// One of its prices changed.
    Price(PriceEntry),
}

/// Merges the movements of a product's stock and the changes of its prices by time. Each list keeps its own order, as clocks may
/// step back; at the same time the stock comes first.
pub fn merge(stock: Vec<StockEntry>, prices: Vec<PriceEntry>) -> Vec<ProductEntry> {
    let (mut stock, mut prices) = (stock.into_iter().peekable(), prices.into_iter().peekable());
    let next = move || {
        let price_is_first = match (stock.peek(), prices.peek()) {
            (Some(moved), Some(price)) => price.at < moved.at,
            (moved, _) => moved.is_none(),
        };
        match price_is_first {
            true => prices.next().map(ProductEntry::Price),
            false => stock.next().map(ProductEntry::Stock),
        }
    };
    std::iter::from_fn(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Balance;

    #[test]
    fn a_buyer_sees_every_change_but_only_their_own_notes() {
        let event = |actor: &str, kind, note: &str, is_customers| Event {
            at: Timestamp::FIRST,
            actor: actor.to_owned(),
            kind,
            from: None,
            to: None,
            note: Some(note.to_owned()),
            is_customers,
            movements: [false, true]
                .map(|is_written_off| EventMovement {
                    product_name: "Belt".to_owned(),
                    size: None,
                    delta: if is_written_off { -1 } else { 1 },
                    is_written_off,
                })
                .into(),
        };
        let mut linked = event(OPERATOR, EventKind::Edited, "by mistake", false);
        (linked.from, linked.to) = (Some("user: omar".to_owned()), Some("user: mona".to_owned()));
        let seen = for_buyer(vec![linked.clone()], "mona").remove(0);
        assert_eq!((seen.from, seen.to.as_deref(), seen.note), (None, Some("user: mona"), None));
        assert_eq!(for_buyer(vec![linked], "omar").remove(0).to, None);
        let events = vec![
            event(OPERATOR, EventKind::Created, "leave it at the door", true),
            event("sara", EventKind::Status, "paid twice before", false),
            event(OPERATOR, EventKind::Note, "difficult", false),
            event("mona", EventKind::Note, "call me", false),
        ];
        let seen = for_buyer(events, "mona");
        let deltas = |event: &Event| event.movements.iter().map(|movement| movement.delta).collect::<Vec<_>>();
        let seen: Vec<_> =
            seen.iter().map(|one| (one.actor.as_str(), one.kind, one.note.as_deref(), deltas(one))).collect();
        assert_eq!(
            seen,
            [
                (OPERATOR, EventKind::Created, Some("leave it at the door"), vec![1]),
                (SHOP, EventKind::Status, None, vec![1]),
                ("mona", EventKind::Note, Some("call me"), vec![1]),
            ]
        );
    }

    #[test]
    fn the_newest_words_of_the_customer_and_of_the_shop_are_apart() {
        let note = |text: &str, is_customers| Note {
            at: Timestamp::FIRST,
            actor: OPERATOR.to_owned(),
            text: text.to_owned(),
            is_customers,
        };
        let notes =
            [note("at the door", true), note("paid", false), note("after 6 pm", true), note("difficult", false)];
        let words = |notes: &[Note]| {
            let (customer, shop) = newest_notes(notes);
            [customer, shop].map(|remark| remark.map(|remark| remark.text.clone()))
        };
        assert_eq!(words(&notes), [Some("after 6 pm".to_owned()), Some("difficult".to_owned())]);
        assert_eq!(words(&notes[..1]), [Some("at the door".to_owned()), None]);
        assert_eq!(words(&notes[1..2]), [None, Some("paid".to_owned())]);
    }

    #[test]
    fn prices_stand_among_the_movements_by_time_and_each_list_keeps_its_order() {
        let at = |seconds: i64| Timestamp::from_millis(1_770_000_000_000 + seconds * 1000).unwrap();
        let moved = |seconds, delta| StockEntry {
            at: at(seconds),
            actor: OPERATOR.to_owned(),
            reason: Reason::Adjust,
            reference: None,
            delivery: None,
            size: None,
            delta,
            balance: delta,
            note: None,
        };
        let change = |seconds, cents| PriceEntry {
            at: at(seconds),
            actor: OPERATOR.to_owned(),
            field: PriceField::Price,
            from: None,
            to: Some(Money::from_hundredths(cents)),
            note: None,
        };
        let order = |stock: &[i64], prices: &[i64]| -> String {
            let stock = stock.iter().zip(1..).map(|(seconds, delta)| moved(*seconds, delta)).collect();
            let prices = prices.iter().zip(1..).map(|(seconds, cents)| change(*seconds, cents)).collect();
            let merged = merge(stock, prices);
            merged
                .iter()
                .map(|entry| match entry {
                    ProductEntry::Stock(entry) => format!("s{}", entry.delta),
                    ProductEntry::Price(entry) => format!("p{}", entry.to.unwrap_or_default().hundredths()),
                })
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (stock, prices, expected) in [
            (&[][..], &[][..], ""),
            (&[1, 2], &[], "s1 s2"),
            (&[], &[1, 2], "p1 p2"),
            (&[1, 5], &[3, 4, 6], "s1 p1 p2 s2 p3"),
            (&[1, 1], &[1], "s1 s2 p1"),
            // The clock stepped back.
            (&[5, 2, 7], &[4, 6], "p1 s1 s2 p2 s3"),
        ] {
            assert_eq!(order(stock, prices), expected, "{stock:?} {prices:?}");
        }
    }

    /// The words are in files and in the JSON that scripts read.
    #[test]
    fn the_words_for_events_never_change() {
        let words = ["created", "status", "edited", "note", "payment", "returned"];
        assert_eq!(EventKind::ALL.map(EventKind::as_str), words);
        assert_eq!(words.map(EventKind::parse), EventKind::ALL.map(Some));
        assert_eq!(EventKind::parse("Note"), None);
    }

    #[test]
    fn a_buyer_sees_an_order_without_the_shops_notes_and_accounts() {
        use crate::domain::customer_remarks::Block;
        use crate::domain::order_samples::{incoming, order};
        use crate::domain::payment::{Method, Payment, PaymentPk};
        use crate::domain::product::tests::product;
        use crate::domain::status::Status;
        use crate::domain::user::{Role, User, UserId};
        let shirt = product("Shirt", &[("", 1)]);
        let mut order =
            order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect(), 1, Status::Pending);
        let payment = |actor: &str| Payment {
            pk: PaymentPk(0),
            number: 1,
            at: Timestamp::FIRST,
            paid_at: Timestamp::FIRST,
            actor: actor.to_owned(),
            amount: Balance::from_hundredths(1),
            method: Method::cash(),
            receipt: None,
            note: None,
            voids: None,
        };
        let note = |actor: &str, text: &str, is_customers| Note {
            at: Timestamp::FIRST,
            actor: actor.to_owned(),
            text: text.to_owned(),
            is_customers,
        };
        order.notes = vec![
            note("operator", "at the door", true),
            note("sara", "difficult", false),
            note("mona", "call me", false),
        ];
        order.remarks.block = Some(Block { since: Timestamp::FIRST, note: None });
        order.payments = ["operator", "sara"].map(payment).into();
        let account = |name: &str, role| {
            Caller::Account(User {
                id: UserId(uuid::Uuid::nil()),
                username: name.to_owned(),
                role,
                phone: None,
                number: None,
            })
        };
        for (caller, owner, sees_owner, notes) in [
            (account("mona", Role::Buyer), "mona", true, &["at the door", "call me"][..]),
            (account("mona", Role::Buyer), "omar", false, &["at the door", "call me"]),
            (Caller::Guest, "omar", false, &["at the door"]),
            (account("sara", Role::Seller), "omar", true, &["at the door", "difficult", "call me"]),
            (Caller::Operator, "omar", true, &["at the door", "difficult", "call me"]),
        ] {
            order.summary.user = Some(owner.to_owned());
            let seen = seen_by(&caller, &order);
            let texts: Vec<_> = seen.notes.iter().map(|note| note.text.as_str()).collect();
            assert_eq!((seen.summary.user.is_some(), texts.as_slice()), (sees_owner, notes), "{caller:?}");
            assert_eq!(!seen.remarks.is_empty(), notes.len() == 3, "{caller:?}");
            let actors: Vec<_> = seen.payments.iter().map(|payment| payment.actor.as_str()).collect();
            let names = if notes.len() == 3 { ["operator", "sara"] } else { ["operator", SHOP] };
            assert_eq!(actors, names, "{caller:?}");
        }
    }

    #[test]
    fn a_buyer_sees_no_account_but_their_own() {
        let event = |kind, from: &str| Event {
            at: Timestamp::FIRST,
            actor: OPERATOR.to_owned(),
            kind,
            from: Some(from.to_owned()),
            to: None,
            note: None,
            is_customers: false,
            movements: Vec::new(),
        };
        for (kind, words, is_seen) in [
            (EventKind::Edited, "user: mona", true),
            (EventKind::Edited, "user: omar", false),
            (EventKind::Edited, "note of user: omar", true),
            (EventKind::Status, "user: omar", true),
        ] {
            let seen = for_buyer(vec![event(kind, words)], "mona");
            assert_eq!(seen[0].from.is_some(), is_seen, "{kind:?} {words}");
        }
    }
}
