//! What a fault is, how many of them are tried, and the table of what came of them.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use libtest_mimic::{Failed, Trial};

/// How much is tried, and from which seed.
#[derive(Clone)]
pub struct Plan {
    /// What every random choice comes from.
    pub seed: u64,
    /// Whether this is the long version.
    pub is_long: bool,
    rows: Arc<Mutex<Vec<(Row, usize)>>>,
    /// How many promises the fault at hand broke.
    broken: Arc<AtomicUsize>,
}

/// What came of one kind of fault: a row of the table.
pub struct Row {
    /// The fault: `killed`, `power loss`.
    pub fault: &'static str,
    /// What was done to what: `14 commands × 3 files × every call of 9`.
    pub tried: String,
    /// How many faults that were.
    pub faults: u64,
}

/// One kind of fault: tries it, and fails where a promise is broken. A message names the seed and the point.
pub type Fault = fn(&Plan) -> Result<Row, Failed>;

impl Plan {
    /// Reads `ORDERS_FAULTS` and `ORDERS_SEED`.
    pub fn from_environment() -> Plan {
        let seed = std::env::var("ORDERS_SEED").ok().map(|seed| seed.parse().expect("ORDERS_SEED is a number"));
        let is_long = std::env::var("ORDERS_FAULTS").is_ok_and(|version| version == "long");
        Plan { seed: seed.unwrap_or(1), is_long, rows: Arc::default(), broken: Arc::default() }
    }

    /// Chooses between the size of the short version and that of the long one.
    pub fn size<T>(&self, short: T, long: T) -> T {
        if self.is_long { long } else { short }
    }

    /// Draws random numbers for a fault: the same ones from the same seed.
    pub fn random(&self, fault: &str) -> fastrand::Rng {
        let mut hasher = std::hash::DefaultHasher::new();
        (self.seed, fault).hash(&mut hasher);
        fastrand::Rng::with_seed(hasher.finish())
    }

    /// Takes all in the long version, and `few` drawn at random in the short one.
    pub fn sample<T>(&self, random: &mut fastrand::Rng, few: usize, all: impl Iterator<Item = T>) -> Vec<T> {
        if self.is_long { all.collect() } else { random.choose_multiple(all, few) }
    }

    /// Tries every fault, some at once, and counts them; fails with the first problems.
    pub fn try_all<T: Sync>(
        &self,
        faults: &[T],
        fault: impl Fn(&T) -> Result<(), String> + Sync,
    ) -> Result<u64, Failed> {
        const ENOUGH: usize = 5;
        // Many do nothing but wait. In the short version other faults are tried beside these.
        let at_once = if self.is_long { 4 } else { 2 };
        let next = AtomicUsize::new(0);
        let problems = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(|| {
                    loop {
                        let nth = next.fetch_add(1, Ordering::Relaxed);
                        let Some(one) = faults.get(nth) else { return };
                        if problems.lock().unwrap().len() >= ENOUGH {
                            return;
                        }
                        if self.is_long && nth.is_multiple_of(1_000) {
                            eprintln!("{nth} of {} tried", faults.len());
                        }
                        if let Err(problem) = fault(one) {
                            if self.is_long {
                                // The end may be hours away.
                                eprintln!("{problem}");
                            }
                            problems.lock().unwrap().push(problem);
                        }
                    }
                });
            }
        });
        let problems = problems.into_inner().unwrap();
        if problems.is_empty() {
            return Ok(faults.len() as u64);
        }
        self.broken.fetch_add(problems.len(), Ordering::Relaxed);
        Err(format!("seed {}: {}", self.seed, problems.join("\n\n")).into())
    }

    /// Makes a test of each fault.
    pub fn trials(&self, faults: &[(&'static str, Fault)]) -> Vec<Trial> {
        let trial = |&(name, fault): &(&'static str, Fault)| {
            let plan = Plan { broken: Arc::default(), ..self.clone() };
            Trial::test(name, move || {
                let ending = fault(&plan);
                let (row, broken, ending) = match ending {
                    Ok(row) => (row, 0, Ok(())),
                    Err(failed) => {
                        let row = Row { fault: name, tried: "FAILED, and broken off".to_owned(), faults: 0 };
                        (row, plan.broken.load(Ordering::Relaxed).max(1), Err(failed))
                    }
                };
                plan.rows.lock().unwrap().push((row, broken));
                ending
            })
        };
        faults.iter().map(trial).collect()
    }

    /// Prints what was tried, as the table in tests/README.md has it.
    pub fn print_table(&self) {
        let rows = self.rows.lock().unwrap();
        if rows.is_empty() {
            return;
        }
        println!("seed {}\n\n| fault | tried | faults | promises broken |\n|---|---|---|---|", self.seed);
        for (row, broken) in rows.iter() {
            println!("| {} | {} | {} | {broken} |", row.fault, row.tried, row.faults);
        }
        println!();
    }
}

/// Leaves a fault out because its ground is missing, unless nothing may be left out.
pub fn skip(fault: &'static str, reason: &str) -> Result<Row, Failed> {
    if std::env::var_os("ORDERS_SKIP_NOTHING").is_some_and(|value| value == "1") {
        return Err(format!("{fault} cannot be tried: {reason}").into());
    }
    println!("SKIPPED {fault}: {reason}");
    Ok(Row { fault, tried: format!("SKIPPED: {reason}"), faults: 0 })
}
