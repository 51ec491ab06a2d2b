//! The lines of a chat, and where its messages begin.

use std::borrow::Cow;
use std::io::{self, BufRead};

use memchr::{memchr, memchr2};

use crate::domain::text::is_mark;
use crate::input::json::scan::RECORD_LIMIT;
use crate::input::order_message::labels::{is_answer_header, is_header};

/// The most bytes that one line of an order message may have (256 KiB): WhatsApp's messages have 65,536 characters at most.
pub(super) const LINE_LIMIT: usize = 1 << 18;
/// The line ends that export programs write.
const BREAKS: [&str; 5] = ["<br>", "<br/>", "<br />", "<BR>", "<BR/>"];

/// One line.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes, up to [`RECORD_LIMIT`].
    pub bytes: Vec<u8>,
    /// Whether it has more.
    pub is_cut: bool,
    /// Whether it begins a message of a chat.
    pub begins_chat: bool,
}

impl Line {
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    pub fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.bytes).is_ok()
    }
}

/// The lines of a text, including those that an export program has joined into one line.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    /// A line to read again.
    again: Option<Line>,
    /// A line that holds several lines, and the byte from which to read on.
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
    pub fn new(reader: R) -> Lines<R> {
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

    pub fn put_back(&mut self, line: Line) {
        self.again = Some(line);
    }

    pub fn begin_message(&mut self) {
        self.in_message = true;
    }

    /// Stops splitting: from here on, what looks like the end of a line is somebody's words.
    pub fn end_message(&mut self) {
        (self.in_message, self.is_in_parts) = (false, false);
    }

    /// Splits a line if an order message's header stands inside it.
    pub fn split(&mut self, line: &Line) -> bool {
        let may_be = line.bytes.len() <= LINE_LIMIT && memchr(b'<', &line.bytes).is_some();
        let holds_lines = may_be && has_header_in_parts(&line.text());
        if holds_lines {
            self.is_in_parts = true;
            self.parts = Some((line.bytes.clone(), 0));
        }
        holds_lines
    }

    pub fn next_line(&mut self) -> io::Result<Option<Line>> {
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
            ("\u{61c}٠٦/٠٢/٢٠٢٦، ١٨:٠٦ - كريم: مرحبا", true),
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
            ("[1: 2] note: hello", false),
            ("[1 a:2] note: hello", false),
            ("[10:54 a] note: hello", true),
            ("[1,2,3,4,5]", false),
            ("[{\"a\":1}]", false),
            ("5 Corniche Rd, Alexandria", false),
        ] {
            assert_eq!(is_chat_line(line), expected, "{line}");
        }
    }
}
