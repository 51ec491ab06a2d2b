//! Reports, made once as a [`Sheet`] for people, which text and HTML both show, and as bodies for programs.
//!
//! | file | what it makes |
//! |---|---|
//! | `sales`, `pending`, `stock` | a report's sheet, its rows and totals as bodies |
//! | [`text`] | a sheet as plain text, 78 columns wide wherever it goes |
//! | [`html`], `chart` | a sheet as one page; its bars as SVG |

mod chart;
pub mod html;
pub mod pending;
pub mod sales;
pub mod stock;
pub mod text;

use serde_json::{Value, json};

use super::json::{Body, body};
use super::table::Column;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;

/// A report in every form but its looks.
#[derive(Debug)]
pub struct Report {
    /// For people.
    pub sheet: Sheet,
    /// Its rows for programs.
    pub rows: Vec<Body>,
    /// The keys of a row, in order.
    pub keys: &'static [&'static str],
    /// The whole of it for programs.
    pub body: Body,
}

impl Report {
    /// Tells whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A report as people read it.
#[derive(Debug)]
pub struct Sheet {
    /// What it is: `Sales by day`.
    pub title: String,
    /// Of when, in which zone, of which shop.
    pub about: Vec<String>,
    /// The tables; those without rows are left out.
    pub tables: Vec<SheetTable>,
    /// What is said where no table has rows.
    pub nothing: &'static str,
    /// What must be known to read it.
    pub remarks: Vec<String>,
}

/// One table of a sheet.
#[derive(Debug, Default)]
pub struct SheetTable {
    /// What it is about, where there are several.
    pub heading: Option<&'static str>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// What they add up to.
    pub total: Option<Vec<String>>,
    /// How long each row's bar is, in any unit; none where there are no bars.
    pub bars: Vec<i64>,
}

/// Says whose report this is, and in which currency, where that is known.
fn shop_line(settings: &Settings, currency: Option<&str>) -> Option<String> {
    let currency = currency.map(|currency| format!("amounts in {currency}"));
    let words: Vec<String> = settings.shop_name.clone().into_iter().chain(currency).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Says that amounts of several currencies were added up.
fn mixed_remark(currencies: &[String]) -> String {
    format!("totals add up {} as if they were one currency", currencies.join(" and "))
}

/// Makes the body that every report has.
fn report_body(
    report: &str,
    since: Option<Timestamp>,
    until: Timestamp,
    settings: &Settings,
    rows: &[Body],
    totals: Body,
) -> Body {
    body([
        ("report", json!(report)),
        ("since", json!(since.map(Timestamp::brief))),
        ("until", json!(until.brief())),
        ("timeZone", json!(settings.time_zone)),
        ("rows", rows.iter().cloned().map(Value::Object).collect()),
        ("totals", Value::Object(totals)),
    ])
}
