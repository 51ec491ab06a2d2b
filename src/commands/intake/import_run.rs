//! A run of an import: one thread reads, another one writes, in one transaction.
//!
//! `import`, `product import` and all lists of rows go this way.

use std::path::PathBuf;

use super::import_summary::{ImportSummary, RecordOutcome};
use super::record_queue::{Reading, RecordQueue};
use super::rejects::Rejects;
use crate::commands::Context;
use crate::commands::run::imported::Imported;
use crate::store::{OrdersFiles, Store, StoreError, Write};
use crate::ui::Progress;

/// What an import takes, all or nothing, or with `keep_going` the good records alone.
pub struct ImportRun<'a> {
    pub what: Imported,
    pub keep_going: bool,
    /// Where rejected records are kept, if they are.
    pub rejects: Option<&'a PathBuf>,
    pub orders_files: &'a OrdersFiles,
}

/// The records of an import on their way into the file.
pub struct Entering<'e, 'r, T> {
    queue: RecordQueue<T>,
    run: &'e ImportRun<'e>,
    rejects: &'e mut Rejects<'r>,
    progress: Progress,
    is_dry_run: bool,
}

impl<T> Entering<'_, '_, T> {
    /// Enters each record, in the order read.
    ///
    /// # Errors
    /// A record was refused, or `enter` failed.
    pub fn each(
        &mut self,
        enter: &mut dyn FnMut(&T) -> anyhow::Result<RecordOutcome>,
    ) -> anyhow::Result<ImportSummary> {
        let summary = self.queue.judge(self.rejects, enter, &mut self.progress)?;
        self.run.ensure_taken(&summary)?;
        if !self.is_dry_run {
            self.progress.last_step();
        }
        Ok(summary)
    }
}

impl ImportRun<'_> {
    /// Refuses a file of rejects that cannot be made. Call it before anything is read.
    pub fn check_rejects(&self) -> anyhow::Result<()> {
        self.begin_rejects().map(drop)
    }

    /// Begins the file of rejects, if there is to be one.
    fn begin_rejects(&self) -> anyhow::Result<Rejects<'_>> {
        self.rejects.map_or(Ok(Rejects::none()), |path| Rejects::begin(path, self.orders_files))
    }

    /// Reads everything, and enters it in one transaction. `judge_early` judges what does not need the orders file; if
    /// nothing needs it, there is no transaction.
    ///
    /// # Errors
    /// The input cannot be read, a record was refused, or the file cannot be written.
    pub fn take<T: Send>(
        &self,
        reading: Reading<'_, T>,
        judge_early: &dyn Fn(&T) -> Option<RecordOutcome>,
        store: &mut Store,
        context: &mut Context,
        enter: impl FnOnce(&mut Write<'_>, &mut Entering<'_, '_, T>) -> anyhow::Result<ImportSummary>,
    ) -> anyhow::Result<ImportSummary> {
        let mut rejects = self.begin_rejects()?;
        let taken = std::thread::scope(|scope| {
            let (mut queue, mut progress) = (reading.start(scope)?, Progress::new());
            queue.read_ahead(&mut rejects, judge_early, &mut progress)?;
            let is_dry_run = context.is_dry_run();
            let mut entering = Entering { queue, run: self, rejects: &mut rejects, progress, is_dry_run };
            if let Some(summary) = entering.queue.finished_early() {
                context.write_nothing();
                self.ensure_taken(&summary)?;
                entering.rejects.finish(is_dry_run)?;
                return Ok(summary);
            }
            context.write_once(store, |write| {
                let summary = enter(write, &mut entering)?;
                // Runs right before the commit: if the rejects cannot be kept, nothing is changed.
                entering.rejects.finish(is_dry_run)?;
                Ok(summary)
            })
        });
        taken.inspect_err(|error| {
            // If the outcome is unknown, the rejects must not be lost.
            if !error.downcast_ref().is_some_and(StoreError::is_outcome_unknown) {
                rejects.remove();
            }
        })
    }

    /// Refuses an import that takes nothing.
    fn ensure_taken(&self, summary: &ImportSummary) -> anyhow::Result<()> {
        match summary.failure(self.what) {
            Some(mut failure) if summary.is_cut_off() || !self.keep_going => {
                if !summary.is_cut_off()
                    && summary.has_good_ones()
                    && let Some(hint) = self.keep_going_hint()
                {
                    failure.failure = failure.failure.hint(hint);
                }
                Err(failure.into())
            }
            _ => Ok(()),
        }
    }

    /// Returns how to take the good records without the others. (`product import` keeps no rejects.)
    fn keep_going_hint(&self) -> Option<String> {
        let verb = match self.what {
            Imported::Products => return None,
            Imported::Payments => "records",
            _ => "takes",
        };
        Some(format!("--keep-going {verb} the others; add --rejects FILE to write these to FILE"))
    }
}
