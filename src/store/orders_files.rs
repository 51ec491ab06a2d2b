//! The files that no argument of a command may name: the orders file of the run and what stands beside it.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use super::locked::{PlainFile, SUFFIXES, beside, is_at, side_file_of};
use crate::scratch::folder_of;

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
mod tests {
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
}
