//! Records on their way from the thread that reads to the transaction.
//!
//! Reading begins before the transaction. Input that never needs the file never takes its lock, and small input is read
//! completely before.

use std::thread::Scope;

use anyhow::Context as _;

use super::import_summary::{ImportSummary, RecordOutcome, RecordPlace, Unreadable};
use super::record_reader::{Batch, Batches, ReadEvent, ReadInput, Tables, start_reading, start_reading_rows};
use super::rejects::Rejects;
use super::source::InputFile;
use crate::error::Failure;
use crate::input::stream::format::name_text;
use crate::input::table::columns::Columns;
use crate::input::table::rows::{Row, Rows};
use crate::ui::Progress;

/// How many bytes may wait for the transaction (1 MiB): fewer than may be underway, so that the reader can go on meanwhile.
const READ_AHEAD_BYTES: usize = 1 << 20;

/// What is read, in a thread of its own.
pub enum Reading<'r, T> {
    /// All sources: with `read`, or as tables.
    Sources { sources: Vec<InputFile>, read: &'r mut ReadInput<'r, T>, tables: Option<&'r Tables<T>> },
    /// The rows of the table `name`; `read` returns what stands in one, and its size in memory.
    Rows { name: String, rows: Rows<'static>, read: &'r (dyn Fn(&Row, &Columns) -> (T, usize) + Sync) },
}

impl<T: Send> Reading<'_, T> {
    /// Starts the thread that reads.
    pub fn start<'scope>(self, scope: &'scope Scope<'scope, '_>) -> Result<RecordQueue<T>, Failure>
    where
        Self: 'scope,
    {
        match self {
            Reading::Sources { sources, read, tables } => {
                let is_one_of_several = sources.len() > 1;
                let names = sources.iter().map(|source| SourceName::of(&source.name, is_one_of_several)).collect();
                Ok(RecordQueue::of(start_reading(sources, read, tables, scope)?, names))
            }
            Reading::Rows { name, rows, read } => {
                let names = vec![SourceName { is_table: true, ..SourceName::of(&name, false) }];
                Ok(RecordQueue::of(start_reading_rows(rows, read, scope)?, names))
            }
        }
    }
}

/// The name of a source in problems.
struct SourceName {
    file: String,
    is_one_of_several: bool,
    /// The sheet of a workbook, once it is found.
    sheet: Option<String>,
    is_table: bool,
}

impl SourceName {
    fn of(file: &str, is_one_of_several: bool) -> SourceName {
        SourceName { file: file.to_owned(), is_one_of_several, sheet: None, is_table: false }
    }
}

/// What was read, on its way into the file.
pub struct RecordQueue<T> {
    batches: Batches<T>,
    names: Vec<SourceName>,
    /// What was read before the transaction began, from the first event that needs the file.
    waiting: Vec<(usize, ReadEvent<T>)>,
    waiting_bytes: usize,
    summary: ImportSummary,
}

impl<T> RecordQueue<T> {
    fn of(batches: Batches<T>, names: Vec<SourceName>) -> RecordQueue<T> {
        RecordQueue { batches, names, waiting: Vec::new(), waiting_bytes: 0, summary: ImportSummary::new() }
    }

    /// Reads until enough waits for the file, or to the end. `judge_early` judges what does not need the file; what is rejected goes
    /// to `rejects`.
    pub fn read_ahead(
        &mut self,
        rejects: &mut Rejects<'_>,
        judge_early: &dyn Fn(&T) -> Option<RecordOutcome>,
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        while self.waiting_bytes < READ_AHEAD_BYTES
            && let Some(mut batch) = self.batches.next()
        {
            for (source, event) in std::mem::take(&mut batch.events) {
                let needs_file =
                    matches!(&event, ReadEvent::Content { content: Ok(content), .. } if judge_early(content).is_none());
                // Problems are reported in the order found; for counts the order does not matter.
                let is_after_others = !self.waiting.is_empty() && !matches!(event, ReadEvent::Skipped(_));
                if needs_file || is_after_others {
                    self.waiting.push((source, event));
                } else {
                    let mut judge = |content: &T| judge_early(content).context("it needs the file");
                    judge_event(&mut self.summary, &mut self.names[source], &event, rejects, &mut judge)?;
                }
            }
            progress.step(batch.records);
            if !self.waiting.is_empty() {
                self.waiting_bytes += std::mem::take(&mut batch.bytes);
            }
            self.batches.give_back(batch);
        }
        Ok(())
    }

    /// Returns the outcome if all was read and nothing needs the file.
    pub fn finished_early(&mut self) -> Option<ImportSummary> {
        self.waiting.is_empty().then(|| std::mem::take(&mut self.summary))
    }

    /// Judges everything with `judge`, in the order read.
    pub fn judge(
        &mut self,
        rejects: &mut Rejects<'_>,
        judge: &mut dyn FnMut(&T) -> anyhow::Result<RecordOutcome>,
        progress: &mut Progress,
    ) -> anyhow::Result<ImportSummary> {
        let RecordQueue { batches, names, waiting, waiting_bytes, summary } = self;
        let waited = Batch { events: std::mem::take(waiting), records: 0, bytes: std::mem::take(waiting_bytes) };
        for batch in std::iter::once(waited).chain(std::iter::from_fn(|| batches.next())) {
            for (source, event) in &batch.events {
                judge_event(summary, &mut names[*source], event, rejects, judge)?;
            }
            progress.step(batch.records);
            batches.give_back(batch);
        }
        Ok(std::mem::take(summary))
    }
}

/// Judges one event, and counts its outcome.
fn judge_event<T>(
    summary: &mut ImportSummary,
    source: &mut SourceName,
    event: &ReadEvent<T>,
    rejects: &mut Rejects<'_>,
    judge: &mut dyn FnMut(&T) -> anyhow::Result<RecordOutcome>,
) -> anyhow::Result<()> {
    source.is_table |= matches!(event, ReadEvent::Table { .. } | ReadEvent::TableCutOff { .. });
    if let ReadEvent::Table { sheets, unread_columns } = event {
        summary.note_unread(source.is_one_of_several.then_some(&source.file), unread_columns, sheets.as_ref());
        source.sheet = sheets.as_ref().map(|sheets| sheets.name.clone());
    }
    let SourceName { file, sheet, is_table, .. } = &*source;
    let place = |record, line| RecordPlace { file, sheet: sheet.as_deref(), record, line, is_row: *is_table };
    let whole = place(None, 1);
    match event {
        ReadEvent::Table { .. } => {}
        ReadEvent::Content { number, line, content, reject } => {
            let outcome = match content {
                Ok(content) => judge(content)?,
                Err(problem) => RecordOutcome::invalid(problem.clone()),
            };
            if summary.count(place(Some(*number), *line), outcome) {
                rejects.keep(reject)?;
            }
        }
        ReadEvent::Envelope { line, has_next_page, problems } => {
            if *has_next_page {
                summary.warn(format!("{file}: this is one page of several; import the next ones too"));
            }
            if !problems.is_empty() {
                summary.refuse(place(None, *line), problems);
            }
        }
        ReadEvent::Skipped(count) => summary.skipped += count,
        ReadEvent::CutOff { number, line, problem } => {
            summary.cut_off(place(*number, *line), Unreadable::CutOff, problem.clone());
        }
        ReadEvent::TableCutOff { line, problem } => {
            summary.cut_off(place(None, *line), Unreadable::Table, problem.clone());
        }
        ReadEvent::Empty => summary.cut_off(whole, Unreadable::Empty, "the input is empty".to_owned()),
        ReadEvent::Stranger(start) => summary.cut_off(whole, Unreadable::Stranger, name_text(start)),
        ReadEvent::Broken(error) => {
            return Err(Failure::io(error, format!("cannot read {file}")).into());
        }
    }
    Ok(())
}
