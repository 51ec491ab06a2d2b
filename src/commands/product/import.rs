//! `orders product import`: the catalogue from JSON, all or nothing.

use std::sync::Arc;

use clap::Args;

use super::upsert_product;
use crate::commands::Context;
use crate::commands::facts::{Facts, Group};
use crate::commands::import_summary::{ImportSummary, Imported, RecordOutcome};
use crate::commands::record_queue::read_all;
use crate::commands::record_reader::{Input, Put};
use crate::commands::rejects::Rejects;
use crate::commands::source::{InputArgs, open_sources};
use crate::domain::product_change::ProductChange;
use crate::error::{Exit, FailureKind};
use crate::input::json::NotJson;
use crate::input::product_json::{ReadProduct, read_product};
use crate::input::reject::Reject;
use crate::ui::Progress;

/// Import products from JSON, all or nothing
///
/// Products are matched by id, those without one by barcode. Stock is taken for new ones only: of known ones it is counted or
/// adjusted. Keys that are not known are the shop's own and are ignored.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).importing(Imported::Products))]
#[command(after_help = "Examples:
  orders product import catalogue.json
  orders product import catalogue.json --dry-run
  orders product list --json | jq '.[].lowStockAt=3' | orders product import -")]
pub struct ImportArgs {
    /// The files; - or none: stdin
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    input: InputArgs,
    /// Take the good products, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

pub fn run(args: &ImportArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let sources = open_sources(&args.files, &args.input, &context.orders_files()?)?;
    let mut store = context.open_or_create()?;
    let (audit, mut ids, is_dry_run) = (context.audit(), context.ids(), context.is_dry_run());
    let is_brief = context.ui.quiet && context.is_table();
    let mut progress = Progress::new();
    let mut read = |input: Input<'_>, put: &mut Put<'_, ReadProduct>| match input {
        Input::Record(record) => {
            let product = read_product(record)?;
            // The product takes about as many bytes as its record.
            put(product, record.len(), &Arc::new(Reject::Nothing));
            Ok(0)
        }
        Input::Stretch(_) => Err(NotJson { line: 0, problem: "is a chat; use: orders import".to_owned() }),
    };
    let reject =
        |read: &ReadProduct, kind, problems| RecordOutcome::Rejected { label: read.label.clone(), kind, problems };
    let settle = |read: &ReadProduct| {
        let problems = read.product.as_ref().err()?;
        Some(reject(read, FailureKind::InvalidInput, problems.clone()))
    };
    let check = |summary: ImportSummary| match summary.failure(Imported::Products) {
        Some(failure) if summary.is_cut_off() || !args.keep_going => Err(failure.into()),
        _ => anyhow::Ok(summary),
    };
    let mut rejects = Rejects::none();
    let summary =
        read_all(sources, &mut rejects, &mut read, &settle, &mut progress, |mut queue, rejects, progress| {
            if let Some(summary) = queue.settled() {
                context.write_nothing();
                return check(summary);
            }
            context.write(&mut store, |write| {
                let mut judge = |read: &ReadProduct| {
                    Ok(match &read.product {
                        Err(problems) => reject(read, FailureKind::InvalidInput, problems.clone()),
                        Ok(incoming) => match upsert_product(write, incoming, &audit, &mut ids)? {
                            Err(rejected) => {
                                reject(read, rejected.kind.into(), rejected.problems.into_iter().collect())
                            }
                            Ok(decision) => {
                                // Known products keep their stock by design: a brief report leaves that out.
                                let stock_kept = decision.stock_kept.filter(|_| !is_brief);
                                let warnings = decision.warnings.into_iter().chain(stock_kept).collect();
                                match decision.change {
                                    ProductChange::New(_) => RecordOutcome::Imported(warnings),
                                    ProductChange::Update(_) => RecordOutcome::Updated(warnings),
                                    ProductChange::Unchanged(_) => RecordOutcome::Unchanged(warnings),
                                }
                            }
                        },
                    })
                };
                let summary = check(queue.judge(rejects, &mut judge, progress)?)?;
                if !is_dry_run {
                    progress.last_step();
                }
                Ok(summary)
            })
        })?;
    drop(progress);
    summary.report(Imported::Products, context);
    if context.global.note.is_some() && summary.updated + summary.unchanged > 0 {
        context.ui.note("only new stock and changed prices keep the note");
    }
    context.print_one(summary.body(Imported::Products), || {
        if context.ui.quiet {
            return String::new();
        }
        let would = if context.is_dry_run() { "would import" } else { "imported" };
        let rejected = if summary.rejected > 0 { format!(", rejected {}", summary.rejected) } else { String::new() };
        format!(
            "{would} {}, updated {}, unchanged {}{rejected}\n",
            summary.imported, summary.updated, summary.unchanged
        )
    })?;
    Ok(if summary.rejected > 0 { Exit::Partly } else { Exit::Done })
}
