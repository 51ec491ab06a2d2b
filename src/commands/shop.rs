//! Shops in a cluster: `--db http://n1:4001,http://n2:4001/SHOP`.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use serde_json::json;

use super::Context;
use super::orders_file::is_url;
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::error::{Exit, Failure, FailureKind};
use crate::render::json::body;
use crate::render::report::age;
use crate::store::{Access, Address, Shop, Store, StoreError};

/// Returns the shop in a cluster that an argument names; `None` where it names a file.
///
/// # Errors
/// It is meant as an address, and is none.
pub fn address_in(path: &Path) -> anyhow::Result<Option<Address>> {
    let Some(text) = path.to_str().filter(|_| is_url(path)) else { return Ok(None) };
    let address = Address::parse(text).map_err(|problem| {
        Failure::usage(format!("the address of the shop {problem}"))
            .hint("name the nodes and the shop: http://n1:4001,http://n2:4001/SHOP")
    })?;
    Ok(Some(address))
}

/// Returns the folder of this machine's replicas.
fn replicas() -> anyhow::Result<PathBuf> {
    let folders = etcetera::choose_base_strategy()
        .map_err(|_| Failure::usage("there is no home folder for the replica; set HOME or XDG_DATA_HOME"))?;
    Ok(folders.data_dir().join("orders").join("replicas"))
}

/// Calls `act` with the shop at an address.
fn with_shop<T>(address: &Address, is_stale: bool, act: impl FnOnce(&Shop<'_>) -> T) -> anyhow::Result<T> {
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
    if is_stale && !access.only_reads() {
        return Err(Failure::usage("--stale is for commands that only read").into());
    }
    with_shop(address, is_stale, |shop| {
        let store = Store::open_shop(shop, access, context.global.wait())?;
        if is_stale {
            let since = shop.last_caught_up().and_then(Timestamp::from_millis);
            context.ui.note(&match since {
                Some(since) => {
                    let age = age(context.now.utc() - since.utc());
                    format!("this machine's replica, {age} old ({since}); the cluster was not asked")
                }
                None => "this machine's replica, of unknown age; the cluster was not asked".to_owned(),
            });
        }
        Ok(store)
    })?
}

/// Puts the checked copy of an orders file into a cluster, as a new shop; the same shop gets its whole file anew.
pub fn back_up_to(address: &Address, context: &mut Context) -> anyhow::Result<Exit> {
    let wait = context.global.wait();
    let name = address.to_string();
    let explain = |error: StoreError| match error {
        StoreError::Exists => {
            Failure::new(FailureKind::Conflict(Conflict::Exists), format!("{} is there already", shorten(&name)))
                .error("Destination exists")
                .hint("name a new shop")
                .into()
        }
        error => anyhow::Error::from(error),
    };
    let (orders, bytes) = if context.address()?.as_ref() == Some(address) {
        let mut store = context.open_to_write()?;
        let orders = store.read(|read| read.order_count())?;
        if !context.is_dry_run() {
            store.compact()?;
        }
        (orders, std::fs::metadata(replica(address)?)?.len())
    } else {
        let folder = std::env::temp_dir();
        let (copy, orders) = super::backup::checked_copy(&folder, &folder, context)?;
        let bytes = copy.bytes()?;
        if context.is_dry_run() {
            if with_shop(address, false, |shop| shop.is_there(wait))?? {
                return Err(explain(StoreError::Exists));
            }
        } else {
            with_shop(address, false, |shop| shop.seed(copy.path(), wait))?.map_err(explain)?;
        }
        (orders, bytes)
    };
    match context.is_dry_run() {
        true => context.mark_dry_run(),
        false => context.mark_done(),
    }
    let is_dry_run = context.is_dry_run();
    let body = body([("path", json!(name)), ("orders", json!(orders)), ("bytes", json!(bytes))]);
    context.print_one(body, || super::backup::report(&name, orders, bytes, is_dry_run, context.ui.quiet))?;
    Ok(Exit::Done)
}
