//! Why the file could not be used, in words for people.

use std::io;

use rusqlite::ErrorCode;

use crate::domain::settings::SettingKey;
use crate::domain::text::os_reason;

/// Why the file could not be used. The words follow its path in a message.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no file, and the command may not create one.
    #[error("is not there")]
    Missing,
    /// The file exists but is not accepted: `has more than one hard link`.
    #[error("{0}")]
    Refused(String),
    /// The file belongs to another program: `is not an orders file`.
    #[error("{0}")]
    NotOurs(&'static str),
    /// The file comes from a newer version of this program.
    #[error("{0}")]
    Newer(String),
    /// Another program used the file for longer than `--wait`.
    #[error("is in use by another program")]
    Busy,
    /// The disk is full.
    #[error("cannot be written: the disk is full")]
    Full,
    /// The file is damaged.
    #[error("is damaged: {0}")]
    Damaged(String),
    /// A setting has a value that no command would have given it.
    #[error("has {:?} for the setting {}", .1, .0.as_str())]
    Setting(SettingKey, String),
    /// SQLite calls the file damaged. It may only have failed to read it: [`StoreError::diagnosed`] finds out.
    #[error("is damaged: {0}")]
    Malformed(rusqlite::Error),
    /// The file is not damaged, but could not be read: `could not be read: Input/output error`.
    #[error("{0}")]
    Unread(String),
    /// A decision was outdated when it was applied. The transaction is rolled back.
    #[error("changed at the same time: {0} is not as it was")]
    Changed(&'static str),
    /// Another file got its name while it was open, or it was deleted.
    #[error("was moved or replaced while it was open")]
    Replaced,
    /// The operating system refused.
    #[error("cannot be opened: {}", os_reason(&.0.to_string()))]
    Io(io::Error),
    /// The temporary file with buffered items cannot be read back.
    #[error("cannot be written: a temporary file beside it cannot be read: {}", os_reason(&.0.to_string()))]
    ItemBuffer(io::Error),
    /// Reading or writing failed. The file holds nothing of the change.
    #[error("could not be read or written: {0}")]
    Broken(rusqlite::Error),
    /// The commit failed, and the file could not be asked what it holds of the change.
    #[error("could not be read or written: {0}; it is unknown whether it was changed")]
    OutcomeUnknown(rusqlite::Error),
    /// Another machine changed the shop first. What it changed is here now.
    #[cfg(feature = "cluster")]
    #[error("was changed by another machine")]
    Overtaken,
    /// The nodes do not take the user, or the password: `http://n1:4001 answered 401`.
    #[cfg(feature = "cluster")]
    #[error("refused this user: {0}")]
    Denied(String),
    /// No node of the cluster answered in time. Nothing changed.
    #[cfg(feature = "cluster")]
    #[error("cannot be reached: {0}")]
    Unreached(String),
    /// No node said whether the change is in the log.
    #[cfg(feature = "cluster")]
    #[error("did not answer: {0}; it is unknown whether it was changed")]
    Unanswered(String),
    /// The cluster has a shop of this name.
    #[cfg(feature = "cluster")]
    #[error("exists already")]
    Exists,
    /// The log does not go on where this machine's replica is.
    #[cfg(feature = "cluster")]
    #[error("does not continue this machine's replica: it is another cluster, or was restored")]
    OtherLog,
    /// The log cannot be played into this machine's replica.
    #[cfg(feature = "cluster")]
    #[error(
        "differs from this machine's replica: {0}; if a replica that is made anew says so too, the log is at fault"
    )]
    Differs(String),
    /// Something else changed this machine's replica; these tables are not what the log says.
    #[cfg(feature = "cluster")]
    #[error("differs from the log ({0})")]
    Spoilt(String),
    /// Anything else that SQLite reports.
    #[error("cannot be used: {0}")]
    Sqlite(rusqlite::Error),
}

impl StoreError {
    pub(super) fn refused(problem: impl Into<String>) -> StoreError {
        StoreError::Refused(problem.into())
    }

    /// Returns whether nobody knows what became of the change.
    pub fn is_outcome_unknown(&self) -> bool {
        #[cfg(feature = "cluster")]
        if matches!(self, StoreError::Unanswered(_)) {
            return true;
        }
        matches!(self, StoreError::OutcomeUnknown(_))
    }

    /// Returns whether it is about the file that this machine has, even if that is the replica of a shop in a cluster.
    pub fn is_of_file(&self) -> bool {
        use StoreError::{Broken, Full, Io, ItemBuffer, OutcomeUnknown, Replaced, Sqlite, Unread};
        matches!(self, Broken(_) | Full | Io(_) | ItemBuffer(_) | OutcomeUnknown(_) | Replaced | Sqlite(_) | Unread(_))
    }

    /// Returns whether another machine changed the shop first. What it changed is here now: decide again.
    pub fn is_overtaken(&self) -> bool {
        #[cfg(feature = "cluster")]
        return matches!(self, StoreError::Overtaken);
        #[cfg(not(feature = "cluster"))]
        false
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
            _ => StoreError::Io(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                StoreError::Busy
            }
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::SystemIoFailure) => StoreError::Broken(error),
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Malformed(error),
            // Our own CHECKs would have refused such a value.
            None if matches!(
                error,
                rusqlite::Error::FromSqlConversionFailure(..)
                    | rusqlite::Error::InvalidColumnType(..)
                    | rusqlite::Error::Utf8Error(..)
            ) =>
            {
                StoreError::Damaged(error.to_string())
            }
            _ => StoreError::Sqlite(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn every_way_of_being_busy_is_busy() {
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_BUSY_RECOVERY,
            ffi::SQLITE_BUSY_SNAPSHOT,
            ffi::SQLITE_BUSY_TIMEOUT,
            ffi::SQLITE_LOCKED,
            ffi::SQLITE_LOCKED_SHAREDCACHE,
            ffi::SQLITE_PROTOCOL,
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert!(matches!(StoreError::from(error), StoreError::Busy), "{code}");
        }
    }
}
