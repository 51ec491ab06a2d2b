//! Editing an order: the customer until it is shipped, the items while it is pending.

use uuid::Uuid;

use super::money::Money;
use super::order::{Customer, ITEMS_LIMIT, Order, OrderItem, OrderPk, sums};
use super::product::{Catalogue, Product, no_such_size};
use super::reference::Reference;
use super::refusal::{Conflict, Refusal, RefusalKind, Remedy};
use super::status::Status;

/// The requested edit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// The customer's new name.
    pub name: Option<String>,
    /// The customer's new phone.
    pub phone: Option<String>,
    /// The customer's new address; `Some(None)` removes it.
    pub address: Option<Option<String>>,
    /// The change to the items.
    pub items: Option<ItemEdit>,
}

/// A change to an order's items, which are numbered from 1 as in `show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemEdit {
    /// Changes one item.
    Change {
        /// Its number.
        number: usize,
        /// Its new quantity.
        quantity: Option<u32>,
        /// Its new size; `Some(None)` removes it.
        size: Option<Option<String>>,
        /// Its new color; `Some(None)` removes it.
        color: Option<Option<String>>,
    },
    /// Adds one item at today's list price.
    Add {
        /// The product.
        product: Box<Product>,
        /// The quantity.
        quantity: u32,
        /// The size.
        size: Option<String>,
        /// The color.
        color: Option<String>,
    },
    /// Removes one item.
    Remove {
        /// Its number.
        number: usize,
    },
}

/// A decided edit of one order. It may be applied while the order is still in `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The order.
    pub order: OrderPk,
    /// Its reference, for messages.
    pub reference: Reference,
    /// The status that it must still have.
    pub status: Status,
    /// The customer after the edit.
    pub customer: Customer,
    /// The items after the edit, if they change.
    pub items: Option<Vec<OrderItem>>,
    /// The sum of the items' subtotals.
    pub total: Money,
    /// The sum of the items' quantities.
    pub item_count: i64,
    /// The changes, for the history; empty if the order already has these values.
    pub changes: Vec<Change>,
}

/// One change, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The old value; `None` if there was none.
    pub from: Option<String>,
    /// The new value; `None` if it was removed.
    pub to: Option<String>,
}

/// Decides an edit of `order`; the catalogue has the products of its items, `new_id` makes the ids of new items.
pub fn decide(
    order: &Order,
    catalogue: &Catalogue,
    edit: &Edit,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Edited, Refusal> {
    let summary = &order.summary;
    let mut items = order.items.clone();
    let item_change = match &edit.items {
        Some(edit) => edit_items(&mut items, &summary.reference, catalogue, edit, new_id),
        None => Ok(None),
    };
    // An error in the edit itself comes before a conflict with the order.
    if !matches!(&item_change, Err(refusal) if matches!(refusal.kind, RefusalKind::NotFound | RefusalKind::InvalidInput))
    {
        refuse_status(order, edit)?;
    }
    let mut changes = Vec::new();
    let mut customer = summary.customer.clone();
    let mut field = |name: &str, was: Option<&str>, is: Option<&str>| {
        if was != is {
            let words = |value: &str| format!("{name}: {value}");
            changes.push(Change { from: was.map(words), to: is.map(words) });
        }
    };
    if let Some(name) = &edit.name {
        field("customerName", Some(&customer.name), Some(name));
        customer.name.clone_from(name);
    }
    if let Some(phone) = &edit.phone {
        field("customerPhone", Some(&customer.phone), Some(phone));
        customer.phone.clone_from(phone);
    }
    if let Some(address) = &edit.address {
        field("customerAddress", customer.address.as_deref(), address.as_deref());
        customer.address.clone_from(address);
    }
    changes.extend(item_change?);
    let Some((total, item_count)) = sums(items.iter().map(|item| (item.subtotal, item.quantity))) else {
        return Err(too_much(&summary.reference));
    };
    if summary.terms.discount > total {
        let (discount, reference) = (summary.terms.discount, &summary.reference);
        let message = format!("the discount of {reference}, {discount}, would be more than its items, {total}");
        return Err(Refusal::new(RefusalKind::InvalidInput, message).error("The discount would be more than the items"));
    }
    Ok(Edited {
        order: summary.pk,
        reference: summary.reference.clone(),
        status: summary.status,
        customer,
        items: (items != order.items).then_some(items),
        total,
        item_count,
        changes,
    })
}

fn refuse_status(order: &Order, edit: &Edit) -> Result<(), Refusal> {
    let (reference, status) = (&order.summary.reference, order.summary.status);
    let refuse = |what: &str| {
        Refusal::conflict(Conflict::Step, format!("{what}; {reference} is {status}"))
            .error(format!("Order is {status}"))
    };
    match status {
        Status::Pending => Ok(()),
        Status::Cancelled => {
            Err(refuse("a cancelled order cannot be edited").remedy(Remedy::Reopen(reference.clone())))
        }
        _ if edit.items.is_some() => Err(refuse("items can be changed while an order is pending")
            .remedy(Remedy::StepBack { reference: reference.clone(), to: Status::Pending })),
        Status::Confirmed | Status::Processing => Ok(()),
        Status::Shipped | Status::Delivered => {
            Err(refuse("name, phone and address can be changed until an order is shipped"))
        }
    }
}

fn edit_items(
    items: &mut Vec<OrderItem>,
    reference: &Reference,
    catalogue: &Catalogue,
    edit: &ItemEdit,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Option<Change>, Refusal> {
    match edit {
        ItemEdit::Change { number, quantity, size, color } => {
            let index = index_of(items, *number, reference)?;
            let was = items[index].clone();
            let item = &mut items[index];
            if let Some(quantity) = *quantity {
                item.quantity = quantity;
                item.subtotal = item.unit_price.times(quantity).ok_or_else(|| too_much(reference))?;
            }
            if let Some(size) = size {
                item.selected_size = match catalogue.get(item.product_id) {
                    Some(product) => spelled(product, size.as_deref())?,
                    None => size.clone(),
                };
            }
            if let Some(color) = color {
                item.selected_color.clone_from(color);
            }
            let words = |item| Some(describe(*number, item));
            Ok((was != *item).then(|| Change { from: words(&was), to: words(item) }))
        }
        ItemEdit::Add { product, quantity, size, color } => {
            if items.len() >= ITEMS_LIMIT {
                let message = format!("order {reference} has {ITEMS_LIMIT} items, the most that an order can have");
                return Err(Refusal::invalid(message));
            }
            let unit_price = product.list_price();
            let item = OrderItem {
                id: new_id(),
                product_id: product.id,
                product_name: product.name.clone(),
                product_barcode: product.barcode.clone(),
                product_image: product.web_image().map(str::to_owned),
                quantity: *quantity,
                unit_price,
                selected_size: spelled(product, size.as_deref())?,
                selected_color: color.clone(),
                subtotal: unit_price.times(*quantity).ok_or_else(|| too_much(reference))?,
                list_price: unit_price,
                is_price_agreed: true,
                misnomer: None,
            };
            let change = Change { from: None, to: Some(describe(items.len() + 1, &item)) };
            items.push(item);
            Ok(Some(change))
        }
        ItemEdit::Remove { number } => {
            let index = index_of(items, *number, reference)?;
            if items.len() == 1 {
                let message = format!("item 1 is the only item of {reference}");
                return Err(Refusal::conflict(Conflict::Step, message)
                    .error("An order needs at least one item")
                    .remedy(Remedy::Cancel(reference.clone())));
            }
            let removed = items.remove(index);
            Ok(Some(Change { from: Some(describe(*number, &removed)), to: None }))
        }
    }
}

fn index_of(items: &[OrderItem], number: usize, reference: &Reference) -> Result<usize, Refusal> {
    match number.checked_sub(1).filter(|index| *index < items.len()) {
        Some(index) => Ok(index),
        None => Err(Refusal::new(RefusalKind::NotFound, format!("order {reference} has no item {number}"))
            .error(format!("Item {number} not found"))
            .remedy(Remedy::NumberItems(reference.clone()))),
    }
}

/// Returns a size as the catalogue spells it; refuses an unknown one.
fn spelled(product: &Product, size: Option<&str>) -> Result<Option<String>, Refusal> {
    match product.line_for(size) {
        Ok(line) if product.is_sized() => Ok(Some(line.size.clone())),
        Ok(_) => Ok(size.map(str::to_owned)),
        Err(_) => Err(Refusal::invalid(no_such_size(&product.name, size, &product.size_names()))),
    }
}

/// Describes an item: `item 1: 2 × Classic T-Shirt (size L, color Blue) at 29.99`.
fn describe(number: usize, item: &OrderItem) -> String {
    let size = item.selected_size.iter().map(|size| format!("size {size}"));
    let chosen: Vec<String> = size.chain(item.selected_color.iter().map(|color| format!("color {color}"))).collect();
    let chosen = if chosen.is_empty() { String::new() } else { format!(" ({})", chosen.join(", ")) };
    format!("item {number}: {} × {}{chosen} at {}", item.quantity, item.shop_name(), item.unit_price)
}

fn too_much(reference: &Reference) -> Refusal {
    Refusal::invalid(format!("the total or the number of pieces of {reference} would be more than an order can have"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::{incoming, order};

    /// A pending order: 2 shirts in L, 1 cap.
    fn ground() -> (Catalogue, Order, Product) {
        let (shirt, cap) = (product("Shirt", &[("S", 1), ("L", 5)]), product("Cap", &[("", 9)]));
        let incoming = incoming(&[(&shirt, 2, Some("L")), (&cap, 1, None)]);
        let catalogue: Catalogue = [shirt, cap.clone()].into_iter().collect();
        let order = order(&incoming, &catalogue, 1, Status::Pending);
        (catalogue, order, cap)
    }

    fn edited(order: &Order, catalogue: &Catalogue, items: ItemEdit) -> Result<Edited, Refusal> {
        decide(order, catalogue, &Edit { items: Some(items), ..Edit::default() }, &mut || Uuid::from_u128(9))
    }

    fn change(number: usize) -> ItemEdit {
        ItemEdit::Change { number, quantity: None, size: None, color: None }
    }

    #[test]
    fn customers_are_edited_until_shipped_and_items_while_pending() {
        let (catalogue, order, _) = ground();
        for (status, customer, items) in [
            (Status::Pending, true, true),
            (Status::Confirmed, true, false),
            (Status::Processing, true, false),
            (Status::Shipped, false, false),
            (Status::Delivered, false, false),
            (Status::Cancelled, false, false),
        ] {
            let mut order = order.clone();
            order.summary.status = status;
            let name = Edit { name: Some("Mona".into()), ..Edit::default() };
            let of_customer = decide(&order, &catalogue, &name, &mut Uuid::nil);
            let of_items = edited(&order, &catalogue, ItemEdit::Remove { number: 1 });
            assert_eq!((of_customer.is_ok(), of_items.is_ok()), (customer, items), "{status}");
            if let Err(refusal) = of_items {
                assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
            }
        }
    }

    #[test]
    fn sums_follow_the_items_and_the_history_says_what_changed() {
        let (catalogue, order, cap) = ground();
        for (edit, total, count, from, to) in [
            (
                ItemEdit::Change { number: 1, quantity: Some(3), size: Some(Some("s".into())), color: None },
                "119.96",
                4,
                Some("item 1: 2 × Shirt (size L) at 29.99"),
                Some("item 1: 3 × Shirt (size S) at 29.99"),
            ),
            (
                ItemEdit::Add { product: Box::new(cap), quantity: 2, size: None, color: Some("Red".into()) },
                "149.95",
                5,
                None,
                Some("item 3: 2 × Cap (color Red) at 29.99"),
            ),
            (ItemEdit::Remove { number: 1 }, "29.99", 1, Some("item 1: 2 × Shirt (size L) at 29.99"), None),
        ] {
            let edited = edited(&order, &catalogue, edit).unwrap();
            assert_eq!((edited.total.to_string().as_str(), edited.item_count), (total, count));
            let change = Change { from: from.map(str::to_owned), to: to.map(str::to_owned) };
            assert_eq!(edited.changes, [change]);
        }
    }

    #[test]
    fn moving_a_size_to_the_color_is_a_change() {
        let (catalogue, mut order, _) = ground();
        order.items[1].selected_size = Some("L".into());
        let swap = ItemEdit::Change { number: 2, quantity: None, size: Some(None), color: Some(Some("L".into())) };
        let edited = edited(&order, &catalogue, swap).unwrap();
        assert_eq!((edited.changes.len(), edited.items.is_some()), (1, true));
    }

    #[test]
    fn an_edit_to_the_same_values_changes_nothing() {
        let (catalogue, order, _) = ground();
        let edit = Edit {
            name: Some("John Doe".into()),
            address: Some(None),
            items: Some(ItemEdit::Change { number: 1, quantity: Some(2), size: Some(Some("l".into())), color: None }),
            ..Edit::default()
        };
        let edited = decide(&order, &catalogue, &edit, &mut Uuid::nil).unwrap();
        assert_eq!((edited.changes, edited.items), (Vec::new(), None));
    }

    #[test]
    fn an_impossible_edit_is_refused_with_the_alternatives() {
        let (catalogue, mut order, _) = ground();
        let with_size = |size: Option<&str>| ItemEdit::Change {
            number: 1,
            quantity: None,
            size: Some(size.map(str::to_owned)),
            color: None,
        };
        let most = ItemEdit::Change { number: 1, quantity: Some(2_147_483_647), size: None, color: None };
        for (edit, kind, words) in [
            (change(3), RefusalKind::NotFound, "has no item 3"),
            (change(0), RefusalKind::NotFound, "has no item 0"),
            (with_size(Some("XL")), RefusalKind::InvalidInput, "Shirt: has no size XL (sizes: S, L)"),
            (with_size(None), RefusalKind::InvalidInput, "Shirt: needs a size (sizes: S, L)"),
            (most, RefusalKind::InvalidInput, "more than an order can have"),
        ] {
            let refusal = edited(&order, &catalogue, edit).unwrap_err();
            assert_eq!(refusal.kind, kind);
            assert!(refusal.message.contains(words), "{}", refusal.message);
        }
        order.items.pop();
        let refusal = edited(&order, &catalogue, ItemEdit::Remove { number: 1 }).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Conflict(Conflict::Step));
    }
}
