//! `orders create`: one order, from JSON or typed.

mod ask;
mod sale;
mod sent;
mod take;
mod typed;

use clap::{ArgGroup, Args};

use super::Context;
use super::facts::{Facts, Group};
use super::payment::Entered;
use crate::domain::incoming::IncomingOrder;
use crate::domain::order::Order;
use crate::domain::permission::{Caller, Task};
use crate::domain::reference::Reference;
use crate::error::{Exit, Failure};
use crate::render::json;
use sale::{Sale, SaleArgs};
use take::take_in;
use typed::{Typed, TypedArgs};

/// Take one order, from JSON or typed, and print it
///
/// The order starts pending and holds no stock. Without a reference it gets one. The same order again is no error: the one
/// that is there is printed.
///
/// A typed order has a --phone and items. An --item is a product (its barcode, id, or a part of its name), with /SIZE, /COLOR,
/// *QUANTITY and @PRICE after it as needed; a whole barcode may have these signs itself. Prices are today's unless they are typed. Name and
/// address are those of the phone's last order unless they are typed. --confirm takes the stock at once, --paid records the
/// payment with it, and --delivered says that the customer has it in hand: all of it or nothing. At a terminal, without any of these, it asks for the order.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).keeping_note())]
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
    /// The file with the order, or - for stdin; without it stdin too, but a terminal is asked for the order
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

/// An order on its way in.
enum Entry {
    /// It came as JSON.
    Sent(Box<IncomingOrder>),
    /// Somebody typed it.
    Typed(Box<Typed>),
}

pub fn run(args: &CreateArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let sale = args.sale.sale(context)?;
    let entry = match args.typed.typed() {
        Some(typed) => Entry::Typed(Box::new(typed)),
        None if args.file.is_none() && is_to_ask(context)? => Entry::Typed(Box::new(ask::ask(context)?)),
        None => Entry::Sent(Box::new(sent::read(args.file.as_deref(), context)?)),
    };
    take(&entry, sale.as_ref(), context)
}

/// Returns whether somebody who works in the shop is to be asked for the order.
fn is_to_ask(context: &Context) -> Result<bool, Failure> {
    let may_see_all = context.caller.may(Task::Edit);
    Ok(may_see_all
        && context.is_to_ask("an order is to be typed", "name a file, or type the order with --phone and --item")?)
}

/// Takes an order in, sells it if asked to, and prints it.
fn take(entry: &Entry, sale: Option<&Sale>, context: &mut Context) -> anyhow::Result<Exit> {
    let mut store = context.open_or_create()?;
    let (audit, ids) = (context.audit(), context.ids());
    let sender = context.caller.clone();
    let (taken, settings) = context.write(&mut store, |write| {
        let (incoming, same_as) = match entry {
            Entry::Sent(incoming) => (IncomingOrder::clone(incoming), None),
            Entry::Typed(typed) => Typed::clone(typed).into_incoming(write, write.time(), &sender)?,
        };
        let (order, warnings) = take_in(write, incoming, &sender, &audit, &mut &ids)?;
        let mut taken = Taken { answer: Answer::of(order, warnings, &sender), same_as, entered: None };
        match (&mut taken.answer, sale) {
            (Answer::New(order, _), Some(sale)) => {
                taken.entered = sale.sell(write, order, &audit)?;
                *order = write.orders(&[order.summary.pk])?.remove(0);
            }
            (Answer::Known(order), Some(sale)) => sale.ensure_sold(order)?,
            _ => {}
        }
        anyhow::Ok((taken, write.settings()?))
    })?;
    taken.say(context);
    match &taken.answer {
        Answer::New(order, _) | Answer::Known(order) => context.print_order(order, &settings)?,
        Answer::Unseen(reference) => context.print_one(json::unchanged(reference), || format!("{reference}\n"))?,
    }
    Ok(Exit::Done)
}

/// What became of an order.
struct Taken {
    answer: Answer,
    /// The order whose name or address it has.
    same_as: Option<Reference>,
    /// The payment that was recorded with it.
    entered: Option<Entered>,
}

impl Taken {
    /// Says what a person should look at.
    fn say(&self, context: &Context) {
        let Answer::New(order, warnings) = &self.answer else {
            let note = if context.global.note.is_some() { "; the note is not stored" } else { "" };
            context.ui.note(&format!("{} exists already; nothing changed{note}", self.answer.reference()));
            return;
        };
        for warning in warnings {
            context.ui.warn(&format!("{}: {warning}", order.summary.reference));
        }
        if let Some(other) = &self.same_as {
            context.ui.note(&format!("what was not typed of name and address is that of {other}"));
        }
        if let Some(entered) = &self.entered {
            entered.say(order, context);
        }
    }
}

/// What the sender of an order is told.
enum Answer {
    /// It is new, with warnings.
    New(Order, Vec<String>),
    /// It existed already.
    Known(Order),
    /// It existed already, and the sender may not see what became of it.
    Unseen(Reference),
}

impl Answer {
    fn of(order: Order, warnings: Option<Vec<String>>, sender: &Caller) -> Answer {
        match warnings {
            Some(warnings) => Answer::New(order, warnings),
            None if sender.sees(&order.summary) => Answer::Known(order),
            None => Answer::Unseen(order.summary.reference),
        }
    }

    fn reference(&self) -> &Reference {
        match self {
            Answer::New(order, _) | Answer::Known(order) => &order.summary.reference,
            Answer::Unseen(reference) => reference,
        }
    }
}
