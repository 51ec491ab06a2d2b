//! Maps failures to exit codes and to messages for people and programs.

use std::fmt;
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::domain::refusal::{Conflict, Refusal, RefusalKind};
use crate::domain::text::os_reason;
use crate::hint::{CommandLine, Hint};
use crate::spool::SpoolError;
use crate::store::StoreError;

/// The class of a failure. Each has its own exit code and its own code in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The program, the file or the machine failed.
    Internal(Fault),
    /// The command line is wrong, or an answer was needed and nobody could be asked.
    Usage,
    /// A named order or product does not exist.
    NotFound,
    /// The input is wrong.
    InvalidInput,
    /// The input conflicts with what the file has.
    Conflict(Conflict),
    /// There is not enough stock.
    InsufficientStock,
    /// The file was in use for longer than `--wait`.
    Busy,
    /// The person who was asked said no.
    Declined,
    /// The acting user may not do this.
    PermissionDenied,
}

impl FailureKind {
    /// One of each class.
    const ALL: [FailureKind; 9] = [
        FailureKind::Internal(Fault::Other),
        FailureKind::Usage,
        FailureKind::NotFound,
        FailureKind::InvalidInput,
        FailureKind::Conflict(Conflict::Already),
        FailureKind::InsufficientStock,
        FailureKind::Busy,
        FailureKind::Declined,
        FailureKind::PermissionDenied,
    ];

    pub fn exit_code(self) -> u8 {
        match self {
            FailureKind::Internal(_) => 1,
            FailureKind::Usage => 2,
            FailureKind::NotFound => 3,
            FailureKind::InvalidInput => 4,
            FailureKind::Conflict(_) => 5,
            FailureKind::InsufficientStock => 6,
            FailureKind::Busy => 7,
            FailureKind::Declined => 9,
            FailureKind::PermissionDenied => 11,
        }
    }

    /// Returns the code in JSON.
    pub fn code(self) -> &'static str {
        match self {
            FailureKind::Internal(_) => "internal",
            FailureKind::Usage => "usage",
            FailureKind::NotFound => "not_found",
            FailureKind::InvalidInput => "invalid_input",
            FailureKind::Conflict(_) => "conflict",
            FailureKind::InsufficientStock => "insufficient_stock",
            FailureKind::Busy => "busy",
            FailureKind::Declined => "declined",
            FailureKind::PermissionDenied => "permission_denied",
        }
    }

    /// Returns the reason in JSON, for a class that has several.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            FailureKind::Conflict(reason) => Some(reason.as_str()),
            FailureKind::Internal(fault) => fault.as_str(),
            _ => None,
        }
    }
}

/// What failed: the program, the file or the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no orders file.
    MissingFile,
    /// The file belongs to another program.
    NotOurs,
    /// A newer version of this program wrote the file.
    Newer,
    /// The file is damaged.
    Damaged,
    /// The disk is full.
    Full,
    /// Something could not be read or written.
    Io,
    /// None of these.
    Other,
}

impl Fault {
    const ALL: [Fault; 7] =
        [Fault::MissingFile, Fault::NotOurs, Fault::Newer, Fault::Damaged, Fault::Full, Fault::Io, Fault::Other];

    fn as_str(self) -> Option<&'static str> {
        match self {
            Fault::MissingFile => Some("missing_file"),
            Fault::NotOurs => Some("not_ours"),
            Fault::Newer => Some("newer"),
            Fault::Damaged => Some("damaged"),
            Fault::Full => Some("full"),
            Fault::Io => Some("io"),
            Fault::Other => None,
        }
    }
}

impl From<&io::Error> for Fault {
    fn from(error: &io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::Full,
            _ => Fault::Io,
        }
    }
}

/// Returns why the operating system failed, in words for people.
fn io_reason(error: &io::Error) -> String {
    match error.into() {
        Fault::Full => "the disk is full".to_owned(),
        _ => os_reason(&error.to_string()),
    }
}

impl From<RefusalKind> for FailureKind {
    fn from(kind: RefusalKind) -> FailureKind {
        match kind {
            RefusalKind::NotFound => FailureKind::NotFound,
            RefusalKind::InvalidInput => FailureKind::InvalidInput,
            RefusalKind::Conflict(reason) => FailureKind::Conflict(reason),
            RefusalKind::InsufficientStock => FailureKind::InsufficientStock,
        }
    }
}

/// How a command ended without failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All was done.
    Done,
    /// With `--keep-going`, not all was done.
    Partly,
    /// There are findings to look at.
    Findings,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Partly => 8,
            Exit::Findings => 10,
        }
    }
}

/// All exit codes with their meanings, for `orders help exit-codes`.
pub const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done (an empty list too)"),
    (1, "internal or I/O error"),
    (2, "wrong usage, or an answer was needed and nobody could be asked"),
    (3, "not found"),
    (4, "invalid input"),
    (5, "conflict: already done, other content, illegal step, terms not agreed, or several matches"),
    (6, "insufficient stock"),
    (7, "the file was in use, or most nodes of the cluster were out of reach, for longer than --wait"),
    (8, "partly done (--keep-going), even if none of several could be done"),
    (9, "declined at the question"),
    (10, "findings (check, report --exit-code)"),
    (11, "permission denied: the account may not do this"),
    (129, "ended by a signal: the terminal was closed (SIGHUP)"),
    (130, "interrupted (Ctrl-C, SIGINT)"),
    (143, "ended by a signal: told to stop (SIGTERM)"),
];

/// The code in JSON of a run that a signal ended.
pub const INTERRUPTED_CODE: &str = "interrupted";

/// Returns the codes in JSON with their exit codes, for `orders help json`.
pub fn codes() -> Vec<(String, String)> {
    let failures = FailureKind::ALL.map(|kind| (kind.code().to_owned(), kind.exit_code().to_string()));
    failures.into_iter().chain([(INTERRUPTED_CODE.to_owned(), "129, 130 or 143".to_owned())]).collect()
}

/// Returns the reasons in JSON with their meanings, for `orders help json`.
pub fn reasons() -> Vec<(String, String)> {
    let conflicts = Conflict::ALL.map(|conflict| {
        let meaning = match conflict {
            Conflict::Already => "it is so already; of several orders, each that failed is",
            Conflict::Content => "it exists with other content",
            Conflict::Step => "its state does not allow the step",
            Conflict::NotAgreed => "a price is below the list price, or a guest claims terms: the shop has not agreed",
            Conflict::Ambiguous => "the name fits several",
            Conflict::Exists => "the name is taken",
            Conflict::Changed => "it changed in the meantime: run it again",
        };
        (Some(conflict.as_str()), meaning)
    });
    let faults = Fault::ALL.map(|fault| {
        let meaning = match fault {
            Fault::MissingFile => "there is no orders file",
            Fault::NotOurs => "the file belongs to another program",
            Fault::Newer => "a newer version of orders wrote the file",
            Fault::Damaged => "the file is damaged",
            Fault::Full => "the disk is full",
            Fault::Io => "something could not be read or written",
            Fault::Other => "",
        };
        (fault.as_str(), meaning)
    });
    let all = conflicts.into_iter().chain(faults);
    all.filter_map(|(reason, meaning)| Some((reason?.to_owned(), meaning.to_owned()))).collect()
}

/// A failure with all that is said about it.
pub type Failure = Refusal<FailureKind, Hint>;

impl Failure {
    /// Makes a failure of usage.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(FailureKind::Usage, message)
    }

    /// Makes a failure of the operating system; `what` names what failed: `cannot read orders.json`.
    pub fn io(error: &io::Error, what: impl fmt::Display) -> Failure {
        Failure::new(FailureKind::Internal(error.into()), format!("{what}: {}", io_reason(error)))
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<Hint>) -> Failure {
        self.remedy(hint.into())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let Refusal { kind, message, error, details, remedies } = refusal;
        let remedies = remedies.into_iter().map(Hint::from).collect();
        Failure { kind: kind.into(), message, error, details, remedies }
    }
}

/// How many problems of one failure are listed; the rest are counted.
pub const DETAILS_LISTED: usize = 100;

/// Returns the first problems, with a last line that counts the rest; there are `total` in all.
pub fn list_first(details: &[String], total: usize) -> Vec<String> {
    let mut listed: Vec<String> = details.iter().take(DETAILS_LISTED).cloned().collect();
    if total > listed.len() {
        listed.push(format!("… and {} more", total - listed.len()));
    }
    listed
}

/// A failure as it is reported.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{failure}")]
pub struct Explained {
    /// The failure, with the first of its problems.
    pub failure: Failure,
    /// How many problems there are in all.
    pub problem_count: usize,
    /// For an import, the body that a success would have had; empty for other commands.
    pub body: Map<String, Value>,
}

impl From<Failure> for Explained {
    fn from(failure: Failure) -> Explained {
        Explained { problem_count: failure.details.len(), failure, body: Map::new() }
    }
}

impl Explained {
    /// Returns the first problems, with a last line that counts the rest.
    pub fn details(&self) -> Vec<String> {
        list_first(&self.failure.details, self.problem_count)
    }

    /// Tells people what became of the change, such as `nothing changed`.
    pub fn conclude(&mut self, outcome: &str) {
        let message = &mut self.failure.message;
        *message = format!("{message}; {outcome}");
    }

    /// Returns the object that `--json` puts on stderr.
    pub fn to_json(&self) -> Value {
        let Failure { kind, error, remedies, .. } = &self.failure;
        let hints: Vec<String> = remedies.iter().map(Hint::to_string).collect();
        let mut object = Map::new();
        object.insert("success".into(), json!(false));
        object.insert("error".into(), json!(error));
        object.insert("details".into(), json!(self.details()));
        object.insert("code".into(), json!(kind.code()));
        object.insert("hint".into(), json!((!hints.is_empty()).then(|| hints.join("\n"))));
        object.insert("exitCode".into(), json!(kind.exit_code()));
        object.insert("reason".into(), json!(kind.reason()));
        object.extend(self.body.clone());
        Value::Object(object)
    }
}

/// The result could not be written after the work was done.
#[derive(Debug, thiserror::Error)]
#[error("the result could not be printed: {}", io_reason(.0))]
pub struct OutputError(pub io::Error);

/// Maps every error to what is reported: the only place where kinds become exit codes. `file` is the orders file of the
/// store's errors, which are already [diagnosed](StoreError::diagnosed).
pub fn explain(error: &anyhow::Error, file: Option<&Path>) -> Explained {
    match error.downcast_ref::<Explained>() {
        Some(explained) => explained.clone(),
        None => classify(error, file).into(),
    }
}

fn classify(error: &anyhow::Error, file: Option<&Path>) -> Failure {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return explain_store(error, file);
    }
    if let Some(SpoolError(io)) = error.downcast_ref::<SpoolError>() {
        return Failure::io(io, error).hint("TMPDIR names another folder for temporary files");
    }
    if let Some(output) = error.downcast_ref::<OutputError>() {
        return Failure::new(FailureKind::Internal((&output.0).into()), output.to_string());
    }
    let fault = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map_or(Fault::Other, Fault::from);
    Failure::new(FailureKind::Internal(fault), format!("{error:#}"))
}

/// The hint for failures in which another orders file may be meant.
pub const NAME_ANOTHER_FILE: &str = "--db FILE or ORDERS_DB names another file";

fn explain_store(error: &StoreError, file: Option<&Path>) -> Failure {
    let file = file.map_or_else(|| "the orders file".to_owned(), |file| file.display().to_string());
    let failure = |kind| match error {
        StoreError::Missing => Failure::new(kind, format!("there is no orders file at {file}")),
        #[cfg(feature = "cluster")]
        StoreError::Spoilt(_) => Failure::new(kind, format!("this machine's replica {error}")),
        error => Failure::new(kind, format!("{file} {error}")),
    };
    match error {
        StoreError::Missing => failure(FailureKind::Internal(Fault::MissingFile))
            .hint(Hint::run("to make one", CommandLine::of("product import FILE")))
            .hint(NAME_ANOTHER_FILE)
            .hint(Hint::run("to bring back a backup", CommandLine::of("help backup"))),
        StoreError::Busy => failure(FailureKind::Busy).hint("--wait SECONDS waits longer; running it again is safe"),
        StoreError::Full => {
            failure(FailureKind::Internal(Fault::Full)).hint("make room on the disk, then run it again")
        }
        StoreError::Unread(_) | StoreError::ItemBuffer(_) => {
            failure(FailureKind::Internal(Fault::Io)).hint("run it again; if it fails again, the disk may be failing")
        }
        StoreError::Damaged(_) | StoreError::Malformed(_) => failure(FailureKind::Internal(Fault::Damaged))
            .hint("keep this file, and restore the newest backup beside it"),
        StoreError::Setting(key, _) => failure(FailureKind::Internal(Fault::Damaged))
            .hint(Hint::run("to mend it", CommandLine::of("config").argument(key.as_str()).option("VALUE"))),
        StoreError::Broken(_) => {
            failure(FailureKind::Internal(Fault::Io)).hint("if the disk is full, make room; then run it again")
        }
        StoreError::OutcomeUnknown(_) => failure(FailureKind::Internal(Fault::Io))
            .hint("if the disk is full, make room; check what was written before you run it again"),
        StoreError::Changed(_) => failure(FailureKind::Conflict(Conflict::Changed)).hint("run it again"),
        StoreError::Replaced => failure(FailureKind::Internal(Fault::Other)).hint("run it again"),
        StoreError::Io(error) => failure(FailureKind::Internal(error.into())).hint(NAME_ANOTHER_FILE),
        StoreError::NotOurs(_) => failure(FailureKind::Internal(Fault::NotOurs)).hint(NAME_ANOTHER_FILE),
        StoreError::Newer(_) => failure(FailureKind::Internal(Fault::Newer)),
        StoreError::Refused(_) => failure(FailureKind::Internal(Fault::Other)).hint(NAME_ANOTHER_FILE),
        StoreError::Sqlite(_) => failure(FailureKind::Internal(Fault::Other)),
        #[cfg(feature = "cluster")]
        error => explain_cluster(error, failure),
    }
}

/// Explains the errors that only a shop in a cluster has.
#[cfg(feature = "cluster")]
fn explain_cluster(error: &StoreError, failure: impl Fn(FailureKind) -> Failure) -> Failure {
    match error {
        StoreError::Unreached(_) => {
            failure(FailureKind::Busy).hint("--wait SECONDS waits longer; running it again is safe")
        }
        StoreError::Denied(_) => failure(FailureKind::Internal(Fault::Other))
            .hint("the user or the password in the address is wrong; in them @ is written %40, / is %2F and % is %25"),
        StoreError::Overtaken => failure(FailureKind::Busy).hint("running it again is safe"),
        StoreError::Unanswered(_) => {
            failure(FailureKind::Internal(Fault::Io)).hint("check whether it was done before you run it again")
        }
        StoreError::Exists => failure(FailureKind::Conflict(Conflict::Exists)).hint("name a new shop"),
        _ => failure(FailureKind::Internal(Fault::Other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_that_cannot_be_printed_has_its_reason_once() {
        for (kind, fault, reason) in [
            (io::ErrorKind::StorageFull, Fault::Full, "the disk is full"),
            (io::ErrorKind::PermissionDenied, Fault::Io, "permission denied"),
        ] {
            let failure = explain(&OutputError(kind.into()).into(), None).failure;
            assert_eq!(failure.kind, FailureKind::Internal(fault));
            assert_eq!(failure.message, format!("the result could not be printed: {reason}"));
        }
    }

    #[test]
    fn every_exit_code_of_the_program_is_listed() {
        let kinds = FailureKind::ALL;
        let codes = kinds
            .map(FailureKind::exit_code)
            .into_iter()
            .chain([Exit::Done, Exit::Partly, Exit::Findings].map(Exit::code));
        for code in codes {
            assert_eq!(EXIT_CODES.iter().filter(|(listed, _)| *listed == code).count(), 1, "{code}");
        }
        assert_eq!(kinds.map(FailureKind::exit_code), [1, 2, 3, 4, 5, 6, 7, 9, 11]);
    }

    /// Whoever adds a kind has to add its place here, and so sees that it is missing in `ALL`.
    #[test]
    fn all_kinds_are_listed() {
        let place = |kind| match kind {
            FailureKind::Internal(_) => 0,
            FailureKind::Usage => 1,
            FailureKind::NotFound => 2,
            FailureKind::InvalidInput => 3,
            FailureKind::Conflict(_) => 4,
            FailureKind::InsufficientStock => 5,
            FailureKind::Busy => 6,
            FailureKind::Declined => 7,
            FailureKind::PermissionDenied => 8,
        };
        assert_eq!(FailureKind::ALL.map(place), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        let place = |fault| match fault {
            Fault::MissingFile => 0,
            Fault::NotOurs => 1,
            Fault::Newer => 2,
            Fault::Damaged => 3,
            Fault::Full => 4,
            Fault::Io => 5,
            Fault::Other => 6,
        };
        assert_eq!(Fault::ALL.map(place), [0, 1, 2, 3, 4, 5, 6]);
        let place = |conflict| match conflict {
            Conflict::Already => 0,
            Conflict::Content => 1,
            Conflict::Step => 2,
            Conflict::NotAgreed => 3,
            Conflict::Ambiguous => 4,
            Conflict::Exists => 5,
            Conflict::Changed => 6,
        };
        assert_eq!(Conflict::ALL.map(place), [0, 1, 2, 3, 4, 5, 6]);
    }
}
