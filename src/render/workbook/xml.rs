//! The XML of a workbook that does not depend on its rows.

use std::fmt::Write as _;

use super::cell::{Style, escaped};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// The styles of cells, in the order of [`Style`]. The first fills and cell style are what the format demands.
pub const STYLES: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#,
    r#"<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm"/>"#,
    r#"<numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts>"#,
    r#"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>"#,
    r#"<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>"#,
    r#"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#,
    r#"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#,
    r#"<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#,
    r#"<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
    r#"<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
    r#"<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
    r#"<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
    r#"<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
    r#"<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>"#,
    r#"<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#,
);

/// Returns the types of all parts of a workbook with so many sheets.
pub fn content_types(sheets: usize) -> String {
    let mut xml = format!(
        r#"{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>"#
    );
    let sheets = (1..=sheets).map(|number| (format!("worksheets/sheet{number}"), "worksheet"));
    let others = [("workbook", "sheet.main"), ("styles", "styles"), ("sharedStrings", "sharedStrings")];
    for (part, kind) in others.map(|(part, kind)| (part.to_owned(), kind)).into_iter().chain(sheets) {
        let _ = write!(xml, r#"<Override PartName="/xl/{part}.xml" ContentType="{TYPE}.{kind}+xml"/>"#);
    }
    xml + "</Types>"
}

/// Returns the link from the package to the workbook.
pub fn package_links() -> String {
    links([("officeDocument".to_owned(), "xl/workbook.xml".to_owned())])
}

/// Returns the links from a workbook with so many sheets to its parts: the sheets come first.
pub fn workbook_links(sheets: usize) -> String {
    let sheets = (1..=sheets).map(|number| ("worksheet".to_owned(), format!("worksheets/sheet{number}.xml")));
    let others = ["styles", "sharedStrings"].map(|kind| (kind.to_owned(), format!("{kind}.xml")));
    links(sheets.chain(others))
}

fn links(targets: impl IntoIterator<Item = (String, String)>) -> String {
    let mut xml = format!(r#"{HEAD}<Relationships xmlns="{PACKAGE}/relationships">"#);
    for (index, (kind, target)) in targets.into_iter().enumerate() {
        let id = index + 1;
        let _ = write!(xml, r#"<Relationship Id="rId{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#);
    }
    xml + "</Relationships>"
}

/// Returns the workbook: the names of its sheets.
pub fn workbook(names: impl Iterator<Item = String>) -> String {
    let mut xml =
        format!(r#"{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView/></bookViews><sheets>"#);
    for (index, name) in names.enumerate() {
        let (id, name) = (index + 1, escaped(&name));
        let _ = write!(xml, r#"<sheet name="{name}" sheetId="{id}" r:id="rId{id}"/>"#);
    }
    xml + "</sheets></workbook>"
}

/// Returns the beginning of a sheet: its first row stays in view, and its columns have these widths and styles.
pub fn sheet_begin(columns: impl Iterator<Item = (usize, Style)>) -> String {
    let mut xml = format!(
        r#"{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>"#
    );
    for (index, (width, style)) in columns.enumerate() {
        let (column, style) = (index + 1, style as u8);
        let _ = write!(xml, r#"<col min="{column}" max="{column}" width="{width}" style="{style}" customWidth="1"/>"#);
    }
    xml + "</cols><sheetData>"
}

/// The end of a sheet. It asks not to mark barcodes as numbers that are stored as text.
pub const SHEET_END: &str = r#"</sheetData><ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors></worksheet>"#;

/// Returns the beginning of the texts that cells share.
pub fn texts_begin() -> String {
    format!(r#"{HEAD}<sst xmlns="{MAIN}">"#)
}

/// The end of the texts that cells share.
pub const TEXTS_END: &str = "</sst>";
