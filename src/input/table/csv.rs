//! The rows of CSV: cells between `,`, `;` or tabs, the first row with the columns' names; in UTF-8, or UTF-16 with its mark.

use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::cell_value::CellValue;
use super::columns::Columns;
use super::rows::{HEADER_ROWS, Rows, RowsError, Source, SourceRow, refused};
use super::utf16::Text;
use crate::input::stream::format::name_other_file;

/// The most bytes of one row, the header too (64 KiB).
const ROW_LIMIT: usize = 1 << 16;
/// How many bytes the CSV reader reads at a time.
const BUFFER: usize = 1 << 13;
/// How a spreadsheet begins: it is a zip file.
pub const ZIP: &[u8] = b"PK\x03\x04";
/// Excel saves CSV in the code page of its country unless told otherwise.
const NOT_UTF_8: &str = "is not UTF-8: save it as UTF-8 (in Excel: Save As, CSV UTF-8), or as .xlsx";
/// What spreadsheets put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// The signs that may stand between two cells. Where several fit, the first counts.
const SEPARATORS: [u8; 3] = *b",;\t";

/// The rows of CSV.
#[derive(Debug)]
pub struct CsvRows<R> {
    reader: csv::Reader<Kept<Text<R>>>,
    record: ByteRecord,
    separator: u8,
    /// The mark of UTF-8, if the file begins with it.
    mark: &'static [u8],
}

impl<R: BufRead> CsvRows<R> {
    /// Reads the header, in which some of the `known` columns stand.
    ///
    /// # Errors
    /// Reading failed, or it is no CSV with such a header.
    pub fn begin<'s>(source: R, known: &[&'static str]) -> Result<Rows<'s>, RowsError>
    where
        R: Send + 's,
    {
        let mut source = Text::begin(source)?;
        let head = source.fill_buf()?;
        if let Some(what) = name_sheet(head) {
            return Err(refused(what));
        }
        let mark = if head.starts_with(BOM) { BOM } else { b"" };
        let separator = separator(&head[mark.len()..], known);
        source.consume(mark.len());
        let kept = Kept { inner: source, bytes: Vec::new(), taken: 0, start: 0 };
        let mut reader = ReaderBuilder::new();
        reader.has_headers(false).flexible(true).delimiter(separator).buffer_capacity(BUFFER);
        let (reader, record) = (reader.from_reader(kept), ByteRecord::new());
        Rows::begin(CsvRows { reader, record, separator, mark }, known)
    }
}

impl<R: BufRead> Source for CsvRows<R> {
    fn next_row(&mut self) -> Result<Option<SourceRow>, RowsError> {
        loop {
            let is_there = self.reader.read_byte_record(&mut self.record);
            let start = self.record.position().map_or(1, csv::Position::line);
            match is_there.map_err(csv::Error::into_kind) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(csv::ErrorKind::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(RowsError::CutOff { line: start, problem: error.to_string() });
                }
                Err(csv::ErrorKind::Io(error)) => return Err(RowsError::Io(error)),
                Err(other) => return Err(RowsError::CutOff { line: start, problem: format!("is no CSV: {other:?}") }),
            }
            let end = self.reader.position().byte();
            let bytes = self.reader.get_mut().take(end);
            // The bytes of a row begin with the end of the row before, and with blank lines.
            let before = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let line = start + memchr::memchr_iter(b'\n', &bytes[..before]).count() as u64;
            let after = bytes.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if self.record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                let csv = bytes[before..bytes.len() - after].to_vec();
                let cells = cells(&self.record, &csv, self.separator);
                return Ok(Some(SourceRow { line, cells, csv: Some(csv) }));
            }
        }
    }

    fn mark(&self) -> &'static [u8] {
        self.mark
    }

    fn has_decimal_comma(&self) -> bool {
        self.separator == b';'
    }
}

/// Returns the cells of a record that was read from `source`.
fn cells(record: &ByteRecord, source: &[u8], separator: u8) -> Result<Vec<CellValue>, String> {
    if !is_well_quoted(source, separator) {
        let lines = memchr::memchr_iter(b'\n', source).count();
        let taken_in = match lines {
            0 => String::new(),
            1 => ": it takes in 1 more line".to_owned(),
            lines => format!(": it takes in {lines} more lines"),
        };
        return Err(format!("has a quote that is not closed, or stands inside a quoted cell{taken_in}"));
    }
    let cell = |bytes: &[u8]| std::str::from_utf8(bytes).map(CellValue::from).map_err(|_| NOT_UTF_8.to_owned());
    record.iter().map(cell).collect()
}

/// Names what is no CSV by its first bytes, and says what to do.
fn name_sheet(head: &[u8]) -> Option<String> {
    const SHEETS: [(&[u8], &str); 3] = [
        (ZIP, "is a spreadsheet or another zip file"),
        (b"\xd0\xcf\x11\xe0", "is a spreadsheet of an old kind"),
        (b"{", "is JSON"),
    ];
    let sheet = SHEETS.iter().find(|(start, _)| head.starts_with(start)).map(|(_, what)| *what);
    let what = sheet.or_else(|| name_other_file(head))?;
    Some(format!("{what}: save the list as CSV in UTF-8"))
}

/// Says why a stream that goes on after these first bytes can never become a table with `known` columns.
pub fn refuse_endless(head: &[u8], known: &[&'static str]) -> Option<String> {
    if head.starts_with(ZIP) {
        return None;
    }
    match CsvRows::begin(head, known).err()? {
        RowsError::CutOff { problem, .. } => Some(problem),
        RowsError::Io(_) => None,
    }
}

/// Returns the separator by which the first of the rows that can be the header has most of the known columns.
fn separator(head: &[u8], known: &[&'static str]) -> u8 {
    let lines = head.split(|byte| matches!(byte, b'\n' | b'\r'));
    let lines = lines.filter(|line| !line.trim_ascii().is_empty()).take(HEADER_ROWS);
    let name = |cell: &[u8]| {
        let cell = String::from_utf8_lossy(cell.trim_ascii());
        let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        quoted.unwrap_or(&cell).to_owned()
    };
    // A row that cannot be read is no header. The beginning of the file may end inside a character.
    let is_readable = |line: &[u8], separator: u8| {
        std::str::from_utf8(line).map_or_else(|error| error.error_len().is_none(), |_| true)
            && is_well_quoted(line, separator)
    };
    // No known name has a separator or a quote in it.
    let found_in = |line: &[u8], separator: u8| {
        if !is_readable(line, separator) {
            return 0;
        }
        let names: Vec<String> = line.split(|byte| *byte == separator).map(name).collect();
        Columns::of(&names, known).map_or(names.len(), |columns| columns.count())
    };
    let (mut most, mut best) = (0, b',');
    for line in lines {
        for separator in SEPARATORS {
            let count = found_in(line, separator);
            if count > most {
                (most, best) = (count, separator);
            }
        }
        // Nothing below the header is another one.
        if most > 1 {
            break;
        }
    }
    best
}

/// Returns whether each quoted cell ends where a separator or the row does. Otherwise a quote that is not closed takes in the
/// rows after it, up to the next quote.
fn is_well_quoted(row: &[u8], separator: u8) -> bool {
    let mut rest = row;
    loop {
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            rest = quoted;
            loop {
                let Some(end) = memchr::memchr(b'"', rest) else { return false };
                rest = &rest[end + 1..];
                match rest.strip_prefix(b"\"") {
                    Some(after) => rest = after,
                    None => break,
                }
            }
            if rest.first().is_some_and(|next| *next != separator) {
                return rest.iter().all(u8::is_ascii_whitespace);
            }
        }
        let Some(end) = memchr::memchr(separator, rest) else { return true };
        rest = &rest[end + 1..];
    }
}

/// A reader that keeps what it read until it is taken: a row as it stands there.
#[derive(Debug)]
struct Kept<R> {
    inner: R,
    bytes: Vec<u8>,
    /// How many of the bytes were taken.
    taken: usize,
    /// The place in the source of the first byte.
    start: u64,
}

impl<R> Kept<R> {
    /// Takes what was read up to this place in the source.
    fn take(&mut self, end: u64) -> &[u8] {
        // Moving the rest to the front at every row would take longer than reading it.
        if self.taken > ROW_LIMIT {
            self.bytes.drain(..self.taken);
            self.start += self.taken as u64;
            self.taken = 0;
        }
        let end = usize::try_from(end.saturating_sub(self.start)).unwrap_or(usize::MAX).min(self.bytes.len());
        let start = std::mem::replace(&mut self.taken, end);
        &self.bytes[start.min(end)..end]
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.len() - self.taken > ROW_LIMIT + BUFFER {
            let problem = format!("has a row of more than {ROW_LIMIT} bytes: a quote may not be closed");
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let count = self.inner.read(buffer)?;
        self.bytes.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["orderReference", "amount", "note"];

    type Cells = Vec<Option<String>>;

    /// Reads a table: each row with its line, and the cells of its columns or its problem.
    fn read(csv: &str) -> Result<Vec<(u64, Result<Cells, String>)>, String> {
        let said = |error| match error {
            RowsError::CutOff { line, problem } => format!("{line}: {problem}"),
            RowsError::Io(error) => error.to_string(),
        };
        let mut rows = CsvRows::begin(csv.as_bytes(), KNOWN).map_err(said)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next_row().map_err(said)? {
            let known = |cells: Vec<CellValue>| -> Cells {
                KNOWN.iter().map(|name| rows.columns().cell(&cells, name).map(|cell| cell.shown().to_owned())).collect()
            };
            all.push((row.line, row.cells.map(known)));
        }
        Ok(all)
    }

    fn row(line: u64, cells: [&str; 3]) -> (u64, Result<Cells, String>) {
        (line, Ok(cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).into()))
    }

    #[test]
    fn the_separator_is_what_gives_the_columns() {
        for csv in [
            "orderReference,amount,note\nLEG-1,5,\"a, b\"\n",
            "\u{feff}orderReference;amount;note\r\nLEG-1;5;a, b\r\n",
            "orderReference\tamount\tnote\nLEG-1\t5\ta, b",
            "\"amount, in all\";\"orderReference\";amount;note\n;LEG-1;5;a, b\n",
            "\n\nnote,x;y,amount,order_reference\n\"a, b\",,5,LEG-1\n",
        ] {
            let line = if csv.starts_with('\n') { 4 } else { 2 };
            assert_eq!(read(csv), Ok(vec![row(line, ["LEG-1", "5", "a, b"])]), "{csv:?}");
        }
    }

    #[test]
    fn a_row_like_a_header_of_another_separator_is_a_row() {
        let csv = "orderReference;amount\nLEG-1;5\norderReference,amount,note\n";
        assert_eq!(read(csv).unwrap()[1].0, 3);
        // A row may end with CR alone.
        assert_eq!(read("Payments\rorderReference;amount;note\rLEG-1;5;\r").map(|rows| rows.len()), Ok(1));
    }

    /// Or what is kept of rejected rows, under the header alone, would be read with another one.
    #[test]
    fn a_title_that_cannot_be_read_gives_no_separator() {
        for title in [&b"orderReference,amount,\x8f"[..], b"orderReference,amount,\"a\"b"] {
            let csv = [title, b"\norderReference;amount;x,note\nLEG-1;5;\n"].concat();
            let mut rows = CsvRows::begin(csv.as_slice(), KNOWN).unwrap();
            assert_eq!(rows.columns().line(), 2);
            assert_eq!(rows.next_row().unwrap().unwrap().cells.unwrap().len(), 3, "{}", csv.escape_ascii());
        }
    }

    #[test]
    fn a_title_may_stand_above_the_header() {
        let csv = "\u{feff}Payments, of March;;\r\n;;\r\nby:;Mona;\r\n\r\norderReference;amount;note\r\nLEG-1;5;a\r\nLEG-2;6;\r\n";
        assert_eq!(read(csv), Ok(vec![row(6, ["LEG-1", "5", "a"]), row(7, ["LEG-2", "6", ""])]));
        let mut rows = CsvRows::begin(csv.as_bytes(), KNOWN).unwrap();
        assert_eq!(rows.columns().line(), 5);
        let first = rows.next_row().unwrap().unwrap();
        assert_eq!((first.number, first.reject.header()), (1, Some("\u{feff}orderReference;amount;note".as_bytes())));
        // Below a header of one column, no row is lost while another header is looked for.
        let list: String = (0..12).map(|number| format!("LEG-{number},x\n")).collect();
        let read = read(&format!("orderReference,sum\n{list}")).unwrap();
        assert_eq!((read.len(), read[0].0, read[11].0), (12, 2, 13));
        let far = format!("{}orderReference,amount\nLEG-1,5\n", "title,\n".repeat(10));
        assert!(self::read(&far).unwrap_err().contains("in its first 10 rows; the first: title"));
    }

    #[test]
    fn utf16_is_read_and_kept_as_utf8() {
        let csv = "\u{feff}amount\tnote\r\n5\tقميص\r\n\r\n6\t👕\r\n";
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = csv.encode_utf16().flat_map(to_bytes).collect();
            let mut rows = CsvRows::begin(bytes.as_slice(), KNOWN).unwrap();
            let mut kept = Vec::new();
            while let Some(row) = rows.next_row().unwrap() {
                assert_eq!(row.reject.header(), Some("\u{feff}amount\tnote".as_bytes()));
                row.reject.write_line(&mut kept).unwrap();
                kept.extend(row.line.to_string().bytes());
            }
            assert_eq!(String::from_utf8(kept).unwrap(), "5\tقميص\n26\t👕\n4");
        }
        let cut: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).take(30).collect();
        let mut rows = CsvRows::begin(&cut[..29], KNOWN).unwrap();
        assert!(rows.next_row().unwrap().unwrap().cells.unwrap_err().starts_with("is not UTF-8"));
    }

    #[test]
    fn rows_have_their_lines_and_blank_ones_are_left_out() {
        for end in ["\n", "\r\n"] {
            let csv = "orderReference,amount,note\n\nLEG-1,5,\"a\nb\"\n,,\nLEG-2,6\n \nLEG-3,7,x".replace('\n', end);
            let note = "a\nb".replace('\n', end);
            let rows = [row(3, ["LEG-1", "5", &note]), row(6, ["LEG-2", "6", ""]), row(8, ["LEG-3", "7", "x"])];
            assert_eq!(read(&csv), Ok(rows.into()), "{end:?}");
        }
    }

    #[test]
    fn a_row_that_is_not_cut_cleanly_is_a_problem() {
        for (rows, problem) in [
            ("LEG-1,1,048.00,x", "has 4 cells, the header has 3"),
            (
                "LEG-1,5,\"x\nLEG-2,6,\"y\"",
                "has a quote that is not closed, or stands inside a quoted cell: it takes in 1 more line",
            ),
            ("LEG-1,5,\"x\nLEG-2,6,y\n", "has a quote that is not closed"),
        ] {
            let read = read(&format!("orderReference,amount,note\n{rows}\n")).unwrap();
            assert!(read.len() == 1 && read[0].1.as_ref().is_err_and(|said| said.contains(problem)), "{read:?}");
        }
        assert_eq!(read("amount,note\n5,5\" wide\n6,\"a \"\"b\"\"\"\n").unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_table_is_named() {
        for (start, problem) in [
            ("", "1: is empty"),
            ("\n\n", "1: is empty"),
            ("PK\u{3}\u{4}", "1: is a spreadsheet or another zip file: save the list as CSV in UTF-8"),
            ("{\"a\":1}", "1: is JSON: save the list as CSV"),
            ("%PDF-1.7", "1: is a PDF: save the list as CSV"),
            (
                "a,b\n1,2\n",
                "1: has none of the columns orderReference, amount, note in its first 10 rows; the first: a, b",
            ),
            ("amount,Amount\n", "1: has two columns amount"),
        ] {
            let said = read(start).unwrap_err();
            assert!(said.starts_with(problem), "{start:?}: {said}");
        }
        assert_eq!(refuse_endless(b"amount\n5\n", KNOWN), None);
        assert!(refuse_endless(&b"y".repeat(1 << 20), KNOWN).is_some());
    }

    #[test]
    fn a_row_has_a_limit() {
        let endless = format!("amount,note\n5,\"{}", "x\n".repeat(1 << 20));
        assert!(read(&endless).unwrap_err().starts_with("2: has a row of more than 65536 bytes"));
        let long = format!("amount,note\n{}", "5,xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(1 << 14));
        assert_eq!(read(&long).unwrap().len(), 1 << 14);
    }

    #[test]
    fn a_rejected_row_is_kept_as_it_stands_there() {
        let csv = "\u{feff}amount;note\r\n5;\"a\r\nb\"\r\n\r\n6;\r\n";
        let mut rows = CsvRows::begin(csv.as_bytes(), KNOWN).unwrap();
        let mut kept = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            assert_eq!(row.reject.header(), Some("\u{feff}amount;note".as_bytes()));
            row.reject.write_line(&mut kept).unwrap();
        }
        assert_eq!(String::from_utf8(kept).unwrap(), "5;\"a\r\nb\"\n6;\n");
    }

    #[test]
    fn rows_are_numbered_and_kept_as_they_stand() {
        let csv = format!(
            "orderReference;amount;note\n{}",
            (1..=3000).map(|n| format!("LEG-{n};5;\"x;{}\"\n", "y".repeat(400))).collect::<String>()
        );
        let mut rows = CsvRows::begin(csv.as_bytes(), KNOWN).unwrap();
        assert!(rows.has_decimal_comma());
        for (number, line) in (1..).zip(csv.lines().skip(1)) {
            let row = rows.next_row().unwrap().unwrap();
            let mut kept = Vec::new();
            row.reject.write_line(&mut kept).unwrap();
            assert_eq!((row.number, String::from_utf8(kept).unwrap().trim_end()), (number, line));
        }
        assert!(rows.next_row().unwrap().is_none());
        assert!(!CsvRows::begin(&b"orderReference,amount\n"[..], KNOWN).unwrap().has_decimal_comma());
    }
}
