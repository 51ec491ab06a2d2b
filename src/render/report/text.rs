//! A sheet as plain text, the same wherever it goes.

use unicode_width::UnicodeWidthStr;

use super::{Sheet, SheetTable};
use crate::domain::text::visible;
use crate::render::Look;
use crate::render::table::{Column, GAP, fit, render};

/// How wide a report is, wherever it goes: what mail programs leave as it is.
const WIDTH: usize = 78;
/// How many characters the longest bar has where there is room, and where there is little.
const BAR: std::ops::RangeInclusive<usize> = 8..=24;

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
        let used: usize = (0..columns.len()).map(|index| widest(table, index) + GAP).sum();
        let room = WIDTH.saturating_sub(used).clamp(*BAR.start(), *BAR.end());
        columns.push(Column::new("").rank(1));
        for (row, length) in rows.iter_mut().zip(&table.bars) {
            row.push(bar(*length, *longest, room));
        }
    }
    rows.extend(table.total.clone());
    let look = Look { width: WIDTH, color: false, zone: chrono_tz::Tz::UTC, country_code: None };
    render(&columns, &rows, look)
}

/// Returns how wide a column would be if there were room for all of it.
fn widest(table: &SheetTable, index: usize) -> usize {
    let cells = table.rows.iter().chain(&table.total).filter_map(|row| row.get(index));
    cells.chain([&table.columns[index].title]).map(|cell| visible(cell).width()).max().unwrap_or_default()
}

/// Draws a bar in eighths of a character, so that the longest fills the room; what is more than nothing can be seen.
fn bar(length: i64, longest: i64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let room = i128::try_from(room * 8).unwrap_or_default();
    let eighths = usize::try_from(i128::from(length) * room / i128::from(longest.max(1))).unwrap_or_default();
    let eighths = eighths.max(usize::from(length > 0));
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
            assert_eq!(bar(length, 10_000_000_000, 24), expected, "{length}");
        }
        assert_eq!((bar(0, 0, 24), bar(5, 5, 3)), (String::new(), "███".to_owned()));
    }
}
