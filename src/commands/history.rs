//! `orders history`: everything that happened to an order.

use clap::Args;

use super::Context;
use super::arguments::listing::choose_fields;
use super::naming::pick::{Purpose, one_named_or_picked};
use super::naming::{Naming, REF_TO_READ, find_order};
use super::run::facts::{CommandFacts, Group};
use crate::domain::history::{Event, for_buyer};
use crate::domain::order::OrderPk;
use crate::domain::permission::Caller;
use crate::error::Exit;
use crate::render::history;
use crate::render::json::{EVENT_KEYS, choose, event};
use crate::store::{Read, StoreError};

/// Show everything that happened to an order: who did it, when and why, and the stock that moved
///
/// Buyers do not see the shop's notes.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).listing(EVENT_KEYS))]
#[command(after_help = "Examples:
  orders history LEG-LXYZ1234-AB5C
  orders history ab5c --json | jq -r '.[].note'")]
pub struct HistoryArgs {
    #[arg(value_name = "REF", help = REF_TO_READ)]
    reference: Option<String>,
}

pub fn run(args: &HistoryArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), EVENT_KEYS, EVENT_KEYS)?;
    let reference = one_named_or_picked(args.reference.as_deref(), &Purpose::of("show", &[]), context)?;
    let naming = Naming::to_read(context);
    let store = context.open_to_read()?;
    let (order, events, settings) = store.read(|read| {
        let order = find_order(read, &reference, &naming)?;
        let events = read_history(read, order.summary.pk, &context.caller)?;
        anyhow::Ok((order, events, read.settings()?))
    })?;
    let bodies: Vec<_> = events.iter().map(|one| choose(&event(one), &keys)).collect();
    naming.say(context);
    context.print_list(&keys, &bodies, &settings, || {
        history::of_order(&order.summary, &events, context.style(&settings))
    })?;
    Ok(Exit::Done)
}

/// Loads the events of an order that the caller may see.
pub fn read_history(read: &Read<'_>, order: OrderPk, caller: &Caller) -> Result<Vec<Event>, StoreError> {
    let events = read.events(order)?;
    Ok(if caller.sees_only().is_some() { for_buyer(events, caller.name()) } else { events })
}
