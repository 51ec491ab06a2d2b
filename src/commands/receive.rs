//! Taking one order in: load the facts, decide, apply. `create` and every kind of `import` go through here.

use uuid::Uuid;

use crate::domain::content::Content;
use crate::domain::order::OrderPk;
use crate::domain::product::Catalogue;
use crate::domain::receive::{Facts, IncomingOrder, Received, Rejected, decide};
use crate::domain::reference::Reference;
use crate::domain::settings::Settings;
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
    /// Takes an order in under `reference`, or says why not.
    pub fn receive(
        &self,
        incoming: &IncomingOrder,
        reference: &Reference,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Result<Taken, Rejected>, StoreError> {
        let content = Content::of_incoming(incoming);
        let known = self.write.known_order(reference, &content)?;
        let likely_duplicates = match known {
            Some(_) => Vec::new(),
            None => self
                .write
                .likely_duplicates(&content, incoming.order_date)?,
        };
        let facts = Facts {
            known: known.as_ref(),
            catalogue: self.catalogue,
            likely_duplicates: &likely_duplicates,
            settings: self.settings,
        };
        Ok(match decide(incoming, reference, facts, new_id) {
            Ok(Received::New(new)) => Ok(Taken {
                order: self.write.insert_order(&new, self.stamp)?,
                warnings: Some(new.warnings),
            }),
            Ok(Received::Unchanged(order)) => Ok(Taken {
                order,
                warnings: None,
            }),
            Err(rejected) => Err(rejected),
        })
    }
}
