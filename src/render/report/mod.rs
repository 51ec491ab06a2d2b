//! Reports: a [`Sheet`] for people, shown as text or HTML, and bodies for programs.
//!
//! | file | what it makes |
//! |---|---|
//! | `sales`, `money`, `pending`, `stock` | a report: its sheet, and its rows and totals as bodies |
//! | `rows` | the rows for programs, in the form in which they are printed |
//! | `text` | a sheet as plain text, always 78 columns wide |
//! | `html`, `chart` | a sheet as one page; its bars as SVG |

mod chart;
pub mod html;
pub mod money;
pub mod pending;
pub mod rows;
pub mod sales;
pub mod stock;
pub mod text;

use chrono::Duration;
use serde_json::{Value, json};

use self::rows::Rows;
use super::json::{Body, body};
use super::table::Column;
use super::workbook::Workbook;
use super::zone::{minute, minute_with_zone};
use crate::domain::calendar::{day_of, day_start};
use crate::domain::report::Sums;
use crate::domain::report::sales::Window;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::spool::{Spool, SpoolError};

/// A report before it is laid out.
#[derive(Debug)]
pub struct Report {
    /// The report for people.
    pub sheet: Sheet,
    /// The shop's zone.
    pub zone: Zone,
    /// The rows for programs.
    pub rows: Rows,
    /// The further lists for programs, with their keys in the body.
    lists: Vec<BodyList>,
    /// The body for programs; its `rows` and further lists are empty.
    head: Body,
    /// Whether there is nothing to report.
    pub is_empty: bool,
}

/// A further list of a report, for programs.
#[derive(Debug)]
struct BodyList {
    /// Its key in the body.
    name: &'static str,
    /// The keys of a row, in order.
    keys: &'static [&'static str],
    bodies: Spool<Body>,
}

impl Report {
    /// Writes the body for programs, piece by piece.
    pub fn put_json<E: From<SpoolError>>(&mut self, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let mut before = "{";
        for (key, value) in &self.head {
            put(&format!("{before}{}:", Value::from(key.as_str())))?;
            before = ",";
            let list = match key.as_str() {
                "rows" => Some(&mut self.rows.bodies),
                key => self.lists.iter_mut().find(|list| list.name == key).map(|list| &mut list.bodies),
            };
            match list {
                Some(list) => put_list(list, put)?,
                None => put(&value.to_string())?,
            }
        }
        put("}\n")
    }

    /// Makes a workbook: a sheet of the rows, one of each further list, and one of the totals.
    ///
    /// # Errors
    /// The temporary folder is full or cannot be written.
    pub fn workbook(&mut self) -> Result<Workbook, SpoolError> {
        let mut workbook = Workbook::new(self.zone)?;
        let rows = std::iter::once(("rows", self.rows.keys(), &mut self.rows.bodies));
        let lists = self.lists.iter_mut().map(|list| (list.name, list.keys, &mut list.bodies));
        for (name, keys, list) in rows.chain(lists) {
            workbook.begin_sheet(name, keys)?;
            list.each(|row| workbook.put(&row))?;
        }
        let totals = self.head.iter().flat_map(|(key, value)| match value {
            Value::Object(totals) => totals.clone(),
            value => Body::from_iter([(key.clone(), value.clone())]),
        });
        let is_list = |key: &str| key == "rows" || self.lists.iter().any(|list| list.name == key);
        let totals: Body = totals.filter(|(key, _)| !is_list(key)).collect();
        workbook.begin_sheet("totals", &totals.keys().collect::<Vec<_>>())?;
        workbook.put(&totals)?;
        Ok(workbook)
    }
}

/// Writes a list of bodies, piece by piece.
pub(in crate::render) fn put_list<E: From<SpoolError>>(
    list: &mut Spool<Body>,
    put: &mut impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut before = "[";
    list.each_json(|row| {
        put(before)?;
        before = ",";
        put(row)
    })?;
    put(if before == "[" { "[]" } else { "]" })
}

/// A report for people.
#[derive(Debug)]
pub struct Sheet {
    /// The title: `Sales by day`.
    pub title: String,
    /// Time, zone, shop and currency.
    pub about: Vec<String>,
    /// The tables; those without rows are left out.
    pub sections: Vec<Section>,
    /// The sentence to show if no table has rows.
    pub nothing: &'static str,
    /// Notes below the tables.
    pub footnotes: Vec<String>,
}

impl Sheet {
    fn filled_sections(&mut self) -> Vec<&mut Section> {
        self.sections.iter_mut().filter(|section| !section.rows.is_empty()).collect()
    }
}

/// One table of a sheet.
#[derive(Debug, Default)]
pub struct Section {
    /// The heading, if there are several tables.
    pub heading: Option<&'static str>,
    /// The columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Spool<Vec<String>>,
    /// The sums of the rows.
    pub total: Option<Vec<String>>,
    /// A bar for each row, or none at all.
    pub bars: Vec<Bar>,
    /// How many bars a chart shows, counted from the first; `None` means all.
    pub bars_charted: Option<usize>,
}

/// The bar of a row.
#[derive(Debug, Clone)]
pub struct Bar {
    /// A short name for it.
    pub name: String,
    /// The amount as text.
    pub amount: String,
    /// Its length, in any unit.
    pub length: i64,
}

/// Says when a report was made.
pub(in crate::render) fn as_of(now: Timestamp, settings: &Settings) -> String {
    format!("as of {}, time zone {}", minute_with_zone(now, settings.zone()), settings.time_zone)
}

/// Names the shop and the currency, if known.
pub(in crate::render) fn shop_line(settings: &Settings, sums: Option<&Sums>) -> Option<String> {
    let currency = sums.and_then(|sums| sums.currency(settings).ok().flatten());
    let amounts = currency.map(|currency| format!("amounts in {currency}"));
    let words: Vec<String> = settings.shop_name.clone().into_iter().chain(amounts).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Says that the totals add up several currencies, if they do.
fn mixed_footnote(settings: &Settings, sums: &Sums) -> Option<String> {
    let currencies = sums.currency(settings).err()?;
    Some(format!("totals add up {} as if they were one currency", currencies.join(" and ")))
}

/// Returns the totals for programs.
fn totals(settings: &Settings, sums: &Sums) -> Body {
    body([
        ("orders", json!(sums.orders)),
        ("itemCount", json!(sums.pieces)),
        ("total", json!(sums.total.to_string())),
        ("currency", json!(sums.currency(settings).ok().flatten())),
    ])
}

/// Makes the part of a body that all reports share.
pub(in crate::render) fn head(
    report: &str,
    since: Option<Timestamp>,
    until: Timestamp,
    settings: &Settings,
    totals: Body,
) -> Body {
    body([
        ("report", json!(report)),
        ("since", json!(since.map(Timestamp::brief))),
        ("until", json!(until.brief())),
        ("timeZone", json!(settings.time_zone)),
        ("rows", Value::Null),
        ("totals", Value::Object(totals)),
    ])
}

/// Names a window by its days if it has whole days, else by the minute.
fn dates(window: Window, settings: &Settings) -> String {
    let zone = settings.zone();
    let is_midnight = |time| day_start(day_of(time, &zone), &zone) == time;
    if is_midnight(window.from) && is_midnight(window.before) {
        format!("{} to {}", day_of(window.from, &zone), day_of(window.last(), &zone))
    } else {
        format!("{} to {}", minute(window.from, zone), minute(window.last(), zone))
    }
}

/// Renders a duration: `2d 21h`, `15h 3m`, `40m`.
pub(crate) fn age(waited: Duration) -> String {
    let (days, hours, minutes) = (waited.num_days(), waited.num_hours() % 24, waited.num_minutes() % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m"),
        (0, _) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}
