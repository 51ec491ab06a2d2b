//! The order desk of a shop that sells over WhatsApp: one binary on one SQLite file.
//!
//! | module | what is in it |
//! |---|---|
//! | `cli`, `options` | the command line: which commands there are, and which global options |
//! | `commands` | one file or folder per command: its arguments, then what it does; beside them what they share |
//! | `domain` | the rules of the shop, as pure functions |
//! | `input` | untrusted bytes become domain values; every problem is reported with its place |
//! | `store` | the orders file; the only module that uses SQLite |
//! | `render` | domain values become text, JSON, CSV and HTML |
//! | `ui` | stdout, stderr, colour, questions and progress |
//! | `scratch` | named temporary files, until they are complete |
//! | `spool` | results that may be too long for memory |
//! | `wrap` | how wide a text is on a terminal, and where it breaks |
//! | `error` | exit codes, messages and hints |
//! | `hint` | what to do next, in words and as a command |
//! | `misuse` | what is wrong with a command line, and what was probably meant |
//!
//! Imports go one way: `commands` imports `input`, `store`, `render` and `ui`, and all of them import `domain`. `input`,
//! `store` and `render` never import each other.
//!
//! Every change is load → decide → apply. A command opens one transaction and loads the facts from the store. A pure function
//! of the domain decides. The store applies the decision in the same transaction.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::type_complexity,
        clippy::disallowed_methods,
        reason = "a test may panic when its setup fails; a table of cases needs no named type; tests create and break SQLite's files"
    )
)]

mod cli;
mod commands;
pub mod domain;
mod error;
mod hint;
pub mod input;
mod misuse;
mod options;
pub mod render;
mod scratch;
mod spool;
pub mod store;
mod ui;
mod wrap;

use std::ffi::OsString;
use std::io::Write as _;

use chrono::{DateTime, Utc};

use commands::Context;
use commands::completions;
use domain::text::without_user_info;
use domain::time::{Clock, Timestamp};
use error::{Exit, Explained, Failure, FailureKind, OutputError, explain};
use options::OutputFormat;
pub use ui::handle_signals;
use ui::{ColorChoice, Ui};

/// Runs one command line and returns its exit code. `fixed` replaces the clock that `now` reads, for tests and examples.
pub fn run(args: impl IntoIterator<Item = OsString>, fixed: Option<&str>, now: fn() -> DateTime<Utc>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(reply) =
        std::env::var_os(completions::VARIABLE).and_then(|shell| completions::reply(&shell, &args, cli::complete))
    {
        // The shell may have stopped reading: an error message would appear in the middle of its line.
        let _ = ui::stdout().write_all(reply.as_bytes());
        return Exit::Done.code();
    }
    let (cli, facts) = match cli::parse(&args) {
        Ok(parsed) => parsed,
        Err(error) => return refuse_command_line(&error, &args),
    };
    let format = cli.global.format();
    let ui = Ui::new(
        matches!(format, OutputFormat::Json | OutputFormat::Ndjson),
        cli.global.quiet,
        cli.global.color.unwrap_or(ColorChoice::Auto),
    );
    let clock = match fixed {
        None => Some(Clock::Running(now)),
        Some(text) => Timestamp::parse(text).map(Clock::Fixed),
    };
    let Some(clock) = clock else {
        let failure = Failure::usage("ORDERS_NOW must be a time with a zone, such as 2026-02-04T10:30:00Z");
        return fail(&ui, &failure.into());
    };
    ui::begin_run(ui.json, facts.writes());
    let mut context = Context::new(cli.global, clock, ui);
    match cli::run(cli.command, &facts, &mut context) {
        Ok(exit) => exit.code(),
        Err(error) => conclude(&error, &context),
    }
}

fn conclude(error: &anyhow::Error, context: &Context) -> u8 {
    let explained = match error.downcast_ref::<OutputError>() {
        Some(OutputError(source)) if source.kind() == std::io::ErrorKind::BrokenPipe => {
            return Exit::Done.code();
        }
        Some(output) if context.has_committed() => {
            Failure::new(FailureKind::Internal((&output.0).into()), format!("the change is saved, but {output}")).into()
        }
        _ => explain(error, None),
    };
    fail(&context.ui, &explained)
}

/// Returns what is wrong with a command line, if anything. Tests check hints with it.
pub fn wrong_with(args: &[OsString]) -> Option<String> {
    cli::parse(args).err().map(|error| error.to_string())
}

/// Says why the command failed, and returns its exit code.
fn fail(ui: &Ui, explained: &Explained) -> u8 {
    let mut shown = explained.clone();
    let Failure { message, error, details, .. } = &mut shown.failure;
    for text in [message, error].into_iter().chain(details) {
        *text = without_user_info(text).into_owned();
    }
    ui.fail(&shown);
    explained.failure.kind.exit_code()
}

/// Prints the help that was asked for, or says what is wrong with the command line.
fn refuse_command_line(error: &clap::Error, args: &[OsString]) -> u8 {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            return match error.print().and_then(|()| std::io::stdout().flush()) {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    ui::complain(&format!("error: {}", OutputError(error)));
                    FailureKind::Internal(error::Fault::Io).exit_code()
                }
                // If the stream is closed, nothing can be done.
                _ => Exit::Done.code(),
            };
        }
        DisplayHelpOnMissingArgumentOrSubcommand if !options::asks_for_json(args) => {
            ui::complain(&error.to_string());
            return FailureKind::Usage.exit_code();
        }
        _ => {}
    }
    let ui = Ui::new(options::asks_for_json(args), false, options::color_asked_for(args));
    fail(&ui, &misuse::explain(error, args).into())
}
