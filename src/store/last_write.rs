//! Which transaction wrote last. After a failed commit this says whether the file holds what it wrote.

use rusqlite::{Connection, OptionalExtension as _, named_params};
use uuid::Uuid;

/// The token of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token([u8; 16]);

/// Whether a file holds what a transaction wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommitState {
    /// It holds all of it.
    Written,
    /// It holds nothing of it.
    NotWritten,
    /// Another transaction has written since and replaced the token.
    Unknown,
}

impl Token {
    /// Makes a random token.
    pub fn random() -> Token {
        Token(Uuid::new_v4().into_bytes())
    }

    /// Returns the token of the last writing transaction; `None` where there was none.
    pub fn last_in(connection: &Connection) -> rusqlite::Result<Option<Token>> {
        let mut statement = connection.prepare_cached("SELECT token FROM last_write WHERE pk = 1")?;
        statement.query_row([], |row| row.get(0).map(Token)).optional()
    }

    /// Writes it as the transaction's own. So every commit writes to the log and syncs it, even without another change: what
    /// a killed program left unsynced is on the disk before anybody is told of it.
    pub fn write(self, transaction: &Connection) -> rusqlite::Result<()> {
        let sql = "INSERT INTO last_write (pk, token) VALUES (1, :token)
                   ON CONFLICT (pk) DO UPDATE SET token = excluded.token";
        transaction.prepare_cached(sql)?.execute(named_params! {":token": self.0})?;
        Ok(())
    }

    /// Returns whether a file holds what the transaction with this token wrote: `before` is the last token when it began,
    /// `now` is the last token today.
    pub fn commit_state(self, before: Option<Token>, now: Option<Token>) -> CommitState {
        match now {
            Some(now) if now == self => CommitState::Written,
            now if now == before => CommitState::NotWritten,
            _ => CommitState::Unknown,
        }
    }
}
