//! How the orders that `confirm` confirms are paid, as its options say.

use std::collections::HashMap;

use clap::Args;

use crate::commands::arguments::payment::PaidArgs;
use crate::domain::order::Order;
use crate::domain::payment::Method;
use crate::domain::record_payment::{SameReceipt, decide};
use crate::domain::refusal::Refusal;
use crate::domain::settlement::{Settled, Settlement};
use crate::domain::time::Timestamp;
use crate::error::Failure;
use crate::store::{Read, StoreError};

/// How an order is paid when it is confirmed.
#[derive(Debug, Args)]
pub struct SettlementArgs {
    #[command(flatten)]
    paid: PaidArgs,
    /// Mark it as cash on delivery: the courier collects what is due
    #[arg(long, conflicts_with = "paid")]
    cod: bool,
}

impl SettlementArgs {
    /// Returns the settlement of each of `count` orders.
    ///
    /// # Errors
    /// An amount or a receipt is given for several.
    pub fn of_orders(&self, count: usize) -> Result<Settlement, Failure> {
        let of_one = [(self.paid.amount.is_some(), "--amount"), (self.paid.receipt.is_some(), "--receipt")];
        if let Some((_, option)) = of_one.iter().find(|(is_given, _)| *is_given && count > 1) {
            return Err(Failure::usage(format!("{option} is for one order, and {count} are named"))
                .hint("without it, each payment is what is due on its order"));
        }
        Ok(if self.cod { Settlement::CashOnDelivery } else { self.paid.settlement() })
    }
}

/// The receipts of one call: each is of one payment, in the file and in the call.
#[derive(Debug, Default)]
pub struct Receipts(HashMap<(Method, String), SameReceipt>);

impl Receipts {
    /// Decides the settlement of an order that is to be confirmed.
    pub fn decide_settlement(
        &mut self,
        read: &Read<'_>,
        order: &Order,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<Result<Settled, Refusal>, StoreError> {
        let is_cod = *settlement == Settlement::CashOnDelivery;
        let entry = match settlement.entry(order) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(Ok(Settled { is_cod, ..Settled::default() })),
            Err(refusal) => return Ok(Err(refusal)),
        };
        // As the file compares them.
        let key = entry.receipt.as_ref().map(|receipt| (entry.method.clone(), receipt.to_ascii_lowercase()));
        let in_call = key.as_ref().and_then(|key| self.0.get(key).cloned());
        let same = match in_call {
            Some(same) => Some(same),
            None => read.same_receipt(&entry.method, entry.receipt.as_deref())?,
        };
        let (reference, amount) = (order.summary.reference.clone(), entry.amount);
        let decided = decide(&order.summary, entry, same.as_ref(), order.payments.len(), now);
        if let (Ok(Some(_)), Some(key)) = (&decided, key) {
            self.0.insert(key, SameReceipt { order: order.summary.pk, reference, amount });
        }
        Ok(decided.map(|payment| Settled {
            is_recorded_before: payment.is_none(),
            payment: payment.map(Box::new),
            is_cod,
        }))
    }
}
