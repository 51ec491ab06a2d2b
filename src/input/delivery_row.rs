//! A row of a delivery: how many pieces came of a product and size.

use super::cell::{Cells, one_of, read_code, read_id, read_pieces, read_text};
use super::table::{Columns, Row};
use crate::domain::limits;
use crate::domain::problems::Problems;
use crate::domain::product::RowProduct;
use crate::domain::text::shorten;

/// The columns that are read.
pub const COLUMNS: &[&str] = &["id", "sku", "barcode", "name", "product", "size", "quantity", "qty"];

/// Columns of which a list has one, as they mean the same.
const SKU: [&str; 2] = ["sku", "barcode"];
const NAME: [&str; 2] = ["name", "product"];
const QUANTITY: [&str; 2] = ["quantity", "qty"];

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
    /// The pieces.
    pub pieces: Result<ListedPieces, Problems>,
}

/// Says which columns a delivery lacks.
///
/// # Errors
/// It names no products or no quantities, or has two columns that mean the same.
pub fn check_columns(columns: &Columns) -> Result<(), String> {
    let (sku, name) = (one_of(columns, &SKU)?, one_of(columns, &NAME)?);
    if sku.or(name).is_none() && !columns.has("id") {
        return Err("has no column sku, name or id".to_owned());
    }
    if one_of(columns, &QUANTITY)?.is_none() {
        return Err("has no column quantity".to_owned());
    }
    Ok(())
}

/// Reads a row.
pub fn read_row(row: &Row, columns: &Columns, has_decimal_comma: bool) -> ReadPieces {
    let row = match &row.cells {
        Ok(cells) => cells,
        Err(problem) => return ReadPieces { label: None, pieces: Err(problem.clone().into()) },
    };
    let mut cells = Cells::of(row, columns);
    let column = |names: &[&'static str]| names.iter().copied().find(|name| columns.has(name)).unwrap_or(names[0]);
    let (sku, name, quantity) = (column(&SKU), column(&NAME), column(&QUANTITY));
    let label = [sku, name, "id"].into_iter().find_map(|name| cells.cell(name));
    let label = label.map(|label| shorten(label).into_owned());
    let product = if cells.cell("id").is_some() {
        cells.read("id", |text| read_id(text).map(RowProduct::Id))
    } else if cells.cell(sku).is_some() {
        cells.read(sku, |text| read_code(text, limits::BARCODE).map(RowProduct::Barcode))
    } else if cells.cell(name).is_some() {
        cells.read(name, |text| read_text(text, limits::NAME).map(RowProduct::Name))
    } else {
        cells.problems.push("names no product: its sku, name and id are blank");
        None
    };
    let size = cells.read("size", |text| read_code(text, limits::CHOICE));
    let quantity = cells.require(quantity, |text| read_pieces(text, has_decimal_comma));
    let pieces = match (product, quantity) {
        (Some(product), Some(quantity)) if cells.problems.is_empty() => Ok(ListedPieces { product, size, quantity }),
        _ => Err(cells.problems),
    };
    ReadPieces { label, pieces }
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
            (&["quantity", "size"], Some("has no column sku, name or id")),
            (&["sku", "size"], Some("has no column quantity")),
            (
                &["SKU", "Barcode", "Qty"],
                Some("has the columns sku and barcode, which mean the same: rename one of them"),
            ),
        ] {
            assert_eq!(check_columns(&columns(names)).err().as_deref(), problem, "{names:?}");
        }
    }

    #[test]
    fn a_row_names_a_product_by_its_id_sku_or_name() {
        let names = ["name", "barcode", "size", "qty", "id"];
        let read = |cells: &[&str]| {
            let cells = Ok(cells.iter().map(|&cell| cell.into()).collect());
            let row = Row { number: 1, line: 2, cells, reject: Arc::new(Reject::Nothing), size: 0 };
            read_row(&row, &columns(&names), false)
        };
        let id = "550e8400-e29b-41d4-a716-446655440000";
        let pieces = |cells: &[&str]| read(cells).pieces.unwrap();
        assert_eq!(pieces(&["Cap", "00123", "", "4", id]).product, RowProduct::Id(read_id(id).unwrap()));
        let by_sku = pieces(&["Cap", "6221031492019.0", "42.0", "4"]);
        assert_eq!(
            (by_sku.product, by_sku.size.as_deref()),
            (RowProduct::Barcode("6221031492019".to_owned()), Some("42"))
        );
        assert_eq!(pieces(&["قميص", "", "", "0"]).product, RowProduct::Name("قميص".to_owned()));
        assert_eq!(read(&["Cap", "C-1", "", ""]).label.as_deref(), Some("C-1"));
        let problems = |cells: &[&str]| read(cells).pieces.unwrap_err().into_first();
        assert_eq!(problems(&["", "", "", "4"]), ["names no product: its sku, name and id are blank"]);
        assert_eq!(
            problems(&["Cap", "", &"x".repeat(51), "-4", "17"]),
            [
                "id: must be a product id (a UUID): a number of the shop's own needs another column",
                "size: must have at most 50 characters, has 51",
                "qty: must be a whole number from 0 to 2147483647",
            ]
        );
        assert_eq!(problems(&["Cap"]), ["qty: is missing"]);
    }
}
