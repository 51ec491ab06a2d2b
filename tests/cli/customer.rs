use std::process::Command;

use rusqlite::TransactionBehavior;
use serde_json::json;

use crate::harness::{BELT, ORDER, Shop, order};

/// Returns an order of a belt of Mona's.
fn monas(reference: &str, phone: &str, name: &str, date: &str) -> String {
    let sent = order(reference, BELT, 2, None).replace("+1234567890", phone).replace("John Doe", name);
    let sent = sent.replace("2026-02-04T10:30:00Z", date);
    sent.replace("\"items\"", "\"customerAddress\":\"7 Zamalek Lane\",\"items\"")
}

/// A shop in Egypt with three orders of Mona's and one of John's.
fn shop() -> Shop {
    with_monas_orders(Shop::with_order())
}

/// The same, in a file and never on a cluster.
fn shop_on_file() -> Shop {
    with_monas_orders(Shop::on_file().with_catalogue().with_the_order())
}

fn with_monas_orders(shop: Shop) -> Shop {
    shop.orders(["config", "countryCode", "20"]).succeeds();
    for (reference, phone, name, date) in [
        ("LEG-M1", "0101 111 2222", "Mona Quill", "2026-02-01T10:00:00Z"),
        ("LEG-M2", "+20 101 111 2222", "منى كويل", "2026-02-05T10:00:00Z"),
        ("LEG-M3", "00201011112222", "Mona Q.", "2026-02-03T10:00:00Z"),
    ] {
        shop.orders(["create", "-"]).stdin(monas(reference, phone, name, date)).succeeds();
    }
    shop
}

#[test]
fn customers_are_listed_by_number_with_what_they_bought() {
    let shop = shop();
    let nobodys = monas("LEG-NONE", "call me", "Nobody", "2026-02-03T10:00:00Z");
    shop.orders(["create", "-"]).stdin(nobodys).succeeds();
    shop.orders(["confirm", "LEG-M1", "LEG-M3", "--accept-prices"]).succeeds();
    shop.orders(["cancel", "LEG-M3"]).succeeds();
    shop.orders(["customer", "list"]).prints(
        "PHONE             NAME      ORDERS  PIECES  TOTAL  LAST ORDER\n\
         +20 101 111 2222  \u{2068}منى كويل\u{2069}       3       2  59.98  2026-02-05\n\
         +1234567890       John Doe       1       0   0.00  2026-02-04\n",
    );
    let list = shop.orders(["customer", "list", "--sort", "-keptTotal", "--json"]).json();
    assert_eq!(
        list[0],
        json!({"phone": "+20 101 111 2222", "digits": "201011112222", "name": "منى كويل", "orderCount": 3, "keptPieces": 2,
               "keptTotal": "59.98", "lastOrder": "2026-02-05T10:00:00Z", "due": null, "note": null, "blocked": false,
               "blockedAt": null, "blockedNote": null})
    );
    for (args, expected) in [
        (&["--search", "quill"][..], "+201011112222\n"),
        (&["--search", "٠١٠١ ١١١"], "+201011112222\n"),
        (&["--search", "john"], "+1234567890\n"),
        (&["--search", "nobody"], ""),
        (&["--search", "ـ"], ""),
        (&["--limit", "1"], "+201011112222\n"),
        (&["--sort", "lastOrder"], "+1234567890\n+201011112222\n"),
        (&["--sort", "name"], "+1234567890\n+201011112222\n"),
        (&["--sort", "digits", "--limit", "0"], "+1234567890\n+201011112222\n"),
    ] {
        let run = args.iter().fold(shop.orders(["customer", "list", "-q"]), |run, arg| run.arg(arg));
        assert_eq!(run.succeeds(), expected, "{args:?}");
    }
    shop.orders(["customer", "list", "--limit", "1"]).exits(0);
    let csv = shop.orders(["customer", "list", "--format", "csv", "--fields", "digits,name,due"]).succeeds();
    assert_eq!(csv, "digits,name,due\r\n201011112222,منى كويل,\r\n1234567890,John Doe,\r\n".replace("\r\n", "\n"));
    assert_eq!(shop.orders(["customer", "list", "--format", "ndjson"]).succeeds().lines().count(), 2);
    shop.orders(["customer", "list", "--sort", "total"]).exits(2);
    // Each number is its own customer without a country code.
    shop.orders(["config", "countryCode", ""]).succeeds();
    assert_eq!(shop.orders(["customer", "list", "-q"]).succeeds().lines().count(), 3);
    Shop::stocked().orders(["customer", "list"]).exits(0);
}

#[test]
fn returned_pieces_do_not_count_as_bought() {
    let shop = shop();
    let listed = |shop: &Shop| {
        let list = shop.orders(["customer", "list", "--sort", "-keptTotal", "--json"]).json();
        ["keptPieces", "keptTotal", "due"].map(|key| list[0][key].to_string().replace('"', ""))
    };
    for reference in ["LEG-M1", "LEG-M2"] {
        shop.orders(["edit", reference, "--item", "1", "--price", "20", "--discount", "10", "--delivery", "5"])
            .succeeds();
        shop.orders(["confirm", reference, "--paid", "cash"]).succeeds();
        shop.orders(["set-status", reference, "delivered"]).succeeds();
    }
    assert_eq!(listed(&shop), ["4", "70.00", "0.00"]);
    shop.orders(["return", "LEG-M1", "1", "--refund", "cash"]).succeeds();
    assert_eq!(listed(&shop), ["3", "55.00", "0.00"]);
    shop.orders(["return", "LEG-M2", "1", "--for", "BLT-01@30"]).succeeds();
    assert_eq!(listed(&shop), ["3", "65.00", "10.00"]);
    // With the last piece the order is cancelled, and nothing is kept of it.
    shop.orders(["return", "LEG-M1", "1"]).succeeds();
    assert_eq!(listed(&shop), ["2", "45.00", "-10.00"]);
    let shown = shop.orders(["customer", "show", "LEG-M1", "--json"]).json();
    assert_eq!(["keptPieces", "keptTotal", "due"].map(|key| shown[key].to_string().replace('"', "")), listed(&shop));
    shop.check();
}

#[test]
fn a_customer_is_shown_by_a_phone_or_an_order() {
    let shop = shop();
    for named in ["0101 111 2222", "+201011112222", "٠١٠١١١١٢٢٢٢", "LEG-M2", "leg-m1"] {
        let shown = shop.orders(["customer", "show", named, "--json"]).json();
        assert_eq!(shown["orderCount"], 3, "{named}");
        assert_eq!(shown["names"], json!(["منى كويل", "Mona Q.", "Mona Quill"]));
        assert_eq!(shown["addresses"], json!(["7 Zamalek Lane"]));
        let references: Vec<_> = shown["orders"].as_array().unwrap().iter().map(|one| &one["orderReference"]).collect();
        assert_eq!(references, ["LEG-M3", "LEG-M2", "LEG-M1"]);
        assert_eq!(shown["returns"], json!([]));
    }
    let text = shop.orders(["customer", "show", "LEG-M2"]).succeeds();
    for part in
        ["+20 101 111 2222  ", "Mona Quill", "7 Zamalek Lane", "https://wa.me/201011112222", "LEG-M3", "pending"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    shop.orders(["customer", "show", "01099999999"])
        .fails(3, "error: customer 01099999999 not found\nhint: to see which there are:  orders customer list\n");
    let nobodys = monas("LEG-NONE", "call me", "Nobody", "2026-02-03T10:00:00Z");
    shop.orders(["create", "-"]).stdin(nobodys).succeeds();
    shop.orders(["customer", "show", "LEG-NONE"]).exits(3);
    shop.orders(["customer", "show", "LEG-X9"]).exits(3);
    // A guest chose the phone of another as a reference.
    let guests = monas("01011112222", "+20 155 000 1111", "Guest", "2026-02-03T10:00:00Z");
    shop.orders(["create", "-"]).stdin(guests).succeeds();
    for command in ["show", "unblock", "forget"] {
        shop.orders(["customer", command, "01011112222", "--yes"]).exits(5);
        shop.orders(["customer", command, "0101 111 2222", "-n"]).exits(0);
    }
}

#[test]
fn remarks_on_a_customer_stay_with_the_number() {
    let shop = shop();
    shop.orders(["customer", "note", "0101 111 2222", "pays at the \u{1b}[31mdoor"]).succeeds();
    let shown = shop.orders(["customer", "show", "LEG-M1"]).succeeds();
    assert!(shown.contains("Note      pays at the \\u{1b}[31mdoor\n"), "{shown}");
    shop.orders(["customer", "block", "LEG-M1"])
        .fails(2, "error: customer block needs a --note that says why\nhint: add --note WHY\n");
    let blocked = shop.orders(["customer", "block", "LEG-M1", "--note", "three refused", "--json"]).json();
    assert_eq!(
        (&blocked["blocked"], &blocked["blockedAt"], &blocked["blockedNote"], &blocked["note"]),
        (
            &json!(true),
            &json!("2026-02-07T08:00:00.000Z"),
            &json!("three refused"),
            &json!("pays at the \u{1b}[31mdoor")
        )
    );
    let again = shop.orders(["customer", "block", "LEG-M1", "--note", "three refused"]).exits(0);
    assert_eq!(again.stderr, "note: +20 101 111 2222 is blocked already; nothing changed\n");
    // A new order is taken, with a warning for the shop alone.
    let sent = monas("LEG-M4", "01011112222", "Mona", "2026-02-06T10:00:00Z");
    let warned = "warning: LEG-M4: the customer is blocked: three refused\n";
    assert_eq!(
        shop.orders(["create", "-n", "-q"])
            .stdin(sent.as_str())
            .exits(0)
            .stderr
            .replace("note: dry run: nothing changed\n", ""),
        warned
    );
    let guests = shop.orders(["create", "-n", "--as", "guest"]).stdin(sent.as_str()).exits(0);
    assert!(!guests.stderr.contains("blocked") && !guests.stdout.contains("blocked"), "{guests:?}");
    let imported = shop.orders(["import", "-"]).stdin(sent.as_str()).exits(0);
    assert_eq!(imported.stderr, warned);
    assert_eq!(shop.orders(["import", "-"]).stdin(sent).exits(0).stderr, "", "it is no new order");
    // So is confirming, and the order says it.
    assert!(shop.orders(["show", "LEG-M4"]).succeeds().contains("! the customer is blocked: three refused\n"));
    shop.orders(["user", "add", "mona", "--role", "buyer", "--phone", "0101 111 2222"]).succeeds();
    assert!(!shop.orders(["show", "LEG-M4", "--as", "mona"]).succeeds().contains("blocked"));
    let confirmed = shop.orders(["confirm", "LEG-M4", ORDER, "--accept-prices"]).exits(0);
    assert_eq!(confirmed.stderr, warned);
    // Of a number without orders too.
    shop.orders(["customer", "block", "01555555555", "--note", "fraud"]).succeeds();
    let list = shop.orders(["customer", "list"]).succeeds();
    assert!(list.contains("01555555555") && list.contains("!blocked: fraud"), "{list}");
    assert_eq!(shop.orders(["customer", "list", "-q", "--search", "0155"]).succeeds(), "+201555555555\n");
    shop.orders(["customer", "block", "call me", "--note", "x"]).exits(3);
    shop.check();
    // Nothing is kept once nothing is said.
    shop.orders(["customer", "unblock", "01555555555"]).succeeds();
    assert_eq!(shop.number("SELECT COUNT(*) FROM customers"), 1);
    shop.orders(["customer", "unblock", "0101 111 2222"]).succeeds();
    for words in ["", "note: 01011112222 has no note; nothing changed\n"] {
        assert_eq!(shop.orders(["customer", "note", "0101 111 2222", ""]).exits(0).stderr, words);
    }
    let nothing = shop.orders(["customer", "unblock", "LEG-M1"]).exits(0);
    assert_eq!(nothing.stderr, "note: 01011112222 is not blocked; nothing changed\n");
    assert_eq!(shop.number("SELECT COUNT(*) FROM customers"), 0);
    assert_eq!(
        shop.orders(["import", "-"])
            .stdin(monas("LEG-M5", "01011112222", "Mona", "2026-02-07T07:00:00Z"))
            .exits(0)
            .stderr,
        ""
    );
}

#[test]
fn a_new_country_code_merges_the_remarks_on_one_number() {
    let shop = Shop::with_order();
    for (phone, note) in [("01011112222", "pays late"), ("+20 101 111 2222", "tall"), ("01022223333", "other")] {
        shop.orders(["customer", "note", phone, note]).succeeds();
    }
    shop.orders(["customer", "block", "01011112222", "--note", "fraud"]).succeeds();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    let list = shop.orders(["customer", "list", "--json", "--sort", "digits"]).json();
    let said: Vec<_> =
        list.as_array().unwrap().iter().map(|one| (&one["digits"], &one["note"], &one["blockedNote"])).collect();
    assert_eq!(
        said,
        [
            (&json!("1234567890"), &json!(null), &json!(null)),
            (&json!("201011112222"), &json!("tall; pays late"), &json!("fraud")),
            (&json!("201022223333"), &json!("other"), &json!(null)),
        ]
    );
    shop.check();
}

/// Returns which files of the shop have one of these texts in their bytes.
fn files_with(shop: &Shop, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(shop.path("")).unwrap() {
        let path = entry.unwrap().path();
        // By another program: closing a file would end the locks that this one has on it.
        let bytes = Command::new("cat").arg(&path).output().unwrap().stdout;
        for text in texts {
            if memchr::memmem::find(&bytes, text.as_bytes()).is_some() {
                found.push(format!("{} in {}", text, path.file_name().unwrap().display()));
            }
        }
    }
    found
}

/// What tells of Mona in any file.
const TELLING: [&str; 12] = [
    "Quill",
    "quill",
    "منى",
    "Mona",
    "mona q",
    "Zamalek",
    "101 111 2222",
    "01011112222",
    "1011112222",
    "porter",
    "wamid.M",
    "difficult",
];

#[test]
fn no_byte_of_a_forgotten_customer_is_left() {
    let shop = shop_on_file();
    shop.orders(["user", "add", "buyer-7", "--role", "buyer", "--phone", "0101 111 2222"]).succeeds();
    let cart = r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"contacts":[{"profile":{"name":"Mona Quill"},
        "wa_id":"201011112222"}],"messages":[{"id":"wamid.M","from":"201011112222","timestamp":"1770300000","type":"order",
        "order":{"text":"leave it with the porter","product_items":[{"product_retailer_id":"BLT-01","quantity":1,
        "item_price":18.75,"currency":"EGP"}]}}]}}]}]}"#;
    shop.orders(["import", "-"]).stdin(cart).succeeds();
    // Names and addresses of earlier edits, and a phone that was another's first.
    shop.orders(["edit", "LEG-M1", "--name", "Mona Quill-Smith", "--address", "8 Zamalek Lane"]).succeeds();
    shop.orders(["edit", "LEG-M1", "--phone", "010 1111 2222"]).succeeds();
    shop.orders(["edit", ORDER, "--phone", "0101 111 2222", "--name", "Mona Quill"]).succeeds();
    shop.orders(["edit", ORDER, "--phone", "+1 234 567 890", "--name", "John Doe"]).succeeds();
    shop.orders(["note", "LEG-M2", "difficult, ask for Mona"]).succeeds();
    shop.orders(["confirm", "LEG-M2", "--accept-prices", "--note", "paid by Mona Quill"]).succeeds();
    shop.orders(["customer", "block", "LEG-M2", "--note", "difficult"]).succeeds();
    shop.orders(["customer", "note", "LEG-M2", "Mona's sister too"]).succeeds();
    assert!(files_with(&shop, &TELLING).len() > 6, "{:?}", files_with(&shop, &TELLING));
    let before = shop.orders(["report", "sales", "--by", "status", "--json"]).json();
    let on_hand = shop.on_hand("BLT-01", "");

    shop.orders(["customer", "forget", "0101 111 2222"]).fails(
        2,
        "error: forgetting a customer cannot be undone: it needs --yes\n\
         hint: to do it:  orders customer forget '0101 111 2222' --yes\n",
    );
    shop.orders(["customer", "forget", "LEG-M", "--yes"]).exits(5);
    let unchanged = shop.dump();
    let would = shop.orders(["customer", "forget", "LEG-M3", "--dry-run"]).exits(0);
    assert!(would.stdout.starts_with("would forget the customer of 4 orders\n"), "{would:?}");
    assert_eq!(shop.dump(), unchanged);
    // One who reads keeps nobody from it once they are done.
    let forgot = shop.orders(["customer", "forget", "0101 111 2222", "--yes"]).exits(0);
    assert_eq!(forgot.stdout, "forgot the customer of 4 orders; the old bytes are overwritten\n");
    assert_eq!(
        forgot.stderr,
        "note: the account buyer-7 lost its phone\n\
         note: earlier backups still have this customer\n\
         warning: orders that are still open lose their name and address: LEG-ML9IWU80-Y5TG, LEG-M3, LEG-M2, LEG-M1\n"
    );

    assert_eq!(files_with(&shop, &TELLING), <[&str; 0]>::default());
    shop.check();
    assert_eq!(shop.orders(["report", "sales", "--by", "status", "--json"]).json(), before);
    assert_eq!((shop.on_hand("BLT-01", ""), shop.status("LEG-M2").as_str()), (on_hand, "confirmed"));
    let shown = shop.orders(["show", "LEG-M2", "--json"]).json();
    assert_eq!(
        (&shown["customerName"], &shown["customerPhone"], &shown["customerAddress"]),
        (&json!("forgotten"), &json!("forgotten"), &json!("forgotten"))
    );
    let history = shop.orders(["history", "LEG-M1", "--json"]).json();
    let last = history.as_array().unwrap().last().unwrap();
    assert_eq!((&last["kind"], &last["to"]), (&json!("edited"), &json!("customer: forgotten")));
    assert_eq!(shop.orders(["show", ORDER, "--json"]).json()["customerName"], "John Doe");
    assert_eq!(shop.orders(["customer", "list", "-q"]).succeeds(), "+1234567890\n");
    // They are not there again, whichever way: the old messages are conflicts that show nothing old.
    shop.orders(["customer", "forget", "0101 111 2222", "--yes"]).exits(3);
    shop.orders(["customer", "forget", "LEG-M1", "--yes"])
        .fails(5, "error: the customer of LEG-M1 was forgotten; nothing changed\n");
    shop.orders(["import", "-"]).stdin(cart).exits(5);
    let old = monas("LEG-M1", "0101 111 2222", "Mona Quill", "2026-02-01T10:00:00Z");
    let done = shop.orders(["import", "-"]).stdin(old.as_str()).exits(5);
    assert!(done.stderr.contains("order LEG-M1 exists already, and its customer was forgotten\n"), "{done:?}");
    let done = shop.orders(["create", "-"]).stdin(old).exits(5);
    assert!(TELLING.iter().all(|text| !done.stderr.contains(text)), "{done:?}");
    assert_eq!(files_with(&shop, &TELLING), <[&str; 0]>::default());
    shop.check();
}

#[test]
fn a_search_index_forgets_too() {
    let shop = Shop::stocked();
    let orders: Vec<String> = (0..600)
        .map(|number| {
            let phone = if number % 200 == 7 { "0101 111 2222".to_owned() } else { format!("+1 555 {number:06}") };
            monas(
                &format!("LEG-{number:04}"),
                &phone,
                if number % 200 == 7 { "Mona Quill" } else { "Ali" },
                "2026-02-01T10:00:00Z",
            )
            .replace("7 Zamalek Lane", "1 Main Street")
        })
        .collect();
    shop.orders(["import", "-"]).stdin(orders.join("\n")).succeeds();
    assert_eq!(shop.orders(["list", "-q", "--search", "quill"]).succeeds().lines().count(), 3);
    shop.orders(["customer", "forget", "01011112222", "--yes"]).succeeds();
    assert_eq!(shop.orders(["list", "-q", "--search", "quill"]).succeeds(), "");
    assert_eq!(shop.orders(["list", "-q", "--search", "forgotten"]).succeeds().lines().count(), 3);
    assert_eq!(files_with(&shop, &TELLING), <[&str; 0]>::default());
    shop.check();
}

/// It is forgotten, but the bytes stay until the other program is done.
#[test]
fn forgetting_resumes_after_another_program_blocked_it() {
    let shop = shop_on_file();
    let mut other = shop.connection();
    {
        let reads = other.transaction_with_behavior(TransactionBehavior::Deferred).unwrap();
        assert_eq!(reads.query_row("SELECT COUNT(*) FROM orders", [], |row| row.get(0)), Ok(4));
        let done = shop.orders(["customer", "forget", "0101 111 2222", "--yes", "--wait", "0"]).exits(7);
        assert_eq!(done.stdout, "");
        let file = shop.file();
        assert_eq!(
            done.stderr,
            format!(
                "error: the customer is forgotten, but old bytes are still in the file: {} is in use by another program\n\
                 hint: to overwrite them, once nobody else uses the file:  orders customer forget '0101 111 2222' --yes\n",
                file.display()
            )
        );
        // Others see it at once.
        assert_eq!(shop.orders(["show", "LEG-M1", "--json"]).json()["customerName"], "forgotten");
        assert!(!files_with(&shop, &TELLING).is_empty());
        assert_eq!(shop.number("SELECT COUNT(*) FROM to_overwrite"), 1);
        shop.orders(["customer", "forget", "0101 111 2222", "--yes", "--wait", "0"]).exits(7);
    }
    // The number tells nothing any more: any that is not there, and an order of theirs, finish it.
    let done = shop.orders(["customer", "forget", "LEG-M1", "--yes"]).exits(0);
    assert_eq!(done.stdout, "nothing of this customer was left; the old bytes are overwritten now\n");
    assert_eq!(files_with(&shop, &TELLING), <[&str; 0]>::default());
    assert_eq!(shop.number("SELECT COUNT(*) FROM to_overwrite"), 0);
    shop.orders(["customer", "forget", "0101 111 2222", "--yes"]).exits(3);
}

#[test]
fn copies_that_migrations_left_are_named() {
    let shop = shop_on_file();
    let copy = shop.path("orders.db.v4");
    std::fs::copy(shop.file(), &copy).unwrap();
    std::fs::write(shop.path("orders.db.very"), "x").unwrap();
    let body = shop.orders(["customer", "forget", "LEG-M1", "--yes", "--json"]).json();
    assert_eq!(body, json!({"orders": 3, "accounts": [], "overwritten": true, "copies": [copy.display().to_string()]}));
}
