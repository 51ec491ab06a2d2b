//! Orders that are picked at a terminal, where none is named.

use super::Context;
use super::find::{References, expand_references, list_orders, none_named};
use crate::domain::status::Status;
use crate::error::{Failure, Kind};
use crate::render::{RenderStyle, confirm};
use crate::store::OrderFilter;
use crate::ui::{self, Choice};

/// How many orders are offered at the most, the newest ones.
const OFFERED: u64 = 500;

/// Returns the orders that were named; where none was and a person is there, those that they pick of the orders in one of
/// `statuses`, `verb` being what is done with them.
///
/// # Errors
/// None was named and nobody can be asked, or there is none to be picked.
pub fn named_or_picked(
    args: &[String],
    statuses: &[Status],
    verb: &str,
    context: &Context,
) -> anyhow::Result<References> {
    if args.is_empty() && is_to_pick(context)? {
        let texts = pick(statuses, verb, true, context)?;
        return Ok(References { is_list: texts.len() > 1, texts });
    }
    expand_references(args)
}

/// Returns what was typed for one order; where nothing was and a person is there, the reference of the one that they pick.
///
/// # Errors
/// None was named and nobody can be asked, or there is none to be picked.
pub fn one_named_or_picked(
    text: Option<&str>,
    statuses: &[Status],
    verb: &str,
    context: &Context,
) -> anyhow::Result<String> {
    match text {
        Some(text) => Ok(text.to_owned()),
        None if is_to_pick(context)? => Ok(pick(statuses, verb, false, context)?.remove(0)),
        None => Err(none_named().into()),
    }
}

fn is_to_pick(context: &Context) -> Result<bool, Failure> {
    context.is_to_ask("no order is named", list_orders())
}

/// Lets a person pick of the newest orders in one of `statuses`; of all where that is empty. Returns at least one reference.
fn pick(statuses: &[Status], verb: &str, is_many: bool, context: &Context) -> anyhow::Result<Vec<String>> {
    let filter = OrderFilter {
        statuses: statuses.to_vec(),
        user: context.caller.sees_only(),
        limit: Some(OFFERED),
        ..OrderFilter::default()
    };
    let (orders, settings) =
        context.open_to_read()?.read(|read| anyhow::Ok((read.listed_orders(&filter, false)?, read.settings()?)))?;
    if orders.is_empty() {
        return Err(Failure::new(Kind::NotFound, format!("there is no order to {verb}")).hint(list_orders()).into());
    }
    let style = context.style_of_questions(&settings);
    let style = RenderStyle { width: style.width.saturating_sub(ui::MARGIN), color: false, ..style };
    let choices = confirm::choices(&orders, style).into_iter().zip(&orders).map(|(line, order)| {
        let summary = &order.summary;
        let words = format!("{} {} {}", summary.reference, summary.customer.name, summary.customer.phone);
        Choice { line, words }
    });
    // The place stands beside it, also in 48 columns.
    let question = match (is_many, style.width >= 60) {
        (true, true) => "Which? Space marks, Enter takes, / filters",
        (true, false) => "Which? Space marks, Enter takes",
        (false, _) => "Which? Type to filter, Enter takes",
    };
    let picked = ui::pick(question, &choices.collect::<Vec<_>>(), is_many)?;
    if picked.is_empty() {
        return Err(Failure::new(Kind::Declined, "no order was picked").error("Declined").into());
    }
    Ok(picked.into_iter().map(|place| orders[place].summary.reference.to_string()).collect())
}
