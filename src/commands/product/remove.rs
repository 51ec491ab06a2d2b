//! `orders product remove`: takes a product that was never ordered out of the catalogue.

use clap::Args;

use super::print::print_product;
use crate::commands::Context;
use crate::commands::naming::{Naming, find_product_to_remove};
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::product::Product;
use crate::domain::product_removal::remove;
use crate::error::{Exit, Failure};
use crate::render::product;
use crate::render::prose::counted;
use crate::store::{Read, StoreError};

/// Remove a product that no order has; its stock is written off
///
/// product history still shows its movements, and its barcode is free for another product. Added or imported again with the
/// same id, it comes back.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).keeping_note())]
#[command(after_help = "Examples:
  orders product remove SKU-12345 --note 'no longer made'
  orders product remove SKU-12345 --dry-run")]
pub struct RemoveArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
}

pub fn run(args: &RemoveArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let naming = Naming::to_write(context);
    let mut store = context.open_to_write()?;
    let load = |read: &Read<'_>| {
        let (found, is_part) = find_product_to_remove(read, &args.product, &naming)?;
        remove(&found, read.orders_with_product(found.id)?).map_err(Failure::from)?;
        anyhow::Ok((found, is_part))
    };
    let (seen, is_part) = store.read(load)?;
    let is_to_ask = (is_part || seen.stock_quantity() > 0)
        && context.is_to_ask(&format!("removing {} needs an answer", seen.name), "--yes answers yes")?;
    if is_to_ask {
        ask(&seen, context)?;
    }
    let audit = context.audit();
    let removed = context.write(&mut store, |write| {
        let (found, _) = load(write)?;
        if is_to_ask && found != seen {
            return Err(StoreError::Changed("the product").into());
        }
        write.remove_product(&found, &audit)?;
        Ok(found)
    })?;
    print_product(&removed, context, || product::removed(&removed, context.is_dry_run()))?;
    Ok(Exit::Done)
}

fn ask(found: &Product, context: &Context) -> anyhow::Result<()> {
    let (name, handle) = (&found.name, found.handle());
    let question = match found.stock_quantity() {
        0 => format!("Remove {name} ({handle})?"),
        pieces => format!("Remove {name} ({handle}) with {} on hand?", counted(pieces, "piece")),
    };
    context.ask(&question, &format!("{name} not removed"))
}
