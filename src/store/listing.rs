//! Lists of orders, however long.

use rusqlite::{ToSql, named_params};

use super::error::StoreError;
use super::open::Store;
use super::orders::{SUMMARY_COLUMNS, summary};
use super::search::Needle;
use super::transaction::Read;
use super::values::json_array;
use crate::domain::order::{Order, OrderPk, OrderSummary};
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
    /// Only those of this account.
    pub user: Option<UserId>,
    /// The order of the list.
    pub sort: Sort,
    /// The most orders; `None`: all.
    pub limit: Option<u64>,
}

/// A condition in SQL with the values bound to its names.
#[derive(Default)]
struct Condition {
    /// The keys of the only orders to look at, as a JSON array; `None`: all orders.
    only: Option<String>,
    terms: Vec<&'static str>,
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
const ALL_ORDERS: &str = "orders AS o";
/// Only the orders whose keys are bound.
const ONLY_ORDERS: &str = "json_each(:only) AS only CROSS JOIN orders AS o ON o.pk = only.value";

impl Condition {
    fn and(&mut self, term: &'static str) {
        self.terms.push(term);
    }

    fn bind(&mut self, name: &'static str, value: impl ToSql + 'static) {
        self.values.push((name, Box::new(value)));
    }

    /// Returns the FROM clause for the orders `o`.
    fn orders(&self) -> &'static str {
        if self.only.is_some() { ONLY_ORDERS } else { ALL_ORDERS }
    }

    /// Returns the values of the condition, and `more`.
    fn values<'v>(&'v self, more: &[(&'static str, &'v dyn ToSql)]) -> Vec<(&'static str, &'v dyn ToSql)> {
        let only = self.only.iter().map(|only| (":only", only as &dyn ToSql));
        let own = self.values.iter().map(|(name, value)| (*name, value.as_ref()));
        only.chain(own).chain(more.iter().copied()).collect()
    }

    fn sql(&self) -> String {
        if self.terms.is_empty() { String::new() } else { format!("WHERE {}", self.terms.join(" AND ")) }
    }
}

/// The size of the first batch; each further one is twice as large. So a short list is there at once.
const FIRST_BATCH: usize = 16;
/// The largest batch; with items it is smaller, as an order has up to a thousand of them.
const BATCH: usize = 1024;
const BATCH_WITH_ITEMS: usize = 64;
/// The most orders that are looked up by key: the keys are in memory.
const MOST_KEYS: usize = 10_000;

impl Read<'_> {
    fn condition(&self, filter: &OrderFilter) -> Result<Condition, StoreError> {
        let mut condition = Condition::default();
        match filter.statuses.as_slice() {
            [] => {}
            // With `=` the index on status and time gives the newest without sorting.
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
        if let Some(since) = filter.waits_since {
            condition.and("min(o.order_date, o.created_at) <= :waits_since");
            condition.bind(":waits_since", since);
        }
        if let Some(text) = &filter.search {
            let needle = Needle::of(text, self.country_code()?.as_deref());
            if needle.is_of_nothing(text) {
                condition.and("FALSE");
                return Ok(condition);
            }
            let products = self.matching_products_of(&needle.folded)?;
            condition.only = self.candidate_keys(&needle, &products, filter)?;
            condition.and(
                "(is_found_in(:needle, o.reference, o.customer_name, o.customer_phone)
                  OR instr(o.customer_phone_digits, :digits) > 0 OR instr(o.customer_phone_digits, :number) > 0
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

    /// Finds the products whose name or barcode contains a folded text.
    fn matching_products_of(&self, folded: &str) -> Result<MatchingProducts, StoreError> {
        let ids = |sql: &str| -> Result<Vec<String>, StoreError> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let ids = statement.query_map(named_params! {":needle": folded}, |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        };
        let in_catalogue = ids("SELECT id FROM products WHERE is_found_in(:needle, name, barcode)")?;
        let mut in_orders =
            ids("SELECT DISTINCT product_id FROM item_names WHERE is_found_in(:needle, name, barcode)")?;
        // All items of the others are found anyway.
        in_orders.retain(|product| !in_catalogue.contains(product));
        Ok(MatchingProducts { in_catalogue: json_array(in_catalogue), in_orders: json_array(in_orders) })
    }

    /// Returns the keys of a superset of the orders that a search finds, as a JSON array; `None` where reading order by
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
        let mut with_product = self.connection.prepare_cached(
            "SELECT order_pk FROM order_items WHERE product_id IN (SELECT value FROM json_each(:called))
             UNION ALL
             SELECT order_pk FROM order_items WHERE product_id IN (SELECT value FROM json_each(:renamed))
                AND is_found_in(:needle, product_name, product_barcode)
             LIMIT :more",
        )?;
        let more = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let values = named_params! {
            ":called": products.in_catalogue,
            ":renamed": products.in_orders,
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

    /// Counts the orders of a list, whatever its limit.
    pub fn count_orders(&self, filter: &OrderFilter) -> Result<i64, StoreError> {
        let condition = self.condition(filter)?;
        let sql = format!("SELECT COUNT(*) FROM {} {}", condition.orders(), condition.sql());
        Ok(self.connection.prepare_cached(&sql)?.query_row(condition.values(&[]).as_slice(), |row| row.get(0))?)
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
        let mut batches = Batches::of(filter, with_items);
        while let Some(orders) = batches.next(self)? {
            orders.iter().try_for_each(&mut each)?;
        }
        Ok(())
    }
}

impl Store {
    /// Reads a list of orders in batches, each in a transaction of its own, so that a slow consumer does not keep the log from
    /// being checkpointed. An order that changes meanwhile is seen before or after its change, and left out once the filter
    /// excludes it. No order comes twice, and none is missing because others changed.
    pub fn each_batch<E: From<StoreError>>(
        &self,
        filter: &OrderFilter,
        with_items: bool,
        mut each: impl FnMut(Vec<Order>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut batches = Batches::of(filter, with_items);
        while let Some(orders) = self.read(|read| batches.next(read))? {
            each(orders)?;
        }
        Ok(())
    }
}

/// A list of orders that is read batch by batch, in one transaction or in many.
struct Batches<'f> {
    filter: &'f OrderFilter,
    with_items: bool,
    /// The size of the next batch.
    size: usize,
    /// How many orders are still wanted.
    left: u64,
    cursor: Cursor,
}

/// How far a list was read.
enum Cursor {
    Start,
    /// After this order, sorted by a column that never changes.
    After(Box<dyn ToSql>, OrderPk),
    /// The keys of the orders that are left, in order, and the condition that they must still fulfil. All keys are read at
    /// the start where the sort column may change meanwhile, or where finding takes long.
    Keys(std::vec::IntoIter<i64>, Condition),
    End,
}

impl<'f> Batches<'f> {
    fn of(filter: &'f OrderFilter, with_items: bool) -> Batches<'f> {
        Batches { filter, with_items, size: FIRST_BATCH, left: filter.limit.unwrap_or(u64::MAX), cursor: Cursor::Start }
    }

    /// Reads the next batch, which may be empty; `None` at the end.
    fn next(&mut self, read: &Read<'_>) -> Result<Option<Vec<Order>>, StoreError> {
        let most = self.size.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.size = (self.size * 2).min(if self.with_items { BATCH_WITH_ITEMS } else { BATCH });
        if matches!(self.cursor, Cursor::Start) && self.filter.is_slow_to_find() {
            let mut condition = read.condition(self.filter)?;
            let keys = read.keys(self.filter, &condition)?;
            condition.only = None;
            self.cursor = Cursor::Keys(keys.into_iter(), condition);
        }
        let summaries = match &mut self.cursor {
            Cursor::End => return Ok(None),
            Cursor::Keys(keys, condition) => {
                condition.only = Some(json_array(keys.take(most)));
                let summaries = read.summaries_of(condition)?;
                if keys.len() == 0 {
                    self.cursor = Cursor::End;
                }
                summaries
            }
            cursor => {
                let summaries = read.summaries_after(self.filter, cursor, most)?;
                self.left -= u64::try_from(summaries.len()).unwrap_or(u64::MAX).min(self.left);
                self.cursor = match summaries.last() {
                    Some(last) if summaries.len() == most && self.left > 0 => {
                        Cursor::After(self.filter.sort.by.fixed_value(last), last.pk)
                    }
                    _ => Cursor::End,
                };
                summaries
            }
        };
        Ok(Some(if self.with_items {
            read.with_items(summaries)?
        } else {
            summaries.into_iter().map(|summary| Order { summary, items: Vec::new() }).collect()
        }))
    }
}

impl OrderFilter {
    /// Returns whether all keys are read at the start: finding the orders after a given one would read all before it.
    fn is_slow_to_find(&self) -> bool {
        self.search.is_some() || self.product.is_some() || !self.sort.by.is_fixed()
    }
}

impl SortField {
    /// Returns whether the value never changes, and an index is sorted by it.
    fn is_fixed(self) -> bool {
        matches!(self, SortField::CreatedAt | SortField::OrderDate | SortField::Reference)
    }

    /// Returns an order's value of a fixed field.
    fn fixed_value(self, order: &OrderSummary) -> Box<dyn ToSql> {
        match self {
            SortField::OrderDate => Box::new(order.order_date),
            SortField::Reference => Box::new(order.reference.clone()),
            _ => Box::new(order.created_at),
        }
    }
}

impl Read<'_> {
    /// Finds the keys of all orders of a list, in list order.
    fn keys(&self, filter: &OrderFilter, condition: &Condition) -> Result<Vec<i64>, StoreError> {
        let (column, direction) = filter.sort.sql();
        let sql = format!(
            "SELECT o.pk FROM {} {} ORDER BY {column} {direction}, o.pk {direction} LIMIT :limit",
            condition.orders(),
            condition.sql()
        );
        // SQLite takes a negative limit as none.
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let keys = statement.query_map(condition.values(&[(":limit", &limit)]).as_slice(), |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// Reads the orders whose keys the condition names, in that order.
    fn summaries_of(&self, condition: &Condition) -> Result<Vec<OrderSummary>, StoreError> {
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM {ONLY_ORDERS} LEFT JOIN users AS u ON u.id = o.user_id {} ORDER BY only.key",
            condition.sql()
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let summaries = statement.query_map(condition.values(&[]).as_slice(), summary)?;
        Ok(summaries.collect::<Result<_, _>>()?)
    }

    /// Reads the next orders of a list that is sorted by a fixed field.
    fn summaries_after(
        &self,
        filter: &OrderFilter,
        cursor: &Cursor,
        most: usize,
    ) -> Result<Vec<OrderSummary>, StoreError> {
        let mut condition = self.condition(filter)?;
        let (column, direction) = filter.sort.sql();
        let after;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut values: Vec<(&'static str, &dyn ToSql)> = vec![(":most", &most)];
        if let Cursor::After(value, pk) = cursor {
            after = (value, *pk);
            condition.and(filter.sort.after());
            values.extend([(":after", after.0.as_ref()), (":after_pk", &after.1 as &dyn ToSql)]);
        }
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM {ALL_ORDERS} LEFT JOIN users AS u ON u.id = o.user_id
             {} ORDER BY {column} {direction}, o.pk {direction} LIMIT :most",
            condition.sql()
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let summaries = statement.query_map(condition.values(&values).as_slice(), summary)?;
        Ok(summaries.collect::<Result<_, _>>()?)
    }
}

impl Sort {
    /// Returns the column and the direction.
    fn sql(self) -> (&'static str, &'static str) {
        (self.by.column(), if self.descending { "DESC" } else { "ASC" })
    }

    /// Returns the condition for the orders after a given one, by a fixed field.
    fn after(self) -> &'static str {
        match (self.by, self.descending) {
            (SortField::OrderDate, true) => "(o.order_date, o.pk) < (:after, :after_pk)",
            (SortField::OrderDate, false) => "(o.order_date, o.pk) > (:after, :after_pk)",
            (SortField::Reference, true) => "(o.reference, o.pk) < (:after, :after_pk)",
            (SortField::Reference, false) => "(o.reference, o.pk) > (:after, :after_pk)",
            (_, true) => "(o.created_at, o.pk) < (:after, :after_pk)",
            (_, false) => "(o.created_at, o.pk) > (:after, :after_pk)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::{incoming, resolved_order};
    use crate::domain::reference::Reference;
    use crate::domain::resolve::ResolvedOrder;
    use crate::domain::time::Clock;
    use crate::store::commit::tests::{CLOCK, audit, store};
    use crate::store::transaction::Outcome;
    use crate::store::values::ContentHash;

    /// Orders may lie in a chat before they are received, and phones may have a clock that is ahead.
    #[test]
    fn the_longest_wait_comes_first_and_the_filter_takes_those_that_waited_long_enough() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let new = resolved_order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect());
        let received = Timestamp::parse("2026-02-07T08:00:00Z").unwrap();
        let hours = |ago: i64| Timestamp::from_millis(received.millis() - ago * 3_600_000).unwrap();
        store
            .write::<_, StoreError>(Outcome::Commit, Clock::Fixed(received), |write| {
                write.insert_product(&shirt, &audit())?;
                write.with_order_batch(|batch| {
                    for (name, ordered) in [("LEG-AHEAD", hours(-1)), ("LEG-NIGHT", hours(9)), ("LEG-DAYS", hours(50))]
                    {
                        let reference = Reference::parse(name).unwrap();
                        let id = uuid::Uuid::now_v7();
                        let one = ResolvedOrder { reference, id, order_date: ordered, ..new.clone() };
                        batch.insert_order(&one, ContentHash::of(&one.content), None, &audit())?;
                    }
                    Ok(())
                })
            })
            .unwrap();
        let sort = Sort { by: SortField::WaitsSince, descending: false };
        for (since, expected) in [
            (None, &["LEG-DAYS", "LEG-NIGHT", "LEG-AHEAD"][..]),
            (Some(hours(0)), &["LEG-DAYS", "LEG-NIGHT", "LEG-AHEAD"]),
            (Some(hours(9)), &["LEG-DAYS", "LEG-NIGHT"]),
            (Some(hours(10)), &["LEG-DAYS"]),
        ] {
            let filter = OrderFilter { sort, waits_since: since, ..OrderFilter::default() };
            let orders = store.read(|read| read.listed_orders(&filter, false)).unwrap();
            let named: Vec<_> = orders.iter().map(|order| order.summary.reference.to_string()).collect();
            assert_eq!(named, expected);
            assert!(orders.is_sorted_by_key(|order| order.summary.waits_since()));
            assert!(orders.iter().all(|order| since.is_none_or(|since| order.summary.waits_since() <= since)));
        }
    }

    /// Between two batches, orders change the field that they are sorted by, or no longer match.
    #[test]
    fn a_list_has_each_order_once_while_others_write() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let new = resolved_order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect());
        let count = i64::try_from(2 * BATCH + 100).unwrap();
        store
            .write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
                write.insert_product(&shirt, &audit())?;
                write.with_order_batch(|batch| {
                    for number in 0..count {
                        let reference = Reference::parse(&format!("LEG-{number:05}")).unwrap();
                        let one = ResolvedOrder { reference, id: uuid::Uuid::now_v7(), ..new.clone() };
                        batch.insert_order(&one, ContentHash::of(&one.content), None, &audit())?;
                    }
                    Ok(())
                })
            })
            .unwrap();
        let other = rusqlite::Connection::open(store.path()).unwrap();
        use SortField::{CreatedAt, OrderDate, Reference as ByReference, Total, UpdatedAt};
        for by in [CreatedAt, OrderDate, ByReference, UpdatedAt, Total] {
            for descending in [false, true] {
                other.execute("UPDATE orders SET status = 'pending'", []).unwrap();
                let statuses = vec![Status::Pending];
                let filter = OrderFilter { sort: Sort { by, descending }, statuses, ..OrderFilter::default() };
                let (mut seen, mut batches) = (Vec::new(), 0);
                store
                    .each_batch::<StoreError>(&filter, false, |orders| {
                        seen.extend(orders.iter().map(|order| order.summary.pk.0));
                        batches += 1;
                        // All orders move, and a few no longer match.
                        other.execute_batch(
                            "UPDATE orders SET total = (total * 31 + pk) % 997;
                             UPDATE orders SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 1770000000 + total, 'unixepoch');
                             UPDATE orders SET status = 'cancelled' WHERE pk % 100 = 7",
                        ).map_err(StoreError::from)?;
                        assert_eq!(other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)), Ok(0));
                        Ok(())
                    })
                    .unwrap();
                let mut each = seen.clone();
                each.sort_unstable();
                each.dedup();
                assert_eq!(each.len(), seen.len(), "{by:?}: none comes twice");
                assert!(batches >= 7, "{by:?}: {batches}");
                let left = usize::try_from(count).unwrap() - seen.len();
                assert!(left <= 22, "{by:?} {descending}: {left} are left out");
                let limited = OrderFilter { limit: Some(70), ..filter.clone() };
                let mut some = 0;
                store
                    .each_batch::<StoreError>(&limited, true, |orders| {
                        some += orders.len();
                        Ok(())
                    })
                    .unwrap();
                assert_eq!(some, 70);
            }
        }
    }
}
