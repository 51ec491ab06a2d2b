//! The context of a run: how commands open the file, change it and print.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use serde_json::json;
use uuid::{ContextV7, Uuid};

use super::find::user_not_found;
use super::printer::Printer;
use crate::domain::order::Order;
use crate::domain::settings::Settings;
use crate::domain::text::shell_argument;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::user::{Caller, Task};
use crate::error::{Failure, FailureKind, OutputError};
use crate::hint::Hint;
use crate::options::{Global, OutputFormat};
use crate::render::json::Body;
use crate::render::{LeftOut, RenderStyle, json, order, table};
use crate::store::{Access, Audit, ExposedTo, OrdersFiles, Outcome, Store, StoreError, Write};
use crate::ui::{self, Ui};

/// What every command works with: the global options, the clock, the streams and who runs it.
#[derive(Debug)]
pub struct Context {
    pub global: Global,
    /// When this run began. Writes use the time of their transaction: [`Write::time`].
    pub now: Timestamp,
    pub ui: Ui,
    pub caller: Caller,
    clock: Clock,
    has_committed: bool,
    has_rolled_back: bool,
    has_warned_of_others: Cell<bool>,
    left_out: LeftOut,
}

impl Context {
    pub fn new(global: Global, clock: Clock, ui: Ui) -> Context {
        Context {
            global,
            now: clock.now(),
            ui,
            caller: Caller::Operator,
            clock,
            has_committed: false,
            has_rolled_back: false,
            has_warned_of_others: Cell::new(false),
            left_out: LeftOut::default(),
        }
    }

    /// Turns off the warning about a file that others can use.
    pub fn warn_of_nothing(&self) {
        self.has_warned_of_others.set(true);
    }

    /// Returns whether this run has made a lasting change.
    pub fn has_committed(&self) -> bool {
        self.has_committed
    }

    pub fn is_dry_run(&self) -> bool {
        self.global.dry_run
    }

    /// Returns whether the result is for people.
    pub fn is_table(&self) -> bool {
        self.global.format() == OutputFormat::Table
    }

    /// Prints a hint on stderr.
    pub fn hint(&self, hint: Hint) {
        let hint = self.global.db.iter().fold(hint, |hint, file| hint.with_file(file));
        self.ui.hint(&hint.to_string());
    }

    /// Identifies the caller, and checks that they may do `task`.
    pub fn identify(&mut self, task: Task) -> anyhow::Result<()> {
        let username = match (&self.global.acting_as, std::env::var_os("ORDERS_AS")) {
            (Some(username), _) => Some(username.clone()),
            (None, variable) => variable.map(|variable| variable.to_string_lossy().into_owned()),
        };
        if let Some(username) = username {
            self.caller = self.caller_named(username.trim())?;
        }
        self.caller.may(task).map_err(|refused| {
            let mut message = refused.to_owned();
            message[..1].make_ascii_lowercase();
            let failure = Failure::new(FailureKind::PermissionDenied, message).error(refused);
            if task == Task::MyOrders { failure.hint("--as USERNAME or ORDERS_AS says whose orders") } else { failure }
        })?;
        Ok(())
    }

    fn caller_named(&self, username: &str) -> anyhow::Result<Caller> {
        // An empty name must not mean the operator: a wrapper may have lost its user.
        if username.is_empty() {
            return Err(Failure::usage("--as or ORDERS_AS is empty: name an account, or guest").into());
        }
        if let Some(caller) = Caller::without_account(username) {
            return Ok(caller);
        }
        match self.open_to_read()?.read(|read| read.user(username))? {
            Some(user) => Ok(Caller::Account(user)),
            None => Err(user_not_found(username).into()),
        }
    }

    pub fn open_to_read(&self) -> anyhow::Result<Store> {
        self.open(&self.file()?, Access::Read)
    }

    pub fn open_to_back_up(&self) -> anyhow::Result<Store> {
        self.open(&self.file()?, Access::BackUp)
    }

    /// Opens an existing orders file for writing.
    pub fn open_to_write(&self) -> anyhow::Result<Store> {
        let access = if self.is_dry_run() { Access::DryRun } else { Access::Write };
        self.open(&self.file()?, access)
    }

    /// Opens the orders file for writing, and creates it if it is missing, unless this is a dry run.
    pub fn open_or_create(&self) -> anyhow::Result<Store> {
        if self.is_dry_run() {
            return self.open_to_write();
        }
        let path = self.file()?;
        if self.global.db.is_none()
            && let Some(folder) = path.parent()
            && named_by_environment().is_none()
        {
            make_private_folder(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let store = self.open(&path, Access::Create)?;
        if store.was_created() {
            self.ui.note(&format!("made a new orders file: {}", store.path().display()));
        }
        Ok(store)
    }

    /// Opens the orders file. Warns once a run, even with `--quiet`, if others can use it: its mode is its only lock.
    fn open(&self, path: &Path, access: Access) -> anyhow::Result<Store> {
        // A run that may leave something behind reports its state and cleans up when a signal ends it.
        if access != Access::Read {
            ui::begin_change(self.ui.json);
        }
        let store = Store::open(path, access, self.global.wait())?;
        if let Some(may) = store.exposed_to()
            && !self.has_warned_of_others.replace(true)
        {
            let done = match may {
                ExposedTo::Read => "read",
                ExposedTo::Write => "changed",
            };
            let file = store.path().display().to_string();
            self.ui.warn(&format!("{file} can be {done} by other users"));
            self.ui.hint(&format!("to keep it to yourself:  chmod 600 {}", shell_argument(&file)));
        }
        if let Some(kept) = store.migration_backup() {
            let (file, kept) = (store.path().display(), kept.display());
            self.ui.warn(&format!("brought {file} up to this version of orders; the old file is kept as {kept}"));
        }
        Ok(store)
    }

    /// Returns the absolute path of the orders file: `--db`, else `ORDERS_DB`, else the one in the user's data folder.
    pub fn file(&self) -> anyhow::Result<PathBuf> {
        let absolute = |path: &Path| std::path::absolute(path).context("the current folder is gone");
        match (&self.global.db, named_by_environment()) {
            (Some(path), _) if path.as_os_str().is_empty() => {
                Err(Failure::usage("--db needs the path of a file").into())
            }
            (Some(path), _) => absolute(path),
            (None, Some(path)) => absolute(&path),
            (None, None) => {
                let folders = etcetera::choose_base_strategy().map_err(|_| {
                    Failure::usage("there is no home folder; name the file with --db FILE or ORDERS_DB")
                })?;
                Ok(folders.data_dir().join("orders").join("orders.db"))
            }
        }
    }

    /// Returns the orders file and the files beside it, which no other argument may name.
    pub fn orders_files(&self) -> anyhow::Result<OrdersFiles> {
        Ok(OrdersFiles::of(&self.file()?))
    }

    /// Changes the file in one transaction, which a dry run rolls back.
    pub fn write<T>(
        &mut self,
        store: &mut Store,
        write: impl FnOnce(&mut Write<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let outcome = if self.is_dry_run() { Outcome::RollBack } else { Outcome::Commit };
        let caller = &self.caller;
        let mut held = None;
        let written = store.write(outcome, self.clock, |transaction| {
            // Re-check the account inside the transaction.
            if let Caller::Account(user) = caller
                && transaction.user(&user.username)?.as_ref() != Some(user)
            {
                return Err(StoreError::Changed("the acting account").into());
            }
            let value = write(transaction).map_err(|error| match error.downcast::<StoreError>() {
                Ok(error) => error.before_commit().into(),
                Err(error) => error,
            })?;
            held = Some(ui::hold_interruptions());
            anyhow::Ok(value)
        });
        if let Some(held) = held {
            held.end(match &written {
                Ok(_) => Some(outcome == Outcome::Commit),
                Err(error) if error.downcast_ref().is_some_and(StoreError::is_outcome_unknown) => None,
                Err(_) => Some(false),
            });
        }
        let value = match written {
            // The facts behind the refusal must survive a power cut too.
            Err(error) if outcome == Outcome::Commit && !error.is::<StoreError>() => {
                store.sync()?;
                return Err(error);
            }
            written => written?,
        };
        self.has_committed = outcome == Outcome::Commit;
        self.has_rolled_back = outcome == Outcome::RollBack;
        Ok(value)
    }

    /// Notes that there was nothing to write; a dry run still says that it was one.
    pub fn write_nothing(&mut self) {
        self.has_rolled_back = self.is_dry_run();
    }

    /// Notes that this run finished its work outside the orders file.
    pub fn mark_done(&mut self) {
        self.has_committed = true;
    }

    /// Notes that this run rolls its work back, which results report.
    pub fn mark_dry_run(&mut self) {
        self.has_rolled_back = true;
    }

    /// Returns who writes, and with which note.
    pub fn audit(&self) -> Audit {
        Audit { actor: self.caller.name().to_owned(), note: self.global.note.clone() }
    }

    /// Returns a generator of ids. They sort by creation, so that their index grows at its end.
    pub fn ids(&self) -> impl FnMut() -> Uuid + use<> {
        let millis = u64::try_from(self.now.millis()).unwrap_or_default();
        let nanos = u32::try_from(millis % 1000 * 1_000_000).unwrap_or_default();
        let context = ContextV7::new();
        move || Uuid::new_v7(uuid::Timestamp::from_unix(&context, millis / 1000, nanos))
    }

    /// Returns the style of results.
    pub fn style<'a>(&'a self, settings: &'a Settings) -> RenderStyle<'a> {
        RenderStyle {
            width: ui::width(),
            color: self.ui.colors_stdout,
            zone: settings.zone(),
            country_code: settings.country_code.as_deref(),
            left_out: Some(&self.left_out),
        }
    }

    /// Returns the style of what is shown before a question.
    pub fn style_of_questions<'a>(&'a self, settings: &'a Settings) -> RenderStyle<'a> {
        RenderStyle { width: ui::stderr_width(), color: self.ui.colors_stderr, left_out: None, ..self.style(settings) }
    }

    /// Names at a terminal the columns that did not fit, and how to see them: otherwise nobody would miss them.
    pub fn tell_left_out(&self, has_fields: bool) {
        let titles = self.left_out.titles();
        if titles.is_empty() || !ui::is_stdout_a_terminal() {
            return;
        }
        let other = if has_fields { "--fields" } else { "--json" };
        self.ui.aside(&format!("no room for {}: a wider terminal or {other} shows them", titles.join(", ")));
    }

    /// Returns whether to ask a person first.
    ///
    /// # Errors
    /// An answer is needed, and `--no-input` forbids asking; `instead` says what to do.
    pub fn is_to_ask(&self, question: &str, instead: impl Into<Hint>) -> Result<bool, Failure> {
        if self.global.yes || self.is_dry_run() || !ui::is_interactive() {
            return Ok(false);
        }
        if self.global.no_input {
            return Err(Failure::usage(format!("--no-input, but {question}")).hint(instead));
        }
        Ok(true)
    }

    /// Prints a command's one body, or `text` for people.
    pub fn print_one(&self, body: Body, text: impl FnOnce() -> String) -> Result<(), OutputError> {
        let keys: Vec<String> = body.keys().cloned().collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        self.print_each(vec![body], &keys, false, text)
    }

    /// Prints an order that a command wrote.
    pub fn print_order(&self, order: &Order, settings: &Settings) -> Result<(), OutputError> {
        self.print_one(json::order(order), || match self.ui.quiet {
            true => format!("{}\n", order.summary.reference),
            false => order::show(order, self.style(settings)),
        })
    }

    /// Prints each body, as an array if `is_list`, or `text` for people. CSV has the columns `keys`, whatever the
    /// bodies hold.
    pub fn print_each(
        &self,
        bodies: impl IntoIterator<Item = Body>,
        keys: &[&str],
        is_list: bool,
        text: impl FnOnce() -> String,
    ) -> Result<(), OutputError> {
        if self.is_table() {
            ui::print(&text())?;
            if self.has_rolled_back {
                self.ui.note("dry run: nothing changed");
            }
            return Ok(());
        }
        let mut keys = keys.to_vec();
        if self.has_rolled_back {
            keys.extend(Some("dryRun").filter(|key| !keys.contains(key)));
        }
        let mut stdout = ui::stdout();
        let mut printer = Printer::new(&mut stdout, self.global.format(), &keys, is_list);
        // One body at a time: there may be too many to hold.
        for mut body in bodies {
            if self.has_rolled_back {
                body.insert("dryRun".to_owned(), json!(true));
            }
            printer.put(&body).map_err(OutputError)?;
        }
        printer.finish().map_err(OutputError)
    }

    /// Prints a list with the columns `keys`. People get `text`, or a table of the columns they chose.
    pub fn print_list(
        &self,
        keys: &[&str],
        bodies: &[Body],
        settings: &Settings,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        if !self.is_table() {
            return self.print_as_it_comes(keys, |printer| Ok(bodies.iter().try_for_each(|body| printer.put(body))?));
        }
        let text = match self.global.fields {
            Some(_) => table::of_bodies(keys, bodies.iter().cloned(), self.style(settings)),
            None => text(),
        };
        Ok(ui::print(&text)?)
    }

    /// Prints what `write` puts as it comes, in any form but the table. If it fails before the first body, stdout stays
    /// empty; if later, the exit code says that the output is incomplete.
    pub fn print_as_it_comes(
        &self,
        keys: &[&str],
        write: impl FnOnce(&mut Printer<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut stdout = ui::stdout();
        let print = || -> anyhow::Result<()> {
            let mut printer = Printer::new(&mut stdout, self.global.format(), keys, true);
            write(&mut printer)?;
            Ok(printer.finish()?)
        };
        print().map_err(|error| match error.downcast::<std::io::Error>() {
            Ok(error) => OutputError(error).into(),
            Err(error) => error,
        })
    }
}

fn named_by_environment() -> Option<PathBuf> {
    std::env::var_os("ORDERS_DB").filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
