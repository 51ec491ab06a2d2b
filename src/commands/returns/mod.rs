//! `orders return`: takes back what a customer sends back.

mod ask;

use clap::Args;

use self::ask::{AgreedReturn, Questions};
use super::Context;
use super::arguments::payment::amount;
use super::arguments::size;
use super::naming::pick::{Purpose, one_named_or_picked};
use super::naming::{Naming, REF_TO_WRITE, find_items, find_order};
use super::pay::recording::{Entered, MovedMoney, enter, say_owed};
use super::run::facts::{CommandFacts, Group};
use crate::domain::holding::Holding;
use crate::domain::item_spec::REPLACEMENT;
use crate::domain::money::Money;
use crate::domain::order::{Order, QUANTITY_LIMIT};
use crate::domain::payment::{Method, PaymentEntry, read_receipt};
use crate::domain::products::Products;
use crate::domain::record_payment::amount_to_refund;
use crate::domain::refusal::{Conflict, Refusal};
use crate::domain::remedy::Remedy;
use crate::domain::replacement::Replacement;
use crate::domain::return_lines::ItemPieces;
use crate::domain::returns::{ReturnRequest, decide};
use crate::domain::status::Status;
use crate::domain::text::whole_number;
use crate::error::{Exit, Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::store::{Audit, Read, Store, StoreError, Write};

/// Take back what a customer sends back of a shipped or delivered order, or exchange it
///
/// The pieces are in stock again; with --damaged they are written off. Their price, minus their share of the discount, comes off
/// the order. What the customer has then overpaid is owed to them, and --refund records that it went back. An exchange adds the
/// new pieces as a further item: another size at the price paid, another product at today's price. Once everything is back, the
/// order is cancelled. A return cannot be undone: if it was entered wrongly, enter what the customer still has as a new order.
///
/// At a terminal it shows what would happen and asks; without N, the items are picked there. At the question r records a
/// refund too, e exchanges for another size, and d says that the pieces are damaged.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).keeping_note().acting_on(RETURNABLE))]
#[command(override_usage = "orders return [OPTIONS] <REF> <N[*Q]>...
       orders return [OPTIONS] [REF]    at a terminal: picks the order and its items")]
#[command(after_help = "Examples:
  orders return LEG-LXYZ1234-AB5C 1                       one piece
  orders return LEG-LXYZ1234-AB5C '1*2' 3 --refund instapay
  orders return LEG-LXYZ1234-AB5C 2 --damaged --note 'torn'
  orders return LEG-LXYZ1234-AB5C 1 --exchange L          another size
  orders return LEG-LXYZ1234-AB5C 1 --for BLT-01@15       a belt at 15")]
pub struct ReturnArgs {
    #[arg(value_name = "REF", help = REF_TO_WRITE)]
    reference: Option<String>,
    /// What comes back: Q pieces [default: 1] of item N, as show numbers them
    #[arg(value_name = "N[*Q]", value_parser = pieces)]
    items: Vec<ItemPieces>,
    /// The pieces cannot be sold again: they are written off
    #[arg(long)]
    damaged: bool,
    /// The size that the customer gets instead
    #[arg(long, value_name = "SIZE", value_parser = size, conflicts_with = "replacement")]
    exchange: Option<String>,
    /// The product that the customer gets instead: P[/SIZE[/COLOR]][@PRICE]
    #[arg(long = "for", value_name = "SPEC", id = "replacement")]
    replacement: Option<String>,
    /// Record that money goes back by this method, such as cash or instapay: what is then owed, or --amount
    #[arg(long, value_name = "METHOD", value_parser = Method::parse)]
    refund: Option<Method>,
    /// How much goes back [default: what is owed]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "refund")]
    amount: Option<Money>,
    /// The receipt of the refund
    #[arg(long, value_name = "RECEIPT", value_parser = read_receipt, requires = "refund")]
    receipt: Option<String>,
    /// What the shop keeps of the price once everything is back: a fee, a deposit
    #[arg(long, value_name = "AMOUNT", value_parser = Money::parse_typed)]
    keep: Option<Money>,
}

/// The statuses of the orders of which something can come back.
const RETURNABLE: &[Status] = &[Status::Shipped, Status::Delivered];

/// Reads `2` or `2*3`: three pieces of item 2.
fn pieces(text: &str) -> Result<ItemPieces, String> {
    let (number, quantity) = text.split_once('*').unwrap_or((text, "1"));
    match (whole_number(number), whole_number(quantity)) {
        (Some(number @ 1..), Some(quantity @ 1..=QUANTITY_LIMIT)) => {
            Ok(ItemPieces { number: usize::try_from(number).unwrap_or(usize::MAX), quantity })
        }
        _ => Err("must be the number of an item, as show numbers them, and how many pieces: 2 or 2*3".to_owned()),
    }
}

pub fn run(args: &ReturnArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let reference = one_named_or_picked(args.reference.as_deref(), &Purpose::of("take back", RETURNABLE), context)?;
    let is_to_ask = context.is_to_ask("a return needs an answer", "--yes answers yes")?;
    if args.items.is_empty() && !is_to_ask {
        let show = CommandLine::of("show").argument(&reference);
        return Err(Failure::usage("say which items come back")
            .hint(Hint::run("to see the numbers of its items", show))
            .into());
    }
    let mut store = context.open_to_write()?;
    let (naming, audit, ids) = (Naming::to_write(context), context.audit(), context.ids());
    let answer = if is_to_ask { Some(args.ask(&store, &reference, &naming, context)?) } else { None };
    let (entered, order, settings) = context.write(&mut store, |write| {
        let order = find_order(write, &reference, &naming)?;
        let (request, refund) = match &answer {
            Some(AgreedReturn { request, refund, .. }) => (request.clone(), refund.clone()),
            None => (args.request(write)?, args.refund()),
        };
        if answer.as_ref().is_some_and(|answer| answer.shown.as_ref().is_some_and(|shown| *shown != order)) {
            return Err(Failure::from(Refusal::changed(&order.summary.reference)).into());
        }
        let (held, products) = facts(write, &order, &request)?;
        let returned = decide(&order, &held, &products, &request, &mut &ids).map_err(Failure::from)?;
        if answer.as_ref().is_some_and(|answer| answer.shown.is_none()) {
            return Err(Failure::from(Refusal::changed(&order.summary.reference)).into());
        }
        write.return_items(&returned, &audit)?;
        let order = write.orders(&[order.summary.pk])?.remove(0);
        let entered = refund.map(|refund| enter_refund(write, &order, refund, &audit)).transpose()?;
        anyhow::Ok((entered, write.orders(&[order.summary.pk])?.remove(0), write.settings()?))
    })?;
    naming.say(context);
    if let Some(entered) = entered {
        entered.say_of_payment(&order, context);
    }
    context.print_order(&order, &settings)?;
    say_owed([&order].into_iter(), context);
    Ok(Exit::Done)
}

impl ReturnArgs {
    /// Asks a person what comes back, if no item is named, and whether to take it.
    fn ask(&self, store: &Store, reference: &str, naming: &Naming, context: &Context) -> anyhow::Result<AgreedReturn> {
        let (facts, request, settings) = store.read(|read| {
            let order = find_order(read, reference, naming)?;
            let request = self.request(read)?;
            let (held, products) = facts(read, &order, &request)?;
            let method = read.last_method()?.unwrap_or_else(Method::cash);
            anyhow::Ok((ask::ReturnFacts { order, held, products, method }, request, read.settings()?))
        })?;
        let questions = Questions { facts, style: context.style_of_questions(&settings), context };
        let pieces = if request.pieces.is_empty() { questions.pick()? } else { request.pieces.clone() };
        questions.ask(ReturnRequest { pieces, ..request }, self.refund())
    }

    fn request(&self, read: &Read<'_>) -> anyhow::Result<ReturnRequest> {
        let replacement = match (&self.exchange, &self.replacement) {
            (Some(size), _) => Some(Replacement::Size(size.clone())),
            (None, Some(spec)) => Some(replacement(read, spec)?),
            (None, None) => None,
        };
        Ok(ReturnRequest { pieces: self.items.clone(), is_damaged: self.damaged, replacement, keep: self.keep })
    }

    /// Returns the refund, if one was asked for.
    fn refund(&self) -> Option<MovedMoney> {
        let method = self.refund.clone()?;
        Some(MovedMoney { method, amount: self.amount, receipt: self.receipt.clone() })
    }
}

/// Loads what a decision on a return needs beside the order.
fn facts(read: &Read<'_>, order: &Order, request: &ReturnRequest) -> Result<(Holding, Products), StoreError> {
    let of_items = order.items.iter().map(|item| item.product_id);
    let products = read.products(of_items.chain(request.replacement.as_ref().and_then(Replacement::product)))?;
    Ok((read.held_stock(order.summary.pk)?, products))
}

/// Records that money goes back.
///
/// # Errors
/// The refund is on record already: the return may have been taken before, too.
fn enter_refund(write: &Write<'_>, order: &Order, refund: MovedMoney, audit: &Audit) -> anyhow::Result<Entered> {
    let MovedMoney { method, amount, receipt } = refund;
    let same = write.same_receipt(&method, receipt.as_deref())?;
    let amount = amount_to_refund(order, amount, same.as_ref())
        .map_err(|refusal| Failure::from(refusal.remedy(Remedy::LeaveOutRefund)))?;
    let entry = PaymentEntry { amount, method, receipt, paid_at: None };
    let entered = enter(write, order, entry, audit)?;
    if entered.is_unchanged {
        let reference = &order.summary.reference;
        let message = format!("the refund of {reference} with this receipt is on record: this return may be, too");
        return Err(Failure::new(FailureKind::Conflict(Conflict::Already), message)
            .error("Refund is on record already")
            .hint(Hint::run("to see it", CommandLine::of("show").argument(reference)))
            .into());
    }
    Ok(entered)
}

/// Looks up the product that replaces what comes back.
fn replacement(read: &Read<'_>, spec: &str) -> anyhow::Result<Replacement> {
    let item = find_items(read, &[spec.to_owned()], "--for", true)?.remove(0);
    if item.quantity != 1 {
        return Err(Failure::usage(format!("--for takes {REPLACEMENT}: as many pieces replace as come back")).into());
    }
    Ok(Replacement::Product { product: Box::new(item.product), size: item.size, color: item.color, price: item.price })
}
