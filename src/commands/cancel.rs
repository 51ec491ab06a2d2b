//! `orders cancel`: short for `set-status … cancelled`.

use clap::Args;

use super::facts::{Facts, Group};
use super::find::REFS_TO_WRITE;
use super::{Context, set_status};
use crate::domain::status::Status;
use crate::domain::transition::Request;
use crate::error::Exit;

/// Cancel orders, all or nothing; stock that they hold is given back
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).keeping_note().acting_on(set_status::CHANGEABLE))]
#[command(after_help = "Examples:
  orders cancel LEG-LXYZ1234-AB5C --note 'never paid'
  orders cancel LEG-LXYZ1234-AB5C --no-restock --note 'came back torn'")]
pub struct CancelArgs {
    #[arg(value_name = "REF", help = REFS_TO_WRITE)]
    refs: Vec<String>,
    /// Goods that come back cannot be sold: they are written off
    #[arg(long)]
    no_restock: bool,
    /// Cancel those that can be cancelled, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

pub fn run(args: &CancelArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let request = Request { to: Status::Cancelled, force: false, restock: !args.no_restock };
    set_status::change(&args.refs, request, args.keep_going, "cancel", context)
}
