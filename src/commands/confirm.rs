//! `orders confirm`: takes the stock of orders whose payment was verified.

use clap::Args;
use serde_json::json;

use super::Context;
use super::find::{Found, expand_references, find_orders, name_orders};
use crate::domain::confirm::{Confirmation, decide, decide_each, refusal};
use crate::domain::order::Order;
use crate::domain::product::Catalogue;
use crate::error::{Exit, Failure, Kind, list_first};
use crate::render::json::Body;
use crate::render::{json as bodies, order};
use crate::store::{Stamp, StoreError, Write};

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

/// What one call is about.
struct Call<'a> {
    references: &'a [String],
    takes_parts: bool,
    accept_prices: bool,
    stamp: &'a Stamp,
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
    let call = Call {
        references: &references,
        takes_parts: context.global.yes || context.is_dry_run(),
        accept_prices: args.accept_prices,
        stamp: &stamp,
    };
    let confirm = if args.keep_going { confirm_each } else { confirm_together };
    let endings = context.write(&mut store, |write| confirm(write, &call))?;
    let has_failures = endings.iter().any(|ending| matches!(ending, Ending::Failed(..)));
    if context.is_table() {
        for ending in &endings {
            if let Ending::Failed(_, failure) = ending {
                context.ui.fail(&failure.clone().into());
            }
        }
    }
    context.print_each(endings.iter().map(body).collect(), references.len(), || {
        endings.iter().filter_map(|ending| text(ending, context)).collect()
    })?;
    Ok(if has_failures { Exit::Partly } else { Exit::Done })
}

/// Confirms all orders or none.
fn confirm_together(write: &Write<'_>, call: &Call<'_>) -> anyhow::Result<Vec<Ending>> {
    let found = find_orders(write, call.references)?;
    refuse_parts(found.iter(), call.takes_parts)?;
    let (orders, catalogue) = load(write, found.iter())?;
    let confirmations = decide(&orders, &catalogue, call.accept_prices)
        .map_err(|obstacles| Failure::from(refusal(&orders, &obstacles)))?;
    for confirmation in &confirmations {
        write.change_status(&confirmation.change, call.stamp)?;
    }
    confirmed(write, confirmations)
}

/// Confirms the orders that can be, in the order given.
fn confirm_each(write: &Write<'_>, call: &Call<'_>) -> anyhow::Result<Vec<Ending>> {
    let named = name_orders(write, call.references)?;
    let found = || named.iter().filter_map(|(_, found)| found.as_ref().ok());
    refuse_parts(found(), call.takes_parts)?;
    let (orders, catalogue) = load(write, found())?;
    let mut decisions = decide_each(&orders, catalogue, call.accept_prices).into_iter();
    let mut endings = Vec::with_capacity(named.len());
    for (reference, found) in named {
        // Every order that was found has its decision, in the same order.
        match found.map(|found| (found, decisions.next())) {
            Ok((_, Some(Ok(confirmation)))) => {
                write.change_status(&confirmation.change, call.stamp)?;
                endings.extend(confirmed(write, vec![confirmation])?);
            }
            Ok((found, Some(Err(refusal)))) => {
                endings.push(Ending::Failed(found.reference.to_string(), Failure::of_one(refusal)));
            }
            Ok((_, None)) => {}
            Err(failure) => endings.push(Ending::Failed(reference.to_owned(), failure)),
        }
    }
    Ok(endings)
}

/// Refuses orders that were named by a part of their reference, unless parts are taken.
fn refuse_parts<'f>(mut found: impl Iterator<Item = &'f Found>, takes_parts: bool) -> Result<(), Failure> {
    let Some(part) = found.find(|found| !found.is_exact && !takes_parts) else { return Ok(()) };
    let reference = &part.reference;
    Err(Failure::new(Kind::Usage, format!("only a part of {reference} was given; nothing changed"))
        .hint(format!("orders confirm {}, or --yes to take parts", reference.shell_word())))
}

/// Loads orders with the products of their items.
fn load<'f>(write: &Write<'_>, found: impl Iterator<Item = &'f Found>) -> Result<(Vec<Order>, Catalogue), StoreError> {
    let orders = write.orders(&found.map(|found| found.pk).collect::<Vec<_>>())?;
    let catalogue = write.products(orders.iter().flat_map(|order| order.items.iter().map(|item| item.product_id)))?;
    Ok((orders, catalogue))
}

/// Pairs confirmations with their orders as they are now.
fn confirmed(write: &Write<'_>, confirmations: Vec<Confirmation>) -> anyhow::Result<Vec<Ending>> {
    let pks: Vec<_> = confirmations.iter().map(|confirmation| confirmation.change.order).collect();
    let orders = write.orders(&pks)?;
    let pair = |(order, confirmation)| Ending::Confirmed(Box::new((order, confirmation)));
    Ok(orders.into_iter().zip(confirmations).map(pair).collect())
}

fn body(ending: &Ending) -> Body {
    let value = match ending {
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

fn text(ending: &Ending, context: &Context) -> Option<String> {
    let Ending::Confirmed(confirmed) = ending else {
        return None;
    };
    let (confirmed, confirmation) = confirmed.as_ref();
    Some(match context.ui.quiet {
        true => format!("{}\n", confirmed.summary.reference),
        false => order::confirmed(confirmed, confirmation, context.is_dry_run()),
    })
}
