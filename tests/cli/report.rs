//! Reports: their words, and their sums over a year of made-up orders, added up here in another way.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::harness::{BELT, NOW, ORDER, SHIRT, Shop, order, shipped};

#[path = "../../examples/generate/shop.rs"]
mod generator;

/// Orders, pieces and hundredths.
type Sold = BTreeMap<String, (i64, i64, i64)>;

/// A shop in a zone with a year of orders in every status, some of them made around midnight and when clocks change.
fn year_of(zone: &str) -> Shop {
    let shop = Shop::new();
    let mut made_up = generator::Shop::new(7, 30);
    std::fs::write(shop.path("catalogue.json"), made_up.catalogue(1_000_000).to_string()).unwrap();
    shop.orders(["product", "import", "-q", "catalogue.json"]).succeeds();
    let end: DateTime<Utc> = NOW.parse().unwrap();
    let mut lines: Vec<Value> = (0..600).map(|number| made_up.order(number, end.timestamp(), 365)).collect();
    // In 2025 clocks change in Cairo at midnight on 25 April and 31 October, in Berlin on 30 March and 26 October.
    let days = [
        "2025-03-29",
        "2025-03-30",
        "2025-04-24",
        "2025-04-25",
        "2025-10-25",
        "2025-10-26",
        "2025-10-30",
        "2025-10-31",
    ];
    let times = ["20:59:59.999", "21:00:00", "21:59:59.999", "22:00:00", "22:30:00", "22:59:59.999", "23:00:00"];
    for (number, (day, time)) in days.iter().flat_map(|day| times.iter().map(move |time| (day, time))).enumerate() {
        let mut order = made_up.order(1000 + u64::try_from(number).unwrap(), end.timestamp(), 365);
        order["orderReference"] = format!("LEG-CLOCK-{number:04}").into();
        order["orderDate"] = format!("{day}T{time}Z").into();
        lines.push(order);
    }
    let text: String = lines.iter().map(|order| format!("{order}\n")).collect();
    shop.orders(["import", "-q", "-"]).stdin(text).succeeds();
    shop.orders(["config", "timeZone", zone]).succeeds();
    let references: Vec<&str> = lines.iter().map(|order| order["orderReference"].as_str().unwrap()).collect();
    let step = |command: &[&str], which: &dyn Fn(usize) -> bool| {
        let chosen: String =
            references.iter().enumerate().filter(|(n, _)| which(*n)).map(|(_, r)| format!("{r}\n")).collect();
        let mut run = shop.orders([]).stdin(chosen);
        for arg in command {
            run = run.arg(arg);
        }
        run.succeeds();
    };
    step(&["confirm", "-", "--accept-prices", "-q"], &|n| n % 5 != 0);
    step(&["set-status", "-", "processing", "-q"], &|n| n % 5 == 2);
    step(&["set-status", "-", "shipped", "-q"], &|n| n % 5 >= 3);
    step(&["set-status", "-", "delivered", "-q"], &|n| n % 5 == 4);
    step(&["cancel", "-", "-q"], &|n| n % 7 == 3);
    shop
}

fn hundredths(amount: &Value) -> i64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}

fn holds_stock(order: &Value) -> bool {
    ["confirmed", "processing", "shipped", "delivered"].contains(&order["status"].as_str().unwrap())
}

/// Adds the orders that hold stock up by a name for their status and local day.
fn added_up(orders: &Value, zone: Tz, name: impl Fn(&str, NaiveDate) -> String) -> Sold {
    let mut sold = Sold::new();
    for order in orders.as_array().unwrap().iter().filter(|order| holds_stock(order)) {
        let at: DateTime<Utc> = order["orderDate"].as_str().unwrap().parse().unwrap();
        let day = at.with_timezone(&zone).date_naive();
        let (count, pieces, total) = sold.entry(name(order["status"].as_str().unwrap(), day)).or_default();
        *count += 1;
        *pieces += order["itemCount"].as_i64().unwrap();
        *total += hundredths(&order["total"]);
    }
    sold
}

/// Adds their items up by product.
fn added_up_by_product(orders: &Value) -> Sold {
    let mut sold = Sold::new();
    for order in orders.as_array().unwrap().iter().filter(|order| holds_stock(order)) {
        let mut products = BTreeSet::new();
        for item in order["items"].as_array().unwrap() {
            let product = item["productId"].as_str().unwrap();
            let (count, pieces, total) = sold.entry(product.to_owned()).or_default();
            *count += i64::from(products.insert(product));
            *pieces += item["quantity"].as_i64().unwrap();
            *total += hundredths(&item["subtotal"]);
        }
    }
    sold
}

/// The rows of a report that sold something.
fn rows(report: &Value, key: &str) -> Sold {
    let sold =
        |row: &Value| (row["orders"].as_i64().unwrap(), row["itemCount"].as_i64().unwrap(), hundredths(&row["total"]));
    let rows = report["rows"].as_array().unwrap().iter().map(|row| (row[key].as_str().unwrap().to_owned(), sold(row)));
    rows.filter(|(_, (orders, ..))| *orders > 0).collect()
}

#[test]
fn a_years_sums_are_exact_in_every_grouping_and_form_where_clocks_change() {
    for zone in ["Africa/Cairo", "Europe/Berlin", "Asia/Kathmandu"] {
        let shop = year_of(zone);
        let orders = shop.orders(["list", "--items", "--json"]).json();
        let tz: Tz = zone.parse().unwrap();
        let all = ["--since", "2025-01-01", "--until", "2026-02-07"];
        let report = |by: &str, format: &str| {
            let mut run = shop.orders(["report", "sales", "--by", by, "--format", format]);
            for arg in all {
                run = run.arg(arg);
            }
            run.succeeds()
        };
        let json = |by: &str| serde_json::from_str::<Value>(&report(by, "json")).unwrap();
        let week = |day: NaiveDate| day - chrono::Days::new(day.weekday().num_days_from_monday().into());
        let expected = [
            ("day", "day", added_up(&orders, tz, |_, day| day.to_string())),
            ("week", "week", added_up(&orders, tz, |_, day| week(day).to_string())),
            ("month", "month", added_up(&orders, tz, |_, day| day.format("%Y-%m").to_string())),
            ("status", "status", added_up(&orders, tz, |status, _| status.to_owned())),
            ("product", "productId", added_up_by_product(&orders)),
        ];
        let sum = |what: fn(&(i64, i64, i64)) -> i64| expected[0].2.values().map(what).sum::<i64>();
        let (count, pieces, total) = (sum(|sold| sold.0), sum(|sold| sold.1), sum(|sold| sold.2));
        for (by, key, sold) in &expected {
            let body = json(by);
            assert_eq!(&rows(&body, key), sold, "{zone} by {by}");
            let totals = &body["totals"];
            let sums = (totals["orders"].as_i64(), totals["itemCount"].as_i64(), hundredths(&totals["total"]));
            assert_eq!(sums, (Some(count), Some(pieces), total), "{zone} by {by}");
            assert_eq!(sold.values().map(|sold| sold.2).sum::<i64>(), total, "{zone} by {by}");
            // The other forms have the same amounts, row for row.
            let amounts: Vec<&str> =
                body["rows"].as_array().unwrap().iter().map(|row| row["total"].as_str().unwrap()).collect();
            let csv = report(by, "csv");
            let in_csv: Vec<_> = csv.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
            assert_eq!(in_csv, amounts, "{zone} by {by}");
            let with_total = [amounts.as_slice(), &[totals["total"].as_str().unwrap()]].concat();
            let text = report(by, "table");
            let table = text.split("\n\n").nth(1).unwrap().lines().skip(1);
            let amount = |line: &'_ str| line.split_whitespace().rfind(|word| word.contains('.')).unwrap().to_owned();
            assert_eq!(table.map(amount).collect::<Vec<_>>(), with_total, "{zone} by {by}");
            let html = report(by, "html");
            let cells =
                html.split("</tr>").filter_map(|row| row.rsplit_once("</td>")?.0.rsplit_once('>').map(|cell| cell.1));
            assert_eq!(cells.collect::<Vec<_>>(), with_total, "{zone} by {by}");
            assert!(text.lines().all(|line| line.width() <= 78), "{text}");
        }
        // A window's ends are taken in, and what a report says it covers gives the same report.
        let april = shop.orders(["report", "sales", "--since", "2025-04-24", "--until", "2025-04-25", "--json"]).json();
        let mut of_april = expected[0].2.clone();
        of_april.retain(|day, _| ["2025-04-24", "2025-04-25"].contains(&day.as_str()));
        assert_eq!(rows(&april, "day"), of_april, "{zone}");
        let (since, until) = (april["since"].as_str().unwrap(), april["until"].as_str().unwrap());
        assert_eq!(shop.orders(["report", "sales", "--since", since, "--until", until, "--json"]).json(), april);
    }
}

#[test]
fn what_was_sold_is_said_in_days_of_the_shop() {
    let shop = Shop::with_order();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    shop.orders(["config", "shopName", "Nile Menswear"]).succeeds();
    shop.orders(["config", "currency", "EGP"]).succeeds();
    shop.take("LEG-BELT", BELT, 1, None);
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["report", "sales", "--since", "2026-02-03", "--until", "2026-02-05"]).prints(
        "\
Sales by day
2026-02-03 to 2026-02-05, time zone Africa/Cairo
Nile Menswear, amounts in EGP

DAY             ORDERS  ITEMS  TOTAL
2026-02-04 Wed       1      2  59.98  ████████████████████████
2026-02-05 Thu       0      0   0.00
All                  1      2  59.98
",
    );
    let expected = "\
{\"report\":\"sales\",\"since\":\"2026-02-02T22:00:00Z\",\"until\":\"2026-02-05T21:59:59.999Z\",\
\"timeZone\":\"Africa/Cairo\",\"rows\":[{\"status\":\"confirmed\",\"orders\":1,\"itemCount\":2,\"total\":\"59.98\"}],\
\"totals\":{\"orders\":1,\"itemCount\":2,\"total\":\"59.98\",\"currency\":\"EGP\"},\"by\":\"status\"}\n";
    let sales = ["report", "sales", "--since", "2026-02-03", "--until", "2026-02-05", "--by", "status"];
    shop.orders(sales).arg("--json").prints(expected);
    shop.orders(sales).arg("--format").arg("ndjson").prints(expected);
    shop.orders(["report", "sales", "--since", "today", "--until", "yesterday"])
        .fails(2, "error: --until is before --since: no time is between them\n");
}

#[test]
fn what_waits_is_said_with_how_long_and_whether_the_stock_would_do() {
    let shop = Shop::stocked();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    let take = |reference: &str, product: &str, quantity, size: Option<&str>, ordered: &str, received: &str| {
        let order = order(reference, product, quantity, size).replace("2026-02-04T10:30:00Z", ordered);
        shop.orders(["create", "-q"]).stdin(order).env("ORDERS_NOW", received).succeeds();
    };
    take("LEG-NEW", SHIRT, 1, Some("L"), "2026-02-07T07:30:00Z", "2026-02-07T07:20:00Z");
    take("LEG-OLD", SHIRT, 3, Some("L"), "2026-02-04T11:00:00Z", "2026-02-04T11:00:00Z");
    take("LEG-MUCH", BELT, 13, None, "2026-02-06T17:00:00Z", "2026-02-06T17:00:00Z");
    // It lay in the chat for the night: its customer has waited all the same.
    take("LEG-SIZE", SHIRT, 1, None, "2026-02-06T16:59:00Z", "2026-02-07T07:59:00Z");
    shop.orders(["report", "pending"]).prints(
        "\
Pending orders
as of 2026-02-07 10:00 EET, time zone Africa/Cairo

REFERENCE  STOCK      WAITING  CUSTOMER  ITEMS   TOTAL
LEG-OLD    enough      2d 21h  John Doe      3   89.97
LEG-SIZE   unclear     15h 1m  John Doe      1   29.99
LEG-MUCH   short       15h 0m  John Doe     13  389.87
LEG-NEW    contested      40m  John Doe      1   29.99
All                                         18  539.82

What is in the way
REFERENCE  PRODUCT              LEFT  WANTED
LEG-SIZE   Classic T-Shirt             size?
LEG-MUCH   Leather Belt           12      13
LEG-NEW    Classic T-Shirt (L)     0       1

contested: enough, but not after the older orders are confirmed
unclear: an item needs an available size: orders edit REF --item N --size SIZE
",
    );
    let old = shop.orders(["report", "pending", "--older-than", "1d", "--json"]).json();
    assert_eq!((&old["since"], old["until"].as_str()), (&Value::Null, Some("2026-02-07T08:00:00Z")));
    assert_eq!(old["rows"].as_array().unwrap().len(), 1);
    assert_eq!(old["rows"][0]["waitingSeconds"], 69 * 3600);
    assert_eq!(old["totals"]["total"], "89.97");
    // Rows are chosen by the column that is shown.
    for (age, expected) in [("1d", 1), ("16h", 1), ("15h", 3), ("40m", 4), ("70h", 0)] {
        let rows = shop.orders(["report", "pending", "--older-than", age, "--json"]).json()["rows"].clone();
        assert_eq!(rows.as_array().unwrap().len(), expected, "{age}: {rows}");
    }
    let csv = shop.orders(["report", "pending", "--format", "csv"]).succeeds();
    let expected = "LEG-MUCH,2026-02-06T17:00:00Z,2026-02-06T17:00:00.000Z,John Doe,+1234567890,13,389.87,54000,short,\
                    \"[\"\"Leather Belt: Insufficient stock (available: 12, required: 13)\"\"]\"";
    assert_eq!(csv.lines().nth(3), Some(expected));
    let html = shop.orders(["report", "pending", "--format", "html"]).succeeds();
    assert!(html.contains("Classic T-Shirt (L)") && html.contains("539.82"), "{html}");
}

#[test]
fn what_is_short_comes_with_what_pending_orders_want() {
    let shop = Shop::with_order();
    shop.take("LEG-2", SHIRT, 2, Some("L"));
    shop.take("LEG-3", SHIRT, 1, None);
    shop.orders(["product", "set", "BLT-01", "--low-stock-at", "12"]).succeeds();
    shop.orders(["report", "stock"]).prints(
        "\
Stock that is short, out or low
as of 2026-02-07 08:00 UTC, time zone UTC

PRODUCT          SIZE  STATE  STOCK  WANTED  MISSING  SKU
Classic T-Shirt  L     short      3       4        1  SKU-12345
Polo Shirt       L     out        0       0        0  PL-220
Canvas Sneakers  42    low        2       0        0
Canvas Sneakers  43    low        2       0        0
Canvas Sneakers  44    low        1       0        0
Leather Belt           low       12       0        0  BLT-01
Polo Shirt       M     low        2       0        0  PL-220
Polo Shirt       XL    low        1       0        0  PL-220

1 more piece is wanted in no known size: see orders report pending
",
    );
    let body = shop.orders(["report", "stock", "--json"]).json();
    assert_eq!(
        body["totals"].to_string(),
        r#"{"short":1,"out":1,"low":6,"onHand":23,"demand":4,"missing":1,"unclearDemand":1}"#
    );
    assert_eq!(
        shop.orders(["report", "stock", "--format", "csv"]).succeeds().lines().nth(1),
        Some("550e8400-e29b-41d4-a716-446655440000,Classic T-Shirt,SKU-12345,L,short,3,5,4,1")
    );
}

#[test]
fn cron_can_ask_for_silence_and_for_an_exit_code() {
    let shop = Shop::new();
    shop.orders(["config", "lowStock", "0"]).succeeds();
    let reports = [
        ("pending", "nothing is pending"),
        ("sales", "nothing was sold"),
        ("stock", "no product is short, out or low"),
    ];
    for (report, nothing) in reports {
        let said = shop.orders(["report", report, "--exit-code"]).succeeds();
        assert_eq!(said.lines().last(), Some(nothing));
        for format in ["table", "json", "ndjson", "csv", "html"] {
            shop.orders(["report", report, "--if-any", "--exit-code", "--format", format]).prints("");
        }
    }
    shop.orders(["product", "import", "-q"]).arg(shipped("examples/catalogue.json")).succeeds();
    shop.orders(["create", "-q"]).arg(shipped("examples/order.json")).succeeds();
    shop.take("LEG-2", BELT, 1, None);
    shop.orders(["confirm", "LEG-2"]).succeeds();
    for (report, _) in reports {
        let with = shop.orders(["report", report, "--if-any", "--exit-code"]).exits(10);
        assert_eq!(with.stderr, "");
        assert_eq!(shop.orders(["report", report]).succeeds(), with.stdout);
        shop.orders(["report", report, "--color", "always"]).prints(&with.stdout);
    }
}

#[test]
fn a_report_waits_for_nobody_who_writes() {
    let shop = Shop::with_order();
    let writer = shop.connection();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    for report in ["pending", "sales", "stock"] {
        shop.orders(["report", report, "--wait", "0"]).succeeds();
    }
}

#[test]
fn whatever_names_and_amounts_there_are_a_line_has_78_columns() {
    let shop = Shop::stocked();
    let long = format!("LEG-{}", "X".repeat(46));
    let order = order(&long, BELT, 2_000_000, None).replace("John Doe", &"陈Maximilian".repeat(20));
    shop.orders(["create", "-q"]).stdin(order).succeeds();
    let name = "冬Winter Coat".repeat(17);
    shop.orders([
        "product",
        "add",
        "--name",
        &name,
        "--barcode",
        &"9".repeat(100),
        "--price",
        "99999999.99",
        "--stock",
        "1",
    ])
    .succeeds();
    shop.orders(["config", "shopName", &"Nile ".repeat(20)]).succeeds();
    shop.orders(["product", "adjust", "BLT-01", "+3000000", "--note", "x"]).succeeds();
    for confirmed in [false, true] {
        if confirmed {
            shop.orders(["confirm", &long]).succeeds();
        }
        for report in
            [&["pending"][..], &["stock"], &["sales"], &["sales", "--by", "product"], &["sales", "--by", "status"]]
        {
            let mut run = shop.orders(["report"]);
            for arg in report {
                run = run.arg(arg);
            }
            let text = run.succeeds();
            let widest = text.lines().map(|line| line.width()).max();
            assert!(widest <= Some(78), "{widest:?} in {report:?}\n{text}");
        }
    }
}
