//! The rows of a table, whatever they come from: CSV ([`csv`](super::csv)), or a spreadsheet ([`xlsx`](super::xlsx)).

use std::io;
use std::sync::Arc;

use super::cell_value::CellValue;
use super::columns::Columns;
use crate::domain::zone::Zone;
use crate::input::reject::Reject;

/// One row of a table.
#[derive(Debug)]
pub struct Row {
    /// Its number below the header, from 1; blank rows are not counted.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells, or why they cannot be read.
    pub cells: Result<Vec<CellValue>, String>,
    /// What to keep of it if it is rejected.
    pub reject: Arc<Reject>,
    /// How many bytes it has.
    pub size: usize,
}

/// How the cells of a table are written.
#[derive(Debug, Clone, Copy)]
pub struct TableForm {
    /// Whether a comma stands before decimals.
    pub has_decimal_comma: bool,
    /// The shop's zone, for times without one.
    pub zone: Zone,
}

/// Why a table cannot be read any further.
#[derive(Debug)]
pub enum RowsError {
    /// Reading failed.
    Io(io::Error),
    /// It is no table, or its end is missing.
    CutOff {
        /// The line, from 1.
        line: u64,
        /// The problem.
        problem: String,
    },
}

/// The rows of a table, read one after another.
pub trait Rows {
    /// Reads the next row; `None` at the end.
    ///
    /// # Errors
    /// Reading failed, or the table is cut off.
    fn next_row(&mut self) -> Result<Option<Row>, RowsError>;

    /// Returns its columns.
    fn columns(&self) -> &Columns;

    /// Returns whether a comma stands before decimals.
    fn has_decimal_comma(&self) -> bool;

    /// Returns the sheets of a workbook; `None` where there are none.
    fn sheets(&self) -> Option<&Sheets> {
        None
    }
}

/// The sheets of a workbook: the one that is read, and some of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheets {
    /// The name of the one that is read.
    pub name: String,
    /// The names of the first others.
    pub others: Vec<String>,
}

impl<T: Rows + ?Sized> Rows for Box<T> {
    fn next_row(&mut self) -> Result<Option<Row>, RowsError> {
        (**self).next_row()
    }

    fn columns(&self) -> &Columns {
        (**self).columns()
    }

    fn has_decimal_comma(&self) -> bool {
        (**self).has_decimal_comma()
    }

    fn sheets(&self) -> Option<&Sheets> {
        (**self).sheets()
    }
}
