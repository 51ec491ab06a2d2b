//! A backup into a cluster.

use serde_json::json;

use super::copy::{checked_copy, report};
use crate::commands::Context;
use crate::commands::run::shop::{replica, with_shop};
use crate::error::Exit;
use crate::render::json::body;
use crate::store::{Address, StoreError};
use crate::ui;

/// Puts a checked copy of the orders file into a cluster as a new shop; to the shop itself, packs its log instead.
pub fn back_up_to(address: &Address, context: &mut Context) -> anyhow::Result<Exit> {
    let wait = context.global.wait();
    let name = address.to_string();
    // Failures name this shop, not the source.
    let at_dest = |error: StoreError| anyhow::Error::from(error).context(address.clone());
    let (orders, bytes) = if context.address()?.is_some_and(|source| source.is_same_shop(address)) {
        let mut store = context.open_to_write().map_err(|error| error.context(address.clone()))?;
        let orders = store.read(|read| read.order_count())?;
        if !context.is_dry_run() {
            store.compact().map_err(at_dest)?;
        }
        (orders, std::fs::metadata(replica(address)?)?.len())
    } else {
        let folder = std::env::temp_dir();
        let (copy, orders) = checked_copy(&folder, &folder, context)?;
        let bytes = copy.bytes()?;
        if context.is_dry_run() {
            with_shop(address, false, |shop| shop.ensure_free(wait))?.map_err(at_dest)?;
        } else {
            let held = ui::hold_interruptions(true);
            let seeded = with_shop(address, false, |shop| shop.seed(copy.path(), wait))?;
            held.end(match &seeded {
                Ok(()) => Some(true),
                Err(error) => (!error.is_outcome_unknown()).then_some(false),
            });
            seeded.map_err(at_dest)?;
        }
        (orders, bytes)
    };
    context.mark_done();
    let is_dry_run = context.is_dry_run();
    let body = body([("path", json!(name)), ("orders", json!(orders)), ("bytes", json!(bytes))]);
    context.print_one(body, || report(&name, orders, bytes, is_dry_run, context.ui.quiet))?;
    Ok(Exit::Done)
}
