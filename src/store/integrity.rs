//! Whether a file is damaged: SQLite's own checks, and which of SQLite's errors mean damage.

use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, Row, ffi};

use super::error::StoreError;
use super::locked::{PlainFile, side_files};
use crate::domain::finding::Finding;
use crate::domain::text::os_reason;

/// SQLite's own checks.
const CHECKS: [&str; 2] = [
    "SELECT 'integrity' AS code, 'file' AS subject, integrity_check AS problem
     FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    "SELECT 'foreign_key' AS code, format('%s row %s', \"table\", coalesce(rowid, '?')) AS subject,
            format('names a row of %s that is not there', parent) AS problem
     FROM pragma_foreign_key_check",
];

/// Runs SQLite's own checks. A finding counts only if the file can be read to its end, and a second run has findings too, as
/// SQLite reports some failures to read as damage.
pub(super) fn damage(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let found = run_checks(connection)?;
    if found.is_empty() {
        return Ok(found);
    }
    if let Some(path) = connection.path().filter(|path| !path.is_empty()) {
        ensure_readable(Path::new(path))?;
    }
    run_checks(connection)
}

/// Reads a file and those beside it to their ends.
///
/// # Errors
/// [`StoreError::Unread`]: this failed.
pub(super) fn ensure_readable(path: &Path) -> Result<(), StoreError> {
    let read = read_through(path).and_then(|()| side_files(path).iter().try_for_each(|side| read_through(side)));
    read.map_err(|error| StoreError::Unread(format!("could not be read: {}", os_reason(&error.to_string()))))
}

/// Reads a file to its end, piece by piece; a missing one is no failure.
fn read_through(path: &Path) -> io::Result<()> {
    let file = match PlainFile::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    let (mut piece, mut offset) = (vec![0; 1 << 16], 0);
    loop {
        match file.file().read_at(&mut piece, offset)? {
            0 => return Ok(()),
            read => offset += read as u64,
        }
    }
}

fn run_checks(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for sql in CHECKS {
        let mut statement = match connection.prepare_cached(sql).map_err(StoreError::from) {
            Ok(statement) => statement,
            Err(error) => {
                findings.push(at_fault("file", &error).ok_or(error)?);
                continue;
            }
        };
        for found in statement.query_map([], finding)? {
            match found.map_err(StoreError::from) {
                Ok(found) => match reading_failed(&found.problem) {
                    Some(error) => return Err(error),
                    None => findings.push(found),
                },
                // Damage can end the check itself: a CHECK that reads JSON fails on other text.
                Err(StoreError::Damaged(problem)) => findings.push(check_failed(problem)),
                Err(StoreError::Malformed(error)) => findings.push(check_failed(error.to_string())),
                Err(StoreError::Sqlite(error)) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => {
                    findings.push(check_failed(error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
        // Damaged pages would end the next check too.
        if findings.iter().any(has_damaged_pages) {
            break;
        }
    }
    Ok(findings)
}

/// Returns the error if a check could not read a page, which is no damage: the finding then has an error code.
pub(super) fn reading_failed(problem: &str) -> Option<StoreError> {
    let (_, code) = problem.rsplit_once("error code=")?;
    let code: String = code.chars().take_while(char::is_ascii_digit).collect();
    let error = ffi::Error::new(code.parse().ok()?);
    let is_damage = matches!(error.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase);
    (!is_damage).then(|| rusqlite::Error::SqliteFailure(error, None).into())
}

/// Reads a finding by the names of its columns.
fn finding(row: &Row<'_>) -> rusqlite::Result<Finding> {
    Ok(Finding { code: row.get("code")?, subject: row.get("subject")?, problem: row.get("problem")? })
}

/// Makes a finding of the problem that ended a check.
pub(super) fn check_failed(problem: String) -> Finding {
    Finding { code: "integrity".to_owned(), subject: "file".to_owned(), problem }
}

/// Makes a finding of an error, if the file is at fault and not the disk, the machine or another program.
pub(super) fn at_fault(subject: &str, error: &StoreError) -> Option<Finding> {
    use rusqlite::Error::{SqlInputError, SqliteFailure};
    let cause = match error {
        StoreError::Damaged(cause) => cause.clone(),
        StoreError::Setting(..) => error.to_string(),
        StoreError::Malformed(error) => error.to_string(),
        StoreError::Sqlite(SqlInputError { msg, .. }) => msg.clone(),
        StoreError::Sqlite(SqliteFailure(ffi::Error { code: ErrorCode::Unknown, .. }, cause)) => {
            cause.clone().unwrap_or_else(|| error.to_string())
        }
        StoreError::Sqlite(SqliteFailure(..)) => return None,
        StoreError::Sqlite(error) => error.to_string(),
        _ => return None,
    };
    let problem = format!("cannot be checked: {cause}");
    Some(Finding { code: "unreadable".to_owned(), subject: subject.to_owned(), problem })
}

/// Returns whether SQLite found damaged pages, not only wrong content.
pub(super) fn has_damaged_pages(finding: &Finding) -> bool {
    finding.problem.starts_with("***") || finding.problem.contains("database disk image is malformed")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::store::{Access, Store};

    /// A disk that goes on failing makes SQLite say the same of a sound file.
    #[test]
    fn a_file_that_cannot_be_read_to_its_end_is_not_called_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        drop(Store::open(&path, Access::Create, Duration::ZERO).unwrap());
        let mut bytes = fs::read(&path).unwrap();
        bytes[4096..8192].fill(7);
        fs::write(&path, bytes).unwrap();
        let connection = Connection::open(&path).unwrap();
        assert!(!damage(&connection).unwrap().is_empty());
        // A folder has no bytes to be read.
        fs::create_dir(folder.path().join("orders.db-journal")).unwrap();
        let found = damage(&connection);
        assert!(matches!(found, Err(StoreError::Unread(_))), "{found:?}");
    }

    #[test]
    fn an_unreadable_page_is_no_damage() {
        let failed = |problem| reading_failed(problem).map(|error| matches!(error, StoreError::Broken(_)));
        assert_eq!(
            failed("*** in database main ***\nTree 14 page 14: unable to get the page. error code=8458"),
            Some(true)
        );
        assert_eq!(failed("Tree 14 page 14: unable to get the page. error code=11"), None);
        assert_eq!(failed("row 1 missing from index orders_by_status"), None);
    }
}
