//! A sheet as plain text, the same wherever it goes.

use super::{Section, Sheet};
use crate::domain::zone::Zone;
use crate::render::Look;
use crate::render::prose;
use crate::render::table::{Column, render, room_beside};

/// How wide a report is at the most: what mail programs leave as it is.
pub const WIDTH: usize = 78;
/// How many characters the longest bar has where there is room, and where there is little.
const BAR: std::ops::RangeInclusive<usize> = 8..=24;

/// Renders a sheet of a width.
pub fn report(sheet: &Sheet, width: usize) -> String {
    let line = |text: &str| prose::sentence(text, width);
    let mut text = line(&sheet.title);
    text.extend(sheet.about.iter().map(|about| line(about)));
    let sections = sheet.filled_sections();
    if sections.is_empty() {
        text.push('\n');
        text.push_str(&line(sheet.nothing));
    }
    for section in sections {
        text.push('\n');
        text.extend(section.heading.map(line));
        text.push_str(&table(section, width));
    }
    if !sheet.remarks.is_empty() {
        text.push('\n');
        text.extend(sheet.remarks.iter().map(|remark| line(remark)));
    }
    text
}

fn table(section: &Section, width: usize) -> String {
    let mut columns = section.columns.clone();
    let mut rows = section.rows.clone();
    rows.extend(section.total.clone());
    if let Some(longest) = section.bars.iter().map(|bar| bar.length).max() {
        let room = room_beside(&columns, &rows, width).clamp(*BAR.start(), *BAR.end());
        columns.push(Column::new("").rank(1));
        for (row, drawn) in rows.iter_mut().zip(&section.bars) {
            row.push(bar(drawn.length, longest, room));
        }
    }
    let look = Look { width, color: false, zone: Zone::UTC, country_code: None };
    render(&columns, &rows, look)
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
