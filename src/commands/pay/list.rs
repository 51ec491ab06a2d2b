//! `orders pay --from`: the courier's or the bank's list, all or nothing.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::commands::Context;
use crate::commands::import_summary::{ImportSummary, Imported, RecordOutcome, RecordPlace, Unreadable};
use crate::commands::payment::new_method;
use crate::commands::record_queue::read_rows;
use crate::commands::rejects::Rejects;
use crate::commands::source::{InputArgs, InputFile, open_list};
use crate::domain::money::Balance;
use crate::domain::pay::{Listed, decide_listed, overpaid};
use crate::domain::payment::{ListedPayment, Method, PaymentPk};
use crate::domain::text::shorten;
use crate::error::{Exit, Failure, FailureKind};
use crate::input::list_file::open_rows;
use crate::input::payment_row::{COLUMNS, ListForm, ReadPayment, check_columns, read_payment};
use crate::input::table::{Columns, Row, Rows as _, RowsError};
use crate::store::{Audit, StoreError, Write};
use crate::ui::Progress;

/// A list of payments, and what becomes of it.
pub struct List<'a> {
    pub file: &'a str,
    /// The method of rows that name none.
    pub method: Option<&'a Method>,
    pub keep_going: bool,
    pub rejects: Option<&'a PathBuf>,
    pub input: &'a InputArgs,
}

/// Records the payments of a list in one transaction.
pub fn record_list(list: &List<'_>, context: &mut Context) -> anyhow::Result<Exit> {
    let orders_files = context.orders_files()?;
    let mut rejects = match list.rejects {
        Some(path) => Rejects::begin(path, &orders_files)?,
        None => Rejects::none(),
    };
    let InputFile { name, reader } = open_list(list.file, COLUMNS, list.input, &orders_files)?;
    let mut store = context.open_to_write()?;
    let zone = store.read(|read| read.settings())?.zone();
    let rows = open_rows(reader, COLUMNS).and_then(|rows| {
        let form = ListForm { method: list.method.cloned(), has_decimal_comma: rows.has_decimal_comma(), zone };
        check_columns(rows.columns(), &form).map_err(|problem| RowsError::CutOff { line: 1, problem })?;
        Ok((rows, form))
    });
    let (rows, form) = match rows {
        Ok(rows) => rows,
        Err(RowsError::Io(error)) => return Err(Failure::io(&error, format!("cannot read {name}")).into()),
        Err(RowsError::CutOff { line, problem }) => {
            let mut summary = ImportSummary::new();
            summary.cut_off(RecordPlace { file: &name, sheet: None, record: None, line }, Unreadable::CutOff, problem);
            return Err(summary.failure(Imported::Payments).context("the list has a problem")?.into());
        }
    };
    let read = |row: &Row, columns: &Columns| {
        let read = read_payment(row, columns, &form);
        let size = read.payment.as_ref().map_or_else(|problems| problems.size(), ListedPayment::size);
        (read, size)
    };
    let (audit, is_dry_run) = (context.audit(), context.is_dry_run());
    let mut progress = Progress::new();
    let recorded =
        read_rows((name, rows), &mut rejects, &read, &settle, &mut progress, |mut queue, rejects, progress| {
            if let Some(summary) = queue.settled() {
                context.write_nothing();
                ensure_taken(&summary, list.keep_going)?;
                rejects.finish(is_dry_run)?;
                return Ok(summary);
            }
            context.write(&mut store, |write| {
                if write.settings()?.zone() != zone {
                    return Err(StoreError::Changed("the time zone").into());
                }
                let methods = write.methods()?.into_iter().collect();
                let mut till = Till { write, audit: &audit, newest: write.newest_payment()?, methods };
                let summary = queue.judge(rejects, &mut |read| till.enter(read), progress)?;
                ensure_taken(&summary, list.keep_going)?;
                if !is_dry_run {
                    progress.last_step();
                }
                // Runs right before the commit: if the rejects cannot be kept, nothing is recorded.
                rejects.finish(is_dry_run)?;
                Ok(summary)
            })
        });
    let summary = recorded.inspect_err(|error| {
        // If the outcome is unknown, the rejects must not be lost.
        if !error.downcast_ref().is_some_and(StoreError::is_outcome_unknown) {
            rejects.remove();
        }
    })?;
    drop(progress);
    summary.report(Imported::Payments, context);
    context.print_one(summary.body(Imported::Payments), || {
        if context.ui.quiet {
            return String::new();
        }
        let did = if context.is_dry_run() { "would record" } else { "recorded" };
        let rejected = if summary.rejected > 0 { format!(", rejected {}", summary.rejected) } else { String::new() };
        format!("{did} {}, unchanged {}{rejected}\n", summary.imported, summary.unchanged)
    })?;
    Ok(if summary.rejected > 0 { Exit::Partly } else { Exit::Done })
}

/// Judges a row that needs nothing of the orders file.
fn settle(read: &ReadPayment) -> Option<RecordOutcome> {
    let problems = read.payment.as_ref().err()?.clone();
    Some(RecordOutcome::Rejected { label: read.label.clone(), kind: FailureKind::InvalidInput, problems })
}

/// Refuses a list of which nothing is recorded.
fn ensure_taken(summary: &ImportSummary, keep_going: bool) -> anyhow::Result<()> {
    match summary.failure(Imported::Payments) {
        Some(mut failure) if summary.is_cut_off() || !keep_going => {
            if !summary.is_cut_off() && summary.has_good_ones() {
                failure.failure = failure.failure.hint("--keep-going records the others, --rejects FILE keeps these");
            }
            Err(failure.into())
        }
        _ => Ok(()),
    }
}

/// Enters the rows of a list into the orders file.
struct Till<'w, 'c> {
    write: &'w Write<'c>,
    audit: &'w Audit,
    /// The newest payment before the list.
    newest: Option<PaymentPk>,
    /// The methods of all payments so far.
    methods: HashSet<Method>,
}

impl Till<'_, '_> {
    fn enter(&mut self, read: &ReadPayment) -> anyhow::Result<RecordOutcome> {
        let reject = |kind, problems| Ok(RecordOutcome::Rejected { label: read.label.clone(), kind, problems });
        let ListedPayment { order, entry, note } = match &read.payment {
            Ok(listed) => listed.clone(),
            Err(problems) => return reject(FailureKind::InvalidInput, problems.clone()),
        };
        let Some(mut summary) = self.write.order_of_row(&order)? else {
            let problem = format!("orderReference: order {} not found", shorten(&order));
            return reject(FailureKind::InvalidInput, problem.into());
        };
        let same = self.write.same_receipt(&entry.method, entry.receipt.as_deref())?;
        let alike = match entry.receipt {
            Some(_) => None,
            None => self.write.alike(summary.pk, &entry, self.newest)?,
        };
        let (count, now) = (self.write.payment_count(summary.pk)?, self.write.time());
        let (payment, warning) = match decide_listed(&summary, entry, same.as_ref(), alike, count, now) {
            Ok(Listed::New(payment, warning)) => (payment, warning),
            Ok(Listed::Unchanged(warning)) => return Ok(RecordOutcome::Unchanged(warning.into_iter().collect())),
            Err(refusal) => return reject(refusal.kind.into(), refusal.message.into()),
        };
        let audit = Audit { note: note.or_else(|| self.audit.note.clone()), ..self.audit.clone() };
        self.write.record_payment(&payment, &audit)?;
        let (amount, method) = (payment.entry.amount, payment.entry.method);
        summary.recorded = Some(payment.before.unwrap_or(Balance::ZERO).plus(amount));
        let is_new = self.methods.insert(method.clone());
        let warnings = [warning, is_new.then(|| new_method(&method)), overpaid(&summary)];
        Ok(RecordOutcome::Imported(warnings.into_iter().flatten().collect()))
    }
}
