//! The commands: one command, one file; its arguments on top, then what it does.
//!
//! What they share stands here and in `context` (the file, the caller, printing), `find` (naming orders, products and
//! accounts), `pick` (orders that a person picks), `listing` (which orders, and how they are shown), `source` (reading files and stdin),
//! `keep_going` (commands that take several orders), `receive` (taking one order in), `intake` (reading many records),
//! `import_summary` (what became of them) and `failure` (what is said where a command fails).

pub mod backup;
pub mod cancel;
pub mod check;
pub mod completions;
pub mod config;
pub mod confirm;
pub mod context;
pub mod create;
pub mod edit;
pub mod facts;
pub mod failure;
pub mod find;
pub mod help;
pub mod history;
pub mod import;
pub mod import_summary;
pub mod intake;
pub mod keep_going;
pub mod list;
pub mod listing;
pub mod man;
pub mod message;
pub mod my_orders;
pub mod note;
pub mod pick;
pub mod printer;
pub mod product;
pub mod receive;
pub mod rejects;
pub mod report;
pub mod set_status;
pub mod show;
pub mod source;
pub mod user;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::{Command, Format};
use crate::domain::calendar::{WHEN_FORMS, When, parse_age};
use crate::domain::status::Status;
use crate::error::{Exit, Failure, OutputError};

pub use context::Context;
use facts::Facts;

/// Runs a command.
///
/// # Errors
/// Why it failed, [explained](crate::error::Explained), or that its result could not be printed.
pub fn run(command: Command, facts: &Facts, context: &mut Context) -> anyhow::Result<Exit> {
    dispatch(command, facts, context).map_err(|error| match error.is::<OutputError>() {
        true => error,
        false => failure::explain_failure(error, facts, context).into(),
    })
}

fn dispatch(command: Command, facts: &Facts, context: &mut Context) -> anyhow::Result<Exit> {
    if context.global.json && context.global.format.is_some_and(|format| format != Format::Json) {
        return Err(Failure::usage("--json and another --format contradict each other").into());
    }
    if context.global.format() == Format::Html && !matches!(command, Command::Report(_)) {
        return Err(Failure::usage("--format html is for reports only").into());
    }
    if let (Some(note), Command::Note(args)) = (&context.global.note, &command) {
        return Err(note::refuse_option(args, note).into());
    }
    if context.global.note.is_some() && !facts.keeps_note {
        return Err(Failure::usage("this command does not take --note").into());
    }
    if context.global.fields.is_some() && facts.fields.is_empty() {
        return Err(Failure::usage("--fields is for commands that list").into());
    }
    if let Some(task) = command.task() {
        context.identify(task)?;
    }
    match command {
        Command::Create(args) => create::run(&args, context),
        Command::Import(args) => import::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Confirm(args) => confirm::run(&args, context),
        Command::SetStatus(args) => set_status::run(&args, context),
        Command::Cancel(args) => cancel::run(&args, context),
        Command::Edit(args) => edit::run(&args, context),
        Command::Note(args) => note::run(&args, context),
        Command::History(args) => history::run(&args, context),
        Command::Message(args) => message::run(&args, context),
        Command::MyOrders(args) => my_orders::run(&args, context),
        Command::Product(args) => product::run(args, context),
        Command::Report(args) => report::run(&args, context),
        Command::Check(args) => check::run(&args, context),
        Command::Backup(args) => backup::run(&args, context),
        Command::User(args) => user::run(args, context),
        Command::Config(args) => config::run(&args, context),
        Command::Completions(args) => completions::run(&args),
        Command::Help(args) => help::run(&args, context),
        Command::Man(args) => man::run(&args),
    }
}

/// Reads a point in time.
pub fn when(text: &str) -> Result<When, String> {
    When::parse(text).ok_or_else(|| format!("must be {WHEN_FORMS}"))
}

/// Reads how long.
pub fn age(text: &str) -> Result<chrono::Duration, String> {
    parse_age(text).ok_or_else(|| "must be a whole number with its unit: 90m, 12h, 2d or 1w".to_owned())
}

/// Returns the columns that `--fields` chose among those there are, or else `default`.
pub fn choose_fields<'a>(
    chosen: Option<&'a [String]>,
    all: &[&'static str],
    default: &[&'static str],
) -> anyhow::Result<Vec<&'a str>>
where
    'static: 'a,
{
    let Some(chosen) = chosen else {
        return Ok(default.to_vec());
    };
    let chosen: Vec<&str> = chosen.iter().map(|field| field.trim()).collect();
    if let Some(unknown) = chosen.iter().find(|field| !all.contains(field)) {
        let message = format!("there is no field {unknown}");
        return Err(Failure::usage(message).hint(format!("the fields are {}", all.join(", "))).into());
    }
    if let Some((_, twice)) = chosen.iter().enumerate().find(|(index, field)| chosen[..*index].contains(field)) {
        return Err(Failure::usage(format!("the field {twice} is given twice")).into());
    }
    Ok(chosen)
}

/// Reads a status from an argument, and names those there are in the help.
pub fn status_parser() -> impl TypedValueParser<Value = Status> {
    let words = Status::ALL.map(|status| match status {
        Status::Cancelled => PossibleValue::new(status.as_str()).alias("canceled"),
        status => PossibleValue::new(status.as_str()),
    });
    PossibleValuesParser::new(words).try_map(|word| read_status(&word).ok_or("is no status"))
}

/// Reads a status in any case; both spellings of cancelled are known.
pub fn read_status(word: &str) -> Option<Status> {
    Status::parse(&word.to_lowercase().replace("canceled", "cancelled"))
}
