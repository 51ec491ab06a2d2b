//! `orders refund`: records that money went back.

use clap::Args;

use super::Context;
use super::naming::pick::Purpose;
use super::naming::{REF_TO_WRITE, orders_meant};
use super::pay::recording::{PaymentWords, enter, incomplete, is_amount_shaped, record};
use super::run::facts::{CommandFacts, Group};
use crate::domain::payment::{Method, PaymentEntry, read_receipt};
use crate::domain::record_payment::amount_to_refund;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::store::Payable;

/// Record money that goes back to a customer, now
///
/// Without AMOUNT it is all that is owed: what was paid beyond the cost of the order or, if it is cancelled, beyond what the
/// shop keeps. A refund is never more than was paid. The status and the stock stay as they are.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Money).keeping_note())]
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
    /// The receipt, by which a refund that is entered again is recognised
    #[arg(long, value_parser = read_receipt)]
    receipt: Option<String>,
}

pub fn run(args: &RefundArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let words: Vec<&str> =
        [&args.reference, &args.amount, &args.method].into_iter().flatten().map(String::as_str).collect();
    let without_order = match *words.as_slice() {
        [method] => Some(method),
        [amount, method] if is_amount_shaped(amount) => Some(method),
        _ => None,
    };
    if let Some(method) = without_order.filter(|method| !is_amount_shaped(method)) {
        refuse_order_as_method(method, context)?;
    }
    let PaymentWords { reference, amount, method } = PaymentWords::of(&words, "refund", "goes back")
        .map_err(|failure| incomplete(failure, "refund REF AMOUNT METHOD"))?;
    let what = amount.map(|amount| format!("{amount} of ")).unwrap_or_default();
    let question = format!("Refund {what}which order by {method}?");
    let money = if amount.is_some() { Payable::Paid } else { Payable::Owed };
    record(
        reference,
        Some(&method),
        &Purpose::of_money("refund", money, amount).asking(&question),
        context,
        |write, order, audit| {
            let same = write.same_receipt(&method, args.receipt.as_deref())?;
            let amount = amount_to_refund(order, amount, same.as_ref()).map_err(Failure::from)?;
            let entry = PaymentEntry { amount, method: method.clone(), receipt: args.receipt.clone(), paid_at: None };
            enter(write, order, entry, audit)
        },
    )
}

/// Refuses an order in the place of the method: `refund LEG-1`, `refund mona`. A known method is one.
fn refuse_order_as_method(word: &str, context: &Context) -> anyhow::Result<()> {
    let method = Method::parse(word).ok();
    let orders = context.open_to_read()?.read(|read| match &method {
        Some(method) if read.knows_method(method)? => Ok(Vec::new()),
        _ => orders_meant(read, word.trim()),
    })?;
    let (of, named) = match orders.as_slice() {
        [] => return Ok(()),
        [reference] => (format!(" to the customer of {reference}"), reference.as_str()),
        _ => (String::new(), word),
    };
    let line = CommandLine::of("refund").argument(named).option("METHOD");
    Err(Failure::usage(format!("say how the money goes back{of}, such as cash"))
        .hint(Hint::run("to record it", line))
        .into())
}
