//! A chat as the text that WhatsApp exports, or just an order message: read line by line, in constant memory.

use std::io::{self, BufRead};

use memchr::memchr;

use super::order_lines::{is_answer_header, is_header, is_total};
use super::records::is_json_object;
use crate::domain::text::is_edge;

/// The most bytes that one line may have (256 KiB): WhatsApp's messages have 65,536 characters at most.
const LINE_LIMIT: usize = 1 << 18;
/// The most bytes that one order message may have (1 MiB).
const MESSAGE_LIMIT: usize = 1 << 20;

/// One order message of a text, from its header on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText {
    /// Its number among the order messages, from 1.
    pub number: u64,
    /// The line on which its header stands, from 1.
    pub line: u64,
    /// Its lines, up to its total or to where something else begins.
    pub text: String,
    /// Why it cannot be read, where it cannot; nobody else's message is the worse for it.
    pub problem: Option<String>,
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
    /// How many JSON objects stood beside the messages.
    objects: u64,
    /// Whether this is within the shop's own answer, which may quote anything.
    in_answer: bool,
    /// The first words of the text, for saying what was found instead.
    start: Option<String>,
}

/// One line, as far as it can be read.
struct Line {
    text: String,
    problem: Option<&'static str>,
}

impl<R: BufRead> MessageTexts<R> {
    /// Starts at the beginning of `reader`.
    pub fn new(reader: R) -> MessageTexts<R> {
        MessageTexts {
            reader,
            line: 0,
            number: 0,
            next: None,
            chat_lines: 0,
            objects: 0,
            in_answer: false,
            start: None,
        }
    }

    /// Returns the next order message, `None` at the end.
    pub fn next_message(&mut self) -> io::Result<Option<MessageText>> {
        let (line, header) = loop {
            if let Some(next) = self.next.take() {
                break next;
            }
            let Some(Line { text, problem }) = self.next_line()? else { return Ok(None) };
            if is_header(without_chat_prefix(&text)) && !self.in_answer {
                break (self.line, text);
            }
            // Beside a chat, it is what somebody wrote in it.
            if problem.is_none() && self.chat_lines == 0 && is_json_object(text.as_bytes()) {
                self.objects += 1;
                let problem = Some("is JSON among text: import it by itself".to_owned());
                return Ok(Some(MessageText { number: self.number + self.objects, line: self.line, text, problem }));
            }
        };
        let mut text = without_chat_prefix(&header).to_owned();
        let mut problem = None;
        while let Some(next) = self.next_line()? {
            if is_header(without_chat_prefix(&next.text)) {
                self.next = Some((self.line, next.text));
                break;
            }
            if self.in_answer || is_chat_line(&next.text) {
                break;
            }
            let what = if text.len() + next.text.len() > MESSAGE_LIMIT { Some(TOO_LONG) } else { next.problem };
            if let Some(what) = what {
                problem = Some(format!("line {}: {what}", self.line));
                if what == TOO_LONG {
                    break;
                }
            }
            text.push('\n');
            text.push_str(&next.text);
            if is_total(&next.text) {
                break;
            }
        }
        self.number += 1;
        Ok(Some(MessageText { number: self.number + self.objects, line, text, problem }))
    }

    /// Returns how many other messages there were, at the end.
    pub fn skipped(&self) -> u64 {
        self.chat_lines.saturating_sub(self.number)
    }

    /// Returns the first words of a text in which nothing of a chat was found; `None` otherwise.
    pub fn stranger(&self) -> Option<&str> {
        self.start.as_deref().filter(|_| self.number + self.objects + self.chat_lines == 0)
    }

    /// Reads the next line, of which no more is kept than a line of a chat may have.
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let (mut bytes, mut length) = (Vec::new(), 0);
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = memchr(b'\n', buffer);
            let count = end.map_or(buffer.len(), |end| end + 1);
            let room = LINE_LIMIT.saturating_sub(bytes.len());
            bytes.extend_from_slice(&buffer[..count.min(room)]);
            length += count;
            let is_last = buffer.is_empty() || end.is_some();
            self.reader.consume(count);
            if is_last {
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.line += 1;
        let is_cut = length > bytes.len();
        let (text, problem) = match String::from_utf8(bytes) {
            Ok(text) => (text, is_cut.then_some(TOO_LONG)),
            // Where it is cut, a character may be.
            Err(error) => {
                let problem = if is_cut { TOO_LONG } else { "is not UTF-8" };
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(problem))
            }
        };
        let text = text.trim_end_matches(['\n', '\r']);
        if is_chat_line(text) {
            self.chat_lines += 1;
            self.in_answer = false;
        }
        self.in_answer |= is_answer_header(without_chat_prefix(text));
        if self.start.is_none() && !text.trim().is_empty() {
            self.start = Some(text.trim_matches(is_edge).chars().take(40).collect());
        }
        Ok(Some(Line { text: text.to_owned(), problem }))
    }
}

const TOO_LONG: &str = "is longer than any message of WhatsApp";

pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a line begins a message of an exported chat, or one that was copied on the phone: a date and a time, in
/// whatever order, digits and words the phone's language has them (`06/02/2026, 18:06 - Karim: …`,
/// `[6.2.26, 18:06:40] Karim: …`, `[06/02, 18:06] Karim: …`).
pub(super) fn is_chat_line(line: &str) -> bool {
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
pub(super) fn without_chat_prefix(line: &str) -> &str {
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
}
