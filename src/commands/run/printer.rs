//! Printing results: as a table or text for people, else as bodies one by one.

use std::io::{self, Write as _};

use anyhow::Context as _;
use serde::Serialize;
use serde_json::json;

use super::context::Context;
use crate::domain::history::seen_by;
use crate::domain::order::Order;
use crate::domain::settings::Settings;
use crate::domain::zone::Zone;
use crate::error::OutputError;
use crate::options::OutputFormat;
use crate::render::json::{Body, Chosen, Keyed};
use crate::render::workbook::Workbook;
use crate::render::{csv, json, order, table};
use crate::spool::{Output, Spool, SpoolError};
use crate::ui;

/// Prints bodies one by one as lines of JSON or CSV.
pub struct Printer<'a> {
    writer: &'a mut dyn io::Write,
    format: OutputFormat,
    keys: Vec<String>,
    many: bool,
    count: u64,
    line: Vec<u8>,
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
        Printer { writer, format, keys, many, count: 0, line: Vec::new() }
    }

    /// Prints one body.
    pub fn put(&mut self, body: &Body) -> io::Result<()> {
        if self.format != OutputFormat::Csv {
            return self.put_json(body);
        }
        if self.count == 0 {
            self.put_header()?;
        }
        self.count += 1;
        self.writer.write_all(&csv::row(&self.keys, body))
    }

    /// Prints one row.
    pub fn put_row(&mut self, row: &Chosen<'_, impl Keyed>) -> io::Result<()> {
        if self.format == OutputFormat::Csv { self.put(&row.body()) } else { self.put_json(row) }
    }

    fn put_json(&mut self, body: &impl Serialize) -> io::Result<()> {
        let is_array = self.many && self.format == OutputFormat::Json;
        let before = match (is_array, self.count == 0) {
            (true, true) => "[\n",
            (true, false) => ",\n",
            (false, _) => "",
        };
        self.count += 1;
        // Collected first: serde_json would call the writer for every comma and quote.
        self.line.clear();
        self.line.extend_from_slice(before.as_bytes());
        serde_json::to_writer(&mut self.line, body)?;
        self.line.extend_from_slice(if is_array { b"" } else { b"\n" });
        self.writer.write_all(&self.line)
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

/// Prints the bodies of a list one by one, in any form but the table.
pub enum ListPrinter<'a> {
    Lines(Printer<'a>),
    /// A workbook, which is printed once it is complete.
    Workbook(Box<Workbook>),
}

impl<'a> ListPrinter<'a> {
    /// Prepares to print a list with the columns `keys`. A workbook shows times in the zone.
    pub fn new(
        writer: &'a mut dyn io::Write,
        format: OutputFormat,
        keys: &[&str],
        zone: Zone,
    ) -> Result<ListPrinter<'a>, SpoolError> {
        if format != OutputFormat::Xlsx {
            return Ok(ListPrinter::Lines(Printer::new(writer, format, keys, true)));
        }
        let mut workbook = Workbook::new(zone)?;
        workbook.begin_sheet("list", keys)?;
        Ok(ListPrinter::Workbook(Box::new(workbook)))
    }

    /// Prints one body.
    pub fn put(&mut self, body: &Body) -> anyhow::Result<()> {
        match self {
            ListPrinter::Lines(printer) => Ok(printer.put(body)?),
            ListPrinter::Workbook(workbook) => Ok(workbook.put(body)?),
        }
    }

    /// Prints one row.
    pub fn put_row(&mut self, row: &Chosen<'_, impl Keyed>) -> anyhow::Result<()> {
        match self {
            ListPrinter::Lines(printer) => Ok(printer.put_row(row)?),
            ListPrinter::Workbook(workbook) => Ok(workbook.put(&row.body())?),
        }
    }

    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            ListPrinter::Lines(printer) => printer.flush(),
            ListPrinter::Workbook(_) => Ok(()),
        }
    }

    /// Ends the list.
    pub fn finish(self, context: &Context) -> anyhow::Result<()> {
        match self {
            ListPrinter::Lines(printer) => Ok(printer.finish()?),
            ListPrinter::Workbook(workbook) => context.print_workbook(*workbook),
        }
    }
}

impl Context {
    /// Prints a workbook, and says if texts were cut.
    pub fn print_workbook(&self, workbook: Workbook) -> anyhow::Result<()> {
        let mut stdout = ui::stdout();
        let cut = workbook.finish(&mut |bytes| anyhow::Ok(stdout.write_all(bytes).map_err(OutputError)?))?;
        stdout.flush().map_err(OutputError)?;
        if cut > 0 {
            let texts = if cut == 1 { "1 text was".to_owned() } else { format!("{cut} texts were") };
            self.ui.warn(&format!("{texts} longer than a cell can be, and cut; --format csv has all of it"));
        }
        Ok(())
    }

    /// Prints a command's one body, or `text` for people.
    pub fn print_one(&self, body: Body, text: impl FnOnce() -> String) -> Result<(), OutputError> {
        let keys: Vec<String> = body.keys().cloned().collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        self.print_each(vec![body], &keys, false, text)
    }

    /// Prints a command's one body for programs, with an array of what `list` holds as the value of `key`, its last one.
    ///
    /// # Errors
    /// It cannot be printed, or the list cannot be read again.
    pub fn print_with_list(&self, mut body: Body, key: &str, mut list: Spool<Body>) -> anyhow::Result<()> {
        // Stands where the list goes. What comes after it has no such text.
        const MARK: &str = "\0";
        if list.is_empty() {
            return Ok(self.print_one(body, String::new)?);
        }
        let is_csv = self.global.format() == OutputFormat::Csv;
        body.insert(key.to_owned(), json!(MARK));
        if self.has_rolled_back {
            body.insert("dryRun".to_owned(), json!(true));
        }
        let (keys, mut around) = (body.keys().cloned().collect::<Vec<_>>(), Vec::new());
        Printer::new(&mut around, self.global.format(), &keys, false).put(&body).map_err(OutputError)?;
        let (mark, quote) = if is_csv { (MARK.to_owned(), "\"") } else { (json!(MARK).to_string(), "") };
        let at = memchr::memmem::rfind(&around, mark.as_bytes()).context("the list has its place")?;
        let (before, after) = (&around[..at], &around[at + mark.len()..]);
        let mut stdout = ui::stdout();
        let mut put = |bytes: &[u8]| anyhow::Ok(stdout.write_all(bytes).map_err(OutputError)?);
        put(before)?;
        put(quote.as_bytes())?;
        let mut start = '[';
        list.each(|one| {
            let json = format!("{start}{}", serde_json::Value::Object(one));
            start = ',';
            put(if is_csv { json.replace('"', "\"\"") } else { json }.as_bytes())
        })?;
        put(b"]")?;
        put(quote.as_bytes())?;
        put(after)?;
        Ok(stdout.flush().map_err(OutputError)?)
    }

    /// Prints an order that a command wrote.
    pub fn print_order(&self, order: &Order, settings: &Settings) -> Result<(), OutputError> {
        let order = &seen_by(&self.caller, order);
        self.print_one(json::order(order), || match self.ui.quiet {
            true => format!("{}\n", order.summary.reference),
            false => order::show(order, self.style(settings)),
        })
    }

    /// Prints each body, as an array if `is_list`, or `text` for people. CSV has the columns `keys`, whatever the
    /// bodies hold.
    pub fn print_each(
        &self,
        bodies: impl IntoIterator<Item = Body>,
        keys: &[&str],
        is_list: bool,
        text: impl FnOnce() -> String,
    ) -> Result<(), OutputError> {
        if self.is_table() {
            ui::print(&text())?;
            if self.has_rolled_back {
                self.ui.note("dry run: nothing changed");
            }
            return Ok(());
        }
        let mut keys = keys.to_vec();
        if self.has_rolled_back {
            keys.extend(Some("dryRun").filter(|key| !keys.contains(key)));
        }
        let mut stdout = ui::stdout();
        let mut printer = Printer::new(&mut stdout, self.global.format(), &keys, is_list);
        // One body at a time: there may be too many to hold.
        for mut body in bodies {
            if self.has_rolled_back {
                body.insert("dryRun".to_owned(), json!(true));
            }
            printer.put(&body).map_err(OutputError)?;
        }
        printer.finish().map_err(OutputError)
    }

    /// Prints a list with the columns `keys`. People get `text`, or a table of the columns they chose.
    pub fn print_list(
        &self,
        keys: &[&str],
        bodies: &[Body],
        settings: &Settings,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        if !self.is_table() {
            return self.print_as_it_comes(keys, settings.zone(), |printer| {
                bodies.iter().try_for_each(|body| printer.put(body))
            });
        }
        let text = match self.global.fields {
            Some(_) => table::of_bodies(keys, bodies.iter().cloned(), self.style(settings)),
            None => text(),
        };
        Ok(ui::print(&text)?)
    }

    /// Prints what `write` puts once all of it is there, in any form but the table: it reads from a transaction that a slow reader
    /// of the output must not keep open.
    pub fn print_once_read(
        &self,
        keys: &[&str],
        zone: Zone,
        write: impl FnOnce(&mut ListPrinter<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if self.global.format() == OutputFormat::Xlsx {
            // A workbook is complete before it is printed.
            return self.print_as_it_comes(keys, zone, write);
        }
        let mut output = Output::default();
        let print = |output: &mut Output| -> anyhow::Result<()> {
            let mut printer = ListPrinter::new(output, self.global.format(), keys, zone)?;
            write(&mut printer)?;
            printer.finish(self)
        };
        print(&mut output).map_err(|error| match error.downcast::<io::Error>() {
            Ok(error) => SpoolError(error).into(),
            Err(error) => error,
        })?;
        let mut stdout = ui::stdout();
        output.each(|bytes| anyhow::Ok(stdout.write_all(bytes).map_err(OutputError)?))?;
        Ok(stdout.flush().map_err(OutputError)?)
    }

    /// Prints what `write` puts as it comes, in any form but the table. If it fails before the first body, stdout stays
    /// empty; if later, the exit code says that the output is incomplete.
    pub fn print_as_it_comes(
        &self,
        keys: &[&str],
        zone: Zone,
        write: impl FnOnce(&mut ListPrinter<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut stdout = ui::stdout();
        let print = || -> anyhow::Result<()> {
            let mut printer = ListPrinter::new(&mut stdout, self.global.format(), keys, zone)?;
            write(&mut printer)?;
            printer.finish(self)
        };
        print().map_err(|error| match error.downcast::<std::io::Error>() {
            Ok(error) => OutputError(error).into(),
            Err(error) => error,
        })
    }
}
