use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};

/// A shop in which everything has happened once.
fn shop() -> Shop {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    shop.orders(["confirm", ORDER]).succeeds();
    shop.take("LEG-BACK", SHIRT, 1, Some("S"));
    shop.orders(["confirm", "LEG-BACK"]).succeeds();
    shop.orders(["cancel", "LEG-BACK", "--no-restock", "--note", "torn"]).succeeds();
    shop.orders(["edit", "LEG-MLB63A8W-0QTZ", "--remove", "1"]).succeeds();
    shop.orders(["product", "count", "BLT-01", "7", "--note", "stocktaking"]).succeeds();
    shop.take("LEG-SENT", BELT, 4, None);
    shop.orders(["edit", "LEG-SENT", "--discount", "10"]).succeeds();
    shop.orders(["confirm", "LEG-SENT"]).succeeds();
    shop.orders(["edit", "LEG-SENT", "--item", "1", "--quantity", "3"]).succeeds();
    shop.orders(["set-status", "LEG-SENT", "shipped"]).succeeds();
    shop.orders(["return", "LEG-SENT", "1", "--damaged"]).succeeds();
    shop.orders(["return", "LEG-SENT", "1", "--for", "BLT-01"]).succeeds();
    shop.orders(["product", "receive", "PL-220", "L=2", "--ref", "INV-77"]).succeeds();
    for price in ["20", "21"] {
        shop.orders(["product", "set", "BLT-01", "--price", price]).succeeds();
    }
    shop.orders(["product", "set", "BLT-01", "--discounted-price", "19"]).succeeds();
    shop
}

#[test]
fn a_sound_file_passes_in_silence() {
    let shop = shop();
    shop.orders(["check"]).prints("");
    shop.orders(["check", "--json"]).prints("[]\n");
    shop.check();
}

/// Clocks are set back by their time servers: what is changed has no time before what it changes.
#[test]
fn a_clock_that_steps_back_leaves_the_file_sound() {
    const EARLIER: &str = "2026-02-07T07:59:59.990Z";
    let shop = Shop::on_file().with_catalogue().with_the_order();
    for work in [
        "confirm LEG-LXYZ1234-AB5C",
        "edit LEG-LXYZ1234-AB5C --name Mona",
        "cancel LEG-LXYZ1234-AB5C",
        "product adjust SKU-12345 +1 --size L --note delivery",
        "product count SKU-12345 9 --size L --note counted",
    ] {
        let mut run = shop.orders([]).env("ORDERS_NOW", EARLIER);
        for word in work.split(' ') {
            run = run.arg(word);
        }
        run.succeeds();
    }
    shop.check();
    let now = crate::harness::NOW;
    for sql in [
        "SELECT COUNT(*) FROM orders WHERE updated_at <> ?1",
        "SELECT COUNT(*) FROM order_events WHERE at <> ?1",
        "SELECT COUNT(*) FROM stock_movements WHERE at <> ?1",
    ] {
        let other: i64 = shop.connection().query_row(sql, [time(now)], |row| row.get(0)).unwrap();
        assert_eq!(other, 0, "{sql}");
    }
    // What changes nothing that was there has the clock's own time.
    shop.orders(["create", "-"]).env("ORDERS_NOW", EARLIER).stdin(order("LEG-2", BELT, 1, None)).succeeds();
    assert_eq!(shop.number(&format!("SELECT COUNT(*) FROM orders WHERE created_at = '{EARLIER}'")), 1);
}

/// Prints a time as the file has it.
fn time(text: &str) -> String {
    text.replace("00Z", "00.000Z")
}

/// A program may wait for its input, or for the lock, while others write what it changes.
#[test]
fn a_command_that_waited_confirms_an_order_that_came_meanwhile() {
    let shop = Shop::on_file().with_catalogue();
    let mut confirm = shop.orders(["confirm", "-"]).without_env("ORDERS_NOW").into_command();
    let mut confirm = confirm.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    shop.orders(["create"]).without_env("ORDERS_NOW").arg(shipped("examples/order.json")).succeeds();
    confirm.stdin.take().unwrap().write_all(ORDER.as_bytes()).unwrap();
    assert!(confirm.wait().unwrap().success());
    assert_eq!(shop.status(ORDER), "confirmed");
    shop.check();
}

/// Each way in which a file can disagree with itself: the damage, the code of what is found, and its line.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "UPDATE stock SET on_hand = on_hand + 1 WHERE size_key = 'l'",
        "stock",
        "Classic T-Shirt (L): 2 on hand, but its movements add up to 1",
    ),
    (
        "DELETE FROM stock_movements WHERE reason = 'confirm' AND delta = -2",
        "held_stock",
        "LEG-LXYZ1234-AB5C: is confirmed and holds 0 of Classic T-Shirt (L), not 2",
    ),
    (
        "UPDATE orders SET status = 'cancelled' WHERE reference = 'LEG-LXYZ1234-AB5C'",
        "held_stock",
        "LEG-LXYZ1234-AB5C: is cancelled and holds 2 of Classic T-Shirt (L), not 0",
    ),
    (
        "UPDATE orders SET status = 'shipped' WHERE reference = 'LEG-LXYZ1234-AB5C'",
        "status",
        "LEG-LXYZ1234-AB5C: is shipped, but its last event left it confirmed",
    ),
    ("DELETE FROM order_items WHERE order_pk = 2", "items", "LEG-MLB2TG0R-7HTX: has no items"),
    (
        "UPDATE order_items SET position = 7 WHERE order_pk = 2 AND position = 2",
        "positions",
        "LEG-MLB2TG0R-7HTX: its items are not numbered 1, 2, 3 …",
    ),
    (
        "UPDATE orders SET total = 1 WHERE pk = 1",
        "total",
        "LEG-LXYZ1234-AB5C: its total is 1 hundredths, but its items add up to 5998",
    ),
    (
        "UPDATE orders SET item_count = 9 WHERE pk = 1",
        "item_count",
        "LEG-LXYZ1234-AB5C: counts 9 pieces, but its items add up to 2",
    ),
    (
        "UPDATE orders SET kept = 3000 WHERE reference = 'LEG-BACK'",
        "kept",
        "LEG-BACK: keeps 3000 hundredths, but costs 2999",
    ),
    (
        "DELETE FROM order_events WHERE order_pk = 1 AND kind = 'created'",
        "events",
        "LEG-LXYZ1234-AB5C: event 5 does not follow from those before it",
    ),
    (
        "UPDATE stock_movements SET event_pk = 1 WHERE reason = 'cancel'",
        "movement",
        "LEG-BACK: movement 13 names an event of another order",
    ),
    ("DELETE FROM order_sources WHERE order_pk = 1", "source", "LEG-LXYZ1234-AB5C: does not say where it came from"),
    (
        "UPDATE orders SET customer_phone_digits = '5' WHERE pk = 1",
        "phone_digits",
        "LEG-LXYZ1234-AB5C: its phone digits are 5",
    ),
    (
        "UPDATE orders SET updated_at = '2020-01-01T00:00:00.000Z' WHERE pk = 1",
        "times",
        "LEG-LXYZ1234-AB5C: was changed before it was received",
    ),
    (
        "UPDATE order_events SET at = '2020-01-01T00:00:00.000Z' WHERE order_pk = 1 AND \"to\" = 'confirmed'",
        "times",
        "LEG-LXYZ1234-AB5C: event 5 is older than what it changed",
    ),
    (
        "UPDATE orders SET created_at = '2026-02-08T00:00:00.000Z', updated_at = '2026-02-08T00:00:00.000Z' WHERE pk = 1",
        "times",
        "LEG-LXYZ1234-AB5C: event 1 is older than what it changed",
    ),
    (
        "UPDATE order_events SET at = '2027-01-01T00:00:00.000Z' WHERE order_pk = 1",
        "times",
        "LEG-LXYZ1234-AB5C: its last change is older than its last event",
    ),
    (
        "UPDATE stock_movements SET at = '2020-01-01T00:00:00.000Z' WHERE reason = 'confirm' AND delta = -2",
        "times",
        "Classic T-Shirt: movement 11 is older than what it changed",
    ),
    (
        // What the order took came from another size: the sums of the product agree.
        "UPDATE stock_movements SET size_key = 's' WHERE pk = 11;
             UPDATE stock SET on_hand = on_hand - 2 WHERE size_key = 's';
             UPDATE stock SET on_hand = on_hand + 2 WHERE size_key = 'l'",
        "held_stock",
        "LEG-LXYZ1234-AB5C: is confirmed and holds 2 of Classic T-Shirt (S), not 0",
    ),
    (
        "UPDATE stock_movements SET reason = 'cancel' WHERE reason = 'confirm'",
        "movement",
        "LEG-LXYZ1234-AB5C: movement 11 has the reason cancel, unlike its event",
    ),
    (
        "UPDATE stock_movements SET reason = 'confirm' WHERE reason = 'cancel'",
        "movement",
        "LEG-BACK: movement 13 has the reason confirm, unlike its event",
    ),
    (
        "UPDATE stock_movements SET reason = 'edit' WHERE pk = 18",
        "movement",
        "LEG-SENT: movement 18 has the reason edit, unlike its event",
    ),
    (
        "UPDATE stock_movements SET reason = 'cancel' WHERE pk = 18",
        "movement",
        "LEG-SENT: movement 18 has the reason cancel, unlike its event",
    ),
    (
        "UPDATE stock_movements SET event_pk = 12 WHERE pk = 17",
        "movement",
        "LEG-SENT: movement 17 has the reason edit, unlike its event",
    ),
    (
        "UPDATE stock_movements SET reason = 'return' WHERE pk = 17",
        "movement",
        "LEG-SENT: movement 17 has the reason return, unlike its event",
    ),
    (
        "UPDATE order_events SET \"to\" = NULL WHERE pk = 16",
        "movement",
        "LEG-SENT: movement 20 has the reason edit, unlike its event",
    ),
    (
        "UPDATE stock_movements SET event_pk = 13 WHERE pk = 19",
        "movement",
        "LEG-SENT: movement 19 has the reason adjust, unlike its event",
    ),
    (
        // An exchange that took nothing, and wrote off a piece that came back whole.
        "UPDATE stock_movements SET delta = 1, reason = 'return' WHERE pk = 20;
             UPDATE stock_movements SET delta = -1 WHERE pk = 21",
        "movement",
        "LEG-SENT: movement 21 has the reason return, unlike its event",
    ),
    (
        "UPDATE orders SET returned = 1 WHERE reference = 'LEG-SENT'",
        "return",
        "LEG-SENT: says that 1 hundredths came back, but its returns add up to 5665",
    ),
    (
        "UPDATE order_returns SET value = 2667 WHERE pk = 1",
        "return",
        "LEG-SENT: says that 5665 hundredths came back, but its returns add up to 5666",
    ),
    (
        "UPDATE orders SET returned = 1 WHERE reference = 'LEG-MLB2TG0R-7HTX'",
        "return",
        "LEG-MLB2TG0R-7HTX: says that 1 hundredths came back, but its returns add up to 0",
    ),
    (
        "UPDATE order_returns SET item_id = '019c371d-0000-7000-8000-000000000000' WHERE pk = 1",
        "return",
        "LEG-SENT: return 1 names an item that the order does not have",
    ),
    ("UPDATE order_returns SET quantity = 4 WHERE pk = 1", "return", "LEG-SENT: 5 of 3 of item 1 came back"),
    (
        "UPDATE order_returns SET subtotal = 3000 WHERE pk = 2",
        "return",
        "LEG-SENT: return 2 is of 3000 hundredths, but its pieces cost 2999",
    ),
    ("UPDATE order_returns SET event_pk = 8 WHERE pk = 1", "return", "LEG-SENT: return 1 does not match its event"),
    ("UPDATE order_returns SET event_pk = 13 WHERE pk = 1", "return", "LEG-SENT: return 1 does not match its event"),
    ("UPDATE order_returns SET event_pk = 16 WHERE pk = 1", "return", "LEG-SENT: event 15 tells of no return"),
    ("DELETE FROM order_returns WHERE pk = 1", "return", "LEG-SENT: event 15 tells of no return"),
    ("DELETE FROM order_returns WHERE pk = 1", "held_stock", "LEG-SENT: is shipped and holds 2 of Leather Belt, not 3"),
    (
        "UPDATE stock_movements SET delta = 2 WHERE pk = 18",
        "return",
        "LEG-SENT: 1 pieces came back by return 1, but its movements say 2",
    ),
    (
        "DELETE FROM stock_movements WHERE pk = 21",
        "return",
        "LEG-SENT: 1 pieces came back by return 2, but its movements say 0",
    ),
    (
        "UPDATE orders SET status = 'pending' WHERE reference = 'LEG-SENT'",
        "return",
        "LEG-SENT: is pending, but 2 of its 4 pieces came back",
    ),
    (
        "UPDATE order_returns SET quantity = 3 WHERE pk = 2",
        "return",
        "LEG-SENT: is shipped, but 4 of its 4 pieces came back",
    ),
    (
        "UPDATE orders SET discount = 332 WHERE reference = 'LEG-SENT'",
        "return",
        "LEG-SENT: has a discount of 332 hundredths, but returns took 333",
    ),
    (
        "UPDATE order_returns SET item_id = upper(item_id)",
        "unreadable",
        "order_returns row 1: its item_id is an id that is not in lower case",
    ),
    (
        "UPDATE order_returns SET event_pk = 999 WHERE pk = 1",
        "foreign_key",
        "order_returns row 1: names a row of order_events that is not there",
    ),
    (
        "UPDATE orders SET id = upper(id) WHERE pk = 1",
        "unreadable",
        "orders row 1: its id is an id that is not in lower case",
    ),
    ("UPDATE stock SET size = 'XL' WHERE size_key = 's'", "size", "Classic T-Shirt: its size XL has the key s"),
    (
        "UPDATE stock SET on_hand = on_hand + 3000000000 WHERE size_key = 'l';
             UPDATE stock_movements SET delta = delta + 3000000000 WHERE size_key = 'l' AND reason = 'initial'",
        "limit",
        "Classic T-Shirt: movement 3 leaves 3000000003 on hand, more than 2147483647",
    ),
    (
        "UPDATE orders SET customer_phone = char(0x3164) WHERE pk = 1",
        "phone",
        "LEG-LXYZ1234-AB5C: its phone must not be blank",
    ),
    (
        "INSERT INTO users VALUES ('00000000-0000-0000-0000-000000000001', 'two words', 'admin', NULL)",
        "user",
        "two words: its username must not have spaces or characters that cannot be seen",
    ),
    (
        "INSERT INTO users VALUES ('00000000-0000-0000-0000-000000000001', 'mona', 'admin', 'none')",
        "user",
        "mona: its phone must have a digit",
    ),
    (
        "INSERT INTO products (id, name, price) VALUES ('00000000-0000-0000-0000-000000000000', 'Ghost', 1)",
        "stock_line",
        "Ghost: has no stock line",
    ),
    ("DELETE FROM stock_movements WHERE reason = 'receive'", "delivery", "INV-77: brought nothing"),
    (
        "UPDATE stock_movements SET delta = -2 WHERE reason = 'receive'",
        "delivery",
        "INV-77: movement 22 brings -2 of Polo Shirt",
    ),
    (
        "UPDATE stock_movements SET actor = 'sara' WHERE reason = 'receive'",
        "delivery",
        "INV-77: movement 22 differs from it in time, actor or note",
    ),
    (
        "UPDATE deliveries SET at = '2027-01-01T00:00:00.000Z'",
        "delivery",
        "INV-77: movement 22 differs from it in time, actor or note",
    ),
    (
        "UPDATE products SET price = 100 WHERE barcode = 'BLT-01'",
        "price",
        "Leather Belt: its price is 100, but changed to 2100 last (hundredths)",
    ),
    (
        "UPDATE products SET discounted_price = 0 WHERE barcode = 'BLT-01'",
        "price",
        "Leather Belt: its discountedPrice is none, but changed to 1900 last (hundredths)",
    ),
    (
        "DELETE FROM price_changes WHERE pk = 1; UPDATE price_changes SET \"from\" = 2100 WHERE pk = 2",
        "price",
        "Leather Belt: change 2 of its price does not follow from those before it",
    ),
    (
        "UPDATE price_changes SET \"from\" = 1875 WHERE pk = 2",
        "price",
        "Leather Belt: change 2 of its price does not follow from those before it",
    ),
    (
        "UPDATE price_changes SET at = '2020-01-01T00:00:00.000Z' WHERE pk = 2",
        "times",
        "Leather Belt: price change 2 is older than the one before it",
    ),
    (
        "UPDATE stock SET removed_at = '2026-02-07T08:00:00.000Z', on_hand = 0
             WHERE product_id IN (SELECT id FROM products WHERE barcode = 'BLT-01')",
        "stock_line",
        "Leather Belt: has no stock line",
    ),
    (
        "UPDATE orders SET user_id = 'nobody' WHERE pk = 1",
        "foreign_key",
        "orders row 1: names a row of users that is not there",
    ),
    (
        "PRAGMA ignore_check_constraints = ON; UPDATE orders SET item_count = 0 WHERE pk = 1",
        "integrity",
        "file: CHECK constraint failed in orders",
    ),
];

#[test]
fn every_planted_damage_is_found_and_named() {
    let shop = shop();
    let sound = std::fs::read(shop.file()).unwrap();
    for (damage, code, line) in PLANTED {
        std::fs::write(shop.file(), &sound).unwrap();
        shop.connection().execute_batch(&format!("PRAGMA foreign_keys = OFF; {damage}")).unwrap();
        let before = shop.dump();
        let done = shop.orders(["check"]).exits(10);
        assert!(done.stdout.lines().any(|found| found == *line) && done.stderr.is_empty(), "{damage}: {done:#?}");
        let done = shop.orders(["check", "--json"]).exits(10);
        let findings: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        let (subject, problem) = line.split_once(": ").unwrap();
        let expected = json!({"code": code, "subject": subject, "problem": problem});
        assert!(findings.as_array().unwrap().contains(&expected), "{damage}: {findings:#}");
        assert_eq!(shop.dump(), before, "{damage}");
    }
}

#[test]
fn pages_that_were_overwritten_are_found_or_refused() {
    let shop = shop();
    let file = shop.file();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0x55);
    std::fs::write(&file, &bytes).unwrap();
    let done = shop.orders(["check"]).ends();
    assert!(matches!(done.code, 1 | 10), "{done:?}");
    let done = shop.orders(["backup", "copy.db"]).exits(1);
    assert!(!shop.path("copy.db").exists(), "{done:?}");
}

/// SQLite's own check fails on it: what stands where a CHECK expects JSON is none.
#[test]
fn damage_that_breaks_off_the_check_is_a_finding() {
    let shop = shop();
    let no_json = "PRAGMA ignore_check_constraints = ON; UPDATE products SET image_paths = 'no JSON'";
    shop.connection().execute_batch(no_json).unwrap();
    let done = shop.orders(["check"]).exits(10);
    assert!(done.stdout.starts_with("file: ") && done.stderr.is_empty(), "{done:?}");
    let done = shop.orders(["backup", "copy.db"]).exits(1);
    assert!(done.stderr.contains("orders.db is damaged"), "{done:?}");
}

/// What SQLite's own check says nothing of, and yet no command can read.
#[test]
fn texts_ids_and_times_that_cannot_be_read_are_found() {
    for (damage, line) in [
        ("UPDATE orders SET customer_name = CAST(x'4dff' AS TEXT) WHERE pk = 1", "its customer_name is not UTF-8"),
        ("UPDATE orders SET id = replace(id, '-', '~') WHERE pk = 1", "its id is not an id"),
        ("UPDATE orders SET order_date = '2026-99-07T08:00:00.000Z' WHERE pk = 1", "its order_date is not a time"),
    ] {
        let shop = shop();
        shop.connection().execute_batch(damage).unwrap();
        shop.orders(["check"])
            .exits(10)
            .stdout
            .lines()
            .find(|found| *found == format!("orders row 1: {line}"))
            .unwrap();
        let done = shop.orders(["list"]).exits(1);
        assert!(done.stderr.contains("orders.db is damaged: "), "{done:?}");
    }
}

/// A flipped bit in what says how a table was made: SQLite's own check reads over it.
#[test]
fn a_column_whose_name_is_no_text_is_found() {
    let shop = shop();
    let mut bytes = std::fs::read(shop.file()).unwrap();
    let name = b"customer_address ";
    // Everywhere, as a page may keep a copy that counts no more.
    for at in (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name)).collect::<Vec<_>>() {
        bytes[at + 1] = 0xff;
    }
    std::fs::write(shop.file(), bytes).unwrap();
    let done = shop.orders(["check"]).exits(10);
    assert!(done.stdout.starts_with("sqlite_schema row ") && done.stdout.contains("its sql is not UTF-8"), "{done:?}");
}

/// What a file has that is not ours, and what it lacks: everything else is checked all the same.
#[test]
fn differences_in_the_schema_are_found_with_everything_else() {
    let shop = shop();
    let sound = std::fs::read(shop.file()).unwrap();
    let rewrite = |from, to| {
        format!(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}');
             PRAGMA writable_schema = RESET"
        )
    };
    for (change, line) in [
        (
            "CREATE TRIGGER t AFTER INSERT ON orders BEGIN UPDATE stock SET on_hand = on_hand + 1000; END".to_owned(),
            "t: is a trigger that this program does not have",
        ),
        ("CREATE VIEW v AS SELECT * FROM orders".to_owned(), "v: is a view that this program does not have"),
        ("CREATE TABLE Notes (x)".to_owned(), "notes: is a table that this program does not have"),
        ("CREATE INDEX i ON orders (total)".to_owned(), "i: is an index that this program does not have"),
        ("DROP INDEX orders_by_user".to_owned(), "orders_by_user: the index is missing"),
        ("DROP TABLE order_texts".to_owned(), "order_texts: the table is missing"),
        ("DROP TABLE order_sources".to_owned(), "source: cannot be checked: no such table: order_sources"),
        ("DROP TABLE users".to_owned(), "users: the table is missing"),
        (
            "DROP INDEX orders_by_status; CREATE INDEX orders_by_status ON orders (status)".to_owned(),
            "orders_by_status: has in its definition: create index orders_by_status on orders (status)",
        ),
        ("ALTER TABLE stock ADD COLUMN shelf TEXT".to_owned(), "stock: has in its definition: shelf text"),
        (
            rewrite(" CHECK (on_hand >= 0)", ""),
            "stock: lacks in its definition: on_hand integer not null check (on_hand >= 0)",
        ),
        (rewrite("REFERENCES users (id) ON DELETE SET NULL", ""), "orders: has in its definition: user_id text"),
    ] {
        std::fs::write(shop.file(), &sound).unwrap();
        let sql =
            format!("PRAGMA foreign_keys = OFF; UPDATE stock SET on_hand = on_hand + 1 WHERE size_key = 'l'; {change}");
        shop.connection().execute_batch(&sql).unwrap();
        let found = findings(&shop);
        for line in [line, "Classic T-Shirt (L): 2 on hand, but its movements add up to 1"] {
            assert!(found.iter().any(|found| found == line), "{change}: {found:#?}");
        }
    }
}

/// Runs `check` on a file that is not sound, and returns what it finds.
fn findings(shop: &Shop) -> Vec<String> {
    let done = shop.orders(["check", "--json"]).exits(10);
    assert_eq!(done.stderr, "");
    let found: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let line = |found: &serde_json::Value| {
        format!("{}: {}", found["subject"].as_str().unwrap(), found["problem"].as_str().unwrap())
    };
    found.as_array().unwrap().iter().map(line).collect()
}

/// What others leave in a file that they replicate, or make faster to read.
#[test]
fn what_litestream_and_analyze_keep_in_a_file_is_no_finding() {
    let shop = shop();
    let sql = "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);
               CREATE TABLE _litestream_lock (id INTEGER); ANALYZE";
    shop.connection().execute_batch(sql).unwrap();
    shop.check();
}

/// Looking brings no older file up to date: it is compared as it would be then.
#[test]
fn an_older_file_is_compared_as_it_would_be_after_migration() {
    for schema in [include_str!("../fixtures/schema-1.sql"), include_str!("../fixtures/schema-2.sql")] {
        let shop = Shop::on_file();
        shop.connection().execute_batch(schema).unwrap();
        std::fs::set_permissions(shop.file(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        shop.orders(["check"]).prints("");
        shop.connection().execute_batch("CREATE VIEW v AS SELECT * FROM orders").unwrap();
        assert_eq!(findings(&shop), ["v: is a view that this program does not have"]);
    }
}

#[test]
fn settings_that_config_would_not_write_are_found() {
    for (value, line) in [
        ("'lowStock', 'abc'", r#"lowStock: is "abc": must be a whole number from 0 to 999999"#),
        ("'timeZone', 'Mars/Base'", r#"timeZone: is "Mars/Base": must be a time zone, such as Africa/Cairo"#),
        ("'countryCode', '0'", r#"countryCode: is "0": must be one to three digits, such as 20"#),
    ] {
        let shop = shop();
        shop.connection().execute_batch(&format!("INSERT INTO settings VALUES ({value})")).unwrap();
        assert_eq!(findings(&shop), [line]);
        let key = line.split(':').next().unwrap();
        shop.orders(["config", key, ""]).succeeds();
        shop.orders(["check"]).prints("");
    }
}

/// A value that satisfies every CHECK and SQLite itself, and that no command can load.
#[test]
fn rows_that_no_command_can_load_are_found() {
    for (damage, subject) in [
        ("UPDATE products SET image_paths = '[1]' WHERE barcode = 'BLT-01'", "products: cannot be checked: "),
        ("UPDATE orders SET reference = 'BAD' || char(127) WHERE pk = 3", "orders row 3: cannot be checked: "),
    ] {
        let shop = shop();
        let sql = format!("PRAGMA ignore_check_constraints = ON; {damage}");
        shop.connection().execute_batch(&sql).unwrap();
        let found = findings(&shop);
        assert!(found.iter().any(|line| line.starts_with(subject)), "{damage}: {found:#?}");
    }
}

/// SQLite does not even open it.
#[test]
fn a_schema_that_sqlite_cannot_read_is_a_finding() {
    let shop = shop();
    let sql = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE stock' WHERE name = 'stock'";
    shop.connection().execute_batch(sql).unwrap();
    let done = shop.orders(["check"]).exits(10);
    assert!(done.stdout.starts_with("file: malformed database schema (stock)") && done.stderr.is_empty(), "{done:#?}");
    let done = shop.orders(["check", "--json"]).exits(10);
    assert!(
        done.stdout.contains(r#""code": "integrity""#) || done.stdout.contains(r#""code":"integrity""#),
        "{done:#?}"
    );
    shop.orders(["list"]).exits(1);
}

/// Else a search would pass over an order without a word.
#[test]
fn search_texts_that_contradict_their_orders_are_found() {
    for (damage, expected) in [
        ("UPDATE orders SET customer_name = 'Mona' WHERE pk = 300", vec![1]),
        ("DELETE FROM order_texts WHERE batch = 0", vec![0]),
        ("UPDATE order_texts SET texts = upper(texts)", vec![0, 1]),
        ("INSERT INTO order_texts VALUES (2, '')", vec![2]),
    ] {
        let shop = Shop::on_file().with_catalogue();
        let orders = (1..=520).map(|number| order(&format!("LEG-{number}"), BELT, 1, None) + "\n");
        shop.orders(["import", "-q", "-"]).stdin(orders.collect::<String>()).succeeds();
        shop.orders(["check"]).prints("");
        shop.connection().execute_batch(damage).unwrap();
        let done = shop.orders(["check"]).exits(10);
        let line = |row| format!("order_texts row {row}: differs from its orders: a search may miss them\n");
        assert_eq!(done.stdout, expected.into_iter().map(line).collect::<String>(), "{damage}");
        // examples/README.md says how this is mended.
        shop.orders(["config", "countryCode", ""]).exits(0);
        shop.check();
    }
}

/// Whatever is done in whatever order, with clocks that are set back and a product that gets sizes later: no finding.
#[test]
fn nothing_that_the_program_itself_does_is_a_finding() {
    let mut random = fastrand::Rng::with_seed(17);
    for _ in 0..3 {
        let shop = Shop::on_file().with_catalogue();
        shop.orders(["config", "countryCode", "20"]).succeeds();
        for number in 0..6 {
            let (product, size) = if number % 2 == 0 { (BELT, Some("M")) } else { (SHIRT, Some(" s ")) };
            shop.take(&format!("LEG-{number}"), product, random.u32(1..4), size);
        }
        for _ in 0..60 {
            let number = random.u8(0..6);
            let item = random.u8(1..3);
            let size = *random.choice(&["S", "M", "L"]).unwrap();
            let work = match random.u8(0..25) {
                0..4 => format!("confirm LEG-{number} --accept-prices"),
                16 | 17 => format!("set-status LEG-{number} delivered"),
                18 => format!("return LEG-{number} {item}"),
                19 => format!("return LEG-{number} 1 2 --damaged"),
                20 => format!("return LEG-{number} {item} --exchange {size}"),
                21 => format!("return LEG-{number} {item}*2 --for BLT-01@5"),
                22 => format!("return LEG-{number} {item} --for BLT-01/{size}"),
                23 => format!("edit LEG-{number} --item {item} --quantity {}", random.u8(1..4)),
                24 => format!(
                    "edit LEG-{number} --add SKU-12345 --size {size} --quantity 1 --discount {}%",
                    random.u8(0..9)
                ),
                4 => format!("cancel LEG-{number}"),
                5 => format!("cancel LEG-{number} --no-restock --note torn"),
                6 => format!("set-status LEG-{number} pending --force --note again"),
                7 => format!("set-status LEG-{number} shipped"),
                8 => format!("edit LEG-{number} --name Mona"),
                9 => format!("edit LEG-{number} --item 1 --size {size}"),
                10 => format!("product count BLT-01 {} --note counted", random.u8(0..9)),
                // From then on, it is tracked by size.
                11 => format!("product count BLT-01 M={} --new-size --note counted", random.u8(0..9)),
                12 => "product adjust BLT-01 -1 --note lost".to_owned(),
                13 => "product adjust SKU-12345 +2147483640 --size S --note many".to_owned(),
                14 => format!("note LEG-{number} hello"),
                _ => format!("product count SKU-12345 {} --size S --note counted", random.u8(0..9)),
            };
            let clock = format!("2026-02-{:02}T08:00:00Z", random.u8(1..28));
            let run = work.split(' ').fold(shop.orders([]), |run, word| run.arg(word));
            let done = run.env("ORDERS_NOW", clock).ends();
            assert!(matches!(done.code, 0 | 3..=6), "{work}: {done:#?}");
        }
        shop.check();
    }
}

#[test]
fn a_payment_that_was_changed_is_found() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    shop.orders(["pay", ORDER, "20", "cash", "--receipt", "R-7"]).succeeds();
    shop.orders(["pay", ORDER, "0.05", "instapay"]).succeeds();
    shop.orders(["refund", ORDER, "0.5", "cash"]).succeeds();
    shop.orders(["pay", ORDER, "--void", "3", "--note", "not given"]).succeeds();
    shop.check();
    let connection = shop.connection();
    let kept =
        "CREATE TEMP TABLE kept AS SELECT * FROM payments; CREATE TEMP TABLE was AS SELECT pk, paid FROM orders;";
    connection.execute_batch(kept).unwrap();
    for (change, problem) in [
        (
            "UPDATE payments SET amount = 3000 WHERE pk = 1; UPDATE orders SET paid = paid + 1000",
            "payment 1 does not match its event",
        ),
        ("UPDATE payments SET method = 'bosta' WHERE pk = 1", "payment 1 does not match its event"),
        ("UPDATE payments SET receipt = 'R-8' WHERE pk = 1", "payment 1 does not match its event"),
        (
            "UPDATE payments SET paid_at = '2027-01-01T00:00:00.000Z' WHERE pk = 2",
            "payment 2 was recorded before its money moved",
        ),
        (
            "UPDATE payments SET amount = -2000 WHERE pk = 1; UPDATE orders SET paid = paid - 4000",
            "1995 hundredths more were refunded than paid",
        ),
    ] {
        connection.execute_batch(change).unwrap();
        let found = shop.orders(["check"]).exits(10).stdout.replace("\n  ", " ");
        assert!(found.contains(problem), "{change}: {found}");
        let back = "UPDATE payments SET (amount, method, receipt, paid_at) =
                        (SELECT amount, method, receipt, paid_at FROM kept WHERE kept.pk = payments.pk);
                    UPDATE orders SET paid = (SELECT paid FROM was WHERE was.pk = orders.pk)";
        connection.execute_batch(back).unwrap();
        shop.check();
    }
}
