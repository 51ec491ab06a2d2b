//! Every way in which a file can contradict itself: SQLite's own checks, the schema, and rules over the tables.

use rusqlite::named_params;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use super::check_rules::RULES;
use super::error::StoreError;
use super::identity::version_of;
use super::integrity::{at_fault, damage, has_damaged_pages};
use super::schema::{PartialIndex, partial_indexes, schema_differences, tables};
use super::transaction::Read;
use super::values::json_array;
use crate::domain::finding::Finding;
use crate::domain::holding::contradictions;
use crate::domain::order::OrderPk;
use crate::domain::product::ProductId;
use crate::domain::products::Products;
use crate::domain::time::Timestamp;

/// Says what is wrong with the text in a column.
fn text_problem(column: &str, value: ValueRef<'_>) -> Option<&'static str> {
    let ValueRef::Text(bytes) = value else { return None };
    let is_id = column == "id" || column.ends_with("_id") && column != "message_id";
    let is_time = column == "at" || column.ends_with("_at") || column == "order_date";
    match std::str::from_utf8(bytes) {
        Err(_) => Some("is not UTF-8"),
        Ok(text) if is_id => match Uuid::try_parse(text) {
            Err(_) => Some("is not an id"),
            // A lookup would not find it.
            Ok(id) if id.to_string() != text => Some("is an id that is not in lower case"),
            Ok(_) => None,
        },
        Ok(text) if is_time => match Timestamp::parse(text) {
            None => Some("is not a time"),
            Some(time) if time.to_string() != text => Some("is a time in another form than the program writes"),
            Some(_) => None,
        },
        Ok(_) => None,
    }
}

/// Runs a check. If it fails because of the file itself, the failure is a finding. If SQLite reports damage, the check runs
/// once more first, as SQLite reports some failures to read as damage.
fn attempt(subject: &str, look: impl Fn() -> Result<Vec<Finding>, StoreError>) -> Result<Vec<Finding>, StoreError> {
    let found = match look() {
        Err(StoreError::Malformed(_)) => look(),
        found => found,
    };
    found.or_else(|error| at_fault(subject, &error).map(|finding| vec![finding]).ok_or(error))
}

/// How many orders are read at once.
const ORDERS_AT_ONCE: u32 = 256;

impl Read<'_> {
    /// Finds every contradiction in the file, and everything that cannot be read.
    ///
    /// # Errors
    /// The disk, the machine or another program is at fault. Faults of the file itself are findings.
    pub fn findings(&self) -> Result<Vec<Finding>, StoreError> {
        let damage = damage(self.connection)?;
        // Where pages are damaged, no other result can be trusted.
        if damage.iter().any(has_damaged_pages) {
            return Ok(damage);
        }
        let mut findings = damage;
        let names = attempt("sqlite_schema", || self.unreadable_in("sqlite_schema"))?;
        // Without readable names of tables and columns, nothing else can be queried.
        if !names.is_empty() {
            findings.extend(names);
            return Ok(findings);
        }
        findings
            .extend(attempt("sqlite_schema", || schema_differences(self.connection, version_of(self.connection)?))?);
        let there = self.tables_there()?;
        for table in tables()?.iter().filter(|table| there.contains(table)) {
            findings.extend(attempt(table, || self.unreadable_in(table))?);
        }
        findings.extend(attempt("sqlite_schema", || self.wrong_indexes())?);
        findings.extend(attempt("users", || self.users().map(|_| Vec::new()))?);
        findings.extend(attempt("products", || self.each_known_product(|_| Ok(())).map(|()| Vec::new()))?);
        findings.extend(attempt("orders", || self.wrong_orders())?);
        for (code, sql) in RULES.iter().copied() {
            findings.extend(attempt(code, || self.what_breaks(code, sql))?);
        }
        findings.extend(attempt("order_texts", || self.stale_texts())?);
        if self.has_search_index()? {
            findings.extend(attempt("orders", || self.stale_hashes())?);
        }
        Ok(findings)
    }

    /// Finds what SQLite itself finds wrong with the file.
    pub fn damage(&self) -> Result<Vec<Finding>, StoreError> {
        damage(self.connection)
    }

    fn tables_there(&self) -> Result<Vec<String>, StoreError> {
        self.rows("SELECT lower(name) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))
    }

    /// Finds indexes on a part of a table that lack rows or have too many: SQLite's own check does not count them.
    fn wrong_indexes(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        for PartialIndex { name, table, condition, definition } in partial_indexes()? {
            // An index that is missing or different is found by comparing the schema.
            let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1 AND sql = ?2)";
            if !self.row(sql, (&name, &definition), |row| row.get::<_, bool>(0))? {
                continue;
            }
            // All of it comes from our own schema.
            let sql = format!(
                "SELECT (SELECT COUNT(*) FROM main.{table} INDEXED BY {name} WHERE {condition}),
                        (SELECT COUNT(*) FROM main.{table} NOT INDEXED WHERE {condition})"
            );
            let (has, wanted): (i64, i64) = self.row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if has != wanted {
                let problem = format!("has {has} rows, not {wanted}");
                findings.push(Finding { code: "index".to_owned(), subject: name, problem });
            }
        }
        Ok(findings)
    }

    /// Finds the orders that no command can load, and those whose stock contradicts their items and returns.
    fn wrong_orders(&self) -> Result<Vec<Finding>, StoreError> {
        let (mut findings, mut catalogue) = (Vec::new(), Products::default());
        let next = "SELECT pk FROM orders WHERE pk > ?1 ORDER BY pk LIMIT ?2";
        let mut last = i64::MIN;
        loop {
            let orders: Vec<OrderPk> = self.rows(next, (last, ORDERS_AT_ONCE), |row| row.get(0))?;
            let Some(newest) = orders.last() else { return Ok(findings) };
            last = newest.0;
            // That products cannot be read is found by reading all of them.
            self.learn_products(&orders, &mut catalogue)
                .or_else(|error| at_fault("products", &error).map(drop).ok_or(error))?;
            match self.wrong_stock(&orders, &catalogue) {
                Ok(wrong) => findings.extend(wrong),
                Err(error) => {
                    at_fault("orders", &error).ok_or(error)?;
                    for order in orders {
                        let subject = format!("orders row {}", order.0);
                        findings.extend(attempt(&subject, || self.wrong_stock(&[order], &catalogue))?);
                    }
                }
            }
        }
    }

    /// Adds the products of these orders that are not known yet: a catalogue may have far more than were ever ordered.
    fn learn_products(&self, orders: &[OrderPk], catalogue: &mut Products) -> Result<(), StoreError> {
        let keys = json_array(orders.iter().map(|order| order.0));
        let ids: Vec<ProductId> = self.rows(
            "SELECT product_id FROM order_items WHERE order_pk IN (SELECT value FROM json_each(:keys))
             UNION SELECT product_id FROM stock_movements WHERE order_pk IN (SELECT value FROM json_each(:keys))",
            named_params! {":keys": keys},
            |row| row.get(0),
        )?;
        let unknown: Vec<ProductId> = ids.into_iter().filter(|id| catalogue.get(*id).is_none()).collect();
        if !unknown.is_empty() {
            self.products_with_ids(unknown)?.into_iter().for_each(|product| catalogue.insert(product));
        }
        Ok(())
    }

    /// Finds orders whose stock contradicts their items and returns.
    fn wrong_stock(&self, orders: &[OrderPk], catalogue: &Products) -> Result<Vec<Finding>, StoreError> {
        let mut held = self.held_by(orders)?;
        let mut findings = Vec::new();
        for order in self.orders(orders)? {
            let held = held.remove(&order.summary.pk).unwrap_or_default();
            for (key, holds, should) in contradictions(&order, &held, catalogue) {
                let label = match catalogue.get(key.product_id) {
                    Some(product) => product.label_of(&key.size_key),
                    None => key.product_id.to_string(),
                };
                findings.push(Finding {
                    code: "held_stock".to_owned(),
                    subject: order.summary.reference.to_string(),
                    problem: format!("is {} and holds {holds} of {label}, not {should}", order.summary.status),
                });
            }
        }
        Ok(findings)
    }

    /// Finds unreadable texts, ids and times in a table: SQLite's own checks do not look at them.
    fn unreadable_in(&self, table: &str) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        // The name comes from our own schema.
        let mut statement = self.connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([])?;
        let mut number = 0;
        while let Some(row) = rows.next()? {
            number += 1;
            for (index, column) in columns.iter().enumerate() {
                if let Some(problem) = text_problem(column, row.get_ref(index)?) {
                    findings.push(Finding {
                        code: "unreadable".to_owned(),
                        subject: format!("{table} row {number}"),
                        problem: format!("its {column} {problem}"),
                    });
                }
            }
        }
        Ok(findings)
    }

    /// Finds what breaks a rule.
    fn what_breaks(&self, code: &str, sql: &str) -> Result<Vec<Finding>, StoreError> {
        self.rows(sql, [], |row| {
            Ok(Finding { code: code.to_owned(), subject: row.get("subject")?, problem: row.get("problem")? })
        })
    }
}
