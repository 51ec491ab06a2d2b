//! The search index: one row has the texts of many orders, so that a search reads a few megabytes instead of every order.
//!
//! A row covers consecutive keys, one line an order; a missing order leaves a blank line. A line has reference, name and
//! phone, folded, and the digits of the full number where they are not part of the phone. A row is written with its last
//! order. All orders after the last row are candidates of every search.

use std::collections::BTreeSet;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2};
use rusqlite::{Connection, named_params};

use super::error::StoreError;
use super::fold::fold;
use super::identity::version_of;
use super::search::Needle;
use super::transaction::{Read, Write};
use super::values::{json_array, limit};
use crate::domain::finding::Finding;
use crate::domain::order::OrderPk;

/// The version of the schema since which files have the index with texts folded as today.
const INDEX_SINCE: i32 = 4;
/// How many orders a row covers. Files have such rows, so it must never change.
pub(super) const INDEX_BATCH: i64 = 256;
/// Reading one order takes as long as searching the texts of this many. So where the newest 1/32 of all orders has enough
/// hits, reading order by order is faster.
const TEXTS_PER_ORDER: i64 = 32;
/// Separates the fields of a line.
const SEPARATOR: char = '\u{1f}';

impl Read<'_> {
    /// Returns whether the file has the index. Older files have none, or one that is folded in another way.
    pub(super) fn has_search_index(&self) -> Result<bool, StoreError> {
        Ok(version_of(self.connection)? >= INDEX_SINCE)
    }

    /// Returns a superset of the orders that have the needle in their texts. `None` if reading order by order is
    /// better: there are more than `most` candidates, or the newest orders have `enough` hits, or the index cannot
    /// tell.
    pub(super) fn candidates(
        &self,
        needle: &Needle,
        most: usize,
        enough: Option<usize>,
    ) -> Result<Option<Vec<OrderPk>>, StoreError> {
        let is_searchable = !needle.folded.is_empty() && !needle.folded.contains(['\n', SEPARATOR]);
        if !is_searchable || !self.has_search_index()? {
            return Ok(None);
        }
        let Some(batches) = self.batches()? else { return Ok(None) };
        let finders = finders(needle);
        let (mut candidates, mut hits) = (Vec::new(), 0);
        let mut texts = self.connection.prepare_cached("SELECT batch, texts FROM order_texts ORDER BY batch DESC")?;
        let mut rows = texts.query([])?;
        for batch in (0..batches).rev() {
            // A missing row: the index says nothing about its orders.
            let Some(row) = rows.next()?.filter(|row| row.get(0) == Ok(batch)) else { return Ok(None) };
            let texts = row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?;
            for (number, finder) in finders.iter().enumerate() {
                let lines = lines_with(finder, texts);
                // Digits may also be found in a reference or a name, so they are no certain hits.
                hits += if number == 0 { lines.len() } else { 0 };
                candidates.extend(lines.into_iter().map(|line| OrderPk(first_key(batch) + line)));
            }
            let is_enough =
                (batches - batch) * TEXTS_PER_ORDER <= batches && enough.is_some_and(|enough| hits >= enough);
            if is_enough || candidates.len() > most {
                return Ok(None);
            }
        }
        let rest = "SELECT pk FROM orders WHERE pk >= :rest OR pk < 1 LIMIT :more";
        let more = limit(most.checked_add(1));
        let values = named_params! {":rest": first_key(batches), ":more": more};
        candidates.extend(self.rows(rest, values, |row| row.get::<_, OrderPk>(0))?);
        Ok((candidates.len() <= most).then_some(candidates))
    }

    /// Counts the rows, which are numbered from 0. `None` if they cannot be right, as when orders were numbered by
    /// hand.
    fn batches(&self) -> Result<Option<i64>, StoreError> {
        let sql =
            "SELECT (SELECT MIN(batch) FROM order_texts) AS oldest, (SELECT MAX(batch) FROM order_texts) AS newest";
        let bounds: (Option<i64>, Option<i64>) =
            self.row(sql, [], |row| Ok((row.get("oldest")?, row.get("newest")?)))?;
        let filled = self.newest_order()? / INDEX_BATCH;
        Ok(match bounds {
            (None, _) => Some(0),
            (Some(0), Some(newest)) if newest < filled => Some(newest + 1),
            _ => None,
        })
    }

    /// Finds rows that do not agree with their orders.
    pub(super) fn stale_texts(&self) -> Result<Vec<Finding>, StoreError> {
        if !self.has_search_index()? {
            return Ok(Vec::new());
        }
        let filled = filled_batches(self.connection)?;
        let text = "SELECT texts FROM order_texts WHERE batch = :batch";
        let mut stale = Vec::new();
        for batch in &filled {
            let written: Option<String> = self.first(text, named_params! {":batch": batch}, |row| row.get(0))?;
            if written.as_deref() != Some(&texts_of(self.connection, *batch)?) {
                stale.push(*batch);
            }
        }
        let written = self.rows("SELECT batch FROM order_texts", [], |row| row.get(0))?;
        stale.extend(written.into_iter().filter(|batch| filled.binary_search(batch).is_err()));
        let finding = |batch: i64| Finding {
            code: "texts".to_owned(),
            subject: format!("order_texts row {batch}"),
            problem: "differs from its orders: a search may miss them".to_owned(),
        };
        Ok(stale.into_iter().map(finding).collect())
    }
}

impl Write<'_> {
    /// Indexes the orders up to a new one, if they fill a row.
    pub(super) fn index_new(&self, newest: OrderPk) -> Result<(), StoreError> {
        if newest.0 % INDEX_BATCH == 0 { index_row(self.connection, newest.0 / INDEX_BATCH - 1) } else { Ok(()) }
    }

    /// Indexes the row of a changed order again, if it is indexed.
    pub(super) fn index_again(&self, changed: OrderPk) -> Result<(), StoreError> {
        self.index_orders(&[changed])
    }

    /// Indexes the rows of changed orders again, each once, if they are indexed.
    pub(super) fn index_orders(&self, changed: &[OrderPk]) -> Result<(), StoreError> {
        let indexed = 1..=self.newest_order()? / INDEX_BATCH * INDEX_BATCH;
        let rows = changed.iter().filter(|order| indexed.contains(&order.0)).map(|order| (order.0 - 1) / INDEX_BATCH);
        let rows: BTreeSet<i64> = rows.collect();
        rows.into_iter().try_for_each(|row| index_row(self.connection, row))
    }
}

/// Indexes all orders that fill rows, and removes all other rows.
pub(super) fn index_all(connection: &Connection) -> Result<(), StoreError> {
    let filled = filled_batches(connection)?;
    let sql = "DELETE FROM order_texts WHERE batch NOT IN (SELECT value FROM json_each(:filled))";
    connection.execute(sql, named_params! {":filled": json_array(filled.iter().copied())})?;
    filled.into_iter().try_for_each(|batch| index_row(connection, batch))
}

/// Lists the rows that are full: no new order comes into them.
fn filled_batches(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT DISTINCT (pk - 1) / :batch AS batch FROM orders
               WHERE pk BETWEEN 1 AND (SELECT MAX(pk) FROM orders) / :batch * :batch ORDER BY batch";
    Read { connection }.rows(sql, named_params! {":batch": INDEX_BATCH}, |row| row.get(0))
}

fn index_row(connection: &Connection, batch: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO order_texts (batch, texts) VALUES (:batch, :texts)
               ON CONFLICT (batch) DO UPDATE SET texts = excluded.texts WHERE texts <> excluded.texts";
    let texts = texts_of(connection, batch)?;
    connection.prepare_cached(sql)?.execute(named_params! {":batch": batch, ":texts": texts})?;
    Ok(())
}

/// Returns the key of the first order of a row.
fn first_key(batch: i64) -> i64 {
    batch * INDEX_BATCH + 1
}

/// Returns the texts of a row's orders, a line each.
fn texts_of(connection: &Connection, batch: i64) -> Result<String, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT pk, reference, customer_name, customer_phone, customer_phone_digits FROM orders
         WHERE pk BETWEEN :first AND :last ORDER BY pk",
    )?;
    let (mut texts, mut next) = (String::new(), first_key(batch));
    let mut rows = statement.query(named_params! {":first": next, ":last": next + INDEX_BATCH - 1})?;
    while let Some(row) = rows.next()? {
        let order: i64 = row.get(0)?;
        texts.extend((next..order).map(|_| '\n'));
        next = order.saturating_add(1);
        // One damaged text must not keep the other orders from being indexed.
        let text = |index| row.get_ref(index)?.as_bytes().map(String::from_utf8_lossy).map_err(rusqlite::Error::from);
        put_line(&mut texts, &text(1)?, &text(2)?, &text(3)?, &text(4)?);
    }
    Ok(texts)
}

/// Adds an order's line. Files have such lines: they must not change, `fold` included, without a migration that indexes all
/// orders again.
fn put_line(texts: &mut String, reference: &str, name: &str, phone: &str, digits: &str) {
    let folded_phone = fold(phone);
    for field in [&fold(reference), &fold(name), &folded_phone] {
        let start = texts.len();
        texts.push_str(field);
        if memchr2(b'\n', SEPARATOR as u8, field.as_bytes()).is_some() {
            texts.replace_range(start.., &field.replace(['\n', SEPARATOR], "\u{fffd}"));
        }
        texts.push(SEPARATOR);
    }
    if folded_phone.trim_matches(|c: char| !c.is_ascii_digit()) != digits {
        texts.push_str(digits);
    }
    texts.push('\n');
}

/// Returns what to find in lines: the needle, and its digits where they differ.
fn finders(needle: &Needle) -> Vec<Finder<'_>> {
    let digits = needle.digits.iter().chain(&needle.number).filter(|digits| **digits != needle.folded);
    [&needle.folded].into_iter().chain(digits).map(Finder::new).collect()
}

/// Returns the numbers of the lines that have a needle, from 0.
fn lines_with(needle: &Finder<'_>, texts: &[u8]) -> Vec<i64> {
    let (mut lines, mut line, mut start) = (Vec::new(), 0, 0);
    while let Some(at) = needle.find(&texts[start..]) {
        let before = &texts[start..start + at];
        line += memchr_iter(b'\n', before).count();
        lines.extend(i64::try_from(line));
        // Go on with the next line.
        let Some(end) = memchr(b'\n', &texts[start + at..]) else { break };
        start += at + end + 1;
        line += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::phone::full_number;
    use crate::store::commit::tests::store;
    use crate::store::open::Store;
    use crate::store::order_filter::OrderFilter;

    /// Typed texts share pieces with the orders' texts, and have letters that fold.
    const TEXT: &str = "[a-cA-C0-2٠-٢２² +()\\-éÉİßς\u{301}\u{1f}\n\u{fffd}]{0,8}";
    const TYPED: &str = "[a-cA-C0-2٠-٢２² +()\\-éÉİßς\u{301}\u{fffd}]{1,3}";

    proptest! {
        #[test]
        fn a_search_misses_no_order(
            orders in proptest::collection::vec((TEXT, TEXT, TEXT), 1..6),
            typed in TYPED,
            code in proptest::option::of("[12]"),
        ) {
            let digits_of = |phone: &str| full_number(phone, code.as_deref());
            let needle = Needle::of(&typed, code.as_deref()).filter(|needle| !needle.folded.is_empty());
            prop_assume!(needle.is_some());
            let needle = needle.unwrap();
            let mut texts = String::new();
            for (reference, name, phone) in &orders {
                put_line(&mut texts, reference, name, phone, &digits_of(phone));
            }
            let found: Vec<i64> =
                finders(&needle).iter().flat_map(|finder| lines_with(finder, texts.as_bytes())).collect();
            for (line, (reference, name, phone)) in (0..).zip(&orders) {
                let has_it = [reference, name, phone].iter().any(|field| fold(field).contains(&needle.folded))
                    || needle.digits.iter().chain(&needle.number).any(|digits| digits_of(phone).contains(digits));
                prop_assert!(!has_it || found.contains(&line), "{:?} in line {} of {:?}", needle, line, texts);
            }
        }
    }

    /// Files have such lines.
    #[test]
    fn the_form_of_the_lines_does_not_change() {
        let mut texts = String::new();
        put_line(&mut texts, "LEG-1", "Straße İΣ Ｔ é\u{301}\n", "+20 (101) 1", "201011");
        put_line(&mut texts, "LEG-2", "أُمَيّة ليلى", "+20101", "20101");
        put_line(&mut texts, "LEG-3", "Ali", "٠١٠", "010");
        put_line(&mut texts, "LEG-4", "Ali", "010", "2010");
        assert_eq!(
            texts,
            "leg-1\u{1f}strasse iσ t e\u{fffd}\u{1f}+20 (101) 1\u{1f}201011\n\
             leg-2\u{1f}اميه ليلي\u{1f}+20101\u{1f}\n\
             leg-3\u{1f}ali\u{1f}٠١٠\u{1f}010\n\
             leg-4\u{1f}ali\u{1f}010\u{1f}2010\n"
        );
    }

    /// Inserts orders with these keys; names and phones repeat.
    fn insert_orders(store: &Store, keys: impl Iterator<Item = i64>) {
        let mut statement = store
            .connection
            .prepare(
                "INSERT INTO orders (pk, id, reference, order_date, customer_name, customer_phone, customer_phone_digits,
                     status, total, item_count, created_at, updated_at, items_hash)
                 VALUES (?1, format('%08d-0000-0000-0000-%012d', ?1 < 0, abs(?1) % 1000000000000), 'LEG-' || ?1,
                     '2026-02-04T10:30:00.000Z', ?2, ?3, ?4, iif(?1 % 3, 'pending', 'shipped'), 1, 1,
                     '2026-02-04T10:30:00.000Z', '2026-02-04T10:30:00.000Z', 0)",
            )
            .unwrap();
        store.connection.execute_batch("BEGIN").unwrap();
        for key in keys {
            let number = usize::try_from(key.unsigned_abs() % 7).unwrap();
            let name = ["Mona", "ΟΔΥΣΣΕΥΣ", "Straße", "İrem", "José", "ليلى", "Rare"][number];
            let phone = ["+20 (101) 1", "٠١٠", "２０１", "1²", "call me", "+2010", "0"][number].to_owned();
            let name = if key % 300 == 0 { "Rare" } else { name };
            statement.execute((key, name, &phone, full_number(&phone, None))).unwrap();
        }
        store.connection.execute_batch("COMMIT").unwrap();
    }

    #[test]
    fn the_index_is_not_used_where_the_newest_orders_have_enough_hits() {
        let (_folder, store) = store();
        insert_orders(&store, 1..=9000);
        index_all(&store.connection).unwrap();
        let found = |text: &str, enough| {
            let found = store
                .read::<_, StoreError>(|read| read.candidates(&Needle::of(text, None).unwrap(), usize::MAX, enough))
                .unwrap();
            found.map(|orders| orders.len())
        };
        let (all_mona, all_rare) = (found("mona", None).unwrap(), found("rare", None).unwrap());
        assert!(all_mona > 1000 && all_rare > 1000, "{all_mona}, {all_rare}");
        assert_eq!(found("mona", Some(20)), None);
        // The newest orders do not have that many hits.
        assert_eq!(found("mona", Some(1000)), Some(all_mona));
        assert_eq!(found("leg-25", Some(1)), found("leg-25", None));
    }

    /// Somebody changed the file by hand.
    #[test]
    fn an_index_with_wrong_rows_is_not_used() {
        for batch in [-1, 4, i64::MAX] {
            let (_folder, store) = store();
            insert_orders(&store, 1..=1100);
            index_all(&store.connection).unwrap();
            let sql = "INSERT INTO order_texts (batch, texts) VALUES (?, 'mona')";
            store.connection.execute(sql, [batch]).unwrap();
            let found = store
                .read::<_, StoreError>(|read| read.candidates(&Needle::of("mona", None).unwrap(), 5000, None))
                .unwrap();
            assert_eq!(found, None, "{batch}");
        }
    }

    /// With and without the index, however the orders are numbered.
    #[test]
    fn a_search_finds_the_same_with_and_without_the_index() {
        let numbered: [Vec<i64>; 5] = [
            (1..=1100).collect(),
            // Enough orders that the newest may suffice.
            (1..=9000).collect(),
            (1..=10).chain(600..=1100).collect(),
            (-3..=3).chain(250..=260).chain(500..=520).collect(),
            (1..=300).chain([i64::MAX - 1]).collect(),
        ];
        for keys in numbered {
            let (_folder, store) = store();
            insert_orders(&store, keys.iter().copied());
            index_all(&store.connection).unwrap();
            let found = |text: &str, limit: u64| {
                let filter =
                    OrderFilter { search: Some(text.to_owned()), limit: Some(limit), ..OrderFilter::default() };
                let orders = store.read::<_, StoreError>(|read| read.listed_orders(&filter, false)).unwrap();
                orders.into_iter().map(|order| order.summary.pk).collect::<Vec<_>>()
            };
            let asked = || {
                let texts = [
                    "rare",
                    "leg-25",
                    "LEG-300",
                    "mona",
                    "²",
                    "２０１",
                    "+12",
                    "20101",
                    "010",
                    "strasse",
                    "ζ",
                    "3",
                    "\u{1f}",
                ];
                texts.map(|text| [1, 50, 5000].map(|limit| found(text, limit)))
            };
            let with = asked();
            assert!(with[0][2].len() > 1 && with[3][2].len() > 1, "{with:?}");
            store.connection.execute_batch("DROP TABLE order_texts; PRAGMA user_version = 3").unwrap();
            assert_eq!(with, asked(), "{} orders", keys.len());
        }
    }
}
