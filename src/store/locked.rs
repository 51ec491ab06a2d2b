//! Opening files without losing the locks that SQLite holds.
//!
//! POSIX drops all locks of a process on a file as soon as the process closes any descriptor of that file. Other programs
//! would then write over what this one writes. So this process never closes a descriptor of a file that it has open through
//! SQLite: all files are opened here, and `clippy.toml` forbids it elsewhere.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::StoreError;
use crate::scratch::folder_of;

const SUFFIXES: [&str; 3] = ["-wal", "-shm", "-journal"];

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

    /// Refuses to go on where the name belongs to another file by now, or to none: writes would go to a file that nobody
    /// opens, and into the log of another.
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
    /// Notes it. Call this before SQLite opens the file.
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
pub struct PlainFile(Option<File>);

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
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl From<File> for PlainFile {
    fn from(file: File) -> PlainFile {
        PlainFile(Some(file))
    }
}

impl Drop for PlainFile {
    fn drop(&mut self) {
        let Some(file) = self.0.take() else { return };
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
        self.file().read(bytes)
    }
}

impl Seek for PlainFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file().seek(to)
    }
}

/// Returns the error of opening more files, where this process may not have as many as SQLite needs.
#[expect(clippy::disallowed_methods, reason = "SQLite locks no folder")]
pub(super) fn lack_of_descriptors() -> Option<io::Error> {
    // The file itself, its log, its index and a journal.
    let opened: io::Result<Vec<File>> = (0..4).map(|_| File::open("/")).collect();
    opened.err()
}

fn is_at(path: &Path, found: &Metadata) -> bool {
    fs::metadata(path).is_ok_and(|other| (other.dev(), other.ino()) == (found.dev(), found.ino()))
}

/// Returns which side file of the file at a path it is, by its suffix.
fn side_file_of(path: &Path, found: &Metadata) -> Option<&'static str> {
    SUFFIXES.into_iter().find(|suffix| is_at(&beside(path, suffix), found))
}

/// The orders file of a run and its side files, which no other argument of a command may name.
#[derive(Debug, Clone)]
pub struct OrdersFiles(PathBuf);

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// It is the orders file, or stands beside it: `it is the orders file`.
    #[error("{0}")]
    Ours(String),
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl OrdersFiles {
    /// Takes the absolute path of the orders file, which need not exist.
    pub fn of(path: &Path) -> OrdersFiles {
        // The side files stand beside the file itself, not beside a link to it.
        OrdersFiles(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }

    /// Says which of these a path leads to, under whatever name: `it is the orders file`.
    pub fn name(&self, path: &Path) -> Option<String> {
        self.name_found(&fs::metadata(path).ok()?)
    }

    fn name_found(&self, found: &Metadata) -> Option<String> {
        if is_at(&self.0, found) {
            return Some("it is the orders file".to_owned());
        }
        side_file_of(&self.0, found).map(|suffix| format!("it is the {suffix} file of the orders file"))
    }

    /// Opens a file for reading, unless it is one of these.
    ///
    /// # Errors
    /// It is one of these; it cannot be opened.
    pub fn open(&self, path: &Path) -> Result<PlainFile, NotOpened> {
        match self.name(path) {
            Some(ours) => Err(NotOpened::Ours(ours)),
            // The name may pass to another file at any time, so the opened file is checked again.
            None => self.refuse_ours(PlainFile::open(path)?),
        }
    }

    /// Opens stdin once more.
    ///
    /// # Errors
    /// It comes from one of these; it is closed.
    #[expect(clippy::disallowed_methods, reason = "files are opened here")]
    pub fn open_stdin(&self) -> Result<PlainFile, NotOpened> {
        self.refuse_ours(File::from(io::stdin().as_fd().try_clone_to_owned()?).into())
    }

    /// Says which of these stdout goes to.
    #[expect(clippy::disallowed_methods, reason = "files are opened here")]
    pub fn name_stdout(&self) -> Option<String> {
        let stdout = PlainFile::from(File::from(io::stdout().as_fd().try_clone_to_owned().ok()?));
        self.name_found(&stdout.file().metadata().ok()?)
    }

    fn refuse_ours(&self, file: PlainFile) -> Result<PlainFile, NotOpened> {
        match self.name_found(&file.file().metadata()?) {
            Some(ours) => Err(NotOpened::Ours(ours)),
            None => Ok(file),
        }
    }

    /// Says which of these a new file at a path would be: SQLite would take it for its side file, and remove it.
    pub fn name_new(&self, path: &Path) -> Option<String> {
        // Without a folder there is nothing to confuse.
        let real = fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?);
        let reserved = SUFFIXES.into_iter().find(|suffix| beside(&self.0, suffix) == real);
        self.name(path).or_else(|| reserved.map(|suffix| format!("it would be the {suffix} file of the orders file")))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::os::fd::AsRawFd as _;
    use std::time::Duration;

    use super::super::connection::Access;
    use super::super::open::Store;
    use super::*;

    #[test]
    fn the_orders_file_is_recognised_under_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let link = at("link.db");
        for name in ["orders.db", "orders.db-wal", "orders.db-shm", "orders.db-journal", "orders.db.v1", "other.json"] {
            fs::write(at(name), name).unwrap();
            fs::hard_link(at(name), at(&format!("hard-{name}"))).unwrap();
            std::os::unix::fs::symlink(at(name), at(&format!("soft-{name}"))).unwrap();
        }
        std::os::unix::fs::symlink(at("orders.db"), &link).unwrap();
        for file in [at("orders.db"), link] {
            let ours = OrdersFiles::of(&file);
            for (name, expected) in [
                ("orders.db", Some("it is the orders file")),
                ("orders.db-wal", Some("it is the -wal file of the orders file")),
                ("orders.db-shm", Some("it is the -shm file of the orders file")),
                ("orders.db-journal", Some("it is the -journal file of the orders file")),
                ("orders.db.v1", None),
                ("other.json", None),
            ] {
                for name in [name.to_owned(), format!("hard-{name}"), format!("soft-{name}")] {
                    assert_eq!(ours.name(&at(&name)).as_deref(), expected, "{name}");
                    match ours.open(&at(&name)) {
                        Ok(_) => assert_eq!(expected, None, "{name}"),
                        Err(error) => assert_eq!(Some(error.to_string().as_str()), expected, "{name}"),
                    }
                }
            }
        }
    }

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
