//! One WhatsApp message, as the Cloud API, a library or an export program writes it.
//!
//! Every string in it that holds an order message is an order, unless the shop wrote the message.

use chrono::DateTime;

use super::cart::read_cart;
use super::chat_text::holds_order_message;
use super::conversation::{Contact, Conversation};
use super::json::Value;
use super::json_fields::Fields;
use super::order_signs::ONLY_TOKEN;
use super::order_sink::OrderSink;
use super::order_texts::{OrderText, STRING_LIMIT, each_order_text};
use super::reject::Part;
use super::timestamp::read_timestamp;
use crate::domain::incoming::{Revision, Source, SourceKind};
use crate::domain::limits::MESSAGE_ID;
use crate::domain::problems::Problems;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;

/// Keys under which libraries keep the time of a message in seconds.
const SECONDS: [&str; 4] = ["timestamp", "messageTimestamp", "t", "dateUnixtime"];
/// Keys under which other programs keep it as a text.
const DATES: [&str; 2] = ["date", "receivedAt"];
/// Keys in which Baileys wraps the content of a message.
const WRAPPINGS: [&str; 6] = [
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "documentWithCaptionMessage",
    "deviceSentMessage",
    "editedMessage",
];
/// The most bytes of a contact that is kept beside a shorter message.
const CONTACT_KEPT: usize = 256;
/// The most texts that are read of one message; libraries keep the same text in several places.
const TEXTS_LIMIT: usize = 16;

/// Returns whether an object is one message, by its keys: from a library for WhatsApp Web, an export program, or a service
/// that forwards messages.
pub fn is_message(fields: &Fields<'_>) -> bool {
    let has_any = |keys: &[&str]| keys.iter().any(|key| fields.has(key));
    // An object that holds more than a text is a wrapper, not a message.
    let has_text = |key: &str| fields.get(key).is_some_and(|value| value.is_string() || value.is_null());
    let has_scalar = |key: &str| fields.get(key).is_some_and(|value| !value.is_object() && !value.is_array());
    let has_object = |key: &str| fields.get(key).is_some_and(|value| value.is_object());
    // Baileys.
    (has_object("key") && has_any(&["message", "messageTimestamp", "update"]))
        // whatsapp-web.js, WPPConnect and what is built on them.
        || (has_text("body") && has_any(&["from", "fromMe"]) && has_any(&["id", "timestamp", "t"]))
        // Infobip.
        || (fields.has("message") && has_any(&["integrationType", "messageId"]))
        // Export programs, and Telegram.
        || (has_text("message") && has_any(&["author", "date"]))
        || (has_scalar("data") && has_any(&["fromMe", "keyId"]))
        || (fields.has("text")
            && !has_object("text")
            && has_any(&["date", "dateUnixtime"])
            && has_any(&["from", "fromId", "chat", "type"]))
}

/// Reads the messages of an object: a list of them, or an object that has them by their places.
pub fn read_messages(
    fields: &mut Fields<'_>,
    conversation: &Conversation<'_>,
    sink: &mut OrderSink<'_>,
    problems: &mut Problems,
) {
    let Some(list) = fields.take("messages", problems) else { return };
    if list.is_object() {
        list.each_member(problems, |_, message, problems| {
            read_message(&message, conversation, sink, problems);
        });
    } else {
        list.each(problems, |message, problems| read_message(&message, conversation, sink, problems));
    }
}

/// Reads one message: it is an order, a problem, or counted as skipped.
pub fn read_message(
    message: &Value<'_>,
    conversation: &Conversation<'_>,
    sink: &mut OrderSink<'_>,
    problems: &mut Problems,
) {
    let Some(fields) = message.object(problems) else { return };
    if is_ours(&fields, conversation) {
        return sink.skip_own(message, 1);
    }
    let ids = ["from", "fromUserId"].map(|key| fields.get(key)?.number_text(&mut Problems::default()));
    let contact = conversation.contact([ids[0].as_deref(), ids[1].as_deref()]).map(Contact::raw);
    // Keep each rejected message by itself, with its sender, unless the sender takes more room than the message.
    let contact = contact.filter(|raw| raw.len() <= message.raw().len().max(CONTACT_KEPT));
    let mut parts = vec![Part::Json("{\"contacts\":[".into())];
    parts.extend(contact.map(|contact| sink.sent(contact)));
    parts.extend([Part::Json("],\"messages\":[".into()), sink.sent(message.raw()), Part::Json("]}".into())]);
    sink.message(parts, |sink| read(message, fields, conversation, sink));
}

fn read(message: &Value<'_>, mut fields: Fields<'_>, conversation: &Conversation<'_>, sink: &mut OrderSink<'_>) {
    let mut problems = Problems::default();
    let kind = fields.take("type", &mut problems).and_then(|value| value.text(None, &mut problems));
    let is_known = is_message(&fields);
    if kind.is_none() && !is_known {
        if problems.is_empty() {
            let keys: Vec<_> = fields.keys().take(10).map(shorten).collect();
            problems.add(&message.place, format_args!("is not a WhatsApp message; its keys: {}", keys.join(", ")));
        }
        return sink.refuse(problems);
    }
    let texts = texts_of(message, &fields, sink);
    let source_kind = if is_known { SourceKind::Chat } else { conversation.kind };
    let is_cart = kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("order"))
        && !fields.has("token")
        && !fields.has("orderId");
    let cart = fields.get("order").filter(|_| is_cart).map(|cart| cart.addresses().start);
    let unread = sink.unread_signs(message, cart);
    if is_cart {
        sink.put(read_cart(fields, conversation, problems));
        let source = Source { kind: source_kind, message_id: None };
        take_texts(texts, message, None, &source, Problems::default(), sink);
    } else if let Some((revision, original)) = read_revision(kind.as_deref(), &fields) {
        let source = Source { kind: source_kind, message_id: original };
        if texts.is_empty() {
            sink.revise(revision, source);
            return sink.skip_unless(problems, unread);
        }
        let sent_at = read_sent_at(&mut fields, &mut problems);
        sink.revising(revision, |sink| take_texts(texts, message, sent_at, &source, problems, sink));
    } else if !texts.is_empty() {
        let source = Source { kind: source_kind, message_id: read_id(&fields, &mut problems) };
        let sent_at = read_sent_at(&mut fields, &mut problems);
        take_texts(texts, message, sent_at, &source, problems, sink);
    } else if let Some(problem) = name_outgoing(kind.as_deref(), &fields) {
        problems.add(&message.place, problem);
        return sink.refuse(problems);
    } else {
        return sink.skip_unless(problems, unread);
    }
    if !unread.is_empty() {
        sink.refuse(unread);
    }
}

/// Reads the order messages of one message; the first that is no quotation gets its id and time.
fn take_texts(
    texts: Vec<OrderText>,
    message: &Value<'_>,
    sent_at: Option<Timestamp>,
    source: &Source,
    problems: Problems,
    sink: &mut OrderSink<'_>,
) {
    let (mut is_first, mut problems) = (true, problems);
    for OrderText { address, text } in texts {
        let place = message.place_of_string(address).to_string();
        let within = place.strip_prefix(&message.place.to_string()).unwrap_or(&place);
        let is_quoted = within.contains("quot") || within.contains("context");
        let is_own = is_first && !is_quoted;
        is_first &= is_quoted;
        let sent_at = sent_at.filter(|_| is_own);
        let source = Source { message_id: source.message_id.clone().filter(|_| is_own), ..source.clone() };
        let problems = std::mem::take(&mut problems);
        let take = |sink: &mut OrderSink<'_>| sink.take_text(text.as_deref(), &place, sent_at, &source, problems);
        if is_quoted {
            sink.revising(Revision::Quoted, take);
        } else {
            take(sink);
        }
    }
}

/// Finds the order messages in a message, each once: libraries keep a text in several places.
fn texts_of(message: &Value<'_>, fields: &Fields<'_>, sink: &mut OrderSink<'_>) -> Vec<OrderText> {
    let (mut texts, mut count, mut is_excess): (Vec<OrderText>, _, _) = (Vec::new(), 0, false);
    each_order_text(message.raw(), &mut |text| {
        count += 1;
        if texts.iter().all(|earlier| earlier.text != text.text) {
            if texts.len() < TEXTS_LIMIT {
                texts.push(text);
            } else {
                is_excess = true;
            }
        }
    });
    sink.account_for(message, count);
    if is_excess {
        let mut problems = Problems::default();
        problems.add(&message.place, format_args!("holds more than {TEXTS_LIMIT} order messages"));
        sink.refuse(problems);
    }
    // Telegram splits a text where its formatting changes.
    let pieces = fields.get("text").filter(|text| text.is_array() && text.raw().len() <= STRING_LIMIT);
    if let Some((pieces, whole)) = pieces.and_then(|pieces| Some((pieces.addresses(), join(&pieces)?))) {
        let entities = fields.get("textEntities").map(|entities| entities.addresses()).unwrap_or_default();
        texts.retain(|text| !pieces.contains(&text.address) && !entities.contains(&text.address));
        texts.insert(0, OrderText { address: pieces.start, text: Some(whole) });
    }
    texts
}

/// Joins the pieces of a text; `None` if it holds no order message.
fn join(pieces: &Value<'_>) -> Option<String> {
    let (mut whole, mut ignored) = (String::new(), Problems::default());
    pieces.each(&mut ignored, |piece, ignored| {
        let text = if piece.is_object() {
            piece.object(ignored).and_then(|piece| piece.get("text")).and_then(|text| text.whole_text(ignored))
        } else {
            piece.whole_text(ignored)
        };
        whole.extend(text);
    });
    holds_order_message(&whole).then_some(whole)
}

/// Returns whether the shop wrote a message, or nobody did.
fn is_ours(fields: &Fields<'_>, conversation: &Conversation<'_>) -> bool {
    let is_true = |fields: &Fields<'_>, key: &str| {
        fields.get(key).is_some_and(|value| matches!(value.raw().trim_matches('"'), "true" | "True" | "1" | "1.0"))
    };
    is_true(fields, "fromMe")
        || is_true(fields, "meta")
        || ["key", "id"].iter().any(|key| object(fields, key).is_some_and(|key| is_true(&key, "fromMe")))
        || text(fields, "id").is_some_and(|id| id.starts_with("true_"))
        || text(fields, "direction").is_some_and(|direction| direction.to_lowercase().starts_with("out"))
        || text(fields, "from").is_some_and(|from| conversation.is_own_number(&from))
}

/// Reads how this message revises an earlier one, with WhatsApp's id of that one if known.
fn read_revision(kind: Option<&str>, fields: &Fields<'_>) -> Option<(Revision, Option<String>)> {
    let key_id = |fields: &Fields<'_>| object(fields, "key").and_then(|key| text(&key, "id"));
    match kind {
        // The Cloud API.
        Some("edit") => return Some((Revision::Edited, text(&object(fields, "edit")?, "originalMessageId"))),
        Some("revoke") => return Some((Revision::Withdrawn, text(&object(fields, "revoke")?, "originalMessageId"))),
        // whatsapp-web.js.
        Some("revoked") => return Some((Revision::Withdrawn, read_id(fields, &mut Problems::default()))),
        Some("protocol") if text(fields, "subtype").as_deref() == Some("message_edit") => {
            return Some((Revision::Edited, text(&object(fields, "protocolMessageKey")?, "_serialized")));
        }
        _ => {}
    }
    // Baileys: a message of its own, or an update of one.
    let update = object(fields, "update");
    if update.as_ref().is_some_and(|update| update.get("message").is_some_and(|message| message.is_null())) {
        return Some((Revision::Withdrawn, key_id(fields)));
    }
    let mut content = object(update.as_ref().unwrap_or(fields), "message");
    let mut is_edited = false;
    while let Some(inner) = content {
        if let Some(protocol) = object(&inner, "protocolMessage") {
            return match protocol.get("type").as_ref().map(Value::raw) {
                // Fields with the value 0 are left out.
                None | Some("0" | "\"REVOKE\"") => Some((Revision::Withdrawn, key_id(&protocol))),
                Some("14" | "\"MESSAGE_EDIT\"") => Some((Revision::Edited, key_id(&protocol))),
                Some(_) => None,
            };
        }
        is_edited |= inner.has("editedMessage");
        content = WRAPPINGS.iter().find_map(|key| object(&object(&inner, key)?, "message"));
    }
    is_edited.then(|| (Revision::Edited, key_id(fields)))
}

fn object<'a>(fields: &Fields<'a>, key: &str) -> Option<Fields<'a>> {
    fields.get(key).filter(Value::is_object)?.object(&mut Problems::default())
}

fn scalar<'a>(fields: &Fields<'a>, key: &str) -> Option<Value<'a>> {
    fields.get(key).filter(|value| !value.is_null() && !value.is_object())
}

fn text(fields: &Fields<'_>, key: &str) -> Option<String> {
    scalar(fields, key)?.text(None, &mut Problems::default())
}

/// Reads WhatsApp's id of a message, wherever a library keeps it.
fn read_id(fields: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    let id = scalar(fields, "id")
        .or_else(|| scalar(&object(fields, "id")?, "_serialized"))
        .or_else(|| scalar(&object(fields, "key")?, "id"))
        .or_else(|| scalar(fields, "keyId"))
        .or_else(|| scalar(fields, "messageId"))?;
    // Telegram counts the messages of each chat.
    if id.is_number() {
        return None;
    }
    id.required_text(MESSAGE_ID, problems)
}

/// Reads when a message was sent, wherever a library keeps it.
fn read_sent_at(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Timestamp> {
    for key in SECONDS {
        if fields.has(key) {
            return read_timestamp(fields, key, problems);
        }
    }
    let mut ignored = Problems::default();
    DATES.iter().find_map(|key| {
        let date = fields.take(key, &mut ignored)?.text(None, &mut ignored)?;
        let with_colon = || DateTime::parse_from_str(&date, "%Y-%m-%dT%H:%M:%S%.f%z").ok();
        Timestamp::parse(&date).or_else(|| Timestamp::from_millis(with_colon()?.timestamp_millis()))
    })
}

/// Names a message that is about an order but holds no items, and says what to do instead.
fn name_outgoing(kind: Option<&str>, fields: &Fields<'_>) -> Option<&'static str> {
    let interactive = object(fields, "interactive").and_then(|interactive| text(&interactive, "type"));
    if interactive.as_deref() == Some("order_details") {
        return Some("is an order_details that the shop sent, not an order");
    }
    let is_cart = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("order"))
        || object(fields, "message").is_some_and(|message| message.has("orderMessage"));
    is_cart.then_some(ONLY_TOKEN)
}
