use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{BELT, ORDER, Shop, order};

/// What is left in the shop's folder, beside the orders file.
fn left(shop: &Shop) -> Vec<String> {
    let names =
        std::fs::read_dir(shop.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with("orders.db")).collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_the_same_orders_for_their_owner_only() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let body = shop.orders(["backup", "copy.db", "--json"]).json();
    let bytes = std::fs::metadata(shop.path("copy.db")).unwrap();
    assert_eq!((body["orders"].as_u64(), body["bytes"].as_u64()), (Some(1), Some(bytes.len())));
    assert_eq!(body["path"], shop.path("copy.db").to_str().unwrap());
    assert_eq!(bytes.permissions().mode() & 0o777, 0o600);
    let of = |db: &str| shop.orders(["show", "ab5c", "--json", "--db", db]).succeeds();
    assert_eq!(of("copy.db"), of("orders.db"));
    shop.orders(["check", "--db", "copy.db"]).prints("");
    // What was restored goes on.
    shop.orders(["confirm", "--yes", "ab5c", "--db", "copy.db"]).succeeds();
    shop.orders(["check", "--db", "copy.db"]).prints("");
}

#[test]
fn a_backup_replaces_no_file_and_leaves_no_half_copy() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    std::fs::write(shop.path("there.db"), "precious").unwrap();
    let there = shop.path("there.db").display().to_string();
    shop.orders(["backup", "there.db"])
        .fails(5, &format!("error: {there} exists already; nothing was backed up\nhint: name a new file\n"));
    assert_eq!(std::fs::read(shop.path("there.db")).unwrap(), b"precious");
    let missing = shop.path("missing");
    let problem = format!("cannot be made: there is no folder {}; nothing was backed up", missing.display());
    shop.orders(["backup", "missing/copy.db"]).fails(1, &format!("error: {}/copy.db {problem}\n", missing.display()));
    shop.orders(["backup", "orders.db"]).exits(5);
    let done = shop.orders(["backup", "copy.db", "--dry-run"]).exits(0);
    assert!(done.stdout.starts_with("would back up 1 order to "), "{done:?}");
    assert_eq!(done.stderr, "note: dry run: nothing changed\n");
    assert_eq!(shop.orders(["backup", "copy.db", "-n", "--json"]).json()["dryRun"], true);
    shop.orders(["backup"]).exits(2);
    assert_eq!(left(&shop), ["there.db"]);
}

/// SQLite would take it for its own, play it in or remove it.
#[test]
fn no_file_gets_the_name_of_a_side_file() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    for suffix in ["journal", "wal", "shm"] {
        let name = format!("orders.db-{suffix}");
        let side = format!("{name}: it would be the -{suffix} file of the orders file; nothing");
        for run in [shop.orders(["backup", &name]), shop.orders(["import", "--keep-going", "--rejects", &name])] {
            let done = run.stdin("[{}]").exits(5);
            assert!(done.stderr.contains(&side) && done.stderr.ends_with("hint: name a new file\n"), "{done:?}");
        }
        let done = shop.orders(["backup", &name, "--json"]).exits(5);
        assert!(done.stderr.contains(r#""reason":"exists""#), "{done:?}");
    }
    std::fs::write(shop.path("copy.db-wal"), "left over").unwrap();
    let done = shop.orders(["backup", "copy.db"]).exits(5);
    assert!(done.stderr.contains("copy.db-wal is left over: move that aside"), "{done:?}");
    shop.orders(["check"]).prints("");
    assert_eq!(left(&shop), ["copy.db-wal"]);
}

#[test]
fn a_backup_while_another_writes_agrees_with_itself() {
    let shop = Shop::stocked();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..25 {
                let reference = format!("LEG-{number:04}");
                shop.orders(["create", "-q"]).stdin(order(&reference, BELT, 1, None)).succeeds();
                shop.orders(["confirm", &reference, "--keep-going"]).ends();
            }
        });
        let mut count = 0;
        while !writer.is_finished() {
            let name = format!("copy-{count}.db");
            shop.orders(["backup", &name, "-q"]).prints("");
            shop.orders(["check", "--db", &name]).prints("");
            count += 1;
        }
        writer.join().unwrap();
        assert!(count > 3, "{count} backups were taken");
    });
    shop.orders(["check"]).prints("");
}

#[test]
fn a_backup_to_stdout_is_a_whole_copy() {
    let shop = Shop::with_order();
    let dash = shop.path("-");
    let output = shop.orders(["backup", "-"]).into_command().output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    std::fs::write(shop.path("copy.db"), output.stdout).unwrap();
    assert_eq!(shop.orders(["--db", "copy.db", "list", "-q"]).succeeds(), format!("{ORDER}\n"));
    shop.orders(["--db", "copy.db", "check"]).exits(0);
    let done = shop.orders(["backup", "-", "--json"]).exits(2);
    assert_eq!(done.stdout, "");
    let done = shop.orders(["backup", "-", "-n"]).exits(0);
    assert_eq!(done.stdout, "");
    assert!(done.stderr.starts_with("note: dry run: would back up 1 order to stdout, "), "{}", done.stderr);
    // Nor is anything else a file of that name.
    shop.orders(["--db", "-", "config", "shopName", "LEG"]).exits(2);
    shop.orders(["import", "--keep-going", "--rejects", "-"]).exits(2);
    assert!(!dash.exists());
}

/// Makes a shop whose backup is longer than a pipe holds, and a folder for temporary files.
fn long_shop() -> Shop {
    let shop = Shop::stocked();
    let orders: String = (0..300).map(|n| order(&format!("LEG-{n}"), BELT, 1, None) + "\n").collect();
    shop.orders(["import", "-", "-q"]).stdin(orders).succeeds();
    std::fs::create_dir(shop.path("temporary")).unwrap();
    shop
}

/// Starts a backup to a pipe that nobody reads: its copy is made, and it waits.
fn waiting_backup(shop: &Shop) -> std::process::Child {
    // Signals that this test ignores would be ignored by the program too.
    let mut command = std::process::Command::new("env");
    command.args(["--default-signal", env!("CARGO_BIN_EXE_orders"), "backup", "-"]);
    command.env_clear().envs(shop.environment()).env("TMPDIR", shop.path("temporary"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Its first bytes come once the copy is whole.
    let mut first = [0; 16];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(&first, b"SQLite format 3\0");
    child
}

fn temporary_files(shop: &Shop) -> Vec<std::ffi::OsString> {
    std::fs::read_dir(shop.path("temporary")).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

#[test]
fn a_backup_that_breaks_off_is_a_failure() {
    let shop = long_shop();
    let mut child = waiting_backup(&shop);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = "error: stdout was closed before the end of the backup: broken pipe; nothing was backed up\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), said);
    assert_eq!(temporary_files(&shop).len(), 0);
}

#[test]
fn an_interrupted_backup_leaves_no_copy_behind() {
    let shop = long_shop();
    for (signal, code) in [(Signal::INT, Some(130)), (Signal::TERM, None), (Signal::HUP, None)] {
        let mut child = waiting_backup(&shop);
        // It must not be read on, or the backup could end before the signal comes.
        let _unread = child.stdout.take();
        assert_eq!(temporary_files(&shop).len(), 1);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{signal:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: interrupted; nothing changed\n", "{signal:?}");
        assert_eq!(temporary_files(&shop).len(), 0, "{signal:?}");
    }
}

#[test]
fn a_backup_removes_leftovers_of_killed_backups_only() {
    let shop = long_shop();
    let mut killed = waiting_backup(&shop);
    let mut living = waiting_backup(&shop);
    kill_process(Pid::from_child(&killed), Signal::KILL).unwrap();
    killed.wait().unwrap();
    assert_eq!(temporary_files(&shop).len(), 2);
    shop.orders(["backup", "temporary/copy.db", "-q"]).succeeds();
    assert_eq!(temporary_files(&shop).len(), 2, "the new copy, and that of the living");
    let mut rest = Vec::new();
    living.stdout.take().unwrap().read_to_end(&mut rest).unwrap();
    assert!(living.wait().unwrap().success());
    assert_eq!(temporary_files(&shop), ["copy.db"]);
}
