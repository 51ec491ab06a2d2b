//! Links that open WhatsApp with a text.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything except RFC 3986's unreserved characters: a space is `%20`, a line break `%0A`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the link that opens a chat with a phone, given as digits with the country code.
pub fn chat_link(digits: &str) -> String {
    format!("https://wa.me/{digits}")
}

/// Returns the link that opens a chat with a phone and a text in it.
pub fn message_link(digits: &str, text: &str) -> String {
    format!("{}?text={}", chat_link(digits), utf8_percent_encode(text, ENCODED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_encoded_as_utf8() {
        assert_eq!(
            message_link("20101", "Hello & ليلى\n2 × a+b"),
            "https://wa.me/20101?text=Hello%20%26%20%D9%84%D9%8A%D9%84%D9%89%0A2%20%C3%97%20a%2Bb"
        );
    }
}
