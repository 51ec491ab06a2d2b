//! Goods that come from a supplier: each delivery is entered once, by its reference.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::DELIVERY;
use super::order::QUANTITY_LIMIT;
use super::product::{Product, ProductId, StockKey, StockLine, no_such_size};
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::start_size::{NoStockLine, SIZE_SIGNS_PROBLEM, find_or_start_size, too_many_sizes};
use super::text::size_key;
use super::time::Timestamp;
use super::typed_text::read_value;

/// Reads the reference of a delivery: an invoice, a delivery note.
///
/// # Errors
/// It is blank, too long, has control characters, or is a placeholder.
pub fn read_reference(text: &str) -> Result<String, String> {
    read_value(text, DELIVERY)
}

/// One line of a delivery, as entered: pieces of one product and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryLine {
    /// The product. The lines of one product share it.
    pub product: Arc<Product>,
    /// The size as typed; `None` where there is none.
    pub size: Option<String>,
    /// How many, zero or more.
    pub quantity: i64,
}

/// The pieces of one product and size that came with a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedItem {
    /// The product as it is now.
    pub product: Arc<Product>,
    /// Its stock now; a new size has none.
    pub line: StockLine,
    /// Whether the size is new.
    pub is_new_size: bool,
    /// How many came, one or more.
    pub quantity: i64,
}

impl ReceivedItem {
    /// Returns the product's name with the size, if it has one.
    pub fn label(&self) -> String {
        self.product.label(&self.line)
    }
}

/// A delivery on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its reference, as entered first.
    pub reference: String,
    /// When it was entered.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// The note, if any.
    pub note: Option<String>,
    /// How many pieces came, by product and size key.
    pub quantities: Quantities,
    /// What people call each of these: the product, with its size.
    pub labels: BTreeMap<StockKey, String>,
}

/// How many pieces came, by product and size key.
pub type Quantities = BTreeMap<StockKey, i64>;

/// Whether a delivery is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryDecision {
    /// It is new: these pieces go on the shelf.
    New(Vec<ReceivedItem>),
    /// It was entered before, with these pieces.
    Unchanged(Delivery, Vec<ReceivedItem>),
}

/// Why a delivery is not received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryRefused {
    /// It conflicts with what is on record, or brings nothing.
    Whole(Refusal),
    /// Problems of single lines, by their places in what was entered.
    Lines(Vec<(usize, LineProblem)>),
}

/// What is wrong with one line of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// The column to look at.
    pub column: &'static str,
    /// What is wrong.
    pub problem: String,
    /// The new size that would be started, if that was allowed.
    pub new_size: Option<String>,
}

/// Most problems concern the size.
impl From<String> for LineProblem {
    fn from(problem: String) -> LineProblem {
        LineProblem { column: "size", problem, new_size: None }
    }
}

/// Adds up how many came, by product and size key.
fn quantities(pieces: &[DeliveryLine]) -> Quantities {
    let mut quantities = Quantities::new();
    for DeliveryLine { product, size, quantity } in pieces.iter().filter(|pieces| pieces.quantity > 0) {
        let key = StockKey::of(product.id, size.as_deref().map(size_key).unwrap_or_default());
        *quantities.entry(key).or_default() += quantity;
    }
    quantities
}

/// Decides whether a delivery is new, or was entered before (`earlier`). Only with `new_sizes` may it start new sizes.
pub fn decide(
    reference: &str,
    pieces: &[DeliveryLine],
    earlier: Option<Delivery>,
    new_sizes: bool,
) -> Result<DeliveryDecision, DeliveryRefused> {
    let quantities = quantities(pieces);
    if let Some(earlier) = earlier {
        // What was entered before is compared first: the catalogue may have changed since.
        return match earlier.quantities == quantities {
            true => {
                let items = on_record(&quantities, pieces);
                Ok(DeliveryDecision::Unchanged(earlier, items))
            }
            false => Err(DeliveryRefused::Whole(conflict(&earlier, &quantities, pieces))),
        };
    }
    if quantities.is_empty() {
        return Err(DeliveryRefused::Whole(Refusal::invalid(format!("delivery {reference} brings no pieces"))));
    }
    let (mut items, mut problems): (Vec<ReceivedItem>, Vec<_>) = (Vec::new(), Vec::new());
    let mut places: BTreeMap<StockKey, usize> = BTreeMap::new();
    let mut started: BTreeMap<ProductId, Vec<StockLine>> = BTreeMap::new();
    for (place, DeliveryLine { product, size, quantity }) in pieces.iter().enumerate() {
        let started = started.entry(product.id).or_default();
        let line = match find_or_start_size(product, size.as_deref(), new_sizes, started) {
            Ok(_) | Err(NoStockLine::TooMany) if *quantity == 0 => continue,
            Ok(line) => line,
            Err(problem) => {
                problems.push((place, size_problem(problem, product, size.as_deref())));
                continue;
            }
        };
        let at = *places.entry(StockKey::of(product.id, &*line.size_key)).or_insert(items.len());
        if at == items.len() {
            let is_new_size = matches!(line, Cow::Owned(_));
            if is_new_size {
                started.push(line.clone().into_owned());
            }
            let (product, line) = (Arc::clone(product), line.into_owned());
            items.push(ReceivedItem { product, line, is_new_size, quantity: 0 });
        }
        let item = &mut items[at];
        item.quantity += quantity;
        if item.line.on_hand + item.quantity > i64::from(QUANTITY_LIMIT) {
            let problem = format!("stock of {} cannot be more than {QUANTITY_LIMIT}", item.label());
            problems.push((place, LineProblem { column: "quantity", ..problem.into() }));
        }
    }
    if problems.is_empty() { Ok(DeliveryDecision::New(items)) } else { Err(DeliveryRefused::Lines(problems)) }
}

/// Says why there is no stock line of a size, and none can be started.
fn size_problem(problem: NoStockLine, product: &Product, size: Option<&str>) -> LineProblem {
    let (name, size) = (&product.name, size.map(str::trim));
    match problem {
        NoStockLine::Unnamed => no_such_size(name, None, &product.size_names()).into(),
        NoStockLine::HasUnsized => {
            format!("{name}: is not tracked by size, and has {} on hand", product.stock_quantity()).into()
        }
        NoStockLine::Signs => format!("{name}: {SIZE_SIGNS_PROBLEM}").into(),
        NoStockLine::Unknown => {
            let problem = match product.is_sized() {
                true => no_such_size(name, size, &product.size_names()),
                false => format!("{name}: is not tracked by size yet"),
            };
            LineProblem { new_size: size.map(str::to_owned), ..problem.into() }
        }
        NoStockLine::TooMany => {
            format!("{name}: cannot get the size {}: {}", size.unwrap_or_default(), too_many_sizes()).into()
        }
    }
}

/// Returns what came with a delivery that is on record, with the stock of today.
fn on_record(quantities: &Quantities, pieces: &[DeliveryLine]) -> Vec<ReceivedItem> {
    let products: BTreeMap<ProductId, &Arc<Product>> =
        pieces.iter().map(|pieces| (pieces.product.id, &pieces.product)).collect();
    let item = |(StockKey { product_id, size_key }, quantity): (&StockKey, &i64)| {
        let product = Arc::clone(products.get(product_id)?);
        let line = product.stock_line(size_key).cloned();
        // The size may have been removed since.
        let line = line.unwrap_or_else(|| StockLine { size_key: size_key.clone(), size: size_key.clone(), on_hand: 0 });
        Some(ReceivedItem { product, line, is_new_size: false, quantity: *quantity })
    };
    quantities.iter().filter_map(item).collect()
}

/// Says how a delivery differs from the one on record under its reference.
fn conflict(earlier: &Delivery, quantities: &Quantities, pieces: &[DeliveryLine]) -> Refusal {
    let keys = earlier.quantities.keys().chain(quantities.keys().filter(|key| !earlier.quantities.contains_key(*key)));
    let details = keys.filter_map(|key| {
        let (before, now) = (earlier.quantities.get(key).unwrap_or(&0), quantities.get(key).unwrap_or(&0));
        let entered = || {
            let pieces = pieces.iter().find(|pieces| pieces.product.id == key.product_id)?;
            Some(pieces.product.label_of(&key.size_key))
        };
        let label = earlier.labels.get(key).cloned().or_else(entered).unwrap_or_default();
        (before != now).then(|| format!("{label}: {before} are on record, not {now}"))
    });
    let message = format!("delivery {} was entered with other pieces", earlier.reference);
    let is_known = |product: ProductId| earlier.quantities.keys().any(|key| key.product_id == product);
    let corrected = || {
        let difference = |key: &StockKey| {
            quantities.get(key).copied().unwrap_or_default() - earlier.quantities.get(key).copied().unwrap_or_default()
        };
        let line = |pieces: &DeliveryLine| {
            let line = pieces.product.stock_line(&size_key(pieces.size.as_deref().unwrap_or_default()))?;
            let by = difference(&StockKey::of(pieces.product.id, &*line.size_key));
            let (product, size) = (pieces.product.handle(), line.size.clone());
            (by != 0).then_some(Remedy::CorrectStock { product, size, by })
        };
        pieces.iter().find_map(line)
    };
    let remedy = match pieces.iter().all(|pieces| is_known(pieces.product.id)) {
        true => corrected(),
        false => Some(Remedy::OneDelivery(earlier.reference.clone())),
    };
    let refusal = Refusal::conflict(Conflict::Content, message).details(details.collect());
    remedy.into_iter().fold(refusal, Refusal::remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::SIZES;
    use crate::domain::product::tests::product;

    fn pieces(product: &Product, size: Option<&str>, quantity: i64) -> DeliveryLine {
        DeliveryLine { product: Arc::new(product.clone()), size: size.map(str::to_owned), quantity }
    }

    fn delivery(lines: &[DeliveryLine]) -> Delivery {
        let (reference, actor) = ("INV-77".to_owned(), "operator".to_owned());
        let labels = lines.iter().map(|line| {
            let size = line.size.clone().unwrap_or_default();
            (StockKey::of(line.product.id, size_key(&size)), format!("{} [{size}]", line.product.name))
        });
        Delivery {
            reference,
            at: Timestamp::FIRST,
            actor,
            note: None,
            quantities: quantities(lines),
            labels: labels.collect(),
        }
    }

    #[test]
    fn new_sizes_have_a_bound() {
        let (shirt, cap) = (product("Shirt", &[("S", 1), ("L", 2)]), product("Cap", &[("A", 1)]));
        let mut lines: Vec<_> = (2..SIZES).map(|size| pieces(&shirt, Some(&size.to_string()), 1)).collect();
        lines.extend([pieces(&cap, Some("B"), 1), pieces(&shirt, Some("2"), 1), pieces(&shirt, Some("s"), 1)]);
        assert!(decide("INV-77", &lines, None, true).is_ok());
        lines.push(pieces(&shirt, Some("XXL"), 1));
        let refused = decide("INV-77", &lines, None, true).unwrap_err();
        let problem = LineProblem::from("Shirt: cannot get the size XXL: a product has at most 1000 sizes".to_owned());
        assert_eq!(refused, DeliveryRefused::Lines(vec![(lines.len() - 1, problem)]));
    }

    #[test]
    fn pieces_go_to_their_sizes_and_add_up() {
        let (shirt, cap, belt) =
            (product("Shirt", &[("S", 1), ("L", 2)]), product("Cap", &[("", 3)]), product("Belt", &[("", 0)]));
        let lines = [
            pieces(&shirt, Some(" l"), 2),
            pieces(&cap, None, 4),
            pieces(&shirt, Some("L"), 1),
            pieces(&shirt, Some("XL"), 5),
            pieces(&shirt, Some("xl "), 1),
            pieces(&belt, Some("90"), 1),
            pieces(&cap, Some(" "), 0),
            pieces(&belt, Some("100"), 0),
        ];
        let Ok(DeliveryDecision::New(items)) = decide("INV-77", &lines, None, true) else { panic!("it is new") };
        let told: Vec<_> =
            items.iter().map(|item| (item.label(), item.line.on_hand, item.quantity, item.is_new_size)).collect();
        assert_eq!(
            told,
            [
                ("Shirt (L)".to_owned(), 2, 3, false),
                ("Cap".to_owned(), 3, 4, false),
                ("Shirt (XL)".to_owned(), 0, 6, true),
                ("Belt (90)".to_owned(), 0, 1, true),
            ]
        );
    }

    #[test]
    fn every_line_that_cannot_be_received_is_named() {
        let limit = i64::from(QUANTITY_LIMIT);
        let (shirt, cap) = (product("Shirt", &[("S", 1), ("L", 2)]), product("Cap", &[("", 3)]));
        let empty = product("Belt", &[("", 0)]);
        for (line, new_sizes, problem, new_size) in [
            (pieces(&shirt, None, 1), true, "Shirt: needs a size (sizes: S, L)", None),
            (pieces(&shirt, Some("XL"), 1), false, "Shirt: has no size XL (sizes: S, L)", Some("XL")),
            (pieces(&shirt, Some("XL"), 0), false, "Shirt: has no size XL (sizes: S, L)", Some("XL")),
            (pieces(&shirt, Some("X,L"), 1), true, "Shirt: a size cannot have , or = in its name", None),
            (pieces(&cap, Some("S"), 1), true, "Cap: is not tracked by size, and has 3 on hand", None),
            (pieces(&empty, Some("90"), 1), false, "Belt: is not tracked by size yet", Some("90")),
            (pieces(&cap, None, limit), true, "stock of Cap cannot be more than 2147483647", None),
        ] {
            let lines = [pieces(&cap, None, 1), line];
            let column = if problem.starts_with("stock") { "quantity" } else { "size" };
            let expected = LineProblem { column, problem: problem.to_owned(), new_size: new_size.map(str::to_owned) };
            assert_eq!(
                decide("INV-77", &lines, None, new_sizes),
                Err(DeliveryRefused::Lines(vec![(1, expected)])),
                "{problem}"
            );
        }
        assert!(decide("INV-77", &[pieces(&cap, None, limit - 3)], None, false).is_ok());
        let Err(DeliveryRefused::Whole(refusal)) = decide("INV-77", &[pieces(&cap, None, 0)], None, false) else {
            panic!("it brings nothing")
        };
        assert_eq!(refusal.message, "delivery INV-77 brings no pieces");
    }

    #[test]
    fn a_delivery_that_comes_again_is_unchanged_or_a_conflict() {
        let (shirt, cap) = (product("Shirt", &[("S", 1), ("L", 2)]), product("Cap", &[("", 3)]));
        let lines = [pieces(&shirt, Some("S"), 1), pieces(&shirt, Some("L"), 2), pieces(&cap, None, 3)];
        let again = |lines: &[DeliveryLine]| {
            let earlier =
                delivery(&[pieces(&shirt, Some("S"), 1), pieces(&shirt, Some("L"), 2), pieces(&cap, None, 3)]);
            decide("inv-77", lines, Some(earlier), false)
        };
        // In any order, and however the lines are split.
        let split =
            [pieces(&cap, None, 1), pieces(&shirt, Some("l"), 2), pieces(&cap, None, 2), pieces(&shirt, Some("s"), 1)];
        for same in [&lines[..], &split] {
            let Ok(DeliveryDecision::Unchanged(_, items)) = again(same) else { panic!("it is on record") };
            let mut told: Vec<_> = items.iter().map(|item| (item.label(), item.quantity, item.line.on_hand)).collect();
            told.sort();
            let told: Vec<_> = told.iter().map(|(label, came, now)| (label.as_str(), *came, *now)).collect();
            assert_eq!(told, [("Cap", 3, 3), ("Shirt (L)", 2, 2), ("Shirt (S)", 1, 1)]);
        }
        let other = [pieces(&shirt, Some("S"), 1), pieces(&shirt, Some("L"), 3), pieces(&shirt, Some("XL"), 1)];
        let Err(DeliveryRefused::Whole(refusal)) = again(&other) else { panic!("it is another one") };
        assert_eq!(refusal.message, "delivery INV-77 was entered with other pieces");
        let mut details = refusal.details;
        details.sort();
        assert_eq!(
            details,
            [
                "Cap []: 3 are on record, not 0",
                "Shirt (xl): 0 are on record, not 1",
                "Shirt [L]: 2 are on record, not 3",
            ]
        );
    }

    #[test]
    fn remedies_for_other_pieces_depend_on_what_was_entered() {
        let (shirt, cap, belt) =
            (product("Shirt", &[("S", 1), ("L", 2)]), product("Cap", &[("", 3)]), product("Belt", &[("", 0)]));
        let correct = |product: &Product, size: &str, by| Remedy::CorrectStock {
            product: product.handle(),
            size: size.to_owned(),
            by,
        };
        for (lines, expected) in [
            (vec![pieces(&shirt, Some("L"), 5), pieces(&cap, None, 3)], vec![correct(&shirt, "L", 3)]),
            (vec![pieces(&shirt, Some("L"), 2), pieces(&cap, None, 1)], vec![correct(&cap, "", -2)]),
            (vec![pieces(&shirt, Some("L"), 2), pieces(&shirt, Some("s"), 4)], vec![correct(&shirt, "S", 4)]),
            // A line is missing; the other one agrees.
            (vec![pieces(&shirt, Some("L"), 2)], vec![]),
            (
                vec![pieces(&shirt, Some("L"), 3), pieces(&belt, None, 1)],
                vec![Remedy::OneDelivery("INV-77".to_owned())],
            ),
        ] {
            let earlier = delivery(&[pieces(&shirt, Some("L"), 2), pieces(&cap, None, 3)]);
            let Err(DeliveryRefused::Whole(refusal)) = decide("INV-77", &lines, Some(earlier), false) else {
                panic!("it is another one")
            };
            assert_eq!(refusal.remedies, expected);
        }
    }

    #[test]
    fn a_reference_can_be_printed() {
        for (text, read) in [
            (" INV-77 ", Ok("INV-77")),
            ("فاتورة 12", Ok("فاتورة 12")),
            ("", Err("must not be blank")),
            (" \u{200f} ", Err("must not be blank")),
            ("a\nb", Err("must not have control characters")),
        ] {
            assert_eq!(read_reference(text), read.map(str::to_owned).map_err(str::to_owned), "{text:?}");
        }
        assert!(read_reference(&"x".repeat(DELIVERY)).is_ok() && read_reference(&"x".repeat(DELIVERY + 1)).is_err());
    }
}
