//! `orders confirm`: takes the stock of orders whose payment was verified.

use clap::Args;
use serde_json::json;

use super::Context;
use super::find::{Finder, Found, expand_references, find_orders};
use crate::domain::confirm::{Confirmation, decide, decide_each, refusal};
use crate::domain::order::Order;
use crate::error::{Exit, Failure, Kind, list_first};
use crate::render::json::Body;
use crate::render::{json as bodies, order};
use crate::store::{Stamp, Write};

/// Confirm orders: take their stock, all or nothing
///
/// Several orders are one transaction: their quantities are summed, and all of them are confirmed or none is. An order
/// whose prices are below the catalogue's is refused unless --accept-prices is given.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders confirm LEG-LXYZ1234-AB5C --note 'Instapay 4711'
  orders confirm LEG-LXYZ1234-AB5C --dry-run
  orders confirm ab5c --yes                           a part that fits one order
  orders list -q --status pending | orders confirm - --keep-going")]
pub struct ConfirmArgs {
    /// References, ids or (with --yes) parts of references; - reads them from stdin
    #[arg(value_name = "REF")]
    refs: Vec<String>,
    /// Accept prices below the list price
    #[arg(long)]
    accept_prices: bool,
    /// Confirm those that can be confirmed, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

/// What became of one order that was named.
enum Ending {
    Confirmed(Box<(Order, Confirmation)>),
    Failed(String, Failure),
}

/// Runs the command.
pub fn run(args: &ConfirmArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let references = expand_references(&args.refs)?;
    let mut store = context.open_to_write()?;
    let stamp = context.stamp();
    let takes_parts = context.global.yes || context.is_dry_run();
    let outcomes = context.write(&mut store, |write| {
        let confirm = if args.keep_going { confirm_each } else { confirm_together };
        confirm(write, &references, takes_parts, args.accept_prices, &stamp)
    })?;
    let has_failures = outcomes.iter().any(|outcome| matches!(outcome, Ending::Failed(..)));
    if context.is_table() {
        for outcome in &outcomes {
            if let Ending::Failed(_, failure) = outcome {
                context.ui.fail(&failure.clone().into());
            }
        }
    }
    context.print_each(outcomes.iter().map(body).collect(), references.len(), || {
        outcomes.iter().filter_map(|outcome| text(outcome, context)).collect()
    })?;
    Ok(if has_failures { Exit::Partly } else { Exit::Done })
}

/// Confirms all orders or none.
fn confirm_together(
    write: &Write<'_>,
    references: &[String],
    takes_parts: bool,
    accept_prices: bool,
    stamp: &Stamp,
) -> anyhow::Result<Vec<Ending>> {
    let found = find_orders(write, references)?;
    if let Some(part) = found.iter().find(|found| !found.is_exact && !takes_parts) {
        return Err(needs_consent(part).into());
    }
    let orders = write.orders(&found.iter().map(|found| found.pk).collect::<Vec<_>>())?;
    let catalogue = write.products(orders.iter().flat_map(|order| order.items.iter().map(|item| item.product_id)))?;
    let confirmations =
        decide(&orders, &catalogue, accept_prices).map_err(|obstacles| Failure::from(refusal(&orders, &obstacles)))?;
    for confirmation in &confirmations {
        write.change_status(&confirmation.change, stamp)?;
    }
    confirmed(write, confirmations)
}

/// Confirms the orders that can be, in the order given.
fn confirm_each(
    write: &Write<'_>,
    references: &[String],
    takes_parts: bool,
    accept_prices: bool,
    stamp: &Stamp,
) -> anyhow::Result<Vec<Ending>> {
    let mut named = Vec::with_capacity(references.len());
    let mut finder = Finder::new(write);
    for reference in references {
        let found = finder.find(reference)?;
        if let Ok(found) = &found {
            if !found.is_exact && !takes_parts {
                return Err(needs_consent(found).into());
            }
            let is_again = named.iter().any(|(_, other)| matches!(other, Ok(other) if same(other, found)));
            if is_again {
                continue;
            }
        }
        named.push((reference, found));
    }
    let pks: Vec<_> = named.iter().filter_map(|(_, found)| found.as_ref().ok()).map(|found| found.pk).collect();
    let orders = write.orders(&pks)?;
    let catalogue = write.products(orders.iter().flat_map(|order| order.items.iter().map(|item| item.product_id)))?;
    let mut decisions = decide_each(&orders, catalogue, accept_prices).into_iter();
    let mut outcomes = Vec::with_capacity(named.len());
    for (reference, found) in named {
        let found = match found {
            Ok(found) => found,
            Err(failure) => {
                outcomes.push(Ending::Failed(reference.clone(), failure));
                continue;
            }
        };
        match decisions.next() {
            Some(Ok(confirmation)) => {
                write.change_status(&confirmation.change, stamp)?;
                outcomes.extend(confirmed(write, vec![confirmation])?);
            }
            Some(Err(refusal)) => {
                outcomes.push(Ending::Failed(found.reference.to_string(), Failure::of_one(refusal)));
            }
            None => {}
        }
    }
    Ok(outcomes)
}

fn same(one: &Found, other: &Found) -> bool {
    one.pk == other.pk
}

/// Pairs confirmations with their orders as they are now.
fn confirmed(write: &Write<'_>, confirmations: Vec<Confirmation>) -> anyhow::Result<Vec<Ending>> {
    let pks: Vec<_> = confirmations.iter().map(|confirmation| confirmation.change.order).collect();
    let orders = write.orders(&pks)?;
    let pair = |(order, confirmation)| Ending::Confirmed(Box::new((order, confirmation)));
    Ok(orders.into_iter().zip(confirmations).map(pair).collect())
}

fn needs_consent(part: &Found) -> Failure {
    let reference = &part.reference;
    Failure::new(Kind::Usage, format!("only a part of {reference} was given; nothing changed"))
        .hint(format!("orders confirm {}, or --yes to take parts", reference.shell_word()))
}

fn body(outcome: &Ending) -> Body {
    let value = match outcome {
        Ending::Confirmed(confirmed) => json!({
            "success": true,
            "order": bodies::order(&confirmed.0),
            "stockUpdated": true,
            "message": "Order confirmed and stock updated successfully",
        }),
        Ending::Failed(reference, failure) => json!({
            "success": false,
            "orderReference": reference,
            "error": failure.error,
            "details": list_first(&failure.details, failure.details.len()),
            "code": failure.kind.code(),
        }),
    };
    match value {
        serde_json::Value::Object(body) => body,
        _ => Body::new(),
    }
}

fn text(outcome: &Ending, context: &Context) -> Option<String> {
    let Ending::Confirmed(confirmed) = outcome else {
        return None;
    };
    let (confirmed, confirmation) = confirmed.as_ref();
    Some(match context.ui.quiet {
        true => format!("{}\n", confirmed.summary.reference),
        false => order::confirmed(confirmed, confirmation, context.is_dry_run()),
    })
}
