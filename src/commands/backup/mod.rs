//! `orders backup`: copies the file while others write.

mod copy;
#[cfg(feature = "cluster")]
mod to_shop;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use self::copy::{checked_copy, failed, report};
use super::Context;
use super::run::address::ensure_file;
use super::run::facts::{CommandFacts, Group};
use crate::domain::refusal::Conflict;
use crate::error::{Exit, Failure, FailureKind, OutputError};
use crate::hint::{CommandLine, Hint};
use crate::render::json::body;
use crate::render::prose::counted;
use crate::scratch::folder_of;
use crate::store::refuse_leftovers;
use crate::ui;

/// Take a consistent copy of the file, while others go on writing
///
/// The copy is checked, and is safely on the disk when the command says so. It appears whole or not at all, and never
/// replaces a file. With - it goes to stdout once it is complete and checked; until then it is in a temporary file
/// (TMPDIR). If the shell writes it to a file, others can read that file: set umask 077 first.
///
/// A backup is an orders file: --db reads it, and checks it. To bring it back, let nobody use the file; move the old one aside
/// with its -wal and -shm; then `orders --db BACKUP backup FILE` puts the backup in its place.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::File).backing_up())]
#[command(after_help = "Examples:
  orders backup orders-2026-02-07.db
  orders backup \"backups/orders-$(date +%F).db\" --quiet
  (umask 077; ssh shop orders backup - > orders.db)")]
pub struct BackupArgs {
    /// The new file; - for stdout
    #[cfg_attr(
        feature = "cluster",
        arg(
            help = "The new file; - for stdout; http://n1:4001,…/SHOP for a new shop in a cluster, or for the shop itself, to pack its log"
        )
    )]
    #[arg(value_name = "DEST")]
    dest: PathBuf,
}

pub fn run(args: &BackupArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if args.dest.as_os_str() == "-" {
        return stream(context);
    }
    #[cfg(feature = "cluster")]
    if let Some(address) = super::run::address::address_in(&args.dest)? {
        return to_shop::back_up_to(&address, context);
    }
    let dest = std::path::absolute(ensure_file(&args.dest)?).map_err(|error| failed(&args.dest, &error))?;
    if dest.symlink_metadata().is_ok() {
        let message = format!("{} exists already", dest.display());
        return Err(Failure::new(FailureKind::Conflict(Conflict::Exists), message)
            .error("Destination exists")
            .hint("name a new file")
            .into());
    }
    if let Some(ours) = context.orders_files()?.name_new(&dest) {
        let message = format!("cannot write {}: {ours}", dest.display());
        return Err(Failure::new(FailureKind::Conflict(Conflict::Exists), message).hint("name a new file").into());
    }
    refuse_leftovers(&dest).map_err(|error| {
        Failure::new(FailureKind::Conflict(Conflict::Exists), format!("{} {error}", dest.display()))
    })?;
    let (copy, orders) = checked_copy(folder_of(&dest), &dest, context)?;
    let bytes = copy.bytes().map_err(|error| failed(&dest, &error))?;
    if context.is_dry_run() {
        drop(copy);
    } else {
        let held = ui::hold_interruptions(false);
        let kept = copy.persist(&dest);
        held.end(Some(kept.is_ok()));
        kept.map_err(|error| failed(&dest, &error))?;
    }
    context.mark_done();
    let path = dest.to_string_lossy();
    let body = body([("path", json!(path)), ("orders", json!(orders)), ("bytes", json!(bytes))]);
    context.print_one(body, || report(&path, orders, bytes, context.is_dry_run(), context.ui.quiet))?;
    Ok(Exit::Done)
}

/// Writes a copy to stdout.
fn stream(context: &Context) -> anyhow::Result<Exit> {
    if ui::is_stdout_a_terminal() {
        let failure = Failure::usage("a backup is a binary file, not text for a terminal");
        return Err(failure.hint(Hint::run("to write it to a file", CommandLine::of("backup FILE"))).into());
    }
    if !context.is_table() {
        return Err(Failure::usage("backup - writes the file itself to stdout: it takes no --json or --format").into());
    }
    if let Some(ours) = context.orders_files()?.name_stdout() {
        let message = format!("stdout cannot take the backup: {ours}");
        return Err(Failure::new(FailureKind::Conflict(Conflict::Exists), message)
            .hint("redirect stdout to a new file")
            .into());
    }
    let folder = std::env::temp_dir();
    let (mut copy, orders) = checked_copy(&folder, &folder, context)?;
    let bytes = copy.bytes().map_err(|error| failed(&folder, &error))?;
    if context.is_dry_run() {
        context.ui.note(&format!("dry run: would back up {} to stdout, {bytes} bytes", counted(orders, "order")));
        return Ok(Exit::Done);
    }
    let mut stdout = ui::stdout();
    io::copy(copy.file_mut(), &mut stdout).and_then(|_| stdout.flush()).map_err(|error| match error.kind() {
        // Half a list may be enough for its reader; half a backup never is.
        io::ErrorKind::BrokenPipe => {
            anyhow::Error::from(Failure::io(&error, "stdout was closed before the end of the backup"))
        }
        _ => OutputError(error).into(),
    })?;
    Ok(Exit::Done)
}
