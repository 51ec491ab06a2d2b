//! What may stand beside an orders file: SQLite takes a log or a journal by its name alone, whoever's it is.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::error::StoreError;
use super::locked::{PlainFile, beside, side_files};

/// Refuses a file beside which there is something that SQLite would play into it, or hang on. A log cannot be told from
/// another one where the file keeps one: what was copied with `cp` beside a later log is not found out.
///
/// # Errors
/// A side file is no regular file; there is a log beside a file that keeps none, as where a backup was put in the place of
/// a file whose log was left behind; or a journal that no program of ours left there.
pub(super) fn refuse_strange_side_files(path: &Path) -> Result<(), StoreError> {
    for side in side_files(path) {
        if side.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Err(StoreError::refused(format!("has {} beside it, which is not a regular file", side.display())));
        }
    }
    // Another program may just be switching to a log or back, between two looks; what is there twice is there.
    if has_strange_log(path)? && has_strange_log(path)? {
        let log = beside(path, "-wal");
        return Err(StoreError::refused(format!(
            "was put beside the log of another file: move {} aside, and its -shm",
            log.display()
        )));
    }
    let journal = beside(path, "-journal");
    let found = strange_journal(path, &journal)?;
    if found.is_some() && strange_journal(path, &journal)? == found {
        let journal = journal.display();
        return Err(StoreError::refused(format!("has the journal of another file or program beside it: {journal}")));
    }
    Ok(())
}

/// Refuses to make a file where one was, whose log or journal is there still.
pub fn refuse_leftovers(path: &Path) -> Result<(), StoreError> {
    match ["-wal", "-journal"].iter().find(|suffix| has_beside(path, suffix)) {
        Some(suffix) => {
            let side = beside(path, suffix);
            Err(StoreError::refused(format!(
                "is gone, but not its {}: move that aside, or put it back",
                side.display()
            )))
        }
        None => Ok(()),
    }
}

/// Returns whether there is a log beside a file that keeps none.
fn has_strange_log(path: &Path) -> io::Result<bool> {
    // In this order: a program makes the log after it has marked the file.
    Ok(has_beside(path, "-wal") && !keeps_log(PlainFile::open(path)?.file())?)
}

/// Returns a journal that is not that of the switch to a log: there is no other of ours.
fn strange_journal(path: &Path, journal: &Path) -> io::Result<Option<Journal>> {
    let length = fs::metadata(path)?.len();
    Ok(Journal::read(journal)?.filter(|journal| !journal.may_be_of_switch(length)))
}

/// Returns whether the journal beside a file is that of a file that was empty: SQLite makes it that again.
pub(super) fn was_empty(path: &Path) -> io::Result<bool> {
    Ok(Journal::read(&beside(path, "-journal"))?.is_some_and(|journal| journal.pages_before == 0))
}

/// Returns whether a side file is there with something in it.
pub(super) fn has_beside(path: &Path, suffix: &str) -> bool {
    fs::metadata(beside(path, suffix)).is_ok_and(|beside| beside.len() > 0)
}

/// Returns whether a file says that its changes go through a log.
fn keeps_log(file: &File) -> io::Result<bool> {
    let mut versions = [0; 2];
    match file.read_exact_at(&mut versions, 18) {
        Ok(()) => Ok(versions == [2, 2]),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// The header of a journal that SQLite would play back.
#[derive(PartialEq, Eq)]
struct Journal {
    record_count: u32,
    /// A random number: no two journals have the same.
    nonce: u32,
    /// How many pages the file had before the change.
    pages_before: u32,
    page_size: u32,
}

impl Journal {
    fn read(path: &Path) -> io::Result<Option<Journal>> {
        const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
        let mut header = [0; 28];
        let file = match PlainFile::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.file().read_exact_at(&mut header, 0) {
            Ok(()) if header[..8] == MAGIC => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            _ => return Ok(None),
        }
        let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        Ok(Some(Journal {
            record_count: number(8),
            nonce: number(12),
            pages_before: number(16),
            page_size: number(24),
        }))
    }

    /// Returns whether it can be that of the switch to a log, cut off: a file that keeps a log has no other journal. It
    /// changes the first page alone, and makes that one in a new file.
    fn may_be_of_switch(&self, length: u64) -> bool {
        let before = u64::from(self.pages_before) * u64::from(self.page_size);
        let is_new = before == 0 && length <= u64::from(self.page_size);
        // The count is written last.
        matches!(self.record_count, 0 | 1 | u32::MAX) && (before == length || is_new)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rusqlite::Connection;

    use super::super::connection::Access;
    use super::super::open::Store;
    use super::*;
    use std::path::PathBuf;

    /// Makes an orders file, and a backup of it as it was before the last change, with the log of that change.
    fn shop(folder: &Path) -> (PathBuf, PathBuf, Vec<u8>) {
        let (file, backup) = (folder.join("orders.db"), folder.join("backup.db"));
        let store = Store::open(&file, Access::Create, Duration::ZERO).unwrap();
        Connection::open(&file).unwrap().execute("VACUUM INTO ?1", [backup.to_str()]).unwrap();
        store.connection.execute("INSERT INTO settings VALUES ('shopName', 'Lego')", []).unwrap();
        let log = fs::read(beside(&file, "-wal")).unwrap();
        (file, backup, log)
    }

    #[track_caller]
    fn assert_refused(file: &Path, problem: &str) {
        let before = fs::read(file).unwrap();
        for access in [Access::Read, Access::BackUp, Access::DryRun, Access::Write, Access::Create] {
            let error = Store::open(file, access, Duration::ZERO).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
        assert!(fs::read(file).unwrap() == before, "{problem}");
    }

    #[test]
    fn a_backup_in_the_place_of_a_file_whose_log_was_left_behind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (_, backup, log) = shop(folder.path());
        let side = beside(&backup, "-wal");
        fs::write(&side, log).unwrap();
        assert_refused(&backup, "was put beside the log of another file");
        fs::remove_file(side).unwrap();
        assert!(Store::open(&backup, Access::Write, Duration::ZERO).is_ok());
    }

    /// A journal of nine pages of a kilobyte, one of which was changed.
    fn strange_journal() -> Vec<u8> {
        let mut journal = vec![0; 8192];
        journal[..8].copy_from_slice(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
        for (at, number) in [(8, 1_u32), (16, 9), (20, 512), (24, 1024)] {
            journal[at..at + 4].copy_from_slice(&number.to_be_bytes());
        }
        journal
    }

    #[test]
    fn the_journal_of_another_file_is_not_played_back() {
        let folder = tempfile::tempdir().unwrap();
        let (file, backup, _) = shop(folder.path());
        let text = folder.path().join("notes.csv");
        fs::write(&text, "a,b\n".repeat(100)).unwrap();
        for (file, problem) in [
            (file, "has the journal of another file"),
            (backup, "has the journal of another file"),
            (text, "is not an orders file"),
        ] {
            fs::write(beside(&file, "-journal"), strange_journal()).unwrap();
            assert_refused(&file, problem);
        }
    }

    /// SQLite looks beside the file, wherever the link to it is.
    #[test]
    fn side_files_stand_beside_what_a_link_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let (file, backup, log) = shop(folder.path());
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&backup, &link).unwrap();
        fs::write(beside(&backup, "-wal"), log).unwrap();
        assert_refused(&link, "was put beside the log of another file");
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(Store::open(&link, Access::Write, Duration::ZERO).is_ok());
    }

    #[test]
    fn no_file_is_made_beside_the_log_of_one_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.db");
        fs::write(beside(&file, "-wal"), "left over").unwrap();
        let error = Store::open(&file, Access::Create, Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("is gone, but not its") && !file.exists(), "{error}");
    }

    #[test]
    fn what_is_no_file_beside_a_file_is_refused() {
        for suffix in ["-wal", "-shm", "-journal"] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("orders.db");
            drop(Store::open(&file, Access::Create, Duration::ZERO).unwrap());
            fs::create_dir(beside(&file, suffix)).unwrap();
            assert_refused(&file, "which is not a regular file");
        }
    }
}
