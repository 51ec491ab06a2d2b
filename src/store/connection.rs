//! How a connection to a file is set up.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;

use super::error::StoreError;
use super::sql_functions;

/// How long the last program to close the file may take to remove its side files: it syncs the file first, which takes a busy
/// disk seconds.
pub(super) const CLOSING: Duration = Duration::from_secs(5);

/// How long a reader may hold the lock of writers: SQLite takes it briefly when a reader meets a half-written log header.
pub(super) const READING_AGAIN: Duration = Duration::from_millis(200);

/// How long to sleep between two tries for a lock: a sixteenth of the time waited so far, within these bounds.
const SHORTEST_NAP: Duration = Duration::from_micros(500);
const LONGEST_NAP: Duration = Duration::from_millis(10);

/// How long to sleep before looking again.
pub(super) const RETRY: Duration = Duration::from_millis(10);

/// Returns how long to wait for writers: `--wait`, but long enough for a reader that holds their lock briefly.
pub(super) fn patience(wait: Duration) -> Duration {
    wait.max(READING_AGAIN)
}

/// Makes SQLite wait up to `patience` for a lock. Its own timeout soon sleeps 25 ms and more between two tries, but most writers
/// need only 2 ms: many programs would sleep while the lock is free.
pub(super) fn set_patience(connection: &mut Connection, patience: Duration) -> rusqlite::Result<()> {
    let mut began = Instant::now();
    connection.busy_handler(Some(move |tries| {
        if tries == 0 {
            began = Instant::now();
        }
        let waited = began.elapsed();
        let nap = (waited / 16).clamp(SHORTEST_NAP, LONGEST_NAP);
        std::thread::sleep(nap.min(patience.saturating_sub(waited)));
        waited < patience
    }))
}

/// What a command does with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads only.
    Read,
    /// Reads only, and sorts long lists in temporary files, which SQLite makes private and unlinks.
    Survey,
    /// Reads an existing file, and may attach the new file that a backup goes to.
    BackUp,
    /// Reads and writes an existing file, and rolls back.
    DryRun,
    /// Reads and writes an existing file.
    Write,
    /// Reads and writes, and creates a missing file.
    Create,
}

impl Access {
    /// Returns whether it changes nothing, not even to roll it back.
    pub fn only_reads(self) -> bool {
        matches!(self, Access::Read | Access::Survey)
    }

    /// Returns whether what it writes may stay.
    pub(super) fn commits(self) -> bool {
        matches!(self, Access::Write | Access::Create)
    }

    /// Returns whether a replica of a cluster may be opened for it without the cluster.
    pub fn fits_replica(self) -> bool {
        self.only_reads() || self == Access::BackUp
    }
}

/// SQLite's page cache, in KiB. With the default of 2 MB, an import reads and writes the same pages of the log again and
/// again. With this, an import of a million orders stays below 32 MiB in all.
pub const CACHE_KIB: i64 = 15_360;

/// Sets a connection up before anything is read or written through it.
pub(super) fn set_up(connection: &mut Connection, access: Access, wait: Duration) -> rusqlite::Result<()> {
    // The busy handler comes first, so that everything below waits too. The last program to close the file, reader or
    // writer, locks all others out for a moment; opening the file never fails because of that, however short the
    // patience with writers is.
    set_patience(connection, wait.max(CLOSING))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // Until the file is known to be ours, its log is left as it is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Without this SQLite prepares a statement with a range again for every value bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, i32::from(access == Access::BackUp))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cell_size_check", true)?;
    let temporary = if access == Access::Survey { "FILE" } else { "MEMORY" };
    connection.pragma_update(None, "temp_store", temporary)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // A memory map would turn an I/O error into a signal.
    connection.pragma_update(None, "mmap_size", 0)?;
    if access.only_reads() {
        connection.pragma_update(None, "query_only", true)?;
    }
    sql_functions::register(connection)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Switches a new file, or a restored backup, to WAL. SQLite itself does not wait for the lock that this needs.
pub(super) fn switch_to_wal(connection: &Connection, wait: Duration) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        if mode == "wal" {
            return Ok(());
        }
        let switched = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match switched.map_err(StoreError::from) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                return Err(StoreError::refused(format!("cannot be switched to a write-ahead log (is {mode})")));
            }
            Err(StoreError::Busy) if started.elapsed() < wait => {
                std::thread::sleep(RETRY);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Returns the version of the SQLite inside the program.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}
