//! `orders report stock`: what is short of stock.

use clap::Args;

use super::{ReportOptions, publish};
use crate::commands::Context;
use crate::commands::facts::{Facts, Group};
use crate::domain::report::stock::Scarcity;
use crate::error::Exit;
use crate::render::report::stock;

/// Report what is low, what is out, and what pending orders want of it
///
/// A product is low at its own lowStockAt, else at the setting lowStock, over all its sizes.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Money))]
#[command(after_help = "Examples:
  orders report stock
  orders report stock --if-any --format html > stock.html
  orders report stock --format csv")]
pub struct StockArgs {
    #[command(flatten)]
    options: ReportOptions,
}

/// Runs the command.
pub fn run(args: &StockArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let (products, demands, settings) = context
        .open_to_read()?
        .read(|read| anyhow::Ok((read.all_products()?, read.pending_demand()?, read.settings()?)))?;
    let scarcity = Scarcity::new(&products, &demands, settings.low_stock);
    publish(stock::report(&scarcity, &settings, context.now)?, &args.options, context)
}
