//! Damaged files: whatever bytes are where an orders file should be, the program refuses them, finds the damage or is still
//! right; it never crashes, never hangs, and leaves what it refuses as it was.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use libtest_mimic::Failed;
use rusqlite::Connection;

use crate::fault::{Plan, Row};

const PAGE: usize = 4096;
/// Far longer than any run takes.
const A_HANG: Duration = Duration::from_secs(60);

/// Commands that read, and then those that write. `{new}` is a path where nothing is, `{order}` a file with an order.
const READING: &[&str] = &[
    "check",
    "list --limit 0",
    "list --items --json",
    "list --search shirt --product BLT-01",
    "show LEG-LXYZ1234-AB5C LEG-MLB63A8W-0QTZ --json",
    "history LEG-LXYZ1234-AB5C",
    "message LEG-LXYZ1234-AB5C",
    "product list",
    "product show SKU-12345 --json",
    "product history SKU-12345",
    "user list",
    "config",
    "backup {new}",
    "--as mona my-orders",
    "--as mona list",
    "confirm LEG-00007 --dry-run",
    "import {order} --dry-run",
];
const WRITING: &[&str] = &[
    "create {order}",
    "import {order}",
    "confirm LEG-00007 LEG-00008",
    "confirm LEG-00009 LEG-LXYZ1234-AB5C --keep-going",
    "set-status LEG-LXYZ1234-AB5C shipped",
    "cancel LEG-LXYZ1234-AB5C --note back",
    "edit LEG-00010 --name Mona --item 1 --quantity 2",
    "product add --name Cap --price 5 --stock 3",
    "product set BLT-01 --price 20",
    "product adjust BLT-01 +2 --note delivery",
    "product count BLT-01 700 --note counted",
    "product remove PL-220",
    "user add omar --role buyer",
    "user remove mona",
    "config shopName Lego",
];

/// Damages files in every way that is drawn, then puts in a file's place everything else that can stand there.
pub fn damaged(plan: &Plan) -> Result<Row, Failed> {
    let ground = Ground::lay();
    let count = plan.size(40, 20_000);
    let mut rng = Rng::with_seed(plan.seed);
    let mut came = Came::default();
    for number in 0..count {
        // One seed a damage, so that each can be drawn by itself.
        let drawn = rng.u64(..);
        ground
            .damage_and_hold(&mut Rng::with_seed(drawn), &mut came)
            .map_err(|broken| format!("seed {}, damage {number}: {broken}", plan.seed))?;
    }
    let ours = |broken| format!("seed {}: {broken}", plan.seed);
    let strange =
        ground.hold_strange(plan, &mut rng).map_err(ours)? + ground.hold_forbidden(plan, &mut rng).map_err(ours)?;
    let Came { refused, found, right } = came;
    Ok(Row {
        fault: "damaged file",
        tried: format!(
            "{count} damages drawn ({refused} refused, {found} found by check, {right} without effect on any figure), \
             {strange} commands on what is no file of ours"
        ),
        faults: count + strange,
    })
}

/// What came of the damages.
#[derive(Default)]
struct Came {
    refused: u64,
    found: u64,
    right: u64,
}

/// An orders file as bytes, with its log.
#[derive(Clone, PartialEq, Eq)]
struct Bytes {
    file: Vec<u8>,
    log: Option<Vec<u8>>,
}

/// The files that are damaged, and every state that they may rightly be in.
struct Ground {
    folder: tempfile::TempDir,
    files: Vec<(&'static str, Bytes)>,
    /// The figures after each change: what is in a damaged log may be lost, but never half of a change.
    states: Vec<String>,
}

/// What a run did.
#[derive(Debug)]
struct Done {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn log_of(file: &Path) -> PathBuf {
    beside(file, "-wal")
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = file.into();
    name.push(suffix);
    name.into()
}

impl Bytes {
    fn of(file: &Path) -> Bytes {
        Bytes { file: fs::read(file).unwrap(), log: fs::read(log_of(file)).ok() }
    }

    /// Writes them into an empty folder of their own.
    fn put(&self, folder: &Path) -> PathBuf {
        fs::create_dir(folder).unwrap();
        let file = folder.join("orders.db");
        fs::write(&file, &self.file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        if let Some(log) = &self.log {
            fs::write(log_of(&file), log).unwrap();
        }
        file
    }
}

impl Ground {
    fn lay() -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let shipped = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        fs::copy(shipped("order.json"), folder.path().join("first.json")).unwrap();
        let new = fs::read_to_string(shipped("order.json")).unwrap().replace("LXYZ1234", "NEW");
        fs::write(folder.path().join("order.json"), new).unwrap();
        let many: String = (0..60)
            .map(|number| {
                format!(
                    r#"{{"orderReference":"LEG-{number:05}","orderDate":"2026-02-04T10:30:00Z","customerName":"ليلى حسن {number}","customerPhone":"+20{number}","items":[{{"productId":"9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10","quantity":1,"unitPrice":18.75}}]}}"#
                ) + "\n"
            })
            .collect();
        fs::write(folder.path().join("many.ndjson"), many).unwrap();
        let file = folder.path().join("orders.db");
        let ground = Ground { folder, files: Vec::new(), states: Vec::new() };
        let catalogue = shipped("catalogue.json").display().to_string();
        let run = |line: &str| {
            let words: Vec<&str> =
                line.split(' ').map(|word| if word == "{catalogue}" { &catalogue } else { word }).collect();
            let done = ground.run(&file, &words, None).unwrap();
            assert_eq!(done.code, Some(0), "{line}: {done:?}");
        };
        for line in [
            "product import {catalogue}",
            "product adjust BLT-01 +500 --note delivery",
            "user add mona --role buyer",
            "config timeZone Africa/Cairo",
            "create first.json",
            "import many.ndjson",
            "confirm LEG-LXYZ1234-AB5C LEG-00001 LEG-00002 LEG-00003",
            "cancel LEG-00002 --note back",
            "edit LEG-00003 --name Mona",
        ] {
            run(line);
        }
        let clean = Bytes::of(&file);
        let mut states = vec![figures(&file).unwrap()];
        run("backup copy.db");
        let backup = Bytes::of(&ground.folder.path().join("copy.db"));
        // As programs that were killed leave it: the last changes are in the log.
        let reader = Connection::open(&file).unwrap();
        reader.query_row("SELECT COUNT(*) FROM orders", [], |row| row.get::<_, i64>(0)).unwrap();
        for line in ["confirm LEG-00004 LEG-00005", "product count BLT-01 480 --note counted", "cancel LEG-00005"] {
            run(line);
            states.push(figures(&file).unwrap());
        }
        let logged = Bytes::of(&file);
        assert!(logged.log.as_ref().is_some_and(|log| log.len() > PAGE), "the log holds something");
        drop(reader);
        Ground { files: vec![("clean", clean), ("logged", logged), ("backup", backup)], states, ..ground }
    }

    /// Runs the program on a file to its end, which is to come; as another user where `user` runs it.
    fn run(&self, file: &Path, words: &[&str], user: Option<&[&str]>) -> Result<Done, String> {
        let program = std::env::var_os("ORDERS_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_orders").into());
        let mut command = match user {
            None => Command::new(program),
            Some(start) => {
                // Where another user finds it too.
                let copy = self.folder.path().join("orders");
                if !copy.exists() {
                    fs::copy(&program, &copy).unwrap();
                }
                let mut command = Command::new(start[0]);
                command.args(&start[1..]).arg(copy);
                command
            }
        };
        let (mut stdout, mut stderr) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        command
            .env_clear()
            .env("ORDERS_DB", file)
            .env("ORDERS_NOW", "2026-02-07T08:00:00Z")
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.current_dir(self.folder.path()).args(["--wait", "0"]).args(words);
        command.stdin(Stdio::null()).stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > A_HANG {
                child.kill().unwrap();
                child.wait().unwrap();
                return Err(format!("{words:?} hangs"));
            }
            std::thread::sleep(Duration::from_micros(500));
        };
        let text = |file: &mut File| {
            let mut text = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut text)).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        };
        let done = Done { code: status.code(), stdout: text(&mut stdout), stderr: text(&mut stderr) };
        match done.code {
            None | Some(101) => Err(format!("{words:?} crashed ({status}): {}", done.stderr)),
            _ if done.stderr.contains("panicked") => Err(format!("{words:?} panicked: {}", done.stderr)),
            Some(7) => Err(format!("{words:?} says that the file is in use: {}", done.stderr)),
            _ => Ok(done),
        }
    }

    /// Fills in what a command needs and runs it.
    fn run_line(&self, file: &Path, line: &str, user: Option<&[&str]>) -> Result<Done, String> {
        let new = file.with_file_name("new.db");
        let _ = fs::remove_file(&new);
        let (new, order) = (new.display().to_string(), self.folder.path().join("order.json").display().to_string());
        let filled = |word| match word {
            "{new}" => new.clone(),
            "{order}" => order.clone(),
            word => word.to_owned(),
        };
        let words: Vec<String> = line.split(' ').map(filled).collect();
        self.run(file, &words.iter().map(String::as_str).collect::<Vec<_>>(), user)
    }

    /// Draws a damage and two commands, and holds what must hold of them.
    fn damage_and_hold(&self, rng: &mut Rng, came: &mut Came) -> Result<(), String> {
        let (name, whole) = &self.files[rng.usize(..self.files.len())];
        let mut bytes = whole.clone();
        let what = damage(&mut bytes, rng);
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let at = |what: &str| bytes.put(&folder.path().join(what));
        let lines = [READING[rng.usize(..READING.len())], WRITING[rng.usize(..WRITING.len())]];
        let judge = || -> Result<Option<bool>, String> {
            let file = at("checked");
            let checked = self.run_line(&file, "check", None)?;
            Ground::hold_untouched(&file, &bytes, &checked)?;
            let is_right = match checked.code {
                Some(0) => {
                    let figures = figures(&file).map_err(|error| format!("check is silent, but {error}"))?;
                    if !self.states.contains(&figures) {
                        return Err("check is silent, but the figures are others".to_owned());
                    }
                    Some(true)
                }
                Some(10) => Some(false),
                Some(1) => None,
                code => return Err(format!("check ended with {code:?}: {}", checked.stderr)),
            };
            for (place, line) in ["read", "written"].iter().zip(lines) {
                let file = at(place);
                let done = self.run_line(&file, line, None)?;
                let ours = |error| format!("{line}: {error}");
                Ground::hold_untouched(&file, &bytes, &done).map_err(ours)?;
                if done.code == Some(0) && is_right == Some(true) {
                    let checked = self.run_line(&file, "check", None)?;
                    if checked.code != Some(0) {
                        return Err(format!("after {line} check says {}{}", checked.stdout, checked.stderr));
                    }
                }
            }
            Ok(is_right)
        };
        match judge().map_err(|broken| format!("{name} file, {what}: {broken}"))? {
            None => came.refused += 1,
            Some(false) => came.found += 1,
            Some(true) => came.right += 1,
        }
        Ok(())
    }

    /// Holds that what was refused is as it was, byte for byte; a log that was read may have been moved into its file.
    fn hold_untouched(file: &Path, before: &Bytes, done: &Done) -> Result<(), String> {
        if done.code != Some(1) {
            return Ok(());
        }
        let after = Bytes::of(file);
        let has_log = |bytes: &Bytes| bytes.log.as_ref().is_some_and(|log| !log.is_empty());
        if after.file == before.file && (has_log(before) == has_log(&after) || !has_log(before)) {
            return Ok(());
        }
        // The damage was met on the way, in a file that had been taken for ours: its log may have been moved into it, and
        // the first writer of a backup has marked that as one that keeps a log.
        let was_taken = ["is damaged", "cannot be used"].iter().any(|words| done.stderr.contains(words));
        let is_mark = |at: usize| matches!(at, 18..20 | 24..28 | 92..96);
        let differ = |at: &usize| after.file.get(*at) != before.file.get(*at);
        let is_marked = after.file.len() == before.file.len() && (0..after.file.len()).filter(differ).all(is_mark);
        if was_taken && (has_log(before) || is_marked) {
            return Ok(());
        }
        let differing = after.file.iter().zip(&before.file).filter(|(a, b)| a != b).count();
        let lengths = (before.file.len(), after.file.len());
        Err(format!("refused and changed ({differing} bytes, {lengths:?}): {}", done.stderr))
    }
}

/// Returns the figures of a file, as SQLite itself reads them: stock, and of each order its status and sums.
fn figures(file: &Path) -> Result<String, String> {
    let connection = Connection::open(file).map_err(|error| error.to_string())?;
    let sql = "SELECT group_concat(line, ' ') FROM (
                   SELECT product_id || size_key || on_hand AS line FROM stock
                   UNION ALL SELECT pk || status || ':' || total || ':' || item_count FROM orders
                   UNION ALL SELECT order_pk || product_id || quantity || ':' || unit_price || ':' || subtotal
                             FROM order_items
                   ORDER BY 1)";
    connection.query_row(sql, [], |row| row.get(0)).map_err(|error| error.to_string())
}

/// Damages a file in a way that is drawn, and says how.
fn damage(bytes: &mut Bytes, rng: &mut Rng) -> String {
    if let Some(log) = bytes.log.as_mut().filter(|_| rng.bool()) {
        return format!("log: {}", damage_bytes(log, rng));
    }
    if rng.u8(..8) == 0 {
        let (at, value) = (rng.usize(..100), rng.u8(..));
        bytes.file[at] = value;
        return format!("byte {at} of the header is {value}");
    }
    damage_bytes(&mut bytes.file, rng)
}

fn damage_bytes(bytes: &mut Vec<u8>, rng: &mut Rng) -> String {
    let page = rng.usize(..bytes.len().div_ceil(PAGE));
    let range = page * PAGE..((page + 1) * PAGE).min(bytes.len());
    match rng.u8(..8) {
        0 | 1 => {
            let flips: Vec<(usize, u8)> =
                (0..rng.usize(1..=8)).map(|_| (rng.usize(..bytes.len()), rng.u8(..8))).collect();
            for (at, bit) in &flips {
                bytes[*at] ^= 1 << bit;
            }
            format!("bits flipped: {flips:?}")
        }
        2 => {
            rng.fill(&mut bytes[range]);
            format!("page {page} is noise")
        }
        3 => {
            let value = [0, 0xff, 0x55][rng.usize(..3)];
            bytes[range].fill(value);
            format!("page {page} is all {value:#x}")
        }
        4 => {
            let from = rng.usize(..bytes.len());
            let copy: Vec<u8> = bytes.iter().cycle().skip(from / PAGE * PAGE).take(range.len()).copied().collect();
            bytes[range].copy_from_slice(&copy);
            format!("page {page} is that from {}", from / PAGE)
        }
        5 => {
            bytes.truncate(rng.usize(..bytes.len()));
            format!("cut to {} bytes", bytes.len())
        }
        6 => {
            let length = rng.usize(1..3 * PAGE);
            let more: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(length).collect();
            bytes.extend(more);
            format!("{length} bytes more")
        }
        _ => {
            let at = rng.usize(..bytes.len());
            let end = (at + rng.usize(1..512)).min(bytes.len());
            rng.fill(&mut bytes[at..end]);
            format!("bytes {at} to {end} are noise")
        }
    }
}

/// What must come of a command on something strange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// It is refused, and left as it was.
    Refused,
    /// It is refused, but for a command that makes files, which makes one.
    Completed,
    /// It is refused and left as it was, or the program is right.
    RefusedOrRight,
}

impl Ground {
    fn bytes_of(&self, name: &str) -> &Bytes {
        &self.files.iter().find(|(known, _)| *known == name).unwrap().1
    }

    /// Puts everything strange in the place of a file, and runs every command on each; returns how many that were.
    #[allow(clippy::too_many_lines, reason = "one long table")]
    fn hold_strange(&self, plan: &Plan, rng: &mut Rng) -> Result<u64, String> {
        type Make<'a> = Box<dyn Fn(&Path) + 'a>;
        let clean = self.bytes_of("clean");
        let with = |change: fn(&mut Vec<u8>)| -> Make<'_> {
            Box::new(move |file| {
                let mut bytes = clean.file.clone();
                change(&mut bytes);
                fs::write(file, bytes).unwrap();
            })
        };
        let put = |bytes: &Bytes, file: &Path| {
            fs::write(file, &bytes.file).unwrap();
            if let Some(log) = &bytes.log {
                fs::write(log_of(file), log).unwrap();
            }
        };
        let beside_clean = |suffix: &'static str, make: fn(&Path)| -> Make<'_> {
            Box::new(move |file| {
                put(clean, file);
                make(&beside(file, suffix));
            })
        };
        let fifo = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        let (foreign_log, foreign_journal) = (foreign_log(), foreign_journal());
        let strange: Vec<(&str, Expected, Make<'_>)> = vec![
            ("another magic", Expected::Refused, with(|bytes| bytes[..16].copy_from_slice(b"SQLite format 4\0"))),
            ("zero length", Expected::Completed, with(Vec::clear)),
            ("a newer version", Expected::Refused, with(|bytes| bytes[60..64].copy_from_slice(&99_i32.to_be_bytes()))),
            ("a version below all", Expected::Refused, with(|bytes| bytes[60..64].fill(0))),
            ("another program's", Expected::Refused, with(|bytes| bytes[68..72].copy_from_slice(b"GPKG"))),
            ("text", Expected::Refused, with(|bytes| *bytes = b"orderReference,total\nLEG-1,5\n".to_vec())),
            ("a folder", Expected::Refused, Box::new(|file| fs::create_dir(file).unwrap())),
            ("a fifo", Expected::Refused, Box::new(fifo)),
            ("a device", Expected::Refused, Box::new(|file| symlink("/dev/zero", file).unwrap())),
            (
                "a socket",
                Expected::Refused,
                Box::new(|file| drop(std::os::unix::net::UnixListener::bind(file).unwrap())),
            ),
            (
                "a hard link",
                Expected::Refused,
                Box::new(|file| {
                    put(clean, file);
                    fs::hard_link(file, file.with_file_name("second.db")).unwrap();
                }),
            ),
            (
                "a dangling symbolic link",
                Expected::Refused,
                Box::new(|file| symlink(file.with_file_name("missing.db"), file).unwrap()),
            ),
            ("a symbolic link to itself", Expected::Refused, Box::new(|file| symlink(file, file).unwrap())),
            (
                "a log that is noise",
                Expected::RefusedOrRight,
                beside_clean("-wal", |path| fs::write(path, [0x55; 9000]).unwrap()),
            ),
            (
                "a log that is a folder",
                Expected::RefusedOrRight,
                beside_clean("-wal", |path| fs::create_dir(path).unwrap()),
            ),
            ("a log that is a fifo", Expected::RefusedOrRight, beside_clean("-wal", fifo)),
            (
                "a stray index of the log",
                Expected::RefusedOrRight,
                beside_clean("-shm", |path| fs::write(path, [0xaa; 32768]).unwrap()),
            ),
            (
                "an index that is a folder",
                Expected::RefusedOrRight,
                beside_clean("-shm", |path| fs::create_dir(path).unwrap()),
            ),
            ("an index that is a fifo", Expected::RefusedOrRight, beside_clean("-shm", fifo)),
            (
                "a journal that is noise",
                Expected::RefusedOrRight,
                beside_clean("-journal", |path| fs::write(path, [0x55; 9000]).unwrap()),
            ),
            (
                "a journal that is a folder",
                Expected::RefusedOrRight,
                beside_clean("-journal", |path| fs::create_dir(path).unwrap()),
            ),
            ("a journal that is a fifo", Expected::RefusedOrRight, beside_clean("-journal", fifo)),
            (
                "the journal of another file",
                Expected::RefusedOrRight,
                Box::new(|file| {
                    put(clean, file);
                    fs::write(beside(file, "-journal"), &foreign_journal).unwrap();
                }),
            ),
            (
                "a backup beside the log of another file",
                Expected::RefusedOrRight,
                Box::new(|file| {
                    put(self.bytes_of("backup"), file);
                    fs::write(log_of(file), &foreign_log).unwrap();
                }),
            ),
            (
                "a backup beside the log of the file that it replaced",
                Expected::RefusedOrRight,
                Box::new(|file| {
                    put(self.bytes_of("backup"), file);
                    fs::write(log_of(file), self.bytes_of("logged").log.as_ref().unwrap()).unwrap();
                }),
            ),
        ];
        let mut tried = 0;
        for (what, expected, make) in &strange {
            // The short version draws some commands of each; both kinds are among them.
            for lines in [READING, WRITING] {
                let mut lines = lines.to_vec();
                rng.shuffle(&mut lines);
                lines.truncate(plan.size(1, lines.len()));
                for line in lines {
                    self.hold_one(*expected, make.as_ref(), line, None)
                        .map_err(|broken| format!("{what}: {line}: {broken}"))?;
                    tried += 1;
                }
            }
        }
        Ok(tried)
    }

    /// Runs commands as somebody who may not use the file; returns how many that were.
    fn hold_forbidden(&self, plan: &Plan, rng: &mut Rng) -> Result<u64, String> {
        let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let probe = self.folder.path().join("probe");
        fs::write(&probe, "").unwrap();
        set_mode(&probe, 0o000);
        // Who may open this may open everything, and has to become somebody else.
        let may_everything = File::open(&probe).is_ok();
        const NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        if may_everything {
            let works = Command::new(NOBODY[0]).args(&NOBODY[1..]).arg("true").status().is_ok_and(|end| end.success());
            if !works && std::env::var_os("ORDERS_SKIP_NOTHING").is_some_and(|value| value == "1") {
                return Err("setpriv is missing, and nothing is to be skipped".to_owned());
            }
            if !works {
                eprintln!("SKIPPED files without permission: this user may open everything, and there is no setpriv");
                return Ok(0);
            }
            set_mode(self.folder.path(), 0o755);
        }
        let user = may_everything.then_some(&NOBODY[..]);
        let clean = self.bytes_of("clean");
        let mut tried = 0;
        for (what, file_mode, folder_mode) in [
            ("a file that may not be read", 0o000, 0o755),
            ("a file that may not be written", 0o444, 0o755),
            ("a folder that may not be written", 0o666, 0o555),
        ] {
            let make = |file: &Path| {
                fs::write(file, &clean.file).unwrap();
                set_mode(file, file_mode);
                set_mode(file.parent().unwrap(), folder_mode);
            };
            let mut lines = [READING, WRITING].concat();
            rng.shuffle(&mut lines);
            lines.truncate(plan.size(2, lines.len()));
            for line in lines {
                self.hold_one(Expected::Refused, &make, line, user)
                    .map_err(|broken| format!("{what}: {line}: {broken}"))?;
                tried += 1;
            }
        }
        Ok(tried)
    }

    fn hold_one(
        &self,
        expected: Expected,
        make: &dyn Fn(&Path),
        line: &str,
        user: Option<&[&str]>,
    ) -> Result<(), String> {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let file = folder.path().join("orders.db");
        make(&file);
        let before = listing(folder.path());
        let done = self.run_line(&file, line, user)?;
        // Commands that may make a file complete one that is empty.
        let makes = ["create {order}", "import {order}", "product add", "user add", "config shopName"];
        match (done.code, expected) {
            (Some(1), _) if !done.stderr.contains("error: ") && !done.stderr.contains(r#""success":false"#) => {
                Err(format!("refused without a word of ours: {}", done.stderr))
            }
            (Some(1), _) => {
                let after = listing(folder.path());
                if after != before {
                    return Err(format!("refused and changed from {before:?} to {after:?}: {}", done.stderr));
                }
                Ok(())
            }
            // An empty file holds no product yet.
            (Some(0 | 4), Expected::Completed) if makes.iter().any(|start| line.starts_with(start)) => Ok(()),
            (_, Expected::RefusedOrRight) => {
                let checked = self.run_line(&file, "check", user)?;
                match checked.code {
                    Some(0) => Ok(()),
                    _ => Err(format!("not refused, and then check says: {}{}", checked.stdout, checked.stderr)),
                }
            }
            (code, _) => Err(format!("ended with {code:?}: {}{}", done.stdout, done.stderr)),
        }
    }
}

/// Returns what is in a folder: names, kinds, and the content of files. The index of a log holds nothing, and a log
/// without a byte neither.
fn listing(folder: &Path) -> Vec<(String, String)> {
    let mut listing: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let kind = entry.file_type().unwrap();
            let content = if kind.is_file() {
                // What may not be read may not be changed either.
                let bytes = fs::read(entry.path()).unwrap_or_default();
                let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
                format!("{} bytes, {sum:x}", bytes.len())
            } else {
                format!("{kind:?}")
            };
            (entry.file_name().into_string().unwrap(), content)
        })
        .filter(|(name, content)| !(name.ends_with("-shm") || name.ends_with("-wal") && content.starts_with("0 bytes")))
        .collect();
    listing.sort();
    listing
}

/// Returns the log of a file of another program, with pages in it.
fn foreign_log() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.db");
    let other = Connection::open(&file).unwrap();
    other.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0)).unwrap();
    other.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(20000));").unwrap();
    fs::read(log_of(&file)).unwrap()
}

/// Returns the journal of a file of another program, in the middle of a change.
fn foreign_journal() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.db");
    let other = Connection::open(&file).unwrap();
    other
        .execute_batch(
            "CREATE TABLE t (x);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
             INSERT INTO t SELECT randomblob(3000) FROM n;
             PRAGMA cache_size = 2; PRAGMA cache_spill = 1;
             BEGIN; UPDATE t SET x = randomblob(3000);",
        )
        .unwrap();
    let journal = fs::read(beside(&file, "-journal")).unwrap();
    assert!(journal.len() > PAGE && journal[0] != 0, "the journal is hot");
    journal
}
