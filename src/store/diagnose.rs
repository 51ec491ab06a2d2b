//! What was the matter with a file where SQLite only says that something was.

use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use super::connection::Access;
use super::error::StoreError;
use super::integrity::{broken_off, damage};
use super::locked::{PlainFile, side_files};
use super::open::Store;
use crate::domain::finding::Finding;

/// Returns whether the disk that a file is on has no room left: SQLite calls some of its failures by other names.
pub fn is_disk_full(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let is_used_up = |disk: rustix::fs::StatVfs| disk.f_bavail == 0 || (disk.f_files > 0 && disk.f_favail == 0);
    rustix::fs::statvfs(folder).is_ok_and(is_used_up)
}

/// Reads a file again that SQLite called damaged, for it calls some failures to read that. Returns what else was the
/// matter; `None` where the file is damaged.
pub fn read_again(path: &Path) -> Option<StoreError> {
    // SQLite's own checks would tell no more of a page that cannot be read.
    if let Err(error) =
        read_through(path).and_then(|()| side_files(path).iter().try_for_each(|side| read_through(side)))
    {
        return Some(StoreError::Unread(error.to_string()));
    }
    let damage = Store::open(path, Access::Read, Duration::ZERO).and_then(|store| damage(&store.connection));
    let is_damaged = match damage {
        Ok(damage) => !damage.is_empty(),
        // Else it is not whole yet, or in use: that is no damage.
        Err(error) => matches!(error, StoreError::Damaged(_) | StoreError::Malformed(_)),
    };
    (!is_damaged).then(|| StoreError::Unread("by now it can be".to_owned()))
}

/// Returns the finding that an error is with which the file at `path` could not even be opened: it is damaged.
pub fn as_finding(error: &StoreError, path: &Path) -> Option<Finding> {
    match error {
        StoreError::Damaged(cause) => Some(broken_off(cause.clone())),
        // SQLite calls some failures to read by this name too.
        StoreError::Malformed(cause) if read_again(path).is_none() => Some(broken_off(cause.to_string())),
        _ => None,
    }
}

/// Reads a file to its end, in pieces at places, as SQLite does; one that is not there is no failure.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_was_called_damaged_is_read_again() {
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
