//! The report of what waits.

use chrono::Duration;
use serde_json::json;

use super::{Report, Sheet, SheetTable, mixed_remark, report_body, shop_line};
use crate::domain::confirm::Obstacle;
use crate::domain::report::pending::{Pending, Prospect, Waiting};
use crate::domain::settings::Settings;
use crate::render::json::{Body, body};
use crate::render::table::Column;
use crate::render::zone::{minute_with_zone, zone_of};

const KEYS: &[&str] = &[
    "orderReference",
    "orderDate",
    "createdAt",
    "customerName",
    "customerPhone",
    "itemCount",
    "total",
    "waitingSeconds",
    "stock",
    "problems",
];

/// Makes the report.
pub fn report(pending: &Pending, settings: &Settings) -> Report {
    let rows: Vec<Body> = pending.rows.iter().map(row).collect();
    let sums = &pending.totals;
    let currency = sums.currency(settings);
    let totals = body([
        ("orders", json!(sums.orders)),
        ("itemCount", json!(sums.pieces)),
        ("total", json!(sums.total.to_string())),
        ("currency", json!(currency.as_ref().ok().cloned().flatten())),
        ("enough", json!(pending.count(Prospect::Enough))),
        ("contested", json!(pending.count(Prospect::Contested))),
        ("short", json!(pending.count(Prospect::Short))),
        ("unclear", json!(pending.count(Prospect::Unclear))),
    ]);
    let as_of = minute_with_zone(pending.now, zone_of(settings));
    let mut about = vec![format!("as of {as_of}, time zone {}", settings.time_zone)];
    about.extend(shop_line(settings, currency.as_ref().ok().and_then(Option::as_deref)));
    let mut remarks: Vec<String> = [
        (Prospect::Contested, "contested: enough, but not once those that wait longer are confirmed"),
        (Prospect::Unclear, "unclear: an item needs a size that there is (orders edit)"),
    ]
    .into_iter()
    .filter(|(prospect, _)| pending.count(*prospect) > 0)
    .map(|(_, remark)| remark.to_owned())
    .collect();
    remarks.extend(currency.err().map(|several| mixed_remark(&several)));
    let sheet = Sheet {
        title: "Pending orders".into(),
        about,
        tables: vec![orders(pending), problems(pending)],
        nothing: "nothing is pending",
        remarks,
    };
    let body = report_body("pending", None, pending.now, settings, &rows, totals);
    Report { sheet, rows, keys: KEYS, body }
}

fn row(waiting: &Waiting) -> Body {
    let order = &waiting.order.summary;
    body([
        ("orderReference", json!(order.reference.as_str())),
        ("orderDate", json!(order.order_date.brief())),
        ("createdAt", json!(order.created_at.to_string())),
        ("customerName", json!(order.customer.name)),
        ("customerPhone", json!(order.customer.phone)),
        ("itemCount", json!(order.item_count)),
        ("total", json!(order.total.to_string())),
        ("waitingSeconds", json!(waiting.waited.num_seconds())),
        ("stock", json!(waiting.prospect.as_str())),
        ("problems", waiting.problems.iter().map(Obstacle::describe).collect()),
    ])
}

fn orders(pending: &Pending) -> SheetTable {
    let columns = vec![
        // As long as a reference may be, something has to give where names are long too.
        Column::new("REFERENCE").shrinks_to(36),
        Column::new("CUSTOMER").shrinks_to(8),
        Column::new("WAITING").number(),
        Column::new("PIECES").number().rank(2),
        Column::new("TOTAL").number().rank(1),
        Column::new("STOCK"),
    ];
    let rows = pending.rows.iter().map(|waiting| {
        let order = &waiting.order.summary;
        vec![
            order.reference.to_string(),
            order.customer.name.clone(),
            age(waiting.waited),
            order.item_count.to_string(),
            order.total.to_string(),
            waiting.prospect.as_str().to_owned(),
        ]
    });
    let sums = &pending.totals;
    let total = vec![
        "All".to_owned(),
        String::new(),
        String::new(),
        sums.pieces.to_string(),
        sums.total.to_string(),
        String::new(),
    ];
    SheetTable { columns, rows: rows.collect(), total: Some(total), ..SheetTable::default() }
}

fn problems(pending: &Pending) -> SheetTable {
    let columns = vec![
        Column::new("REFERENCE").shrinks_to(36),
        Column::new("PRODUCT").shrinks_to(12),
        Column::new("STOCK").number(),
        Column::new("WANTED").number(),
    ];
    let rows = pending.rows.iter().flat_map(|waiting| {
        waiting.problems.iter().map(|problem| {
            let reference = waiting.order.summary.reference.to_string();
            match problem {
                Obstacle::Short(short) => {
                    vec![reference, short.label.clone(), short.available.to_string(), short.required.to_string()]
                }
                Obstacle::NoSuchSize { product, size, .. } => {
                    let size = size.as_ref().map(|size| format!(" ({size})")).unwrap_or_default();
                    vec![reference, format!("{product}{size}"), String::new(), "size?".to_owned()]
                }
                other => vec![reference, other.describe(), String::new(), String::new()],
            }
        })
    });
    SheetTable { heading: Some("What is in the way"), columns, rows: rows.collect(), ..SheetTable::default() }
}

/// Says how long: `2d 21h`, `15h 3m`, `40m`.
fn age(waited: Duration) -> String {
    let (days, hours, minutes) = (waited.num_days(), waited.num_hours() % 24, waited.num_minutes() % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m"),
        (0, _) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}
