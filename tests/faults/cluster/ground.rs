//! A shop on a cluster that a test can make fail, and its machines.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;

use super::rqlited::Nodes;
use crate::common::rqlite::Fake;
use crate::common::{dump, replica};
use crate::shop::{Ending, Shop, Start, quick_folder};
use crate::state::difference;

/// The name of the shop.
const SHOP: &str = "LEG";

/// The cluster of a shop.
#[derive(Clone)]
pub struct Cluster {
    /// What `--db` is for its machines.
    url: String,
    /// None where it is of real nodes.
    fake: Option<Arc<Fake>>,
}

impl Cluster {
    /// Starts one that has the shop, as it is in a closed file.
    pub fn of_ground() -> Cluster {
        let fake = Fake::start();
        fake.load(seeded());
        Cluster { url: fake.url(SHOP), fake: Some(Arc::new(fake)) }
    }

    /// Takes a cluster that has nothing yet.
    pub fn empty() -> Cluster {
        let fake = Fake::start();
        Cluster { url: fake.url(SHOP), fake: Some(Arc::new(fake)) }
    }

    /// Takes one of real nodes.
    pub fn of_nodes(nodes: &Nodes) -> Cluster {
        Cluster { url: nodes.url(SHOP), fake: None }
    }

    /// Makes a shop a machine of it, with its replica.
    pub fn attach(self, shop: &mut Shop) {
        read(&self.url, shop.folder()).unwrap();
        if let Some(fake) = &self.fake {
            fake.settle();
        }
        shop.cluster = Some(self);
    }

    /// Sets up a machine that has no replica yet.
    pub fn machine(&self) -> Shop {
        let mut shop = Shop::new(Start::Missing);
        shop.cluster = Some(self.clone());
        shop
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the stand-in, which can fail.
    pub fn fake(&self) -> &Fake {
        self.fake.as_ref().expect("these faults are not of real nodes")
    }

    /// Brings the replica of a machine up to date, and holds that it has what the log says: what a machine has that had
    /// nothing before.
    ///
    /// # Errors
    /// In what they differ, or why that cannot be told.
    pub fn catch_up(&self, machine: &Shop) -> Result<(), String> {
        if let Some(fake) = &self.fake {
            fake.settle();
        }
        let other = quick_folder();
        read(&self.url, machine.folder())?;
        read(&self.url, other.path())?;
        let (own, others) = (rows(&replica(machine.folder()))?, rows(&replica(other.path()))?);
        match own == others {
            true => Ok(()),
            false => Err(format!("the replica differs from the log:\n{}", difference(&own, &others))),
        }
    }
}

/// Returns the stand-in for the cluster of a shop.
pub fn fake_of(shop: &Shop) -> &Fake {
    shop.cluster.as_ref().expect("the shop is on a cluster").fake()
}

/// Lets a machine read, which brings its replica up to date.
pub fn read(url: &str, home: &Path) -> Result<(), String> {
    let mut list = std::process::Command::new(crate::shop::program());
    list.args(["list", "-q", "--limit", "1"]).env_clear().env("HOME", home).env("ORDERS_DB", url).current_dir(home);
    let list = Ending::of(list);
    if list.code == Some(0) { Ok(()) } else { Err(format!("a machine cannot read: {list:#?}")) }
}

/// Returns every row of a replica, drawn ids too, and how far it has come.
fn rows(replica: &Path) -> Result<String, String> {
    let rows = Connection::open(replica).and_then(|connection| dump(&connection, |_, _| true));
    rows.map_err(|error| format!("{}: {error}", replica.display()))
}

/// Returns what a cluster has that was seeded with the closed file, made once.
fn seeded() -> &'static Path {
    static SEEDED: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = SEEDED.get_or_init(|| {
        let (folder, fake, shop) = (quick_folder(), Fake::start(), Shop::new(Start::Closed));
        let seed = Ending::of(shop.orders(&["backup", &fake.url(SHOP)]));
        assert_eq!(seed.code, Some(0), "the cluster cannot be seeded: {seed:#?}");
        let file = folder.path().join("log.db");
        fake.save(&file);
        (folder, file)
    });
    file
}
