//! Printing bodies one by one, in any form but the table.

use std::io;

use crate::cli::Format;
use crate::render::csv;
use crate::render::json::Body;

/// Prints bodies one by one, in any form but the table.
pub struct Printer<'a> {
    writer: &'a mut dyn io::Write,
    format: Format,
    keys: Vec<String>,
    many: bool,
    count: u64,
}

impl<'a> Printer<'a> {
    /// Starts a list (`many`) or a single body. CSV has the columns `keys`.
    pub fn new<K: AsRef<str>>(
        writer: &'a mut dyn io::Write,
        format: Format,
        keys: &[K],
        many: bool,
    ) -> io::Result<Printer<'a>> {
        let keys: Vec<String> = keys.iter().map(|key| key.as_ref().to_owned()).collect();
        if format == Format::Csv && !keys.is_empty() {
            writer.write_all(&csv::header(&keys))?;
        }
        Ok(Printer { writer, format, keys, many, count: 0 })
    }

    /// Prints one body.
    pub fn put(&mut self, body: &Body) -> io::Result<()> {
        if self.format == Format::Csv {
            return self.writer.write_all(&csv::row(&self.keys, body));
        }
        let is_array = self.many && self.format == Format::Json;
        let before = match (is_array, self.count) {
            (true, 0) => "[\n",
            (true, _) => ",\n",
            (false, _) => "",
        };
        self.count += 1;
        self.writer.write_all(before.as_bytes())?;
        serde_json::to_writer(&mut self.writer, body)?;
        if is_array { Ok(()) } else { self.writer.write_all(b"\n") }
    }

    /// Ends the list.
    pub fn finish(self) -> io::Result<()> {
        if self.many && self.format == Format::Json {
            let end: &[u8] = if self.count == 0 { b"[]\n" } else { b"\n]\n" };
            self.writer.write_all(end)?;
        }
        Ok(())
    }
}
