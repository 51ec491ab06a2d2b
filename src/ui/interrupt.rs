//! Ctrl-C, and what else ends programs: what is said last is true.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag::{register, register_conditional_shutdown};
use signal_hook::iterator::backend::{Handle, PollResult, SignalDelivery, SignalIterator};
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;

use crate::scratch;

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// How long to wait before signals are waited for again, where that failed.
const RETRY: Duration = Duration::from_millis(100);

/// How the terminal was before the first question.
static BEFORE: OnceLock<Termios> = OnceLock::new();

/// Whether Ctrl-C ends the program at once.
static AT_ONCE: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The thread that waits for signals; `None` where there can be none.
static WATCH: OnceLock<Option<Handle>> = OnceLock::new();

/// What is said of the work of this run when it is interrupted. While it is locked, nothing interrupts the run.
static WORK: Mutex<Work> = Mutex::new(Work { state: State::Reading, json: false });

#[derive(Debug, Clone, Copy)]
struct Work {
    state: State,
    json: bool,
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is none.
    Reading,
    /// It is not kept.
    Undone,
    /// It is kept.
    Done,
    /// Nobody knows.
    Unknown,
}

fn work() -> MutexGuard<'static, Work> {
    // A panic elsewhere leaves it as it was.
    WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Decides what signals do to the program.
///
/// Ctrl-C ends it at once, without a word: what only reads has nothing to say. A file that grows beyond its limit
/// (`ulimit -f`) does not end it, even after the commit: that is an error of the write, like a full disk.
pub fn handle_signals() {
    let at_once = AT_ONCE.get_or_init(|| Arc::new(AtomicBool::new(true)));
    // Where this fails, Ctrl-C ends the program all the same, but as a signal does.
    let _ = register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(at_once));
    let _ = register(SIGXFSZ, Arc::default());
}

/// Says from now on, where the run is interrupted, that nothing changed: until a change is [kept](Uninterrupted::end).
pub fn begin_change(json: bool) {
    *work() = Work { state: State::Undone, json };
    watch();
}

/// Keeps interruptions waiting, so that they say what became of a commit.
#[derive(Debug)]
pub struct Uninterrupted(MutexGuard<'static, Work>);

/// Keeps interruptions waiting from here on.
pub fn hold_interruptions() -> Uninterrupted {
    Uninterrupted(work())
}

impl Uninterrupted {
    /// Lets them come again. `is_kept` says whether the change is kept; `None`: nobody knows.
    pub fn end(mut self, is_kept: Option<bool>) {
        self.0.state = match is_kept {
            Some(true) => State::Done,
            Some(false) => State::Undone,
            None => State::Unknown,
        };
    }
}

/// Waits for signals, in a thread: what they have to do takes more than a signal handler may.
fn watch() -> Option<&'static Handle> {
    let start = || {
        let (read, write) = UnixStream::pair().ok()?;
        let hang_up = (!is_ignored(SIGHUP)).then_some(SIGHUP);
        let signals = [SIGINT, SIGTERM].into_iter().chain(hang_up);
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, signals).ok()?;
        let (handle, mut signals) = (delivery.handle(), SignalIterator::new(delivery));
        let at_once = AT_ONCE.get()?;
        let wait = move || {
            loop {
                match signals.poll_signal(&mut has_signals) {
                    PollResult::Signal(signal) => end(signal),
                    PollResult::Pending => {}
                    PollResult::Closed => return,
                    // Signals cannot be waited for: until they can be, Ctrl-C ends the program at once.
                    PollResult::Err(_) => {
                        at_once.store(true, Ordering::SeqCst);
                        std::thread::sleep(RETRY);
                    }
                }
            }
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(wait).ok()?;
        at_once.store(false, Ordering::SeqCst);
        Some(handle)
    };
    WATCH.get_or_init(start).as_ref()
}

/// Returns whether a signal was ignored when the program began, as `nohup` has it; true where this is not known.
#[expect(clippy::disallowed_methods, reason = "SQLite locks nothing in /proc")]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|signals| u64::from_str_radix(signals.trim(), 16).ok());
    ignored.is_none_or(|ignored| ignored & (1 << (signal - 1)) != 0)
}

/// Waits until there may be signals.
fn has_signals(pipe: &mut UnixStream) -> io::Result<bool> {
    loop {
        match pipe.read(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read.map(|count| count > 0),
        }
    }
}

/// Ends the program as the signal does, once it is known what became of its work.
fn end(signal: i32) {
    let work = work();
    restore_terminal();
    scratch::remove_all();
    let text = match work.state {
        State::Reading => None,
        State::Undone => Some("interrupted; nothing changed"),
        State::Done => Some("interrupted; the work is done and kept"),
        State::Unknown => Some("interrupted; look at what was kept before running it again"),
    };
    if let Some(text) = text {
        let line = if work.json {
            let (code, reason) = ("interrupted", None::<&str>);
            json!({"success": false, "error": text, "details": [], "code": code, "hint": null, "exitCode": INTERRUPTED,
                "reason": reason})
            .to_string()
        } else {
            format!("error: {text}")
        };
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
    if signal == SIGINT {
        std::process::exit(INTERRUPTED);
    }
    let _ = emulate_default_handler(signal);
}

/// Ends the program as Ctrl-C does.
pub(super) fn interrupted() -> ! {
    end(SIGINT);
    std::process::exit(INTERRUPTED)
}

fn restore_terminal() {
    if let Some(before) = BEFORE.get() {
        const SHOW_CURSOR: &[u8] = b"\x1b[?25h\n";
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        let _ = io::stderr().write_all(SHOW_CURSOR);
    }
}

/// Remembers how the terminal is, so that whatever ends the program leaves it so.
pub(super) fn remember_terminal() {
    if let Ok(now) = tcgetattr(io::stdin())
        && BEFORE.set(now).is_ok()
        && let Some(watch) = watch()
    {
        let _ = watch.add_signal(SIGHUP);
    }
}
