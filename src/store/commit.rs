//! How transactions end, and what a file holds after a failed commit.

use rusqlite::Connection;

#[cfg(feature = "cluster")]
use super::cluster::Appended;
use super::connection::Access;
use super::error::StoreError;
use super::identity::{SCHEMA_VERSION, version_of};
use super::last_write::{CommitState, Token};
use super::migrate::bring_up_to_date;
use super::open::Store;
use super::transaction::{Outcome, Read, Write, begin};
use crate::domain::time::Clock;
use crate::scratch::folder_of;

impl Store {
    /// Reads in one transaction: everything that `read` sees is of one moment.
    pub fn read<T, E: From<StoreError>>(&self, read: impl FnOnce(&Read<'_>) -> Result<T, E>) -> Result<T, E> {
        let transaction = self.connection.unchecked_transaction().map_err(StoreError::from)?;
        read(&Read { connection: &transaction })
    }

    /// Returns whether it is a shop in a cluster, whose nodes may never answer.
    pub fn is_in_cluster(&self) -> bool {
        #[cfg(feature = "cluster")]
        return self.cluster.is_some();
        #[cfg(not(feature = "cluster"))]
        false
    }

    /// Writes in one immediate transaction. Nothing is committed if `write` fails or the outcome is a roll-back. The
    /// clock is read once the transaction has its lock, so that a later transaction has a later time.
    ///
    /// # Errors
    /// Those of `write`; the file is busy, full or broken. If the commit failed half-way, the file is opened again, and
    /// the error says what it holds.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        outcome: Outcome,
        clock: Clock,
        write: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let file = self.file.clone();
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &mut self.cluster
            && outcome == Outcome::Commit
        {
            cluster.begin_writing(&mut self.connection)?;
        }
        let transaction = begin(&mut self.connection)?;
        file.refuse_replaced()?;
        if version_of(&transaction).map_err(StoreError::from)? < SCHEMA_VERSION {
            // A dry run opened an older file without migrating it, and shows what the command would do after that.
            bring_up_to_date(&transaction)?;
        }
        let before = Token::last_in(&transaction).map_err(StoreError::from)?;
        let read = Read { connection: &transaction };
        let value = write(&mut Write { read, time: clock.now(), folder: folder_of(file.path()) })?;
        if outcome == Outcome::RollBack {
            transaction.rollback().map_err(StoreError::from)?;
            return Ok(value);
        }
        let token = Token::random();
        token.write(&transaction).map_err(StoreError::from)?;
        file.refuse_replaced()?;
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &mut self.cluster {
            return match cluster.append(&transaction)? {
                Appended::Mine => {
                    cluster.end_writing(transaction.commit().is_ok());
                    Ok(value)
                }
                Appended::Not => {
                    transaction.rollback().map_err(StoreError::from)?;
                    cluster.decide_again(&mut self.connection)?;
                    Err(StoreError::Overtaken.into())
                }
            };
        }
        match transaction.commit().map_err(StoreError::from) {
            Ok(()) => Ok(value),
            Err(StoreError::Broken(error) | StoreError::Malformed(error)) => match self.reopen_and_ask(before, token) {
                Ok(CommitState::Written) => Ok(value),
                Ok(CommitState::NotWritten) => Err(StoreError::Broken(error).into()),
                _ => Err(StoreError::OutcomeUnknown(error).into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Syncs what the file holds: what a killed program wrote may be in an unsynced log. A command that refuses because of
    /// what is there calls this first, so that it is still there after a power cut.
    ///
    /// # Errors
    /// The file is busy, full or broken.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &mut self.cluster {
            // Everything in the log is safe, but the log may have more by now.
            let has_newer = cluster.confirm_refusal(&mut self.connection)?;
            return if has_newer { Err(StoreError::Overtaken) } else { Ok(()) };
        }
        let transaction = begin(&mut self.connection)?;
        self.file.refuse_replaced()?;
        Token::random().write(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Opens the file again, as the next program would find it, and returns whether it holds what the transaction with this
    /// token wrote. When that transaction began, the last token was `before`.
    fn reopen_and_ask(&mut self, before: Option<Token>, token: Token) -> Result<CommitState, StoreError> {
        // The old connection goes first, with its cache.
        self.connection = Connection::open_in_memory()?;
        let store = Store::open(&self.path, Access::Write, self.wait)?;
        (self.connection, self.file, self.in_use) = (store.connection, store.file, store.in_use);
        let transaction = begin(&mut self.connection)?;
        let state = token.commit_state(before, Token::last_in(&transaction)?);
        // What was found may be in the log only, unsynced because the sync failed. What was not found may still lie in the
        // log, complete but unsynced, behind the frames that readers see: if all programs were killed now, recovery would
        // take it in. A new commit syncs the former and overwrites the latter.
        Token::random().write(&transaction)?;
        transaction.commit()?;
        Ok(state)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::holding::Holding;
    use crate::domain::money::Money;
    use crate::domain::movement::{Movement, Reason};
    use crate::domain::order_samples::{incoming, resolved_order};
    use crate::domain::product::tests::product;
    use crate::domain::settings::SettingKey;
    use crate::domain::status::Status;
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

    /// What a decision requires is checked again where it is applied.
    #[test]
    fn an_outdated_decision_is_not_applied() {
        let (_folder, mut store) = store();
        let shirt = product("Shirt", &[("", 3)]);
        let incoming = incoming(&[(&shirt, 2, None)]);
        let new = resolved_order(&incoming, &[shirt.clone()].into_iter().collect());
        let reference = new.reference.clone();
        let pk = store
            .write::<_, StoreError>(Outcome::Commit, CLOCK, |write| {
                write.insert_product(&shirt, &audit())?;
                write.with_order_batch(|batch| {
                    Ok(batch.insert_order(&new, ContentHash::of(&new.content), None, &audit())?.unwrap())
                })
            })
            .unwrap();
        let taking = |delta: i64, from| StatusChange {
            order: pk,
            reference: reference.clone(),
            from,
            to: Status::Confirmed,
            kept_before: Money::ZERO,
            kept: Money::ZERO,
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
        let moved: Vec<i64> =
            held.movements_to(&Holding::default(), Reason::Cancel).iter().map(|movement| movement.delta).collect();
        assert_eq!((moved, order.summary.status), (vec![2], Status::Confirmed));
        assert_eq!(order.items, new.items);
    }

    /// Somebody restores a backup while a question is open.
    #[test]
    fn nothing_is_written_once_another_file_has_the_name() {
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
    fn nothing_is_written_once_a_newer_program_has_migrated_the_file() {
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
    fn after_a_failed_commit_the_file_is_opened_again_and_asked() {
        let (_folder, mut store) = store();
        for outcome in [Outcome::RollBack, Outcome::Commit] {
            let before = Token::last_in(&store.connection).unwrap();
            store
                .write::<_, StoreError>(outcome, CLOCK, |write| write.set_setting(SettingKey::ShopName, Some("LEG")))
                .unwrap();
            let (token, state) = match outcome {
                Outcome::RollBack => (Token::random(), CommitState::NotWritten),
                Outcome::Commit => (Token::last_in(&store.connection).unwrap().unwrap(), CommitState::Written),
            };
            assert_eq!(store.reopen_and_ask(before, token).unwrap(), state, "{outcome:?}");
            // The file was closed in between, so its log is new: asking wrote and synced all that is in it.
            assert!(log_length(&store) > 0, "{outcome:?}");
        }
    }

    /// Another file may have the name by then.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_reopened_file_is_noted_as_in_use() {
        let (folder, mut store) = store();
        let folder = std::fs::canonicalize(folder.path()).unwrap();
        let (file, backup) = (folder.join("orders.db"), folder.join("backup.db"));
        Store::open(&file, Access::BackUp, Duration::ZERO).unwrap().back_up(&backup).unwrap();
        for side in locked::side_files(&file) {
            let _ = std::fs::remove_file(side);
        }
        std::fs::rename(&backup, &file).unwrap();
        let before = Token::last_in(&store.connection).unwrap();
        assert_eq!(store.reopen_and_ask(before, Token::random()).unwrap(), CommitState::NotWritten);
        assert!(locked::tests::stays_open(&file));
        drop(store);
        assert!(!locked::tests::stays_open(&file));
    }

    /// SQLite syncs the log at each commit.
    #[test]
    fn sync_commits_something() {
        let (_folder, mut store) = store();
        let before = log_length(&store);
        store.sync().unwrap();
        assert!(log_length(&store) > before);
    }

    #[test]
    fn after_another_write_it_is_unknown_what_a_failed_commit_left() {
        let (_folder, mut store) = store();
        let before = Token::last_in(&store.connection).unwrap();
        let set = |write: &mut Write<'_>| write.set_setting(SettingKey::ShopName, Some("B"));
        store.write::<_, StoreError>(Outcome::Commit, CLOCK, set).unwrap();
        assert_eq!(store.reopen_and_ask(before, Token::random()).unwrap(), CommitState::Unknown);
    }

    #[test]
    fn failures_and_dry_runs_leave_the_file_unchanged() {
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
