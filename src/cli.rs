//! The command line: its commands, their help, and what runs them.

use std::ffi::OsString;
use std::sync::LazyLock;

use clap::error::ErrorKind;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::intake::import_summary::ImportSummary;
use crate::commands::run::facts::{CommandFacts, Group, task_named};
use crate::commands::run::failure::explain_failure;
use crate::commands::run::imported::Imported;
use crate::commands::{
    Context, backup, cancel, check, completions, config, confirm, create, customer, edit, help, history, import,
    invoice, list, man, message, my_orders, note, pay, product, refund, report, returns, set_status, show, slip, today,
    user,
};
use crate::error::{Exit, Failure, OutputError};
use crate::options::{Global, OutputFormat, options};
use crate::render::help::two_columns;
use crate::ui;

/// The order desk of a shop that sells over WhatsApp: orders, stock and their history in one SQLite file.
#[derive(Debug, Parser)]
#[command(
    name = "orders",
    version = version(),
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    add = CommandFacts::of(Group::File),
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

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Today(today::TodayArgs),
    Create(create::CreateArgs),
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Confirm(confirm::ConfirmArgs),
    SetStatus(set_status::SetStatusArgs),
    Cancel(cancel::CancelArgs),
    Edit(edit::EditArgs),
    Return(returns::ReturnArgs),
    Note(note::NoteArgs),
    History(history::HistoryArgs),
    Message(message::MessageArgs),
    Slip(slip::SlipArgs),
    Invoice(invoice::InvoiceArgs),
    MyOrders(my_orders::MyOrdersArgs),
    Customer(customer::CustomerArgs),
    Product(product::ProductArgs),
    User(user::UserArgs),
    Pay(pay::PayArgs),
    Refund(refund::RefundArgs),
    Report(report::ReportArgs),
    Check(check::CheckArgs),
    Backup(backup::BackupArgs),
    Config(config::ConfigArgs),
    Completions(completions::CompletionsArgs),
    Help(help::HelpArgs),
    Man(man::ManArgs),
}

/// Runs a command.
///
/// # Errors
/// Why it failed, [explained](crate::error::Explained), or that its result could not be printed.
pub fn run(command: Command, facts: &CommandFacts, context: &mut Context) -> anyhow::Result<Exit> {
    let facts = &match &command {
        Command::Pay(args) if args.is_list() => facts.importing(Imported::Payments),
        Command::SetStatus(args) if args.is_list() => facts.importing(Imported::Statuses),
        Command::Product(args) if args.is_count_sheet() => facts.importing(Imported::Counts),
        _ => *facts,
    };
    let exit = dispatch(command, facts, context).map_err(|error| match error.is::<OutputError>() {
        true => error,
        false => explain_failure(error, facts, context, |imported| ImportSummary::new().body(imported)).into(),
    })?;
    context.tell_left_out();
    Ok(exit)
}

fn dispatch(command: Command, facts: &CommandFacts, context: &mut Context) -> anyhow::Result<Exit> {
    if context.global.json && context.global.format.is_some_and(|format| format != OutputFormat::Json) {
        return Err(Failure::usage("--json and another --format contradict each other").into());
    }
    match context.global.format() {
        OutputFormat::Html if !facts.has_page => {
            return Err(Failure::usage("--format html is for reports, slip, invoice and product sheet").into());
        }
        OutputFormat::Xlsx if !facts.has_workbook => {
            return Err(Failure::usage("--format xlsx is for lists and reports").into());
        }
        OutputFormat::Xlsx if ui::is_stdout_a_terminal() => {
            return Err(Failure::usage("a workbook cannot be shown on a terminal").hint("add > list.xlsx").into());
        }
        _ => {}
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
    if let Some(task) = facts.task {
        context.identify(task)?;
    }
    match command {
        Command::Today(args) => today::run(&args, context),
        Command::Create(args) => create::run(&args, context),
        Command::Import(args) => import::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Confirm(args) => confirm::run(&args, context),
        Command::SetStatus(args) => set_status::run(&args, context),
        Command::Cancel(args) => cancel::run(&args, context),
        Command::Edit(args) => edit::run(&args, context),
        Command::Return(args) => returns::run(&args, context),
        Command::Note(args) => note::run(&args, context),
        Command::History(args) => history::run(&args, context),
        Command::Message(args) => message::run(&args, context),
        Command::Slip(args) => slip::run(&args, context),
        Command::Invoice(args) => invoice::run(&args, context),
        Command::MyOrders(args) => my_orders::run(&args, context),
        Command::Customer(args) => customer::run(args, context),
        Command::Product(args) => product::run(args, context),
        Command::Pay(args) => pay::run(&args, context),
        Command::Refund(args) => refund::run(&args, context),
        Command::Report(args) => report::run(&args, context),
        Command::Check(args) => check::run(&args, context),
        Command::Backup(args) => backup::run(&args, context),
        Command::User(args) => user::run(args, context),
        Command::Config(args) => config::run(&args, context),
        Command::Completions(args) => completions::run(&args),
        Command::Help(args) => help::run(&args, &self::command(GlobalsShown::Relevant), context),
        Command::Man(args) => man::run(&args, self::command(GlobalsShown::All)),
    }
}

/// Which global options the help of a command shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobalsShown {
    /// Those that matter to it.
    Relevant,
    /// All of them.
    All,
}

/// Returns the command line for clap, with the help that all commands share.
pub fn command(shown: GlobalsShown) -> clap::Command {
    let root = Cli::command();
    let globals: Vec<Arg> = root.get_arguments().filter(|argument| argument.is_global_set()).cloned().collect();
    let width = help::width();
    let (groups, style) = (grouped(&root, width), *root.get_styles().get_header());
    let examples = root.get_after_help().cloned();
    let end = "orders help COMMAND explains a command; orders help options, json, environment and exit-codes the rest.";
    with_globals(root, &globals, shown)
        .help_template(format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{style}Options:{style:#}\n{{options}}{{after-help}}"))
        .after_help(ending(examples.as_ref(), end))
        .term_width(width)
}

/// Returns the command line with all options of every command, for completion.
pub fn complete() -> clap::Command {
    command(GlobalsShown::All)
}

/// Gives a command and its subcommands the global options, of which help shows some.
fn with_globals(command: clap::Command, globals: &[Arg], shown: GlobalsShown) -> clap::Command {
    let facts = command.get::<CommandFacts>().copied();
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

/// Adds a last line to a command's examples.
fn ending(examples: Option<&clap::builder::StyledStr>, last: &str) -> String {
    examples.map(|examples| format!("{examples}\n\n")).unwrap_or_default() + last
}

/// Lists the commands by group.
fn grouped(root: &clap::Command, width: usize) -> String {
    let style = root.get_styles().get_header();
    let about = |command: &clap::Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let group = |group: Group| {
        let commands = root
            .get_subcommands()
            .filter(|command| command.get::<CommandFacts>().is_some_and(|facts| facts.group == group));
        let rows: Vec<_> = commands.map(|command| (command.get_name().to_owned(), about(command))).collect();
        format!("{style}{}:{style:#}\n{}\n", group.heading(), two_columns(&rows, NAME_WIDTH, width))
    };
    Group::ALL.into_iter().map(group).collect()
}

/// The width of command names in help, in columns.
const NAME_WIDTH: usize = 11;

/// Reads a command line; also returns what the command declares about itself.
///
/// Building the help takes as long as the rest of a short command, so only help and errors get it.
///
/// # Errors
/// It is wrong, or asks for help or the version.
pub fn parse(args: &[OsString]) -> Result<(Cli, CommandFacts), clap::Error> {
    let mut command = Cli::command();
    let mut matches = match command.try_get_matches_from_mut(args) {
        Ok(matches) => matches,
        Err(version) if version.kind() == ErrorKind::DisplayVersion => return Err(version),
        Err(_) => {
            command = self::command(GlobalsShown::Relevant);
            command.try_get_matches_from_mut(args)?
        }
    };
    let (mut named, mut at, mut path) = (&command, &matches, Vec::new());
    while let Some((name, below)) = at.subcommand()
        && let Some(found) = named.find_subcommand(name)
    {
        (named, at) = (found, below);
        path.push(name);
    }
    let facts = named.get::<CommandFacts>().copied().unwrap_or(CommandFacts::of(Group::Program));
    let facts = CommandFacts { task: task_named(&path.join(" ")), ..facts };
    if let Some((one, another)) = two_users(args) {
        let message = format!("--as names two accounts, {one} and {another}: name one\n");
        return Err(command.error(ErrorKind::ArgumentConflict, message));
    }
    let cli = Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))?;
    Ok((cli, facts))
}

/// Returns the versions of the program, of its SQLite and of the files that it writes.
fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        format!(
            "{} (SQLite {}, orders files of version {})",
            env!("CARGO_PKG_VERSION"),
            crate::store::sqlite_version(),
            crate::store::SCHEMA_VERSION
        )
    });
    &VERSION
}

/// Returns two different values of `--as`. A wrapper sets one on a line that others complete: theirs must not replace
/// it.
fn two_users(args: &[OsString]) -> Option<(&str, &str)> {
    let mut users = options(args).filter(|(name, _)| *name == "--as").filter_map(|(_, user)| user.map(str::trim));
    let first = users.next()?;
    users.find(|user| !user.eq_ignore_ascii_case(first)).map(|other| (first, other))
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
    fn a_later_user_does_not_replace_the_wrappers() {
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

    /// A command without facts would be missing from `orders help`.
    #[test]
    fn every_command_states_its_facts() {
        fn check(command: &clap::Command) {
            assert!(command.get::<CommandFacts>().is_some(), "{}: no CommandFacts in its Args", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    /// A longer line is wrapped, and nobody can copy it from the screen.
    #[test]
    fn examples_fit_into_a_terminal() {
        fn check(command: &clap::Command) {
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for line in examples.lines() {
                assert!(line.len() <= 80, "{}: {line}", command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    /// Clap treats arguments with the same id as one, and mixes up their values.
    #[test]
    fn no_argument_shares_its_id_with_a_global_option() {
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
}
