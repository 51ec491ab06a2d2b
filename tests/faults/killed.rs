//! Killed at every system call.

use std::collections::HashSet;

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::promises::{Fault, hold};
use crate::shop::Shop;
use crate::strace::{self, Call};
use crate::work::Case;

/// The calls at which a run is killed, before they are made.
const CALLS: [&str; 14] = [
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "ftruncate",
    "unlink",
    "unlinkat",
    "openat",
    "fcntl",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
];

const SIGKILL: i32 = 9;

/// Kills every writing command at every call, on every kind of file.
pub fn killed(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("killed", "strace is not there, or may not trace");
    }
    let cases = Case::all();
    let (mut points, mut random) = (Vec::new(), plan.random("killed"));
    for case in cases {
        let calls = strace::calls(&Shop::new(case.start), case.work, &CALLS);
        points.extend(plan.sample(&mut random, 2, calls.into_iter().map(|call| (case, call))));
    }
    let faults = plan.try_all(&points, |(case, call)| {
        kill(case, call).map_err(|problem| format!("killed at {} {}: {problem}", call.name, call.nth))
    })?;
    let tried = format!("{} commands on {} files, at {} calls", commands(cases), cases.len(), points.len());
    Ok(Row { fault: "killed", tried, faults })
}

fn kill(case: &Case, call: &Call) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let ending = strace::inject(&shop, case.work, call, "signal=KILL");
    if ending.signal != Some(SIGKILL) {
        return Err(format!("it was not killed: {ending:#?}"));
    }
    hold(&mut shop, case, &ending, Fault::Signal(SIGKILL))
}

/// Counts the commands of some cases.
pub fn commands(cases: &[Case]) -> usize {
    cases.iter().map(|case| case.work.name).collect::<HashSet<_>>().len()
}
