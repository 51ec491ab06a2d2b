//! What is kept of a record or message that was not taken, ready to mend and import again.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use super::chat_dump::to_chat_message;

/// What is kept of orders that are not taken. It is put together only when it is written; the orders of one record or message
/// share it, so that it is kept once.
#[derive(Debug)]
pub struct Reject(Form);

#[derive(Debug)]
enum Form {
    /// There is too much of it.
    Nothing,
    /// The bytes as they were sent.
    Whole(Arc<Vec<u8>>),
    /// One message of a record, with what it needs around it.
    Message(Arc<Vec<u8>>, Vec<Part>),
    /// An order message of a text.
    Text(String),
}

/// A piece of what is kept of one message.
#[derive(Debug)]
pub struct Part(PartForm);

#[derive(Debug)]
enum PartForm {
    /// These bytes of the record.
    Sent(Range<usize>),
    /// JSON that is put around them.
    Json(Cow<'static, str>),
}

impl Part {
    /// JSON that is put around what was sent.
    pub fn json(json: impl Into<Cow<'static, str>>) -> Part {
        Part(PartForm::Json(json.into()))
    }

    /// JSON as it stands in a record; what stands elsewhere is copied.
    pub(super) fn sent(sent: &str, record: &[u8]) -> Part {
        let start = (sent.as_ptr() as usize).checked_sub(record.as_ptr() as usize);
        let range = start.map(|start| start..start + sent.len()).filter(|range| range.end <= record.len());
        Part(range.map_or_else(|| PartForm::Json(Cow::Owned(sent.to_owned())), PartForm::Sent))
    }
}

impl Reject {
    /// Keeps nothing: there is too much of it.
    pub fn nothing() -> Reject {
        Reject(Form::Nothing)
    }

    /// Keeps a whole record.
    pub fn whole(record: Arc<Vec<u8>>) -> Reject {
        Reject(Form::Whole(record))
    }

    /// Keeps parts of a record, which together are a record of their own.
    pub fn message(record: Arc<Vec<u8>>, parts: Vec<Part>) -> Reject {
        Reject(Form::Message(record, parts))
    }

    /// Keeps an order message that was found in a text, as a message of a dump.
    pub fn text(text: String) -> Reject {
        Reject(Form::Text(text))
    }

    /// Returns whether most of it is what is put around what was sent.
    pub fn is_mostly_around(&self) -> bool {
        let Form::Message(_, parts) = &self.0 else { return false };
        let (mut sent, mut around) = (0, 0);
        for Part(part) in parts {
            match part {
                PartForm::Sent(range) => sent += range.len(),
                PartForm::Json(json) => around += json.len(),
            }
        }
        around > sent
    }

    /// Returns the record that it is of; `None` where it is of none.
    pub fn record(&self) -> Option<&Arc<Vec<u8>>> {
        match &self.0 {
            Form::Whole(record) | Form::Message(record, _) => Some(record),
            Form::Nothing | Form::Text(_) => None,
        }
    }

    /// Returns whether this is all that was sent, whatever else is kept of it by itself.
    pub fn is_whole(&self) -> bool {
        matches!(self.0, Form::Whole(_))
    }

    /// Writes it on one line.
    pub fn write_line(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.0 {
            Form::Nothing => return Ok(()),
            Form::Whole(record) => write_on_one_line(record, out)?,
            Form::Message(record, parts) => {
                for Part(part) in parts {
                    match part {
                        PartForm::Sent(range) => write_on_one_line(&record[range.clone()], out)?,
                        PartForm::Json(json) => write_on_one_line(json.as_bytes(), out)?,
                    }
                }
            }
            Form::Text(text) => out.write_all(to_chat_message(text).as_bytes())?,
        }
        out.write_all(b"\n")
    }
}

/// Writes JSON without its line breaks: they are only ever space between two values.
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
    fn each_is_one_line() {
        let record = Arc::new(b"{\"a\":\r\n[1,\n2]}".to_vec());
        assert_eq!(line(&Reject::whole(Arc::clone(&record))), "{\"a\":  [1, 2]}\n");
        let sent = std::str::from_utf8(&record[7..13]).unwrap();
        let parts = vec![Part::json("{\"b\":"), Part::sent(sent, &record), Part::sent("}", &record)];
        assert_eq!(line(&Reject::message(Arc::clone(&record), parts)), "{\"b\":[1, 2]}\n");
        let text = line(&Reject::text("a\n\"b\"".to_owned()));
        assert_eq!(text, "{\"date\":null,\"author\":null,\"message\":\"a\\n\\\"b\\\"\\n\"}\n");
        assert_eq!(line(&Reject::nothing()), "");
    }
}
