//! Crowds: many processes on one file at once. Exactly what there is is sold, nothing is taken twice, nobody who waits is
//! sent away, and who is sent away changed nothing.

use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use libtest_mimic::Failed;
use rusqlite::Connection;

use crate::changing_crowd::Changes;
use crate::common::{BELT, disagreements, order};
use crate::fault::{Plan, Row};
use crate::shop::{Ending, Shop, Start};

/// How many seconds are enough for any crowd here: whoever is still sent away was sent away wrongly.
pub const WAIT: u32 = 300;

/// A crowd.
pub struct Crowd {
    /// How many processes run at any time.
    pub processes: usize,
    /// How many orders there are.
    pub orders: usize,
    /// How many of them can be had.
    pub stock: usize,
    /// Whether every process confirms every order, each in an order of its own; else they share them.
    pub all_want_all: bool,
    /// How many orders each process names at once, all or nothing.
    pub at_once: usize,
    /// Whether imports and backups go on meanwhile.
    pub has_company: bool,
    /// Whether everybody waits for the others; else they are sent away, and come back until they had their turn.
    pub waits: bool,
    /// How many processes are killed at some moment, and their orders confirmed once more.
    pub kills: usize,
}

/// How far a crowd has come.
#[derive(Default)]
pub struct Progress {
    /// How many confirms have ended.
    pub ended: AtomicUsize,
    /// How many processes were killed.
    killed: AtomicUsize,
    /// How many milliseconds the latest confirm took.
    latest: AtomicU64,
    pub is_over: AtomicBool,
}

/// Holds what must hold of crowds.
pub fn crowd(plan: &Plan) -> Result<Row, Failed> {
    let crowd = |processes, orders, stock| Crowd {
        processes,
        orders,
        stock,
        all_want_all: false,
        at_once: 1,
        has_company: true,
        waits: true,
        kills: 0,
    };
    let crowds = [
        plan.size(crowd(8, 64, 40), crowd(16, 8_000, 5_000)),
        plan.size(Crowd { has_company: false, ..crowd(32, 64, 41) }, crowd(64, 1_920, 1_200)),
        Crowd { all_want_all: true, has_company: plan.is_long, ..plan.size(crowd(6, 12, 9), crowd(16, 500, 400)) },
        Crowd { at_once: 3, has_company: plan.is_long, ..plan.size(crowd(8, 36, 20), crowd(16, 1_200, 700)) },
        Crowd { waits: false, has_company: false, ..plan.size(crowd(8, 24, 15), crowd(16, 800, 500)) },
    ];
    let mut random = plan.random("crowd");
    let (mut runs, mut tried) = (0, Vec::new());
    for crowd in crowds {
        // On a disk: what is synced there takes its time.
        let wait = if crowd.waits { WAIT } else { 0 };
        let shop = Shop::in_folder(tempfile::tempdir().unwrap(), Start::Missing).waiting(wait);
        let did = crowd.hold(vec![shop], &mut random).map_err(|broken| {
            let Crowd { processes, orders, stock, .. } = crowd;
            format!("seed {}: {processes} processes, {orders} orders, {stock} in stock: {broken}", plan.seed)
        })?;
        runs += did.confirms;
        let Crowd { processes, orders, stock, at_once, .. } = crowd;
        let how = match (crowd.all_want_all, at_once) {
            (true, _) => "each confirms each of".to_owned(),
            (false, 1) => "confirm".to_owned(),
            (false, _) => format!("confirm by {at_once}"),
        };
        let Did { imports, backups, sent_away, .. } = did;
        let beside = match (crowd.has_company, crowd.waits) {
            (true, _) => format!(", {imports} imports, {backups} backups"),
            (false, true) => String::new(),
            (false, false) => format!(", {sent_away} times sent away"),
        };
        tried.push(format!("{processes} processes {how} {orders} orders, {stock} in stock{beside}"));
    }
    let crowd = |processes, orders, commands, large| Changes { processes, orders, commands, large };
    let changes = plan.size(crowd(8, 8, 12, 6), crowd(16, 60, 300, 60));
    let told = |broken| {
        format!("seed {}: {} processes change {} orders: {broken}", plan.seed, changes.processes, changes.orders)
    };
    let shop = Shop::in_folder(tempfile::tempdir().unwrap(), Start::Missing).waiting(WAIT);
    runs += changes.hold(vec![shop], &mut random).map_err(told)?;
    let Changes { processes, orders, .. } = changes;
    tried.push(format!("{processes} processes edit, return and exchange items of {orders} orders"));
    Ok(Row { fault: "crowd", tried: tried.join("; "), faults: runs })
}

/// How often what was done.
pub struct Did {
    pub confirms: u64,
    imports: u64,
    backups: u64,
    sent_away: usize,
    /// How long the slowest confirm took.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "only machines on a cluster are held to it"))]
    pub slowest: Duration,
    /// How many processes were killed.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "only clients of a cluster are killed"))]
    pub killed: usize,
}

impl Crowd {
    /// Lets the processes in, each on one of the machines that share the shop, and judges what they did.
    ///
    /// # Errors
    /// What was broken, and where the files are kept.
    pub fn hold(&self, machines: Vec<Shop>, random: &mut Rng) -> Result<Did, String> {
        self.hold_beside(machines, random, |_| {})
    }

    /// Lets the processes in, as [`hold`](Self::hold) does, while something happens beside.
    ///
    /// # Errors
    /// What was broken, and where the files are kept.
    pub fn hold_beside(
        &self,
        machines: Vec<Shop>,
        random: &mut Rng,
        beside: impl FnOnce(&Progress) + Send,
    ) -> Result<Did, String> {
        self.open(&machines[0])?;
        let did = self.crowd_in(&machines, random, beside);
        // No seed makes the same crowd again.
        did.map_err(|broken| {
            let kept: Vec<String> = machines.into_iter().map(|shop| shop.keep().display().to_string()).collect();
            format!("{broken}\nthe file is kept in {}", kept.join(", "))
        })
    }

    fn crowd_in(
        &self,
        machines: &[Shop],
        random: &mut Rng,
        beside: impl FnOnce(&Progress) + Send,
    ) -> Result<Did, String> {
        let (shop, last) = (&machines[0], &machines[machines.len() - 1]);
        let mut queues = self.queues(random);
        let seeds: Vec<u64> = queues.iter().map(|_| random.u64(..)).collect();
        let progress = Progress::default();
        let is_over = &progress.is_over;
        let (imports, backups) = (AtomicU64::new(0), AtomicU64::new(0));
        let ends: Mutex<Vec<End>> = Mutex::default();
        let broken: Mutex<Vec<String>> = Mutex::default();
        let note = |result: Result<(), String>| broken.lock().unwrap().extend(result.err());
        thread::scope(|scope| {
            if !self.waits {
                // Somebody else has the file first, for longer than a command of no patience looks at it.
                let other = Connection::open(shop.file()).unwrap();
                other.execute_batch("BEGIN IMMEDIATE").unwrap();
                scope.spawn(move || {
                    thread::sleep(Duration::from_secs(1));
                    drop(other);
                });
            }
            if self.has_company {
                scope.spawn(|| note(go_on(shop, is_over, &imports, import)));
                scope.spawn(|| note(go_on(last, is_over, &backups, back_up)));
            }
            let beside = scope.spawn(|| beside(&progress));
            let confirming: Vec<_> = queues
                .drain(..)
                .zip(seeds)
                .zip(machines.iter().cycle())
                .map(|((queue, seed), shop)| {
                    let (ends, progress) = (&ends, &progress);
                    scope.spawn(move || {
                        let mut random = Rng::with_seed(seed);
                        for call in queue {
                            let is_second = self.kills_next(progress);
                            if is_second && kill(shop, &call, progress, &mut random) {
                                progress.killed.fetch_add(1, Ordering::Relaxed);
                            }
                            loop {
                                let end = End { is_second, ..confirm(shop, call.clone(), &mut random) };
                                progress.ended.fetch_add(1, Ordering::Relaxed);
                                let took = u64::try_from(end.took.as_millis()).unwrap();
                                progress.latest.store(took, Ordering::Relaxed);
                                let comes_again = end.is_sent_away() && !self.waits;
                                ends.lock().unwrap().push(end);
                                if !comes_again {
                                    break;
                                }
                            }
                        }
                    })
                })
                .collect();
            for one in confirming {
                one.join().unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
            beside.join().unwrap();
        });
        if let Some(broken) = broken.into_inner().unwrap().into_iter().next() {
            return Err(broken);
        }
        let ends = ends.into_inner().unwrap();
        for machine in machines {
            machine.state()?;
        }
        self.judge(shop, &ends)?;
        Ok(Did {
            slowest: ends.iter().map(|end| end.took).max().unwrap_or_default(),
            killed: progress.killed.into_inner(),
            confirms: ends.len() as u64,
            imports: imports.into_inner(),
            backups: backups.into_inner(),
            sent_away: ends.iter().filter(|end| end.is_sent_away()).count(),
        })
    }

    /// Returns whether the next process is to be killed. All are by the time that half of the orders are confirmed, so that
    /// there is time to make up for those that were done before.
    fn kills_next(&self, progress: &Progress) -> bool {
        let killed = progress.killed.load(Ordering::Relaxed);
        killed < self.kills && killed * self.orders <= progress.ended.load(Ordering::Relaxed) * self.kills * 2
    }

    /// Makes the orders and the stock.
    ///
    /// # Errors
    /// A command failed.
    fn open(&self, shop: &Shop) -> Result<(), String> {
        let product = format!(
            r#"{{"id":"{BELT}","name":"Leather Belt","barcode":"BLT-01","price":"18.75","stockQuantity":{}}}"#,
            self.stock
        );
        std::fs::write(shop.path("belt.json"), product).unwrap();
        succeeds(shop, &["product", "import", "-q", "belt.json"])?;
        std::fs::write(shop.path("wanted.ndjson"), orders((0..self.orders).map(reference))).unwrap();
        succeeds(shop, &["import", "-q", "wanted.ndjson"])
    }

    /// Deals the orders to the processes: calls of one or several orders each.
    fn queues(&self, random: &mut Rng) -> Vec<Vec<Vec<usize>>> {
        let mut orders: Vec<usize> = (0..self.orders).collect();
        let calls = |orders: &[usize]| orders.chunks(self.at_once).map(<[usize]>::to_vec).collect();
        (0..self.processes)
            .map(|process| {
                if self.all_want_all {
                    random.shuffle(&mut orders);
                    return calls(&orders);
                }
                if process == 0 {
                    random.shuffle(&mut orders);
                }
                let share = orders.len().div_ceil(self.processes);
                calls(orders.chunks(share).nth(process).unwrap_or_default())
            })
            .collect()
    }

    fn judge(&self, shop: &Shop, ends: &[End]) -> Result<(), String> {
        let mut sold = 0;
        for end in ends {
            let End { orders, ending, .. } = end;
            match ending.code {
                Some(0) => sold += orders.len(),
                // The first process had done it before it was killed, or ended before that.
                Some(5) if end.is_second && ending.stderr.contains("already confirmed") => sold += orders.len(),
                // Another process was first.
                Some(5) if self.all_want_all && ending.stderr.contains("already confirmed") => {}
                Some(6) => {}
                Some(7) if !self.waits && ending.stdout.is_empty() && is_busy(&ending.stderr) => {}
                _ => return Err(format!("confirm {orders:?}: {ending:#?}")),
            }
        }
        if !self.waits && !ends.iter().any(End::is_sent_away) {
            return Err("nobody was sent away".to_owned());
        }
        let left = number(shop, "SELECT SUM(on_hand) FROM stock")?;
        let confirmed = number(shop, "SELECT COUNT(*) FROM orders WHERE status = 'confirmed'")?;
        let taken = number(shop, "SELECT -SUM(delta) FROM stock_movements WHERE reason = 'confirm'")?;
        let taken_by = number(shop, "SELECT COUNT(DISTINCT order_pk) FROM stock_movements WHERE reason = 'confirm'")?;
        let claimed = i64::try_from(sold).unwrap();
        if [confirmed, taken, taken_by] != [claimed; 3] {
            return Err(format!("{claimed} were told to be confirmed, {confirmed} are, {taken_by} took {taken}"));
        }
        // Calls for several orders leave at most what is too little for one of them.
        let short = i64::try_from(self.stock).unwrap() - claimed;
        if left != short || short < 0 || short >= i64::try_from(self.at_once).unwrap() {
            return Err(format!("{claimed} of {} were sold, {left} are left", self.stock));
        }
        for End { orders, .. } in ends.iter().filter(|end| end.ending.code == Some(0)) {
            for order in orders {
                let sql = "SELECT status FROM orders WHERE reference = ?1";
                let status: String = ask(&shop.file(), sql, [reference(*order)])?;
                if status != "confirmed" {
                    return Err(format!("{} was told to be confirmed and is {status}", reference(*order)));
                }
            }
        }
        check(shop, &shop.file())
    }
}

/// Returns whether stderr says that another program has the file: to people with what became of the change, to programs by the
/// code.
fn is_busy(stderr: &str) -> bool {
    stderr.contains("nothing changed") || stderr.contains(r#""code":"busy""#)
}

/// How a process that confirmed orders ended.
struct End {
    orders: Vec<usize>,
    ending: Ending,
    took: Duration,
    /// Whether an earlier process was to be killed as it confirmed them.
    is_second: bool,
}

impl End {
    fn is_sent_away(&self) -> bool {
        self.ending.code == Some(7)
    }
}

fn reference(order: usize) -> String {
    format!("LEG-{order:05}")
}

/// Returns orders of one belt each.
fn orders(references: impl Iterator<Item = String>) -> String {
    references.map(|reference| order(&reference, BELT, 1, None) + "\n").collect()
}

pub fn succeeds(shop: &Shop, arguments: &[&str]) -> Result<(), String> {
    let ending = Ending::of(shop.orders(arguments));
    // A file that was made is told on stderr.
    let is_note = |line: &str| line.starts_with("note: ") || line.starts_with("warning: ");
    let is_success = ending.code == Some(0) && ending.stderr.lines().all(is_note);
    if is_success { Ok(()) } else { Err(format!("{arguments:?}: {ending:#?}")) }
}

/// Confirms orders in one call, now and then with an option that must make no difference.
fn confirm(shop: &Shop, orders: Vec<usize>, random: &mut Rng) -> End {
    let references: Vec<String> = orders.iter().map(|number| reference(*number)).collect();
    let mut arguments: Vec<&str> = vec!["confirm"];
    arguments.extend(references.iter().map(String::as_str));
    arguments.push(*random.choice(&["--quiet", "--yes", "--json"]).unwrap());
    let started = Instant::now();
    End { ending: Ending::of(shop.orders(&arguments)), orders, took: started.elapsed(), is_second: false }
}

/// Confirms orders in a process that is killed before the latest one would have ended; returns whether it was still alive.
fn kill(shop: &Shop, orders: &[usize], progress: &Progress, random: &mut Rng) -> bool {
    let references: Vec<String> = orders.iter().map(|number| reference(*number)).collect();
    let arguments: Vec<&str> = ["confirm"].into_iter().chain(references.iter().map(String::as_str)).collect();
    let mut command = shop.orders(&arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_millis(random.u64(..=progress.latest.load(Ordering::Relaxed))));
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// Does something again and again until the others are done, once at least.
fn go_on(
    shop: &Shop,
    is_over: &AtomicBool,
    count: &AtomicU64,
    one: fn(&Shop, u64) -> Result<(), String>,
) -> Result<(), String> {
    loop {
        one(shop, count.fetch_add(1, Ordering::Relaxed))?;
        if is_over.load(Ordering::Relaxed) {
            return Ok(());
        }
    }
}

/// Imports orders that nobody confirms.
fn import(shop: &Shop, times: u64) -> Result<(), String> {
    const ONE_TIME: u64 = 20;
    let name = format!("more-{times}.ndjson");
    let references = (0..ONE_TIME).map(|order| format!("MORE-{times}-{order}"));
    std::fs::write(shop.path(&name), orders(references)).unwrap();
    succeeds(shop, &["import", "-q", &name])?;
    let expected = ONE_TIME * (times + 1);
    let found = number(shop, "SELECT COUNT(*) FROM orders WHERE reference LIKE 'MORE-%'")?;
    if u64::try_from(found) == Ok(expected) { Ok(()) } else { Err(format!("{expected} imported, {found} there")) }
}

/// Takes a backup, which must agree with itself.
fn back_up(shop: &Shop, times: u64) -> Result<(), String> {
    let copy = shop.path(&format!("copy-{times}.db"));
    succeeds(shop, &["backup", "-q", copy.to_str().unwrap()])?;
    check(shop, &copy)?;
    std::fs::remove_file(&copy).map_err(|error| error.to_string())
}

/// Holds that a file agrees with itself: `orders check` is silent, and so is whoever asks without the program.
pub fn check(shop: &Shop, file: &Path) -> Result<(), String> {
    let check = Ending::of(shop.orders(&["check", "--db", file.to_str().unwrap()]));
    if check.code != Some(0) || !check.stdout.is_empty() || !check.stderr.is_empty() {
        return Err(format!("check of {}: {check:#?}", file.display()));
    }
    let found = connect(file).and_then(|connection| disagreements(&connection)).map_err(|error| error.to_string())?;
    if found.is_empty() { Ok(()) } else { Err(format!("{} breaks: {found:?}", file.display())) }
}

pub fn number(shop: &Shop, sql: &str) -> Result<i64, String> {
    ask(&shop.file(), sql, [])
}

fn ask<T: rusqlite::types::FromSql>(file: &Path, sql: &str, values: impl rusqlite::Params) -> Result<T, String> {
    let answer = connect(file).and_then(|connection| connection.query_row(sql, values, |row| row.get(0)));
    answer.map_err(|error| format!("{sql}: {error}"))
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(60))?;
    Ok(connection)
}
