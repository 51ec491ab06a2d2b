//! `orders customer note`: keeps a note on a customer.

use clap::Args;

use super::remarks::change_remarks;
use crate::commands::Context;
use crate::commands::naming::CUSTOMER;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::customer_remarks::Remarks;
use crate::error::{Exit, Failure};
use crate::options::note_text;

/// Set the note on a customer; it replaces the old one
///
/// Customers do not see it. An empty text clears the note.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).writing())]
#[command(after_help = "Examples:
  orders customer note '0101 111 2222' 'pays at the door'
  orders customer note '0101 111 2222' ''")]
pub struct NoteArgs {
    #[arg(value_name = "CUSTOMER", help = CUSTOMER)]
    customer: String,
    /// The note, up to 1000 characters
    #[arg(value_name = "TEXT")]
    text: String,
}

pub fn run(args: &NoteArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let note = match args.text.as_str() {
        "" => None,
        text => Some(note_text(text).map_err(Failure::usage)?),
    };
    let unchanged = if note.is_some() { "has this note already" } else { "has no note" };
    change_remarks(
        &args.customer,
        context,
        |_, remarks| Remarks { note: note.clone(), block: remarks.block.clone() },
        unchanged,
    )
}
