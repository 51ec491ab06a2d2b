//! The cells of a row by the names of their columns, and the values that people write into them.

use std::borrow::Cow;
use std::fmt::Display;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::cell_value::CellValue;
use super::columns::Columns;
use super::time_cell::read_time;
use crate::domain::money::Money;
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::problems::Problems;
use crate::domain::product::ProductId;
use crate::domain::text::{IS_A_DATE, looks_like_a_date, plain_number, shorten, whole_number};
use crate::domain::time::Timestamp;
use crate::domain::typed_text::read_text;
use crate::domain::zone::Zone;

/// To how many decimals numbers are read: spreadsheets keep them as binary fractions, 59.980000000000004 for 59.98.
const DECIMALS: u32 = 9;

/// The cells of a row, and the problems found in them.
///
/// A problem says what is wrong with a value, as in `must be a number`. Its cell and the value are put before it:
/// `price (C4): "five" must be a number`.
#[derive(Debug)]
pub struct Cells<'a> {
    columns: &'a Columns,
    row: &'a [CellValue],
    line: u64,
    /// What is wrong with them.
    pub problems: Problems,
}

impl<'a> Cells<'a> {
    /// Takes the cells of the row on `line`.
    pub fn of(row: &'a [CellValue], columns: &'a Columns, line: u64) -> Cells<'a> {
        Cells { columns, row, line, problems: Problems::default() }
    }

    /// Returns whether there is a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.columns.has(name)
    }

    /// Returns which of several columns that mean the same the table has, else the first.
    pub fn one_of(&self, names: &[&'static str]) -> &'static str {
        names.iter().copied().find(|name| self.has(name)).unwrap_or(names[0])
    }

    /// Returns the names of the columns that are not read.
    pub fn unread(&self) -> &'a [String] {
        self.columns.unread()
    }

    /// Returns what a cell shows, to name its row; a blank one is `None`.
    pub fn cell(&self, name: &str) -> Option<&'a str> {
        self.columns.cell(self.row, name).map(CellValue::shown)
    }

    /// Returns what problems call a cell: `price (C4)`.
    pub fn place(&self, name: &str) -> String {
        self.columns.place(name).map_or_else(|| name.to_owned(), |place| cell_name(name, place, self.line))
    }

    /// Adds a problem of a cell that does not quote its value.
    pub fn add(&mut self, name: &str, problem: impl Display) {
        self.problems.add(self.place(name), problem);
    }

    /// Reads a text or number; a blank cell is `None`.
    pub fn read<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let cell = self.columns.cell(self.row, name)?;
        self.take(name, cell.shown(), cell.text(), read)
    }

    /// Reads a time, which may be a date of the spreadsheet; a blank cell is `None`.
    pub fn read_time(&mut self, name: &str, zone: Zone) -> Option<Timestamp> {
        let cell = self.columns.cell(self.row, name)?;
        self.take(name, cell.shown(), Ok(cell.shown()), |text| read_time(text, zone))
    }

    fn take<T>(
        &mut self,
        name: &str,
        shown: &str,
        text: Result<&str, String>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = text.and_then(|text| match text.contains('\0') {
            true => Err("must not contain NUL".to_owned()),
            false => read(text),
        });
        value.map_err(|problem| self.add(name, format_args!("\"{}\" {problem}", shorten(shown)))).ok()
    }

    /// Reads a cell that must not be blank.
    pub fn require<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if self.cell(name).is_none() {
            self.add(name, "is missing");
        }
        self.read(name, read)
    }
}

/// Returns what problems call the cell of a column at `place`, from 0, as spreadsheets count: `price (C4)`.
pub fn cell_name(column: &str, place: usize, line: u64) -> String {
    let (mut letters, mut rest) = (String::new(), place + 1);
    while rest > 0 {
        letters.insert(0, char::from(b'A' + u8::try_from((rest - 1) % 26).expect("it is less than 26")));
        rest = (rest - 1) / 26;
    }
    format!("{column} ({letters}{line})")
}

/// Returns which of several columns that mean the same a table has.
///
/// # Errors
/// It has several of them.
pub fn one_of(columns: &Columns, names: &[&'static str]) -> Result<Option<&'static str>, String> {
    let mut found = names.iter().copied().filter(|name| columns.has(name));
    match (found.next(), found.next()) {
        (Some(one), Some(other)) => {
            Err(format!("has the columns {one} and {other}, which mean the same: rename one of them"))
        }
        (one, _) => Ok(one),
    }
}

/// Reads the id of a product.
pub fn read_id(text: &str) -> Result<ProductId, String> {
    let id = Uuid::try_parse(text).map(ProductId);
    id.map_err(|_| "must be a product id (a UUID): a number of the shop's own needs another column".to_owned())
}

/// Reads a code: a barcode, a size, a receipt. A code that a spreadsheet stored as a number is read as it was entered.
///
/// # Errors
/// It is too long, or digits of it are lost.
pub fn read_code(text: &str, longest: usize) -> Result<String, String> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((number, power)) = text.split_once("E+")
        && is_digits(power)
        && number.split('.').all(is_digits)
    {
        return Err("is a long number that a spreadsheet cut: make its column text, and enter it anew".to_owned());
    }
    match text.split_once('.') {
        Some((whole, zeros)) if is_digits(whole) && is_digits(zeros) && zeros.bytes().all(|digit| digit == b'0') => {
            read_text(whole, longest)
        }
        _ => read_text(text, longest),
    }
}

/// Reads a size, or the SKU of a product that may be new.
///
/// # Errors
/// It is a date, is too long, or digits of it are lost.
pub fn read_product_code(text: &str, longest: usize) -> Result<String, String> {
    if looks_like_a_date(text) {
        return Err(IS_A_DATE.to_owned());
    }
    read_code(text, longest)
}

/// Reads a price or an amount with the decimal sign of its file.
///
/// # Errors
/// It is no amount; the error says how to write it, where that is plain.
pub fn read_money(text: &str, has_decimal_comma: bool) -> Result<Money, String> {
    let text = &*plain_number(text);
    match text.rsplit_once(',') {
        Some((whole, decimals)) if has_decimal_comma && !whole.contains(['.', ',']) => {
            Money::parse(&without_noise(&format!("{whole}.{decimals}"))).map_err(|error| error.to_string())
        }
        Some(_) if has_decimal_comma => {
            let without = text.replace('.', "");
            Err(match Money::parse(&without.replace(',', ".")) {
                Ok(_) => format!("must be written without dots: {without}"),
                Err(error) => error.to_string(),
            })
        }
        _ => Money::parse_typed(&without_noise(text)),
    }
}

/// Reads a number of pieces.
///
/// # Errors
/// It is no whole number from 0 to the limit of a quantity.
pub fn read_pieces(text: &str, has_decimal_comma: bool) -> Result<i64, String> {
    let text = &*plain_number(text);
    let sign = if has_decimal_comma && text.contains(',') { ',' } else { '.' };
    let whole = match text.split_once(sign) {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    let number = whole_number(whole).filter(|number| *number <= QUANTITY_LIMIT).map(i64::from);
    number.ok_or_else(|| format!("must be a whole number from 0 to {QUANTITY_LIMIT}"))
}

/// Returns a number without what a binary fraction adds to it.
fn without_noise(text: &str) -> Cow<'_, str> {
    let is_long = text.split_once('.').is_some_and(|(_, decimals)| decimals.len() > DECIMALS as usize);
    match text.parse::<Decimal>() {
        Ok(number) if is_long => Cow::Owned(number.round_dp(DECIMALS).normalize().to_string()),
        _ => Cow::Borrowed(text),
    }
}

/// Returns a number of a spreadsheet as a person writes it: without an exponent, and without what a binary fraction adds. A
/// number that lost digits in the spreadsheet keeps its exponent, so that nobody thinks it is exact.
pub fn number(text: &str) -> String {
    const EXACT: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);
    let parsed = if text.contains(['e', 'E']) { Decimal::from_scientific(text) } else { text.parse() };
    match parsed {
        Ok(number) if number.abs() >= EXACT => {
            let number = format!("{number:E}");
            let (digits, exponent) = number.split_once('E').unwrap_or((&number, "0"));
            let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
            format!("{digits}E+{exponent}")
        }
        Ok(number) => number.round_dp(DECIMALS).normalize().to_string(),
        Err(_) => text.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_its_cell_and_value() {
        let columns =
            Columns::of(&["", "Amount", "paid at"].map(str::to_owned), &["amount", "paidAt", "note"]).unwrap();
        let row = [CellValue::default(), CellValue::from(" x "), CellValue::of_days("0.4375".to_owned())];
        let mut cells = Cells::of(&row, &columns, 7);
        cells.read("amount", |text| read_pieces(text, false));
        cells.read("paidAt", |text| Ok(text.to_owned()));
        cells.read_time("paidAt", Zone::UTC);
        cells.require("note", |text| Ok(text.to_owned()));
        assert_eq!(
            cells.problems.into_first(),
            [
                "amount (B7): \"x\" must be a whole number from 0 to 2147483647",
                "paidAt (C7): \"10:30:00\" is a time of day: format the column as text or number, and enter it anew",
                "paidAt (C7): \"10:30:00\" must be a time such as 2026-02-04, 2026-02-04 10:30 or 2026-02-04T10:30:00Z",
                "note: is missing",
            ]
        );
        let names = [0, 25, 26, 51, 52, 701, 702].map(|place| cell_name("x", place, 1));
        assert_eq!(names, ["x (A1)", "x (Z1)", "x (AA1)", "x (AZ1)", "x (BA1)", "x (ZZ1)", "x (AAA1)"]);
    }

    #[test]
    fn a_date_of_a_spreadsheet_is_a_time_of_any_century() {
        let columns = Columns::of(&["paidAt".to_owned()], &["paidAt"]).unwrap();
        for (days, time) in [("36525.5", "1999-12-31T12:00:00Z"), ("411272.4375", "3026-01-08T10:30:00Z")] {
            let row = [CellValue::of_days(days.to_owned())];
            let read = Cells::of(&row, &columns, 2).read_time("paidAt", Zone::UTC);
            assert_eq!(read.map(Timestamp::brief).as_deref(), Some(time));
        }
    }

    #[test]
    fn a_number_of_a_spreadsheet_is_what_a_person_entered() {
        for (kept, shown) in [
            ("9.1", "9.1"),
            ("6221031492019.0", "6221031492019"),
            ("1E+12", "1000000000000"),
            ("1.05e3", "1050"),
            ("29.989999999999998", "29.99"),
            ("59.980000000000004", "59.98"),
            ("0.30000000000000004", "0.3"),
            ("-0.0", "0"),
            ("999999999999999", "999999999999999"),
            // A number keeps fifteen digits.
            ("1000000000000000", "1E+15"),
            ("6.2210314920191232E+16", "6.2210314920191232E+16"),
            ("62210314920191232", "6.2210314920191232E+16"),
            ("1e300", "1E300"),
        ] {
            assert_eq!(number(kept), shown, "{kept}");
        }
    }

    #[test]
    fn a_code_is_read_as_it_was_entered_or_refused() {
        for (text, code) in [
            ("SKU-12345", Some("SKU-12345")),
            ("00620", Some("00620")),
            ("6221031492019.0", Some("6221031492019")),
            ("42.50", Some("42.50")),
            ("1.0.0", Some("1.0.0")),
            ("2E10", Some("2E10")),
            ("TE+12", Some("TE+12")),
            ("=1+1", Some("=1+1")),
            ("6.22103E+12", None),
            ("1E+15", None),
        ] {
            assert_eq!(read_code(text, 20).ok().as_deref(), code, "{text}");
        }
        assert_eq!(
            read_code("6.22103E+12", 20).unwrap_err(),
            "is a long number that a spreadsheet cut: make its column text, and enter it anew"
        );
        assert_eq!(read_code("abc", 2).unwrap_err(), "must have at most 2 characters, has 3");
    }

    #[test]
    fn a_sku_or_size_is_no_date() {
        for (text, is_date) in [
            ("2026-10-12", true),
            ("2026-10-12 00:00:00", true),
            ("2026-10-12T10:30:00Z", true),
            ("10-12", false),
            ("2026-10", false),
            ("2026-13-12", false),
            ("PL-2026-10-12", false),
            ("20261012", false),
        ] {
            assert_eq!(read_product_code(text, 50).is_err(), is_date, "{text}");
        }
    }

    #[test]
    fn a_price_has_the_decimal_sign_of_its_file() {
        for (text, comma, expected) in [
            ("9.1", false, Ok(910)),
            ("9,1", true, Ok(910)),
            ("9.1", true, Ok(910)),
            ("29.989999999999998", false, Ok(2999)),
            ("29,989999999999998", true, Ok(2999)),
            ("٢٥٠٫٥", false, Ok(25050)),
            ("29.985", false, Err("must have at most two decimals")),
            ("9,1", false, Err("must be written without a comma: 9.10")),
            ("1.048,00", true, Err("must be written without dots: 1048,00")),
            ("EGP 9", false, Err("must be a number such as 29.99")),
            ("1E+3", false, Err("must be written without an exponent")),
            ("-5", false, Err("must not be negative")),
        ] {
            let expected = expected.map(Money::from_hundredths).map_err(str::to_owned);
            assert_eq!(read_money(text, comma), expected, "{text}");
        }
    }

    #[test]
    fn pieces_are_whole() {
        for (text, comma, expected) in [
            ("7", false, Some(7)),
            ("007", false, Some(7)),
            ("7.0", false, Some(7)),
            ("7,00", true, Some(7)),
            ("٧", false, Some(7)),
            ("0", false, Some(0)),
            ("2147483647", false, Some(2_147_483_647)),
            ("2147483648", false, None),
            ("7.5", false, None),
            ("7,0", false, None),
            ("7.", false, None),
            (".0", false, None),
            ("-1", false, None),
            ("+1", false, None),
            ("1E+3", false, None),
            ("many", false, None),
        ] {
            assert_eq!(read_pieces(text, comma).ok(), expected, "{text}");
        }
    }
}
