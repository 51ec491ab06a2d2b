//! `orders pay --from`: the courier's or the bank's list, all or nothing.

use std::collections::HashSet;

use super::recording::new_method;
use crate::commands::Context;
use crate::commands::intake::import_summary::RecordOutcome;
use crate::commands::intake::row_list::{RowList, print_sum};
use crate::commands::run::imported::Imported;
use crate::domain::money::Balance;
use crate::domain::payment::{Method, PaymentPk};
use crate::domain::record_payment::{Alike, Listed, ListedPayment, decide_listed, overpaid};
use crate::domain::refusal::RefusalKind;
use crate::domain::zone::Zone;
use crate::error::{Exit, FailureKind};
use crate::input::list::payment::{COLUMNS, ListForm, ReadPayment, check_columns, read_payment};
use crate::input::table::columns::Columns;
use crate::input::table::rows::Row;
use crate::render::zone::minute;
use crate::store::{Audit, Write};

/// Records the payments of a list in one transaction; `method` is that of rows that name none.
pub fn record_list(list: &RowList<'_>, method: Option<&Method>, context: &mut Context) -> anyhow::Result<Exit> {
    let read = |row: &Row, columns: &Columns, form: &ListForm| {
        let read = read_payment(row, columns, form);
        let size = read.payment.as_ref().map_or_else(|problems| problems.size(), ListedPayment::size);
        (read, size)
    };
    let form = |columns: &Columns, table| {
        let form = ListForm { method: method.cloned(), table };
        check_columns(columns, &form).map(|()| form)
    };
    let (summary, (), _) = list.take(COLUMNS, context, form, read, &judge_early, |write, audit, rows| {
        let methods = write.methods()?.into_iter().collect();
        let zone = write.settings()?.zone();
        let mut till = Till { write, audit, newest: write.newest_payment()?, methods, zone };
        Ok((rows.each(&mut |read| till.enter(read))?, ()))
    })?;
    print_sum(&summary, Imported::Payments, ["recorded", "would record"], context)
}

/// Judges a row that needs nothing of the orders file.
fn judge_early(read: &ReadPayment) -> Option<RecordOutcome> {
    let problems = read.payment.as_ref().err()?.clone();
    Some(RecordOutcome::Rejected { label: read.label.clone(), kind: FailureKind::InvalidInput, problems })
}

/// Enters the rows of a list into the orders file.
struct Till<'w, 'c> {
    write: &'w Write<'c>,
    audit: &'w Audit,
    /// The newest payment before the list.
    newest: Option<PaymentPk>,
    /// The methods of all payments so far.
    methods: HashSet<Method>,
    /// The shop's.
    zone: Zone,
}

impl Till<'_, '_> {
    fn enter(&mut self, read: &ReadPayment) -> anyhow::Result<RecordOutcome> {
        let reject = |kind, problems| Ok(RecordOutcome::Rejected { label: read.label.clone(), kind, problems });
        let ListedPayment { order, entry, note } = match &read.payment {
            Ok(listed) => listed.clone(),
            Err(problems) => return reject(FailureKind::InvalidInput, problems.clone()),
        };
        let mut summary = match order.pick(self.write.orders_of_row(&order)?) {
            Ok(summary) => summary,
            Err((kind, problem)) => return reject(kind.into(), problem.into()),
        };
        let same = self.write.same_receipt(&entry.method, entry.receipt.as_deref())?;
        let alike = match entry.receipt {
            Some(_) => None,
            None => self.write.alike(summary.pk, &entry, self.newest)?,
        };
        let alike = match same.is_none() && alike.is_none() && self.write.was_taken_back(summary.pk, &entry)? {
            true => Some(Alike::TakenBack),
            false => alike,
        };
        let (count, now) = (self.write.payment_count(summary.pk)?, self.write.time());
        let ahead = entry.paid_at.filter(|paid_at| *paid_at > now);
        let (payment, warning) = match decide_listed(&summary, entry, same.as_ref(), alike, count, now) {
            Ok(Listed::New(payment, warning)) => (payment, warning),
            Ok(Listed::Unchanged(warning)) => return Ok(RecordOutcome::Unchanged(warning.into_iter().collect())),
            Err(refusal) => {
                let problem = match ahead.filter(|_| refusal.kind == RefusalKind::InvalidInput) {
                    Some(ahead) => {
                        let [ahead, now] = [ahead, now].map(|time| minute(time, self.zone));
                        format!("{}: {ahead} is later than now ({now})", read.time_place)
                    }
                    None => refusal.message,
                };
                return reject(refusal.kind.into(), problem.into());
            }
        };
        let audit = Audit { note: note.or_else(|| self.audit.note.clone()), ..self.audit.clone() };
        self.write.record_payment(&payment, &audit)?;
        let (amount, method) = (payment.entry.amount, payment.entry.method);
        summary.payments_sum = Some(payment.before.unwrap_or(Balance::ZERO).plus(amount));
        let is_new = self.methods.insert(method.clone());
        let warnings = [warning, is_new.then(|| new_method(&method)), overpaid(&summary)];
        Ok(RecordOutcome::Imported(warnings.into_iter().flatten().collect()))
    }
}
