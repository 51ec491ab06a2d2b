//! `orders product import` of tables: CSV and spreadsheets.

use serde_json::{Value, json};

use crate::harness::{Run, Shop, shipped};

fn import(shop: &Shop, csv: &str, words: &[&str]) -> Run {
    words.iter().fold(shop.orders(["product", "import", "-"]), |run, word| run.arg(word)).stdin(csv)
}

/// As a shop keeps it: columns of its own, a decimal comma, a blank row, sizes of one product apart from each other.
const SHEET: &str = "\u{feff}SKU;Name;Price;Size;Stock;Low stock at;Category\r
PL-220;Polo Shirt;26,5;M;2;;Tops\r
6221031492019;\u{642}\u{645}\u{64a}\u{635};9,1;S;3;;Tops\r
;;;;;;\r
CAP-1;Cap;12,50;;7;3;\r
6221031492019;\u{642}\u{645}\u{64a}\u{635};9,10;M;4,0;;Tops\r
00123;Sock;3;;5;;\r
;Canvas Sneakers;65;;;;\r
";

#[test]
fn a_shops_sheet_is_imported_and_changes_are_shown_first() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let dry = import(&shop, SHEET, &["-n"]).exits(0);
    assert_eq!(
        dry.stdout,
        "would import 3, updated 2, unchanged 0
  PL-220 Polo Shirt: price 27.00 → 26.50
  + 6221031492019 \u{2068}\u{642}\u{645}\u{64a}\u{635}\u{2069}: 9.10, stock S 3, M 4
  + CAP-1 Cap: 12.50, stock 7
  + 00123 Sock: 3.00, stock 5
  Canvas Sneakers: price 64.00 → 65.00
"
    );
    assert_eq!(
        dry.stderr,
        "warning: Polo Shirt (PL-220): stock stays 3, not 2; product count sets it
note: columns that are not read: Category
note: dry run: nothing changed
"
    );
    let body = import(&shop, SHEET, &["-n", "--json"]).json();
    assert_eq!((&body["imported"], &body["updated"], &body["dryRun"]), (&json!(3), &json!(2), &json!(true)));
    let changes = body["changes"].as_array().unwrap();
    let told = |change: &Value| ["productName", "field", "from", "to"].map(|key| change[key].clone());
    assert_eq!(told(&changes[0]), [json!("Polo Shirt"), json!("price"), json!("27.00"), json!("26.50")]);
    assert_eq!(told(&changes[2]), [json!("Cap"), json!("product"), json!(null), json!("Cap")]);
    assert_eq!(shop.dump(), before);
    assert_eq!(import(&shop, SHEET, &[]).exits(0).stdout, "imported 3, updated 2, unchanged 0\n");
    assert_eq!((shop.on_hand("6221031492019", "M"), shop.on_hand("00123", ""), shop.on_hand("PL-220", "M")), (4, 5, 2));
    assert_eq!(shop.orders(["product", "show", "CAP-1", "--json"]).json()["lowStockAt"], 3);
    shop.check();
    // The same again changes nothing, and so does what the program prints itself.
    let again = import(&shop, SHEET, &["--json"]).json();
    assert_eq!((&again["unchanged"], &again["changes"]), (&json!(5), &json!(null)));
    let printed = shop.orders(["product", "list", "--format", "csv"]).succeeds();
    import(&shop, &printed, &[]).prints("imported 0, updated 0, unchanged 7\n");
}

#[test]
fn a_sheet_with_a_bad_row_changes_nothing_or_with_keep_going_all_but_that_product() {
    let shop = Shop::stocked();
    let sheet = "sku,name,price,size,stock,prise\nN-1,New,5,S,1,\nBLT-01,,20,,,\nN-2,Hat,five,,1,\nN-1,New,5,M,x,\n";
    let before = shop.dump();
    import(&shop, sheet, &[]).fails(
        4,
        "error: 2 of 3 records are invalid; nothing imported
  - -:5: record 1 (N-1): stock: must be a whole number from 0 to 2147483647
  - -:4: record 3 (N-2): price: must be a number such as 29.99
hint: columns that are not read: prise
",
    );
    assert_eq!(shop.dump(), before);
    let done = import(&shop, sheet, &["--keep-going"]).exits(8);
    assert_eq!(done.stdout, "imported 0, updated 1, unchanged 0, rejected 2\n");
    assert_eq!(shop.orders(["product", "show", "BLT-01", "--json"]).json()["price"], "20.00");
    shop.check();
}

#[test]
fn a_row_without_sku_is_the_one_product_of_exactly_its_name() {
    let shop = Shop::stocked();
    import(&shop, "name,price\nLeather Belt,20\nleather belt,5\n", &[]).prints("imported 1, updated 1, unchanged 0\n");
    let done = import(&shop, "name,sku,price\nCap,C-1,5\nCap,C-2,5\n", &[]).exits(0);
    assert_eq!(done.stderr, "warning: Cap (C-2) is new; C-1 has this name too\n");
    let done = import(&shop, "name,price\nCap,6\n", &[]).exits(5);
    assert!(
        done.stderr.contains("-:2: record 1 (Cap): name: 2 products have the name Cap: give the sku or id"),
        "{done:?}"
    );
    // However it is named, a product stands in one table once.
    let done = import(&shop, "name,sku,price\n,BLT-01,6\nLeather Belt,,7\n", &[]).exits(4);
    let problem = "-:3: record 2 (Leather Belt): is the product of earlier rows too: name it alike in all its rows";
    assert!(done.stderr.contains(problem), "{done:?}");
    shop.check();
}

/// A workbook that openpyxl saved: a hidden sheet before it, numbers for texts, texts that look like formulas, leading zeros.
#[test]
fn a_workbook_is_imported_as_a_person_meant_it() {
    let shop = Shop::new();
    let book = shipped("tests/fixtures/catalogue.xlsx");
    let done = shop.orders(["product", "import", "--json"]).arg(&book).json();
    assert_eq!((&done["imported"], &done["warnings"]), (&json!(5), &json!([])));
    let products = shop.orders(["product", "list", "--json"]).json();
    let told: Vec<_> = products
        .as_array()
        .unwrap()
        .iter()
        .map(|product| {
            format!("{} {} {} {}", product["barcode"], product["name"], product["price"], product["sizeQuantities"])
        })
        .collect();
    assert_eq!(
        told,
        [
            r#""000123" "=cmd|calc" "9.10" null"#,
            r#""1000000000000" "Boots" "29.99" {"42":1,"42.5":2}"#,
            r#""E-5" "Scarf" "0.30" null"#,
            r#"null "TRUE" "1050.00" null"#,
            "\"6221031492019\" \"\u{642}\u{645}\u{64a}\u{635}\" \"9.10\" {\"S\":3,\"M\":4}",
        ]
    );
    shop.check();
    let refused = shop.orders(["product", "import"]).arg(shipped("tests/fixtures/catalogue-refused.xlsx")).exits(4);
    let problems: Vec<_> =
        refused.stderr.lines().filter_map(|line| line.split_once("catalogue-refused.xlsx:")).collect();
    let problems: Vec<_> = problems.into_iter().map(|(_, problem)| problem).collect();
    assert_eq!(
        problems,
        [
            "Sheet:2: record 1 (6.221031492019123E+16): sku: 6.221031492019123E+16 is a long number that a spreadsheet cut: make its column text, and enter it anew",
            "Sheet:3: record 2: has a formula without its result: open the file in a spreadsheet program, and save it",
            "Sheet:4: record 3: has a cell with the error #REF!",
            "Sheet:5: record 4 (S-4): price: must have at most two decimals",
            "Sheet:6: record 5 (S-5): stock: must be a whole number from 0 to 2147483647",
        ]
    );
}

#[test]
fn utf16_and_several_files_are_imported_together() {
    let shop = Shop::new();
    let text = "\u{feff}name\tsku\tprice\r\nقميص\tQ-1\t5.50\r\n";
    std::fs::write(shop.path("a.txt"), text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    std::fs::write(shop.path("b.csv"), "name,sku,price,color\nCap,C-1,5\n").unwrap();
    std::fs::write(shop.path("c.json"), r#"[{"name":"Hat","sku":"H-1","price":7,"stock":2}]"#).unwrap();
    let done = shop.orders(["product", "import", "a.txt", "b.csv", "c.json"]).exits(0);
    assert_eq!(done.stdout, "imported 3, updated 0, unchanged 0\n");
    assert!(done.stderr.ends_with("note: b.csv: columns that are not read: color\n"), "{done:?}");
    assert_eq!(shop.on_hand("H-1", ""), 2);
    // All or nothing, over all of them.
    std::fs::write(shop.path("b.csv"), "name,sku,price\nCap,C-1,-5\n").unwrap();
    std::fs::write(shop.path("a.txt"), "name,sku,price\nقميص,Q-1,6\n").unwrap();
    let done = shop.orders(["product", "import", "a.txt", "b.csv", "c.json"]).exits(4);
    assert!(done.stderr.contains("b.csv:2: record 1 (C-1): price: must not be negative"), "{done:?}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM price_changes"), 0);
}

#[test]
fn what_is_no_catalogue_is_refused_by_name() {
    let shop = Shop::stocked();
    let before = shop.dump();
    for (input, problem) in [
        (&b"customer,sum\nMona,5\n"[..], "-:1: has none of the columns id, sku, barcode, name, price"),
        (b"price,size\n", "-:1: has no column name, sku or id"),
        (b"Catalogue\n\nname,price\n", "-:1: has none of the columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "-:1: is a spreadsheet of an old kind: save the list as CSV in UTF-8"),
        (b"PK\x03\x04", "-:1: is a zip file that was cut off"),
        (b"name,price\nCap\xff,5\n", "-:2: record 1: is not UTF-8: save it as UTF-8"),
        (b"name,price\nCap\0,5\n", "name: must not contain NUL"),
        (b"name,price\n\"Cap,5\nHat,6\n", "has a quote that is not closed"),
        (b"6/2/26, 18:06 - Karim: hello\n", "is a chat; use: orders import"),
    ] {
        let done = shop.orders(["product", "import"]).stdin(input).exits(4);
        assert!(done.stderr.contains(problem) && done.stderr.contains("nothing imported"), "{problem}: {done:?}");
    }
    assert_eq!(shop.dump(), before);
    assert_eq!(import(&shop, "name,price\n", &[]).succeeds(), "imported 0, updated 0, unchanged 0\n");
}
