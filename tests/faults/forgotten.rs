//! Killed while forgetting a customer: the orders are as before or after, and the same command again leaves no byte of them.

use std::fs;

use libtest_mimic::Failed;

use crate::fault::{Plan, Row, skip};
use crate::shop::{Ending, Shop, Start};
use crate::state::difference;
use crate::strace::{self, Call, Often};
use crate::work::{Case, Work};

const FORGET: Work = Work { name: "customer forget", arguments: &["customer", "forget", "+20101", "--yes"] };

/// What the customer of the shop's orders is called. (The seller's account is called otherwise.)
const WORDS: [&str; 2] = ["Omar", "+20101"];

/// Kills the command at every call, before it is made.
pub fn forgotten(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("forgotten", "strace is not there, or may not trace");
    }
    let mut random = plan.random("forgotten");
    let cases = [Start::Closed, Start::LogLeft, Start::Older].map(|start| Case::of(&FORGET, start));
    let mut points = Vec::new();
    for case in &cases {
        let calls = strace::calls(case).into_iter().filter(|call| plan.is_long || call.is_changing());
        points.extend(plan.sample(&mut random, 8, calls.map(|call| (case, call))));
    }
    let faults = plan.try_all(&points, |(case, call)| {
        kill(case, call).map_err(|problem| format!("{case}, killed at {} {}: {problem}", call.name, call.nth))
    })?;
    let tried = format!("killed at {} calls of forgetting, on {} files", points.len(), cases.len());
    Ok(Row { fault: "forgotten", tried, faults })
}

fn kill(case: &Case, call: &Call) -> Result<(), String> {
    let shop = Shop::new(case.start);
    strace::inject(&shop, case, call, "signal=KILL", Often::Once)?;
    let state = shop.state()?;
    if state != case.before && state != case.after {
        return Err(format!("the file is in between:\n{}", difference(&state, &case.before)));
    }
    silent(&shop)?;
    // Not found: it came to its end before it was killed.
    let again = Ending::of(case.work.command(&shop));
    if !matches!(again.code, Some(0 | 3)) {
        return Err(format!("run again: {again:#?}"));
    }
    let state = shop.state()?;
    if state != case.after {
        return Err(format!("run again, it left another state:\n{}", difference(&state, &case.after)));
    }
    silent(&shop)?;
    for name in ["orders.db", "orders.db-wal"] {
        let bytes = fs::read(shop.path(name)).unwrap_or_default();
        for word in WORDS {
            if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                return Err(format!("{name} still has {word}"));
            }
        }
    }
    Ok(())
}

fn silent(shop: &Shop) -> Result<(), String> {
    let check = Ending::of(shop.orders(&["check"]));
    if check.code == Some(0) && check.stdout.is_empty() { Ok(()) } else { Err(format!("orders check: {check:#?}")) }
}
