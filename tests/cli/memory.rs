//! Whatever comes, an import takes 64 MiB at most, and what it keeps of it is no more than a few times as much.

use std::process::{Command, ExitStatus, Stdio};

use serde_json::{Value, json};

use crate::harness::{BELT, Shop, order};

/// The most memory that a run may take, in KiB.
const MOST: u64 = 64 << 10;

/// Fills a text of `bytes` bytes with one part.
fn filled(head: &str, part: &str, tail: &str, bytes: usize) -> String {
    format!("{head}{}{tail}", part.repeat(bytes / part.len()))
}

/// Small input of which much was made once, each of a known shape.
fn hostile(bytes: usize) -> Vec<(&'static str, &'static str, String)> {
    let header = "NEW ORDER REQUEST\\n";
    let text = |body: &str| {
        format!(
            r#"{{"messages":[{{"id":"1","from":"1","timestamp":"1770000000","type":"text","text":{{"body":"{body}"}}}}]}}"#
        )
    };
    let cart = |n: usize| {
        format!(
            r#"{{"id":"w{n}","from":"{n}","timestamp":"1","type":"order","order":{{"product_items":[{{"product_retailer_id":"?","quantity":1,"item_price":1}}]}}}}"#
        )
    };
    let count = (bytes / 200).min(5000);
    let contacts: Vec<String> = (0..count).map(|n| format!(r#"{{"profile":{{"name":"n"}},"wa_id":"{n}"}}"#)).collect();
    let carts: Vec<String> = (0..count).map(cart).collect();
    let bad_item = format!(r#"{{"productId":"{}","quantity":0,"unitPrice":-1,"a":1,"b":2}},"#, BELT.replace('1', "2"));
    vec![
        ("import", "numbers for messages", filled(r#"{"messages":["#, "0,", "0]}", bytes)),
        ("import", "objects for messages", filled(r#"{"messages":["#, "{},", "{}]}", bytes / 8)),
        ("import", "statuses", filled(r#"{"statuses":["#, "0,", "0]}", bytes)),
        (
            "import",
            "contacts and carts",
            format!(r#"{{"contacts":[{}],"messages":[{}]}}"#, contacts.join(","), carts.join(",")),
        ),
        ("import", "orders in one text", text(&header.repeat(bytes / header.len()))),
        ("import", "headers in a chat", filled("", "NEW ORDER REQUEST\n*Order Ref:* L\n", "", bytes / 8)),
        (
            "import",
            "items of a message",
            filled("NEW ORDER REQUEST\nOrder Ref: L\nORDER ITEMS\n", "1. **\nSKU:a\n", "TOTAL: 1\n", (1 << 20) - 100),
        ),
        ("import", "one long line", filled("NEW ORDER REQUEST\n", "x", "", bytes)),
        ("import", "short lines", filled("NEW ORDER REQUEST\n", "x\n", "", bytes)),
        ("import", "keys", filled("{", "\"\":0,", "\"a\":0}", bytes)),
        ("import", "keys of an order", filled("{\"items\":[],", "\"\":0,", "\"a\":0}", bytes)),
        ("import", "a long key", filled("{\"\\u0041", "k_", "\":0}", bytes)),
        ("import", "a long text", filled("{\"orderReference\":\"\\u0041", "k_", "\"}", bytes)),
        ("import", "a long number", filled("{\"items\":[{\"quantity\":", "9", "}]}", bytes)),
        ("import", "items", filled("{\"items\":[", "{},", "{}]}", bytes)),
        ("import", "bad items", filled("{\"items\":[", &bad_item, "{}]}", 100_000)),
        ("import", "brackets", format!("{}{}", "[".repeat(bytes / 2), "]".repeat(bytes / 2))),
        ("import", "messages of a dump", filled("{\"a@s\":{\"messages\":{", "\"\":{},", "\"x\":0}}}", bytes / 8)),
        ("import", "chats", filled("{", "\"a@b\":{},", "\"x@y\":0}", bytes)),
        ("import", "lines cut off", filled("{\"a\":1}\n", "{\"a\":\n", "", bytes / 64)),
        ("import", "records", filled("", "0\n", "", bytes / 64)),
        ("pay --method cash --from", "rows", filled("orderReference,amount\n", "LEG-LOST,5\n", "", bytes)),
        ("pay --method cash --from", "cells", filled("orderReference,amount\n", ",", "\n", bytes)),
        ("pay --method cash --from", "columns", filled("amount", ",a", "\n", bytes)),
        ("pay --method cash --from", "an open quote", filled("orderReference,amount\n\"", "x\n", "", bytes)),
        ("pay --method cash --from", "a long cell", filled("orderReference,amount\n", "x", "", bytes)),
        ("pay --method cash --from", "bad rows", filled("orderReference,amount\n", "\"\",0,,,\n", "", bytes)),
        ("product import", "rows of products", filled("name\n", "abc\n", "", bytes / 8)),
        ("product import", "rows of one product", filled("name,size,stock,price\n", "a,,x,x\n", "", bytes / 8)),
        ("product import", "sizes", filled("{\"sizeQuantities\":{", "\"\":0,", "\"a\":0}}", bytes)),
        ("product import", "pictures", filled("{\"imagePaths\":[", "\"\",", "\"a\"]}", bytes)),
        ("product import", "a long name", filled("{\"name\":\"\\u0041", "k", "\"}", bytes)),
    ]
}

/// Runs a command with this many KiB of memory, and prints nothing. Who asks for more is given none, and aborts.
fn run_within(most: u64, command: &str, shop: &Shop) -> ExitStatus {
    let script = format!("ulimit -d {most}; exec \"$ORDERS\" {command}");
    let mut run = Command::new("sh");
    run.args(["-c", &script]).current_dir(shop.path("")).envs(shop.environment());
    run.env("ORDERS", env!("CARGO_BIN_EXE_orders")).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

/// A list of products does not hold them whole.
#[test]
fn a_long_catalogue_is_not_held_in_memory() {
    const ENOUGH: u64 = 28 << 10;
    let shop = Shop::new();
    shop.orders(["product", "add", "--name", "Cap", "--sku", "CAP", "--price", "5", "--stock", "1"]).succeeds();
    let products = "
        INSERT INTO products (id, name, barcode, price)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 30000)
            SELECT printf('%08x-0000-4000-8000-000000000000', n), 'Cotton summer shirt with a long name ' || n,
                   printf('%013d', n), 1000 FROM numbers;
        INSERT INTO stock (product_id, size_key, size, on_hand) SELECT id, '', '', 5 FROM products WHERE barcode <> 'CAP';
        INSERT INTO stock_movements (product_id, size_key, delta, reason, actor, at)
            SELECT id, '', 5, 'initial', 'operator', '2026-01-01T00:00:00.000Z' FROM products WHERE barcode <> 'CAP';";
    shop.connection().execute_batch(products).unwrap();
    let rows: String = (1..=20_000).map(|n| format!("{n:013},6\n")).collect();
    std::fs::write(shop.path("counted.csv"), format!("sku,counted\n{rows}")).unwrap();
    for command in [
        "product list",
        "product list --format csv",
        "product list --format xlsx",
        "product sheet",
        "product sheet --format xlsx",
        "product sheet --format html",
        "product count counted.csv -n",
        "product count counted.csv -n --format csv",
    ] {
        let status = run_within(ENOUGH, command, &shop);
        assert_eq!(status.code(), Some(0), "{command}: {status}");
    }
}

/// Guests decide how many items an order has.
#[test]
fn a_call_takes_no_more_orders_than_memory_holds() {
    const ORDERS: usize = 160;
    let shop = Shop::stocked();
    let item = json!({"productId": BELT, "quantity": 1, "unitPrice": "29.99", "selectedColor": "x".repeat(50)});
    let mut one: Value = serde_json::from_str(&order("LEG-1", BELT, 1, None)).unwrap();
    one["items"] = vec![item; 500].into();
    shop.orders(["create", "-q"]).stdin(one.to_string()).succeeds();
    let file = shop.connection();
    file.execute_batch(
        "BEGIN; CREATE TEMP TABLE one AS SELECT * FROM orders; CREATE TEMP TABLE its_items AS SELECT * FROM order_items",
    )
    .unwrap();
    for number in 2..=ORDERS {
        file.execute_batch(&format!(
            "UPDATE one SET pk = {number}, reference = 'LEG-{number}', id = printf('%08x', {number}) || substr(id, 9);
             INSERT INTO orders SELECT * FROM one;
             UPDATE its_items SET order_pk = {number};
             INSERT INTO order_items SELECT * FROM its_items;"
        ))
        .unwrap();
    }
    file.execute_batch("UPDATE stock SET on_hand = 1000000; COMMIT").unwrap();
    for (count, code) in [(ORDERS, 4), (ORDERS / 2, 0)] {
        let references: String = (1..=count).map(|number| format!("LEG-{number}\n")).collect();
        std::fs::write(shop.path("references"), references).unwrap();
        for command in ["cancel - -q -n", "confirm - -q --accept-prices -n --paid cash", "show -"] {
            let status = run_within(MOST, &format!("{command} < references"), &shop);
            // Each is shown by itself.
            let code = if command == "show -" { 0 } else { code };
            assert_eq!(status.code(), Some(code), "{command} of {count}: {status}");
        }
    }
}

/// Small inputs with little memory, as long ones take longer.
#[test]
fn any_input_takes_little_memory() {
    const ENOUGH: u64 = 24 << 10;
    let shop = Shop::stocked();
    for (command, what, input) in hostile(1 << 20) {
        std::fs::write(shop.path("hostile"), &input).unwrap();
        let _ = std::fs::remove_file(shop.path("mend"));
        let rejects = if command == "product import" { "" } else { "--rejects mend" };
        let status = run_within(ENOUGH, &format!("{command} hostile --keep-going {rejects}"), &shop);
        assert!(matches!(status.code(), Some(0 | 4 | 8)), "{what}: {status}");
        let kept = std::fs::metadata(shop.path("mend")).map_or(0, |kept| kept.len());
        assert!(kept <= 4 * input.len() as u64 + 1000, "{what}: {kept} bytes of {}", input.len());
    }
    shop.check();
}
