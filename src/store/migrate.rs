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

/// The steps from one version to the next, starting with version 1: columns of tables that are there. Steps are only added, never
/// changed. New tables and all indexes come from `schema.sql`, and so do the words of every table.
const STEPS: [&str; 5] = [
    // Reports of sales.
    "",
    // Searches.
    "",
    // Removed products, full phone numbers, and duplicates by items.
    "ALTER TABLE products ADD COLUMN removed_at TEXT;
    ALTER TABLE products ADD COLUMN removed_barcode TEXT;
    ALTER TABLE orders ADD COLUMN items_hash INTEGER;",
    // Money.
    "ALTER TABLE orders ADD COLUMN delivery_fee INTEGER;
    ALTER TABLE orders ADD COLUMN discount INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE orders ADD COLUMN cod INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE orders ADD COLUMN delivery_fee_agreed INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE orders ADD COLUMN discount_agreed INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE orders ADD COLUMN cod_agreed INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE orders ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE orders ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE orders ADD COLUMN paid INTEGER;
    ALTER TABLE order_items ADD COLUMN price_agreed INTEGER NOT NULL DEFAULT 0;",
    // Returns, goods that come in, and couriers.
    "ALTER TABLE stock_movements ADD COLUMN delivery_pk INTEGER;
    ALTER TABLE stock_movements ADD COLUMN as_of TEXT;
    ALTER TABLE stock ADD COLUMN removed_at TEXT;
    ALTER TABLE orders ADD COLUMN courier TEXT;
    ALTER TABLE orders ADD COLUMN tracking TEXT COLLATE NOCASE;",
];

/// The version from which on the file has all that is [derived](derive_all).
const DERIVED_SINCE: i32 = 4;

/// The last step for files before that version: each write-off names its event.
const WRITTEN_OFF: &str = "UPDATE stock_movements AS w SET event_pk = c.event_pk
    FROM stock_movements AS c JOIN orders AS o ON o.pk = c.order_pk
    WHERE w.reason = 'adjust' AND w.event_pk IS NULL AND c.pk = w.pk - 1 AND c.reason = 'cancel'
      AND c.product_id = w.product_id AND c.size_key = w.size_key AND c.delta = -w.delta
      AND w.note = o.reference || ' came back unsaleable';";

/// What a reader sees in place of the columns and tables that an older file lacks, by version: reading never migrates.
const STAND_INS: [(i32, &str); 3] = [
    (
        4,
        "CREATE TEMP VIEW products AS SELECT *, NULL AS removed_at, NULL AS removed_barcode FROM main.products;
        CREATE TEMP VIEW item_names AS SELECT NULL AS product_id, NULL AS name, NULL AS barcode WHERE FALSE;",
    ),
    (
        5,
        "CREATE TEMP VIEW orders AS SELECT *, NULL AS delivery_fee, 0 AS discount, 0 AS cod, 1 AS delivery_fee_agreed,
            1 AS discount_agreed, 1 AS cod_agreed, 0 AS kept, 0 AS returned, NULL AS paid, NULL AS courier, NULL AS tracking
            FROM main.orders;
        CREATE TEMP VIEW order_items AS SELECT *, 0 AS price_agreed FROM main.order_items;
        CREATE TEMP VIEW payments AS SELECT NULL AS pk, NULL AS order_pk, NULL AS event_pk, NULL AS at, NULL AS paid_at,
            NULL AS actor, NULL AS amount, NULL AS method, NULL AS receipt, NULL AS note, NULL AS voids WHERE FALSE;
        CREATE TEMP VIEW customers AS SELECT NULL AS phone_digits, NULL AS phone, NULL AS note, NULL AS blocked_at,
            NULL AS blocked_note, NULL AS updated_at, NULL AS updated_by WHERE FALSE;",
    ),
    (
        6,
        // A still older file already has its stand-in for orders.
        "CREATE TEMP VIEW IF NOT EXISTS orders AS SELECT *, NULL AS courier, NULL AS tracking FROM main.orders;
        CREATE TEMP VIEW stock_movements AS SELECT *, NULL AS delivery_pk, NULL AS as_of FROM main.stock_movements;
        CREATE TEMP VIEW stock AS SELECT *, NULL AS removed_at FROM main.stock;
        CREATE TEMP VIEW order_returns AS SELECT NULL AS pk, NULL AS order_pk, NULL AS event_pk, NULL AS item_id,
            NULL AS quantity, NULL AS subtotal, NULL AS value WHERE FALSE;
        CREATE TEMP VIEW deliveries AS SELECT NULL AS pk, NULL AS reference, NULL AS at, NULL AS actor, NULL AS note WHERE FALSE;
        CREATE TEMP VIEW price_changes AS SELECT NULL AS pk, NULL AS product_id, NULL AS at, NULL AS actor,
            NULL AS field, NULL AS \"from\", NULL AS \"to\", NULL AS note WHERE FALSE;",
    ),
];

/// Migrates a file to the current schema, and returns the copy of the file before that; `None` if another program was
/// first.
///
/// # Errors
/// The file is in use, damaged, or by now from a newer version; or there is no room. The file is then unchanged.
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
        // It is unknown whether the file was migrated, so the copy stays.
        Err(StoreError::Broken(error)) => Err(StoreError::OutcomeUnknown(error)),
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
    drop_stand_ins(transaction)?;
    let current = Connection::open_in_memory()?;
    current.execute_batch(SCHEMA)?;
    let bring_up = || {
        drop_other_indexes(transaction, &current)?;
        for step in STEPS.iter().skip(usize::try_from(version - 1).unwrap_or_default()) {
            transaction.execute_batch(step)?;
        }
        create_missing(transaction, &current, "table")?;
        if version < DERIVED_SINCE {
            derive_all(transaction)?;
        }
        take_definitions(transaction, &current)?;
        create_missing(transaction, &current, "index")?;
        if version < DERIVED_SINCE {
            transaction.execute_batch(WRITTEN_OFF)?;
        }
        Ok(())
    };
    bring_up().map_err(refused)?;
    Ok(transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?)
}

/// Returns the definitions of a kind of object, by name.
fn definitions(connection: &Connection, kind: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT name, sql FROM main.sqlite_schema WHERE type = ?1 AND sql IS NOT NULL ORDER BY rowid";
    let mut definitions = connection.prepare(sql)?;
    let definitions = definitions.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
    definitions.collect()
}

/// Drops our indexes whose definition has changed: their columns may not be filled yet.
fn drop_other_indexes(transaction: &Connection, current: &Connection) -> Result<(), StoreError> {
    let today = definitions(current, "index")?;
    for (name, sql) in definitions(transaction, "index")? {
        if today.iter().any(|(ours, definition)| *ours == name && *definition != sql) {
            // The name is one of ours.
            transaction.execute_batch(&format!("DROP INDEX {name}"))?;
        }
    }
    Ok(())
}

/// Creates the tables or indexes of `schema.sql` that the file lacks.
fn create_missing(transaction: &Connection, current: &Connection, kind: &str) -> Result<(), StoreError> {
    let there = definitions(transaction, kind)?;
    for (name, sql) in definitions(current, kind)? {
        if !there.iter().any(|(found, _)| *found == name) {
            transaction.execute_batch(&sql)?;
        }
    }
    Ok(())
}

/// Gives every table the definition in `schema.sql`, with its CHECKs and comments. The rows stay as they are, so the columns
/// must be the same. SQLite documents this way at <https://sqlite.org/lang_altertable.html>.
fn take_definitions(transaction: &Connection, current: &Connection) -> Result<(), StoreError> {
    let tables = definitions(current, "table")?;
    for (table, _) in &tables {
        if columns_of(transaction, table)? != columns_of(current, table)? {
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
    let version = version_of(connection)?;
    let query_only: bool = connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
    connection.pragma_update(None, "query_only", false)?;
    for (_, views) in STAND_INS.iter().filter(|(since, _)| version < *since) {
        connection.execute_batch(views)?;
    }
    connection.pragma_update(None, "query_only", query_only)
}

/// Removes the stand-ins: the file is about to get the columns and tables themselves.
fn drop_stand_ins(connection: &Connection) -> rusqlite::Result<()> {
    let mut views = connection.prepare("SELECT name FROM temp.sqlite_schema WHERE type = 'view'")?;
    let views: Vec<String> = views.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    views.iter().try_for_each(|view| connection.execute_batch(&format!("DROP VIEW temp.\"{view}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_step_from_every_older_version() {
        assert_eq!(i32::try_from(STEPS.len()).unwrap() + 1, SCHEMA_VERSION);
    }
}
