//! The two ends of a conversation: customers by their WhatsApp ids, and the shop by its number.

use std::collections::HashMap;
use std::fmt;

use serde_json::json;

use crate::domain::incoming::SourceKind;
use crate::domain::limits::NAME;
use crate::domain::phone::phone_digits;
use crate::domain::problems::Problems;
use crate::domain::text::{is_edge, shorten};
use crate::input::json::fields::Fields;
use crate::input::json::value::Value;

/// The most contacts that one call may have. WhatsApp sends a few messages a call.
const CONTACTS_LIMIT: usize = 10_000;
/// The most bytes that a contact's id may have.
const ID_LIMIT: usize = 128;

/// What is known about a message's sender and chat.
#[derive(Debug)]
pub struct Conversation<'a> {
    /// The kind of source that its order messages are.
    pub kind: SourceKind,
    /// The digits of the shop's number; empty if unknown.
    own_number: String,
    contacts: Vec<Contact<'a>>,
    /// Contacts by WhatsApp id or user id.
    by_id: HashMap<String, usize>,
}

/// A customer as a webhook describes one.
#[derive(Debug)]
pub struct Contact<'a> {
    /// The name in the profile.
    pub name: Option<String>,
    /// The username, for people who hide their phone.
    pub username: Option<String>,
    /// Whether it has the number as its id.
    has_phone: bool,
    /// The ids by which it is known: the number, and the one of people who hide it.
    ids: [Option<String>; 2],
    raw: &'a str,
}

impl<'a> Conversation<'a> {
    /// Makes a conversation of which nothing is known.
    pub fn new(kind: SourceKind) -> Conversation<'a> {
        Conversation { kind, own_number: String::new(), contacts: Vec::new(), by_id: HashMap::new() }
    }

    /// Reads the shop's number and the contacts of a webhook.
    pub fn of_webhook(fields: &mut Fields<'a>, problems: &mut Problems) -> Conversation<'a> {
        let mut conversation = Conversation::new(SourceKind::WhatsappText);
        let mut ignored = Problems::default();
        let metadata = fields.take("metadata", problems).filter(Value::is_object);
        let number = metadata.and_then(|metadata| {
            metadata.object(&mut ignored)?.take("displayPhoneNumber", &mut ignored)?.number_text(&mut ignored)
        });
        conversation.own_number = number.map(|number| phone_digits(&number)).unwrap_or_default();
        if let Some(contacts) = fields.take("contacts", problems) {
            conversation.meet(&contacts, problems);
        }
        conversation
    }

    fn meet(&mut self, contacts: &Value<'a>, problems: &mut Problems) {
        for value in contacts.array(CONTACTS_LIMIT, "contacts", problems).unwrap_or_default() {
            let mut ignored = Problems::default();
            let Some(mut fields) = value.object(problems) else { continue };
            let has_phone = fields.has("waId");
            let ids = ["waId", "userId"].map(|key| {
                let id = fields.take(key, &mut ignored)?.number_text(&mut ignored)?.into_owned();
                Some(id).filter(|id| id.len() <= ID_LIMIT)
            });
            for id in ids.iter().flatten() {
                self.by_id.entry(id.clone()).or_insert(self.contacts.len());
            }
            let mut profile = fields.take("profile", &mut ignored).and_then(|profile| profile.object(&mut ignored));
            let mut text = |key| {
                let text = profile.as_mut()?.take(key, &mut ignored)?.text(None, &mut ignored)?;
                // WhatsApp's own names are short; an overlong one is cut, not lost.
                let text: String = text.trim_matches(is_edge).chars().take(NAME).collect();
                Some(text.trim_end_matches(is_edge).to_owned()).filter(|text| !text.is_empty())
            };
            let [name, username] = ["name", "username"].map(&mut text);
            self.contacts.push(Contact { name, username, has_phone, ids, raw: value.raw() });
        }
    }

    /// Returns the contact with the first of these ids that is known, else the only contact if that one hides the phone.
    pub fn contact(&self, ids: [Option<&str>; 2]) -> Option<&Contact<'a>> {
        let known = ids.iter().flatten().find_map(|id| self.by_id.get(*id)).map(|index| &self.contacts[*index]);
        let only = || self.contacts.first().filter(|contact| self.contacts.len() == 1 && !contact.has_phone);
        known.or_else(only)
    }

    /// Returns whether a number is the shop's.
    pub fn is_own_number(&self, number: &str) -> bool {
        !self.own_number.is_empty() && phone_digits(number) == self.own_number
    }
}

/// Prints name and username: `Tarek (@tarek.eg)`.
impl fmt::Display for Contact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.username) {
            (Some(name), Some(username)) => write!(f, "{} (@{})", shorten(name), shorten(username)),
            (Some(name), None) => write!(f, "{}", shorten(name)),
            (None, Some(username)) => write!(f, "@{}", shorten(username)),
            (None, None) => Ok(()),
        }
    }
}

impl<'a> Contact<'a> {
    /// Returns its JSON text, as sent.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Returns JSON that says the same of it as far as it is read.
    pub fn brief(&self) -> String {
        let Contact { name, username, has_phone, ids: [number, user_id], .. } = self;
        let mut brief = json!({"profile": {"name": name, "username": username}, "user_id": user_id});
        if *has_phone {
            brief["wa_id"] = json!(number);
        }
        brief.to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::input::json::fields::parse_object;

    /// Reads the parts of a webhook that describe the conversation, and what is asked of it.
    fn ask<T>(webhook: &Value, ask: impl FnOnce(&Conversation<'_>) -> T) -> T {
        let (record, mut problems) = (webhook.to_string(), Problems::default());
        let mut fields = parse_object(record.as_bytes(), &mut problems).unwrap().unwrap();
        let asked = ask(&Conversation::of_webhook(&mut fields, &mut problems));
        assert!(problems.is_empty(), "{problems:?}");
        asked
    }

    #[test]
    fn a_contact_is_known_by_its_number_or_its_user_id() {
        let (mona, tarek) = (
            json!({"profile": {"name": "Mona"}, "wa_id": "2010", "user_id": "EG.1"}),
            json!({"profile": {"name": " Tarek\u{200f} ", "username": "tarek.eg"}, "user_id": "EG.2"}),
        );
        let nameless = json!({"profile": {"name": " ", "username": "t.eg"}, "user_id": "EG.2"});
        for (contacts, ids, expected) in [
            (json!([mona, tarek]), [Some("2010"), None], Some("Mona")),
            (json!([mona, tarek]), [Some("x"), Some("EG.1")], Some("Mona")),
            (json!([mona, tarek]), [None, Some("EG.2")], Some("Tarek (@tarek.eg)")),
            (json!([mona, tarek]), [Some("2011"), None], None),
            // The first of two with one id.
            (json!([mona, {"profile": {"name": "Other"}, "wa_id": "2010"}]), [Some("2010"), None], Some("Mona")),
            // The only contact is the sender, if it hides its phone.
            (json!([tarek]), [Some("2011"), None], Some("Tarek (@tarek.eg)")),
            (json!([nameless]), [None, None], Some("@t.eg")),
            (json!([{}]), [None, None], Some("")),
            (json!([mona]), [Some("2011"), None], None),
            (json!([tarek, tarek]), [Some("2011"), None], None),
            (json!([]), [None, None], None),
        ] {
            let who =
                ask(&json!({"contacts": contacts}), |conversation| conversation.contact(ids).map(ToString::to_string));
            assert_eq!(who.as_deref(), expected, "{ids:?} among {contacts}");
        }
    }

    #[test]
    fn a_long_name_is_cut_behind_a_letter() {
        let letters = "a".repeat(NAME - 1);
        let webhook = json!({"contacts": [{"profile": {"name": format!("{letters} b")}}]});
        let name = ask(&webhook, |conversation| conversation.contact([None, None]).unwrap().name.clone());
        assert_eq!(name, Some(letters));
    }

    #[test]
    fn a_contact_is_kept_as_sent() {
        let webhook = json!({"contacts": [{"user_id": "EG.1", "more": [1]}]});
        let raw = ask(&webhook, |conversation| conversation.contact([None, None]).unwrap().raw().to_owned());
        assert_eq!(raw, webhook["contacts"][0].to_string());
    }

    #[test]
    fn an_id_longer_than_any_of_whatsapp_is_not_remembered() {
        for (length, is_known) in [(ID_LIMIT, true), (ID_LIMIT + 1, false)] {
            let id = "1".repeat(length);
            let webhook = json!({"contacts": [{"wa_id": id}]});
            assert_eq!(ask(&webhook, |conversation| conversation.contact([Some(&id), None]).is_some()), is_known);
        }
    }

    #[test]
    fn the_shops_number_is_compared_by_its_digits() {
        let own = json!({"metadata": {"display_phone_number": "+20 155 000 0000"}});
        for (webhook, number, expected) in [
            (&own, "201550000000", true),
            (&own, "201550000001", false),
            (&json!({}), "", false),
            (&json!({"metadata": {}}), "", false),
        ] {
            assert_eq!(ask(webhook, |conversation| conversation.is_own_number(number)), expected, "{number}");
        }
    }
}
