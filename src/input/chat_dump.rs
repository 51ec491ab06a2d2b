//! Chats as JSON, as export programs write them, with order messages inside.

use serde_json::json;

use super::json::{Fields, Problems, Value};
use super::order_lines::is_order_message;
use super::order_message::Reading;
use super::order_record::{Context, Found};
use super::reject::Part;
use super::webhook::read_timestamp;
use crate::domain::receive::{Source, SourceKind};
use crate::domain::time::Timestamp;

/// Tells whether an object is one message of a dump: `{"date", "author", "message"}`.
pub fn is_chat_message(fields: &Fields<'_>) -> bool {
    fields.has("message") && (fields.has("author") || fields.has("date"))
}

/// Returns an order message as a message of a dump that is read as the text was: with an end of line, so that nothing in it
/// is taken for one.
pub fn to_chat_message(text: &str) -> String {
    json!({"date": null, "author": null, "message": format!("{text}\n")}).to_string()
}

/// Tells whether an object is a dump by chat: its keys are WhatsApp's ids of people and groups.
pub fn is_chat_dump(fields: &Fields<'_>) -> bool {
    fields.keys().any(|key| key.contains('@'))
}

/// Reads one message of a dump.
pub fn read_chat_message(mut fields: Fields<'_>, context: Context, found: &mut Found<'_>) {
    let mut problems = Problems::default();
    let date = fields.take("date", &mut problems).and_then(|value| value.text(None, &mut Problems::default()));
    let Some(text) = fields.take("message", &mut problems).and_then(|value| value.whole_text(&mut problems)) else {
        found.skip_unless(problems);
        return;
    };
    // A text with lines of its own has no other marks for them: there, a guest wrote what looks like one.
    let text = if text.contains('\n') { text } else { with_line_breaks(&text) };
    if !is_order_message(&text) {
        found.skip_unless(problems);
        return;
    }
    let sent_at = date.as_deref().and_then(Timestamp::parse);
    let source = Source { kind: SourceKind::Chat, message_id: None };
    let reading = Reading { sent_at, zone: context.zone, first_line: 1 };
    found.take_text(&text, "message", reading, &source, problems);
}

/// The most bytes that the id of a chat may have, and that of a message.
const CHAT_ID_LIMIT: usize = 128;
const MESSAGE_ID_LIMIT: usize = 500;

/// Reads a dump by chat: `{"<jid>": {"messages": {"<id>": {from_me, timestamp, data, …}}}}`.
pub fn read_chat_dump(fields: Fields<'_>, context: Context, found: &mut Found<'_>) {
    let mut problems = Problems::default();
    let Some(chats) = fields.into_value() else { return };
    chats.each_member(&mut problems, |jid, chat, problems| {
        let Some(mut chat) = chat.object(problems) else { return };
        let Some(messages) = chat.take("messages", problems) else { return };
        if jid.len() > CHAT_ID_LIMIT {
            problems.add(&messages.place, "the id of the chat is longer than any of WhatsApp");
            return;
        }
        messages.each_member(problems, |key, message, problems| {
            if key.len() > MESSAGE_ID_LIMIT {
                problems.add(&message.place, "the id of the message is longer than any of WhatsApp");
                return;
            }
            let around = format!("{{{}:{{\"messages\":{{{}:", json!(jid), json!(key));
            let parts = vec![Part::json(around), found.sent(message.raw()), Part::json("}}}")];
            found.message(parts, |found| read_dumped(&message, context, found));
        });
    });
    if !problems.is_empty() {
        found.refuse(problems);
    }
}

fn read_dumped(message: &Value<'_>, context: Context, found: &mut Found<'_>) {
    let mut problems = Problems::default();
    let Some(mut fields) = message.object(&mut problems) else {
        found.skip_unless(problems);
        return;
    };
    let is_true = |value: Option<Value<'_>>| {
        value.is_some_and(|value| !matches!(value.raw(), "false" | "0" | "\"\"" | "\"false\""))
    };
    let is_ours = is_true(fields.take("fromMe", &mut problems));
    let is_meta = is_true(fields.take("meta", &mut problems));
    let data = fields.take("data", &mut problems);
    let text = data.as_ref().and_then(|data| data.whole_text(&mut Problems::default()));
    let text = text.map(|text| with_line_breaks(&text)).filter(|text| is_order_message(text));
    let (Some(text), Some(data), false) = (text, data, is_ours || is_meta) else {
        found.skip(1);
        return;
    };
    let message_id = fields.take("keyId", &mut problems).and_then(|value| value.text(Some(500), &mut problems));
    let sent_at = read_timestamp(&mut fields, &mut problems);
    let source = Source { kind: SourceKind::Chat, message_id };
    let reading = Reading { sent_at, zone: context.zone, first_line: 1 };
    found.take_text(&text, &data.place.to_string(), reading, &source, problems);
}

/// Turns the line breaks of an export program into those of the message.
fn with_line_breaks(text: &str) -> String {
    ["<br>", "<br/>", "<br />", "<BR>", "<BR/>"]
        .into_iter()
        .fold(text.to_owned(), |text, mark| text.replace(mark, "\n"))
}
