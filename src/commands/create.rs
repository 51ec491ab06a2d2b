//! `orders create`: one order from JSON.

use std::io::Read as _;
use std::sync::Arc;

use clap::Args;
use uuid::Uuid;

use super::Context;
use super::facts::{Facts, Group};
use super::receive::{OrderIntake, StoredOrder};
use super::source::{InputFile, open_source};
use crate::domain::incoming::SourceKind;
use crate::domain::order::Order;
use crate::domain::problems::Problems;
use crate::domain::product::NamedProduct;
use crate::domain::reference::Reference;
use crate::domain::refusal::RefusalKind;
use crate::domain::resolve::{Rejected, resolve, unknown_products};
use crate::domain::text::shorten;
use crate::domain::user::{Caller, Task};
use crate::domain::zone::Zone;
use crate::error::{Exit, Explained, Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::input::order_record::read_record;
use crate::input::parsed_order::ParsedOrder;
use crate::input::records::{Record, Records, StreamError};
use crate::render::json;
use crate::store::{ContentHash, StoreError, Write};

/// Take one order from JSON and print it
///
/// The order starts pending and holds no stock. Without an orderReference it gets one. The same order again is no error:
/// the one that is there is printed.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).keeping_note())]
#[command(after_help = "Examples:
  orders create order.json
  curl -s https://shop.example/order/17 | orders create - --json
  orders create order.json --dry-run      check it only")]
pub struct CreateArgs {
    /// The file with the order; - or none: stdin
    #[arg(value_name = "FILE")]
    file: Option<String>,
}

pub fn run(args: &CreateArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let mut source = open_source(args.file.as_deref(), &context.orders_files()?)?;
    let read = read_one(&mut source)?;
    let incoming = match read.order {
        Ok(incoming) => incoming,
        Err(mut problems) => {
            problems.extend(unknown_to_the_catalogue(&read.products, context)?);
            return Err(refuse(FailureKind::InvalidInput, read.label.as_deref(), problems).into());
        }
    };
    let mut store = context.open_or_create()?;
    let (audit, mut ids) = (context.audit(), context.ids());
    let sender = context.caller.clone();
    let (answer, settings) = context.write(&mut store, |write| {
        let settings = write.settings()?;
        let catalogue = write.named_products(incoming.items.iter().map(|item| &item.product))?;
        let reference = match &incoming.reference {
            Some(reference) => reference.clone(),
            None => free_reference(write, &mut ids)?,
        };
        let refused = |write: &Write<'_>, rejected: Rejected| {
            let mut explained = refuse(rejected.kind.into(), Some(reference.as_str()), rejected.problems);
            // The hint is to show the existing order, which the sender may not see.
            match sender.sees_only().map(|user| write.match_whole(reference.as_str(), Some(&user))) {
                Some(Err(error)) => return anyhow::Error::from(error),
                Some(Ok(found)) if found.is_empty() => explained.failure.remedies.clear(),
                _ => {}
            }
            let is_without_products = || write.all_products().is_ok_and(|all| all.is_empty());
            if rejected.kind == RefusalKind::InvalidInput && sender.may(Task::Products).is_ok() && is_without_products()
            {
                let hint = Hint::run("to add products first", CommandLine::of("product import FILE"));
                explained.failure = explained.failure.hint(hint);
            }
            explained.into()
        };
        let new = resolve(incoming, reference.clone(), write.time(), &catalogue, &mut ids)
            .map_err(|rejected| refused(write, rejected))?;
        let stored = write.with_order_batch(|batch| {
            let mut intake = OrderIntake { batch, settings: &settings, sender: &sender, audit: &audit };
            intake.receive(&new, ContentHash::of(&new.content))
        })?;
        let (pk, warnings) = match stored.map_err(|rejected| refused(write, rejected))? {
            StoredOrder::New(pk, warnings) => (pk, Some(warnings)),
            StoredOrder::Unchanged(pk, _) => (pk, None),
        };
        Ok((Answer::of(write.orders(&[pk])?.remove(0), warnings, &sender), settings))
    })?;
    match &answer {
        Answer::New(order, warnings) => {
            let reference = &order.summary.reference;
            for warning in warnings {
                context.ui.warn(&format!("{reference}: {warning}"));
            }
        }
        Answer::Known(_) | Answer::Unseen(_) => {
            let note = if context.global.note.is_some() { "; the note is not kept" } else { "" };
            context.ui.note(&format!("{} is already there; nothing changed{note}", answer.reference()));
        }
    }
    match &answer {
        Answer::New(order, _) | Answer::Known(order) => context.print_order(order, &settings)?,
        Answer::Unseen(reference) => context.print_one(json::unchanged(reference), || format!("{reference}\n"))?,
    }
    Ok(Exit::Done)
}

/// What the sender of an order is told.
enum Answer {
    /// It is new, with warnings.
    New(Order, Vec<String>),
    /// It existed already.
    Known(Order),
    /// It existed already, and the sender may not see what became of it.
    Unseen(Reference),
}

impl Answer {
    fn of(order: Order, warnings: Option<Vec<String>>, sender: &Caller) -> Answer {
        match warnings {
            Some(warnings) => Answer::New(order, warnings),
            None if sender.sees(&order.summary) => Answer::Known(order),
            None => Answer::Unseen(order.summary.reference),
        }
    }

    fn reference(&self) -> &Reference {
        match self {
            Answer::New(order, _) | Answer::Known(order) => &order.summary.reference,
            Answer::Unseen(reference) => reference,
        }
    }
}

/// The most bytes read for one order (4 MiB).
const INPUT_LIMIT: u64 = 1 << 22;

/// Reads the only record of a source.
fn read_one(source: &mut InputFile) -> anyhow::Result<ParsedOrder> {
    let refuse_input = |problem: String| refuse(FailureKind::InvalidInput, None, problem.into());
    let mut input = (&mut source.reader).take(INPUT_LIMIT);
    let mut records = Records::new(&mut input);
    let mut next = || {
        records.next_record().map_err(|error| match error {
            StreamError::Io(error) => anyhow::Error::from(Failure::io(&error, format!("cannot read {}", source.name))),
            StreamError::NotJson { .. } => refuse_input(error.to_string()).into(),
        })
    };
    let both = next().and_then(|record| Ok((record, next()?)));
    if input.limit() == 0 {
        return Err(refuse_input(format!("has more than {INPUT_LIMIT} bytes; use: orders import")).into());
    }
    match both? {
        (None, _) => Err(refuse_input("the input is empty".to_owned()).into()),
        (Some(record), None) => read_order(record),
        (Some(_), Some(_)) => Err(refuse_input("there is more than one record; use: orders import".to_owned()).into()),
    }
}

fn read_order(record: Record) -> anyhow::Result<ParsedOrder> {
    let refuse_input = |problem: String| refuse(FailureKind::InvalidInput, None, problem.into());
    if let Some(excess) = record.excess {
        return Err(refuse_input(excess).into());
    }
    // Only WhatsApp's texts need the zone, and only `import` takes them.
    let (mut found, mut count) = (None, 0);
    let skipped = read_record(&Arc::new(record.bytes), Zone::UTC, &mut |order, _| {
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

/// Names the unknown products of a refused order, if there is a file to look them up in.
fn unknown_to_the_catalogue(products: &[NamedProduct], context: &Context) -> anyhow::Result<Vec<String>> {
    let store = match context.open_to_read() {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Missing)) => return Ok(Vec::new()),
        store => store?,
    };
    let catalogue = store.read(|read| read.named_products(products))?;
    Ok(unknown_products(products, &catalogue))
}

fn refuse(kind: FailureKind, reference: Option<&str>, problems: Problems) -> Explained {
    let which = reference.map(|reference| format!(" {}", shorten(reference))).unwrap_or_default();
    let failure = match kind {
        FailureKind::Conflict(_) => Failure::new(kind, format!("order{which} is there with other content"))
            .error("Order is there with other content")
            .hint(Hint::run("to see it", CommandLine::of("show").argument(reference.unwrap_or_default()))),
        _ => Failure::new(kind, format!("invalid order{which}")).error("Invalid order"),
    };
    let problem_count = problems.len();
    Explained { problem_count, ..failure.details(problems.into_first()).into() }
}

/// Makes a reference that no order has.
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
