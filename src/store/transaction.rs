//! What runs in a transaction gets one of these: [`Read`] to load facts, [`Write`] to apply decisions.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, TransactionBehavior};

use super::error::StoreError;
use super::identity::{refuse_newer, version_of};
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

/// Begins an immediate transaction: one that starts by reading and then writes fails at once where another program writes,
/// however long the timeout is. The version is checked again, as a newer program may have migrated the open file.
pub(super) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    refuse_newer(version_of(&transaction)?)?;
    Ok(transaction)
}

impl<'c> std::ops::Deref for Write<'c> {
    type Target = Read<'c>;

    fn deref(&self) -> &Read<'c> {
        &self.read
    }
}

impl Read<'_> {
    /// Runs a query, and returns what `read` makes of each row.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(values, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Runs a query, and passes on each row, in constant memory.
    pub(super) fn each<E: From<StoreError>>(
        &self,
        sql: &str,
        values: impl Params,
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::from)?;
        let mut rows = statement.query(values).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            each(row)?;
        }
        Ok(())
    }

    /// Runs a query, and returns what `read` makes of its only row.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.query_row(values, read)?)
    }

    /// Runs a query, and returns what `read` makes of its first row, if there is one.
    pub(super) fn first<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.query_row(values, read).optional()?)
    }
}

impl Write<'_> {
    /// Runs a statement, however many rows it changes.
    pub(super) fn execute(&self, sql: &str, values: impl Params) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Runs a statement that must change one row.
    ///
    /// # Errors
    /// It changed none: `what` is no longer as it was when this was decided.
    pub(super) fn change_one(&self, what: &'static str, sql: &str, values: impl Params) -> Result<(), StoreError> {
        match self.connection.prepare_cached(sql)?.execute(values)? {
            1 => Ok(()),
            _ => Err(StoreError::Changed(what)),
        }
    }

    /// Returns the time at which the transaction got its lock. Everything it writes carries this time, or a later one where
    /// the clock has stepped back behind what it changes.
    pub fn time(&self) -> Timestamp {
        self.time
    }
}
