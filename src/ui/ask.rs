//! Questions, for a person at a terminal. [`Ui`](super::Ui) asks them, and only if `is_interactive`.

use std::io;

use console::Term;
use dialoguer::Confirm;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::interrupt::interrupted;
use super::picker::{Choices, Picker, Step};
use crate::domain::bidi::shown_sentence;

pub(super) fn yes_or_no(question: &str) -> io::Result<bool> {
    let question = shown_sentence(question);
    answered(Confirm::new().with_prompt(&*question).default(false).interact_opt()).map(|yes| yes.unwrap_or(false))
}

pub(super) fn pick(choices: &Choices<'_>) -> io::Result<Vec<usize>> {
    let term = Term::buffered_stderr();
    let mut picker = Picker::new(choices);
    let mut drawn = 0;
    let _silent = Silent::begin();
    term.hide_cursor()?;
    let places = loop {
        let (height, width) = term.size();
        // Leaves room for the head and the cursor's line.
        let rows = usize::from(height).saturating_sub(picker.head_height() + 1).max(1);
        let lines = picker.page(rows, usize::from(width));
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

/// A terminal that does not echo: between two reads, keys would appear in the list.
struct Silent(Termios);

impl Silent {
    fn begin() -> Option<Silent> {
        let before = tcgetattr(io::stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &silent).ok()?;
        Some(Silent(before))
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        // If this fails, the terminal is gone.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

fn answered<T>(answer: dialoguer::Result<Option<T>>) -> io::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(dialoguer::Error::IO(error)) if error.kind() == io::ErrorKind::Interrupted => interrupted(),
        Err(dialoguer::Error::IO(error)) => Err(error),
    }
}
