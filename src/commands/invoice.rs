//! `orders invoice`: what a customer has, and what it costs.

use clap::Args;

use super::Context;
use super::naming::pick::{Purpose, one_named_or_picked};
use super::naming::{Naming, REF_TO_READ, find_order};
use super::run::facts::{CommandFacts, Group};
use crate::domain::history::seen_by;
use crate::domain::status::Status;
use crate::error::Exit;
use crate::options::OutputFormat;
use crate::render::order::marks;
use crate::render::paper::invoice;
use crate::ui;

/// Print the invoice of an order
///
/// It has the shop's name, address and phone (settings shopName, shopAddress, shopPhone), the items, what came back, discount and
/// delivery, what is paid and due, and the setting invoiceNote. --format html prints on A4 and A6, with the address where the window
/// of an envelope is.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).on_paper())]
#[command(after_help = "Examples:
  orders invoice LEG-LXYZ1234-AB5C
  orders invoice ab5c --format html > invoice.html
  orders config invoiceNote 'Exchange within 14 days.'")]
pub struct InvoiceArgs {
    #[arg(value_name = "REF", help = REF_TO_READ)]
    reference: Option<String>,
}

pub fn run(args: &InvoiceArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let reference = one_named_or_picked(args.reference.as_deref(), &Purpose::of("bill", &[]), context)?;
    let naming = Naming::to_read(context);
    let store = context.open_to_read()?;
    let (order, settings) =
        store.read(|read| anyhow::Ok((find_order(read, &reference, &naming)?, read.settings()?)))?;
    let order = seen_by(&context.caller, &order);
    naming.say(context);
    if order.summary.status == Status::Pending {
        for mark in marks(&order) {
            context.ui.warn(&format!("{}: {mark}", order.summary.reference));
        }
    }
    if context.global.format() == OutputFormat::Html {
        ui::print(&invoice::html(&order, &settings))?;
    } else {
        context.print_one(invoice::body(&order, &settings), || {
            invoice::text(&order, &settings, context.style(&settings))
        })?;
    }
    Ok(Exit::Done)
}
