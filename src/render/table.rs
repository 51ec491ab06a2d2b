//! Columns that fit a width. Each column declares how it gives way: it shrinks to a width, with its cells cut or wrapped,
//! or it is dropped, the highest rank first.

use std::borrow::Cow;

use anstyle::Style;
use comfy_table::{ContentArrangement, Table, presets};

use super::RenderStyle;
use super::json::{Body, bare};
use super::prose::{fit, fit_ends, pieces, width_of, wrap};
use super::value_kind::ValueKind;
use super::zone::minute;
use crate::domain::bidi::isolate;
use crate::domain::time::Timestamp;
use crate::domain::visible::visible;

/// Spaces between two columns.
const GAP: usize = 2;

/// One column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// The title above it.
    pub(super) title: String,
    /// Whether it is aligned to the right, as numbers are.
    pub(super) is_number: bool,
    /// The width to which it may shrink; `None` means that it keeps its width.
    shrinks_to: Option<usize>,
    /// What happens to cells that are wider than it.
    overflow: Overflow,
    /// Columns with a higher rank are dropped first; rank 0 always stays.
    pub(super) rank: u8,
    /// Whether it is left out if all of its cells are empty, as columns with a rank always are.
    needs_words: bool,
    /// The field that `--fields` takes to show it.
    field: Option<&'static str>,
    /// The style of a cell, by its text.
    paint: Option<fn(&str) -> Style>,
}

/// What happens to a cell that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overflow {
    /// It is cut at its end.
    Cut,
    /// It is cut in its middle.
    CutInMiddle,
    /// It is wrapped, at a space if there is one.
    Wrap,
    /// It is broken anywhere: nothing of it is lost.
    Break,
}

/// How narrow a column of references may become. Those that shops make are no wider; a guest's of fifty is broken, so that
/// other columns keep their room.
const REFERENCE: usize = 24;

impl Column {
    /// Makes a column of references, which are never cut, as people copy them.
    pub fn reference(title: impl Into<String>) -> Column {
        Column { overflow: Overflow::Break, ..Column::new(title).shrinks_to(REFERENCE) }
    }

    /// Makes a column of references in a list to pick from: each is on one line, and its end is seen.
    pub fn picked_reference() -> Column {
        Column { overflow: Overflow::CutInMiddle, ..Column::new("").shrinks_to(17) }
    }

    /// Makes a column that always stays and keeps its width.
    pub fn new(title: impl Into<String>) -> Column {
        Column {
            title: title.into(),
            is_number: false,
            shrinks_to: None,
            overflow: Overflow::Cut,
            rank: 0,
            needs_words: false,
            field: None,
            paint: None,
        }
    }

    /// Makes a column that keeps its width and always stays, unless all of its cells are empty.
    pub fn where_filled(title: impl Into<String>) -> Column {
        Column { needs_words: true, ..Column::new(title) }
    }

    /// Aligns it to the right, as numbers are.
    #[must_use]
    pub fn number(mut self) -> Column {
        self.is_number = true;
        self
    }

    /// Lets it shrink to `width` columns.
    #[must_use]
    pub fn shrinks_to(mut self, width: usize) -> Column {
        self.shrinks_to = Some(width);
        self
    }

    /// Lets it shrink to `width` columns and wraps its cells, at a space if there is one.
    #[must_use]
    pub fn wraps_at(mut self, width: usize) -> Column {
        self.overflow = Overflow::Wrap;
        self.shrinks_to(width)
    }

    /// Paints each of its cells by its text.
    #[must_use]
    pub fn painted(mut self, paint: fn(&str) -> Style) -> Column {
        self.paint = Some(paint);
        self
    }

    /// Returns the least width to which it may shrink, given its full width.
    fn least(&self, natural: usize) -> usize {
        self.shrinks_to.map_or(natural, |least| least.min(natural))
    }

    /// Lets it be dropped, those of a higher rank first.
    #[must_use]
    pub fn rank(mut self, rank: u8) -> Column {
        self.rank = rank;
        self
    }

    /// Names the field that `--fields` takes to show it.
    #[must_use]
    pub fn field(mut self, field: &'static str) -> Column {
        self.field = Some(field);
        self
    }
}

/// Renders a table no wider than the style, if its permanent columns fit. Cells are made visible here; empty columns are
/// left out if they may be.
pub fn render(columns: &[Column], rows: &[Vec<String>], style: RenderStyle<'_>) -> String {
    let layout = Sizing::of_rows(columns, rows).layout(style);
    let mut text = layout.titles();
    for row in rows {
        layout.put_row(&mut text, row);
    }
    text
}

/// Renders rows to pick from, one line each, without titles. None of the columns may wrap.
pub fn choices(columns: &[Column], rows: &[Vec<String>], style: RenderStyle<'_>) -> Vec<String> {
    let layout = Sizing::of_rows(columns, rows).layout(style);
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        layout.put_row(&mut line, row);
        line.trim_end_matches('\n').to_owned()
    };
    rows.iter().map(line).collect()
}

/// What the layout of a table needs, found row by row: a table may be too long for memory.
#[derive(Debug)]
pub struct Sizing {
    columns: Vec<Column>,
    /// The full width of each column.
    natural: Vec<usize>,
    /// Whether any of its cells has words.
    has_words: Vec<bool>,
}

impl Sizing {
    /// Starts with the titles.
    pub fn of(columns: Vec<Column>) -> Sizing {
        let natural = columns.iter().map(|column| width_of(&column.title)).collect();
        Sizing { has_words: vec![false; columns.len()], natural, columns }
    }

    fn of_rows(columns: &[Column], rows: &[Vec<String>]) -> Sizing {
        let mut sizing = Sizing::of(columns.to_vec());
        for row in rows {
            sizing.add(row);
        }
        sizing
    }

    /// Includes a row.
    pub fn add(&mut self, row: &[String]) {
        for ((natural, has_words), cell) in self.natural.iter_mut().zip(&mut self.has_words).zip(row) {
            *natural = (*natural).max(width_of(&visible(cell)));
            *has_words |= !cell.is_empty();
        }
    }

    /// Lays out the columns that have content and fit.
    pub fn layout(self, style: RenderStyle<'_>) -> Layout {
        let Sizing { columns, natural, has_words } = self;
        let is_worth_it = |&index: &usize| {
            let stays_empty = columns[index].rank == 0 && !columns[index].needs_words;
            stays_empty && natural[index] > 0 || has_words[index]
        };
        let worth_it: Vec<usize> = (0..columns.len()).filter(is_worth_it).collect();
        let shown = fitting_columns(&columns, &natural, worth_it.clone(), style.width);
        if let Some(left_out) = style.left_out {
            let gone = worth_it.iter().filter(|index| !shown.contains(index));
            gone.for_each(|&index| left_out.add(&columns[index].title, columns[index].field));
        }
        let widths = shared_widths(&columns, &natural, &shown, style.width);
        Layout { shown: shown.into_iter().map(|index| (index, widths[index])).collect(), columns, color: style.color }
    }
}

/// Which columns a table shows, and how wide.
#[derive(Debug)]
pub struct Layout {
    columns: Vec<Column>,
    /// The indexes of the columns and their widths.
    shown: Vec<(usize, usize)>,
    color: bool,
}

impl Layout {
    /// Returns the title line.
    pub fn titles(&self) -> String {
        let mut text = String::new();
        let titles = self.shown.iter().map(|&(index, width)| fit(&self.columns[index].title, width));
        self.put_line(&mut text, &titles.collect::<Vec<_>>(), false);
        text
    }

    /// Writes the lines of a row: one, or as many as its longest wrapped cell takes.
    pub fn put_row(&self, text: &mut String, row: &[String]) {
        let lines = |&(index, width): &(usize, usize)| {
            let Some(cell) = row.get(index) else { return Vec::new() };
            let cell = visible(cell);
            match self.columns[index].overflow {
                Overflow::Wrap => wrap(&cell, width).iter().map(|line| fit(line, width)).collect(),
                Overflow::Break => pieces(&cell, width),
                Overflow::Cut => vec![fit(cell.trim_end(), width)],
                Overflow::CutInMiddle => vec![fit_ends(&cell, width)],
            }
        };
        let cells: Vec<Vec<String>> = self.shown.iter().map(lines).collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or_default().max(1) {
            let parts: Vec<String> = cells.iter().map(|cell| cell.get(line).cloned().unwrap_or_default()).collect();
            self.put_line(text, &parts, self.color);
        }
    }

    /// Writes one line of pieces that fit their columns. Each piece is isolated and painted only after it was measured, so
    /// that its neighbours keep their places.
    fn put_line(&self, text: &mut String, pieces: &[String], color: bool) {
        let cells = self.shown.iter().zip(pieces).map(|(&(index, width), piece)| {
            let column = &self.columns[index];
            let spare = " ".repeat(width.saturating_sub(width_of(piece)));
            let style = column.paint.map(|paint| paint(piece)).unwrap_or_default();
            let shown = super::paint::paint(
                &isolate(Cow::Borrowed(piece)),
                style,
                color && !piece.is_empty() && !style.is_plain(),
            );
            if column.is_number { spare + &shown } else { format!("{shown}{spare}") }
        });
        let mut line = Table::new();
        line.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).add_row(cells);
        for column in line.column_iter_mut() {
            column.set_padding((0, u16::try_from(GAP).unwrap_or_default()));
        }
        text.extend(line.lines().map(|line| line.trim_end().to_owned()));
        text.push('\n');
    }
}

/// Returns the width that is left beside all columns.
pub fn room_beside(columns: &[Column], rows: &[Vec<String>], width: usize) -> usize {
    let used: usize = Sizing::of_rows(columns, rows).natural.into_iter().map(|natural| natural + GAP).sum();
    width.saturating_sub(used)
}

/// Renders bodies as a table whose columns are their keys.
pub fn of_bodies(keys: &[&str], bodies: impl Iterator<Item = Body>, style: RenderStyle<'_>) -> String {
    let rows: Vec<Vec<String>> = bodies.map(|body| row_of(keys, &body, style)).collect();
    render(&columns_of(keys), &rows, style)
}

/// Returns the columns of a table of bodies.
pub fn columns_of(keys: &[&str]) -> Vec<Column> {
    let column = |key: &&str| match ValueKind::of(key) {
        ValueKind::Reference => Column::reference(*key),
        ValueKind::Number => Column::new(*key).number(),
        ValueKind::Time | ValueKind::Day | ValueKind::Exact => Column::new(*key),
        ValueKind::Text => Column::new(*key).shrinks_to(key.len().max(8)),
    };
    keys.iter().map(column).collect()
}

/// Returns the row of a body in a table of bodies; times are in the shop's zone, as everywhere for people.
pub fn row_of(keys: &[&str], body: &Body, style: RenderStyle<'_>) -> Vec<String> {
    let cell = |key: &&str| {
        let text = body.get(*key).map(bare).unwrap_or_default();
        let time = Timestamp::parse(&text).filter(|_| ValueKind::of(key) == ValueKind::Time);
        time.map_or_else(|| text.into_owned(), |time| minute(time, style.zone))
    };
    keys.iter().map(cell).collect()
}

/// Drops columns from `shown`, the highest rank first, until the others fit when shrunk.
fn fitting_columns(columns: &[Column], natural: &[usize], mut shown: Vec<usize>, width: usize) -> Vec<usize> {
    let least = |index: &usize| columns[*index].least(natural[*index]);
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

/// Distributes the remaining room among the columns that can shrink: first to those of low rank, and within a rank from
/// right to left, as names are on the left and may be cut.
fn shared_widths(columns: &[Column], natural: &[usize], shown: &[usize], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().zip(natural).map(|(column, &natural)| column.least(natural)).collect();
    let used = shown.iter().map(|&index| widths[index]).sum::<usize>() + GAP * shown.len().saturating_sub(1);
    let mut left = width.saturating_sub(used);
    let mut by_rank: Vec<usize> = shown.iter().rev().copied().collect();
    by_rank.sort_by_key(|&index| columns[index].rank);
    for index in by_rank {
        let more = (natural[index] - widths[index]).min(left);
        widths[index] += more;
        left -= more;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bidi::tests::drawn;
    use crate::domain::zone::Zone;
    use crate::render::LeftOut;

    fn style(width: usize) -> RenderStyle<'static> {
        RenderStyle { width, color: false, zone: Zone::UTC, country_code: None, left_out: None }
    }

    fn columns() -> Vec<Column> {
        vec![
            Column::new("REFERENCE"),
            Column::new("DATE").rank(1).field("orderDate"),
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
        assert_eq!(render(&columns(), &rows(), style(80)), table);
    }

    #[test]
    fn a_narrow_table_shrinks_and_then_drops_columns() {
        let shrunk = "\
REFERENCE  DATE        CUSTOMER     TOTAL
LEG-1      2026-02-04  Abdel Ra…    59.98
LEG-2      2026-02-05  陈大文先…  1049.50
";
        assert_eq!(render(&columns(), &rows(), style(41)), shrunk);
        assert!(render(&columns(), &rows(), style(32)).starts_with("REFERENCE  CUSTOMER"));
    }

    #[test]
    fn left_out_columns_are_noted() {
        let left_out = LeftOut::default();
        let columns = || [columns(), vec![Column::new("NOTE").rank(2), Column::new("").rank(3)]].concat();
        let rows: Vec<_> = rows().into_iter().map(|row| [row, vec![String::new(), "x".to_owned()]].concat()).collect();
        render(&columns(), &rows, RenderStyle { left_out: Some(&left_out), ..style(80) });
        assert!(left_out.columns().is_empty());
        // A column that is empty or has no title is not noted.
        render(&columns(), &rows, RenderStyle { left_out: Some(&left_out), ..style(30) });
        assert_eq!(left_out.columns(), [("DATE".to_owned(), Some("orderDate"))]);
    }

    #[test]
    fn no_reference_is_cut() {
        let long = "LEG-".to_owned() + &"0123456789".repeat(4);
        let body = |reference: &str| {
            let body = serde_json::json!({"orderReference": reference, "orderDate": "2026-02-04T22:30:00Z",
                "customerName": "Abdel Rahman Mostafa", "customerAddress": "12 Nile Street, Garden City"});
            body.as_object().unwrap().clone()
        };
        let keys = ["orderReference", "orderDate", "customerName", "customerAddress"];
        let cairo = RenderStyle { zone: Zone::parse("Africa/Cairo").unwrap(), ..style(60) };
        let table = of_bodies(&keys, [body("LEG-MLB2TG0R-7HTX"), body(&long)].into_iter(), cairo);
        let expected = "\
orderReference            orderDate         customerName  customerAddress
LEG-MLB2TG0R-7HTX         2026-02-05 00:30  Abdel Rahma…  12 Nile Street…
LEG-01234567890123456789  2026-02-05 00:30  Abdel Rahma…  12 Nile Street…
01234567890123456789
";
        assert_eq!(table, expected);
        assert!(of_bodies(&keys, [body(&long)].into_iter(), style(120)).contains(&long));
    }

    #[test]
    fn lam_and_alef_are_two_letters() {
        let columns = [Column::new("NAME").shrinks_to(4), Column::new("TOTAL").number()];
        let rows = [["علاء الإسلام", "1.00"], ["Karim Nasser", "2.00"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(
            render(&columns, &rows, style(80)),
            "NAME          TOTAL\n\u{2068}علاء الإسلام\u{2069}   1.00\nKarim Nasser   2.00\n"
        );
        assert_eq!(render(&columns, &rows, style(12)).lines().nth(1), Some("\u{2068}علاء…\u{2069}   1.00"));
    }

    #[test]
    fn a_wrapping_column_goes_on_below_and_never_inside_a_word() {
        let columns = [Column::new("WHEN"), Column::new("NOTE").wraps_at(8), Column::new("BY").rank(1)];
        let rows = vec![["today", "came back torn, written off", "sam"].map(str::to_owned).to_vec()];
        let table = "WHEN   NOTE       BY\ntoday  came back  sam\n       torn,\n       written\n       off\n";
        assert_eq!(render(&columns, &rows, style(21)), table);
        let rows = vec![["today", "unbreakable word", "sam"].map(str::to_owned).to_vec()];
        assert_eq!(
            render(&columns, &rows, style(15)),
            "WHEN   NOTE\ntoday  unbrea…\n       word\n".replace("unbrea…", "unbreak…")
        );
    }

    #[test]
    fn right_to_left_cells_keep_their_neighbours_in_place() {
        let columns = [
            Column::new("REFERENCE"),
            Column::new("CUSTOMER").shrinks_to(6),
            Column::new("PHONE"),
            Column::new("ITEMS").number(),
            Column::new("TOTAL").number(),
            Column::new("NOTE").wraps_at(9),
        ];
        let rows = [
            ["LEG-1", "أحمد عبد الرحمن", "+20 101 111", "2", "59.98", "شكرا ٣ مرات"],
            ["LEG-2", "Mona", "٠١٠ ٢٢٢", "1", "29.99", "5 آلاف (نقدا)"],
            ["7", "דוד (3)", "012", "12", "1.00", ""],
        ]
        .map(|row| row.map(str::to_owned).to_vec());
        for width in [80, 48, 40] {
            let table = render(&columns, &rows, style(width));
            for line in table.lines() {
                // Letters of one cell change places, cells do not: the gaps between them stay where they are.
                let gaps = |text: &str| -> Vec<usize> {
                    text.match_indices("  ").map(|(at, _)| text[..at].chars().count()).collect()
                };
                let bare = line.replace(['\u{2068}', '\u{2069}'], "");
                assert_eq!(gaps(&drawn(line)), gaps(&bare), "{line:?}");
            }
            let first = drawn(table.lines().nth(1).unwrap_or_default());
            assert!(first.starts_with("LEG-1  ") && first.contains("  2  59.98  "), "{first}");
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
        let colored = render(&columns, &rows, RenderStyle { color: true, ..style(80) });
        assert!(colored.contains("陈大文  \u{1b}[33mlow\u{1b}[0m         \u{1b}[31m5\u{1b}[0m\n"), "{colored:?}");
        let mut plain = colored;
        for code in ["\u{1b}[33m", "\u{1b}[31m", "\u{1b}[0m"] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, render(&columns, &rows, style(80)));
    }

    #[test]
    fn hostile_cells_stay_in_their_row() {
        let rows = vec![vec!["a\u{1b}[2J\nb".to_owned()]];
        assert_eq!(render(&[Column::new("X")], &rows, style(80)), "X\na\\u{1b}[2J\\nb\n");
    }
}
