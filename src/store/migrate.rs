//! How an older file becomes a current one: step by step, in one transaction, after a copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;
use super::copy::{copy_beside, free_name};
use super::identity::{Identity, refuse_stranger};
use super::texts::{TEXTS_SINCE, gather_all};

/// What turns a file of one version into the next, the first for version 1. Only ever added to; what a step makes stands
/// word for word in `schema.sql` too. Readers take older files as they are, so that looking changes nothing: what they
/// ask must not need what a step makes, or they have to refuse files from before it.
const STEPS: [&str; 2] = [
    // Reports of sales.
    "CREATE INDEX orders_by_order_date ON orders (order_date, status, item_count, total, currency);",
    // Searches.
    "CREATE TABLE order_texts (
        batch INTEGER PRIMARY KEY,
        texts TEXT NOT NULL
    ) STRICT;",
];

/// The version of the schema. The same number stands in `schema.sql`.
pub(super) const SCHEMA_VERSION: i32 = 3;

/// Brings a file up to the current schema, and returns where it is kept as it was; `None` where another program was first.
///
/// # Errors
/// It is in use, there is no room, it is damaged, or from a newer version by now. It is as it was then.
pub(super) fn migrate(connection: &mut Connection, path: &Path, wait: Duration) -> Result<Option<PathBuf>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have been first, while this one waited.
    let identity = Identity::of(&transaction)?;
    refuse_stranger(&identity)?;
    if identity.version == SCHEMA_VERSION {
        return Ok(None);
    }
    let copy = copy_beside(path, wait)?;
    for step in STEPS.iter().skip(usize::try_from(identity.version - 1).unwrap_or_default()) {
        transaction.execute_batch(step).map_err(|error| match StoreError::from(error) {
            StoreError::Sqlite(error) => {
                StoreError::refused(format!("cannot be brought up to this version of orders: {error}"))
            }
            error => error,
        })?;
    }
    if identity.version < TEXTS_SINCE {
        gather_all(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    let kept = free_name(path, &format!("v{}", identity.version));
    copy.keep(&kept)?;
    match transaction.commit().map_err(StoreError::from) {
        Ok(()) => Ok(Some(kept)),
        // What the file holds now is not known.
        Err(error @ StoreError::Broken(_)) => Err(error),
        Err(error) => {
            let _ = fs::remove_file(&kept);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_step_from_every_older_version() {
        assert_eq!(i32::try_from(STEPS.len()).unwrap() + 1, SCHEMA_VERSION);
    }
}
