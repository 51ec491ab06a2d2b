//! The report of pending orders.

use serde_json::json;

use super::rows::{RowForm, Rows};
use super::{Report, Section, Sheet, age, as_of, head, mixed_footnote, shop_line, totals};
use crate::domain::holding::NoSuchSize;
use crate::domain::obstacle::Obstacle;
use crate::domain::report::pending::{Availability, Pending, WaitingOrder};
use crate::domain::settings::Settings;
use crate::render::json::{Body, body};
use crate::render::table::Column;
use crate::spool::SpoolError;

/// The keys of a row.
pub(in crate::render) const KEYS: &[&str] = &[
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

/// The rows of the report, added order by order: for people or for programs, as there may be very many.
#[derive(Debug)]
pub struct WaitingRows {
    orders: Section,
    problems: Section,
    rows: Rows,
}

impl WaitingRows {
    /// Starts without rows.
    pub fn new(form: RowForm) -> WaitingRows {
        let orders = vec![
            Column::reference("REFERENCE"),
            Column::new("STOCK"),
            Column::new("WAITING").number(),
            Column::new("CUSTOMER").shrinks_to(8).rank(1),
            Column::new("ITEMS").number().rank(3),
            Column::new("TOTAL").number().rank(2),
        ];
        let problems = vec![
            Column::reference("REFERENCE"),
            Column::new("PRODUCT").wraps_at(12).rank(1),
            Column::new("LEFT").number(),
            Column::new("WANTED").number(),
        ];
        WaitingRows {
            orders: Section { columns: orders, ..Section::default() },
            problems: Section { heading: Some("What is in the way"), columns: problems, ..Section::default() },
            rows: Rows::new(form, KEYS),
        }
    }

    /// Adds an order.
    ///
    /// # Errors
    /// The temporary folder is full or cannot be written.
    pub fn add(&mut self, waiting: &WaitingOrder<'_>) -> Result<(), SpoolError> {
        self.rows.push(|| row(waiting))?;
        if self.rows.form() != RowForm::Tables {
            return Ok(());
        }
        let order = &waiting.order.summary;
        self.orders.rows.push(&vec![
            order.reference.to_string(),
            waiting.availability.as_str().to_owned(),
            age(waiting.waited),
            order.customer.name.clone(),
            order.item_count.to_string(),
            order.total.to_string(),
        ])?;
        waiting.problems.iter().try_for_each(|problem| self.problems.rows.push(&problem_row(waiting, problem)))
    }

    /// Makes the report.
    pub fn report(mut self, pending: &Pending, settings: &Settings) -> Report {
        use Availability::{Contested, Enough, Short, Unclear};
        let mut totals = totals(settings, &pending.totals);
        for availability in [Enough, Contested, Short, Unclear] {
            totals.insert(availability.as_str().to_owned(), json!(pending.count(availability)));
        }
        let mut about = vec![as_of(pending.now, settings)];
        about.extend(shop_line(settings, Some(&pending.totals)));
        let explained = [
            (Contested, "contested: enough, but not after the older orders are confirmed"),
            (Unclear, "unclear: an item needs an available size: orders edit REF --item N --size SIZE"),
        ];
        let footnotes = explained.iter().filter(|(availability, _)| pending.count(*availability) > 0);
        let footnotes =
            footnotes.map(|(_, footnote)| (*footnote).to_owned()).chain(mixed_footnote(settings, &pending.totals));
        let (pieces, total) = (pending.totals.pieces.to_string(), pending.totals.total.to_string());
        self.orders.total = Some(["All", "", "", "", &pieces, &total].map(str::to_owned).to_vec());
        Report {
            is_empty: pending.totals.orders == 0,
            zone: settings.zone(),
            rows: self.rows,
            lists: Vec::new(),
            sheet: Sheet {
                title: "Pending orders".into(),
                about,
                sections: vec![self.orders, self.problems],
                nothing: "nothing is pending",
                footnotes: footnotes.collect(),
            },
            head: head("pending", None, pending.now, settings, totals),
        }
    }
}

fn row(waiting: &WaitingOrder<'_>) -> Body {
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
        ("stock", json!(waiting.availability.as_str())),
        ("problems", waiting.problems.iter().map(Obstacle::describe).collect()),
    ])
}

fn problem_row(waiting: &WaitingOrder<'_>, problem: &Obstacle) -> Vec<String> {
    let reference = waiting.order.summary.reference.to_string();
    match problem {
        Obstacle::Short(short) => {
            vec![reference, short.label.clone(), short.available.to_string(), short.required.to_string()]
        }
        Obstacle::NoSuchSize { item: NoSuchSize { product, size, .. }, .. } => {
            let size = size.as_ref().map(|size| format!(" ({size})")).unwrap_or_default();
            vec![reference, format!("{product}{size}"), String::new(), "size?".to_owned()]
        }
        other => vec![reference, other.describe(), String::new(), String::new()],
    }
}
