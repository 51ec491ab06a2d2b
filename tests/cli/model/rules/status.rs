//! Statuses: what may follow what, and the stock that goes with it.

use std::collections::BTreeSet;

use super::super::command::{Cents, Payment};
use super::super::shop::{Agreement, Item, Shop, Status};
use super::{CONFLICT, INVALID, NOT_FOUND, Reasons, put_back, take};

/// The steps between statuses; confirmed is entered by `confirm` alone.
pub(super) fn may_step(from: Status, to: Status, is_forced: bool) -> bool {
    use Status::{Cancelled, Confirmed, Delivered, Pending, Processing, Shipped};
    match (from, to) {
        (_, Confirmed) => false,
        (Pending | Confirmed | Processing | Shipped | Delivered, Cancelled) => true,
        (Confirmed, Processing | Shipped | Delivered) => true,
        (Processing, Shipped | Delivered) | (Shipped, Delivered) => true,
        (Shipped, Processing) | (Delivered, Processing | Shipped) => is_forced,
        (Confirmed | Processing | Shipped | Delivered | Cancelled, Pending) => is_forced,
        _ => false,
    }
}

impl Shop {
    pub(super) fn confirm(
        &mut self,
        reference: &str,
        accept_prices: bool,
        cod: bool,
        payment: Option<&Payment>,
    ) -> Reasons {
        let products = self.products.clone();
        let product = |item: &Item| products.iter().find(|product| product.named.barcode == item.product);
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        if order.status != Status::Pending {
            return Reasons::of(CONFLICT);
        }
        if cod {
            order.cod = Agreement { value: true, is_claimed: false };
        }
        let lacks_size = |item: &Item| product(item).is_some_and(|product| product.lacks_size(item.size.as_deref()));
        let reasons = Reasons::none()
            .add(INVALID, order.items.iter().any(lacks_size))
            .add(CONFLICT, order.is_marked() && !accept_prices);
        // What was claimed is agreed from now on. A price that was accepted is asked about again, should this be undone.
        order.delivery.is_claimed = false;
        order.discount.is_claimed = false;
        order.cod.is_claimed = false;
        order.status = Status::Confirmed;
        order.note_unsized(&products);
        let (due, holding) = (order.grand_total() - order.paid().unwrap_or(0), order.holding());
        let reasons = reasons.and(take(&mut self.on_hand, &holding));
        let Some(payment) = payment else { return reasons };
        let amount = payment.amount.unwrap_or(due);
        if amount <= 0 {
            return reasons.add(CONFLICT, true);
        }
        reasons.and(self.record(reference, amount, &payment.method, payment.receipt.as_deref()))
    }

    pub(super) fn set_status(
        &mut self,
        reference: &str,
        to: Status,
        is_forced: bool,
        no_restock: bool,
        keep: Option<Cents>,
    ) -> Reasons {
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let reasons = Reasons::none()
            .add(CONFLICT, !may_step(order.status, to, is_forced))
            .add(CONFLICT, to == Status::Pending && !order.returns.is_empty())
            .add(CONFLICT, keep.unwrap_or(0) > order.grand_total());
        let held = order.holding();
        order.status = to;
        order.kept = keep.unwrap_or(0);
        if !to.holds_stock() {
            order.took_unsized.clear();
            put_back(&mut self.on_hand, &held, no_restock);
        }
        reasons
    }

    /// Says who carries an order; an empty text clears.
    pub(super) fn carry(
        &mut self,
        reference: &str,
        is_shipped: bool,
        courier: Option<&str>,
        tracking: Option<&str>,
    ) -> Reasons {
        let mut reasons = Reasons::none();
        if is_shipped {
            reasons = self.set_status(reference, Status::Shipped, false, false, None);
        }
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        if let Some(courier) = courier {
            order.courier = said(courier);
        }
        if let Some(tracking) = tracking {
            order.tracking = said(tracking);
        }
        reasons.add(CONFLICT, order.status == Status::Cancelled)
    }

    /// Moves the orders of a list. One that is there already is left alone; one that is missing makes its row invalid.
    pub(super) fn set_listed(&mut self, rows: &[(String, &'static str)], keep_going: bool) -> Reasons {
        let mut moved = BTreeSet::new();
        self.each_row(rows, keep_going, |shop, (reference, status)| {
            let to = Status::named(status);
            match shop.order(reference) {
                None => Reasons::of(INVALID),
                Some(order) if order.status == to => Reasons::none(),
                // Two rows contradict each other.
                Some(_) if moved.contains(reference) => Reasons::of(CONFLICT),
                _ => {
                    let reasons = shop.set_status(reference, to, false, false, None);
                    if reasons.is_empty() {
                        moved.insert(reference.clone());
                    }
                    reasons
                }
            }
        })
    }
}
