//! Selling a typed order at once: `create --confirm --paid --delivered`.

use clap::Args;

use crate::commands::Context;
use crate::commands::payment::{Entered, amount, enter};
use crate::domain::confirm::decide;
use crate::domain::holding::Holding;
use crate::domain::money::Money;
use crate::domain::obstacle::refusal;
use crate::domain::order::Order;
use crate::domain::payment::{Method, read_receipt};
use crate::domain::permission::Task;
use crate::domain::refusal::{Conflict, Refusal};
use crate::domain::remedy::Remedy;
use crate::domain::settlement::Settlement;
use crate::domain::status::Status;
use crate::domain::transition::{self, StatusRequest};
use crate::error::Failure;
use crate::store::{Audit, Write};

#[derive(Debug, Args)]
pub struct SaleArgs {
    /// Confirm it: take its stock at once
    #[arg(long)]
    confirm: bool,
    /// Record that it was paid by this method, such as cash or instapay
    #[arg(long, value_name = "METHOD", value_parser = Method::parse, requires = "confirm")]
    paid: Option<Method>,
    /// How much was paid [default: what is due]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "paid")]
    amount: Option<Money>,
    /// The receipt of the payment
    #[arg(long, value_name = "RECEIPT", value_parser = read_receipt, requires = "paid")]
    receipt: Option<String>,
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
        let settlement = match self.paid.clone() {
            None => Settlement::Unsaid,
            Some(method) => {
                context.ensure_may(Task::Payments)?;
                Settlement::Paid { method, amount: self.amount, receipt: self.receipt.clone() }
            }
        };
        Ok(Some(Sale { settlement, is_delivered: self.delivered }))
    }
}

impl Sale {
    /// Confirms a new order, records its payment and hands it over. Returns what came of the payment.
    pub fn sell(&self, write: &Write<'_>, order: &Order, audit: &Audit) -> anyhow::Result<Option<Entered>> {
        let alone = std::slice::from_ref(order);
        let products = write.products(order.items.iter().map(|item| item.product_id))?;
        let confirmation = decide(alone, &products, false)
            .map_err(|obstacles| {
                before_it_is_there(refusal(alone, &obstacles), "without --confirm the order is stored as pending")
            })?
            .remove(0);
        // The note is told with the creation.
        let audit = Audit { note: None, ..audit.clone() };
        write.change_status(&confirmation.change, &audit)?;
        let entry = self.settlement.entry(order).map_err(|refusal| before_it_is_there(refusal, "leave out --paid"))?;
        let entered = entry.map(|entry| enter(write, order, entry, &audit)).transpose()?;
        if self.is_delivered {
            let confirmed = write.orders(&[order.summary.pk])?.remove(0);
            let request = StatusRequest { to: Status::Delivered, force: false, is_sellable: true, keep: Money::ZERO };
            // It keeps what it holds.
            let change = transition::decide(&confirmed, &Holding::default(), request).map_err(Failure::from)?;
            write.change_status(&change, &audit)?;
        }
        Ok(entered)
    }

    /// Holds that an order that was there already was sold then.
    ///
    /// # Errors
    /// It was not, or is not paid, or not handed over.
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
        Err(refusal.error("Order is there already").remedy(remedy).into())
    }
}

/// Makes a failure of an order that is not written then: no command can name it.
fn before_it_is_there(mut refusal: Refusal, instead: &str) -> Failure {
    refusal.remedies.retain(|remedy| matches!(remedy, Remedy::AddStock { .. }));
    Failure::from(refusal).hint(instead)
}
