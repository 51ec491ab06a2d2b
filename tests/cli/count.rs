//! `orders product count`: what was counted, while the shop sells.

use serde_json::json;

use crate::harness::{BELT, ORDER, SHIRT, Shop};

#[test]
fn several_sizes_are_counted_at_once_all_or_nothing() {
    let shop = Shop::stocked();
    shop.orders(["product", "count", "SKU-12345", "S=5", "m=6", "L=0", "--note", "stocktaking"]).prints(
        "Classic T-Shirt (S): stock 4 → 5\nClassic T-Shirt (M): stock 6 → 6\nClassic T-Shirt (L): stock 3 → 0\n",
    );
    let before = shop.dump();
    shop.orders(["product", "count", "SKU-12345", "S=9", "XS=1", "XXL=1", "--note", "x"]).fails(
        4,
        "error: 2 of 3 counts of Classic T-Shirt are refused; nothing changed\n  \
         - Classic T-Shirt has no size XS; its sizes: S, M, L\n  \
         - Classic T-Shirt has no size XXL; its sizes: S, M, L\n\
         hint: to start a new size:  orders product count SKU-12345 N --size XS --new-size --note WHY\n",
    );
    for (numbers, problem) in [
        (&["3", "4"][..], "error: several numbers need their sizes"),
        (&["S=3", "s=4"], "error: size s is given twice"),
        (&["S=3", "L=4", "--size", "M"], "error: --size goes with one number"),
        (&["S=x"], "error: invalid value 'S=x' for '<N|SIZE=N>...': must be a whole number from 0 to 2147483647"),
    ] {
        let run = numbers.iter().fold(shop.orders(["product", "count", "SKU-12345"]), |run, number| run.arg(number));
        let done = run.arg("--note").arg("x").exits(2);
        assert!(done.stderr.starts_with(problem), "{numbers:?}: {}", done.stderr);
    }
    let done =
        shop.orders(["product", "count", "SKU-12345", "XS=1", "XXL=2", "--new-size", "--note", "found"]).exits(0);
    assert_eq!(done.stdout, "Classic T-Shirt (XS): stock 0 → 1\nClassic T-Shirt (XXL): stock 0 → 2\n");
    shop.orders(["product", "count", "SKU-12345", "XS=7", "L=7", "--note", "x", "-n"]).succeeds();
    assert_eq!((shop.on_hand("SKU-12345", "XS"), shop.on_hand("SKU-12345", "L")), (1, 0));
    assert_ne!(shop.dump(), before);
    shop.check();
}

#[test]
fn pieces_of_confirmed_orders_are_named_and_counted_only_on_request() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    let done = shop.orders(["product", "count", "SKU-12345", "1", "--size", "L", "--note", "counted"]).exits(0);
    let kept = "note: Classic T-Shirt (L): 2 more kept for LEG-LXYZ1234-AB5C; if they were counted too, use --shelf\n";
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("Classic T-Shirt (L): stock 1 → 1\n", kept));
    let done = shop.orders(["product", "count", "SKU-12345", "L=4", "--shelf", "--note", "counted"]).exits(0);
    let counted = "note: Classic T-Shirt (L): 2 of those counted kept for LEG-LXYZ1234-AB5C\n";
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("Classic T-Shirt (L): stock 1 → 2\n", counted));
    shop.orders(["product", "count", "SKU-12345", "L=1", "--shelf", "--note", "counted"]).fails(
        5,
        "error: Classic T-Shirt (L): 1 counted, but 2 are kept for LEG-LXYZ1234-AB5C: 1 too few; nothing changed\n\
         hint: to take it back to pending:  orders set-status LEG-LXYZ1234-AB5C pending --force --note WHY\n",
    );
    shop.orders(["set-status", ORDER, "shipped"]).succeeds();
    shop.orders(["product", "count", "SKU-12345", "L=2", "--shelf", "--note", "x"])
        .prints("Classic T-Shirt (L): stock 2 → 2\n");
    shop.check();
}

#[test]
fn a_count_is_one_movement_a_size_and_the_product_is_its_body() {
    let shop = Shop::stocked();
    let body = shop.orders(["product", "count", "SKU-12345", "S=1", "L=1", "--note", "counted", "--json"]).json();
    assert_eq!(body["sizeQuantities"], json!({"S": 1, "M": 6, "L": 1}));
    let history = shop.orders(["product", "history", SHIRT, "--json"]).json();
    let counts: Vec<_> = history.as_array().unwrap().iter().filter(|entry| entry["reason"] == "count").collect();
    let shown: Vec<_> = counts.iter().map(|entry| (&entry["size"], &entry["delta"], &entry["note"])).collect();
    let note = json!("counted");
    assert_eq!(shown, [(&json!("S"), &json!(-3), &note), (&json!("L"), &json!(-2), &note)]);
    shop.orders(["product", "count", BELT, "11", "--note", "counted", "-q"]).prints("BLT-01\n");
}
