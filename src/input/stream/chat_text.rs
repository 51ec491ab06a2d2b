//! A chat as the text that WhatsApp exports, a log, or just an order message: read line by line, in constant memory.
//!
//! It passes on every stretch that holds an order: an order message, an order as JSON, or one that cannot be read.
//! The rest is what people write to each other.

use std::io::{self, BufRead};

use memchr::memchr;

use super::chat_lines::{LINE_LIMIT, Line, Lines, without_chat_prefix};
use super::records::json_in;
use crate::domain::text::is_edge;
use crate::input::json::scan::{RECORD_LIMIT, is_json_object};
use crate::input::order_message::labels::{is_answer_header, is_header, is_label, is_total};
use crate::input::order_message::marks::{
    find_reference, has_order_key, has_total, holds_message, holds_order, reference_in,
};

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
    pub fn size(&self) -> usize {
        match self {
            StretchContent::Message(text) => text.len(),
            StretchContent::Json(bytes) | StretchContent::Unreadable(bytes, _) | StretchContent::BrokenJson(bytes) => {
                bytes.len()
            }
            StretchContent::TooLarge(_) => 0,
        }
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

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;
    use crate::input::samples::{MESSAGE, REFERENCE, order};

    /// Returns the stretches of a text, each with the line on which it begins.
    fn stretches_of<R: BufRead>(mut stretches: OrderStretches<R>) -> Vec<(u64, StretchContent)> {
        let mut found = Vec::new();
        while let Some(Stretch { number, line, content }) = stretches.next_stretch().unwrap() {
            assert_eq!(number, found.len() as u64 + 1);
            found.push((line, content));
        }
        found
    }

    fn stretches(text: &[u8]) -> Vec<(u64, StretchContent)> {
        let found = stretches_of(OrderStretches::new(text));
        // Whether lines end with CR is seen in the first piece.
        if memchr(b'\r', text).is_none() && text.len() < LINE_LIMIT {
            let in_small_pieces = stretches_of(OrderStretches::new(BufReader::with_capacity(7, text)));
            assert_eq!(found, in_small_pieces, "{}", String::from_utf8_lossy(text));
        }
        found
    }

    /// The order message from its header to its total.
    fn message() -> String {
        format!("   📦{}", MESSAGE.split_once("📦").unwrap().1.trim_end())
    }

    /// The order message from its reference to its total.
    fn without_header() -> String {
        format!("Order Ref:{}", MESSAGE.split_once("Order Ref:").unwrap().1.trim_end())
    }

    fn read(text: String) -> StretchContent {
        StretchContent::Message(text)
    }

    #[test]
    fn an_order_message_is_found_from_its_header_to_its_total() {
        let message = message();
        for (text, expected) in [
            (message.clone(), vec![(1, message.clone())]),
            (format!("hello\n{MESSAGE}thanks\n"), vec![(3, message.clone())]),
            (format!("{MESSAGE}{MESSAGE}"), vec![(2, message.clone()), (21, message.clone())]),
            (MESSAGE.replace('\n', "\r\n"), vec![(2, message.clone())]),
            (MESSAGE.replace('\n', "\r"), vec![(2, message.clone())]),
            // In a chat, the first line has a date and a sender, and the next message ends it.
            (
                format!("06/02/2026, 18:06 - Karim: {message}\n06/02/2026, 18:07 - Karim: thanks"),
                vec![(1, message.clone())],
            ),
            // Without its total it ends where something else begins.
            (
                format!("{}\n06/02/2026, 18:07 - Karim: thanks", message.replace("TOTAL:", "SUM:")),
                vec![(1, message.replace("TOTAL:", "SUM:"))],
            ),
            (
                format!("{}\n{message}", message.replace("TOTAL:", "SUM:")),
                vec![(1, message.replace("TOTAL:", "SUM:")), (19, message.clone())],
            ),
            // Without its header it begins with its reference.
            (MESSAGE.replace("NEW ORDER REQUEST", "New order"), vec![(5, without_header())]),
            // A label or a reference is enough.
            ("NEW ORDER REQUEST\nName: Mona".to_owned(), vec![(1, "NEW ORDER REQUEST\nName: Mona".to_owned())]),
            (
                "NEW ORDER REQUEST\nmy Order Ref: LEG-1".to_owned(),
                vec![(1, "NEW ORDER REQUEST\nmy Order Ref: LEG-1".to_owned())],
            ),
            // Angle brackets alone are no line ends.
            ("<NEW ORDER REQUEST>\nName: Mona".to_owned(), vec![(1, "<NEW ORDER REQUEST>\nName: Mona".to_owned())]),
            // A header alone is somebody's words.
            ("NEW ORDER REQUEST\nwhere is it?".to_owned(), vec![]),
            ("Order Ref: LEG-1\nwhere is it?".to_owned(), vec![]),
            ("hello".to_owned(), vec![]),
        ] {
            let found: Vec<_> = expected.into_iter().map(|(line, text)| (line, read(text))).collect();
            assert_eq!(stretches(text.as_bytes()), found, "{text}");
        }
    }

    #[test]
    fn the_shops_answer_is_no_order() {
        let answer = MESSAGE.replace("NEW ORDER REQUEST", "ORDER CONFIRMATION");
        let new_answer = answer.replace("Order Ref:", "Order Reference:");
        for (text, found) in [
            (answer.clone(), 0),
            (new_answer.clone(), 0),
            (format!("{answer}{MESSAGE}"), 1),
            (format!("{new_answer}{MESSAGE}"), 1),
            // After the answer's reference, its total or another message of the chat, a reference is an order's.
            (format!("{answer}{}", without_header()), 1),
            (format!("ORDER CONFIRMATION\nOrder Reference: LEG-1\n{}", without_header()), 1),
            (format!("ORDER CONFIRMATION\n│ TOTAL: $5\n{}", without_header()), 1),
            (format!("ORDER CONFIRMATION\n06/02/2026, 18:06 - Karim: hi\n{}", without_header()), 1),
            (format!("ORDER CONFIRMATION\n{}", without_header()), 0),
            (format!("ORDER CONFIRMATION\n{}\n{}", without_header(), without_header()), 1),
        ] {
            assert_eq!(stretches(text.as_bytes()).len(), found, "{text}");
        }
    }

    #[test]
    fn an_order_message_that_lost_its_lines_is_named() {
        let flat = message().replace('\n', " ");
        let unreadable = |text: &str| StretchContent::Unreadable(text.as_bytes().to_vec(), LOST_LINES.to_owned());
        assert_eq!(stretches(flat.as_bytes()), [(1, unreadable(&flat))]);
        assert_eq!(stretches(format!("hello\n{flat}\nthanks").as_bytes()), [(2, unreadable(&flat))]);
        let content = unreadable(&flat);
        assert_eq!((content.reference().as_deref(), content.problem()), (Some(REFERENCE), Some(LOST_LINES)));
        // It ends the message before it.
        let cut = message().replace("TOTAL:", "SUM:");
        let found = stretches(format!("{cut}\n{flat}").as_bytes());
        assert_eq!(found, [(1, read(cut)), (19, unreadable(&flat))]);
        let long = format!("{flat}{}", "x".repeat(MESSAGE_LIMIT));
        let too_large = format!("has more than {MESSAGE_LIMIT} bytes, and {LOST_LINES}");
        assert_eq!(stretches(long.as_bytes()), [(1, StretchContent::TooLarge(too_large.clone()))]);
        let fits = format!("{flat}{}", "x".repeat(MESSAGE_LIMIT - flat.len()));
        assert_eq!(stretches(fits.as_bytes()), [(1, unreadable(&fits))]);
        assert_eq!(StretchContent::TooLarge(too_large.clone()).problem(), Some(too_large.as_str()));
    }

    #[test]
    fn json_on_a_line_is_handed_on_and_a_broken_order_is_named() {
        let (order, json) = (order().to_string(), |text: &str| StretchContent::Json(text.as_bytes().to_vec()));
        let cut = &order[..50];
        for (text, expected) in [
            (order.clone(), json(&order)),
            (format!("INFO: {order} "), json(&order)),
            (format!("[{order}]"), json(&format!("[{order}]"))),
            ("{\"level\":1}".to_owned(), json("{\"level\":1}")),
            (cut.to_owned(), StretchContent::BrokenJson(cut.as_bytes().to_vec())),
            (format!("{order} in 3 ms"), StretchContent::BrokenJson(format!("{order} in 3 ms").into_bytes())),
        ] {
            assert_eq!(stretches(text.as_bytes()), [(1, expected)], "{text}");
        }
        assert_eq!(StretchContent::BrokenJson(Vec::new()).problem(), Some(BROKEN_JSON));
        assert_eq!((json("").problem(), json("").reference()), (None, None));
        // JSON ends an order message.
        let half = message().replace("TOTAL:", "SUM:");
        assert_eq!(stretches(format!("{half}\n{order}").as_bytes()), [(1, read(half.clone())), (19, json(&order))]);
        let broken = StretchContent::BrokenJson(cut.as_bytes().to_vec());
        assert_eq!(stretches(format!("{half}\n{cut}").as_bytes()), [(1, read(half)), (19, broken)]);
        // Bytes that are not UTF-8: only JSON that holds an order is of interest.
        let bad = |text: &str| {
            text.replace("Mona", "M?na")
                .into_bytes()
                .iter()
                .map(|b| if *b == b'?' { 0xff } else { *b })
                .collect::<Vec<u8>>()
        };
        assert_eq!(stretches(&bad(&order)), [(1, StretchContent::Json(bad(&order)))]);
        assert_eq!(stretches(&bad("{\"name\":\"Mona\"}")), []);
    }

    #[test]
    fn in_a_string_json_is_somebodys_words() {
        let in_string = |text: &str| stretches_of(OrderStretches::in_string(text));
        assert_eq!(in_string(&order().to_string()), []);
        assert_eq!(in_string(&order().to_string()[..50]), []);
        let message = message();
        let with_json = message.replace("Youssef Adel", "{\"a\":1}").replace("│ Phone", "{\"a\":1}\n│ Phone");
        assert_eq!(in_string(&with_json), [(1, read(with_json.clone()))]);
        assert_eq!(in_string(&message), [(1, read(message.clone()))]);
        // In a text with lines, words within one line are somebody's own, unless the total is among them.
        let asked = "is NEW ORDER REQUEST Order Ref: LEG-1 there?";
        assert_eq!(in_string(&format!("hello\n{asked}")), []);
        assert_eq!(in_string(&format!(" {asked}\n")).len(), 1);
        assert_eq!(in_string(&format!("hello\n{asked} TOTAL: 5")).len(), 1);
        assert_eq!(stretches(format!("hello\n{asked}").as_bytes()).len(), 1);
        assert!(holds_order_message(&message) && !holds_order_message("hello"));
    }

    #[test]
    fn the_line_ends_of_export_programs_are_line_ends() {
        for mark in ["<br>", "<br/>", "<br />", "<BR>", "<BR/>"] {
            let flat = MESSAGE.trim_end().replace('\n', mark);
            assert_eq!(stretches(flat.as_bytes()), [(1, read(message()))], "{mark}");
            assert_eq!(stretches(format!("hello\n{flat}\nthanks").as_bytes()), [(2, read(message()))], "{mark}");
            // Only the first line may have them, or every line.
            let half = MESSAGE.trim_end().replacen("REQUEST\n", &format!("REQUEST{mark}"), 1);
            assert_eq!(stretches(half.as_bytes()), [(2, read(message()))], "{mark}");
            let both = MESSAGE.trim_end().replace('\n', &format!("{mark}\n"));
            assert_eq!(stretches(both.as_bytes()), [(2, read(message().replace('\n', "\n\n")))], "{mark}");
        }
        // What a guest typed is not split.
        let typed = message().replace("Youssef Adel", "Youssef<br>Adel");
        assert_eq!(stretches(typed.as_bytes()), [(1, read(typed.clone()))]);
        let after = format!("{}\n{typed}", MESSAGE.trim_end().replace('\n', "<br>"));
        assert_eq!(stretches(after.as_bytes()), [(1, read(message())), (2, read(typed))]);
        // Without a header, nothing says that these are line ends.
        let headless = without_header().replace('\n', "<br>");
        assert_eq!(stretches(headless.as_bytes())[0].1.problem(), Some(LOST_LINES));
        let answer = MESSAGE.replace("NEW ORDER REQUEST", "ORDER CONFIRMATION").replace('\n', "<br>");
        assert_eq!(stretches(answer.as_bytes()), []);
    }

    #[test]
    fn a_message_that_is_too_long_or_not_utf_8_is_refused_alone() {
        let message = message();
        let with_line = |line: &[u8]| -> Vec<u8> {
            let (start, end) = message.split_once("│ Phone").unwrap();
            [start.as_bytes(), line, b"\n\xe2\x94\x82 Phone", end.as_bytes(), b"\nhello\n", MESSAGE.as_bytes()].concat()
        };
        let first = |line: &[u8]| {
            let mut found = stretches(&with_line(line));
            assert_eq!(found.len(), 2);
            assert_eq!(found.pop().unwrap().1, read(message.clone()));
            found.pop().unwrap().1
        };
        let problem = |content: &StretchContent| content.problem().map(str::to_owned);
        assert_eq!(problem(&first(b"x\xff")), Some("line 8: is not UTF-8".to_owned()));
        let long = |length: usize| vec![b'x'; length];
        assert_eq!(problem(&first(&long(LINE_LIMIT))), None);
        assert_eq!(
            problem(&first(&long(LINE_LIMIT + 1))),
            Some("line 8: is longer than any message of WhatsApp".to_owned())
        );
        let too_large = format!("has more than {MESSAGE_LIMIT} bytes, and {TOO_LONG}");
        assert_eq!(problem(&first(&long(MESSAGE_LIMIT))), Some(too_large.clone()));
        let lines = vec![long(LINE_LIMIT - 1); 4].join(&b'\n');
        assert_eq!(problem(&first(&lines)), Some(too_large));
        // The header's own line.
        let bad = [b"\xff ".as_slice(), MESSAGE.trim_start_matches(|c| c != '📦').as_bytes()].concat();
        assert_eq!(stretches(&bad)[0].1.problem(), Some("line 1: is not UTF-8"));
        // Exactly as much as a message may have.
        let filled = |length: usize| {
            let start = "NEW ORDER REQUEST\nName: Mona";
            let lines = format!("\n{}", "x".repeat(LINE_LIMIT - 1)).repeat(3);
            let rest = "x".repeat(length - start.len() - lines.len());
            let text = format!("{start}{lines}\n{rest}\n06/02/2026, 18:06 - Karim: hi");
            stretches(text.as_bytes())[0].1.problem().map(str::to_owned)
        };
        let too_large = format!("has more than {MESSAGE_LIMIT} bytes, and {TOO_LONG}");
        assert_eq!((filled(MESSAGE_LIMIT), filled(MESSAGE_LIMIT + 1)), (None, Some(too_large)));
        // A line that is longer than any message is not split.
        let flat = format!("{}{}", MESSAGE.replace('\n', "<br>"), "x".repeat(LINE_LIMIT));
        assert_eq!(stretches(flat.as_bytes())[0].1.problem(), Some(LOST_LINES));
        // More on one line than can be kept.
        let endless = [long(RECORD_LIMIT + 1), b"\n".to_vec(), MESSAGE.as_bytes().to_vec()].concat();
        let found = stretches_of(OrderStretches::new(&*endless));
        let problem = format!("has more than {RECORD_LIMIT} bytes on one line: too large to be kept");
        assert_eq!(found, [(1, StretchContent::TooLarge(problem)), (3, read(message.clone()))]);
    }

    #[test]
    fn what_is_kept_of_a_stretch_has_a_size() {
        for (content, size) in [
            (read("12345".to_owned()), 5),
            (StretchContent::Json(vec![0; 3]), 3),
            (StretchContent::Unreadable(vec![0; 4], "why".to_owned()), 4),
            (StretchContent::BrokenJson(vec![0; 2]), 2),
            (StretchContent::TooLarge("why".to_owned()), 0),
        ] {
            assert_eq!(content.size(), size);
        }
    }

    #[test]
    fn the_messages_of_a_chat_without_an_order_are_counted() {
        let line = |text: &str| format!("06/02/2026, 18:06 - Karim: {text}\n");
        let chat = |text: &str| {
            let mut stretches = OrderStretches::new(text.as_bytes());
            while let Some(stretch) = stretches.next_stretch().unwrap() {
                if stretch.content == StretchContent::Json(b"{\"order\":1}".to_vec()) {
                    stretches.count_as_read();
                }
            }
            (stretches.skipped(), stretches.stranger().map(str::to_owned))
        };
        let message = MESSAGE.trim_start_matches(|c| c != '📦');
        for (text, skipped, stranger) in [
            (line("hi") + &line("there") + "more words\n", 2, None),
            (line("hi") + &line(message) + &line("thanks"), 2, None),
            (line("{\"level\":1}"), 1, None),
            (line("{\"order\":1}") + &line("hi"), 1, None),
            ("\n \u{feff}hello there\nmore".to_owned(), 0, Some("hello there")),
            ("x".repeat(50), 0, Some(&*"x".repeat(40))),
            (" \n".to_owned(), 0, None),
        ] {
            assert_eq!(chat(&text), (skipped, stranger.map(str::to_owned)), "{text}");
        }
    }
}
