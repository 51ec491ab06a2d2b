//! How transactions begin and end, and what a file holds after a failed commit.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connection::Access;
use super::error::StoreError;
use super::identity::{SCHEMA_VERSION, refuse_newer, version_of};
use super::last_write::{Token, Verdict};
use super::migrate::bring_up_to_date;
use super::open::Store;
use super::transaction::{Outcome, Read, Write};
use crate::domain::time::Clock;

impl Store {
    /// Reads in one transaction: everything that `read` sees is of one moment.
    pub fn read<T, E: From<StoreError>>(&self, read: impl FnOnce(&Read<'_>) -> Result<T, E>) -> Result<T, E> {
        let transaction = self.connection.unchecked_transaction().map_err(StoreError::from)?;
        read(&Read::on(&transaction, &self.file))
    }

    /// Writes in one immediate transaction: all of it is kept, or none where `write` fails or the outcome is a roll-back.
    /// The clock is read once the transaction has its lock: whoever waited writes later than the others did.
    ///
    /// # Errors
    /// Those of `write`; that the file is busy, full or broken. Where keeping it failed half-way, the file is opened anew
    /// and asked: what it holds is what is reported.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        outcome: Outcome,
        clock: Clock,
        write: impl FnOnce(&Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let file = self.file.clone();
        let transaction = begin(&mut self.connection)?;
        file.refuse_replaced()?;
        if version_of(&transaction).map_err(not_written)? < SCHEMA_VERSION {
            // A dry run shows what would be done to an older file, as it would be by then.
            bring_up_to_date(&transaction).map_err(StoreError::before_commit)?;
        }
        let before = Token::last_in(&transaction).map_err(not_written)?;
        let writing = Write { read: Read::on(&transaction, &file), time: clock.now() };
        let value = write(&writing)?;
        writing.complete().map_err(StoreError::before_commit)?;
        drop(writing);
        if outcome == Outcome::RollBack {
            transaction.rollback().map_err(not_written)?;
            return Ok(value);
        }
        let token = Token::draw();
        token.write(&transaction).map_err(not_written)?;
        file.refuse_replaced()?;
        match transaction.commit().map_err(StoreError::from) {
            Ok(()) => Ok(value),
            Err(StoreError::Broken(error) | StoreError::Malformed(error)) => match self.ask_anew(before, token) {
                Ok(Verdict::Written) => Ok(value),
                Ok(Verdict::NotWritten) => Err(StoreError::NotWritten(error).into()),
                _ => Err(StoreError::Broken(error).into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Sees to it that what the file holds is on the disk: what a killed program wrote before may be in the log alone.
    /// Whoever is refused because of what is there is to find it there after a power cut.
    ///
    /// # Errors
    /// The file is busy, full or broken.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        let transaction = begin(&mut self.connection)?;
        self.file.refuse_replaced()?;
        Token::draw().write(&transaction).map_err(not_written)?;
        transaction.commit().map_err(not_written)
    }

    /// Opens the file anew, as the next program would find it, and asks whether it holds what a transaction of this token
    /// wrote, which began with the token `before`.
    fn ask_anew(&mut self, before: Option<Token>, token: Token) -> Result<Verdict, StoreError> {
        // First of all the old connection goes, with all that it still has in memory.
        self.connection = Connection::open_in_memory()?;
        let store = Store::open(&self.path, Access::Write, self.wait)?;
        (self.connection, self.file, self.in_use) = (store.connection, store.file, store.in_use);
        let transaction = begin(&mut self.connection)?;
        let verdict = token.verdict(before, Token::last_in(&transaction)?);
        // What is there may have been found in the log, where the sync that failed left it. And what is not there may lie in
        // the log all the same, whole but unsynced, behind what others see of it: should all of them be killed, who comes
        // next would take it in. A commit of its own syncs the one, and takes the place of the other.
        Token::draw().write(&transaction)?;
        transaction.commit()?;
        Ok(verdict)
    }
}

/// Begins a transaction that may write: one that begins by reading fails at once where another program writes, however
/// long it would wait. Since the file was opened, a newer program may have brought it to a schema that is not known here.
fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(not_written)?;
    refuse_newer(version_of(&transaction).map_err(not_written)?)?;
    Ok(transaction)
}

fn not_written(error: rusqlite::Error) -> StoreError {
    StoreError::from(error).before_commit()
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::{incoming, resolved_order};
    use crate::domain::settings::SettingKey;
    use crate::domain::status::Status;
    use crate::domain::stock::{Movement, Reason};
    use crate::domain::time::Timestamp;
    use crate::domain::transition::StatusChange;
    use crate::store::locked;
    use crate::store::transaction::Audit;
    use crate::store::values::ContentHash;

    /// A new store in a folder of its own, which lives as long as the first value.
    pub(in crate::store) fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("orders.db"), Access::Create, Duration::ZERO).unwrap();
        (folder, store)
    }

    /// How long the log is, in bytes.
    fn log_length(store: &Store) -> u64 {
        std::fs::metadata(format!("{}-wal", store.path.display())).map_or(0, |log| log.len())
    }

    pub(in crate::store) const CLOCK: Clock = Clock::Fixed(Timestamp::FIRST);

    pub(in crate::store) fn audit() -> Audit {
        Audit { actor: "operator".into(), note: None }
    }

    /// What a decision says must still be true is checked where it is applied, whoever decided.
    #[test]
    fn a_decision_that_came_too_late_is_not_applied() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let incoming = incoming(&[(&shirt, 2, None)]);
        let new = resolved_order(&incoming, &[shirt.clone()].into_iter().collect());
        let reference = new.reference.clone();
        let pk = store
            .write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
                write.insert_product(&shirt, &audit())?;
                Ok(write.insert_order(&new, ContentHash::of(&new.content), None, &audit())?.unwrap())
            })
            .unwrap();
        let taking = |delta: i64, from| StatusChange {
            order: pk,
            reference: reference.clone(),
            from,
            to: Status::Confirmed,
            movements: vec![Movement {
                product_id: shirt.id,
                size_key: String::new(),
                delta,
                reason: Reason::Confirm,
                note: None,
            }],
        };
        let mut apply = |change: StatusChange| {
            store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| write.change_status(&change, &audit()))
        };
        assert!(matches!(apply(taking(-2, Status::Shipped)), Err(StoreError::Changed("the order"))));
        assert!(matches!(apply(taking(-4, Status::Pending)), Err(StoreError::Changed("the stock"))));
        assert!(apply(taking(-2, Status::Pending)).is_ok());
        assert!(matches!(apply(taking(-2, Status::Pending)), Err(StoreError::Changed("the order"))));
        let (held, order) =
            store.read::<_, StoreError>(|read| Ok((read.held_stock(pk)?, read.orders(&[pk])?.remove(0)))).unwrap();
        assert_eq!((held.len(), held[0].delta, order.summary.status), (1, -2, Status::Confirmed));
        assert_eq!(order.items, new.items);
    }

    /// A question left open, or a long wait, while somebody restores a backup.
    #[test]
    fn nothing_is_written_to_a_file_whose_name_another_one_has_by_now() {
        let (folder, mut store) = store();
        let set = |store: &mut Store, name| {
            store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
                write.set_setting(SettingKey::ShopName, Some(name))
            })
        };
        set(&mut store, "before").unwrap();
        let (file, backup) = (folder.path().join("orders.db"), folder.path().join("backup.db"));
        Store::open(&file, Access::BackUp, Duration::ZERO).unwrap().back_up(&backup).unwrap();
        std::fs::rename(&backup, &file).unwrap();
        assert!(matches!(set(&mut store, "late"), Err(StoreError::Replaced)));
        assert!(matches!(store.sync(), Err(StoreError::Replaced)));
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(set(&mut store, "late"), Err(StoreError::Replaced)));
    }

    #[test]
    fn nothing_is_written_to_a_file_that_a_newer_program_brought_up_to_its_version() {
        let (folder, mut store) = store();
        let other = Connection::open(folder.path().join("orders.db")).unwrap();
        other.pragma_update(None, "user_version", 99).unwrap();
        let set = store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
            write.set_setting(SettingKey::ShopName, Some("LEG"))
        });
        assert!(matches!(set, Err(StoreError::Newer(_))), "{set:?}");
        assert!(matches!(store.sync(), Err(StoreError::Newer(_))));
    }

    #[test]
    fn after_a_failed_commit_the_file_is_asked_what_it_holds() {
        let (_folder, mut store) = store();
        for outcome in [Outcome::RollBack, Outcome::Commit] {
            let before = Token::last_in(&store.connection).unwrap();
            store
                .write::<_, StoreError>(outcome, CLOCK, |write| write.set_setting(SettingKey::ShopName, Some("LEG")))
                .unwrap();
            let (token, verdict) = match outcome {
                Outcome::RollBack => (Token::draw(), Verdict::NotWritten),
                Outcome::Commit => (Token::last_in(&store.connection).unwrap().unwrap(), Verdict::Written),
            };
            assert_eq!(store.ask_anew(before, token).unwrap(), verdict, "{outcome:?}");
            // The file was closed in between, so its log is new: what is in it was written, and synced, by asking.
            assert!(log_length(&store) > 0, "{outcome:?}");
        }
    }

    /// Another file may have its name by then.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_file_that_was_opened_anew_is_the_one_that_is_in_use() {
        let (folder, mut store) = store();
        let folder = std::fs::canonicalize(folder.path()).unwrap();
        let (file, backup) = (folder.join("orders.db"), folder.join("backup.db"));
        Store::open(&file, Access::BackUp, Duration::ZERO).unwrap().back_up(&backup).unwrap();
        for side in locked::side_files(&file) {
            let _ = std::fs::remove_file(side);
        }
        std::fs::rename(&backup, &file).unwrap();
        let before = Token::last_in(&store.connection).unwrap();
        assert_eq!(store.ask_anew(before, Token::draw()).unwrap(), Verdict::NotWritten);
        assert!(locked::tests::stays_open(&file));
        drop(store);
        assert!(!locked::tests::stays_open(&file));
    }

    /// The log is synced where it is written.
    #[test]
    fn what_is_there_is_synced_by_a_commit_of_its_own() {
        let (_folder, mut store) = store();
        let before = log_length(&store);
        store.sync().unwrap();
        assert!(log_length(&store) > before);
    }

    #[test]
    fn where_another_program_wrote_since_it_is_not_known_what_the_file_holds() {
        let (_folder, mut store) = store();
        let before = Token::last_in(&store.connection).unwrap();
        let set = |write: &Write<'_>| write.set_setting(SettingKey::ShopName, Some("B"));
        store.write::<_, StoreError>(Outcome::Commit, CLOCK, set).unwrap();
        assert_eq!(store.ask_anew(before, Token::draw()).unwrap(), Verdict::Unknown);
    }

    #[test]
    fn what_fails_or_is_a_dry_run_leaves_the_file_as_it_was() {
        let (_folder, mut store) = store();
        let set = |write: &Write<'_>| write.set_setting(SettingKey::ShopName, Some("A"));
        store.write::<_, StoreError>(Outcome::RollBack, CLOCK, |write| set(write)).unwrap();
        store
            .write::<(), StoreError>(Outcome::Commit, CLOCK, |write| {
                set(write)?;
                Err(StoreError::Changed("something"))
            })
            .unwrap_err();
        let shop_name = |store: &Store| store.read::<_, StoreError>(|read| Ok(read.settings()?.shop_name)).unwrap();
        assert_eq!(shop_name(&store), None);
        store.write::<_, StoreError>(Outcome::Commit, CLOCK, |write| set(write)).unwrap();
        assert_eq!(shop_name(&store).as_deref(), Some("A"));
    }
}
