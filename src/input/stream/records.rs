//! Splits a stream of JSON into its records, with constant memory.
//!
//! A record is one value of a top-level array, of NDJSON, of concatenated values, or of the array under `results` in a list
//! endpoint's answer. This file follows only brackets and strings; the parser decides whether a record is JSON.

use std::io::{self, BufRead};

use memchr::memchr;
use serde::de::IgnoredAny;

use super::format::first_words;
use super::rewind::Rewind;
use crate::input::json::scan::{
    DEPTH_LIMIT, End, RECORD_LIMIT, Scan, count_lines, is_json, is_json_object, is_start_of_json,
};
use crate::input::json::value::{NotJson, parse};
use crate::input::order_message::marks::{holds_message, holds_order};

/// How many bytes are searched for a record on a line of its own (64 KiB).
const LOOK_AHEAD: usize = 1 << 16;
/// Why a stream cannot be read any further. The rest cannot be split, so the whole input is refused.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The stream is not JSON.
    #[error("line {line}: {problem}")]
    NotJson {
        /// The line, from 1.
        line: u64,
        /// The problem.
        problem: String,
    },
}

/// One record of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number in the stream, from 1.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its bytes; cut off at [`RECORD_LIMIT`].
    pub bytes: Vec<u8>,
    /// The limit of size or nesting that it breaks, if any: only this record is refused.
    pub excess: Option<String>,
    /// Whether `bytes` holds all of it.
    pub is_whole: bool,
    /// Whether this is not a record but the object around a `results` array, with an empty array in its place.
    pub is_envelope: bool,
    /// Whether it has a line of its own, as records before it had: if it is not JSON, reading goes on with the next line.
    pub is_line: bool,
    /// Whether it is such a line and is not JSON.
    pub is_bad_line: bool,
}

/// Splits a stream into records.
#[derive(Debug)]
pub struct Records<R> {
    reader: Rewind<R>,
    /// The current array, if any.
    within: Option<Array>,
    line: u64,
    number: u64,
    started: bool,
    is_blank: bool,
    /// Whether only space was read of the line so far.
    begins_line: bool,
    /// Whether a record on a line of its own was seen: then a bad line is a bad record, not a bad stream.
    has_lines: bool,
}

#[derive(Debug)]
enum Array {
    /// A top-level array; `true` after its first element.
    Top(bool),
    /// The array under `results`, with the bytes before it and the line on which its envelope began.
    Results { any: bool, before: Vec<u8>, line: u64 },
}

impl<R: BufRead> Records<R> {
    /// Starts at the beginning of `reader`, after a byte order mark if there is one.
    pub fn new(reader: R) -> Records<R> {
        Records {
            reader: Rewind::new(reader),
            within: None,
            line: 1,
            number: 0,
            started: false,
            is_blank: true,
            begins_line: true,
            has_lines: false,
        }
    }

    /// Returns whether only white space was read so far.
    pub fn is_blank(&self) -> bool {
        self.is_blank
    }

    /// Returns the next record; `None` at the end of the stream.
    pub fn next_record(&mut self) -> Result<Option<Record>, StreamError> {
        if !self.started {
            self.started = true;
            self.skip_byte_order_mark()?;
        }
        loop {
            let Some(byte) = self.skip_space()? else {
                return match self.within {
                    None => Ok(None),
                    Some(_) => Err(self.not_json("the input ends within an array: it was cut off")),
                };
            };
            self.is_blank = false;
            match (&mut self.within, byte) {
                (None, b'[') => {
                    if !self.begins_array()? && self.is_among_lines()? {
                        return self.take_bad_line().map(Some);
                    }
                    self.begins_line = false;
                    self.reader.consume(1);
                    self.within = Some(Array::Top(false));
                }
                (None, b'{' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                    if let Some(record) = self.read_top_value(byte)? {
                        return Ok(Some(record));
                    }
                }
                (None, _) => {
                    return if self.is_among_lines()? {
                        self.take_bad_line().map(Some)
                    } else {
                        Err(self.unexpected())
                    };
                }
                (Some(_), b']') => {
                    self.reader.consume(1);
                    if let Some(Array::Results { before, line, .. }) = self.within.take() {
                        return self.finish_envelope(before, line).map(Some);
                    }
                }
                (Some(Array::Top(any) | Array::Results { any, .. }), _) => {
                    let is_next = std::mem::replace(any, true);
                    if is_next {
                        if byte != b',' {
                            return Err(self.not_json("expected `,` or `]` after a record"));
                        }
                        self.reader.consume(1);
                        if matches!(self.skip_space()?, None | Some(b']' | b',')) {
                            return Err(self.not_json("expected a record after `,`"));
                        }
                    }
                    return self.read_element();
                }
            }
        }
    }

    /// Reads one value outside any array, which begins with `first`; `None` if it holds a `results` array.
    fn read_top_value(&mut self, first: u8) -> Result<Option<Record>, StreamError> {
        let (line, begins_line) = (self.line, std::mem::take(&mut self.begins_line));
        let mut scan = Scan::new(first == b'{');
        scan.watches_lines = self.has_lines;
        let mut end = self.run(&mut scan)?;
        if self.is_bad(&scan, end, line) {
            self.reader.unread(std::mem::take(&mut scan.bytes));
            self.line = line;
            if self.is_among_lines()? {
                return self.take_bad_line().map(Some);
            }
            // If it had results, it would not be bad.
            scan = Scan::new(false);
            end = self.run(&mut scan)?;
        }
        let is_on_one_line = self.line == line;
        let has_own_line = begins_line && is_on_one_line && self.is_line_end()?;
        match end {
            End::Results => {
                self.within = Some(Array::Results { any: false, before: scan.bytes, line });
                return Ok(None);
            }
            // The line is too long to be read again.
            End::Torn if has_own_line => {}
            End::Torn | End::CutOff => return Err(cut_off(line)),
            End::Value | End::Line => {}
        }
        // Parsing stops with the first such line.
        self.has_lines = self.has_lines || has_own_line && matches!(first, b'{' | b'"') && is_json(&scan.bytes);
        self.number += 1;
        Ok(Some(Record { is_line: is_on_one_line && self.has_lines, ..record_of(scan, self.number, line, false) }))
    }

    /// Returns whether what was read is certainly not a value, and can be read again.
    fn is_bad(&self, scan: &Scan, end: End, line: u64) -> bool {
        let is_whole = scan.length == scan.bytes.len();
        is_whole
            && match end {
                End::Results => false,
                End::Torn | End::CutOff => true,
                End::Value | End::Line => {
                    let is_for_its_parser = self.has_lines && self.line == line && scan.deepest > 0;
                    !is_for_its_parser && scan.deepest <= DEPTH_LIMIT && !is_json(&scan.bytes)
                }
            }
    }

    /// Returns whether records have lines of their own: one was read, or one of the next lines is one.
    fn is_among_lines(&mut self) -> io::Result<bool> {
        if !self.has_lines {
            let ahead = self.reader.look_ahead(LOOK_AHEAD)?;
            let mut lines = ahead.split(|b| *b == b'\n').skip(1);
            self.has_lines = lines.any(is_json_object);
        }
        Ok(self.has_lines)
    }

    /// Returns whether an array begins here, as far as its line shows.
    fn begins_array(&mut self) -> io::Result<bool> {
        let ahead = self.reader.look_ahead(LOOK_AHEAD)?;
        let line = ahead.split(|b| *b == b'\n').next().unwrap_or_default();
        let mut values = serde_json::Deserializer::from_slice(line).into_iter::<IgnoredAny>();
        Ok(match values.next() {
            Some(Err(error)) => error.is_eof(),
            _ => true,
        })
    }

    /// Takes the rest of a line that is not a record; it may hold one after a log's prefix.
    fn take_bad_line(&mut self) -> Result<Record, StreamError> {
        let (mut bytes, mut length, line) = (Vec::new(), 0, self.line);
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = memchr(b'\n', buffer);
            let count = end.unwrap_or(buffer.len());
            let room = RECORD_LIMIT.saturating_sub(bytes.len());
            bytes.extend_from_slice(&buffer[..count.min(room)]);
            length += count;
            let is_last = buffer.is_empty() || end.is_some();
            self.reader.consume(count + usize::from(end.is_some()));
            if is_last {
                self.line += u64::from(end.is_some());
                break;
            }
        }
        self.begins_line = true;
        self.number += 1;
        while bytes.last().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\r')) {
            bytes.pop();
        }
        if let Some(json) = std::str::from_utf8(&bytes).ok().and_then(json_in).filter(|_| length <= RECORD_LIMIT) {
            let mut scan = Scan::new(false);
            scan.feed(json.as_bytes());
            return Ok(Record { is_line: true, ..record_of(scan, self.number, line, false) });
        }
        let problem = match parse(&bytes) {
            Err(NotJson { problem, .. }) => problem,
            Ok(_) => "is cut off".to_owned(),
        };
        let is_whole = length <= RECORD_LIMIT;
        let excess = Some(problem);
        Ok(Record {
            number: self.number,
            line,
            bytes,
            excess,
            is_whole,
            is_envelope: false,
            is_line: true,
            is_bad_line: true,
        })
    }

    /// Returns whether the rest of the line is blank.
    fn is_line_end(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let space = buffer.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
            let next = buffer.get(space).copied();
            let is_end = buffer.is_empty();
            self.reader.consume(space);
            if is_end || next.is_some() {
                return Ok(next.is_none_or(|byte| byte == b'\n'));
            }
        }
    }

    /// Reads one element of an array.
    fn read_element(&mut self) -> Result<Option<Record>, StreamError> {
        let (mut scan, line) = (Scan::new(false), self.line);
        if self.run(&mut scan)? == End::CutOff {
            return Err(cut_off(line));
        }
        self.number += 1;
        Ok(Some(record_of(scan, self.number, line, false)))
    }

    fn finish_envelope(&mut self, before: Vec<u8>, line: u64) -> Result<Record, StreamError> {
        let mut scan = Scan::new(false);
        scan.bytes = before;
        scan.bytes.extend_from_slice(b"[]");
        scan.length = scan.bytes.len();
        scan.depth = 1;
        scan.deepest = 1;
        let started = self.line;
        if self.run(&mut scan)? == End::CutOff {
            return Err(cut_off(started));
        }
        Ok(record_of(scan, self.number, line, true))
    }

    fn run(&mut self, scan: &mut Scan) -> Result<End, StreamError> {
        // Doubling the look-ahead keeps the total work linear.
        let mut look_at = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(if scan.is_bare() { End::Value } else { End::CutOff });
            }
            let (used, lines, end) = scan.feed(buffer);
            self.reader.consume(used);
            self.line += lines;
            match end {
                None => {}
                Some(End::Line) => {
                    // Lines that are cut off one after the other would nest deeper and deeper.
                    if scan.depth > DEPTH_LIMIT {
                        return Ok(End::Torn);
                    }
                    let is_whole = scan.length == scan.bytes.len();
                    if is_whole && scan.length >= look_at {
                        if !is_start_of_json(&scan.bytes) {
                            return Ok(End::Torn);
                        }
                        look_at = 2 * scan.length;
                    }
                }
                Some(end) => return Ok(end),
            }
        }
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), StreamError> {
        for (index, expected) in b"\xef\xbb\xbf".iter().enumerate() {
            if self.reader.fill_buf()?.first() != Some(expected) {
                return if index == 0 { Ok(()) } else { Err(self.not_json("is not UTF-8")) };
            }
            self.reader.consume(1);
        }
        Ok(())
    }

    /// Skips white space and returns the byte after it, unread; `None` at the end.
    fn skip_space(&mut self) -> Result<Option<u8>, StreamError> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let space = buffer.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
            let lines = count_lines(&buffer[..space]);
            self.line += lines;
            self.begins_line |= lines > 0;
            let next = buffer.get(space).copied();
            self.reader.consume(space);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    fn not_json(&self, problem: &str) -> StreamError {
        StreamError::NotJson { line: self.line, problem: problem.to_owned() }
    }

    fn unexpected(&mut self) -> StreamError {
        match self.reader.fill_buf() {
            Ok(buffer) => {
                let line = buffer.split(|b| *b == b'\n').next().unwrap_or_default();
                let found = first_words(line);
                self.not_json(&format!("expected JSON, found: {found}"))
            }
            Err(error) => error.into(),
        }
    }
}

/// Returns the JSON on a line, whole or after a log's prefix. The prefix holds no order. An array or a string counts only if
/// it may hold an order.
pub(super) fn json_in(line: &str) -> Option<&str> {
    let (whole, start) = (line.trim(), line.find('{'));
    if whole.starts_with(['[', '"']) && (start.is_some() || holds_message(whole)) && is_json(whole.as_bytes()) {
        return Some(whole);
    }
    let start = start?;
    Some(line[start..].trim_end()).filter(|json| is_json_object(json.as_bytes()) && !holds_order(&line[..start]))
}

fn cut_off(line: u64) -> StreamError {
    let problem = "the record that begins here is not closed: the input was cut off".to_owned();
    StreamError::NotJson { line, problem }
}

/// Makes a record of a value that was read.
fn record_of(scan: Scan, number: u64, line: u64, is_envelope: bool) -> Record {
    let (excess, is_whole) = (scan.excess(), scan.length <= RECORD_LIMIT);
    Record { number, line, bytes: scan.bytes, excess, is_whole, is_envelope, is_line: false, is_bad_line: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::json::scan::is_too_deep;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn split(input: &[u8], buffer: usize) -> (Vec<Record>, Option<String>) {
        let mut records = Records::new(BufReader::with_capacity(buffer, input));
        let mut all = Vec::new();
        loop {
            match records.next_record() {
                Ok(Some(record)) => all.push(record),
                Ok(None) => return (all, None),
                Err(error) => return (all, Some(error.to_string())),
            }
        }
    }

    fn texts(records: &[Record]) -> Vec<(u64, u64, &str)> {
        records.iter().map(|r| (r.number, r.line, std::str::from_utf8(&r.bytes).unwrap())).collect()
    }

    #[test]
    fn every_layout_of_records_is_read() {
        let cases: &[(&str, &[(u64, u64, &str)])] = &[
            ("", &[]),
            ("\n \n", &[]),
            ("{}", &[(1, 1, "{}")]),
            ("\u{feff}{\"a\":\"}\\\"{\"}\n", &[(1, 1, "{\"a\":\"}\\\"{\"}")]),
            ("{}\n\n{\n}\r\n{}", &[(1, 1, "{}"), (2, 3, "{\n}"), (3, 5, "{}")]),
            ("{}{}", &[(1, 1, "{}"), (2, 1, "{}")]),
            ("[]", &[]),
            ("[{},\n{}] [{}]", &[(1, 1, "{}"), (2, 2, "{}"), (3, 2, "{}")]),
            ("[[{}],1,\"a\"]", &[(1, 1, "[{}]"), (2, 1, "1"), (3, 1, "\"a\"")]),
            ("17", &[(1, 1, "17")]),
            ("[{\"a\":1},\n{}\n]", &[(1, 1, "{\"a\":1}"), (2, 2, "{}")]),
            ("log\n{}\nlog\n{}", &[(1, 1, "log"), (2, 2, "{}"), (3, 3, "log"), (4, 4, "{}")]),
            ("{\"res\":[1]}", &[(1, 1, "{\"res\":[1]}")]),
            ("{\"resultset\":[1]}", &[(1, 1, "{\"resultset\":[1]}")]),
            ("[INFO] {\"a\":1}\n{}", &[(1, 1, "{\"a\":1}"), (2, 2, "{}")]),
            ("INFO {\"a\":1} \n{}", &[(1, 1, "{\"a\":1}"), (2, 2, "{}")]),
        ];
        for (input, expected) in cases {
            for buffer in [1, 2, 7, 8192] {
                let (records, error) = split(input.as_bytes(), buffer);
                assert_eq!((texts(&records), error), (expected.to_vec(), None), "{input:?} by {buffer}");
            }
        }
    }

    #[test]
    fn the_results_of_a_list_endpoint_are_records_and_the_other_keys_an_envelope() {
        let input = "{\"count\": 2, \"next\":null,\n \"results\" : [{\"results\":[1]},\n{}], \"z\":0}{}";
        for buffer in [1, 5, 8192] {
            let (records, error) = split(input.as_bytes(), buffer);
            assert_eq!(error, None);
            let envelope = "{\"count\": 2, \"next\":null,\n \"results\" : [], \"z\":0}";
            assert_eq!(texts(&records), [(1, 2, "{\"results\":[1]}"), (2, 3, "{}"), (2, 1, envelope), (3, 3, "{}")]);
            assert_eq!(records.iter().map(|r| r.is_envelope).collect::<Vec<_>>(), [false, false, true, false]);
        }
    }

    #[test]
    fn the_key_of_results_is_found_wherever_a_buffer_ends() {
        for padding in 0..40 {
            let input = format!("{{{}\"results\":[1]}}", " ".repeat(padding));
            let (records, error) = split(input.as_bytes(), 16);
            assert_eq!((records.len(), records[0].bytes.as_slice(), error), (2, &b"1"[..], None), "{padding}");
        }
    }

    #[test]
    fn a_stream_that_cannot_be_split_is_refused_with_its_line() {
        for (input, problem) in [
            ("{\n\"a\":\n1\n", "line 1: the record that begins here is not closed: the input was cut off"),
            ("[{}", "line 1: the input ends within an array: it was cut off"),
            ("[{}\n{}]", "line 2: expected `,` or `]` after a record"),
            ("[{},]", "line 1: expected a record after `,`"),
            ("[{}]\n║ NEW ORDER", "line 2: expected JSON, found: ║ NEW ORDER"),
            ("NaN", "line 1: expected JSON, found: NaN"),
            ("\u{b}\n", "line 1: expected JSON, found: nothing that can be seen"),
        ] {
            assert_eq!(split(input.as_bytes(), 8192).1.as_deref(), Some(problem), "{input:?}");
        }
    }

    #[test]
    fn a_bad_line_among_records_is_a_bad_record() {
        let good = "{\"a\":1}\n";
        for bad in [
            "{\"a\":1,\"b",
            "{\"a\":\"x",
            "{\"a\":",
            "{\"a\":[1,",
            "{",
            "\"a",
            "a\":1}",
            "}",
            "2026-02-04 listening on 8080",
            "[INFO] server started",
            "[2026-02-04T10:00:00Z] INFO x",
            "[12:30] x",
            "INFO {\"a\":1} in 3 ms",
            "Error: x",
            "║ NEW ORDER",
            "{\"a\":1}}",
        ] {
            let inputs =
                [(format!("{good}{bad}\n{good}"), 2), (format!("{bad}\n{good}"), 1), (format!("{good}{bad}"), 2)];
            for (input, line) in inputs {
                for buffer in [1, 3, 8192] {
                    let (records, error) = split(input.as_bytes(), buffer);
                    assert_eq!(error, None, "{input:?} by {buffer}");
                    let refused: Vec<_> = records.iter().filter(|record| record.excess.is_some()).collect();
                    assert_eq!(refused.len(), 1, "{input:?} by {buffer}: {records:?}");
                    let good = records.iter().filter(|record| record.bytes == b"{\"a\":1}").count();
                    assert_eq!(good, records.len() - 1, "{input:?} by {buffer}: {records:?}");
                    assert_eq!((refused[0].line, refused[0].is_whole), (line, true), "{input:?} by {buffer}");
                }
            }
        }
    }

    #[test]
    fn a_record_that_is_too_large_or_too_deep_is_refused_alone() {
        let deep = format!("{}{}\n{{}}", "[".repeat(50), "]".repeat(50));
        let (records, error) = split(format!("[{deep}").replace('\n', ",").as_bytes(), 8192);
        assert_eq!(error.as_deref(), Some("line 1: the input ends within an array: it was cut off"));
        assert_eq!(records[0].excess.as_deref(), Some("is nested 50 deep, the most is 32"));
        let large = format!("{{\"a\":\"{}\"}}{{}}", "x".repeat(RECORD_LIMIT));
        let (records, _) = split(large.as_bytes(), 8192);
        assert_eq!(
            records[0].excess.as_deref(),
            Some("has 16777224 bytes, the most is 16777216: too large to be kept")
        );
        assert_eq!((records[0].bytes.len(), records[1].excess.as_deref()), (RECORD_LIMIT, None));
        assert_eq!((records[0].is_whole, records[1].is_whole), (false, true));
        let (records, _) = split(format!("\"{}\"", "x".repeat(RECORD_LIMIT - 2)).as_bytes(), 8192);
        assert_eq!((records[0].is_whole, records[0].excess.as_deref()), (true, None));
    }

    #[test]
    fn a_start_that_nests_too_deep_is_known_before_its_end() {
        // An array of records may stand around the deepest.
        let deepest = DEPTH_LIMIT + 1;
        for (start, is_deep) in [
            (" [".repeat(deepest), false),
            (" [".repeat(deepest + 1), true),
            (format!("{}{}", "[".repeat(deepest + 1), "]".repeat(deepest + 1)), false),
        ] {
            assert_eq!(is_too_deep(start.as_bytes()), is_deep, "{start}");
        }
    }

    #[test]
    fn a_stream_of_white_space_is_blank() {
        for (input, is_blank) in
            [("", true), (" \n\t", true), ("\u{feff}\n", true), (" {}", false), ("x", false), ("[]", false)]
        {
            let mut records = Records::new(input.as_bytes());
            while let Ok(Some(_)) = records.next_record() {}
            assert_eq!(records.is_blank(), is_blank, "{input:?}");
        }
    }

    /// If such a record is not JSON, the next line is still read.
    #[test]
    fn a_record_has_a_line_of_its_own_or_not() {
        for (input, own) in [
            ("{}\n{}\n", "xx"),
            ("{} \t\r\n{}", "xx"),
            ("\"a\"\n\"b\"", "xx"),
            ("{\n}\n{}\n{}", ".xx"),
            ("{}\n{\n}\n{}", "x.x"),
            ("{}{}", ".."),
            ("{}{}\n{}", "..x"),
            ("{} 1\n", ".."),
            ("{} {}\n{}", "..x"),
            ("1}\n{}", ".xx"),
            ("{}\n{\"a\":\n1}\n{}", "x.x"),
            ("[{},{}]", ".."),
            ("[1]\n{}", ".x"),
            ("1\n2", ".."),
            ("log\n{}\n", "xx"),
            ("INFO {\"a\":1}\n{}\n", "xx"),
            ("{a}\n{b}\n", ".."),
        ] {
            for buffer in [1, 3, 8192] {
                let (records, error) = split(input.as_bytes(), buffer);
                let lines: String = records.iter().map(|record| if record.is_line { 'x' } else { '.' }).collect();
                assert_eq!((lines.as_str(), error), (own, None), "{input:?} by {buffer}");
            }
        }
    }

    /// A line that only looks like a record is for the parser to refuse; one that does not is a bad line.
    #[test]
    fn a_bad_line_is_marked_as_one() {
        let deep = |middle: &str| format!("{}{middle}{}", "{\"a\":".repeat(50), "}".repeat(50));
        let (deep_line, deep_lines) = (format!("{{}}\n{}\n{{}}", deep("1")), format!("{}\n{{}}", deep("\n1")));
        let nested = |depth: usize| format!("{{}}\n{}\n1{}\n{{}}", "{\"a\":".repeat(depth), "}".repeat(depth));
        for (input, marks) in [
            ("{}\n{a}\n{}", "..."),
            ("{}\ntru\n{}", ".b."),
            ("{}\n\"a\n{}", ".b."),
            ("{}\n{\na}\n{}", ".bb."),
            ("{a}\n{}", "b."),
            ("{a\n}\n{}", "bb."),
            ("{a}", "."),
            (&deep_line, ".d."),
            (&deep_lines, "d."),
            (&nested(DEPTH_LIMIT), "..."),
            (&nested(DEPTH_LIMIT + 1), ".b.b."),
        ] {
            for buffer in [1, 3, 8192] {
                let (records, error) = split(input.as_bytes(), buffer);
                let mark = |record: &Record| match &record.excess {
                    _ if record.is_bad_line => 'b',
                    Some(excess) if excess.starts_with("is nested ") => 'd',
                    _ => '.',
                };
                assert_eq!((records.iter().map(mark).collect::<String>().as_str(), error), (marks, None), "{input:?}");
            }
        }
    }

    #[test]
    fn a_torn_line_that_is_too_large_is_refused_alone_if_it_is_a_line() {
        let torn = format!("{{\"a\":\"{}", "x".repeat(RECORD_LIMIT));
        let (records, error) = split(format!("{{}}\n{torn}\n{{}}").as_bytes(), 8192);
        assert_eq!((records.len(), error), (3, None));
        assert!(records[1].excess.as_deref().is_some_and(|excess| excess.ends_with("too large to be kept")));
        assert!(!records[1].is_whole && records[2].is_whole);
        let words = format!("{{}}\n{}\n{{}}", "x".repeat(RECORD_LIMIT + 1));
        let (records, error) = split(words.as_bytes(), 8192);
        assert_eq!((records.len(), error, records[1].is_whole, records[1].bytes.len()), (3, None, false, RECORD_LIMIT));
        // What follows a line that was cut off does not belong to it, however much it is.
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(1 << 20));
        let (records, error) = split(format!("{{}}\n{{\"a\":1,\n{}", line.repeat(17)).as_bytes(), 8192);
        assert_eq!((records.len(), error), (19, None));
        assert_eq!(records.iter().filter(|record| record.is_bad_line).count(), 1);
        let (records, error) = split(format!("{{}}\n1 {torn}\n{{}}").as_bytes(), 8192);
        assert_eq!(records.len(), 2);
        let cut_off = "line 2: the record that begins here is not closed: the input was cut off";
        assert_eq!(error.as_deref(), Some(cut_off));
    }

    proptest! {
        #[test]
        fn records_do_not_depend_on_buffer_size(input in "([\\[\\]{}\", :\\\\\n1a]|\"results\"){0,40}", buffer in 1_usize..9) {
            let (whole, piecewise) = (split(input.as_bytes(), 8192), split(input.as_bytes(), buffer));
            prop_assert_eq!(whole.0, piecewise.0);
            prop_assert_eq!(whole.1.is_some(), piecewise.1.is_some());
        }
    }
}
