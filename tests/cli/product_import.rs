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
        "would import 3, update 2, leave 0 unchanged
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
fn a_bad_row_stops_the_import_or_with_keep_going_only_its_product() {
    let shop = Shop::stocked();
    let sheet = "sku,name,price,size,stock,prise\nN-1,New,5,S,1,\nBLT-01,,20,,,\nN-2,Hat,five,,1,\nN-1,New,5,M,x,\n";
    let before = shop.dump();
    import(&shop, sheet, &[]).fails(
        4,
        "error: 2 of 3 products are invalid; nothing imported
  - -: row 5 (N-1): stock (E5): \"x\" must be a whole number from 0 to 2147483647
  - -: row 4 (N-2): price (C4): \"five\" must be a number such as 29.99
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
        done.stderr.contains("-: row 2 (Cap): name (A2): \"Cap\" is the name of 2 products: give the sku or id"),
        "{done:?}"
    );
    // However it is named, a product stands in one table once.
    let done = import(&shop, "name,sku,price\n,BLT-01,6\nLeather Belt,,7\n", &[]).exits(4);
    let problem = "-: row 3 (Leather Belt): is the product of earlier rows too: name it alike in all its rows";
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
        refused.stderr.lines().filter_map(|line| line.split_once("catalogue-refused.xlsx: ")).collect();
    let problems: Vec<_> = problems.into_iter().map(|(_, problem)| problem).collect();
    assert_eq!(
        problems,
        [
            "Sheet, row 2 (6.221031492019123E+16): sku (A2): \"6.221031492019123E+16\" is a long number that a spreadsheet cut: make its column text, and enter it anew",
            "Sheet, row 3: has a formula without its result: open the file in a spreadsheet program, and save it",
            "Sheet, row 4: has a cell with the error #REF!",
            r#"Sheet, row 5 (S-4): price (C5): "29.985" must have at most two decimals"#,
            r#"Sheet, row 6 (S-5): stock (D6): "1.5" must be a whole number from 0 to 2147483647"#,
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
    assert!(done.stderr.contains("b.csv: row 2 (C-1): price (C2): \"-5\" must not be negative"), "{done:?}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM price_changes"), 0);
}

#[test]
fn a_file_that_is_no_catalogue_is_refused_by_name() {
    let shop = Shop::stocked();
    let before = shop.dump();
    for (input, problem) in [
        (&b"customer,sum\nMona,5\n"[..], "-: has none of the columns id, sku, barcode, name, product, price"),
        (b"price,size\n", "-: has no column sku, name or id"),
        (b"Catalogue\n1\n2\n3\n4\n5\n6\n7\n8\n9\nname,price\n", "-: has none of the columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "-: is a spreadsheet of an old kind: save the list as CSV in UTF-8"),
        (b"PK\x03\x04", "-: is a zip file that was cut off"),
        (
            b"%PDF-1.7\n",
            "error: the table cannot be read; nothing imported\n  - -: is a PDF: save the list as CSV in UTF-8\n",
        ),
        (
            b"name,price\nCap\xff,5\n",
            "-: row 2: is not UTF-8: save it as UTF-8 (in Excel: Save As, CSV UTF-8), or as .xlsx",
        ),
        (
            b"sku,name,price,size,Colour\nT,Tee,5,M,red\nT,Tee,5,M,blue\n",
            "size (D3): \"M\" stands in row 2 too: stock has no colors; make each color a product, with its own sku and name",
        ),
        (b"name,price\nCap\0,5\n", " must not contain NUL"),
        (b"name,price\n\"Cap,5\nHat,6\n", "has a quote that is not closed"),
        (b"6/2/26, 18:06 - Karim: hello\n", "is a chat; use: orders import"),
    ] {
        let done = shop.orders(["product", "import"]).stdin(input).exits(4);
        assert!(done.stderr.contains(problem) && done.stderr.contains("nothing imported"), "{problem}: {done:?}");
    }
    assert_eq!(shop.dump(), before);
    for empty in ["name,price\n", "Catalogue\n\nname,price\n"] {
        assert_eq!(import(&shop, empty, &[]).succeeds(), "imported 0, updated 0, unchanged 0\n", "{empty}");
    }
}

/// A spreadsheet takes a SKU for a number. Import, receive and count read it alike: by the name, or not at all.
#[test]
fn a_sku_that_lost_its_zeros_is_never_another_product() {
    let shop = Shop::new();
    let first = import(&shop, "product,sku,price,qty\nCap,00123,5,3\nPolo,PL-1,20,4\n", &[]).succeeds();
    assert_eq!(first, "imported 2, updated 0, unchanged 0\n");
    let run = |words: &[&str], list: &str| {
        words.iter().fold(shop.orders(["product"]), |run, word| run.arg(word)).arg("-").stdin(list)
    };
    run(&["import"], "name,sku,price\nCap,123,6\n").prints("imported 0, updated 1, unchanged 0\n");
    run(&["receive", "--ref", "R-1", "-q"], "product,sku,qty\nCap,123,2\n").succeeds();
    assert_eq!(shop.on_hand("00123", ""), 5);
    run(&["count", "-q"], "product,sku,counted\nCap,123,4\n").succeeds();
    assert_eq!((shop.on_hand("00123", ""), shop.number("SELECT COUNT(*) FROM products")), (4, 2));
    // With the id, which a table of product list has, the catalogue's SKU stays.
    let list = shop.orders(["product", "list", "--format", "csv", "--fields", "id,barcode,price", "--search", "cap"]);
    let list = list.succeeds().replace("00123", "123");
    run(&["import"], &list).prints("imported 0, updated 0, unchanged 1\n");
    let before = shop.dump();
    for (cells, problem) in [
        (
            "123,",
            "row 2 (123): sku (A2): \"123\" is the SKU of no product, but differs from 00123 (Cap) only in leading zeros: enter it with them, in a column of text\n",
        ),
        ("123,Tie", "row 2 (123): sku (A2): \"123\" is the SKU of no product, but differs from 00123 (Cap)"),
        ("PL-1,Cap", "row 2 (PL-1): name (B2): \"Cap\" is the name of 00123, but the sku is that of PL-1 (Polo)\n"),
    ] {
        let list = |columns: &str, number: &str| format!("sku,name,{columns}\n{cells},{number}\n");
        for (words, list) in [
            (&["import"][..], list("price", "7")),
            (&["receive", "--ref", "R-2"], list("qty", "7")),
            (&["count"], list("counted", "7")),
        ] {
            let done = run(words, &list).exits(4);
            assert!(done.stderr.contains(problem), "{words:?} {cells}: {done:?}");
        }
    }
    assert_eq!(shop.dump(), before);
    shop.check();
}

#[test]
fn a_dry_run_without_an_orders_file_says_how_to_make_one() {
    let shop = Shop::on_file();
    let done = import(&shop, "name,price\nCap,5\n", &["-n"]).exits(1);
    assert_eq!(
        done.stderr,
        format!(
            "error: there is no orders file at {}\nhint: without --dry-run, this command makes it\n\
             hint: to make an empty one first:  orders config timeZone ZONE\n\
             hint: --db FILE or ORDERS_DB names another file\n",
            shop.db()
        )
    );
}
