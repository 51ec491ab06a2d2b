//! The options that every command takes, and values that several arguments share.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueEnum};

use crate::domain::limits::NOTE;
use crate::domain::typed_text::read_text;
use crate::ui::ColorChoice;

/// The options that every command takes, before or after it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The orders file [default: ORDERS_DB, else orders/orders.db in the user's data folder]
    #[cfg_attr(feature = "cluster", doc = "; or a shop in a cluster, as http://n1:4001,http://n2:4001/SHOP")]
    #[arg(long, global = true, hide = true, value_name = "FILE", overrides_with = "db")]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file))]
    pub db: Option<PathBuf>,
    /// Output format [default: table]
    #[arg(long, global = true, hide = true, value_enum, overrides_with = "format")]
    pub format: Option<OutputFormat>,
    /// Short for --format json
    #[arg(long, global = true, hide = true, overrides_with = "json")]
    pub json: bool,
    /// Which columns or keys, in this order (for lists)
    #[arg(long, global = true, hide = true, value_delimiter = ',', value_name = "A,B")]
    pub fields: Option<Vec<String>>,
    /// Print only the essential
    #[arg(short, long, global = true, hide = true, overrides_with = "quiet")]
    pub quiet: bool,
    /// Answer yes to every question
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
    /// Read this machine's replica of a shop in a cluster as it is, without asking the cluster
    #[cfg(feature = "cluster")]
    #[arg(long, global = true, hide = true, overrides_with = "stale")]
    pub stale: bool,
    /// When to use color [default: auto]
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
    /// Returns the output format, from `--format` or `--json`.
    pub fn format(&self) -> OutputFormat {
        if self.json { OutputFormat::Json } else { self.format.unwrap_or(OutputFormat::Table) }
    }

    pub fn wait(&self) -> Duration {
        Duration::from_secs(self.wait.unwrap_or(5))
    }
}

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    Table,
    /// One JSON value.
    Json,
    /// One JSON value a line.
    Ndjson,
    /// Comma-separated values with a header.
    Csv,
    /// A workbook (.xlsx), with real numbers and dates (lists and reports).
    Xlsx,
    /// One self-contained page (reports and papers).
    Html,
}

impl OutputFormat {
    /// Returns whether it is for people, not for programs.
    pub fn is_for_people(self) -> bool {
        matches!(self, OutputFormat::Table | OutputFormat::Html)
    }
}

fn seconds(text: &str) -> Result<u64, String> {
    const MOST: u64 = 86_400;
    let seconds = text.parse().ok().filter(|seconds| *seconds <= MOST);
    seconds.ok_or_else(|| format!("must be a whole number of seconds, 0 to {MOST}"))
}

/// Reads the path of a file that cannot be a stream.
pub fn named_file(path: OsString) -> Result<PathBuf, &'static str> {
    if path == "-" { Err("must be a file, not - (./- is a file of that name)") } else { Ok(path.into()) }
}

/// Reads a note: any text that is not blank.
///
/// # Errors
/// It is blank, or too long.
pub fn note_text(text: &str) -> Result<String, String> {
    read_text(text, NOTE).map_err(|problem| format!("a note {problem}"))
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
    fn a_wrong_command_line_still_chooses_its_colour() {
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
    fn a_wrong_command_line_still_asks_for_json() {
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
