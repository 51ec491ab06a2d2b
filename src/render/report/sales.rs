//! The report of what was sold.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{Report, Sheet, SheetTable, mixed_remark, report_body, shop_line};
use crate::domain::calendar::{day_of, day_start};
use crate::domain::report::Sums;
use crate::domain::report::sales::{Group, Grouping, Sales, Span, Window};
use crate::domain::settings::Settings;
use crate::render::json::{Body, body};
use crate::render::table::Column;
use crate::render::zone::{minute, zone_of};

/// Makes the report.
pub fn report(sales: &Sales, settings: &Settings) -> Report {
    let (name, title, keys) = match sales.by {
        Grouping::Period(Span::Day) => ("day", "DAY", &["day", "orders", "itemCount", "total"][..]),
        Grouping::Period(Span::Week) => ("week", "WEEK FROM", &["week", "orders", "itemCount", "total"][..]),
        Grouping::Period(Span::Month) => ("month", "MONTH", &["month", "orders", "itemCount", "total"][..]),
        Grouping::Status => ("status", "STATUS", &["status", "orders", "itemCount", "total"][..]),
        Grouping::Product => {
            ("product", "PRODUCT", &["productId", "productName", "productBarcode", "orders", "itemCount", "total"][..])
        }
    };
    let currency = sales.totals.currency(settings);
    let rows: Vec<Body> = sales
        .rows
        .iter()
        .map(|(group, sums)| keys.iter().map(|key| pair(key, sales.by, group, sums)).collect())
        .collect();
    let totals = body([
        ("orders", json!(sales.totals.orders)),
        ("itemCount", json!(sales.totals.pieces)),
        ("total", json!(sales.totals.total.to_string())),
        ("currency", json!(currency.as_ref().ok().cloned().flatten())),
    ]);
    let window = sales.window;
    let mut body = report_body("sales", Some(window.from), window.last(), settings, &rows, totals);
    body.insert("by".to_owned(), json!(name));
    let mut about = vec![format!("{}, time zone {}", dates(window, settings), settings.time_zone)];
    about.extend(shop_line(settings, currency.as_ref().ok().and_then(Option::as_deref)));
    let sheet = Sheet {
        title: format!("Sales by {name}"),
        about,
        tables: vec![table(sales, title)],
        nothing: "nothing was sold",
        remarks: currency.err().map(|several| mixed_remark(&several)).into_iter().collect(),
    };
    Report { sheet, rows, keys, body }
}

fn pair(key: &str, by: Grouping, group: &Group, sums: &Sums) -> (String, Value) {
    let value = match (key, group) {
        ("orders", _) => json!(sums.orders),
        ("itemCount", _) => json!(sums.pieces),
        ("total", _) => json!(sums.total.to_string()),
        ("productId", Group::Product { id, .. }) => json!(id.to_string()),
        ("productName", Group::Product { name, .. }) => json!(name),
        ("productBarcode", Group::Product { barcode, .. }) => json!(barcode),
        (_, Group::Period(first_day)) => json!(period(*first_day, by)),
        (_, Group::Status(status)) => json!(status.as_str()),
        _ => Value::Null,
    };
    (key.to_owned(), value)
}

/// Names a period: `2026-02-04`, a month `2026-02`.
fn period(first_day: NaiveDate, by: Grouping) -> String {
    let form = if by == Grouping::Period(Span::Month) { "%Y-%m" } else { "%Y-%m-%d" };
    first_day.format(form).to_string()
}

fn table(sales: &Sales, title: &str) -> SheetTable {
    let is_by_product = sales.by == Grouping::Product;
    let mut columns = vec![Column::new(title).shrinks_to(12)];
    if is_by_product {
        columns.push(Column::new("SKU").shrinks_to(6).rank(2));
    }
    columns.extend(["ORDERS", "PIECES", "TOTAL"].map(|title| Column::new(title).number()));
    let numbers = |sums: &Sums| [sums.orders.to_string(), sums.pieces.to_string(), sums.total.to_string()];
    let rows = sales.rows.iter().map(|(group, sums)| {
        let mut row = match group {
            Group::Period(first_day) if sales.by == Grouping::Period(Span::Day) => {
                vec![first_day.format("%Y-%m-%d %a").to_string()]
            }
            Group::Period(first_day) => vec![period(*first_day, sales.by)],
            Group::Product { name, barcode, .. } => vec![name.clone(), barcode.clone().unwrap_or_default()],
            Group::Status(status) => vec![status.to_string()],
        };
        row.extend(numbers(sums));
        row
    });
    let mut total = vec!["All".to_owned()];
    total.extend(is_by_product.then(String::new));
    total.extend(numbers(&sales.totals));
    SheetTable {
        heading: None,
        rows: rows.collect(),
        columns,
        total: Some(total),
        bars: sales.rows.iter().map(|(_, sums)| sums.total.hundredths()).collect(),
    }
}

/// Names a window by its days where it has whole ones, else by the minute.
fn dates(window: Window, settings: &Settings) -> String {
    let zone = zone_of(settings);
    let is_midnight = |time| day_start(day_of(time, &zone), &zone) == time;
    if is_midnight(window.from) && is_midnight(window.before) {
        format!("{} to {}", day_of(window.from, &zone), day_of(window.last(), &zone))
    } else {
        format!("{} to {}", minute(window.from, zone), minute(window.last(), zone))
    }
}
