//! A list of rows, CSV or a spreadsheet, taken in one transaction: what `pay --from`, `set-status --from` and
//! `product count FILE` share.

use std::path::PathBuf;

use anyhow::Context as _;

use super::import_run::{Entering, ImportRun};
use super::import_summary::{ImportSummary, RecordOutcome, RecordPlace, Unreadable};
use super::record_queue::Reading;
use super::source::{InputArgs, InputFile, open_list};
use crate::commands::Context;
use crate::commands::run::context::retry_while_overtaken;
use crate::commands::run::imported::Imported;
use crate::domain::problems::Problems;
use crate::domain::settings::Settings;
use crate::error::{Exit, Failure, FailureKind};
use crate::hint::Hint;
use crate::input::table::columns::Columns;
use crate::input::table::open::open_rows;
use crate::input::table::rows::{Row, RowsError, TableForm};
use crate::store::{Audit, StoreError, Write};

/// A row of a list, as it was read.
pub struct ListRow<T> {
    /// What messages call it: a reference, a product.
    pub label: Option<String>,
    /// What stands in it, `None` where it is left blank; or all its problems.
    pub content: Result<Option<T>, Problems>,
    /// Roughly how many bytes of memory it takes.
    pub size: usize,
}

/// What became of a row with content.
pub enum RowOutcome {
    /// New, with warnings.
    Imported(Vec<String>),
    /// On record already, with warnings.
    Unchanged(Vec<String>),
    /// Not taken, with a warning: the orders file has something newer.
    LeftOut(String),
    /// Not taken, with all its problems.
    Refused(FailureKind, Problems),
}

impl RowOutcome {
    /// Refuses a row for one problem.
    pub fn refused(kind: impl Into<FailureKind>, problem: impl Into<Problems>) -> RowOutcome {
        RowOutcome::Refused(kind.into(), problem.into())
    }
}

impl<T> ListRow<T> {
    /// Returns its content. A blank or invalid row has none; its outcome does not depend on the orders file.
    fn content(&self) -> Result<&T, RecordOutcome> {
        match &self.content {
            Ok(Some(content)) => Ok(content),
            Ok(None) => Err(RecordOutcome::Skipped),
            Err(problems) => Err(self.rejected(FailureKind::InvalidInput, problems.clone())),
        }
    }

    fn outcome(&self, outcome: RowOutcome) -> RecordOutcome {
        match outcome {
            RowOutcome::Imported(warnings) => RecordOutcome::Imported(warnings),
            RowOutcome::Unchanged(warnings) => RecordOutcome::Unchanged(warnings),
            RowOutcome::LeftOut(warning) => RecordOutcome::LeftOut(warning),
            RowOutcome::Refused(kind, problems) => self.rejected(kind, problems),
        }
    }

    fn rejected(&self, kind: FailureKind, problems: Problems) -> RecordOutcome {
        RecordOutcome::Rejected { label: self.label.clone(), kind, problems }
    }
}

impl<T> Entering<'_, '_, ListRow<T>> {
    /// Enters each row that has content, in the order read.
    ///
    /// # Errors
    /// A row was refused, or `enter` failed.
    pub fn each_row(
        &mut self,
        enter: &mut dyn FnMut(&T) -> anyhow::Result<RowOutcome>,
    ) -> anyhow::Result<ImportSummary> {
        self.each(&mut |row| match row.content() {
            Ok(content) => Ok(row.outcome(enter(content)?)),
            Err(outcome) => Ok(outcome),
        })
    }
}

/// A list that somebody named.
pub struct RowList<'a> {
    pub file: &'a str,
    /// What its rows are.
    pub what: Imported,
    pub keep_going: bool,
    pub rejects: Option<&'a PathBuf>,
    pub input: &'a InputArgs,
    /// What else may have been meant where there is no such file.
    pub or_meant: Option<Hint>,
}

impl RowList<'_> {
    /// Takes the rows of the list in one transaction, all or nothing, or with `keep_going` those that can be taken. The list has
    /// some of these `columns`, which `form` checks. `read` reads a row, and `enter` enters all rows. Returns what `enter`
    /// returns, with the shop's settings.
    ///
    /// # Errors
    /// The list cannot be read, a row was refused, or the file cannot be written.
    pub fn take<F: Sync, T: Send, R: Default>(
        &self,
        columns: &'static [&'static str],
        context: &mut Context,
        form: impl Fn(&Columns, TableForm) -> Result<F, String>,
        read: impl Fn(&Row, &Columns, &F) -> ListRow<T> + Sync,
        enter: impl Fn(&Write<'_>, &Audit, &mut Entering<'_, '_, ListRow<T>>) -> anyhow::Result<(ImportSummary, R)>,
    ) -> anyhow::Result<(ImportSummary, R, Settings)> {
        let orders_files = context.orders_files()?;
        let run = ImportRun {
            what: self.what,
            keep_going: self.keep_going,
            rejects: self.rejects,
            orders_files: &orders_files,
        };
        run.check_rejects()?;
        let opened = open_list(self.file, columns, self.input, context);
        let source = opened.map_err(|error| or_meant(error, self.or_meant.as_ref()))?;
        let mut store = context.open_to_write()?;
        let settings = store.read(|read| read.settings())?;
        let zone = settings.zone();
        let audit = context.audit();
        let (summary, entered) = retry_while_overtaken(|| {
            let InputFile { name, reader, .. } = source.reopened()?;
            let rows = open_rows(reader, columns).and_then(|rows| {
                let of_table = TableForm { has_decimal_comma: rows.has_decimal_comma(), zone };
                let form = form(rows.columns(), of_table)
                    .map_err(|problem| RowsError::CutOff { line: rows.columns().line(), problem })?;
                Ok((rows, form))
            });
            let (rows, form) = rows.map_err(|error| self.unreadable(&name, error))?;
            let read_formed = |row: &Row, columns: &Columns| {
                let row = read(row, columns, &form);
                let size = row.size;
                (row, size)
            };
            let reading = Reading::Rows { name, rows, read: &read_formed };
            let mut entered = R::default();
            let summary =
                run.take(reading, &|row: &ListRow<T>| row.content().err(), &mut store, context, |write, rows| {
                    if write.settings()?.zone() != zone {
                        return Err(StoreError::Changed("the time zone").into());
                    }
                    let summary;
                    (summary, entered) = enter(write, &audit, rows)?;
                    Ok(summary)
                })?;
            anyhow::Ok((summary, entered))
        })?;
        summary.report(self.what, context);
        Ok((summary, entered, settings))
    }

    fn unreadable(&self, name: &str, error: RowsError) -> anyhow::Error {
        let (line, problem) = match error {
            RowsError::Io(error) => return Failure::io(&error, format!("cannot read {name}")).into(),
            RowsError::CutOff { line, problem } => (line, problem),
        };
        let mut summary = ImportSummary::new();
        let place = RecordPlace { file: name, sheet: None, record: None, line, is_row: true };
        summary.cut_off(place, Unreadable::Table, problem);
        match summary.failure(self.what).context("the list has a problem") {
            Ok(failure) => failure.into(),
            Err(error) => error,
        }
    }
}

/// Adds a hint at what else may have been meant to the failure of a file that cannot be opened.
pub fn or_meant(error: anyhow::Error, hint: Option<&Hint>) -> anyhow::Error {
    match (error.downcast::<Failure>(), hint) {
        (Ok(failure), Some(hint)) if failure.kind.exit_code() == 1 => failure.hint(hint.clone()).into(),
        (Ok(failure), _) => failure.into(),
        (Err(error), _) => error,
    }
}

/// Prints how many rows of a list were taken and returns the exit code; `did` and `would` are its verbs.
pub fn print_sum(
    summary: &ImportSummary,
    of: Imported,
    [did, would]: [&str; 2],
    context: &Context,
) -> anyhow::Result<Exit> {
    context.print_one(summary.body(of), || {
        if context.ui.quiet {
            return String::new();
        }
        let did = if context.is_dry_run() { would } else { did };
        format!("{did} {}, unchanged {}{}\n", summary.imported, summary.unchanged, summary.and_rejected())
    })?;
    Ok(summary.exit())
}
