//! The rows of a table below its header, whatever they come from: CSV ([`csv`](super::csv)), or a spreadsheet
//! ([`xlsx`](super::xlsx)). A title may stand above the header.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use csv::WriterBuilder;

use super::cell_value::CellValue;
use super::columns::Columns;
use crate::domain::text::shorten;
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

/// Says why a table cannot be read at all.
pub(super) fn refused(problem: impl Into<String>) -> RowsError {
    RowsError::CutOff { line: 1, problem: problem.into() }
}

impl From<io::Error> for RowsError {
    fn from(error: io::Error) -> RowsError {
        // The compressed data is wrong, not the disk.
        match error.kind() {
            io::ErrorKind::InvalidData => refused(error.to_string()),
            _ => RowsError::Io(error),
        }
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

/// What rows come from.
pub(super) trait Source {
    /// Reads the next row that is not blank; `None` at the end.
    ///
    /// # Errors
    /// Reading failed, or the table is cut off.
    fn next_row(&mut self) -> Result<Option<SourceRow>, RowsError>;

    /// Returns what stands at the beginning of such a file, before its text.
    fn mark(&self) -> &'static [u8] {
        b""
    }

    /// Returns whether a comma stands before decimals.
    fn has_decimal_comma(&self) -> bool {
        false
    }

    /// Returns the sheets of a workbook; `None` where there are none.
    fn sheets(&self) -> Option<&Sheets> {
        None
    }
}

/// One row of a source: the header, a title above it, or a row below it.
#[derive(Debug)]
pub(super) struct SourceRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells, or why they cannot be read.
    pub cells: Result<Vec<CellValue>, String>,
    /// Its bytes in CSV; `None` in a workbook.
    pub csv: Option<Vec<u8>>,
}

/// The rows of a table, read one after another.
pub struct Rows<'s> {
    source: Box<dyn Source + Send + 's>,
    columns: Columns,
    /// The header, as CSV.
    header: Arc<Vec<u8>>,
    /// Rows that were read while the header was looked for.
    first: VecDeque<SourceRow>,
    number: u64,
}

impl<'s> Rows<'s> {
    /// Reads the header, in which some of the `known` columns stand.
    ///
    /// # Errors
    /// Reading failed, or there is no such header.
    pub(super) fn begin(mut source: impl Source + Send + 's, known: &[&'static str]) -> Result<Rows<'s>, RowsError> {
        let mut first = VecDeque::new();
        while first.len() < HEADER_ROWS && !first.back().is_some_and(|row| is_header(row, known)) {
            let Some(row) = source.next_row()? else { break };
            first.push_back(row);
        }
        let (at, columns) = find_header(first.make_contiguous(), known)?;
        let header = first.drain(..=at).next_back();
        let header = header.map(|row| row.csv.unwrap_or_else(|| as_csv(&row.cells.unwrap_or_default())));
        let header = Arc::new([source.mark(), &header.unwrap_or_default()].concat());
        Ok(Rows { source: Box::new(source), columns, header, first, number: 0 })
    }

    /// Reads the next row; `None` at the end.
    ///
    /// # Errors
    /// Reading failed, or the table is cut off.
    pub fn next_row(&mut self) -> Result<Option<Row>, RowsError> {
        let next = match self.first.pop_front() {
            Some(row) => Some(row),
            None => self.source.next_row()?,
        };
        let Some(SourceRow { line, cells, csv }) = next else { return Ok(None) };
        let width = self.columns.width();
        let (cells, csv) = match (cells, csv) {
            // An amount may have a comma, for example.
            (Ok(cells), Some(csv)) if cells.len() > width => {
                let count = cells.len();
                (Err(format!("has {count} cells, the header has {width}: put a cell with a separator in quotes")), csv)
            }
            (cells, Some(csv)) => (cells, csv),
            // Nobody reads the cells beside the columns, and CSV is not to have more than its header.
            (Ok(cells), None) => {
                let csv = as_csv(&cells[..cells.len().min(width)]);
                (Ok(cells), csv)
            }
            (Err(problem), None) => (Err(problem), Vec::new()),
        };
        self.number += 1;
        let size = csv.len();
        let reject = Arc::new(Reject::Row(Arc::clone(&self.header), csv));
        Ok(Some(Row { number: self.number, line, cells, reject, size }))
    }

    /// Returns its columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Returns whether a comma stands before decimals.
    pub fn has_decimal_comma(&self) -> bool {
        self.source.has_decimal_comma()
    }

    /// Returns the sheets of a workbook; `None` where there are none.
    pub fn sheets(&self) -> Option<&Sheets> {
        self.source.sheets()
    }
}

/// Among how many of the first rows the header is looked for.
pub(super) const HEADER_ROWS: usize = 10;

/// Returns whether a row is the header whatever comes after it: it names two of the `known` columns.
fn is_header(row: &SourceRow, known: &[&'static str]) -> bool {
    row.cells.as_ref().is_ok_and(|cells| Columns::of(cells, known).map_or(true, |columns| columns.count() > 1))
}

/// Finds the header among the first rows of a table, and returns its place there: the row that is one
/// whatever comes after it, else the first row if it names one column.
///
/// # Errors
/// There is none, or a name stands in it twice.
fn find_header(rows: &[SourceRow], known: &[&'static str]) -> Result<(usize, Columns), RowsError> {
    let at = rows.iter().position(|row| is_header(row, known)).unwrap_or_default();
    let refuse = |line, problem| RowsError::CutOff { line, problem };
    let Some(SourceRow { line, cells, .. }) = rows.get(at) else {
        return Err(refuse(1, "is empty: its first row names the columns".to_owned()));
    };
    let cells = cells.as_ref().map_err(|problem| refuse(*line, problem.clone()))?;
    let columns = Columns::of(cells, known).map_err(|problem| refuse(*line, problem))?;
    if columns.count() > 0 {
        return Ok((at, columns.on_line(*line)));
    }
    let found: Vec<_> = cells.iter().take(10).map(|name| shorten(name.as_str().trim())).collect();
    let (known, found) = (known.join(", "), found.join(", "));
    let problem =
        format!("has none of the columns {known} in its first {HEADER_ROWS} rows; the first: {}", shorten(&found));
    Err(refuse(*line, problem))
}

/// Writes cells as a row of CSV, without its end.
fn as_csv(cells: &[CellValue]) -> Vec<u8> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells.iter().map(CellValue::as_str)).expect("memory takes every row");
    let mut row = writer.into_inner().expect("memory takes every row");
    row.truncate(row.trim_ascii_end().len());
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, names: &[&str]) -> SourceRow {
        SourceRow { line, cells: Ok(names.iter().map(|&name| name.into()).collect()), csv: None }
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
            let rows: Vec<SourceRow> = (1..).zip(rows).map(|(line, names)| row(line, names)).collect();
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
        let problem = SourceRow { cells: Err("has a formula without its result".to_owned()), ..row(1, &[]) };
        assert!(find_header(std::slice::from_ref(&problem), &known).is_err());
        assert_eq!(find_header(&[problem, row(3, head)], &known).unwrap().0, 1);
    }
}
