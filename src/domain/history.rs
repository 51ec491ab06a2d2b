//! What happened to an order and to a product's stock, in the order in which it happened.

use super::reference::Reference;
use super::stock::Reason;
use super::time::Timestamp;

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What it was.
    pub kind: EventKind,
    /// The status, or what was edited, before.
    pub from: Option<String>,
    /// The status, or what was edited, after.
    pub to: Option<String>,
    /// The note that was given.
    pub note: Option<String>,
    /// The stock that moved with it.
    pub movements: Vec<EventMovement>,
}

/// What kind of thing happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It was received.
    Created,
    /// Its status changed.
    Status,
    /// What is in it changed.
    Edited,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [EventKind; 3] = [EventKind::Created, EventKind::Status, EventKind::Edited];

    /// Returns the word for it, as in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Created => "created",
            EventKind::Status => "status",
            EventKind::Edited => "edited",
        }
    }

    /// Reads the word for it.
    pub fn parse(word: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Stock that moved with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMovement {
    /// The product's name in the catalogue.
    pub product_name: String,
    /// The size as the catalogue spells it; `None` where it is not tracked.
    pub size: Option<String>,
    /// What was added to the stock on hand.
    pub delta: i64,
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
    /// The size as the catalogue spells it; `None` where it is not tracked.
    pub size: Option<String>,
    /// What was added to the stock on hand.
    pub delta: i64,
    /// The stock on hand of that size after it.
    pub balance: i64,
    /// The note that was given.
    pub note: Option<String>,
}
