//! Crowds: many processes on one file at once. Exactly what there is is sold, nobody is sent away, nothing is taken twice.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use fastrand::Rng;
use libtest_mimic::Failed;
use rusqlite::Connection;

use crate::fault::{Plan, Row};

/// The product that everybody wants: one piece an order.
const BELT: &str = "9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10";
/// Long enough for any crowd here: whoever is still sent away was sent away wrongly.
const WAIT: &str = "300";

/// A crowd.
struct Crowd {
    /// How many processes run at any time.
    processes: usize,
    /// How many orders there are.
    orders: usize,
    /// How many of them can be had.
    stock: usize,
    /// Whether every process confirms every order, each in an order of its own; else they share them.
    all_want_all: bool,
    /// How many orders each process names at once, all or nothing.
    at_once: usize,
    /// Whether imports and backups go on meanwhile.
    has_company: bool,
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
    };
    let crowds = [
        plan.size(crowd(8, 64, 40), crowd(16, 8_000, 5_000)),
        plan.size(Crowd { has_company: false, ..crowd(32, 64, 41) }, crowd(64, 1_920, 1_200)),
        Crowd { all_want_all: true, has_company: plan.is_long, ..plan.size(crowd(6, 12, 9), crowd(16, 500, 400)) },
        Crowd { at_once: 3, has_company: plan.is_long, ..plan.size(crowd(8, 36, 20), crowd(16, 1_200, 700)) },
    ];
    let mut rng = Rng::with_seed(plan.seed);
    let (mut runs, mut tried) = (0, Vec::new());
    for crowd in crowds {
        let did = crowd.hold(&mut rng).map_err(|broken| {
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
        let Did { imports, backups, .. } = did;
        let beside = if crowd.has_company { format!(", {imports} imports, {backups} backups") } else { String::new() };
        tried.push(format!("{processes} processes {how} {orders} orders, {stock} in stock{beside}"));
    }
    Ok(Row { fault: "crowd", tried: tried.join("; "), faults: runs })
}

/// How often what was done.
struct Did {
    confirms: u64,
    imports: u64,
    backups: u64,
}

impl Crowd {
    fn hold(&self, rng: &mut Rng) -> Result<Did, String> {
        let shop = Shop::open(self.orders, self.stock)?;
        let mut queues = self.queues(rng);
        let seeds: Vec<u64> = queues.iter().map(|_| rng.u64(..)).collect();
        let is_over = AtomicBool::new(false);
        let (imports, backups) = (AtomicU64::new(0), AtomicU64::new(0));
        let ends: Mutex<Vec<End>> = Mutex::default();
        let broken: Mutex<Vec<String>> = Mutex::default();
        let note = |result: Result<(), String>| broken.lock().unwrap().extend(result.err());
        thread::scope(|scope| {
            if self.has_company {
                scope.spawn(|| note(shop.go_on(&is_over, &imports, Shop::import)));
                scope.spawn(|| note(shop.go_on(&is_over, &backups, Shop::back_up)));
            }
            let confirming: Vec<_> = queues
                .drain(..)
                .zip(seeds)
                .map(|(queue, seed)| {
                    let (shop, ends) = (&shop, &ends);
                    scope.spawn(move || {
                        let mut rng = Rng::with_seed(seed);
                        for call in queue {
                            let end = shop.confirm(call, &mut rng);
                            ends.lock().unwrap().push(end);
                        }
                    })
                })
                .collect();
            for one in confirming {
                one.join().unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        if let Some(broken) = broken.into_inner().unwrap().into_iter().next() {
            return Err(broken);
        }
        let ends = ends.into_inner().unwrap();
        self.judge(&shop, &ends)?;
        Ok(Did { confirms: ends.len() as u64, imports: imports.into_inner(), backups: backups.into_inner() })
    }

    /// Deals the orders to the processes: calls of one or several orders each.
    fn queues(&self, rng: &mut Rng) -> Vec<Vec<Vec<usize>>> {
        let mut orders: Vec<usize> = (0..self.orders).collect();
        let calls = |orders: &[usize]| orders.chunks(self.at_once).map(<[usize]>::to_vec).collect();
        (0..self.processes)
            .map(|process| {
                if self.all_want_all {
                    rng.shuffle(&mut orders);
                    return calls(&orders);
                }
                if process == 0 {
                    rng.shuffle(&mut orders);
                }
                let share = orders.len().div_ceil(self.processes);
                calls(orders.chunks(share).nth(process).unwrap_or_default())
            })
            .collect()
    }

    fn judge(&self, shop: &Shop, ends: &[End]) -> Result<(), String> {
        let mut sold = 0;
        for End { orders, code, stderr } in ends {
            match code {
                Some(0) => sold += orders.len(),
                // Another process was first.
                Some(5) if self.all_want_all && stderr.contains("already confirmed") => {}
                Some(6) => {}
                _ => return Err(format!("confirm {orders:?} ended with {code:?}: {stderr}")),
            }
        }
        let left = shop.number("SELECT SUM(on_hand) FROM stock")?;
        let confirmed = shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'")?;
        let taken = shop.number("SELECT -SUM(delta) FROM stock_movements WHERE reason = 'confirm'")?;
        let taken_by = shop.number("SELECT COUNT(DISTINCT order_pk) FROM stock_movements WHERE reason = 'confirm'")?;
        let claimed = i64::try_from(sold).unwrap();
        if [confirmed, taken, taken_by] != [claimed; 3] {
            return Err(format!("{claimed} were told to be confirmed, {confirmed} are, {taken_by} took {taken}"));
        }
        // Calls for several orders leave at most what is too little for one of them.
        let short = i64::try_from(self.stock).unwrap() - claimed;
        if left != short || short < 0 || short >= i64::try_from(self.at_once).unwrap() {
            return Err(format!("{claimed} of {} were sold, {left} are left", self.stock));
        }
        for End { orders, .. } in ends.iter().filter(|end| end.code == Some(0)) {
            for order in orders {
                let status = shop.status(*order)?;
                if status != "confirmed" {
                    return Err(format!("{} was told to be confirmed and is {status}", reference(*order)));
                }
            }
        }
        shop.check(&shop.file())
    }
}

/// How a process that confirmed orders ended.
struct End {
    orders: Vec<usize>,
    code: Option<i32>,
    stderr: String,
}

/// A file with orders for one product.
struct Shop {
    folder: tempfile::TempDir,
}

fn reference(order: usize) -> String {
    format!("LEG-{order:05}")
}

/// Returns an order of one belt as JSON.
fn order(reference: &str) -> String {
    format!(r#"{{"orderReference":"{reference}","orderDate":"2026-02-04T10:30:00Z","customerName":"John Doe","#)
        + r#""customerPhone":"+1234567890","items":[{"productId":""#
        + BELT
        + r#"","quantity":1,"unitPrice":18.75}]}"#
        + "\n"
}

impl Shop {
    fn open(orders: usize, stock: usize) -> Result<Shop, String> {
        let shop = Shop { folder: tempfile::tempdir().unwrap() };
        let catalogue = shop.folder.path().join("catalogue.json");
        let product = format!(
            r#"{{"id":"{BELT}","name":"Leather Belt","barcode":"BLT-01","price":"18.75","stockQuantity":{stock}}}"#
        );
        std::fs::write(&catalogue, product).unwrap();
        shop.succeeds(&["product", "import", "-q", &catalogue.display().to_string()])?;
        let file = shop.folder.path().join("orders.ndjson");
        std::fs::write(&file, (0..orders).map(|number| order(&reference(number))).collect::<String>()).unwrap();
        shop.succeeds(&["import", "-q", &file.display().to_string()])?;
        Ok(shop)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("orders.db")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let program = std::env::var_os("ORDERS_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_orders").into());
        let mut command = Command::new(program);
        command.env_clear().env("ORDERS_DB", self.file()).current_dir(self.folder.path());
        command.args(["--wait", WAIT]).args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    fn succeeds(&self, arguments: &[&str]) -> Result<(), String> {
        let output = self.run(arguments);
        if output.status.success() && output.stderr.is_empty() {
            return Ok(());
        }
        // A file that was made is told on stderr.
        let stderr = String::from_utf8_lossy(&output.stderr);
        if output.status.success()
            && stderr.lines().all(|line| line.starts_with("note: ") || line.starts_with("warning: "))
        {
            return Ok(());
        }
        Err(format!("{arguments:?} ended with {}: {stderr}", output.status))
    }

    /// Confirms orders in one call, now and then with an option that must make no difference.
    fn confirm(&self, orders: Vec<usize>, rng: &mut Rng) -> End {
        let references: Vec<String> = orders.iter().map(|number| reference(*number)).collect();
        let mut arguments: Vec<&str> = vec!["confirm"];
        arguments.extend(references.iter().map(String::as_str));
        arguments.push(*rng.choice(&["--quiet", "--yes", "--json"]).unwrap());
        let output = self.run(&arguments);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        End { orders, code: output.status.code(), stderr }
    }

    /// Does something again and again until the others are done, once at least.
    fn go_on(
        &self,
        is_over: &AtomicBool,
        count: &AtomicU64,
        one: fn(&Shop, u64) -> Result<(), String>,
    ) -> Result<(), String> {
        loop {
            one(self, count.fetch_add(1, Ordering::Relaxed))?;
            if is_over.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
    }

    /// Imports orders that nobody confirms.
    fn import(&self, number: u64) -> Result<(), String> {
        let file = self.folder.path().join(format!("more-{number}.ndjson"));
        std::fs::write(&file, (0..20).map(|n| order(&format!("MORE-{number}-{n}"))).collect::<String>()).unwrap();
        self.succeeds(&["import", "-q", &file.display().to_string()])?;
        let expected = 20 * (number + 1);
        let found = self.number("SELECT COUNT(*) FROM orders WHERE reference LIKE 'MORE-%'")?;
        if u64::try_from(found) == Ok(expected) { Ok(()) } else { Err(format!("{expected} imported, {found} there")) }
    }

    /// Takes a backup, which must agree with itself.
    fn back_up(&self, number: u64) -> Result<(), String> {
        let copy = self.folder.path().join(format!("copy-{number}.db"));
        self.succeeds(&["backup", "-q", &copy.display().to_string()])?;
        self.check(&copy)?;
        std::fs::remove_file(&copy).map_err(|error| error.to_string())
    }

    /// Holds that a file agrees with itself: `orders check` is silent.
    fn check(&self, file: &Path) -> Result<(), String> {
        let output = self.run(&["check", "--db", &file.display().to_string()]);
        if output.status.success() && output.stdout.is_empty() && output.stderr.is_empty() {
            return Ok(());
        }
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Err(format!("check of {} ended with {}: {stdout}{stderr}", file.display(), output.status))
    }

    fn number(&self, sql: &str) -> Result<i64, String> {
        self.ask(sql, [])
    }

    fn status(&self, order: usize) -> Result<String, String> {
        self.ask("SELECT status FROM orders WHERE reference = ?1", [reference(order)])
    }

    fn ask<T: rusqlite::types::FromSql>(&self, sql: &str, values: impl rusqlite::Params) -> Result<T, String> {
        let connection = Connection::open(self.file()).map_err(|error| error.to_string())?;
        connection.busy_timeout(std::time::Duration::from_secs(60)).map_err(|error| error.to_string())?;
        connection.query_row(sql, values, |row| row.get(0)).map_err(|error| format!("{sql}: {error}"))
    }
}
