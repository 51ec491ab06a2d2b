//! `orders product set`: changes what the catalogue says of a product.

use clap::Args;

use super::{barcode, image, money, name, pieces, print_product};
use crate::commands::Context;
use crate::commands::find::find_product;
use crate::domain::money::Money;
use crate::domain::product::Product;
use crate::error::{Exit, Failure, Kind};
use crate::render::product;
use crate::store::Write;

/// Change what the catalogue says of a product; its stock is for adjust and count
///
/// Orders that are there keep the name and price that they were made with.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders product set SKU-12345 --price 34.99
  orders product set SKU-12345 --discounted-price 24.99
  orders product set SKU-12345 --no-discounted-price --low-stock-at 3")]
pub struct SetArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
    /// Its name
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// Its price
    #[arg(long, value_parser = money)]
    price: Option<Money>,
    /// The price that is asked now
    #[arg(long, value_parser = money)]
    discounted_price: Option<Money>,
    /// Ask the full price again
    #[arg(long, conflicts_with = "discounted_price")]
    no_discounted_price: bool,
    /// Its barcode (SKU)
    #[arg(long, alias = "sku", value_parser = barcode)]
    barcode: Option<String>,
    /// Take its barcode away
    #[arg(long, conflicts_with = "barcode")]
    no_barcode: bool,
    /// At how many pieces its stock is low
    #[arg(long, value_name = "N", value_parser = pieces)]
    low_stock_at: Option<i64>,
    /// Low again at the setting lowStock
    #[arg(long, conflicts_with = "low_stock_at")]
    no_low_stock_at: bool,
    /// Its pictures; once for each, they replace those there are
    #[arg(long, value_name = "URL", value_parser = image)]
    image: Vec<String>,
}

/// Runs the command.
pub fn run(args: SetArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if !args.names_something() {
        return Err(Failure::usage("say what to change")
            .hint("orders product set --help lists what can be set")
            .into());
    }
    let mut store = context.open_to_write()?;
    let (changed, low_stock) = context.write(&mut store, |write| {
        let known = find_product(write, &args.product)?;
        let changed = apply(args, &known);
        refuse_taken_barcode(write, &changed)?;
        write.update_product(&changed)?;
        Ok((changed, write.settings()?.low_stock))
    })?;
    print_product(&changed, context, || product::show(&changed, low_stock))?;
    Ok(Exit::Done)
}

impl SetArgs {
    fn names_something(&self) -> bool {
        self.name.is_some()
            || self.price.is_some()
            || self.discounted_price.is_some()
            || self.barcode.is_some()
            || self.low_stock_at.is_some()
            || self.no_discounted_price
            || self.no_barcode
            || self.no_low_stock_at
            || !self.image.is_empty()
    }
}

fn apply(args: SetArgs, known: &Product) -> Product {
    let mut changed = known.clone();
    changed.name = args.name.unwrap_or(changed.name);
    changed.price = args.price.unwrap_or(changed.price);
    changed.discounted_price = args.discounted_price.or(changed.discounted_price).filter(|_| !args.no_discounted_price);
    changed.barcode = args.barcode.or(changed.barcode).filter(|_| !args.no_barcode);
    changed.low_stock_at = args.low_stock_at.or(changed.low_stock_at).filter(|_| !args.no_low_stock_at);
    if !args.image.is_empty() {
        changed.image_paths = args.image;
    }
    changed
}

fn refuse_taken_barcode(write: &Write<'_>, changed: &Product) -> anyhow::Result<()> {
    let Some(barcode) = &changed.barcode else {
        return Ok(());
    };
    match write.matching_products(None, Some(barcode))?.by_barcode {
        Some(other) if other.id != changed.id => {
            let message = format!("{barcode} is the barcode of {}; nothing changed", other.name);
            Err(Failure::new(Kind::Conflict, message).into())
        }
        _ => Ok(()),
    }
}
