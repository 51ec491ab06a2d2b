//! What `confirm` asks at a terminal: which orders, and whether to confirm them.

use super::Call;
use crate::commands::Context;
use crate::domain::content::Content;
use crate::domain::duplicate::nearest_duplicate;
use crate::domain::order::Order;
use crate::domain::status::Status;
use crate::render::confirm;
use crate::store::{Read, Store, StoreError};
use crate::ui;

/// Shows a person what would be done, and returns the orders that they said yes to.
pub fn ask(store: &Store, call: &Call<'_>, context: &Context) -> anyhow::Result<Vec<Order>> {
    let (shown, failed, text) = store.read(|read| {
        let settings = read.settings()?;
        let style = context.style_of_questions(&settings);
        let mut previews = Vec::new();
        let (mut shown, mut failed) = (Vec::new(), 0);
        for decision in call.decide(read)? {
            match decision {
                Ok((order, confirmation)) => {
                    let duplicate = duplicate(read, &order)?;
                    previews.push(confirm::preview(&order, &confirmation, duplicate.as_ref(), style));
                    shown.push(order);
                }
                Err(_) => failed += 1,
            }
        }
        anyhow::Ok((shown, failed, previews.join("\n")))
    })?;
    if shown.is_empty() {
        // There is nothing to ask: confirming reports why.
        return Ok(shown);
    }
    ui::show(&text);
    let which = match shown.as_slice() {
        [order] => order.summary.reference.to_string(),
        several => format!("these {} orders", several.len()),
    };
    let others = if failed > 0 { format!(" ({failed} cannot be)") } else { String::new() };
    let question = format!("Confirm {which}?{others}");
    context.ask(&question, &format!("{which} not confirmed"))?;
    Ok(shown)
}

/// Finds another order with the same phone and items that was not cancelled.
fn duplicate(read: &Read<'_>, order: &Order) -> Result<Option<Order>, StoreError> {
    let content = Content::of_order(order);
    let date = order.summary.order_date;
    let others = read.likely_duplicates(&content, &order.summary.customer.phone, date, Some(order.summary.pk))?;
    let counts = |other: &&Order| other.summary.status != Status::Cancelled;
    Ok(nearest_duplicate(&content, date, others.iter().filter(counts)).cloned())
}
