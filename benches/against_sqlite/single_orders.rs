//! One order, or the newest ones: shown, listed, found, confirmed.

use std::fs;
use std::process::Command;

use super::{END, Ground, NOW, SMALL, generator, time};

/// What one order is shown with.
fn select_order(reference: &str) -> String {
    format!(
        "SELECT o.*, u.username FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id WHERE o.reference = '{reference}';
         SELECT * FROM order_items WHERE order_pk = (SELECT pk FROM orders WHERE reference = '{reference}') ORDER BY position;\n"
    )
}

pub fn reads(ground: &Ground) {
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
    if !ground.path("mixed.db").exists() {
        ground.copy("full.db", "mixed.db");
        let mixed = "UPDATE orders SET status = CASE pk % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'confirmed'
                       WHEN 2 THEN 'processing' WHEN 3 THEN 'shipped' ELSE 'delivered' END;\n";
        time(ground.shell("mixed.db", mixed));
    }
    ground.compare(
        "today / list, a fifth in each status",
        pairs,
        |_| ground.ours("mixed.db", "today"),
        |_| ground.ours("mixed.db", "list"),
    );
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
    for (what, text) in [("a name", "Yılmaz"), ("what is not there", "qqqqq")] {
        let like = format!(
            "SELECT o.* FROM orders AS o WHERE o.reference LIKE '%{text}%' OR o.customer_name LIKE '%{text}%'
               OR o.customer_phone LIKE '%{text}%' OR o.pk IN (SELECT order_pk FROM order_items
                 WHERE product_id IN (SELECT id FROM products WHERE name LIKE '%{text}%'))
             ORDER BY o.created_at DESC, o.pk DESC LIMIT 50;\n"
        );
        ground.compare(
            &format!("list --search of {what} / LIKE over the same columns"),
            ground.args.pairs,
            |_| ground.ours("full.db", &format!("list --search {text} --limit 50 --json")),
            |_| ground.shell("full.db", &like),
        );
    }
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

pub fn confirm(ground: &Ground) {
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

/// Sixteen processes, which confirm one order each, against the same one after the other.
pub fn confirm_at_once(ground: &Ground) {
    ground.copy("full.db", "ours.db");
    let mut orders = ground.references.iter();
    let mut confirm = |ends: &str| {
        let program = ground.ours("ours.db", "confirm --accept-prices -q");
        let words = [program.get_program()].into_iter().chain(program.get_args());
        let words: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
        let lines = orders.by_ref().take(16);
        let lines = lines.map(|reference| format!("{{ {} {reference} || touch failed; }} {ends}\n", words.join(" ")));
        let mut command = Command::new("sh");
        command.args(["-c", &(lines.collect::<String>() + "wait")]).current_dir(&ground.folder).env("ORDERS_NOW", NOW);
        command
    };
    let scripts: Vec<[Command; 2]> = (0..=ground.args.pairs).map(|_| [confirm("&"), confirm(";")]).collect();
    let (mut at_once, mut in_turn): (Vec<_>, Vec<_>) = scripts.into_iter().map(<(Command, Command)>::from).unzip();
    ground.compare(
        "16 processes that confirm one order each, at once / in turn",
        ground.args.pairs,
        |_| at_once.remove(0),
        |_| in_turn.remove(0),
    );
    assert!(!ground.path("failed").exists(), "an order was not confirmed");
}

/// The program on many orders against the program on few. (References are drawn from the few, which both have.)
pub fn growth(ground: &Ground) {
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
