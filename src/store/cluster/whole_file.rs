//! The versions of a shop that are whole files: the first one, a migration, a packed log, and the file without what was
//! deleted. Each takes the place of all changes before it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::limits::Limit;
use uuid::Uuid;

use super::change::{Body, Change, Kind, Position};
use super::compare::differing_tables;
use super::log::Appended;
use super::machine::Cluster;
use super::replica::{install, open_copy, position_of, unmark};
use crate::scratch::Scratch;
use crate::store::copy::{free_name, vacuum_into};
use crate::store::error::StoreError;
use crate::store::identity::{Identity, SCHEMA, SCHEMA_VERSION, version_of};
use crate::store::migrate::bring_up_to_date;

impl Cluster {
    /// Makes an empty orders file.
    fn empty_file(&self) -> Result<Scratch, StoreError> {
        let file = self.scratch()?;
        open_copy(file.path())?.execute_batch(SCHEMA)?;
        Ok(file)
    }

    /// Puts an empty orders file into the log as its first version; returns its place, or `None` if another machine was first.
    pub(super) fn begin_shop(&mut self) -> Result<Option<Position>, StoreError> {
        let first = Position { version: 1, id: Uuid::new_v4() };
        let file = self.empty_file()?;
        self.log.begin().map_err(|error| error.of_read())?;
        let appended = self.log.append(None, first.id, &mut whole_file(file.path())?);
        self.has_begun = appended.map_err(|error| error.of_write())? == Appended::Mine;
        Ok(self.has_begun.then_some(first))
    }

    /// Lets a new replica be the empty file of a shop that is not in the log yet: the first write puts it there.
    pub(super) fn stand_in(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let file = self.empty_file()?;
        let _lock = self.lock()?;
        if Identity::of(connection)?.is_blank() {
            install(connection, file.path(), Position::BEFORE_ALL, self.wait)?;
        }
        Ok(())
    }

    /// Puts a whole file into the log, as a new shop.
    pub(super) fn seed(&mut self, change: &mut Change) -> Result<(), StoreError> {
        self.log.begin().map_err(|error| error.of_read())?;
        let after = self.free_place()?;
        match self.log.append(after, Uuid::new_v4(), change).map_err(|error| error.of_write())? {
            Appended::Mine => Ok(()),
            Appended::Not => Err(StoreError::Exists),
        }
    }

    /// Returns what a new shop would follow: nothing, or a shop without any changes.
    pub(super) fn free_place(&mut self) -> Result<Option<Position>, StoreError> {
        let (entries, _) = self.log.changes_from(0).map_err(|error| error.of_read())?;
        match entries.as_slice() {
            [] => return Ok(None),
            // An empty file needs no pieces.
            [only] if only.kind == Kind::File && only.pieces == 0 => {}
            _ => return Err(StoreError::Exists),
        }
        let (found, empty) = (self.scratch()?, self.empty_file()?);
        let mut found = open_copy(found.path())?;
        self.play_until(&mut found, i64::MAX)?;
        let is_empty = differing_tables(&open_copy(empty.path())?, &found)?.is_empty();
        if is_empty { position_of(&found) } else { Err(StoreError::Exists) }
    }

    /// Brings an older shop up to the current schema, as a whole file. Returns the copy of the file before that.
    pub(super) fn migrate(&mut self, connection: &mut Connection) -> Result<Option<PathBuf>, StoreError> {
        let version = version_of(connection)?;
        if version >= SCHEMA_VERSION {
            return Ok(None);
        }
        let old = self.scratch()?;
        copy_into(connection, old.path())?;
        unmark(&open_copy(old.path())?)?;
        let backup = free_name(&self.replica, &format!("v{version}"));
        old.persist(&backup)?;
        let migrated = self.replace(connection, |copy| {
            if version_of(copy)? >= SCHEMA_VERSION {
                return Ok(false);
            }
            let transaction = copy.transaction()?;
            bring_up_to_date(&transaction)?;
            transaction.commit()?;
            Ok(true)
        });
        // The log drops the old content with the new file.
        let may_be_dropped = migrated.as_ref().map_or_else(StoreError::is_outcome_unknown, |is_migrated| *is_migrated);
        if !may_be_dropped {
            let _ = fs::remove_file(&backup);
        }
        if !migrated? {
            return Ok(None);
        }
        self.catch_up(connection)?;
        Ok(Some(backup))
    }

    /// Overwrites what was deleted: replicas get the whole file anew, and the log forgets all changes before.
    pub fn overwrite(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        self.replace(connection, |copy| {
            // A copy has nothing of what was deleted before.
            copy.execute_batch("DELETE FROM to_overwrite")?;
            Ok(true)
        })?;
        self.catch_up(connection).map(drop)
    }

    /// Puts the whole file into the log, in place of all changes before.
    pub(super) fn compact(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        self.replace(connection, |_| Ok(true))?;
        self.catch_up(connection).map(drop)
    }

    /// Puts a whole file into the log: a copy of the newest, changed by `change`, which may find that there is nothing
    /// to do. Returns whether it put one: this machine's replica then gets it like every other, when it catches up.
    fn replace(
        &mut self,
        connection: &mut Connection,
        change: impl Fn(&mut Connection) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        loop {
            self.catch_up(connection)?;
            let file = self.scratch()?;
            copy_into(connection, file.path())?;
            let mut copy = open_copy(file.path())?;
            // All machines would get what something else changed on this one.
            self.ensure_same(&copy)?;
            let after = unmark(&copy)?;
            if !change(&mut copy)? {
                return Ok(false);
            }
            drop(copy);
            let id = Uuid::new_v4();
            let appended = self.log.append(after, id, &mut whole_file(file.path())?);
            if appended.map_err(|error| error.of_write())? == Appended::Mine {
                self.end_writing(true);
                return Ok(true);
            }
            self.decide_again(connection)?;
        }
    }
}

/// Makes an ordinary orders file of the copy of a replica; any other file stays as it is.
///
/// # Errors
/// It differs from the log, if that can be asked.
pub fn make_ordinary(copy: &Path, cluster: Option<&mut Cluster>) -> Result<(), StoreError> {
    let copy = open_copy(copy)?;
    cluster.map_or(Ok(()), |cluster| cluster.ensure_same(&copy))?;
    unmark(&copy).map(drop)
}

/// Makes a version of a whole file.
#[expect(clippy::disallowed_methods, reason = "it is a copy, which no connection has open by now")]
pub fn whole_file(path: &Path) -> Result<Change, StoreError> {
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
