//! Lists of orders, however long.

use rusqlite::ToSql;

use super::orders::{SUMMARY_COLUMNS, summary};
use super::{Read, StoreError};
use crate::domain::order::{Order, OrderSummary};
use crate::domain::status::Status;

/// What orders are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortField {
    /// When the program received it.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// When the customer ordered.
    OrderDate,
    /// The reference, without regard to case.
    Reference,
    /// The customer's name.
    CustomerName,
    /// The customer's phone.
    CustomerPhone,
    /// The status, by its word.
    Status,
    /// The total.
    Total,
    /// The sum of the quantities.
    ItemCount,
}

impl SortField {
    fn column(self) -> &'static str {
        match self {
            SortField::CreatedAt => "created_at",
            SortField::UpdatedAt => "updated_at",
            SortField::OrderDate => "order_date",
            SortField::Reference => "reference",
            SortField::CustomerName => "customer_name",
            SortField::CustomerPhone => "customer_phone",
            SortField::Status => "status",
            SortField::Total => "total",
            SortField::ItemCount => "item_count",
        }
    }
}

/// How orders are sorted; among equals the order of arrival goes the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortField,
    /// Largest or newest first.
    pub descending: bool,
}

/// Which orders are listed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFilter {
    /// Only those in one of these statuses; all where there is none.
    pub statuses: Vec<Status>,
    /// The order of the list.
    pub sort: Sort,
    /// How many at the most; `None`: all.
    pub limit: Option<u64>,
}

/// How many orders get their items in one query.
const PAGE: usize = 500;

impl Read<'_> {
    /// Reads a list of orders one by one, in constant memory; without their items unless `with_items`.
    pub fn each_order<E: From<StoreError>>(
        &self,
        filter: &OrderFilter,
        with_items: bool,
        mut each: impl FnMut(&Order) -> Result<(), E>,
    ) -> Result<(), E> {
        let names: Vec<String> = (0..filter.statuses.len()).map(|index| format!(":status{index}")).collect();
        let condition =
            if names.is_empty() { String::new() } else { format!("WHERE o.status IN ({})", names.join(", ")) };
        let column = filter.sort.by.column();
        let direction = if filter.sort.descending { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id
             {condition} ORDER BY o.{column} {direction}, o.pk {direction} LIMIT :limit"
        );
        // SQLite takes a negative limit as none.
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        let mut values: Vec<(&str, &dyn ToSql)> = vec![(":limit", &limit)];
        for (name, status) in names.iter().zip(&filter.statuses) {
            values.push((name, status));
        }
        let mut statement = self.connection.prepare_cached(&sql).map_err(StoreError::from)?;
        let mut rows = statement.query(values.as_slice()).map_err(StoreError::from)?;
        let mut page: Vec<OrderSummary> = Vec::with_capacity(PAGE);
        loop {
            let row = rows.next().map_err(StoreError::from)?;
            let is_end = row.is_none();
            if let Some(row) = row {
                page.push(summary(row).map_err(StoreError::from)?);
            }
            if is_end || page.len() == PAGE {
                let summaries = std::mem::take(&mut page);
                let orders = if with_items {
                    self.with_items(summaries)?
                } else {
                    summaries.into_iter().map(|summary| Order { summary, items: Vec::new() }).collect()
                };
                orders.iter().try_for_each(&mut each)?;
            }
            if is_end {
                return Ok(());
            }
        }
    }
}
