//! The styles of a spreadsheet's cells: which of them show a number as a date.

use std::collections::HashMap;
use std::io::BufRead;

use super::xml::{Piece, Xml};
use crate::input::table::rows::{RowsError, refused};

/// The most styles of cells, and the most formats of numbers: Excel has no more.
const STYLES_LIMIT: usize = 1 << 16;
/// The most bytes of all styles (16 MiB).
const SIZE_LIMIT: u64 = 1 << 24;

/// Which styles show a number as a date, by their numbers.
#[derive(Debug, Default)]
pub struct DateStyles(Vec<bool>);

impl DateStyles {
    /// Reads the styles of a workbook.
    ///
    /// # Errors
    /// Reading failed, or they are damaged or too many.
    pub fn read(styles: impl BufRead) -> Result<DateStyles, RowsError> {
        DateStyles::read_up_to(SIZE_LIMIT, styles)
    }

    fn read_up_to(limit: u64, styles: impl BufRead) -> Result<DateStyles, RowsError> {
        let mut xml = Xml::new(styles.take(limit));
        let styles = DateStyles::of(&mut xml);
        // Where the bound is reached, the XML seems damaged.
        if xml.source().limit() == 0 { Err(refused(TOO_MANY)) } else { styles }
    }

    fn of(xml: &mut Xml<impl BufRead>) -> Result<DateStyles, RowsError> {
        let (mut formats, mut styles) = (HashMap::new(), Vec::new());
        // Formats and styles of other kinds stand elsewhere: of conditions, of templates.
        let (mut in_formats, mut in_styles) = (false, false);
        loop {
            match xml.next()? {
                Piece::Start(name, attributes) => {
                    let id = || attributes.get("numFmtId").and_then(|id| id.trim().parse::<u32>().ok());
                    match name.as_str() {
                        "numFmts" => in_formats = true,
                        "cellXfs" => in_styles = true,
                        "numFmt" if in_formats => {
                            if let (Some(id), Some(code)) = (id(), attributes.get("formatCode")) {
                                formats.insert(id, shows_date(code));
                            }
                        }
                        "xf" if in_styles => styles.push(id().unwrap_or_default()),
                        _ => {}
                    }
                }
                Piece::End(name) => match name.as_str() {
                    "numFmts" => in_formats = false,
                    "cellXfs" => in_styles = false,
                    _ => {}
                },
                Piece::Text(_) => {}
                Piece::Eof => break,
            }
            if styles.len().max(formats.len()) > STYLES_LIMIT {
                return Err(refused(TOO_MANY));
            }
        }
        // A workbook may give another code to a known format.
        let is_date = |id| formats.get(&id).copied().unwrap_or_else(|| is_known_date(id));
        Ok(DateStyles(styles.into_iter().map(is_date).collect()))
    }

    /// Returns whether a style shows a number as a date.
    pub fn contains(&self, style: usize) -> bool {
        self.0.get(style).copied().unwrap_or_default()
    }
}

const TOO_MANY: &str = "has too many styles for a spreadsheet: save the list as CSV";

/// Returns whether a format that every spreadsheet program knows, without its code, is one of dates.
fn is_known_date(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Returns whether the code of a format shows a date or time: whether letters for it stand outside its texts.
fn shows_date(code: &str) -> bool {
    const LETTERS: [char; 5] = ['y', 'm', 'd', 'h', 's'];
    let is_letter = |c: char| LETTERS.contains(&c.to_ascii_lowercase());
    let mut signs = code.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => drop(signs.find(|c| *c == '"')),
            // The next sign is shown as it is, is as wide as a gap, or fills the cell.
            '\\' | '_' | '*' => drop(signs.next()),
            '[' => {
                // `[h]` counts hours; `[Red]`, `[$-409]` and `[>9]` are none.
                let inside: String = signs.by_ref().take_while(|c| *c != ']').collect();
                if !inside.is_empty() && inside.chars().all(is_letter) {
                    return true;
                }
            }
            sign if is_letter(sign) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_shows_a_date_by_letters_outside_of_its_texts() {
        for (code, expected) in [
            ("General", false),
            ("0", false),
            ("0.00", false),
            ("#,##0.00", false),
            ("0.00E+00", false),
            ("# ?/?", false),
            ("@", false),
            ("\"days\" 0", false),
            ("0 \"pcs, mdys\"", false),
            ("0\\d", false),
            ("0_m", false),
            ("*s0", false),
            ("[Red]0", false),
            ("[$USD] 0.00", false),
            ("[$ج.م.-C01] #,##0.00", false),
            ("#,##0.00\\ [$kr-41D];[Red]\\-#,##0.00", false),
            ("[>=1000]0,\"K\";0", false),
            ("_(\"$\"* #,##0.00_);_(\"$\"* \\(#,##0.00\\)", false),
            ("\"yyyy", false),
            ("yyyy-mm-dd", true),
            ("D/M/YY", true),
            ("d-mmm", true),
            ("mmm\\-yy", true),
            ("[$-409]d\\-mmm\\-yyyy;@", true),
            ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", true),
            ("h:mm AM/PM", true),
            ("[h]", true),
            ("[mm]:ss", true),
            ("[Blue]\"on\" d", true),
            ("0;d", true),
        ] {
            assert_eq!(shows_date(code), expected, "{code}");
        }
    }

    fn styles(xml: &str) -> Result<Vec<bool>, String> {
        match DateStyles::read(xml.as_bytes()) {
            Ok(styles) => Ok(styles.0),
            Err(RowsError::CutOff { problem, .. }) => Err(problem),
            Err(RowsError::Io(error)) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_style_shows_dates_by_its_format() {
        let xml = r#"<x:styleSheet><x:numFmts><x:numFmt numFmtId="164" formatCode="d/m"/><x:numFmt numFmtId="165"
            formatCode="&quot;d&quot;0"/><x:numFmt numFmtId="22" formatCode="0.0"/></x:numFmts>
            <x:cellStyleXfs><x:xf numFmtId="14"/></x:cellStyleXfs>
            <x:cellXfs><x:xf/><x:xf numFmtId="14"/><x:xf numFmtId="164"><x:alignment/></x:xf><x:xf numFmtId="165"/>
            <x:xf numFmtId="22"/><x:xf numFmtId="999"/></x:cellXfs>
            <x:dxfs><x:dxf><x:numFmt numFmtId="165" formatCode="d"/></x:dxf></x:dxfs></x:styleSheet>"#;
        assert_eq!(styles(xml).unwrap(), [false, true, true, false, false, false]);
        let dates: Vec<_> = (0..100).filter(|id| is_known_date(*id)).collect();
        let expected: Vec<_> = (14..=22).chain(27..=36).chain(45..=47).chain(50..=58).collect();
        assert_eq!(dates, expected);
    }

    #[test]
    fn styles_have_a_bound() {
        let many = |count| format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(count));
        assert_eq!(styles(&many(STYLES_LIMIT)).unwrap().len(), STYLES_LIMIT);
        assert_eq!(styles(&many(STYLES_LIMIT + 1)), Err(TOO_MANY.to_owned()));
        let formats: String =
            (0..=STYLES_LIMIT).map(|id| format!(r#"<numFmt numFmtId="{id}" formatCode="d"/>"#)).collect();
        assert_eq!(styles(&format!("<styleSheet><numFmts>{formats}</numFmts></styleSheet>")), Err(TOO_MANY.to_owned()));
        for xml in [many(9), many(9).replace("<xf/>", "<xf>\n</xf>")] {
            for limit in 1..=xml.len() {
                let cut = DateStyles::read_up_to(limit as u64, xml.as_bytes()).map_err(|error| format!("{error:?}"));
                assert!(cut.is_err_and(|error| error.contains(TOO_MANY)), "{limit}");
            }
            assert!(DateStyles::read_up_to(xml.len() as u64 + 1, xml.as_bytes()).is_ok());
        }
    }
}
