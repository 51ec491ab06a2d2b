//! Taking in an order: it is new, unchanged, or refused (rules 1 and 6).

use super::content::Content;
use super::duplicate::duplicate_warning;
use super::order::Order;
use super::permission::Caller;
use super::problems::Problems;
use super::refusal::{Conflict, RefusalKind};
use super::resolve::{Rejected, ResolvedOrder};
use super::settings::Settings;

/// What is known of a reference that comes again.
#[derive(Debug, Clone)]
pub struct Known {
    /// The order as it is now.
    pub order: Order,
    /// Whether this very content has come under it before.
    pub came_before: bool,
}

/// Decides whether to write an order whose reference is new; `likely_duplicates` are those of the same number and items
/// that are nearest in time. Returns what a person should look at before confirming it.
pub fn decide_new(
    order: &ResolvedOrder,
    likely_duplicates: &[Order],
    settings: &Settings,
) -> Result<Vec<String>, Rejected> {
    let mut problems = Problems::default();
    if let Some(problem) = order.reference.problem_as_new() {
        problems.push(format!("orderReference: {problem}"));
    }
    if let (Some(sent), Some(ours)) = (&order.currency, &settings.currency)
        && sent != ours
    {
        problems.push(format!("currency: is {sent}, but this shop sells in {ours}"));
    }
    if !problems.is_empty() {
        return Err(Rejected { kind: RefusalKind::InvalidInput, problems });
    }
    Ok(order.warnings.iter().cloned().chain(duplicate_warning(order, likely_duplicates)).collect())
}

/// Decides whether an order repeats the stored one with its reference. A `sender` who may not see the stored order
/// learns only that it exists.
pub fn decide_repeat(order: &ResolvedOrder, known: &Known, sender: &Caller) -> Result<(), Rejected> {
    let summary = &known.order.summary;
    if known.came_before {
        return Ok(());
    }
    let conflict =
        |problem: String| Err(Rejected { kind: RefusalKind::Conflict(Conflict::Content), problems: problem.into() });
    if !sender.sees(summary) {
        // Comparing with the current order would let them guess how it was changed.
        return conflict(format!("order {} exists already, with other content", order.reference));
    }
    if summary.is_forgotten() {
        return conflict(format!("order {} exists already, and its customer was forgotten", summary.reference));
    }
    match order.content.differing_fields(&Content::of_order(&known.order)).as_slice() {
        [] => Ok(()),
        differing => {
            let fields = differing.join(", ");
            conflict(format!("order {} exists already, with other content: {fields}", summary.reference))
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::incoming::IncomingOrder;
    use crate::domain::money::Money;
    use crate::domain::order_samples::{incoming, now, order};
    use crate::domain::product::Product;
    use crate::domain::product::tests::product;
    use crate::domain::products::Products;
    use crate::domain::reference::Reference;
    use crate::domain::resolve::resolve;
    use crate::domain::status::Status;
    use crate::domain::time::Timestamp;

    struct Shop {
        products: Products,
        settings: Settings,
    }

    impl Shop {
        fn resolve(&self, incoming: &IncomingOrder) -> Result<ResolvedOrder, Rejected> {
            let reference = incoming.reference.clone().unwrap();
            resolve(incoming.clone(), reference, now(), &self.products, &mut Uuid::nil)
        }

        fn take_new(&self, incoming: &IncomingOrder, others: &[Order]) -> Result<Vec<String>, Rejected> {
            decide_new(&self.resolve(incoming)?, others, &self.settings)
        }

        fn take_repeat(&self, incoming: &IncomingOrder, known: &Known) -> Result<(), Rejected> {
            decide_repeat(&self.resolve(incoming)?, known, &Caller::Operator)
        }
    }

    fn shop(products: &[&Product]) -> Shop {
        Shop { products: products.iter().map(|p| (*p).clone()).collect(), settings: Settings::default() }
    }

    #[test]
    fn a_repeated_order_is_unchanged_or_a_conflict_that_names_its_fields() {
        let shirt = product("Shirt", &[("", 5)]);
        let cap = product("Cap", &[("", 5)]);
        let shop = shop(&[&shirt, &cap]);
        let first = incoming(&[(&shirt, 2, None), (&cap, 1, Some("M"))]);
        let order = order(&first, &shop.products, 1, Status::Shipped);
        type Change = fn(&mut IncomingOrder);
        let cases: &[(&str, Change, &str)] = &[
            ("nothing", |_| (), ""),
            ("the date", |o| o.order_date = Timestamp::parse("2020-01-01T00:00:00Z").unwrap(), ""),
            ("an image", |o| o.items[0].image = Some("https://a.example/b".into()), ""),
            ("the order of items", |o| o.items.reverse(), ""),
            ("the phone's spelling", |o| o.customer.phone = "(1) 23-4".into(), ""),
            ("the name", |o| o.customer.name = "Jane".into(), "customerName"),
            ("the phone", |o| o.customer.phone = "1235".into(), "customerPhone"),
            ("the address", |o| o.customer.address = Some("x".into()), "customerAddress"),
            ("a size", |o| o.items[0].size = Some("L".into()), "items"),
            ("a color", |o| o.items[0].color = Some("Red".into()), "items"),
            (
                "name and a quantity",
                |o| {
                    o.customer.name = "Jane".into();
                    o.items[0].quantity = 1;
                    o.total = Money::from_hundredths(5998);
                },
                "customerName, items, total",
            ),
        ];
        for (what, change, fields) in cases {
            let mut again = first.clone();
            change(&mut again);
            let known = Known { order: order.clone(), came_before: false };
            let expected = if fields.is_empty() {
                Ok(())
            } else {
                let problem = format!("order LEG-LXYZ1234-AB5C exists already, with other content: {fields}");
                Err(Rejected { kind: RefusalKind::Conflict(Conflict::Content), problems: problem.into() })
            };
            assert_eq!(shop.take_repeat(&again, &known), expected, "{what}");
            let known = Known { came_before: true, ..known };
            assert_eq!(shop.take_repeat(&again, &known), Ok(()), "{what}, as it once came");
        }
    }

    #[test]
    fn every_unknown_product_and_a_foreign_currency_are_refused_with_their_places() {
        let shirt = product("Shirt", &[("", 5)]);
        let cap = product("Cap", &[("", 5)]);
        let belt = product("Belt", &[("", 5)]);
        let mut shop = shop(&[&shirt]);
        shop.settings.currency = Some("EGP".into());
        let mut order = incoming(&[(&cap, 1, None), (&shirt, 1, None), (&belt, 1, None)]);
        order.currency = Some("USD".into());
        order.items[0].name = Some("Cap".into());
        let problems: Vec<String> = vec![
            format!("items[0].productId: Product {} not found (Cap)", cap.id),
            format!("items[2].productId: Product {} not found", belt.id),
        ];
        assert_eq!(
            shop.take_new(&order, &[]),
            Err(Rejected { kind: RefusalKind::InvalidInput, problems: problems.into_iter().collect() })
        );
        shop.products = [&shirt, &cap, &belt].into_iter().cloned().collect();
        let problems: Vec<String> = vec!["currency: is USD, but this shop sells in EGP".to_owned()];
        let foreign = Err(Rejected { kind: RefusalKind::InvalidInput, problems: problems.into_iter().collect() });
        assert_eq!(shop.take_new(&order, &[]), foreign);
    }

    #[test]
    fn a_new_reference_must_not_look_like_something_else() {
        let shirt = product("Shirt", &[("", 5)]);
        let shop = shop(&[&shirt]);
        for (reference, problem) in [
            ("--yes", "must not begin with -"),
            ("550E8400-e29b-41d4-a716-446655440000", "a reference cannot be an order's id"),
            ("550e8400e29b41d4a716446655440000", "a reference cannot be an order's id"),
        ] {
            let mut sent = incoming(&[(&shirt, 1, None)]);
            sent.reference = Reference::parse(reference);
            let problems: Vec<String> = vec![format!("orderReference: {problem}")];
            assert_eq!(
                shop.take_new(&sent, &[]),
                Err(Rejected { kind: RefusalKind::InvalidInput, problems: problems.into_iter().collect() })
            );
            let known = Known { order: order(&sent, &shop.products, 1, Status::Pending), came_before: false };
            assert_eq!(shop.take_repeat(&sent, &known), Ok(()), "an old one stays");
        }
    }

    #[test]
    fn the_same_phone_and_items_within_six_hours_are_a_warning() {
        let shirt = product("Shirt", &[("", 5)]);
        let cap = product("Cap", &[("", 5)]);
        let shop = shop(&[&shirt, &cap]);
        let other = |reference: &str, date: &str, item: &Product| {
            let mut earlier = incoming(&[(item, 1, None)]);
            earlier.reference = Reference::parse(reference);
            earlier.order_date = Timestamp::parse(date).unwrap();
            order(&earlier, &shop.products, 1, Status::Pending)
        };
        let cases = [
            (vec![], None),
            (vec![other("LEG-A", "2026-02-04T04:30:00Z", &shirt)], Some("LEG-A")),
            (vec![other("LEG-A", "2026-02-04T04:29:59Z", &shirt)], None),
            (vec![other("LEG-A", "2026-02-04T10:00:00Z", &cap)], None),
            (
                vec![
                    other("LEG-A", "2026-02-04T08:00:00Z", &shirt),
                    other("LEG-B", "2026-02-04T10:00:00Z", &shirt),
                    other("LEG-C", "2026-02-04T10:31:00Z", &shirt),
                ],
                Some("LEG-B"),
            ),
            (vec![other("LEG-C", "2026-02-04T10:31:00Z", &shirt)], Some("LEG-C")),
            // An order of the same moment counts as earlier.
            (
                vec![other("LEG-A", "2026-02-04T10:29:59Z", &shirt), other("LEG-B", "2026-02-04T10:30:00Z", &shirt)],
                Some("LEG-B"),
            ),
            (vec![other("LEG-C", "2026-02-04T16:30:00Z", &shirt)], Some("LEG-C")),
            (vec![other("LEG-C", "2026-02-04T16:30:01Z", &shirt)], None),
        ];
        for (others, expected) in cases {
            let warnings = shop.take_new(&incoming(&[(&shirt, 1, None)]), &others).unwrap();
            let expected: Vec<_> =
                expected.iter().map(|r| format!("same phone and items as {r}: ordered twice?")).collect();
            assert_eq!(warnings, expected);
        }
    }

    #[test]
    fn a_phone_without_digits_identifies_nobody() {
        let shirt = product("Shirt", &[("", 5)]);
        let shop = shop(&[&shirt]);
        let mut sent = incoming(&[(&shirt, 1, None)]);
        sent.customer.phone = "call me".to_owned();
        let earlier = order(&sent, &shop.products, 1, Status::Pending);
        let warnings = shop.take_new(&sent, &[earlier]).unwrap();
        assert_eq!(warnings, ["customerPhone call me has no digit: ask for the number"]);
    }
}
