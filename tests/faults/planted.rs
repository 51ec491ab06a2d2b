//! Errors planted in a copy of the program, each of which one of the other faults has to find.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;

use crate::fault::{Plan, Row};

/// An error that a programmer could make.
struct Planted {
    name: &'static str,
    /// Which fault finds it.
    found_by: &'static str,
    edits: &'static [Edit],
}

/// One change of the source: in this file, this text, which is there once, becomes that one.
struct Edit(&'static str, &'static str, &'static str);

const STORE: &str = "src/store/mod.rs";
const OPEN: &str = "src/store/open.rs";
const STOCK: &str = "src/store/stock.rs";
const CONFIRM: &str = "src/commands/confirm/mod.rs";

const PLANTED: [Planted; 6] = [
    Planted {
        name: "no transaction",
        found_by: "killed",
        edits: &[
            Edit(
                STORE,
                "let newest = Newest::of(&transaction)",
                "transaction.execute_batch(\"COMMIT\").map_err(not_written)?; let newest = Newest::of(&transaction)",
            ),
            Edit(
                STORE,
                "match transaction.commit().map_err(StoreError::from) {",
                "drop(transaction); match Ok::<(), StoreError>(()) {",
            ),
        ],
    },
    Planted {
        name: "a deferred transaction",
        found_by: "crowd",
        edits: &[Edit(
            STORE,
            "transaction_with_behavior(TransactionBehavior::Immediate).map_err(not_written)",
            "transaction_with_behavior(TransactionBehavior::Deferred).map_err(not_written)",
        )],
    },
    Planted {
        name: "synchronous=NORMAL",
        found_by: "power_loss",
        edits: &[Edit(OPEN, "\"synchronous\", \"FULL\"", "\"synchronous\", \"NORMAL\"")],
    },
    Planted {
        name: "synchronous=OFF",
        found_by: "power_loss",
        edits: &[Edit(OPEN, "\"synchronous\", \"FULL\"", "\"synchronous\", \"OFF\"")],
    },
    Planted {
        name: "printing before committing",
        found_by: "killed",
        edits: &[Edit(
            CONFIRM,
            "context.write(&mut store, |write| call.confirm(write))?;",
            "{
                let ui = crate::ui::Ui::new(false, false, crate::ui::ColorChoice::Never);
                context.write(&mut store, |write| {
                    let endings = call.confirm(write)?;
                    ui.print(\"confirmed\\n\")?;
                    Ok(endings)
                })?
            };",
        )],
    },
    Planted {
        name: "stock checked outside the transaction",
        found_by: "crowd",
        edits: &[
            Edit(
                CONFIRM,
                "context.write(&mut store, |write| call.confirm(write))?;",
                "{
                    let decided = store.read(|read| call.decide(read))?;
                    context.write(&mut store, |write| call.confirm(decided, write))?
                };",
            ),
            Edit(
                CONFIRM,
                "fn confirm(&self, write: &Write<'_>)",
                "fn confirm(&self, decided: Vec<Decision>, write: &Write<'_>)",
            ),
            Edit(CONFIRM, "for decision in self.decide(write)? {", "for decision in decided {"),
            // Without the second nets too.
            Edit(STOCK, " AND on_hand + :delta >= 0", ""),
            Edit("schema.sql", "on_hand    INTEGER NOT NULL CHECK (on_hand >= 0),", "on_hand    INTEGER NOT NULL,"),
        ],
    },
];

/// How many seeds a fault has to find what is planted.
const SEEDS: u64 = 10;

/// Plants each error, and holds that its fault finds it; in the long version only, for each is built.
pub fn planted(plan: &Plan) -> Result<Row, Failed> {
    let mut faults = 0;
    let mut left_out = Vec::new();
    if !plan.is_long {
        return Ok(Row { fault: "planted", tried: "in the long version only".to_owned(), faults });
    }
    for planted in &PLANTED {
        let Planted { name, found_by, edits } = planted;
        if !crate::FAULTS.iter().any(|(fault, _)| fault == found_by) {
            println!("SKIPPED planted, {name}: there is no fault {found_by}");
            left_out.push(*name);
            continue;
        }
        // Without the error, the fault finds nothing.
        let program = build(&[])?;
        if is_found(&program, found_by, plan.seed)? {
            return Err(format!("{found_by} finds something where nothing is planted").into());
        }
        let program = build(edits)?;
        let mut seeds = (plan.seed..).take(usize::try_from(SEEDS)?);
        let found =
            seeds.try_fold(false, |found, seed| Ok::<_, Failed>(found || is_found(&program, found_by, seed)?))?;
        if !found {
            return Err(format!("{name} is planted, and {found_by} does not find it").into());
        }
        println!("planted: {name}: {found_by} finds it");
        faults += 1;
    }
    let left_out = if left_out.is_empty() { String::new() } else { format!("; SKIPPED: {}", left_out.join(", ")) };
    Ok(Row { fault: "planted", tried: format!("errors in the program, each found{left_out}"), faults })
}

/// Builds the program from a copy of its source with some edits.
fn build(edits: &[Edit]) -> Result<PathBuf, Failed> {
    // Always the same place, so that what the program is built on is built once.
    let room = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted");
    let (source, target) = (room.join("source"), room.join("target"));
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    copy(Path::new(env!("CARGO_MANIFEST_DIR")), &source)?;
    for Edit(file, old, new) in edits {
        let path = source.join(file);
        let text = fs::read_to_string(&path)?;
        let count = text.matches(old).count();
        if count != 1 {
            return Err(format!("{file} has {count} times {old:?}, not once").into());
        }
        fs::write(path, text.replace(old, new))?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--offline", "--locked", "--bin", "orders"]).current_dir(&source);
    let output = build.env("CARGO_TARGET_DIR", &target).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(target.join("debug").join("orders"))
}

/// Copies a folder, without what was built in it and without its history.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        if name == "target" || name == ".git" {
            continue;
        }
        if kind.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else if kind.is_file() {
            fs::write(to.join(name), fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

/// Tells whether the short version of a fault fails on a program.
fn is_found(program: &Path, fault: &str, seed: u64) -> Result<bool, Failed> {
    let mut run = Command::new(std::env::current_exe()?);
    run.args([fault, "--exact"]).env("ORDERS_BINARY", program).env("ORDERS_SEED", seed.to_string());
    let output = run.env("ORDERS_FAULTS", "short").env("RUST_BACKTRACE", "0").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.contains("SKIPPED") {
        return Err(format!("{fault} was not tried: {text}").into());
    }
    // It is to break a promise: where the ground could not even be laid, nothing is proved.
    match text.contains("test panicked") {
        true => Err(text.into()),
        false => Ok(!output.status.success()),
    }
}
