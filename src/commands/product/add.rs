//! `orders product add`: one product, with its stock.

use clap::Args;
use uuid::Uuid;

use super::print::print_product;
use super::typed::{barcode, ensure_sizes_differ, image, money, pieces};
use crate::commands::Context;
use crate::commands::arguments::{name, size};
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::money::Money;
use crate::domain::product::ProductId;
use crate::domain::product_change::{IncomingProduct, IncomingStock, add, discount_warning};
use crate::domain::start_size::SIZE_SIGNS_PROBLEM;
use crate::error::{Exit, Failure};
use crate::render::product;
use crate::store::fold;
use crate::ui;

/// Add a product to the catalogue
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).keeping_note())]
#[command(after_help = "Examples:
  orders product add --name 'Leather Belt' --sku BLT-01 --price 18.75 --stock 12
  orders product add --name 'Polo Shirt' --sku PL-220 --price 24.50 --size S=3")]
pub struct AddArgs {
    /// Its name
    #[arg(long, value_parser = name)]
    name: String,
    /// Its price
    #[arg(long, value_parser = money)]
    price: Money,
    /// The current price, if it is reduced
    #[arg(long, value_parser = money)]
    discounted_price: Option<Money>,
    /// Its barcode (SKU)
    #[arg(long, visible_alias = "sku", value_parser = barcode)]
    barcode: Option<String>,
    /// How many there are, where it is not tracked by size
    #[arg(long, value_name = "N", value_parser = pieces, conflicts_with = "size")]
    stock: Option<i64>,
    /// How many there are in a size, or in several: S=3,M=5; or once for each size
    #[arg(long, value_name = "SIZE=N", value_parser = sized, value_delimiter = ',')]
    size: Vec<(String, i64)>,
    /// At how many pieces its stock is low [default: the setting lowStock]
    #[arg(long, value_name = "N", value_parser = pieces)]
    low_stock_at: Option<i64>,
    /// A picture, a URL or a path of the web page; once for each
    #[arg(long, value_name = "URL", value_parser = image)]
    image: Vec<String>,
    /// Its id, where the web page has one already
    #[arg(long, value_name = "UUID", value_parser = uuid)]
    id: Option<Uuid>,
}

fn uuid(text: &str) -> Result<Uuid, String> {
    Uuid::try_parse(text).map_err(|_| "must be a UUID, such as 550e8400-e29b-41d4-a716-446655440000".to_owned())
}

fn sized(text: &str) -> Result<(String, i64), String> {
    let (name, number) = text.rsplit_once('=').ok_or("must be SIZE=N, such as L=3")?;
    if name.contains('=') {
        return Err(SIZE_SIGNS_PROBLEM.to_owned());
    }
    Ok((size(name)?, pieces(number)?))
}

pub fn run(args: AddArgs, context: &mut Context) -> anyhow::Result<Exit> {
    ensure_sizes_differ(args.size.iter().map(|(size, _)| size.as_str()))?;
    let stock = match (args.stock, args.size) {
        (_, sizes) if !sizes.is_empty() => Some(IncomingStock::BySize(sizes)),
        (total, _) => total.map(IncomingStock::Total),
    };
    let incoming = IncomingProduct {
        id: args.id.map(ProductId),
        name: Some(args.name),
        barcode: Some(args.barcode),
        price: Some(args.price),
        discounted_price: Some(args.discounted_price),
        image_paths: Some(args.image),
        low_stock_at: Some(args.low_stock_at),
        stock,
    };
    let mut store = context.open_or_create()?;
    let (audit, ids) = (context.audit(), context.ids());
    let (added, namesakes, low_stock) = context.write(&mut store, |write| {
        let matches = write.matching_products(incoming.id, incoming.barcode.as_ref().and_then(Option::as_deref))?;
        let product = add(&incoming, matches, &mut &ids).map_err(Failure::from)?;
        let namesakes = write.all_products()?.into_iter().filter(|other| fold(&other.name) == fold(&product.name));
        let namesakes: Vec<String> = namesakes.map(|other| other.handle()).collect();
        write.insert_product(&product, &audit)?;
        Ok((product, namesakes, write.settings()?.low_stock))
    })?;
    if let Some(other) = namesakes.first() {
        let own = added.handle();
        let name = &added.name;
        context.ui.warn(&format!("another product has the name {name}: name this one by {own}, the other by {other}"));
    }
    if let Some(warning) = discount_warning(&added) {
        context.ui.warn(&warning);
    }
    print_product(&added, context, || product::show(&added, low_stock, ui::width()))?;
    Ok(Exit::Done)
}
