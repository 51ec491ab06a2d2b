//! Stopped, continued and interrupted.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// A program that runs under strace and was stopped there.
pub struct Stopped {
    child: Child,
}

/// How long a program may take to come to where it is stopped.
const PATIENCE: Duration = Duration::from_secs(20);

impl Stopped {
    /// Starts a program under strace, which writes to `log`, and waits until it is stopped.
    pub fn start(mut command: Command, log: &Path) -> Stopped {
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let child = command.spawn().unwrap();
        let started = Instant::now();
        let is_stopped = || std::fs::read_to_string(log).is_ok_and(|log| log.contains("--- stopped by SIGSTOP ---"));
        while !is_stopped() {
            assert!(started.elapsed() < PATIENCE, "the program was not stopped");
            std::thread::sleep(Duration::from_millis(2));
        }
        Stopped { child }
    }

    /// Sends a signal to the program, and to the strace that watches it.
    fn signal(&self, signal: Signal) {
        let group = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        let _ = kill_process_group(group, signal);
    }

    /// Ends it.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}
