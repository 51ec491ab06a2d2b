//! `orders note`: keeps a note with an order.

use clap::Args;

use super::Context;
use super::naming::pick::{Purpose, one_named_or_picked, refuse_list};
use super::naming::{Naming, REF_TO_WRITE, find_order};
use super::run::facts::{CommandFacts, Group};
use crate::domain::bidi::shown;
use crate::domain::reference::Reference;
use crate::domain::text::shorten;
use crate::domain::visible::visible;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::options::note_text;
use crate::render::prose::fit;
use crate::store::{Audit, StoreError};

/// Add a note to an order, whatever its status
///
/// It stands in the history, with who wrote it and when. Customers do not see it.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).writing())]
#[command(override_usage = "orders note [OPTIONS] <REF> <TEXT>
       orders note [OPTIONS] <TEXT>    at a terminal: picks the order")]
#[command(after_help = "Examples:
  orders note LEG-LXYZ1234-AB5C 'calls back on Sunday'
  orders history LEG-LXYZ1234-AB5C")]
pub struct NoteArgs {
    #[arg(value_name = "REF", help = REF_TO_WRITE)]
    reference: Option<String>,
    /// The note, 1 to 1000 characters
    #[arg(value_name = "TEXT")]
    text: Option<String>,
}

/// Says that the text was given as if it were an option.
pub fn refuse_option(args: &NoteArgs, note: &str) -> Failure {
    let text = args.text.as_deref().unwrap_or(note);
    let reference = args.reference.as_deref().unwrap_or("REF");
    let line = CommandLine::of("note").argument(reference).argument(text);
    Failure::usage("this command takes the note as its text, not as --note").hint(Hint::run("to store it", line))
}

/// Refuses a lone word that names an order: its text was probably forgotten.
fn refuse_order_without_text(word: &str, context: &Context) -> anyhow::Result<()> {
    let word = word.trim();
    if Reference::parse(word).is_none() {
        return Ok(());
    }
    let owner = context.caller.sees_only();
    let named = context.open_to_read()?.read(|read| {
        let mut named = read.match_whole(word, owner.as_ref())?;
        if named.is_empty() {
            named = read.match_parts(word, owner.as_ref())?;
            named.retain(|order| order.reference.as_str().to_lowercase().contains(&word.to_lowercase()));
        }
        Ok::<_, StoreError>(named)
    })?;
    let reference = match named.as_slice() {
        [] => return Ok(()),
        [order] => order.reference.as_str(),
        _ => word,
    };
    let line = CommandLine::of("note").argument(reference).argument("TEXT");
    let failure = Failure::usage(format!("the text of the note on {} is missing", shorten(reference)));
    Err(failure.hint(Hint::run("to write it", line)).into())
}

pub fn run(args: &NoteArgs, context: &mut Context) -> anyhow::Result<Exit> {
    // Without a REF the text stands alone.
    let (reference, text) = match (&args.reference, &args.text) {
        (reference, Some(text)) => (reference.as_deref(), text),
        (Some(text), None) if text == "-" => return Err(refuse_list().into()),
        (Some(text), None) => (None, text),
        (None, None) => {
            return Err(Failure::usage("name an order and its note")
                .hint(Hint::run("to pick the order at a terminal", CommandLine::of("note TEXT")))
                .into());
        }
    };
    if reference.is_none() {
        refuse_order_without_text(text, context)?;
    }
    let text = note_text(text).map_err(Failure::usage)?;
    let question = format!("Note \"{}\" on which order?", shown(&fit(&visible(&text), 24)));
    let purpose = Purpose::of("note", &[]).asking(&question);
    let reference = one_named_or_picked(reference, &purpose, context)?;
    let mut store = context.open_to_write()?;
    let naming = Naming::to_write(context);
    let audit = Audit { note: Some(text), ..context.audit() };
    let (order, settings) = context.write(&mut store, |write| {
        let order = find_order(write, &reference, &naming)?;
        write.insert_note(order.summary.pk, &audit)?;
        anyhow::Ok((write.orders(&[order.summary.pk])?.remove(0), write.settings()?))
    })?;
    naming.say(context);
    context.print_order(&order, &settings)?;
    Ok(Exit::Done)
}
