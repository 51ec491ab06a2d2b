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
    /// The words in which it does.
    says: &'static str,
    edits: &'static [Edit],
}

/// One change of the source: in this file, this text, which is there once, becomes that one.
struct Edit(&'static str, &'static str, &'static str);

const COMMIT: &str = "src/store/commit.rs";
const TRANSACTION: &str = "src/store/transaction.rs";
const CONNECTION: &str = "src/store/connection.rs";
const LOCKED: &str = "src/store/locked.rs";
const ORDERS_FILES: &str = "src/store/orders_files.rs";
const STOCK: &str = "src/store/stock.rs";
const CONTEXT: &str = "src/commands/run/context.rs";
const CONFIRM: &str = "src/commands/confirm/mod.rs";
const CALL: &str = "src/commands/confirm/call.rs";
const RETURN: &str = "src/commands/returns/mod.rs";

const PLANTED: [Planted; 11] = [
    Planted {
        name: "no transaction",
        found_by: "killed",
        says: "the file is in between",
        edits: &[
            Edit(
                COMMIT,
                "let before = Token::last_in(&transaction)",
                "if outcome == Outcome::Commit { transaction.execute_batch(\"COMMIT\").map_err(StoreError::from)?; }
        let before = Token::last_in(&transaction)",
            ),
            Edit(
                COMMIT,
                "match transaction.commit().map_err(StoreError::from) {",
                "drop(transaction); match Ok::<(), StoreError>(()) {",
            ),
        ],
    },
    Planted {
        name: "a deferred transaction",
        found_by: "crowd",
        says: "is in use by another program",
        edits: &[Edit(
            TRANSACTION,
            "transaction_with_behavior(TransactionBehavior::Immediate)",
            "transaction_with_behavior(TransactionBehavior::Deferred)",
        )],
    },
    Planted {
        name: "synchronous=NORMAL",
        found_by: "power_loss",
        says: "what was acknowledged is not there",
        edits: &[Edit(CONNECTION, "\"synchronous\", \"FULL\"", "\"synchronous\", \"NORMAL\"")],
    },
    Planted {
        name: "synchronous=OFF",
        found_by: "power_loss",
        // It may damage the file, or lose what was acknowledged.
        says: "moment",
        edits: &[Edit(CONNECTION, "\"synchronous\", \"FULL\"", "\"synchronous\", \"OFF\"")],
    },
    Planted {
        name: "a refusal that is not synced",
        found_by: "power_loss",
        says: "what was acknowledged is not there",
        edits: &[Edit(CONTEXT, "store.sync()?;", "")],
    },
    Planted {
        name: "printing before committing",
        found_by: "killed",
        says: "it says that it is done, but nothing changed",
        edits: &[Edit(
            CONFIRM,
            "context.write(&mut store, |write| call.confirm(write))?;",
            "{
                context.write(&mut store, |write| {
                    let endings = call.confirm(write)?;
                    crate::ui::print(\"confirmed\\n\")?;
                    Ok(endings)
                })?
            };",
        )],
    },
    Planted {
        name: "a locked file that is closed",
        found_by: "locked",
        says: "closes a file on which it has",
        edits: &[
            Edit(
                ORDERS_FILES,
                "if is_at(&self.0, found) {",
                "if found.len() < u64::MAX {\n            return None;\n        }\n        if is_at(&self.0, found) {",
            ),
            Edit(LOCKED, "if is_in_use {", "if is_in_use && file.metadata().is_err() {"),
        ],
    },
    Planted {
        name: "a payment outside the transaction of its confirm",
        found_by: "killed",
        says: "the file is in between",
        edits: &[
            Edit(CALL, "Some(payment) => Some(enter_decided(write, payment, &without_note)?),", "Some(_) => None,"),
            Edit(
                CONFIRM,
                "context.write(&mut store, |write| call.confirm(write))?;",
                "context.write(&mut store, |write| call.confirm(write))?;
    for Confirmed { settled, .. } in outcomes.iter().flatten() {
        if let Some(payment) = &settled.payment {
            let audit = context.audit();
            context.write(&mut store, |write| Ok::<_, anyhow::Error>(write.record_payment(payment, &audit)?))?;
        }
    }",
            ),
        ],
    },
    Planted {
        name: "a refund outside the transaction of its return",
        found_by: "killed",
        says: "the file is in between",
        edits: &[Edit(
            RETURN,
            "let entered = refund.map(|refund| enter_refund(write, &order, refund, &audit)).transpose()?;
        anyhow::Ok((entered, write.orders(&[order.summary.pk])?.remove(0), write.settings()?))
    })?;",
            "let settings = write.settings()?;
        anyhow::Ok(((order.clone(), refund), order, settings))
    })?;
    let (before, refund) = entered;
    let entered = context.write(&mut store, |write| {
        refund.clone().map(|refund| enter_refund(write, &before, refund, &audit)).transpose()
    })?;",
        )],
    },
    Planted {
        name: "a return decided outside its transaction",
        found_by: "crowd",
        // It may be found by what was told, or by what the file says.
        says: "processes change",
        edits: &[
            Edit(
                RETURN,
                "let (entered, order, settings) = context.write(&mut store, |write| {",
                "let early = store.read(|read| {
        let order = find_order(read, &reference, &naming)?;
        let request = args.request(read)?;
        let (held, products) = facts(read, &order, &request)?;
        anyhow::Ok(decide(&order, &held, &products, &request, &mut &ids).map_err(Failure::from)?)
    })?;
    let (entered, order, settings) = context.write(&mut store, |write| {",
            ),
            Edit(
                RETURN,
                "let returned = decide(&order, &held, &products, &request, &mut &ids).map_err(Failure::from)?;
        if answer",
                "let returned = early.clone();
        if answer",
            ),
        ],
    },
    Planted {
        name: "stock checked outside the transaction",
        found_by: "crowd",
        says: "were sold",
        edits: &[
            Edit(
                CONFIRM,
                "context.write(&mut store, |write| call.confirm(write))?;",
                "{
                    let decided = std::cell::Cell::new(store.read(|read| call.decide(read))?);
                    context.write(&mut store, |write| call.confirm(decided.take(), write))?
                };",
            ),
            Edit(
                CALL,
                "fn confirm(&self, write: &Write<'_>)",
                "fn confirm(&self, decided: Vec<Decision>, write: &Write<'_>)",
            ),
            Edit(CALL, "let mut outcomes = self.decide(write)?;", "let mut outcomes = decided;"),
            // Without the second nets too.
            Edit(STOCK, " AND on_hand + :delta >= 0", ""),
            Edit("schema.sql", "on_hand    INTEGER NOT NULL CHECK (on_hand >= 0),", "on_hand    INTEGER NOT NULL,"),
        ],
    },
];

#[cfg(feature = "cluster")]
const HTTP: &str = "src/store/cluster/http.rs";
#[cfg(feature = "cluster")]
const MACHINE: &str = "src/store/cluster/machine.rs";
#[cfg(feature = "cluster")]
const RQLITE: &str = "src/store/cluster/rqlite.rs";

/// Errors in the part of the program that has to do with clusters.
#[cfg(feature = "cluster")]
const PLANTED_IN_CLUSTERS: [Planted; 4] = [
    Planted {
        name: "no guard on the version",
        found_by: "cluster_race",
        says: "at request",
        edits: &[
            Edit(
                RQLITE,
                "SELECT :shop, :version, :id, :kind",
                "SELECT :shop, (SELECT coalesce(max(version), 0) + 1 FROM orders_changes WHERE shop = :shop), :id, :kind",
            ),
            Edit(
                RQLITE,
                "AND version = :version - 1 AND id = :after)) \\",
                "AND :version > 0 AND :after IS NOT NULL)) \\",
            ),
            Edit(
                RQLITE,
                "\"SELECT id FROM orders_changes WHERE shop = :shop AND version = :version\",
                   {\"shop\": self.shop, \"version\": version}",
                "\"SELECT id FROM orders_changes WHERE shop = :shop AND id = :id\",
                   {\"shop\": self.shop, \"id\": id}",
            ),
        ],
    },
    Planted {
        name: "a weak read trusted for a refusal",
        found_by: "cluster_race",
        says: "it did not see what was done before it",
        edits: &[Edit(RQLITE, "Ok(Answer { is_linearizable: false, .. }) | Err(", "Err(")],
    },
    Planted {
        name: "no second sending",
        found_by: "cluster_requests",
        says: "it should not end with",
        edits: &[Edit(HTTP, "if started.elapsed() + PAUSE >= time {", "if started.elapsed() <= time + PAUSE {")],
    },
    Planted {
        name: "the version of a replica noted outside its transaction",
        found_by: "cluster_killed",
        says: "a machine cannot read",
        edits: &[
            Edit(MACHINE, "is_behind: bool,\n", "is_behind: bool,\n    mine: Option<Position>,\n"),
            Edit(
                MACHINE,
                "            is_behind: false,\n",
                "            is_behind: false,\n            mine: None,\n",
            ),
            Edit(MACHINE, "set_position(transaction, mine)?;", "self.mine = Some(mine);"),
            Edit(
                MACHINE,
                "    /// Ends a write that is in the log.\n",
                "    /// Notes the version of the last write.
    pub fn note_position(&self, connection: &Connection) -> Result<(), StoreError> {
        self.mine.map_or(Ok(()), |mine| set_position(connection, mine))
    }

    /// Ends a write that is in the log.\n",
            ),
            Edit(
                COMMIT,
                "cluster.end_writing(transaction.commit().is_ok());",
                "let is_in_replica = transaction.commit().is_ok();
                    cluster.note_position(&self.connection)?;
                    cluster.end_writing(is_in_replica);",
            ),
        ],
    },
];

/// Returns those of the program as it is built.
fn all() -> impl Iterator<Item = &'static Planted> {
    #[cfg(feature = "cluster")]
    return PLANTED.iter().chain(&PLANTED_IN_CLUSTERS);
    #[cfg(not(feature = "cluster"))]
    PLANTED.iter()
}

/// How many seeds a fault has to find what is planted.
const SEEDS: u64 = 10;

/// Holds that each error can be planted. The long version also builds the program with each, and holds that its fault finds it,
/// and finds nothing without it. With `ORDERS_PLANTED=compile` each only has to compile.
pub fn planted(plan: &Plan) -> Result<Row, Failed> {
    for Planted { name, found_by, edits, .. } in all() {
        if !crate::faults().iter().any(|(fault, _)| fault == found_by) {
            return Err(format!("{name} is to be found by {found_by}, which is no fault").into());
        }
        for Edit(file, old, _) in *edits {
            let count = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))?.matches(old).count();
            if count != 1 {
                return Err(format!("{name}: {file} has {count} times {old:?}, not once").into());
            }
        }
    }
    let mut faults = 0;
    let only = std::env::var("ORDERS_PLANTED").ok();
    if only.as_deref() == Some("compile") {
        for Planted { name, edits, .. } in all() {
            compile("check", edits).map_err(|problem| format!("{name}: {problem}"))?;
        }
    } else if plan.is_long || only.is_some() {
        // `ORDERS_PLANTED` chooses errors by a part of their name.
        let clean = build("clean", &[])?;
        for planted in all().filter(|planted| only.as_ref().is_none_or(|only| planted.name.contains(only.as_str()))) {
            let Planted { name, found_by, .. } = planted;
            let seed = find(planted, plan.seed)?;
            if let Some(told) = told_by(&clean, found_by, seed)? {
                return Err(format!("seed {seed}: {found_by} finds something where nothing is planted: {told}").into());
            }
            println!("planted: {name}: {found_by} finds it with seed {seed}");
            faults += 1;
        }
        if let Some(only) = only.filter(|_| faults == 0) {
            return Err(format!("no error has {only:?} in its name").into());
        }
    }
    let tried = format!("{} errors in the program, {faults} of them built", all().count());
    Ok(Row { fault: "planted", tried, faults })
}

/// Returns the first seed from `first` on with which an error is found.
fn find(planted: &Planted, first: u64) -> Result<u64, Failed> {
    let Planted { name, found_by, says, edits } = planted;
    let program = build("planted", edits)?;
    for seed in first..first + SEEDS {
        match told_by(&program, found_by, seed)? {
            Some(told) if told.contains(says) => return Ok(seed),
            Some(told) => return Err(format!("{name} is planted, and {found_by} finds something else: {told}").into()),
            None => {}
        }
    }
    Err(format!("{name} is planted, and {found_by} does not find it").into())
}

/// Builds the program with some edits, and keeps it under a name.
fn build(name: &str, edits: &[Edit]) -> Result<PathBuf, String> {
    let target = compile("build", edits)?;
    let program = target.with_file_name(name);
    fs::copy(target.join("debug").join("orders"), &program).map_err(|error| error.to_string())?;
    Ok(program)
}

/// Has cargo check or build a copy of the source with some edits. Returns cargo's folder.
///
/// # Errors
/// What cargo says.
fn compile(how: &str, edits: &[Edit]) -> Result<PathBuf, String> {
    // Always the same place, so that what the program is built on is built once.
    let room = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted");
    let (source, target) = (room.join("source"), room.join("target"));
    plant(edits, &source).map_err(|error| error.to_string())?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([how, "--offline", "--locked", "--bin", "orders"]).current_dir(&source);
    if cfg!(feature = "cluster") {
        cargo.args(["--features", "cluster"]);
    }
    let output = cargo.env("CARGO_TARGET_DIR", &target).output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(target) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Copies the source, with some edits.
fn plant(edits: &[Edit], source: &Path) -> std::io::Result<()> {
    if source.exists() {
        fs::remove_dir_all(source)?;
    }
    copy(Path::new(env!("CARGO_MANIFEST_DIR")), source)?;
    for Edit(file, old, new) in edits {
        let path = source.join(file);
        fs::write(&path, fs::read_to_string(&path)?.replace(old, new))?;
    }
    Ok(())
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

/// Runs the short version of a fault on a program; returns what it says where it fails.
fn told_by(program: &Path, fault: &str, seed: u64) -> Result<Option<String>, Failed> {
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
        false => Ok((!output.status.success()).then_some(text)),
    }
}
