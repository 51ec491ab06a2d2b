//! Faults of clusters, of the way to them, and of machines that share one: the promises hold on each machine, and the log says
//! what was told.

mod crowd;
mod ground;
mod killed;
mod nodes;
mod race;
mod requests;
mod rqlited;

use libtest_mimic::Failed;

pub use ground::Cluster;

use crate::failing;
use crate::fault::{Plan, Row};
use crate::work::Case;

/// Every kind of fault, by the name that chooses it.
pub const FAULTS: [(&str, crate::fault::Fault); 10] = [
    ("cluster_requests", requests::requests),
    ("cluster_outage", requests::outage),
    ("cluster_clients", killed::clients),
    ("cluster_killed", at_calls),
    ("cluster_failing_call", at_failing_calls),
    ("cluster_race", race::race),
    ("cluster_crowd", crowd::crowd),
    ("cluster_nodes", nodes::nodes),
    ("cluster_nodes_leader", nodes::leader),
    ("cluster_nodes_clients", nodes::clients),
];

/// Kills every command at every call.
fn at_calls(plan: &Plan) -> Result<Row, Failed> {
    crate::killed::at_calls(plan, "killed, on a cluster", Case::on_replicas(), 25)
}

/// Lets every call of every command fail.
fn at_failing_calls(plan: &Plan) -> Result<Row, Failed> {
    failing::at_calls(plan, "failing call, on a cluster", Case::on_replicas(), 25)
}
