//! The format of a stream, recognised by its first bytes.

use serde::de::IgnoredAny;

use super::chat_lines::{is_chat_line, without_chat_prefix};
use crate::domain::text::is_edge;
use crate::domain::visible::is_blank;
use crate::input::json::scan::{is_json_object, is_too_deep};
use crate::input::order_message::labels::is_header;

/// The format of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON: records.
    Json,
    /// Text: a chat, or order messages.
    Text,
    /// A zip file, as a phone exports a chat.
    Zip,
}

/// How files of other kinds begin, what they are, and what to do instead.
const STRANGERS: [(&[u8], &str, &str); 8] = [
    (b"\x1f\x8b", "is compressed (gzip)", "zcat FILE | orders import -"),
    (b"SQLite format 3\0", "is a database, not what was exported of one", ""),
    (b"%PDF", "is a PDF", "send the orders as JSON, or export the chat"),
    (b"\xff\xfe", "is UTF-16", "save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16", "save it as UTF-8"),
    (b"\x89PNG", "is a picture", ""),
    (b"\xff\xd8\xff", "is a picture", ""),
    (b"\0", "is not text", "it begins with NUL"),
];

/// Says what a file of a known kind is that holds no text, by its first bytes.
pub fn name_other_file(head: &[u8]) -> Option<&'static str> {
    STRANGERS.iter().find(|(start, ..)| head.starts_with(start)).map(|(_, what, _)| *what)
}

impl Format {
    /// Recognises the format by the first bytes of a stream.
    ///
    /// # Errors
    /// The format is known, but not supported.
    pub fn of(head: &[u8]) -> Result<Format, String> {
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Ok(Format::Zip);
        }
        if let Some((_, what, instead)) = STRANGERS.iter().find(|(start, ..)| head.starts_with(start)) {
            return Err(if instead.is_empty() { (*what).to_owned() } else { format!("{what}: {instead}") });
        }
        let text = String::from_utf8_lossy(head);
        let start = text.trim_start_matches(is_edge);
        // No string of JSON holds a line break: a header on a line of its own makes this text, whatever stands around it.
        let is_order_line = |line: &str| is_header(without_chat_prefix(line));
        let Some(first) = start.chars().next() else { return Ok(Format::Json) };
        let line = start.lines().next().unwrap_or_default();
        let begins_json = matches!(first, '{' | '"') || (first == '[' && line.contains('{')) || begins_with_json(line);
        let is_chat = || start.lines().any(is_chat_line);
        let is_text = is_chat_line(line)
            || start.lines().any(is_order_line)
            // A log may begin with anything.
            || (!begins_json && (is_chat() || !is_log(start)));
        Ok(if is_text { Format::Text } else { Format::Json })
    }

    /// Recognises a stream that can never become readable, by its first bytes; more bytes follow them.
    pub fn refuse_endless(head: &[u8]) -> Option<String> {
        let format = match Format::of(head) {
            Ok(format) => format,
            Err(what) => return Some(what),
        };
        let has_records = || head.split(|b| *b == b'\n').any(is_json_object);
        match format {
            Format::Zip => None,
            Format::Text => (!is_chat(head)).then(|| name_text(&first_words(head))),
            Format::Json => {
                let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
                let mut values = serde_json::Deserializer::from_slice(head).into_iter::<IgnoredAny>();
                let is_json = match values.next() {
                    None | Some(Ok(_)) => true,
                    Some(Err(error)) => error.is_eof() && !is_too_deep(head),
                };
                let may_go_on = memchr::memchr(b'{', head).is_some() && (is_json || has_records());
                (!may_go_on).then(|| format!("expected JSON, found: {}", first_words(head)))
            }
        }
    }
}

/// Returns whether a text has lines of a chat or of an order message.
pub fn is_chat(head: &[u8]) -> bool {
    String::from_utf8_lossy(head).lines().any(|line| is_chat_line(line) || is_header(line))
}

/// Returns whether a line holds only JSON values, the last of which may go on.
fn begins_with_json(line: &str) -> bool {
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<IgnoredAny>();
    values.all(|value| value.map_or_else(|error| error.is_eof(), |_| true))
}

/// Returns whether a text has JSON objects on lines of their own, more than prose would have.
fn is_log(text: &str) -> bool {
    let is_object = |line: &&str| is_json_object(line.as_bytes());
    text.lines().filter(is_object).count() * 10 > text.lines().count()
}

/// Returns the first words of what is no JSON, to say what was found.
pub(super) fn first_words(found: &[u8]) -> String {
    let text = String::from_utf8_lossy(&found[..found.len().min(200)]);
    let words: String = text.trim().chars().take(40).collect();
    if is_blank(&words) { "nothing that can be seen".to_owned() } else { words }
}

/// Describes a text that is neither JSON nor a chat, by its first words.
pub fn name_text(start: &str) -> String {
    let is_table = [';', ',', '\t'].iter().any(|separator| start.matches(*separator).count() >= 2);
    if is_table {
        return format!("is a spreadsheet (CSV): save it as JSON; it begins with {start}");
    }
    format!("expected JSON or a WhatsApp chat, found: {start}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_told_apart_by_their_first_bytes() {
        for (start, expected) in [
            ("{\"a\":1}", Format::Json),
            ("\u{feff} [\n{", Format::Json),
            ("[6/2/26, 18:06:40] Karim: hello", Format::Text),
            ("\u{200e}[6/2/26, 18:06:40] Karim: hello", Format::Text),
            ("6/2/26, 18:06 - Karim: hello", Format::Text),
            ("6/2/26, 18:06 - Karim: hello\n{\"a\":1}\n", Format::Text),
            ("{\"a\":1}\n   📦 NEW ORDER REQUEST\n*Order Ref:* LEG-1", Format::Text),
            ("[draft]\nNEW ORDER REQUEST\n", Format::Text),
            ("{\"text\":\"x\\nNEW ORDER REQUEST\\n*Order Ref:* LEG-1\"}", Format::Json),
            ("listening on 8080\n{\"a\":1}\n{\"a\":2}\n", Format::Json),
            ("listening on 8080\n{\"a\":1}\nNEW ORDER REQUEST\n", Format::Text),
            ("# Prose\n\nIt\nprints\nthis,\nas\nJSON:\n\n{\"a\":1}\n\nIt ends.\n", Format::Text),
            ("It\nprints:\n{\"a\":1}\n4\n5\n6\n7\n8\n9\n10\n", Format::Text),
            ("It\nprints:\n{\"a\":1}\n4\n5\n6\n7\n8\n9\n", Format::Json),
            // Broken JSON is not prose.
            ("{name: 1}\nIt\nis\nbroken\n", Format::Json),
            ("[{name: 1}]\nIt\nis\nbroken\n", Format::Json),
            ("[name]\nIt\nis\nprose\n", Format::Text),
            ("my {name}\nIt\nis\nprose\n", Format::Text),
            ("╔════", Format::Text),
            ("17\n", Format::Json),
            ("6 Feb 2026, 18:06 - Karim: hello", Format::Text),
            ("[Yesterday 18:06] Karim: hello", Format::Text),
            ("[INFO] started\n{\"a\":1}\n", Format::Json),
            ("\"text\"", Format::Json),
            ("", Format::Json),
            ("[17, 18]", Format::Json),
            ("PK\x03\x04…", Format::Zip),
        ] {
            assert_eq!(Format::of(start.as_bytes()), Ok(expected), "{start}");
        }
        for start in [&b"\x1f\x8b\x08"[..], b"\0\0\0\0", b"\xff\xfe1\0", b"SQLite format 3\0\x10"] {
            assert!(Format::of(start).is_err(), "{start:?}");
        }
    }

    #[test]
    fn an_endless_stream_is_recognised_by_its_first_bytes() {
        for line in ["y", "{", "[[", "[", "\"", "1", "null", "[]", "\0", "{\"a\":", "x {", "\u{1b}[2J"] {
            let head = format!("{line}\n").repeat(1000);
            assert!(Format::refuse_endless(head.as_bytes()).is_some(), "{line:?}");
        }
        for line in [
            "{\"a\":1}",
            "[{\"a\":1},",
            "{\"messages\":[",
            "6/2/26, 18:06 - Karim: y",
            "NEW ORDER REQUEST",
            "log\n{\"a\":1}",
        ] {
            let head = format!("{line}\n{}", "{}\n".repeat(10));
            let head = if line.ends_with([',', '[']) { line.to_owned() } else { head };
            assert_eq!(Format::refuse_endless(head.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn a_text_is_a_spreadsheet_if_it_has_several_columns() {
        let table = |start: &str| format!("is a spreadsheet (CSV): save it as JSON; it begins with {start}");
        let words = |start: &str| format!("expected JSON or a WhatsApp chat, found: {start}");
        for start in ["SKU;Name;Price", "SKU,Name,Price", "SKU\tName\tPrice"] {
            assert_eq!(name_text(start), table(start));
        }
        for start in ["hello, Mona", "a;b,c", "hello"] {
            assert_eq!(name_text(start), words(start));
        }
    }
}
