//! Picking at a terminal: orders, where none is named; a size of a product.

use crate::commands::Context;
use crate::commands::naming::{Given, References, expand_references, list_orders, none_named};
use crate::commands::run::context::declined;
use crate::domain::money::Money;
use crate::domain::product::Product;
use crate::domain::status::Status;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::render::prose::fit;
use crate::render::{RenderStyle, confirm, product};
use crate::store::{OrderFilter, Payable, SearchedOrder, fold, search_among};
use crate::ui;

/// The most orders offered, the newest first.
const OFFERED: u64 = 500;

/// What an order is picked for.
#[derive(Debug)]
pub struct Purpose<'a> {
    /// What is done with it: `confirm`.
    verb: &'a str,
    /// The statuses of the orders offered; empty for all.
    statuses: &'a [Status],
    /// The kind of money to record, if any: only orders that can take it are offered.
    money: Option<Payable>,
    /// The amount to record: orders with exactly this amount due come first.
    amount: Option<Money>,
    /// The question, if it asks more than which order.
    question: Option<&'a str>,
}

impl<'a> Purpose<'a> {
    /// Makes the purpose of a command on orders in these statuses; empty for all.
    pub fn of(verb: &'a str, statuses: &'a [Status]) -> Purpose<'a> {
        Purpose { verb, statuses, money: None, amount: None, question: None }
    }

    /// Makes the purpose of a command that records money.
    pub fn of_money(verb: &'a str, money: Payable, amount: Option<Money>) -> Purpose<'a> {
        Purpose { money: Some(money), amount, ..Purpose::of(verb, &[]) }
    }

    /// Sets a question that asks more than which order.
    pub fn asking(self, question: &'a str) -> Purpose<'a> {
        Purpose { question: Some(question), ..self }
    }
}

/// Returns the orders named, or else those that a person picks.
///
/// # Errors
/// None was named, and nobody can be asked or there is none to pick.
pub fn named_or_picked(args: &[String], purpose: &Purpose<'_>, context: &Context) -> anyhow::Result<References> {
    if args.is_empty() && is_to_pick(context)? {
        let texts = pick(purpose, true, context)?;
        let texts: Vec<Given> = texts.into_iter().map(Given::typed).collect();
        return Ok(References { is_list: texts.len() > 1, texts, are_picked: true });
    }
    expand_references(args, context)
}

/// Returns what was typed for one order, or else the id of the one that a person picks.
///
/// # Errors
/// None was named, and nobody can be asked or there is none to pick.
pub fn one_named_or_picked(text: Option<&str>, purpose: &Purpose<'_>, context: &Context) -> anyhow::Result<String> {
    match text {
        Some("-") => Err(refuse_list().into()),
        Some(text) => Ok(text.to_owned()),
        None if is_to_pick(context)? => Ok(pick(purpose, false, context)?.remove(0)),
        None => Err(none_named().into()),
    }
}

/// Makes the failure of a command on one order that was given `-`.
pub fn refuse_list() -> Failure {
    Failure::usage("- stands for a list of orders on stdin, but this command takes one order").hint("name the order")
}

fn is_to_pick(context: &Context) -> Result<bool, Failure> {
    context.is_to_ask("no order is named", list_orders())
}

/// Lets a person pick among the newest orders, and returns at least one id, not references: a guest may have chosen
/// another's phone as reference.
fn pick(purpose: &Purpose<'_>, is_many: bool, context: &Context) -> anyhow::Result<Vec<String>> {
    let filter = OrderFilter {
        statuses: purpose.statuses.to_vec(),
        owner: context.caller.sees_only(),
        payable: purpose.money,
        limit: Some(OFFERED),
        ..OrderFilter::default()
    };
    let (mut orders, settings) =
        context.open_to_read()?.read(|read| anyhow::Ok((read.listed_orders(&filter, false)?, read.settings()?)))?;
    if orders.is_empty() {
        let message = format!("there is no order to {}", purpose.verb);
        let list = Hint::run("to see all orders", CommandLine::of("list"));
        return Err(Failure::new(FailureKind::NotFound, message).hint(list).into());
    }
    if let Some(amount) = purpose.amount {
        orders.sort_by_key(|order| order.summary.left_to_pay().size() != amount);
    }
    let style = context.style_of_questions(&settings);
    let width = style.width;
    let style = RenderStyle { width: width.saturating_sub(ui::MARGIN), color: false, ..style };
    let code = settings.country_code.as_deref();
    let searched: Vec<SearchedOrder> = orders.iter().map(|order| SearchedOrder::of(&order.summary, code)).collect();
    let question = purpose.question.map(|question| fit(question, width));
    let picked = context.ui.pick(&ui::Choices {
        question: question.as_deref(),
        lines: &confirm::choices(&orders, purpose.money.is_some(), style),
        find: &|text| search_among(&searched, text, code),
        is_many,
    })?;
    if picked.is_empty() {
        return Err(declined("no order was picked").into());
    }
    Ok(picked.into_iter().map(|place| orders[place].summary.id.to_string()).collect())
}

/// Lets a person pick one line; fails with `refused` after Esc.
pub fn pick_line(
    question: &str,
    lines: &[String],
    find: &dyn Fn(&str) -> Vec<usize>,
    refused: &str,
    context: &Context,
) -> anyhow::Result<usize> {
    let choices = ui::Choices { question: Some(question), lines, find, is_many: false };
    context.ui.pick(&choices)?.first().copied().ok_or_else(|| declined(refused).into())
}

/// Lets a person pick a size of a product that is tracked by size; fails with `refused` after Esc.
pub fn pick_size(product: &Product, width: usize, refused: &str, context: &Context) -> anyhow::Result<String> {
    let sizes: Vec<String> = product.sizes().map(|line| line.size.clone()).collect();
    let find = |text: &str| {
        let text = fold(text.trim());
        let mut found: Vec<usize> = (0..sizes.len()).filter(|place| fold(&sizes[*place]).contains(&text)).collect();
        // What fits exactly comes first: for L, L before XL.
        found.sort_by_key(|place| fold(&sizes[*place]) != text);
        found
    };
    let (lines, question) = (product::size_choices(product, width), product::size_question(product, width));
    Ok(sizes[pick_line(&question, &lines, &find, refused, context)?].clone())
}
