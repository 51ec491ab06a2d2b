//! What `set-status` and `cancel` ask at a terminal.

use std::collections::HashMap;

use crate::commands::Context;
use crate::commands::naming::{Named, load_together};
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderPk};
use crate::domain::status::Status;
use crate::domain::transition::{StatusRequest, decide};
use crate::domain::visible::visible;
use crate::render::order;
use crate::render::prose::fit;
use crate::store::Store;
use crate::ui;

/// Shows a person the orders to be changed, and returns them after a yes.
pub fn ask(
    store: &Store,
    named: &[Named<'_>],
    request: StatusRequest,
    context: &Context,
) -> anyhow::Result<HashMap<OrderPk, Order>> {
    let (orders, changes, settings) = store.read(|read| {
        let orders = load_together(read, named)?;
        let mut changes = Vec::with_capacity(orders.len());
        for order in &orders {
            changes.push(decide(order, &read.held_stock(order.summary.pk)?, request).ok());
        }
        anyhow::Ok((orders, changes, read.settings()?))
    })?;
    // If nothing can be changed, the change itself says why.
    if changes.iter().any(Option::is_some) {
        let style = context.style_of_questions(&settings);
        let which = match orders.as_slice() {
            [order] => order.summary.reference.to_string(),
            several => format!("these {} orders", several.len()),
        };
        let (question, done) = if request.to == Status::Cancelled {
            for (order, change) in orders.iter().zip(&changes) {
                let effects = change.as_ref().map(|change| order::cancellation(order, change, style));
                ui::show(&(order::show(order, style) + "\n" + &effects.unwrap_or_default()));
            }
            let kept = if request.keep == Money::ZERO { String::new() } else { format!(" and keep {}", request.keep) };
            (format!("Cancel {which}{kept}?"), "cancelled".to_owned())
        } else {
            let to = request.to;
            let name = match orders.as_slice() {
                [order] => {
                    let room = style.width.saturating_sub(format!("Move {which}  to {to}? [y/N] ").len());
                    format!(" {}", fit(&visible(&order.summary.customer.name), room))
                }
                _ => {
                    ui::show(&order::list(&orders, style));
                    String::new()
                }
            };
            (format!("Move {which}{name} to {to}?"), format!("moved to {to}"))
        };
        context.ask(&question, &format!("{which} not {done}"))?;
    }
    Ok(orders.into_iter().map(|order| (order.summary.pk, order)).collect())
}
