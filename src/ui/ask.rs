//! Questions, for a person at a terminal. Nothing here may be called unless `is_interactive`.

use std::io;

use console::Term;
use dialoguer::Confirm;

use super::interrupt::{interrupted, remember_terminal};
use super::picker::{Choice, Picker, Step};
use crate::domain::bidi::shown_sentence;

/// Asks a question that one key answers. Enter, Esc and q say no.
pub fn yes_or_no(question: &str) -> io::Result<bool> {
    remember_terminal();
    let question = shown_sentence(question);
    answered(Confirm::new().with_prompt(&*question).default(false).interact_opt()).map(|yes| yes.unwrap_or(false))
}

/// Lets a choice be picked, or where `is_many` any number of them, and returns their places; none where the question was
/// left with Esc.
pub fn pick(question: &str, choices: &[Choice], is_many: bool) -> io::Result<Vec<usize>> {
    remember_terminal();
    let term = Term::buffered_stderr();
    let mut picker = Picker::new(choices, is_many);
    let mut drawn = 0;
    term.hide_cursor()?;
    let places = loop {
        // The question, and the line on which the cursor stands.
        let rows = usize::from(term.size().0).saturating_sub(2).max(1);
        let lines = picker.page(question, rows);
        term.clear_last_lines(drawn)?;
        lines.iter().try_for_each(|line| term.write_line(line))?;
        term.flush()?;
        drawn = lines.len();
        let key = match term.read_key() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => interrupted(),
            key => key?,
        };
        match picker.press(&key, rows) {
            Step::Stay => {}
            Step::Leave => break Vec::new(),
            Step::Take(places) => break places,
        }
    };
    term.clear_last_lines(drawn)?;
    term.show_cursor()?;
    term.flush()?;
    Ok(places)
}

fn answered<T>(answer: dialoguer::Result<Option<T>>) -> io::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(dialoguer::Error::IO(error)) if error.kind() == io::ErrorKind::Interrupted => interrupted(),
        Err(dialoguer::Error::IO(error)) => Err(error),
    }
}
