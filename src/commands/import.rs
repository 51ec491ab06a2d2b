//! `orders import`: any number of orders, all or nothing.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::Context;
use super::intake::{Input, read_all};
use super::receive::{Delivery, Desk, Taken};
use super::source::open_sources;
use super::tally::{Judged, Tally, Verdict};
use crate::domain::product::Catalogue;
use crate::domain::receive::{Rejected, Source, SourceKind};
use crate::domain::refusal::Conflict;
use crate::error::{Exit, Failure, Kind};
use crate::input::json::{NotJson, Problems};
use crate::input::order_lines::is_order_message;
use crate::input::order_message::Reading;
use crate::input::order_record::{Context as RecordContext, Found, ReadOrder, read_record};
use crate::render::zone::zone_of;
use crate::store::{NotOpened, OrdersFiles, PlainFile, StoreError, keep, sync_folder};
use crate::ui::Progress;

/// Import any number of orders from JSON or WhatsApp, all or nothing
///
/// Takes orders as JSON (one, an array, NDJSON, values in a row, {"results":[…]}), WhatsApp webhooks, chat dumps as JSON,
/// exported chats and the shop's order message as text; each is recognised by its content. What is there already is left
/// as it is. All problems are reported, and nothing is imported unless all can be.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders import orders.json
  zcat orders-2026-*.ndjson.gz | orders import -
  orders import orders.ndjson --keep-going --rejects mend.ndjson
  orders import orders.ndjson --dry-run")]
pub struct ImportArgs {
    /// The files; - or none: stdin
    files: Vec<String>,
    /// Take the good records, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
    /// Keep the records that were not taken in this new file, ready to mend and import again
    #[arg(long, value_name = "FILE", requires = "keep_going")]
    rejects: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ImportArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let orders_files = context.orders_files()?;
    let mut rejects = args.rejects.as_deref().map(|path| RejectsFile::begin(path, &orders_files)).transpose()?;
    let sources = open_sources(&args.files, &orders_files)?;
    let mut store = context.open_or_create()?;
    let (stamp, mut ids, is_dry_run) = (context.stamp(), context.ids(), context.is_dry_run());
    let mut progress = Progress::new();
    let imported = context.write(&mut store, |write| {
        let settings = write.settings()?;
        let catalogue = write.all_products()?.into_iter().collect();
        let record_context = RecordContext { zone: zone_of(&settings) };
        let mut nowhere = io::sink();
        let kept: &mut dyn io::Write = match &mut rejects {
            Some(file) => &mut file.spool,
            None => &mut nowhere,
        };
        let desk = Desk { write, settings: &settings, user: None, is_discreet: false, stamp: &stamp };
        let mut read = |input: Input<'_>| read(input, record_context, &catalogue, &mut ids);
        let mut judge = |delivered: &Delivered| judge(&desk, delivered);
        let tally = read_all(sources, kept, &mut read, &mut judge, &mut progress)?;
        match tally.failure(false) {
            Some(failure) if tally.is_cut_off() => return Err(failure.into()),
            Some(failure) if !args.keep_going && !tally.has_good_ones() => return Err(failure.into()),
            Some(mut failure) if !args.keep_going => {
                let hint = "--keep-going takes the others, --rejects FILE keeps these";
                failure.failure = failure.failure.hint(hint);
                return Err(failure.into());
            }
            _ => {}
        }
        if !is_dry_run {
            progress.last_step();
        }
        write.complete()?;
        // Right before the commit: where the rejects cannot be kept, nothing is imported.
        if let Some(rejects) = &mut rejects {
            rejects.keep(is_dry_run)?;
        }
        Ok(tally)
    });
    let tally = imported.inspect_err(|error| {
        // Where it is not known whether the others were imported, nothing is lost.
        if let Some(rejects) = &rejects
            && !matches!(error.downcast_ref(), Some(StoreError::Broken(_)))
        {
            rejects.remove();
        }
    })?;
    drop(progress);
    tally.report(context);
    context.print_one(tally.body(false), || summary(&tally, context))?;
    Ok(if tally.rejected > 0 { Exit::Partly } else { Exit::Done })
}

/// The orders of one record or message, and how many messages in it were none.
type Delivered = (Vec<Delivery>, u64);

/// Reads the orders in one record or message, and looks up their products.
fn read(
    input: Input<'_>,
    context: RecordContext,
    catalogue: &Catalogue,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Delivered, NotJson> {
    let Found { orders, skipped } = match input {
        Input::Record(record) => read_record(record, context)?,
        Input::Message(text, _) if !is_order_message(text) => Found { orders: Vec::new(), skipped: 1 },
        Input::Message(text, line) => {
            let source = Source { kind: SourceKind::Chat, message_id: None };
            let first_line = usize::try_from(line).unwrap_or(1);
            let reading = Reading { sent_at: None, zone: context.zone, first_line };
            let order = ReadOrder::of_message(text, "", reading, source, Problems::default());
            Found { orders: vec![order], skipped: 0 }
        }
    };
    Ok((orders.into_iter().map(|read| Delivery::of(read, catalogue, new_id)).collect(), skipped))
}

/// Takes in the orders that were found in one record or message.
fn judge(desk: &Desk<'_, '_>, (deliveries, skipped): &Delivered) -> anyhow::Result<Judged> {
    let mut judged = Judged { verdicts: Vec::with_capacity(deliveries.len()), skipped: *skipped };
    for delivery in deliveries {
        let label = delivery.label.as_deref();
        let (verdict, reject) = match desk.take(delivery)? {
            Ok(Taken { warnings: Some(warnings), .. }) => {
                let label = label.unwrap_or_default();
                let warnings = warnings.into_iter().map(|warning| format!("{label}: {warning}")).collect();
                (Verdict::Imported(warnings), None)
            }
            Ok(Taken { warnings: None, .. }) => (Verdict::Unchanged(Vec::new()), None),
            Err(Rejected { kind, problems }) => {
                let label = label.map(str::to_owned);
                (Verdict::Rejected { label, kind: kind.into(), problems }, delivery.reject.clone())
            }
        };
        judged.verdicts.push((verdict, reject));
    }
    Ok(judged)
}

fn summary(tally: &Tally, context: &Context) -> String {
    if context.ui.quiet {
        return String::new();
    }
    let did = if context.is_dry_run() { "would import" } else { "imported" };
    let rejected = if tally.rejected > 0 { format!(", rejected {}", tally.rejected) } else { String::new() };
    let skipped = if tally.skipped > 0 { format!(", skipped {}", tally.skipped) } else { String::new() };
    format!("{did} {}, unchanged {}{rejected}{skipped}\n", tally.imported, tally.unchanged)
}

/// The file of the records that were not taken: it appears whole, or not at all.
struct RejectsFile<'a> {
    /// Where they are kept until the end: a file without a name, which a killed run leaves nowhere.
    spool: BufWriter<File>,
    path: PathBuf,
    orders_files: &'a OrdersFiles,
    /// Whether this run made the file.
    is_made: bool,
}

impl RejectsFile<'_> {
    fn begin<'a>(path: &Path, orders_files: &'a OrdersFiles) -> anyhow::Result<RejectsFile<'a>> {
        orders_files.refuse_as_new(path)?;
        if let Some(ours) = orders_files.name(path) {
            let message = format!("cannot write {}: {ours}; nothing imported", path.display());
            return Err(Failure::new(Kind::Conflict(Conflict::Exists), message).hint("name a new file").into());
        }
        let spool = tempfile::tempfile().map_err(|error| unwritable(path, &error))?;
        Ok(RejectsFile { spool: BufWriter::new(spool), path: path.to_owned(), orders_files, is_made: false })
    }

    /// Gives them their file, for its owner only, once it is safely on the disk; none where there are none. What an
    /// earlier run kept is not lost: a file that is there must hold the same, as one that was cut off here leaves it.
    fn keep(&mut self, is_dry_run: bool) -> anyhow::Result<()> {
        let RejectsFile { spool, path, orders_files, is_made } = self;
        let failed = |error: io::Error| unwritable(path, &error);
        spool.flush().map_err(failed)?;
        let spool = spool.get_mut();
        let length = spool.stream_position().map_err(failed)?;
        spool.rewind().map_err(failed)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(found) = path.symlink_metadata() {
            let may_be_same = found.is_file() && found.len() == length;
            let is_same = may_be_same
                && match orders_files.open(path) {
                    Ok(theirs) => holds_the_same(spool, theirs).map_err(failed)?,
                    Err(NotOpened::Ours(_)) => false,
                    Err(NotOpened::Io(error)) => return Err(failed(error).into()),
                };
            if !is_same {
                let message = format!("{} is there already; nothing imported", path.display());
                return Err(Failure::new(Kind::Conflict(Conflict::Exists), message)
                    .hint("import and remove it first, or name another")
                    .into());
            }
            // Its name may not be on the disk yet.
            return Ok(sync_folder(folder).map_err(failed)?);
        }
        if length > 0 && !is_dry_run {
            let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
            io::copy(spool, &mut file).map_err(failed)?;
            keep(file, path).map_err(failed)?;
            *is_made = true;
        }
        Ok(())
    }

    /// Removes the file again if this run made it: nothing was imported.
    fn remove(&self) {
        if self.is_made {
            // What is left is taken for the next run's own.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Tells whether the rest of a file is all that another one holds.
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
    let problem = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        _ => error.to_string(),
    };
    Failure::io(error, format!("cannot write {}: {problem}; nothing imported", path.display()))
}
