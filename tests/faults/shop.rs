//! A small shop in a folder of its own, and the program run on it.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};
use std::sync::{LazyLock, Mutex, OnceLock};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

#[cfg(feature = "cluster")]
use crate::cluster::Cluster;
#[cfg(feature = "cluster")]
use crate::common;
use crate::common::NOW;
use crate::state::{dump, masked, state_of};

const ORDERS: &str = include_str!("../../examples/orders.ndjson");

/// The files that commands read: they lie beside the orders file.
const INPUTS: [(&str, &str); 7] = [
    ("catalogue.json", include_str!("../../examples/catalogue.json")),
    ("order.json", include_str!("../../examples/order.json")),
    ("orders.ndjson", ORDERS),
    (
        "mixed.ndjson",
        r#"{"orderReference":"LEG-MIXED-1","orderDate":"2026-02-04T10:30:00Z","customerName":"Mona","customerPhone":"+201","items":[{"productId":"9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10","quantity":1,"unitPrice":18.75}]}
{"orderReference":"LEG-MIXED-2","customerName":"Mona","items":[]}
"#,
    ),
    ("statuses.csv", "orderReference,status,tracking\nLEG-KEPT-0001,shipped,B-1\nLEG-SENT-0001,delivered,\n"),
    ("courier.csv", "orderReference,amount,receipt\nLEG-KEPT-0001,10,B-1\nLEG-WAIT-0001,5.50,B-2\n"),
    ("changes.json", r#"[{"id":"9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10","name":"Leather Belt","price":"20.00"}]"#),
];

/// An order of so many items that they wait in a file of their own until they are written.
static MANY: LazyLock<String> = LazyLock::new(|| {
    let item = r#"{"productId":"9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10","quantity":1,"unitPrice":18.75}"#;
    let items = vec![item; 600].join(",");
    format!(
        r#"{{"orderReference":"LEG-MANY-1","orderDate":"2026-02-04T10:30:00Z","customerName":"Mona","customerPhone":"+201","items":[{items}]}}"#
    )
});

/// Returns every file that commands read, with its content.
fn inputs() -> impl Iterator<Item = (&'static str, &'static str)> {
    INPUTS.into_iter().chain([("many.json", MANY.as_str())])
}

/// What the shop did before: a confirmed order, a shipped one and two pending ones, of two items each.
const HISTORY: [(&str, &str); 4] =
    [("LEG-KEPT-0001", "S"), ("LEG-WAIT-0001", "M"), ("LEG-SENT-0001", "M"), ("LEG-WAIT-0002", "L")];

/// How many seconds a command waits for others, unless it is told otherwise.
pub const USUAL_WAIT: u32 = 5;

/// Who took these orders.
pub const SELLER: &str = "omar";

/// How the orders file is found by a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// There is none.
    Missing,
    /// It is empty: making it was cut off.
    Empty,
    /// The last program closed it: everything is in the file itself.
    Closed,
    /// The last program was killed: a part is in the log.
    LogLeft,
    /// Another program reads it.
    Read,
    /// It is a backup that was put in its place.
    Restored,
    /// An older version of the program made it.
    Older,
    /// An older version of the program made it, and was killed: a part is in the log.
    OlderLogLeft,
    /// An older version of the program made it, and still reads it.
    OlderRead,
    /// It is the replica of a shop on a cluster.
    #[cfg(feature = "cluster")]
    Replica,
}

impl Start {
    /// Returns whether an older version of the program made the file.
    pub fn is_older(self) -> bool {
        matches!(self, Start::Older | Start::OlderLogLeft | Start::OlderRead)
    }

    /// Returns whether another program reads the file.
    pub fn is_read(self) -> bool {
        matches!(self, Start::Read | Start::OlderRead)
    }
}

/// How the names begin under which an older file is kept as it was.
const KEPT: &str = "orders.db.v1";

/// Writes a file for its owner only.
fn put(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The shop's folder, with the orders file as it was found.
pub struct Shop {
    /// A reader in the middle of its transaction; it goes before the folder does. A mutex, so that threads share a shop.
    reader: Option<Mutex<Connection>>,
    folder: tempfile::TempDir,
    /// The cluster that has the shop.
    #[cfg(feature = "cluster")]
    pub cluster: Option<Cluster>,
    /// How many seconds the program waits for others; its own default where this is none.
    wait: Option<u32>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ending {
    /// Its exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The bytes of a file and its log.
struct Files {
    closed: Vec<u8>,
    cut_off: (Vec<u8>, Vec<u8>),
    backup: Vec<u8>,
    older: Vec<u8>,
    older_cut_off: (Vec<u8>, Vec<u8>),
}

/// Puts a file and its log in their place.
fn put_cut_off(shop: &Shop, (file, log): &(Vec<u8>, Vec<u8>)) {
    put(&shop.file(), file);
    put(&shop.path("orders.db-wal"), log);
}

/// Returns the program: the one that was built with this test, unless another is to be tried.
pub fn program() -> PathBuf {
    std::env::var_os("ORDERS_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_orders").into(), PathBuf::from)
}

/// Makes a folder where writing is quick: none of these tests asks whether the disk keeps what it was given.
pub fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let builder = || tempfile::Builder::new().prefix("orders-faults-").to_owned();
    builder().tempdir_in(memory).or_else(|_| builder().tempdir()).unwrap()
}

impl Shop {
    /// Sets up a shop of which the file is found like this.
    pub fn new(start: Start) -> Shop {
        Shop::in_folder(quick_folder(), start)
    }

    /// Sets up a shop in a folder that is there.
    pub fn in_folder(folder: tempfile::TempDir, start: Start) -> Shop {
        let mut shop = Shop {
            reader: None,
            folder,
            #[cfg(feature = "cluster")]
            cluster: None,
            wait: None,
        };
        for (name, content) in inputs() {
            fs::write(shop.path(name), content).unwrap();
        }
        match start {
            Start::Missing => {}
            Start::Empty => put(&shop.file(), b""),
            Start::Closed => put(&shop.file(), &files().closed),
            Start::LogLeft | Start::Read => put_cut_off(&shop, &files().cut_off),
            Start::Restored => put(&shop.file(), &files().backup),
            Start::Older => put(&shop.file(), &files().older),
            Start::OlderLogLeft | Start::OlderRead => put_cut_off(&shop, &files().older_cut_off),
            #[cfg(feature = "cluster")]
            Start::Replica => Cluster::of_ground().attach(&mut shop),
        }
        if start.is_read() {
            shop.begin_to_read();
        }
        shop
    }

    /// Lets every run wait this many seconds for others.
    pub fn waiting(self, seconds: u32) -> Shop {
        Shop { wait: Some(seconds), ..self }
    }

    /// Keeps the folder for a look at it, and returns its path.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// Opens the file and begins to read it, as another program would.
    pub fn begin_to_read(&mut self) {
        let reader = Connection::open(self.file()).unwrap();
        // What it leaves, it leaves as it found it.
        reader.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        reader.execute_batch("BEGIN; SELECT COUNT(*) FROM orders").unwrap();
        self.reader = Some(Mutex::new(reader));
    }

    /// Tells what the reader goes on to see: the orders of the moment at which it began.
    pub fn reader_sees(&self) -> Option<rusqlite::Result<String>> {
        self.reader.as_ref().map(|reader| dump(&reader.lock().unwrap()))
    }

    /// Ends the reader.
    pub fn end_reading(&mut self) {
        self.reader = None;
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self) -> PathBuf {
        #[cfg(feature = "cluster")]
        if self.cluster.is_some() {
            return common::replica(self.folder());
        }
        self.path("orders.db")
    }

    /// Returns what `--db` is for every run.
    pub fn db(&self) -> std::ffi::OsString {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &self.cluster {
            return cluster.url().into();
        }
        self.file().into()
    }

    /// Where records are kept to be mended.
    pub fn rejects(&self) -> PathBuf {
        self.path("mend.ndjson")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sets up a run of the program.
    pub fn orders(&self, arguments: &[&str]) -> Command {
        let mut command = self.run(program().to_str().unwrap());
        command.args(self.options()).args(arguments);
        command
    }

    /// What every run of the program is told first.
    pub fn options(&self) -> Option<String> {
        self.wait.map(|seconds| format!("--wait={seconds}"))
    }

    /// Sets up a run of any program that runs the program, in the program's surroundings.
    pub fn run(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.current_dir(self.folder()).env_clear().env("PATH", path).env("HOME", self.folder());
        command.env("ORDERS_DB", self.db()).env("ORDERS_NOW", NOW);
        // Whoever reads stdin finds orders there, in a pipe that ends.
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(ORDERS.as_bytes()).unwrap();
        command.stdin(reader);
        command
    }

    /// Returns what a run printed as it would in any other folder, with the ids masked that were drawn.
    pub fn masked(&self, printed: &str) -> String {
        let printed = masked(printed);
        #[cfg(feature = "cluster")]
        let printed = match &self.cluster {
            Some(cluster) => printed.replace(cluster.url(), "(folder)/orders.db"),
            None => printed,
        };
        printed.replace(self.folder().to_str().unwrap(), "(folder)")
    }

    /// Returns every row of the orders file, and those of the backup where there is one.
    ///
    /// Ids that are drawn at random are left out. A file that is missing or blank has no rows.
    pub fn state(&self) -> Result<String, String> {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &self.cluster {
            cluster.catch_up(self)?;
        }
        let mut state = state_of(&self.file())?;
        let copy = self.path("copy.db");
        if copy.exists() {
            state.push_str("--- the backup\n");
            state.push_str(&state_of(&copy)?);
        }
        Ok(state)
    }

    /// Holds that a file is of the version that it says it is, and that what it was before is kept.
    pub fn hold_version(&self, before: &str) -> Result<(), String> {
        let version = |file: &Path| -> rusqlite::Result<(i64, bool)> {
            let connection = Connection::open(file)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            let sql = "SELECT user_version, EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'orders_by_order_date')
                           AND EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'order_texts')
                       FROM pragma_user_version";
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        };
        let names = fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().path());
        let is_kept = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(KEPT));
        let kept: Vec<PathBuf> = names.filter(is_kept).collect();
        for copy in &kept {
            if version(copy) != Ok((1, false)) || state_of(copy)? != before {
                return Err(format!("{} is not what the file was", copy.display()));
            }
        }
        match version(&self.file()) {
            Ok((1, false)) => Ok(()),
            Ok((newest, true)) if newest == newest_version() && !kept.is_empty() => Ok(()),
            other => {
                Err(format!("the version, and whether all is there of it, are {other:?}, with {} copies", kept.len()))
            }
        }
    }

    /// Returns the names in the folder that neither were there nor are the orders file's own.
    pub fn left_over(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        let is_known = |name: &String| {
            let is_input = inputs().any(|(input, _)| input == name);
            is_input
                || name.starts_with(KEPT)
                || (cfg!(feature = "cluster") && name == ".local")
                || ["orders.db", "orders.db-wal", "orders.db-shm", "copy.db", "mend.ndjson"].contains(&name.as_str())
        };
        names.filter(|name| !is_known(name)).collect()
    }
}

impl Ending {
    /// Runs a command to its end.
    pub fn of(mut command: Command) -> Ending {
        Ending::from(command.output().unwrap())
    }

    /// Runs a command to its end; none where that does not come within the limit.
    pub fn within(limit: Duration, mut command: Command) -> Option<Ending> {
        // Into files: a pipe holds up who writes much.
        let [mut stdout, mut stderr] = [(); 2].map(|()| tempfile::tempfile().unwrap());
        command.stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > limit {
                child.kill().unwrap();
                child.wait().unwrap();
                return None;
            }
            std::thread::sleep(Duration::from_micros(500));
        };
        let bytes = |file: &mut File| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).unwrap();
            bytes
        };
        Some(Ending::new(status, &bytes(&mut stdout), &bytes(&mut stderr)))
    }

    fn new(status: ExitStatus, stdout: &[u8], stderr: &[u8]) -> Ending {
        Ending {
            code: status.code(),
            signal: status.signal(),
            stdout: String::from_utf8_lossy(stdout).into_owned(),
            stderr: String::from_utf8_lossy(stderr).into_owned(),
        }
    }
}

impl From<Output> for Ending {
    fn from(output: Output) -> Ending {
        Ending::new(output.status, &output.stdout, &output.stderr)
    }
}

const SCHEMA: &str = include_str!("../../schema.sql");

/// Returns the version of the schema of the program.
fn newest_version() -> i64 {
    let (_, version) = SCHEMA.split_once("user_version = ").unwrap();
    version.split(';').next().unwrap().parse().unwrap()
}

/// Makes an empty file of the first version.
fn make_older(file: &Path) {
    let fixture = include_str!("../fixtures/schema-1.sql").lines().filter(|line| !line.starts_with("INSERT"));
    let connection = Connection::open(file).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    connection.execute_batch(&fixture.collect::<Vec<_>>().join("\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Puts the rows of another file into an older one, which has a column less here and there.
fn copy_rows(older: &Connection, newer: &Path) {
    older.execute("ATTACH ?1 AS newer", [newer.to_str().unwrap()]).unwrap();
    let list = |sql: &str| -> Vec<String> {
        let mut statement = older.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    older.execute_batch("PRAGMA foreign_keys = OFF; BEGIN").unwrap();
    for table in list("SELECT name FROM main.sqlite_schema WHERE type = 'table'") {
        let columns =
            list(&format!("SELECT '\"' || name || '\"' FROM pragma_table_info('{table}', 'main')")).join(", ");
        let sql = format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}");
        older.execute_batch(&sql).unwrap();
    }
    older.execute_batch("COMMIT; DETACH newer").unwrap();
}

/// Gives the orders in a file higher keys, so that they, or those after them, fill a row of the texts that a search looks
/// through.
pub fn number_anew(file: &Path, by: u32) {
    let sql = format!(
        "PRAGMA foreign_keys = OFF; UPDATE orders SET pk = pk + {by};
         UPDATE order_items SET order_pk = order_pk + {by}; UPDATE order_events SET order_pk = order_pk + {by};
         UPDATE order_sources SET order_pk = order_pk + {by}; UPDATE stock_movements SET order_pk = order_pk + {by};
         UPDATE payments SET order_pk = order_pk + {by}; UPDATE order_returns SET order_pk = order_pk + {by}"
    );
    Connection::open(file).unwrap().execute_batch(&sql).unwrap();
}

/// Makes the shop's file once, with the program itself: closed, and as a killed program leaves it.
fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut shop = Shop::new(Start::Missing);
        let run = |shop: &Shop, arguments: &[&str]| {
            let ending = Ending::of(shop.orders(arguments));
            assert_eq!(ending.code, Some(0), "the shop cannot be set up: orders {arguments:?}: {ending:#?}");
        };
        let take = |shop: &Shop, (reference, size): (&str, &str)| {
            let order = format!(
                r#"{{"orderReference":"{reference}","orderDate":"2026-02-04T10:30:00Z","customerName":"Omar","customerPhone":"+20101",
                "items":[{{"productId":"550e8400-e29b-41d4-a716-446655440000","quantity":2,"unitPrice":29.99,"selectedSize":"{size}"}},
                         {{"productId":"9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10","quantity":1,"unitPrice":18.75}}]}}"#
            );
            fs::write(shop.path("order.json"), order).unwrap();
            run(shop, &["--as", SELLER, "create", "order.json"]);
        };
        run(&shop, &["product", "import", "catalogue.json"]);
        run(&shop, &["user", "add", SELLER, "--role", "seller"]);
        take(&shop, HISTORY[0]);
        take(&shop, HISTORY[1]);
        take(&shop, HISTORY[2]);
        run(&shop, &["confirm", "LEG-SENT-0001", "--paid", "cash"]);
        run(&shop, &["set-status", "LEG-SENT-0001", "shipped"]);
        number_anew(&shop.file(), 251);
        shop.begin_to_read();
        take(&shop, HISTORY[3]);
        run(&shop, &["confirm", "LEG-KEPT-0001"]);
        run(&shop, &["pay", "LEG-KEPT-0001", "100", "cash", "--receipt", "R-1"]);
        let read = |shop: &Shop, name| fs::read(shop.path(name)).unwrap();
        let cut_off = |shop: &Shop| (read(shop, "orders.db"), read(shop, "orders.db-wal"));
        let newer_cut_off = cut_off(&shop);
        shop.end_reading();
        run(&shop, &["backup", "copy.db"]);
        let closed = read(&shop, "orders.db");
        number_anew(&shop.file(), 4);
        // The first version knew no payments.
        let unpaid = "DELETE FROM payments; DELETE FROM order_events WHERE kind = 'payment'; UPDATE orders SET paid = NULL";
        Connection::open(shop.file()).unwrap().execute_batch(unpaid).unwrap();
        fs::rename(shop.file(), shop.path("newer.db")).unwrap();
        make_older(&shop.file());
        shop.begin_to_read();
        let writer = Connection::open(shop.file()).unwrap();
        copy_rows(&writer, &shop.path("newer.db"));
        let older_cut_off = cut_off(&shop);
        shop.end_reading();
        drop(writer);
        let (backup, older) = (read(&shop, "copy.db"), read(&shop, "orders.db"));
        Files { closed, cut_off: newer_cut_off, backup, older, older_cut_off }
    })
}
