//! A row of a count sheet: how many pieces of a product and size were counted.

use super::product_cells::{self, ProductCells, RowPlaces};
use crate::domain::problems::Problems;
use crate::domain::row_product::RowProduct;
use crate::domain::time::Timestamp;
use crate::input::table::cell::{Cells, read_pieces};
use crate::input::table::columns::Columns;
use crate::input::table::rows::{Row, TableForm};

/// The columns that are read.
pub const COLUMNS: &[&str] = &["id", "sku", "barcode", "product", "name", "size", "shelf", "counted", "asOf"];

/// What was counted of one product and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCount {
    /// The product.
    pub product: RowProduct,
    /// The size, if any.
    pub size: Option<String>,
    /// How many should lie on the shelf, as the sheet says.
    pub shelf: Option<i64>,
    /// How many were counted.
    pub counted: i64,
    /// When.
    pub as_of: Option<Timestamp>,
}

/// A row that was read, or all its problems.
#[derive(Debug)]
pub struct ReadCount {
    /// What messages call it: the product.
    pub label: Option<String>,
    /// Where its cells stand.
    pub places: RowPlaces,
    /// What was counted; `None` if nothing was.
    pub count: Result<Option<ListedCount>, Problems>,
}

impl ReadCount {
    /// Returns how many bytes it takes.
    pub fn size(&self) -> usize {
        let of_texts = |listed: &ListedCount| {
            let RowProduct { sku, name, .. } = &listed.product;
            [sku, name, &listed.size].into_iter().flatten().map(String::len).sum()
        };
        let count = self.count.as_ref();
        256 + count.map_or_else(|problems| problems.size(), |count| count.as_ref().map_or(0, of_texts))
    }
}

/// Checks that a count sheet has the columns that it needs.
///
/// # Errors
/// It names no products or no numbers, or has two columns that mean the same.
pub fn check_columns(columns: &Columns) -> Result<(), String> {
    product_cells::check_columns(columns)?;
    if columns.has("counted") { Ok(()) } else { Err(columns.lack("counted")) }
}

/// Reads a row. A row without a count is not read any further.
pub fn read_row(row: &Row, columns: &Columns, form: TableForm) -> ReadCount {
    let nothing = |count| ReadCount { label: None, places: RowPlaces::default(), count };
    let mut cells = match &row.cells {
        Ok(cells) => Cells::of(cells, columns, row.line),
        Err(problem) => return nothing(Err(problem.clone().into())),
    };
    if cells.cell("counted").is_none() {
        return nothing(Ok(None));
    }
    let ProductCells { label, product, size, places } = product_cells::read(&mut cells, columns, row.line);
    let shelf = cells.read("shelf", |text| read_pieces(text, form.has_decimal_comma));
    let counted = cells.require("counted", |text| read_pieces(text, form.has_decimal_comma));
    let as_of = cells.read_time("asOf", form.zone);
    let count = match (product, counted) {
        (Some(product), Some(counted)) if cells.problems.is_empty() => {
            Ok(Some(ListedCount { product, size, shelf, counted, as_of }))
        }
        _ => Err(cells.problems),
    };
    ReadCount { label, places, count }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::zone::Zone;
    use crate::input::reject::Reject;

    const SHEET: [&str; 6] = ["sku", "product", "size", "shelf", "counted", "asOf"];

    fn columns(names: &[&str]) -> Columns {
        Columns::of(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), COLUMNS).unwrap()
    }

    fn read(cells: [&str; 6]) -> ReadCount {
        let cells = Ok(cells.map(Into::into).to_vec());
        let row = Row { number: 1, line: 2, cells, reject: Arc::new(Reject::Nothing), size: 0 };
        let form = TableForm { has_decimal_comma: false, zone: Zone::parse("Africa/Cairo").unwrap() };
        read_row(&row, &columns(&SHEET), form)
    }

    #[test]
    fn a_sheet_names_its_products_and_what_was_counted() {
        for (names, problem) in [
            (&SHEET[..], None),
            (&["Barcode", "Counted"], None),
            (&["id", "counted"], None),
            (&["size", "counted"], Some("has no column sku, name or id; it has size, counted")),
            (&["sku", "shelf"], Some("has no column counted; it has sku, shelf")),
            (
                &["sku", "barcode", "counted"],
                Some("has the columns sku and barcode, which mean the same: rename one of them"),
            ),
        ] {
            assert_eq!(check_columns(&columns(names)).err().as_deref(), problem, "{names:?}");
        }
    }

    #[test]
    fn a_row_says_what_was_counted_and_when() {
        let time = Timestamp::parse("2026-02-04T10:30:00.123Z");
        for (cells, size, shelf, counted, as_of) in [
            (["C-1", "Cap", "", "7", "6", "2026-02-04T10:30:00.123Z"], None, Some(7), 6, time),
            // As spreadsheets keep numbers and times.
            (["C-1", "", "42.0", "7.0", "0.0", "46057.520834757"], Some("42"), Some(7), 0, time),
            (["C-1", "", "L", "", "٦", ""], Some("L"), None, 6, None),
        ] {
            let listed = read(cells).count.unwrap().unwrap();
            assert_eq!(listed.product.sku.as_deref(), Some("C-1"));
            let shown = (listed.size.as_deref(), listed.shelf, listed.counted, listed.as_of);
            assert_eq!(shown, (size, shelf, counted, as_of), "{cells:?}");
        }
        let by_name = read(["", "قميص", "", "", "1", ""]).count.unwrap().unwrap();
        assert_eq!(by_name.product, RowProduct { name: Some("قميص".to_owned()), ..RowProduct::default() });
        // Whatever else stands there.
        assert_eq!(read(["", "", "", "x", " ", "x"]).count.unwrap(), None);
    }

    #[test]
    fn a_row_tells_all_its_problems() {
        let bad = read(["6.22103E+12", "Cap", "", "-1", "1.5", "04/02/2026"]);
        assert_eq!(bad.label.as_deref(), Some("6.22103E+12"));
        let problems = bad.count.unwrap_err().into_first();
        let cells: Vec<_> = problems.iter().filter_map(|problem| problem.split(':').next()).collect();
        assert_eq!(cells, ["sku (A2)", "shelf (D2)", "counted (E2)", "asOf (F2)"], "{problems:?}");
        let nameless = read(["", "", "", "", "1", ""]).count.unwrap_err().into_first();
        assert_eq!(nameless, [product_cells::NO_PRODUCT]);
    }
}
