use std::ffi::OsString;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{BELT, ORDER, SHIRT, Shop, order};

/// A shop with something of everything. One order was sent three days ago, another one a moment later.
fn busy() -> Shop {
    keep_busy(Shop::with_order())
}

fn keep_busy(shop: Shop) -> Shop {
    let at = |time: &str, args: &[&str], stdin: String| {
        let run = args.iter().fold(shop.orders([]), |run, arg| run.arg(arg));
        run.env("ORDERS_NOW", time).stdin(stdin).succeeds();
    };
    let sell = |reference: &str, quantity, time: &str, paid: &[&str]| {
        at(time, &["create", "-"], order(reference, BELT, quantity, None));
        at(time, &[&["confirm", reference], paid].concat(), String::new());
    };
    shop.take("LEG-SIZE", SHIRT, 1, None);
    shop.take("LEG-MANY", SHIRT, 9, Some("M"));
    shop.take("LEG-LATER", SHIRT, 2, Some("L"));
    shop.orders(["customer", "block", ORDER, "--note", "fraud"]).succeeds();
    sell("LEG-LATE", 2, "2026-02-03T07:00:00Z", &["--paid", "instapay"]);
    shop.take("LEG-TWICE", BELT, 2, None);
    at("2026-02-04T08:00:00Z", &["set-status", "LEG-LATE", "shipped"], String::new());
    for (reference, quantity) in [("LEG-PACK", 1), ("LEG-PACKED", 3), ("LEG-SENT", 4)] {
        sell(reference, quantity, "2026-02-03T07:00:00Z", &[]);
    }
    at("2026-02-04T08:00:00.001Z", &["set-status", "LEG-SENT", "shipped"], String::new());
    at("2026-02-06T08:00:00Z", &["set-status", "LEG-PACKED", "processing"], String::new());
    shop.orders(["pay", "LEG-PACK", "40", "vodafone"]).succeeds();
    shop
}

/// The rows of a list.
fn rows<'b>(body: &'b Value, list: &str) -> Vec<&'b Value> {
    body["rows"].as_array().unwrap().iter().filter(|row| row["list"] == list).collect()
}

fn commands(body: &Value, list: &str) -> Vec<String> {
    rows(body, list).iter().map(|row| row["command"].as_str().unwrap().to_owned()).collect()
}

/// However many orders came earlier, and however often it was shipped.
#[test]
fn an_order_is_late_from_its_last_shipping_on() {
    let shop = Shop::stocked();
    let at = |day: &str, line: &str| {
        let time = format!("2026-01-{day}T08:00:00Z");
        line.split(' ').fold(shop.orders([]), |run, word| run.arg(word)).env("ORDERS_NOW", time).succeeds()
    };
    let sell = |day: &str, reference: &str| {
        let sale = format!("create --phone 1 --name x --item {BELT} --reference {reference} --cod --confirm -q");
        at(day, &sale);
    };
    let preorders: Vec<String> = (0..30).map(|number| format!("PRE-{number}")).collect();
    shop.orders(["product", "count", BELT, "200", "--note", "more", "-q"]).succeeds();
    for reference in &preorders {
        sell("01", reference);
    }
    sell("02", "LEG-LATE");
    at("03", "set-status LEG-LATE shipped -q");
    at("04", "set-status LEG-LATE processing --force --note back -q");
    at("20", "set-status LEG-LATE shipped -q");
    at("25", &format!("set-status {} shipped -q", preorders.join(" ")));
    let body: Value = serde_json::from_str(&at("25", "today --json")).unwrap();
    assert_eq!(commands(&body, "withCouriers"), ["orders set-status LEG-LATE delivered"]);
    assert_eq!(rows(&body, "withCouriers")[0]["waitingSeconds"], 5 * 24 * 60 * 60);
    let money: Value = serde_json::from_str(&at("25", "report money --json")).unwrap();
    let row = money["withCouriers"].as_array().unwrap().iter().find(|row| row["orderReference"] == "LEG-LATE");
    assert_eq!(row.unwrap()["since"], "2026-01-20T08:00:00.000Z");
}

/// There is no payment to check of it.
#[test]
fn cash_on_delivery_is_named() {
    let shop = Shop::with_order();
    shop.take("LEG-COD", BELT, 1, None);
    shop.orders(["edit", "LEG-COD", "--cod", "-q"]).succeeds();
    let today = shop.orders(["today"]).succeeds();
    assert_eq!(today.matches("  cash on delivery\n").count(), 1, "{today}");
    let body = shop.orders(["today", "--json"]).json();
    let remarks: Vec<_> = rows(&body, "payments").iter().map(|row| &row["remarks"]).collect();
    assert_eq!(remarks, [&json!([]), &json!(["cash on delivery"])]);
}

#[test]
fn every_need_is_listed_with_its_command() {
    let shop = busy();
    let body = shop.orders(["today", "--json"]).json();
    let expected = [
        (
            "payments",
            &[
                "orders confirm LEG-LXYZ1234-AB5C",
                "orders message LEG-MANY --template shortage",
                "orders confirm LEG-LATER",
                "orders confirm LEG-TWICE",
            ][..],
        ),
        ("sizes", &["orders edit LEG-SIZE --item 1 --size SIZE"]),
        ("toPack", &["orders set-status LEG-PACK processing", "orders set-status LEG-PACKED shipped"]),
        ("withCouriers", &["orders set-status LEG-LATE delivered"]),
        ("owed", &["orders refund LEG-PACK vodafone"]),
        (
            "stock",
            &[
                "orders product receive BLT-01 N --ref REF",
                "orders product receive PL-220 SIZE=N --ref REF",
                "orders product receive SKU-12345 L=1 --ref REF",
                "orders product receive SKU-12345 M=3 --ref REF",
                "orders product receive a4d5c6b7-1e2f-4a3b-8c4d-0f1e2d3c4b5a SIZE=N --ref REF",
            ],
        ),
        ("receivedTwice", &["orders show LEG-LATE LEG-TWICE"]),
    ];
    for (list, expected) in expected {
        let mut found = commands(&body, list);
        if list == "stock" {
            found.sort();
        }
        assert_eq!(found, expected, "{list}: {body:#}");
        assert_eq!(body["totals"][list], json!(expected.len()));
    }
    assert_eq!(
        (&body["report"], &body["since"], &body["until"]),
        (&json!("today"), &Value::Null, &json!("2026-02-07T08:00:00Z"))
    );
    let row = rows(&body, "owed")[0];
    assert_eq!(
        (&row["grandTotal"], &row["due"], &row["waitingSeconds"]),
        (&json!("29.99"), &json!("-10.01"), &json!(0))
    );
    assert_eq!(rows(&body, "receivedTwice")[0]["likelyDuplicate"], "LEG-LATE");
    assert!(rows(&body, "payments")[0]["remarks"].to_string().contains("the customer is blocked: fraud"), "{body:#}");
    let csv = shop.orders(["today", "--format", "csv"]).succeeds();
    assert_eq!(csv.lines().count(), 1 + body["rows"].as_array().unwrap().len());
    let keys: Vec<&str> = body["rows"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(csv.lines().next(), Some(&*keys.join(",")));
}

/// What it says runs as it stands there, in a file named by `--db` too, and does what it says.
#[test]
fn every_command_runs_as_it_is_printed() {
    let shop = keep_busy(Shop::on_file().with_catalogue().with_the_order());
    std::fs::rename(shop.file(), shop.path("a shop.db")).unwrap();
    let body = shop.orders(["today", "--db", "a shop.db", "--json"]).json();
    for (number, row) in body["rows"].as_array().unwrap().iter().enumerate() {
        let line = row["command"].as_str().unwrap();
        let line = line.replace("220 SIZE=N", "220 L=1").replace("SIZE=N", "42=1").replace(" N ", " 1 ");
        let line = line.replace("REF", &format!("INV-{number}")).replace(" SIZE", " S").replace(" WHY", " counted");
        let line = line.replacen("orders ", &format!("{} --yes ", env!("CARGO_BIN_EXE_orders")), 1);
        let done = Command::new("sh")
            .args(["-c", &line])
            .current_dir(shop.path(""))
            .env_clear()
            .env("ORDERS_NOW", crate::harness::NOW)
            .output()
            .unwrap();
        // The order whose stock an older one took is refused.
        let code = if line.contains("confirm LEG-LATER") { 6 } else { 0 };
        assert_eq!(done.status.code(), Some(code), "{line}: {done:?}");
    }
    let piped = shop.orders(["today", "--db", "a shop.db"]).succeeds();
    assert!(!piped.contains("refund") && piped.contains("--db 'a shop.db'"), "{piped}");
}

/// The three that say what stands in the way say the same.
#[test]
fn today_report_and_confirm_name_the_same_obstacles() {
    let shop = Shop::stocked();
    let polo = "3f0e1c52-7a8b-4d2e-9c11-5b6a7d8e9f01";
    let cheap = order("LEG-CHEAP", BELT, 1, None).replace("29.99", "15.00");
    shop.orders(["create", "-"]).stdin(cheap).succeeds();
    shop.take("LEG-FINE", BELT, 11, None);
    shop.take("LEG-NONE", polo, 2, Some("L"));
    shop.take("LEG-WHICH", polo, 1, None);
    shop.take("LEG-S", polo, 1, Some("S"));
    let claimed = order("LEG-CLAIM", BELT, 1, None).replacen('{', r#"{"discount":"5.00","#, 1);
    shop.orders(["create", "-"]).stdin(claimed).succeeds();
    let today = shop.orders(["today", "--json"]).json();
    let pending = shop.orders(["report", "pending", "--json"]).json();
    let reported = pending["rows"].as_array().unwrap();
    assert_eq!(reported.len(), 6);
    for row in reported {
        let reference = row["orderReference"].as_str().unwrap();
        let ours = today["rows"].as_array().unwrap().iter().find(|row| row["orderReference"] == reference).unwrap();
        assert_eq!(ours["problems"], row["problems"], "{reference}");
        assert_eq!(ours["waitingSeconds"], row["waitingSeconds"], "{reference}");
        let done = shop.orders(["confirm", reference, "--dry-run", "--json"]).ends();
        let refused = (done.code != 0).then(|| serde_json::from_str::<Value>(&done.stderr).unwrap());
        let details = refused.map_or(json!([]), |error| error["details"].clone());
        match row["stock"].as_str().unwrap() {
            // Now there is enough for it.
            "contested" => {
                assert!(!row["problems"].as_array().unwrap().is_empty() && details.as_array().unwrap().len() < 2);
            }
            _ => assert_eq!(row["problems"], details, "{reference}"),
        }
    }
    let stock = |reference: &str| {
        let found = reported.iter().find(|row| row["orderReference"] == reference).unwrap();
        (found["stock"].as_str().unwrap().to_owned(), found["problems"].as_array().unwrap().len())
    };
    let expected =
        [("LEG-CHEAP", "enough", 1), ("LEG-FINE", "enough", 0), ("LEG-NONE", "short", 1), ("LEG-WHICH", "unclear", 1)];
    for (reference, word, problems) in expected {
        assert_eq!(stock(reference), (word.to_owned(), problems), "{reference}");
    }
    assert_eq!(stock("LEG-CLAIM"), ("contested".to_owned(), 2));
}

#[test]
fn a_day_without_needs_says_so_unless_if_any() {
    let shop = Shop::new();
    shop.orders(["today"]).exits(1);
    shop.orders(["config", "shopName", "LEG"]).succeeds();
    let done = shop.orders(["today"]).exits(0);
    assert_eq!(done.stdout, "nothing needs you now\n");
    assert_eq!(done.stderr, "hint: to put the catalogue in:  orders product import FILE\n");
    shop.orders(["product", "add", "--name", "Belt", "--price", "5", "--stock", "9"]).succeeds();
    let done = shop.orders(["today"]).exits(0);
    assert_eq!(done.stderr, "hint: to take an order:  orders create\n");
    shop.orders(["today", "--if-any"]).prints("");
    shop.orders(["today", "--exit-code"]).exits(0);
    let body = shop.orders(["today", "--json"]).json();
    assert_eq!(body["rows"], json!([]));
    assert_eq!(body["totals"].as_object().unwrap().values().collect::<Vec<_>>(), [0; 7]);
    let belt = shop.orders(["product", "list", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    shop.take("LEG-1", &belt, 1, None);
    let done = shop.orders(["today", "--if-any", "--exit-code"]).exits(10);
    assert_eq!(done.stdout, "Payments to check: 1\n2d 21h  29.99  John Doe  orders confirm LEG-1\n");
    shop.orders(["today", "--format", "html"]).exits(2);
}

#[test]
fn of_many_orders_the_first_are_shown_and_the_others_counted() {
    let shop = Shop::stocked();
    let lines: String = (0..501).map(|n| order(&format!("LEG-{n:04}"), BELT, 1, None) + "\n").collect();
    shop.orders(["import", "-q"]).stdin(lines.lines().take(300).collect::<Vec<_>>().join("\n")).succeeds();
    let text = shop.orders(["today"]).succeeds();
    assert!(text.starts_with("Payments to check: 300\n"), "{text}");
    assert!(text.contains("… and 290 more:  orders report pending\n"), "{text}");
    assert_eq!(shop.orders(["today", "--json"]).json()["totals"]["payments"], 300);
    shop.orders(["import", "-q"]).stdin(lines).succeeds();
    let text = shop.orders(["today"]).succeeds();
    assert!(text.starts_with("Payments to check: 500+\n") && text.contains("… and more:  orders report"), "{text}");
    assert_eq!(shop.orders(["today", "--json"]).json()["totals"]["payments"], Value::Null);
}

/// A command that was copied must be the command, whatever the words around it are.
#[test]
fn guests_words_stay_on_their_line_and_out_of_commands() {
    let shop = Shop::stocked();
    let hostile = r"$(touch pwned)\u001b[2J\u202e\n orders cancel LEG-1";
    let mut text = order("LEG-1';x", SHIRT, 9, Some("L")).replace("John Doe", hostile);
    text = text.replacen('{', r#"{"customerAddress":"`id`","#, 1);
    shop.orders(["create", "-"]).stdin(text).succeeds();
    let text = shop.orders(["today"]).succeeds();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    assert!(text.contains("orders message 'LEG-1'\\'';x' --template shortage\n"), "{text}");
    for row in shop.orders(["today", "--json"]).json()["rows"].as_array().unwrap() {
        let line = row["command"].as_str().unwrap().replace("=N ", "=1 ").replace(" N ", " 1 ");
        let line = line.replace("--ref REF", "--ref INV-1").replace(" SIZE=", " M=");
        let split = Command::new("sh").args(["-c", &format!("printf '%s\\0' {line}")]).output().unwrap().stdout;
        let words = String::from_utf8(split).unwrap();
        let words: Vec<OsString> = words.split_terminator('\0').map(Into::into).collect();
        assert_eq!(orders::wrong_with(&words), None, "{line}");
    }
}
