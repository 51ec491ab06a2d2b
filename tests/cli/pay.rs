use serde_json::json;

use crate::harness::{BELT, ORDER, Shop, shipped};

/// A shop with the order of `examples/`, and three of a belt at 29.99 each.
fn shop() -> Shop {
    let shop = Shop::with_order();
    for reference in ["LEG-1", "LEG-2", "LEG-3"] {
        shop.take(reference, BELT, 1, None);
    }
    shop
}

#[test]
fn a_payment_is_shown_with_what_is_paid_and_due() {
    let shop = shop();
    let run = shop.orders(["pay", ORDER, "20", "Cash", "--receipt", "R-1", "--at", "yesterday", "--note", "deposit"]);
    let done = run.exits(0);
    assert_eq!(done.stderr, "note: cash is a new method: no payment was made by it before\n");
    let end = "
Total 59.98 for 2 pieces
To pay 59.98
Paid 20.00
Due 39.98

#  PAID AT           AMOUNT  METHOD  RECEIPT  BY
1  2026-02-06 00:00   20.00  cash    R-1      operator
";
    assert!(done.stdout.ends_with(end), "{}", done.stdout);
    let body = shop.orders(["pay", ORDER, "39.98", "cash", "--json"]).json();
    assert_eq!((&body["status"], &body["paid"], &body["due"]), (&json!("pending"), &json!("59.98"), &json!("0.00")));
    assert_eq!(
        body["payments"],
        json!([
            {"number": 1, "at": "2026-02-07T08:00:00.000Z", "paidAt": "2026-02-06T00:00:00Z", "actor": "operator",
             "amount": "20.00", "method": "cash", "receipt": "R-1", "note": "deposit", "voids": null},
            {"number": 2, "at": "2026-02-07T08:00:00.000Z", "paidAt": "2026-02-07T08:00:00Z", "actor": "operator",
             "amount": "39.98", "method": "cash", "receipt": null, "note": null, "voids": null},
        ])
    );
    shop.orders(["pay", "LEG-1", "29.99", "cash", "-q"]).prints("LEG-1\n");
    let csv = shop.orders(["pay", "LEG-2", "29.99", "cash", "--format", "csv"]).succeeds();
    assert!(csv.starts_with("id,orderReference,") && csv.lines().count() == 2, "{csv}");
    // A payment moves no stock.
    assert_eq!(shop.on_hand("SKU-12345", "L"), 3);
    shop.check();
}

#[test]
fn the_same_receipt_is_entered_once() {
    let shop = shop();
    shop.orders(["pay", "LEG-1", "10", "instapay", "--receipt", "4711"]).succeeds();
    let before = shop.dump();
    let done = shop.orders(["pay", "LEG-1", "10.00", "InstaPay", "--receipt", " 4711 ", "--at", "2d", "-q"]).exits(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("LEG-1\n", ""));
    let done = shop.orders(["pay", "LEG-1", "10", "instapay", "--receipt", "4711", "--json"]).exits(0);
    assert_eq!(done.stderr, "note: LEG-1 has this payment already; nothing changed\n");
    for (reference, amount) in [("LEG-1", "11"), ("LEG-2", "10")] {
        shop.orders(["pay", reference, amount, "instapay", "--receipt", "4711"]).fails(
            5,
            "error: receipt 4711 of instapay is on record already: 10.00 for LEG-1; nothing changed\n\
             hint: to see it:  orders show LEG-1\n",
        );
    }
    assert_eq!(shop.dump(), before);
    // Another method may number its receipts likewise; and a payment that was voided can be entered anew.
    shop.orders(["pay", "LEG-2", "10", "bosta", "--receipt", "4711"]).succeeds();
    shop.orders(["pay", "LEG-1", "--void", "1", "--note", "of LEG-3"]).succeeds();
    shop.orders(["pay", "LEG-3", "10", "instapay", "--receipt", "4711"]).succeeds();
    shop.check();
}

#[test]
fn a_payment_is_taken_back_and_both_stay_to_be_seen() {
    let shop = shop();
    shop.orders(["pay", "LEG-1", "10", "cash", "--receipt", "7"]).succeeds();
    shop.orders(["pay", "LEG-1", "--void", "1"])
        .fails(2, "error: --void needs a --note that says why\nhint: add --note WHY\n");
    let body = shop.orders(["pay", "LEG-1", "--void", "1", "--note", "of LEG-2", "--json"]).json();
    assert_eq!((&body["paid"], &body["due"]), (&json!("0.00"), &json!("29.99")));
    let taken_back = &body["payments"][1];
    assert_eq!(
        (&taken_back["amount"], &taken_back["voids"], &taken_back["note"]),
        (&json!("-10.00"), &json!(1), &json!("of LEG-2"))
    );
    for (number, code, problem) in [
        ("1", 5, "payment 1 of LEG-1 is voided already"),
        ("2", 5, "payment 2 of LEG-1 voids payment 1 and cannot be voided itself: record payment 1 again"),
        ("3", 3, "order LEG-1 has no payment 3"),
    ] {
        let stderr = format!("error: {problem}; nothing changed\nhint: to see it:  orders show LEG-1\n");
        shop.orders(["pay", "LEG-1", "--void", number, "--note", "x"]).fails(code, &stderr);
    }
    shop.orders(["pay", "LEG-1", "--void", "-1", "--note", "x"]).exits(2);
    shop.orders(["pay", "LEG-1", "5", "cash", "--void", "1", "--note", "x"]).exits(2);
    shop.orders(["history", "LEG-1"]).prints(
        "\
LEG-1  pending
2026-02-07 08:00  operator  created
2026-02-07 08:00  operator  payment
  + 10.00 cash 7
2026-02-07 08:00  operator  payment voided
  - 10.00 cash 7
  note: of LEG-2
",
    );
    shop.check();
}

#[test]
fn more_than_is_due_is_recorded_with_a_warning() {
    let shop = shop();
    shop.orders(["pay", "LEG-1", "29.99", "cash"]).succeeds();
    let done = shop.orders(["pay", "LEG-1", "5", "cash", "-q"]).exits(0);
    assert_eq!(done.stderr, "warning: LEG-1 is paid 5.00 more than is due\n");
    shop.orders(["cancel", "LEG-2", "-q"]).succeeds();
    let done = shop.orders(["pay", "LEG-2", "5", "cash", "-q"]).exits(0);
    assert_eq!(done.stderr, "warning: LEG-2 is cancelled: 5.00 is owed to the customer\n");
    assert_eq!(shop.status("LEG-2"), "cancelled");
    shop.check();
}

#[test]
fn a_wrongly_typed_payment_is_refused_with_what_to_type() {
    let shop = shop();
    let before = shop.dump();
    let how = "hint: to record it:  orders pay REF AMOUNT METHOD\n";
    for (words, code, problem) in [
        (
            &["LEG-1", "1,048.00", "cash"][..],
            2,
            "invalid value '1,048.00' for '<AMOUNT>': must be written without a comma: 1048.00",
        ),
        (
            &["LEG-1", "59,98", "cash"],
            2,
            "invalid value '59,98' for '<AMOUNT>': must be written without a comma: 59.98",
        ),
        (&["LEG-1", "0", "cash"], 2, "invalid value '0' for '<AMOUNT>': must be more than zero"),
        (&["LEG-1", "5", "فودافون"], 2, "must be a word of up to 20 letters from a to z or digits, such as cash"),
        (&["LEG-1", "5", "5"], 2, "invalid value '5' for '<METHOD>': must be a word of up to 20 letters"),
        (&["LEG-1", "cash"], 2, "say how much was paid, and how"),
        (&["LEG-1"], 2, "say how much was paid, and how"),
        (&[], 2, "say how the money moved, such as cash"),
        (&["5", "cash"], 2, "name an order"),
        (&["LEG-9999", "5", "cash"], 3, "order LEG-9999 not found"),
        (&["LEG-1", "5", "cash", "--at", "tomorrow"], 2, "must be 2d, 12h, 30m, today"),
        (
            &["LEG-1", "5", "cash", "--at", "2026-02-07T08:00:01Z"],
            4,
            "the payment is dated in the future: record it for LEG-1 once",
        ),
        (&["LEG-1", "5", "cash", "--at", "1026-02-07"], 4, "is before 2009: check its year"),
        (&["LEG-1", "5", "cash", "--receipt", " "], 2, "must not be blank"),
    ] {
        let run = words.iter().fold(shop.orders(["pay"]), |run, word| run.arg(word));
        let stderr = run.exits(code).stderr;
        assert!(stderr.contains(problem), "{words:?}: {stderr}");
        assert!(!stderr.contains("say how") || stderr.ends_with(how), "{stderr}");
    }
    let done = shop.orders(["pay", "LEG-1", "-5", "cash"]).exits(2);
    assert!(done.stderr.ends_with("hint: to give money back:  orders refund REF AMOUNT METHOD\n"), "{}", done.stderr);
    assert_eq!(shop.dump(), before);
}

#[test]
fn a_part_of_a_reference_pays_nothing_in_a_script() {
    let shop = shop();
    shop.orders(["pay", "ab5c", "5", "cash"]).exits(2);
    let done = shop.orders(["pay", "ab5c", "5", "cash", "-yq"]).exits(0);
    assert_eq!(done.stdout, format!("{ORDER}\n"));
}

#[test]
fn sellers_record_money_and_buyers_see_their_own() {
    let shop = shop();
    for (name, role) in [("sara", "seller"), ("mona", "buyer")] {
        shop.orders(["user", "add", name, "--role", role]).succeeds();
    }
    shop.orders(["pay", "LEG-1", "5", "cash", "--as", "sara", "-q"]).succeeds();
    assert_eq!(shop.orders(["show", "LEG-1", "--json"]).json()["payments"][0]["actor"], "sara");
    for (caller, is) in [("mona", "mona is a buyer: "), ("guest", "")] {
        for words in [&["pay", "LEG-1", "5", "cash"][..], &["refund", "LEG-1", "5", "cash"], &["pay", "--from", "-"]] {
            let run = words.iter().fold(shop.orders(["--as", caller]), |run, word| run.arg(word));
            run.fails(11, &format!("error: {is}only admins and sellers can record payments\n"));
        }
    }
}

/// What a courier sends: with a decimal comma, a blank row, columns of its own, and an amount that came back.
const LIST: &str = "\u{feff}Order Reference;Customer;Amount;Receipt;Paid_At;note\r
LEG-1;Mona;29,99;B-1;2026-02-05;\r
;;;;;\r
leg-2;\"Ali; Cairo\";29,99;;2026-02-05 10:30;left at the door\r
LEG-2;Ali;-9,99;;2026-02-06;came back\r
LEG-3;منى;20;;;\r
";

#[test]
fn a_list_is_recorded_once() {
    let shop = shop();
    std::fs::write(shop.path("bosta.csv"), LIST).unwrap();
    let run = || shop.orders(["pay", "--from", "bosta.csv", "--method", "bosta", "--note", "settlement 12"]);
    let before = shop.dump();
    let done = run().arg("-n").exits(0);
    assert_eq!(
        (done.stdout.as_str(), done.stderr.as_str()),
        (
            "would record 4, unchanged 0\n",
            "warning: bosta is a new method: no payment was made by it before\n\
             note: columns that are not read: Customer\nnote: dry run: nothing changed\n"
        )
    );
    assert_eq!(shop.dump(), before);
    let body = run().arg("--json").json();
    assert_eq!(
        body,
        json!({"recorded": 4, "unchanged": 0, "rejected": 0,
               "warnings": ["bosta is a new method: no payment was made by it before"], "errors": []})
    );
    let paid = shop.orders(["show", "LEG-2", "--json"]).json();
    let payment = |index: usize| {
        let payment = &paid["payments"][index];
        ["amount", "paidAt", "method", "note"].map(|key| payment[key].as_str().unwrap().to_owned())
    };
    assert_eq!(payment(0), ["29.99", "2026-02-05T10:30:00Z", "bosta", "left at the door"]);
    assert_eq!(payment(1), ["-9.99", "2026-02-06T00:00:00Z", "bosta", "came back"]);
    assert_eq!(shop.orders(["show", "LEG-1", "--json"]).json()["payments"][0]["note"], "settlement 12");
    shop.check();
    // Entered again, nothing is counted twice.
    let before = shop.dump();
    let done = run().exits(0);
    assert_eq!(done.stdout, "recorded 0, unchanged 4\n");
    let said =
        "warning: LEG-3: 20.00 bosta is on record already; if this is another payment, give it a receipt or paidAt\n";
    assert!(done.stderr.starts_with(said), "{}", done.stderr);
    assert_eq!(shop.dump(), before);
}

/// A courier knows its own number of an order.
#[test]
fn a_couriers_list_of_collected_cash_names_orders_by_its_numbers() {
    let shop = shop();
    for (name, number) in [("LEG-1", "bs-1"), ("LEG-2", "BS-2"), ("LEG-3", "BS-2")] {
        shop.orders(["confirm", name, "-q", "--accept-prices"]).succeeds();
        shop.orders(["set-status", name, "shipped", "-q", "--tracking", number]).succeeds();
    }
    let list = |rows: &str| {
        let run = shop.orders(["pay", "--from", "-", "--method", "bosta"]);
        run.stdin(format!("tracking,orderReference,amount,receipt\n{rows}"))
    };
    // Two orders went in one parcel.
    list("BS-1,,10,R-1\nbs-2,,5,R-2\n991,,5,R-3\n").fails(
        4,
        "error: 2 of 3 rows are invalid; nothing recorded
  - -: row 3 (bs-2): tracking: bs-2 is the number of LEG-2, LEG-3: name the order in orderReference
  - -: row 4 (991): tracking: no order has the number 991
hint: --keep-going records the others; add --rejects FILE to write these to FILE
",
    );
    list("bs-2,,5,R-2\n").exits(5);
    assert_eq!(list("BS-1,,10,R-1\nbs-2,LEG-3,5,R-2\n").succeeds(), "recorded 2, unchanged 0\n");
    assert_eq!(list("BS-1,,10,R-1\n").succeeds(), "recorded 0, unchanged 1\n");
    let paid = |name| shop.orders(["show", name, "--json"]).json()["paid"].clone();
    assert_eq!((paid("LEG-1"), paid("LEG-2"), paid("LEG-3")), (json!("10.00"), json!(null), json!("5.00")));
    shop.check();
}

#[test]
fn a_row_that_is_listed_twice_is_recorded_twice_unless_it_has_a_receipt() {
    let shop = shop();
    let list =
        "orderReference,amount,method,receipt\nLEG-1,10,cash,\nLEG-1,10,cash,\nLEG-2,10,cash,R-1\nLEG-2,10,cash,R-1\n";
    let body = shop.orders(["pay", "--from", "-", "--json"]).stdin(list).json();
    assert_eq!((&body["recorded"], &body["unchanged"]), (&json!(3), &json!(1)));
    assert_eq!(body["warnings"][1], "LEG-1: 10.00 cash is in the list twice, as two payments");
    assert_eq!(shop.orders(["pay", "--from", "-"]).stdin(list).succeeds(), "recorded 0, unchanged 4\n");
    shop.check();
}

const BAD: &str = "orderReference,amount,method,receipt
LEG-1,10,cash,R-1
LEG-404,10,cash,
LEG-2,1,r 1,
LEG-2,1,048.00,cash,
LEG-3,-5,cash,
LEG-2,10,cash,R-1
LEG-3,5,cash,\"no end
";

#[test]
fn a_list_with_a_bad_row_records_nothing_and_names_all() {
    let shop = shop();
    std::fs::write(shop.path("bank.csv"), BAD).unwrap();
    let before = shop.dump();
    shop.orders(["pay", "--from", "bank.csv"]).fails(
        4,
        "error: 6 of 7 rows are invalid; nothing recorded
  - bank.csv: row 3 (LEG-404): orderReference: order LEG-404 not found
  - bank.csv: row 4 (LEG-2): method (C4): \"r 1\" must be a word of up to 20 letters from a to z or digits, such as cash or instapay
  - bank.csv: row 5: has 5 cells, the header has 4: put a cell with a separator in quotes
  - bank.csv: row 6 (LEG-3): 5.00 cannot be refunded for LEG-3: 0.00 was paid
  - bank.csv: row 7 (LEG-2): receipt R-1 of cash is on record already: 10.00 for LEG-1
  - bank.csv: row 8: has a quote that is not closed, or stands inside a quoted cell
hint: --keep-going records the others; add --rejects FILE to write these to FILE
",
    );
    assert_eq!(shop.dump(), before);
    let done = shop.orders(["pay", "--from", "bank.csv", "--keep-going", "--rejects", "mend.csv"]).exits(8);
    assert_eq!(done.stdout, "recorded 1, unchanged 0, rejected 6\n");
    let kept = std::fs::read_to_string(shop.path("mend.csv")).unwrap();
    assert_eq!(kept, BAD.replace("LEG-1,10,cash,R-1\n", ""));
    shop.check();
    // Only conflicts: 5.
    let list = "orderReference,amount,method,receipt\nLEG-2,10,cash,R-1\nLEG-3,-5,cash,\n";
    let done = shop.orders(["pay", "--from", "-", "--json"]).stdin(list).exits(5);
    let error: serde_json::Value = serde_json::from_str(done.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&error["code"], &error["reason"], &error["recorded"]),
        (&json!("conflict"), &json!("content"), &json!(0))
    );
    assert_eq!(
        error["errors"][1],
        json!({"file": "-", "record": 2, "line": 3, "reference": "LEG-3",
               "problems": ["5.00 cannot be refunded for LEG-3: 0.00 was paid"], "code": "conflict", "reason": "step",
               "sheet": null})
    );
}

#[test]
fn the_rejects_of_a_list_are_mended_and_recorded() {
    let shop = shop();
    std::fs::write(shop.path("bosta.csv"), LIST.replace("LEG-3", "LEG-33")).unwrap();
    shop.orders(["pay", "--from", "bosta.csv", "--method", "bosta", "--keep-going", "--rejects", "mend.csv"]).exits(8);
    let kept = std::fs::read_to_string(shop.path("mend.csv")).unwrap();
    assert_eq!(kept, "\u{feff}Order Reference;Customer;Amount;Receipt;Paid_At;note\nLEG-33;منى;20;;;\n");
    std::fs::write(shop.path("mended.csv"), kept.replace("LEG-33", "LEG-3")).unwrap();
    let done = shop.orders(["pay", "--from", "mended.csv", "--method", "bosta"]).succeeds();
    assert_eq!(done, "recorded 1, unchanged 0\n");
    // What is kept is not written over, nor is the orders file.
    for rejects in [shop.path("bosta.csv"), shop.file()] {
        let run = shop.orders(["pay", "--from", "bosta.csv", "--method", "bosta", "--keep-going", "--rejects"]);
        let done = run.arg(&rejects).exits(5);
        assert!(done.stderr.contains("nothing recorded"), "{}", done.stderr);
    }
    shop.check();
}

/// The list is one that openpyxl saved: numbers, texts that cells share, times as days, a blank row, a second sheet.
#[test]
fn a_list_may_be_a_spreadsheet() {
    let shop = Shop::with_order();
    shop.take("LEG-2", BELT, 1, None);
    let list = shipped("tests/fixtures/courier.xlsx");
    let done = shop.orders(["pay", "--from"]).arg(&list).exits(0);
    assert_eq!(done.stdout, "recorded 2, unchanged 0\n");
    let payment = shop.orders(["show", ORDER, "--json"]).json()["payments"][0].clone();
    let told = ["amount", "method", "receipt", "paidAt", "note"].map(|key| payment[key].as_str().unwrap().to_owned());
    assert_eq!(told, ["59.98", "bosta", "4711", "2026-02-05T10:30:00Z", "من المندوب"]);
    // The same, from a pipe.
    let run = shop.orders(["pay", "--from", "-"]).stdin(std::fs::read(&list).unwrap());
    assert_eq!(run.succeeds(), "recorded 0, unchanged 2\n");
    shop.check();
    // What is rejected is kept as CSV, which can be mended and entered.
    let other = Shop::with_order();
    let run = other.orders(["pay", "--keep-going", "--rejects", "mend.csv", "--from"]).arg(&list);
    let done = run.exits(8);
    assert!(
        done.stderr.contains("courier.xlsx: \u{2068}كشف\u{2069}, row 4 (leg-2): orderReference: order leg-2 not found"),
        "{}",
        done.stderr
    );
    let kept = std::fs::read_to_string(other.path("mend.csv")).unwrap();
    let header = "Order Reference,Amount,Method,Receipt,Paid At,Note\n";
    assert_eq!(kept, format!("{header}leg-2,18.75,bosta,B-2,2026-02-06\n"));
    let mended = kept.replace("leg-2", ORDER);
    assert_eq!(other.orders(["pay", "--from", "-"]).stdin(mended).succeeds(), "recorded 1, unchanged 0\n");
    let payment = other.orders(["show", ORDER, "--json"]).json()["payments"][1].clone();
    assert_eq!(payment["paidAt"], "2026-02-06T00:00:00Z");
}

#[test]
fn a_row_of_zero_records_nothing() {
    let shop = shop();
    let list = "orderReference,amount,method\nLEG-1,0,cash\nLEG-2,5,cash\n";
    shop.orders(["pay", "--from", "-", "-q", "--json"]).stdin(list).json();
    let before = shop.dump();
    let done = shop.orders(["pay", "--from", "-"]).stdin(list).exits(0);
    assert_eq!(done.stdout, "recorded 0, unchanged 2\n");
    assert_eq!(shop.dump(), before);
    // Its order must be there.
    let done = shop.orders(["pay", "--from", "-"]).stdin(list.replace("LEG-1", "LEG-404")).exits(4);
    assert!(done.stderr.contains("order LEG-404 not found"), "{}", done.stderr);
    shop.orders(["pay", "LEG-1", "0", "cash"]).exits(2);
}

#[test]
fn a_file_that_is_no_list_of_payments_is_refused_by_name() {
    let shop = shop();
    for (input, problem) in [
        ("", "-: is empty: its first row names the columns"),
        ("PK\u{3}\u{4}", "-: is a zip file that was cut off"),
        ("customer,sum\nMona,5\n", "-: has none of the columns orderReference, tracking, amount"),
        ("orderReference,method\n", "-: has no column amount; it has orderReference, method"),
        ("amount,method\n", "-: has no column orderReference or tracking"),
        ("orderReference,amount\n", "-: has no column method: --method METHOD names the method of all rows"),
        ("tracking,amount,method\n991,5,cash\n", "row 2 (991): tracking: no order has the number 991"),
        ("orderReference,amount,method\nLEG-1,5,ca\u{0}sh\n", "row 2 (LEG-1): method (C2): \"ca"),
    ] {
        let stderr = shop.orders(["pay", "--from", "-"]).stdin(input).exits(4).stderr;
        assert!(stderr.contains(problem) && stderr.contains("nothing recorded"), "{input:?}: {stderr}");
    }
    let stderr =
        shop.orders(["pay", "--from", "-"]).stdin(&b"orderReference,amount,method\nLEG-1,5,\xff\n"[..]).exits(4).stderr;
    assert!(stderr.contains("-: row 2: is not UTF-8: save it as UTF-8"), "{stderr}");
    // A header alone is an empty list.
    let done = shop.orders(["pay", "--from", "-"]).stdin("orderReference,amount,method\n").succeeds();
    assert_eq!(done, "recorded 0, unchanged 0\n");
    for words in [
        &["LEG-1", "5", "cash", "--from", "x"][..],
        &["--from", "x", "--at", "2d"],
        &["--keep-going"],
        &["--from", "x", "--rejects", "y"],
    ] {
        words.iter().fold(shop.orders(["pay"]), |run, word| run.arg(word)).exits(2);
    }
    shop.orders(["pay", "--from", "missing.csv", "--json"]).exits(1);
}

/// All payments of an order are loaded with it: one list could make it too large for every command.
#[test]
fn an_order_has_at_most_a_thousand_payments() {
    let shop = shop();
    let rows = |from: usize, to: usize| -> String { (from..=to).map(|row| format!("LEG-1,0.01,R-{row}\n")).collect() };
    let list = |rows: String| {
        let list = format!("orderReference,amount,receipt\n{rows}");
        shop.orders(["pay", "--from", "-", "--method", "cash"]).stdin(list)
    };
    let done = list(rows(1, 1001)).exits(4);
    assert!(done.stderr.contains("row 1002 (LEG-1): LEG-1 has 1000 payments: an order has at most 1000"), "{done:?}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM payments"), 0);
    list(rows(1, 1000)).succeeds();
    // What is on record may come again, and an error can still be voided.
    list(rows(1, 1000)).succeeds();
    shop.orders(["pay", "LEG-1", "0.01", "cash"]).exits(4);
    shop.orders(["pay", "LEG-1", "--void", "1000", "--note", "twice"]).succeeds();
    assert_eq!(shop.number("SELECT COUNT(*) FROM payments"), 1001);
    shop.check();
}

/// The shop wrote its own time, and looks for the cell.
#[test]
fn a_future_time_in_a_list_is_quoted_as_written() {
    let shop = Shop::with_order();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    let list = format!("orderReference,amount,paidAt\n{ORDER},5,2026-02-07 14:00\n{ORDER},5,2026-02-07 10:00\n");
    shop.orders(["pay", "--from", "-", "--method", "cash"]).stdin(list).fails(
        4,
        &format!(
            "error: 1 of 2 rows is invalid; nothing recorded\n  \
             - -: row 2 ({ORDER}): paidAt (C2): 2026-02-07 14:00 is later than now (2026-02-07 10:00)\n\
             hint: --keep-going records the others; add --rejects FILE to write these to FILE\n"
        ),
    );
}

/// A list that goes on has the rows of the days before, those too that somebody found to be wrong.
#[test]
fn a_list_does_not_bring_back_what_was_voided() {
    let shop = Shop::stocked();
    shop.take("LEG-1", BELT, 1, None);
    let list = "orderReference,amount,method,receipt\nLEG-1,5,bosta,V1\nLEG-1,6,bosta,\n";
    let enter = || shop.orders(["pay", "--from", "-"]).stdin(list).exits(0);
    assert_eq!(enter().stdout, "recorded 2, unchanged 0\n");
    for number in ["1", "2"] {
        shop.orders(["pay", "LEG-1", "--void", number, "--note", "wrong", "-q"]).succeeds();
    }
    let again = enter();
    assert_eq!(again.stdout, "recorded 0, unchanged 2\n");
    for said in ["LEG-1: 5.00 bosta V1 was recorded before and taken back", "LEG-1: 6.00 bosta was recorded before"] {
        assert!(again.stderr.contains(said), "{}", again.stderr);
    }
    // It was right after all.
    shop.orders(["pay", "LEG-1", "5", "bosta", "--receipt", "V1", "-q"]).succeeds();
    assert_eq!(shop.orders(["show", "LEG-1", "--json"]).json()["paid"], "5.00");
}
