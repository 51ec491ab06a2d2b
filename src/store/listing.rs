//! Lists of orders, however long.

use rusqlite::{ToSql, named_params};

use super::orders::{SUMMARY_COLUMNS, summary};
use super::search::Needle;
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
    /// Since when the customer has waited: when it was ordered, or received where that was earlier.
    WaitsSince,
}

impl SortField {
    fn column(self) -> &'static str {
        match self {
            SortField::CreatedAt => "o.created_at",
            SortField::UpdatedAt => "o.updated_at",
            SortField::OrderDate => "o.order_date",
            SortField::Reference => "o.reference",
            SortField::CustomerName => "o.customer_name",
            SortField::CustomerPhone => "o.customer_phone",
            SortField::Status => "o.status",
            SortField::Total => "o.total",
            SortField::ItemCount => "o.item_count",
            SortField::WaitsSince => "min(o.order_date, o.created_at)",
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
    /// Only those that last changed at this time or later.
    pub updated_from: Option<Timestamp>,
    /// Only those received at this time or later.
    pub received_from: Option<Timestamp>,
    /// Only those received at this time or earlier.
    pub received_until: Option<Timestamp>,
    /// Only those of this number in full.
    pub phone_digits: Option<String>,
    /// Only those that have this text in their reference, name, phone or its digits, or in the name or barcode of an item, in
    /// the order or in the catalogue.
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
struct Condition {
    /// Where the orders `o` come from.
    orders: &'static str,
    terms: Vec<&'static str>,
    values: Vec<(&'static str, Box<dyn ToSql>)>,
}

/// The products that a search is for, by their ids as JSON arrays.
struct Called {
    /// Those that the catalogue calls so: all their items are found.
    here: String,
    /// Those that only orders call so: the items that have such a name are found.
    elsewhere: String,
}

/// All orders.
const ALL_ORDERS: &str = "orders AS o";
/// Only the orders whose keys are bound, whatever else the condition says of them.
const FEW_ORDERS: &str = "json_each(:few) AS few CROSS JOIN orders AS o ON o.pk = few.value";

impl Condition {
    fn and(&mut self, term: &'static str) {
        self.terms.push(term);
    }

    fn bind(&mut self, name: &'static str, value: impl ToSql + 'static) {
        self.values.push((name, Box::new(value)));
    }

    fn values(&self) -> Vec<(&str, &dyn ToSql)> {
        self.values.iter().map(|(name, value)| (*name, value.as_ref())).collect()
    }

    fn sql(&self) -> String {
        if self.terms.is_empty() { String::new() } else { format!("WHERE {}", self.terms.join(" AND ")) }
    }
}

/// How many orders get their items in one query.
const PAGE: usize = 500;
/// How many orders are looked up by their keys, at the most: the keys are held in memory.
const FEW: usize = 10_000;

impl Read<'_> {
    fn condition(&self, filter: &OrderFilter) -> Result<Condition, StoreError> {
        let mut condition = Condition { orders: ALL_ORDERS, terms: Vec::new(), values: Vec::new() };
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
        if let Some(from) = filter.updated_from {
            condition.and("o.updated_at >= :updated_from");
            condition.bind(":updated_from", from);
        }
        if let Some(from) = filter.received_from {
            condition.and("o.created_at >= :received_from");
            condition.bind(":received_from", from);
        }
        if let Some(digits) = &filter.phone_digits {
            condition.and("o.customer_phone_digits = :phone");
            condition.bind(":phone", digits.clone());
        }
        if let Some(until) = filter.received_until {
            condition.and("o.created_at <= :received_until");
            condition.bind(":received_until", until);
        }
        if let Some(text) = &filter.search {
            let needle = self.with_country_code(|code| Needle::of(text, code))?;
            let called = self.products_called(&needle.folded)?;
            if let Some(few) = self.few_with(&needle, &called, filter)? {
                condition.orders = FEW_ORDERS;
                condition.bind(":few", few);
            }
            condition.and(
                "(is_found_in(:needle, o.reference, o.customer_name, o.customer_phone)
                  OR instr(o.customer_phone_digits, :digits) > 0 OR instr(o.customer_phone_digits, :number) > 0
                  OR o.pk IN (SELECT order_pk FROM order_items
                              WHERE product_id IN (SELECT value FROM json_each(:called)))
                  OR o.pk IN (SELECT order_pk FROM order_items
                              WHERE product_id IN (SELECT value FROM json_each(:renamed))
                                AND is_found_in(:needle, product_name, product_barcode)))",
            );
            condition.bind(":called", called.here);
            condition.bind(":renamed", called.elsewhere);
            condition.bind(":needle", needle.folded);
            condition.bind(":digits", needle.digits);
            condition.bind(":number", needle.number);
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

    /// Finds the products whose name or barcode has a folded text in it.
    fn products_called(&self, folded: &str) -> Result<Called, StoreError> {
        let ids = |sql: &str| -> Result<Vec<String>, StoreError> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let ids = statement.query_map(named_params! {":needle": folded}, |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        };
        let here = ids("SELECT id FROM products WHERE is_found_in(:needle, name, barcode)")?;
        let mut elsewhere =
            ids("SELECT DISTINCT product_id FROM item_names WHERE is_found_in(:needle, name, barcode)")?;
        // All items of those are found anyway.
        elsewhere.retain(|product| !here.contains(product));
        Ok(Called { here: json_array(here), elsewhere: json_array(elsewhere) })
    }

    /// Finds a few orders among which are all that a search finds, and returns their keys as a JSON array; `None` where
    /// looking at one order after the other is sooner done.
    fn few_with(&self, needle: &Needle, called: &Called, filter: &OrderFilter) -> Result<Option<String>, StoreError> {
        // Of n orders of which k fit, looking up their keys takes k looks, and finding as many as are wanted one after the
        // other n × limit / k shorter ones.
        let all = u64::try_from(self.newest_order()?).unwrap_or_default();
        let most = filter.limit.unwrap_or(all).min(all).saturating_mul(all).isqrt().div_ceil(2);
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(FEW);
        // Without another condition or order, the newest that have it are the answer, and it is enough to find these.
        let plain = OrderFilter { search: filter.search.clone(), limit: filter.limit, ..OrderFilter::default() };
        let enough = filter.limit.filter(|_| *filter == plain).and_then(|limit| usize::try_from(limit).ok());
        let Some(mut found) = self.candidates(needle, most, enough)? else { return Ok(None) };
        let mut with_product = self.connection.prepare_cached(
            "SELECT order_pk FROM order_items WHERE product_id IN (SELECT value FROM json_each(:called))
             UNION ALL
             SELECT order_pk FROM order_items WHERE product_id IN (SELECT value FROM json_each(:renamed))
                AND is_found_in(:needle, product_name, product_barcode)
             LIMIT :more",
        )?;
        let more = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let values = named_params! {
            ":called": called.here,
            ":renamed": called.elsewhere,
            ":needle": needle.folded,
            ":more": more,
        };
        for order in with_product.query_map(values, |row| row.get(0))? {
            found.push(order?);
        }
        found.sort_unstable();
        found.dedup();
        Ok((found.len() <= most).then(|| json_array(found.iter().map(|order| order.0))))
    }

    /// Counts the orders that a list without a limit has.
    pub fn count_orders(&self, filter: &OrderFilter) -> Result<i64, StoreError> {
        let condition = self.condition(filter)?;
        let sql = format!("SELECT COUNT(*) FROM {} {}", condition.orders, condition.sql());
        Ok(self.connection.prepare_cached(&sql)?.query_row(condition.values().as_slice(), |row| row.get(0))?)
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
        self.write_waiting_items()?;
        let mut condition = self.condition(filter)?;
        // SQLite takes a negative limit as none.
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        let column = filter.sort.by.column();
        let direction = if filter.sort.descending { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM {} LEFT JOIN users AS u ON u.id = o.user_id
             {} ORDER BY {column} {direction}, o.pk {direction} LIMIT :limit",
            condition.orders,
            condition.sql()
        );
        condition.bind(":limit", limit);
        let mut statement = self.connection.prepare_cached(&sql).map_err(StoreError::from)?;
        let mut rows = statement.query(condition.values().as_slice()).map_err(StoreError::from)?;
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
