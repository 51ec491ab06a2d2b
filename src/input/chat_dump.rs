//! Chats as JSON, as export programs write them, with order messages inside.

use super::conversation::Conversation;
use super::json_fields::Fields;
use super::message::read_messages;
use super::order_sink::OrderSink;
use crate::domain::incoming::SourceKind;
use crate::domain::problems::Problems;

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
