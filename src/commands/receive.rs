//! Taking one order in: load the facts, decide, apply. `create` and every kind of `import` go through here.

use uuid::Uuid;

use crate::domain::order::OrderPk;
use crate::domain::product::Catalogue;
use crate::domain::receive::{Facts, Received, Rejected, Resolved, decide, resolve, unknown_products};
use crate::domain::reference::Reference;
use crate::domain::refusal::Kind;
use crate::domain::settings::Settings;
use crate::domain::user::UserId;
use crate::input::order_record::ReadOrder;
use crate::store::{Stamp, StoreError, Write};

/// What orders are taken in with.
#[derive(Debug)]
pub struct Desk<'a, 'c> {
    /// The transaction.
    pub write: &'a Write<'c>,
    /// The shop's settings.
    pub settings: &'a Settings,
    /// The account that new orders belong to.
    pub user: Option<UserId>,
    /// Whether nothing is to be said of other orders.
    pub is_discreet: bool,
    /// When, by whom and with which note.
    pub stamp: &'a Stamp,
}

/// An order that was read, and looked up in the catalogue.
#[derive(Debug)]
pub struct Delivery<'c> {
    /// What it is called in messages: its reference, or the id of its message.
    pub label: Option<String>,
    /// What is kept of it where it cannot be taken, as JSON; `None`: the whole record.
    pub reject: Option<String>,
    /// WhatsApp's id of the message that brought it.
    pub message_id: Option<String>,
    /// The order under its reference, or why it cannot be taken unless its message brought it before.
    pub order: Result<(Reference, Resolved<'c>), Rejected>,
}

/// An order that was taken in.
#[derive(Debug)]
pub struct Taken {
    /// The order.
    pub order: OrderPk,
    /// What a person should look at; `None` where the order was there already.
    pub warnings: Option<Vec<String>>,
}

impl<'c> Delivery<'c> {
    /// Looks up the products of an order that was read.
    pub fn of(read: ReadOrder, catalogue: &'c Catalogue) -> Delivery<'c> {
        let ReadOrder { label, products, source, order, reject } = read;
        let invalid = |problems| Err(Rejected { kind: Kind::InvalidInput, problems });
        let order = match order {
            Err(mut problems) => {
                problems.extend(unknown_products(&products, catalogue));
                invalid(problems)
            }
            Ok(incoming) => match incoming.reference.clone() {
                Some(reference) => resolve(incoming, catalogue).map(|resolved| (reference, resolved)),
                None => invalid(vec![
                    "orderReference: is required: without it an order that comes twice is not recognised".to_owned(),
                ]),
            },
        };
        Delivery { label, reject, message_id: source.message_id, order }
    }
}

impl Desk<'_, '_> {
    /// Takes in an order that was delivered, under its own reference, or says why not.
    pub fn take(
        &self,
        message_id: Option<&str>,
        order: Result<(Reference, Resolved<'_>), Rejected>,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Result<Taken, Rejected>, StoreError> {
        // What a message brought before is that order, whatever the message says now.
        if let Some(order) = message_id.map(|id| self.write.order_of_message(id)).transpose()?.flatten() {
            return Ok(Ok(Taken { order, warnings: None }));
        }
        match order {
            Ok((reference, resolved)) => self.receive(resolved, &reference, new_id),
            Err(rejected) => Ok(Err(rejected)),
        }
    }

    /// Takes an order in under `reference`, or says why not.
    pub fn receive(
        &self,
        resolved: Resolved<'_>,
        reference: &Reference,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Result<Taken, Rejected>, StoreError> {
        let known = self.write.known_order(reference, &resolved.content)?;
        let likely_duplicates = match known {
            Some(_) => Vec::new(),
            None if self.is_discreet => Vec::new(),
            None => self.write.likely_duplicates(&resolved.content, resolved.incoming.order_date, None)?,
        };
        // Where it is there already, the message that brings it again is remembered.
        let again = known.as_ref().map(|_| (resolved.incoming.source.clone(), resolved.content.clone()));
        let facts = Facts {
            known: known.as_ref(),
            likely_duplicates: &likely_duplicates,
            settings: self.settings,
            user: self.user,
            is_discreet: self.is_discreet,
        };
        Ok(match decide(resolved, reference, facts, new_id) {
            Ok(Received::New(new)) => {
                let order = match &new.note {
                    None => self.write.insert_order(&new, self.stamp)?,
                    Some(written) => self.write.insert_order(&new, &self.stamp_with(written))?,
                };
                Ok(Taken { order, warnings: Some(new.warnings) })
            }
            Ok(Received::Unchanged(order)) => {
                if let Some((source, content)) = again.filter(|(source, _)| source.message_id.is_some()) {
                    self.write.insert_source(order, &source, &content, self.stamp)?;
                }
                Ok(Taken { order, warnings: None })
            }
            Err(rejected) => Err(rejected),
        })
    }

    /// Adds what the customer wrote to the note of the run.
    fn stamp_with(&self, written: &str) -> Stamp {
        let notes: Vec<&str> = self.stamp.note.as_deref().into_iter().chain([written]).collect();
        Stamp { note: Some(notes.join("; ")), ..self.stamp.clone() }
    }
}
