//! `orders create`: one order, from JSON or typed.

mod ask;
mod insert;
mod sale;
mod sent;
mod typed;

use clap::{ArgGroup, Args};

use super::Context;
use super::pay::recording::Entered;
use super::run::facts::{CommandFacts, Group};
use crate::domain::incoming::IncomingOrder;
use crate::domain::order::Order;
use crate::domain::permission::{Caller, Task};
use crate::domain::reference::Reference;
use crate::error::{Exit, Failure};
use crate::render::json;
use insert::insert_or_match;
use sale::{Sale, SaleArgs};
use typed::{TypedArgs, TypedDraft};

/// Take one order, from JSON or typed, and print it
///
/// The order starts pending and holds no stock. Without a reference it gets one. The same order again is no error: the
/// existing one is printed.
///
/// A typed order has a --phone and items. An --item is a product (its barcode, id, or a part of its name), with /SIZE, /COLOR,
/// *QUANTITY and @PRICE after it as needed; a whole barcode may contain these signs. Prices are today's unless they are typed.
/// Name and address are those of the phone's last order unless they are typed. --confirm takes the stock at once, --paid
/// records the payment, and --delivered says that the customer has the goods in hand: all or nothing. At a terminal, create
/// without any of these asks for the order.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).keeping_note())]
#[command(after_help = "Examples:
  orders create order.json
  orders create                           at a terminal: asks for the order
  curl -s https://shop.example/order/17 | orders create - --json
  orders create order.json --dry-run      check it only
  orders create --phone 01001234567 --name Mona --item SKU-12345/L*2 --cod
  orders create --phone 01001234567 --item BLT-01@15 --discount 10%
  orders create --phone 0100123456 --item B-1 --confirm --paid cash --delivered")]
#[command(group = ArgGroup::new("typed").multiple(true).conflicts_with("file").requires_all(["phone", "item"]).args(TYPED))]
pub struct CreateArgs {
    /// The file with the order, or - for stdin [default: stdin; at a terminal it asks for the order]
    #[arg(value_name = "FILE")]
    file: Option<String>,
    #[command(flatten)]
    typed: TypedArgs,
    #[command(flatten)]
    sale: SaleArgs,
}

/// The options of a typed order.
const TYPED: [&str; 10] =
    ["phone", "item", "name", "address", "delivery", "discount", "cod", "reference", "date", "confirm"];

/// The order to create.
enum NewOrder {
    /// It came as JSON.
    Sent(Box<IncomingOrder>),
    /// Somebody typed it.
    Typed(Box<TypedDraft>),
}

pub fn run(args: &CreateArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let sale = args.sale.sale(context)?;
    let new = match args.typed.typed() {
        Some(typed) => NewOrder::Typed(Box::new(typed)),
        None if args.file.is_none() && is_to_ask(context)? => NewOrder::Typed(Box::new(ask::ask(context)?)),
        None => NewOrder::Sent(Box::new(sent::read(args.file.as_deref(), context)?)),
    };
    create(&new, sale.as_ref(), context)
}

/// Returns whether somebody who works in the shop is to be asked for the order.
fn is_to_ask(context: &Context) -> Result<bool, Failure> {
    let may_see_all = context.caller.may(Task::Edit);
    Ok(may_see_all
        && context.is_to_ask("an order is to be typed", "name a file, or type the order with --phone and --item")?)
}

/// Takes an order in, sells it if asked to, and prints it.
fn create(new: &NewOrder, sale: Option<&Sale>, context: &mut Context) -> anyhow::Result<Exit> {
    let mut store = context.open_or_create()?;
    let (audit, ids) = (context.audit(), context.ids());
    let sender = context.caller.clone();
    let (created, settings) = context.write(&mut store, |write| {
        let (incoming, same_as) = match new {
            NewOrder::Sent(incoming) => (IncomingOrder::clone(incoming), None),
            NewOrder::Typed(typed) => TypedDraft::clone(typed).into_incoming(write, write.time(), &sender)?,
        };
        let (order, warnings) = insert_or_match(write, incoming, &sender, &audit, &mut &ids)?;
        let mut created = Created { reply: Reply::of(order, warnings, &sender), same_as, entered: None };
        match (&mut created.reply, sale) {
            (Reply::New(order, _), Some(sale)) => {
                created.entered = sale.sell(write, order, &audit)?;
                *order = write.orders(&[order.summary.pk])?.remove(0);
            }
            (Reply::Known(order), Some(sale)) => sale.ensure_sold(order)?,
            _ => {}
        }
        anyhow::Ok((created, write.settings()?))
    })?;
    created.say(context);
    match &created.reply {
        Reply::New(order, _) | Reply::Known(order) => context.print_order(order, &settings)?,
        Reply::Unseen(reference) => context.print_one(json::unchanged(reference), || format!("{reference}\n"))?,
    }
    if let (Reply::New(order, _), Some(entered)) = (&created.reply, &created.entered) {
        entered.say(order, context);
    }
    Ok(Exit::Done)
}

/// What became of an order.
struct Created {
    reply: Reply,
    /// The order from which its name or address was taken.
    same_as: Option<Reference>,
    /// The payment that was recorded with it.
    entered: Option<Entered>,
}

impl Created {
    /// Says what a person should look at.
    fn say(&self, context: &Context) {
        let Reply::New(order, warnings) = &self.reply else {
            let note = if context.global.note.is_some() { "; the note is not stored" } else { "" };
            context.ui.note(&format!("{} exists already; nothing changed{note}", self.reply.reference()));
            return;
        };
        for warning in warnings {
            context.ui.warn(&format!("{}: {warning}", order.summary.reference));
        }
        if let Some(other) = &self.same_as {
            context.ui.note(&format!("the name or address that was not typed is that of {other}"));
        }
    }
}

/// What the sender of an order is told.
enum Reply {
    /// It is new, with warnings.
    New(Order, Vec<String>),
    /// It existed already.
    Known(Order),
    /// It existed already, and the sender may not see what became of it.
    Unseen(Reference),
}

impl Reply {
    fn of(order: Order, warnings: Option<Vec<String>>, sender: &Caller) -> Reply {
        match warnings {
            Some(warnings) => Reply::New(order, warnings),
            None if sender.sees(&order.summary) => Reply::Known(order),
            None => Reply::Unseen(order.summary.reference),
        }
    }

    fn reference(&self) -> &Reference {
        match self {
            Reply::New(order, _) | Reply::Known(order) => &order.summary.reference,
            Reply::Unseen(reference) => reference,
        }
    }
}
