//! Reports, made once as a [`Sheet`] for people, which text and HTML both show, and as bodies for programs.
//!
//! | file | what it makes |
//! |---|---|
//! | [`sales`], [`pending`], [`stock`] | a report: its sheet, and its rows and totals as bodies |
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
use super::zone::minute_with_zone;
use crate::domain::report::Sums;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::spool::{Spool, SpoolError};

/// A report in every form but its looks.
#[derive(Debug)]
pub struct Report {
    /// For people.
    pub sheet: Sheet,
    /// Its rows for programs.
    pub rows: Spool<Body>,
    /// The keys of a row, in order.
    pub keys: &'static [&'static str],
    /// All but the rows for programs, with a place for them.
    head: Body,
    /// Whether there is nothing to report.
    pub is_empty: bool,
}

impl Report {
    /// Puts the whole of it for programs, piece by piece.
    pub fn put_json<E: From<SpoolError>>(&mut self, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let mut before = "{";
        for (key, value) in &self.head {
            put(&format!("{before}{}:", Value::from(key.as_str())))?;
            before = ",";
            if key != "rows" {
                put(&value.to_string())?;
                continue;
            }
            let mut before = "[";
            self.rows.each(|row| {
                put(&format!("{before}{}", Value::Object(row)))?;
                before = ",";
                Ok::<_, E>(())
            })?;
            put(if before == "[" { "[]" } else { "]" })?;
        }
        put("}\n")
    }
}

/// A report as people read it.
#[derive(Debug)]
pub struct Sheet {
    /// What it is: `Sales by day`.
    pub title: String,
    /// Of when, in which zone, of which shop.
    pub about: Vec<String>,
    /// Its tables; those without rows are left out.
    pub sections: Vec<Section>,
    /// What is said where no table has rows.
    pub nothing: &'static str,
    /// What must be known to read it.
    pub remarks: Vec<String>,
}

impl Sheet {
    fn filled_sections(&mut self) -> Vec<&mut Section> {
        self.sections.iter_mut().filter(|section| !section.rows.is_empty()).collect()
    }
}

/// One table of a sheet.
#[derive(Debug, Default)]
pub struct Section {
    /// What it is about, where there are several.
    pub heading: Option<&'static str>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Spool<Vec<String>>,
    /// What they add up to.
    pub total: Option<Vec<String>>,
    /// A bar for each row; none where there are no bars.
    pub bars: Vec<Bar>,
    /// How many of them a chart shows, the first ones; all, unless it is said.
    pub bars_charted: Option<usize>,
}

/// The bar of a row.
#[derive(Debug, Clone)]
pub struct Bar {
    /// A short name for it.
    pub name: String,
    /// How much it is, in words.
    pub amount: String,
    /// How long it is, in any unit.
    pub length: i64,
}

/// Says that a report is of now.
fn as_of(now: Timestamp, settings: &Settings) -> String {
    format!("as of {}, time zone {}", minute_with_zone(now, settings.zone()), settings.time_zone)
}

/// Says whose report this is, and in which currency, where that is known.
fn shop_line(settings: &Settings, sums: Option<&Sums>) -> Option<String> {
    let currency = sums.and_then(|sums| sums.currency(settings).ok().flatten());
    let amounts = currency.map(|currency| format!("amounts in {currency}"));
    let words: Vec<String> = settings.shop_name.clone().into_iter().chain(amounts).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Says that amounts of several currencies were added up, where they were.
fn mixed_remark(settings: &Settings, sums: &Sums) -> Option<String> {
    let currencies = sums.currency(settings).err()?;
    Some(format!("totals add up {} as if they were one currency", currencies.join(" and ")))
}

/// Returns the totals of orders.
fn totals(settings: &Settings, sums: &Sums) -> Body {
    body([
        ("orders", json!(sums.orders)),
        ("itemCount", json!(sums.pieces)),
        ("total", json!(sums.total.to_string())),
        ("currency", json!(sums.currency(settings).ok().flatten())),
    ])
}

/// Makes what every report has around its rows.
fn head(report: &str, since: Option<Timestamp>, until: Timestamp, settings: &Settings, totals: Body) -> Body {
    body([
        ("report", json!(report)),
        ("since", json!(since.map(Timestamp::brief))),
        ("until", json!(until.brief())),
        ("timeZone", json!(settings.time_zone)),
        ("rows", Value::Null),
        ("totals", Value::Object(totals)),
    ])
}
