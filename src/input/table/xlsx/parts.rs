//! The parts of a spreadsheet beside its rows: which sheets a workbook has, where they are, and the texts that cells share.

use std::collections::HashMap;
use std::io::BufRead;

use super::xml::{PIECE_LIMIT, Piece, Xml};
use crate::domain::text::shorten;
use crate::input::table::rows::{RowsError, Sheets, refused};

/// The most bytes of the texts that cells share (16 MiB).
const TEXTS_LIMIT: usize = 1 << 24;
/// The most bytes of the ids and paths that a workbook links to (1 MiB): Excel writes some forty for each sheet.
const LINKS_LIMIT: usize = 1 << 20;
/// How many bytes of memory a text of its own takes beside its bytes: its place in a list, and what the allocator adds.
const TEXT_OVERHEAD: usize = 48;
/// The most names of sheets that are kept.
pub const SHEETS_NAMED: usize = 10;

/// Returns the path of a part that the workbook links to: `../xl/./a.xml` is `xl/a.xml`.
pub fn path_of(target: &str) -> String {
    let mut path = Vec::new();
    let steps = target.strip_prefix('/').map_or("xl/", |_| "").split('/').chain(target.split('/'));
    for step in steps {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

/// Reads the links of a workbook: the path of each part by its id.
pub fn read_links<R: BufRead>(mut xml: Xml<R>) -> Result<HashMap<String, String>, RowsError> {
    let (mut links, mut size) = (HashMap::new(), 0);
    loop {
        match xml.next()? {
            Piece::Start(name, mut link) if name == "Relationship" => {
                if let (Some(id), Some(target)) = (link.remove("Id"), link.remove("Target")) {
                    size += id.len() + target.len() + 2 * TEXT_OVERHEAD;
                    if size > LINKS_LIMIT {
                        return Err(refused("links to too many parts for a spreadsheet: save the list as CSV"));
                    }
                    links.insert(id, target);
                }
            }
            Piece::Eof => return Ok(links),
            _ => {}
        }
    }
}

/// Returns the id of the first sheet of a workbook that is not hidden, and the names of all that are not.
pub fn first_sheet<R: BufRead>(mut xml: Xml<R>) -> Result<Option<(String, Sheets)>, RowsError> {
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

/// The texts that cells share, one after the other: a workbook may have very many that are very short.
#[derive(Debug, Default)]
pub struct SharedTexts {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl SharedTexts {
    /// Adds a text; `false` where all would take more than [`TEXTS_LIMIT`].
    fn push(&mut self, text: &str) -> bool {
        let length = self.text.len() + text.len();
        let Ok(end) = u32::try_from(length) else { return false };
        if length + (self.ends.len() + 1) * size_of::<u32>() > TEXTS_LIMIT {
            return false;
        }
        self.text.push_str(text);
        self.ends.push(end);
        true
    }

    /// Returns a text by its number, from 0.
    pub fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)? as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }
}

/// Reads the texts that cells share.
pub fn read_texts<R: BufRead>(mut xml: Xml<R>) -> Result<SharedTexts, RowsError> {
    let mut texts = SharedTexts::default();
    let (mut text, mut is_read, mut is_phonetic) = (String::new(), false, false);
    loop {
        match xml.next()? {
            Piece::Start(name, _) => match name.as_str() {
                "si" => (text, is_read, is_phonetic) = (String::new(), false, false),
                "t" => is_read = true,
                "rPh" => is_phonetic = true,
                _ => {}
            },
            Piece::Text(piece) if is_read && !is_phonetic && text.len() <= PIECE_LIMIT => text.push_str(&piece),
            Piece::Text(_) => {}
            Piece::End(name) => match name.as_str() {
                "t" => is_read = false,
                "rPh" => is_phonetic = false,
                "si" => {
                    if !texts.push(&text) {
                        return Err(refused("has too many texts for a spreadsheet: save the list as CSV"));
                    }
                    text.clear();
                }
                _ => {}
            },
            Piece::Eof => return Ok(texts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_as_packages_write_it() {
        for target in [
            "worksheets/sheet1.xml",
            "./worksheets/sheet1.xml",
            "../xl/worksheets/sheet1.xml",
            "/xl/worksheets/sheet1.xml",
            "/xl/./worksheets/../worksheets/sheet1.xml",
            "../../xl/worksheets/sheet1.xml",
        ] {
            assert_eq!(path_of(target), "xl/worksheets/sheet1.xml", "{target}");
        }
    }

    /// Short ones too: each takes its bytes and the four of its end, no more.
    #[test]
    fn shared_texts_take_what_is_counted_of_them() {
        for length in [0, 1, 3, 1000] {
            let (mut texts, text) = (SharedTexts::default(), "x".repeat(length));
            while texts.push(&text) {}
            let count = texts.ends.len();
            let taken = texts.text.len() + size_of_val(&texts.ends[..]);
            assert!(taken <= TEXTS_LIMIT && taken + length + 4 > TEXTS_LIMIT, "{length}: {taken}");
            assert_eq!((texts.get(count - 1), texts.get(count)), (Some(&*text), None));
        }
        let mut texts = SharedTexts::default();
        let said = ["a", "", "قميص", "b"];
        assert!(said.iter().all(|text| texts.push(text)));
        assert_eq!([0, 1, 2, 3].map(|number| texts.get(number).unwrap()), said);
    }
}
