//! Files that older versions of the program made.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;

use crate::harness::{ORDER, Shop, shipped};

/// Puts a file of schema version 1 into a shop.
fn shop_of_version_1() -> Shop {
    let shop = Shop::new();
    let dump = std::fs::read_to_string(shipped("tests/fixtures/schema-1.sql")).unwrap();
    shop.connection().execute_batch(&dump).unwrap();
    shop
}

fn version(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// The tables and indexes of a file, as they were made, without comments and line breaks.
fn schema(shop: &Shop) -> BTreeSet<String> {
    let connection = shop.connection();
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").unwrap();
    let statements = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    statements.map(|sql| sql.unwrap()).collect()
}

#[test]
fn an_older_file_becomes_a_current_one_and_is_kept_as_it_was() {
    for first in [&["list", "-q"][..], &["confirm", ORDER, "-n"], &["set-status", ORDER, "shipped"], &["check"]] {
        let shop = shop_of_version_1();
        let before = shop.dump();
        let mut run = shop.orders([]);
        for arg in first {
            run = run.arg(arg);
        }
        let done = run.ends();
        let kept = shop.path("orders.db.v1");
        let note = format!(
            "note: brought {} up to this version of orders; as it was, it is {}\n",
            shop.file().display(),
            kept.display()
        );
        assert!(done.stderr.contains(&note) || first.contains(&"-q"), "{done:?}");
        let current = Shop::stocked();
        assert_eq!((version(&shop.file()), version(&kept)), (version(&current.file()), 1));
        assert_eq!(schema(&shop), schema(&current));
        shop.check();
        if !first.contains(&"set-status") {
            assert_eq!(shop.dump(), before, "{first:?}");
        }
        // The copy is the older file, which is migrated like any other when it is put back.
        std::fs::rename(&kept, shop.file()).unwrap();
        assert_eq!(shop.dump(), before);
        shop.orders(["report", "sales", "-q"]).succeeds();
        shop.check();
    }
}

#[test]
fn programs_that_find_an_older_file_at_once_migrate_it_once() {
    let shop = shop_of_version_1();
    let start = || {
        let run = shop.orders(["list", "-q", "--wait", "60"]).into_command().stdout(Stdio::null()).spawn();
        run.unwrap()
    };
    for mut child in (0..8).map(|_| start()).collect::<Vec<_>>() {
        assert!(child.wait().unwrap().success());
    }
    assert!(shop.path("orders.db.v1").exists() && !shop.path("orders.db.v1.2").exists());
    shop.check();
}

#[test]
fn a_copy_that_is_there_already_stays() {
    let shop = shop_of_version_1();
    std::fs::write(shop.path("orders.db.v1"), "precious").unwrap();
    shop.orders(["list", "-q"]).succeeds();
    assert_eq!(std::fs::read(shop.path("orders.db.v1")).unwrap(), b"precious");
    assert_eq!(version(&shop.path("orders.db.v1.2")), 1);
}
