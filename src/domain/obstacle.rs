//! What keeps orders from being confirmed, and how the refusal names it.

use std::collections::HashSet;
use std::mem::discriminant;

use super::bidi::sent;
use super::holding::NoSuchSize;
use super::money::Money;
use super::order::Order;
use super::product::no_such_size;
use super::reference::Reference;
use super::refusal::{Conflict, Refusal, RefusalKind};
use super::remedy::Remedy;
use super::shortage::{INSUFFICIENT, Shortage};
use super::status::Status;
use super::transition::back_to_pending;

/// One reason why orders cannot be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The order is no longer pending.
    NotPending(Reference, Status),
    /// An item of a product tracked by size names no size, or one that the product lacks.
    NoSuchSize {
        /// The order.
        reference: Reference,
        /// The item.
        item: NoSuchSize,
    },
    /// An item is cheaper than its list price, without consent.
    BelowListPrice {
        /// The order.
        reference: Reference,
        /// The product's name.
        product: String,
        /// The price as sent.
        price: Money,
        /// The catalogue's price on the day of the order.
        list_price: Money,
    },
    /// The order comes with terms that only a guest says, without consent.
    Claimed {
        /// The order.
        reference: Reference,
        /// The term and who says it.
        mark: String,
    },
    /// The payment that is said to have come cannot be recorded.
    Unpayable {
        /// The order.
        reference: Reference,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// There is less stock than all orders of the call need together.
    Short(Shortage),
}

impl Obstacle {
    fn kind(&self) -> RefusalKind {
        match self {
            Obstacle::NoSuchSize { .. } => RefusalKind::InvalidInput,
            Obstacle::NotPending(_, Status::Cancelled) => RefusalKind::Conflict(Conflict::Step),
            Obstacle::NotPending(..) => RefusalKind::Conflict(Conflict::Already),
            Obstacle::BelowListPrice { .. } | Obstacle::Claimed { .. } => RefusalKind::Conflict(Conflict::NotAgreed),
            Obstacle::Unpayable { refusal, .. } => refusal.kind,
            Obstacle::Short(_) => RefusalKind::InsufficientStock,
        }
    }

    fn reference(&self) -> Option<&Reference> {
        match self {
            Obstacle::NotPending(reference, _)
            | Obstacle::NoSuchSize { reference, .. }
            | Obstacle::BelowListPrice { reference, .. }
            | Obstacle::Claimed { reference, .. }
            | Obstacle::Unpayable { reference, .. } => Some(reference),
            Obstacle::Short(_) => None,
        }
    }

    /// Returns the message about the orders that this obstacle keeps from being confirmed, and the words for programs.
    fn headline(&self, orders: &str, is_one: bool) -> (String, &'static str) {
        match self {
            Obstacle::NotPending(..) => {
                let are = if is_one { "is" } else { "are" };
                (format!("{orders} {are} not pending"), "Some orders are not pending")
            }
            Obstacle::NoSuchSize { .. } => {
                (format!("items of {orders} need an available size"), "Some items need an available size")
            }
            Obstacle::Unpayable { .. } => {
                (format!("payments of {orders} cannot be recorded"), "Some payments cannot be recorded")
            }
            Obstacle::BelowListPrice { .. } => {
                (format!("prices of {orders} are below the list price"), "Some prices are below the list price")
            }
            Obstacle::Claimed { .. } => (format!("terms of {orders} are not agreed yet"), "Some terms are not agreed"),
            Obstacle::Short(_) => (format!("insufficient stock for {orders}"), INSUFFICIENT),
        }
    }

    /// Describes what is missing, for the customer; `None` for the shop's own business.
    pub fn for_customer(&self) -> Option<String> {
        match self {
            Obstacle::Short(short) => {
                Some(format!("{}: {} instead of {}", sent(&short.label), short.available, short.required))
            }
            Obstacle::NoSuchSize { item: NoSuchSize { product, size, sizes, .. }, .. } => {
                let product = sent(product);
                Some(match size {
                    Some(size) => format!("{product}: not in size {}, but in {sizes}", sent(size)),
                    None => format!("{product}: in which size? {sizes}"),
                })
            }
            Obstacle::NotPending(..)
            | Obstacle::BelowListPrice { .. }
            | Obstacle::Claimed { .. }
            | Obstacle::Unpayable { .. } => None,
        }
    }

    /// Describes what is missing without words, for a message in any language: `Polo (S): 1 / 2` (one of two is there),
    /// `Polo: S, L` (choose a size). `None` for the shop's own business.
    pub fn in_signs(&self) -> Option<String> {
        match self {
            Obstacle::Short(short) => Some(format!("{}: {} / {}", sent(&short.label), short.available, short.required)),
            Obstacle::NoSuchSize { item: NoSuchSize { product, sizes, .. }, .. } => {
                Some(format!("{}: {sizes}", sent(product)))
            }
            Obstacle::NotPending(..)
            | Obstacle::BelowListPrice { .. }
            | Obstacle::Claimed { .. }
            | Obstacle::Unpayable { .. } => None,
        }
    }

    /// Describes the obstacle, in the guide's words where it has them.
    pub fn describe(&self) -> String {
        match self {
            Obstacle::NotPending(_, status) => not_pending(*status),
            Obstacle::NoSuchSize { item: NoSuchSize { product, size, sizes, .. }, .. } => {
                no_such_size(product, size.as_deref(), sizes)
            }
            Obstacle::BelowListPrice { product, price, list_price, .. } => {
                format!("{product}: price {price} is below the list price {list_price}")
            }
            Obstacle::Claimed { mark, .. } => mark.clone(),
            Obstacle::Unpayable { refusal, .. } => refusal.message.clone(),
            Obstacle::Short(shortage) => shortage.describe(),
        }
    }
}

fn not_pending(status: Status) -> String {
    match status {
        Status::Cancelled => "Order is cancelled".to_owned(),
        status => format!("Order is already {status}"),
    }
}

/// Makes the refusal of `orders`: every obstacle, under the first kind among them.
pub fn refusal(orders: &[Order], obstacles: &[Obstacle]) -> Refusal {
    match (orders, obstacles) {
        ([only], [Obstacle::NotPending(_, status)]) => return refuse_status(only, *status),
        ([_], [Obstacle::Unpayable { refusal, .. }]) => return (**refusal).clone(),
        _ => {}
    }
    let kinds: Vec<RefusalKind> = obstacles.iter().map(Obstacle::kind).collect();
    let (first, kind) = RefusalKind::of_all(&kinds).expect("an order is refused for a reason");
    let first = &obstacles[first];
    let shortages: Vec<&Shortage> = obstacles.iter().filter_map(Obstacle::shortage).collect();
    let at_fault: Vec<&Reference> = match first {
        Obstacle::Short(_) => short_orders(&shortages).map(|(reference, _)| reference).collect(),
        _ => {
            let alike = obstacles.iter().filter(|other| discriminant(*other) == discriminant(first));
            alike.filter_map(Obstacle::reference).collect()
        }
    };
    let mut seen = HashSet::new();
    let at_fault: Vec<&str> =
        at_fault.into_iter().map(Reference::as_str).filter(|reference| seen.insert(*reference)).collect();
    let (subject, names) = name_orders(&at_fault, orders);
    let (message, error) = first.headline(&subject, at_fault.len() == 1);
    let details = obstacles.iter().map(|obstacle| match obstacle.reference() {
        Some(reference) if orders.len() > 1 => format!("{reference}: {}", obstacle.describe()),
        _ => obstacle.describe(),
    });
    let refusal = Refusal::new(kind, format!("{message}{names}")).error(error).details(details.collect());
    remedies(orders, obstacles, &shortages).into_iter().fold(refusal, Refusal::remedy)
}

/// Refuses an order that is not pending.
fn refuse_status(order: &Order, status: Status) -> Refusal {
    let reference = &order.summary.reference;
    let (is, remedy) = match status {
        Status::Cancelled => ("cancelled".to_owned(), back_to_pending(order).unwrap_or(Remedy::NewOrder)),
        status => (format!("already {status}"), Remedy::ShowOrder(reference.clone())),
    };
    let kind = Obstacle::NotPending(reference.clone(), status).kind();
    Refusal::new(kind, format!("order {reference} is {is}")).error(not_pending(status)).remedy(remedy)
}

/// Returns what to do next: first what is missing, then what only needs consent.
fn remedies(orders: &[Order], obstacles: &[Obstacle], shortages: &[&Shortage]) -> Vec<Remedy> {
    let all_orders = || orders.iter().map(|order| order.summary.reference.clone()).collect();
    let needs_consent = |obstacle: &Obstacle| obstacle.kind() == RefusalKind::Conflict(Conflict::NotAgreed);
    if obstacles.iter().all(needs_consent) {
        return vec![Remedy::AcceptPrices(all_orders())];
    }
    let mut remedies = Vec::new();
    // The customer comes before the stock.
    if let Some((reference, true)) = short_orders(shortages).next() {
        remedies.push(Remedy::TellShortage(reference.clone()));
    }
    if orders.len() > 1 {
        let is_refused = |order: &Order| {
            let reference = &order.summary.reference;
            let lacks_by_itself = |shortage: &&Shortage| shortage.orders.contains(&(reference.clone(), true));
            obstacles.iter().any(|obstacle| obstacle.reference() == Some(reference))
                || shortages.iter().any(lacks_by_itself)
        };
        if !orders.iter().all(is_refused) {
            remedies.push(Remedy::ConfirmOthers(all_orders()));
        }
        return remedies;
    }
    remedies.extend(shortages.first().map(|shortage| shortage.remedy()));
    let unsized_item = obstacles.iter().find_map(Obstacle::unsized_item);
    remedies.extend(unsized_item.map(|(order, item)| Remedy::ChooseSize { reference: order.clone(), item }));
    if obstacles.iter().any(needs_consent) {
        remedies.push(Remedy::AcceptPrices(all_orders()));
    }
    remedies
}

/// Makes the refusal of an order with items that need an available size.
pub fn needs_sizes(order: &Order, problems: Vec<NoSuchSize>) -> Refusal {
    let obstacle = |item| Obstacle::NoSuchSize { reference: order.summary.reference.clone(), item };
    refusal(std::slice::from_ref(order), &problems.into_iter().map(obstacle).collect::<Vec<_>>())
}

/// Returns the subject of a headline, and the names that follow it: `LEG-1` and nothing, if only one order was named; else
/// `2 of 3 orders` and `: LEG-1, LEG-2`.
fn name_orders(at_fault: &[&str], orders: &[Order]) -> (String, String) {
    const NAMED: usize = 3;
    if let [only] = orders {
        return (only.summary.reference.to_string(), String::new());
    }
    let more = at_fault.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    let names = at_fault.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    (format!("{} of {} orders", at_fault.len(), orders.len()), format!(": {names}{more}"))
}

/// Returns the orders that do not get what they need, each with whether it would be short by itself. Those come first: their
/// customers have to be told.
fn short_orders<'s>(shortages: &[&'s Shortage]) -> impl Iterator<Item = (&'s Reference, bool)> {
    let orders = shortages.iter().flat_map(|shortage| &shortage.orders);
    let mut short: Vec<(&Reference, bool)> = orders.map(|(reference, by_itself)| (reference, *by_itself)).collect();
    short.sort_by_key(|(_, by_itself)| !by_itself);
    short.into_iter()
}

impl Obstacle {
    fn shortage(&self) -> Option<&Shortage> {
        if let Obstacle::Short(shortage) = self { Some(shortage) } else { None }
    }

    /// Returns the order and number of an item that needs a size.
    fn unsized_item(&self) -> Option<(&Reference, usize)> {
        match self {
            Obstacle::NoSuchSize { reference, item } => Some((reference, item.number)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_customer_is_told_what_is_missing_and_not_the_shops_own_business() {
        let reference = || Reference::parse("LEG-1").unwrap();
        let sizes = |size: Option<&str>| Obstacle::NoSuchSize {
            reference: reference(),
            item: NoSuchSize {
                number: 1,
                product: "Polo".to_owned(),
                size: size.map(str::to_owned),
                sizes: "S, L".to_owned(),
            },
        };
        let short = Shortage {
            label: "Polo (S)".to_owned(),
            handle: "SKU-Polo".to_owned(),
            size: "S".to_owned(),
            available: 1,
            required: 2,
            orders: Vec::new(),
        };
        let price = Money::ZERO;
        let cheap =
            Obstacle::BelowListPrice { reference: reference(), product: "Polo".to_owned(), price, list_price: price };
        for (obstacle, told) in [
            (Obstacle::Short(short), Some("Polo (S): 1 instead of 2")),
            (sizes(Some("XL")), Some("Polo: not in size XL, but in S, L")),
            (sizes(Some("XL\n*ORDER*")), Some("Polo: not in size XL *ORDER*, but in S, L")),
            (sizes(None), Some("Polo: in which size? S, L")),
            (cheap, None),
            (Obstacle::NotPending(reference(), Status::Shipped), None),
        ] {
            assert_eq!(obstacle.for_customer().as_deref(), told);
        }
    }
}
