//! Damaged files: whatever happened to the bytes of an orders file, the program refuses it, finds the damage or is still
//! right; it never crashes, never hangs, and leaves what it refuses as it was.

use fastrand::Rng;
use libtest_mimic::Failed;
use rusqlite::Connection;

use crate::fault::{Plan, Row};
use crate::ground::{Bytes, Ground, PAGE, READING, WRITING, figures, is_done, run};
use crate::shop::{Ending, Shop};

/// Which damage is tried alone: as messages name it.
const ONLY: &str = "ORDERS_DAMAGE";

/// What came of a damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// `check` refuses the file as none of ours.
    Strange,
    /// `check` refuses the file because it is damaged.
    Refused,
    /// `check` finds the damage.
    Found,
    /// No figure is another.
    Right,
}

/// Damages files in every way that is drawn.
pub fn damaged(plan: &Plan) -> Result<Row, Failed> {
    let ground = Ground::get();
    let count = plan.size(40, 20_000);
    let numbers: Vec<u64> = match std::env::var(ONLY) {
        Ok(number) => vec![number.parse()?],
        Err(_) => (0..count).collect(),
    };
    let verdicts = std::sync::Mutex::new(Vec::new());
    let faults = plan.try_all(&numbers, |number| {
        let mut random = plan.random(&format!("damaged {number}"));
        let verdict = damage_and_hold(ground, &mut random).map_err(|broken| format!("{ONLY}={number}: {broken}"))?;
        verdicts.lock().unwrap().push(verdict);
        Ok(())
    })?;
    let verdicts = verdicts.into_inner().unwrap();
    let came = |verdict| verdicts.iter().filter(|came| **came == verdict).count();
    Ok(Row {
        fault: "damaged file",
        tried: format!(
            "damages drawn: {} refused, {} found by check, {} without effect on any figure",
            came(Verdict::Strange) + came(Verdict::Refused),
            came(Verdict::Found),
            came(Verdict::Right)
        ),
        faults,
    })
}

/// Draws a damage and two commands, and holds what must hold of them.
fn damage_and_hold(ground: &Ground, random: &mut Rng) -> Result<Verdict, String> {
    let files = [("clean", &ground.clean), ("logged", &ground.logged), ("backup", &ground.backup)];
    let (name, whole) = files[random.usize(..files.len())];
    let mut bytes = whole.clone();
    let what = damage(&mut bytes, random);
    let lines = [READING[random.usize(..READING.len())], WRITING[random.usize(..WRITING.len())]];
    let damaged = Damaged { ground, figures: figures(&bytes.shop().file()).ok(), bytes };
    damaged.hold(lines).map_err(|broken| {
        let kept = damaged.bytes.shop().keep();
        format!("{name} file, {what}: {broken}\nthe damaged file is kept in {}", kept.display())
    })
}

/// A damaged file.
struct Damaged<'a> {
    ground: &'a Ground,
    bytes: Bytes,
    /// Its figures, where SQLite can read them.
    figures: Option<String>,
}

impl Damaged<'_> {
    fn hold(&self, lines: [&'static str; 2]) -> Result<Verdict, String> {
        let (shop, checked) = self.run("check")?;
        let verdict = match checked.code {
            Some(0) => Verdict::Right,
            Some(10) => Verdict::Found,
            Some(1) if ["is damaged", "cannot be used"].iter().any(|words| checked.stderr.contains(words)) => {
                Verdict::Refused
            }
            Some(1) => Verdict::Strange,
            _ => return Err(format!("check: {checked:#?}")),
        };
        self.hold_right(&shop, &checked, None)?;
        for line in lines {
            self.hold_line(line, verdict).map_err(|broken| format!("{line}: {broken}"))?;
        }
        Ok(verdict)
    }

    fn hold_line(&self, line: &'static str, verdict: Verdict) -> Result<(), String> {
        let (shop, ending) = self.run(line)?;
        if verdict == Verdict::Strange && ending.code != Some(1) {
            return Err(format!("check refuses the file, but this is not refused: {ending:#?}"));
        }
        let after = figures(&shop.file()).ok();
        if (READING.contains(&line) || !is_done(&ending)) && after != self.figures {
            return Err(format!("the figures became others: {ending:#?}"));
        }
        let checked = run(&shop, "check")?;
        if verdict == Verdict::Right && checked.code != Some(0) {
            return Err(format!("check was silent before and is not after it: {checked:#?}"));
        }
        self.hold_right(&shop, &checked, is_done(&ending).then_some(line))
    }

    /// Runs a command on the file, and holds that what it refuses is as it was.
    fn run(&self, line: &str) -> Result<(Shop, Ending), String> {
        let shop = self.bytes.shop();
        let ending = run(&shop, line)?;
        if ending.code == Some(1) {
            self.hold_untouched(&shop, &ending)?;
        }
        Ok((shop, ending))
    }

    /// Holds that where `check` is silent the figures are right: those of a state, or those that a command made of it.
    fn hold_right(&self, shop: &Shop, checked: &Ending, done: Option<&'static str>) -> Result<(), String> {
        if checked.code != Some(0) {
            return Ok(());
        }
        let now = figures(&shop.file()).map_err(|error| format!("check is silent, but {error}"))?;
        let right = |before: &str| {
            let state = self.ground.state(before)?;
            Some(done.map_or(&state.figures, |line| &state.does[line].figures))
        };
        // Where the figures could not be read before, any state may be what was worked on.
        let is_right = match &self.figures {
            Some(before) => right(before) == Some(&now),
            None => self.ground.states.iter().any(|state| right(&state.figures) == Some(&now)),
        };
        if is_right { Ok(()) } else { Err(format!("check is silent, but the figures are others: {checked:#?}")) }
    }

    /// Holds that what was refused is as it was, byte for byte; where the damage was met on the way, in a file that had been
    /// taken for ours, its log may have been moved into it, and the first writer of a backup has marked that as one that
    /// keeps a log.
    fn hold_untouched(&self, shop: &Shop, ending: &Ending) -> Result<(), String> {
        let logged = |bytes: &Bytes| bytes.log.clone().filter(|log| !log.is_empty());
        let (before, after) = (&self.bytes, Bytes::of(&shop.file()));
        if after.file == before.file && logged(&after) == logged(before) {
            return Ok(());
        }
        let met = ["is damaged", "cannot be used", "could not be read"];
        let was_taken = met.iter().any(|words| ending.stderr.contains(words));
        let is_moved = logged(&after).is_none() && Some(&after.file) == checkpointed(before).as_ref();
        // The version of the format, and the counter of changes with the version of SQLite that counted.
        let is_mark = |at: usize| matches!(at, 18..20 | 24..28 | 92..100);
        let differ = |at: &usize| after.file.get(*at) != before.file.get(*at);
        let is_marked = logged(&after).is_none()
            && logged(before).is_none()
            && (before.file.get(18..20), after.file.get(18..20)) == (Some(&[1, 1]), Some(&[2, 2]))
            && after.file.len() == before.file.len()
            && (0..after.file.len()).filter(differ).all(is_mark);
        if was_taken && (is_moved || is_marked) {
            return Ok(());
        }
        let differing: Vec<usize> = (0..after.file.len()).filter(differ).take(20).collect();
        let lengths = [before, &after].map(|bytes| (bytes.file.len(), logged(bytes).map(|log| log.len())));
        Err(format!("refused and changed at {differing:?}, file and log of {lengths:?}: {ending:#?}"))
    }
}

/// Returns what SQLite makes of a file when it moves its log into it.
fn checkpointed(bytes: &Bytes) -> Option<Vec<u8>> {
    let shop = bytes.shop();
    let connection = Connection::open(shop.file()).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).ok()?;
    drop(connection);
    Some(std::fs::read(shop.file()).unwrap())
}

/// Damages a file in a way that is drawn, and says how.
fn damage(bytes: &mut Bytes, random: &mut Rng) -> String {
    if let Some(log) = bytes.log.as_mut().filter(|_| random.bool()) {
        return format!("log: {}", damage_bytes(log, random));
    }
    if random.u8(..8) == 0 {
        let (at, value) = (random.usize(..100), random.u8(..));
        bytes.file[at] = value;
        return format!("byte {at} of the header is {value}");
    }
    damage_bytes(&mut bytes.file, random)
}

fn damage_bytes(bytes: &mut Vec<u8>, random: &mut Rng) -> String {
    let page = random.usize(..bytes.len().div_ceil(PAGE));
    let range = page * PAGE..((page + 1) * PAGE).min(bytes.len());
    match random.u8(..8) {
        0 | 1 => {
            let flips: Vec<(usize, u8)> =
                (0..random.usize(1..=8)).map(|_| (random.usize(..bytes.len()), random.u8(..8))).collect();
            for (at, bit) in &flips {
                bytes[*at] ^= 1 << bit;
            }
            format!("bits flipped: {flips:?}")
        }
        2 => {
            random.fill(&mut bytes[range]);
            format!("page {page} is noise")
        }
        3 => {
            let value = [0, 0xff, 0x55][random.usize(..3)];
            bytes[range].fill(value);
            format!("page {page} is all {value:#x}")
        }
        4 => {
            let from = random.usize(..bytes.len());
            let copy: Vec<u8> = bytes.iter().cycle().skip(from / PAGE * PAGE).take(range.len()).copied().collect();
            bytes[range].copy_from_slice(&copy);
            format!("page {page} is that from {}", from / PAGE)
        }
        5 => {
            bytes.truncate(random.usize(..bytes.len()));
            format!("cut to {} bytes", bytes.len())
        }
        6 => {
            let length = random.usize(1..3 * PAGE);
            let more: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
            bytes.extend(more);
            format!("{length} bytes more")
        }
        _ => {
            let at = random.usize(..bytes.len());
            let end = (at + random.usize(1..512)).min(bytes.len());
            random.fill(&mut bytes[at..end]);
            format!("bytes {at} to {end} are noise")
        }
    }
}
