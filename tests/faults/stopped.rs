//! Stopped, continued and interrupted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::promises::{Fault, INTERRUPTED, hold};
use crate::shop::{Ending, Shop, Start};
use crate::strace::{self, Call, Often, Stopped};
use crate::work::{Case, commands};

/// Stops every command at its calls that change something, looks at what others can do meanwhile, and lets it go on.
pub fn stopped(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("stopped", "strace is not there, or may not trace");
    }
    let cases = Case::all();
    let points = points(plan, "stopped", 12, Call::is_changing);
    let waited = AtomicU64::new(0);
    let faults = plan.try_all(&points, |(case, call)| {
        stop(case, call, &waited).map_err(|problem| format!("stopped at {} {}: {problem}", call.name, call.nth))
    })?;
    let (commands, files, calls, waited) = (commands(cases), cases.len(), points.len(), waited.into_inner());
    let tried = format!(
        "{commands} commands on {files} files, at {calls} calls; others waited, outside of a transaction, at {waited}"
    );
    Ok(Row { fault: "stopped", tried, faults })
}

/// Interrupts every command, as Ctrl-C does.
pub fn interrupted(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("interrupted", "strace is not there, or may not trace");
    }
    let cases = Case::all();
    let points = points(plan, "interrupted", 12, |_| true);
    let ended = AtomicU64::new(0);
    let faults = plan.try_all(&points, |(case, call)| {
        interrupt(case, call, &ended).map_err(|problem| format!("interrupted at {} {}: {problem}", call.name, call.nth))
    })?;
    let ended = ended.into_inner();
    // It is too late only once the work is done.
    if ended * 2 < faults {
        return Err(format!("seed {}: of {faults} that were interrupted only {ended} ended there", plan.seed).into());
    }
    let (commands, files) = (commands(cases), cases.len());
    let tried = format!("{commands} commands on {files} files, at {faults} calls, of which {ended} ended it");
    Ok(Row { fault: "interrupted", tried, faults })
}

/// The calls of every command, or one of some commands.
fn points(plan: &Plan, fault: &str, few: usize, is_wanted: impl Fn(&Call) -> bool) -> Vec<(&'static Case, Call)> {
    let mut random = plan.random(fault);
    let mut points = Vec::new();
    for case in plan.sample(&mut random, few, Case::all().iter()) {
        let calls = strace::calls(case).into_iter().filter(&is_wanted);
        points.extend(plan.sample(&mut random, 1, calls.map(|call| (case, call))));
    }
    points
}

/// Tells what others meet while a command is stopped; `waited` counts those that did not come to their end. SQLite waits
/// for who recovers a log for ten seconds, whatever it is told.
fn others_meet(shop: &Shop, case: &Case, call: &Call, waited: &AtomicU64) -> Result<(), String> {
    const SOON: Duration = Duration::from_millis(500);
    const LATE: Duration = Duration::from_secs(20);
    if case.work.name != "backup" {
        let write = shop.orders(&["--wait", "0", "config", "lowStock", "5"]);
        match Ending::within(SOON, write) {
            None => {
                waited.fetch_add(1, Ordering::Relaxed);
            }
            Some(write) if matches!(write.code, Some(0 | 7)) => {}
            Some(write) => return Err(format!("another writer: {write:#?}")),
        }
    }
    // The first and the last one to use a file have it for themselves for a moment, in which they may have been stopped.
    // In the middle of a transaction, or where another reads the file, they are not.
    let has_content = !matches!(case.start, Start::Missing | Start::Empty);
    let may_wait = !(case.start.is_read() || (has_content && call.is_in_transaction));
    let read = shop.orders(&["--wait", "0", "list"]);
    match Ending::within(if may_wait { SOON } else { LATE }, read) {
        None if may_wait => {
            waited.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
        None => Err("a reader waiting".to_owned()),
        Some(read) => match read.code {
            Some(0) => Ok(()),
            Some(7) if may_wait => Ok(()),
            // It is not made yet.
            Some(1) if !has_content => Ok(()),
            _ => Err(format!("a reader: {read:#?}")),
        },
    }
}

fn stop(case: &Case, call: &Call, waited: &AtomicU64) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let log = tempfile::NamedTempFile::new().unwrap();
    let name = &call.name;
    let options = ["-o".to_owned(), log.path().to_str().unwrap().to_owned(), "-e".to_owned(), format!("trace={name}")];
    let inject = ["-e".to_owned(), format!("inject={name}:signal=STOP:when={}", call.nth)];
    let command = strace::traced(&shop, case.work.arguments, &[&options[..], &inject].concat());
    let stopped = Stopped::start(command, log.path());
    let met = others_meet(&shop, case, call, waited);
    let ending = stopped.go_on();
    met.map_err(|problem| format!("while {case} was stopped, it kept {problem}"))?;
    // The other writer left its setting, or it was refused: both are put back to nothing.
    let reset = Ending::of(shop.orders(&["config", "lowStock", ""]));
    if reset.code != Some(0) {
        return Err(format!("the next writer: {reset:#?}"));
    }
    hold(&mut shop, case, &ending, Fault::None)
}

fn interrupt(case: &Case, call: &Call, ended: &AtomicU64) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let ending = strace::inject(&shop, case, call, "signal=INT", Often::Once)?;
    ended.fetch_add(u64::from(ending.code == Some(INTERRUPTED)), Ordering::Relaxed);
    hold(&mut shop, case, &ending, Fault::Interrupted)
}
