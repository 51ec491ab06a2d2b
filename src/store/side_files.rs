//! What may stand beside an orders file. SQLite takes any log or journal with the right name, whichever file it belongs to.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::error::StoreError;
use super::locked::{PlainFile, beside, side_files};
use crate::domain::shell::shell_word;

/// Refuses a file whose side files SQLite would wrongly play into it, or could not open. One case stays undetected: a file
/// in WAL mode that was copied with `cp` beside the log of another.
///
/// # Errors
/// A side file is not a regular file. There is a log although the file is not in WAL mode, as where a backup replaced a
/// file and the old log was left behind. There is a journal that no program of ours left.
pub(super) fn refuse_strange_side_files(path: &Path) -> Result<(), StoreError> {
    for side in side_files(path) {
        if side.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Err(StoreError::refused(format!("has {} beside it, which is not a regular file", side.display())));
        }
    }
    // Another program may be switching the mode between our two reads: only what is found twice counts.
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
        // It cannot be told which: a journal does not name its file. A file without the journal that it needs is damaged.
        let (file, journal) = (path.to_string_lossy(), journal.display());
        return Err(StoreError::refused(format!(
            "has the journal of another file or program beside it: {journal}; do not remove it, but copy both \
             files away; if a program was killed while it changed this file, this repairs it: sqlite3 {} 'select 1 from orders'",
            shell_word(&file)
        )));
    }
    Ok(())
}

/// Refuses to create a file where the log or journal of an earlier one is still there.
pub fn refuse_leftovers(path: &Path) -> Result<(), StoreError> {
    match ["-wal", "-journal"].iter().find(|suffix| has_beside(path, suffix)) {
        Some(suffix) => {
            let side = beside(path, suffix);
            Err(StoreError::refused(format!(
                "is not there, but {} is left over: move that aside, or put the file back",
                side.display()
            )))
        }
        None => Ok(()),
    }
}

/// Returns whether there is a log beside a file that is not in WAL mode.
fn has_strange_log(path: &Path) -> io::Result<bool> {
    // In this order: SQLite creates the log after it has marked the file.
    Ok(has_beside(path, "-wal") && !is_in_wal_mode(PlainFile::open(path)?.file())?)
}

/// Returns the journal unless the switch to WAL mode may have left it: our programs leave no other.
fn strange_journal(path: &Path, journal: &Path) -> io::Result<Option<Journal>> {
    let length = fs::metadata(path)?.len();
    Ok(Journal::read(journal)?.filter(|journal| !journal.may_be_of_switch(length)))
}

/// Returns whether the journal beside a file says that it was empty: SQLite rolls it back to that.
pub(super) fn was_empty(path: &Path) -> io::Result<bool> {
    Ok(Journal::read(&beside(path, "-journal"))?.is_some_and(|journal| journal.pages_before == 0))
}

/// Returns whether a side file exists and is not empty.
pub(super) fn has_beside(path: &Path, suffix: &str) -> bool {
    fs::metadata(beside(path, suffix)).is_ok_and(|beside| beside.len() > 0)
}

/// Returns whether the header of a file says WAL mode.
fn is_in_wal_mode(file: &File) -> io::Result<bool> {
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

    /// Returns whether an interrupted switch to WAL mode can have left it. The switch changes only the first page, or
    /// creates that page in a new file.
    fn may_be_of_switch(&self, length: u64) -> bool {
        let before = u64::from(self.pages_before) * u64::from(self.page_size);
        let is_new = before == 0 && length <= u64::from(self.page_size);
        // SQLite writes the count last.
        matches!(self.record_count, 0 | 1 | u32::MAX) && (before == length || is_new)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use rusqlite::Connection;

    use super::super::connection::Access;
    use super::super::open::Store;
    use super::*;

    /// Makes an orders file, a backup from before the last change, and the log of that change.
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
    fn a_backup_beside_the_old_log_is_refused() {
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

    /// Somebody changed a copy with the sqlite3 shell, and it was killed.
    #[test]
    fn a_file_that_needs_its_journal_is_repaired_as_the_message_says() {
        let folder = tempfile::tempdir().unwrap();
        let (_, backup, _) = shop(folder.path());
        let other = Connection::open(&backup).unwrap();
        other
            .execute_batch("PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))")
            .unwrap();
        let killed = folder.path().join("killed.db");
        fs::copy(&backup, &killed).unwrap();
        fs::copy(beside(&backup, "-journal"), beside(&killed, "-journal")).unwrap();
        assert_refused(&killed, "do not remove it, but copy both files away");
        assert_refused(&killed, &format!("sqlite3 {} 'select 1 from orders'", killed.display()));
        Connection::open(&killed).unwrap().execute_batch("SELECT 1 FROM orders").unwrap();
        assert!(Store::open(&killed, Access::Write, Duration::ZERO).is_ok());
    }

    /// SQLite looks beside the file, wherever the link to it is.
    #[test]
    fn side_files_stand_beside_the_target_of_a_link() {
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
    fn no_file_is_created_beside_a_leftover_log() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.db");
        fs::write(beside(&file, "-wal"), "left over").unwrap();
        let error = Store::open(&file, Access::Create, Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("is not there, but ") && !file.exists(), "{error}");
    }

    #[test]
    fn a_side_file_that_is_not_a_regular_file_is_refused() {
        for suffix in ["-wal", "-shm", "-journal"] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("orders.db");
            drop(Store::open(&file, Access::Create, Duration::ZERO).unwrap());
            fs::create_dir(beside(&file, suffix)).unwrap();
            assert_refused(&file, "which is not a regular file");
        }
    }
}
