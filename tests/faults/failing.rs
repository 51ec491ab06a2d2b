//! Every input and output call fails once.

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::killed::commands;
use crate::promises::{Fault, hold};
use crate::shop::Shop;
use crate::strace::{self, Call};
use crate::work::Case;

/// The calls that are made to fail.
const CALLS: [&str; 26] = [
    "openat",
    "close",
    "read",
    "pread64",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "newfstatat",
    "fstat",
    "stat",
    "lstat",
    "statx",
    "statfs",
    "fcntl",
    "fchown",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "lseek",
    "mmap",
];

/// How they fail.
const ERRORS: [&str; 5] = ["EIO", "ENOSPC", "EINTR", "EACCES", "ENOMEM"];

/// Lets every call that the program makes itself fail, in every way, on every kind of file.
pub fn failing_call(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("failing call", "strace is not there, or may not trace");
    }
    let cases = Case::all();
    let (mut points, mut random) = (Vec::new(), plan.random("failing call"));
    for case in cases {
        let calls = strace::calls(&Shop::new(case.start), case.work, &CALLS);
        let calls = calls.into_iter().filter(|call| call.is_ours);
        let faults = calls.flat_map(|call| ERRORS.map(|error| (case, call.clone(), error)));
        points.extend(plan.sample(&mut random, 2, faults));
    }
    let faults = plan.try_all(&points, |(case, call, error)| {
        fail(case, call, error).map_err(|problem| format!("{error} at {} {}: {problem}", call.name, call.nth))
    })?;
    let tried = format!(
        "{} commands on {} files, {} errors, {} calls",
        commands(cases),
        cases.len(),
        ERRORS.len(),
        points.len()
    );
    Ok(Row { fault: "failing call", tried, faults })
}

fn fail(case: &Case, call: &Call, error: &str) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let ending = strace::inject(&shop, case.work, call, &format!("error={error}"));
    let fault = if (call.name.as_str(), error) == ("pread64", "EIO") { Fault::ReadFails } else { Fault::MayFail };
    hold(&mut shop, case, &ending, fault)
}
