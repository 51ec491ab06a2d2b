//! Random commands on a shop, and the same on a model of it that shares no code with the program: exit codes, stock, what orders
//! hold, and money agree after each.
//!
//! | file | holds |
//! |---|---|
//! | `command` | command lines as values |
//! | `shop` | the model: what is on hand, orders and their sums |
//! | `rules` | what a command does to it, and what stands against it |
//! | `draw` | which commands come |
//! | `compare` | the program's shop beside the model |
//! | `history` | the same, as an order's history tells it |
//!
//! ```text
//! cargo test --test cli model::                              2,000 commands
//! ORDERS_MODEL=long cargo test --release --test cli model::  100,000
//! ORDERS_SEED=7 cargo test --test cli model::                others
//! ```
//!
//! What fails is printed with its seed, and as the fewest lines that still fail.

mod command;
mod compare;
mod draw;
mod history;
mod rules;
mod shop;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fastrand::Rng;
use serde_json::json;

use self::command::{Command, money};
use self::draw::{CATALOGUE, Mix};
use crate::harness;

/// After how many commands a new shop begins.
const COMMANDS_OF_A_SHOP: usize = 100;

/// Returns the catalogue as `product import` takes it.
fn catalogue() -> String {
    let products = CATALOGUE.iter().map(|(named, price, stock)| {
        let mut product =
            json!({"id": named.id, "name": named.barcode, "barcode": named.barcode, "price": money(*price)});
        match *stock {
            [("", pieces)] => product["stockQuantity"] = json!(pieces),
            sizes => product["sizeQuantities"] = sizes.iter().map(|&(size, pieces)| (size, pieces)).collect(),
        }
        product.to_string() + "\n"
    });
    products.collect()
}

/// A shop that the program keeps, beside the model.
struct Pair {
    program: harness::Shop,
    model: shop::Shop,
}

impl Pair {
    fn new() -> Pair {
        let program = harness::Shop::in_memory();
        program.orders(["product", "import", "-q"]).stdin(catalogue()).succeeds();
        Pair { program, model: shop::Shop::new(&CATALOGUE) }
    }

    /// Runs a command on both. Returns its exit code, or what differs.
    fn run(&mut self, command: &Command) -> Result<i32, String> {
        let run = command.arguments().iter().fold(self.program.orders([]), |run, word| run.arg(word));
        let done = run.stdin(command.stdin()).ends();
        let outcome = self.model.outcome(command);
        if !outcome.codes.contains(&done.code) {
            return Err(format!("expected exit code {:?}, got {}\n{}", outcome.codes, done.code, done.stderr));
        }
        if matches!(done.code, 0 | 8) {
            self.model = outcome.after;
        }
        let found = compare::differences(&self.program, &self.model, &done.stdout);
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
        let _ = writeln!(text, "orders product import - <<'END'\n{}END", catalogue());
        for command in fewest {
            let _ = writeln!(text, "{}", command.line());
        }
        panic!("{text}\n{difference}");
    }
}

fn say(text: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes());
}

/// Runs commands of a mix, and returns how often each exit code came.
fn agree(mix: Mix) -> BTreeMap<i32, usize> {
    let is_long = std::env::var("ORDERS_MODEL").is_ok_and(|value| value == "long");
    let seed = std::env::var("ORDERS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut codes: BTreeMap<i32, usize> = BTreeMap::new();
    for shop in 0..if is_long { 250 } else { 5 } {
        let shop_seed = seed * 1_000_000 + shop * 10 + mix as u64;
        let mut random = Rng::with_seed(shop_seed);
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

/// Holds that commands of a mix are neither all refused nor all taken.
fn agree_with_every_code(mix: Mix) {
    let codes = agree(mix);
    let all: usize = codes.values().sum();
    let count = |code: i32| codes.get(&code).copied().unwrap_or(0);
    assert!(count(0) > all / 3 && count(5) > all / 50 && count(6) > all / 100, "{mix:?}: {codes:?}");
    say(&format!("{mix:?}: {all} commands agreed, by exit code {codes:?}"));
}

#[test]
fn sales_agree_with_the_model() {
    agree_with_every_code(Mix::Sales);
}

#[test]
fn changes_agree_with_the_model() {
    agree_with_every_code(Mix::Changes);
}

#[test]
fn returns_agree_with_the_model() {
    agree_with_every_code(Mix::Returns);
}

#[test]
fn money_agrees_with_the_model() {
    agree_with_every_code(Mix::Money);
}
