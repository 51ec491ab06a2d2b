//! Who carries an order, as several commands take it.

use crate::domain::order::OrderSummary;
use crate::domain::reference::Reference;
use crate::domain::shipping::{ShippingEdit, names_another, read_courier, read_tracking, shared};
use crate::store::{Read, StoreError};

/// Who carries an order.
#[derive(Debug, clap::Args)]
pub struct ShippingArgs {
    /// The courier, such as Bosta; empty clears it
    #[arg(long, value_name = "COURIER", value_parser = courier)]
    courier: Option<Said>,
    /// The courier's number for the order, which also names it; empty clears it
    #[arg(long, value_name = "NUMBER", value_parser = tracking)]
    tracking: Option<Said>,
}

/// The new value; `None` clears it.
#[derive(Debug, Clone)]
struct Said(Option<String>);

fn courier(text: &str) -> Result<Said, String> {
    read_courier(text).map(Said)
}

fn tracking(text: &str) -> Result<Said, String> {
    read_tracking(text).map(Said)
}

impl ShippingArgs {
    /// Returns the change of the shipping that they ask for.
    pub fn edit(&self) -> ShippingEdit {
        let said = |said: &Option<Said>| said.clone().map(|Said(said)| said);
        ShippingEdit { courier: said(&self.courier), tracking: said(&self.tracking) }
    }
}

/// Warns if the courier's number that an order is about to get names other orders already.
pub fn shared_number(read: &Read<'_>, order: &OrderSummary, edit: &ShippingEdit) -> Result<Option<String>, StoreError> {
    let Some(number) = order.shipping.new_number(edit) else { return Ok(None) };
    let is_own = order.reference.as_str().eq_ignore_ascii_case(number);
    match Reference::parse(number).filter(|_| !is_own) {
        Some(other) if read.has_reference(&other)? => Ok(Some(names_another(&order.reference, number))),
        _ => Ok(shared(&order.reference, number, &read.others_with_tracking(order.pk, number)?)),
    }
}
