//! A chat as the text that WhatsApp exports, a log, or just an order message: read line by line, in constant memory.
//!
//! It passes on every stretch that holds an order: an order message, an order as JSON, or one that cannot be read.
//! The rest is what people write to each other.

use std::io::{self, BufRead};

use memchr::memchr;

use super::chat_lines::{LINE_LIMIT, Line, Lines, without_chat_prefix};
use super::order_lines::{is_answer_header, is_header, is_label, is_total};
use super::order_marks::{find_reference, has_order_key, has_total, holds_message, holds_order, reference_in};
use super::records::{RECORD_LIMIT, is_json_object, json_in};
use crate::domain::text::is_edge;

/// The most bytes that one order message may have (1 MiB).
const MESSAGE_LIMIT: usize = 1 << 20;

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
    pub content: StretchContent,
}

/// The content of a stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StretchContent {
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

impl StretchContent {
    /// Returns how many of its bytes are kept.
    pub fn len(&self) -> usize {
        match self {
            StretchContent::Message(text) => text.len(),
            StretchContent::Json(bytes) | StretchContent::Unreadable(bytes, _) | StretchContent::BrokenJson(bytes) => {
                bytes.len()
            }
            StretchContent::TooLarge(_) => 0,
        }
    }

    /// Returns whether none of its bytes are kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the reference in an unreadable order, to name it.
    pub fn reference(&self) -> Option<String> {
        match self {
            StretchContent::Unreadable(bytes, _) | StretchContent::BrokenJson(bytes) => {
                reference_in(&String::from_utf8_lossy(bytes))
            }
            StretchContent::Message(_) | StretchContent::Json(_) | StretchContent::TooLarge(_) => None,
        }
    }

    /// Returns why it cannot be read, if it cannot.
    pub fn problem(&self) -> Option<&str> {
        match self {
            StretchContent::Message(_) | StretchContent::Json(_) => None,
            StretchContent::Unreadable(_, problem) | StretchContent::TooLarge(problem) => Some(problem),
            StretchContent::BrokenJson(_) => Some(BROKEN_JSON),
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
                if !matches!(content, StretchContent::Json(_)) {
                    self.count_as_read();
                }
                return Ok(Some(Stretch { number: self.number, line: number, content }));
            }
        }
        Ok(None)
    }

    /// Counts the message with the last JSON as read, not as skipped.
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

    /// Counts the chat message that a line outside any order message begins, and keeps the first words of the text.
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
    fn json_in(&self, line: &Line) -> Option<StretchContent> {
        let text = Some(line.text()).filter(|_| self.has_json && !line.is_cut)?;
        let json = json_in(&text).filter(|json| line.is_utf8() || holds_order(json))?;
        let start = memchr(json.as_bytes()[0], &line.bytes)?;
        Some(StretchContent::Json(line.bytes[start..].trim_ascii_end().to_vec()))
    }

    /// Returns what begins on a line outside any order message.
    fn begin(&mut self, line: &Line) -> Option<Start> {
        if line.is_cut {
            let problem = format!("has more than {RECORD_LIMIT} bytes on one line: too large to be kept");
            return Some(Start::Whole(StretchContent::TooLarge(problem)));
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
        let keep = |content: fn(Vec<u8>) -> StretchContent| {
            let is_kept = line.bytes.len() <= MESSAGE_LIMIT;
            let too_large =
                || StretchContent::TooLarge(format!("has more than {MESSAGE_LIMIT} bytes, and {LOST_LINES}"));
            Some(Start::Whole(if is_kept { content(line.bytes.clone()) } else { too_large() }))
        };
        // A line of a log may be cut off, and a text of one line has lost its line breaks. In a text with lines, words
        // within a line are somebody's own, unless the total is among them.
        if holds_message(&text) && (self.has_json || self.is_one_line || has_total(&text)) {
            return keep(|bytes| StretchContent::Unreadable(bytes, LOST_LINES.to_owned()));
        }
        if self.has_json && has_order_key(&text) {
            return keep(StretchContent::BrokenJson);
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
    fn read_message(&mut self, begin: Begin, first: String, line: &Line) -> io::Result<Option<StretchContent>> {
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
            _ if is_too_large => {
                StretchContent::TooLarge(format!("has more than {MESSAGE_LIMIT} bytes, and {TOO_LONG}"))
            }
            Some((line, problem)) => StretchContent::Unreadable(bytes, format!("line {line}: {problem}")),
            None => match String::from_utf8(bytes) {
                Ok(text) => StretchContent::Message(text),
                Err(error) => StretchContent::Unreadable(error.into_bytes(), NOT_UTF_8.to_owned()),
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
    Whole(StretchContent),
    /// An order message, with its first line.
    Message(Begin, String),
}
