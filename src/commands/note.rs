//! `orders note`: keeps a note with an order.

use clap::Args;

use super::Context;
use super::facts::{Facts, Group};
use super::find::{Naming, find_order};
use super::pick::one_named_or_picked;
use crate::cli::note_text;
use crate::error::{Exit, Failure};
use crate::render::{json, order};
use crate::store::Audit;

/// Keep a note with an order, whatever its status
///
/// It stands in the history, with who wrote it and when. Customers do not see it.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).writing())]
#[command(after_help = "Examples:
  orders note LEG-LXYZ1234-AB5C 'calls back on Sunday'
  orders history LEG-LXYZ1234-AB5C")]
pub struct NoteArgs {
    /// A reference, an id or a part of a reference
    #[arg(value_name = "REF", required = true)]
    reference: String,
    /// The note, 1 to 1000 characters
    #[arg(value_name = "TEXT")]
    text: Option<String>,
}

/// Runs the command.
pub fn run(args: &NoteArgs, context: &mut Context) -> anyhow::Result<Exit> {
    // Without a REF the text stands alone.
    let (reference, text) = match &args.text {
        Some(text) => (Some(args.reference.as_str()), text),
        None => (None, &args.reference),
    };
    let text = note_text(text).map_err(Failure::usage)?;
    let reference = one_named_or_picked(reference, &[], "note", context)?;
    let mut store = context.open_to_write()?;
    let naming = Naming::to_write(context);
    let audit = Audit { note: Some(text), ..context.audit() };
    let (order, settings) = context.write(&mut store, |write| {
        let order = find_order(write, &reference, &naming)?;
        write.insert_note(order.summary.pk, &audit)?;
        anyhow::Ok((write.orders(&[order.summary.pk])?.remove(0), write.settings()?))
    })?;
    naming.say(context);
    context.print_one(json::order(&order), || match context.ui.quiet {
        true => format!("{}\n", order.summary.reference),
        false => order::show(&order, context.style(&settings)),
    })?;
    Ok(Exit::Done)
}
