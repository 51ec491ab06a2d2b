//! Opening a shop in a cluster, and how its writes get into the log.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::limits::Limit;
use uuid::Uuid;

use super::address::Address;
use super::change::{Body, Change, Kind, Position};
use super::http::Nodes;
use super::log::{Appended, Entry, Log};
use super::recorder::Recorder;
use super::replica::{Guard, install, lock, open_copy, play, position_of, set_position, unmark};
use super::rqlite::Rqlite;
use crate::domain::finding::Finding;
use crate::scratch::{Scratch, folder_of};
use crate::store::connection::Access;
use crate::store::copy::{free_name, vacuum_into};
use crate::store::error::StoreError;
use crate::store::file::find_or_create;
use crate::store::identity::{SCHEMA, SCHEMA_VERSION, refuse_newer, version_of};
use crate::store::migrate::bring_up_to_date;
use crate::store::open::Store;
use crate::store::schema::tables;

/// How long the first in the queue may take before others take it for dead.
const DEAD: Duration = Duration::from_secs(3);
/// How long to wait for each machine that is before this one.
const TURN: Duration = Duration::from_millis(5);

/// A shop in a cluster, as a command line names it.
#[derive(Debug)]
pub struct Shop<'a> {
    pub address: &'a Address,
    /// The certificates that sign those of the nodes.
    pub ca: Option<&'a Path>,
    /// The folder of the replicas.
    pub folder: &'a Path,
    /// Whether the replica is read as it is, without asking the cluster.
    pub is_stale: bool,
}

impl Shop<'_> {
    /// Returns the path of this machine's replica.
    pub fn replica(&self) -> PathBuf {
        self.folder.join(self.address.replica_name())
    }

    /// Returns when the replica was last brought up to date, in milliseconds since 1970, if that is known.
    pub fn last_caught_up(&self) -> Option<i64> {
        let lock = fs::metadata(lock_of(&self.replica())).ok()?;
        Some(lock.mtime() * 1000 + lock.mtime_nsec() / 1_000_000)
    }

    fn cluster(&self, wait: Duration) -> Result<Cluster, StoreError> {
        let nodes = Nodes::of(self.address, self.ca, wait)?;
        Ok(Cluster::of(Box::new(Rqlite::of(nodes, self.address.shop.clone())), self.replica(), wait))
    }

    /// Puts a whole file into the cluster, as a new shop.
    ///
    /// # Errors
    /// The shop is there already ([`StoreError::Exists`]); the cluster cannot be reached.
    pub fn seed(&self, file: &Path, wait: Duration) -> Result<(), StoreError> {
        let mut change = whole_file(file)?;
        self.cluster(wait)?.seed(&mut change)
    }

    /// Returns whether the cluster has the shop.
    pub fn is_there(&self, wait: Duration) -> Result<bool, StoreError> {
        let (entries, _) = self.cluster(wait)?.log.changes_from(0).map_err(|error| error.of_read())?;
        Ok(!entries.is_empty())
    }
}

/// The log of a shop, and what keeps this machine's replica like it.
#[derive(Debug)]
pub struct Cluster {
    log: Box<dyn Log + Send>,
    recorder: Recorder,
    guard: Guard,
    replica: PathBuf,
    wait: Duration,
    /// When the transaction that is underway was tried first.
    since: Option<Instant>,
    /// Whether something is in the log that this machine could not write into its replica.
    is_behind: bool,
    /// The copy of an older file, where a migration left one.
    migration_backup: Option<PathBuf>,
}

impl Store {
    /// Opens a shop in a cluster: brings this machine's replica up to date, and opens it.
    ///
    /// # Errors
    /// The cluster cannot be reached, does not have the shop, or is not the one of the replica.
    pub fn open_shop(shop: &Shop<'_>, access: Access, wait: Duration) -> Result<Store, StoreError> {
        let mut cluster = shop.cluster(wait)?;
        let replica = shop.replica();
        if shop.is_stale {
            return Store::open_with(&replica, access, wait, |_| Ok(()));
        }
        make_private_folder(shop.folder)?;
        let mut is_created = false;
        if !replica.exists() {
            // Nothing is left behind of a shop that is not there.
            let (entries, _) = cluster.log.changes_from(0).map_err(|error| error.of_read())?;
            if entries.is_empty() {
                if access != Access::Create {
                    return Err(StoreError::Missing);
                }
                is_created = cluster.create()?;
            }
            let _lock = cluster.lock()?;
            find_or_create(&replica, Access::Create)?;
        }
        let store = Store::open_with(&replica, access, wait, |connection| {
            cluster.guard.attach(connection)?;
            cluster.catch_up(connection)?;
            if matches!(access, Access::Write | Access::Create) {
                cluster.migrate(connection)?;
                cluster.recorder.attach(connection)?;
            }
            Ok(())
        })?;
        let migration_backup = cluster.migration_backup.take();
        Ok(store.of_cluster(cluster, is_created, migration_backup))
    }

    /// Returns whether the last change is in the cluster, but not in this machine's replica: the next command brings it there.
    pub fn is_behind(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| cluster.is_behind)
    }

    /// Finds what this machine's replica has that its log does not have, or has in another way.
    ///
    /// # Errors
    /// The cluster cannot be reached, or there is no room to play its log in again.
    pub fn differences_from_log(&mut self) -> Result<Vec<Finding>, StoreError> {
        match &mut self.cluster {
            Some(cluster) => cluster.differences(&self.connection),
            None => Ok(Vec::new()),
        }
    }

    /// Puts the shop's whole file into its log, in place of all changes before.
    ///
    /// # Errors
    /// The cluster cannot be reached, or others keep changing the shop.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        match &mut self.cluster {
            Some(cluster) => cluster.replace(&mut self.connection, |_| Ok(true)).map(drop),
            None => Ok(()),
        }
    }
}

/// The end of a transaction on a replica.
pub enum Ending {
    /// It is in the log, and in the replica unless that failed.
    In,
    /// Another machine was first.
    Overtaken,
}

impl Cluster {
    fn of(log: Box<dyn Log + Send>, replica: PathBuf, wait: Duration) -> Cluster {
        Cluster {
            log,
            recorder: Recorder::default(),
            guard: Guard::default(),
            replica,
            wait,
            since: None,
            is_behind: false,
            migration_backup: None,
        }
    }

    fn lock(&self) -> Result<File, StoreError> {
        lock(&lock_of(&self.replica), self.wait)
    }

    fn scratch(&self) -> io::Result<Scratch> {
        Scratch::new_in(folder_of(&self.replica))
    }

    /// Puts an empty orders file into the log; returns whether this program was the first.
    fn create(&mut self) -> Result<bool, StoreError> {
        let file = self.scratch()?;
        open_copy(file.path())?.execute_batch(SCHEMA)?;
        match self.seed(&mut whole_file(file.path())?) {
            Ok(()) => Ok(true),
            Err(StoreError::Exists) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn seed(&mut self, change: &mut Change) -> Result<(), StoreError> {
        self.log.begin().map_err(|error| error.of_read())?;
        match self.log.append(None, Uuid::new_v4(), change).map_err(|error| error.of_write())? {
            Appended::Mine => Ok(()),
            Appended::Not => Err(StoreError::Exists),
        }
    }

    /// Brings the replica up to the newest version, as of when this was called. Returns whether it was not.
    pub fn catch_up(&mut self, connection: &mut Connection) -> Result<bool, StoreError> {
        let only_reads: bool = connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
        connection.pragma_update(None, "query_only", false)?;
        // What the replica loses in a power cut is in the log.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let caught_up = self.play_until(connection, i64::MAX);
        connection.pragma_update(None, "query_only", only_reads)?;
        if caught_up.is_ok() {
            touch(&lock_of(&self.replica));
        }
        caught_up
    }

    /// Plays in what the log has, up to a version. Returns whether there was anything.
    fn play_until(&mut self, connection: &mut Connection, last: i64) -> Result<bool, StoreError> {
        let mut is_changed = false;
        let mut lacking = None;
        loop {
            let mine = position_of(connection)?;
            let version = mine.map_or(0, |mine| mine.version);
            let (entries, is_more) = self.log.changes_from(version).map_err(|error| error.of_read())?;
            let mut entries = following(mine, entries)?;
            entries.retain(|entry| entry.position.version <= last);
            let Some(newest) = entries.last().map(|entry| entry.position.version) else { return Ok(is_changed) };
            let mut changes = Vec::new();
            for entry in entries {
                let Some(body) = self.log.body(&entry).map_err(|error| error.of_read())? else {
                    // A newer whole file takes its place, unless the log is damaged.
                    if lacking.replace(entry.position) == Some(entry.position) {
                        let problem = format!("has lost the content of version {}", entry.position.version);
                        return Err(StoreError::Refused(problem));
                    }
                    break;
                };
                changes.push((entry, body));
            }
            is_changed |= !changes.is_empty();
            if changes.first().is_some_and(|(entry, _)| entry.kind == Kind::File) {
                let (entry, body) = changes.remove(0);
                self.install(connection, &entry, body)?;
            }
            if !changes.is_empty() {
                play(connection, &self.guard, &mut changes)?;
            }
            if !is_more && position_of(connection)?.is_some_and(|now| now.version >= newest) {
                return Ok(is_changed);
            }
        }
    }

    /// Puts a whole file in the place of the replica, unless another program of this machine has done it.
    fn install(&self, connection: &mut Connection, entry: &Entry, mut body: Body) -> Result<(), StoreError> {
        refuse_newer(entry.schema)?;
        let mut file = self.scratch()?;
        io::copy(&mut body.inflated()?, file.file_mut())?;
        let _lock = self.lock()?;
        if position_of(connection)?.is_none_or(|now| now.version < entry.position.version) {
            install(connection, file.path(), entry.position, self.wait)?;
        }
        Ok(())
    }

    /// Waits for its turn where other machines wait for theirs.
    pub fn begin_writing(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        self.recorder.stop();
        self.since.get_or_insert_with(Instant::now);
        if self.log.is_crowded() {
            self.wait_for_turn()?;
            self.catch_up(connection)?;
        }
        Ok(())
    }

    /// Records what the transaction does from here on.
    pub fn record(&self) {
        self.recorder.begin();
    }

    /// Puts what was recorded into the log, and notes it in the replica; `rows` is how many rows were changed. The transaction is then to be
    /// committed.
    pub fn append(&mut self, transaction: &Connection, rows: u64) -> Result<Ending, StoreError> {
        let body = self.recorder.end()?;
        let after = position_of(transaction)?.ok_or(StoreError::Replaced)?;
        let mine = Position { version: after.version + 1, id: Uuid::new_v4() };
        set_position(transaction, mine)?;
        let mut change = Change { kind: Kind::Change, schema: SCHEMA_VERSION, rows, body };
        match self.log.append(Some(after), mine.id, &mut change).map_err(|error| error.of_write())? {
            Appended::Mine => Ok(Ending::In),
            Appended::Not => Ok(Ending::Overtaken),
        }
    }

    /// Ends a write that is in the log.
    pub fn end_writing(&mut self, is_in_replica: bool) {
        self.since = None;
        self.is_behind = !is_in_replica;
    }

    /// Gets ready to decide again: waits for this machine's turn, and brings the replica up to date.
    ///
    /// # Errors
    /// Others kept changing the shop for longer than `--wait`.
    pub fn decide_again(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        self.ensure_time()?;
        self.wait_for_turn()?;
        self.catch_up(connection)?;
        Ok(())
    }

    /// Makes sure that a refusal was decided on the newest facts. Returns whether there are newer ones.
    pub fn confirm_refusal(&mut self, connection: &mut Connection) -> Result<bool, StoreError> {
        let is_changed = self.catch_up(connection)?;
        if is_changed && self.ensure_time().is_ok() {
            return Ok(true);
        }
        self.log.leave_queue();
        self.since = None;
        Ok(false)
    }

    /// # Errors
    /// The time is over.
    fn ensure_time(&mut self) -> Result<(), StoreError> {
        if self.since.is_none_or(|since| since.elapsed() < self.wait) {
            return Ok(());
        }
        self.log.leave_queue();
        self.since = None;
        Err(StoreError::Busy)
    }

    /// Waits in the queue of those who lost a race. Without the queue, waiting is less fair, and nothing else.
    fn wait_for_turn(&mut self) -> Result<(), StoreError> {
        let (mut first, mut seen) = (None, Instant::now());
        while let Ok(Some((before, head))) = self.log.place_in_queue()
            && before > 0
        {
            self.ensure_time()?;
            if first != Some(head) {
                (first, seen) = (Some(head), Instant::now());
            } else if seen.elapsed() > DEAD {
                let _ = self.log.remove_from_queue(head);
            }
            std::thread::sleep(TURN * u32::try_from(before.min(20)).unwrap_or(20));
        }
        Ok(())
    }

    /// Brings an older shop up to the current schema, as a whole file.
    fn migrate(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        if version_of(connection)? >= SCHEMA_VERSION {
            return Ok(());
        }
        let old = self.scratch()?;
        copy_into(connection, old.path())?;
        unmark(&open_copy(old.path())?)?;
        let version = version_of(connection)?;
        let is_migrated = self.replace(connection, |copy| {
            if version_of(copy)? >= SCHEMA_VERSION {
                return Ok(false);
            }
            let transaction = copy.transaction()?;
            bring_up_to_date(&transaction)?;
            transaction.commit()?;
            Ok(true)
        })?;
        if is_migrated {
            let backup = free_name(&self.replica, &format!("v{version}"));
            old.persist(&backup)?;
            self.migration_backup = Some(backup);
        }
        Ok(())
    }

    /// Overwrites what was deleted: replicas get the whole file anew, and the log forgets all changes before.
    pub fn overwrite(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        self.replace(connection, |copy| {
            copy.execute_batch("DELETE FROM to_overwrite; VACUUM")?;
            Ok(true)
        })?;
        Ok(())
    }

    /// Puts a whole file into the log: a copy of the newest, changed by `change`, which may find that there is nothing to do. Returns
    /// whether it did.
    fn replace(
        &mut self,
        connection: &mut Connection,
        change: impl Fn(&mut Connection) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        self.since = Some(Instant::now());
        loop {
            self.catch_up(connection)?;
            let file = self.scratch()?;
            copy_into(connection, file.path())?;
            let mut copy = open_copy(file.path())?;
            let after = unmark(&copy)?;
            if !change(&mut copy)? {
                self.since = None;
                return Ok(false);
            }
            drop(copy);
            let id = Uuid::new_v4();
            let appended = self.log.append(after, id, &mut whole_file(file.path())?);
            if appended.map_err(|error| error.of_write())? == Appended::Mine {
                self.end_writing(true);
                // Its own replica gets the file like every other.
                return self.catch_up(connection).map(|_| true);
            }
            self.decide_again(connection)?;
        }
    }

    /// Plays the log in again from its last whole file, and compares.
    fn differences(&mut self, replica: &Connection) -> Result<Vec<Finding>, StoreError> {
        let file = self.scratch()?;
        let mut again = open_copy(file.path())?;
        crate::store::search::register(&again)?;
        self.guard.attach(&mut again)?;
        let finding = |subject: &str, problem: String| Finding {
            code: "replica".to_owned(),
            subject: subject.to_owned(),
            problem,
        };
        // All of it is of one moment.
        let replica = replica.unchecked_transaction()?;
        let mine = position_of(&replica)?;
        match self.play_until(&mut again, mine.map_or(0, |mine| mine.version)) {
            Ok(_) => {}
            Err(StoreError::Differs(problem)) => return Ok(vec![finding("the log", problem)]),
            Err(error) => return Err(error),
        }
        if position_of(&again)? != mine {
            // A newer whole file has taken the place of the changes meanwhile.
            return Ok(Vec::new());
        }
        let mut findings = Vec::new();
        for table in tables()? {
            if digest(&replica, &table)? != digest(&again, &table)? {
                findings.push(finding(
                    &table,
                    "differs from the log: this machine's replica was changed otherwise".to_owned(),
                ));
            }
        }
        Ok(findings)
    }
}

/// Returns what follows a replica's version in the log.
///
/// # Errors
/// The log is another one than the replica's, or was restored; the shop is not there.
fn following(mine: Option<Position>, entries: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
    let mut entries = entries.into_iter().peekable();
    if let Some(mine) = mine {
        let is_mine = entries.next().is_some_and(|entry| entry.position == mine);
        if !is_mine {
            return Err(StoreError::OtherLog);
        }
    }
    let next = mine.map_or(1, |mine| mine.version + 1);
    match entries.peek() {
        None if mine.is_none() => Err(StoreError::Missing),
        Some(entry) if entry.kind != Kind::File && (mine.is_none() || entry.position.version != next) => {
            Err(StoreError::OtherLog)
        }
        _ => Ok(entries.collect()),
    }
}

/// Makes an ordinary orders file of the copy of a replica; any other file stays as it is.
pub fn make_ordinary(copy: &Path) -> Result<(), StoreError> {
    unmark(&open_copy(copy)?).map(drop)
}

/// Returns the file that programs lock to put whole files into a replica. Its time is that of the last catching up.
fn lock_of(replica: &Path) -> PathBuf {
    replica.with_extension("lock")
}

/// Gives a file the present as its time. Where that fails, an age is told wrongly, and nothing else.
fn touch(path: &Path) {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let _ = utimensat(CWD, path, &Timestamps { last_access: now, last_modification: now }, AtFlags::empty());
}

/// Makes a version of a whole file.
#[expect(clippy::disallowed_methods, reason = "it is a copy, which no connection has open by now")]
fn whole_file(path: &Path) -> Result<Change, StoreError> {
    let schema = version_of(&open_copy(path)?)?;
    Ok(Change { kind: Kind::File, schema, rows: 0, body: Body::deflated(File::open(path)?)? })
}

/// Copies a file as it is at one moment into an empty one.
fn copy_into(connection: &Connection, copy: &Path) -> Result<(), StoreError> {
    let most = connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
    let copied = vacuum_into(connection, copy);
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, most)?;
    copied
}

/// Returns a hash of all rows of a table, in the order of its key.
fn digest(connection: &Connection, table: &str) -> Result<Vec<u8>, StoreError> {
    use sha2::{Digest as _, Sha256};
    // The name comes from our own schema.
    let order = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk");
    let key: Vec<String> = connection.prepare(&order)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let key: Vec<String> = key.iter().map(|column| format!("\"{column}\"")).collect();
    let mut statement = connection.prepare(&format!("SELECT * FROM main.\"{table}\" ORDER BY {}", key.join(", ")))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut hash = Sha256::new();
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            hash.update(format!("{:?};", row.get_ref(column)?));
        }
    }
    Ok(hash.finalize().to_vec())
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
