//! System calls, listed and made to fail by strace.

use std::collections::HashMap;
use std::process::Command;

use crate::shop::{Ending, Shop, program};
use crate::work::Work;

/// The first thing that the program itself does: what comes before is the dynamic loader's and the runtime's.
const MAIN: &str = "rt_sigaction(SIGINT";

/// A system call of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// Which of its name it is, counted from 1.
    pub nth: usize,
    /// Whether the program itself made it.
    pub is_ours: bool,
}

/// Tells whether strace is there and may trace.
pub fn is_there() -> bool {
    let run = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    run.is_ok_and(|output| output.status.success())
}

/// Sets up a run of the program under strace; `options` say what strace does with which calls.
pub fn traced(shop: &Shop, arguments: &[&str], options: &[String]) -> Command {
    let mut command = shop.run("strace");
    command.args(["-f", "-qq"]).args(options).arg("--").arg(program()).args(arguments);
    command
}

/// Runs a command and makes something happen at its nth call of a name; `what` is in strace's words: `signal=KILL`.
pub fn inject(shop: &Shop, work: &Work, call: &Call, what: &str) -> Ending {
    let Call { name, nth, .. } = call;
    let (trace, inject) = (format!("trace={name}"), format!("inject={name}:{what}:when={nth}"));
    let mut options = vec!["-o", "/dev/null", "-e", &trace, "-e", &inject];
    // Quicker, but with it no signals are sent.
    options.extend((!what.starts_with("signal")).then_some("--seccomp-bpf"));
    let options: Vec<String> = options.into_iter().map(str::to_owned).collect();
    Ending::of(traced(shop, work.arguments, &options))
}

/// Lists the calls of a run by name, as far as their names are among `names`. strace counts those of each thread for
/// itself, and so does this; a call of any thread counts.
pub fn calls(shop: &Shop, work: &Work, names: &[&str]) -> Vec<Call> {
    let log = tempfile::NamedTempFile::new().unwrap();
    // A question mark: not every name is known on every machine.
    let names: String = names.iter().map(|name| format!("?{name},")).collect();
    let options = ["-o", log.path().to_str().unwrap(), "-e", &format!("trace={names}rt_sigaction")].map(str::to_owned);
    let ending = Ending::of(traced(shop, work.arguments, &options));
    assert!(matches!(ending.code, Some(0 | 8)), "{}: {ending:#?}", work.name);
    let text = std::fs::read_to_string(log.path()).unwrap();
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    let mut calls: Vec<Call> = Vec::new();
    let mut is_ours = false;
    for line in text.lines() {
        is_ours |= line.contains(MAIN);
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let Some((name, arguments)) = call.trim_start().split_once('(') else { continue };
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // The second half of a call that another thread's came into.
        if !is_name || name == "rt_sigaction" {
            continue;
        }
        let nth = counts.entry((thread, name)).or_default();
        *nth += 1;
        // Memory is no input or output, unless it is a file's.
        if name == "mmap" && !arguments.contains("MAP_SHARED") {
            continue;
        }
        let call = Call { name: name.to_owned(), nth: *nth, is_ours };
        if !calls.iter().any(|known| (&known.name, known.nth) == (&call.name, call.nth)) {
            calls.push(call);
        }
    }
    assert!(is_ours, "the program's first call was not found");
    calls
}
