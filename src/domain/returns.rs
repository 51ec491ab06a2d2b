//! Returns and exchanges: what customers send back of an order that they have.

use uuid::Uuid;

use super::edit::{Change, describe, describe_pieces, index_of, too_much};
use super::holding::{Holding, StockKey};
use super::money::{Balance, Money};
use super::obstacle::{Obstacle, refusal};
use super::order::{ITEMS_LIMIT, Order, OrderItem, OrderPk, sums};
use super::product::{Catalogue, Product, ProductId};
use super::reference::Reference;
use super::refusal::{Conflict, Refusal, Remedy};
use super::shortage::insufficient;
use super::status::Status;
use super::stock::{Movement, Reason};
use super::transition::{StatusChange, may_keep};

/// A requested return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What comes back, at least one line.
    pub pieces: Vec<Pieces>,
    /// Whether the pieces cannot be sold again.
    pub is_damaged: bool,
    /// What the customer gets in their place.
    pub replacement: Option<Replacement>,
    /// What the shop keeps of the price if nothing is left of the order.
    pub keep: Option<Money>,
}

/// Pieces of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pieces {
    /// The item's number, from 1.
    pub number: usize,
    /// How many of it, at least one.
    pub quantity: u32,
}

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
        /// The price agreed; `None`: today's, or the price paid where it is the same product.
        price: Option<Money>,
    },
}

impl Replacement {
    /// Returns its product, where that is not the product of what comes back.
    pub fn product(&self) -> Option<ProductId> {
        match self {
            Replacement::Size(_) => None,
            Replacement::Product { product, .. } => Some(product.id),
        }
    }
}

/// A decided return. It may be written while the order is still in `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The order.
    pub order: OrderPk,
    /// The status that it must still have.
    pub status: Status,
    /// What comes back, item by item.
    pub lines: Vec<ReturnedLine>,
    /// The items with those that replace others, if there are some.
    pub items: Option<Vec<OrderItem>>,
    /// The sum of the items' subtotals.
    pub total: Money,
    /// The sum of the items' quantities.
    pub item_count: i64,
    /// What everything is worth that came back until now.
    pub value: Money,
    /// The cancellation of the order, if nothing is left of it.
    pub cancellation: Option<StatusChange>,
}

/// What a return does to one stock line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockEffect {
    /// The line's label, `Classic T-Shirt (L)`.
    pub label: String,
    /// The stock on hand before.
    pub before: i64,
    /// The stock on hand after.
    pub after: i64,
    /// How many pieces came back and were written off.
    pub written_off: i64,
}

impl Returned {
    /// Returns the order with what the return changes of its money and status.
    #[must_use]
    pub fn applied_to(&self, order: &Order) -> Order {
        let mut order = order.clone();
        let summary = &mut order.summary;
        (summary.total, summary.item_count, summary.returned) = (self.total, self.item_count, self.value);
        if let Some(cancellation) = &self.cancellation {
            (summary.status, summary.kept) = (cancellation.to, cancellation.kept);
        }
        order
    }

    /// Returns what it does to the stock, line by line.
    pub fn stock_effects(&self, catalogue: &Catalogue) -> Vec<StockEffect> {
        let mut effects: Vec<(StockKey, StockEffect)> = Vec::new();
        for movement in self.lines.iter().flat_map(|line| &line.change.movements) {
            let key = StockKey { product_id: movement.product_id, size_key: movement.size_key.clone() };
            let index = effects.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                let product = catalogue.get(key.product_id);
                let line = product.and_then(|one| one.stock.iter().find(|line| line.size_key == key.size_key));
                let label = product.map(|product| product.label_of(&key.size_key)).unwrap_or_default();
                let before = line.map_or(0, |line| line.on_hand);
                effects.push((key.clone(), StockEffect { label, before, after: before, written_off: 0 }));
                effects.len() - 1
            });
            let effect = &mut effects[index].1;
            effect.after += movement.delta;
            if movement.reason == Reason::Adjust {
                effect.written_off -= movement.delta;
            }
        }
        effects.into_iter().map(|(_, effect)| effect).collect()
    }
}

/// What comes back of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedLine {
    /// The item's id.
    pub item: Uuid,
    /// How many pieces.
    pub quantity: u32,
    /// Quantity × the item's unit price.
    pub subtotal: Money,
    /// What they are worth: the subtotal less its share of the discount.
    pub value: Money,
    /// What comes back and what replaces it, in words, with the stock that moves.
    pub change: Change,
}

/// Decides a return of an order that holds the stock `held`. The catalogue has the products of its items and of the
/// replacement, `new_id` makes the ids of new items.
///
/// Line by line: a replacement is taken first, then the old pieces come back. Pieces that are not replaced give up their share
/// of the discount, half to even; so all returns together are worth the total less the discount.
pub fn decide(
    order: &Order,
    held: &Holding,
    catalogue: &Catalogue,
    request: &Request,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Returned, Refusal> {
    let summary = &order.summary;
    let pieces = merged(&request.pieces);
    let replacements = replacements(order, catalogue, &pieces, request.replacement.as_ref(), new_id)?;
    refuse_status(order)?;
    let mut after = AfterReturn::of(order, held);
    for (pieces, replacement) in pieces.iter().zip(replacements) {
        after.take_back(pieces, replacement, request.is_damaged, catalogue)?;
    }
    let AfterReturn { held, items, lines, left, discount, .. } = after;
    let Some((total, item_count)) = sums(items.iter().map(|item| (item.subtotal, item.quantity))) else {
        return Err(too_much(&summary.reference));
    };
    if left < discount {
        let message = format!(
            "the discount of {}, {discount}, would be more than what the customer has, {left}",
            summary.reference
        );
        return Err(Refusal::invalid(message).error("The discount would be more than the items"));
    }
    let value = lines.iter().fold(summary.returned, |sum, line| sum.plus_unlimited(line.value));
    Ok(Returned {
        order: summary.pk,
        status: summary.status,
        cancellation: cancellation(order, held.is_empty(), request.keep)?,
        items: (items.len() > order.items.len()).then_some(items),
        lines,
        total,
        item_count,
        value,
    })
}

/// Adds up the pieces of an item that is named more than once.
fn merged(pieces: &[Pieces]) -> Vec<Pieces> {
    let mut merged: Vec<Pieces> = Vec::with_capacity(pieces.len());
    for one in pieces {
        match merged.iter_mut().find(|known| known.number == one.number) {
            Some(known) => known.quantity = known.quantity.saturating_add(one.quantity),
            None => merged.push(*one),
        }
    }
    merged
}

/// Makes the item that replaces each of the pieces, if they are replaced.
fn replacements(
    order: &Order,
    catalogue: &Catalogue,
    pieces: &[Pieces],
    replacement: Option<&Replacement>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Vec<Option<OrderItem>>, Refusal> {
    let reference = &order.summary.reference;
    let mut items = Vec::with_capacity(pieces.len());
    for Pieces { number, quantity } in pieces {
        let old = &order.items[index_of(&order.items, *number, reference)?];
        let (product, size, color, price) = match replacement {
            None => {
                items.push(None);
                continue;
            }
            Some(Replacement::Size(size)) => {
                let Some(product) = catalogue.get(old.product_id) else {
                    return Err(Refusal::invalid(format!("{} is not in the catalogue", old.shop_name())));
                };
                if !product.is_sized() {
                    let message = format!("{} is not tracked by size: say what replaces it", product.name);
                    return Err(Refusal::invalid(message));
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
        let item = OrderItem::agreed(new_id(), product, size, color, *quantity, price).map_err(Refusal::invalid)?;
        items.push(Some(item));
    }
    if order.items.len() + items.iter().flatten().count() > ITEMS_LIMIT {
        let message =
            format!("order {reference} would have more than {ITEMS_LIMIT} items, the most that an order can have");
        return Err(Refusal::invalid(message));
    }
    Ok(items)
}

/// Refuses an order of which nothing can come back, as the customer does not have it.
///
/// # Errors
/// It is not shipped.
pub fn refuse_status(order: &Order) -> Result<(), Refusal> {
    let (reference, status) = (&order.summary.reference, order.summary.status);
    let refusal = || {
        Refusal::conflict(Conflict::Step, format!("items come back once an order is shipped; {reference} is {status}"))
            .error(format!("Order is {status}"))
    };
    let reference = || reference.clone();
    match status {
        Status::Shipped | Status::Delivered => Ok(()),
        Status::Cancelled => Err(refusal().remedy(Remedy::ShowOrder(reference()))),
        Status::Pending | Status::Confirmed | Status::Processing => {
            Err(refusal().remedy(Remedy::EditItem(reference())).remedy(Remedy::Cancel(reference())))
        }
    }
}

/// An order while its lines come back one after the other.
struct AfterReturn<'o> {
    order: &'o Order,
    held: Holding,
    items: Vec<OrderItem>,
    /// The sum of the items that did not come back.
    left: Balance,
    /// What is left of the discount.
    discount: Balance,
    lines: Vec<ReturnedLine>,
}

impl AfterReturn<'_> {
    fn of<'o>(order: &'o Order, held: &Holding) -> AfterReturn<'o> {
        AfterReturn {
            order,
            held: held.clone(),
            items: order.items.clone(),
            left: order.items_left(),
            discount: Balance::from(order.summary.terms.discount).minus(order.discount_given_up()),
            lines: Vec::new(),
        }
    }

    fn take_back(
        &mut self,
        pieces: &Pieces,
        replacement: Option<OrderItem>,
        is_damaged: bool,
        catalogue: &Catalogue,
    ) -> Result<(), Refusal> {
        let Pieces { number, quantity } = *pieces;
        let reference = &self.order.summary.reference;
        let index = index_of(&self.items, number, reference)?;
        let old = &self.items[index];
        if quantity > old.pieces_left() {
            return Err(more_than_left(number, old, quantity, reference));
        }
        let said = describe_pieces(number, old, quantity);
        let (mut to, mut movements) = (None, Vec::new());
        let (item, is_exchange) = (old.id, replacement.is_some());
        let subtotal = old.unit_price.times(quantity).ok_or_else(|| too_much(reference))?;
        if let Some(replacement) = replacement {
            to = Some(describe(self.items.len() + 1, &replacement));
            self.left = self.left.plus(replacement.subtotal);
            self.items.push(replacement);
            let taken = self.settle(Reason::Edit, catalogue)?;
            movements.extend(taken);
            if let Some(refusal) = insufficient(reference, &movements, catalogue) {
                return Err(refusal);
            }
        }
        self.items[index].returned += quantity;
        for back in self.settle(Reason::Return, catalogue)? {
            let written_off = is_damaged.then(|| back.written_off(reference));
            movements.push(back);
            movements.extend(written_off);
        }
        let given_up = if is_exchange { Money::ZERO } else { self.discount.size().share(subtotal, self.left.size()) };
        self.left = self.left.minus(subtotal);
        self.discount = self.discount.minus(given_up);
        let value = Balance::from(subtotal).minus(given_up).size();
        let change = Change { from: Some(format!("{said}, worth {value}")), to, movements };
        self.lines.push(ReturnedLine { item, quantity, subtotal, value, change });
        Ok(())
    }

    /// Moves the stock to what the items now say.
    fn settle(&mut self, reason: Reason, catalogue: &Catalogue) -> Result<Vec<Movement>, Refusal> {
        let summary = &self.order.summary;
        let wanted = Holding::of(summary.status, &self.items, &self.held, catalogue).map_err(|problems| {
            let obstacle = |item| Obstacle::NoSuchSize { reference: summary.reference.clone(), item };
            refusal(std::slice::from_ref(self.order), &problems.into_iter().map(obstacle).collect::<Vec<_>>())
        })?;
        let movements = self.held.movements_to(&wanted, reason);
        self.held = wanted;
        Ok(movements)
    }
}

fn more_than_left(number: usize, item: &OrderItem, quantity: u32, reference: &Reference) -> Refusal {
    let left = match item.pieces_left() {
        0 => format!("all of item {number} came back before"),
        left => format!("the customer has {left} of item {number}"),
    };
    Refusal::conflict(Conflict::Step, format!("{quantity} of item {number} of {reference} cannot come back: {left}"))
        .error("More than the customer has cannot come back")
        .remedy(Remedy::NumberItems(reference.clone()))
}

/// Decides whether an order is cancelled by a return, which is where nothing is left of it.
fn cancellation(order: &Order, is_empty: bool, keep: Option<Money>) -> Result<Option<StatusChange>, Refusal> {
    let summary = &order.summary;
    let reference = || summary.reference.clone();
    if !is_empty {
        return match keep {
            None => Ok(None),
            Some(_) => Err(Refusal::conflict(
                Conflict::Step,
                format!("nothing can be kept of {}: the customer has more of it", summary.reference),
            )
            .error("Something can be kept once everything is back")
            .remedy(Remedy::Cancel(reference()))),
        };
    }
    let kept = keep.unwrap_or_default();
    may_keep(summary, kept)?;
    Ok(Some(StatusChange {
        order: summary.pk,
        reference: reference(),
        from: summary.status,
        to: Status::Cancelled,
        kept_before: summary.kept,
        kept,
        movements: Vec::new(),
    }))
}
