//! `orders product sheet` and `product count`: counting while the shop sells.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::harness::{BELT, ORDER, SHIRT, Shop, order};

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
         - Classic T-Shirt: has no size XS (sizes: S, M, L)\n  \
         - Classic T-Shirt: has no size XXL (sizes: S, M, L)\n\
         hint: to start a new size:  orders product count SKU-12345 N --size XS --new-size --note WHY\n",
    );
    for (numbers, problem) in [
        (&["3", "4"][..], "error: several numbers need their sizes"),
        (&["S=3", "s=4"], "error: size s is given twice"),
        (&["S=3", "L=4", "--size", "M"], "error: --size goes with one number"),
        (&["S=x"], "error: invalid value 'S=x' for '[N|SIZE=N]...': must be a whole number from 0 to 2147483647"),
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
    let reserved =
        "note: Classic T-Shirt (L): 2 more are reserved for LEG-LXYZ1234-AB5C; if they were counted too, use --shelf\n";
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("Classic T-Shirt (L): stock 1 → 1\n", reserved));
    let done = shop.orders(["product", "count", "SKU-12345", "L=4", "--shelf", "--note", "counted"]).exits(0);
    let counted = "note: Classic T-Shirt (L): 2 of those counted are reserved for LEG-LXYZ1234-AB5C\n";
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("Classic T-Shirt (L): stock 1 → 2\n", counted));
    shop.orders(["product", "count", "SKU-12345", "L=1", "--shelf", "--note", "counted"]).fails(
        5,
        "error: Classic T-Shirt (L): 1 counted, but 2 are reserved for LEG-LXYZ1234-AB5C: 1 too few; nothing changed\n\
         hint: to move it back to pending:  orders set-status LEG-LXYZ1234-AB5C pending --force --note WHY\n",
    );
    shop.orders(["set-status", ORDER, "shipped"]).succeeds();
    shop.orders(["product", "count", "SKU-12345", "L=2", "--shelf", "--note", "x"])
        .prints("Classic T-Shirt (L): stock 2 → 2\n");
    shop.check();
}

#[test]
fn a_count_writes_one_movement_per_size_and_prints_the_product() {
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

const SNEAKERS: &str = "a4d5c6b7-1e2f-4a3b-8c4d-0f1e2d3c4b5a";

/// Fills a count sheet in, by sku and size; all others stay blank.
fn filled(sheet: &str, counted: &[(&str, &str, i64)]) -> String {
    let fill = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let found = counted.iter().find(|(sku, size, _)| (*sku, *size) == (cells[0], cells[2]));
        let number = found.map_or(cells[4].to_owned(), |(.., number)| number.to_string());
        format!("{},{number},{}\n", cells[..4].join(","), cells[5])
    };
    sheet.lines().map(fill).collect()
}

#[test]
fn a_sheet_lists_the_shelf_with_pieces_reserved_for_orders() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    let now = "2026-03-04T12:00:00.000Z";
    assert_eq!(
        shop.orders(["product", "sheet", "--format", "csv"]).env("ORDERS_NOW", now).succeeds(),
        format!(
            "sku,product,size,shelf,counted,asOf\n\
             {SNEAKERS},Canvas Sneakers,42,2,,{now}\n{SNEAKERS},Canvas Sneakers,43,2,,{now}\n\
             {SNEAKERS},Canvas Sneakers,44,1,,{now}\n\
             SKU-12345,Classic T-Shirt,S,4,,{now}\nSKU-12345,Classic T-Shirt,M,6,,{now}\n\
             SKU-12345,Classic T-Shirt,L,3,,{now}\nBLT-01,Leather Belt,,12,,{now}\n\
             PL-220,Polo Shirt,M,2,,{now}\nPL-220,Polo Shirt,L,0,,{now}\nPL-220,Polo Shirt,XL,1,,{now}\n"
        )
    );
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    shop.orders(["product", "sheet", "SKU-12345", "sneakers", "SKU-12345"]).env("ORDERS_NOW", now).prints(
        "SKU        PRODUCT          SIZE  SHELF  COUNTED  AS OF\n\
         SKU-12345  Classic T-Shirt  S         4           2026-03-04 14:00\n\
         SKU-12345  Classic T-Shirt  M         6           2026-03-04 14:00\n\
         SKU-12345  Classic T-Shirt  L         3           2026-03-04 14:00\n           \
         Canvas Sneakers  42        2           2026-03-04 14:00\n           \
         Canvas Sneakers  43        2           2026-03-04 14:00\n           \
         Canvas Sneakers  44        1           2026-03-04 14:00\n",
    );
    let page = shop.orders(["product", "sheet", "--format", "html"]).env("ORDERS_NOW", now).succeeds();
    assert!(page.contains("<h1>Count sheet</h1><p>as of 2026-03-04 14:00 EET, time zone Africa/Cairo</p>"), "{page}");
    assert_eq!(page.matches("<tr>").count(), 11);
    shop.orders(["product", "sheet", "--fields", "sku,shelf", "--format", "csv", "BLT-01"])
        .prints("sku,shelf\nBLT-01,12\n");
    assert_eq!(shop.orders(["product", "sheet"]).arg("nowhere").exits(3).stdout, "");
    Shop::new().orders(["product", "sheet"]).exits(1);
}

#[test]
fn stock_that_moved_since_the_sheet_is_taken_into_account() {
    let shop = Shop::with_order();
    let at = |run: crate::harness::Run, time: &str| run.env("ORDERS_NOW", format!("2026-03-06T{time}Z"));
    at(shop.orders(["confirm", ORDER]), "16:00:00").succeeds();
    let sheet = at(shop.orders(["product", "sheet", "--format", "csv"]), "17:00:00").succeeds();
    // Two of L are packed and leave, another order is confirmed, and one of M comes in.
    at(shop.orders(["set-status", ORDER, "shipped"]), "17:30:00").succeeds();
    shop.take("LEG-2", SHIRT, 1, Some("M"));
    at(shop.orders(["confirm", "LEG-2"]), "17:40:00").succeeds();
    at(shop.orders(["product", "adjust", "SKU-12345", "+1", "--size", "M", "--note", "found"]), "17:50:00").succeeds();
    let counted =
        [("SKU-12345", "S", 4), ("SKU-12345", "M", 5), ("SKU-12345", "L", 3), ("BLT-01", "", 13), (SNEAKERS, "44", 0)];
    std::fs::write(shop.path("sheet.csv"), filled(&sheet, &counted)).unwrap();
    let before = shop.dump();
    let expected = "\
PRODUCT          SIZE  EXPECTED  COUNTED  DIFF    STOCK  RESERVED FOR
Canvas Sneakers  44           1        0    -1    1 → 0
Classic T-Shirt  M            6        5    -1    6 → 5  LEG-2
Leather Belt                 12       13    +1  12 → 13
";
    let done = at(shop.orders(["product", "count", "sheet.csv", "-n"]), "18:00:00").exits(0);
    assert_eq!(done.stdout, format!("{expected}would correct 3, as expected 2, not counted 5\n"));
    assert_eq!((done.stderr.as_str(), shop.dump()), ("note: dry run: nothing changed\n", before));
    at(shop.orders(["product", "count", "sheet.csv"]), "18:00:00")
        .prints(&format!("{expected}corrected 3, as expected 2, not counted 5\n"));
    assert_eq!(["S", "M", "L"].map(|size| shop.on_hand("SKU-12345", size)), [4, 5, 1]);
    assert_eq!((shop.on_hand("BLT-01", ""), shop.on_hand("Canvas Sneakers", "44")), (13, 0));
    // Entered again, now or later, it changes nothing.
    let after = shop.dump();
    at(shop.orders(["product", "count", "sheet.csv"]), "18:00:00")
        .prints("corrected 0, as expected 5, not counted 5\n");
    assert_eq!(shop.dump(), after);
    at(shop.orders(["set-status", "LEG-2", "shipped"]), "19:00:00").succeeds();
    let again = at(shop.orders(["product", "count", "sheet.csv", "--json"]), "20:00:00").json();
    assert_eq!((&again["corrected"], &again["unchanged"], &again["differences"]), (&json!(0), &json!(5), &json!([])));
    shop.check();
}

#[test]
fn sheets_that_overlap_correct_the_same_difference_once() {
    let shop = Shop::stocked();
    let sheets = [1, 2].map(|_| shop.orders(["product", "sheet", "--format", "csv"]).succeeds());
    let both = sheets.map(|sheet| filled(&sheet, &[("BLT-01", "", 10)]));
    shop.orders(["product", "count", "-"]).stdin(both[0].clone()).succeeds();
    shop.orders(["product", "count", "-"]).stdin(both[1].clone()).succeeds();
    assert_eq!(shop.on_hand("BLT-01", ""), 10);
    // A new sheet begins with what is known now.
    let new = shop.orders(["product", "sheet", "--format", "csv"]).succeeds();
    assert!(new.contains("BLT-01,Leather Belt,,10,"), "{new}");
    shop.orders(["product", "count", "-"]).stdin(filled(&new, &[("BLT-01", "", 9)])).succeeds();
    shop.orders(["product", "count", "-"]).stdin(filled(&new, &[("BLT-01", "", 9)])).succeeds();
    assert_eq!(shop.on_hand("BLT-01", ""), 9);
    shop.check();
}

#[test]
fn an_older_sheet_does_not_undo_a_later_count() {
    let shop = Shop::stocked();
    let at = |run: crate::harness::Run, time: &str| run.env("ORDERS_NOW", format!("2026-03-06T{time}Z"));
    let sheet = |time: &str| at(shop.orders(["product", "sheet", "--format", "csv"]), time).succeeds();
    let count = |time: &str, sheet: &str, counted: i64| {
        let sheet = filled(sheet, &[("BLT-01", "", counted), ("SKU-12345", "S", 4)]);
        at(shop.orders(["product", "count", "-"]), time).stdin(sheet).exits(0)
    };
    let (first, second, third) = (sheet("10:00:00"), sheet("11:00:00"), sheet("12:00:00"));
    count("12:30:00", &second, 9);
    let before = shop.dump();
    let late = count("13:00:00", &first, 12);
    assert_eq!(late.stdout, "corrected 0, as expected 1, not counted 9\n");
    let left =
        "warning: Leather Belt: 12 counted, but a later count, of 2026-03-06 11:00, is on record: left as it is\n";
    assert_eq!((late.stderr.as_str(), shop.dump()), (left, before));
    // The other way round, each corrects what the one before did not know.
    assert_eq!(count("13:30:00", &third, 9).stdout, "corrected 0, as expected 2, not counted 8\n");
    assert_eq!(shop.on_hand("BLT-01", ""), 9);
    // That it was as expected is on record too.
    assert!(count("14:00:00", &second, 12).stderr.contains("a later count, of 2026-03-06 12:00"));
    // A slip of the pen in the last sheet is mended by entering it again.
    count("14:30:00", &third, 8);
    assert_eq!(shop.on_hand("BLT-01", ""), 8);
    at(shop.orders(["product", "count", "BLT-01", "7", "--note", "again"]), "15:00:00").succeeds();
    assert!(count("15:30:00", &third, 8).stderr.contains("a later count, of 2026-03-06 15:00"));
    let json = filled(&first, &[("BLT-01", "", 12)]);
    let body = at(shop.orders(["product", "count", "-", "--json"]), "16:00:00").stdin(json).json();
    assert_eq!((&body["skipped"], body["warnings"].as_array().unwrap().len()), (&json!(10), 1));
    assert_eq!(shop.on_hand("BLT-01", ""), 7);
    shop.check();
}

#[test]
fn every_problem_of_a_sheet_is_named_with_its_line() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER]).succeeds();
    let sheet = "sku,product,size,shelf,counted,asOf\n\
        SKU-12345,,S,4,5,\nSKU-12345,,s,,5,\nSKU-12345,,XS,,1,\nSKU-12345,,,,1,\nSKU-12345,,L,,1,\n\
        BLT-01,,,99,12,2026-02-07T08:00:00Z\nBLT-01,,,,12,2031-01-01\nPL-220,,M,,x,\nnowhere,,,,1,\n";
    let before = shop.dump();
    let failed = shop.orders(["product", "count", "-"]).stdin(sheet).exits(4);
    assert_eq!(
        failed.stderr,
        "error: 8 of 9 rows are invalid; nothing changed\n  \
         - -: row 3 (SKU-12345): Classic T-Shirt (S) is counted in row 2 too\n  \
         - -: row 4 (SKU-12345): size (C4): Classic T-Shirt: has no size XS (sizes: S, M, L)\n  \
         - -: row 5 (SKU-12345): size (C5): Classic T-Shirt: needs a size (sizes: S, M, L)\n  \
         - -: row 6 (SKU-12345): Classic T-Shirt (L): 1 counted, but 2 are reserved for LEG-LXYZ1234-AB5C: 1 too few\n  \
         - -: row 7 (BLT-01): shelf: 12 lay there at asOf by the records: print a new sheet, or leave shelf blank\n  \
         - -: row 8 (BLT-01): asOf (F8): is in the future\n  \
         - -: row 9 (PL-220): counted (E9): \"x\" must be a whole number from 0 to 2147483647\n  \
         - -: row 10 (nowhere): sku (A10): \"nowhere\" is the SKU of no product\n\
         hint: --keep-going takes the others; add --rejects FILE to write these to FILE\n"
    );
    assert_eq!(shop.dump(), before);
    let done = shop.orders(["product", "count", "-", "--keep-going", "--rejects", "mend.csv", "--new-size", "--json"]);
    let done = done.stdin(sheet).exits(8);
    let body: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&body["corrected"], &body["rejected"]), (&json!(2), &json!(7)));
    assert_eq!((shop.on_hand("SKU-12345", "S"), shop.on_hand("SKU-12345", "XS")), (5, 1));
    let mend = std::fs::read_to_string(shop.path("mend.csv")).unwrap();
    assert_eq!(mend.lines().count(), 8, "{mend}");
    for (file, problem) in [
        ("sku,size\nBLT-01,\n", "-: has no column counted"),
        ("size,counted\n,1\n", "-: has no column sku, name or id"),
        ("{}", "-: is JSON: save the list as CSV in UTF-8"),
        ("", "-: is empty: its first row names the columns"),
    ] {
        let failed = shop.orders(["product", "count", "-"]).stdin(file).exits(4);
        assert!(failed.stderr.contains(problem), "{file}: {}", failed.stderr);
    }
    shop.orders(["product", "count", "-"])
        .stdin("sku,counted\nBLT-01,\n")
        .prints("corrected 0, as expected 0, not counted 1\n");
    let missing = shop.orders(["product", "count", "BLT-01"]).exits(1);
    assert!(
        missing.stderr.ends_with("hint: to count one product:  orders product count P N --note WHY\n"),
        "{missing:?}"
    );
    shop.check();
}

#[test]
fn a_sheet_changed_by_a_spreadsheet_is_understood_or_refused_by_name() {
    let shop = Shop::new();
    let add = |name: &str, sku: &str| {
        shop.orders(["product", "add", "--price", "5", "--stock", "3", "--name", name, "--sku", sku]).succeeds();
    };
    add("Cap", "00123");
    add("قميص أزرق", "6221031492019");
    add("Scarf", "777");
    // A semicolon between cells, a decimal comma, floats, lost zeros, Arabic digits.
    let sheet = "sku;product;counted\n123;Cap;2,0\n6221031492019.0;قميص أزرق;1\n777;Scarf;٤\n";
    shop.orders(["product", "count", "-", "-q"]).stdin(sheet).prints("");
    assert_eq!(["00123", "6221031492019", "777"].map(|sku| shop.on_hand(sku, "")), [2, 1, 4]);
    let failed =
        shop.orders(["product", "count", "-"]).stdin("sku,product,counted\n6.22103E+12,x,1\n123,Scarf,1\n").exits(4);
    assert!(failed.stderr.contains("\"6.22103E+12\" is a long number that a spreadsheet cut"), "{}", failed.stderr);
    let lost = "sku (A3): \"123\" is the SKU of no product, but differs from 00123 (Cap) only in leading zeros";
    assert!(failed.stderr.contains(lost), "{}", failed.stderr);
    shop.check();
}

#[test]
fn a_count_that_was_taken_late_is_a_warning() {
    let shop = Shop::with_order();
    let at = |run: crate::harness::Run, time: &str| run.env("ORDERS_NOW", format!("2026-03-06T{time}Z"));
    at(shop.orders(["confirm", ORDER]), "16:00:00").succeeds();
    shop.orders(["product", "adjust", "SKU-12345", "+5", "--size", "L", "--note", "x"]).succeeds();
    let sheet = at(shop.orders(["product", "sheet", "--format", "csv"]), "17:00:00").succeeds();
    at(shop.orders(["set-status", ORDER, "shipped"]), "17:30:00").succeeds();
    let counted = filled(&sheet, &[("SKU-12345", "L", 6)]);
    let done = at(shop.orders(["product", "count", "-", "-n"]), "18:00:00").stdin(counted.clone()).exits(0);
    let warning = "warning: Classic T-Shirt (L): 2 went since asOf, but the 6 counted are what lies there now";
    assert!(done.stderr.starts_with(warning), "{}", done.stderr);
    // With the time of the count it is as expected; what the sheet said then is no longer true.
    let later = counted.replace("17:00:00.000Z", "17:45:00Z").replace("L,8,6", "L,,6");
    at(shop.orders(["product", "count", "-"]), "18:00:00")
        .stdin(later)
        .prints("corrected 0, as expected 1, not counted 9\n");
}

/// Its SKU came as text, and stands as text in our own sheet.
#[test]
fn a_sku_that_looks_like_a_date_is_counted() {
    let shop = Shop::new();
    let product = r#"[{"name":"Cap","barcode":"2026-03-04","price":5,"stockQuantity":3}]"#;
    shop.orders(["product", "import", "-", "-q"]).stdin(product).succeeds();
    for format in ["csv", "xlsx"] {
        let sheet = shop.orders(["product", "sheet", "--format", format]).into_command().output().unwrap().stdout;
        std::fs::write(shop.path(&format!("sheet.{format}")), &sheet).unwrap();
        shop.orders(["product", "count", &format!("sheet.{format}")])
            .prints("corrected 0, as expected 0, not counted 1\n");
    }
    let count = |sku: &str| shop.orders(["product", "count", "-"]).stdin(format!("sku,counted\n{sku},2\n"));
    count("2026-03-04").exits(0);
    let refused = count("2026-03-05").exits(4).stderr;
    assert!(refused.contains("\"2026-03-05\" is a date: enter what was meant, in a column of text"), "{refused}");
    shop.orders(["product", "receive", "-", "--ref", "R-1"]).stdin("sku,quantity\n2026-03-04,4\n").exits(0);
}

/// What lay there at first did not come after a count of the morning: it must not be added to that count.
#[test]
fn a_count_from_before_the_first_stock_is_refused() {
    let shop = Shop::new();
    let at = |run: crate::harness::Run, time: &str| run.env("ORDERS_NOW", format!("2026-03-06T{time}Z"));
    let catalogue = "name,sku,price,size,stock\nShirt,SH-1,30,S,50\n";
    at(shop.orders(["product", "import", "-", "-q"]), "10:00:30").stdin(catalogue).succeeds();
    let count = |as_of: &str| {
        let sheet = format!("sku,size,counted,asOf\nSH-1,S,48,{as_of}\n");
        at(shop.orders(["product", "count", "-"]), "12:00:00").stdin(sheet)
    };
    for as_of in ["2026-03-06 08:00", "2026-03-06", "2025-03-06"] {
        let refused = count(as_of).exits(4).stderr;
        let problem = "asOf (D2): the first stock of Shirt (S) was recorded later, at 2026-03-06 10:00";
        assert!(refused.contains(problem), "{refused}");
    }
    // The minute of the import.
    assert!(count("2026-03-06 10:00").succeeds().ends_with("corrected 1, as expected 0, not counted 0\n"));
    assert_eq!(shop.orders(["product", "show", "SH-1", "--json"]).json()["stockQuantity"], 48);
    shop.check();
}

/// Counts the shelves again and again while others confirm, ship, cancel and take back. The model knows what was lost, and finds at
/// the end that every loss was found, once.
#[test]
fn counting_while_the_shop_sells_finds_every_loss_once() {
    const ROUNDS: usize = 12;
    let shop = Shop::new();
    let skus = ["A", "B"];
    let ids = skus.map(|sku| {
        let add = ["product", "add", "--price", "5", "--stock", "90000", "--name", sku, "--sku", sku, "--json"];
        shop.orders(add).without_env("ORDERS_NOW").json()["id"].as_str().unwrap().to_owned()
    });
    let (is_over, shop) = (AtomicBool::new(false), &shop);
    let mut lost = HashMap::from([("A", 0_i64), ("B", 0)]);
    std::thread::scope(|scope| {
        for seller in 0..2 {
            let (ids, is_over) = (&ids, &is_over);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seller);
                let mut number = 0;
                while !is_over.load(Ordering::Relaxed) {
                    number += 1;
                    let reference = format!("LEG-{seller}-{number}");
                    let sent = order(&reference, random.choice(ids).unwrap(), random.u32(1..4), None);
                    shop.orders(["create", "-", "-q"]).without_env("ORDERS_NOW").stdin(sent).succeeds();
                    let steps: &[&[&str]] = match random.u8(0..5) {
                        0 => &[&["confirm"]],
                        1 => &[&["confirm"], &["set-status", "shipped"]],
                        2 => &[&["confirm"], &["set-status", "shipped"], &["cancel", "--yes"]],
                        3 => &[&["confirm"], &["cancel", "--yes"]],
                        _ => &[
                            &["confirm"],
                            &["set-status", "shipped"],
                            &["set-status", "processing", "--force", "--note", "x"],
                        ],
                    };
                    for step in steps {
                        let run = shop.orders([step[0], &reference]).without_env("ORDERS_NOW");
                        step[1..].iter().fold(run, |run, word| run.arg(word)).succeeds();
                    }
                }
            });
        }
        let mut random = fastrand::Rng::with_seed(9);
        for _ in 0..ROUNDS {
            let (sku, pieces) = (random.choice(skus).unwrap(), random.i64(0..3));
            *lost.get_mut(sku).unwrap() += pieces;
            let sheet = shop.orders(["product", "sheet", "--format", "csv"]).without_env("ORDERS_NOW").succeeds();
            // What is really there as the sheet is printed: less by what is lost and not found yet.
            let there = sheet.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
            let there: Vec<(&str, &str, i64)> = there
                .map(|cells| {
                    let missing = if cells[0] == sku { pieces } else { 0 };
                    (cells[0], "", cells[3].parse::<i64>().unwrap() - missing)
                })
                .collect();
            let counted = filled(&sheet, &there);
            for _ in 0..2 {
                shop.orders(["product", "count", "-", "-q"])
                    .without_env("ORDERS_NOW")
                    .stdin(counted.clone())
                    .succeeds();
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let sold = "SELECT coalesce(SUM(i.quantity), 0) FROM order_items AS i JOIN orders AS o ON o.pk = i.order_pk
        JOIN products AS p ON p.id = i.product_id
        WHERE o.status IN ('confirmed', 'processing', 'shipped', 'delivered') AND p.barcode = ";
    for sku in skus {
        assert_eq!(shop.on_hand(sku, ""), 90000 - lost[sku] - shop.number(&format!("{sold}'{sku}'")), "{sku}");
    }
    shop.check();
}
