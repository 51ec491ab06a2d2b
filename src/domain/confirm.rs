//! Confirming orders: it takes their stock (rules 4 and 5).

use std::collections::HashMap;

use super::holding::{Holding, ItemLines};
use super::money::Money;
use super::movement::{Movement, Reason};
use super::obstacle::{Obstacle, refusal};
use super::order::{Order, OrderItem, OrderPk};
use super::products::Products;
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::settlement::Settled;
use super::shortage::shortages;
use super::status::Status;
use super::transition::StatusChange;

/// A decided confirmation of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// What to write.
    pub change: StatusChange,
    /// The stock that it takes, by stock line.
    pub deductions: Vec<Deduction>,
    /// The terms that only a guest claimed; confirming agrees to them.
    pub agreed: Vec<String>,
}

/// What an order takes of one product and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deduction {
    /// `Classic T-Shirt`, or with its size `Classic T-Shirt (L)`.
    pub label: String,
    /// The stock on hand before.
    pub before: i64,
    /// The stock on hand after.
    pub after: i64,
}

/// Decides the confirmation of `orders` together: all of them, or every reason against it.
///
/// Quantities are summed per product and size over all items and all orders, so that two orders cannot each be given
/// the last piece. Prices below the list price need `accept_prices`.
pub fn decide(orders: &[Order], products: &Products, accept_prices: bool) -> Result<Vec<Confirmation>, Vec<Obstacle>> {
    let mut obstacles = Vec::new();
    let mut taken = Vec::with_capacity(orders.len());
    for order in orders {
        let summary = &order.summary;
        let reference = || summary.reference.clone();
        if summary.status != Status::Pending {
            obstacles.push(Obstacle::NotPending(reference(), summary.status));
            taken.push(Vec::new());
            continue;
        }
        // Even if an item needs a size, the shortages of the others are named.
        let (wanted, unsized_items) = Holding::wanted(&order.items, &ItemLines::default(), products);
        obstacles.extend(unsized_items.into_iter().map(|item| Obstacle::NoSuchSize { reference: reference(), item }));
        if !accept_prices {
            let below = |item: &OrderItem| Obstacle::BelowListPrice {
                reference: reference(),
                product: item.shop_name().to_owned(),
                price: item.unit_price,
                list_price: item.list_price,
            };
            obstacles.extend(order.items.iter().filter(|item| item.is_below_list_price()).map(below));
            let claim = |mark| Obstacle::Claimed { reference: reference(), mark };
            obstacles.extend(summary.terms.marks().into_iter().map(claim));
        }
        taken.push(Holding::default().movements_to(&wanted, Reason::Confirm));
    }
    let by_order: Vec<_> =
        orders.iter().zip(&taken).map(|(order, taken)| (&order.summary.reference, &**taken)).collect();
    obstacles.extend(shortages(&by_order, products).into_iter().map(Obstacle::Short));
    if !obstacles.is_empty() {
        return Err(obstacles);
    }
    let mut gone = Holding::default();
    Ok(orders.iter().zip(taken).map(|(order, taken)| confirmation(order, taken, &mut gone, products)).collect())
}

/// Decides the confirmation of `orders` together with their settlements: all of them, or every reason against it.
pub fn decide_settled(
    orders: &[Order],
    products: &Products,
    accept_prices: bool,
    settled: Vec<Result<Settled, Refusal>>,
) -> Result<Vec<(Confirmation, Settled)>, Vec<Obstacle>> {
    let (mut unpayable, mut payable) = (Vec::new(), Vec::with_capacity(settled.len()));
    for (order, settled) in orders.iter().zip(settled) {
        let reference = || order.summary.reference.clone();
        match settled {
            Ok(settled) => payable.push(settled),
            Err(refusal) => {
                unpayable.push(Obstacle::Unpayable { reference: reference(), refusal: Box::new(refusal) });
            }
        }
    }
    match decide(orders, products, accept_prices) {
        Ok(confirmations) if unpayable.is_empty() => Ok(confirmations.into_iter().zip(payable).collect()),
        Ok(_) => Err(unpayable),
        Err(obstacles) => Err(obstacles.into_iter().chain(unpayable).collect()),
    }
}

/// The consent to a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// The orders were named on the command line.
    Named {
        /// Whether prices below the list price are accepted.
        accept_prices: bool,
    },
    /// A person saw these orders with their prices and said yes.
    Shown(HashMap<OrderPk, Order>),
}

impl Consent {
    /// Makes the consent of a person who saw these orders.
    pub fn shown(orders: Vec<Order>) -> Consent {
        Consent::Shown(orders.into_iter().map(|order| (order.summary.pk, order)).collect())
    }

    /// Returns whether the consent covers prices below the list price.
    pub fn accepts_prices(&self) -> bool {
        match self {
            Consent::Named { accept_prices } => *accept_prices,
            Consent::Shown(_) => true,
        }
    }

    /// Refuses an order that has changed since the person saw it.
    pub fn covers(&self, order: &Order) -> Result<(), Refusal> {
        let Consent::Shown(shown) = self else { return Ok(()) };
        let reference = &order.summary.reference;
        let refusal = match shown.get(&order.summary.pk) {
            Some(shown) if shown == order => return Ok(()),
            Some(_) => Refusal::changed(reference),
            None => Refusal::conflict(
                Conflict::Changed,
                format!("order {reference} could not be confirmed when you answered"),
            )
            .error("Order was not agreed to"),
        };
        Err(refusal.remedy(Remedy::ConfirmAnew(reference.clone())))
    }
}

/// Decides each order by itself, in the order given. Each gets the stock that the ones before it left.
pub fn decide_each<'o>(
    orders: impl IntoIterator<Item = &'o Order>,
    mut products: Products,
    consent: &Consent,
) -> Vec<Result<Confirmation, Refusal>> {
    orders
        .into_iter()
        .map(|order| {
            let alone = std::slice::from_ref(order);
            let mut confirmations =
                decide(alone, &products, consent.accepts_prices()).map_err(|obstacles| refusal(alone, &obstacles))?;
            // Nobody was asked about an order that could not be confirmed: what stands against it comes first.
            consent.covers(order)?;
            let confirmation = confirmations.remove(0);
            products.apply(&confirmation.change.movements);
            Ok(confirmation)
        })
        .collect()
}

/// Makes the confirmation of an order that takes this stock; `gone` is the stock that the orders before it take.
fn confirmation(order: &Order, movements: Vec<Movement>, gone: &mut Holding, products: &Products) -> Confirmation {
    let deduction = |movement: &Movement| {
        let product = products.get(movement.product_id)?;
        let line = product.stock_line(&movement.size_key)?;
        let key = movement.key();
        let before = line.on_hand - gone.pieces_of(&key);
        gone.add(key, -movement.delta);
        Some(Deduction { label: product.label(line), before, after: before + movement.delta })
    };
    let deductions = movements.iter().filter_map(deduction).collect();
    let summary = &order.summary;
    let change = StatusChange::of(summary, Status::Confirmed, Money::ZERO, movements);
    Confirmation { change, deductions, agreed: summary.terms.claims() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::Product;
    use crate::domain::product::tests::product;
    use crate::domain::reference::Reference;
    use crate::domain::refusal::RefusalKind;

    struct Desk {
        products: Products,
        orders: Vec<Order>,
    }

    /// Orders given as lists of product index, quantity and size.
    fn desk(on_sale: &[Product], orders: &[&[(usize, u32, Option<&str>)]]) -> Desk {
        let products: Products = on_sale.iter().cloned().collect();
        let orders = orders
            .iter()
            .enumerate()
            .map(|(n, items)| {
                let items: Vec<_> = items.iter().map(|(p, quantity, size)| (&on_sale[*p], *quantity, *size)).collect();
                let mut incoming = incoming(&items);
                incoming.reference = Reference::parse(&format!("LEG-{n}"));
                order(&incoming, &products, i64::try_from(n).unwrap(), Status::Pending)
            })
            .collect();
        Desk { products, orders }
    }

    impl Desk {
        fn refusal(&self) -> Refusal {
            refusal(&self.orders, &decide(&self.orders, &self.products, false).expect_err("it is refused"))
        }
    }

    #[test]
    fn stock_is_summed_over_items_and_orders_and_every_shortage_is_named() {
        let products = [product("Shirt", &[("", 3)]), product("Polo", &[("S", 1), ("L", 2)])];
        type Case<'a> = (&'a str, &'a [&'a [(usize, u32, Option<&'a str>)]], &'a [&'a str]);
        let cases: &[Case<'_>] = &[
            ("enough", &[&[(0, 3, None)]], &[]),
            ("one item too many", &[&[(0, 4, None)]], &["Shirt: Insufficient stock (available: 3, required: 4)"]),
            (
                "two lines of one product",
                &[&[(0, 2, None), (0, 2, Some("x"))]],
                &["Shirt: Insufficient stock (available: 3, required: 4)"],
            ),
            (
                "two orders of one product",
                &[&[(0, 2, None)], &[(0, 2, None)]],
                &["Shirt: Insufficient stock (available: 3, required: 4)"],
            ),
            (
                "all shortages, in the order of the items, spelled as in the catalogue",
                &[&[(1, 3, Some("l")), (0, 9, None), (1, 2, Some("S"))]],
                &[
                    "Polo (L): Insufficient stock (available: 2, required: 3)",
                    "Shirt: Insufficient stock (available: 3, required: 9)",
                    "Polo (S): Insufficient stock (available: 1, required: 2)",
                ],
            ),
            ("sizes apart", &[&[(1, 1, Some("S")), (1, 2, Some("L"))]], &[]),
        ];
        for (what, orders, shortages) in cases {
            let desk = desk(&products, orders);
            let decided = decide(&desk.orders, &desk.products, false);
            match decided {
                Ok(_) => assert!(shortages.is_empty(), "{what}"),
                Err(obstacles) => {
                    let refusal = refusal(&desk.orders, &obstacles);
                    assert_eq!(refusal.details, *shortages, "{what}");
                    assert_eq!(refusal.kind, RefusalKind::InsufficientStock, "{what}");
                    assert_eq!(refusal.error, "Insufficient stock for some items", "{what}");
                }
            }
        }
    }

    #[test]
    fn a_confirmation_takes_exactly_what_its_items_say() {
        let products = [product("Polo", &[("S", 5), ("L", 5)])];
        let desk =
            desk(&products, &[&[(0, 1, Some("L")), (0, 2, Some("l "))], &[(0, 1, Some("L")), (0, 1, Some("s"))]]);
        let confirmations = decide(&desk.orders, &desk.products, false).unwrap();
        let taken: Vec<Vec<_>> = confirmations
            .iter()
            .map(|c| c.deductions.iter().map(|t| (t.label.as_str(), t.before, t.after)).collect())
            .collect();
        assert_eq!(taken, [vec![("Polo (L)", 5, 2)], vec![("Polo (L)", 2, 1), ("Polo (S)", 5, 4)]]);
        let moved: Vec<_> =
            confirmations[0].change.movements.iter().map(|m| (m.size_key.as_str(), m.delta, m.reason)).collect();
        assert_eq!(moved, [("l", -3, Reason::Confirm)]);
    }

    #[test]
    fn only_pending_orders_are_confirmed() {
        let products = [product("Shirt", &[("", 9)])];
        for (status, error, reason) in [
            (Status::Confirmed, "Order is already confirmed", Conflict::Already),
            (Status::Processing, "Order is already processing", Conflict::Already),
            (Status::Shipped, "Order is already shipped", Conflict::Already),
            (Status::Delivered, "Order is already delivered", Conflict::Already),
            (Status::Cancelled, "Order is cancelled", Conflict::Step),
        ] {
            let mut desk = desk(&products, &[&[(0, 1, None)]]);
            desk.orders[0].summary.status = status;
            let refusal = desk.refusal();
            assert_eq!((refusal.kind, refusal.error.as_str()), (RefusalKind::Conflict(reason), error));
        }
    }

    #[test]
    fn a_missing_or_unknown_size_is_refused_with_the_available_sizes() {
        let products = [product("Polo", &[("S", 5), ("L", 5)])];
        for (size, detail) in
            [(None, "Polo: needs a size (sizes: S, L)"), (Some("XL"), "Polo: has no size XL (sizes: S, L)")]
        {
            let refusal = desk(&products, &[&[(0, 1, size)]]).refusal();
            assert_eq!(
                (refusal.kind, refusal.details.as_slice()),
                (RefusalKind::InvalidInput, &[detail.to_owned()][..])
            );
        }
    }

    #[test]
    fn a_price_below_the_list_price_needs_consent() {
        let products = [product("Shirt", &[("", 9)])];
        let mut desk = desk(&products, &[&[(0, 1, None)]]);
        desk.orders[0].items[0].unit_price = Money::from_hundredths(2998);
        let refusal = desk.refusal();
        assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::NotAgreed));
        assert_eq!(refusal.details, ["Shirt: price 29.98 is below the list price 29.99"]);
        assert!(decide(&desk.orders, &desk.products, true).is_ok());
        desk.orders[0].items[0].unit_price = Money::from_hundredths(3000);
        assert!(decide(&desk.orders, &desk.products, false).is_ok(), "a higher price is the customer's");
    }

    #[test]
    fn all_obstacles_are_named_and_the_first_kind_counts() {
        let products = [product("Polo", &[("S", 0)])];
        let mut desk = desk(&products, &[&[(0, 1, Some("S"))], &[(0, 1, None)], &[(0, 1, Some("S"))]]);
        desk.orders[2].summary.status = Status::Shipped;
        let refusal = desk.refusal();
        assert_eq!(refusal.kind, RefusalKind::InvalidInput);
        assert_eq!(
            refusal.details,
            [
                "LEG-1: Polo: needs a size (sizes: S)",
                "LEG-2: Order is already shipped",
                "Polo (S): Insufficient stock (available: 0, required: 1)"
            ]
        );
        assert_eq!(refusal.message, "items of 1 of 3 orders need an available size: LEG-1");
    }

    #[test]
    fn each_order_gets_the_stock_left_by_those_before_it() {
        let products = [product("Shirt", &[("", 3)])];
        let desk = desk(&products, &[&[(0, 2, None)], &[(0, 2, None)], &[(0, 1, None)]]);
        let decided: Vec<_> =
            decide_each(&desk.orders, desk.products.clone(), &Consent::Named { accept_prices: false })
                .into_iter()
                .map(|result| result.map(|c| c.deductions[0].after).map_err(|refusal| refusal.details))
                .collect();
        let short = vec!["Shirt: Insufficient stock (available: 1, required: 2)".to_owned()];
        assert_eq!(decided, [Ok(1), Err(short), Ok(0)]);
    }

    /// Returns the message, the error and the remedies of a refusal.
    fn words(desk: &Desk) -> (String, String, Vec<Remedy>) {
        let refusal = desk.refusal();
        (refusal.message, refusal.error, refusal.remedies)
    }

    fn references(numbers: &[usize]) -> Vec<Reference> {
        numbers.iter().map(|number| Reference::parse(&format!("LEG-{number}")).unwrap()).collect()
    }

    #[test]
    fn a_refusal_names_the_orders_at_fault_and_what_to_do_next() {
        let products = [product("Shirt", &[("", 9)]), product("Polo", &[("S", 1)])];
        let (plain, unsized_item): (&[(usize, u32, Option<&str>)], _) = (&[(0, 1, None)], &[(1, 1, None)][..]);
        let reference = |number: usize| references(&[number]).remove(0);

        let mut cancelled = desk(&products, &[plain]);
        cancelled.orders[0].summary.status = Status::Cancelled;
        let (message, error, remedies) = words(&cancelled);
        assert_eq!((message.as_str(), error.as_str()), ("order LEG-0 is cancelled", "Order is cancelled"));
        assert_eq!(remedies, [Remedy::Reopen(reference(0))]);

        let mut shipped = desk(&products, &[plain]);
        shipped.orders[0].summary.status = Status::Shipped;
        let (message, _, remedies) = words(&shipped);
        assert_eq!(message, "order LEG-0 is already shipped");
        assert_eq!(remedies, [Remedy::ShowOrder(reference(0))]);

        let mut several = desk(&products, &[plain, plain, plain]);
        several.orders[1].summary.status = Status::Shipped;
        let (message, error, remedies) = words(&several);
        assert_eq!(
            (message.as_str(), error.as_str()),
            ("1 of 3 orders is not pending: LEG-1", "Some orders are not pending")
        );
        assert_eq!(remedies, [Remedy::ConfirmOthers(references(&[0, 1, 2]))]);
        assert_eq!(several.refusal().details, ["LEG-1: Order is already shipped"]);

        let sizeless = desk(&products, &[unsized_item]);
        let (message, error, remedies) = words(&sizeless);
        assert_eq!(
            (message.as_str(), error.as_str()),
            ("items of LEG-0 need an available size", "Some items need an available size")
        );
        assert_eq!(remedies, [Remedy::ChooseSize { reference: reference(0), item: 1 }]);
        let (message, _, remedies) = words(&desk(&products, &[plain, unsized_item, unsized_item]));
        assert_eq!(message, "items of 2 of 3 orders need an available size: LEG-1, LEG-2");
        assert_eq!(remedies, [Remedy::ConfirmOthers(references(&[0, 1, 2]))]);
    }

    #[test]
    fn prices_below_the_list_price_are_refused_for_one_order_and_for_many() {
        let products = [product("Shirt", &[("", 99)])];
        let cheap = |orders: usize| {
            let mut desk = desk(&products, &vec![&[(0, 1, None)][..]; orders]);
            desk.orders.iter_mut().for_each(|order| order.items[0].unit_price = Money::from_hundredths(1));
            desk
        };
        for (orders, message) in [
            (1, "prices of LEG-0 are below the list price"),
            (3, "prices of 3 of 3 orders are below the list price: LEG-0, LEG-1, LEG-2"),
            (5, "prices of 5 of 5 orders are below the list price: LEG-0, LEG-1, LEG-2 and 2 more"),
        ] {
            let numbers: Vec<usize> = (0..orders).collect();
            let expected = (
                message.to_owned(),
                "Some prices are below the list price".to_owned(),
                vec![Remedy::AcceptPrices(references(&numbers))],
            );
            assert_eq!(words(&cheap(orders)), expected);
        }
        // Accepting the prices alone would not help, and there is no other order to confirm.
        let mut mixed = cheap(2);
        mixed.orders[1].summary.status = Status::Shipped;
        let (message, _, remedies) = words(&mixed);
        assert_eq!((message.as_str(), remedies), ("prices of 1 of 2 orders are below the list price: LEG-0", vec![]));
        let mut one = desk(&[product("Polo", &[("S", 9)])], &[&[(0, 1, Some("S")), (0, 1, None)]]);
        one.orders[0].items[0].unit_price = Money::from_hundredths(1);
        let mut short = desk(&products, &[&[(0, 100, None)]]);
        short.orders[0].items[0].unit_price = Money::from_hundredths(1);
        // First what is missing, then the consent.
        let reference = || references(&[0]).remove(0);
        let accept = || Remedy::AcceptPrices(vec![reference()]);
        let add = Remedy::AddStock { product: "SKU-Shirt".to_owned(), size: String::new(), missing: 1 };
        assert_eq!(
            words(&short),
            (
                "prices of LEG-0 are below the list price".to_owned(),
                "Some prices are below the list price".to_owned(),
                vec![Remedy::TellShortage(reference()), add, accept()]
            )
        );
        assert_eq!(words(&one).2, [Remedy::ChooseSize { reference: reference(), item: 2 }, accept()]);
        // Each order is short by itself, so there is no other one to confirm.
        let both = desk(&products, &[&[(0, 100, None)], &[(0, 100, None)]]);
        assert_eq!(words(&both).2, [Remedy::TellShortage(reference())]);
    }

    #[test]
    fn a_shortage_is_told_to_the_customers_who_are_short() {
        let products = [product("Shirt", &[("", 3)])];
        let short = |quantities: &[u32]| {
            let orders: Vec<Vec<(usize, u32, Option<&str>)>> =
                quantities.iter().map(|quantity| vec![(0, *quantity, None)]).collect();
            let (message, _, remedies) = words(&desk(&products, &orders.iter().map(Vec::as_slice).collect::<Vec<_>>()));
            (message, remedies)
        };
        let (tell, others) = (
            |number| Remedy::TellShortage(references(&[number]).remove(0)),
            |numbers| Remedy::ConfirmOthers(references(numbers)),
        );
        let add = Remedy::AddStock { product: "SKU-Shirt".to_owned(), size: String::new(), missing: 1 };
        for (quantities, message, remedies) in [
            (&[4][..], "insufficient stock for LEG-0", vec![tell(0), add]),
            // The first orders get the last pieces: no order is short by itself.
            (&[2, 1, 1], "insufficient stock for 1 of 3 orders: LEG-2", vec![others(&[0, 1, 2])]),
            (&[3, 3], "insufficient stock for 1 of 2 orders: LEG-1", vec![others(&[0, 1])]),
            (&[2, 2, 1], "insufficient stock for 1 of 3 orders: LEG-1", vec![others(&[0, 1, 2])]),
            // An order that is short by itself comes first.
            (&[2, 2, 4], "insufficient stock for 2 of 3 orders: LEG-2, LEG-1", vec![tell(2), others(&[0, 1, 2])]),
        ] {
            assert_eq!(short(quantities), (message.to_owned(), remedies), "{quantities:?}");
        }
        // Two items of one order are one need.
        let twice = desk(&products, &[&[(0, 3, None), (0, 1, None)]]);
        assert_eq!(words(&twice).0, "insufficient stock for LEG-0");
        assert_eq!(words(&twice).2[0], tell(0));
    }

    #[test]
    fn a_person_consents_to_the_orders_as_shown() {
        let products = [product("Shirt", &[("", 9)])];
        let desk = desk(&products, &[&[(0, 1, None)], &[(0, 2, None)]]);
        let [first, second] = &desk.orders[..] else { panic!("there are two") };
        let shown = Consent::shown(vec![first.clone()]);
        assert!(shown.accepts_prices(), "the prices were shown");
        assert_eq!(shown.covers(first), Ok(()));
        let mut changed = first.clone();
        changed.items[0].unit_price = Money::from_hundredths(1);
        for (order, message, error) in [
            (&changed, "order LEG-0 changed while you were asked", "Order has changed"),
            (second, "order LEG-1 could not be confirmed when you answered", "Order was not agreed to"),
        ] {
            let refusal = shown.covers(order).unwrap_err();
            assert_eq!((refusal.message.as_str(), refusal.error.as_str()), (message, error));
            assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Changed));
            assert_eq!(refusal.remedies, [Remedy::ConfirmAnew(order.summary.reference.clone())]);
        }
        for accept_prices in [false, true] {
            let named = Consent::Named { accept_prices };
            assert_eq!((named.accepts_prices(), named.covers(&changed)), (accept_prices, Ok(())));
        }
    }

    #[test]
    fn each_order_is_refused_for_what_stands_against_it_before_missing_consent() {
        let products = [product("Shirt", &[("", 4)])];
        let desk = desk(&products, &[&[(0, 1, None)], &[(0, 5, None)], &[(0, 3, None)], &[(0, 3, None)]]);
        let shown = Consent::shown(vec![desk.orders[0].clone(), desk.orders[3].clone()]);
        let decided = decide_each(&desk.orders, desk.products.clone(), &shown);
        let said = |one: &Result<Confirmation, Refusal>| one.as_ref().err().map(|refusal| refusal.message.clone());
        let not_asked = "order LEG-2 could not be confirmed when you answered";
        let expected = [None, Some("insufficient stock for LEG-1"), Some(not_asked), None];
        // An order without consent takes no stock from those after it.
        assert_eq!(decided.iter().map(said).collect::<Vec<_>>(), expected.map(|said| said.map(str::to_owned)));
    }

    #[test]
    fn an_order_is_confirmed_with_its_payment_or_not_at_all() {
        let settled = || Settled { payment: None, is_recorded_before: false, is_cod: true };
        let refused = || Refusal::conflict(Conflict::Content, "receipt R-1 was entered");
        let products = [product("Shirt", &[("", 1)])];
        let desk = desk(&products, &[&[(0, 1, None)]]);
        let decided = |settled| decide_settled(&desk.orders, &desk.products, false, vec![settled]);
        let confirmed = decided(Ok(settled())).unwrap();
        assert_eq!((confirmed.len(), &confirmed[0].1), (1, &settled()));
        let obstacles = decided(Err(refused())).unwrap_err();
        assert_eq!(refusal(&desk.orders, &obstacles), refused(), "the refusal of the payment is passed on");
        let short = super::tests::desk(&products, &[&[(0, 2, None)]]);
        let obstacles = decide_settled(&short.orders, &short.products, false, vec![Err(refused())]).unwrap_err();
        assert_eq!(obstacles.len(), 2);
        // Of several orders, those at fault are named.
        let several = super::tests::desk(&products, &[&[(0, 1, None)], &[]]);
        let settled = vec![Err(refused()), Ok(settled())];
        let obstacles = decide_settled(&several.orders, &several.products, false, settled).unwrap_err();
        let said = refusal(&several.orders, &obstacles);
        assert_eq!(said.message, "payments of 1 of 2 orders cannot be recorded: LEG-0");
        // Terms that only a guest names need consent, too.
        let mut claimed = super::tests::desk(&products, &[&[(0, 1, None)]]);
        claimed.orders[0].summary.terms.is_cod = true;
        claimed.orders[0].summary.terms = claimed.orders[0].summary.terms.claimed_by_guest();
        let said = claimed.refusal();
        assert_eq!(
            (said.message.as_str(), said.error.as_str()),
            ("terms of LEG-0 are not agreed yet", "Some terms are not agreed")
        );
        assert!(decide(&claimed.orders, &claimed.products, true).is_ok());
    }
}
