//! `orders product sheet`: a list to count by.

use std::collections::HashSet;
use std::io::Write as _;

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::choose_fields;
use crate::commands::facts::{Facts, Group};
use crate::commands::find::find_product;
use crate::domain::product::Product;
use crate::domain::shelf::sheet;
use crate::error::{Exit, OutputError};
use crate::options::OutputFormat;
use crate::render::count::{SHEET_KEYS, sheet_line, sheet_page, sheet_table};
use crate::render::json::choose;
use crate::render::report::html;
use crate::store::Read;
use crate::ui;

/// Print a list to count the shelves by
///
/// Shelf is what should lie there: the stock on hand, and what confirmed and processing orders hold, as that has not left the shop.
/// Write what you find into the column counted, and leave blank what you do not count. Then product count FILE takes the list
/// back, and allows for what was shipped, returned or received after asOf: so the shop can go on selling.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).listing(SHEET_KEYS).on_paper())]
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
    let (lines, settings) = context.open_to_read()?.read(|read| {
        let products = chosen(read, &args.products)?;
        anyhow::Ok((sheet(&products, &read.kept_pieces()?, &read.last_moves()?, now), read.settings()?))
    })?;
    if context.global.format() == OutputFormat::Html {
        let mut stdout = ui::stdout();
        let mut page = sheet_page(&lines, &settings, now)?;
        html::put_page(&mut page, &mut |text| anyhow::Ok(stdout.write_all(text.as_bytes()).map_err(OutputError)?))?;
        stdout.flush().map_err(OutputError)?;
        return Ok(Exit::Done);
    }
    if context.is_table() && lines.is_empty() {
        context.ui.note("no products");
        return Ok(Exit::Done);
    }
    let bodies: Vec<_> = lines.iter().map(|line| choose(&sheet_line(line), &keys)).collect();
    context.print_list(&keys, &bodies, &settings, || sheet_table(&lines, context.style(&settings)))?;
    Ok(Exit::Done)
}

/// Returns the named products, each once; all where none is named.
fn chosen(read: &Read<'_>, names: &[String]) -> anyhow::Result<Vec<Product>> {
    if names.is_empty() {
        return Ok(read.all_products()?);
    }
    let (mut products, mut known) = (Vec::new(), HashSet::new());
    for name in names {
        let product = find_product(read, name)?;
        if known.insert(product.id) {
            products.push(product);
        }
    }
    Ok(products)
}
