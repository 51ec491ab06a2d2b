//! Telling after a failed commit what the file holds: whether the rows that were to be written are there.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

/// The tables in which almost every change leaves a row, and what makes such a row our own.
const TABLES: [(&str, &str); 4] = [
    ("orders", "id"),
    ("order_events", r#"json_array(order_pk, at, actor, kind, "from", "to", note)"#),
    ("order_sources", "json_array(order_pk, message_id, hex(content_hash), received_at)"),
    ("stock_movements", "json_array(product_id, size_key, delta, order_pk, actor, note, at)"),
];

/// Everything that can change without such a row, as one text. These tables are small.
const CONTENT: &str = "SELECT coalesce(group_concat(row, char(10)), '') FROM (
    SELECT json_array(key, value) AS row FROM settings
    UNION ALL SELECT json_array(id, username, role, phone) FROM users
    UNION ALL SELECT json_array(id, name, barcode, price, discounted_price, image_paths, low_stock_at) FROM products
    ORDER BY row)";

/// The newest row of each table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Newest(Vec<Option<(i64, String)>>);

/// What a change can be told by.
#[derive(Debug)]
pub(super) enum Witness {
    /// The newest rows before and after it.
    Rows {
        /// Before it.
        before: Newest,
        /// After it.
        after: Newest,
    },
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

impl Newest {
    /// Notes the newest rows as a connection sees them.
    pub fn of(connection: &Connection) -> rusqlite::Result<Newest> {
        let newest = TABLES.iter().map(|(table, row_text)| {
            let sql = format!("SELECT pk, {row_text} FROM {table} ORDER BY pk DESC LIMIT 1");
            connection.prepare_cached(&sql)?.query_row([], row).optional()
        });
        newest.collect::<Result<_, _>>().map(Newest)
    }
}

impl Witness {
    /// Notes what a transaction at its end changed in the file at `path`, since its newest rows were `before`.
    pub fn of(path: &Path, before: Newest, transaction: &Connection) -> rusqlite::Result<Witness> {
        let after = Newest::of(transaction)?;
        if after != before {
            return Ok(Witness::Rows { before, after });
        }
        // While the transaction lasts, another connection sees the file as it was before.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let before = content(&Connection::open_with_flags(path, flags)?)?;
        Ok(Witness::Content { before, after: content(transaction)? })
    }

    /// Tells whether the change adds rows.
    pub fn has_rows(&self) -> bool {
        matches!(self, Witness::Rows { .. })
    }

    /// Looks for the change in the file as it is now.
    pub fn look_for(&self, connection: &Connection) -> rusqlite::Result<Verdict> {
        match self {
            Witness::Rows { before, after } => look_for_rows(before, after, connection),
            Witness::Content { before, after } => Ok(match content(connection)? {
                now if now == *after => Verdict::Written,
                now if now == *before => Verdict::NotWritten,
                _ => Verdict::Unknown,
            }),
        }
    }
}

fn look_for_rows(before: &Newest, after: &Newest, connection: &Connection) -> rusqlite::Result<Verdict> {
    for (((table, row_text), newest), before) in TABLES.iter().zip(&after.0).zip(&before.0) {
        let Some((pk, text)) = newest.as_ref().filter(|_| newest != before) else { continue };
        let sql = format!("SELECT pk, {row_text} FROM {table} WHERE pk = ?1");
        let found = connection.prepare_cached(&sql)?.query_row([pk], row).optional()?;
        if found.is_none_or(|(_, found)| found != *text) {
            return Ok(Verdict::NotWritten);
        }
    }
    Ok(Verdict::Written)
}
