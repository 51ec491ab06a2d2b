//! From what went wrong to the exit code and the words that people and programs get.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::domain::refusal::{self, Refusal};
use crate::input::records::StreamError;
use crate::store::StoreError;

/// The class of a failure. Each has its own exit code and its own code in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The program, the file or the machine failed.
    Internal,
    /// The command line is wrong, or an answer was needed and nobody could be asked.
    Usage,
    /// An order or product that was named does not exist.
    NotFound,
    /// What came in is wrong.
    InvalidInput,
    /// What is there already stands against it.
    Conflict,
    /// There is less stock than is needed.
    InsufficientStock,
    /// The file was in use for longer than `--wait`.
    Busy,
}

impl Kind {
    /// Returns the exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Internal => 1,
            Kind::Usage => 2,
            Kind::NotFound => 3,
            Kind::InvalidInput => 4,
            Kind::Conflict => 5,
            Kind::InsufficientStock => 6,
            Kind::Busy => 7,
        }
    }

    /// Returns the code in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Internal => "internal",
            Kind::Usage => "usage",
            Kind::NotFound => "not_found",
            Kind::InvalidInput => "invalid_input",
            Kind::Conflict => "conflict",
            Kind::InsufficientStock => "insufficient_stock",
            Kind::Busy => "busy",
        }
    }
}

impl From<refusal::Kind> for Kind {
    fn from(kind: refusal::Kind) -> Kind {
        match kind {
            refusal::Kind::NotFound => Kind::NotFound,
            refusal::Kind::InvalidInput => Kind::InvalidInput,
            refusal::Kind::Conflict => Kind::Conflict,
            refusal::Kind::InsufficientStock => Kind::InsufficientStock,
        }
    }
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All was done.
    Done,
    /// With `--keep-going`, not all was done.
    Partly,
}

impl Exit {
    /// Returns the exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Partly => 8,
        }
    }
}

/// All exit codes with what they mean, for `orders help exit-codes` and README.
pub const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done (an empty list too)"),
    (1, "internal or I/O error"),
    (
        2,
        "wrong usage, or an answer was needed and nobody could be asked",
    ),
    (3, "not found"),
    (4, "invalid input"),
    (
        5,
        "conflict: already confirmed, other content, illegal step, price, ambiguous",
    ),
    (6, "insufficient stock"),
    (7, "the file was in use for longer than --wait"),
    (8, "partly done (--keep-going)"),
    (9, "declined at the question"),
    (10, "findings (check, report --exit-code)"),
    (11, "permission denied"),
    (130, "interrupted"),
];

/// How many problems of one failure are listed; the rest are counted.
pub const DETAILS_LISTED: usize = 100;

/// Everything that is said about a failure.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The class.
    pub kind: Kind,
    /// One lower-case line for people: what, and to which order.
    pub message: String,
    /// The words for programs, the guide's where it has them.
    pub error: String,
    /// Every problem, one line each.
    pub details: Vec<String>,
    /// How many more problems there are than `details` holds.
    pub details_left_out: usize,
    /// The next thing to do.
    pub hint: Option<String>,
    /// Further keys of the JSON object: those of the body that a success would have had.
    pub body: Option<Box<Map<String, Value>>>,
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Failure {
    /// Makes a failure whose words for programs are those for people with a capital letter.
    pub fn new(kind: Kind, message: impl Into<String>) -> Failure {
        let message = message.into();
        let mut letters = message.chars();
        let error = letters
            .next()
            .map(|c| c.to_uppercase().chain(letters).collect())
            .unwrap_or_default();
        Failure {
            kind,
            message,
            error,
            details: Vec::new(),
            details_left_out: 0,
            hint: None,
            body: None,
        }
    }

    /// Makes a failure of usage.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Kind::Usage, message)
    }

    /// Replaces the words for programs.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Failure {
        self.error = error.into();
        self
    }

    /// Sets the problems, one line each.
    #[must_use]
    pub fn details(mut self, details: Vec<String>) -> Failure {
        self.details = details;
        self
    }

    /// Sets the next thing to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the problems that are listed, with a last line that counts those that are not.
    pub fn listed_details(&self) -> Vec<String> {
        let mut listed: Vec<_> = self.details.iter().take(DETAILS_LISTED).cloned().collect();
        let left_out = self.details.len() - listed.len() + self.details_left_out;
        if left_out > 0 {
            listed.push(format!("… and {left_out} more"));
        }
        listed
    }

    /// Returns the object that `--json` puts on stderr.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("success".into(), json!(false));
        object.insert("error".into(), json!(self.error));
        object.insert("details".into(), json!(self.listed_details()));
        object.insert("code".into(), json!(self.kind.code()));
        object.insert("hint".into(), json!(self.hint));
        object.insert("exitCode".into(), json!(self.kind.exit_code()));
        if let Some(body) = &self.body {
            object.extend((**body).clone());
        }
        Value::Object(object)
    }
}

impl Failure {
    /// Makes the failure of one order of several, where others may have been changed.
    pub fn of_one(refusal: Refusal) -> Failure {
        let message = refusal.message.clone();
        Failure {
            message,
            ..Failure::from(refusal)
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure {
            kind: refusal.kind.into(),
            message: format!("{}; nothing changed", refusal.message),
            error: refusal.error,
            details: refusal.details,
            details_left_out: 0,
            hint: refusal.hint,
            body: None,
        }
    }
}

/// Writing the result failed, after whatever had to be done was done.
#[derive(Debug, thiserror::Error)]
#[error("the result could not be printed: {0}")]
pub struct OutputError(pub std::io::Error);

/// Maps every error to what is said about it: the one place where kinds become exit codes.
pub fn explain(error: &anyhow::Error) -> Failure {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return explain_store(error);
    }
    if let Some(StreamError::NotJson { .. }) = error.downcast_ref::<StreamError>() {
        return Failure::new(Kind::InvalidInput, format!("{error:#}"));
    }
    Failure::new(Kind::Internal, format!("{error:#}"))
}

fn explain_store(error: &StoreError) -> Failure {
    let failure = |kind| Failure::new(kind, error.to_string());
    match error {
        StoreError::Missing(_) => failure(Kind::Internal)
            .hint("name the file with --db FILE or ORDERS_DB; product add, product import, import, create and config KEY VALUE make one"),
        StoreError::Busy => failure(Kind::Busy).hint("--wait SECONDS waits longer; running it again is safe"),
        StoreError::Full => failure(Kind::Internal).hint("make room, then run it again"),
        StoreError::Damaged(_) => failure(Kind::Internal).hint("restore the newest backup beside it, and keep this file"),
        StoreError::Broken(_) => failure(Kind::Internal)
            .hint("look at what was kept (orders show, orders product show) before running it again"),
        StoreError::Changed(_) => failure(Kind::Conflict).hint("run it again"),
        StoreError::Refused { .. } | StoreError::Io { .. } | StoreError::Sqlite(_) => failure(Kind::Internal),
    }
}
