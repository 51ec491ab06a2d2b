//! The rows of a spreadsheet (`.xlsx`): those of its first sheet, read as a stream. The sizes that the file
//! gives are not trusted.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek};

use super::parts::{SharedTexts, first_sheet, path_of, read_links, read_texts};
use super::styles::DateStyles;
use super::xml::{PIECE_LIMIT, Piece, Xml};
use crate::domain::text::shorten;
use crate::input::table::cell::number;
use crate::input::table::cell_value::CellValue;
use crate::input::table::rows::{Rows, RowsError, Sheets, Source, SourceRow, refused};
use crate::input::zip::{SheetParts, Unpacked, ZipError};

/// The most bytes of one row (64 KiB).
const ROW_LIMIT: usize = PIECE_LIMIT;
/// The most columns.
const COLUMNS_LIMIT: usize = 1000;
/// The most rows of a sheet.
const ROWS_LIMIT: u64 = 1 << 20;

/// The rows of a sheet.
#[derive(Debug)]
pub struct SheetRows<R: Read> {
    sheet: Xml<BufReader<Unpacked<R>>>,
    texts: SharedTexts,
    dates: DateStyles,
    sheets: Sheets,
    /// The line that was read last.
    line: u64,
}

impl<R: Read + Seek> SheetRows<R> {
    /// Finds the first sheet and reads its header, in which some of the `known` columns stand.
    ///
    /// # Errors
    /// Reading failed, or it is no spreadsheet with such a header.
    pub fn begin<'s>(mut file: R, known: &[&'static str]) -> Result<Rows<'s>, RowsError>
    where
        R: Send + 's,
    {
        let parts = SheetParts::find(&mut file)?;
        let links = match parts.open(&mut file, "xl/_rels/workbook.xml.rels")? {
            Some(links) => read_links(Xml::new(links))?,
            None => return Err(refused("is a zip file, but no spreadsheet: save the list as CSV or .xlsx")),
        };
        let workbook = parts.open(&mut file, "xl/workbook.xml")?.ok_or_else(|| refused(NO_SHEET))?;
        let (id, sheets) = first_sheet(Xml::new(workbook))?.ok_or_else(|| refused(NO_SHEET))?;
        let path = links.get(&id).map(|target| path_of(target));
        let texts = match parts.open(&mut file, "xl/sharedStrings.xml")? {
            Some(texts) => read_texts(Xml::new(texts))?,
            None => SharedTexts::default(),
        };
        let dates = match parts.open(&mut file, "xl/styles.xml")? {
            Some(styles) => DateStyles::read(styles)?,
            None => DateStyles::default(),
        };
        let path = path.ok_or_else(|| refused(NO_SHEET))?;
        let sheet = Xml::new(parts.open(file, &path)?.ok_or_else(|| refused(NO_SHEET))?);
        Rows::begin(SheetRows { sheet, texts, dates, sheets, line: 0 }, known)
    }
}

const NO_SHEET: &str = "is a spreadsheet without a sheet that can be read: save the list as CSV";

impl From<ZipError> for RowsError {
    fn from(error: ZipError) -> RowsError {
        match error {
            ZipError::Io(error) => error.into(),
            ZipError::Refused(problem) => refused(problem),
        }
    }
}

impl<R: Read> SheetRows<R> {
    /// Reads the cells of the next row that is not blank, or why they cannot be read; `None` at the end.
    fn read_cells(&mut self) -> Result<Option<Result<Vec<CellValue>, String>>, RowsError> {
        let (mut cells, mut size, mut problem) = (Vec::new(), 0, None);
        let mut cell = Cell::default();
        loop {
            match self.sheet.next()? {
                Piece::Start(name, attributes) => match name.as_str() {
                    "row" => {
                        let number = attributes.get("r").and_then(|number| number.parse().ok());
                        let number = number.filter(|number| (1..=ROWS_LIMIT).contains(number));
                        self.line = number.unwrap_or(self.line + 1);
                    }
                    "c" => cell = Cell::of(&attributes, cells.len(), &self.dates),
                    "f" => cell.is_formula = true,
                    "v" | "t" => cell.is_read = true,
                    // A guide to how it is pronounced, not a part of the text.
                    "rPh" => cell.is_phonetic = true,
                    _ => {}
                },
                Piece::Text(text) if cell.is_read && !cell.is_phonetic => cell.add(&text),
                Piece::Text(_) => {}
                Piece::End(name) => match name.as_str() {
                    "v" | "t" => cell.is_read = false,
                    "rPh" => cell.is_phonetic = false,
                    "c" => {
                        let cell = std::mem::take(&mut cell);
                        let (column, length) = (cell.column, cell.text.len());
                        let value = cell.value(&self.texts);
                        size += length.max(value.as_ref().map_or(0, |value| value.as_str().len()));
                        if column >= COLUMNS_LIMIT || size > ROW_LIMIT {
                            problem.get_or_insert(format!(
                                "has more than {COLUMNS_LIMIT} columns or {ROW_LIMIT} bytes: save the list as CSV"
                            ));
                            continue;
                        }
                        cells.resize(cells.len().max(column + 1), CellValue::default());
                        match value {
                            Ok(value) => cells[column] = value,
                            Err(what) => drop(problem.get_or_insert(what)),
                        }
                    }
                    "row" => {
                        let is_blank = cells.iter().all(|cell| cell.as_str().trim().is_empty());
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

impl<R: Read> Source for SheetRows<R> {
    fn next_row(&mut self) -> Result<Option<SourceRow>, RowsError> {
        let next = self.line + 1;
        let cells = self.read_cells().map_err(|error| match error {
            RowsError::CutOff { problem, .. } => RowsError::CutOff { line: next, problem },
            RowsError::Io(error) => RowsError::Io(error),
        })?;
        Ok(cells.map(|cells| SourceRow { line: self.line, cells, csv: None }))
    }

    fn sheets(&self) -> Option<&Sheets> {
        Some(&self.sheets)
    }
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
    /// Whether its style shows a number as a date.
    is_dated: bool,
}

impl Cell {
    /// Begins a cell in the column that its `r` names, else in `next`.
    fn of(attributes: &HashMap<String, String>, next: usize, dates: &DateStyles) -> Cell {
        let column = attributes.get("r").and_then(|place| column_of(place)).unwrap_or(next);
        let kind = attributes.get("t").cloned().unwrap_or_default();
        let style = attributes.get("s").map_or(Some(0), |style| style.parse().ok());
        Cell { column, kind, is_dated: style.is_some_and(|style| dates.contains(style)), ..Cell::default() }
    }

    /// Adds a piece of its text. Of one that is longer than a row may be, the rest is left out.
    fn add(&mut self, piece: &str) {
        if self.text.len() <= ROW_LIMIT {
            self.text.push_str(piece);
        }
    }

    /// Returns what it shows.
    fn value(self, texts: &SharedTexts) -> Result<CellValue, String> {
        // A text that a formula gives may be empty.
        if self.is_formula && self.text.is_empty() && self.kind != "str" {
            return Err(
                "has a formula without its result: open the file in a spreadsheet program, and save it".to_owned()
            );
        }
        match self.kind.as_str() {
            "s" => {
                let text = self.text.trim().parse().ok().and_then(|number: usize| texts.get(number));
                text.map(|text| unescaped(text).into()).ok_or_else(|| "has a cell whose text is missing".to_owned())
            }
            "b" => Ok(if self.text.trim() == "1" { "TRUE" } else { "FALSE" }.into()),
            "e" => Err(format!("has a cell with the error {}", shorten(self.text.trim()))),
            "" | "n" if self.is_dated => Ok(CellValue::of_days(number(self.text.trim()))),
            "" | "n" => Ok(number(self.text.trim()).into()),
            "d" => Ok(CellValue::of_time(self.text.trim().to_owned())),
            _ => Ok(unescaped(&self.text).into()),
        }
    }
}

/// Returns a text with the characters that spreadsheets escape, as XML cannot have them: `_x000D_` is a carriage return, and
/// `_x005F_` an underscore.
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::input::table::xlsx::parts::SHEETS_NAMED;
    use crate::input::table::xlsx::xml::DEPTH_LIMIT;
    use crate::input::zip::tests::zip;

    const KNOWN: &[&str] = &["orderReference", "amount"];
    const RELS: &str = r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
    const BOOK: &str = r#"<workbook><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>"#;
    const HEADER: &str = r#"<row r="1"><c t="inlineStr"><is><t>Order Reference</t></is></c><c t="inlineStr"><is><t>amount</t></is></c></row>"#;

    fn book(sheet: &str, texts: &str, workbook: &str) -> Vec<u8> {
        book_with(None, sheet, texts, workbook)
    }

    fn book_with(styles: Option<&str>, sheet: &str, texts: &str, workbook: &str) -> Vec<u8> {
        let mut parts = vec![
            ("xl/_rels/workbook.xml.rels", RELS.as_bytes(), true),
            ("xl/workbook.xml", workbook.as_bytes(), true),
            ("xl/sharedStrings.xml", texts.as_bytes(), true),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes(), true),
        ];
        parts.extend(styles.map(|styles| ("xl/styles.xml", styles.as_bytes(), true)));
        zip(&parts)
    }

    fn rows_of(bytes: Vec<u8>) -> Result<Vec<(u64, Result<Vec<CellValue>, String>)>, String> {
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
    fn a_cell_takes_no_more_than_its_row_may_have() {
        let mut cell = Cell::default();
        (0..100).for_each(|_| cell.add(&"x".repeat(PIECE_LIMIT)));
        assert_eq!(cell.text.len(), 2 * PIECE_LIMIT);
        let text = |length| format!("<t>{}</t>", "x".repeat(length));
        let (half, long) = (text(ROW_LIMIT / 2), text(ROW_LIMIT / 2 + 1).repeat(2));
        let texts = format!("<sst><si>{half}</si><si>{long}</si></sst>");
        for (cells, is_read) in [
            (r#"<c t="s"><v>0</v></c>"#.repeat(2), true),
            (r#"<c t="s"><v>0</v></c><c t="s"><v>0</v></c><c><v>1</v></c>"#.to_owned(), false),
            (r#"<c t="s"><v>1</v></c>"#.to_owned(), false),
            (format!(r#"<c t="inlineStr"><is>{long}</is></c>"#), false),
        ] {
            let rows = rows_of(book(&sheet(&format!("<row>{cells}</row>")), &texts, BOOK)).unwrap();
            assert_eq!(rows[0].1.is_ok(), is_read, "{}", &cells[..20]);
        }
    }

    #[test]
    fn what_is_kept_of_a_row_are_the_cells_under_its_header() {
        let row = r#"<row r="2"><c><v>1</v></c><c r="D2"><v>7</v></c></row>"#;
        let mut found = SheetRows::begin(Cursor::new(book(&sheet(row), "<sst/>", BOOK)), KNOWN).unwrap();
        let mut kept = Vec::new();
        found.next_row().unwrap().unwrap().reject.write_line(&mut kept).unwrap();
        assert_eq!(kept, b"1,\n");
    }

    #[test]
    fn a_title_may_stand_above_the_header() {
        let title = r#"<row r="1"><c t="inlineStr"><is><t>Payments of March</t></is></c></row><row r="2"/>"#;
        let header = HEADER.replace(r#"r="1""#, r#"r="3""#);
        let rows = r#"<row r="4"><c><v>1</v></c><c><v>5</v></c></row><row r="5"><c t="e"><v>#REF!</v></c></row>"#;
        let titled = format!("<worksheet><sheetData>{title}{header}{rows}</sheetData></worksheet>");
        let mut found = SheetRows::begin(Cursor::new(book(&titled, "<sst/>", BOOK)), KNOWN).unwrap();
        assert_eq!(found.columns().line(), 3);
        let row = found.next_row().unwrap().unwrap();
        assert_eq!((row.number, row.line, row.reject.header()), (1, 4, Some(&b"Order Reference,amount"[..])));
        // Rows below a header of one column are not lost while another header is looked for.
        let one = titled.replace(">amount<", ">sum<").replace(title, "");
        let lines: Vec<_> = rows_of(book(&one, "<sst/>", BOOK)).unwrap().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [4, 5]);
    }

    #[test]
    fn a_row_has_a_number_that_a_sheet_can_have() {
        let row = |number: &str| format!(r#"<row r="{number}"><c><v>1</v></c><c><v>5</v></c></row>"#);
        let rows = [("7", 7), ("0", 2), ("1048576", 1_048_576), ("1048577", 2), ("18446744073709551615", 2), ("x", 2)];
        for (number, line) in rows {
            let read = rows_of(book(&sheet(&row(number)), "<sst/>", BOOK)).unwrap();
            assert_eq!(read.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [line], "{number}");
        }
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
            let expected = expected.map(|cells| cells.iter().map(|cell| (*cell).into()).collect::<Vec<_>>());
            assert_eq!(rows, [(2, expected.map_err(str::to_owned))], "{cells}");
        }
    }

    #[test]
    fn a_number_of_a_style_of_dates_is_a_date() {
        const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="d\-mmm"/></numFmts>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
        let day = || CellValue::of_days("46154".to_owned());
        let text = |text: &str| CellValue::from(text);
        for (cell, expected, without_styles) in [
            (r#"<c s="1"><v>46154</v></c>"#, day(), text("46154")),
            (r#"<c s="2" t="n"><f>A1</f><v>46154.0</v></c>"#, day(), text("46154")),
            (r#"<c s="0"><v>46154</v></c>"#, text("46154"), text("46154")),
            ("<c><v>46154</v></c>", text("46154"), text("46154")),
            (r#"<c s="99"><v>46154</v></c>"#, text("46154"), text("46154")),
            (r#"<c s="1" t="str"><v>46154</v></c>"#, text("46154"), text("46154")),
            (r#"<c s="1" t="s"><v>0</v></c>"#, text("5.12"), text("5.12")),
            (
                r#"<c t="d"><v>2026-05-12</v></c>"#,
                CellValue::of_time("2026-05-12".to_owned()),
                CellValue::of_time("2026-05-12".to_owned()),
            ),
        ] {
            let rows = sheet(&format!(r#"<row r="2">{cell}<c s="1"/><c><v>1</v></c></row>"#));
            for (styles, expected) in [(Some(STYLES), expected), (None, without_styles)] {
                let texts = "<sst><si><t>5.12</t></si></sst>";
                let rows = rows_of(book_with(styles, &rows, texts, BOOK)).unwrap();
                assert_eq!(rows, [(2, Ok(vec![expected, text(""), text("1")]))], "{cell}");
            }
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
        let many: String = (0..60_000).map(|number| format!("<si><t>{number:x<300}</t></si>")).collect();
        let many = format!(r#"<sst uniqueCount="999999999999999999">{many}</sst>"#);
        let link =
            |number: usize| format!(r#"<Relationship Id="{number}" Target="{}"/>"#, "x".repeat(PIECE_LIMIT - 100));
        let many_links: String = (0..20).map(link).collect();
        let linked = |links: &str| {
            let links = format!("<Relationships>{links}</Relationships>");
            zip(&[("xl/_rels/workbook.xml.rels", links.as_bytes(), false)])
        };
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
            (linked(&many_links), "links to too many parts for a spreadsheet: save the list as CSV"),
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
