//! `orders product set`: changes what the catalogue says of a product.

use clap::Args;

use super::{barcode, image, money, name, pieces, print_product, upsert_product};
use crate::commands::Context;
use crate::commands::facts::{Facts, Group};
use crate::commands::find::find_product;
use crate::domain::money::Money;
use crate::domain::product_change::{Difference, IncomingProduct, ProductChange};
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::render::product;
use crate::ui;

/// Change a product in the catalogue; adjust and count change its stock
///
/// Orders that are there keep the name and price that they were made with.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).keeping_note())]
#[command(after_help = "Examples:
  orders product set SKU-12345 --price 34.99 --note 'cotton is dearer'
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
    /// Low again at the setting lowStock
    #[arg(long, conflicts_with = "low_stock_at")]
    no_low_stock_at: bool,
    /// Its pictures; once for each, they replace those there are
    #[arg(long, value_name = "URL", value_parser = image)]
    image: Vec<String>,
}

pub fn run(args: SetArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let name = args.product.clone();
    let change = args.into_change();
    if change == IncomingProduct::default() {
        return Err(Failure::usage("say what to change")
            .hint(Hint::run("to see what can be set", CommandLine::of("help product set")))
            .into());
    }
    let mut store = context.open_to_write()?;
    let (audit, mut ids) = (context.audit(), context.ids());
    let (decision, low_stock) = context.write(&mut store, |write| {
        let id = find_product(write, &name)?.id;
        let change = IncomingProduct { id: Some(id), ..change };
        let decision = upsert_product(write, &change, &audit, &mut ids)?
            .map_err(|rejected| Failure::from(rejected.into_refusal()))?;
        Ok((decision, write.settings()?.low_stock))
    })?;
    decision.warnings.iter().for_each(|warning| context.ui.warn(warning));
    let is_unchanged = matches!(decision.change, ProductChange::Unchanged(_));
    let changed = decision.change.into_product();
    if is_unchanged {
        context.ui.note(&format!("{} already has these values; nothing changed", changed.handle()));
    }
    if context.global.note.is_some() && !decision.differences.iter().any(Difference::is_price) {
        context.ui.note("only a change of a price keeps the note");
    }
    print_product(&changed, context, || product::show(&changed, low_stock, ui::width()))?;
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
