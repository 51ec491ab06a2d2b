//! Statements that a transaction runs by the hundred thousand.

use std::cell::{RefCell, RefMut};

use rusqlite::{Connection, PrepFlags, Statement};

/// A statement that is prepared when it is run first, and kept to the end of the transaction with the values last bound to
/// it. Taking it out of the connection's cache, and putting it back cleared, takes as long as a short step of it.
#[derive(Debug, Default)]
pub(super) struct Kept<'c>(RefCell<Option<(&'static str, Statement<'c>)>>);

impl<'c> Kept<'c> {
    /// Returns the statement, which is to be always the same.
    pub fn of(&self, connection: &'c Connection, sql: &'static str) -> rusqlite::Result<RefMut<'_, Statement<'c>>> {
        let mut kept = self.0.borrow_mut();
        if kept.is_none() {
            // SQLite leaves its fast memory to others than such statements.
            *kept = Some((sql, connection.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT)?));
        }
        Ok(RefMut::map(kept, |kept| {
            let (kept_sql, statement) = kept.as_mut().expect("it was just prepared");
            debug_assert_eq!(*kept_sql, sql);
            statement
        }))
    }
}

/// The statements that taking in an order runs. Values are bound to them in the order in which their names first stand
/// there: without looking the names up.
#[derive(Debug, Default)]
pub(super) struct Statements<'c> {
    pub like_another: Kept<'c>,
    pub insert_order: Kept<'c>,
    pub insert_item: Kept<'c>,
    pub insert_source: Kept<'c>,
    pub insert_event: Kept<'c>,
}
