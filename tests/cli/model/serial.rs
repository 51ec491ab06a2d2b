//! Looks for a serial order: commands one after the other, of which the model says what several processes at once replied and left.

use std::fmt::Write as _;
use std::time::Instant;

use super::command::Command;
use super::compare::Found;
use super::reply;
use super::shop::Shop;

/// How a command ended.
#[derive(Debug)]
pub enum End {
    Replied {
        code: i32,
        stdout: String,
        stderr: String,
    },
    /// It was done, or not. If it had begun to print, it was done.
    Killed {
        stdout: String,
    },
}

/// A command of one process.
#[derive(Debug)]
pub struct Ran {
    pub command: Command,
    pub began: Instant,
    pub ended: Instant,
    pub end: End,
    /// What the backup holds that it made.
    pub copy: Option<Found>,
}

/// Processes that ran at once. Each ran its commands one after the other.
pub type Round = [Vec<Ran>];

/// How many commands of each process were put in their places.
type Places = Vec<usize>;

/// What the search found.
#[derive(Default)]
pub struct Explained {
    /// Every shop of the model that agrees with all replies, and with what was found in the end: nearly always one. They differ
    /// in what nobody sees before a later command.
    pub shops: Vec<Shop>,
    /// Whether the order in which the commands ended is no explanation.
    pub is_another_order: bool,
    /// Where each other order does not agree.
    pub dead_ends: Vec<String>,
}

/// Explains a round that began with one of these shops, and left what was found.
pub fn explain(before: &[Shop], round: &Round, found: &Found) -> Explained {
    let mut search = Search { round, found, visited: Vec::new(), explained: Explained::default() };
    for shop in before {
        search.go_on(&vec![0; round.len()], shop, "");
    }
    search.explained
}

struct Search<'a> {
    round: &'a Round,
    found: &'a Found,
    /// What was tried: orders of the same commands that lead to the same shop are one.
    visited: Vec<(Places, Shop)>,
    explained: Explained,
}

impl Search<'_> {
    /// Tries every command that may come next. `line` names those before.
    fn go_on(&mut self, places: &Places, shop: &Shop, line: &str) {
        if self.visited.iter().any(|(known, same)| known == places && same == shop) {
            return;
        }
        self.visited.push((places.clone(), shop.clone()));
        let mut next: Vec<usize> = (0..self.round.len()).filter(|&process| self.may_be_next(places, process)).collect();
        if next.is_empty() {
            return self.arrive(shop, line);
        }
        // The order in which they ended is likely.
        next.sort_by_key(|&process| self.round[process][places[process]].ended);
        for process in next {
            let ran = &self.round[process][places[process]];
            let mut after = places.clone();
            after[process] += 1;
            self.put(ran, &after, shop, &format!("{line} {}.{}", process + 1, after[process]));
        }
    }

    /// Returns whether the next command of a process may come before all that are left: none of them had ended before it began.
    fn may_be_next(&self, places: &Places, process: usize) -> bool {
        let Some(ran) = self.round[process].get(places[process]) else { return false };
        let left = self.round.iter().zip(places).filter_map(|(all, &place)| all.get(place));
        left.into_iter().all(|other| ran.began <= other.ended)
    }

    fn put(&mut self, ran: &Ran, places: &Places, shop: &Shop, line: &str) {
        let outcome = shop.outcome(&ran.command);
        match &ran.end {
            End::Replied { code, stdout, .. } => {
                let is_done = matches!(code, 0 | 8);
                let differences = match (outcome.codes.contains(code), is_done) {
                    (false, _) => vec![format!("exit code {:?}", outcome.codes)],
                    (true, true) => {
                        let replied = reply::differences(&ran.command, shop, &outcome, stdout);
                        let copied = ran.copy.as_ref().map(|copy| copy.differences(shop));
                        replied.into_iter().chain(copied.unwrap_or_default()).collect()
                    }
                    (true, false) => Vec::new(),
                };
                match differences.is_empty() {
                    true => self.go_on(places, &outcome.left(*code, shop), line),
                    false => self.note(line, &differences),
                }
            }
            End::Killed { stdout } => {
                if outcome.codes.iter().any(|code| matches!(code, 0 | 8)) {
                    let is_whole = serde_json::from_str::<serde_json::Value>(stdout).is_ok();
                    let line = format!("{line} (killed, but done)");
                    match is_whole.then(|| reply::differences(&ran.command, shop, &outcome, stdout)) {
                        Some(differences) if !differences.is_empty() => self.note(&line, &differences),
                        _ => self.go_on(places, &outcome.left(0, shop), &line),
                    }
                }
                let line = format!("{line} (killed, not done)");
                match stdout.is_empty() {
                    true => self.go_on(places, shop, &line),
                    false => self.note(&line, &["it had begun to print".to_owned()]),
                }
            }
        }
    }

    fn arrive(&mut self, shop: &Shop, line: &str) {
        let differences = self.found.differences(shop);
        if differences.is_empty() {
            self.explained.is_another_order |= self.explained.shops.is_empty() && !self.explained.dead_ends.is_empty();
            self.explained.shops.push(shop.clone());
        } else {
            self.note(line, &differences);
        }
    }

    fn note(&mut self, line: &str, differences: &[String]) {
        let mut text = String::new();
        let _ = write!(text, "{}: {}", line.trim_start(), differences.join("\n  "));
        self.explained.dead_ends.push(text);
    }
}
