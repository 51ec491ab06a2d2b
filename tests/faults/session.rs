//! Sessions of several commands, as their disk saw them: recorded with strace, one step after the other.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::disk::Step;
use crate::shop::{Ending, Shop, Start, quick_folder};
use crate::state::dump;
use crate::strace::{self, CHANGING, Stopped};

/// What is done in a session.
enum Act {
    /// A command runs to its end.
    Run(&'static [&'static str]),
    /// A command is refused because of what is there.
    Refused(&'static [&'static str]),
    /// A command is killed at its nth sync, when what it writes is in the log.
    Kill(&'static [&'static str], usize),
    /// A reader begins, and stays in the middle of it.
    BeginReading,
    /// The reader is killed.
    EndReading,
}

/// Each closes the file; then a reader keeps the log growing; then the log is left over; then programs are killed, and
/// somebody else finds what they did.
const ACTS: &[Act] = &[
    Act::Run(&["product", "import", "catalogue.json"]),
    Act::Run(&["create", "order.json"]),
    Act::Run(&["confirm", "LEG-LXYZ1234-AB5C"]),
    Act::Run(&["import", "orders.ndjson"]),
    Act::Run(&["set-status", "LEG-LXYZ1234-AB5C", "shipped"]),
    Act::Run(&["backup", "copy.db"]),
    Act::Run(&["product", "adjust", "SKU-12345", "+5", "--size", "L", "--note", "delivery"]),
    Act::BeginReading,
    Act::Run(&["confirm", "LEG-MLB4Q1XC-K2P9", "LEG-MLB63A8W-0QTZ"]),
    Act::Run(&["cancel", "LEG-LXYZ1234-AB5C", "--note", "came back"]),
    Act::Run(&["edit", "LEG-MLB2TG0R-7HTX", "--name", "Karim N."]),
    Act::Run(&["config", "shopName", "LEG"]),
    Act::Run(&["import", "--keep-going", "mixed.ndjson"]),
    Act::EndReading,
    Act::Run(&["product", "count", "PL-220", "4", "--size", "L", "--note", "stocktaking"]),
    Act::Kill(&["product", "adjust", "BLT-01", "+7", "--note", "delivery"], 3),
    Act::Run(&["config", "shopName", "LEG 2"]),
    Act::Kill(&["config", "shopName", "LEG 3"], 3),
    Act::BeginReading,
    Act::Run(&["config", "shopName", "LEG 3"]),
    Act::Run(&["import", "orders.ndjson"]),
    Act::EndReading,
    Act::Run(&["product", "set", "PL-220", "--price", "30"]),
    Act::Kill(&["confirm", "LEG-MIXED-1"], 3),
    Act::BeginReading,
    Act::Refused(&["confirm", "LEG-MIXED-1"]),
    Act::Run(&["config", "shopName", "LEG 4"]),
    Act::EndReading,
];

/// An older version's file is brought up to date by the first that writes.
const ACTS_ON_OLDER: &[Act] = &[Act::Run(&["config", "shopName", "LEG"]), Act::Run(&["confirm", "LEG-WAIT-0001"])];

/// A session.
pub struct Session {
    /// What is on the disk before it.
    pub found: Vec<Step>,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// The rows of the file: at first those that are found, then those after each act.
    pub states: Vec<String>,
    /// The backup, and the state from which on it has to be there.
    pub backup: Option<(usize, Vec<u8>)>,
}

/// A step, and what had been said by then.
pub struct Moment {
    pub step: Step,
    /// The state that was acknowledged before this step: nothing older may be found.
    pub acknowledged: usize,
    /// The state that is being worked on: nothing newer can be found.
    pub begun: usize,
}

/// What strace saw.
enum Seen {
    Step(Step),
    /// Something was printed to this stream: what it says is done.
    Said(u8),
}

impl Session {
    /// Records every session: from the making of a file on, and on older versions' files.
    pub fn record_all() -> Vec<Session> {
        let starts = [(Start::Missing, ACTS), (Start::Older, ACTS_ON_OLDER), (Start::OlderLogLeft, ACTS_ON_OLDER)];
        starts.map(|(start, acts)| Session::record(start, acts)).into()
    }

    /// Runs the acts and records them.
    fn record(start: Start, acts: &[Act]) -> Session {
        let shop = Shop::new(start);
        let mut session = Session { found: found(&shop), moments: Vec::new(), states: Vec::new(), backup: None };
        session.states.push(if start == Start::Missing { String::new() } else { rows(&shop) });
        let mut known: HashSet<String> = FILES.iter().map(|&name| name.to_owned()).collect();
        known.retain(|name| shop.path(name).exists());
        let mut reader: Option<Stopped> = None;
        let mut acknowledged = 0;
        for act in acts {
            let log = shop.path("strace.log");
            let options = |more: &[&str]| -> Vec<String> {
                let options = ["-y", "-xx", "-s", "1000000", "-o", log.to_str().unwrap(), "-e"];
                options.iter().chain(more).map(|&option| option.to_owned()).collect()
            };
            let trace = format!("trace={}", CHANGING.map(|name| format!("?{name}")).join(","));
            let (mut is_done, mut speaks_on) = (false, STDOUT);
            match act {
                Act::Run(arguments) => {
                    let ending = Ending::of(strace::traced(&shop, arguments, &options(&[&trace])));
                    assert!(matches!(ending.code, Some(0 | 8)), "{arguments:?}: {ending:#?}");
                    is_done = true;
                }
                Act::Refused(arguments) => {
                    let ending = Ending::of(strace::traced(&shop, arguments, &options(&[&trace])));
                    assert_eq!(ending.code, Some(5), "{arguments:?}: {ending:#?}");
                    (is_done, speaks_on) = (true, STDERR);
                }
                Act::Kill(arguments, nth) => {
                    let kill = format!("inject=fsync,fdatasync:signal=KILL:when={nth}");
                    let ending = Ending::of(strace::traced(&shop, arguments, &options(&[&trace, "-e", &kill])));
                    // A program that syncs less often than it should gets through.
                    is_done = ending.code.is_some();
                    assert!(rows(&shop) != session.states[session.states.len() - 1], "{arguments:?} wrote nothing");
                }
                Act::BeginReading => {
                    let trace = format!("{trace},pread64");
                    // In the middle of its checks.
                    let stopping = "inject=pread64:signal=STOP:when=20";
                    let command = strace::traced(&shop, &["check"], &options(&[&trace, "-e", stopping]));
                    reader = Some(Stopped::start(command, &log));
                }
                Act::EndReading => {
                    reader.take().expect("a reader was begun").kill();
                    continue;
                }
            }
            let begun = session.states.len();
            for seen in read_log(&fs::read_to_string(&log).unwrap(), shop.folder(), &mut known) {
                match seen {
                    Seen::Said(stream) => {
                        if stream == speaks_on {
                            acknowledged = begun;
                        }
                    }
                    Seen::Step(step) => session.moments.push(Moment { step, acknowledged, begun }),
                }
            }
            session.states.push(rows(&shop));
            if is_done {
                acknowledged = begun;
            }
            if session.backup.is_none() && shop.path("copy.db").exists() {
                session.backup = Some((begun, fs::read(shop.path("copy.db")).unwrap()));
            }
        }
        session
    }
}

const STDOUT: u8 = 1;
const STDERR: u8 = 2;

/// The orders file and what of it is beside it.
const FILES: [&str; 3] = ["orders.db", "orders.db-wal", "orders.db-journal"];

/// Returns the steps that lead to what is there.
fn found(shop: &Shop) -> Vec<Step> {
    let mut steps = Vec::new();
    for name in FILES {
        if let Ok(content) = fs::read(shop.path(name)) {
            let name = || name.to_owned();
            steps.extend([Step::Create(name()), Step::Write(name(), 0, content), Step::Sync(name())]);
        }
    }
    steps.push(Step::SyncFolder);
    steps
}

/// Returns the rows of the file as the next program would find them, without touching it: the program finds nothing wrong
/// with a copy.
fn rows(shop: &Shop) -> String {
    let copy = quick_folder();
    for name in FILES {
        if shop.path(name).exists() {
            fs::copy(shop.path(name), copy.path().join(name)).unwrap();
        }
    }
    let file = copy.path().join("orders.db");
    let mut check = shop.orders(&["check"]);
    check.env("ORDERS_DB", &file);
    let check = Ending::of(check);
    assert!(check.code == Some(0) && check.stdout.is_empty(), "{check:#?}");
    dump(&rusqlite::Connection::open(file).unwrap()).unwrap()
}

/// Reads what strace wrote with `-f -y -xx`; `known` are the names that are there.
fn read_log(log: &str, folder: &Path, known: &mut HashSet<String>) -> Vec<Seen> {
    strace::whole_calls(log).filter_map(|(_, call)| read_call(&call, folder, known)).collect()
}

/// Reads one call; none where it failed or is about nothing in the folder.
fn read_call(call: &str, folder: &Path, known: &mut HashSet<String>) -> Option<Seen> {
    let (name, rest) = call.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    if result.starts_with(['-', '?']) {
        return None;
    }
    let in_folder = |path: &[u8]| -> Option<String> {
        let path = folder.join(std::str::from_utf8(path).ok()?);
        let name = path.strip_prefix(folder).ok()?.to_str()?.to_owned();
        // The index of the log is made anew from the log.
        (!name.ends_with("-shm")).then_some(name)
    };
    let texts: Vec<Vec<u8>> = arguments.split('"').skip(1).step_by(2).map(bytes).collect();
    let opened = || in_folder(&bytes(arguments.split_once('<')?.1.split_once('>')?.0));
    let number = |nth_from_end: usize| -> Option<usize> {
        arguments.trim_end_matches(')').rsplit(", ").nth(nth_from_end)?.trim().parse().ok()
    };
    let step = match name {
        "write" if arguments.starts_with("1<") => return Some(Seen::Said(STDOUT)),
        "write" if arguments.starts_with("2<") => return Some(Seen::Said(STDERR)),
        "pwrite64" => {
            let written: usize = result.split(' ').next()?.parse().ok()?;
            let mut bytes = texts.into_iter().next()?;
            bytes.truncate(written);
            Step::Write(opened()?, number(0)?, bytes)
        }
        "ftruncate" => Step::Resize(opened()?, number(0)?),
        "fsync" | "fdatasync" => match opened()? {
            name if name.is_empty() => Step::SyncFolder,
            name => Step::Sync(name),
        },
        "openat" if arguments.contains("O_CREAT") => {
            let name = in_folder(texts.first()?)?;
            if !known.insert(name.clone()) {
                return None;
            }
            Step::Create(name)
        }
        "unlink" | "unlinkat" => {
            let name = in_folder(texts.first()?)?;
            known.remove(&name);
            Step::Remove(name)
        }
        "rename" | "renameat" | "renameat2" => {
            let (from, to) = (in_folder(texts.first()?)?, in_folder(texts.get(1)?)?);
            known.remove(&from);
            known.insert(to.clone());
            Step::Rename(from, to)
        }
        "link" | "linkat" => {
            let (from, to) = (in_folder(texts.first()?)?, in_folder(texts.get(1)?)?);
            known.insert(to.clone());
            Step::Link(from, to)
        }
        _ => return None,
    };
    Some(Seen::Step(step))
}

/// Reads a text in which bytes may stand as `\x2f`.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let digits = rest.strip_prefix(b"\\x").and_then(|digits| digits.get(..2));
        let byte = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[4..];
            }
            None => {
                bytes.push(first);
                rest = more;
            }
        }
    }
    bytes
}
