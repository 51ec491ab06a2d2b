//! Telling after a failed commit what the file holds: whether the rows that were to be written are there.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

use super::open::{Access, set_up};

/// The tables in which almost every change leaves a row, and what makes such a row our own.
const TABLES: [(&str, &str); 4] = [
    ("orders", "id"),
    ("order_events", r#"json_array(order_pk, at, actor, kind, "from", "to", note)"#),
    ("order_sources", "json_array(order_pk, message_id, hex(content_hash), received_at)"),
    ("stock_movements", "json_array(product_id, size_key, delta, order_pk, actor, note, at)"),
];

/// Everything that can change without such a row, as one text. What this costs is paid by changes of these tables alone.
const CONTENT: &str = "SELECT coalesce(group_concat(row, char(10) ORDER BY row), '') FROM (
    SELECT json_array(key, value) AS row FROM settings
    UNION ALL SELECT json_array(id, username, role, phone) FROM users
    UNION ALL SELECT json_array(id, name, barcode, price, discounted_price, image_paths, low_stock_at) FROM products)";

/// What a transaction starts from.
#[derive(Debug)]
pub(super) struct Start {
    /// The newest key of each table; 0 where it has no rows.
    newest: Vec<i64>,
    /// How many rows the connection had changed by then.
    changes: u64,
}

/// What a change can be told by.
#[derive(Debug)]
pub(super) enum Witness {
    /// There is none.
    Nothing,
    /// The newest row that it adds to a table: the table, and the row's key and text.
    Rows(Vec<(usize, i64, String)>),
    /// It adds no rows: the content before and after it.
    Content {
        /// Before it.
        before: String,
        /// After it.
        after: String,
    },
}

/// What a file holds of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All of it.
    Written,
    /// Nothing of it.
    NotWritten,
    /// Others changed the same since: it cannot be told.
    Unknown,
}

fn row(row: &Row<'_>) -> rusqlite::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn content(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row(CONTENT, [], |row| row.get(0))
}

/// Finds the newest row of a table.
fn newest(table: usize, connection: &Connection) -> rusqlite::Result<Option<(i64, String)>> {
    let (name, row_text) = TABLES[table];
    let sql = format!("SELECT pk, {row_text} FROM {name} ORDER BY pk DESC LIMIT 1");
    connection.prepare_cached(&sql)?.query_row([], row).optional()
}

impl Start {
    /// Notes what a transaction at its beginning sees.
    pub fn of(transaction: &Connection) -> rusqlite::Result<Start> {
        let pk = |table| Ok(newest(table, transaction)?.map_or(0, |(pk, _)| pk));
        let newest = (0..TABLES.len()).map(pk).collect::<rusqlite::Result<_>>()?;
        Ok(Start { newest, changes: transaction.total_changes() })
    }
}

impl Witness {
    /// Notes what a transaction at its end changed in the file at `path` since its start.
    pub fn of(path: &Path, start: &Start, transaction: &Connection) -> rusqlite::Result<Witness> {
        if transaction.total_changes() == start.changes {
            return Ok(Witness::Nothing);
        }
        let mut added = Vec::new();
        for (table, before) in start.newest.iter().enumerate() {
            added.extend(newest(table, transaction)?.filter(|(pk, _)| pk > before).map(|(pk, text)| (table, pk, text)));
        }
        if !added.is_empty() {
            return Ok(Witness::Rows(added));
        }
        // While the transaction lasts, another connection sees the file as it was before.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let beside = Connection::open_with_flags(path, flags)?;
        set_up(&beside, Access::Read, Duration::ZERO)?;
        Ok(Witness::Content { before: content(&beside)?, after: content(transaction)? })
    }

    /// Looks for the change in the file as it is now.
    pub fn look_for(&self, connection: &Connection) -> rusqlite::Result<Verdict> {
        match self {
            Witness::Nothing => Ok(Verdict::NotWritten),
            Witness::Rows(added) => {
                for (table, pk, text) in added {
                    let (name, row_text) = TABLES[*table];
                    let sql = format!("SELECT pk, {row_text} FROM {name} WHERE pk = ?1");
                    let found = connection.prepare_cached(&sql)?.query_row([pk], row).optional()?;
                    if found.is_none_or(|(_, found)| found != *text) {
                        return Ok(Verdict::NotWritten);
                    }
                }
                Ok(Verdict::Written)
            }
            Witness::Content { before, after } => Ok(match content(connection)? {
                now if now == *after => Verdict::Written,
                now if now == *before => Verdict::NotWritten,
                _ => Verdict::Unknown,
            }),
        }
    }
}
