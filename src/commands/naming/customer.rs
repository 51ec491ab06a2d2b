//! Naming a customer on the command line: by a phone in any spelling, or by an order.

use super::order::{Naming, find_order};
use crate::domain::phone::{is_callable_number, is_phone_shaped, read_phone};
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::store::{OrderMatch, Read};

/// The help for an argument that names a customer.
pub const CUSTOMER: &str = "A phone in any spelling, or an order of theirs";

/// A customer that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCustomer {
    /// The digits of the number in full, at least one.
    pub number: String,
    /// The phone as typed for the last order, or now.
    pub phone: String,
}

/// Finds the customer that `text` names. A phone that can be called names one even if it has no orders yet.
///
/// Guests choose references: where a phone is also the reference of another customer's order, neither is taken.
pub fn find_customer(read: &Read<'_>, text: &str, naming: &Naming) -> anyhow::Result<NamedCustomer> {
    let text = text.trim();
    if is_phone_shaped(text) {
        let number = read.full_number(text)?;
        let orders = read.match_whole(text, None)?;
        let is_reference = |order: &&OrderMatch| order.reference.as_str().eq_ignore_ascii_case(text);
        let others = match orders.iter().find(is_reference) {
            Some(order) => read.orders(&[order.pk])?.pop().filter(|order| order.summary.number != number),
            None => None,
        };
        let known = read.customer(&number)?;
        match (known, others) {
            (Some(_), Some(order)) => {
                let message = format!(
                    "{} is both a phone and the reference of an order of {}",
                    shorten(text),
                    shorten(&order.summary.customer.phone)
                );
                let hint = format!("write the phone with spaces, or name the order by its id {}", order.summary.id);
                return Err(Failure::new(FailureKind::Conflict(Conflict::Ambiguous), message).hint(hint).into());
            }
            (Some(customer), None) => return Ok(NamedCustomer { number, phone: customer.phone }),
            (None, None) if is_callable_number(text) => {
                let phone = read_phone(text).map_err(|problem| Failure::usage(format!("the phone {problem}")))?;
                return Ok(NamedCustomer { number, phone });
            }
            (None, None) => return Err(customer_not_found(text).into()),
            // It is only a reference, not a phone.
            (None, Some(_)) => {}
        }
    }
    let summary = match find_order(read, text, naming) {
        Ok(order) => order.summary,
        Err(error) => return Err(as_customer(error, text)),
    };
    if summary.number.is_empty() {
        let reference = &summary.reference;
        if summary.is_forgotten() {
            let message = format!("the customer of {reference} was forgotten");
            return Err(Failure::new(FailureKind::Conflict(Conflict::Already), message).into());
        }
        let message = format!("the phone of {reference} has no digits, so it belongs to no customer");
        return Err(Failure::new(FailureKind::NotFound, message)
            .hint(Hint::run("to set it", CommandLine::of("edit").argument(reference).option("--phone PHONE")))
            .into());
    }
    Ok(NamedCustomer { number: summary.number, phone: summary.customer.phone })
}

/// Turns the failure of an order that was not found into that of a customer.
fn as_customer(error: anyhow::Error, text: &str) -> anyhow::Error {
    match error.downcast_ref::<Failure>() {
        Some(failure) if failure.kind == FailureKind::NotFound => {
            customer_not_found(text).hint("a customer is named by a phone, or by an order of theirs").into()
        }
        _ => error,
    }
}

/// Makes the failure for an unknown customer.
pub fn customer_not_found(text: &str) -> Failure {
    Failure::new(FailureKind::NotFound, format!("customer {} not found", shorten(text.trim())))
        .error(format!("Customer {} not found", shorten(text.trim())))
        .hint(Hint::run("to see which there are", CommandLine::of("customer list")))
}
