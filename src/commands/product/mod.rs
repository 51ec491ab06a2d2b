//! `orders product …`: the catalogue and its stock.

pub mod add;
pub mod adjust;
mod catalogue_changes;
pub mod count;
pub mod history;
pub mod import;
pub mod list;
pub mod receive;
pub mod remove;
pub mod set;
pub mod sheet;
pub mod show;

use std::collections::HashSet;

use clap::{Args, Subcommand};

use super::Context;
use super::run::facts::{CommandFacts, Group};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::product::Product;
use crate::domain::product_change::{IncomingProduct, ProductChange, ProductDecision, ProductRejected, decide};
use crate::domain::text::{size_key, whole_number};
use crate::domain::typed_text::read_text;
use crate::error::{Exit, Failure};
use crate::render::json;
use crate::store::{Audit, Read, StoreError, Write};

/// Manage the catalogue and its stock
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods))]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  orders product import catalogue.json
  orders product list --low
  orders product receive SKU-12345 S=3 M=4 --ref INV-77
  orders product history SKU-12345        why the stock is what it is")]
pub struct ProductArgs {
    #[command(subcommand)]
    command: ProductCommand,
}

#[derive(Debug, Subcommand)]
enum ProductCommand {
    Add(add::AddArgs),
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Set(set::SetArgs),
    Receive(receive::ReceiveArgs),
    Adjust(adjust::AdjustArgs),
    Count(count::CountArgs),
    Sheet(sheet::SheetArgs),
    History(history::HistoryArgs),
    Remove(remove::RemoveArgs),
}

impl ProductArgs {
    /// Returns whether it counts by a sheet.
    pub fn is_count_sheet(&self) -> bool {
        matches!(&self.command, ProductCommand::Count(args) if args.is_list())
    }
}

pub fn run(args: ProductArgs, context: &mut Context) -> anyhow::Result<Exit> {
    match args.command {
        ProductCommand::Add(args) => add::run(args, context),
        ProductCommand::Import(args) => import::run(&args, context),
        ProductCommand::List(args) => list::run(&args, context),
        ProductCommand::Show(args) => show::run(&args, context),
        ProductCommand::Set(args) => set::run(args, context),
        ProductCommand::Receive(args) => receive::run(&args, context),
        ProductCommand::Adjust(args) => adjust::run(&args, context),
        ProductCommand::Count(args) => count::run(&args, context),
        ProductCommand::Sheet(args) => sheet::run(&args, context),
        ProductCommand::History(args) => history::run(&args, context),
        ProductCommand::Remove(args) => remove::run(&args, context),
    }
}

/// Loads the products that an incoming one may match, and decides.
fn decide_product(
    read: &Read<'_>,
    incoming: &IncomingProduct,
    new_id: &mut dyn FnMut() -> uuid::Uuid,
) -> Result<Result<ProductDecision, ProductRejected>, StoreError> {
    let matches = read.matching_products(incoming.id, incoming.barcode.as_ref().and_then(Option::as_deref))?;
    Ok(decide(incoming, matches, new_id))
}

/// Writes a decided product.
fn apply_product(write: &Write<'_>, change: &ProductChange, audit: &Audit) -> Result<(), StoreError> {
    match change {
        ProductChange::New(product) => write.insert_product(product, audit),
        ProductChange::Update(product) => write.update_product(product, audit),
        ProductChange::Unchanged(_) => Ok(()),
    }
}

/// Prints a written product, or `text` for people.
fn print_product(written: &Product, context: &Context, text: impl FnOnce() -> String) -> anyhow::Result<()> {
    context.print_one(json::product(written), || match context.ui.quiet {
        true => format!("{}\n", crate::domain::visible::visible(&written.handle())),
        false => text(),
    })?;
    Ok(())
}

fn money(text: &str) -> Result<Money, String> {
    Money::parse_typed(text)
}

/// Reads a number of pieces.
fn pieces(text: &str) -> Result<i64, String> {
    let number = whole_number(text).filter(|number| *number <= QUANTITY_LIMIT);
    number.map(i64::from).ok_or_else(|| format!("must be a whole number from 0 to {QUANTITY_LIMIT}"))
}

pub fn name(text: &str) -> Result<String, String> {
    read_text(text, limits::NAME)
}

/// Reads a picture's URL or path.
fn image(text: &str) -> Result<String, String> {
    read_text(text, limits::IMAGE)
}

fn barcode(text: &str) -> Result<String, String> {
    read_text(text, limits::BARCODE)
}

/// Refuses a size that is named twice: one of the two is a slip.
fn ensure_sizes_differ<'a>(sizes: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
    let mut known = HashSet::new();
    match sizes.into_iter().find(|size| !known.insert(size_key(size))) {
        Some(twice) => Err(Failure::usage(format!("size {twice} is given twice"))),
        None => Ok(()),
    }
}

pub fn size(text: &str) -> Result<String, String> {
    read_text(text, limits::CHOICE)
}
