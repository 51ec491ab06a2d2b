//! The order that a row of a list is about.

use super::order::OrderSummary;
use super::refusal::{Conflict, RefusalKind};
use super::text::shorten;

/// How a row names its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOrder {
    /// By its reference or id.
    Reference(String),
    /// By the courier's number.
    Tracking(String),
}

impl RowOrder {
    /// Returns what the row says.
    pub fn text(&self) -> &str {
        match self {
            RowOrder::Reference(text) | RowOrder::Tracking(text) => text,
        }
    }

    /// Picks the order that a row means from those that fit: all of them, or the first few.
    ///
    /// # Errors
    /// None fits, or several have the number. The problem begins with the column.
    pub fn pick(&self, mut found: Vec<OrderSummary>) -> Result<OrderSummary, (RefusalKind, String)> {
        if found.len() == 1 {
            return Ok(found.remove(0));
        }
        let text = shorten(self.text());
        Err(match (self, found.as_slice()) {
            (RowOrder::Tracking(_), []) => {
                (RefusalKind::InvalidInput, format!("tracking: no order has the number {text}"))
            }
            (RowOrder::Reference(_), []) => {
                (RefusalKind::InvalidInput, format!("orderReference: order {text} not found"))
            }
            (_, several) => {
                let names: Vec<_> = several.iter().take(2).map(|order| order.reference.as_str()).collect();
                let others = if several.len() > names.len() { " and others" } else { "" };
                let problem = format!(
                    "tracking: {text} is the number of {}{others}: name the order in orderReference",
                    names.join(", ")
                );
                (RefusalKind::Conflict(Conflict::Ambiguous), problem)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::tests::product;
    use crate::domain::reference::Reference;
    use crate::domain::status::Status;

    #[test]
    fn a_row_means_one_order() {
        let shirt = product("Shirt", &[("", 5)]);
        let named = |name: &&str| {
            let catalogue = [shirt.clone()].into_iter().collect();
            let mut order = order(&incoming(&[(&shirt, 1, None)]), &catalogue, 1, Status::Shipped).summary;
            order.reference = Reference::parse(name).unwrap();
            order
        };
        let (reference, number) = (RowOrder::Reference("LEG-9".to_owned()), RowOrder::Tracking("9917".to_owned()));
        for (row, found, expected) in [
            (&reference, &["LEG-9"][..], Ok("LEG-9")),
            (&number, &["LEG-1"], Ok("LEG-1")),
            (&reference, &[], Err("orderReference: order LEG-9 not found")),
            (&number, &[], Err("tracking: no order has the number 9917")),
            (
                &number,
                &["LEG-1", "LEG-2"],
                Err("tracking: 9917 is the number of LEG-1, LEG-2: name the order in orderReference"),
            ),
            (
                &number,
                &["LEG-1", "LEG-2", "LEG-3"],
                Err("tracking: 9917 is the number of LEG-1, LEG-2 and others: name the order in orderReference"),
            ),
        ] {
            let picked = row.pick(found.iter().map(named).collect());
            let picked = picked.map(|order| order.reference.to_string()).map_err(|(_, problem)| problem);
            assert_eq!(picked, expected.map(str::to_owned).map_err(str::to_owned));
        }
    }
}
