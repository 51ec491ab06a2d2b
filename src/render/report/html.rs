//! A sheet as one page that needs nothing else: on a phone, in print, in the dark.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Sheet, SheetTable, chart};
use crate::domain::text::visible;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6774; --line: #d9dee4; --bar: #1f7a5c; --paper: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #9aa7b4; --line: #36414d; --bar: #4fb892; --paper: #161c22 }
}
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
       max-width: 60rem; padding: 1rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.05rem; margin: 1.6rem 0 0 }
p { margin: .2rem 0; color: var(--soft) }
.wide { overflow-x: auto; margin-top: 1rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: start; padding: .35rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-size: .75rem; text-transform: uppercase; letter-spacing: .03em; color: var(--soft) }
th.n, td.n { text-align: right; white-space: nowrap } tfoot td { font-weight: 600; border-bottom: 0 }
svg { display: block; width: 100%; margin-top: 1rem } svg rect { fill: var(--bar) } svg line { stroke: var(--line) }
svg text { fill: var(--soft); font-size: 16px }
@media (max-width: 30rem) { body { font-size: 14px; padding: .75rem } th, td { padding: .3rem .35rem }
                            svg text { font-size: 24px } }
@media print { :root { --ink: #000; --soft: #333; --line: #bbb; --bar: #555; --paper: #fff } body { font-size: 11px;
               max-width: none } tr { break-inside: avoid } thead { display: table-header-group }
               .wide { overflow: visible } }
";

/// Renders a sheet as a page.
pub fn page(sheet: &Sheet) -> String {
    let tables: Vec<&SheetTable> = sheet.tables.iter().filter(|table| !table.rows.is_empty()).collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (sheet.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (sheet.title) }
                @for about in &sheet.about { p dir="auto" { (visible(about)) } }
                @for sheet_table in &tables { (table(sheet_table)) }
                @if tables.is_empty() { h2 { (sheet.nothing) } }
                @for remark in &sheet.remarks { p { (visible(remark)) } }
            }
        }
    }
    .into_string()
        + "\n"
}

fn table(table: &SheetTable) -> Markup {
    let class = |index: usize| table.columns.get(index).is_some_and(|column| column.is_number).then_some("n");
    let cells = |row: &[String]| {
        html! { tr { @for (index, cell) in row.iter().enumerate() { td class=[class(index)] dir="auto" { (visible(cell)) } } } }
    };
    html! {
        @if let Some(heading) = table.heading { h2 { (heading) } }
        @if !table.bars.is_empty() { (chart_of(table)) }
        div.wide {
            table {
                thead { tr { @for (index, column) in table.columns.iter().enumerate() { th class=[class(index)] { (column.title) } } } }
                tbody { @for row in &table.rows { (cells(row)) } }
                @if let Some(total) = &table.total { tfoot { (cells(total)) } }
            }
        }
    }
}

/// Draws the rows as bars: the first cell names a row, the last one is its amount.
fn chart_of(table: &SheetTable) -> Markup {
    let rows = table.rows.iter().zip(&table.bars);
    let words: Vec<_> =
        rows.filter_map(|(row, length)| Some((visible(row.first()?), visible(row.last()?), *length))).collect();
    let bars: Vec<(&str, &str, i64)> =
        words.iter().map(|(name, amount, length)| (name.as_ref(), amount.as_ref(), *length)).collect();
    chart::bars(&bars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::table::Column;

    #[test]
    fn what_orders_say_is_text_and_never_markup() {
        let hostile = "<script>alert(1)</script>\" onload=\"x\u{202e}\u{1b}[31m";
        let sheet = Sheet {
            title: "Sales".into(),
            about: vec![hostile.into()],
            tables: vec![SheetTable {
                columns: vec![Column::new("PRODUCT"), Column::new("TOTAL").number()],
                rows: vec![vec![hostile.into(), "1.00".into()]],
                bars: vec![100],
                ..SheetTable::default()
            }],
            nothing: "nothing",
            remarks: vec![hostile.into()],
        };
        let page = page(&sheet);
        assert!(!page.contains("<script") && !page.contains("\" onload"), "{page}");
        assert!(!page.contains(['\u{202e}', '\u{1b}']), "{page}");
        assert_eq!(page.matches("&lt;script&gt;").count(), 5);
        assert!(!page.contains("http"), "a page that needs something else: {page}");
    }
}
