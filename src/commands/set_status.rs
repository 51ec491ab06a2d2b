//! `orders set-status`: moves orders on, or with force a step back.

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::completions::complete_reference;
use super::find::{expand_references, find_orders};
use super::{Context, status_parser};
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::status::Status;
use crate::domain::transition::{Request, StatusChange, decide};
use crate::error::{Exit, Failure};
use crate::render::{json, order};

/// Move orders to a status, all or nothing
///
/// pending → cancelled; confirmed → processing, shipped, delivered (picked up), cancelled; processing → shipped, delivered,
/// cancelled; shipped → delivered, cancelled; delivered → cancelled (a return). With --force and a --note also a step
/// back: from shipped or delivered to processing or shipped, and from any to pending. Leaving the stock-holding statuses
/// gives the stock back. Only confirm takes an order to confirmed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders set-status LEG-LXYZ1234-AB5C shipped --note 'Bosta 9917'
  orders list -q --status confirmed | orders set-status - processing
  orders set-status LEG-LXYZ1234-AB5C pending --force --note 'confirmed by mistake'")]
pub struct SetStatusArgs {
    /// References, ids or parts of references; - reads them from stdin
    #[arg(required = true, value_name = "REF", add = ArgValueCompleter::new(complete_reference))]
    refs: Vec<String>,
    /// The status that they get
    #[arg(value_name = "STATUS", value_parser = status_parser(), ignore_case = true)]
    status: Status,
    /// Allow a step back; needs --note
    #[arg(long)]
    force: bool,
    /// Goods that come back cannot be sold: they are written off
    #[arg(long)]
    no_restock: bool,
}

/// Runs the command.
pub fn run(args: &SetStatusArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if args.force && context.global.note.is_none() {
        return Err(Failure::usage("--force needs a --note that says why")
            .hint("--note 'confirmed by mistake', say")
            .into());
    }
    if args.no_restock && !matches!(args.status, Status::Cancelled | Status::Pending) {
        return Err(Failure::usage("--no-restock is for orders that give their stock back").into());
    }
    let request = Request { to: args.status, force: args.force, restock: !args.no_restock };
    change(&args.refs, request, context)
}

/// Changes the status of orders, all or nothing. `cancel` is this too.
pub fn change(refs: &[String], request: Request, context: &mut Context) -> anyhow::Result<Exit> {
    let references = expand_references(refs)?;
    let mut store = context.open_to_write()?;
    let (stamp, caller) = (context.stamp(), context.caller.clone());
    let (changes, orders) = context.write(&mut store, |write| {
        let found = find_orders(write, &references, &caller)?;
        let pks: Vec<_> = found.iter().map(|found| found.pk).collect();
        let mut changes = Vec::with_capacity(pks.len());
        let mut refusals = Vec::new();
        for order in write.orders(&pks)? {
            match decide(&order, &write.held_stock(order.summary.pk)?, request) {
                Ok(change) => changes.push(change),
                Err(refusal) => refusals.push((order.summary.reference, refusal)),
            }
        }
        if !refusals.is_empty() {
            return Err(merge(refusals, pks.len()).into());
        }
        for change in &changes {
            write.change_status(change, &stamp)?;
        }
        anyhow::Ok((changes, write.orders(&pks)?))
    })?;
    context.print_each(orders.iter().map(json::order).collect(), references.len(), || texts(&changes, context))?;
    Ok(Exit::Done)
}

fn texts(changes: &[StatusChange], context: &Context) -> String {
    let text = |change: &StatusChange| match context.ui.quiet {
        true => format!("{}\n", change.reference),
        false => order::changed(change, context.is_dry_run()),
    };
    changes.iter().map(text).collect()
}

/// Makes one failure of the refusals among so many orders.
fn merge(mut refusals: Vec<(Reference, Refusal)>, orders: usize) -> Failure {
    let details = |refusals: &[(Reference, Refusal)]| {
        refusals.iter().map(|(reference, refusal)| format!("{reference}: {}", refusal.error)).collect()
    };
    if refusals.len() == 1 {
        let details = if orders > 1 { details(&refusals) } else { Vec::new() };
        return Failure::from(refusals.remove(0).1).details(details);
    }
    let message = format!("{} orders cannot take this step; nothing changed", refusals.len());
    Failure::new(refusals[0].1.kind.into(), message)
        .error("Some orders cannot take this step")
        .details(details(&refusals))
}
