//! `orders help`: the help of a command, or a page about something else.

use clap::{Args, Command};

use super::Context;
use super::naming::nearest;
use super::run::facts::{CommandFacts, Group};
use crate::domain::text::shorten;
use crate::error::{EXIT_CODES, Exit, Failure, codes, reasons};
use crate::hint::{CommandLine, Hint};
use crate::render::contract;
use crate::render::help::two_columns;
use crate::ui;

/// Show the help of a command, or a page for scripts
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Program))]
#[command(after_help = "Examples:
  orders help confirm
  orders help product add
  orders help options        what every command takes
  orders help environment    the variables that the program reads
  orders help json           what a script gets
  orders help exit-codes     how a command ended")]
pub struct HelpArgs {
    /// A command, or options, json, environment or exit-codes
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

/// A page of help that is not about one command.
pub struct Topic {
    /// The word that asks for it.
    pub name: &'static str,
    page: fn(root: &Command, width: usize) -> String,
}

pub const TOPICS: &[Topic] = &[
    Topic { name: "options", page: |root, _| global_options(root) },
    Topic { name: "json", page: |_, width| contract::page(width, &codes(), &reasons()) },
    Topic {
        name: "environment",
        page: |_, width| two_columns(&ENVIRONMENT.iter().map(|named| row(*named)).collect::<Vec<_>>(), 0, width),
    },
    Topic {
        name: "exit-codes",
        page: |_, width| {
            let rows: Vec<_> = EXIT_CODES.iter().map(|(code, meaning)| row((&format!("{code:>3}"), meaning))).collect();
            two_columns(&rows, 0, width)
        },
    },
];

/// The variables that the program reads, and what each does.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("ORDERS_DB", "The orders file, unless --db names one; an empty value is none, and the default file is used"),
    (
        "ORDERS_CA",
        "For a shop in a cluster: the CA certificates (PEM) by which to trust its nodes [default: the web's]",
    ),
    ("ORDERS_AS", "The account to act as, unless --as names one"),
    ("ORDERS_NOW", "The time, RFC 3339, in place of the clock's: for tests and examples"),
    ("ORDERS_COMPLETE", "Set by a shell that asks for completion: orders completions"),
    ("NO_COLOR", "Not empty: no color, unless --color says otherwise"),
    ("CLICOLOR_FORCE", "Neither empty nor 0: color without a terminal too, unless NO_COLOR or --color says otherwise"),
    ("TMPDIR", "The folder for temporary files, which hold what comes through a pipe and long results [default: /tmp]"),
    ("XDG_DATA_HOME", "The folder that holds orders/orders.db, the default file [default: ~/.local/share]"),
    ("HOME", "The home folder"),
];

pub fn run(args: &HelpArgs, root: &Command, context: &mut Context) -> anyhow::Result<Exit> {
    if let [name] = args.topic.as_slice()
        && let Some(topic) = TOPICS.iter().find(|topic| topic.name == name)
    {
        ui::print(&(topic.page)(root, ui::width()))?;
        return Ok(Exit::Done);
    }
    if let [name, _, ..] = args.topic.as_slice()
        && TOPICS.iter().any(|topic| topic.name == name)
    {
        let page = CommandLine::of("help").argument(name);
        return Err(Failure::usage(format!("{name} is a page of its own")).hint(Hint::run("to read it", page)).into());
    }
    find_topic(root, &args.topic)?;
    // This is what `--help` prints.
    let line = ["orders"].into_iter().chain(args.topic.iter().map(String::as_str)).chain(["--help"]);
    let help = root.clone().try_get_matches_from(line).map_err(|help| help.render()).err().unwrap_or_default();
    let help = if context.ui.colors_stdout { help.ansi().to_string() } else { help.to_string() };
    ui::print(&help)?;
    Ok(Exit::Done)
}

fn global_options(root: &Command) -> String {
    let globals = root.get_arguments().filter(|argument| argument.is_global_set());
    let globals = globals.map(|option| option.clone().hide(false).help_heading(None));
    let page = Command::new("orders").args(globals).help_template("{options}").term_width(self::width());
    format!("{}\n", page.clone().render_long_help())
}

/// Returns the width of help, in columns.
pub fn width() -> usize {
    const MOST: usize = 100;
    ui::width().min(MOST)
}

fn row((name, text): (&str, &str)) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

/// Finds a command by its names: `product`, `add`.
pub fn find_topic(command: &Command, names: &[String]) -> Result<Command, Failure> {
    let found = names.iter().try_fold(command, |command, name| {
        command.find_subcommand(name).ok_or_else(|| {
            let topics = TOPICS.iter().map(|topic| topic.name);
            let names: Vec<&str> = topics.chain(command.get_subcommands().map(Command::get_name)).collect();
            let begun = names.iter().copied().find(|known| name.len() > 2 && known.starts_with(name.as_str()));
            let near = begun.or_else(|| nearest(name, names.iter().copied()));
            let hint = match near {
                Some(near) => format!("did you mean {near}?").into(),
                None => Hint::run("to see the commands and topics", CommandLine::of("help")),
            };
            Failure::usage(format!("there is no help on {}", shorten(name))).hint(hint)
        })
    });
    found.cloned()
}
