//! Marks of an order in text that may have lost its line breaks: text with these marks is never skipped.

use memchr::memmem;

use super::labels::HEADER;
use crate::domain::text::is_edge;

/// The label of the reference.
const REFERENCE: &str = "Order Ref:";
/// The label of the last line.
const TOTAL: &str = "TOTAL:";
/// Keys that only orders as JSON and webhooks have. One is enough, as a line may be cut off.
const KEYS: [&str; 7] = [
    "\"orderReference\"",
    "\"order_reference\"",
    "\"product_items\"",
    "\"productItems\"",
    "\"orderMessage\"",
    "\"messages\":",
    "\"whatsapp_business_account\"",
];

/// Returns whether text without line breaks holds an order message: its header before its reference, or its reference
/// before its total.
pub fn holds_message(text: &str) -> bool {
    let header = find(text, HEADER, 0);
    let reference = header.and_then(|header| find(text, REFERENCE, header)).or_else(|| find_reference(text));
    reference.is_some_and(|reference| header.is_some_and(|header| header < reference) || has_total(&text[reference..]))
}

/// Returns whether a line holds an order, as text or as JSON.
pub fn holds_order(line: &str) -> bool {
    holds_message(line) || has_order_key(line)
}

/// Returns where the label of an order's reference begins in a line.
pub fn find_reference(line: &str) -> Option<usize> {
    find(line, REFERENCE, 0)
}

/// Returns the first order reference in a text, up to its first unprintable character.
pub fn reference_in(text: &str) -> Option<String> {
    let (_, after) = text[find_reference(text)?..].split_once(':')?;
    let after = after.trim_start_matches(|c: char| is_edge(c) || c == '*');
    let reference: String =
        after.chars().take(50).take_while(|c| c.is_ascii_graphic() && !matches!(c, '\\' | '"')).collect();
    Some(reference).filter(|reference| !reference.is_empty())
}

/// Returns whether a line has the label of an order's total.
pub fn has_total(line: &str) -> bool {
    find(line, TOTAL, 0).is_some()
}

/// Returns whether a line has a key of an order as JSON.
pub fn has_order_key(line: &str) -> bool {
    line.contains('"') && KEYS.iter().any(|key| memmem::find(line.as_bytes(), key.as_bytes()).is_some())
}

/// Returns where words first occur from a byte on, however they are spaced.
fn find(text: &str, words: &str, from: usize) -> Option<usize> {
    let (first, others) = words.split_once(' ').map_or((words, None), |(first, others)| (first, Some(others)));
    memmem::find_iter(&text.as_bytes()[from..], first).map(|at| from + at).find(|at| {
        let is_word = !text[..*at].ends_with(char::is_alphanumeric);
        let mut rest = &text[at + first.len()..];
        is_word
            && others.into_iter().flat_map(|others| others.split(' ')).all(|word| {
                let spaced = rest.trim_start_matches(is_edge);
                let is_next = spaced.len() < rest.len() && spaced.starts_with(word);
                rest = spaced.get(word.len()..).unwrap_or_default();
                is_next
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_message_is_recognised_by_its_labels_on_one_line() {
        for (text, expected) in [
            ("📦 NEW ORDER REQUEST ╚══╝ *Order Ref:* LEG-1 *Date:*", true),
            ("NEW\u{a0}ORDER \u{200f} REQUEST Order\tRef: LEG-1", true),
            ("new order request *Order Ref:* LEG-1 │ *TOTAL:  $5*", true),
            ("\"NEW ORDER REQUEST\\n*Order Ref:* LEG-1\"", true),
            ("*Order Ref:* LEG-0 NEW ORDER REQUEST *Order Ref:* LEG-1", true),
            ("Is my NEW ORDER REQUEST there?", false),
            ("What became of Order Ref: LEG-1?", false),
            ("Order Ref: LEG-1, SUBTOTAL: 5", false),
            ("TOTAL: 5, Order Ref: LEG-1", false),
            ("ORDER CONFIRMATION *Order Reference:* LEG-1 │ *TOTAL: $5*", false),
            ("NEW ORDERREQUEST Order Ref: LEG-1", false),
        ] {
            assert_eq!(holds_message(text), expected, "{text}");
        }
    }

    #[test]
    fn a_reference_is_found_in_any_surroundings() {
        for (text, expected) in [
            ("NEW ORDER REQUEST *Order Ref:* LEG-1 *Date:*", Some("LEG-1")),
            ("\"*Order Ref:*LEG-1\\n*Date:*\"", Some("LEG-1")),
            ("Order Ref: \u{202e}", None),
            ("LEG-1", None),
        ] {
            assert_eq!(reference_in(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_order_as_json_is_recognised_by_its_keys() {
        for (line, expected) in [
            ("  \"orderReference\": \"LEG-1\",", true),
            ("INFO {\"order\":{\"product_items\":[", true),
            ("{\"object\":\"whatsapp_business_account\",\"en", true),
            ("orderReference", false),
            ("read my \"messages\"", false),
            ("{\"level\":\"info\"}", false),
        ] {
            assert_eq!(has_order_key(line), expected, "{line}");
        }
    }
}
