//! `orders product receive`: goods that come from a supplier, all or nothing.

mod list;

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use list::{List, NEW_SIZE_HINT};

use super::typed::ensure_sizes_differ;
use crate::commands::Context;
use crate::commands::arguments::size;
use crate::commands::intake::source::InputArgs;
use crate::commands::naming::find_product;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::commands::run::imported::Imported;
use crate::domain::delivery::{DeliveryDecision, DeliveryLine, DeliveryRefused, LineProblem, decide, read_reference};
use crate::domain::item_spec::quantity;
use crate::domain::product::Product;
use crate::domain::refusal::Refusal;
use crate::error::{Exit, Failure};
use crate::hint::DELIVERY_FILE;
use crate::render::{json, product};
use crate::store::{Read, StoreError};
use crate::ui;

/// Receive a delivery: put what a supplier sent on the shelf
///
/// Name a product and how many came, in each size if it has sizes; or a file with a row for each: CSV or .xlsx with the columns
/// sku (or name, or id), size and quantity. Either all is received, or nothing. The same delivery again changes nothing.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).importing(Imported::Deliveries))]
#[command(override_usage = "orders product receive [OPTIONS] --ref <REF> <P> <N>
       orders product receive [OPTIONS] --ref <REF> <P> <SIZE=N>...
       orders product receive [OPTIONS] --ref <REF> <FILE>")]
#[command(after_help = "Examples:
  orders product receive PL-220 S=3 M=4 --ref INV-77
  orders product receive BLT-01 12 --ref INV-78 --note 'one box was open'
  orders product receive invoice-79.xlsx --ref INV-79 --dry-run")]
pub struct ReceiveArgs {
    /// A barcode, an id, or a part of the name; alone, a file with rows, or - for stdin
    #[arg(value_name = "P|FILE")]
    what: String,
    /// How many came, or how many of each size: S=3 M=4
    #[arg(value_name = "N|SIZE=N", value_parser = sized, value_delimiter = ',')]
    pieces: Vec<Sized>,
    /// The delivery's reference: the number of the supplier's invoice or delivery note
    #[arg(long = "ref", value_name = "REF", value_parser = read_reference)]
    reference: String,
    /// Start the sizes that a product does not have yet
    #[arg(long)]
    new_size: bool,
    #[command(flatten)]
    input: InputArgs,
}

/// How many came, and in which size.
type Sized = (Option<String>, u32);

fn sized(text: &str) -> Result<Sized, String> {
    match text.rsplit_once('=') {
        Some((name, number)) => Ok((Some(size(name)?), quantity(number)?)),
        None => {
            let number = quantity(text).map_err(|_| "must be SIZE=N, such as L=3, or a number of pieces".to_owned())?;
            Ok((None, number))
        }
    }
}

pub fn run(args: &ReceiveArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if args.pieces.len() > 1 && args.pieces.iter().any(|(size, _)| size.is_none()) {
        return Err(Failure::usage("several numbers need their sizes").into());
    }
    ensure_sizes_differ(args.pieces.iter().filter_map(|(size, _)| size.as_deref()))?;
    let list = if args.pieces.is_empty() { Some(List::read(&args.what, &args.input, context)?) } else { None };
    let mut store = context.open_to_write()?;
    let audit = context.audit();
    let (delivery, items, is_new, settings) = context.write(&mut store, |write| {
        let earlier = write.delivery(&args.reference)?;
        let decide_on = |pieces: &[DeliveryLine]| decide(&args.reference, pieces, earlier, args.new_size);
        let decision = match &list {
            Some(list) => list.decide(write, decide_on)?,
            None => match decide_on(&typed(args, find_product(write, &args.what)?)) {
                Ok(decision) => decision,
                Err(refused) => return Err(refuse(refused, write)?.into()),
            },
        };
        let settings = write.settings()?;
        Ok(match decision {
            DeliveryDecision::Unchanged(delivery, items) => (delivery, items, false, settings),
            DeliveryDecision::New(items) => {
                write.receive_delivery(&args.reference, &items, &audit)?;
                let delivery = write.delivery(&args.reference)?.context("it was written just now")?;
                (delivery, items, true, settings)
            }
        })
    })?;
    if let Some(list) = list {
        list.summary.report(Imported::Deliveries, context);
    }
    if !is_new && context.global.note.is_some() {
        context.ui.note("the note is not stored: nothing changed");
    }
    context.print_one(json::delivery(&delivery, &items, is_new), || match (context.ui.quiet, is_new) {
        (true, _) => format!("{}\n", delivery.reference),
        (false, true) => product::received(&delivery, &items, context.is_dry_run(), ui::width()),
        (false, false) => product::received_before(&delivery, context.style(&settings)),
    })?;
    Ok(Exit::Done)
}

/// Returns the pieces that were typed.
fn typed(args: &ReceiveArgs, product: Product) -> Vec<DeliveryLine> {
    let product = Arc::new(product);
    let pieces = |(size, quantity): &Sized| DeliveryLine {
        product: Arc::clone(&product),
        size: size.clone(),
        quantity: (*quantity).into(),
    };
    args.pieces.iter().map(pieces).collect()
}

/// Makes the failure of a delivery that was typed.
fn refuse(not_received: DeliveryRefused, read: &Read<'_>) -> Result<Failure, StoreError> {
    let problems = match not_received {
        DeliveryRefused::Whole(refusal) => return Ok(refusal.into()),
        DeliveryRefused::Lines(problems) => problems,
    };
    let mut hint = None;
    for size in problems.iter().filter_map(|(_, problem)| problem.new_size.as_deref()) {
        let is_product = read.matching_products(None, Some(size))?.by_barcode.is_some();
        hint = Some(match is_product {
            true => format!("{size} is a product: one call takes one product; {DELIVERY_FILE}"),
            false => NEW_SIZE_HINT.to_owned(),
        });
        if is_product {
            break;
        }
    }
    let mut problems: Vec<String> = problems.into_iter().map(|(_, LineProblem { problem, .. })| problem).collect();
    let failure: Failure = match problems.as_mut_slice() {
        [only] => Refusal::invalid(std::mem::take(only)).into(),
        _ => Failure::from(Refusal::invalid("some pieces cannot be received")).details(problems),
    };
    Ok(hint.into_iter().fold(failure, Failure::hint))
}
