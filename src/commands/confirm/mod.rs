//! `orders confirm`: takes the stock of orders whose payment was verified.

mod ask;

use clap::Args;
use serde_json::json;

use super::Context;
use super::facts::{Facts, Group};
use super::find::{Found, Named, Naming, REFS_TO_WRITE, name_orders_or_none};
use super::keep_going::{self, OrderFailure, OrderOutcome, print_outcomes};
use super::pick::{Purpose, named_or_picked};
use crate::domain::confirm::{Confirmation, Consent, decide, decide_each};
use crate::domain::obstacle::refusal;
use crate::domain::order::Order;
use crate::domain::product::Catalogue;
use crate::domain::status::Status;
use crate::error::{Exit, Failure};
use crate::render::json::Body;
use crate::render::{confirm, json as bodies};
use crate::store::{Audit, Read, StoreError, Write};
use crate::ui;

/// Confirm orders: take their stock, all or nothing
///
/// On a terminal it shows what would be done and asks; without REF there, the orders are picked from those that are
/// pending. Elsewhere a whole reference is consent. Several orders are one transaction: their quantities are summed, and
/// all of them are confirmed or none is. An order whose prices are below the catalogue's is refused unless
/// --accept-prices is given, or somebody who was shown them says yes.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).keeping_note().acting_on(&[Status::Pending]))]
#[command(after_help = "Examples:
  orders confirm LEG-LXYZ1234-AB5C --note 'Instapay 4711'
  orders confirm LEG-LXYZ1234-AB5C --dry-run
  orders confirm ab5c --yes                           a part that fits one order
  orders list -q --status pending --sort createdAt | orders confirm - --keep-going")]
pub struct ConfirmArgs {
    #[arg(value_name = "REF", help = REFS_TO_WRITE)]
    refs: Vec<String>,
    /// Accept prices below the list price
    #[arg(long)]
    accept_prices: bool,
    /// Confirm those that can be confirmed, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

struct Call<'a> {
    named: Vec<Named<'a>>,
    keep_going: bool,
    consent: Consent,
    audit: Audit,
}

/// The keys of a confirmed order's body, in order.
const CONFIRMED_KEYS: &[&str] = &["success", "order", "stockUpdated", "message"];

pub fn run(args: &ConfirmArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let purpose = Purpose::of("confirm", &[Status::Pending]);
    let references = named_or_picked(&args.refs, &purpose, context)?;
    let is_to_ask = context.is_to_ask("confirming needs an answer", "--yes answers yes")?;
    let mut store = context.open_to_write()?;
    let naming = Naming::to_write(context);
    let mut call = Call {
        // Looked up before the transaction, so that nobody waits: references never change.
        named: store.read(|read| name_orders_or_none(read, &references.texts, &naming, args.keep_going))?,
        keep_going: args.keep_going,
        // A person who is asked sees the prices.
        consent: Consent::Named { accept_prices: is_to_ask || args.accept_prices },
        audit: context.audit(),
    };
    if is_to_ask {
        call.consent = Consent::shown(ask::ask(&store, &call, context)?);
    }
    let outcomes = context.write(&mut store, |write| call.confirm(write))?;
    let printed = keep_going::Call { is_list: references.is_list, keep_going: args.keep_going, done: "confirmed" };
    print_outcomes(&outcomes, printed, CONFIRMED_KEYS, context, body, |confirmed| {
        let text = |(order, confirmation): &&(Order, Confirmation)| match context.ui.quiet {
            true => format!("{}\n", order.summary.reference),
            false => confirm::confirmed(order, confirmation, context.is_dry_run(), ui::width()),
        };
        confirmed.iter().map(text).collect()
    })
}

/// An order with its confirmation, or what was typed with why it failed.
type Decision = OrderOutcome<(Order, Confirmation)>;

impl Call<'_> {
    /// Loads the orders and decides: on all together, or with `--keep-going` on each in the order given.
    fn decide(&self, read: &Read<'_>) -> anyhow::Result<Vec<Decision>> {
        let found = || self.named.iter().filter_map(|(_, found)| found.as_ref().ok());
        let (orders, catalogue) = load(read, found())?;
        if !self.keep_going {
            orders.iter().try_for_each(|order| self.consent.covers(order)).map_err(Failure::from)?;
            let confirmations = decide(&orders, &catalogue, self.consent.accepts_prices())
                .map_err(|obstacles| Failure::from(refusal(&orders, &obstacles)))?;
            return Ok(orders.into_iter().zip(confirmations).map(Ok).collect());
        }
        let decisions = decide_each(&orders, catalogue, &self.consent);
        let mut decided = orders.into_iter().zip(decisions);
        let mut all = Vec::with_capacity(self.named.len());
        for (reference, found) in &self.named {
            // The decisions are in the order of the orders found.
            match found.as_ref().map(|found| (found, decided.next())) {
                Ok((found, Some((order, decision)))) => all.push(match decision {
                    Ok(confirmation) => Ok((order, confirmation)),
                    Err(refusal) => {
                        Err(OrderFailure { reference: found.reference.to_string(), failure: refusal.into() })
                    }
                }),
                Ok((_, None)) => {}
                Err(failure) => {
                    all.push(Err(OrderFailure { reference: (*reference).to_owned(), failure: failure.clone() }));
                }
            }
        }
        Ok(all)
    }

    /// Decides, applies the decisions, and pairs them with the orders as written.
    fn confirm(&self, write: &Write<'_>) -> anyhow::Result<Vec<Decision>> {
        let mut outcomes = self.decide(write)?;
        for (_, confirmation) in outcomes.iter().flatten() {
            write.change_status(&confirmation.change, &self.audit)?;
        }
        let pks: Vec<_> = outcomes.iter().flatten().map(|(order, _)| order.summary.pk).collect();
        let mut orders = write.orders(&pks)?.into_iter();
        for (order, _) in outcomes.iter_mut().flatten() {
            *order = orders.next().ok_or(StoreError::Changed("the order"))?;
        }
        Ok(outcomes)
    }
}

/// Loads orders with the products of their items.
fn load<'f>(read: &Read<'_>, found: impl Iterator<Item = &'f Found>) -> Result<(Vec<Order>, Catalogue), StoreError> {
    let orders = read.orders(&found.map(|found| found.pk).collect::<Vec<_>>())?;
    let catalogue = read.products(orders.iter().flat_map(|order| order.items.iter().map(|item| item.product_id)))?;
    Ok((orders, catalogue))
}

fn body((order, _): &(Order, Confirmation)) -> Body {
    bodies::body([
        ("success", json!(true)),
        ("order", json!(bodies::order(order))),
        ("stockUpdated", json!(true)),
        ("message", json!("Order confirmed and stock updated successfully")),
    ])
}
