//! Files that older versions of the program made.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::json;

use crate::harness::{BELT, Run, Shop, order, shipped};

/// Puts a file of an older schema into a shop.
fn shop_of_version(version: u8) -> Shop {
    let shop = Shop::on_file();
    let dump = std::fs::read_to_string(shipped(&format!("tests/fixtures/schema-{version}.sql"))).unwrap();
    shop.connection().execute_batch(&dump).unwrap();
    std::fs::set_permissions(shop.file(), std::fs::Permissions::from_mode(0o600)).unwrap();
    shop
}

fn version(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Everything in a file's schema, word for word.
fn schema(shop: &Shop) -> BTreeSet<String> {
    let connection = shop.connection();
    let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema";
    let mut statement = connection.prepare(sql).unwrap();
    let statements = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    statements.map(|sql| sql.unwrap()).collect()
}

fn run(shop: &Shop, line: &str) -> Run {
    line.split(' ').fold(shop.orders([]), |run, word| run.arg(word))
}

#[test]
fn a_command_that_writes_migrates_an_older_file_and_keeps_a_copy() {
    let firsts = ["set-status LEG-LXYZ1234-AB5C shipped", "product adjust BLT-01 +1 --note x -q", "config shopName A"];
    for (older, first) in [1, 2, 3, 4, 5].into_iter().flat_map(|older| firsts.map(|first| (older, first))) {
        let shop = shop_of_version(older);
        let before = shop.dump();
        let done = run(&shop, first).exits(0);
        let kept = shop.path(&format!("orders.db.v{older}"));
        let (file, old) = (shop.file().display().to_string(), kept.display());
        let said = format!("warning: brought {file} up to this version of orders; the old file is kept as {old}\n");
        assert_eq!(done.stderr, said, "{first}");
        let current = Shop::on_file().with_catalogue();
        assert_eq!((version(&shop.file()), version(&kept)), (version(&current.file()), i64::from(older)));
        assert_eq!(schema(&shop), schema(&current));
        shop.check();
        // The copy is the older file, which is brought up to date like any other when it is put back.
        std::fs::rename(&kept, shop.file()).unwrap();
        assert_eq!(shop.dump(), before);
        run(&shop, first).succeeds();
        shop.check();
    }
}

/// A backup of last year can be looked into and stays what it is.
#[test]
fn reading_an_older_file_changes_nothing() {
    let lines = [
        "list --search john",
        "show ab5c",
        "history ab5c",
        "confirm MLB2 --yes -n",
        "product set BLT-01 --name Strap -n",
        "config countryCode 966 -n",
        "product list",
        "report sales --since 2026-01-01",
        "report sales --by product --since 2026-01-01",
        "report pending",
        "report stock",
        "customer list",
        "customer show ab5c",
        "set-status LEG-LXYZ1234-AB5C delivered -n",
        "edit LEG-LXYZ1234-AB5C --item 1 --quantity 1 -n",
        "product history BLT-01",
        "user list",
        "check",
        "backup copy.db",
    ];
    for older in [1, 2, 3, 4, 5] {
        let shop = shop_of_version(older);
        let before = std::fs::read(shop.file()).unwrap();
        for line in lines {
            let done = run(&shop, line).exits(0);
            assert!(!done.stderr.contains("version"), "{line}: {done:?}");
            assert!(std::fs::read(shop.file()).unwrap() == before, "{line}");
        }
        assert_eq!((version(&shop.file()), version(&shop.path("copy.db"))), (older.into(), older.into()));
        assert!(!shop.path(&format!("orders.db.v{older}")).exists());
    }
}

/// What the newest version asks for is there of everything that came before it.
#[test]
fn a_migrated_file_keeps_its_data_and_gets_what_newer_versions_have() {
    let shop = shop_of_version(3);
    let sums = "SELECT SUM(total) * 1000 + SUM(item_count) + (SELECT SUM(on_hand) FROM stock) * 7 FROM orders";
    let before = shop.number(sums);
    run(&shop, "config shopName A").exits(0);
    shop.check();
    assert_eq!(shop.number(sums), before);
    let found = |text: &str| shop.orders(["list", "-q", "--search", text]).exits(0).stdout;
    for (text, reference) in [
        ("احمد", "LEG-MLB6A001-WOFF"),
        ("jose diaz", "LEG-MLB6A002-NAME"),
        ("snake", "LEG-MLB6A002-NAME"),
        ("BLT-OLD", "LEG-MLB6A002-NAME"),
        ("+20 100 222 0001", "LEG-MLB6A001-WOFF"),
        ("01002220002", "LEG-MLB6A002-NAME"),
    ] {
        assert_eq!(found(text), format!("{reference}\n"), "{text}");
    }
    let history = run(&shop, "history LEG-MLB6A001-WOFF --json").json();
    let moved: Vec<_> = history[2]["movements"].as_array().unwrap().iter().map(|one| one["delta"].clone()).collect();
    assert_eq!(moved, [1, -1], "what was written off is seen");
}

/// What was confirmed by an older version is held, comes back, and is counted as by this one.
#[test]
fn an_order_of_an_older_file_can_be_changed_and_sent_back() {
    for older in [1, 2, 3, 4, 5] {
        let shop = shop_of_version(older);
        let sums = "SELECT SUM(total) * 1000 + SUM(item_count) + (SELECT SUM(on_hand) FROM stock) * 7
                        + (SELECT SUM(abs(delta)) FROM stock_movements) * 13 FROM orders";
        let before = shop.number(sums);
        let shown = run(&shop, "show LEG-LXYZ1234-AB5C --json").json();
        assert_eq!((&shown["returns"], &shown["returned"]), (&json!([]), &json!("0.00")), "{older}");
        run(&shop, "config shopName A").exits(0);
        assert_eq!(shop.number(sums), before, "{older}");
        let on_hand = shop.on_hand("SKU-12345", "L");
        run(&shop, "edit LEG-LXYZ1234-AB5C --add SKU-12345 --size L --quantity 1").succeeds();
        run(&shop, "set-status LEG-LXYZ1234-AB5C delivered").succeeds();
        let body = run(&shop, "return LEG-LXYZ1234-AB5C 1*2 --json").json();
        assert_eq!((&body["returned"], &body["grandTotal"]), (&json!("59.98"), &json!("29.99")), "{older}");
        assert_eq!(shop.on_hand("SKU-12345", "L"), on_hand + 1);
        assert_eq!(run(&shop, "return LEG-LXYZ1234-AB5C 2 --json").json()["status"], "cancelled");
        assert_eq!(shop.on_hand("SKU-12345", "L"), on_hand + 2);
        shop.check();
    }
}

/// Its rows would be cut short by words that do not name them.
#[test]
fn a_file_with_a_foreign_column_is_not_migrated() {
    let shop = shop_of_version(3);
    shop.connection().execute_batch("ALTER TABLE orders ADD COLUMN shelf TEXT").unwrap();
    let before = shop.dump();
    let done = run(&shop, "config shopName A").exits(1);
    assert!(
        done.stderr.contains("cannot be brought up to this version of orders: orders has other columns"),
        "{done:?}"
    );
    assert_eq!((shop.dump(), version(&shop.file())), (before, 3));
}

/// A file of version 2 with hundreds of orders, and a gap among them.
fn shop_of_many() -> Shop {
    let shop = shop_of_version(2);
    let orders = "
        CREATE TEMP TABLE n AS WITH RECURSIVE n (pk) AS (VALUES (5) UNION ALL SELECT pk + 1 FROM n WHERE pk < 767)
            SELECT pk FROM n WHERE pk NOT BETWEEN 250 AND 260;
        INSERT INTO orders SELECT n.pk, format('019c371d-6800-7b44-a79e-%012d', n.pk), 'OLD-' || n.pk, order_date,
            'Çağla ' || n.pk, '+20 (101) ' || n.pk, '20101' || n.pk, NULL, NULL, 'pending', total, item_count, NULL,
            created_at, updated_at FROM n, orders AS o WHERE o.pk = 4;
        INSERT INTO order_items SELECT n.pk, position, id, product_id, product_name, product_barcode, product_image,
            quantity, unit_price, selected_size, selected_color, subtotal, list_price
            FROM n, order_items WHERE order_pk = 4;
        INSERT INTO order_events SELECT NULL, n.pk, at, actor, kind, NULL, \"to\", NULL FROM n, order_events WHERE order_pk = 4;
        INSERT INTO order_sources SELECT NULL, n.pk, kind, NULL, content_hash, received_at
            FROM n, order_sources WHERE order_pk = 4;";
    shop.connection().execute_batch(orders).unwrap();
    shop
}

/// What a search looks through is gathered of all orders that are there, those before a gap included.
#[test]
fn a_search_finds_the_orders_of_a_file_that_was_brought_up_to_date() {
    let shop = shop_of_many();
    let found = |searched: &str| run(&shop, &format!("list --json --limit 0 --search {searched}")).exits(0).stdout;
    let searched = ["çağla", "ÇAĞLA", "old-24", "omar", "20101300", "101300", "767", "250", "Polo"];
    let before = searched.map(found);
    run(&shop, "config shopName A").exits(0);
    shop.check();
    assert_eq!(searched.map(found), before);
    let references = |json: &str| json.matches("\"orderReference\"").count();
    assert_eq!(before.map(|found| references(&found)), [752, 752, 11, 1, 1, 1, 1, 0, 754]);
}

/// Its orders fill rows of a table that it does not have.
#[test]
fn a_dry_run_on_an_older_file_migrates_nothing() {
    let shop = shop_of_many();
    let before = std::fs::read(shop.file()).unwrap();
    run(&shop, "edit OLD-20 --name Mona --dry-run").exits(0);
    run(&shop, "import - --dry-run").stdin(order("LEG-NEW", BELT, 1, None)).exits(0);
    assert!(std::fs::read(shop.file()).unwrap() == before);
    run(&shop, "edit OLD-20 --name Mona").exits(0);
    run(&shop, "import -").stdin(order("LEG-NEW", BELT, 1, None)).exits(0);
    shop.check();
    assert_eq!(run(&shop, "list -q --search mona").exits(0).stdout, "OLD-20\n");
}

#[test]
fn a_file_that_cannot_be_migrated_stays_as_it_is_without_a_copy() {
    let shop = shop_of_version(1);
    shop.connection().execute_batch("CREATE TABLE order_texts (batch)").unwrap();
    let before = shop.dump();
    let done = run(&shop, "cancel ab5c").exits(1);
    assert!(done.stderr.contains("cannot be brought up to this version of orders"), "{done:?}");
    assert_eq!((shop.dump(), version(&shop.file())), (before, 1));
    let names = std::fs::read_dir(shop.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let strange: Vec<_> = names.filter(|name| !name.to_str().unwrap().starts_with("orders.db")).collect();
    assert!(strange.is_empty() && !shop.path("orders.db.v1").exists(), "{strange:?}");
}

#[test]
fn programs_that_find_an_older_file_at_once_migrate_it_once() {
    let shop = shop_of_version(1);
    let start = || {
        let mut command = run(&shop, "config shopName A -q --wait 60").into_command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for mut child in (0..8).map(|_| start()).collect::<Vec<_>>() {
        assert!(child.wait().unwrap().success());
    }
    assert!(shop.path("orders.db.v1").exists() && !shop.path("orders.db.v1.2").exists());
    shop.check();
}

#[test]
fn a_migration_replaces_no_earlier_copy() {
    let shop = shop_of_version(1);
    std::fs::write(shop.path("orders.db.v1"), "precious").unwrap();
    run(&shop, "cancel MLB2 --yes").succeeds();
    assert_eq!(std::fs::read(shop.path("orders.db.v1")).unwrap(), b"precious");
    assert_eq!(version(&shop.path("orders.db.v1.2")), 1);
}
