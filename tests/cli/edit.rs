use serde_json::json;

use crate::harness::{ORDER, SHIRT, Shop};

#[test]
fn a_phone_that_is_typed_has_a_digit() {
    let shop = Shop::with_order();
    for run in [
        shop.orders(["edit", ORDER, "--phone", "abc"]),
        shop.orders(["user", "add", "mona", "--role", "buyer", "--phone", "call me"]),
    ] {
        let stderr = run.exits(2).stderr;
        assert!(stderr.contains("for '--phone <PHONE>': must have a digit"), "{stderr}");
    }
}

#[test]
fn editing_changes_the_order_its_sums_and_its_history() {
    let shop = Shop::with_order();
    let body = shop
        .orders(["edit", ORDER, "--phone", "+20 101", "--item", "1", "--quantity", "3", "--size", "m", "--json"])
        .arg("--note")
        .arg("asked in the chat")
        .json();
    assert_eq!(
        (&body["customerPhone"], &body["total"], &body["itemCount"]),
        (&json!("+20 101"), &json!("89.97"), &json!(3))
    );
    assert_eq!(body["items"][0]["selectedSize"], "M");
    let item = body["items"][0]["id"].clone();
    let body = shop.orders(["edit", ORDER, "--add", "BLT-01", "--quantity", "2", "--json"]).json();
    assert_eq!((&body["total"], &body["items"][1]["unitPrice"]), (&json!("127.47"), &json!("18.75")));
    shop.orders(["edit", ORDER, "--remove", "1", "-q"]).prints("LEG-LXYZ1234-AB5C\n");
    let shown = shop.orders(["show", ORDER, "--json"]).json();
    assert_eq!((shown["items"].as_array().unwrap().len(), &shown["total"]), (1, &json!("37.50")));
    assert_ne!(shown["items"][0]["id"], item);
    shop.orders(["history", ORDER]).prints(
        "\
LEG-LXYZ1234-AB5C  pending
2026-02-07 08:00  operator  created
2026-02-07 08:00  operator  edited
  - customerPhone: +1234567890
  + customerPhone: +20 101
  note: asked in the chat
2026-02-07 08:00  operator  edited
  - item 1: 2 × Classic T-Shirt (size L, color Blue) at 29.99
  + item 1: 3 × Classic T-Shirt (size M, color Blue) at 29.99
  note: asked in the chat
2026-02-07 08:00  operator  edited
  + item 2: 2 × Leather Belt at 18.75
2026-02-07 08:00  operator  edited
  - item 1: 3 × Classic T-Shirt (size M, color Blue) at 29.99
",
    );
    shop.check();
    shop.orders(["confirm", ORDER]).succeeds();
    assert_eq!(shop.on_hand("BLT-01", ""), 10);
    shop.check();
}

#[test]
fn what_cannot_be_edited_is_refused_and_nothing_changes() {
    let shop = Shop::with_order();
    shop.take("LEG-0002", SHIRT, 1, Some("L"));
    shop.orders(["confirm", "LEG-0002"]).succeeds();
    let before = shop.dump();
    for (args, code, words) in [
        (["edit", ORDER, "--item", "2", "--quantity", "1"], 3, "has no item 2"),
        (["edit", "LEG-0002", "--item", "9", "--quantity", "1"], 3, "has no item 9"),
        (["edit", ORDER, "--item", "1", "--size", "XXL"], 4, "has no size XXL (sizes: S, M, L)"),
        (
            ["edit", ORDER, "--remove", "1", "-q", "-y"],
            5,
            "hint: to cancel the whole order:  orders cancel LEG-LXYZ1234-AB5C",
        ),
        (["edit", "LEG-0002", "--remove", "1", "-q", "-y"], 5, "LEG-0002 is confirmed"),
        (["edit", ORDER, "--add", "SKU-12345", "--quantity", "1"], 4, "needs a size (sizes: S, M, L)"),
        (["edit", ORDER, "--add", "nothing", "--quantity", "1"], 3, "product nothing not found"),
        (["edit", ORDER, "--item", "1", "--quantity", "0"], 2, "whole number from 1"),
        (["edit", ORDER, "--name", " ", "-q", "-y"], 2, "1 to 255 characters"),
        (["edit", ORDER, "--item", "1", "--add", "BLT-01"], 2, "cannot be used with"),
    ] {
        let done = shop.orders(args).exits(code);
        assert!(done.stderr.contains(words) && done.stdout.is_empty(), "{args:?}: {done:?}");
        assert_eq!(shop.dump(), before, "{args:?}");
    }
    shop.orders(["edit", ORDER]).exits(2);
    shop.orders(["edit", ORDER, "--item", "1"]).exits(2);
    shop.orders(["edit", ORDER, "--name", "Jon", "-n"]).exits(0);
    assert_eq!(shop.dump(), before);
    // What is so already is done already.
    let done = shop.orders(["edit", ORDER, "--name", "John Doe", "--json"]).exits(0);
    assert_eq!(done.stderr, "note: LEG-LXYZ1234-AB5C already has these values; unchanged\n");
    assert_eq!(shop.dump(), before);
    shop.orders(["edit", "LEG-0002", "--name", "Jon", "--address", "5 Corniche"]).succeeds();
    shop.orders(["set-status", "LEG-0002", "shipped"]).succeeds();
    shop.orders(["edit", "LEG-0002", "--name", "Joe"]).exits(5);
}

/// The page sends its order again after somebody edited it here: it is the same order.
#[test]
fn an_edited_order_that_comes_again_is_unchanged() {
    let shop = Shop::with_order();
    shop.orders(["edit", ORDER, "--item", "1", "--quantity", "1"]).succeeds();
    let done = shop.orders(["create", "-q"]).arg(crate::harness::shipped("examples/order.json")).exits(0);
    assert_eq!(done.stdout, "LEG-LXYZ1234-AB5C\n");
    assert_eq!(shop.orders(["show", ORDER, "--json"]).json()["total"], "29.99");
}

#[test]
fn an_items_color_is_edited() {
    let shop = Shop::with_order();
    let color = |shop: &Shop| shop.orders(["show", ORDER, "--json"]).json()["items"][0]["selectedColor"].clone();
    shop.orders(["edit", ORDER, "--item", "1", "--item-color", "Red"]).succeeds();
    assert_eq!(color(&shop), "Red");
    shop.orders(["edit", ORDER, "--name", "Jon", "--color", "never"]).succeeds();
    shop.orders(["edit", ORDER, "--item-color=", "--item=1"]).succeeds();
    assert_eq!(color(&shop), json!(null));
    let body =
        shop.orders(["edit", ORDER, "--add", "BLT-01", "--quantity", "1", "--item-color", "Black", "--json"]).json();
    assert_eq!(body["items"][1]["selectedColor"], "Black");
    shop.orders(["edit", ORDER, "--item-color", "Red"]).exits(2);
    shop.orders(["edit", ORDER, "--item", "1", "--color", "Red"]).fails(
        2,
        "error: invalid value 'Red' for '--color <WHEN>' [possible values: auto, always, never]\n\
         hint: the color of an item is --item-color; --color is for the terminal\n",
    );
}
