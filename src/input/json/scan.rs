//! Follows the brackets and strings of one JSON value, without parsing it.

use memchr::{memchr_iter, memchr2, memchr3};
use serde::de::IgnoredAny;

/// The most bytes that one record may have (16 MiB): a chat dump is one record. It is in memory as a whole, and a text in
/// it may be copied twice while it is read.
pub const RECORD_LIMIT: usize = 16 << 20;
/// How deep the arrays and objects of one record may nest.
pub const DEPTH_LIMIT: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum End {
    /// The value is complete.
    Value,
    /// A line ends within the value.
    Line,
    /// The line ends where no value can go on.
    Torn,
    /// The input ends within the value.
    CutOff,
    /// The array under the key `results` of the value, an object, begins.
    Results,
}

/// Follows the brackets and strings of one value.
#[derive(Debug)]
pub(in crate::input) struct Scan {
    pub bytes: Vec<u8>,
    pub length: usize,
    pub depth: usize,
    pub deepest: usize,
    in_string: bool,
    escaped: bool,
    /// Whether to look for `results`, and where the last string of the outermost object stands in `bytes`.
    may_be_envelope: bool,
    /// Whether to stop at the ends of lines.
    pub watches_lines: bool,
    string: std::ops::Range<usize>,
    /// Whether a `:` followed that string, which makes it a key.
    is_key: bool,
}

impl Scan {
    pub fn new(may_be_envelope: bool) -> Scan {
        Scan {
            bytes: Vec::new(),
            length: 0,
            depth: 0,
            deepest: 0,
            in_string: false,
            escaped: false,
            may_be_envelope,
            watches_lines: false,
            string: 0..0,
            is_key: false,
        }
    }

    /// Takes the bytes of the value; returns how many bytes and line ends that was, and the end if it was reached.
    pub fn feed(&mut self, buffer: &[u8]) -> (usize, u64, Option<End>) {
        let mut next = 0;
        while next < buffer.len() {
            if self.in_string {
                // Most bytes are in strings, where few of them matter.
                let rest = &buffer[next..];
                let skipped = match (self.escaped, self.watches_lines) {
                    (true, _) => Some(0),
                    (false, true) => memchr3(b'"', b'\\', b'\n', rest),
                    (false, false) => memchr2(b'"', b'\\', rest),
                };
                let Some(skipped) = skipped else { break };
                let index = next + skipped;
                next = index + 1;
                if self.watches_lines && buffer[index] == b'\n' {
                    return self.take(buffer, index, Some(End::Torn));
                }
                if std::mem::take(&mut self.escaped) {
                    continue;
                }
                if buffer[index] == b'\\' {
                    self.escaped = true;
                    continue;
                }
                self.in_string = false;
                self.string.end = self.length + index;
                if self.depth == 0 {
                    return self.take(buffer, index + 1, Some(End::Value));
                }
                continue;
            }
            let index = next;
            next += 1;
            match buffer[index] {
                b'"' => {
                    self.in_string = true;
                    self.string.start = self.length + index + 1;
                    self.is_key = false;
                }
                b':' => self.is_key = true,
                b'[' if self.depth == 1 && self.may_be_envelope && self.is_results_key(buffer, index) => {
                    let (_, lines, _) = self.take(buffer, index, None);
                    return (index + 1, lines, Some(End::Results));
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return self.take(buffer, index + 1, Some(End::Value));
                    }
                }
                b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                    return self.take(buffer, index, Some(End::Value));
                }
                b'\n' if self.watches_lines => return self.take(buffer, index + 1, Some(End::Line)),
                _ => {}
            }
        }
        self.take(buffer, buffer.len(), None)
    }

    fn take(&mut self, buffer: &[u8], count: usize, end: Option<End>) -> (usize, u64, Option<End>) {
        let room = RECORD_LIMIT.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&buffer[..count.min(room)]);
        self.length += count;
        (count, count_lines(&buffer[..count]), end)
    }

    fn is_results_key(&self, buffer: &[u8], index: usize) -> bool {
        let key = b"results";
        if !self.is_key || self.string.len() != key.len() {
            return false;
        }
        // The key may be in earlier bytes, in this buffer, or across both.
        self.string.clone().zip(key).all(|(at, expected)| {
            let byte = if at < self.length { self.bytes.get(at) } else { buffer[..index].get(at - self.length) };
            byte == Some(expected)
        })
    }

    /// Returns whether the value is a number or word, which ends where the input does.
    pub fn is_bare(&self) -> bool {
        self.depth == 0 && !self.in_string && !self.bytes.is_empty()
    }

    pub fn excess(&self) -> Option<String> {
        if self.deepest > DEPTH_LIMIT {
            Some(format!("is nested {} deep, the most is {DEPTH_LIMIT}", self.deepest))
        } else if self.length > RECORD_LIMIT {
            Some(format!("has {} bytes, the most is {RECORD_LIMIT}: too large to be kept", self.length))
        } else {
            None
        }
    }
}

pub(in crate::input) fn count_lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// Returns whether the value nests deeper than any record, including an array of records, and does not end.
pub(in crate::input) fn is_too_deep(start: &[u8]) -> bool {
    let mut scan = Scan::new(false);
    let space = start.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let (_, _, end) = scan.feed(&start[space..]);
    end.is_none() && scan.deepest > DEPTH_LIMIT + 1
}

/// Returns whether a line is one JSON object.
pub(in crate::input) fn is_json_object(line: &[u8]) -> bool {
    line.starts_with(b"{") && is_json(line)
}

/// Returns whether bytes are one JSON value. Strings need not be UTF-8: that is for the parser to say.
pub(in crate::input) fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Returns whether a value may begin with these bytes.
pub(in crate::input) fn is_start_of_json(bytes: &[u8]) -> bool {
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => true,
        Err(error) => error.is_eof(),
    }
}
