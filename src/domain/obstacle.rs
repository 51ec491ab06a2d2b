//! What keeps orders from being confirmed, and how the refusal names it.

use std::collections::HashSet;

use super::bidi::sent;
use super::holding::NoSuchSize;
use super::money::Money;
use super::order::Order;
use super::product::no_such_size;
use super::reference::Reference;
use super::refusal::{Conflict, Refusal, RefusalKind, Remedy};
use super::shortage::Shortage;
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
            Obstacle::BelowListPrice { .. } | Obstacle::Claimed { .. } => RefusalKind::Conflict(Conflict::Price),
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

    /// Tells the customer what is missing in signs, for words in any language: `Polo (S): 1 / 2`, there is one of two; `Polo: S, L`,
    /// one of these sizes. `None` for the shop's own business.
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
    let kind = obstacles.iter().map(Obstacle::kind).min().unwrap_or(RefusalKind::Conflict(Conflict::Step));
    let all_orders = || orders.iter().map(|order| order.summary.reference.clone()).collect();
    let which = match orders {
        [only] => only.summary.reference.to_string(),
        several => format!("{} orders", several.len()),
    };
    let mut seen = HashSet::new();
    let of_kind = obstacles.iter().filter(|obstacle| obstacle.kind() == kind).filter_map(Obstacle::reference);
    let at_fault: Vec<&Reference> = of_kind.filter(|reference| seen.insert(reference.as_str())).collect();
    let at_fault = name_some(&at_fault, orders.len());
    let refusal = match (orders, obstacles) {
        ([only], [Obstacle::NotPending(_, status)]) => {
            let reference = &only.summary.reference;
            let (is, remedy) = match status {
                Status::Cancelled => ("cancelled".to_owned(), back_to_pending(only).unwrap_or(Remedy::NewOrder)),
                status => (format!("already {status}"), Remedy::ShowOrder(reference.clone())),
            };
            let refusal = Refusal::new(kind, format!("order {reference} is {is}"));
            return refusal.error(not_pending(*status)).remedy(remedy);
        }
        ([_], [Obstacle::Unpayable { refusal, .. }]) => return (**refusal).clone(),
        _ => match kind {
            RefusalKind::InsufficientStock => return insufficient_stock(orders, obstacles),
            RefusalKind::InvalidInput => Refusal::new(kind, format!("items of {at_fault} need an available size"))
                .error("Some items need an available size"),
            _ if obstacles.iter().any(|o| matches!(o, Obstacle::NotPending(..))) => {
                Refusal::new(kind, format!("some of {which} are not pending")).error("Some orders are not pending")
            }
            _ if obstacles.iter().any(|o| matches!(o, Obstacle::Unpayable { .. })) => {
                Refusal::new(kind, format!("payments of {at_fault} cannot be recorded"))
                    .error("Some payments cannot be recorded")
            }
            _ if obstacles.iter().any(|o| matches!(o, Obstacle::BelowListPrice { .. })) => {
                Refusal::new(kind, format!("prices of {at_fault} are below the list price"))
                    .error("Some prices are below the list price")
            }
            RefusalKind::Conflict(_) | RefusalKind::NotFound => {
                Refusal::new(kind, format!("the shop has not agreed to the terms of {at_fault}"))
                    .error("Some terms are not agreed")
            }
        },
    };
    let details = obstacles.iter().map(|obstacle| match obstacle.reference() {
        Some(reference) if orders.len() > 1 => format!("{reference}: {}", obstacle.describe()),
        _ => obstacle.describe(),
    });
    let refusal = refusal.details(details.collect());
    let unsized_item = obstacles.iter().find_map(Obstacle::unsized_item);
    match unsized_item {
        _ if obstacles.iter().all(|obstacle| obstacle.kind() == RefusalKind::Conflict(Conflict::Price)) => {
            refusal.remedy(Remedy::AcceptPrices(all_orders()))
        }
        Some((reference, item)) if orders.len() == 1 => {
            refusal.remedy(Remedy::ChooseSize { reference: reference.clone(), item })
        }
        _ if orders.len() > 1 => refusal.remedy(Remedy::ConfirmOthers(all_orders())),
        _ => refusal,
    }
}

/// Makes the refusal of an order with items that need an available size.
pub fn needs_sizes(order: &Order, problems: Vec<NoSuchSize>) -> Refusal {
    let obstacle = |item| Obstacle::NoSuchSize { reference: order.summary.reference.clone(), item };
    refusal(std::slice::from_ref(order), &problems.into_iter().map(obstacle).collect::<Vec<_>>())
}

/// Names the orders at fault, the first of many, and of how many they are.
fn name_some(at_fault: &[&Reference], of: usize) -> String {
    const NAMED: usize = 3;
    let names: Vec<&str> = at_fault.iter().take(NAMED).map(|reference| reference.as_str()).collect();
    let more = if at_fault.len() > NAMED { format!(" and {} more", at_fault.len() - NAMED) } else { String::new() };
    let of = if of > 1 { format!(" (of {of} orders)") } else { String::new() };
    format!("{}{more}{of}", names.join(", "))
}

/// Makes the refusal for missing stock: for which orders, and whom to tell. The customer comes before the stock.
fn insufficient_stock(orders: &[Order], obstacles: &[Obstacle]) -> Refusal {
    let shortages: Vec<&Shortage> = obstacles.iter().filter_map(Obstacle::shortage).collect();
    let all_short = || shortages.iter().flat_map(|shortage| &shortage.orders);
    // Orders that would be short by themselves come first: their customers have to be told.
    let by_itself = all_short().filter(|(_, by_itself)| *by_itself);
    let mut seen = HashSet::new();
    let short = by_itself.chain(all_short()).filter(|(reference, _)| seen.insert(reference.as_str()));
    let short: Vec<_> = short.collect();
    let names = name_some(&short.iter().map(|(reference, _)| reference).collect::<Vec<_>>(), orders.len());
    let mut refusal = Refusal::new(RefusalKind::InsufficientStock, format!("insufficient stock for {names}"))
        .error("Insufficient stock for some items")
        .details(shortages.iter().map(|shortage| shortage.describe()).collect());
    if let Some((reference, true)) = short.first() {
        refusal = refusal.remedy(Remedy::TellShortage(reference.clone()));
    }
    match (orders, shortages.first()) {
        ([_], Some(first)) => refusal.remedy(first.remedy()),
        _ => {
            let all = orders.iter().map(|order| order.summary.reference.clone());
            refusal.remedy(Remedy::ConfirmOthers(all.collect()))
        }
    }
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
            (sizes(None), Some("Polo: in which size? S, L")),
            (cheap, None),
            (Obstacle::NotPending(reference(), Status::Shipped), None),
        ] {
            assert_eq!(obstacle.for_customer().as_deref(), told);
        }
    }
}
