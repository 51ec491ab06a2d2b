//! What a return does line by line: to the items, the stock and the discount.

use uuid::Uuid;

use super::holding::{Holding, ItemLines};
use super::item_words::{Change, describe_item, describe_pieces, index_of, too_much};
use super::money::{Balance, Money};
use super::movement::{Movement, Reason};
use super::obstacle::needs_sizes;
use super::order::{Order, OrderItem};
use super::products::Products;
use super::refusal::Refusal;
use super::shortage::insufficient;

/// Pieces of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemPieces {
    /// The item's number, from 1.
    pub number: usize,
    /// How many of it, at least one.
    pub quantity: u32,
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

/// The state of an order between two lines of a return.
pub struct AfterReturn<'o> {
    order: &'o Order,
    pub held: Holding,
    stock_lines: ItemLines,
    /// The products, with the stock as the lines before leave it.
    products: Products,
    pub items: Vec<OrderItem>,
    /// The sum of the items that did not come back.
    pub left: Balance,
    /// What is left of the discount.
    pub discount: Balance,
    pub lines: Vec<ReturnedLine>,
}

impl AfterReturn<'_> {
    pub fn of<'o>(order: &'o Order, held: &Holding, products: &Products) -> AfterReturn<'o> {
        AfterReturn {
            order,
            held: held.clone(),
            stock_lines: ItemLines::of(&order.items, held),
            products: products.clone(),
            items: order.items.clone(),
            left: order.items_left(),
            discount: order.discount_left(),
            lines: Vec::new(),
        }
    }

    pub fn take_back(
        &mut self,
        pieces: &ItemPieces,
        replacement: Option<OrderItem>,
        is_damaged: bool,
    ) -> Result<(), Refusal> {
        let ItemPieces { number, quantity } = *pieces;
        let reference = &self.order.summary.reference;
        let index = index_of(&self.items, number, reference)?;
        let old = &self.items[index];
        let said = describe_pieces(number, old, quantity);
        let (mut to, mut movements) = (None, Vec::new());
        let (item, is_exchange) = (old.id, replacement.is_some());
        let subtotal = old.unit_price.times(quantity).ok_or_else(|| too_much(reference))?;
        if let Some(replacement) = replacement {
            to = Some(describe_item(self.items.len() + 1, &replacement));
            self.left = self.left.plus(replacement.subtotal);
            self.items.push(replacement);
            movements = self.move_stock(Reason::Edit)?;
            if let Some(refusal) = insufficient(reference, &movements, &self.products) {
                return Err(refusal);
            }
        }
        self.items[index].returned += quantity;
        for back in self.move_stock(Reason::Return)? {
            let written_off = is_damaged.then(|| back.written_off(reference));
            movements.push(back);
            movements.extend(written_off);
        }
        self.products.apply(&movements);
        let given_up = if is_exchange { Money::ZERO } else { self.discount.size().share(subtotal, self.left.size()) };
        self.left = self.left.minus(subtotal);
        self.discount = self.discount.minus(given_up);
        let value = Balance::from(subtotal).minus(given_up).size();
        let change = Change { from: Some(format!("{said}, worth {value}")), to, movements };
        self.lines.push(ReturnedLine { item, quantity, subtotal, value, change });
        Ok(())
    }

    /// Moves the stock to what the items now say.
    fn move_stock(&mut self, reason: Reason) -> Result<Vec<Movement>, Refusal> {
        let status = self.order.summary.status;
        let wanted = Holding::of(status, &self.items, &self.stock_lines, &self.products)
            .map_err(|problems| needs_sizes(self.order, problems))?;
        let movements = self.held.movements_to(&wanted, reason);
        self.held = wanted;
        Ok(movements)
    }
}
