//! Movements: how stock on hand changes, and why.

use super::product::{ProductId, StockKey};
use super::reference::Reference;

/// Why stock moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The stock that a product came with.
    Initial,
    /// An order was confirmed and took stock.
    Confirm,
    /// An order left the states that hold stock and gave it back.
    Cancel,
    /// Someone corrected the stock by a difference.
    Adjust,
    /// Someone counted the stock.
    Count,
    /// The items of an order that holds stock were changed.
    Edit,
    /// A customer sent something back.
    Return,
    /// It came with a delivery.
    Receive,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 8] = [
        Reason::Initial,
        Reason::Confirm,
        Reason::Cancel,
        Reason::Adjust,
        Reason::Count,
        Reason::Edit,
        Reason::Return,
        Reason::Receive,
    ];

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// Returns its word, as in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Initial => "initial",
            Reason::Confirm => "confirm",
            Reason::Cancel => "cancel",
            Reason::Adjust => "adjust",
            Reason::Count => "count",
            Reason::Edit => "edit",
            Reason::Return => "return",
            Reason::Receive => "receive",
        }
    }

    /// Returns whether a movement with this reason belongs to an order.
    pub fn is_of_order(self) -> bool {
        matches!(self, Reason::Confirm | Reason::Cancel | Reason::Edit | Reason::Return)
    }
}

/// A decided change of stock on hand. It may be applied while the result stays zero or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The product.
    pub product_id: ProductId,
    /// The size key, `""` where size is not tracked.
    pub size_key: String,
    /// The change of the stock on hand.
    pub delta: i64,
    /// Why.
    pub reason: Reason,
    /// A note of its own; without one it carries the command's.
    pub note: Option<String>,
}

impl Movement {
    /// Returns the stock line that moves.
    pub fn key(&self) -> StockKey {
        StockKey { product_id: self.product_id, size_key: self.size_key.clone() }
    }

    /// Returns the movement that writes off what this one gave back to the shelf, as it cannot be sold again. It does
    /// not belong to the order, so that the movements of an order without stock add up to zero.
    pub fn written_off(&self, reference: &Reference) -> Movement {
        let note = Some(format!("{reference} came back unsaleable"));
        Movement { delta: -self.delta, reason: Reason::Adjust, note, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words are in files and in the JSON that scripts read.
    #[test]
    fn the_words_for_reasons_never_change() {
        let words = ["initial", "confirm", "cancel", "adjust", "count", "edit", "return", "receive"];
        assert_eq!(Reason::ALL.map(Reason::as_str), words);
        assert_eq!(words.map(Reason::parse), Reason::ALL.map(Some));
        assert_eq!(Reason::parse("sold"), None);
    }
}
