use crate::harness::Shop;

#[test]
fn help_lists_the_exit_codes_and_every_command_has_examples() {
    let shop = Shop::new();
    let codes = shop.orders(["help", "exit-codes"]).succeeds();
    for code in ["  0  done", "  7  the file was in use", " 11  permission denied", "130  interrupted"] {
        assert!(codes.contains(code), "{codes}");
    }
    for command in [
        "create",
        "import",
        "list",
        "show",
        "confirm",
        "set-status",
        "cancel",
        "edit",
        "note",
        "history",
        "message",
        "my-orders",
        "product",
        "user",
        "config",
        "report",
        "check",
        "backup",
        "completions",
        "help",
    ] {
        let help = shop.orders(["help", command]).succeeds();
        assert!(help.contains("Examples:\n  orders ") && help.contains("Global options"), "{help}");
        assert!(shop.orders([command, "--help"]).succeeds().contains("Examples:"));
    }
    let product = ["add", "import", "list", "show", "set", "adjust", "count", "history", "remove"];
    let user = ["add", "list", "remove"];
    let report = ["pending", "sales", "stock"];
    let subcommands = [("product", &product[..]), ("user", &user), ("report", &report)];
    let subcommands =
        subcommands.into_iter().flat_map(|(command, names)| names.iter().map(move |name| (command, name)));
    for (command, name) in subcommands {
        let help = shop.orders(["help", command, name]).succeeds();
        assert!(help.contains("Examples:\n  orders "), "{help}");
    }
    shop.orders(["help", "everything"])
        .fails(2, "error: there is no help on everything\nhint: orders help lists the commands\n");
}

#[test]
fn nothing_to_do_is_wrong_usage_with_help() {
    let done = Shop::new().orders([]).exits(2);
    assert!(done.stdout.is_empty() && done.stderr.contains("Usage: orders"), "{done:?}");
}

#[test]
fn the_version_names_the_sqlite_inside() {
    let version = Shop::new().orders(["--version"]).succeeds();
    assert!(version.starts_with("orders ") && version.contains("(SQLite 3."), "{version}");
}

#[test]
fn there_is_a_manual_page() {
    let shop = Shop::new();
    assert!(shop.orders(["man"]).succeeds().starts_with(".ie"));
    assert!(shop.orders(["man", "confirm"]).succeeds().contains("accept\\-prices"));
    assert!(!shop.orders(["--help"]).succeeds().contains("  man"));
}

/// Global options work before and after every command, and none is mistaken for one of the command's own.
#[test]
fn every_global_option_goes_with_every_command() {
    let shop = Shop::with_order();
    let commands = [
        "create",
        "import",
        "list",
        "show ab5c",
        "confirm ab5c",
        "set-status ab5c cancelled",
        "cancel ab5c",
        "edit ab5c --item 1 --item-color Red --quantity 2 --size M",
        "edit ab5c --add BLT-01 --quantity 1 --item-color Red",
        "edit ab5c --name Jon",
        "history ab5c",
        "message ab5c",
        "my-orders",
        "product list",
        "product show BLT-01",
        "product add --name Hat --price 1",
        "product set BLT-01 --price 5",
        "product adjust BLT-01 +1",
        "product count BLT-01 3",
        "product history BLT-01",
        "product import",
        "product remove PL-220",
        "user add zoe --role buyer",
        "user list",
        "user remove zoe",
        "report pending",
        "report sales --by week",
        "report stock",
        "check",
        "backup copy.db",
        "config",
        "config shopName A",
        "completions bash",
        "help",
        "man",
    ];
    let options = [
        "--db orders.db",
        "--format csv",
        "--json",
        "--fields id",
        "--quiet",
        "--yes",
        "--no-input",
        "--wait 1",
        "--color never",
        "--as guest",
        "--note x",
    ];
    for command in commands {
        for option in options {
            for line in [format!("{option} {command} -n"), format!("-n {command} {option}")] {
                let mut run = shop.orders([]);
                for word in line.split(' ') {
                    run = run.arg(word);
                }
                let done = run.ends();
                assert!((0..=11).contains(&done.code) && !done.stderr.contains("panicked"), "{line}: {done:?}");
                // A dry run of what is right as it stands is right with any option that has nothing to say against it.
                let is_plain = matches!(option, "--quiet" | "--yes" | "--wait 1" | "--color never" | "--db orders.db");
                let needs = ["create", "import", "my-orders", "product adjust", "product count", "user remove"];
                if is_plain && !needs.iter().any(|needs| command.starts_with(needs)) && command != "product import" {
                    assert_eq!(done.code, 0, "{line}: {done:?}");
                }
            }
        }
    }
}
