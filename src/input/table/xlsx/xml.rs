//! The XML of a spreadsheet's parts, read piece by piece.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use crate::input::table::rows::{RowsError, refused};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The most bytes of one piece (64 KiB).
pub const PIECE_LIMIT: usize = 1 << 16;
/// How deep the XML may be nested: a sheet is five deep.
pub const DEPTH_LIMIT: usize = 64;

/// A piece of XML; names are without their prefix.
pub enum Piece {
    Start(String, HashMap<String, String>),
    Text(String),
    End(String),
    Eof,
}

/// XML that is read piece by piece, each of which has a bound.
#[derive(Debug)]
pub struct Xml<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    /// The end of an empty element (`<c/>`), which quick-xml reports as one event.
    end: Option<String>,
}

impl<R: BufRead> Xml<R> {
    /// Begins to read.
    pub fn new(source: R) -> Xml<R> {
        Xml { reader: Reader::from_reader(Bounded { inner: source, left: 0 }), buffer: Vec::new(), depth: 0, end: None }
    }

    /// Returns where it is read from.
    pub fn source(&self) -> &R {
        &self.reader.get_ref().inner
    }

    /// Reads the next piece.
    ///
    /// # Errors
    /// Reading failed, or the XML is damaged, nested too deep, or has too long a piece.
    pub fn next(&mut self) -> Result<Piece, RowsError> {
        if let Some(end) = self.end.take() {
            return Ok(Piece::End(end));
        }
        self.buffer.clear();
        self.reader.get_mut().left = PIECE_LIMIT;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(error) => io::Error::new(error.kind(), error.to_string()).into(),
            error => refused(format!("is a damaged spreadsheet: {error}")),
        })?;
        Ok(match event {
            Event::Start(element) => {
                self.depth += 1;
                if self.depth > DEPTH_LIMIT {
                    return Err(refused("is a damaged spreadsheet: it is nested too deep"));
                }
                start(&element)
            }
            Event::Empty(element) => {
                self.end = Some(element.local_name().as_ref().to_owned());
                start(&element)
            }
            Event::End(element) => {
                self.depth = self.depth.saturating_sub(1);
                Piece::End(element.local_name().as_ref().to_owned())
            }
            Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => {
                let sign = reference.resolve_char_ref().ok().flatten().map(String::from);
                let text = sign.or_else(|| resolve_predefined_entity(&reference).map(str::to_owned));
                Piece::Text(text.ok_or_else(|| refused("is a damaged spreadsheet: it has an unknown entity"))?)
            }
            Event::Eof => Piece::Eof,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Piece::Text(String::new()),
        })
    }
}

fn start(element: &BytesStart<'_>) -> Piece {
    let mut attributes = HashMap::new();
    for attribute in element.attributes().with_checks(false).flatten() {
        if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
            attributes.insert(attribute.key.local_name().as_ref().to_owned(), value.into_owned());
        }
    }
    Piece::Start(element.local_name().as_ref().to_owned(), attributes)
}

/// A reader that gives at most `left` bytes, until `left` is set again.
#[derive(Debug)]
struct Bounded<R> {
    inner: R,
    left: usize,
}

impl<R: BufRead> Bounded<R> {
    fn ensure_left(&self) -> io::Result<()> {
        match self.left {
            0 => Err(io::Error::new(io::ErrorKind::InvalidData, "has a cell that is too long: save the list as CSV")),
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.ensure_left()?;
        let most = bytes.len().min(self.left);
        let count = self.inner.read(&mut bytes[..most])?;
        self.left -= count;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.ensure_left()?;
        let left = self.left;
        let bytes = self.inner.fill_buf()?;
        Ok(&bytes[..bytes.len().min(left)])
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.inner.consume(count);
    }
}
