//! Crowds of machines on one shop.

use libtest_mimic::Failed;

use super::ground::Cluster;
use crate::changing_crowd::Changes;
use crate::crowd::{Crowd, WAIT};
use crate::fault::{Plan, Row};
use crate::shop::Shop;

/// Holds that machines sell exactly what there is, and end with equal replicas.
pub fn crowd(plan: &Plan) -> Result<Row, Failed> {
    let crowds = [
        (4, plan.size(crowd_of(4, 40, 25), crowd_of(8, 1_600, 1_000))),
        // Several processes of one machine share its replica.
        (2, Crowd { has_company: plan.is_long, ..plan.size(crowd_of(6, 36, 21), crowd_of(8, 800, 500)) }),
        (3, Crowd { all_want_all: true, has_company: false, ..plan.size(crowd_of(3, 8, 6), crowd_of(8, 200, 150)) }),
    ];
    let mut random = plan.random("cluster crowd");
    let (mut runs, mut tried) = (0, Vec::new());
    for (count, crowd) in crowds {
        let Crowd { processes, orders, stock, .. } = crowd;
        let did = crowd.hold(machines(&Cluster::empty(), count), &mut random).map_err(|broken| {
            format!(
                "seed {}: {count} machines, {processes} processes, {orders} orders, {stock} in stock: {broken}",
                plan.seed
            )
        })?;
        runs += did.confirms;
        tried.push(format!("{processes} processes on {count} machines confirm {orders} orders, {stock} in stock"));
    }
    let changes = plan.size(
        Changes { processes: 4, orders: 6, commands: 8, large: 6 },
        Changes { processes: 8, orders: 30, commands: 100, large: 30 },
    );
    runs += changes
        .hold(machines(&Cluster::empty(), 4), &mut random)
        .map_err(|broken| format!("seed {}: machines change orders: {broken}", plan.seed))?;
    tried.push("4 machines edit, return and exchange items of the same orders".to_owned());
    Ok(Row { fault: "crowds on a cluster", tried: tried.join("; "), faults: runs })
}

/// A crowd with company, that waits.
pub fn crowd_of(processes: usize, orders: usize, stock: usize) -> Crowd {
    Crowd { processes, orders, stock, all_want_all: false, at_once: 1, has_company: true, waits: true, kills: 0 }
}

/// Sets up machines that share a shop.
pub fn machines(cluster: &Cluster, count: usize) -> Vec<Shop> {
    (0..count).map(|_| cluster.machine().waiting(WAIT)).collect()
}
