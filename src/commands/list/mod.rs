//! `orders list`: the orders in the file.

pub mod listing;

use clap::Args;

use self::listing::{Listing, Selection, list};
use super::Context;
use super::run::facts::{CommandFacts, Group};
use crate::error::Exit;
use crate::render::json::ORDER_KEYS;

/// List orders, the newest received first
///
/// The table shows the newest 50. The other formats print all orders while they are read; if reading fails half-way, the exit
/// code says so. Sort by createdAt (when it was received), updatedAt, orderDate, orderReference, customerName, customerPhone, status,
/// total or itemCount.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).listing(ORDER_KEYS))]
#[command(after_help = "Examples:
  orders list --status pending --older-than 2d
  orders list --search 'mona' --since 2026-02-01
  orders list -q --status pending         bare references, one a line
  orders list --due                       what customers and couriers still owe
  orders list --items --format csv        a row an item
  orders list --sort -total --limit 10    the ten largest")]
pub struct ListArgs {
    #[command(flatten)]
    selection: Selection,
    /// With their items: inside each order in JSON, one row an item in the table and CSV
    #[arg(long)]
    items: bool,
    /// Only this account's orders: those linked to it, and those of its phone number
    #[arg(long, value_name = "USERNAME")]
    user: Option<String>,
}

pub fn run(args: &ListArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let listing =
        Listing { selection: &args.selection, with_items: args.items, user: args.user.as_deref(), is_own: false };
    list(&listing, context)
}
