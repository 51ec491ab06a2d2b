//! Chats, logs and other texts: nothing in them that holds an order is skipped, or vanishes.

use std::sync::Arc;

use orders::domain::zone::Zone;
use orders::input::order::record::{read_record, read_stretch};
use orders::input::parsed_order::ParsedOrder;
use orders::input::reject::Reject;
use orders::input::stream::chat_text::OrderStretches;
use orders::input::stream::format::Format;
use orders::input::stream::records::Records;
use serde_json::{Value, json};

use crate::harness::{BELT, Shop, order};
use crate::whatsapp::{REFERENCE, belt, cart, counts, hook, message, problems, text_message};

/// One order in every way in which it comes: what it is called, and the text.
fn orders(reference: &str) -> Vec<(&'static str, String)> {
    let text = message().replace(REFERENCE, reference);
    let without_header: String =
        text.lines().filter(|line| !line.contains("NEW ORDER")).map(|line| format!("{line}\n")).collect();
    let flat = text.replace('\n', " ");
    let json = order(reference, BELT, 1, None);
    let cart = hook(&json!([cart(&format!("wamid.{reference}"), &json!([belt(1)]))])).to_string();
    let call = hook(&json!([text_message(&format!("wamid.{reference}"), &text)])).to_string();
    let in_ascii =
        call.replace("NEW", "\\u004eEW").replace("Order Ref", "Order \\u0052ef").replace("TOTAL", "TO\\u0054AL");
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&json).unwrap()).unwrap();
    vec![
        ("a text", text.clone()),
        ("a text with CRLF", text.replace('\n', "\r\n")),
        ("on one line", flat.clone()),
        ("on one line, and one more", format!("please deliver today\n{flat}\nthanks")),
        ("two lines on one", text.replace("REQUEST\n", "REQUEST ").replace("*\n", "* ")),
        ("<br>", text.replace('\n', "<br>")),
        ("<br> and a line", text.replace('\n', "<br>") + "\nthanks"),
        ("<br> at the ends of lines", text.replace('\n', " <br>\n")),
        ("without its header", without_header.clone()),
        ("without its header, on one line", without_header.replace('\n', " ")),
        ("a lower header", text.replace("NEW ORDER REQUEST", "new order request")),
        ("a longer header", text.replace("NEW ORDER REQUEST", "NEW ORDER REQUEST #2")),
        ("words before the reference", without_header.replace("*Order Ref:*", "hello *Order Ref:*")),
        ("no text", text.replace("Youssef", "\u{0}ssef")),
        ("a cart", cart.clone()),
        ("a cart, cut off", cart[..cart.len() / 2].to_owned()),
        ("a call, cut off", call[..call.len() / 2].to_owned()),
        ("a call", call.clone()),
        ("a call in ASCII", in_ascii),
        ("a call in an array", format!("[{call}]")),
        ("an order as JSON", json.clone()),
        ("an order, cut off", json[..json.len() / 2].to_owned()),
        ("an order on many lines", pretty),
        ("a call after words", format!("INFO: {call}")),
        ("a cart before words", format!("INFO: {cart} in 3 ms")),
    ]
}

/// What may stand before or after an order: nothing of it is one.
fn surroundings() -> Vec<String> {
    let answer = message().replace("NEW ORDER REQUEST", "ORDER CONFIRMATION").replace("Order Ref:", "Order Reference:");
    let cut_answer: String = answer.lines().take(8).map(|line| format!("{line}\n")).collect();
    let dates = [
        "6 Feb 2026, 18:06 - ",
        "Feb 6, 2026 6:06 PM - ",
        "18:06 - ",
        "[Yesterday 18:06] ",
        "Friday, 6 February 2026 18:06 - ",
        "\u{61c}6/2/26, 18:06 - ",
        "06/02/2026, 18:06 - ",
        "[06/02/2026, 18:06:40] ",
    ];
    let mut all: Vec<String> = dates.iter().map(|date| format!("{date}Karim: hello\n")).collect();
    all.extend(dates[5..].iter().map(|date| format!("{date}Shop: {answer}\n")));
    all.extend(
        [
            "2026-02-04 10:00:00,123 - webhook - INFO - started\n",
            "[10:00:00] INFO: started\n",
            "[2026-02-04 10:00:00] POST: /hook\n",
            "[INFO] started\n",
            "[2026-02-04T10:00:00Z] INFO x\n",
            "06/02/2026, 18:06 - Karim: What became of Order Ref: LEG-1?\n",
            "06/02/2026, 18:06 - Karim: my NEW ORDER REQUEST\nNEW ORDER REQUEST\n",
            "{\"level\":\"info\"}\n",
            "hello\n",
            "",
        ]
        .map(str::to_owned),
    );
    all.extend([answer, cut_answer]);
    all
}

/// Returns the references of the orders that an import finds in a text, and how many problems there are.
fn found_in(text: &str) -> (Vec<String>, usize) {
    let (mut references, mut problems) = (Vec::new(), 0);
    let mut take = |order: ParsedOrder, _: &Arc<Reject>| match order.order {
        Ok(order) => references.extend(order.reference.map(|reference| reference.to_string())),
        Err(_) => problems += 1,
    };
    let mut bad_lines = 0;
    match Format::of(text.as_bytes()).unwrap() {
        Format::Text => {
            let mut stretches = OrderStretches::new(text.as_bytes());
            while let Some(stretch) = stretches.next_stretch().unwrap() {
                read_stretch(stretch, Zone::UTC, &mut take);
            }
        }
        Format::Json => {
            let mut records = Records::new(text.as_bytes());
            loop {
                match records.next_record() {
                    Ok(None) => break,
                    Ok(Some(record)) if record.excess.is_some() => bad_lines += 1,
                    Ok(Some(record)) => {
                        bad_lines += usize::from(read_record(&Arc::new(record.bytes), Zone::UTC, &mut take).is_err());
                    }
                    Err(_) => {
                        // Nothing of the input is taken.
                        bad_lines += 1;
                        break;
                    }
                }
            }
        }
        Format::Zip => panic!("it is a text"),
    }
    (references, problems + bad_lines)
}

/// Each stands between two orders: these are taken, and it is one or a named problem.
#[test]
fn an_order_in_any_text_is_read_or_reported_as_a_problem() {
    let [before, after] = ["LEG-BEFORE", "LEG-AFTER"].map(|reference| message().replace(REFERENCE, reference));
    for around in surroundings() {
        for (what, order) in orders(REFERENCE) {
            let (references, problems) = found_in(&format!("{before}\n{around}{order}\n{around}{after}\n"));
            let all = references.len() + problems;
            assert!(all >= 3, "{what} after {around:?}: {references:?}, {problems} problems");
            for known in ["LEG-BEFORE", "LEG-AFTER"] {
                assert!(references.iter().any(|found| found == known), "{what} after {around:?}: {references:?}");
            }
            let (references, problems) = found_in(&format!("{around}{order}\n{around}"));
            assert!(references.len() + problems > 0, "{what} alone after {around:?}");
        }
    }
}

/// The same, where it can be read.
#[test]
fn lost_line_breaks_cost_no_readable_order() {
    for (what, order) in orders(REFERENCE) {
        let is_read =
            ["text", "<br>", "without its header", "header", "words before", "call", "as JSON"].iter().any(|part| {
                what.contains(part)
                    && !what.contains("no text")
                    && !what.contains("on one line")
                    && !what.contains("cut off")
            });
        let chat = format!("06/02/2026, 18:06 - Karim: hello\n{order}\n06/02/2026, 18:07 - Karim: thanks\n");
        let (references, problems) = found_in(&chat);
        let expected = if is_read { (1, 0) } else { (references.len(), problems) };
        assert_eq!((references.len(), problems), expected, "{what}");
    }
    let chat = format!("06/02/2026, 18:06 - Karim: hello\n06/02/2026, 18:07 - Karim: {}", message());
    assert_eq!(counts(&Shop::stocked(), chat.replace('\n', "\r")), [1, 0, 0, 1]);
    assert_eq!(
        counts(&Shop::stocked(), hook(&json!([text_message("1", &message().replace('\n', "\r"))]))),
        [1, 0, 0, 0]
    );
}

#[test]
fn a_log_that_looks_like_a_chat_is_read() {
    let call = hook(&json!([cart("wamid.1", &json!([belt(1)]))])).to_string();
    let status = json!({"statuses": [{"id": "x"}]}).to_string();
    let order = order("LEG-1", BELT, 1, None);
    for start in [
        "2026-02-04 10:00:00,123 - webhook - INFO - started",
        "[10:00:00] INFO: started",
        "[2026-02-04 10:00:00] POST: /hook",
    ] {
        let log = format!("{start}\n{call}\n{order}\n{start}\n{{\"level\":\"info\"}}\n");
        assert_eq!(counts(&Shop::stocked(), log), [2, 0, 0, 1], "{start}");
    }
    let line = |json: &str| format!("2026-02-04 10:00:00 - INFO: {json}\n");
    let log = line("started") + &line(&call) + &line(&status) + &line(&order);
    assert_eq!(counts(&Shop::stocked(), log), [2, 0, 0, 2]);
    // Where records have lines of their own, too.
    let log = format!("{order}\nINFO: {call}\nINFO: started\n");
    assert_eq!(problems(&Shop::stocked(), log.clone()), ["is not JSON: expected value at column 1"]);
    assert_eq!(counts(&Shop::stocked(), log.replace("INFO: started\n", "")), [2, 0, 0, 0]);
}

/// A bad line among records is that record's problem, however it begins.
#[test]
fn a_line_that_begins_like_an_array_or_after_a_record_is_a_bad_record() {
    let (one, two) = (order("LEG-1", BELT, 1, None), order("LEG-2", BELT, 2, None));
    for bad in [
        "\n[INFO] started",
        "\n[2026-02-04T10:00:00Z] INFO x",
        "{\"x\":\"torn",
        " {\"x\":",
        " [INFO]",
        " nothing",
        " }",
    ] {
        let shop = Shop::stocked();
        let done = shop.orders(["import", "--keep-going"]).stdin(format!("{one}{bad}\n{two}\n")).exits(8);
        assert_eq!(done.stdout, "imported 2, unchanged 0, rejected 1\n", "{bad:?}: {}", done.stderr);
    }
}

/// What was refused does not become good, or vanish, by being written down.
#[test]
fn rejects_of_a_text_are_refused_again_as_they_were() {
    let named = |name: &[u8]| {
        let text = message().into_bytes();
        let at = text.windows(7).position(|part| part == b"Youssef").unwrap();
        [&text[..at], name, &text[at..]].concat()
    };
    let chat =
        |text: &str| format!("06/02/2026, 18:06 - Youssef: {text}\n06/02/2026, 18:07 - Youssef: hello\n").into_bytes();
    let order = order(REFERENCE, BELT, 1, None);
    let log = format!("{}\n2026-02-04 10:00:00 - INFO: got order\n{{\"a\":\n", order.replace("LEG-", "LEX-"));
    let is_record = |kept: &[u8]| {
        kept.split(|b| *b == b'\n')
            .all(|line| line.is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok())
    };
    let flat = Shop::stocked().orders(["import"]).stdin(chat(&message().replace('\n', " "))).exits(4);
    assert!(flat.stderr.contains(&format!("record 1 ({REFERENCE}): holds an order message")), "{}", flat.stderr);
    for (what, input) in [
        ("a bad byte", named(b"\xff")),
        ("a long line", named("x".repeat(300_000).as_bytes())),
        ("all on one line", chat(&message().replace('\n', " "))),
        ("all on one line, with CR", chat(&message().replace('\n', " \r"))),
        ("an order as JSON, cut off", chat(&order[..order.len() - 5])),
        ("a log", log.into_bytes()),
    ] {
        let shop = Shop::stocked();
        shop.orders(["import", "--keep-going", "--rejects", "0"]).stdin(input).exits(8);
        let first = std::fs::read(shop.path("0")).unwrap();
        assert!(is_record(&first), "{what}: {}", String::from_utf8_lossy(&first));
        // A message of a dump is kept within a call: from then on it stays as it is.
        shop.orders(["import", "--keep-going", "--rejects", "1", "0"]).exits(8);
        shop.orders(["import", "--keep-going", "--rejects", "2", "1"]).exits(8);
        let again = ["1", "2"].map(|name| std::fs::read(shop.path(name)).unwrap());
        assert!(again[0] == again[1] && again[0].len() < first.len() + 100, "{what}");
        assert_eq!(again[0].split(|b| *b == b'\n').count(), first.split(|b| *b == b'\n').count(), "{what}");
        shop.orders(["import", "0"]).exits(4);
    }
    // A call whose text is none, in a log that looks like a chat.
    let shop = Shop::stocked();
    let call = hook(&json!([text_message("wamid.1", &message())])).to_string().replace("Youssef", "\u{1}");
    let bad: Vec<u8> = call.bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let log = [b"[10:00:00] INFO: started\n{\"a\":\"\xff\"}\n", &bad[..], b"\n"].concat();
    let done = shop.orders(["import", "--keep-going", "--rejects", "mend"]).stdin(log).exits(8);
    assert!(done.stderr.contains("-:3: record 1: is not UTF-8"), "{}", done.stderr);
    assert!(std::fs::read(shop.path("mend")).unwrap() == [&bad[..], b"\n"].concat());
    // Nothing is missing, so that it can be mended.
    let shop = Shop::stocked();
    let too_long = "x".repeat(300_000);
    shop.orders(["import", "--keep-going", "--rejects", "mend"]).stdin(named(too_long.as_bytes())).exits(8);
    let kept = std::fs::read_to_string(shop.path("mend")).unwrap();
    assert_eq!(counts(&shop, kept.replace(&too_long, "")), [1, 0, 0, 0]);
    // What a line holds is read, also where it is mended within the string.
    let torn = json!(format!("2026-02-04 10:00:00 - INFO: {order}")).to_string();
    assert_eq!(counts(&Shop::stocked(), torn), [1, 0, 0, 0]);
}

#[test]
fn an_input_that_is_neither_json_nor_a_chat_is_named_as_such() {
    let shop = Shop::stocked();
    let prose = format!("# Prose\n\n{}{{\"success\":true}}\n", "It goes on.\n".repeat(30));
    for (input, found) in [("hello", "hello"), (prose.as_str(), "# Prose"), ("[package]\nname = \"x\"\n", "[package]")]
    {
        shop.orders(["import"]).stdin(input).fails(
            4,
            &format!(
                "error: the input is neither JSON nor a WhatsApp chat; nothing imported\n  - -:1: expected JSON or a WhatsApp chat, found: {found}\n"
            ),
        );
    }
    assert_eq!(problems(&shop, "{}"), ["the record is empty"]);
}
