//! Reports: their words, and their sums over a year of made-up orders, added up here in another way.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
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
    send_back(&shop);
    shop
}

/// Sends something back of every third order that is shipped or delivered: a piece, all of an item, or a piece in exchange for
/// another.
fn send_back(shop: &Shop) {
    let orders = shop.orders(["list", "--items", "--json", "--status", "shipped,delivered", "--limit", "0"]).json();
    for (number, order) in orders.as_array().unwrap().iter().step_by(3).enumerate() {
        let (reference, item) = (order["orderReference"].as_str().unwrap(), &order["items"][0]);
        let run = shop.orders(["return", "-q", reference]);
        let size = item["selectedSize"].as_str().map(|size| format!("/{size}")).unwrap_or_default();
        match number % 3 {
            0 => run.arg("1"),
            1 => run.arg(format!("1*{}", item["quantity"])).arg("--damaged"),
            _ => run.arg("1").arg("--for").arg(format!("{}{size}@1.50", item["productId"].as_str().unwrap())),
        }
        .succeeds();
    }
}

fn hundredths(amount: &Value) -> i64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}

fn holds_stock(order: &Value) -> bool {
    ["confirmed", "processing", "shipped", "delivered"].contains(&order["status"].as_str().unwrap())
}

/// Adds what customers kept of the orders that hold stock up by a name for their status and local day.
fn added_up(orders: &Value, zone: Tz, name: impl Fn(&str, NaiveDate) -> String) -> Sold {
    let mut sold = Sold::new();
    for order in orders.as_array().unwrap().iter().filter(|order| holds_stock(order)) {
        let at: DateTime<Utc> = order["orderDate"].as_str().unwrap().parse().unwrap();
        let day = at.with_timezone(&zone).date_naive();
        let (count, pieces, total) = sold.entry(name(order["status"].as_str().unwrap(), day)).or_default();
        *count += 1;
        *pieces += order["itemCount"].as_i64().unwrap();
        *total += hundredths(&order["total"]);
        for back in order["returns"].as_array().unwrap() {
            let item = &order["items"][usize::try_from(back["item"].as_i64().unwrap() - 1).unwrap()];
            *pieces -= back["quantity"].as_i64().unwrap();
            *total -= back["quantity"].as_i64().unwrap() * hundredths(&item["unitPrice"]);
        }
    }
    sold
}

/// Adds what they kept of their items up by product.
fn added_up_by_product(orders: &Value) -> Sold {
    let mut sold = Sold::new();
    for order in orders.as_array().unwrap().iter().filter(|order| holds_stock(order)) {
        let mut products = BTreeSet::new();
        for (item, number) in order["items"].as_array().unwrap().iter().zip(1..) {
            let back = order["returns"].as_array().unwrap().iter().filter(|back| back["item"] == number);
            let kept =
                item["quantity"].as_i64().unwrap() - back.map(|back| back["quantity"].as_i64().unwrap()).sum::<i64>();
            if kept == 0 {
                continue;
            }
            let product = item["productId"].as_str().unwrap();
            let (count, pieces, total) = sold.entry(product.to_owned()).or_default();
            *count += i64::from(products.insert(product));
            *pieces += kept;
            *total += kept * hundredths(&item["unitPrice"]);
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
fn sales_are_counted_in_days_of_the_shop() {
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
fn pending_orders_are_reported_with_wait_and_stock() {
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
fn short_stock_is_reported_with_the_demand_of_pending_orders() {
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
fn a_report_can_be_silent_or_tell_by_its_exit_code() {
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
fn a_report_does_not_wait_for_writers() {
    let shop = Shop::with_order();
    let writer = shop.connection();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    for report in ["pending", "sales", "stock"] {
        shop.orders(["report", report, "--wait", "0"]).succeeds();
    }
}

#[test]
fn no_line_of_a_report_is_longer_than_78_columns() {
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

/// Runs a command line of words without spaces, at a time.
fn at(shop: &Shop, time: &str, line: &str) {
    line.split(' ').fold(shop.orders([]), |run, word| run.arg(word)).env("ORDERS_NOW", time).succeeds();
}

/// A shop in Cairo in which money moved in every way.
fn shop_with_money() -> Shop {
    const OPENING: &str = "2026-02-04T12:00:00Z";
    let shop = Shop::new();
    shop.orders(["product", "import"]).arg(shipped("examples/catalogue.json")).env("ORDERS_NOW", OPENING).succeeds();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    for number in 1..=6 {
        let order = order(&format!("LEG-{number}"), BELT, 1, None);
        shop.orders(["create", "-"]).env("ORDERS_NOW", OPENING).stdin(order).succeeds();
    }
    for (time, line) in [
        // 23:30 of the 4th in Cairo, and the 5th.
        ("2026-02-04T21:30:00Z", "confirm LEG-1 --paid cash"),
        ("2026-02-04T22:30:00Z", "confirm LEG-2 --paid instapay --receipt R-2 --amount 20"),
        ("2026-02-05T08:00:00Z", "confirm LEG-3 --cod"),
        ("2026-02-05T09:00:00Z", "confirm LEG-4"),
        ("2026-02-05T10:00:00Z", "set-status LEG-3 shipped"),
        ("2026-02-05T11:00:00Z", "confirm LEG-5 --paid instapay"),
        ("2026-02-06T08:00:00Z", "cancel LEG-5 --keep 9.99"),
        ("2026-02-06T09:00:00Z", "refund LEG-5 5 instapay"),
        ("2026-02-06T10:00:00Z", "pay LEG-6 7 bosta"),
        ("2026-02-06T11:00:00Z", "pay LEG-6 --void 1 --note wrong"),
        ("2026-02-06T12:00:00Z", "set-status LEG-3 delivered"),
    ] {
        at(&shop, time, line);
    }
    shop
}

#[test]
fn money_is_reported_by_method_and_what_is_due_as_of_now() {
    let shop = shop_with_money();
    shop.orders(["report", "money"]).prints(
        "\
Money by method
2026-01-09 to 2026-02-07, time zone Africa/Cairo

METHOD       IN   OUT    NET  PAYMENTS
bosta      0.00  0.00   0.00         1
cash      29.99  0.00  29.99         1
instapay  49.99  5.00  44.99         3
All       79.98  5.00  74.98         5

With couriers: cash on delivery of orders that left the shop
REFERENCE  STATUS      SINCE  CUSTOMER  PHONE        PAID    DUE
LEG-3      delivered  1d 22h  John Doe  +1234567890  0.00  29.99
All                                                        29.99

Owed to customers
REFERENCE  STATUS     SINCE  CUSTOMER  PHONE         PAID   OWED
LEG-5      cancelled  1d 0h  John Doe  +1234567890  24.99  15.00
All                                                        15.00

Not paid in full
REFERENCE  STATUS      SINCE  CUSTOMER  PHONE         PAID    DUE
LEG-2      confirmed   2d 9h  John Doe  +1234567890  20.00   9.99
LEG-4      confirmed  1d 23h  John Doe  +1234567890   0.00  29.99
All                                                         39.98
",
    );
    let body = shop.orders(["report", "money", "--json"]).json();
    assert_eq!(body["totals"], json!({"in": "79.98", "out": "5.00", "net": "74.98", "payments": 5}));
    assert_eq!(
        body["owed"][0],
        json!({
            "orderReference": "LEG-5", "customerName": "John Doe", "customerPhone": "+1234567890", "status": "cancelled",
            "grandTotal": "9.99", "paid": "24.99", "due": "-15.00", "since": "2026-02-06T08:00:00.000Z",
            "waitingSeconds": 86400
        })
    );
    let named = |list: &str| {
        let list = body[list].as_array().unwrap().iter();
        list.map(|order| order["orderReference"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((named("withCouriers"), named("unpaid")), ("LEG-3".to_owned(), "LEG-2 LEG-4".to_owned()));
    let page = shop.orders(["report", "money", "--format", "html"]).succeeds();
    assert!(page.contains("Owed to customers") && page.contains("<bdi>John Doe</bdi>"), "{page}");
}

#[test]
fn money_is_reported_by_day_of_the_shop_and_by_payment() {
    let shop = shop_with_money();
    shop.orders(["report", "money", "--by", "day", "--format", "csv"]).prints(
        "day,in,out,net,payments\n2026-02-04,29.99,0.00,29.99,1\n2026-02-05,49.99,0.00,49.99,2\n2026-02-06,0.00,5.00,-5.00,2\n",
    );
    let day = ["report", "money", "--format", "csv", "--since", "2026-02-06", "--until", "2026-02-06"];
    shop.orders(day).arg("--by=payment").prints(
        "\
payment,in,out,net,payments,orderReference,paidAt,method,receipt
2,0.00,5.00,-5.00,1,LEG-5,2026-02-06T09:00:00Z,instapay,
1,7.00,0.00,7.00,1,LEG-6,2026-02-06T10:00:00Z,bosta,
2,-7.00,0.00,-7.00,0,LEG-6,2026-02-06T11:00:00Z,bosta,
",
    );
    shop.orders(day)
        .arg("--by=method")
        .prints("method,in,out,net,payments\nbosta,0.00,0.00,0.00,1\ninstapay,0.00,5.00,-5.00,1\n");
    // The same sums, however they are grouped; no line is wider than a mail.
    for by in ["method", "day", "payment"] {
        let body = shop.orders(["report", "money", "--json", "--by", by]).json();
        assert_eq!(body["totals"]["net"], "74.98", "{by}");
        let text = shop.orders(["report", "money", "--by", by]).succeeds();
        assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
    }
    let done = shop.orders(["report", "money", "--since", "today", "--until", "yesterday"]).exits(2);
    assert!(done.stderr.contains("--until is before --since"), "{}", done.stderr);
}

#[test]
fn a_shop_that_records_no_money_has_nothing_unpaid() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["report", "money", "--if-any", "--exit-code"]).prints("");
    let text = shop.orders(["report", "money"]).succeeds();
    let nothing = "\nno payment was ever recorded: orders pay REF AMOUNT METHOD records one\n";
    assert!(text.ends_with(nothing), "{text}");
    assert_eq!(shop.orders(["report", "money", "--json"]).json()["unpaid"], json!([]));
    // With the first payment, every confirmed order is to be paid; of those that left the shop before that day none is.
    shop.take("LEG-OLD", BELT, 1, None);
    shop.orders(["confirm", "LEG-OLD"]).succeeds();
    shop.orders(["set-status", "LEG-OLD", "shipped"]).succeeds();
    at(&shop, "2026-02-08T08:00:00Z", "pay LEG-LXYZ1234-AB5C 1 cash");
    shop.take("LEG-2", BELT, 1, None);
    at(&shop, "2026-02-08T09:00:00Z", "confirm LEG-2");
    let run = shop.orders(["report", "money", "--json"]).env("ORDERS_NOW", "2026-02-08T10:00:00Z");
    let body = run.json();
    let unpaid: Vec<_> =
        body["unpaid"].as_array().unwrap().iter().map(|order| order["orderReference"].clone()).collect();
    assert_eq!(unpaid, [ORDER, "LEG-2"]);
    let done =
        shop.orders(["report", "money", "--if-any", "--exit-code"]).env("ORDERS_NOW", "2026-02-08T10:00:00Z").exits(10);
    assert!(done.stdout.contains("LEG-2"), "{}", done.stdout);
}
