//! The rows of a delivery in a file.

use std::collections::HashMap;
use std::io::{BufRead, Seek};
use std::sync::Arc;

use anyhow::Context as _;

use crate::commands::Context;
use crate::commands::intake::import_summary::{ImportSummary, RecordOutcome, RecordPlace, Unreadable};
use crate::commands::intake::row_list::or_meant;
use crate::commands::intake::source::{InputArgs, InputFile, open_list};
use crate::commands::run::imported::Imported;
use crate::domain::delivery::{DeliveryDecision, DeliveryLine, DeliveryRefused, LineProblem};
use crate::domain::product::Product;
use crate::domain::row_product::{NamingRefusal, RowProduct};
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::input::list::delivery::{COLUMNS, ReadPieces, check_columns, read_row};
use crate::input::table::open::open_rows;
use crate::input::table::rows::RowsError;
use crate::store::Write;

/// The most rows of one delivery.
const ROWS_LIMIT: usize = 10_000;

/// What to do where a size is new.
pub const NEW_SIZE_HINT: &str = "--new-size starts the sizes that are new";

/// The rows of a delivery.
pub struct List {
    name: String,
    sheet: Option<String>,
    /// Each row with its number and line.
    rows: Vec<(u64, u64, ReadPieces)>,
    /// The columns and sheets that are not read; no more is known without the orders file.
    pub summary: ImportSummary,
}

impl List {
    /// Reads a file to its end.
    pub fn read(file: &str, input: &InputArgs, context: &Context) -> anyhow::Result<List> {
        let to_receive = CommandLine::of("product receive P N").option("--ref REF");
        let hint = Hint::run("to receive pieces of a product", to_receive);
        let InputFile { name, reader, .. } =
            open_list(file, COLUMNS, input, context).map_err(|error| or_meant(error, Some(&hint)))?;
        let mut list = List { name, sheet: None, rows: Vec::new(), summary: ImportSummary::new() };
        match list.fill(reader) {
            Ok(()) => Ok(list),
            Err(RowsError::Io(error)) => Err(Failure::io(&error, format!("cannot read {}", list.name)).into()),
            Err(RowsError::CutOff { line, problem }) => {
                let place = place_in(&list.name, list.sheet.as_deref(), None, line);
                list.summary.cut_off(place, Unreadable::Table, problem);
                Err(list.summary.failure(Imported::Deliveries).context("the list has a problem")?.into())
            }
        }
    }

    fn fill(&mut self, reader: impl BufRead + Seek + Send + 'static) -> Result<(), RowsError> {
        let mut rows = open_rows(reader, COLUMNS)?;
        self.sheet = rows.sheets().map(|sheets| sheets.name.clone());
        check_columns(rows.columns()).map_err(|problem| RowsError::CutOff { line: rows.columns().line(), problem })?;
        self.summary.note_unread(None, rows.columns().unread(), rows.sheets());
        let has_decimal_comma = rows.has_decimal_comma();
        while let Some(row) = rows.next_row()? {
            if self.rows.len() == ROWS_LIMIT {
                let problem = format!("has more than {ROWS_LIMIT} rows: enter it as several deliveries");
                return Err(RowsError::CutOff { line: row.line, problem });
            }
            self.rows.push((row.number, row.line, read_row(&row, rows.columns(), has_decimal_comma)));
        }
        Ok(())
    }

    /// Looks its products up, and decides; every problem of every row is named.
    pub fn decide(
        &self,
        write: &Write<'_>,
        decide: impl FnOnce(&[DeliveryLine]) -> Result<DeliveryDecision, DeliveryRefused>,
    ) -> anyhow::Result<DeliveryDecision> {
        let mut products: HashMap<&RowProduct, Result<Arc<Product>, NamingRefusal>> = HashMap::new();
        let (mut pieces, mut places, mut problems) = (Vec::new(), Vec::new(), HashMap::new());
        for (at, (.., row)) in self.rows.iter().enumerate() {
            let listed = match &row.pieces {
                Ok(listed) => listed,
                Err(found) => {
                    problems.insert(at, (FailureKind::InvalidInput, found.clone()));
                    continue;
                }
            };
            if !products.contains_key(&listed.product) {
                let found = listed.product.find_known(write.products_of_row(&listed.product)?);
                products.insert(&listed.product, found.map(Arc::new));
            }
            match &products[&listed.product] {
                Ok(product) => {
                    let (product, size) = (Arc::clone(product), listed.size.clone());
                    pieces.push(DeliveryLine { product, size, quantity: listed.quantity });
                    places.push(at);
                }
                Err(refusal) => {
                    let place = row.places.name(refusal.column.as_str());
                    let problem = format!("{place}: {}", refusal.problem);
                    problems.insert(at, (refusal.kind.into(), problem.into()));
                }
            }
        }
        let mut may_be_new = false;
        match decide(&pieces) {
            Ok(decision) if problems.is_empty() => return Ok(decision),
            Ok(_) => {}
            // With rows missing, it would differ from what is on record in any case.
            Err(DeliveryRefused::Whole(refusal)) if problems.is_empty() => return Err(Failure::from(refusal).into()),
            Err(DeliveryRefused::Whole(_)) => {}
            Err(DeliveryRefused::Lines(lines)) => {
                for (place, LineProblem { column, problem, new_size }) in lines {
                    may_be_new |= new_size.is_some();
                    let problem = format!("{}: {problem}", self.rows[places[place]].2.places.name(column));
                    problems.insert(places[place], (FailureKind::InvalidInput, problem.into()));
                }
            }
        }
        let mut summary = self.summary.clone();
        for (at, (number, line, row)) in self.rows.iter().enumerate() {
            let place = place_in(&self.name, self.sheet.as_deref(), Some(*number), *line);
            let outcome = match problems.remove(&at) {
                Some((kind, problems)) => RecordOutcome::Rejected { label: row.label.clone(), kind, problems },
                None => RecordOutcome::Imported(Vec::new()),
            };
            summary.count(place, outcome);
        }
        let mut failure = summary.failure(Imported::Deliveries).context("some row has a problem")?;
        if may_be_new {
            failure.failure = failure.failure.hint(NEW_SIZE_HINT);
        }
        Err(failure.into())
    }
}

fn place_in<'a>(file: &'a str, sheet: Option<&'a str>, record: Option<u64>, line: u64) -> RecordPlace<'a> {
    RecordPlace { file, sheet, record, line, is_row: true }
}
