//! Questions, for a person at a terminal. Nothing here may be called unless `is_somebody_there`.

use std::io::{self, Write};
use std::sync::OnceLock;

use dialoguer::{Confirm, MultiSelect};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::stderr_width;
use crate::domain::text::visible;

/// How the terminal was before the first question.
static BEFORE: OnceLock<Termios> = OnceLock::new();

/// Asks a question that one key answers. Enter, Esc and q say no.
pub fn yes_or_no(question: &str) -> io::Result<bool> {
    remember_terminal();
    let question = cut(&visible(question), "  [y/N] yes".len());
    answered(Confirm::new().with_prompt(question).default(false).interact_opt()).map(|yes| yes.unwrap_or(false))
}

/// Lets any number of lines be picked, and returns their places; none where the question was left with Esc.
pub fn pick(question: &str, lines: &[String]) -> io::Result<Vec<usize>> {
    remember_terminal();
    let lines = lines.iter().map(|line| cut(&visible(line), "> [x] ".len()));
    let picked = MultiSelect::new().with_prompt(cut(question, 16)).items(lines).report(false).interact_opt();
    answered(picked).map(Option::unwrap_or_default)
}

/// Ends the program as Ctrl-C does, with the terminal as it was before the first question.
pub fn interrupted() -> ! {
    if let Some(before) = BEFORE.get() {
        const SHOW_CURSOR: &[u8] = b"\x1b[?25h\n";
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        let _ = io::stderr().write_all(SHOW_CURSOR);
    }
    std::process::exit(130)
}

fn remember_terminal() {
    if let Ok(now) = tcgetattr(io::stdin()) {
        let _ = BEFORE.set(now);
    }
}

fn answered<T>(answer: dialoguer::Result<Option<T>>) -> io::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(dialoguer::Error::IO(error)) if error.kind() == io::ErrorKind::Interrupted => interrupted(),
        Err(dialoguer::Error::IO(error)) => Err(error),
    }
}

/// Cuts a line to what fits the terminal beside `taken` columns. It counts bytes: that is how dialoguer tells whether a
/// line wraps, and what it takes for wrapped it clears wrongly.
fn cut(line: &str, taken: usize) -> String {
    let room = stderr_width().saturating_sub(taken);
    if line.len() <= room {
        return line.to_owned();
    }
    let mut end = room.saturating_sub('…'.len_utf8());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &line[..end])
}
