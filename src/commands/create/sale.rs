//! Selling a typed order at once: `create --confirm --paid --delivered`.

use clap::{ArgGroup, Args};

use crate::commands::Context;
use crate::commands::arguments::payment::PaidArgs;
use crate::commands::confirm::{Receipts, enter_confirmation};
use crate::commands::pay::recording::Entered;
use crate::domain::confirm::decide;
use crate::domain::holding::Holding;
use crate::domain::money::Money;
use crate::domain::obstacle::refusal;
use crate::domain::order::Order;
use crate::domain::permission::Task;
use crate::domain::reference::Reference;
use crate::domain::refusal::{Conflict, Refusal};
use crate::domain::remedy::Remedy;
use crate::domain::settlement::Settlement;
use crate::domain::status::Status;
use crate::domain::transition::{self, StatusRequest};
use crate::error::Failure;
use crate::store::{Audit, Write};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("payment").multiple(true).requires("confirm").args(["paid", "amount", "receipt"]))]
pub struct SaleArgs {
    /// Confirm it: take its stock at once
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    paid: PaidArgs,
    /// The customer has it already: there is nothing to pack
    #[arg(long, requires = "confirm")]
    delivered: bool,
}

/// What becomes of a new order at once: it is confirmed, and perhaps paid and handed over.
pub struct Sale {
    settlement: Settlement,
    is_delivered: bool,
}

impl SaleArgs {
    /// Returns the sale that was asked for, if one was.
    ///
    /// # Errors
    /// The caller may not sell.
    pub fn sale(&self, context: &Context) -> Result<Option<Sale>, Failure> {
        if !self.confirm {
            return Ok(None);
        }
        context.ensure_may(Task::Confirm)?;
        if self.delivered {
            context.ensure_may(Task::UpdateStatus)?;
        }
        let settlement = self.paid.settlement();
        if settlement != Settlement::Unsaid {
            context.ensure_may(Task::Payments)?;
        }
        Ok(Some(Sale { settlement, is_delivered: self.delivered }))
    }
}

impl Sale {
    /// Confirms a new order, records its payment and hands it over. Returns what came of the payment.
    pub fn sell(&self, write: &Write<'_>, order: &Order, audit: &Audit) -> anyhow::Result<Option<Entered>> {
        let alone = std::slice::from_ref(order);
        let products = write.products(order.items.iter().map(|item| item.product_id))?;
        let unwritten = |refusal, instead| failure_without_order(refusal, &order.summary.reference, instead);
        let confirmation = decide(alone, &products, false)
            .map_err(|obstacles| {
                unwritten(refusal(alone, &obstacles), "without --confirm the order is stored as pending")
            })?
            .remove(0);
        let settled = Receipts::default().decide_settlement(write, order, &self.settlement, write.time())?;
        let settled = settled.map_err(|refusal| unwritten(refusal, "leave out --paid"))?;
        // The creation has the note in the history.
        let audit = Audit { note: None, ..audit.clone() };
        let entered = enter_confirmation(write, &confirmation, &settled, &audit)?;
        if self.is_delivered {
            let confirmed = write.orders(&[order.summary.pk])?.remove(0);
            let request = StatusRequest { to: Status::Delivered, force: false, is_sellable: true, keep: Money::ZERO };
            // The order keeps the stock that it holds.
            let change = transition::decide(&confirmed, &Holding::default(), request).map_err(Failure::from)?;
            write.change_status(&change, &audit)?;
        }
        Ok(entered)
    }

    /// Checks that an order that existed before is sold.
    ///
    /// # Errors
    /// It is not confirmed, not paid, or not handed over.
    pub fn ensure_sold(&self, order: &Order) -> Result<(), Failure> {
        let summary = &order.summary;
        let reference = &summary.reference;
        let (open, remedy) = match summary.status {
            Status::Pending => ("pending", Remedy::Confirm(reference.clone())),
            Status::Cancelled => ("cancelled", Remedy::ShowOrder(reference.clone())),
            _ if self.settlement != Settlement::Unsaid && summary.payments_sum.is_none() => {
                ("not paid", Remedy::ShowOrder(reference.clone()))
            }
            status if self.is_delivered && status != Status::Delivered => {
                (status.as_str(), Remedy::MoveOn { reference: reference.clone(), to: Status::Delivered })
            }
            _ => return Ok(()),
        };
        let refusal = Refusal::conflict(Conflict::Step, format!("{reference} exists already, and is {open}"));
        Err(refusal.error("Order exists already").remedy(remedy).into())
    }
}

/// Makes the failure of a sale whose order is not stored, so that no hint names it; hints may name other orders.
fn failure_without_order(mut refusal: Refusal, order: &Reference, instead: &str) -> Failure {
    refusal.remedies.retain(|remedy| match remedy {
        Remedy::AddStock { .. } => true,
        Remedy::ShowOrder(other) => other != order,
        _ => false,
    });
    Failure::from(refusal).hint(instead)
}
