//! Two machines at once, one of them in the middle of the other's command: what comes of it is what would have come of one
//! after the other.

use std::process::{Child, Stdio};
use std::sync::OnceLock;

use libtest_mimic::Failed;

use super::ground::fake_of;
use super::requests::requests_of;
use crate::common::rqlite::{Fault, Moment, OLD_VERSION};
use crate::fault::{Plan, Row};
use crate::shop::{Ending, Shop, Start};
use crate::state::difference;
use crate::work::{Case, Said, Work};

/// What the other machine does meanwhile.
const OTHERS: [&str; 7] =
    ["confirm", "cancel", "edit of a confirmed order", "pay", "product adjust", "product count", "import"];

/// Two commands one after the other, on a file.
struct InTurn {
    said: [(Option<i32>, Said); 2],
    state: String,
}

/// Lets every writing command meet another at each of its requests, and on nodes that answer weak reads from the past.
pub fn race(plan: &Plan) -> Result<Row, Failed> {
    let cases: Vec<&Case> = Case::on_replicas().iter().filter(|case| case.work.name != "backup").collect();
    let others: Vec<&Case> = cases.iter().copied().filter(|case| OTHERS.contains(&case.work.name)).collect();
    let mut points = Vec::new();
    for (one, other) in cases.iter().flat_map(|one| others.iter().map(move |other| (*one, *other))) {
        points.extend((0..requests_of_once(one)).map(|number| (one, other, Some(number))));
        points.push((one, other, None));
    }
    let mut random = plan.random("cluster race");
    let points = plan.sample(&mut random, 120, points.into_iter());
    let faults = plan.try_all(&points, |(one, other, number)| {
        let result = match number {
            Some(number) => meet(one, other, *number),
            None => follow(one, other),
        };
        result.map_err(|problem| format!("{one}, with {} at request {number:?}: {problem}", other.work.name))
    })?;
    let tried = format!(
        "{} commands, with another machine's {} at each of their requests, and before them",
        cases.len(),
        OTHERS.len()
    );
    Ok(Row { fault: "races on a cluster", tried, faults })
}

fn requests_of_once(case: &Case) -> usize {
    static COUNTS: OnceLock<Vec<(&str, usize)>> = OnceLock::new();
    let count = |case: &Case| (case.work.name, requests_of(case));
    let counts = COUNTS.get_or_init(|| Case::on_replicas().iter().map(count).collect());
    counts.iter().find(|(name, _)| *name == case.work.name).map_or(0, |(_, count)| *count)
}

/// Runs another machine's command while a request of a command is under way.
fn meet(one: &Case, other: &Case, number: usize) -> Result<(), String> {
    for moment in [Moment::Before, Moment::After] {
        let (here, there) = machines();
        let held = fake_of(&here).hold(number, moment);
        let child = start(one.work, &here);
        held.wait();
        let others = Ending::of(other.work.command(&there));
        held.release();
        let ones = Ending::from(child.wait_with_output().unwrap());
        let is = InTurn {
            said: [(ones.code, Said::by(&ones, &here)), (others.code, Said::by(&others, &there))],
            state: here.state()?,
        };
        let first = InTurn::of(one, other);
        let mut second = InTurn::of(other, one);
        second.said.reverse();
        if ![&first, &second].into_iter().any(|serial| serial.said == is.said && serial.state == is.state) {
            return Err(format!(
                "{moment:?}: neither order gives what came of it: {ones:#?}, {others:#?}\nfrom one after the other:\n{}or:\n{}",
                difference(&is.state, &first.state),
                difference(&is.state, &second.state)
            ));
        }
    }
    Ok(())
}

/// Runs a command after another machine's is done, on nodes that answer weak reads from before that, and take `linearizable`
/// for weak.
fn follow(one: &Case, other: &Case) -> Result<(), String> {
    let (here, there) = machines();
    let others = Ending::of(other.work.command(&there));
    fake_of(&here).say_version(OLD_VERSION);
    fake_of(&here).freeze(true);
    fake_of(&here).always_from(0, Fault::Stale);
    let ones = Ending::of(one.work.command(&here));
    let is = [(others.code, Said::by(&others, &there)), (ones.code, Said::by(&ones, &here))];
    let serial = InTurn::of(other, one);
    let state = here.state()?;
    if serial.said == is && serial.state == state {
        return Ok(());
    }
    Err(format!("it did not see what was done before it: {ones:#?}\n{}", difference(&state, &serial.state)))
}

/// Two machines of one shop, both up to date.
fn machines() -> (Shop, Shop) {
    let here = Shop::new(Start::Replica);
    let mut there = Shop::new(Start::Missing);
    let cluster = here.cluster.clone().expect("a replica has a cluster");
    cluster.attach(&mut there);
    (here, there)
}

fn start(work: &Work, shop: &Shop) -> Child {
    work.command(shop).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

impl InTurn {
    fn of(one: &Case, other: &Case) -> InTurn {
        let shop = Shop::new(Start::Closed);
        let run = |case: &Case| {
            let ending = Ending::of(case.work.command(&shop));
            (ending.code, Said::by(&ending, &shop))
        };
        InTurn { said: [run(one), run(other)], state: shop.state().unwrap() }
    }
}
