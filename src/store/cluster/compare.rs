//! What two files of one shop have that differs.

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use crate::store::error::StoreError;
use crate::store::schema::tables;

/// Returns the tables that have other rows in the one file than in the other; an older file may lack some tables.
pub(super) fn differing_tables(one: &Connection, other: &Connection) -> Result<Vec<String>, StoreError> {
    let mut differing = Vec::new();
    for table in tables()? {
        let rows = digest(other, &table)?;
        if rows.is_some() && digest(one, &table)? != rows {
            differing.push(table);
        }
    }
    Ok(differing)
}

/// Returns the name and the definition of everything that stands in a file's schema.
pub(super) fn schema_of(connection: &Connection) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let sql = "SELECT name, sql FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns a hash of all rows of a table, in the order of its key; `None` if the table is not there, as in an older file.
fn digest(connection: &Connection, table: &str) -> Result<Option<Vec<u8>>, StoreError> {
    // The name comes from our own schema. Views stand in for what an older file lacks.
    let order = format!("SELECT name FROM pragma_table_info('{table}', 'main') WHERE pk > 0 ORDER BY pk");
    let key: Vec<String> = connection.prepare(&order)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if key.is_empty() {
        return Ok(None);
    }
    let key: Vec<String> = key.iter().map(|column| format!("\"{column}\"")).collect();
    let mut statement = connection.prepare(&format!("SELECT * FROM main.\"{table}\" ORDER BY {}", key.join(", ")))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut hash = Sha256::new();
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            hash.update(format!("{:?};", row.get_ref(column)?));
        }
    }
    Ok(Some(hash.finalize().to_vec()))
}
