//! The commands that write, each with what is to come of it.

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
    /// Whether running it again adds to what it did.
    pub adds_up: bool,
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
}

const fn work(name: &'static str, arguments: &'static [&'static str]) -> Work {
    Work { name, arguments, adds_up: false }
}

/// Those that make the file.
pub const FIRST: [Work; 1] = [work("first product import", &["product", "import", "catalogue.json"])];

/// Those that change a file that is there.
pub const LATER: [Work; 15] = [
    work("create", &["create", "order.json"]),
    work("import", &["import", "orders.ndjson"]),
    work("import --keep-going", &["import", "--keep-going", "mixed.ndjson"]),
    work("confirm", &["confirm", "LEG-WAIT-0001"]),
    work("confirm of two", &["confirm", "LEG-WAIT-0001", "LEG-WAIT-0002"]),
    work("set-status", &["set-status", "LEG-KEPT-0001", "shipped"]),
    work("cancel", &["cancel", "LEG-KEPT-0001"]),
    work("edit", &["edit", "LEG-WAIT-0001", "--phone", "+20102", "--item", "1", "--quantity", "1"]),
    work("product import", &["product", "import", "changes.json"]),
    work("product set", &["product", "set", "PL-220", "--price", "30"]),
    Work { adds_up: true, ..work("product adjust", &["product", "adjust", "BLT-01", "+5", "--note", "delivery"]) },
    Work { adds_up: true, ..work("product count", &["product", "count", "BLT-01", "9", "--note", "stocktaking"]) },
    work("config", &["config", "shopName", "LEG"]),
    work("user add", &["user", "add", "mona", "--role", "buyer"]),
    work("backup", &["backup", "copy.db"]),
];

impl Work {
    /// Sets up a run of it.
    pub fn command(&self, shop: &Shop) -> Command {
        shop.orders(self.arguments)
    }
}

impl Case {
    /// Learns what a command does where nothing goes wrong.
    fn of(work: &'static Work, start: Start) -> Case {
        let shop = Shop::new(start);
        let before = shop.state().unwrap();
        let ending = Ending::of(work.command(&shop));
        let after = shop.state().unwrap();
        assert!(matches!(ending.code, Some(0 | 8)) && after != before, "{} {start:?}: {ending:#?}", work.name);
        Case { work, start, before, after, code: ending.code.unwrap() }
    }

    /// Every command, on every kind of file that it may find.
    pub fn all() -> &'static [Case] {
        static CASES: OnceLock<Vec<Case>> = OnceLock::new();
        CASES.get_or_init(Case::learn_all)
    }

    fn learn_all() -> Vec<Case> {
        let first = FIRST.iter().flat_map(|work| [Start::Missing, Start::Empty].map(|start| (work, start)));
        let later =
            LATER.iter().flat_map(|work| [Start::Closed, Start::LogLeft, Start::Read].map(|start| (work, start)));
        let older =
            LATER.iter().filter(|work| ["confirm", "config"].contains(&work.name)).map(|work| (work, Start::Older));
        first.chain(later).chain(older).map(|(work, start)| Case::of(work, start)).collect()
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let found = match self.start {
            Start::Missing => "no file",
            Start::Empty => "an empty file",
            Start::Closed => "a closed file",
            Start::LogLeft => "a file with a log left over",
            Start::Read => "a file that is read",
            Start::Older => "an older version's file",
        };
        write!(formatter, "{} on {found}", self.work.name)
    }
}
