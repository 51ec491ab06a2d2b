//! `orders report sales`: what was sold.

use clap::{Args, ValueEnum};

use super::{Manner, publish};
use crate::commands::{Context, when};
use crate::domain::calendar::When;
use crate::domain::report::Sums;
use crate::domain::report::sales::{Group, Grouping, Sales, Span, Window, periods};
use crate::error::{Exit, Failure};
use crate::render::report::sales;
use crate::render::zone::zone_of;
use crate::store::{Read, StoreError};

/// Report what was sold: the orders that hold stock (confirmed to delivered), by the time of the order
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders report sales                            the last 30 days, day by day
  orders report sales --by month --since 2026-01-01
  orders report sales --by product --since yesterday --until yesterday
  orders report sales --by week --format html > sales.html")]
pub struct SalesArgs {
    /// What to add up by
    #[arg(long, value_enum, default_value_t = By::Day)]
    by: By,
    /// Only orders made since then (orderDate): 2d, 12h, today, yesterday, a date, or RFC 3339 [default: 30 days]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    since: Option<When>,
    /// Only orders made until then; a day is included whole [default: today]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    until: Option<When>,
    #[command(flatten)]
    manner: Manner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Week,
    Month,
    Product,
    Status,
}

impl By {
    fn grouping(self) -> Grouping {
        match self {
            By::Day => Grouping::Period(Span::Day),
            By::Week => Grouping::Period(Span::Week),
            By::Month => Grouping::Period(Span::Month),
            By::Product => Grouping::Product,
            By::Status => Grouping::Status,
        }
    }
}

/// Runs the command.
pub fn run(args: &SalesArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let (sales, settings) = context.open_to_read()?.read(|read| {
        let settings = read.settings()?;
        let zone = zone_of(&settings);
        let window = Window::new(args.since, args.until, context.now, &zone)
            .ok_or_else(|| Failure::usage("--until is before --since: no time is between them"))?;
        let by = args.by.grouping();
        let rows = match by {
            Grouping::Period(span) => match read.first_and_last_sale(window)? {
                Some((first, last)) => by_period(read, window.between(first, last, context.now, &zone), span, &zone)?,
                None => Vec::new(),
            },
            Grouping::Product => read.sales_by_product(window)?,
            Grouping::Status => read.sales_by_status(window)?,
        };
        let totals = match by {
            // An order of two products is in two rows.
            Grouping::Product => read.sales_in(window)?,
            _ => rows.iter().fold(Sums::default(), |mut totals, (_, sums)| {
                totals.add(sums);
                totals
            }),
        };
        anyhow::Ok((Sales { window, by, rows, totals }, settings))
    })?;
    publish(sales::report(&sales, &settings), &args.manner, context)
}

fn by_period(
    read: &Read<'_>,
    window: Window,
    span: Span,
    zone: &impl chrono::TimeZone,
) -> Result<Vec<(Group, Sums)>, StoreError> {
    let periods = periods(window, span, zone);
    periods.iter().map(|period| Ok((Group::Period(period.first_day), read.sales_in(period.window)?))).collect()
}
