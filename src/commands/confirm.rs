//! `orders confirm`: takes the stock of orders whose payment was verified.

use clap::Args;
use clap_complete::ArgValueCompleter;
use serde_json::json;

use super::Context;
use super::completions::complete_reference;
use super::find::{Found, expand_references, find_orders, name_orders};
use crate::domain::confirm::{Confirmation, decide, decide_each, refusal};
use crate::domain::content::Content;
use crate::domain::order::Order;
use crate::domain::product::Catalogue;
use crate::domain::receive::nearest_duplicate;
use crate::domain::status::Status;
use crate::domain::user::Caller;
use crate::error::{Exit, Failure, Kind, list_first};
use crate::render::json::Body;
use crate::render::{Look, confirm, json as bodies};
use crate::store::{OrderFilter, Read, Stamp, Store, StoreError, Write};
use crate::ui;

/// Confirm orders: take their stock, all or nothing
///
/// On a terminal it shows what would be done and asks; without REF there, the orders are picked from those that are
/// pending. Elsewhere a whole reference is consent. Several orders are one transaction: their quantities are summed, and
/// all of them are confirmed or none is. An order whose prices are below the catalogue's is refused unless
/// --accept-prices is given, or somebody who was shown them says yes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders confirm LEG-LXYZ1234-AB5C --note 'Instapay 4711'
  orders confirm LEG-LXYZ1234-AB5C --dry-run
  orders confirm ab5c --yes                           a part that fits one order
  orders list -q --status pending | orders confirm - --keep-going")]
pub struct ConfirmArgs {
    /// References, ids or (with --yes) parts of references; - reads them from stdin
    #[arg(value_name = "REF", add = ArgValueCompleter::new(complete_reference))]
    refs: Vec<String>,
    /// Accept prices below the list price
    #[arg(long)]
    accept_prices: bool,
    /// Confirm those that can be confirmed, report the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
}

/// What one call is about.
struct Call<'a> {
    references: &'a [String],
    keep_going: bool,
    consent: Consent,
    stamp: Stamp,
    caller: Caller,
}

/// What is taken for consent to confirming an order.
enum Consent {
    /// That it was named: by its whole reference, or where `parts` are taken by a part of it.
    Named { parts: bool, accept_prices: bool },
    /// That a person was shown these orders as they are, prices and all, and said yes.
    Shown(Vec<Order>),
}

/// What became of one order that was named.
enum Ending {
    Confirmed(Box<(Order, Confirmation)>),
    Failed(String, Failure),
}

/// Runs the command.
pub fn run(args: &ConfirmArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let references = match args.refs.as_slice() {
        [] if context.is_to_ask("the orders to confirm have to be picked")? => pick_pending(context)?,
        refs => expand_references(refs)?,
    };
    let mut store = context.open_to_write()?;
    let mut call = Call {
        references: &references,
        keep_going: args.keep_going,
        consent: Consent::Named {
            parts: context.global.yes || context.is_dry_run(),
            accept_prices: args.accept_prices,
        },
        stamp: context.stamp(),
        caller: context.caller.clone(),
    };
    if context.is_to_ask("confirming has to be agreed to")? {
        // Whoever is asked sees the whole reference and the prices.
        call.consent = Consent::Named { parts: true, accept_prices: true };
        call.consent = Consent::Shown(ask(&store, &call, context)?);
    }
    let endings = context.write(&mut store, |write| call.confirm(write))?;
    let has_failures = endings.iter().any(|ending| matches!(ending, Ending::Failed(..)));
    if context.is_table() {
        for ending in &endings {
            if let Ending::Failed(_, failure) = ending {
                context.ui.fail(&failure.clone().into());
            }
        }
    }
    context.print_each(endings.iter().map(body).collect(), references.len(), || {
        endings.iter().filter_map(|ending| text(ending, context)).collect()
    })?;
    Ok(if has_failures { Exit::Partly } else { Exit::Done })
}

/// Lets the person pick some of the pending orders, and returns their references.
fn pick_pending(context: &Context) -> anyhow::Result<Vec<String>> {
    let filter = OrderFilter { statuses: vec![Status::Pending], limit: Some(OFFERED), ..OrderFilter::default() };
    let (orders, settings) = context.open_to_read()?.read(|read| {
        let mut orders = Vec::new();
        read.each_order(&filter, false, |order| {
            orders.push(order.clone());
            anyhow::Ok(())
        })?;
        anyhow::Ok((orders, read.settings()?))
    })?;
    if orders.is_empty() {
        return Err(Failure::new(Kind::NotFound, "no order is pending").hint("orders list shows what there is").into());
    }
    let look = context.look_of_questions(&settings);
    // What stands before a line is not the line's to use.
    let lines = confirm::choices(&orders, Look { width: look.width.saturating_sub(6), color: false, ..look });
    let picked = ui::pick("Confirm which? (space marks)", &lines)?;
    if picked.is_empty() {
        return Err(Failure::new(Kind::Declined, "no order was picked; nothing changed")
            .hint("space marks the order under the cursor")
            .into());
    }
    Ok(picked.into_iter().map(|index| orders[index].summary.reference.to_string()).collect())
}

/// How many pending orders are offered at the most, the newest ones.
const OFFERED: u64 = 500;

/// Shows what would be done to a person who says yes or no, and returns the orders that they said yes to.
fn ask(store: &Store, call: &Call<'_>, context: &Context) -> anyhow::Result<Vec<Order>> {
    let (shown, failed, text) = store.read(|read| {
        let settings = read.settings()?;
        let look = context.look_of_questions(&settings);
        let mut previews = Vec::new();
        let (mut shown, mut failed) = (Vec::new(), 0);
        for decision in call.decide(read)? {
            match decision {
                Ok((order, confirmation)) => {
                    let duplicate = duplicate(read, &order)?;
                    previews.push(confirm::preview(&order, &confirmation, duplicate.as_ref(), look));
                    shown.push(order);
                }
                Err(_) => failed += 1,
            }
        }
        anyhow::Ok((shown, failed, previews.join("\n")))
    })?;
    if shown.is_empty() {
        // There is nothing to say yes to: confirming reports why.
        return Ok(shown);
    }
    ui::show(&text);
    let question = match shown.as_slice() {
        [order] => format!("Confirm {}?", order.summary.reference),
        several => format!("Confirm these {} orders?", several.len()),
    };
    let question = if failed > 0 { format!("{question} ({failed} cannot be)") } else { question };
    if ui::yes_or_no(&question)? {
        return Ok(shown);
    }
    let which = match shown.as_slice() {
        [order] => order.summary.reference.to_string(),
        several => format!("{} orders", several.len()),
    };
    Err(Failure::new(Kind::Declined, format!("{which} not confirmed; nothing changed")).error("Declined").into())
}

/// Finds another order of the same phone and items that was not cancelled.
fn duplicate(read: &Read<'_>, order: &Order) -> Result<Option<Order>, StoreError> {
    let content = Content::of_order(order);
    let date = order.summary.order_date;
    let others = read.likely_duplicates(&content, date, i64::MAX)?;
    let counts = |other: &&Order| other.summary.pk != order.summary.pk && other.summary.status != Status::Cancelled;
    Ok(nearest_duplicate(&content, date, others.iter().filter(counts)).cloned())
}

/// An order with what would become of it; or what was typed, with why not.
type Decision = Result<(Order, Confirmation), (String, Failure)>;

impl Call<'_> {
    /// Loads the orders and decides: of all together, or with `--keep-going` of each in the order given.
    fn decide(&self, read: &Read<'_>) -> anyhow::Result<Vec<Decision>> {
        if !self.keep_going {
            let found = find_orders(read, self.references, &self.caller)?;
            self.refuse_parts(found.iter())?;
            let (orders, catalogue) = load(read, found.iter())?;
            self.refuse_changed(&orders)?;
            let confirmations = decide(&orders, &catalogue, self.accepts_prices())
                .map_err(|obstacles| Failure::from(refusal(&orders, &obstacles)))?;
            return Ok(orders.into_iter().zip(confirmations).map(Ok).collect());
        }
        let named = name_orders(read, self.references, &self.caller)?;
        let found = || named.iter().filter_map(|(_, found)| found.as_ref().ok());
        self.refuse_parts(found())?;
        let (orders, catalogue) = load(read, found())?;
        let decisions = decide_each(&orders, catalogue, self.accepts_prices());
        let mut decided = orders.into_iter().zip(decisions);
        let mut all = Vec::with_capacity(named.len());
        for (reference, found) in named {
            // Every order that was found has its decision, in the same order.
            match found.map(|found| (found, decided.next())) {
                Ok((found, Some((order, decision)))) => {
                    let failed = |failure| (found.reference.to_string(), failure);
                    let decision = decision.map_err(|refusal| failed(Failure::of_one(refusal)));
                    let shown = self.refuse_changed(std::slice::from_ref(&order)).map_err(failed);
                    all.push(decision.and_then(|confirmation| shown.map(|()| (order, confirmation))));
                }
                Ok((_, None)) => {}
                Err(failure) => all.push(Err((reference.to_owned(), failure))),
            }
        }
        Ok(all)
    }

    /// Decides, applies the decisions, and pairs them with the orders as they are then.
    fn confirm(&self, write: &Write<'_>) -> anyhow::Result<Vec<Ending>> {
        let mut endings = Vec::new();
        for decision in self.decide(write)? {
            endings.push(match decision {
                Ok((order, confirmation)) => {
                    write.change_status(&confirmation.change, &self.stamp)?;
                    Ending::Confirmed(Box::new((order, confirmation)))
                }
                Err((reference, failure)) => Ending::Failed(reference, failure),
            });
        }
        let pks: Vec<_> = endings.iter().filter_map(Ending::confirmed).map(|(order, _)| order.summary.pk).collect();
        let mut orders = write.orders(&pks)?.into_iter();
        for ending in &mut endings {
            if let Ending::Confirmed(confirmed) = ending {
                confirmed.0 = orders.next().ok_or(StoreError::Changed("the order"))?;
            }
        }
        Ok(endings)
    }

    fn accepts_prices(&self) -> bool {
        match self.consent {
            Consent::Named { accept_prices, .. } => accept_prices,
            Consent::Shown(_) => true,
        }
    }

    /// Refuses orders that were named by a part of their reference, unless parts are taken.
    fn refuse_parts<'f>(&self, mut found: impl Iterator<Item = &'f Found>) -> Result<(), Failure> {
        let takes_parts = !matches!(self.consent, Consent::Named { parts: false, .. });
        let Some(part) = found.find(|found| !found.is_exact && !takes_parts) else { return Ok(()) };
        let reference = &part.reference;
        Err(Failure::new(Kind::Usage, format!("only a part of {reference} was given; nothing changed"))
            .hint(format!("orders confirm {}, or --yes to take parts", reference.shell_word())))
    }

    /// Refuses orders that are not what the person who said yes was shown.
    fn refuse_changed(&self, orders: &[Order]) -> Result<(), Failure> {
        let Consent::Shown(shown) = &self.consent else { return Ok(()) };
        let Some(changed) = orders.iter().find(|order| !shown.contains(order)) else {
            return Ok(());
        };
        let reference = &changed.summary.reference;
        Err(Failure::new(Kind::Conflict, format!("order {reference} changed while you were asked; nothing changed"))
            .error("Order has changed")
            .hint(format!("orders confirm {} shows it again", reference.shell_word())))
    }
}

impl Ending {
    fn confirmed(&self) -> Option<&(Order, Confirmation)> {
        if let Ending::Confirmed(confirmed) = self { Some(confirmed) } else { None }
    }
}

/// Loads orders with the products of their items.
fn load<'f>(read: &Read<'_>, found: impl Iterator<Item = &'f Found>) -> Result<(Vec<Order>, Catalogue), StoreError> {
    let orders = read.orders(&found.map(|found| found.pk).collect::<Vec<_>>())?;
    let catalogue = read.products(orders.iter().flat_map(|order| order.items.iter().map(|item| item.product_id)))?;
    Ok((orders, catalogue))
}

fn body(ending: &Ending) -> Body {
    let value = match ending {
        Ending::Confirmed(confirmed) => json!({
            "success": true,
            "order": bodies::order(&confirmed.0),
            "stockUpdated": true,
            "message": "Order confirmed and stock updated successfully",
        }),
        Ending::Failed(reference, failure) => json!({
            "success": false,
            "orderReference": reference,
            "error": failure.error,
            "details": list_first(&failure.details, failure.details.len()),
            "code": failure.kind.code(),
        }),
    };
    match value {
        serde_json::Value::Object(body) => body,
        _ => Body::new(),
    }
}

fn text(ending: &Ending, context: &Context) -> Option<String> {
    let Ending::Confirmed(confirmed) = ending else {
        return None;
    };
    let (confirmed, confirmation) = confirmed.as_ref();
    Some(match context.ui.quiet {
        true => format!("{}\n", confirmed.summary.reference),
        false => confirm::confirmed(confirmed, confirmation, context.is_dry_run()),
    })
}
