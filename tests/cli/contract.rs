//! `orders help json` says what the program prints.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{BELT, ORDER, SHIRT, Shop, order};

/// Reads the page: each body with its keys and their types.
fn documented(page: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut shapes = BTreeMap::new();
    for paragraph in page.split("\n\n") {
        let rows = paragraph.lines().filter_map(|line| line.strip_prefix("  ")?.split_once("  "));
        let rows: Vec<_> = rows.map(|(key, kind)| (key.to_owned(), kind.trim().to_owned())).collect();
        let heading = paragraph.lines().next().unwrap_or_default();
        if let Some((name, _)) = heading.split_once(": ").filter(|_| !rows.is_empty()) {
            shapes.insert(name.to_owned(), rows);
        }
    }
    shapes
}

/// Returns whether a value is of a documented type.
fn is_of(kind: &str, value: &Value) -> bool {
    let (kind, may_be_null) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
    if value.is_null() {
        return may_be_null;
    }
    let is_money = |text: &str| {
        text.split_once('.').is_some_and(|(whole, cents)| cents.len() == 2 && whole.parse::<i64>().is_ok())
    };
    match kind {
        "text" => value.is_string(),
        "uuid" => value.as_str().is_some_and(|text| text.len() == 36),
        "time" => value.as_str().is_some_and(|text| text.ends_with('Z') && text.contains('T')),
        "money" => value.as_str().is_some_and(is_money),
        "number" => value.is_i64() || value.is_u64(),
        "true or false" => value.is_boolean(),
        "totals" | "order" | "{size: number}" => value.is_object(),
        "[text]" => value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string)),
        kind => kind.starts_with('[') && value.as_array().is_some_and(|all| all.iter().all(Value::is_object)),
    }
}

/// Holds what counting prints to the page.
fn hold_counts(shop: &Shop, holds: &mut dyn FnMut(&str, &Value)) {
    let sheet = shop.orders(["product", "sheet", "--json"]).json();
    sheet.as_array().unwrap().iter().for_each(|line| holds("line of a count sheet", line));
    let counted = "sku,size,counted\nSKU-12345,L,9\nBLT-01,,\nnowhere,,1\n";
    let taken = shop.orders(["product", "count", "-", "--keep-going", "--json"]).stdin(counted).ends();
    let taken: Value = serde_json::from_str(&taken.stdout).unwrap();
    holds("count sheet taken", &taken);
    holds("rejected record", &taken["errors"][0]);
    holds("difference", &taken["differences"][0]);
    holds("reserved pieces", &taken["differences"][0]["reservedFor"][0]);
}

/// Holds what commands about money print to the page.
fn hold_money(shop: &Shop, holds: &mut dyn FnMut(&str, &Value)) {
    let paid = shop.orders(["pay", ORDER, "20", "cash", "--receipt", "R-1", "--note", "deposit", "--json"]).json();
    holds("order", &paid);
    holds("payment", &paid["payments"][0]);
    let voided = shop.orders(["pay", ORDER, "--void", "1", "--note", "wrong order", "--json"]).json();
    holds("payment", &voided["payments"][1]);
    let list = "orderReference,amount,method\nLEG-A,5,cash\nLEG-404,5,cash\n";
    let recorded = shop.orders(["pay", "--from", "-", "--keep-going", "--json"]).stdin(list).ends();
    let recorded: Value = serde_json::from_str(&recorded.stdout).unwrap();
    holds("list of payments", &recorded);
    holds("rejected record", &recorded["errors"][0]);
    let statuses = shop.orders(["set-status", "--from", "-", "delivered", "--keep-going", "--json"]);
    let moved = statuses.stdin("orderReference\nLEG-404\n").ends();
    let moved: Value = serde_json::from_str(&moved.stdout).unwrap();
    holds("list of statuses", &moved);
    holds("rejected record", &moved["errors"][0]);
    shop.orders(["confirm", "LEG-A", "--cod"]).succeeds();
    shop.orders(["set-status", "LEG-A", "shipped"]).succeeds();
    let money = shop.orders(["report", "money", "--json"]).json();
    holds("report of money", &money);
    holds("row of money", &money["rows"][0]);
    holds("totals of money", &money["totals"]);
    holds("order of money", &money["withCouriers"][0]);
}

/// Holds what is printed for packers and customers to the page.
fn hold_papers(shop: &Shop, holds: &mut dyn FnMut(&str, &Value)) {
    let slips = shop.orders(["slip", "--json"]).json();
    holds("slips", &slips);
    holds("line of a pick list", &slips["pickList"][0]);
    holds("order", &slips["orders"][0]);
    holds("invoice", &shop.orders(["invoice", ORDER, "--json"]).json());
}

/// Holds what comes back to the page.
fn hold_returns(shop: &Shop, holds: &mut dyn FnMut(&str, &Value)) {
    hold_papers(shop, holds);
    shop.orders(["set-status", ORDER, "shipped"]).succeeds();
    let order = shop.orders(["return", ORDER, "1", "--exchange", "S", "--json"]).json();
    holds("order", &order);
    holds("item", &order["items"][1]);
    holds("return", &order["returns"][0]);
    let history = shop.orders(["history", ORDER, "--json"]).json();
    let event = history.as_array().unwrap().last().unwrap();
    holds("event", event);
    holds("movement", &event["movements"][1]);
}

/// Holds what commands about goods print to the page.
fn hold_goods(shop: &Shop, holds: &mut dyn FnMut(&str, &Value)) {
    let received = shop.orders(["product", "receive", "SKU-12345", "L=1", "--ref", "INV-1", "--json"]).json();
    holds("delivery", &received);
    let failed =
        shop.orders(["product", "receive", "-", "--ref", "INV-9", "--json"]).stdin("sku,quantity\nNONE,1\n").ends();
    let mut failed: Value = serde_json::from_str(&failed.stderr).unwrap();
    let of_all_failures = ["success", "error", "details", "code", "hint", "exitCode", "reason"];
    failed.as_object_mut().unwrap().retain(|key, _| !of_all_failures.contains(&key.as_str()));
    holds("failed delivery", &failed);
    let dry = shop.orders(["product", "import", "--json", "-n"]).stdin("sku,price\nBLT-01,99\n").json();
    holds("change of a product", &dry["changes"][0]);
    holds("received item", &received["items"][0]);
    shop.orders(["product", "set", "SKU-12345", "--price", "30"]).succeeds();
    let history = shop.orders(["product", "history", "SKU-12345", "--json"]).json();
    history.as_array().unwrap().iter().for_each(|entry| holds("stock movement", entry));
}

/// Holds what `today` prints to the page.
fn hold_today(shop: &Shop, holds: &mut dyn FnMut(&str, &Value)) {
    let today = shop.orders(["today", "--json"]).json();
    holds("report", &today);
    holds("totals of today", &today["totals"]);
    let rows = today["rows"].as_array().unwrap();
    // Of an order and of stock.
    assert!(rows.iter().any(|row| row["orderReference"].is_null()) && rows.iter().any(|row| row["state"].is_null()));
    for row in rows {
        holds("row of today", row);
    }
}

#[test]
fn the_columns_of_items_are_those_that_help_json_says() {
    let shop = Shop::with_order();
    let shapes = documented(&shop.orders(["help", "json"]).succeeds());
    let columns: Vec<&str> = shapes["row of an item"].iter().map(|(key, _)| key.as_str()).collect();
    let items = shop.orders(["list", "--items", "--format", "csv"]).succeeds();
    assert_eq!(items.lines().next().unwrap(), columns.join(","));
}

/// A script goes by these words.
#[test]
fn the_words_of_failures_stand_at_the_end_of_help_json() {
    let shop = Shop::new();
    let page = shop.orders(["help", "json"]).succeeds();
    let rows: Vec<(&str, &str)> = page
        .split_once("The words of code in a failure")
        .unwrap()
        .1
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once("  "))
        .map(|(word, meaning)| (word, meaning.trim()))
        .filter(|(word, _)| !word.is_empty())
        .collect();
    let has = |word: &str| rows.iter().find(|(listed, _)| *listed == word).map(|(_, meaning)| *meaning);
    assert_eq!(has("invalid_input"), Some("4"));
    assert_eq!(has("interrupted"), Some("129, 130 or 143"));
    assert!(has("already").is_some_and(|meaning| meaning.starts_with("it is so already; ")), "{page}");
    assert!(rows.len() == 10 + 7 + 6 && has("full").is_some(), "{rows:?}");
}

#[test]
fn every_body_has_the_keys_and_types_that_help_json_says() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let shapes = documented(&shop.orders(["help", "json"]).succeeds());
    let mut met = vec!["row of an item".to_owned()]; // CSV, held by the test of its columns
    let mut holds = |name: &str, body: &Value| {
        let body = body.as_object().unwrap_or_else(|| panic!("{name}: {body}"));
        let shape = shapes.get(name).unwrap_or_else(|| panic!("{name} is not documented"));
        let keys: Vec<&str> = shape.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(body.keys().map(String::as_str).collect::<Vec<_>>(), keys, "{name}");
        for (key, kind) in shape {
            assert!(is_of(kind, &body[key]), "{name}: {key} is no {kind}: {}", body[key]);
        }
        met.push(name.to_owned());
    };
    let failed = |run: crate::harness::Run| -> Value {
        let done = run.ends();
        serde_json::from_str(done.stderr.lines().last().unwrap()).unwrap()
    };
    let without = |mut body: Value, key: &str| -> Value {
        assert!(body.as_object_mut().unwrap().shift_remove(key).is_some(), "{key}");
        body
    };

    shop.take("LEG-LOW", SHIRT, 3, Some("L"));
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    let shown = shop.orders(["show", ORDER, "--json"]).json();
    holds("order", &shown);
    holds("item", &shown["items"][0]);
    holds("order", &shop.orders(["create", "--json"]).stdin(order("LEG-A", BELT, 1, None)).json());
    holds(
        "unchanged order",
        &shop.orders(["create", "--json", "--as", "mona"]).stdin(order("LEG-A", BELT, 1, None)).json(),
    );
    holds("listed order", &shop.orders(["list", "--json"]).json()[0]);
    holds("order", &shop.orders(["list", "--items", "--json"]).json()[0]);
    holds("count", &shop.orders(["list", "--count", "--json"]).json());
    let confirmed = shop.orders(["confirm", ORDER, "--json"]).json();
    holds("confirmed order", &confirmed);
    holds("order", &confirmed["order"]);
    let several = shop.orders(["show", ORDER, "nowhere", "--keep-going", "--json"]).ends();
    let several: Value = serde_json::from_str(&several.stdout).unwrap();
    holds("order", &several[0]);
    holds("failed order", &several[1]);
    let history = shop.orders(["history", ORDER, "--json"]).json();
    holds("event", &history[0]);
    holds("movement", &history[1]["movements"][0]);
    holds("message", &shop.orders(["message", ORDER, "--json"]).json());

    let bad = format!("{}\n{{\"orderReference\":\"LEG-BAD\"}}\n", order("LEG-B", BELT, 1, None));
    let imported = shop.orders(["import", "--keep-going", "--json"]).stdin(bad.clone()).ends();
    let imported: Value = serde_json::from_str(&imported.stdout).unwrap();
    holds("import", &imported);
    holds("rejected record", &imported["errors"][0]);
    let mut refused = failed(shop.orders(["import", "--json"]).stdin(bad));
    for key in ["imported", "unchanged", "rejected", "skipped", "warnings", "errors"] {
        refused = without(refused, key);
    }
    holds("failure", &refused);
    holds("failure", &failed(shop.orders(["show", "nowhere", "--json"])));
    holds("failure", &failed(shop.orders(["show", "--json", "--bogus"])));
    let products = shop.orders(["product", "list", "--json"]).json();
    holds(
        "import",
        &without(shop.orders(["product", "import", "--json"]).stdin(products.to_string()).json(), "updated"),
    );

    for product in products.as_array().unwrap() {
        holds("product", product);
    }
    holds("product", &shop.orders(["product", "show", "BLT-01", "--json"]).json());
    hold_goods(&shop, &mut holds);
    holds("account", &shop.orders(["user", "list", "--json"]).json()[0]);
    holds("settings", &shop.orders(["config", "--json"]).json());
    holds("backup", &shop.orders(["backup", "copy.db", "--json"]).json());
    for name in ["pending", "sales", "stock"] {
        let mut report = shop.orders(["report", name, "--json"]).json();
        holds(&format!("row of {name}"), &report["rows"][0]);
        holds(&format!("totals of {name}"), &report["totals"]);
        if name == "sales" {
            report = without(report, "by");
        }
        holds("report", &report);
    }
    hold_counts(&shop, &mut holds);
    hold_today(&shop, &mut holds);
    hold_papers(&shop, &mut holds);
    hold_money(&shop, &mut holds);
    hold_returns(&shop, &mut holds);
    shop.orders(["note", ORDER, "calls back"]).succeeds();
    holds("note", &shop.orders(["show", ORDER, "--json"]).json()["notes"][0]);
    holds("customer", &shop.orders(["customer", "list", "--json"]).json()[0]);
    let blocked = shop.orders(["customer", "block", ORDER, "--note", "fraud", "--json"]).json();
    holds("customer", &blocked);
    let customer = shop.orders(["customer", "show", ORDER, "--json"]).json();
    holds("customer with orders", &customer);
    holds("return of a customer", &customer["returns"][0]);
    holds("listed order", &customer["orders"][0]);
    holds("forgotten customer", &shop.orders(["customer", "forget", ORDER, "--yes", "--json"]).json());
    shop.connection().execute_batch("UPDATE stock SET on_hand = on_hand + 1").unwrap();
    let findings = shop.orders(["check", "--json"]).ends();
    let findings: Value = serde_json::from_str(&findings.stdout).unwrap();
    holds("finding", &findings[0]);

    let missing: Vec<_> = shapes.keys().filter(|name| !met.contains(name)).collect();
    assert!(missing.is_empty(), "documented and never printed: {missing:?}");
}
