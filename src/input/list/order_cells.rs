//! The cells of a row that name its order.

use crate::domain::limits::TRACKING;
use crate::domain::row_order::RowOrder;
use crate::domain::shipping::read_tracking;
use crate::domain::text::shorten;
use crate::input::table::cell::{Cells, read_code};
use crate::input::table::columns::Columns;

/// The column of references and ids.
pub const REFERENCE: &str = "orderReference";
/// The column of the courier's numbers.
pub const NUMBER: &str = "tracking";

/// Checks that a column of a list names orders.
///
/// # Errors
/// None does.
pub fn check_columns(columns: &Columns) -> Result<(), String> {
    let names_orders = columns.has(REFERENCE) || columns.has(NUMBER);
    if names_orders { Ok(()) } else { Err(columns.lack(&format!("{REFERENCE} or {NUMBER}"))) }
}

/// Returns what messages call a row.
pub fn label(cells: &Cells<'_>) -> Option<String> {
    cells.cell(REFERENCE).or(cells.cell(NUMBER)).map(|label| shorten(label).into_owned())
}

/// Reads which order a row is about: its reference, or where that is blank the courier's number.
pub fn read_order(cells: &mut Cells<'_>) -> Option<RowOrder> {
    if cells.cell(REFERENCE).is_none() && cells.cell(NUMBER).is_some() {
        return read_number(cells).map(RowOrder::Tracking);
    }
    cells.require(REFERENCE, |reference| Ok(RowOrder::Reference(reference.to_owned())))
}

/// Reads the courier's number; a blank cell is `None`.
pub fn read_number(cells: &mut Cells<'_>) -> Option<String> {
    cells.read(NUMBER, |text| read_tracking(&read_code(text, TRACKING)?)).flatten()
}
