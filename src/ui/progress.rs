//! The progress of a long run.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// After this time a run counts as long.
const LONG: Duration = Duration::from_secs(1);

/// Shows on a terminal how far a long run is.
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

    /// Counts records.
    pub fn step(&mut self, records: usize) {
        self.bar.inc(records as u64);
        if self.bar.is_hidden() && self.started.elapsed() >= LONG && self.show() {
            self.say("{spinner} {human_pos} records in {elapsed}");
        }
    }

    /// Says that all records are read and are now being written to the disk.
    pub fn last_step(&mut self) {
        // Writing takes up to as long as reading.
        if self.started.elapsed() >= LONG / 2 && self.show() {
            self.say("{human_pos} records, writing them");
            self.bar.force_draw();
        }
    }

    /// Shows the progress from now on. Returns whether stderr is a terminal.
    fn show(&self) -> bool {
        let is_terminal = io::stderr().is_terminal();
        if is_terminal && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        is_terminal
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
