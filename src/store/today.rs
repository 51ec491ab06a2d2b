//! What needs somebody now: the first rows of each list, and how many there are up to a bound, however many orders the
//! file has.

use rusqlite::named_params;

use super::due::is_owed;
use super::error::StoreError;
use super::transaction::Read;
use super::values::limit;
use crate::domain::order::OrderPk;
use crate::domain::product::{Product, ProductId};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

/// The products that are low, or out in a size, those with the fewest pieces first. A low product has no line above the
/// highest limit: an index finds these lines.
const SCARCE: &str = "SELECT p.id FROM products AS p
    WHERE p.removed_at IS NULL
      AND p.id IN (SELECT product_id FROM stock WHERE on_hand <= (SELECT max(:shop_limit, coalesce(MAX(low_stock_at), 0))
                                                                  FROM products WHERE low_stock_at IS NOT NULL))
      AND ((SELECT SUM(on_hand) FROM stock WHERE product_id = p.id) <= coalesce(p.low_stock_at, :shop_limit)
           OR EXISTS (SELECT 1 FROM stock
                      WHERE product_id = p.id AND size_key <> '' AND on_hand = 0 AND removed_at IS NULL))
    ORDER BY (SELECT SUM(on_hand) FROM stock WHERE product_id = p.id), p.id LIMIT :most";

impl Read<'_> {
    /// Counts the orders whose customers are owed money, up to `most`.
    pub fn owed_up_to(&self, most: i64) -> Result<i64, StoreError> {
        let sql = concat!("SELECT COUNT(*) FROM (SELECT 1 FROM orders AS o WHERE ", is_owed!(), " LIMIT :most)");
        self.row(sql, named_params! {":most": most}, |row| row.get(0))
    }

    /// Finds the pending orders that wait longest, up to `most`.
    pub fn waiting_longest(&self, most: usize) -> Result<Vec<OrderPk>, StoreError> {
        // SQLite uses the index orders_waiting where the query has its condition word for word.
        let sql = "SELECT pk FROM orders WHERE status = 'pending' ORDER BY min(order_date, created_at), pk LIMIT :most";
        self.rows(sql, named_params! {":most": limit(Some(most))}, |row| row.get("pk"))
    }

    /// Counts the orders of a status, up to `most`.
    pub fn count_of_status(&self, status: Status, most: i64) -> Result<i64, StoreError> {
        // Skipping rows costs a third of counting them.
        let sql = "SELECT coalesce((SELECT :most FROM orders WHERE status = :status LIMIT 1 OFFSET :most - 1),
                                   (SELECT COUNT(*) FROM orders WHERE status = :status))";
        self.row(sql, named_params! {":status": status, ":most": most}, |row| row.get(0))
    }

    /// Finds the shipped orders that couriers have had since `until` or longer, the longest first, with that time: up to `most`
    /// of them, those that came first.
    pub fn shipped_until(&self, until: Timestamp, most: usize) -> Result<Vec<(OrderPk, Timestamp)>, StoreError> {
        // The last step of a shipped order is the one to shipped.
        let mut found = self.rows(
            "SELECT o.pk, coalesce((SELECT e.at FROM order_events AS e
                                    WHERE e.order_pk = o.pk AND e.kind = 'status' ORDER BY e.pk DESC LIMIT 1),
                                   o.created_at) AS shipped_at
             FROM orders AS o WHERE o.status = 'shipped' AND o.created_at <= :until AND shipped_at <= :until
             ORDER BY o.created_at, o.pk LIMIT :most",
            named_params! {":until": until, ":most": limit(Some(most))},
            |row| Ok((row.get("pk")?, row.get("shipped_at")?)),
        )?;
        found.sort_by_key(|(order, since)| (*since, *order));
        Ok(found)
    }

    /// Loads these products and the scarce ones, up to `most` of them, by name. `shop_limit` is for products without a limit of
    /// their own.
    pub fn products_to_watch(
        &self,
        ids: impl IntoIterator<Item = ProductId>,
        shop_limit: i64,
        most: usize,
    ) -> Result<Vec<Product>, StoreError> {
        let values = named_params! {":shop_limit": shop_limit, ":most": limit(Some(most))};
        let scarce = self.rows(SCARCE, values, |row| row.get(0))?;
        self.products_with_ids(ids.into_iter().chain(scarce))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::store::commit::tests::{CLOCK, audit, store};
    use crate::store::transaction::Outcome;

    #[test]
    fn products_that_are_low_or_out_are_watched() {
        let (_folder, mut store) = store();
        let products = [
            Product { low_stock_at: Some(0), ..product("Belt", &[("", 1)]) },
            Product { low_stock_at: Some(9), ..product("Cap", &[("", 9)]) },
            product("Coat", &[("S", 8), ("L", 0)]),
            product("Jacket", &[("S", 8), ("XL", 0)]),
            product("Polo", &[("", 0), ("S", 8)]),
            product("Scarf", &[("", 5)]),
            product("Shirt", &[("", 6)]),
            product("Vest", &[("", 0)]),
        ];
        store
            .write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
                products.iter().try_for_each(|product| write.insert_product(product, &audit()))
            })
            .unwrap();
        // Nobody restocks a size that the catalogue no longer has.
        let remove = "UPDATE stock SET removed_at = '2026-02-04T10:30:00.000Z' WHERE size_key = 'xl'";
        assert_eq!(store.connection.execute(remove, []), Ok(1));
        let watched = |ids: &[ProductId], most| -> Vec<String> {
            let found = store.read(|read| read.products_to_watch(ids.iter().copied(), 5, most)).unwrap();
            found.into_iter().map(|product| product.name).collect()
        };
        assert_eq!(watched(&[], 10), ["Cap", "Coat", "Scarf", "Vest"]);
        assert_eq!(watched(&[products[6].id, products[1].id], 2), ["Cap", "Scarf", "Shirt", "Vest"]);
    }
}
