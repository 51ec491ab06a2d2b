//! Named temporary files: copies and rejects, until they are complete and get their final name.
//!
//! Dropping a [`Scratch`] removes its file. When a signal ends the program, [`remove_all`] removes all of them. What a
//! killed program left is removed by the next program that makes such a file in the same folder. Each file is in a
//! hidden folder of its own, which its program keeps locked: an unlocked folder is left over.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{AtFlags, Dir, Mode, OFlags, unlinkat};
use tempfile::NamedTempFile;

/// The prefix of a folder that its program has locked.
const LOCKED: &str = ".orders-temp-";
/// The prefix where the file system has no such lock, so that nobody can tell whether the program lives.
const UNLOCKED: &str = ".orders-copy-";

/// The folders that this process has made and not yet removed.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn folders() -> MutexGuard<'static, Vec<PathBuf>> {
    // A panic leaves the list intact.
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes this process's temporary files before it ends. From now on it can make none.
pub fn remove_all() {
    let folders = folders();
    for folder in folders.iter() {
        // Another thread may be making a file in it right now.
        let _ = (0..100).find(|_| fs::remove_dir_all(folder).is_ok() || !folder.exists());
    }
    std::mem::forget(folders);
}

/// An empty temporary file, for its owner only. Unless kept, it is removed with the files that SQLite puts beside it.
#[derive(Debug)]
pub struct Scratch {
    // Dropped in this order.
    file: NamedTempFile,
    _folder: PrivateFolder,
}

impl Scratch {
    /// Makes one in the folder where it will be kept, and removes what killed programs left there.
    pub fn new_in(folder: &Path) -> io::Result<Scratch> {
        let private = PrivateFolder::new_in(folder)?;
        private.sweep(folder);
        Ok(Scratch { file: NamedTempFile::new_in(&private.path)?, _folder: private })
    }

    /// Returns its temporary path.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    pub fn file_mut(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Returns its length, in bytes.
    pub fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.as_file().metadata()?.len())
    }

    /// Gives it its final name, which must be free. Syncs the content before and the folder after, so that a power cut
    /// leaves all of it or nothing.
    ///
    /// # Errors
    /// The name is taken, or something cannot be written or synced. No file of that name is left behind.
    pub fn persist(self, name: &Path) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(name)?;
        sync_folder(folder_of(name)).inspect_err(|_| {
            let _ = fs::remove_file(name);
        })
    }
}

/// A folder for its owner only: otherwise whoever may write to its parent could replace the file.
#[derive(Debug)]
struct PrivateFolder {
    path: PathBuf,
    _lock: Option<File>,
}

impl PrivateFolder {
    fn new_in(parent: &Path) -> io::Result<PrivateFolder> {
        let mut folders = folders();
        let make_named = |prefix| {
            let mut builder = tempfile::Builder::new();
            builder.prefix(prefix).permissions(Permissions::from_mode(0o700)).tempdir_in(parent)
        };
        let (folder, lock) = loop {
            let folder = make_named(LOCKED)?;
            // Another program may sweep it before it is locked.
            let opened = match open_folder(folder.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened?,
            };
            match opened.try_lock() {
                Ok(()) if is_at(folder.path(), &opened)? => break (folder, Some(opened)),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(_)) => break (make_named(UNLOCKED)?, None),
            }
        };
        let path = folder.keep();
        folders.push(path.clone());
        Ok(PrivateFolder { path, _lock: lock })
    }

    /// Removes the folders in `parent` that killed programs left. What cannot be removed stays.
    fn sweep(&self, parent: &Path) {
        let (Ok(entries), Ok(ours)) = (fs::read_dir(parent), self.path.symlink_metadata()) else { return };
        for entry in
            entries.flatten().filter(|entry| entry.file_name().as_encoded_bytes().starts_with(LOCKED.as_bytes()))
        {
            let is_another = |found: &fs::Metadata| found.uid() == ours.uid() && found.ino() != ours.ino();
            // An open folder stays the same even if its name goes to another.
            if let Ok(opened) = open_folder(&entry.path())
                && opened.metadata().is_ok_and(|found| is_another(&found))
                && opened.try_lock().is_ok()
            {
                for file in Dir::read_from(&opened).into_iter().flatten().flatten() {
                    let _ = unlinkat(&opened, file.file_name(), AtFlags::empty());
                }
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        let mut folders = folders();
        let _ = fs::remove_dir_all(&self.path);
        folders.retain(|folder| *folder != self.path);
    }
}

/// Opens a folder without following links.
fn open_folder(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

/// Returns whether an open folder still has its path.
///
/// # Errors
/// The path cannot be looked at. That is not `false`: a caller that tries again until it is true would never end.
fn is_at(path: &Path, opened: &File) -> io::Result<bool> {
    let id = |found: fs::Metadata| (found.dev(), found.ino());
    match path.symlink_metadata() {
        Ok(there) => Ok(id(there) == id(opened.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Syncs the names in a folder.
#[expect(clippy::disallowed_methods, reason = "SQLite locks no folder")]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Says why a file could not be made in a folder, where the operating system only says that something is missing.
pub fn no_place_in(folder: &Path) -> String {
    match folder.is_dir() {
        true => format!("{} takes no new files", folder.display()),
        false => format!("there is no folder {}", folder.display()),
    }
}

/// Returns the folder that a path is in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        None => Path::new("/"),
        Some(here) if here.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_folder_that_cannot_be_looked_at_is_not_taken_for_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (private, file) = (folder.path().join("private"), folder.path().join("file"));
        fs::create_dir(&private).unwrap();
        fs::write(&file, "").unwrap();
        let opened = open_folder(&private).unwrap();
        assert!(is_at(&private, &opened).unwrap() && !is_at(&file, &opened).unwrap());
        assert!(!is_at(&folder.path().join("gone"), &opened).unwrap());
        assert!(is_at(&file.join("below"), &opened).is_err());
    }

    #[test]
    fn only_what_killed_programs_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let living = Scratch::new_in(folder.path()).unwrap();
        for name in [".orders-temp-dead", ".orders-copy-unknown", "mine"] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join(".tmp1"), "customers").unwrap();
            fs::write(at(name).join(".tmp1-journal"), "customers").unwrap();
        }
        fs::write(at(".orders-temp-file"), "no folder").unwrap();
        std::os::unix::fs::symlink(at("mine"), at(".orders-temp-link")).unwrap();
        drop(Scratch::new_in(folder.path()).unwrap());
        assert!(living.path().exists());
        drop(living);
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, [".orders-copy-unknown", ".orders-temp-file", ".orders-temp-link", "mine"]);
        assert_eq!(names(&at("mine")).len(), 2);
    }

    /// One may be swept before its program has locked it.
    #[test]
    fn programs_that_sweep_at_once_each_get_one() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| (0..100).for_each(|_| drop(Scratch::new_in(folder.path()).unwrap())));
            }
        });
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn persisting_takes_a_free_name_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("kept");
        Scratch::new_in(folder.path()).unwrap().persist(&name).unwrap();
        assert!(Scratch::new_in(folder.path()).unwrap().persist(&name).is_err(), "it is taken");
        assert_eq!(names(folder.path()), ["kept"]);
    }
}
