//! The whole file: brought in, listed, checked, copied.

use std::fs;
use std::process::{Command, Stdio};

use super::{Ground, NOW};

/// All checks on, against copying the finished tables into the same schema, row by row in the order of their keys.
pub fn import(ground: &Ground) {
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

/// All orders as they are printed for programs.
pub fn lists(ground: &Ground) {
    ground.compare(
        "list of all as NDJSON / .mode json",
        ground.args.pairs.min(5),
        |_| ground.ours("full.db", "list --format ndjson"),
        |_| {
            let all = ".mode json\nSELECT o.*, u.username FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id
                       ORDER BY o.created_at DESC, o.pk DESC;\n";
            ground.shell("full.db", all)
        },
    );
    ground.compare(
        "list of all with items as NDJSON / .mode json over the join",
        ground.args.pairs.min(5),
        |_| ground.ours("full.db", "list --items --format ndjson"),
        |_| {
            let all = ".mode json\nSELECT o.*, u.username, i.*, p.name, p.barcode FROM orders AS o
                       LEFT JOIN users AS u ON u.id = o.user_id JOIN order_items AS i ON i.order_pk = o.pk
                       JOIN products AS p ON p.id = i.product_id ORDER BY o.created_at DESC, o.pk DESC, i.position;\n";
            ground.shell("full.db", all)
        },
    );
}

/// Looking for damage, and copying.
pub fn upkeep(ground: &Ground) {
    ground.compare(
        "check / integrity_check and foreign_key_check",
        ground.args.pairs.min(5),
        |_| ground.ours("full.db", "check"),
        |_| ground.shell("full.db", "PRAGMA integrity_check; PRAGMA foreign_key_check;\n"),
    );
    ground.compare(
        "backup / VACUUM INTO, an integrity_check of the copy and a sync",
        ground.args.pairs.min(5),
        |_| {
            let _ = fs::remove_file(ground.path("backup.db"));
            ground.ours("full.db", "backup backup.db")
        },
        |_| {
            let _ = fs::remove_file(ground.path("vacuumed.db"));
            let script = "VACUUM INTO 'vacuumed.db';\nATTACH 'vacuumed.db' AS copy;\nPRAGMA copy.integrity_check;\n.shell sync vacuumed.db\n";
            ground.shell("full.db", script)
        },
    );
}

/// The most memory that commands take which read or write all orders.
pub fn memory(ground: &Ground) {
    let lines = [
        "import -q orders.ndjson",
        "list --limit 0",
        "list --format ndjson",
        "list --items --format csv",
        "list --format xlsx",
        "list --search Yılmaz --limit 0",
        "today",
        "report pending",
        "report stock",
        "report sales",
        "report money",
        "customer list --limit 0",
        "product list",
        "check",
        "backup backup.db",
        "confirm - --accept-prices -q",
    ];
    for line in lines.into_iter().filter(|line| format!("memory of {line}").contains(&ground.args.only)) {
        let _ = fs::remove_file(ground.path("backup.db"));
        ground.copy(if line.starts_with("import") { "empty.db" } else { "full.db" }, "ours.db");
        let ours = ground.ours("ours.db", line);
        let mut timed = Command::new("/usr/bin/time");
        timed.args(["-f", "%M"]).arg(ours.get_program()).args(ours.get_args()).current_dir(&ground.folder);
        let many = fs::File::open(ground.path("many.txt"));
        timed.env("ORDERS_NOW", NOW).stdin(many.map_or(Stdio::null(), Stdio::from)).stdout(Stdio::null());
        let Ok(output) = timed.output() else { return println!("SKIPPED memory: /usr/bin/time is not there") };
        let said = String::from_utf8_lossy(&output.stderr);
        println!("| `{line}` | {} |", said.lines().last().unwrap_or_default());
    }
}

pub fn start(ground: &Ground) {
    let nothing = || Command::new("/bin/true");
    ground.compare("--version / true", ground.args.pairs * 5, |_| ground.ours("full.db", "--version"), |_| nothing());
}
