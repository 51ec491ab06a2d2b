//! `orders product count FILE`: a count sheet that was filled in, all or nothing.

use std::collections::HashMap;

use super::differences::Differences;

use crate::commands::Context;
use crate::commands::intake::import_summary::ImportSummary;
use crate::commands::intake::row_list::{ListRow, RowList, RowOutcome};
use crate::commands::run::imported::Imported;
use crate::domain::product::{Product, StockKey};
use crate::domain::row_product::RowProduct;
use crate::domain::stock_correction::{Correction, correct};
use crate::domain::stock_count::{Basis, CountDifference, Counted, count};
use crate::domain::text::size_key;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::error::{Exit, FailureKind};
use crate::input::list::count::{COLUMNS, ListedCount, ReadCount, check_columns, read_row};
use crate::input::list::product_cells::RowPlaces;
use crate::input::table::columns::Columns;
use crate::input::table::rows::{Row, TableForm};
use crate::render::zone::minute;
use crate::store::{Audit, Write};

/// Takes the counts of a sheet in one transaction.
pub fn count_list(list: &RowList<'_>, may_start_sizes: bool, context: &mut Context) -> anyhow::Result<Exit> {
    let read = |row: &Row, columns: &Columns, form: &TableForm| {
        let read = read_row(row, columns, *form);
        let (size, ReadCount { label, places, count }) = (read.size(), read);
        ListRow { label, content: count.map(|count| Some((count?, places))), size }
    };
    let form = |columns: &Columns, form| check_columns(columns).map(|()| form);
    let (is_table, is_quiet) = (context.is_table(), context.ui.quiet);
    let (summary, found, settings) = list.take(COLUMNS, context, form, read, |write, audit, rows| {
        let mut count = Stocktaking {
            write,
            audit,
            zone: write.settings()?.zone(),
            may_start_sizes,
            known: HashMap::new(),
            last: None,
            found: Differences::of(is_table, is_quiet),
        };
        let summary = rows.each_row(&mut |(row, places)| count.enter(row, places))?;
        Ok((summary, count.found))
    })?;
    let line = sum_up(&summary, context);
    found.print(summary.body(Imported::Counts), line, &settings, context)?;
    Ok(summary.exit())
}

/// Says how many were counted.
fn sum_up(summary: &ImportSummary, context: &Context) -> String {
    let ImportSummary { imported, unchanged, skipped, .. } = summary;
    let did = if context.is_dry_run() { "would correct" } else { "corrected" };
    format!("{did} {imported}, as expected {unchanged}, not counted {skipped}{}\n", summary.and_rejected())
}

/// Enters the counts of a sheet.
struct Stocktaking<'w, 'c> {
    write: &'w Write<'c>,
    audit: &'w Audit,
    zone: Zone,
    may_start_sizes: bool,
    /// What was counted so far, and in which row.
    known: HashMap<StockKey, u64>,
    /// The product of the row before: its sizes mostly follow each other.
    last: Option<(RowProduct, Product)>,
    found: Differences,
}

impl Stocktaking<'_, '_> {
    /// Enters a row, whose cells stand at `places`.
    fn enter(&mut self, row: &ListedCount, places: &RowPlaces) -> anyhow::Result<RowOutcome> {
        let product = match self.last.take() {
            Some((named, product)) if named == row.product => product,
            _ => match row.product.find_known(self.write.products_of_row(&row.product)?) {
                Ok(product) => product,
                Err(refusal) => {
                    let place = places.name(refusal.column.as_str());
                    return Ok(RowOutcome::refused(refusal.kind, format!("{place}: {}", refusal.problem)));
                }
            },
        };
        let (size, now) = (row.size.as_deref(), self.write.time());
        // A count of 0 can only be refused for its size.
        if let Err(refusal) = correct(&product, size, Correction::Count(0), self.may_start_sizes) {
            self.last = Some((row.product.clone(), product));
            return Ok(RowOutcome::refused(refusal.kind, format!("{}: {}", places.name("size"), refusal.message)));
        }
        let key = StockKey::of(product.id, size.map(size_key).unwrap_or_default());
        let basis = basis_of(row, now);
        let on_shelf = self.write.shelf(product.id, &key.size_key, basis.known_since())?;
        if row.as_of.is_some_and(|time| on_shelf.is_ahead(time, now)) {
            return Ok(RowOutcome::refused(
                FailureKind::InvalidInput,
                format!("{}: is in the future", places.name("asOf")),
            ));
        }
        let label = product.label_of(&key.size_key);
        if let Some(began) = row.as_of.and_then(|time| on_shelf.began_after(time)) {
            let problem = format!(
                "{}: the first stock of {label} was recorded later, at {}: it is newer than this count",
                places.name("asOf"),
                minute(began, self.zone)
            );
            return Ok(RowOutcome::refused(FailureKind::InvalidInput, problem));
        }
        if let Some(earlier) = self.known.get(&key) {
            return Ok(RowOutcome::refused(
                FailureKind::InvalidInput,
                format!("{label} is counted in row {earlier} too"),
            ));
        }
        let counted = Counted { pieces: row.counted, basis };
        let later_count = on_shelf.later_count(basis);
        let decided = count(&product, size, on_shelf, counted, self.may_start_sizes);
        if let Some(later) = later_count
            && decided.as_ref().map_or(true, |line| line.difference() != 0)
        {
            self.known.insert(key, places.row());
            self.last = Some((row.product.clone(), product));
            let (pieces, later) = (row.counted, minute(later, self.zone));
            return Ok(RowOutcome::LeftOut(format!(
                "{label}: {pieces} counted, but a later count, of {later}, is on record: left as it is"
            )));
        }
        let line = match decided {
            Ok(line) => line,
            Err(refusal) => {
                self.last = Some((row.product.clone(), product));
                return Ok(RowOutcome::refused(refusal.kind, refusal.message));
            }
        };
        self.known.insert(key, places.row());
        // The same sheet again leaves no trace.
        if !line.is_known() {
            self.write.count_stock(&line, self.audit)?;
        }
        let warnings = line.warning().into_iter().collect();
        let (is_as_expected, has_new_size) = (line.difference() == 0, line.change.new_line.is_some());
        if !is_as_expected {
            let size = size.map(|size| product.spelled_size(Some(size)).ok().flatten().unwrap_or(size.to_owned()));
            self.found.push(&CountDifference { sku: product.handle(), product: product.name.clone(), size, line })?;
        }
        // With a new size it is loaded anew.
        self.last = (!has_new_size).then(|| (row.product.clone(), product));
        Ok(match is_as_expected {
            true => RowOutcome::Unchanged(warnings),
            false => RowOutcome::Imported(warnings),
        })
    }
}

/// Returns which pieces a row counted.
fn basis_of(listed: &ListedCount, now: Timestamp) -> Basis {
    match (listed.as_of, listed.shelf) {
        (None, None) => Basis::Shelf,
        (time, printed) => Basis::ShelfAt { time: time.unwrap_or(now), printed },
    }
}
