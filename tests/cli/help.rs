use crate::harness::Shop;

#[test]
fn help_lists_the_exit_codes_and_every_command_has_examples() {
    let shop = Shop::new();
    let codes = shop.orders(["help", "exit-codes"]).succeeds();
    for code in ["  0  done", "  7  the file was in use", " 11  permission denied", "130  interrupted"] {
        assert!(codes.contains(code), "{codes}");
    }
    for command in ["create", "import", "list", "show", "confirm", "set-status", "cancel", "config", "help"] {
        let help = shop.orders(["help", command]).succeeds();
        assert!(help.contains("Examples:\n  orders ") && help.contains("Global options"), "{help}");
        assert!(shop.orders([command, "--help"]).succeeds().contains("Examples:"));
    }
    for command in ["add", "import", "list", "show", "set", "adjust", "count", "remove"] {
        let help = shop.orders(["help", "product", command]).succeeds();
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
