//! The differences that a count sheet found: they wait in a temporary file until the count is committed.

use crate::commands::Context;
use crate::commands::run::measured_rows::MeasuredRows;
use crate::domain::settings::Settings;
use crate::domain::stock_count::CountDifference;
use crate::render::count::{difference, difference_columns, difference_row};
use crate::render::json::Body;
use crate::spool::{Spool, SpoolError};

/// What differed, as this run shows it.
#[derive(Default)]
pub enum Differences {
    /// There is nothing, or it is not wanted.
    #[default]
    None,
    /// As a table for people.
    Rows(MeasuredRows),
    /// For programs.
    Bodies(Spool<Body>),
}

impl Differences {
    /// Keeps what a run of this kind is to show.
    pub fn of(is_table: bool, is_quiet: bool) -> Differences {
        match (is_table, is_quiet) {
            (true, true) => Differences::None,
            (true, false) => Differences::Rows(MeasuredRows::of(difference_columns())),
            (false, _) => Differences::Bodies(Spool::default()),
        }
    }

    /// Adds one.
    ///
    /// # Errors
    /// The temporary folder takes no more.
    pub fn push(&mut self, found: &CountDifference) -> Result<(), SpoolError> {
        match self {
            Differences::None => Ok(()),
            Differences::Rows(rows) => rows.push(&difference_row(found)),
            Differences::Bodies(bodies) => bodies.push(&difference(found)),
        }
    }

    /// Prints them with the body of the count, or for people above its `line`.
    pub fn print(self, body: Body, line: String, settings: &Settings, context: &Context) -> anyhow::Result<()> {
        match self {
            Differences::None => Ok(context.print_one(body, || if context.ui.quiet { String::new() } else { line })?),
            Differences::Rows(rows) => {
                if !rows.is_empty() {
                    rows.print(context.style(settings))?;
                }
                Ok(context.print_one(body, || line)?)
            }
            Differences::Bodies(bodies) => context.print_with_list(body, "differences", bodies),
        }
    }
}
