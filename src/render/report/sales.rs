//! The report of sales.

use serde_json::{Value, json};

use super::rows::{RowForm, Rows};
use super::{Bar, Report, Section, Sheet, dates, head, mixed_footnote, shop_line, totals};
use crate::domain::calendar::day_of;
use crate::domain::report::Sums;
use crate::domain::report::sales::{Sales, SalesGroup, SalesGrouping, Span};
use crate::domain::settings::Settings;
use crate::render::table::Column;
use crate::spool::{Spool, SpoolError};

/// How many products the chart shows: the best sellers.
const PRODUCTS_CHARTED: usize = 12;

/// Makes the report.
pub fn report(sales: &Sales, settings: &Settings, form: RowForm) -> Result<Report, SpoolError> {
    let keys: &'static [&'static str] = match sales.by {
        SalesGrouping::Period(Span::Day) => &["day", "orders", "itemCount", "total"],
        SalesGrouping::Period(Span::Week) => &["week", "orders", "itemCount", "total"],
        SalesGrouping::Period(Span::Month) => &["month", "orders", "itemCount", "total"],
        SalesGrouping::Product => &["productId", "productName", "productBarcode", "orders", "itemCount", "total"],
        SalesGrouping::Status => &["status", "orders", "itemCount", "total"],
    };
    let mut rows = Rows::new(form, keys);
    for (group, sums) in &sales.rows {
        rows.push(|| keys.iter().copied().map(str::to_owned).zip(values(group, sums)).collect())?;
    }
    let window = sales.window;
    let mut head = head("sales", Some(window.from), window.last(), settings, totals(settings, &sales.totals));
    head.insert("by".to_owned(), json!(sales.by.as_str()));
    let mut about = vec![format!("{}, time zone {}", dates(window, settings), settings.time_zone)];
    about.extend(shop_line(settings, Some(&sales.totals)));
    let footnotes = cut_footnote(sales, settings).into_iter().chain(mixed_footnote(settings, &sales.totals));
    let sheet = Sheet {
        title: format!("Sales by {}", sales.by.as_str()),
        about,
        sections: vec![section(sales)?],
        nothing: "nothing was sold",
        footnotes: footnotes.collect(),
    };
    let (zone, is_empty) = (settings.zone(), sales.totals.orders == 0);
    Ok(Report { sheet, zone, rows, lists: Vec::new(), head, is_empty })
}

/// Returns the values of a row, in the order of its keys.
fn values(group: &SalesGroup, sums: &Sums) -> Vec<Value> {
    let mut values = match group {
        SalesGroup::Period(..) | SalesGroup::Status(_) => vec![json!(name(group))],
        SalesGroup::Product { id, name, barcode } => vec![json!(id.to_string()), json!(name), json!(barcode)],
    };
    values.extend([json!(sums.orders), json!(sums.pieces), json!(sums.total.to_string())]);
    values
}

/// Names a group: `2026-02-04`, a month `2026-02`.
fn name(group: &SalesGroup) -> String {
    match group {
        SalesGroup::Period(Span::Month, first_day) => first_day.format("%Y-%m").to_string(),
        SalesGroup::Period(_, first_day) => first_day.to_string(),
        SalesGroup::Product { name, .. } => name.clone(),
        SalesGroup::Status(status) => status.to_string(),
    }
}

fn section(sales: &Sales) -> Result<Section, SpoolError> {
    let title = match sales.by {
        SalesGrouping::Period(Span::Week) => "WEEK FROM".to_owned(),
        by => by.as_str().to_uppercase(),
    };
    let is_by_product = sales.by == SalesGrouping::Product;
    let mut columns = vec![Column::new(title).wraps_at(12)];
    columns.extend(is_by_product.then(|| Column::new("SKU").shrinks_to(6).rank(2)));
    columns.extend(["ORDERS", "ITEMS", "TOTAL"].map(|title| Column::new(title).number()));
    let numbers = |sums: &Sums| [sums.orders.to_string(), sums.pieces.to_string(), sums.total.to_string()];
    let rows = sales.rows.iter().map(|(group, sums)| {
        let mut row = match group {
            SalesGroup::Period(Span::Day, day) => vec![day.format("%Y-%m-%d %a").to_string()],
            SalesGroup::Product { name, barcode, .. } => vec![name.clone(), barcode.clone().unwrap_or_default()],
            other => vec![name(other)],
        };
        row.extend(numbers(sums));
        row
    });
    let mut total = vec!["All".to_owned()];
    total.extend(is_by_product.then(String::new));
    total.extend(numbers(&sales.totals));
    Ok(Section {
        heading: None,
        rows: Spool::of(rows)?,
        columns,
        total: Some(total),
        bars: sales.rows.iter().map(bar).collect(),
        bars_charted: is_by_product.then_some(PRODUCTS_CHARTED),
    })
}

fn bar((group, sums): &(SalesGroup, Sums)) -> Bar {
    let name = match group {
        SalesGroup::Period(Span::Day | Span::Week, day) => day.format("%-d %b").to_string(),
        SalesGroup::Period(Span::Month, day) => day.format("%b %Y").to_string(),
        other => name(other),
    };
    Bar { name, amount: sums.total.to_string(), length: sums.total.hundredths() }
}

/// Says that the first week or month begins before the window and counts only in part.
fn cut_footnote(sales: &Sales, settings: &Settings) -> Option<String> {
    let first_day = day_of(sales.window.from, &settings.zone());
    match sales.rows.first()? {
        (group @ SalesGroup::Period(span @ (Span::Week | Span::Month), day), _)
            if *day < first_day && span.first_day(first_day) == *day =>
        {
            Some(format!("the {} {} counts from {first_day} only", sales.by.as_str(), name(group)))
        }
        _ => None,
    }
}
