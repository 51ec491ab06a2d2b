//! A list of rows, CSV or a spreadsheet, taken in one transaction: what `pay --from` and `product count FILE` share.

use std::path::PathBuf;

use anyhow::Context as _;

use super::import_summary::{ImportSummary, RecordOutcome, RecordPlace, Unreadable};
use super::record_queue::{RecordQueue, read_rows};
use super::rejects::Rejects;
use super::source::{InputArgs, InputFile, open_list};
use crate::commands::Context;
use crate::commands::run::context::retry_while_overtaken;
use crate::commands::run::imported::Imported;
use crate::domain::settings::Settings;
use crate::error::{Exit, Failure};
use crate::hint::Hint;
use crate::input::list_file::open_rows;
use crate::input::table::{Columns, Row, Rows as _, RowsError, TableForm};
use crate::store::{Audit, OrdersFiles, StoreError, Write};
use crate::ui::Progress;

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

/// The rows of a list on their way into the file.
pub struct Entering<'q, 'r, T> {
    queue: RecordQueue<T>,
    rejects: &'q mut Rejects<'r>,
    progress: &'q mut Progress,
}

impl<T> Entering<'_, '_, T> {
    /// Enters each row, in the order read.
    pub fn each(self, enter: &mut dyn FnMut(&T) -> anyhow::Result<RecordOutcome>) -> anyhow::Result<ImportSummary> {
        self.queue.judge(self.rejects, enter, self.progress)
    }
}

impl RowList<'_> {
    /// Takes the rows of the list in one transaction, all or nothing, or with `keep_going` those that can be taken. It has some of
    /// these `columns`, which `form` checks; `read` reads a row, `judge_early` judges one that needs nothing of the orders file, and `enter` enters them all.
    /// Returns what `enter` returns, with the shop's settings.
    ///
    /// # Errors
    /// The list cannot be read, a row was refused, or the file cannot be written.
    pub fn take<F: Sync, T: Send, R: Default>(
        &self,
        columns: &'static [&'static str],
        context: &mut Context,
        form: impl Fn(&Columns, TableForm) -> Result<F, String>,
        read: impl Fn(&Row, &Columns, &F) -> (T, usize) + Sync,
        judge_early: &dyn Fn(&T) -> Option<RecordOutcome>,
        enter: impl Fn(&Write<'_>, &Audit, Entering<'_, '_, T>) -> anyhow::Result<(ImportSummary, R)>,
    ) -> anyhow::Result<(ImportSummary, R, Settings)> {
        let orders_files = context.orders_files()?;
        // Refused before anything is read.
        drop(self.begin_rejects(&orders_files)?);
        let opened = open_list(self.file, columns, self.input, &orders_files);
        let source = opened.map_err(|error| or_meant(error, self.or_meant.as_ref()))?;
        let mut store = context.open_to_write()?;
        let settings = store.read(|read| read.settings())?;
        let zone = settings.zone();
        let (audit, is_dry_run) = (context.audit(), context.is_dry_run());
        let (summary, entered) = retry_while_overtaken(|| {
            let InputFile { name, reader, .. } = source.reopened()?;
            let rows = open_rows(reader, columns).and_then(|rows| {
                let of_table = TableForm { has_decimal_comma: rows.has_decimal_comma(), zone };
                let form = form(rows.columns(), of_table)
                    .map_err(|problem| RowsError::CutOff { line: rows.columns().line(), problem })?;
                Ok((rows, form))
            });
            let (rows, form) = rows.map_err(|error| self.unreadable(&name, error))?;
            let read = |row: &Row, columns: &Columns| read(row, columns, &form);
            let mut rejects = self.begin_rejects(&orders_files)?;
            let mut progress = Progress::new();
            let taken = read_rows(
                (name, rows),
                &mut rejects,
                &read,
                judge_early,
                &mut progress,
                |mut queue, rejects, progress| {
                    if let Some(summary) = queue.finished_early() {
                        context.write_nothing();
                        self.ensure_taken(&summary)?;
                        rejects.finish(is_dry_run)?;
                        return Ok((summary, R::default()));
                    }
                    context.write_once(&mut store, |write| {
                        if write.settings()?.zone() != zone {
                            return Err(StoreError::Changed("the time zone").into());
                        }
                        let entering = Entering { queue, rejects: &mut *rejects, progress: &mut *progress };
                        let (summary, entered) = enter(write, &audit, entering)?;
                        self.ensure_taken(&summary)?;
                        if !is_dry_run {
                            progress.last_step();
                        }
                        // Runs right before the commit: if the rejects cannot be kept, nothing is changed.
                        rejects.finish(is_dry_run)?;
                        Ok((summary, entered))
                    })
                },
            );
            taken.inspect_err(|error| {
                // If the outcome is unknown, the rejects must not be lost.
                if !error.downcast_ref().is_some_and(StoreError::is_outcome_unknown) {
                    rejects.remove();
                }
            })
        })?;
        summary.report(self.what, context);
        Ok((summary, entered, settings))
    }

    /// Begins to keep what is rejected, if it is to be kept.
    fn begin_rejects<'a>(&self, orders_files: &'a OrdersFiles) -> anyhow::Result<Rejects<'a>> {
        self.rejects.map_or(Ok(Rejects::none()), |path| Rejects::begin(path, orders_files))
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

    /// Refuses a list of which nothing is taken.
    fn ensure_taken(&self, summary: &ImportSummary) -> anyhow::Result<()> {
        match summary.failure(self.what) {
            Some(mut failure) if summary.is_cut_off() || !self.keep_going => {
                if !summary.is_cut_off() && summary.has_good_ones() {
                    let verb = if self.what == Imported::Payments { "records" } else { "takes" };
                    let hint = format!("--keep-going {verb} the others; add --rejects FILE to put these into FILE");
                    failure.failure = failure.failure.hint(hint);
                }
                Err(failure.into())
            }
            _ => Ok(()),
        }
    }
}

/// Adds to a failure to open a file what else may have been meant.
pub fn or_meant(error: anyhow::Error, hint: Option<&Hint>) -> anyhow::Error {
    match (error.downcast::<Failure>(), hint) {
        (Ok(failure), Some(hint)) if failure.kind.exit_code() == 1 => failure.hint(hint.clone()).into(),
        (Ok(failure), _) => failure.into(),
        (Err(error), _) => error,
    }
}

/// Prints what became of the rows of a list, which did or would do something to each, and returns the exit code.
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
        let rejected = if summary.rejected > 0 { format!(", rejected {}", summary.rejected) } else { String::new() };
        format!("{did} {}, unchanged {}{rejected}\n", summary.imported, summary.unchanged)
    })?;
    Ok(if summary.rejected > 0 { Exit::Partly } else { Exit::Done })
}
