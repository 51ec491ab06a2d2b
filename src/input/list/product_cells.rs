//! The cells of a row that name a product: alike in a catalogue, a delivery and a count sheet.

use crate::domain::limits;
use crate::domain::row_product::RowProduct;
use crate::domain::text::shorten;
use crate::domain::typed_text::read_text;
use crate::input::table::cell::{Cells, cell_name, one_of, read_code, read_id, read_product_code};
use crate::input::table::columns::Columns;

/// Columns that mean the same: a table has one of them.
pub const SKU: [&str; 2] = ["sku", "barcode"];
pub const NAME: [&str; 2] = ["name", "product"];
pub const QUANTITY: [&str; 2] = ["quantity", "qty"];

/// What a row says of a product and size.
#[derive(Debug)]
pub struct ProductCells {
    /// What messages call the row: the SKU, else the name or id.
    pub label: Option<String>,
    /// The product; `None` where a cell has a problem.
    pub product: Option<RowProduct>,
    /// The size, if any.
    pub size: Option<String>,
    /// Where they stand.
    pub places: RowPlaces,
}

/// Where cells of a row stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowPlaces {
    line: u64,
    /// Each column that the table has, with its place.
    columns: Box<[(&'static str, usize)]>,
}

impl RowPlaces {
    /// Returns the places of the cells that the orders file may contradict.
    pub fn of(columns: &Columns, line: u64) -> RowPlaces {
        let names = SKU.into_iter().chain(NAME).chain(QUANTITY).chain(["id", "size", "asOf"]);
        let places = names.filter_map(|name| Some((name, columns.place(name)?)));
        RowPlaces { line, columns: places.collect() }
    }

    /// Returns the row, counted from 1.
    pub fn row(&self) -> u64 {
        self.line
    }

    /// Returns what problems call a cell, by its column or one that means the same: `sku (B4)`. Where the table has no such column, it
    /// is the name alone.
    pub fn name(&self, column: &'static str) -> String {
        let names = [SKU, NAME, QUANTITY].into_iter().find(|names| names.contains(&column));
        let is_meant = |name: &str| name == column || names.is_some_and(|names| names.contains(&name));
        let found = self.columns.iter().find(|(name, _)| is_meant(name));
        found.map_or_else(|| column.to_owned(), |(name, place)| cell_name(name, *place, self.line))
    }
}

/// Checks that a table names products.
///
/// # Errors
/// It does not, or has two columns that mean the same.
pub fn check_columns(columns: &Columns) -> Result<(), String> {
    let (sku, name) = (one_of(columns, &SKU)?, one_of(columns, &NAME)?);
    if sku.or(name).is_some() || columns.has("id") { Ok(()) } else { Err(columns.lack("sku, name or id")) }
}

/// Returns what messages call a row: what it shows as SKU, name or id.
pub fn label(cells: &Cells<'_>) -> Option<String> {
    let shown = [cells.one_of(&SKU), cells.one_of(&NAME), "id"].into_iter().find_map(|name| cells.cell(name));
    shown.map(|label| shorten(label).into_owned())
}

/// Says that a row names no product.
pub const NO_PRODUCT: &str =
    "names no product: its sku, name and id are blank (in merged cells only the first row has a value)";

/// Reads what a row says of its product. A name beside an id or a SKU may be anybody's word for it.
pub fn read(cells: &mut Cells<'_>, columns: &Columns, line: u64) -> ProductCells {
    let (sku, name) = (cells.one_of(&SKU), cells.one_of(&NAME));
    let before = cells.problems.len();
    let product = RowProduct {
        id: cells.read("id", read_id),
        // The SKU of a known product may look like a date. If no product has it, the lookup says so.
        sku: cells.read(sku, |text| read_code(text, limits::BARCODE)),
        name: match cells.cell("id").or(cells.cell(sku)) {
            Some(_) => cells.cell(name).and_then(|name| read_text(name, limits::NAME).ok()),
            None => cells.read(name, |text| read_text(text, limits::NAME)),
        },
    };
    if label(cells).is_none() {
        cells.problems.push(NO_PRODUCT);
    }
    let is_named = cells.problems.len() == before;
    ProductCells {
        label: label(cells),
        product: is_named.then_some(product),
        size: cells.read("size", |text| read_product_code(text, limits::CHOICE)),
        places: RowPlaces::of(columns, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::table::cell_value::CellValue;

    const COLUMNS: &[&str] = &["id", "sku", "barcode", "name", "product", "size"];
    const ID: &str = "550e8400-e29b-41d4-a716-446655440000";

    fn columns(names: &[&str]) -> Columns {
        Columns::of(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), COLUMNS).unwrap()
    }

    #[test]
    fn a_table_names_products_once() {
        for (names, problem) in [
            (&["Product"][..], None),
            (&["Barcode", "name"], None),
            (&["id"], None),
            (&["size"], Some("has no column sku, name or id; it has size")),
            (&["sku", "barcode"], Some("has the columns sku and barcode, which mean the same: rename one of them")),
            (
                &["id", "name", "product"],
                Some("has the columns name and product, which mean the same: rename one of them"),
            ),
        ] {
            assert_eq!(check_columns(&columns(names)).err().as_deref(), problem, "{names:?}");
        }
    }

    #[test]
    fn a_row_says_all_it_has_of_its_product() {
        let long = "x".repeat(300);
        let columns = columns(&["product", "barcode", "size", "id"]);
        for (cells, label, product, size) in [
            (["Cap", "00123", "42.0", ID], "00123", Some((Some(ID), Some("00123"), Some("Cap"))), Some("42")),
            (
                ["Cap", "6221031492019.0", "", ""],
                "6221031492019.0",
                Some((None, Some("6221031492019"), Some("Cap"))),
                None,
            ),
            (["قميص", "", "", ""], "قميص", Some((None, None, Some("قميص"))), None),
            // A long description of the supplier's.
            ([&long, "C-1", "", ""], "C-1", Some((None, Some("C-1"), None)), None),
            (["Cap", "", "L", "17"], "Cap", None, Some("L")),
        ] {
            let row = cells.map(CellValue::from);
            let mut row = Cells::of(&row, &columns, 4);
            let read = read(&mut row, &columns, 4);
            assert_eq!(read.label.as_deref(), Some(label));
            let text = |text: &str| Some(text.to_owned());
            let expected = product.map(|(id, sku, name)| RowProduct {
                id: id.map(|id| read_id(id).unwrap()),
                sku: sku.and_then(text),
                name: name.and_then(text),
            });
            assert_eq!((read.product, read.size.as_deref()), (expected, size), "{cells:?}");
            let names = ["id", "sku", "barcode", "name", "size", "asOf"].map(|column| read.places.name(column));
            assert_eq!(names, ["id (D4)", "barcode (B4)", "barcode (B4)", "product (A4)", "size (C4)", "asOf"]);
        }
    }

    #[test]
    fn a_row_without_a_product_says_so() {
        let columns = columns(&["sku", "id"]);
        for (cells, problem) in [
            (["", ""], NO_PRODUCT),
            (
                ["", "17"],
                "id (B4): \"17\" must be a product id (a UUID): a number of the shop's own needs another column",
            ),
            (
                ["6.2E+12", ""],
                "sku (A4): \"6.2E+12\" is a long number that a spreadsheet cut: make its column text, and enter it anew",
            ),
        ] {
            let row = cells.map(CellValue::from);
            let mut row = Cells::of(&row, &columns, 4);
            assert_eq!(read(&mut row, &columns, 4).product, None);
            assert_eq!(row.problems.into_first(), [problem]);
        }
    }
}
