//! The order desk of a shop that sells over WhatsApp, as one binary on one SQLite file.
//!
//! | module | what it knows |
//! |---|---|
//! | [`cli`] | the command line |
//! | [`commands`] | one command, one file: its arguments, then what it does |
//! | [`domain`] | the rules, pure |
//! | [`input`] | untrusted bytes → domain values, every problem with its place |
//! | [`store`] | the only place that knows SQLite |
//! | [`render`] | domain values → text, JSON, CSV |
//! | [`ui`] | stdout, stderr, colour, questions, progress |
//! | [`spool`] | results that may be too long for memory |
//! | [`error`] | what went wrong → exit code, words, hint |
//!
//! A change is always load → decide → apply: a command opens one transaction, loads the facts through [`store`], a pure
//! function of [`domain`] decides, and the store applies the decision in the same transaction.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::type_complexity,
        clippy::disallowed_methods,
        reason = "a test may end where its ground is missing; a table of cases is its own type; SQLite's files are made and broken"
    )
)]

mod cli;
mod commands;
pub mod domain;
mod error;
pub mod input;
pub mod render;
mod spool;
pub mod store;
mod ui;

use std::ffi::OsString;
use std::io::Write as _;

use chrono::{DateTime, Utc};
use clap::CommandFactory;

use cli::{Cli, Format};
use commands::Context;
use commands::completions;
use domain::time::{Clock, Timestamp};
use error::{Exit, Explained, Failure, OutputError, explain};
pub use ui::end_when_interrupted;
use ui::{ColorChoice, Ui};

/// Runs one command line and returns its exit code. `fixed` replaces the clock that `now` reads, for tests and examples.
pub fn run(args: impl IntoIterator<Item = OsString>, fixed: Option<&str>, now: fn() -> DateTime<Utc>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(reply) = std::env::var_os(completions::VARIABLE).and_then(|shell| completions::reply(&shell, &args)) {
        // A shell shows what is said to it in the middle of the line: where it does not listen, it is told nothing.
        let _ = ui::stdout().write_all(reply.as_bytes());
        return Exit::Done.code();
    }
    let (cli, facts) = match cli::parse(&args) {
        Ok(parsed) => parsed,
        Err(error) => return refuse_command_line(&error, &args),
    };
    let format = cli.global.format();
    let ui = Ui::new(
        matches!(format, Format::Json | Format::Ndjson),
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
    let mut context = Context::new(cli.global, clock, ui);
    match commands::run(cli.command, &facts, &mut context) {
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
            Failure::io(&output.0, format!("the work is done and kept, but {output}")).into()
        }
        _ => explain(error, context.file().ok().as_deref()),
    };
    fail(&context.ui, &explained)
}

/// Says why the command failed, and returns its exit code.
fn fail(ui: &Ui, explained: &Explained) -> u8 {
    ui.fail(explained);
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
                    error::Kind::Internal(error::Fault::Io).exit_code()
                }
                // Nothing can be done where the stream is closed.
                _ => Exit::Done.code(),
            };
        }
        DisplayHelpOnMissingArgumentOrSubcommand if !cli::asks_for_json(args) => {
            ui::complain(&error.to_string());
            return error::Kind::Usage.exit_code();
        }
        _ => {}
    }
    let ui = Ui::new(cli::asks_for_json(args), false, cli::color_asked_for(args));
    fail(&ui, &explain_command_line(&error.to_string(), args).into())
}

/// Makes a failure of what clap says: its first paragraph is what is wrong, a tip or else the command's help the hint.
fn explain_command_line(text: &str, args: &[OsString]) -> Failure {
    let mut paragraphs = text.split("\n\n");
    let on_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = on_one_line(paragraphs.next().unwrap_or_default());
    let failure = Failure::usage(message.strip_prefix("error: ").unwrap_or(&message));
    let tip = paragraphs.find_map(|paragraph| paragraph.trim_start().strip_prefix("tip: "));
    let tip = tip.filter(|tip| !tip.starts_with("to pass"));
    let command = command_named(args);
    match tip {
        _ if command == "orders edit" && message.contains("--color") => {
            failure.hint("--color is for the terminal; the color of an item is --item-color")
        }
        Some(tip) => failure.hint(on_one_line(tip)),
        None => failure.hint(format!("{command} --help")),
    }
}

/// Returns the command that a command line names, as far as it names one: `orders product show`.
fn command_named(args: &[OsString]) -> String {
    let root = Cli::command();
    let (mut command, mut name) = (&root, root.get_name().to_owned());
    for word in args.iter().filter_map(|arg| arg.to_str()) {
        if let Some(found) = command.find_subcommand(word) {
            command = found;
            name = format!("{name} {word}");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_command_line_is_said_in_our_way() {
        for (line, message, hint) in [
            ("orders bogus", "unrecognized subcommand 'bogus'", "orders --help"),
            ("orders lst", "unrecognized subcommand 'lst'", "a similar subcommand exists: 'list'"),
            (
                "orders product show",
                "the following required arguments were not provided: <P>",
                "orders product show --help",
            ),
            (
                "orders list --limit x",
                "invalid value 'x' for '--limit <N>': must be a whole number",
                "orders list --help",
            ),
            ("orders product list --size M", "unexpected argument '--size' found", "orders product list --help"),
            (
                "orders list --statis pending",
                "unexpected argument '--statis' found",
                "a similar argument exists: '--status'",
            ),
        ] {
            let args: Vec<OsString> = line.split(' ').map(Into::into).collect();
            let error = cli::parse(&args).unwrap_err();
            let failure = explain_command_line(&error.to_string(), &args);
            assert_eq!((failure.message.as_str(), failure.hint.as_deref()), (message, Some(hint)), "{line}");
        }
    }
}
