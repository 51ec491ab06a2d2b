//! What a customer gets in place of what they send back.

use uuid::Uuid;

use super::item_spec::write_size;
use super::item_words::index_of;
use super::money::Money;
use super::order::{ITEMS_LIMIT, Order, OrderItem};
use super::product::{Product, ProductId};
use super::products::Products;
use super::refusal::Refusal;
use super::remedy::Remedy;
use super::return_lines::ItemPieces;

/// What a customer gets in place of what they send back, as many pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// The same product in this size, at the price paid.
    Size(String),
    /// A product.
    Product {
        /// The product.
        product: Box<Product>,
        /// The size, if one was named.
        size: Option<String>,
        /// The color, if one was named.
        color: Option<String>,
        /// The price agreed; `None`: today's, or the price paid if it is the same product.
        price: Option<Money>,
    },
}

impl Replacement {
    /// Returns its product, unless it is that of the returned item.
    pub fn product(&self) -> Option<ProductId> {
        match self {
            Replacement::Size(_) => None,
            Replacement::Product { product, .. } => Some(product.id),
        }
    }
}

/// Makes the item that replaces each of the pieces, if they are replaced.
pub fn replacements(
    order: &Order,
    products: &Products,
    pieces: &[ItemPieces],
    replacement: Option<&Replacement>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Vec<Option<OrderItem>>, Refusal> {
    let reference = &order.summary.reference;
    let mut items = Vec::with_capacity(pieces.len());
    for ItemPieces { number, quantity } in pieces {
        let old = &order.items[index_of(&order.items, *number, reference)?];
        let (product, size, color, price) = match replacement {
            None => {
                items.push(None);
                continue;
            }
            Some(Replacement::Size(size)) => {
                let Some(product) = products.get(old.product_id) else {
                    return Err(Refusal::invalid(format!("{} is no longer in the catalogue", old.shop_name())));
                };
                if !product.is_sized() {
                    let message = format!("{} has no sizes: name the product that replaces it", product.name);
                    return Err(Refusal::invalid(message).remedy(Remedy::NameReplacement));
                }
                (product, Some(size.as_str()), old.selected_color.clone(), old.unit_price)
            }
            Some(Replacement::Product { product, size, color, price }) => {
                let is_same = product.id == old.product_id;
                let today = if is_same { old.unit_price } else { product.list_price() };
                let color = color.clone().or_else(|| old.selected_color.clone().filter(|_| is_same));
                (&**product, size.as_deref(), color, price.unwrap_or(today))
            }
        };
        let item = OrderItem::agreed(new_id(), product, size, color, *quantity, price).map_err(|problem| {
            write_size(product, size).into_iter().fold(Refusal::invalid(problem), Refusal::remedy)
        })?;
        items.push(Some(item));
    }
    if order.items.len() + items.iter().flatten().count() > ITEMS_LIMIT {
        let message =
            format!("order {reference} would have more than {ITEMS_LIMIT} items, the most that an order can have");
        return Err(Refusal::invalid(message));
    }
    Ok(items)
}
