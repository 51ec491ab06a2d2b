//! What may stand beside an orders file: SQLite takes a log or a journal by its name alone, whoever's it is.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::StoreError;

/// Refuses a file beside which there is something that SQLite would play into it, or hang on.
///
/// # Errors
/// A side file is no regular file; there is a log beside a file that keeps none, as where a backup was put in the place of
/// a file whose log was left behind; or a journal that is not of this file.
pub(super) fn refuse_strange_side_files(path: &Path) -> Result<(), StoreError> {
    for suffix in ["-wal", "-shm", "-journal"] {
        let side = beside(path, suffix);
        if side.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Err(StoreError::refused(format!("has {} beside it, which is not a regular file", side.display())));
        }
    }
    // In this order: another program makes the log after it has marked the file, and removes the mark never.
    let has_log = fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let journal = Journal::read(&beside(path, "-journal"))?;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let keeps_log = keeps_log(&file)?;
    if has_log && !keeps_log {
        let log = beside(path, "-wal");
        return Err(StoreError::refused(format!(
            "was put beside the log of another file: move {} aside, and its -shm",
            log.display()
        )));
    }
    if keeps_log && journal.is_some_and(|journal| !journal.may_be_of_switch(length)) {
        let journal = beside(path, "-journal");
        return Err(StoreError::refused(format!("has the journal of another file beside it: {}", journal.display())));
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Tells whether a file says that its changes go through a log.
fn keeps_log(file: &File) -> io::Result<bool> {
    let mut versions = [0; 2];
    match file.read_exact_at(&mut versions, 18) {
        Ok(()) => Ok(versions == [2, 2]),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// The header of a journal that SQLite would play back.
struct Journal {
    record_count: u32,
    /// How many pages the file had before the change.
    pages_before: u32,
    page_size: u32,
}

impl Journal {
    fn read(path: &Path) -> io::Result<Option<Journal>> {
        const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
        let mut header = [0; 28];
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.read_exact_at(&mut header, 0).is_err() || header[..8] != MAGIC {
            return Ok(None);
        }
        let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        Ok(Some(Journal { record_count: number(8), pages_before: number(16), page_size: number(24) }))
    }

    /// Tells whether it can be that of the switch to a log, cut off: a file that keeps a log has no other journal. It
    /// changes the first page alone, and makes that one in a new file.
    fn may_be_of_switch(&self, length: u64) -> bool {
        let before = u64::from(self.pages_before) * u64::from(self.page_size);
        let is_new = before == 0 && length <= u64::from(self.page_size);
        // The count is written last.
        matches!(self.record_count, 0 | 1 | u32::MAX) && (before == length || is_new)
    }
}
