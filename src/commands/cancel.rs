//! `orders cancel`: short for `set-status … cancelled`.

use clap::Args;

use super::naming::REFS_TO_WRITE;
use super::run::facts::{CommandFacts, Group};
use super::{Context, set_status};
use crate::domain::money::Money;
use crate::domain::shipping::ShippingEdit;
use crate::domain::status::Status;
use crate::domain::transition::StatusRequest;
use crate::error::Exit;

/// Cancel orders, all or nothing; stock that they hold is given back
///
/// The customer is then owed what they paid, except what the shop keeps (--keep); orders refund records that it went back.
/// If the order is reopened, the shop keeps nothing of it.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).keeping_note().acting_on(set_status::CHANGEABLE))]
#[command(after_help = "Examples:
  orders cancel LEG-LXYZ1234-AB5C --note 'never paid'
  orders cancel LEG-LXYZ1234-AB5C --keep 50 --note 'the courier was there'
  orders cancel LEG-LXYZ1234-AB5C --no-restock --note 'came back torn'")]
pub struct CancelArgs {
    #[arg(value_name = "REF", help = REFS_TO_WRITE)]
    refs: Vec<String>,
    /// What the shop keeps of the price: a fee, a deposit
    #[arg(long, value_name = "AMOUNT", value_parser = Money::parse_typed)]
    keep: Option<Money>,
    /// Write off what comes back: it cannot be sold again
    #[arg(long)]
    no_restock: bool,
    /// Where an order cannot be cancelled, report it, go on with the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

pub fn run(args: &CancelArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keep = args.keep.unwrap_or_default();
    let request = StatusRequest { to: Status::Cancelled, force: false, is_sellable: !args.no_restock, keep };
    set_status::change(&args.refs, request, &ShippingEdit::default(), args.keep_going, "cancel", context)
}
