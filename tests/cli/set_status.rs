use serde_json::json;

use crate::harness::{BELT, ORDER, SHIRT, Shop};

const STATUSES: [&str; 6] = ["pending", "confirmed", "processing", "shipped", "delivered", "cancelled"];

/// Brings a new order into a status by legal steps.
fn bring(shop: &Shop, reference: &str, status: &str) {
    shop.take(reference, SHIRT, 1, Some("M"));
    if status == "pending" {
        return;
    }
    if status == "cancelled" {
        shop.orders(["cancel", reference]).succeeds();
        return;
    }
    shop.orders(["confirm", reference]).succeeds();
    for step in ["processing", "shipped", "delivered"] {
        if shop.status(reference) != status {
            shop.orders(["set-status", reference, step]).succeeds();
        }
    }
}

/// `s`: set-status takes the step; `f`: only with --force and a note; `.`: never.
#[test]
fn the_table_of_steps_holds_in_the_file_and_stock_follows() {
    let table = [".....s", "f.ssss", "f..sss", "f.f.ss", "f.ff.s", "f....."];
    for (from, row) in STATUSES.iter().zip(table) {
        for (to, step) in STATUSES.iter().zip(row.chars()) {
            let shop = Shop::stocked();
            bring(&shop, "LEG-1", from);
            let before = shop.dump();
            let plain = shop.orders(["set-status", "LEG-1", to]).ends();
            assert_eq!(plain.code, if step == 's' { 0 } else { 5 }, "{from} to {to}: {plain:#?}");
            if step != 's' {
                assert_eq!(shop.dump(), before, "{from} to {to}");
                let forced = shop.orders(["set-status", "LEG-1", to, "--force", "--note", "why"]).ends();
                assert_eq!(forced.code, if step == 'f' { 0 } else { 5 }, "{from} to {to}, forced: {forced:#?}");
            }
            let holds = matches!(shop.status("LEG-1").as_str(), "confirmed" | "processing" | "shipped" | "delivered");
            assert_eq!(shop.on_hand("SKU-12345", "M"), if holds { 5 } else { 6 }, "{from} to {to}");
            shop.check();
        }
    }
}

#[test]
fn only_confirm_confirms() {
    let shop = Shop::with_order();
    for force in [&["--note", "x"][..], &["--force", "--note", "x"]] {
        let mut run = shop.orders(["set-status", ORDER, "confirmed"]);
        for arg in force {
            run = run.arg(arg);
        }
        run.fails(
            5,
            "error: only confirm takes LEG-LXYZ1234-AB5C to confirmed; it is pending; nothing changed\n\
             hint: to confirm it:  orders confirm LEG-LXYZ1234-AB5C\n",
        );
    }
    shop.orders(["set-status", ORDER, "pending", "--force"])
        .fails(2, "error: --force needs a --note that says why\nhint: add --note WHY\n");
}

#[test]
fn a_cancelled_order_gives_back_exactly_what_it_took() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["product", "adjust", "SKU-12345", "+5", "--size", "L", "--note", "delivery"]).succeeds();
    shop.orders(["cancel", ORDER, "--note", "returned"])
        .prints("LEG-LXYZ1234-AB5C: confirmed → cancelled; 2 pieces back in stock\n");
    assert_eq!(shop.on_hand("SKU-12345", "L"), 8);
    shop.orders(["set-status", ORDER, "pending", "--force", "--note", "paid after all"]).succeeds();
    shop.orders(["confirm", ORDER]).succeeds();
    assert_eq!(shop.on_hand("SKU-12345", "L"), 6);
    shop.check();
}

#[test]
fn goods_that_come_back_damaged_are_written_off() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["cancel", ORDER, "--no-restock", "--note", "torn"])
        .prints("LEG-LXYZ1234-AB5C: confirmed → cancelled; 2 pieces back, written off as unsaleable\n");
    assert_eq!(shop.on_hand("SKU-12345", "L"), 1);
    let written_off = "SELECT delta FROM stock_movements
                       WHERE reason = 'adjust' AND order_pk IS NULL AND note LIKE '%LEG-LXYZ1234-AB5C%'";
    assert_eq!(shop.number(written_off), -2);
    shop.check();
}

#[test]
fn several_orders_are_all_or_nothing_and_come_from_stdin_too() {
    let shop = Shop::with_order();
    bring(&shop, "LEG-2", "confirmed");
    bring(&shop, "LEG-3", "confirmed");
    let before = shop.dump();
    let done = shop.orders(["set-status", "LEG-2", ORDER, "shipped"]).exits(5);
    assert!(done.stderr.starts_with("error: order LEG-LXYZ1234-AB5C cannot go from pending to shipped"), "{done:?}");
    assert_eq!(shop.dump(), before);
    shop.orders(["set-status", "LEG-2", "LEG-404", "shipped"]).exits(3);
    assert_eq!(shop.dump(), before);
    let bodies = shop.orders(["set-status", "-", "shipped", "--json"]).stdin("LEG-2\nLEG-3\n").json();
    assert_eq!((&bodies[0]["status"], &bodies[1]["status"]), (&json!("shipped"), &json!("shipped")));
    let dry = shop.orders(["set-status", "LEG-2", "delivered", "--format", "ndjson", "-n"]).json();
    assert_eq!((&dry["status"], &dry["dryRun"]), (&json!("delivered"), &json!(true)));
    assert_eq!(shop.status("LEG-2"), "shipped");
}

#[test]
fn keep_going_changes_what_it_can_and_keeps_the_places_of_the_others() {
    let shop = Shop::with_order();
    bring(&shop, "LEG-2", "confirmed");
    bring(&shop, "LEG-3", "confirmed");
    let run = shop.orders(["set-status", "-", "shipped", "--keep-going", "--json"]);
    let done = run.stdin(format!("LEG-3\n{ORDER}\nLEG-404\nLEG-2\n")).exits(8);
    let bodies: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(done.stderr, "");
    assert_eq!(bodies[0]["status"], "shipped");
    let failed =
        |body: &serde_json::Value| (body["success"].clone(), body["orderReference"].clone(), body["code"].clone());
    assert_eq!(failed(&bodies[1]), (json!(false), json!(ORDER), json!("conflict")));
    assert_eq!(failed(&bodies[2]), (json!(false), json!("LEG-404"), json!("not_found")));
    assert_eq!((&bodies[3]["orderReference"], &bodies[3]["status"]), (&json!("LEG-2"), &json!("shipped")));
    shop.check();
    let done = shop.orders(["cancel", "--keep-going", "LEG-404", "LEG-2"]).exits(8);
    assert_eq!(done.stdout, "LEG-2: shipped → cancelled; 1 piece back in stock\n");
    assert!(done.stderr.starts_with("error: order LEG-404 not found\n"), "{}", done.stderr);
    // Where none is left to change, that is not all that was asked for either.
    shop.orders(["cancel", "--keep-going", "LEG-2"]).exits(8);
    shop.orders(["cancel", "--keep-going", "LEG-3"]).exits(0);
}

#[test]
fn csv_has_the_same_columns_whatever_became_of_the_orders() {
    let shop = Shop::with_order();
    let header = |refs: &str, code| {
        let run = shop.orders(["confirm", "-", "--keep-going", "-n", "--format", "csv"]).stdin(refs);
        run.exits(code).stdout.lines().next().unwrap().to_owned()
    };
    let all = "success,order,stockUpdated,message,dryRun,orderReference,error,details,code,reason";
    assert_eq!((header(ORDER, 0).as_str(), header("LEG-404", 8).as_str(), header("", 0).as_str()), (all, all, all));
    let shown = shop.orders(["show", "-", "--format", "csv"]).stdin("").succeeds();
    assert!(shown.starts_with("id,orderReference,"), "{shown}");
}

/// Files of older versions may have a reference that begins with -, as long as nobody could refuse it.
#[test]
fn after_two_dashes_every_word_is_a_reference_and_the_last_one_the_status() {
    let shop = Shop::on_file().with_catalogue();
    for reference in ["X1", "X2"] {
        shop.take(reference, BELT, 1, None);
    }
    shop.connection().execute("UPDATE orders SET reference = '--yes' WHERE reference = 'X2'", []).unwrap();
    for args in [&["--", "X1", "--yes", "cancelled"], &["--", "--yes", "X1", "Canceled"]] {
        let run = args.iter().fold(shop.orders(["set-status", "-n", "-q"]), |run, arg| run.arg(arg));
        let done = run.exits(0);
        assert_eq!(done.stdout.lines().count(), 2, "{done:?}");
    }
    let done = shop.orders(["set-status", "X1", "gone"]).exits(2);
    assert!(
        done.stderr.starts_with("error: invalid value 'gone' for '<STATUS>' [possible values: pending, "),
        "{done:?}"
    );
    shop.orders(["set-status", "cancelled"]).exits(2);
}

#[test]
fn writing_goods_off_needs_a_note() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    let hint = "error: --no-restock needs a --note that says why\nhint: add --note WHY\n";
    shop.orders(["set-status", ORDER, "cancelled", "--no-restock"]).fails(2, hint);
    shop.orders(["cancel", ORDER, "--no-restock"]).fails(2, hint);
}

#[test]
fn money_that_the_shop_keeps_of_a_cancelled_order_is_not_owed() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER, "--paid", "cash"]).succeeds();
    let done = shop.orders(["cancel", ORDER, "--keep", "50", "--note", "the courier was there"]).exits(0);
    assert_eq!(
        (done.stdout.as_str(), done.stderr.as_str()),
        (
            "LEG-LXYZ1234-AB5C: confirmed → cancelled; 2 pieces back in stock; 50.00 kept\n",
            "note: 9.98 is owed to the customer of LEG-LXYZ1234-AB5C\n\
             hint: to record that it went back:  orders refund LEG-LXYZ1234-AB5C cash\n"
        )
    );
    let order = shop.orders(["show", ORDER, "--json"]).json();
    let money = ["kept", "grandTotal", "paid", "due"].map(|key| order[key].as_str().unwrap().to_owned());
    assert_eq!(money, ["50.00", "50.00", "59.98", "-9.98"]);
    let told = |history: &serde_json::Value| {
        let last = history.as_array().unwrap().last().unwrap().clone();
        (last["kind"].clone(), last["from"].clone(), last["to"].clone(), last["note"].clone())
    };
    let history = shop.orders(["history", ORDER, "--json"]).json();
    assert_eq!(told(&history), (json!("edited"), json!(null), json!("kept: 50.00"), json!(null)));
    shop.orders(["refund", ORDER, "cash"]).succeeds();
    // Reopened, it keeps nothing: what was paid is paid still.
    shop.orders(["set-status", ORDER, "pending", "--force", "--note", "wants it after all"]).succeeds();
    let order = shop.orders(["show", ORDER, "--json"]).json();
    assert_eq!((&order["kept"], &order["paid"], &order["due"]), (&json!("0.00"), &json!("50.00"), &json!("9.98")));
    let history = shop.orders(["history", ORDER, "--json"]).json();
    assert_eq!(told(&history), (json!("edited"), json!("kept: 50.00"), json!(null), json!(null)));
    shop.check();
}

#[test]
fn the_shop_may_keep_a_deposit_but_never_more_than_the_order_costs() {
    let shop = Shop::stocked();
    for reference in ["LEG-1", "LEG-2"] {
        shop.take(reference, BELT, 1, None);
    }
    shop.orders(["pay", "LEG-1", "20", "cash"]).succeeds();
    let before = shop.dump();
    shop.orders(["cancel", "LEG-1", "--keep", "30"]).fails(
        5,
        "error: the shop cannot keep 30.00: LEG-1 costs 29.99; nothing changed\nhint: to see it:  orders show LEG-1\n",
    );
    shop.orders(["cancel", "LEG-1", "LEG-2", "--keep", "29.995"]).exits(2);
    shop.orders(["set-status", "LEG-1", "pending", "--force", "--note", "x", "--keep", "5"]).exits(2);
    let done = shop.orders(["cancel", "LEG-1", "--keep", "20", "-n"]).exits(0);
    assert_eq!(done.stderr, "note: dry run: nothing changed\n");
    assert_eq!(shop.dump(), before);
    // The deposit alone is kept: nothing is owed either way.
    shop.orders(["set-status", "LEG-1", "cancelled", "--keep", "20"])
        .prints("LEG-1: pending → cancelled; 20.00 kept\n");
    let done = shop.orders(["cancel", "LEG-2", "--keep", "0"]).exits(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("LEG-2: pending → cancelled\n", ""));
    shop.check();
}
