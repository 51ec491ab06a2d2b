//! `orders product remove`: takes a product that was never ordered out of the catalogue.

use clap::Args;

use super::print_product;
use crate::commands::Context;
use crate::commands::facts::{Facts, Group};
use crate::commands::find::find_product;
use crate::domain::catalogue::remove;
use crate::error::{Exit, Failure};
use crate::render::product;

/// Remove a product that no order has; its stock is written off
///
/// Its movements stay to be seen (product history), and its barcode is free for another product. Added or imported again
/// with the same id, it comes back.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).keeping_note())]
#[command(after_help = "Examples:
  orders product remove SKU-12345 --note 'no longer made'
  orders product remove SKU-12345 --dry-run")]
pub struct RemoveArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
}

/// Runs the command.
pub fn run(args: &RemoveArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let mut store = context.open_to_write()?;
    let audit = context.audit();
    let removed = context.write(&mut store, |write| {
        let found = find_product(write, &args.product)?;
        remove(&found, write.orders_with_product(found.id)?).map_err(Failure::from)?;
        write.remove_product(&found, &audit)?;
        Ok(found)
    })?;
    print_product(&removed, context, || product::removed(&removed, context.is_dry_run()))?;
    Ok(Exit::Done)
}
