//! A row of a list of statuses: what the courier's list says of an order.

use super::order_cells::{self, NUMBER, REFERENCE};
use crate::domain::limits;
use crate::domain::listed_status::ListedStatus;
use crate::domain::problems::Problems;
use crate::domain::row_order::RowOrder;
use crate::domain::shipping::{ShippingEdit, read_courier};
use crate::domain::status::Status;
use crate::domain::typed_text::read_text;
use crate::input::table::cell::Cells;
use crate::input::table::columns::Columns;
use crate::input::table::rows::Row;

/// The columns that are read.
pub const COLUMNS: &[&str] = &[REFERENCE, NUMBER, "status", "courier", "note"];

/// A row that was read, or all its problems.
#[derive(Debug)]
pub struct ReadStatus {
    /// What messages call it: the order's reference, or the courier's number.
    pub label: Option<String>,
    /// What it says of the order.
    pub status: Result<ListedStatus, Problems>,
}

impl ReadStatus {
    /// Returns how many bytes it takes.
    pub fn size(&self) -> usize {
        let label = self.label.as_ref().map_or(0, String::len);
        label + self.status.as_ref().map_or_else(Problems::size, ListedStatus::size)
    }
}

/// What holds for all rows of a list.
#[derive(Debug, Clone, Default)]
pub struct StatusForm {
    /// The status of rows that name none.
    pub status: Option<Status>,
    /// The courier of rows that name none.
    pub courier: Option<String>,
}

/// Checks that a list of statuses has the columns that it needs.
///
/// # Errors
/// It names no orders; or no statuses, where `form` has none either.
pub fn check_columns(columns: &Columns, form: &StatusForm) -> Result<(), String> {
    order_cells::check_columns(columns)?;
    match columns.has("status") || form.status.is_some() {
        true => Ok(()),
        false => Err("has no column status: name the status of all rows on the command line".to_owned()),
    }
}

/// Reads a row. The courier's number names the order if no reference does; else it is stored with the order.
pub fn read_row(row: &Row, columns: &Columns, form: &StatusForm) -> ReadStatus {
    let mut cells = match &row.cells {
        Ok(cells) => Cells::of(cells, columns, row.line),
        Err(problem) => return ReadStatus { label: None, status: Err(problem.clone().into()) },
    };
    let label = order_cells::label(&cells);
    let order = order_cells::read_order(&mut cells);
    let status = match form.status {
        Some(status) if cells.cell("status").is_none() => Some(status),
        _ => cells.require("status", read_status),
    };
    let of_all = form.courier.clone().filter(|_| status.is_some_and(Status::is_carried));
    let courier = cells.read("courier", read_courier).flatten().or(of_all).map(Some);
    let tracking = match order {
        Some(RowOrder::Reference(_)) => order_cells::read_number(&mut cells).map(Some),
        _ => None,
    };
    let note = cells.read("note", |text| read_text(text, limits::NOTE));
    let status = match (order, status) {
        (Some(order), Some(status)) if cells.problems.is_empty() => {
            Ok(ListedStatus { order, status, shipping: ShippingEdit { courier, tracking }, note })
        }
        _ => Err(cells.problems),
    };
    ReadStatus { label, status }
}

fn read_status(text: &str) -> Result<Status, String> {
    if Status::is_return(text) {
        let whole = Status::Cancelled;
        return Err(format!(
            "does not say which pieces: take them back with orders return REF N; all of them: {whole}"
        ));
    }
    let all = Status::ALL.map(Status::as_str);
    Status::read(text).ok_or_else(|| format!("must be one of {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::input::reject::Reject;

    fn columns(names: &[&str]) -> Columns {
        Columns::of(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), COLUMNS).unwrap()
    }

    fn read(cells: [&str; 5], form: &StatusForm) -> Result<ListedStatus, Vec<String>> {
        let row = Row {
            number: 1,
            line: 2,
            cells: Ok(cells.map(Into::into).to_vec()),
            reject: Arc::new(Reject::Nothing),
            size: 0,
        };
        read_row(&row, &columns(COLUMNS), form).status.map_err(Problems::into_first)
    }

    #[test]
    fn a_row_says_how_far_an_order_has_come() {
        let (none, all) =
            (StatusForm::default(), StatusForm { status: Some(Status::Shipped), courier: Some("Bosta".to_owned()) });
        let (by_reference, by_number) =
            (RowOrder::Reference("LEG-1".to_owned()), RowOrder::Tracking("9917".to_owned()));
        for (cells, form, order, status, courier, tracking) in [
            (["LEG-1", "", "Shipped", "", ""], &none, &by_reference, Status::Shipped, None, None),
            (
                ["LEG-1", "9917.0", "delivered", "Aramex", ""],
                &all,
                &by_reference,
                Status::Delivered,
                Some("Aramex"),
                Some("9917"),
            ),
            (["LEG-1", "", "", "", ""], &all, &by_reference, Status::Shipped, Some("Bosta"), None),
            // Nobody carries it.
            (["LEG-1", "", "canceled", "", ""], &all, &by_reference, Status::Cancelled, None, None),
            // The number names the order.
            (["", "9917", "delivered", "", ""], &none, &by_number, Status::Delivered, None, None),
        ] {
            let said = |text: Option<&str>| text.map(|text| Some(text.to_owned()));
            let shipping = ShippingEdit { courier: said(courier), tracking: said(tracking) };
            let listed = ListedStatus { order: order.clone(), status, shipping, note: None };
            assert_eq!(read(cells, form), Ok(listed), "{cells:?}");
        }
        for (cells, problems) in [
            (["", "", "", "", ""], &["orderReference (A2): is missing", "status (C2): is missing"][..]),
            (
                ["LEG-1", "1.5E+12", "on its way", "a\u{1b}b", &"x".repeat(1001)],
                &[
                    "status (C2): \"on its way\" must be one of pending, confirmed, processing, shipped, delivered, cancelled",
                    "courier (D2): \"a\u{1b}b\" must not have control characters",
                    "tracking (B2): \"1.5E+12\" is a long number that a spreadsheet cut: make its column text, and enter it anew",
                    &format!("note (E2): \"{}…\" must have at most 1000 characters, has 1001", "x".repeat(60)),
                ],
            ),
            (
                ["LEG-1", "", "Returned", "", ""],
                &[
                    "status (C2): \"Returned\" does not say which pieces: take them back with orders return REF N; all of them: cancelled",
                ],
            ),
            (["", "99 17", "shipped", "", ""], &["tracking (B2): \"99 17\" must be one number without spaces"]),
        ] {
            assert_eq!(read(cells, &none).unwrap_err(), problems, "{cells:?}");
        }
    }

    #[test]
    fn a_list_that_lacks_a_column_is_refused_with_its_name() {
        let shipped = StatusForm { status: Some(Status::Shipped), courier: None };
        for (names, form, problem) in [
            (&["tracking", "status"][..], &StatusForm::default(), None),
            (&["orderReference"], &shipped, None),
            (&["status"], &shipped, Some("has no column orderReference or tracking; it has status")),
            (
                &["orderReference"],
                &StatusForm::default(),
                Some("has no column status: name the status of all rows on the command line"),
            ),
        ] {
            assert_eq!(check_columns(&columns(names), form).err().as_deref(), problem, "{names:?}");
        }
    }
}
