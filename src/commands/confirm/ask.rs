//! What `confirm` asks a person at a terminal: which orders, and whether.

use super::Call;
use crate::commands::Context;
use crate::commands::find::References;
use crate::domain::content::Content;
use crate::domain::order::Order;
use crate::domain::receive::nearest_duplicate;
use crate::domain::status::Status;
use crate::error::{Failure, Kind};
use crate::render::{Look, confirm};
use crate::store::{OrderFilter, Read, Store, StoreError};
use crate::ui;

/// Lets the person pick some of the pending orders.
pub fn pick_pending(context: &Context) -> anyhow::Result<References> {
    let filter = OrderFilter { statuses: vec![Status::Pending], limit: Some(OFFERED), ..OrderFilter::default() };
    let (orders, settings) =
        context.open_to_read()?.read(|read| anyhow::Ok((read.listed_orders(&filter, false)?, read.settings()?)))?;
    if orders.is_empty() {
        return Err(Failure::new(Kind::NotFound, "no order is pending").hint("orders list shows what there is").into());
    }
    let look = context.look_of_questions(&settings);
    // What stands before a line is not the line's to use.
    let lines = confirm::choices(&orders, Look { width: look.width.saturating_sub(6), color: false, ..look });
    let picked = ui::pick("Which? Space marks, Enter takes", &lines)?;
    if picked.is_empty() {
        return Err(Failure::new(Kind::Declined, "no order was picked; nothing changed")
            .hint("space marks the order under the cursor")
            .into());
    }
    let texts: Vec<_> = picked.into_iter().map(|index| orders[index].summary.reference.to_string()).collect();
    Ok(References { is_list: texts.len() > 1, texts })
}

/// How many pending orders are offered at the most, the newest ones.
const OFFERED: u64 = 500;

/// Shows what would be done to a person who says yes or no, and returns the orders that they said yes to.
pub fn ask(store: &Store, call: &Call<'_>, context: &Context) -> anyhow::Result<Vec<Order>> {
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
    let which = match shown.as_slice() {
        [order] => order.summary.reference.to_string(),
        several => format!("these {} orders", several.len()),
    };
    let others = if failed > 0 { format!(" ({failed} cannot be)") } else { String::new() };
    let question = format!("Confirm {which}?{others}");
    if ui::yes_or_no(&question)? {
        return Ok(shown);
    }
    Err(Failure::new(Kind::Declined, format!("{which} not confirmed; nothing changed")).error("Declined").into())
}

/// Finds another order of the same phone and items that was not cancelled.
fn duplicate(read: &Read<'_>, order: &Order) -> Result<Option<Order>, StoreError> {
    let content = Content::of_order(order);
    let date = order.summary.order_date;
    let others = read.likely_duplicates(&content, &order.summary.customer.phone, date, Some(order.summary.pk))?;
    let counts = |other: &&Order| other.summary.status != Status::Cancelled;
    Ok(nearest_duplicate(&content, date, others.iter().filter(counts)).cloned())
}
