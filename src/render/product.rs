//! The catalogue for people.

use super::order::pieces;
use super::prose;
use super::table::{Column, render};
use super::{RenderStyle, paint};
use crate::domain::bidi::shown;
use crate::domain::product::Product;
use crate::domain::stock::StockChange;

/// Renders products as a list, one line each, with low stock marked.
pub fn list(products: &[Product], low_stock: i64, style: RenderStyle<'_>) -> String {
    let columns = [
        Column::new("SKU").shrinks_to(14),
        Column::new("PRODUCT").shrinks_to(10),
        Column::new("PRICE").number().rank(1),
        Column::new("STOCK").number(),
        Column::new("").painted(paint::stock),
        Column::new("SIZES").shrinks_to(8).rank(2),
    ];
    let rows: Vec<_> = products
        .iter()
        .map(|product| {
            vec![
                product.barcode.clone().unwrap_or_default(),
                product.name.clone(),
                product.list_price().to_string(),
                product.stock_quantity().to_string(),
                match product.stock_quantity() {
                    0 => "out",
                    _ if product.is_low(low_stock) => "low",
                    _ => "",
                }
                .to_owned(),
                sizes(product),
            ]
        })
        .collect();
    render(&columns, &rows, style)
}

fn sizes(product: &Product) -> String {
    let lines = product.sizes().map(|line| format!("{} {}", line.size, line.on_hand));
    let leftover = product.leftover().map(|line| format!("without size {}", line.on_hand));
    lines.chain(leftover).collect::<Vec<_>>().join(", ")
}

/// Renders one product with everything in it.
pub fn show(product: &Product, low_stock: i64, width: usize) -> String {
    let mut text = format!("{}\n", shown(&product.name));
    let mut field = |name: &str, value: &str| text.push_str(&prose::field(name, 8, value, width));
    if let Some(barcode) = &product.barcode {
        field("SKU", barcode);
    }
    field("Id", &product.id.to_string());
    match product.discounted_price {
        Some(discounted) => field("Price", &format!("{discounted} (instead of {})", product.price)),
        None => field("Price", &product.price.to_string()),
    }
    let low = if product.is_low(low_stock) { ", low" } else { "" };
    field("Stock", &format!("{}{low}", product.stock_quantity()));
    if product.is_sized() {
        field("Sizes", &sizes(product));
    }
    if let Some(limit) = product.low_stock_at {
        field("Low at", &limit.to_string());
    }
    for image in &product.image_paths {
        field("Image", image);
    }
    text
}

/// Renders a correction of stock in one line.
pub fn corrected(change: &StockChange, is_dry_run: bool) -> String {
    let would = if is_dry_run { "would correct: " } else { "" };
    format!("{would}{}: stock {} → {}\n", shown(&change.label), change.before, change.after)
}

/// Renders the removal of a product.
pub fn removed(product: &Product, is_dry_run: bool) -> String {
    let did = if is_dry_run { "would remove" } else { "removed" };
    format!("{did} {} with {} on hand\n", shown(&product.name), pieces(product.stock_quantity()))
}
