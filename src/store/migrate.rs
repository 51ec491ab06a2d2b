//! How an older file becomes a current one: step by step, in one transaction, after a copy.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tempfile::NamedTempFile;

use super::StoreError;
use super::open::{Access, SCHEMA_VERSION, set_up};

/// What turns a file of one version into the next, the first for version 1. Only ever added to. What a step makes stands
/// word for word in `schema.sql` too.
const STEPS: [&str; 1] = [
    // Reports of sales, and lists by the time of the order.
    "CREATE INDEX orders_by_order_date ON orders (order_date, status, item_count, total, currency);",
];

/// Brings a file up to the current schema, and returns where it is kept as it was; `None` where another program was first.
///
/// # Errors
/// It is in use, there is no room, or it is damaged. It is as it was then.
pub(super) fn migrate(connection: &mut Connection, path: &Path, wait: Duration) -> Result<Option<PathBuf>, StoreError> {
    // A reader brings the file up to date as well, and only reads from then on.
    let only_reads: bool = connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
    connection.pragma_update(None, "query_only", false)?;
    let kept = migrate_in_transaction(connection, path, wait);
    connection.pragma_update(None, "query_only", only_reads)?;
    kept
}

fn migrate_in_transaction(
    connection: &mut Connection,
    path: &Path,
    wait: Duration,
) -> Result<Option<PathBuf>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have been first, while this one waited.
    let version: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let steps = usize::try_from(version - 1).ok().and_then(|done| STEPS.get(done..)).unwrap_or_default();
    if steps.is_empty() {
        return Ok(None);
    }
    let kept = copy(path, version, wait)?;
    steps.iter().try_for_each(|step| transaction.execute_batch(step))?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(Some(kept))
}

/// Copies the file beside itself, as `orders.db.v1`, while the transaction of the caller keeps others from writing.
fn copy(path: &Path, version: i32, wait: Duration) -> Result<PathBuf, StoreError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let temporary = tempfile::Builder::new().prefix(".orders-copy-").tempfile_in(folder)?;
    let name = temporary.path().to_str().ok_or_else(|| StoreError::refused("is in a folder that is not UTF-8"))?;
    let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&reader, Access::BackUp, wait)?;
    reader.execute("VACUUM INTO ?1", [name])?;
    let names = (1..).map(|n| match n {
        1 => format!("{}.v{version}", path.display()),
        n => format!("{}.v{version}.{n}", path.display()),
    });
    let free = names.map(PathBuf::from).find(|name| name.symlink_metadata().is_err()).unwrap_or_default();
    keep(temporary, &free)?;
    Ok(free)
}

/// Gives a temporary file its name for good: it is whole on the disk before it has it, and has it after a power cut.
///
/// # Errors
/// There is a file of that name, or the disk fails; the temporary one is gone then.
pub fn keep(temporary: NamedTempFile, dest: &Path) -> io::Result<()> {
    temporary.as_file().sync_all()?;
    temporary.persist_noclobber(dest)?;
    let folder = dest.parent().unwrap_or(Path::new("/"));
    File::open(folder).and_then(|folder| folder.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_step_from_every_older_version() {
        assert_eq!(STEPS.len() + 1, usize::try_from(SCHEMA_VERSION).unwrap());
    }
}
