//! stdout or stderr is closed, full, or its reader goes away.

use std::process::Stdio;

use libtest_mimic::Failed;

use crate::fault::{Plan, Row};
use crate::promises::{Fault, hold, sane};
use crate::shop::{Ending, SELLER, Shop, Start, program};
use crate::work::Case;

/// Asks for what completes a word.
const COMPLETION: &[&str] = &["--", "orders", "show", "LEG-"];

/// Commands that change nothing: they read, only say what they would do, or fail.
const READERS: [&[&str]; 30] = [
    &["list"],
    &["list", "--items", "--format", "csv"],
    &["show", "LEG-KEPT-0001"],
    &["history", "LEG-KEPT-0001"],
    &["history", "LEG-KEPT-0001", "--json"],
    &["message", "LEG-KEPT-0001"],
    &["slip"],
    &["invoice", "LEG-KEPT-0001", "--format", "html"],
    &["--as", SELLER, "my-orders"],
    &["report", "pending"],
    &["report", "sales", "--format", "html"],
    &["report", "stock", "--json"],
    &["report", "pending", "--exit-code"],
    &["product", "list"],
    &["product", "show", "BLT-01"],
    &["product", "history", "BLT-01"],
    &["user", "list"],
    &["config"],
    &["check"],
    &["completions", "bash"],
    COMPLETION,
    &["help", "exit-codes"],
    &["--version"],
    &["create", "order.json", "--dry-run"],
    &["confirm", "LEG-WAIT-0001", "--dry-run", "--json"],
    &["import", "mixed.ndjson", "--keep-going", "--dry-run"],
    &["show", "LEG-404"],
    &["show", "LEG-404", "--json"],
    &["import", "mixed.ndjson"],
    &["list", "--as", "guest"],
];

/// What the program writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Stdout,
    Stderr,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// It is closed from the start.
    Closed,
    /// Nothing can be written to it.
    Full,
    /// Nobody reads it any more.
    Left,
}

/// Every loss of every stream.
fn losses() -> impl Iterator<Item = (Stream, Loss)> {
    let streams = [Stream::Stdout, Stream::Stderr].into_iter();
    streams.flat_map(|stream| [Loss::Closed, Loss::Full, Loss::Left].map(|loss| (stream, loss)))
}

/// Takes stdout or stderr away from every command.
pub fn lost_output(plan: &Plan) -> Result<Row, Failed> {
    let cases = Case::all();
    let mut random = plan.random("lost output");
    let writers = cases.iter().flat_map(|case| {
        losses().flat_map(move |(stream, loss)| [false, true].map(|is_json| (case, stream, loss, is_json)))
    });
    let writers = plan.sample(&mut random, 40, writers);
    let written = plan.try_all(&writers, |&(case, stream, loss, is_json)| {
        write(case, stream, loss, is_json).map_err(|problem| format!("{stream:?} {loss:?}, JSON {is_json}: {problem}"))
    })?;
    let readers = READERS.iter().flat_map(|arguments| losses().map(|(stream, loss)| (*arguments, stream, loss)));
    let readers = plan.sample(&mut random, 60, readers);
    let read = plan.try_all(&readers, |&(arguments, stream, loss)| {
        read(arguments, stream, loss).map_err(|problem| format!("{stream:?} {loss:?}, {arguments:?}: {problem}"))
    })?;
    let tried = format!("{} writing and {} other commands, stdout and stderr, 3 ways", cases.len(), READERS.len());
    Ok(Row { fault: "lost output", tried, faults: written + read })
}

/// Runs the program, as the shell redirects its streams.
fn run(shop: &Shop, arguments: &[&str], redirection: &str, left: Option<Stream>) -> Ending {
    let mut command = shop.run("sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" {redirection}")]).arg(program()).args(arguments);
    if arguments == COMPLETION {
        command.env("ORDERS_COMPLETE", "fish");
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let nobody = || std::io::pipe().unwrap().1;
    match left {
        Some(Stream::Stdout) => drop(command.stdout(nobody())),
        Some(Stream::Stderr) => drop(command.stderr(nobody())),
        None => {}
    }
    let ending = Ending::from(command.spawn().unwrap().wait_with_output().unwrap());
    // As it would be in any folder.
    Ending { stdout: shop.masked(&ending.stdout), ..ending }
}

/// Runs the program with both streams.
fn whole(shop: &Shop, arguments: &[&str]) -> Ending {
    run(shop, arguments, "", None)
}

/// Runs the program without a stream.
fn without(shop: &Shop, arguments: &[&str], stream: Stream, loss: Loss) -> Ending {
    let redirection = match (stream, loss) {
        (Stream::Stdout, Loss::Closed) => ">&-",
        (Stream::Stdout, Loss::Full) => ">/dev/full",
        (Stream::Stderr, Loss::Closed) => "2>&-",
        (Stream::Stderr, Loss::Full) => "2>/dev/full",
        (_, Loss::Left) => "",
    };
    run(shop, arguments, redirection, (loss == Loss::Left).then_some(stream))
}

/// Returns how a run is to end that ends like this where nothing is lost.
fn expected(whole: &Ending, stream: Stream, loss: Loss) -> Option<i32> {
    match (stream, loss) {
        (Stream::Stdout, Loss::Full) if !whole.stdout.is_empty() => Some(1),
        // Who reads no further has seen enough.
        (Stream::Stdout, Loss::Left) if !whole.stdout.is_empty() => Some(0),
        // Nobody was there from the start, or nobody is told: it writes to nowhere.
        _ => whole.code,
    }
}

/// Holds that a run ends as it should without a stream, and that the other stream is not touched by that.
fn hold_ending(ending: &Ending, whole: &Ending, stream: Stream, loss: Loss, failure: &str) -> Result<(), String> {
    sane(ending, Fault::MayFail).map_err(|problem| format!("{problem}: {ending:#?}"))?;
    let expected = expected(whole, stream, loss);
    if ending.code != expected {
        return Err(format!("it should end with {expected:?}: {ending:#?}"));
    }
    let says = |line: &str| line.starts_with(&format!("error: {failure}")) || line.contains(&format!("\"{failure}"));
    let is_said = ending.stderr.lines().any(says);
    if expected == Some(1) && whole.code != Some(1) && !is_said {
        return Err(format!("it does not say that {failure}: {ending:#?}"));
    }
    if stream == Stream::Stderr && ending.stdout != whole.stdout {
        return Err(format!("it should print {:?}: {ending:#?}", whole.stdout));
    }
    Ok(())
}

fn write(case: &Case, stream: Stream, loss: Loss, is_json: bool) -> Result<(), String> {
    let mut arguments = case.work.arguments.to_vec();
    arguments.extend(is_json.then_some("--json"));
    let whole = whole(&Shop::new(case.start), &arguments);
    let mut shop = Shop::new(case.start);
    let ending = without(&shop, &arguments, stream, loss);
    if shop.state()? != case.after {
        return Err(format!("{case} was not done: {ending:#?}"));
    }
    let failure = match case.is_changing() {
        true => "the change is saved, but the result could not be printed",
        false => "the result could not be printed",
    };
    hold_ending(&ending, &whole, stream, loss, failure).map_err(|problem| format!("{case}: {problem}"))?;
    hold(&mut shop, case, &ending, Fault::LostOutput)
}

fn read(arguments: &[&str], stream: Stream, loss: Loss) -> Result<(), String> {
    let shop = Shop::new(Start::Closed);
    let before = shop.state()?;
    let whole = whole(&shop, arguments);
    let ending = without(&shop, arguments, stream, loss);
    if arguments == COMPLETION {
        // A shell shows what is said in the middle of the line.
        let is_quiet = ending.code == Some(0) && ending.stderr.is_empty();
        return if is_quiet { Ok(()) } else { Err(format!("it should be quiet: {ending:#?}")) };
    }
    hold_ending(&ending, &whole, stream, loss, "the result could not be printed")?;
    if shop.state()? == before { Ok(()) } else { Err("it changed the file".to_owned()) }
}
