use serde_json::json;

use crate::harness::{BELT, SHIRT, Shop, order, shipped};

#[test]
fn a_product_is_added_with_its_stock_and_shown() {
    let shop = Shop::new();
    let args = [
        "product",
        "add",
        "--name",
        "Polo Shirt",
        "--sku",
        "PL-1",
        "--price",
        "24.50",
        "--size",
        "S=3",
        "--size",
        "L=0",
    ];
    let done = shop.orders(args).exits(0);
    assert!(done.stderr.starts_with(&format!("note: made a new orders file: {}\n", shop.db())));
    let mut body = shop.orders(["product", "show", "PL-1", "--json"]).json();
    assert_eq!(body["id"].take().as_str().unwrap().len(), 36);
    assert_eq!(
        body.to_string(),
        json!({
            "id": null, "name": "Polo Shirt", "barcode": "PL-1", "price": "24.50", "discountedPrice": null,
            "imagePaths": [], "stockQuantity": 3, "inStock": true, "sizeQuantities": {"S": 3, "L": 0}, "lowStockAt": null
        })
        .to_string()
    );
    shop.orders(["product", "add", "--name", "Other", "--sku", "PL-1", "--price", "1"])
        .fails(5, "error: the catalogue has PL-1 already: Polo Shirt; nothing changed\nhint: to change it:  orders product set PL-1 --price PRICE\n");
    shop.orders(["product", "add", "--name", "X", "--price", "1.999"]).exits(2);
    shop.orders(["product", "add", "--name", "X", "--price", "1", "--size", "s=1", "--size", " S=2"]).exits(2);
    shop.check();
}

#[test]
fn the_catalogue_is_listed_by_name_with_what_is_low() {
    let shop = Shop::stocked();
    shop.orders(["product", "list"]).prints(
        "\
SKU        PRODUCT          PRICE  STOCK       SIZES
           Canvas Sneakers  64.00      5  low  42 2, 43 2, 44 1
SKU-12345  Classic T-Shirt  29.99     13       S 4, M 6, L 3
BLT-01     Leather Belt     18.75     12
PL-220     Polo Shirt       24.50      3  low  M 2, L 0, XL 1
",
    );
    shop.orders(["product", "list", "--low", "--format", "csv", "--fields", "name,stockQuantity"])
        .prints("name,stockQuantity\nCanvas Sneakers,5\nPolo Shirt,3\n");
    shop.orders(["config", "lowStock", "4"]).succeeds();
    assert_eq!(shop.orders(["product", "list", "--low", "--json"]).json().as_array().unwrap().len(), 1);
    assert_eq!(Shop::stocked().orders(["product", "list", "-q"]).succeeds().lines().count(), 4);
}

#[test]
fn importing_updates_by_id_or_barcode_and_takes_stock_for_new_products_only() {
    let shop = Shop::stocked();
    let update = format!(
        r#"[{{"id":"{BELT}","price":"20.00"}},{{"barcode":"SKU-12345","stockQuantity":99,"category":"x"}},
            {{"name":"Cap","price":9.5,"quantity":7}}]"#
    );
    let done = shop.orders(["product", "import"]).stdin(update.clone()).exits(0);
    assert_eq!(done.stdout, "imported 1, updated 1, unchanged 1\n");
    assert_eq!(
        done.stderr,
        "warning: Classic T-Shirt (SKU-12345): stock stays 13, not 99; product count sets it\n\
         warning: Cap has neither id nor barcode: importing it again would add it twice\n"
    );
    assert_eq!(shop.orders(["product", "show", "BLT-01", "--json"]).json()["price"], "20.00");
    assert_eq!((shop.on_hand("Cap", ""), shop.on_hand("BLT-01", "")), (7, 12));
    let exported = shop.orders(["product", "list", "--json"]).succeeds();
    let again = shop.orders(["product", "import", "--json"]).stdin(exported).json();
    assert_eq!((&again["unchanged"], &again["warnings"]), (&json!(5), &json!([])));
    shop.check();
}

#[test]
fn a_bad_catalogue_changes_nothing_and_names_every_problem() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let bad = format!(
        "{{\"name\":\"Cap\",\"price\":-1}}\n{{\"name\":\"Hat\"}}\n{{\"id\":\"{SHIRT}\",\"barcode\":\"BLT-01\"}}\n{{\"name\":\"New\",\"price\":1}}"
    );
    shop.orders(["product", "import"]).stdin(bad).fails(
        4,
        &format!(
            "\
error: 3 of 4 products are invalid; nothing imported
  - -:1: product 1 (Cap): price: must not be negative
  - -:2: product 2 (Hat): price: is required for a new product
  - -:3: product 3 (BLT-01): barcode: BLT-01 is the barcode of Leather Belt ({BELT})
"
        ),
    );
    assert_eq!(shop.dump(), before);
}

#[test]
fn keep_going_takes_the_good_products_and_names_the_others() {
    let shop = Shop::stocked();
    let some = "{\"name\":\"Cap\",\"price\":-1}\n{\"name\":\"New\",\"price\":1,\"barcode\":\"N-1\"}\n";
    let done = shop.orders(["product", "import", "--keep-going"]).stdin(some).exits(8);
    assert_eq!(done.stdout, "imported 1, updated 0, unchanged 0, rejected 1\n");
    assert_eq!(done.stderr, "warning: 1 rejected:\n  - -:1: product 1 (Cap): price: must not be negative\n");
    let done = shop.orders(["product", "import", "--keep-going", "--json"]).stdin(some).exits(8);
    let body: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&body["unchanged"], &body["rejected"], &body["errors"][0]["line"]), (&json!(1), &json!(1), &json!(1)));
    shop.orders(["product", "import", "--keep-going"]).stdin("[{\"name\":").exits(4);
    assert_eq!(shop.number("SELECT count(*) FROM products"), 5);
}

#[test]
fn a_quiet_import_says_only_what_is_wrong() {
    let shop = Shop::stocked();
    let counted = r#"{"barcode":"SKU-12345","stockQuantity":99}"#;
    shop.orders(["product", "import", "-q"]).stdin(counted).prints("");
    assert_eq!(
        shop.orders(["product", "import", "-q", "--json"]).stdin(counted).json()["warnings"].as_array().unwrap().len(),
        1
    );
    let nameless = r#"{"name":"Cap","price":9.5,"quantity":7}"#;
    assert!(shop.orders(["product", "import", "-q"]).stdin(nameless).exits(0).stderr.starts_with("warning: Cap has"));
}

#[test]
fn stock_is_corrected_with_a_note_and_never_below_zero() {
    let shop = Shop::stocked();
    shop.orders(["product", "adjust", "BLT-01", "-2", "--note", "lost"]).prints("Leather Belt: stock 12 → 10\n");
    shop.orders(["product", "count", "PL-220", "4", "--size", "l", "--note", "counted"])
        .prints("Polo Shirt (L): stock 0 → 4\n");
    let done =
        shop.orders(["product", "count", "PL-220", "1", "--size", "XXL", "--new-size", "--note", "new"]).exits(0);
    assert_eq!(
        (done.stdout.as_str(), done.stderr.as_str()),
        (
            "Polo Shirt (XXL): stock 0 → 1
",
            "note: XXL is a new size; its sizes are M, L, XL, XXL
"
        )
    );
    let before = shop.dump();
    let unknown = "error: Polo Shirt: has no size XS (sizes: M, L, XL, XXL); nothing changed\n\
         hint: to start a new size:  orders product count PL-220 N --size XS --new-size --note WHY\n";
    shop.orders(["product", "count", "PL-220", "1", "--size", "XS", "--note", "mistyped"]).fails(4, unknown);
    shop.orders(["product", "adjust", "BLT-01", "-11", "--note", "lost"]).fails(
        6,
        "error: not enough stock of Leather Belt; nothing changed\n  \
         - Leather Belt: Insufficient stock (available: 10, required: 11)\n\
         hint: to see its stock:  orders product show BLT-01\n",
    );
    shop.orders(["product", "adjust", "BLT-01", "-1"])
        .fails(2, "error: a correction of stock needs a --note that says why\nhint: add --note WHY\n");
    shop.orders(["product", "adjust", "BLT-01", "3", "--note", "x"]).exits(2);
    shop.orders(["product", "count", "BLT-01", "-3", "--note", "x"]).exits(2);
    shop.orders(["product", "count", "PL-220", "3", "--note", "x"]).exits(4);
    shop.orders(["product", "count", "BLT-01", "3", "--size", "L", "--note", "x"]).exits(5);
    shop.orders(["product", "count", "BLT-01", "3", "--note", "x", "-n"]).exits(0);
    assert_eq!(shop.dump(), before);
    shop.check();
}

#[test]
fn a_product_is_changed_and_its_orders_keep_what_they_were_made_with() {
    let shop = Shop::with_order();
    shop.orders(["product", "set", "classic", "--name", "Heavy T-Shirt", "--discounted-price", "25"]).succeeds();
    let order = shop.orders(["show", "AB5C", "--json"]).json();
    assert_eq!(order["items"][0]["productName"], "Classic T-Shirt");
    shop.orders(["confirm", "AB5C", "--yes"]).succeeds();
    shop.orders(["product", "set", "heavy", "--sku", "BLT-01"])
        .fails(5, &format!("error: the product conflicts with another; nothing changed\n  - barcode: BLT-01 is the barcode of Leather Belt ({BELT})\n"));
    shop.orders(["product", "set", "heavy"]).exits(2);
    shop.orders(["product", "set", "shirt", "--price", "1"]).exits(5);
    shop.orders(["product", "set", "nothing", "--price", "1"]).exits(3);
}

#[test]
fn a_product_in_orders_cannot_be_removed() {
    let shop = Shop::with_order();
    shop.orders(["product", "remove", "SKU-12345"]).fails(
        5,
        "error: Classic T-Shirt is in an order, so it stays in the catalogue; nothing changed\n\
         hint: to set its stock to 0, so that nobody can order it:  orders product count SKU-12345 S=0 M=0 L=0 --note WHY\n",
    );
    // A script may mean another product by a part of a name.
    for part in ["belt", "leather"] {
        let done = shop.orders(["product", "remove", part]).exits(2);
        let said = "error: only a part of Leather Belt was given; nothing changed\n\
                    hint: in a script, give its SKU or id BLT-01, or --yes\n";
        assert_eq!(done.stderr, said, "{part}");
        shop.orders(["product", "remove", part, "-n"]).exits(0);
    }
    shop.orders(["product", "remove", "BLT-01", "-n"]).exits(0);
    shop.orders(["product", "remove", "BLT-01"]).prints("removed Leather Belt with 12 pieces on hand\n");
    shop.orders(["product", "show", "BLT-01"]).exits(3);
    shop.check();
}

/// Rule 9: nothing is deleted silently.
#[test]
fn a_removed_product_keeps_its_history_and_can_come_back() {
    let shop = Shop::stocked();
    shop.orders(["product", "remove", "BLT-01", "--note", "no longer made"]).succeeds();
    let sneakers = "a4d5c6b7-1e2f-4a3b-8c4d-0f1e2d3c4b5a";
    shop.orders(["product", "remove", sneakers]).succeeds();
    shop.check();
    for product in ["BLT-01", BELT, "leather belt", "leath"] {
        shop.orders(["product", "history", product]).prints(
            "\
Leather Belt (removed 2026-02-07 08:00)
WHEN              CHANGE  STOCK  WHY      BY        NOTE
2026-02-07 08:00     +12     12  initial  operator
2026-02-07 08:00     -12      0  adjust   operator  removed: no longer made
",
        );
    }
    let history = shop.orders(["product", "history", sneakers, "--json"]).json();
    let notes: Vec<_> = history.as_array().unwrap().iter().filter(|entry| !entry["note"].is_null()).collect();
    assert_eq!((notes.len(), &notes[0]["delta"], &notes[0]["balance"]), (3, &json!(-2), &json!(0)));
    // It is gone from the catalogue and from every report.
    for args in [["product", "list"], ["report", "stock"]] {
        assert!(!shop.orders(args).succeeds().contains("Belt"));
    }
    shop.orders(["product", "show", "BLT-01"]).exits(3);
    shop.orders(["product", "adjust", BELT, "+1", "--note", "x"]).exits(3);
    shop.orders(["product", "set", BELT, "--price", "1"]).exits(3);
    shop.orders(["product", "remove", BELT]).exits(3);
    shop.orders(["create", "-"]).stdin(order("LEG-1", BELT, 1, None)).exits(4);
    // Its barcode is free; the catalogue's product comes first.
    shop.orders(["product", "add", "--name", "New Belt", "--price", "20", "--barcode", "BLT-01"]).succeeds();
    assert!(shop.orders(["product", "history", "BLT-01"]).succeeds().starts_with("New Belt\n"));
    assert!(shop.orders(["product", "history", "leather belt"]).succeeds().starts_with("Leather Belt (removed "));
    // With its id it comes back, and its history goes on.
    let back = format!(r#"[{{"id":"{BELT}","name":"Belt","price":"18.75","stockQuantity":3}}]"#);
    shop.orders(["product", "import"]).stdin(back).succeeds();
    assert_eq!(shop.on_hand("Belt", ""), 3);
    let history = shop.orders(["product", "history", BELT, "--json"]).json();
    let deltas: Vec<_> = history.as_array().unwrap().iter().map(|entry| entry["delta"].clone()).collect();
    assert_eq!(deltas, [12, -12, 3]);
    // One that had sizes needs them again.
    let of_sneakers = |stock: &str| format!(r#"[{{"id":"{sneakers}","name":"Sneakers","price":"64"{stock}}}]"#);
    let done = shop.orders(["product", "import"]).stdin(of_sneakers(r#","stockQuantity":3"#)).exits(5);
    assert!(done.stderr.contains("Canvas Sneakers was removed; it had the sizes 42, 43, 44"), "{done:?}");
    shop.orders(["product", "import"]).stdin(of_sneakers("")).succeeds();
    shop.orders(["product", "count", sneakers, "5", "--size", "43", "--note", "found"]).succeeds();
    assert_eq!(shop.on_hand("Sneakers", "43"), 5);
    shop.check();
}

/// However it is spelled.
#[test]
fn a_product_is_found_by_another_spelling_of_its_name() {
    let shop = Shop::stocked();
    shop.orders(["product", "add", "--name", "قميص أزرق", "--price", "20"]).succeeds();
    shop.orders(["product", "add", "--name", "Béret", "--price", "9"]).succeeds();
    for (typed, name) in [("ازرق", "قميص أزرق"), ("beret", "Béret"), ("BÉRET", "Béret"), ("blt-01", "Leather Belt")]
    {
        assert_eq!(shop.orders(["product", "show", typed, "--json"]).json()["name"], name);
    }
}

#[test]
fn the_shipped_catalogue_is_imported_once() {
    let shop = Shop::stocked();
    let again = shop.orders(["product", "import", "--json"]).arg(shipped("examples/catalogue.json")).json();
    assert_eq!((&again["imported"], &again["unchanged"]), (&json!(0), &json!(4)));
}

#[test]
fn returned_pieces_without_a_size_are_shown_and_can_be_corrected() {
    let shop = Shop::stocked();
    shop.take("LEG-1", BELT, 12, None);
    shop.orders(["confirm", "LEG-1"]).succeeds();
    shop.orders(["product", "count", "BLT-01", "L=3", "--new-size", "--note", "sizes now"]).succeeds();
    shop.orders(["cancel", "LEG-1"]).succeeds();
    let body = shop.orders(["product", "show", "BLT-01", "--json"]).json();
    assert_eq!((&body["stockQuantity"], &body["sizeQuantities"]), (&json!(15), &json!({"L": 3, "": 12})));
    assert!(shop.orders(["product", "show", "BLT-01"]).succeeds().contains("Sizes    L 3, without size 12\n"));
    let exported = shop.orders(["product", "list", "--json"]).succeeds();
    let again = shop.orders(["product", "import", "--json"]).stdin(exported).json();
    assert_eq!((&again["unchanged"], &again["warnings"]), (&json!(4), &json!([])));
    shop.orders(["product", "count", "BLT-01", "0", "--note", "sorted"]).prints("Leather Belt: stock 12 → 0\n");
    shop.check();
}

#[test]
fn sizes_are_separated_by_commas() {
    let shop = Shop::new();
    let add = |name: &str| shop.orders(["product", "add", "--name", name, "--price", "1", "--sku", name]);
    let shirt = add("Shirt").arg("--size").arg("S=1,M=2").arg("--size").arg("L=3").arg("--json").json();
    assert_eq!(shirt["sizeQuantities"], serde_json::json!({"S": 1, "M": 2, "L": 3}));
    for (sizes, problem) in [
        ("S=1,s=2", "size s is given twice"),
        ("S=1,M", "must be SIZE=N, such as L=3"),
        ("S=1=2", "a size cannot have , or = in its name"),
    ] {
        let done = add("Cap").arg("--size").arg(sizes).exits(2);
        assert!(done.stderr.contains(problem), "{sizes}: {done:?}");
    }
    let done =
        shop.orders(["product", "count", "Shirt", "3", "--size", "XL,XXL", "--new-size", "--note", "new"]).exits(4);
    assert!(done.stderr.contains("a size cannot have , or = in its name"), "{done:?}");
}

#[test]
fn what_looks_wrong_about_a_product_is_a_warning() {
    let shop = Shop::stocked();
    let above = "warning: Leather Belt (BLT-01): discountedPrice 99.00 is above the price 18.75\n";
    let set = ["product", "set", "BLT-01", "--discounted-price", "99", "-q"];
    assert_eq!(shop.orders(set).exits(0).stderr, above);
    let again = ["product", "set", "BLT-01", "--discounted-price", "99"];
    assert_eq!(shop.orders(again).exits(0).stderr, "note: BLT-01 already has these values; nothing changed\n");
    let cap = |sku| {
        let add = shop.orders(["product", "add", "--name", "Cap", "--price", "5", "--discounted-price", "6", "-q"]);
        add.arg("--sku").arg(sku).exits(0).stderr
    };
    assert_eq!(cap("C1"), "warning: Cap (C1): discountedPrice 6.00 is above the price 5.00\n");
    assert!(cap("C2").starts_with("warning: another product has the name Cap: name this one by C2, the other by C1\n"));
    let imported = r#"{"barcode":"C3","name":"Hat","price":5,"discountedPrice":6}"#;
    let done = shop.orders(["product", "import", "-q"]).stdin(imported).exits(0);
    assert_eq!(done.stderr, "warning: Hat (C3): discountedPrice 6.00 is above the price 5.00\n");
    shop.orders(["product", "show", "cap"])
        .fails(5, "error: cap fits 2 products\n  - C1: Cap\n  - C2: Cap\nhint: name one by its SKU or id\n");
    let done = shop.orders(["product", "list", "--fields", "sku"]).exits(2);
    assert!(done.stderr.ends_with("hint: the SKU is in barcode\n"), "{done:?}");
}

#[test]
fn the_history_of_a_product_has_every_change_of_its_price() {
    let shop = Shop::stocked();
    let at = |time: &'static str, args: &[&str]| {
        args.iter().fold(shop.orders(["product"]).env("ORDERS_NOW", time), |run, arg| run.arg(arg)).succeeds();
    };
    at("2026-02-08T08:00:00Z", &["set", "BLT-01", "--price", "20", "--note", "leather is dearer", "-q"]);
    at("2026-02-09T08:00:00Z", &["adjust", "BLT-01", "-1", "--note", "lost", "-q"]);
    at("2026-02-10T08:00:00Z", &["set", "BLT-01", "--discounted-price", "18", "--name", "Belt", "-q"]);
    // The clock steps back.
    at("2026-02-01T08:00:00Z", &["set", "BLT-01", "--no-discounted-price", "-q"]);
    at("2026-02-11T08:00:00Z", &["set", "BLT-01", "--low-stock-at", "2", "-q"]);
    let import = format!(r#"[{{"id":"{BELT}","price":"25"}}]"#);
    shop.orders(["product", "import", "--note", "spring", "-q"])
        .env("ORDERS_NOW", "2026-02-12T08:00:00Z")
        .stdin(import)
        .succeeds();
    shop.orders(["product", "history", "BLT-01"]).prints(
        "\
Belt
WHEN                     CHANGE  STOCK  WHY       BY        NOTE
2026-02-07 08:00            +12     12  initial   operator
2026-02-08 08:00  18.75 → 20.00         price     operator  leather is dearer
2026-02-09 08:00             -1     11  adjust    operator  lost
2026-02-10 08:00   none → 18.00         discount  operator
2026-02-10 08:00   18.00 → none         discount  operator
2026-02-12 08:00  20.00 → 25.00         price     operator  spring
",
    );
    let history = shop.orders(["product", "history", "BLT-01", "--json"]).json();
    assert_eq!(
        history[1],
        json!({"at": "2026-02-08T08:00:00.000Z", "actor": "operator", "reason": "price", "orderReference": null, "size": null,
               "delta": null, "balance": null, "note": "leather is dearer", "delivery": null, "priceFrom": "18.75", "priceTo": "20.00"})
    );
    assert_eq!((&history[2]["priceFrom"], &history[2]["delta"]), (&json!(null), &json!(-1)));
    shop.check();
    // One that comes back with another price changed it.
    shop.orders(["product", "remove", "BLT-01"]).succeeds();
    let back = format!(r#"[{{"id":"{BELT}","name":"Belt","price":"30"}}]"#);
    shop.orders(["product", "import"]).stdin(back).succeeds();
    assert_eq!(shop.number("SELECT \"to\" FROM price_changes ORDER BY pk DESC LIMIT 1"), 3000);
    shop.check();
}

#[test]
fn a_size_that_was_started_by_mistake_is_removed_and_can_come_back() {
    let shop = Shop::stocked();
    let count = |pieces: &'static str| {
        shop.orders(["product", "count", "PL-220", pieces, "--size", "XLL", "--new-size", "--note", "found"]).exits(0);
    };
    count("5");
    shop.orders(["product", "set", "PL-220", "--remove-size", "xll"]).fails(
        5,
        "error: Polo Shirt (XLL) has 5 on hand; nothing changed
hint: to set its stock to 0, so that nobody can order it:  orders product count PL-220 0 --size XLL --note WHY
",
    );
    count("0");
    shop.take("LEG-1", "3f0e1c52-7a8b-4d2e-9c11-5b6a7d8e9f01", 2, Some("M"));
    shop.orders(["confirm", "LEG-1"]).succeeds();
    let done = shop.orders(["product", "set", "PL-220", "--remove-size", "M"]).exits(5);
    assert!(done.stderr.contains("Polo Shirt (M) has 2 in orders that may come back"), "{done:?}");
    shop.orders(["set-status", "LEG-1", "shipped"]).succeeds();
    shop.orders(["product", "set", "PL-220", "--remove-size", "M"]).exits(5);
    // What came back of an order that is cancelled is on hand, and somebody counts it away.
    shop.orders(["cancel", "LEG-1"]).succeeds();
    shop.orders(["product", "count", "PL-220", "0", "--size", "M", "--note", "given away"]).succeeds();
    let set = |sizes| shop.orders(["product", "set", "PL-220", "--note", "a slip", "--json", "--remove-size", sizes]);
    assert_eq!(set("xll,L,M").json()["sizeQuantities"], json!({"XL": 1}));
    shop.check();
    assert!(shop.orders(["product", "show", "PL-220"]).succeeds().contains("Sizes    XL 1\n"));
    let done = shop.orders(["product", "set", "PL-220", "--remove-size", "L"]).exits(3);
    assert!(done.stderr.contains("Polo Shirt: has no size L (sizes: XL)"), "{done:?}");
    shop.orders(["product", "adjust", "PL-220", "-1", "--size", "XL", "--note", "lost"]).succeeds();
    let done = shop.orders(["product", "set", "PL-220", "--remove-size", "XL"]).exits(5);
    assert!(done.stderr.contains("Polo Shirt needs at least one size: XL cannot be removed"), "{done:?}");
    // Its history stays, and it can come back.
    let history = shop.orders(["product", "history", "PL-220"]).succeeds();
    assert!(history.contains("XLL       +0      0  adjust          opera…  size removed: a\n"), "{history}");
    shop.orders(["product", "receive", "PL-220", "L=4", "--ref", "INV-1", "--new-size", "-q"]).succeeds();
    assert_eq!(shop.orders(["product", "show", "PL-220", "--json"]).json()["sizeQuantities"], json!({"L": 4, "XL": 0}));
    shop.check();
}

#[test]
fn products_are_searched_by_name_and_sku_in_any_script() {
    let shop = Shop::stocked();
    shop.orders(["product", "add", "--name", "قميص أزرق", "--price", "20", "--sku", "AR-1"]).succeeds();
    let found = |text: &str| shop.orders(["product", "list", "-q", "--search", text]).succeeds();
    for (text, expected) in
        [("SHIRT", "SKU-12345\nPL-220\n"), ("pl-2", "PL-220\n"), ("ازرق", "AR-1\n"), (" belt ", "BLT-01\n")]
    {
        assert_eq!(found(text), expected, "{text}");
    }
    let done = shop.orders(["product", "list", "--search", "caftan"]).exits(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", "note: no products match\n"));
    let both = shop.orders(["product", "list", "--low", "--search", "polo", "--json"]).json();
    assert_eq!(both.as_array().unwrap().len(), 1);
}
