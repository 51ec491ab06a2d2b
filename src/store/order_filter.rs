//! Which orders a list has, and in what order: the filter as a condition in SQL.

use std::borrow::Cow;

use rusqlite::{ToSql, named_params};

use super::due::{is_owed, is_to_pay, is_unsettled};
use super::error::StoreError;
use super::owned::IS_AMONG_OWNED;
use super::search::Needle;
use super::transaction::Read;
use super::values::{json_array, limit};
use crate::domain::order::OrderPk;
use crate::domain::order::OrderSummary;
use crate::domain::product::ProductId;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::domain::user::Owner;

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
    /// Since when the customer has waited: the order date, or the receipt where that is earlier.
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

/// How orders are sorted. Equal ones are sorted by arrival, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortField,
    /// Largest or newest first.
    pub descending: bool,
}

/// What can be recorded for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payable {
    /// A payment: something is left to pay, whether money was recorded or not.
    ToPay,
    /// A refund of what is owed: more was paid than it costs.
    Owed,
    /// A refund: something was paid.
    Paid,
}

impl Payable {
    fn term(self) -> &'static str {
        match self {
            Payable::ToPay => is_to_pay!(),
            Payable::Owed => is_owed!(),
            Payable::Paid => "o.paid > 0",
        }
    }
}

/// Which orders are listed, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderFilter {
    /// Only those in one of these statuses; all orders if it is empty.
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
    /// Only those that have waited since this time or longer: [`SortField::WaitsSince`] and
    /// [`OrderSummary::waits_since`] count in the same way.
    pub waits_since: Option<Timestamp>,
    /// Only those of this number in full.
    pub phone_digits: Option<String>,
    /// Only those with this text in reference, name, phone or its digits, or in the name or barcode of an item, in the order
    /// or in the catalogue.
    pub search: Option<String>,
    /// Only those with this product among their items.
    pub product: Option<ProductId>,
    /// Only theirs.
    pub owner: Option<Owner>,
    /// Only those with money due.
    pub is_due: bool,
    /// Only those that are not cancelled, and for which nothing is paid.
    pub is_unpaid: bool,
    /// Only those for which this can be recorded.
    pub payable: Option<Payable>,
    /// The order of the list.
    pub sort: Sort,
    /// The most orders; `None`: all.
    pub limit: Option<u64>,
}

/// A condition in SQL with the values bound to its names.
#[derive(Default)]
pub(super) struct Condition {
    /// The keys of the only orders to look at, as a JSON array; `None`: all orders.
    pub(super) only: Option<String>,
    terms: Vec<Cow<'static, str>>,
    values: Vec<(&'static str, Box<dyn ToSql>)>,
}

/// The products that a search matches, by their ids as JSON arrays.
struct MatchingProducts {
    /// Matched by the catalogue: all their items are found.
    in_catalogue: String,
    /// Matched only by names in orders: the items with such a name are found.
    in_orders: String,
}

/// All orders.
pub(super) const ALL_ORDERS: &str = "orders AS o";
/// Only the orders whose keys are bound.
pub(super) const ONLY_ORDERS: &str = "json_each(:only) AS only CROSS JOIN orders AS o ON o.pk = only.value";

impl Condition {
    pub(super) fn and(&mut self, term: impl Into<Cow<'static, str>>) {
        self.terms.push(term.into());
    }

    /// Adds a term with its value, if there is one.
    fn and_with(&mut self, term: &'static str, name: &'static str, value: Option<impl ToSql + 'static>) {
        if let Some(value) = value {
            self.and(term);
            self.bind(name, value);
        }
    }

    fn bind(&mut self, name: &'static str, value: impl ToSql + 'static) {
        self.values.push((name, Box::new(value)));
    }

    /// Returns the FROM clause for the orders `o`.
    pub(super) fn orders(&self) -> &'static str {
        if self.only.is_some() { ONLY_ORDERS } else { ALL_ORDERS }
    }

    /// Returns the values of the condition, and `more`.
    pub(super) fn values<'v>(&'v self, more: &[(&'static str, &'v dyn ToSql)]) -> Vec<(&'static str, &'v dyn ToSql)> {
        let only = self.only.iter().map(|only| (":only", only as &dyn ToSql));
        let own = self.values.iter().map(|(name, value)| (*name, value.as_ref()));
        only.chain(own).chain(more.iter().copied()).collect()
    }

    pub(super) fn sql(&self) -> String {
        if self.terms.is_empty() { String::new() } else { format!("WHERE {}", self.terms.join(" AND ")) }
    }
}

/// The most orders that are looked up by key: the keys are in memory.
pub(super) const MOST_KEYS: usize = 10_000;

impl Read<'_> {
    pub(super) fn condition(&self, filter: &OrderFilter) -> Result<Condition, StoreError> {
        let mut condition = Condition::default();
        if filter.is_due {
            // An index has those of which something is due either way.
            condition.and(concat!(is_unsettled!(), " AND ", is_to_pay!()));
        }
        if filter.is_unpaid {
            condition.and("o.status <> 'cancelled' AND coalesce(o.paid, 0) = 0");
        }
        if let Some(payable) = filter.payable {
            condition.and(payable.term());
        }
        match filter.statuses.as_slice() {
            [] => {}
            // Few orders of a status have money due: the plus makes SQLite use the index of those.
            [status] if filter.is_due => {
                condition.and("+o.status = :status");
                condition.bind(":status", *status);
            }
            // SQLite uses the index orders_waiting where the query has its condition word for word.
            [Status::Pending] if filter.is_waiting_list() => condition.and("o.status = 'pending'"),
            // With `=` the index on status and time gives the newest without sorting. An owner's orders are fewer than those of
            // a status, so that index is kept from being used for them.
            [status] => {
                condition.and(if filter.owner.is_some() { "+o.status = :status" } else { "o.status = :status" });
                condition.bind(":status", *status);
            }
            several => {
                condition.and("o.status IN (SELECT value FROM json_each(:statuses))");
                condition.bind(":statuses", json_array(several.iter().map(|status| status.as_str().to_owned())));
            }
        }
        condition.and_with("o.order_date >= :from", ":from", filter.ordered_from);
        condition.and_with("o.order_date < :before", ":before", filter.ordered_before);
        condition.and_with("o.updated_at >= :updated_from", ":updated_from", filter.updated_from);
        condition.and_with("o.created_at >= :received_from", ":received_from", filter.received_from);
        condition.and_with("o.customer_phone_digits = :phone", ":phone", filter.phone_digits.clone());
        condition.and_with("o.created_at <= :received_until", ":received_until", filter.received_until);
        condition.and_with("min(o.order_date, o.created_at) <= :waits_since", ":waits_since", filter.waits_since);
        if let Some(text) = &filter.search {
            let Some(needle) = Needle::of(text, self.country_code()?.as_deref()) else {
                condition.and("FALSE");
                return Ok(condition);
            };
            let products = self.matching_products_of(&needle.folded)?;
            condition.only = self.candidate_keys(&needle, &products, filter)?;
            condition.and(
                "(is_found_in(:needle, o.reference, o.customer_name, o.customer_phone)
                  OR instr(o.customer_phone_digits, :digits) > 0 OR instr(o.customer_phone_digits, :number) > 0
                  OR instr(lower(o.tracking), :tracking) > 0
                  OR o.pk IN (SELECT order_pk FROM order_items
                              WHERE product_id IN (SELECT value FROM json_each(:called)))
                  OR o.pk IN (SELECT order_pk FROM order_items
                              WHERE product_id IN (SELECT value FROM json_each(:renamed))
                                AND is_found_in(:needle, product_name, product_barcode)))",
            );
            condition.bind(":called", products.in_catalogue);
            condition.bind(":renamed", products.in_orders);
            condition.bind(":needle", needle.folded);
            condition.bind(":digits", needle.digits);
            condition.bind(":number", needle.number);
            condition.bind(":tracking", needle.tracking);
        }
        condition.and_with(
            "o.pk IN (SELECT order_pk FROM order_items WHERE product_id = :product)",
            ":product",
            filter.product,
        );
        if let Some(owner) = &filter.owner {
            condition.and(IS_AMONG_OWNED);
            condition.bind(":account", owner.account);
            condition.bind(":account_number", owner.number().map(str::to_owned));
        }
        Ok(condition)
    }

    /// Finds the products whose name or barcode contains a folded text.
    fn matching_products_of(&self, folded: &str) -> Result<MatchingProducts, StoreError> {
        let ids = |sql: &str| -> Result<Vec<String>, StoreError> {
            self.rows(sql, named_params! {":needle": folded}, |row| row.get(0))
        };
        let in_catalogue = ids("SELECT id FROM products WHERE is_found_in(:needle, name, barcode)")?;
        let mut in_orders =
            ids("SELECT DISTINCT product_id FROM item_names WHERE is_found_in(:needle, name, barcode)")?;
        // All items of the others are found anyway.
        in_orders.retain(|product| !in_catalogue.contains(product));
        Ok(MatchingProducts { in_catalogue: json_array(in_catalogue), in_orders: json_array(in_orders) })
    }

    /// Returns the keys of a superset of the orders that a search finds, as a JSON array; `None` if reading order by
    /// order is faster.
    fn candidate_keys(
        &self,
        needle: &Needle,
        products: &MatchingProducts,
        filter: &OrderFilter,
    ) -> Result<Option<String>, StoreError> {
        // Where k of n orders match, this reads k orders by key. Reading order by order until `limit` match takes
        // n × limit / k cheaper reads.
        let all = u64::try_from(self.newest_order()?).unwrap_or_default();
        let most = filter.limit.unwrap_or(all).min(all).saturating_mul(all).isqrt().div_ceil(2);
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(MOST_KEYS);
        // Without another condition or order, the newest matches are the answer, and the search can stop there.
        let plain = OrderFilter { search: filter.search.clone(), limit: filter.limit, ..OrderFilter::default() };
        let enough = filter.limit.filter(|_| *filter == plain).and_then(|limit| usize::try_from(limit).ok());
        let Some(mut found) = self.candidates(needle, most, enough)? else { return Ok(None) };
        let more = limit(Some(most + 1));
        if let Some(tracking) = &needle.tracking {
            let sql = "SELECT pk FROM orders WHERE tracking IS NOT NULL AND instr(lower(tracking), :tracking) > 0
                       LIMIT :more";
            let values = named_params! {":tracking": tracking, ":more": more};
            found.extend(self.rows(sql, values, |row| row.get::<_, OrderPk>(0))?);
        }
        let with_product = "SELECT order_pk FROM order_items WHERE product_id IN (SELECT value FROM json_each(:called))
             UNION ALL
             SELECT order_pk FROM order_items WHERE product_id IN (SELECT value FROM json_each(:renamed))
                AND is_found_in(:needle, product_name, product_barcode)
             LIMIT :more";
        let values = named_params! {
            ":called": products.in_catalogue,
            ":renamed": products.in_orders,
            ":needle": needle.folded,
            ":more": more,
        };
        found.extend(self.rows(with_product, values, |row| row.get::<_, OrderPk>(0))?);
        found.sort_unstable();
        found.dedup();
        Ok((found.len() <= most).then(|| json_array(found.iter().map(|order| order.0))))
    }
}

impl OrderFilter {
    /// Returns whether all keys are read at the start: finding each next batch would read or sort the whole list.
    pub(super) fn is_slow_to_find(&self) -> bool {
        let is_in_order = match self.statuses.as_slice() {
            [] => self.sort.by.is_fixed(),
            [_] => self.sort.by == SortField::CreatedAt,
            _ => false,
        };
        let has_another_index =
            self.search.is_some() || self.product.is_some() || self.phone_digits.is_some() || self.owner.is_some();
        // A range of its own competes with that of the batch: SQLite looks for one of the two.
        let is_in_a_range =
            [self.ordered_from, self.ordered_before, self.updated_from, self.received_from, self.received_until]
                .iter()
                .any(Option::is_some);
        has_another_index || is_in_a_range || !(is_in_order || self.is_waiting_list())
    }

    /// Returns whether it is a list of pending orders by how long they have waited: an index has those in that order.
    fn is_waiting_list(&self) -> bool {
        self.statuses == [Status::Pending]
            && self.sort.by == SortField::WaitsSince
            && self.owner.is_none()
            && !self.is_due
    }
}

impl SortField {
    /// Returns whether the value never changes, and an index is sorted by it and then by the key.
    fn is_fixed(self) -> bool {
        matches!(self, SortField::CreatedAt | SortField::Reference)
    }

    /// Returns an order's value of a field that never changes.
    pub(super) fn fixed_value(self, order: &OrderSummary) -> Box<dyn ToSql> {
        match self {
            SortField::Reference => Box::new(order.reference.clone()),
            SortField::WaitsSince => Box::new(order.waits_since()),
            _ => Box::new(order.created_at),
        }
    }
}

/// Which orders come after a given one, and how they are sorted.
pub(super) struct After {
    pub(super) condition: String,
    pub(super) order: String,
}

impl Sort {
    fn direction(self) -> &'static str {
        if self.descending { "DESC" } else { "ASC" }
    }

    /// Returns the terms of ORDER BY.
    pub(super) fn order(self) -> String {
        let (column, direction) = (self.by.column(), self.direction());
        format!("{column} {direction}, o.pk {direction}")
    }

    /// Returns which orders come after a given one, by a field that never changes: those with the same value, then those beyond
    /// it. One condition for both would make SQLite read all orders with the value again for every batch, and all orders of
    /// an import have the same `created_at`.
    pub(super) fn after(self) -> [After; 2] {
        let (column, beyond) = (self.by.column(), if self.descending { '<' } else { '>' });
        let same = format!("{column} = :after AND o.pk {beyond} :after_pk");
        [
            After { condition: same, order: format!("o.pk {}", self.direction()) },
            After { condition: format!("{column} {beyond} :after"), order: self.order() },
        ]
    }
}
