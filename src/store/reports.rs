//! Sums for reports.

use rusqlite::{Row, named_params};

use super::error::StoreError;
use super::status_sets::stock_statuses;
use super::transaction::Read;
use crate::domain::report::Sums;
use crate::domain::report::sales::{Sale, SalesGroup, Window};
use crate::domain::report::stock::Demand;

/// The orders in a window that hold stock, with what their customers kept. The index on the order date has all columns
/// of the orders; the plus keeps SQLite from using the index on the status, which lacks some.
const SALES: &str = concat!(
    "SELECT o.order_date, o.status,
        o.item_count - coalesce((SELECT SUM(r.quantity) FROM order_returns AS r WHERE r.order_pk = o.pk), 0) AS pieces,
        o.total - coalesce((SELECT SUM(r.subtotal) FROM order_returns AS r WHERE r.order_pk = o.pk), 0) AS total, o.currency
    FROM orders AS o
    WHERE o.order_date >= :from AND o.order_date < :before
      AND +o.status IN ",
    stock_statuses!(),
    " ORDER BY o.order_date"
);

/// What customers kept of the items of those orders by product, the best seller first. (CROSS JOIN: SQLite begins with the orders.)
const SALES_BY_PRODUCT: &str = concat!(
    "SELECT p.id, p.name, p.barcode, s.orders, s.pieces, s.total
    FROM (SELECT product_id, COUNT(DISTINCT order_pk) AS orders, SUM(kept) AS pieces, SUM(kept * unit_price) AS total
          FROM (SELECT i.order_pk, i.product_id, i.unit_price,
                       i.quantity - coalesce((SELECT SUM(r.quantity) FROM order_returns AS r
                                              WHERE r.order_pk = i.order_pk AND r.item_id = i.id), 0) AS kept
                FROM orders AS o CROSS JOIN order_items AS i ON i.order_pk = o.pk
                WHERE o.order_date >= :from AND o.order_date < :before
                  AND +o.status IN ",
    stock_statuses!(),
    ")
          WHERE kept > 0 GROUP BY product_id) AS s
    JOIN products AS p ON p.id = s.product_id ORDER BY s.total DESC, p.name, p.id"
);

fn sale(row: &Row<'_>) -> rusqlite::Result<Sale> {
    let currency: Option<String> = row.get("currency")?;
    let sums = Sums {
        orders: 1,
        pieces: row.get("pieces")?,
        total: row.get("total")?,
        currencies: currency.into_iter().collect(),
    };
    Ok(Sale { at: row.get("order_date")?, status: row.get("status")?, sums })
}

impl Read<'_> {
    /// Reads the orders in a window that hold stock one by one, by order date.
    pub fn each_sale(&self, window: Window, mut each: impl FnMut(&Sale)) -> Result<(), StoreError> {
        self.each(SALES, named_params! {":from": window.from, ":before": window.before}, |row| {
            each(&sale(row)?);
            Ok(())
        })
    }

    /// Adds up the items of the orders in a window that hold stock by product, the best seller first.
    pub fn sales_by_product(&self, window: Window) -> Result<Vec<(SalesGroup, Sums)>, StoreError> {
        self.rows(SALES_BY_PRODUCT, named_params! {":from": window.from, ":before": window.before}, |row| {
            let group =
                SalesGroup::Product { id: row.get("id")?, name: row.get("name")?, barcode: row.get("barcode")? };
            let (orders, pieces, total) = (row.get("orders")?, row.get("pieces")?, row.get("total")?);
            Ok((group, Sums { orders, pieces, total, ..Sums::default() }))
        })
    }

    /// Reads the demand of each item of the pending orders. (SQLite would need memory for all of them to sum them by size.)
    pub fn each_demand(&self, mut each: impl FnMut(&Demand)) -> Result<(), StoreError> {
        let sql = "SELECT i.product_id, i.selected_size, i.quantity
             FROM orders AS o JOIN order_items AS i ON i.order_pk = o.pk WHERE o.status = 'pending'";
        self.each(sql, [], |row| {
            each(&Demand { product_id: row.get(0)?, selected_size: row.get(1)?, quantity: row.get(2)? });
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::store::commit::tests::store;

    /// Otherwise every report would read all orders.
    #[test]
    fn sales_are_found_by_the_index_on_the_order_date() {
        let (_folder, store) = store();
        for sql in [SALES, SALES_BY_PRODUCT] {
            let mut statement = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let bounds = named_params! {":from": Timestamp::FIRST, ":before": Timestamp::LAST};
            let plan = statement.query_map(bounds, |row| row.get::<_, String>("detail")).unwrap();
            let plan: Vec<String> = plan.map(|line| line.unwrap()).collect();
            let wanted = "USING COVERING INDEX orders_by_order_date (order_date>? AND order_date<?)";
            assert!(plan.iter().any(|line| line.starts_with("SEARCH o") && line.ends_with(wanted)), "{plan:#?}");
        }
    }
}
