//! Deliveries from suppliers.

use std::collections::BTreeMap;

use rusqlite::named_params;

use super::error::StoreError;
use super::stock::{Origin, stock_key};
use super::transaction::{Audit, Read, Write};
use crate::domain::delivery::{Delivery, Quantities, ReceivedItem};
use crate::domain::movement::{Movement, Reason};
use crate::domain::product::StockKey;

impl Read<'_> {
    /// Loads the delivery of this reference, in any case.
    pub fn delivery(&self, reference: &str) -> Result<Option<Delivery>, StoreError> {
        let sql = "SELECT pk, reference, at, actor, note FROM deliveries WHERE reference = :reference";
        let found = self.first(sql, named_params! {":reference": reference}, |row| {
            Ok((row.get::<_, i64>("pk")?, row.get("reference")?, row.get("at")?, row.get("actor")?, row.get("note")?))
        })?;
        let Some((pk, reference, at, actor, note)) = found else { return Ok(None) };
        let lines: Vec<(StockKey, i64, String)> = self.rows(
            "SELECT m.product_id, m.size_key, SUM(m.delta) AS came,
                    p.name || CASE s.size WHEN '' THEN '' ELSE format(' (%s)', s.size) END AS label
             FROM stock_movements AS m JOIN products AS p ON p.id = m.product_id
             JOIN stock AS s ON s.product_id = m.product_id AND s.size_key = m.size_key
             WHERE m.delivery_pk = :delivery GROUP BY m.product_id, m.size_key",
            named_params! {":delivery": pk},
            |row| Ok((stock_key(row)?, row.get("came")?, row.get("label")?)),
        )?;
        let (mut quantities, mut labels) = (Quantities::new(), BTreeMap::new());
        for (key, pieces, label) in lines {
            labels.insert(key.clone(), label);
            quantities.insert(key, pieces);
        }
        Ok(Some(Delivery { reference, at, actor, note, quantities, labels }))
    }
}

impl Write<'_> {
    /// Writes a new delivery, and puts its pieces on the shelf.
    ///
    /// # Errors
    /// Its reference is no longer free, or a product is gone.
    pub fn receive_delivery(&self, reference: &str, items: &[ReceivedItem], audit: &Audit) -> Result<(), StoreError> {
        self.change_one(
            "the delivery",
            "INSERT INTO deliveries (reference, at, actor, note) VALUES (:reference, :at, :actor, :note)
             ON CONFLICT DO NOTHING",
            named_params! {":reference": reference, ":at": self.time, ":actor": audit.actor, ":note": audit.note},
        )?;
        let delivery = self.connection.last_insert_rowid();
        for ReceivedItem { product, line, is_new_size, quantity } in items {
            if *is_new_size {
                self.insert_stock_line(product.id, line)?;
            }
            let movement = Movement {
                product_id: product.id,
                size_key: line.size_key.clone(),
                delta: *quantity,
                reason: Reason::Receive,
                note: None,
            };
            self.move_stock(&movement, Origin::Delivery(delivery), self.time, audit)?;
        }
        Ok(())
    }
}
