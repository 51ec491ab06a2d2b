//! A checked copy of the orders file, and the report on it.

use std::io;
use std::path::Path;

use crate::commands::Context;
use crate::domain::bidi::shown;
use crate::domain::refusal::Conflict;
use crate::domain::text::os_reason;
use crate::error::{Failure, FailureKind, Fault};
use crate::hint::{CommandLine, Hint};
use crate::render::prose::counted;
use crate::scratch::{Scratch, folder_of, no_place_in};
use crate::store::{Access, Store, StoreError};

/// Says what was backed up.
pub fn report(dest: &str, orders: i64, bytes: u64, is_dry_run: bool, is_quiet: bool) -> String {
    let did = if is_dry_run { "would back up" } else { "backed up" };
    match is_quiet {
        true => String::new(),
        false => format!("{did} {} to {}, {bytes} bytes\n", counted(orders, "order"), shown(dest)),
    }
}

/// Copies the file into a new one in `folder` and checks the copy. Also returns how many orders it has.
pub fn checked_copy(folder: &Path, dest: &Path, context: &Context) -> anyhow::Result<(Scratch, i64)> {
    let mut store = context.open_to_back_up()?;
    let copy = Scratch::new_in(folder).map_err(|error| failed(dest, &error))?;
    store.back_up(copy.path()).map_err(|error| match error {
        // These are about the orders file, not the copy.
        StoreError::Busy | StoreError::Damaged(_) | StoreError::Malformed(_) => anyhow::Error::from(error),
        #[cfg(feature = "cluster")]
        error @ (StoreError::Spoilt(_) | StoreError::Unreached(_)) => error.into(),
        error => {
            let fault = if matches!(error, StoreError::Full) { Fault::Full } else { Fault::Io };
            let message = format!("cannot back up to {}: the copy {error}", dest.display());
            Failure::new(FailureKind::Internal(fault), message).into()
        }
    })?;
    let (damage, orders) = Store::open(copy.path(), Access::Read, context.global.wait())?
        .read(|read| anyhow::Ok((read.damage()?, read.order_count()?)))?;
    if !damage.is_empty() {
        let message = format!("cannot back up: {} is damaged", context.file()?.display());
        return Err(Failure::new(FailureKind::Internal(Fault::Damaged), message)
            .hint("keep the older backups")
            .hint(Hint::run("to see the damage", CommandLine::of("check")))
            .into());
    }
    Ok((copy, orders))
}

/// Makes the failure of a copy that cannot be written.
pub fn failed(dest: &Path, error: &io::Error) -> Failure {
    let (kind, problem) = match error.kind() {
        io::ErrorKind::AlreadyExists => (FailureKind::Conflict(Conflict::Exists), "exists already".to_owned()),
        io::ErrorKind::StorageFull => {
            (FailureKind::Internal(Fault::Full), "cannot be written: the disk is full".to_owned())
        }
        io::ErrorKind::NotFound => {
            (FailureKind::Internal(Fault::Io), format!("cannot be made: {}", no_place_in(folder_of(dest))))
        }
        _ => (FailureKind::Internal(Fault::Io), format!("cannot be written: {}", os_reason(&error.to_string()))),
    };
    Failure::new(kind, format!("{} {problem}", dest.display()))
}
