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
        "history",
        "message",
        "my-orders",
        "product",
        "user",
        "config",
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
    let subcommands = product.map(|name| ("product", name)).into_iter().chain(user.map(|name| ("user", name)));
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
