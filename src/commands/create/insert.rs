//! Inserting the order that `create` takes, from JSON or typed.

use uuid::Uuid;

use crate::commands::intake::order_intake::{OrderIntake, StoredOrder};
use crate::domain::incoming::IncomingOrder;
use crate::domain::order::Order;
use crate::domain::permission::{Caller, Task};
use crate::domain::problems::Problems;
use crate::domain::reference::Reference;
use crate::domain::refusal::RefusalKind;
use crate::domain::resolve::{Rejected, resolve};
use crate::domain::text::shorten;
use crate::error::{Explained, Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::store::{Audit, ContentHash, StoreError, Write};

/// Inserts an order, or finds the one that exists. Returns the warnings if it is new.
pub fn insert_or_match(
    write: &mut Write<'_>,
    incoming: IncomingOrder,
    sender: &Caller,
    audit: &Audit,
    ids: &mut dyn FnMut() -> Uuid,
) -> anyhow::Result<(Order, Option<Vec<String>>)> {
    let settings = write.settings()?;
    let catalogue = write.named_products(incoming.items.iter().map(|item| &item.product))?;
    let reference = match &incoming.reference {
        Some(reference) => reference.clone(),
        None => free_reference(write, ids)?,
    };
    let refused = |write: &Write<'_>, rejected: Rejected| {
        let mut explained = refuse(rejected.kind.into(), Some(reference.as_str()), rejected.problems);
        // The hint is to show the existing order, which the sender may not see.
        match sender.sees_only().map(|user| write.match_whole(reference.as_str(), Some(&user))) {
            Some(Err(error)) => return anyhow::Error::from(error),
            Some(Ok(found)) if found.is_empty() => explained.failure.remedies.clear(),
            _ => {}
        }
        let is_without_products = || write.all_products().is_ok_and(|all| all.is_empty());
        if rejected.kind == RefusalKind::InvalidInput && sender.may(Task::Products) && is_without_products() {
            let hint = Hint::run("to add products first", CommandLine::of("product import FILE"));
            explained.failure = explained.failure.hint(hint);
        }
        explained.into()
    };
    let new = resolve(incoming, reference.clone(), write.time(), &catalogue, ids)
        .map_err(|rejected| refused(write, rejected))?;
    let stored = write.with_order_batch(|batch| {
        let mut intake = OrderIntake { batch, settings: &settings, sender, audit };
        intake.insert_or_match(&new, ContentHash::of(&new.content))
    })?;
    let (pk, warnings) = match stored.map_err(|rejected| refused(write, rejected))? {
        StoredOrder::New(pk, warnings) => (pk, Some(warnings)),
        StoredOrder::Unchanged(pk, _) => (pk, None),
    };
    Ok((write.orders(&[pk])?.remove(0), warnings))
}

/// Makes the failure of an order with problems.
pub fn refuse(kind: FailureKind, reference: Option<&str>, problems: Problems) -> Explained {
    let which = reference.map(|reference| format!(" {}", shorten(reference))).unwrap_or_default();
    let failure = match kind {
        FailureKind::Conflict(_) => Failure::new(kind, format!("order{which} exists already, with other content"))
            .error("Order exists already, with other content")
            .hint(Hint::run("to see it", CommandLine::of("show").argument(reference.unwrap_or_default()))),
        _ => Failure::new(kind, format!("invalid order{which}")).error("Invalid order"),
    };
    let problem_count = problems.len();
    Explained { problem_count, ..failure.details(problems.into_first()).into() }
}

/// Makes a reference that no order has.
fn free_reference(write: &Write<'_>, new_id: &mut dyn FnMut() -> Uuid) -> Result<Reference, StoreError> {
    let settings = write.settings()?;
    let prefix = settings.reference_prefix.as_deref().unwrap_or(Reference::PREFIX);
    loop {
        // The low half of an id is random.
        let (_, random) = new_id().as_u64_pair();
        let reference = Reference::made(prefix, write.time(), (random & 0xFFFF_FFFF) as u32);
        if !write.has_reference(&reference)? {
            return Ok(reference);
        }
    }
}
