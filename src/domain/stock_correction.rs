//! Correcting the stock of a product: adjusting it by a difference, and counting it.

use std::borrow::Cow;

use super::movement::{Movement, Reason};
use super::order::QUANTITY_LIMIT;
use super::product::{Product, StockLine, no_such_size};
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::shortage::{self, Shortage};
use super::start_size::{NoStockLine, SIZE_SIGNS_PROBLEM, find_or_start_size, too_many_sizes};

/// An operator's correction of a product's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// The change.
    Adjust(i64),
    /// The number counted.
    Count(i64),
}

/// A decided correction of one stock line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockChange {
    /// The movement to write.
    pub movement: Movement,
    /// The line to make first, if the size is new.
    pub new_line: Option<StockLine>,
    /// The line's label, `Classic T-Shirt (L)`.
    pub label: String,
    /// The stock on hand before.
    pub before: i64,
    /// The stock on hand after.
    pub after: i64,
}

/// Decides a correction of the stock of `product` in `size`.
///
/// Only a count starts a new size, if it may, and only of a product that is tracked by size or has nothing on hand: pieces without
/// a size cannot be split among sizes. If such pieces come back from an order later, a correction without a size is about
/// them.
pub fn correct(
    product: &Product,
    size: Option<&str>,
    correction: Correction,
    may_start_size: bool,
) -> Result<StockChange, Refusal> {
    let size = size.map(str::trim).filter(|size| !size.is_empty());
    let line = find_line(product, size, correction, may_start_size)?;
    let (before, new_line) = match &line {
        Cow::Borrowed(line) => (line.on_hand, None),
        Cow::Owned(line) => (0, Some(line.clone())),
    };
    let (delta, reason) = match correction {
        Correction::Adjust(delta) => (delta, Reason::Adjust),
        Correction::Count(counted) => (counted - before, Reason::Count),
    };
    let after = before.saturating_add(delta);
    let label = product.label(&line);
    if after < 0 {
        let shortage = Shortage::of(product, &line, -delta);
        let show = Remedy::ShowProduct(shortage.handle.clone());
        return Err(shortage::refuse(format!("not enough stock of {label}"), &[shortage]).remedy(show));
    }
    // Pieces that came back from orders may exceed the limit: a change towards it is fine.
    if delta > 0 && after > i64::from(QUANTITY_LIMIT) {
        let problem = format!("stock of {label} cannot be more than {QUANTITY_LIMIT}");
        return Err(Refusal::invalid(problem));
    }
    let movement = Movement { product_id: product.id, size_key: line.size_key.clone(), delta, reason, note: None };
    Ok(StockChange { movement, new_line, label, before, after })
}

/// Finds the line of a size, or makes a new one.
fn find_line<'p>(
    product: &'p Product,
    size: Option<&str>,
    correction: Correction,
    may_start_size: bool,
) -> Result<Cow<'p, StockLine>, Refusal> {
    let is_count = matches!(correction, Correction::Count(_));
    let problem = match find_or_start_size(product, size, is_count && may_start_size, &[]) {
        Ok(line) => return Ok(line),
        Err(problem) => problem,
    };
    let (name, size) = (&product.name, size.unwrap_or_default());
    let start = || Remedy::StartSize { product: product.handle(), size: size.to_owned() };
    let is_unsized = || Refusal::invalid(format!("{name} is not tracked by size")).remedy(Remedy::LeaveOutSize);
    let cannot_get = |why: &str| Refusal::invalid(format!("{name} cannot get the size {size}: {why}"));
    Err(match problem {
        NoStockLine::Unnamed => match product.leftover() {
            Some(line) => return Ok(Cow::Borrowed(line)),
            None => Refusal::invalid(no_such_size(name, None, &product.size_names())).remedy(Remedy::NameSize),
        },
        _ if !is_count && !product.is_sized() => is_unsized(),
        NoStockLine::HasUnsized => {
            let message = format!("{name} has {} on hand without a size", product.stock_quantity());
            Refusal::conflict(Conflict::Step, message).remedy(Remedy::ClearUnsized(product.handle()))
        }
        NoStockLine::Unknown if product.is_sized() => {
            Refusal::invalid(no_such_size(name, Some(size), &product.size_names())).remedy(start())
        }
        NoStockLine::Unknown => is_unsized().remedy(start()),
        NoStockLine::Signs => cannot_get(SIZE_SIGNS_PROBLEM),
        NoStockLine::TooMany => cannot_get(&too_many_sizes()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::SIZES;
    use crate::domain::product::tests::product;
    use crate::domain::refusal::RefusalKind;

    #[test]
    fn stock_is_adjusted_and_counted_size_by_size() {
        let sized = || product("Shirt", &[("S", 1), ("L", 2)]);
        let plain = || product("Cap", &[("", 3)]);
        let empty = || product("Belt", &[("", 0)]);
        let leftover = || product("Belt", &[("", 2), ("L", 1)]);
        let limit = i64::from(QUANTITY_LIMIT);
        let full = || product("Cap", &[("", limit + 3)]);
        let cases: Vec<(Product, Option<&str>, Correction, Result<(i64, i64, bool), RefusalKind>)> = vec![
            (plain(), None, Correction::Adjust(4), Ok((4, 7, false))),
            (plain(), None, Correction::Adjust(-3), Ok((-3, 0, false))),
            (plain(), None, Correction::Adjust(-4), Err(RefusalKind::InsufficientStock)),
            (plain(), None, Correction::Count(3), Ok((0, 3, false))),
            (plain(), None, Correction::Count(0), Ok((-3, 0, false))),
            (leftover(), None, Correction::Count(0), Ok((-2, 0, false))),
            (full(), None, Correction::Adjust(-1), Ok((-1, limit + 2, false))),
            (full(), None, Correction::Count(limit + 1), Ok((-2, limit + 1, false))),
            (full(), None, Correction::Count(limit + 3), Ok((0, limit + 3, false))),
            (full(), None, Correction::Adjust(1), Err(RefusalKind::InvalidInput)),
            (plain(), None, Correction::Adjust(limit), Err(RefusalKind::InvalidInput)),
            (plain(), Some("L"), Correction::Adjust(1), Err(RefusalKind::InvalidInput)),
            (plain(), Some("L"), Correction::Count(1), Err(RefusalKind::Conflict(Conflict::Step))),
            (empty(), Some("L"), Correction::Count(1), Ok((1, 1, true))),
            (sized(), None, Correction::Adjust(1), Err(RefusalKind::InvalidInput)),
            (sized(), None, Correction::Count(1), Err(RefusalKind::InvalidInput)),
            (sized(), Some("l"), Correction::Adjust(-2), Ok((-2, 0, false))),
            (sized(), Some("S"), Correction::Count(9), Ok((8, 9, false))),
            (sized(), Some("XL"), Correction::Adjust(1), Err(RefusalKind::InvalidInput)),
            (sized(), Some("XL"), Correction::Count(5), Ok((5, 5, true))),
            (sized(), Some("XL,M"), Correction::Count(5), Err(RefusalKind::InvalidInput)),
            (sized(), Some("XL=5"), Correction::Count(5), Err(RefusalKind::InvalidInput)),
            (product("Shirt", &[("42,5", 1)]), Some("42,5"), Correction::Count(5), Ok((4, 5, false))),
        ];
        for (product, size, correction, expected) in cases {
            let decided = correct(&product, size, correction, true)
                .map(|change| (change.movement.delta, change.after, change.new_line.is_some()))
                .map_err(|refusal| refusal.kind);
            assert_eq!(decided, expected, "{} {size:?} {correction:?}", product.name);
        }
    }

    #[test]
    fn a_correction_that_is_refused_says_why_and_what_to_do() {
        let sized = product("Shirt", &[("S", 1), ("L", 2)]);
        let plain = product("Cap", &[("", 3)]);
        let refused = |product: &Product, size, correction| correct(product, size, correction, true).unwrap_err();
        let short = refused(&sized, Some("S"), Correction::Adjust(-4));
        assert_eq!(short.message, "not enough stock of Shirt (S)");
        assert_eq!(short.details, ["Shirt (S): Insufficient stock (available: 1, required: 4)"]);
        assert_eq!(short.remedies, [Remedy::ShowProduct("SKU-Shirt".to_owned())]);
        let unknown = refused(&sized, Some("XL"), Correction::Adjust(1));
        assert_eq!(unknown.message, "Shirt: has no size XL (sizes: S, L)");
        assert_eq!(unknown.remedies, [Remedy::StartSize { product: "SKU-Shirt".to_owned(), size: "XL".to_owned() }]);
        let needless = refused(&plain, Some("XL"), Correction::Adjust(1));
        assert_eq!(
            (needless.message.as_str(), needless.remedies),
            ("Cap is not tracked by size", vec![Remedy::LeaveOutSize])
        );
        // A count may name a wrong size by mistake.
        let mistaken = |product: &Product, size| correct(product, Some(size), Correction::Count(1), false).unwrap_err();
        assert_eq!(mistaken(&sized, "XL"), unknown);
        let empty = product("Belt", &[("", 0)]);
        let start = Remedy::StartSize { product: "SKU-Belt".to_owned(), size: "L".to_owned() };
        assert_eq!(mistaken(&empty, "L").remedies, [Remedy::LeaveOutSize, start]);
        assert_eq!(mistaken(&plain, "L").remedies, [Remedy::ClearUnsized("SKU-Cap".to_owned())]);
        let names: Vec<String> = (0..SIZES).map(|number| format!("N{number}")).collect();
        let many = product("Shirt", &names.iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>());
        assert_eq!(
            refused(&many, Some("XL"), Correction::Count(1)).message,
            "Shirt cannot get the size XL: a product has at most 1000 sizes"
        );
        let limit = i64::from(QUANTITY_LIMIT);
        assert_eq!(
            refused(&plain, None, Correction::Count(limit + 1)).message,
            format!("stock of Cap cannot be more than {QUANTITY_LIMIT}")
        );
        assert_eq!(correct(&plain, None, Correction::Count(limit), true).unwrap().after, limit);
    }
}
