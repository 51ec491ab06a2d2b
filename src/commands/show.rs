//! `orders show`: everything in an order.

use std::collections::HashMap;

use clap::Args;

use super::Context;
use super::facts::{Facts, Group};
use super::find::{Naming, name_orders_or_none};
use super::history::read_history;
use super::keep_going::{Call, load_named, print_outcomes};
use super::pick::{Purpose, named_or_picked};
use crate::domain::order::Order;
use crate::error::Exit;
use crate::render::json::ORDER_KEYS;
use crate::render::{history, json, order};

/// Show orders with their items
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders))]
#[command(after_help = "Examples:
  orders show LEG-LXYZ1234-AB5C
  orders show ab5c                        a part that fits one order
  orders show LEG-LXYZ1234-AB5C --json | jq -r .customerPhone
  orders list -q --updated-since 1d | orders show - --format ndjson --keep-going")]
pub struct ShowArgs {
    /// References, ids or parts of references; - reads them from stdin
    #[arg(value_name = "REF")]
    refs: Vec<String>,
    /// Show those that are found, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

/// Runs the command.
pub fn run(args: &ShowArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let references = named_or_picked(&args.refs, &Purpose::of("show", &[]), context)?;
    let call = Call { is_list: references.is_list, keep_going: args.keep_going };
    let naming = Naming::to_read(context);
    let store = context.open_to_read()?;
    let is_text = context.is_table() && !context.ui.quiet;
    let (outcomes, histories, settings) = store.read(|read| {
        let named = name_orders_or_none(read, &references.texts, &naming, args.keep_going)?;
        let outcomes = load_named(read, named)?;
        let mut histories = HashMap::new();
        for order in outcomes.iter().flatten().filter(|_| is_text) {
            histories.insert(order.summary.pk, read_history(read, order.summary.pk, &context.caller)?);
        }
        anyhow::Ok((outcomes, histories, read.settings()?))
    })?;
    naming.say(context);
    print_outcomes(&outcomes, call, ORDER_KEYS, context, json::order, |orders| {
        let style = context.style(&settings);
        if context.ui.quiet {
            return orders.iter().map(|order| format!("{}\n", order.summary.reference)).collect();
        }
        let said = |order: &&Order| histories.get(&order.summary.pk).map(|events| history::last_said(events, style));
        let show = |order: &&Order| order::show(order, style) + &said(order).unwrap_or_default();
        orders.iter().map(show).collect::<Vec<_>>().join("\n")
    })
}
