//! Reading everything in files and stdin: one thread reads and checks while the other one writes.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use super::source::Source;
use super::tally::{Judged, Place, Tally, Verdict};
use crate::error::Failure;
use crate::input::chat_dump::to_chat_message;
use crate::input::chat_text::{MessageTexts, is_text};
use crate::input::json::{NotJson, read_envelope};
use crate::input::records::{Record, Records, StreamError};
use crate::ui::Progress;

/// Something to read.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The bytes of one JSON record.
    Record(&'a [u8]),
    /// The text of one order message, with the line on which it begins.
    Message(&'a str, u64),
}

/// One piece of a source, read and checked.
enum Piece<T> {
    /// A record, or an order message.
    Record { number: u64, line: u64, whole: Option<Vec<u8>>, content: Result<T, String> },
    /// What stood around a list of results.
    Envelope { line: u64, has_next_page: bool, problems: Vec<String> },
    /// Messages that were none.
    Skipped(u64),
    /// The source cannot be read on.
    CutOff { number: Option<u64>, line: u64, problem: String },
    /// Reading failed.
    Broken(io::Error),
}

/// Pieces on their way from one thread to the other, with the index of their source.
type Batch<T> = Vec<(usize, Piece<T>)>;

/// How many pieces go together, unless they are large.
const BATCH: usize = 64;
/// How many bytes go together.
const BATCH_BYTES: usize = 1 << 20;
/// How many batches may wait.
const WAITING: usize = 2;

/// Reads everything in all sources with `read` and judges it with `judge`; what is not taken is written to `rejects`.
///
/// `read` runs in a thread of its own, so that reading goes on while `judge` writes.
pub fn read_all<T: Send>(
    sources: Vec<Source>,
    rejects: &mut dyn Write,
    read: &mut (dyn FnMut(Input<'_>) -> Result<T, NotJson> + Send),
    judge: &mut dyn FnMut(&T) -> anyhow::Result<Judged>,
    progress: &mut Progress,
) -> anyhow::Result<Tally> {
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    let mut tally = Tally::new();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let (give_back, judged) = channel();
        let reader = Reader { read, sender, judged, source: 0, batch: Vec::new(), bytes: 0 };
        std::thread::Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, move || reader.read_sources(sources))
            .map_err(|error| Failure::io(&error, format!("cannot start a thread to read in: {error}")))?;
        // Where this ends early, the receiver goes and the reader stops at its next batch.
        for batch in receiver {
            for (source, piece) in &batch {
                take(&mut tally, &names[*source], piece, rejects, judge)?;
            }
            progress.step(batch.len());
            // The reader may be gone by now.
            let _ = give_back.send(batch);
        }
        Ok(tally)
    })
}

fn take<T>(
    tally: &mut Tally,
    file: &str,
    piece: &Piece<T>,
    rejects: &mut dyn Write,
    judge: &mut dyn FnMut(&T) -> anyhow::Result<Judged>,
) -> anyhow::Result<()> {
    match piece {
        Piece::Record { number, line, whole, content } => {
            let place = Place { file, record: Some(*number), line: *line };
            let judged = match content {
                Ok(content) => judge(content)?,
                Err(excess) => Judged { verdicts: vec![(Verdict::invalid(excess.clone()), None)], skipped: 0 },
            };
            tally.count(place, judged, whole.as_deref(), rejects)?;
        }
        Piece::Envelope { line, has_next_page, problems } => {
            if *has_next_page {
                tally.warn(format!("{file}: this is one page of several; import the next ones too"));
            }
            if !problems.is_empty() {
                tally.refuse(Place { file, record: None, line: *line }, problems);
            }
        }
        Piece::Skipped(count) => tally.skipped += count,
        Piece::CutOff { number, line, problem } => {
            tally.cut_off(Place { file, record: *number, line: *line }, problem.clone());
        }
        Piece::Broken(error) => {
            return Err(Failure::io(error, format!("cannot read {file}: {error}")).into());
        }
    }
    Ok(())
}

/// The reader has nobody left to read for.
struct Gone;

struct Reader<'a, T> {
    read: &'a mut (dyn FnMut(Input<'_>) -> Result<T, NotJson> + Send),
    sender: SyncSender<Batch<T>>,
    /// Brings back what was judged.
    judged: Receiver<Batch<T>>,
    source: usize,
    batch: Batch<T>,
    bytes: usize,
}

impl<T> Reader<'_, T> {
    fn read_sources(mut self, sources: Vec<Source>) {
        for (index, source) in sources.into_iter().enumerate() {
            self.source = index;
            if self.read_source(source).is_err() {
                return;
            }
        }
        let _ = self.send();
    }

    fn read_source(&mut self, mut source: Source) -> Result<(), Gone> {
        let result = match is_text(&mut source.reader) {
            Ok(true) => self.read_text(MessageTexts::new(source.reader))?,
            Ok(false) => self.read_json(Records::new(source.reader))?,
            Err(error) => Err(error.into()),
        };
        match result {
            Ok(()) => Ok(()),
            Err(StreamError::Io(error)) => self.put(0, Piece::Broken(error)),
            Err(StreamError::NotJson { line, problem }) => self.put(0, Piece::CutOff { number: None, line, problem }),
        }
    }

    fn read_json(&mut self, mut records: Records<impl BufRead>) -> Result<Result<(), StreamError>, Gone> {
        loop {
            let record = match records.next_record() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(error) => return Ok(Err(error)),
            };
            let (size, number, line) = (record.bytes.len(), record.number, record.line);
            match self.read_record(record) {
                Ok(piece) => self.put(size, piece)?,
                Err(NotJson { line: more, problem }) => {
                    let line = line + more as u64;
                    self.put(0, Piece::CutOff { number: Some(number), line, problem })?;
                    return Ok(Ok(()));
                }
            }
        }
        if records.is_blank() {
            let problem = "the input is empty".to_owned();
            self.put(0, Piece::CutOff { number: None, line: 1, problem })?;
        }
        Ok(Ok(()))
    }

    fn read_record(&mut self, record: Record) -> Result<Piece<T>, NotJson> {
        let Record { number, line, bytes, excess, is_whole, is_envelope } = record;
        if is_envelope {
            return Ok(match excess {
                Some(excess) => Piece::Envelope { line, has_next_page: false, problems: vec![excess] },
                None => {
                    let envelope = read_envelope(&bytes)?;
                    let (has_next_page, problems) = (envelope.has_next_page, envelope.problems);
                    Piece::Envelope { line, has_next_page, problems }
                }
            });
        }
        let content = match excess {
            Some(excess) => Err(excess),
            None => Ok((self.read)(Input::Record(&bytes))?),
        };
        Ok(Piece::Record { number, line, whole: is_whole.then_some(bytes), content })
    }

    fn read_text(&mut self, mut messages: MessageTexts<impl BufRead>) -> Result<Result<(), StreamError>, Gone> {
        loop {
            let message = match messages.next_message() {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(error) => return Ok(Err(error)),
            };
            let (number, line) = (message.number, message.line);
            match (self.read)(Input::Message(&message.text, line)) {
                Ok(content) => {
                    // Kept as a message of a dump, which an import takes again.
                    let whole = Some(to_chat_message(&message.text).into_bytes());
                    self.put(message.text.len(), Piece::Record { number, line, whole, content: Ok(content) })?;
                }
                Err(NotJson { problem, .. }) => {
                    self.put(0, Piece::CutOff { number: None, line, problem })?;
                    return Ok(Ok(()));
                }
            }
        }
        self.put(0, Piece::Skipped(messages.skipped()))?;
        if let Some(start) = messages.stranger() {
            let problem = format!("expected JSON or a WhatsApp chat, found: {start}");
            self.put(0, Piece::CutOff { number: None, line: 1, problem })?;
        }
        Ok(Ok(()))
    }

    fn put(&mut self, size: usize, piece: Piece<T>) -> Result<(), Gone> {
        self.batch.push((self.source, piece));
        self.bytes += size;
        if self.batch.len() < BATCH && self.bytes < BATCH_BYTES {
            return Ok(());
        }
        self.send()
    }

    fn send(&mut self) -> Result<(), Gone> {
        self.bytes = 0;
        // The thread that took the memory gives it back: else the two would wait for each other at every piece of it.
        self.judged.try_iter().for_each(drop);
        self.sender.send(std::mem::take(&mut self.batch)).map_err(|_| Gone)
    }
}
