//! Each class of failure, with its exact words for people and for programs.

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{BELT, Done, ORDER, Shop, order, shipped};

#[test]
fn a_missing_or_unusable_file_exits_with_1() {
    let shop = Shop::on_file();
    let path = shop.db();
    let hints = [
        "to make one:  orders product import FILE",
        "--db FILE or ORDERS_DB names another file",
        "to bring back a backup:  orders help backup",
    ];
    for args in [&["list"][..], &["show", "x"], &["confirm", "x"], &["config"], &["product", "list"], &["import", "-n"]]
    {
        let mut run = shop.orders([]);
        for arg in args {
            run = run.arg(arg);
        }
        let hints: String = hints.iter().map(|hint| format!("hint: {hint}\n")).collect();
        run.fails(1, &format!("error: there is no orders file at {path}\n{hints}"));
    }
    shop.orders(["list", "--json"]).fails(
        1,
        &format!(
            "{{\"success\":false,\"error\":\"there is no orders file at {path}\",\"details\":[],\"code\":\"internal\",\
             \"hint\":\"{}\",\"exitCode\":1,\"reason\":\"missing_file\"}}\n",
            hints.join("\\n")
        ),
    );
    assert!(!shop.file().exists());
}

#[test]
fn wrong_usage_exits_with_2() {
    let shop = Shop::with_order();
    shop.orders(["set-status", ORDER, "pending", "--force"])
        .fails(2, "error: --force needs a --note that says why\nhint: add --note WHY\n");
    let done = shop.orders(["list", "--bogus"]).exits(2);
    assert!(done.stderr.starts_with("error: unexpected argument '--bogus' found\n"), "{}", done.stderr);
    shop.orders(["list", "--bogus", "--json"]).fails(
        2,
        "{\"success\":false,\"error\":\"unexpected argument '--bogus' found\",\"details\":[],\"code\":\"usage\",\
         \"hint\":\"for its options:  orders help list\",\"exitCode\":2,\"reason\":null}\n",
    );
    shop.orders(["list", "--format", "html"])
        .fails(2, "error: --format html is for reports, slip, invoice and product sheet\n");
    shop.orders(["show", ORDER, "--format", "xlsx"]).fails(2, "error: --format xlsx is for lists and reports\n");
    let counted = shop.orders(["list", "--count", "--format", "xlsx"]).exits(2);
    assert!(counted.stderr.starts_with("error: --count is one number, not a workbook"), "{}", counted.stderr);
    shop.orders(["list"])
        .env("ORDERS_NOW", "yesterday")
        .fails(2, "error: ORDERS_NOW must be a time with a zone, such as 2026-02-04T10:30:00Z\n");
    shop.orders(["import", "--rejects", "x"]).exits(2);
}

#[test]
fn an_unknown_name_exits_with_3() {
    let shop = Shop::with_order();
    shop.orders(["show", "LEG-404"])
        .fails(3, "error: order LEG-404 not found\nhint: to see which there are:  orders list\n");
    shop.orders(["show", "LEG-404", "--json"]).fails(
        3,
        "{\"success\":false,\"error\":\"Order LEG-404 not found\",\"details\":[],\"code\":\"not_found\",\
         \"hint\":\"to see which there are:  orders list\",\"exitCode\":3,\"reason\":null}\n",
    );
    shop.orders(["product", "show", "Polo Shrit"])
        .fails(3, "error: product Polo Shrit not found\nhint: did you mean Polo Shirt?\n");
}

#[test]
fn invalid_input_exits_with_4() {
    let shop = Shop::with_order();
    let bad = order("LEG-1", "00000000-0000-4000-8000-000000000000", 1, None);
    let detail = "items[0].productId: Product 00000000-0000-4000-8000-000000000000 not found";
    shop.orders(["create"])
        .stdin(bad.clone())
        .fails(4, &format!("error: invalid order LEG-1; nothing changed\n  - {detail}\n"));
    shop.orders(["create", "--json"]).stdin(bad).fails(
        4,
        &format!(
            "{{\"success\":false,\"error\":\"Invalid order\",\"details\":[\"{detail}\"],\"code\":\"invalid_input\",\
             \"hint\":null,\"exitCode\":4,\"reason\":null}}\n"
        ),
    );
}

#[test]
fn an_unknown_product_comes_with_its_name_and_a_new_file_with_the_way_to_add_products() {
    let shop = Shop::new();
    let done = shop.orders(["create"]).arg(shipped("examples/order.json")).exits(4);
    assert!(
        done.stderr.contains("Product 550e8400-e29b-41d4-a716-446655440000 not found (Classic T-Shirt)"),
        "{done:?}"
    );
    assert!(done.stderr.ends_with("hint: to add products first:  orders product import FILE\n"), "{done:?}");
    let done = shop.orders(["create", "--as", "guest"]).arg(shipped("examples/order.json")).exits(4);
    assert!(!done.stderr.contains("hint"), "{done:?}");
}

#[test]
fn every_refusal_of_what_writes_says_that_nothing_changed() {
    let shop = Shop::with_order();
    for (args, code, undone) in [
        (&["confirm", ORDER, "LEG-404"][..], 3, "nothing changed"),
        (&["cancel", "LEG-404"], 3, "nothing changed"),
        (&["edit", ORDER, "--add", "zebra", "--quantity", "1"], 3, "nothing changed"),
        (&["create", "nofile.json"], 1, "nothing changed"),
        (&["product", "count", "zebra", "1", "--note", "x"], 3, "nothing changed"),
        (&["config", "currency", "X"], 4, "nothing changed"),
        (&["user", "remove", "nobody"], 3, "nothing changed"),
        (&["import", "nofile.json"], 1, "nothing imported"),
        (&["backup", "no/folder.db"], 1, "nothing was backed up"),
    ] {
        let run = args.iter().fold(shop.orders([]), |run, arg| run.arg(arg));
        let done = run.exits(code);
        let message = done.stderr.lines().next().unwrap_or_default();
        assert!(message.ends_with(undone) && message.matches("nothing ").count() == 1, "{args:?}: {done:?}");
    }
}

#[test]
fn a_hints_command_acts_on_the_file_that_was_named() {
    let shop = Shop::with_order();
    let file = shop.db();
    let done = shop.orders(["set-status", ORDER, "shipped", "--db", &file]).without_env("ORDERS_DB").exits(5);
    assert!(done.stderr.ends_with(&format!("orders confirm {ORDER} --db {file}\n")), "{done:?}");
}

#[test]
fn a_conflict_exits_with_5() {
    let shop = Shop::with_order();
    shop.orders(["set-status", ORDER, "shipped"]).fails(
        5,
        "error: order LEG-LXYZ1234-AB5C cannot go from pending to shipped; nothing changed\n\
         hint: to confirm it:  orders confirm LEG-LXYZ1234-AB5C\n",
    );
    shop.orders(["set-status", ORDER, "shipped", "--json"]).fails(
        5,
        "{\"success\":false,\"error\":\"Order cannot go from pending to shipped\",\"details\":[],\"code\":\"conflict\",\
         \"hint\":\"to confirm it:  orders confirm LEG-LXYZ1234-AB5C\",\"exitCode\":5,\"reason\":\"step\"}\n",
    );
}

#[test]
fn insufficient_stock_exits_with_6() {
    let shop = Shop::stocked();
    shop.take("LEG-1", BELT, 13, None);
    shop.orders(["confirm", "LEG-1"]).fails(
        6,
        "error: insufficient stock for LEG-1; nothing changed\n  \
         - Leather Belt: Insufficient stock (available: 12, required: 13)\n\
         hint: to tell the customer of LEG-1:  orders message LEG-1 --template shortage\n\
         hint: if there are more in the shop:  orders product adjust BLT-01 +1 --note WHY\n",
    );
    shop.orders(["confirm", "LEG-1", "--json"]).fails(
        6,
        "{\"success\":false,\"error\":\"Insufficient stock for some items\",\
         \"details\":[\"Leather Belt: Insufficient stock (available: 12, required: 13)\"],\
         \"code\":\"insufficient_stock\",\"hint\":\"to tell the customer of LEG-1:  orders message LEG-1 --template shortage\\nif there are more in the shop:  orders product adjust BLT-01 +1 --note WHY\",\"exitCode\":6,\"reason\":null}\n",
    );
}

#[test]
fn a_busy_file_exits_with_7() {
    let shop = Shop::with_order();
    let path = shop.db();
    let before = shop.dump();
    let other = Connection::open(shop.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    shop.orders(["confirm", ORDER, "--wait", "0"]).fails(
        7,
        &format!(
            "error: {path} is in use by another program; nothing changed\n\
         hint: --wait SECONDS waits longer; running it again is safe\n"
        ),
    );
    shop.orders(["--wait", "0", "confirm", ORDER, "--json"]).fails(
        7,
        &format!(
            "{{\"success\":false,\"error\":\"{path} is in use by another program\",\"details\":[],\
             \"code\":\"busy\",\"hint\":\"--wait SECONDS waits longer; running it again is safe\",\"exitCode\":7,\"reason\":null}}\n"
        ),
    );
    shop.orders(["list", "-q"]).prints("LEG-LXYZ1234-AB5C\n");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(shop.dump(), before);
    shop.orders(["confirm", ORDER, "--wait", "0"]).succeeds();
}

#[test]
fn the_reason_says_which_conflict_or_fault_it_is() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let order = std::fs::read_to_string(shipped("examples/order.json")).unwrap();
    let reason = |done: Done| {
        let line = done.stderr.lines().last().unwrap_or_default().to_owned();
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        (done.code, object["reason"].as_str().map(str::to_owned))
    };
    let holds = |args: &[&str], stdin: &str, code: i32, expected: Option<&str>| {
        let run = args.iter().fold(shop.orders(["--json"]), |run, arg| run.arg(arg)).stdin(stdin);
        assert_eq!(reason(run.ends()), (code, expected.map(str::to_owned)), "{args:?}");
    };
    holds(&["show", "LEG-404"], "", 3, None);
    holds(&["create", "-"], &order.replace("John", "Joe"), 5, Some("content"));
    holds(&["import", "-"], &order.replace("John", "Joe"), 5, Some("content"));
    holds(&["set-status", ORDER, "delivered"], "", 5, Some("step"));
    shop.orders(["edit", ORDER, "--add", "BLT-01", "--quantity", "1"]).succeeds();
    shop.orders(["create", "-"])
        .stdin(order.replace("AB5C", "CHEA").replace("29.99", "0.01").replace("59.98", "0.02"))
        .succeeds();
    holds(&["confirm", "LEG-LXYZ1234-CHEA"], "", 5, Some("price"));
    holds(&["show", "LXYZ1234"], "", 5, Some("ambiguous"));
    holds(&["product", "add", "--name", "Belt", "--price", "1", "--sku", "BLT-01"], "", 5, Some("exists"));
    shop.orders(["cancel", ORDER]).succeeds();
    holds(&["cancel", ORDER], "", 5, Some("already"));
    holds(&["--db", "none.db", "list"], "", 1, Some("missing_file"));
    holds(&["import", "none.json"], "", 1, Some("io"));
    std::fs::write(
        shop.path("text.db"),
        "not a database, just some text that is long enough to have a header's length ........................",
    )
    .unwrap();
    holds(&["--db", "text.db", "list"], "", 1, Some("not_ours"));
    shop.connection().execute_batch("PRAGMA user_version = 99").unwrap();
    holds(&["list"], "", 1, Some("newer"));
}

/// While another program has the lock, Ctrl-C says that nothing changed; a program that was told to end too.
#[test]
fn an_interrupted_wait_says_that_nothing_changed() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;
    for (args, signal, said) in [
        (&["confirm", ORDER][..], Signal::INT, "error: interrupted; nothing changed\n"),
        (&["confirm", ORDER], Signal::TERM, "error: interrupted; nothing changed\n"),
        (
            &["product", "set", "BLT-01", "--price", "5", "--json"],
            Signal::INT,
            "{\"success\":false,\"error\":\"interrupted; nothing changed\",\"details\":[],\"code\":\"interrupted\",\
             \"hint\":null,\"exitCode\":130,\"reason\":null}\n",
        ),
    ] {
        let shop = Shop::with_order();
        let before = shop.dump();
        let other = shop.connection();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut command = shop.orders(["--wait", "60"]).into_command();
        let child =
            command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let is_ended_so = match signal {
            Signal::INT => output.status.code() == Some(130),
            signal => output.status.signal() == Some(signal.as_raw()),
        };
        assert!(is_ended_so, "{output:?}");
        assert_eq!(
            (String::from_utf8(output.stdout).unwrap().as_str(), String::from_utf8(output.stderr).unwrap().as_str()),
            ("", said)
        );
        drop(other);
        assert_eq!(shop.dump(), before);
    }
}

/// While a command reads its input, an interruption is reported, with the exit code that the shell sees.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_input_is_reported() {
    use std::io::Write as _;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    let shop = Shop::with_order();
    let before = shop.dump();
    for (args, text) in [
        (&["import", "-"][..], "interrupted; nothing changed"),
        (&["confirm", "-"], "interrupted; nothing changed"),
        (&["create", "-"], "interrupted; nothing changed"),
        (&["pay", "--from", "-"], "interrupted; nothing changed"),
        (&["product", "import", "-"], "interrupted; nothing changed"),
        (&["show", "-"], "interrupted"),
        (&["slip", "-"], "interrupted"),
    ] {
        for (signal, code, is_json) in
            [(Signal::INT, 130, false), (Signal::INT, 130, true), (Signal::TERM, 143, true), (Signal::HUP, 129, true)]
        {
            // Signals that this test ignores would be ignored by the program too.
            let mut command = Command::new("env");
            command
                .args(["--default-signal", env!("CARGO_BIN_EXE_orders")])
                .args(args)
                .args(is_json.then_some("--json"));
            command.current_dir(shop.path("")).env_clear().envs(shop.environment());
            let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = streams.spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            stdin.write_all(b"LEG-1\n").unwrap();
            while rustix::io::ioctl_fionread(&stdin).unwrap() > 0 {
                std::thread::yield_now();
            }
            kill_process(Pid::from_child(&child), signal).unwrap();
            let output = child.wait_with_output().unwrap();
            drop(stdin);
            let seen = output.status.code().or(output.status.signal().map(|signal| 128 + signal));
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!((seen, output.stdout.as_slice()), (Some(code), &b""[..]), "{args:?}: {said}");
            let expected = match is_json {
                false => format!("error: {text}\n"),
                true => format!(
                    "{{\"success\":false,\"error\":\"{text}\",\"details\":[],\"code\":\"interrupted\",\"hint\":null,\
                     \"exitCode\":{code},\"reason\":null}}\n"
                ),
            };
            assert_eq!(said, expected, "{args:?} {signal:?}");
        }
    }
    assert_eq!(shop.dump(), before);
}

/// A script may name thousands: the first are listed, the others counted, and what to do stands there once.
#[test]
fn of_many_that_fail_the_first_are_listed() {
    let shop = Shop::with_order();
    let unknown: String = (0..1000).map(|n| format!("UNKNOWN-{n}\n")).collect();
    for args in [["confirm", "-"], ["cancel", "-"], ["show", "-"]] {
        let done = shop.orders(args).arg("--keep-going").stdin(unknown.as_str()).exits(8);
        let lines: Vec<&str> = done.stderr.lines().collect();
        assert_eq!(lines.iter().filter(|line| line.starts_with("error: ")).count(), 100, "{done:?}");
        let hints: Vec<_> = lines.iter().filter(|line| line.starts_with("hint: ")).collect();
        assert_eq!(hints.len(), hints.iter().collect::<std::collections::BTreeSet<_>>().len(), "{hints:?}");
        let counted = lines.iter().filter(|line| line.starts_with("note: ")).count();
        assert_eq!((lines.len(), lines[lines.len() - 1 - counted]), (101 + hints.len() + counted, "… and 900 more"));
    }
}

#[test]
fn a_link_to_a_file_that_is_not_there_is_named() {
    let shop = Shop::new();
    std::os::unix::fs::symlink("gone.db", shop.path("link.db")).unwrap();
    for args in [["list", "-q"], ["config", "shopName"], ["check", "-q"]] {
        let done = shop.orders(["--db", "link.db"]).arg(args[0]).arg(args[1]).exits(1);
        assert!(done.stderr.contains("link.db is a link to gone.db, which is not there"), "{done:?}");
    }
    let done = shop.orders(["--db", "link.db", "config", "shopName", "A"]).exits(1);
    assert!(done.stderr.contains("link.db is a link to gone.db, which is not there; nothing changed"), "{done:?}");
}

/// What is in the way is called by its name.
#[test]
#[cfg(target_os = "linux")]
fn failures_of_the_machine_are_named() {
    let shop = Shop::with_order();
    let run = |script: &str| {
        let script = script.replace("orders", env!("CARGO_BIN_EXE_orders"));
        let mut command = std::process::Command::new("sh");
        let command = command.args(["-c", &script]).env_clear().envs(shop.environment()).current_dir(shop.path(""));
        Done::from(command.output().unwrap())
    };
    for (script, said) in [
        ("ulimit -n 4; exec orders list", "cannot be opened: Too many open files"),
        ("orders backup /proc/copy.db", "/proc/copy.db cannot be made: /proc takes no new files"),
        ("orders --db /proc/new.db config shopName A", "/proc/new.db cannot be made: /proc takes no new files"),
        (
            "mkdir gone; cd gone; rmdir ../gone; exec orders --db new.db list",
            "error: cannot find the current folder: no such file or directory\nhint: cd to a folder that is there\n",
        ),
        (
            "export HOME=/proc ORDERS_DB=; exec orders config shopName A",
            "error: cannot make the folder /proc/.local/share/orders: no such file or directory; nothing changed\n",
        ),
        ("orders list --json > /dev/full", "\"reason\":\"full\""),
        ("orders show AB5C --json > /dev/full", "\"reason\":\"full\""),
    ] {
        let done = run(script);
        assert!(done.code == 1 && done.stderr.contains(said), "{script}: {done:?}");
    }
}

/// A file that may not grow is an error of the write, for changes and for readers: no signal ends the program.
#[test]
fn a_limit_of_file_sizes_is_reported_truthfully() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let limited = |blocks: u32, args: &str| {
        let program = env!("CARGO_BIN_EXE_orders");
        let script = format!("ulimit -f {blocks} && exec {program} {args}");
        let mut command = std::process::Command::new("sh");
        let output = command
            .args(["-c", &script])
            .current_dir(shop.path(""))
            .env_clear()
            .envs(shop.environment())
            .output()
            .unwrap();
        Done::from(output)
    };
    let mut kept = 0;
    for n in 0..30 {
        let done = limited(128, &format!("-q note {ORDER} '{n} {}'", "x".repeat(900)));
        match done.code {
            0 => kept += 1,
            code => assert!(code == 1 && done.stderr.starts_with("error: "), "{done:?}"),
        }
    }
    assert!(kept < 30, "none was over the limit");
    assert_eq!(shop.number("SELECT COUNT(*) FROM order_events WHERE kind = 'note'"), kept);
    for args in ["list -q", "check", "backup copy.db", "list --json > long.json"] {
        let done = limited(16, args);
        assert!(matches!(done.code, 0 | 1), "{args}: {done:?}");
    }
    shop.check();
}

/// A build that knows no clusters says so, and how to get one that does. It makes no file of that name.
#[test]
#[cfg(not(feature = "cluster"))]
fn the_address_of_a_shop_in_a_cluster_is_no_file() {
    let shop = Shop::stocked();
    let says = "error: this build of orders works on files only, not on shops in a cluster\n\
                hint: to build one that does:  cargo install --path . --features cluster\n";
    shop.orders(["--db", "http://n1:4001/LEG", "config", "shopName", "x"]).fails(2, says);
    shop.orders(["list"]).env("ORDERS_DB", "HTTPS://n1,n2/LEG").fails(2, says);
    shop.orders(["backup", "http://n1:4001/LEG"]).fails(2, says);
    assert!(!shop.path("http:").exists());
}
