//! Changing the remarks on a customer: what `note`, `block` and `unblock` share.

use crate::commands::Context;
use crate::commands::naming::{NamedCustomer, Naming, find_customer};
use crate::domain::customer::CustomerSummary;
use crate::domain::customer_remarks::Remarks;
use crate::domain::settings::Settings;
use crate::error::Exit;
use crate::render::{customer, json};
use crate::store::Write;

/// Changes the remarks on a customer, and prints the customer.
pub fn change_remarks(
    text: &str,
    context: &mut Context,
    change: impl Fn(&Write<'_>, &Remarks) -> Remarks,
    unchanged: &str,
) -> anyhow::Result<Exit> {
    let (naming, audit) = (Naming::to_write(context), context.audit());
    let mut store = context.open_to_write()?;
    let (customer, settings, is_changed) = context.write(&mut store, |write| {
        let NamedCustomer { number, phone } = find_customer(write, text, &naming)?;
        let before = write.customer(&number)?.map(|customer| customer.remarks).unwrap_or_default();
        let remarks = change(write, &before);
        if remarks != before {
            write.record_remarks(&number, &phone, &remarks, &audit)?;
        }
        let customer = write.customer(&number)?.unwrap_or(CustomerSummary::unknown(number, phone));
        Ok((customer, write.settings()?, remarks != before))
    })?;
    naming.say(context);
    if !is_changed {
        context.ui.note(&format!("{} {unchanged}; nothing changed", customer.phone));
    }
    print(&customer, &settings, context)?;
    Ok(Exit::Done)
}

fn print(customer: &CustomerSummary, settings: &Settings, context: &Context) -> anyhow::Result<()> {
    Ok(context.print_one(json::customer(customer), || match context.ui.quiet {
        true => customer::line(customer),
        false => customer::about(customer, context.style(settings)),
    })?)
}
