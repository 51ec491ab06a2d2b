//! What real input looks like: every shape in which an order message or a cart comes out of WhatsApp.

use std::sync::Arc;

use orders::domain::zone::Zone;
use orders::input::json::envelope::read_envelope;
use orders::input::order::record::read_record;
use serde_json::{Value, json};

use crate::harness::Shop;
use crate::whatsapp::{REFERENCE, SENT, counts, hook, import, message, problems, text_message};

/// Imports one order and returns it, with the warnings of the import.
#[track_caller]
fn imported(input: impl ToString) -> (Value, Value) {
    let shop = Shop::stocked();
    let body = import(&shop, input).json();
    assert_eq!((&body["imported"], &body["rejected"]), (&json!(1), &json!(0)), "{body}");
    (shop.orders(["list", "--items", "--json"]).json()[0].clone(), body["warnings"].clone())
}

#[test]
fn a_date_that_cannot_be_read_gives_way_to_the_references_time() {
    let date = "Feb 11, 2026, 10:53 AM";
    for (line, warnings) in [
        ("Feb 11, 2026 at 10:53\u{202f}AM", json!([])),
        ("11/02/2026, 10:53", json!([])),
        ("2/11/2026, 10:53 AM", json!([])),
        ("١١ فبراير ٢٠٢٦ في ١٠:٥٣ ص", json!([])),
        (
            "11. helmikuuta",
            json!([format!("{REFERENCE}: the date 11. helmikuuta cannot be read; the time in the reference is taken")]),
        ),
    ] {
        let (order, said) = imported(message().replace(date, line));
        assert_eq!((&order["orderDate"], &said), (&json!("2026-02-11T08:53:20.417Z"), &warnings), "{line}");
    }
    let other = |line: &str| message().replace(date, line).replace(REFERENCE, "SHOP-1");
    let (order, said) = imported(other("Mar 4, 2026 at 12:30\u{202f}PM"));
    assert_eq!((&order["orderDate"], &said), (&json!("2026-03-04T12:30:00Z"), &json!([])));
    let (order, said) = imported(other("04/03/2026, 12:30"));
    let warning = "SHOP-1: the date 04/03/2026, 12:30 may mean two days; it is taken as 2026-03-04T12:30:00Z";
    assert_eq!((&order["orderDate"], &said), (&json!("2026-03-04T12:30:00Z"), &json!([warning])));
    let refused = problems(&Shop::stocked(), other("soon"));
    assert_eq!(refused, ["line 7: Date: must be a date such as Feb 4, 2026, 12:30 PM"]);
}

#[test]
fn a_delivery_fee_in_a_message_is_agreed_with_its_total() {
    let with_delivery = |fee: &str, total: &str| {
        message()
            .replace("Delivery:     TBD", &format!("Delivery:     {fee}"))
            .replace("*TOTAL:       $48.74", &format!("*TOTAL:       {total}"))
    };
    let shop = Shop::stocked();
    let body = import(&shop, with_delivery("$50.00", "$98.74")).json();
    assert_eq!((&body["imported"], &body["warnings"]), (&json!(1), &json!([])));
    let order = shop.orders(["show", REFERENCE, "--json"]).json();
    assert_eq!((&order["total"], &order["deliveryFee"]), (&json!("48.74"), &json!("50.00")));
    assert_eq!((&order["grandTotal"], &order["due"]), (&json!("98.74"), &json!(null)));
    for (said, fee) in [("Free", json!(null)), ("$0.00", json!("0.00")), ("2-3 days", json!(null))] {
        assert_eq!(imported(with_delivery(said, "$48.74")).0["deliveryFee"], fee, "{said}");
    }
    for total in ["$48.74", "$98.75"] {
        let problem = format!("TOTAL is {}, but the items sum to 48.74 and delivery is 50.00", &total[1..]);
        assert_eq!(problems(&Shop::stocked(), with_delivery("$50.00", total)), [problem]);
    }
}

#[test]
fn an_image_that_is_no_url_rejects_no_order() {
    let (order, said) = imported(
        message().replace("    🔗 Link: https://shop.example/products/550e8400", "    🖼️ Image: /media/shirt.jpg"),
    );
    let warning = format!("{REFERENCE}: line 20: the image is not an http or https URL and was left out");
    assert_eq!(
        (&order["items"][0]["productImage"], &said),
        (&json!("https://shop.example/media/classic-t-shirt.jpg"), &json!([warning]))
    );
    assert_eq!(counts(&Shop::stocked(), message()), [1, 0, 0, 0]);
}

/// An order message as one customer's message, in every shape that is read: what it is called, the document, and
/// WhatsApp's id of the message.
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn shapes(text: &str) -> Vec<(&'static str, Value, Option<&'static str>)> {
    let key = |from_me: bool| json!({"remoteJid": "201011112222@s.whatsapp.net", "fromMe": from_me, "id": "3EB0AA01"});
    let baileys = |message: Value, time: Value| json!({"messages": [{"key": key(false), "messageTimestamp": time, "pushName": "Youssef", "message": message}], "type": "notify"});
    let web = json!({"id": {"fromMe": false, "remote": "2010@c.us", "id": "3EB0AA02", "_serialized": "false_2010@c.us_3EB0AA02"},
        "_data": {"body": text, "type": "chat", "t": SENT}, "body": text, "type": "chat", "timestamp": SENT, "from": "2010@c.us",
        "to": "201550000000@c.us", "fromMe": false});
    let cloud = text_message("wamid.T", text);
    let history = |message: &Value| {
        json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "history", "value": {
            "messaging_product": "whatsapp", "metadata": {"display_phone_number": "+20 155 000 0000", "phone_number_id": "9"},
            "history": [{"metadata": {"phase": 0}, "threads": [{"id": "201011112222", "messages": [message]}]}]}}]}]})
    };
    let pieces: Vec<Value> = text
        .split_inclusive("SKU-12345")
        .enumerate()
        .map(|(index, piece)| if index == 0 { json!(piece) } else { json!({"type": "plain", "text": piece}) })
        .collect();
    let mail = |body: Value| json!({"type": "image", "from": "201011112222", "id": "wamid.T", "timestamp": SENT, "image": body});
    vec![
        ("webhook", hook(&json!([cloud])), Some("wamid.T")),
        ("caption", hook(&json!([mail(json!({"id": "1", "caption": text}))])), Some("wamid.T")),
        (
            "button",
            hook(
                &json!([{"from": "2010", "id": "wamid.T", "timestamp": SENT, "type": "button", "button": {"text": text}}]),
            ),
            Some("wamid.T"),
        ),
        ("history", history(&cloud), Some("wamid.T")),
        (
            "webhook in n8n",
            json!([{"headers": {}, "params": {}, "query": {}, "body": hook(&json!([cloud])), "webhookUrl": "https://n8n.example"}]),
            Some("wamid.T"),
        ),
        ("webhook in json", json!([{"json": hook(&json!([cloud])), "pairedItem": {"item": 0}}]), Some("wamid.T")),
        (
            "webhook in an event",
            json!({"event": {"body": hook(&json!([cloud])).to_string(), "isBase64Encoded": false}}),
            Some("wamid.T"),
        ),
        ("message in json", json!({"json": web}), Some("false_2010@c.us_3EB0AA02")),
        ("Baileys", baileys(json!({"conversation": text}), json!(SENT)), Some("3EB0AA01")),
        (
            "Baileys, extended",
            baileys(json!({"extendedTextMessage": {"text": text}}), json!(SENT.to_string())),
            Some("3EB0AA01"),
        ),
        (
            "Baileys, ephemeral",
            baileys(
                json!({"ephemeralMessage": {"message": {"extendedTextMessage": {"text": text}}}}),
                json!({"low": SENT, "high": 0, "unsigned": true}),
            ),
            Some("3EB0AA01"),
        ),
        (
            "Baileys, sent from a device",
            baileys(
                json!({"deviceSentMessage": {"destinationJid": "x", "message": {"conversation": text}}}),
                json!(SENT),
            ),
            Some("3EB0AA01"),
        ),
        ("Baileys alone", json!({"key": key(false), "message": {"conversation": text}}), Some("3EB0AA01")),
        (
            "Evolution",
            json!({"event": "messages.upsert", "instance": "x", "data": {"key": key(false), "message": {"conversation": text}, "messageTimestamp": SENT}}),
            Some("3EB0AA01"),
        ),
        ("whatsapp-web.js", web.clone(), Some("false_2010@c.us_3EB0AA02")),
        ("whatsapp-web.js, in an array", json!([web]), Some("false_2010@c.us_3EB0AA02")),
        (
            "whatsapp-web.js, messages",
            json!({"chatId": "2010@c.us", "messages": [web]}),
            Some("false_2010@c.us_3EB0AA02"),
        ),
        (
            "WPPConnect",
            json!({"id": "false_2010@c.us_A", "body": text, "type": "chat", "t": SENT, "from": "2010@c.us", "fromMe": false}),
            Some("false_2010@c.us_A"),
        ),
        (
            "WAHA",
            json!({"event": "message", "session": "default", "payload": {"id": "false_2010@c.us_A", "timestamp": SENT, "from": "2010@c.us", "fromMe": false, "body": text}}),
            Some("false_2010@c.us_A"),
        ),
        (
            "Telegram",
            json!({"name": "Youssef", "type": "personal_chat", "id": 1, "messages": [{"id": 7, "type": "message", "date": "2026-02-11T10:54:00", "date_unixtime": SENT.to_string(), "from": "Youssef", "text": text}]}),
            None,
        ),
        (
            "Telegram, in pieces",
            json!({"name": "Youssef", "type": "personal_chat", "id": 1, "messages": [{"id": 7, "type": "message", "date": "2026-02-11T10:54:00", "from": "Youssef", "text": pieces, "text_entities": pieces}]}),
            None,
        ),
        (
            "Telegram, all chats",
            json!({"about": "x", "chats": {"about": "y", "list": [{"name": "Youssef", "type": "personal_chat", "messages": [{"id": 7, "type": "message", "date": "2026-02-11T10:54:00", "text": text}]}]}}),
            None,
        ),
        (
            "Infobip",
            json!({"results": [{"from": "2010", "to": "2015", "integrationType": "WHATSAPP", "receivedAt": "2026-02-11T08:53:20.000+0000", "messageId": "M1", "message": {"type": "TEXT", "text": text}, "price": {"pricePerMessage": 0, "currency": "EUR"}}], "messageCount": 1, "pendingMessageCount": 0}),
            Some("M1"),
        ),
        (
            "dump by chat",
            json!({"2010@s.whatsapp.net": {"name": "Youssef", "messages": {"1": {"from_me": false, "timestamp": SENT, "key_id": "A", "data": text.replace('\n', "<br>")}}}}),
            Some("A"),
        ),
        ("dump by message", json!([{"date": "2026-02-11T08:54:00Z", "author": "Youssef", "message": text}]), None),
        (
            "quoted",
            hook(
                &json!([{"from": "2010", "id": "wamid.Q", "timestamp": SENT, "type": "text", "text": {"body": "thanks"}, "context": {"quoted": text}}]),
            ),
            None,
        ),
    ]
}

#[test]
fn every_shape_gives_the_same_order_once() {
    for (shape, input, id) in shapes(&message()) {
        let shop = Shop::stocked();
        assert_eq!(counts(&shop, &input)[..3], [1, 0, 0], "{shape}");
        let order = shop.orders(["show", REFERENCE, "--json"]).json();
        assert_eq!(
            (&order["customerName"], &order["orderDate"], &order["total"]),
            (&json!("Youssef Adel"), &json!("2026-02-11T08:53:20.417Z"), &json!("48.74")),
            "{shape}"
        );
        let known = id.map_or("message_id IS NULL".to_owned(), |id| format!("message_id = '{id}'"));
        assert_eq!(shop.number(&format!("SELECT COUNT(*) FROM order_sources WHERE {known}")), 1, "{shape}");
        assert_eq!(counts(&shop, &input)[..3], [0, 1, 0], "{shape}, again");
        // Cut off, it is a problem that keeps what can be mended.
        let cut = message().replace("TOTAL:", "SUM:");
        let (_, input, _) = shapes(&cut).into_iter().find(|(name, ..)| *name == shape).unwrap();
        let shop = Shop::stocked();
        let done = shop.orders(["import", "--keep-going", "--rejects", "mend"]).stdin(input.to_string()).exits(8);
        assert_eq!(done.stdout, "imported 0, unchanged 0, rejected 1\n", "{shape}");
        let mended = std::fs::read_to_string(shop.path("mend")).unwrap().replace("SUM:", "TOTAL:");
        assert_eq!(counts(&shop, mended)[..3], [1, 0, 0], "{shape}, mended");
    }
}

#[test]
fn the_shops_own_messages_are_skipped_in_every_shape() {
    let key = json!({"remoteJid": "2010@s.whatsapp.net", "fromMe": true, "id": "A"});
    let own = text_message("wamid.T", &message()).to_string().replace("201011112222", "201550000000");
    let own: Value = serde_json::from_str(&own).unwrap();
    let metadata = json!({"display_phone_number": "+20 155 000 0000"});
    for input in [
        json!({"messages": [{"key": key, "messageTimestamp": SENT, "message": {"conversation": message()}}]}),
        json!({"id": {"_serialized": "true_2010@c.us_A", "fromMe": true}, "body": message(), "from": "2015@c.us"}),
        json!({"id": "true_2010@c.us_A", "body": message(), "from": "2015@c.us"}),
        json!({"fromMe": true, "body": message(), "from": "2015@c.us", "t": SENT}),
        json!({"metadata": metadata, "messages": [own]}),
        json!({"metadata": metadata, "history": [{"threads": [{"messages": [own]}]}]}),
        json!({"entry": [{"changes": [{"field": "smb_message_echoes", "value": {"message_echoes": [own]}}]}]}),
        json!({"2010@s.whatsapp.net": {"messages": {"1": {"from_me": true, "timestamp": SENT, "data": message()}}}}),
    ] {
        assert_eq!(counts(&Shop::stocked(), &input), [0, 0, 0, 1], "{input}");
    }
}

/// Puts something in place of every string of a JSON value in turn, and under a key of every object.
fn with_anywhere(json: &Value, thing: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match json {
        Value::String(_) => all.push(thing.clone()),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                for changed in with_anywhere(element, thing) {
                    let mut elements = elements.clone();
                    elements[index] = changed;
                    all.push(Value::Array(elements));
                }
            }
        }
        Value::Object(entries) => {
            let mut more = entries.clone();
            more.insert("further".into(), json!({"text": [thing]}));
            all.push(Value::Object(more));
            for (key, value) in entries {
                for changed in with_anywhere(value, thing) {
                    let mut entries = entries.clone();
                    entries.insert(key.clone(), changed);
                    all.push(Value::Object(entries));
                }
            }
        }
        _ => {}
    }
    all
}

/// Changes one value of an object.
fn json_with(json: &Value, key: &str, value: &str) -> Value {
    let mut json = json.clone();
    json[key] = json!(value);
    json
}

/// Returns how many orders and problems an import finds in a document.
fn found_in(document: &Value) -> usize {
    let orders = |record: &Value| {
        let mut count = 0;
        read_record(&Arc::new(record.to_string().into_bytes()), Zone::UTC, &mut |read, _| {
            count += read.order.map_or_else(|problems| problems.len().max(1), |_| 1);
        })
        .unwrap();
        count
    };
    match (document, document.get("results")) {
        (Value::Array(records), _) => records.iter().map(orders).sum(),
        (_, Some(Value::Array(records))) => {
            let mut envelope = document.clone();
            envelope["results"] = json!([]);
            let around = read_envelope(envelope.to_string().as_bytes()).unwrap();
            around.problems.len() + records.iter().map(orders).sum::<usize>()
        }
        _ => orders(document),
    }
}

/// Every shape, without an order in it but for the cart of the last one.
fn shapes_without_orders() -> Vec<Value> {
    let mut inputs: Vec<Value> = shapes("hello").into_iter().map(|(_, input, _)| input).collect();
    inputs.push(json!({"entry": [{"id": "1", "changes": [{"field": "account_update", "value": {"event": "x", "info": {"a": ["b"]}}}]}],
        "object": "whatsapp_business_account"}));
    inputs
        .push(json!({"entry": [{"changes": [{"field": "messages", "value": {"statuses": [{"id": "x", "status": "read",
        "errors": [{"title": "x"}]}]}}]}]}));
    inputs.push(hook(&json!([crate::whatsapp::cart("wamid.C", &json!([crate::whatsapp::belt(1)]))])));
    inputs
}

/// Nothing that holds an order message is ever counted as skipped, wherever it stands.
#[test]
fn an_order_message_in_any_string_of_any_shape_is_an_order_or_a_problem() {
    let answer = message().replace("NEW ORDER REQUEST", "ORDER CONFIRMATION").replace("Ref:", "Reference:");
    for input in shapes_without_orders() {
        for text in [
            message(),
            message().replace('\n', " "),
            message().replace('\n', "\r"),
            message().replace('\n', " <br>\n"),
            format!("please deliver today\n{}\nthanks", message().replace('\n', " ")),
            message().replace("NEW ORDER REQUEST", "New order"),
            format!("{answer}\n{}", message()),
            json!({"a": message()}).to_string(),
        ] {
            for changed in with_anywhere(&input, &json!(text)) {
                assert!(found_in(&changed) > 0, "counted as skipped: {changed}");
            }
        }
    }
}

/// The same holds for carts, and for orders as JSON.
#[test]
fn a_cart_or_order_anywhere_in_any_shape_is_an_order_or_a_problem() {
    let cart = crate::whatsapp::cart("wamid.D", &json!([crate::whatsapp::belt(1)]));
    let baileys = json!({"ephemeralMessage": {"message": {"orderMessage": {"orderId": "1", "token": "t"}}}});
    let order: Value = serde_json::from_str(&crate::harness::order("LEG-9", crate::harness::BELT, 1, None)).unwrap();
    let things = [
        json!({"productItems": cart["order"]["product_items"], "type": "ORDER"}),
        json!({"_data": {"type": "order", "orderId": "1", "token": "t"}}),
        json!(json!({"a": cart}).to_string()),
        json!(order.to_string()),
        cart,
        baileys,
        order,
    ];
    for input in shapes_without_orders() {
        let before = found_in(&input);
        for thing in &things {
            for changed in with_anywhere(&input, thing) {
                assert!(found_in(&changed) > before, "{thing} is counted as skipped: {changed}");
            }
        }
    }
}

#[test]
fn a_cart_that_is_not_read_is_named_with_its_place() {
    let cart = crate::whatsapp::cart("wamid.C", &json!([crate::whatsapp::belt(1)]));
    let (carts, other) = (json!({"messages": [cart]}), json_with(&cart, "type", "interactive"));
    let unread = "holds a cart in a place where carts are not read: import its message by itself, of type order, as {\"messages\":[…]}";
    for (input, place) in [
        (json!({"messages": [], "payload": carts}), "payload.messages[0].order"),
        (json!({"entry": [{"messaging": [cart]}]}), "entry[0].messaging[0].order"),
        (
            json!({"entry": [{"changes": [{"field": "standby", "value": carts}]}]}),
            "entry[0].changes[0].value.messages[0].order",
        ),
        (json!({"history": [{"threads": [{"message": [cart]}]}]}), "history[0].threads[0].message[0].order"),
        (json!({"statuses": [cart]}), "statuses[0].order"),
        (json!({"messages": [other]}), "messages[0].order"),
    ] {
        assert_eq!(problems(&Shop::stocked(), &input), [format!("{place}: {unread}")], "{input}");
    }
    assert_eq!(
        problems(&Shop::stocked(), json!({"1@s.whatsapp.net": {"messages": null}})),
        ["1@s.whatsapp.net: has no messages"]
    );
    // A key of a log shipper is no chat's.
    let shipped = json!({"@metadata": {"beat": "filebeat"}, "event": hook(&json!([cart]))});
    assert_eq!(counts(&Shop::stocked(), &shipped), [1, 0, 0, 0]);
    let upper = json!({"messages": [json_with(&cart, "type", "ORDER")]});
    assert_eq!(counts(&Shop::stocked(), &upper), [1, 0, 0, 0]);
}

/// One id is one message: what comes with it later is that order, and where it says otherwise, a person looks.
#[test]
fn an_id_that_comes_again_with_another_reference_is_a_warning() {
    let call = |text: &str| hook(&json!([text_message("wamid.T", text)]));
    let other = message().replace(REFERENCE, "LEG-OTHER-0001");
    let warning = format!(
        "{REFERENCE}: the message that brought this order came again with the reference LEG-OTHER-0001: compare them"
    );
    for (again, warnings) in
        [(message(), json!([])), (message().replace("$18.75", "$18.00"), json!([])), (other, json!([warning]))]
    {
        let shop = Shop::stocked();
        let body = import(&shop, format!("{}\n{}", call(&message()), call(&again))).json();
        let counted = ["imported", "unchanged", "rejected"].map(|key| body[key].as_i64().unwrap());
        assert_eq!((counted, &body["warnings"]), ([1, 1, 0], &warnings));
    }
}

/// An order message that was changed later, and that was taken back, in every shape that says so.
fn revisions(original: &str, text: &str) -> Vec<(&'static str, Value, Value)> {
    let cloud = |kind: &str, change: Value| {
        hook(&json!([{"from": "201011112222", "id": "wamid.R", "timestamp": SENT, "type": kind, kind: change}]))
    };
    let key = |id: &str| json!({"remoteJid": "2010@s.whatsapp.net", "fromMe": false, "id": id});
    let baileys =
        |message: Value| json!({"messages": [{"key": key("R"), "messageTimestamp": SENT, "message": message}]});
    let edited = json!({"protocolMessage": {"key": key(original), "type": "MESSAGE_EDIT", "editedMessage": {"conversation": text}}});
    vec![
        (
            "webhook",
            cloud(
                "edit",
                json!({"original_message_id": original, "message": {"type": "text", "text": {"body": text}}}),
            ),
            cloud("revoke", json!({"original_message_id": original})),
        ),
        (
            "Baileys",
            baileys(json!({"editedMessage": {"message": edited}})),
            baileys(json!({"protocolMessage": {"key": key(original), "type": "REVOKE"}})),
        ),
        (
            "Baileys, by number",
            baileys(
                json!({"protocolMessage": {"key": key(original), "type": 14, "editedMessage": {"conversation": text}}}),
            ),
            baileys(json!({"protocolMessage": {"key": key(original), "type": 0}})),
        ),
        (
            "Baileys, update",
            json!({"key": key(original), "update": {"message": {"editedMessage": {"message": {"conversation": text}}}}}),
            json!({"key": key(original), "update": {"message": null, "messageStubType": 1}}),
        ),
        (
            "whatsapp-web.js",
            json!({"id": {"_serialized": "R"}, "type": "protocol", "subtype": "message_edit", "body": text, "from": "2010@c.us",
                "protocolMessageKey": {"_serialized": original}, "timestamp": SENT}),
            json!({"id": {"_serialized": original}, "type": "revoked", "body": "", "from": "2010@c.us", "timestamp": SENT}),
        ),
    ]
}

#[test]
fn an_edited_or_withdrawn_order_text_is_a_warning_that_names_the_order() {
    let edited_text = message().replace("$18.75 × 1", "$18.75 × 2");
    let edited = format!("{REFERENCE}: the customer edited the message of this order later: compare it with the chat");
    let withdrawn = format!("{REFERENCE}: the customer withdrew the message of this order: ask before confirming it");
    let came_edited = format!("{REFERENCE}: the customer edited an earlier message to this one");
    let warnings = |shop: &Shop, input: &Value| {
        let body = import(shop, input).json();
        (
            ["imported", "unchanged", "rejected", "skipped"].map(|key| body[key].as_i64().unwrap()),
            body["warnings"].clone(),
        )
    };
    let original = hook(&json!([text_message("wamid.T", &message())]));
    for (shape, edit, revoke) in revisions("wamid.T", &edited_text) {
        let shop = Shop::stocked();
        assert_eq!(counts(&shop, &original), [1, 0, 0, 0]);
        assert_eq!(warnings(&shop, &edit), ([0, 1, 0, 0], json!([edited])), "{shape}");
        assert_eq!(warnings(&shop, &revoke), ([0, 0, 0, 1], json!([withdrawn])), "{shape}");
        assert_eq!(shop.orders(["show", REFERENCE, "--json"]).json()["total"], "48.74", "{shape}");
        // By the reference, where the message is not known.
        let shop = Shop::stocked();
        assert_eq!(counts(&shop, message()), [1, 0, 0, 0]);
        assert_eq!(warnings(&shop, &edit), ([0, 1, 0, 0], json!([edited])), "{shape}");
        assert_eq!(warnings(&shop, &revoke), ([0, 0, 0, 1], json!([])), "{shape}");
        // In one input with it.
        let shop = Shop::stocked();
        assert_eq!(counts(&shop, format!("{original}\n{edit}")), [1, 1, 0, 0], "{shape}");
        // In one input before it.
        let shop = Shop::stocked();
        let body = import(&shop, format!("{revoke}\n{original}")).json();
        assert_eq!((&body["imported"], &body["warnings"]), (&json!(1), &json!([withdrawn])), "{shape}");
    }
    // What comes first is the order; the message that it was made of brings it again.
    for (shape, edit, _) in revisions("wamid.T", &message()) {
        let shop = Shop::stocked();
        assert_eq!(warnings(&shop, &edit), ([1, 0, 0, 0], json!([came_edited])), "{shape}");
        let earlier = message().replace("Size: M", "Size: L");
        assert_eq!(counts(&shop, hook(&json!([text_message("wamid.T", &earlier)]))), [0, 1, 0, 0], "{shape}");
    }
    // An edit that cannot be read is a problem, unless its order is known.
    let (_, cut, _) = revisions("wamid.T", &message().replace("TOTAL:", "SUM:")).swap_remove(0);
    assert!(problems(&Shop::stocked(), &cut)[0].ends_with("is not understood: *SUM:       $48.74*"));
}

#[test]
fn a_sender_with_a_hidden_phone_is_rejected_and_accepted_once_mended() {
    let by_username = |from: Value, contacts: Value| {
        let mut cart = crate::whatsapp::cart("wamid.C", &json!([crate::whatsapp::belt(1)]));
        cart["from"] = from;
        cart["from_user_id"] = json!("EG.1349");
        json!({"contacts": contacts, "messages": [cart]})
    };
    let tarek = json!({"profile": {"name": "Tarek", "username": "tarek.eg"}, "user_id": "EG.1349"});
    let mona = json!({"profile": {"name": "Mona"}, "user_id": "EG.77"});
    let place = "messages[0].from";
    for (from, contacts, who) in [
        (json!(null), json!([tarek]), "Tarek (@tarek.eg)"),
        (json!(null), json!([mona, tarek]), "Tarek (@tarek.eg)"),
        (json!("EG.1349"), json!([tarek]), "Tarek (@tarek.eg)"),
        (json!(null), json!([{"profile": {"username": "tarek.eg"}, "user_id": "EG.1349"}]), "@tarek.eg"),
        (json!(null), json!([]), "EG.1349"),
    ] {
        let problem = format!("{place}: {who} hides the phone: ask for it, and put it into from");
        assert_eq!(problems(&Shop::stocked(), by_username(from, contacts)), [problem]);
    }
    for contacts in [json!([tarek]), json!([mona, tarek]), json!([{"profile": {"name": "Tarek"}}])] {
        let shop = Shop::stocked();
        assert_eq!(counts(&shop, by_username(json!("201055556666"), contacts)), [1, 0, 0, 0]);
        assert_eq!(shop.orders(["list", "--json"]).json()[0]["customerName"], "Tarek");
    }
    // What is kept of it has its sender.
    let shop = Shop::stocked();
    let input = by_username(json!(null), json!([mona, tarek]));
    shop.orders(["import", "--keep-going", "--rejects", "mend"]).stdin(input.to_string()).exits(8);
    let kept = std::fs::read_to_string(shop.path("mend")).unwrap();
    assert_eq!(counts(&shop, kept.replace("\"from\":null", "\"from\":\"201055556666\"")), [1, 0, 0, 0]);
    assert_eq!(shop.orders(["list", "--json"]).json()[0]["customerName"], "Tarek");
}

#[test]
fn only_messages_of_whatsapp_are_skipped() {
    let shop = Shop::stocked();
    for (input, problem) in [
        (
            json!({"messages": [{"id": "x", "text": "hi"}]}),
            "messages[0]: is not a WhatsApp message; its keys: id, text",
        ),
        (json!({"messages": [{"id": "x", "type": 5}]}), "messages[0].type: must be a string, is a number"),
        (json!({"messages": ["hi"]}), "messages[0]: must be an object, is a string"),
        (json!({"messages": "hi"}), "messages: must be an array, is a string"),
        (json!({"statuses": ["hi"]}), "statuses[0]: must be an object, is a string"),
        (json!({"date": "x", "author": "y", "message": 17}), "its keys: date, author, message"),
        (json!({"timestamp": SENT, "body": {"foo": 1}}), "its keys: foo"),
        (json!({"timestamp": SENT, "body": "started"}), "its keys: timestamp, body"),
        (json!({"timestamp": SENT, "data": 17}), "its keys: timestamp, data"),
        (json!({"from": "mona@shop.example", "body": "hello"}), "its keys: from, body"),
        (json!({"date": "2026-02-11", "text": "started"}), "its keys: date, text"),
        (json!({"data": []}), "data: is empty: there is nothing to import"),
        (
            json!({"messages": [{"id": "x", "timestamp": SENT, "type": "order", "from": "1"}]}),
            "messages[0].order: is required",
        ),
        (json!({"body": null}), "its keys: body"),
        (json!({"body": "hi"}), "its keys: body"),
        (json!({"contacts": [], "foo": 1}), "its keys: contacts, foo"),
        (json!({"body": {"foo": 1}}), "its keys: foo"),
        (json!({"event": "{\"foo\":1}"}), "its keys: foo"),
        (
            json!({"messages": [{"id": "x", "timestamp": SENT, "type": "order", "order_id": "7", "token": "x", "from": "1"}]}),
            "carries only an id and a token",
        ),
        (
            json!({"messages": [{"key": {"id": "x"}, "message": {"orderMessage": {"orderId": "7", "token": "x", "totalAmount1000": 1}}}]}),
            "carries only an id and a token",
        ),
        (json!({"id": 1, "order_key": "wc_order_x", "billing": {}, "line_items": []}), "is an order of WooCommerce: "),
        (
            json!({"order": {"id": 1, "admin_graphql_api_id": "gid://x", "financial_status": "paid", "line_items": []}}),
            "is an order of Shopify: ",
        ),
        (json!({"id": "order_01", "display_id": 7, "region_id": "x", "items": []}), "is an order of Medusa: "),
        (
            json!({"data": {"order": {"code": "X", "orderPlacedAt": "x", "totalWithTax": 100, "lines": []}}}),
            "is an order of Vendure: ",
        ),
        (json!({"id": "x", "name": "Shirt", "price": 1}), "is a product; use: orders product import"),
    ] {
        let problems = problems(&shop, &input);
        assert!(problems.len() == 1 && problems[0].contains(problem), "{input}: {problems:?}");
    }
    let long = json!({"body": "x".repeat(5 << 20)});
    assert_eq!(problems(&shop, long), ["body: is a text of more than 4194304 bytes: import what it holds"]);
    let deep = (0..9).fold(json!({"messages": []}), |inner, _| json!({"body": inner}));
    assert!(problems(&shop, deep)[0].contains("its keys: body"));
}

#[test]
fn a_spreadsheet_is_refused_by_name() {
    let shop = Shop::stocked();
    let csv = "\u{feff}SKU;Name;Price;Stock\nBLT-01;Leather Belt;18,75;12\n";
    let problem = "is a spreadsheet (CSV): save it as JSON; it begins with SKU;Name;Price;Stock";
    assert_eq!(problems(&shop, csv), [problem]);
    // Of products it is one of the forms.
    shop.orders(["product", "import"]).stdin(csv).exits(0);
}

/// A cart is not taken for the text of a message because a program that passes it on adds a time.
#[test]
fn a_cart_is_found_in_what_looks_like_a_message() {
    let cart = hook(&json!([crate::whatsapp::cart("wamid.C", &json!([crate::whatsapp::belt(1)]))]));
    for input in [
        json!({"body": cart, "timestamp": SENT, "from": "n8n"}),
        json!({"data": cart, "timestamp": SENT}),
        json!({"message": cart, "date": "2026-02-11"}),
        json!({"body": cart.to_string(), "headers": {}}),
        json!({"event": [cart]}),
    ] {
        assert_eq!(counts(&Shop::stocked(), &input), [1, 0, 0, 0], "{input}");
    }
}
