//! `orders show`: everything in an order.

use clap::Args;

use super::Context;
use super::naming::load_each_named;
use super::naming::pick::{Purpose, named_or_picked};
use super::naming::{Naming, REFS_TO_READ, name_orders};
use super::run::facts::{CommandFacts, Group};
use super::run::order_outcomes::{OutcomeForm, Results};
use crate::domain::history::seen_by;
use crate::error::Exit;
use crate::render::history::last_said;
use crate::render::json::ORDER_KEYS;
use crate::render::{json, order};

/// Show orders with their items
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders))]
#[command(after_help = "Examples:
  orders show LEG-LXYZ1234-AB5C
  orders show ab5c                        a part that fits one order
  orders show LEG-LXYZ1234-AB5C --json | jq -r .customerPhone
  orders list -q --updated-since 1d | orders show - --format ndjson")]
pub struct ShowArgs {
    #[arg(value_name = "REF", help = REFS_TO_READ)]
    refs: Vec<String>,
    /// Where an order is not found, report it, go on with the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

pub fn run(args: &ShowArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let references = named_or_picked(&args.refs, &Purpose::of("show", &[]), context)?;
    let form = OutcomeForm { is_list: references.is_list, keep_going: args.keep_going };
    let naming = Naming::to_read(context);
    let store = context.open_to_read()?;
    let results = store.read(|read| {
        let named = name_orders(read, &references.texts, &naming, args.keep_going)?;
        let settings = read.settings()?;
        let style = context.style(&settings);
        let (mut results, mut is_first) = (Results::default(), true);
        load_each_named(read, named, |outcome| {
            let order = match outcome {
                Ok(order) => seen_by(&context.caller, &order).into_owned(),
                Err(failed) => return Ok(results.push_failure(failed)?),
            };
            let text = match context.is_table() {
                true if context.ui.quiet => Some(format!("{}\n", order.summary.reference)),
                true => {
                    let said = last_said(&order, style);
                    let before = if std::mem::take(&mut is_first) { "" } else { "\n" };
                    Some(format!("{before}{}{said}", order::show(&order, style)))
                }
                false => None,
            };
            Ok(results.push(text, || json::order(&order))?)
        })?;
        anyhow::Ok(results)
    })?;
    naming.say(context);
    results.print(form, ORDER_KEYS, context)
}
