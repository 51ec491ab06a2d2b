//! `orders product …`: the catalogue and its stock.

pub mod add;
pub mod adjust;
mod catalogue_changes;
mod change;
pub mod count;
pub mod history;
pub mod import;
pub mod list;
mod print;
pub mod receive;
pub mod remove;
pub mod set;
pub mod sheet;
pub mod show;
mod typed;

use clap::{Args, Subcommand};

use super::Context;
use super::run::facts::{CommandFacts, Group};
use crate::error::Exit;

/// Manage the catalogue and its stock
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods))]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  orders product import catalogue.json
  orders product list --low
  orders product receive SKU-12345 S=3 M=4 --ref INV-77
  orders product history SKU-12345        why the stock is what it is")]
pub struct ProductArgs {
    #[command(subcommand)]
    command: ProductCommand,
}

#[derive(Debug, Subcommand)]
enum ProductCommand {
    Add(add::AddArgs),
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Set(set::SetArgs),
    Receive(receive::ReceiveArgs),
    Adjust(adjust::AdjustArgs),
    Count(count::CountArgs),
    Sheet(sheet::SheetArgs),
    History(history::HistoryArgs),
    Remove(remove::RemoveArgs),
}

impl ProductArgs {
    /// Returns whether it counts by a sheet.
    pub fn is_count_sheet(&self) -> bool {
        matches!(&self.command, ProductCommand::Count(args) if args.is_list())
    }
}

pub fn run(args: ProductArgs, context: &mut Context) -> anyhow::Result<Exit> {
    match args.command {
        ProductCommand::Add(args) => add::run(args, context),
        ProductCommand::Import(args) => import::run(&args, context),
        ProductCommand::List(args) => list::run(&args, context),
        ProductCommand::Show(args) => show::run(&args, context),
        ProductCommand::Set(args) => set::run(args, context),
        ProductCommand::Receive(args) => receive::run(&args, context),
        ProductCommand::Adjust(args) => adjust::run(&args, context),
        ProductCommand::Count(args) => count::run(&args, context),
        ProductCommand::Sheet(args) => sheet::run(&args, context),
        ProductCommand::History(args) => history::run(&args, context),
        ProductCommand::Remove(args) => remove::run(&args, context),
    }
}
