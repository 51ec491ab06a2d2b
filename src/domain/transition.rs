//! Status changes other than confirming, and giving stock back (rules 2 and 3).

use super::holding::Holding;
use super::money::{Balance, Money};
use super::movement::{Movement, Reason};
use super::order::{Order, OrderPk, OrderSummary};
use super::reference::Reference;
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::status::Status;

/// A decided change of an order's status. It may be applied while the order is still in `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// The order.
    pub order: OrderPk,
    /// Its reference, for messages.
    pub reference: Reference,
    /// The status that it must still have.
    pub from: Status,
    /// The status that it gets.
    pub to: Status,
    /// What the shop kept of its price before.
    pub kept_before: Money,
    /// What the shop keeps of its price once it is cancelled; zero otherwise.
    pub kept: Money,
    /// The stock that moves with it.
    pub movements: Vec<Movement>,
}

impl StatusChange {
    /// Makes the change of an order to another status.
    pub fn of(summary: &OrderSummary, to: Status, kept: Money, movements: Vec<Movement>) -> StatusChange {
        StatusChange {
            order: summary.pk,
            reference: summary.reference.clone(),
            from: summary.status,
            to,
            kept_before: summary.kept,
            kept,
            movements,
        }
    }
}

/// A requested status change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRequest {
    /// The status that it should get.
    pub to: Status,
    /// Whether a step back is intended.
    pub force: bool,
    /// Whether returned goods can be sold again.
    pub is_sellable: bool,
    /// What the shop keeps of the price of an order that is cancelled: a fee, a deposit.
    pub keep: Money,
}

/// Decides a status change of `order`, which holds the stock `held`.
///
/// Leaving the states that hold stock gives back all that is held. Goods that cannot be sold again are given back and then
/// written off by an adjustment, so that the order's sum is zero.
pub fn decide(order: &Order, held: &Holding, request: StatusRequest) -> Result<StatusChange, Refusal> {
    let summary = &order.summary;
    let (from, to) = (summary.status, request.to);
    let legal = from.allowed().contains(&to) || (request.force && from.may_be_forced_to(to));
    if to == Status::Pending && !order.returns.is_empty() {
        return Err(has_returns(summary));
    }
    if !legal {
        return Err(illegal(order, request));
    }
    refuse_keeping_more(summary, request.keep)?;
    let mut movements = Vec::new();
    if from.holds_stock() && !to.holds_stock() {
        for back in held.movements_to(&Holding::default(), Reason::Cancel) {
            let written_off = (!request.is_sellable).then(|| back.written_off(&summary.reference));
            movements.push(back);
            movements.extend(written_off);
        }
    }
    let kept = if to == Status::Cancelled { request.keep } else { Money::ZERO };
    Ok(StatusChange::of(summary, to, kept, movements))
}

/// Refuses to keep more of an order that is cancelled than it costs. It is a conflict, as a refund of more than was paid is: the
/// amount is well-formed, and this order does not allow it.
pub fn refuse_keeping_more(summary: &OrderSummary, keep: Money) -> Result<(), Refusal> {
    let (reference, all) = (&summary.reference, summary.grand_total());
    if Balance::from(keep) <= all {
        return Ok(());
    }
    let message = format!("the shop cannot keep {keep}: {reference} costs {all}");
    Err(Refusal::conflict(Conflict::Step, message)
        .error("More than an order costs cannot be kept")
        .remedy(Remedy::ShowOrder(reference.clone())))
}

/// What came back was counted and paid for as part of this order: confirming it once more would take it again.
fn has_returns(summary: &OrderSummary) -> Refusal {
    let reference = &summary.reference;
    let message = format!("order {reference} cannot go back to pending: some of it came back");
    let refusal = Refusal::conflict(Conflict::Step, message).error("An order with returns cannot go back to pending");
    refusal.remedy(Remedy::NewOrder)
}

/// Returns the remedy that takes an order back to pending; `None` if some of it came back.
pub fn back_to_pending(order: &Order) -> Option<Remedy> {
    let reference = || order.summary.reference.clone();
    let back = match order.summary.status {
        Status::Cancelled => Remedy::Reopen(reference()),
        _ => Remedy::StepBack { reference: reference(), to: Status::Pending },
    };
    order.returns.is_empty().then_some(back)
}

fn illegal(order: &Order, StatusRequest { to, keep, .. }: StatusRequest) -> Refusal {
    let (reference, from) = (&order.summary.reference, order.summary.status);
    let refuse = |conflict, message: String, error: String| Refusal::conflict(conflict, message).error(error);
    let step_back = |to| Remedy::StepBack { reference: reference.clone(), to };
    if from == to {
        let message = format!("order {reference} is already {to}");
        let refusal = refuse(Conflict::Already, message, format!("Order is already {to}"));
        return match back_to_pending(order) {
            Some(back) if keep != Money::ZERO => {
                let again = Remedy::Cancel(reference.clone(), Some(keep));
                refusal.remedy(Remedy::First(Box::new(back))).remedy(Remedy::Then(Box::new(again)))
            }
            _ => refusal.remedy(Remedy::ShowOrder(reference.clone())),
        };
    }
    if to == Status::Confirmed {
        let confirm = Remedy::Confirm(reference.clone());
        let message = format!("only confirm takes {reference} to confirmed; it is {from}");
        let refusal = refuse(Conflict::Step, message, "Only confirm takes an order to confirmed".to_owned());
        // A step back keeps the stock; the way over pending gives it back.
        let refusal = match from.may_be_forced_to(Status::Processing) {
            true => refusal.remedy(step_back(Status::Processing)),
            false => refusal,
        };
        return match (from, back_to_pending(order)) {
            (Status::Pending, _) => refusal.remedy(confirm),
            (_, Some(back)) => refusal.remedy(Remedy::First(Box::new(back))).remedy(Remedy::Then(Box::new(confirm))),
            (_, None) => refusal.remedy(Remedy::ShowOrder(reference.clone())),
        };
    }
    let message = format!("order {reference} cannot go from {from} to {to}");
    let refusal = refuse(Conflict::Step, message, format!("Order cannot go from {from} to {to}"));
    match from {
        _ if from.may_be_forced_to(to) && from != Status::Cancelled => refusal.remedy(step_back(to)),
        Status::Pending => refusal.remedy(Remedy::Confirm(reference.clone())),
        Status::Cancelled => refusal.remedy(back_to_pending(order).unwrap_or(Remedy::NewOrder)),
        // From a status that holds stock, every step goes one forward or one back.
        _ => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::Return;
    use crate::domain::order_samples::{incoming, now, order};
    use crate::domain::product::StockKey;
    use crate::domain::product::tests::product;
    use crate::domain::refusal::RefusalKind;

    fn order_in(status: Status) -> Order {
        let shirt = product("Shirt", &[("S", 5)]);
        order(&incoming(&[(&shirt, 2, Some("S"))]), &[shirt.clone()].into_iter().collect(), 1, status)
    }

    /// What the order holds: 2 shirts in S.
    fn held() -> Holding {
        let mut held = Holding::default();
        held.add(StockKey { product_id: product("Shirt", &[]).id, size_key: "s".into() }, 2);
        held
    }

    fn held_in(status: Status) -> Holding {
        if status.holds_stock() { held() } else { Holding::default() }
    }

    #[test]
    fn leaving_the_states_that_hold_stock_gives_back_what_was_taken() {
        for from in Status::ALL {
            for to in Status::ALL {
                let request = StatusRequest { to, force: true, is_sellable: true, keep: Money::ZERO };
                let Ok(change) = decide(&order_in(from), &held_in(from), request) else {
                    continue;
                };
                let moved: Vec<_> = change.movements.iter().map(|m| (m.delta, m.reason)).collect();
                let expected =
                    if from.holds_stock() && !to.holds_stock() { vec![(2, Reason::Cancel)] } else { Vec::new() };
                assert_eq!(moved, expected, "{from} to {to}");
                assert!(from.holds_stock() || !to.holds_stock(), "{from} to {to} enters a state that holds stock");
            }
        }
    }

    #[test]
    fn the_shop_keeps_at_most_what_a_cancelled_order_costs() {
        let money = Money::from_hundredths;
        // Two shirts at 29.99.
        for (from, fee, discount, keep, is_kept) in [
            (Status::Pending, None, 0, 0, true),
            (Status::Pending, None, 0, 5998, true),
            (Status::Pending, None, 0, 5999, false),
            (Status::Confirmed, Some(5000), 998, 10_000, true),
            (Status::Delivered, Some(5000), 998, 10_001, false),
        ] {
            let mut order = order_in(from);
            order.summary.terms.delivery_fee = fee.map(money);
            order.summary.terms.discount = money(discount);
            let request = StatusRequest { to: Status::Cancelled, force: false, is_sellable: true, keep: money(keep) };
            match decide(&order, &held_in(from), request) {
                Ok(change) => assert_eq!((is_kept, change.kept_before, change.kept), (true, Money::ZERO, money(keep))),
                Err(refusal) => assert_eq!((is_kept, refusal.kind), (false, RefusalKind::Conflict(Conflict::Step))),
            }
        }
        let mut order = order_in(Status::Cancelled);
        order.summary.kept = money(500);
        let request = StatusRequest { to: Status::Pending, force: true, is_sellable: true, keep: Money::ZERO };
        let reopened = decide(&order, &Holding::default(), request).unwrap();
        assert_eq!((reopened.kept_before, reopened.kept), (money(500), Money::ZERO));
    }

    #[test]
    fn damaged_returns_are_given_back_and_then_written_off() {
        let request = StatusRequest { to: Status::Cancelled, force: false, is_sellable: false, keep: Money::ZERO };
        let change = decide(&order_in(Status::Delivered), &held(), request).unwrap();
        let moved: Vec<_> = change.movements.iter().map(|m| (m.delta, m.reason, m.note.as_deref())).collect();
        assert_eq!(
            moved,
            [(2, Reason::Cancel, None), (-2, Reason::Adjust, Some("LEG-LXYZ1234-AB5C came back unsaleable"))]
        );
    }

    #[test]
    fn an_illegal_step_is_a_conflict_that_names_the_possible_steps() {
        use Status::{Cancelled, Confirmed, Pending, Processing, Shipped};
        let reference = || Reference::parse("LEG-LXYZ1234-AB5C").unwrap();
        let back = |to| Remedy::StepBack { reference: reference(), to };
        let (confirm, reopen) = (Remedy::Confirm(reference()), Remedy::Reopen(reference()));
        let only_confirm = "Only confirm takes an order to confirmed";
        let over_pending = vec![Remedy::First(Box::new(back(Pending))), Remedy::Then(Box::new(confirm.clone()))];
        for (from, to, force, error, remedies) in [
            (Pending, Confirmed, true, only_confirm, vec![confirm.clone()]),
            (Shipped, Confirmed, true, only_confirm, [vec![back(Processing)], over_pending.clone()].concat()),
            (Processing, Confirmed, true, only_confirm, over_pending),
            (Pending, Shipped, true, "Order cannot go from pending to shipped", vec![confirm]),
            (Shipped, Processing, false, "Order cannot go from shipped to processing", vec![back(Processing)]),
            (Cancelled, Shipped, true, "Order cannot go from cancelled to shipped", vec![reopen.clone()]),
            (Cancelled, Pending, false, "Order cannot go from cancelled to pending", vec![reopen]),
        ] {
            let refusal = decide(
                &order_in(from),
                &Holding::default(),
                StatusRequest { to, force, is_sellable: true, keep: Money::ZERO },
            )
            .unwrap_err();
            assert_eq!(
                (refusal.kind, refusal.error.as_str(), refusal.remedies),
                (RefusalKind::Conflict(Conflict::Step), error, remedies)
            );
        }
    }

    #[test]
    fn an_order_that_already_has_the_status_is_a_conflict() {
        let reference = || Reference::parse("LEG-LXYZ1234-AB5C").unwrap();
        let again = |order: &Order, keep| {
            let request = StatusRequest { to: order.summary.status, force: false, is_sellable: true, keep };
            let refusal = decide(order, &Holding::default(), request).unwrap_err();
            assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Already));
            assert_eq!(refusal.error, format!("Order is already {}", order.summary.status));
            refusal.remedies
        };
        let show = || vec![Remedy::ShowOrder(reference())];
        for status in [Status::Confirmed, Status::Shipped, Status::Cancelled] {
            assert_eq!(again(&order_in(status), Money::ZERO), show());
        }
        // Another amount can be kept only by cancelling it again.
        let keep = Money::from_hundredths(500);
        let steps = vec![
            Remedy::First(Box::new(Remedy::Reopen(reference()))),
            Remedy::Then(Box::new(Remedy::Cancel(reference(), Some(keep)))),
        ];
        assert_eq!(again(&order_in(Status::Cancelled), keep), steps);
        assert_eq!(again(&with_returns(Status::Cancelled), keep), show());
    }

    /// One of the two shirts came back.
    fn with_returns(status: Status) -> Order {
        let mut order = order_in(status);
        let (subtotal, value) = (Money::from_hundredths(2999), Money::from_hundredths(2999));
        order.returns.push(Return { item: 1, quantity: 1, subtotal, value, at: now() });
        (order.items[0].returned, order.summary.returned) = (1, value);
        order
    }

    #[test]
    fn an_order_with_returns_never_goes_back_to_pending() {
        use Remedy::NewOrder;
        let mut held = Holding::default();
        held.add(StockKey { product_id: product("Shirt", &[]).id, size_key: "s".into() }, 1);
        for from in Status::ALL {
            for to in Status::ALL {
                let request = StatusRequest { to, force: true, is_sellable: true, keep: Money::ZERO };
                let without = decide(&order_in(from), &held_in(from), request);
                let holds = if from.holds_stock() { held.clone() } else { Holding::default() };
                let decided = decide(&with_returns(from), &holds, request);
                if to != Status::Pending || without.is_err() {
                    assert_eq!(decided.is_ok(), without.is_ok(), "{from} to {to}");
                    continue;
                }
                let refusal = decided.expect_err("it has returns");
                assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
                assert_eq!(refusal.error, "An order with returns cannot go back to pending");
                assert_eq!(refusal.remedies, [NewOrder], "{from}");
            }
        }
    }

    #[test]
    fn cancelling_gives_back_what_did_not_come_back_before() {
        let mut held = Holding::default();
        held.add(StockKey { product_id: product("Shirt", &[]).id, size_key: "s".into() }, 1);
        let money = Money::from_hundredths;
        for (is_sellable, expected) in
            [(true, vec![(1, Reason::Cancel)]), (false, vec![(1, Reason::Cancel), (-1, Reason::Adjust)])]
        {
            let request = StatusRequest { to: Status::Cancelled, force: false, is_sellable, keep: money(2999) };
            let change = decide(&with_returns(Status::Delivered), &held, request).unwrap();
            let moved: Vec<_> = change.movements.iter().map(|one| (one.delta, one.reason)).collect();
            assert_eq!(moved, expected);
            // What came back is not kept.
            let request = StatusRequest { keep: money(3000), ..request };
            assert!(decide(&with_returns(Status::Delivered), &held, request).is_err());
        }
    }
}
