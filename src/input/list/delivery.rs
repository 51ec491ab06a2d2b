//! A row of a delivery: how many pieces came of a product and size.

use super::product_cells::{self, ProductCells, QUANTITY, RowPlaces};
use crate::domain::problems::Problems;
use crate::domain::row_product::RowProduct;
use crate::input::table::cell::{Cells, one_of, read_pieces};
use crate::input::table::columns::Columns;
use crate::input::table::rows::Row;

/// The columns that are read.
pub const COLUMNS: &[&str] = &["id", "sku", "barcode", "name", "product", "size", "quantity", "qty"];

/// Pieces of one product and size, as a row names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPieces {
    /// The product.
    pub product: RowProduct,
    /// The size, if any.
    pub size: Option<String>,
    /// How many.
    pub quantity: i64,
}

/// A row that was read, or all its problems.
#[derive(Debug)]
pub struct ReadPieces {
    /// What messages call it: the product.
    pub label: Option<String>,
    /// Where its cells stand.
    pub places: RowPlaces,
    /// The pieces.
    pub pieces: Result<ListedPieces, Problems>,
}

/// Checks that a delivery has the columns that it needs.
///
/// # Errors
/// It names no products or no quantities, or has two columns that mean the same.
pub fn check_columns(columns: &Columns) -> Result<(), String> {
    product_cells::check_columns(columns)?;
    if one_of(columns, &QUANTITY)?.is_none() {
        return Err(columns.lack("quantity"));
    }
    Ok(())
}

/// Reads a row.
pub fn read_row(row: &Row, columns: &Columns, has_decimal_comma: bool) -> ReadPieces {
    let mut cells = match &row.cells {
        Ok(cells) => Cells::of(cells, columns, row.line),
        Err(problem) => {
            return ReadPieces { label: None, places: RowPlaces::default(), pieces: Err(problem.clone().into()) };
        }
    };
    let ProductCells { label, product, size, places } = product_cells::read(&mut cells, columns, row.line);
    let quantity = cells.require(cells.one_of(&QUANTITY), |text| read_pieces(text, has_decimal_comma));
    let pieces = match (product, quantity) {
        (Some(product), Some(quantity)) if cells.problems.is_empty() => Ok(ListedPieces { product, size, quantity }),
        _ => Err(cells.problems),
    };
    ReadPieces { label, places, pieces }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::input::reject::Reject;

    fn columns(names: &[&str]) -> Columns {
        Columns::of(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), COLUMNS).unwrap()
    }

    #[test]
    fn a_delivery_names_its_products_and_quantities_once() {
        for (names, problem) in [
            (&["sku", "quantity"][..], None),
            (&["Product", "Qty"], None),
            (&["id", "size", "quantity"], None),
            (&["quantity", "size"], Some("has no column sku, name or id; it has quantity, size")),
            (
                &["sku", "quantity", "qty"],
                Some("has the columns quantity and qty, which mean the same: rename one of them"),
            ),
            (&["sku", "size"], Some("has no column quantity; it has sku, size")),
            (
                &["SKU", "Barcode", "Qty"],
                Some("has the columns sku and barcode, which mean the same: rename one of them"),
            ),
        ] {
            assert_eq!(check_columns(&columns(names)).err().as_deref(), problem, "{names:?}");
        }
    }

    #[test]
    fn a_row_says_how_many_came() {
        let names = ["name", "barcode", "size", "qty", "id"];
        let read = |cells: &[&str]| {
            let cells = Ok(cells.iter().map(|&cell| cell.into()).collect());
            let row = Row { number: 1, line: 2, cells, reject: Arc::new(Reject::Nothing), size: 0 };
            read_row(&row, &columns(&names), false)
        };
        let came = read(&["Cap", "6221031492019.0", "42.0", "4"]);
        let pieces = came.pieces.unwrap();
        assert_eq!(
            (pieces.product.sku.as_deref(), pieces.size.as_deref(), pieces.quantity),
            (Some("6221031492019"), Some("42"), 4)
        );
        assert_eq!([came.places.name("sku"), came.places.name("quantity")], ["barcode (B2)", "qty (D2)"]);
        let problems = |cells: &[&str]| read(cells).pieces.unwrap_err().into_first();
        assert_eq!(problems(&["", "", "", "4"]), [product_cells::NO_PRODUCT]);
        assert_eq!(
            problems(&["Cap", "", &"x".repeat(51), "-4", "17"]),
            [
                "id (E2): \"17\" must be a product id (a UUID): a number of the shop's own needs another column",
                "size (C2): \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" must have at most 50 characters, has 51",
                "qty (D2): \"-4\" must be a whole number from 0 to 2147483647",
            ]
        );
        assert_eq!(problems(&["Cap"]), ["qty (D2): is missing"]);
    }
}
