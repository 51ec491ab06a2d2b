//! The rows of a report for programs, of which there may be very many.

use std::io;

use crate::render::csv;
use crate::render::json::Body;
use crate::spool::{Output, Spool, SpoolError};

/// What the rows of a report are printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowForm {
    /// The tables of a sheet, for people.
    Tables,
    /// Lines of CSV.
    Csv,
    /// Bodies, for JSON and workbooks.
    Bodies,
}

/// The rows of a report for programs: they wait in the form in which they are printed, as making them twice takes a third of the
/// time of a long report.
#[derive(Debug)]
pub struct Rows {
    form: RowForm,
    keys: &'static [&'static str],
    count: u64,
    lines: ::csv::Writer<Output>,
    pub(super) bodies: Spool<Body>,
}

impl Rows {
    /// Starts without rows. They have these keys.
    pub fn new(form: RowForm, keys: &'static [&'static str]) -> Rows {
        let lines = ::csv::Writer::from_writer(Output::default());
        Rows { form, keys, count: 0, lines, bodies: Spool::default() }
    }

    /// Returns what they are printed as.
    pub fn form(&self) -> RowForm {
        self.form
    }

    /// Returns the keys of a row, in order.
    pub fn keys(&self) -> &'static [&'static str] {
        self.keys
    }

    /// Returns whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The temporary folder is full or cannot be written.
    pub fn push(&mut self, row: impl FnOnce() -> Body) -> Result<(), SpoolError> {
        self.count += 1;
        match self.form {
            RowForm::Tables => Ok(()),
            RowForm::Csv => csv::put_row(&mut self.lines, self.keys, &row()).map_err(|error| SpoolError(cause(error))),
            RowForm::Bodies => self.bodies.push(&row()),
        }
    }

    /// Passes on the header and the lines of CSV, piece by piece.
    ///
    /// # Errors
    /// Those of `put`; the temporary folder takes no more; the lines cannot be read again.
    pub fn put_csv<E: From<SpoolError>>(self, put: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        put(&csv::header(self.keys))?;
        let lines = self.lines.into_inner().map_err(|error| SpoolError(error.into_error()))?;
        lines.each(put)
    }
}

/// Returns why a line was not written: converted as a whole, the error would no longer say that the disk is full.
fn cause(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_still_called_that() {
        let full = ::csv::Error::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(cause(full).kind(), io::ErrorKind::StorageFull);
    }
}
