//! `orders import`: any number of orders, all or nothing.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _};
use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::NamedTempFile;

use super::Context;
use super::receive::Desk;
use super::source::open_sources;
use super::tally::{Tally, Verdict, read_all};
use crate::domain::receive::{Rejected, unknown_products};
use crate::error::{Exit, Failure, Kind};
use crate::input::json::NotJson;
use crate::input::order_json::read_order;

/// Import any number of orders from JSON, all or nothing
///
/// Takes one object, an array, one value a line (NDJSON), values in a row, or {"results":[…]}. What is there already is
/// left as it is. All problems of all records are reported, and nothing is imported unless all can be.
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
    let mut rejects = args.rejects.as_deref().map(RejectsFile::begin).transpose()?;
    let sources = open_sources(&args.files)?;
    let mut store = context.open_or_create()?;
    let (stamp, mut ids, is_dry_run) = (context.stamp(), context.ids(), context.is_dry_run());
    let tally = context.write(&mut store, |write| {
        let settings = write.settings()?;
        let catalogue = write.all_products()?.into_iter().collect();
        let desk = Desk { write, catalogue: &catalogue, settings: &settings, stamp: &stamp };
        let mut judge = |record: &[u8]| judge(&desk, record, &mut ids);
        let tally = read_all(sources, rejects.as_mut().map(|file| &mut file.spool as &mut dyn io::Write), &mut judge)?;
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
        // Before the commit: where the rejects cannot be kept, nothing is imported.
        if let Some(rejects) = rejects.take()
            && !is_dry_run
        {
            rejects.keep()?;
        }
        Ok(tally)
    })?;
    tally.report(context);
    context.print_one(tally.body(false), || summary(&tally, context))?;
    Ok(if tally.rejected > 0 { Exit::Partly } else { Exit::Done })
}

fn judge(
    desk: &Desk<'_>,
    record: &[u8],
    ids: &mut dyn FnMut() -> uuid::Uuid,
) -> anyhow::Result<Result<Verdict, NotJson>> {
    let read = match read_order(record) {
        Ok(read) => read,
        Err(not_json) => return Ok(Err(not_json)),
    };
    let label = read.reference;
    let invalid = |problems| Verdict::Rejected { label: label.clone(), kind: Kind::InvalidInput, problems };
    let incoming = match read.order {
        Ok(incoming) => incoming,
        Err(mut problems) => {
            problems.extend(unknown_products(&read.products, desk.catalogue));
            return Ok(Ok(invalid(problems)));
        }
    };
    let Some(reference) = &incoming.reference else {
        let problem = "orderReference: is required: without it an order that comes twice is not recognised".to_owned();
        return Ok(Ok(invalid(vec![problem])));
    };
    Ok(Ok(match desk.receive(&incoming, reference, ids)? {
        Ok(taken) => match taken.warnings {
            Some(warnings) => {
                Verdict::Imported(warnings.into_iter().map(|warning| format!("{reference}: {warning}")).collect())
            }
            None => Verdict::Unchanged(Vec::new()),
        },
        Err(Rejected { kind, problems }) => Verdict::Rejected { label, kind: kind.into(), problems },
    }))
}

fn summary(tally: &Tally, context: &Context) -> String {
    if context.ui.quiet {
        return String::new();
    }
    let did = if context.is_dry_run() { "would import" } else { "imported" };
    let rejected = if tally.rejected > 0 { format!(", rejected {}", tally.rejected) } else { String::new() };
    format!("{did} {}, unchanged {}{rejected}\n", tally.imported, tally.unchanged)
}

/// The file of the records that were not taken: it appears whole, or not at all.
struct RejectsFile {
    /// Where they are kept until the end: a file without a name, which a killed run leaves nowhere.
    spool: BufWriter<File>,
    path: PathBuf,
}

impl RejectsFile {
    /// Starts a file that must not exist yet: what an earlier run kept is not lost.
    fn begin(path: &Path) -> anyhow::Result<RejectsFile> {
        if path.symlink_metadata().is_ok() {
            let message = format!("{} is there already; nothing imported", path.display());
            return Err(Failure::new(Kind::Conflict, message)
                .hint("import and remove it first, or name another")
                .into());
        }
        let spool = tempfile::tempfile().map_err(|error| unwritable(path, &error))?;
        Ok(RejectsFile { spool: BufWriter::new(spool), path: path.to_owned() })
    }

    /// Gives them their file, for its owner only, once it is safely on the disk; none where there are none.
    fn keep(self) -> anyhow::Result<()> {
        let RejectsFile { spool, path } = self;
        let failed = |error: io::Error| unwritable(&path, &error);
        let mut spool = spool.into_inner().map_err(|error| failed(error.into_error()))?;
        if spool.stream_position().map_err(failed)? == 0 {
            return Ok(());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        spool.rewind().and_then(|()| io::copy(&mut spool, &mut file)).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist_noclobber(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Internal, format!("cannot write {}: {error}; nothing imported", path.display()))
}
