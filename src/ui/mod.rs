//! stdout, stderr, colour and questions: results go to stdout, all else to stderr.

mod ask;
mod interrupt;
mod picker;
mod progress;

use std::io::{self, BufWriter, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::domain::bidi::shown_sentence;
use crate::domain::text::visible;
use crate::error::{Explained, OutputError};
use crate::wrap::{width_of, wrap_sentence};

pub use ask::{pick, yes_or_no};
pub use interrupt::{begin_change, handle_signals, hold_interruptions};
pub use picker::{Choices, MARGIN};
pub use progress::Progress;

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

/// Prints a whole result.
pub fn print(text: &str) -> Result<(), OutputError> {
    let mut stdout = stdout();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(OutputError)
}

/// Where a command's words go.
#[derive(Debug)]
pub struct Ui {
    /// Whether failures are JSON objects.
    pub json: bool,
    /// Whether notes are left out.
    pub quiet: bool,
    /// Whether results for people are coloured.
    pub colors_stdout: bool,
    /// Whether stderr is coloured.
    pub colors_stderr: bool,
}

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

impl Ui {
    /// Sets up the streams.
    pub fn new(json: bool, quiet: bool, choice: ColorChoice) -> Ui {
        let set = |name| std::env::var_os(name).is_some_and(|value: std::ffi::OsString| !value.is_empty());
        let always = match choice {
            ColorChoice::Always => Some(true),
            ColorChoice::Never => Some(false),
            ColorChoice::Auto if set("NO_COLOR") => Some(false),
            ColorChoice::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") => {
                Some(true)
            }
            ColorChoice::Auto => None,
        };
        Ui {
            json,
            quiet,
            colors_stdout: always.unwrap_or_else(|| io::stdout().is_terminal()),
            colors_stderr: always.unwrap_or_else(|| io::stderr().is_terminal()),
        }
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

    /// Says what can be done about what was said before.
    pub fn hint(&self, text: &str) {
        self.say(CYAN, "hint", text);
    }

    /// Says why a command failed.
    pub fn fail(&self, explained: &Explained) {
        if self.json {
            say_line(&explained.to_json().to_string());
            return;
        }
        self.say(RED, "error", &explained.failure.message);
        list(&explained.details());
        for hint in &explained.failure.remedies {
            self.hint(&hint.to_string());
        }
    }

    /// Says something about how a result looks, in a low voice, unless `--quiet`.
    pub fn aside(&self, text: &str) {
        let dim = if self.colors_stderr { Style::new().dimmed() } else { Style::new() };
        if !self.quiet {
            for line in sentence_lines("note:", text, 0) {
                say_line(&format!("{dim}{line}{dim:#}"));
            }
        }
    }

    fn say(&self, color: Style, label: &str, text: &str) {
        let color = if self.colors_stderr { color } else { Style::new() };
        for (number, line) in sentence_lines(&format!("{label}:"), text, 0).iter().enumerate() {
            match line.strip_prefix(label).filter(|_| number == 0) {
                Some(rest) => say_line(&format!("{color}{label}:{color:#}{}", rest.trim_start_matches(':'))),
                None => say_line(line),
            }
        }
    }
}

/// Returns stdout, for a result that is written piece by piece.
pub fn stdout() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Returns whether results go to a terminal.
pub fn is_stdout_a_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns how many columns a table may have: the terminal's, 80 where stdout is none.
pub fn width() -> usize {
    columns_of(io::stdout())
}

/// Returns how many columns what is said on stderr may have.
pub fn stderr_width() -> usize {
    columns_of(io::stderr())
}

fn columns_of(stream: impl std::os::fd::AsFd) -> usize {
    terminal_size::terminal_size_of(stream).map_or(80, |(width, _)| usize::from(width.0).max(20))
}

/// Returns whether somebody sits there who can be asked: stdin and stderr are terminals.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows on stderr what a question is about. The text was made visible by those who rendered it.
pub fn show(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Says on stderr what is wrong with the command line: lines that clap made, with words of the user in them.
pub fn complain(text: &str) {
    for line in text.lines() {
        say_line(&shown_sentence(line));
    }
}

/// Lists problems on stderr, below what was said before.
pub fn list(lines: &[String]) {
    for line in lines.iter().flat_map(|line| sentence_lines("-", line, 2)) {
        say_line(&line);
    }
}

/// Returns a sentence, which may hold what guests wrote, behind a label, as it is said on stderr: on a terminal in lines of
/// its width, elsewhere on one, for whoever reads logs.
fn sentence_lines(label: &str, sentence: &str, indent: usize) -> Vec<String> {
    let whole = format!("{label} {}", visible(sentence));
    let width = if io::stderr().is_terminal() { stderr_width() } else { usize::MAX };
    let lines = match width_of(&whole) + indent <= width {
        true => vec![whole],
        false => wrap_sentence(&whole, width.saturating_sub(indent + 2)),
    };
    let line = |(number, line): (usize, &String)| {
        let indent = if number == 0 { indent } else { indent + 2 };
        format!("{:indent$}{}", "", shown_sentence(line))
    };
    lines.iter().enumerate().map(line).collect()
}

/// Writes a line to stderr in one piece. Where stderr is closed there is nobody left to tell.
fn say_line(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}
