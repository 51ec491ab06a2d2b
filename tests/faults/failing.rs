//! Every input and output call fails, once or from then on.

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::promises::{Fault, hold};
use crate::shop::{Shop, USUAL_WAIT};
use crate::strace::{self, Call, Often};
use crate::work::{Case, commands};

/// The error with which each call fails once.
const ERROR: &str = "EIO";
/// Each call also fails once with one of these.
const OTHER_ERRORS: [&str; 4] = ["ENOSPC", "EINTR", "EACCES", "ENOMEM"];
/// From each call on, the disk fails for good with one of these.
const LASTING_ERRORS: [&str; 2] = ["EIO", "ENOSPC"];

/// Lets every call that the program makes itself fail, once and from then on, on every kind of file.
pub fn failing_call(plan: &Plan) -> Result<Row, Failed> {
    at_calls(plan, "failing call", Case::all(), 50)
}

/// Lets every call of these commands fail; the short version some of them.
pub fn at_calls(plan: &Plan, name: &'static str, cases: &'static [Case], few: usize) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip(name, "strace is not there, or may not trace");
    }
    let mut random = plan.random(name);
    let chosen = plan.sample(&mut random, few, cases.iter());
    let mut points = Vec::new();
    for case in chosen {
        let calls = strace::calls(case);
        let mut faults = Vec::new();
        for call in calls.iter().filter(|call| call.can_fail) {
            let once = [ERROR, one_of(&OTHER_ERRORS, &mut random)];
            faults.extend(once.map(|error| (case, call.clone(), error, Often::Once)));
            let hit: Vec<_> = calls.iter().filter(|later| later.name == call.name && later.nth >= call.nth).collect();
            // What is said goes to nobody's disk.
            if call.name != "write" && hit.iter().all(|call| call.can_fail) {
                // Where any of these talks to a node, the command may end as if none answered.
                let is_of_network = hit.iter().any(|call| call.is_of_network);
                let call = Call { is_of_network, ..call.clone() };
                faults.push((case, call, one_of(&LASTING_ERRORS, &mut random), Often::FromThenOn));
            }
        }
        let (slow, mut faults): (Vec<_>, Vec<_>) =
            faults.into_iter().partition(|(_, call, _, often)| is_lock(call) && *often == Often::FromThenOn);
        // SQLite takes ten seconds to give up on locks that go on failing: one of these on each file.
        faults.extend(random.choose_multiple(slow, 1));
        points.extend(plan.sample(&mut random, 3, faults.into_iter()));
    }
    let faults = plan.try_all(&points, |(case, call, error, often)| {
        fail(case, call, error, *often)
            .map_err(|problem| format!("{error} {often:?} at {} {}: {problem}", call.name, call.nth))
    })?;
    let tried = format!(
        "{} commands on {} files, each call once with {ERROR} and once with another error, and from then on (of locks: one on \
         each file)",
        commands(cases),
        cases.len()
    );
    Ok(Row { fault: name, tried, faults })
}

fn one_of(errors: &[&'static str], random: &mut fastrand::Rng) -> &'static str {
    errors[random.usize(..errors.len())]
}

fn is_lock(call: &Call) -> bool {
    call.name == "fcntl"
}

fn fail(case: &Case, call: &Call, error: &str, often: Often) -> Result<(), String> {
    let fault = match often {
        // A lock that cannot be had may be somebody else's.
        _ if is_lock(call) => Fault::LockFails,
        #[cfg(feature = "cluster")]
        _ if call.is_of_network => Fault::Unanswered,
        Often::FromThenOn => Fault::GoesOnFailing,
        Often::Once => Fault::MayFail,
    };
    // Nobody lets go of the lock or answers, however long it is waited for.
    let (wait, wait_after) = match fault {
        Fault::LockFails => (0, 0),
        #[cfg(feature = "cluster")]
        Fault::Unanswered => (1, USUAL_WAIT),
        _ => (USUAL_WAIT, USUAL_WAIT),
    };
    let shop = Shop::new(case.start).waiting(wait);
    let ending = strace::inject(&shop, case, call, &format!("error={error}"), often)?;
    hold(&mut shop.waiting(wait_after), case, &ending, fault)
}
