//! A backup into a cluster.

use serde_json::json;

use super::copy::{checked_copy, report};
use crate::commands::Context;
use crate::commands::run::shop::{replica, with_shop};
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::error::{Exit, Failure, FailureKind};
use crate::render::json::body;
use crate::store::{Address, StoreError};

/// Puts a checked copy of the orders file into a cluster as a new shop; to the shop itself, packs its log instead.
pub fn back_up_to(address: &Address, context: &mut Context) -> anyhow::Result<Exit> {
    let wait = context.global.wait();
    let name = address.to_string();
    let explain = |error: StoreError| match error {
        StoreError::Exists => {
            Failure::new(FailureKind::Conflict(Conflict::Exists), format!("{} exists already", shorten(&name)))
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
        let (copy, orders) = checked_copy(&folder, &folder, context)?;
        let bytes = copy.bytes()?;
        if context.is_dry_run() {
            with_shop(address, false, |shop| shop.ensure_free(wait))?.map_err(explain)?;
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
    context.print_one(body, || report(&name, orders, bytes, is_dry_run, context.ui.quiet))?;
    Ok(Exit::Done)
}
