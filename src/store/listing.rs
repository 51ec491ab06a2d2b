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
    /// Only those that have waited since this time or longer: [`SortField::WaitsSince`] and
    /// [`OrderSummary::waits_since`] count in the same way.
    pub waits_since: Option<Timestamp>,
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
#[derive(Default)]
struct Condition {
    /// The keys of those orders that are looked at alone, as a JSON array; `None`: all are.
    few: Option<String>,
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

    /// Returns where the orders `o` come from.
    fn orders(&self) -> &'static str {
        if self.few.is_some() { FEW_ORDERS } else { ALL_ORDERS }
    }

    /// Returns the values that are bound, `more` of them and those of the condition.
    fn values<'v>(&'v self, more: &[(&'static str, &'v dyn ToSql)]) -> Vec<(&'static str, &'v dyn ToSql)> {
        let few = self.few.iter().map(|few| (":few", few as &dyn ToSql));
        let own = self.values.iter().map(|(name, value)| (*name, value.as_ref()));
        few.chain(own).chain(more.iter().copied()).collect()
    }

    fn sql(&self) -> String {
        if self.terms.is_empty() { String::new() } else { format!("WHERE {}", self.terms.join(" AND ")) }
    }
}

/// How many orders a first batch has, and each after it twice as many: whoever wants a few does not wait for others.
const FIRST_BATCH: usize = 16;
/// How many orders a batch has at the most; with their items fewer, as one has up to a thousand.
const BATCH: usize = 1024;
const BATCH_WITH_ITEMS: usize = 64;
/// How many orders are looked up by their keys, at the most: the keys are held in memory.
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
            let called = self.products_called(&needle.folded)?;
            condition.few = self.few_with(&needle, &called, filter)?;
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
    /// Reads a list of orders in batches, each in a transaction of its own: whoever takes them slowly keeps nothing from
    /// being tidied up. An order that changes meanwhile is seen as it was or as it is, and left out once it is none of the
    /// list; none comes twice, and none is left out because others changed.
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
    /// How many orders the next one has at the most.
    size: usize,
    /// How many orders are still wanted at the most.
    left: u64,
    place: Place,
}

/// How far a list was read.
enum Place {
    Start,
    /// Up to this order, in the order of a column that never changes.
    After(Box<dyn ToSql>, OrderPk),
    /// The keys of those that are left, in their order, and what they must still fulfil. Where what they are sorted by may
    /// change meanwhile, or finding them takes long, all are found at the start.
    Keys(std::vec::IntoIter<i64>, Condition),
    End,
}

impl<'f> Batches<'f> {
    fn of(filter: &'f OrderFilter, with_items: bool) -> Batches<'f> {
        Batches { filter, with_items, size: FIRST_BATCH, left: filter.limit.unwrap_or(u64::MAX), place: Place::Start }
    }

    /// Reads the next orders, maybe none; `None` at the end.
    fn next(&mut self, read: &Read<'_>) -> Result<Option<Vec<Order>>, StoreError> {
        let most = self.size.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.size = (self.size * 2).min(if self.with_items { BATCH_WITH_ITEMS } else { BATCH });
        if matches!(self.place, Place::Start) && self.filter.is_slow_to_find() {
            let mut condition = read.condition(self.filter)?;
            let keys = read.keys(self.filter, &condition)?;
            condition.few = None;
            self.place = Place::Keys(keys.into_iter(), condition);
        }
        let summaries = match &mut self.place {
            Place::End => return Ok(None),
            Place::Keys(keys, condition) => {
                condition.few = Some(json_array(keys.take(most)));
                let summaries = read.summaries_of(condition)?;
                if keys.len() == 0 {
                    self.place = Place::End;
                }
                summaries
            }
            place => {
                let summaries = read.summaries_after(self.filter, place, most)?;
                self.left -= u64::try_from(summaries.len()).unwrap_or(u64::MAX).min(self.left);
                self.place = match summaries.last() {
                    Some(last) if summaries.len() == most && self.left > 0 => {
                        Place::After(self.filter.sort.by.fixed_value(last), last.pk)
                    }
                    _ => Place::End,
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
    /// Returns whether all orders of the list are found at once: those after one that was read are not found without looking
    /// at those before it.
    fn is_slow_to_find(&self) -> bool {
        self.search.is_some() || self.product.is_some() || !self.sort.by.is_fixed()
    }
}

impl SortField {
    /// Returns whether an order keeps its value of it for good, and an index has the orders sorted by it.
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
    /// Finds the keys of all orders of a list, in their order.
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

    /// Reads those orders of a condition whose keys it names, in their order.
    fn summaries_of(&self, condition: &Condition) -> Result<Vec<OrderSummary>, StoreError> {
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM {FEW_ORDERS} LEFT JOIN users AS u ON u.id = o.user_id {} ORDER BY few.key",
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
        place: &Place,
        most: usize,
    ) -> Result<Vec<OrderSummary>, StoreError> {
        let mut condition = self.condition(filter)?;
        let (column, direction) = filter.sort.sql();
        let after;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut values: Vec<(&'static str, &dyn ToSql)> = vec![(":most", &most)];
        if let Place::After(value, pk) = place {
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

    /// Returns the condition of the orders after one, by a fixed field.
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
    use crate::domain::receive::ResolvedOrder;
    use crate::domain::receive::tests::{incoming, resolved_order};
    use crate::domain::reference::Reference;
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

    /// Between two batches orders change what they are sorted by, come and go.
    #[test]
    fn a_list_that_others_change_has_each_of_its_orders_once() {
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
                        // All of them move, and a few are none of the list any more.
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
