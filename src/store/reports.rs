//! What reports add up. Times of orders are looked up through an index that has all that is added.

use rusqlite::{Row, named_params};

use super::{Read, StoreError};
use crate::domain::product::ProductId;
use crate::domain::report::Sums;
use crate::domain::report::sales::{Group, Window};
use crate::domain::report::stock::Demand;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

fn sums(row: &Row<'_>) -> rusqlite::Result<Sums> {
    // Both ends of the currencies in the order of their names: where there are several, there are two.
    let currencies: [Option<String>; 2] = [row.get("first_currency")?, row.get("last_currency")?];
    Ok(Sums {
        orders: row.get("orders")?,
        pieces: row.get("pieces")?,
        total: row.get("total")?,
        currencies: currencies.into_iter().flatten().collect(),
    })
}

impl Read<'_> {
    /// Finds the times of the first and the last order in a window that hold stock.
    pub fn first_and_last_sale(&self, window: Window) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT (SELECT order_date FROM orders WHERE order_date >= :from AND order_date < :before
                       AND status IN ('confirmed', 'processing', 'shipped', 'delivered')
                     ORDER BY order_date LIMIT 1) AS first,
                    (SELECT order_date FROM orders WHERE order_date >= :from AND order_date < :before
                       AND status IN ('confirmed', 'processing', 'shipped', 'delivered')
                     ORDER BY order_date DESC LIMIT 1) AS last",
        )?;
        let bounds = named_params! {":from": window.from, ":before": window.before};
        let (first, last): (Option<_>, Option<_>) =
            statement.query_row(bounds, |row| Ok((row.get("first")?, row.get("last")?)))?;
        Ok(first.zip(last))
    }

    /// Adds up the orders in a window that hold stock.
    pub fn sales_in(&self, window: Window) -> Result<Sums, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT COUNT(*) AS orders, coalesce(SUM(item_count), 0) AS pieces, coalesce(SUM(total), 0) AS total,
                    MIN(currency) AS first_currency, MAX(currency) AS last_currency
             FROM orders WHERE order_date >= :from AND order_date < :before
               AND status IN ('confirmed', 'processing', 'shipped', 'delivered')",
        )?;
        Ok(statement.query_row(named_params! {":from": window.from, ":before": window.before}, sums)?)
    }

    /// Adds up the orders in a window that hold stock by their status, in the order of an order's life.
    pub fn sales_by_status(&self, window: Window) -> Result<Vec<(Group, Sums)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT status, COUNT(*) AS orders, SUM(item_count) AS pieces, SUM(total) AS total,
                    MIN(currency) AS first_currency, MAX(currency) AS last_currency
             FROM orders WHERE order_date >= :from AND order_date < :before
               AND status IN ('confirmed', 'processing', 'shipped', 'delivered')
             GROUP BY status",
        )?;
        let bounds = named_params! {":from": window.from, ":before": window.before};
        let rows = statement.query_map(bounds, |row| Ok((row.get::<_, Status>("status")?, sums(row)?)))?;
        let found: Vec<(Status, Sums)> = rows.collect::<Result<_, _>>()?;
        let in_order = Status::ALL.into_iter().filter_map(|status| {
            let (_, sums) = found.iter().find(|(found, _)| *found == status)?;
            Some((Group::Status(status), sums.clone()))
        });
        Ok(in_order.collect())
    }

    /// Adds up the items of orders in a window that hold stock by product, the best seller first.
    pub fn sales_by_product(&self, window: Window) -> Result<Vec<(Group, Sums)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT p.id, p.name, p.barcode, COUNT(DISTINCT o.pk) AS orders, SUM(i.quantity) AS pieces,
                    SUM(i.subtotal) AS total, MIN(o.currency) AS first_currency, MAX(o.currency) AS last_currency
             FROM orders AS o JOIN order_items AS i ON i.order_pk = o.pk JOIN products AS p ON p.id = i.product_id
             WHERE o.order_date >= :from AND o.order_date < :before
               AND o.status IN ('confirmed', 'processing', 'shipped', 'delivered')
             GROUP BY p.id ORDER BY SUM(i.subtotal) DESC, p.name, p.id",
        )?;
        let rows = statement.query_map(named_params! {":from": window.from, ":before": window.before}, |row| {
            let group = Group::Product { id: row.get("id")?, name: row.get("name")?, barcode: row.get("barcode")? };
            Ok((group, sums(row)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds up what pending orders want, by product and size as sent.
    pub fn pending_demand(&self) -> Result<Vec<Demand>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT i.product_id, i.selected_size, SUM(i.quantity) AS quantity
             FROM orders AS o JOIN order_items AS i ON i.order_pk = o.pk WHERE o.status = 'pending'
             GROUP BY i.product_id, i.selected_size",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Demand {
                product_id: row.get::<_, ProductId>("product_id")?,
                selected_size: row.get("selected_size")?,
                quantity: row.get("quantity")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
