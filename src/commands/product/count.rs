//! `orders product count`: sets stock to what was counted.

use clap::Args;

use super::{correct_stock, pieces, size};
use crate::commands::Context;
use crate::commands::facts::{Facts, Group};
use crate::domain::stock::Correction;
use crate::error::Exit;

/// Set the stock of a product to what was counted; needs --note
///
/// A size that the catalogue does not have yet is started by its first count.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).keeping_note())]
#[command(after_help = "Examples:
  orders product count SKU-12345 12 --note 'stocktaking'
  orders product count PL-220 4 --size XL --note 'new size'")]
pub struct CountArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
    /// How many there are
    #[arg(value_name = "N", value_parser = pieces)]
    counted: i64,
    /// The size, where the product is tracked by size
    #[arg(long, value_parser = size)]
    size: Option<String>,
}

pub fn run(args: &CountArgs, context: &mut Context) -> anyhow::Result<Exit> {
    correct_stock(&args.product, args.size.as_deref(), Correction::Count(args.counted), context)
}
