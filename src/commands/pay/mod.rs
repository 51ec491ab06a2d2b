//! `orders pay`: records that money came in.

use clap::Args;

use super::Context;
use super::arguments::when;
use super::facts::{Facts, Group};
use super::find::REF_TO_WRITE;
use super::payment::{Entered, Typed, enter, incomplete, record};
use super::pick::Purpose;
use crate::domain::calendar::When;
use crate::domain::payment::{PaymentEntry, decide_void, read_receipt};
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};

/// Record a payment of an order, and show what is paid and due
///
/// A payment changes neither the status nor the stock. The method is a word of the shop's own, such as cash, instapay or
/// bosta. The same receipt again changes nothing. Nothing is ever removed: --void records that a payment was entered wrongly,
/// and both stay to be seen.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Money).keeping_note())]
#[command(override_usage = "orders pay [OPTIONS] <REF> <AMOUNT> <METHOD>
       orders pay [OPTIONS] <AMOUNT> <METHOD>    at a terminal: picks the order
       orders pay [OPTIONS] <REF> --void <N> --note <TEXT>")]
#[command(after_help = "Examples:
  orders pay LEG-LXYZ1234-AB5C 59.98 instapay --receipt 4711
  orders pay LEG-LXYZ1234-AB5C 20 cash --at yesterday
  orders pay LEG-LXYZ1234-AB5C --void 1 --note 'the receipt of another order'")]
pub struct PayArgs {
    #[arg(value_name = "REF", help = REF_TO_WRITE)]
    reference: Option<String>,
    /// How much: 59.98
    #[arg(value_name = "AMOUNT", conflicts_with = "void")]
    amount: Option<String>,
    /// How: a word such as cash, instapay or bosta
    #[arg(value_name = "METHOD", conflicts_with = "void")]
    method: Option<String>,
    /// The receipt, by which the same payment is known if it is entered again
    #[arg(long, value_parser = read_receipt, conflicts_with = "void")]
    receipt: Option<String>,
    /// When the money moved, if earlier than now: 2d, 12h, today, yesterday, a date or RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = when, conflicts_with = "void")]
    at: Option<When>,
    /// Take back the payment of this number, as show numbers them; needs --note
    #[arg(long, value_name = "N", value_parser = payment_number)]
    void: Option<usize>,
}

fn payment_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "must be the number of a payment, as show numbers them".to_owned())
}

pub fn run(args: &PayArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if let Some(number) = args.void {
        return void(args.reference.as_deref(), number, context);
    }
    let words: Vec<&str> =
        [&args.reference, &args.amount, &args.method].into_iter().flatten().map(String::as_str).collect();
    let Typed { reference, amount, method } = Typed::of(&words).map_err(|failure| args.explain(failure))?;
    let Some(amount) = amount else {
        return Err(args.explain(Failure::usage("say how much was paid, and how")).into());
    };
    let question = format!("Which order was paid {amount} by {method}?");
    record(reference, &Purpose::of("pay", &[]).asking(&question), context, |write, order, audit| {
        let zone = write.settings()?.zone();
        let paid_at = args.at.map(|at| at.start(write.time(), &zone));
        let entry = PaymentEntry { amount: amount.into(), method, receipt: args.receipt.clone(), paid_at };
        enter(write, order, entry, audit)
    })
}

/// Takes back a payment that was entered wrongly.
fn void(reference: Option<&str>, number: usize, context: &mut Context) -> anyhow::Result<Exit> {
    if context.global.note.is_none() {
        return Err(Failure::usage("--void needs a --note that says why").hint("add --note WHY").into());
    }
    let question = format!("Payment {number} of which order was entered wrongly?");
    record(reference, &Purpose::of("pay", &[]).asking(&question), context, |write, order, audit| {
        write.record_payment(&decide_void(order, number).map_err(Failure::from)?, audit)?;
        Ok(Entered::default())
    })
}

impl PayArgs {
    /// Adds to a failure of usage what to type.
    fn explain(&self, failure: Failure) -> Failure {
        let is_negative = [&self.reference, &self.amount].into_iter().flatten().any(|word| word.starts_with('-'));
        match is_negative {
            true => failure.hint(Hint::run("to give money back", CommandLine::of("refund REF AMOUNT METHOD"))),
            false => incomplete(failure, "pay REF AMOUNT METHOD"),
        }
    }
}
