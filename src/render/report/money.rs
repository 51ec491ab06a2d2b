//! The report of money.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::rows::{RowForm, Rows};
use super::{BodyList, Report, Section, Sheet, age, dates, head, shop_line};
use crate::domain::money::Balance;
use crate::domain::payment::Method;
use crate::domain::report::money::{Flow, MoneyGrouping, MovedPayment, Outstanding, OutstandingOrder};
use crate::domain::report::sales::Window;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::render::json::{Body, body};
use crate::render::table::Column;
use crate::render::zone::minute;
use crate::spool::{Spool, SpoolError};

/// The keys of an order in a list, in order.
pub(in crate::render) const ORDER_KEYS: &[&str] = &[
    "orderReference",
    "customerName",
    "customerPhone",
    "status",
    "grandTotal",
    "paid",
    "due",
    "since",
    "waitingSeconds",
];

/// The keys of the report, in order.
pub(in crate::render) const KEYS: &[&str] =
    &["report", "since", "until", "timeZone", "rows", "totals", "by", "withCouriers", "owed", "unpaid"];

/// The report, built row by row.
#[derive(Debug)]
pub struct Money {
    window: Window,
    by: MoneyGrouping,
    now: Timestamp,
    settings: Settings,
    table: Section,
    rows: Rows,
    totals: Flow,
    lists: Vec<List>,
}

/// A list of orders.
#[derive(Debug)]
struct List {
    which: Outstanding,
    table: Section,
    rows: Spool<Body>,
    due: Balance,
}

impl List {
    fn new(which: Outstanding) -> List {
        let heading = match which {
            Outstanding::WithCouriers => "With couriers: cash on delivery of orders that left the shop",
            Outstanding::Owed => "Owed to customers",
            Outstanding::Unpaid => "Not paid in full",
        };
        let columns = vec![
            Column::reference("REFERENCE"),
            Column::new("STATUS").rank(2),
            Column::new("SINCE").number(),
            Column::new("CUSTOMER").shrinks_to(8).rank(1),
            Column::new("PHONE").rank(3),
            Column::new("PAID").number().rank(4),
            Column::new(if which == Outstanding::Owed { "OWED" } else { "DUE" }).number(),
        ];
        let table = Section { heading: Some(heading), columns, ..Section::default() };
        List { which, table, rows: Spool::default(), due: Balance::ZERO }
    }

    /// Returns a balance as the list shows it: without a sign if it is owed to the customer.
    fn shown(&self, due: Balance) -> Balance {
        if self.which == Outstanding::Owed { due.negated() } else { due }
    }

    fn add(&mut self, waiting: &OutstandingOrder, now: Timestamp) -> Result<(), SpoolError> {
        let (order, waited) = (&waiting.order, waiting.waited(now));
        self.due = self.due.plus(waiting.due());
        self.rows.push(&body([
            ("orderReference", json!(order.reference.as_str())),
            ("customerName", json!(order.customer.name)),
            ("customerPhone", json!(order.customer.phone)),
            ("status", json!(order.status.as_str())),
            ("grandTotal", json!(order.grand_total().to_string())),
            ("paid", json!(waiting.paid().to_string())),
            ("due", json!(waiting.due().to_string())),
            ("since", json!(waiting.since.to_string())),
            ("waitingSeconds", json!(waited.num_seconds())),
        ]))?;
        self.table.rows.push(&vec![
            order.reference.to_string(),
            order.status.to_string(),
            age(waited),
            order.customer.name.clone(),
            order.customer.phone.clone(),
            waiting.paid().to_string(),
            self.shown(waiting.due()).to_string(),
        ])
    }
}

impl Money {
    /// Starts without money.
    pub fn new(window: Window, by: MoneyGrouping, now: Timestamp, settings: Settings, form: RowForm) -> Money {
        let mut columns = match by {
            MoneyGrouping::Method => vec![Column::new("METHOD")],
            MoneyGrouping::Day => vec![Column::new("DAY")],
            MoneyGrouping::Payment => vec![
                Column::new("PAID AT"),
                Column::reference("ORDER"),
                Column::new("METHOD").rank(1),
                Column::new("RECEIPT").shrinks_to(7).rank(2),
            ],
        };
        columns.extend(["IN", "OUT"].map(|title| Column::new(title).number()));
        columns.push(Column::new("NET").number().rank(3));
        columns.extend((by != MoneyGrouping::Payment).then(|| Column::new("PAYMENTS").number()));
        let table = Section { columns, ..Section::default() };
        let keys: &'static [&'static str] = match by {
            MoneyGrouping::Method => &["method", "in", "out", "net", "payments"],
            MoneyGrouping::Day => &["day", "in", "out", "net", "payments"],
            MoneyGrouping::Payment => {
                &["payment", "in", "out", "net", "payments", "orderReference", "paidAt", "method", "receipt"]
            }
        };
        let (rows, lists) = (Rows::new(form, keys), Outstanding::ALL.map(List::new).into());
        Money { window, by, now, settings, table, rows, totals: Flow::default(), lists }
    }

    /// Adds what moved by a method.
    pub fn add_method(&mut self, method: &Method, flow: Flow) -> Result<(), SpoolError> {
        self.add(vec![method.to_string()], ("method", json!(method.as_str())), flow, [])
    }

    /// Adds what moved on a day.
    pub fn add_day(&mut self, day: NaiveDate, flow: Flow) -> Result<(), SpoolError> {
        self.add(vec![day.format("%Y-%m-%d %a").to_string()], ("day", json!(day.to_string())), flow, [])
    }

    /// Adds a payment.
    pub fn add_payment(&mut self, payment: &MovedPayment) -> Result<(), SpoolError> {
        let MovedPayment { reference, number, paid_at, method, receipt, flow } = payment;
        let named = vec![
            minute(*paid_at, self.settings.zone()),
            reference.to_string(),
            method.to_string(),
            receipt.clone().unwrap_or_default(),
        ];
        let more = [
            ("orderReference", json!(reference.as_str())),
            ("paidAt", json!(paid_at.brief())),
            ("method", json!(method.as_str())),
            ("receipt", json!(receipt)),
        ];
        self.add(named, ("payment", json!(number)), *flow, more)
    }

    fn add<const N: usize>(
        &mut self,
        mut row: Vec<String>,
        key: (&str, Value),
        flow: Flow,
        more: [(&str, Value); N],
    ) -> Result<(), SpoolError> {
        self.totals.add(flow);
        self.rows.push(|| body([key]).into_iter().chain(sums(flow)).chain(body(more)).collect())?;
        row.extend(self.cells(flow));
        self.table.rows.push(&row)
    }

    fn cells(&self, flow: Flow) -> Vec<String> {
        let mut cells = [flow.paid_in, flow.paid_out, flow.net()].map(|amount| amount.to_string()).to_vec();
        cells.extend((self.by != MoneyGrouping::Payment).then(|| flow.payments.to_string()));
        cells
    }

    /// Adds an order to a list.
    pub fn add_waiting(&mut self, which: Outstanding, waiting: &OutstandingOrder) -> Result<(), SpoolError> {
        let now = self.now;
        self.lists.iter_mut().filter(|list| list.which == which).try_for_each(|list| list.add(waiting, now))
    }

    /// Makes the report of a shop that has recorded payments, or never did.
    pub fn report(mut self, has_payments: bool) -> Report {
        let mut head = head("money", Some(self.window.from), self.window.last(), &self.settings, sums(self.totals));
        head.insert("by".to_owned(), json!(self.by.as_str()));
        let mut about = vec![format!("{}, time zone {}", dates(self.window, &self.settings), self.settings.time_zone)];
        about.extend(shop_line(&self.settings, None));
        let blank = self.table.columns.len() - self.cells(self.totals).len() - 1;
        let total = std::iter::once("All".to_owned()).chain(std::iter::repeat_n(String::new(), blank));
        self.table.total = Some(total.chain(self.cells(self.totals)).collect());
        let is_empty = self.rows.is_empty() && self.lists.iter().all(|list| list.rows.is_empty());
        let (mut sections, mut lists) = (vec![self.table], Vec::new());
        for mut list in self.lists {
            head.insert(list.which.key().to_owned(), Value::Null);
            let due = list.shown(list.due).to_string();
            list.table.total = Some(["All", "", "", "", "", "", &due].map(str::to_owned).to_vec());
            sections.push(list.table);
            lists.push(BodyList { name: list.which.key(), keys: ORDER_KEYS, bodies: list.rows });
        }
        let sheet = Sheet {
            title: format!("Money by {}", self.by.as_str()),
            about,
            sections,
            nothing: match has_payments {
                true => "no money moved, and nothing is due",
                // What is not recorded is not known.
                false => "no payment was ever recorded: orders pay REF AMOUNT METHOD records one",
            },
            footnotes: Vec::new(),
        };
        let zone = self.settings.zone();
        Report { sheet, zone, rows: self.rows, lists, head, is_empty }
    }
}

fn sums(flow: Flow) -> Body {
    body([
        ("in", json!(flow.paid_in.to_string())),
        ("out", json!(flow.paid_out.to_string())),
        ("net", json!(flow.net().to_string())),
        ("payments", json!(flow.payments)),
    ])
}
