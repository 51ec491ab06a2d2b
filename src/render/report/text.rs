//! A sheet as plain text, the same wherever it goes.

use super::{Sheet, SheetTable};
use crate::domain::text::visible;
use crate::render::Look;
use crate::render::table::{Column, fit, render};

/// How wide a report is, wherever it goes: what mail programs leave as it is.
const WIDTH: usize = 78;
/// How many characters the longest bar has.
const BAR: i64 = 24;

/// Renders a sheet.
pub fn report(sheet: &Sheet) -> String {
    let line = |text: &str| fit(&visible(text), WIDTH) + "\n";
    let mut text = line(&sheet.title);
    text.extend(sheet.about.iter().map(|about| line(about)));
    let tables: Vec<&SheetTable> = sheet.tables.iter().filter(|table| !table.rows.is_empty()).collect();
    if tables.is_empty() {
        text.push('\n');
        text.push_str(&line(sheet.nothing));
    }
    for sheet_table in tables {
        text.push('\n');
        text.extend(sheet_table.heading.map(line));
        text.push_str(&table(sheet_table));
    }
    if !sheet.remarks.is_empty() {
        text.push('\n');
        text.extend(sheet.remarks.iter().map(|remark| line(remark)));
    }
    text
}

fn table(table: &SheetTable) -> String {
    let mut columns = table.columns.clone();
    let mut rows = table.rows.clone();
    if let Some(longest) = table.bars.iter().max() {
        columns.push(Column::new("").rank(1));
        for (row, length) in rows.iter_mut().zip(&table.bars) {
            row.push(bar(*length, *longest));
        }
    }
    rows.extend(table.total.clone());
    let look = Look { width: WIDTH, color: false, zone: chrono_tz::Tz::UTC, country_code: None };
    render(&columns, &rows, look)
}

/// Draws a bar in eighths of a character; the shortest there is for what is more than nothing.
fn bar(length: i64, longest: i64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = i128::from(length) * i128::from(BAR * 8) / i128::from(longest.max(1));
    let eighths = usize::try_from(eighths).unwrap_or_default().max(usize::from(length > 0));
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_amounts() {
        for (length, expected) in [
            (0, ""),
            (1, "▏"),
            (4_999_999_999, "███████████▉"),
            (5_000_000_000, "████████████"),
            (10_000_000_000, "████████████████████████"),
        ] {
            assert_eq!(bar(length, 10_000_000_000), expected, "{length}");
        }
        assert_eq!(bar(0, 0), "");
    }
}
