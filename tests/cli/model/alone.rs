//! One process at a time: each command does what the model says.

use std::fmt::Write as _;

use fastrand::Rng;

use super::command::Command;
use super::compare::{self, Found};
use super::draw::{self, CATALOGUE, Mix};
use super::{Codes, reply, say, shop};
use crate::harness;

/// After how many commands a new shop begins.
const COMMANDS_OF_A_SHOP: usize = 100;

/// A shop that the program keeps, beside the model.
struct Pair {
    program: harness::Shop,
    model: shop::Shop,
}

impl Pair {
    fn new() -> Pair {
        Pair { program: super::stocked(harness::Shop::in_memory()), model: shop::Shop::new(&CATALOGUE) }
    }

    /// Runs a command on both. Returns its exit code, or what differs.
    fn run(&mut self, command: &Command) -> Result<i32, String> {
        let done = super::run(&self.program, command).ends();
        let outcome = self.model.outcome(command);
        if !outcome.codes.contains(&done.code) {
            return Err(format!("expected exit code {:?}, got {}\n{}", outcome.codes, done.code, done.stderr));
        }
        let mut found = match done.code {
            0 | 8 => reply::differences(command, &self.model, &outcome, &done.stdout),
            _ => compare::differs("printed", &"", &done.stdout.as_str()).into_iter().collect(),
        };
        self.model = outcome.left(done.code, &self.model);
        let kept = Found::of(&self.program);
        found.extend(kept.differences(&self.model));
        // What the command printed of orders is what is there.
        if !matches!(command, Command::DryRun(_)) {
            for body in reply::bodies(&serde_json::from_str(&done.stdout).unwrap_or_default()) {
                let reference = compare::reference_of(body);
                found.extend(compare::differs(
                    &format!("printed body of {reference}"),
                    &kept.order(reference),
                    &Some(body),
                ));
            }
        }
        if found.is_empty() { Ok(done.code) } else { Err(format!("exit code {}\n{}", done.code, found.join("\n"))) }
    }

    fn is_sound(&self) -> Result<(), String> {
        let found = compare::faults(&self.program, &self.model);
        if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
    }
}

/// Replays commands in a new shop. Returns how many of them were needed to see a difference, and which it is.
fn replay(commands: &[Command]) -> Option<(usize, String)> {
    let mut pair = Pair::new();
    for (index, command) in commands.iter().enumerate() {
        if let Err(difference) = pair.run(command) {
            return Some((index + 1, difference));
        }
    }
    pair.is_sound().err().map(|difference| (commands.len(), difference))
}

/// Returns the fewest commands found that still fail, and how.
fn fewest(ran: &Ran) -> (Vec<Command>, String) {
    // Those that were refused changed nothing, as a rule.
    let attempts = [ran.changes().cloned().collect(), ran.commands.clone()];
    let again = attempts.into_iter().find_map(|commands| Some((replay(&commands)?, commands)));
    let Some(((needed, mut difference), commands)) = again else {
        return (ran.commands.clone(), "does not fail again".to_owned());
    };
    let mut commands = commands[..needed].to_vec();
    let mut chunk = commands.len().div_ceil(2);
    loop {
        let mut start = 0;
        while start < commands.len() {
            let end = (start + chunk).min(commands.len());
            let fewer = [&commands[..start], &commands[end..]].concat();
            match replay(&fewer) {
                Some((needed, other)) => {
                    commands = fewer[..needed].to_vec();
                    difference = other;
                }
                None => start = end,
            }
        }
        if chunk == 1 {
            return (commands, difference);
        }
        chunk = chunk.div_ceil(2);
    }
}

/// The commands that ran on a shop.
#[derive(Default)]
struct Ran {
    commands: Vec<Command>,
    codes: Vec<i32>,
}

impl Ran {
    /// Returns the commands that changed something, and the last one.
    fn changes(&self) -> impl Iterator<Item = &Command> {
        let codes = self.codes.iter().chain(std::iter::repeat(&0));
        self.commands.iter().zip(codes).filter(|(_, code)| matches!(code, 0 | 8)).map(|(command, _)| command)
    }

    /// Panics with the fewest commands that show a difference. Finding them may take a minute, so it is told beforehand.
    fn panics(&self, seed: u64, mix: Mix, difference: &str) -> ! {
        let last = self.commands.last().map(Command::line).unwrap_or_default();
        say(&format!("seed {seed}, {mix:?}: {last}\n{difference}\nlooking for the fewest commands that show it"));
        let (fewest, difference) = fewest(self);
        let mut text = format!("seed {seed}, {mix:?}: after the last of these lines\n\n");
        let _ = writeln!(text, "orders product import - <<'END'\n{}END", super::catalogue());
        for command in fewest {
            let _ = writeln!(text, "{}", command.line());
        }
        panic!("{text}\n{difference}");
    }
}

/// Runs commands of a mix in some shops, and returns how often each exit code came.
pub fn agree(mix: Mix, seed: u64, shops: u64) -> Codes {
    let mut codes = Codes::new();
    for shop in 0..shops {
        let mut random = Rng::with_seed(seed * 1_000_000 + shop * 10 + mix as u64);
        let mut pair = Pair::new();
        let mut ran = Ran::default();
        for _ in 0..COMMANDS_OF_A_SHOP {
            let command = draw::command(&mut random, &pair.model, mix);
            let end = pair.run(&command);
            ran.commands.push(command);
            match end {
                Ok(code) => ran.codes.push(code),
                Err(difference) => ran.panics(seed, mix, &difference),
            }
        }
        if let Err(difference) = pair.is_sound() {
            ran.panics(seed, mix, &difference);
        }
        for code in ran.codes {
            *codes.entry(code).or_default() += 1;
        }
    }
    codes
}
