//! One record of an import: recognised by its content and read into orders.

use std::mem;
use std::sync::Arc;

use super::chat_dump::{is_chat_dump, read_chat_dump};
use super::chat_text::{OrderStretches, Stretch, StretchContent};
use super::conversation::Conversation;
use super::json::{NotJson, Value, parse};
use super::json_fields::{Fields, parse_object};
use super::message::{is_message, read_message};
use super::order_json::{is_order, read_order_fields};
use super::order_message::{Reading, read_order_message};
use super::order_sink::{OrderSink, count_orders};
use super::order_texts::{STRING_LIMIT, is_json};
use super::parsed_order::ParsedOrder;
use super::records::Records;
use super::reject::Reject;
use super::stranger::{name_foreign_order, name_stranger};
use super::webhook::{is_webhook, read_webhook};
use crate::domain::incoming::{Source, SourceKind};
use crate::domain::problems::Problems;
use crate::domain::zone::Zone;

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
    let before = sink.put + sink.skipped;
    if is_json(text) {
        sink.take_json(text.as_bytes());
    } else {
        let source = Source { kind: SourceKind::Chat, message_id: None };
        sink.take_stretches(OrderStretches::new(text.as_bytes()), "", None, &source, Problems::default());
    }
    sink.put + sink.skipped > before
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
        let text = value.whole_text(&mut Problems::default()).filter(|text| is_json(text))?;
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
