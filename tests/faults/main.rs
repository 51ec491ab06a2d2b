//! Proof that nothing is lost: faults of every kind, and the promises of the program held after each.
//!
//! ```text
//! cargo test --test faults                                            the short version, within a minute
//! ORDERS_FAULTS=long cargo test --release --test faults               the long one, which prints a table
//! ORDERS_FAULTS=long ORDERS_SEED=7 cargo test --test faults -- kill   one fault, as it was drawn with one seed
//! ```
//!
//! Every fault draws what it draws from one seed, which is printed; the same seed replays the same faults. Two things it does
//! not replay: the order in which the processes of a crowd, or an interruption and the program, get their turn; and what the
//! program draws itself, its ids and the salts of its logs. A file that broke something is therefore kept, and named.
//! `ORDERS_DAMAGE=17` tries one damage alone.

#![expect(
    clippy::disallowed_methods,
    reason = "POSIX locks belong to a process: closing a file here drops none that the program under test holds"
)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may panic when its setup fails, and this one prints its own table"
)]

mod amplification;
mod changing_crowd;
#[cfg(feature = "cluster")]
mod cluster;
#[path = "../common/mod.rs"]
mod common;
mod crowd;
mod damaged;
mod disk;
mod failing;
mod fault;
mod forbidden;
mod forgotten;
mod full;
mod ground;
mod killed;
mod locked;
mod output;
mod planted;
mod power;
mod promises;
mod session;
mod shop;
mod state;
mod stopped;
mod strace;
mod strange;
mod work;

use std::process::ExitCode;

use fault::{Fault, Plan};

/// Every kind of fault, by the name that chooses it.
const FAULTS: [(&str, Fault); 16] = [
    ("killed", killed::killed),
    ("failing_call", failing::failing_call),
    ("power_loss", power::power_loss),
    ("full_disk", full::full_disk),
    ("limited_files", full::limited_files),
    ("stopped", stopped::stopped),
    ("interrupted", stopped::interrupted),
    ("lost_output", output::lost_output),
    ("crowd", crowd::crowd),
    ("damaged", damaged::damaged),
    ("strange", strange::strange),
    ("forbidden", forbidden::forbidden),
    ("forgotten", forgotten::forgotten),
    ("locked", locked::locked),
    ("amplification", amplification::amplification),
    ("planted", planted::planted),
];

/// Every kind of fault that this build can be tried with.
fn faults() -> Vec<(&'static str, Fault)> {
    #[cfg(feature = "cluster")]
    let of_clusters = &cluster::FAULTS[..];
    #[cfg(not(feature = "cluster"))]
    let of_clusters = &[];
    [&FAULTS[..], of_clusters].concat()
}

fn main() -> ExitCode {
    promises::check_words();
    let arguments = libtest_mimic::Arguments::from_args();
    let plan = Plan::from_environment();
    let conclusion = libtest_mimic::run(&arguments, plan.trials(&faults()));
    plan.print_table();
    conclusion.exit_code()
}
