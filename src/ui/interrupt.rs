//! Ctrl-C and other signals that end the program; its last line says what became of the change.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag::{register, register_conditional_shutdown};
use signal_hook::iterator::backend::{Handle, PollResult, SignalDelivery, SignalIterator};
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;

use crate::error;
use crate::scratch;

/// The exit code after Ctrl-C.
const CTRL_C_EXIT: i32 = exit_code_of(SIGINT);

/// How long to sleep before looking whether a commit has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// How long to sleep after a failed wait for signals.
const RETRY: Duration = Duration::from_millis(100);

/// The terminal's settings before the first question.
static BEFORE: OnceLock<Termios> = OnceLock::new();

/// Whether the interrupted question was left: from then on only this file sets the terminal.
static QUESTION_LEFT: AtomicBool = AtomicBool::new(false);

/// How often, and at what interval, to check that it was left. A signal to another thread does not end a question.
const LEAVING: (u32, Duration) = (25, Duration::from_millis(4));

/// Whether Ctrl-C ends the program at once, without a message.
static AT_ONCE: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The thread that waits for signals; `None` if it could not start.
static WATCH: OnceLock<Option<Handle>> = OnceLock::new();

/// Locked during a commit, which an interruption waits for.
static COMMIT: Mutex<()> = Mutex::new(());

/// Whether the commit that is underway waits for other machines, which may never answer.
static IS_REMOTE: AtomicBool = AtomicBool::new(false);

/// How long an interruption waits for the outcome of such a commit.
const ANSWER: Duration = Duration::from_secs(1);

/// What an interruption reports. While it is locked, nothing interrupts the run.
static WORK: Mutex<Work> = Mutex::new(Work { state: ChangeState::None, json: false });

/// Returns the exit code that a shell sees of a program that a signal ended.
const fn exit_code_of(signal: i32) -> i32 {
    128 + signal
}

#[derive(Debug, Clone, Copy)]
struct Work {
    state: ChangeState,
    json: bool,
}

/// The state of this run's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeState {
    /// The run only reads: an interruption says nothing.
    None,
    /// The run only reads, and somebody waits for what it makes of its input.
    Input,
    /// Not committed.
    NotCommitted,
    /// Committed.
    Committed,
    /// Committed, with something left to do, which this says.
    Unfinished(&'static str),
    /// The commit is underway, or failed half-way.
    Unknown,
}

fn work() -> MutexGuard<'static, Work> {
    // A panic elsewhere leaves it intact.
    WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Decides what signals do to the program.
///
/// Until something is to be reported, Ctrl-C ends it at once and silently. A file that reaches its size limit
/// (`ulimit -f`) does not end it, even after the commit: that is a write error, like a full disk.
pub fn handle_signals() {
    let at_once = AT_ONCE.get_or_init(|| Arc::new(AtomicBool::new(true)));
    // If this fails, Ctrl-C still ends the program, but with the signal's own exit code.
    let _ = register_conditional_shutdown(SIGINT, CTRL_C_EXIT, Arc::clone(at_once));
    let _ = register(SIGXFSZ, Arc::default());
}

/// Begins a run. If it changes something, an interruption reports that nothing changed, until [`Uninterrupted::end`].
pub fn begin_run(json: bool, is_change: bool) {
    let state = if is_change { ChangeState::NotCommitted } else { ChangeState::None };
    *work() = Work { state, json };
    if is_change {
        watch();
    }
}

/// From here on, every interruption is reported, also in a run that only reads.
pub fn begin_input() {
    let mut work = work();
    if work.state == ChangeState::None {
        work.state = ChangeState::Input;
    }
    drop(work);
    watch();
}

/// Does what is left to do after a commit. Until it is done, an interruption reports this with `text`.
pub fn finish_change<T, E>(text: &'static str, rest: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    work().state = ChangeState::Unfinished(text);
    let done = rest()?;
    work().state = ChangeState::Committed;
    Ok(done)
}

/// Delays interruptions during a commit, so that they report its result.
#[derive(Debug)]
pub struct Uninterrupted(MutexGuard<'static, ()>);

/// Delays interruptions; only shortly if the commit waits for other machines.
pub fn hold_interruptions(is_remote: bool) -> Uninterrupted {
    IS_REMOTE.store(is_remote, Ordering::SeqCst);
    let commit = COMMIT.lock().unwrap_or_else(PoisonError::into_inner);
    work().state = ChangeState::Unknown;
    Uninterrupted(commit)
}

impl Uninterrupted {
    /// Allows interruptions again. `is_committed` is `None` if the outcome of the commit is unknown.
    pub fn end(self, is_committed: Option<bool>) {
        work().state = match is_committed {
            Some(true) => ChangeState::Committed,
            Some(false) => ChangeState::NotCommitted,
            None => ChangeState::Unknown,
        };
        drop(self.0);
    }
}

/// Starts a thread that waits for signals: it does more than a signal handler may.
fn watch() -> Option<&'static Handle> {
    let start = || {
        let (read, write) = UnixStream::pair().ok()?;
        let others = [SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
        let signals = std::iter::once(SIGINT).chain(others);
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, signals).ok()?;
        let (handle, mut signals) = (delivery.handle(), SignalIterator::new(delivery));
        let at_once = AT_ONCE.get()?;
        let wait = move || {
            loop {
                match signals.poll_signal(&mut has_signals) {
                    PollResult::Signal(signal) => end(signal),
                    PollResult::Pending => {}
                    PollResult::Closed => return,
                    // Until waiting works again, Ctrl-C ends the program at once.
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

/// Returns whether a signal was ignored when the program began, as under `nohup`; true if unknown.
#[expect(clippy::disallowed_methods, reason = "SQLite locks nothing in /proc")]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|signals| u64::from_str_radix(signals.trim(), 16).ok());
    ignored.is_none_or(|ignored| ignored & (1 << (signal - 1)) != 0)
}

/// Blocks until signals may have arrived.
fn has_signals(pipe: &mut UnixStream) -> io::Result<bool> {
    loop {
        match pipe.read(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read.map(|count| count > 0),
        }
    }
}

/// Ends the program as the signal would, once the state of the change is known.
fn end(signal: i32) {
    let started = Instant::now();
    // Until the program ends, no commit begins.
    let _commit = loop {
        let commit = match IS_REMOTE.load(Ordering::SeqCst) {
            false => COMMIT.lock().map_err(TryLockError::from),
            true => COMMIT.try_lock(),
        };
        match commit {
            Ok(commit) => break Some(commit),
            Err(TryLockError::Poisoned(error)) => break Some(error.into_inner()),
            Err(TryLockError::WouldBlock) if started.elapsed() >= ANSWER => break None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_AGAIN),
        }
    };
    let work = work();
    restore_terminal();
    scratch::remove_all();
    let text = match work.state {
        ChangeState::None => None,
        ChangeState::Input => Some("interrupted"),
        ChangeState::NotCommitted => Some("interrupted; nothing changed"),
        ChangeState::Committed => Some("interrupted; the change is saved"),
        ChangeState::Unfinished(text) => Some(text),
        ChangeState::Unknown => Some("interrupted; see what was written before you run it again"),
    };
    if let Some(text) = text {
        let line = if work.json {
            json!({"success": false, "error": text, "details": [], "code": error::INTERRUPTED_CODE, "hint": null,
                "exitCode": exit_code_of(signal), "reason": null})
            .to_string()
        } else {
            format!("error: {text}")
        };
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
    if signal == SIGINT {
        std::process::exit(CTRL_C_EXIT);
    }
    let _ = emulate_default_handler(signal);
}

/// Ends the program as Ctrl-C does.
pub(super) fn interrupted() -> ! {
    QUESTION_LEFT.store(true, Ordering::Release);
    end(SIGINT);
    std::process::exit(CTRL_C_EXIT)
}

fn restore_terminal() {
    if let Some(before) = BEFORE.get() {
        const SHOW_CURSOR: &[u8] = b"\x1b[?25h\n";
        for _ in 0..LEAVING.0 {
            if QUESTION_LEFT.load(Ordering::Acquire) {
                break;
            }
            std::thread::sleep(LEAVING.1);
        }
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        let _ = io::stderr().write_all(SHOW_CURSOR);
    }
}

/// Prepares for a question: every end of the program restores the terminal, and says that nothing changed.
pub(super) fn begin_question(json: bool) {
    let mut work = work();
    if matches!(work.state, ChangeState::None | ChangeState::Input) {
        *work = Work { state: ChangeState::NotCommitted, json };
    }
    drop(work);
    if let Ok(now) = tcgetattr(io::stdin())
        && BEFORE.set(now).is_ok()
        && let Some(watch) = watch()
    {
        let _ = watch.add_signal(SIGHUP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_says_that_something_is_left_only_until_it_is_done() {
        let state = || work().state;
        let left = ChangeState::Unfinished("left");
        assert_eq!(finish_change("left", || Err::<(), _>(state())), Err(left));
        assert_eq!(state(), left, "it failed, and is still to be done");
        assert_eq!(finish_change("left", || Ok::<_, ()>(state())), Ok(left));
        assert_eq!(state(), ChangeState::Committed);
    }
}
