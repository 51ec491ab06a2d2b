//! Removing products and sizes from the catalogue. `product_change` brings a removed product back, `store/stock.rs` a
//! removed size.

use std::collections::HashMap;

use super::movement::{Movement, Reason};
use super::product::{Product, StockKey, StockLine, no_such_size};
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::text::size_key;

/// Decides whether a product may be removed: not if orders have it (rule 7). `orders` is their number.
pub fn remove(product: &Product, orders: i64) -> Result<(), Refusal> {
    let which = match orders {
        0 => return Ok(()),
        1 => "an order".to_owned(),
        orders => format!("{orders} orders"),
    };
    let refusal =
        Refusal::conflict(Conflict::Step, format!("{} is in {which}, so it stays in the catalogue", product.name))
            .error("Products in orders cannot be removed");
    let has_stock = product.stock_quantity() > 0;
    Err(if has_stock { refusal.remedy(clear_stock(product, product.sizes())) } else { refusal })
}

/// Says how to set the stock of these sizes to zero.
fn clear_stock<'a>(product: &Product, sizes: impl Iterator<Item = &'a StockLine>) -> Remedy {
    let stocked = sizes.filter(|line| line.on_hand > 0).map(|line| line.size.clone());
    Remedy::ClearStock { product: product.handle(), sizes: stocked.collect() }
}

/// Decides to remove sizes from a product. Returns for each its line, and the movement that records the removal.
/// Earlier movements stay.
///
/// # Errors
/// There is no such size; it has pieces on hand, or in orders (`held`), from which they may come back; or it is the
/// last one.
pub fn remove_sizes(
    product: &Product,
    sizes: &[String],
    held: &HashMap<StockKey, i64>,
    note: Option<&str>,
) -> Result<Vec<(StockLine, Movement)>, Refusal> {
    if !product.is_sized() && !sizes.is_empty() {
        return Err(Refusal::invalid(format!("{} is not tracked by size", product.name)));
    }
    let said = note.map(|note| format!(": {note}")).unwrap_or_default();
    let mut removed: Vec<(StockLine, Movement)> = Vec::new();
    for size in sizes {
        let key = size_key(size);
        let Some(line) = product.sizes().find(|line| line.size_key == key) else {
            let message = no_such_size(&product.name, Some(size), &product.size_names());
            return Err(Refusal::not_found(message));
        };
        if line.on_hand > 0 {
            let message = format!("{} has {} on hand", product.label(line), line.on_hand);
            return Err(Refusal::conflict(Conflict::Step, message).remedy(clear_stock(product, std::iter::once(line))));
        }
        if let Some(held) = held.get(&StockKey::of(product.id, &*key)) {
            let message = format!("{} has {held} in orders that may come back", product.label(line));
            return Err(Refusal::conflict(Conflict::Step, message));
        }
        if removed.iter().all(|(other, _)| other.size_key != key) {
            let movement = Movement {
                product_id: product.id,
                size_key: key,
                delta: 0,
                reason: Reason::Adjust,
                note: Some(format!("size removed{said}")),
            };
            removed.push((line.clone(), movement));
        }
    }
    if !removed.is_empty() && removed.len() == product.sizes().count() {
        let message = format!("{} needs at least one size: {} cannot be removed", product.name, product.size_names());
        return Err(Refusal::conflict(Conflict::Step, message));
    }
    Ok(removed)
}

/// Decides how to write off the stock of a removed product: a movement for each line with stock, or one for the first line
/// if there is none, so that the removal is recorded.
pub fn write_off(product: &Product, note: Option<&str>) -> Vec<Movement> {
    let said = note.map(|note| format!(": {note}")).unwrap_or_default();
    let movement = |line: &StockLine| Movement {
        product_id: product.id,
        size_key: line.size_key.clone(),
        delta: -line.on_hand,
        reason: Reason::Adjust,
        note: Some(format!("{REMOVED}{said}")),
    };
    let written_off: Vec<_> = product.stock.iter().filter(|line| line.on_hand != 0).map(movement).collect();
    if written_off.is_empty() { product.stock.first().map(movement).into_iter().collect() } else { written_off }
}

/// The note of the movements of a removed product.
const REMOVED: &str = "removed";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::refusal::RefusalKind;

    #[test]
    fn a_product_in_an_order_is_not_removed() {
        let sized = product("Shirt", &[("S", 1)]);
        let plain = product("Cap", &[("", 1)]);
        for (product, orders, message) in [
            (&sized, 0, None),
            (&sized, 1, Some("Shirt is in an order, so it stays in the catalogue")),
            (&plain, 2, Some("Cap is in 2 orders, so it stays in the catalogue")),
        ] {
            let refused = remove(product, orders).err();
            assert_eq!(refused.as_ref().map(|refusal| refusal.message.as_str()), message);
            assert!(refused.is_none_or(|refusal| refusal.kind == RefusalKind::Conflict(Conflict::Step)));
        }
    }

    #[test]
    fn stock_of_a_product_that_stays_can_be_set_to_zero() {
        for (stock, stocked) in [
            (&[("S", 1), ("M", 0), ("L", 2)][..], Some(&["S", "L"][..])),
            (&[("S", 0), ("M", 0)], None),
            (&[("", 3)], Some(&[])),
            (&[("", 0)], None),
        ] {
            let product = product("Shirt", stock);
            let sizes = |sizes: &[&str]| sizes.iter().map(|&size| size.to_owned()).collect();
            let clear = |stocked| Remedy::ClearStock { product: product.handle(), sizes: sizes(stocked) };
            let expected: Vec<_> = stocked.map(clear).into_iter().collect();
            assert_eq!(remove(&product, 1).unwrap_err().remedies, expected, "{stock:?}");
        }
    }

    #[test]
    fn a_size_without_stock_is_removed_unless_it_is_the_last() {
        let shirt = product("Shirt", &[("S", 1), ("M", 0), ("XL", 0), ("XXL", 0)]);
        let held = HashMap::from([(StockKey::of(shirt.id, "xxl"), 2)]);
        let remove = |product: &Product, sizes: &[&str]| {
            let sizes: Vec<String> = sizes.iter().map(|&size| size.to_owned()).collect();
            let removed = remove_sizes(product, &sizes, &held, Some("a slip"))
                .map_err(|refusal| (refusal.kind, refusal.message))?;
            assert!(removed.iter().all(|(_, movement)| {
                movement.delta == 0 && movement.note.as_deref() == Some("size removed: a slip")
            }));
            Ok(removed.into_iter().map(|(line, _)| line.size).collect::<Vec<_>>().join(" "))
        };
        let step = RefusalKind::Conflict(Conflict::Step);
        let refused = |kind, message: &str| Err((kind, message.to_owned()));
        assert_eq!(remove(&shirt, &["xl", " M", "XL"]), Ok("XL M".to_owned()));
        assert_eq!(remove(&shirt, &["S"]), refused(step, "Shirt (S) has 1 on hand"));
        assert_eq!(
            remove(&shirt, &["M", "L"]),
            refused(RefusalKind::NotFound, "Shirt: has no size L (sizes: S, M, XL, XXL)")
        );
        assert_eq!(remove(&shirt, &["XXL"]), refused(step, "Shirt (XXL) has 2 in orders that may come back"));
        let sold_out = product("Shirt", &[("S", 0), ("M", 0)]);
        assert_eq!(remove(&sold_out, &["S"]), Ok("S".to_owned()));
        assert_eq!(
            remove(&sold_out, &["S", "M"]),
            refused(step, "Shirt needs at least one size: S, M cannot be removed")
        );
        let cap = product("Cap", &[("", 0)]);
        assert_eq!(remove(&cap, &["S"]), refused(RefusalKind::InvalidInput, "Cap is not tracked by size"));
    }

    #[test]
    fn the_stock_of_a_removed_product_is_written_off_and_the_removal_recorded() {
        let written_off = |stock: &[(&str, i64)], note| -> Vec<(String, i64, Option<String>)> {
            let movements = write_off(&product("Shirt", stock), note);
            assert!(movements.iter().all(|movement| movement.reason == Reason::Adjust));
            movements.into_iter().map(|movement| (movement.size_key, movement.delta, movement.note)).collect()
        };
        let movement = |size: &str, delta, note: &str| (size.to_owned(), delta, Some(note.to_owned()));
        let sizes = [("S", 1), ("M", 0), ("L", 2)];
        assert_eq!(written_off(&sizes, None), [movement("s", -1, "removed"), movement("l", -2, "removed")]);
        assert_eq!(written_off(&[("", 3)], Some("sold out")), [movement("", -3, "removed: sold out")]);
        assert_eq!(written_off(&[("S", 0), ("M", 0)], None), [movement("s", 0, "removed")]);
    }
}
