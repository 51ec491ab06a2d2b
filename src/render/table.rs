//! Columns that fit a width: some shrink, the least important ones go, nothing wraps.

use anstyle::Style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Look;
use super::json::{Body, bare};
use crate::domain::text::visible;

/// Spaces between two columns.
const GAP: usize = 2;

/// One column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// The words above it.
    pub(super) title: String,
    /// Whether it is aligned to the right, as numbers are.
    pub(super) is_number: bool,
    /// How narrow it may become; `None`: it keeps its width.
    shrinks_to: Option<usize>,
    /// Columns with a higher rank go first where there is no room; rank 0 stays.
    pub(super) rank: u8,
    /// The style of a cell, by its text.
    paint: Option<fn(&str) -> Style>,
}

impl Column {
    /// Makes a column that stays and keeps its width.
    pub fn new(title: impl Into<String>) -> Column {
        Column { title: title.into(), is_number: false, shrinks_to: None, rank: 0, paint: None }
    }

    /// Aligns it to the right, as numbers are.
    #[must_use]
    pub fn number(mut self) -> Column {
        self.is_number = true;
        self
    }

    /// Lets it shrink to so many columns.
    #[must_use]
    pub fn shrinks_to(mut self, width: usize) -> Column {
        self.shrinks_to = Some(width);
        self
    }

    /// Gives each of its cells the style that its text calls for.
    #[must_use]
    pub fn painted(mut self, paint: fn(&str) -> Style) -> Column {
        self.paint = Some(paint);
        self
    }

    /// Lets it go where there is no room, those of a higher rank first.
    #[must_use]
    pub fn rank(mut self, rank: u8) -> Column {
        self.rank = rank;
        self
    }
}

/// Renders a table that is as wide as the look at the most, as long as what stays fits. Cells are made visible here;
/// columns with nothing in them are left out where they may be.
pub fn render(columns: &[Column], rows: &[Vec<String>], look: Look<'_>) -> String {
    let rows = visible_cells(rows);
    let natural = natural_widths(columns, &rows);
    let has_words = |index: usize| rows.iter().any(|row| row.get(index).is_some_and(|cell| !cell.is_empty()));
    let worth_it =
        (0..columns.len()).filter(|&index| columns[index].rank == 0 && natural[index] > 0 || has_words(index));
    let shown = fitting_columns(columns, &natural, worth_it.collect(), look.width);
    let widths = shared_widths(columns, &natural, &shown, look.width);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(shown.iter().map(|&index| fit(&columns[index].title, widths[index])));
    for row in &rows {
        table.add_row(
            shown.iter().map(|&index| row.get(index).map_or_else(String::new, |cell| fit(cell, widths[index]))),
        );
    }
    for (place, &index) in shown.iter().enumerate() {
        if let Some(column) = table.column_mut(place) {
            let last = place + 1 == shown.len();
            column.set_padding((0, if last { 0 } else { u16::try_from(GAP).unwrap_or_default() }));
            column.set_cell_alignment(if columns[index].is_number {
                CellAlignment::Right
            } else {
                CellAlignment::Left
            });
        }
    }
    let lines = table.lines().map(|line| line.replace(LAM_APART, LAM).trim_end().to_owned());
    if !look.color {
        return lines.map(|line| line + "\n").collect();
    }
    // Where each painted column begins, from the right, so that painting one does not move the next.
    let mut painted = Vec::new();
    let mut start = 0;
    for &index in &shown {
        painted.extend(columns[index].paint.map(|paint| (start, widths[index], paint)));
        start += widths[index] + GAP;
    }
    painted.reverse();
    let paint_all =
        |line: String| painted.iter().fold(line, |line, &(start, width, style)| paint(&line, start, width, style));
    // The header is the first line.
    lines.enumerate().map(|(n, line)| if n == 0 { line } else { paint_all(line) } + "\n").collect()
}

/// A lam, and a lam that keeps apart from an alef after it while it is measured: what measures takes the two for one
/// letter, and terminals draw two.
const LAM: &str = "\u{644}";
const LAM_APART: &str = "\u{644}\u{200c}";

fn visible_cells(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let cell = |cell: &String| visible(cell).replace(LAM, LAM_APART);
    rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

/// Returns how wide each column would be if there were room for all of it; the cells are visible already.
fn natural_widths(columns: &[Column], rows: &[Vec<String>]) -> Vec<usize> {
    let widest = |(index, column): (usize, &Column)| {
        let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width());
        cells.chain([column.title.width()]).max().unwrap_or_default()
    };
    columns.iter().enumerate().map(widest).collect()
}

/// Returns how wide a column after all others may be, without taking anything from them.
pub fn room_beside(columns: &[Column], rows: &[Vec<String>], width: usize) -> usize {
    let rows = visible_cells(rows);
    let used: usize = natural_widths(columns, &rows).into_iter().map(|natural| natural + GAP).sum();
    width.saturating_sub(used)
}

/// Paints what stands in a line from one display column on.
fn paint(line: &str, start: usize, width: usize, style_of: fn(&str) -> Style) -> String {
    let offset = |column: usize| {
        let mut used = 0;
        let cell = line.grapheme_indices(true).find(|(_, grapheme)| {
            used += grapheme.width();
            used > column
        });
        cell.map_or(line.len(), |(offset, _)| offset)
    };
    let (from, to) = (offset(start), offset(start + width));
    let text = line[from..to].trim();
    if text.is_empty() {
        return line.to_owned();
    }
    let (style, lead) = (style_of(text), line[from..to].len() - line[from..to].trim_start().len());
    let end = from + lead + text.len();
    format!("{}{style}{text}{style:#}{}", &line[..from + lead], &line[end..])
}

/// Renders bodies as a table whose columns are their keys.
pub fn of_bodies(keys: &[&str], bodies: impl Iterator<Item = Body>, look: Look<'_>) -> String {
    let bodies: Vec<Body> = bodies.collect();
    let is_number =
        |key: &str| NUMBERS.contains(&key) || bodies.iter().any(|body| body.get(key).is_some_and(Value::is_number));
    let columns: Vec<Column> = keys
        .iter()
        .map(|key| {
            let column = Column::new(*key);
            if is_number(key) { column.number() } else { column.shrinks_to(key.len().max(8)) }
        })
        .collect();
    let rows: Vec<Vec<String>> = bodies
        .iter()
        .map(|body| keys.iter().map(|key| body.get(*key).map(bare).unwrap_or_default()).collect())
        .collect();
    render(&columns, &rows, look)
}

/// The keys whose texts are amounts.
const NUMBERS: [&str; 5] = ["total", "unitPrice", "subtotal", "price", "discountedPrice"];

/// Drops of the columns in `shown` those of the highest rank until the rest fits, shrunk as far as they may.
fn fitting_columns(columns: &[Column], natural: &[usize], mut shown: Vec<usize>, width: usize) -> Vec<usize> {
    let least = |index: &usize| columns[*index].shrinks_to.map_or(natural[*index], |least| least.min(natural[*index]));
    while shown.iter().map(least).sum::<usize>() + GAP * shown.len().saturating_sub(1) > width {
        let Some(drop) =
            shown.iter().copied().filter(|&index| columns[index].rank > 0).max_by_key(|&index| columns[index].rank)
        else {
            break;
        };
        shown.retain(|&index| index != drop);
    }
    shown
}

/// Gives what room is left to the columns that can shrink, from right to left: names stand left and may be cut first.
fn shared_widths(columns: &[Column], natural: &[usize], shown: &[usize], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns
        .iter()
        .zip(natural)
        .map(|(column, &natural)| column.shrinks_to.map_or(natural, |least| least.min(natural)))
        .collect();
    let used = shown.iter().map(|&index| widths[index]).sum::<usize>() + GAP * shown.len().saturating_sub(1);
    let mut left = width.saturating_sub(used);
    for &index in shown.iter().rev() {
        let more = (natural[index] - widths[index]).min(left);
        widths[index] += more;
        left -= more;
    }
    widths
}

/// Cuts a text to a width, with `…` where something was cut.
pub(super) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > width {
            break;
        }
        cut.push_str(grapheme);
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::Zone;

    fn look(width: usize) -> Look<'static> {
        Look { width, color: false, zone: Zone::UTC, country_code: None }
    }

    fn columns() -> Vec<Column> {
        vec![
            Column::new("REFERENCE"),
            Column::new("DATE").rank(1),
            Column::new("CUSTOMER").shrinks_to(8),
            Column::new("TOTAL").number(),
        ]
    }

    fn rows() -> Vec<Vec<String>> {
        [["LEG-1", "2026-02-04", "Abdel Rahman Mostafa", "59.98"], ["LEG-2", "2026-02-05", "陈大文先生们", "1049.50"]]
            .map(|row| row.map(str::to_owned).to_vec())
            .to_vec()
    }

    #[test]
    fn a_table_that_fits_shows_everything() {
        let table = "\
REFERENCE  DATE        CUSTOMER                TOTAL
LEG-1      2026-02-04  Abdel Rahman Mostafa    59.98
LEG-2      2026-02-05  陈大文先生们          1049.50
";
        assert_eq!(render(&columns(), &rows(), look(80)), table);
    }

    #[test]
    fn a_narrow_table_shrinks_and_then_drops_columns() {
        let shrunk = "\
REFERENCE  DATE        CUSTOMER     TOTAL
LEG-1      2026-02-04  Abdel Ra…    59.98
LEG-2      2026-02-05  陈大文先…  1049.50
";
        assert_eq!(render(&columns(), &rows(), look(41)), shrunk);
        assert!(render(&columns(), &rows(), look(32)).starts_with("REFERENCE  CUSTOMER"));
    }

    #[test]
    fn lam_and_alef_are_two_letters() {
        let columns = [Column::new("NAME").shrinks_to(4), Column::new("TOTAL").number()];
        let rows = [["علاء الإسلام", "1.00"], ["Karim Nasser", "2.00"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(render(&columns, &rows, look(80)), "NAME          TOTAL\nعلاء الإسلام   1.00\nKarim Nasser   2.00\n");
        assert_eq!(render(&columns, &rows, look(12)).lines().nth(1), Some("علاء…   1.00"));
    }

    #[test]
    fn a_cell_is_cut_between_letters_as_people_see_them() {
        for (text, width, cut) in [
            ("👨‍👩‍👧‍👦 family", 9, "👨‍👩‍👧‍👦 family"),
            ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦 two", 4, "👨‍👩‍👧‍👦…"),
            ("cafe\u{301}s", 5, "cafe\u{301}s"),
            ("cafe\u{301}ssss", 5, "cafe\u{301}…"),
            ("ليلى حسن", 5, "ليلى…"),
        ] {
            assert_eq!(fit(text, width), cut);
        }
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let columns = [
            Column::new("N").shrinks_to(4),
            Column::new("STATUS").painted(|text| match text {
                "low" => anstyle::AnsiColor::Yellow.on_default(),
                _ => Style::new(),
            }),
            Column::new("TOTAL").number().painted(|_| anstyle::AnsiColor::Red.on_default()),
        ];
        let rows =
            [["陈大文", "low", "5"], ["b", "", "1049"], ["", "fine", "7"]].map(|row| row.map(str::to_owned).to_vec());
        let colored = render(&columns, &rows, Look { color: true, ..look(80) });
        assert!(colored.contains("陈大文  \u{1b}[33mlow\u{1b}[0m         \u{1b}[31m5\u{1b}[0m\n"), "{colored:?}");
        let mut plain = colored;
        for code in ["\u{1b}[33m", "\u{1b}[31m", "\u{1b}[0m"] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, render(&columns, &rows, look(80)));
    }

    #[test]
    fn hostile_cells_stay_in_their_row() {
        let rows = vec![vec!["a\u{1b}[2J\nb".to_owned()]];
        assert_eq!(render(&[Column::new("X")], &rows, look(80)), "X\na\\u{1b}[2J\\nb\n");
    }
}
