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

#[path = "../examples/generate/shop.rs"]
mod generator;
mod pairs;

use pairs::{Medians, time};

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

/// The end of the year that the orders are spread over.
const NOW: &str = "2026-02-07T08:00:00Z";

/// The same in seconds.
const END: i64 = 1_770_451_200;

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
    import(&ground);
    reads(&ground);
    confirm(&ground);
    reports(&ground);
    money(&ground);
    start(&ground);
    println!("\n| what | in {} orders | in {SMALL} orders | ratio |\n|---|---|---|---|", ground.args.orders);
    growth(&ground);
    memory(&ground);
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

/// All checks on, against copying the finished tables into the same schema, row by row in the order of their keys.
fn import(ground: &Ground) {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.sql");
    let tables = [
        "settings",
        "users",
        "products",
        "stock",
        "orders",
        "order_items",
        "order_events",
        "order_sources",
        "order_texts",
        "item_names",
        "stock_movements",
        "payments",
        "customers",
        "last_write",
    ];
    let key = |table: &str| match table {
        "settings" => "key",
        "users" | "products" => "id",
        "order_items" => "order_pk, position",
        "order_texts" => "batch",
        "item_names" => "product_id, name, barcode",
        "customers" => "phone_digits",
        _ => "pk",
    };
    let copies: String = tables
        .iter()
        .map(|table| format!("INSERT INTO {table} SELECT * FROM full.{table} ORDER BY {};\n", key(table)))
        .collect();
    let script = format!(
        "PRAGMA journal_mode = WAL;\n.read {schema}\nATTACH '{}' AS full;\nBEGIN IMMEDIATE;\n{copies}COMMIT;\n",
        ground.path("full.db").display()
    );
    let pairs = ground.args.pairs.min(5);
    ground.compare(
        "import, all checks on / the finished tables copied",
        pairs,
        |_| {
            ground.copy("empty.db", "ours.db");
            ground.ours("ours.db", "import -q orders.ndjson")
        },
        |_| {
            let _ = fs::remove_file(ground.path("theirs.db"));
            ground.shell("theirs.db", &script)
        },
    );
}

/// What one order is shown with.
fn select_order(reference: &str) -> String {
    format!(
        "SELECT o.*, u.username FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id WHERE o.reference = '{reference}';
         SELECT * FROM order_items WHERE order_pk = (SELECT pk FROM orders WHERE reference = '{reference}') ORDER BY position;\n"
    )
}

fn reads(ground: &Ground) {
    let reference = |round: usize| &ground.references[(round * 7919) % ground.references.len()];
    let pairs = ground.args.pairs * 5;
    ground.compare(
        "show REF --json",
        pairs,
        |round| ground.ours("full.db", &format!("show {} --json", reference(round))),
        |round| ground.shell("full.db", &select_order(reference(round))),
    );
    let newest = "SELECT o.*, u.username FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id
                  ORDER BY o.created_at DESC, o.pk DESC LIMIT 50;\n";
    ground.compare(
        "list --limit 50",
        pairs,
        |_| ground.ours("full.db", "list --limit 50"),
        |_| ground.shell("full.db", newest),
    );
    ground.compare("today / list", pairs, |_| ground.ours("full.db", "today"), |_| ground.ours("full.db", "list"));
    ground.compare(
        "completion of a reference",
        pairs,
        |round| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
            command.args(["--", "orders", "show", &reference(round)[..9]]).current_dir(&ground.folder);
            command
                .env("ORDERS_DB", ground.path("full.db"))
                .env("ORDERS_COMPLETE", "fish")
                .env("_CLAP_COMPLETE_INDEX", "2");
            command
        },
        |round| {
            let part = &reference(round)[..9];
            let script = format!(
                "SELECT reference, customer_name, order_date FROM orders
                 WHERE reference >= '{part}' AND reference < '{part}' || char(127) ORDER BY pk DESC LIMIT 50;\n"
            );
            ground.shell("full.db", &script)
        },
    );
    ground.compare(
        "list --search of a name / LIKE over the same columns",
        ground.args.pairs,
        |_| ground.ours("full.db", "list --search Yılmaz --limit 50 --json"),
        |_| {
            ground.shell(
                "full.db",
                "SELECT o.* FROM orders AS o WHERE o.reference LIKE '%Yılmaz%' OR o.customer_name LIKE '%Yılmaz%'
                   OR o.customer_phone LIKE '%Yılmaz%' OR o.pk IN (SELECT order_pk FROM order_items
                     WHERE product_id IN (SELECT id FROM products WHERE name LIKE '%Yılmaz%'))
                 ORDER BY o.created_at DESC, o.pk DESC LIMIT 50;\n",
            )
        },
    );
    ground.compare(
        "list --search of what is not there / LIKE over the same columns",
        ground.args.pairs,
        |_| ground.ours("full.db", "list --search qqqqq --limit 50 --json"),
        |_| {
            ground.shell(
                "full.db",
                "SELECT o.* FROM orders AS o WHERE o.reference LIKE '%qqqqq%' OR o.customer_name LIKE '%qqqqq%'
                   OR o.customer_phone LIKE '%qqqqq%' OR o.pk IN (SELECT order_pk FROM order_items
                     WHERE product_id IN (SELECT id FROM products WHERE name LIKE '%qqqqq%'))
                 ORDER BY o.created_at DESC, o.pk DESC LIMIT 50;\n",
            )
        },
    );
}

/// What confirming one order reads and writes.
fn confirm_in_shell(reference: &str) -> String {
    let order = format!("(SELECT pk FROM orders WHERE reference = '{reference}')");
    select_order(reference)
        + &format!(
            "SELECT * FROM products WHERE id IN (SELECT product_id FROM order_items WHERE order_pk = {order});
             SELECT * FROM stock WHERE product_id IN (SELECT product_id FROM order_items WHERE order_pk = {order});
             INSERT INTO order_events (order_pk, at, actor, kind, \"from\", \"to\")
               VALUES ({order}, '2026-02-07T08:00:00.000Z', 'operator', 'status', 'pending', 'confirmed');
             UPDATE stock SET on_hand = on_hand - taken.quantity
               FROM (SELECT product_id, lower(coalesce(selected_size, '')) AS size_key, SUM(quantity) AS quantity
                     FROM order_items WHERE order_pk = {order} GROUP BY 1, 2) AS taken
               WHERE stock.product_id = taken.product_id AND stock.size_key = taken.size_key;
             INSERT INTO stock_movements (product_id, size_key, delta, reason, order_pk, event_pk, actor, at)
               SELECT product_id, lower(coalesce(selected_size, '')), -SUM(quantity), 'confirm', order_pk,
                      (SELECT MAX(pk) FROM order_events WHERE order_pk = {order}), 'operator', '2026-02-07T08:00:00.000Z'
               FROM order_items WHERE order_pk = {order} GROUP BY 1, 2;
             UPDATE orders SET status = 'confirmed', updated_at = '2026-02-07T08:00:00.000Z' WHERE pk = {order};
             UPDATE last_write SET token = randomblob(16);\n"
        )
}

fn confirm(ground: &Ground) {
    for file in ["ours.db", "theirs.db"] {
        ground.copy("full.db", file);
    }
    // Orders at list price, as those below it are refused.
    ground.compare(
        "confirm REF",
        ground.args.pairs * 5,
        |round| ground.ours("ours.db", &format!("confirm {} --accept-prices", ground.references[round])),
        |round| {
            ground.shell(
                "theirs.db",
                &format!("BEGIN IMMEDIATE;\n{}COMMIT;\n", confirm_in_shell(&ground.references[round])),
            )
        },
    );
    let many = &ground.references[1000.min(ground.references.len())..11_000.min(ground.references.len())];
    if many.is_empty() {
        return;
    }
    fs::write(ground.path("many.txt"), many.join("\n") + "\n").unwrap();
    let script: String = many.iter().map(|reference| confirm_in_shell(reference)).collect();
    ground.compare(
        &format!("confirm of {} orders in one call", many.len()),
        ground.args.pairs.min(5),
        |_| {
            ground.copy("full.db", "ours.db");
            let mut command = ground.ours("ours.db", "confirm - --accept-prices -q");
            command.stdin(fs::File::open(ground.path("many.txt")).unwrap());
            command
        },
        |_| {
            ground.copy("full.db", "theirs.db");
            ground.shell("theirs.db", &format!("BEGIN IMMEDIATE;\n{script}COMMIT;\n"))
        },
    );
}

fn reports(ground: &Ground) {
    if !ground.path("sold.db").exists() {
        ground.copy("full.db", "sold.db");
        time(ground.shell("sold.db", "UPDATE orders SET status = 'delivered' WHERE pk % 10 > 1;\n"));
    }
    ground.compare(
        "report sales over all / GROUP BY the day",
        ground.args.pairs,
        |_| ground.ours("sold.db", "report sales --since 2020-01-01 --format csv"),
        |_| {
            ground.shell(
                "sold.db",
                "SELECT substr(order_date, 1, 10) AS day, COUNT(*), SUM(item_count), SUM(total) FROM orders
                 WHERE status IN ('confirmed', 'processing', 'shipped', 'delivered')
                   AND order_date >= '2020-01-01T00:00:00.000Z' GROUP BY day ORDER BY day;\n",
            )
        },
    );
}

/// What was paid in a file in which every order is paid, by somebody who has ordered before.
fn money(ground: &Ground) {
    if !ground.path("paid.db").exists() {
        ground.copy("full.db", "paid.db");
        let paid = "BEGIN;
            INSERT INTO order_events (order_pk, at, actor, kind, \"to\")
              SELECT pk, updated_at, 'operator', 'payment', format('%.2f cash', total / 100.0) FROM orders WHERE total > 0;
            INSERT INTO payments (order_pk, event_pk, at, paid_at, actor, amount, method)
              SELECT o.pk, e.pk, e.at, o.order_date, e.actor, o.total,
                     CASE o.pk % 4 WHEN 0 THEN 'cash' WHEN 1 THEN 'instapay' WHEN 2 THEN 'bosta' ELSE 'card' END
              FROM orders AS o JOIN order_events AS e ON e.order_pk = o.pk AND e.kind = 'payment';
            UPDATE orders SET paid = total - (pk % 10 = 0) WHERE total > 0;
            UPDATE payments SET amount = (SELECT paid FROM orders AS o WHERE o.pk = order_pk);
            UPDATE orders SET customer_phone = format('+2010%08d', pk % 30011),
              customer_phone_digits = format('2010%08d', pk % 30011);
            COMMIT;\n";
        time(ground.shell("paid.db", paid));
    }
    ground.compare(
        "report money over all / GROUP BY the method",
        ground.args.pairs,
        |_| ground.ours("paid.db", "report money --since 2020-01-01 --format csv"),
        |_| {
            ground.shell(
                "paid.db",
                "SELECT method, SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END),
                   SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END), SUM(amount), COUNT(*) FROM payments
                 WHERE paid_at >= '2020-01-01T00:00:00.000Z' AND paid_at < '2026-02-07T08:00:00.000Z' GROUP BY method;\n",
            )
        },
    );
    ground.compare(
        "customer list / GROUP BY the number",
        ground.args.pairs,
        |_| ground.ours("paid.db", "customer list --limit 50"),
        |_| {
            ground.shell(
                "paid.db",
                "SELECT customer_phone_digits, customer_name, COUNT(*), MAX(order_date) AS last,
                   SUM(CASE WHEN status IN ('pending', 'cancelled') THEN 0 ELSE item_count END),
                   SUM(CASE WHEN status IN ('pending', 'cancelled') THEN 0 ELSE total - discount - returned END), SUM(total - paid)
                 FROM orders GROUP BY customer_phone_digits ORDER BY last DESC LIMIT 50;\n",
            )
        },
    );
    ground.compare(
        "list --due --limit 50",
        ground.args.pairs * 5,
        |_| ground.ours("paid.db", "list --due --limit 50"),
        |_| {
            ground.shell(
                "paid.db",
                "SELECT * FROM orders WHERE (paid IS NOT NULL OR cod) AND CASE status WHEN 'cancelled' THEN kept
                   ELSE total - discount - returned + coalesce(delivery_fee, 0) END <> coalesce(paid, 0)
                 ORDER BY created_at DESC, pk DESC LIMIT 50;\n",
            )
        },
    );
}

/// The program on many orders against the program on few. (References are drawn from the few, which both have.)
fn growth(ground: &Ground) {
    for (from, to) in [("full.db", "ours.db"), ("small.db", "theirs.db")] {
        ground.copy(from, to);
    }
    let pairs = ground.args.pairs * 5;
    let reference = |round: usize| &ground.references[(round * 7) % SMALL.min(ground.references.len())];
    let compare = |name: &str, line: &dyn Fn(usize) -> String| {
        let on = |file: &'static str| move |round| ground.ours(file, &line(round));
        ground.compare(&format!("growth: {name}"), pairs, on("ours.db"), on("theirs.db"));
    };
    compare("show REF", &|round| format!("show {}", reference(round)));
    compare("list", &|_| "list".to_owned());
    compare("today", &|_| "today".to_owned());
    compare("confirm REF", &|round| format!("confirm {} --accept-prices", ground.references[round]));
    compare("create", &|round| {
        let mut order = generator::Shop::new(1, 500).order(round as u64, END, 365);
        order["orderReference"] = format!("GROWTH-{round}").into();
        fs::write(ground.path("one.json"), order.to_string()).unwrap();
        "create -q one.json".to_owned()
    });
}

/// The most memory that importing takes, in many orders and in few.
fn memory(ground: &Ground) {
    let peak = |orders: &str| {
        ground.copy("empty.db", "ours.db");
        let ours = ground.ours("ours.db", &format!("import -q {orders}"));
        let mut timed = Command::new("/usr/bin/time");
        timed.args(["-f", "%M"]).arg(ours.get_program()).args(ours.get_args()).current_dir(&ground.folder);
        let output = timed.env("ORDERS_NOW", NOW).output().ok().filter(|output| output.status.success());
        output.and_then(|output| String::from_utf8_lossy(&output.stderr).trim().parse::<u64>().ok())
    };
    if !"memory".contains(&ground.args.only) {
        return;
    }
    match (peak("orders.ndjson"), peak("small.ndjson")) {
        (Some(many), Some(few)) => println!("| memory of an import | {many} KiB | {few} KiB | |"),
        _ => println!("SKIPPED memory: /usr/bin/time is not there"),
    }
}

fn start(ground: &Ground) {
    let nothing = || Command::new("/bin/true");
    ground.compare("--version / true", ground.args.pairs * 5, |_| ground.ours("full.db", "--version"), |_| nothing());
}
