//! Importing what a shop can get out of WhatsApp.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::harness::{BELT, Run, SHIRT, Shop, shipped};

pub const SENT: i64 = 1_770_800_000;
pub const REFERENCE: &str = "LEG-MLHSLL0H-Q1ZX";

/// The order message of `examples/whatsapp/`: one Classic T-Shirt in M and one Leather Belt, 48.74.
pub fn message() -> String {
    std::fs::read_to_string(shipped("examples/whatsapp/order-message.txt")).unwrap()
}

pub fn text_message(id: &str, body: &str) -> Value {
    json!({"from": "201011112222", "id": id, "timestamp": SENT.to_string(), "type": "text", "text": {"body": body}})
}

pub fn cart(id: &str, items: &Value) -> Value {
    json!({"from": "201055556666", "id": id, "timestamp": SENT.to_string(), "type": "order",
        "order": {"catalog_id": "77", "text": "after 6 pm", "product_items": items}})
}

pub fn belt(quantity: u32) -> Value {
    json!({"product_retailer_id": "BLT-01", "quantity": quantity, "item_price": 18.75, "currency": "EGP"})
}

pub fn hook(messages: &Value) -> Value {
    let contacts = json!([{"profile": {"name": "Tarek"}, "wa_id": "201055556666"}]);
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": {}, "contacts": contacts, "messages": messages}}]}]})
}

/// After the messages here were sent: an order of tomorrow is one of a wrong clock.
const LATER: &str = "2026-08-01T08:00:00Z";

pub fn import(shop: &Shop, input: impl ToString) -> Run {
    shop.orders(["import", "--json"]).env("ORDERS_NOW", LATER).stdin(input.to_string())
}

/// Imports and returns imported, unchanged, rejected and skipped.
#[track_caller]
pub fn counts(shop: &Shop, input: impl ToString) -> [i64; 4] {
    let body = import(shop, input).json();
    ["imported", "unchanged", "rejected", "skipped"].map(|key| body[key].as_i64().unwrap())
}

/// Imports what is refused, and returns the problems of each record.
#[track_caller]
pub fn problems(shop: &Shop, input: impl ToString) -> Vec<String> {
    let done = import(shop, input).exits(4);
    let object: Value = serde_json::from_str(&done.stderr).unwrap();
    let errors = object["errors"].as_array().unwrap();
    errors
        .iter()
        .flat_map(|error| error["problems"].as_array().unwrap().clone())
        .map(|p| p.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_sample_is_imported_once() {
    let shop = Shop::stocked();
    for (file, first) in [
        ("chat-dump.json", "imported 1, unchanged 0, skipped 2\n"),
        ("chat-export.txt", "imported 1, unchanged 0, skipped 3\n"),
        ("order-message.txt", "imported 0, unchanged 1\n"),
        ("chat-export-ios.txt", "imported 1, unchanged 0, skipped 2\n"),
        ("chat-messages.json", "imported 0, unchanged 1, skipped 2\n"),
        ("webhook-cart.json", "imported 1, unchanged 0\n"),
        ("baileys.json", "imported 0, unchanged 1, skipped 1\n"),
        ("copied-messages.txt", "imported 0, unchanged 1, skipped 2\n"),
        ("history.json", "imported 0, unchanged 1, skipped 1\n"),
        ("telegram.json", "imported 0, unchanged 1, skipped 1\n"),
        ("whatsapp-web.json", "imported 0, unchanged 1, skipped 1\n"),
        ("webhook-log.ndjson", "imported 1, unchanged 1, skipped 4\n"),
    ] {
        let path = shipped("examples/whatsapp").join(file);
        assert_eq!(shop.orders(["import"]).arg(&path).succeeds(), first, "{file}");
        let again = shop.orders(["import"]).arg(&path).succeeds();
        assert!(again.starts_with("imported 0, unchanged "), "{file}: {again}");
    }
    let files = std::fs::read_dir(shipped("examples/whatsapp")).unwrap().count();
    assert_eq!((files, shop.number("SELECT COUNT(*) FROM orders")), (12, 5));
    shop.check();
}

#[test]
fn a_cart_becomes_an_order() {
    let shop = Shop::stocked();
    let shoes = "a4d5c6b7-1e2f-4a3b-8c4d-0f1e2d3c4b5a";
    let items =
        json!([belt(2), {"product_retailer_id": shoes, "quantity": "1", "item_price": "64.00", "currency": "EGP"}]);
    assert_eq!(counts(&shop, hook(&json!([cart("wamid.A", &items)]))), [1, 0, 0, 0]);
    let order = &shop.orders(["list", "--items", "--json"]).json()[0];
    let reference = order["orderReference"].as_str().unwrap();
    assert!(reference.starts_with("LEG-MLHSLKOW-") && reference.len() == 17, "{reference}");
    assert_eq!(
        (&order["customerName"], &order["customerPhone"], &order["orderDate"], &order["total"], &order["currency"]),
        (&json!("Tarek"), &json!("+201055556666"), &json!("2026-02-11T08:53:20Z"), &json!("101.50"), &json!("EGP"))
    );
    assert_eq!(order["items"][0]["productName"], "Leather Belt");
    assert_eq!(shop.number("SELECT COUNT(*) FROM order_events WHERE note = 'after 6 pm'"), 1);
    // Under another wrapping, and with another text, the message is still the same order.
    for wrapped in [
        json!({"body": hook(&json!([cart("wamid.A", &json!([belt(9)]))]))}),
        json!({"contacts": [], "messages": [cart("wamid.A", &json!([{"product_retailer_id": "gone"}]))]}),
        json!({"field": "messages", "value": {"messages": [cart("wamid.A", &items), cart("wamid.A", &items)]}}),
    ] {
        let [imported, unchanged, rejected, _] = counts(&shop, &wrapped);
        assert!(imported == 0 && unchanged > 0 && rejected == 0, "{wrapped}");
    }
}

/// What the reference takes of the message's hash is short: two messages of one second may share it.
#[test]
fn carts_with_the_same_short_reference_are_two_orders() {
    let shop = Shop::stocked();
    // Ids whose hashes are the same in the part that the reference has.
    let short = |id: &String| u32::from_be_bytes(Sha256::digest(id)[..4].try_into().unwrap()) % 36_u32.pow(4);
    let mut seen = std::collections::HashMap::new();
    let (one, other) = (0..)
        .map(|number| format!("wamid.{number}"))
        .find_map(|id| seen.insert(short(&id), id.clone()).map(|earlier| (earlier, id)))
        .unwrap();
    let carts = hook(&json!([cart(&one, &json!([belt(1)])), cart(&other, &json!([belt(2)]))]));
    assert_eq!(counts(&shop, &carts), [2, 0, 0, 0]);
    assert_eq!(counts(&shop, &carts), [0, 2, 0, 0]);
    let listed = shop.orders(["list", "-q", "--sort", "createdAt"]).succeeds();
    let references: Vec<&str> = listed.lines().collect();
    assert_eq!(references.iter().map(|reference| reference.len()).collect::<Vec<_>>(), [17, 21]);
    let stem = |reference: &str| reference.rsplit_once('-').unwrap().0.to_owned();
    assert_eq!(stem(references[0]), stem(references[1]));
    shop.check();
}

#[test]
fn a_bad_cart_names_every_place() {
    let shop = Shop::stocked();
    let bad = json!([
        {"product_retailer_id": "NO-1", "quantity": 0, "item_price": 1.999, "currency": "EGP"},
        {"product_retailer_id": "NO-2", "quantity": 1, "item_price": -1, "currency": "USD"},
    ]);
    let at = "entry[0].changes[0].value.messages[1].order.product_items";
    assert_eq!(
        problems(&shop, hook(&json!([text_message("wamid.T", "hi"), cart("wamid.B", &bad)]))),
        [
            format!("{at}[0].quantity: must be at least 1"),
            format!("{at}[0].item_price: must have at most two decimals"),
            format!("{at}[1].item_price: must not be negative"),
            format!("{at}[1].currency: is USD, but another item is in EGP"),
            format!("{at}[0].product_retailer_id: Product NO-1 not found"),
            format!("{at}[1].product_retailer_id: Product NO-2 not found"),
        ]
    );
    let mut timeless = cart("wamid.C", &json!([belt(1)]));
    timeless["timestamp"] = json!(null);
    let at = "entry[0].changes[0].value.messages[0].timestamp";
    assert_eq!(problems(&shop, hook(&json!([timeless]))), [format!("{at}: is required")]);
    let mut anonymous = cart("wamid.C", &json!([belt(1)]));
    anonymous["from"] = json!("EG.1234");
    let from = "entry[0].changes[0].value.messages[0].from: must be the digits of a phone";
    assert_eq!(problems(&shop, hook(&json!([anonymous]))), [from]);
    shop.orders(["config", "currency", "USD"]).succeeds();
    let foreign = problems(&shop, hook(&json!([cart("wamid.D", &json!([belt(1)]))])));
    assert_eq!(foreign, ["currency: is EGP, but this shop sells in USD"]);
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 0);
}

#[test]
fn messages_without_an_order_are_skipped_and_counted() {
    let shop = Shop::stocked();
    let other = json!([
        text_message("1", "Is my NEW ORDER REQUEST there?"),
        {"from": "1", "id": "2", "timestamp": SENT, "type": "reaction", "reaction": {"emoji": "👍"}},
        {"from": "1", "id": "3", "timestamp": SENT, "type": "image"},
    ]);
    assert_eq!(counts(&shop, hook(&other)), [0, 0, 0, 3]);
    let statuses =
        json!({"entry": [{"changes": [{"value": {"statuses": [{"id": "x"}, {"id": "y"}]}}, {"value": {}}]}, {}]});
    assert_eq!(counts(&shop, statuses), [0, 0, 0, 2]);
    assert_eq!(counts(&shop, json!({"object": "whatsapp_business_account", "entry": []})), [0, 0, 0, 0]);
    let echo = json!({"entry": [{"changes": [{"field": "smb_message_echoes", "value": {"messages": [text_message("5", &message())]}}]}]});
    assert_eq!(counts(&shop, echo), [0, 0, 0, 1]);
    let bare_header = text_message("6", "Where is my\nNEW ORDER REQUEST\n?");
    assert_eq!(counts(&shop, hook(&json!([bare_header]))), [0, 0, 0, 1]);
    for label in ["Order Reference:", "Order Ref:"] {
        let answer = message().replace("NEW ORDER REQUEST", "ORDER CONFIRMATION").replace("Order Ref:", label);
        assert_eq!(counts(&shop, hook(&json!([text_message("4", &answer)]))), [0, 0, 0, 1]);
        assert_eq!(counts(&shop, format!("1/2/26, 10:00 - Shop: {answer}\n1/2/26, 10:01 - A: thanks")), [0, 0, 0, 2]);
    }
}

#[test]
fn a_message_that_cannot_be_read_is_named() {
    let shop = Shop::stocked();
    for (input, start) in [
        (
            hook(
                &json!([{"from": "1", "id": "1", "timestamp": SENT, "type": "order", "order": {"id": "7", "token": "x"}}]),
            ),
            "entry[0].changes[0].value.messages[0].order: carries only an id and a token",
        ),
        (
            json!({"orderId": "7", "token": "x", "type": "order"}),
            "is an order message that carries only an id and a token",
        ),
        (json!({"totalAmount1000": 48740}), "has amounts in thousandths"),
        (
            json!({"key": {"id": "x"}, "message": {"orderMessage": {}}}),
            "is an order message that carries only an id and a token",
        ),
        (
            hook(
                &json!([{"from": "1", "id": "1", "timestamp": SENT, "type": "interactive", "interactive": {"type": "order_details"}}]),
            ),
            "entry[0].changes[0].value.messages[0]: is an order_details that the shop sent",
        ),
        (
            json!({"foo": 1, "bar": []}),
            "is not an order (orderReference, orderDate, customerName, customerPhone, items), a WhatsApp webhook",
        ),
    ] {
        let problems = problems(&shop, &input);
        assert!(problems[0].starts_with(start), "{input}: {problems:?}");
    }
}

#[test]
fn the_same_order_by_post_and_by_message_is_one() {
    let by_post = format!(
        r#"{{"orderReference":"{REFERENCE}","orderDate":"2026-02-11T08:53:20.417Z","customerName":"Youssef Adel",
        "customerPhone":"01011112222","customerAddress":"12 Tahrir St, Cairo","items":[
        {{"productId":"{SHIRT}","quantity":1,"unitPrice":29.99,"selectedSize":"M","selectedColor":"Black"}},
        {{"productId":"{BELT}","quantity":1,"unitPrice":18.75}}],"total":48.74}}"#
    );
    let by_hook = hook(&json!([text_message("wamid.T", &message())])).to_string();
    let by_dump = json!([{"date": "2026-02-11T08:54:00Z", "author": "Youssef", "message": message()}]).to_string();
    for order in [[&by_post, &by_hook, &by_dump], [&by_dump, &by_post, &by_hook], [&by_hook, &by_dump, &by_post]] {
        let shop = Shop::stocked();
        assert_eq!(counts(&shop, order[0]), [1, 0, 0, 0]);
        shop.orders(["confirm", REFERENCE]).succeeds();
        assert_eq!(counts(&shop, order[1]), [0, 1, 0, 0]);
        assert_eq!(counts(&shop, order[2]), [0, 1, 0, 0]);
        assert_eq!(counts(&shop, message()), [0, 1, 0, 0]);
        // One message id under two texts.
        let cut = message().lines().take(20).collect::<Vec<_>>().join("\n");
        assert_eq!(counts(&shop, hook(&json!([text_message("wamid.T", &cut)]))), [0, 1, 0, 0]);
        assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 1);
    }
}

#[test]
fn the_message_is_read_by_its_labels() {
    type Change = fn(String) -> String;
    let same: &[(&str, Change)] = &[
        ("CRLF", |text| text.replace('\n', "\r\n")),
        ("without boxes and emoji", |text| text.chars().filter(|c| c.is_ascii() || *c == '×' || *c == '\n').collect()),
        ("bidi marks", |text| {
            text.replace("Youssef Adel", "\u{202b}Youssef Adel\u{202c}\u{200f}")
                .replace("01011112222", "\u{200e}01011112222")
        }),
        ("no-break spaces", |text| {
            text.replace("Total Items:  ", "Total Items:\u{a0}")
                .replace(" AM", "\u{202f}AM")
                .replace("Youssef Adel", "Youssef\u{a0}Adel")
        }),
        ("an id cut short", |text| text.replace("550e8400-e29b-41d4-a716-446655440000", "550e8400...")),
        ("no-break spaces everywhere", |text| text.replace(' ', "\u{a0}")),
        ("quoted", |text| text.lines().map(|line| format!("> {line}\n")).collect()),
        ("without asterisks", |text| text.replace('*', "")),
        ("words around it", |text| format!("Hello!\n{text}\nPlease be quick, TOTAL: soon")),
    ];
    let shop = Shop::stocked();
    assert_eq!(counts(&shop, message()), [1, 0, 0, 0]);
    for (what, change) in same {
        assert_eq!(counts(&shop, change(message())), [0, 1, 0, 0], "{what}");
    }
    let order = shop.orders(["show", REFERENCE, "--json"]).json();
    assert_eq!((&order["customerName"], &order["customerPhone"]), (&json!("Youssef Adel"), &json!("01011112222")));
    assert_eq!((&order["customerAddress"], &order["total"]), (&json!("12 Tahrir St, Cairo"), &json!("48.74")));
    assert_eq!(
        (&order["items"][0]["selectedSize"], &order["items"][0]["selectedColor"]),
        (&json!("M"), &json!("Black"))
    );
}

#[test]
fn an_incomplete_message_is_refused_with_its_lines() {
    let shop = Shop::stocked();
    let without = |label: &str| message().lines().filter(|line| !line.contains(label)).collect::<Vec<_>>().join("\n");
    for (input, problem) in [
        (without("TOTAL:"), "TOTAL is missing: the message was cut off"),
        (without("Order Ref:"), "Order Ref is missing"),
        (without("Phone:"), "Phone is missing"),
        (without("Total Items:"), "Total Items is missing"),
        (without("1. *"), "item 2 follows item 0: a part is missing"),
        (
            message().replace("*TOTAL:       $48.74", "*TOTAL:       $48.75"),
            "TOTAL is 48.75, but the items sum to 48.74",
        ),
        (message().replace("Total Items:  2", "Total Items:  3"), "Total Items is 3, but the quantities sum to 2"),
        (message().replace("× 1", "× 0"), "Price: the quantity must be from 1 to 2147483647"),
        (message().replace("Youssef Adel", "Youssef\n│ Phone: 999"), "Phone is given twice"),
        (message().replace("│ 2. *", "│ 3. *"), "item 3 follows item 1: a part is missing"),
        (message().replace(REFERENCE, "LEG 1"), "Order Ref: must be 1 to 50 printable ASCII characters"),
        (
            message().replace(BELT, "9b2f6c1e..").replace("    📌 SKU: *BLT-01*", ""),
            "ID: must be a product id (a UUID)",
        ),
        (message().replace("│    📏 Size: M", "│    📏 Talla: M"), "is not understood: "),
        (message().replace("Tahrir St", "Tahrir\0St"), ": must not contain NUL"),
        (message().replace("📦 NEW", "\0 NEW"), ": must not contain NUL"),
    ] {
        let problems = problems(&shop, &input);
        assert!(problems.iter().any(|found| found.contains(problem)), "{problem}: {problems:#?}");
    }
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 0);
}

#[test]
fn the_date_comes_from_the_reference_if_it_is_near() {
    let date = |setup: &[[&str; 3]], input: String| {
        let shop = Shop::stocked();
        for [command, key, value] in setup {
            shop.orders([command, key, value]).succeeds();
        }
        import(&shop, input).succeeds();
        shop.orders(["list", "--json"]).json()[0]["orderDate"].as_str().unwrap().to_owned()
    };
    let own = "2026-02-11T08:53:20.417Z";
    let sent = |time: i64| {
        let mut message_sent = text_message("1", &message());
        message_sent["timestamp"] = json!(time);
        hook(&json!([message_sent])).to_string()
    };
    assert_eq!(date(&[], sent(SENT + 80_000)), own);
    assert_eq!(date(&[], sent(SENT + 90_000)), "2026-02-12T09:53:20Z", "more than a day from the message");
    assert_eq!(date(&[], sent((SENT + 90_000) * 1000 + 5)), "2026-02-12T09:53:20.005Z", "in milliseconds");
    for wrong in [json!("1.7703941e9"), json!("1770394100."), json!("1770394100.abc"), json!(0), json!("soon")] {
        let shop = Shop::stocked();
        let mut timed = text_message("1", &message());
        timed["timestamp"] = wrong.clone();
        let place = "entry[0].changes[0].value.messages[0].timestamp: must be a time in seconds since 1970";
        assert_eq!(problems(&shop, hook(&json!([timed]))), [place], "{wrong}");
    }
    assert_eq!(date(&[], message()), own);
    let skipped_hour = message().replace(REFERENCE, "A-1").replace("Feb 11, 2026, 10:53 AM", "Apr 24, 2026, 12:30 AM");
    assert_eq!(date(&[["config", "timeZone", "Africa/Cairo"]], skipped_hour), "2026-04-23T22:30:00Z");
    let late = message().replace("Feb 11, 2026", "Jul 1, 2026");
    assert_eq!(date(&[], late.clone()), "2026-07-01T10:53:00Z", "more than two days from the line");
    assert_eq!(date(&[["config", "timeZone", "Africa/Cairo"]], late), "2026-07-01T07:53:00Z");
}

#[test]
fn rejects_are_kept_apart_and_import_once_mended() {
    let shop = Shop::stocked();
    let cut = message().replace("TOTAL:", "SUM:");
    let items = json!([belt(0)]);
    let input =
        hook(&json!([text_message("wamid.1", &cut), cart("wamid.2", &json!([belt(1)])), cart("wamid.3", &items)]));
    let done = shop.orders(["import", "--keep-going", "--rejects", "mend"]).stdin(input.to_string()).exits(8);
    assert_eq!(done.stdout, "imported 1, unchanged 0, rejected 2\n");
    let kept = std::fs::read_to_string(shop.path("mend")).unwrap();
    let mended = kept.replace("SUM:", "TOTAL:").replace("\"quantity\":0", "\"quantity\":2");
    assert_eq!(counts(&shop, mended), [2, 0, 0, 0]);
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE customer_name = 'Tarek'"), 2);
    // What a guest wrote is kept as it is, also what a dump has for the end of a line.
    let text = cut.replace(REFERENCE, "LEG-X-1").replace("Youssef Adel", "Youssef <br>");
    let done = shop.orders(["import", "--keep-going", "--rejects", "text"]).stdin(text).exits(8);
    assert_eq!(done.stdout, "imported 0, unchanged 0, rejected 1\n");
    let kept = std::fs::read_to_string(shop.path("text")).unwrap();
    assert_eq!(counts(&shop, kept.replace("SUM:", "TOTAL:")), [1, 0, 0, 0]);
    assert_eq!(shop.orders(["show", "LEG-X-1", "--json"]).json()["customerName"], "Youssef <br>");
}

/// Importing what was kept, and what of that was kept, and so on, never makes more of it.
#[test]
fn a_reject_is_kept_once() {
    let shop = Shop::stocked();
    let two =
        format!("{}\n{}", message().replace("TOTAL:", "SUM:"), message().replace(REFERENCE, "A-1").replace("×", "x"));
    let contacts: Vec<_> =
        (0..50).map(|n| json!({"profile": {"name": format!("N{n}")}, "wa_id": n.to_string()})).collect();
    let mut from_seven = text_message("wamid.2", &two);
    from_seven["from"] = json!("7");
    let with_contacts = json!({"contacts": contacts, "messages": [text_message("wamid.1", &two), from_seven]});
    // What is wrong beside the messages is kept with them in one record.
    let with_more = json!({"messages": [text_message("wamid.3", &two)], "statuses": 5, "contacts": [1]});
    let mut input = format!("{with_contacts}\n{with_more}");
    for round in 1..=3 {
        let name = format!("round-{round}");
        let done = shop.orders(["import", "--keep-going", "--rejects", &name]).stdin(input).exits(8);
        assert_eq!(done.stdout, "imported 0, unchanged 0, rejected 7\n");
        input = std::fs::read_to_string(shop.path(&name)).unwrap();
        let kept: Vec<Value> = input.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let contacts: Vec<_> = kept.iter().map(|kept| kept["contacts"].clone()).collect();
        assert_eq!(contacts, [json!([]), json!([{"profile": {"name": "N7"}, "wa_id": "7"}]), json!([1])]);
        assert_eq!(kept[2], with_more);
    }
}

#[test]
fn shapes_may_be_mixed_in_one_stream() {
    let shop = Shop::stocked();
    let dump: Value =
        serde_json::from_str(&std::fs::read_to_string(shipped("examples/whatsapp/chat-dump.json")).unwrap()).unwrap();
    let stream = format!(
        "{}\n[{},{}]{}",
        hook(&json!([cart("wamid.A", &json!([belt(1)]))])),
        crate::harness::order("LEG-1", BELT, 1, None),
        json!({"date": "2026-02-11T08:54:00Z", "author": "Youssef", "message": message()}),
        dump
    );
    assert_eq!(counts(&shop, &stream), [4, 0, 0, 2]);
    assert_eq!(counts(&shop, &stream), [0, 4, 0, 2]);
    shop.check();
}

#[test]
fn two_messages_in_one_chat_are_two_orders_and_a_cut_one_does_not_swallow_the_next() {
    let shop = Shop::stocked();
    let cut = message().lines().take(18).collect::<Vec<_>>().join("\n").replace(REFERENCE, "LEG-X-1");
    let chat = format!("1/2/26, 10:00 - A: {cut}\n1/2/26, 10:01 - B: {}", message());
    let done = shop.orders(["import", "--keep-going"]).stdin(chat).exits(8);
    assert_eq!(done.stdout, "imported 1, unchanged 0, rejected 1\n");
    assert!(done.stderr.contains("record 1 (LEG-X-1): TOTAL is missing: the message was cut off"), "{}", done.stderr);
    let twice = message().replace(REFERENCE, "LEG-X-2") + &message();
    assert_eq!(counts(&shop, &twice), [1, 1, 0, 0]);
    let twice = twice.replace("LEG-X-2", "LEG-X-3");
    assert_eq!(counts(&shop, hook(&json!([text_message("wamid.2", &twice)]))), [1, 1, 0, 0]);
    let with_json = format!("{}{}", message(), crate::harness::order("LEG-9", BELT, 1, None));
    assert_eq!(counts(&shop, with_json), [1, 1, 0, 0]);
}

#[test]
fn a_dump_may_be_large_and_an_order_may_not() {
    let shop = Shop::stocked();
    let filler: serde_json::Map<String, Value> = (0..3000)
        .map(|n| (n.to_string(), json!({"from_me": false, "timestamp": SENT, "data": "x".repeat(500)})))
        .collect();
    let mut messages = filler;
    messages.insert("last".into(), json!({"from_me": false, "timestamp": SENT, "key_id": "A", "data": message()}));
    assert_eq!(counts(&shop, json!({"20101@s.whatsapp.net": {"messages": messages}})), [1, 0, 0, 3000]);
    let order = crate::harness::order("LEG-1", BELT, 1, None).replace("John Doe", &"x".repeat(1 << 20));
    assert_eq!(problems(&shop, order), ["has 1048779 bytes, the most for an order is 1048576"]);
}

#[test]
fn a_text_changed_by_a_chat_is_the_same_order() {
    let shop = Shop::stocked();
    let by_post = crate::harness::order(REFERENCE, BELT, 1, None)
        .replace("John Doe", "\\u200fYoussef\\u00a0Adel")
        .replace("\"items\"", "\"customerAddress\":\"12 Tahrir St \\r\\n\\n Cairo\",\"items\"")
        .replace("29.99", "18.75");
    assert_eq!(counts(&shop, by_post), [1, 0, 0, 0]);
    let lines: Vec<String> = message()
        .replace("12 Tahrir St, Cairo", "12 Tahrir St\n\nCairo")
        .replace("01011112222", "+1234567890")
        .lines()
        .map(str::to_owned)
        .collect();
    // Without its first item, the shirt.
    let at = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
    let message = [&lines[..at("1. *")], &lines[at("2. *")..]].concat().join("\n");
    let message = message.replace("2. *", "1. *").replace("Items:  2", "Items:  1").replace("48.74", "18.75");
    assert_eq!(counts(&shop, message), [0, 1, 0, 0]);
}

#[test]
fn a_sku_that_is_not_the_products_is_a_warning() {
    let shop = Shop::stocked();
    let body = import(&shop, message().replace("*BLT-01*", "*SKU-12345*")).json();
    let warning = format!("{REFERENCE}: item 2: the catalogue says SKU BLT-01, the order says SKU-12345");
    assert_eq!(body["warnings"], json!([warning]));
}

#[test]
fn a_cut_id_that_contradicts_the_sku_is_refused() {
    let shop = Shop::stocked();
    let cut = message().replace(SHIRT, "550e8400...");
    assert_eq!(
        problems(&shop, cut.replace("*SKU-12345*", "*PL-220*")),
        ["line 17: Product PL-220 (550e8400…) not found (Classic T-Shirt)"]
    );
    assert_eq!(counts(&shop, cut), [1, 0, 0, 0]);
}

#[test]
fn a_sender_without_a_name_is_called_by_the_phone() {
    for contacts in [
        json!(null),
        json!([]),
        json!([{"profile": {"name": " \u{200f} "}, "wa_id": "201055556666"}]),
        json!([{"profile": {"name": "Somebody else"}, "wa_id": "1"}, {"wa_id": "201055556666"}]),
    ] {
        let shop = Shop::stocked();
        let input = json!({"contacts": contacts, "messages": [cart("wamid.A", &json!([belt(1)]))]});
        assert_eq!(counts(&shop, input), [1, 0, 0, 0]);
        assert_eq!(shop.orders(["list", "--json"]).json()[0]["customerName"], "+201055556666");
    }
}
