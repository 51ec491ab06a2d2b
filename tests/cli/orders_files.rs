//! The orders file and what SQLite keeps beside it are no input and no output of a command: closing them would drop the
//! program's locks on them.

use std::process::Command;

use crate::harness::{BELT, Done, ORDER, Shop, order};

/// Runs a line of shell in the shop's folder; `$ORDERS` is the program.
fn shell(shop: &Shop, line: &str) -> Done {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(shop.path("")).env_clear().envs(shop.environment());
    command.env("ORDERS", env!("CARGO_BIN_EXE_orders"));
    command.output().unwrap().into()
}

/// Every way of naming a file, in shell.
const WAYS: [&str; 5] = ["FILE", "./FILE", "hard-FILE", "soft-FILE", "/dev/fd/9 9<FILE"];

#[test]
fn the_orders_file_and_its_side_files_are_refused_as_input() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    std::fs::write(shop.path("new.json"), order("LEG-NEW", BELT, 1, None)).unwrap();
    std::fs::write(shop.path("new.csv"), "orderReference,amount,method\nLEG-NEW,5,cash\n").unwrap();
    // As long as somebody reads, the side files are there.
    let reader = shop.connection();
    reader.execute_batch("BEGIN; SELECT * FROM orders").unwrap();
    shop.orders(["edit", ORDER, "--name", "Mona"]).succeeds();
    for name in ["orders.db", "orders.db-wal", "orders.db-shm"] {
        std::os::unix::fs::symlink(shop.path(name), shop.path(&format!("soft-{name}"))).unwrap();
        // The program takes no orders file that has two names.
        if name != "orders.db" {
            std::fs::hard_link(shop.path(name), shop.path(&format!("hard-{name}"))).unwrap();
        }
    }
    let before = shop.dump();
    for (suffix, what) in [("", "the orders file"), ("-wal", "the -wal file of"), ("-shm", "the -shm file of")] {
        let file = format!("orders.db{suffix}");
        for way in WAYS.iter().filter(|way| shop.path(&way.replace("FILE", &file)).exists() || way.contains('9')) {
            let source = way.replace("FILE", &file);
            for command in [
                "import SOURCE",
                "import new.json SOURCE",
                "import -n SOURCE",
                "create SOURCE",
                "product import SOURCE",
                "pay --from SOURCE",
                "set-status --from SOURCE",
            ] {
                let line = format!("\"$ORDERS\" {}", command.replace("SOURCE", &source));
                let done = shell(&shop, &line);
                assert_eq!((done.code, done.stdout.as_str()), (4, ""), "{line}: {done:#?}");
                let (name, _) = source.split_once(' ').unwrap_or((&source, ""));
                let detail = format!("  - {name}: it is {what}");
                let undone = match command.rsplit_once(' ') {
                    Some(("create" | "set-status --from", _)) => "nothing changed",
                    Some(("pay --from", _)) => "nothing recorded",
                    _ => "nothing imported",
                };
                assert!(done.stderr.contains(&detail) && done.stderr.contains(undone), "{line}: {done:#?}");
            }
            // What is there already is not written over.
            let (name, descriptor) = source.split_once(' ').unwrap_or((&source, ""));
            for command in
                ["import new.json --keep-going --rejects", "pay --from new.csv --keep-going --rejects", "backup"]
            {
                let line = format!("\"$ORDERS\" {command} {name} {descriptor}");
                let done = shell(&shop, &line);
                assert!(done.code == 5 && done.stdout.is_empty(), "{line}: {done:#?}");
            }
        }
        for command in ["import -", "import", "create", "product import -", "pay --from -"] {
            let line = format!("\"$ORDERS\" {command} <{file}");
            let done = shell(&shop, &line);
            assert_eq!(done.code, 4, "{line}: {done:#?}");
            assert!(done.stderr.contains(&format!("  - stdin: it is {what}")), "{line}: {done:#?}");
        }
    }
    assert_eq!(shop.dump(), before);
    drop(reader);
    shop.check();
}

/// What a shell makes of `orders import *` in the shop's folder.
#[test]
fn every_orders_file_among_the_inputs_is_named_at_once() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let held = shop.connection();
    held.query_row("SELECT 1 FROM orders", [], |_| Ok(())).unwrap();
    std::fs::write(shop.path("new.json"), order("LEG-NEW", BELT, 1, None)).unwrap();
    let done = shell(&shop, "\"$ORDERS\" import *");
    let stderr = "error: the orders file cannot be read as input; nothing imported
  - orders.db: it is the orders file
  - orders.db-shm: it is the -shm file of the orders file
  - orders.db-wal: it is the -wal file of the orders file
hint: name the files to read, such as *.json; * matches the orders file too
";
    assert_eq!((done.code, done.stderr.as_str()), (4, stderr));
    assert_eq!(shell(&shop, "\"$ORDERS\" import *.json -q").code, 0);
}

/// The shell opens it for the program, which would write over what is there.
#[test]
fn a_backup_to_stdout_never_overwrites_the_orders_file() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let before = shop.dump();
    let done = shell(&shop, "\"$ORDERS\" backup - >>orders.db");
    let stderr = "error: stdout cannot take the backup: it is the orders file; nothing was backed up\nhint: redirect stdout to a new file\n";
    assert_eq!((done.code, done.stderr.as_str()), (5, stderr));
    assert_eq!(shop.dump(), before);
    assert_eq!(shell(&shop, "\"$ORDERS\" backup - >copy.db").code, 0);
}
