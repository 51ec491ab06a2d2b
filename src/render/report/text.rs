//! A sheet as plain text, the same on a terminal and in a mail.

use super::{Section, Sheet};
use crate::domain::zone::Zone;
use crate::render::RenderStyle;
use crate::render::prose;
use crate::render::table::{Column, Sizing, render, room_beside};
use crate::spool::SpoolError;

/// The width of a report, on any terminal: mail programs do not wrap lines of this length.
const WIDTH: usize = 78;
/// The length of the longest bar, in characters: the least to be readable, and the most that helps.
const BAR: std::ops::RangeInclusive<usize> = 8..=24;

/// Writes a sheet, piece by piece.
pub fn put_report<E: From<SpoolError>>(
    sheet: &mut Sheet,
    put: &mut impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let line = |text: &str| prose::sentence(text, WIDTH);
    put(&line(&sheet.title))?;
    sheet.about.iter().try_for_each(|about| put(&line(about)))?;
    let (nothing, footnotes) = (sheet.nothing, sheet.footnotes.clone());
    let sections = sheet.filled_sections();
    if sections.is_empty() {
        put(&format!("\n{}", line(nothing)))?;
    }
    for section in sections {
        put("\n")?;
        section.heading.map_or(Ok(()), |heading| put(&line(heading)))?;
        put_table(section, put)?;
    }
    if !footnotes.is_empty() {
        put("\n")?;
        footnotes.iter().try_for_each(|footnote| put(&line(footnote)))?;
    }
    Ok(())
}

fn put_table<E: From<SpoolError>>(section: &mut Section, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let style = RenderStyle { width: WIDTH, color: false, zone: Zone::UTC, country_code: None, left_out: None };
    if let Some(longest) = section.bars.iter().map(|bar| bar.length).max() {
        return put(&table_with_bars(section, longest, style)?);
    }
    let mut sizing = Sizing::of(section.columns.clone());
    section.rows.each(|row| {
        sizing.add(&row);
        Ok::<_, E>(())
    })?;
    section.total.iter().for_each(|total| sizing.add(total));
    let layout = sizing.layout(style);
    put(&layout.titles())?;
    let mut lines = String::new();
    let mut put_row = |row: &[String]| {
        lines.clear();
        layout.put_row(&mut lines, row);
        put(&lines)
    };
    section.rows.each(|row| put_row(&row))?;
    section.total.iter().try_for_each(|total| put_row(total))
}

fn table_with_bars(section: &mut Section, longest: i64, style: RenderStyle<'_>) -> Result<String, SpoolError> {
    let mut columns = section.columns.clone();
    let mut rows = Vec::new();
    section.rows.each(|row| {
        rows.push(row);
        Ok::<_, SpoolError>(())
    })?;
    rows.extend(section.total.clone());
    let room = room_beside(&columns, &rows, style.width).clamp(*BAR.start(), *BAR.end());
    columns.push(Column::new("").rank(1));
    for (row, drawn) in rows.iter_mut().zip(&section.bars) {
        row.push(bar(drawn.length, longest, room));
    }
    Ok(render(&columns, &rows, style))
}

/// Draws a bar in eighths of a character. The longest fills the room; any amount above zero is visible.
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
