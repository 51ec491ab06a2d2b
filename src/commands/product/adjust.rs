//! `orders product adjust`: corrects stock by a difference.

use clap::Args;

use super::print::print_product;
use crate::commands::Context;
use crate::commands::arguments::size;
use crate::commands::naming::find_product;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::stock_correction::{Correction, correct};
use crate::domain::text::plain_number;
use crate::error::{Exit, Failure};
use crate::render::product;

/// Correct the stock of a product by a difference; needs --note
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).keeping_note())]
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
    match plain_number(text).parse::<i64>() {
        Ok(number) if number != 0 && (-limit..=limit).contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number up to {limit}, and not 0")),
    }
}

pub fn run(args: &AdjustArgs, context: &mut Context) -> anyhow::Result<Exit> {
    context.required_note("a correction of stock")?;
    let mut store = context.open_to_write()?;
    let audit = context.audit();
    let (change, corrected) = context.write(&mut store, |write| {
        let found = find_product(write, &args.product)?;
        let correction = Correction::Adjust(args.difference);
        let change = correct(&found, args.size.as_deref(), correction, false).map_err(Failure::from)?;
        write.correct_stock(&change, &audit)?;
        let corrected = write.products([found.id])?;
        anyhow::Ok((change, corrected.get(found.id).cloned().unwrap_or(found)))
    })?;
    print_product(&corrected, context, || product::corrected(&change, context.is_dry_run()))?;
    Ok(Exit::Done)
}
