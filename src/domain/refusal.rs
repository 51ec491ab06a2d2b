//! Why something was refused.

use std::fmt;

use super::reference::Reference;
use super::remedy::Remedy;

/// The class of a refusal; if several hold, the first of these counts: see [`RefusalKind::of_all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// Something that was named does not exist.
    NotFound,
    /// The input breaks a rule about its content.
    InvalidInput,
    /// What exists already stands against it.
    Conflict(Conflict),
    /// There is not enough stock on hand.
    InsufficientStock,
}

impl RefusalKind {
    /// Returns the index of the reason that decides a refusal with several reasons, and the refusal's kind; `None` without reasons.
    ///
    /// [`Conflict::Already`] stands only if it is every reason, as a script takes it for no failure: else another conflict counts,
    /// or without one [`Conflict::Step`].
    pub fn of_all(kinds: &[RefusalKind]) -> Option<(usize, RefusalKind)> {
        const ALREADY: RefusalKind = RefusalKind::Conflict(Conflict::Already);
        let class = |kind: &RefusalKind| match kind {
            RefusalKind::NotFound => 0,
            RefusalKind::InvalidInput => 1,
            RefusalKind::Conflict(_) => 2,
            RefusalKind::InsufficientStock => 3,
        };
        let (place, kind) = kinds.iter().enumerate().min_by_key(|(_, kind)| (class(kind), **kind == ALREADY))?;
        let is_mixed = *kind == ALREADY && kinds.iter().any(|kind| *kind != ALREADY);
        Some((place, if is_mixed { RefusalKind::Conflict(Conflict::Step) } else { *kind }))
    }
}

/// The kind of a conflict with what exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// It already has this state.
    Already,
    /// It exists with other content.
    Content,
    /// Its state does not allow the step.
    Step,
    /// Nobody agreed to it yet: a price below the list price, terms that a guest claims.
    NotAgreed,
    /// Several things match the name.
    Ambiguous,
    /// The name is taken.
    Exists,
    /// It changed in the meantime.
    Changed,
}

impl Conflict {
    /// All kinds.
    pub const ALL: [Conflict; 7] = [
        Conflict::Already,
        Conflict::Content,
        Conflict::Step,
        Conflict::NotAgreed,
        Conflict::Ambiguous,
        Conflict::Exists,
        Conflict::Changed,
    ];

    /// Returns the word for it, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Conflict::Already => "already",
            Conflict::Content => "content",
            Conflict::Step => "step",
            Conflict::NotAgreed => "price",
            Conflict::Ambiguous => "ambiguous",
            Conflict::Exists => "exists",
            Conflict::Changed => "changed",
        }
    }
}

/// A refusal with everything that its reader needs: what, which, every problem, and what to do next.
///
/// The domain refuses with [`RefusalKind`] and [`Remedy`]; `error::Failure` has more kinds, and remedies in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal<K = RefusalKind, R = Remedy> {
    /// The class, from which the exit code follows.
    pub kind: K,
    /// One lower-case line for people that names the order or product.
    pub message: String,
    /// The words for programs, from the guide where it has them.
    pub error: String,
    /// Every problem, one line each.
    pub details: Vec<String>,
    /// What to do next, the best first.
    pub remedies: Vec<R>,
}

impl<K: fmt::Debug, R: fmt::Debug> std::error::Error for Refusal<K, R> {}

impl<K, R> fmt::Display for Refusal<K, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Refusal {
    /// Makes the refusal of a name that nothing has.
    pub fn not_found(message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::NotFound, message)
    }

    /// Makes the refusal of invalid input.
    pub fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::InvalidInput, message)
    }

    /// Makes the refusal for a conflict with what exists.
    pub fn conflict(conflict: Conflict, message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::Conflict(conflict), message)
    }

    /// Makes the refusal of an order that is no longer as a person saw it.
    pub fn changed(reference: &Reference) -> Refusal {
        Refusal::conflict(Conflict::Changed, format!("order {reference} changed while you were asked"))
            .error("Order has changed")
    }
}

impl<K, R> Refusal<K, R> {
    /// Makes a refusal with the same words for programs as for people.
    pub fn new(kind: K, message: impl Into<String>) -> Refusal<K, R> {
        let message = message.into();
        let error = message.clone();
        Refusal { kind, message, error, details: Vec::new(), remedies: Vec::new() }
    }

    /// Replaces the words for programs.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Refusal<K, R> {
        self.error = error.into();
        self
    }

    /// Sets the problems, one line each.
    #[must_use]
    pub fn details(mut self, details: Vec<String>) -> Refusal<K, R> {
        self.details = details;
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn remedy(mut self, remedy: R) -> Refusal<K, R> {
        self.remedies.push(remedy);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words are in the JSON that scripts read.
    #[test]
    fn the_words_for_conflicts_never_change() {
        let words = ["already", "content", "step", "price", "ambiguous", "exists", "changed"];
        assert_eq!(Conflict::ALL.map(Conflict::as_str), words);
    }

    /// A script takes `already` for done.
    #[test]
    fn already_stands_for_several_only_if_it_holds_of_all() {
        use RefusalKind::{Conflict as C, InsufficientStock, InvalidInput, NotFound};
        let (already, price, step) = (C(Conflict::Already), C(Conflict::NotAgreed), C(Conflict::Step));
        for (kinds, expected) in [
            (&[][..], None),
            (&[already, already], Some((0, already))),
            (&[already, price, step], Some((1, price))),
            (&[InsufficientStock, already], Some((1, step))),
            (&[InsufficientStock, already, price], Some((2, price))),
            (&[already, InvalidInput], Some((1, InvalidInput))),
            (&[InvalidInput, NotFound, NotFound], Some((1, NotFound))),
            (&[InsufficientStock], Some((0, InsufficientStock))),
        ] {
            assert_eq!(RefusalKind::of_all(kinds), expected, "{kinds:?}");
        }
    }

    #[test]
    fn a_refusal_is_printed_as_its_message() {
        let refusal: Refusal = Refusal::new(RefusalKind::NotFound, "no order LEG-1").error("Order not found");
        assert_eq!(refusal.to_string(), "no order LEG-1");
    }
}
