//! The commands that write, each with what is to come of it.

use std::collections::HashSet;
use std::process::Command;
use std::sync::OnceLock;

use crate::shop::{Ending, Shop, Start};

/// A command that writes.
#[derive(Debug)]
pub struct Work {
    /// Its name in messages.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: &'static [&'static str],
}

/// A command on a file as it is found, with what it does where nothing goes wrong.
#[derive(Debug)]
pub struct Case {
    pub work: &'static Work,
    pub start: Start,
    /// The state of the file before it.
    pub before: String,
    /// The state of the file after it.
    pub after: String,
    /// The exit code of success: 0, or 8 where it is to do its work partly.
    pub code: i32,
    /// What it says then.
    pub said: Said,
    /// The records that it keeps to be mended.
    pub rejects: Option<String>,
    /// What the same command again does.
    pub again: Again,
}

/// What the same command does where it was done already.
#[derive(Debug)]
pub struct Again {
    pub code: i32,
    pub said: Said,
    pub after: String,
}

/// What a command says: its results and its errors, without what is drawn at random.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub results: String,
    pub errors: String,
}

const fn work(name: &'static str, arguments: &'static [&'static str]) -> Work {
    Work { name, arguments }
}

/// The id of a new product: one that is drawn at random would be another one each time.
const ID: &str = "5ca2f000-0000-4000-8000-000000000001";

/// Those that make the file.
const MAKING: [Work; 4] = [
    work("first product import", &["product", "import", "catalogue.json"]),
    work("first product add", &["product", "add", "--id", ID, "--name", "Scarf", "--price", "9", "--stock", "3"]),
    work("first config", &["config", "shopName", "LEG"]),
    work("first user add", &["user", "add", "mona", "--role", "buyer"]),
];

/// Those that change a file that is there, or try what they would change.
const CHANGING: [Work; 50] = [
    work("create", &["create", "order.json"]),
    work("import", &["import", "orders.ndjson"]),
    work("import of stdin", &["import", "-"]),
    work("import of many items", &["import", "many.json"]),
    work("import --dry-run", &["import", "orders.ndjson", "--dry-run"]),
    work("import --keep-going", &["import", "--keep-going", "mixed.ndjson"]),
    work("import --rejects", &["import", "--keep-going", "mixed.ndjson", "--rejects", "mend.ndjson"]),
    work("confirm", &["confirm", "LEG-WAIT-0001"]),
    work("confirm of two", &["confirm", "LEG-WAIT-0001", "LEG-WAIT-0002"]),
    work("confirm --dry-run", &["confirm", "LEG-WAIT-0001", "--dry-run"]),
    work("confirm --keep-going", &["confirm", "--keep-going", "LEG-KEPT-0001", "LEG-WAIT-0002"]),
    work("set-status", &["set-status", "LEG-KEPT-0001", "shipped"]),
    work("set-status --from", &["set-status", "--from", "statuses.csv", "--courier", "Bosta"]),
    work("cancel", &["cancel", "LEG-KEPT-0001"]),
    work("cancel --no-restock", &["cancel", "LEG-KEPT-0001", "--no-restock", "--note", "damaged"]),
    work("cancel --keep", &["cancel", "LEG-KEPT-0001", "--keep", "20"]),
    work("confirm --paid", &["confirm", "LEG-WAIT-0001", "--paid", "cash", "--receipt", "R-3"]),
    work("confirm --cod", &["confirm", "LEG-WAIT-0001", "LEG-WAIT-0002", "--cod"]),
    work(
        "create --item",
        &[
            "create",
            "--phone",
            "+20102",
            "--name",
            "Mona",
            "--item",
            "BLT-01*2@15",
            "--reference",
            "LEG-TYPED-1",
            "--confirm",
            "--paid",
            "cash",
            "--delivered",
        ],
    ),
    work("edit --discount", &["edit", "LEG-WAIT-0001", "--delivery", "50", "--discount", "10%"]),
    work("edit", &["edit", "LEG-WAIT-0001", "--phone", "+20102", "--item", "1", "--quantity", "1"]),
    work("edit --add", &["edit", "LEG-WAIT-0002", "--add", "BLT-01", "--quantity", "1"]),
    work("edit --remove", &["edit", "LEG-WAIT-0002", "--remove", "1"]),
    work("edit of a confirmed order", &["edit", "LEG-KEPT-0001", "--item", "1", "--quantity", "3", "--size", "M"]),
    work("edit --add to a confirmed order", &["edit", "LEG-KEPT-0001", "--add", "BLT-01", "--quantity", "2"]),
    work("return", &["return", "LEG-SENT-0001", "1", "--damaged"]),
    work("return --exchange", &["return", "LEG-SENT-0001", "1", "2", "--for", "BLT-01@20"]),
    work("return --refund", &["return", "LEG-SENT-0001", "1*2", "--refund", "cash", "--receipt", "R-9"]),
    work("return of the last piece", &["return", "LEG-SENT-0001", "1*2", "2", "--keep", "10", "--refund", "cash"]),
    work("note", &["note", "LEG-KEPT-0001", "calls back"]),
    work("pay", &["pay", "LEG-KEPT-0001", "20", "instapay", "--receipt", "R-2"]),
    work("pay --void", &["pay", "LEG-KEPT-0001", "--void", "1", "--note", "typed wrong"]),
    work("pay --from", &["pay", "--from", "courier.csv", "--method", "bosta"]),
    work("refund", &["refund", "LEG-KEPT-0001", "cash"]),
    work("customer note", &["customer", "note", "+20101", "asks for a bag"]),
    work("customer block", &["customer", "block", "+20101", "--note", "never at home"]),
    work("config countryCode", &["config", "countryCode", "20"]),
    work("product import", &["product", "import", "changes.json"]),
    work("product add", &["product", "add", "--id", ID, "--name", "Scarf", "--price", "9", "--barcode", "SC-1"]),
    work("product set", &["product", "set", "PL-220", "--price", "30"]),
    work("product set --remove-size", &["product", "set", "PL-220", "--remove-size", "L"]),
    work("product receive", &["product", "receive", "PL-220", "M=3", "L=2", "--ref", "INV-1"]),
    work("product adjust", &["product", "adjust", "BLT-01", "+5", "--note", "delivery"]),
    work("product count", &["product", "count", "BLT-01", "9", "--note", "stocktaking"]),
    work("product remove", &["product", "remove", "Canvas Sneakers"]),
    work("config", &["config", "shopName", "LEG"]),
    work("config --dry-run", &["config", "shopName", "LEG", "--dry-run"]),
    work("user add", &["user", "add", "mona", "--role", "buyer"]),
    work("user remove", &["user", "remove", "omar"]),
    work("backup", &["backup", "copy.db"]),
];

/// Some of those, of every kind, on files that are rarely found.
const FOR_RESTORED: [&str; 5] = ["confirm", "import", "config", "config --dry-run", "backup"];
const FOR_OLDER: [&str; 3] = ["confirm", "config", "confirm --dry-run"];

impl Work {
    /// Sets up a run of it.
    pub fn command(&self, shop: &Shop) -> Command {
        shop.orders(self.arguments)
    }
}

impl Said {
    pub fn by(ending: &Ending, shop: &Shop) -> Said {
        let errors: String = ending.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
        Said { results: shop.masked(&ending.stdout), errors: shop.masked(&errors) }
    }
}

impl Case {
    /// Learns what a command does where nothing goes wrong.
    pub fn of(work: &'static Work, start: Start) -> Case {
        let shop = Shop::new(start);
        let before = shop.state().unwrap();
        let ending = Ending::of(work.command(&shop));
        let after = shop.state().unwrap();
        let is_dry_run = work.arguments.contains(&"--dry-run");
        let is_done = matches!(ending.code, Some(0 | 8)) && (after == before) == is_dry_run;
        assert!(is_done, "{} {start:?}: {ending:#?}", work.name);
        let rejects = std::fs::read_to_string(shop.rejects()).ok();
        let twice = Ending::of(work.command(&shop));
        assert!(matches!(twice.code, Some(0 | 3 | 5 | 8)), "{} {start:?} again: {twice:#?}", work.name);
        Case {
            work,
            start,
            before,
            after,
            code: ending.code.unwrap(),
            said: Said::by(&ending, &shop),
            rejects,
            again: Again { code: twice.code.unwrap(), said: Said::by(&twice, &shop), after: shop.state().unwrap() },
        }
    }

    /// Returns whether it changes something where nothing goes wrong.
    pub fn is_changing(&self) -> bool {
        self.before != self.after
    }

    /// Every command, on every kind of file that it may find.
    pub fn all() -> &'static [Case] {
        static CASES: OnceLock<Vec<Case>> = OnceLock::new();
        CASES.get_or_init(Case::learn_all)
    }

    /// Every command that changes a file, on the replica of a cluster.
    #[cfg(feature = "cluster")]
    pub fn on_replicas() -> &'static [Case] {
        static CASES: OnceLock<Vec<Case>> = OnceLock::new();
        CASES.get_or_init(|| learn(&CHANGING.iter().map(|work| (work, Start::Replica)).collect::<Vec<_>>()))
    }

    fn learn_all() -> Vec<Case> {
        let on = |works: &'static [Work], starts: &'static [Start]| {
            works.iter().flat_map(move |work| starts.iter().map(move |start| (work, *start)))
        };
        let is_among = |names: &'static [&str]| move |(work, _): &(&Work, Start)| names.contains(&work.name);
        let cases: Vec<_> = on(&MAKING, &[Start::Missing, Start::Empty])
            .chain(on(&CHANGING, &[Start::Closed, Start::LogLeft, Start::Read]))
            .chain(on(&CHANGING, &[Start::Restored]).filter(is_among(&FOR_RESTORED)))
            .chain(on(&CHANGING, &[Start::Older, Start::OlderLogLeft, Start::OlderRead]).filter(is_among(&FOR_OLDER)))
            .collect();
        learn(&cases)
    }
}

/// Learns what commands do, in two threads.
fn learn(cases: &[(&'static Work, Start)]) -> Vec<Case> {
    let learn = |cases: &[(&'static Work, Start)]| cases.iter().map(|(work, start)| Case::of(work, *start)).collect();
    let (some, others) = cases.split_at(cases.len() / 2);
    std::thread::scope(|scope| {
        let others = scope.spawn(|| -> Vec<Case> { learn(others) });
        let mut all: Vec<Case> = learn(some);
        all.extend(others.join().expect("every case can be learned"));
        all
    })
}

/// Counts the commands of some cases.
pub fn commands(cases: &[Case]) -> usize {
    cases.iter().map(|case| case.work.name).collect::<HashSet<_>>().len()
}

impl std::fmt::Display for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let found = match self.start {
            Start::Missing => "no file",
            Start::Empty => "an empty file",
            Start::Closed => "a closed file",
            Start::LogLeft => "a file with a log left over",
            Start::Read => "a file that is read",
            Start::Restored => "a restored backup",
            Start::Older => "an older version's file",
            Start::OlderLogLeft => "an older version's file with a log left over",
            Start::OlderRead => "an older version's file that is read",
            #[cfg(feature = "cluster")]
            Start::Replica => "the replica of a cluster",
        };
        write!(formatter, "{} on {found}", self.work.name)
    }
}
