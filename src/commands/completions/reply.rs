//! Replies to shells that ask for their script or for candidates.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;

use clap::ValueEnum as _;
use clap_complete::CompletionCandidate;

use super::candidates::{FILES, completed};
use super::line::TypedLine;
use super::shell::Shell;
use crate::domain::shell::is_shell_literal;
use crate::domain::visible::visible;

/// Returns the shell's script if there are no words, else candidates for the last word, one a line. `None` if the shell
/// is unknown.
pub fn reply(shell: &OsStr, args: &[OsString], root: fn() -> clap::Command) -> Option<String> {
    let shell = Shell::from_str(shell.to_str()?, false).ok()?;
    let words = args.iter().skip_while(|arg| *arg != "--").skip(1);
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    if words.is_empty() {
        return Some(shell.script().to_owned());
    }
    let line = match (shell, words.as_slice()) {
        (Shell::Bash, [line, replaced]) => TypedLine::of_bash(line, replaced),
        (Shell::Bash, _) => None,
        (Shell::Zsh | Shell::Fish, _) => Some(TypedLine::of_words(words)),
    };
    Some(line.map(|line| lines(shell, &line, &completed(&line, root()))).unwrap_or_default())
}

/// Writes one candidate a line. A line that begins with a tab asks the shell for files; the rest of it goes before
/// their names.
fn lines(shell: Shell, line: &TypedLine, candidates: &[CompletionCandidate]) -> String {
    let values = candidates.iter().filter_map(|candidate| Some((candidate.get_value().to_str()?, candidate)));
    if let Some(before) = values.clone().find_map(|(value, _)| value.strip_suffix(FILES)) {
        return format!("\t{}\n", before.get(line.prefix_length..).unwrap_or_default());
    }
    // Options are offered only once one is begun.
    let is_begun = |value: &str| !(line.typed().is_empty() && value.starts_with('-'));
    let offered = values.filter(|(value, _)| is_literal(value) && is_begun(value));
    let prefix = &line.typed()[..line.prefix_length];
    let offered: Vec<(&str, String)> =
        offered.filter_map(|(value, candidate)| Some((value.strip_prefix(prefix)?, about(candidate)))).collect();
    let longest = offered.iter().map(|(value, _)| value.chars().count()).max().unwrap_or_default();
    let mut lines = String::new();
    for (value, about) in offered {
        let _ = match (shell, about.as_str()) {
            (Shell::Bash, _) => writeln!(lines, "{value}"),
            (Shell::Fish, "") => writeln!(lines, "{value}"),
            (Shell::Fish, about) => writeln!(lines, "{value}\t{about}"),
            (Shell::Zsh, "") => writeln!(lines, "{value}\t{value}"),
            // zsh shows the text after the tab as it is.
            (Shell::Zsh, about) => writeln!(lines, "{value}\t{value:<longest$}  -- {about}"),
        };
    }
    lines
}

/// Returns whether a candidate needs no quoting; the `=` of an option needs none.
fn is_literal(candidate: &str) -> bool {
    is_shell_literal(&candidate.replacen('=', "", usize::from(candidate.starts_with("--"))))
}

fn about(candidate: &CompletionCandidate) -> String {
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    visible(help.lines().next().unwrap_or_default()).into_owned()
}
