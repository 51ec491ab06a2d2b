//! Deciding, writing and printing a product: what the commands that change one share.

use uuid::Uuid;

use crate::commands::Context;
use crate::domain::product::Product;
use crate::domain::product_change::{IncomingProduct, ProductChange, ProductDecision, ProductRejected, decide};
use crate::domain::visible::visible;
use crate::render::json;
use crate::store::{Audit, Read, StoreError, Write};

/// Loads the products that an incoming one may match, and decides.
pub fn decide_product(
    read: &Read<'_>,
    incoming: &IncomingProduct,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Result<ProductDecision, ProductRejected>, StoreError> {
    let matches = read.matching_products(incoming.id, incoming.barcode.as_ref().and_then(Option::as_deref))?;
    Ok(decide(incoming, matches, new_id))
}

/// Writes a decided product.
pub fn apply_product(write: &Write<'_>, change: &ProductChange, audit: &Audit) -> Result<(), StoreError> {
    match change {
        ProductChange::New(product) => write.insert_product(product, audit),
        ProductChange::Update(product) => write.update_product(product, audit),
        ProductChange::Unchanged(_) => Ok(()),
    }
}

/// Prints a written product, or `text` for people.
pub fn print_product(written: &Product, context: &Context, text: impl FnOnce() -> String) -> anyhow::Result<()> {
    context.print_one(json::product(written), || match context.ui.quiet {
        true => format!("{}\n", visible(&written.handle())),
        false => text(),
    })?;
    Ok(())
}
