//! Commands on several orders: with `--keep-going`, one failure does not stop the others.

use std::io::Write as _;

use serde_json::json;

use super::context::Context;
use super::failure::with_fitting_hints;
use super::printer::Printer;
use crate::error::{DETAILS_LISTED, Exit, Failure, OutputError, list_first};
use crate::hint::Hint;
use crate::render::json::{Body, body};
use crate::spool::{Spool, SpoolError};
use crate::ui;

/// Why one of several orders was not taken.
#[derive(Debug)]
pub struct OrderFailure {
    /// Its reference, or what was typed.
    pub reference: String,
    pub failure: Failure,
}

/// What became of one of several orders.
pub type OrderOutcome<T> = Result<T, OrderFailure>;

/// The keys of a failure's body beside `orderReference`, in order.
const FAILURE_KEYS: &[&str] = &["success", "error", "details", "code", "reason"];

impl OrderFailure {
    /// Returns the body that takes the order's place.
    fn body(&self) -> Body {
        let Failure { kind, error, details, .. } = &self.failure;
        body([
            ("success", json!(false)),
            ("orderReference", json!(self.reference)),
            ("error", json!(error)),
            ("details", json!(list_first(details, details.len()))),
            ("code", json!(kind.code())),
            ("reason", json!(kind.reason())),
        ])
    }
}

/// Says why orders were not taken: the first failures, then a count. Each hint is given once.
fn say_failures<'f>(failures: impl Iterator<Item = &'f Failure>, context: &Context) {
    let mut said: Vec<Hint> = Vec::new();
    let mut left_out: usize = 0;
    for (number, failure) in failures.enumerate() {
        if number >= DETAILS_LISTED {
            left_out += 1;
            continue;
        }
        let mut failure = with_fitting_hints(failure.clone(), context);
        failure.remedies.retain(|hint| !said.contains(hint));
        said.extend_from_slice(&failure.remedies);
        context.ui.fail(&failure.into());
    }
    if left_out > 0 {
        ui::complain(&format!("… and {left_out} more"));
    }
}

/// The output for each order, in the order given. Long output waits in a file.
#[derive(Default)]
pub struct Results {
    bodies: Spool<Body>,
    texts: Spool<String>,
    failures: Vec<Failure>,
}

impl Results {
    /// Adds an order's body, or its text for people.
    pub fn push(&mut self, text: Option<String>, body: impl FnOnce() -> Body) -> Result<(), SpoolError> {
        match text {
            Some(text) => self.texts.push(&text),
            None => self.bodies.push(&body()),
        }
    }

    /// Adds why an order was not taken.
    pub fn push_failure(&mut self, failed: OrderFailure) -> Result<(), SpoolError> {
        self.bodies.push(&failed.body())?;
        self.failures.push(failed.failure);
        Ok(())
    }

    /// Prints the bodies with the keys `keys`, or for people the texts, with the failures on stderr.
    pub fn print(mut self, form: OutcomeForm, keys: &[&str], context: &Context) -> anyhow::Result<Exit> {
        let exit = if self.failures.is_empty() { Exit::Done } else { Exit::Partly };
        let mut stdout = ui::stdout();
        if context.is_table() {
            say_failures(self.failures.iter(), context);
            self.texts.each(|text| anyhow::Ok(stdout.write_all(text.as_bytes()).map_err(OutputError)?))?;
            stdout.flush().map_err(OutputError)?;
            return Ok(exit);
        }
        let keys = form.keys(keys, context);
        let mut printer = Printer::new(&mut stdout, context.global.format(), &keys, form.is_list);
        self.bodies.each(|body| anyhow::Ok(printer.put(&body).map_err(OutputError)?))?;
        printer.finish().map_err(OutputError)?;
        Ok(exit)
    }
}

/// How the outcomes of a command on several orders are printed.
#[derive(Debug, Clone, Copy)]
pub struct OutcomeForm {
    /// Whether its result is an array.
    pub is_list: bool,
    /// Whether one failure does not stop the others.
    pub keep_going: bool,
}

impl OutcomeForm {
    /// Returns the keys of the bodies, including those of failures.
    fn keys<'k>(self, keys: &[&'k str], context: &Context) -> Vec<&'k str> {
        let mut keys = keys.to_vec();
        if self.keep_going {
            keys.extend(context.is_dry_run().then_some("dryRun"));
            keys.push("orderReference");
            keys.extend(FAILURE_KEYS);
            let mut seen = std::collections::HashSet::new();
            keys.retain(|key| seen.insert(*key));
        }
        keys
    }
}

/// Prints each outcome in the order given: bodies with the keys `keys`, or for people the texts of the orders that were
/// `done`, with the failures on stderr.
pub fn print_outcomes<T>(
    outcomes: &[OrderOutcome<T>],
    form: OutcomeForm,
    done: &str,
    keys: &[&str],
    context: &Context,
    body: impl Fn(&T) -> Body,
    text: impl Fn(&T) -> String,
) -> anyhow::Result<Exit> {
    let failures = || outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    if context.is_table() {
        say_failures(failures().map(|failed| &failed.failure), context);
    }
    let keys = form.keys(keys, context);
    let bodies = outcomes.iter().map(|outcome| outcome.as_ref().map_or_else(OrderFailure::body, &body));
    context.print_each(bodies, &keys, form.is_list, || outcomes.iter().flatten().map(text).collect())?;
    let failed = failures().count();
    if form.keep_going && context.is_table() {
        let would_be = if context.is_dry_run() { "would be " } else { "" };
        context.ui.note(&format!("{} {would_be}{done}, {failed} not", outcomes.len() - failed));
    }
    Ok(if failed > 0 { Exit::Partly } else { Exit::Done })
}
