//! `orders customer …`: customers, and the remarks on them.

pub mod block;
pub mod forget;
pub mod list;
pub mod note;
mod remarks;
pub mod show;
pub mod unblock;

use clap::{Args, Subcommand};

use super::Context;
use super::run::facts::{CommandFacts, Group};
use crate::error::Exit;

/// See customers and what is known of them, or forget one
///
/// A customer is one phone number: all orders with it are theirs, however it was typed.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders))]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  orders customer list --sort -keptTotal
  orders customer show '0101 111 2222'
  orders customer note '0101 111 2222' 'pays at the door'
  orders customer block '0101 111 2222' --note 'refused three parcels'")]
pub struct CustomerArgs {
    #[command(subcommand)]
    command: CustomerCommand,
}

#[derive(Debug, Subcommand)]
enum CustomerCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Note(note::NoteArgs),
    Block(block::BlockArgs),
    Unblock(unblock::UnblockArgs),
    Forget(forget::ForgetArgs),
}

pub fn run(args: CustomerArgs, context: &mut Context) -> anyhow::Result<Exit> {
    match args.command {
        CustomerCommand::List(args) => list::run(&args, context),
        CustomerCommand::Show(args) => show::run(&args, context),
        CustomerCommand::Note(args) => note::run(&args, context),
        CustomerCommand::Block(args) => block::run(&args, context),
        CustomerCommand::Unblock(args) => unblock::run(&args, context),
        CustomerCommand::Forget(args) => forget::run(&args, context),
    }
}
