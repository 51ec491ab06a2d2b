//! Bodies as a workbook (`.xlsx`): real numbers, days and times, and texts that stay texts, whoever wrote them.
//!
//! | file | what is in it |
//! |---|---|
//! | `cell` | what stands in a cell |
//! | `xml` | the parts of a workbook that do not depend on its rows |
//! | `zip` | the zip file around them |
//!
//! Rows are packed while they come, so memory does not grow with them. Texts stand in a part of their own, as Excel writes
//! them: not every program that shows workbooks reads texts inside cells.

mod cell;
mod xml;
mod zip;

use std::collections::HashMap;
use std::fmt::Write as _;

use self::cell::{Cell, Content, cell_text, column, place};
use self::xml::{SHEET_END, STYLES, TEXTS_END};
use self::zip::{Part, put_zip};
use super::json::Body;
use super::value_kind::ValueKind;
use crate::domain::zone::Zone;
use crate::spool::SpoolError;

/// The most rows of a sheet, its first one too.
const ROWS: u64 = 1_048_576;
/// How long a sheet may grow before the rows go on in another one (1 GiB).
const SHEET_SIZE: u64 = 1 << 30;
/// How many bytes of texts are remembered, so that cells can share them (1 MiB).
const KNOWN_TEXTS: usize = 1 << 20;

/// A workbook, written row by row.
#[derive(Debug)]
pub struct Workbook {
    zone: Zone,
    /// The most rows of a sheet.
    most_rows: u64,
    sheets: Vec<Sheet>,
    texts: Texts,
    cut: u64,
}

/// One sheet of a workbook.
#[derive(Debug)]
struct Sheet {
    name: String,
    /// Its number among those of this name, from 1.
    page: u64,
    keys: Vec<String>,
    part: Part,
    rows: u64,
}

/// The texts that cells share.
#[derive(Debug)]
struct Texts {
    part: Part,
    count: u64,
    /// The numbers of the latest texts.
    known: HashMap<String, u64>,
    known_size: usize,
}

impl Workbook {
    /// Starts without sheets. Times are shown in the zone.
    ///
    /// # Errors
    /// The temporary folder is full or cannot be written.
    pub fn new(zone: Zone) -> Result<Workbook, SpoolError> {
        let mut texts =
            Texts { part: Part::new("xl/sharedStrings.xml"), count: 0, known: HashMap::new(), known_size: 0 };
        texts.part.put(&xml::texts_begin())?;
        Ok(Workbook { zone, most_rows: ROWS, sheets: Vec::new(), texts, cut: 0 })
    }

    /// Starts a sheet with the columns `keys`.
    ///
    /// # Errors
    /// The temporary folder is full or cannot be written.
    pub fn begin_sheet<K: AsRef<str>>(&mut self, name: &str, keys: &[K]) -> Result<(), SpoolError> {
        let keys = keys.iter().map(|key| key.as_ref().to_owned()).collect();
        self.begin_page(name.to_owned(), 1, keys)
    }

    fn begin_page(&mut self, name: String, page: u64, keys: Vec<String>) -> Result<(), SpoolError> {
        let mut part = Part::new(format!("xl/worksheets/sheet{}.xml", self.sheets.len() + 1));
        part.put(&xml::sheet_begin(keys.iter().map(|key| column(ValueKind::of(key)))))?;
        let titles: Vec<_> = keys.iter().map(|key| Some(Cell::title(key.clone()))).collect();
        self.sheets.push(Sheet { name, page, keys, part, rows: 0 });
        self.put_row(&titles)
    }

    /// Adds a row to the sheet that was started last. If that is full, the rows go on in a further sheet.
    ///
    /// # Errors
    /// The temporary folder is full or cannot be written.
    pub fn put(&mut self, body: &Body) -> Result<(), SpoolError> {
        let Some(sheet) = self.sheets.last() else { return Ok(()) };
        let cell = |key: &String| Cell::of(body.get(key)?, ValueKind::of(key), self.zone);
        let cells: Vec<_> = sheet.keys.iter().map(cell).collect();
        if sheet.rows >= self.most_rows || sheet.part.size() > SHEET_SIZE {
            self.begin_page(sheet.name.clone(), sheet.page + 1, sheet.keys.clone())?;
        }
        self.put_row(&cells)
    }

    fn put_row(&mut self, cells: &[Option<Cell>]) -> Result<(), SpoolError> {
        let Some(sheet) = self.sheets.last_mut() else { return Ok(()) };
        let row = sheet.rows;
        let mut xml = format!(r#"<row r="{}">"#, row + 1);
        for (column, cell) in cells.iter().enumerate() {
            let Some(Cell { style, content }) = cell else { continue };
            let (kind, value) = match content {
                Content::Number(digits) => ("", digits.clone()),
                Content::Truth(truth) => (r#" t="b""#, u8::from(*truth).to_string()),
                Content::Text(text) => (r#" t="s""#, self.texts.number_of(text, &mut self.cut)?.to_string()),
            };
            let (place, style) = (place(column, row), *style as u8);
            let _ = write!(xml, r#"<c r="{place}" s="{style}"{kind}><v>{value}</v></c>"#);
        }
        xml.push_str("</row>");
        sheet.rows += 1;
        sheet.part.put(&xml)
    }

    /// Ends the workbook, and passes it on piece by piece. Returns how many texts were cut, as they are too long for a
    /// cell.
    ///
    /// # Errors
    /// Those of `put`; a spool failed, or it is too long for a workbook.
    pub fn finish<E: From<SpoolError>>(self, put: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<u64, E> {
        let Workbook { sheets, mut texts, cut, .. } = self;
        texts.part.put(TEXTS_END)?;
        let part = |name: &str, xml: &str| {
            let mut part = Part::new(name);
            part.put(xml)?;
            Ok::<Part, SpoolError>(part)
        };
        let names = sheets.iter().map(|Sheet { name, page, .. }| match page {
            1 => name.clone(),
            page => format!("{name} {page}"),
        });
        let mut parts = vec![
            part("[Content_Types].xml", &xml::content_types(sheets.len()))?,
            part("_rels/.rels", &xml::package_links())?,
            part("xl/workbook.xml", &xml::workbook(names))?,
            part("xl/_rels/workbook.xml.rels", &xml::workbook_links(sheets.len()))?,
            part("xl/styles.xml", STYLES)?,
        ];
        for Sheet { mut part, .. } in sheets {
            part.put(SHEET_END)?;
            parts.push(part);
        }
        parts.push(texts.part);
        put_zip(parts, put)?;
        Ok(cut)
    }
}

impl Texts {
    /// Returns the number of a text, which is added if it is new; counts it as cut if it is too long for a cell.
    fn number_of(&mut self, text: &str, cut: &mut u64) -> Result<u64, SpoolError> {
        if let Some(number) = self.known.get(text) {
            return Ok(*number);
        }
        let (xml, is_cut) = cell_text(text);
        *cut += u64::from(is_cut);
        self.part.put(&format!(r#"<si><t xml:space="preserve">{xml}</t></si>"#))?;
        let number = self.count;
        self.count += 1;
        self.known_size += text.len();
        if self.known_size > KNOWN_TEXTS {
            self.known.clear();
            self.known_size = text.len();
        }
        self.known.insert(text.to_owned(), number);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::zip::tests::unzip;
    use super::*;
    use crate::render::json::body;

    fn parts(workbook: Workbook) -> (Vec<(String, String)>, u64) {
        let mut zip = Vec::new();
        let cut = workbook.finish(&mut |bytes| {
            zip.extend(bytes);
            Ok::<_, SpoolError>(())
        });
        (unzip(&zip), cut.unwrap())
    }

    fn part<'p>(parts: &'p [(String, String)], name: &str) -> &'p str {
        parts.iter().find(|(found, _)| found == name).map_or_else(|| panic!("{name}"), |(_, xml)| xml.as_str())
    }

    #[test]
    fn rows_stand_in_cells_and_share_their_texts() {
        let mut workbook = Workbook::new(Zone::UTC).unwrap();
        workbook.begin_sheet("list", &["customerName", "total", "cod", "note"]).unwrap();
        for name in ["Mona", "=1+1", "Mona"] {
            let row =
                [("customerName", json!(name)), ("total", json!("5.00")), ("cod", json!(false)), ("other", json!(1))];
            workbook.put(&body(row)).unwrap();
        }
        let (parts, cut) = parts(workbook);
        assert_eq!(cut, 0);
        let sheet = part(&parts, "xl/worksheets/sheet1.xml");
        let row = |number: u64, text: u64| {
            format!(
                r#"<row r="{number}"><c r="A{number}" s="1" t="s"><v>{text}</v></c><c r="B{number}" s="2"><v>5.00</v></c><c r="C{number}" s="0" t="b"><v>0</v></c></row>"#
            )
        };
        assert!(sheet.contains(&(row(2, 4) + &row(3, 5) + &row(4, 4))), "{sheet}");
        let texts = part(&parts, "xl/sharedStrings.xml");
        let title = |text: &str| format!(r#"<si><t xml:space="preserve">{text}</t></si>"#);
        assert!(texts.ends_with(&(["note", "Mona", "=1+1"].map(title).concat() + "</sst>")), "{texts}");
        // Nothing of a workbook is computed or fetched.
        for (name, xml) in &parts {
            assert!(!xml.contains("<f>") && !xml.contains("hyperlink") && !xml.contains("External"), "{name}: {xml}");
        }
    }

    #[test]
    fn a_sheet_that_is_full_goes_on_in_a_further_one() {
        let mut workbook = Workbook { most_rows: 3, ..Workbook::new(Zone::UTC).unwrap() };
        for name in ["rows", "totals"] {
            workbook.begin_sheet(name, &["count"]).unwrap();
            (0..5).for_each(|count| workbook.put(&body([("count", json!(count))])).unwrap());
        }
        let (parts, _) = parts(workbook);
        let names = ["rows", "rows 2", "rows 3", "totals", "totals 2", "totals 3"];
        let book = part(&parts, "xl/workbook.xml");
        for (index, name) in names.iter().enumerate() {
            let id = index + 1;
            assert!(book.contains(&format!(r#"<sheet name="{name}" sheetId="{id}" r:id="rId{id}"/>"#)), "{book}");
            let sheet = part(&parts, &format!("xl/worksheets/sheet{id}.xml"));
            assert_eq!(sheet.matches("<row ").count(), if id % 3 == 0 { 2 } else { 3 }, "{sheet}");
            assert!(sheet.contains(r#"<c r="A1" s="6" t="s"><v>0</v></c>"#), "each has the titles: {sheet}");
            assert!(part(&parts, "[Content_Types].xml").contains(&format!("/xl/worksheets/sheet{id}.xml")));
            assert!(part(&parts, "xl/_rels/workbook.xml.rels").contains(&format!("worksheets/sheet{id}.xml")));
        }
    }

    #[test]
    fn texts_that_are_long_or_many_do_not_stay_in_memory() {
        let mut workbook = Workbook::new(Zone::UTC).unwrap();
        workbook.begin_sheet("list", &["note"]).unwrap();
        let long = "x".repeat(100_000);
        for number in 0..30 {
            workbook.put(&body([("note", json!(format!("{number}{long}")))])).unwrap();
            assert!(workbook.texts.known.keys().map(String::len).sum::<usize>() <= KNOWN_TEXTS);
        }
        assert_eq!(parts(workbook).1, 30, "texts were cut");
    }
}
