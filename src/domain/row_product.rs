//! The product that a row of a table means. One rule for `product import`, `receive` and `count`.
//!
//! A row names its product by the id, else by the SKU, else by exactly the name. Everything else in it must agree with
//! that. A spreadsheet may have removed the leading zeros of a SKU: the row then means the product that also has its
//! name, and never another one.

use std::fmt;

use uuid::Uuid;

use super::product::{Product, ProductId};
use super::refusal::{Conflict, RefusalKind};
use super::text::{IS_A_DATE, looks_like_a_date, shorten};

/// What a row says of its product: at least one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RowProduct {
    /// Its id.
    pub id: Option<ProductId>,
    /// Its barcode (SKU).
    pub sku: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// The products of the catalogue that a row may mean.
#[derive(Debug, Clone, Default)]
pub struct RowMatches {
    /// The one with its id, or with the id that stands for a SKU.
    pub by_id: Option<Product>,
    /// The one with its SKU.
    pub by_sku: Option<Product>,
    /// Those whose SKU differs only in leading zeros, if none has the SKU itself.
    pub zeros_differ: Vec<Product>,
    /// Those with exactly its name, unless the one found has it.
    pub namesakes: Vec<Product>,
}

/// A column by which a row names its product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamingColumn {
    /// The id.
    Id,
    /// The SKU.
    Sku,
    /// The name.
    Name,
}

impl NamingColumn {
    /// Returns the name of the column.
    pub fn as_str(self) -> &'static str {
        match self {
            NamingColumn::Id => "id",
            NamingColumn::Sku => "sku",
            NamingColumn::Name => "name",
        }
    }
}

/// Why a row names no product, or contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingRefusal {
    /// Invalid input, or several products of one name.
    pub kind: RefusalKind,
    /// The column to look at.
    pub column: NamingColumn,
    /// What is wrong with its value, which it quotes.
    pub problem: String,
}

impl RowProduct {
    /// Returns the id that stands for the SKU, as count sheets have it of a product without a barcode.
    pub fn id_for_sku(&self) -> Option<ProductId> {
        let sku = self.sku.as_deref().filter(|_| self.id.is_none())?;
        Uuid::try_parse(sku).ok().map(ProductId)
    }

    /// Returns whether the SKU of the row is the product's, leading zeros aside, or its id.
    pub fn has_sku_of(&self, product: &Product) -> bool {
        let Some(sku) = &self.sku else { return true };
        let is_same = |barcode: &String| barcode == sku || zero_spellings(sku).contains(barcode);
        product.barcode.as_ref().is_some_and(is_same) || self.id_for_sku() == Some(product.id)
    }

    /// Finds the product that the row means among those that fit; `None` if it is new.
    ///
    /// # Errors
    /// Several products have the name; or id, SKU and name belong to different products.
    pub fn find(&self, matches: RowMatches) -> Result<Option<Product>, NamingRefusal> {
        let RowMatches { by_id, by_sku, zeros_differ, namesakes } = matches;
        if let (Some(id), Some(other)) = (self.id, &by_sku)
            && other.id != id
        {
            let meant = by_id.map_or_else(|| "no product has the id".to_owned(), |product| of("id", &product));
            let problem = format!("is the SKU of {}, but {meant}", shorten(&other.name));
            return Err(self.refuse(RefusalKind::Conflict(Conflict::Exists), NamingColumn::Sku, &problem));
        }
        let is_named = self.id.is_some() || self.sku.is_some();
        let Some(found) = by_sku.or(by_id) else {
            return match (zeros_differ.is_empty(), is_named) {
                (false, _) => self.same_but_for_zeros(zeros_differ).map(Some),
                (true, true) => Ok(None),
                (true, false) => self.only_namesake(namesakes),
            };
        };
        let is_its_name = self.name.as_ref().is_none_or(|name| *name == found.name);
        match namesakes.iter().find(|other| other.id != found.id) {
            Some(other) if !is_its_name => {
                let column = if self.id.is_some() { "id" } else { "sku" };
                let problem = format!("is the name of {}, but {}", shorten(&other.handle()), of(column, &found));
                Err(self.refuse(RefusalKind::InvalidInput, NamingColumn::Name, &problem))
            }
            _ => Ok(Some(found)),
        }
    }

    /// Finds the product that the row means; it must exist.
    ///
    /// # Errors
    /// There is none; or as [`find`](RowProduct::find).
    pub fn find_known(&self, matches: RowMatches) -> Result<Product, NamingRefusal> {
        let (column, what) = match (self.id, &self.sku) {
            (Some(_), _) => (NamingColumn::Id, "id"),
            (None, Some(_)) => (NamingColumn::Sku, "SKU"),
            (None, None) => (NamingColumn::Name, "name"),
        };
        let is_date = column == NamingColumn::Sku && self.sku.as_deref().is_some_and(looks_like_a_date);
        let problem = if is_date { IS_A_DATE.to_owned() } else { format!("is the {what} of no product") };
        self.find(matches)?.ok_or_else(|| self.refuse(RefusalKind::InvalidInput, column, &problem))
    }

    /// Returns the product whose SKU differs only in leading zeros, if it has the row's name.
    fn same_but_for_zeros(&self, mut found: Vec<Product>) -> Result<Product, NamingRefusal> {
        if let Some(place) = found.iter().position(|product| Some(&product.name) == self.name.as_ref()) {
            return Ok(found.swap_remove(place));
        }
        let known: Vec<_> = found.iter().map(|product| format!("{} ({})", product.handle(), product.name)).collect();
        let problem = format!(
            "is the SKU of no product, but differs from {} only in leading zeros: enter it with them, in a column of text",
            shorten(&known.join(", "))
        );
        Err(self.refuse(RefusalKind::InvalidInput, NamingColumn::Sku, &problem))
    }

    /// Returns the only product of the name; `None` if there is none.
    fn only_namesake(&self, mut namesakes: Vec<Product>) -> Result<Option<Product>, NamingRefusal> {
        match namesakes.len() {
            0 | 1 => Ok(namesakes.pop()),
            several => {
                let problem = format!("is the name of {several} products: give the sku or id");
                Err(self.refuse(RefusalKind::Conflict(Conflict::Ambiguous), NamingColumn::Name, &problem))
            }
        }
    }

    fn refuse(&self, kind: RefusalKind, column: NamingColumn, problem: &str) -> NamingRefusal {
        let value = match column {
            NamingColumn::Id => self.id.map(|id| id.to_string()),
            NamingColumn::Sku => self.sku.clone(),
            NamingColumn::Name => self.name.clone(),
        };
        NamingRefusal { kind, column, problem: format!("\"{}\" {problem}", shorten(&value.unwrap_or_default())) }
    }
}

/// Says to which product a column belongs.
fn of(column: &str, product: &Product) -> String {
    format!("the {column} is that of {} ({})", shorten(&product.handle()), shorten(&product.name))
}

impl fmt::Display for NamingRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.column.as_str(), self.problem)
    }
}

/// Returns the other SKUs that differ from a SKU of digits only in leading zeros. A spreadsheet keeps at most 15 digits
/// of a number; with its zeros, no usual code has more than 20.
pub fn zero_spellings(sku: &str) -> Vec<String> {
    const LONGEST: usize = 20;
    let digits = sku.trim_start_matches('0');
    if digits.is_empty() || sku.len() > LONGEST || !sku.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let padded = (digits.len()..=LONGEST).map(|length| format!("{digits:0>length$}"));
    padded.filter(|other| other != sku).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;

    fn named(name: &str, sku: Option<&str>) -> Product {
        Product { barcode: sku.map(str::to_owned), ..product(name, &[("", 1)]) }
    }

    fn row(id: Option<&Product>, sku: &str, name: &str) -> RowProduct {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        RowProduct { id: id.map(|product| product.id), sku: text(sku), name: text(name) }
    }

    /// Returns what the catalogue has for a row.
    fn matches(row: &RowProduct, catalogue: &[&Product]) -> RowMatches {
        let all = |fits: &dyn Fn(&Product) -> bool| -> Vec<Product> {
            catalogue.iter().filter(|product| fits(product)).map(|&product| product.clone()).collect()
        };
        let zeros = zero_spellings(row.sku.as_deref().unwrap_or_default());
        RowMatches {
            by_id: all(&|product| Some(product.id) == row.id.or(row.id_for_sku())).pop(),
            by_sku: all(&|product| product.barcode.is_some() && product.barcode == row.sku).pop(),
            zeros_differ: all(&|product| product.barcode.as_ref().is_some_and(|barcode| zeros.contains(barcode))),
            namesakes: all(&|product| Some(&product.name) == row.name.as_ref()),
        }
    }

    #[test]
    fn a_row_means_the_product_of_its_id_else_sku_else_name() {
        let (polo, cap, tie) = (named("Polo", Some("PL-1")), named("Cap", Some("00123")), named("Tie", None));
        let mut bags = [named("Bag", Some("B-1")), named("Bag", Some("B-2"))];
        bags[1].id = ProductId(Uuid::max());
        let catalogue = [&polo, &cap, &tie, &bags[0], &bags[1]];
        let nobody = named("Hat", None);
        for (row, expected) in [
            (row(Some(&polo), "", ""), Ok(Some("Polo"))),
            (row(Some(&polo), "PL-1", "Polo"), Ok(Some("Polo"))),
            (row(Some(&polo), "PL-9", "Polo shirt"), Ok(Some("Polo"))),
            (row(None, "PL-1", ""), Ok(Some("Polo"))),
            // A supplier's word for it.
            (row(None, "PL-1", "Polo shirt, cotton"), Ok(Some("Polo"))),
            (row(None, "", "Cap"), Ok(Some("Cap"))),
            (row(None, &tie.id.to_string(), "Tie"), Ok(Some("Tie"))),
            (row(None, "B-2", "Bag"), Ok(Some("Bag"))),
            (row(None, "H-1", "Hat"), Ok(None)),
            (row(None, "H-1", "Cap"), Ok(None)),
            (row(None, "", "Hat"), Ok(None)),
            (row(Some(&nobody), "", "Cap"), Ok(None)),
            // One of the two is a slip.
            (row(None, "PL-1", "Cap"), Err("name: \"Cap\" is the name of 00123, but the sku is that of PL-1 (Polo)")),
            (row(Some(&polo), "", "Cap"), Err("name: \"Cap\" is the name of 00123, but the id is that of PL-1 (Polo)")),
            (row(Some(&cap), "PL-1", ""), Err("sku: \"PL-1\" is the SKU of Polo, but the id is that of 00123 (Cap)")),
            (row(Some(&nobody), "PL-1", ""), Err("sku: \"PL-1\" is the SKU of Polo, but no product has the id")),
            (row(None, "", "Bag"), Err("name: \"Bag\" is the name of 2 products: give the sku or id")),
        ] {
            let found = row.find(matches(&row, &catalogue));
            let found = found.map(|found| found.map(|product| product.name)).map_err(|refusal| refusal.to_string());
            assert_eq!(found.as_ref().map(Option::as_deref).map_err(String::as_str), expected, "{row:?}");
        }
    }

    #[test]
    fn a_sku_without_its_zeros_is_recognised_by_the_name_alone() {
        let (cap, hat) = (named("Cap", Some("00123")), named("Hat", Some("0123")));
        let lost = "is the SKU of no product, but differs from 00123 (Cap), 0123 (Hat) only in leading zeros: enter it with them, in a column of text";
        for (sku, name, expected) in [
            ("123", "Cap", Ok("Cap")),
            ("123", "Hat", Ok("Hat")),
            ("0000123", "Cap", Ok("Cap")),
            ("00123", "Cap", Ok("Cap")),
            ("123", "", Err(format!("\"123\" {lost}"))),
            ("123", "Scarf", Err(format!("\"123\" {lost}"))),
        ] {
            let row = row(None, sku, name);
            let found = row.find(matches(&row, &[&cap, &hat])).map_err(|refusal| refusal.problem);
            assert_eq!(found.map(|found| found.unwrap().name), expected.map(str::to_owned), "{sku} {name}");
        }
        assert!(row(None, "123", "").has_sku_of(&cap) && row(None, &cap.id.to_string(), "").has_sku_of(&cap));
        assert!(!row(None, "124", "").has_sku_of(&cap) && !row(None, "123", "").has_sku_of(&named("Tie", None)));
    }

    #[test]
    fn a_row_of_an_unknown_product_is_refused_by_its_column() {
        let hat = named("Hat", None);
        for (row, problem) in [
            (row(Some(&hat), "H", "Hat"), format!("id: \"{}\" is the id of no product", hat.id)),
            (row(None, "H", "Hat"), "sku: \"H\" is the SKU of no product".to_owned()),
            (row(None, "", "Hat"), "name: \"Hat\" is the name of no product".to_owned()),
            (row(None, "2026-01-05", "Hat"), format!("sku: \"2026-01-05\" {IS_A_DATE}")),
            (row(None, "", "2026-01-05"), "name: \"2026-01-05\" is the name of no product".to_owned()),
        ] {
            assert_eq!(row.find_known(RowMatches::default()).unwrap_err().to_string(), problem);
        }
        assert_eq!(
            row(None, "", "Hat").find_known(RowMatches { namesakes: vec![hat.clone()], ..RowMatches::default() }),
            Ok(hat)
        );
    }

    #[test]
    fn only_digits_lose_their_zeros() {
        let (longest, too_long) = (format!("{:0>20}", 7), format!("{:0>22}", 7));
        for (sku, count) in [
            ("7", 19),
            ("007", 19),
            (&longest, 19),
            (&too_long, 0),
            ("6221031492019", 7),
            ("A7", 0),
            ("", 0),
            ("000", 0),
            ("-7", 0),
        ] {
            let spellings = zero_spellings(sku);
            assert_eq!(spellings.len(), count, "{sku}");
            assert!(!spellings.contains(&sku.to_owned()));
        }
        assert_eq!(zero_spellings("007")[..3], ["7", "07", "0007"]);
        assert!(zero_spellings(&"7".repeat(21)).is_empty());
    }
}
