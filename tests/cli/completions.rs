use std::io::pipe;
use std::process::{Command, Stdio};

use crate::harness::{Shop, shipped};

/// Returns what a shell is offered for the last word of a line.
fn offered(shop: &Shop, words: &[&str], caller: Option<&str>) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
    command
        .env_clear()
        .envs(shop.environment())
        .env("ORDERS_COMPLETE", "fish")
        .env("ORDERS_AS", caller.unwrap_or("sam"));
    if caller.is_none() {
        command.env_remove("ORDERS_AS");
    }
    let output = command.args(["--", "orders"]).args(words).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn references_and_products_complete_from_the_file() {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    assert_eq!(offered(&shop, &["confirm", "leg-lx"], None), ["LEG-LXYZ1234-AB5C\tJohn Doe"]);
    assert_eq!(offered(&shop, &["show", "q1xc"], None), ["LEG-MLB4Q1XC-K2P9\tليلى حسن"]);
    assert_eq!(offered(&shop, &["history", "LEG-"], None).len(), 4);
    assert_eq!(offered(&shop, &["product", "show", "BLT"], None), ["BLT-01\tLeather Belt"]);
    assert_eq!(offered(&shop, &["product", "adjust", "polo"], None), ["PL-220\tPolo Shirt"]);
    assert!(offered(&shop, &["set-s"], None).iter().any(|line| line.starts_with("set-status")));
    assert_eq!(offered(&shop, &["list", "--status", "pen"], None).len(), 1);
    // Completing shows nobody what they may not see, and is silent where there is nothing to read.
    assert!(offered(&shop, &["show", "LEG-"], Some("guest")).is_empty());
    assert!(offered(&shop, &["show", "LEG-"], Some("nobody")).is_empty());
    assert!(offered(&Shop::new(), &["show", "LEG-"], None).is_empty());
}

#[test]
fn every_shell_is_told_what_to_add_to_its_start_file() {
    let shop = Shop::new();
    for shell in ["bash", "zsh", "fish"] {
        let line = shop.orders(["completions", shell]).succeeds();
        assert!(line.contains(&format!("ORDERS_COMPLETE={shell} orders")), "{line}");
    }
    shop.orders(["completions", "cmd"]).exits(2);
}

/// What bash itself makes of it.
#[test]
fn bash_completes_a_reference() {
    let shop = Shop::with_order();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_orders")).parent().unwrap().to_owned();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let script = "source <(orders completions bash)
        COMP_WORDS=(orders confirm LEG-L); COMP_CWORD=2; COMP_LINE='orders confirm LEG-L'; COMP_POINT=${#COMP_LINE}
        $(complete -p orders | sed 's/.*-F \\([^ ]*\\).*/\\1/') orders LEG-L confirm
        echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["--norc", "-c", script])
        .env_clear()
        .envs(shop.environment())
        .env("PATH", path)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "LEG-LXYZ1234-AB5C", "{output:?}");
}

#[test]
fn a_shell_that_does_not_listen_is_told_nothing() {
    let shop = Shop::with_order();
    for stdout in
        [std::fs::File::options().write(true).open("/dev/full").unwrap().into(), Stdio::from(pipe().unwrap().1)]
    {
        let mut asking = shop.orders(["--", "orders", "show", ""]).env("ORDERS_COMPLETE", "fish").into_command();
        let output = asking.stdout(stdout).output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    }
}
