//! Explains a wrong command line, and what was probably meant.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

use crate::cli::Cli;
use crate::commands::naming::nearest;
use crate::domain::status::Status;
use crate::domain::text::without_user_info;
use crate::error::Failure;
use crate::hint::{CommandLine, Hint};
use crate::options::options;

/// Makes a failure from clap's error, whose first paragraph says what is wrong.
pub fn explain(error: &Error, args: &[OsString]) -> Failure {
    let text = error.to_string();
    let message: Vec<&str> = text.split("\n\n").next().unwrap_or_default().split_whitespace().collect();
    let message = message.join(" ");
    let failure = Failure::usage(message.strip_prefix("error: ").unwrap_or(&message));
    let command = command_named(args);
    if let Some(failure) = contradiction(&command, error) {
        return failure;
    }
    let unknown = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    let unknown = unknown.into_iter().find_map(|kind| context(error, kind)).unwrap_or_default();
    // Clap names an option with its value: `--color <WHEN>`.
    let unknown = unknown.split(' ').next().unwrap_or_default();
    let hints = meant(&command, unknown, args);
    if !hints.is_empty() {
        return hints.into_iter().fold(failure, Failure::hint);
    }
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    // Clap also suggests words that only share some letters: --void for --cod.
    let near = near.into_iter().find_map(|kind| context(error, kind)).filter(|near| is_near(error, near));
    match near {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => {
            let help = command.iter().fold(CommandLine::of("help"), CommandLine::argument);
            failure.hint(Hint::run("for its options", help))
        }
    }
}

/// Says in our words what clap says in a list of options.
fn contradiction(command: &[&str], error: &Error) -> Option<Failure> {
    let argument = context(error, ContextKind::InvalidArg)?;
    match (command, error.kind()) {
        (["create"], ErrorKind::ArgumentConflict) if argument.contains("FILE") => {
            let failure = Failure::usage("an order is read from a file, or typed with --phone and --item");
            Some(failure.hint("leave out the file, or the options that type an order"))
        }
        (["edit"], ErrorKind::MissingRequiredArgument) => {
            Some(Failure::usage("name the item: --item N changes one, --add P adds one"))
        }
        _ => None,
    }
}

/// Returns a text from clap's error, the first if there are several.
fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}

/// Returns whether clap's suggestion is close to what was typed.
fn is_near(error: &Error, suggested: &str) -> bool {
    let typed = [ContextKind::InvalidSubcommand, ContextKind::InvalidValue, ContextKind::InvalidArg];
    let typed = typed.into_iter().find_map(|kind| context(error, kind));
    typed.is_some_and(|typed| nearest(&typed, std::iter::once(suggested)).is_some())
}

/// Says what an unknown argument probably meant, if that is known.
fn meant(command: &[&str], unknown: &str, args: &[OsString]) -> Vec<Hint> {
    match (command, unknown) {
        (["edit"], "--color") => {
            vec!["the color of an item is --item-color; --color is for the terminal".into()]
        }
        (["pay"], "--cod") => {
            let order = args.iter().skip_while(|arg| *arg != "pay").nth(1).and_then(|arg| arg.to_str());
            let order = order.filter(|order| !order.starts_with('-')).unwrap_or("REF");
            vec![Hint::run("to mark cash on delivery", CommandLine::of("edit").argument(order).option("--cod"))]
        }
        (["product", "set"], "--stock" | "--quantity" | "--size") => {
            let typed = |text: Option<&str>| text.filter(|text| !text.starts_with('-')).map(str::to_owned);
            let after_set = args.iter().skip_while(|arg| *arg != "set").nth(1).and_then(|arg| arg.to_str());
            let product = typed(after_set).unwrap_or_else(|| "P".to_owned());
            let value = options(args).find(|(name, _)| *name == unknown).and_then(|(_, value)| typed(value));
            let count = value.filter(|value| value.bytes().all(|b| b.is_ascii_digit()));
            let correct = |command, number: &str| {
                CommandLine::of(command).argument(&product).argument(number).option("--note WHY")
            };
            let count = correct("product count", count.as_deref().unwrap_or("N"));
            vec![
                Hint::run("to set the stock to what was counted", count),
                Hint::run("to change it by a difference", correct("product adjust", "+N")),
            ]
        }
        ([name @ ("list" | "my-orders")], word) => match Status::read(word) {
            Some(status) => {
                let line = CommandLine::of(if *name == "list" { "list" } else { "my-orders" });
                vec![Hint::run("to list these", line.option_value("--status", status.as_str()))]
            }
            None if word.is_empty() || word.starts_with('-') => Vec::new(),
            None => vec![search(if *name == "list" { "list" } else { "my-orders" }, &words_from(args, word))],
        },
        ([], "search" | "find") => vec![search("list", &words_after(args, unknown))],
        (["product"], "search" | "find") => vec![search("product list", &words_after(args, unknown))],
        (["customer"], "search" | "find") => vec![search("customer list", &words_after(args, unknown))],
        (["note"], word) if !word.starts_with('-') => match words_after(args, "note").as_slice() {
            [reference, text @ ..] => {
                let line = CommandLine::of("note").argument(reference).argument(without_user_info(&text.join(" ")));
                vec![Hint::run("put the text in quotes", line)]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Makes a hint at how a command searches.
fn search(command: &'static str, words: &[&str]) -> Hint {
    let line = CommandLine::of(command);
    let line = match words {
        [] => line.option("--search TEXT"),
        // A mistyped address of a cluster may hold a password.
        words => line.option_value("--search", &without_user_info(&words.join(" "))),
    };
    Hint::run("to search", line)
}

/// Returns the words of a command line from `first` to the next option.
fn words_from<'a>(args: &'a [OsString], first: &str) -> Vec<&'a str> {
    let words = args.iter().skip_while(|arg| *arg != first).map_while(|arg| arg.to_str());
    words.take_while(|word| !word.starts_with('-')).collect()
}

/// Returns the words of a command line between `word` and the next option.
fn words_after<'a>(args: &'a [OsString], word: &str) -> Vec<&'a str> {
    words_from(args, word).into_iter().skip(1).collect()
}

/// Returns the command that a command line names, as far as it names one: `product`, `show`.
fn command_named(args: &[OsString]) -> Vec<&str> {
    let root = Cli::command();
    let (mut command, mut names) = (&root, Vec::new());
    for word in args.iter().filter_map(|arg| arg.to_str()) {
        if let Some(found) = command.find_subcommand(word) {
            command = found;
            names.push(word);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    #[test]
    fn a_wrong_command_line_is_explained_in_our_words() {
        for (line, message, hint) in [
            ("orders bogus", "unrecognized subcommand 'bogus'", "for its options:  orders help"),
            ("orders lst", "unrecognized subcommand 'lst'", "did you mean list?"),
            (
                "orders product show",
                "the following required arguments were not provided: <P>",
                "for its options:  orders help product show",
            ),
            (
                "orders list --limit x",
                "invalid value 'x' for '--limit <N>': must be a whole number, 0 or more",
                "for its options:  orders help list",
            ),
            (
                "orders list --limit -1",
                "invalid value '-1' for '--limit <N>': must be a whole number, 0 or more",
                "for its options:  orders help list",
            ),
            (
                "orders product list --size M",
                "unexpected argument '--size' found",
                "for its options:  orders help product list",
            ),
            ("orders list --statis pending", "unexpected argument '--statis' found", "did you mean --status?"),
            (
                "orders pay A1 5 cash --cod",
                "unexpected argument '--cod' found",
                "to mark cash on delivery:  orders edit A1 --cod",
            ),
            (
                "orders refund A1 5 cash --cod",
                "unexpected argument '--cod' found",
                "for its options:  orders help refund",
            ),
            ("orders set-sttus A1", "unrecognized subcommand 'set-sttus'", "did you mean set-status?"),
            (
                "orders list Pending",
                "unexpected argument 'Pending' found",
                "to list these:  orders list --status pending",
            ),
            ("orders list karim", "unexpected argument 'karim' found", "to search:  orders list --search karim"),
            (
                "orders list --json karim nasser --limit 3",
                "unexpected argument 'karim' found",
                "to search:  orders list --search 'karim nasser'",
            ),
            ("orders search karim", "unrecognized subcommand 'search'", "to search:  orders list --search karim"),
            ("orders find", "unrecognized subcommand 'find'", "to search:  orders list --search TEXT"),
            (
                "orders product find shirt",
                "unrecognized subcommand 'find'",
                "to search:  orders product list --search shirt",
            ),
            (
                "orders note 7htx call her after 5",
                "unexpected argument 'her' found",
                "put the text in quotes:  orders note 7htx 'call her after 5'",
            ),
            (
                "orders product set SKU-1 --stock 4",
                "unexpected argument '--stock' found",
                "to set the stock to what was counted:  orders product count SKU-1 4 --note WHY\n\
                 to change it by a difference:  orders product adjust SKU-1 +N --note WHY",
            ),
            (
                "orders list --wait abc",
                "invalid value 'abc' for '--wait <SECONDS>': must be a whole number of seconds, 0 to 86400",
                "for its options:  orders help list",
            ),
        ] {
            let args: Vec<OsString> = line.split(' ').map(Into::into).collect();
            let failure = explain(&cli::parse(&args).unwrap_err(), &args);
            let hints: Vec<String> = failure.remedies.iter().map(Hint::to_string).collect();
            assert_eq!((failure.message.as_str(), hints.join("\n").as_str()), (message, hint), "{line}");
        }
    }

    #[test]
    fn a_word_that_is_no_text_is_passed_over() {
        use std::os::unix::ffi::OsStringExt as _;
        let no_text = OsString::from_vec(b"x\xff".to_vec());
        let args: Vec<OsString> =
            ["orders".into(), "--db".into(), no_text, "search".into(), "karim".into()].into_iter().collect();
        let failure = explain(&cli::parse(&args).unwrap_err(), &args);
        let hints: Vec<String> = failure.remedies.iter().map(Hint::to_string).collect();
        assert_eq!(hints, ["to search:  orders list --search karim"]);
    }
}
