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

use crate::disk::{Disk, Image};
use crate::fault::{Plan, Row, skip};
use crate::session::{Moment, Session};
use crate::shop::quick_folder;
use crate::state::{difference, dump};
use crate::strace;

/// How many threads look at images.
const THREADS: usize = 2;
/// After how many disks to say how many there were: the long version takes its time.
const PROGRESS: usize = 100_000;
/// How many images are drawn of each moment, before the next round.
const DRAWN: usize = 20;

/// Cuts the power at every moment of a session, and opens what the disk may then hold.
pub fn power_loss(plan: &Plan) -> Result<Row, Failed> {
    if !strace::is_there() {
        return skip("power loss", "strace is not there, or may not trace");
    }
    let session = Session::record();
    let wanted = plan.size(1_000, 1_000_000);
    let images = Images { seen: Mutex::default(), wanted, is_over: AtomicBool::new(false) };
    let problem = Mutex::new(None);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (session, images, problem) = (&session, &images, &problem);
            scope.spawn(move || {
                if let Err(found) = images.look(plan, session, thread) {
                    images.is_over.store(true, Ordering::Relaxed);
                    *problem.lock().unwrap() = Some(found);
                }
            });
        }
    });
    if let Some(problem) = problem.into_inner().unwrap() {
        return Err(format!("seed {}: {problem}", plan.seed).into());
    }
    let distinct = images.seen.into_inner().unwrap().len();
    let tried = format!("{} moments of {} commands, distinct disks", session.moments.len(), session.states.len() - 1);
    Ok(Row { fault: "power loss", tried, faults: distinct as u64 })
}

/// The images that were looked at.
struct Images {
    seen: Mutex<HashSet<u64>>,
    wanted: usize,
    is_over: AtomicBool,
}

impl Images {
    /// Looks at every moment that is this thread's, again and again, until there are enough images.
    fn look(&self, plan: &Plan, session: &Session, thread: usize) -> Result<(), String> {
        let folder = quick_folder();
        for round in 0.. {
            let (mut disk, mut is_new_there) = (Disk::default(), false);
            for (index, moment) in session.moments.iter().enumerate() {
                disk.take(&moment.step);
                if index % THREADS != thread {
                    continue;
                }
                let mut random = plan.random(&format!("power loss {round} {index}"));
                for _ in 0..DRAWN {
                    let image = disk.draw(&mut random);
                    if self.is_over.load(Ordering::Relaxed) {
                        return Ok(());
                    }
                    if !self.is_new(&image, moment.acknowledged) {
                        continue;
                    }
                    is_new_there = true;
                    hold(session, moment, &image, folder.path()).map_err(|problem| {
                        format!("round {round}, moment {index} ({}): {problem}", session.told(index))
                    })?;
                }
            }
            if !is_new_there {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Tells whether an image was not looked at yet, and notes it.
    fn is_new(&self, image: &Image, acknowledged: usize) -> bool {
        let mut hasher = std::hash::DefaultHasher::new();
        image.hash(&mut hasher);
        acknowledged.hash(&mut hasher);
        let mut seen = self.seen.lock().unwrap();
        let is_new = seen.insert(hasher.finish());
        if is_new && seen.len().is_multiple_of(PROGRESS) {
            eprintln!("power loss: {} disks", seen.len());
        }
        self.is_over.fetch_or(seen.len() >= self.wanted, Ordering::Relaxed);
        is_new
    }
}

/// Holds that the file opens, agrees with itself and has everything that was acknowledged, and that the backup is whole.
fn hold(session: &Session, moment: &Moment, image: &Image, folder: &Path) -> Result<(), String> {
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    // What a backup had in hand is of no use to anybody.
    for (name, content) in image.iter().filter(|(name, _)| !name.starts_with(".orders-copy-")) {
        fs::write(folder.join(name), content).unwrap();
    }
    let (since, whole) = &session.backup;
    match image.get("copy.db") {
        Some(copy) if copy != whole => return Err("the backup is not whole".to_owned()),
        None if moment.acknowledged >= *since => return Err("the backup is gone".to_owned()),
        _ => {}
    }
    let file = folder.join("orders.db");
    // Where nothing was done yet, the next command may have to make the file.
    let access = if moment.acknowledged == 0 { Access::Create } else { Access::Write };
    let store = Store::open(&file, access, Duration::ZERO).map_err(|error| format!("the file {error}"))?;
    // The rules are over rows, and hold over those that are allowed: what is left to ask is whether the rows can be trusted.
    let damage = store.read(|read| read.damage()).map_err(|error: StoreError| format!("the file {error}"))?;
    if !damage.is_empty() {
        return Err(format!("{damage:?}"));
    }
    drop(store);
    let rows = rusqlite::Connection::open(&file).and_then(|connection| dump(&connection));
    let rows = rows.map_err(|error| format!("the file cannot be read: {error}"))?;
    let allowed = &session.states[moment.acknowledged..=moment.begun];
    if allowed.contains(&rows) {
        return Ok(());
    }
    let difference = difference(&rows, &session.states[moment.acknowledged]);
    Err(format!("what was acknowledged is not there, or something is in between:\n{difference}"))
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
