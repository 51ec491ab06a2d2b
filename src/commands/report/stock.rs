//! `orders report stock`: what is short of stock.

use clap::Args;

use super::publish::{publish, row_form};
use crate::commands::Context;
use crate::commands::arguments::reporting::ReportOptions;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::report::stock::DemandByLine;
use crate::error::Exit;
use crate::render::report::stock;

/// Report what is low, what is out, and what pending orders need
///
/// A product is low when its stock over all sizes is at or below its lowStockAt, else the setting lowStock.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Money).reporting())]
#[command(after_help = "Examples:
  orders report stock
  orders report stock --if-any --format html > stock.html
  orders report stock --format csv")]
pub struct StockArgs {
    #[command(flatten)]
    options: ReportOptions,
}

pub fn run(args: &StockArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let (scarcity, settings) = context.open_to_read()?.read(|read| {
        let (products, settings) = (read.all_products()?, read.settings()?);
        let mut wanted = DemandByLine::of(&products);
        read.each_demand(|demand| wanted.add(demand))?;
        anyhow::Ok((wanted.scarcity(settings.low_stock), settings))
    })?;
    publish(stock::report(&scarcity, &settings, context.now, row_form(context))?, &args.options, context)
}
