//! `orders confirm`: takes the stock of orders whose payment was verified.

mod ask;
mod call;
mod settlement;

use std::collections::HashMap;

use clap::Args;
use serde_json::json;

use self::call::{ConfirmCall, Confirmed};
use self::settlement::SettlementArgs;
pub use self::{call::enter_confirmation, settlement::Receipts};
use super::Context;
use super::naming::pick::{Purpose, named_or_picked};
use super::naming::{Naming, REFS_TO_WRITE, name_orders};
use super::run::facts::{CommandFacts, Group};
use super::run::order_outcomes::{OutcomeForm, print_outcomes};
use crate::domain::confirm::Consent;
use crate::domain::status::Status;
use crate::error::Exit;
use crate::render::json::Body;
use crate::render::{confirm, json as bodies};
use crate::ui;

/// Confirm orders: take their stock, all or nothing
///
/// At a terminal it shows what would be done and asks; without REF, you pick from the pending orders. In a script a whole
/// reference is consent. Several orders are one transaction: their quantities are added up, and all of them are confirmed
/// or none is. An order is refused if it has prices below the list price, or a delivery fee, a discount or cash on delivery
/// that the shop has not agreed to: --accept-prices agrees, or a person who sees them says yes.
///
/// --paid records a payment with the confirmation, by default of what is due; --cod marks cash on delivery. At the question,
/// p asks for the payment and c marks cash on delivery. With several orders, each payment is what is due on its order.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).keeping_note().acting_on(&[Status::Pending]))]
#[command(after_help = "Examples:
  orders confirm LEG-LXYZ1234-AB5C --note 'Instapay 4711'
  orders confirm LEG-LXYZ1234-AB5C --paid instapay --receipt 4711
  orders confirm LEG-LXYZ1234-AB5C --cod
  orders confirm LEG-LXYZ1234-AB5C --dry-run
  orders confirm ab5c --yes                           a part that fits one order
  orders list -q --status pending --sort createdAt | orders confirm -")]
pub struct ConfirmArgs {
    #[arg(value_name = "REF", help = REFS_TO_WRITE)]
    refs: Vec<String>,
    #[command(flatten)]
    settlement: SettlementArgs,
    /// Accept prices below the list price, and a delivery fee, discount or cash on delivery that the shop has not agreed to
    #[arg(long)]
    accept_prices: bool,
    /// Where an order cannot be confirmed, report it, go on with the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

/// The keys of a confirmed order's body, in order.
const CONFIRMED_KEYS: &[&str] = &["success", "order", "stockUpdated", "message"];

pub fn run(args: &ConfirmArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let purpose = Purpose::of("confirm", &[Status::Pending]);
    let references = named_or_picked(&args.refs, &purpose, context)?;
    let is_to_ask = context.is_to_ask("confirming needs an answer", "--yes answers yes")?;
    let mut store = context.open_to_write()?;
    let naming = Naming::to_write(context);
    let settlement = args.settlement.of_orders(references.texts.len())?;
    let mut call = ConfirmCall {
        // Looked up before the transaction, so that nobody waits: references never change.
        named: store.read(|read| name_orders(read, &references.texts, &naming, args.keep_going))?,
        keep_going: args.keep_going,
        // A person who is asked sees the prices.
        consent: Consent::Named { accept_prices: is_to_ask || args.accept_prices },
        settlement,
        answers: HashMap::new(),
        audit: context.audit(),
        now: context.now,
    };
    if is_to_ask {
        let answer = ask::ask(&store, &call, context)?;
        call.answers = answer.settlements;
        call.consent = Consent::shown(call.agreed(answer.orders));
    }
    let (outcomes, entered) = context.write(&mut store, |write| call.confirm(write))?;
    if !is_to_ask {
        for Confirmed { order, .. } in outcomes.iter().flatten() {
            if let Some(block) = &order.remarks.block {
                context.ui.warn(&format!("{}: {}", order.summary.reference, block.warning()));
            }
        }
    }
    let form = OutcomeForm { is_list: references.is_list, keep_going: args.keep_going };
    let text = |Confirmed { order, confirmation, settled }: &Confirmed| match context.ui.quiet {
        true => format!("{}\n", order.summary.reference),
        false => confirm::confirmed(order, confirmation, settled, context.is_dry_run(), ui::width()),
    };
    let exit = print_outcomes(&outcomes, form, "confirmed", CONFIRMED_KEYS, context, body, text)?;
    for (Confirmed { order, settled, .. }, entered) in outcomes.iter().flatten().zip(entered) {
        if settled.is_recorded_before {
            let reference = &order.summary.reference;
            context.ui.note(&format!("{reference} had this payment already: it was not recorded again"));
        }
        if let Some(entered) = entered {
            entered.say(order, context);
        }
    }
    Ok(exit)
}

fn body(Confirmed { order, .. }: &Confirmed) -> Body {
    bodies::body([
        ("success", json!(true)),
        ("order", json!(bodies::order(order))),
        ("stockUpdated", json!(true)),
        ("message", json!("Order confirmed and stock updated successfully")),
    ])
}
