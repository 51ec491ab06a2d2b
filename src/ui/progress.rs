//! How far a long run is.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Says on a terminal how far a long run is, once it has taken a second.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// Starts counting; nothing is shown yet.
    pub fn new() -> Progress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Progress { bar, started: Instant::now() }
    }

    /// Counts more records.
    pub fn step(&mut self, records: usize) {
        self.bar.inc(records as u64);
        let is_due = self.bar.is_hidden() && self.started.elapsed() >= Duration::from_secs(1);
        if is_due && io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.say("{spinner} {human_pos} records in {elapsed}");
        }
    }

    /// Says that all have been counted, and that what comes now takes its time too.
    pub fn last_step(&mut self) {
        self.say("{human_pos} records, writing them to the disk");
        self.bar.force_draw();
    }

    fn say(&self, template: &str) {
        self.bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
