//! WhatsApp Cloud API webhooks, whole or in part: who writes, and the messages, including the history that coexistence
//! sends.

use super::conversation::Conversation;
use super::json::Value;
use super::json_fields::Fields;
use super::message::{read_message, read_messages};
use super::order_sink::OrderSink;
use super::parsed_order::ParsedOrder;
use crate::domain::problems::Problems;
use crate::domain::text::shorten;

/// Returns whether an object is a webhook, or a part of one, by its keys.
pub fn is_webhook(fields: &Fields<'_>) -> bool {
    ["entry", "messages", "statuses", "history", "messageEchoes"].iter().any(|key| fields.has(key))
        || (fields.has("value") && fields.has("field"))
}

/// Reads the orders of a webhook; other messages, statuses and reactions are skipped.
///
/// Unknown keys are WhatsApp's own and are ignored; every array may be missing, empty or long.
pub fn read_webhook(mut fields: Fields<'_>, sink: &mut OrderSink<'_>) {
    let mut problems = Problems::default();
    if let Some(object) = fields.take("object", &mut problems).and_then(|value| value.text(None, &mut problems))
        && object != "whatsapp_business_account"
    {
        let problem = format!("is a webhook of {}, not of WhatsApp", shorten(&object));
        sink.put(ParsedOrder::refused(problem.into()));
        return;
    }
    each(&mut fields, "entry", &mut problems, |entry, problems| {
        let Some(mut entry) = entry.object(problems) else { return };
        each(&mut entry, "changes", problems, |change, problems| {
            if let Some(mut change) = change.object(problems) {
                read_change(&mut change, sink, problems);
            }
        });
    });
    if fields.has("value") {
        read_change(&mut fields, sink, &mut problems);
    }
    read_value(&mut fields, sink, &mut problems);
    if !problems.is_empty() {
        sink.refuse(problems);
    }
}

/// Passes on the elements of the array under a key, if any, and returns their number.
fn each<'a>(
    fields: &mut Fields<'a>,
    name: &str,
    problems: &mut Problems,
    take: impl FnMut(Value<'a>, &mut Problems),
) -> u64 {
    fields.take(name, problems).map_or(0, |value| value.each(problems, take)) as u64
}

fn read_change(change: &mut Fields<'_>, sink: &mut OrderSink<'_>, problems: &mut Problems) {
    let field = change.take("field", problems).and_then(|value| value.text(None, problems));
    let Some(whole) = change.take("value", problems) else { return };
    let Some(mut value) = whole.object(problems) else { return };
    match field.as_deref() {
        None | Some("messages" | "history") => read_value(&mut value, sink, problems),
        Some("smb_message_echoes" | "message_echoes") => {
            let counts = ["messageEchoes", "messages"].map(|key| each(&mut value, key, problems, |_, _| {}));
            sink.skip_own(&whole, counts.iter().sum::<u64>().max(1));
        }
        // Events of the account itself.
        Some(_) => sink.skip(&whole, each(&mut value, "messages", problems, |_, _| {}).max(1)),
    }
}

/// Reads `{metadata, contacts, messages, statuses, history}`.
fn read_value(fields: &mut Fields<'_>, sink: &mut OrderSink<'_>, problems: &mut Problems) {
    each(fields, "statuses", problems, |status, problems| {
        if status.is_object() {
            sink.skip(&status, 1);
        } else {
            drop(status.object(problems));
        }
    });
    each(fields, "messageEchoes", problems, |echo, _| sink.skip_own(&echo, 1));
    let conversation = Conversation::of_webhook(fields, problems);
    read_messages(fields, &conversation, sink, problems);
    each(fields, "history", problems, |chunk, problems| {
        let Some(mut chunk) = chunk.object(problems) else { return };
        each(&mut chunk, "threads", problems, |thread, problems| {
            let Some(mut thread) = thread.object(problems) else { return };
            each(&mut thread, "messages", problems, |message, problems| {
                read_message(&message, &conversation, sink, problems);
            });
        });
    });
}
