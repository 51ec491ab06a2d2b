//! The command line: global options and the list of commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    cancel, config, confirm, create, help, import, list, product, set_status, show,
};
use crate::ui::ColorChoice;

/// The order desk of a shop that sells over WhatsApp: orders, stock and their history in one SQLite file.
#[derive(Debug, Parser)]
#[command(
    name = "orders",
    version,
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
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The orders file [default: ORDERS_DB, else orders/orders.db in the user's data folder]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub db: Option<PathBuf>,
    /// Output form
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "table",
        hide_default_value = true,
        overrides_with = "json"
    )]
    #[arg(help_heading = "Global options")]
    pub format: Format,
    /// Short for --format json
    #[arg(
        long,
        global = true,
        overrides_with = "format",
        help_heading = "Global options"
    )]
    pub json: bool,
    /// Print the essential only
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Ask no questions: yes to all of them
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub yes: bool,
    /// Never ask; fail where an answer is needed
    #[arg(long, global = true, help_heading = "Global options")]
    pub no_input: bool,
    /// Show what would change, and change nothing
    #[arg(short = 'n', long, global = true, help_heading = "Global options")]
    pub dry_run: bool,
    /// How long to wait for another writer [default: 5]
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        default_value = "5",
        hide_default_value = true
    )]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=86_400), help_heading = "Global options")]
    pub wait: u64,
    /// When to colour
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    #[arg(help_heading = "Global options")]
    pub color: ColorChoice,
    /// A note that the history keeps: a payment reference, a reason
    #[arg(long, global = true, value_name = "TEXT", value_parser = note, help_heading = "Global options")]
    pub note: Option<String>,
}

impl Global {
    /// Returns the output form, whichever way it was said.
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Returns how long to wait for another writer.
    pub fn wait(&self) -> Duration {
        Duration::from_secs(self.wait)
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
#[expect(
    missing_docs,
    reason = "each command's Args say what it does; their words are its help"
)]
pub enum Command {
    Create(create::CreateArgs),
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Confirm(confirm::ConfirmArgs),
    SetStatus(set_status::SetStatusArgs),
    Cancel(cancel::CancelArgs),
    Product(product::ProductArgs),
    Config(config::ConfigArgs),
    Help(help::HelpArgs),
}

/// Reads a note: any text that is not blank.
fn note(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("a note must not be blank".to_owned()),
        1..=1000 => Ok(text.to_owned()),
        length => Err(format!(
            "a note must have at most 1000 characters, has {length}"
        )),
    }
}

/// Tells whether a command line that could not be read asks for JSON, so that its error can be JSON too.
pub fn asks_for_json(args: &[std::ffi::OsString]) -> bool {
    let mut words = args
        .iter()
        .filter_map(|arg| arg.to_str())
        .take_while(|arg| *arg != "--")
        .peekable();
    while let Some(word) = words.next() {
        let format = if word == "--format" {
            words.peek().copied()
        } else {
            word.strip_prefix("--format=")
        };
        if word == "--json" || matches!(format, Some("json" | "ndjson")) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
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
