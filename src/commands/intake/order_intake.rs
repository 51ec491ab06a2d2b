//! The intake of one order: load the facts, decide, apply. `create` and every kind of `import` use it.

use uuid::Uuid;

use super::import_summary::RecordOutcome;
use crate::domain::incoming::Revision;
use crate::domain::intake::{decide_new, decide_repeat};
use crate::domain::order::{OrderItem, OrderPk};
use crate::domain::permission::{Caller, Task};
use crate::domain::products::Products;
use crate::domain::reference::Reference;
use crate::domain::refusal::RefusalKind;
use crate::domain::resolve::{Rejected, ResolvedOrder, resolve, unknown_products};
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::input::parsed_order::ParsedOrder;
use crate::store::{Audit, ContentHash, OrderBatch, StoreError};

/// What taking in orders needs.
#[derive(Debug)]
pub struct OrderIntake<'a, 'w, 'c> {
    pub batch: &'a mut OrderBatch<'w, 'c>,
    pub settings: &'a Settings,
    /// Who sends them. A buyer's new orders are theirs, and messages say nothing of orders that the sender may not see.
    pub sender: &'a Caller,
    pub audit: &'a Audit,
}

/// A parsed order, looked up in the catalogue.
#[derive(Debug)]
pub struct CheckedOrder {
    /// What messages call it: its reference, or the id of its message.
    pub label: Option<String>,
    /// WhatsApp's id of its message.
    pub message_id: Option<String>,
    /// What its message says of an earlier one.
    pub revision: Option<Revision>,
    /// The order with its content hash, or why it is refused (a message that brought its order earlier is still fine).
    pub order: Result<(ResolvedOrder, ContentHash), Rejected>,
}

/// An order of an import, before or after its lookup.
#[derive(Debug)]
pub enum ImportOrder {
    /// Parsed before the catalogue was loaded.
    Parsed(ParsedOrder),
    /// Looked up in the catalogue.
    Checked(CheckedOrder),
}

/// An order that is in the file.
#[derive(Debug)]
pub enum StoredOrder {
    /// New, with warnings.
    New(OrderPk, Vec<String>),
    /// Known already, perhaps with a warning.
    Unchanged(OrderPk, Option<String>),
}

impl CheckedOrder {
    /// Looks up the products of an order received `now`; `new_id` makes new ids.
    pub fn of(
        parsed: ParsedOrder,
        now: Timestamp,
        catalogue: &Products,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> CheckedOrder {
        let ParsedOrder { label, products, source, revision, order } = parsed;
        let invalid = |problems| Err(Rejected { kind: RefusalKind::InvalidInput, problems });
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
        CheckedOrder { label, message_id: source.message_id, revision, order: order.map(with_hash) }
    }
}

impl ImportOrder {
    /// Returns the outcome of an order that is refused whatever the file holds; `None` if the file matters.
    pub fn judge_early(&self) -> Option<RecordOutcome> {
        let ImportOrder::Parsed(ParsedOrder { label, products, source, revision: None, order: Err(problems) }) = self
        else {
            return None;
        };
        let is_certain = products.is_empty() && source.message_id.is_none() && !problems.is_empty();
        let (label, problems) = (label.clone(), problems.clone());
        is_certain.then_some(RecordOutcome::Rejected { label, kind: RefusalKind::InvalidInput.into(), problems })
    }

    /// Returns roughly how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        match self {
            ImportOrder::Parsed(order) => order.size(),
            ImportOrder::Checked(order) => order.size(),
        }
    }
}

impl CheckedOrder {
    /// Returns roughly how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let content = match &self.order {
            Err(rejected) => rejected.problems.size(),
            Ok((order, _)) => {
                let customer = &order.customer;
                let items = order.items.iter().map(|item| {
                    let names = item.product_name.len() + text(&item.product_barcode) + text(&item.product_image);
                    // Repeated orders are compared by a copy of size and color.
                    2 * (size_of::<OrderItem>() + text(&item.selected_size) + text(&item.selected_color)) + names
                });
                let warnings = order.warnings.iter().map(String::len).sum::<usize>();
                let other_names = order.other_names.iter().map(|other| other.name.len() + text(&other.barcode));
                let own = 2 * (customer.name.len() + text(&customer.address)) + other_names.sum::<usize>();
                own + items.sum::<usize>() + warnings
            }
        };
        size_of::<CheckedOrder>() + content
    }

    /// Returns the reference sent, if it differs from that of the order that the message brought before.
    pub fn other_reference(&self, known: &Reference) -> Option<&Reference> {
        let (order, _) = self.order.as_ref().ok()?;
        let is_known = |reference: &Reference| reference.as_str().eq_ignore_ascii_case(known.as_str());
        let mut references = [Some(&order.reference), order.longer_reference.as_ref()].into_iter().flatten();
        (!references.any(is_known)).then_some(&order.reference)
    }

    /// Returns whether a message is known to have changed, but not to what.
    pub fn is_without_text(&self) -> bool {
        matches!(&self.order, Err(rejected) if rejected.problems.is_empty())
    }
}

impl OrderIntake<'_, '_, '_> {
    /// Finds the order that a message revises: by WhatsApp's id of the earlier message, else by the reference in the
    /// text.
    pub fn order_revised(&self, order: &CheckedOrder) -> Result<Option<Reference>, StoreError> {
        if let Some((_, reference)) = self.order_of_message(order)? {
            return Ok(Some(reference));
        }
        let reference = order.label.as_deref().and_then(Reference::parse);
        reference.map_or(Ok(None), |reference| self.batch.reference_like(&reference))
    }

    fn order_of_message(&self, order: &CheckedOrder) -> Result<Option<(OrderPk, Reference)>, StoreError> {
        order.message_id.as_deref().map_or(Ok(None), |id| self.batch.order_of_message(id))
    }

    /// Inserts a checked order, or finds the one that its message or its reference means; or says why not.
    pub fn insert_or_match_checked(
        &mut self,
        order: &CheckedOrder,
    ) -> Result<Result<StoredOrder, Rejected>, StoreError> {
        // A message that brought an order before means that order, whatever it says now.
        if let Some((pk, reference)) = self.order_of_message(order)? {
            let warning = order.other_reference(&reference).map(|other| {
                format!("the message that brought this order came again with the reference {other}: compare them")
            });
            return Ok(Ok(StoredOrder::Unchanged(pk, warning.map(|warning| format!("{reference}: {warning}")))));
        }
        let (order, hash) = match &order.order {
            Ok(order) => order,
            Err(rejected) => return Ok(Err(rejected.clone())),
        };
        match &order.longer_reference {
            Some(longer) if self.batch.is_of_a_message(&order.reference)? => {
                let mut order = ResolvedOrder { reference: longer.clone(), ..order.clone() };
                order.warnings.push(format!("got the reference {longer}: another order has the shorter one"));
                self.insert_or_match(&order, *hash)
            }
            _ => self.insert_or_match(order, *hash),
        }
    }

    /// Inserts an order whose content has this hash, or finds the one with its reference; or says why not.
    pub fn insert_or_match(
        &mut self,
        order: &ResolvedOrder,
        hash: ContentHash,
    ) -> Result<Result<StoredOrder, Rejected>, StoreError> {
        // Almost every order is new and like no other: inserting it then shows whether its reference is free.
        let may_be_duplicate = self.batch.may_be_duplicate(order)?;
        let mut known = if may_be_duplicate { self.batch.known_order(&order.reference, hash)? } else { None };
        if known.is_none() {
            let mut likely_duplicates =
                if may_be_duplicate { self.batch.likely_duplicates(order)? } else { Vec::new() };
            likely_duplicates.retain(|order| self.sender.sees(&order.summary));
            let decision = decide_new(order, &likely_duplicates, self.settings);
            if let Ok(warnings) = &decision
                && let Some(pk) = self.insert(order, hash)?
            {
                // Remarks on a customer are not for buyers and guests.
                let is_staff = self.sender.may(Task::Customers);
                let block = if is_staff { self.batch.block_of(order)? } else { None };
                let warnings = warnings.iter().cloned().chain(block.map(|block| block.warning()));
                return Ok(Ok(StoredOrder::New(pk, warnings.collect())));
            }
            known = self.batch.known_order(&order.reference, hash)?;
            if let (None, Err(rejected)) = (&known, decision) {
                return Ok(Err(rejected));
            }
        }
        let known = known.ok_or(StoreError::Changed("the order"))?;
        if let Err(rejected) = decide_repeat(order, &known, self.sender) {
            return Ok(Err(rejected));
        }
        // Remembers the message that brought it again.
        let pk = known.order.summary.pk;
        if order.source.message_id.is_some() {
            self.batch.insert_source(pk, &order.source, hash)?;
        }
        Ok(Ok(StoredOrder::Unchanged(pk, None)))
    }

    /// Inserts an order; `None` if another order has its reference.
    fn insert(&mut self, order: &ResolvedOrder, hash: ContentHash) -> Result<Option<OrderPk>, StoreError> {
        let user = self.sender.owns_new_orders();
        let Some(written) = &order.note else {
            return self.batch.insert_order(order, hash, user, self.audit);
        };
        // The customer's words belong to the order; the run's note is the shop's, and no customer sees it.
        let words = Audit { note: Some(written.clone()), ..self.audit.clone() };
        let inserted = self.batch.insert_order(order, hash, user, &words)?;
        if let Some(order) = inserted.filter(|_| self.audit.note.is_some()) {
            self.batch.insert_note(order, self.audit)?;
        }
        Ok(inserted)
    }
}
