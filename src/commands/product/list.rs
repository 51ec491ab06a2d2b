//! `orders product list`: the catalogue.

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::choose_fields;
use crate::commands::facts::{Facts, Group};
use crate::domain::product::Product;
use crate::domain::text::visible;
use crate::error::Exit;
use crate::render::json::{PRODUCT_KEYS, product_fields};
use crate::render::{product, table};
use crate::store::fold;
use crate::ui;

/// List the products, by name
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).listing(PRODUCT_KEYS))]
#[command(after_help = "Examples:
  orders product list
  orders product list --low               what to buy
  orders product list --search polo
  orders product list --format csv --fields barcode,stockQuantity")]
pub struct ListArgs {
    /// Only those whose stock is low
    #[arg(long)]
    low: bool,
    /// Only those with this in their name or SKU, in any case and script
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

pub fn run(args: &ListArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), PRODUCT_KEYS, PRODUCT_KEYS)?;
    let store = context.open_to_read()?;
    let (mut products, settings) = store.read(|read| anyhow::Ok((read.all_products()?, read.settings()?)))?;
    if args.low {
        products.retain(|product| product.is_low(settings.low_stock));
    }
    if let Some(text) = args.search.as_deref().map(fold) {
        let has_it = |text_of: &str| fold(text_of).contains(text.trim());
        products.retain(|product| has_it(&product.name) || product.barcode.as_deref().is_some_and(has_it));
    }
    if !context.is_table() {
        context.print_as_it_comes(&keys, settings.zone(), |printer| {
            products.iter().try_for_each(|product| printer.put(&product_fields(product, &keys)))
        })?;
        return Ok(Exit::Done);
    }
    if context.ui.quiet {
        let handles: String = products.iter().map(|product| format!("{}\n", visible(&product.handle()))).collect();
        ui::print(&handles)?;
    } else if products.is_empty() {
        context.ui.note(match (args.search.is_some(), args.low) {
            (true, _) => "no such products",
            (false, true) => "no product is low",
            (false, false) => "no products",
        });
    } else {
        let style = context.style(&settings);
        let rows =
            |products: &[Product]| products.iter().map(|product| product_fields(product, &keys)).collect::<Vec<_>>();
        ui::print(&match context.global.fields {
            Some(_) => table::of_bodies(&keys, rows(&products).into_iter(), style),
            None => product::list(&products, settings.low_stock, style),
        })?;
    }
    Ok(Exit::Done)
}
