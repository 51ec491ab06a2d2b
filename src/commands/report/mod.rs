//! `orders report …`: what cron mails.

pub mod money;
pub mod pending;
mod publish;
pub mod sales;
pub mod stock;

use clap::{Args, Subcommand};

use super::Context;
use super::run::facts::{CommandFacts, Group};
use crate::error::Exit;

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

pub fn run(args: &ReportArgs, context: &mut Context) -> anyhow::Result<Exit> {
    match &args.command {
        ReportCommand::Pending(args) => pending::run(args, context),
        ReportCommand::Sales(args) => sales::run(args, context),
        ReportCommand::Money(args) => money::run(args, context),
        ReportCommand::Stock(args) => stock::run(args, context),
    }
}
