//! Copies of the file, each whole on the disk before it has its name.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tempfile::NamedTempFile;

use super::open::{Access, set_up};
use super::{Store, StoreError};

impl Store {
    /// Copies the file as it is at one moment into an empty one, while others go on writing.
    ///
    /// # Errors
    /// The store was not opened with `Access::BackUp`; the copy cannot be written.
    pub fn back_up(&self, copy: &Path) -> Result<(), StoreError> {
        vacuum_into(&self.connection, copy)
    }
}

fn vacuum_into(connection: &Connection, copy: &Path) -> Result<(), StoreError> {
    let copy = copy.to_str().ok_or_else(|| StoreError::refused("has a name that is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", [copy])?;
    Ok(())
}

/// Makes a checked copy of the file in its own folder, which is gone again unless it is kept.
pub(super) fn copy_beside(path: &Path, wait: Duration) -> Result<NamedTempFile, StoreError> {
    let copy = tempfile::Builder::new().prefix(".orders-copy-").tempfile_in(folder_of(path));
    let copy = copy.map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::refused("is of an older version, and its folder has no room for a copy of it: make it writable")
        }
        _ => error.into(),
    })?;
    // A connection of its own: the caller's is in the middle of a transaction, which sees to it that nobody writes.
    let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&reader, Access::BackUp, wait)?;
    vacuum_into(&reader, copy.path())?;
    let damage = Store::open(copy.path(), Access::Read, wait)?.read(|read| read.damage())?;
    match damage.into_iter().next() {
        Some(damage) => Err(StoreError::Damaged(damage.problem)),
        None => Ok(copy),
    }
}

/// Returns the first name of `PATH.SUFFIX`, `PATH.SUFFIX.2`, … that nothing has.
pub(super) fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let named = |number: u32| {
        let mut name = OsString::from(path);
        name.push(if number == 1 { format!(".{suffix}") } else { format!(".{suffix}.{number}") });
        PathBuf::from(name)
    };
    let mut number = 1;
    while named(number).symlink_metadata().is_ok() {
        number += 1;
    }
    named(number)
}

/// Gives a temporary file its name for good: it is whole on the disk before it has it, and has it after a power cut.
///
/// # Errors
/// There is a file of that name, or the disk fails; the temporary one is gone then.
pub fn keep(temporary: NamedTempFile, dest: &Path) -> io::Result<()> {
    temporary.as_file().sync_all()?;
    temporary.persist_noclobber(dest)?;
    File::open(folder_of(dest)).and_then(|folder| folder.sync_all())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}
