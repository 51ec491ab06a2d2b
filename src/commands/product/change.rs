//! Deciding and writing a product.

use uuid::Uuid;

use crate::domain::product_change::{IncomingProduct, ProductChange, ProductDecision, ProductRejected, decide};
use crate::store::{Audit, Read, StoreError, Write};

/// Loads the products that an incoming one may match, and decides.
pub fn decide_product(
    read: &Read<'_>,
    incoming: &IncomingProduct,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Result<ProductDecision, ProductRejected>, StoreError> {
    let matches = read.matching_products(incoming.id, incoming.barcode.as_ref().and_then(Option::as_deref))?;
    Ok(decide(incoming, matches, new_id))
}

/// Writes a decided product.
pub fn apply_product(write: &Write<'_>, change: &ProductChange, audit: &Audit) -> Result<(), StoreError> {
    match change {
        ProductChange::New(product) => write.insert_product(product, audit),
        ProductChange::Update(product) => write.update_product(product, audit),
        ProductChange::Unchanged(_) => Ok(()),
    }
}
