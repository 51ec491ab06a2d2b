//! The rows of a spreadsheet (`.xlsx`): those of its first sheet, read as a stream. The sizes that the file
//! gives are not trusted.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::sync::Arc;

use super::cell::number;
use super::reject::Reject;
use super::table::{Columns, Row, Rows, RowsError, Sheets};
use super::zip::{SheetParts, Unpacked, ZipError};
use crate::domain::text::shorten;
use csv::WriterBuilder;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The most bytes of one row, and of one piece of its XML (64 KiB).
const ROW_LIMIT: usize = 1 << 16;
/// The most bytes of the texts that cells share (16 MiB).
const TEXTS_LIMIT: usize = 1 << 24;
/// How many bytes of memory a text takes beside its own.
const TEXT_OVERHEAD: usize = 32;
/// The most columns.
const COLUMNS_LIMIT: usize = 1000;
/// How deep the XML may be nested: a sheet is five deep.
const DEPTH_LIMIT: usize = 64;
/// The most names of sheets that are kept.
const SHEETS_NAMED: usize = 10;

/// The rows of a sheet.
#[derive(Debug)]
pub struct SheetRows<R: Read> {
    sheet: Xml<BufReader<Unpacked<R>>>,
    texts: Vec<Box<str>>,
    sheets: Sheets,
    columns: Columns,
    /// The header, as CSV.
    header: Arc<Vec<u8>>,
    number: u64,
    line: u64,
}

impl<R: Read + Seek> SheetRows<R> {
    /// Finds the first sheet and reads its header, in which some of the `known` columns stand.
    ///
    /// # Errors
    /// Reading failed, or it is no spreadsheet with such a header.
    pub fn begin(mut file: R, known: &[&'static str]) -> Result<SheetRows<R>, RowsError> {
        let parts = SheetParts::find(&mut file)?;
        let links = match parts.open(&mut file, "xl/_rels/workbook.xml.rels")? {
            Some(links) => read_links(Xml::new(links))?,
            None => return Err(refused("is a zip file, but no spreadsheet: save the list as CSV or .xlsx")),
        };
        let workbook = parts.open(&mut file, "xl/workbook.xml")?.ok_or_else(|| refused(NO_SHEET))?;
        let (id, sheets) = first_sheet(Xml::new(workbook))?.ok_or_else(|| refused(NO_SHEET))?;
        let path = links.get(&id).map(|target| match target.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None => format!("xl/{target}"),
        });
        let texts = match parts.open(&mut file, "xl/sharedStrings.xml")? {
            Some(texts) => read_texts(Xml::new(texts))?,
            None => Vec::new(),
        };
        let path = path.ok_or_else(|| refused(NO_SHEET))?;
        let sheet = Xml::new(parts.open(file, &path)?.ok_or_else(|| refused(NO_SHEET))?);
        let columns = Columns::of(&[], known).map_err(refused)?;
        let mut rows = SheetRows { sheet, texts, sheets, columns, header: Arc::default(), number: 0, line: 0 };
        let header = rows.read_cells()?.ok_or_else(|| refused("is empty: its first row names the columns"))?;
        let header = header.map_err(refused)?;
        rows.columns = Columns::of_header(&header, known).map_err(refused)?;
        rows.header = Arc::new(as_csv(&header));
        Ok(rows)
    }
}

const NO_SHEET: &str = "is a spreadsheet without a sheet that can be read: save the list as CSV";

fn refused(problem: impl Into<String>) -> RowsError {
    RowsError::CutOff { line: 1, problem: problem.into() }
}

impl From<ZipError> for RowsError {
    fn from(error: ZipError) -> RowsError {
        match error {
            ZipError::Io(error) => error.into(),
            ZipError::Refused(problem) => refused(problem),
        }
    }
}

impl From<io::Error> for RowsError {
    fn from(error: io::Error) -> RowsError {
        // The compressed data is wrong, not the disk.
        match error.kind() {
            io::ErrorKind::InvalidData => refused(error.to_string()),
            _ => RowsError::Io(error),
        }
    }
}

impl<R: Read> SheetRows<R> {
    /// Reads the cells of the next row that is not blank, or why they cannot be read; `None` at the end.
    fn read_cells(&mut self) -> Result<Option<Result<Vec<String>, String>>, RowsError> {
        let (mut cells, mut size, mut problem) = (Vec::new(), 0, None);
        let mut cell = Cell::default();
        loop {
            match self.sheet.next()? {
                Piece::Start(name, attributes) => match name.as_str() {
                    "row" => {
                        let number = attributes.get("r").and_then(|number| number.parse().ok());
                        self.line = number.unwrap_or(self.line + 1);
                    }
                    "c" => cell = Cell::of(&attributes, cells.len()),
                    "f" => cell.is_formula = true,
                    "v" | "t" => cell.is_read = true,
                    // A guide to how it is pronounced, not a part of the text.
                    "rPh" => cell.is_phonetic = true,
                    _ => {}
                },
                Piece::Text(text) if cell.is_read && !cell.is_phonetic => cell.text.push_str(&text),
                Piece::Text(_) => {}
                Piece::End(name) => match name.as_str() {
                    "v" | "t" => cell.is_read = false,
                    "rPh" => cell.is_phonetic = false,
                    "c" => {
                        let cell = std::mem::take(&mut cell);
                        size += cell.text.len();
                        if cell.column >= COLUMNS_LIMIT || size > ROW_LIMIT {
                            problem.get_or_insert(format!(
                                "has more than {COLUMNS_LIMIT} columns or {ROW_LIMIT} bytes: save the list as CSV"
                            ));
                            continue;
                        }
                        cells.resize(cells.len().max(cell.column + 1), String::new());
                        let column = cell.column;
                        match cell.value(&self.texts) {
                            Ok(value) => {
                                size += value.len();
                                cells[column] = value;
                            }
                            Err(what) => drop(problem.get_or_insert(what)),
                        }
                    }
                    "row" => {
                        let is_blank = cells.iter().all(|cell| cell.trim().is_empty());
                        match problem.take() {
                            Some(problem) => return Ok(Some(Err(problem))),
                            None if !is_blank => return Ok(Some(Ok(cells))),
                            None => (cells, size) = (Vec::new(), 0),
                        }
                    }
                    "sheetData" => return Ok(None),
                    _ => {}
                },
                Piece::Eof => return Ok(None),
            }
        }
    }
}

impl<R: Read> Rows for SheetRows<R> {
    fn next_row(&mut self) -> Result<Option<Row>, RowsError> {
        let line = self.line + 1;
        let cells = match self.read_cells() {
            Ok(Some(cells)) => cells,
            Ok(None) => return Ok(None),
            Err(RowsError::CutOff { problem, .. }) => return Err(RowsError::CutOff { line, problem }),
            Err(error) => return Err(error),
        };
        self.number += 1;
        let source = cells.as_ref().map(|cells| as_csv(cells)).unwrap_or_default();
        let size = source.len();
        let reject = Arc::new(Reject::Row(Arc::clone(&self.header), source));
        Ok(Some(Row { number: self.number, line: self.line, cells, reject, size }))
    }

    fn columns(&self) -> &Columns {
        &self.columns
    }

    fn sheets(&self) -> Option<&Sheets> {
        Some(&self.sheets)
    }

    fn has_decimal_comma(&self) -> bool {
        false
    }
}

/// Writes cells as a row of CSV, without its end.
fn as_csv(cells: &[String]) -> Vec<u8> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells).expect("memory takes every row");
    let mut row = writer.into_inner().expect("memory takes every row");
    row.truncate(row.trim_ascii_end().len());
    row
}

/// A cell that is being read.
#[derive(Debug, Default)]
struct Cell {
    column: usize,
    kind: String,
    text: String,
    is_read: bool,
    is_phonetic: bool,
    is_formula: bool,
}

impl Cell {
    /// Begins a cell in the column that its `r` names, else in `next`.
    fn of(attributes: &HashMap<String, String>, next: usize) -> Cell {
        let column = attributes.get("r").and_then(|place| column_of(place)).unwrap_or(next);
        Cell { column, kind: attributes.get("t").cloned().unwrap_or_default(), ..Cell::default() }
    }

    /// Returns what it shows.
    fn value(self, texts: &[Box<str>]) -> Result<String, String> {
        // A text that a formula gives may be empty.
        if self.is_formula && self.text.is_empty() && self.kind != "str" {
            return Err(
                "has a formula without its result: open the file in a spreadsheet program, and save it".to_owned()
            );
        }
        match self.kind.as_str() {
            "s" => {
                let text = self.text.trim().parse().ok().and_then(|number: usize| texts.get(number));
                text.map(|text| unescaped(text)).ok_or_else(|| "has a cell whose text is missing".to_owned())
            }
            "b" => Ok(if self.text.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned()),
            "e" => Err(format!("has a cell with the error {}", shorten(self.text.trim()))),
            "" | "n" => Ok(number(self.text.trim())),
            _ => Ok(unescaped(&self.text)),
        }
    }
}

/// Returns a text with the characters that spreadsheets escape, as XML cannot have them: `_x000D_`. Of an escaped `_` (`_x005F_`)
/// only that is left.
fn unescaped(text: &str) -> String {
    let escape = |rest: &str| {
        let digits = rest.strip_prefix("_x")?.get(..5)?.strip_suffix('_')?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_hex).and_then(char::from_u32)
    };
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = escape(rest).map_or(('_', 1), |c| (c, "_x0000_".len()));
        shown.push(c);
        rest = &rest[length..];
    }
    shown + rest
}

/// Returns the place of a column, from 0: `B7` is 1.
fn column_of(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters.take(4).fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    column.checked_sub(1)
}

/// Reads the links of a workbook: the path of each part by its id.
fn read_links<R: BufRead>(mut xml: Xml<R>) -> Result<HashMap<String, String>, RowsError> {
    let mut links = HashMap::new();
    loop {
        match xml.next()? {
            Piece::Start(name, mut link) if name == "Relationship" && links.len() < COLUMNS_LIMIT => {
                if let (Some(id), Some(target)) = (link.remove("Id"), link.remove("Target")) {
                    links.insert(id, target);
                }
            }
            Piece::Eof => return Ok(links),
            _ => {}
        }
    }
}

/// Returns the id of the first sheet of a workbook that is not hidden, and the names of all that are not.
fn first_sheet<R: BufRead>(mut xml: Xml<R>) -> Result<Option<(String, Sheets)>, RowsError> {
    let mut found: Option<(String, Sheets)> = None;
    loop {
        match xml.next()? {
            Piece::Start(name, properties)
                if name == "workbookPr"
                    && properties.get("date1904").is_some_and(|is_so| matches!(is_so.as_str(), "1" | "true")) =>
            {
                return Err(refused("counts its days from 1904: save the list as CSV"));
            }
            Piece::Start(name, mut sheet)
                if name == "sheet" && sheet.get("state").is_none_or(|state| state == "visible") =>
            {
                let name = shorten(&sheet.remove("name").unwrap_or_default()).into_owned();
                match (&mut found, sheet.remove("id")) {
                    (Some((_, sheets)), _) if sheets.others.len() < SHEETS_NAMED => sheets.others.push(name),
                    (None, Some(id)) => found = Some((id, Sheets { name, others: Vec::new() })),
                    _ => {}
                }
            }
            Piece::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// Reads the texts that cells share.
fn read_texts<R: BufRead>(mut xml: Xml<R>) -> Result<Vec<Box<str>>, RowsError> {
    let (mut texts, mut size) = (Vec::new(), 0);
    let mut cell = Cell::default();
    loop {
        match xml.next()? {
            Piece::Start(name, _) => match name.as_str() {
                "si" => cell = Cell::default(),
                "t" => cell.is_read = true,
                "rPh" => cell.is_phonetic = true,
                _ => {}
            },
            Piece::Text(text) if cell.is_read && !cell.is_phonetic && cell.text.len() <= ROW_LIMIT => {
                cell.text.push_str(&text);
            }
            Piece::Text(_) => {}
            Piece::End(name) => match name.as_str() {
                "t" => cell.is_read = false,
                "rPh" => cell.is_phonetic = false,
                "si" => {
                    size += cell.text.len() + TEXT_OVERHEAD;
                    if size > TEXTS_LIMIT {
                        return Err(refused("has too many texts for a spreadsheet: save the list as CSV"));
                    }
                    texts.push(std::mem::take(&mut cell.text).into_boxed_str());
                }
                _ => {}
            },
            Piece::Eof => return Ok(texts),
        }
    }
}

/// A piece of XML; names are without their prefix.
enum Piece {
    Start(String, HashMap<String, String>),
    Text(String),
    End(String),
    Eof,
}

/// XML that is read piece by piece, each of which has a bound.
#[derive(Debug)]
struct Xml<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    /// The end of an empty element (`<c/>`), which quick-xml reports as one event.
    end: Option<String>,
}

impl<R: BufRead> Xml<R> {
    fn new(source: R) -> Xml<R> {
        Xml { reader: Reader::from_reader(Bounded { inner: source, left: 0 }), buffer: Vec::new(), depth: 0, end: None }
    }

    fn next(&mut self) -> Result<Piece, RowsError> {
        if let Some(end) = self.end.take() {
            return Ok(Piece::End(end));
        }
        self.buffer.clear();
        self.reader.get_mut().left = ROW_LIMIT;
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::input::zip::tests::zip;

    const KNOWN: &[&str] = &["orderReference", "amount"];
    const RELS: &str = r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
    const BOOK: &str = r#"<workbook><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>"#;
    const HEADER: &str = r#"<row r="1"><c t="inlineStr"><is><t>Order Reference</t></is></c><c t="inlineStr"><is><t>amount</t></is></c></row>"#;

    fn book(sheet: &str, texts: &str, workbook: &str) -> Vec<u8> {
        zip(&[
            ("xl/_rels/workbook.xml.rels", RELS.as_bytes(), true),
            ("xl/workbook.xml", workbook.as_bytes(), true),
            ("xl/sharedStrings.xml", texts.as_bytes(), true),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes(), true),
        ])
    }

    fn rows_of(bytes: Vec<u8>) -> Result<Vec<(u64, Result<Vec<String>, String>)>, String> {
        let problem = |error| match error {
            RowsError::CutOff { problem, .. } => problem,
            RowsError::Io(error) => format!("io: {error}"),
        };
        let mut sheet = SheetRows::begin(Cursor::new(bytes), KNOWN).map_err(problem)?;
        let mut rows = Vec::new();
        while let Some(row) = sheet.next_row().map_err(problem)? {
            rows.push((row.line, row.cells));
        }
        Ok(rows)
    }

    fn sheet(rows: &str) -> String {
        format!("<worksheet><sheetData>{HEADER}{rows}</sheetData></worksheet>")
    }

    #[test]
    fn cells_are_read_as_they_are_shown() {
        let texts =
            "<sst><si><t>LEG-1</t></si><si><r><t>LEG</t></r><r><t>-&amp;2</t></r><rPh><t>x</t></rPh></si></sst>";
        for (cells, expected) in [
            (r#"<c t="s"><v>0</v></c><c><v>59.98</v></c>"#, Ok(&["LEG-1", "59.98"][..])),
            (r#"<c t="s"><v>1</v></c><c><v>59.980000000000004</v></c>"#, Ok(&["LEG-&2", "59.98"])),
            (r#"<c r="B2"><v>1.05E+3</v></c>"#, Ok(&["", "1050"])),
            (r#"<c r="A2" t="str"><f>A1</f><v>x</v></c><c r="B2"/>"#, Ok(&["x", ""])),
            (r#"<c><v>6221031492019.0</v></c><c t="b"><v>1</v></c>"#, Ok(&["6221031492019", "TRUE"])),
            (r#"<c t="str"><f>A1</f><v></v></c><c><f>1/3</f><v>0.33</v></c>"#, Ok(&["", "0.33"])),
            (
                "<c><f>B1*1.1</f><v></v></c>",
                Err("has a formula without its result: open the file in a spreadsheet program, and save it"),
            ),
            (
                "<c><f>B1*1.1</f></c>",
                Err("has a formula without its result: open the file in a spreadsheet program, and save it"),
            ),
            (
                r#"<c t="str"><v>_x005F_x0041_ _x000D__x</v></c><c t="str"><v>_xD800__x0041</v></c>"#,
                Ok(&["_x0041_ \r_x", "_xD800__x0041"]),
            ),
            (r#"<c t="e"><v>#N/A</v></c>"#, Err("has a cell with the error #N/A")),
            (r#"<c t="s"><v>9</v></c>"#, Err("has a cell whose text is missing")),
            (r#"<c r="ZZZ2"><v>1</v></c>"#, Err("has more than 1000 columns or 65536 bytes: save the list as CSV")),
        ] {
            let rows = rows_of(book(&sheet(&format!(r#"<row r="2">{cells}</row>"#)), texts, BOOK)).unwrap();
            let expected = expected.map(|cells| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
            assert_eq!(rows, [(2, expected.map_err(str::to_owned))], "{cells}");
        }
    }

    #[test]
    fn rows_have_the_numbers_of_the_sheet_and_blank_ones_are_none() {
        let rows =
            r#"<row r="4"><c><v>1</v></c></row><row r="5"><c t="str"><v> </v></c></row><row><c><v>2</v></c></row>"#;
        let rows = rows_of(book(&sheet(rows), "<sst/>", BOOK)).unwrap();
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 6]);
    }

    #[test]
    fn the_first_sheet_that_can_be_seen_is_read_and_the_others_are_named() {
        let sheet = |name: &str, more: &str| format!(r#"<sheet name="{name}" {more} r:id="rId1"/>"#);
        let many: String = (0..20).map(|number| sheet(&number.to_string(), "")).collect();
        for (sheets, name, others) in [
            (sheet("A", ""), "A", 0),
            (
                sheet("Old", "state='hidden'")
                    + &sheet("الأسعار", "")
                    + &sheet("B", "")
                    + &sheet("C", "state='veryHidden'"),
                "الأسعار",
                1,
            ),
            (many, "0", SHEETS_NAMED),
        ] {
            let workbook = format!("<workbook><sheets>{sheets}</sheets></workbook>");
            let rows = SheetRows::begin(Cursor::new(book(&self::sheet(""), "<sst/>", &workbook)), KNOWN).unwrap();
            let found = rows.sheets().unwrap();
            assert_eq!((found.name.as_str(), found.others.len()), (name, others));
        }
    }

    #[test]
    fn what_is_no_sheet_or_too_much_is_refused_by_name() {
        let long = "x".repeat(ROW_LIMIT);
        let deep = "<a>".repeat(DEPTH_LIMIT + 1);
        let many: String = (0..600_000).map(|number| format!("<si><t>{number}</t></si>")).collect();
        let many = format!(r#"<sst uniqueCount="999999999999999999">{many}</sst>"#);
        let from_1904 = BOOK.replace("<sheets>", r#"<workbookPr date1904="1"/><sheets>"#);
        for (bytes, problem) in [
            (zip(&[("_chat.txt", b"hello", true)]), "is a zip file, but no spreadsheet: save the list as CSV or .xlsx"),
            (book(&sheet(""), "<sst/>", "<workbook/>"), NO_SHEET),
            (book("<worksheet><sheetData/></worksheet>", "<sst/>", BOOK), "is empty: its first row names the columns"),
            (book(&sheet(&format!("<row><c><v>{long}</v></c></row>")), "<sst/>", BOOK), "has a cell that is too long"),
            (book(&sheet(&deep), "<sst/>", BOOK), "is a damaged spreadsheet: it is nested too deep"),
            (
                book(&sheet("<row><c><v>&lol;</v></c></row>"), "<sst/>", BOOK),
                "is a damaged spreadsheet: it has an unknown",
            ),
            (book(&sheet("<row></c>"), "<sst/>", BOOK), "is a damaged spreadsheet: "),
            (book(&sheet(""), &many, BOOK), "has too many texts for a spreadsheet: save the list as CSV"),
            (book(&sheet(""), "<sst/>", &from_1904), "counts its days from 1904: save the list as CSV"),
            (zip(&[])[..10].to_vec(), "is a zip file that was cut off"),
        ] {
            let refused = rows_of(bytes).unwrap_err();
            assert!(refused.starts_with(problem), "{problem}: {refused}");
        }
    }

    #[test]
    fn no_bytes_of_a_spreadsheet_cause_a_panic() {
        let whole = book(
            &sheet(r#"<row r="2"><c t="s"><v>0</v></c><c><v>1</v></c></row>"#),
            "<sst><si><t>a</t></si></sst>",
            BOOK,
        );
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= change;
                let _ = rows_of(bytes);
            }
            let _ = rows_of(whole[..at].to_vec());
        }
    }
}
