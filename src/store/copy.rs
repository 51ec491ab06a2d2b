//! Copies of the file. Each is complete and synced before it gets its name.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::connection::{Access, set_up};
use super::error::StoreError;
use super::integrity::damage;
use crate::scratch::{Scratch, folder_of};

/// Copies the file as it is at one moment into an empty one.
pub(super) fn vacuum_into(connection: &Connection, copy: &Path) -> Result<(), StoreError> {
    let copy = copy.to_str().ok_or_else(|| StoreError::refused("has a name that is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", [copy])?;
    Ok(())
}

/// Makes a checked copy of the file in its own folder.
pub(super) fn copy_beside(path: &Path, wait: Duration) -> Result<Scratch, StoreError> {
    let copy = Scratch::new_in(folder_of(path)).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::refused("is of an older version, and cannot be copied first: make its folder writable")
        }
        _ => error.into(),
    })?;
    // VACUUM INTO cannot run in the caller's transaction, which also keeps others from writing meanwhile.
    let mut reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&mut reader, Access::BackUp, wait)?;
    vacuum_into(&reader, copy.path())?;
    let mut copied = Connection::open_with_flags(copy.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&mut copied, Access::Read, wait)?;
    match damage(&copied)?.into_iter().next() {
        Some(damage) => Err(StoreError::Damaged(damage.problem)),
        None => Ok(copy),
    }
}

/// Returns the first of `PATH.SUFFIX`, `PATH.SUFFIX.2`, … that does not exist.
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
