//! Printing a product.

use crate::commands::Context;
use crate::domain::product::Product;
use crate::domain::visible::visible;
use crate::render::json;

/// Prints a product, or `text` for people.
pub fn print_product(product: &Product, context: &Context, text: impl FnOnce() -> String) -> anyhow::Result<()> {
    context.print_one(json::product(product), || match context.ui.quiet {
        true => format!("{}\n", visible(&product.handle())),
        false => text(),
    })?;
    Ok(())
}
