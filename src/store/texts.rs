//! What a search looks through: the texts of many orders in one row, so that it reads a few megabytes instead of every
//! order.
//!
//! An order's line has its reference, name and phone, folded, and the digits of the phone where they do not stand together
//! in it. The orders of a row have keys that follow each other; one that is missing leaves a blank line. A row is written
//! when its last order is: those after the last row are looked at one by one.

use memchr::memchr_iter;
use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::search::{Needle, fold};
use super::{Read, StoreError, Write};
use crate::domain::finding::Finding;
use crate::domain::order::OrderPk;
use crate::domain::text::phone_digits;

/// How many orders have their texts in one row. Files have such rows: it must not change.
const BATCH: i64 = 256;
/// Stands between the fields of a line.
const BETWEEN: char = '\u{1f}';
/// Before the phone, and the digits of the phone, a line has the reference and the name.
const FIELDS_BEFORE_PHONE: usize = 2;

/// The orders that a text was found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// These.
    These(Vec<OrderPk>),
    /// So many that looking at one after the other finds the first ones sooner, or nobody knows.
    Many,
}

impl Read<'_> {
    /// Tells whether a file has texts gathered: older ones have not.
    pub(super) fn has_texts(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'order_texts')";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Finds the orders that have a needle in their texts, or one of some products among their items, which are a JSON array
    /// of their ids; more than `most` are many.
    pub(super) fn orders_with_text(&self, needle: &Needle, products: &str, most: usize) -> Result<Found, StoreError> {
        let is_in_all = needle.folded.is_empty();
        let is_in_none = needle.folded.contains(['\n', BETWEEN]);
        if is_in_all || is_in_none || !self.has_texts()? {
            return Ok(Found::Many);
        }
        let mut found = Vec::new();
        let mut texts = self.connection.prepare_cached("SELECT batch, texts FROM order_texts")?;
        let mut rows = texts.query([])?;
        let finders = Finders::of(needle);
        while let Some(row) = rows.next()? {
            let first = first_key(row.get(0)?);
            let lines = finders.lines(row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?);
            found.extend(lines.into_iter().map(|line| OrderPk(first.saturating_add(line))));
            if found.len() > most {
                return Ok(Found::Many);
            }
        }
        let sql = "SELECT pk FROM orders
                   WHERE pk > (SELECT coalesce(MAX(batch) + 1, 0) * :batch FROM order_texts)
                     AND (is_found_in(:needle, reference, customer_name, customer_phone)
                          OR instr(customer_phone_digits, :digits) > 0)
                   UNION ALL
                   SELECT * FROM (SELECT order_pk FROM order_items
                                  WHERE product_id IN (SELECT value FROM json_each(:products)) LIMIT :more)";
        let mut others = self.connection.prepare_cached(sql)?;
        let others = others.query_map(
            named_params! {
                ":batch": BATCH,
                ":needle": needle.folded,
                ":digits": needle.digits,
                ":products": products,
                ":more": i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1),
            },
            |row| row.get(0),
        )?;
        for order in others {
            found.push(order?);
        }
        Ok(if found.len() > most { Found::Many } else { Found::These(found) })
    }

    /// Finds the rows that do not say what their orders say.
    pub(super) fn stale_texts(&self) -> Result<Vec<Finding>, StoreError> {
        if !self.has_texts()? {
            return Ok(Vec::new());
        }
        let filled = filled_batches(self.connection)?;
        let mut text = self.connection.prepare_cached("SELECT texts FROM order_texts WHERE batch = :batch")?;
        let mut stale = Vec::new();
        for batch in &filled {
            let written: Option<String> =
                text.query_row(named_params! {":batch": batch}, |row| row.get(0)).optional()?;
            if written.as_deref() != Some(&texts_of(self.connection, *batch)?) {
                stale.push(*batch);
            }
        }
        let mut written = self.connection.prepare_cached("SELECT batch FROM order_texts")?;
        for batch in written.query_map([], |row| row.get(0))? {
            let batch = batch?;
            if filled.binary_search(&batch).is_err() {
                stale.push(batch);
            }
        }
        let finding = |batch: i64| Finding {
            code: "texts".to_owned(),
            subject: format!("orders {} to {}", first_key(batch), first_key(batch).saturating_add(BATCH - 1)),
            problem: "a search does not look through what they say".to_owned(),
        };
        Ok(stale.into_iter().map(finding).collect())
    }
}

impl Write<'_> {
    /// Gathers the texts of the orders up to a new one, if they fill a row.
    pub(super) fn gather_texts(&self, newest: OrderPk) -> Result<(), StoreError> {
        if newest.0 % BATCH == 0 { gather(self.connection, newest.0 / BATCH - 1) } else { Ok(()) }
    }

    /// Gathers the texts anew among which those of an order are that changed.
    pub(super) fn gather_texts_again(&self, changed: OrderPk) -> Result<(), StoreError> {
        let batch = (changed.0 - 1).div_euclid(BATCH);
        if batch < newest_key(self.connection)? / BATCH { gather(self.connection, batch) } else { Ok(()) }
    }
}

/// Gathers the texts of all orders that fill rows, in a file that has none yet.
pub(super) fn gather_all(connection: &Connection) -> Result<(), StoreError> {
    filled_batches(connection)?.into_iter().try_for_each(|batch| gather(connection, batch))
}

/// Lists the rows that orders have filled: none comes to them any more.
fn filled_batches(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT (pk - 1) / :batch AS batch FROM orders
         WHERE pk BETWEEN 1 AND (SELECT MAX(pk) FROM orders) / :batch * :batch ORDER BY batch",
    )?;
    let batches = statement.query_map(named_params! {":batch": BATCH}, |row| row.get(0))?;
    Ok(batches.collect::<Result<_, _>>()?)
}

/// Returns the key of the newest order, which tells how many there are; 0 where there is none.
pub(super) fn newest_key(connection: &Connection) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT coalesce(MAX(pk), 0) FROM orders")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Returns the key of the first order of a row. (Who damages a file may number its rows as they like.)
fn first_key(batch: i64) -> i64 {
    batch.saturating_mul(BATCH).saturating_add(1)
}

fn gather(connection: &Connection, batch: i64) -> Result<(), StoreError> {
    let texts = texts_of(connection, batch)?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO order_texts (batch, texts) VALUES (:batch, :texts)")?
        .execute(named_params! {":batch": batch, ":texts": texts})?;
    Ok(())
}

/// Returns the texts of a row's orders, a line each.
fn texts_of(connection: &Connection, batch: i64) -> Result<String, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT pk, reference, customer_name, customer_phone FROM orders WHERE pk BETWEEN :first AND :last ORDER BY pk",
    )?;
    let first = first_key(batch);
    let mut rows = statement.query(named_params! {":first": first, ":last": first + BATCH - 1})?;
    let (mut texts, mut lines) = (String::new(), 0);
    while let Some(row) = rows.next()? {
        let before = usize::try_from(row.get::<_, i64>(0)? - first - lines).unwrap_or_default();
        texts.extend(std::iter::repeat_n('\n', before));
        lines += i64::try_from(before).unwrap_or_default() + 1;
        let text = |index| row.get_ref(index)?.as_str().map_err(rusqlite::Error::from);
        put_line(&mut texts, text(1)?, text(2)?, text(3)?);
    }
    Ok(texts)
}

fn put_line(texts: &mut String, reference: &str, name: &str, phone: &str) {
    let (folded_phone, digits) = (fold(phone), phone_digits(phone));
    for field in [&fold(reference), &fold(name), &folded_phone] {
        texts.extend(field.chars().map(|c| if matches!(c, '\n' | BETWEEN) { char::REPLACEMENT_CHARACTER } else { c }));
        texts.push(BETWEEN);
    }
    if folded_phone.trim_matches(|c: char| !c.is_ascii_digit()) != digits {
        texts.push_str(&digits);
    }
    texts.push('\n');
}

/// A needle, ready to be found in the lines of many orders.
struct Finders<'n> {
    folded: Finder<'n>,
    digits: Option<Finder<'n>>,
}

impl<'n> Finders<'n> {
    fn of(needle: &'n Needle) -> Finders<'n> {
        Finders {
            folded: Finder::new(needle.folded.as_bytes()),
            // What is nothing but digits is found in all fields.
            digits: needle.digits.as_ref().filter(|digits| **digits != needle.folded).map(Finder::new),
        }
    }

    /// Returns the lines that the needle is found in, counted from 0.
    fn lines(&self, texts: &[u8]) -> Vec<i64> {
        let mut lines = lines_with(&self.folded, texts, 0);
        if let Some(digits) = &self.digits {
            lines.extend(lines_with(digits, texts, FIELDS_BEFORE_PHONE));
        }
        lines
    }
}

/// Returns the lines that have a needle in a field after so many others.
fn lines_with(needle: &Finder<'_>, texts: &[u8], fields_before: usize) -> Vec<i64> {
    let (mut lines, mut line, mut seen) = (Vec::new(), 0, 0);
    for at in needle.find_iter(texts) {
        line += memchr_iter(b'\n', &texts[seen..at]).count();
        seen = at;
        let start = texts[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if memchr_iter(BETWEEN as u8, &texts[start..at]).count() >= fields_before {
            lines.extend(i64::try_from(line).ok());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is typed has pieces of what orders have, and letters that fold.
    const FIELD: &str = "[a-cA-Z0-9٠-٩ +()\\-²éÉİßς\u{301}\u{1f}\n]{0,8}";

    proptest! {
        #[test]
        fn what_is_found_in_the_lines_is_found_in_the_orders(
            orders in proptest::collection::vec((FIELD, FIELD, FIELD), 1..6),
            typed in "[a-cA-Z0-9٠-٩ +()\\-²éÉİßς\u{301}]{1,3}",
        ) {
            let needle = Needle::of(&typed);
            prop_assume!(!needle.folded.is_empty());
            let mut texts = String::new();
            for (reference, name, phone) in &orders {
                put_line(&mut texts, reference, name, phone);
            }
            let mut found = Finders::of(&needle).lines(texts.as_bytes());
            found.sort_unstable();
            found.dedup();
            let has_it = |(reference, name, phone): &(String, String, String)| {
                [reference, name, phone].iter().any(|field| fold(field).contains(&needle.folded))
                    || needle.digits.as_ref().is_some_and(|digits| phone_digits(phone).contains(digits))
            };
            let expected: Vec<i64> = (0..).zip(&orders).filter(|(_, order)| has_it(order)).map(|(line, _)| line).collect();
            prop_assert_eq!(found, expected, "{:?} in {:?}", needle, texts);
        }
    }
}
