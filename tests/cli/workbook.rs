//! Lists and reports as workbooks: `--format xlsx`.

use std::io::Cursor;

use orders::input::table::xlsx::rows::SheetRows;
use serde_json::{Value, json};

use crate::harness::{BELT, ORDER, Shop, order, shipped};

/// Reads the first sheet of a workbook, with these columns: its rows, each cell as its text.
fn rows_of(workbook: Vec<u8>, columns: &'static [&'static str]) -> Vec<Vec<String>> {
    let mut sheet = SheetRows::begin(Cursor::new(workbook), columns).unwrap();
    assert_eq!(sheet.columns().count(), columns.len());
    let mut rows = Vec::new();
    while let Some(row) = sheet.next_row().unwrap() {
        let cells = row.cells.unwrap();
        rows.push(
            columns
                .iter()
                .map(|name| sheet.columns().cell(&cells, name).map_or_else(String::new, |cell| cell.shown().to_owned()))
                .collect(),
        );
    }
    rows
}

#[test]
fn a_workbook_has_the_list_as_numbers_times_and_texts() {
    const COLUMNS: &[&str] = &[
        "orderReference",
        "orderDate",
        "customerName",
        "customerPhone",
        "status",
        "total",
        "itemCount",
        "paid",
        "cod",
    ];
    let shop = Shop::with_order();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    shop.orders(["pay", ORDER, "20.5", "cash"]).succeeds();
    let workbook = shop.orders(["list", "--format", "xlsx"]).bytes();
    // 10:30 UTC of 4 February 2026 in Cairo.
    let row = [ORDER, "2026-02-04 12:30:00", "John Doe", "+1234567890", "pending", "59.98", "2", "20.5", "FALSE"];
    assert_eq!(rows_of(workbook, COLUMNS), [row]);
    let items = shop.orders(["list", "--items", "--format", "xlsx"]).bytes();
    let row = [ORDER, "SKU-12345", "2", "29.99"];
    assert_eq!(rows_of(items, &["orderReference", "productBarcode", "quantity", "unitPrice"]), [row]);
    let chosen = shop.orders(["list", "--status", "shipped", "--format", "xlsx", "--fields", "total"]).bytes();
    assert_eq!(rows_of(chosen, &["total"]), Vec::<Vec<String>>::new(), "a workbook of nothing has its titles");
}

#[test]
fn guests_words_stay_text_whatever_they_look_like() {
    let hostile = [
        "=HYPERLINK(\"http://evil.example\";\"Open\")",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "+20 100",
        "007",
        "1E+12",
        "https://evil.example/",
        "</t></si><si><f>1</f>",
        "_x0041_ &amp; ليلى 👕",
    ];
    let shop = Shop::stocked();
    for (number, text) in hostile.iter().enumerate() {
        let mut sent: Value = serde_json::from_str(&order(&format!("LEG-{number}"), BELT, 1, None)).unwrap();
        sent["customerName"] = json!(text);
        shop.orders(["create", "-"]).stdin(sent.to_string()).succeeds();
    }
    let mut steering: Value = serde_json::from_str(&order("LEG-ESC", BELT, 1, None)).unwrap();
    steering["customerName"] = json!("\u{1b}[2J\u{7}a\r\nb");
    shop.orders(["create", "-"]).stdin(steering.to_string()).succeeds();
    let workbook = shop.orders(["list", "--format", "xlsx", "--sort", "orderReference"]).bytes();
    let names: Vec<String> = rows_of(workbook, &["customerName"]).into_iter().flatten().collect();
    assert_eq!(names[..hostile.len()], hostile);
    assert_eq!(names[hostile.len()..], ["\\u{1b}[2J\\u{7}a\nb"]);
}

#[test]
fn every_list_and_report_is_a_workbook() {
    let shop = Shop::with_order();
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    shop.orders(["confirm", ORDER, "--cod"]).succeeds();
    for (command, column) in [
        (&["my-orders", "--as", "mona"][..], "orderReference"),
        (&["history", ORDER], "kind"),
        (&["customer", "list"], "name"),
        (&["product", "list"], "barcode"),
        (&["product", "history", "SKU-12345"], "delta"),
        (&["user", "list"], "username"),
        (&["report", "sales", "--since", "2026-01-01"], "total"),
        (&["report", "sales", "--by", "product"], "productName"),
        (&["report", "pending"], "waitingSeconds"),
        (&["report", "money"], "net"),
        (&["report", "stock"], "missing"),
    ] {
        let run = command.iter().fold(shop.orders([]), |run, word| run.arg(word));
        let workbook = run.arg("--format").arg("xlsx").bytes();
        let name: &'static [&'static str] = Box::leak(Box::new([column]));
        rows_of(workbook, name);
    }
    shop.orders(["report", "sales", "--until", "2001-01-01", "--since", "2001-01-01", "--format", "xlsx", "--if-any"])
        .prints("");
}

/// What was too long for a cell is not lost in silence.
#[test]
fn a_text_too_long_for_a_cell_is_cut_and_named() {
    let shop = Shop::stocked();
    let mut sent: Value = serde_json::from_str(&order("LEG-1", BELT, 1, None)).unwrap();
    let item = sent["items"][0].clone();
    sent["items"] = Value::Array(vec![item; 200]);
    for key in ["total", "itemCount"] {
        sent.as_object_mut().unwrap().remove(key);
    }
    shop.orders(["create", "-"]).stdin(sent.to_string()).succeeds();
    let done = shop.orders(["list", "--format", "xlsx", "--fields", "items"]).into_command().output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    let expected = "warning: 1 text was longer than a cell can be, and cut; --format csv has all of it\n";
    assert_eq!((said.as_str(), done.status.code()), (expected, Some(0)));
    assert_eq!(rows_of(done.stdout, &["items"])[0][0].chars().count(), 32_767);
}

/// A workbook that openpyxl saved, in which Excel made dates of prices, sizes and numbers of pieces.
#[test]
fn only_columns_of_times_accept_a_date() {
    let shop = Shop::stocked();
    std::fs::write(shop.path("c.csv"), "sku,name,price,size,stock\nC-1,Cap,5.5,10-12,4\nC-2,Hat,5,L,4\n").unwrap();
    // Before the date of its count.
    shop.orders(["product", "import", "c.csv"]).env("ORDERS_NOW", "2025-01-01T08:00:00Z").succeeds();
    shop.take("LEG-1", BELT, 1, None);
    let book = shipped("tests/fixtures/dates.xlsx");
    let sku = r#"row 4 (2026-05-12): sku (A4): "2026-05-12" is a date"#;
    let size = r#"row 3 (C-2): size (D3): "2026-10-12" is a date"#;
    let quantity = r#"row 3 (C-2): quantity (E3): "2026-05-12" is a date"#;
    let counted = r#"row 3 (C-2): counted (F3): "2026-05-12" is a date"#;
    let of_payments = &[
        r#"row 3 (LEG-1): amount (I3): "2026-05-12" is a date"#,
        r#"row 4 (2026-05-12): orderReference (H4): "2026-05-12" is a date"#,
        r#"row 4 (2026-05-12): method (J4): "10:30:00" is a time of day"#,
    ][..];
    let before = shop.dump();
    for (words, expected) in [
        (&["product", "import"][..], &[r#"row 3 (C-2): price (C3): "2026-05-12" is a date"#, size, quantity, sku][..]),
        (&["product", "receive", "--ref", "R-1"], &[size, quantity, sku]),
        (&["product", "count"], &[size, counted, sku, r#"row 4 (2026-05-12): counted (F4): "2026-05-12" is a date"#]),
        (&["pay", "--from"], of_payments),
    ] {
        let done = words.iter().fold(shop.orders([]), |run, word| run.arg(word)).arg(&book).exits(4);
        let problems = done.stderr.lines().filter_map(|line| line.split_once("dates.xlsx: Sheet, "));
        let problems: Vec<_> = problems.map(|(_, problem)| problem.to_owned()).collect();
        let again = "format the column as text or number, and enter it anew";
        let expected: Vec<_> = expected.iter().map(|problem| format!("{problem}: {again}")).collect();
        assert_eq!(problems, expected, "{words:?}");
    }
    assert_eq!(shop.dump(), before);
    // What is rejected is kept with dates that are none but dates, too.
    shop.orders(["pay", "--keep-going", "--rejects", "mend.csv", "--from"]).arg(&book).exits(8);
    let payment = shop.orders(["show", "LEG-1", "--json"]).json()["payments"][0].clone();
    assert_eq!((&payment["amount"], &payment["paidAt"]), (&json!("20.00"), &json!("2026-02-05T10:30:00Z")));
    let kept = std::fs::read_to_string(shop.path("mend.csv")).unwrap();
    assert!(kept.contains(",LEG-1,2026-05-12,cash,2026-05-12\n"), "{kept}");
    // So is a size, which is a date there, too.
    shop.orders(["product", "count", "--keep-going", "--rejects", "sizes.csv"]).arg(&book).exits(8);
    let again = shop.orders(["product", "count", "sizes.csv", "--new-size"]).exits(4);
    let problem =
        "sizes.csv: row 2 (C-2): size (D2): \"2026-10-12\" is a date: enter what was meant, in a column of text";
    assert!(again.stderr.contains(problem), "{again:?}");
    shop.check();
}
