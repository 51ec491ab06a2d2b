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
use crate::store::{Intake, StoreError};

/// What orders are taken in with.
#[derive(Debug)]
pub struct Desk<'a, 'w> {
    /// Where they go.
    pub intake: &'a mut Intake<'w>,
    /// The shop's settings.
    pub settings: &'a Settings,
    /// The account that new orders belong to.
    pub user: Option<UserId>,
    /// Whether nothing is to be said of other orders.
    pub is_discreet: bool,
    /// The note of the run.
    pub note: Option<&'a str>,
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
        &mut self,
        message_id: Option<&str>,
        order: Result<(Reference, Resolved<'_>), Rejected>,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Result<Taken, Rejected>, StoreError> {
        // What a message brought before is that order, whatever the message says now.
        if let Some(order) = message_id.map(|id| self.intake.order_of_message(id)).transpose()?.flatten() {
            return Ok(Ok(Taken { order, warnings: None }));
        }
        match order {
            Ok((reference, resolved)) => self.receive(resolved, &reference, new_id),
            Err(rejected) => Ok(Err(rejected)),
        }
    }

    /// Takes an order in under `reference`, or says why not.
    pub fn receive(
        &mut self,
        resolved: Resolved<'_>,
        reference: &Reference,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Result<Taken, Rejected>, StoreError> {
        let known = self.intake.known_order(reference, &resolved.content)?;
        let likely_duplicates = match known {
            Some(_) => Vec::new(),
            None if self.is_discreet => Vec::new(),
            None => self.intake.likely_duplicates(&resolved.content, resolved.incoming.order_date)?,
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
            Ok(Received::New(mut new)) => {
                let warnings = std::mem::take(&mut new.warnings);
                let note = self.note_with(new.note.take());
                Ok(Taken { order: self.intake.insert(*new, note)?, warnings: Some(warnings) })
            }
            Ok(Received::Unchanged(order)) => {
                if let Some((source, content)) = again.filter(|(source, _)| source.message_id.is_some()) {
                    self.intake.insert_source(order, &source, &content)?;
                }
                Ok(Taken { order, warnings: None })
            }
            Err(rejected) => Err(rejected),
        })
    }

    /// Adds what the customer wrote to the note of the run.
    fn note_with(&self, written: Option<String>) -> Option<String> {
        match (self.note, written) {
            (Some(note), Some(written)) => Some(format!("{note}; {written}")),
            (Some(note), None) => Some(note.to_owned()),
            (None, written) => written,
        }
    }
}
