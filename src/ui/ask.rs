//! Questions, for a person at a terminal. Nothing here may be called unless `is_somebody_there`.

use std::io;

use dialoguer::{Confirm, MultiSelect};

use super::interrupt::{interrupted, remember_terminal};
use super::stderr_width;
use crate::domain::text::visible;

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
