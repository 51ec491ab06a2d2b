//! `orders product show`: everything about a product.

use clap::Args;

use super::print::print_product;
use crate::commands::Context;
use crate::commands::naming::find_product;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::error::Exit;
use crate::render::product;
use crate::ui;

/// Show a product with its stock
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods))]
#[command(after_help = "Examples:
  orders product show SKU-12345
  orders product show polo                a part of one name
  orders product show SKU-12345 --json | jq .stockQuantity")]
pub struct ShowArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
}

pub fn run(args: &ShowArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let store = context.open_to_read()?;
    let (found, low_stock) =
        store.read(|read| anyhow::Ok((find_product(read, &args.product)?, read.settings()?.low_stock)))?;
    print_product(&found, context, || product::show(&found, low_stock, ui::width()))?;
    Ok(Exit::Done)
}
