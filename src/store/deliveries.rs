//! Deliveries from suppliers.

use rusqlite::named_params;

use super::error::StoreError;
use super::transaction::{Audit, Read, Write};
use crate::domain::delivery::{Delivery, ReceivedItem};
use crate::domain::stock::{Movement, Reason};

impl Read<'_> {
    /// Loads the delivery of this reference, in any case.
    pub fn delivery(&self, reference: &str) -> Result<Option<Delivery>, StoreError> {
        let sql = "SELECT pk, reference, at, actor, note FROM deliveries WHERE reference = :reference";
        let found = self.first(sql, named_params! {":reference": reference}, |row| {
            Ok((row.get::<_, i64>("pk")?, row.get("reference")?, row.get("at")?, row.get("actor")?, row.get("note")?))
        })?;
        let Some((pk, reference, at, actor, note)) = found else { return Ok(None) };
        let came = self.rows(
            "SELECT product_id, size_key, SUM(delta) AS came FROM stock_movements
             WHERE delivery_pk = :delivery GROUP BY product_id, size_key",
            named_params! {":delivery": pk},
            |row| Ok(((row.get("product_id")?, row.get("size_key")?), row.get("came")?)),
        )?;
        Ok(Some(Delivery { reference, at, actor, note, came: came.into_iter().collect() }))
    }
}

impl Write<'_> {
    /// Writes a new delivery, and puts its pieces on the shelf.
    ///
    /// # Errors
    /// Its reference is no longer free, or a product no longer there.
    pub fn receive(&self, reference: &str, items: &[ReceivedItem], audit: &Audit) -> Result<(), StoreError> {
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
            self.apply_delivered(&movement, delivery, audit)?;
        }
        Ok(())
    }
}
