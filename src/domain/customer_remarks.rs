//! The remarks of the shop on a customer: a note, and a block.

use super::time::Timestamp;

/// A block: the shop is warned of this customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub note: Option<String>,
}

impl Block {
    /// Words it for marks and warnings.
    pub fn warning(&self) -> String {
        match &self.note {
            Some(note) => format!("the customer is blocked: {note}"),
            None => "the customer is blocked".to_owned(),
        }
    }
}

/// What the shop keeps on a customer, by number; customers do not see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remarks {
    /// A note on the customer.
    pub note: Option<String>,
    /// Whether the customer is blocked.
    pub block: Option<Block>,
}

impl Remarks {
    /// Returns whether there is neither a note nor a block.
    pub fn is_empty(&self) -> bool {
        *self == Remarks::default()
    }

    /// Merges the remarks on two numbers that became one: both notes, and the earlier block.
    #[must_use]
    pub fn merged(self, other: Remarks) -> Remarks {
        let block = match (self.block, other.block) {
            (Some(one), Some(other)) => {
                Some(Block { since: one.since.min(other.since), note: both(one.note, other.note) })
            }
            (one, other) => one.or(other),
        };
        Remarks { note: both(self.note, other.note), block }
    }
}

/// Joins two notes; equal ones become one.
fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(format!("{one}; {other}")),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remarks_on_two_numbers_that_become_one_are_kept() {
        let remarks = |note: &str, blocked: Option<(i64, &str)>| Remarks {
            note: Some(note.to_owned()).filter(|note| !note.is_empty()),
            block: blocked.map(|(at, why)| Block {
                since: Timestamp::from_millis(at).unwrap(),
                note: Some(why.to_owned()).filter(|note| !note.is_empty()),
            }),
        };
        for (one, other, both) in [
            (remarks("", None), remarks("", None), remarks("", None)),
            (remarks("pays late", None), remarks("", Some((5, "fraud"))), remarks("pays late", Some((5, "fraud")))),
            (remarks("pays late", None), remarks("pays late", None), remarks("pays late", None)),
            (remarks("a", Some((9, "x"))), remarks("b", Some((5, "y"))), remarks("a; b", Some((5, "x; y")))),
            (remarks("", Some((9, "x"))), remarks("", Some((5, ""))), remarks("", Some((5, "x")))),
        ] {
            assert_eq!(one.merged(other), both);
        }
        assert!(remarks("", None).is_empty() && !remarks("", Some((1, ""))).is_empty());
    }
}
