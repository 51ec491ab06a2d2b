//! The catalogue.

use std::collections::HashMap;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Row, ToSql, named_params};

use super::error::StoreError;
use super::owned::{OWNED, OwnerKeys};
use super::stock::Origin;
use super::transaction::{Audit, Read, Write};
use super::values::{InOrder, json_array};
use crate::domain::movement::{Movement, Reason};
use crate::domain::product::{Product, ProductId, RemovedProduct, StockLine};
use crate::domain::product_change::Matches;
use crate::domain::product_name::{NamedProduct, ProductKey};
use crate::domain::product_removal::write_off;
use crate::domain::products::Products;
use crate::domain::resolve::ItemName;
use crate::domain::row_product::{RowMatches, RowProduct, zero_spellings};
use crate::domain::time::Timestamp;
use crate::domain::user::Owner;

/// The columns of a product, its stock apart.
const PRODUCT_COLUMNS: &str =
    "p.id, p.name, coalesce(p.barcode, p.removed_barcode), p.price, p.discounted_price, p.image_paths,
    p.low_stock_at";

/// Reads a product in the order of `PRODUCT_COLUMNS`.
fn product(row: &Row<'_>) -> rusqlite::Result<Product> {
    let mut row = InOrder::of(row);
    Ok(Product {
        id: row.take()?,
        name: row.take()?,
        barcode: row.take()?,
        price: row.take()?,
        discounted_price: Product::discounted_price_or_none(row.take()?),
        image_paths: row.take::<Images>()?.0,
        low_stock_at: row.take()?,
        stock: Vec::new(),
    })
}

/// A product's images, as a JSON list of paths.
struct Images(Vec<String>);

impl FromSql for Images {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// The stock of a product, size by size.
const STOCK_LINES: &str =
    "SELECT pk, size_key, size, on_hand FROM stock WHERE product_id = :product AND removed_at IS NULL";

/// Reads a row of `STOCK_LINES`, with its key.
fn stock_line(row: &Row<'_>) -> rusqlite::Result<(i64, StockLine)> {
    let mut row = InOrder::of(row);
    Ok((row.take()?, StockLine { size_key: row.take()?, size: row.take()?, on_hand: row.take()? }))
}

impl Read<'_> {
    /// Reads the catalogue product by product, by name, in constant memory if SQLite sorts in files.
    pub fn each_product<E: From<StoreError>>(&self, each: impl FnMut(Product) -> Result<(), E>) -> Result<(), E> {
        self.each_listed("p.removed_at IS NULL", &[], each)
    }

    /// Passes on every product that the file knows, removed ones too.
    pub(super) fn each_known_product(
        &self,
        each: impl FnMut(Product) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each_listed("TRUE", &[], each)
    }

    /// Loads the whole catalogue, by name.
    pub fn all_products(&self) -> Result<Vec<Product>, StoreError> {
        self.products_where("TRUE", &[])
    }

    /// Loads the products with these ids.
    pub fn products(&self, ids: impl IntoIterator<Item = ProductId>) -> Result<Products, StoreError> {
        Ok(self.products_with_ids(ids)?.into_iter().collect())
    }

    /// Loads the products with these ids, by name.
    pub fn products_with_ids(&self, ids: impl IntoIterator<Item = ProductId>) -> Result<Vec<Product>, StoreError> {
        let ids = json_array(ids.into_iter().map(|id| id.to_string()));
        self.products_where("p.id IN (SELECT value FROM json_each(:ids))", &[(":ids", &ids)])
    }

    /// Loads the named products that the catalogue has.
    pub fn named_products<'a>(
        &self,
        named: impl IntoIterator<Item = &'a NamedProduct>,
    ) -> Result<Products, StoreError> {
        let keys = json_array(named.into_iter().map(|product| match &product.key {
            ProductKey::Id(id) => id.to_string(),
            ProductKey::Barcode(text) | ProductKey::CutId { barcode: text, .. } | ProductKey::BarcodeOrId(text) => {
                text.clone()
            }
        }));
        let condition = "p.id IN (SELECT lower(value) FROM json_each(:keys))
             OR p.barcode IN (SELECT value FROM json_each(:keys))";
        Ok(self.products_where(condition, &[(":keys", &keys)])?.into_iter().collect())
    }

    /// Loads the products that the orders of an owner hold.
    pub fn products_ordered_by(&self, owner: &Owner) -> Result<Vec<Product>, StoreError> {
        let condition = format!("p.id IN (SELECT product_id FROM order_items WHERE order_pk IN ({OWNED}))");
        self.products_where(&condition, &OwnerKeys::of(Some(owner)).and(&[]))
    }

    /// Finds the products that an incoming one may stand for, by its id and barcode.
    pub fn matching_products(&self, id: Option<ProductId>, barcode: Option<&str>) -> Result<Matches, StoreError> {
        let mut matches = Matches::default();
        if let Some(id) = id {
            matches.by_id = self.products_where("p.id = :id", &[(":id", &id)])?.pop();
            let was_removed = "p.removed_at IS NOT NULL AND p.id = :id";
            matches.removed = self.listed_products(was_removed, &[(":id", &id)])?.pop();
        }
        if let Some(barcode) = barcode {
            matches.by_barcode = self.products_where("p.barcode = :barcode", &[(":barcode", &barcode)])?.pop();
        }
        Ok(matches)
    }

    /// Loads the products that a row of a table may mean.
    pub fn products_of_row(&self, row: &RowProduct) -> Result<RowMatches, StoreError> {
        let mut found = RowMatches::default();
        if let Some(id) = row.id.or(row.id_for_sku()) {
            found.by_id = self.products_where("p.id = :id", &[(":id", &id)])?.pop();
        }
        if let Some(sku) = &row.sku {
            found.by_sku = self.products_where("p.barcode = :sku", &[(":sku", sku)])?.pop();
            let spellings = if found.by_sku.is_some() { Vec::new() } else { zero_spellings(sku) };
            if !spellings.is_empty() {
                let condition = "p.barcode IN (SELECT value FROM json_each(:spellings))";
                found.zeros_differ = self.products_where(condition, &[(":spellings", &json_array(spellings))])?;
            }
        }
        let known = found.by_id.as_ref().or(found.by_sku.as_ref());
        if let Some(name) = row.name.as_ref().filter(|&name| known.is_none_or(|known| known.name != *name)) {
            found.namesakes = self.products_where("p.name = :name", &[(":name", name)])?;
        }
        Ok(found)
    }

    /// Loads the products of the catalogue that meet a condition.
    pub(super) fn products_where(
        &self,
        condition: &str,
        values: &[(&str, &dyn ToSql)],
    ) -> Result<Vec<Product>, StoreError> {
        self.listed_products(&format!("p.removed_at IS NULL AND ({condition})"), values)
    }

    /// Loads the removed products, the last one first.
    pub fn removed_products(&self) -> Result<Vec<RemovedProduct>, StoreError> {
        let sql = "SELECT id, removed_at FROM products WHERE removed_at IS NOT NULL";
        let times = self.rows(sql, [], |row| Ok((row.get("id")?, row.get("removed_at")?)))?;
        let times: HashMap<ProductId, Timestamp> = times.into_iter().collect();
        let products = self.listed_products("p.removed_at IS NOT NULL", &[])?;
        let mut removed: Vec<_> = products
            .into_iter()
            .filter_map(|product| Some(RemovedProduct { at: *times.get(&product.id)?, product }))
            .collect();
        removed.sort_by_key(|removed| std::cmp::Reverse(removed.at));
        Ok(removed)
    }

    /// Loads products, removed ones too, with the barcodes that they had.
    fn listed_products(&self, condition: &str, values: &[(&str, &dyn ToSql)]) -> Result<Vec<Product>, StoreError> {
        let mut products = Vec::new();
        self.each_listed(condition, values, |product| {
            products.push(product);
            Ok::<_, StoreError>(())
        })?;
        Ok(products)
    }

    /// Reads products one by one.
    fn each_listed<E: From<StoreError>>(
        &self,
        condition: &str,
        values: &[(&str, &dyn ToSql)],
        mut each: impl FnMut(Product) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT {PRODUCT_COLUMNS} FROM products AS p WHERE {condition} ORDER BY p.name COLLATE NOCASE, p.id"
        );
        let mut lines = self.connection.prepare_cached(STOCK_LINES).map_err(StoreError::from)?;
        let mut with_stock = |row: &Row<'_>| -> rusqlite::Result<Product> {
            let product = product(row)?;
            let stock = lines.query_map(named_params! {":product": product.id}, stock_line)?;
            let mut stock: Vec<_> = stock.collect::<Result<_, _>>()?;
            // SQLite takes longer to set up sorting than these few lines take.
            stock.sort_unstable_by_key(|(pk, _)| *pk);
            Ok(Product { stock: stock.into_iter().map(|(_, line)| line).collect(), ..product })
        };
        self.each(&sql, values, |row| each(with_stock(row).map_err(StoreError::from)?))
    }

    /// Counts the orders that have the product among their items.
    pub fn orders_with_product(&self, id: ProductId) -> Result<i64, StoreError> {
        self.row(
            "SELECT COUNT(DISTINCT order_pk) FROM order_items WHERE product_id = :id",
            named_params! {":id": id},
            |row| row.get(0),
        )
    }
}

impl Write<'_> {
    /// Writes a new product with its stock as the first movements. A removed product of the same id comes back with the new
    /// values and its old movements.
    ///
    /// # Errors
    /// Its id or barcode is no longer free.
    pub fn insert_product(&self, product: &Product, audit: &Audit) -> Result<(), StoreError> {
        let sql = "INSERT INTO products (id, name, barcode, price, discounted_price, image_paths, low_stock_at)
             VALUES (:id, :name, :barcode, :price, :discounted_price, :image_paths, :low_stock_at)
             ON CONFLICT (id) DO UPDATE SET name = :name, barcode = :barcode, price = :price,
                 discounted_price = :discounted_price, image_paths = :image_paths, low_stock_at = :low_stock_at,
                 removed_at = NULL, removed_barcode = NULL WHERE removed_at IS NOT NULL
             ON CONFLICT DO NOTHING";
        self.record_prices(product, audit)?;
        self.write_product(sql, product)?;
        for line in &product.stock {
            self.insert_stock_line(product.id, line)?;
            let movement = Movement {
                product_id: product.id,
                size_key: line.size_key.clone(),
                delta: line.on_hand,
                reason: Reason::Initial,
                note: None,
            };
            self.move_stock(&movement, Origin::Itself, self.time, audit)?;
        }
        Ok(())
    }

    /// Writes everything of a product but its stock. Existing orders keep its old name and barcode, and the history its old
    /// prices.
    ///
    /// # Errors
    /// The product is no longer there.
    pub fn update_product(&self, product: &Product, audit: &Audit) -> Result<(), StoreError> {
        self.record_prices(product, audit)?;
        self.execute(
            "INSERT INTO item_names (product_id, name, barcode)
             SELECT id, name, coalesce(barcode, '') FROM products
             WHERE id = :id AND (name <> :name OR barcode IS NOT :barcode) ON CONFLICT DO NOTHING",
            named_params! {":id": product.id, ":name": product.name, ":barcode": product.barcode},
        )?;
        let sql = "UPDATE products SET name = :name, barcode = :barcode, price = :price,
                 discounted_price = :discounted_price, image_paths = :image_paths, low_stock_at = :low_stock_at
             WHERE id = :id AND removed_at IS NULL";
        self.write_product(sql, product)
    }

    /// Records how the prices of a product differ from those in the file. Every write of a product comes through here first.
    fn record_prices(&self, product: &Product, audit: &Audit) -> Result<(), StoreError> {
        // Earlier versions stored a discounted price of 0 for none.
        self.execute(
            r#"INSERT INTO price_changes (product_id, at, actor, field, "from", "to", note)
             SELECT id, max(:at, coalesce((SELECT at FROM price_changes WHERE product_id = id ORDER BY pk DESC LIMIT 1), '')),
                    :actor, field, "from", "to", :note
             FROM (SELECT id, 'price' AS field, price AS "from", :price AS "to" FROM products WHERE id = :id
                   UNION ALL SELECT id, 'discountedPrice', NULLIF(discounted_price, 0), :discounted_price
                   FROM products WHERE id = :id)
             WHERE "from" IS NOT "to""#,
            named_params! {
                ":id": product.id,
                ":price": product.price,
                ":discounted_price": product.discounted_price,
                ":at": self.time,
                ":actor": audit.actor,
                ":note": audit.note,
            },
        )
    }

    fn write_product(&self, sql: &str, product: &Product) -> Result<(), StoreError> {
        self.change_one(
            "the product",
            sql,
            named_params! {
                ":id": product.id,
                ":name": product.name,
                ":barcode": product.barcode,
                ":price": product.price,
                ":discounted_price": product.discounted_price,
                ":image_paths": json_array(product.image_paths.iter().cloned()),
                ":low_stock_at": product.low_stock_at,
            },
        )
    }

    /// Removes a product that no order has from the catalogue. Its movements stay; further ones write off what is on hand.
    ///
    /// # Errors
    /// The product is no longer there.
    pub fn remove_product(&self, product: &Product, audit: &Audit) -> Result<(), StoreError> {
        self.change_one(
            "the product",
            "UPDATE products SET removed_at = :at, removed_barcode = barcode, barcode = NULL
             WHERE id = :id AND removed_at IS NULL",
            named_params! {":at": self.time, ":id": product.id},
        )?;
        for movement in write_off(product, audit.note.as_deref()) {
            self.move_stock(&movement, Origin::Itself, self.time, audit)?;
        }
        Ok(())
    }

    /// Remembers a name under which an order has a product.
    pub(super) fn insert_item_name(&self, name: &ItemName) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO item_names (product_id, name, barcode) VALUES (:product, :name, :barcode)
             ON CONFLICT DO NOTHING",
            named_params! {
                ":product": name.product_id,
                ":name": name.name,
                ":barcode": name.barcode.as_deref().unwrap_or_default(),
            },
        )
    }
}
