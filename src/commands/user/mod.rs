//! `orders user …`: the accounts that may act through `--as`.

pub mod add;
pub mod list;
pub mod remove;

use clap::{Args, Subcommand};

use super::Context;
use super::run::facts::{CommandFacts, Group};
use crate::error::Exit;

/// Manage the accounts that --as can name
///
/// Without --as, whoever may open the file may do everything. --as narrows that for wrappers, such as a chat bot: a buyer
/// takes orders and sees their own, a seller works with all orders and the catalogue, an admin also manages
/// accounts and settings. `guest` needs no account, and may only take orders.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Shop))]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  orders user add mona --role buyer --phone '+20 101 111 2222'
  orders --as mona my-orders
  orders user list")]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    Add(add::AddArgs),
    List(list::ListArgs),
    Remove(remove::RemoveArgs),
}

pub fn run(args: UserArgs, context: &mut Context) -> anyhow::Result<Exit> {
    match args.command {
        UserCommand::Add(args) => add::run(args, context),
        UserCommand::List(args) => list::run(&args, context),
        UserCommand::Remove(args) => remove::run(&args, context),
    }
}
