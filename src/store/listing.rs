//! Long lists in pages, so that a slow reader holds neither memory nor the file.

use rusqlite::types::Value;
use rusqlite::{Row, ToSql};

use super::orders::{SUMMARY_COLUMNS, summary};
use super::{Read, Store, StoreError};
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

/// How many orders are read at a time.
const PAGE: u64 = 500;

/// A list of orders, page by page.
#[derive(Debug)]
pub struct OrderPages<'s> {
    store: &'s Store,
    filter: OrderFilter,
    with_items: bool,
    /// The sort value and key of the last order that was read.
    after: Option<(Value, i64)>,
    left: Option<u64>,
    is_done: bool,
}

impl Store {
    /// Starts a list of orders.
    pub fn list_orders(&self, filter: OrderFilter, with_items: bool) -> OrderPages<'_> {
        let left = filter.limit;
        OrderPages {
            store: self,
            filter,
            with_items,
            after: None,
            left,
            is_done: false,
        }
    }
}

impl OrderPages<'_> {
    /// Reads the next orders, none at the end; without their items unless the list was started with them.
    pub fn next_page(&mut self) -> Result<Vec<Order>, StoreError> {
        let size = self.left.map_or(PAGE, |left| left.min(PAGE));
        if self.is_done || size == 0 {
            return Ok(Vec::new());
        }
        let (after, orders) = self.store.read(|read| {
            let rows = read.page(&self.filter, self.after.as_ref(), size)?;
            let after = rows
                .last()
                .map(|(value, summary)| (value.clone(), summary.pk.0));
            let summaries: Vec<OrderSummary> =
                rows.into_iter().map(|(_, summary)| summary).collect();
            let orders = if self.with_items {
                read.with_items(summaries)?
            } else {
                summaries
                    .into_iter()
                    .map(|summary| Order {
                        summary,
                        items: Vec::new(),
                    })
                    .collect()
            };
            Ok::<_, StoreError>((after, orders))
        })?;
        let count = orders.len() as u64;
        self.is_done = count < size;
        self.left = self.left.map(|left| left - count);
        self.after = after;
        Ok(orders)
    }
}

impl Read<'_> {
    fn page(
        &self,
        filter: &OrderFilter,
        after: Option<&(Value, i64)>,
        size: u64,
    ) -> Result<Vec<(Value, OrderSummary)>, StoreError> {
        let column = filter.sort.by.column();
        let (comparison, direction) = if filter.sort.descending {
            ("<", "DESC")
        } else {
            (">", "ASC")
        };
        let mut conditions = Vec::new();
        let mut values: Vec<(String, &dyn ToSql)> = Vec::new();
        if !filter.statuses.is_empty() {
            let names: Vec<_> = (0..filter.statuses.len())
                .map(|index| format!(":status{index}"))
                .collect();
            conditions.push(format!("o.status IN ({})", names.join(", ")));
            for (name, status) in names.into_iter().zip(&filter.statuses) {
                values.push((name, status));
            }
        }
        if let Some((value, pk)) = after {
            conditions.push(format!(
                "(o.{column}, o.pk) {comparison} (:after, :after_pk)"
            ));
            values.push((":after".to_owned(), value));
            values.push((":after_pk".to_owned(), pk));
        }
        let condition = if conditions.is_empty() {
            String::new()
        } else {
            format!("WHERE {}", conditions.join(" AND "))
        };
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        values.push((":size".to_owned(), &size));
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS}, o.{column} AS sort_value
             FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id
             {condition} ORDER BY o.{column} {direction}, o.pk {direction} LIMIT :size"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let values: Vec<(&str, &dyn ToSql)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        let row = |row: &Row<'_>| Ok((row.get("sort_value")?, summary(row)?));
        Ok(statement
            .query_map(values.as_slice(), row)?
            .collect::<Result<_, _>>()?)
    }
}
