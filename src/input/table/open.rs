//! A list in a file: a spreadsheet, or CSV.

use std::io::{BufRead, Seek};

use super::csv::{CsvRows, ZIP};
use super::rows::{Rows, RowsError};
use crate::input::table::xlsx::rows::SheetRows;

/// Begins to read a list by its content, with some of the `known` columns.
///
/// # Errors
/// Reading failed, or it is no table with such columns.
pub fn open_rows(
    mut reader: impl BufRead + Seek + Send + 'static,
    known: &[&'static str],
) -> Result<Rows<'static>, RowsError> {
    match reader.fill_buf()?.starts_with(ZIP) {
        true => SheetRows::begin(reader, known),
        false => CsvRows::begin(reader, known),
    }
}
