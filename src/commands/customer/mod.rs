//! `orders customer …`: customers, and the remarks on them.

pub mod block;
pub mod forget;
pub mod list;
pub mod note;
pub mod show;
pub mod unblock;

use clap::{Args, Subcommand};

use super::Context;
use super::naming::{NamedCustomer, Naming, find_customer};
use super::run::facts::{CommandFacts, Group};
use crate::domain::customer::CustomerSummary;
use crate::domain::customer_remarks::Remarks;
use crate::domain::settings::Settings;
use crate::error::Exit;
use crate::render::{customer, json};
use crate::store::Write;

/// See customers and what is known of them, or forget one
///
/// A customer is one phone number: all orders with it are theirs, however it was typed.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders))]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  orders customer list --sort -keptTotal
  orders customer show '0101 111 2222'
  orders customer note '0101 111 2222' 'pays at the door'
  orders customer block '0101 111 2222' --note 'refused three parcels'")]
pub struct CustomerArgs {
    #[command(subcommand)]
    command: CustomerCommand,
}

#[derive(Debug, Subcommand)]
enum CustomerCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Note(note::NoteArgs),
    Block(block::BlockArgs),
    Unblock(unblock::UnblockArgs),
    Forget(forget::ForgetArgs),
}

pub fn run(args: CustomerArgs, context: &mut Context) -> anyhow::Result<Exit> {
    match args.command {
        CustomerCommand::List(args) => list::run(&args, context),
        CustomerCommand::Show(args) => show::run(&args, context),
        CustomerCommand::Note(args) => note::run(&args, context),
        CustomerCommand::Block(args) => block::run(&args, context),
        CustomerCommand::Unblock(args) => unblock::run(&args, context),
        CustomerCommand::Forget(args) => forget::run(&args, context),
    }
}

/// Changes the remarks on a customer, and prints the customer.
fn change_remarks(
    text: &str,
    context: &mut Context,
    change: impl Fn(&Write<'_>, &Remarks) -> Remarks,
    unchanged: &str,
) -> anyhow::Result<Exit> {
    let (naming, audit) = (Naming::to_write(context), context.audit());
    let mut store = context.open_to_write()?;
    let (customer, settings, is_changed) = context.write(&mut store, |write| {
        let NamedCustomer { number, phone } = find_customer(write, text, &naming)?;
        let before = write.customer(&number)?.map(|customer| customer.remarks).unwrap_or_default();
        let remarks = change(write, &before);
        if remarks != before {
            write.record_remarks(&number, &phone, &remarks, &audit)?;
        }
        let customer = write.customer(&number)?.unwrap_or(CustomerSummary::unknown(number, phone));
        Ok((customer, write.settings()?, remarks != before))
    })?;
    naming.say(context);
    if !is_changed {
        context.ui.note(&format!("{} {unchanged}; nothing changed", customer.phone));
    }
    print(&customer, &settings, context)?;
    Ok(Exit::Done)
}

fn print(customer: &CustomerSummary, settings: &Settings, context: &Context) -> anyhow::Result<()> {
    Ok(context.print_one(json::customer(customer), || match context.ui.quiet {
        true => customer::line(customer),
        false => customer::about(customer, context.style(settings)),
    })?)
}
