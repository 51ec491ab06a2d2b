//! The command line: global options and the list of commands.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::tally::Imported;
use crate::commands::{
    backup, cancel, check, completions, config, confirm, create, edit, help, history, import, list, man, message,
    my_orders, note, product, report, set_status, show, user,
};
use crate::domain::user::Task;
use crate::ui::ColorChoice;

/// The order desk of a shop that sells over WhatsApp: orders, stock and their history in one SQLite file.
#[derive(Debug, Parser)]
#[command(
    name = "orders",
    version = version(),
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Examples:
  orders product import catalogue.json   put the catalogue in
  orders create order.json               take an order
  orders list --status pending           see what waits
  orders confirm LEG-LXYZ1234-AB5C       take its stock
  orders help exit-codes                 what a script can rely on"
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The options that every command takes, before or after it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The orders file [default: ORDERS_DB, else orders/orders.db in the user's data folder]
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE", overrides_with = "db")]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file), value_hint = clap::ValueHint::FilePath)]
    pub db: Option<PathBuf>,
    /// Output form [default: table]
    #[arg(long, global = true, hide_short_help = true, value_enum, overrides_with = "format")]
    pub format: Option<Format>,
    /// Short for --format json
    #[arg(long, global = true, hide_short_help = true, overrides_with = "json")]
    pub json: bool,
    /// Which columns or keys, in this order (for lists)
    #[arg(long, global = true, hide_short_help = true, value_delimiter = ',', value_name = "A,B")]
    pub fields: Option<Vec<String>>,
    /// Print the essential only
    #[arg(short, long, global = true, hide_short_help = true, overrides_with = "quiet")]
    pub quiet: bool,
    /// Ask no questions: yes to all of them
    #[arg(short, long, global = true, hide_short_help = true, overrides_with = "yes")]
    pub yes: bool,
    /// Never ask; fail where an answer is needed
    #[arg(long, global = true, hide_short_help = true, overrides_with = "no_input")]
    pub no_input: bool,
    /// Show what would change, and change nothing
    #[arg(short = 'n', long, global = true, hide_short_help = true, overrides_with = "dry_run")]
    pub dry_run: bool,
    /// How long to wait for another writer [default: 5]
    #[arg(long, global = true, hide_short_help = true, value_name = "SECONDS", overrides_with = "wait")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub wait: Option<u64>,
    /// When to colour [default: auto]
    #[arg(long, global = true, hide_short_help = true, value_enum, value_name = "WHEN", overrides_with = "color")]
    pub color: Option<ColorChoice>,
    /// Act as this account, and may no more than it [default: ORDERS_AS]
    #[arg(long = "as", global = true, hide_short_help = true, value_name = "USERNAME", overrides_with = "acting_as")]
    pub acting_as: Option<String>,
    /// A note that the history keeps: a payment reference, a reason
    #[arg(long, global = true, hide_short_help = true, value_name = "TEXT", value_parser = note_text, overrides_with = "note")]
    pub note: Option<String>,
}

impl Global {
    /// Returns the output form, whichever way it was said.
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format.unwrap_or(Format::Table) }
    }

    /// Returns how long to wait for another writer.
    pub fn wait(&self) -> Duration {
        Duration::from_secs(self.wait.unwrap_or(5))
    }
}

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON value.
    Json,
    /// One JSON value a line.
    Ndjson,
    /// Comma-separated values with a header.
    Csv,
    /// One self-contained page (reports only).
    Html,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "each command's Args say what it does; their words are its help")]
pub enum Command {
    Create(create::CreateArgs),
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Confirm(confirm::ConfirmArgs),
    SetStatus(set_status::SetStatusArgs),
    Cancel(cancel::CancelArgs),
    Edit(edit::EditArgs),
    Note(note::NoteArgs),
    History(history::HistoryArgs),
    Message(message::MessageArgs),
    MyOrders(my_orders::MyOrdersArgs),
    Product(product::ProductArgs),
    User(user::UserArgs),
    Report(report::ReportArgs),
    Check(check::CheckArgs),
    Backup(backup::BackupArgs),
    Config(config::ConfigArgs),
    Completions(completions::CompletionsArgs),
    Help(help::HelpArgs),
    Man(man::ManArgs),
}

impl Command {
    /// Tells whether the history keeps a note of the command.
    pub fn keeps_note(&self) -> bool {
        match self {
            Command::Create(_)
            | Command::Import(_)
            | Command::Confirm(_)
            | Command::SetStatus(_)
            | Command::Cancel(_)
            | Command::Edit(_) => true,
            Command::Product(args) => args.keeps_note(),
            _ => false,
        }
    }

    /// Tells whether the command lists things, so that columns can be chosen.
    pub fn is_list(&self) -> bool {
        match self {
            Command::List(_) | Command::MyOrders(_) | Command::History(_) => true,
            Command::Product(args) => args.is_list(),
            Command::User(args) => args.is_list(),
            _ => false,
        }
    }

    /// Returns what the command imports; `None` where it is no import.
    pub fn import(&self) -> Option<Imported> {
        match self {
            Command::Import(_) => Some(Imported::Orders),
            Command::Product(args) if args.is_import() => Some(Imported::Products),
            _ => None,
        }
    }

    /// Returns what the command is about, for permission; `None` where it needs none.
    pub fn task(&self) -> Option<Task> {
        Some(match self {
            Command::Create(_) => Task::Create,
            Command::Import(_) => Task::Import,
            Command::List(_) | Command::Show(_) | Command::History(_) | Command::Message(_) => Task::Read,
            Command::MyOrders(_) => Task::MyOrders,
            Command::Confirm(_) => Task::Confirm,
            Command::SetStatus(_) | Command::Cancel(_) => Task::UpdateStatus,
            Command::Edit(_) | Command::Note(_) => Task::Edit,
            Command::Product(_) => Task::Products,
            Command::User(_) => Task::Users,
            Command::Report(_) => Task::Report,
            Command::Check(_) => Task::Check,
            Command::Backup(_) => Task::Backup,
            Command::Config(_) => Task::Settings,
            Command::Completions(_) | Command::Help(_) | Command::Man(_) => return None,
        })
    }
}

/// Returns the program's version with that of the SQLite inside it.
fn version() -> &'static str {
    static VERSION: LazyLock<String> =
        LazyLock::new(|| format!("{} (SQLite {})", env!("CARGO_PKG_VERSION"), crate::store::sqlite_version()));
    &VERSION
}

/// Reads the path of a file that cannot be a stream.
pub fn named_file(path: OsString) -> Result<PathBuf, &'static str> {
    if path == "-" { Err("must be a file (./- is one of that name)") } else { Ok(path.into()) }
}

/// Reads a note: any text that is not blank.
///
/// # Errors
/// It is blank, or longer than 1000 characters.
pub fn note_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("a note must not be blank".to_owned()),
        1..=1000 => Ok(text.to_owned()),
        length => Err(format!("a note must have at most 1000 characters, has {length}")),
    }
}

/// Tells whether a command line that could not be read asks for JSON, so that its error can be JSON too.
pub fn asks_for_json(args: &[OsString]) -> bool {
    options(args)
        .any(|(name, value)| name == "--json" || (name == "--format" && matches!(value, Some("json" | "ndjson"))))
}

/// Returns what a command line that could not be read says about colour.
pub fn color_asked_for(args: &[OsString]) -> ColorChoice {
    let choice = options(args).filter(|(name, _)| *name == "--color").last();
    choice.and_then(|(_, value)| ColorChoice::from_str(value?, true).ok()).unwrap_or(ColorChoice::Auto)
}

/// Returns the options on a command line, each with what may be its value.
fn options(args: &[OsString]) -> impl Iterator<Item = (&str, Option<&str>)> {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--").collect();
    (0..words.len()).map(move |index| match words[index].split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (words[index], words.get(index + 1).copied()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Clap takes arguments of one id for one, and mixes their values up.
    #[test]
    fn no_argument_of_a_command_has_the_id_of_a_global_one() {
        fn check(command: &clap::Command, globals: &[&str]) {
            for argument in command.get_arguments() {
                assert!(
                    !globals.contains(&argument.get_id().as_str()),
                    "{}: {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(|command| check(command, globals));
        }
        let command = Cli::command();
        let globals: Vec<&str> = command.get_arguments().map(|argument| argument.get_id().as_str()).collect();
        assert!(globals.len() > 10);
        command.get_subcommands().for_each(|command| check(command, &globals));
    }

    #[test]
    fn a_wrong_command_line_may_still_say_its_colour() {
        for (line, expected) in [
            ("orders bogus --color never", ColorChoice::Never),
            ("orders --color=always bogus", ColorChoice::Always),
            ("orders --color bogus", ColorChoice::Auto),
            ("orders bogus", ColorChoice::Auto),
        ] {
            let args: Vec<_> = line.split(' ').map(Into::into).collect();
            assert_eq!(color_asked_for(&args), expected, "{line}");
        }
    }

    #[test]
    fn a_wrong_command_line_may_still_ask_for_json() {
        for (line, expected) in [
            ("orders bogus --json", true),
            ("orders --format json bogus", true),
            ("orders --format=ndjson bogus", true),
            ("orders --format csv bogus", false),
            ("orders bogus -- --json", false),
        ] {
            let args: Vec<_> = line.split(' ').map(Into::into).collect();
            assert_eq!(asks_for_json(&args), expected, "{line}");
        }
    }
}
