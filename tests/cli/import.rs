use serde_json::{Value, json};

use crate::harness::{BELT, SHIRT, Shop, order, shipped};

fn orders(references: &[&str]) -> Vec<String> {
    references.iter().map(|reference| order(reference, BELT, 1, None)).collect()
}

#[test]
fn every_layout_of_several_orders_is_read() {
    let [a, b] = [order("LEG-1", BELT, 1, None), order("LEG-2", BELT, 2, None)];
    for (what, input) in [
        ("NDJSON", format!("{a}\n{b}\n")),
        ("NDJSON with a mark, blank lines and CRLF", format!("\u{feff}{a}\r\n\r\n{b}\r\n")),
        ("an array", format!("[{a},\n {b}]")),
        ("values in a row", format!("{a}{b}")),
        ("arrays in a row", format!("[{a}] [] [{b}]")),
        (
            "an array in an array of results",
            format!(r#"{{"count":2,"next":null,"previous":null,"results":[{a},{b}]}}"#),
        ),
        ("indented", format!("[\n{}\n]", a.replace(',', ",\n  ") + ",\n" + &b)),
    ] {
        let shop = Shop::stocked();
        let first = shop.orders(["import"]).stdin(input.clone()).succeeds();
        let second = shop.orders(["import", "-"]).stdin(input).succeeds();
        assert_eq!(
            (first.as_str(), second.as_str()),
            ("imported 2, unchanged 0\n", "imported 0, unchanged 2\n"),
            "{what}"
        );
        shop.check();
    }
    let shop = Shop::stocked();
    shop.orders(["import"]).stdin("[]").prints(
        "imported 0, unchanged 0
",
    );
    shop.orders(["import", "--json"])
        .arg(shipped("examples/orders.ndjson"))
        .arg(shipped("examples/order.json"))
        .prints("{\"imported\":4,\"unchanged\":0,\"rejected\":0,\"skipped\":0,\"warnings\":[],\"errors\":[]}\n");
}

#[test]
fn exported_orders_are_unchanged_when_imported() {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    let exported = shop.orders(["list", "--items", "--json"]).succeeds();
    shop.orders(["import"]).stdin(exported.clone()).prints("imported 0, unchanged 4\n");
    let other = Shop::stocked();
    other.orders(["import"]).stdin(exported).prints("imported 4, unchanged 0\n");
    let list = shop.orders(["list", "--json"]).succeeds();
    let done = shop.orders(["import"]).stdin(list).exits(4);
    assert!(done.stderr.contains("has no items: export each order with `show`"), "{}", done.stderr);
}

#[test]
fn one_bad_record_stops_the_import_and_every_problem_has_its_place() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let good = orders(&["LEG-1", "LEG-2"]);
    let bad = order("LEG-3", BELT, 0, None).replace("\"customerName\"", "\"name\"");
    let input = format!("{}\n{bad}\n\n{}\n17\n{}", good[0], good[1], order("LEG-4", "x", 1, None));
    shop.orders(["import"]).stdin(input.clone()).fails(
        4,
        "\
error: 3 of 5 records are invalid; nothing imported
  - -:2: record 2 (LEG-3): customerName: is required
  - -:2: record 2 (LEG-3): items[0].quantity: must be at least 1
  - -:2: record 2 (LEG-3): name: unknown key
  - -:5: record 4: must be an object, is a number
  - -:6: record 5 (LEG-4): items[0].productId: must be a product id (a UUID)
hint: --keep-going takes the others; add --rejects FILE to write these to FILE
",
    );
    let done = shop.orders(["import", "--json"]).stdin(input).exits(4);
    let object: Value = serde_json::from_str(&done.stderr).unwrap();
    assert_eq!(
        (&object["code"], &object["exitCode"], &object["imported"]),
        (&json!("invalid_input"), &json!(4), &json!(0))
    );
    assert_eq!(object["rejected"], 3);
    assert_eq!(
        object["errors"][1],
        json!({
            "file": "-", "record": 4, "line": 5, "reference": null, "problems": ["must be an object, is a number"],
            "code": "invalid_input", "reason": null, "sheet": null
        })
    );
    assert_eq!(shop.dump(), before);
}

#[test]
fn conflicts_alone_exit_with_5_and_with_invalid_records_4() {
    let shop = Shop::stocked();
    shop.orders(["import"]).stdin(orders(&["LEG-1"]).concat()).succeeds();
    let conflict = order("LEG-1", BELT, 2, None);
    shop.orders(["import"]).stdin(conflict.clone()).fails(
        5,
        "\
error: the record conflicts with what the file has; nothing imported
  - -:1: record 1 (LEG-1): order LEG-1 exists already, with other content: items, total
",
    );
    shop.orders(["import"]).stdin(conflict + "{}").exits(4);
}

#[test]
fn records_that_repeat_within_one_input_follow_the_same_rule() {
    let shop = Shop::stocked();
    let [a, b] = [order("LEG-1", BELT, 1, None), order("leg-1", BELT, 1, None)];
    shop.orders(["import"]).stdin(format!("{a}{b}{a}")).prints("imported 1, unchanged 2\n");
    let shop = Shop::stocked();
    let done = shop.orders(["import"]).stdin(a + &order("LEG-1", BELT, 2, None)).exits(5);
    assert!(
        done.stderr.contains("record 2 (LEG-1): order LEG-1 exists already, with other content"),
        "{}",
        done.stderr
    );
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 0);
}

#[test]
fn keep_going_takes_the_good_ones_and_keeps_the_others_ready_to_mend() {
    let shop = Shop::stocked();
    let bad = order("LEG-2", BELT, 0, None).replace(",\"items\"", ",\n\"items\"");
    let input = format!("[{},\n{bad},\n{}]", order("LEG-1", BELT, 1, None), order("LEG-3", BELT, 1, None));
    let done = shop.orders(["import", "--keep-going", "--rejects", "mend.ndjson"]).stdin(input.clone()).exits(8);
    assert_eq!(done.stdout, "imported 2, unchanged 0, rejected 1\n");
    assert!(
        done.stderr
            .contains("warning: 1 rejected:\n  - -:2: record 2 (LEG-2): items[0].quantity: must be at least 1\n")
    );
    let kept = std::fs::read_to_string(shop.path("mend.ndjson")).unwrap();
    assert_eq!(kept, bad.replace('\n', " ") + "\n");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(shop.path("mend.ndjson")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    shop.orders(["import"]).stdin(kept.replace(":0,", ":4,")).prints("imported 1, unchanged 0\n");
    // The same again keeps the same; other rejects do not take its place.
    let again = || shop.orders(["import", "--keep-going", "--rejects", "mend.ndjson"]);
    assert_eq!(again().stdin(input.clone()).exits(8).stdout, "imported 0, unchanged 2, rejected 1\n");
    again().stdin(input.replace(":0,", ":-1,")).fails(
        5,
        "error: mend.ndjson exists already; nothing imported\nhint: import and remove it first, or name another\n",
    );
    // Even when none was good; and a dry run keeps nothing.
    let done = shop.orders(["import", "--keep-going", "--json", "-n", "--rejects", "other"]).stdin("{}").exits(8);
    assert_eq!(done.stderr, "");
    let body: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&body["imported"], &body["rejected"], &body["dryRun"]), (&json!(0), &json!(1), &json!(true)));
    assert!(!shop.path("other").exists());
    shop.check();
}

#[test]
fn an_empty_input_is_called_empty() {
    let shop = Shop::stocked();
    let said = "error: there is nothing to import; nothing imported\n  - -:1: the input is empty\n";
    for input in ["", " \n\t\r\n", "\u{feff}"] {
        shop.orders(["import", "-"]).stdin(input).fails(4, said);
        shop.orders(["product", "import"]).stdin(input).fails(4, said);
    }
}

#[test]
fn text_that_is_no_json_ends_the_input_even_with_keep_going() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let good = order("LEG-1", BELT, 1, None);
    for (input, problem) in [
        (format!("[{good}]\nhello"), "-:2: expected JSON, found: hello"),
        (format!("[{good}]\n{{\"a\":\n tru}}"), "-:3: record 2: is not JSON: expected ident at column 5"),
        (format!("[{good}"), "-:1: the input ends within an array: it was cut off"),
    ] {
        let done = shop.orders(["import", "--keep-going", "--rejects", "x"]).stdin(input).exits(4);
        assert_eq!(
            done.stderr,
            format!("error: the input cannot be read to its end; nothing imported\n  - {problem}\n")
        );
    }
    assert_eq!(shop.dump(), before);
    assert!(!shop.path("x").exists());
}

#[test]
fn a_record_that_is_no_order_is_named() {
    let shop = Shop::stocked();
    for (input, problem) in [
        ("hello", "expected JSON or a WhatsApp chat, found: hello"),
        (r#"{"name":"Cap","price":5}"#, "is a product; use: orders product import"),
        (r#"{"results":[],"page":1}"#, "page: unknown key"),
        (&order("LEG-1", BELT, 1, None).replace(r#""orderReference":"LEG-1","#, ""), "orderReference: is required"),
    ] {
        let done = shop.orders(["import"]).stdin(input).exits(4);
        assert!(done.stderr.contains(problem), "{}", done.stderr);
    }
    let page = r#"{"next":"https://shop.example/?page=2","results":[]}"#;
    let body = shop.orders(["import", "--json"]).stdin(page).json();
    assert_eq!(body["warnings"], json!(["-: this is one page of several; import the next ones too"]));
}

#[test]
fn a_likely_duplicate_is_imported_with_a_warning() {
    let shop = Shop::stocked();
    let done = shop.orders(["import"]).stdin(orders(&["LEG-1", "LEG-2"]).concat()).exits(0);
    assert_eq!(done.stdout, "imported 2, unchanged 0\n");
    assert_eq!(done.stderr, "warning: LEG-2: same phone and items as LEG-1: ordered twice?\n");
    let late = order("LEG-3", BELT, 1, None).replace("T10:30:00Z", "T16:30:01Z");
    assert_eq!(shop.orders(["import"]).stdin(late).exits(0).stderr, "");
}

/// However many others of the same phone and total came between them, and however the phone is typed.
#[test]
fn a_likely_duplicate_behind_many_others_is_warned_of() {
    let shop = Shop::stocked();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    let of = |reference: &str, phone: &str, color: &str| {
        let mut order: Value = serde_json::from_str(&order(reference, BELT, 1, None)).unwrap();
        order["customerPhone"] = json!(phone);
        order["items"][0]["selectedColor"] = json!(color);
        order.to_string() + "\n"
    };
    let between: String =
        (0..300).map(|number| of(&format!("LEG-{number}"), "01012345678", &number.to_string())).collect();
    let input = of("LEG-FIRST", "+201012345678", "Black") + &between + &of("LEG-SECOND", "01012345678", "Black");
    let done = shop.orders(["import", "-"]).stdin(input).exits(0);
    assert_eq!(done.stderr, "warning: LEG-SECOND: same phone and items as LEG-FIRST: ordered twice?\n");
    // What an edit makes of the items counts.
    shop.orders(["edit", "LEG-7", "--item", "1", "--item-color", "Green"]).succeeds();
    let done = shop.orders(["import", "-"]).stdin(of("LEG-GREEN", "00201012345678", "Green")).exits(0);
    assert_eq!(done.stderr, "warning: LEG-GREEN: same phone and items as LEG-7: ordered twice?\n");
    shop.check();
}

/// The items of new orders wait until all orders are written, but not where they are asked for.
#[test]
fn every_item_of_a_long_import_is_there_and_known_to_the_orders_after_it() {
    let shop = Shop::stocked();
    let of_another_phone = |number: u32| {
        let mut order: Value = serde_json::from_str(&order(&format!("LEG-{number}"), BELT, 1, None)).unwrap();
        order["customerPhone"] = json!(format!("+20 {number}"));
        order.to_string()
    };
    let orders: Vec<String> = (0..600).map(of_another_phone).collect();
    let again = [orders[599].clone(), orders[599].replace("LEG-599", "LEG-AGAIN"), orders[0].clone()];
    let done = shop.orders(["import"]).stdin(orders.iter().chain(&again).cloned().collect::<String>()).exits(0);
    assert_eq!(done.stdout, "imported 601, unchanged 2\n");
    assert_eq!(done.stderr, "warning: LEG-AGAIN: same phone and items as LEG-599: ordered twice?\n");
    assert_eq!(shop.number("SELECT COUNT(*) FROM order_items"), 601);
    shop.check();
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let shop = Shop::stocked();
    shop.orders(["import", "nothing.json"])
        .fails(1, "error: cannot read nothing.json: no such file or directory; nothing imported\n");
    shop.orders(["import", "."]).fails(1, "error: cannot read .: it is a folder; nothing imported\n");
}

#[test]
fn only_the_first_hundred_errors_are_listed_and_all_are_counted() {
    let shop = Shop::stocked();
    let input: String = (0..250).map(|n| order(&format!("LEG-{n}"), SHIRT, 0, None)).collect();
    let done = shop.orders(["import", "--json"]).stdin(input.clone()).exits(4);
    let object: Value = serde_json::from_str(&done.stderr).unwrap();
    assert_eq!((object["errors"].as_array().unwrap().len(), &object["rejected"]), (100, &json!(250)));
    let done = shop.orders(["import"]).stdin(input).exits(4);
    assert!(done.stderr.contains("  - … and 150 more\n"), "{}", done.stderr);
}

#[test]
fn a_record_that_is_nested_too_deep_is_kept_to_be_mended() {
    let shop = Shop::stocked();
    let deep = order("LEG-2", BELT, 1, None).replace("\"John Doe\"", &format!("{}{}", "[".repeat(40), "]".repeat(40)));
    let input = order("LEG-1", BELT, 1, None) + &deep;
    shop.orders(["import", "--keep-going", "--rejects", "mend"]).stdin(input).exits(8);
    assert_eq!(std::fs::read_to_string(shop.path("mend")).unwrap(), deep + "\n");
}

#[test]
fn overlong_texts_are_cut_in_messages() {
    let shop = Shop::stocked();
    let long = "x".repeat(900_000);
    for input in [
        order(&long, BELT, 0, None),
        order("LEG-1", BELT, 1, None).replace("}]}", &format!("}}],\"total\":1{}}}", "0".repeat(900_000))),
        order("LEG-1", BELT, 1, None).replace("customerName", &long),
    ] {
        let done = shop.orders(["import"]).stdin(input.clone()).exits(4);
        assert!(done.stderr.len() < 2000, "{} bytes", done.stderr.len());
        let done = shop.orders(["create", "--json"]).stdin(input).exits(4);
        assert!(done.stderr.len() < 2000, "{} bytes", done.stderr.len());
    }
}

#[test]
fn an_interrupted_import_leaves_nothing_behind() {
    use std::io::Write;
    let shop = Shop::on_file().with_catalogue();
    let before = shop.dump();
    let mut child = shop
        .orders(["import", "-", "--keep-going", "--rejects", "mend"])
        .into_command()
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Waiting for the program would close its input, and the import could end before the signal comes.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(order("LEG-1", BELT, 1, None).as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
    assert_eq!(shop.dump(), before);
    let files: Vec<_> = std::fs::read_dir(shop.path("")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(files.iter().all(|file| file.to_string_lossy().starts_with("orders.db")), "{files:?}");
}

#[test]
fn a_record_that_is_null_is_refused_by_itself() {
    let shop = Shop::stocked();
    let input = format!("{}\nnull\ntrue\n{}", order("LEG-1", BELT, 1, None), order("LEG-2", BELT, 2, None));
    let done = shop.orders(["import", "--keep-going"]).stdin(input).exits(8);
    assert_eq!(done.stdout, "imported 2, unchanged 0, rejected 2\n");
    assert!(done.stderr.contains("-:2: record 2: must be an object, is null\n"), "{}", done.stderr);
}

#[test]
fn every_failure_says_that_nothing_was_imported_and_has_the_keys() {
    let shop = Shop::stocked();
    let keys = |stderr: &str| {
        let body: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        (keys, body["imported"].clone())
    };
    let all = ["success", "error", "details", "code", "hint", "exitCode", "reason"];
    let all = [&all[..], &["imported", "unchanged", "rejected", "skipped", "warnings", "errors"]].concat();
    let with_updated = [&all[..], &["updated"]].concat();
    let missing = "error: cannot read missing.json: no such file or directory; nothing imported\n";
    shop.orders(["import", "missing.json"]).fails(1, missing);
    shop.orders(["product", "import", "missing.json"]).fails(1, missing);
    std::fs::write(shop.path("strange.db"), "not ours").unwrap();
    for (run, code) in [
        (shop.orders(["import", "missing.json"]), 1),
        (shop.orders(["import", "-", "--db", "strange.db"]), 1),
        (shop.orders(["import", "-", "--db", "missing.db", "-n"]), 1),
        (shop.orders(["import", "-", "--as", "guest"]), 11),
        (shop.orders(["import", "-"]).stdin("{"), 4),
    ] {
        let done = run.arg("--json").exits(code);
        assert_eq!(keys(&done.stderr), (all.iter().map(ToString::to_string).collect(), 0.into()), "{done:#?}");
    }
    let done = shop.orders(["product", "import", "missing.json", "--json"]).exits(1);
    assert_eq!(keys(&done.stderr), (with_updated.iter().map(ToString::to_string).collect(), 0.into()));
    let other = shop.connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let done = shop.orders(["import", "-", "--json", "--wait", "0"]).stdin(order("LEG-1", BELT, 1, None)).exits(7);
    assert_eq!(keys(&done.stderr), (all.iter().map(ToString::to_string).collect(), 0.into()));
}

/// Who reads a chat, a log of what is no order, or what is refused whatever the file holds, keeps nobody from writing.
#[test]
fn an_input_without_orders_never_takes_the_lock() {
    let shop = Shop::stocked();
    let other = shop.connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let chat = "05/02/2026, 10:00 - Guest: hello\n".repeat(100_000);
    let statuses = json!({"statuses": [{"id": "x", "status": "read"}]}).to_string() + "\n";
    for (input, stdout) in [
        (chat, "imported 0, unchanged 0, skipped 100000\n"),
        (statuses.repeat(50_000), "imported 0, unchanged 0, skipped 50000\n"),
        ("{\"a\":1}\n".repeat(50_000), "imported 0, unchanged 0, rejected 50000\n"),
    ] {
        let code = if stdout.contains("rejected") { 8 } else { 0 };
        let done = shop.orders(["import", "--wait", "0", "--keep-going", "--rejects", "mend"]).stdin(input).exits(code);
        assert_eq!(done.stdout, stdout);
    }
    shop.orders(["product", "import", "--wait", "0"]).stdin("17").exits(4);
    let dry = shop.orders(["import", "--wait", "0", "-n", "--json"]).stdin("05/02/2026, 10:00 - Guest: hello\n");
    assert_eq!(dry.json()["dryRun"], true);
    shop.orders(["import", "--wait", "0"]).stdin(order("LEG-1", BELT, 1, None)).exits(7);
    other.execute_batch("ROLLBACK").unwrap();
    shop.orders(["import"]).stdin(order("LEG-1", BELT, 1, None)).prints("imported 1, unchanged 0\n");
}
