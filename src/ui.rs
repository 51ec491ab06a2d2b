//! stdout, stderr and colour: results go to stdout, all else to stderr.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::text::visible;
use crate::error::{Explained, OutputError};

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where a command's words go.
#[derive(Debug)]
pub struct Ui {
    /// Whether failures are JSON objects.
    pub json: bool,
    /// Whether notes are left out.
    pub quiet: bool,
    /// Whether stderr is coloured.
    color: bool,
}

const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const CYAN: &str = "\u{1b}[1;36m";
const PLAIN: &str = "\u{1b}[0m";

impl Ui {
    /// Sets up the streams.
    pub fn new(json: bool, quiet: bool, choice: ColorChoice) -> Ui {
        let set = |name| std::env::var_os(name).is_some_and(|value: std::ffi::OsString| !value.is_empty());
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR") => false,
            ColorChoice::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") => true,
            ColorChoice::Auto => io::stderr().is_terminal(),
        };
        Ui { json, quiet, color }
    }

    /// Prints a whole result.
    pub fn print(&self, text: &str) -> Result<(), OutputError> {
        let mut stdout = stdout();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(OutputError)
    }

    /// Says something worth knowing, unless `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say(CYAN, "note", text);
        }
    }

    /// Says something that a person should look at.
    pub fn warn(&self, text: &str) {
        self.say(YELLOW, "warning", text);
    }

    /// Says why a command failed.
    pub fn fail(&self, explained: &Explained) {
        if self.json {
            say_line(&explained.to_json().to_string());
            return;
        }
        self.say(RED, "error", &explained.failure.message);
        list(&explained.details());
        if let Some(hint) = &explained.failure.hint {
            self.say(CYAN, "hint", hint);
        }
    }

    fn say(&self, color: &str, label: &str, text: &str) {
        let text = visible(text);
        if self.color {
            say_line(&format!("{color}{label}:{PLAIN} {text}"));
        } else {
            say_line(&format!("{label}: {text}"));
        }
    }
}

/// Says on a terminal how far a long run is, once it has taken a second.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// Starts counting; nothing is shown yet.
    pub fn new() -> Progress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Progress { bar, started: Instant::now() }
    }

    /// Counts one more record.
    pub fn step(&mut self) {
        self.bar.inc(1);
        let is_due = self.bar.position().is_multiple_of(256) && self.started.elapsed() >= Duration::from_secs(1);
        if is_due && self.bar.is_hidden() && io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {human_pos} records in {elapsed}");
            self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        }
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Returns stdout, for a result that is written piece by piece.
pub fn stdout() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Returns how many columns a table may have: the terminal's, 80 where stdout is none.
pub fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(80, |(width, _)| usize::from(width.0).max(20))
}

/// Says on stderr what is wrong with the command line: lines that clap made, with words of the user in them.
pub fn complain(text: &str) {
    for line in text.lines() {
        say_line(&visible(line));
    }
}

/// Lists problems on stderr, below what was said before.
pub fn list(lines: &[String]) {
    for line in lines {
        say_line(&format!("  - {}", visible(line)));
    }
}

/// Writes a line to stderr in one piece. Where stderr is closed there is nobody left to tell.
fn say_line(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}
