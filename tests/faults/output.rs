//! stdout is closed, full, or its reader goes away.

use std::fs::File;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;

use crate::fault::{Plan, Row};
use crate::promises::{Fault, hold, sane};
use crate::shop::{Ending, Shop, Start, program};
use crate::work::Case;

/// Commands that only read.
const READERS: [&[&str]; 14] = [
    &["list"],
    &["list", "--items", "--format", "csv"],
    &["show", "LEG-KEPT-0001"],
    &["history", "LEG-KEPT-0001"],
    &["message", "LEG-KEPT-0001"],
    &["product", "list"],
    &["product", "show", "BLT-01"],
    &["product", "history", "BLT-01"],
    &["user", "list"],
    &["config"],
    &["check"],
    &["completions", "bash"],
    &["help", "exit-codes"],
    &["--version"],
];

/// What becomes of stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stdout {
    /// It is closed from the start.
    Closed,
    /// Nothing can be written to it.
    Full,
    /// Nobody reads it any more.
    Left,
}

/// Takes stdout away from every command.
pub fn no_stdout(plan: &Plan) -> Result<Row, Failed> {
    let cases = Case::all();
    let stdouts = [Stdout::Closed, Stdout::Full, Stdout::Left];
    let writers: Vec<_> = cases
        .iter()
        .flat_map(|case| {
            stdouts.map(|stdout| [false, true].map(|is_json| (case, stdout, is_json))).into_iter().flatten()
        })
        .collect();
    let writers = plan.sample(&mut plan.random("no stdout"), 40, writers.into_iter());
    let written = plan.try_all(&writers, |&(case, stdout, is_json)| {
        write(case, stdout, is_json).map_err(|problem| format!("stdout {stdout:?}, JSON {is_json}: {problem}"))
    })?;
    let readers: Vec<_> = READERS.iter().flat_map(|arguments| stdouts.map(|stdout| (*arguments, stdout))).collect();
    let read = plan.try_all(&readers, |&(arguments, stdout)| {
        read(arguments, stdout).map_err(|problem| format!("stdout {stdout:?}, {arguments:?}: {problem}"))
    })?;
    let tried = format!("{} writing and {} reading commands, 3 ways", cases.len(), READERS.len());
    Ok(Row { fault: "no stdout", tried, faults: written + read })
}

/// Runs the program with such a stdout.
fn run(shop: &Shop, arguments: &[&str], stdout: Stdout) -> Ending {
    let mut command: Command = match stdout {
        Stdout::Closed => {
            let mut command = shop.run("sh");
            command.args(["-c", "exec \"$0\" \"$@\" >&-"]).arg(program()).args(arguments);
            command
        }
        _ => shop.orders(arguments),
    };
    match stdout {
        Stdout::Closed => {}
        Stdout::Full => {
            command.stdout(File::options().write(true).open("/dev/full").unwrap());
        }
        Stdout::Left => {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            command.stdout(Stdio::from(writer));
        }
    }
    command.stderr(Stdio::piped());
    Ending::from(command.spawn().unwrap().wait_with_output().unwrap())
}

fn write(case: &Case, stdout: Stdout, is_json: bool) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let mut arguments = case.work.arguments.to_vec();
    arguments.extend(is_json.then_some("--json"));
    let ending = run(&shop, &arguments, stdout);
    let state = shop.state()?;
    if state != case.after {
        return Err(format!("{case} was not done: {ending:#?}"));
    }
    let expected = match stdout {
        // Nobody was there from the start: it writes to nowhere.
        Stdout::Closed => case.code,
        Stdout::Full => 1,
        Stdout::Left => 0,
    };
    if ending.code != Some(expected) {
        return Err(format!("{case} should end with {expected}: {ending:#?}"));
    }
    if stdout == Stdout::Full && case.is_changing() && !ending.stderr.contains("is done and kept") {
        return Err(format!("{case} does not say that it is done: {ending:#?}"));
    }
    hold(&mut shop, case, &ending, Fault::NoStdout)
}

fn read(arguments: &[&str], stdout: Stdout) -> Result<(), String> {
    let shop = Shop::new(Start::Closed);
    let before = shop.state()?;
    let prints = !Ending::of(shop.orders(arguments)).stdout.is_empty();
    let ending = run(&shop, arguments, stdout);
    sane(&ending, Fault::MayFail).map_err(|problem| format!("{problem}: {ending:#?}"))?;
    let expected = i32::from(stdout == Stdout::Full && prints);
    if ending.code != Some(expected) {
        return Err(format!("it should end with {expected}: {ending:#?}"));
    }
    if shop.state()? == before { Ok(()) } else { Err("a reader changed the file".to_owned()) }
}
