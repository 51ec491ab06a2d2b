//! Results on stdout, all else on stderr; hostile text on both. What becomes of a command that loses a stream is held by
//! `tests/faults/output.rs`.

use std::io::Read;
use std::process::Stdio;

use crate::harness::{BELT, Shop, order};

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let shop = Shop::stocked();
    let orders: String = (0..3000).map(|n| order(&format!("LEG-{n:04}"), BELT, 1, None)).collect();
    shop.orders(["import"]).stdin(orders).succeeds();
    for args in [["list", "--json"], ["list", "--limit=0"], ["list", "--format=csv"]] {
        let mut child = shop
            .orders(args)
            .into_command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{args:?}");
    }
}

#[test]
fn hostile_text_is_made_visible_on_both_streams_and_kept_in_json() {
    let shop = Shop::stocked();
    let evil = "\\u001b[2J\\u202eevil\\nerror: fake";
    let name = "\u{1b}[2J\u{202e}evil\nerror: fake";
    let input = order("LEG-1", BELT, 13, None)
        .replace("John Doe", evil)
        .replace("\"quantity\"", &format!("\"productName\":\"{evil}\",\"selectedColor\":\"{evil}\",\"quantity\""))
        .replace("\"items\"", &format!("\"customerAddress\":\"{evil}\",\"items\""));
    let rename = format!("[{{\"id\":\"{BELT}\",\"name\":\"{evil}\"}}]");
    shop.orders(["product", "import"]).stdin(rename).succeeds();
    shop.orders(["create", "-q"]).stdin(input.clone()).succeeds();
    let unknown = input.replace("\"items\"", &format!("\"{evil}\":1,\"items\"")).replace("LEG-1", "LEG-2");
    let runs = [
        shop.orders(["list"]),
        shop.orders(["list", "--items"]),
        shop.orders(["list", "--fields", "customerName,customerAddress"]),
        shop.orders(["show", "LEG-1"]),
        shop.orders(["confirm", "LEG-1"]),
        shop.orders(["show", name]),
        shop.orders(["show", &format!("LEG-{name}")]),
        shop.orders(["create"]).stdin(unknown.clone()),
        shop.orders(["import"]).stdin(unknown),
        shop.orders(["product", "list"]),
        shop.orders(["product", "show", "BLT-01"]),
        shop.orders(["product", "adjust", "BLT-01", "-99", "--note", name]),
        shop.orders(["product", "remove", "BLT-01"]),
        shop.orders(["import", name]),
        shop.orders(["--db", name, "list"]),
    ];
    for run in runs {
        let done = run.ends();
        for stream in [&done.stdout, &done.stderr] {
            assert!(!stream.contains(['\u{1b}', '\u{202e}']), "{done:#?}");
            assert!(!stream.lines().any(|line| line.starts_with("error: fake")), "{done:#?}");
        }
    }
    assert_eq!(shop.orders(["show", "LEG-1", "--json"]).json()["customerName"], name);
}

#[test]
fn wrong_arguments_are_made_visible_too() {
    let shop = Shop::with_order();
    for args in [["list", "--status", "\u{1b}[31m\u{202e}x"], ["show", "--\u{9b}31m", "y"], ["\u{1b}]0;t", "a", "b"]] {
        let done = shop.orders(args).arg("--color").arg("never").env("CLICOLOR_FORCE", "1").exits(2);
        assert!(!done.stderr.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{done:#?}");
    }
}

#[test]
fn a_hint_can_be_pasted_whatever_a_guest_called_the_order() {
    let shop = Shop::stocked();
    shop.take("$(id);x", BELT, 1, None);
    shop.orders(["set-status", "$(id);x", "confirmed"])
        .fails(5, "error: only confirm takes $(id);x to confirmed; it is pending; nothing changed\nhint: to confirm it:  orders confirm '$(id);x'\n");
}

#[test]
fn colour_follows_option_environment_and_terminal() {
    let shop = Shop::on_file();
    let plain = "error: there is no orders file";
    assert!(shop.orders(["list"]).exits(1).stderr.starts_with(plain));
    let coloured = "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m there is no";
    assert!(shop.orders(["list", "--color", "always"]).env("NO_COLOR", "1").exits(1).stderr.starts_with(coloured));
    assert!(shop.orders(["list"]).env("CLICOLOR_FORCE", "1").exits(1).stderr.starts_with(coloured));
    assert!(shop.orders(["list"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").exits(1).stderr.starts_with(plain));
}

#[test]
fn the_orders_file_is_found_by_option_variable_or_default() {
    let shop = Shop::new();
    let add = ["product", "add", "--name", "Cap", "--price", "5"];
    shop.orders(add).without_env("ORDERS_DB").succeeds();
    assert!(shop.path(".local/share/orders/orders.db").is_file());
    shop.orders(add).env("ORDERS_DB", "").env("XDG_DATA_HOME", shop.path("data")).succeeds();
    assert!(shop.path("data/orders/orders.db").is_file());
    shop.orders(add).arg("--db").arg("here.db").succeeds();
    assert!(shop.path("here.db").is_file());
    for memory in [":memory:", "file:x?mode=memory"] {
        shop.orders(add).arg("--db").arg(memory).succeeds();
        assert!(shop.path(memory).is_file(), "{memory} is a file like any other");
    }
    shop.orders(add).arg("--db").arg("").exits(2);
    assert!(!shop.file().exists());
}
