use serde_json::Value;

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};
use crate::hold::{steers, without_isolates};

/// A shop with four orders: one delivered, one cash on delivery, one processing, one pending.
fn packing() -> Shop {
    let shop = Shop::stocked();
    shop.orders(["config", "currency", "EGP"]).succeeds();
    shop.take("LEG-GONE", SHIRT, 1, Some("M"));
    shop.take("LEG-COD", SHIRT, 2, Some("L"));
    shop.take("LEG-PACK", SHIRT, 1, Some("M"));
    shop.take("LEG-WAIT", SHIRT, 1, Some("S"));
    shop.orders(["edit", "LEG-PACK", "--add", "BLT-01", "--quantity", "3", "--item-color", "Brown"]).succeeds();
    let address = "١٢ شارع التحرير\nالدقي، الجيزة";
    shop.orders(["edit", "LEG-COD", "--delivery", "50", "--address", address, "--name", "ليلى حسن"]).succeeds();
    shop.orders(["confirm", "LEG-GONE", "LEG-PACK"]).succeeds();
    shop.orders(["confirm", "LEG-COD", "--cod"]).succeeds();
    shop.orders(["set-status", "LEG-PACK", "processing"]).succeeds();
    shop.orders(["set-status", "LEG-GONE", "delivered"]).succeeds();
    shop
}

#[test]
fn the_pick_list_comes_first_then_a_sheet_for_each_order() {
    let shop = packing();
    shop.orders(["slip", "-q"]).prints("LEG-COD\nLEG-PACK\n");
    let all = shop.orders(["slip"]).succeeds();
    let sheets: Vec<&str> = all.split("\n\u{c}").collect();
    pretty_assertions::assert_eq!(
        sheets[0],
        "\
To fetch: 6 pieces for 2 orders, 2026-02-07 08:00 UTC

     QTY  PRODUCT          SKU        SIZE  COLOR  ORDERS
[ ]    1  Classic T-Shirt  SKU-12345  M                 1
[ ]    2  Classic T-Shirt  SKU-12345  L                 1
[ ]    3  Leather Belt     BLT-01           Brown       1
"
    );
    let first: Vec<&str> = sheets.iter().filter_map(|sheet| sheet.lines().next()).collect();
    assert_eq!(first[1..], ["LEG-COD  confirmed", "LEG-PACK  processing"]);
}

/// Returns the lines of a text that have words, without the blocks of the code beside them.
fn without_code(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start_matches(['█', '▀', '▄', ' ']));
    lines.filter(|line| !line.is_empty()).map(|line| line.to_owned() + "\n").collect()
}

/// What a customer gets in exchange goes out as an order does, until it has a number of its own. Over the counter there is nothing to send.
#[test]
fn a_replacement_is_packed_and_sent() {
    let shop = Shop::stocked();
    let run = |line: &str| line.split(' ').fold(shop.orders([]), |run, word| run.arg(word));
    for (reference, way) in [("LEG-SENT", "shipped"), ("LEG-HOME", "shipped"), ("LEG-SHOP", "delivered")] {
        shop.take(reference, SHIRT, 1, Some("M"));
        run(&format!("confirm {reference} --paid cash -q")).succeeds();
        run(&format!("set-status {reference} {way} -q")).succeeds();
    }
    run("set-status LEG-HOME delivered -q").succeeds();
    run("today --if-any --json").succeeds();
    for reference in ["LEG-SHOP", "LEG-SENT", "LEG-HOME"] {
        run(&format!("return {reference} 1 --exchange S --yes -q")).succeeds();
    }
    run("slip -q").prints("LEG-SENT\nLEG-HOME\n");
    let slips = run("slip --json").json();
    let line = &slips["pickList"][0];
    assert_eq!((&line["size"], &line["quantity"], &line["orders"]), (&"S".into(), &2.into(), &2.into()));
    assert_eq!(slips["pickList"].as_array().unwrap().len(), 1);
    let slip = run("slip LEG-HOME").exits(0);
    assert_eq!(slip.stderr, "");
    assert!(
        slip.stdout.contains("exchange: the customer has the rest\n") && slip.stdout.ends_with("\n1 piece\n"),
        "{slip:?}"
    );
    assert!(run("slip LEG-HOME --format html").succeeds().contains("exchange: the customer has the rest"));
    let commands = || {
        let today = run("today --json").json();
        let rows = today["rows"].as_array().unwrap().iter().filter(|row| row["list"] == "toPack");
        rows.map(|row| (row["command"].as_str().unwrap().to_owned(), row["remarks"].to_string())).collect::<Vec<_>>()
    };
    let row = |reference: &str| {
        (
            format!("orders edit {reference} --tracking NUMBER"),
            "[\"exchange, to be sent: 1 × Classic T-Shirt (S)\"]".to_owned(),
        )
    };
    assert_eq!(commands(), [row("LEG-SENT"), row("LEG-HOME")]);
    // That the first parcel has arrived sends nothing, with its number or without.
    shop.orders(["set-status", "--from", "-", "-q"])
        .stdin("orderReference,status,courier,tracking\nLEG-SENT,delivered,Bosta,9917\n")
        .succeeds();
    assert_eq!(commands(), [row("LEG-SENT"), row("LEG-HOME")]);
    run("slip -q").prints("LEG-SENT\nLEG-HOME\n");
    run("edit LEG-SENT --tracking 9918 -q").succeeds();
    assert_eq!(commands(), [row("LEG-HOME")]);
    run("slip LEG-SENT").exits(0);
    // A step back and on again sends it, too; and nothing goes out of what came back as well.
    run("set-status LEG-HOME shipped --force --note exchange -q").succeeds();
    assert_eq!(commands(), []);
    run("return LEG-HOME 2 --exchange L --yes -q").succeeds();
    assert_eq!(commands().len(), 1);
    run("return LEG-HOME 3 --yes -q").succeeds();
    assert_eq!(commands(), []);
    run("slip -q").prints("");
    shop.check();
}

/// A shop without tracking numbers says who carries the replacement, even if it is the courier of before.
#[test]
fn a_replacement_may_go_with_the_same_courier() {
    let shop = Shop::stocked();
    let run = |line: &str| line.split(' ').fold(shop.orders([]), |run, word| run.arg(word));
    shop.take(ORDER, SHIRT, 1, Some("M"));
    run(&format!("confirm {ORDER} --paid cash -q")).succeeds();
    run(&format!("set-status {ORDER} shipped --courier Bosta -q")).succeeds();
    run(&format!("return {ORDER} 1 --exchange S --yes -q")).succeeds();
    let said = format!("orders edit {ORDER} --courier Bosta");
    assert_eq!(run("today --json").json()["rows"][0]["command"], said);
    let refused = run(&format!("set-status {ORDER} shipped --courier Bosta")).exits(5);
    assert!(refused.stderr.ends_with(&format!("{said}\n")), "{refused:?}");
    run("slip -q").prints(&format!("{ORDER}\n"));
    run(&format!("edit {ORDER} --courier Bosta -q")).succeeds();
    run("slip -q").prints("");
    let again = run(&format!("edit {ORDER} --courier Bosta")).exits(0);
    assert!(again.stderr.contains("nothing changed"), "{again:?}");
    // A number alone says as much.
    run(&format!("return {ORDER} 2 --exchange L --yes -q")).succeeds();
    run(&format!("edit {ORDER} --courier Bosta --tracking 9917 -q")).succeeds();
    run("slip -q").prints("");
    let history = run(&format!("history {ORDER} --json")).json();
    let repeated = history.as_array().unwrap().iter().filter(|event| event["from"] == "courier: Bosta");
    assert_eq!(repeated.count(), 1);
    shop.check();
}

/// Its replacement is then an item like the others.
#[test]
fn an_exchanged_order_that_came_back_to_the_shop_goes_out_whole() {
    let shop = Shop::stocked();
    let run = |line: &str| line.split(' ').fold(shop.orders([]), |run, word| run.arg(word));
    run(&format!("create --phone 01000001 --name x --item {SHIRT}/M --reference {ORDER} --cod --confirm -q"))
        .succeeds();
    run(&format!("set-status {ORDER} shipped -q")).succeeds();
    run(&format!("return {ORDER} 1 --exchange S --yes -q")).succeeds();
    run(&format!("set-status {ORDER} processing --force --note back -q")).succeeds();
    run(&format!("edit {ORDER} --add {BELT} --quantity 1 -q")).succeeds();
    for status in ["processing", "shipped"] {
        let slip = run(&format!("slip {ORDER}")).succeeds();
        assert!(slip.contains("Collect 48.74, cash on delivery\n"), "{status} {slip}");
        let text = run(&format!("message {ORDER}")).succeeds();
        assert!(text.contains("The courier collects 48.74."), "{status} {text}");
        run(&format!("set-status {ORDER} shipped --yes -q")).ends();
    }
    run(&format!("set-status {ORDER} delivered -q")).succeeds();
    run("slip -q").prints("");
    assert!(!run("today").succeeds().contains("exchange"));
}

/// However many pieces came back later.
#[test]
fn every_replacement_is_to_be_packed() {
    let shop = Shop::stocked();
    let run = |line: &str| line.split(' ').fold(shop.orders([]), |run, word| run.arg(word));
    shop.take("LEG-FIRST", SHIRT, 1, Some("M"));
    let item = order("LEG-WHOLE", BELT, 1, None);
    let mut whole: Value = serde_json::from_str(&item).unwrap();
    let items = whole["items"].as_array_mut().unwrap();
    *items = vec![items[0].clone(); 101];
    shop.orders(["product", "count", BELT, "200", "--note", "more", "-q"]).succeeds();
    shop.orders(["create", "-", "-q"]).stdin(whole.to_string()).succeeds();
    for reference in ["LEG-FIRST", "LEG-WHOLE"] {
        run(&format!("confirm {reference} -q")).succeeds();
        run(&format!("set-status {reference} shipped -q")).succeeds();
    }
    run("return LEG-FIRST 1 --exchange S --yes -q").succeeds();
    let all: Vec<String> = (1..=101).map(|number| number.to_string()).collect();
    run(&format!("return LEG-WHOLE {} --yes -q", all.join(" "))).succeeds();
    run("slip -q").prints("LEG-FIRST\n");
    let today = run("today --json").json();
    let to_pack = today["rows"].as_array().unwrap().iter().filter(|row| row["list"] == "toPack");
    assert_eq!(to_pack.map(|row| &row["orderReference"]).collect::<Vec<_>>(), ["LEG-FIRST"]);
}

/// The first courier has collected the price, and settles later.
#[test]
fn the_parcel_of_an_exchange_collects_only_what_it_adds() {
    let shop = Shop::stocked();
    let run = |line: &str| line.split(' ').fold(shop.orders([]), |run, word| run.arg(word));
    for (reference, price, collected) in
        [("LEG-SAME", "", "Collect nothing\n"), ("LEG-MORE", "@34.99", "Collect 5.00, cash on delivery\n")]
    {
        run(&format!("create --phone 01000001 --name x --item {SHIRT}/M --reference {reference} --cod --confirm -q"))
            .succeeds();
        run(&format!("set-status {reference} shipped -q")).succeeds();
        run(&format!("return {reference} 1 --for {SHIRT}/S{price} --yes -q")).succeeds();
        let slip = || run(&format!("slip {reference}")).succeeds();
        let is_asked = |text: &str| text.contains("The courier collects");
        for status in ["shipped", "delivered"] {
            assert!(slip().contains(collected), "{status} {}", slip());
            let text = run(&format!("message {reference}")).succeeds();
            assert_eq!(is_asked(&text), !price.is_empty(), "{status} {text}");
            if status == "shipped" {
                run(&format!("set-status {reference} delivered -q")).succeeds();
            }
        }
        // Sent on as a step.
        run(&format!("set-status {reference} shipped --force --note exchange -q")).succeeds();
        assert_eq!(is_asked(&run(&format!("message {reference}")).succeeds()), !price.is_empty());
    }
}

#[test]
fn a_slip_says_where_an_order_goes_what_is_in_it_and_what_to_collect() {
    let shop = packing();
    let slip = shop.orders(["slip", "LEG-COD"]).succeeds();
    assert_eq!(slip.matches("█▀▀▀▀▀█").count(), 3, "{slip}");
    pretty_assertions::assert_eq!(
        without_code(&without_isolates(&slip)),
        "\
LEG-COD  confirmed
ليلى حسن
١٢ شارع التحرير
الدقي، الجيزة
+1234567890
Ordered 2026-02-04 10:30 UTC
Collect 109.98 EGP, cash on delivery
#  QTY  PRODUCT          SKU        SIZE
[ ]  1    2  Classic T-Shirt  SKU-12345  L
2 pieces
"
    );
    for (reference, collects) in [("LEG-PACK", "Collect nothing\n"), ("LEG-WAIT", ""), ("LEG-GONE", "")] {
        let slip = without_code(&shop.orders(["slip", reference]).succeeds());
        assert_eq!(slip.lines().any(|line| line.starts_with("Collect")), !collects.is_empty(), "{slip}");
        assert!(slip.contains(collects), "{slip}");
    }
    shop.orders(["pay", "LEG-PACK", "30", "instapay"]).succeeds();
    let slip = shop.orders(["slip", "LEG-PACK"]).succeeds();
    assert!(slip.contains("Collect nothing: it is not cash on delivery;"), "{slip}");
    shop.orders(["edit", "LEG-PACK", "--cod"]).succeeds();
    let page = shop.orders(["slip", "LEG-PACK", "--format", "html"]).succeeds();
    assert!(page.contains("Collect: 56.24 EGP, cash on delivery; 30.00 EGP is paid"), "{page}");
}

#[test]
fn an_order_that_is_not_to_be_packed_is_marked_and_not_in_the_pick_list() {
    let shop = packing();
    let done = shop.orders(["slip", "LEG-WAIT", "LEG-PACK", "LEG-GONE"]).exits(0);
    assert_eq!(done.stderr, "warning: not to be packed: LEG-WAIT is pending, LEG-GONE is delivered\n");
    assert!(done.stdout.starts_with("To fetch: 4 pieces for 1 order, "), "{}", done.stdout);
    for mark in ["! pending: not to be packed before it is confirmed\n", "! delivered already\n"] {
        assert!(done.stdout.contains(mark), "{}", done.stdout);
    }
    let page = shop.orders(["slip", "LEG-WAIT", "--format", "html"]).succeeds();
    assert!(page.contains("<p class=\"mark\">pending: not to be packed"), "{page}");
    assert!(!page.contains("To fetch"), "{page}");
}

#[test]
fn returned_pieces_are_not_packed_again() {
    let shop = packing();
    shop.take("LEG-BACK", BELT, 3, None);
    shop.orders(["confirm", "LEG-BACK"]).succeeds();
    shop.orders(["set-status", "LEG-BACK", "shipped"]).succeeds();
    shop.orders(["return", "LEG-BACK", "1*2"]).succeeds();
    shop.orders(["set-status", "LEG-BACK", "processing", "--force", "--note", "sent back whole"]).succeeds();
    let slips = shop.orders(["slip", "LEG-BACK", "LEG-COD", "--format", "csv"]).succeeds();
    assert_eq!(
        slips,
        format!(
            "productId,productName,productBarcode,size,color,quantity,orders\n\
             {SHIRT},Classic T-Shirt,SKU-12345,L,,2,1\n{BELT},Leather Belt,BLT-01,,,1,1\n"
        )
    );
    let slip = shop.orders(["slip", "LEG-BACK"]).succeeds();
    assert!(slip.contains("\n[ ]  1    1  Leather Belt") && slip.ends_with("\n1 piece\n"), "{slip}");
}

#[test]
fn the_customers_words_stand_on_the_slip_and_the_shops_notes_do_not() {
    let shop = Shop::stocked();
    let cart = r#"{"contacts":[{"profile":{"name":"Youssef"},"wa_id":"201001234567"}],"messages":[{"id":"wamid.1",
        "from":"201001234567","timestamp":"1770400000","type":"order","order":{"catalog_id":"1","text":"gift wrap\nplease",
        "product_items":[{"product_retailer_id":"BLT-01","quantity":1,"item_price":18.75,"currency":"EGP"}]}}]}"#;
    shop.orders(["import", "-"]).stdin(cart).succeeds();
    let reference = shop.orders(["list", "-q"]).succeeds().trim().to_owned();
    shop.orders(["note", &reference, "pays late"]).succeeds();
    let text = shop.orders(["slip", &reference]).succeeds();
    assert!(text.ends_with("\n1 piece\nCustomer's words: gift wrap\n                  please\n"), "{text}");
    let page = shop.orders(["slip", &reference, "--format", "html"]).succeeds();
    assert!(page.contains("Customer's words: <bdi>gift wrap</bdi>") && !page.contains("pays late"), "{page}");
    assert!(!text.contains("pays late"), "{text}");
}

#[test]
fn a_program_gets_the_pick_list_and_the_orders() {
    let shop = packing();
    let slips = shop.orders(["slip", "--json"]).json();
    assert_eq!(slips["orders"][0], shop.orders(["show", "LEG-COD", "--json"]).json());
    assert_eq!(slips["orders"].as_array().unwrap().len(), 2);
    assert_eq!(slips["pickList"][1]["size"], "L");
    assert_eq!(slips["pickList"][1]["quantity"], 2);
}

#[test]
fn slips_are_all_or_nothing() {
    let shop = packing();
    shop.orders(["slip", "LEG-COD", "LEG-404"])
        .fails(3, "error: order LEG-404 not found\nhint: to see which there are:  orders list\n");
    let listed = shop.orders(["slip", "-", "-q"]).stdin("LEG-PACK\nLEG-COD\n").succeeds();
    assert_eq!(listed, "LEG-PACK\nLEG-COD\n");
    for status in ["shipped", "delivered"] {
        shop.orders(["set-status", "LEG-PACK", "LEG-COD", status]).succeeds();
    }
    shop.orders(["slip"]).prints("nothing to pack\n");
    shop.orders(["slip", "-q"]).prints("");
    assert_eq!(shop.orders(["slip", "--json"]).json(), serde_json::json!({"pickList": [], "orders": []}));
    let page = shop.orders(["slip", "--format", "html"]).succeeds();
    assert!(page.contains("<h1>nothing to pack</h1>"), "{page}");
}

#[test]
fn every_order_has_a_page_of_its_own_with_its_code() {
    let shop = Shop::with_order();
    shop.orders(["product", "adjust", "SKU-12345", "+100", "--size", "L", "--note", "delivery"]).succeeds();
    let orders: String = (0..40).map(|n| order(&format!("LEG-{n:04}"), SHIRT, 1, Some("L")) + "\n").collect();
    shop.orders(["import", "-q"]).stdin(orders).succeeds();
    let references = shop.orders(["list", "-q", "--limit", "0"]).succeeds();
    shop.orders(["confirm", "-", "-q"]).stdin(references).succeeds();
    let page = shop.orders(["slip", "--format", "html"]).succeeds();
    assert_eq!(page.matches("<article class=\"paper\">").count(), 41);
    assert_eq!(page.matches("<svg class=\"qr\"").count(), 41);
    assert_eq!(page.matches(&format!("<title>QR code of {ORDER}</title>")).count(), 1);
    assert!(page.contains("42 pieces for 41 orders"), "{}", &page[..4000]);
    assert!(page.ends_with("</body></html>\n") && page.starts_with("<!DOCTYPE html>"));
    let text = shop.orders(["slip"]).succeeds();
    assert_eq!(text.matches('\u{c}').count(), 41);
}

#[test]
fn guests_words_never_become_markup_nor_steer_a_terminal() {
    let shop = Shop::stocked();
    let hostile = "</bdi></div><script>alert(1)</script><img src=http://x/>\u{202e}\u{1b}[31m\u{2069}\u{c}{name}";
    let mut sent: serde_json::Value = serde_json::from_str(&order("LEG-<b>&'", SHIRT, 1, Some("L"))).unwrap();
    for key in ["customerName", "customerAddress"] {
        sent[key] = hostile.into();
    }
    sent["items"][0]["productName"] = hostile.into();
    sent["items"][0]["selectedColor"] = "<i onload=\"x\">\u{2066}".into();
    sent["customerPhone"] = "<u>+20 100 1</u>".into();
    shop.orders(["create", "-q"]).stdin(sent.to_string()).succeeds();
    for key in ["shopName", "invoiceNote", "shopAddress"] {
        shop.orders(["config", key, "<h1>\u{202e}Shop & Co</h1>"]).ends();
    }
    for command in ["slip", "invoice"] {
        let page = shop.orders([command, "LEG-<b>&'", "--format", "html"]).succeeds();
        for markup in ["<script", "<img", "<i ", "<u>", "<h1>\\", "href", "url(", "@import"] {
            assert!(!page.contains(markup), "{markup} in {page}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        let text = shop.orders([command, "LEG-<b>&'"]).succeeds();
        for what in [page, text] {
            let found = without_isolates(&what).chars().find(|c| steers(*c) && *c != '\n');
            assert_eq!(found, None, "{command}: {what}");
        }
    }
}

#[test]
fn a_slip_fits_a_narrow_terminal() {
    let shop = packing();
    shop.orders(["import", "-q"]).arg(shipped("examples/orders.ndjson")).succeeds();
    let slip = shop.orders(["slip", "LEG-COD"]).succeeds();
    assert!(slip.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{slip}");
}
