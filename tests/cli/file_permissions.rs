//! What is written is its owner's alone, whatever the umask; and who opens a file that is not is told so.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::harness::{BELT, Shop, order, shipped};

/// Runs the program under a umask, with words of the shell around it.
fn under(umask: &str, shop: &Shop, script: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask {umask}; {script}")]).current_dir(shop.path(""));
    shell.env_clear().envs(shop.environment()).env("ORDERS", env!("CARGO_BIN_EXE_orders"));
    shell.env("TMPDIR", shop.path("")).output().unwrap()
}

/// Returns every file and folder in a folder and below, with its mode.
fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let metadata = entry.metadata().unwrap();
        found.push((entry.path(), metadata.permissions().mode() & 0o777));
        if metadata.is_dir() {
            found.extend(modes(&entry.path()));
        }
    }
    found.sort();
    found
}

#[test]
fn written_files_are_private_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let shop = Shop::on_file();
        let catalogue = shipped("examples/catalogue.json").display().to_string();
        let input = shop.path("input.ndjson");
        std::fs::write(&input, order("LEG-1", BELT, 1, None) + "\n{\"items\":[]}\n").unwrap();
        std::fs::set_permissions(&input, std::fs::Permissions::from_mode(0o600)).unwrap();
        let made = under(umask, &shop, &format!("\"$ORDERS\" product import {catalogue}"));
        assert!(made.status.success(), "{made:?}");
        // With the file held open, its side files stay.
        let held = shop.connection();
        held.query_row("SELECT COUNT(*) FROM products", [], |row| row.get::<_, i64>(0)).unwrap();
        let script = "cat input.ndjson | \"$ORDERS\" import - --keep-going --rejects rejects.ndjson; [ $? = 8 ] &&
                      \"$ORDERS\" confirm LEG-1 && \"$ORDERS\" backup copy.db &&
                      \"$ORDERS\" list --items --json --db copy.db && \"$ORDERS\" cancel LEG-1 --db copy.db";
        let done = under(umask, &shop, script);
        assert!(done.status.success(), "{done:?}");
        let warned = String::from_utf8_lossy(&done.stderr).contains("other users");
        assert!(!warned, "{umask}: {done:?}");
        let names: Vec<_> = modes(&shop.path("")).into_iter().filter(|(_, mode)| *mode != 0o600).collect();
        assert_eq!(names, [], "{umask}");
        let names: Vec<_> = modes(&shop.path("")).into_iter().map(|(path, _)| path).collect();
        for name in ["orders.db", "orders.db-wal", "orders.db-shm", "copy.db", "rejects.ndjson"] {
            assert!(names.contains(&shop.path(name)), "{name}: {names:?}");
        }
    }
}

#[test]
fn the_folder_of_the_default_file_is_private() {
    for umask in ["000", "077"] {
        let shop = Shop::on_file();
        let script = "unset ORDERS_DB; \"$ORDERS\" config shopName Lego";
        assert!(under(umask, &shop, script).status.success());
        let found = modes(&shop.path(""));
        assert!(found.iter().all(|(path, mode)| *mode == if path.is_dir() { 0o700 } else { 0o600 }), "{found:?}");
        assert!(found.iter().any(|(path, _)| path.ends_with("orders/orders.db")), "{found:?}");
    }
}

#[test]
fn a_file_that_others_can_use_is_warned_of_once() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    shop.orders(["user", "add", "mona", "--role", "seller"]).succeeds();
    let file = shop.file().display().to_string();
    for (mode, done) in
        [(0o600, None), (0o700, None), (0o640, Some("read")), (0o604, Some("read")), (0o622, Some("changed"))]
    {
        std::fs::set_permissions(shop.file(), std::fs::Permissions::from_mode(mode)).unwrap();
        let told = done.map_or(String::new(), |done| {
            format!("warning: {file} can be {done} by other users\nhint: to keep it to yourself:  chmod 600 {file}\n")
        });
        for args in [
            ["list", "--quiet", "--wait", "5"],
            ["check", "--json", "--wait", "5"],
            ["--as", "mona", "list", "--json"],
            ["config", "shopName", "Lego", "--yes"],
        ] {
            let ended = shop.orders(args).exits(0);
            assert_eq!(ended.stderr, told, "{mode:o} {args:?}");
        }
        // A failure's own line is still the last one.
        let failed = shop.orders(["show", "LEG-404", "--json"]).exits(3);
        assert!(failed.stderr.starts_with(&told), "{failed:?}");
        let last: serde_json::Value = serde_json::from_str(failed.stderr.lines().last().unwrap()).unwrap();
        assert_eq!(last["exitCode"], 3);
        // A shell that completes shows what is on stderr in the middle of the line.
        let asking = shop.orders(["--", "orders", "show", ""]).env("ORDERS_COMPLETE", "fish").exits(0);
        assert!(asking.stdout.contains("AB5C") && asking.stderr.is_empty(), "{asking:?}");
    }
}

/// What stands beside a link to it is none of its own.
#[test]
fn files_beside_a_link_to_the_orders_file_are_not_warned_of() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    std::fs::create_dir(shop.path("links")).unwrap();
    std::os::unix::fs::symlink(shop.file(), shop.path("links/orders.db")).unwrap();
    std::fs::write(shop.path("links/orders.db-wal"), "").unwrap();
    std::fs::set_permissions(shop.path("links/orders.db-wal"), std::fs::Permissions::from_mode(0o666)).unwrap();
    let done = shop.orders(["--db", "links/orders.db", "list", "--quiet"]).exits(0);
    assert_eq!(done.stderr, "");
}
