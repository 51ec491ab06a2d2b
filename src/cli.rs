//! The command line: global options and the list of commands.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::error::ErrorKind;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::commands::facts::{Facts, Group};
use crate::commands::{
    backup, cancel, check, completions, config, confirm, create, edit, help, history, import, list, man, message,
    my_orders, note, product, report, set_status, show, user,
};
use crate::domain::limits::NOTE;
use crate::domain::user::Task;
use crate::render::help::two_columns;
use crate::ui::{self, ColorChoice};

/// The order desk of a shop that sells over WhatsApp: orders, stock and their history in one SQLite file.
#[derive(Debug, Parser)]
#[command(
    name = "orders",
    version = version(),
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    add = Facts::of(Group::File),
    after_help = "Examples:
  orders product import catalogue.json   put the catalogue in
  orders create order.json               take an order
  orders list --status pending           see what waits
  orders confirm LEG-LXYZ1234-AB5C       take its stock"
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
    #[arg(long, global = true, hide = true, value_name = "FILE", overrides_with = "db")]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file))]
    pub db: Option<PathBuf>,
    /// Output form [default: table]
    #[arg(long, global = true, hide = true, value_enum, overrides_with = "format")]
    pub format: Option<Format>,
    /// Short for --format json
    #[arg(long, global = true, hide = true, overrides_with = "json")]
    pub json: bool,
    /// Which columns or keys, in this order (for lists)
    #[arg(long, global = true, hide = true, value_delimiter = ',', value_name = "A,B")]
    pub fields: Option<Vec<String>>,
    /// Print the essential only
    #[arg(short, long, global = true, hide = true, overrides_with = "quiet")]
    pub quiet: bool,
    /// Ask no questions: yes to all of them
    #[arg(short, long, global = true, hide = true, overrides_with = "yes")]
    pub yes: bool,
    /// Never ask; fail where an answer is needed
    #[arg(long, global = true, hide = true, overrides_with = "no_input")]
    pub no_input: bool,
    /// Show what would change, and change nothing
    #[arg(short = 'n', long, global = true, hide = true, overrides_with = "dry_run")]
    pub dry_run: bool,
    /// How long to wait for another writer [default: 5]
    #[arg(long, global = true, hide = true, value_name = "SECONDS", overrides_with = "wait")]
    #[arg(value_parser = seconds)]
    pub wait: Option<u64>,
    /// When to colour [default: auto]
    #[arg(long, global = true, hide = true, value_enum, value_name = "WHEN", overrides_with = "color")]
    pub color: Option<ColorChoice>,
    /// Act as this account, with its permissions [default: ORDERS_AS]
    #[arg(long = "as", global = true, hide = true, value_name = "USERNAME", overrides_with = "acting_as")]
    pub acting_as: Option<String>,
    /// A note that the history keeps: a payment reference, a reason
    #[arg(long, global = true, hide = true, value_name = "TEXT", value_parser = note_text, overrides_with = "note")]
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
    /// Returns what the command is about, for permission; `None` where it needs none.
    pub fn task(&self) -> Option<Task> {
        task_named(match self {
            Command::Create(_) => "create",
            Command::Import(_) => "import",
            Command::List(_) => "list",
            Command::Show(_) => "show",
            Command::History(_) => "history",
            Command::Message(_) => "message",
            Command::MyOrders(_) => "my-orders",
            Command::Confirm(_) => "confirm",
            Command::SetStatus(_) => "set-status",
            Command::Cancel(_) => "cancel",
            Command::Edit(_) => "edit",
            Command::Note(_) => "note",
            Command::Product(_) => "product",
            Command::User(_) => "user",
            Command::Report(_) => "report",
            Command::Check(_) => "check",
            Command::Backup(_) => "backup",
            Command::Config(_) => "config",
            Command::Completions(_) => "completions",
            Command::Help(_) => "help",
            Command::Man(_) => "man",
        })
    }
}

/// Returns what the command of a name is about, for permission: `product show` is about products.
pub fn task_named(command: &str) -> Option<Task> {
    Some(match command.split(' ').next().unwrap_or_default() {
        "create" => Task::Create,
        "import" => Task::Import,
        "list" | "show" | "history" | "message" => Task::Read,
        "my-orders" => Task::MyOrders,
        "confirm" => Task::Confirm,
        "set-status" | "cancel" => Task::UpdateStatus,
        "edit" | "note" => Task::Edit,
        "product" => Task::Products,
        "user" => Task::Users,
        "report" => Task::Report,
        "check" => Task::Check,
        "backup" => Task::Backup,
        "completions" | "help" | "man" => return None,
        // And what is none of these is for those who may do everything.
        _ => Task::Settings,
    })
}

/// Lists the global options.
pub fn global_options() -> String {
    let root = Cli::command();
    let globals = root.get_arguments().filter(|argument| argument.is_global_set());
    let globals = globals.map(|option| option.clone().hide(false).help_heading(None));
    let page = clap::Command::new("orders").args(globals).help_template("{options}").term_width(help_width());
    format!("{}\n", page.clone().render_long_help())
}

/// Returns how many columns help takes.
fn help_width() -> usize {
    const MOST: usize = 100;
    ui::width().min(MOST)
}

/// Which global options the help of a command shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobalsShown {
    /// Those that matter to it.
    Relevant,
    /// All of them.
    All,
}

/// Returns the command line as clap reads it, with what every command's help has.
pub fn command(shown: GlobalsShown) -> clap::Command {
    let root = Cli::command();
    let globals: Vec<Arg> = root.get_arguments().filter(|argument| argument.is_global_set()).cloned().collect();
    let width = help_width();
    let (groups, style) = (grouped(&root, width), *root.get_styles().get_header());
    let examples = root.get_after_help().cloned();
    let end = "orders help COMMAND explains a command; orders help options, json, environment and exit-codes the rest.";
    with_globals(root, &globals, shown)
        .help_template(format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{style}Options:{style:#}\n{{options}}{{after-help}}"))
        .after_help(ending(examples.as_ref(), end))
        .term_width(width)
}

/// Gives a command and those below it the global options, of which help shows some.
fn with_globals(command: clap::Command, globals: &[Arg], shown: GlobalsShown) -> clap::Command {
    let facts = command.get::<Facts>().copied();
    let is_hidden = |option: &Arg| {
        shown == GlobalsShown::Relevant && !facts.is_some_and(|facts| facts.shows(option.get_id().as_str()))
    };
    let is_root = command.get_arguments().any(Arg::is_global_set);
    // A negative number is a wrong value, not an unknown option.
    let command = command.mut_args(|argument| {
        let takes_value = argument.is_positional() || argument.get_action().takes_values();
        if takes_value { argument.allow_negative_numbers(true) } else { argument }
    });
    let command = if is_root {
        command.mut_args(|option| {
            if option.is_global_set() {
                let is_hidden = is_hidden(&option);
                option.hide(is_hidden).help_heading(None)
            } else {
                option
            }
        })
    } else {
        let end = ending(command.get_after_help(), "All options: orders help options");
        command.args(globals.iter().map(|option| option.clone().hide(is_hidden(option)))).after_help(end)
    };
    command.mut_subcommands(|command| with_globals(command, globals, shown))
}

/// Returns a command's examples with a last line.
fn ending(examples: Option<&clap::builder::StyledStr>, last: &str) -> String {
    examples.map(|examples| format!("{examples}\n\n")).unwrap_or_default() + last
}

/// Lists the commands by the part of a shop's day that they are for.
fn grouped(root: &clap::Command, width: usize) -> String {
    let style = root.get_styles().get_header();
    let about = |command: &clap::Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let group = |group: Group| {
        let commands =
            root.get_subcommands().filter(|command| command.get::<Facts>().is_some_and(|facts| facts.group == group));
        let rows: Vec<_> = commands.map(|command| (command.get_name().to_owned(), about(command))).collect();
        format!("{style}{}:{style:#}\n{}\n", group.heading(), two_columns(&rows, NAME_WIDTH, width))
    };
    Group::ALL.into_iter().map(group).collect()
}

/// How wide the names of commands are.
const NAME_WIDTH: usize = 11;

/// Reads a command line; returns it with what the command states about itself.
///
/// The words of help take as long to put together as the rest of a short command: only help and errors get them.
///
/// # Errors
/// It is wrong, or asks for help or the version.
pub fn parse(args: &[OsString]) -> Result<(Cli, Facts), clap::Error> {
    let mut command = Cli::command();
    let mut matches = match command.try_get_matches_from_mut(args) {
        Ok(matches) => matches,
        Err(version) if version.kind() == ErrorKind::DisplayVersion => return Err(version),
        Err(_) => {
            command = self::command(GlobalsShown::Relevant);
            command.try_get_matches_from_mut(args)?
        }
    };
    let (mut named, mut at) = (&command, &matches);
    while let Some((name, below)) = at.subcommand()
        && let Some(found) = named.find_subcommand(name)
    {
        (named, at) = (found, below);
    }
    let facts = named.get::<Facts>().copied().unwrap_or(Facts::of(Group::Program));
    if let Some((one, another)) = two_users(args) {
        let message = format!("--as names two users, {one} and {another}: name one\n");
        return Err(command.error(ErrorKind::ArgumentConflict, message));
    }
    let cli = Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))?;
    Ok((cli, facts))
}

/// Returns the program's version with that of the SQLite inside it.
fn version() -> &'static str {
    static VERSION: LazyLock<String> =
        LazyLock::new(|| format!("{} (SQLite {})", env!("CARGO_PKG_VERSION"), crate::store::sqlite_version()));
    &VERSION
}

/// Reads how long to wait.
fn seconds(text: &str) -> Result<u64, String> {
    const MOST: u64 = 86_400;
    let seconds = text.parse().ok().filter(|seconds| *seconds <= MOST);
    seconds.ok_or_else(|| format!("must be a whole number of seconds, 0 to {MOST}"))
}

/// Reads the path of a file that cannot be a stream.
pub fn named_file(path: OsString) -> Result<PathBuf, &'static str> {
    if path == "-" { Err("must be a file (./- is one of that name)") } else { Ok(path.into()) }
}

/// Reads a note: any text that is not blank.
///
/// # Errors
/// It is blank, or too long.
pub fn note_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("a note must not be blank".to_owned()),
        1..=NOTE => Ok(text.to_owned()),
        length => Err(format!("a note must have at most {NOTE} characters, has {length}")),
    }
}

/// Returns two users whom the values of `--as` name. A wrapper puts one on the command line that others complete: theirs must
/// not take its place.
fn two_users(args: &[OsString]) -> Option<(&str, &str)> {
    let mut users = options(args).filter(|(name, _)| *name == "--as").filter_map(|(_, user)| user.map(str::trim));
    let first = users.next()?;
    users.find(|user| !user.eq_ignore_ascii_case(first)).map(|other| (first, other))
}

/// Returns whether a command line that could not be read asks for JSON, so that its error can be JSON too.
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
pub fn options<S: AsRef<OsStr>>(args: &[S]) -> impl Iterator<Item = (&str, Option<&str>)> {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.as_ref().to_str()).take_while(|arg| *arg != "--").collect();
    (0..words.len()).map(move |index| match words[index].split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (words[index], words.get(index + 1).copied()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        for shown in [GlobalsShown::Relevant, GlobalsShown::All] {
            command(shown).debug_assert();
        }
    }

    #[test]
    fn a_later_user_does_not_take_the_place_of_a_wrappers() {
        for (line, two) in [
            ("orders --as mona list", None),
            ("orders --as mona list --as=Mona", None),
            ("orders --as mona list -- --as sam", None),
            ("orders --as mona list --as sam", Some(("mona", "sam"))),
            ("orders --as=mona --as= list", Some(("mona", ""))),
        ] {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(two_users(&args), two, "{line}");
            let refused = parse(&args).err().map(|error| error.kind());
            // (A list takes no argument after `--`.)
            assert_eq!(refused == Some(ErrorKind::ArgumentConflict), two.is_some(), "{line}");
        }
    }

    /// Without them, a command would be missing in `orders help`.
    #[test]
    fn every_command_states_its_facts() {
        fn check(command: &clap::Command) {
            assert!(command.get::<Facts>().is_some(), "{}: no Facts in its Args", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
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
