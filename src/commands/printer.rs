//! Printing bodies one by one, in any form but the table.

use std::io;

use crate::options::OutputFormat;
use crate::render::csv;
use crate::render::json::Body;

pub struct Printer<'a> {
    writer: &'a mut dyn io::Write,
    format: OutputFormat,
    keys: Vec<String>,
    many: bool,
    count: u64,
}

impl<'a> Printer<'a> {
    /// Prepares to print a list (`many`) or a single body. CSV has the columns `keys`.
    pub fn new<K: AsRef<str>>(
        writer: &'a mut dyn io::Write,
        format: OutputFormat,
        keys: &[K],
        many: bool,
    ) -> Printer<'a> {
        let keys: Vec<String> = keys.iter().map(|key| key.as_ref().to_owned()).collect();
        Printer { writer, format, keys, many, count: 0 }
    }

    /// Prints one body.
    pub fn put(&mut self, body: &Body) -> io::Result<()> {
        let is_first = self.count == 0;
        self.count += 1;
        if self.format == OutputFormat::Csv {
            if is_first {
                self.put_header()?;
            }
            return self.writer.write_all(&csv::row(&self.keys, body));
        }
        let is_array = self.many && self.format == OutputFormat::Json;
        let before = match (is_array, is_first) {
            (true, true) => "[\n",
            (true, false) => ",\n",
            (false, _) => "",
        };
        self.writer.write_all(before.as_bytes())?;
        serde_json::to_writer(&mut self.writer, body)?;
        if is_array { Ok(()) } else { self.writer.write_all(b"\n") }
    }

    fn put_header(&mut self) -> io::Result<()> {
        if self.keys.is_empty() { Ok(()) } else { self.writer.write_all(&csv::header(&self.keys)) }
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Ends the list.
    pub fn finish(mut self) -> io::Result<()> {
        if self.format == OutputFormat::Csv && self.count == 0 {
            self.put_header()?;
        }
        if self.many && self.format == OutputFormat::Json {
            let end: &[u8] = if self.count == 0 { b"[]\n" } else { b"\n]\n" };
            self.writer.write_all(end)?;
        }
        self.writer.flush()
    }
}
