use serde_json::json;

use crate::harness::{ORDER, SHIRT, Shop};

#[test]
fn a_typed_phone_needs_a_digit() {
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
fn an_impossible_edit_is_refused_and_changes_nothing() {
    let shop = Shop::with_order();
    shop.take("LEG-0002", SHIRT, 1, Some("L"));
    shop.orders(["confirm", "LEG-0002"]).succeeds();
    shop.take("LEG-SHIPPED", SHIRT, 1, Some("L"));
    shop.orders(["confirm", "LEG-SHIPPED"]).succeeds();
    shop.orders(["set-status", "LEG-SHIPPED", "shipped"]).succeeds();
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
        (["edit", "LEG-0002", "--remove", "1", "-q", "-y"], 5, "item 1 is the only item of LEG-0002"),
        (["edit", "LEG-0002", "--item", "1", "--price", "1"], 5, "LEG-0002 is confirmed"),
        (["edit", "LEG-0002", "--item", "1", "--quantity", "3"], 6, "Insufficient stock (available: 1, required: 2)"),
        (["edit", "LEG-SHIPPED", "--item", "1", "--quantity", "2"], 5, "LEG-SHIPPED is shipped"),
        (["edit", ORDER, "--add", "SKU-12345", "--quantity", "1"], 4, "nothing changed\nhint: say which with --size\n"),
        (["edit", ORDER, "--add", "nothing", "--quantity", "1"], 3, "product nothing not found"),
        (["edit", ORDER, "--item", "1", "--quantity", "0"], 2, "whole number from 1"),
        (["edit", ORDER, "--name", " ", "-q", "-y"], 2, "must not be blank"),
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
    assert_eq!(done.stderr, "note: LEG-LXYZ1234-AB5C already has these values; nothing changed\n");
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

/// Returns the changes that the history tells, as `from → to`.
fn changes(shop: &Shop) -> Vec<String> {
    let history = shop.orders(["history", ORDER, "--json"]).json();
    let edited = history.as_array().unwrap().iter().filter(|event| event["kind"] == "edited");
    edited
        .map(|event| format!("{} → {}", event["from"].as_str().unwrap_or("-"), event["to"].as_str().unwrap_or("-")))
        .collect()
}

#[test]
fn delivery_discount_and_cash_on_delivery_are_agreed_until_the_order_is_delivered() {
    let shop = Shop::with_order();
    let keys = |body: &serde_json::Value| {
        ["deliveryFee", "discount", "cod", "grandTotal", "due"].map(|key| body[key].to_string().replace('"', ""))
    };
    let edit = |args: &[&str]| {
        let run = args.iter().fold(shop.orders(["edit", ORDER, "--json"]), |run, arg| run.arg(arg));
        keys(&run.json())
    };
    assert_eq!(
        edit(&["--delivery", "50", "--discount", "12.5%", "--cod"]),
        ["50.00", "7.50", "true", "102.48", "102.48"]
    );
    assert_eq!(edit(&["--delivery", "0"]), ["0.00", "7.50", "true", "52.48", "52.48"]);
    let done = shop.orders(["edit", ORDER, "--delivery", "0.00", "--cod", "-q"]).exits(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("LEG-LXYZ1234-AB5C\n", ""));
    let done = shop.orders(["edit", ORDER, "--delivery", "0", "--discount", "7.5", "--cod"]).exits(0);
    assert_eq!(done.stderr, "note: LEG-LXYZ1234-AB5C already has these values; nothing changed\n");
    // The items change, the amount stays.
    assert_eq!(edit(&["--item", "1", "--quantity", "1"]), ["0.00", "7.50", "true", "22.49", "22.49"]);
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["set-status", ORDER, "shipped"]).succeeds();
    assert_eq!(
        edit(&["--discount", "none", "--no-cod", "--delivery", "none"]),
        ["null", "0.00", "false", "29.99", "null"]
    );
    assert_eq!(
        changes(&shop),
        [
            "- → deliveryFee: 50.00",
            "- → discount: 7.50",
            "- → cod: true",
            "deliveryFee: 50.00 → deliveryFee: 0.00",
            "item 1: 2 × Classic T-Shirt (size L, color Blue) at 29.99 → item 1: 1 × Classic T-Shirt (size L, color Blue) at 29.99",
            "deliveryFee: 0.00 → -",
            "discount: 7.50 → -",
            "cod: true → -",
        ]
    );
    shop.orders(["set-status", ORDER, "delivered"]).succeeds();
    let before = shop.dump();
    shop.orders(["edit", ORDER, "--delivery", "20"]).fails(
        5,
        "error: delivery, discount and cash on delivery cannot be changed once an order is delivered; LEG-LXYZ1234-AB5C is \
         delivered; nothing changed\nhint: to move it back to shipped:  orders set-status LEG-LXYZ1234-AB5C shipped --force --note WHY\n",
    );
    shop.orders(["cancel", ORDER]).succeeds();
    shop.orders(["edit", ORDER, "--cod"]).exits(5);
    assert_ne!(shop.dump(), before);
    shop.check();
}

#[test]
fn a_discount_is_at_most_the_items() {
    let shop = Shop::with_order();
    for (args, code, words) in [
        (["--discount", "60"], 4, "a discount of 60.00 is more than the items of LEG-LXYZ1234-AB5C cost: 59.98"),
        (["--discount", "101%"], 2, "must be at most 100%"),
        (["--discount", "1,048.00"], 2, "must be written without a comma: 1048.00"),
        (["--delivery", "-5"], 2, "must not be negative"),
        (["--cod", "--no-cod"], 2, "cannot be used with"),
        (["--price", "5"], 2, "name the item: --item N"),
        (["--item=1", "--price=1,5"], 2, "must be written without a comma: 1.50"),
    ] {
        let stderr = shop.orders(["edit", ORDER]).arg(args[0]).arg(args[1]).exits(code).stderr;
        assert!(stderr.contains(words), "{args:?}: {stderr}");
    }
    let body = shop.orders(["edit", ORDER, "--discount", "100%", "--json"]).json();
    assert_eq!((&body["discount"], &body["grandTotal"]), (&json!("59.98"), &json!("0.00")));
    shop.orders(["edit", ORDER, "--item", "1", "--quantity", "1"]).exits(4);
    shop.check();
}

/// What a guest sent stays marked until somebody in the shop types it, even if it is the same.
#[test]
fn what_a_guest_claims_is_agreed_by_typing_it() {
    let shop = Shop::stocked();
    let sent = std::fs::read_to_string(crate::harness::shipped("examples/order.json")).unwrap();
    let sent = sent.replace("29.99", "20.00").replace("59.98", "40.00");
    let claims =
        sent.trim_end().strip_suffix('}').unwrap().to_owned() + r#","deliveryFee":"0","discount":5,"cod":true}"#;
    shop.orders(["create", "-q"]).stdin(claims).succeeds();
    let refused = |words: [bool; 4]| {
        let stderr = shop.orders(["confirm", ORDER, "-n"]).exits(5).stderr;
        for (mark, is_there) in
            ["delivery fee 0.00", "discount 5.00", "cash on delivery", "price 20.00"].iter().zip(words)
        {
            assert_eq!(stderr.contains(mark), is_there, "{mark}: {stderr}");
        }
    };
    refused([true; 4]);
    // Another edit agrees to nothing.
    shop.orders(["edit", ORDER, "--name", "Mona", "--item", "1", "--quantity", "3"]).succeeds();
    refused([true; 4]);
    shop.orders(["edit", ORDER, "--delivery", "0"]).succeeds();
    refused([false, true, true, true]);
    shop.orders(["edit", ORDER, "--discount", "5", "--cod"]).succeeds();
    refused([false, false, false, true]);
    shop.orders(["edit", ORDER, "--item", "1", "--price", "20"]).succeeds();
    shop.orders(["confirm", ORDER, "-n"]).succeeds();
    // An agreed price outlives every other edit.
    let body = shop.orders(["edit", ORDER, "--item", "1", "--quantity", "2", "--size", "M", "--json"]).json();
    assert_eq!((&body["items"][0]["unitPrice"], &body["total"]), (&json!("20.00"), &json!("40.00")));
    assert_eq!(shop.number("SELECT list_price FROM order_items"), 2999);
    shop.orders(["confirm", ORDER]).succeeds();
    assert_eq!(
        changes(&shop)[2..6],
        [
            "deliveryFee: 0.00 (not agreed) → deliveryFee: 0.00",
            "discount: 5.00 (not agreed) → discount: 5.00",
            "cod: true (not agreed) → cod: true",
            "item 1: 3 × Classic T-Shirt (size L, color Blue) at 20.00 (not agreed) → item 1: 3 × Classic T-Shirt (size L, color \
             Blue) at 20.00",
        ]
    );
    shop.check();
}

#[test]
fn an_order_is_linked_to_an_account_whatever_its_status() {
    let shop = Shop::with_order();
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    shop.orders(["user", "add", "omar", "--role", "buyer"]).succeeds();
    shop.orders(["cancel", ORDER]).succeeds();
    shop.orders(["--as", "mona", "show", ORDER]).exits(3);
    let body = shop.orders(["edit", ORDER, "--user", "Mona", "--json"]).json();
    assert_eq!(body["user"], "mona");
    let done = shop.orders(["edit", ORDER, "--user", "mona", "-q"]).exits(0);
    assert_eq!(done.stderr, "");
    shop.orders(["--as", "mona", "show", ORDER]).succeeds();
    shop.orders(["edit", ORDER, "--user", "nobody"]).exits(3);
    shop.orders(["edit", ORDER, "--user", "omar"]).succeeds();
    let seen = shop.orders(["--as", "omar", "history", ORDER]).succeeds();
    assert!(seen.contains("+ user: omar") && !seen.contains("mona"), "{seen}");
    shop.orders(["edit", ORDER, "--user", ""]).succeeds();
    shop.orders(["--as", "omar", "show", ORDER]).exits(3);
    assert_eq!(changes(&shop), ["- → user: mona", "user: mona → user: omar", "user: omar → -"]);
    shop.check();
}

#[test]
fn the_stock_moves_with_the_items_of_a_confirmed_order() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER, "--paid", "cash"]).succeeds();
    shop.orders(["edit", ORDER, "--item", "1", "--size", "M", "--note", "too big"]).succeeds();
    let done = shop.orders(["edit", ORDER, "--add", "BLT-01", "--quantity", "2"]).exits(0);
    assert!(done.stdout.contains("\nDue 37.50\n"), "{done:?}");
    let done = shop.orders(["edit", ORDER, "--item", "1", "--quantity", "1"]).exits(0);
    assert!(done.stdout.contains("\nDue 7.51\n") && done.stderr.is_empty(), "{done:?}");
    let stock =
        |shop: &Shop| [("SKU-12345", "L"), ("SKU-12345", "M"), ("BLT-01", "")].map(|(p, size)| shop.on_hand(p, size));
    assert_eq!(stock(&shop), [3, 5, 10]);
    let history = shop.orders(["history", ORDER]).succeeds();
    let told = "\
2026-02-07 08:00  operator  edited
  - item 1: 2 × Classic T-Shirt (size L, color Blue) at 29.99
  + item 1: 2 × Classic T-Shirt (size M, color Blue) at 29.99
  stock of Classic T-Shirt (M) -2
  stock of Classic T-Shirt (L) +2
  note: too big
2026-02-07 08:00  operator  edited
  + item 2: 2 × Leather Belt at 18.75
  stock of Leather Belt -2
2026-02-07 08:00  operator  edited
  - item 1: 2 × Classic T-Shirt (size M, color Blue) at 29.99
  + item 1: 1 × Classic T-Shirt (size M, color Blue) at 29.99
  stock of Classic T-Shirt (M) +1
";
    assert!(history.ends_with(told), "{history}");
    // What was paid beyond the items that are left is owed.
    let done = shop.orders(["edit", ORDER, "--remove", "2"]).exits(0);
    assert_eq!(
        done.stderr,
        "note: 29.99 is owed to the customer of LEG-LXYZ1234-AB5C\n\
         hint: to record that it went back:  orders refund LEG-LXYZ1234-AB5C cash\n"
    );
    let before = shop.dump();
    shop.orders(["edit", ORDER, "--item", "1", "--quantity", "8"]).fails(
        6,
        "error: insufficient stock for LEG-LXYZ1234-AB5C; nothing changed\n  \
         - Classic T-Shirt (M): Insufficient stock (available: 5, required: 7)\n\
         hint: if there are more in the shop:  orders product adjust SKU-12345 +2 --size M --note WHY\n",
    );
    shop.orders(["edit", ORDER, "--remove", "1"]).exits(5);
    assert_eq!(shop.dump(), before);
    shop.orders(["set-status", ORDER, "processing"]).succeeds();
    shop.orders(["edit", ORDER, "--item", "1", "--size", "S", "-q"]).prints("LEG-LXYZ1234-AB5C\n");
    shop.orders(["set-status", ORDER, "pending", "--force", "--note", "x"]).succeeds();
    assert_eq!(shop.on_hand("SKU-12345", "S"), 4);
    shop.check();
}
