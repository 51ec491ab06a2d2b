//! What the tests of the commands and the faults share: a clock, a product, an order of it, and the rows of a file.

#[cfg(feature = "cluster")]
#[expect(
    dead_code,
    reason = "two programs compile one stand-in: only faults hold requests, only cli asks for passwords and dead nodes"
)]
pub mod rqlite;

use std::fmt::Write as _;

use rusqlite::Connection;
use rusqlite::types::Value;

/// The clock of every run, unless a test sets its own.
pub const NOW: &str = "2026-02-07T08:00:00Z";
/// The Leather Belt of `examples/catalogue.json`: 12 at 18.75, without sizes.
pub const BELT: &str = "9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10";

/// What no file may hold, each with how often it is found: SQLite's own checks, and sums, movements and statuses.
const BROKEN: [(&str, &str); 11] = [
    ("integrity", "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
    ("foreign keys", "SELECT COUNT(*) FROM pragma_foreign_key_check"),
    (
        "stock is the sum of its movements",
        "SELECT COUNT(*) FROM stock AS s WHERE on_hand <> (SELECT COALESCE(SUM(delta), 0)
         FROM stock_movements AS m WHERE m.product_id = s.product_id AND m.size_key = s.size_key)",
    ),
    (
        "an order holds stock exactly while it is confirmed, processing, shipped or delivered",
        "SELECT COUNT(*) FROM orders AS o
         WHERE (status IN ('confirmed', 'processing', 'shipped', 'delivered')) <>
               (SELECT COALESCE(SUM(delta), 0) <> 0 FROM stock_movements WHERE order_pk = o.pk)",
    ),
    (
        "a stock-holding order took what its items say, less what came back",
        "SELECT COUNT(*) FROM orders AS o
         WHERE status IN ('confirmed', 'processing', 'shipped', 'delivered')
           AND item_count - (SELECT COALESCE(SUM(quantity), 0) FROM order_returns WHERE order_pk = o.pk)
               <> -(SELECT SUM(delta) FROM stock_movements WHERE order_pk = o.pk)",
    ),
    (
        "of no item comes back more than it has",
        "SELECT COUNT(*) FROM order_items AS i WHERE quantity <
         (SELECT SUM(quantity) FROM order_returns WHERE order_pk = i.order_pk AND item_id = i.id)",
    ),
    (
        "what came back is worth the sum of the returns, and returns take at most the discount",
        "SELECT COUNT(*) FROM orders AS o JOIN (SELECT order_pk, SUM(value) AS value, SUM(subtotal) AS subtotal
                                                FROM order_returns GROUP BY order_pk) AS r ON r.order_pk = o.pk
         WHERE o.returned <> r.value OR r.subtotal - r.value > o.discount
            OR o.total - r.subtotal < o.discount - (r.subtotal - r.value)",
    ),
    (
        "each return has its movements",
        "SELECT COUNT(*) FROM order_returns AS r WHERE quantity IS NOT (SELECT SUM(delta) FROM stock_movements
         WHERE order_pk = r.order_pk AND event_pk = r.event_pk AND reason = 'return')",
    ),
    (
        "the status is that of the last event",
        r#"SELECT COUNT(*) FROM orders AS o WHERE status <>
           (SELECT "to" FROM order_events WHERE order_pk = o.pk AND kind IN ('created', 'status') ORDER BY pk DESC LIMIT 1)"#,
    ),
    (
        "what was paid is the sum of the payments",
        "SELECT COUNT(*) FROM orders AS o WHERE paid IS NOT (SELECT SUM(amount) FROM payments WHERE order_pk = o.pk)",
    ),
    (
        "total and count are the sums of the items",
        "SELECT COUNT(*) FROM orders AS o WHERE (total, item_count) <>
         (SELECT SUM(subtotal), SUM(quantity) FROM order_items WHERE order_pk = o.pk)",
    ),
];

/// Returns an order of one item at 29.99 as JSON.
pub fn order(reference: &str, product: &str, quantity: u32, size: Option<&str>) -> String {
    let size = size.map(|size| format!(r#","selectedSize":"{size}""#)).unwrap_or_default();
    format!(r#"{{"orderReference":"{reference}","orderDate":"2026-02-04T10:30:00Z","customerName":"John Doe","#)
        + &format!(
            r#""customerPhone":"+1234567890","items":[{{"productId":"{product}","quantity":{quantity},"unitPrice":29.99{size}}}]}}"#
        )
}

/// Returns in what a file disagrees with itself, asked without the program.
pub fn disagreements(connection: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let mut found = Vec::new();
    for (what, sql) in BROKEN {
        if connection.query_row(sql, [], |row| row.get::<_, i64>(0))? != 0 {
            found.push(what);
        }
    }
    Ok(found)
}

/// Returns every row of every table, with the columns that `is_shown` says yes to, given a table and a column.
pub fn dump(connection: &Connection, is_shown: impl Fn(&str, &str) -> bool) -> rusqlite::Result<String> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let names: Vec<String> =
        connection.prepare_cached(names)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut dump = String::new();
    for name in names {
        let mut statement = connection.prepare_cached(&format!("SELECT * FROM {name}"))?;
        let columns = statement.column_names().enumerate();
        let shown: Vec<usize> = columns.filter(|(_, column)| is_shown(&name, column)).map(|(index, _)| index).collect();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()?.filter(|_| !shown.is_empty()) {
            dump.push_str(&name);
            for column in &shown {
                let _ = write!(dump, "|{:?}", row.get::<_, Value>(*column)?);
            }
            dump.push('\n');
        }
    }
    Ok(dump)
}

/// Returns the replica of the machine with this home: the one there is.
#[cfg(feature = "cluster")]
pub fn replica(home: &std::path::Path) -> std::path::PathBuf {
    let entries = std::fs::read_dir(home.join(".local/share/orders/replicas")).into_iter().flatten();
    let is_file = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "db");
    entries.map(|entry| entry.unwrap().path()).find(is_file).unwrap_or_else(|| home.join("no replica"))
}
