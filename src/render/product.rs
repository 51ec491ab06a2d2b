//! The catalogue for people.

use super::order::pieces;
use super::prose;
use super::table::{self, Column};
use super::zone::minute;
use super::{RenderStyle, paint};
use crate::domain::bidi::shown;
use crate::domain::delivery::{Delivery, ReceivedItem};
use crate::domain::product::{Product, StockLine};
use crate::domain::product_change::{ProductChange, ProductDecision};
use crate::domain::stock_correction::StockChange;
use crate::domain::visible::visible;

/// Returns the columns of a list of products.
pub fn list_columns() -> Vec<Column> {
    vec![
        Column::new("SKU").shrinks_to(14),
        Column::new("PRODUCT").shrinks_to(10),
        Column::new("PRICE").number().rank(1).field("price"),
        Column::new("STOCK").number(),
        Column::new("").painted(paint::stock),
        Column::new("SIZES").shrinks_to(8).rank(2).field("sizeQuantities"),
    ]
}

/// Returns the row of a product in a list, with low stock marked.
pub fn list_row(product: &Product, low_stock: i64) -> Vec<String> {
    let state = match product.stock_quantity() {
        0 => "out",
        _ if product.is_low(low_stock) => "low",
        _ => "",
    };
    vec![
        product.barcode.clone().unwrap_or_default(),
        product.name.clone(),
        product.list_price().to_string(),
        product.stock_quantity().to_string(),
        state.to_owned(),
        sizes(product),
    ]
}

/// Renders products to pick from, one line each. A long name is cut.
pub fn choices(products: &[Product], style: RenderStyle<'_>) -> Vec<String> {
    let columns = [
        Column::new("").shrinks_to(20),
        Column::new("").number(),
        Column::new("").number(),
        Column::new("").shrinks_to(8).rank(1),
    ];
    let row = |product: &Product| {
        let stock = format!("{} in stock", product.stock_quantity());
        vec![product.name.clone(), product.list_price().to_string(), stock, product.barcode.clone().unwrap_or_default()]
    };
    table::choices(&columns, &products.iter().map(row).collect::<Vec<_>>(), style)
}

/// Asks for the size of a product, on one line.
pub fn size_question(product: &Product, width: usize) -> String {
    const QUESTION: &str = "Size of ";
    format!("{QUESTION}{}", shown(&prose::fit(&visible(&product.name), width.saturating_sub(QUESTION.len()))))
}

/// Renders the sizes of a product to pick from, one line each.
pub fn size_choices(product: &Product, width: usize) -> Vec<String> {
    let line = |line: &StockLine| {
        let stock = format!("  {} in stock", line.on_hand);
        let size = prose::fit(&visible(&line.size), width.saturating_sub(stock.len()));
        format!("{}{stock}", shown(&size))
    };
    product.sizes().map(line).collect()
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

/// Renders what an import would change of one product: `SKU-1 Belt: price 18.75 → 20.00`; a new one after a plus.
pub fn change(decision: &ProductDecision, width: usize) -> String {
    let product = decision.change.product();
    let (name, sku) = (&product.name, product.barcode.as_ref().map(|sku| format!("{sku} ")).unwrap_or_default());
    let line = match decision.change {
        ProductChange::New(_) if product.is_sized() => {
            format!("  + {sku}{name}: {}, stock {}", product.list_price(), sizes(product))
        }
        ProductChange::New(_) => {
            format!("  + {sku}{name}: {}, stock {}", product.list_price(), product.stock_quantity())
        }
        ProductChange::Update(_) | ProductChange::Unchanged(_) => {
            let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
            let changes = decision.differences.iter();
            let changes =
                changes.map(|change| format!("{} {} → {}", change.field, said(&change.from), said(&change.to)));
            format!("  {sku}{name}: {}", changes.collect::<Vec<_>>().join(", "))
        }
    };
    prose::sentence(&line, width)
}

/// Renders a new delivery, with the stock of each product and size before and after.
pub fn received(delivery: &Delivery, items: &[ReceivedItem], is_dry_run: bool, width: usize) -> String {
    let did = if is_dry_run { "would receive" } else { "received" };
    let count: i64 = items.iter().map(|item| item.quantity).sum();
    let mut text = prose::sentence(&format!("{did} {}: {}", delivery.reference, pieces(count)), width);
    for item in items {
        let (before, new) = (item.line.on_hand, if item.is_new_size { ", a new size" } else { "" });
        let line = format!("  {}{new}: stock {before} → {}", item.label(), before + item.quantity);
        text.push_str(&prose::sentence(&line, width));
    }
    text
}

/// Renders a delivery that was entered before.
pub fn received_before(delivery: &Delivery, style: RenderStyle<'_>) -> String {
    let Delivery { reference, at, actor, .. } = delivery;
    prose::sentence(&format!("{reference} was received {} by {actor}; unchanged", minute(*at, style.zone)), style.width)
}

/// Renders the removal of a product.
pub fn removed(product: &Product, is_dry_run: bool) -> String {
    let did = if is_dry_run { "would remove" } else { "removed" };
    format!("{did} {} with {} on hand\n", shown(&product.name), pieces(product.stock_quantity()))
}
