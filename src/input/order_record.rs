//! One record of an import: recognised by its content and read into orders.

use std::mem;
use std::sync::Arc;

use super::chat_dump::{is_chat_dump, read_chat_dump};
use super::chat_text::{Content, OrderStretches, Stretch};
use super::conversation::Conversation;
use super::found::{Context, Found, ReadOrder, count_orders};
use super::json::{Fields, NotJson, Problems, Value, parse, parse_object};
use super::message::{is_message, read_message};
use super::order_json::{is_order, read_order_fields};
use super::order_message::Reading;
use super::order_texts::{STRING_LIMIT, is_json};
use super::records::Records;
use super::reject::Reject;
use super::stranger::{name_foreign_order, name_stranger};
use super::webhook::{is_webhook, read_webhook};
use crate::domain::incoming::{Source, SourceKind};

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
    context: Context,
    take: &mut dyn FnMut(ReadOrder, &Arc<Reject>),
) -> Result<u64, NotJson> {
    read(record, false, context, take)
}

/// Reads a stretch of a text, as [`read_record`] reads a record.
pub fn read_stretch(stretch: Stretch, context: Context, take: &mut dyn FnMut(ReadOrder, &Arc<Reject>)) -> u64 {
    let problem = stretch.content.problem().map(str::to_owned);
    let label = stretch.content.reference();
    let refused = || ReadOrder { label, ..ReadOrder::refused(problem.unwrap_or_default().into()) };
    let (order, reject) = match stretch.content {
        Content::Json(json) => return read_json_in_text(&json, context, take),
        Content::Message(text) => {
            let first_line = usize::try_from(stretch.line).unwrap_or(1);
            let reading = Reading { sent_at: None, zone: context.zone, first_line };
            let source = Source { kind: SourceKind::Chat, message_id: None };
            let order = ReadOrder::of_message(&text, "", reading, source, Problems::default());
            (order, Reject::text(text.into_bytes()))
        }
        Content::Unreadable(message, _) => (refused(), Reject::text(message)),
        Content::BrokenJson(line) => (refused(), Reject::line(line)),
        Content::TooLarge(_) => (refused(), Reject::nothing()),
    };
    take(order, &Arc::new(reject));
    0
}

/// Reads JSON in a chat or a log.
fn read_json_in_text(json: &[u8], context: Context, take: &mut dyn FnMut(ReadOrder, &Arc<Reject>)) -> u64 {
    let (mut records, mut skipped) = (Records::new(json), 0);
    loop {
        let (problem, reject) = match records.next_record() {
            Ok(None) => return skipped,
            // The object around results is no order.
            Ok(Some(record)) if record.is_envelope => continue,
            Ok(Some(record)) => {
                let bytes = Arc::new(record.bytes);
                match record.excess {
                    None => match read(&bytes, true, context, take) {
                        Ok(count) => {
                            skipped += count;
                            continue;
                        }
                        Err(NotJson { problem, .. }) => (problem, Reject::whole(bytes)),
                    },
                    Some(excess) => (excess, Reject::whole(bytes)),
                }
            }
            Err(error) => {
                take(ReadOrder::refused(error.to_string().into()), &Arc::new(Reject::line(json.to_vec())));
                return skipped;
            }
        };
        take(ReadOrder::refused(problem.into()), &Arc::new(reject));
    }
}

fn read(
    record: &Arc<Vec<u8>>,
    is_in_text: bool,
    context: Context,
    take: &mut dyn FnMut(ReadOrder, &Arc<Reject>),
) -> Result<u64, NotJson> {
    let mut found = Found::of(record, is_in_text, read_json_in_text, take);
    let mut problems = Problems::default();
    match parse_object(record, &mut problems)? {
        Some(fields) if fields.excess().is_none() && is_order(&fields) => read_order(fields, record.len(), &mut found),
        Some(fields) => {
            let whole = Value::record(parse(record)?);
            read_object(fields, &whole, context, &mut found, 0);
            found.refuse_overlooked(&whole);
        }
        None => {
            let whole = Value::record(parse(record)?);
            let text = whole.is_string().then(|| whole.whole_text(&mut problems)).flatten();
            if !text.is_some_and(|text| read_string(&text, context, &mut found)) {
                found.refuse_stranger(whole.raw(), problems);
            }
        }
    }
    Ok(found.skipped)
}

/// Reads a record that is a string, as a bad line is kept; returns whether it holds anything.
fn read_string(text: &str, context: Context, found: &mut Found<'_>) -> bool {
    let before = found.put + found.skipped;
    if is_json(text) {
        let skipped = read_json_in_text(text.as_bytes(), context, &mut |order, _| found.put(order));
        found.skipped += skipped;
    } else {
        let reading = Reading { sent_at: None, zone: context.zone, first_line: 1 };
        let source = Source { kind: SourceKind::Chat, message_id: None };
        found.take_stretches(OrderStretches::new(text.as_bytes()), "", reading, &source, Problems::default());
    }
    found.put + found.skipped > before
}

fn read_order(fields: Fields<'_>, length: usize, found: &mut Found<'_>) {
    found.put(if let Some(problem) = name_foreign_order(&fields) {
        ReadOrder::refused(problem.into())
    } else if length > ORDER_LIMIT {
        ReadOrder::refused(format!("has {length} bytes, the most for an order is {ORDER_LIMIT}").into())
    } else {
        read_order_fields(fields)
    });
}

/// Reads an object by its keys; `whole` is the same object.
fn read_object(fields: Fields<'_>, whole: &Value<'_>, context: Context, found: &mut Found<'_>, depth: usize) {
    let mut problems = Problems::default();
    if is_chat_dump(&fields) {
        read_chat_dump(fields, context, found);
    } else if let Some(excess) = fields.excess() {
        found.put(ReadOrder::refused(excess.into()));
    } else if is_order(&fields) {
        found.account_for(whole, count_orders(whole.raw()));
        read_order(fields, whole.raw().len(), found);
    } else if is_webhook(&fields) {
        read_webhook(fields, context, found);
    } else if is_message(&fields) {
        read_message(whole, &Conversation::new(SourceKind::Chat), context, found, &mut problems);
    } else {
        read_wrapped(&fields, whole, context, found, depth);
    }
    if !problems.is_empty() {
        found.refuse(problems);
    }
}

/// Reads what another program has wrapped, or says what the object is instead.
fn read_wrapped(fields: &Fields<'_>, whole: &Value<'_>, context: Context, found: &mut Found<'_>, depth: usize) {
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
        Some((value, None)) => read_inner(&value, context, found, depth + 1),
        Some((value, Some(text))) => {
            found.account_for(&value, count_orders(value.raw()));
            let outer = mem::take(&mut found.accounted);
            if let Some(inner) = Value::within(&text, value.place.clone()) {
                read_inner(&inner, context, found, depth + 1);
                found.refuse_overlooked(&inner);
            }
            found.accounted = outer;
        }
        None if problems.is_empty() && name_foreign_order(fields).is_some() => {
            found.refuse(name_stranger(fields).into());
        }
        None if problems.is_empty() => found.refuse_stranger(whole.raw(), name_stranger(fields).into()),
        None => found.refuse(problems),
    }
}

fn read_inner(value: &Value<'_>, context: Context, found: &mut Found<'_>, depth: usize) {
    let mut problems = Problems::default();
    if value.is_array() && depth < WRAPPING_LIMIT {
        let count = value.each(&mut problems, |element, _| read_inner(&element, context, found, depth + 1));
        if count == 0 {
            problems.add(&value.place, "is empty: there is nothing to import");
        }
    } else if let Some(fields) = value.object(&mut problems) {
        read_object(fields, value, context, found, depth);
    }
    if !problems.is_empty() {
        found.refuse(problems);
    }
}
