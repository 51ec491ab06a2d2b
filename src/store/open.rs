//! Opening a file, and what is done to it before anything is read from it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags, TransactionBehavior};

use super::connection::{Access, RETRY, patience, set_patience, set_up, switch_to_wal};
use super::copy::vacuum_into;
use super::error::StoreError;
use super::file::find_or_create;
use super::identity::{Identity, SCHEMA, SCHEMA_VERSION, ensure_ours, refuse_strange_header};
use super::integrity::reading_failed;
use super::locked::{InUse, OpenedFile, lack_of_descriptors, side_files};
use super::migrate::{add_stand_ins, migrate};
use super::side_files::refuse_strange_side_files;

/// How long to wait until another program has created the tables of an empty file.
const CREATION: Duration = Duration::from_secs(1);

/// An open orders file.
#[derive(Debug)]
pub struct Store {
    // Dropped before `in_use`: the file stays noted until SQLite has closed it.
    pub(super) connection: Connection,
    pub(super) in_use: InUse,
    pub(super) path: PathBuf,
    pub(super) file: OpenedFile,
    /// How long to wait for other programs.
    pub(super) wait: Duration,
    /// Whether opening it made the file.
    created: bool,
    /// The copy of an older file as it was before opening it migrated it.
    migration_backup: Option<PathBuf>,
    /// The log that it is a replica of.
    #[cfg(feature = "cluster")]
    pub(super) cluster: Option<super::cluster::Cluster>,
}

/// What users other than its owner may do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExposedTo {
    /// They may read it.
    Read,
    /// They may change it.
    Write,
}

impl Store {
    /// Opens the file at `path`, waiting up to `wait` for others.
    ///
    /// # Errors
    /// The file is missing (and `access` may not make it), is not an orders file, or cannot be used safely.
    pub fn open(path: &Path, access: Access, wait: Duration) -> Result<Store, StoreError> {
        Store::open_with(path, access, wait, |_| Ok(access.fits_replica()))
    }

    /// Opens a file. `inspect` looks at it first, and returns whether it may be a replica of a cluster.
    pub(super) fn open_with(
        path: &Path,
        access: Access,
        wait: Duration,
        inspect: impl FnOnce(&mut Connection) -> Result<bool, StoreError>,
    ) -> Result<Store, StoreError> {
        // SQLite would take `:memory:` and `file:x?mode=memory` as no file at all; an absolute path is always a file.
        let path = std::path::absolute(path)?;
        let created = find_or_create(&path, access)?;
        // The side files stand beside the file itself, not beside a link to it.
        let real = fs::canonicalize(&path)?;
        let file = OpenedFile::of(&real)?;
        refuse_strange_header(&real)?;
        refuse_strange_side_files(&real)?;
        let in_use = InUse::note(&file);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&real, flags).map_err(|error| explain(&path, error.into()))?;
        // SQLite silently falls back to read-only. Such a reader would make side files that lock the owner out.
        if connection.is_readonly(MAIN_DB).map_err(StoreError::from)? {
            return Err(StoreError::refused("is not writable for this user; even reading needs write access"));
        }
        set_up(&mut connection, access, wait).map_err(|error| explain(&path, error.into()))?;
        let migration_backup = inspect(&mut connection)
            .and_then(|may_be_replica| prepare(&mut connection, &real, access, wait, may_be_replica))
            .map_err(|error| explain(&path, error))?;
        file.refuse_replaced()?;
        Ok(Store {
            connection,
            in_use,
            path,
            file,
            wait,
            created,
            migration_backup,
            #[cfg(feature = "cluster")]
            cluster: None,
        })
    }

    /// Makes the store of a replica whose log is `cluster`.
    #[cfg(feature = "cluster")]
    pub(super) fn of_cluster(self, cluster: super::cluster::Cluster, migration_backup: Option<PathBuf>) -> Store {
        Store { cluster: Some(cluster), migration_backup, ..self }
    }

    /// Returns the file's absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what other users of the machine may do with the file or its side files, by their modes; `None`: nothing.
    pub fn exposed_to(&self) -> Option<ExposedTo> {
        // The side files stand beside the file itself, not beside a link to it.
        let file = self.file.path();
        let side_files = side_files(file);
        let mode = std::iter::once(file)
            .chain(side_files.iter().map(PathBuf::as_path))
            .filter_map(|path| Some(fs::metadata(path).ok()?.permissions().mode()))
            .fold(0, |all, mode| all | mode);
        match (mode & 0o022 != 0, mode & 0o044 != 0) {
            (true, _) => Some(ExposedTo::Write),
            (false, true) => Some(ExposedTo::Read),
            (false, false) => None,
        }
    }

    /// Returns whether opening it made the file.
    pub fn was_created(&self) -> bool {
        self.created
    }

    /// Returns the copy of the file before its migration, if opening it migrated it.
    pub fn migration_backup(&self) -> Option<&Path> {
        self.migration_backup.as_deref()
    }

    /// Copies the file as it is at one moment into an empty one, while others go on writing.
    ///
    /// # Errors
    /// The store was not opened with `Access::BackUp`; the copy cannot be written; a replica differs from its log.
    pub fn back_up(&mut self, copy: &Path) -> Result<(), StoreError> {
        vacuum_into(&self.connection, copy)?;
        #[cfg(feature = "cluster")]
        super::cluster::make_ordinary(copy, self.cluster.as_mut())?;
        Ok(())
    }
}

/// Refuses what is not ours; for a writer, switches the file to WAL and migrates it. Returns the copy of an older file
/// before its migration.
fn prepare(
    connection: &mut Connection,
    path: &Path,
    access: Access,
    wait: Duration,
    may_be_replica: bool,
) -> Result<Option<PathBuf>, StoreError> {
    let started = Instant::now();
    let mut identity = Identity::of(connection)?;
    while identity.is_blank() && access != Access::Create && started.elapsed() < wait.min(CREATION) {
        // Another program is creating it.
        std::thread::sleep(RETRY);
        identity = Identity::of(connection)?;
    }
    if identity.is_blank() && access != Access::Create {
        return Err(StoreError::refused("is empty: its creation was interrupted, or it was emptied"));
    }
    if !identity.is_blank() {
        ensure_ours(&identity)?;
        if identity.is_replica() && !may_be_replica {
            let problem = "is the replica of a shop in a cluster, which is changed through the cluster only";
            return Err(StoreError::refused(problem));
        }
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    if access.commits() {
        refuse_damaged_backup(connection)?;
        switch_to_wal(connection, wait)?;
    }
    if !access.only_reads() {
        // From its first read on, this connection keeps closing programs from locking the file, so it waits for writers
        // alone.
        set_patience(connection, patience(wait))?;
    }
    if identity.is_blank() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have been first, while this one waited.
        identity = Identity::of(&transaction)?;
        if identity.is_blank() {
            transaction.execute_batch(SCHEMA)?;
            transaction.commit()?;
            return Ok(None);
        }
        ensure_ours(&identity)?;
    }
    let is_older = identity.version < SCHEMA_VERSION;
    if is_older && access.commits() {
        return migrate(connection, path, wait);
    }
    // A copy takes the file as it is: for VACUUM INTO, a view hides the table of its name.
    if is_older && access != Access::BackUp {
        add_stand_ins(connection)?;
    }
    Ok(None)
}

/// Refuses a damaged backup that was restored, before its first writer changes it.
fn refuse_damaged_backup(connection: &Connection) -> Result<(), StoreError> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(reading_failed(&found).unwrap_or(StoreError::Damaged(found))) }
}

/// Finds a clearer reason why SQLite did not open a file.
fn explain(path: &Path, error: StoreError) -> StoreError {
    let StoreError::Sqlite(error) = error else {
        return error;
    };
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::NotOurs("is not an orders file"),
        Some(
            rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::PermissionDenied | rusqlite::ErrorCode::ReadOnly,
        ) => {
            // Asked without opening the file: the connection may still have it.
            let reason = match rustix::fs::access(path, rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK) {
                Err(error) => io::Error::from(error).to_string(),
                Ok(()) => match lack_of_descriptors() {
                    Some(error) => error.to_string(),
                    None => "its side files cannot be written".to_owned(),
                },
            };
            StoreError::refused(format!("cannot be opened: {reason}"))
        }
        _ => StoreError::Sqlite(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::{CLOSING, READING_AGAIN};
    use super::super::identity::REPLICA_ID;
    use super::super::transaction::begin;
    use super::*;
    use std::fs::File;
    use std::os::unix::fs::PermissionsExt;

    const NO_WAIT: Duration = Duration::ZERO;

    fn at(path: &Path, access: Access) -> Result<Store, StoreError> {
        Store::open(path, access, NO_WAIT)
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        (folder, path)
    }

    #[test]
    fn a_new_file_is_ours_private_and_in_wal() {
        let (_folder, path) = folder();
        let store = at(&path, Access::Create).unwrap();
        assert!(store.was_created());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let identity = Identity::of(&store.connection).unwrap();
        assert!(ensure_ours(&identity).is_ok() && identity.version == SCHEMA_VERSION, "{identity:?}");
        let pragma =
            |name| store.connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        assert_eq!(pragma("journal_mode").unwrap(), rusqlite::types::Value::Text("wal".into()));
        for (name, value) in
            [("synchronous", 2), ("foreign_keys", 1), ("cell_size_check", 1), ("temp_store", 2), ("trusted_schema", 0)]
        {
            assert_eq!(pragma(name).unwrap(), rusqlite::types::Value::Integer(value), "{name}");
        }
        assert!(!at(&path, Access::Create).unwrap().was_created());
    }

    #[test]
    fn sqlite_is_new_enough_to_share_a_wal_file() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    #[test]
    fn a_connection_reads_no_other_file_and_takes_no_double_quoted_text() {
        let (_folder, path) = folder();
        let store = at(&path, Access::Create).unwrap();
        assert!(store.connection.execute("ATTACH ':memory:' AS other", []).is_err());
        assert!(store.connection.prepare("SELECT \"text\"").is_err());
        drop(store);
        let reader = at(&path, Access::Read).unwrap();
        assert!(reader.connection.execute("DELETE FROM settings", []).is_err());
    }

    #[test]
    fn creating_a_file_can_be_interrupted_and_repeated() {
        let (_folder, path) = folder();
        File::create(&path).unwrap();
        assert!(matches!(at(&path, Access::Read), Err(StoreError::Refused(_))));
        assert_eq!(fs::metadata(&path).unwrap().len(), 0, "a reader leaves it as it is");
        drop(at(&path, Access::Create).unwrap());
        // Cut off after the switch to WAL, before the schema.
        fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
        drop(at(&path, Access::Create).unwrap());
        assert!(at(&path, Access::Write).is_ok());
    }

    /// The log holds everything; any part of the file itself may have reached the disk.
    #[test]
    fn a_file_whose_first_page_is_only_in_the_log_is_ours() {
        let (folder, path) = folder();
        let copy = folder.path().join("copy.db");
        let store = at(&path, Access::Create).unwrap();
        let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        fs::copy(log(&path), log(&copy)).unwrap();
        let first_page = fs::read(&path).unwrap();
        drop(store);
        let mut pages = fs::read(&path).unwrap();
        pages[..first_page.len()].copy_from_slice(&first_page);
        assert_eq!(pages[68..72], [0; 4], "the mark is in the log");
        fs::write(&copy, pages).unwrap();
        assert!(at(&copy, Access::Write).is_ok());
    }

    #[test]
    fn a_file_whose_first_page_was_never_written_is_created_again() {
        let (_folder, path) = folder();
        fs::write(&path, [0; 4096]).unwrap();
        assert!(matches!(at(&path, Access::Create), Err(StoreError::NotOurs(_))));
        // The journal of a file that was empty: no records, a nonce, no pages, sectors of 512 and pages of 4096 bytes.
        let mut journal = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7".to_vec();
        journal.extend([0_u32, 1, 0, 512, 4096].map(u32::to_be_bytes).as_flattened());
        journal.resize(512, 0);
        fs::write(format!("{}-journal", path.display()), journal).unwrap();
        assert!(at(&path, Access::Create).is_ok());
        assert!(at(&path, Access::Write).is_ok());
    }

    #[test]
    fn foreign_files_are_refused_and_left_untouched() {
        let (folder, path) = folder();
        let other = |sql: &str| {
            let _ = fs::remove_file(&path);
            Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        };
        type Case<'a> = (&'a str, Box<dyn Fn() + 'a>);
        let cases: Vec<Case<'_>> = vec![
            ("is a database of another program", Box::new(|| other("CREATE TABLE t (x)"))),
            ("is a database of another program", Box::new(|| other("PRAGMA application_id = 7"))),
            (
                "is of a newer version (99",
                Box::new(|| other("PRAGMA application_id = 0x4F524452; PRAGMA user_version = 99")),
            ),
            (
                "is not an orders file",
                Box::new(|| fs::write(&path, "not a database, but long enough to be one").unwrap()),
            ),
            (
                "has more than one hard link",
                Box::new(|| {
                    fs::remove_file(&path).unwrap();
                    drop(at(&path, Access::Create).unwrap());
                    fs::hard_link(&path, folder.path().join("second.db")).unwrap();
                }),
            ),
        ];
        for (problem, make) in cases {
            make();
            let before = fs::read(&path).unwrap();
            for access in [Access::Read, Access::Write, Access::Create] {
                let error = at(&path, access).unwrap_err().to_string();
                assert!(error.contains(problem), "{error}");
            }
            assert_eq!(fs::read(&path).unwrap(), before, "{problem}");
        }
        assert!(matches!(at(folder.path(), Access::Create), Err(StoreError::NotOurs(_))));
    }

    /// The last program to use a file has it for itself for a moment, and that program may be a reader.
    #[test]
    fn whoever_opens_the_file_waits_for_another_to_close_it() {
        for access in [Access::Read, Access::Survey, Access::BackUp, Access::DryRun, Access::Write, Access::Create] {
            let (_folder, path) = folder();
            drop(at(&path, Access::Create).unwrap());
            let last = Connection::open(&path).unwrap();
            last.execute_batch("PRAGMA locking_mode = EXCLUSIVE; SELECT * FROM settings").unwrap();
            std::thread::scope(|scope| {
                scope.spawn(move || {
                    std::thread::sleep(Duration::from_millis(100));
                    drop(last);
                });
                assert!(at(&path, access).is_ok(), "{access:?}");
            });
        }
    }

    #[test]
    fn writers_wait_for_another_writer_as_long_as_they_were_told() {
        for access in [Access::DryRun, Access::Write, Access::Create] {
            let (_folder, path) = folder();
            drop(at(&path, Access::Create).unwrap());
            let mut other = Connection::open(&path).unwrap();
            let _held = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
            for wait in [Duration::ZERO, Duration::from_millis(300)] {
                let mut store = Store::open(&path, access, wait).unwrap();
                let began = Instant::now();
                assert!(matches!(begin(&mut store.connection), Err(StoreError::Busy)), "{access:?}");
                // Not as long as for a program that closes the file.
                let (told, waited) = (wait.max(READING_AGAIN), began.elapsed());
                assert!(told <= waited && waited < CLOSING, "{access:?}: {waited:?}");
            }
        }
    }

    #[test]
    fn foreign_files_keep_their_log() {
        for sql in [
            "CREATE TABLE t (x); PRAGMA user_version = 9",
            "PRAGMA application_id = 0x4F524452; PRAGMA user_version = 99; CREATE TABLE t (x)",
        ] {
            let (folder, path) = folder();
            let source = folder.path().join("source.db");
            let other = Connection::open(&source).unwrap();
            other.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
            other.execute_batch(sql).unwrap();
            // As a program that was killed leaves it: everything is in the log.
            let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
            fs::copy(&source, &path).unwrap();
            fs::copy(log(&source), log(&path)).unwrap();
            let before = (fs::read(&path).unwrap(), fs::read(log(&path)).unwrap());
            for access in [Access::Read, Access::Write, Access::Create] {
                assert!(matches!(at(&path, access), Err(StoreError::NotOurs(_) | StoreError::Newer(_))));
            }
            assert!(before == (fs::read(&path).unwrap(), fs::read(log(&path)).unwrap()), "{sql}");
        }
    }

    /// Otherwise this machine's shop would differ from that of the others.
    #[test]
    fn the_replica_of_a_cluster_is_only_read() {
        let (_folder, path) = folder();
        drop(at(&path, Access::Create).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "application_id", REPLICA_ID).unwrap();
        for access in [Access::Write, Access::Create, Access::DryRun] {
            assert!(matches!(at(&path, access), Err(StoreError::Refused(_))), "{access:?}");
        }
        for access in [Access::Read, Access::Survey, Access::BackUp] {
            assert!(at(&path, access).is_ok(), "{access:?}");
        }
    }

    #[test]
    fn a_missing_file_is_created_only_with_create_access() {
        let (_folder, path) = folder();
        for access in [Access::Read, Access::Write] {
            assert!(matches!(at(&path, access), Err(StoreError::Missing)));
        }
        assert!(!path.exists());
        let nowhere = path.join("no/such/orders.db");
        assert!(matches!(at(&nowhere, Access::Create), Err(StoreError::Refused(_) | StoreError::Io(_))));
    }

    #[test]
    fn a_restored_backup_is_switched_to_wal_by_its_first_writer() {
        let (folder, path) = folder();
        drop(at(&path, Access::Create).unwrap());
        let copy = folder.path().join("copy.db");
        Connection::open(&path).unwrap().execute("VACUUM INTO ?1", [copy.to_str()]).unwrap();
        let mode = |store: &Store| -> String {
            store.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap()
        };
        assert_eq!(mode(&at(&copy, Access::Read).unwrap()), "delete");
        assert_eq!(mode(&at(&copy, Access::Write).unwrap()), "wal");
    }
}
