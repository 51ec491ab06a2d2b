//! WhatsApp Cloud API webhooks, whole or in part: who writes, and the messages, including the history that coexistence
//! sends.

use super::conversation::Conversation;
use super::message::{read_message, read_messages};
use crate::domain::problems::Problems;
use crate::domain::text::shorten;
use crate::input::json::fields::Fields;
use crate::input::json::value::Value;
use crate::input::order::sink::OrderSink;
use crate::input::parsed_order::ParsedOrder;

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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::input::samples::{MESSAGE, REFERENCE, cart, hook, outcomes, text_message, with};

    fn changes(field: &str, value: &Value) -> Value {
        json!({"entry": [{"changes": [{"field": field, "value": value}]}]})
    }

    #[test]
    fn the_messages_of_a_webhook_are_read_whole_or_in_part() {
        let message = text_message(MESSAGE);
        let found = [format!("{REFERENCE}, whatsapp_text, wamid.T")];
        let value = json!({"messages": [message]});
        for webhook in [
            hook(&json!([message])),
            changes("history", &json!({"history": [{"threads": [{"messages": [message]}]}]})),
            json!({"entry": [{"changes": [{"value": value}]}]}),
            json!({"field": "messages", "value": value}),
            json!({"history": [{"threads": [{"messages": [message]}]}]}),
            json!({"metadata": {}, "messages": [message], "statuses": []}),
            value,
        ] {
            assert_eq!(outcomes(&webhook), found, "{webhook}");
        }
    }

    #[test]
    fn what_is_no_order_is_counted_as_skipped() {
        let hello = text_message("hello");
        let echo = text_message(MESSAGE);
        for (webhook, expected) in [
            (json!({"entry": []}), None),
            (json!({"entry": [{}]}), None),
            (json!({"entry": [{"changes": [{}]}]}), None),
            (json!({"messages": []}), None),
            (hook(&json!([hello, hello])), Some("skipped 2")),
            (json!({"statuses": [{"id": "x", "status": "read"}, {"id": "y"}]}), Some("skipped 2")),
            (json!({"messageEchoes": [echo, echo]}), Some("skipped 2")),
            // What the shop wrote is no order, whatever it holds.
            (changes("smb_message_echoes", &json!({"message_echoes": [echo, echo, echo]})), Some("skipped 3")),
            (
                changes("message_echoes", &json!({"messages": [echo, echo], "message_echoes": [echo]})),
                Some("skipped 3"),
            ),
            (changes("message_echoes", &json!({})), Some("skipped 1")),
            (changes("account_update", &json!({"event": "x"})), Some("skipped 1")),
            (changes("standby", &json!({"messages": [hello, hello]})), Some("skipped 2")),
        ] {
            assert_eq!(outcomes(&webhook), expected.into_iter().collect::<Vec<_>>(), "{webhook}");
        }
    }

    #[test]
    fn an_order_where_none_is_read_is_a_problem() {
        let cart_unread = "holds a cart in a place where carts are not read: import its message by itself, of type order, as {\"messages\":[…]}";
        let text_unread = "holds an order message in a place where none is read: import the text by itself";
        for (webhook, expected) in [
            (
                changes("standby", &json!({"messages": [cart()]})),
                format!("no order: entry[0].changes[0].value.messages[0].order: {cart_unread}"),
            ),
            (
                changes("standby", &json!({"messages": [text_message(MESSAGE)]})),
                format!("no order: entry[0].changes[0].value.messages[0].text.body: {text_unread}"),
            ),
            (json!({"statuses": [cart()]}), format!("no order: statuses[0].order: {cart_unread}")),
            (
                json!({"entry": [{"messaging": [cart()]}]}),
                format!("no order: entry[0].messaging[0].order: {cart_unread}"),
            ),
        ] {
            assert_eq!(outcomes(&webhook), [expected], "{webhook}");
        }
    }

    #[test]
    fn a_webhook_that_is_broken_or_of_another_service_is_refused() {
        let page = with(hook(&json!([])), "object", "page");
        for (webhook, expected) in [
            (page, "no order: is a webhook of page, not of WhatsApp"),
            (json!({"entry": 5}), "no order: entry: must be an array, is a number"),
            (json!({"entry": [5]}), "no order: entry[0]: must be an object, is a number"),
            (json!({"entry": [{"changes": [5]}]}), "no order: entry[0].changes[0]: must be an object, is a number"),
            (
                json!({"entry": [{"changes": [{"value": 5}]}]}),
                "no order: entry[0].changes[0].value: must be an object, is a number",
            ),
            (json!({"statuses": [5]}), "no order: statuses[0]: must be an object, is a number"),
            (json!({"history": [5]}), "no order: history[0]: must be an object, is a number"),
            (json!({"history": [{"threads": [5]}]}), "no order: history[0].threads[0]: must be an object, is a number"),
        ] {
            assert_eq!(outcomes(&webhook), [expected], "{webhook}");
        }
    }

    #[test]
    fn a_value_and_a_field_make_a_webhook_only_together() {
        for half in [json!({"value": {"foo": 1}}), json!({"field": "messages"})] {
            let outcomes = outcomes(&half);
            assert!(outcomes.len() == 1 && outcomes[0].contains("is not an order ("), "{outcomes:?}");
        }
    }
}
