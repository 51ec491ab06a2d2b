//! `orders show`: everything in an order.

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::Context;
use super::completions::complete_reference;
use super::find::{expand_references, find_orders};
use crate::error::Exit;
use crate::render::{json, order};

/// Show orders with their items
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders show LEG-LXYZ1234-AB5C
  orders show ab5c                        a part that fits one order
  orders show LEG-LXYZ1234-AB5C --json | jq -r .customerPhone")]
pub struct ShowArgs {
    /// References, ids or parts of references; - reads them from stdin
    #[arg(value_name = "REF", add = ArgValueCompleter::new(complete_reference))]
    refs: Vec<String>,
}

/// Runs the command.
pub fn run(args: &ShowArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let references = expand_references(&args.refs)?;
    let store = context.open_to_read()?;
    let (orders, settings) = store.read(|read| {
        let found = find_orders(read, &references, &context.caller)?;
        let pks: Vec<_> = found.iter().map(|found| found.pk).collect();
        anyhow::Ok((read.orders(&pks)?, read.settings()?))
    })?;
    context.print_each(orders.iter().map(json::order).collect(), references.len(), || {
        let look = context.look(&settings);
        if context.ui.quiet {
            return orders.iter().map(|order| format!("{}\n", order.summary.reference)).collect();
        }
        orders.iter().map(|order| order::show(order, look)).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Done)
}
