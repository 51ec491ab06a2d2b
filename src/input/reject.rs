//! What is kept of a rejected record or message, ready to fix and import again.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use serde_json::json;

use crate::input::json::scan::is_json;

/// Written after a text, so that a CR within it is not taken for the end of a line when it is read again.
const LINE_END: &str = "\n";

/// What is kept of rejected orders. It is put together only when written; the orders of one record or message share it, so
/// that it is kept once.
#[derive(Debug)]
pub enum Reject {
    /// Nothing: it is too large.
    Nothing,
    /// A whole record, as sent.
    Whole(Arc<Vec<u8>>),
    /// Parts of a record that together form a record: one message, with the JSON around it.
    Message(Arc<Vec<u8>>, Vec<Part>),
    /// An order message of a text, written as a message of a chat dump. Bytes that are not UTF-8 stay so: a refused message
    /// must not become valid by being written down.
    Text(Vec<u8>),
    /// A line that is not a record, written as a string if it is not JSON.
    Line(Vec<u8>),
    /// The header of a table, and a row of it.
    Row(Arc<Vec<u8>>, Vec<u8>),
}

/// A piece of a kept message.
#[derive(Debug)]
pub enum Part {
    /// A range of the record's bytes.
    Sent(Range<usize>),
    /// Added JSON.
    Json(Cow<'static, str>),
}

impl Part {
    /// Makes a part of the record's JSON; JSON from elsewhere is copied.
    pub(in crate::input) fn sent(sent: &str, record: &[u8]) -> Part {
        let start = (sent.as_ptr() as usize).checked_sub(record.as_ptr() as usize);
        let range = start.map(|start| start..start + sent.len()).filter(|range| range.end <= record.len());
        range.map_or_else(|| Part::Json(Cow::Owned(sent.to_owned())), Part::Sent)
    }
}

impl Reject {
    /// Returns the header that stands once above all rejects.
    pub fn header(&self) -> Option<&[u8]> {
        match self {
            Reject::Row(header, _) => Some(header),
            _ => None,
        }
    }

    /// Returns whether most of it is added JSON.
    pub fn is_mostly_around(&self) -> bool {
        let Reject::Message(_, parts) = self else { return false };
        let (mut sent, mut around) = (0, 0);
        for part in parts {
            match part {
                Part::Sent(range) => sent += range.len(),
                Part::Json(json) => around += json.len(),
            }
        }
        around > sent
    }

    /// Returns its record; `None` if it has none.
    pub fn record(&self) -> Option<&Arc<Vec<u8>>> {
        match self {
            Reject::Whole(record) | Reject::Message(record, _) => Some(record),
            Reject::Nothing | Reject::Text(_) | Reject::Line(_) | Reject::Row(..) => None,
        }
    }

    /// Returns whether this is all that was sent.
    pub fn is_whole(&self) -> bool {
        matches!(self, Reject::Whole(_))
    }

    /// Writes it on one line; a row of a table as it stands there.
    pub fn write_line(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Reject::Nothing => return Ok(()),
            Reject::Whole(record) => write_on_one_line(record, out)?,
            Reject::Message(record, parts) => {
                for part in parts {
                    match part {
                        Part::Sent(range) => write_on_one_line(&record[range.clone()], out)?,
                        Part::Json(json) => write_on_one_line(json.as_bytes(), out)?,
                    }
                }
            }
            Reject::Text(text) => {
                out.write_all(b"{\"date\":null,\"author\":null,\"message\":")?;
                write_string(text, LINE_END, out)?;
                out.write_all(b"}")?;
            }
            Reject::Line(line) if is_json(line) => write_on_one_line(line, out)?,
            Reject::Line(line) => write_string(line, if line.contains(&b'\r') { LINE_END } else { "" }, out)?,
            Reject::Row(_, row) => out.write_all(row)?,
        }
        out.write_all(b"\n")
    }
}

/// Writes text as a JSON string, followed by `end`; bytes that are not UTF-8 stay as they are.
fn write_string(text: &[u8], end: &str, out: &mut dyn Write) -> io::Result<()> {
    let write = |text: &str, out: &mut dyn Write| {
        let string = json!(text).to_string();
        out.write_all(&string.as_bytes()[1..string.len() - 1])
    };
    out.write_all(b"\"")?;
    for chunk in text.utf8_chunks() {
        write(chunk.valid(), out)?;
        out.write_all(chunk.invalid())?;
    }
    write(end, out)?;
    out.write_all(b"\"")
}

/// Writes JSON without its line breaks: they are only ever space between two tokens.
fn write_on_one_line(json: &[u8], out: &mut dyn Write) -> io::Result<()> {
    for (index, line) in json.split(|b| matches!(b, b'\n' | b'\r')).enumerate() {
        if index > 0 {
            out.write_all(b" ")?;
        }
        out.write_all(line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(reject: &Reject) -> String {
        let mut out = Vec::new();
        reject.write_line(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_so() {
        for (reject, kept) in [
            (
                Reject::Text(b"Na\xff\n".to_vec()),
                &b"{\"date\":null,\"author\":null,\"message\":\"Na\xff\\n\\n\"}\n"[..],
            ),
            (Reject::Line(b"Na\xff".to_vec()), b"\"Na\xff\"\n"),
        ] {
            let mut out = Vec::new();
            reject.write_line(&mut out).unwrap();
            assert_eq!(out, kept);
        }
    }

    #[test]
    fn each_reject_is_one_line() {
        let record = Arc::new(b"{\"a\":\r\n[1,\n2]}".to_vec());
        assert_eq!(line(&Reject::Whole(Arc::clone(&record))), "{\"a\":  [1, 2]}\n");
        let sent = std::str::from_utf8(&record[7..13]).unwrap();
        let parts = vec![Part::Json("{\"b\":".into()), Part::sent(sent, &record), Part::sent("}", &record)];
        assert_eq!(line(&Reject::Message(Arc::clone(&record), parts)), "{\"b\":[1, 2]}\n");
        let text = line(&Reject::Text(b"a\n\"b\"".to_vec()));
        assert_eq!(text, "{\"date\":null,\"author\":null,\"message\":\"a\\n\\\"b\\\"\\n\"}\n");
        for (bytes, kept) in [
            ("2026 started", "\"2026 started\"\n"),
            ("{\"a\":\"b", "\"{\\\"a\\\":\\\"b\"\n"),
            ("{\r \"a\":1}", "{  \"a\":1}\n"),
            ("{\r INFO {}", "\"{\\r INFO {}\\n\"\n"),
        ] {
            assert_eq!(line(&Reject::Line(bytes.as_bytes().to_vec())), kept);
        }
        assert_eq!(line(&Reject::Nothing), "");
    }

    #[test]
    fn a_message_shorter_than_what_is_put_around_it_is_known() {
        let record = Arc::new(b"[12345,67]".to_vec());
        let text = std::str::from_utf8(&record).unwrap();
        let is_mostly_around = |added: &'static str| {
            let parts = vec![
                Part::Json(added.into()),
                Part::sent(&text[1..6], &record),
                Part::sent(&text[7..9], &record),
                Part::Json("]".into()),
            ];
            Reject::Message(Arc::clone(&record), parts).is_mostly_around()
        };
        // Seven bytes were sent.
        assert_eq!(
            ["", "12345", "123456", "1234567", "12345678"].map(is_mostly_around),
            [false, false, false, true, true]
        );
        assert!(!Reject::Whole(Arc::clone(&record)).is_mostly_around());
    }

    #[test]
    fn json_from_elsewhere_is_copied() {
        let (record, elsewhere) = (Arc::new(b"{\"a\":1}".to_vec()), "[1,\n2]".to_owned());
        let own = std::str::from_utf8(&record).unwrap();
        for (sent, kept) in [(own, "{\"a\":1}\n"), (&own[5..6], "1\n"), (&elsewhere, "[1, 2]\n")] {
            let reject = Reject::Message(Arc::clone(&record), vec![Part::sent(sent, &record)]);
            assert_eq!(line(&reject), kept);
            assert_eq!(reject.is_mostly_around(), sent == elsewhere);
        }
    }

    #[test]
    fn what_is_kept_knows_its_record() {
        let record = Arc::new(b"{}".to_vec());
        let message = || Reject::Message(Arc::clone(&record), Vec::new());
        for (reject, has_record, is_whole) in [
            (Reject::Whole(Arc::clone(&record)), true, true),
            (message(), true, false),
            (Reject::Text(Vec::new()), false, false),
            (Reject::Line(Vec::new()), false, false),
            (Reject::Nothing, false, false),
        ] {
            assert_eq!((reject.record().is_some(), reject.is_whole()), (has_record, is_whole));
        }
    }
}
