//! `orders message`: a text for a customer, and the link that opens WhatsApp with it.

use clap::Args;
use serde_json::json;

use super::Context;
use super::arguments::word_parser;
use super::naming::pick::{Purpose, one_named_or_picked};
use super::naming::{Naming, REF_TO_READ, find_order};
use super::run::facts::{CommandFacts, Group};
use crate::domain::bidi::shown_text;
use crate::domain::confirm::decide;
use crate::domain::message::compose;
use crate::domain::occasion::Occasion;
use crate::domain::order::Order;
use crate::domain::phone::{NotCallable, callable_number};
use crate::domain::refusal::Conflict;
use crate::domain::settings::SettingKey;
use crate::domain::status::Status;
use crate::error::{Exit, Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::render::json::body;
use crate::render::whatsapp_link::message_link;

/// Print a message to a customer, and the link that opens WhatsApp with it
///
/// Without --template the text is the one that fits the order's status. A local phone number gets the country code of the
/// setting countryCode; without one there is the text and no link.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders))]
#[command(after_help = "Examples:
  orders message LEG-LXYZ1234-AB5C
  orders message LEG-LXYZ1234-AB5C --template shortage
  xdg-open \"$(orders message ab5c --json | jq -r .link)\"")]
pub struct MessageArgs {
    #[arg(value_name = "REF", help = REF_TO_READ)]
    reference: Option<String>,
    /// The occasion
    #[arg(long, value_parser = word_parser(&Occasion::ALL, Occasion::as_str), ignore_case = true)]
    template: Option<Occasion>,
}

pub fn run(args: &MessageArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let reference = one_named_or_picked(args.reference.as_deref(), &Purpose::of("write about", &[]), context)?;
    let naming = Naming::to_read(context);
    let store = context.open_to_read()?;
    let (order, settings, products) = store.read(|read| {
        let order = find_order(read, &reference, &naming)?;
        let products = read.products(order.items.iter().map(|item| item.product_id))?;
        anyhow::Ok((order, read.settings()?, products))
    })?;
    let occasion = choose(args.template, &order)?;
    let obstacles = match occasion {
        Occasion::Shortage => decide(std::slice::from_ref(&order), &products, true).err().unwrap_or_default(),
        _ => Vec::new(),
    };
    let reference = &order.summary.reference;
    if occasion == Occasion::Shortage && obstacles.iter().all(|obstacle| obstacle.for_customer().is_none()) {
        let message = format!("order {reference} is not short: everything is in stock");
        let command = CommandLine::of("message").argument(reference);
        return Err(Failure::new(FailureKind::Conflict(Conflict::Step), message)
            .hint(Hint::run("for the text that fits its status", command))
            .into());
    }
    let status = order.summary.status;
    if !occasion.is_true_of(status) {
        let text = occasion.as_str();
        context.ui.warn(&format!("order {reference} is {status}: the text for {text} does not fit it"));
    }
    let text = compose(occasion, &order, &settings, &obstacles);
    if text.trim().is_empty() {
        let key = SettingKey::OwnWords(occasion).as_str();
        let message = format!("{key} says nothing of order {reference}: all its lines are left out");
        return Err(Failure::new(FailureKind::Conflict(Conflict::Step), message)
            .hint(Hint::run("to change the words", CommandLine::of("config").argument(key).option("TEXT")))
            .into());
    }
    let phone = &order.summary.customer.phone;
    let digits = callable_number(phone, settings.country_code.as_deref());
    let link = digits.map(|digits| message_link(&digits, &text));
    if let (Err(reason), true) = (&link, context.is_table()) {
        let (reason, hint) = match reason {
            NotCallable::NoCountryCode => {
                let config = CommandLine::of("config countryCode CODE");
                ("has no country code", Hint::run("to set the shop's country code", config))
            }
            NotCallable::NotOneNumber => {
                let edit = CommandLine::of("edit").argument(reference).option("--phone PHONE");
                ("is not one number that can be called", Hint::run("to set it", edit))
            }
        };
        context.ui.note(&format!("no link: {phone} {reason}"));
        context.hint(hint);
    }
    let link = link.ok();
    let body = body([
        ("orderReference", json!(reference.as_str())),
        ("phone", json!(phone)),
        ("text", json!(text)),
        ("link", json!(link)),
    ]);
    naming.say(context);
    context.print_one(body, || {
        let lines = text.lines().map(|line| format!("{}\n", shown_text(line)));
        let link = link.iter().map(|link| format!("\n{link}\n"));
        lines.chain(link).collect()
    })?;
    Ok(Exit::Done)
}

fn choose(occasion: Option<Occasion>, order: &Order) -> anyhow::Result<Occasion> {
    let (reference, status) = (&order.summary.reference, order.summary.status);
    if occasion == Some(Occasion::Shortage) && status != Status::Pending {
        let message = format!("order {reference} is {status}: only a pending order can be short");
        return Err(Failure::new(FailureKind::Conflict(Conflict::Step), message).into());
    }
    Ok(occasion.unwrap_or_else(|| Occasion::fitting(status)))
}
