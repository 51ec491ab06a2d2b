//! The thread that reads and parses all files and stdin, and sends what it found in batches.

use std::io::{self, BufRead, BufReader};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::source::InputFile;
use crate::domain::problems::Problems;
use crate::error::Failure;
use crate::input::json::envelope::read_envelope;
use crate::input::json::value::NotJson;
use crate::input::reject::Reject;
use crate::input::stream::chat_text::{OrderStretches, Stretch};
use crate::input::stream::format::Format;
use crate::input::stream::records::{Record, Records, StreamError};
use crate::input::table::columns::Columns;
use crate::input::table::rows::{Row, Rows, RowsError, Sheets};
use crate::input::zip::{ZipError, open_chat};
use crate::store::PlainFile;

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

/// What stands in a table, with the numbers and lines of its parts.
pub struct TableContent<T> {
    pub sheets: Option<Sheets>,
    pub unread_columns: Vec<String>,
    /// Number, line, content, and its size in memory.
    pub content: Box<dyn Iterator<Item = (u64, u64, T, usize)>>,
}

/// How the sources that are tables are read.
pub struct Tables<T> {
    /// Returns whether a source is one, by its first bytes.
    pub is_table: fn(&[u8]) -> bool,
    pub read: fn(BufReader<PlainFile>) -> Result<TableContent<T>, RowsError>,
}

/// One event of a source, read and checked.
pub enum ReadEvent<T> {
    /// What a record contains, or why there is nothing.
    Content { number: u64, line: u64, content: Result<T, String>, reject: Arc<Reject> },
    /// What surrounded a list of results.
    Envelope { line: u64, has_next_page: bool, problems: Problems },
    /// The columns and sheets of a table that are not read.
    Table { sheets: Option<Sheets>, unread_columns: Vec<String> },
    /// So many messages held nothing to take.
    Skipped(u64),
    /// The source is empty.
    Empty,
    /// The source has no known format; it begins with this.
    Stranger(String),
    /// The source cannot be read any further.
    CutOff { number: Option<u64>, line: u64, problem: String },
    /// The table cannot be read any further.
    TableCutOff { line: u64, problem: String },
    /// Reading failed.
    Broken(io::Error),
}

/// Events sent from one thread to the other, each with the index of its source.
pub struct Batch<T> {
    pub events: Vec<(usize, ReadEvent<T>)>,
    /// How many records end in it.
    pub records: usize,
    /// Roughly how many bytes of memory it takes.
    pub bytes: usize,
}

impl<T> Batch<T> {
    pub fn new() -> Batch<T> {
        Batch { events: Vec::new(), records: 0, bytes: 0 }
    }
}

/// How many events a batch holds, unless they are large.
const BATCH_EVENTS: usize = 64;
/// How many bytes a batch holds (256 KiB).
const BATCH_BYTES: usize = 1 << 18;
/// How many batches may wait in the channel.
const WAITING: usize = 2;
/// How many bytes may be underway before the reader waits (2 MiB).
const UNDERWAY_BYTES: usize = 1 << 21;
/// The receiving end. Dropping it stops the reader at its next batch.
pub struct Batches<T> {
    sent: Receiver<Batch<T>>,
    judged: Sender<Batch<T>>,
}

impl<T> Batches<T> {
    /// Waits for the next batch; `None` once all is read.
    pub fn next(&self) -> Option<Batch<T>> {
        self.sent.recv().ok()
    }

    /// Gives a judged batch back to the reader, which frees it, and waits while too much is underway.
    pub fn give_back(&self, batch: Batch<T>) {
        // The reader may have ended.
        let _ = self.judged.send(batch);
    }
}

/// Starts the thread that reads the sources.
pub fn start_reading<'scope, T: Send + 'scope>(
    sources: Vec<InputFile>,
    read: &'scope mut ReadInput<'scope, T>,
    tables: Option<&'scope Tables<T>>,
    scope: &'scope std::thread::Scope<'scope, '_>,
) -> Result<Batches<T>, Failure> {
    start(scope, move |outbox| SourceReader { read, tables, outbox }.read_sources(sources))
}

/// Starts the thread that reads the rows of a table; `read` gives what stands in a row, and its size in memory.
pub fn start_reading_rows<'scope, T: Send + 'scope>(
    mut rows: Rows<'static>,
    read: &'scope (dyn Fn(&Row, &Columns) -> (T, usize) + Sync),
    scope: &'scope std::thread::Scope<'scope, '_>,
) -> Result<Batches<T>, Failure> {
    start(scope, move |mut outbox| {
        // If nobody receives any more, there is nobody to tell.
        let _ = outbox.put_rows(&mut rows, read).and_then(|()| outbox.send());
    })
}

fn start<'scope, T: Send + 'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    work: impl FnOnce(Outbox<T>) + Send + 'scope,
) -> Result<Batches<T>, Failure> {
    let (sender, sent) = sync_channel(WAITING);
    let (give_back, judged) = channel();
    let outbox = Outbox { sender, judged, source: 0, batch: Batch::new(), underway: 0, found: 0, is_gone: false };
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn_scoped(scope, move || work(outbox))
        .map_err(|error| Failure::io(&error, "cannot start a thread"))?;
    Ok(Batches { sent, judged: give_back })
}

/// Nobody receives what is read any more.
struct Gone;

struct SourceReader<'a, T> {
    read: &'a mut ReadInput<'a, T>,
    tables: Option<&'a Tables<T>>,
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
            Ok(head) => match self.tables.filter(|tables| (tables.is_table)(head)) {
                Some(tables) => return self.outbox.put_table((tables.read)(source.reader)),
                None => Format::of(head),
            },
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
            self.outbox.put(ReadEvent::Empty, 0)?;
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
                true if is_bad_line => (bytes.len(), Reject::Line(bytes)),
                true => (bytes.len(), Reject::Whole(Arc::new(bytes))),
                false => (0, Reject::Nothing),
            };
            let event = ReadEvent::Content { number, line, content: Err(excess), reject: Arc::new(reject) };
            return Ok(self.outbox.put(event, 0).and_then(|()| self.outbox.end_record(0, size)));
        }
        let size = bytes.len();
        let bytes = Arc::new(bytes);
        match self.read(Input::Record(&bytes), number, line) {
            Err(NotJson { problem, .. }) if is_line => {
                let reject = Arc::new(Reject::Line(bytes.to_vec()));
                let event = ReadEvent::Content { number, line, content: Err(problem), reject };
                Ok(self.outbox.put(event, 0).and_then(|()| self.outbox.end_record(0, size)))
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
            Input::Stretch(stretch) => stretch.content.size(),
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

/// Sends events in batches, and limits how much is underway.
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
    /// Adds an event that takes `bytes` bytes of memory.
    fn put(&mut self, event: ReadEvent<T>, bytes: usize) -> Result<(), Gone> {
        self.found += u64::from(matches!(event, ReadEvent::Content { .. } | ReadEvent::Skipped(1..)));
        self.batch.events.push((self.source, event));
        self.batch.bytes += size_of::<ReadEvent<T>>() + bytes;
        self.send_if_full()
    }

    /// Adds the rows of a table.
    fn put_rows(&mut self, rows: &mut Rows<'_>, read: &dyn Fn(&Row, &Columns) -> (T, usize)) -> Result<(), Gone> {
        let (sheets, unread_columns) = (rows.sheets().cloned(), rows.columns().unread().to_vec());
        self.put(ReadEvent::Table { sheets, unread_columns }, 0)?;
        loop {
            let row = match rows.next_row() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(()),
                Err(RowsError::Io(error)) => return self.put(ReadEvent::Broken(error), 0),
                Err(RowsError::CutOff { line, problem }) => {
                    return self.put(ReadEvent::TableCutOff { line, problem }, 0);
                }
            };
            let (content, size) = read(&row, rows.columns());
            let Row { number, line, reject, size: bytes, .. } = row;
            self.put(ReadEvent::Content { number, line, content: Ok(content), reject }, size)?;
            self.end_record(0, bytes)?;
        }
    }

    /// Adds what stands in a table, or why it cannot be read.
    fn put_table(&mut self, table: Result<TableContent<T>, RowsError>) -> Result<(), Gone> {
        let TableContent { sheets, unread_columns, content } = match table {
            Ok(table) => table,
            Err(RowsError::Io(error)) => return self.put(ReadEvent::Broken(error), 0),
            Err(RowsError::CutOff { line, problem }) => {
                return self.put(ReadEvent::TableCutOff { line, problem }, 0);
            }
        };
        self.put(ReadEvent::Table { sheets, unread_columns }, 0)?;
        for (number, line, content, size) in content {
            let reject = Arc::new(Reject::Nothing);
            self.put(ReadEvent::Content { number, line, content: Ok(content), reject }, size)?;
            self.end_record(0, size)?;
        }
        Ok(())
    }

    /// Ends a record of `bytes` bytes, in which `skipped` messages held nothing to take.
    fn end_record(&mut self, skipped: u64, bytes: usize) -> Result<(), Gone> {
        self.batch.records += 1;
        self.batch.bytes += bytes;
        if skipped > 0 { self.put(ReadEvent::Skipped(skipped), 0) } else { self.send_if_full() }
    }

    fn send_if_full(&mut self) -> Result<(), Gone> {
        if self.batch.events.len() < BATCH_EVENTS && self.batch.bytes < BATCH_BYTES {
            return if self.is_gone { Err(Gone) } else { Ok(()) };
        }
        self.send()
    }

    fn send(&mut self) -> Result<(), Gone> {
        let batch = std::mem::replace(&mut self.batch, Batch::new());
        self.underway += batch.bytes;
        self.is_gone |= self.sender.send(batch).is_err();
        // The thread that allocated the memory frees it: otherwise the two threads would contend for it at every event.
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
