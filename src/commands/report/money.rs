//! `orders report money`: what was paid and refunded, and what is still due.

use clap::Args;

use super::publish::{publish, row_form, window};
use crate::commands::Context;
use crate::commands::arguments::reporting::ReportOptions;
use crate::commands::arguments::{when, word_parser};
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::calendar::{When, day_of, day_start};
use crate::domain::report::money::{MoneyGrouping, Outstanding};
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::error::Exit;
use crate::render::report::money::Money;
use crate::render::report::rows::RowForm;
use crate::store::Read;

/// Report the money that moved, and the money that is due
///
/// Payments count on the day on which the money moved (paidAt): in is what customers paid, out what went back to them. A voided
/// payment is subtracted from in, a voided refund from out. Then, as of now: what couriers have, which is the cash on delivery of
/// shipped and delivered orders; what is owed to customers; and orders that are not paid in full. An order that left the shop
/// is listed only if it was confirmed on or after the day of the first payment in the file.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Money).reporting())]
#[command(after_help = "Examples:
  orders report money                            the last 30 days, by method
  orders report money --by day --since 2026-02-01
  orders report money --by payment --since yesterday --format csv
  orders report money --json | jq -r '.withCouriers[].orderReference'")]
pub struct MoneyArgs {
    /// What the rows are
    #[arg(long, default_value = "method", value_parser = word_parser(&MoneyGrouping::ALL, MoneyGrouping::as_str))]
    by: MoneyGrouping,
    /// Only money that moved since then (paidAt): 2d, 12h, 30m, today, yesterday, a date, or RFC 3339 [default: 30 days]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    since: Option<When>,
    /// Only money that moved until then; a day is included whole [default: today]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    until: Option<When>,
    #[command(flatten)]
    options: ReportOptions,
}

pub fn run(args: &MoneyArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let form = row_form(context);
    let now = context.now;
    let report = context.open_to_read()?.read(|read| {
        let settings = read.settings()?;
        let zone = settings.zone();
        let window = window(args.since, args.until, now, &zone)?;
        let mut money = Money::new(window, args.by, now, settings.clone(), form);
        match args.by {
            MoneyGrouping::Method => {
                let sums = read.money_by_method(window)?;
                sums.iter().try_for_each(|(method, flow)| money.add_method(method, *flow))?;
            }
            MoneyGrouping::Day => {
                let sums = read.money_by_day(window, zone)?;
                sums.iter().try_for_each(|(day, flow)| money.add_day(*day, *flow))?;
            }
            MoneyGrouping::Payment => read.each_payment(window, |payment| anyhow::Ok(money.add_payment(payment)?))?,
        }
        let recorded_since = read.money_recorded_since()?;
        // CSV has one table.
        if form != RowForm::Csv {
            add_lists(read, recorded_since, &settings, &mut money)?;
        }
        anyhow::Ok(money.report(recorded_since.is_some()))
    })?;
    publish(report, &args.options, context)
}

/// Adds the orders whose money has not moved as it should.
fn add_lists(
    read: &Read<'_>,
    recorded_since: Option<Timestamp>,
    settings: &Settings,
    money: &mut Money,
) -> anyhow::Result<()> {
    let zone = settings.zone();
    for list in Outstanding::ALL {
        // If no money is recorded, a missing payment means nothing.
        let recorded = match (list, recorded_since) {
            (Outstanding::Unpaid, None) => continue,
            (_, first) => first.map(|first| day_start(day_of(first, &zone), &zone)),
        };
        read.each_outstanding(list, recorded, None, |waiting| anyhow::Ok(money.add_waiting(list, waiting)?))?;
    }
    Ok(())
}
