//! `orders report sales`: what was sold.

use clap::Args;

use super::publish::{publish, row_form, window};
use crate::commands::Context;
use crate::commands::arguments::reporting::ReportOptions;
use crate::commands::arguments::{when, word_parser};
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::calendar::When;
use crate::domain::report::sales::{Sales, SalesGrouping};
use crate::error::Exit;
use crate::render::report::sales;

/// Report what was sold: the orders that hold stock (confirmed to delivered), by the time of the order
///
/// Rows begin with the first sale and end with today. An order counts on the day on which it was made, whenever it was paid:
/// confirming one late changes the report of its day. Amounts are the prices of the items, less what came back: without delivery
/// and discounts. `report money` has what was paid.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Money).reporting())]
#[command(after_help = "Examples:
  orders report sales                            the last 30 days, day by day
  orders report sales --by month --since 2026-01-01
  orders report sales --by product --since yesterday --until yesterday
  orders report sales --by week --format html > sales.html")]
pub struct SalesArgs {
    /// What the rows are; a week begins on Monday
    #[arg(long, default_value = "day", value_parser = word_parser(&SalesGrouping::ALL, SalesGrouping::as_str))]
    by: SalesGrouping,
    /// Only orders made since then (orderDate): 2d, 12h, 30m, today, yesterday, a date, or RFC 3339 [default: 30 days]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    since: Option<When>,
    /// Only orders made until then; a day is included whole [default: today]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    until: Option<When>,
    #[command(flatten)]
    options: ReportOptions,
}

pub fn run(args: &SalesArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let (sales, settings) = context.open_to_read()?.read(|read| {
        let settings = read.settings()?;
        let zone = settings.zone();
        let window = window(args.since, args.until, context.now, &zone)?;
        let mut sales = Sales::new(window, args.by);
        read.each_sale(window, |sale| sales.add(sale, &zone))?;
        sales.finish(context.now, &zone);
        if args.by == SalesGrouping::Product {
            sales.rows = read.sales_by_product(window)?;
        }
        anyhow::Ok((sales, settings))
    })?;
    publish(sales::report(&sales, &settings, row_form(context))?, &args.options, context)
}
