//! Faults of single requests, and of all.

use libtest_mimic::Failed;

use super::ground::fake_of;
use crate::common::rqlite::{self, PASSING};
use crate::fault::{Plan, Row};
use crate::promises::{Fault, hold};
use crate::shop::{Ending, Shop, Start, USUAL_WAIT};
use crate::state::difference;
use crate::work::{Case, commands};

/// Lets every request of every writing command meet every fault that passes. The command comes to its end as if nothing had
/// happened, and what it does is in the log once.
pub fn requests(plan: &Plan) -> Result<Row, Failed> {
    let cases = Case::on_replicas();
    let as_on_files = plan.try_all(cases, as_on_a_file)?;
    let mut points = Vec::new();
    for case in cases {
        let requests = 0..requests_of(case);
        points.extend(requests.flat_map(|number| PASSING.map(|fault| (case, number, fault))));
    }
    let mut random = plan.random("cluster requests");
    let all = points.len();
    let points = plan.sample(&mut random, 250, points.into_iter());
    let faults = plan.try_all(&points, |(case, number, fault)| {
        meet(case, *number, *fault).map_err(|problem| format!("{fault:?} at request {number}: {problem}"))
    })?;
    let tried = format!(
        "{} commands, each of their requests with {} faults: {} of {all}; {as_on_files} that do what they do on a file",
        commands(cases),
        PASSING.len(),
        points.len(),
    );
    Ok(Row { fault: "requests of a cluster", tried, faults })
}

/// Holds that a command does on a replica what it does on a file.
fn as_on_a_file(case: &Case) -> Result<(), String> {
    let on_file = Case::all().iter().find(|other| other.work.name == case.work.name && other.start == Start::Closed);
    let on_file = on_file.ok_or("there is no such case")?;
    // Its size differs by what marks a replica.
    let is_said = case.said == on_file.said || case.work.name == "backup";
    let differs = |what: &str| Err(format!("{case}: {what} differs from that on a file"));
    match () {
        () if case.code != on_file.code => differs("the exit code"),
        () if !is_said => Err(format!("{case} says {:?}, and on a file {:?}", case.said, on_file.said)),
        () if case.after != on_file.after => differs(&difference(&case.after, &on_file.after)),
        () if case.again.code != on_file.again.code || case.again.after != on_file.again.after => {
            differs("the second run")
        }
        () => Ok(()),
    }
}

/// Counts the requests of a command.
pub fn requests_of(case: &Case) -> usize {
    let shop = Shop::new(case.start);
    let ending = Ending::of(case.work.command(&shop));
    assert_eq!(ending.code, Some(case.code), "{case}: {ending:#?}");
    fake_of(&shop).count()
}

fn meet(case: &Case, number: usize, fault: rqlite::Fault) -> Result<(), String> {
    let mut shop = Shop::new(case.start);
    fake_of(&shop).plan(number, fault);
    let ending = Ending::of(case.work.command(&shop));
    hold(&mut shop, case, &ending, Fault::None)
}

/// What does not pass.
const LASTING: [rqlite::Fault; 12] = [
    rqlite::Fault::RequestLost,
    rqlite::Fault::AnswerLost,
    rqlite::Fault::AnswerCut,
    rqlite::Fault::LeadershipLost,
    rqlite::Fault::LeadershipLostButDone,
    rqlite::Fault::DoneLater,
    rqlite::Fault::ForwardingFailed,
    rqlite::Fault::NoLeader,
    rqlite::Fault::Unauthorized,
    rqlite::Fault::NotRqlite,
    rqlite::Fault::BadGateway,
    rqlite::Fault::DiskFull,
];

/// Lets every request from one on meet a fault that does not pass. The command ends within its patience, and says what became
/// of the change, or that nobody can tell.
pub fn outage(plan: &Plan) -> Result<Row, Failed> {
    let cases = Case::on_replicas();
    let mut points = Vec::new();
    for case in cases {
        let requests = 0..requests_of(case);
        points.extend(requests.flat_map(|number| LASTING.map(|fault| (case, number, fault))));
    }
    let mut random = plan.random("cluster outage");
    let points = plan.sample(&mut random, 40, points.into_iter());
    let faults = plan.try_all(&points, |(case, number, fault)| {
        go_on_meeting(case, *number, *fault).map_err(|problem| format!("{fault:?} from request {number} on: {problem}"))
    })?;
    let tried = format!("{} commands, with {} faults from a request on", commands(cases), LASTING.len());
    Ok(Row { fault: "outage of a cluster", tried, faults })
}

fn go_on_meeting(case: &Case, number: usize, fault: rqlite::Fault) -> Result<(), String> {
    let shop = Shop::new(case.start).waiting(1);
    fake_of(&shop).always_from(number, fault);
    let ending = Ending::of(case.work.command(&shop));
    hold(&mut shop.waiting(USUAL_WAIT), case, &ending, Fault::Unanswered)
}
