//! Why something was not done, in the words that people and programs are given.

use std::fmt;

/// The class of a refusal; where several hold, the first of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A part of it that was named does not exist.
    NotFound,
    /// What came in breaks a rule about its content.
    InvalidInput,
    /// What is there already stands against it.
    Conflict(Conflict),
    /// There is less stock on hand than is needed.
    InsufficientStock,
}

/// What of the things that are there stands against something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// It is so already.
    Already,
    /// It is there with other content.
    Content,
    /// Its state does not allow the step.
    Step,
    /// A price is below the list price.
    Price,
    /// Several things fit what was named.
    Ambiguous,
    /// The name is taken.
    Exists,
    /// It changed in the meantime.
    Changed,
}

impl Conflict {
    /// Returns the word for it, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Conflict::Already => "already",
            Conflict::Content => "content",
            Conflict::Step => "step",
            Conflict::Price => "price",
            Conflict::Ambiguous => "ambiguous",
            Conflict::Exists => "exists",
            Conflict::Changed => "changed",
        }
    }
}

/// A refusal with everything that its reader needs: what, which, every problem, and what to do next.
///
/// The domain refuses with [`Kind`]; outside of it there are more kinds (see `error::Failure`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal<K = Kind> {
    /// The class, from which the exit code follows.
    pub kind: K,
    /// One lower-case line for people, which names the order or product.
    pub message: String,
    /// The words for programs, the guide's where it has them.
    pub error: String,
    /// Every problem, one line each.
    pub details: Vec<String>,
    /// The next thing to do.
    pub hint: Option<String>,
}

impl<K: fmt::Debug> std::error::Error for Refusal<K> {}

impl<K> fmt::Display for Refusal<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<K> Refusal<K> {
    /// Makes a refusal with the same words for programs as for people.
    pub fn new(kind: K, message: impl Into<String>) -> Refusal<K> {
        let message = message.into();
        Refusal { kind, error: message.clone(), message, details: Vec::new(), hint: None }
    }

    /// Replaces the line for people.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Refusal<K> {
        self.message = message.into();
        self
    }

    /// Replaces the words for programs.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Refusal<K> {
        self.error = error.into();
        self
    }

    /// Sets the problems, one line each.
    #[must_use]
    pub fn details(mut self, details: Vec<String>) -> Refusal<K> {
        self.details = details;
        self
    }

    /// Sets the next thing to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Refusal<K> {
        self.hint = Some(hint.into());
        self
    }
}
