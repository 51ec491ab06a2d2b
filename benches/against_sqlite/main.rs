//! How fast the program is, as ratios against the `sqlite3` shell doing the same reads and writes with nothing around them.
//!
//! ```text
//! cargo bench                          100,000 orders
//! cargo bench -- --orders 1000000      as many as you like
//! cargo bench -- --only import         those whose name has this in it
//! ```
//!
//! Ours and theirs run in turn, as whole processes on copies of the same file; a row is the median of each and of their
//! ratios. What is timed runs on this machine's disk, under `target/`, with every check and every sync on.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its table, and panics when its setup fails"
)]
#![expect(clippy::disallowed_methods, reason = "POSIX locks belong to a process, and the benchmark holds none")]
#![expect(clippy::float_arithmetic, reason = "ratios of times")]

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use orders::store::CACHE_KIB;

#[path = "../../examples/generate/shop.rs"]
mod generator;
#[path = "../pairs/mod.rs"]
mod pairs;
mod reports;
mod single_orders;
mod whole;

use pairs::{END, Medians, NOW, time};

/// Measure the program against the sqlite3 shell
#[derive(Parser)]
struct Args {
    /// How many orders
    #[arg(long, default_value_t = 100_000)]
    orders: u64,
    /// Only what has this in its name
    #[arg(long, default_value = "")]
    only: String,
    /// How often each is run
    #[arg(long, default_value_t = 9)]
    pairs: usize,
    /// Cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

/// How many orders are few.
const SMALL: usize = 1_000;

/// What the shell does before anything else, so that it runs with our settings.
fn settings() -> String {
    format!(
        "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{CACHE_KIB};\n"
    )
}

struct Ground {
    folder: PathBuf,
    args: Args,
    references: Vec<String>,
}

impl Ground {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A command line of the program on a file.
    fn ours(&self, file: &str, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
        command.arg("--db").arg(self.path(file)).args(line.split(' ')).current_dir(&self.folder);
        command.env("ORDERS_NOW", NOW).env_remove("ORDERS_AS").env_remove("ORDERS_DB");
        command
    }

    /// A script of the shell on a file.
    fn shell(&self, file: &str, script: &str) -> Command {
        let path = self.path("script.sql");
        fs::write(&path, settings() + script).unwrap();
        let mut command = Command::new("sqlite3");
        command.arg("-batch").arg(self.path(file)).stdin(fs::File::open(path).unwrap()).current_dir(&self.folder);
        command
    }

    /// Puts a copy of one file in the place of another.
    fn copy(&self, from: &str, to: &str) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(self.path(&format!("{to}{suffix}")));
        }
        fs::copy(self.path(from), self.path(to)).unwrap();
    }

    /// Runs both in turn, each after its preparation, and prints what it took.
    fn compare(
        &self,
        name: &str,
        pairs: usize,
        ours: impl FnMut(usize) -> Command,
        theirs: impl FnMut(usize) -> Command,
    ) {
        if !name.contains(&self.args.only) {
            return;
        }
        let Medians { ours, theirs, ratio } = pairs::compare(pairs, ours, theirs);
        println!("| {name} | {:.1} ms | {:.1} ms | {ratio:.2} × |", ours * 1000.0, theirs * 1000.0);
    }
}

fn main() {
    let args = Args::parse();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", args.orders));
    fs::create_dir_all(&folder).unwrap();
    let mut ground = Ground { folder, args, references: Vec::new() };
    prepare(&mut ground);
    describe(&ground);
    println!("| what | orders | sqlite3 | ratio |\n|---|---|---|---|");
    whole::import(&ground);
    single_orders::reads(&ground);
    single_orders::confirm(&ground);
    single_orders::confirm_at_once(&ground);
    whole::lists(&ground);
    whole::upkeep(&ground);
    reports::sales(&ground);
    reports::pending(&ground);
    reports::money(&ground);
    whole::start(&ground);
    println!("\n| what | in {} orders | in {SMALL} orders | ratio |\n|---|---|---|---|", ground.args.orders);
    single_orders::growth(&ground);
    println!("\n| memory of | KiB |\n|---|---|");
    whole::memory(&ground);
}

/// Makes the orders up, and the files that everything starts from.
fn prepare(ground: &mut Ground) {
    let is_made = ground.path("full.db").exists();
    let mut shop = generator::Shop::new(1, 500);
    let mut files = (!is_made).then(|| {
        ["orders.ndjson", "small.ndjson"].map(|name| BufWriter::new(fs::File::create(ground.path(name)).unwrap()))
    });
    for number in 0..ground.args.orders {
        let order = shop.order(number, END, 365);
        ground.references.push(order["orderReference"].as_str().unwrap().to_owned());
        let files = files.as_mut().into_iter().flatten();
        for file in files.take(if ground.references.len() <= SMALL { 2 } else { 1 }) {
            writeln!(file, "{order}").unwrap();
        }
    }
    if is_made {
        return;
    }
    drop(files);
    fs::write(ground.path("catalogue.json"), shop.catalogue(100_000_000).to_string()).unwrap();
    time(ground.ours("empty.db", "product import catalogue.json -q"));
    for (file, orders) in [("small.db", "small.ndjson"), ("full.db", "orders.ndjson")] {
        ground.copy("empty.db", file);
        time(ground.ours(file, &format!("import -q {orders}")));
    }
}

fn describe(ground: &Ground) {
    let shell = Command::new("sqlite3").arg("--version").output().unwrap();
    let ours = ground.ours("full.db", "--version").output().unwrap();
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name\t: ")).unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let size = |name: &str| fs::metadata(ground.path(name)).map_or(0, |file| file.len() / 1_000_000);
    println!("machine: {cores} × {cpu}");
    println!("{}sqlite3 {}", String::from_utf8_lossy(&ours.stdout), String::from_utf8_lossy(&shell.stdout));
    println!(
        "{} orders: {} MB of NDJSON, a file of {} MB\n",
        ground.args.orders,
        size("orders.ndjson"),
        size("full.db")
    );
}
