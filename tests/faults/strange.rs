//! Strange things in the place of an orders file or beside it: the program refuses them and leaves them as they were, or is
//! right in spite of them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;
use rusqlite::Connection;

use crate::fault::{Plan, Row};
use crate::ground::{Deed, Ground, PAGE, READING, WRITING, beside, run, shop};
use crate::shop::{Ending, Shop};

/// What must come of a command on something strange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// It is refused, and left as it was.
    Refused,
    /// It is refused, but for a command that makes files, which makes one.
    Completed,
    /// It is refused and left as it was, or the program is right.
    RefusedOrRight,
}

/// Something strange: its name, what must come of it, and how it is put there.
type Strange<'a> = (&'static str, Expected, Box<dyn Fn(&Path) + Sync + 'a>);

/// Puts everything strange in the place of a file, and runs every command on each.
pub fn strange(plan: &Plan) -> Result<Row, Failed> {
    let ground = Ground::get();
    let things = things(ground);
    let mut random = plan.random("strange");
    let mut tries = Vec::new();
    for thing in &things {
        // The short version draws some commands of each; both kinds are among them.
        tries.extend(plan.sample(&mut random, 1, READING.into_iter().map(|line| (thing, line))));
        tries.extend(plan.sample(&mut random, 1, WRITING.into_iter().map(|line| (thing, line))));
    }
    let faults = plan.try_all(&tries, |((what, expected, make), line)| {
        let shop = shop();
        make(&shop.file());
        hold(ground, &shop, *expected, line)
            .map_err(|broken| format!("{what}: {line}: {broken}\nthe files are kept in {}", shop.keep().display()))
    })?;
    Ok(Row {
        fault: "strange file",
        tried: format!("commands on {} things that are no file of ours", things.len()),
        faults,
    })
}

fn hold(ground: &Ground, shop: &Shop, expected: Expected, line: &'static str) -> Result<(), String> {
    let before = listing(shop.folder());
    let ending = run(shop, line)?;
    if ending.code == Some(1) {
        return hold_refused(shop, &before, &ending);
    }
    match expected {
        Expected::Refused => Err(format!("it is not refused: {ending:#?}")),
        Expected::Completed => {
            let makes = ["create ", "import ", "product add", "user add", "config shopName", "config countryCode"];
            // An empty file holds no product yet.
            let is_made = matches!(ending.code, Some(0 | 4)) && makes.iter().any(|start| line.starts_with(start));
            if is_made { Ok(()) } else { Err(format!("it should be refused: {ending:#?}")) }
        }
        Expected::RefusedOrRight => hold_right(ground, shop, &ending, line),
    }
}

/// Holds that what was refused is as it was, and that it was refused in words of ours.
pub fn hold_refused(shop: &Shop, before: &[(String, String)], ending: &Ending) -> Result<(), String> {
    if !ending.stderr.contains("error: ") && !ending.stderr.contains(r#""success":false"#) {
        return Err(format!("it is refused without a word of ours: {ending:#?}"));
    }
    let after = listing(shop.folder());
    if after == before {
        Ok(())
    } else {
        Err(format!("it is refused and changed from {before:?} to {after:?}: {ending:#?}"))
    }
}

/// Holds that a command did what it does on the file that nothing strange is beside.
fn hold_right(ground: &Ground, shop: &Shop, ending: &Ending, line: &str) -> Result<(), String> {
    let right = &ground.states[0].does[line];
    let deed = Deed::of(shop, ending)?;
    if deed != *right {
        return Err(format!("it should be {right:#?}, not {deed:#?}: {ending:#?}"));
    }
    let checked = run(shop, "check")?;
    if checked.code == Some(0) { Ok(()) } else { Err(format!("and then check says: {checked:#?}")) }
}

/// Returns everything that can stand in the place of an orders file or beside one.
fn things(ground: &Ground) -> Vec<Strange<'_>> {
    let with = |change: fn(&mut Vec<u8>)| -> Box<dyn Fn(&Path) + Sync + '_> {
        Box::new(move |file| {
            let mut bytes = ground.clean.file.clone();
            change(&mut bytes);
            fs::write(file, bytes).unwrap();
        })
    };
    let beside_clean = |suffix: &'static str, make: fn(&Path)| -> Box<dyn Fn(&Path) + Sync + '_> {
        Box::new(move |file| {
            ground.clean.put(file);
            make(&beside(file, suffix));
        })
    };
    let fifo = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let (foreign_log, foreign_journal) = (foreign_log(), foreign_journal());
    vec![
        ("another magic", Expected::Refused, with(|bytes| bytes[..16].copy_from_slice(b"SQLite format 4\0"))),
        ("zero length", Expected::Completed, with(Vec::clear)),
        ("a newer version", Expected::Refused, with(|bytes| bytes[60..64].copy_from_slice(&99_i32.to_be_bytes()))),
        ("a version below all", Expected::Refused, with(|bytes| bytes[60..64].fill(0))),
        ("another program's", Expected::Refused, with(|bytes| bytes[68..72].copy_from_slice(b"GPKG"))),
        ("text", Expected::Refused, with(|bytes| *bytes = b"orderReference,total\nLEG-1,5\n".to_vec())),
        ("a folder", Expected::Refused, Box::new(|file| fs::create_dir(file).unwrap())),
        ("a fifo", Expected::Refused, Box::new(fifo)),
        ("a device", Expected::Refused, Box::new(|file| symlink("/dev/zero", file).unwrap())),
        ("a socket", Expected::Refused, Box::new(|file| drop(std::os::unix::net::UnixListener::bind(file).unwrap()))),
        (
            "a hard link",
            Expected::Refused,
            Box::new(|file| {
                ground.clean.put(file);
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
            Box::new(move |file| {
                ground.clean.put(file);
                fs::write(beside(file, "-journal"), &foreign_journal).unwrap();
            }),
        ),
        (
            "a backup beside the log of another file",
            Expected::RefusedOrRight,
            Box::new(move |file| {
                ground.backup.put(file);
                fs::write(beside(file, "-wal"), &foreign_log).unwrap();
            }),
        ),
        (
            "a backup beside the log of the file that it replaced",
            Expected::RefusedOrRight,
            Box::new(|file| {
                ground.backup.put(file);
                fs::write(beside(file, "-wal"), ground.logged.log.as_ref().unwrap()).unwrap();
            }),
        ),
    ]
}

/// Returns what is in a folder: names, kinds, and the content of files. The index of a log holds nothing, and a log
/// without a byte neither.
pub fn listing(folder: &Path) -> Vec<(String, String)> {
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
    fs::read(beside(&file, "-wal")).unwrap()
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
