//! A sheet as one self-contained page, for screens, phones and print.

use maud::{Markup, html};

use super::{Section, Sheet, chart};
use crate::domain::bidi::shown_sentence;
use crate::domain::visible::visible;
use crate::render::html_page::html_page;
use crate::render::table::Column;
use crate::spool::SpoolError;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6774; --line: #d9dee4; --bar: #1f7a5c; --paper: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #9aa7b4; --line: #36414d; --bar: #4fb892; --paper: #161c22 }
}
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
       max-width: 48rem; padding: 1rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.05rem; margin: 1.6rem 0 0 }
p { margin: .2rem 0; color: var(--soft) }
.wide { overflow-x: auto; margin-top: 1rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-size: .75rem; text-transform: uppercase; letter-spacing: .03em; color: var(--soft) }
.word { white-space: nowrap } th.number, td.number { text-align: right; white-space: nowrap }
tfoot td { font-weight: 600; border-bottom: 0 }
svg { display: block; width: 100%; margin-top: 1rem } svg rect { fill: var(--bar) } svg line { stroke: var(--line) }
svg text { fill: var(--soft); font-size: 18px }
@media screen and (max-width: 40rem) {
  body { font-size: 14px; padding: .75rem } svg text { font-size: 26px }
  table, tbody, tfoot, tr { display: block } thead { display: none }
  tr { border: 1px solid var(--line); border-radius: .5rem; padding: .2rem .7rem; margin: .5rem 0 }
  td, td.number { display: flex; justify-content: space-between; gap: 1rem; padding: .2rem 0; border: 0; white-space: normal }
  td:empty { display: none } td:first-child { font-weight: 600 } td bdi { text-align: end; overflow-wrap: anywhere; min-width: 0 }
  td::before { content: attr(data-label); flex: none; color: var(--soft); font: 400 .75rem/1.9 system-ui, sans-serif }
}
@media print { :root { --ink: #000; --soft: #333; --line: #bbb; --bar: #555; --paper: #fff }
               body { font-size: 10pt; max-width: none; padding: 0 } th, td { padding: .12rem .3rem }
               tr, svg { break-inside: avoid } tfoot { display: table-row-group } .wide { overflow: visible }
               svg { max-height: 4cm } }
";

/// Marks where the rows of a section go. No text for people contains this character.
const ROWS: char = '\0';

/// Writes a sheet as a page, piece by piece.
pub fn put_page<E: From<SpoolError>>(sheet: &mut Sheet, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let page = page_around_rows(sheet);
    let mut pieces = page.split(ROWS);
    put(pieces.next().unwrap_or_default())?;
    for (section, after) in sheet.filled_sections().into_iter().zip(pieces) {
        let Section { columns, rows, .. } = section;
        rows.each(|row| put(&cells(columns, &row).into_string()))?;
        put(after)?;
    }
    put("\n")
}

fn page_around_rows(sheet: &Sheet) -> String {
    let sections: Vec<&Section> = sheet.sections.iter().filter(|section| !section.rows.is_empty()).collect();
    let body = html! {
        h1 { (sheet.title) }
        @for about in &sheet.about { p { (shown_sentence(about)) } }
        @for section in &sections { (table(section)) }
        @if sections.is_empty() { h2 { (sheet.nothing) } }
        @for footnote in &sheet.footnotes { p { (shown_sentence(footnote)) } }
    };
    html_page(&sheet.title, STYLE, &body)
}

/// Returns the CSS classes of a cell: numbers are right-aligned, and a single word is not wrapped.
fn class(columns: &[Column], index: usize, cell: &str) -> String {
    let column = columns.get(index);
    let is_word = cell.len() <= LONGEST_WORD && !cell.contains(' ');
    let classes = [(column.is_some_and(|column| column.is_number), "number"), (is_word, "word")];
    classes.iter().filter(|(has, _)| *has).map(|(_, class)| *class).collect::<Vec<_>>().join(" ")
}

/// Renders a row. On a phone it becomes a card with each value beside its column's title.
fn cells(columns: &[Column], row: &[String]) -> Markup {
    html! {
        tr {
            @for (index, cell) in row.iter().enumerate() {
                @let column = columns.get(index);
                td class=(class(columns, index, cell)) data-label=(column.map_or("", |column| &column.title)) {
                    @if column.is_some_and(|column| column.is_number) {
                        (visible(cell))
                    } @else if !cell.is_empty() {
                        bdi { (visible(cell)) }
                    }
                }
            }
        }
    }
}

fn table(section: &Section) -> Markup {
    let columns = &section.columns;
    html! {
        @if let Some(heading) = section.heading { h2 { (heading) } }
        @if !section.bars.is_empty() { (chart::bars(&section.bars, section.bars_charted)) }
        div.wide {
            table {
                thead {
                    tr {
                        @for (index, column) in columns.iter().enumerate() {
                            th class=(class(columns, index, &column.title)) { (column.title) }
                        }
                    }
                }
                tbody { (ROWS) }
                @if let Some(total) = &section.total { tfoot { (cells(columns, total)) } }
            }
        }
    }
}

/// The longest word that is not wrapped, in bytes: longer than most references.
const LONGEST_WORD: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::report::Bar;
    use crate::spool::Spool;

    #[test]
    fn order_texts_never_become_markup() {
        let hostile = "<script>alert(1)</script>\" onload=\"x\u{202e}\u{1b}[31m";
        let mut sheet = Sheet {
            title: "Sales".into(),
            about: vec![hostile.into()],
            sections: vec![Section {
                columns: vec![Column::new("PRODUCT"), Column::new("TOTAL").number()],
                rows: Spool::of([vec![hostile.to_owned(), "1.00".to_owned()]]).unwrap(),
                bars: vec![Bar { name: hostile.into(), amount: hostile.into(), length: 100 }],
                ..Section::default()
            }],
            nothing: "nothing",
            footnotes: vec![hostile.into()],
        };
        let mut page = String::new();
        put_page(&mut sheet, &mut |piece| {
            page.push_str(piece);
            Ok::<_, SpoolError>(())
        })
        .unwrap();
        assert!(!page.contains("<script") && !page.contains("\" onload"), "{page}");
        assert!(!page.contains(['\u{202e}', '\u{1b}']), "{page}");
        assert_eq!(page.matches("&lt;script&gt;").count(), 7);
        assert!(!page.contains("http"), "a page that needs something else: {page}");
    }

    /// On a phone a row is a card: no column is left out, and each value has its title beside it.
    #[test]
    fn every_value_names_its_column_and_isolates_its_direction() {
        let columns = [Column::new("CUSTOMER").rank(3), Column::new("SKU").rank(2), Column::new("TOTAL").number()];
        let row = ["أحمد حسن", "", "59.98"].map(str::to_owned);
        assert_eq!(
            cells(&columns, &row).into_string(),
            "<tr><td class=\"\" data-label=\"CUSTOMER\"><bdi>أحمد حسن</bdi></td>\
             <td class=\"word\" data-label=\"SKU\"></td>\
             <td class=\"number word\" data-label=\"TOTAL\">59.98</td></tr>"
        );
        assert!(STYLE.contains("content: attr(data-label)") && !STYLE.contains(".spare"));
    }
}
