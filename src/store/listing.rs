//! Lists of orders, however long.

use rusqlite::ToSql;

use super::orders::{SUMMARY_COLUMNS, summary};
use super::search::{Needle, fold};
use super::texts::{Found, newest_key};
use super::values::json_array;
use super::{Read, StoreError};
use crate::domain::order::{Order, OrderSummary};
use crate::domain::product::ProductId;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::domain::user::UserId;

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

impl Default for Sort {
    /// The newest received first.
    fn default() -> Sort {
        Sort { by: SortField::CreatedAt, descending: true }
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderFilter {
    /// Only those in one of these statuses; all where there is none.
    pub statuses: Vec<Status>,
    /// Only those ordered at this time or later.
    pub ordered_from: Option<Timestamp>,
    /// Only those ordered before this time.
    pub ordered_before: Option<Timestamp>,
    /// Only those received at this time or earlier.
    pub received_until: Option<Timestamp>,
    /// Only those that have this text in their reference, name, phone or its digits, or in the catalogue name of an item's
    /// product.
    pub search: Option<String>,
    /// Only those with this product among their items.
    pub product: Option<ProductId>,
    /// Only those of this account.
    pub user: Option<UserId>,
    /// The order of the list.
    pub sort: Sort,
    /// How many at the most; `None`: all.
    pub limit: Option<u64>,
}

/// A condition in SQL with the values that are bound to its names.
#[derive(Default)]
struct Condition {
    terms: Vec<&'static str>,
    values: Vec<(&'static str, Box<dyn ToSql>)>,
}

impl Condition {
    fn and(&mut self, term: &'static str) {
        self.terms.push(term);
    }

    fn bind(&mut self, name: &'static str, value: impl ToSql + 'static) {
        self.values.push((name, Box::new(value)));
    }

    fn sql(&self) -> String {
        if self.terms.is_empty() { String::new() } else { format!("WHERE {}", self.terms.join(" AND ")) }
    }
}

/// How many orders get their items in one query.
const PAGE: usize = 500;
/// How many orders that have what is searched for are looked up by their keys, at the most: their keys are held in memory.
const FEW: usize = 10_000;

impl Read<'_> {
    fn condition(&self, filter: &OrderFilter) -> Result<Condition, StoreError> {
        let mut condition = Condition::default();
        match filter.statuses.as_slice() {
            [] => {}
            // Said this way, the index on status and time gives the newest without sorting.
            [status] => {
                condition.and("o.status = :status");
                condition.bind(":status", *status);
            }
            several => {
                condition.and("o.status IN (SELECT value FROM json_each(:statuses))");
                condition.bind(":statuses", json_array(several.iter().map(|status| status.as_str().to_owned())));
            }
        }
        if let Some(from) = filter.ordered_from {
            condition.and("o.order_date >= :from");
            condition.bind(":from", from);
        }
        if let Some(before) = filter.ordered_before {
            condition.and("o.order_date < :before");
            condition.bind(":before", before);
        }
        if let Some(until) = filter.received_until {
            condition.and("o.created_at <= :received_until");
            condition.bind(":received_until", until);
        }
        if let Some(text) = &filter.search {
            let needle = Needle::of(text);
            let called = json_array(self.products_called(&needle.folded)?);
            match self.orders_with_text(&needle, &called, self.few(filter.limit)?)? {
                Found::These(orders) => {
                    condition.and("o.pk IN (SELECT value FROM json_each(:found))");
                    condition.bind(":found", json_array(orders.iter().map(|order| order.0)));
                }
                Found::Many => {
                    condition.and(
                        "(is_found_in(:needle, o.reference, o.customer_name, o.customer_phone)
                          OR instr(o.customer_phone_digits, :digits) > 0
                          OR o.pk IN (SELECT order_pk FROM order_items
                                      WHERE product_id IN (SELECT value FROM json_each(:called))))",
                    );
                    condition.bind(":called", called);
                    condition.bind(":needle", needle.folded);
                    condition.bind(":digits", needle.digits);
                }
            }
        }
        if let Some(product) = filter.product {
            condition.and("o.pk IN (SELECT order_pk FROM order_items WHERE product_id = :product)");
            condition.bind(":product", product);
        }
        if let Some(user) = filter.user {
            condition.and("o.user_id = :user");
            condition.bind(":user", user);
        }
        Ok(condition)
    }

    /// Returns how many orders are looked up sooner by their keys than found by looking at one after the other until there
    /// are as many as are wanted. Of n orders of which k fit, the one takes k looks, the other n × limit / k shorter ones.
    fn few(&self, limit: Option<u64>) -> Result<usize, StoreError> {
        let all = u64::try_from(newest_key(self.connection)?).unwrap_or_default();
        let few = (limit.unwrap_or(all).min(all) * all).isqrt().div_ceil(2);
        Ok(usize::try_from(few).unwrap_or(usize::MAX).min(FEW))
    }

    /// Finds the products whose name in the catalogue has a folded text in it.
    fn products_called(&self, folded: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT id, name FROM products")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get("name")?;
            if fold(&name).contains(folded) {
                found.push(row.get("id")?);
            }
        }
        Ok(found)
    }

    /// Reads a list of orders whole; without their items unless `with_items`.
    pub fn listed_orders(&self, filter: &OrderFilter, with_items: bool) -> Result<Vec<Order>, StoreError> {
        let mut orders = Vec::new();
        self.each_order(filter, with_items, |order| {
            orders.push(order.clone());
            Ok::<_, StoreError>(())
        })?;
        Ok(orders)
    }

    /// Reads a list of orders one by one, in constant memory; without their items unless `with_items`.
    pub fn each_order<E: From<StoreError>>(
        &self,
        filter: &OrderFilter,
        with_items: bool,
        mut each: impl FnMut(&Order) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut condition = self.condition(filter)?;
        // SQLite takes a negative limit as none.
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        let column = filter.sort.by.column();
        let direction = if filter.sort.descending { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id
             {} ORDER BY o.{column} {direction}, o.pk {direction} LIMIT :limit",
            condition.sql()
        );
        condition.bind(":limit", limit);
        let values: Vec<(&str, &dyn ToSql)> =
            condition.values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
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
