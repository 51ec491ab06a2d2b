//! `orders refund`: records that money went back.

use clap::Args;

use super::Context;
use super::facts::{Facts, Group};
use super::find::REF_TO_WRITE;
use super::payment::{Typed, enter, incomplete, record};
use super::pick::Purpose;
use crate::domain::pay::amount_to_refund;
use crate::domain::payment::{PaymentEntry, read_receipt};
use crate::error::{Exit, Failure};

/// Record money that goes back to a customer, now
///
/// Without an amount it is what is owed: what was paid of a cancelled order beyond what the shop keeps, or more than was due.
/// Never more than was paid. The status and the stock stay as they are.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Money).keeping_note())]
#[command(override_usage = "orders refund [OPTIONS] <REF> [AMOUNT] <METHOD>
       orders refund [OPTIONS] [AMOUNT] <METHOD>    at a terminal: picks the order")]
#[command(after_help = "Examples:
  orders refund LEG-LXYZ1234-AB5C instapay --receipt 4712
  orders refund LEG-LXYZ1234-AB5C 20 cash --note 'came late'")]
pub struct RefundArgs {
    #[arg(value_name = "REF", help = REF_TO_WRITE)]
    reference: Option<String>,
    /// How much: 20; without it what is owed
    #[arg(value_name = "AMOUNT")]
    amount: Option<String>,
    /// How: a word such as cash, instapay or bosta
    #[arg(value_name = "METHOD")]
    method: Option<String>,
    /// The receipt, by which the same refund is known if it is entered again
    #[arg(long, value_parser = read_receipt)]
    receipt: Option<String>,
}

pub fn run(args: &RefundArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let words: Vec<&str> =
        [&args.reference, &args.amount, &args.method].into_iter().flatten().map(String::as_str).collect();
    let Typed { reference, amount, method } =
        Typed::of(&words).map_err(|failure| incomplete(failure, "refund REF AMOUNT METHOD"))?;
    let what = amount.map_or_else(|| "what is owed".to_owned(), |amount| amount.to_string());
    let question = format!("Of which order does {what} go back by {method}?");
    record(reference, &Purpose::of("refund", &[]).asking(&question), context, |write, order, audit| {
        let same = write.same_receipt(&method, args.receipt.as_deref())?;
        let amount = amount_to_refund(order, amount, same.as_ref()).map_err(Failure::from)?;
        let entry = PaymentEntry { amount, method: method.clone(), receipt: args.receipt.clone(), paid_at: None };
        enter(write, order, entry, audit)
    })
}
