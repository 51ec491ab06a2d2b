//! One record of an import: recognised by its content and read into orders.

use std::mem;
use std::sync::Arc;

use super::sink::{OrderSink, count_orders};
use super::stranger::{name_foreign_order, name_stranger};
use super::web_order::{is_order, read_order_fields};
use crate::domain::incoming::{Source, SourceKind};
use crate::domain::problems::Problems;
use crate::domain::zone::Zone;
use crate::input::json::fields::{Fields, parse_object};
use crate::input::json::value::{NotJson, Value, parse};
use crate::input::order::chat::conversation::Conversation;
use crate::input::order::chat::dump::{is_chat_dump, read_chat_dump};
use crate::input::order::chat::message::{is_message, read_message};
use crate::input::order::chat::webhook::{is_webhook, read_webhook};
use crate::input::order::search::strings::{STRING_LIMIT, is_json_text};
use crate::input::order_message::reader::{Reading, read_order_message};
use crate::input::parsed_order::ParsedOrder;
use crate::input::reject::Reject;
use crate::input::stream::chat_text::{OrderStretches, Stretch, StretchContent};
use crate::input::stream::records::Records;

/// The most bytes that an order as JSON may have (1 MiB).
const ORDER_LIMIT: usize = 1 << 20;

/// How many wrappers may stand around one thing.
const WRAPPING_LIMIT: usize = 6;

/// Keys under which other programs wrap what they forward.
const WRAPPERS: [&str; 12] =
    ["body", "json", "payload", "data", "event", "message", "record", "update", "value", "order", "chats", "list"];

/// Reads one record: an order as JSON, a webhook, a chat dump, or any of them as the `body` of something. Calls `take` with
/// each order and what to keep if it is rejected, and returns how many messages were no orders.
///
/// # Errors
/// The record is not JSON at all.
pub fn read_record(
    record: &Arc<Vec<u8>>,
    zone: Zone,
    take: &mut dyn FnMut(ParsedOrder, &Arc<Reject>),
) -> Result<u64, NotJson> {
    read(record, false, zone, take)
}

/// Reads a stretch of a text, as [`read_record`] reads a record.
pub fn read_stretch(stretch: Stretch, zone: Zone, take: &mut dyn FnMut(ParsedOrder, &Arc<Reject>)) -> u64 {
    let problem = stretch.content.problem().map(str::to_owned);
    let label = stretch.content.reference();
    let refused = || ParsedOrder { label, ..ParsedOrder::refused(problem.unwrap_or_default().into()) };
    let (order, reject) = match stretch.content {
        StretchContent::Json(json) => return read_json_in_text(&json, zone, take),
        StretchContent::Message(text) => {
            let first_line = usize::try_from(stretch.line).unwrap_or(1);
            let reading = Reading { place: "", sent_at: None, zone, first_line };
            let source = Source { kind: SourceKind::Chat, message_id: None };
            let order = read_order_message(&text, reading, source, Problems::default());
            (order, Reject::Text(text.into_bytes()))
        }
        StretchContent::Unreadable(message, _) => (refused(), Reject::Text(message)),
        StretchContent::BrokenJson(line) => (refused(), Reject::Line(line)),
        StretchContent::TooLarge(_) => (refused(), Reject::Nothing),
    };
    take(order, &Arc::new(reject));
    0
}

/// Reads JSON in a chat or a log.
fn read_json_in_text(json: &[u8], zone: Zone, take: &mut dyn FnMut(ParsedOrder, &Arc<Reject>)) -> u64 {
    let (mut records, mut skipped) = (Records::new(json), 0);
    loop {
        let (problem, reject) = match records.next_record() {
            Ok(None) => return skipped,
            // The object around results is no order.
            Ok(Some(record)) if record.is_envelope => continue,
            Ok(Some(record)) => {
                let bytes = Arc::new(record.bytes);
                match record.excess {
                    None => match read(&bytes, true, zone, take) {
                        Ok(count) => {
                            skipped += count;
                            continue;
                        }
                        Err(NotJson { problem, .. }) => (problem, Reject::Whole(bytes)),
                    },
                    Some(excess) => (excess, Reject::Whole(bytes)),
                }
            }
            Err(error) => {
                take(ParsedOrder::refused(error.to_string().into()), &Arc::new(Reject::Line(json.to_vec())));
                return skipped;
            }
        };
        take(ParsedOrder::refused(problem.into()), &Arc::new(reject));
    }
}

fn read(
    record: &Arc<Vec<u8>>,
    is_in_text: bool,
    zone: Zone,
    take: &mut dyn FnMut(ParsedOrder, &Arc<Reject>),
) -> Result<u64, NotJson> {
    let mut sink = OrderSink::of(record, is_in_text, zone, read_json_in_text, take);
    let mut problems = Problems::default();
    match parse_object(record, &mut problems)? {
        Some(fields) if fields.excess().is_none() && is_order(&fields) => read_order(fields, record.len(), &mut sink),
        Some(fields) => {
            let whole = Value::record(parse(record)?);
            read_object(fields, &whole, &mut sink, 0);
            sink.refuse_overlooked(&whole);
        }
        None => {
            let whole = Value::record(parse(record)?);
            let text = whole.is_string().then(|| whole.whole_text(&mut problems)).flatten();
            if !text.is_some_and(|text| read_string(&text, &mut sink)) {
                sink.refuse_stranger(whole.raw(), problems);
            }
        }
    }
    Ok(sink.skipped)
}

/// Reads a record that is a string, as a bad line is kept; returns whether it holds anything.
fn read_string(text: &str, sink: &mut OrderSink<'_>) -> bool {
    if is_json_text(text) {
        sink.take_json(text.as_bytes());
    } else {
        let source = Source { kind: SourceKind::Chat, message_id: None };
        sink.take_stretches(OrderStretches::new(text.as_bytes()), "", None, &source, Problems::default());
    }
    sink.put + sink.skipped > 0
}

fn read_order(fields: Fields<'_>, length: usize, sink: &mut OrderSink<'_>) {
    sink.put(if let Some(problem) = name_foreign_order(&fields) {
        ParsedOrder::refused(problem.into())
    } else if length > ORDER_LIMIT {
        ParsedOrder::refused(format!("has {length} bytes, the most for an order is {ORDER_LIMIT}").into())
    } else {
        read_order_fields(fields)
    });
}

/// Reads an object by its keys; `whole` is the same object.
fn read_object(fields: Fields<'_>, whole: &Value<'_>, sink: &mut OrderSink<'_>, depth: usize) {
    let mut problems = Problems::default();
    if is_chat_dump(&fields) {
        read_chat_dump(fields, sink);
    } else if let Some(excess) = fields.excess() {
        sink.put(ParsedOrder::refused(excess.into()));
    } else if is_order(&fields) {
        sink.account_for(whole, count_orders(whole.raw()));
        read_order(fields, whole.raw().len(), sink);
    } else if is_webhook(&fields) {
        read_webhook(fields, sink);
    } else if is_message(&fields) {
        read_message(whole, &Conversation::new(SourceKind::Chat), sink, &mut problems);
    } else {
        read_wrapped(&fields, whole, sink, depth);
    }
    if !problems.is_empty() {
        sink.refuse(problems);
    }
}

/// Reads what another program has wrapped, or says what the object is instead.
fn read_wrapped(fields: &Fields<'_>, whole: &Value<'_>, sink: &mut OrderSink<'_>, depth: usize) {
    let mut problems = Problems::default();
    let inner = WRAPPERS.iter().find_map(|key| {
        let value = fields.get(key)?;
        if value.is_object() || value.is_array() {
            return Some((value, None));
        }
        if value.is_string() && value.raw().len() > STRING_LIMIT {
            problems
                .add(&value.place, format_args!("is a text of more than {STRING_LIMIT} bytes: import what it holds"));
            return None;
        }
        let text = value.whole_text(&mut Problems::default()).filter(|text| is_json_text(text))?;
        Some((value, Some(text)))
    });
    match inner.filter(|_| depth < WRAPPING_LIMIT && name_foreign_order(fields).is_none()) {
        Some((value, None)) => read_inner(&value, sink, depth + 1),
        Some((value, Some(text))) => {
            sink.account_for(&value, count_orders(value.raw()));
            let outer = mem::take(&mut sink.accounted);
            if let Some(inner) = Value::within(&text, value.place.clone()) {
                read_inner(&inner, sink, depth + 1);
                sink.refuse_overlooked(&inner);
            }
            sink.accounted = outer;
        }
        None if problems.is_empty() && name_foreign_order(fields).is_some() => {
            sink.refuse(name_stranger(fields).into());
        }
        None if problems.is_empty() => sink.refuse_stranger(whole.raw(), name_stranger(fields).into()),
        None => sink.refuse(problems),
    }
}

fn read_inner(value: &Value<'_>, sink: &mut OrderSink<'_>, depth: usize) {
    let mut problems = Problems::default();
    if value.is_array() && depth < WRAPPING_LIMIT {
        let count = value.each(&mut problems, |element, _| read_inner(&element, sink, depth + 1));
        if count == 0 {
            problems.add(&value.place, "is empty: there is nothing to import");
        }
    } else if let Some(fields) = value.object(&mut problems) {
        read_object(fields, value, sink, depth);
    }
    if !problems.is_empty() {
        sink.refuse(problems);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    use crate::input::order::search::objects::ONLY_TOKEN;
    use crate::input::samples::{
        MESSAGE, REFERENCE, cart, hook, kept, order, outcome, outcomes, outcomes_of_text, text_message,
    };

    const UNKNOWN: &str = "is not an order (orderReference, orderDate, customerName, customerPhone, items), a WhatsApp webhook or a \
        chat dump; its keys: ";

    #[test]
    fn an_order_is_read_inside_what_other_programs_put_around_it() {
        let wamid = format!("{REFERENCE}, whatsapp_text, wamid.T");
        let call = hook(&json!([text_message(MESSAGE)]));
        for key in WRAPPERS {
            for (inner, expected) in [(order(), "LEG-9, json, no id"), (call.clone(), &wamid)] {
                assert_eq!(outcomes(&json!({key: inner, "more": 1})), [expected], "{key}");
                assert_eq!(outcomes(&json!({key: [inner, inner], "more": 1})), [expected; 2], "{key}");
                assert_eq!(outcomes(&json!({key: inner.to_string(), "more": 1})), [expected], "{key}");
            }
        }
        assert_eq!(outcomes(&json!({"body": {"json": {"data": order()}}})), ["LEG-9, json, no id"]);
    }

    #[test]
    fn wrappers_nest_to_a_limit() {
        let nested = |depth: usize| (0..depth).fold(order(), |inner, _| json!({"body": inner}));
        assert_eq!(outcomes(&nested(WRAPPING_LIMIT)), ["LEG-9, json, no id"]);
        let too_deep = outcomes(&nested(WRAPPING_LIMIT + 1));
        assert_eq!(too_deep[0], format!("no order: {UNKNOWN}body"));
        let in_texts = |depth: usize| (0..depth).fold(order(), |inner, _| json!({"body": inner.to_string()}));
        assert_eq!(outcomes(&in_texts(WRAPPING_LIMIT)), ["LEG-9, json, no id"]);
        assert_eq!(outcomes(&in_texts(WRAPPING_LIMIT + 1))[0], format!("no order: {UNKNOWN}body"));
        let arrays = |depth: usize| json!({"body": (0..depth).fold(order(), |inner, _| json!([inner]))});
        assert_eq!(outcomes(&arrays(WRAPPING_LIMIT - 1)), ["LEG-9, json, no id"]);
        assert!(outcomes(&arrays(WRAPPING_LIMIT))[0].ends_with("must be an object, is an array"));
    }

    #[test]
    fn an_object_without_an_order_is_refused_with_its_keys() {
        let long = "x".repeat(STRING_LIMIT + 1);
        for (record, expected) in [
            (json!({}), "the record is empty".to_owned()),
            (json!({"foo": 1}), format!("{UNKNOWN}foo")),
            (json!({"body": {"foo": 1}}), format!("{UNKNOWN}foo")),
            (json!({"body": "{\"foo\":1}"}), format!("{UNKNOWN}foo")),
            (json!({"body": "hello"}), format!("{UNKNOWN}body")),
            (json!({"body": 5}), format!("{UNKNOWN}body")),
            (json!({"body": "17"}), format!("{UNKNOWN}body")),
            (json!({"body": "{x"}), format!("{UNKNOWN}body")),
            (json!({"body": []}), "body: is empty: there is nothing to import".to_owned()),
            (json!({"body": [5]}), "body[0]: must be an object, is a number".to_owned()),
            (json!({"body": long[..STRING_LIMIT - 2]}), format!("{UNKNOWN}body")),
            (
                json!({"body": long[..STRING_LIMIT - 1]}),
                format!("body: is a text of more than {STRING_LIMIT} bytes: import what it holds"),
            ),
            (json!({"body": long}), format!("body: is a text of more than {STRING_LIMIT} bytes: import what it holds")),
            (
                json!({"body": {}, "line_items": []}),
                outcomes(&json!({"line_items": []}))[0]["no order: ".len()..].to_owned(),
            ),
            (json!({"token": "t", "id": 1}), ONLY_TOKEN.to_owned()),
            (json!(5), "must be an object, is a number".to_owned()),
            (json!("hello"), "must be an object, is a string".to_owned()),
        ] {
            assert_eq!(outcomes(&record)[0], format!("no order: {expected}"));
        }
    }

    #[test]
    fn an_order_that_stands_beside_what_is_read_is_a_problem() {
        let unread = "holds an order in a place where orders are not read: import it by itself";
        let text = "holds an order message in a place where none is read: import the text by itself";
        for (record, expected) in [
            (
                json!({"body": order(), "more": order()}),
                vec!["LEG-9, json, no id".to_owned(), format!("no order: more: {unread}")],
            ),
            (
                json!({"body": order().to_string(), "more": {"a": [order()]}}),
                vec!["LEG-9, json, no id".to_owned(), format!("no order: more.a[0]: {unread}")],
            ),
            (
                json!({"body": json!({"body": order(), "more": MESSAGE}).to_string()}),
                vec!["LEG-9, json, no id".to_owned(), format!("no order: body.more: {text}")],
            ),
            (json!({"body": {"messages": []}, "more": MESSAGE}), vec![format!("no order: more: {text}")]),
        ] {
            assert_eq!(outcomes(&record), expected, "{record}");
        }
    }

    #[test]
    fn very_many_unread_orders_are_counted() {
        let record = json!({"messages": [], "more": vec![order(); 8]});
        let problems = &outcomes(&record)[0];
        assert!(problems.contains("more[4]: holds an order") && !problems.contains("more[5]"), "{problems}");
        assert!(problems.ends_with("; holds 3 more orders in places where none are read"), "{problems}");
    }

    #[test]
    fn an_order_has_a_limited_size_and_number_of_keys() {
        let sized = |length: usize| {
            let mut order = order();
            order["customerAddress"] = json!("");
            let missing = length - order.to_string().len();
            order["customerAddress"] = json!(" ".repeat(missing));
            order
        };
        for length in [ORDER_LIMIT, ORDER_LIMIT + 1] {
            let expected = match length {
                ORDER_LIMIT => "LEG-9, json, no id".to_owned(),
                _ => format!("no order: has {length} bytes, the most for an order is {ORDER_LIMIT}"),
            };
            assert_eq!(outcomes(&sized(length)), std::slice::from_ref(&expected));
            assert_eq!(outcomes(&json!({"body": sized(length)})), [expected]);
        }
        let mut many = order();
        for number in 0..1000 {
            many[format!("k{number}")] = json!(null);
        }
        assert_eq!(outcomes(&many)[0], "no order: has 1005 keys, the most is 1000");
        let woo = json!({"orderReference": "LEG-1", "items": [], "line_items": [], "billing": {}});
        assert!(outcomes(&woo)[0].contains("is an order of WooCommerce"));
    }

    #[test]
    fn a_record_that_is_a_string_is_read_as_a_bad_line_is_kept() {
        let found = format!("{REFERENCE}, chat, no id");
        for (text, expected) in [
            (MESSAGE.to_owned(), vec![found.as_str()]),
            (order().to_string(), vec!["LEG-9, json, no id"]),
            (format!("{order}\n{order}", order = order()), vec!["LEG-9, json, no id"; 2]),
            (hook(&json!([text_message("hello")])).to_string(), vec!["skipped 1"]),
            (format!("hello\n{}", hook(&json!([text_message("hello")]))), vec!["skipped 1"]),
            ("hello".to_owned(), vec!["no order: must be an object, is a string"]),
            ("{}".to_owned(), vec!["no order: must be an object, is a string"]),
        ] {
            assert_eq!(outcomes(&json!(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_record_that_is_no_json_is_an_error() {
        let read = |record: &[u8]| read_record(&Arc::new(record.to_vec()), Zone::UTC, &mut |_, _| ());
        assert_eq!(read(b"{").unwrap_err().line, 0);
        assert_eq!(read(b"[\nx").unwrap_err().line, 1);
    }

    /// Reads the stretches of a text, with what is kept of each if it is rejected.
    fn stretches(text: &str) -> Vec<(String, String)> {
        let (mut stretches, mut found) = (OrderStretches::new(text.as_bytes()), Vec::new());
        while let Some(stretch) = stretches.next_stretch().unwrap() {
            let skipped = read_stretch(stretch, Zone::UTC, &mut |order, reject| {
                let mut line = Vec::new();
                reject.write_line(&mut line).unwrap();
                found.push((outcome(&order), String::from_utf8(line).unwrap().trim_end().to_owned()));
            });
            found.extend((skipped > 0).then(|| (format!("skipped {skipped}"), String::new())));
        }
        found
    }

    #[test]
    fn the_stretches_of_a_text_are_read_as_what_they_are() {
        let dump = |text: &str| json!({"date": null, "author": null, "message": text}).to_string();
        let message = MESSAGE.split_once("📦").unwrap().1;
        let (flat, quoted) = (message.replace('\n', " "), json!(MESSAGE).to_string());
        let cut = &order().to_string()[..60];
        let lost = "holds an order message that has lost its lines: import the text as it was sent";
        let broken = "holds an order as JSON that is cut off, or not on a line of its own: import the JSON by itself";
        for (text, outcome, kept) in [
            (MESSAGE.to_owned(), format!("{REFERENCE}, chat, no id"), dump(&format!("   📦{message}"))),
            (flat.clone(), format!("{REFERENCE}: {lost}"), dump(&format!("{flat}\n"))),
            (cut.to_owned(), format!("no order: {broken}"), json!(cut).to_string()),
            (order().to_string(), "LEG-9, json, no id".to_owned(), order().to_string()),
            (quoted.clone(), format!("{REFERENCE}, chat, no id"), quoted.clone()),
            (format!("[{quoted}]"), format!("{REFERENCE}, chat, no id"), quoted.clone()),
            (hook(&json!([text_message("hello")])).to_string(), "skipped 1".to_owned(), String::new()),
        ] {
            assert_eq!(stretches(&text), [(outcome, kept)], "{text}");
        }
        assert_eq!(stretches(r#"{"level":"info"}"#), []);
        let woo = r#"{"line_items":[],"billing":{}}"#;
        assert!(stretches(woo)[0].0.starts_with("no order: is an order of WooCommerce"));
        assert_eq!(stretches(r#"{"count":1,"results":[]}"#), []);
        let results = json!({"count": 1, "results": [order()]}).to_string();
        assert_eq!(stretches(&results), [("LEG-9, json, no id".to_owned(), order().to_string())]);
    }

    #[test]
    fn what_is_kept_of_a_rejected_record_is_the_record() {
        for record in [json!({"foo": 1}), json!({"body": {"foo": 1}, "headers": {}}), json!(5)] {
            assert_eq!(kept(&record), [record.to_string()]);
        }
        assert_eq!(outcomes_of_text(" 5 "), ["no order: must be an object, is a number"]);
        let with_cart: Value = json!({"entry": [{"messaging": [cart()]}]});
        assert_eq!(kept(&with_cart), [with_cart.to_string()]);
    }
}
