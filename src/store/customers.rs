//! Customers: the orders of each number, and the remarks on it.

use std::collections::HashMap;

use rusqlite::{Row, ToSql, named_params};

use super::due::grand_total;
use super::error::StoreError;
use super::order_filter::{ALL_ORDERS, MOST_KEYS, ONLY_ORDERS, OrderFilter};
use super::search::Needle;
use super::status_sets::stockless_statuses;
use super::transaction::{Audit, Read, Write};
use super::values::{InOrder, json_array, limit};
use crate::domain::customer::{CustomerRecord, CustomerSummary};
use crate::domain::customer_remarks::{Block, Remarks};
use crate::domain::order::OrderSummary;
use crate::domain::time::Timestamp;

/// What customers are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerSort {
    /// The phone, by the digits of the number in full.
    Phone,
    /// The name of the last order.
    Name,
    /// How many orders there are.
    OrderCount,
    /// The pieces kept.
    BoughtPieces,
    /// What the pieces kept cost.
    BoughtTotal,
    /// The date of the last order.
    LastOrder,
    /// What is due.
    Due,
}

impl CustomerSort {
    fn column(self) -> &'static str {
        match self {
            CustomerSort::Phone => "number",
            CustomerSort::Name => "name",
            CustomerSort::OrderCount => "order_count",
            CustomerSort::BoughtPieces => "bought_pieces",
            CustomerSort::BoughtTotal => "bought_total",
            CustomerSort::LastOrder => "last_order",
            CustomerSort::Due => "due",
        }
    }
}

/// Which customers are listed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Only those with this text in a name, a phone or its digits.
    pub search: Option<String>,
    /// The column that they are sorted by.
    pub sort: CustomerSort,
    /// Largest or latest first.
    pub descending: bool,
    /// At most this many customers; `None`: all.
    pub limit: Option<u64>,
}

/// At most this many names of a customer are loaded, and as many addresses.
const MOST_SPELLINGS: u32 = 100;

/// How the orders of a list are grouped. Going through the index of numbers would read every order from another page:
/// sorting the orders takes less than half the time.
const GROUPED_BY_SORTING: &str = "+customer_phone_digits";
/// How a few orders are grouped: by the index.
const GROUPED_BY_INDEX: &str = "customer_phone_digits";

/// Selects customers: `of_orders` is a condition on orders, `of_rows` one on rows of `customers`. Name and phone are those of the
/// newest order, as SQLite takes other columns from the row of a MAX.
fn customers(of_orders: &str, grouped: &str, of_rows: &str) -> String {
    let (grand_total, stockless) = (grand_total!(), stockless_statuses!());
    format!(
        "SELECT k.number, k.phone, k.name, k.order_count, k.bought_pieces, k.bought_total, k.last_order, k.due,
                said.note, said.blocked_at, said.blocked_note
         FROM (SELECT customer_phone_digits AS number, customer_phone AS phone, customer_name AS name,
                      COUNT(*) AS order_count, MAX(order_date) AS last_order,
                      SUM(CASE WHEN status IN {stockless} THEN 0 ELSE item_count - coalesce(
                          (SELECT SUM(quantity) FROM order_returns WHERE order_pk = o.pk), 0) END) AS bought_pieces,
                      SUM(CASE WHEN status IN {stockless} THEN 0 ELSE {grand_total} END) AS bought_total,
                      SUM(CASE WHEN paid IS NOT NULL OR cod THEN {grand_total} - coalesce(paid, 0) END) AS due
               FROM orders AS o WHERE customer_phone_digits <> '' AND {of_orders} GROUP BY {grouped}) AS k
         LEFT JOIN customers AS said ON said.phone_digits = k.number
         UNION ALL
         SELECT phone_digits, phone, NULL, 0, 0, 0, NULL, NULL, note, blocked_at, blocked_note FROM customers AS said
         WHERE {of_rows} AND NOT EXISTS (SELECT 1 FROM orders WHERE customer_phone_digits = said.phone_digits)"
    )
}

/// Reads a customer in the order of these columns.
fn customer(row: &Row<'_>) -> rusqlite::Result<CustomerSummary> {
    let mut row = InOrder::of(row);
    Ok(CustomerSummary {
        number: row.take()?,
        phone: row.take()?,
        name: row.take()?,
        order_count: row.take()?,
        bought_pieces: row.take()?,
        bought_total: row.take()?,
        last_order: row.take()?,
        due: row.take()?,
        remarks: remarks(row.take()?, row.take()?, row.take()?),
    })
}

/// Reads the remarks on a customer, by the names of the columns.
pub(super) fn remarks_in(row: &Row<'_>) -> rusqlite::Result<Remarks> {
    Ok(remarks(row.get("note")?, row.get("blocked_at")?, row.get("blocked_note")?))
}

fn remarks(note: Option<String>, blocked_at: Option<Timestamp>, blocked_note: Option<String>) -> Remarks {
    Remarks { note, block: blocked_at.map(|since| Block { since, note: blocked_note }) }
}

impl Read<'_> {
    /// Reads a list of customers one by one, in constant memory if SQLite sorts in files.
    pub fn each_customer<E: From<StoreError>>(
        &self,
        filter: &CustomerFilter,
        mut each: impl FnMut(CustomerSummary) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut values: Vec<(&'static str, Box<dyn ToSql>)> = Vec::new();
        let (mut of_orders, mut of_rows, mut grouped) = ("TRUE".to_owned(), "TRUE", GROUPED_BY_SORTING);
        if let Some(text) = &filter.search {
            let Some(needle) = Needle::of(text, self.country_code()?.as_deref()) else { return Ok(()) };
            let candidates = self.candidates(&needle, MOST_KEYS, None)?;
            let orders = if candidates.is_some() { ONLY_ORDERS } else { ALL_ORDERS };
            of_orders = format!(
                "customer_phone_digits IN (SELECT o.customer_phone_digits FROM {orders}
                     WHERE is_found_in(:needle, o.customer_name, o.customer_phone)
                        OR instr(o.customer_phone_digits, :digits) > 0 OR instr(o.customer_phone_digits, :number) > 0)"
            );
            grouped = GROUPED_BY_INDEX;
            of_rows = "(is_found_in(:needle, said.phone) OR instr(said.phone_digits, :digits) > 0
                        OR instr(said.phone_digits, :number) > 0)";
            if let Some(candidates) = candidates {
                values.push((":only", Box::new(json_array(candidates.into_iter().map(|order| order.0)))));
            }
            values.push((":needle", Box::new(needle.folded)));
            values.push((":digits", Box::new(needle.digits)));
            values.push((":number", Box::new(needle.number)));
        }
        values.push((":limit", Box::new(limit(filter.limit))));
        let (column, direction) = (filter.sort.column(), if filter.descending { "DESC" } else { "ASC" });
        let customers = customers(&of_orders, grouped, of_rows);
        let sql = format!("SELECT * FROM ({customers}) ORDER BY {column} {direction}, number LIMIT :limit");
        let values: Vec<(&str, &dyn ToSql)> = values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        self.each(&sql, values.as_slice(), |row| each(customer(row).map_err(StoreError::from)?))
    }

    /// Loads the customer of a number in full, if it has orders or remarks.
    pub fn customer(&self, number: &str) -> Result<Option<CustomerSummary>, StoreError> {
        let sql = customers("customer_phone_digits = :number", GROUPED_BY_INDEX, "phone_digits = :number");
        self.first(&sql, named_params! {":number": number}, customer)
    }

    /// Loads what the orders of a customer say, with up to `most` of the newest orders, and of what came back.
    pub fn customer_record(&self, summary: CustomerSummary, most: u64) -> Result<CustomerRecord, StoreError> {
        let spellings = |column: &'static str| -> Result<Vec<String>, StoreError> {
            let sql = format!(
                "SELECT {column} FROM orders WHERE customer_phone_digits = :number AND {column} IS NOT NULL
                 GROUP BY {column} ORDER BY MAX(order_date) DESC LIMIT :most"
            );
            self.rows(&sql, named_params! {":number": summary.number, ":most": MOST_SPELLINGS}, |row| row.get(0))
        };
        let (names, addresses) = (spellings("customer_name")?, spellings("customer_address")?);
        let filter =
            OrderFilter { phone_digits: Some(summary.number.clone()), limit: Some(most), ..OrderFilter::default() };
        let orders = self.listed_orders(&filter, false)?.into_iter().map(|order| order.summary).collect();
        let returns = self.returns_of_customer(&summary.number, most)?;
        Ok(CustomerRecord { summary, names, addresses, orders, returns })
    }

    /// Loads the remarks on the customers of orders, by their numbers.
    pub(super) fn remarks_of(&self, orders: &[OrderSummary]) -> Result<HashMap<String, Remarks>, StoreError> {
        let sql = "SELECT phone_digits, note, blocked_at, blocked_note FROM customers
             WHERE phone_digits IN (SELECT value FROM json_each(:numbers))";
        let numbers = json_array(orders.iter().map(|order| order.number.as_str()));
        let rows = self
            .rows(sql, named_params! {":numbers": numbers}, |row| Ok((row.get("phone_digits")?, remarks_in(row)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// Returns whether any customer is blocked.
    pub(super) fn blocks_anybody(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM customers WHERE blocked_at IS NOT NULL)";
        self.row(sql, [], |row| row.get(0))
    }

    /// Finds numbers that begin with these digits, each with the name of an order: a few, for completion.
    pub fn numbers_like(&self, digits: &str, most: usize) -> Result<Vec<(String, String)>, StoreError> {
        self.rows(
            "SELECT customer_phone_digits, customer_name FROM orders
             WHERE customer_phone_digits > '' AND customer_phone_digits >= :digits AND customer_phone_digits < :digits || ':'
             GROUP BY customer_phone_digits LIMIT :most",
            named_params! {":digits": digits, ":most": limit(Some(most))},
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

impl Write<'_> {
    /// Records the remarks on a number; empty ones remove its row.
    pub fn record_remarks(
        &self,
        number: &str,
        phone: &str,
        remarks: &Remarks,
        audit: &Audit,
    ) -> Result<(), StoreError> {
        if remarks.is_empty() {
            let sql = "DELETE FROM customers WHERE phone_digits = :number";
            return self.execute(sql, named_params! {":number": number});
        }
        self.execute(
            "INSERT INTO customers (phone_digits, phone, note, blocked_at, blocked_note, updated_at, updated_by)
             VALUES (:number, :phone, :note, :blocked_at, :blocked_note, :at, :actor)
             ON CONFLICT (phone_digits) DO UPDATE SET phone = excluded.phone, note = excluded.note,
                 blocked_at = excluded.blocked_at, blocked_note = excluded.blocked_note,
                 updated_at = excluded.updated_at, updated_by = excluded.updated_by",
            named_params! {
                ":number": number,
                ":phone": phone,
                ":note": remarks.note,
                ":blocked_at": remarks.block.as_ref().map(|block| block.since),
                ":blocked_note": remarks.block.as_ref().and_then(|block| block.note.as_deref()),
                ":at": self.time,
                ":actor": audit.actor,
            },
        )
    }
}
