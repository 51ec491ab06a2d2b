//! `orders import`: any number of orders, all or nothing.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::Context;
use super::context::retry_while_overtaken;
use super::facts::{Facts, Group};
use super::import_summary::{ImportSummary, Imported, RecordOutcome};
use super::receive::{CheckedOrder, ImportOrder, OrderIntake, StoredOrder};
use super::record_queue::read_all;
use super::record_reader::{Input, Put};
use super::rejects::Rejects;
use super::source::{InputArgs, InputFile, open_sources};
use crate::domain::incoming::{EarlyRevisions, Revision};
use crate::domain::products::Products;
use crate::domain::resolve::Rejected;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::error::Exit;
use crate::hint::{CommandLine, Hint};
use crate::input::format::Format;
use crate::input::json::NotJson;
use crate::input::order_record::{read_record, read_stretch};
use crate::input::parsed_order::ParsedOrder;
use crate::input::reject::Reject;
use crate::options::named_file;
use crate::store::{OrdersFiles, Store, StoreError};
use crate::ui::Progress;

/// Import any number of orders from JSON or WhatsApp, all or nothing
///
/// Takes orders as JSON (one, an array, NDJSON, values in a row, {"results":[…]}), WhatsApp webhooks, chat dumps as JSON,
/// exported chats and the shop's order message as text; each is recognised by its content. What is there already is left
/// as it is. All problems are reported, and nothing is imported unless all can be.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).importing(Imported::Orders))]
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
    /// Keep the records that were not taken in this new file, ready to mend and import again
    #[arg(long, value_name = "FILE", requires = "keep_going")]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file))]
    rejects: Option<PathBuf>,
}

pub fn run(args: &ImportArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let orders_files = context.orders_files()?;
    // Refused before anything is read.
    drop(args.begin_rejects(&orders_files)?);
    let sources = open_sources(&args.files, &args.input, &Format::refuse_endless, &orders_files)?;
    let mut store = context.open_or_create()?;
    let summary = retry_while_overtaken(|| import(args, &sources, &orders_files, &mut store, context))?;
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
    Ok(if summary.rejected > 0 { Exit::Partly } else { Exit::Done })
}

/// Imports what the sources hold, from their beginning.
fn import(
    args: &ImportArgs,
    sources: &[InputFile],
    orders_files: &OrdersFiles,
    store: &mut Store,
    context: &mut Context,
) -> anyhow::Result<ImportSummary> {
    let sources = sources.iter().map(InputFile::reopened).collect::<Result<_, _>>()?;
    let mut rejects = args.begin_rejects(orders_files)?;
    let (audit, mut ids, is_dry_run) = (context.audit(), context.ids(), context.is_dry_run());
    let sender = context.caller.clone();
    let mut progress = Progress::new();
    let zone = store.read(|read| read.settings())?.zone();
    // The catalogue is loaded in the transaction: what is read before is looked up in it later.
    let shop: OnceLock<(Products, Timestamp)> = OnceLock::new();
    let ids = Mutex::new(&mut ids);
    let resolve = |order, (catalogue, now): &(Products, Timestamp)| {
        CheckedOrder::of(order, *now, catalogue, &mut || (ids.lock().unwrap_or_else(PoisonError::into_inner))())
    };
    let mut read = |input: Input<'_>, put: &mut Put<'_, ImportOrder>| {
        read(input, zone, &mut |order, reject| {
            let order = match shop.get() {
                Some(shop) => ImportOrder::Checked(resolve(order, shop)),
                None => ImportOrder::Parsed(order),
            };
            let size = order.size();
            put(order, size, reject);
        })
    };
    let settle = ImportOrder::settle;
    let imported =
        read_all(sources, &mut rejects, &mut read, None, &settle, &mut progress, |mut queue, rejects, progress| {
            if let Some(summary) = queue.settled() {
                context.write_nothing();
                ensure_taken(&summary, args.keep_going)?;
                rejects.finish(is_dry_run)?;
                return Ok(summary);
            }
            context.write_once(store, |write| {
                let settings = write.settings()?;
                if settings.zone() != zone {
                    return Err(StoreError::Changed("the time zone").into());
                }
                let catalogue = write.all_products()?.into_iter().collect();
                let shop = shop.get_or_init(|| (catalogue, write.time()));
                let summary = write.with_order_batch(|batch| {
                    let mut orders = OrderIntake { batch, settings: &settings, sender: &sender, audit: &audit };
                    let mut early = EarlyRevisions::default();
                    let mut judge = |order: &ImportOrder| match order {
                        ImportOrder::Checked(order) => judge(&mut orders, &mut early, order),
                        ImportOrder::Parsed(order) => judge(&mut orders, &mut early, &resolve(order.clone(), shop)),
                    };
                    let summary = queue.judge(rejects, &mut judge, progress)?;
                    ensure_taken(&summary, args.keep_going)?;
                    if !is_dry_run {
                        progress.last_step();
                    }
                    anyhow::Ok(summary)
                })?;
                // Runs right before the commit: if the rejects cannot be kept, nothing is imported.
                rejects.finish(is_dry_run)?;
                Ok(summary)
            })
        });
    imported.inspect_err(|error| {
        // If the outcome is unknown, the rejects must not be lost.
        if !error.downcast_ref().is_some_and(StoreError::is_outcome_unknown) {
            rejects.remove();
        }
    })
}

impl ImportArgs {
    /// Begins to keep what is rejected, if it is to be kept.
    fn begin_rejects<'a>(&self, orders_files: &'a OrdersFiles) -> anyhow::Result<Rejects<'a>> {
        self.rejects.as_ref().map_or(Ok(Rejects::none()), |path| Rejects::begin(path, orders_files))
    }
}

/// Refuses an import that took nothing.
fn ensure_taken(summary: &ImportSummary, keep_going: bool) -> anyhow::Result<()> {
    match summary.failure(Imported::Orders) {
        Some(mut failure) if summary.is_cut_off() || !keep_going => {
            if !summary.is_cut_off() && summary.has_good_ones() {
                let hint = "--keep-going takes the others; add --rejects FILE to put these into FILE";
                failure.failure = failure.failure.hint(hint);
            }
            Err(failure.into())
        }
        _ => Ok(()),
    }
}

/// Reads the orders in a record or a stretch of text; returns how many messages held none.
fn read(input: Input<'_>, zone: Zone, put: &mut dyn FnMut(ParsedOrder, &Arc<Reject>)) -> Result<u64, NotJson> {
    match input {
        Input::Record(record) => read_record(record, zone, put),
        Input::Stretch(stretch) => Ok(read_stretch(stretch, zone, put)),
    }
}

/// Takes in an order.
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
    Ok(match intake.take(order)? {
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
    let rejected = if summary.rejected > 0 { format!(", rejected {}", summary.rejected) } else { String::new() };
    let skipped = if summary.skipped > 0 { format!(", skipped {}", summary.skipped) } else { String::new() };
    format!("{did} {}, unchanged {}{rejected}{skipped}\n", summary.imported, summary.unchanged)
}
