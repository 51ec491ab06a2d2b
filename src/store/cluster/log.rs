//! What a shop's log has to do: all that the rest of this folder knows of it. Another log could stand behind it.

use std::io;

use uuid::Uuid;

use super::change::{Body, Change, Kind, Position};
use super::http::NoAnswer;
use crate::store::error::StoreError;

/// A version in the log.
#[derive(Debug)]
pub struct Entry {
    pub position: Position,
    pub kind: Kind,
    pub schema: i32,
    pub rows: u64,
    /// How many pieces its body has, where it does not stand here.
    pub pieces: i64,
    pub body: Option<Vec<u8>>,
}

/// What became of a change that was to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log, once, and stays there.
    Mine,
    /// It is not, and never will be: another one is in its place, or what it follows is no longer there.
    Not,
}

/// Why the log could not be used.
#[derive(Debug)]
pub enum LogError {
    Store(StoreError),
    NoAnswer(NoAnswer),
}

impl LogError {
    /// Tells it of a request that changes nothing.
    pub fn of_read(self) -> StoreError {
        match self {
            LogError::Store(error) | LogError::NoAnswer(NoAnswer::Refused(error)) => error,
            LogError::NoAnswer(NoAnswer::NoTable) => StoreError::Missing,
            LogError::NoAnswer(NoAnswer::Unreached { problem, .. }) => StoreError::Unreached(problem),
        }
    }

    /// Tells it of a request that may have changed something.
    pub fn of_write(self) -> StoreError {
        match self {
            LogError::NoAnswer(NoAnswer::Unreached { problem, may_be_done: true }) => StoreError::Unanswered(problem),
            error => error.of_read(),
        }
    }
}

impl From<NoAnswer> for LogError {
    fn from(error: NoAnswer) -> LogError {
        LogError::NoAnswer(error)
    }
}

impl From<io::Error> for LogError {
    fn from(error: io::Error) -> LogError {
        LogError::Store(error.into())
    }
}

/// An append-only log of a shop's changes, the same for every machine. Its two functions are [`changes_from`](Log::changes_from) and
/// [`append`](Log::append); the queue only makes waiting fair.
pub trait Log: std::fmt::Debug {
    /// Makes what a new shop needs.
    fn begin(&mut self) -> Result<(), LogError>;

    /// Returns the given version, where the log has it, and what follows from there or from the newest whole file, with whether there is
    /// more. Everything that was appended before this was called is seen.
    fn changes_from(&mut self, version: i64) -> Result<(Vec<Entry>, bool), LogError>;

    /// Returns the content of a version; `None` where a newer whole file has taken its place meanwhile.
    fn body(&mut self, entry: &Entry) -> Result<Option<Body>, LogError>;

    /// Appends a change right after a version, or as the first one. It may be sent any number of times, and is in once.
    fn append(&mut self, after: Option<Position>, id: Uuid, change: &mut Change) -> Result<Appended, LogError>;

    /// Returns whether others wait for their turn to write, and this program does not yet.
    fn is_crowded(&self) -> bool;

    /// Takes a ticket, unless this program has one; returns how many are before it, and the first of all. `None`: somebody removed it.
    fn place_in_queue(&mut self) -> Result<Option<(usize, Uuid)>, LogError>;

    /// Gives the ticket back.
    fn leave_queue(&mut self);

    /// Removes a ticket that does not move.
    fn remove_from_queue(&mut self, ticket: Uuid) -> Result<(), LogError>;
}
