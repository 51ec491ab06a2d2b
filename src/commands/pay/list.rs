//! `orders pay --from`: the courier's or the bank's list, all or nothing.

use std::collections::HashSet;

use super::recording::new_method;
use crate::commands::Context;
use crate::commands::intake::row_list::{ListRow, RowList, RowOutcome, print_sum};
use crate::commands::run::imported::Imported;
use crate::domain::money::Balance;
use crate::domain::payment::{Method, PaymentPk};
use crate::domain::record_payment::{Alike, Listed, ListedPayment, decide_listed, overpaid};
use crate::domain::refusal::RefusalKind;
use crate::domain::zone::Zone;
use crate::error::Exit;
use crate::input::list::payment::{COLUMNS, ListForm, ReadPayment, check_columns, read_payment};
use crate::input::table::columns::Columns;
use crate::input::table::rows::Row;
use crate::render::zone::minute;
use crate::store::{Audit, Write};

/// Records the payments of a list in one transaction; `method` is that of rows that name none.
pub fn record_list(list: &RowList<'_>, method: Option<&Method>, context: &mut Context) -> anyhow::Result<Exit> {
    let read = |row: &Row, columns: &Columns, form: &ListForm| {
        let ReadPayment { label, time_place, payment } = read_payment(row, columns, form);
        let size = payment.as_ref().map_or_else(|problems| problems.size(), ListedPayment::size);
        ListRow { label, content: payment.map(|payment| Some((payment, time_place))), size }
    };
    let form = |columns: &Columns, table| {
        let form = ListForm { method: method.cloned(), table };
        check_columns(columns, &form).map(|()| form)
    };
    let (summary, (), _) = list.take(COLUMNS, context, form, read, |write, audit, rows| {
        let methods = write.methods()?.into_iter().collect();
        let zone = write.settings()?.zone();
        let mut till = Till { write, audit, newest: write.newest_payment()?, methods, zone };
        Ok((rows.each_row(&mut |(payment, time_place)| till.enter(payment, time_place))?, ()))
    })?;
    print_sum(&summary, Imported::Payments, ["recorded", "would record"], context)
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
    /// Enters a payment, whose time stands at `time_place`.
    fn enter(&mut self, listed: &ListedPayment, time_place: &str) -> anyhow::Result<RowOutcome> {
        let ListedPayment { order, entry, note } = listed.clone();
        let mut summary = match order.pick(self.write.orders_of_row(&order)?) {
            Ok(summary) => summary,
            Err((kind, problem)) => return Ok(RowOutcome::refused(kind, problem)),
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
            Ok(Listed::Unchanged(warning)) => return Ok(RowOutcome::Unchanged(warning.into_iter().collect())),
            Err(refusal) => {
                let problem = match ahead.filter(|_| refusal.kind == RefusalKind::InvalidInput) {
                    Some(ahead) => {
                        let [ahead, now] = [ahead, now].map(|time| minute(time, self.zone));
                        format!("{time_place}: {ahead} is later than now ({now})")
                    }
                    None => refusal.message,
                };
                return Ok(RowOutcome::refused(refusal.kind, problem));
            }
        };
        let audit = Audit { note: note.or_else(|| self.audit.note.clone()), ..self.audit.clone() };
        self.write.record_payment(&payment, &audit)?;
        let (amount, method) = (payment.entry.amount, payment.entry.method);
        summary.payments_sum = Some(payment.before.unwrap_or(Balance::ZERO).plus(amount));
        let is_new = self.methods.insert(method.clone());
        let warnings = [warning, is_new.then(|| new_method(&method)), overpaid(&summary)];
        Ok(RowOutcome::Imported(warnings.into_iter().flatten().collect()))
    }
}
