//! Copies of the file. Each is complete and synced before it gets its name.

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

/// A copy that has no name yet: readable by its owner only, and removed when dropped, side files included.
#[derive(Debug)]
pub struct Copy {
    // Dropped in this order.
    file: NamedTempFile,
    _room: TempDir,
}

impl Copy {
    /// Makes an empty copy in the folder where it will get its name.
    pub fn new_in(folder: &Path) -> io::Result<Copy> {
        // Otherwise whoever may write to the folder could replace the copy by another file.
        let private = fs::Permissions::from_mode(0o700);
        let room = tempfile::Builder::new().prefix(".orders-copy-").permissions(private).tempdir_in(folder)?;
        Ok(Copy { file: NamedTempFile::new_in(room.path())?, _room: room })
    }

    /// Returns its temporary path.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Returns its size in bytes.
    pub fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.as_file().metadata()?.len())
    }

    /// Writes its content to `out`, and removes it.
    pub fn write_to(mut self, out: &mut impl io::Write) -> io::Result<()> {
        io::copy(self.file.as_file_mut(), out)?;
        out.flush()
    }

    /// Gives it its name, as [`persist`] does.
    pub fn persist(self, name: &Path) -> io::Result<()> {
        persist(self.file, name)
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
    // VACUUM INTO cannot run in the caller's transaction, which also keeps others from writing meanwhile.
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

/// Gives a temporary file of the same file system its name, which must be free. The content is synced before and the
/// folder after, so that a power cut leaves all of it or nothing.
///
/// # Errors
/// The name is taken, or something cannot be written or synced. No file of that name is left behind.
pub fn persist(file: NamedTempFile, name: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist_noclobber(name)?;
    sync_folder(folder_of(name)).inspect_err(|_| {
        let _ = fs::remove_file(name);
    })
}

/// Syncs the names in a folder.
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
