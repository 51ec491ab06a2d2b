use serde_json::{Value, json};

use crate::harness::{BELT, ORDER, Shop};

/// A shop that sent two shirts in L and three belts, with a discount of 10, and was paid for them.
fn sent() -> Shop {
    let shop = Shop::with_order();
    shop.orders(["edit", ORDER, "--add", "BLT-01", "--quantity", "3"]).succeeds();
    shop.orders(["edit", ORDER, "--delivery", "20", "--discount", "10"]).succeeds();
    shop.orders(["confirm", ORDER, "--paid", "cash"]).succeeds();
    shop.orders(["set-status", ORDER, "delivered"]).succeeds();
    shop
}

/// Returns the text of the message to the customer.
fn message(shop: &Shop) -> String {
    shop.orders(["message", ORDER, "--json"]).json()["text"].as_str().unwrap().to_owned()
}

#[test]
fn a_return_restocks_marks_the_order_and_owes_its_value() {
    let shop = sent();
    let done = shop.orders(["return", ORDER, "1", "2*2"]).exits(0);
    pretty_assertions::assert_eq!(
        done.stdout,
        "\
LEG-LXYZ1234-AB5C  delivered
Customer  John Doe
Phone     +1234567890
Address   123 Main St, City, Country
WhatsApp  https://wa.me/1234567890
Ordered   2026-02-04 10:30 UTC
Received  2026-02-07 08:00 UTC

#  PRODUCT          SKU        SIZE  COLOR  QTY  BACK  PRICE  SUBTOTAL
1  Classic T-Shirt  SKU-12345  L     Blue     2     1  29.99     59.98
2  Leather Belt     BLT-01                    3     2  18.75     56.25

Total 116.23 for 5 pieces, 3 came back
Discount -10.00
Returned -61.68
Delivery 20.00
To pay 64.55
Paid 126.23
Owed to the customer 61.68

#  PAID AT           AMOUNT  METHOD  BY
1  2026-02-07 08:00  126.23  cash    operator

ITEM  CAME BACK         QTY  WORTH
   1  2026-02-07 08:00    1  27.41
   2  2026-02-07 08:00    2  34.27
"
    );
    assert_eq!(
        done.stderr,
        "note: 61.68 is owed to the customer of LEG-LXYZ1234-AB5C\n\
         hint: to record that it went back:  orders refund LEG-LXYZ1234-AB5C cash\n"
    );
    assert_eq!((shop.on_hand("SKU-12345", "L"), shop.on_hand("BLT-01", "")), (2, 11));
    let order = shop.orders(["show", ORDER, "--json"]).json();
    let at = "2026-02-07T08:00:00.000Z";
    assert_eq!(
        order["returns"],
        json!([{"item": 1, "quantity": 1, "value": "27.41", "at": at}, {"item": 2, "quantity": 2, "value": "34.27", "at": at}])
    );
    assert_eq!((&order["total"], &order["itemCount"], &order["due"]), (&json!("116.23"), &json!(5), &json!("-61.68")));
    assert_eq!(
        message(&shop),
        "Hello John Doe,\n\nyour order LEG-LXYZ1234-AB5C has been delivered.\n\n\
         2 × Classic T-Shirt (L, Blue): 59.98 (1 came back)\n3 × Leather Belt: 56.25 (2 came back)\nTotal: 116.23\n\
         Discount: -10.00\nReturned: -61.68\nDelivery: 20.00\nTo pay: 64.55\nPaid: 126.23\n\nYou get 61.68 back.\n\nThank you!"
    );
    shop.orders(["list", "--items"]).prints(
        "\
REFERENCE          STATUS     PRODUCT    SIZE  COLOR  QTY  BACK  PRICE  SUBTOTAL
LEG-LXYZ1234-AB5C  delivered  Classic …  L     Blue     2     1  29.99     59.98
LEG-LXYZ1234-AB5C  delivered  Leather …                 3     2  18.75     56.25
",
    );
    let csv =
        shop.orders(["list", "--items", "--format", "csv", "--fields", "productBarcode,quantity,returnedQuantity"]);
    assert_eq!(csv.succeeds(), "productBarcode,quantity,returnedQuantity\nSKU-12345,2,1\nBLT-01,3,2\n");
    shop.check();
}

/// One mistake at the till must not be two entries: money and goods in one transaction.
#[test]
fn the_refund_is_recorded_with_the_return_or_neither_is() {
    let shop = sent();
    let before = shop.dump();
    shop.orders(["pay", ORDER, "5", "instapay", "--receipt", "R-1", "-n"]).succeeds();
    shop.orders(["return", ORDER, "1", "--refund", "cash", "--amount", "500"]).fails(
        5,
        "error: 500.00 cannot be refunded for LEG-LXYZ1234-AB5C: 126.23 was paid; nothing changed\n\
         hint: to see it:  orders show LEG-LXYZ1234-AB5C\n",
    );
    assert_eq!(shop.dump(), before);
    let order = shop.orders(["return", ORDER, "1", "--refund", "cash", "--receipt", "R-7", "--json"]).json();
    assert_eq!((&order["due"], &order["payments"][1]["amount"]), (&json!("0.00"), &json!("-27.41")));
    // A return does not force a refund, and a refund no return.
    let done = shop.orders(["return", ORDER, "1", "--refund", "instapay", "--amount", "10"]).exits(0);
    assert_eq!(
        done.stderr,
        "note: instapay is a new method: no payment was made by it before\n\
         note: 17.41 is owed to the customer of LEG-LXYZ1234-AB5C\n\
         hint: to record that it went back:  orders refund LEG-LXYZ1234-AB5C cash\n"
    );
    shop.check();
}

#[test]
fn an_exchange_takes_the_new_piece_first() {
    let shop = sent();
    shop.orders(["product", "count", "SKU-12345", "0", "--size", "M", "--note", "x"]).succeeds();
    let before = shop.dump();
    shop.orders(["return", ORDER, "1", "--exchange", "M"]).fails(
        6,
        "error: insufficient stock for LEG-LXYZ1234-AB5C; nothing changed\n  \
         - Classic T-Shirt (M): Insufficient stock (available: 0, required: 1)\n\
         hint: if there are more in the shop:  orders product adjust SKU-12345 +1 --size M --note WHY\n",
    );
    // The shop has the last piece of L, and another one comes back: two cannot go out.
    shop.orders(["return", ORDER, "1*2", "--exchange", "l"]).exits(6);
    assert_eq!(shop.dump(), before);
    let order = shop.orders(["return", ORDER, "1", "--exchange", "s", "--note", "too big", "--json"]).json();
    assert_eq!(
        (&order["items"][2]["selectedSize"], &order["items"][2]["selectedColor"], &order["items"][2]["unitPrice"]),
        (&json!("S"), &json!("Blue"), &json!("29.99"))
    );
    assert_eq!(
        (&order["total"], &order["returned"], &order["due"]),
        (&json!("146.22"), &json!("29.99"), &json!("0.00"))
    );
    shop.orders(["return", ORDER, "2", "--for", "SKU-12345/S@25"]).succeeds();
    let history = shop.orders(["history", ORDER]).succeeds();
    let told = "\
2026-02-07 08:00  operator  exchanged
  - item 1: 1 × Classic T-Shirt (size L, color Blue) at 29.99, worth 29.99
  + item 3: 1 × Classic T-Shirt (size S, color Blue) at 29.99
  stock of Classic T-Shirt (S) -1
  stock of Classic T-Shirt (L) +1
  note: too big
2026-02-07 08:00  operator  exchanged
  - item 2: 1 × Leather Belt at 18.75, worth 18.75
  + item 4: 1 × Classic T-Shirt (size S) at 25.00
  stock of Classic T-Shirt (S) -1
  stock of Leather Belt +1
";
    assert!(history.ends_with(told), "{history}");
    let kinds = shop.orders(["history", ORDER, "--json"]).json();
    let returned: Vec<_> = kinds.as_array().unwrap().iter().filter(|event| event["kind"] == "returned").collect();
    assert_eq!(returned.len(), 2);
    assert_eq!(returned[1]["to"], "item 4: 1 × Classic T-Shirt (size S) at 25.00");
    shop.check();
}

#[test]
fn damaged_pieces_are_written_off_and_customers_do_not_see_it() {
    let shop = sent();
    shop.orders(["user", "add", "john", "--role", "buyer"]).succeeds();
    shop.orders(["edit", ORDER, "--user", "john"]).succeeds();
    shop.orders(["return", ORDER, "2", "--damaged", "--note", "the dog again"]).succeeds();
    assert_eq!(shop.on_hand("BLT-01", ""), 9);
    let history = shop.orders(["history", ORDER]).succeeds();
    assert!(
        history.ends_with(
            "operator  returned\n  - item 2: 1 × Leather Belt at 18.75, worth 17.14\n  stock of Leather Belt +1\n  \
             stock of Leather Belt -1, written off\n  note: the dog again\n"
        ),
        "{history}"
    );
    let product = shop.orders(["product", "history", "BLT-01", "--json"]).json();
    let last: Vec<Value> = product.as_array().unwrap().iter().rev().take(2).cloned().collect();
    assert_eq!(last[0]["note"], "LEG-LXYZ1234-AB5C came back unsaleable");
    assert_eq!((&last[1]["reason"], &last[1]["orderReference"]), (&json!("return"), &json!(ORDER)));
    let seen = shop.orders(["--as", "john", "history", ORDER]).succeeds();
    assert!(seen.contains("returned\n  - item 2: 1 × Leather Belt at 18.75, worth 17.14\n"), "{seen}");
    assert!(!seen.contains("written off") && !seen.contains("dog"), "{seen}");
    let order = shop.orders(["--as", "john", "show", ORDER, "--json"]).json();
    assert_eq!(order["returns"][0]["value"], "17.14");
    assert!(shop.orders(["--as", "john", "show", ORDER]).succeeds().contains("ITEM  CAME BACK"));
    assert!(shop.orders(["--as", "john", "my-orders"]).succeeds().contains("  BACK  "));
    shop.check();
}

#[test]
fn the_last_piece_back_cancels_the_order() {
    let shop = sent();
    shop.orders(["return", ORDER, "1*2", "2*2", "-q"]).prints("LEG-LXYZ1234-AB5C\n");
    shop.orders(["return", ORDER, "2", "--keep", "500"]).exits(5);
    shop.orders(["return", ORDER, "2", "--keep", "20", "-q"]).prints("LEG-LXYZ1234-AB5C\n");
    assert_eq!(shop.status(ORDER), "cancelled");
    let order = shop.orders(["show", ORDER, "--json"]).json();
    let money = ["returned", "kept", "grandTotal", "due"].map(|key| order[key].as_str().unwrap().to_owned());
    assert_eq!(money, ["106.23", "20.00", "20.00", "-106.23"]);
    assert!(shop.orders(["history", ORDER]).succeeds().ends_with(
        "operator  returned\n  - item 2: 1 × Leather Belt at 18.75, worth 17.14\n  stock of Leather Belt +1\n\
         2026-02-07 08:00  operator  delivered → cancelled\n2026-02-07 08:00  operator  edited\n  + kept: 20.00\n"
    ));
    let text = message(&shop);
    assert!(
        text.contains(
            "everything of your order LEG-LXYZ1234-AB5C has come back to us, so it is cancelled.\n\nWe keep 20.00.\nYou get \
             106.23 back."
        ),
        "{text}"
    );
    shop.orders(["set-status", ORDER, "pending", "--force", "--note", "x"]).fails(
        5,
        "error: order LEG-LXYZ1234-AB5C cannot go back to pending: some of it came back; nothing changed\n\
         hint: to take a new order:  orders create\n",
    );
    for args in [["confirm", ORDER, "-y"], ["edit", ORDER, "--cod"]] {
        let stderr = shop.orders(args).exits(5).stderr;
        assert!(stderr.ends_with("hint: to take a new order:  orders create\n"), "{stderr}");
    }
    shop.check();
}

#[test]
fn an_impossible_return_is_refused_and_changes_nothing() {
    let shop = sent();
    for (reference, status) in [("LEG-P", None), ("LEG-C", Some("processing")), ("LEG-X", Some("cancelled"))] {
        shop.take(reference, crate::harness::BELT, 1, None);
        if let Some(status) = status {
            shop.orders(["confirm", reference]).succeeds();
            shop.orders(["set-status", reference, status]).succeeds();
        }
    }
    shop.orders(["return", ORDER, "1"]).succeeds();
    let before = shop.dump();
    for (args, code, words) in [
        (&[ORDER, "1*2"][..], 5, "item 1 of LEG-LXYZ1234-AB5C: the customer has 1, not 2; nothing"),
        (&[ORDER, "1", "1"], 5, "item 1 of LEG-LXYZ1234-AB5C: the customer has 1, not 2"),
        (&[ORDER, "1", "7"], 3, "order LEG-LXYZ1234-AB5C has no item 7"),
        (&[ORDER, "0"], 2, "must be the number of an item, as show numbers them, and how many pieces: 2 or 2*3"),
        (&[ORDER, "1*0"], 2, "must be the number of an item"),
        (&[ORDER, "+1"], 2, "must be the number of an item"),
        (&[ORDER, "1*2147483648"], 2, "must be the number of an item"),
        (&[ORDER], 2, "hint: to see the numbers of its items:  orders show LEG-LXYZ1234-AB5C"),
        (&[ORDER, "1", "--exchange", "XXL"], 4, "has no size XXL (sizes: S, M, L)"),
        (&[ORDER, "2", "--exchange", "L"], 4, "Leather Belt has no sizes: name the product that replaces it"),
        (&[ORDER, "1", "--for", "nothing"], 3, "product nothing not found"),
        (&[ORDER, "1", "--for", "SKU-12345"], 4, "hint: the size goes after the product: SKU-12345/S"),
        (&[ORDER, "1", "--for", "BLT-01*2"], 2, "as many pieces replace as come back"),
        (&[ORDER, "1", "--exchange", "S", "--for", "BLT-01"], 2, "cannot be used with"),
        (
            &[ORDER, "1", "--keep", "5"],
            5,
            "a part of the price of LEG-LXYZ1234-AB5C can be kept only once all its pieces are back",
        ),
        (&[ORDER, "1", "--amount", "5"], 2, "--refund <METHOD>"),
        (&["LEG-P", "1"], 5, "only items of a shipped or delivered order can come back; LEG-P is pending"),
        (&["LEG-C", "1"], 5, "hint: to change an item:  orders edit LEG-C --item N --quantity N"),
        (&["LEG-X", "1"], 5, "LEG-X is cancelled; nothing changed\nhint: to see it:  orders show LEG-X"),
        (&["ab5c", "1"], 2, "ab5c is not a whole reference; it fits LEG-LXYZ1234-AB5C"),
    ] {
        let done = args.iter().fold(shop.orders(["return"]), |run, arg| run.arg(arg)).exits(code);
        assert!(done.stderr.contains(words) && done.stdout.is_empty(), "{args:?}: {done:?}");
        assert_eq!(shop.dump(), before, "{args:?}");
    }
    let done = shop.orders(["return", ORDER, "1*9", "--json"]).exits(5);
    let error: Value = serde_json::from_str(&done.stderr).unwrap();
    assert_eq!(
        (&error["error"], &error["reason"]),
        (&json!("More than the customer has cannot come back"), &json!("step"))
    );
}

/// What a customer has at home is not on sale, whatever step is forced.
#[test]
fn an_order_with_returns_cannot_go_back_to_pending() {
    let shop = sent();
    shop.orders(["return", ORDER, "1"]).succeeds();
    for to in ["pending", "confirmed"] {
        let done = shop.orders(["set-status", ORDER, to, "--force", "--note", "x"]).exits(5);
        assert!(!done.stderr.contains("pending --force"), "{done:?}");
    }
    shop.orders(["set-status", ORDER, "shipped", "--force", "--note", "x"]).succeeds();
    shop.orders(["set-status", ORDER, "processing", "--force", "--note", "x"]).succeeds();
    let before = shop.dump();
    for (args, words) in [
        (
            &["--item", "1", "--size", "S"][..],
            "1 piece of item 1 of LEG-LXYZ1234-AB5C came back, so its size, color and price cannot change",
        ),
        (&["--remove", "1"], "1 piece of item 1 of LEG-LXYZ1234-AB5C came back, so it cannot be removed"),
        (
            &["--discount", "1"],
            "the discount of LEG-LXYZ1234-AB5C cannot be less than 2.58: that much of it went with returned",
        ),
        (&["--item", "1", "--price", "1"], "prices can be changed only while an order is pending"),
    ] {
        let done = args.iter().fold(shop.orders(["edit", ORDER]), |run, arg| run.arg(arg)).exits(5);
        assert!(done.stderr.contains(words) && !done.stderr.contains("pending --force"), "{args:?}: {done:?}");
    }
    shop.orders(["edit", ORDER, "--discount", "100"]).exits(4);
    assert_eq!(shop.dump(), before);
    shop.orders(["edit", ORDER, "--item", "1", "--quantity", "1"]).succeeds();
    assert_eq!(shop.on_hand("SKU-12345", "L"), 3);
    shop.orders(["set-status", ORDER, "delivered"]).succeeds();
    // Though what came back is then worth more than all items, that is not why.
    let done = shop.orders(["edit", ORDER, "--item", "1", "--price", "0.01"]).exits(5);
    assert!(done.stderr.contains("LEG-LXYZ1234-AB5C is delivered"), "{done:?}");
    shop.orders(["cancel", ORDER]).succeeds();
    assert_eq!(shop.on_hand("BLT-01", ""), 12);
    shop.check();
}

#[test]
fn a_customer_is_shown_with_their_returns() {
    let shop = sent();
    shop.orders(["return", ORDER, "2"]).succeeds();
    shop.orders(["return", ORDER, "1"]).env("ORDERS_NOW", "2026-02-09T08:00:00Z").succeeds();
    let customer = shop.orders(["customer", "show", ORDER, "--json"]).json();
    assert_eq!(
        customer["returns"],
        json!([
            {"orderReference": ORDER, "item": 1, "quantity": 1, "value": "27.41", "at": "2026-02-09T08:00:00.000Z",
             "productName": "Classic T-Shirt", "size": "L"},
            {"orderReference": ORDER, "item": 2, "quantity": 1, "value": "17.14", "at": "2026-02-07T08:00:00.000Z",
             "productName": "Leather Belt", "size": null},
        ])
    );
    assert_eq!(customer["keptPieces"], 3);
    let text = shop.orders(["customer", "show", ORDER]).succeeds();
    assert!(
        text.ends_with(
            "
REFERENCE          CAME BACK         PRODUCT          SIZE  BACK  WORTH
LEG-LXYZ1234-AB5C  2026-02-09 08:00  Classic T-Shirt  L        1  27.41
LEG-LXYZ1234-AB5C  2026-02-07 08:00  Leather Belt              1  17.14
"
        ),
        "{text}"
    );
}

/// Whoever enters it again does not take another piece, and no money is left out.
#[test]
fn a_return_with_a_refund_that_is_on_record_changes_nothing() {
    let shop = Shop::stocked();
    shop.take("LEG-2", BELT, 2, None);
    shop.orders(["confirm", "LEG-2", "--paid", "cash"]).succeeds();
    shop.orders(["set-status", "LEG-2", "shipped"]).succeeds();
    let line = ["return", "LEG-2", "1", "--refund", "cash", "--receipt", "X1"];
    shop.orders(line).exits(0);
    let before = shop.dump();
    let done = shop.orders(line).exits(5);
    assert!(done.stderr.starts_with("error: the refund of LEG-2 with this receipt is on record"), "{done:?}");
    assert_eq!(shop.dump(), before);
    shop.check();
}
