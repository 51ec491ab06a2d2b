//! `orders set-status --from`: what the courier's list says of orders, all or nothing.

use std::collections::HashSet;

use super::change::record;
use crate::commands::Context;
use crate::commands::arguments::shipping::shared_number;
use crate::commands::intake::row_list::{ListRow, RowList, RowOutcome, print_sum};
use crate::commands::run::imported::Imported;
use crate::domain::listed_status::{Listed, ListedStatus};
use crate::domain::order::OrderPk;
use crate::domain::record_payment::overpaid;
use crate::domain::refusal::Refusal;
use crate::domain::status::Status;
use crate::error::Exit;
use crate::hint::KeptOptions;
use crate::input::list::status::{COLUMNS, StatusForm, check_columns, read_row};
use crate::input::table::columns::Columns;
use crate::input::table::rows::Row;
use crate::store::{Audit, Write};

/// Moves the orders of a list in one transaction; `form` has the defaults of its rows.
pub fn move_listed(list: &RowList<'_>, form: &StatusForm, context: &mut Context) -> anyhow::Result<Exit> {
    let read = |row: &Row, columns: &Columns, form: &StatusForm| {
        let read = read_row(row, columns, form);
        let size = read.size();
        ListRow { label: read.label, content: read.status.map(Some), size }
    };
    let form = |columns: &Columns, _| check_columns(columns, form).map(|()| form.clone());
    let kept = context.kept_options();
    let (summary, (), _) = list.take(COLUMNS, context, form, read, |write, audit, rows| {
        let mut moving = Moving { write, audit, kept: &kept, changed: HashSet::new() };
        Ok((rows.each_row(&mut |listed| moving.enter(listed))?, ()))
    })?;
    print_sum(&summary, Imported::Statuses, ["changed", "would change"], context)
}

/// Moves the orders of a list.
struct Moving<'w, 'c> {
    write: &'w Write<'c>,
    audit: &'w Audit,
    kept: &'w KeptOptions,
    /// The orders that the list has changed so far.
    changed: HashSet<OrderPk>,
}

impl Moving<'_, '_> {
    fn enter(&mut self, listed: &ListedStatus) -> anyhow::Result<RowOutcome> {
        let pk = match listed.order.pick(self.write.orders_of_row(&listed.order)?) {
            Ok(summary) => summary.pk,
            Err((kind, problem)) => return Ok(RowOutcome::refused(kind, problem)),
        };
        let order = self.write.orders(&[pk])?.remove(0);
        let mut summary = order.summary.clone();
        let decided = listed.decide(&order, &self.write.held_stock(pk)?, self.changed.contains(&pk));
        let change = match decided {
            Ok(Listed::Unchanged) => return Ok(RowOutcome::Unchanged(Vec::new())),
            Ok(Listed::Note) => {
                self.write.insert_note(pk, &Audit { note: listed.note.clone(), ..self.audit.clone() })?;
                return Ok(RowOutcome::Imported(Vec::new()));
            }
            Ok(Listed::Shipping) => None,
            Ok(Listed::Step(change)) => Some(change),
            Err(refusal) => return Ok(RowOutcome::refused(refusal.kind, self.explain(refusal))),
        };
        self.changed.insert(pk);
        let ListedStatus { shipping, note, .. } = listed;
        let shared = shared_number(self.write, &summary, shipping)?;
        let audit = Audit { note: note.clone().or_else(|| self.audit.note.clone()), ..self.audit.clone() };
        record(self.write, &order.summary, change.as_ref(), shipping, &audit)?;
        if let Some(change) = &change {
            (summary.status, summary.kept) = (change.to, change.kept);
        }
        let owed = overpaid(&summary).filter(|_| summary.status == Status::Cancelled);
        Ok(RowOutcome::Imported(shared.into_iter().chain(owed).collect()))
    }

    /// Says why a row is refused, and what to do.
    fn explain(&self, mut refusal: Refusal) -> String {
        if refusal.remedies.is_empty() {
            return refusal.message;
        }
        let hint = self.kept.add_to(refusal.remedies.remove(0).into());
        format!("{}; {hint}", refusal.message)
    }
}
