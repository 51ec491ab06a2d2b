//! `orders report pending`: what waits.

use clap::Args;

use super::publish::{publish, row_form};
use crate::commands::Context;
use crate::commands::arguments::age;
use crate::commands::arguments::reporting::ReportOptions;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::calendar::before;
use crate::domain::report::pending::Pending;
use crate::domain::status::Status;
use crate::error::Exit;
use crate::render::report::pending::WaitingRows;
use crate::store::{OrderFilter, Sort, SortField};

/// Report what waits, for how long, and whether the stock suffices; the longest wait first
///
/// Waiting counts from when the customer ordered, which may be before the order was received. STOCK is
/// enough, contested (enough, but not once the older orders are confirmed), short, or unclear (an item needs an available size).
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Money).reporting())]
#[command(after_help = "Examples:
  orders report pending
  orders report pending --older-than 1d --if-any
  orders report pending --format csv")]
pub struct PendingArgs {
    /// Only orders that have waited at least this long, since the customer ordered: 2d, 12h, 30m
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<chrono::Duration>,
    #[command(flatten)]
    options: ReportOptions,
}

pub fn run(args: &PendingArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let filter = OrderFilter {
        statuses: vec![Status::Pending],
        waits_since: args.older_than.map(|age| before(context.now, age)),
        sort: Sort { by: SortField::WaitsSince, descending: false },
        ..OrderFilter::default()
    };
    let (mut rows, now) = (WaitingRows::new(row_form(context)), context.now);
    let report = context.open_to_read()?.read(|read| {
        let mut pending = Pending::new(now);
        read.each_order(&filter, true, |order| {
            let unknown = pending.unknown_products(order);
            if !unknown.is_empty() {
                pending.learn(read.products_with_ids(unknown)?);
            }
            anyhow::Ok(rows.add(&pending.add(order))?)
        })?;
        anyhow::Ok(rows.report(&pending, &read.settings()?))
    })?;
    publish(report, &args.options, context)
}
