//! `orders product sheet`: a list to count by.

use std::collections::HashSet;
use std::io::Write as _;

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::listing::choose_fields;
use crate::commands::naming::find_product;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::commands::run::measured_rows::MeasuredRows;
use crate::domain::product::Product;
use crate::domain::stock_count::{SheetLine, sheet_lines};
use crate::domain::time::Timestamp;
use crate::error::{Exit, OutputError};
use crate::options::OutputFormat;
use crate::render::count::{SHEET_KEYS, paper_row, sheet_columns, sheet_line, sheet_page, sheet_row};
use crate::render::json::choose;
use crate::render::report::html;
use crate::render::table::{columns_of, row_of};
use crate::spool::Spool;
use crate::store::Read;
use crate::ui;

/// Print a list to count the shelves by
///
/// The column shelf has what should lie there: the stock on hand, and what confirmed and processing orders hold, as that has
/// not left the shop. Write what you find into the column counted, and leave blank what you do not count. Then product count
/// FILE takes the list back, and allows for what was shipped, returned or received after asOf: so the shop can go on selling.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).listing(SHEET_KEYS).on_paper())]
#[command(after_help = "Examples:
  orders product sheet --format xlsx > sheet.xlsx
  orders product sheet --format html > paper.html      for a pencil
  orders product sheet PL-220 SKU-12345                of these products only")]
pub struct SheetArgs {
    /// Only these products: a barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    products: Vec<String>,
}

pub fn run(args: &SheetArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), SHEET_KEYS, SHEET_KEYS)?;
    let now = context.now;
    let store = context.open_to_survey()?;
    let settings = store.read(|read| read.settings())?;
    if context.global.format() == OutputFormat::Html {
        let (mut rows, mut stdout) = (Spool::default(), ui::stdout());
        store.read(|read| each_line(read, args, now, &mut |line| Ok(rows.push(&paper_row(&line))?)))?;
        let mut page = sheet_page(rows, &settings, now);
        html::put_page(&mut page, &mut |text| anyhow::Ok(stdout.write_all(text.as_bytes()).map_err(OutputError)?))?;
        stdout.flush().map_err(OutputError)?;
        return Ok(Exit::Done);
    }
    if !context.is_table() {
        context.print_once_read(&keys, settings.zone(), |printer| {
            store.read(|read| each_line(read, args, now, &mut |line| printer.put(&choose(&sheet_line(&line), &keys))))
        })?;
        return Ok(Exit::Done);
    }
    let (is_chosen, style) = (context.global.fields.is_some(), context.style(&settings));
    let mut rows = MeasuredRows::of(if is_chosen { columns_of(&keys) } else { sheet_columns() });
    store.read(|read| {
        each_line(read, args, now, &mut |line| {
            Ok(rows.push(&match is_chosen {
                true => row_of(&keys, &sheet_line(&line), style),
                false => sheet_row(&line, style),
            })?)
        })
    })?;
    if rows.is_empty() {
        context.ui.note("no products");
        return Ok(Exit::Done);
    }
    rows.print(style)?;
    Ok(Exit::Done)
}

/// Passes on each line of the sheet: of the named products, each once; of all where none is named.
fn each_line(
    read: &Read<'_>,
    args: &SheetArgs,
    now: Timestamp,
    put: &mut dyn FnMut(SheetLine) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (reserved, later_moves) = (read.reserved_pieces()?, read.moves_after(now)?);
    let mut put =
        |product: &Product| sheet_lines(product, &reserved, &later_moves, now).into_iter().try_for_each(&mut *put);
    if args.products.is_empty() {
        return read.each_product(|product| put(&product));
    }
    let mut known = HashSet::new();
    for name in &args.products {
        let product = find_product(read, name)?;
        if known.insert(product.id) {
            put(&product)?;
        }
    }
    Ok(())
}
