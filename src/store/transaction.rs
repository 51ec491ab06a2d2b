//! What runs in a transaction gets one of these: [`Read`] to load facts, [`Write`] to apply decisions.

use std::path::Path;

use rusqlite::Connection;

use crate::domain::time::Timestamp;

/// How a writing transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed.
    Commit,
    /// It is rolled back: a dry run.
    RollBack,
}

/// Who writes, and with which note. The time is the transaction's own: [`Write::time`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The account's name, or `operator`, or `guest`.
    pub actor: String,
    /// The note that the history keeps.
    pub note: Option<String>,
}

/// The facts of one moment: everything read through it agrees.
#[derive(Debug)]
pub struct Read<'c> {
    pub(super) connection: &'c Connection,
}

/// One writing transaction: all or nothing, and no other program writes at the same time.
#[derive(Debug)]
pub struct Write<'c> {
    pub(super) read: Read<'c>,
    pub(super) time: Timestamp,
    /// The folder of the file.
    pub(super) folder: &'c Path,
}

impl<'c> std::ops::Deref for Write<'c> {
    type Target = Read<'c>;

    fn deref(&self) -> &Read<'c> {
        &self.read
    }
}

impl Write<'_> {
    /// Returns the time at which the transaction got its lock. Everything it writes carries this time, or a later one where
    /// the clock has stepped back behind what it changes.
    pub fn time(&self) -> Timestamp {
        self.time
    }
}
