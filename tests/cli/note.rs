use serde_json::{Value, json};

use crate::harness::{BELT, ORDER, Shop, order, shipped};

/// Returns the kinds and notes of an order's history, as somebody sees it.
fn notes(shop: &Shop, reference: &str, caller: &str) -> Vec<(String, Value)> {
    let run = shop.orders(["history", reference, "--json"]);
    let history = if caller.is_empty() { run.json() } else { run.env("ORDERS_AS", caller).json() };
    let note = |event: &Value| (event["kind"].as_str().unwrap().to_owned(), event["note"].clone());
    history.as_array().unwrap().iter().map(note).collect()
}

#[test]
fn a_note_can_be_added_in_any_status() {
    let shop = Shop::with_order();
    let steps: [&[&str]; 5] =
        [&["confirm"], &["set-status", "shipped"], &["set-status", "delivered"], &["cancel"], &[]];
    for (number, step) in (1..).zip(steps) {
        let body = shop.orders(["note", ORDER, &format!("  note {number} "), "--json"]).json();
        assert_eq!((&body["orderReference"], &body["total"]), (&json!(ORDER), &json!("59.98")));
        match step {
            [command, status] => drop(shop.orders([command, ORDER, status]).succeeds()),
            [command] => drop(shop.orders([command, ORDER]).succeeds()),
            _ => {}
        }
    }
    shop.check();
    let kept: Vec<_> = notes(&shop, ORDER, "").into_iter().filter(|(kind, _)| kind == "note").map(|(_, n)| n).collect();
    assert_eq!(kept, ["note 1", "note 2", "note 3", "note 4", "note 5"]);
    assert!(shop.orders(["history", ORDER]).succeeds().contains("operator  note\n  note: note 5\n"));
    let shown = shop.orders(["show", ORDER]).succeeds();
    assert!(shown.ends_with("\nNote: note 5 (operator, 2026-02-07 08:00)\n"), "{shown}");
    shop.orders(["note", ORDER, "quiet", "-q"]).prints("LEG-LXYZ1234-AB5C\n");
    let before = shop.dump();
    shop.orders(["note", ORDER, "dry", "-n"]).exits(0);
    shop.orders(["note", ORDER, " "]).exits(2);
    for word in [ORDER, "leg-lxyz1234-ab5c", "AB5C"] {
        shop.orders(["note", word]).fails(
            2,
            "error: the text of the note on LEG-LXYZ1234-AB5C is missing\nhint: to write it:  orders note LEG-LXYZ1234-AB5C TEXT\n",
        );
    }
    shop.orders(["note", ORDER, "--note", "hello you"]).fails(
        2,
        "error: this command takes the note as its text, not as --note\nhint: to store it:  orders note LEG-LXYZ1234-AB5C 'hello you'\n",
    );
    shop.orders(["note", "john"]).fails(2, "error: name an order\nhint: to see which there are:  orders list\n");
    shop.orders(["note", ORDER, &"x".repeat(1001)]).exits(2);
    shop.orders(["note", "LEG-404", "x"]).exits(3);
    assert_eq!(shop.dump(), before);
}

/// A note that was given is kept, or it is said that it is not.
#[test]
fn no_note_vanishes() {
    let shop = Shop::with_order();
    shop.orders(["edit", ORDER, "--note", "alone"]).succeeds();
    let done = shop.orders(["edit", ORDER, "--name", "John Doe", "--note", "no change"]).exits(0);
    assert_eq!(done.stderr, "note: LEG-LXYZ1234-AB5C already has these values; only the note is stored\n");
    assert_eq!(notes(&shop, ORDER, "")[1..], [("note".into(), json!("alone")), ("note".into(), json!("no change"))]);
    let done = shop.orders(["edit", ORDER, "--note", "not yet", "--dry-run"]).exits(0);
    assert_eq!(done.stderr, "note: the note would be stored\nnote: dry run: nothing changed\n");
    let catalogue = shipped("examples/catalogue.json");
    for (run, said) in [
        (shop.orders(["create", "--note", "x"]).arg(shipped("examples/order.json")), "the note is not stored"),
        (
            shop.orders(["import", "--note", "x"]).arg(shipped("examples/order.json")),
            "the note is stored with new orders only",
        ),
        (
            shop.orders(["product", "import", "--note", "x"]).arg(catalogue),
            "the note is stored with new stock and changed prices only",
        ),
        (
            shop.orders(["product", "set", "BLT-01", "--low-stock-at", "1", "--note", "x"]),
            "the note is not stored: only a changed price keeps one",
        ),
    ] {
        let done = run.exits(0);
        assert!(done.stderr.contains(said), "{done:?}");
    }
    // A count that finds what is there is a movement like any other.
    shop.orders(["product", "count", "BLT-01", "12", "--note", "all there"]).succeeds();
    let history = shop.orders(["product", "history", "BLT-01", "--json"]).json();
    assert_eq!((&history[1]["delta"], &history[1]["note"]), (&json!(0), &json!("all there")));
}

#[test]
fn buyers_see_their_own_words_and_no_notes_of_the_shops() {
    let shop = Shop::stocked();
    for (name, role) in [("mona", "buyer"), ("sara", "seller")] {
        shop.orders(["user", "add", name, "--role", role]).succeeds();
    }
    let as_user = |user: &'static str, args: &[&str]| {
        args.iter().fold(shop.orders(["--as", user]), |run, arg| run.arg(arg)).exits(0)
    };
    shop.orders(["--as", "mona", "create", "-", "--note", "leave it at the door"])
        .stdin(order("LEG-1", BELT, 1, None))
        .succeeds();
    as_user("sara", &["confirm", "LEG-1", "--note", "paid late, twice warned"]);
    as_user("sara", &["note", "LEG-1", "difficult customer"]);
    as_user("sara", &["cancel", "LEG-1", "--no-restock", "--note", "came back torn"]);
    let whole = shop.orders(["history", "LEG-1"]).succeeds();
    assert!(whole.contains("stock of Leather Belt +1\n  stock of Leather Belt -1, written off\n"), "{whole}");
    let of_buyer = ["created", "status", "status"].map(str::to_owned).into_iter().zip([
        json!("leave it at the door"),
        json!(null),
        json!(null),
    ]);
    assert_eq!(notes(&shop, "LEG-1", "mona"), of_buyer.collect::<Vec<_>>());
    let seen = as_user("mona", &["history", "LEG-1"]).stdout;
    let shown = as_user("mona", &["show", "LEG-1"]).stdout;
    assert!(shown.contains("leave it at the door") && !shown.contains("torn") && !shown.contains("sara"), "{shown}");
    for word in ["sara", "difficult", "torn", "warned", "written off"] {
        assert!(whole.contains(word) && !seen.contains(word), "{word} in {seen}");
    }
    for (user, code) in [("mona", 11), ("guest", 11), ("sara", 0)] {
        shop.orders(["--as", user, "note", "LEG-1", "x"]).exits(code);
    }
}
