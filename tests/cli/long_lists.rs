//! Lists that are longer than what fits into memory, or than what a reader wants to wait for.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::harness::Shop;

/// A shop with so many orders of three items, each a second after the one before it: all like the order of `examples/`.
fn shop(orders: u32) -> Shop {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let id = "printf('00000000-0000-7000-8000-%012x', n)";
    let columns = |table: &str, replaced: &[(&str, &str)]| -> (String, String) {
        let sql = format!("SELECT group_concat(name) FROM pragma_table_info('{table}')");
        let names: String = shop.connection().query_row(&sql, [], |row| row.get(0)).unwrap();
        let value = |name| replaced.iter().find(|(column, _)| *column == name).map_or(name, |(_, value)| *value);
        let values = names.split(',').map(value).collect::<Vec<_>>().join(",");
        (names, values)
    };
    let time = "strftime('%Y-%m-%dT%H:%M:%fZ', 1770000000 + n, 'unixepoch')";
    let (order_names, order_values) = columns(
        "orders",
        &[
            ("pk", "n"),
            ("id", id),
            ("reference", "printf('LEG-%06d', n)"),
            ("customer_name", "printf('Customer %06d', n * 7919 % 1000000)"),
            ("created_at", time),
            ("updated_at", time),
        ],
    );
    let (item_names, item_values) = columns("order_items", &[("order_pk", "n"), ("position", "value"), ("id", id)]);
    shop.connection()
        .execute_batch(&format!(
            "PRAGMA synchronous = OFF;
             BEGIN;
             CREATE TEMP TABLE numbers AS
             WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < {orders}) SELECT n FROM numbers;
             INSERT INTO orders ({order_names}) SELECT {order_values} FROM numbers, orders WHERE pk = 1 AND n > 1;
             INSERT INTO order_items ({item_names}) SELECT {item_values} FROM numbers, order_items, json_each('[1, 2, 3]')
             WHERE order_pk = 1 AND order_items.position = 1;
             COMMIT"
        ))
        .unwrap();
    shop
}

/// Whatever is listed, the program takes as much memory.
#[test]
#[cfg(target_os = "linux")]
fn a_long_list_takes_little_memory() {
    const KIB: u32 = 32 << 10;
    let shop = shop(20_000);
    for (args, lines) in [
        (&["list", "--limit", "0"][..], 20_001),
        (&["list", "--limit", "0", "--items"], 59_999),
        (&["list", "--limit", "0", "--fields", "orderReference,customerName", "--sort", "customerName"], 20_001),
        (&["list", "--format", "ndjson", "--items"], 20_000),
        (&["list", "--json", "--search", "customer"], 20_001),
        (&["report", "pending"], 40_007),
        (&["report", "pending", "--json"], 1),
    ] {
        let output = Command::new("sh")
            .args(["-c", &format!("ulimit -d {KIB} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_orders")])
            .args(args)
            .env_clear()
            .envs(shop.environment())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {:?} {stderr}", output.status);
        assert_eq!(output.stdout.lines().count(), lines, "{args:?}");
    }
}

/// A list that nobody reads on, `| less` say, keeps neither writers waiting nor the log from being emptied.
#[test]
fn a_slow_reader_holds_nothing() {
    let shop = shop(5000);
    for args in [["list", "--format=ndjson"], ["list", "--limit=0"], ["list", "-q"]] {
        let mut command = shop.orders(args).into_command();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
        stdout.read_line(&mut String::new()).unwrap();
        shop.orders(["config", "lowStock", "4"]).succeeds();
        let left = shop.number("PRAGMA wal_checkpoint(TRUNCATE)");
        assert_eq!(left, 0, "{args:?}: the log is in use");
        let rest = stdout.lines().count();
        assert!(rest > 4900, "{args:?}: {rest}");
        assert!(child.wait().unwrap().success());
    }
}

/// What was read is there; the exit code says that it is not all.
#[test]
fn a_list_that_fails_half_way_says_so() {
    let shop = shop(3000);
    shop.connection()
        .execute("UPDATE orders SET id = 'no-id-at-all-but-thirty-six-letters-' WHERE pk = 2", [])
        .unwrap();
    let done = shop.orders(["list", "--format", "ndjson"]).exits(1);
    let lines = done.stdout.lines().count();
    assert!((1000..3000).contains(&lines), "{lines}");
    assert!(done.stderr.starts_with("{\"success\":false,\"error\":\""), "{}", done.stderr);
    // Where it fails at once, nothing is printed.
    let done = shop.orders(["list", "--format", "csv", "--sort", "createdAt"]).exits(1);
    assert_eq!(done.stdout, "");
    let done = shop.orders(["list", "--limit", "0"]).exits(1);
    assert_eq!(done.stdout, "", "a table is measured before it is printed");
    assert_eq!(shop.orders(["list", "--json", "--limit", "2"]).json()[1]["orderReference"], "LEG-003000");
}
