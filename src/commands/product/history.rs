//! `orders product history`: why the stock and the prices of a product are what they are.

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::listing::choose_fields;
use crate::commands::naming::find_product_or_removed;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::error::Exit;
use crate::render::history;
use crate::render::json::{PRODUCT_ENTRY_KEYS, choose, product_entry};

/// Show every movement of a product's stock and every change of its prices
///
/// Each movement has the stock of its size after it.
/// A product that was removed is found too.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).listing(PRODUCT_ENTRY_KEYS))]
#[command(after_help = "Examples:
  orders product history SKU-12345
  orders product history polo --format csv --fields at,delta,balance,note")]
pub struct HistoryArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
}

pub fn run(args: &HistoryArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), PRODUCT_ENTRY_KEYS, PRODUCT_ENTRY_KEYS)?;
    let store = context.open_to_read()?;
    let (product, removed_at, entries, settings) = store.read(|read| {
        let (product, removed_at) = find_product_or_removed(read, &args.product)?;
        let entries = read.product_entries(product.id)?;
        anyhow::Ok((product, removed_at, entries, read.settings()?))
    })?;
    let bodies: Vec<_> = entries.iter().map(|entry| choose(&product_entry(entry), &keys)).collect();
    context.print_list(&keys, &bodies, &settings, || {
        history::of_product(&product, removed_at, &entries, context.style(&settings))
    })?;
    Ok(Exit::Done)
}
