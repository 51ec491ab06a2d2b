//! Sheets to count by, and what was counted.

use serde_json::{Value, json};

use super::RenderStyle;
use super::json::{Body, body};
use super::report::{Section, Sheet, as_of, shop_line};
use super::table::Column;
use super::zone::minute;
use crate::domain::settings::Settings;
use crate::domain::shelf::names;
use crate::domain::stock_count::{CountDifference, SheetLine};
use crate::domain::time::Timestamp;
use crate::spool::Spool;

/// The keys of a line of a count sheet, in order.
pub const SHEET_KEYS: &[&str] = &["sku", "product", "size", "shelf", "counted", "asOf"];

/// Returns a line of a count sheet; `counted` is for the person who counts.
pub fn sheet_line(line: &SheetLine) -> Body {
    body([
        ("sku", json!(line.sku())),
        ("product", json!(line.product)),
        ("size", json!(line.size)),
        ("shelf", json!(line.shelf)),
        ("counted", Value::Null),
        ("asOf", json!(line.as_of.to_string())),
    ])
}

/// Returns the columns of a count sheet on paper.
fn paper_columns() -> Vec<Column> {
    vec![
        Column::new("SKU").shrinks_to(12),
        Column::new("PRODUCT").shrinks_to(8),
        Column::new("SIZE").shrinks_to(4),
        Column::new("SHELF").number(),
        Column::new("COUNTED").number(),
    ]
}

/// Returns the columns of a count sheet as a table.
pub fn sheet_columns() -> Vec<Column> {
    let mut columns = paper_columns();
    columns.push(Column::new("AS OF").rank(1).field("asOf"));
    columns
}

/// Returns the row of a line on paper; `counted` is for the person who counts.
pub fn paper_row(line: &SheetLine) -> Vec<String> {
    let size = line.size.clone().unwrap_or_default();
    vec![line.barcode.clone().unwrap_or_default(), line.product.clone(), size, line.shelf.to_string(), String::new()]
}

/// Returns the row of a line in a table.
pub fn sheet_row(line: &SheetLine, style: RenderStyle<'_>) -> Vec<String> {
    let mut row = paper_row(line);
    row.push(minute(line.as_of, style.zone));
    row
}

/// Makes a count sheet for paper.
pub fn sheet_page(rows: Spool<Vec<String>>, settings: &Settings, now: Timestamp) -> Sheet {
    let mut about = vec![as_of(now, settings)];
    about.extend(shop_line(settings, None));
    Sheet {
        title: "Count sheet".into(),
        about,
        sections: vec![Section { columns: paper_columns(), rows, ..Section::default() }],
        nothing: "no products",
        footnotes: vec!["Shelf: what lies there, with what is reserved for confirmed and processing orders".to_owned()],
    }
}

/// The keys of a difference, in order.
pub const DIFFERENCE_KEYS: &[&str] =
    &["sku", "product", "size", "asOf", "shelf", "counted", "difference", "moved", "before", "after", "reservedFor"];

/// The keys of what is reserved for an order, in order.
pub const RESERVED_KEYS: &[&str] = &["orderReference", "quantity"];

/// Returns a count that differs from what was expected.
pub fn difference(found: &CountDifference) -> Body {
    let line = &found.line;
    let reserved = line.reserved.iter().map(|reserved| {
        Value::Object(body([
            ("orderReference", json!(reserved.reference.as_str())),
            ("quantity", json!(reserved.pieces)),
        ]))
    });
    body([
        ("sku", json!(found.sku)),
        ("product", json!(found.product)),
        ("size", json!(found.size)),
        ("asOf", json!(line.counted.basis.time().map(|time| time.to_string()))),
        ("shelf", json!(line.expected)),
        ("counted", json!(line.counted.pieces)),
        ("difference", json!(line.difference())),
        ("moved", json!(line.moved)),
        ("before", json!(line.change.before)),
        ("after", json!(line.change.after)),
        ("reservedFor", reserved.collect()),
    ])
}

/// Returns the columns of what differed.
pub fn difference_columns() -> Vec<Column> {
    vec![
        Column::new("PRODUCT").shrinks_to(8),
        Column::new("SIZE").shrinks_to(4),
        Column::new("EXPECTED").number(),
        Column::new("COUNTED").number(),
        Column::new("DIFF").number(),
        Column::new("STOCK").number(),
        Column::new("RESERVED FOR").shrinks_to(8).rank(1),
    ]
}

/// Returns the row of a difference: what should have lain there, what did, and the stock before and after.
pub fn difference_row(found: &CountDifference) -> Vec<String> {
    let line = &found.line;
    vec![
        found.product.clone(),
        found.size.clone().unwrap_or_default(),
        line.expected.to_string(),
        line.counted.pieces.to_string(),
        format!("{:+}", line.difference()),
        format!("{} → {}", line.change.before, line.change.after),
        names(&line.reserved),
    ]
}
