//! Who carries an order, as several commands take it.

use crate::domain::order::OrderSummary;
use crate::domain::shipping::{ShippingEdit, read_courier, read_tracking, shared};
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

/// Warns if other orders already have the courier's number that an order is about to get.
pub fn shared_number(read: &Read<'_>, order: &OrderSummary, edit: &ShippingEdit) -> Result<Option<String>, StoreError> {
    match order.shipping.new_number(edit) {
        Some(number) => Ok(shared(&order.reference, number, &read.others_with_tracking(order.pk, number)?)),
        None => Ok(None),
    }
}
