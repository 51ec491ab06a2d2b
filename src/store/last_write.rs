//! Which transaction wrote last: by this a program tells after a failed commit what the file holds.

use rusqlite::{Connection, OptionalExtension as _, named_params};
use uuid::Uuid;

/// The token of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token([u8; 16]);

/// Whether a file holds what a transaction wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It holds all of it.
    Written,
    /// It holds nothing of it.
    NotWritten,
    /// Another transaction wrote since, and its token stands in the place of either.
    Unknown,
}

impl Token {
    /// Draws a new one.
    pub fn draw() -> Token {
        Token(Uuid::new_v4().into_bytes())
    }

    /// Returns the token of the transaction that wrote last; `None` where none has written yet.
    pub fn last_in(connection: &Connection) -> rusqlite::Result<Option<Token>> {
        let mut statement = connection.prepare_cached("SELECT token FROM last_write WHERE pk = 1")?;
        statement.query_row([], |row| row.get(0).map(Token)).optional()
    }

    /// Writes it as that of the transaction. So even a transaction that has nothing else to write writes and syncs the log at
    /// its commit: what a killed program left there unsynced is on the disk before anybody is told that it is there.
    pub fn write(self, transaction: &Connection) -> rusqlite::Result<()> {
        let sql = "INSERT INTO last_write (pk, token) VALUES (1, :token)
                   ON CONFLICT (pk) DO UPDATE SET token = excluded.token";
        transaction.prepare_cached(sql)?.execute(named_params! {":token": self.0})?;
        Ok(())
    }

    /// Returns whether a file, in which `now` is the token by now, holds what the transaction of this token wrote; `before` is
    /// the token that it began with.
    pub fn verdict(self, before: Option<Token>, now: Option<Token>) -> Verdict {
        match now {
            Some(now) if now == self => Verdict::Written,
            now if now == before => Verdict::NotWritten,
            _ => Verdict::Unknown,
        }
    }
}
