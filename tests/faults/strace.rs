//! System calls, listed, made to fail and stopped at by strace.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::shop::{Ending, Shop, program};
use crate::work::Case;

/// The first thing that the program itself does: what comes before is the dynamic loader's and the runtime's.
const MAIN: &str = "rt_sigaction(SIGINT";

/// Calls that are no input and no output: of memory, signals, time and the process itself. All others count, and those
/// that start a thread.
const OF_THE_PROCESS: [&str; 26] = [
    "arch_prctl",
    "brk",
    "clock_nanosleep",
    "execve",
    "exit",
    "exit_group",
    "futex",
    "getegid",
    "geteuid",
    "getgid",
    "getpid",
    "gettid",
    "getuid",
    "madvise",
    "mprotect",
    "mremap",
    "munmap",
    "nanosleep",
    "prctl",
    "restart_syscall",
    "rseq",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "set_robust_list",
    "sigaltstack",
];

/// The calls that change what others see: on the disk, or of what the program says.
pub const CHANGING: [&str; 18] = [
    "openat",
    "pwrite64",
    "write",
    "splice",
    "copy_file_range",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fchown",
    "fchmod",
    "mkdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
];

/// A system call that the program itself makes in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// Which of its name it is, counted from 1.
    pub nth: usize,
    /// Whether it is made in a transaction that writes, which readers must not notice.
    pub is_in_transaction: bool,
    /// Whether it is to bear failing: random bytes are always there once the machine is up, and that a folder that was
    /// listed cannot be closed is impossible to the standard library.
    pub can_fail: bool,
    /// Whether it talks to a node of a cluster.
    pub is_of_network: bool,
}

impl Call {
    /// Returns whether others see something else after it.
    pub fn is_changing(&self) -> bool {
        CHANGING.contains(&self.name.as_str())
    }
}

/// Returns whether strace is there and may trace.
pub fn is_there() -> bool {
    let run = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    run.is_ok_and(|output| output.status.success())
}

/// Sets up a run of the program under strace; `options` say what strace does with which calls.
pub fn traced(shop: &Shop, arguments: &[&str], options: &[String]) -> Command {
    let mut command = shop.run("strace");
    command.args(["-f", "-qq"]).args(options).arg("--").arg(program()).args(shop.options()).args(arguments);
    command
}

/// How often something is made to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Often {
    /// At one call.
    Once,
    /// At this call and at all later ones of its name.
    FromThenOn,
}

/// Runs a command and makes something happen at its nth call of a name; `what` is in strace's words: `signal=KILL`.
///
/// # Errors
/// It does not come to its end.
pub fn inject(shop: &Shop, case: &Case, call: &Call, what: &str, often: Often) -> Result<Ending, String> {
    let Call { name, nth, .. } = call;
    let plus = if often == Often::FromThenOn { "+" } else { "" };
    let (trace, inject) = (format!("trace={name}"), format!("inject={name}:{what}:when={nth}{plus}"));
    let mut options = vec!["-o", "/dev/null", "-e", &trace, "-e", &inject];
    // Quicker, but with it no signals are sent.
    options.extend((!what.starts_with("signal")).then_some("--seccomp-bpf"));
    let options: Vec<String> = options.into_iter().map(str::to_owned).collect();
    let command = traced(shop, case.work.arguments, &options);
    Ending::within(PATIENCE, command).ok_or_else(|| format!("{case} does not come to its end"))
}

/// Lists the calls that the program itself makes in a run. strace counts those of each thread for itself, and so does
/// this; a call of any thread counts.
pub fn calls(case: &Case) -> Vec<Call> {
    let shop = Shop::new(case.start);
    let log = tempfile::NamedTempFile::new().unwrap();
    // A question mark: not every name is known on every machine.
    let trace = format!("trace=!{}", OF_THE_PROCESS.map(|name| format!("?{name}")).join(","));
    // `-y` says what each descriptor is open on: `3<socket:[2040]>`.
    let options = ["-y", "-o", log.path().to_str().unwrap(), "-e", &trace].map(str::to_owned);
    let ending = Ending::of(traced(&shop, case.work.arguments, &options));
    assert_eq!(ending.code, Some(case.code), "{case}: {ending:#?}");
    let text = std::fs::read_to_string(log.path()).unwrap();
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    let (mut calls, mut known) = (Vec::new(), HashSet::new());
    let mut folders: HashSet<&str> = HashSet::new();
    let mut locks = Locks::default();
    let mut is_ours = false;
    let whole: Vec<_> = whole_calls(&text).collect();
    for (thread, call) in &whole {
        is_ours |= call.contains(MAIN);
        let Some((name, arguments)) = call.split_once('(') else { continue };
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name || name == "rt_sigaction" {
            continue;
        }
        let nth = counts.entry((*thread, name)).or_default();
        *nth += 1;
        let is_in_transaction = locks.is_in_transaction();
        if name == "fcntl" {
            locks.note(arguments);
        }
        if name == "openat" && arguments.contains("O_DIRECTORY") {
            folders.extend(arguments.rsplit(" = ").next().and_then(descriptor));
        }
        let closes_folder = name == "close" && descriptor(arguments).is_some_and(|closed| folders.remove(closed));
        // Memory is no input or output, unless it is a file's. And what happens to a call happens to those of the same
        // number in other threads.
        if (name == "mmap" && !arguments.contains("MAP_SHARED")) || !known.insert((name, *nth)) || !is_ours {
            continue;
        }
        let can_fail = name != "getrandom" && !closes_folder;
        calls.push(Call {
            name: name.to_owned(),
            nth: *nth,
            is_in_transaction,
            can_fail,
            is_of_network: arguments.contains("<socket:["),
        });
    }
    assert!(is_ours, "the program's first call was not found");
    calls
}

/// Returns the calls in a log of strace, each with its thread, in the order in which they ended. A call that another thread's came
/// into has two lines there.
pub fn whole_calls(log: &str) -> impl Iterator<Item = (&str, String)> {
    let mut begun = HashMap::new();
    log.lines().filter_map(move |line| {
        let (thread, rest) = line.split_once(' ')?;
        let rest = rest.trim_start();
        if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(thread, start);
            return None;
        }
        let end = rest.strip_prefix("<...").and_then(|resumed| resumed.split_once("resumed>"));
        match end {
            Some((_, end)) => begun.remove(thread).map(|start| (thread, format!("{start}{end}"))),
            None => Some((thread, rest.to_owned())),
        }
    })
}

/// Returns the descriptor that a text begins with: `3` of `3</shop/orders.db>`.
fn descriptor(text: &str) -> Option<&str> {
    text.split_once('<').map(|(number, _)| number)
}

/// The bytes of a log's index that a program has locked.
#[derive(Default)]
struct Locks {
    for_itself: BTreeSet<u64>,
    with_others: BTreeSet<u64>,
}

impl Locks {
    /// Where the locks are; the first is a writer's, the last ones are readers'.
    const PLACES: std::ops::Range<u64> = 120..128;

    /// Takes in the arguments and the result of an `fcntl`.
    fn note(&mut self, call: &str) {
        let number = |name: &str| -> Option<u64> {
            let (_, rest) = call.split_once(name)?;
            rest.split([',', '}']).next()?.parse().ok()
        };
        let (Some(start), Some(length)) = (number("l_start="), number("l_len=")) else { return };
        if !call.ends_with(" = 0") || !Locks::PLACES.contains(&start) {
            return;
        }
        for place in start..start + length {
            self.for_itself.remove(&place);
            self.with_others.remove(&place);
            if call.contains("F_WRLCK") {
                self.for_itself.insert(place);
            } else if call.contains("F_RDLCK") {
                self.with_others.insert(place);
            }
        }
    }

    /// A writer reads too; who only recovers a log does not yet.
    fn is_in_transaction(&self) -> bool {
        self.for_itself.iter().eq([&Locks::PLACES.start]) && !self.with_others.is_empty()
    }
}

/// A program that runs under strace and was stopped there.
pub struct Stopped {
    child: Child,
}

/// How long a program may take to come to where it is stopped, or to its end.
const PATIENCE: Duration = Duration::from_secs(60);

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
    pub fn go_on(self) -> Ending {
        self.signal(Signal::CONT);
        Ending::from(self.child.wait_with_output().unwrap())
    }

    /// Ends it.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}
