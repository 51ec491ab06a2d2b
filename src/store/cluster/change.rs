//! A change of a shop, as its log keeps it.

use std::io::{self, BufReader, Read, Seek as _, Write as _};
use std::mem;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;
use uuid::Uuid;

use super::statement::Value;

/// How many bytes of a change are kept in memory; larger ones wait in an unnamed file.
const IN_MEMORY: usize = 1 << 18;
/// The longest statement that is read back, with its values (64 MiB).
const STATEMENT: u64 = 1 << 26;

/// A place in the log: a version, and the id of what brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub version: i64,
    pub id: Uuid,
}

impl Position {
    /// That of a replica whose shop has no versions yet.
    pub const BEFORE_ALL: Position = Position { version: 0, id: Uuid::nil() };
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Recorded statements: a step from the version before.
    Change,
    /// A whole orders file, independent of the versions before.
    File,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Change => "change",
            Kind::File => "file",
        }
    }

    pub fn parse(text: &str) -> Option<Kind> {
        [Kind::Change, Kind::File].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One version's content.
#[derive(Debug)]
pub struct Change {
    pub kind: Kind,
    /// The version of the schema that it is for.
    pub schema: i32,
    /// How many rows it touches; of a file 0.
    pub rows: u64,
    pub body: Body,
}

/// Deflated bytes.
#[derive(Debug)]
pub struct Body(SpooledTempFile);

impl Default for Body {
    fn default() -> Body {
        Body(SpooledTempFile::new(IN_MEMORY))
    }
}

impl Body {
    /// Deflates what `from` holds.
    pub fn deflated(mut from: impl Read) -> io::Result<Body> {
        let mut packer = Packer::default();
        io::copy(&mut from, &mut packer.deflater)?;
        packer.finish()
    }

    /// Adds deflated bytes at the end.
    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Calls `put` with each piece of at most `size` bytes.
    pub fn pieces<E: From<io::Error>>(
        &mut self,
        size: usize,
        mut put: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.0.rewind()?;
        loop {
            let mut piece = Vec::with_capacity(size);
            (&mut self.0).take(size as u64).read_to_end(&mut piece)?;
            if piece.is_empty() {
                return Ok(());
            }
            put(&piece)?;
        }
    }

    /// Returns how many bytes there are.
    pub fn length(&mut self) -> io::Result<u64> {
        self.0.seek(io::SeekFrom::End(0))
    }

    /// Returns the bytes as they were before they were deflated.
    pub fn inflated(&mut self) -> io::Result<impl Read> {
        self.0.rewind()?;
        Ok(BufReader::new(DeflateDecoder::new(&mut self.0)))
    }

    /// Calls `run` with each statement and its values.
    ///
    /// # Errors
    /// Those of `run`; the bytes are no statements.
    pub fn statements<E: From<io::Error>>(
        &mut self,
        mut run: impl FnMut(&str, &[Value<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let mut bytes = self.inflated()?;
        let (mut texts, mut packed) = (Vec::new(), Vec::new());
        loop {
            let mut length = [0; 4];
            match bytes.read(&mut length[..1])? {
                0 => return Ok(()),
                _ => bytes.read_exact(&mut length[1..])?,
            }
            let length = u64::from(u32::from_le_bytes(length));
            packed.clear();
            if length > STATEMENT || (&mut bytes).take(length).read_to_end(&mut packed)? as u64 != length {
                return Err(invalid().into());
            }
            let Packed { text, values } = postcard::from_bytes(&packed).map_err(|_| invalid())?;
            let text: &str = match text {
                Text::New(text) => {
                    texts.push(text.to_owned());
                    &texts[texts.len() - 1]
                }
                Text::Known(number) => {
                    usize::try_from(number).ok().and_then(|number| texts.get(number)).ok_or_else(invalid)?
                }
            };
            run(text, &values)?;
        }
    }
}

/// A statement as a change has it.
#[derive(Debug, Serialize, Deserialize)]
struct Packed<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    values: Vec<Value<'a>>,
}

/// The text of a statement, with a `?` for each value.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Text<'a> {
    /// One that the change has not had before.
    New(&'a str),
    /// How many new ones came before it.
    Known(u32),
}

/// Deflates statements, or other bytes.
#[derive(Debug)]
pub struct Packer {
    deflater: DeflateEncoder<SpooledTempFile>,
    /// Room for a statement.
    buffer: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Packer {
        // The fastest level: an import should not wait for it.
        let deflater = DeflateEncoder::new(SpooledTempFile::new(IN_MEMORY), Compression::fast());
        Packer { deflater, buffer: Vec::new() }
    }
}

impl Packer {
    /// Adds a statement: its length, its text and its values.
    pub fn push(&mut self, text: Text<'_>, values: Vec<Value<'_>>) -> io::Result<()> {
        self.buffer.clear();
        self.buffer =
            postcard::to_extend(&Packed { text, values }, mem::take(&mut self.buffer)).map_err(io::Error::other)?;
        let length = u32::try_from(self.buffer.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.deflater.write_all(&length.to_le_bytes())?;
        self.deflater.write_all(&self.buffer)
    }

    pub fn finish(self) -> io::Result<Body> {
        self.deflater.finish().map(Body)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn packed(statements: &[&str]) -> Body {
        let mut packer = Packer::default();
        for statement in statements {
            packer.push(Text::New(statement), Vec::new()).unwrap();
        }
        packer.finish().unwrap()
    }

    /// Returns each statement with its values.
    pub fn unpacked(body: &mut Body) -> Vec<(String, Vec<Value<'static>>)> {
        let owned = |value: &Value<'_>| match value {
            Value::Text(text) => Value::Text(text.clone().into_owned().into()),
            Value::Blob(bytes) => Value::Blob(bytes.clone()),
            Value::Integer(number) => Value::Integer(*number),
            Value::Null => Value::Null,
        };
        let mut statements = Vec::new();
        body.statements(|statement, values| {
            statements.push((statement.to_owned(), values.iter().map(owned).collect()));
            io::Result::Ok(())
        })
        .unwrap();
        statements
    }

    #[test]
    fn statements_come_back_as_they_were() {
        let long = "x".repeat(3 * IN_MEMORY);
        let (insert, update) = ("INSERT INTO t VALUES (?, ?)", "UPDATE t SET x = ?");
        let values = || vec![Value::Text(long.as_str().into()), Value::Blob(vec![0, 255])];
        let mut packer = Packer::default();
        packer.push(Text::New(insert), values()).unwrap();
        packer.push(Text::New(update), vec![Value::Integer(-7)]).unwrap();
        packer.push(Text::Known(0), vec![Value::Null, Value::Text("قميص".into())]).unwrap();
        packer.push(Text::New(""), Vec::new()).unwrap();
        packer.push(Text::Known(1), Vec::new()).unwrap();
        let mut body = packer.finish().unwrap();
        let mut again = Body::default();
        let mut count = 0;
        body.pieces::<io::Error>(100, |piece| {
            count += 1;
            again.push(piece)
        })
        .unwrap();
        assert!(count > 1);
        assert_eq!(again.length().unwrap(), body.length().unwrap());
        let of = |text: &str, values| (text.to_owned(), values);
        for mut body in [body, again] {
            let expected = [
                of(insert, vec![Value::Text(long.clone().into()), Value::Blob(vec![0, 255])]),
                of(update, vec![Value::Integer(-7)]),
                of(insert, vec![Value::Null, Value::Text("قميص".into())]),
                of("", Vec::new()),
                of(update, Vec::new()),
            ];
            assert_eq!(unpacked(&mut body), expected);
        }
        assert_eq!(unpacked(&mut packed(&[])), []);
    }

    #[test]
    fn a_body_that_was_cut_off_or_is_foreign_is_no_change() {
        let mut whole = packed(&["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"]);
        let mut bytes = Vec::new();
        whole.inflated().unwrap().read_to_end(&mut bytes).unwrap();
        for cut in [
            &bytes[..2],
            &bytes[..10],
            &bytes[..bytes.len() - 1],
            b"\xff\xff\xff\xff",
            b"\x02\0\0\0\xff\xfe",
            b"\x03\0\0\0\x01\x00\x00",
        ] {
            let mut body = Body::deflated(cut).unwrap();
            assert!(body.statements(|_, _| io::Result::Ok(())).is_err(), "{cut:?}");
        }
    }
}
