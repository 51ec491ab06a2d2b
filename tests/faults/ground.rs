//! The orders files that are damaged or mistaken for others, and what is right for every command on them.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::Connection;

use crate::common::{BELT, order};
use crate::promises::{Fault, sane};
use crate::shop::{Ending, Shop, Start, number_anew};
use crate::state::masked;

/// How many bytes a page of an orders file has.
pub const PAGE: usize = 4096;
/// Far longer than any run takes.
const A_HANG: Duration = Duration::from_secs(60);

/// Commands that read; `new.db` is not there, `new.json` is an order that the file does not have.
pub const READING: [&str; 19] = [
    "check",
    "list --limit 0",
    "list --items --json",
    "list --search shirt --product BLT-01",
    "list --search حسن --limit 0 --json",
    "show LEG-LXYZ1234-AB5C LEG-00011 --json",
    "show LEG-00020 --json",
    "history LEG-LXYZ1234-AB5C",
    "message LEG-LXYZ1234-AB5C",
    "product list",
    "product show SKU-12345 --json",
    "product history SKU-12345",
    "user list",
    "config",
    "backup new.db",
    "--as mona my-orders",
    "--as mona list",
    "confirm LEG-00007 --dry-run",
    "import new.json --dry-run",
];
/// Commands that write.
pub const WRITING: [&str; 20] = [
    "create new.json",
    "import new.json",
    "confirm LEG-00007 LEG-00008",
    "confirm LEG-00009 LEG-LXYZ1234-AB5C --keep-going",
    "set-status LEG-LXYZ1234-AB5C shipped",
    "cancel LEG-LXYZ1234-AB5C --note back",
    "edit LEG-00010 --name Mona --item 1 --quantity 2",
    "edit LEG-LXYZ1234-AB5C --add BLT-01 --quantity 1",
    "return LEG-00020 1 --for BLT-01",
    "note LEG-00010 late",
    "config countryCode 20",
    "product add --name Cap --price 5 --stock 3",
    "product set BLT-01 --price 20",
    "product receive BLT-01 3 --ref INV-1",
    "product adjust BLT-01 +2 --note delivery",
    "product count BLT-01 700 --note counted",
    "product remove PL-220",
    "user add omar --role buyer",
    "user remove mona",
    "config shopName Lego",
];

/// An orders file as bytes, with its log.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes {
    pub file: Vec<u8>,
    pub log: Option<Vec<u8>>,
}

/// The files that are there, and every state that they may rightly be in.
pub struct Ground {
    /// A file that was closed.
    pub clean: Bytes,
    /// A file that went through further changes, which are in its log.
    pub logged: Bytes,
    /// A backup of the closed file.
    pub backup: Bytes,
    /// The state of the closed file, and those after each further change: what is in a damaged log may be lost, but never
    /// half of a change.
    pub states: Vec<State>,
}

/// A state that a file may rightly be in.
pub struct State {
    /// Its figures.
    pub figures: String,
    /// What each command does in it.
    pub does: HashMap<&'static str, Deed>,
}

/// What a command does where nothing is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Deed {
    pub code: Option<i32>,
    pub stdout: String,
    /// The figures of the file after it.
    pub figures: String,
}

/// Returns the name of a file beside another.
pub fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = file.into();
    name.push(suffix);
    name.into()
}

/// Returns whether a command ended with its work done, or a part of it.
pub fn is_done(ending: &Ending) -> bool {
    matches!(ending.code, Some(0 | 8))
}

impl Bytes {
    /// Reads those of a file.
    pub fn of(file: &Path) -> Bytes {
        Bytes { file: fs::read(file).unwrap(), log: fs::read(beside(file, "-wal")).ok() }
    }

    /// Writes them for their owner only.
    pub fn put(&self, file: &Path) {
        fs::write(file, &self.file).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
        if let Some(log) = &self.log {
            fs::write(beside(file, "-wal"), log).unwrap();
        }
    }

    /// Sets up a shop that has this file.
    pub fn shop(&self) -> Shop {
        let shop = shop();
        self.put(&shop.file());
        shop
    }
}

impl Ground {
    /// Makes the files, once.
    pub fn get() -> &'static Ground {
        static GROUND: OnceLock<Ground> = OnceLock::new();
        GROUND.get_or_init(Ground::lay)
    }

    fn lay() -> Ground {
        let mut shop = shop();
        let many = |number| {
            let name = format!("ليلى حسن {number}");
            order(&format!("LEG-{number:05}"), BELT, 1, None).replace("John Doe", &name) + "\n"
        };
        fs::write(shop.path("many.ndjson"), (0..60).map(many).collect::<String>()).unwrap();
        let works = |shop: &Shop, line: &str| {
            let ending = run(shop, line).unwrap();
            assert_eq!(ending.code, Some(0), "{line}: {ending:#?}");
        };
        for line in [
            "product import catalogue.json",
            "product adjust BLT-01 +500 --note delivery",
            "user add mona --role buyer",
            "config timeZone Africa/Cairo",
            "create order.json",
        ] {
            works(&shop, line);
        }
        number_anew(&shop.file(), 200);
        for line in [
            "import many.ndjson",
            "confirm LEG-LXYZ1234-AB5C LEG-00001 LEG-00002 LEG-00003",
            "cancel LEG-00002 --note back",
            "edit LEG-00003 --name Mona",
            "edit LEG-00020 --item 1 --quantity 3 --discount 10",
            "confirm LEG-00020",
            "set-status LEG-00020 delivered",
            "return LEG-00020 1 --damaged",
        ] {
            works(&shop, line);
        }
        let clean = Bytes::of(&shop.file());
        works(&shop, "backup copy.db");
        let backup = Bytes::of(&shop.path("copy.db"));
        let mut states = vec![State::of(&clean)];
        // As programs that were killed leave it: the last changes are in the log.
        shop.begin_to_read();
        for line in ["confirm LEG-00004 LEG-00005", "product count BLT-01 480 --note counted", "cancel LEG-00005"] {
            works(&shop, line);
            states.push(State::of(&Bytes::of(&shop.file())));
        }
        let logged = Bytes::of(&shop.file());
        assert!(logged.log.as_ref().is_some_and(|log| log.len() > PAGE), "the log holds something");
        Ground { clean, logged, backup, states }
    }

    /// Returns the state that has these figures.
    pub fn state(&self, figures: &str) -> Option<&State> {
        self.states.iter().find(|state| state.figures == figures)
    }
}

impl State {
    /// Learns what every command does on a file where nothing is wrong.
    fn of(bytes: &Bytes) -> State {
        let does = |line| {
            let shop = bytes.shop();
            let ending = run(&shop, line).unwrap();
            assert!(is_done(&ending), "{line}: {ending:#?}");
            (line, Deed::of(&shop, &ending).unwrap())
        };
        let does = READING.into_iter().chain(WRITING).map(does).collect();
        State { figures: figures(&bytes.shop().file()).unwrap(), does }
    }
}

impl Deed {
    /// Looks at what a run did.
    pub fn of(shop: &Shop, ending: &Ending) -> Result<Deed, String> {
        Ok(Deed { code: ending.code, stdout: shop.masked(&ending.stdout), figures: figures(&shop.file())? })
    }
}

/// Sets up a shop that has no orders file yet.
pub fn shop() -> Shop {
    let shop = Shop::new(Start::Missing).waiting(0);
    let new = include_str!("../../examples/order.json").replace("LXYZ1234", "NEW");
    fs::write(shop.path("new.json"), new).unwrap();
    shop
}

/// Runs the program to its end, which is to come.
pub fn run(shop: &Shop, line: &str) -> Result<Ending, String> {
    end(shop.orders(&words(line)))
}

/// Splits a command line.
pub fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// Waits for the end of a run that nobody else is in the way of.
pub fn end(command: Command) -> Result<Ending, String> {
    let ending = Ending::within(A_HANG, command).ok_or("it hangs")?;
    sane(&ending, Fault::MayFail).map_err(|problem| format!("{problem}: {ending:#?}"))?;
    match ending.code {
        Some(7) => Err(format!("it says that the file is in use: {ending:#?}")),
        _ => Ok(ending),
    }
}

/// Returns the figures of a file, as SQLite itself reads them: stock, and of each order its status, sums and items.
pub fn figures(file: &Path) -> Result<String, String> {
    let connection = Connection::open(file).map_err(|error| error.to_string())?;
    let sql = "SELECT group_concat(line, ' ') FROM (
                   SELECT product_id || size_key || on_hand AS line FROM stock
                   UNION ALL SELECT pk || status || ':' || total || ':' || item_count FROM orders
                   UNION ALL SELECT order_pk || product_id || quantity || ':' || unit_price || ':' || subtotal
                             FROM order_items
                   ORDER BY 1)";
    let figures = connection.query_row(sql, [], |row| row.get::<_, String>(0)).map_err(|error| error.to_string())?;
    Ok(masked(&figures))
}
