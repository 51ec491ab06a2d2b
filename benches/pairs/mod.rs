//! Two commands, timed in turn, and the clock that they have.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The end of the year that the orders are spread over.
pub const NOW: &str = "2026-02-07T08:00:00Z";
/// The same in seconds.
pub const END: i64 = 1_770_451_200;

/// The median of each, and of their ratios.
pub struct Medians {
    pub ours: f64,
    pub theirs: f64,
    pub ratio: f64,
}

/// Runs both in turn, each after its preparation, in seconds.
pub fn compare(
    pairs: usize,
    mut ours: impl FnMut(usize) -> Command,
    mut theirs: impl FnMut(usize) -> Command,
) -> Medians {
    let mut times = Vec::new();
    for round in 0..=pairs {
        let pair = (time(ours(round)).as_secs_f64(), time(theirs(round)).as_secs_f64());
        // The first one warms the caches.
        if round > 0 {
            times.push(pair);
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Medians {
        ours: median(times.iter().map(|(ours, _)| *ours).collect()),
        theirs: median(times.iter().map(|(_, theirs)| *theirs).collect()),
        ratio: median(times.iter().map(|(ours, theirs)| ours / theirs).collect()),
    }
}

pub fn time(mut command: Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().unwrap();
    let time = start.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    time
}
