//! This machine's replica: an orders file with a mark, and the version that it is of.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Statement, params_from_iter};
use uuid::Uuid;

use super::change::{Body, Kind, Position};
use super::log::Entry;
use crate::store::connection::{Access, RETRY, set_up, switch_to_wal};
use crate::store::error::StoreError;
use crate::store::identity::{APPLICATION_ID, Identity, REPLICA_ID, ensure_ours, refuse_newer};
use crate::store::integrity::damage;
use crate::store::schema::tables;
use crate::store::transaction::begin;

/// The table that holds the version of a replica. No orders file has it.
const MARK: &str = "CREATE TABLE replica (
    pk      INTEGER PRIMARY KEY CHECK (pk = 1),
    version INTEGER NOT NULL,
    id      TEXT NOT NULL
) STRICT";

/// The longest value that a change may make (64 MiB): no change holds a longer one.
const LENGTH: i32 = 1 << 26;

/// How many statements of a log are kept prepared.
const PREPARED: usize = 64;

/// Returns the version that a replica is of; `None` if it is new, or its shop is.
pub fn position_of(connection: &Connection) -> Result<Option<Position>, StoreError> {
    let identity = Identity::of(connection)?;
    if identity.is_blank() {
        return Ok(None);
    }
    ensure_ours(&identity)?;
    if !identity.is_replica() {
        return Err(StoreError::NotOurs("is an orders file, not a replica of a cluster"));
    }
    let position = connection.prepare_cached("SELECT version, id FROM replica WHERE pk = 1")?.query_row([], |row| {
        let id: String = row.get(1)?;
        Ok((row.get(0)?, id))
    });
    let (version, id) = position.optional()?.ok_or(StoreError::NotOurs("is a replica without a version"))?;
    let id = Uuid::try_parse(&id).map_err(|_| StoreError::NotOurs("is a replica without a version"))?;
    let position = Position { version, id };
    Ok((position != Position::BEFORE_ALL).then_some(position))
}

/// Notes the version that a replica is of.
pub fn set_position(connection: &Connection, position: Position) -> Result<(), StoreError> {
    let sql = "INSERT INTO replica (pk, version, id) VALUES (1, ?1, ?2)
               ON CONFLICT (pk) DO UPDATE SET version = excluded.version, id = excluded.id";
    connection.prepare_cached(sql)?.execute((position.version, position.id.to_string()))?;
    Ok(())
}

/// Opens a temporary copy, which nobody else uses, and which need not survive a power cut.
pub fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    let mut copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&mut copy, Access::Write, Duration::ZERO)?;
    copy.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    copy.pragma_update(None, "synchronous", "OFF")?;
    Ok(copy)
}

/// Makes an ordinary orders file of a copy of a replica. Returns the version that it was of.
pub fn unmark(copy: &Connection) -> Result<Option<Position>, StoreError> {
    if !Identity::of(copy)?.is_replica() {
        return Ok(None);
    }
    let position = position_of(copy)?;
    copy.execute_batch("DROP TABLE replica")?;
    copy.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(position)
}

/// Replaces the content of a replica by that of a whole file, in one transaction.
pub fn install(connection: &mut Connection, file: &Path, position: Position, wait: Duration) -> Result<(), StoreError> {
    let mut source = open_copy(file)?;
    let identity = Identity::of(&source)?;
    ensure_ours(&identity)?;
    if let Some(damage) = damage(&source)?.into_iter().next() {
        return Err(StoreError::Damaged(format!("version {}: {}", position.version, damage.problem)));
    }
    unmark(&source)?;
    let marked = source.transaction()?;
    marked.execute_batch(MARK)?;
    set_position(&marked, position)?;
    marked.pragma_update(None, "application_id", REPLICA_ID)?;
    marked.commit()?;
    switch_to_wal(connection, wait)?;
    let started = Instant::now();
    let backup = Backup::new(&source, connection)?;
    loop {
        match backup.step(-1)? {
            StepResult::Done => break,
            _ if started.elapsed() >= wait => return Err(StoreError::Busy),
            _ => std::thread::sleep(RETRY),
        }
    }
    drop(backup);
    // The old content should not stay in the write-ahead log. A reader may delay that.
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    Ok(())
}

/// Lets only one program at a time put whole files into a replica.
pub fn lock(path: &Path, wait: Duration) -> Result<File, StoreError> {
    #[expect(clippy::disallowed_methods, reason = "SQLite never opens it")]
    let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if started.elapsed() < wait => std::thread::sleep(RETRY),
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

/// While the flag is set, allows a connection only what changes from the log may do: insert, update and delete rows of
/// the tables of an orders file.
fn guard(connection: &mut Connection, is_replaying: Arc<AtomicBool>) -> Result<(), StoreError> {
    let tables = tables()?;
    let authorize = move |context: AuthContext<'_>| match is_replaying.load(Ordering::Relaxed) {
        true if !may(&context.action, &tables) => Authorization::Deny,
        _ => Authorization::Allow,
    };
    Ok(connection.authorizer(Some(authorize))?)
}

fn may(action: &AuthAction<'_>, tables: &[String]) -> bool {
    let is_ours = |table: &str| tables.iter().any(|ours| ours.eq_ignore_ascii_case(table));
    match action {
        AuthAction::Insert { table_name }
        | AuthAction::Delete { table_name }
        | AuthAction::Update { table_name, .. } => is_ours(table_name),
        AuthAction::Read { table_name, .. } => is_ours(table_name) || *table_name == "json_each",
        AuthAction::Select | AuthAction::Function { .. } => true,
        // Among others, a recursive query, which need not end.
        _ => false,
    }
}

/// Plays changes into a replica, in one transaction. Stops early if the replica is no longer the one that they follow.
pub fn play(connection: &mut Connection, changes: &mut [(Entry, Body)]) -> Result<(), StoreError> {
    let is_replaying = Arc::new(AtomicBool::new(false));
    guard(connection, Arc::clone(&is_replaying))?;
    let length = connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LENGTH)?;
    let played = play_guarded(connection, &is_replaying, changes);
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, length)?;
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    played
}

fn play_guarded(
    connection: &mut Connection,
    is_replaying: &AtomicBool,
    changes: &mut [(Entry, Body)],
) -> Result<(), StoreError> {
    let transaction = begin(connection)?;
    let mut position = position_of(&transaction)?;
    // Not those of the connection: this program may do more than a log.
    let mut prepared: HashMap<String, Statement<'_>> = HashMap::new();
    for (entry, body) in changes {
        if prepared.len() > PREPARED {
            prepared.clear();
        }
        let version = entry.position.version;
        let at = position.map_or(0, |position| position.version);
        // Another program of this machine may have been first.
        if version <= at {
            continue;
        }
        if version != at + 1 || entry.kind != Kind::Change {
            break;
        }
        refuse_newer(entry.schema)?;
        let before = transaction.total_changes();
        is_replaying.store(true, Ordering::Relaxed);
        let replayed = body.statements(|sql, values| {
            if !prepared.contains_key(sql) {
                prepared.insert(sql.to_owned(), transaction.prepare(sql)?);
            }
            let statement = prepared.get_mut(sql).expect("it is there or has just been put there");
            let mut rows = statement.query(params_from_iter(values))?;
            while rows.next()?.is_some() {}
            Ok::<(), StoreError>(())
        });
        is_replaying.store(false, Ordering::Relaxed);
        replayed.map_err(|error| of_replay(version, error))?;
        let rows = transaction.total_changes() - before;
        if rows != entry.rows {
            let problem = format!("version {version} changed {} rows where it was made, and {rows} here", entry.rows);
            return Err(StoreError::Differs(problem));
        }
        position = Some(entry.position);
    }
    drop(prepared);
    if let Some(position) = position {
        set_position(&transaction, position)?;
    }
    Ok(transaction.commit()?)
}

/// Makes the error of a change that cannot be played in: this replica differs, unless something else failed.
fn of_replay(version: i64, error: StoreError) -> StoreError {
    match error {
        StoreError::Sqlite(error) => StoreError::Differs(format!("version {version} cannot be played in: {error}")),
        error => error,
    }
}
