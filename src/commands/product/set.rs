//! `orders product set`: changes what the catalogue says of a product.

use std::collections::HashMap;

use clap::Args;

use super::change::{apply_product, decide_product};
use super::print::print_product;
use super::typed::{barcode, image, money, pieces};
use crate::commands::Context;
use crate::commands::arguments::{name, size};
use crate::commands::naming::find_product;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::money::Money;
use crate::domain::product_change::{FieldChange, IncomingProduct, ProductChange};
use crate::domain::product_removal::remove_sizes;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::render::product;
use crate::ui;

/// Change a product in the catalogue; adjust and count change its stock
///
/// Existing orders keep the name and price that they were made with.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).keeping_note())]
#[command(after_help = "Examples:
  orders product set SKU-12345 --price 34.99 --note 'cotton is dearer'
  orders product set SKU-12345 --discounted-price 24.99
  orders product set SKU-12345 --no-discounted-price --low-stock-at 3
  orders product set PL-220 --remove-size XXL")]
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
    /// The current price, if it is reduced
    #[arg(long, value_parser = money)]
    discounted_price: Option<Money>,
    /// Ask the full price again
    #[arg(long, conflicts_with = "discounted_price")]
    no_discounted_price: bool,
    /// Its barcode (SKU)
    #[arg(long, visible_alias = "sku", value_parser = barcode)]
    barcode: Option<String>,
    /// Take its barcode away
    #[arg(long, conflicts_with = "barcode")]
    no_barcode: bool,
    /// At how many pieces its stock is low
    #[arg(long, value_name = "N", value_parser = pieces)]
    low_stock_at: Option<i64>,
    /// Go by the setting lowStock again
    #[arg(long, conflicts_with = "low_stock_at")]
    no_low_stock_at: bool,
    /// Its pictures, once for each; they replace the old ones
    #[arg(long, value_name = "URL", value_parser = image)]
    image: Vec<String>,
    /// Take a size without stock out of the catalogue; its history stays
    #[arg(long, value_name = "SIZE", value_parser = size, value_delimiter = ',')]
    remove_size: Vec<String>,
}

pub fn run(args: SetArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let (name, sizes) = (args.product.clone(), args.remove_size.clone());
    let change = args.into_change();
    if change == IncomingProduct::default() && sizes.is_empty() {
        return Err(Failure::usage("say what to change")
            .hint(Hint::run("to see what can be set", CommandLine::of("help product set")))
            .into());
    }
    let mut store = context.open_to_write()?;
    let (audit, ids) = (context.audit(), context.ids());
    let (decision, low_stock) = context.write(&mut store, |write| {
        let found = find_product(write, &name)?;
        let held = if sizes.is_empty() { HashMap::new() } else { write.held_of_product(found.id)? };
        for (_, movement) in remove_sizes(&found, &sizes, &held, audit.note.as_deref()).map_err(Failure::from)? {
            write.remove_size(&movement, &audit)?;
        }
        let change = IncomingProduct { id: Some(found.id), ..change.clone() };
        let decision =
            decide_product(write, &change, &mut &ids)?.map_err(|rejected| Failure::from(rejected.into_refusal()))?;
        apply_product(write, &decision.change, &audit)?;
        Ok((decision, write.settings()?.low_stock))
    })?;
    decision.warnings.iter().for_each(|warning| context.ui.warn(warning));
    if matches!(decision.change, ProductChange::Unchanged(_)) && sizes.is_empty() {
        context.ui.note(&format!("{} already has these values; nothing changed", decision.change.product().handle()));
    }
    if context.global.note.is_some() && sizes.is_empty() && !decision.differences.iter().any(FieldChange::is_price) {
        context.ui.note("the note is not stored: only a changed price keeps one");
    }
    let changed = decision.change.product();
    print_product(changed, context, || product::show(changed, low_stock, ui::width()))?;
    Ok(Exit::Done)
}

impl SetArgs {
    /// Returns the changes, as an incoming product with only these keys.
    fn into_change(self) -> IncomingProduct {
        // Null removes a value.
        IncomingProduct {
            id: None,
            name: self.name,
            barcode: self.barcode.map(Some).or(self.no_barcode.then_some(None)),
            price: self.price,
            discounted_price: self.discounted_price.map(Some).or(self.no_discounted_price.then_some(None)),
            image_paths: (!self.image.is_empty()).then_some(self.image),
            low_stock_at: self.low_stock_at.map(Some).or(self.no_low_stock_at.then_some(None)),
            stock: None,
        }
    }
}
