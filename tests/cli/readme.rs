//! README says what is so: its commands are run here, and their output compared.

use std::process::Command;

use pretty_assertions::assert_eq;

use crate::harness::{Shop, shipped};
use crate::hold::without_isolates;

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
        .env("ORDERS_NOW", "2026-02-12T08:00:00Z")
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
        assert_eq!(without_isolates(&shown), block);
    }
    assert!(count > 10, "README shows {count} commands");
}

#[test]
fn the_tour_prints_what_readme_shows() {
    let output = Command::new("bash").arg(shipped("examples/tour.sh")).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(without_isolates(&shown).trim_end(), blocks("text")[0].trim_end());
}

#[test]
fn the_exit_codes_of_readme_are_those_of_the_program() {
    let (readme, page) = (readme(), Shop::new().orders(["help", "exit-codes"]).succeeds());
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = words(&page);
    for code in (0..=11).chain([130]) {
        let row = readme.lines().find_map(|line| line.strip_prefix(&format!("| {code} | "))).unwrap();
        assert!(page.contains(&format!("{code} {}", row.trim_end_matches(" |"))), "{row}: {page}");
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

/// Every line of the crontab does its work in the environment that cron gives it.
#[test]
fn the_crontab_works_as_it_stands() {
    let shop = Shop::with_order();
    shop.orders(["product", "count", "BLT-01", "0", "--note", "sold out"]).succeeds();
    let folder = shop.path("").display().to_string();
    std::fs::create_dir(shop.path("backups")).unwrap();
    for day in 1..=31 {
        std::fs::write(shop.path(&format!("backups/orders-2025-01-{day:02}.db")), "").unwrap();
    }
    std::fs::copy(shipped("examples/whatsapp/webhook-log.ndjson"), shop.path("webhook.ndjson")).unwrap();
    let binaries = std::path::Path::new(env!("CARGO_BIN_EXE_orders")).parent().unwrap().display().to_string();
    let crontab = blocks("crontab").concat();
    let mut jobs = Vec::new();
    let mut environment = vec![("HOME".to_owned(), folder.clone())];
    for line in crontab.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.splitn(6, ' ').collect();
        if words[0].contains('=') {
            let (name, value) = line.split_once('=').unwrap();
            let value = value.replace("/usr/local/bin", &binaries).replace("/srv/shop", folder.trim_end_matches('/'));
            environment.push((name.to_owned(), value));
        } else {
            assert!(
                words[..5].iter().all(|field| field.chars().all(|c| c.is_ascii_digit() || "*/".contains(c))),
                "{line}"
            );
            jobs.push(words[5]);
        }
    }
    assert!(environment.iter().any(|(name, value)| name == "CONTENT_TYPE" && value.ends_with("charset=UTF-8")));
    let run = |job: &str| {
        // Cron takes a bare % for the end of the command.
        assert!(!job.replace("\\%", "").contains('%'), "{job}");
        let job = job
            .replace("\\%", "%")
            .replace("/usr/local/bin/take-webhooks.sh", &shipped("examples/take-webhooks.sh").display().to_string())
            .replace("/usr/local/bin", &binaries)
            .replace("/srv/shop", folder.trim_end_matches('/'));
        let output = Command::new("/bin/sh").args(["-c", &job]).env_clear().envs(environment.clone()).output().unwrap();
        assert!(output.status.success(), "{job}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let said: Vec<String> = jobs.iter().map(|job| run(job)).collect();
    for (said, expected) in said.iter().zip(["LEG-LXYZ1234-AB5C", "Leather Belt", "nothing was sold"]) {
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(said[3..], ["", "", ""]);
    let backups = std::fs::read_dir(shop.path("backups")).unwrap();
    let kept = backups.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let kept: Vec<String> = kept.filter(|name| name.starts_with("orders-")).collect();
    assert!(kept.len() == 30 && !kept.contains(&"orders-2025-01-02.db".to_owned()), "{kept:?}");
    // What was taken is not taken again, and what comes later is.
    assert!(!shop.path("webhook.ndjson").exists() && !shop.path("taking.ndjson").exists());
    let orders = shop.number("SELECT COUNT(*) FROM orders");
    assert!(orders > 1);
    std::fs::copy(shipped("examples/whatsapp/webhook-log.ndjson"), shop.path("webhook.ndjson")).unwrap();
    run(jobs[3]);
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), orders);
}

/// The others are taken. A log of which nothing can be read is put aside, and what comes later is taken.
#[test]
fn a_webhook_call_that_was_cut_off_stops_only_itself() {
    let shop = Shop::stocked();
    let log = std::fs::read_to_string(shipped("examples/whatsapp/webhook-log.ndjson")).unwrap();
    let script = shipped("examples/take-webhooks.sh").display().to_string();
    let take = || shell(&format!("export ORDERS_DB=orders.db; {script} . ; echo $?"), &shop.path(""));
    std::fs::write(shop.path("webhook.ndjson"), &log[..20]).unwrap();
    assert!(take().ends_with("later calls go on\n4\n"));
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 0);
    std::fs::write(shop.path("webhook.ndjson"), &log[..log.len() - 20]).unwrap();
    assert!(take().ends_with(".ndjson: mend and import them\n0\n"));
    assert!(shop.number("SELECT COUNT(*) FROM orders") > 0);
    std::fs::write(shop.path("webhook.ndjson"), &log).unwrap();
    assert!(take().ends_with("\n0\n"));
    assert!(shop.number("SELECT COUNT(*) FROM orders") > 0);
    // What is no order waits to be mended, and the mail says where.
    std::fs::write(shop.path("webhook.ndjson"), "{\"a\":1}\n").unwrap();
    assert!(take().ends_with(".ndjson: mend and import them\n0\n"));
    // Nothing to take is nothing to say.
    assert_eq!(take(), "0\n");
}

/// The recipes for moving a file to where cron finds it, and for restoring a backup beside a log of the old file.
#[test]
fn a_file_is_moved_and_restored_as_readme_says() {
    let shop = Shop::with_order();
    let folder = shop.path("srv").display().to_string();
    let recipe = |words: &str| {
        let recipe = blocks("sh").into_iter().find(|block| block.contains(words)).unwrap();
        let recipe = recipe.replace("/srv/shop", &folder).replace("/usr/local/bin/", &folder).replace("examples/", "");
        recipe.replace("take-webhooks.sh", &shipped("examples/take-webhooks.sh").display().to_string())
    };
    let said = shell(&format!("export ORDERS_DB=orders.db; {}", recipe("mkdir -p")), &shop.path(""));
    assert_eq!(
        said,
        format!(
            "backed up 1 order to {folder}/orders.db, {} bytes\n",
            std::fs::metadata(shop.path("srv/orders.db")).unwrap().len()
        )
    );
    let moved = |line: &str| shell(&format!("orders --db {folder}/orders.db {line}"), &shop.path(""));
    moved(&format!("backup {folder}/backups/orders-2026-02-06.db"));
    moved("cancel ab5c --yes");
    std::fs::write(shop.path("srv/orders.db-wal"), "left over").unwrap();
    assert_eq!(shell(&recipe("install -m 600"), &shop.path("")), "");
    assert!(moved("show LEG-LXYZ1234-AB5C").starts_with("LEG-LXYZ1234-AB5C  pending"));
}
