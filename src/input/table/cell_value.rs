//! What stands in a cell: a text or number, or a date of a spreadsheet.

use serde::{Deserialize, Serialize};

use super::time_cell::show_days;
use crate::domain::text::is_edge;

/// What stands in a cell. Only columns of times take a date: a spreadsheet makes dates of prices (`5.12`) and sizes
/// (`10-12`), and keeps only the number of their day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellValue {
    /// A text, or a number as a person entered it.
    Text(String),
    /// A date or a time of day, as a person reads it.
    Date(String),
}

impl Default for CellValue {
    fn default() -> CellValue {
        CellValue::Text(String::new())
    }
}

impl From<String> for CellValue {
    fn from(text: String) -> CellValue {
        CellValue::Text(text)
    }
}

impl From<&str> for CellValue {
    fn from(text: &str) -> CellValue {
        CellValue::Text(text.to_owned())
    }
}

impl AsRef<str> for CellValue {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl CellValue {
    /// Takes a number of days that is shown as a date; a blank cell is none.
    pub fn of_days(days: String) -> CellValue {
        if days.is_empty() {
            return CellValue::default();
        }
        CellValue::Date(show_days(&days).unwrap_or(days))
    }

    /// Takes a date as ISO 8601 writes it; a blank cell is none.
    pub fn of_time(time: String) -> CellValue {
        if time.is_empty() { CellValue::default() } else { CellValue::Date(time) }
    }

    /// Returns what a person reads in it.
    pub fn as_str(&self) -> &str {
        match self {
            CellValue::Text(text) | CellValue::Date(text) => text,
        }
    }

    /// Returns what a person reads in it, without what means nothing at its edges.
    pub fn shown(&self) -> &str {
        self.as_str().trim_matches(is_edge)
    }

    /// Returns its text or number.
    ///
    /// # Errors
    /// It is a date.
    pub fn text(&self) -> Result<&str, String> {
        match self {
            CellValue::Text(_) => Ok(self.shown()),
            CellValue::Date(shown) => Err(format!(
                "is a {}: format the column as text or number, and enter it anew",
                if shown.contains('-') { "date" } else { "time of day" },
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_no_text() {
        let again = "format the column as text or number, and enter it anew";
        for (value, text, shown) in [
            (CellValue::from(" 5.12 "), Ok("5.12"), "5.12"),
            (CellValue::of_days("46154".to_owned()), Err(format!("is a date: {again}")), "2026-05-12"),
            (CellValue::of_days("0.4375".to_owned()), Err(format!("is a time of day: {again}")), "10:30:00"),
            (
                CellValue::of_time("2026-05-12T00:00:00".to_owned()),
                Err(format!("is a date: {again}")),
                "2026-05-12T00:00:00",
            ),
            (CellValue::of_days(String::new()), Ok(""), ""),
        ] {
            assert_eq!((value.text(), value.shown()), (text, shown), "{value:?}");
        }
    }
}
