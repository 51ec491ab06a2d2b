//! Questions, for a person at a terminal. [`Ui`](super::Ui) asks them, and only if `is_interactive`.

use std::{fmt, io};

use console::{Key, Term};
use dialoguer::theme::{SimpleTheme, Theme as _};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::interrupt::interrupted;
use super::picker::{Choices, Picker, Step};
use crate::domain::bidi::{shown, shown_sentence};
use crate::wrap::width_of;

/// Asks a question that one key answers: y, or one of `keys`. `None` after n, q or Esc, and after Enter unless `keys`
/// have [`ENTER`]. The keys of an Arabic keyboard count as those in their places.
pub(super) fn one_key(question: &str, keys: &[char]) -> io::Result<Option<char>> {
    let question = shown_sentence(question);
    let term = Term::stderr();
    term.write_str(&drawn(|f| SimpleTheme.format_confirm_prompt(f, &question, Some(false))))?;
    let silent = Silent::begin();
    term.hide_cursor()?;
    let answer = loop {
        match read_key(&term)? {
            Key::Enter if keys.contains(&ENTER) => break Some(ENTER),
            Key::Enter | Key::Escape => break None,
            Key::Char(key) => match latin(key).to_ascii_lowercase() {
                key if key == 'y' || keys.contains(&key) => break Some(key),
                'n' | 'q' => break None,
                _ => {}
            },
            _ => {}
        }
    };
    term.clear_line()?;
    let is_yes = |yes| drawn(|f| SimpleTheme.format_confirm_prompt_selection(f, &question, Some(yes)));
    term.write_line(&match answer {
        Some('y') => is_yes(true),
        Some(ENTER) | None => is_yes(false),
        Some(key) => format!("{question} {key}"),
    })?;
    term.show_cursor()?;
    drop(silent);
    Ok(answer)
}

/// Returns what a theme draws.
fn drawn(draw: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    // Writing to a text never fails.
    draw(&mut text).map_or_else(|_| String::new(), |()| text)
}

/// Returns the Latin letter in the place of a letter of an Arabic keyboard. (b has none: its key types two letters.)
fn latin(key: char) -> char {
    let arabic = "ضصثقفغعهخحشسيبلاتنمئءؤرىة".chars();
    arabic.zip("qwertyuiopasdfghjklzxcvnm".chars()).find(|(arabic, _)| *arabic == key).map_or(key, |(_, latin)| latin)
}

/// Lets a person type a line; `None` after Esc or the end of input.
pub(super) fn line(prompt: &str) -> io::Result<Option<String>> {
    let term = Term::buffered_stderr();
    let silent = Silent::begin();
    let mut typed = String::new();
    let typed = loop {
        // The line stays on one row, however long it is: its end is shown.
        let room = usize::from(term.size().1).saturating_sub(width_of(prompt) + 3);
        let mut end = typed.as_str();
        while width_of(end) > room {
            let mut chars = end.chars();
            chars.next();
            end = chars.as_str();
        }
        term.clear_line()?;
        term.write_str(&format!("{prompt}: {}", shown(end)))?;
        term.flush()?;
        match read_key(&term)? {
            Key::Enter => break Some(typed),
            Key::Escape | Key::Char(END_OF_INPUT) => break None,
            Key::Backspace => {
                typed.pop();
            }
            Key::Char(char) if !char.is_control() => typed.push(char),
            _ => {}
        }
    };
    term.write_line("")?;
    term.flush()?;
    drop(silent);
    Ok(typed)
}

/// The Enter key.
pub const ENTER: char = '\r';
/// Ctrl-D.
const END_OF_INPUT: char = '\u{4}';

/// Reads a key; Ctrl-C ends the program.
fn read_key(term: &Term) -> io::Result<Key> {
    match term.read_key() {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => interrupted(),
        key => key,
    }
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
        match picker.press(&read_key(&term)?, rows) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_an_arabic_keyboard_are_those_in_their_places() {
        for (arabic, expected) in "ضغىحؤقيثم".chars().zip("qynpcrdel".chars()) {
            assert_eq!(latin(arabic), expected, "{arabic}");
        }
        assert_eq!("yN5".chars().map(latin).collect::<String>(), "yN5");
    }
}
