//! Chats as JSON, as export programs write them, with order messages inside.

use super::conversation::Conversation;
use super::message::read_messages;
use crate::domain::incoming::SourceKind;
use crate::domain::problems::Problems;
use crate::input::json::fields::Fields;
use crate::input::order::sink::OrderSink;

/// Returns whether an object is a chat dump: its keys are WhatsApp's ids of people and groups.
pub fn is_chat_dump(fields: &Fields<'_>) -> bool {
    fields.keys().any(|key| key.split_once('@').is_some_and(|(who, server)| !who.is_empty() && !server.is_empty()))
}

/// Reads a chat dump: `{"<jid>": {"messages": {"<id>": {from_me, timestamp, data, …}}}}`.
pub fn read_chat_dump(fields: Fields<'_>, sink: &mut OrderSink<'_>) {
    let mut problems = Problems::default();
    let conversation = Conversation::new(SourceKind::Chat);
    let Some(chats) = fields.into_value() else { return };
    chats.each_member(&mut problems, |_, chat, problems| {
        let Some(mut fields) = chat.object(problems) else { return };
        if fields.get("messages").is_none_or(|messages| messages.is_null()) {
            return problems.add(&chat.place, "has no messages");
        }
        read_messages(&mut fields, &conversation, sink, problems);
    });
    if !problems.is_empty() {
        sink.refuse(problems);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::input::samples::{MESSAGE, REFERENCE, SENT, outcomes};

    #[test]
    fn every_chat_of_a_dump_is_read() {
        let message = json!({"from_me": false, "timestamp": SENT, "key_id": "A", "data": MESSAGE});
        let found = format!("{REFERENCE}, chat, A");
        for (dump, expected) in [
            (json!({"2010@s.whatsapp.net": {"messages": {"1": message}}}), vec![found.as_str()]),
            (
                json!({"2010@c.us": {"messages": [message]}, "9@g.us": {"messages": {"1": message}}}),
                vec![&found, &found],
            ),
            (json!({"2010@c.us": {"messages": {"1": {"from_me": false, "data": "hello"}}}}), vec!["skipped 1"]),
            (json!({"2010@c.us": {"name": "Mona"}}), vec!["no order: 2010@c.us: has no messages"]),
            (json!({"2010@c.us": {"messages": null}}), vec!["no order: 2010@c.us: has no messages"]),
            (json!({"2010@c.us": 7}), vec!["no order: 2010@c.us: must be an object, is a number"]),
        ] {
            assert_eq!(outcomes(&dump), expected, "{dump}");
        }
    }

    #[test]
    fn keys_with_an_at_sign_at_an_end_are_no_chats() {
        for key in ["@metadata", "mail@", "@"] {
            let outcomes = outcomes(&json!({key: {"messages": {}}}));
            assert!(outcomes[0].contains("is not an order"), "{outcomes:?}");
        }
    }
}
