//! Copies of the file, each whole on the disk before it has its name.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tempfile::{NamedTempFile, TempDir};

use super::connection::{Access, set_up};
use super::error::StoreError;
use super::integrity::damage;

/// Copies the file as it is at one moment into an empty one.
pub(super) fn vacuum_into(connection: &Connection, copy: &Path) -> Result<(), StoreError> {
    let copy = copy.to_str().ok_or_else(|| StoreError::refused("has a name that is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", [copy])?;
    Ok(())
}

/// A copy on its way: for its owner only, and gone again unless it is kept, with the side files that SQLite makes.
#[derive(Debug)]
pub struct Copy {
    // In this order they go.
    file: NamedTempFile,
    _room: TempDir,
}

impl Copy {
    /// Makes an empty one in the folder where it will be kept.
    pub fn new_in(folder: &Path) -> io::Result<Copy> {
        // Else who may write to the folder might put another file in the copy's place.
        let private = fs::Permissions::from_mode(0o700);
        let room = tempfile::Builder::new().prefix(".orders-copy-").permissions(private).tempdir_in(folder)?;
        Ok(Copy { file: NamedTempFile::new_in(room.path())?, _room: room })
    }

    /// Returns where it is for now.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Returns how long it is, in bytes.
    pub fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.as_file().metadata()?.len())
    }

    /// Writes it out, and drops it.
    pub fn write_to(mut self, out: &mut impl io::Write) -> io::Result<()> {
        io::copy(self.file.as_file_mut(), out)?;
        out.flush()
    }

    /// Gives it its name, as [`keep`] does.
    pub fn keep(self, name: &Path) -> io::Result<()> {
        keep(self.file, name)
    }
}

/// Makes a checked copy of the file in its own folder.
pub(super) fn copy_beside(path: &Path, wait: Duration) -> Result<Copy, StoreError> {
    let copy = Copy::new_in(folder_of(path)).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::refused("is of an older version, and its folder takes no copy of it: make it writable")
        }
        _ => error.into(),
    })?;
    // A connection of its own: the caller's is in the middle of a transaction, which sees to it that nobody writes.
    let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&reader, Access::BackUp, wait)?;
    vacuum_into(&reader, copy.path())?;
    let copied = Connection::open_with_flags(copy.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&copied, Access::Read, wait)?;
    match damage(&copied)?.into_iter().next() {
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

/// Gives a temporary file in the same file system its name, which must not be taken: it is whole on the disk before it has
/// it, and has it after a power cut.
///
/// # Errors
/// Where this fails, there is no such file: also where only the folder, and so the name, cannot be synced.
pub fn keep(file: NamedTempFile, name: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist_noclobber(name)?;
    sync_folder(folder_of(name)).inspect_err(|_| {
        let _ = fs::remove_file(name);
    })
}

/// Sees to it that the names in a folder are on the disk.
#[expect(clippy::disallowed_methods, reason = "SQLite locks no folder")]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        None => Path::new("/"),
        Some(here) if here.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
    }
}
