//! `orders import`: any number of orders, all or nothing.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::Context;
use super::intake::import_run::ImportRun;
use super::intake::import_summary::{ImportSummary, RecordOutcome};
use super::intake::order_intake::{CheckedOrder, ImportOrder, OrderIntake, StoredOrder};
use super::intake::record_queue::Reading;
use super::intake::record_reader::{Input, Put};
use super::intake::source::{InputArgs, InputFile, open_sources};
use super::run::context::retry_while_overtaken;
use super::run::facts::{CommandFacts, Group};
use super::run::imported::Imported;
use crate::domain::incoming::{EarlyRevisions, Revision};
use crate::domain::products::Products;
use crate::domain::resolve::Rejected;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::error::Exit;
use crate::hint::{CommandLine, Hint};
use crate::input::json::value::NotJson;
use crate::input::order::record::{read_record, read_stretch};
use crate::input::parsed_order::ParsedOrder;
use crate::input::reject::Reject;
use crate::input::stream::format::Format;
use crate::options::named_file;
use crate::store::{Store, StoreError};

/// Import any number of orders from JSON or WhatsApp, all or nothing
///
/// Takes orders as JSON (one, an array, NDJSON, one value after another, {"results":[…]}), WhatsApp webhooks, chat dumps as
/// JSON, exported chats and the shop's order message as text; each is recognised by its content. Orders that exist already
/// stay as they are. All problems are reported, and nothing is imported unless everything can be.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).importing(Imported::Orders))]
#[command(after_help = "Examples:
  orders import orders.json
  zcat orders-2026-*.ndjson.gz | orders import -
  orders import orders.ndjson --keep-going --rejects mend.ndjson
  orders import orders.ndjson --dry-run")]
pub struct ImportArgs {
    /// The files; - or none: stdin
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    input: InputArgs,
    /// Take the good records, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
    /// Write the rejected records to this new file, ready to mend and import again
    #[arg(long, value_name = "FILE", requires = "keep_going")]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file))]
    rejects: Option<PathBuf>,
}

pub fn run(args: &ImportArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let orders_files = context.orders_files()?;
    let (what, rejects) = (Imported::Orders, args.rejects.as_ref());
    let run = ImportRun { what, keep_going: args.keep_going, rejects, orders_files: &orders_files };
    run.check_rejects()?;
    let sources = open_sources(&args.files, &args.input, &Format::refuse_endless, context)?;
    let mut store = context.open_or_create()?;
    let summary = retry_while_overtaken(|| import(&run, &sources, &mut store, context))?;
    summary.report(Imported::Orders, context);
    if context.global.note.is_some() && summary.unchanged > 0 {
        context.ui.note("the note is stored with new orders only; orders note REF TEXT adds one to an order");
    }
    context.print_one(summary.body(Imported::Orders), || summary_line(&summary, context))?;
    if let Some(file) =
        args.rejects.as_ref().filter(|_| summary.rejected > 0 && context.is_table() && !context.is_dry_run())
    {
        let again = CommandLine::of("import").argument(file.display());
        context.hint(Hint::run("once the rejected ones are mended", again));
    }
    Ok(summary.exit())
}

/// Imports what the sources hold, from their beginning.
fn import(
    run: &ImportRun<'_>,
    sources: &[InputFile],
    store: &mut Store,
    context: &mut Context,
) -> anyhow::Result<ImportSummary> {
    let sources = sources.iter().map(InputFile::reopened).collect::<Result<_, _>>()?;
    let (audit, sender, mut ids) = (context.audit(), context.caller.clone(), context.ids());
    let zone = store.read(|read| read.settings())?.zone();
    // The catalogue is loaded in the transaction: orders that were read before are looked up then.
    let shop: OnceLock<(Products, Timestamp)> = OnceLock::new();
    let ids = Mutex::new(&mut ids);
    let look_up = |order, (products, now): &(Products, Timestamp)| {
        CheckedOrder::of(order, *now, products, &mut || (ids.lock().unwrap_or_else(PoisonError::into_inner))())
    };
    let mut read = |input: Input<'_>, put: &mut Put<'_, ImportOrder>| {
        read_orders(input, zone, &mut |order, reject| {
            let order = match shop.get() {
                Some(shop) => ImportOrder::Checked(look_up(order, shop)),
                None => ImportOrder::Parsed(order),
            };
            let size = order.size();
            put(order, size, reject);
        })
    };
    let reading = Reading::Sources { sources, read: &mut read, tables: None };
    run.take(reading, &ImportOrder::judge_early, store, context, |write, orders| {
        let settings = write.settings()?;
        if settings.zone() != zone {
            return Err(StoreError::Changed("the time zone").into());
        }
        let catalogue = write.all_products()?.into_iter().collect();
        let shop = shop.get_or_init(|| (catalogue, write.time()));
        write.with_order_batch(|batch| {
            let mut intake = OrderIntake { batch, settings: &settings, sender: &sender, audit: &audit };
            let mut early = EarlyRevisions::default();
            orders.each(&mut |order| match order {
                ImportOrder::Checked(order) => judge(&mut intake, &mut early, order),
                ImportOrder::Parsed(order) => judge(&mut intake, &mut early, &look_up(order.clone(), shop)),
            })
        })
    })
}

/// Reads the orders in a record or a stretch of text; returns how many messages held none.
fn read_orders(input: Input<'_>, zone: Zone, put: &mut dyn FnMut(ParsedOrder, &Arc<Reject>)) -> Result<u64, NotJson> {
    match input {
        Input::Record(record) => read_record(record, zone, put),
        Input::Stretch(stretch) => Ok(read_stretch(stretch, zone, put)),
    }
}

/// Takes an order in, and returns what became of it.
fn judge(
    intake: &mut OrderIntake<'_, '_, '_>,
    early: &mut EarlyRevisions,
    order: &CheckedOrder,
) -> anyhow::Result<RecordOutcome> {
    let label = order.label.as_deref();
    let message_id = order.message_id.as_deref();
    let mut revised = None;
    if let Some(revision) = order.revision {
        let known = intake.order_revised(order)?;
        if let Some(id) = message_id.filter(|_| known.is_none()) {
            early.remember(id, revision);
        }
        let warnings =
            known.iter().zip(revision.warning()).map(|(order, warning)| format!("{order}: {warning}")).collect();
        match (known, revision) {
            (_, _) if order.is_without_text() => return Ok(RecordOutcome::Noted(warnings)),
            (Some(_), _) => return Ok(RecordOutcome::Unchanged(warnings)),
            (None, Revision::Withdrawn) => {
                let label = label.unwrap_or("an order");
                return Ok(RecordOutcome::Noted(vec![format!(
                    "{label}: the customer deleted the message before it came; not imported"
                )]));
            }
            (None, Revision::Edited) => revised = Some("the customer edited an earlier message to this one"),
            (None, Revision::Quoted) => {}
        }
    }
    Ok(match intake.insert_or_match_checked(order)? {
        Ok(StoredOrder::New(_, warnings)) => {
            let label = label.unwrap_or_default();
            let revised = revised.or_else(|| early.warning(message_id?));
            let warnings = warnings.into_iter().chain(revised.map(str::to_owned));
            RecordOutcome::Imported(warnings.map(|warning| format!("{label}: {warning}")).collect())
        }
        Ok(StoredOrder::Unchanged(_, warning)) => RecordOutcome::Unchanged(warning.into_iter().collect()),
        Err(Rejected { kind, problems }) => {
            RecordOutcome::Rejected { label: label.map(str::to_owned), kind: kind.into(), problems }
        }
    })
}

fn summary_line(summary: &ImportSummary, context: &Context) -> String {
    if context.ui.quiet {
        return String::new();
    }
    let did = if context.is_dry_run() { "would import" } else { "imported" };
    let rejected = summary.and_rejected();
    let skipped = if summary.skipped > 0 { format!(", skipped {}", summary.skipped) } else { String::new() };
    format!("{did} {}, unchanged {}{rejected}{skipped}\n", summary.imported, summary.unchanged)
}
