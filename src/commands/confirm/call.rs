//! Decides on the orders of one call of `confirm`, and applies what was decided.

use std::collections::HashMap;

use super::settlement::Receipts;
use crate::commands::naming::{Named, load_together};
use crate::commands::pay::recording::{Entered, enter_decided};
use crate::commands::run::order_outcomes::{OrderFailure, OrderOutcome};
use crate::domain::confirm::{Confirmation, Consent, decide_each, decide_settled};
use crate::domain::obstacle::refusal;
use crate::domain::order::{Order, OrderPk};
use crate::domain::products::Products;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::{Settled, Settlement};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::error::Failure;
use crate::store::{Audit, Read, StoreError, Write};

/// The orders of one call, and how they are settled.
pub struct ConfirmCall<'a> {
    pub named: Vec<Named<'a>>,
    pub keep_going: bool,
    pub consent: Consent,
    /// The settlement of each order, by the command line.
    pub settlement: Settlement,
    /// What a person answered about the payment, by order; it replaces `settlement`.
    pub answers: HashMap<OrderPk, Settlement>,
    pub audit: Audit,
    pub now: Timestamp,
}

/// An order that is confirmed.
#[derive(Debug)]
pub struct Confirmed {
    pub order: Order,
    pub confirmation: Confirmation,
    pub settled: Settled,
}

/// A confirmed order; or what was typed, and why it is not confirmed.
pub type Decision = OrderOutcome<Confirmed>;

impl ConfirmCall<'_> {
    fn settlement_of(&self, order: OrderPk) -> &Settlement {
        self.answers.get(&order).unwrap_or(&self.settlement)
    }

    /// Returns the orders with the terms that their settlements agree to.
    pub fn agreed(&self, mut orders: Vec<Order>) -> Vec<Order> {
        for Order { summary, .. } in &mut orders {
            summary.terms = self.settlement_of(summary.pk).agree(summary.terms);
        }
        orders
    }

    /// Decides the settlements of the orders that can be confirmed.
    fn decide_settlements(
        &self,
        read: &Read<'_>,
        orders: &[Order],
    ) -> Result<Vec<Result<Settled, Refusal>>, StoreError> {
        let mut receipts = Receipts::default();
        let mut decide = |order: &Order| match order.summary.status {
            Status::Pending => receipts.decide_settlement(read, order, self.settlement_of(order.summary.pk), self.now),
            _ => Ok(Ok(Settled::default())),
        };
        orders.iter().map(&mut decide).collect()
    }

    /// Loads the orders and decides: on all together, or with `--keep-going` on each in the order given.
    pub fn decide(&self, read: &Read<'_>) -> anyhow::Result<Vec<Decision>> {
        let orders = load_together(read, &self.named)?;
        let products = read.products(orders.iter().flat_map(|order| order.items.iter().map(|item| item.product_id)))?;
        let orders = self.agreed(orders);
        let settled = self.decide_settlements(read, &orders)?;
        if self.keep_going {
            return Ok(self.decide_one_by_one(orders, products, settled));
        }
        orders.iter().try_for_each(|order| self.consent.covers(order)).map_err(Failure::from)?;
        let confirmed = decide_settled(&orders, &products, self.consent.accepts_prices(), settled)
            .map_err(|obstacles| self.with_settlement(refusal(&orders, &obstacles), &orders))?;
        let confirmed = orders.into_iter().zip(confirmed);
        let confirmed = confirmed.map(|(order, (confirmation, settled))| Confirmed { order, confirmation, settled });
        Ok(confirmed.map(Ok).collect())
    }

    /// Makes the failure for an order that is confirmed already: its hint says how to record the settlement alone.
    fn with_settlement(&self, mut refusal: Refusal, orders: &[Order]) -> Failure {
        if let [Order { summary, .. }] = orders
            && summary.status.holds_stock()
        {
            let remedy = self.settlement_of(summary.pk).remedy(&summary.reference);
            refusal.remedies.splice(0..0, remedy);
        }
        refusal.into()
    }

    fn decide_one_by_one(
        &self,
        orders: Vec<Order>,
        products: Products,
        settled: Vec<Result<Settled, Refusal>>,
    ) -> Vec<Decision> {
        // An order whose payment is refused takes no stock from those after it.
        let payable = orders.iter().zip(&settled).filter(|(_, settled)| settled.is_ok()).map(|(order, _)| order);
        let mut confirmations = decide_each(payable, products, &self.consent).into_iter();
        let mut decide = |reference: &Reference, order: Order, settled: Result<Settled, Refusal>| {
            let decided = settled.and_then(|settled| Ok(confirmations.next().transpose()?.map(|one| (one, settled))));
            match decided {
                Ok(Some((confirmation, settled))) => Some(Ok(Confirmed { order, confirmation, settled })),
                Ok(None) => None,
                Err(refusal) => {
                    let failure = self.with_settlement(refusal, std::slice::from_ref(&order));
                    Some(Err(OrderFailure { reference: reference.to_string(), failure }))
                }
            }
        };
        // One entry for each order that was found, in the sequence of `named`.
        let mut decided = orders.into_iter().zip(settled);
        let decisions = self.named.iter().filter_map(|(reference, found)| match found {
            Ok(found) => decided.next().and_then(|(order, settled)| decide(&found.reference, order, settled)),
            Err(failure) => Some(Err(OrderFailure { reference: (*reference).to_owned(), failure: failure.clone() })),
        });
        decisions.collect()
    }

    /// Decides, and applies the decisions. Returns each with its order as it now is, and what was recorded of its payment.
    pub fn confirm(&self, write: &Write<'_>) -> anyhow::Result<(Vec<Decision>, Vec<Option<Entered>>)> {
        let mut outcomes = self.decide(write)?;
        let mut entered = Vec::new();
        for Confirmed { confirmation, settled, .. } in outcomes.iter().flatten() {
            entered.push(enter_confirmation(write, confirmation, settled, &self.audit)?);
        }
        write.reload(outcomes.iter_mut().flatten().map(|confirmed| &mut confirmed.order))?;
        Ok((outcomes, entered))
    }
}

/// Enters a confirmation with its settlement. Returns what was recorded of the payment.
pub fn enter_confirmation(
    write: &Write<'_>,
    confirmation: &Confirmation,
    settled: &Settled,
    audit: &Audit,
) -> Result<Option<Entered>, StoreError> {
    // The note is kept with the status alone.
    let without_note = Audit { note: None, ..audit.clone() };
    if settled.is_cod {
        write.mark_cod(confirmation.change.order, &without_note)?;
    }
    write.change_status(&confirmation.change, audit)?;
    Ok(match &settled.payment {
        Some(payment) => Some(enter_decided(write, payment, &without_note)?),
        None => None,
    })
}
