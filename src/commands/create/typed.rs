//! The order that somebody types as options of `create`.

use clap::Args;

use crate::commands::arguments::{TermsArgs, address, name, when};
use crate::commands::naming::find_items;
use crate::domain::calendar::When;
use crate::domain::incoming::IncomingOrder;
use crate::domain::order::Customer;
use crate::domain::permission::{Caller, Task};
use crate::domain::phone::read_phone;
use crate::domain::reference::Reference;
use crate::domain::terms::TermsEdit;
use crate::domain::time::Timestamp;
use crate::domain::typed_order::{TypedItem, TypedOrder};
use crate::error::Failure;
use crate::store::Read;

#[derive(Debug, Args)]
pub struct TypedArgs {
    /// The customer's phone
    #[arg(long, value_parser = read_phone)]
    phone: Option<String>,
    /// An item, as P[/SIZE[/COLOR]][*QUANTITY][@PRICE]; once for each item
    #[arg(long, value_name = "SPEC")]
    item: Vec<String>,
    /// The customer's name [default: that of the phone's last order]
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// The customer's address [default: that of the phone's last order]
    #[arg(long, value_parser = address)]
    address: Option<String>,
    #[command(flatten)]
    terms: TermsArgs,
    /// The order's reference [default: a new one]
    #[arg(long, value_name = "REFERENCE", value_parser = reference)]
    reference: Option<Reference>,
    /// When the customer ordered: 2d, 12h, 30m, today, yesterday, a date or RFC 3339 [default: now]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    date: Option<When>,
}

fn reference(text: &str) -> Result<Reference, String> {
    Reference::read(text.trim())
}

impl TypedArgs {
    /// Returns the order that was typed, if one was.
    pub fn typed(&self) -> Option<TypedDraft> {
        Some(TypedDraft {
            phone: self.phone.clone()?,
            name: self.name.clone(),
            address: self.address.clone(),
            items: Items::Specs(self.item.clone()),
            terms: self.terms.edit(),
            reference: self.reference.clone(),
            date: self.date,
        })
    }
}

/// An order as somebody typed it.
#[derive(Clone)]
pub struct TypedDraft {
    pub phone: String,
    /// The name; `None`: that of the phone's last order.
    pub name: Option<String>,
    /// The address, empty for none; `None`: that of the phone's last order.
    pub address: Option<String>,
    pub items: Items,
    pub terms: TermsEdit,
    pub reference: Option<Reference>,
    pub date: Option<When>,
}

/// The items of a typed order.
#[derive(Clone)]
pub enum Items {
    /// As typed.
    Specs(Vec<String>),
    /// With their products.
    Picked(Vec<TypedItem>),
}

impl TypedDraft {
    /// Looks the order up: its products, and the phone's last order. Returns that order's reference too if the name or the address
    /// comes from it. A buyer or guest learns nothing of others' orders, nor of products that they do not name in full.
    pub fn into_incoming(
        self,
        read: &Read<'_>,
        now: Timestamp,
        caller: &Caller,
    ) -> anyhow::Result<(IncomingOrder, Option<Reference>)> {
        let is_by_shop = caller.may(Task::Edit);
        let last = match (&self.name, &self.address) {
            (Some(_), Some(_)) => None,
            _ => read.last_order_of(&self.phone)?.filter(|order| caller.sees(order)),
        };
        let items = match self.items {
            Items::Specs(specs) => find_items(read, &specs, "--item", is_by_shop)?,
            Items::Picked(items) => items,
        };
        let (same_as, of_last) = last.map(|order| (order.reference, order.customer)).unzip();
        let (last_name, last_address) = of_last.map(|customer: Customer| (customer.name, customer.address)).unzip();
        let is_same =
            self.name.is_none() || self.address.is_none() && last_address.as_ref().is_some_and(Option::is_some);
        let Some(name) = self.name.or(last_name) else {
            let message = format!("{} has no earlier order to take the name from", self.phone);
            return Err(Failure::usage(message).hint("add --name NAME").into());
        };
        let address = match self.address {
            Some(address) => Some(address).filter(|address| !address.is_empty()),
            None => last_address.flatten(),
        };
        let zone = read.settings()?.zone();
        let order = TypedOrder {
            reference: self.reference,
            order_date: self.date.map_or(now, |date| date.start(now, &zone)),
            customer: Customer { name, phone: self.phone, address },
            items,
            terms: self.terms,
            is_by_shop,
        };
        Ok((order.into_incoming().map_err(Failure::from)?, same_as.filter(|_| is_same)))
    }
}
