//! Lists that people keep as tables: rows of cells, under columns with names.
//!
//! What the rows come from is behind [`Rows`]: CSV ([`csv_rows`](super::csv_rows)), or a spreadsheet
//! ([`xlsx_rows`](super::xlsx_rows)).

use std::io;
use std::sync::Arc;

use super::cell_value::CellValue;
use super::reject::Reject;
use crate::domain::text::{is_edge, shorten};
use crate::domain::zone::Zone;

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

/// Which column of a table is which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The place of each known column.
    places: Vec<(&'static str, usize)>,
    /// The names of the others.
    unread: Vec<String>,
    width: usize,
    /// The line of the header, from 1.
    line: u64,
}

/// Among how many of the first rows the header is looked for: a title may stand above it.
pub const HEADER_ROWS: usize = 10;

/// A row among which the header is looked for: its line, and its cells or why they cannot be read.
pub type FirstRow = (u64, Result<Vec<String>, String>);

/// Returns whether a row is the header whatever comes after it: it names two of the `known` columns.
pub fn is_header((_, cells): &FirstRow, known: &[&'static str]) -> bool {
    cells.as_ref().is_ok_and(|cells| Columns::of(cells, known).map_or(true, |columns| columns.count() > 1))
}

/// Finds the header among the first rows of a table, and returns its place there: the one that [`is_header`](is_header), else
/// the first row if it names one column.
///
/// # Errors
/// There is none, or a name stands in it twice.
pub fn find_header(rows: &[FirstRow], known: &[&'static str]) -> Result<(usize, Columns), RowsError> {
    let at = rows.iter().position(|row| is_header(row, known)).unwrap_or_default();
    let refuse = |line, problem| RowsError::CutOff { line, problem };
    let Some((line, cells)) = rows.get(at) else {
        return Err(refuse(1, "is empty: its first row names the columns".to_owned()));
    };
    let cells = cells.as_ref().map_err(|problem| refuse(*line, problem.clone()))?;
    let columns = Columns::of(cells, known).map_err(|problem| refuse(*line, problem))?;
    if columns.count() > 0 {
        return Ok((at, Columns { line: *line, ..columns }));
    }
    let found: Vec<_> = cells.iter().take(10).map(|name| shorten(name.trim())).collect();
    let (known, found) = (known.join(", "), found.join(", "));
    let problem =
        format!("has none of the columns {known} in its first {HEADER_ROWS} rows; the first: {}", shorten(&found));
    Err(refuse(*line, problem))
}

impl Columns {
    /// Finds `known` columns by their names in a header, in any case and with any signs between their words.
    ///
    /// # Errors
    /// A name stands there twice.
    pub fn of(header: &[String], known: &[&'static str]) -> Result<Columns, String> {
        let (mut places, mut unread) = (Vec::new(), Vec::new());
        for (place, cell) in header.iter().enumerate() {
            let name = cell.trim_matches(is_edge);
            match known.iter().find(|column| is_same_name(column, name)) {
                Some(column) if places.iter().any(|(other, _)| other == column) => {
                    return Err(format!("has two columns {column}"));
                }
                Some(column) => places.push((*column, place)),
                None if name.is_empty() => {}
                None => unread.push(shorten(name).into_owned()),
            }
        }
        Ok(Columns { places, unread, width: header.len(), line: 1 })
    }

    /// Returns how many known columns there are.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// Returns whether there is a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.places.iter().any(|(column, _)| *column == name)
    }

    /// Returns the names of the columns that are not known.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Returns the line of the header, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns how many cells a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the place of the column of this name among all columns, from 0.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.iter().find(|(column, _)| *column == name).map(|(_, place)| *place)
    }

    /// Returns a row's cell in a column; `None` if it is blank.
    pub fn cell<'c>(&self, cells: &'c [CellValue], name: &str) -> Option<&'c CellValue> {
        cells.get(self.place(name)?).filter(|cell| !cell.shown().is_empty())
    }
}

/// Returns whether a header names a column: `Order Reference` and `order_reference` are `orderReference`.
fn is_same_name(column: &str, name: &str) -> bool {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase);
    letters.eq(column.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_header_may_stand_below_a_title() {
        let known = ["sku", "counted", "name"];
        let (title, empty, head) = (&["Count of 6 March"][..], &["", ""][..], &["SKU", "x", "Counted"][..]);
        let data = &["SKU-1", "", "4"][..];
        let one = &["name", "x"][..];
        for (rows, expected) in [
            (vec![head, data], Ok((0, 2))),
            (vec![title, empty, head, data], Ok((2, 2))),
            // A row that names one column may be a title too: `name: Mona`.
            (vec![one, head, data], Ok((1, 2))),
            (vec![one, data, data], Ok((0, 1))),
            (
                vec![title, one, data],
                Err((
                    1,
                    "has none of the columns sku, counted, name in its first 10 rows; the first: Count of 6 March",
                )),
            ),
            (vec![title, &["sku", "SKU"], data], Err((2, "has two columns sku"))),
            (vec![], Err((1, "is empty: its first row names the columns"))),
        ] {
            let rows: Vec<FirstRow> = (1..).zip(rows).map(|(line, row)| (line, Ok(header(row)))).collect();
            let found = find_header(&rows, &known);
            let found = found.map(|(at, columns)| {
                assert_eq!(columns.line(), at as u64 + 1);
                (at, columns.count())
            });
            let found = found.map_err(|error| match error {
                RowsError::CutOff { line, problem } => (line, problem),
                RowsError::Io(error) => (0, error.to_string()),
            });
            assert_eq!(found, expected.map_err(|(line, problem)| (line, problem.to_owned())), "{rows:?}");
        }
        let problem = (1, Err("has a formula without its result".to_owned()));
        assert!(find_header(std::slice::from_ref(&problem), &known).is_err());
        assert_eq!(find_header(&[problem, (3, Ok(header(head)))], &known).unwrap().0, 1);
    }

    #[test]
    fn columns_are_found_by_name_in_any_spelling() {
        let known = ["orderReference", "amount", "paidAt"];
        for names in [
            ["orderReference", "amount", "paidAt"],
            ["order_reference", "AMOUNT", "paid_at"],
            ["Order Reference", " Amount ", "Paid-At"],
        ] {
            let columns = Columns::of(&header(&names), &known).unwrap();
            assert_eq!((columns.count(), columns.width(), columns.unread().len()), (3, 3, 0), "{names:?}");
        }
        let columns = Columns::of(&header(&["Customer", "", "amount"]), &known).unwrap();
        assert_eq!(
            (columns.unread(), columns.has("amount"), columns.has("paidAt")),
            (&header(&["Customer"])[..], true, false)
        );
        let row = ["Mona", "x", "\u{200f} 5 "].map(CellValue::from);
        let amount = |row| columns.cell(row, "amount").map(CellValue::shown);
        assert_eq!((amount(&row), amount(&row[..2])), (Some("5"), None));
        assert_eq!(Columns::of(&header(&["Amount", "amount"]), &known), Err("has two columns amount".to_owned()));
    }
}
