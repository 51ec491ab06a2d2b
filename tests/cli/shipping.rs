//! Couriers and tracking numbers.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::harness::{BELT, ORDER, Run, SHIRT, Shop, order, shipped};

fn run(shop: &Shop, line: &str) -> Run {
    line.split(' ').fold(shop.orders([]), |run, word| run.arg(word))
}

/// A shop with a confirmed order.
fn shop() -> Shop {
    let shop = Shop::stocked();
    shop.orders(["create", "-q"]).stdin(order(ORDER, SHIRT, 1, Some("M"))).succeeds();
    run(&shop, &format!("confirm {ORDER} -q --accept-prices")).succeeds();
    shop
}

#[test]
fn an_order_is_shipped_with_its_courier_and_found_by_the_couriers_number() {
    let shop = shop();
    let line = format!("set-status {ORDER} shipped --courier Bosta --tracking bs-9917 --note fragile --json");
    let shipped = run(&shop, &line).json();
    assert_eq!((&shipped["courier"], &shipped["tracking"]), (&"Bosta".into(), &"bs-9917".into()));
    // The number names the order, in any case, also to write; a part of it is found by search.
    let shown = run(&shop, "show BS-9917").exits(0).stdout;
    assert!(shown.contains("Courier   Bosta\nTracking  bs-9917\n"), "{shown}");
    run(&shop, "set-status bs-9917 delivered -q").prints(&format!("{ORDER}\n"));
    run(&shop, "list -q --search 9917").prints(&format!("{ORDER}\n"));
    run(&shop, "show bs-99").exits(3);
    let history = run(&shop, &format!("history {ORDER} --json")).json();
    let told: Vec<_> = history.as_array().unwrap().iter().map(|event| (&event["to"], &event["note"])).collect();
    assert_eq!(told[2], (&"shipped".into(), &"fragile".into()));
    assert_eq!(told[3..5], [(&"courier: Bosta".into(), &().into()), (&"tracking: bs-9917".into(), &().into())]);
    shop.check();
}

#[test]
fn the_courier_can_be_changed_until_the_order_is_cancelled() {
    let shop = shop();
    let edited = run(&shop, &format!("edit {ORDER} --courier Bosta --tracking 9917 --json")).json();
    assert_eq!((&edited["status"], &edited["tracking"]), (&"confirmed".into(), &"9917".into()));
    run(&shop, &format!("set-status {ORDER} shipped -q")).succeeds();
    run(&shop, &format!("set-status {ORDER} delivered -q")).succeeds();
    let run_with_none = shop.orders(["edit", ORDER, "--tracking", "", "--json"]).json();
    assert_eq!((&run_with_none["courier"], &run_with_none["tracking"]), (&"Bosta".into(), &().into()));
    run(&shop, "show 9917").exits(3);
    run(&shop, &format!("cancel {ORDER} -q --yes")).succeeds();
    run(&shop, &format!("edit {ORDER} --courier Aramex")).exits(5);
    shop.check();
}

#[test]
fn set_status_takes_a_tracking_number_for_one_shipped_order_only() {
    let shop = shop();
    shop.orders(["create", "-q"]).stdin(order("LEG-2", BELT, 1, None)).succeeds();
    run(&shop, "confirm LEG-2 -q --accept-prices").succeeds();
    for (line, code) in [
        (format!("set-status {ORDER} LEG-2 shipped --tracking 9917"), 2),
        (format!("set-status {ORDER} processing --courier Bosta"), 2),
        (format!("set-status {ORDER} cancelled --tracking 9917 --yes"), 2),
        (format!("edit {ORDER} --tracking 99\u{a0}17"), 2),
        (format!("set-status {ORDER} LEG-2 shipped --courier Bosta -q"), 0),
        // Two orders in one parcel, with a warning.
        (format!("edit {ORDER} --tracking 9917 -q"), 0),
        ("edit LEG-2 --tracking 9917 -q".to_owned(), 0),
        ("set-status 9917 delivered".to_owned(), 5),
        ("set-status LEG-2 delivered -q".to_owned(), 0),
    ] {
        run(&shop, &line).exits(code);
    }
    shop.check();
}

#[test]
fn a_shipped_order_gets_its_number_by_an_edit() {
    let shop = shop();
    run(&shop, &format!("set-status {ORDER} shipped -q")).succeeds();
    run(&shop, &format!("set-status {ORDER} shipped")).fails(
        5,
        &format!("error: order {ORDER} is already shipped; nothing changed\nhint: to see it:  orders show {ORDER}\n"),
    );
    let hint = format!(
        "error: order {ORDER} is already shipped; nothing changed
hint: to say who carries it:  orders edit {ORDER} --courier Bosta --tracking=-9917\n"
    );
    run(&shop, &format!("set-status {ORDER} shipped --courier Bosta --tracking=-9917")).fails(5, &hint);
}

#[test]
fn a_number_that_another_order_has_is_a_warning() {
    let shop = shop();
    shop.orders(["create", "-q"]).stdin(order("LEG-2", BELT, 1, None)).succeeds();
    run(&shop, "confirm LEG-2 -q --accept-prices").succeeds();
    run(&shop, &format!("edit {ORDER} --tracking bs-1 -q")).prints(&format!("{ORDER}\n"));
    let warning = format!(
        "warning: LEG-2 has the tracking number BS-1, like {ORDER}; if they are not in one parcel, correct it with edit --tracking\n"
    );
    let list = "orderReference,status,tracking\nLEG-2,shipped,BS-1\n";
    for dry_run in [
        run(&shop, "edit LEG-2 --tracking BS-1 -n"),
        run(&shop, "set-status LEG-2 shipped --tracking BS-1 -n"),
        run(&shop, "set-status --from - -n").stdin(list),
    ] {
        let done = dry_run.exits(0);
        assert!(done.stderr.starts_with(&warning), "{done:?}");
    }
    run(&shop, "set-status LEG-2 shipped --tracking BS-1 -q").succeeds();
    // The same again, in other letters, is nothing new.
    assert!(!run(&shop, "edit LEG-2 --tracking bs-1").exits(0).stderr.contains("parcel"));
}

/// Two confirmed orders, one that waits, and one on its way under a number.
fn busy() -> Shop {
    let shop = shop();
    for name in ["LEG-2", "LEG-3", "LEG-4"] {
        shop.orders(["create", "-q"]).stdin(order(name, BELT, 1, None)).succeeds();
    }
    run(&shop, "confirm LEG-2 LEG-4 -q --accept-prices").succeeds();
    run(&shop, "set-status LEG-4 shipped --courier Aramex --tracking A-4 -q").succeeds();
    shop
}

#[test]
fn a_couriers_list_moves_orders_once() {
    let shop = busy();
    let list = format!(
        "\u{feff}Order Reference;Tracking;Status;Name;Note\r\n{ORDER};B-1;;Mona;fragile\r\n;;;;\r\nleg-2;;processing;;\r\n;a-4;Delivered;;\r\n"
    );
    std::fs::write(shop.path("bosta.csv"), &list).unwrap();
    let line = "set-status --from bosta.csv shipped --courier Bosta --note handover";
    let before = shop.dump();
    let done = run(&shop, &format!("{line} -n")).exits(0);
    assert_eq!(done.stdout, "would change 3, unchanged 0\n");
    assert_eq!(done.stderr, "note: columns that are not read: Name\nnote: dry run: nothing changed\n");
    assert_eq!(shop.dump(), before);
    let body = run(&shop, &format!("{line} --json")).json();
    assert_eq!(body, json!({"changed": 3, "unchanged": 0, "rejected": 0, "warnings": [], "errors": []}));
    let told = |name: &str| {
        let order = run(&shop, &format!("show {name} --json")).json();
        ["status", "courier", "tracking"].map(|key| order[key].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(told(ORDER), ["shipped", "Bosta", "B-1"]);
    // Nobody carries it yet.
    assert_eq!(told("LEG-2"), ["processing", "", ""]);
    assert_eq!(told("LEG-4"), ["delivered", "Bosta", "A-4"]);
    let history = run(&shop, &format!("history {ORDER} --json")).json();
    let notes: Vec<_> = history.as_array().unwrap()[2..].iter().map(|event| (&event["to"], &event["note"])).collect();
    assert_eq!(
        notes,
        [
            (&json!("shipped"), &json!("fragile")),
            (&json!("courier: Bosta"), &json!(null)),
            (&json!("tracking: B-1"), &json!(null))
        ]
    );
    let before = shop.dump();
    run(&shop, line).exits(0);
    assert_eq!(shop.dump(), before);
    run(&shop, "set-status --from - shipped --courier Bosta -q").stdin(list).prints("");
    assert_eq!(shop.dump(), before);
    shop.check();
}

const BAD: &str = "orderReference,tracking,status,courier
LEG-LXYZ1234-AB5C,,shipped,Bosta
LEG-404,,shipped,
LEG-3,,shipped,
,9917,delivered,
LEG-2,,on its way,
LEG-2,B-2,processing,
LEG-2,,confirmed,
LEG-LXYZ1234-AB5C,B-1,shipped,
LEG-4,,cancelled,Aramex
";

#[test]
fn a_list_with_a_bad_row_moves_nothing_and_says_what_to_do() {
    let shop = busy();
    std::fs::write(shop.path("bosta.csv"), BAD).unwrap();
    let before = shop.dump();
    run(&shop, "set-status --from bosta.csv").fails(
        4,
        "error: 6 of 9 rows are invalid; nothing changed
  - bosta.csv: row 3 (LEG-404): orderReference: order LEG-404 not found
  - bosta.csv: row 4 (LEG-3): order LEG-3 cannot go from pending to shipped; to confirm it:  orders confirm LEG-3
  - bosta.csv: row 5 (9917): tracking: no order has the number 9917
  - bosta.csv: row 6 (LEG-2): status (C6): \"on its way\" must be one of pending, confirmed, processing, shipped, delivered, cancelled
  - bosta.csv: row 7 (LEG-2): courier and tracking are for orders that are shipped or delivered: leave them blank for LEG-2, or use edit
  - bosta.csv: row 9 (LEG-LXYZ1234-AB5C): an earlier row says something else about LEG-LXYZ1234-AB5C: keep one of them
hint: --keep-going takes the others; add --rejects FILE to write these to FILE
",
    );
    assert_eq!(shop.dump(), before);
    let done = run(&shop, "set-status --from bosta.csv --keep-going --rejects mend.csv").exits(8);
    assert_eq!(done.stdout, "changed 2, unchanged 1, rejected 6\n");
    let kept = std::fs::read_to_string(shop.path("mend.csv")).unwrap();
    let taken = ["LEG-LXYZ1234-AB5C,,shipped,Bosta\n", "LEG-2,,confirmed,\n", "LEG-4,,cancelled,Aramex\n"];
    assert_eq!(kept, taken.iter().fold(BAD.to_owned(), |list, row| list.replace(row, "")));
    assert_eq!((shop.status(ORDER), shop.status("LEG-4")), ("shipped".to_owned(), "cancelled".to_owned()));
    shop.check();
    // Only conflicts: 5. The hint is for the file that was named.
    let list = "orderReference,status\nLEG-3,delivered\n";
    let db = shop.db();
    let done = shop.orders(["set-status", "--from", "-", "--json", "--db", &db]).stdin(list).exits(5);
    let error: serde_json::Value = serde_json::from_str(done.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((&error["code"], &error["reason"], &error["changed"]), (&json!("conflict"), &json!("step"), &json!(0)));
    let problem = error["errors"][0]["problems"][0].as_str().unwrap();
    assert!(problem.ends_with(&format!("to confirm it:  orders confirm LEG-3 --db {db}")), "{problem}");
    for (input, problem) in [
        ("status\nshipped\n", "-: has no column orderReference or tracking"),
        ("tracking\n9917\n", "-: has no column status: name the status of all rows on the command line"),
        ("tracking,status\n1.5E+12,shipped\n", "tracking (A2): \"1.5E+12\" is a long number that a spreadsheet cut"),
    ] {
        let stderr = run(&shop, "set-status --from -").stdin(input).exits(4).stderr;
        assert!(stderr.contains(problem) && stderr.contains("nothing changed"), "{stderr}");
    }
    for line in [
        "set-status LEG-2 shipped --from x.csv",
        "set-status --from x.csv LEG-2",
        "set-status --from x.csv --force --note x",
        "set-status --from x.csv shipped --tracking 1",
        "set-status --from x.csv cancelled --keep 5",
        "set-status --from x.csv --rejects y.csv",
        "set-status LEG-2 shipped --keep-going --rejects y.csv",
    ] {
        run(&shop, line).exits(2);
    }
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    run(&shop, "set-status --from - --as mona").stdin(list).exits(11);
}

#[test]
fn a_row_that_cancels_an_order_says_what_is_owed() {
    let shop = busy();
    run(&shop, "pay LEG-4 5 cash -q").succeeds();
    let done = run(&shop, "set-status --from - cancelled").stdin("tracking,note\nA-4,refused at the door\n").exits(0);
    assert_eq!(done.stdout, "changed 1, unchanged 0\n");
    assert_eq!(done.stderr, "warning: LEG-4 is cancelled: 5.00 is owed to the customer\n");
    shop.check();
}

#[test]
fn a_list_of_statuses_may_be_a_spreadsheet() {
    let shop = Shop::with_order();
    shop.take("leg-2", BELT, 1, None);
    run(&shop, &format!("confirm {ORDER} leg-2 -q --accept-prices")).succeeds();
    // A list of payments, of which the order and the note are read.
    let list = shipped("tests/fixtures/courier.xlsx");
    let done = shop.orders(["set-status", "shipped", "--from"]).arg(&list).exits(0);
    assert_eq!(done.stdout, "changed 2, unchanged 0\n");
    let history = run(&shop, &format!("history {ORDER} --json")).json();
    assert_eq!(history[2]["note"], "من المندوب");
}

/// Whoever has the number learns the address from the courier.
#[test]
fn a_forgotten_customer_leaves_no_tracking_number() {
    let shop = shop();
    run(&shop, &format!("set-status {ORDER} shipped --courier Bosta --tracking 99175511 -q")).succeeds();
    run(&shop, &format!("customer forget {ORDER} --yes -q")).succeeds();
    let bytes = std::fs::read(shop.file()).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"99175511"));
    let shown = run(&shop, &format!("show {ORDER} --json")).json();
    assert_eq!((&shown["courier"], &shown["tracking"]), (&"Bosta".into(), &().into()));
    shop.check();
}

/// Couriers say each day why an order is still with them, in a list that has the days before too.
#[test]
fn a_note_in_a_list_is_kept_once_even_without_a_new_status() {
    let shop = Shop::stocked();
    shop.take("LEG-1", BELT, 1, None);
    run(&shop, "confirm LEG-1 -q").succeeds();
    run(&shop, "set-status LEG-1 shipped -q").succeeds();
    let list = "orderReference,status,note\nLEG-1,shipped,nobody at home\nLEG-1,shipped,second attempt failed\n";
    run(&shop, "set-status --from -").stdin(list).prints("changed 2, unchanged 0\n");
    run(&shop, "set-status --from -").stdin(list).prints("changed 0, unchanged 2\n");
    let history = run(&shop, "history LEG-1 --json").json();
    let notes: Vec<_> = history.as_array().unwrap().iter().filter_map(|event| event["note"].as_str()).collect();
    assert_eq!(notes, ["nobody at home", "second attempt failed"]);
}
