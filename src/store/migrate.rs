//! Migrates an older file to the current schema, step by step, in one transaction, after a copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use super::copy::{copy_beside, free_name};
use super::derived::derive_all;
use super::error::StoreError;
use super::identity::{Identity, SCHEMA, SCHEMA_VERSION, ensure_ours, version_of};

/// The steps from one version to the next, starting with version 1. Steps are only added, never changed. Their indexes are
/// word for word those of `schema.sql`; the tables get its words at the end.
const STEPS: [&str; 3] = [
    // Reports of sales.
    "CREATE INDEX orders_by_order_date ON orders (order_date, status, item_count, total, currency);",
    // Searches.
    "CREATE TABLE order_texts (
        batch INTEGER PRIMARY KEY,
        texts TEXT NOT NULL
    ) STRICT;",
    // Removed products, item names other than the catalogue's, full phone numbers, duplicates by items, and the last write.
    "ALTER TABLE products ADD COLUMN removed_at TEXT;
    ALTER TABLE products ADD COLUMN removed_barcode TEXT;
    CREATE TABLE item_names (
        product_id TEXT NOT NULL REFERENCES products (id),
        name       TEXT NOT NULL,
        barcode    TEXT NOT NULL,
        PRIMARY KEY (product_id, name, barcode)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE orders ADD COLUMN items_hash INTEGER;
    DROP INDEX orders_by_phone;
    CREATE INDEX stock_movements_written_off ON stock_movements (event_pk)
    WHERE order_pk IS NULL AND event_pk IS NOT NULL;
    CREATE TABLE last_write (
        pk    INTEGER PRIMARY KEY,
        token BLOB NOT NULL
    ) STRICT;",
];

/// What the newest version needs once its columns are filled and its CHECKs are in place.
const LAST_STEP: &str = "CREATE INDEX orders_by_phone ON orders (customer_phone_digits, items_hash, order_date);
    UPDATE stock_movements AS w SET event_pk = c.event_pk
    FROM stock_movements AS c JOIN orders AS o ON o.pk = c.order_pk
    WHERE w.reason = 'adjust' AND w.event_pk IS NULL AND c.pk = w.pk - 1 AND c.reason = 'cancel'
      AND c.product_id = w.product_id AND c.size_key = w.size_key AND c.delta = -w.delta
      AND w.note = o.reference || ' came back unsaleable';";

/// What a reader of an older file sees in place of newer columns and tables: reading never migrates.
const STAND_INS: &str = "
    CREATE TEMP VIEW products AS SELECT *, NULL AS removed_at, NULL AS removed_barcode FROM main.products;
    CREATE TEMP VIEW item_names AS SELECT NULL AS product_id, NULL AS name, NULL AS barcode WHERE FALSE;";

/// Migrates a file to the current schema and returns the copy of it as it was; `None` where another program was first.
///
/// # Errors
/// It is in use, there is no room, it is damaged, or from a newer version by now. It is unchanged then.
pub(super) fn migrate(connection: &mut Connection, path: &Path, wait: Duration) -> Result<Option<PathBuf>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have been first, while this one waited.
    let identity = Identity::of(&transaction)?;
    ensure_ours(&identity)?;
    if identity.version == SCHEMA_VERSION {
        return Ok(None);
    }
    let copy = copy_beside(path, wait)?;
    bring_up_to_date(&transaction)?;
    let backup = free_name(path, &format!("v{}", identity.version));
    copy.persist(&backup)?;
    match transaction.commit().map_err(StoreError::from) {
        Ok(()) => Ok(Some(backup)),
        // It is unknown what the file holds now, so the copy stays.
        Err(error @ StoreError::Broken(_)) => Err(error),
        Err(error) => {
            let _ = fs::remove_file(&backup);
            Err(error)
        }
    }
}

/// Migrates a file to the current schema in the caller's transaction.
///
/// # Errors
/// There is no room, the file is damaged, or its tables were changed by hand.
pub(super) fn bring_up_to_date(transaction: &Connection) -> Result<(), StoreError> {
    let refused = |error: StoreError| match error {
        StoreError::Sqlite(error) => {
            StoreError::refused(format!("cannot be brought up to this version of orders: {error}"))
        }
        error => error,
    };
    let version = version_of(transaction)?;
    transaction.execute_batch("DROP VIEW IF EXISTS temp.products; DROP VIEW IF EXISTS temp.item_names;")?;
    for step in STEPS.iter().skip(usize::try_from(version - 1).unwrap_or_default()) {
        transaction.execute_batch(step).map_err(|error| refused(error.into()))?;
    }
    derive_all(transaction)?;
    take_definitions(transaction)?;
    transaction.execute_batch(LAST_STEP).map_err(|error| refused(error.into()))?;
    Ok(transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?)
}

/// Gives every table the definition in `schema.sql`, with its CHECKs and comments. The rows stay as they are, so the columns
/// must be the same. SQLite documents this way at <https://sqlite.org/lang_altertable.html>.
fn take_definitions(transaction: &Connection) -> Result<(), StoreError> {
    let current = Connection::open_in_memory()?;
    current.execute_batch(SCHEMA)?;
    let mut tables = current.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL")?;
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let tables: Vec<(String, String)> = tables.collect::<Result<_, _>>()?;
    for (table, _) in &tables {
        if columns_of(transaction, table)? != columns_of(&current, table)? {
            let problem = format!("cannot be brought up to this version of orders: {table} has other columns");
            return Err(StoreError::refused(problem));
        }
    }
    transaction.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    let taken = || {
        transaction.pragma_update(None, "writable_schema", true)?;
        for (table, sql) in &tables {
            let update = "UPDATE sqlite_schema SET sql = ?2 WHERE type = 'table' AND name = ?1 AND sql <> ?2";
            transaction.execute(update, [table, sql])?;
        }
        // RESET makes SQLite read the schema again.
        transaction.pragma_update(None, "writable_schema", "RESET")
    };
    let taken = taken();
    transaction.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(taken?)
}

/// Returns the columns of a table in stored order, with their types and positions in its key.
fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, String, i64)>> {
    let mut statement = connection.prepare("SELECT name, type, pk FROM pragma_table_xinfo(?1, 'main') ORDER BY cid")?;
    let columns = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    columns.collect()
}

/// Lets a reader use an older file without migrating it.
pub(super) fn add_stand_ins(connection: &Connection) -> rusqlite::Result<()> {
    let query_only: bool = connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
    connection.pragma_update(None, "query_only", false)?;
    connection.execute_batch(STAND_INS)?;
    connection.pragma_update(None, "query_only", query_only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_step_from_every_older_version() {
        assert_eq!(i32::try_from(STEPS.len()).unwrap() + 1, SCHEMA_VERSION);
    }
}
