//! Which orders are meant: a reference in full or in part, an id, a phone or a name.

use std::cell::RefCell;
use std::collections::HashSet;

use super::closed::closed_orders;
use super::nearest::nearest;
use super::references::{Given, list_orders};
use crate::commands::Context;
use crate::domain::order::{Order, OrderPk, OrderSummary};
use crate::domain::permission::Caller;
use crate::domain::reference::{Reference, SHORTEST_PART};
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::domain::typed_text::placeholder;
use crate::domain::user::Owner;
use crate::error::{Failure, FailureKind};
use crate::render::order::candidate;
use crate::store::{OrderMatch, Read, StoreError};
use crate::ui;

/// An order that was named.
#[derive(Debug, Clone)]
pub struct Found {
    pub pk: OrderPk,
    pub reference: Reference,
}

/// Who names orders, and how. Reading takes parts of references, phones and names; writing takes them only from a
/// person at a terminal or with `--yes`.
#[derive(Debug)]
pub struct Naming {
    caller: Caller,
    pub(super) whole_only: bool,
    is_reading: bool,
    /// What was typed instead of a whole reference, with the reference.
    completed: RefCell<Vec<(String, Reference)>>,
    /// References that are also another order's tracking number, each with that order.
    shadowing: RefCell<Vec<(String, Reference)>>,
}

impl Naming {
    /// Names orders for a command that reads.
    pub fn to_read(context: &Context) -> Naming {
        Naming {
            caller: context.caller.clone(),
            whole_only: false,
            is_reading: true,
            completed: RefCell::default(),
            shadowing: RefCell::default(),
        }
    }

    /// Names orders for a command that writes.
    pub fn to_write(context: &Context) -> Naming {
        let is_agreed = context.global.yes || context.is_dry_run();
        let is_person = ui::is_interactive() && !context.global.no_input;
        Naming { whole_only: !is_agreed && !is_person, is_reading: false, ..Naming::to_read(context) }
    }

    /// Returns whether an order was named by less than a whole reference or id.
    pub fn has_completed(&self) -> bool {
        !self.completed.borrow().is_empty()
    }

    /// Says which orders were meant by what was not a whole reference.
    pub fn say(&self, context: &Context) {
        for (text, reference) in self.completed.take() {
            context.ui.note(&format!("{} is {reference}", shorten(&text)));
        }
        for (text, other) in self.shadowing.take() {
            context.ui.note(&format!("{} is also the tracking number of {other}", shorten(&text)));
        }
    }

    fn complete(&self, text: &str, order: OrderMatch) -> Result<Found, Failure> {
        let reference = &order.reference;
        if self.whole_only {
            let problem = format!("{} is not a whole reference; it fits {reference}", shorten(text));
            return Err(Failure::usage(format!("{problem}; nothing changed"))
                .error(problem)
                .hint(format!("in a script, give the whole reference {reference}, or --yes")));
        }
        let mut completed = self.completed.borrow_mut();
        // A transaction that is decided again names the order again.
        completed.retain(|(earlier, _)| earlier != text);
        completed.push((text.to_owned(), reference.clone()));
        Ok(Found { pk: order.pk, reference: order.reference })
    }
}

/// How many texts of a call may search the parts of all references.
const PARTS_LIMIT: usize = 20;

/// Finds orders by what was typed.
struct Finder<'a, 'c> {
    read: &'a Read<'c>,
    naming: &'a Naming,
    /// Whose orders are found; `None`: all.
    owner: Option<Owner>,
    /// How many more texts are searched for near misses: a script's thousand wrong ones get none.
    near_misses_left: usize,
    /// How many more texts may search the parts of all references: for a thousand wrong ones that would be slow.
    parts_left: usize,
}

impl Finder<'_, '_> {
    fn find(&mut self, text: &str, is_listed: bool) -> Result<Result<Found, Failure>, StoreError> {
        let mut text = text.trim();
        let mut whole = self.read.match_whole(text, self.owner.as_ref())?;
        // WhatsApp prints in bold what stands between stars, and copies the stars too.
        let bare = text.trim_matches('*').trim();
        if whole.is_empty() && bare != text && !bare.is_empty() {
            text = bare;
            whole = self.read.match_whole(text, self.owner.as_ref())?;
        }
        let is_reference = |order: &OrderMatch| order.reference.as_str().eq_ignore_ascii_case(text);
        // Otherwise a guest whose reference is another's phone would stop every list that contains it.
        if is_listed && whole.iter().any(is_reference) {
            whole.retain(is_reference);
        }
        // A command that reads takes the order with this reference, though another order's tracking number is the same. A
        // command that writes refuses: a guest may have chosen a tracking number as a reference.
        if self.naming.is_reading && whole.iter().any(is_reference) {
            let tracked = whole.extract_if(.., |order| order.by_tracking);
            self.naming.shadowing.borrow_mut().extend(tracked.map(|order| (text.to_owned(), order.reference)));
        }
        match whole.len() {
            0 => {}
            1 => {
                let order = whole.remove(0);
                return Ok(Ok(Found { pk: order.pk, reference: order.reference }));
            }
            _ => return Ok(Err(self.ambiguous(text, &whole)?)),
        }
        if self.parts_left == 0 {
            return Ok(Err(not_found(text).hint(format!(
                "one call looks for at most {PARTS_LIMIT} parts of references: give whole references"
            ))));
        }
        self.parts_left -= 1;
        let mut orders = self.read.match_parts(text, self.owner.as_ref())?;
        Ok(match orders.len() {
            0 => Err(self.not_found(text)?),
            1 => self.naming.complete(text, orders.remove(0)),
            _ => Err(self.ambiguous(text, &orders)?),
        })
    }

    fn not_found(&mut self, text: &str) -> Result<Failure, StoreError> {
        let failure = not_found(text);
        if let Some(problem) = placeholder(text) {
            return Ok(failure.hint(problem));
        }
        let is_short = text.chars().count() < SHORTEST_PART;
        let mut near = None;
        if self.near_misses_left > 0 && !is_short {
            self.near_misses_left -= 1;
            let closed = closed_orders(self.read, text, self.owner.as_ref())?;
            if !closed.is_empty() {
                return self.only_closed(text, &closed);
            }
            let references = self.read.newest_references(self.owner.as_ref(), NEAR_MISSES_AMONG)?;
            near = nearest(text, references.iter().map(String::as_str)).map(str::to_owned);
        }
        Ok(match near {
            Some(near) => failure.hint(format!("did you mean {near}?")),
            None if is_short => {
                failure.hint(format!("a part of a reference needs at least {SHORTEST_PART} characters"))
            }
            None => failure.hint(list_orders()),
        })
    }

    /// Says which orders a text fits. Where it is the whole reference of one, only an id can name that order.
    fn ambiguous(&self, text: &str, matches: &[OrderMatch]) -> Result<Failure, StoreError> {
        const SHOWN: usize = 10;
        let count = if matches.len() > SHOWN { format!("more than {SHOWN}") } else { matches.len().to_string() };
        let shown: Vec<OrderPk> = matches.iter().take(SHOWN).map(|order| order.pk).collect();
        let zone = self.read.settings()?.zone();
        let is_whole = |reference: &Reference| reference.as_str().eq_ignore_ascii_case(text);
        let details = self.read.summaries(&shown)?.into_iter().map(|order| match is_whole(&order.reference) {
            true => format!("{} (id {}): {}", order.reference, order.id, candidate(&order, zone)),
            false => format!("{}: {}", order.reference, candidate(&order, zone)),
        });
        let hint = match matches.iter().find(|order| is_whole(&order.reference)) {
            Some(order) => {
                format!("name the order with this reference by its id {}, the others by their references", order.id)
            }
            None => "name one by its reference".to_owned(),
        };
        let message = format!("{} fits {count} orders", shorten(text));
        Ok(Failure::new(FailureKind::Conflict(Conflict::Ambiguous), message).details(details.collect()).hint(hint))
    }

    /// Says that a phone or name has no open order, and which closed ones it has.
    fn only_closed(&self, text: &str, closed: &[OrderSummary]) -> Result<Failure, StoreError> {
        let zone = self.read.settings()?.zone();
        let details = closed.iter().map(|order| format!("{}: {}", order.reference, candidate(order, zone)));
        let hint = match closed {
            [order] => format!("if this one is meant, name it by its reference {}", order.reference),
            _ => "name one of these by its reference".to_owned(),
        };
        Ok(Failure::new(FailureKind::NotFound, format!("{} has no open order", shorten(text)))
            .error(format!("Order {} not found", shorten(text)))
            .details(details.collect())
            .hint(hint))
    }
}

fn not_found(text: &str) -> Failure {
    Failure::new(FailureKind::NotFound, format!("order {} not found", shorten(text)))
        .error(format!("Order {} not found", shorten(text)))
}

/// How many of the newest references are searched for a near miss.
const NEAR_MISSES_AMONG: u32 = 5000;

/// What was typed, with the order that it names or why it names none.
pub type Named<'t> = (&'t str, Result<Found, Failure>);

/// Finds the orders, each once, in the order named, or says why not. Orders that the caller may not see are not found.
fn name_each<'t>(read: &Read<'_>, texts: &'t [Given], naming: &Naming) -> Result<Vec<Named<'t>>, StoreError> {
    let mut finder =
        Finder { read, naming, owner: naming.caller.sees_only(), near_misses_left: 3, parts_left: PARTS_LIMIT };
    let (mut seen, mut seen_texts) = (HashSet::new(), HashSet::new());
    let mut named = Vec::with_capacity(texts.len());
    for given in texts.iter().filter(|given| seen_texts.insert(*given)) {
        let found = finder.find(&given.text, given.is_listed)?;
        if found.as_ref().ok().is_none_or(|found| seen.insert(found.pk)) {
            named.push((given.text.as_str(), found));
        }
    }
    Ok(named)
}

/// Finds the orders, each once, in the order named: all or none, unless `keep_going`.
pub fn name_orders<'t>(
    read: &Read<'_>,
    texts: &'t [Given],
    naming: &Naming,
    keep_going: bool,
) -> anyhow::Result<Vec<Named<'t>>> {
    let named = name_each(read, texts, naming)?;
    if keep_going || named.iter().all(|(_, found)| found.is_ok()) {
        return Ok(named);
    }
    let failure = merge(named.into_iter().filter_map(|(_, found)| found.err()).collect());
    // A shell splits a number with spaces into several arguments.
    let is_number =
        |given: &Given| !given.is_listed && given.text.chars().all(|c| c.is_ascii_digit() || "+-()".contains(c));
    if texts.len() > 1 && texts.iter().all(is_number) {
        let words: Vec<&str> = texts.iter().map(|given| given.text.as_str()).collect();
        return Err(failure.hint(format!("a phone number with spaces goes in quotes: '{}'", words.join(" "))).into());
    }
    Err(failure.into())
}

/// Merges failures into one: the first kind by exit code, and every problem as a detail.
fn merge(mut failures: Vec<Failure>) -> Failure {
    failures.sort_by_key(|failure| (failure.kind == FailureKind::Usage, failure.kind.exit_code()));
    if failures.len() == 1 {
        return failures.remove(0);
    }
    let kind = failures[0].kind;
    let count = failures.len();
    let message = match kind {
        _ if failures.iter().any(|failure| failure.kind != kind) => format!("{count} references name no single order"),
        FailureKind::NotFound => format!("{count} orders not found"),
        FailureKind::Usage => format!("{count} references are not whole"),
        _ => format!("{count} references fit several orders"),
    };
    let remedies = std::mem::take(&mut failures[0].remedies);
    let detail = |failure: Failure| match failure.details.as_slice() {
        [] => failure.error,
        candidates => format!("{}: {}", failure.error, candidates.join("; ")),
    };
    let details = failures.into_iter().map(detail).collect();
    Failure { remedies, ..Failure::new(kind, message).details(details) }
}

/// Finds the one order that `text` names.
pub fn find_order(read: &Read<'_>, text: &str, naming: &Naming) -> anyhow::Result<Order> {
    let mut finder = Finder { read, naming, owner: naming.caller.sees_only(), near_misses_left: 1, parts_left: 1 };
    let found = finder.find(text, false)??;
    Ok(read.orders(&[found.pk])?.remove(0))
}
