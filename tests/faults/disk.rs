//! A disk that loses power: what was written and synced, and what may be found of it afterwards.
//!
//! What was synced is there. Of what was not, any 512-byte sector may be there in any of its versions, a file's size may
//! be any that it had, and names may be missing or still there. The journal of the file system may keep the order of
//! names, or not.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;

const SECTOR: usize = 512;

/// A step of a session, as far as a disk is concerned.
#[derive(Debug, Clone)]
pub enum Step {
    /// A name is given to a new file.
    Create(String),
    /// Bytes are written to a place in a file.
    Write(String, usize, Vec<u8>),
    /// A file gets another size.
    Resize(String, usize),
    /// A file is on the disk.
    Sync(String),
    /// A name is gone.
    Remove(String),
    /// A name takes the place of another.
    Rename(String, String),
    /// A file has another name too.
    Link(String, String),
    /// The names are on the disk.
    SyncFolder,
}

/// A change of names.
#[derive(Debug, Clone)]
struct Naming {
    name: String,
    file: Option<usize>,
}

/// A change of a file that was not synced.
#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Resize(usize),
}

#[derive(Debug, Default)]
struct File {
    synced: Vec<u8>,
    unsynced: Vec<Change>,
}

/// The disk in the middle of a session.
#[derive(Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    /// The names as programs see them.
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
    /// What was done to names since; what belongs together is done together.
    unsynced_names: Vec<Vec<Naming>>,
}

/// What is found after a power cut: names with contents.
pub type Image = BTreeMap<String, Vec<u8>>;

impl Disk {
    /// Takes one step. Steps with files of which nothing is known (their names are gone) are nothing to the disk.
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Create(name) => {
                self.files.push(File::default());
                self.name(vec![Naming { name: name.clone(), file: Some(self.files.len() - 1) }]);
            }
            Step::Write(name, offset, bytes) => self.change(name, Change::Write(*offset, bytes.clone())),
            Step::Resize(name, size) => self.change(name, Change::Resize(*size)),
            Step::Sync(name) => {
                if let Some(&file) = self.names.get(name) {
                    let file = &mut self.files[file];
                    for change in std::mem::take(&mut file.unsynced) {
                        apply(&mut file.synced, &change);
                    }
                }
            }
            Step::Remove(name) => self.name(vec![Naming { name: name.clone(), file: None }]),
            Step::Rename(from, to) => {
                let file = self.names.get(from).copied();
                let gone = Naming { name: from.clone(), file: None };
                self.name(vec![Naming { name: to.clone(), file }, gone]);
            }
            Step::Link(from, to) => {
                let file = self.names.get(from).copied();
                self.name(vec![Naming { name: to.clone(), file }]);
            }
            Step::SyncFolder => {
                self.synced_names = self.names.clone();
                self.unsynced_names.clear();
            }
        }
    }

    fn change(&mut self, name: &str, change: Change) {
        if let Some(&file) = self.names.get(name) {
            self.files[file].unsynced.push(change);
        }
    }

    fn name(&mut self, namings: Vec<Naming>) {
        for naming in &namings {
            take_name(&mut self.names, naming);
        }
        self.unsynced_names.push(namings);
    }

    /// Draws what is found after a power cut at this moment.
    pub fn draw(&self, random: &mut Rng) -> Image {
        // Everything, nothing, or a part of it.
        let share = *random.choice(&[0, 10, 50, 90, 100]).unwrap_or(&100);
        let names = self.draw_names(random);
        let garbage = random.u8(0..8) == 0;
        names.into_iter().map(|(name, file)| (name, self.files[file].draw(share, garbage, random))).collect()
    }

    fn draw_names(&self, random: &mut Rng) -> BTreeMap<String, usize> {
        let mut names = self.synced_names.clone();
        if random.bool() {
            // In order, as a journal keeps it.
            let kept = random.usize(0..=self.unsynced_names.len());
            self.unsynced_names[..kept].iter().flatten().for_each(|naming| take_name(&mut names, naming));
            return names;
        }
        // Each name for itself, up to some moment.
        let namings = || self.unsynced_names.iter().flatten();
        let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
        for naming in namings() {
            *kept.entry(&naming.name).or_default() += 1;
        }
        for count in kept.values_mut() {
            *count = random.usize(0..=*count);
        }
        for naming in namings() {
            if let Some(left) = kept.get_mut(naming.name.as_str()).filter(|left| **left > 0) {
                *left -= 1;
                take_name(&mut names, naming);
            }
        }
        names
    }
}

impl File {
    /// Draws its content: of what was not synced, about a `share` of a hundred.
    fn draw(&self, share: u32, garbage: bool, random: &mut Rng) -> Vec<u8> {
        let mut content = self.synced.clone();
        if self.unsynced.is_empty() || share == 0 {
            return content;
        }
        // How many versions each sector had, and which of them is found.
        let mut versions: BTreeMap<usize, usize> = BTreeMap::new();
        let mut sizes = vec![content.len()];
        for change in &self.unsynced {
            let size = sizes[sizes.len() - 1];
            sizes.push(match change {
                Change::Write(offset, bytes) => size.max(offset + bytes.len()),
                Change::Resize(size) => *size,
            });
            if let Change::Write(offset, bytes) = change {
                sectors(*offset, bytes).for_each(|(sector, ..)| *versions.entry(sector).or_default() += 1);
            }
        }
        for count in versions.values_mut() {
            *count = match random.u32(0..100) {
                draw if draw < share => *count,
                draw if draw < share + (100 - share) / 4 => random.usize(0..=*count),
                _ => 0,
            };
        }
        let resizes = self.unsynced.iter().filter(|change| matches!(change, Change::Resize(_))).count();
        let mut resizes = if share == 100 { resizes } else { random.usize(0..=resizes) };
        let mut is_found: BTreeSet<usize> = BTreeSet::new();
        for change in &self.unsynced {
            match change {
                Change::Resize(_) if resizes == 0 => {}
                Change::Resize(_) => {
                    resizes -= 1;
                    apply(&mut content, change);
                }
                Change::Write(offset, bytes) => {
                    for (sector, at, piece) in sectors(*offset, bytes) {
                        if let Some(left) = versions.get_mut(&sector).filter(|left| **left > 0) {
                            *left -= 1;
                            is_found.insert(sector);
                            apply(&mut content, &Change::Write(at, piece.to_vec()));
                        }
                    }
                }
            }
        }
        let size = if share == 100 { sizes[sizes.len() - 1] } else { sizes[random.usize(0..sizes.len())] };
        content.resize(size, 0);
        if garbage {
            // What was given to the file but never written may hold what was there before.
            for sector in self.synced.len().div_ceil(SECTOR)..size / SECTOR {
                if !is_found.contains(&sector) {
                    random.fill(&mut content[sector * SECTOR..(sector + 1) * SECTOR]);
                }
            }
        }
        content
    }
}

fn take_name(names: &mut BTreeMap<String, usize>, naming: &Naming) {
    match naming.file {
        Some(file) => names.insert(naming.name.clone(), file),
        None => names.remove(&naming.name),
    };
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Resize(size) => content.resize(*size, 0),
        Change::Write(offset, bytes) => {
            let end = offset + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*offset..end].copy_from_slice(bytes);
        }
    }
}

/// Cuts bytes where sectors end: the number of the sector, the place in the file, and the piece.
fn sectors(offset: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, usize, &[u8])> {
    let mut at = offset;
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, more) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
        let sector = (at / SECTOR, at, piece);
        at += piece.len();
        rest = more;
        Some(sector)
    })
}
