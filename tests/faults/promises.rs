//! What holds after every fault.

use crate::shop::{Ending, Shop, Start};
use crate::state::difference;
use crate::work::Case;

/// The exit code of a program that Ctrl-C ended.
pub const INTERRUPTED: i32 = 130;

/// What a fault may do to the run itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It may fail, but not end by a signal.
    MayFail,
    /// It cannot read, with the error that SQLite takes for a damaged disk, and so for damage.
    ReadFails,
    /// This signal ends it, or would.
    Signal(i32),
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
    let is_after = state == case.after;
    if !is_after && state != case.before {
        let (from, to) = (difference(&state, &case.before), difference(&state, &case.after));
        return Err(format!("the file is in between; from before it:\n{from}from after it:\n{to}"));
    }
    truthful(ending, is_after, fault)?;
    if let Some(seen) = shop.reader_sees() {
        let seen = seen.map_err(|error| format!("a reader was disturbed: {error}"))?;
        if seen != case.before {
            return Err("a reader saw what was not yet there when it began".to_owned());
        }
    }
    silent_check(shop, case, &state)?;
    if case.start == Start::Older {
        shop.hold_version(&case.before)?;
    }
    // What is killed cannot tidy up; where tidying up itself fails, there is nothing in what is left.
    let is_empty = |name: &str| std::fs::read_dir(shop.path(name)).is_ok_and(|mut entries| entries.next().is_none());
    let is_cut_off = ending.signal.is_some() || ending.code == Some(INTERRUPTED);
    let may_be_left = |name: &str| match is_cut_off {
        true => name.starts_with(".orders-copy-") || name == "orders.db-journal",
        false => name.starts_with(".orders-copy-") && is_empty(name),
    };
    if let Some(name) = shop.left_over().iter().find(|name| !may_be_left(name)) {
        return Err(format!("{name} is left over"));
    }
    shop.end_reading();
    // What a run had written when it was cut off, but nobody saw yet, is taken in by whoever recovers the log.
    let is_after = is_after || (is_cut_off && shop.state()? == case.after);
    again(shop, case, is_after)
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
fn truthful(ending: &Ending, is_after: bool, fault: Fault) -> Result<(), String> {
    let said = ending.stderr.as_str();
    let says_nothing_changed = ["nothing changed", "nothing imported", "nothing was backed up"];
    if is_after && says_nothing_changed.iter().any(|words| said.contains(words)) {
        return Err("it says that nothing changed, but it is done".to_owned());
    }
    let says_of_the_file =
        ["damaged", "not an orders file", "database of another program", "newer version", "no orders file"];
    let is_said = |words: &&&str| said.contains(**words) && !(fault == Fault::ReadFails && **words == "damaged");
    if let Some(words) = says_of_the_file.iter().find(is_said) {
        return Err(format!("it says of a sound file: {words}"));
    }
    if !is_after && (said.contains("is done and kept") || !ending.stdout.is_empty()) {
        return Err("it says that it is done, but nothing changed".to_owned());
    }
    match ending.code {
        // Done partly, with nobody who reads the result, ends with 0.
        Some(0 | 8) if !is_after => Err("it reports success, but nothing changed".to_owned()),
        Some(0 | 8) => Ok(()),
        // It may have been too late.
        Some(INTERRUPTED) | None => Ok(()),
        Some(_) if is_after && !said.contains("is done and kept") => {
            Err("it reports failure, but it is done".to_owned())
        }
        Some(_) => Ok(()),
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

/// Holds that the same command run again succeeds, or says that it was done.
fn again(shop: &Shop, case: &Case, was_done: bool) -> Result<(), String> {
    let again = Ending::of(case.work.command(shop));
    let is_sensible = match again.code {
        Some(code) if code == case.code => true,
        Some(5) => was_done,
        _ => false,
    };
    if !is_sensible {
        return Err(format!("run again: {again:#?}"));
    }
    let state = shop.state()?;
    if state != case.after && !(was_done && case.work.adds_up) {
        return Err(format!("run again, it left another state:\n{}", difference(&state, &case.after)));
    }
    silent_check(shop, case, &state)
}
