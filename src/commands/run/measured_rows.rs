//! The rows of a table that may be too long for memory: measured as they come, and printed once all of them are known.

use std::io::Write as _;

use crate::error::OutputError;
use crate::render::RenderStyle;
use crate::render::table::{Column, Sizing};
use crate::spool::{Spool, SpoolError};
use crate::ui;

/// Rows that were measured.
#[derive(Debug)]
pub struct MeasuredRows {
    sizing: Sizing,
    rows: Spool<Vec<String>>,
}

impl MeasuredRows {
    /// Starts without rows.
    pub fn of(columns: Vec<Column>) -> MeasuredRows {
        MeasuredRows { sizing: Sizing::of(columns), rows: Spool::default() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The temporary folder takes no more.
    pub fn push(&mut self, row: &Vec<String>) -> Result<(), SpoolError> {
        self.sizing.add(row);
        self.rows.push(row)
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints the table.
    ///
    /// # Errors
    /// It cannot be printed, or its rows cannot be read again.
    pub fn print(mut self, style: RenderStyle<'_>) -> anyhow::Result<()> {
        let layout = self.sizing.layout(style);
        let mut stdout = ui::stdout();
        stdout.write_all(layout.titles().as_bytes()).map_err(OutputError)?;
        let mut line = String::new();
        self.rows.each(|row| {
            line.clear();
            layout.put_row(&mut line, &row);
            anyhow::Ok(stdout.write_all(line.as_bytes()).map_err(OutputError)?)
        })?;
        Ok(stdout.flush().map_err(OutputError)?)
    }
}
