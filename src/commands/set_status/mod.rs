//! `orders set-status`: moves orders on, or with force a step back.

mod ask;

use clap::Args;

use super::Context;
use super::arguments::{ShippingArgs, read_status};
use super::facts::{Facts, Group};
use super::find::{Naming, REFS_TO_WRITE, name_orders_or_none};
use super::keep_going::{Call, OrderFailure, load_named, print_outcomes};
use super::payment::say_owed;
use super::pick::{Purpose, named_or_picked};
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::shipping::ShippingEdit;
use crate::domain::status::Status;
use crate::domain::text::shorten;
use crate::domain::transition::{Request, StatusChange, decide};
use crate::error::{Exit, Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::render::json::ORDER_KEYS;
use crate::render::{json, order};
use crate::store::{Audit, StoreError};

/// Move orders to a status, all or nothing
///
/// pending → cancelled; confirmed → processing, shipped, delivered (picked up), cancelled; processing → shipped, delivered,
/// cancelled; shipped → delivered, cancelled; delivered → cancelled (everything is back). With --force and a --note also a step
/// back: from shipped or delivered to processing or shipped, and from any to pending. Leaving the stock-holding statuses
/// gives the stock back. Only confirm takes an order to confirmed.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).keeping_note().acting_on(CHANGEABLE))]
#[command(override_usage = "orders set-status [OPTIONS] <REF>... <STATUS>
       orders set-status [OPTIONS] <STATUS>    at a terminal: picks the orders")]
#[command(after_help = "Examples:
  orders set-status LEG-LXYZ1234-AB5C shipped --courier Bosta --tracking 9917
  orders list -q --status confirmed | orders set-status - processing
  orders set-status LEG-LXYZ1234-AB5C pending --force --note 'a mistake'")]
pub struct SetStatusArgs {
    // One list: with two, clap takes the word before one that begins with - as the last, even after --.
    #[arg(num_args = 1.., value_names = ["REF", "STATUS"], help = format!("{REFS_TO_WRITE}. The status comes last: pending, confirmed, processing, shipped, delivered or cancelled"))]
    words: Vec<String>,
    /// Allow a step back; needs --note
    #[arg(long)]
    force: bool,
    /// Goods that come back cannot be sold: they are written off
    #[arg(long)]
    no_restock: bool,
    /// Of orders that are cancelled, what the shop keeps of the price: a fee, a deposit
    #[arg(long, value_name = "AMOUNT", value_parser = Money::parse_typed)]
    keep: Option<Money>,
    #[command(flatten)]
    shipping: ShippingArgs,
    /// Move those that can be moved, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

/// The statuses that an order can leave without --force.
pub const CHANGEABLE: &[Status] =
    &[Status::Pending, Status::Confirmed, Status::Processing, Status::Shipped, Status::Delivered];

pub fn run(args: &SetStatusArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if args.force && context.global.note.is_none() {
        return Err(Failure::usage("--force needs a --note that says why").hint("add --note WHY").into());
    }
    let (status, refs) = args.status_and_refs()?;
    if args.no_restock && !matches!(status, Status::Cancelled | Status::Pending) {
        return Err(Failure::usage("--no-restock is for orders that give their stock back").into());
    }
    if args.keep.is_some() && status != Status::Cancelled {
        return Err(Failure::usage("--keep is for orders that are cancelled").into());
    }
    let shipping = args.shipping.edit();
    let is_carried = matches!(status, Status::Shipped | Status::Delivered);
    if shipping != ShippingEdit::default() && !is_carried {
        return Err(Failure::usage("--courier and --tracking are for orders that are shipped or delivered").into());
    }
    let keep = args.keep.unwrap_or_default();
    let request = Request { to: status, force: args.force, restock: !args.no_restock, keep };
    change(refs, request, &shipping, args.keep_going, &format!("move to {status}"), context)
}

impl SetStatusArgs {
    fn status_and_refs(&self) -> Result<(Status, &[String]), Failure> {
        let (word, refs) = self.words.split_last().ok_or_else(|| {
            Failure::usage("name orders and a status")
                .hint(Hint::run("to pick the orders at a terminal", CommandLine::of("set-status STATUS")))
        })?;
        let all = Status::ALL.map(Status::as_str).join(", ");
        let status = read_status(word).ok_or_else(|| {
            Failure::usage(format!("invalid value '{}' for '<STATUS>' [possible values: {all}]", shorten(word)))
                .hint("the status comes last, after the references")
        })?;
        Ok((status, refs))
    }
}

/// Changes the status of orders in one transaction: all or nothing, or with `keep_going` those that can be changed.
/// `cancel` uses it too; `verb` names the action.
pub fn change(
    refs: &[String],
    request: Request,
    shipping: &ShippingEdit,
    keep_going: bool,
    verb: &str,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    if !request.restock && context.global.note.is_none() {
        return Err(Failure::usage("--no-restock needs a --note that says why").hint("add --note WHY").into());
    }
    let from = leaving_for(request);
    if refs.is_empty() && from.is_empty() {
        return Err(none_can_go(request.to).into());
    }
    let references = named_or_picked(refs, &Purpose::of(verb, &from), context)?;
    let count = references.texts.len();
    if shipping.tracking.is_some() && count > 1 {
        return Err(Failure::usage(format!("--tracking is for one order, and {count} are named")).into());
    }
    let call = Call { is_list: references.is_list, keep_going, done: request.to.as_str() };
    let mut store = context.open_to_write()?;
    let (audit, naming) = (context.audit(), Naming::to_write(context));
    // Looked up before the transaction, so that nobody waits: references never change.
    let named = store.read(|read| name_orders_or_none(read, &references.texts, &naming, keep_going))?;
    // Naming an order is consent; picking from a list can slip.
    let is_asked = request.to == Status::Cancelled || references.are_picked;
    let shown = match is_asked && context.is_to_ask("cancelling needs an answer", "--yes answers yes")? {
        true => Some(ask::ask(&store, &named, request, context)?),
        false => None,
    };
    let outcomes = context.write(&mut store, |write| {
        let count = named.len();
        let (mut outcomes, mut refusals) = (Vec::with_capacity(count), Vec::new());
        for outcome in load_named(write, &named)? {
            let order = match outcome {
                Ok(order) => order,
                Err(failed) => {
                    outcomes.push(Err(failed));
                    continue;
                }
            };
            let reference = order.summary.reference.clone();
            if let Some(shown) = &shown
                && shown.get(&order.summary.pk) != Some(&order)
            {
                return Err(Failure::from(Refusal::changed(&reference)).into());
            }
            match decide(&order, &write.held_stock(order.summary.pk)?, request) {
                Ok(change) => outcomes.push(Ok((change, order))),
                Err(refusal) if keep_going => {
                    let failure = refusal.into();
                    outcomes.push(Err(OrderFailure { reference: reference.to_string(), failure }));
                }
                Err(refusal) => refusals.push((reference, refusal)),
            }
        }
        if !refusals.is_empty() {
            return Err(merge(refusals).into());
        }
        for (change, order) in outcomes.iter().flatten() {
            write.change_status(change, &audit)?;
            // The change of status has the note already.
            write.set_shipping(&order.summary, shipping, &Audit { note: None, ..audit.clone() })?;
        }
        let pks: Vec<_> = outcomes.iter().flatten().map(|(_, order)| order.summary.pk).collect();
        let mut changed = write.orders(&pks)?.into_iter();
        for (_, order) in outcomes.iter_mut().flatten() {
            *order = changed.next().ok_or(StoreError::Changed("the order"))?;
        }
        anyhow::Ok(outcomes)
    })?;
    naming.say(context);
    let body = |(_, order): &(StatusChange, Order)| json::order(order);
    let exit = print_outcomes(&outcomes, call, ORDER_KEYS, context, body, |changed| {
        let text = |(change, _): &&(StatusChange, Order)| match context.ui.quiet {
            true => format!("{}\n", change.reference),
            false => order::changed(change, context.is_dry_run()),
        };
        changed.iter().map(text).collect()
    })?;
    if request.to == Status::Cancelled {
        say_owed(outcomes.iter().flatten().map(|(_, order)| order), context);
    }
    Ok(exit)
}

/// Returns the statuses from which a request can change orders.
fn leaving_for(request: Request) -> Vec<Status> {
    let can_leave =
        |from: &Status| from.next().contains(&request.to) || request.force && from.may_be_forced_to(request.to);
    Status::ALL.into_iter().filter(can_leave).collect()
}

/// Says why no order can be picked for a status.
fn none_can_go(to: Status) -> Failure {
    match to {
        Status::Confirmed => Failure::usage("only confirm takes an order to confirmed")
            .hint(Hint::run("to confirm orders", CommandLine::of("confirm"))),
        to => {
            let back = CommandLine::of("set-status").argument(to).option("--force --note WHY");
            Failure::usage(format!("set-status takes no order to {to}"))
                .hint(Hint::run(format!("to take an order back to {to}"), back))
        }
    }
}

/// Merges refusals into one failure.
fn merge(mut refusals: Vec<(Reference, Refusal)>) -> Failure {
    let details = |refusals: &[(Reference, Refusal)]| {
        refusals.iter().map(|(reference, refusal)| format!("{reference}: {}", refusal.error)).collect()
    };
    if refusals.len() == 1 {
        return refusals.remove(0).1.into();
    }
    let message = format!("{} orders cannot take this step", refusals.len());
    let kinds = refusals.iter().map(|(_, refusal)| FailureKind::from(refusal.kind));
    Failure::new(kinds.min_by_key(|kind| kind.exit_code()).unwrap_or(FailureKind::Usage), message)
        .error("Some orders cannot take this step")
        .details(details(&refusals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changeable_statuses_have_a_next_status() {
        let with_next: Vec<Status> = Status::ALL.into_iter().filter(|status| !status.next().is_empty()).collect();
        assert_eq!(with_next, CHANGEABLE);
    }
}
