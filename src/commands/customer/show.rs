//! `orders customer show`: everything that is known of a customer.

use clap::Args;

use crate::commands::Context;
use crate::commands::naming::{CUSTOMER, Naming, customer_not_found, find_customer};
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::phone::written_number;
use crate::error::Exit;
use crate::hint::{CommandLine, Hint};
use crate::render::{customer, json};

/// The most orders that are shown: memory holds the whole body.
const MOST_ORDERS: u64 = 1000;

/// Show a customer: names and addresses used, every order, what is due, note and block
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders))]
#[command(after_help = "Examples:
  orders customer show '0101 111 2222'
  orders customer show LEG-LXYZ1234-AB5C  the customer of an order
  orders customer show '0101 111 2222' --json | jq -r '.addresses[]'")]
pub struct ShowArgs {
    #[arg(value_name = "CUSTOMER", help = CUSTOMER)]
    customer: String,
}

pub fn run(args: &ShowArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let naming = Naming::to_read(context);
    let (record, settings) = context.open_to_read()?.read(|read| {
        let named = find_customer(read, &args.customer, &naming)?;
        let Some(summary) = read.customer(&named.number)? else {
            return Err(customer_not_found(&args.customer).into());
        };
        anyhow::Ok((read.customer_record(summary, MOST_ORDERS)?, read.settings()?))
    })?;
    naming.say(context);
    context.print_one(json::customer_record(&record), || match context.ui.quiet {
        true => customer::line(&record.summary),
        false => customer::show(&record, context.style(&settings)),
    })?;
    if record.summary.order_count > i64::try_from(MOST_ORDERS).unwrap_or(i64::MAX) {
        context.ui.note(&format!("only the newest {MOST_ORDERS} orders are shown"));
        let command = CommandLine::of("list").option_value("--phone", &written_number(&record.summary.number));
        context.hint(Hint::run("to see all", command.option("--limit 0")));
    }
    Ok(Exit::Done)
}
