//! `orders report …`: what cron mails.

pub mod money;
pub mod pending;
pub mod sales;
pub mod stock;

use std::io::Write as _;

use chrono::TimeZone;
use clap::{Args, Subcommand};

use super::Context;
use super::arguments::until_before_since;
use super::run::facts::{CommandFacts, Group};
use crate::domain::calendar::When;
use crate::domain::report::sales::Window;
use crate::domain::time::Timestamp;
use crate::error::{Exit, Failure, OutputError};
use crate::options::OutputFormat;
use crate::render::report::{Report, html, text};
use crate::ui;

/// Report what waits, what was sold, what was paid, and what is short of stock
///
/// Plain text of 78 columns, the same on a terminal and in a mail; --format csv, json, xlsx, or html (one page that needs
/// nothing else). Times are the shop's: orders config timeZone.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Money))]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  orders report pending --older-than 1d --if-any
  orders report sales --by week --since 2026-01-01
  orders report sales --by product --format html > sales.html
  orders report money --by day --since 2026-02-01
  orders report stock --if-any")]
pub struct ReportArgs {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    Pending(pending::PendingArgs),
    Sales(sales::SalesArgs),
    Money(money::MoneyArgs),
    Stock(stock::StockArgs),
}

/// The options of every report, for scripts.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// Print nothing where there is nothing to report
    #[arg(long)]
    if_any: bool,
    /// End with 10 where there is something to report
    #[arg(long)]
    exit_code: bool,
}

pub fn run(args: &ReportArgs, context: &mut Context) -> anyhow::Result<Exit> {
    match &args.command {
        ReportCommand::Pending(args) => pending::run(args, context),
        ReportCommand::Sales(args) => sales::run(args, context),
        ReportCommand::Money(args) => money::run(args, context),
        ReportCommand::Stock(args) => stock::run(args, context),
    }
}

impl ReportOptions {
    /// Returns whether to print a report.
    pub fn prints(&self, is_empty: bool) -> bool {
        !(is_empty && self.if_any)
    }

    /// Returns the exit code of a report.
    pub fn exit(&self, is_empty: bool) -> Exit {
        if self.exit_code && !is_empty { Exit::Findings } else { Exit::Done }
    }
}

fn publish(mut report: Report, options: &ReportOptions, context: &Context) -> anyhow::Result<Exit> {
    if options.prints(report.is_empty) {
        let mut stdout = ui::stdout();
        let mut put =
            |text: &str| -> anyhow::Result<()> { Ok(stdout.write_all(text.as_bytes()).map_err(OutputError)?) };
        match context.global.format() {
            OutputFormat::Html => html::put_page(&mut report.sheet, &mut put)?,
            OutputFormat::Table => text::put_report(&mut report.sheet, &mut put)?,
            OutputFormat::Json | OutputFormat::Ndjson => report.put_json(&mut put)?,
            OutputFormat::Csv => {
                let keys = report.keys;
                context.print_as_it_comes(keys, report.zone, |printer| report.rows.each(|row| printer.put(&row)))?;
            }
            OutputFormat::Xlsx => context.print_workbook(report.workbook()?)?,
        }
        stdout.flush().map_err(OutputError)?;
    }
    Ok(options.exit(report.is_empty))
}

/// Returns the window of a report.
///
/// # Errors
/// No time is in it.
fn window(since: Option<When>, until: Option<When>, now: Timestamp, zone: &impl TimeZone) -> Result<Window, Failure> {
    Window::new(since, until, now, zone).ok_or_else(|| match until {
        Some(_) => until_before_since(),
        None => Failure::usage("--since is after today: no time is between them"),
    })
}
