//! Killed at every system call.

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::promises::{Fault, hold};
use crate::shop::Shop;
use crate::strace::{self, Call, Often};
use crate::work::{Case, commands};

const SIGKILL: i32 = 9;

/// Kills every writing command at every call, before it is made, on every kind of file.
pub fn killed(plan: &Plan) -> Result<Row, Failed> {
    at_calls(plan, "killed", Case::all(), 50)
}

/// Kills these commands at every call; the short version some of them.
pub fn at_calls(plan: &Plan, name: &'static str, cases: &'static [Case], few: usize) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip(name, "strace is not there, or may not trace");
    }
    let mut random = plan.random(name);
    let chosen = plan.sample(&mut random, few, cases.iter());
    let mut points = Vec::new();
    for case in chosen {
        // The short version kills where it matters most.
        let calls = strace::calls(case).into_iter().filter(|call| plan.is_long || call.is_changing());
        points.extend(plan.sample(&mut random, 3, calls.map(|call| (case, call))));
    }
    let faults = plan.try_all(&points, |(case, call)| {
        kill(case, call).map_err(|problem| format!("killed at {} {}: {problem}", call.name, call.nth))
    })?;
    let tried = format!("{} commands on {} files, at {} calls", commands(cases), cases.len(), points.len());
    Ok(Row { fault: name, tried, faults })
}

fn kill(case: &Case, call: &Call) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let ending = strace::inject(&shop, case, call, "signal=KILL", Often::Once)?;
    if ending.signal != Some(SIGKILL) {
        return Err(format!("it was not killed: {ending:#?}"));
    }
    hold(&mut shop, case, &ending, Fault::Signal(SIGKILL))
}
