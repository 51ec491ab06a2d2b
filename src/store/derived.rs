//! What is stored although it follows from other columns: full numbers of orders and customers, hashes of items, other
//! names of items, and the search index.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::customers::remarks_in;
use super::error::StoreError;
use super::search_index::{INDEX_BATCH, index_all};
use super::transaction::{Read, Write};
use crate::domain::content::{ItemContent, items_hash};
use crate::domain::finding::Finding;
use crate::domain::phone::full_number;
use crate::domain::settings::SettingKey;

impl Read<'_> {
    /// Returns the digits of a number in full, by the shop's country code.
    pub fn full_number(&self, phone: &str) -> Result<String, StoreError> {
        Ok(full_number(phone, self.country_code()?.as_deref()))
    }

    pub(super) fn country_code(&self) -> Result<Option<String>, StoreError> {
        country_code(self.connection)
    }

    /// Finds orders whose hash of items is wrong: a duplicate may be missed.
    pub(super) fn stale_hashes(&self) -> Result<Vec<Finding>, StoreError> {
        let mut stored =
            self.connection.prepare_cached("SELECT reference, items_hash FROM orders WHERE pk = :order")?;
        let mut findings = Vec::new();
        each_batch(self.connection, |first, last| {
            for (order, hash) in hashes_between(self.connection, first, last)? {
                let (reference, stored): (String, i64) =
                    stored.query_row(named_params! {":order": order}, |row| Ok((row.get(0)?, row.get(1)?)))?;
                if stored != hash {
                    findings.push(Finding {
                        code: "items_hash".to_owned(),
                        subject: reference,
                        problem: format!("its items_hash is {stored}, not {hash}: a duplicate may be missed"),
                    });
                }
            }
            Ok(())
        })?;
        Ok(findings)
    }
}

impl Write<'_> {
    /// Derives everything again, with the country code as it is now.
    pub(super) fn derive_again(&self) -> Result<(), StoreError> {
        derive_all(self.connection)
    }
}

/// Brings the numbers of the remarks on customers up to date. Rows that become one are merged.
fn renumber_customers(connection: &Connection, code: Option<&str>) -> Result<(), StoreError> {
    let mut outdated = connection.prepare_cached(
        "DELETE FROM customers WHERE phone_digits <> full_number(phone, :code)
         RETURNING phone, note, blocked_at, blocked_note, updated_at, updated_by",
    )?;
    let row = |row: &Row<'_>| {
        let (phone, remarks): (String, _) = (row.get("phone")?, remarks_in(row)?);
        Ok((phone, remarks, row.get::<_, String>("updated_at")?, row.get::<_, String>("updated_by")?))
    };
    // Deleted first: a row may have the number that another one gets.
    let rows: Vec<_> = outdated.query_map(named_params! {":code": code}, row)?.collect::<Result<_, _>>()?;
    let mut there = connection
        .prepare_cached("SELECT note, blocked_at, blocked_note FROM customers WHERE phone_digits = :number")?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO customers (phone_digits, phone, note, blocked_at, blocked_note, updated_at, updated_by)
         VALUES (:number, :phone, :note, :blocked_at, :blocked_note, :at, :actor)
         ON CONFLICT (phone_digits) DO UPDATE SET note = excluded.note, blocked_at = excluded.blocked_at,
             blocked_note = excluded.blocked_note, updated_at = max(updated_at, excluded.updated_at)",
    )?;
    for (phone, remarks, at, actor) in rows {
        let number = full_number(&phone, code);
        let other = there.query_row(named_params! {":number": number}, remarks_in).optional()?;
        let remarks = other.unwrap_or_default().merged(remarks);
        insert.execute(named_params! {
            ":number": number,
            ":phone": phone,
            ":note": remarks.note,
            ":blocked_at": remarks.block.as_ref().map(|block| block.since),
            ":blocked_note": remarks.block.as_ref().and_then(|block| block.note.as_deref()),
            ":at": at,
            ":actor": actor,
        })?;
    }
    Ok(())
}

/// Derives everything that is missing or outdated, in constant memory.
pub(super) fn derive_all(connection: &Connection) -> Result<(), StoreError> {
    let code = country_code(connection)?;
    let mut update = connection.prepare_cached(
        "UPDATE orders SET customer_phone_digits = full_number(customer_phone, :code), items_hash = :hash
         WHERE pk = :order
           AND (items_hash IS NOT :hash OR customer_phone_digits <> full_number(customer_phone, :code))",
    )?;
    each_batch(connection, |first, last| {
        for (order, hash) in hashes_between(connection, first, last)? {
            update.execute(named_params! {":code": code, ":hash": hash, ":order": order})?;
        }
        Ok(())
    })?;
    renumber_customers(connection, code.as_deref())?;
    connection.execute(
        "INSERT INTO item_names (product_id, name, barcode)
         SELECT DISTINCT i.product_id, i.product_name, coalesce(i.product_barcode, '')
         FROM order_items AS i CROSS JOIN products AS p ON p.id = i.product_id
         WHERE i.product_name <> p.name OR i.product_barcode IS NOT p.barcode ON CONFLICT DO NOTHING",
        [],
    )?;
    index_all(connection)
}

fn country_code(connection: &Connection) -> Result<Option<String>, StoreError> {
    let key = named_params! {":key": SettingKey::CountryCode.as_str()};
    Read { connection }.first("SELECT value FROM settings WHERE key = :key", key, |row| row.get(0))
}

/// Calls `each` with the first and the last key of every batch that has orders; a batch is some hundreds of keys.
fn each_batch(
    connection: &Connection,
    mut each: impl FnMut(i64, i64) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut next = connection.prepare_cached("SELECT MIN(pk) FROM orders WHERE pk >= :first")?;
    let mut first = i64::MIN;
    while let Some(order) = next.query_row(named_params! {":first": first}, |row| row.get::<_, Option<i64>>(0))? {
        let batch_first = order.saturating_sub((order.wrapping_sub(1)).rem_euclid(INDEX_BATCH));
        let last = batch_first.saturating_add(INDEX_BATCH - 1);
        each(batch_first, last)?;
        let Some(after) = last.checked_add(1) else { break };
        first = after;
    }
    Ok(())
}

/// Returns the keys of the orders between two keys, each with the hash of its items.
fn hashes_between(connection: &Connection, first: i64, last: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let sql = "SELECT o.pk, i.product_id, i.quantity, i.unit_price, i.selected_size, i.selected_color
         FROM orders AS o LEFT JOIN order_items AS i ON i.order_pk = o.pk
         WHERE o.pk BETWEEN :first AND :last ORDER BY o.pk";
    let mut orders: Vec<(i64, Vec<ItemContent>)> = Vec::new();
    Read { connection }.each(sql, named_params! {":first": first, ":last": last}, |row| {
        let order: i64 = row.get(0)?;
        if orders.last().is_none_or(|(last, _)| *last != order) {
            orders.push((order, Vec::new()));
        }
        // An order without items is a finding of `check`.
        if let (Some((_, items)), Some(product)) = (orders.last_mut(), row.get(1)?) {
            let (size, color): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
            items.push(ItemContent::new(product, row.get(2)?, row.get(3)?, size.as_deref(), color.as_deref()));
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(orders.into_iter().map(|(order, items)| (order, items_hash(items))).collect())
}
