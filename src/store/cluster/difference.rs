//! Whether this machine's replica is what its log says.

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::machine::Cluster;
use super::replica::{open_copy, position_of};
use crate::domain::finding::Finding;
use crate::store::error::StoreError;
use crate::store::schema::tables;
use crate::store::sql_functions;

impl Cluster {
    /// Refuses to hand on a copy of a replica that is not what its log says.
    pub(super) fn ensure_same(&mut self, copy: &Connection) -> Result<(), StoreError> {
        let mut subjects: Vec<String> = self.differences(copy)?.into_iter().map(|finding| finding.subject).collect();
        subjects.sort_unstable();
        if subjects.is_empty() { Ok(()) } else { Err(StoreError::Spoilt(subjects.join(", "))) }
    }

    /// Plays the log into a new file, from its last whole file on, and compares.
    pub(super) fn differences(&mut self, replica: &Connection) -> Result<Vec<Finding>, StoreError> {
        let file = self.scratch()?;
        let mut again = open_copy(file.path())?;
        sql_functions::register(&again)?;
        let finding = |subject: &str, problem: String| Finding {
            code: "replica".to_owned(),
            subject: subject.to_owned(),
            problem,
        };
        // All of it is of one moment.
        let replica = replica.unchecked_transaction()?;
        let mine = position_of(&replica)?;
        match self.play_until(&mut again, mine.map_or(0, |mine| mine.version)) {
            Ok(_) => {}
            Err(StoreError::Differs(problem)) => return Ok(vec![finding("the log", problem)]),
            Err(error) => return Err(error),
        }
        if position_of(&again)? != mine {
            // A newer whole file has taken the place of the changes meanwhile.
            return Ok(Vec::new());
        }
        let mut findings = Vec::new();
        for table in differing_tables(&replica, &again)? {
            let problem = "differs from the log: something else changed this machine's replica";
            findings.push(finding(&table, problem.to_owned()));
        }
        if schema_of(&replica)? != schema_of(&again)? {
            findings.push(finding("the schema", "differs from the log".to_owned()));
        }
        Ok(findings)
    }
}

/// Returns the tables that have other rows in the one file than in the other; an older file may lack some tables.
pub(super) fn differing_tables(one: &Connection, other: &Connection) -> Result<Vec<String>, StoreError> {
    let schema = schema_of(other)?;
    let mut differing = Vec::new();
    for table in tables()? {
        if schema.iter().any(|(name, _)| *name == table) && digest(one, &table)? != digest(other, &table)? {
            differing.push(table);
        }
    }
    Ok(differing)
}

/// Returns the name and the definition of everything that stands in a file's schema.
fn schema_of(connection: &Connection) -> Result<Vec<(String, Option<String>)>, StoreError> {
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
