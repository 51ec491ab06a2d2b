//! Order messages among the strings of a JSON text, under any key: the search before anything is skipped.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};
use serde::de::IgnoredAny;

use crate::input::order_message::marks::holds_message;
use crate::input::stream::chat_text::holds_order_message;

/// How deep JSON texts in strings of JSON texts are searched.
pub(super) const NESTING_LIMIT: usize = 4;
/// The most bytes of a string in which order messages are read (4 MiB); one of WhatsApp has 65,536 characters.
pub const STRING_LIMIT: usize = 4 << 20;

/// A string that holds an order message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderText {
    /// The address of the string in the JSON text, to find its place.
    pub address: usize,
    /// The text; `None` if the string is too long or invalid.
    pub text: Option<String>,
}

/// Passes on the strings of a JSON text that hold an order message, including those in JSON texts inside strings.
pub fn each_order_text(json: &str, take: &mut dyn FnMut(OrderText)) {
    for string in strings(json).filter(|string| may_hold(string)) {
        let address = string.as_ptr().addr();
        let text = Some(string).filter(|string| string.len() <= STRING_LIMIT);
        match text.and_then(|string| serde_json::from_str::<Cow<'_, str>>(string).ok()) {
            Some(text) => _ = search(text, address, 0, take),
            None if holds_message(string) || memmem::find(string.as_bytes(), b"REQUEST").is_some() => {
                take(OrderText { address, text: None });
            }
            None => {}
        }
    }
}

/// Returns how many strings of a JSON text hold an order message.
pub fn count_order_texts(json: &str) -> usize {
    let mut count = 0;
    each_order_text(json, &mut |_| count += 1);
    count
}

/// Passes on the order messages in a text, and returns whether there are any. A text that is JSON may still be a message by
/// itself: one whose lines are the strings of an array.
fn search(text: Cow<'_, str>, address: usize, depth: usize, take: &mut dyn FnMut(OrderText)) -> bool {
    let mut is_found = false;
    if depth < NESTING_LIMIT && is_json_text(&text) {
        for string in strings(&text).filter(|string| may_hold(string)) {
            if let Ok(text) = serde_json::from_str(string) {
                is_found |= search(text, address, depth + 1, take);
            }
        }
    }
    if !is_found && holds_order_message(&text) {
        take(OrderText { address, text: Some(text.into_owned()) });
        is_found = true;
    }
    is_found
}

/// Returns whether a text is itself a JSON object, array or string.
pub fn is_json_text(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[', '"']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Returns whether a string may hold an order message. Few strings hold the rarest letter of its header, its last label, or
/// an escaped letter, so this saves most searches.
fn may_hold(string: &str) -> bool {
    let string = string.as_bytes();
    memchr(b'Q', string).is_some() || [&b"TOTAL"[..], b"\\u"].iter().any(|part| memmem::find(string, part).is_some())
}

/// Returns the strings of a JSON text as written, in quotes; keys too.
fn strings(json: &str) -> impl Iterator<Item = &str> {
    let bytes = json.as_bytes();
    let mut next = 0;
    std::iter::from_fn(move || {
        let start = next + memchr(b'"', bytes.get(next..)?)?;
        next = end_of_string(bytes, start)?;
        json.get(start..next)
    })
}

/// Returns where the string that begins at `start` ends.
pub(super) fn end_of_string(json: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let mark = at + memchr2(b'"', b'\\', json.get(at..)?)?;
        if json[mark] == b'"' {
            return Some(mark + 1);
        }
        at = mark + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const MESSAGE: &str = "📦 NEW ORDER REQUEST\n*Order Ref:* LEG-1\n";

    #[test]
    fn an_order_message_is_found_in_any_string() {
        let inner = json!({"a": [MESSAGE]}).to_string();
        for (json, expected) in [
            (json!({"a": {"b": [1, MESSAGE]}}), Some(MESSAGE)),
            (json!({MESSAGE: 1}), Some(MESSAGE)),
            (json!({"a": inner}), Some(MESSAGE)),
            (json!({"a": json!({"b": inner}).to_string()}), Some(MESSAGE)),
            (json!({"a": MESSAGE.replace('\n', "<br>")}), Some("📦 NEW ORDER REQUEST<br>*Order Ref:* LEG-1<br>")),
            (json!({"a": MESSAGE.replace('\n', " ")}), Some("📦 NEW ORDER REQUEST *Order Ref:* LEG-1 ")),
            (json!({"a": "Is my NEW ORDER REQUEST there?"}), None),
            (json!({"a": "NEW ORDER REQUEST\n?"}), None),
            (json!({"a": "*Order Ref:* LEG-1\n│ *TOTAL:  $5*"}), Some("*Order Ref:* LEG-1\n│ *TOTAL:  $5*")),
            (json!({"a": "*ORDER CONFIRMATION*\n*Order Ref:* LEG-1\n│ *TOTAL:  $5*"}), None),
        ] {
            let json = json.to_string();
            let found: Vec<_> = order_texts(&json).into_iter().map(|found| found.text.unwrap()).collect();
            assert_eq!(found.first().map(String::as_str), expected, "{json}");
        }
        let lines = "[\"NEW ORDER REQUEST\",\n\"Order Ref: LEG-1\"]";
        assert_eq!(order_texts(&json!([lines]).to_string())[0].text.as_deref(), Some(lines), "each string is a line");
        // Beyond the limit, the text is found as it is escaped.
        let nested =
            |depth: usize| (0..depth).fold(json!([MESSAGE]), |inner, _| json!([inner.to_string()])).to_string();
        let found = |depth: usize| order_texts(&nested(depth)).remove(0).text;
        assert_eq!(found(NESTING_LIMIT).as_deref(), Some(MESSAGE));
        assert_ne!(found(NESTING_LIMIT + 1).as_deref(), Some(MESSAGE));
        // As an ASCII-only program writes it, and as a browser cuts an emoji.
        assert_eq!(order_texts(r#"["\u004eEW ORDER RE\u0051UEST\n*Order Ref:* LEG-1"]"#).len(), 1);
        assert_eq!(order_texts(r#"["\ud83d NEW ORDER REQUEST\n*Order Ref:* LEG-1"]"#)[0].text, None);
        for (cut, is_found) in [("REQUEST", true), ("Order Ref: LEG-1 TOTAL: 5", true), ("QUIET", false)] {
            assert_eq!(count_order_texts(&format!(r#"["\ud83d {cut}"]"#)), usize::from(is_found), "{cut}");
        }
    }

    fn order_texts(json: &str) -> Vec<OrderText> {
        let mut found = Vec::new();
        each_order_text(json, &mut |text| found.push(text));
        found
    }

    fn a_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<i32>().prop_map(Value::from), ".{0,9}".prop_map(Value::from)];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map(".{0,5}", inner, 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_string_is_searched(json in a_json()) {
            fn all(json: &Value, found: &mut Vec<String>) {
                match json {
                    Value::String(text) => found.push(text.clone()),
                    Value::Array(elements) => elements.iter().for_each(|element| all(element, found)),
                    Value::Object(entries) => entries.iter().for_each(|(key, value)| {
                        found.push(key.clone());
                        all(value, found);
                    }),
                    _ => {}
                }
            }
            let mut expected = Vec::new();
            all(&json, &mut expected);
            let text = json.to_string();
            let seen: Vec<String> = strings(&text).map(|string| serde_json::from_str(string).unwrap()).collect();
            prop_assert_eq!(seen, expected);
        }

        #[test]
        fn no_text_causes_a_panic(text in "([\"\\\\{}]|NEW ORDER REQUEST|.){0,40}") {
            let _ = order_texts(&text);
        }
    }
}
