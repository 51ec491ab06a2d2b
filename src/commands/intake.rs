//! Reads all files and stdin: one thread reads and checks while the other writes.
//!
//! Reading begins before the transaction. Input that never needs the file never takes its lock, and small input is read
//! completely before.

use std::io::{self, BufRead};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use anyhow::Context as _;

use super::import_summary::{ImportSummary, RecordOutcome, RecordPlace};
use super::rejects::Rejects;
use super::source::InputFile;
use crate::domain::problems::Problems;
use crate::error::Failure;
use crate::input::chat_text::{OrderStretches, Stretch};
use crate::input::envelope::read_envelope;
use crate::input::format::Format;
use crate::input::json::NotJson;
use crate::input::records::{Record, Records, StreamError};
use crate::input::reject::Reject;
use crate::input::stranger::name_text;
use crate::input::zip::{ZipError, open_chat};
use crate::ui::Progress;

#[derive(Debug)]
pub enum Input<'a> {
    /// The bytes of one JSON record.
    Record(&'a Arc<Vec<u8>>),
    /// A stretch of text that holds an order.
    Stretch(Stretch),
}

/// Takes what was read, its size in memory, and what to keep of it if it is rejected.
pub type Put<'p, T> = dyn FnMut(T, usize, &Arc<Reject>) + 'p;

/// Reads one input, passes on what it finds, and returns how many messages held nothing to take.
pub type ReadInput<'r, T> = dyn FnMut(Input<'_>, &mut Put<'_, T>) -> Result<u64, NotJson> + Send + 'r;

/// One piece of a source, read and checked.
enum ReadEvent<T> {
    /// What a record contains, or why there is nothing.
    Content { number: u64, line: u64, content: Result<T, String>, reject: Arc<Reject> },
    /// What surrounded a list of results.
    Envelope { line: u64, has_next_page: bool, problems: Problems },
    /// So many messages held nothing to take.
    Skipped(u64),
    /// The source has no known format; it begins with this.
    Stranger(String),
    /// The source cannot be read any further.
    CutOff { number: Option<u64>, line: u64, problem: String },
    /// Reading failed.
    Broken(io::Error),
}

/// Pieces sent from one thread to the other, each with the index of its source.
struct Batch<T> {
    pieces: Vec<(usize, ReadEvent<T>)>,
    /// How many records end in it.
    records: usize,
    /// Roughly how many bytes of memory it takes.
    bytes: usize,
}

impl<T> Batch<T> {
    fn new() -> Batch<T> {
        Batch { pieces: Vec::new(), records: 0, bytes: 0 }
    }
}

/// How many pieces a batch holds, unless they are large.
const BATCH: usize = 64;
/// How many bytes a batch holds (256 KiB).
const BATCH_BYTES: usize = 1 << 18;
/// How many batches may wait in the channel.
const WAITING: usize = 2;
/// How many bytes may be underway before the reader waits (2 MiB).
const UNDERWAY_BYTES: usize = 1 << 21;
/// How many of them may wait for the transaction (1 MiB): fewer, so that the reader does not wait for it too.
const READ_AHEAD_BYTES: usize = 1 << 20;

/// Reads all sources with `read` in a thread of its own. Calls `take` once something needs the file or all is read.
/// Until then, `settle` judges what does not need the file. Rejected records go to `rejects`.
pub fn read_all<T: Send, R>(
    sources: Vec<InputFile>,
    rejects: &mut Rejects<'_>,
    read: &mut ReadInput<'_, T>,
    settle: &dyn Fn(&T) -> Option<RecordOutcome>,
    progress: &mut Progress,
    take: impl FnOnce(Intake<T>, &mut Rejects<'_>, &mut Progress) -> anyhow::Result<R>,
) -> anyhow::Result<R> {
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let (give_back, judged) = channel();
        let outbox = Outbox { sender, judged, source: 0, batch: Batch::new(), underway: 0, found: 0, is_gone: false };
        let reader = SourceReader { read, outbox };
        std::thread::Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, move || reader.read_sources(sources))
            .map_err(|error| Failure::io(&error, "cannot start a thread"))?;
        let (waiting, summary) = (Vec::new(), ImportSummary::new());
        // If this ends early, dropping the receiver stops the reader at its next batch.
        let mut intake = Intake { receiver, give_back, names, waiting, waiting_bytes: 0, summary };
        intake.read_ahead(rejects, settle, progress)?;
        take(intake, rejects, progress)
    })
}

/// Input on its way into the file.
pub struct Intake<T> {
    receiver: Receiver<Batch<T>>,
    /// Returns judged batches to the reader.
    give_back: Sender<Batch<T>>,
    names: Vec<String>,
    /// What was read before the transaction began, from the first piece that needs the file.
    waiting: Vec<(usize, ReadEvent<T>)>,
    waiting_bytes: usize,
    summary: ImportSummary,
}

impl<T> Intake<T> {
    /// Reads until enough waits for the file, or to the end.
    fn read_ahead(
        &mut self,
        rejects: &mut Rejects<'_>,
        settle: &dyn Fn(&T) -> Option<RecordOutcome>,
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        while self.waiting_bytes < READ_AHEAD_BYTES
            && let Ok(mut batch) = self.receiver.recv()
        {
            for (source, piece) in std::mem::take(&mut batch.pieces) {
                let needs_file =
                    matches!(&piece, ReadEvent::Content { content: Ok(content), .. } if settle(content).is_none());
                // Problems are reported in the order found; for counts the order does not matter.
                let is_after_others = !self.waiting.is_empty() && !matches!(piece, ReadEvent::Skipped(_));
                if needs_file || is_after_others {
                    self.waiting.push((source, piece));
                } else {
                    let mut judge = |content: &T| settle(content).context("it needs the file");
                    take(&mut self.summary, &self.names[source], &piece, rejects, &mut judge)?;
                }
            }
            progress.step(batch.records);
            if !self.waiting.is_empty() {
                self.waiting_bytes += std::mem::take(&mut batch.bytes);
            }
            // The reader may have ended.
            let _ = self.give_back.send(batch);
        }
        Ok(())
    }

    /// Returns the outcome if all was read and nothing needs the file.
    pub fn settled(&mut self) -> Option<ImportSummary> {
        self.waiting.is_empty().then(|| std::mem::take(&mut self.summary))
    }

    /// Judges everything with `judge`, in the order read.
    pub fn judge(
        self,
        rejects: &mut Rejects<'_>,
        judge: &mut dyn FnMut(&T) -> anyhow::Result<RecordOutcome>,
        progress: &mut Progress,
    ) -> anyhow::Result<ImportSummary> {
        let Intake { receiver, give_back, names, waiting, waiting_bytes, mut summary } = self;
        let waited = Batch { pieces: waiting, records: 0, bytes: waiting_bytes };
        for batch in std::iter::once(waited).chain(receiver) {
            for (source, piece) in &batch.pieces {
                take(&mut summary, &names[*source], piece, rejects, judge)?;
            }
            progress.step(batch.records);
            // The reader may have ended.
            let _ = give_back.send(batch);
        }
        Ok(summary)
    }
}

fn take<T>(
    summary: &mut ImportSummary,
    file: &str,
    piece: &ReadEvent<T>,
    rejects: &mut Rejects<'_>,
    judge: &mut dyn FnMut(&T) -> anyhow::Result<RecordOutcome>,
) -> anyhow::Result<()> {
    match piece {
        ReadEvent::Content { number, line, content, reject } => {
            let place = RecordPlace { file, record: Some(*number), line: *line };
            let outcome = match content {
                Ok(content) => judge(content)?,
                Err(problem) => RecordOutcome::invalid(problem.clone()),
            };
            if summary.count(place, outcome) {
                rejects.keep(reject)?;
            }
        }
        ReadEvent::Envelope { line, has_next_page, problems } => {
            if *has_next_page {
                summary.warn(format!("{file}: this is one page of several; import the next ones too"));
            }
            if !problems.is_empty() {
                summary.refuse(RecordPlace { file, record: None, line: *line }, problems);
            }
        }
        ReadEvent::Skipped(count) => summary.skipped += count,
        ReadEvent::CutOff { number, line, problem } => {
            summary.cut_off(RecordPlace { file, record: *number, line: *line }, problem.clone());
        }
        ReadEvent::Stranger(start) => {
            summary.refuse_stranger(RecordPlace { file, record: None, line: 1 }, name_text(start));
        }
        ReadEvent::Broken(error) => {
            return Err(Failure::io(error, format!("cannot read {file}")).into());
        }
    }
    Ok(())
}

/// Nobody receives what is read any more.
struct Gone;

struct SourceReader<'a, T> {
    read: &'a mut ReadInput<'a, T>,
    outbox: Outbox<T>,
}

impl<T> SourceReader<'_, T> {
    fn read_sources(mut self, sources: Vec<InputFile>) {
        for (index, source) in sources.into_iter().enumerate() {
            self.outbox.source = index;
            if self.read_source(source).is_err() {
                return;
            }
        }
        let _ = self.outbox.send();
    }

    fn read_source(&mut self, mut source: InputFile) -> Result<(), Gone> {
        let cut_off = |problem| ReadEvent::CutOff { number: None, line: 1, problem };
        let format = match source.reader.fill_buf() {
            Ok(head) => Format::of(head),
            Err(error) => return self.outbox.put(ReadEvent::Broken(error), 0),
        };
        let result = match format {
            Err(what) => return self.outbox.put(cut_off(what), 0),
            Ok(Format::Text) => self.read_text(OrderStretches::new(source.reader))?,
            Ok(Format::Json) => self.read_json(Records::new(source.reader))?,
            Ok(Format::Zip) => match open_chat(source.reader) {
                Ok(chat) => {
                    self.outbox.put(ReadEvent::Skipped(chat.others), 0)?;
                    self.read_text(OrderStretches::new(chat.text))?
                }
                Err(ZipError::Io(error)) => Err(error.into()),
                Err(ZipError::Refused(what)) => return self.outbox.put(cut_off(what), 0),
            },
        };
        match result {
            Ok(()) => Ok(()),
            // The compressed data is wrong, not the disk.
            Err(StreamError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                self.outbox.put(cut_off(error.to_string()), 0)
            }
            Err(StreamError::Io(error)) => self.outbox.put(ReadEvent::Broken(error), 0),
            Err(StreamError::NotJson { line, problem }) => {
                self.outbox.put(ReadEvent::CutOff { number: None, line, problem }, 0)
            }
        }
    }

    fn read_json(&mut self, mut records: Records<impl BufRead>) -> Result<Result<(), StreamError>, Gone> {
        loop {
            let record = match records.next_record() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(error) => return Ok(Err(error)),
            };
            let (number, line) = (record.number, record.line);
            match self.read_record(record) {
                Ok(sent) => sent?,
                Err(NotJson { line: more, problem }) => {
                    let line = line + more as u64;
                    self.outbox.put(ReadEvent::CutOff { number: Some(number), line, problem }, 0)?;
                    return Ok(Ok(()));
                }
            }
        }
        if records.is_blank() {
            let problem = "the input is empty".to_owned();
            self.outbox.put(ReadEvent::CutOff { number: None, line: 1, problem }, 0)?;
        }
        Ok(Ok(()))
    }

    fn read_record(&mut self, record: Record) -> Result<Result<(), Gone>, NotJson> {
        let Record { number, line, bytes, excess, is_whole, is_envelope, is_line, is_bad_line } = record;
        if is_envelope {
            let (has_next_page, problems) = match excess {
                Some(excess) => (false, excess.into()),
                None => {
                    let envelope = read_envelope(&bytes)?;
                    (envelope.has_next_page, envelope.problems)
                }
            };
            return Ok(self.outbox.put(ReadEvent::Envelope { line, has_next_page, problems }, 0));
        }
        if let Some(excess) = excess {
            let (size, reject) = match is_whole {
                true if is_bad_line => (bytes.len(), Reject::line(bytes)),
                true => (bytes.len(), Reject::whole(Arc::new(bytes))),
                false => (0, Reject::nothing()),
            };
            let piece = ReadEvent::Content { number, line, content: Err(excess), reject: Arc::new(reject) };
            return Ok(self.outbox.put(piece, 0).and_then(|()| self.outbox.end_record(0, size)));
        }
        let size = bytes.len();
        let bytes = Arc::new(bytes);
        match self.read(Input::Record(&bytes), number, line) {
            Err(NotJson { problem, .. }) if is_line => {
                let reject = Arc::new(Reject::line(bytes.to_vec()));
                let piece = ReadEvent::Content { number, line, content: Err(problem), reject };
                Ok(self.outbox.put(piece, 0).and_then(|()| self.outbox.end_record(0, size)))
            }
            read => read,
        }
    }

    /// Reads one input and puts what it finds.
    fn read(&mut self, input: Input<'_>, number: u64, line: u64) -> Result<Result<(), Gone>, NotJson> {
        let outbox = &mut self.outbox;
        let mut put = |content, size, reject: &Arc<Reject>| {
            // The record is read to its end before `Gone` is noticed.
            let _ =
                outbox.put(ReadEvent::Content { number, line, content: Ok(content), reject: Arc::clone(reject) }, size);
        };
        let size = match &input {
            Input::Record(bytes) => bytes.len(),
            Input::Stretch(stretch) => stretch.content.len(),
        };
        let skipped = (self.read)(input, &mut put)?;
        Ok(self.outbox.end_record(skipped, size))
    }

    fn read_text(&mut self, mut stretches: OrderStretches<impl BufRead>) -> Result<Result<(), StreamError>, Gone> {
        let before = self.outbox.found;
        loop {
            let stretch = match stretches.next_stretch() {
                Ok(Some(stretch)) => stretch,
                Ok(None) => break,
                Err(error) => return Ok(Err(error.into())),
            };
            let (number, line, so_far) = (stretch.number, stretch.line, self.outbox.found);
            match self.read(Input::Stretch(stretch), number, line) {
                Ok(sent) => sent?,
                Err(NotJson { problem, .. }) => {
                    self.outbox.put(ReadEvent::CutOff { number: None, line, problem }, 0)?;
                    return Ok(Ok(()));
                }
            }
            if self.outbox.found > so_far {
                stretches.count_as_read();
            }
        }
        self.outbox.put(ReadEvent::Skipped(stretches.skipped()), 0)?;
        if let Some(start) = stretches.stranger().filter(|_| self.outbox.found == before) {
            self.outbox.put(ReadEvent::Stranger(start.to_owned()), 0)?;
        }
        Ok(Ok(()))
    }
}

/// Sends pieces in batches, and limits how much is underway.
struct Outbox<T> {
    sender: SyncSender<Batch<T>>,
    /// Receives judged batches back.
    judged: Receiver<Batch<T>>,
    source: usize,
    batch: Batch<T>,
    /// How many bytes were sent and have not come back.
    underway: usize,
    /// How many things had WhatsApp's shape or were meant as orders.
    found: u64,
    is_gone: bool,
}

impl<T> Outbox<T> {
    /// Adds a piece that takes `bytes` bytes of memory.
    fn put(&mut self, piece: ReadEvent<T>, bytes: usize) -> Result<(), Gone> {
        self.found += u64::from(matches!(piece, ReadEvent::Content { .. } | ReadEvent::Skipped(1..)));
        self.batch.pieces.push((self.source, piece));
        self.batch.bytes += size_of::<ReadEvent<T>>() + bytes;
        self.send_if_full()
    }

    /// Ends a record of `bytes` bytes, in which `skipped` messages held nothing to take.
    fn end_record(&mut self, skipped: u64, bytes: usize) -> Result<(), Gone> {
        self.batch.records += 1;
        self.batch.bytes += bytes;
        if skipped > 0 { self.put(ReadEvent::Skipped(skipped), 0) } else { self.send_if_full() }
    }

    fn send_if_full(&mut self) -> Result<(), Gone> {
        if self.batch.pieces.len() < BATCH && self.batch.bytes < BATCH_BYTES {
            return if self.is_gone { Err(Gone) } else { Ok(()) };
        }
        self.send()
    }

    fn send(&mut self) -> Result<(), Gone> {
        let batch = std::mem::replace(&mut self.batch, Batch::new());
        self.underway += batch.bytes;
        self.is_gone |= self.sender.send(batch).is_err();
        // The thread that allocated the memory frees it: otherwise the two threads would contend for it at every piece.
        while let Ok(batch) = self.judged.try_recv() {
            self.underway -= batch.bytes;
        }
        while self.underway > UNDERWAY_BYTES && !self.is_gone {
            match self.judged.recv() {
                Ok(batch) => self.underway -= batch.bytes,
                Err(_) => self.is_gone = true,
            }
        }
        if self.is_gone { Err(Gone) } else { Ok(()) }
    }
}
