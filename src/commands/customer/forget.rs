//! `orders customer forget`: takes a customer out of the file for good.

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::commands::naming::{CUSTOMER, NamedCustomer, Naming, customer_not_found, find_customer};
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::customer::Forgotten;
use crate::domain::reference::Reference;
use crate::domain::refusal::Conflict;
use crate::domain::status::Status;
use crate::domain::text::shorten;
use crate::error::{Exit, Failure, FailureKind, explain};
use crate::hint::{CommandLine, Hint};
use crate::render::customer;
use crate::render::json::body;
use crate::render::prose::counted;
use crate::store::{OrderFilter, Read, Store, StoreError};
use crate::ui;

/// Forget a customer for good
///
/// In all their orders the name, phone, address, notes and original messages become `forgotten`. The shop's note on the
/// customer and the reason of a block are removed, and accounts lose the number. Sums, stock, statuses and payments stay, and
/// references still find the orders. Then the file is rewritten, so that no byte of the customer is left. This needs free
/// space for two copies of the file, and nobody else may use it meanwhile. If it is interrupted, run the same command again.
/// Backups still have the customer.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).writing())]
#[command(after_help = "Examples:
  orders customer forget '0101 111 2222' --dry-run
  orders customer forget '0101 111 2222' --yes")]
pub struct ForgetArgs {
    #[arg(value_name = "CUSTOMER", help = CUSTOMER)]
    customer: String,
}

/// What an interruption says before the bytes are overwritten.
const INTERRUPTED: &str = "interrupted; the customer is forgotten, but old bytes are still in the file: run it again";

pub fn run(args: &ForgetArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let text = args.customer.trim();
    let is_asked = context.is_to_ask("forgetting needs an answer", "--yes answers yes")?;
    if !is_asked && !context.global.yes && !context.is_dry_run() {
        let line = CommandLine::of("customer forget").argument(text).option("--yes");
        return Err(Failure::usage("forgetting a customer cannot be undone: it needs --yes")
            .hint(Hint::run("to do it", line))
            .into());
    }
    let (naming, audit) = (Naming::to_write(context), context.audit());
    let mut store = context.open_to_write()?;
    if is_asked {
        ask(text, &store, &naming, context)?;
    }
    let (done, open) = context.write(&mut store, |write| {
        let named = find_customer(write, text, &naming);
        if naming.has_completed() && !is_asked {
            return Err(Failure::usage("customer forget needs a phone or a whole reference").into());
        }
        let is_to_overwrite = write.is_to_overwrite()?;
        match named {
            Ok(NamedCustomer { number, .. }) => {
                let open = open_orders(write, &number)?;
                match write.forget_customer(&number, &audit)? {
                    Some(forgotten) => Ok((Some(forgotten), open)),
                    None if is_to_overwrite => Ok((None, open)),
                    None => Err(customer_not_found(text).into()),
                }
            }
            Err(error) if is_to_overwrite && is_gone(&error) => Ok((None, Vec::new())),
            Err(error) => Err(error),
        }
    })?;
    naming.say(context);
    if !context.is_dry_run() {
        ui::finish_change(INTERRUPTED, || overwrite(text, &mut store))?;
    }
    report(done.as_ref(), &store, context)?;
    if !is_asked {
        warn_of_open(&open, context);
    }
    Ok(Exit::Done)
}

/// Returns whether a customer was not found because nothing is left of them.
fn is_gone(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<Failure>().map(|failure| failure.kind);
    matches!(kind, Some(FailureKind::NotFound | FailureKind::Conflict(Conflict::Already)))
}

/// Shows a person at the terminal who would be forgotten, and asks.
fn ask(text: &str, store: &Store, naming: &Naming, context: &Context) -> anyhow::Result<()> {
    let (customer, open, settings) = store.read(|read| {
        let number = match find_customer(read, text, naming) {
            Err(error) if is_gone(&error) && read.is_to_overwrite()? => None,
            named => Some(named?.number),
        };
        let open = number.as_ref().map(|number| open_orders(read, number)).transpose()?.unwrap_or_default();
        let customer = number.map(|number| read.customer(&number)).transpose()?.flatten();
        anyhow::Ok((customer, open, read.settings()?))
    })?;
    let Some(customer) = customer else { return Ok(()) };
    ui::show(&customer::about(&customer, context.style_of_questions(&settings)));
    warn_of_open(&open, context);
    let question = format!("Forget this customer for good, in {}?", counted(customer.order_count, "order"));
    context.ask(&question, &format!("{} not forgotten", shorten(&customer.phone)))
}

/// Overwrites what was freed. The customer is forgotten already, and the file remembers that this is left to do.
fn overwrite(text: &str, store: &mut Store) -> anyhow::Result<()> {
    let overwritten = store.overwrite_freed();
    overwritten.map_err(|error| {
        let mut failure = explain(&error.into(), Some(store.path())).failure;
        let is_busy = failure.kind == FailureKind::Busy;
        failure.message =
            format!("the customer is forgotten, but old bytes are still in the file: {}", failure.message);
        if is_busy {
            failure.remedies.clear();
        }
        let line = CommandLine::of("customer forget").argument(text).option("--yes");
        let aim = if is_busy { "to overwrite them, once nobody else uses the file" } else { "to overwrite them" };
        failure
            .error("The customer is forgotten, but old bytes are still in the file")
            .hint(Hint::run(aim, line))
            .into()
    })
}

/// The most orders that a warning names.
const NAMED: usize = 5;

/// Finds the open orders of a number, up to one more than a warning names.
fn open_orders(read: &Read<'_>, number: &str) -> Result<Vec<Reference>, StoreError> {
    let (statuses, phone_digits) = (Status::OPEN.to_vec(), Some(number.to_owned()));
    let filter = OrderFilter { statuses, phone_digits, limit: u64::try_from(NAMED + 1).ok(), ..OrderFilter::default() };
    Ok(read.listed_orders(&filter, false)?.into_iter().map(|order| order.summary.reference).collect())
}

/// Warns that orders which are not brought yet lose what their papers need.
fn warn_of_open(open: &[Reference], context: &Context) {
    let mut names: Vec<&str> = open.iter().map(Reference::as_str).take(NAMED).collect();
    if open.len() > names.len() {
        names.push("…");
    }
    if !names.is_empty() {
        context.ui.warn(&format!("orders that are still open lose their name and address: {}", names.join(", ")));
    }
}

fn report(done: Option<&Forgotten>, store: &Store, context: &Context) -> anyhow::Result<()> {
    let copies = store.migration_copies()?;
    let nothing = Forgotten::default();
    let Forgotten { orders: count, accounts } = done.unwrap_or(&nothing);
    let result = body([
        ("orders", json!(count)),
        ("accounts", json!(accounts)),
        ("overwritten", json!(!context.is_dry_run())),
        ("copies", copies.iter().map(|copy| json!(copy.display().to_string())).collect()),
    ]);
    context.print_one(result, || match (done, context.is_dry_run(), context.ui.quiet) {
        (_, _, true) => String::new(),
        (None, ..) => "nothing of this customer was left; the old bytes are overwritten now\n".to_owned(),
        (Some(_), true, _) => format!("would forget the customer of {}\n", counted(*count, "order")),
        (Some(_), false, _) => {
            format!("forgot the customer of {}; the old bytes are overwritten\n", counted(*count, "order"))
        }
    })?;
    for account in accounts {
        let lost = if context.is_dry_run() { "would lose" } else { "lost" };
        context.ui.note(&format!("the account {account} {lost} its phone"));
    }
    context.ui.note("earlier backups still have this customer");
    #[cfg(feature = "cluster")]
    if context.address()?.is_some() {
        context.ui.note("the nodes' own logs still have this customer, until their next snapshots");
    }
    for copy in copies {
        context.ui.warn(&format!("{} is such a backup, made by an update of orders: delete it", copy.display()));
    }
    Ok(())
}
