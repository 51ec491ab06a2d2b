//! The rows of a table that may be too long for memory: measured as they come, and printed once all of them are known.

use std::io::Write as _;

use crate::error::OutputError;
use crate::render::RenderStyle;
use crate::render::table::{Column, Sizing};
use crate::spool::{Spool, SpoolError};
use crate::ui::{self, Ui};

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

/// A table that shows only its first rows, if it has a limit.
#[derive(Debug)]
pub struct LimitedTable {
    rows: MeasuredRows,
    limit: Option<u64>,
    count: u64,
}

impl LimitedTable {
    /// Starts without rows.
    pub fn of(columns: Vec<Column>, limit: Option<u64>) -> LimitedTable {
        LimitedTable { rows: MeasuredRows::of(columns), limit, count: 0 }
    }

    /// Returns how many things to load: one more than is shown, to know whether there are more.
    pub fn to_load(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_add(1))
    }

    /// Adds the rows of one more thing, unless it is beyond the limit.
    pub fn add(&mut self, rows: impl IntoIterator<Item = Vec<String>>) -> Result<(), SpoolError> {
        self.count += 1;
        if self.limit.is_some_and(|limit| self.count > limit) {
            return Ok(());
        }
        rows.into_iter().try_for_each(|row| self.rows.push(&row))
    }

    /// Returns whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Prints the table, and says if there are more rows. `which` says what is shown: the first or the newest.
    ///
    /// # Errors
    /// It cannot be printed, or its rows cannot be read again.
    pub fn print(self, which: &str, style: RenderStyle<'_>, ui: &Ui) -> anyhow::Result<()> {
        self.rows.print(style)?;
        if let Some(limit) = self.limit.filter(|limit| self.count > *limit) {
            ui.note(&format!("there are more: only the {which} {limit} are shown; --limit 0 shows all"));
        }
        Ok(())
    }
}
