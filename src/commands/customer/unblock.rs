//! `orders customer unblock`: no longer warns of a customer.

use clap::Args;

use super::remarks::change_remarks;
use crate::commands::Context;
use crate::commands::naming::CUSTOMER;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::customer_remarks::Remarks;
use crate::error::Exit;

/// No longer warn of a customer
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).writing())]
#[command(after_help = "Examples:
  orders customer unblock '0101 111 2222'")]
pub struct UnblockArgs {
    #[arg(value_name = "CUSTOMER", help = CUSTOMER)]
    customer: String,
}

pub fn run(args: &UnblockArgs, context: &mut Context) -> anyhow::Result<Exit> {
    change_remarks(
        &args.customer,
        context,
        |_, remarks| Remarks { note: remarks.note.clone(), block: None },
        "is not blocked",
    )
}
