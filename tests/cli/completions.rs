use std::fs;
use std::io::pipe;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, say_skipped, shipped};
use crate::terminal::Terminal;

/// Returns what a shell is offered for the last word of a line.
fn offered(shop: &Shop, words: &[&str], caller: Option<&str>) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
    command.env_clear().envs(shop.environment()).env("ORDERS_COMPLETE", "fish").current_dir(shop.path(""));
    command.envs(caller.map(|caller| ("ORDERS_AS", caller)));
    let output = command.args(["--", "orders"]).args(words).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Returns what is offered for a line, without what it says about it.
fn words_offered(shop: &Shop, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let word =
        |line: String| line.split_once('\t').filter(|(word, _)| !word.is_empty()).map(|(word, _)| word.to_owned());
    offered(shop, &words, None).into_iter().map(|line| word(line.clone()).unwrap_or(line)).collect()
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
    // Completing shows nobody what they may not see, and is silent where there is nothing to read.
    for caller in ["guest", "nobody", ""] {
        assert!(offered(&shop, &["show", "LEG-"], Some(caller)).is_empty());
    }
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    shop.orders(["--as", "mona", "create"]).stdin(order("LEG-MONA", BELT, 1, None)).succeeds();
    assert_eq!(offered(&shop, &["show", "LEG-"], Some("mona")), ["LEG-MONA\tJohn Doe"]);
    assert_eq!(offered(&shop, &["--as", "mona", "show", "LEG-"], None), ["LEG-MONA\tJohn Doe"]);
    for line in [["confirm", "LEG-"], ["cancel", "LEG-"], ["edit", "LEG-"], ["--as", ""]] {
        assert!(offered(&shop, &line, Some("mona")).is_empty());
    }
    let empty = Shop::new();
    assert!(offered(&empty, &["show", "LEG-"], None).is_empty());
    assert!(!empty.file().exists());
    let other = format!("--db={}", shop.file().display());
    assert_eq!(offered(&empty, &[&other, "show", "LEG-M"], None).len(), 4);
}

#[test]
fn methods_complete_from_the_payments() {
    let shop = Shop::with_order();
    for method in ["cash", "instapay", "bosta"] {
        shop.orders(["pay", ORDER, "1", method]).succeeds();
    }
    for line in ["pay LEG-X 5 ", "refund LEG-X 5 ", "pay --from x.csv --method "] {
        let offered: Vec<String> =
            words_offered(&shop, line).into_iter().filter(|word| !word.starts_with('-')).collect();
        assert_eq!(offered, ["bosta", "cash", "instapay"], "{line}");
    }
    assert_eq!(words_offered(&shop, "pay LEG-X 5 IN"), ["instapay"]);
    assert_eq!(words_offered(&shop, "confirm LEG-X --paid b"), ["bosta"]);
    assert_eq!(words_offered(&shop, "pay leg-l"), [ORDER]);
    assert_eq!(words_offered(&shop, "set-status --from x.csv del"), ["delivered"]);
    assert_eq!(words_offered(&shop, "refund LEG-L"), [ORDER]);
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    assert!(words_offered(&shop, "--as mona pay LEG-X 5 c").is_empty());
}

#[test]
fn only_orders_that_a_command_can_act_on_are_offered() {
    let shop = Shop::stocked();
    for reference in ["A-pending", "A-confirmed", "A-shipped", "A-cancelled"] {
        shop.take(reference, SHIRT, 1, Some("M"));
    }
    shop.orders(["confirm", "A-confirmed", "A-shipped"]).succeeds();
    shop.orders(["set-status", "A-shipped", "shipped"]).succeeds();
    shop.orders(["cancel", "A-cancelled"]).succeeds();
    let all = ["A-cancelled", "A-shipped", "A-confirmed", "A-pending"];
    for (line, expected) in [
        ("show A-", &all[..]),
        ("show a-P", &all[3..]),
        ("confirm A-", &all[3..]),
        ("set-status A-", &all[1..]),
        ("set-status --force A-", &all[..]),
        ("cancel A-", &all[1..]),
        ("edit A-", &all[1..]),
        ("return A-", &all[1..2]),
    ] {
        assert_eq!(words_offered(&shop, line), expected, "{line}");
    }
}

#[test]
fn items_that_can_come_back_complete_by_number() {
    let shop = Shop::with_order();
    shop.orders(["edit", ORDER, "--add", "BLT-01", "--quantity", "2"]).succeeds();
    shop.orders(["confirm", ORDER]).succeeds();
    shop.orders(["set-status", ORDER, "shipped"]).succeeds();
    let numbers = |line: &[&str], caller| -> Vec<String> {
        let lines = offered(&shop, line, caller);
        lines.into_iter().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect()
    };
    let (shirt, belt) = ("1\t2 × Classic T-Shirt (size L, color Blue) at 29.99", "2\t2 × Leather Belt at 18.75");
    assert_eq!(numbers(&["return", ORDER, ""], None), [shirt, belt]);
    assert_eq!(numbers(&["return", "--damaged", &ORDER.to_lowercase(), "1", ""], None), [belt]);
    assert_eq!(numbers(&["return", ORDER, "2"], None), [belt]);
    shop.orders(["return", ORDER, "1*2", "2"]).succeeds();
    assert_eq!(numbers(&["return", ORDER, ""], None), ["2\t1 × Leather Belt at 18.75"]);
    assert!(numbers(&["return", "LEG-404", ""], None).is_empty());
    assert!(numbers(&["return", ORDER, ""], Some("guest")).is_empty());
}

#[test]
fn known_values_are_offered() {
    let shop = Shop::stocked();
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    for (line, expected) in [
        ("list --status pen", &["pending"][..]),
        ("list --status pending,ship", &["pending,shipped"]),
        ("list --status=ca", &["--status=cancelled"]),
        ("list --fields order", &["orderReference", "orderDate"]),
        ("list --fields orderDate,order", &["orderDate,orderReference"]),
        ("product list --fields in", &["inStock"]),
        ("user list --fields ro", &["role"]),
        ("show --fields i", &[]),
        ("list --sort -tot", &["-total"]),
        ("list --sort tot", &["total"]),
        ("list --user m", &["mona"]),
        ("--as M", &["mona"]),
        ("user remove m", &["mona"]),
        ("config ti", &["timeZone"]),
        ("config template.s", &["template.shipped", "template.shortage"]),
        ("config timeZone africa/cai", &["Africa/Cairo"]),
        ("config currency E", &[]),
        ("message LEG-1 --template sho", &["shortage"]),
        ("help o", &["options"]),
        ("help product adj", &["adjust"]),
        ("help product o", &[]),
        ("man product adj", &["adjust"]),
        ("list --form", &["--format"]),
        ("list --format=nd", &["--format=ndjson"]),
        ("import ", &["\t"]),
        ("--db=x", &["\t--db="]),
        ("import --rejects ", &["\t"]),
        ("backup ", &["\t"]),
        ("import --rej", &["--rejects"]),
        ("import x --keep", &["--keep-going"]),
        ("set-status LEG-1 --forc", &["--force"]),
        ("set-status LEG-1 ship", &["shipped"]),
        ("product import x", &["\t"]),
        ("create x", &["\t"]),
    ] {
        assert_eq!(words_offered(&shop, line), expected, "{line}");
    }
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

/// A shell at a terminal, with completion as `orders completions` sets it up. What it starts by the name `orders` completes
/// as the program does, but only writes its arguments down.
struct Prompt<'s> {
    shop: &'s Shop,
    terminal: Terminal,
}

/// What starts each shell without anybody's settings.
const SHELLS: [(&str, &[&str], &str); 3] = [
    ("bash", &["--norc", "-i"], "set +o history; set -H\n"),
    ("zsh", &["-f", "-i"], "setopt extended_glob magic_equal_subst; autoload -U compinit && compinit -u -D\n"),
    ("fish", &["--no-config", "-C", "function fish_prompt; echo '$ '; end", "-i"], "\n"),
];

impl Prompt<'_> {
    /// Starts a shell; `None`, with a notice, where it is not installed.
    fn start<'s>(shop: &'s Shop, (shell, args, setup): (&str, &[&str], &str)) -> Option<Prompt<'s>> {
        if Command::new(shell).arg("-c").arg(":").status().is_err() {
            let is_needed = std::env::var_os("ORDERS_SKIP_NOTHING").is_some_and(|value| value == "1");
            assert!(!is_needed, "{shell} is not installed");
            say_skipped(&format!("{shell} is not installed: its completion is not tested"));
            return None;
        }
        let stub = format!(
            "#!/bin/sh\n[ -n \"$ORDERS_COMPLETE\" ] && exec '{}' \"$@\"\nprintf '%s\\n' \"$@\" > args.new\nmv args.new args\n",
            env!("CARGO_BIN_EXE_orders")
        );
        fs::create_dir_all(shop.path("bin")).unwrap();
        fs::write(shop.path("bin/orders"), stub).unwrap();
        fs::set_permissions(shop.path("bin/orders"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", shop.path("bin").display(), std::env::var("PATH").unwrap());
        // Spawning sets the shop's own PATH, so the shell is told its own later.
        let command =
            pty_process::blocking::Command::new(shell).args(args).env_clear().env("PS1", "$ ").env("LANG", "C.UTF-8");
        let terminal = Terminal::spawn(shop, 100, command);
        let registration: String = shop.orders(["completions", shell]).succeeds();
        terminal.expect("$ ").press(&format!("export PATH='{path}'\n")).press(setup).press(&registration);
        let prompt = Prompt { shop, terminal };
        assert_eq!(prompt.run("orders ready"), ["ready"]);
        Some(prompt)
    }

    /// Types a line and Enter, and returns the arguments that `orders` got.
    fn run(&self, line: &str) -> Vec<String> {
        self.terminal.press(line).press("\r");
        let args = self.shop.path("args");
        self.terminal.until(|| args.exists(), line);
        let given = fs::read_to_string(&args).unwrap();
        fs::remove_file(args).unwrap();
        given.lines().map(str::to_owned).collect()
    }
}

/// A guest chooses a reference and a name, the shop its barcodes and files: completing and running runs none of them.
#[test]
fn no_shell_runs_or_expands_what_somebody_else_wrote() {
    let hostile = [
        "LEG-X;touch${IFS}PWNED",
        "RUN;touch${IFS}PWNED",
        "SUBST$(touch${IFS}PWNED)",
        "GLOB*",
        "LEG-X`touch${IFS}PWNED`",
        "LEG-X$(touch${IFS}PWNED)",
        "LEG-X|touch${IFS}PWNED",
        "LEG-X&touch${IFS}PWNED",
        "LEG-X>PWNED",
        "LEG-X*",
        "LEG-X{a,b}",
        "LEG-X!!",
        "LEG-X'",
        "LEG-X\"",
        "LEG-X\\",
        "LEG-X~",
        "LEG-X#^",
        "*",
        "~root",
        "%self",
        "=ls",
        "`id`",
    ];
    let shop = Shop::on_file().with_catalogue().with_the_order();
    for reference in hostile {
        let order = order("?", BELT, 1, None).replace("\"?\"", &serde_json::to_string(reference).unwrap());
        let order = order.replace("John Doe", r"%n%{ \u001b]0;STEERED\u0007 $(touch PWNED) `touch PWNED`");
        shop.orders(["create", "-q"]).stdin(order).succeeds();
    }
    for barcode in ["B$(touch PWNED)", "B;touch PWNED", "B*", "-B"] {
        shop.orders(["product", "add", "--name", "Cap $(touch PWNED)", "--price", "1"])
            .arg(format!("--barcode={barcode}"))
            .succeeds();
    }
    for file in ["my file.json", "evil$(touch PWNED)`touch PWNED`;'\"\\.json", "-first.json"] {
        fs::write(shop.path(file), "").unwrap();
    }
    shop.take("LEG-DONE", BELT, 1, None);
    shop.orders(["confirm", "LEG-DONE"]).succeeds();
    shop.orders(["user", "add", "$(touch${IFS}PWNED)", "--role", "buyer"]).succeeds();
    shop.orders(["user", "add", "منى", "--role", "buyer"]).succeeds();
    for shell in SHELLS {
        let Some(prompt) = Prompt::start(&shop, shell) else { continue };
        for (line, expected) in [
            // What is offered is what was meant.
            ("orders show LEG-L\t", &["show", "LEG-LXYZ1234-AB5C"][..]),
            ("orders show leg-l\t", &["show", "LEG-LXYZ1234-AB5C"]),
            ("orders show xyz1\t", &["show", "LEG-LXYZ1234-AB5C"]),
            ("orders show \"LEG-L\t", &["show", "LEG-LXYZ1234-AB5C"]),
            ("orders confirm LEG-\t", &["confirm", "LEG-LXYZ1234-AB5C"]),
            ("orders set-status LEG-D\tship\t", &["set-status", "LEG-DONE", "shipped"]),
            ("orders product show PL\t", &["product", "show", "PL-220"]),
            ("orders list --fields id,tot\t", &["list", "--fields", "id,total"]),
            ("orders list --status=pen\t", &["list", "--status=pending"]),
            ("orders config timeZone Africa/Cai\t", &["config", "timeZone", "Africa/Cairo"]),
            ("orders list --user م\t", &["list", "--user", "منى"]),
            // What needs quoting is not offered.
            ("orders show LEG-X\t", &["show", "LEG-X"]),
            ("orders confirm LEG-X\t", &["confirm", "LEG-X"]),
            ("orders show RUN\t", &["show", "RUN"]),
            ("orders show SUBST\t", &["show", "SUBST"]),
            ("orders show GLOB\t", &["show", "GLOB"]),
            // Files are quoted by the shell.
            ("orders import my\t", &["import", "my file.json"]),
            ("orders product import evil\t", &["product", "import", "evil$(touch PWNED)`touch PWNED`;'\"\\.json"]),
            ("orders import x --rejects my\t", &["import", "x", "--rejects", "my file.json"]),
            ("orders backup my\t", &["backup", "my file.json"]),
            ("orders --db=orders.d\t check", &["--db=orders.db", "check"]),
            ("orders --db orders.d\t check", &["--db", "orders.db", "check"]),
        ] {
            assert_eq!(prompt.run(line), expected, "{}: {line}\n{}", shell.0, prompt.terminal.screen());
            assert!(!shop.path("PWNED").exists(), "{}: {line}", shell.0);
        }
        // Listing all there is steers nothing either.
        let tabs = if shell.0 == "fish" { "\t" } else { "\t\t" };
        for line in ["orders show ", "orders product show ", "orders --as "] {
            prompt.run(&format!("{line}{tabs}"));
            assert!(!shop.path("PWNED").exists(), "{}: {line}", shell.0);
        }
        assert!(!prompt.terminal.printed().contains("\u{1b}]0;STEERED"), "{}", shell.0);
    }
}

/// The characters that are offered are those that the shells leave alone, wherever they stand.
#[test]
fn every_offered_word_is_accepted_as_it_is() {
    let shop = Shop::new();
    for shell in SHELLS {
        let Some(prompt) = Prompt::start(&shop, shell) else { continue };
        for word in ["a-_./:+@,b", "-a", "_a", ".a", "/a", ":a", "+a", "@a", ",a", "--a=b", "منى", "a,b,", "a@"] {
            assert_eq!(prompt.run(&format!("orders {word}")), [word], "{}", shell.0);
        }
    }
}

#[test]
fn a_closed_pipe_ends_completion_silently() {
    let shop = Shop::with_order();
    for stdout in
        [std::fs::File::options().write(true).open("/dev/full").unwrap().into(), Stdio::from(pipe().unwrap().1)]
    {
        let mut asking = shop.orders(["--", "orders", "show", ""]).env("ORDERS_COMPLETE", "fish").into_command();
        let output = asking.stdout(stdout).output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    }
}

/// A phone goes on as it was begun, and is read as the number that was offered.
#[test]
fn phones_complete_in_the_spelling_that_was_begun() {
    let shop = Shop::with_order();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    for (reference, phone) in [("LEG-1", "0101 111 2222"), ("LEG-2", "+20 102 222 3333"), ("LEG-3", "$(id) 0103")] {
        shop.take(reference, BELT, 1, None);
        shop.orders(["edit", reference, "--phone", phone]).succeeds();
    }
    for (typed, expected) in [
        ("0101", &["01011112222"][..]),
        ("+2010", &["+201011112222", "+201022223333", "+20103"]),
        ("20101", &["201011112222"]),
        ("+1", &["+1234567890"]),
        ("099", &[]),
    ] {
        assert_eq!(words_offered(&shop, &format!("customer show {typed}")), expected, "{typed}");
    }
    assert!(words_offered(&shop, "customer forget ").contains(&"+201011112222".to_owned()));
    assert_eq!(words_offered(&shop, "customer block leg-2"), ["LEG-2"]);
    assert!(words_offered(&shop, "customer list --sort -kept").contains(&"-keptTotal".to_owned()));
    for caller in ["guest", "nobody", ""] {
        assert!(offered(&shop, &["customer", "show", "+20"], Some(caller)).is_empty());
    }
}
