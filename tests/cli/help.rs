use crate::harness::{Shop, shipped};

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
        "today",
        "confirm",
        "set-status",
        "cancel",
        "edit",
        "return",
        "note",
        "history",
        "message",
        "slip",
        "invoice",
        "my-orders",
        "customer",
        "product",
        "pay",
        "refund",
        "user",
        "config",
        "report",
        "check",
        "backup",
        "completions",
        "help",
    ] {
        let help = shop.orders(["help", command]).succeeds();
        assert!(help.contains("Examples:\n  orders ") && !help.contains("--wait"), "{help}");
        assert!(help.ends_with("\n\nAll options: orders help options\n"), "{help}");
        assert_eq!(shop.orders([command, "--help"]).succeeds(), help);
    }
    let product = ["add", "import", "list", "show", "set", "adjust", "count", "sheet", "history", "remove"];
    let user = ["add", "list", "remove"];
    let report = ["pending", "sales", "money", "stock"];
    let customer = ["list", "show", "note", "block", "unblock", "forget"];
    let subcommands = [("product", &product[..]), ("user", &user), ("report", &report), ("customer", &customer)];
    let subcommands =
        subcommands.into_iter().flat_map(|(command, names)| names.iter().map(move |name| (command, name)));
    for (command, name) in subcommands {
        let help = shop.orders(["help", command, name]).succeeds();
        assert!(help.contains("Examples:\n  orders "), "{help}");
    }
    shop.orders(["help", "everything"])
        .fails(2, "error: there is no help on everything\nhint: to see the commands and topics:  orders help\n");
    shop.orders(["help", "comfirm"]).fails(2, "error: there is no help on comfirm\nhint: did you mean confirm?\n");
    shop.orders(["help", "option"]).fails(2, "error: there is no help on option\nhint: did you mean options?\n");
    shop.orders(["help", "exit"]).fails(2, "error: there is no help on exit\nhint: did you mean exit-codes?\n");
}

#[test]
fn the_help_of_a_command_names_the_options_that_matter_to_it() {
    let shop = Shop::new();
    let all = ["--db", "--json", "--fields", "--dry-run", "--note", "--quiet", "--yes", "--wait", "--as"];
    for (command, shown) in [
        ("show", &["--db", "--json"][..]),
        ("list", &["--db", "--json", "--fields"]),
        ("confirm", &["--db", "--json", "--dry-run", "--note"]),
        ("config", &["--db", "--json", "--dry-run"]),
        ("completions", &[]),
    ] {
        for help in ["-h", "--help"] {
            let text = shop.orders([command, help]).succeeds();
            let options = all
                .iter()
                .filter(|option| text.contains(&format!("\n      {option}")) || text.contains(&format!(", {option}")));
            assert_eq!(options.copied().collect::<Vec<_>>(), shown, "{command} {help}");
        }
    }
    let options = shop.orders(["help", "options"]).succeeds();
    assert!(
        all.iter().chain(&["--color", "--format", "--no-input"]).all(|option| options.contains(option)),
        "{options}"
    );
}

#[test]
fn help_groups_the_commands() {
    let help = Shop::new().orders(["help"]).succeeds();
    let headings: Vec<&str> = help.lines().filter(|line| line.ends_with(':')).collect();
    assert_eq!(
        headings,
        [
            "Orders:",
            "Goods and stock:",
            "Money and reports:",
            "The shop:",
            "The file:",
            "The program:",
            "Options:",
            "Examples:"
        ]
    );
    assert!(help.contains("\nThe file:\n  check "), "{help}");
}

/// Every variable that the source reads is explained.
#[test]
fn help_environment_has_every_variable() {
    fn sources(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { sources(path) } else { vec![path] }).collect()
    }
    let page = Shop::new().orders(["help", "environment"]).succeeds();
    let mut read = Vec::new();
    for source in sources(shipped("src")).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let text = std::fs::read_to_string(source).unwrap();
        // Variables are named in capitals, in a text of their own.
        let quoted = text.split('"').skip(1).step_by(2);
        let is_variable =
            |text: &&str| text.starts_with("ORDERS_") && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        read.extend(quoted.filter(is_variable).map(str::to_owned));
    }
    assert!(read.contains(&"ORDERS_AS".to_owned()));
    for variable in read.iter().map(String::as_str).chain(["NO_COLOR", "CLICOLOR_FORCE", "TMPDIR", "XDG_DATA_HOME"]) {
        assert!(page.contains(&format!("  {variable} ")), "{variable}: {page}");
    }
}

#[test]
fn a_call_without_a_command_is_wrong_usage_with_help() {
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
    let page = shop.orders(["man", "confirm"]).succeeds();
    assert!(
        page.contains("accept\\-prices") && page.contains("SYNOPSIS\norders confirm [OPTIONS] [REF]...\n"),
        "{page}"
    );
    assert!(shop.orders(["--help"]).succeeds().contains("  man "));
    for option in ["wait", "as", "note", "fields", "no\\-input"] {
        assert!(shop.orders(["man", "confirm"]).succeeds().contains(&format!("\\-\\-{option}\\fR")), "{option}");
    }
}

/// Global options work before and after every command, and none is mistaken for one of the command's own.
#[test]
fn every_command_takes_every_global_option() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
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
        "slip ab5c",
        "invoice ab5c",
        "my-orders",
        "product list",
        "product show BLT-01",
        "product add --name Hat --price 1",
        "product set BLT-01 --price 5",
        "product adjust BLT-01 +1",
        "product count BLT-01 3",
        "product count PL-220 M=3 L=4 --shelf",
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
