//! Clients killed while a request of theirs is under way.

use std::process::Stdio;

use libtest_mimic::Failed;

use super::ground::fake_of;
use super::requests::requests_of;
use crate::common::rqlite::Moment;
use crate::fault::{Plan, Row};
use crate::promises::{Fault, hold};
use crate::shop::{Ending, Shop};
use crate::work::{Case, commands};

const SIGKILL: i32 = 9;

/// Kills every writing command at each of its requests: when the cluster has it, but nothing is done yet, and when it is done,
/// but not answered. The request may come in later still.
pub fn clients(plan: &Plan) -> Result<Row, Failed> {
    let cases = Case::on_replicas();
    let mut points = Vec::new();
    for case in cases {
        for number in 0..requests_of(case) {
            for (moment, comes_in) in [(Moment::Before, false), (Moment::Before, true), (Moment::After, true)] {
                points.push((case, number, moment, comes_in));
            }
        }
    }
    let mut random = plan.random("cluster clients");
    let points = plan.sample(&mut random, 60, points.into_iter());
    let faults = plan.try_all(&points, |(case, number, moment, comes_in)| {
        kill(case, *number, *moment, *comes_in)
            .map_err(|problem| format!("killed {moment:?} request {number}, which comes in: {comes_in}: {problem}"))
    })?;
    let tried = format!("{} commands, killed before and after each request is done", commands(cases));
    Ok(Row { fault: "clients of a cluster killed", tried, faults })
}

fn kill(case: &Case, number: usize, moment: Moment, comes_in: bool) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    let held = fake_of(&shop).hold(number, moment);
    let mut command = case.work.command(&shop);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    held.wait();
    child.kill().unwrap();
    let ending = Ending::from(child.wait_with_output().unwrap());
    match comes_in {
        true => held.release(),
        false => held.cut(),
    }
    hold(&mut shop, case, &ending, Fault::Signal(SIGKILL))
}
