//! Taking one order in: load the facts, decide, apply. `create` and every kind of `import` go through here.

use uuid::Uuid;

use crate::domain::order::OrderPk;
use crate::domain::product::Catalogue;
use crate::domain::receive::{Facts, IncomingOrder, Received, Rejected, Source, decide, resolve, unknown_products};
use crate::domain::reference::Reference;
use crate::domain::refusal::Kind;
use crate::domain::settings::Settings;
use crate::domain::user::UserId;
use crate::input::order_record::ReadOrder;
use crate::store::{Stamp, StoreError, Write};

/// What orders are taken in with.
#[derive(Debug)]
pub struct Desk<'a> {
    /// The transaction.
    pub write: &'a Write<'a>,
    /// The products, at least those of the orders.
    pub catalogue: &'a Catalogue,
    /// The shop's settings.
    pub settings: &'a Settings,
    /// The account that new orders belong to.
    pub user: Option<UserId>,
    /// Whether nothing is to be said of other orders.
    pub is_discreet: bool,
    /// When, by whom and with which note.
    pub stamp: &'a Stamp,
}

/// An order that was taken in.
#[derive(Debug)]
pub struct Taken {
    /// The order.
    pub order: OrderPk,
    /// What a person should look at; `None` where the order was there already.
    pub warnings: Option<Vec<String>>,
}

impl Desk<'_> {
    /// Returns the order that a WhatsApp message brought before: it is that order, whatever the message says now.
    pub fn order_of(&self, source: &Source) -> Result<Option<OrderPk>, StoreError> {
        match &source.message_id {
            Some(id) => self.write.order_of_message(id),
            None => Ok(None),
        }
    }

    /// Takes in an order that was read, under its own reference, or says why not.
    pub fn take(
        &self,
        read: &ReadOrder,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Result<Taken, Rejected>, StoreError> {
        if let Some(order) = self.order_of(&read.source)? {
            return Ok(Ok(Taken { order, warnings: None }));
        }
        let invalid = |problems| Ok(Err(Rejected { kind: Kind::InvalidInput, problems }));
        let incoming = match &read.order {
            Ok(incoming) => incoming,
            Err(problems) => {
                let unknown = unknown_products(&read.products, self.catalogue);
                return invalid(problems.iter().cloned().chain(unknown).collect());
            }
        };
        match &incoming.reference {
            Some(reference) => self.receive(incoming, reference, new_id),
            None => invalid(vec![
                "orderReference: is required: without it an order that comes twice is not recognised".to_owned(),
            ]),
        }
    }

    /// Takes an order in under `reference`, or says why not.
    pub fn receive(
        &self,
        incoming: &IncomingOrder,
        reference: &Reference,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Result<Taken, Rejected>, StoreError> {
        let resolved = match resolve(incoming, self.catalogue) {
            Ok(resolved) => resolved,
            Err(rejected) => return Ok(Err(rejected)),
        };
        let known = self.write.known_order(reference, &resolved.content)?;
        let likely_duplicates = match known {
            Some(_) => Vec::new(),
            None if self.is_discreet => Vec::new(),
            None => self.write.likely_duplicates(&resolved.content, incoming.order_date, None)?,
        };
        let facts = Facts {
            known: known.as_ref(),
            likely_duplicates: &likely_duplicates,
            settings: self.settings,
            user: self.user,
            is_discreet: self.is_discreet,
        };
        Ok(match decide(&resolved, reference, facts, new_id) {
            Ok(Received::New(new)) => {
                let order = self.write.insert_order(&new, &self.stamp_with(new.note.as_deref()))?;
                Ok(Taken { order, warnings: Some(new.warnings) })
            }
            Ok(Received::Unchanged(order)) => {
                if incoming.source.message_id.is_some() {
                    self.write.insert_source(order, &incoming.source, &resolved.content, self.stamp)?;
                }
                Ok(Taken { order, warnings: None })
            }
            Err(rejected) => Err(rejected),
        })
    }

    /// Adds what the customer wrote to the note of the run.
    fn stamp_with(&self, written: Option<&str>) -> Stamp {
        let notes: Vec<&str> = self.stamp.note.as_deref().into_iter().chain(written).collect();
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        Stamp { note, ..self.stamp.clone() }
    }
}
