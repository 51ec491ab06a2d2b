//! A chat as the text that WhatsApp exports, or just an order message: read line by line, in constant memory.

use std::io::{self, BufRead, Read as _};

use super::order_lines::{is_answer_header, is_header, is_total};
use super::records::StreamError;
use crate::domain::text::is_edge;

/// The most bytes that one line may have (64 KiB).
const LINE_LIMIT: usize = 1 << 16;
/// The most lines that one order message may have.
const LINES_LIMIT: usize = 20_000;

/// One order message of a text, from its header on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText {
    /// Its number among the order messages, from 1.
    pub number: u64,
    /// The line on which its header stands, from 1.
    pub line: u64,
    /// Its lines, up to its total or to where something else begins.
    pub text: String,
}

/// Splits a text into its order messages.
#[derive(Debug)]
pub struct MessageTexts<R> {
    reader: R,
    line: u64,
    number: u64,
    /// A header that was read already and begins the next message.
    next: Option<(u64, String)>,
    /// How many lines began a message of a chat.
    chat_lines: u64,
    /// Whether this is within the shop's own answer, which may quote anything.
    in_answer: bool,
    /// The first words of the text, for saying what was found instead.
    start: Option<String>,
}

impl<R: BufRead> MessageTexts<R> {
    /// Starts at the beginning of `reader`.
    pub fn new(reader: R) -> MessageTexts<R> {
        MessageTexts { reader, line: 0, number: 0, next: None, chat_lines: 0, in_answer: false, start: None }
    }

    /// Returns the next order message, `None` at the end.
    pub fn next_message(&mut self) -> Result<Option<MessageText>, StreamError> {
        let (line, header) = loop {
            if let Some(next) = self.next.take() {
                break next;
            }
            match self.next_line()? {
                None => return Ok(None),
                Some(text) if is_header(without_chat_prefix(&text)) && !self.in_answer => break (self.line, text),
                Some(text) if text.starts_with("{\"") => {
                    let problem = "is JSON after a chat: import them apart".to_owned();
                    return Err(StreamError::NotJson { line: self.line, problem });
                }
                Some(_) => {}
            }
        };
        let mut text = without_chat_prefix(&header).to_owned();
        for _ in 0..LINES_LIMIT {
            let Some(next) = self.next_line()? else { break };
            if is_header(without_chat_prefix(&next)) {
                self.next = Some((self.line, next));
                break;
            }
            if self.in_answer || is_chat_line(&next) {
                break;
            }
            text.push('\n');
            text.push_str(&next);
            if is_total(&next) {
                break;
            }
        }
        self.number += 1;
        Ok(Some(MessageText { number: self.number, line, text }))
    }

    /// Returns how many other messages there were, at the end.
    pub fn skipped(&self) -> u64 {
        self.chat_lines.saturating_sub(self.number)
    }

    /// Returns the first words of a text in which nothing of a chat was found; `None` otherwise.
    pub fn stranger(&self) -> Option<&str> {
        self.start.as_deref().filter(|_| self.number == 0 && self.chat_lines == 0)
    }

    fn next_line(&mut self) -> Result<Option<String>, StreamError> {
        let mut bytes = Vec::new();
        let limit = LINE_LIMIT as u64;
        if (&mut self.reader).take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        let not_text = |problem: &str| StreamError::NotJson { line: self.line, problem: problem.to_owned() };
        if bytes.len() == LINE_LIMIT && !bytes.ends_with(b"\n") {
            return Err(not_text("is longer than any line of a chat"));
        }
        let text = String::from_utf8(bytes).map_err(|_| not_text("is not UTF-8"))?;
        let text = text.trim_end_matches(['\n', '\r']);
        if is_chat_line(text) {
            self.chat_lines += 1;
            self.in_answer = false;
        }
        self.in_answer |= is_answer_header(without_chat_prefix(text));
        if self.start.is_none() && !text.trim().is_empty() {
            self.start = Some(text.trim_matches(is_edge).chars().take(40).collect());
        }
        Ok(Some(text.to_owned()))
    }
}

/// Tells by its beginning whether a stream is text rather than JSON; nothing is taken from the reader.
pub fn is_text(reader: &mut impl BufRead) -> io::Result<bool> {
    let buffer = reader.fill_buf()?;
    let shown = String::from_utf8_lossy(&buffer[..buffer.len().min(512)]);
    let start = shown.trim_start_matches(|c: char| c.is_whitespace() || is_mark(c));
    Ok(match start.chars().next() {
        None | Some('{' | '"') => false,
        Some('[') => is_chat_line(start),
        Some(_) => {
            let word = start.split_whitespace().next().unwrap_or_default();
            serde_json::from_str::<serde::de::IgnoredAny>(word).is_err()
        }
    })
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a line begins a message of an exported chat, or one that was copied on the phone: a date and a time, in
/// whatever order, digits and words the phone's language has them (`06/02/2026, 18:06 - Karim: …`,
/// `[6.2.26, 18:06:40] Karim: …`, `[06/02, 18:06] Karim: …`).
fn is_chat_line(line: &str) -> bool {
    const LONGEST: usize = 45;
    let line: String = line.chars().filter(|c| !is_mark(*c)).take(200).collect();
    let (prefix, is_copied) = match line.strip_prefix('[') {
        Some(rest) => (rest.split_once("] ").filter(|(_, text)| text.contains(':')).map(|(prefix, _)| prefix), true),
        None => (line.split_once(" - ").map(|(prefix, _)| prefix), false),
    };
    let Some(prefix) = prefix.filter(|prefix| prefix.chars().count() <= LONGEST) else { return false };
    let is_digit = |c: char| c.is_numeric();
    let numbers = prefix.split(|c| !is_digit(c)).filter(|part| !part.is_empty()).count();
    let letters = prefix.chars().filter(|c| c.is_alphabetic()).count();
    // Day, month, year, hour and minute, with a few letters such as PM, klo or 下午; a copied message may have no year, and
    // one of today no date.
    let least = if is_copied && has_time(prefix) { 2 } else { 5 };
    prefix.starts_with(is_digit) && (least..=7).contains(&numbers) && letters <= 12 && !prefix.contains(['"', '{', '*'])
}

/// Returns whether a colon stands between digits.
fn has_time(prefix: &str) -> bool {
    let mut parts = prefix.split(':').peekable();
    while let (Some(before), Some(after)) = (parts.next(), parts.peek()) {
        if before.ends_with(char::is_numeric) && after.starts_with(char::is_numeric) {
            return true;
        }
    }
    false
}

/// Takes date, time and sender off the first line of a message.
fn without_chat_prefix(line: &str) -> &str {
    if !is_chat_line(line) {
        return line;
    }
    line.rsplit_once(": ").map_or(line, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_a_message_are_known_in_any_locale() {
        for (line, expected) in [
            ("06/02/2026, 18:06 - Karim: hello", true),
            ("[06/02/2026, 18:06:40] Karim: hello", true),
            ("\u{200e}[6.2.26, 18:06:40] Karim: hello", true),
            ("2/6/26, 6:06 PM - Karim: hello", true),
            ("2026-02-06, 6:06\u{202f}p.m. - Karim: hello", true),
            ("٠٦\u{200f}/٠٢\u{200f}/٢٠٢٦، ١٨:٠٦ - كريم: مرحبا", true),
            ("*Date:* Feb 6, 2026, 06:05 PM", false),
            ("│ 1. *Polo Shirt*", false),
            ("│ Total Items:  3", false),
            ("[2026/2/6 下午6:06:01] 王: 你好", true),
            ("[06.02.2026 18.06.01] Karim: hej", true),
            ("[18:06, 6/2/2026] Karim: hello", true),
            ("06/02/2026 à 18:06 - Karim: bonjour", true),
            ("6.2.2026 klo 18.06 - Karim: hei", true),
            ("[11/02, 10:54] Youssef: hello", true),
            ("[11/02, 10:54 AM] Youssef: hello", true),
            ("[10:54, 11/02/2026] Youssef: hello", true),
            ("[10:54] Youssef: hello", true),
            ("[11/02/26, 10:54:07\u{202f}a.\u{a0}m.] ~ Youssef: hello", true),
            ("2026-02-11 10:54 - Youssef: hello", true),
            ("2026. 02. 11. 10:54 - Youssef: hello", true),
            ("11-02-2026 10:54 - Youssef: hello", true),
            ("11/2/26, 10:54 a. m. - Youssef: hello", true),
            ("[1] note: hello", false),
            ("[1,2,3,4] a: b", false),
            ("[12:30]", false),
            ("[1,2,3,4,5]", false),
            ("[{\"a\":1}]", false),
            ("5 Corniche Rd, Alexandria", false),
        ] {
            assert_eq!(is_chat_line(line), expected, "{line}");
        }
    }

    #[test]
    fn text_is_told_from_json_by_its_beginning() {
        for (start, expected) in [
            ("{\"a\":1}", false),
            ("\u{feff} [\n{", false),
            ("[6/2/26, 18:06:40] Karim: hello", true),
            ("\u{200e}[6/2/26, 18:06:40] Karim: hello", true),
            ("6/2/26, 18:06 - Karim: hello", true),
            ("╔════", true),
            ("17\n", false),
            ("\"text\"", false),
            ("", false),
            ("[17, 18]", false),
        ] {
            assert_eq!(is_text(&mut start.as_bytes()).unwrap(), expected, "{start}");
        }
    }
}
