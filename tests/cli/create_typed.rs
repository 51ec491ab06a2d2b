//! Orders that somebody types: `create --phone --item …`.

use serde_json::json;

use crate::harness::{Run, Shop};

/// Starts `create` for a phone with more arguments.
fn create(shop: &Shop, args: &[&str]) -> Run {
    args.iter().fold(shop.orders(["create", "--phone", "+20 100 111 2222"]), |run, arg| run.arg(arg))
}

#[test]
fn an_order_can_be_typed() {
    let shop = Shop::stocked();
    let args = ["--name", "ليلى حسن", "--address", "5 Corniche", "--item", "SKU-12345/l/Blue*2", "--item", "belt@15"];
    let more =
        ["--delivery", "50", "--discount", "10%", "--cod", "--reference", "TEL-1", "--date", "2026-02-06T10:00:00Z"];
    let args: Vec<&str> = args.into_iter().chain(more).chain(["--note", "by phone", "--json"]).collect();
    let mut body = create(&shop, &args).json();
    let items: Vec<_> = body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            ["productBarcode", "selectedSize", "selectedColor", "quantity", "unitPrice", "subtotal"]
                .map(|key| item[key].clone())
        })
        .collect();
    assert_eq!(
        items,
        [
            [json!("SKU-12345"), json!("L"), json!("Blue"), json!(2), json!("29.99"), json!("59.98")],
            [json!("BLT-01"), json!(null), json!(null), json!(1), json!("15.00"), json!("15.00")],
        ]
    );
    for key in ["id", "items"] {
        body[key].take();
    }
    assert_eq!(
        body,
        json!({
            "id": null, "orderReference": "TEL-1", "orderDate": "2026-02-06T10:00:00Z", "customerName": "ليلى حسن",
            "customerPhone": "+20 100 111 2222", "customerAddress": "5 Corniche", "user": null, "status": "pending",
            "items": null, "total": "74.98", "itemCount": 3, "createdAt": "2026-02-07T08:00:00.000Z",
            "updatedAt": "2026-02-07T08:00:00.000Z", "currency": null, "deliveryFee": "50.00", "discount": "7.50",
            "returned": "0.00", "grandTotal": "117.48", "paid": "0.00", "due": "117.48", "cod": true, "courier": null,
            "tracking": null, "kept": "0.00", "payments": [], "returns": [],
            "notes": [{"at": "2026-02-07T08:00:00.000Z", "actor": "operator", "note": "by phone"}]
        })
    );
    let kind: String = shop.connection().query_row("SELECT kind FROM order_sources", [], |row| row.get(0)).unwrap();
    assert_eq!(kind, "typed");
    // What the shop typed is agreed: nothing stands against confirming it.
    shop.orders(["confirm", "TEL-1"]).succeeds();
    shop.check();
    // The same again is no error.
    let args: Vec<&str> = args.into_iter().filter(|arg| *arg != "--json").collect();
    let done = create(&shop, &args).exits(0);
    assert_eq!(done.stderr, "note: TEL-1 exists already; nothing changed; the note is not stored\n");
}

#[test]
fn name_and_address_are_those_of_the_phones_last_order() {
    let shop = Shop::stocked();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    create(&shop, &["--item", "BLT-01"])
        .fails(2, "error: +20 100 111 2222 has no earlier order to take the name from\nhint: add --name NAME\n");
    create(&shop, &["--item", "BLT-01", "--name", "Old", "--address", "Old Rd"]).succeeds();
    create(&shop, &["--item", "BLT-01", "--name", "Mona", "--address", "5 Corniche", "--reference", "TEL-1"])
        .succeeds();
    let of = |args: &[&str]| {
        let run = shop.orders(["create", "--phone", "01001112222", "--item", "SKU-12345/S", "--json"]);
        let done = args.iter().fold(run, |run, arg| run.arg(arg)).exits(0);
        let body: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        let said = done.stderr.contains("note: the name or address that was not typed is that of");
        (body["customerName"].clone(), body["customerAddress"].clone(), said)
    };
    assert_eq!(of(&["-n"]), (json!("Mona"), json!("5 Corniche"), true));
    assert_eq!(of(&["-n", "--name", "Noor"]), (json!("Noor"), json!("5 Corniche"), true));
    assert_eq!(of(&["-n", "--address", ""]), (json!("Mona"), json!(null), true));
    assert_eq!(of(&["-n", "--name", "Noor", "--address", "x"]), (json!("Noor"), json!("x"), false));
    let done = shop.orders(["create", "--phone", "01001112222", "--item", "BLT-01", "-q"]).exits(0);
    assert!(done.stderr.contains("same phone and items as"), "{}", done.stderr);
}

#[test]
fn a_sale_at_the_counter_is_one_command() {
    let shop = Shop::stocked();
    let sell = |args: &[&str]| {
        let args: Vec<&str> = ["--name", "Mona", "--confirm"].into_iter().chain(args.iter().copied()).collect();
        create(&shop, &args)
    };
    let body =
        sell(&["--item", "SKU-12345/L*2", "--discount", "9.98", "--paid", "cash", "--receipt", "R-1", "--json"]).json();
    assert_eq!((&body["status"], &body["paid"], &body["due"]), (&json!("confirmed"), &json!("50.00"), &json!("0.00")));
    assert_eq!((&body["payments"][0]["method"], &body["payments"][0]["receipt"]), (&json!("cash"), &json!("R-1")));
    assert_eq!(shop.on_hand("SKU-12345", "L"), 1);
    let done = sell(&["--item", "BLT-01", "--paid", "wallet", "--amount", "5", "--note", "deposit"]).exits(0);
    assert!(done.stdout.contains("Paid 5.00\nDue 13.75\n"), "{}", done.stdout);
    assert_eq!(done.stderr, "note: wallet is a new method: no payment was made by it before\n");
    assert_eq!(shop.number("SELECT COUNT(*) FROM order_events WHERE note = 'deposit'"), 1, "the note is told once");
    let body = sell(&["--item", "BLT-01*2", "--json"]).json();
    assert_eq!((&body["status"], &body["paid"]), (&json!("confirmed"), &json!(null)));
    shop.check();
    // All of it, or nothing.
    let before = shop.dump();
    sell(&["--item", "SKU-12345/L*2", "--item", "BLT-01", "--paid", "cash", "--reference", "TEL-9"]).fails(
        6,
        "error: insufficient stock for TEL-9; nothing changed\n  \
         - Classic T-Shirt (L): Insufficient stock (available: 1, required: 2)\n\
         hint: if there are more in the shop:  orders product adjust SKU-12345 +1 --size L --note WHY\n\
         hint: without --confirm the order is stored as pending\n",
    );
    for (args, code, words) in [
        (
            &["--item", "BLT-01", "--paid", "cash", "--receipt", "R-1"][..],
            5,
            "receipt R-1 of cash is on record already: ",
        ),
        (&["--item", "BLT-01@0", "--paid", "cash"], 5, "nothing is due"),
        (&["--item", "BLT-01", "--paid", "!"], 2, "must be a word"),
        (&["--item", "BLT-01", "--paid", "cash", "--amount", "0"], 2, "must be more than zero"),
        (&["--item", "BLT-01", "--amount", "5"], 2, "--paid"),
    ] {
        let stderr = sell(args).exits(code).stderr;
        assert!(stderr.contains(words), "{args:?}: {stderr}");
        assert_eq!(shop.dump(), before, "{args:?}");
    }
    create(&shop, &["--name", "Mona", "--item", "BLT-01", "--paid", "cash"]).exits(2);
    let body = sell(&["--item", "BLT-01", "--paid", "cash", "--json", "-n"]).json();
    assert_eq!((&body["dryRun"], &body["status"], &body["paid"]), (&json!(true), &json!("confirmed"), &json!("18.75")));
    assert_eq!(shop.dump(), before);
}

/// A script runs its command again when it does not know whether the first one was done.
#[test]
fn a_sale_that_is_run_again_is_recorded_once() {
    let shop = Shop::stocked();
    let sale = ["--name", "Mona", "--item", "BLT-01", "--reference", "TEL-1", "--confirm", "--paid", "cash"];
    create(&shop, &sale[..6]).succeeds();
    create(&shop, &sale).fails(
        5,
        "error: TEL-1 exists already, and is pending; nothing changed\nhint: to confirm it:  orders confirm TEL-1\n",
    );
    shop.orders(["confirm", "TEL-1"]).succeeds();
    let stderr = create(&shop, &sale).exits(5).stderr;
    assert!(stderr.starts_with("error: TEL-1 exists already, and is not paid; nothing changed\n"), "{stderr}");
    shop.orders(["pay", "TEL-1", "18.75", "cash"]).succeeds();
    let before = shop.dump();
    let done = create(&shop, &sale).exits(0);
    assert_eq!(done.stderr, "note: TEL-1 exists already; nothing changed\n");
    assert_eq!(shop.dump(), before);
    create(&shop, &["--name", "Mona", "--item", "BLT-01*2", "--reference", "TEL-1"]).exits(5);
}

/// A name is typed on an Arabic keyboard, and then a number.
#[test]
fn numbers_may_have_arabic_digits() {
    let shop = Shop::stocked();
    let args = ["--name", "ليلى", "--item", "SKU-12345/L*٢", "--item", "BLT-01@٩٫٥", "--delivery", "٦٠"];
    let body = create(&shop, &[&args[..], &["--discount", "١٠٪", "--reference", "TEL-1", "--json"]].concat()).json();
    assert_eq!(
        (&body["total"], &body["discount"], &body["deliveryFee"], &body["itemCount"]),
        (&json!("69.48"), &json!("6.95"), &json!("60.00"), &json!(3))
    );
    for words in [
        "pay TEL-1 ١٧٫٥ cash",
        "refund TEL-1 ٧ cash",
        "product set BLT-01 --price ٣٠٠",
        "product receive SKU-12345 L=٣ --ref INV-1",
        "product count BLT-01 ٥٥ --note counted",
        "product adjust BLT-01 -٥ --note torn",
        "config lowStock ٣",
    ] {
        words.split(' ').fold(shop.orders([]), |run, word| run.arg(word)).succeeds();
    }
    assert_eq!(shop.orders(["show", "TEL-1", "--json"]).json()["paid"], "10.50");
    let belt = shop.orders(["product", "show", "BLT-01", "--json"]).json();
    assert_eq!((&belt["stockQuantity"], &belt["price"]), (&json!(50), &json!("300.00")));
    let stderr = shop.orders(["product", "set", "BLT-01", "--price", "9,5"]).exits(2).stderr;
    assert!(stderr.contains("must be written without a comma: 9.50"), "{stderr}");
}

/// Else it would be packed once more, and counted as if it still lay on the shelf.
#[test]
fn a_sale_over_the_counter_is_delivered_at_once() {
    let shop = Shop::stocked();
    let sale = |reference: &str, args: &[&str]| {
        let always = ["--name", "Mona", "--item", "BLT-01", "--reference", reference, "--confirm", "--paid", "cash"];
        create(&shop, &[&always, args].concat())
    };
    let body = sale("TEL-1", &["--delivered", "--note", "in a hurry", "--json"]).json();
    assert_eq!((&body["status"], &body["due"]), (&json!("delivered"), &json!("0.00")));
    let history = shop.orders(["history", "TEL-1"]).succeeds();
    for kind in ["pending → confirmed", "confirmed → delivered", "+ 18.75 cash"] {
        assert_eq!(history.matches(kind).count(), 1, "{kind}: {history}");
    }
    assert_eq!(history.matches("in a hurry").count(), 1, "{history}");
    assert_eq!(shop.orders(["slip"]).succeeds(), "nothing to pack\n");
    assert_eq!(shop.orders(["today", "--json"]).json()["totals"]["toPack"], 0);
    shop.orders(["check"]).prints("");
    // The same again is the same sale; one that was not handed over then, is not now.
    sale("TEL-1", &["--delivered"]).succeeds();
    sale("TEL-2", &[]).succeeds();
    sale("TEL-2", &["--delivered"]).fails(
        5,
        "error: TEL-2 exists already, and is confirmed; nothing changed\nhint: once it is delivered:  orders set-status TEL-2 delivered\n",
    );
}

#[test]
fn an_impossible_typed_order_is_refused_and_changes_nothing() {
    let shop = Shop::with_order();
    let before = shop.dump();
    for (args, code, words) in [
        (
            &["--item", "SKU-12345"][..],
            4,
            "item 1: Classic T-Shirt: needs a size (sizes: S, M, L)\nhint: the size goes after the product: SKU-12345/S\n",
        ),
        (
            &["--item", "BLT-01", "--item", "SKU-12345/XXL"],
            4,
            "item 2: Classic T-Shirt: has no size XXL (sizes: S, M, L)",
        ),
        (&["--item", "BLT-01", "--discount", "20"], 4, "a discount of 20.00 is more than the items cost: 18.75"),
        (&["--item", "nothing"], 3, "product nothing not found"),
        (&["--item", "BLT-01*0"], 2, "invalid value 'BLT-01*0' for '--item <SPEC>': the quantity \"0\" must be"),
        (&["--item", "BLT-01@1,5"], 2, "must be written without a comma: 1.50"),
        (&["--item", "/L"], 2, "names no product"),
        (&["--item", "BLT-01", "--reference", "a b"], 2, "printable ASCII"),
        (&["--item", "BLT-01", "--reference=--yes"], 4, "must not begin with -"),
        (&["--item", "BLT-01", "--date", "soon"], 2, "2026-02-04T10:30:00Z"),
        (&["--item", "BLT-01", "order.json"], 2, "cannot be used with"),
        (&[], 2, "--item <SPEC>"),
    ] {
        let args: Vec<&str> = args.iter().copied().chain(["--name", "Mona"]).collect();
        let done = create(&shop, &args).exits(code);
        assert!(done.stderr.contains(words) && done.stdout.is_empty(), "{args:?}: {}", done.stderr);
        assert_eq!(shop.dump(), before, "{args:?}");
    }
    // A file and what is typed exclude each other, whichever option it is.
    for option in [
        "--phone=1",
        "--item=BLT-01",
        "--name=M",
        "--address=A",
        "--delivery=1",
        "--discount=1",
        "--cod",
        "--reference=R",
        "--date=today",
        "--confirm",
    ] {
        let stderr = shop.orders(["create", "order.json", option]).exits(2).stderr;
        assert!(stderr.contains("read from a file, or typed with --phone and --item"), "{option}: {stderr}");
    }
    shop.orders(["create", "--name", "Mona"]).exits(2);
    assert_eq!(shop.dump(), before);
}

#[test]
fn a_barcode_may_have_the_signs_of_an_item() {
    let shop = Shop::stocked();
    for (barcode, name) in [("A/B*2@5", "Tie"), ("A", "Sock")] {
        let add = shop.orders(["product", "add", "--name", name, "--price", "5", "--barcode", barcode, "--stock", "9"]);
        add.succeeds();
    }
    let item = |spec: &str| {
        let body = create(&shop, &["--name", "Mona", "-n", "--json", "--item", spec]).json();
        ["productName", "selectedSize", "quantity", "unitPrice"]
            .map(|key| body["items"][0][key].to_string().replace('"', ""))
    };
    assert_eq!(item("A/B*2@5"), ["Tie", "null", "1", "5.00"]);
    assert_eq!(item("A/B*2@5*3@4"), ["Tie", "null", "3", "4.00"]);
    assert_eq!(item("A/B*2@6"), ["Sock", "B", "2", "6.00"]);
    assert_eq!(item("leather belt@0"), ["Leather Belt", "null", "1", "0.00"]);
}

/// Menswear has sizes such as S/M and L/XL.
#[test]
fn a_size_may_have_the_sign_of_an_item() {
    let shop = Shop::stocked();
    let add = ["product", "add", "--name", "Cap", "--price", "5", "--barcode", "CAP", "--size", "S/M=3,L/XL=3"];
    shop.orders(add).succeeds();
    for (spec, size, color) in [("CAP/L/XL*2", "L/XL", None), ("CAP/s/m/Blue@4", "S/M", Some("Blue"))] {
        let body = create(&shop, &["--name", "Mona", "-n", "--json", "--item", spec]).json();
        let item = &body["items"][0];
        assert_eq!((&item["selectedSize"], &item["selectedColor"]), (&json!(size), &json!(color)), "{spec}");
    }
    create(&shop, &["--name", "Mona", "--item", "CAP/L"]).exits(4);
}

/// A buyer agrees to nothing for the shop, and learns nothing of others.
#[test]
fn terms_that_a_buyer_or_guest_types_are_only_claimed() {
    let shop = Shop::with_order();
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    shop.orders(["user", "add", "sara", "--role", "seller"]).succeeds();
    let typed = |who: &str, args: &[&str]| {
        let run = shop.orders(["--as", who, "create", "--phone", "+1234567890"]);
        args.iter().fold(run, |run, arg| run.arg(arg))
    };
    for (who, is) in [("mona", "mona is a buyer: "), ("guest", "")] {
        let stderr = typed(who, &["--item", "BLT-01"]).exits(2).stderr;
        assert!(!stderr.contains("John"), "{stderr}");
        let stderr = typed(who, &["--item", "belt", "--name", "M"]).exits(3).stderr;
        assert_eq!(stderr, "error: product belt not found; nothing changed\n");
        let before = shop.dump();
        typed(who, &["--item", "BLT-01", "--name", "M", "--confirm"])
            .fails(11, &format!("error: {is}only admins and sellers can confirm orders\n"));
        assert_eq!(shop.dump(), before);
        let args =
            ["--item", "BLT-01@1", "--name", "M", "--delivery", "0", "--discount", "50%", "--cod", "--reference", who];
        typed(who, &args).succeeds();
        let stderr = shop.orders(["confirm", who]).exits(5).stderr;
        for mark in ["price 1.00", "delivery fee 0.00", "discount 0.50", "cash on delivery"] {
            assert!(stderr.contains(mark), "{mark}: {stderr}");
        }
    }
    assert_eq!(shop.orders(["show", "mona", "--json"]).json()["user"], "mona");
    // Her own last order is hers to repeat.
    let own = typed("mona", &["--item", "SKU-12345/S", "--json"]).exits(2).stderr;
    assert!(own.contains("has no earlier order"), "the last one is the guest's: {own}");
    let body = typed("sara", &["--item", "BLT-01@1", "--name", "M", "--confirm", "--paid", "cash", "--json"]).json();
    assert_eq!((&body["status"], &body["user"]), (&json!("confirmed"), &json!(null)));
    shop.check();
}

#[test]
fn products_complete_in_items() {
    let shop = Shop::with_order();
    let reply = shop
        .orders(["--", "orders", "create", "--phone", "1", "--item", "SKU"])
        .env("ORDERS_COMPLETE", "fish")
        .succeeds();
    assert!(reply.starts_with("SKU-12345"), "{reply}");
}
