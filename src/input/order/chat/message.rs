//! One WhatsApp message, as the Cloud API, a library or an export program writes it.
//!
//! Every string in it that holds an order message is an order, unless the shop wrote the message.

use chrono::DateTime;

use super::cart::read_cart;
use super::conversation::Conversation;
use super::timestamp::read_timestamp;
use crate::domain::incoming::{Revision, Source, SourceKind};
use crate::domain::limits::MESSAGE_ID;
use crate::domain::problems::Problems;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::input::json::fields::Fields;
use crate::input::json::value::Value;
use crate::input::order::search::objects::ONLY_TOKEN;
use crate::input::order::search::strings::{OrderText, STRING_LIMIT, each_order_text};
use crate::input::order::sink::OrderSink;
use crate::input::reject::Part;
use crate::input::stream::chat_text::holds_order_message;

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
/// The most bytes of a contact that is kept as it is beside a shorter message.
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
    let contact = conversation.contact([ids[0].as_deref(), ids[1].as_deref()]);
    // Keep each rejected message by itself, with its sender: in brief if the sender takes more room than the message.
    let contact = contact.map(|contact| match contact.raw().len() <= message.raw().len().max(CONTACT_KEPT) {
        true => sink.sent(contact.raw()),
        false => Part::Json(contact.brief().into()),
    });
    let mut parts = vec![Part::Json("{\"contacts\":[".into())];
    parts.extend(contact);
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::input::samples::{MESSAGE, REFERENCE, SENT, cart, kept, outcomes, read_one, text_message, with};

    fn key(from_me: bool) -> Value {
        json!({"remoteJid": "2010@s.whatsapp.net", "fromMe": from_me, "id": "B1"})
    }

    fn baileys(message: &Value) -> Value {
        json!({"key": key(false), "messageTimestamp": SENT, "message": message})
    }

    /// A message with this text in every shape that is read, with its id and kind.
    fn shapes(text: &str) -> Vec<(Value, &'static str)> {
        let pieces = json!([&text[..90], {"type": "bold", "text": &text[90..]}]);
        let mut shapes = vec![
            (json!({"messages": [text_message(text)]}), "whatsapp_text, wamid.T"),
            (
                json!({"messages": [{"id": "wamid.I", "timestamp": SENT, "type": "image", "image": {"caption": text}}]}),
                "whatsapp_text, wamid.I",
            ),
            (json!({"key": key(false), "messageTimestamp": SENT, "body": text}), "chat, B1"),
            (json!({"id": {"_serialized": "W1"}, "body": text, "from": "2010@c.us", "timestamp": SENT}), "chat, W1"),
            (json!({"id": "W2", "body": text, "fromMe": false, "t": SENT}), "chat, W2"),
            (json!({"timestamp": SENT, "body": text, "from": "2010"}), "chat, no id"),
            (
                json!({"messageId": "M1", "integrationType": "WHATSAPP", "receivedAt": "2026-02-11T08:53:20.000+0000",
                    "message": {"type": "TEXT", "text": text}}),
                "chat, M1",
            ),
            (json!({"integrationType": "WHATSAPP", "message": {"text": text}}), "chat, no id"),
            (json!({"author": "Youssef", "message": text}), "chat, no id"),
            (json!({"date": "2026-02-11T08:54:00Z", "message": text}), "chat, no id"),
            (json!({"fromMe": false, "data": text}), "chat, no id"),
            (json!({"key_id": "D1", "data": text}), "chat, D1"),
        ];
        // Baileys wraps what is ephemeral, seen once, or sent from another device.
        shapes.extend([
            (baileys(&json!({"conversation": text})), "chat, B1"),
            (baileys(&json!({"ephemeralMessage": {"message": {"extendedTextMessage": {"text": text}}}})), "chat, B1"),
        ]);
        // Telegram counts the messages of a chat: this is no id of WhatsApp.
        for place in ["from", "from_id", "chat", "type"] {
            for text in [json!(text), pieces.clone()] {
                let message = json!({"id": 7, "date_unixtime": SENT.to_string(), place: "x", "text": text});
                shapes.push((message, "chat, no id"));
            }
        }
        shapes.push((json!({"date": "2026-02-11T08:54:00", "from": "x", "text": text}), "chat, no id"));
        shapes.push((json!({"date": "x", "from": "x", "text": pieces, "text_entities": pieces}), "chat, no id"));
        shapes
    }

    #[test]
    fn an_order_message_is_read_once_in_every_shape() {
        for (message, how) in shapes(MESSAGE) {
            assert_eq!(outcomes(&message), [format!("{REFERENCE}, {how}")], "{message}");
        }
    }

    #[test]
    fn a_message_without_an_order_is_skipped_in_every_shape() {
        let hello = format!("hello {}", "x".repeat(90));
        for (message, _) in shapes(&hello) {
            assert_eq!(outcomes(&message), ["skipped 1"], "{message}");
        }
    }

    #[test]
    fn what_only_looks_like_a_message_is_refused() {
        let no_message = |keys: &str| format!("messages[0]: is not a WhatsApp message; its keys: {keys}");
        for (message, expected) in [
            (json!({"id": "x", "text": "hi"}), no_message("id, text")),
            (json!({}), no_message("")),
            (json!({"key": {}}), no_message("key")),
            (json!({"key": "x", "message": "hi"}), no_message("key, message")),
            (json!({"body": "hi", "from": "x"}), no_message("body, from")),
            (json!({"body": "hi", "id": "x"}), no_message("body, id")),
            (json!({"body": {"a": 1}, "id": "x", "from": "x"}), no_message("body, id, from")),
            (json!({"integrationType": "x"}), no_message("integrationType")),
            (json!({"message": "hi"}), no_message("message")),
            (json!({"message": 5, "date": "x"}), no_message("message, date")),
            (json!({"data": "hi"}), no_message("data")),
            (json!({"data": [], "key_id": "x"}), no_message("data, key_id")),
            (json!({"data": {}, "key_id": "x"}), no_message("data, key_id")),
            (json!({"text": "hi", "date": "x"}), no_message("text, date")),
            (json!({"text": "hi", "from": "x"}), no_message("text, from")),
            (json!({"text": {"a": 1}, "date": "x", "from": "x"}), no_message("text, date, from")),
            (json!({"type": 5}), "messages[0].type: must be a string, is a number".to_owned()),
            (json!("hi"), "messages[0]: must be an object, is a string".to_owned()),
        ] {
            assert_eq!(outcomes(&json!({"messages": [message]})), [format!("no order: {expected}")], "{message}");
        }
        assert_eq!(outcomes(&json!({"messages": "hi"})), ["no order: messages: must be an array, is a string"]);
    }

    #[test]
    fn what_the_shop_wrote_is_skipped() {
        let mine = with(text_message(MESSAGE), "from", "201550000000");
        let metadata = json!({"display_phone_number": "+20 155 000 0000"});
        for record in [
            json!({"key": key(true), "message": {"conversation": MESSAGE}}),
            json!({"id": {"_serialized": "x", "fromMe": true}, "body": MESSAGE, "from": "2015@c.us"}),
            json!({"id": "true_2010@c.us_A", "body": MESSAGE, "from": "2015@c.us"}),
            json!({"fromMe": true, "data": MESSAGE}),
            json!({"fromMe": "True", "data": MESSAGE}),
            json!({"fromMe": 1, "data": MESSAGE}),
            json!({"fromMe": 1.0, "data": MESSAGE}),
            // What WhatsApp itself says in a chat.
            json!({"fromMe": false, "meta": true, "data": MESSAGE}),
            json!({"direction": "OUTGOING", "date": "x", "message": MESSAGE}),
            json!({"metadata": metadata, "messages": [mine]}),
        ] {
            assert_eq!(outcomes(&record), ["skipped 1"], "{record}");
        }
        for record in [
            json!({"id": "false_2010@c.us_A", "body": MESSAGE, "from": "2010@c.us"}),
            json!({"fromMe": 0, "data": MESSAGE}),
            json!({"direction": "incoming", "date": "x", "message": MESSAGE}),
        ] {
            assert!(read_one(&record).order.is_ok(), "{record}");
        }
    }

    #[test]
    fn an_order_has_the_time_of_its_message_if_its_own_cannot_be_read() {
        let text = MESSAGE.replace("Feb 11, 2026, 08:53 AM", "soon").replace(REFERENCE, "SHOP-1");
        let message = |key: &str, time: Value| json!({key: time, "author": "Mona", "message": text, "date": "2026-02-12T01:00:00Z"});
        for (message, expected) in [
            (message("timestamp", json!(SENT)), "2026-02-11T08:53:20.000Z"),
            (message("messageTimestamp", json!(SENT)), "2026-02-11T08:53:20.000Z"),
            (message("t", json!(SENT)), "2026-02-11T08:53:20.000Z"),
            (message("date_unixtime", json!(SENT.to_string())), "2026-02-11T08:53:20.000Z"),
            (message("received_at", json!("2026-02-13T01:00:00Z")), "2026-02-12T01:00:00.000Z"),
            (
                json!({"author": "Mona", "message": text, "received_at": "2026-02-11T10:53:20.417+0200"}),
                "2026-02-11T08:53:20.417Z",
            ),
        ] {
            assert_eq!(read_one(&message).order.unwrap().order_date.to_string(), expected, "{message}");
        }
        let bad = outcomes(&message("timestamp", json!("soon")));
        assert!(bad[0].contains("timestamp: must be a time in seconds since 1970"), "{bad:?}");
    }

    #[test]
    fn an_id_is_checked() {
        let long = "x".repeat(MESSAGE_ID + 1);
        for (id, expected) in [
            (json!(" "), format!("{REFERENCE}: id: must not be blank")),
            (json!(long), format!("{REFERENCE}: id: must have at most {MESSAGE_ID} characters, has {}", long.len())),
        ] {
            let message = json!({"id": id, "timestamp": SENT, "from": "2010", "body": MESSAGE});
            assert_eq!(outcomes(&message), [expected]);
        }
    }

    /// An edit and a withdrawal of the message `X`, in every shape.
    fn revisions() -> Vec<(Value, Value)> {
        let cloud = |kind: &str, change: Value| json!({"messages": [{"from": "2010", "id": "R", "timestamp": SENT, "type": kind, kind: change}]});
        let original = json!({"remoteJid": "2010@s.whatsapp.net", "fromMe": false, "id": "X"});
        let protocol = |kind: Value| {
            baileys(
                &json!({"protocolMessage": {"key": original, "type": kind, "editedMessage": {"conversation": MESSAGE}}}),
            )
        };
        let mut revoke = protocol(json!("REVOKE"));
        revoke["message"]["protocolMessage"]["editedMessage"] = json!(null);
        let revoke_as = |kind: Value| {
            let mut revoke = revoke.clone();
            revoke["message"]["protocolMessage"]["type"] = kind;
            revoke
        };
        let mut untyped = revoke.clone();
        untyped["message"]["protocolMessage"].as_object_mut().unwrap().remove("type");
        vec![
            (
                cloud(
                    "edit",
                    json!({"original_message_id": "X", "message": {"type": "text", "text": {"body": MESSAGE}}}),
                ),
                cloud("revoke", json!({"original_message_id": "X"})),
            ),
            (protocol(json!("MESSAGE_EDIT")), revoke_as(json!("REVOKE"))),
            (protocol(json!(14)), revoke_as(json!(0))),
            (baileys(&json!({"editedMessage": {"message": protocol(json!(14))["message"]}})), untyped),
            (
                json!({"key": original, "update": {"message": {"editedMessage": {"message": {"conversation": MESSAGE}}}}}),
                json!({"key": original, "update": {"message": null}}),
            ),
            (
                json!({"key": original, "messageTimestamp": SENT, "message": {"ephemeralMessage": {"message": {"editedMessage": {"message": {"conversation": MESSAGE}}}}}}),
                json!({"id": {"_serialized": "X"}, "type": "revoked", "body": "", "from": "2010@c.us"}),
            ),
            (
                json!({"id": {"_serialized": "R"}, "type": "protocol", "subtype": "message_edit", "body": MESSAGE, "from": "2010@c.us",
                    "protocolMessageKey": {"_serialized": "X"}}),
                json!({"id": "X", "type": "revoked", "body": "", "from": "2010@c.us"}),
            ),
        ]
    }

    #[test]
    fn an_edit_and_a_withdrawal_name_the_message_that_they_change() {
        for (edit, withdrawal) in revisions() {
            let edited = outcomes(&edit);
            assert!(
                edited.len() == 1 && edited[0].starts_with("edited: ") && edited[0].ends_with(", X"),
                "{edited:?}: {edit}"
            );
            assert_eq!(outcomes(&withdrawal), ["withdrawn: no order, X", "skipped 1"], "{withdrawal}");
        }
    }

    #[test]
    fn other_events_change_no_message() {
        for message in [
            baileys(&json!({"protocolMessage": {"key": key(false), "type": 3}})),
            json!({"id": "X", "type": "protocol", "subtype": "other", "body": "", "from": "2010@c.us",
                "protocolMessageKey": {"_serialized": "X"}}),
            json!({"key": key(false), "update": {"status": 3}}),
            json!({"messages": [{"id": "R", "type": "edit"}]}),
            json!({"messages": [{"id": "R", "type": "revoke", "revoke": {}}]}),
        ] {
            let expected: &[&str] = &["skipped 1"];
            assert_eq!(outcomes(&message), expected, "{message}");
        }
    }

    #[test]
    fn an_answer_to_an_order_does_not_give_it_its_id() {
        let other = MESSAGE.replace(REFERENCE, "LEG-2");
        for key in ["context", "quoted_message", "quoted"] {
            let message = with(text_message("thanks"), key, json!({"body": MESSAGE}));
            let quoted = format!("quoted: {REFERENCE}, whatsapp_text, no id");
            assert_eq!(outcomes(&json!({"messages": [message]})), std::slice::from_ref(&quoted), "{key}");
            // A new order that quotes an old one has the id.
            let both = json!({"messages": [with(text_message(&other), key, json!({"body": MESSAGE}))]});
            let mut found = outcomes(&both);
            found.sort();
            assert_eq!(found, ["LEG-2, whatsapp_text, wamid.T", &quoted], "{key}");
            // A chat of this name is no quotation.
            let chat = json!({"quoted@c.us": {"messages": {"1": {"from_me": false, "key_id": "A", "data": MESSAGE}}}});
            assert_eq!(outcomes(&chat), [format!("{REFERENCE}, chat, A")]);
        }
    }

    #[test]
    fn only_the_first_order_of_a_message_has_its_id() {
        let second = MESSAGE.replace(REFERENCE, "LEG-2");
        let message = with(text_message(MESSAGE), "further", json!(second));
        assert_eq!(
            outcomes(&json!({"messages": [message]})),
            [format!("{REFERENCE}, whatsapp_text, wamid.T"), "LEG-2, whatsapp_text, no id".to_owned()]
        );
    }

    #[test]
    fn an_order_beside_a_text_in_pieces_is_another() {
        let pieces = json!([MESSAGE[..90], {"type": "bold", "text": MESSAGE[90..]}]);
        let second = MESSAGE.replace(REFERENCE, "LEG-2");
        let message = json!({"date": "x", "from": "x", "text": pieces, "text_entities": pieces, "more": second});
        assert_eq!(outcomes(&message), [format!("{REFERENCE}, chat, no id"), "LEG-2, chat, no id".to_owned()]);
        // A piece that holds a whole order is the same order.
        let whole = json!(["hello\n", {"type": "bold", "text": MESSAGE}]);
        let message = json!({"date": "x", "from": "x", "text": whole, "text_entities": whole});
        assert_eq!(outcomes(&message), [format!("{REFERENCE}, chat, no id")]);
    }

    #[test]
    fn a_message_holds_a_limited_number_of_texts() {
        let texts = |count: usize| -> Vec<String> {
            (0..count).map(|number| MESSAGE.replace(REFERENCE, &format!("LEG-{number}"))).collect()
        };
        let found =
            |texts: Vec<String>| outcomes(&json!({"messages": [with(text_message("hi"), "further", json!(texts))]}));
        assert_eq!(found(texts(TEXTS_LIMIT)).len(), TEXTS_LIMIT);
        let excess = found(texts(TEXTS_LIMIT + 1));
        assert_eq!(excess.len(), TEXTS_LIMIT + 1);
        assert!(excess.contains(&"no order: messages[0]: holds more than 16 order messages".to_owned()), "{excess:?}");
        // The same text again is no other order.
        assert_eq!(found(vec![MESSAGE.to_owned(); TEXTS_LIMIT + 1]), [format!("{REFERENCE}, whatsapp_text, wamid.T")]);
    }

    #[test]
    fn a_cart_is_read_whatever_its_letters_and_beside_its_texts() {
        let cart_of = |cart: Value| outcomes(&json!({"messages": [cart]}));
        assert_eq!(cart_of(with(cart(), "type", "ORDER")), ["LEG-MLHSLKOW-ZOZH, whatsapp_order, wamid.C"]);
        assert_eq!(
            cart_of(with(cart(), "note", MESSAGE)),
            ["LEG-MLHSLKOW-ZOZH, whatsapp_order, wamid.C".to_owned(), format!("{REFERENCE}, whatsapp_text, no id")]
        );
        let unread = "holds a cart in a place where carts are not read: import its message by itself, of type order, as {\"messages\":[…]}";
        assert_eq!(
            cart_of(with(cart(), "again", cart())),
            [
                "LEG-MLHSLKOW-ZOZH, whatsapp_order, wamid.C".to_owned(),
                format!("no order: messages[0].again.order: {unread}")
            ]
        );
        assert_eq!(cart_of(with(cart(), "type", "interactive")), [format!("no order: messages[0].order: {unread}")]);
        let text = with(text_message(MESSAGE), "order", cart()["order"].clone());
        assert_eq!(
            cart_of(text),
            [format!("{REFERENCE}, whatsapp_text, wamid.T"), format!("no order: messages[0].order: {unread}")]
        );
    }

    #[test]
    fn a_message_about_an_order_without_its_items_is_refused() {
        for (message, expected) in [
            (json!({"type": "order", "token": "t"}), ONLY_TOKEN),
            (json!({"type": "order", "order_id": "7"}), ONLY_TOKEN),
            (json!({"type": "Order", "token": "t"}), ONLY_TOKEN),
            (
                json!({"type": "interactive", "interactive": {"type": "order_details"}}),
                "is an order_details that the shop sent, not an order",
            ),
        ] {
            assert_eq!(
                outcomes(&json!({"messages": [message]})),
                [format!("no order: messages[0]: {expected}")],
                "{message}"
            );
        }
        let token = baileys(&json!({"orderMessage": {"orderId": "7"}}));
        assert!(outcomes(&token)[0].contains(ONLY_TOKEN));
        let button = json!({"messages": [{"type": "interactive", "interactive": {"type": "button"}}]});
        assert_eq!(outcomes(&button), ["skipped 1"]);
    }

    #[test]
    fn a_rejected_message_is_kept_with_its_sender_and_without_the_others() {
        let bad = text_message(&MESSAGE.replace("TOTAL:", "SUM:"));
        let contact = json!({"profile": {"name": "Mona"}, "wa_id": "201011112222"});
        let record = json!({"contacts": [contact], "messages": [text_message("hello"), bad]});
        assert_eq!(kept(&record), [format!("{{\"contacts\":[{contact}],\"messages\":[{bad}]}}")]);
        let record = json!({"contacts": [], "messages": [text_message("hello"), bad]});
        assert_eq!(kept(&record), [format!("{{\"contacts\":[],\"messages\":[{bad}]}}")]);
        // By the user id, too.
        let (hidden, bad) =
            (json!({"profile": {"name": "Mona"}, "user_id": "EG.1"}), with(bad, "from_user_id", "EG.1"));
        let record = json!({"contacts": [contact, hidden], "messages": [with(bad.clone(), "from", json!(null))]});
        assert_eq!(
            kept(&record),
            [format!("{{\"contacts\":[{hidden}],\"messages\":[{}]}}", with(bad, "from", json!(null)))]
        );
    }

    #[test]
    fn a_contact_that_takes_more_room_than_its_message_is_kept_in_brief() {
        let cart = with(cart(), "timestamp", "soon");
        let contact = |length: usize| json!({"wa_id": "201055556666", "more": "x".repeat(length)});
        let long = with(cart.clone(), "text", "y".repeat(CONTACT_KEPT));
        for (message, length, is_kept) in [
            (&cart, CONTACT_KEPT, true),
            (&cart, CONTACT_KEPT + 1, false),
            (&long, CONTACT_KEPT + 1, true),
            (&long, long.to_string().len() + 1, false),
        ] {
            let around = contact(0).to_string().len();
            let record = json!({"contacts": [contact(length - around)], "messages": [message]});
            let kept = &kept(&record)[0];
            assert_eq!((kept.contains("xxx"), kept.contains("201055556666")), (is_kept, true), "{length}");
        }
    }
}
