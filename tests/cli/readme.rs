//! The documents for users say what is so. Every block of README.md and examples/README.md is run, in one of these ways:
//!
//! | block | how it is run |
//! |---|---|
//! | `console` | in a shell, from top to bottom in one folder; what it prints is compared |
//! | `sh` | likewise; it must succeed. `/srv/shop` and `/usr/local` are folders of the test. In place of cargo and ssh stand scripts: one puts the built program where cargo would, one runs the command here. No user `shop` owns anything |
//! | `sh` of Litestream, `yaml` | where Litestream is installed |
//! | `sh` that restores a backup, `crontab`, `text` | in tests of their own |
//! | `sh openssl` | where OpenSSL 3 is installed |
//! | `sh cluster`, `crontab cluster` | in builds for clusters, on a cluster of the test; of the crontab, what `orders` does |
//! | `ini`, `json` | by hand: they are of other machines |

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use pretty_assertions::assert_eq;

use crate::harness::{Shop, say_skipped, shipped};
use crate::hold::without_isolates;

const README: &str = "README.md";
const RECIPES: &str = "examples/README.md";

/// A block of a document with its language.
struct Block {
    language: String,
    text: String,
}

/// Returns the blocks of a document.
fn blocks(document: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(shipped(document)).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        match (line.strip_prefix("```"), is_open) {
            (Some(language), false) => {
                blocks.push(Block { language: language.to_owned(), text: String::new() });
                is_open = true;
            }
            (Some(_), true) => is_open = false,
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    blocks
}

/// Returns the only block of a document in one language.
fn the_block(document: &str, language: &str) -> String {
    let mut found = blocks(document).into_iter().filter(|block| block.language == language);
    let block = found.next().unwrap().text;
    assert!(found.next().is_none(), "{document} has several blocks of {language}");
    block
}

/// Returns the blocks of recipes that have these words.
fn recipes(words: &str) -> Vec<String> {
    let all = blocks(RECIPES).into_iter().filter(|block| block.language == "sh" && block.text.contains(words));
    all.map(|block| block.text).collect()
}

/// What stands in the `sh` blocks that are run by tests of their own.
const HAVE_THEIR_OWN_TESTS: [&str; 2] = ["litestream", "aside-"];

/// A folder in which the commands of a document are run, as a home and with what stands in for the rest of a machine.
struct Desk {
    shop: Shop,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { shop: Shop::new() };
        std::os::unix::fs::symlink(shipped("examples"), desk.path("examples")).unwrap();
        std::fs::copy(shipped("tests/fuzz/seeds/import/chat-export.zip"), desk.path("WhatsApp Chat with Youssef.zip"))
            .unwrap();
        std::fs::create_dir_all(desk.path("usr/local/bin")).unwrap();
        std::fs::create_dir_all(desk.path("srv")).unwrap();
        std::fs::create_dir(desk.path("stand-ins")).unwrap();
        desk.stand_in(
            "cargo",
            &format!(
                r#"command=$1; root=~/.cargo; shift
while [ $# -gt 0 ]; do
    case $1 in
    --root) root=$2; shift ;;
    --features) [ "$2" = cluster ] && shift ;;
    --path) [ "$2" = . ] && shift ;;
    --locked | --release | orders) ;;
    *) echo "cargo $command does not take $1" >&2; exit 1 ;;
    esac
    shift
done
case $command in
build | test) ;;
install) mkdir -p "$root/bin" && ln -f -s {} "$root/bin/orders" ;;
uninstall) rm "$root/bin/orders" ;;
*) exit 1 ;;
esac"#,
                env!("CARGO_BIN_EXE_orders"),
            ),
        );
        desk.stand_in("ssh", "[ \"$1\" != -t ] || shift; [ \"$1\" = shop ] && shift && eval \"$*\"");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.shop.path(name)
    }

    /// Puts a script in the place of a program.
    fn stand_in(&self, name: &str, script: &str) {
        let file = self.path("stand-ins").join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Puts folders of the test in the place of the machine's.
    fn here(&self, text: &str) -> String {
        let folder = self.path("").display().to_string();
        let folder = folder.trim_end_matches('/');
        ["/srv/shop", "/usr/local", "/etc/litestream.yml", "/mnt/other-disk"]
            .iter()
            .fold(text.replace("-o shop ", ""), |text, path| text.replace(path, &format!("{folder}{path}")))
    }

    /// Runs lines in a shell, as after a new login.
    fn bash(&self, lines: &str) -> std::process::Output {
        let folders = [self.path("stand-ins"), Path::new(env!("CARGO_BIN_EXE_orders")).parent().unwrap().to_owned()];
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&path))).unwrap();
        Command::new("bash")
            .args(["-c", &format!("[ ! -e ~/.profile ] || . ~/.profile\n{}", self.here(lines))])
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path(""))
            .env("ORDERS_NOW", "2026-02-12T08:00:00Z")
            .output()
            .unwrap()
    }

    /// Runs lines, and returns what they print on both streams.
    fn shows(&self, lines: &str) -> String {
        String::from_utf8(self.bash(&format!("{{ {lines}\n}} 2>&1")).stdout).unwrap()
    }

    /// Runs the lines of a block, which must succeed.
    #[track_caller]
    fn succeeds(&self, block: &str) -> String {
        let output = self.bash(&format!("set -euo pipefail\n{block}"));
        assert!(output.status.success(), "{block}\n{output:#?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a document from top to bottom.
    fn follow(&self, document: &str) {
        for Block { language, text } in blocks(document) {
            match language.as_str() {
                "console" => {
                    let commands = text.lines().filter_map(|line| line.strip_prefix("$ "));
                    let shown: String = commands.map(|line| format!("$ {line}\n{}", self.shows(line))).collect();
                    assert_eq!(without_isolates(&shown), text, "{document}");
                }
                "sh" if HAVE_THEIR_OWN_TESTS.iter().any(|words| text.contains(words)) => {}
                "sh" => {
                    self.succeeds(&text);
                }
                "text" | "crontab" | "yaml" | "ini" | "json" | "sh openssl" | "sh cluster" | "crontab cluster" => {}
                other => panic!("no test runs blocks of {other:?}: {document}\n{text}"),
            }
        }
    }
}

#[test]
fn readme_installs_completes_and_uninstalls_the_program() {
    let desk = Desk::new();
    desk.follow(README);
    for (shell, file) in [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/config.fish")] {
        let added = std::fs::read_to_string(desk.path(file)).unwrap();
        assert_eq!(added, desk.shows(&format!("orders completions {shell}")));
        // The help has the same line.
        let line = format!("orders completions {shell} >> ~/{file}\n");
        assert!(std::fs::read_to_string(shipped(README)).unwrap().contains(&line));
        assert!(desk.shows("orders help completions").contains(&line), "{line}");
    }
    assert!(desk.path(".cargo/bin").is_dir() && !desk.path(".cargo/bin/orders").exists());
}

#[test]
fn every_recipe_works_and_prints_what_stands_below_it() {
    let desk = Desk::new();
    desk.follow(RECIPES);
    let read = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    // What changed is listed once, though the script asks again for what it has seen.
    assert!(read("changed.ndjson").contains("LEG-LXYZ1234-AB5C") && read("list.csv").lines().count() > 3);
    let script = recipes("--updated-since").remove(0);
    let changed = || {
        std::fs::write(desk.path("since"), "2026-01-01").unwrap();
        desk.succeeds(&script);
        read("changed.ndjson")
    };
    let later = changed();
    assert!(later.contains("LEG-MLHSLL0H-Q1ZX") && !later.contains("LEG-LXYZ1234-AB5C"), "{later}");
    assert_eq!(changed(), "");
    assert!(read("mend.ndjson").contains("LEG-1") && read("mend.ndjson").lines().count() == 1);
    for (file, header) in [("items.csv", "id,orderReference,"), ("stock.csv", "id,name,"), ("sales.csv", "productId,")]
    {
        assert!(read(file).starts_with(header) && read(file).lines().count() > 1, "{file}");
    }
    for workbook in ["orders.xlsx", "sales.xlsx"] {
        assert!(std::fs::read(desk.path(workbook)).unwrap().starts_with(b"PK\x03\x04"), "{workbook}");
    }
    assert_eq!(desk.shows("orders --db trial.db show OLD-1 --json | jq -r .due"), "0.00\n");
    // The old file is not written to any more, and nobody else reads the new one or a copy.
    assert!(desk.path(".local/share/orders-moved/orders.db").exists());
    for (path, mode) in [
        ("srv/shop", 0o700),
        ("srv/shop/backups", 0o700),
        ("srv/shop/orders.db", 0o600),
        ("copy.db", 0o600),
        // Where a new computer has it.
        (".local/share/orders", 0o700),
        (".local/share/orders/orders.db", 0o600),
    ] {
        assert_eq!(desk.path(path).metadata().unwrap().permissions().mode() & 0o777, mode, "{path}");
    }
    assert!(desk.path("usr/local/bin/take-webhooks.sh").exists() && desk.path("usr/local/bin/orders").exists());
}

/// A set of words is true of an order wherever it stands: paid or not, with a courier or without.
#[test]
fn the_words_in_arabic_are_true_of_every_order() {
    let desk = Desk::new();
    let [words] = recipes("template.received").try_into().unwrap();
    desk.succeeds(&format!(
        "orders product import -q examples/catalogue.json
        orders config -q shopName 'ليجو'; orders config -q currency EGP
        {words}
        orders create -q --phone 01001234567 --name '{{total}} ليلى' --item PL-220/M --reference A-1
        orders create -q --phone 01001234567 --name Mona --item SKU-12345/L*5 --reference A-2
        jq '.orderReference = \"A-5\" | .items[0].selectedSize = null' examples/order.json | orders create -q -
        orders create -q --phone 01001234567 --name Omar --item BLT-01*2 --delivery 50 --discount 7.50 --cod --confirm --reference A-3
        orders create -q --phone 01001234567 --name Sara --item BLT-01 --confirm --paid cash --reference A-4"
    ));
    let settings: serde_json::Value = serde_json::from_str(&desk.succeeds("orders config --json")).unwrap();
    let unset: Vec<_> = settings
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, value)| key.starts_with("template.") && value.is_null())
        .collect();
    assert!(unset.is_empty(), "{unset:?}");
    let fields = [
        "name",
        "reference",
        "items",
        "total",
        "delivery",
        "discount",
        "grandTotal",
        "paid",
        "due",
        "courier",
        "tracking",
        "shop",
        "shortage",
    ];
    for field in fields {
        assert!(words.contains(&format!("{{{field}}}")), "{field}");
    }
    let message = |rest: &str| desk.shows(&format!("orders message {rest} --json | jq -r .text"));
    assert_eq!(
        message("A-1"),
        "مرحبًا \u{2068}{total} ليلى\u{2069}،\nشكرًا لطلبك رقم A-1.\n\n1 × Polo Shirt (M): 24.50\nثمن القطع: 24.50 EGP\n\
         الإجمالي: 24.50 EGP\n\nسنراسلك عند تأكيد الطلب.\n\u{2068}ليجو\u{2069}\n"
    );
    assert_eq!(
        message("A-2 --template shortage"),
        "مرحبًا Mona،\nنعتذر، لا يمكننا إرسال كل ما في طلبك رقم A-2. المتوفر:\n\nClassic T-Shirt (L): 3 / 5\n\n\
         هل تريد شيئًا آخر بدلًا منه؟\n\u{2068}ليجو\u{2069}\n"
    );
    assert!(message("A-5 --template shortage").contains("المتوفر:\n\nClassic T-Shirt: S, M, L\n\nهل"));
    // The courier collects it.
    assert_eq!(
        message("A-3"),
        "مرحبًا Omar،\nتم تأكيد طلبك رقم A-3.\n\n2 × Leather Belt: 37.50\nالخصم: 7.50 EGP\nالتوصيل: 50.00 EGP\n\
         الإجمالي: 80.00 EGP\nالمتبقي: 80.00 EGP\n\nسنراسلك عند شحن الطلب.\n\u{2068}ليجو\u{2069}\n"
    );
    let sent = |rest: &str| format!("مرحبًا Omar،\nطلبك رقم A-3 في الطريق إليك.\n\n{rest}\u{2068}ليجو\u{2069}\n");
    desk.succeeds("orders set-status A-3 shipped -q");
    assert_eq!(message("A-3"), sent("المتبقي: 80.00 EGP\n"));
    desk.succeeds("orders edit A-3 --courier بوسطة --tracking bs-9917 -q");
    let carried = "شركة الشحن: \u{2068}بوسطة\u{2069}\nرقم التتبع: bs-9917\nالمتبقي: 80.00 EGP\n";
    assert_eq!(message("A-3"), sent(carried));
    assert_eq!(
        message("A-4"),
        "مرحبًا Sara،\nتم تأكيد طلبك رقم A-4.\n\n1 × Leather Belt: 18.75\nالإجمالي: 18.75 EGP\nالمدفوع: 18.75 EGP\n\n\
         سنراسلك عند شحن الطلب.\n\u{2068}ليجو\u{2069}\n"
    );
    desk.succeeds("orders set-status A-3 delivered -q; orders cancel A-4 --yes -q");
    assert_eq!(message("A-3"), "مرحبًا Omar،\nتم تسليم طلبك رقم A-3. شكرًا لك!\n\u{2068}ليجو\u{2069}\n");
    assert_eq!(
        message("A-4"),
        "مرحبًا Sara،\nتم إلغاء طلبك رقم A-4. إن لم تكن تتوقع ذلك فراسلنا.\n\u{2068}ليجو\u{2069}\n"
    );
}

#[test]
fn the_tour_prints_what_readme_shows() {
    // The program that is tested, instead of one that cargo would put in its place: that may have other features.
    let room = tempfile::tempdir().unwrap();
    std::fs::write(room.path().join("cargo"), "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(room.path().join("cargo"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_orders"));
    std::os::unix::fs::symlink(program.parent().unwrap(), room.path().join("debug")).unwrap();
    let path = format!("{}:{}", room.path().display(), std::env::var("PATH").unwrap());
    let tour = shipped("examples/tour.sh");
    let output =
        Command::new("bash").arg(tour).env("PATH", path).env("CARGO_TARGET_DIR", room.path()).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(without_isolates(&shown).trim_end(), the_block(README, "text").trim_end());
}

/// Each endpoint of the guide, with the command that README names for it.
#[test]
fn the_commands_for_the_guides_endpoints_work() {
    let shop = Shop::stocked();
    let order = std::fs::read_to_string(shipped("examples/order.json")).unwrap();
    std::fs::write(shop.path("order.json"), order).unwrap();
    let commands: Vec<String> = std::fs::read_to_string(shipped(README))
        .unwrap()
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
    let shop = Shop::on_file().with_catalogue().with_the_order();
    shop.orders(["product", "count", "BLT-01", "0", "--note", "sold out"]).succeeds();
    let folder = shop.path("").display().to_string();
    std::fs::create_dir(shop.path("backups")).unwrap();
    for day in 1..=31 {
        std::fs::write(shop.path(&format!("backups/orders-2025-01-{day:02}.db")), "").unwrap();
    }
    std::fs::copy(shipped("examples/whatsapp/webhook-log.ndjson"), shop.path("webhook.ndjson")).unwrap();
    let binaries = std::path::Path::new(env!("CARGO_BIN_EXE_orders")).parent().unwrap().display().to_string();
    let crontab = the_block(RECIPES, "crontab");
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
    for (said, expected) in said.iter().zip(["LEG-LXYZ1234-AB5C", "Leather Belt", "", "nothing was sold"]) {
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(said[4..], ["", "", ""]);
    let backups = std::fs::read_dir(shop.path("backups")).unwrap();
    let kept = backups.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let kept: Vec<String> = kept.filter(|name| name.starts_with("orders-")).collect();
    assert!(kept.len() == 30 && !kept.contains(&"orders-2025-01-02.db".to_owned()), "{kept:?}");
    // What was taken is not taken again, and what comes later is.
    assert!(!shop.path("webhook.ndjson").exists() && !shop.path("taking.ndjson").exists());
    let orders = shop.number("SELECT COUNT(*) FROM orders");
    assert!(orders > 1);
    std::fs::copy(shipped("examples/whatsapp/webhook-log.ndjson"), shop.path("webhook.ndjson")).unwrap();
    run(jobs[4]);
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), orders);
}

/// The others are taken. A log of which nothing can be read is put aside, and what comes later is taken.
#[test]
fn a_webhook_call_that_was_cut_off_stops_only_itself() {
    let desk = Desk::new();
    desk.succeeds("orders product import -q examples/catalogue.json");
    let log = std::fs::read_to_string(shipped("examples/whatsapp/webhook-log.ndjson")).unwrap();
    let take = || desk.shows("examples/take-webhooks.sh . ; echo $?");
    let orders = || desk.shows("orders list -q").lines().count();
    std::fs::write(desk.path("webhook.ndjson"), &log[..20]).unwrap();
    assert!(take().ends_with("later calls go on\n4\n"));
    assert_eq!(orders(), 0);
    std::fs::write(desk.path("webhook.ndjson"), &log[..log.len() - 20]).unwrap();
    assert!(take().ends_with(".ndjson: mend and import them\n0\n"));
    assert!(orders() > 0);
    std::fs::write(desk.path("webhook.ndjson"), &log).unwrap();
    assert!(take().ends_with("\n0\n"));
    assert!(orders() > 0);
    // What is no order waits to be mended, and the mail says where.
    std::fs::write(desk.path("webhook.ndjson"), "{\"a\":1}\n").unwrap();
    assert!(take().ends_with(".ndjson: mend and import them\n0\n"));
    // Nothing to take is nothing to say.
    assert_eq!(take(), "0\n");
}

/// Twice, and beside a log of the old file.
#[test]
fn a_backup_is_restored_as_the_recipe_says() {
    let desk = Desk::new();
    desk.succeeds("mkdir -p /srv/shop/backups; orders product import -q examples/catalogue.json");
    desk.succeeds("orders create -q examples/order.json; orders backup -q /srv/shop/backups/orders-2026-02-06.db");
    let restore = recipes("aside-").remove(0);
    desk.succeeds("orders backup -q /srv/shop/orders.db");
    for _ in 0..2 {
        desk.succeeds("orders --db /srv/shop/orders.db cancel LEG-LXYZ1234-AB5C -q");
        std::fs::write(desk.path("srv/shop/orders.db-wal"), "left over").unwrap();
        assert_eq!(desk.succeeds(&restore), "");
        let restored = desk.shows("orders --db /srv/shop/orders.db show LEG-LXYZ1234-AB5C");
        assert!(restored.starts_with("LEG-LXYZ1234-AB5C  pending"), "{restored}");
        assert_eq!(desk.path("srv/shop/orders.db").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// What is replicated comes back, and a copy follows.
#[test]
fn litestream_replicates_as_the_recipe_says() {
    let desk = Desk::new();
    if !desk.bash("command -v litestream").status.success() {
        say_skipped("litestream is not installed: its recipe is not tested");
        return;
    }
    for folder in ["etc", "mnt/other-disk", "srv/shop"] {
        std::fs::create_dir_all(desk.path(folder)).unwrap();
    }
    std::fs::write(desk.path("etc/litestream.yml"), desk.here(&the_block(RECIPES, "yaml"))).unwrap();
    let text = std::fs::read_to_string(shipped(RECIPES)).unwrap();
    let replicate = "litestream replicate -config /etc/litestream.yml";
    assert!(text.contains(&format!("`{replicate}`")));
    let [restore, branch] = recipes("litestream restore").try_into().unwrap();
    // What was written is there after a second or two, on a busy machine later.
    desk.succeeds(&format!(
        r#"until_so() {{ for _ in $(seq 60); do eval "$1" && return; sleep 1; done; false; }}
        export ORDERS_DB=/srv/shop/orders.db
        orders product import -q examples/catalogue.json
        orders create -q examples/order.json
        {replicate} > replicate.log 2>&1 &
        trap 'kill $(jobs -p)' EXIT
        until_so '[ -e /mnt/other-disk/orders ]'
        until_so '({restore}) > restore.log 2>&1'
        [ "$(orders --db restored.db list -q)" = LEG-LXYZ1234-AB5C ]
        {branch} > branch.log
        orders import -q examples/orders.ndjson
        until_so '[ "$(orders --db branch.db list --count)" = 4 ]'"#
    ));
}

/// The documents, each in the folder that it is about.
const DOCUMENTS: [&str; 5] = [README, RECIPES, "src/README.md", "tests/README.md", "benches/README.md"];

/// Returns what a heading is called in links to it.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    for document in DOCUMENTS.map(shipped) {
        let text = std::fs::read_to_string(&document).unwrap();
        let links = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for link in links.filter(|link| !link.starts_with("https://")) {
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { document.clone() } else { document.parent().unwrap().join(path) };
            assert!(target.exists(), "{}: {link}", document.display());
            let has_place = || {
                std::fs::read_to_string(&target)
                    .unwrap()
                    .lines()
                    .any(|line| line.starts_with('#') && anchor(line) == place)
            };
            assert!(place.is_empty() || has_place(), "{}: {link}", document.display());
        }
    }
}

/// A file that is renamed takes its name along in the documents.
#[test]
fn every_file_that_a_document_of_the_code_names_is_there() {
    for document in &DOCUMENTS[2..] {
        let text = std::fs::read_to_string(shipped(document)).unwrap();
        let folder = shipped(document).parent().unwrap().to_owned();
        let prose: String = text.split("```").step_by(2).collect();
        let names_a_file =
            |name: &&str| name.ends_with('/') || Path::new(name).extension().is_some_and(|end| end == "rs");
        for name in prose.split('`').skip(1).step_by(2).filter(names_a_file) {
            assert!(folder.join(name).exists() || shipped(name).exists(), "{document}: {name}");
        }
    }
}

/// The CA signs each node's certificate for its name, and nobody else reads the keys.
#[test]
fn the_certificates_are_made_as_the_recipe_says() {
    let desk = Desk::new();
    if !desk.shows("openssl version").starts_with("OpenSSL 3") {
        say_skipped("OpenSSL 3 is not installed: its recipe is not tested");
        return;
    }
    desk.succeeds(&the_block(RECIPES, "sh openssl"));
    for node in ["n1", "n2", "n3"] {
        let checked = format!("openssl verify -CAfile ca.pem -purpose sslserver -verify_hostname {node} {node}.pem");
        assert_eq!(desk.shows(&checked), format!("{node}.pem: OK\n"));
    }
    for key in ["ca.key", "n1.key", "n2.key", "n3.key"] {
        assert_eq!(desk.path(key).metadata().unwrap().permissions().mode() & 0o777, 0o600, "{key}");
    }
}

/// A stand-in for the cluster speaks no TLS.
#[test]
#[cfg(feature = "cluster")]
fn a_cluster_works_as_the_recipe_says() {
    const ADDRESS: &str = "https://orders:aLongSecret7@n1:4001,n2:4001,n3:4001/LEG";
    const CA: &str = "export ORDERS_CA=/etc/rqlite/ca.pem\n";
    let desk = Desk::new();
    let cluster = crate::common::rqlite::Fake::start();
    // "orders:aLongSecret7"
    cluster.require("Basic b3JkZXJzOmFMb25nU2VjcmV0Nw==");
    let url = cluster.url("LEG").replace("http://", "http://orders:aLongSecret7@");
    cluster.save(&desk.path("empty.db"));
    let lines_of = |language: &str| -> String {
        blocks(RECIPES).into_iter().filter(|block| block.language == language).map(|block| block.text).collect()
    };
    let lines = lines_of("sh cluster");
    for words in [ADDRESS, CA] {
        assert!(lines.contains(words), "{words}");
    }
    let lines = lines.replace(ADDRESS, &url).replace(CA, "");
    let shown = desk.succeeds(&format!(
        "mkdir -p /srv/shop/backups; export ORDERS_DB=/srv/shop/orders.db; orders product import -q examples/catalogue.json; \
         orders create -q examples/order.json; unset ORDERS_DB\n{lines}"
    ));
    assert_eq!(shown.matches("LEG-LXYZ1234-AB5C  2026-02-04").count(), 2, "{shown}");
    assert!(!shown.contains("Secret"), "{shown}");
    assert_eq!(desk.path(".orders-shop").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // Most disks are lost: the steps bring the shop back from this machine's replica to new nodes.
    let text = std::fs::read_to_string(shipped(RECIPES)).unwrap();
    let steps = text.split("**Most disks are lost.**").nth(1).unwrap().split("\n\n**").next().unwrap();
    let steps = steps.split('`').skip(1).step_by(2);
    let steps: Vec<String> = steps.map(|step| format!("{step}\n")).collect();
    cluster.load(&desk.path("empty.db"));
    let shown = desk.succeeds(&format!(". ~/.orders-shop; {}", steps.concat()));
    assert_eq!((steps.len(), shown.matches("LEG-LXYZ1234-AB5C  2026-02-04").count()), (5, 1), "{shown}");
    assert_eq!(desk.succeeds(". ~/.orders-shop; orders list -q"), "LEG-LXYZ1234-AB5C\n");
    // Cron gives a job no more than this, and neither ORDERS_DB nor a login's profile.
    desk.succeeds("rm .profile");
    for _ in 0..2 {
        let crontab = lines_of("crontab cluster");
        let jobs = crontab.lines().map(|line| line.splitn(6, ' ').nth(5).unwrap());
        for job in jobs.filter(|job| job.contains("orders")) {
            assert!(!job.replace("\\%", "").contains('%'), "{job}");
            assert_eq!(desk.shows(&format!("set -e; {}", job.replace("\\%", "%"))), "", "{job}");
        }
        // Until the next night.
        desk.succeeds(r#"cd /srv/shop/backups; new=$(ls orders-*.db | tail -n 1); orders --db "$new" check; mv "$new" orders-2025-01-01.db"#);
    }
}
