//! `orders product import`: the catalogue from JSON, CSV or spreadsheets, all or nothing.

use std::collections::HashSet;
use std::sync::Arc;

use clap::Args;
use uuid::Uuid;

use super::catalogue_changes::CatalogueChanges;
use super::change::{apply_product, decide_product};
use crate::commands::Context;
use crate::commands::intake::import_run::ImportRun;
use crate::commands::intake::import_summary::{ImportSummary, RecordOutcome};
use crate::commands::intake::record_queue::Reading;
use crate::commands::intake::record_reader::{Input, Put, TableContent, Tables};
use crate::commands::intake::source::{InputArgs, InputFile, open_sources};
use crate::commands::run::context::retry_while_overtaken;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::commands::run::imported::Imported;
use crate::domain::problems::Problems;
use crate::domain::product::ProductId;
use crate::domain::product_change::{
    IncomingProduct, ProductChange, ProductDecision, ProductProblem, ProductRejected, decide_row,
};
use crate::error::{Exit, FailureKind};
use crate::input::json::value::NotJson;
use crate::input::product::json::{ReadProduct, read_product};
use crate::input::product::rows::{ProductRows, is_table, refuse_endless};
use crate::input::reject::Reject;
use crate::store::{Audit, Read, Store, StoreError, Write};

/// Import products from JSON, CSV or .xlsx, all or nothing
///
/// Products are matched by id, or without one by barcode (SKU). Stock is taken for new products only; the stock of known ones
/// is counted, adjusted or received. In JSON, unknown keys are the shop's own and are ignored.
///
/// The first row of a table, or the one below its title, names the columns: name (or product), sku (or barcode), price,
/// discountedPrice, size, stock (or quantity, qty), id, image, lowStockAt. A product with several sizes has a row for each. A
/// row with neither id nor sku means the one product of exactly that name. A sku that lost the zeros at its beginning is
/// understood if the name is right. A blank cell changes nothing; a discountedPrice of 0 means no discount.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).importing(Imported::Products))]
#[command(after_help = "Examples:
  orders product import catalogue.json
  orders product import prices.xlsx --dry-run    each change, before → after
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

/// Reads the products of a table.
const TABLES: Tables<ReadProduct> = Tables {
    is_table,
    read: |source| {
        let products = ProductRows::open(source)?;
        let (sheets, unread_columns) = (products.sheets().cloned(), products.unread_columns().to_vec());
        let content = Box::new(products.map(|placed| (placed.number, placed.line, placed.product, placed.size)));
        Ok(TableContent { sheets, unread_columns, content })
    },
};

pub fn run(args: &ImportArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let orders_files = context.orders_files()?;
    let sources = open_sources(&args.files, &args.input, &refuse_endless, context)?;
    let run =
        ImportRun { what: Imported::Products, keep_going: args.keep_going, rejects: None, orders_files: &orders_files };
    let mut store = context.open_or_create()?;
    let (summary, changes) = retry_while_overtaken(|| import(&run, &sources, &mut store, context))?;
    summary.report(Imported::Products, context);
    if context.global.note.is_some() && summary.updated + summary.unchanged > 0 {
        context.ui.note("the note is stored with new stock and changed prices only");
    }
    let is_dry_run = context.is_dry_run();
    changes.print(summary.body(Imported::Products), || summary_line(&summary, is_dry_run), context)?;
    Ok(summary.exit())
}

/// Imports what the sources hold, from their beginning.
fn import(
    run: &ImportRun<'_>,
    sources: &[InputFile],
    store: &mut Store,
    context: &mut Context,
) -> anyhow::Result<(ImportSummary, CatalogueChanges)> {
    let sources = sources.iter().map(InputFile::reopened).collect::<Result<_, _>>()?;
    let (audit, mut ids) = (context.audit(), context.ids());
    let is_brief = context.ui.quiet && context.is_table();
    let mut changes = CatalogueChanges::of(context);
    let mut read = |input: Input<'_>, put: &mut Put<'_, ReadProduct>| match input {
        Input::Record(record) => {
            let product = read_product(record)?;
            // The product takes about as many bytes as its record.
            put(product, record.len(), &Arc::new(Reject::Nothing));
            Ok(0)
        }
        // Texts are read as tables.
        Input::Stretch(_) => Err(NotJson { line: 0, problem: "is a chat; use: orders import".to_owned() }),
    };
    let reading = Reading::Sources { sources, read: &mut read, tables: Some(&TABLES) };
    let summary = run.take(reading, &judge_early, store, context, |write, products| {
        let (ids, changes, rows) = (&mut ids, &mut changes, HashSet::new());
        let mut intake = ProductIntake { write, audit: &audit, ids, changes, rows, is_brief };
        products.each(&mut |read| intake.enter(read))
    })?;
    Ok((summary, changes))
}

/// Judges a product that is refused whatever the file holds.
fn judge_early(read: &ReadProduct) -> Option<RecordOutcome> {
    let problems = read.product.as_ref().err()?;
    Some(reject(read, FailureKind::InvalidInput, problems.clone()))
}

/// Enters products into the orders file.
struct ProductIntake<'a, 'c> {
    write: &'a Write<'c>,
    audit: &'a Audit,
    ids: &'a mut dyn FnMut() -> Uuid,
    changes: &'a mut CatalogueChanges,
    /// The products of the rows so far.
    rows: HashSet<ProductId>,
    /// Whether the report leaves out that known products keep their stock: they do by design.
    is_brief: bool,
}

impl ProductIntake<'_, '_> {
    fn enter(&mut self, read: &ReadProduct) -> anyhow::Result<RecordOutcome> {
        let incoming = match &read.product {
            Ok(incoming) => incoming,
            Err(problems) => return Ok(reject(read, FailureKind::InvalidInput, problems.clone())),
        };
        let decided = match &read.row {
            Some(_) => decide_row_of_table(self.write, incoming, self.ids)?,
            None => decide_product(self.write, incoming, self.ids)?,
        };
        let mut decision = match decided {
            Ok(decision) => decision,
            Err(rejected) => return Ok(reject(read, rejected.kind.into(), placed(read, rejected))),
        };
        if read.row.is_some() && !self.rows.insert(decision.change.product().id) {
            let problem = "is the product of earlier rows too: name it alike in all its rows, by id, sku or name";
            return Ok(reject(read, FailureKind::InvalidInput, problem.to_owned().into()));
        }
        apply_product(self.write, &decision.change, self.audit)?;
        self.changes.add(&decision)?;
        decision.ignored_stock.take_if(|_| self.is_brief);
        Ok(outcome(decision))
    }
}

fn reject(read: &ReadProduct, kind: FailureKind, problems: Problems) -> RecordOutcome {
    RecordOutcome::Rejected { label: read.label.clone(), kind, problems }
}

/// Loads the products that a row of a table may mean, and decides.
fn decide_row_of_table(
    read: &Read<'_>,
    incoming: &IncomingProduct,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Result<ProductDecision, ProductRejected>, StoreError> {
    let removed = incoming.id.map(|id| read.matching_products(Some(id), None)).transpose()?;
    let removed = removed.and_then(|matches| matches.removed);
    Ok(decide_row(incoming, read.products_of_row(&incoming.row())?, removed.as_ref(), new_id))
}

/// Returns the problems of a product with their places, in a table those of their cells.
fn placed(read: &ReadProduct, rejected: ProductRejected) -> Problems {
    let mut problems = Problems::default();
    for ProductProblem { key, problem } in rejected.problems {
        problems.add(read.row.as_ref().map_or(key.to_owned(), |places| places.name(key)), problem);
    }
    problems
}

fn outcome(decision: ProductDecision) -> RecordOutcome {
    let warnings = decision.warnings.into_iter().chain(decision.ignored_stock).collect();
    match decision.change {
        ProductChange::New(_) => RecordOutcome::Imported(warnings),
        ProductChange::Update(_) => RecordOutcome::Updated(warnings),
        ProductChange::Unchanged(_) => RecordOutcome::Unchanged(warnings),
    }
}

fn summary_line(summary: &ImportSummary, is_dry_run: bool) -> String {
    let ImportSummary { imported, updated, unchanged, .. } = summary;
    let rejected = summary.and_rejected();
    match is_dry_run {
        true => format!("would import {imported}, update {updated}, leave {unchanged} unchanged{rejected}\n"),
        false => format!("imported {imported}, updated {updated}, unchanged {unchanged}{rejected}\n"),
    }
}
