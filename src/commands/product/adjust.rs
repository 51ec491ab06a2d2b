//! `orders product adjust`: corrects stock by a difference.

use clap::Args;

use super::{correct_stock, size};
use crate::commands::Context;
use crate::commands::facts::{Facts, Group};
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::stock::Correction;
use crate::error::Exit;

/// Correct the stock of a product by a difference; needs --note
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).keeping_note())]
#[command(after_help = "Examples:
  orders product adjust SKU-12345 +10 --note 'delivery of 4 May'
  orders product adjust PL-220 -1 --size L --note 'torn'")]
pub struct AdjustArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
    /// How many more or fewer there are, with its sign
    #[arg(value_name = "±N", allow_hyphen_values = true, value_parser = difference)]
    difference: i64,
    /// The size, where the product is tracked by size
    #[arg(long, value_parser = size)]
    size: Option<String>,
}

fn difference(text: &str) -> Result<i64, String> {
    let limit = i64::from(QUANTITY_LIMIT);
    if !text.starts_with(['+', '-']) {
        return Err("needs its sign: +3 for three more, -3 for three fewer (or use `count`)".to_owned());
    }
    match text.parse::<i64>() {
        Ok(number) if number != 0 && (-limit..=limit).contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number up to {limit}, and not 0")),
    }
}

pub fn run(args: &AdjustArgs, context: &mut Context) -> anyhow::Result<Exit> {
    correct_stock(&args.product, args.size.as_deref(), Correction::Adjust(args.difference), context)
}
