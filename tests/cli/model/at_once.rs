//! Several processes at once on one file, some of them killed: a serial order explains what each replied, and what they left.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::command::Command;
use super::compare::{self, Found};
use super::draw::{self, CATALOGUE, Mix};
use super::serial::{End, Explained, Ran, Round, explain};
use super::{Codes, shop};
use crate::harness;

/// How many processes run at once.
const PROCESSES: usize = 4;

/// How many commands one of them runs in a round at the most, one after the other.
const MOST_COMMANDS: usize = 3;

/// After how many commands a new shop begins.
const COMMANDS_OF_A_SHOP: usize = 100;

/// The signal that ends a process at once.
const KILL: i32 = 9;

/// A command that is drawn for a process.
struct Drawn {
    command: Command,
    /// After which part of the time that a command takes it is killed, if it is: in percent.
    killed_after: Option<u32>,
}

/// What some shops came to.
#[derive(Default)]
pub struct Tally {
    pub codes: Codes,
    killed: usize,
    rounds: usize,
    /// Rounds that the order in which commands ended does not explain.
    other_orders: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { codes, killed, rounds, other_orders } = self;
        let commands = codes.values().sum::<usize>() + killed;
        write!(
            formatter,
            "{commands} commands in {rounds} rounds have a serial order, in {other_orders} another one than that in which \
             they ended; {killed} were killed, the others ended by exit code {codes:?}"
        )
    }
}

/// Runs commands of a mix in some shops.
pub fn agree(mix: Mix, seed: u64, shops: u64) -> Tally {
    let mut tally = Tally::default();
    for shop in 0..shops {
        let shop_seed = seed * 1_000_000 + shop * 10 + 5 + mix as u64;
        let random = Rng::with_seed(shop_seed);
        Crowd::new(random).runs(mix, &format!("seed {seed}, {mix:?}, shop {shop}"), &mut tally);
    }
    tally
}

/// A shop that several processes keep, beside what it is in the model.
struct Crowd {
    program: harness::Shop,
    /// What the shop may be, after what was seen of it so far.
    may_be: Vec<shop::Shop>,
    random: Rng,
    /// How long a command takes, about.
    typical: Duration,
}

impl Crowd {
    fn new(random: Rng) -> Crowd {
        let began = Instant::now();
        let program = super::stocked(harness::Shop::in_memory());
        Crowd { program, may_be: vec![shop::Shop::new(&CATALOGUE)], random, typical: began.elapsed() }
    }

    fn runs(mut self, mix: Mix, name: &str, tally: &mut Tally) {
        let mut commands = 0;
        while commands < COMMANDS_OF_A_SHOP {
            let drawn = self.draw(mix);
            let is_locked = !self.program.is_on_cluster() && self.random.u32(0..4) == 0;
            let mut round = self.round(drawn, is_locked);
            for ran in round.iter_mut().flatten() {
                if let (Command::Backup(name), End::Replied { code: 0, .. }) = (&ran.command, &ran.end) {
                    ran.copy = Some(Found::of_copy(&self.program, name));
                }
            }
            let found = Found::of(&self.program);
            let explained = explain(&self.may_be, &round, &found);
            if explained.shops.is_empty() {
                self.fails(name, &told(&round, &explained));
            }
            commands += round.iter().map(Vec::len).sum::<usize>();
            tally.rounds += 1;
            tally.other_orders += usize::from(explained.is_another_order);
            for ran in round.iter().flatten() {
                match ran.end {
                    End::Replied { code, .. } => *tally.codes.entry(code).or_default() += 1,
                    End::Killed { .. } => tally.killed += 1,
                }
            }
            self.may_be = explained.shops;
        }
        let faults: Vec<Vec<String>> = self.may_be.iter().map(|model| compare::faults(&self.program, model)).collect();
        if !faults.iter().any(Vec::is_empty) {
            self.fails(name, &format!("in the end\n{}", faults.into_iter().flatten().collect::<Vec<_>>().join("\n")));
        }
    }

    fn fails(self, name: &str, why: &str) -> ! {
        panic!("{name}: {why}\nthe file is left in {}", self.program.keep().display());
    }

    /// Draws what each process runs.
    fn draw(&mut self, mix: Mix) -> Vec<Vec<Drawn>> {
        let counts: Vec<usize> = (0..PROCESSES).map(|_| self.random.usize(1..=MOST_COMMANDS)).collect();
        let commands = draw::at_once(&mut self.random, &self.may_be[0], mix, counts.iter().sum());
        // A change that a killed machine has sent to a cluster may be done at any time after.
        let may_kill = !self.program.is_on_cluster();
        let mut drawn = commands.into_iter();
        let lines = counts.into_iter().map(|count| drawn.by_ref().take(count).collect::<Vec<_>>());
        let mut lines: Vec<Vec<Drawn>> =
            lines.map(|line| line.into_iter().map(|command| Drawn { command, killed_after: None }).collect()).collect();
        for drawn in lines.iter_mut().flatten().filter(|_| may_kill) {
            drawn.killed_after = (self.random.u32(0..10) == 0).then(|| self.random.u32(0..120));
        }
        lines
    }

    /// Runs each line of commands in a process of its own after the other, all lines at once. Where the file is locked at first, all
    /// that write meet at the lock.
    fn round(&mut self, drawn: Vec<Vec<Drawn>>, is_locked: bool) -> Vec<Vec<Ran>> {
        let connection = self.program.connection();
        let lock = is_locked.then(|| connection.execute_batch("BEGIN IMMEDIATE").unwrap());
        let held_for = self.typical * self.random.u32(0..200) / 100;
        let (program, typical, start) = (&self.program, self.typical, Barrier::new(drawn.len()));
        let round: Vec<Vec<Ran>> = thread::scope(|scope| {
            let run = |line: Vec<Drawn>| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    line.into_iter().map(|drawn| ran(program, drawn, typical)).collect()
                })
            };
            let threads: Vec<_> = drawn.into_iter().map(run).collect();
            if lock.is_some() {
                thread::sleep(held_for);
                connection.execute_batch("ROLLBACK").unwrap();
            }
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let replied: Vec<&Ran> = round.iter().flatten().filter(|ran| matches!(ran.end, End::Replied { .. })).collect();
        let time: Duration = replied.iter().map(|ran| ran.ended - ran.began).sum();
        self.typical = time.checked_div(u32::try_from(replied.len()).unwrap()).unwrap_or(self.typical);
        round
    }
}

/// Runs a command to its end.
fn ran(program: &harness::Shop, drawn: Drawn, typical: Duration) -> Ran {
    let Drawn { command, killed_after } = drawn;
    // However busy the machine is: nobody gives up.
    let mut process = super::run(program, &command).arg("--wait=3600").into_command();
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let began = Instant::now();
    let mut child = process.spawn().unwrap();
    // A program that needs no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(command.stdin().as_bytes());
    if let Some(percent) = killed_after {
        thread::sleep(typical * percent / 100);
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    let ended = Instant::now();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let end = match output.status.signal() {
        Some(KILL) => End::Killed { stdout },
        // Another signal is no exit code that the model knows.
        _ => End::Replied {
            code: output.status.code().unwrap_or(-1),
            stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        },
    };
    Ran { command, began, ended, end, copy: None }
}

/// Tells of a round that no serial order explains.
fn told(round: &Round, explained: &Explained) -> String {
    let mut text = "no serial order explains these commands, process by process:\n".to_owned();
    let first = round.iter().flatten().map(|ran| ran.began).min().unwrap();
    for (process, line) in round.iter().enumerate() {
        for (place, ran) in line.iter().enumerate() {
            let [began, ended] = [ran.began, ran.ended].map(|time| (time - first).as_micros());
            let command = ran.command.line();
            let _ = writeln!(text, "{}.{} from {began} to {ended} µs: {command}", process + 1, place + 1);
            let _ = match &ran.end {
                End::Replied { code, stdout, stderr } => {
                    writeln!(text, "    exit code {code}\n    {stdout}    {stderr}")
                }
                End::Killed { stdout } => writeln!(text, "    killed\n    {stdout}"),
            };
        }
    }
    text += "\nwhere each order differs:\n";
    text + &explained.dead_ends.join("\n")
}
