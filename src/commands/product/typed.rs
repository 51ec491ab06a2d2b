//! What people type of a product alone: its prices, its pieces, its picture, its barcode.

use std::collections::HashSet;

use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::text::{size_key, whole_number};
use crate::domain::typed_text::read_text;
use crate::error::Failure;

pub fn money(text: &str) -> Result<Money, String> {
    Money::parse_typed(text)
}

/// Reads a number of pieces.
pub fn pieces(text: &str) -> Result<i64, String> {
    let number = whole_number(text).filter(|number| *number <= QUANTITY_LIMIT);
    number.map(i64::from).ok_or_else(|| format!("must be a whole number from 0 to {QUANTITY_LIMIT}"))
}

/// Reads a picture's URL or path.
pub fn image(text: &str) -> Result<String, String> {
    read_text(text, limits::IMAGE)
}

pub fn barcode(text: &str) -> Result<String, String> {
    read_text(text, limits::BARCODE)
}

/// Refuses a size that is named twice: one of the two is a slip.
pub fn ensure_sizes_differ<'a>(sizes: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
    let mut known = HashSet::new();
    match sizes.into_iter().find(|size| !known.insert(size_key(size))) {
        Some(twice) => Err(Failure::usage(format!("size {twice} is given twice"))),
        None => Ok(()),
    }
}
