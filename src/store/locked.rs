//! Opening files without losing the locks that SQLite holds.
//!
//! POSIX drops all locks of a process on a file as soon as the process closes any descriptor of that file. Other programs
//! would then write over what this one writes. So this process never closes a descriptor of a file that it has open through
//! SQLite: all files are opened here, and `clippy.toml` forbids it elsewhere.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::StoreError;

pub(super) const SUFFIXES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Returns the path of a side file: `-wal`, `-shm` or `-journal`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Returns the paths of a file's side files, whether they exist or not.
pub(super) fn side_files(path: &Path) -> [PathBuf; 3] {
    SUFFIXES.map(|suffix| beside(path, suffix))
}

/// The file that was opened, even if another file gets its name later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenedFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OpenedFile {
    pub fn of(path: &Path) -> io::Result<OpenedFile> {
        let found = fs::metadata(path)?;
        Ok(OpenedFile { path: path.to_owned(), device: found.dev(), inode: found.ino() })
    }

    /// Returns its path when it was opened, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is(&self, found: &Metadata) -> bool {
        (found.dev(), found.ino()) == (self.device, self.inode)
    }

    /// Refuses to go on if the name now belongs to another file, or to none: writes would go to a file that nobody
    /// opens, and into the log of another one.
    pub fn refuse_replaced(&self) -> Result<(), StoreError> {
        match fs::metadata(&self.path) {
            Ok(found) if self.is(&found) => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Err(StoreError::Replaced),
        }
    }
}

/// The files that this process has open through SQLite.
static IN_USE: Mutex<Vec<OpenedFile>> = Mutex::new(Vec::new());

fn in_use() -> MutexGuard<'static, Vec<OpenedFile>> {
    // A panic elsewhere leaves the list intact.
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that a file is open through SQLite, for as long as this lives.
#[derive(Debug)]
pub(super) struct InUse(OpenedFile);

impl InUse {
    /// Notes a file. Call this before SQLite opens it.
    pub fn note(file: &OpenedFile) -> InUse {
        in_use().push(file.clone());
        InUse(file.clone())
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let mut files = in_use();
        if let Some(index) = files.iter().position(|file| *file == self.0) {
            files.swap_remove(index);
        }
    }
}

/// A file that was opened directly, not through SQLite.
///
/// Dropping it closes it, unless this process has it open through SQLite too: then the descriptor stays open until the
/// process ends.
#[derive(Debug)]
pub struct PlainFile {
    /// `None` only while it is dropped.
    file: Option<File>,
    /// Whether its end was read. A terminal has an end at every Ctrl-D: without this, the next read would ask for more.
    is_at_end: bool,
}

impl PlainFile {
    /// Opens any file for reading.
    #[expect(clippy::disallowed_methods, reason = "files are opened here")]
    pub(super) fn open(path: &Path) -> io::Result<PlainFile> {
        File::open(path).map(PlainFile::from)
    }

    /// Opens the same file once more. Both have one place of reading.
    #[expect(clippy::disallowed_methods, reason = "the copy is closed like this one")]
    pub fn duplicate(&self) -> io::Result<PlainFile> {
        self.file().try_clone().map(PlainFile::from)
    }

    /// Returns the file itself.
    pub fn file(&self) -> &File {
        self.file.as_ref().expect("it is there until it is dropped")
    }
}

impl From<File> for PlainFile {
    fn from(file: File) -> PlainFile {
        PlainFile { file: Some(file), is_at_end: false }
    }
}

impl Drop for PlainFile {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        // While the list is locked, no thread opens the file through SQLite.
        let files = in_use();
        let is_in_use = match file.metadata() {
            Ok(found) => files.iter().any(|used| used.is(&found) || side_file_of(&used.path, &found).is_some()),
            Err(_) => !files.is_empty(),
        };
        if is_in_use {
            std::mem::forget(file);
        }
    }
}

impl Read for PlainFile {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.is_at_end {
            return Ok(0);
        }
        let count = self.file().read(bytes)?;
        self.is_at_end = count == 0 && !bytes.is_empty();
        Ok(count)
    }
}

impl Seek for PlainFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = self.file().seek(to)?;
        self.is_at_end = false;
        Ok(place)
    }
}

/// Returns the error of opening more files, if this process may not open as many as SQLite needs.
#[expect(clippy::disallowed_methods, reason = "SQLite locks no folder")]
pub(super) fn lack_of_descriptors() -> Option<io::Error> {
    // The file itself, its log, its index and a journal.
    let opened: io::Result<Vec<File>> = (0..4).map(|_| File::open("/")).collect();
    opened.err()
}

pub(super) fn is_at(path: &Path, found: &Metadata) -> bool {
    fs::metadata(path).is_ok_and(|other| (other.dev(), other.ino()) == (found.dev(), found.ino()))
}

/// Returns which side file of the file at a path it is, by its suffix.
pub(super) fn side_file_of(path: &Path, found: &Metadata) -> Option<&'static str> {
    SUFFIXES.into_iter().find(|suffix| is_at(&beside(path, suffix), found))
}

#[cfg(test)]
pub(super) mod tests {
    use std::os::fd::AsRawFd as _;
    use std::time::Duration;

    use super::super::connection::Access;
    use super::super::open::Store;
    use super::*;

    /// Returns whether the descriptor of a dropped file is still open; `path` is canonical.
    #[cfg(target_os = "linux")]
    pub fn stays_open(path: &Path) -> bool {
        let file = PlainFile::open(path).unwrap();
        let descriptor = format!("/proc/self/fd/{}", file.file().as_raw_fd());
        drop(file);
        // Another thread may have got the same number.
        fs::read_link(descriptor).is_ok_and(|found| found == path)
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn no_descriptor_of_a_file_is_closed_while_sqlite_may_lock_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = fs::canonicalize(folder.path()).unwrap();
        let (file, other) = (folder.join("orders.db"), folder.join("other.json"));
        fs::write(&other, "{}").unwrap();
        let store = Store::open(&file, Access::Create, Duration::ZERO).unwrap();
        let link = folder.join("link");
        fs::hard_link(beside(&file, "-shm"), &link).unwrap();
        for ours in [&file, &beside(&file, "-wal"), &beside(&file, "-shm"), &link] {
            assert!(stays_open(ours), "{}", ours.display());
        }
        assert!(!stays_open(&other));
        drop(store);
        assert!(!stays_open(&file));
    }
}
