//! Power is lost at every moment of a session.

use std::collections::HashSet;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use libtest_mimic::Failed;
use orders::store::{Access, Store, StoreError};

use crate::disk::{Disk, Image, Step};
use crate::fault::{Plan, Row, skip};
use crate::session::{Moment, Session};
use crate::shop::quick_folder;
use crate::state::{difference, dump};
use crate::strace;

/// How many threads look at images.
const THREADS: usize = 2;
/// After how many disks to say how many there were: the long version takes its time.
const PROGRESS: usize = 10_000;

/// Cuts the power at every moment of a session, and opens what the disk may then hold.
pub fn power_loss(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("power loss", "strace is not there, or may not trace");
    }
    let sessions = Session::record_all();
    let images = Images {
        seen: Mutex::default(),
        drawn: plan.size(2, 20),
        wanted: plan.size(0, 200_000),
        is_broken: AtomicBool::new(false),
    };
    let problem = Mutex::new(None);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (sessions, images, problem) = (&sessions, &images, &problem);
            scope.spawn(move || {
                if let Err(found) = images.look(plan, sessions, thread) {
                    images.is_broken.store(true, Ordering::Relaxed);
                    *problem.lock().unwrap() = Some(found);
                }
            });
        }
    });
    if let Some(problem) = problem.into_inner().unwrap() {
        return Err(format!("seed {}: {problem}", plan.seed).into());
    }
    let distinct = images.seen.into_inner().unwrap().len();
    let moments: usize = sessions.iter().map(|session| session.moments.len()).sum();
    let acts: usize = sessions.iter().map(|session| session.states.len() - 1).sum();
    let tried = format!("{moments} moments of {acts} commands, distinct disks");
    Ok(Row { fault: "power loss", tried, faults: distinct as u64 })
}

/// The images that were looked at.
struct Images {
    seen: Mutex<HashSet<u64>>,
    /// How many are drawn of each moment, in each round.
    drawn: usize,
    /// After how many there is no other round.
    wanted: usize,
    is_broken: AtomicBool,
}

impl Images {
    /// Looks at every moment that is this thread's, in rounds, until there are enough images.
    fn look(&self, plan: &Plan, sessions: &[Session], thread: usize) -> Result<(), String> {
        let folder = quick_folder();
        for round in 0.. {
            let mut is_new_there = false;
            for (number, session) in sessions.iter().enumerate() {
                let mut disk = Disk::default();
                session.found.iter().for_each(|step| disk.take(step));
                for (index, moment) in session.moments.iter().enumerate() {
                    disk.take(&moment.step);
                    if index % THREADS != thread {
                        continue;
                    }
                    let mut random = plan.random(&format!("power loss {round} {number} {index}"));
                    for _ in 0..self.drawn {
                        let image = draw(&disk, &mut random);
                        if self.is_broken.load(Ordering::Relaxed) {
                            return Ok(());
                        }
                        if !self.is_new(&image, moment.acknowledged) {
                            continue;
                        }
                        is_new_there = true;
                        hold(session, moment, &image, folder.path()).map_err(|problem| {
                            let told = session.told(index);
                            format!("round {round}, session {number}, moment {index} ({told}): {problem}")
                        })?;
                    }
                }
            }
            if !is_new_there || self.seen.lock().unwrap().len() >= self.wanted {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Returns whether an image was not looked at yet, and notes it.
    fn is_new(&self, image: &Image, acknowledged: usize) -> bool {
        let mut hasher = std::hash::DefaultHasher::new();
        image.hash(&mut hasher);
        acknowledged.hash(&mut hasher);
        let mut seen = self.seen.lock().unwrap();
        let is_new = seen.insert(hasher.finish());
        if is_new && seen.len().is_multiple_of(PROGRESS) {
            eprintln!("power loss: {} disks", seen.len());
        }
        is_new
    }
}

/// Draws what is found of a disk. The index of the log is no part of it: it may hold anything.
fn draw(disk: &Disk, random: &mut fastrand::Rng) -> Image {
    let mut image = disk.draw(random);
    if random.u8(0..4) == 0 && image.contains_key("orders.db") {
        let mut index = vec![0; 32 * 1024];
        random.fill(&mut index);
        image.insert("orders.db-shm".to_owned(), index);
    }
    image
}

/// Holds that the file opens, is not damaged and has everything that was acknowledged; that the backup is whole; and that
/// what an older version's file was is kept.
fn hold(session: &Session, moment: &Moment, image: &Image, folder: &Path) -> Result<(), String> {
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    // What a backup had in hand is of no use to anybody.
    for (name, content) in image.iter().filter(|(name, _)| !name.starts_with(".orders-temp-")) {
        fs::write(folder.join(name), content).unwrap();
    }
    if let Some((since, whole)) = &session.backup {
        match image.get("copy.db") {
            Some(copy) if copy != whole => return Err("the backup is not whole".to_owned()),
            None if moment.acknowledged >= *since => return Err("the backup is gone".to_owned()),
            _ => {}
        }
    }
    let file = folder.join("orders.db");
    // Where nothing was done yet, the next command may have to make the file.
    let access = if session.states[moment.acknowledged].is_empty() { Access::Create } else { Access::Write };
    let store = Store::open(&file, access, Duration::ZERO).map_err(|error| format!("the file {error}"))?;
    // The rules are over rows, and hold over those that are allowed: what is left to ask is whether the rows can be trusted.
    let damage = store.read(|read| read.damage()).map_err(|error: StoreError| format!("the file {error}"))?;
    if !damage.is_empty() {
        return Err(format!("{damage:?}"));
    }
    drop(store);
    let rows = rows_of(&file)?;
    let is_older = session.found.iter().any(|step| matches!(step, Step::Create(_)));
    if is_older {
        let kept = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let kept: Vec<_> = kept.filter(|path| path.to_string_lossy().contains("orders.db.v1")).collect();
        if kept.is_empty() {
            return Err("the older file is not kept".to_owned());
        }
        for path in kept {
            if rows_of(&path)? != session.states[0] {
                return Err(format!("{} is not what the file was", path.display()));
            }
        }
    }
    let allowed = &session.states[moment.acknowledged..=moment.begun];
    if allowed.contains(&rows) {
        return Ok(());
    }
    let difference = difference(&rows, &session.states[moment.acknowledged]);
    Err(format!("what was acknowledged is not there, or something is in between:\n{difference}"))
}

fn rows_of(file: &Path) -> Result<String, String> {
    let rows = rusqlite::Connection::open(file).and_then(|connection| dump(&connection));
    rows.map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

impl Session {
    /// Tells what a step was, without its bytes.
    fn told(&self, index: usize) -> String {
        let mut told = format!("{:?}", self.moments[index].step);
        if let Some((end, _)) = told.char_indices().nth(100) {
            told.truncate(end);
        }
        format!("{told}, act {}", self.moments[index].begun)
    }
}
