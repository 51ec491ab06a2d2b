//! A shop of its own for each test: an empty folder, a fixed clock, no environment.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;
use serde_json::Value;

use crate::common;
pub use crate::common::{BELT, NOW, order};

/// The reference of `examples/order.json`.
pub const ORDER: &str = "LEG-LXYZ1234-AB5C";
/// The product of that order: the Classic T-Shirt, with 4 in S, 6 in M and 3 in L.
pub const SHIRT: &str = "550e8400-e29b-41d4-a716-446655440000";

/// Returns the path of a file that the project ships.
pub fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Says that something is not tested: not through a macro, whose words a test that passes keeps to itself.
pub fn say_skipped(why: &str) {
    let _ = std::io::stderr().write_all(format!("{why}\n").as_bytes());
}

/// A folder with an orders file. With `ORDERS_TEST_CLUSTER=1` it is the replica of a shop on a stand-in for a cluster, in a build
/// that has the feature: what is held of a file is held of a replica too.
pub struct Shop {
    folder: tempfile::TempDir,
    #[cfg(feature = "cluster")]
    cluster: Option<common::rqlite::Fake>,
}

impl Shop {
    /// Starts without any file.
    pub fn new() -> Shop {
        Shop::in_folder(tempfile::tempdir().unwrap())
    }

    /// Starts without any file, in memory where the system has a folder for it: for thousands of commands of which none is about what
    /// a power cut leaves.
    pub fn in_memory() -> Shop {
        Shop::in_folder(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap())
    }

    /// Starts without any file, and never on a cluster: for tests about the file itself, or that change it without the program.
    pub fn on_file() -> Shop {
        Shop {
            folder: tempfile::tempdir().unwrap(),
            #[cfg(feature = "cluster")]
            cluster: None,
        }
    }

    fn in_folder(folder: tempfile::TempDir) -> Shop {
        Shop {
            folder,
            #[cfg(feature = "cluster")]
            cluster: std::env::var_os("ORDERS_TEST_CLUSTER").map(|_| common::rqlite::Fake::start()),
        }
    }

    /// Starts with the catalogue of `examples/`.
    pub fn stocked() -> Shop {
        Shop::new().with_catalogue()
    }

    /// Starts with the catalogue and the order of `examples/order.json`.
    pub fn with_order() -> Shop {
        Shop::stocked().with_the_order()
    }

    /// Returns whether it is on a cluster.
    pub fn is_on_cluster(&self) -> bool {
        self.db().starts_with("http")
    }

    /// Leaves its folder for somebody to look into, and returns where that is.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// Adds the catalogue of `examples/`.
    pub fn with_catalogue(self) -> Shop {
        self.orders(["product", "import"]).arg(shipped("examples/catalogue.json")).succeeds();
        self
    }

    /// Adds the order of `examples/order.json`.
    pub fn with_the_order(self) -> Shop {
        self.orders(["create"]).arg(shipped("examples/order.json")).succeeds();
        self
    }

    /// Starts a run of the program.
    pub fn orders<const N: usize>(&self, args: [&str; N]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
        command.args(args).current_dir(self.folder.path()).env_clear().envs(self.environment());
        Run { command, stdin: Vec::new() }
    }

    /// Returns the variables that the program runs with.
    pub fn environment(&self) -> [(&'static str, std::ffi::OsString); 4] {
        [
            ("HOME", self.folder.path().into()),
            ("PATH", std::env::var_os("PATH").unwrap_or_default()),
            ("ORDERS_DB", self.db().into()),
            ("ORDERS_NOW", NOW.into()),
        ]
    }

    /// Returns a path in the shop's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the orders file: the one that the program reads, which may be a replica.
    pub fn file(&self) -> PathBuf {
        #[cfg(feature = "cluster")]
        if self.cluster.is_some() {
            return common::replica(self.folder.path());
        }
        self.path("orders.db")
    }

    /// Returns what `--db` is for every run.
    pub fn db(&self) -> String {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &self.cluster {
            return cluster.url("shop");
        }
        self.file().display().to_string()
    }

    /// Takes an order of one item, a quantity of a product in a size.
    pub fn take(&self, reference: &str, product: &str, quantity: u32, size: Option<&str>) {
        self.orders(["create", "-"]).stdin(order(reference, product, quantity, size)).succeeds();
    }

    /// Opens the file beside the program.
    pub fn connection(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    /// Returns one number that SQL gives.
    pub fn number(&self, sql: &str) -> i64 {
        self.connection().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Returns the stock on hand of a product (by SKU or name) and size.
    pub fn on_hand(&self, product: &str, size: &str) -> i64 {
        self.connection()
            .query_row(
                "SELECT on_hand FROM stock JOIN products ON id = product_id
                 WHERE ?1 IN (barcode, name) AND size_key = lower(?2)",
                [product, size],
                |row| row.get(0),
            )
            .unwrap()
    }

    /// Returns the status of an order.
    pub fn status(&self, reference: &str) -> String {
        let sql = "SELECT status FROM orders WHERE reference = ?1";
        self.connection().query_row(sql, [reference], |row| row.get(0)).unwrap()
    }

    /// Returns every row, but for the token of the last write: a refusal writes one too.
    pub fn dump(&self) -> String {
        common::dump(&self.connection(), |table, _| !["last_write", "replica"].contains(&table)).unwrap()
    }

    /// Holds that the file agrees with itself: sums, movements and statuses.
    pub fn check(&self) {
        assert_eq!(common::disagreements(&self.connection()).unwrap(), <[&str; 0]>::default());
        self.orders(["check"]).prints("");
    }
}

/// One run of the program, to be set up and then held to what it does.
#[must_use = "a run does nothing until its end is asked for"]
pub struct Run {
    command: Command,
    stdin: Vec<u8>,
}

/// What a run did.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Run {
        self.command.arg(arg);
        self
    }

    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Run {
        self.stdin = text.into();
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Run {
        self.command.env(name, value);
        self
    }

    pub fn without_env(mut self, name: &str) -> Run {
        self.command.env_remove(name);
        self
    }

    /// Gives the command itself, for runs beside each other.
    pub fn into_command(self) -> Command {
        self.command
    }

    /// Runs it to its end, whatever that is.
    pub fn ends(self) -> Done {
        let done = Done::from(self.output());
        assert_hints_run(&done.stderr);
        done
    }

    fn output(mut self) -> Output {
        let mut child =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = std::mem::take(&mut self.stdin);
        let writer = std::thread::spawn(move || {
            // A program that needs no input may be gone already.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    /// Holds that it succeeds and says nothing, and returns its stdout as bytes: a workbook.
    #[track_caller]
    pub fn bytes(self) -> Vec<u8> {
        let output = self.output();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:#?}");
        output.stdout
    }

    /// Holds that it succeeds, and returns its stdout.
    #[track_caller]
    pub fn succeeds(self) -> String {
        let done = self.ends();
        assert_eq!(done.code, 0, "{done:#?}");
        done.stdout
    }

    /// Holds that it succeeds, and returns its stdout as JSON.
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.succeeds()).unwrap()
    }

    /// Holds that it succeeds and prints just this.
    #[track_caller]
    pub fn prints(self, stdout: &str) {
        let done = self.ends();
        pretty_assertions::assert_eq!((done.stdout.as_str(), done.stderr.as_str(), done.code), (stdout, "", 0));
    }

    /// Holds that it ends with this exit code, and returns what it said.
    #[track_caller]
    pub fn exits(self, code: i32) -> Done {
        let done = self.ends();
        assert_eq!(done.code, code, "{done:#?}");
        done
    }

    /// Holds that it fails with this exit code, prints nothing, and says just this.
    #[track_caller]
    pub fn fails(self, code: i32, stderr: &str) {
        let done = self.ends();
        pretty_assertions::assert_eq!((done.stdout.as_str(), done.stderr.as_str(), done.code), ("", stderr, code));
    }
}

/// Holds that the command at the end of every hint runs as it is printed, once its words in capitals are filled in.
#[track_caller]
fn assert_hints_run(stderr: &str) {
    let hints = |line: &str| {
        let of_json =
            serde_json::from_str::<Value>(line).ok().and_then(|error| Some(error["hint"].as_str()?.to_owned()));
        of_json.or_else(|| Some(line.strip_prefix("hint: ")?.to_owned())).unwrap_or_default()
    };
    for hint in stderr.lines().map(hints).collect::<Vec<_>>().iter().flat_map(|hints| hints.lines()) {
        assert!(
            !hint.starts_with("orders ") && !hint.contains('…'),
            "not words first, then a command that runs: {hint}"
        );
        let Some((_, command)) = hint.split_once(":  ").filter(|(_, command)| command.starts_with("orders ")) else {
            continue;
        };
        assert!(!command.contains(['\u{2068}', '\u{2069}']), "a copy of it has marks: {hint}");
        let split = Command::new("sh").arg("-c").arg(format!("printf '%s\\0' {command}")).output().unwrap().stdout;
        let words = String::from_utf8(split).unwrap();
        let blank = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase());
        let words = words.split_terminator('\0').map(|word| if blank(word) { "1".into() } else { word.into() });
        assert_eq!(orders::wrong_with(&words.collect::<Vec<std::ffi::OsString>>()), None, "{hint}");
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Done {
        Done {
            // A signal is no exit code that any test expects.
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
