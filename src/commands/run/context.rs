//! The context of a run, and how commands change the file.
//!
//! Its other methods stand in `caller` (who runs it), `orders_file` (opening the file) and `printer` (printing results).

use std::cell::Cell;

use uuid::{ContextV7, Uuid};

use crate::domain::permission::Caller;
use crate::domain::settings::Settings;
use crate::domain::time::{Clock, Timestamp};
use crate::error::{Failure, FailureKind};
use crate::hint::{Hint, KeptOptions};
use crate::options::{Global, OutputFormat};
use crate::render::{LeftOut, RenderStyle};
use crate::store::{Audit, Outcome, Store, StoreError, Write};
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
    pub(super) has_rolled_back: bool,
    pub(super) has_warned_of_others: Cell<bool>,
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
    pub fn silence_file_warning(&self) {
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
        self.ui.hint(&self.kept_options().add_to(hint).to_string());
    }

    /// Returns the options that hints repeat. An account that was not found is left out.
    pub fn kept_options(&self) -> KeptOptions {
        let acting_as = self.global.acting_as.clone().filter(|_| self.caller != Caller::Operator);
        KeptOptions { acting_as, file: self.shown_db() }
    }

    /// Changes the file in one transaction, which a dry run rolls back. `write` runs again if another machine was first, so it
    /// must have no effect outside the transaction.
    pub fn write<T>(
        &mut self,
        store: &mut Store,
        write: impl Fn(&mut Write<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        retry_while_overtaken(|| self.write_once(store, &write))
    }

    /// Changes the file in one transaction, as [`write`](Self::write) does, with a `write` that can run only once. If another
    /// machine was first, the caller begins again: see [`retry_while_overtaken`].
    pub fn write_once<T>(
        &mut self,
        store: &mut Store,
        write: impl FnOnce(&mut Write<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let outcome = if self.is_dry_run() { Outcome::RollBack } else { Outcome::Commit };
        let caller = &self.caller;
        let is_remote = store.is_in_cluster();
        let mut held = None;
        let written = store.write(outcome, self.clock, |transaction| {
            // Re-check the account inside the transaction.
            if let Caller::Account(user) = caller
                && transaction.user(&user.username)?.as_ref() != Some(user)
            {
                return Err(StoreError::Changed("the acting account").into());
            }
            let value = write(transaction)?;
            held = Some(ui::hold_interruptions(is_remote));
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
        #[cfg(feature = "cluster")]
        if store.has_begun_shop() && !self.has_committed {
            self.ui.note(&format!("made a new orders file: {}", self.name(store.path()).display()));
        }
        #[cfg(feature = "cluster")]
        if store.is_behind() {
            self.ui.warn("the change is saved in the cluster, but not yet in this machine's replica; the next command brings it there");
        }
        self.has_committed = outcome == Outcome::Commit;
        self.has_rolled_back = outcome == Outcome::RollBack;
        Ok(value)
    }

    /// Notes that there was nothing to write; a dry run still says that it was one.
    pub fn write_nothing(&mut self) {
        self.has_rolled_back = self.is_dry_run();
    }

    /// Notes that the work outside the orders file is done; in a dry run, that it was undone.
    pub fn mark_done(&mut self) {
        self.has_committed = !self.is_dry_run();
        self.has_rolled_back = self.is_dry_run();
    }

    /// Returns who writes, and with which note.
    pub fn audit(&self) -> Audit {
        Audit { actor: self.caller.name().to_owned(), note: self.global.note.clone() }
    }

    /// Returns the note, which `what`, such as `--force`, cannot do without.
    ///
    /// # Errors
    /// There is none.
    pub fn required_note(&self, what: &str) -> Result<&str, Failure> {
        let missing = || Failure::usage(format!("{what} needs a --note that says why")).hint("add --note WHY");
        self.global.note.as_deref().ok_or_else(missing)
    }

    /// Returns a generator of ids. They sort by creation, so that their index grows at its end.
    pub fn ids(&self) -> impl Fn() -> Uuid + use<> {
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

    /// At a terminal, names the columns that did not fit, and how to see them: otherwise nobody would miss them.
    pub fn tell_left_out(&self) {
        let (titles, fields): (Vec<_>, Vec<_>) = self.left_out.columns().into_iter().unzip();
        if titles.is_empty() || !ui::is_stdout_a_terminal() {
            return;
        }
        let other = match fields.into_iter().collect::<Option<Vec<_>>>() {
            Some(fields) => format!("--fields with {}", fields.join(", ")),
            None => "--json".to_owned(),
        };
        self.ui.aside(&format!("no room for {}: a wider terminal shows them, or {other}", titles.join(", ")));
    }

    /// Asks a person; fails with `refused` unless they say yes.
    pub fn ask(&self, question: &str, refused: &str) -> anyhow::Result<()> {
        if self.ui.yes_or_no(question)? { Ok(()) } else { Err(declined(refused).into()) }
    }

    /// Lets a person type a value until `read` takes it; fails with `refused` after Esc.
    pub fn ask_value<T>(
        &self,
        prompt: &str,
        refused: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<T> {
        loop {
            let typed = self.ui.line(prompt)?.ok_or_else(|| declined(refused))?;
            match read(typed.trim()) {
                Ok(value) => return Ok(value),
                Err(problem) => self.ui.warn(&problem),
            }
        }
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
}

/// Runs `attempt` until no other machine changes the shop first.
pub fn retry_while_overtaken<T>(mut attempt: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    loop {
        match attempt() {
            Err(error) if error.downcast_ref().is_some_and(StoreError::is_overtaken) => {}
            done => return done,
        }
    }
}

/// Makes the failure of a question that a person answered with no.
pub fn declined(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Declined, message).error("Declined")
}

#[cfg(all(test, feature = "cluster"))]
mod tests {
    use super::*;

    #[test]
    fn who_is_overtaken_tries_again_and_other_errors_end_it() {
        let mut attempts = 0;
        let done = retry_while_overtaken(|| {
            attempts += 1;
            if attempts < 3 { Err(StoreError::Overtaken.into()) } else { Ok(attempts) }
        });
        assert_eq!(done.unwrap(), 3);
        assert!(retry_while_overtaken::<()>(|| Err(StoreError::Busy.into())).is_err());
    }
}
