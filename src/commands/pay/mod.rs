//! `orders pay`: records that money came in.

mod list;
pub mod recording;

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use self::list::record_list;
use self::recording::{Entered, PaymentWords, enter, incomplete, record};
use super::Context;
use super::arguments::when;
use super::intake::row_list::RowList;
use super::intake::source::InputArgs;
use super::naming::REF_TO_WRITE;
use super::naming::pick::Purpose;
use super::run::facts::{CommandFacts, Group};
use super::run::imported::Imported;
use crate::domain::calendar::When;
use crate::domain::payment::{Method, PaymentEntry, read_receipt};
use crate::domain::record_payment::decide_void;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::options::named_file;
use crate::store::Payable;

/// Record a payment of an order, and show what is paid and due
///
/// A payment changes neither the status nor the stock. The method is a word of the shop's own in letters from a to z or
/// digits, such as cash, instapay or bosta. The same receipt again changes nothing. Nothing is ever removed: --void records
/// that a payment was entered wrongly, and both stay visible.
///
/// --from takes a list as CSV or as a spreadsheet (.xlsx, its first sheet). Its columns have names: orderReference (or tracking)
/// and amount are needed; method, receipt, paidAt and note are optional. An amount below zero is a refund. All or nothing. A
/// list that is entered again changes nothing: a row is recognised by its receipt, or without one by order, amount, method and
/// paidAt. Rows whose payment was voided since are skipped, with a warning.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Money).keeping_note())]
#[command(override_usage = "orders pay [OPTIONS] <REF> <AMOUNT> <METHOD>
       orders pay [OPTIONS] <AMOUNT> <METHOD>    at a terminal: picks the order
       orders pay [OPTIONS] <REF> --void <N> --note <TEXT>
       orders pay [OPTIONS] --from <FILE>")]
#[command(after_help = "Examples:
  orders pay LEG-LXYZ1234-AB5C 59.98 instapay --receipt 4711
  orders pay LEG-LXYZ1234-AB5C 20 cash --at yesterday
  orders pay LEG-LXYZ1234-AB5C --void 1 --note 'the receipt of another order'
  orders pay --from bosta.csv --method bosta --dry-run
  orders pay --from bank.csv --keep-going --rejects mend.csv")]
pub struct PayArgs {
    #[arg(value_name = "REF", help = REF_TO_WRITE, conflicts_with = "from")]
    reference: Option<String>,
    /// How much: 59.98
    #[arg(value_name = "AMOUNT", conflicts_with = "void")]
    amount: Option<String>,
    /// How: a word such as cash, instapay or bosta
    #[arg(value_name = "METHOD", conflicts_with = "void")]
    method: Option<String>,
    /// The receipt, by which a payment that is entered again is recognised
    #[arg(long, value_parser = read_receipt, conflicts_with_all = ["void", "from"])]
    receipt: Option<String>,
    /// When the money moved, if earlier than now: 2d, 12h, 30m, today, yesterday, a date or RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = when, conflicts_with_all = ["void", "from"])]
    at: Option<When>,
    /// Void the payment of this number, as show numbers them; needs --note
    #[arg(long, value_name = "N", value_parser = payment_number, conflicts_with = "from")]
    void: Option<usize>,
    /// Record the payments of this list; - is stdin
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// The method of rows that name none
    #[arg(long = "method", value_name = "METHOD", value_parser = Method::parse, requires = "from")]
    list_method: Option<Method>,
    /// Record the good rows, report the others, and exit with 8
    #[arg(long, requires = "from")]
    keep_going: bool,
    /// Write the rejected rows to this new file, ready to mend and record again
    #[arg(long, value_name = "FILE", requires = "keep_going")]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file))]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
}

fn payment_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "must be the number of a payment, as show numbers them".to_owned())
}

pub fn run(args: &PayArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if let Some(file) = &args.from {
        let list = RowList {
            file,
            what: Imported::Payments,
            keep_going: args.keep_going,
            rejects: args.rejects.as_ref(),
            input: &args.input,
            or_meant: None,
        };
        return record_list(&list, args.list_method.as_ref(), context);
    }
    if let Some(number) = args.void {
        return void(args.reference.as_deref(), number, context);
    }
    let words: Vec<&str> =
        [&args.reference, &args.amount, &args.method].into_iter().flatten().map(String::as_str).collect();
    let PaymentWords { reference, amount, method } =
        PaymentWords::of(&words, "pay", "was paid").map_err(|failure| args.explain(failure))?;
    let Some(amount) = amount else {
        return Err(args.explain(Failure::usage("say how much was paid, and how")).into());
    };
    let question = format!("Which order was paid {amount} by {method}?");
    let purpose = Purpose::of_money("pay", Payable::ToPay, Some(amount)).asking(&question);
    record(reference, Some(&method), &purpose, context, |write, order, audit| {
        let zone = write.settings()?.zone();
        let paid_at = args.at.map(|at| at.start(write.time(), &zone));
        let entry =
            PaymentEntry { amount: amount.into(), method: method.clone(), receipt: args.receipt.clone(), paid_at };
        enter(write, order, entry, audit)
    })
}

/// Takes back a payment that was entered wrongly.
fn void(reference: Option<&str>, number: usize, context: &mut Context) -> anyhow::Result<Exit> {
    context.required_note("--void")?;
    let question = format!("Payment {number} of which order was entered wrongly?");
    record(reference, None, &Purpose::of("pay", &[]).asking(&question), context, |write, order, audit| {
        write.record_payment(&decide_void(order, number).map_err(Failure::from)?, audit)?;
        Ok(Entered::default())
    })
}

impl PayArgs {
    /// Returns whether it is about a list.
    pub fn is_list(&self) -> bool {
        self.from.is_some()
    }

    /// Adds to a failure of usage what to type.
    fn explain(&self, failure: Failure) -> Failure {
        let is_negative = [&self.reference, &self.amount].into_iter().flatten().any(|word| word.starts_with('-'));
        match is_negative {
            true => failure.hint(Hint::run("to give money back", CommandLine::of("refund REF AMOUNT METHOD"))),
            false => incomplete(failure, "pay REF AMOUNT METHOD"),
        }
    }
}
