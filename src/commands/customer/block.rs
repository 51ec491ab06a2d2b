//! `orders customer block`: warns of a customer from now on.

use clap::Args;

use super::remarks::change_remarks;
use crate::commands::Context;
use crate::commands::naming::CUSTOMER;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::customer_remarks::{Block, Remarks};
use crate::error::Exit;

/// Warn of a customer: when an order of theirs comes in, and when it is confirmed
///
/// Their orders are taken all the same. --note has to say why.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).keeping_note())]
#[command(after_help = "Examples:
  orders customer block '0101 111 2222' --note 'refused three parcels'
  orders customer block LEG-LXYZ1234-AB5C --note fraud")]
pub struct BlockArgs {
    #[arg(value_name = "CUSTOMER", help = CUSTOMER)]
    customer: String,
}

pub fn run(args: &BlockArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let why = context.required_note("customer block")?.to_owned();
    change_remarks(
        &args.customer,
        context,
        |write, remarks| {
            let since = remarks.block.as_ref().map_or(write.time(), |block| block.since);
            Remarks { note: remarks.note.clone(), block: Some(Block { since, note: Some(why.clone()) }) }
        },
        "is blocked already",
    )
}
