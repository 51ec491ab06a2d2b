//! Locks that the program drops itself: POSIX takes all of a process's locks on a file away as soon as the process closes any
//! descriptor of it. Whatever names the orders file, or what stands beside it, is refused, and others lose nothing meanwhile.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use libtest_mimic::Failed;
use rusqlite::Connection;

use crate::common::{BELT, order};
use crate::fault::{Plan, Row, skip};
use crate::shop::{Ending, Shop, Start, program};
use crate::strace;
use crate::work::{Case, commands};

/// What SQLite keeps of a file that is in use.
const FILES: [&str; 3] = ["orders.db", "orders.db-wal", "orders.db-shm"];

/// How a file can be named in a line of shell, and what the shell is to open for it.
const WAYS: [(&str, &str); 10] = [
    ("FILE", ""),
    ("./FILE", ""),
    ("$PWD/FILE", ""),
    ("hard-FILE", ""),
    ("soft-FILE", ""),
    ("folder/FILE", ""),
    ("/dev/fd/9", "9<FILE"),
    ("/proc/self/fd/9", "9<FILE"),
    ("-", "<FILE"),
    ("/dev/stdin", "<FILE"),
];

/// Commands that read a file.
const READING: [&str; 7] = [
    "import SOURCE many.ndjson",
    "import many.ndjson SOURCE",
    "import --keep-going SOURCE many.ndjson",
    "import --dry-run SOURCE many.ndjson",
    "import --keep-going many.ndjson SOURCE --rejects mend.ndjson",
    "create SOURCE",
    "product import SOURCE catalogue.json",
];

/// Commands that make a file.
const MAKING: [&str; 2] = ["import many.ndjson mixed.ndjson --keep-going --rejects SOURCE", "backup SOURCE"];

/// A line of shell that names a file of SQLite's.
#[derive(Debug, Clone)]
struct Attack {
    line: String,
    is_reading: bool,
}

/// Traces every command, and runs all that name the file while others write.
pub fn locked(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("locked file", "strace is not there, or may not trace");
    }
    let mut random = plan.random("locked");
    let cases = plan.sample(&mut random, 25, Case::all().iter());
    let traced = plan.try_all(&cases, |case| {
        let shop = Shop::new(case.start);
        let (ending, log) = trace(&shop, &format!("{} {}", program().display(), quoted(case.work.arguments)));
        match hold_locks(&log) {
            Ok(true) if ending.code == Some(case.code) => Ok(()),
            Ok(has_locked) => Err(format!("{case}: it locked something: {has_locked}; {ending:#?}")),
            Err(broken) => Err(format!("{case}: {broken}")),
        }
    })?;
    let attacks = plan.sample(&mut random, 25, attacks().into_iter());
    let attacked = plan.try_all(&attacks, |attack| {
        let many = plan.size(300, 3_000);
        attempt(attack, many).map_err(|broken| format!("{}: {broken}", attack.line))
    })?;
    let (names, lines) = (commands(Case::all()), READING.len() + MAKING.len());
    let tried = format!(
        "{names} commands traced; {lines} arguments that name the file or one beside it in {} ways, while others write",
        WAYS.len()
    );
    Ok(Row { fault: "locked file", tried, faults: traced + attacked })
}

fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for file in FILES {
        for (way, opened) in WAYS {
            // The program takes no orders file that has two names.
            if way.starts_with("hard") && file == "orders.db" {
                continue;
            }
            let reading = READING.iter().map(|line| (line, true));
            let making = MAKING.iter().filter(|_| way != "-").map(|line| (line, false));
            for (line, is_reading) in reading.chain(making) {
                let line = format!("{} {opened}", line.replace("SOURCE", way)).replace("FILE", file);
                attacks.push(Attack { line, is_reading });
            }
        }
    }
    attacks
}

fn quoted(arguments: &[&str]) -> String {
    arguments.iter().map(|argument| format!("'{argument}'")).collect::<Vec<_>>().join(" ")
}

/// Runs a line of shell under strace, and returns what it did with descriptors and locks.
fn trace(shop: &Shop, line: &str) -> (Ending, String) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = shop.run("strace");
    command.args(["-f", "-qq", "-y", "--seccomp-bpf", "-e", "trace=fcntl,close", "-o"]).arg(log.path());
    command.args(["sh", "-c", &format!("exec {line}")]);
    let ending = Ending::of(command);
    (ending, fs::read_to_string(log.path()).unwrap())
}

/// Holds that no file was closed on which the program had locks; returns whether it ever had one.
fn hold_locks(log: &str) -> Result<bool, String> {
    /// What a program that has an index open locks in it for as long as it lives.
    const LIVING: u64 = 128;
    let mut locks: HashMap<String, BTreeSet<u64>> = HashMap::new();
    let mut has_locked = false;
    for (_, line) in strace::whole_calls(log) {
        // fcntl(3</folder/orders.db>, F_SETLK, {l_type=F_RDLCK, l_whence=SEEK_SET, l_start=1073741824, l_len=1}) = 0
        let Some((call, rest)) = line.split_once('(') else { continue };
        let Some((_, rest)) = rest.split_once('<') else { continue };
        let Some((path, rest)) = rest.split_once('>') else { continue };
        let file = path.rsplit('/').next().unwrap_or_default().trim_start_matches("hard-").to_owned();
        let held = locks.entry(file).or_default();
        if call.ends_with("close") {
            if !held.is_empty() {
                return Err(format!("closes a file on which it has {} locks: {line}", held.len()));
            }
            continue;
        }
        let number = |name: &str| -> Option<u64> {
            rest.split_once(name)?.1.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        let (Some(start), Some(length)) = (number("l_start="), number("l_len=")) else { continue };
        if !rest.contains("F_SETLK") || !rest.ends_with("= 0") {
            continue;
        }
        let end = if length == 0 { u64::MAX } else { start + length };
        match rest.contains("F_UNLCK") {
            true => held.retain(|byte| !(start..end).contains(byte)),
            false => {
                has_locked = true;
                held.extend((start..end).filter(|byte| *byte != LIVING));
            }
        }
    }
    Ok(has_locked)
}

/// Runs an attack while others write: it is refused, and nothing that they were told is lost.
fn attempt(attack: &Attack, many: usize) -> Result<(), String> {
    let shop = Shop::new(Start::Read);
    for file in FILES {
        symlink(shop.path(file), shop.path(&format!("soft-{file}"))).unwrap();
        if file != "orders.db" {
            fs::hard_link(shop.path(file), shop.path(&format!("hard-{file}"))).unwrap();
        }
    }
    symlink(shop.folder(), shop.path("folder")).unwrap();
    let orders = (0..many).map(|number| order(&format!("MANY-{number}"), BELT, 1, None) + "\n");
    fs::write(shop.path("many.ndjson"), orders.collect::<String>()).unwrap();
    let is_over = AtomicBool::new(false);
    let (acknowledged, (ending, log)) = thread::scope(|scope| {
        let others = scope.spawn(|| write_on(&shop, &is_over));
        let attacked = trace(&shop, &format!("{} {}", program().display(), attack.line));
        is_over.store(true, Ordering::Relaxed);
        (others.join().unwrap(), attacked)
    });
    let connection = Connection::open(shop.file()).map_err(|error| error.to_string())?;
    for reference in acknowledged? {
        let sql = "SELECT COUNT(*) FROM orders WHERE reference = ?1";
        let found = connection.query_row(sql, [&reference], |row| row.get(0));
        if found != Ok(1) {
            return Err(format!("{reference} was acknowledged and is not there: {found:?}"));
        }
    }
    hold_locks(&log)?;
    let is_refused = match attack.is_reading {
        true => ending.code == Some(4) && ending.stderr.contains("the orders file cannot be read as input"),
        false => matches!(ending.code, Some(1 | 5)),
    };
    if !is_refused || !ending.stdout.is_empty() {
        return Err(format!("it is not refused: {ending:#?}"));
    }
    let check = Ending::of(shop.orders(&["check"]));
    if check.code == Some(0) { Ok(()) } else { Err(format!("check: {check:#?}")) }
}

/// Takes orders until the others are done, at least three and at most `MOST`, and returns those that were acknowledged. Without
/// a maximum, a program that reads the growing log would never end.
fn write_on(shop: &Shop, is_over: &AtomicBool) -> Result<Vec<String>, String> {
    const MOST: usize = 200;
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 3 || (acknowledged.len() < MOST && !is_over.load(Ordering::Relaxed)) {
        let reference = format!("ACK-{}", acknowledged.len());
        fs::write(shop.path("ack.json"), order(&reference, BELT, 1, None)).unwrap();
        let ending = Ending::of(shop.orders(&["--wait", "60", "create", "-q", "ack.json"]));
        if ending.code != Some(0) {
            return Err(format!("{reference}: {ending:#?}"));
        }
        acknowledged.push(reference);
    }
    Ok(acknowledged)
}
