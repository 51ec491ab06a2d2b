//! The report of what waits.

use chrono::Duration;
use serde_json::json;

use super::{Report, Section, Sheet, as_of, head, mixed_remark, shop_line, totals};
use crate::domain::confirm::Obstacle;
use crate::domain::report::pending::{Pending, Prospect, Waiting};
use crate::domain::settings::Settings;
use crate::render::json::{Body, body};
use crate::render::table::Column;

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
    use Prospect::{Contested, Enough, Short, Unclear};
    let mut totals = totals(settings, &pending.totals);
    for prospect in [Enough, Contested, Short, Unclear] {
        totals.insert(prospect.as_str().to_owned(), json!(pending.count(prospect)));
    }
    let mut about = vec![as_of(pending.now, settings)];
    about.extend(shop_line(settings, Some(&pending.totals)));
    let explained = [
        (Contested, "contested: enough, but not once those that wait longer are confirmed"),
        (Unclear, "unclear: an item needs a size that there is: orders edit REF --item N --size S"),
    ];
    let remarks = explained.iter().filter(|(prospect, _)| pending.count(*prospect) > 0);
    let remarks = remarks.map(|(_, remark)| (*remark).to_owned()).chain(mixed_remark(settings, &pending.totals));
    let sheet = Sheet {
        title: "Pending orders".into(),
        about,
        sections: vec![orders(pending), problems(pending)],
        nothing: "nothing is pending",
        remarks: remarks.collect(),
    };
    Report {
        sheet,
        rows: pending.rows.iter().map(row).collect(),
        keys: KEYS,
        head: head("pending", None, pending.now, settings, totals),
        is_empty: pending.rows.is_empty(),
    }
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

fn orders(pending: &Pending) -> Section {
    let columns = vec![
        Column::new("REFERENCE").shrinks_to(17),
        Column::new("STOCK"),
        Column::new("WAITING").number(),
        Column::new("CUSTOMER").shrinks_to(8).rank(1),
        Column::new("ITEMS").number().rank(3),
        Column::new("TOTAL").number().rank(2),
    ];
    let rows = pending.rows.iter().map(|waiting| {
        let order = &waiting.order.summary;
        vec![
            order.reference.to_string(),
            waiting.prospect.as_str().to_owned(),
            age(waiting.waited),
            order.customer.name.clone(),
            order.item_count.to_string(),
            order.total.to_string(),
        ]
    });
    let (pieces, total) = (pending.totals.pieces.to_string(), pending.totals.total.to_string());
    let total = ["All", "", "", "", &pieces, &total].map(str::to_owned).to_vec();
    Section { columns, rows: rows.collect(), total: Some(total), ..Section::default() }
}

fn problems(pending: &Pending) -> Section {
    let columns = vec![
        Column::new("REFERENCE").shrinks_to(17),
        Column::new("PRODUCT").wraps_at(12).rank(1),
        Column::new("LEFT").number(),
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
    Section { heading: Some("What is in the way"), columns, rows: rows.collect(), ..Section::default() }
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
