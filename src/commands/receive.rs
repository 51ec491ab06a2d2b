//! Taking one order in: load the facts, decide, apply. `create` and every kind of `import` go through here.

use uuid::Uuid;

use super::import_summary::Verdict;
use crate::domain::incoming::Revision;
use crate::domain::order::{OrderItem, OrderPk};
use crate::domain::product::Catalogue;
use crate::domain::receive::{Facts, Known, Received, Rejected, ResolvedOrder, decide, resolve, unknown_products};
use crate::domain::reference::Reference;
use crate::domain::refusal::Kind;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::user::Caller;
use crate::input::order_record::ReadOrder;
use crate::store::{Audit, ContentHash, OrderBatch, StoreError};

/// What orders are taken in with.
#[derive(Debug)]
pub struct OrderIntake<'a, 'w, 'c> {
    /// Where they go.
    pub batch: &'a mut OrderBatch<'w, 'c>,
    /// The shop's settings.
    pub settings: &'a Settings,
    /// Who sends them: a buyer's new orders are theirs, and nothing is said of orders that the sender may not see.
    pub sender: &'a Caller,
    /// By whom and with which note.
    pub audit: &'a Audit,
}

/// An order that was read, and looked up in the catalogue.
#[derive(Debug)]
pub struct ParsedOrder {
    /// What it is called in messages: its reference, or the id of its message.
    pub label: Option<String>,
    /// WhatsApp's id of the message that brought it.
    pub message_id: Option<String>,
    /// What its message says of an earlier one.
    pub revision: Option<Revision>,
    /// The order with the hash of its content, or why it cannot be taken unless its message brought it before.
    pub order: Result<(ResolvedOrder, ContentHash), Rejected>,
}

/// An order on its way to be taken in.
#[derive(Debug)]
pub enum Delivery {
    /// It was read before the catalogue was there to look it up in.
    Read(ReadOrder),
    /// It was read and looked up.
    Resolved(ParsedOrder),
}

/// An order that was taken in.
#[derive(Debug)]
pub struct IntakeOutcome {
    /// The order.
    pub order: OrderPk,
    /// What a person should look at; `None` where the order was there already.
    pub warnings: Option<Vec<String>>,
}

impl ParsedOrder {
    /// Looks up the products of an order that was read and comes `now`; `new_id` gives the ids of what is new.
    pub fn of(read: ReadOrder, now: Timestamp, catalogue: &Catalogue, new_id: &mut dyn FnMut() -> Uuid) -> ParsedOrder {
        let ReadOrder { label, products, source, revision, order } = read;
        let invalid = |problems| Err(Rejected { kind: Kind::InvalidInput, problems });
        let order = match order {
            Err(mut problems) => {
                problems.extend(unknown_products(&products, catalogue));
                invalid(problems)
            }
            Ok(incoming) => match incoming.reference.clone() {
                Some(reference) => resolve(incoming, reference, now, catalogue, new_id),
                None => invalid(
                    "orderReference: is required: without it an order that comes twice is not recognised"
                        .to_owned()
                        .into(),
                ),
            },
        };
        let with_hash = |order: ResolvedOrder| {
            let hash = ContentHash::of(&order.content);
            (order, hash)
        };
        ParsedOrder { label, message_id: source.message_id, revision, order: order.map(with_hash) }
    }
}

impl Delivery {
    /// Returns the verdict on an order that is refused whatever the file holds; `None` where that matters.
    pub fn settle(&self) -> Option<Verdict> {
        let Delivery::Read(ReadOrder { label, products, source, revision: None, order: Err(problems) }) = self else {
            return None;
        };
        let is_settled = products.is_empty() && source.message_id.is_none() && !problems.is_empty();
        let (label, problems) = (label.clone(), problems.clone());
        is_settled.then_some(Verdict::Rejected { label, kind: Kind::InvalidInput.into(), problems })
    }

    /// Returns about how many bytes of memory it has.
    pub fn size(&self) -> usize {
        match self {
            Delivery::Read(order) => order.size(),
            Delivery::Resolved(order) => order.size(),
        }
    }
}

impl ParsedOrder {
    /// Returns about how many bytes of memory it has.
    pub fn size(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let content = match &self.order {
            Err(rejected) => rejected.problems.size(),
            Ok((order, _)) => {
                let customer = &order.customer;
                let items = order.items.iter().map(|item| {
                    let names = item.product_name.len() + text(&item.product_barcode) + text(&item.product_image);
                    // Size and color stand in what deliveries are compared by too.
                    2 * (size_of::<OrderItem>() + text(&item.selected_size) + text(&item.selected_color)) + names
                });
                let warnings = order.warnings.iter().map(String::len).sum::<usize>();
                let other_names = order.other_names.iter().map(|other| other.name.len() + text(&other.barcode));
                let own = 2 * (customer.name.len() + text(&customer.address)) + other_names.sum::<usize>();
                own + items.sum::<usize>() + warnings
            }
        };
        size_of::<ParsedOrder>() + content
    }
}

impl ParsedOrder {
    /// Returns whether it is only said that a message was changed, not to what.
    pub fn is_without_text(&self) -> bool {
        matches!(&self.order, Err(rejected) if rejected.problems.is_empty())
    }
}

impl OrderIntake<'_, '_, '_> {
    /// Finds the order that an earlier message brought, of which a delivery says something: by WhatsApp's id of that message,
    /// else by the reference in the text.
    pub fn order_revised(&self, delivery: &ParsedOrder) -> Result<Option<Reference>, StoreError> {
        if let Some((_, reference)) = self.order_of_message(delivery)? {
            return Ok(Some(reference));
        }
        let reference = delivery.label.as_deref().and_then(Reference::parse);
        reference.map_or(Ok(None), |reference| self.batch.reference_like(&reference))
    }

    fn order_of_message(&self, delivery: &ParsedOrder) -> Result<Option<(OrderPk, Reference)>, StoreError> {
        delivery.message_id.as_deref().map_or(Ok(None), |id| self.batch.order_of_message(id))
    }

    /// Takes in an order that was delivered, or says why not.
    pub fn take(&mut self, delivery: &ParsedOrder) -> Result<Result<IntakeOutcome, Rejected>, StoreError> {
        // What a message brought before is that order, whatever the message says now.
        if let Some((order, _)) = self.order_of_message(delivery)? {
            return Ok(Ok(IntakeOutcome { order, warnings: None }));
        }
        let (order, hash) = match &delivery.order {
            Ok(order) => order,
            Err(rejected) => return Ok(Err(rejected.clone())),
        };
        match &order.longer_reference {
            Some(longer) if self.batch.is_of_a_message(&order.reference)? => {
                let mut order = ResolvedOrder { reference: longer.clone(), ..order.clone() };
                order.warnings.push(format!("is {longer}, as another message's order has the shorter reference"));
                self.receive(&order, *hash)
            }
            _ => self.receive(order, *hash),
        }
    }

    /// Takes in an order whose content has this hash, or says why not.
    pub fn receive(
        &mut self,
        order: &ResolvedOrder,
        hash: ContentHash,
    ) -> Result<Result<IntakeOutcome, Rejected>, StoreError> {
        let (mut known, mut likely_duplicates) = (None, Vec::new());
        if self.batch.is_like_another(order)? {
            known = self.batch.known_order(&order.reference, hash)?;
            if known.is_none() {
                likely_duplicates = self.batch.likely_duplicates(order)?;
                likely_duplicates.retain(|order| self.sender.sees(&order.summary));
            }
        }
        let (settings, sender) = (self.settings, self.sender);
        let judge = |known: Option<&Known>| {
            decide(order, Facts { known, likely_duplicates: &likely_duplicates, settings, sender })
        };
        let mut decision = judge(known.as_ref());
        if let Ok(Received::New { warnings }) = &decision
            && let Some(order) = self.insert(order, hash)?
        {
            return Ok(Ok(IntakeOutcome { order, warnings: Some(warnings.clone()) }));
        }
        // Refused, or not written: only now it matters which order has its reference.
        if known.is_none() {
            decision = judge(self.batch.known_order(&order.reference, hash)?.as_ref());
        }
        Ok(match decision {
            Ok(Received::New { .. }) => return Err(StoreError::Changed("the order")),
            Ok(Received::Unchanged(known)) => {
                // The message that brings it again is remembered.
                if order.source.message_id.is_some() {
                    self.batch.insert_source(known, &order.source, hash)?;
                }
                Ok(IntakeOutcome { order: known, warnings: None })
            }
            Err(rejected) => Err(rejected),
        })
    }

    /// Writes an order; `None`: its reference is another order's.
    fn insert(&mut self, order: &ResolvedOrder, hash: ContentHash) -> Result<Option<OrderPk>, StoreError> {
        let user = self.sender.owns_new_orders();
        let Some(written) = &order.note else {
            return self.batch.insert_order(order, hash, user, self.audit);
        };
        // The customer's words are the order's; the note of the run is the shop's, and no customer sees it.
        let words = Audit { note: Some(written.clone()), ..self.audit.clone() };
        let inserted = self.batch.insert_order(order, hash, user, &words)?;
        if let Some(order) = inserted.filter(|_| self.audit.note.is_some()) {
            self.batch.insert_note(order, self.audit)?;
        }
        Ok(inserted)
    }
}
