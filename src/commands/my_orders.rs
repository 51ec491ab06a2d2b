//! `orders my-orders`: the orders of the acting account.

use clap::Args;

use super::Context;
use super::list::listing::{Listing, Selection, list};
use super::run::facts::{CommandFacts, Group};
use crate::error::Exit;
use crate::render::json::ITEM_ROW_KEYS;

/// List the acting account's own orders, with their items
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).listing(ITEM_ROW_KEYS))]
#[command(after_help = "Examples:
  orders --as mona my-orders
  orders --as mona my-orders --json --status shipped")]
pub struct MyOrdersArgs {
    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: &MyOrdersArgs, context: &mut Context) -> anyhow::Result<Exit> {
    list(&Listing { selection: &args.selection, with_items: true, user: None, is_own: true }, context)
}
