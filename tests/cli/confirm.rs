use serde_json::json;

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};

#[test]
fn confirming_takes_the_stock() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER, "--note", "Instapay 4711"])
        .prints("confirmed LEG-LXYZ1234-AB5C: John Doe, 2 pieces, 59.98\n  Classic T-Shirt (L): stock 3 → 1\n");
    assert_eq!((shop.on_hand("SKU-12345", "L"), shop.status(ORDER).as_str()), (1, "confirmed"));
    let noted = "SELECT COUNT(*) FROM stock_movements JOIN order_events AS e ON e.pk = event_pk
                 WHERE reason = 'confirm' AND delta = -2 AND e.note = 'Instapay 4711' AND e.\"to\" = 'confirmed'";
    assert_eq!(shop.number(noted), 1);
    shop.check();
}

#[test]
fn programs_get_the_guides_body() {
    let shop = Shop::with_order();
    let body = shop.orders(["--json", "confirm", &ORDER.to_lowercase()]).json();
    let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["success", "order", "stockUpdated", "message"]);
    assert_eq!(body["message"], "Order confirmed and stock updated successfully");
    assert_eq!((&body["success"], &body["stockUpdated"]), (&json!(true), &json!(true)));
    assert_eq!(body["order"]["status"], "confirmed");
}

#[test]
fn all_shortages_are_reported_and_every_table_is_as_it_was() {
    let shop = Shop::stocked();
    let items = format!(
        r#"[{{"productId":"{SHIRT}","quantity":2,"unitPrice":29.99,"selectedSize":"l"}},
            {{"productId":"{SHIRT}","quantity":2,"unitPrice":29.99,"selectedSize":"L"}},
            {{"productId":"{SHIRT}","quantity":1,"unitPrice":29.99,"selectedSize":"S"}},
            {{"productId":"{BELT}","quantity":13,"unitPrice":29.99}}]"#
    );
    let order = format!(
        r#"{{"orderReference":"LEG-1","orderDate":"2026-02-04T10:30:00Z","customerName":"J","customerPhone":"1","items":{items}}}"#
    );
    shop.orders(["create", "-q"]).stdin(order).succeeds();
    let before = shop.dump();
    shop.orders(["confirm", "LEG-1"]).fails(
        6,
        "\
error: insufficient stock for LEG-1; nothing changed
  - Classic T-Shirt (L): Insufficient stock (available: 3, required: 4)
  - Leather Belt: Insufficient stock (available: 12, required: 13)
hint: to tell the customer of LEG-1:  orders message LEG-1 --template shortage
hint: if there are more in the shop:  orders product adjust SKU-12345 +1 --size L --note WHY
",
    );
    assert_eq!(shop.dump(), before);
}

#[test]
fn several_orders_are_all_or_nothing() {
    let shop = Shop::with_order();
    shop.take("LEG-2", SHIRT, 2, Some("L"));
    let before = shop.dump();
    shop.orders(["confirm", ORDER, "LEG-2"]).fails(
        6,
        "\
error: insufficient stock for 1 of 2 orders: LEG-2; nothing changed
  - Classic T-Shirt (L): Insufficient stock (available: 3, required: 4)
hint: to confirm the others:  orders confirm LEG-LXYZ1234-AB5C LEG-2 --keep-going
",
    );
    assert_eq!(shop.dump(), before);
    shop.orders(["product", "adjust", "SKU-12345", "+1", "--size", "L", "--note", "found one"]).succeeds();
    let bodies = shop.orders(["confirm", ORDER, "LEG-2", ORDER, "--json"]).json();
    let order = |n: usize| bodies[n]["order"]["orderReference"].as_str().map(str::to_owned);
    assert_eq!((order(0).as_deref(), order(1).as_deref(), order(2)), (Some(ORDER), Some("LEG-2"), None));
    assert_eq!(shop.on_hand("SKU-12345", "L"), 0);
    shop.check();
}

#[test]
fn keep_going_confirms_what_it_can_in_the_order_given() {
    let shop = Shop::with_order();
    shop.take("LEG-2", SHIRT, 2, Some("L"));
    shop.take("LEG-3", SHIRT, 1, Some("L"));
    let done = shop.orders(["confirm", "LEG-2", ORDER, "LEG-404", "LEG-3", "--keep-going", "--json"]).exits(8);
    let mut bodies: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(done.stderr, "");
    assert_eq!((&bodies[0]["success"], &bodies[3]["success"]), (&json!(true), &json!(true)));
    assert_eq!(
        bodies[1].take(),
        json!({
            "success": false, "orderReference": ORDER, "error": "Insufficient stock for some items",
            "details": ["Classic T-Shirt (L): Insufficient stock (available: 1, required: 2)"],
            "code": "insufficient_stock", "reason": null
        })
    );
    assert_eq!((&bodies[2]["code"], &bodies[2]["orderReference"]), (&json!("not_found"), &json!("LEG-404")));
    assert_eq!((shop.status(ORDER).as_str(), shop.status("LEG-3").as_str()), ("pending", "confirmed"));
    shop.check();
    let done = shop.orders(["confirm", ORDER, "LEG-2", "--keep-going"]).exits(8);
    assert_eq!(done.stdout, "");
    assert!(done.stderr.contains("error: order LEG-2 is already confirmed\n"), "{}", done.stderr);
}

#[test]
fn only_pending_orders_are_confirmed() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["confirm", ORDER]).fails(
        5,
        "error: order LEG-LXYZ1234-AB5C is already confirmed; nothing changed\nhint: to see it:  orders show LEG-LXYZ1234-AB5C\n",
    );
    let done = shop.orders(["confirm", ORDER, "--json"]).exits(5);
    assert_eq!(
        (done.stdout.as_str(), done.stderr.as_str()),
        (
            "",
            "{\"success\":false,\"error\":\"Order is already confirmed\",\"details\":[],\"code\":\"conflict\",\
             \"hint\":\"to see it:  orders show LEG-LXYZ1234-AB5C\",\"exitCode\":5,\"reason\":\"already\"}\n"
        )
    );
    shop.orders(["cancel", ORDER]).succeeds();
    let done = shop.orders(["confirm", ORDER]).exits(5);
    assert!(done.stderr.contains("is cancelled"), "{}", done.stderr);
}

/// A script that tries again takes `already` for done.
#[test]
fn the_reason_is_already_only_if_all_orders_are_done() {
    let shop = Shop::with_order();
    shop.take("LEG-DONE", BELT, 1, None);
    shop.take("LEG-ALSO", BELT, 1, None);
    shop.orders(["confirm", "LEG-DONE", "LEG-ALSO", "-q"]).succeeds();
    shop.orders(["create", "-q"]).stdin(order("LEG-CHEAP", BELT, 1, None).replace("29.99", "1.00")).succeeds();
    shop.take("LEG-SHORT", SHIRT, 9, Some("L"));
    let reason = |command: &[&str], orders: &[&str]| {
        let run = command.iter().chain(orders).fold(shop.orders(["--json"]), |run, word| run.arg(word));
        let failure: serde_json::Value = serde_json::from_str(&run.exits(5).stderr).unwrap();
        (failure["reason"].as_str().unwrap().to_owned(), failure["details"].as_array().unwrap().len())
    };
    for (orders, expected) in [
        (&["LEG-DONE", "LEG-ALSO"][..], "already"),
        (&["LEG-DONE", "LEG-CHEAP"], "price"),
        (&["LEG-DONE", "LEG-SHORT"], "step"),
        (&["LEG-DONE", "LEG-SHORT", "LEG-CHEAP"], "price"),
    ] {
        assert_eq!(reason(&["confirm"], orders), (expected.to_owned(), orders.len()), "{orders:?}");
    }
    shop.orders(["set-status", "LEG-DONE", "processing", "-q"]).succeeds();
    let words = ["LEG-DONE", "LEG-CHEAP", "processing"];
    assert_eq!(reason(&["set-status"], &words), ("step".to_owned(), 2));
}

#[test]
fn a_missing_or_unknown_size_is_refused_with_the_available_ones() {
    let shop = Shop::stocked();
    shop.take("LEG-1", SHIRT, 1, None);
    shop.take("LEG-2", SHIRT, 1, Some("XXL"));
    shop.orders(["confirm", "LEG-1"]).fails(
        4,
        "error: items of LEG-1 need an available size; nothing changed\n  - Classic T-Shirt: needs a size (sizes: S, M, L)\nhint: to choose its size:  orders edit LEG-1 --item 1 --size SIZE\n",
    );
    let done = shop.orders(["confirm", "LEG-2"]).exits(4);
    assert!(done.stderr.contains("Classic T-Shirt: has no size XXL (sizes: S, M, L)"), "{}", done.stderr);
}

#[test]
fn prices_below_the_list_price_need_consent() {
    let shop = Shop::stocked();
    shop.take("LEG-1", SHIRT, 1, Some("L"));
    shop.orders(["create", "-q"])
        .stdin(crate::harness::order("LEG-2", SHIRT, 1, Some("L")).replace("29.99", "19.99"))
        .succeeds();
    shop.orders(["confirm", "LEG-1", "LEG-2", "--yes"]).fails(
        5,
        "\
error: prices of 1 of 2 orders are below the list price: LEG-2; nothing changed
  - LEG-2: Classic T-Shirt: price 19.99 is below the list price 29.99
hint: if this was agreed:  orders confirm LEG-1 LEG-2 --accept-prices
",
    );
    shop.orders(["confirm", "LEG-2", "--accept-prices"]).prints(
        "confirmed LEG-2: John Doe, 1 piece, 19.99\n  Classic T-Shirt (L): stock 3 → 2\n  \
         ! Classic T-Shirt: price 19.99 accepted, list price 29.99\n",
    );
    // The list price is that of the day of the order.
    shop.orders(["product", "set", "SKU-12345", "--price", "49.99"]).succeeds();
    shop.orders(["confirm", "LEG-1"]).succeeds();
}

#[test]
fn a_part_of_a_reference_needs_yes() {
    let shop = Shop::with_order();
    shop.orders(["confirm", "ab5c"]).fails(
        2,
        "error: ab5c is not a whole reference; it fits LEG-LXYZ1234-AB5C; nothing changed\n\
         hint: in a script, give the whole reference LEG-LXYZ1234-AB5C, or --yes\n",
    );
    shop.orders(["confirm", "ab5c", "--dry-run"]).succeeds();
    let id = shop.orders(["show", ORDER, "--json"]).json()["id"].as_str().unwrap().to_owned();
    shop.orders(["confirm", "--dry-run", &id]).succeeds();
    shop.orders(["confirm", "ab5c", "--yes"]).succeeds();
    assert_eq!(shop.orders(["confirm"]).exits(2).stdout, "");
}

#[test]
fn references_come_from_stdin_too() {
    let shop = Shop::stocked();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    let pending = shop.orders(["list", "-q", "--status", "pending"]).succeeds();
    shop.orders(["confirm", "-", "--keep-going", "-q"]).stdin(pending).exits(8);
    shop.check();
    assert_eq!(shop.orders(["confirm", "-", "--json"]).stdin("\n").succeeds(), "[]\n");
}

#[test]
fn a_dry_run_decides_all_the_same_and_changes_nothing() {
    let shop = Shop::with_order();
    let before = shop.dump();
    let done = shop.orders(["confirm", ORDER, "-n"]).exits(0);
    assert_eq!(
        (done.stdout.as_str(), done.stderr.as_str()),
        (
            "would confirm LEG-LXYZ1234-AB5C: John Doe, 2 pieces, 59.98\n  Classic T-Shirt (L): stock 3 → 1\n",
            "note: dry run: nothing changed\n"
        )
    );
    assert_eq!(shop.orders(["confirm", ORDER, "-n", "--json"]).json()["dryRun"], true);
    assert_eq!(shop.dump(), before);
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["confirm", ORDER, "-n"]).exits(5);
}

#[test]
fn in_csv_every_row_fits_the_header() {
    let shop = Shop::with_order();
    let done = shop.orders(["confirm", ORDER, "LEG-404", "--keep-going", "-n", "--format", "csv"]).exits(8);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert_eq!(lines[0], "success,order,stockUpdated,message,dryRun,orderReference,error,details,code,reason");
    assert_eq!(lines[2], "false,,,,true,LEG-404,Order LEG-404 not found,[],not_found,");
}

/// A guest chooses the names in an order; the shop sends what the catalogue says.
#[test]
fn an_item_with_another_name_than_the_catalogues_is_marked_everywhere() {
    let shop = Shop::stocked();
    let sent = order("LEG-1", BELT, 1, None)
        .replace(r#""quantity""#, r#""productName":"Canvas Sneakers","productBarcode":"SNK-1","quantity""#);
    let marks = [
        "item 1: the catalogue says Leather Belt, the order says Canvas Sneakers",
        "item 1: the catalogue says SKU BLT-01, the order says SNK-1",
    ];
    let holds_marks = |text: &str| marks.iter().for_each(|mark| assert!(text.contains(mark), "{mark}\n{text}"));
    let created = shop.orders(["create", "-"]).stdin(sent.clone()).exits(0);
    holds_marks(&created.stderr);
    let imported = shop.orders(["import", "-", "--json", "-n"]).stdin(sent.replace("LEG-1", "LEG-2")).succeeds();
    holds_marks(&imported);
    let shown = shop.orders(["show", "LEG-1"]).succeeds();
    holds_marks(&shown);
    assert!(shown.contains("!Leather Belt (order: Canvas Sneakers)  !SNK-1"), "{shown}");
    let listed = shop.orders(["list", "--items"]).succeeds();
    assert!(listed.contains("!Leather Belt"), "{listed}");
    assert_eq!(shop.orders(["show", "LEG-1", "--json"]).json()["items"][0]["productName"], "Canvas Sneakers");
    let message = shop.orders(["message", "LEG-1"]).succeeds();
    assert!(message.contains("1 × Leather Belt: ") && !message.contains("Sneakers"), "{message}");
    holds_marks(&shop.orders(["edit", "LEG-1", "--name", "Eve"]).succeeds());
    holds_marks(&shop.orders(["confirm", "LEG-1", "--yes"]).succeeds());
}

#[test]
fn a_discounted_price_of_0_is_none() {
    let shop = Shop::on_file().with_catalogue();
    let catalogue = r#"[{"name":"Plain Chino","barcode":"CHN-9","price":450.0,"discountedPrice":0,"quantity":10}]"#;
    shop.orders(["product", "import", "-"]).stdin(catalogue).succeeds();
    shop.orders(["product", "add", "--name", "Cap", "--sku", "CAP-1", "--price", "9", "--discounted-price", "0"])
        .succeeds();
    shop.orders(["product", "set", "BLT-01", "--discounted-price", "0"]).succeeds();
    // An older version kept it.
    shop.connection().execute("UPDATE products SET discounted_price = 0 WHERE barcode = 'SKU-12345'", []).unwrap();
    for product in ["CHN-9", "CAP-1", "BLT-01", "SKU-12345"] {
        let body = shop.orders(["product", "show", product, "--json"]).json();
        assert_eq!(body["discountedPrice"], json!(null), "{body}");
    }
    for (reference, product) in [("LEG-1", SHIRT), ("LEG-2", BELT)] {
        let order = order(reference, product, 1, Some("S")).replace("29.99", "1.00");
        shop.orders(["create", "-q"]).stdin(order).succeeds();
        let refused = shop.orders(["confirm", reference]).exits(5);
        assert!(refused.stderr.contains(": price 1.00 is below the list price "), "{}", refused.stderr);
    }
}

#[test]
fn a_payment_is_recorded_with_the_confirmation() {
    let shop = Shop::with_order();
    let done = shop.orders(["confirm", ORDER, "--paid", "Instapay", "--receipt", "4711", "--note", "checked"]).exits(0);
    assert_eq!(
        (done.stdout.as_str(), done.stderr.as_str()),
        (
            "confirmed LEG-LXYZ1234-AB5C: John Doe, 2 pieces, 59.98\n  Classic T-Shirt (L): stock 3 → 1\n  \
             paid 59.98 instapay 4711\n",
            "note: instapay is a new method: no payment was made by it before\n"
        )
    );
    let order = shop.orders(["show", ORDER, "--json"]).json();
    assert_eq!((&order["paid"], &order["due"], &order["cod"]), (&json!("59.98"), &json!("0.00"), &json!(false)));
    assert_eq!(order["payments"][0]["receipt"], "4711");
    let history = shop.orders(["history", ORDER, "--json"]).json();
    let told: Vec<_> =
        history.as_array().unwrap().iter().map(|event| (&event["kind"], &event["to"], &event["note"])).collect();
    assert_eq!(
        told[1..],
        [
            (&json!("status"), &json!("confirmed"), &json!("checked")),
            (&json!("payment"), &json!("59.98 instapay 4711"), &json!(null))
        ]
    );
    shop.check();
}

#[test]
fn the_shop_says_how_much_was_paid() {
    let shop = Shop::stocked();
    for (reference, amount, paid, due, words) in [
        ("LEG-1", "20", "20.00", "9.99", "  paid 20.00 cash\n  due 9.99\n"),
        ("LEG-2", "30.00", "30.00", "-0.01", "  paid 30.00 cash\n"),
    ] {
        shop.take(reference, BELT, 1, None);
        let done = shop.orders(["confirm", reference, "--paid", "cash", "--amount", amount]).exits(0);
        assert!(done.stdout.ends_with(words), "{done:?}");
        assert_eq!(done.stderr.contains("LEG-2 is paid 0.01 more than is due"), due.starts_with('-'), "{done:?}");
        let order = shop.orders(["show", reference, "--json"]).json();
        assert_eq!((&order["paid"], &order["due"]), (&json!(paid), &json!(due)));
    }
    for (option, value) in [("--amount", "1,048.00"), ("--amount", "0"), ("--receipt", " "), ("--paid", "by hand")] {
        let paid = if option == "--paid" { "-n" } else { "--paid=cash" };
        shop.orders(["confirm", "LEG-1", paid]).arg(format!("{option}={value}")).exits(2);
    }
    for wrong in [&["--amount=1"][..], &["--receipt=1"], &["--paid=cash", "--cod"]] {
        let run = wrong.iter().fold(shop.orders(["confirm", "LEG-1"]), |run, option| run.arg(option));
        run.exits(2);
    }
    shop.check();
}

#[test]
fn cash_on_delivery_is_marked_and_not_paid() {
    let shop = Shop::stocked();
    shop.take("LEG-1", BELT, 1, None);
    // The guest says so; saying it too agrees.
    let claimed = order("LEG-2", BELT, 1, None).replacen('{', r#"{"cod":true,"#, 1);
    shop.orders(["create", "-q"]).stdin(claimed).succeeds();
    shop.orders(["confirm", "LEG-2"]).exits(5);
    for reference in ["LEG-1", "LEG-2"] {
        let printed = shop.orders(["confirm", reference, "--cod"]).succeeds();
        assert!(printed.ends_with("  cash on delivery\n  due 29.99\n"), "{printed}");
        let order = shop.orders(["show", reference, "--json"]).json();
        assert_eq!((&order["paid"], &order["due"], &order["cod"]), (&json!("0.00"), &json!("29.99"), &json!(true)));
        let shown = shop.orders(["show", reference]).succeeds();
        assert!(shown.contains("Due on delivery 29.99") && !shown.contains("not agreed"), "{shown}");
    }
    let told = "SELECT COUNT(*) FROM order_events WHERE kind = 'edited' AND \"to\" = 'cod: true'";
    assert_eq!(shop.number(told), 2, "agreeing is a change too");
    shop.check();
}

#[test]
fn accepted_prices_and_terms_stay_agreed() {
    let shop = Shop::stocked();
    let claimed = order("LEG-1", BELT, 1, None).replacen('{', r#"{"deliveryFee":5,"discount":1,"#, 1);
    shop.orders(["create", "-q"]).stdin(claimed).succeeds();
    let printed = shop.orders(["confirm", "LEG-1", "--accept-prices"]).succeeds();
    assert!(printed.ends_with("  ! delivery fee 5.00 accepted\n  ! discount 1.00 accepted\n"), "{printed}");
    let shown = shop.orders(["show", "LEG-1"]).succeeds();
    assert!(!shown.contains("not agreed"), "{shown}");
}

#[test]
fn several_orders_are_each_paid_what_is_due_or_none_is() {
    let shop = Shop::stocked();
    for (reference, quantity) in [("LEG-1", 1), ("LEG-2", 2), ("LEG-3", 1)] {
        shop.take(reference, BELT, quantity, None);
    }
    for option in ["--amount=5", "--receipt=R-1"] {
        let done = shop.orders(["confirm", "LEG-1", "LEG-2", "--paid=cash", option]).exits(2);
        assert!(done.stderr.contains("is for one order, and 2 are named"), "{}", done.stderr);
    }
    // What was paid in full before is no payment now.
    shop.orders(["confirm", "LEG-3", "--paid", "cash"]).succeeds();
    shop.orders(["set-status", "LEG-3", "pending", "--force", "--note", "wrong"]).succeeds();
    let before = shop.dump();
    let done = shop.orders(["confirm", "LEG-1", "LEG-3", "--paid", "cash"]).exits(5);
    assert_eq!(
        done.stderr,
        "error: payments of 1 of 2 orders cannot be recorded: LEG-3; nothing changed\n  \
         - LEG-3: nothing is due for LEG-3: 29.99 was paid\n\
         hint: to confirm the others:  orders confirm LEG-1 LEG-3 --keep-going\n"
    );
    let done = shop.orders(["confirm", "LEG-3", "--paid", "cash", "--json"]).exits(5);
    assert!(
        done.stderr.contains(r#""error":"Nothing is due""#) && done.stderr.contains(r#""reason":"already""#),
        "{done:?}"
    );
    assert_eq!(shop.dump(), before);
    let done = shop.orders(["confirm", "LEG-1", "LEG-3", "LEG-2", "--paid", "cash", "--keep-going"]).exits(8);
    assert!(done.stderr.contains("nothing is due for LEG-3"), "{}", done.stderr);
    assert_eq!(shop.number("SELECT SUM(paid) FROM orders"), 4 * 2999);
    assert_eq!(shop.status("LEG-3"), "pending");
    shop.check();
}

/// An order that is not confirmed, as its payment is refused, leaves its stock to the next one.
#[test]
fn an_order_whose_payment_is_refused_takes_no_stock() {
    let shop = Shop::stocked();
    shop.take("LEG-1", SHIRT, 3, Some("L"));
    shop.take("LEG-2", SHIRT, 3, Some("L"));
    shop.orders(["confirm", "LEG-1", "--paid", "cash"]).succeeds();
    shop.orders(["set-status", "LEG-1", "pending", "--force", "--note", "wrong"]).succeeds();
    shop.orders(["confirm", "LEG-1", "LEG-2", "--paid", "cash", "--keep-going"]).exits(8);
    assert_eq!((shop.status("LEG-1").as_str(), shop.status("LEG-2").as_str()), ("pending", "confirmed"));
    shop.check();
}

#[test]
fn a_receipt_is_entered_once() {
    let shop = Shop::stocked();
    for reference in ["LEG-1", "LEG-2"] {
        shop.take(reference, BELT, 1, None);
    }
    shop.orders(["confirm", "LEG-1", "--paid", "instapay", "--receipt", "R-7", "--amount", "10"]).succeeds();
    let before = shop.dump();
    shop.orders(["confirm", "LEG-2", "--paid", "instapay", "--receipt", "R-7"]).fails(
        5,
        "error: receipt R-7 of instapay is on record already: 10.00 for LEG-1; nothing changed\n\
         hint: to see it:  orders show LEG-1\n",
    );
    assert_eq!(shop.dump(), before);
    // The same payment again, with a confirmation that was undone: it is not recorded twice.
    shop.orders(["set-status", "LEG-1", "pending", "--force", "--note", "wrong"]).succeeds();
    let done = shop.orders(["confirm", "LEG-1", "--paid", "instapay", "--receipt", "R-7", "--amount", "10"]).exits(0);
    assert_eq!(done.stderr, "note: LEG-1 had this payment already: it was not recorded again\n");
    assert_eq!(shop.number("SELECT COUNT(*) FROM payments"), 1);
    shop.check();
}

#[test]
fn a_dry_run_records_no_payment() {
    let shop = Shop::with_order();
    let before = shop.dump();
    let done = shop.orders(["confirm", ORDER, "--paid", "cash", "-n"]).exits(0);
    assert!(done.stdout.contains("  paid 59.98 cash\n"), "{}", done.stdout);
    assert_eq!(shop.dump(), before);
}
