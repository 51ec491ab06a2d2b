//! A row of the courier's or the bank's list of payments.

use super::order_cells;
use crate::domain::limits;
use crate::domain::money::Balance;
use crate::domain::payment::{Method, PaymentEntry, read_receipt};
use crate::domain::problems::Problems;
use crate::domain::record_payment::ListedPayment;
use crate::domain::typed_text::read_text;
use crate::input::table::cell::{Cells, read_code, read_money};
use crate::input::table::columns::Columns;
use crate::input::table::rows::{Row, TableForm};

/// The columns that are read.
pub const COLUMNS: &[&str] = &["orderReference", "tracking", "amount", "method", "receipt", "paidAt", "note"];

/// A row that was read, or all its problems.
#[derive(Debug)]
pub struct ReadPayment {
    /// What messages call it: the order's reference.
    pub label: Option<String>,
    /// Where the time stands: `paidAt (C2)`.
    pub time_place: String,
    /// The payment.
    pub payment: Result<ListedPayment, Problems>,
}

/// What holds for all rows of a list.
#[derive(Debug, Clone)]
pub struct ListForm {
    /// The method of rows that name none.
    pub method: Option<Method>,
    /// How the cells are written.
    pub table: TableForm,
}

/// Checks that a list of payments has the columns that it needs.
///
/// # Errors
/// It names no orders or no amounts; or no method, where `form` has none either.
pub fn check_columns(columns: &Columns, form: &ListForm) -> Result<(), String> {
    order_cells::check_columns(columns)?;
    if !columns.has("amount") {
        return Err(columns.lack("amount"));
    }
    if !columns.has("method") && form.method.is_none() {
        return Err("has no column method: --method METHOD names the method of all rows".to_owned());
    }
    Ok(())
}

/// Reads a row.
pub fn read_payment(row: &Row, columns: &Columns, form: &ListForm) -> ReadPayment {
    let mut cells = match &row.cells {
        Ok(cells) => Cells::of(cells, columns, row.line),
        Err(problem) => {
            return ReadPayment { label: None, time_place: String::new(), payment: Err(problem.clone().into()) };
        }
    };
    let label = order_cells::label(&cells);
    let order = order_cells::read_order(&mut cells);
    let amount = cells.require("amount", |text| read_amount(text, form.table.has_decimal_comma));
    let method = match &form.method {
        Some(method) if cells.cell("method").is_none() => Some(method.clone()),
        _ => cells.require("method", Method::parse),
    };
    let receipt = cells.read("receipt", |text| read_receipt(&read_code(text, usize::MAX)?));
    let paid_at = cells.read_time("paidAt", form.table.zone);
    let time_place = cells.place("paidAt");
    let note = cells.read("note", |text| read_text(text, limits::NOTE));
    let payment = match (order, amount, method) {
        (Some(order), Some(amount), Some(method)) if cells.problems.is_empty() => {
            Ok(ListedPayment { order, entry: PaymentEntry { amount, method, receipt, paid_at }, note })
        }
        _ => Err(cells.problems),
    };
    ReadPayment { label, time_place, payment }
}

/// Reads an amount; below zero it is a refund. Couriers list prepaid parcels with 0.
fn read_amount(text: &str, has_decimal_comma: bool) -> Result<Balance, String> {
    let (is_refund, size) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(size) => (true, size),
        None => (false, text),
    };
    let amount = Balance::from(read_money(size, has_decimal_comma)?);
    Ok(if is_refund { amount.negated() } else { amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::row_order::RowOrder;
    use crate::domain::zone::Zone;

    #[test]
    fn an_amount_has_the_decimal_sign_of_its_file() {
        for (text, comma, expected) in [
            ("59.98", false, Ok(5998)),
            ("59,98", true, Ok(5998)),
            ("59,9", true, Ok(5990)),
            ("59.98", true, Ok(5998)),
            ("60", true, Ok(6000)),
            ("-59,98", true, Ok(-5998)),
            ("\u{2212}5", false, Ok(-500)),
            ("59,98", false, Err("must be written without a comma: 59.98")),
            ("1,048.00", false, Err("must be written without a comma: 1048.00")),
            ("1.048,00", true, Err("must be written without dots: 1048,00")),
            ("1.048", true, Err("must have at most two decimals")),
            ("1,048", true, Err("must have at most two decimals")),
            ("1,048,000.5", true, Err("must be a number such as 29.99")),
            ("0", false, Ok(0)),
            ("-0,00", true, Ok(0)),
            ("--5", false, Err("must not be negative")),
            ("EGP 5", false, Err("must be a number such as 29.99")),
            ("99999999.99", false, Ok(9_999_999_999)),
            ("100000000", false, Err("must be at most 99999999.99")),
        ] {
            let expected = expected.map(Balance::from_hundredths).map_err(str::to_owned);
            assert_eq!(read_amount(text, comma), expected, "{text}");
        }
    }

    #[test]
    fn a_row_gives_a_payment_or_all_its_problems() {
        let header = ["tracking", "orderReference", "amount", "method", "receipt", "note"].map(str::to_owned);
        let columns = Columns::of(&header, COLUMNS).unwrap();
        let form = |method: Option<&str>| ListForm {
            method: method.map(|method| Method::parse(method).unwrap()),
            table: TableForm { has_decimal_comma: false, zone: Zone::UTC },
        };
        let read = |cells: &[&str], method| {
            let cells = Ok(cells.iter().map(|&cell| cell.into()).collect());
            let reject = std::sync::Arc::new(crate::input::reject::Reject::Nothing);
            read_payment(&Row { number: 1, line: 2, cells, reject, size: 0 }, &columns, &form(method)).payment
        };
        let paid = read(&["T-9", "LEG-1", "50", "", "R-1", ""], Some("bosta")).unwrap();
        assert_eq!((paid.order.text(), paid.entry.method.as_str(), paid.note), ("LEG-1", "bosta", None));
        let paid = read(&["", "LEG-1", "-50", "Cash"], Some("bosta")).unwrap();
        assert_eq!((paid.entry.method.as_str(), paid.entry.amount), ("cash", Balance::from_hundredths(-5000)));
        let paid = read(&["T-9", "", "50", "cash"], None).unwrap();
        assert_eq!(paid.order, RowOrder::Tracking("T-9".to_owned()));
        for (cells, problems) in [
            (&[][..], &["orderReference (B2): is missing", "amount (C2): is missing", "method (D2): is missing"][..]),
            (&["T 9", "", "50", "cash"], &["tracking (A2): \"T 9\" must be one number without spaces"]),
            (
                &["", "LEG-1", "5,0", "R 7", "R\u{0}1", &"x".repeat(1001)],
                &[
                    "amount (C2): \"5,0\" must be written without a comma: 5.00",
                    "method (D2): \"R 7\" must be a word of up to 20 letters from a to z or digits, such as cash or instapay",
                    "receipt (E2): \"R\u{0}1\" must not contain NUL",
                    &format!("note (F2): \"{}…\" must have at most 1000 characters, has 1001", "x".repeat(60)),
                ],
            ),
        ] {
            assert_eq!(read(cells, None).unwrap_err().into_first(), problems, "{cells:?}");
        }
    }

    #[test]
    fn a_list_that_lacks_a_column_is_refused_with_its_name() {
        let refused = |header: &[&str], method: Option<&str>| {
            let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
            let method = method.map(|method| Method::parse(method).unwrap());
            let form = ListForm { method, table: TableForm { has_decimal_comma: false, zone: Zone::UTC } };
            check_columns(&Columns::of(&header, COLUMNS).unwrap(), &form).err()
        };
        for (header, method, problem) in [
            (&["orderReference", "amount", "method"][..], None, None),
            (&["tracking", "amount", "method"], None, None),
            (&["tracking", "amount"], Some("cash"), None),
            (&["amount", "method"], None, Some("has no column orderReference or tracking; it has amount, method")),
            (&["orderReference", "method"], None, Some("has no column amount; it has orderReference, method")),
            (
                &["orderReference", "amount"],
                None,
                Some("has no column method: --method METHOD names the method of all rows"),
            ),
        ] {
            assert_eq!(refused(header, method).as_deref(), problem, "{header:?} {method:?}");
        }
        // A bad cell that may be blank refuses its row, too.
        let columns = Columns::of(&["orderReference", "amount", "receipt"].map(str::to_owned), COLUMNS).unwrap();
        let form = ListForm {
            method: Method::parse("cash").ok(),
            table: TableForm { has_decimal_comma: false, zone: Zone::UTC },
        };
        let cells = Ok(["LEG-1", "5", "a\0b"].map(Into::into).to_vec());
        let reject = std::sync::Arc::new(crate::input::reject::Reject::Nothing);
        let row = Row { number: 1, line: 2, cells, reject, size: 0 };
        let problems = read_payment(&row, &columns, &form).payment.unwrap_err();
        assert_eq!(problems.into_first(), ["receipt (C2): \"a\u{0}b\" must not contain NUL"]);
    }
}
