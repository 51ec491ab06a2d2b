//! Shops in a cluster: `--db http://n1:4001,http://n2:4001/SHOP`.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::context::Context;
use crate::domain::time::Timestamp;
use crate::error::Failure;
use crate::render::report::age;
use crate::store::{Access, Address, Shop, Store};

/// Returns the folder of this machine's replicas.
fn replicas() -> anyhow::Result<PathBuf> {
    let folders = etcetera::choose_base_strategy()
        .map_err(|_| Failure::usage("there is no home folder for the replica; set HOME or XDG_DATA_HOME"))?;
    Ok(folders.data_dir().join("orders").join("replicas"))
}

/// Returns whether a file is a replica of this machine.
pub fn is_replica(file: &Path) -> bool {
    replicas().is_ok_and(|folder| file.parent() == Some(&folder))
}

/// Calls `act` with the shop at an address.
pub fn with_shop<T>(address: &Address, is_stale: bool, act: impl FnOnce(&Shop<'_>) -> T) -> anyhow::Result<T> {
    let folder = replicas()?;
    let ca = std::env::var_os("ORDERS_CA").filter(|path| !path.is_empty()).map(PathBuf::from);
    Ok(act(&Shop { address, ca: ca.as_deref(), folder: &folder, is_stale }))
}

/// Returns the path of this machine's replica.
pub fn replica(address: &Address) -> anyhow::Result<PathBuf> {
    with_shop(address, false, |shop| shop.replica())
}

/// Opens a shop. With `--stale`, this machine's replica is read as it is, and its age told.
pub fn open(address: &Address, access: Access, context: &Context) -> anyhow::Result<Store> {
    let is_stale = context.global.stale;
    if is_stale && !access.fits_replica() {
        return Err(Failure::usage("--stale is for commands that only read").into());
    }
    with_shop(address, is_stale, |shop| {
        let store = Store::open_shop(shop, access, context.global.wait())?;
        if is_stale {
            let since = shop.last_caught_up().and_then(Timestamp::from_millis);
            context.ui.note(&match since {
                Some(since) => {
                    // The clock may have been set back.
                    let age = age((context.now.utc() - since.utc()).max(chrono::TimeDelta::zero()));
                    format!("this machine's replica, {age} old ({since}); the cluster was not asked")
                }
                None => "this machine's replica, of unknown age; the cluster was not asked".to_owned(),
            });
        }
        Ok(store)
    })?
}
