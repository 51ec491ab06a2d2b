//! `orders create`: one order from JSON.

use std::sync::Arc;

use clap::Args;
use uuid::Uuid;

use super::Context;
use super::receive::Desk;
use super::source::{Source, open_source};
use crate::domain::receive::{NamedProduct, Rejected, SourceKind, resolve, unknown_products};
use crate::domain::reference::Reference;
use crate::domain::text::{shell_word, shorten};
use crate::domain::zone::Zone;
use crate::error::{Exit, Failure, Kind};
use crate::input::order_record::{Context as RecordContext, ReadOrder, read_record};
use crate::input::records::{Record, Records, StreamError};
use crate::render::{json, order};
use crate::store::{ContentHash, StoreError, Write};

/// Take one order from JSON and print it
///
/// The order starts pending and holds no stock. Without an orderReference it gets one. The same order again is no error:
/// the one that is there is printed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders create order.json
  curl -s https://shop.example/order/17 | orders create - --json
  orders create order.json --dry-run      check it only")]
pub struct CreateArgs {
    /// The file with the order; - or none: stdin
    file: Option<String>,
}

/// Runs the command.
pub fn run(args: &CreateArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let mut source = open_source(args.file.as_deref(), &context.orders_files()?)?;
    let read = read_one(&mut source)?;
    let incoming = match read.order {
        Ok(incoming) => incoming,
        Err(mut problems) => {
            problems.extend(unknown_to_the_catalogue(&read.products, context)?);
            return Err(refuse(Kind::InvalidInput, read.label.as_deref(), problems).into());
        }
    };
    let mut store = context.open_or_create()?;
    let (stamp, mut ids) = (context.stamp(), context.ids());
    let (user, is_discreet) = (context.caller.owns_new_orders(), !context.caller.sees_all());
    let (order, warnings, settings) = context.write(&mut store, |write| {
        let settings = write.settings()?;
        let catalogue = write.named_products(incoming.items.iter().map(|item| &item.product))?;
        let reference = match &incoming.reference {
            Some(reference) => reference.clone(),
            None => free_reference(write, &mut ids)?,
        };
        let refused = |rejected: Rejected| refuse(rejected.kind.into(), Some(reference.as_str()), rejected.problems);
        let new = resolve(incoming, reference.clone(), &catalogue, &mut ids).map_err(refused)?;
        let desk = Desk { write, settings: &settings, user, is_discreet, stamp: &stamp };
        let taken = desk.receive(&new, ContentHash::of(&new.content))?.map_err(refused)?;
        Ok((write.orders(&[taken.order])?.remove(0), taken.warnings, settings))
    })?;
    let reference = &order.summary.reference;
    match warnings {
        None => context.ui.note(&format!("{reference} is there already, unchanged")),
        Some(warnings) => warnings.iter().for_each(|warning| context.ui.warn(&format!("{reference}: {warning}"))),
    }
    context.print_one(json::order(&order), || match context.ui.quiet {
        true => format!("{reference}\n"),
        false => order::show(&order, context.look(&settings)),
    })?;
    Ok(Exit::Done)
}

/// Reads the only record of a source.
fn read_one(source: &mut Source) -> anyhow::Result<ReadOrder> {
    let refuse_input = |problem: String| refuse(Kind::InvalidInput, None, vec![problem]);
    let mut records = Records::new(&mut source.reader);
    let mut next = || {
        records.next_record().map_err(|error| match error {
            StreamError::Io(error) => Failure::io(&error, format!("cannot read {}: {error}", source.name)),
            StreamError::NotJson { .. } => refuse_input(error.to_string()),
        })
    };
    let record = next()?.ok_or_else(|| refuse_input("the input is empty".to_owned()))?;
    if next()?.is_some() {
        return Err(refuse_input("there is more than one record; use: orders import".to_owned()).into());
    }
    read_order(record)
}

fn read_order(record: Record) -> anyhow::Result<ReadOrder> {
    let refuse_input = |problem: String| refuse(Kind::InvalidInput, None, vec![problem]);
    if let Some(excess) = record.excess {
        return Err(refuse_input(excess).into());
    }
    // The zone is for WhatsApp's texts, which are for `import`.
    let context = RecordContext { zone: Zone::UTC };
    let (mut found, mut count) = (None, 0);
    let skipped = read_record(&Arc::new(record.bytes), context, &mut |order, _| {
        count += 1;
        found = Some(order);
    });
    let skipped = skipped.map_err(|error| {
        let line = record.line + error.line as u64;
        refuse_input(format!("line {line}: {}", error.problem))
    })?;
    match (found, count, skipped) {
        (Some(order), 1, 0) if order.source.kind == SourceKind::Json => Ok(order),
        _ => Err(refuse_input("is from WhatsApp; use: orders import".to_owned()).into()),
    }
}

/// Names the unknown products of an order that is refused anyway, where there is a file to look into.
fn unknown_to_the_catalogue(products: &[NamedProduct], context: &Context) -> anyhow::Result<Vec<String>> {
    let store = match context.open_to_read() {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Missing)) => return Ok(Vec::new()),
        store => store?,
    };
    let catalogue = store.read(|read| read.named_products(products))?;
    Ok(unknown_products(products, &catalogue))
}

fn refuse(kind: Kind, reference: Option<&str>, problems: Vec<String>) -> Failure {
    let which = reference.map(|reference| format!(" {}", shorten(reference))).unwrap_or_default();
    let failure = match kind {
        Kind::Conflict(_) => Failure::new(kind, format!("order{which} is there with other content; nothing changed"))
            .error("Order is there with other content")
            .hint(format!("orders show {}", shell_word(reference.unwrap_or_default()))),
        _ => Failure::new(kind, format!("invalid order{which}; nothing changed")).error("Invalid order"),
    };
    failure.details(problems)
}

/// Makes a reference that no order has yet.
fn free_reference(write: &Write<'_>, new_id: &mut dyn FnMut() -> Uuid) -> Result<Reference, StoreError> {
    loop {
        // The low half of an id is random.
        let (_, random) = new_id().as_u64_pair();
        let reference = Reference::made(write.time(), (random & 0xFFFF_FFFF) as u32);
        if !write.has_reference(&reference)? {
            return Ok(reference);
        }
    }
}
