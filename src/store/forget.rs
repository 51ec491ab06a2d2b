//! Forgetting a customer: in the orders, and then in the bytes of the file.

use std::path::PathBuf;

use rusqlite::limits::Limit;
use rusqlite::named_params;

use super::error::StoreError;
use super::open::Store;
use super::transaction::{Audit, Read, Write, begin};
use crate::domain::customer::Forgotten;
use crate::domain::history::EventKind;
use crate::domain::order::FORGOTTEN;
use crate::domain::order::OrderPk;
use crate::scratch::folder_of;

/// The last event to forget in orders that still have the customer: all of them.
const ALL_EVENTS: i64 = i64::MAX;

impl Read<'_> {
    /// Returns whether bytes of a forgotten customer may still be in the file: the program was stopped, or another one used it.
    pub fn is_to_overwrite(&self) -> Result<bool, StoreError> {
        self.row("SELECT EXISTS (SELECT 1 FROM to_overwrite)", [], |row| row.get(0))
    }

    /// Finds the orders that formerly had this number, with the last edit that names it.
    fn orders_that_had(&self, number: &str) -> Result<Vec<(OrderPk, i64)>, StoreError> {
        self.rows(
            r#"SELECT e.order_pk, MAX(e.pk) FROM order_events AS e JOIN orders AS o ON o.pk = e.order_pk
               WHERE e.kind = 'edited' AND o.customer_phone_digits <> :number
                 AND (e."from" GLOB 'customerPhone: *' AND full_number(substr(e."from", 16), :code) = :number
                      OR e."to" GLOB 'customerPhone: *' AND full_number(substr(e."to", 16), :code) = :number)
               GROUP BY e.order_pk"#,
            named_params! {":number": number, ":code": self.country_code()?},
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

impl Write<'_> {
    /// Forgets the customer of a number. In their orders, name, phone, address, tracking number and notes become
    /// [`FORGOTTEN`], and the ids of their messages are removed. Sums, stock and statuses stay. Returns `None` if
    /// nothing had this number.
    ///
    /// The bytes are still in the file: [`Store::overwrite_freed`] is next.
    pub fn forget_customer(&self, number: &str, audit: &Audit) -> Result<Option<Forgotten>, StoreError> {
        let sql = "SELECT pk FROM orders WHERE customer_phone_digits = :number ORDER BY pk";
        let own: Vec<OrderPk> = self.rows(sql, named_params! {":number": number}, |row| row.get(0))?;
        let former = self.orders_that_had(number)?;
        for (order, last) in own.iter().map(|order| (*order, ALL_EVENTS)).chain(former.iter().copied()) {
            self.forget_words(order, last)?;
        }
        for order in &own {
            self.forget_order(*order, audit)?;
        }
        self.index_orders(&own)?;
        let sql = "UPDATE users SET phone = NULL WHERE full_number(phone, :code) = :number RETURNING username";
        let named = named_params! {":code": self.country_code()?, ":number": number};
        let accounts: Vec<String> = self.rows(sql, named, |row| row.get(0))?;
        let mut delete = self.connection.prepare_cached("DELETE FROM customers WHERE phone_digits = :number")?;
        let said = delete.execute(named_params! {":number": number})?;
        if own.is_empty() && former.is_empty() && accounts.is_empty() && said == 0 {
            return Ok(None);
        }
        self.execute(
            "INSERT INTO to_overwrite (pk, forgotten_at) VALUES (1, :at) ON CONFLICT DO NOTHING",
            named_params! {":at": self.time},
        )?;
        Ok(Some(Forgotten { orders: u64::try_from(own.len()).unwrap_or(u64::MAX), accounts }))
    }

    /// Forgets the notes of an order up to an event, and its former customers.
    fn forget_words(&self, order: OrderPk, last: i64) -> Result<(), StoreError> {
        let named = named_params! {":order": order, ":last": last, ":forgotten": FORGOTTEN};
        for sql in [
            "UPDATE order_events SET note = :forgotten WHERE order_pk = :order AND pk <= :last AND note IS NOT NULL",
            r#"UPDATE order_events SET
                   "from" = iif("from" GLOB 'customer*: *' OR "from" GLOB 'tracking: *',
                                substr("from", 1, instr("from", ': ') + 1) || :forgotten, "from"),
                   "to" = iif("to" GLOB 'customer*: *' OR "to" GLOB 'tracking: *',
                              substr("to", 1, instr("to", ': ') + 1) || :forgotten, "to")
               WHERE order_pk = :order AND pk <= :last AND kind = 'edited'"#,
            "UPDATE payments SET note = :forgotten WHERE order_pk = :order AND event_pk <= :last AND note IS NOT NULL",
            "UPDATE stock_movements SET note = :forgotten
             WHERE order_pk = :order AND event_pk <= :last AND note IS NOT NULL",
        ] {
            self.execute(sql, named)?;
        }
        Ok(())
    }

    /// Forgets the customer of an order and its source, and records that in its history.
    fn forget_order(&self, order: OrderPk, audit: &Audit) -> Result<(), StoreError> {
        let time = self.time_to_change(order)?;
        self.execute(
            "UPDATE orders SET customer_name = :forgotten, customer_phone = :forgotten, customer_phone_digits = '',
                 customer_address = iif(customer_address IS NULL, NULL, :forgotten), tracking = NULL, updated_at = :at
             WHERE pk = :order",
            named_params! {":order": order, ":forgotten": FORGOTTEN, ":at": time},
        )?;
        // If the message comes again, its reference finds this order: a conflict. So the id must be NULL, not another text: a
        // cart whose reference belongs to a message with another id is taken as a new order, under a longer reference.
        let sql = "UPDATE order_sources SET message_id = NULL, content_hash = zeroblob(32) WHERE order_pk = :order";
        self.execute(sql, named_params! {":order": order})?;
        let words = format!("customer: {FORGOTTEN}");
        self.insert_event(order, EventKind::Edited, None, Some(&words), time, audit)?;
        Ok(())
    }
}

impl Store {
    /// Overwrites all that was deleted or replaced: freed pages, what is left in pages, and the log. It needs a
    /// temporary file as large as the orders file.
    ///
    /// # Errors
    /// Another program reads or writes the file; there is no room. Nothing is lost then, and it can be run again.
    pub fn overwrite_freed(&mut self) -> Result<(), StoreError> {
        self.file.refuse_replaced()?;
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &mut self.cluster {
            return cluster.overwrite(&mut self.connection);
        }
        // Fails early if another program still reads the old data.
        self.checkpoint("RESTART")?;
        // In memory it would take as much as the whole file. SQLite makes its temporary files private, and unlinks them.
        self.connection.pragma_update(None, "temp_store", "FILE")?;
        self.connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
        let vacuumed = self.connection.execute_batch("VACUUM");
        self.connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        vacuumed?;
        self.checkpoint("TRUNCATE")?;
        let transaction = begin(&mut self.connection)?;
        transaction.execute("DELETE FROM to_overwrite", [])?;
        Ok(transaction.commit()?)
    }

    /// Copies the log into the file.
    fn checkpoint(&self, mode: &'static str) -> Result<(), StoreError> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let is_busy: bool = self.connection.query_row(&sql, [], |row| row.get(0))?;
        if is_busy { Err(StoreError::Busy) } else { Ok(()) }
    }

    /// Finds the copies that migrations left beside the file.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn migration_copies(&self) -> Result<Vec<PathBuf>, StoreError> {
        let file = self.file.path();
        let begins = format!("{}.v", file.file_name().unwrap_or_default().to_string_lossy());
        let mut copies = Vec::new();
        for entry in std::fs::read_dir(folder_of(file))? {
            let entry = entry?;
            let name = entry.file_name();
            let rest = name.to_string_lossy().strip_prefix(&begins).map(str::to_owned);
            if rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
                copies.push(entry.path());
            }
        }
        copies.sort();
        Ok(copies)
    }
}
