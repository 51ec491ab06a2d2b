//! What stands in a cell of a workbook: a number, a day, a time, true or false, or a text.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _};
use serde_json::Value;

use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::render::value_kind::ValueKind;

/// The most characters of a cell, as UTF-16 counts them.
pub const LONGEST: usize = 32_767;

/// How a cell is shown: its place among the `cellXfs` of `xml::STYLES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As the spreadsheet thinks best.
    General,
    /// A text: whatever is typed over it stays text, even `=1+1` and `007`.
    Text,
    /// An amount: `1,234.50`.
    Money,
    /// A whole number.
    Count,
    /// A day with a time: `2026-02-04 12:30`.
    Time,
    /// A day: `2026-02-04`.
    Day,
    /// The name of a column.
    Title,
}

/// A cell that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub struct Cell {
    /// How it is shown.
    pub style: Style,
    /// What stands in it.
    pub content: Content,
}

/// The content of a cell.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// A number, as its digits. Days and times are numbers too.
    Number(String),
    /// True or false.
    Truth(bool),
    /// A text, never a formula or a link.
    Text(String),
}

impl Cell {
    /// Makes the cell for the value of a key; `None` is a blank one. Times are in the zone.
    pub fn of(value: &Value, kind: ValueKind, zone: Zone) -> Option<Cell> {
        let number = |style, digits| Cell { style, content: Content::Number(digits) };
        Some(match value {
            Value::Null => return None,
            Value::Bool(truth) => Cell { style: Style::General, content: Content::Truth(*truth) },
            Value::Number(count) => number(Style::Count, count.to_string()),
            Value::String(text) => {
                let digits = match kind {
                    ValueKind::Number => is_amount(text).then(|| (Style::Money, text.clone())),
                    ValueKind::Time => days_of_time(text, zone).map(|days| (Style::Time, days)),
                    ValueKind::Day => days_of_day(text).map(|days| (Style::Day, days)),
                    ValueKind::Reference | ValueKind::Exact | ValueKind::Text => None,
                };
                digits.map_or_else(|| Cell::text(text.clone()), |(style, digits)| number(style, digits))
            }
            nested => Cell::text(nested.to_string()),
        })
    }

    fn text(text: String) -> Cell {
        Cell { style: Style::Text, content: Content::Text(text) }
    }

    /// Makes the cell above a column.
    pub fn title(text: String) -> Cell {
        Cell { style: Style::Title, content: Content::Text(text) }
    }
}

/// Returns the width and style of a column: what the shop types into a blank cell of it is read the same way.
pub fn column(kind: ValueKind) -> (usize, Style) {
    match kind {
        ValueKind::Reference => (24, Style::Text),
        ValueKind::Number => (12, Style::General),
        ValueKind::Time => (17, Style::Time),
        ValueKind::Day => (11, Style::Day),
        ValueKind::Exact => (16, Style::Text),
        ValueKind::Text => (24, Style::Text),
    }
}

/// Returns whether a text is an amount as the program writes it: `59.98`, `-5.00`.
fn is_amount(text: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let amount = text.strip_prefix('-').unwrap_or(text).split_once('.');
    amount.is_some_and(|(whole, cents)| is_number(whole) && is_number(cents))
}

/// Returns a time as the clocks of the zone showed it. A time in the hour that they showed twice stays a text, which
/// tells the two apart.
fn days_of_time(text: &str, zone: Zone) -> Option<String> {
    let local = Timestamp::parse(text)?.utc().with_timezone(&zone).naive_local();
    zone.from_local_datetime(&local).single().and_then(|_| days(local))
}

fn days_of_day(text: &str) -> Option<String> {
    days(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN))
}

/// Returns a time as spreadsheets count it: in days since the end of 1899. Times before March 1900, which they count in
/// another way, stay texts.
fn days(local: NaiveDateTime) -> Option<String> {
    const MILLIS_OF_DAY: i64 = 24 * 60 * 60 * 1000;
    const DECIMALS: usize = 10;
    const SCALE: i64 = 10_i64.pow(10);
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    let millis = (local - epoch).num_milliseconds();
    let (whole, rest) = (millis.div_euclid(MILLIS_OF_DAY), millis.rem_euclid(MILLIS_OF_DAY));
    if whole <= 60 {
        return None;
    }
    let fraction = i128::from(rest) * i128::from(SCALE) / i128::from(MILLIS_OF_DAY);
    let digits = format!("{whole}.{fraction:0DECIMALS$}");
    Some(digits.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// Returns a text as XML for a cell, cut to the longest that a cell may have; and whether it was cut.
///
/// Characters that XML or a cell cannot have become visible escapes. A text that a spreadsheet would read as such a
/// character (`_x0007_`) is kept from that.
pub fn cell_text(text: &str) -> (Cow<'_, str>, bool) {
    let is_special = |c: char| c == '_' || c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.len() <= LONGEST && !text.contains(is_special) {
        return (escaped(text), false);
    }
    let mut xml = String::with_capacity(text.len().min(LONGEST) + 16);
    let mut room = LONGEST;
    for (at, c) in text.char_indices() {
        let shown = shown(c, &text[at..]);
        let length = shown.encode_utf16().count();
        if length > room {
            return (xml.into(), true);
        }
        room -= length;
        xml.push_str(&escaped(&shown));
    }
    (xml.into(), false)
}

/// Returns a character as a cell holds it; `rest` begins with it.
fn shown(c: char, rest: &str) -> Cow<'static, str> {
    match c {
        // A spreadsheet's line ends with the newline alone.
        '\r' if rest[1..].starts_with('\n') => "".into(),
        '\r' => "\n".into(),
        '\n' | '\t' => c.to_string().into(),
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => format!("\\u{{{:x}}}", u32::from(c)).into(),
        '_' if is_escape(rest) => "_x005F_".into(),
        c => c.to_string().into(),
    }
}

/// Returns whether a text begins like the escape of a character: `_x0007_`.
fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7 && bytes.starts_with(b"_x") && bytes[6] == b'_' && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

/// Escapes a text for XML.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let mut xml = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            c => xml.push(c),
        }
    }
    Cow::Owned(xml)
}

/// Returns the name of a place in a sheet, counted from 0: `B7`.
pub fn place(column: usize, row: u64) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        letters.push(char::from(b'A' + u8::try_from((left - 1) % 26).unwrap_or_default()));
        left = (left - 1) / 26;
    }
    let mut place: String = letters.into_iter().rev().collect();
    let _ = write!(place, "{}", row + 1);
    place
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_value_gets_a_cell_of_its_kind() {
        let cairo = Zone::parse("Africa/Cairo").unwrap();
        let number = |digits: &str, style| Some(Cell { style, content: Content::Number(digits.to_owned()) });
        let text = |text: &str| Some(Cell::text(text.to_owned()));
        for (key, value, expected) in [
            ("note", json!(null), None),
            ("cod", json!(true), Some(Cell { style: Style::General, content: Content::Truth(true) })),
            ("itemCount", json!(2), number("2", Style::Count)),
            ("anything", json!(-2), number("-2", Style::Count)),
            ("total", json!("59.98"), number("59.98", Style::Money)),
            ("due", json!("-5.00"), number("-5.00", Style::Money)),
            // What only looks like one is a text, as is a number that somebody wrote.
            ("total", json!("1e5"), text("1e5")),
            ("total", json!("=1+1.0"), text("=1+1.0")),
            ("customerName", json!("59.98"), text("59.98")),
            ("productBarcode", json!("00012"), text("00012")),
            ("customerName", json!("=cmd|' /C calc'!A0"), text("=cmd|' /C calc'!A0")),
            ("note", json!("2026-02-04T10:30:00Z"), text("2026-02-04T10:30:00Z")),
            ("orderDate", json!("2026-02-04T10:30:00Z"), number("46057.5208333333", Style::Time)),
            ("createdAt", json!("2026-02-03T22:00:00.000Z"), number("46057", Style::Time)),
            ("paidAt", json!("0001-01-01T00:00:00Z"), text("0001-01-01T00:00:00Z")),
            // Clocks in Cairo showed half past eleven twice that night.
            ("asOf", json!("2026-10-29T20:30:00.000Z"), text("2026-10-29T20:30:00.000Z")),
            ("asOf", json!("2026-10-29T21:30:00.000Z"), text("2026-10-29T21:30:00.000Z")),
            ("asOf", json!("2026-10-29T22:30:00.000Z"), number("46325.0208333333", Style::Time)),
            ("day", json!("2026-02-04"), number("46057", Style::Day)),
            ("day", json!("1900-02-28"), text("1900-02-28")),
            ("month", json!("2026-02"), text("2026-02")),
            ("imagePaths", json!(["a"]), text(r#"["a"]"#)),
        ] {
            assert_eq!(Cell::of(&value, ValueKind::of(key), cairo), expected, "{key}: {value}");
        }
    }

    #[test]
    fn a_text_is_only_a_text_in_its_cell() {
        for (text, xml) in [
            ("كريم ناصر", "كريم ناصر"),
            ("<a href=\"x\">&</a>", "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;"),
            ("one\r\ntwo\rthree\nfour\tfive", "one\ntwo\nthree\nfour\tfive"),
            ("\u{0}\u{7}\u{1b}[2J\u{85}", "\\u{0}\\u{7}\\u{1b}[2J\\u{85}"),
            ("\u{fffe}\u{ffff}\u{fffd}", "\\u{fffe}\\u{ffff}\u{fffd}"),
            ("_x0007_ _x_ _xG000_ _x0041", "_x005F_x0007_ _x_ _xG000_ _x0041"),
            ("_x005F_x0041_", "_x005F_x005F_x005F_x0041_"),
        ] {
            assert_eq!(cell_text(text), (xml.into(), false), "{text:?}");
        }
    }

    #[test]
    fn a_text_too_long_for_a_cell_is_cut_between_two_characters() {
        let whole = "a".repeat(LONGEST);
        assert_eq!(cell_text(&whole), (whole.as_str().into(), false));
        assert_eq!(cell_text(&format!("{whole}a")), (whole.as_str().into(), true));
        // These take two of the units that a spreadsheet counts.
        for (sign, fit, is_cut) in [("👕", LONGEST / 2, true), ("م", LONGEST, false)] {
            let text = sign.repeat(LONGEST);
            assert_eq!(cell_text(&text), (sign.repeat(fit).into(), is_cut));
        }
    }

    #[test]
    fn places_are_named_as_in_a_spreadsheet() {
        for (column, row, expected) in [(0, 0, "A1"), (25, 6, "Z7"), (26, 0, "AA1"), (701, 1, "ZZ2"), (702, 0, "AAA1")]
        {
            assert_eq!(place(column, row), expected);
        }
    }
}
