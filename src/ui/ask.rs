//! Questions, for a person at a terminal. Nothing here may be called unless `is_somebody_there`.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use dialoguer::{Confirm, MultiSelect};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::register_conditional_shutdown;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::stderr_width;
use crate::domain::text::visible;

/// How the terminal was before the first question.
static BEFORE: OnceLock<Termios> = OnceLock::new();

/// Whether Ctrl-C ends the program at once.
static AT_ONCE: OnceLock<Arc<AtomicBool>> = OnceLock::new();

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

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Makes Ctrl-C end the program at once. Nothing has to be tidied up: an open transaction is gone with the process.
pub fn end_when_interrupted() {
    let at_once = AT_ONCE.get_or_init(|| Arc::new(AtomicBool::new(true)));
    // Where this fails, Ctrl-C ends the program all the same, but as a signal does.
    let _ = register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(at_once));
}

/// Makes Ctrl-C, and what else ends programs, put the terminal in order first. That takes a thread, which most runs do not
/// need.
fn tidy_up_when_interrupted() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    let watch = move || match signals.forever().next() {
        Some(SIGINT) => interrupted(),
        Some(signal) => {
            restore_terminal();
            let _ = emulate_default_handler(signal);
        }
        None => {}
    };
    let watching = std::thread::Builder::new().spawn(watch);
    if let (Ok(_), Some(at_once)) = (watching, AT_ONCE.get()) {
        at_once.store(false, Ordering::SeqCst);
    }
}

/// Ends the program as Ctrl-C does, with the terminal as it was before the first question.
fn interrupted() -> ! {
    restore_terminal();
    std::process::exit(INTERRUPTED)
}

fn restore_terminal() {
    if let Some(before) = BEFORE.get() {
        const SHOW_CURSOR: &[u8] = b"\x1b[?25h\n";
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        let _ = io::stderr().write_all(SHOW_CURSOR);
    }
}

fn remember_terminal() {
    if let Ok(now) = tcgetattr(io::stdin())
        && BEFORE.set(now).is_ok()
    {
        tidy_up_when_interrupted();
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
