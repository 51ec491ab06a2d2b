//! Finding the stock line of a size, or starting a new size.

use std::borrow::Cow;

use super::limits::SIZES;
use super::product::{Product, StockLine};
use super::text::size_key;

/// Why there is no stock line of a size, and none can be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoStockLine {
    /// The product is tracked by size, and none is named.
    Unnamed,
    /// The product is not tracked by size, and has pieces: they cannot be split among sizes.
    HasUnsized,
    /// The product has no such size, and none may be started.
    Unknown,
    /// A new size cannot have these signs: see [`SIZE_SIGNS_PROBLEM`].
    Signs,
    /// The product has [`SIZES`] sizes.
    TooMany,
}

/// Why a new size cannot have these signs: they separate sizes, as in `S=3,M=5`.
pub const SIZE_SIGNS_PROBLEM: &str = "a size cannot have , or = in its name";

/// Says why a product that has as many sizes as it may cannot get another one.
pub fn too_many_sizes() -> String {
    format!("a product has at most {SIZES} sizes")
}

/// Finds the stock line of a size, or makes one with nothing on hand for a new size, if it may. `started` are the lines that were
/// made for the product already, and are not written yet.
///
/// # Errors
/// There is no such line, and none can be made.
pub fn find_or_start_size<'p>(
    product: &'p Product,
    size: Option<&str>,
    may_start: bool,
    started: &[StockLine],
) -> Result<Cow<'p, StockLine>, NoStockLine> {
    let Some(size) = size.map(str::trim).filter(|size| !size.is_empty()) else {
        return product.line_for(None).map(Cow::Borrowed).map_err(|_| NoStockLine::Unnamed);
    };
    let size_key = size_key(size);
    if let Some(line) = product.sizes().find(|line| line.size_key == size_key) {
        return Ok(Cow::Borrowed(line));
    }
    if !product.is_sized() && product.stock_quantity() > 0 {
        return Err(NoStockLine::HasUnsized);
    }
    if size.contains([',', '=']) {
        return Err(NoStockLine::Signs);
    }
    if !may_start {
        return Err(NoStockLine::Unknown);
    }
    if let Some(line) = started.iter().find(|line| line.size_key == size_key) {
        return Ok(Cow::Owned(line.clone()));
    }
    if product.sizes().count() + started.len() >= SIZES {
        return Err(NoStockLine::TooMany);
    }
    Ok(Cow::Owned(StockLine { size_key, size: size.to_owned(), on_hand: 0 }))
}
