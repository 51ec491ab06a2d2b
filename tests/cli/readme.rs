//! README says what is so: its commands are run here, and their output compared.

use std::process::Command;

use pretty_assertions::assert_eq;

use crate::harness::{NOW, Shop, shipped};

fn readme() -> String {
    std::fs::read_to_string(shipped("README.md")).unwrap()
}

/// Returns the blocks of README in one language.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let mut blocks = Vec::new();
    let mut rest = readme.as_str();
    while let Some((_, after)) = rest.split_once(&format!("```{language}\n")) {
        let (block, after) = after.split_once("```").unwrap();
        blocks.push(block.to_owned());
        rest = after;
    }
    blocks
}

/// Runs a line in a shell that finds the built binary, and returns what it prints on both streams.
fn shell(line: &str, folder: &std::path::Path) -> String {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_orders"));
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("bash")
        .args(["-c", &format!("{{ {line}\n}} 2>&1")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("HOME", folder)
        .env("ORDERS_NOW", NOW)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_in_readme_prints_what_stands_below_it() {
    let shop = Shop::new();
    std::os::unix::fs::symlink(shipped("examples"), shop.path("examples")).unwrap();
    let folder = shop.path("");
    let mut count = 0;
    for block in blocks("console") {
        let mut shown = String::new();
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                shown.push_str(&format!("$ {command}\n{}", shell(command, &folder)));
                count += 1;
            }
        }
        assert_eq!(shown, block);
    }
    assert!(count > 10, "README shows {count} commands");
}

#[test]
fn the_tour_prints_what_readme_shows() {
    let output = Command::new("bash").arg(shipped("examples/tour.sh")).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(shown.trim_end(), blocks("text")[0].trim_end());
}

#[test]
fn the_exit_codes_of_readme_are_those_of_the_program() {
    let shop = Shop::new();
    let readme = readme();
    for line in shop.orders(["help", "exit-codes"]).succeeds().lines() {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        assert!(readme.contains(&format!("| {code} | {meaning} |\n")), "{line}");
    }
}

/// Each endpoint of the guide, with the command that README names for it.
#[test]
fn the_commands_for_the_guides_endpoints_work() {
    let shop = Shop::stocked();
    let order = std::fs::read_to_string(shipped("examples/order.json")).unwrap();
    std::fs::write(shop.path("order.json"), order).unwrap();
    let commands: Vec<String> = readme()
        .lines()
        .filter(|line| line.contains("/api/orders/"))
        .map(|line| line.split('`').nth(3).unwrap().to_owned())
        .collect();
    assert_eq!(commands.len(), 6);
    let reference = crate::harness::ORDER;
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    for command in ["create", "list", "show", "confirm", "set-status", "--as USERNAME my-orders"] {
        let line = commands.iter().find(|line| line.starts_with(&format!("orders {command} "))).unwrap();
        let line = line.replace("ID", reference).replace("STATUS", "shipped").replace("USERNAME", "mona");
        let mut run = shop.orders([]);
        for word in line.split(' ').skip(1) {
            run = run.arg(word);
        }
        run.json();
    }
    assert_eq!(shop.status(reference), "shipped");
}
