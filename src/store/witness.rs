//! Telling after a failed commit what the file holds: whether the rows that were to be written are there.

use rusqlite::{Connection, OptionalExtension, Row};

/// The tables in which almost every change leaves a row, and what makes such a row our own.
const TABLES: [(&str, &str); 4] = [
    ("orders", "id"),
    ("order_events", r#"json_array(order_pk, at, actor, kind, "from", "to", note)"#),
    ("order_sources", "json_array(order_pk, message_id, hex(content_hash), received_at)"),
    ("stock_movements", "json_array(product_id, size_key, delta, order_pk, actor, note, at)"),
];

/// The newest row of each table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Witness(Vec<Option<(i64, String)>>);

/// What a file holds of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All of it.
    Written,
    /// Nothing of it.
    NotWritten,
    /// The change leaves no rows to tell by.
    Unknown,
}

fn row(row: &Row<'_>) -> rusqlite::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

impl Witness {
    /// Notes the newest rows as a connection sees them.
    pub fn of(connection: &Connection) -> rusqlite::Result<Witness> {
        let newest = TABLES.iter().map(|(table, row_text)| {
            let sql = format!("SELECT pk, {row_text} FROM {table} ORDER BY pk DESC LIMIT 1");
            connection.prepare_cached(&sql)?.query_row([], row).optional()
        });
        newest.collect::<Result<_, _>>().map(Witness)
    }

    /// Looks for what a change from `before` to this was to add.
    pub fn look_for(&self, before: &Witness, connection: &Connection) -> rusqlite::Result<Verdict> {
        let mut verdict = Verdict::Unknown;
        for (((table, row_text), newest), before) in TABLES.iter().zip(&self.0).zip(&before.0) {
            let Some((pk, text)) = newest.as_ref().filter(|_| newest != before) else { continue };
            let sql = format!("SELECT pk, {row_text} FROM {table} WHERE pk = ?1");
            let found = connection.prepare_cached(&sql)?.query_row([pk], row).optional()?;
            if found.is_none_or(|(_, found)| found != *text) {
                return Ok(Verdict::NotWritten);
            }
            verdict = Verdict::Written;
        }
        Ok(verdict)
    }
}
