use serde_json::json;

use crate::harness::{BELT, Done, Shop};

fn receive(shop: &Shop, words: &[&str]) -> crate::harness::Run {
    words.iter().fold(shop.orders(["product", "receive"]), |run, word| run.arg(word))
}

#[test]
fn pieces_of_a_product_are_received_once() {
    let shop = Shop::stocked();
    let words = ["PL-220", "M=3", "xl=4", "--ref", "INV-77", "--note", "two boxes"];
    receive(&shop, &words)
        .prints("received INV-77: 7 pieces\n  Polo Shirt (M): stock 2 → 5\n  Polo Shirt (XL): stock 1 → 5\n");
    assert_eq!((shop.on_hand("PL-220", "M"), shop.on_hand("PL-220", "XL"), shop.on_hand("PL-220", "L")), (5, 5, 0));
    shop.check();
    // The same again, however it is written.
    let before = shop.dump();
    for again in [&words[..], &["polo", "XL=4,M=3", "--ref", "inv-77"]] {
        let done = receive(&shop, again).exits(0);
        assert_eq!(done.stdout, "INV-77 was received 2026-02-07 08:00 by operator; unchanged\n");
        let kept = again.contains(&"--note");
        assert_eq!(done.stderr, if kept { "note: the note is not stored: nothing changed\n" } else { "" });
    }
    receive(&shop, &["PL-220", "M=3", "xl=5", "--ref", "INV-77"]).fails(
        5,
        "error: delivery INV-77 was entered with other pieces; nothing received\n  - Polo Shirt (XL): 4 are on record, not 5\n\
         hint: to correct what was entered:  orders product adjust PL-220 +1 --size XL --note WHY\n",
    );
    // The second product of one invoice, in a call of its own.
    let done = receive(&shop, &["BLT-01", "3", "--ref", "INV-77"]).exits(5);
    let told = "hint: one reference is one delivery: a file with the columns sku, size and quantity takes several products; \
                enter the rest of this one as INV-77-2\n";
    assert!(done.stderr.ends_with(told), "{}", done.stderr);
    let done = receive(&shop, &["SKU-12345", "BLT-01=2", "S=1", "--ref", "INV-80"]).exits(4);
    let told = "hint: BLT-01 is a product: one call takes one product; \
                a file with the columns sku, size and quantity takes several products\n";
    assert!(done.stderr.ends_with(told), "{}", done.stderr);
    assert_eq!(shop.dump(), before);
    receive(&shop, &["BLT-01", "12", "--ref", "INV-78", "-q"]).prints("INV-78\n");
    let history = shop.orders(["product", "history", "BLT-01"]).succeeds();
    assert!(history.ends_with("2026-02-07 08:00     +12     24  receive  INV-78    operator\n"), "{history}");
    let history = shop.orders(["product", "history", "PL-220", "--json"]).json();
    let last = history.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["reason"], &last["delivery"], &last["note"], &last["balance"]),
        (&json!("receive"), &json!("INV-77"), &json!("two boxes"), &json!(5))
    );
}

#[test]
fn a_delivery_has_one_body_new_or_unchanged() {
    let shop = Shop::stocked();
    let run = || receive(&shop, &["BLT-01", "3", "--ref", "فاتورة 12", "--json"]).json();
    let body = |unchanged: bool| {
        json!({"reference": "فاتورة 12", "at": "2026-02-07T08:00:00.000Z", "actor": "operator", "note": null,
               "unchanged": unchanged, "pieces": 3,
               "items": [{"productId": BELT, "productName": "Leather Belt", "productBarcode": "BLT-01", "size": null,
                          "quantity": 3, "stockBefore": if unchanged { 15 } else { 12 }, "stockAfter": 15}]})
    };
    assert_eq!(run(), body(false));
    assert_eq!(run(), body(true));
    let csv = receive(&shop, &["BLT-01", "3", "--ref", "X", "--format", "csv"]).succeeds();
    assert!(csv.starts_with("reference,at,actor,note,unchanged,pieces,items\n"), "{csv}");
}

#[test]
fn an_impossible_delivery_says_why() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let new_size = "hint: --new-size starts the sizes that are new\n";
    for (words, code, said) in [
        (
            &["PL-220", "3", "--ref", "A"][..],
            4,
            "Polo Shirt: needs a size (sizes: M, L, XL); nothing received\n".to_owned(),
        ),
        (
            &["PL-220", "XXL=3", "--ref", "A"],
            4,
            format!("Polo Shirt: has no size XXL (sizes: M, L, XL); nothing received\n{new_size}"),
        ),
        (
            &["PL-220", "XXL=3", "S=1", "--ref", "A"],
            4,
            format!(
                "some pieces cannot be received; nothing received\n  - Polo Shirt: has no size XXL (sizes: M, L, XL)\n  \
                 - Polo Shirt: has no size S (sizes: M, L, XL)\n{new_size}"
            ),
        ),
        (
            &["BLT-01", "L=3", "--ref", "A", "--new-size"],
            4,
            "Leather Belt: is not tracked by size, and has 12 on hand; nothing received\n".to_owned(),
        ),
        (
            &["BLT-01", "2147483647", "--ref", "A"],
            4,
            "stock of Leather Belt cannot be more than 2147483647; nothing received\n".to_owned(),
        ),
    ] {
        receive(&shop, words).fails(code, &format!("error: {said}"));
    }
    for (words, code, said) in [
        (&["caftan", "3", "--ref", "A"][..], 3, "product caftan not found"),
        (&["PL-220", "M=3"], 2, "--ref"),
        (&["PL-220", "M=3", "--ref", " "], 2, "must not be blank"),
        (&["PL-220", "M=0", "--ref", "A"], 2, "must be a whole number from 1"),
        (&["PL-220", "M=1", "m=2", "--ref", "A"], 2, "size m is given twice"),
        (&["PL-220", "1", "2", "--ref", "A"], 2, "several numbers need their sizes"),
        (&["PL-220", "M", "--ref", "A"], 2, "must be SIZE=N, such as L=3, or a number of pieces"),
        (&["PL-220", "--ref", "A"], 1, "hint: to receive pieces of a product:  orders product receive P N --ref REF"),
    ] {
        let done = receive(&shop, words).exits(code);
        assert!(done.stderr.contains(said), "{words:?}: {done:?}");
    }
    assert_eq!(shop.dump(), before);
    receive(&shop, &["PL-220", "XXL=3", "M=1", "--ref", "A", "--new-size"])
        .prints("received A: 4 pieces\n  Polo Shirt (XXL), a new size: stock 0 → 3\n  Polo Shirt (M): stock 2 → 3\n");
    shop.check();
}

/// As a supplier sends it: other columns, a blank row, a box that was split, a row of which nothing came.
const INVOICE: &str = "\u{feff}No;SKU;Product;Size;Qty;Cost
1;PL-220;Polo;M;3;12,50
2;;Canvas Sneakers;42.0;2;30,00
;;;;;
3;SKU-12345;T-Shirt;l;4;15,00
4;PL-220;Polo;m;1,0;12,50
5;BLT-01;Belt;;0;9,00
";

#[test]
fn a_delivery_in_a_file_is_received_once() {
    let shop = Shop::stocked();
    std::fs::write(shop.path("inv.csv"), INVOICE).unwrap();
    let before = shop.dump();
    let dry = receive(&shop, &["inv.csv", "--ref", "INV-9", "-n"]).exits(0);
    assert_eq!(
        dry.stdout,
        "would receive INV-9: 10 pieces\n  Polo Shirt (M): stock 2 → 6\n  Canvas Sneakers (42): stock 2 → 4\n  \
         Classic T-Shirt (L): stock 3 → 7\n"
    );
    assert_eq!(dry.stderr, "note: columns that are not read: No, Cost\nnote: dry run: nothing changed\n");
    assert_eq!(shop.dump(), before);
    receive(&shop, &["inv.csv", "--ref", "INV-9"]).succeeds();
    assert_eq!(
        (shop.on_hand("PL-220", "M"), shop.on_hand("Canvas Sneakers", "42"), shop.on_hand("BLT-01", "")),
        (6, 4, 12)
    );
    shop.check();
    let rows: Vec<&str> = INVOICE.lines().collect();
    let shuffled = [rows[0], rows[6], rows[5], rows[1], rows[4], rows[2]].join("\n");
    let done = receive(&shop, &["-", "--ref", "INV-9"]).stdin(shuffled).exits(0);
    assert_eq!(done.stdout, "INV-9 was received 2026-02-07 08:00 by operator; unchanged\n");
    let other = INVOICE.replace("M;3", "M;2");
    let done = receive(&shop, &["-", "--ref", "INV-9"]).stdin(other).exits(5);
    assert!(done.stderr.contains("  - Polo Shirt (M): 4 are on record, not 3\n"), "{done:?}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM deliveries"), 1);
}

#[test]
fn every_bad_row_is_named_and_nothing_received() {
    let shop = Shop::stocked();
    shop.orders(["product", "add", "--name", "Leather Belt", "--price", "9", "--sku", "B-2"]).succeeds();
    let before = shop.dump();
    let bad = "sku,name,size,quantity,prise\nPL-220,,M,3,1\nX-1,,,3,\n,Leather Belt,,1,\n,,M,1,\nPL-220,,S,1,\nPL-220,,M,-1,\nPL-220,,M,,\n6.2E+12,,,1,\n";
    std::fs::write(shop.path("inv.csv"), bad).unwrap();
    receive(&shop, &["inv.csv", "--ref", "INV-9"]).fails(
        4,
        "error: 7 of 8 rows are invalid; nothing received
  - inv.csv: row 3 (X-1): sku (A3): \"X-1\" is the SKU of no product
  - inv.csv: row 4 (Leather Belt): name (B4): \"Leather Belt\" is the name of 2 products: give the sku or id
  - inv.csv: row 5: names no product: its sku, name and id are blank (in merged cells only the first row has a value)
  - inv.csv: row 6 (PL-220): size (C6): Polo Shirt: has no size S (sizes: M, L, XL)
  - inv.csv: row 7 (PL-220): quantity (D7): \"-1\" must be a whole number from 0 to 2147483647
  - inv.csv: row 8 (PL-220): quantity (D8): is missing
  - inv.csv: row 9 (6.2E+12): sku (A9): \"6.2E+12\" is a long number that a spreadsheet cut: make its column text, and enter it anew
hint: columns that are not read: prise
hint: --new-size starts the sizes that are new
",
    );
    let done = receive(&shop, &["inv.csv", "--ref", "INV-9", "--json"]).exits(4);
    let error: serde_json::Value = serde_json::from_str(done.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&error["received"], &error["rejected"], &error["errors"][1]["code"], &error["errors"][1]["reason"]),
        (&json!(0), &json!(7), &json!("conflict"), &json!("ambiguous"))
    );
    for (input, problem) in [
        ("", "-: is empty"),
        ("sku,size\n", "-: has no column quantity"),
        ("quantity,size\n", "-: has no column sku, name or id"),
        ("sku,barcode,quantity\n", "-: has the columns sku and barcode, which mean the same: rename one of them"),
        ("sku,quantity\n", "delivery INV-9 brings no pieces"),
    ] {
        let done = receive(&shop, &["-", "--ref", "INV-9"]).stdin(input).exits(4);
        assert!(done.stderr.contains(problem) && done.stderr.contains("nothing received"), "{input:?}: {done:?}");
    }
    let long = format!("sku,quantity\n{}", "BLT-01,1\n".repeat(10_001));
    let done = receive(&shop, &["-", "--ref", "INV-9"]).stdin(long).exits(4);
    assert!(done.stderr.contains("-: row 10002: has more than 10000 rows: enter it as several deliveries"), "{done:?}");
    assert_eq!(shop.dump(), before);
}

/// Two programs enter one invoice at once: it is received once.
#[test]
fn of_two_commands_at_once_one_receives_and_the_other_finds_it_unchanged() {
    let shop = Shop::stocked();
    let ends: Vec<Done> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| receive(&shop, &["BLT-01", "5", "--ref", "INV-1"]).ends())).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(ends.iter().all(|done| done.code == 0), "{ends:?}");
    assert_eq!(ends.iter().filter(|done| done.stdout.starts_with("received INV-1")).count(), 1);
    assert_eq!(shop.on_hand("BLT-01", ""), 17);
    shop.check();
}

#[test]
fn sellers_receive_and_buyers_do_not() {
    let shop = Shop::stocked();
    for (name, role) in [("sara", "seller"), ("mona", "buyer")] {
        shop.orders(["user", "add", name, "--role", role]).succeeds();
    }
    receive(&shop, &["BLT-01", "5", "--ref", "INV-1", "--as", "sara", "-q"]).succeeds();
    let body = receive(&shop, &["BLT-01", "5", "--ref", "INV-1", "--json"]).json();
    assert_eq!((&body["actor"], &body["unchanged"]), (&json!("sara"), &json!(true)));
    for caller in ["mona", "guest"] {
        receive(&shop, &["BLT-01", "5", "--ref", "INV-2", "--as", caller]).exits(11);
    }
}
