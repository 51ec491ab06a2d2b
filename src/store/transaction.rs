//! What runs in a transaction gets one of these: [`Read`] to load facts, [`Write`] to apply decisions.

use std::cell::RefCell;
use std::path::Path;

use rusqlite::Connection;

use super::copy::folder_of;
use super::error::StoreError;
use super::item_buffer::ItemBuffer;
use super::locked::OpenedFile;
use super::pinned_statements::Statements;
use crate::domain::settings::Settings;
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
    pub(super) statements: Statements<'c>,
    /// The folder of the file, in which items may wait.
    pub(super) folder: &'c Path,
    /// What a transaction that takes in orders has yet to write: whatever asks for items writes it first.
    pub(super) item_buffer: RefCell<ItemBuffer>,
    /// The settings, once they were asked for: each order's number is completed by one of them.
    pub(super) known_settings: RefCell<Option<Settings>>,
}

impl<'c> Read<'c> {
    pub(super) fn on(connection: &'c Connection, file: &'c OpenedFile) -> Read<'c> {
        Read {
            connection,
            statements: Statements::default(),
            folder: folder_of(file.path()),
            item_buffer: RefCell::default(),
            known_settings: RefCell::default(),
        }
    }
}

/// One writing transaction: all or nothing, and no other program writes at the same time.
#[derive(Debug)]
pub struct Write<'c> {
    pub(super) read: Read<'c>,
    pub(super) time: Timestamp,
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

    /// Writes all that is yet to be written, so that nothing but the commit is left.
    ///
    /// # Errors
    /// The file is full or broken; what waited cannot be read again.
    pub fn complete(&self) -> Result<(), StoreError> {
        self.write_waiting_items()
    }
}
