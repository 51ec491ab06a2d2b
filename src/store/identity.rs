//! What makes a file ours: its mark, its version and its schema.

use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rusqlite::Connection;

use super::error::StoreError;
use super::locked::PlainFile;
use super::side_files::{has_beside, was_empty};

/// Marks a file as ours: "ORDR". The same number stands in `schema.sql`.
pub(super) const APPLICATION_ID: i32 = 0x4F52_4452;
/// Marks a replica of a cluster: "ORDC". All else is as in an orders file.
pub(super) const REPLICA_ID: i32 = 0x4F52_4443;
/// The version of the schema. The same number stands in `schema.sql`.
pub(crate) const SCHEMA_VERSION: i32 = 6;
/// The whole current schema.
pub(super) const SCHEMA: &str = include_str!("../../schema.sql");

/// What a file says about itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    application_id: i32,
    pub(super) version: i32,
    is_empty: bool,
}

impl Identity {
    /// Reads it in one statement, so that all of it is of one moment.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Identity> {
        let sql = "SELECT application_id, user_version, NOT EXISTS (SELECT 1 FROM sqlite_schema) AS is_empty
                   FROM pragma_application_id, pragma_user_version";
        connection.query_row(sql, [], |row| {
            Ok(Identity {
                application_id: row.get("application_id")?,
                version: row.get("user_version")?,
                is_empty: row.get("is_empty")?,
            })
        })
    }

    /// Returns whether it is a replica of a cluster, which only its log may change.
    pub(super) fn is_replica(&self) -> bool {
        self.application_id == REPLICA_ID
    }

    /// Returns whether the file has neither tables nor a mark: creating it was interrupted.
    pub(super) fn is_blank(&self) -> bool {
        self.is_empty && self.application_id == 0 && self.version == 0
    }
}

/// Refuses a foreign file by its first bytes, before SQLite touches it or its side files.
pub(super) fn refuse_strange_header(path: &Path) -> Result<(), StoreError> {
    const PAGE: u64 = 4096;
    let mut header = [0; 100];
    let file = PlainFile::open(path)?;
    let length = file.file().metadata()?.len();
    if length == 0 {
        return Ok(());
    }
    match file.file().read_exact_at(&mut header, 0) {
        Ok(()) if header.starts_with(b"SQLite format 3\0") => {}
        // A power cut came before the very first page was written: the journal rolls it back.
        Ok(()) if length <= PAGE && was_empty(path)? => return Ok(()),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
        _ => return Err(StoreError::NotOurs("is not an orders file")),
    }
    let number = |at: usize| i32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    // A new file may have its mark and its tables in the log only. A power cut may leave the tables in the file but the first
    // page, which has the mark, in the log.
    let is_empty = length <= PAGE || has_beside(path, "-wal");
    let identity = Identity { application_id: number(68), version: number(60), is_empty };
    if identity.is_blank() { Ok(()) } else { ensure_ours(&identity) }
}

/// Refuses a file of another program, or of a newer version of this one.
pub(super) fn ensure_ours(identity: &Identity) -> Result<(), StoreError> {
    if !matches!(identity.application_id, APPLICATION_ID | REPLICA_ID) || identity.version < 1 {
        return Err(StoreError::NotOurs("is a database of another program"));
    }
    refuse_newer(identity.version)
}

/// Refuses a file of a newer version of this program.
pub(super) fn refuse_newer(version: i32) -> Result<(), StoreError> {
    if version <= SCHEMA_VERSION {
        return Ok(());
    }
    let problem = format!("is of a newer version ({version}; this program knows {SCHEMA_VERSION}): update orders");
    Err(StoreError::Newer(problem))
}

/// Returns the version of a file's schema.
pub(super) fn version_of(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
