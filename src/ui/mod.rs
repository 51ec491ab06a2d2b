//! stdout, stderr, colour and questions: results go to stdout, all else to stderr.

mod ask;
mod interrupt;
mod picker;
mod progress;

use std::io::{self, BufWriter, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::domain::bidi::shown_sentence;
use crate::domain::text::without_user_info;
use crate::domain::visible::visible;
use crate::error::{Explained, OutputError};
use crate::wrap::{width_of, wrap_sentence};

pub use ask::ENTER;
use interrupt::begin_question;
pub use interrupt::{begin_input, begin_run, finish_change, handle_signals, hold_interruptions};
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

/// How a command prints.
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

    /// Prints a note, unless `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say(CYAN, "note", &without_user_info(text));
        }
    }

    /// Prints something that a person should look at.
    pub fn warn(&self, text: &str) {
        self.say(YELLOW, "warning", &without_user_info(text));
    }

    /// Prints what to do about the message before it.
    pub fn hint(&self, text: &str) {
        self.say(CYAN, "hint", text);
    }

    /// Prints why a command failed.
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

    /// Asks a question that one key answers. Enter, Esc, n and q say no.
    pub fn yes_or_no(&self, question: &str) -> io::Result<bool> {
        Ok(self.one_key(question, &[])?.is_some())
    }

    /// Asks a question that one key answers: y, or one of `keys`; returns it. Esc, n and q say no, and so does Enter
    /// unless it is among them.
    pub fn one_key(&self, question: &str, keys: &[char]) -> io::Result<Option<char>> {
        begin_question(self.json);
        ask::one_key(question, keys)
    }

    /// Lets a person type a line; `None` after Esc.
    pub fn line(&self, prompt: &str) -> io::Result<Option<String>> {
        begin_question(self.json);
        ask::line(prompt)
    }

    /// Lets a person pick one choice, or several if allowed, and returns their places; none after Esc.
    pub fn pick(&self, choices: &Choices<'_>) -> io::Result<Vec<usize>> {
        begin_question(self.json);
        ask::pick(choices)
    }

    /// Prints a dim remark about how a result looks, unless `--quiet`.
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

/// Returns stdout, for results written piece by piece.
pub fn stdout() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

pub fn is_stdout_a_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns the width of tables, in columns: the terminal's, or 80 without one.
pub fn width() -> usize {
    columns_of(io::stdout())
}

/// Returns the width of messages on stderr, in columns.
pub fn stderr_width() -> usize {
    columns_of(io::stderr())
}

fn columns_of(stream: impl std::os::fd::AsFd) -> usize {
    terminal_size::terminal_size_of(stream).map_or(80, |(width, _)| usize::from(width.0).max(20))
}

/// Returns whether a person can be asked: stdin and stderr are terminals.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows on stderr what a question is about. The renderer has escaped the text.
pub fn show(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Prints clap's lines about a wrong command line, which quote the user's words.
pub fn complain(text: &str) {
    for line in text.lines() {
        say_line(&shown_sentence(line));
    }
}

/// Lists problems on stderr, below the message.
pub fn list(lines: &[String]) {
    for line in lines.iter().flat_map(|line| sentence_lines("-", line, 2)) {
        say_line(&line);
    }
}

/// Returns the lines of a labelled sentence for stderr: wrapped on a terminal, elsewhere one line for logs. The
/// sentence may quote guests.
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

/// Writes a line to stderr in one piece. If stderr is closed, nobody can be told.
fn say_line(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}
