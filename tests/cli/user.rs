use serde_json::json;

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};

/// A shop with an order of mona's, one of nobody's, and an account of each role.
fn staffed() -> Shop {
    let shop = Shop::with_order();
    for (name, role) in [("mona", "buyer"), ("omar", "buyer"), ("sam", "seller"), ("ada", "admin")] {
        shop.orders(["user", "add", name, "--role", role, "-q"]).succeeds();
    }
    shop.orders(["--as", "mona", "create", "-q"]).stdin(order("LEG-MONA-0001", SHIRT, 1, Some("L"))).succeeds();
    shop
}

/// The table of SPEC 4.6, through the binary: which exit code each command has for each caller.
#[test]
fn the_table_of_permissions() {
    let shop = staffed();
    let create = order("LEG-NEW", SHIRT, 1, Some("L"));
    let order_json = shipped("examples/order.json").display().to_string();
    for (args, codes) in [
        //                                   operator guest mona omar sam ada
        (vec!["create", "-", "-n"], [0, 0, 0, 0, 0, 0]),
        (vec!["list"], [0, 11, 0, 0, 0, 0]),
        (vec!["show", "LEG-MONA-0001"], [0, 11, 0, 3, 0, 0]),
        (vec!["show", ORDER], [0, 11, 3, 3, 0, 0]),
        (vec!["history", "LEG-MONA-0001"], [0, 11, 0, 3, 0, 0]),
        (vec!["message", "LEG-MONA-0001"], [0, 11, 0, 3, 0, 0]),
        (vec!["slip"], [0, 11, 11, 11, 0, 0]),
        (vec!["slip", "LEG-MONA-0001"], [0, 11, 11, 11, 0, 0]),
        (vec!["invoice", "LEG-MONA-0001"], [0, 11, 0, 3, 0, 0]),
        (vec!["my-orders"], [11, 11, 0, 0, 0, 0]),
        (vec!["set-status", "LEG-MONA-0001", "cancelled", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["cancel", "LEG-MONA-0001", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["confirm", "LEG-MONA-0001", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["return", "LEG-MONA-0001", "1", "-n"], [5, 11, 11, 11, 5, 5]),
        (vec!["edit", "LEG-MONA-0001", "--name", "M", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["note", "LEG-MONA-0001", "x", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["customer", "list"], [0, 11, 11, 11, 0, 0]),
        (vec!["customer", "show", ORDER], [0, 11, 11, 11, 0, 0]),
        (vec!["customer", "note", ORDER, "x", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["customer", "block", ORDER, "--note", "x", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["customer", "unblock", ORDER, "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["customer", "forget", ORDER, "-n"], [0, 11, 11, 11, 11, 0]),
        (vec!["product", "list"], [0, 11, 11, 11, 0, 0]),
        (vec!["product", "history", "SKU-12345"], [0, 11, 11, 11, 0, 0]),
        (vec!["import", &order_json, "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["user", "list"], [0, 11, 11, 11, 11, 0]),
        (vec!["user", "remove", "omar", "-n"], [0, 11, 11, 11, 11, 0]),
        (vec!["user", "add", "new", "--role", "admin", "-n"], [0, 11, 11, 11, 11, 0]),
        (vec!["report", "pending"], [0, 11, 11, 11, 0, 0]),
        (vec!["report", "sales"], [0, 11, 11, 11, 0, 0]),
        (vec!["report", "stock"], [0, 11, 11, 11, 0, 0]),
        (vec!["today"], [0, 11, 11, 11, 0, 0]),
        (vec!["check"], [0, 11, 11, 11, 0, 0]),
        (vec!["backup", "copy.db", "-n"], [0, 11, 11, 11, 0, 0]),
        (vec!["config"], [0, 11, 11, 11, 11, 0]),
        (vec!["help", "exit-codes"], [0, 0, 0, 0, 0, 0]),
    ] {
        for (caller, code) in ["", "guest", "mona", "omar", "sam", "ada"].into_iter().zip(codes) {
            let mut run = shop.orders([]);
            for arg in &args {
                run = run.arg(arg);
            }
            if !caller.is_empty() {
                run = run.env("ORDERS_AS", caller);
            }
            let done = run.stdin(create.as_str()).exits(code);
            assert!(code == 0 || done.stdout.is_empty(), "{args:?} as {caller}: {done:?}");
        }
    }
    shop.check();
}

#[test]
fn a_refusal_has_the_guides_words() {
    let shop = staffed();
    shop.orders(["--as", "mona", "confirm", "LEG-MONA-0001"])
        .fails(11, "error: mona is a buyer: only admins and sellers can confirm orders\n");
    let done = shop.orders(["--as", "mona", "confirm", ORDER, "--json"]).exits(11);
    let error: serde_json::Value = serde_json::from_str(&done.stderr).unwrap();
    assert_eq!(
        error,
        json!({"success": false, "error": "Only admins and sellers can confirm orders", "details": [],
               "code": "permission_denied", "hint": null, "exitCode": 11, "reason": null})
    );
    shop.orders(["my-orders"])
        .fails(11, "error: authentication required\nhint: --as USERNAME or ORDERS_AS says whose orders\n");
    shop.orders(["--as", "nobody", "list"])
        .fails(3, "error: account nobody not found\nhint: to see which there are:  orders user list\n");
    // A wrapper that lost its user's name must not act as the operator.
    shop.orders(["list"]).env("ORDERS_AS", "").exits(2);
    shop.orders(["--as", "operator", "list"]).exits(3);
    shop.orders(["--as", "sam", "list"]).env("ORDERS_AS", "nobody").succeeds();
    shop.orders(["--as", "mona", "list", "--as", "sam"])
        .fails(2, "error: --as names two accounts, mona and sam: name one\nhint: for its options:  orders help list\n");
}

#[test]
fn buyers_have_their_own_orders() {
    let shop = staffed();
    let own = shop.orders(["--as", "Mona", "my-orders", "--json"]).json();
    assert_eq!((own.as_array().unwrap().len(), &own[0]["user"]), (1, &json!("mona")));
    assert_eq!(own[0]["items"][0]["quantity"], 1);
    assert_eq!(shop.orders(["--as", "mona", "list", "-q"]).succeeds(), "LEG-MONA-0001\n");
    assert_eq!(shop.orders(["--as", "omar", "my-orders", "--json"]).succeeds(), "[]\n");
    assert_eq!(shop.orders(["--as", "sam", "list", "-q"]).succeeds().lines().count(), 2);
    assert_eq!(shop.orders(["list", "-q", "--user", "mona"]).succeeds(), "LEG-MONA-0001\n");
    // Others' orders leave no trace: not by a part, not as a near miss, not by their owner.
    for args in [["show", "LXYZ"], ["show", "LEG-LXYZ1234-AB5D"], ["show", "1234-AB5C"]] {
        let done = shop.orders(args).env("ORDERS_AS", "mona").exits(3);
        assert!(!done.stderr.contains("LEG-LXYZ1234-AB5C"), "{done:?}");
    }
    shop.orders(["--as", "mona", "list", "--user", "sam"]).exits(3);
    // Nor does the catalogue: only what their own orders hold is found, and all else is not there.
    for product in ["SKU-12345", SHIRT, "classic t-shirt", "shirt"] {
        let done = shop.orders(["--as", "mona", "list", "-q", "--product", product]).exits(0);
        assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("LEG-MONA-0001\n", ""), "{product}");
    }
    for product in ["BLT-01", BELT, "Leather Belt", "leather", "BLT-02", "e"] {
        for user in ["mona", "omar"] {
            let done = shop.orders(["--as", user, "list", "--product", product]).exits(3);
            let unknown = shop.orders(["--as", user, "list", "--product", "unknown"]).exits(3);
            assert_eq!(done.stderr, unknown.stderr.replace("unknown", product), "{user}");
        }
    }
    // Nor does taking an order tell of others: what is different in one, or that one is alike.
    let alike = std::fs::read_to_string(shipped("examples/order.json")).unwrap();
    let other = alike.replace("John Doe", "Somebody");
    for caller in ["mona", "guest"] {
        let done = shop.orders(["create", "-n"]).stdin(other.as_str()).env("ORDERS_AS", caller).exits(5);
        assert!(!done.stderr.contains("customerName"), "{done:?}");
        let again = alike.replace("LXYZ1234", "LXYZ9999");
        let done = shop.orders(["create", "-n"]).stdin(again).env("ORDERS_AS", caller).exits(0);
        assert!(!done.stderr.contains("LXYZ1234"), "{done:?}");
    }
    let history = shop.orders(["history", "LEG-MONA-0001", "--json"]).json();
    assert_eq!(history[0]["actor"], "mona");
}

#[test]
fn accounts_are_added_listed_and_removed_and_their_orders_stay() {
    let shop = Shop::new();
    let added = shop.orders(["user", "add", "mona", "--role", "Buyer", "--phone", "+20 101", "--json"]);
    let body = added.json();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "username", "role", "phone"]);
    assert_eq!((&body["role"], &body["phone"]), (&json!("buyer"), &json!("+20 101")));
    shop.orders(["user", "list"]).prints("USERNAME  ROLE   PHONE\nmona      buyer  +20 101\n");
    shop.orders(["user", "add", "MONA", "--role", "seller"]).fails(
        5,
        "error: the account mona exists already, as buyer; nothing changed\n\
             hint: to change its role, remove it and add it again: its orders stay, without an account\n",
    );
    for name in ["guest", "Operator", "", "a b", "x\u{202e}y"] {
        shop.orders(["user", "add", name, "--role", "buyer"]).exits(4);
    }
    shop.orders(["user", "add", "zoe"]).exits(2);
    let shop = staffed();
    shop.orders(["user", "remove", "mona"]).prints("removed mona; 1 order stays, without an account\n");
    assert_eq!(shop.orders(["show", "LEG-MONA-0001", "--json"]).json()["user"], json!(null));
    shop.orders(["user", "remove", "mona"]).exits(3);
    shop.check();
}

/// A guest's order, an import and what a colleague typed count as much as the buyer's own.
#[test]
fn buyers_have_the_orders_of_their_number_wherever_these_came_from() {
    let shop = Shop::stocked();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    for (name, phone) in [("mona", "0101 111 2222"), ("omar", "0102"), ("nobody", "call 7")] {
        shop.orders(["user", "add", name, "--role", "buyer", "--phone", phone, "-q"]).succeeds();
    }
    let order_of = |reference: &str, phone: &str| order(reference, SHIRT, 1, Some("L")).replace("+1234567890", phone);
    let phones = ["+20 101 111 2222", "00201011112222", "٠١٠١١١١٢٢٢٢", "01011112223", "call me", "0"];
    for (number, phone) in phones.iter().enumerate() {
        let sent = order_of(&format!("LEG-000{number}"), phone);
        assert!(sent.contains(phone), "{sent}");
        let into = if number == 1 { ["import", "-"] } else { ["create", "-"] };
        let run = shop.orders(into).stdin(sent);
        if number == 0 { run.env("ORDERS_AS", "omar") } else { run }.ends();
    }
    shop.orders(["note", "LEG-0001", "difficult"]).succeeds();
    let hers = "LEG-0002\nLEG-0001\nLEG-0000\n";
    for args in [["list", "-q"], ["my-orders", "-q"]] {
        assert_eq!(shop.orders(args).env("ORDERS_AS", "mona").succeeds(), hers);
    }
    assert_eq!(shop.orders(["list", "-q", "--user", "mona"]).succeeds(), hers);
    assert_eq!(shop.orders(["--as", "mona", "list", "--count"]).succeeds(), "3\n");
    let found = shop.orders(["--as", "mona", "list", "-q", "--search", "0002", "--status", "pending"]).succeeds();
    assert_eq!(found, "LEG-0002\n");
    assert_eq!(
        shop.orders(["--as", "mona", "list", "-q", "--product", "SKU-12345", "--limit", "1"]).succeeds(),
        "LEG-0002\n"
    );
    for reference in ["LEG-0000", "LEG-0001", "LEG-0002", "0101 111 2222"] {
        let exit = if reference.starts_with('0') { 5 } else { 0 };
        shop.orders(["--as", "mona", "show", reference]).exits(exit);
    }
    for reference in ["LEG-0003", "LEG-0004", "LEG-0005", "01011112223"] {
        shop.orders(["--as", "mona", "show", reference]).exits(3);
        shop.orders(["--as", "nobody", "show", reference]).exits(3);
    }
    // Nothing of the account that ordered for her, nor of the shop's notes.
    let shown = shop.orders(["--as", "mona", "show", "LEG-0000", "--json"]).json();
    assert_eq!(shown["user"], json!(null));
    let rows = shop.orders(["--as", "mona", "my-orders", "--format", "csv"]).succeeds();
    assert!(!rows.contains("omar"), "{rows}");
    assert!(shop.orders(["--as", "omar", "my-orders", "--format", "csv"]).succeeds().contains("omar"));
    let history = shop.orders(["--as", "mona", "history", "LEG-0001"]).succeeds();
    assert!(!history.contains("difficult"), "{history}");
    assert_eq!(shop.orders(["--as", "mona", "history", "LEG-0000", "--json"]).json()[0]["actor"], "shop");
    // The number is the account's by the country code of today.
    shop.orders(["config", "countryCode", ""]).succeeds();
    assert_eq!(shop.orders(["--as", "mona", "my-orders", "-q"]).succeeds(), "LEG-0002\n");
    // (Phones without a digit are findings.)
    shop.orders(["edit", "LEG-0004", "--phone", "01000000000"]).succeeds();
    shop.check();
}

/// What cannot be run is no hint.
#[test]
fn hints_are_for_the_role_of_the_caller() {
    let shop = staffed();
    let other = std::fs::read_to_string(shipped("examples/order.json")).unwrap().replace("John Doe", "Somebody");
    for (caller, args, is_hinted) in [
        ("sam", &["create", "-"][..], true),
        ("mona", &["create", "-"], false),
        ("guest", &["create", "-"], false),
        ("sam", &["list", "--product", "none"], true),
        ("mona", &["list", "--product", "none"], false),
        ("sam", &["list", "--user", "none"], false),
        ("mona", &["list", "--user", "none"], false),
        ("mona", &["show", "none"], true),
    ] {
        let run = args.iter().fold(shop.orders(["--as", caller]), |run, arg| run.arg(arg));
        let done = run.stdin(other.as_str()).ends();
        assert_eq!(done.stderr.contains("hint: "), is_hinted, "{caller} {args:?}: {done:?}");
    }
}
