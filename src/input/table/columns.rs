//! Which column of a table is which, by the names in its header.

use super::cell_value::CellValue;
use crate::domain::text::{is_edge, shorten};

/// How many columns are named where one is missing.
const NAMED: usize = 10;

/// Which column of a table is which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The place of each known column.
    places: Vec<(&'static str, usize)>,
    /// The names of the others.
    unread: Vec<String>,
    /// All names in the header.
    names: Vec<String>,
    width: usize,
    /// The line of the header, from 1.
    line: u64,
}

impl Columns {
    /// Finds `known` columns by their names in a header, in any case and with any signs between their words.
    ///
    /// # Errors
    /// A name stands there twice.
    pub fn of(header: &[impl AsRef<str>], known: &[&'static str]) -> Result<Columns, String> {
        let (mut places, mut unread, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (place, cell) in header.iter().enumerate() {
            let name = cell.as_ref().trim_matches(is_edge);
            if !name.is_empty() && names.len() < NAMED {
                names.push(shorten(name).into_owned());
            }
            match known.iter().find(|column| is_same_name(column, name)) {
                Some(column) if places.iter().any(|(other, _)| other == column) => {
                    return Err(format!("has two columns {column}"));
                }
                Some(column) => places.push((*column, place)),
                None if name.is_empty() => {}
                None => unread.push(shorten(name).into_owned()),
            }
        }
        Ok(Columns { places, unread, names, width: header.len(), line: 1 })
    }

    /// Returns the same columns, named on this line.
    pub(super) fn on_line(self, line: u64) -> Columns {
        Columns { line, ..self }
    }

    /// Returns how many known columns there are.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// Returns whether there is a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.places.iter().any(|(column, _)| *column == name)
    }

    /// Says that a column is missing, and which there are: one of them may be it under another name.
    pub fn lack(&self, name: &str) -> String {
        format!("has no column {name}; it has {}", self.names.join(", "))
    }

    /// Returns the names of the columns that are not known.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Returns the line of the header, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns how many cells a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the place of the column of this name among all columns, from 0.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.iter().find(|(column, _)| *column == name).map(|(_, place)| *place)
    }

    /// Returns a row's cell in a column; `None` if it is blank.
    pub fn cell<'c>(&self, cells: &'c [CellValue], name: &str) -> Option<&'c CellValue> {
        cells.get(self.place(name)?).filter(|cell| !cell.shown().is_empty())
    }
}

/// Returns whether a header names a column: `Order Reference` and `order_reference` are `orderReference`.
fn is_same_name(column: &str, name: &str) -> bool {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase);
    letters.eq(column.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn columns_are_found_by_name_in_any_spelling() {
        let known = ["orderReference", "amount", "paidAt"];
        for names in [
            ["orderReference", "amount", "paidAt"],
            ["order_reference", "AMOUNT", "paid_at"],
            ["Order Reference", " Amount ", "Paid-At"],
        ] {
            let columns = Columns::of(&header(&names), &known).unwrap();
            assert_eq!((columns.count(), columns.width(), columns.unread().len()), (3, 3, 0), "{names:?}");
        }
        let columns = Columns::of(&header(&["Customer", "", "amount"]), &known).unwrap();
        assert_eq!(
            (columns.unread(), columns.has("amount"), columns.has("paidAt")),
            (&header(&["Customer"])[..], true, false)
        );
        let row = ["Mona", "x", "\u{200f} 5 "].map(CellValue::from);
        let amount = |row| columns.cell(row, "amount").map(CellValue::shown);
        assert_eq!((amount(&row), amount(&row[..2])), (Some("5"), None));
        assert_eq!(Columns::of(&header(&["Amount", "amount"]), &known), Err("has two columns amount".to_owned()));
    }
}
