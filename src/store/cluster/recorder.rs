//! What a transaction does, recorded as SQLite runs it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::change::{Body, Packer, Text};
use super::statement::Template;
use crate::store::error::StoreError;

/// Statements that change rows.
const CHANGING: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "REPLACE"];
/// Statements that change nothing, or that replicas need not repeat.
const OTHER: [&str; 6] = ["SELECT", "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "EXPLAIN"];

/// Records the statements of a connection, while it is told to.
#[derive(Debug, Default)]
pub struct Recorder(Arc<Mutex<Option<Recording>>>);

#[derive(Debug, Default)]
struct Recording {
    packer: Packer,
    /// The statements that it has had, each with its number.
    templates: HashMap<String, (u32, Template)>,
    problem: Option<String>,
}

impl Recorder {
    /// Attaches the recorder to a connection.
    pub fn attach(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let recording = Arc::clone(&self.0);
        let record = move |event: TraceEvent<'_>| {
            // The end of a statement comes once; its beginning comes again with all that follows from it by a key.
            let TraceEvent::Profile(statement, _) = event else { return };
            if let Some(recording) = &mut *lock(&recording) {
                recording.record(&statement.sql(), || statement.expanded_sql());
            }
        };
        connection.trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(record))
    }

    /// Begins a recording, and drops an unfinished one.
    pub fn begin(&self) {
        *lock(&self.0) = Some(Recording::default());
    }

    /// Drops the recording.
    pub fn stop(&self) {
        *lock(&self.0) = None;
    }

    /// Ends the recording, and returns the statements.
    ///
    /// # Errors
    /// Some statement could not be recorded: without it, replicas would differ.
    pub fn end(&self) -> Result<Body, StoreError> {
        let Recording { packer, problem, .. } = lock(&self.0).take().unwrap_or_default();
        match problem {
            Some(problem) => Err(StoreError::refused(format!("cannot take this change: {problem}"))),
            None => Ok(packer.finish()?),
        }
    }
}

fn lock(recording: &Mutex<Option<Recording>>) -> MutexGuard<'_, Option<Recording>> {
    recording.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recording {
    fn record(&mut self, sql: &str, expanded: impl FnOnce() -> Option<String>) {
        let sql = sql.trim_start();
        let begins_with = |words: &[&str]| {
            words.iter().any(|word| sql.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
        };
        if self.problem.is_some() || begins_with(&OTHER) {
            return;
        }
        let recorded = if begins_with(&CHANGING) { self.pack(sql, expanded()) } else { None };
        if recorded.is_none() {
            self.problem = Some(format!("{sql:?} cannot be recorded"));
        }
    }

    /// Adds a statement, which SQLite shows with its values.
    fn pack(&mut self, sql: &str, expanded: Option<String>) -> Option<()> {
        let expanded = expanded?;
        let expanded = expanded.trim_start();
        if let Some((number, template)) = self.templates.get(sql) {
            return self.packer.push(Text::Known(*number), template.values(expanded)?).ok();
        }
        let template = Template::of(sql);
        self.packer.push(Text::New(&template.sql()), template.values(expanded)?).ok()?;
        let number = u32::try_from(self.templates.len()).ok()?;
        self.templates.insert(sql.to_owned(), (number, template));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::change::tests::unpacked;
    use super::super::statement::Value;
    use super::*;

    fn recorded(run: impl FnOnce(&Connection)) -> Result<Vec<(String, Vec<Value<'static>>)>, StoreError> {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON; CREATE TABLE p (pk INTEGER PRIMARY KEY);
                 CREATE TABLE t (x, p REFERENCES p (pk) ON DELETE CASCADE)",
            )
            .unwrap();
        let recorder = Recorder::default();
        recorder.attach(&mut connection).unwrap();
        connection.execute("INSERT INTO t (x) VALUES ('before')", []).unwrap();
        recorder.begin();
        run(&connection);
        let body = recorder.end();
        connection.execute("INSERT INTO t (x) VALUES ('after')", []).unwrap();
        body.map(|mut body| unpacked(&mut body))
    }

    #[test]
    fn changes_are_recorded_with_their_values_and_queries_are_not() {
        let statements = recorded(|connection| {
            connection.execute("INSERT INTO t (x) VALUES (?1)", ["it's; 'قميص' -- x'41'"]).unwrap();
            connection.execute("  update t SET x = ?1 WHERE x = ?2", ([0_u8, 255], -5)).unwrap();
            let _: i64 = connection.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).unwrap();
            let _: i64 =
                connection.query_row("DELETE FROM t WHERE x = 'before' RETURNING 1", [], |row| row.get(0)).unwrap();
            connection.execute("  update t SET x = ?1 WHERE x = ?2", (None::<i64>, 7)).unwrap();
        });
        let of = |text: &str, values| (text.to_owned(), values);
        assert_eq!(
            statements.unwrap(),
            [
                of("INSERT INTO t (x) VALUES (?)", vec![Value::Text("it's; 'قميص' -- x'41'".into())]),
                of("update t SET x = ? WHERE x = ?", vec![Value::Blob(vec![0, 255]), Value::Integer(-5)]),
                of("DELETE FROM t WHERE x = 'before' RETURNING 1", Vec::new()),
                of("update t SET x = ? WHERE x = ?", vec![Value::Null, Value::Integer(7)]),
            ]
        );
    }

    #[test]
    fn what_follows_by_a_key_is_recorded_once() {
        let statements = recorded(|connection| {
            connection.execute("INSERT INTO p VALUES (1)", []).unwrap();
            connection.execute("INSERT INTO t VALUES (2, 1)", []).unwrap();
            connection.execute("DELETE FROM p", []).unwrap();
        });
        assert_eq!(statements.unwrap().len(), 3);
    }

    #[test]
    fn what_cannot_be_recorded_is_refused() {
        assert!(recorded(|connection| connection.execute_batch("CREATE TABLE u (x)").unwrap()).is_err());
        let float = |connection: &Connection| {
            connection.execute("UPDATE t SET x = ?1", [rusqlite::types::Value::Real(0.5)]).unwrap();
        };
        assert!(recorded(float).is_err());
    }
}
