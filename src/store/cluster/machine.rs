//! What this machine does with the log of a shop: it keeps its replica up to date, and appends its own transactions.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use uuid::Uuid;

use super::change::{Body, Change, Kind, Position};
use super::log::{Appended, Entry, Log, QueuedTicket};
use super::recorder::Recorder;
use super::replica::{install, lock, play, position_of, set_position};
use crate::scratch::{Scratch, folder_of};
use crate::store::error::StoreError;
use crate::store::identity::{SCHEMA_VERSION, refuse_newer};

/// How long somebody in the queue may show no life before others take it for dead.
const DEAD: Duration = Duration::from_secs(3);
/// How many races may be lost before `--wait` bounds them.
const RACES: u32 = 3;
/// How long to wait for each machine that is before this one.
const TURN: Duration = Duration::from_millis(5);

/// The log of a shop, with this machine's replica of it.
#[derive(Debug)]
pub struct Cluster {
    pub(super) log: Box<dyn Log + Send>,
    pub(super) recorder: Recorder,
    pub(super) replica: PathBuf,
    pub(super) wait: Duration,
    /// When the transaction that is underway lost its first race, and how many it has lost.
    lost: Option<(Instant, u32)>,
    /// Whether the log has a change that this machine could not write into its replica.
    pub(super) is_behind: bool,
    /// How many rows the connection had changed when the recording began.
    changes_before: u64,
    /// Whether a write may be the first of a new shop.
    pub(super) may_begin: bool,
    /// Whether one was.
    pub(super) has_begun: bool,
}

impl Cluster {
    pub(super) fn of(log: Box<dyn Log + Send>, replica: PathBuf, wait: Duration) -> Cluster {
        Cluster {
            log,
            recorder: Recorder::default(),
            replica,
            wait,
            lost: None,
            is_behind: false,
            changes_before: 0,
            may_begin: false,
            has_begun: false,
        }
    }

    pub(super) fn lock(&self) -> Result<File, StoreError> {
        lock(&lock_of(&self.replica), self.wait)
    }

    pub(super) fn scratch(&self) -> io::Result<Scratch> {
        Scratch::new_in(folder_of(&self.replica))
    }

    /// Brings the replica up to the newest version as of this call. Returns whether it was behind.
    pub fn catch_up(&mut self, connection: &mut Connection) -> Result<bool, StoreError> {
        // What comes from the log is not recorded.
        self.recorder.stop();
        let only_reads: bool = connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
        connection.pragma_update(None, "query_only", false)?;
        // What the replica loses in a power cut is in the log.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let caught_up = match self.play_until(connection, i64::MAX) {
            Err(StoreError::Missing) if self.may_begin => self.stand_in(connection).map(|()| false),
            caught_up => caught_up,
        };
        connection.pragma_update(None, "query_only", only_reads)?;
        if caught_up.is_ok() {
            touch(&lock_of(&self.replica));
        }
        caught_up
    }

    /// Plays in the changes of the log up to a version. Returns whether there were any.
    pub(super) fn play_until(&mut self, connection: &mut Connection, last: i64) -> Result<bool, StoreError> {
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
                play(connection, &mut changes)?;
            }
            if !is_more && position_of(connection)?.is_some_and(|now| now.version >= newest) {
                return Ok(is_changed);
            }
        }
    }

    /// Replaces the replica by a whole file, unless another program of this machine has done so.
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

    /// Waits for this machine's turn if other machines wait for theirs, and records what is changed from then on.
    pub fn begin_writing(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        if self.log.is_crowded() {
            self.wait_for_turn()?;
            self.catch_up(connection)?;
        }
        self.changes_before = connection.total_changes();
        self.recorder.begin();
        Ok(())
    }

    /// Appends what a transaction has changed to the log, and notes its version in the replica. The caller then commits the
    /// transaction, unless another machine was first.
    pub fn append(&mut self, transaction: &Connection) -> Result<Appended, StoreError> {
        let body = self.recorder.end()?;
        let rows = transaction.total_changes() - self.changes_before;
        let after = match position_of(transaction)? {
            None if self.may_begin => self.begin_shop()?,
            after => Some(after.ok_or(StoreError::Replaced)?),
        };
        let Some(after) = after else { return Ok(Appended::Not) };
        let mine = Position { version: after.version + 1, id: Uuid::new_v4() };
        set_position(transaction, mine)?;
        let mut change = Change { kind: Kind::Change, schema: SCHEMA_VERSION, rows, body };
        self.log.append(Some(after), mine.id, &mut change).map_err(|error| error.of_write())
    }

    /// Ends a write that is in the log.
    pub fn end_writing(&mut self, is_in_replica: bool) {
        self.lost = None;
        self.is_behind = !is_in_replica;
    }

    /// Gets ready to decide again: waits for this machine's turn, and brings the replica up to date.
    ///
    /// # Errors
    /// Others kept changing the shop for longer than `--wait`.
    pub fn decide_again(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let (since, races) = self.lost.unwrap_or((Instant::now(), 0));
        self.lost = Some((since, races + 1));
        // A slow decision, such as a large import, should not fail for its slowness alone.
        if races >= RACES && since.elapsed() >= self.wait {
            self.lost = None;
            return Err(StoreError::Busy);
        }
        self.wait_for_turn()?;
        self.catch_up(connection)?;
        Ok(())
    }

    /// Makes sure that a refusal was decided on the newest facts. Returns whether there are newer ones.
    pub fn confirm_refusal(&mut self, connection: &mut Connection) -> Result<bool, StoreError> {
        if !self.catch_up(connection)? {
            self.lost = None;
            return Ok(false);
        }
        self.decide_again(connection).map(|()| true)
    }

    /// Waits in the queue of those who lost a race. Without the queue, waiting is less fair, and nothing else.
    fn wait_for_turn(&mut self) -> Result<(), StoreError> {
        let started = Instant::now();
        let mut seen: HashMap<Uuid, (i64, Instant)> = HashMap::new();
        while let Ok(Some(before)) = self.log.before_in_queue()
            && !before.is_empty()
        {
            if started.elapsed() >= self.wait {
                self.lost = None;
                return Err(StoreError::Busy);
            }
            for QueuedTicket { id, beat } in &before {
                let (last, since) = seen.entry(*id).or_insert((*beat, Instant::now()));
                if last != beat {
                    (*last, *since) = (*beat, Instant::now());
                } else if since.elapsed() > DEAD {
                    let _ = self.log.remove_from_queue(*id);
                }
            }
            std::thread::sleep(TURN * u32::try_from(before.len().min(20)).unwrap_or(20));
        }
        Ok(())
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

/// Returns the file that programs lock to put whole files into a replica. Its time is that of the last catch-up.
pub fn lock_of(replica: &Path) -> PathBuf {
    replica.with_extension("lock")
}

/// Sets the time of a file to now. If that fails, only an age is told wrongly.
fn touch(path: &Path) {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let _ = utimensat(CWD, path, &Timestamps { last_access: now, last_modification: now }, AtFlags::empty());
}

#[cfg(test)]
mod tests {
    use super::super::change::tests::packed;
    use super::super::log::tests::MemoryLog;
    use super::super::whole_file::whole_file;
    use super::*;
    use crate::domain::settings::SettingKey;
    use crate::store::commit::tests::CLOCK;
    use crate::store::connection::Access;
    use crate::store::identity::version_of;
    use crate::store::open::Store;
    use crate::store::transaction::Outcome;

    /// A shop in a log, with machines that each have a folder.
    struct Shop {
        folder: tempfile::TempDir,
        log: MemoryLog,
    }

    impl Shop {
        fn new() -> Shop {
            let shop = Shop { folder: tempfile::tempdir().unwrap(), log: MemoryLog::default() };
            let mut cluster = Cluster::of(Box::new(shop.log.clone()), shop.replica("first"), Duration::ZERO);
            cluster.begin_shop().unwrap();
            drop(shop.open("first", Access::Read).unwrap());
            shop
        }

        /// Makes one that an older program made.
        fn of_schema(sql: &str) -> Shop {
            let shop = Shop { folder: tempfile::tempdir().unwrap(), log: MemoryLog::default() };
            let old = shop.folder.path().join("old.db");
            Connection::open(&old).unwrap().execute_batch(sql).unwrap();
            let Change { schema, body, .. } = whole_file(&old).unwrap();
            shop.log.add(Kind::File, schema, 0, body);
            shop
        }

        fn replica(&self, machine: &str) -> PathBuf {
            self.folder.path().join(format!("{machine}.db"))
        }

        fn open(&self, machine: &str, access: Access) -> Result<Store, StoreError> {
            self.open_for(machine, access, Duration::from_secs(1))
        }

        fn open_for(&self, machine: &str, access: Access, wait: Duration) -> Result<Store, StoreError> {
            Store::open_on(Cluster::of(Box::new(self.log.clone()), self.replica(machine), wait), access, wait)
        }

        fn versions(&self) -> usize {
            self.log.state().entries.len()
        }
    }

    fn set(store: &mut Store, name: &str) -> Result<(), StoreError> {
        store.write(Outcome::Commit, CLOCK, |write| write.set_setting(SettingKey::ShopName, Some(name)))
    }

    fn name(store: &Store) -> Option<String> {
        store.read::<_, StoreError>(|read| Ok(read.settings()?.shop_name)).unwrap()
    }

    #[test]
    fn machines_have_the_same_shop() {
        let shop = Shop::new();
        assert!(matches!(
            Shop { folder: tempfile::tempdir().unwrap(), log: MemoryLog::default() }.open("a", Access::Write),
            Err(StoreError::Missing)
        ));
        for number in 0..10 {
            set(&mut shop.open("a", Access::Write).unwrap(), &number.to_string()).unwrap();
        }
        let mut b = shop.open("b", Access::Read).unwrap();
        assert_eq!((name(&b).as_deref(), shop.versions()), (Some("9"), 11));
        assert_eq!(b.differences_from_log().unwrap(), []);
        let mut a = shop.open("a", Access::Create).unwrap();
        set(&mut a, "a").unwrap();
        assert!(!a.has_begun_shop());
    }

    #[test]
    fn a_shop_begins_with_the_first_change_that_succeeds() {
        let shop = Shop { folder: tempfile::tempdir().unwrap(), log: MemoryLog::default() };
        let mut a = shop.open("a", Access::Create).unwrap();
        let refused = a.write::<(), StoreError>(Outcome::Commit, CLOCK, |_| Err(StoreError::Changed("something")));
        a.sync().unwrap();
        assert!(matches!(refused, Err(StoreError::Changed(_))) && shop.versions() == 0, "{refused:?}");
        drop(a);
        for access in [Access::Read, Access::Write] {
            assert!(matches!(shop.open("a", access), Err(StoreError::Missing)), "{access:?}");
        }
        let mut machines = ["a", "b"].map(|machine| shop.open(machine, Access::Create).unwrap());
        set(&mut machines[0], "a").unwrap();
        assert!(matches!(set(&mut machines[1], "b"), Err(StoreError::Overtaken)));
        set(&mut machines[1], "b").unwrap();
        assert_eq!((machines.map(|machine| machine.has_begun_shop()), shop.versions()), ([true, false], 3));
        let mut a = shop.open("a", Access::Read).unwrap();
        assert_eq!(name(&a).as_deref(), Some("b"));
        assert_eq!(a.differences_from_log().unwrap(), []);
    }

    #[test]
    fn a_file_takes_the_place_of_an_empty_shop_only() {
        let shop = Shop::new();
        drop(shop.open("a", Access::Read).unwrap());
        let file = shop.folder.path().join("file.db");
        set(&mut Store::open(&file, Access::Create, Duration::ZERO).unwrap(), "file").unwrap();
        let seed = || {
            let mut cluster = Cluster::of(Box::new(shop.log.clone()), shop.replica("seed"), Duration::ZERO);
            cluster.seed(&mut whole_file(&file).unwrap())
        };
        seed().unwrap();
        assert_eq!(name(&shop.open("a", Access::Read).unwrap()).as_deref(), Some("file"));
        assert!(matches!(seed(), Err(StoreError::Exists)));
        set(&mut shop.open("a", Access::Write).unwrap(), "a").unwrap();
        assert!(matches!(seed(), Err(StoreError::Exists)));
    }

    #[test]
    fn whoever_is_overtaken_decides_again_on_what_came_first() {
        let shop = Shop::new();
        let (mut a, mut b) = (shop.open("a", Access::Write).unwrap(), shop.open("b", Access::Write).unwrap());
        set(&mut b, "b").unwrap();
        assert!(matches!(set(&mut a, "a"), Err(StoreError::Overtaken)));
        assert_eq!(name(&a).as_deref(), Some("b"), "the change that came first is here");
        set(&mut a, "a").unwrap();
        assert_eq!(name(&shop.open("b", Access::Read).unwrap()).as_deref(), Some("a"));
    }

    #[test]
    fn a_refusal_is_decided_on_the_newest_facts() {
        let shop = Shop::new();
        let (mut a, mut b) = (shop.open("a", Access::Write).unwrap(), shop.open("b", Access::Write).unwrap());
        a.sync().unwrap();
        set(&mut b, "b").unwrap();
        assert!(matches!(a.sync(), Err(StoreError::Overtaken)));
        a.sync().unwrap();
        assert_eq!(name(&a).as_deref(), Some("b"));
    }

    #[test]
    fn failures_and_dry_runs_reach_no_log() {
        let shop = Shop::new();
        let mut a = shop.open("a", Access::Write).unwrap();
        let failed = a.write::<(), StoreError>(Outcome::Commit, CLOCK, |write| {
            write.set_setting(SettingKey::ShopName, Some("x"))?;
            Err(StoreError::Changed("something"))
        });
        assert!(failed.is_err());
        a.write::<_, StoreError>(Outcome::RollBack, CLOCK, |write| write.set_setting(SettingKey::ShopName, Some("x")))
            .unwrap();
        assert_eq!((shop.versions(), name(&a)), (1, None));
        set(&mut a, "y").unwrap();
        assert_eq!(name(&shop.open("b", Access::Read).unwrap()).as_deref(), Some("y"));
    }

    #[test]
    fn a_change_without_an_answer_is_unknown_and_comes_back_from_the_log() {
        let shop = Shop::new();
        let mut a = shop.open("a", Access::Write).unwrap();
        shop.log.state().unanswered = 1;
        let error = set(&mut a, "a").unwrap_err();
        assert!(error.is_outcome_unknown() && error.to_string().contains("unknown whether"), "{error}");
        assert_eq!(name(&a), None);
        drop(a);
        assert_eq!(name(&shop.open("a", Access::Read).unwrap()).as_deref(), Some("a"));
    }

    #[test]
    fn a_whole_file_takes_the_place_of_all_changes() {
        let shop = Shop::new();
        let mut a = shop.open("a", Access::Write).unwrap();
        drop(shop.open("late", Access::Read).unwrap());
        set(&mut a, "a").unwrap();
        a.compact().unwrap();
        set(&mut a, "b").unwrap();
        assert!(shop.log.state().entries.iter().map(|entry| entry.body.is_some()).eq([false, false, true, true]));
        for machine in ["a", "late", "new"] {
            let mut store = shop.open(machine, Access::Read).unwrap();
            assert_eq!(name(&store).as_deref(), Some("b"), "{machine}");
            assert_eq!(store.differences_from_log().unwrap(), [], "{machine}");
        }
    }

    #[test]
    fn a_backup_of_a_replica_is_an_ordinary_file() {
        let shop = Shop::new();
        set(&mut shop.open("a", Access::Write).unwrap(), "a").unwrap();
        let copy = shop.folder.path().join("copy.db");
        shop.open("a", Access::BackUp).unwrap().back_up(&copy).unwrap();
        let mut copy = Store::open(&copy, Access::Write, Duration::ZERO).unwrap();
        assert_eq!(copy.read::<_, StoreError>(|read| read.findings()).unwrap(), []);
        set(&mut copy, "b").unwrap();
        assert_eq!(name(&copy).as_deref(), Some("b"));
    }

    #[test]
    fn a_replica_is_changed_through_its_log_only() {
        let shop = Shop::new();
        let replica = shop.replica("first");
        assert!(matches!(Store::open(&replica, Access::Write, Duration::ZERO), Err(StoreError::Refused(_))));
        let plain = Store::open(&replica, Access::Read, Duration::ZERO).unwrap();
        assert_eq!(plain.read::<_, StoreError>(|read| read.findings()).unwrap(), []);
    }

    #[test]
    fn a_replica_that_was_changed_otherwise_is_found() {
        let shop = Shop::new();
        set(&mut shop.open("a", Access::Write).unwrap(), "a").unwrap();
        let other = Connection::open(shop.replica("a")).unwrap();
        other.execute("UPDATE settings SET value = 'other'", []).unwrap();
        let findings = shop.open("a", Access::Read).unwrap().differences_from_log().unwrap();
        assert!(findings.iter().map(|finding| finding.subject.as_str()).eq(["settings"]), "{findings:?}");
        let versions = shop.versions();
        assert!(matches!(shop.open("a", Access::Write).unwrap().compact(), Err(StoreError::Spoilt(_))));
        let copy = shop.folder.path().join("copy.db");
        assert!(matches!(shop.open("a", Access::BackUp).unwrap().back_up(&copy), Err(StoreError::Spoilt(_))));
        assert_eq!(shop.versions(), versions);
        // What others added counts too.
        let other = Connection::open(shop.replica("b")).unwrap();
        drop(shop.open("b", Access::Read).unwrap());
        other.execute_batch("CREATE TRIGGER t AFTER UPDATE ON stock BEGIN DELETE FROM stock; END").unwrap();
        assert!(matches!(shop.open("b", Access::Write).unwrap().compact(), Err(StoreError::Spoilt(_))));
    }

    #[test]
    fn a_replica_of_another_log_is_refused() {
        let (shop, other) = (Shop::new(), Shop::new());
        set(&mut shop.open("a", Access::Write).unwrap(), "a").unwrap();
        for log in [other.log.clone(), MemoryLog::default()] {
            let moved = Cluster::of(Box::new(log), shop.replica("a"), Duration::ZERO);
            let opened = Store::open_on(moved, Access::Read, Duration::ZERO);
            assert!(matches!(opened, Err(StoreError::OtherLog)), "{opened:?}");
        }
        // Restored to an earlier version, after which something else came.
        shop.log.state().entries.pop();
        shop.log.add(Kind::Change, SCHEMA_VERSION, 0, packed(&[]));
        assert!(matches!(shop.open("a", Access::Read), Err(StoreError::OtherLog)));
    }

    #[test]
    fn a_log_can_only_change_rows_of_the_shop() {
        for statement in [
            "DROP TABLE orders",
            "CREATE TABLE t (x)",
            "DELETE FROM replica",
            "UPDATE replica SET version = 7",
            "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, '')",
            "PRAGMA user_version = 7",
            "ATTACH '/tmp/x.db' AS x",
            "VACUUM",
            "COMMIT",
            "SAVEPOINT x",
            "SELECT * FROM replica",
            // What this program has prepared itself.
            "SELECT version, id FROM replica WHERE pk = 1",
            "SELECT * FROM sqlite_schema",
            "SELECT 1; SELECT 2",
            "CREATE TEMP TABLE t (x)",
            "nonsense",
            // What has no end, and what memory cannot hold.
            "UPDATE settings SET value = (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) \
             SELECT max(x) FROM c)",
            "UPDATE settings SET value = hex(zeroblob(50000000))",
        ] {
            let shop = Shop::new();
            drop(shop.open("a", Access::Read).unwrap());
            let insert = "INSERT INTO settings VALUES ('shopName', 'x')";
            shop.log.add(Kind::Change, SCHEMA_VERSION, 1, packed(&[insert, statement]));
            let opened = shop.open("a", Access::Read);
            assert!(matches!(opened, Err(StoreError::Differs(_))), "{statement}: {opened:?}");
            let replica = Store::open(&shop.replica("a"), Access::Read, Duration::ZERO).unwrap();
            assert_eq!(name(&replica), None, "{statement}");
        }
    }

    #[test]
    fn a_change_that_touches_other_rows_than_it_did_stops() {
        let shop = Shop::new();
        shop.log.add(Kind::Change, SCHEMA_VERSION, 2, packed(&["INSERT INTO settings VALUES ('shopName', 'x')"]));
        let opened = shop.open("a", Access::Read);
        assert!(matches!(opened, Err(StoreError::Differs(_))), "{opened:?}");
    }

    #[test]
    fn a_change_or_file_of_a_newer_program_is_refused() {
        for kind in [Kind::Change, Kind::File] {
            let shop = Shop::new();
            drop(shop.open("a", Access::Read).unwrap());
            shop.log.add(kind, SCHEMA_VERSION + 1, 0, packed(&[]));
            assert!(matches!(shop.open("a", Access::Write), Err(StoreError::Newer(_))), "{kind:?}");
        }
    }

    #[test]
    fn an_older_shop_is_migrated_as_a_whole_file() {
        let shop = Shop::of_schema(include_str!("../../../tests/fixtures/schema-5.sql"));
        // Reading migrates nothing.
        assert_eq!((name(&shop.open("a", Access::Read).unwrap()).as_deref(), shop.versions()), (Some("A"), 1));
        drop(shop.open("a", Access::DryRun).unwrap());
        assert_eq!(shop.versions(), 1);
        let mut a = shop.open("a", Access::Write).unwrap();
        let kept = a.migration_backup().unwrap();
        assert_eq!(version_of(&Connection::open(kept).unwrap()).unwrap(), 5);
        set(&mut a, "a").unwrap();
        assert_eq!(shop.versions(), 3);
        let mut b = shop.open("b", Access::Write).unwrap();
        assert_eq!((name(&b).as_deref(), b.migration_backup()), (Some("a"), None));
        assert_eq!(b.differences_from_log().unwrap(), []);
        assert_eq!(b.read::<_, StoreError>(|read| read.findings()).unwrap(), []);
    }

    /// Once the log has the new file, it has nothing of the old one.
    #[test]
    fn an_older_shop_is_copied_before_the_log_takes_the_new_file() {
        let shop = Shop::of_schema(include_str!("../../../tests/fixtures/schema-5.sql"));
        shop.log.state().is_lost_with_second = true;
        assert!(matches!(shop.open("a", Access::Write), Err(StoreError::Unreached(_))));
        let kept = Connection::open(shop.folder.path().join("a.db.v5")).unwrap();
        assert_eq!((version_of(&kept), shop.versions()), (Ok(5), 2));
    }

    #[test]
    fn an_older_shop_is_compared_as_it_is() {
        for schema in [
            include_str!("../../../tests/fixtures/schema-1.sql"),
            include_str!("../../../tests/fixtures/schema-2.sql"),
            include_str!("../../../tests/fixtures/schema-3.sql"),
            include_str!("../../../tests/fixtures/schema-4.sql"),
            include_str!("../../../tests/fixtures/schema-5.sql"),
        ] {
            let shop = Shop::of_schema(schema);
            let mut reader = shop.open("a", Access::Read).unwrap();
            assert_eq!(reader.differences_from_log().unwrap(), [], "{schema}");
            let replica = Connection::open(shop.replica("a")).unwrap();
            replica.execute("UPDATE settings SET value = 'x'", []).unwrap();
            assert_eq!(reader.differences_from_log().unwrap().len(), 1, "{schema}");
        }
    }

    #[test]
    fn somebody_who_died_in_the_queue_is_removed_and_waiting_has_an_end() {
        let shop = Shop::new();
        let mut a = shop.open_for("a", Access::Write, Duration::ZERO).unwrap();
        shop.log.state().queue.extend([(); 3].map(|()| Uuid::new_v4()));
        assert!(matches!(set(&mut a, "a"), Err(StoreError::Busy)));
        // All who died are waited for once, not one after another.
        let mut a = shop.open_for("a", Access::Write, DEAD * 2).unwrap();
        set(&mut a, "a").unwrap();
        assert!(shop.log.state().queue.is_empty());
    }
}
