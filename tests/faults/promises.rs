//! What holds after every fault.

use std::os::unix::fs::PermissionsExt as _;

use crate::shop::{Ending, Shop, Start};
use crate::state::difference;
use crate::work::{Case, Said};

/// The exit code of a program that Ctrl-C ended.
pub const INTERRUPTED: i32 = 130;
/// The exit code of a failure of the program, the file or the machine.
const FAILED: i32 = 1;
/// The exit code where another program has the file.
const BUSY: i32 = 7;

/// The words where it cannot be told whether a change is done.
const UNKNOWN: &str = "unknown whether";
/// The words of an interruption for the same.
const SEE_WHAT: &str = "see what was written";

/// The words where it is done, but what it has to say cannot be printed.
const SAVED: &str = "the change is saved";
/// The words where nothing was done.
const NOTHING_DONE: [&str; 3] = ["nothing changed", "nothing imported", "nothing was backed up"];
/// The words about a file that is not one of ours, or is no longer sound.
const OF_THE_FILE: [&str; 5] =
    ["damaged", "not an orders file", "database of another program", "newer version", "no orders file"];

/// Holds that the program still says these words: a fault that looks for others would find nothing.
pub fn check_words() {
    let sources = [
        include_str!("../../src/store/error.rs"),
        include_str!("../../src/store/identity.rs"),
        include_str!("../../src/ui/interrupt.rs"),
        include_str!("../../src/commands/run/facts.rs"),
        include_str!("../../src/error.rs"),
        include_str!("../../src/lib.rs"),
    ];
    for words in [UNKNOWN, SEE_WHAT, SAVED].into_iter().chain(NOTHING_DONE).chain(OF_THE_FILE) {
        assert!(sources.iter().any(|source| source.contains(words)), "the program no longer says {words:?}");
    }
}

/// What a fault may do to the run itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: it comes to its end all the same.
    None,
    /// It may fail, but not end by a signal.
    MayFail,
    /// It may fail, or take a lock that it does not get for somebody else's.
    LockFails,
    /// It may fail, and cannot even find out what it left.
    GoesOnFailing,
    /// It is done, but nobody reads what it says.
    LostOutput,
    /// Nobody answers: it ends within its patience, and may not know what became of what it sent.
    #[cfg(feature = "cluster")]
    Unanswered,
    /// It may be interrupted, unless it is too late.
    Interrupted,
    /// This signal ends it, or would.
    Signal(i32),
}

impl Fault {
    /// Returns whether it may end with an exit code that is not that of success.
    fn may_end_with(self, code: i32) -> bool {
        match self {
            Fault::None => false,
            Fault::MayFail | Fault::GoesOnFailing | Fault::LostOutput => code == FAILED,
            Fault::LockFails => matches!(code, FAILED | BUSY),
            #[cfg(feature = "cluster")]
            Fault::Unanswered => matches!(code, FAILED | BUSY),
            Fault::Interrupted | Fault::Signal(_) => code == INTERRUPTED,
        }
    }
}

/// Holds the promises after a run of a command.
///
/// # Errors
/// The promise that was broken, with everything that was seen.
pub fn hold(shop: &mut Shop, case: &Case, ending: &Ending, fault: Fault) -> Result<(), String> {
    match broken(shop, case, ending, fault) {
        Ok(()) => Ok(()),
        Err(problem) => Err(format!("{problem}\n{case}: {ending:#?}")),
    }
}

fn broken(shop: &mut Shop, case: &Case, ending: &Ending, fault: Fault) -> Result<(), String> {
    sane(ending, fault)?;
    let state = shop.state()?;
    if state != case.after && state != case.before {
        let (from, to) = (difference(&state, &case.before), difference(&state, &case.after));
        return Err(format!("the file is in between; from before it:\n{from}from after it:\n{to}"));
    }
    let is_done = |state: &str| case.is_changing() && state == case.after;
    truthful(shop, case, ending, is_done(&state), fault)?;
    if let Some(seen) = shop.reader_sees() {
        let seen = seen.map_err(|error| format!("a reader was disturbed: {error}"))?;
        if seen != case.before {
            return Err("a reader saw what was not yet there when it began".to_owned());
        }
    }
    silent_check(shop, case, &state)?;
    if case.start.is_older() {
        shop.hold_version(&case.before)?;
    }
    let is_cut_off = ending.signal.is_some() || ending.code == Some(INTERRUPTED);
    let is_untidy = is_cut_off || fault == Fault::GoesOnFailing;
    left_over(shop, case, ending, is_done(&state), is_untidy)?;
    shop.end_reading();
    // What a run had written when it was cut off, but nobody saw yet, is taken in by whoever recovers the log.
    let was_done = is_done(&state) || (is_untidy && is_done(&shop.state()?));
    again(shop, case, was_done)
}

/// Holds that a run neither panicked nor ended by a signal that nobody sent.
pub fn sane(ending: &Ending, fault: Fault) -> Result<(), String> {
    if ending.code == Some(101) || ending.stderr.contains("panicked") {
        return Err("it panicked".to_owned());
    }
    match (ending.signal, fault) {
        (None, _) => Ok(()),
        (Some(signal), Fault::Signal(expected)) if signal == expected => Ok(()),
        (Some(signal), _) => Err(format!("it died of signal {signal}")),
    }
}

/// Holds that what was reported is so.
fn truthful(shop: &Shop, case: &Case, ending: &Ending, is_done: bool, fault: Fault) -> Result<(), String> {
    let said = ending.stderr.as_str();
    if is_done && NOTHING_DONE.iter().any(|words| said.contains(words)) {
        return Err("it says that nothing changed, but it is done".to_owned());
    }
    if let Some(words) = OF_THE_FILE.iter().find(|words| said.contains(**words)) {
        return Err(format!("it says of a sound file: {words}"));
    }
    let says_done = said.contains(SAVED);
    let is_undone = case.is_changing() && !is_done;
    if is_undone && (says_done || !ending.stdout.is_empty()) {
        return Err("it says that it is done, but nothing changed".to_owned());
    }
    match ending.code {
        Some(code) if code == case.code && is_undone => Err("it reports success, but nothing changed".to_owned()),
        Some(_) if fault == Fault::LostOutput => Ok(()),
        Some(code) if code == case.code => {
            let results = Said::by(ending, shop).results;
            if results == case.said.results { Ok(()) } else { Err(format!("it should print {:?}", case.said.results)) }
        }
        // It may have been too late.
        None | Some(INTERRUPTED) if fault.may_end_with(INTERRUPTED) => Ok(()),
        Some(code) if fault.may_end_with(code) => {
            // That it cannot tell is the truth, too.
            let cannot_tell = match fault {
                Fault::GoesOnFailing => said.contains(UNKNOWN),
                #[cfg(feature = "cluster")]
                Fault::Unanswered => code == FAILED && said.contains(UNKNOWN),
                _ => false,
            };
            match said.contains("error: ") {
                false => Err("it does not say why it failed".to_owned()),
                true if is_done && !says_done && !cannot_tell => Err("it reports failure, but it is done".to_owned()),
                true => Ok(()),
            }
        }
        code => Err(format!("it should not end with {code:?}")),
    }
}

/// Holds that nothing is left over that somebody has to tidy up, and that what was to be mended is kept where the rest was
/// done. What is killed cannot tidy up; where tidying up itself fails, there is nothing in what is left.
fn left_over(shop: &Shop, case: &Case, ending: &Ending, is_done: bool, is_untidy: bool) -> Result<(), String> {
    let is_empty = |name: &str| std::fs::read_dir(shop.path(name)).is_ok_and(|mut entries| entries.next().is_none());
    let may_be_left = |name: &str| match is_untidy {
        true => name.starts_with(".orders-temp-") || name == "orders.db-journal",
        // A roll-back that could not read is finished by the next to use the file.
        false if case.start == Start::Restored && name == "orders.db-journal" => true,
        false => name.starts_with(".orders-temp-") && is_empty(name),
    };
    let left = shop.left_over();
    if let Some(name) = left.iter().find(|name| !may_be_left(name)) {
        return Err(format!("{name} is left over"));
    }
    let mode = |name: &String| shop.path(name).metadata().unwrap().permissions().mode();
    if let Some(name) = left.iter().find(|name| mode(name) & 0o077 != 0) {
        return Err(format!("{name} is left over, for others to read"));
    }
    // Where it cannot be told whether it is done, and that is said, what was rejected is not lost.
    let is_unknown = [UNKNOWN, SEE_WHAT].iter().any(|words| ending.stderr.contains(words));
    match (std::fs::read_to_string(shop.rejects()).ok(), &case.rejects) {
        (None, None) => Ok(()),
        (None, Some(_)) if !is_done => Ok(()),
        (Some(kept), Some(rejects)) if kept == *rejects && (is_done || is_untidy || is_unknown) => Ok(()),
        (kept, _) => Err(format!("done: {is_done}, and the rejects are {kept:?}")),
    }
}

/// Holds that `orders check` is silent.
fn silent_check(shop: &Shop, case: &Case, state: &str) -> Result<(), String> {
    // A file that was not made yet has nothing to be checked.
    if state.is_empty() && matches!(case.start, Start::Missing | Start::Empty) {
        return Ok(());
    }
    let check = Ending::of(shop.orders(&["check"]));
    let is_silent = check.code == Some(0) && check.stdout.is_empty() && check.stderr.is_empty();
    if is_silent { Ok(()) } else { Err(format!("orders check: {check:#?}")) }
}

/// Holds that the same command run again succeeds, or does what it does where it was done.
fn again(shop: &Shop, case: &Case, was_done: bool) -> Result<(), String> {
    let (code, said, after) = match was_done {
        true => (case.again.code, &case.again.said, &case.again.after),
        false => (case.code, &case.said, &case.after),
    };
    let again = Ending::of(case.work.command(shop));
    if again.code != Some(code) || Said::by(&again, shop) != *said {
        return Err(format!("run again, it should end with {code} and say {said:?}: {again:#?}"));
    }
    let state = shop.state()?;
    if state != *after {
        return Err(format!("run again, it left another state:\n{}", difference(&state, after)));
    }
    silent_check(shop, case, &state)
}
