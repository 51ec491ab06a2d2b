//! `orders product list`: the catalogue.

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::listing::choose_fields;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::commands::run::measured_rows::MeasuredRows;
use crate::domain::product::Product;
use crate::domain::settings::Settings;
use crate::domain::visible::visible;
use crate::error::Exit;
use crate::render::json::{PRODUCT_KEYS, product_fields};
use crate::render::product;
use crate::render::table::{columns_of, row_of};
use crate::spool::Spool;
use crate::store::{Read, fold};
use crate::ui;

/// List the products, by name
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).listing(PRODUCT_KEYS))]
#[command(after_help = "Examples:
  orders product list
  orders product list --low               what to buy
  orders product list --search polo
  orders product list --format csv --fields barcode,stockQuantity")]
pub struct ListArgs {
    /// Only those whose stock is low
    #[arg(long)]
    low: bool,
    /// Only those with this in their name or SKU; case and accents make no difference
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

pub fn run(args: &ListArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), PRODUCT_KEYS, PRODUCT_KEYS)?;
    let store = context.open_to_survey()?;
    let settings = store.read(|read| read.settings())?;
    let searched = args.search.as_deref().map(|text| fold(text.trim()));
    let each = |read: &Read<'_>, put: &mut dyn FnMut(Product) -> anyhow::Result<()>| {
        read.each_product(|product| match args.includes(&product, searched.as_deref(), &settings) {
            true => put(product),
            false => Ok(()),
        })
    };
    if !context.is_table() {
        context.print_once_read(&keys, settings.zone(), |printer| {
            store.read(|read| each(read, &mut |product| printer.put(&product_fields(&product, &keys))))
        })?;
        return Ok(Exit::Done);
    }
    if context.ui.quiet {
        let mut handles = Spool::<String>::default();
        store.read(|read| each(read, &mut |product| Ok(handles.push(&product.handle())?)))?;
        handles.each(|handle| anyhow::Ok(ui::print(&format!("{}\n", visible(&handle)))?))?;
        return Ok(Exit::Done);
    }
    let (is_chosen, style) = (context.global.fields.is_some(), context.style(&settings));
    let mut rows = MeasuredRows::of(if is_chosen { columns_of(&keys) } else { product::list_columns() });
    store.read(|read| {
        each(read, &mut |product| {
            Ok(rows.push(&match is_chosen {
                true => row_of(&keys, &product_fields(&product, &keys), style),
                false => product::list_row(&product, settings.low_stock),
            })?)
        })
    })?;
    if rows.is_empty() {
        context.ui.note(match (args.search.is_some(), args.low) {
            (true, _) => "no products match",
            (false, true) => "no product is low",
            (false, false) => "no products",
        });
        return Ok(Exit::Done);
    }
    rows.print(style)?;
    Ok(Exit::Done)
}

impl ListArgs {
    /// Returns whether a product is listed; `searched` is folded.
    fn includes(&self, product: &Product, searched: Option<&str>, settings: &Settings) -> bool {
        let has = |text: &str| searched.is_none_or(|searched| fold(text).contains(searched));
        let is_low = !self.low || product.is_low(settings.low_stock);
        is_low && (has(&product.name) || product.barcode.as_deref().is_some_and(has))
    }
}
