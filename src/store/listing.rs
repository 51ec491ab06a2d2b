//! Lists of orders, however long.

use rusqlite::ToSql;

use super::error::StoreError;
use super::open::Store;
use super::order_filter::{ALL_ORDERS, After, Condition, ONLY_ORDERS, OrderFilter};
use super::orders::{SUMMARY_COLUMNS, summary};
use super::transaction::Read;
use super::values::{json_array, limit};
use crate::domain::order::{Order, OrderPk, OrderSummary};

/// The size of the first batch; each further one is twice as large. So a short list is there at once.
const FIRST_BATCH: usize = 16;
/// The largest batch; with items it is smaller, as an order has up to a thousand of them.
const LISTING_BATCH: usize = 1024;
const BATCH_WITH_ITEMS: usize = 64;
impl Read<'_> {
    /// Counts the orders of a list, whatever its limit.
    pub fn count_orders(&self, filter: &OrderFilter) -> Result<i64, StoreError> {
        let condition = self.condition(filter)?;
        let sql = format!("SELECT COUNT(*) FROM {} {}", condition.orders(), condition.sql());
        self.row(&sql, condition.values(&[]).as_slice(), |row| row.get(0))
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
        let mut batches = ListingBatches::of(filter, with_items);
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
        let mut batches = ListingBatches::of(filter, with_items);
        while let Some(orders) = self.read(|read| batches.next(read))? {
            each(orders)?;
        }
        Ok(())
    }
}

/// A list of orders that is read batch by batch, in one transaction or in many.
struct ListingBatches<'f> {
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
    /// The keys of the orders that are left, in order, and the condition that they must still fulfil. All keys are read
    /// at the start if the sort column may change meanwhile, or if finding the next ones is slow.
    Keys(std::vec::IntoIter<i64>, Condition),
    End,
}

impl<'f> ListingBatches<'f> {
    fn of(filter: &'f OrderFilter, with_items: bool) -> ListingBatches<'f> {
        ListingBatches {
            filter,
            with_items,
            size: FIRST_BATCH,
            left: filter.limit.unwrap_or(u64::MAX),
            cursor: Cursor::Start,
        }
    }

    /// Reads the next batch, which may be empty; `None` at the end.
    fn next(&mut self, read: &Read<'_>) -> Result<Option<Vec<Order>>, StoreError> {
        let most = self.size.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.size = (self.size * 2).min(if self.with_items { BATCH_WITH_ITEMS } else { LISTING_BATCH });
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
            summaries.into_iter().map(Order::from).collect()
        }))
    }
}

impl Read<'_> {
    /// Finds the keys of all orders of a list, in list order.
    fn keys(&self, filter: &OrderFilter, condition: &Condition) -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT o.pk FROM {} {} ORDER BY {} LIMIT :limit",
            condition.orders(),
            condition.sql(),
            filter.sort.order()
        );
        self.rows(&sql, condition.values(&[(":limit", &limit(filter.limit))]).as_slice(), |row| row.get(0))
    }

    /// Reads the orders whose keys the condition names, in that order.
    fn summaries_of(&self, condition: &Condition) -> Result<Vec<OrderSummary>, StoreError> {
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM {ONLY_ORDERS} LEFT JOIN users AS u ON u.id = o.user_id {} ORDER BY only.key",
            condition.sql()
        );
        self.rows(&sql, condition.values(&[]).as_slice(), summary)
    }

    /// Reads the next orders of a list that is sorted by a field that never changes.
    fn summaries_after(
        &self,
        filter: &OrderFilter,
        cursor: &Cursor,
        most: usize,
    ) -> Result<Vec<OrderSummary>, StoreError> {
        let Cursor::After(value, pk) = cursor else { return self.first_summaries(filter, None, &[], most) };
        let [same, beyond] = filter.sort.after();
        let after = (":after", value.as_ref());
        let mut next = self.first_summaries(filter, Some(same), &[after, (":after_pk", pk)], most)?;
        let left = most - next.len();
        next.extend(self.first_summaries(filter, Some(beyond), &[after], left)?);
        Ok(next)
    }

    /// Reads the first orders of a list, of those that also meet a condition of `Sort::after`.
    fn first_summaries(
        &self,
        filter: &OrderFilter,
        after: Option<After>,
        values: &[(&'static str, &dyn ToSql)],
        most: usize,
    ) -> Result<Vec<OrderSummary>, StoreError> {
        let mut condition = self.condition(filter)?;
        let order = match after {
            Some(After { condition: after, order }) => {
                condition.and(after);
                order
            }
            None => filter.sort.order(),
        };
        let sql = format!(
            "SELECT {SUMMARY_COLUMNS} FROM {ALL_ORDERS} LEFT JOIN users AS u ON u.id = o.user_id
             {} ORDER BY {order} LIMIT :most",
            condition.sql()
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let values = [values, &[(":most", &most)]].concat();
        self.rows(&sql, condition.values(&values).as_slice(), summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, resolved_order};
    use crate::domain::product::tests::product;
    use crate::domain::reference::Reference;
    use crate::domain::resolve::ResolvedOrder;
    use crate::domain::status::Status;
    use crate::domain::time::Clock;
    use crate::domain::time::Timestamp;
    use crate::store::commit::tests::{CLOCK, audit, store};
    use crate::store::order_filter::{Sort, SortField};
    use crate::store::transaction::Outcome;
    use crate::store::values::ContentHash;

    /// Orders may lie in a chat before they are received, and phones may have a clock that is ahead.
    #[test]
    fn the_longest_wait_comes_first_and_the_filter_keeps_long_waits() {
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
        let count = i64::try_from(2 * LISTING_BATCH + 100).unwrap();
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
