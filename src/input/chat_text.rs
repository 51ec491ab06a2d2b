//! A chat as the text that WhatsApp exports, a log, or just an order message: read line by line, in constant memory.
//!
//! Every stretch of it that holds an order is handed on: an order message, an order as JSON, or one that cannot be read.
//! What is left is what people write to each other.

use std::borrow::Cow;
use std::io::{self, BufRead};

use memchr::{memchr, memchr2};

use super::order_lines::{is_answer_header, is_header, is_label, is_total};
use super::order_marks::{find_reference, has_order_key, has_total, holds_message, holds_order, reference_in};
use super::records::{RECORD_LIMIT, is_json_object, json_in};
use crate::domain::text::is_edge;

/// The most bytes that one line of an order message may have (256 KiB): WhatsApp's messages have 65,536 characters at most.
const LINE_LIMIT: usize = 1 << 18;
/// The most bytes that one order message may have (1 MiB).
const MESSAGE_LIMIT: usize = 1 << 20;
/// The line ends that export programs write.
const BREAKS: [&str; 5] = ["<br>", "<br/>", "<br />", "<BR>", "<BR/>"];

const NOT_UTF_8: &str = "is not UTF-8";
const TOO_LONG: &str = "is longer than any message of WhatsApp";
const LOST_LINES: &str = "holds an order message that has lost its lines: import the text as it was sent";
const BROKEN_JSON: &str =
    "holds an order as JSON that is cut off, or not on a line of its own: import the JSON by itself";

/// A stretch of a text that holds an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its number among them, from 1.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The content.
    pub content: Content,
}

/// The content of a stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An order message, from its header or its reference to its total or to where something else begins.
    Message(String),
    /// JSON objects, which need not be orders.
    Json(Vec<u8>),
    /// An unreadable order message and why. The messages around it are still read.
    Unreadable(Vec<u8>, String),
    /// A line with an order as JSON that cannot be read.
    BrokenJson(Vec<u8>),
    /// More than can be kept, and why.
    TooLarge(String),
}

impl Content {
    /// Returns how many of its bytes are kept.
    pub fn len(&self) -> usize {
        match self {
            Content::Message(text) => text.len(),
            Content::Json(bytes) | Content::Unreadable(bytes, _) | Content::BrokenJson(bytes) => bytes.len(),
            Content::TooLarge(_) => 0,
        }
    }

    /// Returns whether none of its bytes are kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the reference in an unreadable order, to name it.
    pub fn reference(&self) -> Option<String> {
        match self {
            Content::Unreadable(bytes, _) | Content::BrokenJson(bytes) => reference_in(&String::from_utf8_lossy(bytes)),
            Content::Message(_) | Content::Json(_) | Content::TooLarge(_) => None,
        }
    }

    /// Returns why it cannot be read, if it cannot.
    pub fn problem(&self) -> Option<&str> {
        match self {
            Content::Message(_) | Content::Json(_) => None,
            Content::Unreadable(_, problem) | Content::TooLarge(problem) => Some(problem),
            Content::BrokenJson(_) => Some(BROKEN_JSON),
        }
    }
}

/// Returns whether a text holds an order message, even one that lost its line breaks.
pub fn holds_order_message(text: &str) -> bool {
    // Reading from memory does not fail.
    matches!(OrderStretches::in_string(text).next_stretch(), Ok(Some(_)))
}

/// Splits off the stretches of a text that hold orders.
#[derive(Debug)]
pub struct OrderStretches<R> {
    lines: Lines<R>,
    /// Whether to look for JSON objects. In a string they are somebody's words.
    has_json: bool,
    /// Whether the whole string is one line.
    is_one_line: bool,
    number: u64,
    /// How many lines began a chat message.
    chat_lines: u64,
    /// How many of these messages held no order.
    skipped: u64,
    /// Whether the current message counts as skipped.
    is_skipped: bool,
    /// Inside the shop's own answer: whether its reference was seen.
    answer: Option<bool>,
    /// The first words of the text, to say what was found instead.
    start: Option<String>,
}

/// What an order message began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begin {
    Header,
    Reference,
}

impl<'t> OrderStretches<&'t [u8]> {
    /// Starts at the beginning of a string.
    pub fn in_string(text: &'t str) -> OrderStretches<&'t [u8]> {
        let is_one_line = !text.trim().contains('\n');
        OrderStretches { has_json: false, is_one_line, ..OrderStretches::new(text.as_bytes()) }
    }
}

impl<R: BufRead> OrderStretches<R> {
    /// Starts at the beginning of `reader`.
    pub fn new(reader: R) -> OrderStretches<R> {
        OrderStretches {
            lines: Lines::new(reader),
            has_json: true,
            is_one_line: false,
            number: 0,
            chat_lines: 0,
            skipped: 0,
            is_skipped: false,
            answer: None,
            start: None,
        }
    }

    /// Returns the next stretch that holds an order; `None` at the end.
    pub fn next_stretch(&mut self) -> io::Result<Option<Stretch>> {
        while let Some(line) = self.lines.next_line()? {
            let json = self.json_in(&line);
            if json.is_none() && self.lines.split(&line) {
                continue;
            }
            self.note(&line);
            let number = line.number;
            let content = match json.map(Start::Whole).or_else(|| self.begin(&line)) {
                Some(Start::Whole(content)) => Some(content),
                Some(Start::Message(begin, first)) => self.read_message(begin, first, &line)?,
                None => None,
            };
            if let Some(content) = content {
                self.number += 1;
                if !matches!(content, Content::Json(_)) {
                    self.count_as_read();
                }
                return Ok(Some(Stretch { number: self.number, line: number, content }));
            }
        }
        Ok(None)
    }

    /// Marks the last JSON as holding something: its message is not skipped.
    pub fn count_as_read(&mut self) {
        if std::mem::take(&mut self.is_skipped) {
            self.skipped -= 1;
        }
    }

    /// Returns how many chat messages held no order; call it at the end.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Returns the first words of a text that is no chat; `None` for a chat.
    pub fn stranger(&self) -> Option<&str> {
        self.start.as_deref().filter(|_| self.chat_lines == 0)
    }

    /// Notes what a line outside any order message says of the chat.
    fn note(&mut self, line: &Line) {
        if line.begins_chat {
            self.chat_lines += 1;
            self.skipped += 1;
            self.is_skipped = true;
            self.answer = None;
        }
        if self.start.is_none() {
            let start: String = line.text().trim_matches(is_edge).chars().take(40).collect();
            self.start = Some(start).filter(|start| !start.is_empty());
        }
    }

    /// Returns the JSON on a line outside any order message; if it is not UTF-8, only JSON that holds an order.
    fn json_in(&self, line: &Line) -> Option<Content> {
        let text = Some(line.text()).filter(|_| self.has_json && !line.is_cut)?;
        let json = json_in(&text).filter(|json| line.is_utf8() || holds_order(json))?;
        let start = memchr(json.as_bytes()[0], &line.bytes)?;
        Some(Content::Json(line.bytes[start..].trim_ascii_end().to_vec()))
    }

    /// Returns what begins on a line outside any order message.
    fn begin(&mut self, line: &Line) -> Option<Start> {
        if line.is_cut {
            let problem = format!("has more than {RECORD_LIMIT} bytes on one line: too large to be kept");
            return Some(Start::Whole(Content::TooLarge(problem)));
        }
        let text = line.text();
        let said = without_chat_prefix(&text);
        if is_header(said) {
            self.answer = None;
            return Some(Start::Message(Begin::Header, said.to_owned()));
        }
        if is_answer_header(said) {
            self.answer = Some(false);
            return None;
        }
        let keep = |content: fn(Vec<u8>) -> Content| {
            let is_kept = line.bytes.len() <= MESSAGE_LIMIT;
            let too_large = || Content::TooLarge(format!("has more than {MESSAGE_LIMIT} bytes, and {LOST_LINES}"));
            Some(Start::Whole(if is_kept { content(line.bytes.clone()) } else { too_large() }))
        };
        // A line of a log may be cut off, and a text of one line has lost its line breaks. In a text with lines, words
        // within a line are somebody's own, unless the total is among them.
        if holds_message(&text) && (self.has_json || self.is_one_line || has_total(&text)) {
            return keep(|bytes| Content::Unreadable(bytes, LOST_LINES.to_owned()));
        }
        if self.has_json && has_order_key(&text) {
            return keep(Content::BrokenJson);
        }
        if is_total(&text) {
            self.answer = None;
        }
        let reference = find_reference(&text);
        if reference.is_some() || text.contains("Order Reference:") {
            // The first reference in the shop's answer belongs to the answer.
            let is_of_answer =
                self.answer.as_mut().is_some_and(|has_reference| !std::mem::replace(has_reference, true));
            if let Some(start) = reference.filter(|_| !is_of_answer) {
                self.answer = None;
                return Some(Start::Message(Begin::Reference, text[start..].to_owned()));
            }
        }
        None
    }

    /// Reads the rest of an order message after its first line; `None` if it turns out to be none.
    fn read_message(&mut self, begin: Begin, first: String, line: &Line) -> io::Result<Option<Content>> {
        let (mut bytes, mut holds, mut problem, mut is_too_large) = (first.into_bytes(), false, None, false);
        if !line.bytes.ends_with(&bytes) {
            // Keep a line that is not UTF-8 as it is.
            bytes.clone_from(&line.bytes);
            problem = Some((line.number, NOT_UTF_8));
        }
        self.lines.begin_message();
        while let Some(next) = self.lines.next_line()? {
            if self.is_boundary(&next) {
                self.lines.put_back(next);
                break;
            }
            let text = next.text();
            holds |= match begin {
                Begin::Header => is_label(&text) || find_reference(&text).is_some(),
                Begin::Reference => has_total(&text),
            };
            if next.bytes.len() > LINE_LIMIT {
                problem = problem.or(Some((next.number, TOO_LONG)));
            } else if !next.is_utf8() {
                problem = problem.or(Some((next.number, NOT_UTF_8)));
            }
            is_too_large |= next.is_cut || bytes.len() + next.bytes.len() > MESSAGE_LIMIT;
            if !is_too_large {
                bytes.push(b'\n');
                bytes.extend_from_slice(&next.bytes);
            }
            if is_total(&text) {
                break;
            }
        }
        self.lines.end_message();
        Ok(holds.then(|| match problem {
            _ if is_too_large => Content::TooLarge(format!("has more than {MESSAGE_LIMIT} bytes, and {TOO_LONG}")),
            Some((line, problem)) => Content::Unreadable(bytes, format!("line {line}: {problem}")),
            None => match String::from_utf8(bytes) {
                Ok(text) => Content::Message(text),
                Err(error) => Content::Unreadable(error.into_bytes(), NOT_UTF_8.to_owned()),
            },
        }))
    }

    /// Returns whether something other than the current message begins on a line.
    fn is_boundary(&self, line: &Line) -> bool {
        let text = line.text();
        line.begins_chat
            || is_header(&text)
            || is_answer_header(&text)
            || holds_message(&text)
            || self.has_json && (is_json_object(text.trim().as_bytes()) || has_order_key(&text))
    }
}

/// What begins on a line.
enum Start {
    /// A whole stretch.
    Whole(Content),
    /// An order message, with its first line.
    Message(Begin, String),
}

/// One line.
#[derive(Debug)]
struct Line {
    number: u64,
    /// Its bytes, up to [`RECORD_LIMIT`].
    bytes: Vec<u8>,
    is_cut: bool,
    /// Whether it begins a message of a chat.
    begins_chat: bool,
}

impl Line {
    fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.bytes).is_ok()
    }
}

/// The lines of a text, including those that an export program has joined into one line.
#[derive(Debug)]
struct Lines<R> {
    reader: R,
    number: u64,
    /// A line to read again.
    again: Option<Line>,
    /// A line that holds several lines, and the byte from which on to read it.
    parts: Option<(Vec<u8>, usize)>,
    in_message: bool,
    /// Whether the current order message is split out of one line.
    is_in_parts: bool,
    /// Whether lines end with CR alone; `None` before the first one.
    ends_with_cr: Option<bool>,
    /// Whether the previous line ended with CR.
    is_after_cr: bool,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Lines<R> {
        Lines {
            reader,
            number: 0,
            again: None,
            parts: None,
            in_message: false,
            is_in_parts: false,
            ends_with_cr: None,
            is_after_cr: false,
        }
    }

    fn put_back(&mut self, line: Line) {
        self.again = Some(line);
    }

    fn begin_message(&mut self) {
        self.in_message = true;
    }

    /// Stops splitting: from here on, what looks like the end of a line is somebody's words.
    fn end_message(&mut self) {
        (self.in_message, self.is_in_parts) = (false, false);
    }

    /// Splits a line if an order message's header stands inside it.
    fn split(&mut self, line: &Line) -> bool {
        let may_be = line.bytes.len() <= LINE_LIMIT && memchr(b'<', &line.bytes).is_some();
        let holds_lines = may_be && has_header_in_parts(&line.text());
        if holds_lines {
            self.is_in_parts = true;
            self.parts = Some((line.bytes.clone(), 0));
        }
        holds_lines
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.take() {
            return Ok(Some(line));
        }
        if let Some(part) = self.next_part() {
            return Ok(Some(part));
        }
        self.is_in_parts &= self.in_message;
        let Some(line) = self.read_line()? else { return Ok(None) };
        if self.is_in_parts && !line.begins_chat && line.bytes.len() <= LINE_LIMIT {
            self.parts = Some((line.bytes, 0));
            return Ok(self.next_part());
        }
        Ok(Some(line))
    }

    /// Takes the next part of a split line.
    fn next_part(&mut self) -> Option<Line> {
        let (bytes, start) = self.parts.as_mut()?;
        let Some(rest) = bytes.get(*start..) else {
            self.parts = None;
            return None;
        };
        let end = (0..rest.len()).find_map(|at| {
            let mark = BREAKS.iter().find(|mark| rest[at..].starts_with(mark.as_bytes()))?;
            Some((at, at + mark.len()))
        });
        let (length, used) = end.unwrap_or((rest.len(), rest.len() + 1));
        let part = rest[..length].to_vec();
        *start += used;
        let begins_chat = is_chat_line(&String::from_utf8_lossy(&part));
        Some(Line { number: self.number, bytes: part, is_cut: false, begins_chat })
    }

    /// Reads the next line, and keeps no more of it than a record may have.
    fn read_line(&mut self) -> io::Result<Option<Line>> {
        let (mut bytes, mut length) = (Vec::new(), 0);
        loop {
            let mut buffer = self.reader.fill_buf()?;
            if std::mem::take(&mut self.is_after_cr) && buffer.first() == Some(&b'\n') {
                self.reader.consume(1);
                buffer = self.reader.fill_buf()?;
            }
            let ends_with_cr = *self.ends_with_cr.get_or_insert_with(|| memchr(b'\n', buffer).is_none());
            let end = if ends_with_cr { memchr2(b'\n', b'\r', buffer) } else { memchr(b'\n', buffer) };
            let count = end.map_or(buffer.len(), |end| end + 1);
            let room = RECORD_LIMIT.saturating_sub(bytes.len());
            bytes.extend_from_slice(&buffer[..count.min(room)]);
            length += count;
            self.is_after_cr = end.is_some_and(|end| buffer[end] == b'\r');
            let is_last = buffer.is_empty() || end.is_some();
            self.reader.consume(count);
            if is_last {
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        let is_cut = length > bytes.len();
        while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            bytes.pop();
        }
        let begins_chat = is_chat_line(&String::from_utf8_lossy(&bytes));
        Ok(Some(Line { number: self.number, bytes, is_cut, begins_chat }))
    }
}

/// Returns whether a header stands between the line ends of an export program. If the header has a line of its own, a guest
/// typed these line ends.
fn has_header_in_parts(line: &str) -> bool {
    let mut parts = vec![line];
    for mark in BREAKS {
        parts = parts.into_iter().flat_map(|part| part.split(mark)).collect();
    }
    let is_any_header = |part: &&str| {
        let part = without_chat_prefix(part);
        is_header(part) || is_answer_header(part)
    };
    parts.len() > 1 && parts.iter().any(is_any_header)
}

pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a line begins a message of an exported chat, or one copied on the phone: a date and a time in the order,
/// digits and words of the phone's language (`06/02/2026, 18:06 - Karim: …`, `[6.2.26, 18:06:40] Karim: …`,
/// `[06/02, 18:06] Karim: …`).
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
    // Day, month, year, hour and minute, with a few letters such as PM, klo or 下午; a copied message may lack the year, and
    // today's lacks the date.
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

/// Strips date, time and sender from the first line of a message.
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
    fn lines_that_begin_a_message_are_recognised_in_any_locale() {
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
