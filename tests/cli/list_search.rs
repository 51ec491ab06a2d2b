use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};

/// A shop in Cairo with orders that differ in everything that can be looked for.
fn shop() -> Shop {
    let shop = Shop::stocked();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    for (reference, name, phone, date, product, now) in [
        ("LEG-A_1", "Mona Adel", "+20 (101) 111-2222", "2026-02-04T21:59:59.999Z", SHIRT, "2026-02-05T08:00:00Z"),
        ("LEG-B%2", "ليلى حسن", "٠١٠ ٢٢٢", "2026-02-04T22:00:00Z", SHIRT, "2026-02-06T08:00:00Z"),
        ("LEG-CX3", "Straße ΟΔΟΣ", "call me", "2026-02-06T10:00:00Z", BELT, "2026-02-06T20:00:00Z"),
    ] {
        let order = order(reference, product, 1, (product == SHIRT).then_some("L"))
            .replace("John Doe", name)
            .replace("+1234567890", phone)
            .replace("2026-02-04T10:30:00Z", date);
        shop.orders(["create", "-q"]).stdin(order).env("ORDERS_NOW", now).succeeds();
    }
    shop
}

#[track_caller]
fn finds(shop: &Shop, args: &[&str], expected: &[&str]) {
    let mut run = shop.orders(["list", "-q", "--sort", "orderDate"]);
    for arg in args {
        run = run.arg(arg);
    }
    assert_eq!(run.succeeds().lines().collect::<Vec<_>>(), expected, "{args:?}");
}

#[test]
fn search_finds_parts_in_any_case_and_script() {
    let shop = shop();
    let (a, b, c) = ("LEG-A_1", "LEG-B%2", "LEG-CX3");
    for (text, expected) in [
        ("leg-", vec![a, b, c]),
        ("MONA", vec![a]),
        ("حسن", vec![b]),
        ("STRASSE", vec![c]),
        ("οδοσ", vec![c]),
        ("_", vec![a]),
        ("%", vec![b]),
        ("1111", vec![a]),
        ("201 01", vec![a]),
        ("010222", vec![b]),
        ("٠١٠ ٢", vec![b]),
        ("classic t", vec![a, b]),
        ("leather", vec![c]),
        ("'", vec![]),
        ("\\", vec![]),
        ("nothing", vec![]),
        ("", vec![a, b, c]),
        // Nothing is left of these, and that is in no order.
        ("\u{640}", vec![]),
        ("\u{64e}", vec![]),
        ("\u{a8}", vec![]),
    ] {
        finds(&shop, &["--search", text], &expected);
    }
    // By the catalogue's name, and by the one of the day of the order.
    shop.orders(["product", "set", "BLT-01", "--name", "Gürtel"]).succeeds();
    finds(&shop, &["--search", "GÜRTEL"], &[c]);
    finds(&shop, &["--search", "leather"], &[c]);
}

#[test]
fn days_are_those_of_the_shops_calendar() {
    let shop = shop();
    let (a, b, c) = ("LEG-A_1", "LEG-B%2", "LEG-CX3");
    for (args, expected) in [
        (vec!["--since", "2026-02-05"], vec![b, c]),
        (vec!["--until", "2026-02-04"], vec![a]),
        (vec!["--since", "2026-02-05", "--until", "2026-02-05"], vec![b]),
        (vec!["--since", "yesterday"], vec![c]),
        (vec!["--since", "today"], vec![]),
        (vec!["--until", "yesterday"], vec![a, b, c]),
        (vec!["--since", "22h"], vec![c]),
        (vec!["--since", "2026-02-04T22:00:00Z", "--until", "2026-02-04T22:00:00Z"], vec![b]),
        (vec!["--older-than", "1d"], vec![a, b]),
        (vec!["--older-than", "25h"], vec![a]),
        (vec!["--older-than", "90m"], vec![a, b, c]),
    ] {
        finds(&shop, &args, &expected);
    }
    let no_time = "error: --until is before --since: no time is between them\n";
    shop.orders(["list", "--since", "today", "--until", "yesterday"]).fails(2, no_time);
    shop.orders(["list", "--since", "2026-02-05", "--until", "2026-02-04", "--count"]).fails(2, no_time);
    for args in [["list", "--since", "tomorrow"], ["list", "--until", "04-02-2026"], ["list", "--older-than", "2"]] {
        assert!(shop.orders(args).exits(2).stderr.contains("must be"));
    }
}

#[test]
fn conditions_are_combined() {
    let shop = shop();
    finds(&shop, &["--product", "SKU-12345"], &["LEG-A_1", "LEG-B%2"]);
    finds(&shop, &["--product", "belt", "--status", "pending"], &["LEG-CX3"]);
    finds(&shop, &["--product", "belt", "--status", "confirmed,shipped"], &[]);
    finds(&shop, &["--search", "leg", "--product", "sku-12345", "--since", "2026-02-05", "--limit", "1"], &["LEG-B%2"]);
    shop.orders(["list", "--product", "hat"]).exits(3);
    shop.orders(["list", "--user", "nobody"]).exits(3);
    assert_eq!(shop.orders(["list", "--search", "nothing", "--json"]).succeeds(), "[]\n");
}

#[test]
fn a_list_says_what_it_leaves_out() {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    let done = shop.orders(["list", "--limit", "2", "--search", "leg"]).exits(0);
    assert_eq!(done.stdout.lines().count(), 3);
    assert_eq!(done.stderr, "note: there are more: only the newest 2 are shown; --limit 0 shows all\n");
}

/// Orders by the hundred are searched by the texts that were gathered of them.
#[test]
fn search_finds_an_order_among_many_as_it_is_now() {
    let shop = Shop::stocked();
    let orders: String = (1..=600)
        .map(|number| {
            let order = order(&format!("LEG-N{number}"), BELT, 1, None);
            order.replace("John Doe", &format!("Çağla {number}")).replace("+1234567890", &format!("٠١-{number:04}"))
                + "\n"
        })
        .collect();
    shop.orders(["import", "-q", "-"]).stdin(orders).succeeds();
    for (text, expected) in [
        ("leg-n300", &["LEG-N300"][..]),
        ("çağla 7", &["LEG-N7", "LEG-N70", "LEG-N71", "LEG-N72", "LEG-N73"]),
        ("01-0256", &["LEG-N256"]),
        ("01 0257", &["LEG-N257"]),
        ("n600", &["LEG-N600"]),
        ("Ç", &["LEG-N1", "LEG-N2", "LEG-N3", "LEG-N4", "LEG-N5"]),
        ("leather", &["LEG-N1", "LEG-N2", "LEG-N3", "LEG-N4", "LEG-N5"]),
        ("nothing", &[]),
    ] {
        finds(&shop, &["--limit", "5", "--search", text], expected);
    }
    // Together with what else orders are chosen and sorted by.
    shop.orders(["product", "adjust", "BLT-01", "+100", "--note", "delivery"]).succeeds();
    shop.orders(["confirm", "LEG-N40", "LEG-N41", "--yes"]).succeeds();
    finds(&shop, &["--search", "n4", "--status", "confirmed"], &["LEG-N40", "LEG-N41"]);
    finds(&shop, &["--search", "çağla 41", "--status", "confirmed", "--since", "2026-02-01"], &["LEG-N41"]);
    finds(&shop, &["--search", "n40", "--status", "pending", "--limit", "2"], &["LEG-N400", "LEG-N401"]);
    for order in ["LEG-N7", "LEG-N599"] {
        shop.orders(["edit", order, "--name", "Mona", "--phone", "0999"]).succeeds();
    }
    finds(&shop, &["--search", "mona"], &["LEG-N7", "LEG-N599"]);
    finds(&shop, &["--search", "0999"], &["LEG-N7", "LEG-N599"]);
    finds(&shop, &["--limit", "2", "--search", "çağla 59"], &["LEG-N59", "LEG-N590"]);
    finds(&shop, &["--search", "çağla 599"], &[]);
    shop.check();
}

/// What is read, looked up and searched for is bounded before the write lock is asked for.
#[test]
fn a_list_of_references_is_bounded_and_its_unknown_ones_cost_little() {
    let shop = Shop::with_order();
    let endless = format!("yes LEG-TYPO | {} show -", env!("CARGO_BIN_EXE_orders"));
    let output =
        std::process::Command::new("bash").args(["-c", &endless]).env("ORDERS_DB", shop.file()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), said.lines().next()),
        (Some(4), Some("error: more than 10000 references; one call takes 10000"))
    );
    let other = shop.connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let typos: String = (0..1000).map(|n| format!("LEG-TYPO-{n:04}\n")).collect();
    // Another one holds the lock: what is not found needs none.
    let done = shop.orders(["confirm", "-", "--wait", "0", "--json"]).stdin(format!("{typos}{typos}")).exits(3);
    assert!(done.stderr.contains(r#""error":"1000 orders not found""#), "{}", done.stderr);
    // A whole reference behind all of them is found by the index, a part is looked for a few times only.
    let done = shop.orders(["show", "-", "--keep-going", "-q"]).stdin(format!("{typos}{ORDER}")).exits(8);
    assert_eq!(done.stdout, format!("{ORDER}\n"));
    let done = shop.orders(["show", "-", "--keep-going", "-q"]).stdin(format!("{typos}LXYZ1234")).exits(8);
    assert_eq!(done.stdout, "");
    let typos: String = typos.lines().take(50).map(|typo| format!("{typo}\n")).collect();
    let done = shop.orders(["show", "-", "--keep-going", "-q"]).stdin(format!("{typos}LXYZ1234")).exits(8);
    assert!(
        done.stderr.contains("order LXYZ1234 not found") && done.stderr.contains("give whole references"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_phone_that_finds_nothing_says_why() {
    let shop = Shop::with_order();
    let hint = "note: no orders match\nhint: to find local numbers in any spelling, set the country code:  orders config countryCode CODE\n";
    assert_eq!(shop.orders(["list", "--phone", "+20 100 555 1001"]).exits(0).stderr, hint);
    shop.orders(["config", "countryCode", "20"]).succeeds();
    assert_eq!(shop.orders(["list", "--phone", "+20 100 555 1001"]).exits(0).stderr, "note: no orders match\n");
    let done = shop.orders(["confirm", "0100", "555", "1001"]).exits(3);
    assert!(done.stderr.ends_with("hint: a phone number with spaces goes in quotes: '0100 555 1001'\n"), "{done:?}");
}
