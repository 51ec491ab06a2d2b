//! Whether this machine's replica is what its log says.

use rusqlite::Connection;

use super::compare::{differing_tables, schema_of};
use super::machine::Cluster;
use super::replica::{open_copy, position_of};
use crate::domain::finding::Finding;
use crate::store::error::StoreError;
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
