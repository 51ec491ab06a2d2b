//! The interface of a shop's log. The rest of this folder knows nothing else of it, so another log could implement it.

use std::io;

use uuid::Uuid;

use super::change::{Body, Change, Kind, Position};
use crate::store::error::StoreError;

/// A version in the log.
#[derive(Debug)]
pub struct Entry {
    pub position: Position,
    pub kind: Kind,
    pub schema: i32,
    pub rows: u64,
    /// How many pieces its body has, if it is not inline.
    pub pieces: i64,
    pub body: Option<Vec<u8>>,
}

/// The outcome of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log, once, and stays there.
    Mine,
    /// It is not, and never will be: another one is in its place, or what it follows is no longer there.
    Not,
}

/// A ticket in the queue, as others see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuedTicket {
    pub id: Uuid,
    /// Grows while the holder of the ticket is alive.
    pub beat: i64,
}

/// Why the log could not be used.
#[derive(Debug)]
pub enum LogError {
    /// It was not carried out: it was refused, or failed on this machine.
    Refused(StoreError),
    /// The log has not begun: its tables are not there.
    NotBegun,
    /// Nobody answered in time.
    Unreached {
        /// One problem that lasts, else the last one.
        problem: String,
        /// Whether it may have been carried out, or may still be.
        may_be_done: bool,
    },
}

impl LogError {
    /// Makes the error of a request that changes nothing.
    pub fn of_read(self) -> StoreError {
        match self {
            LogError::Refused(error) => error,
            LogError::NotBegun => StoreError::Missing,
            LogError::Unreached { problem, .. } => StoreError::Unreached(problem),
        }
    }

    /// Makes the error of a request that may have changed something.
    pub fn of_write(self) -> StoreError {
        match self {
            LogError::Unreached { problem, may_be_done: true } => StoreError::Unanswered(problem),
            error => error.of_read(),
        }
    }
}

impl From<io::Error> for LogError {
    fn from(error: io::Error) -> LogError {
        LogError::Refused(error.into())
    }
}

/// An append-only log of a shop's changes, the same for every machine. Its two functions are [`changes_from`](Log::changes_from) and
/// [`append`](Log::append); the queue only makes waiting fair.
pub trait Log: std::fmt::Debug {
    /// Prepares the log for a new shop.
    fn begin(&mut self) -> Result<(), LogError>;

    /// Returns the given version, if the log has it, and the versions after it, or from the newest whole file on; and
    /// whether there are more. Everything that was appended before this call is seen.
    fn changes_from(&mut self, version: i64) -> Result<(Vec<Entry>, bool), LogError>;

    /// Returns the content of a version; `None` if a newer whole file has replaced it meanwhile.
    fn body(&mut self, entry: &Entry) -> Result<Option<Body>, LogError>;

    /// Appends a change right after a version, or as the first one. It may be sent any number of times, and is appended
    /// once.
    fn append(&mut self, after: Option<Position>, id: Uuid, change: &mut Change) -> Result<Appended, LogError>;

    /// Returns whether others wait for their turn to write, and this program does not yet.
    fn is_crowded(&self) -> bool;

    /// Takes a ticket, unless this program has one; returns those before it, or `None` where somebody removed it.
    fn before_in_queue(&mut self) -> Result<Option<Vec<QueuedTicket>>, LogError>;

    /// Removes a ticket that does not move.
    fn remove_from_queue(&mut self, ticket: Uuid) -> Result<(), LogError>;
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex, MutexGuard};

    use super::*;

    /// A log in memory, which any number of machines share.
    #[derive(Debug, Clone, Default)]
    pub struct MemoryLog(Arc<Mutex<State>>);

    #[derive(Debug, Default)]
    pub struct State {
        /// Each with its inline body.
        pub entries: Vec<Entry>,
        pub queue: Vec<Uuid>,
        /// How many appends are carried out, but not answered.
        pub unanswered: u32,
        /// Whether it cannot be read any more once it has a second version.
        pub is_lost_with_second: bool,
    }

    impl MemoryLog {
        pub fn state(&self) -> MutexGuard<'_, State> {
            self.0.lock().unwrap()
        }

        /// Adds a change as some other program may have made it.
        pub fn add(&self, kind: Kind, schema: i32, rows: u64, mut body: Body) {
            let mut bytes = Vec::new();
            body.pieces::<io::Error>(1 << 20, |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
            let mut state = self.state();
            let version = state.entries.last().map_or(1, |last| last.position.version + 1);
            let position = Position { version, id: Uuid::new_v4() };
            state.entries.push(Entry { position, kind, schema, rows, pieces: 0, body: Some(bytes) });
        }
    }

    impl Log for MemoryLog {
        fn begin(&mut self) -> Result<(), LogError> {
            Ok(())
        }

        fn changes_from(&mut self, version: i64) -> Result<(Vec<Entry>, bool), LogError> {
            let state = self.state();
            if state.is_lost_with_second && state.entries.len() > 1 {
                return Err(LogError::Unreached { problem: "lost".to_owned(), may_be_done: false });
            }
            let files = state.entries.iter().filter(|entry| entry.kind == Kind::File);
            let from = files.map(|entry| entry.position.version).max().unwrap_or(0).max(version + 1);
            let wanted = state
                .entries
                .iter()
                .filter(|entry| entry.position.version == version || entry.position.version >= from);
            let entries: Vec<Entry> =
                wanted.take(3).map(|entry| Entry { body: entry.body.clone(), ..*entry }).collect();
            let is_more = entries.len() == 3;
            Ok((entries, is_more))
        }

        fn body(&mut self, entry: &Entry) -> Result<Option<Body>, LogError> {
            let Some(bytes) = &entry.body else { return Ok(None) };
            let mut body = Body::default();
            body.push(bytes)?;
            Ok(Some(body))
        }

        fn append(&mut self, after: Option<Position>, id: Uuid, change: &mut Change) -> Result<Appended, LogError> {
            let last = self.state().entries.last().map(|last| last.position);
            if last != after {
                return Ok(Appended::Not);
            }
            let mut bytes = Vec::new();
            change.body.pieces::<io::Error>(1 << 20, |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })?;
            let mut state = self.state();
            let position = Position { version: after.map_or(1, |after| after.version + 1), id };
            let Change { kind, schema, rows, .. } = *change;
            if kind == Kind::File {
                state.entries.iter_mut().for_each(|entry| entry.body = None);
            }
            state.entries.push(Entry { position, kind, schema, rows, pieces: 0, body: Some(bytes) });
            if state.unanswered > 0 {
                state.unanswered -= 1;
                return Err(LogError::Unreached { problem: "lost".to_owned(), may_be_done: true });
            }
            Ok(Appended::Mine)
        }

        fn is_crowded(&self) -> bool {
            !self.state().queue.is_empty()
        }

        fn before_in_queue(&mut self) -> Result<Option<Vec<QueuedTicket>>, LogError> {
            Ok(Some(self.state().queue.iter().map(|id| QueuedTicket { id: *id, beat: 0 }).collect()))
        }

        fn remove_from_queue(&mut self, ticket: Uuid) -> Result<(), LogError> {
            self.state().queue.retain(|waiting| *waiting != ticket);
            Ok(())
        }
    }
}
