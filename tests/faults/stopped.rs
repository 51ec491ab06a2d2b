//! Stopped, continued and interrupted.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::fault::{Plan, Row, skip};
use crate::killed::commands;
use crate::promises::{Fault, INTERRUPTED, hold};
use crate::shop::{Ending, Shop, Start};
use crate::strace::{self, Call};
use crate::work::Case;

/// The calls at which a run is stopped.
const CALLS: [&str; 8] = ["pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "renameat2", "rename"];
/// Those at which it is interrupted.
const MORE_CALLS: [&str; 12] = [
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "ftruncate",
    "unlink",
    "renameat2",
    "rename",
    "pread64",
    "openat",
    "fcntl",
    "close",
];

/// A program that runs under strace and was stopped there.
pub struct Stopped {
    child: Child,
}

/// How long a program may take to come to where it is stopped.
const PATIENCE: Duration = Duration::from_secs(20);

impl Stopped {
    /// Starts a program under strace, which writes to `log`, and waits until it is stopped.
    pub fn start(mut command: Command, log: &Path) -> Stopped {
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let child = command.spawn().unwrap();
        let started = Instant::now();
        let is_stopped = || std::fs::read_to_string(log).is_ok_and(|log| log.contains("--- stopped by SIGSTOP ---"));
        while !is_stopped() {
            assert!(started.elapsed() < PATIENCE, "the program was not stopped");
            std::thread::sleep(Duration::from_millis(2));
        }
        Stopped { child }
    }

    /// Sends a signal to the program, and to the strace that watches it.
    fn signal(&self, signal: Signal) {
        let group = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        let _ = kill_process_group(group, signal);
    }

    /// Lets it go on to its end.
    fn go_on(self) -> Ending {
        self.signal(Signal::CONT);
        Ending::from(self.child.wait_with_output().unwrap())
    }

    /// Ends it.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Stops every command at its writing calls, looks at what others can do meanwhile, and lets it go on.
pub fn stopped(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("stopped", "strace is not there, or may not trace");
    }
    let cases = Case::all();
    let points = points(plan, "stopped", 1, cases, &CALLS);
    let faults = plan.try_all(&points, |(case, call)| {
        stop(case, call).map_err(|problem| format!("stopped at {} {}: {problem}", call.name, call.nth))
    })?;
    let tried = format!("{} commands on {} files, at {} calls", commands(cases), cases.len(), points.len());
    Ok(Row { fault: "stopped", tried, faults })
}

/// Interrupts every command, as Ctrl-C does.
pub fn interrupted(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("interrupted", "strace is not there, or may not trace");
    }
    let cases = Case::all();
    let points = points(plan, "interrupted", 1, cases, &MORE_CALLS);
    let faults = plan.try_all(&points, |(case, call)| {
        interrupt(case, call).map_err(|problem| format!("interrupted at {} {}: {problem}", call.name, call.nth))
    })?;
    let tried = format!("{} commands on {} files, at {} calls", commands(cases), cases.len(), points.len());
    Ok(Row { fault: "interrupted", tried, faults })
}

/// The calls of every command, or a few of them.
fn points<'a>(plan: &Plan, fault: &str, few: usize, cases: &'a [Case], names: &[&str]) -> Vec<(&'a Case, Call)> {
    let mut random = plan.random(fault);
    let cases = if plan.is_long { cases.iter().collect() } else { random.choose_multiple(cases, 8) };
    let calls = |case: &'a Case| {
        let calls = strace::calls(&Shop::new(case.start), case.work, names);
        calls.into_iter().filter(|call| call.is_ours).map(move |call| (case, call))
    };
    cases.into_iter().flat_map(|case| plan.sample(&mut random, few, calls(case))).collect()
}

/// Runs a command; none where it waits. SQLite waits for who recovers a log for ten seconds, whatever it is told.
fn answer(mut command: Command) -> Option<Ending> {
    const SOON: Duration = Duration::from_millis(500);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > SOON {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Some(Ending::from(child.wait_with_output().unwrap()))
}

fn stop(case: &Case, call: &Call) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let log = tempfile::NamedTempFile::new().unwrap();
    let name = &call.name;
    let options = ["-o".to_owned(), log.path().to_str().unwrap().to_owned(), "-e".to_owned(), format!("trace={name}")];
    let inject = ["-e".to_owned(), format!("inject={name}:signal=STOP:when={}", call.nth)];
    let command = strace::traced(&shop, case.work.arguments, &[&options[..], &inject].concat());
    let stopped = Stopped::start(command, log.path());
    let is_backup = case.work.name == "backup";
    let others = || -> Result<(), String> {
        // It may have been stopped in its transaction, or beside it.
        let write = || answer(shop.orders(&["--wait", "0", "config", "lowStock", "5"]));
        match if is_backup { None } else { write() } {
            None => {}
            Some(write) if matches!(write.code, Some(0 | 7)) => {}
            Some(write) => return Err(format!("another writer: {write:#?}")),
        }
        // The first and the last one to use a file have it for themselves for a moment, in which they may have been
        // stopped. Where another reads it, they are not.
        let read = shop.orders(&["--wait", "0", "list"]);
        let read = if case.start == Start::Read { Some(Ending::of(read)) } else { answer(read) };
        let Some(read) = read else { return Ok(()) };
        let may_wait = case.start != Start::Read && read.code == Some(7);
        let is_blank = case.start == Start::Empty && read.code == Some(1);
        if read.code == Some(0) || may_wait || is_blank { Ok(()) } else { Err(format!("a reader: {read:#?}")) }
    };
    let met = if case.start == Start::Missing { Ok(()) } else { others() };
    let ending = stopped.go_on();
    met.map_err(|problem| format!("while {case} was stopped, it kept {problem}"))?;
    if ending.code != Some(case.code) {
        return Err(format!("{case} did not go on: {ending:#?}"));
    }
    // The other writer left its setting, or it was refused: both are put back to nothing.
    let reset = Ending::of(shop.orders(&["config", "lowStock", ""]));
    if reset.code != Some(0) {
        return Err(format!("the next writer: {reset:#?}"));
    }
    hold(&mut shop, case, &ending, Fault::MayFail)
}

fn interrupt(case: &Case, call: &Call) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let ending = strace::inject(&shop, case.work, call, "signal=INT");
    if ending.code != Some(INTERRUPTED) && ending.code != Some(case.code) {
        return Err(format!("{case} should end with 130: {ending:#?}"));
    }
    hold(&mut shop, case, &ending, Fault::MayFail)
}
