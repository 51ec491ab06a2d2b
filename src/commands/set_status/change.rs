//! Changing the status of orders that were named.

use super::ask::ask;
use crate::commands::Context;
use crate::commands::arguments::shipping::shared_number;
use crate::commands::naming::load_named;
use crate::commands::naming::pick::{Purpose, named_or_picked};
use crate::commands::naming::{Naming, name_orders};
use crate::commands::pay::recording::say_owed;
use crate::commands::run::order_outcomes::{OrderFailure, OutcomeForm, print_outcomes};
use crate::domain::holding::Holding;
use crate::domain::order::{Order, OrderSummary};
use crate::domain::reference::Reference;
use crate::domain::refusal::{Conflict, Refusal, RefusalKind};
use crate::domain::remedy::Remedy;
use crate::domain::shipping::ShippingEdit;
use crate::domain::status::Status;
use crate::domain::transition::{StatusChange, StatusRequest, decide};
use crate::error::{Exit, Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::render::json::ORDER_KEYS;
use crate::render::{json, order};
use crate::store::{Audit, StoreError, Write};

/// Changes the status of orders in one transaction: all or nothing, or with `keep_going` those that can be changed.
/// `cancel` uses it too; `verb` names the action.
pub fn change(
    refs: &[String],
    request: StatusRequest,
    shipping: &ShippingEdit,
    keep_going: bool,
    verb: &str,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    if !request.is_sellable {
        context.required_note("--no-restock")?;
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
    let form = OutcomeForm { is_list: references.is_list, keep_going };
    let mut store = context.open_to_write()?;
    let (audit, naming) = (context.audit(), Naming::to_write(context));
    // Looked up before the transaction, so that nobody waits: references never change.
    let named = store.read(|read| name_orders(read, &references.texts, &naming, keep_going))?;
    // Naming an order is consent; picking from a list can slip.
    let is_asked = request.to == Status::Cancelled || references.are_picked;
    let shown = match is_asked && context.is_to_ask("cancelling needs an answer", "--yes answers yes")? {
        true => Some(ask(&store, &named, request, context)?),
        false => None,
    };
    let (outcomes, shared) = context.write(&mut store, |write| {
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
            match step(&order, &write.held_stock(order.summary.pk)?, request, shipping) {
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
        let mut shared = None;
        for (change, order) in outcomes.iter().flatten() {
            shared = shared_number(write, &order.summary, shipping)?;
            record(write, &order.summary, Some(change), shipping, &audit)?;
        }
        write.reload(outcomes.iter_mut().flatten().map(|(_, order)| order))?;
        anyhow::Ok((outcomes, shared))
    })?;
    if let Some(warning) = &shared {
        context.ui.warn(warning);
    }
    naming.say(context);
    let body = |(_, order): &(StatusChange, Order)| json::order(order);
    let text = |(change, _): &(StatusChange, Order)| match context.ui.quiet {
        true => format!("{}\n", change.reference),
        false => order::changed(change, context.is_dry_run()),
    };
    let exit = print_outcomes(&outcomes, form, request.to.as_str(), ORDER_KEYS, context, body, text)?;
    if request.to == Status::Cancelled {
        say_owed(outcomes.iter().flatten().map(|(_, order)| order), context);
    }
    Ok(exit)
}

/// Decides the step of an order. An order that has taken the step before can still get a courier.
fn step(
    order: &Order,
    held: &Holding,
    request: StatusRequest,
    shipping: &ShippingEdit,
) -> Result<StatusChange, Refusal> {
    decide(order, held, request).map_err(|mut refusal| {
        let is_taken = refusal.kind == RefusalKind::Conflict(Conflict::Already);
        if is_taken && *shipping != ShippingEdit::default() {
            let (reference, shipping) = (order.summary.reference.clone(), shipping.clone());
            refusal.remedies = vec![Remedy::EditShipping { reference, shipping }];
        }
        refusal
    })
}

/// Writes an order's decided step, and who carries it. The note stands with the first of them.
pub(super) fn record(
    write: &Write<'_>,
    order: &OrderSummary,
    step: Option<&StatusChange>,
    shipping: &ShippingEdit,
    audit: &Audit,
) -> Result<(), StoreError> {
    match step {
        Some(step) => {
            write.change_status(step, audit)?;
            write.set_shipping(order, shipping, &Audit { note: None, ..audit.clone() })
        }
        None => write.set_shipping(order, shipping, audit),
    }
}

/// Returns the statuses from which a request can change orders.
fn leaving_for(request: StatusRequest) -> Vec<Status> {
    let can_leave =
        |from: &Status| from.allowed().contains(&request.to) || request.force && from.may_be_forced_to(request.to);
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
                .hint(Hint::run(format!("to move an order back to {to}"), back))
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
    let kinds: Vec<RefusalKind> = refusals.iter().map(|(_, refusal)| refusal.kind).collect();
    let kind = RefusalKind::of_all(&kinds).map_or(FailureKind::Usage, |(_, kind)| kind.into());
    Failure::new(kind, message).error("Some orders cannot take this step").details(details(&refusals))
}
