//! Finds the cause when SQLite only says that something went wrong.

use std::path::Path;
use std::time::Duration;

use super::connection::Access;
use super::error::StoreError;
use super::integrity::{check_failed, damage, ensure_readable};
use super::open::Store;
use crate::domain::finding::Finding;

impl StoreError {
    /// Looks for the cause in the orders file itself, if SQLite's error may be wrong.
    #[must_use]
    pub fn diagnosed(self, path: &Path) -> StoreError {
        match self {
            StoreError::Malformed(error) => read_again(path).unwrap_or(StoreError::Malformed(error)),
            StoreError::Broken(_) if is_disk_full(path) => StoreError::Full,
            error => error,
        }
    }
}

/// Returns whether the disk of a file is full: SQLite reports some failures of a full disk as others.
fn is_disk_full(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let is_used_up = |disk: rustix::fs::StatVfs| disk.f_bavail == 0 || (disk.f_files > 0 && disk.f_favail == 0);
    rustix::fs::statvfs(folder).is_ok_and(is_used_up)
}

/// Reads a file again that SQLite called damaged: it reports some failures to read in the same way. Returns what went
/// wrong; `None` if the file is damaged.
pub fn read_again(path: &Path) -> Option<StoreError> {
    // SQLite's own checks would say no more about a page that cannot be read.
    if let Err(error) = ensure_readable(path) {
        return Some(error);
    }
    let damage = Store::open(path, Access::Read, Duration::ZERO).and_then(|store| damage(&store.connection));
    let is_damaged = match damage {
        Ok(damage) => !damage.is_empty(),
        // Any other error is no damage: the file is not complete yet, or in use.
        Err(error) => matches!(error, StoreError::Damaged(_) | StoreError::Malformed(_)),
    };
    (!is_damaged).then(|| StoreError::Unread("could not be read at first; a second read succeeded".to_owned()))
}

/// Returns a finding if the file at `path` could not be opened because it is damaged.
pub fn as_finding(error: &StoreError, path: &Path) -> Option<Finding> {
    match error {
        StoreError::Damaged(cause) => Some(check_failed(cause.clone())),
        StoreError::Setting(..) => Some(check_failed(error.to_string())),
        // SQLite reports some failures to read like this too.
        StoreError::Malformed(cause) if read_again(path).is_none() => Some(check_failed(cause.to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Running the command again could do it twice.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_does_not_hide_that_the_outcome_is_unknown() {
        let failed = || rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR), None);
        // No room is ever left there.
        let path = Path::new("/proc/self/orders.db");
        assert!(matches!(StoreError::from(failed()).diagnosed(path), StoreError::Full));
        assert!(StoreError::OutcomeUnknown(failed()).diagnosed(path).is_outcome_unknown());
    }

    #[test]
    fn a_file_that_sqlite_called_damaged_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        drop(Store::open(&path, Access::Create, Duration::ZERO).unwrap());
        assert!(matches!(read_again(&path), Some(StoreError::Unread(_))));
        assert!(matches!(read_again(folder.path()), Some(StoreError::Unread(_))), "a folder cannot be read");
        let blank = folder.path().join("blank.db");
        fs::write(&blank, "").unwrap();
        assert!(matches!(read_again(&blank), Some(StoreError::Unread(_))), "it was still being made");
        let mut bytes = fs::read(&path).unwrap();
        bytes[4096..8192].fill(7);
        fs::write(&path, bytes).unwrap();
        assert!(read_again(&path).is_none());
    }
}
