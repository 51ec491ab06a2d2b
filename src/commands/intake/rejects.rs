//! The file of the records that an import rejected.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use crate::domain::refusal::Conflict;
use crate::error::{Failure, FailureKind};
use crate::input::reject::Reject;
use crate::scratch::{Scratch, folder_of, sync_folder};
use crate::store::{NotOpened, OrdersFiles, PlainFile};

/// Keeps rejected records, each once, if they are to be kept.
#[derive(Debug)]
pub struct Rejects<'a>(Option<RejectsFile<'a>>);

impl Rejects<'_> {
    /// Keeps nothing.
    pub fn none() -> Rejects<'static> {
        Rejects(None)
    }

    /// Keeps them in a new file, which must not be an orders file.
    pub fn begin<'a>(path: &Path, orders_files: &'a OrdersFiles) -> anyhow::Result<Rejects<'a>> {
        Ok(Rejects(Some(RejectsFile::begin(path, orders_files)?)))
    }

    /// Keeps a rejected record.
    pub fn keep(&mut self, reject: &Arc<Reject>) -> anyhow::Result<()> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        file.put(reject).map_err(|error| Failure::io(&error, "cannot keep the rejects").into())
    }

    /// Gives the file its name once it is safely on the disk, for its owner only; without rejects there is no file. An
    /// existing file is never replaced. It is accepted if it has the same content: a run that was cut off here left it.
    pub fn finish(&mut self, is_dry_run: bool) -> anyhow::Result<()> {
        self.0.as_mut().map_or(Ok(()), |file| file.finish(is_dry_run))
    }

    /// Removes the file if this run made it, since nothing was imported.
    pub fn remove(&self) {
        if let Some(file) = &self.0
            && file.is_made
        {
            // If it stays, the next run accepts it as its own.
            let _ = fs::remove_file(&file.path);
        }
    }
}

/// The file, which appears whole or not at all.
#[derive(Debug)]
struct RejectsFile<'a> {
    /// Where they wait until the end: an unnamed file, which a killed run does not leave behind.
    spool: BufWriter<File>,
    path: PathBuf,
    orders_files: &'a OrdersFiles,
    /// What was kept last.
    last: Weak<Reject>,
    /// Its record, and where the first part kept of that record begins.
    record: Weak<Vec<u8>>,
    record_start: u64,
    /// Whether the whole record is kept.
    is_whole: bool,
    /// Whether anything is kept.
    is_begun: bool,
    /// Whether this run made the file.
    is_made: bool,
}

impl RejectsFile<'_> {
    fn begin<'a>(path: &Path, orders_files: &'a OrdersFiles) -> anyhow::Result<RejectsFile<'a>> {
        if let Some(ours) = orders_files.name_new(path) {
            let message = format!("cannot write {}: {ours}", path.display());
            return Err(Failure::new(FailureKind::Conflict(Conflict::Exists), message).hint("name a new file").into());
        }
        let spool = tempfile::tempfile().map_err(|error| unwritable(path, &error))?;
        Ok(RejectsFile {
            spool: BufWriter::new(spool),
            path: path.to_owned(),
            orders_files,
            last: Weak::new(),
            record: Weak::new(),
            record_start: 0,
            is_whole: false,
            is_begun: false,
            is_made: false,
        })
    }

    fn put(&mut self, reject: &Arc<Reject>) -> io::Result<()> {
        if self.last.as_ptr() == Arc::as_ptr(reject) {
            return Ok(());
        }
        self.last = Arc::downgrade(reject);
        if let Some(header) = reject.header()
            && !self.is_begun
        {
            self.spool.write_all(header)?;
            self.spool.write_all(b"\n")?;
        }
        self.is_begun = true;
        let record = reject.record().map(Arc::downgrade).unwrap_or_default();
        let is_same_record = reject.record().is_some() && record.ptr_eq(&self.record);
        if is_same_record && self.is_whole {
            return Ok(());
        }
        if !is_same_record {
            self.record_start = self.spool.stream_position()?;
            self.record = record;
        } else if reject.is_whole() {
            // The whole includes the parts kept before.
            self.spool.seek(SeekFrom::Start(self.record_start))?;
            self.spool.get_ref().set_len(self.record_start)?;
        }
        self.is_whole = reject.is_whole();
        reject.write_line(&mut self.spool)
    }

    fn finish(&mut self, is_dry_run: bool) -> anyhow::Result<()> {
        let RejectsFile { spool, path, orders_files, is_made, .. } = self;
        let failed = |error: io::Error| unwritable(path, &error);
        spool.flush().map_err(failed)?;
        let spool = spool.get_mut();
        let length = spool.stream_position().map_err(failed)?;
        spool.rewind().map_err(failed)?;
        let folder = folder_of(path);
        if let Ok(found) = path.symlink_metadata() {
            let may_be_same = found.is_file() && found.len() == length;
            let is_same = may_be_same
                && match orders_files.open(path) {
                    Ok(theirs) => holds_the_same(spool, theirs).map_err(failed)?,
                    Err(NotOpened::Ours(_)) => false,
                    Err(NotOpened::Io(error)) => return Err(failed(error).into()),
                };
            if !is_same {
                let message = format!("{} exists already", path.display());
                return Err(Failure::new(FailureKind::Conflict(Conflict::Exists), message)
                    .hint("import and remove it first, or name another")
                    .into());
            }
            // Its name may not be on the disk yet.
            return Ok(sync_folder(folder).map_err(failed)?);
        }
        if length > 0 && !is_dry_run {
            let mut file = Scratch::new_in(folder).map_err(failed)?;
            io::copy(spool, file.file_mut()).map_err(failed)?;
            file.persist(path).map_err(failed)?;
            *is_made = true;
        }
        Ok(())
    }
}

/// Returns whether the rest of one file equals all of another.
fn holds_the_same(ours: &File, theirs: PlainFile) -> io::Result<bool> {
    let (mut ours, mut theirs) = (BufReader::new(ours), BufReader::new(theirs));
    loop {
        let (one, other) = (ours.fill_buf()?, theirs.fill_buf()?);
        let length = one.len().min(other.len());
        if length == 0 || one[..length] != other[..length] {
            return Ok(one.is_empty() && other.is_empty());
        }
        ours.consume(length);
        theirs.consume(length);
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::io(error, format!("cannot write {}", path.display()))
}
