//! A shop in a cluster, as a command line names it, and opening it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::address::Address;
use super::http::Nodes;
use super::machine::{Cluster, lock_of};
use super::replica::position_of;
use super::rqlite::Rqlite;
use super::whole_file::whole_file;
use crate::domain::finding::Finding;
use crate::store::connection::Access;
use crate::store::error::StoreError;
use crate::store::file::find_or_create;
use crate::store::open::Store;

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
        make_private_folder(self.folder)?;
        let nodes = Nodes::of(self.address, self.ca, wait)?;
        Ok(Cluster::of(Box::new(Rqlite::of(nodes, self.address.shop.clone())), self.replica(), wait))
    }

    /// Puts a whole file into the cluster, as a new shop.
    ///
    /// # Errors
    /// The shop is there already, and not empty ([`StoreError::Exists`]); the cluster cannot be reached.
    pub fn seed(&self, file: &Path, wait: Duration) -> Result<(), StoreError> {
        let mut change = whole_file(file)?;
        self.cluster(wait)?.seed(&mut change)
    }

    /// Makes sure that a file could be put into the cluster.
    ///
    /// # Errors
    /// Those of [`seed`](Self::seed).
    pub fn ensure_free(&self, wait: Duration) -> Result<(), StoreError> {
        self.cluster(wait)?.free_place().map(drop)
    }
}

impl Store {
    /// Opens a shop in a cluster: brings this machine's replica up to date, and opens it.
    ///
    /// # Errors
    /// The cluster cannot be reached, does not have the shop, or is not the one of the replica.
    pub fn open_shop(shop: &Shop<'_>, access: Access, wait: Duration) -> Result<Store, StoreError> {
        if shop.is_stale {
            return Store::open_with(&shop.replica(), access, wait, |replica| match position_of(replica)? {
                Some(_) => Ok(true),
                None => Err(StoreError::Missing),
            });
        }
        Store::open_on(shop.cluster(wait)?, access, wait)
    }

    /// Opens the replica of a log.
    pub(super) fn open_on(mut cluster: Cluster, access: Access, wait: Duration) -> Result<Store, StoreError> {
        let replica = cluster.replica.clone();
        cluster.may_begin = access == Access::Create;
        if fs::metadata(&replica).map_or(0, |found| found.len()) == 0 {
            // A missing shop leaves nothing behind.
            if !cluster.may_begin && cluster.log.changes_from(0).map_err(|error| error.of_read())?.0.is_empty() {
                return Err(StoreError::Missing);
            }
            let _lock = cluster.lock()?;
            find_or_create(&replica, Access::Create)?;
        }
        let mut migration_backup = None;
        let store = Store::open_with(&replica, access, wait, |connection| {
            cluster.catch_up(connection)?;
            if access.commits() {
                migration_backup = cluster.migrate(connection)?;
                cluster.recorder.attach(connection)?;
            }
            Ok(true)
        })?;
        Ok(store.of_cluster(cluster, migration_backup))
    }

    /// Returns whether a write was the first of a new shop.
    pub fn has_begun_shop(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| cluster.has_begun)
    }

    /// Returns whether the last change is in the cluster, but not in this machine's replica: the next command brings it there.
    pub fn is_behind(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| cluster.is_behind)
    }

    /// Finds where this machine's replica differs from its log.
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
            Some(cluster) => cluster.compact(&mut self.connection),
            None => Ok(()),
        }
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
